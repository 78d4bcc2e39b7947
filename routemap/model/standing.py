"""How a leg stands: state, basis, grade, dates and denials, derived from the claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from routemap.claims import best_grade, independent_sources
from routemap.dates import When, hull

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from routemap.claims import Claim
    from routemap.model.index import CaseIndex

__all__ = ["Standing", "standing"]

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


def standing(leg: str, index: CaseIndex) -> Standing:
    """Return how the leg of id `leg` stands."""
    routes = [route.id for route in index.routes.get(leg, ())]
    named = _asserting(index, [leg])
    claims = _asserting(index, [leg, *routes])
    ways: dict[str, Contested] = dict.fromkeys(routes, "by-route")
    ways |= {**dict.fromkeys((claim.id for claim in claims), "by-claim"), leg: "direct"}
    basis = _basis(claims)
    case = index.case
    return Standing(
        claims=tuple(claims),
        against=tuple(claim for claim in index.about(ways) if claim.says != "asserts"),
        basis=basis,
        state=_state(claims, basis),
        contested=_contested(ways, index),
        grade=best_grade((case.source(claim.source), claim) for claim in claims),
        sources=independent_sources(case.sources_by_id, {claim.source for claim in claims}),
        when=_dates(named) or _dates(claims),
    )


def _asserting(index: CaseIndex, ids: Iterable[str]) -> list[Claim]:
    return [claim for claim in index.about(ids) if claim.says == "asserts"]


def _dates(claims: Iterable[Claim]) -> When | None:
    return hull(claim.when for claim in claims if claim.when is not None)


def _basis(claims: Sequence[Claim]) -> Literal["observed", "reported", "inferred"]:
    found = {claim.basis for claim in claims}
    return next((basis for basis in _BASES if basis in found), "inferred")


def _state(claims: Sequence[Claim], basis: Literal["observed", "reported", "inferred"]) -> State:
    events = {claim.event for claim in claims}
    if "happened" in events:
        return basis
    return next((event for event in _NOT_HAPPENED if event in events), "inferred")


def _contested(ways: Mapping[str, Contested], index: CaseIndex) -> Contested | None:
    """Return the nearest way in which a leg is contested.

    `ways` says what a doubt of each id means for the leg.
    """
    met = {
        way
        for one, way in ways.items()
        if any(claim.says != "asserts" for claim in index.about([one]))
    }
    return next((way for way in _NEAREST if way in met), None)
