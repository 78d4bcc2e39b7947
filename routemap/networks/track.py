"""Rail and road as a compressed graph: chains between junctions, a country on every edge."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.util import find_spec
from math import cos, floor, radians
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from routemap import geography
from routemap.networks.stored import read_arrays

if TYPE_CHECKING:
    from collections.abc import Mapping

    from routemap.networks.rules import Rules

__all__ = ["KINDS", "Router", "TrackNetwork", "load", "router_name"]

KINDS = ("track", "repaired", "patched")
SCALE, NOISE = 40, 20
"""Weights are metres times 40 plus a seeded 0 to 19, so that two engines mostly choose the same of
two equally long tracks; over two chains the noise stays under a metre, so that they agree on the
metres. A path of 53,687 km still fits the 31 bits that the hierarchy has."""
CLOSED = 2**31 - 1
KEPT_RULES = 16
SPLIT_SCALE = 250
"""`split` is stored as a byte, in 1/250."""
MARGIN_DEG = 0.01

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
    by_cell, cell_start
        The nodes by square degree, rows from the south and columns from 180 W; where each starts.
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
    by_cell: Ints
    cell_start: npt.NDArray[np.int64]
    _routers: OrderedDict[Rules, Router] = field(default_factory=OrderedDict, init=False)

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
        key = self.first.dtype.type(node)  # another type would copy the array at each call
        chain = int(np.searchsorted(self.first, key, side="right")) - 1
        return chain, node - int(self.first[chain])

    def near(self, lon: float, lat: float, radius_m: float) -> tuple[Ints, npt.NDArray[np.float64]]:
        """Return (nodes, metres) of all nodes within `radius_m` on the sphere, nearest first."""
        reach = float(np.degrees(radius_m / geography.EARTH_RADIUS_M)) + MARGIN_DEG
        starts, by_cell = self.cell_start, self.by_cell
        cells = [by_cell[starts[cell] : starts[cell + 1]] for cell in _cells(lon, lat, reach)]
        nodes = np.concatenate(cells)
        metres = geography.haversine_m(lon, lat, self.lon[nodes], self.lat[nodes])
        within = np.flatnonzero(metres <= radius_m)
        ranked = within[np.argsort(metres[within], kind="stable")]
        return nodes[ranked], metres[ranked]

    def router(self, rules: Rules) -> Router:
        """Return the router for `rules`; 16 are kept, the least recently used goes first."""
        router = self._routers.pop(rules, None) or Router(self, rules)
        self._routers[rules] = router
        if len(self._routers) > KEPT_RULES:
            self._routers.popitem(last=False)
        return router

    @cached_property
    def weights(self) -> npt.NDArray[np.int64]:
        """Weight of each chain where nothing is forbidden: see `SCALE`."""
        noise = np.random.default_rng(0).integers(0, NOISE, len(self.tail))
        return _frozen(self.chain_metres * SCALE + noise)

    @cached_property
    def arc_tail(self) -> Ints:
        """Junction at which each arc begins: arc 2c is chain c, arc 2c + 1 the way back."""
        return _frozen(np.stack([self.tail, self.head], axis=1).ravel())

    @cached_property
    def arc_head(self) -> Ints:
        """Junction at which each arc ends."""
        return _frozen(np.stack([self.head, self.tail], axis=1).ravel())

    @cached_property
    def hierarchy(self) -> Any:
        """The contraction hierarchy over the arcs (`routingkit_cch.CCH`)."""
        from routingkit_cch import CCH

        tail, head = self.tail.tolist(), self.head.tolist()
        arcs = _interleaved(tail, head), _interleaved(head, tail)
        return CCH(self.order.tolist(), *arcs, filter_always_inf_arcs=False)


def _cells(lon: float, lat: float, reach: float) -> list[int]:
    """Return the square degrees, as rows of 360 from the south, that a reach in degrees touches."""
    rows = range(max(0, floor(lat - reach) + 90), min(179, floor(lat + reach) + 90) + 1)
    narrow = cos(radians(min(89.9, abs(lat) + reach)))
    west, east = floor(lon - reach / narrow), floor(lon + reach / narrow)
    columns = range(west, min(east, west + 359) + 1)
    return [row * 360 + (column + 180) % 360 for row in rows for column in columns]


class Router:
    """Shortest paths between junctions under one set of rules: one weight vector.

    Attributes
    ----------
    rules
        What may not be used.
    codes
        ISO 3166 code of each unit in the rules' border view.
    allowed
        Which units may be entered.
    open
        Which chains may be used.
    """

    def __init__(self, network: TrackNetwork, rules: Rules) -> None:
        codes = geography.unit_codes(rules.view)
        self.rules = rules
        self.codes = _frozen(np.array(codes))
        self.allowed = _frozen(np.array([rules.allows(code) for code in codes]))
        tail, head = network.unit[network.tail], network.unit[network.head]
        self.open = _frozen(self.allowed[tail] & self.allowed[head])
        self._network = network
        weight = np.where(self.open, network.weights, CLOSED)
        engine = _HierarchyEngine if router_name() == "routingkit-cch" else _PlainEngine
        self._engine = engine(network, weight)

    @cached_property
    def component(self) -> Ints:
        """What hangs together under the rules: a number for each node."""
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components

        network, used = self._network, np.flatnonzero(self.open)
        cells = np.ones(len(used)), (network.tail[used], network.head[used])
        shape = (network.junctions, network.junctions)
        _, labels = connected_components(coo_matrix(cells, shape), directed=False)
        inner = np.repeat(labels[network.tail], network.interior)
        return _frozen(np.concatenate([labels, inner]))

    def path(
        self, sources: list[tuple[int, int]], targets: list[tuple[int, int]]
    ) -> tuple[int, list[int], int] | None:
        """Return (weight, arcs, first junction) of the best path; None where there is none.

        `sources` and `targets` are (junction, weight to get there).
        """
        return self._engine.path(sources, targets)


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array.flags.writeable = False
    return array


def _interleaved(even: list[int], odd: list[int]) -> list[int]:
    """Return both lists in turns; quicker than making twice as many integers of an array."""
    both = [0] * (2 * len(even))
    both[::2], both[1::2] = even, odd
    return both


@cache
def router_name() -> str:
    """Return the engine that searches track networks: "routingkit-cch" or "scipy"."""
    return "routingkit-cch" if find_spec("routingkit_cch") else "scipy"


class _HierarchyEngine:
    """Customizable contraction hierarchy (RoutingKit): a new weight vector in milliseconds."""

    def __init__(self, network: TrackNetwork, weight: npt.NDArray[np.int64]) -> None:
        from routingkit_cch import CCHMetric, CCHQuery

        both_ways = weight.tolist()
        self._metric = CCHMetric(network.hierarchy, _interleaved(both_ways, both_ways))
        self._new_query = CCHQuery  # a query belongs to one thread, and to one result at a time

    def path(
        self, sources: list[tuple[int, int]], targets: list[tuple[int, int]]
    ) -> tuple[int, list[int], int] | None:
        result = self._new_query(self._metric).run_multi(sources, targets)
        if result.distance is None or result.distance >= CLOSED:
            return None
        return result.distance, result.arc_path, result.node_path[0]


class _PlainEngine:
    """scipy's Dijkstra on the same weights, where the hierarchy's package is not installed."""

    def __init__(self, network: TrackNetwork, weight: npt.NDArray[np.int64]) -> None:
        from scipy.sparse import csr_matrix

        tail, head, both = network.arc_tail, network.arc_head, np.repeat(weight, 2)
        keep = np.flatnonzero((both < CLOSED) & (tail != head))
        ranked = keep[np.lexsort((both[keep], head[keep], tail[keep]))]
        pairs = tail[ranked].astype(np.int64) * network.junctions + head[ranked]
        _, best = np.unique(pairs, return_index=True)  # parallel arcs: the shortest only
        self._arc = ranked[best]
        self._pair = pairs[best]
        self._count = network.junctions
        cells = both[self._arc].astype(np.float64), (tail[self._arc], head[self._arc])
        self._matrix = csr_matrix(cells, (self._count, self._count))

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
    return _network(mode, read_arrays(f"{mode}.npz"))


def _network(mode: str, stored: Mapping[str, npt.NDArray[Any]]) -> TrackNetwork:
    lon, lat = (np.cumsum(stored[name], dtype=np.int64) / 1000 for name in ("lon", "lat"))
    interior = stored["interior"].astype(np.int32)
    starts = (np.cumsum(interior) - interior).astype(np.int32)
    edge = (starts + np.arange(len(interior))).astype(np.int32)
    metres = np.maximum(1, stored["metres"].astype(np.int64))
    cell = (np.minimum(lat + 90, 179) // 1 * 360 + (lon + 180) // 1 % 360).astype(np.uint16)
    counts = np.bincount(cell, minlength=180 * 360)
    kept = ("unit", "component", "tail", "head", "kind", "order")
    arrays: dict[str, Any] = {name: stored[name] for name in kept} | {
        "lon": lon,
        "lat": lat,
        "interior": interior,
        "first": starts + np.int32(len(stored["order"])),
        "edge": edge,
        "metres": metres,
        "split": stored["split"] / SPLIT_SCALE,
        "chain_metres": np.add.reduceat(metres, edge),
        "by_cell": np.argsort(cell, kind="stable").astype(np.int32),
        "cell_start": np.concatenate([[0], np.cumsum(counts)]),
    }
    return TrackNetwork(mode, **{name: _frozen(array) for name, array in arrays.items()})
