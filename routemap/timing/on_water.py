"""Distances over water from a place to every cell of the network, under rules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING, Final

import numpy as np

from routemap import geography
from routemap.geography.mask import COLUMNS, KM_PER_CELL, cells_at
from routemap.geography.sphere import EARTH_KM, vectors
from routemap.networks.water import BLOCK

if TYPE_CHECKING:
    import numpy.typing as npt

    from routemap.networks.rules import Rules
    from routemap.networks.water import WaterNetwork
    from routemap.routing.course import Point

    Floats = npt.NDArray[np.float32]
    Ints = npt.NDArray[np.int64]

__all__ = ["BLOCK_KM", "WaterField", "field", "network_of"]

KEPT_FIELDS = 32
"""Of 1.6 MB each."""
KEPT_LENGTHS = 3
"""Of 23 MB each."""
BLOCK_KM: Final = KM_PER_CELL * BLOCK
"""Height of a block, the smallest cell of the network."""
STRAIGHT: Final = float(np.cos(np.pi / 8))
"""A way over cells that touch at sides and corners is longer than the straight by up to 1 over
this: distances are shortened by it, so that the sea within reach is rather too large."""
NEAR_KM: Final = 60.0
"""A place farther from navigable water is not on it."""


@dataclass(frozen=True, slots=True, eq=False)
class WaterField:
    """How far every cell is from a place.

    Attributes
    ----------
    metres
        To each node of the network; infinite where no way leads.
    nodes
        The nodes that the place is at.
    """

    metres: Floats
    nodes: Ints

    def to(self, other: WaterField) -> float:
        """Return the metres to another place on the same water, under the same rules."""
        return float(self.metres[other.nodes].min(initial=inf))


def network_of(mode: str) -> WaterNetwork:
    """Return the network of a mode of ships."""
    from routemap.networks import river, water

    return river.load() if mode == "river" else water.load()


@lru_cache(KEPT_FIELDS)
def field(
    mode: str, rules: Rules, place: Point, anchor: Point | None, radius_km: float
) -> WaterField | None:
    """Return the distances from a place that may be anywhere within a radius of its point.

    `anchor` (lon, lat) is where it is known to meet the water; else the nearest cell counts. None
    where that is over 60 km away.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    network = network_of(mode)
    nodes = _nodes(network, anchor or place, radius_km, known=anchor is not None)
    if not len(nodes):
        return None
    km = _kilometres(mode, rules)
    graph = network.graph
    matrix = csr_array((km, graph.indices, graph.indptr), shape=graph.shape)
    metres = dijkstra(matrix, indices=nodes, min_only=True) * (1000 * STRAIGHT)
    found = metres.astype(np.float32)
    for array in (found, nodes):
        array.flags.writeable = False
    return WaterField(found, nodes)


def _nodes(network: WaterNetwork, point: Point, radius_km: float, *, known: bool) -> Ints:
    """Return the nodes that a place may be at: its own cell's, and those within the radius."""
    away = geography.haversine_m(*point, network.lon, network.lat) / 1000
    nearest = float(away.min())
    if not known and nearest > NEAR_KM + radius_km:
        return np.empty(0, dtype=np.int64)
    own = _node_at(network, point)
    within = np.flatnonzero(away <= max(radius_km, nearest if own is None else 0.0))
    more = [] if own is None else [own]
    return np.union1d(within, more).astype(np.int64)


def _node_at(network: WaterNetwork, point: Point) -> int | None:
    """Return the node of the cell of the mask that a point lies in; None on land."""
    row, column = (int(one) for one in cells_at(*point))
    nodes = network.nodes_of_block(row // BLOCK, column % COLUMNS // BLOCK)
    node = int(nodes[row % BLOCK, column % BLOCK])
    return None if node < 0 else node


@lru_cache(KEPT_LENGTHS)
def _kilometres(mode: str, rules: Rules) -> npt.NDArray[np.float64]:
    """Return the length of each edge; infinite where it may not be used."""
    network = network_of(mode)
    km = _lengths(mode)
    closed = [passage.edges for passage in network.closed(rules)]
    codes = geography.unit_codes(rules.view)
    units = np.unique(network.unit[network.unit >= 0])
    barred = units[[not rules.allows(codes[unit]) for unit in units.tolist()]]
    if not closed and not len(barred):
        return km
    km = km.copy()
    tail = np.repeat(np.arange(len(network.lon)), np.diff(network.graph.indptr))
    head = network.graph.indices
    if closed:
        edges = np.concatenate([*closed, *(each[:, ::-1] for each in closed)]).astype(np.int64)
        count = len(network.lon)
        km[np.isin(tail * count + head, edges[:, 0] * count + edges[:, 1])] = np.inf
    if len(barred):
        row, column = cells_at(network.lon, network.lat)
        inside = np.isin(network.units_on(row * COLUMNS + column), barred)
        km[inside[head]] = np.inf
    km.flags.writeable = False
    return km


@lru_cache(2)
def _lengths(mode: str) -> npt.NDArray[np.float64]:
    """Return the length of each edge in km, without the surcharge near the shore."""
    network = network_of(mode)
    xyz = vectors(network.lon, network.lat)
    tail = np.repeat(np.arange(len(xyz)), np.diff(network.graph.indptr))
    squares = sum((axis[tail] - axis[network.graph.indices]) ** 2 for axis in xyz.T.copy())
    found: npt.NDArray[np.float64] = EARTH_KM * np.sqrt(squares)
    found.flags.writeable = False
    return found
