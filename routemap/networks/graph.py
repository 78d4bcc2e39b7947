"""A network of track or road as plain nodes and edges, on its way to the form that is searched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Bits = npt.NDArray[np.bool_]

__all__ = ["KINDS", "PATCHED", "REPAIRED", "TRACK", "TRANSFER", "Edge", "Graph", "split_gauges"]

KINDS = ("track", "repaired", "patched", "transfer")
"""What an edge is: in the source's data, a join over a false break, a line entered by hand from a
cited source, or a change from one gauge to another."""
TRACK, REPAIRED, PATCHED, TRANSFER = range(4)
Edge = tuple[int, int, int]
"""Two nodes, and the metres between them."""


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes and edges.

    Attributes
    ----------
    lonlat
        Shape (n, 2): degrees of WGS 84, by node.
    edges
        Shape (m, 2): the two nodes of each edge.
    metres
        Length of each edge.
    kind
        Index into `KINDS`, by edge.
    gauges
        Shape (m, 2): track gauge in mm; the second is 0 where there is one only, both where it is
        not known.
    main
        Whether an edge belongs to a line that international agreements name as a main line.
    electrified
        0 where it is not known, 1 for no, 2 for yes, by edge.
    """

    lonlat: Floats
    edges: Ints
    metres: Ints
    kind: Ints
    gauges: Ints
    main: Bits
    electrified: Ints

    @classmethod
    def of(cls, lonlat: Floats, edges: list[Edge]) -> Graph:
        """Return a graph of track whose gauge is not known."""
        none = np.empty((0, 2), dtype=np.int64)
        flat = none[:, 0]
        return cls(lonlat, none, flat, flat, none, flat.astype(bool), flat).plus(edges, TRACK)

    @property
    def degree(self) -> Ints:
        """Number of edges at each node."""
        return np.bincount(self.edges.ravel(), minlength=len(self.lonlat))

    def plus(self, edges: list[Edge], kind: int, nodes: Floats | None = None) -> Graph:
        """Return the graph with more edges of one kind and, before them, more nodes."""
        more = np.array(edges, dtype=np.int64).reshape(-1, 3)
        return Graph(
            self.lonlat if nodes is None else np.concatenate([self.lonlat, nodes.reshape(-1, 2)]),
            np.concatenate([self.edges, more[:, :2]]),
            np.concatenate([self.metres, more[:, 2]]),
            np.concatenate([self.kind, np.full(len(more), kind)]),
            np.concatenate([self.gauges, np.zeros((len(more), 2), dtype=np.int64)]),
            np.concatenate([self.main, np.zeros(len(more), dtype=bool)]),
            np.concatenate([self.electrified, np.zeros(len(more), dtype=np.int64)]),
        )

    def without(self, edges: Ints) -> Graph:
        """Return the graph without the edges of these indices."""
        names = ("edges", "metres", "kind", "gauges", "main", "electrified")
        rest = {name: np.delete(getattr(self, name), edges, axis=0) for name in names}
        return replace(self, **rest)

    def components(self) -> Ints:
        """Return the number of the connected component of each node."""
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components

        shape = (len(self.lonlat), len(self.lonlat))
        ones = np.ones(len(self.edges))
        _, labels = connected_components(coo_matrix((ones, self.edges.T), shape), directed=False)
        found: Ints = labels
        return found

    def matrix(self) -> Any:
        """Return the sparse matrix of the metres, both ways; an edge has at least one.

        Of parallel edges the shortest counts.
        """
        from scipy.sparse import csr_matrix

        low, high = np.sort(self.edges, axis=1).T
        order = np.lexsort((self.metres, high, low))
        pairs = low[order] * len(self.lonlat) + high[order]
        best = order[np.unique(pairs, return_index=True)[1]]
        (u, v), metres = self.edges[best].T, np.maximum(1, self.metres[best])
        shape = (len(self.lonlat), len(self.lonlat))
        return csr_matrix((np.r_[metres, metres], (np.r_[u, v], np.r_[v, u])), shape)


def split_gauges(graph: Graph) -> tuple[Graph, Ints]:
    """Give every node at which gauges meet a copy for each, and join the copies by transfers.

    An edge with two gauges becomes two. A transfer stands where the tracks that meet differ; along
    a line with two gauges there is none. Edges of unknown gauge take any: they never make a break.

    Returns
    -------
    tuple
        The graph, its edges of one gauge each, and for each of its nodes the node of `graph` that
        it is a copy of.
    """
    incident = _gauges_by_node(graph)
    copies, origin = _copies(incident, len(graph.lonlat))
    edge, column = np.nonzero(graph.gauges)
    unknown = np.flatnonzero(~graph.gauges.any(axis=1))
    met = [
        {mm for end in graph.edges[one].tolist() for mm in incident.get(end, ())} for one in unknown
    ]
    either = [(one, mm) for one, any_of in zip(unknown, met, strict=True) for mm in any_of or {0}]
    more = np.array(either, dtype=np.int64).reshape(-1, 2)
    gauge = np.concatenate([graph.gauges[edge, column], more[:, 1]])
    edge = np.concatenate([edge, more[:, 0]])
    order = np.argsort(edge, kind="stable")
    edge, gauge = edge[order], gauge[order]
    ends = graph.edges[edge]
    split = np.isin(ends, list(incident))
    for row, side in np.argwhere(split).tolist():
        node = int(ends[row, side])
        ends[row, side] = copies.get((node, int(gauge[row])), node)
    whole = Graph(
        graph.lonlat[origin],
        ends,
        graph.metres[edge],
        graph.kind[edge],
        np.stack([np.where(np.isin(edge, unknown), 0, gauge), np.zeros_like(gauge)], axis=1),
        graph.main[edge],
        graph.electrified[edge],
    )
    return whole.plus(_transfers(graph, incident, copies), TRANSFER), origin


def _gauges_by_node(graph: Graph) -> dict[int, list[int]]:
    """Return the gauges of each node at which two or more meet, ascending."""
    node = np.concatenate([graph.edges[:, side] for side in (0, 0, 1, 1)])
    gauge = np.concatenate([graph.gauges[:, column] for column in (0, 1, 0, 1)])
    known = np.unique(np.stack([node, gauge], axis=1)[gauge > 0], axis=0)
    nodes, counts = np.unique(known[:, 0], return_counts=True)
    meeting = known[np.isin(known[:, 0], nodes[counts > 1])]
    found: dict[int, list[int]] = {}
    for one, mm in meeting.tolist():
        found.setdefault(one, []).append(mm)
    return found


def _copies(incident: dict[int, list[int]], count: int) -> tuple[dict[tuple[int, int], int], Ints]:
    """Return the node of each (node, gauge), the first being the node itself, and the originals."""
    copies: dict[tuple[int, int], int] = {}
    origin = list(range(count))
    for node, gauges in incident.items():
        copies[node, gauges[0]] = node
        for gauge in gauges[1:]:
            copies[node, gauge] = len(origin)
            origin.append(node)
    return copies, np.array(origin)


def _transfers(
    graph: Graph, incident: dict[int, list[int]], copies: dict[tuple[int, int], int]
) -> list[Edge]:
    """Return the edges, of 0 m, between the copies of nodes whose edges differ in gauge."""
    sets: dict[int, set[tuple[int, ...]]] = {}
    touching = np.flatnonzero(np.isin(graph.edges, list(incident)).any(axis=1))
    for (u, v), gauges in zip(
        graph.edges[touching].tolist(), np.sort(graph.gauges[touching], axis=1), strict=True
    ):
        for node in (u, v):
            if gauges.any():
                sets.setdefault(node, set()).add(tuple(gauges.tolist()))
    changing = [node for node in incident if len(sets[node]) > 1]
    return [
        (copies[node, one], copies[node, two], 0)
        for node in changing
        for one, two in combinations(incident[node], 2)
    ]
