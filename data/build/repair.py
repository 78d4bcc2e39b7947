"""Close the false breaks of rail and road data by a rule, and measure how much the rule finds.

Upstream cut the lines into pieces and dropped some: Nakhodka hangs on a piece whose end lies 1.7 km
from the main line. Two breaks are closed. An end of track is joined to a node of another component
within 3 km if that continues the line; two ends of one component that continue each other are
joined if the way round is over 20 km, and over 100 km where they are 1 to 3 km apart. Nothing is
joined across a border, nor where a table of reviewed joins says that a join was false.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree
from tracks import metres_between

from routemap.geography import EARTH_RADIUS_M, vectors
from routemap.networks.graph import REPAIRED, Edge, Graph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracks import Row

    from routemap.networks.compress import Units
    from routemap.networks.graph import Floats, Ints

JOIN_M, JOIN_TURN_DEG = 3000.0, 60.0
CLOSE_M, CLOSE_DETOUR_M, FAR_DETOUR_M = 1000.0, 20_000.0, 100_000.0
CUTS, CUT_LENGTHS_M = 500, ((100, 500), (500, 1000), (1000, 3000))

Gap = tuple[int, int, int]
"""Metres, an end of track, and the node that may continue it."""


def repaired(graph: Graph, units: Units, reviewed: list[Row]) -> Graph:
    """Return the graph with its false breaks closed, but for the joins found false on review."""
    false = {
        _ends(float(row["lon_a"]), float(row["lat_a"]), float(row["lon_b"]), float(row["lat_b"]))
        for row in reviewed
        if row["verdict"] == "reject"
    }
    joins = repair(graph, units)
    kept = [join for join in joins if _ends(*graph.lonlat[list(join[:2])].ravel()) not in false]
    km = sum(metres for _, _, metres in kept) / 1000
    print(f"{len(kept)} joins, {km:.0f} km; {len(joins) - len(kept)} rejected", file=sys.stderr)
    whole = graph.plus(kept, REPAIRED)
    for name, each in (("source", graph), ("repaired", whole)):
        sizes = np.bincount(each.components())
        print(f"{name}: {len(sizes)} components, the largest {sizes.max()}", file=sys.stderr)
    return whole


def _ends(*degrees: float) -> frozenset[tuple[int, int]]:
    """Return the two ends of a join, in thousandths of a degree, in no order."""
    thousandths = [round(float(one) * 1000) for one in degrees]
    return frozenset({(thousandths[0], thousandths[1]), (thousandths[2], thousandths[3])})


def repair(graph: Graph, units: Units) -> list[Edge]:
    """Return joins over false breaks: first between components, then inside them.

    Parameters
    ----------
    graph
        The lines as the source has them.
    units
        Territory of each node.
    """
    ends = np.flatnonzero(graph.degree == 1)
    inner = _inner_neighbours(graph, set(ends.tolist()))
    joins = _join_components(graph, units, inner)
    return joins + _close_detours(graph.plus(joins, REPAIRED), units, inner, joins)


def _chord(metres: float) -> float:
    """Return the straight distance between unit vectors that lie `metres` apart on the earth."""
    return float(2 * np.sin(metres / EARTH_RADIUS_M / 2))


def _inner_neighbours(graph: Graph, ends: set[int]) -> dict[int, int]:
    """Return the one neighbour of each end of track, ends in ascending order."""
    both = np.concatenate([graph.edges, graph.edges[:, ::-1]]).tolist()
    return dict(sorted((u, v) for u, v in both if u in ends))


def _join_components(graph: Graph, units: Units, inner: dict[int, int]) -> list[Edge]:
    """Return the shortest joins that make components hang together, as in Kruskal's tree.

    A join is no longer than the track of either component: a siding is not tied to a line by more
    invented track than there is.
    """
    labels = graph.components()
    track_m = np.bincount(labels[graph.edges[:, 0]], graph.metres, labels.max() + 1)
    parent = list(range(labels.max() + 1))
    joins = []
    for metres, end, node in sorted(_open_gaps(graph, units, inner, labels)):
        a, b = _root(parent, labels[end]), _root(parent, labels[node])
        if a != b and metres <= min(track_m[labels[end]], track_m[labels[node]]):
            parent[a] = b
            joins.append((end, node, metres))
    return joins


def _open_gaps(graph: Graph, units: Units, inner: dict[int, int], labels: Ints) -> Iterator[Gap]:
    """Yield the gaps from ends of track to nodes of other components that continue the line."""
    points = vectors(*graph.lonlat.T)
    ends = list(inner)
    near = cKDTree(points).query_ball_point(points[ends], _chord(JOIN_M))
    for end, nodes in zip(ends, near, strict=True):
        for node in nodes:
            apart = labels[node] != labels[end] and units[node] == units[end]
            if apart and _turn_deg(graph.lonlat, inner[end], end, node) <= JOIN_TURN_DEG:
                yield _gap_m(graph, end, node), end, node


def _close_detours(
    graph: Graph, units: Units, inner: dict[int, int], joins: list[Edge]
) -> list[Edge]:
    """Return joins between two ends of one component that are near by air and far by rail."""
    joined = {end for join in joins for end in join[:2]}
    metres = graph.matrix()
    found = []
    for gap, u, v in sorted(_gaps_between_ends(graph, units, inner)):
        limit = CLOSE_DETOUR_M if gap <= CLOSE_M else FAR_DETOUR_M
        if joined.isdisjoint((u, v)) and np.isinf(dijkstra(metres, indices=u, limit=limit)[v]):
            found.append((u, v, gap))
            joined |= {u, v}
    return found


def _gaps_between_ends(graph: Graph, units: Units, inner: dict[int, int]) -> Iterator[Gap]:
    """Yield the gaps between two ends of track that continue each other."""
    ends = list(inner)
    pairs = cKDTree(vectors(*graph.lonlat[ends].T)).query_pairs(
        _chord(JOIN_M), output_type="ndarray"
    )
    for u, v in np.array(ends)[pairs].tolist():
        turn = max(_turn_deg(graph.lonlat, inner[a], a, b) for a, b in ((u, v), (v, u)))
        if units[u] == units[v] and turn <= JOIN_TURN_DEG:
            yield _gap_m(graph, u, v), u, v


def _gap_m(graph: Graph, end: int, node: int) -> int:
    return max(1, round(metres_between(graph.lonlat[end], graph.lonlat[node])))


def _turn_deg(lonlat: Floats, before: int, at: int, after: int) -> float:
    """Return by how much the line before -> at turns towards `after`, in degrees."""
    scale = np.array([np.cos(np.radians(lonlat[at, 1])), 1.0])
    one = (lonlat[at] - lonlat[before]) * scale
    two = (lonlat[after] - lonlat[at]) * scale
    norm = np.linalg.norm(one) * np.linalg.norm(two)
    return 0.0 if norm == 0 else float(np.degrees(np.arccos(np.clip(one @ two / norm, -1, 1))))


def _root(parent: list[int], one: int) -> int:
    while parent[one] != one:
        parent[one] = parent[parent[one]]
        one = parent[one]
    return one


def measure(graph: Graph, units: Units) -> None:
    """Print what share of seeded random cuts in plain line the rule restores, by length."""
    for low, high in CUT_LENGTHS_M:
        exact, elsewhere = _held_out(graph, units, low, high)
        print(
            f"cuts of {low / 1000:g} to {high / 1000:g} km: {exact:.0%} restored, "
            f"{elsewhere:.0%} joined elsewhere, {1 - exact - elsewhere:.0%} left open"
        )


def _held_out(graph: Graph, units: Units, low: int, high: int) -> tuple[float, float]:
    """Return the shares of `CUTS` cuts that are restored, and whose ends are joined elsewhere."""
    plain = (graph.degree[graph.edges] == 2).all(axis=1)
    long = (low <= graph.metres) & (graph.metres < high)
    chosen = np.random.default_rng(0).choice(np.flatnonzero(plain & long), CUTS, replace=False)
    joins = {frozenset(join[:2]) for join in repair(graph.without(chosen), units)}
    joined = {end for join in joins for end in join}
    pairs = [frozenset(pair) for pair in graph.edges[chosen].tolist()]
    exact = [pair in joins for pair in pairs]
    touched = [bool(pair & joined) for pair in pairs]
    return float(np.mean(exact)), float(np.mean(touched) - np.mean(exact))
