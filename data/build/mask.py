"""Build land-mask.npz: Natural Earth's land at 1/120 degree, with the listed waterways as water."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import common
import numpy as np
import numpy.typing as npt

from routemap.geography.mask import CELLS, COLUMNS, LAND, ROWS, WATER

BAND = 1200  # rows filled at once
JOIN_KM = 15.0  # an end of a waterway on land is joined to water no farther than this
KM_A_CELL = 111.195 / CELLS  # on the sphere of 6371 km

Points = npt.NDArray[np.float64]
Cells = npt.NDArray[np.int64]
Bits = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Waterway:
    """A listed waterway; the water of a canal or river belongs to the country around it."""

    id: str
    kind: str
    line: Points

    @property
    def national(self) -> bool:
        """Whether its water belongs to the country around it."""
        return self.kind in {"canal", "river"}


@cache
def waterways() -> tuple[Waterway, ...]:
    """Return the rows of sea/waterways.csv."""
    return tuple(
        Waterway(row["id"], row["kind"], points_of(row["line"])) for row in table("waterways")
    )


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of sea/, comment lines left out."""
    with (common.HERE / "sea" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def points_of(text: str) -> Points:
    """Return ``lon lat; lon lat`` as an array of shape (n, 2)."""
    return np.array([[float(part) for part in pair.split()] for pair in text.split(";")])


def land_grid() -> Bits:
    """Return Natural Earth's land, shape (21600, 43200): rows from 90 S, columns from 180 W.

    A cell is land if its centre is. Every edge of a ring toggles the rows that it crosses, from the
    crossing eastward, so that what lies inside an odd number of rings is land.
    """
    edges = np.concatenate([_edges(ring) for ring in _rings()])
    grid = np.zeros((ROWS, COLUMNS), dtype=bool)
    for start in range(0, ROWS, BAND):
        grid[start : start + BAND] = _filled(edges, start)
    return grid


def _rings() -> list[Points]:
    """Return the rings of the source; they are not cut at the antimeridian."""
    topology = json.loads(common.read_member("world-atlas", "package/land-10m.json"))
    scale, origin = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + origin for arc in topology["arcs"]]
    polygons = topology["objects"]["land"]["geometries"][0]["arcs"]
    rings = [ring for polygon in polygons for ring in polygon]
    return [np.concatenate([arcs[i] if i >= 0 else arcs[~i][::-1] for i in ring]) for ring in rings]


def _edges(ring: Points) -> Points:
    """Return edges x1, y1, x2, y2 in cells, x running on; a ring round the pole is closed there."""
    lon, lat = np.unwrap(ring[:, 0], period=360), ring[:, 1]
    if abs(lon[-1] - lon[0]) > 180:
        lon, lat = np.append(lon, lon[[-1, 0, 0]]), np.append(lat, [-90, -90, lat[0]])
    line = np.column_stack([lon + 180, lat + 90]) * CELLS
    return np.hstack([line[:-1], line[1:]])


def _filled(edges: Points, start: int) -> Bits:
    """Return the rows from `start` on; a crossing on the next turn of the globe toggles a row."""
    low, high = np.minimum(edges[:, 1], edges[:, 3]), np.maximum(edges[:, 1], edges[:, 3])
    first = np.maximum(np.ceil(low - 0.5).astype(np.int64), start)
    last = np.minimum(np.ceil(high - 0.5).astype(np.int64), start + BAND)
    count = np.maximum(last - first, 0)
    edge = np.repeat(np.arange(len(edges)), count)
    row = first[edge] + np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    x1, y1, x2, y2 = edges[edge].T
    crossing = x1 + (row + 0.5 - y1) / (y2 - y1) * (x2 - x1)
    turn, column = np.divmod(np.ceil(crossing - 0.5).astype(np.int64), COLUMNS)
    cell, line = (row - start) * COLUMNS, turn % 2 == 1
    toggles = np.bincount(np.concatenate([cell + column, cell[line]]), minlength=BAND * COLUMNS)
    odd = (toggles & 1).astype(np.uint8).reshape(BAND, COLUMNS)
    return np.bitwise_xor.accumulate(odd, axis=1).astype(bool)


def burn(land: Bits, waterway: Waterway) -> Cells:
    """Make a waterway water, 3 cells wide; return the flat indices of the cells that were land."""
    line = [*_joined(land, waterway.line[:2][::-1])[:0:-1], *waterway.line[1:-1]]
    line += [*_joined(land, waterway.line[-2:])]
    cells = _drawn(np.array(line))
    around = np.array([(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)])
    wide = (cells[:, None, :] + around).reshape(-1, 2)
    flat = np.unique(wide[:, 0] * COLUMNS + wide[:, 1] % COLUMNS)
    burned = flat[land.reshape(-1)[flat]]
    land.reshape(-1)[burned] = False
    return burned


def _joined(land: Bits, end: Points) -> Points:
    """Return the last piece of a line, with the nearest water added where it ends on land."""
    row, column = ((end[-1, ::-1] + (90, 180)) * CELLS).astype(np.int64)
    if not land[row, column]:
        return end
    squash = np.cos(np.radians(end[-1, 1]))
    high = int(JOIN_KM / KM_A_CELL)
    wide = int(high / squash)
    window = land[row - high : row + high + 1, column - wide : column + wide + 1]
    y, x = np.nonzero(~window)
    far = np.hypot(y - high, (x - wide) * squash) * KM_A_CELL
    if not len(far) or far.min() > JOIN_KM:
        return end
    best = int(far.argmin())
    water = (column + x[best] - wide + 0.5, row + y[best] - high + 0.5)
    return np.vstack([end, np.array(water) / CELLS - (180, 90)])


def _drawn(line: Points) -> Cells:
    """Return the cells (row, column) under a line, without gaps."""
    cells = (line[:, ::-1] + (90, 180)) * CELLS
    parts = [np.linspace(a, b, int(np.abs(b - a).max() * 2) + 2) for a, b in pairwise(cells)]
    return np.unique(np.floor(np.concatenate(parts)).astype(np.int64), axis=0)


def pack(water: Bits) -> dict[str, npt.NDArray[Any]]:
    """Return the asset's arrays: the state of each one-degree tile, and the bits of mixed tiles."""
    tiles = water.reshape(180, CELLS, 360, CELLS).swapaxes(1, 2)
    share = tiles.mean(axis=(2, 3))
    mixed = (share > 0) & (share < 1)
    state = np.where(share == 1, WATER, LAND).astype(np.int16)
    state[mixed] = np.arange(mixed.sum())
    bits = np.packbits(tiles[mixed], axis=2)
    bits[:, 1:] ^= bits[:, :-1].copy()
    return {"state": state, "rows": bits}


def main() -> None:
    land = land_grid()
    for waterway in waterways():
        print(f"{waterway.id}: {len(burn(land, waterway))} cells of land made water")
    np.savez_compressed(common.ASSETS / "land-mask.npz", **pack(~land))
    common.register(
        "land-mask.npz",
        name="Land mask at 1/120 degree",
        url="https://www.naturalearthdata.com/",
        source="npm world-atlas 2.0.2 (Natural Earth 1:10m land), data/build/sea/waterways.csv",
        script="data/build/mask.py",
        version="1",
        licence="public domain",
        attribution="Made with Natural Earth",
        notes="Waterways whose row says 'none at hand' are drawn from general knowledge.",
    )


if __name__ == "__main__":
    main()
