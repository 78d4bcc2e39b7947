"""Which of several candidates a leg can join to its other end, in what it can reach."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from routemap import geography, networks, routing
from routemap.errors import NoRouteError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from routemap.model.siting import ResolvedSite
    from routemap.places import Location, Place

__all__ = ["Neighbour", "Tie", "narrowed"]

CLEAR = 0.9
"""Share of the evidence that decides, as where a country is stated."""
NEAR_KM = 500.0
"""A candidate farther from the other end is not chosen for being the nearer one."""
FALL_KM = 200.0
"""At this distance from the other end a candidate weighs half; the figures are routemap's own."""
SNAP_KM = 50.0
"""A candidate farther from the leg's network is not on it."""


@dataclass(frozen=True, slots=True)
class Tie:
    """Two places that one leg joins, as the case writes them, and how far that leg can go.

    Attributes
    ----------
    ends
        Texts of the two ends.
    mode
        Mode of the leg.
    reach_km
        The most that its mode covers within its dates, in km; None where they set no limit.
    """

    ends: tuple[str, str]
    mode: str
    reach_km: float | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The other end of a leg, resolved, with the mode and the reach of that leg."""

    site: ResolvedSite
    mode: str
    reach_km: float | None


def narrowed(located: Location, neighbours: Sequence[Neighbour], view: str) -> Location:
    """Return an ambiguous location resolved by the other ends of its legs, where they are clear.

    A candidate that no route joins to one of them, or only one too long for the leg's dates, is
    struck out. Of those left, one is chosen that has 0.9 of the evidence, each weighed by its
    distance, and that stands alone or within 500 km of an other end. The candidates say why.
    """
    near = [one for one in neighbours if one.site.routable]
    if located.status != "ambiguous" or not near:
        return located
    faults = [_fault(place, near, view) for place in located.candidates]
    judged = list(zip(located.candidates, faults, strict=True))
    alive = [_weighed(place, near) for place, fault in judged if not fault]
    struck = [
        replace(place, score=0.0, reason=f"{fault}; {place.reason}")
        for place, fault in judged
        if fault
    ]
    total = sum(place.score for place, _ in alive)
    if not total:
        return located
    ranked = sorted(alive, key=lambda one: -one[0].score)
    shares = [(replace(one, score=round(one.score / total, 4)), km) for one, km in ranked]
    places = (*(place for place, _ in shares), *struck)
    first, km = shares[0]
    clear = first.score >= CLEAR and (len(alive) == 1 or km <= NEAR_KM)
    if first.extent == "area" or not clear:
        return replace(located, candidates=places)
    reason = f"{first.reason}; {first.score:.1%} of the evidence for {len(places)} places"
    return replace(located, status="resolved", place=first, reason=reason, candidates=places)


def _weighed(place: Place, near: Sequence[Neighbour]) -> tuple[Place, float]:
    """Return a candidate weighed by the distance to the nearest other end, and that distance."""
    km, end = min(((_km(place, one), one) for one in near), key=lambda pair: pair[0])
    reason = f"{place.reason}; {km:,.0f} km from {end.site.reported}, where its leg by {end.mode}"
    score = place.score / (1 + (km / FALL_KM) ** 2)
    return replace(place, score=score, reason=f"{reason} begins or ends"), km


def _km(place: Place, end: Neighbour) -> float:
    return float(geography.geodesic_m(place.lon, place.lat, *end.site.point)) / 1000


def _fault(place: Place, near: Sequence[Neighbour], view: str) -> str | None:
    """Return why a leg cannot join a candidate to an other end; None where every leg can."""
    if place.extent == "area":
        return None
    return next((fault for one in near if (fault := _out_of_reach(place, one, view))), None)


def _out_of_reach(place: Place, end: Neighbour, view: str) -> str | None:
    slack = place.uncertainty_km + end.site.place.uncertainty_km
    straight = _km(place, end)
    if end.reach_km is not None and straight - slack > end.reach_km:
        return _beyond(straight, end)
    if end.mode not in networks.NETWORKS:
        return None
    try:
        ends = (place.lon, place.lat), end.site.point
        path = routing.course_between(ends, routing.Terms(end.mode, view))
    except NoRouteError:
        return f"no way by {end.mode} to {end.site.reported}"
    snap = path.snap_m[0] / 1000
    if snap > SNAP_KM + place.uncertainty_km:
        return f"{snap:,.0f} km from anything to travel on by {end.mode}"
    length = path.length_m / 1000
    if end.reach_km is not None and length - slack > end.reach_km:
        return _beyond(length, end)
    return None


def _beyond(km: float, end: Neighbour) -> str:
    return (
        f"{km:,.0f} km by {end.mode} from {end.site.reported}, and within the leg's dates at most "
        f"{end.reach_km:,.0f} km can be covered"
    )
