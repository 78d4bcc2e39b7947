"""Shortest paths over a track network under one set of rules: one weight vector, one engine."""

from __future__ import annotations

from functools import cache, cached_property
from importlib.util import find_spec
from threading import local
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from routemap import geography
from routemap.networks.graph import KINDS, TRANSFER
from routemap.networks.stored import frozen

if TYPE_CHECKING:
    from routemap.networks.rules import Rules
    from routemap.networks.track import TrackNetwork

__all__ = ["BORDER_KM", "GAUGE_KM", "MINOR", "SCALE", "Router", "as_sequence", "router_name"]

SCALE = 40
"""Weights are metres times 40 plus a seeded 1 to 20 (`TrackNetwork.noise`), so that two engines
mostly choose the same of two equally long tracks; over two chains the noise stays under a metre, so
that they agree on the metres. A path of 53,687 km still fits the 31 bits that the hierarchy has."""
CLOSED = 2**31 - 1
GAUGE_KM, BORDER_KM, MINOR = 600, 150, 1.1
"""What the usual way counts: a change of gauge as 600 km, a border as 150 km, a km off the main
lines of international agreements as 1.1 km. The figures are a convention of routemap's: a day of
a train's way at a transshipment yard, some hours at a frontier station. They say which way is
drawn, never how long it is."""

TRANSFER_M = 10
"""Added to every change of gauge, so that none is made where tracks of both run side by side."""

KEPT_QUERIES = 4
_OWN = local()
"""The last queries of each thread."""

Ints = npt.NDArray[np.int32]
Weights = npt.NDArray[np.int64]
Found = tuple[int, list[int]]
"""The weight of a path, and its arcs."""


class Router:
    """Shortest paths between junctions under one set of rules.

    Attributes
    ----------
    rules
        What may not be used, and what counts.
    codes
        ISO 3166 code of each unit in the rules' border view.
    owner
        A number for each unit, the same for those of one code.
    usable
        Which nodes may be used.
    open
        Which chains may be used.
    weight
        What each chain counts; `CLOSED` for those that may not be used.
    """

    def __init__(self, network: TrackNetwork, rules: Rules) -> None:
        codes = geography.unit_codes(rules.view)
        self.rules = rules
        self.codes = frozen(np.array(codes))
        self.owner = frozen(np.unique(self.codes, return_inverse=True)[1])
        self._network = network
        self.usable = self._usable(codes)
        self._minor = MINOR if rules.usual and network.main.any() else 1.0
        self.open = frozen(self._open())
        if rules.without or rules.closed:
            self.usable = self.usable & self._reached()
        self.usable = frozen(self.usable)
        self.weight = frozen(np.where(self.open, self._count(), CLOSED).astype(np.int32))

    def _usable(self, codes: tuple[str, ...]) -> npt.NDArray[np.bool_]:
        """Return which nodes may be used: by country, and by region where rules name one."""
        network, rules = self._network, self.rules
        permitted = np.array([*(rules.allows(code) for code in codes), False])
        found: npt.NDArray[np.bool_] = permitted[network.unit]
        for one in map(geography.regions().get, rules.only or ()):
            if one is not None:
                found |= one.holds(network.lon, network.lat, network.unit)
        for one in map(geography.regions().get, rules.avoid):
            if one is not None:
                found &= ~one.holds(network.lon, network.lat, network.unit)
        return found

    def _open(self) -> npt.NDArray[np.bool_]:
        network, rules = self._network, self.rules
        found: npt.NDArray[np.bool_] = self.usable[network.tail] & self.usable[network.head]
        for kind in rules.without:
            found &= network.kind != KINDS.index(kind)
        for closure in rules.closed:
            found[network.closures[closure].chains] = False
        return found

    def _reached(self) -> npt.NDArray[np.bool_]:
        """Return which nodes an open chain ends at or runs over."""
        network = self._network
        reached = np.zeros(network.junctions, dtype=bool)
        reached[network.tail[self.open]] = reached[network.head[self.open]] = True
        return np.concatenate([reached, np.repeat(self.open, network.interior)])

    def _count(self) -> Weights:
        """Return what each chain counts where nothing is forbidden: see `SCALE`, `GAUGE_KM`."""
        network = self._network
        counted = network.chain_metres.astype(np.int64) * SCALE + network.noise
        transfers = np.flatnonzero(network.kind == TRANSFER)
        counted[transfers] += TRANSFER_M * SCALE
        if self._minor != 1:
            minor = ~network.main
            counted[minor] = (counted[minor] * self._minor).astype(np.int64)
        if self.rules.usual:
            over = np.flatnonzero(network.crossing)
            tail, head = (
                self.owner[network.unit[end[over]]] for end in (network.tail, network.head)
            )
            counted[over[tail != head]] += BORDER_KM * 1000 * SCALE
            counted[transfers] += GAUGE_KM * 1000 * SCALE
        return counted

    def per_metre(self, chain: int) -> float:
        """Return what a metre of a chain counts."""
        return SCALE if self._network.main[chain] else SCALE * self._minor

    @cached_property
    def _engine(self) -> _HierarchyEngine | _PlainEngine:
        return _engine(self._network, self.weight)

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
        return frozen(np.concatenate([labels, inner]))

    def path(self, sources: list[tuple[int, int]], targets: list[tuple[int, int]]) -> Found | None:
        """Return (weight, arcs) of the best path; None where there is none.

        `sources` and `targets` are (junction, weight to get there), each junction once.
        """
        return self._engine.path(sources, targets)

    def search(self, weight: Weights, start: int, stop: int) -> list[int] | None:
        """Return the arcs of the best path between two junctions under weights of one's own."""
        found = _engine(self._network, weight).path([(start, 0)], [(stop, 0)])
        return None if found is None else found[1]


def as_sequence(array: npt.NDArray[Any]) -> Any:
    """Return whole numbers as a sequence that compiled code reads without a list of objects."""
    return memoryview(array.astype(np.uint32))  # type: ignore[arg-type] # numpy's stubs before 3.12


@cache
def router_name() -> str:
    """Return the engine that searches track networks: "routingkit-cch" or "scipy"."""
    return "routingkit-cch" if find_spec("routingkit_cch") else "scipy"


def _engine(network: TrackNetwork, weight: Weights) -> _HierarchyEngine | _PlainEngine:
    """Return what searches: the hierarchy where its package is installed, else scipy."""
    engine = _HierarchyEngine if router_name() == "routingkit-cch" else _PlainEngine
    return engine(network, weight)


class _HierarchyEngine:
    """Customizable contraction hierarchy (RoutingKit): a new weight vector in milliseconds."""

    def __init__(self, network: TrackNetwork, weight: npt.NDArray[Any]) -> None:
        from routingkit_cch import CCHMetric

        self._metric = CCHMetric(network.hierarchy, as_sequence(np.repeat(weight, 2)))

    def path(self, sources: list[tuple[int, int]], targets: list[tuple[int, int]]) -> Found | None:
        result = self._query().run_multi(sources, targets)
        distance = result.distance
        if distance is None or distance >= CLOSED:
            return None
        return distance, result.arc_path

    def _query(self) -> Any:
        """Return this thread's query on the metric, or a new one in place of the oldest.

        A query has one result at a time, and may be used and dropped by its own thread alone.
        """
        kept: list[tuple[Any, Any]] = _OWN.__dict__.setdefault("queries", [])
        for metric, query in kept:
            if metric is self._metric:
                return query
        from routingkit_cch import CCHQuery

        kept.insert(0, (self._metric, CCHQuery(self._metric)))
        del kept[KEPT_QUERIES:]
        return kept[0][1]


class _PlainEngine:
    """scipy's Dijkstra on the same weights, where the hierarchy's package is not installed."""

    def __init__(self, network: TrackNetwork, weight: Weights) -> None:
        from scipy.sparse import csr_matrix

        (tail, head), both = network.arcs(), np.repeat(weight, 2)
        keep = np.flatnonzero((both < CLOSED) & (tail != head))
        ranked = keep[np.lexsort((both[keep], head[keep], tail[keep]))]
        pairs = tail[ranked].astype(np.int64) * network.junctions + head[ranked]
        _, best = np.unique(pairs, return_index=True)  # parallel arcs: the shortest only
        self._arc = ranked[best]
        self._pair = pairs[best]
        self._count = network.junctions
        cells = both[self._arc].astype(np.float64), (tail[self._arc], head[self._arc])
        self._matrix = csr_matrix(cells, (self._count, self._count))

    def path(self, sources: list[tuple[int, int]], targets: list[tuple[int, int]]) -> Found | None:
        best: tuple[float, list[int]] | None = None
        for start, before in sources:
            distance, previous = self._tree(start)
            for stop, after in targets:
                total = distance[stop] + before + after
                if np.isfinite(total) and (best is None or total < best[0]):
                    best = total, self._arcs(previous, start, stop)
        return None if best is None else (int(best[0]), best[1])

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
