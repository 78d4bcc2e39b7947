"""Compress nodes and edges to chains between junctions: the arrays that networks.track reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from routemap import geography
from routemap.networks.graph import Graph, split_gauges

if TYPE_CHECKING:
    import numpy.typing as npt

    from routemap.networks.graph import Floats, Ints

    Units = npt.NDArray[np.int16]

__all__ = ["compress", "node_units"]

STEPS = 64
"""Points along an edge at which it is asked which side of the border they are on."""
NOWHERE = -1
"""The unit of a node that stands on a border: nothing begins or ends there."""


class Chain(NamedTuple):
    """A line without branches: its nodes from junction to junction, and the edges between them."""

    nodes: list[int]
    edges: list[int]


def node_units(graph: Graph) -> Units:
    """Return the territory of each node; a node off the land polygons takes a neighbour's."""
    from scipy.spatial import cKDTree

    units = geography.units_at(*graph.lonlat.T)
    lost = -1
    while lost != (lost := int((units < 0).sum())):
        for u, v in (graph.edges.T, graph.edges.T[::-1]):
            loose = (units[u] < 0) & (units[v] >= 0)
            units[u[loose]] = units[v[loose]]
    points, known = geography.vectors(*graph.lonlat.T), np.flatnonzero(units >= 0)
    alone = np.flatnonzero(units < 0)
    if len(alone) and len(known):
        units[alone] = units[known[cKDTree(points[known]).query(points[alone])[1]]]
    return units


def compress(graph: Graph, units: Units, *, per_degree: int = 1000) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a network, as they are stored.

    Junctions come in the order in which a contraction hierarchy takes them. Chains are broken where
    territory, kind, gauge, rank or power changes; an edge between two territories is a chain of its
    own, and so is a transfer between gauges.

    Parameters
    ----------
    graph
        The lines, with every gauge that an edge has.
    units
        Territory of each node (`routemap.geography.units_at`).
    per_degree
        Positions are stored as whole parts of a degree: 1000 is 111 m, 1,000,000 is 11 cm.
    """
    graph, origin = split_gauges(graph)
    graph, units = _with_border_nodes(graph, units[origin])
    junctions, chains = _chains(graph, _labels(graph, units), units != NOWHERE)
    tail, head = np.searchsorted(junctions, [(own.nodes[0], own.nodes[-1]) for own in chains]).T
    order = _order(graph.lonlat[junctions], tail, head)
    junctions, (tail, head) = junctions[order], np.argsort(order)[np.stack([tail, head])]
    interior = [node for chain in chains for node in chain.nodes[1:-1]]
    nodes = np.append(junctions, np.array(interior, dtype=np.int64))
    whole = np.round(graph.lonlat[nodes] * per_degree).astype(np.int32)
    lon, lat = np.diff(whole, axis=0, prepend=np.int32(0)).T
    first, edges = [own.edges[0] for own in chains], [one for own in chains for one in own.edges]
    return {
        "per_degree": np.array(per_degree),
        "lon": lon,
        "lat": lat,
        "unit": units[nodes],
        "component": graph.components()[nodes].astype(np.int32),
        "tail": tail.astype(np.int32),
        "head": head.astype(np.int32),
        "interior": _narrow(np.array([len(chain.nodes) - 2 for chain in chains])),
        "metres": graph.metres[edges].astype(np.uint32),
        "kind": graph.kind[first].astype(np.uint8),
        "gauge": graph.gauges[first, 0].astype(np.uint16),
        "main": graph.main[first],
        "junctions": np.array(len(junctions)),
        **_power(graph.electrified[first]),
    }


def _power(electrified: Ints) -> dict[str, npt.NDArray[Any]]:
    """Return what is known of electrification, by chain; nothing where nothing is."""
    return {"electrified": electrified.astype(np.uint8)} if electrified.any() else {}


def _narrow(counts: Ints) -> npt.NDArray[Any]:
    """Return counts in 16 bits, or in 32 where one is too large."""
    return counts.astype(np.promote_types(np.uint16, np.min_scalar_type(counts.max(initial=0))))


def _with_border_nodes(graph: Graph, units: Units) -> tuple[Graph, Units]:
    """Put a node on every edge between two territories, where its chord leaves the first.

    What is unknown of the true course is unknown of the place as well.
    """
    u, v = units[graph.edges.T]
    crossing = np.flatnonzero(u != v)
    start, stop = graph.lonlat[graph.edges[crossing].T]
    share = np.linspace(0, 1, STEPS + 1)
    path = start[:, None] + (stop - start)[:, None] * share[:, None]
    across = geography.units_at(path[..., 0], path[..., 1]) == v[crossing][:, None]
    entered = np.where(across.any(axis=1), across.argmax(axis=1), STEPS)
    part = np.clip(share[entered], 0.01, 0.99)
    border = len(graph.lonlat) + np.arange(len(crossing))
    metres = graph.metres.copy()
    metres[crossing] = np.round(metres[crossing] * part)
    edges = graph.edges.copy()
    edges[crossing, 1] = border
    rest = graph.metres[crossing] - metres[crossing]
    whole = Graph(
        np.concatenate([graph.lonlat, start + part[:, None] * (stop - start)]),
        np.concatenate([edges, np.stack([border, graph.edges[crossing, 1]], axis=1)]),
        np.concatenate([metres, rest]),
        *(
            np.concatenate([each, each[crossing]])
            for each in (graph.kind, graph.gauges, graph.main, graph.electrified)
        ),
    )
    return whole, np.concatenate([units, np.full(len(crossing), NOWHERE, dtype=units.dtype)])


def _labels(graph: Graph, units: Units) -> Ints:
    """Return a number for what edges have in common, -1 for an edge that ends on a border."""
    unit = units[graph.edges].astype(np.int64)
    own = graph.kind, graph.gauges[:, 0], graph.main, graph.electrified
    common = np.stack([unit[:, 0], *own], axis=1)
    label = np.unique(common, axis=0, return_inverse=True)[1].reshape(-1)
    return np.where((unit == NOWHERE).any(axis=1), -1, label)


def _chains(graph: Graph, label: Ints, inland: npt.NDArray[np.bool_]) -> tuple[Ints, list[Chain]]:
    """Return the junctions and the chains between them, broken where the label changes.

    A chain goes on over a node with two edges of one label, and over a node on a border, beyond
    which it ends at the next node; a ring without a junction gets one.
    """
    incident: list[list[int]] = [[] for _ in graph.lonlat]
    pairs = graph.edges.tolist()
    for edge, pair in enumerate(pairs):
        for node in pair:
            incident[node].append(edge)
    labels = [[label[edge] for edge in own] for own in incident]
    plain = [len(own) == 2 and own[0] == own[1] and own[0] >= 0 for own in labels]
    junction = [bool(land) and not one for land, one in zip(inland, plain, strict=True)]
    used = [False] * len(pairs)
    starts = [(node, edge) for node, own in enumerate(incident) if junction[node] for edge in own]
    rings = [(pair[0], edge) for edge, pair in enumerate(pairs)]
    chains = []
    for node, edge in starts + rings:
        if used[edge]:
            continue
        junction[node] = True
        chain = _follow(node, edge, pairs, incident, junction)
        for passed in chain.edges:
            used[passed] = True
        chains.append(chain)
    return np.flatnonzero(junction), chains


def _follow(
    node: int, edge: int, pairs: list[list[int]], incident: list[list[int]], junction: list[bool]
) -> Chain:
    """Return the chain that leaves a junction by an edge, up to the next junction."""
    nodes, edges = [node], [edge]
    while True:
        u, v = pairs[edges[-1]]
        nodes.append(v if nodes[-1] == u else u)
        if junction[nodes[-1]]:
            return Chain(nodes, edges)
        one, two = incident[nodes[-1]]
        edges.append(two if one == edges[-1] else one)


def _order(lonlat: Floats, tail: Ints, head: Ints) -> npt.NDArray[np.int32]:
    """Return the junctions in the order in which they are contracted, by nested dissection.

    Without the package of the contraction hierarchy, which alone needs it, their own order.
    """
    try:
        from routingkit_cch import compute_order_inertial
    except ImportError:
        return np.arange(len(lonlat), dtype=np.int32)
    lon, lat = lonlat.T.tolist()
    tails, heads = tail.tolist(), head.tolist()
    order = compute_order_inertial(len(lonlat), tails + heads, heads + tails, lat, lon)
    return np.array(order, dtype=np.int32)
