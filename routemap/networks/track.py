"""Rail and road as a compressed graph: chains between junctions, a country on every edge."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from routemap import geography
from routemap.errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from routemap.routing.course import Rules

__all__ = ["KINDS", "Router", "TrackNetwork", "load", "router_name"]

KINDS = ("track", "repaired", "patched")
SCALE = 40
"""Weights are metres times 40 plus a seeded 0 to 39, so that two routers choose the same one of two
equally long tracks. A path of 53,687 km still fits the 31 bits that the router has."""
CLOSED = 2**31 - 1
KEPT_RULES = 16
BAND_DEG = 0.01

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class TrackNetwork:
    """A network of track or road. Immutable: arrays are read-only.

    Nodes are junctions first, then the interior nodes of each chain in order. Chain `c` runs from
    junction ``tail[c]`` over ``interior[c]`` nodes from ``first[c]`` to junction ``head[c]``; its
    ``interior[c] + 1`` edges begin at ``edge[c]``.

    Attributes
    ----------
    mode
        "rail".
    lon, lat
        Degrees of WGS 84, by node, to 0.001.
    unit, component
        Territory (`routemap.geography`) and connected component, by node.
    tail, head, interior, first, edge
        The chains, as above.
    metres
        Length of each edge.
    kind
        Index into `KINDS`, by chain.
    split
        By chain: how far along a single edge that crosses a border the border lies, 0 to 1; 0 for
        a chain within one territory.
    chain_metres
        Length of each chain.
    order
        Contraction order of the junctions (nested dissection).
    """

    mode: str
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    unit: npt.NDArray[np.int16]
    component: npt.NDArray[np.int16]
    tail: Ints
    head: Ints
    interior: Ints
    first: Ints
    edge: Ints
    metres: npt.NDArray[np.int64]
    kind: npt.NDArray[np.uint8]
    split: npt.NDArray[np.float64]
    chain_metres: npt.NDArray[np.int64]
    order: Ints
    _by_lat: Ints
    _sorted_lat: npt.NDArray[np.float64]
    _routers: OrderedDict[Rules, Router] = field(default_factory=OrderedDict)

    @property
    def passages(self) -> Mapping[str, str]:
        """No passages: those are of the sea."""
        return {}

    @property
    def junctions(self) -> int:
        """Number of junctions: nodes at which a chain may end."""
        return len(self.order)

    def chain_of(self, node: int) -> tuple[int, int]:
        """Return (chain, position from 0) of an interior node."""
        chain = int(np.searchsorted(self.first, node, side="right")) - 1
        return chain, node - int(self.first[chain])

    def near(self, lon: float, lat: float, radius_m: float) -> tuple[Ints, npt.NDArray[np.float64]]:
        """Return (nodes, metres) of all nodes within `radius_m` on the sphere, nearest first."""
        reach = np.degrees(radius_m / geography.EARTH_RADIUS_M) + BAND_DEG
        low, high = np.searchsorted(self._sorted_lat, (lat - reach, lat + reach))
        band = self._by_lat[low:high]
        east = np.abs((self.lon[band] - lon + 180) % 360 - 180)
        narrow = np.cos(np.radians(min(90.0, abs(lat) + reach)))
        nodes = band[east * narrow <= reach]
        metres = geography.haversine_m(lon, lat, self.lon[nodes], self.lat[nodes])
        within = np.flatnonzero(metres <= radius_m)
        ranked = within[np.argsort(metres[within], kind="stable")]
        return nodes[ranked], metres[ranked]

    def router(self, rules: Rules) -> Router:
        """Return the router for `rules`; at most 16 are kept, the least recently used goes first."""
        router = self._routers.pop(rules, None) or Router(self, rules)
        self._routers[rules] = router
        if len(self._routers) > KEPT_RULES:
            self._routers.popitem(last=False)
        return router


class Router:
    """Shortest paths between junctions under one set of rules: one weight vector.

    Arc ``2c`` is chain `c` from tail to head, arc ``2c + 1`` the way back.

    Attributes
    ----------
    codes
        ISO 3166 code of each unit in the rules' border view.
    allowed
        Which units may be entered.
    open
        Which chains may be used.
    """

    def __init__(self, network: TrackNetwork, rules: Rules) -> None:
        codes = geography.unit_codes(rules.view)
        self.codes = np.array(codes)
        self.allowed = np.array([rules.allows(code) for code in codes])
        ends = self.allowed[network.unit[network.tail]], self.allowed[network.unit[network.head]]
        self.open = ends[0] & ends[1]
        for array in (self.codes, self.allowed, self.open):
            array.flags.writeable = False
        weight = np.where(self.open, chain_weights(network), CLOSED)
        self._engine = _hierarchy_engine(network, weight) or _PlainEngine(network, weight)

    def path(
        self, sources: list[tuple[int, int]], targets: list[tuple[int, int]]
    ) -> tuple[int, list[int], int] | None:
        """Return (weight, arcs, first junction) of the best path; None where there is none.

        `sources` and `targets` are (junction, weight to get there).
        """
        return self._engine.path(sources, targets)


def chain_weights(network: TrackNetwork) -> npt.NDArray[np.int64]:
    """Return the weight of each chain: 40 times its metres and a seeded 0 to 39."""
    noise = np.random.default_rng(0).integers(0, SCALE, len(network.tail))
    return network.chain_metres * SCALE + noise


@cache
def _hierarchy(mode: str) -> Any:
    """Return the contraction hierarchy of a network; None where its package is not installed."""
    try:
        from routingkit_cch import CCH
    except ImportError:
        return None
    network = load(mode)
    tail, head = arcs(network)
    return CCH(network.order.tolist(), tail.tolist(), head.tolist(), filter_always_inf_arcs=False)


def router_name() -> str:
    """Return the engine that searches track networks: "routingkit-cch" or "scipy"."""
    try:
        import routingkit_cch
    except ImportError:
        return "scipy"
    return "routingkit-cch"


def arcs(network: TrackNetwork) -> tuple[Ints, Ints]:
    """Return (tails, heads) of the arcs: each chain forward and back."""
    tail = np.stack([network.tail, network.head], axis=1).ravel()
    head = np.stack([network.head, network.tail], axis=1).ravel()
    return tail, head


def _hierarchy_engine(
    network: TrackNetwork, weight: npt.NDArray[np.int64]
) -> _HierarchyEngine | None:
    hierarchy = _hierarchy(network.mode)
    return None if hierarchy is None else _HierarchyEngine(hierarchy, network, weight)


class _HierarchyEngine:
    """Customizable contraction hierarchy (RoutingKit): a new weight vector in milliseconds."""

    def __init__(
        self, hierarchy: Any, network: TrackNetwork, weight: npt.NDArray[np.int64]
    ) -> None:
        from routingkit_cch import CCHMetric, CCHQuery

        self._tail = arcs(network)[0]
        self._query = CCHQuery(CCHMetric(hierarchy, np.repeat(weight, 2).tolist()))

    def path(
        self, sources: list[tuple[int, int]], targets: list[tuple[int, int]]
    ) -> tuple[int, list[int], int] | None:
        result = self._query.run_multi(sources, targets)
        distance, found, nodes = result.distance, result.arc_path, result.node_path
        del result  # the query refuses to run again while a result is alive
        if distance is None or distance >= CLOSED:
            return None
        return distance, found, nodes[0]


class _PlainEngine:
    """scipy's Dijkstra on the same weights, where the hierarchy's package is not installed."""

    def __init__(self, network: TrackNetwork, weight: npt.NDArray[np.int64]) -> None:
        from scipy.sparse import csr_matrix

        tail, head = arcs(network)
        both = np.repeat(weight, 2)
        keep = np.flatnonzero((both < CLOSED) & (tail != head))
        ranked = keep[np.lexsort((both[keep], head[keep], tail[keep]))]
        pairs = tail[ranked].astype(np.int64) * network.junctions + head[ranked]
        _, best = np.unique(pairs, return_index=True)  # parallel arcs: the shortest only
        self._arc = ranked[best]
        self._pair = pairs[best]
        self._count = network.junctions
        shape = (self._count, self._count)
        cells = both[self._arc].astype(np.float64), (tail[self._arc], head[self._arc])
        self._matrix = csr_matrix(cells, shape)

    def path(
        self, sources: list[tuple[int, int]], targets: list[tuple[int, int]]
    ) -> tuple[int, list[int], int] | None:
        best: tuple[float, list[int], int] | None = None
        for start, before in sources:
            distance, previous = self._tree(start)
            for stop, after in targets:
                total = distance[stop] + before + after
                if np.isfinite(total) and (best is None or total < best[0]):
                    best = total, self._arcs(previous, start, stop), start
        return None if best is None else (int(best[0]), best[1], best[2])

    def _tree(self, start: int) -> tuple[npt.NDArray[np.float64], Ints]:
        from scipy.sparse.csgraph import dijkstra

        found: tuple[npt.NDArray[np.float64], Ints] = dijkstra(
            self._matrix, indices=start, return_predecessors=True
        )
        return found

    def _arcs(self, previous: Ints, start: int, stop: int) -> list[int]:
        nodes = [stop]
        while nodes[-1] != start:
            nodes.append(int(previous[nodes[-1]]))
        line = np.array(nodes[::-1], dtype=np.int64)
        places = np.searchsorted(self._pair, line[:-1] * self._count + line[1:])
        found: list[int] = self._arc[places].tolist()
        return found


@cache
def load(mode: str) -> TrackNetwork:
    """Return the shipped network of a mode, read once; raises `AssetError` if it is damaged."""
    path = files("routemap").joinpath(f"assets/{mode}.npz")
    try:
        with path.open("rb") as stream, np.load(stream) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return _network(mode, arrays)
    except (OSError, KeyError, ValueError) as error:
        cure = "Install routemap-osint again."
        raise AssetError(f"assets/{mode}.npz is missing or damaged ({error}). {cure}") from error


def _network(mode: str, stored: Mapping[str, npt.NDArray[Any]]) -> TrackNetwork:
    lon, lat = (np.cumsum(stored[name], dtype=np.int64) / 1000 for name in ("lon", "lat"))
    interior = stored["interior"].astype(np.int32)
    starts = np.concatenate([[0], np.cumsum(interior)[:-1]])
    edge = (starts + np.arange(len(interior))).astype(np.int32)
    metres = np.maximum(1, stored["metres"].astype(np.int64))
    by_lat = np.argsort(lat, kind="stable").astype(np.int32)
    arrays = {
        "lon": lon,
        "lat": lat,
        "unit": stored["unit"],
        "component": stored["component"],
        "tail": stored["tail"],
        "head": stored["head"],
        "interior": interior,
        "first": (starts + len(stored["order"])).astype(np.int32),
        "edge": edge,
        "metres": metres,
        "kind": stored["kind"],
        "split": stored["split"] / 250,
        "chain_metres": np.add.reduceat(metres, edge),
        "order": stored["order"],
        "_by_lat": by_lat,
        "_sorted_lat": lat[by_lat],
    }
    for array in arrays.values():
        array.flags.writeable = False
    return TrackNetwork(mode, **arrays)
