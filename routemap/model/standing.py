"""How a leg stands: state, basis, grade, dates and denials, derived from the claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from routemap.claims import Case, Claim, Route, best_grade, independent_sources
from routemap.dates import When, hull

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Standing", "routes_of", "standing"]

State = Literal["reported", "observed", "inferred", "planned", "not-completed", "speculative"]
Contested = Literal["direct", "by-claim", "by-route"]

_BASES: tuple[Literal["observed", "reported", "inferred"], ...] = (
    "observed",
    "reported",
    "inferred",
)
_NOT_HAPPENED: tuple[Literal["not-completed", "planned", "speculative"], ...] = (
    "not-completed",
    "planned",
    "speculative",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the claims make of one leg.

    Attributes
    ----------
    claims
        The asserting claims that the leg rests on: those that name it, else those that assert a
        route of it.
    against
        Claims that deny or question the leg, a claim it rests on, or a route of it.
    basis
        The best basis among `claims`; "inferred" without any.
    state
        The basis, if some claim says that the movement happened; else the first that occurs of
        not-completed, planned, speculative.
    contested
        How the leg is contested: "direct", "by-claim", "by-route", or None.
    grade
        The best Admiralty grade among `claims`, such as "B2"; None where nothing is graded.
    sources
        Number of independent sources, counted by their roots.
    when
        The hull of the claims' dates; None where no claim has a date.
    """

    claims: tuple[Claim, ...]
    against: tuple[Claim, ...]
    basis: Literal["observed", "reported", "inferred"]
    state: State
    contested: Contested | None
    grade: str | None
    sources: int
    when: When | None


def standing(leg: str, implied: Sequence[Claim], case: Case) -> Standing:
    """Return how the leg of id `leg` stands; `implied` are claims that made a leg of their own."""
    routes = routes_of(leg, case.routes)
    live = [claim for claim in case.claims if claim.retract is None]
    asserting = [claim for claim in live if claim.says == "asserts"]
    own = {claim.id for claim in implied}
    named = [claim for claim in asserting if leg in claim.leg or claim.id in own]
    claims = named or [claim for claim in asserting if set(routes) & set(claim.route)]
    doubting = [claim for claim in live if claim.says != "asserts"]
    contested, against = _contest({leg, *own}, routes, claims, doubting)
    basis = _basis(claims)
    return Standing(
        claims=tuple(claims),
        against=tuple(against),
        basis=basis,
        state=_state(claims, basis),
        contested=contested,
        grade=best_grade((case.source(claim.source), claim) for claim in claims),
        sources=independent_sources(case.sources_by_id, {claim.source for claim in claims}),
        when=hull(claim.when for claim in claims if claim.when is not None),
    )


def routes_of(leg: str, routes: Iterable[Route]) -> tuple[str, ...]:
    """Return the ids of the routes that the leg is part of."""
    return tuple(route.id for route in routes if leg in route.legs)


def _basis(claims: Sequence[Claim]) -> Literal["observed", "reported", "inferred"]:
    found = {claim.basis for claim in claims}
    return next((basis for basis in _BASES if basis in found), "inferred")


def _state(claims: Sequence[Claim], basis: Literal["observed", "reported", "inferred"]) -> State:
    events = {claim.event for claim in claims}
    if "happened" in events:
        return basis
    return next((event for event in _NOT_HAPPENED if event in events), "inferred")


def _contest(
    leg: set[str], routes: Sequence[str], claims: Sequence[Claim], doubting: Sequence[Claim]
) -> tuple[Contested | None, list[Claim]]:
    """Return the nearest way in which the leg is contested, and every claim that does so.

    `leg` holds the leg's id and those of the claims that made it.
    """
    ways: tuple[tuple[Contested, set[str]], ...] = (
        ("direct", leg),
        ("by-claim", {claim.id for claim in claims}),
        ("by-route", set(routes)),
    )
    hits = {way: [one for one in doubting if targets & _targets(one)] for way, targets in ways}
    first = next((way for way, _ in ways if hits[way]), None)
    hit = {one.id for found in hits.values() for one in found}
    return first, [one for one in doubting if one.id in hit]


def _targets(claim: Claim) -> set[str]:
    """Return what a doubting claim is against: itself, if it says of its own ends that they are not."""
    return {*claim.against, *claim.leg, *claim.route, claim.id}
