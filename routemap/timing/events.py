"""What a model's claims say of when its legs began, were seen and ended, as events and bounds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING

from routemap import speeds
from routemap.timing import lengths
from routemap.timing.days import HOURS, limits
from routemap.timing.system import Limit, Step, in_circles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from routemap.claims import Claim
    from routemap.model import ResolvedSite, RoutedLeg, RouteModel
    from routemap.speeds import Pace

__all__ = ["Events", "Sighting", "events_of"]

SAME_MODE = frozenset({"unknown"})
"""A mode that is not known may be that of the next leg: no time is counted between the two."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A claim that a movement was seen at a place on its way.

    Attributes
    ----------
    event
        Number of the passage.
    claim
        The claim.
    site
        The place.
    """

    event: int
    claim: Claim
    site: ResolvedSite


@dataclass(frozen=True, slots=True)
class Events:
    """The events of a model: leg number i departs at event 2i and arrives at 2i + 1.

    Attributes
    ----------
    count
        How many there are, those of sightings last.
    steps
        Least times between them, none of which lead round in a circle.
    sightings
        By leg id.
    circles
        Ids of the legs that routes order before themselves: that order is left out.
    """

    count: int
    steps: tuple[Step, ...]
    sightings: Mapping[str, tuple[Sighting, ...]]
    circles: frozenset[str]

    def bounds(self, model: RouteModel, *, hard: bool) -> Iterator[Limit]:
        """Yield what the claims that something happened say of each event."""
        orders = _orders(model)
        for number, leg in enumerate(model.routed):
            for claim, first, last in _known(leg, orders):
                yield from _ends(2 * number, claim, first=first, last=last, hard=hard)
            for sighting in self.sightings.get(leg.id, ()):
                if sighting.claim.seen is not None:
                    span = limits(sighting.claim.seen, hard=hard)
                    yield Limit(sighting.event, sighting.claim.id, *span)


def events_of(model: RouteModel) -> Events:
    """Return the events of a model, with the least times between them.

    A leg takes at least its least length at the fast pace of its mode; between legs of one route
    that change the mode lies the least time of a transshipment.
    """
    paces = speeds.paces(model.case.speeds)
    count = 2 * len(model.routed)
    steps: list[Step] = []
    sightings: dict[str, tuple[Sighting, ...]] = {}
    for number, leg in enumerate(model.routed):
        pace = paces[leg.mode]
        steps.append(Step(2 * number, 2 * number + 1, lengths.least_km(leg) / pace.fast_km_day))
        found = tuple(_sightings(leg, model, count))
        count += len(found)
        steps += _seen_on_the_way(leg, number, found, model.view, pace)
        if found:
            sightings[leg.id] = found
    links = list(_links(model))
    labels = in_circles(count, [*steps, *links])
    if labels is None:
        return Events(count, (*steps, *links), sightings, frozenset())
    lost = {link for link in links if labels[link.before] == labels[link.after]}
    kept = [link for link in links if link not in lost]
    circles = frozenset(model.routed[event // 2].id for link in lost for event in link[:2])
    return Events(count, (*steps, *kept), sightings, circles)


def _sightings(leg: RoutedLeg, model: RouteModel, count: int) -> Iterator[Sighting]:
    """Yield the sightings of a leg, by their ids, at places that resolved."""
    happened = (one for one in leg.standing.claims if one.event == "happened" and one.on_the_way)
    for claim in sorted(happened, key=lambda one: one.id):
        site = model.sites.get(model.at.get(claim.id, ""))
        if site is not None:
            yield Sighting(count, claim, site)
            count += 1


def _seen_on_the_way(
    leg: RoutedLeg, number: int, found: tuple[Sighting, ...], view: str, pace: Pace
) -> Iterator[Step]:
    """Yield the least times between the ends of a leg and where it was seen."""
    for one in found:
        before, after = lengths.least_km_to_ends(leg, one.site, view)
        yield Step(2 * number, one.event, before / pace.fast_km_day)
        yield Step(one.event, 2 * number + 1, after / pace.fast_km_day)
    for one in found:
        for other in found:
            if _is_before(one.claim, other.claim):
                km = lengths.least_km_between(leg, one.site, other.site, view)
                yield Step(one.event, other.event, km / pace.fast_km_day)


def _is_before(one: Claim, other: Claim) -> bool:
    """Return whether the dates of two sightings leave no doubt which came first."""
    if one.seen is None or other.seen is None:
        return False
    return limits(one.seen, hard=True)[1] <= limits(other.seen, hard=True)[0]


def _links(model: RouteModel) -> Iterator[Step]:
    """Yield the least times between legs that follow each other on a route.

    Routes are journeys of their own. Where one passes a leg and not the other after it, the two
    need not belong to one journey, and nothing is known of their order.
    """
    numbers = {leg.id: number for number, leg in enumerate(model.routed)}
    pairs = {route.id: frozenset(pairwise(route.legs)) for route in model.case.routes}
    wait = speeds.dwells()["transshipment"].least_h / HOURS
    for one, two in dict.fromkeys(pair for found in pairs.values() for pair in sorted(found)):
        if one not in numbers or two not in numbers:
            continue
        legs = [model.routed[numbers[leg]] for leg in (one, two)]
        if all((one, two) in pairs[route] for leg in legs for route in leg.routes):
            modes = {leg.mode for leg in legs}
            changes = len(modes) > 1 and not modes & SAME_MODE
            yield Step(2 * numbers[one] + 1, 2 * numbers[two], wait if changes else 0.0)


def _orders(model: RouteModel) -> Mapping[str, tuple[str, ...]]:
    """Return the legs of each route in order, those alone that the model has."""
    known = {leg.id for leg in model.routed}
    return {
        route.id: tuple(one for one in route.legs if one in known) for route in model.case.routes
    }


def _known(
    leg: RoutedLeg, orders: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[Claim, bool, bool]]:
    """Yield the claims that a leg happened, and whether it is the first and the last they speak of.

    Of several legs that are not one route's, each is first and last: they stand for themselves.
    """
    for claim in leg.standing.claims:
        if claim.event != "happened":
            continue
        if leg.id in claim.leg or claim.origin is not None:
            named = _chain(leg, claim, orders)
            yield claim, named[0] == leg.id, named[-1] == leg.id
        for route in claim.route:
            order = orders.get(route, ())
            if leg.id in order:
                yield claim, order[0] == leg.id, order[-1] == leg.id


def _chain(leg: RoutedLeg, claim: Claim, orders: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the legs of a claim in the order of the one route that has them all, else its own."""
    if len(claim.leg) > 1:
        for route in leg.routes:
            named = tuple(one for one in orders[route] if one in claim.leg)
            if len(named) == len(claim.leg):
                return named
    return (leg.id,)


def _ends(departure: int, claim: Claim, *, first: bool, last: bool, hard: bool) -> Iterator[Limit]:
    """Yield what a claim says of the two ends of a leg."""
    arrival = departure + 1
    if claim.moved is not None:
        low, high = limits(claim.moved, hard=hard)
        yield Limit(departure, claim.id, low, inf)
        yield Limit(arrival, claim.id, -inf, high)
    if claim.departed is not None and first:
        yield Limit(departure, claim.id, *limits(claim.departed, hard=hard))
    if claim.arrived is not None and last:
        yield Limit(arrival, claim.id, *limits(claim.arrived, hard=hard))
    if claim.seen is not None:
        low, high = limits(claim.seen, hard=hard)
        if first:
            yield Limit(departure, claim.id, -inf, high)
        if last:
            yield Limit(arrival, claim.id, low, inf)
