"""The sea network: a quadtree of water on the land mask, with waterways and passages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from routemap.geography.mask import CELLS, COLUMNS, ROWS, LandMask, land_mask
from routemap.geography.sphere import EARTH_KM, vectors
from routemap.networks.stored import read_arrays

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt
    from scipy.sparse import csr_array

    from routemap.networks.rules import Rules

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.intp]
    Bits = npt.NDArray[np.bool_]

__all__ = [
    "BLOCK",
    "SHORE_WEIGHT",
    "Passage",
    "WaterNetwork",
    "arcs_cross",
    "load",
    "positions",
    "read",
    "shore_factor",
]

BLOCK: Final = 16
"""Cells of the mask along a side of the quadtree's finest cell, a block: 2/15 degree."""
BLOCKS_WIDE: Final = COLUMNS // BLOCK
SOUTH: Final = 2
"""Rows of blocks at the south pole below the first row of larger cells."""
SHORE_WEIGHT: Final = 2.0
"""A km along the shore counts as 1 + this; the surcharge falls to nothing at `SHORE_KM`."""

SHORE_TILES: Final = 256
"""Tiles of distances to the shore that are kept, 58 kB each; the longest coasts take about 250."""


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """A strait or canal that can be closed.

    Attributes
    ----------
    id, name
        What requests and answers call it, and what a reader does.
    gate
        Shape (2, 2): the ends (lon, lat) of the great circle that ships cross.
    open
        Whether it is open unless a request says otherwise.
    edges
        Shape (n, 2): pairs of nodes whose edge crosses the gate.
    """

    id: str
    name: str
    gate: Floats
    open: bool
    edges: Ints


@dataclass(frozen=True, slots=True, eq=False)
class WaterNetwork:
    """Nodes on water, edges between those that touch, read-only.

    Attributes
    ----------
    lon, lat
        Degrees of the nodes.
    block, size, cell
        Where a node lies: flat index of its (south-western) block, and blocks along its side; the
        size is 0 for a piece of the water of a block with land, and `cell` the flat index in the
        block of one of its cells.
    graph
        Edges both ways; weights are km (chords) with the surcharge near the shore.
    calm
        Shape (1350, 2700): blocks with no land in them or around them, at least 10 km away up to 70
        degrees of latitude, 3 km at 84.
    waterway, unit
        Flat indices of the mask's cells in canals and rivers, ascending, and the unit of
        `routemap.geography` that each lies in, -1 for none.
    passages
        By id.
    """

    lon: Floats
    lat: Floats
    block: Ints
    size: npt.NDArray[np.uint8]
    cell: npt.NDArray[np.uint8]
    graph: csr_array
    calm: Bits
    waterway: Ints
    unit: npt.NDArray[np.int16]
    passages: Mapping[str, Passage]

    @property
    def mask(self) -> LandMask:
        """The land mask that the network was built on."""
        return land_mask()

    @property
    def closures(self) -> Mapping[str, Any]:
        """No closures: those are of borders on land."""
        return MappingProxyType({})

    def shore_km(self, tile: int) -> npt.NDArray[np.float32]:
        """Return km to the shore from the cells of a one-degree tile (flat index), 0 on land."""
        return _shore_km(self.mask, tile)

    def units_on(self, cells: Ints) -> npt.NDArray[np.int16]:
        """Return the unit of each cell (flat index) of a canal or river, -1 for other cells."""
        at = np.minimum(np.searchsorted(self.waterway, cells), len(self.waterway) - 1)
        return np.where(self.waterway[at] == cells, self.unit[at], np.int16(-1))

    def nodes_of_block(self, row: int, column: int) -> Ints:
        """Return the node of each cell of a block, shape (16, 16), -1 where there is none."""
        water = self.mask.window(*_span(row, column))
        for step in (4, 2, 1, 0):
            corner = _corner(row, column % BLOCKS_WIDE, max(step, 1))
            low, high = np.searchsorted(self.block, [corner, corner + 1])
            found = np.arange(low, high)[self.size[low:high] == step]
            if len(found):
                return self._pieces(water, found) if step == 0 else np.where(water, found[0], -1)
        return np.full(water.shape, -1)

    def _pieces(self, water: Bits, found: Ints) -> Ints:
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        wet = water.reshape(-1)
        tail, head = _touching()
        joined = wet[tail] & wet[head]
        cells = np.ones(int(joined.sum())), (tail[joined], head[joined])
        _, labels = connected_components(coo_array(cells, (wet.size, wet.size)), directed=False)
        nodes = np.full(wet.shape, -1)
        for node in found.tolist():
            nodes[labels == labels[self.cell[node]]] = node
        return nodes.reshape(water.shape)

    def closed(self, rules: Rules) -> tuple[Passage, ...]:
        """Return the passages that may not be used; one without edges is on no way of this mode."""
        return tuple(
            each
            for each in self.passages.values()
            if len(each.edges)
            and (each.id in rules.closed or not (each.open or each.id in rules.opened))
        )


@cache
def _touching() -> tuple[Ints, Ints]:
    """Return the pairs of cells of a block that touch, at a side or a corner."""
    cell = np.arange(BLOCK * BLOCK).reshape(BLOCK, BLOCK)
    beside = (cell[:, :-1], cell[:, 1:]), (cell[:-1], cell[1:])
    across = (cell[:-1, :-1], cell[1:, 1:]), (cell[:-1, 1:], cell[1:, :-1])
    tail, head = (np.concatenate([pair[end].ravel() for pair in beside + across]) for end in (0, 1))
    tail.flags.writeable = head.flags.writeable = False
    return tail, head


def _span(row: int, column: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the rows and the columns of cells of a block."""
    return (row * BLOCK, row * BLOCK + BLOCK), (column * BLOCK, column * BLOCK + BLOCK)


def _corner(row: int, column: int, step: int) -> int:
    """Return the south-western block of the quadtree's cell of `step` blocks over a block."""
    offset = SOUTH if step > 1 else 0
    return ((row - offset) // step * step + offset) * BLOCKS_WIDE + column // step * step


def positions(block: Ints, size: Ints, cell: Ints) -> tuple[Floats, Floats]:
    """Return lon and lat of nodes in degrees."""
    row, column = np.divmod(block.astype(np.int64), BLOCKS_WIDE)
    down, right = np.divmod(cell.astype(np.int64), BLOCK)
    half = size * (BLOCK / 2)
    y = row * BLOCK + np.where(size == 0, down + 0.5, half)
    x = column * BLOCK + np.where(size == 0, right + 0.5, half)
    return x / CELLS - 180, y / CELLS - 90


def arcs_cross(a: Floats, b: Floats, gate: Floats) -> Bits:
    """Return whether the arcs from `a` to `b`, unit vectors of shape (n, 3), cross a gate.

    `gate` is (lon, lat) of its two ends. Arcs are shorter than half a great circle.
    """
    g, h = vectors(*np.asarray(gate).T)
    wall = np.cross(g, h)
    cross: Bits = ((a @ wall) < 0) != ((b @ wall) < 0)
    a, b = a[cross], b[cross]
    if len(a):
        arc = np.cross(a, b)
        meet = np.cross(arc, wall)
        facing = np.einsum("ij,ij->i", meet, a + b) * (meet @ (g + h)) > 0
        cross[cross] = ((arc @ g < 0) != (arc @ h < 0)) & facing
    return cross


def shore_factor(share: npt.ArrayLike) -> Any:
    """Return what a km counts at a distance to the shore, given as a share of `SHORE_KM`."""
    return 1 + SHORE_WEIGHT * (1 - np.asarray(share, dtype=float)) ** 2


@lru_cache(SHORE_TILES)
def _shore_km(mask: LandMask, tile: int) -> npt.NDArray[np.float32]:
    km = mask.shore_km(*divmod(tile, 360))
    km.flags.writeable = False
    return km


@cache
def load() -> WaterNetwork:
    """Return the shipped network, read once; raises `AssetError` if it is damaged."""
    return read(read_arrays("sea.npz"))


def read(stored: Mapping[str, npt.NDArray[Any]]) -> WaterNetwork:
    """Return the network of stored arrays: differences are summed up, weights worked out."""
    block = np.cumsum(stored["block"], dtype=np.int64)
    size, cell = stored["size"], stored["cell"]
    lon, lat = positions(block, size, cell)
    arrays = {
        "lon": lon,
        "lat": lat,
        "block": block,
        "size": size,
        "cell": cell,
        "waterway": np.cumsum(stored["waterway"], dtype=np.int64),
        "unit": stored["unit"],
    }
    for array in arrays.values():
        array.flags.writeable = False
    factor = shore_factor(stored["shore"] / 255)
    graph = _graph(vectors(lon, lat), factor, stored["count"], stored["step"])
    calm = _calm(block, size)
    return WaterNetwork(**arrays, graph=graph, calm=calm, passages=_passages(stored))


def _calm(block: Ints, size: Ints) -> Bits:
    """Return the blocks that lie in cells of the quadtree larger than the finest."""
    calm = np.zeros(ROWS // BLOCK * BLOCKS_WIDE, dtype=bool)
    for step in (2, 4):
        corner = block[size == step]
        for shift in np.ndindex(step, step):
            calm[corner + shift[0] * BLOCKS_WIDE + shift[1]] = True
    calm.flags.writeable = False
    return calm.reshape(-1, BLOCKS_WIDE)


def _graph(xyz: Floats, factor: Floats, count: Ints, step: Ints) -> csr_array:
    """Return the edges both ways, weighted by km times the mean factor of their ends."""
    from scipy.sparse import csr_array

    tail = np.repeat(np.arange(len(count), dtype=np.int32), count)
    head = tail + step.astype(np.int32)
    squares = sum((axis[tail] - axis[head]) ** 2 for axis in xyz.T.copy())
    km = EARTH_KM * np.sqrt(squares) * (factor[tail] + factor[head]) / 2
    starts = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
    upper = csr_array((km, head, starts), shape=(len(count), len(count)))
    graph = upper + upper.T.tocsr()
    for array in (graph.data, graph.indices, graph.indptr):
        array.flags.writeable = False
    return graph


def _passages(stored: Mapping[str, npt.NDArray[Any]]) -> Mapping[str, Passage]:
    for name in ("gate", "gate_edges"):
        stored[name].flags.writeable = False
    edges = np.split(stored["gate_edges"], np.cumsum(stored["gate_count"])[:-1])
    rows = zip(
        stored["gate_id"].tolist(),
        stored["gate_name"].tolist(),
        stored["gate"],
        stored["gate_open"].tolist(),
        edges,
        strict=True,
    )
    return MappingProxyType({row[0]: Passage(*row) for row in rows})
