"""When each leg can have begun and ended, from all claims at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from routemap.timing.days import Span
from routemap.timing.events import Events, events_of
from routemap.timing.system import solve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from routemap.model import ResolvedSite, RouteModel
    from routemap.timing.system import Solution

__all__ = ["Bounds", "Seen", "Window", "windows"]


class Bounds(NamedTuple):
    """When a leg can have begun and when it can have ended."""

    departure: Span
    arrival: Span


class Seen(NamedTuple):
    """A place on the way of a leg, and when it can have been passed.

    Attributes
    ----------
    claim
        Id of the claim that saw it.
    site
        The place.
    hard, stated
        When it was passed, by the hard bounds of all dates and by the stated ones.
    """

    claim: str
    site: ResolvedSite
    hard: Span
    stated: Span


@dataclass(frozen=True, slots=True)
class Window:
    """When one leg can have taken place.

    Attributes
    ----------
    leg
        Its id.
    hard
        By the hard bounds of all dates.
    stated
        By the dates as they were written; the hard ones where the leg is `loose`.
    seen
        Where it was seen on the way.
    claims
        Ids of the claims that date it, and of those on other legs of its routes that bound it.
    loose
        The dates as they were written cannot all hold; within their hard bounds they can.
    conflict
        Ids of the fewest claims that cannot hold together, not even within their hard bounds: of
        two that do not speak of two different journeys, one is wrong. Empty where all can hold.
    circle
        The routes order this leg before itself; their order is not used here.
    """

    leg: str
    hard: Bounds
    stated: Bounds
    seen: tuple[Seen, ...] = ()
    claims: tuple[str, ...] = ()
    loose: bool = False
    conflict: tuple[str, ...] = ()
    circle: bool = False

    @property
    def dated(self) -> bool:
        """Whether any end of it is bound at all."""
        ends = (self.hard.departure, self.hard.arrival)
        return any(bound is not None for end in ends for bound in (end.earliest, end.latest))

    @property
    def empty(self) -> bool:
        """Whether the claims leave no time for it."""
        return bool(self.conflict)


def windows(model: RouteModel) -> Mapping[str, Window]:
    """Return when each leg can have taken place, by its id, in the order of the model.

    Only claims that assert that it happened count, and all of them at once: one claim more never
    makes a window wider. A movement lies inside ``moved``; it begins in ``departed``, ends in
    ``arrived``, passes ``at`` in ``seen``. A leg takes at least its shortest way under its
    constraints, less the uncertainty of its ends, at the fast pace of its mode, and may take any
    time more. A leg of a route begins when the one before it has ended, unless one of the two is
    also part of a route without the other: that is another journey. Contradictions are told
    (`Window.conflict`), not raised.

    Raises
    ------
    PhraseError
        The case's speeds cannot be read.
    """
    events = events_of(model)
    hard, stated = (
        solve(events.count, events.steps, events.bounds(model, hard=sure)) for sure in (True, False)
    )
    return {
        leg.id: _window(leg.id, number, events, hard, stated)
        for number, leg in enumerate(model.routed)
    }


def _window(leg: str, number: int, events: Events, hard: Solution, stated: Solution) -> Window:
    sightings = events.sightings.get(leg, ())
    own = (2 * number, 2 * number + 1, *(one.event for one in sightings))
    conflict = _first_conflict(hard, own)
    loose = not conflict and bool(_first_conflict(stated, own))
    written = hard if loose else stated
    seen = tuple(
        Seen(one.claim.id, one.site, _span(hard, one.event), _span(written, one.event))
        for one in sightings
    )
    return Window(
        leg=leg,
        hard=Bounds(_span(hard, own[0]), _span(hard, own[1])),
        stated=Bounds(_span(written, own[0]), _span(written, own[1])),
        seen=seen,
        claims=tuple(sorted({claim for event in own for claim in hard.claims(event)})),
        loose=loose,
        conflict=conflict,
        circle=leg in events.circles,
    )


def _first_conflict(solution: Solution, events: Iterable[int]) -> tuple[str, ...]:
    """Return the smallest of the conflicts of some events; of equal ones the first by id."""
    found = [conflict for one in events if (conflict := solution.conflict(one))]
    return min(found, key=lambda claims: (len(claims), claims), default=())


def _span(solution: Solution, event: int) -> Span:
    return Span.of(solution.low[event], solution.high[event])
