"""Courses over rail and road: snap both ends, search, and read the line off the network."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from routemap import geography
from routemap.errors import NoRouteError
from routemap.networks.track import KINDS, SCALE, Router, TrackNetwork
from routemap.routing.course import Course, Kind, Rules, Stretch

__all__ = ["MAX_SNAP_M", "SCHEMATIC_M", "course", "length_m"]

MAX_SNAP_M = 60_000.0
"""A place over 60 km from the network is not on it: the rail data's longest missing branch that was
met so far (Olya) is 48 km long."""
SLACK_M = 10_000.0
"""An end is not moved over 10 km past its nearest node to reach another part of the network: that
would jump a border that no train crosses, or a strait."""
SCHEMATIC_M = 2000.0
"""A line whose true course can be over 2 km away is schematic (DESIGN section 4)."""
SEA_M = 5000.0

Point = tuple[float, float]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Walk:
    """Parts of chains in order: chain, and the positions 0 (tail) to interior + 1 (head) on it."""

    chain: Ints
    start: Ints
    stop: Ints


def course(network: TrackNetwork, origin: Point, destination: Point, rules: Rules) -> Course:
    """Return the shortest line between two points (lon, lat) under `rules`.

    Lengths are the network's. The ends are joined to the nearest nodes that may be used and hang
    together; those joins are stretches of kind ``gap``.

    Raises
    ------
    NoRouteError
        An end is over 60 km from the network or at sea, or nothing connects the two ends.
    """
    router = network.router(rules)
    nodes = _snap(network, router, origin, destination)
    line, stretches = _read(network, router, _search(network, router, nodes), nodes[0])
    return _with_gaps(origin, destination, line, stretches)


def length_m(network: TrackNetwork, origin: Point, destination: Point, rules: Rules) -> float:
    """Return the length in metres of `course`, gaps in it, without reading the line."""
    router = network.router(rules)
    nodes = _snap(network, router, origin, destination)
    _, edges, _ = _expand(network, _search(network, router, nodes))
    gaps = [
        _gap_m(network, end, node) for end, node in zip((origin, destination), nodes, strict=True)
    ]
    return float(network.metres[edges].sum()) + sum(gaps)


def _snap(
    network: TrackNetwork, router: Router, origin: Point, destination: Point
) -> tuple[int, int]:
    """Return the nodes at which the line begins and ends: nearest in all that hang together."""
    first, second = (_nearest_by_component(network, router, end) for end in (origin, destination))
    common = first.keys() & second.keys()
    if not common:
        raise NoRouteError(
            f"the {network.mode} near {_at(origin)} and the {network.mode} near {_at(destination)} "
            "are not connected in the data."
        )
    best = min(common, key=lambda one: (first[one][1] + second[one][1], one))
    for end, (_, metres) in ((origin, first[best]), (destination, second[best])):
        if metres > SEA_M and geography.country_near(*end, within_km=SEA_M / 1000) is None:
            raise NoRouteError(f"{_at(end)} lies at sea; a {network.mode} leg ends on land.")
    return first[best][0], second[best][0]


def _nearest_by_component(
    network: TrackNetwork, router: Router, end: Point
) -> dict[int, tuple[int, float]]:
    """Return the nearest node that may be used, and its distance, by connected component.

    Components whose nearest node is over 10 km farther than the nearest of all are left out.
    """
    nodes, metres = _usable(network, router, end, 2 * SLACK_M)
    if not len(nodes) or metres[0] > SLACK_M:
        nodes, metres = _usable(network, router, end, MAX_SNAP_M)
    if not len(nodes):
        raise NoRouteError(
            f"no {network.mode} that may be used lies within {MAX_SNAP_M / 1000:g} km of {_at(end)}."
        )
    count = int(np.searchsorted(metres, metres[0] + SLACK_M, side="right"))
    labels, first = np.unique(network.component[nodes[:count]], return_index=True)
    return {
        int(label): (int(nodes[index]), float(metres[index]))
        for label, index in zip(labels, first, strict=True)
    }


def _usable(
    network: TrackNetwork, router: Router, end: Point, radius_m: float
) -> tuple[npt.NDArray[np.int32], Floats]:
    nodes, metres = network.near(*end, radius_m)
    usable = router.allowed[network.unit[nodes]]
    return nodes[usable], metres[usable]


def _at(point: Point) -> str:
    return f"({point[0]:g}, {point[1]:g})"


def _search(network: TrackNetwork, router: Router, nodes: tuple[int, int]) -> _Walk:
    """Return the shortest walk between two nodes, either of which may lie inside a chain."""
    start, stop = nodes
    if start == stop:
        return _walk([])
    inside = _inside(network, router, start, stop)
    found = router.path(_entries(network, router, start), _entries(network, router, stop))
    if found is None and inside is None:
        raise NoRouteError(
            f"no {network.mode} line connects the two ends under the constraints given."
        )
    if found is None or (inside is not None and inside[0] <= found[0]):
        return _walk([inside[1]] if inside else [])
    return _walk(_parts(network, nodes, found[1], found[2]))


def _entries(network: TrackNetwork, router: Router, node: int) -> list[tuple[int, int]]:
    """Return the junctions that a node reaches along its own chain, with the weight to each."""
    if node < network.junctions:
        return [(node, 0)]
    chain, position = network.chain_of(node)
    if not router.open[chain]:
        return []
    edge, count = network.edge[chain], network.interior[chain] + 1
    before = int(network.metres[edge : edge + position + 1].sum())
    after = int(network.metres[edge + position + 1 : edge + count].sum())
    entries = {int(network.tail[chain]): before * SCALE}
    head = int(network.head[chain])
    entries[head] = min(after * SCALE, entries.get(head, after * SCALE))
    return list(entries.items())


def _inside(
    network: TrackNetwork, router: Router, start: int, stop: int
) -> tuple[int, tuple[int, int, int]] | None:
    """Return (weight, part) of the way between two nodes inside one chain; None otherwise."""
    if min(start, stop) < network.junctions:
        return None
    (chain, one), (other, two) = network.chain_of(start), network.chain_of(stop)
    if chain != other or not router.open[chain]:
        return None
    edge, (low, high) = network.edge[chain], sorted((one + 1, two + 1))
    weight = int(network.metres[edge + low : edge + high].sum()) * SCALE
    return weight, (chain, one + 1, two + 1)


def _parts(
    network: TrackNetwork, nodes: tuple[int, int], arcs: list[int], junction: int
) -> list[tuple[int, int, int]]:
    """Return the parts of chains from node to node: to the first junction, the arcs, and on."""
    chain, back = np.divmod(np.array(arcs, dtype=np.int64), 2)
    far = network.interior[chain] + 1
    parts = list(
        zip(chain.tolist(), (back * far).tolist(), ((1 - back) * far).tolist(), strict=True)
    )
    if nodes[0] >= network.junctions:
        own, position = network.chain_of(nodes[0])
        parts.insert(0, (own, position + 1, _end(network, own, junction, position + 1)))
    if nodes[1] >= network.junctions:
        if arcs:
            junction = int((network.tail if back[-1] else network.head)[chain[-1]])
        own, position = network.chain_of(nodes[1])
        parts.append((own, _end(network, own, junction, position + 1), position + 1))
    return parts


def _end(network: TrackNetwork, chain: int, junction: int, position: int) -> int:
    """Return the position, 0 or interior + 1, at which a chain meets a junction.

    A loop meets it at both: the nearer one by metres from `position` is meant.
    """
    far = int(network.interior[chain]) + 1
    if network.tail[chain] != network.head[chain]:
        return 0 if network.tail[chain] == junction else far
    edge = network.edge[chain]
    before = network.metres[edge : edge + position].sum()
    return 0 if before <= network.metres[edge + position : edge + far].sum() else far


def _walk(parts: list[tuple[int, int, int]]) -> _Walk:
    columns = np.array(parts, dtype=np.int64).reshape(-1, 3).T
    return _Walk(*columns)


def _expand(network: TrackNetwork, walk: _Walk) -> tuple[Ints, Ints, Ints]:
    """Return (part, edge, position at which it is entered) of every edge of a walk, in order."""
    sign = np.where(walk.stop > walk.start, 1, -1)
    counts = np.abs(walk.stop - walk.start)
    part = np.repeat(np.arange(len(counts)), counts)
    step = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    position = walk.start[part] + sign[part] * step
    edge = network.edge[walk.chain[part]] + np.where(sign[part] > 0, position, position - 1)
    return part, edge, position


def _nodes(network: TrackNetwork, chain: Ints, position: Ints) -> Ints:
    """Return the node at each position of each chain."""
    inner = network.first[chain] + position - 1
    outer = np.where(position == 0, network.tail[chain], network.head[chain])
    return np.where((position == 0) | (position > network.interior[chain]), outer, inner)


def _read(
    network: TrackNetwork, router: Router, walk: _Walk, start: int
) -> tuple[Floats, list[Stretch]]:
    """Return the line of a walk and its stretches, split where it crosses a border."""
    if len(walk.chain) == 0:
        return np.array([[network.lon[start], network.lat[start]]]), []
    part, edges, position = _expand(network, walk)
    chain = walk.chain[part]
    last = _nodes(network, walk.chain[-1:], walk.stop[-1:])
    nodes = np.concatenate([_nodes(network, chain, position), last])
    line = np.stack([np.unwrap(network.lon[nodes], period=360), network.lat[nodes]], axis=1)
    metres = network.metres[edges].astype(float)
    chord = geography.haversine_m(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1])
    offset = np.sqrt(np.maximum(0, metres**2 - chord**2)) / 2
    share = network.split[chain]
    share = np.where(walk.stop[part] > walk.start[part], share, 1 - share) * (share > 0)
    crossing = np.flatnonzero(share > 0)
    border = line[crossing] + share[crossing, None] * (line[crossing + 1] - line[crossing])
    line = np.insert(line, crossing + 1, border, axis=0)
    unit = np.insert(network.unit[nodes[:-1]], crossing + 1, network.unit[nodes[crossing + 1]])
    lengths = np.insert(
        np.where(share > 0, share, 1) * metres,
        crossing + 1,
        (1 - share[crossing]) * metres[crossing],
    )
    offset = np.insert(offset, crossing + 1, offset[crossing])
    kind = np.insert(network.kind[chain], crossing + 1, network.kind[chain][crossing])
    return line, _stretches(router.codes[unit], kind, lengths, offset)


def _stretches(
    codes: npt.NDArray[np.str_], kind: npt.NDArray[np.uint8], metres: Floats, offset: Floats
) -> list[Stretch]:
    """Return stretches of equal country and kind; long chords are schematic."""
    schematic = (kind == 0) & (offset > SCHEMATIC_M)
    look = np.where(schematic, len(KINDS), kind)
    changes = np.flatnonzero((codes[1:] != codes[:-1]) | (look[1:] != look[:-1])) + 1
    starts = np.concatenate([[0], changes])
    stops = np.concatenate([changes, [len(codes)]])
    lengths, farthest = np.add.reduceat(metres, starts), np.maximum.reduceat(offset, starts)
    names: tuple[Kind, ...] = ("track", "repaired", "patched", "schematic")
    return [
        Stretch(names[look[first]], str(codes[first]), length, far, first, stop)
        for first, stop, length, far in zip(
            starts.tolist(), stops.tolist(), lengths.tolist(), farthest.tolist(), strict=True
        )
    ]


def _gap_m(network: TrackNetwork, end: Point, node: int) -> float:
    return float(geography.geodesic_m(*end, float(network.lon[node]), float(network.lat[node])))


def _with_gaps(origin: Point, destination: Point, line: Floats, stretches: list[Stretch]) -> Course:
    """Return the course from point to point: the line with a gap at each end that needs one."""
    ends = np.array([_beside(origin, line[0]), _beside(destination, line[-1])])
    gaps = geography.geodesic_m(*ends.T, *line[[0, -1]].T)
    before, after = (float(one) for one in gaps)
    head, tail = (int(one > 0) for one in (before, after))
    coordinates = np.concatenate([ends[:head], line, ends[2 - tail :]])
    coordinates.flags.writeable = False
    last = len(line) - 1 + head
    parts = [replace(one, start=one.start + head, stop=one.stop + head) for one in stretches]
    if head:
        country = stretches[0].country if stretches else None
        parts.insert(0, Stretch("gap", country, before, before / 2, 0, 1))
    if tail:
        country = stretches[-1].country if stretches else None
        parts.append(Stretch("gap", country, after, after / 2, last, last + 1))
    return Course(coordinates, tuple(parts), (before, after))


def _beside(end: Point, node: Floats) -> Point:
    """Return `end` with its longitude on the same turn of the globe as `node`."""
    return end[0] + 360 * round((float(node[0]) - end[0]) / 360), end[1]
