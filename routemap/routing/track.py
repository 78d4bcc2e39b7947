"""Courses over rail and road: join both ends to the network, search, and read the line off it."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from routemap import geography
from routemap.errors import NoRouteError
from routemap.networks.engine import SCALE
from routemap.routing.course import Course, Ends, Point, Stretch, at
from routemap.routing.walk import Walk, gaps_m, parts_of, read, track_m

if TYPE_CHECKING:
    from routemap.networks.engine import Router
    from routemap.networks.rules import Rules
    from routemap.networks.track import TrackNetwork

__all__ = ["BORDER_M", "MAX_SNAP_M", "SLACK_M", "Search"]

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
YARD_M, YARD_NODES = 1000.0, 8
"""A station has several tracks, and not each leads everywhere: up to eight of the nodes that lie at
most 1 km past the nearest compete."""
SNAP_WEIGHT = 10
"""A metre to the network counts as ten on it: a node farther away must save ten times its way."""

Nodes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


class Stop(NamedTuple):
    """A node that an end may be joined to, and the metres to it.

    `chain` and `position` say where on its chain it lies; `chain` is -1 for a junction.
    """

    node: int
    metres: float
    chain: int
    position: int


class Entry(NamedTuple):
    """How an end reaches a junction: the weight, its node, and the part of a chain between.

    The part is (chain, position of the node, position of the junction), None where the node is the
    junction.
    """

    weight: int
    node: int
    part: tuple[int, int, int] | None


class Search:
    """Lines between two points over a network of track, under one set of rules after another.

    Lengths are the network's. The ends are joined to near nodes of their own country that may be
    used and hang together; those joins are stretches of kind ``gap``. The line from a place to
    itself is one gap of 0 m. Every method raises `NoRouteError` where an end is over 60 km from the
    network or at sea, or nothing connects the two.
    """

    def __init__(self, network: TrackNetwork, origin: Point, destination: Point) -> None:
        self._network, self._ends = network, (origin, destination)
        self._near: dict[tuple[Point, float], tuple[Nodes, Floats]] = {}

    def course(self, rules: Rules) -> Course:
        """Return the best line under `rules`."""
        router = self._network.router(rules)
        walk = self.walk(router)
        if self._ends[0] == self._ends[1]:
            return _standstill(self._ends, str(router.codes[self._network.unit[walk.first]]))
        return self.read(router, walk)

    def read(self, router: Router, walk: Walk) -> Course:
        """Return the course of a walk between the two ends."""
        return read(self._network, router, walk, self._ends)

    def length_m(self, rules: Rules) -> float:
        """Return the metres of `course`, gaps in it, without reading the line."""
        walk = self.walk(self._network.router(rules))
        if self._ends[0] == self._ends[1]:
            return 0.0
        return track_m(self._network, walk) + sum(gaps_m(self._network, walk, self._ends))

    def walk(self, router: Router) -> Walk:
        """Return the best walk between nodes near the ends.

        Nodes beside the ends are tried first; then, within 10 km more, the nearest of every part of
        the network that hangs together, at last under the rules.
        """
        network = self._network
        beside = [self._nodes(router, end, YARD_M) for end in self._ends]
        walk = _search(network, router, *(_beside(network, *one) for one in beside))
        if walk is not None:
            return walk
        near = [self._nodes(router, end, SLACK_M) for end in self._ends]
        names = " and ".join(f"the {network.mode} near {at(end)}" for end in self._ends)
        first, second = (network.component[nodes] for nodes, _ in near)
        if not np.isin(first, second).any():
            raise NoRouteError(f"{names} are not connected in the data.")
        for part in (network.component, router.component):
            walk = _search(
                network, router, *(_nearest_of_each(network, part, *one) for one in near)
            )
            if walk is not None:
                return walk
        raise NoRouteError(f"{names} are not connected under the constraints given.")

    def _nodes(self, router: Router, end: Point, reach_m: float) -> tuple[Nodes, Floats]:
        """Return the nodes that an end may be joined to, nearest first, and the metres to each.

        None is over `reach_m` farther than the nearest.
        """
        nodes, metres = self._at_home(router, end, 2 * reach_m)
        if not len(nodes) or metres[0] > reach_m:
            nodes, metres = self._at_home(router, end, MAX_SNAP_M)
        if not len(nodes):
            raise NoRouteError(_why_none(self._network, router, end))
        count = int(metres.searchsorted(metres[0] + reach_m, side="right"))
        return nodes[:count], metres[:count]

    def _at_home(self, router: Router, end: Point, radius_m: float) -> tuple[Nodes, Floats]:
        """Return the usable nodes within reach of an end that lie in its country or beside it."""
        if (end, radius_m) not in self._near:
            self._near[end, radius_m] = self._network.near(*end, radius_m)
        nodes, metres = self._near[end, radius_m]
        usable = router.usable[nodes]
        nodes, metres = nodes[usable], metres[usable]
        if not len(nodes) or metres[-1] <= BORDER_M:
            return nodes, metres
        owners = router.codes[self._network.unit[nodes]]
        if metres[0] <= BORDER_M and (owners == owners[0]).all():
            return nodes, metres  # the end lies in their country or beside it
        at_home = (owners == _country(router, end)) | (metres <= BORDER_M)
        return nodes[at_home], metres[at_home]


def _standstill(ends: Ends, country: str) -> Course:
    line = np.array([ends[0], ends[0]])
    line.flags.writeable = False
    return Course(line, (Stretch("gap", country, 0.0, 0.0, 0, 1),), (0.0, 0.0))


def _beside(network: TrackNetwork, nodes: Nodes, metres: Floats) -> list[Stop]:
    """Return the first few nodes as stops, one of each chain."""
    found: dict[int, Stop] = {}
    for stop in _stops(network, nodes[:YARD_NODES], metres[:YARD_NODES]):
        found.setdefault(stop.chain if stop.chain >= 0 else -1 - stop.node, stop)
    return list(found.values())


def _nearest_of_each(
    network: TrackNetwork, part: Nodes, nodes: Nodes, metres: Floats
) -> list[Stop]:
    """Return the nearest node of each part of the network as a stop."""
    _, first = np.unique(part[nodes], return_index=True)
    return _stops(network, nodes[first], metres[first])


def _stops(network: TrackNetwork, nodes: Nodes, metres: Floats) -> list[Stop]:
    chain = network.first.searchsorted(nodes, side="right") - 1
    position = nodes - network.first[chain] + 1
    return list(map(Stop, nodes.tolist(), metres.tolist(), chain.tolist(), position.tolist()))


def _country(router: Router, end: Point) -> str | None:
    return geography.country_near(*end, within_km=COAST_KM, view=router.rules.view)


def _why_none(network: TrackNetwork, router: Router, end: Point) -> str:
    country = _country(router, end)
    if country is None:
        return f"{at(end)} lies at sea; a {network.mode} leg ends on land. Name a port or station."
    near = network.near(*end, MAX_SNAP_M)[0]
    named = (router.rules.avoid | (router.rules.only or frozenset())) & geography.regions().keys()
    if named and (router.codes[network.unit[near]] == country).any():
        regions = ", ".join(sorted(named))
        return f"the constraints on {regions} exclude the {network.mode} near {at(end)}."
    if not router.rules.allows(country):
        return f"{at(end)} lies in {country}, which the constraints exclude."
    reach = f"within {MAX_SNAP_M / 1000:g} km of {at(end)}"
    return f"no {network.mode} of {country} lies {reach}. Name a railhead, or another mode."


def _search(
    network: TrackNetwork, router: Router, origins: list[Stop], targets: list[Stop]
) -> Walk | None:
    """Return the best walk from one of some stops to one of others, all weighed by their metres."""
    leaving, arriving = (_entries(network, router, stops) for stops in (origins, targets))
    direct = _within_a_chain(network, router, origins, targets)
    found = router.path(
        [(junction, entry.weight) for junction, entry in leaving.items()],
        [(junction, entry.weight) for junction, entry in arriving.items()],
    )
    if found is None or (direct is not None and direct[0] <= found[0]):
        return None if direct is None else direct[1]
    weight, arcs = found
    if arcs:
        first, last = network.arc_ends(arcs[0])[0], network.arc_ends(arcs[-1])[1]
    else:
        both = sorted(leaving.keys() & arriving.keys())
        first = last = min(
            both, key=lambda one: abs(leaving[one].weight + arriving[one].weight - weight)
        )
    return _walk(network, leaving[first], arcs, arriving[last])


def _entries(network: TrackNetwork, router: Router, stops: list[Stop]) -> dict[int, Entry]:
    """Return the best way from some stops to each junction that they reach along their chains."""
    found: dict[int, Entry] = {}
    for stop in stops:
        to_network = round(stop.metres * SNAP_WEIGHT * SCALE)
        for junction, weight, part in _offers(network, router, stop):
            total = weight + to_network
            if junction not in found or total < found[junction].weight:
                found[junction] = Entry(total, stop.node, part)
    return found


def _offers(
    network: TrackNetwork, router: Router, stop: Stop
) -> list[tuple[int, int, tuple[int, int, int] | None]]:
    """Return (junction, weight, part) of the ways from a stop to the ends of its chain."""
    chain, place = stop.chain, stop.position
    if chain < 0:
        return [(stop.node, 0, None)]
    if not router.open[chain]:
        return []
    edge, far = int(network.edge[chain]), int(network.interior[chain]) + 1
    at_start, here, at_end = network.metres_before[[edge, edge + place, edge + far]].tolist()
    count = router.per_metre(chain)
    return [
        (int(network.tail[chain]), round((here - at_start) * count), (chain, place, 0)),
        (int(network.head[chain]), round((at_end - here) * count), (chain, place, far)),
    ]


def _within_a_chain(
    network: TrackNetwork, router: Router, origins: list[Stop], targets: list[Stop]
) -> tuple[float, Walk] | None:
    """Return (weight, walk) of the best way inside one chain; None where there is none."""
    ways = []
    for start, stop in product(origins, targets):
        chain = start.chain
        if chain >= 0 and chain == stop.chain and router.open[chain]:
            ends = int(network.edge[chain]) + np.sort([start.position, stop.position])
            low, high = network.metres_before[ends].tolist()
            metres = (start.metres + stop.metres) * SNAP_WEIGHT * SCALE
            part = [chain, start.position, stop.position] if start.node != stop.node else []
            walk = Walk(start.node, stop.node, np.array(part, dtype=np.int64).reshape(-1, 3))
            ways.append((metres + (high - low) * router.per_metre(chain), walk))
    return min(ways, key=lambda way: way[0], default=None)


def _walk(network: TrackNetwork, leaving: Entry, arcs: list[int], arriving: Entry) -> Walk:
    """Return the walk from node to node: to the first junction, over the arcs, and on."""
    parts = parts_of(network, arcs)
    before = np.array(leaving.part or [], dtype=np.int64).reshape(-1, 3)
    after = np.array(arriving.part or [], dtype=np.int64).reshape(-1, 3)[:, [0, 2, 1]]
    return Walk(leaving.node, arriving.node, np.concatenate([before, parts, after]))
