"""Distances over rail and road from a place to every junction, under rules, as read-only arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from routemap import geography
from routemap.networks import track
from routemap.routing.track import MAX_SNAP_M, YARD_M

if TYPE_CHECKING:
    import numpy.typing as npt

    from routemap.networks.rules import Rules
    from routemap.networks.track import TrackNetwork
    from routemap.routing.course import Point

    Floats = npt.NDArray[np.float32]
    Ints = npt.NDArray[np.int64]

__all__ = ["TrackField", "field"]

KEPT_FIELDS = 48
"""Of at most 2 MB each, by road."""
KEPT_MATRICES = 3


@dataclass(frozen=True, slots=True, eq=False)
class TrackField:
    """How far everything is from a place, along the network.

    Attributes
    ----------
    metres
        To each junction; infinite where no way leads.
    junction, offset
        The junctions at which ways from the place join the network, and the metres to each.
    open
        Which chains may be used.
    chain, along, away
        The chains that it lies beside, the metres along each from its tail, and the metres to it.
    """

    metres: Floats
    open: npt.NDArray[np.bool_]
    junction: Ints
    offset: Floats
    chain: Ints
    along: Floats
    away: Floats

    def to(self, other: TrackField) -> float:
        """Return the metres to another place of the same network and rules."""
        over = self.metres[other.junction] + other.offset
        least = float(over.min(initial=inf))
        for chain, along, away in zip(self.chain, self.along, self.away, strict=True):
            same = other.chain == chain
            direct = np.abs(other.along[same] - along) + other.away[same] + away
            least = min(least, float(direct.min(initial=inf)))
        return least

    def at(self, network: TrackNetwork, chain: Ints, along: Floats) -> Floats:
        """Return the metres to points on chains, given as metres from their tails."""
        from_tail = self.metres[network.tail[chain]] + along
        from_head = self.metres[network.head[chain]] + network.chain_metres[chain] - along
        found: Floats = np.minimum(from_tail, from_head)
        for own, place, away in zip(self.chain, self.along, self.away, strict=True):
            here = np.flatnonzero(chain == own)
            found[here] = np.minimum(found[here], np.abs(along[here] - place) + away)
        return found

    def least(self, network: TrackNetwork) -> Floats:
        """Return the metres to the nearer end of each chain; 0 beside the place itself.

        Infinite for chains that may not be used.
        """
        nearer = np.minimum(self.metres[network.tail], self.metres[network.head])
        found: Floats = np.where(self.open, nearer, np.float32(np.inf))
        found[self.chain] = 0
        return found


@lru_cache(KEPT_FIELDS)
def field(
    mode: str, rules: Rules, place: Point, anchor: Point | None, radius_km: float
) -> TrackField | None:
    """Return the distances from a place that may be anywhere within a radius of its point.

    Parameters
    ----------
    mode, rules
        The network and what of it may be used.
    place
        Lon, lat of the place.
    anchor
        Lon, lat of where it is known to join the network; else the nearest that may be used, at
        most 60 km away. None is returned where there is none.
    radius_km
        Its uncertainty: all of the network within is at no distance.
    """
    network = track.load(mode)
    usable = network.router(rules).usable
    reach_m = max(YARD_M, radius_km * 1000)
    nodes, metres = network.near(*(anchor or place), reach_m if anchor else reach_m + MAX_SNAP_M)
    nodes, metres = nodes[usable[nodes]], metres[usable[nodes]]
    if not len(nodes) or (anchor is None and metres[0] > MAX_SNAP_M):
        return None
    if anchor is None:
        nodes = nodes[metres <= metres[0] + reach_m]
    lon, lat = network.lon[nodes], network.lat[nodes]
    away = np.maximum(0, geography.haversine_m(*place, lon, lat) - radius_km * 1000)
    return _spread(network, mode, rules, nodes.astype(np.int64), away.astype(np.float32))


def _spread(
    network: TrackNetwork, mode: str, rules: Rules, nodes: Ints, away: Floats
) -> TrackField:
    """Return the field of some nodes, each at some metres from the place."""
    ends, inner = nodes < network.junctions, nodes >= network.junctions
    chain = network.first.searchsorted(nodes[inner].astype(np.int32), side="right") - 1
    is_open = network.router(rules).open[chain]
    chain, inside = chain[is_open], nodes[inner][is_open]
    before = network.metres_before
    edge = network.edge[chain]
    along = (before[edge + inside - network.first[chain] + 1] - before[edge]).astype(np.float32)
    near = away[inner][is_open]
    junction = np.concatenate([nodes[ends], network.tail[chain], network.head[chain]])
    rest = network.chain_metres[chain] - along
    offset = np.concatenate([away[ends], near + along, near + rest]).astype(np.float32)
    metres = _distances(_matrix(mode, rules), junction, offset)
    arrays = (junction.astype(np.int64), offset, chain.astype(np.int64), along, near)
    for array in (metres, *arrays):
        array.flags.writeable = False
    return TrackField(metres, network.router(rules).open, *arrays)


def _distances(matrix: Any, junction: Ints, offset: Floats) -> Floats:
    """Return the metres from a place, joined to some junctions, to all of them."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    count = matrix.shape[0]
    order = np.lexsort((offset, junction))
    best = order[np.unique(junction[order], return_index=True)[1]]
    data = np.concatenate([matrix.data, np.maximum(offset[best], 1e-3)])
    indices = np.concatenate([matrix.indices, junction[best]])
    starts = np.append(matrix.indptr, len(indices))
    joined = csr_array((data, indices, starts), shape=(count + 1, count + 1))
    metres: Floats = dijkstra(joined, indices=count)[:count].astype(np.float32)
    return metres


@lru_cache(KEPT_MATRICES)
def _matrix(mode: str, rules: Rules) -> Any:
    """Return the metres of the chains that may be used, both ways, the shortest of parallel ones.

    The last row is empty.
    """
    from scipy.sparse import csr_array

    network = track.load(mode)
    used = np.flatnonzero(network.router(rules).open & (network.tail != network.head))
    metres = np.maximum(network.chain_metres[used], 1e-3)
    tail = np.concatenate([network.tail[used], network.head[used]]).astype(np.int64)
    head = np.concatenate([network.head[used], network.tail[used]]).astype(np.int64)
    both = np.concatenate([metres, metres])
    order = np.lexsort((both, tail * network.junctions + head))
    pairs = (tail * network.junctions + head)[order]
    best = order[np.flatnonzero(np.diff(pairs, prepend=-1))]
    shape = (network.junctions, network.junctions)
    found = csr_array((both[best], (tail[best], head[best])), shape=shape)
    for array in (found.data, found.indices, found.indptr):
        array.flags.writeable = False
    return found
