"""The network that a leg can use, and how far everything on it is from places on the leg's way.

Distances are lengths, not weights, and never more than they are: the uncertainty of a place is
taken off, and on water what a way over cells is longer than the straight.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from routemap import networks
from routemap.networks.rules import Rules
from routemap.routing import Constraint, Terms
from routemap.routing.solver import rules_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from routemap.model import ResolvedSite, RoutedLeg
    from routemap.routing import Path
    from routemap.routing.course import Point
    from routemap.timing.days import Span

__all__ = ["Ground", "ground_of", "slack_km"]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a leg can use.

    Attributes
    ----------
    leg, path
        The leg and its drawn path.
    rules
        What may be used of the network: what the drawn path obeyed, and the closures in force on
        all of the days asked about.
    """

    leg: RoutedLeg
    path: Path
    rules: Rules

    def stops(self) -> Sequence[Any]:
        """Return the distance fields of the origin, of each place to pass, of the destination.

        None for one that is off the network. The ends join it where the drawn path does.
        """
        line, parts = self.path.coordinates, self.path.stretches
        anchors: list[Point | None] = [None, None]
        if len(parts) > 1 or parts[0].kind != "gap":
            first = parts[0].stop if parts[0].kind == "gap" else 0
            last = parts[-1].start if parts[-1].kind == "gap" else -1
            anchors = [(float(lon), float(lat)) for lon, lat in (line[first], line[last])]
        start, stop = (
            None if end is None else self._field(end.point, anchor, slack_km(end))
            for end, anchor in zip((self.leg.origin, self.leg.destination), anchors, strict=True)
        )
        applied = (one.constraint for one in self.leg.constraints if one.price is not None)
        passed = [self._field(one.point, None, 0.0) for one in applied if one.point is not None]
        return start, *passed, stop

    def around(self, site: ResolvedSite) -> Any:
        """Return the distance field of a place; None for one that is off the network."""
        return self._field(site.point, None, slack_km(site)) if site.routable else None

    def bars(self, site: ResolvedSite) -> bool:
        """Return whether a place is on the network, and the rules leave nothing of it in reach."""
        free = Ground(self.leg, self.path, Rules(view=self.rules.view))
        return self.around(site) is None and free.around(site) is not None

    def _field(self, place: Point, anchor: Point | None, radius_km: float) -> Any:
        if networks.is_track(self.leg.mode):
            from routemap.timing import on_track

            return on_track.field(self.leg.mode, self.rules, place, anchor, radius_km)
        from routemap.timing import on_water

        return on_water.field(self.leg.mode, self.rules, place, anchor, radius_km)


def slack_km(site: ResolvedSite) -> float:
    """Return how far a place may be from its point; the edge of an area has no such slack."""
    return 0.0 if site.area is not None else site.place.uncertainty_km


def ground_of(leg: RoutedLeg, view: str, span: Span | None = None) -> Ground | None:
    """Return what a leg can use in a span of time; None for one that is not on a network.

    Closures of border crossings count that are in force on every day of the span; without one,
    none: the fewer days are known, the more ways are open.
    """
    if leg.path is None or leg.mode not in networks.NETWORKS:
        return None
    applied = [one.constraint for one in leg.constraints if one.price is not None]
    told = [one for one in applied if one.kind != "closure"]
    if span is not None:
        days = (span.first_day or date.min).isoformat(), (span.last_day or date.max).isoformat()
        closures = networks.load(leg.mode).closures.values()
        told += [Constraint("closure", one.id) for one in closures if one.in_force(*days)]
    return Ground(leg, leg.path, rules_of(told, Terms(leg.mode, view), "length"))
