"""The least lengths that a leg can have: from end to end, and by where it was seen."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from routemap import geography, networks
from routemap.timing.ground import ground_of, slack_km

if TYPE_CHECKING:
    from routemap.model import ResolvedSite, RoutedLeg

__all__ = ["least_km", "least_km_between", "least_km_to_ends"]


def least_km(leg: RoutedLeg) -> float:
    """Return the least length of a leg in km: its shortest way, less the uncertainty of its ends.

    0 where nothing is known of it.
    """
    if leg.path is None:
        return (leg.at_least_m or 0.0) / 1000
    slack = sum(slack_km(end) for end in (leg.origin, leg.destination) if end is not None)
    shortest = leg.path.shortest_m if networks.is_track(leg.mode) else None
    return max(0.0, (leg.path.length_m if shortest is None else shortest) / 1000 - slack)


def least_km_to_ends(leg: RoutedLeg, site: ResolvedSite, view: str) -> tuple[float, float]:
    """Return the least km from the origin of a leg to a place, and on to its destination."""
    ground = ground_of(leg, view)
    fields = (None, None) if ground is None else (ground.stops()[0], ground.stops()[-1])
    around = None if ground is None else ground.around(site)
    before, after = (
        _km(field, around, site, end)
        for field, end in zip(fields, (leg.origin, leg.destination), strict=True)
    )
    return before, after


def least_km_between(leg: RoutedLeg, one: ResolvedSite, two: ResolvedSite, view: str) -> float:
    """Return the least km between two places on the way of a leg."""
    ground = ground_of(leg, view)
    start, stop = (None if ground is None else ground.around(site) for site in (one, two))
    return _km(start, stop, one, two)


def _km(start: Any, stop: Any, one: ResolvedSite, two: ResolvedSite | None) -> float:
    """Return the km between two distance fields; without a way as the crow flies."""
    metres = inf if start is None or stop is None else float(start.to(stop))
    return metres / 1000 if metres < inf else _straight_km(one, two)


def _straight_km(one: ResolvedSite, two: ResolvedSite | None) -> float:
    """Return the least km between two places as the crow flies; 0 where one is an area."""
    if two is None or one.area is not None or two.area is not None:
        return 0.0
    metres = float(geography.geodesic_m(*one.point, *two.point))
    return max(0.0, metres / 1000 - slack_km(one) - slack_km(two))
