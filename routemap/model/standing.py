"""How a leg stands: state, basis, grade, dates and denials, derived from the claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from routemap.claims import Case, Claim, Route, best_grade, independent_sources
from routemap.dates import When, hull

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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

_NEAREST: tuple[Contested, ...] = ("direct", "by-claim", "by-route")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the claims make of one leg.

    Attributes
    ----------
    claims
        The asserting claims that the leg rests on: those that name it, and those that assert a
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
        The hull of the dates of the claims that name the leg; where none of them has a date, of
        those on its routes, which bound the whole route. None without any date.
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
    claims = [claim for claim in asserting if claim in named or set(routes) & set(claim.route)]
    doubting = [claim for claim in live if claim.says != "asserts"]
    ways: dict[str, Contested] = dict.fromkeys(routes, "by-route")
    ways |= {**dict.fromkeys((claim.id for claim in claims), "by-claim"), leg: "direct"}
    doubts = {one.id: {leg} if one.id in own else _targets(one) for one in doubting}
    contested, against = _contest(ways, doubts)
    basis = _basis(claims)
    return Standing(
        claims=tuple(claims),
        against=tuple(one for one in doubting if one.id in against),
        basis=basis,
        state=_state(claims, basis),
        contested=contested,
        grade=best_grade((case.source(claim.source), claim) for claim in claims),
        sources=independent_sources(case.sources_by_id, {claim.source for claim in claims}),
        when=_dates(named) or _dates(claims),
    )


def _dates(claims: Iterable[Claim]) -> When | None:
    return hull(claim.when for claim in claims if claim.when is not None)


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
    ways: Mapping[str, Contested], doubts: Mapping[str, set[str]]
) -> tuple[Contested | None, set[str]]:
    """Return the nearest way in which a leg is contested, and the ids of the claims that do so.

    `ways` says what a doubt of each id means for the leg; `doubts` are the targets by claim.
    """
    hits = {
        claim: {ways[one] for one in targets & ways.keys()} for claim, targets in doubts.items()
    }
    met = set().union(*hits.values())
    return next((way for way in _NEAREST if way in met), None), {one for one in hits if hits[one]}


def _targets(claim: Claim) -> set[str]:
    return {*claim.against, *claim.leg, *claim.route}
