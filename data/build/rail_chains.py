"""Compress the railways to chains between junctions: the arrays of routemap/networks/track.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import routingkit_cch

from routemap import geography
from routemap.networks.track import SPLIT_SCALE

if TYPE_CHECKING:
    import numpy.typing as npt
    from rail_graph import Floats, Graph, Ints, Units

STEPS = 64
"""Points along an edge at which it is asked which side of the border they are on."""


class Chain(NamedTuple):
    """A line without branches: its nodes from junction to junction, and the edges between them."""

    nodes: list[int]
    edges: list[int]


def compress(graph: Graph, units: Units) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of the asset.

    Chains are broken where territory or kind changes; an edge between two territories is a chain.
    """
    within = units[graph.edges[:, 0]] == units[graph.edges[:, 1]]
    label = np.where(within, units[graph.edges[:, 0]].astype(np.int64) * 4 + graph.kind, -1)
    junctions, chains = _chains(graph, label)
    first = np.array([chain.edges[0] for chain in chains])
    tail, head = np.searchsorted(junctions, [(own.nodes[0], own.nodes[-1]) for own in chains]).T
    interior = [node for chain in chains for node in chain.nodes[1:-1]]
    nodes = np.concatenate([junctions, np.array(interior, dtype=np.int64)])
    thousandths = np.round(graph.lonlat[nodes] * 1000).astype(np.int32)
    lon, lat = np.diff(thousandths, axis=0, prepend=np.int32(0)).T
    return {
        "lon": lon,
        "lat": lat,
        "unit": units[nodes],
        "component": graph.components()[nodes].astype(np.int16),
        "tail": tail.astype(np.int32),
        "head": head.astype(np.int32),
        "interior": np.array([len(chain.nodes) - 2 for chain in chains], dtype=np.uint16),
        "metres": graph.metres[[edge for chain in chains for edge in chain.edges]].astype(
            np.uint32
        ),
        "kind": graph.kind[first].astype(np.uint8),
        "split": _splits(graph, units, chains),
        "order": _order(graph.lonlat[junctions], tail, head),
    }


def _chains(graph: Graph, label: Ints) -> tuple[Ints, list[Chain]]:
    """Return the junctions and the chains between them, broken where the label changes.

    An interior node has two edges of one label that is not -1; a ring without a junction gets one.
    """
    incident: list[list[int]] = [[] for _ in graph.lonlat]
    pairs = graph.edges.tolist()
    for edge, pair in enumerate(pairs):
        for node in pair:
            incident[node].append(edge)
    labels = [[label[edge] for edge in own] for own in incident]
    junction = [len(own) != 2 or own[0] != own[1] or own[0] < 0 for own in labels]
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


def _splits(graph: Graph, units: Units, chains: list[Chain]) -> npt.NDArray[np.uint8]:
    """Return, by chain, how far along its chord an edge between two territories leaves the first.

    In 1 / `SPLIT_SCALE` of the edge; 0 for a chain within one territory.
    """
    ends = np.array([chain.nodes[:2] for chain in chains])
    crossing = np.flatnonzero(units[ends[:, 0]] != units[ends[:, 1]])
    start, stop = graph.lonlat[ends[crossing].T]
    share = np.linspace(0, 1, STEPS + 1)
    path = start[:, None] + (stop - start)[:, None] * share[:, None]
    across = geography.units_at(path[..., 0], path[..., 1]) == units[ends[crossing, 1]][:, None]
    entered = np.where(across.any(axis=1), across.argmax(axis=1), STEPS)
    found = np.zeros(len(chains), dtype=np.uint8)
    found[crossing] = np.round(np.clip(share[entered], 0.01, 0.99) * SPLIT_SCALE)
    return found


def _order(lonlat: Floats, tail: Ints, head: Ints) -> npt.NDArray[np.int32]:
    """Return the contraction order of the junctions, by nested dissection."""
    lon, lat = lonlat.T.tolist()
    tails, heads = tail.tolist(), head.tolist()
    order = routingkit_cch.compute_order_inertial(
        len(lonlat), tails + heads, heads + tails, lat, lon
    )
    return np.array(order, dtype=np.int32)
