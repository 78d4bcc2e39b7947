"""The river network: the sea network and the waterways on it that only river vessels use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from routemap.geography.mask import (
    CELLS,
    COLUMNS,
    LAND,
    SHORE_KM,
    LandMask,
    cells_at,
    land_mask,
)
from routemap.geography.sphere import EARTH_KM, vectors
from routemap.networks import water
from routemap.networks.stored import read_arrays
from routemap.networks.water import Passage, WaterNetwork, positions, shore_factor

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt
    from scipy.sparse import csr_array

    Ints = npt.NDArray[np.intp]
    Numbers = npt.NDArray[np.int32]
    Arrays = Mapping[str, npt.NDArray[Any]]

__all__ = ["RiverMask", "RiverNetwork", "flooded", "load", "read"]


@dataclass(frozen=True, slots=True, eq=False)
class RiverMask(LandMask):
    """Land and water as river vessels have it.

    Attributes
    ----------
    fairway
        Flat indices of the cells in canals, rivers and lakes, ascending.
    """

    fairway: Ints

    def shore_km(self, tile_row: int, tile_column: int) -> npt.NDArray[np.float32]:
        """Return km to the shore as `LandMask` does; on a fairway no shore counts as near."""
        km = LandMask.shore_km(self, tile_row, tile_column)
        rows = np.array([tile_row, tile_row + 1]) * CELLS
        first, last = np.searchsorted(self.fairway, rows * COLUMNS)
        row, column = np.divmod(self.fairway[first:last], COLUMNS)
        here = column // CELLS == tile_column
        km[row[here] % CELLS, column[here] % CELLS] = SHORE_KM
        return km


@dataclass(frozen=True, slots=True, eq=False)
class RiverNetwork(WaterNetwork):
    """The sea network and the inland waterways on it.

    Attributes
    ----------
    land
        The mask, inland waterways as water.
    """

    land: RiverMask

    @property
    def mask(self) -> LandMask:
        """The mask that the network was built on."""
        return self.land


@cache
def load() -> RiverNetwork:
    """Return the shipped network, read once; raises `AssetError` if it is damaged."""
    return read(water.load(), read_arrays("sea.npz"))


def read(sea: WaterNetwork, stored: Arrays) -> RiverNetwork:
    """Return the network of `sea` and of the stored arrays of sea and inland waterways.

    A km on a canal, river or lake counts as a km; elsewhere the surcharge near the shore is that of
    `sea`. Nodes are in the order of their blocks, as in `sea`.
    """
    inland = np.cumsum(stored["inland"], dtype=np.int64)
    cells = np.concatenate([sea.waterway, inland])
    units = np.concatenate([sea.unit, stored["inland_unit"]])
    order = np.argsort(cells)
    fairway = cells[order]
    nodes, place = _nodes(sea, stored)
    lon, lat = positions(**nodes)
    arrays = {"lon": lon, "lat": lat, **nodes, "waterway": fairway, "unit": units[order]}
    for array in arrays.values():
        array.flags.writeable = False
    number = np.argsort(place).astype(np.int32)
    graph = _graph(sea, stored, number, arrays)
    land = flooded(land_mask(), inland, fairway)
    passages = _passages(sea, stored, number)
    return RiverNetwork(**arrays, graph=graph, calm=sea.calm, passages=passages, land=land)


def flooded(land: LandMask, cells: Ints, fairway: Ints) -> RiverMask:
    """Return a mask with `cells` (flat indices) as water too."""
    row, column = np.divmod(cells, COLUMNS)
    tile = row // CELLS * 360 + column // CELLS
    state = land.state.reshape(-1).copy()
    fresh = np.unique(tile[state[tile] == LAND])
    state[fresh] = len(land.bits) + np.arange(len(fresh))
    bits = np.concatenate([land.bits, np.zeros((len(fresh), *land.bits.shape[1:]), np.uint8)])
    y, x = row % CELLS, column % CELLS
    bit = np.right_shift(128, x & 7).astype(np.uint8)
    np.bitwise_or.at(bits, (state[tile], y, x >> 3), bit)
    state.flags.writeable = bits.flags.writeable = False
    return RiverMask(state.reshape(land.state.shape), bits, fairway)


def _nodes(sea: WaterNetwork, stored: Arrays) -> tuple[dict[str, Any], Ints]:
    """Return block, size and cell of the nodes, sorted by block, and the place of each before.

    Before sorting, the nodes of `sea` come first and those of inland waterways after them.
    """
    inland = {
        "block": np.cumsum(stored["inland_block"], dtype=np.int64),
        "size": np.zeros(len(stored["inland_cell"]), dtype=np.uint8),
        "cell": stored["inland_cell"],
    }
    nodes = {name: np.concatenate([getattr(sea, name), own]) for name, own in inland.items()}
    place = np.argsort(nodes["block"], kind="stable")
    return {name: array[place] for name, array in nodes.items()}, place


def _graph(sea: WaterNetwork, stored: Arrays, number: Numbers, arrays: Arrays) -> csr_array:
    """Return the edges of `sea`, those on its waterways weighted anew, and the inland ones."""
    from scipy.sparse import coo_array

    edges, inland = sea.graph.tocoo(), stored["inland_edges"]
    tail = number[np.concatenate([edges.row, inland[:, 0], inland[:, 1]])]
    head = number[np.concatenate([edges.col, inland[:, 1], inland[:, 0]])]
    weights = np.concatenate([edges.data, np.zeros(2 * len(inland))])
    del edges  # its rows are 10 MB that the next steps need
    fairway = _on_fairway(arrays)
    own = np.flatnonzero(fairway[tail] | fairway[head])
    ends = tail[own], head[own]
    factor = np.ones(len(number))
    factor[number[: len(sea.lon)]] = shore_factor(stored["shore"] / 255)
    factor[fairway] = 1
    a, b = (vectors(arrays["lon"][end], arrays["lat"][end]) for end in ends)
    mean = (factor[ends[0]] + factor[ends[1]]) / 2
    weights[own] = EARTH_KM * np.linalg.norm(a - b, axis=1) * mean
    graph = coo_array((weights, (tail, head)), shape=(len(number), len(number))).tocsr()
    graph.sort_indices()
    for array in (graph.data, graph.indices, graph.indptr):
        array.flags.writeable = False
    return graph


def _on_fairway(arrays: Arrays) -> npt.NDArray[np.bool_]:
    """Return whether nodes are pieces of water on a canal, river or lake."""
    row, column = cells_at(arrays["lon"], arrays["lat"])
    piece: npt.NDArray[np.bool_] = arrays["size"] == 0
    return piece & np.isin(row * COLUMNS + column, arrays["waterway"])


def _passages(sea: WaterNetwork, stored: Arrays, number: Numbers) -> Mapping[str, Passage]:
    """Return the passages of `sea` with the edges of inland waterways, open as for river vessels.

    Edges keep no order: the first node of a pair may be the higher one.
    """
    inland = np.split(stored["gate_inland_edges"], np.cumsum(stored["gate_inland_count"])[:-1])
    found = {}
    rows = zip(sea.passages.values(), stored["gate_river"].tolist(), inland, strict=True)
    for each, is_open, more in rows:
        edges = number[np.concatenate([each.edges, more])]
        edges.flags.writeable = False
        found[each.id] = Passage(each.id, each.name, each.gate, is_open, edges)
    return MappingProxyType(found)
