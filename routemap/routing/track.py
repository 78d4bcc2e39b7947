"""Courses over rail and road: snap both ends, search, and read the line off the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from routemap import geography
from routemap.errors import NoRouteError
from routemap.networks.track import SCALE
from routemap.routing.course import Course, Ends, Point, Stretch, at
from routemap.routing.walk import Walk, gaps_m, read, track_m

if TYPE_CHECKING:
    from routemap.networks.rules import Rules
    from routemap.networks.track import Router, TrackNetwork

__all__ = ["BORDER_M", "MAX_SNAP_M", "SLACK_M", "course", "length_m"]

MAX_SNAP_M = 60_000.0
"""A place over 60 km from the network is not on it: the rail data's longest missing branch that was
met so far (Olya) is 48 km long."""
SLACK_M = 10_000.0
"""An end is not moved over 10 km past its nearest node to reach another part of the network: that
would jump a strait, or a border that no train crosses."""
BORDER_M = 2000.0
"""An end is not moved over 2 km into another country. Less is allowed: the border lines are good to
about 1 km, and so are the coordinates of many a border station."""
COAST_KM = 5.0
"""A place over 5 km off the coast is at sea."""

Nodes = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int16] | npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


def course(network: TrackNetwork, origin: Point, destination: Point, rules: Rules) -> Course:
    """Return the shortest line between two points (lon, lat) under `rules`.

    Lengths are the network's. The ends are joined to the nearest nodes of their own country that
    may be used and hang together; those joins are stretches of kind ``gap``. The line from a place
    to itself is one gap of 0 m.

    Raises
    ------
    NoRouteError
        An end is over 60 km from the network or at sea, or nothing connects the two ends.
    """
    router, ends = network.router(rules), (origin, destination)
    walk = _connect(network, router, ends)
    if _coincide(ends):
        return _standstill(ends, str(router.codes[network.unit[walk.first]]))
    return read(network, router, walk, ends)


def length_m(network: TrackNetwork, origin: Point, destination: Point, rules: Rules) -> float:
    """Return the length in metres of `course`, gaps in it, without reading the line."""
    ends = origin, destination
    walk = _connect(network, network.router(rules), ends)
    if _coincide(ends):
        return 0.0
    return track_m(network, walk) + float(gaps_m(network, walk, ends).sum())


def _coincide(ends: Ends) -> bool:
    return bool(geography.geodesic_m(*ends[0], *ends[1]) == 0)


def _standstill(ends: Ends, country: str) -> Course:
    line = np.array([ends[0], ends[0]])
    line.flags.writeable = False
    return Course(line, (Stretch("gap", country, 0.0, 0.0, 0, 1),), (0.0, 0.0))


def _connect(network: TrackNetwork, router: Router, ends: Ends) -> Walk:
    """Return the shortest walk between the nodes that the ends are joined to."""
    names = " and ".join(f"the {network.mode} near {at(end)}" for end in ends)
    nodes = _snap(network, router, ends, network.component)
    if nodes is None:
        raise NoRouteError(f"{names} are not connected in the data.")
    walk = _search(network, router, nodes)
    if walk is None:
        nodes = _snap(network, router, ends, router.component)
        walk = None if nodes is None else _search(network, router, nodes)
    if walk is None:
        raise NoRouteError(f"{names} are not connected under the constraints given.")
    return walk


def _snap(
    network: TrackNetwork, router: Router, ends: Ends, component: Ints
) -> tuple[int, int] | None:
    """Return the nodes at which the line begins and ends: nearest in all of one component."""
    first, second = (_nearest_by_component(network, router, end, component) for end in ends)
    common = first.keys() & second.keys()
    if not common:
        return None
    best = min(common, key=lambda one: (first[one][1] + second[one][1], one))
    return first[best][0], second[best][0]


def _nearest_by_component(
    network: TrackNetwork, router: Router, end: Point, component: Ints
) -> dict[int, tuple[int, float]]:
    """Return the nearest node that may be used, and its distance, by connected component.

    Components whose nearest node is over 10 km farther than the nearest of all are left out.
    """
    nodes, metres = _usable(network, router, end, 2 * SLACK_M)
    if not len(nodes) or metres[0] > SLACK_M:
        nodes, metres = _usable(network, router, end, MAX_SNAP_M)
    if not len(nodes):
        raise NoRouteError(_why_none(network, router, end))
    count = int(np.searchsorted(metres, metres[0] + SLACK_M, side="right"))
    labels, first = np.unique(component[nodes[:count]], return_index=True)
    nearest = zip(nodes[first].tolist(), metres[first].tolist(), strict=True)
    return dict(zip(labels.tolist(), nearest, strict=True))


def _usable(
    network: TrackNetwork, router: Router, end: Point, radius_m: float
) -> tuple[Nodes, Floats]:
    """Return the nodes within reach of an end that may be used, nearest first, and the metres."""
    nodes, metres = network.near(*end, radius_m)
    usable = router.allowed[network.unit[nodes]]
    nodes, metres = nodes[usable], metres[usable]
    owners = router.codes[network.unit[nodes]]
    if len(nodes) and metres[0] <= BORDER_M and (owners == owners[0]).all():
        return nodes, metres  # the end lies in their country or beside it: no need to look it up
    at_home = (owners == _country(router, end)) | (metres <= BORDER_M)
    return nodes[at_home], metres[at_home]


def _country(router: Router, end: Point) -> str | None:
    return geography.country_near(*end, within_km=COAST_KM, view=router.rules.view)


def _why_none(network: TrackNetwork, router: Router, end: Point) -> str:
    country = _country(router, end)
    if country is None:
        return f"{at(end)} lies at sea; a {network.mode} leg ends on land. Name a port or station."
    if not router.rules.allows(country):
        return f"{at(end)} lies in {country}, which the constraints exclude."
    reach = f"within {MAX_SNAP_M / 1000:g} km of {at(end)}"
    return f"no {network.mode} of {country} lies {reach}. Name a railhead, or another mode."


def _search(network: TrackNetwork, router: Router, nodes: tuple[int, int]) -> Walk | None:
    """Return the shortest walk between two nodes, either of which may lie inside a chain."""
    start, stop = nodes
    if start == stop:
        return _walk(nodes, [])
    inside = _inside(network, start, stop)
    found = router.path(_entries(network, start), _entries(network, stop))
    if inside is not None and (found is None or inside[0] <= found[0]):
        return _walk(nodes, [inside[1]])
    return None if found is None else _walk(nodes, _parts(network, nodes, found[1], found[2]))


def _walk(nodes: tuple[int, int], parts: list[tuple[int, int, int]]) -> Walk:
    return Walk(*nodes, np.array(parts, dtype=np.int64).reshape(-1, 3))


def _entries(network: TrackNetwork, node: int) -> list[tuple[int, int]]:
    """Return the junctions that a node reaches along its own chain, with the weight to each."""
    if node < network.junctions:
        return [(node, 0)]
    chain, position = network.chain_of(node)
    edge, count = network.edge[chain], network.interior[chain] + 1
    before = int(network.metres[edge : edge + position + 1].sum())
    after = int(network.metres[edge + position + 1 : edge + count].sum())
    entries = {int(network.tail[chain]): before * SCALE}
    head = int(network.head[chain])
    entries[head] = min(after * SCALE, entries.get(head, after * SCALE))
    return list(entries.items())


def _inside(
    network: TrackNetwork, start: int, stop: int
) -> tuple[int, tuple[int, int, int]] | None:
    """Return (weight, part) of the way between two nodes inside one chain; None otherwise."""
    if min(start, stop) < network.junctions:
        return None
    (chain, one), (other, two) = network.chain_of(start), network.chain_of(stop)
    if chain != other:
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
