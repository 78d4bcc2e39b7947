"""What is said of the way that a leg took: by the leg itself, its routes and its claims."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from routemap import geography, networks, routing
from routemap.claims import Claim, Leg, Route
from routemap.errors import ArgumentError, Problem, RoutemapError
from routemap.model.route_model import LegConstraint
from routemap.routing import Constraint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from routemap.claims import Case
    from routemap.model.index import CaseIndex
    from routemap.model.sites import SiteBook
    from routemap.routing.path import Point

__all__ = ["Saying", "stated"]

Saying = Leg | Route | Claim
_Field = Literal["avoid", "only", "via"]
_FIELDS: tuple[_Field, ...] = ("avoid", "only", "via")
_TABLES = ((Leg, "legs"), (Route, "routes"), (Claim, "claims"))


def stated(
    leg: str, rows: Iterable[Saying], index: CaseIndex, book: SiteBook
) -> tuple[tuple[LegConstraint, ...], list[Problem]]:
    """Return the constraints that `rows` put on a leg, each once, and what cannot be read.

    Two names of one place are one ``via``, by its first name. A ``via`` whose place did not resolve
    has no point: the leg cannot be drawn under it.
    """
    found: dict[tuple[str, str | Point], LegConstraint] = {}
    problems: list[Problem] = []
    for row in rows:
        for field in _FIELDS:
            try:
                constraints = _read(field, row, leg, index, book)
            except RoutemapError as error:
                problems.append(_problem(index.case, row, field, error))
                continue
            for one in constraints:
                key = one.kind, one.point or one.value
                found[key] = _said_by(row, found.get(key) or LegConstraint(one, (), ()))
    return tuple(found.values()), problems


def _said_by(row: Saying, known: LegConstraint) -> LegConstraint:
    """Return a constraint that `row` states too, with its words; once for each row."""
    if row.id in known.by:
        return known
    words = (row.words,) if isinstance(row, Claim) and row.words else ()
    return replace(known, by=(*known.by, row.id), words=(*known.words, *words))


def _read(
    field: _Field, row: Saying, leg: str, index: CaseIndex, book: SiteBook
) -> list[Constraint]:
    """Return what one field of `row` means for a leg; raises `RoutemapError` for what it cannot."""
    mode = index.modes[leg]
    if field == "avoid":
        return routing.exclusions(mode, [item for item in row.avoid if _matters(item, mode)])
    if field == "only":
        return routing.enclosure(mode, [item for item in row.only if _matters(item, mode)])
    legs = index.reach[row.id]
    found: list[Constraint] = []
    for text in row.via:
        ships = {one for one in legs if routing.is_passage(index.modes[one], text)}
        if leg in (ships or legs):
            _check_single(text, ships or legs)
            found.append(Constraint("via", text, None if ships else _via_point(text, book)))
    return found


def _check_single(text: str, legs: Collection[str]) -> None:
    """Refuse a place that is said of several legs: most of them do not pass it."""
    if len(legs) > 1:
        reason = f"{text!r} is said of {len(legs)} legs, and a line passes it on one of them."
        raise ArgumentError(f"{reason} Write via on the leg that passes it.")


def _matters(item: str, mode: str) -> bool:
    """Return whether a leg could break what is said: passages are of ships, regions of the land."""
    if geography.country_code(item) is not None:
        return True
    if mode in {"sea", "river"}:
        return geography.region(item) is None and item not in networks.BY_HAND
    return item not in networks.load("sea").passages


def _via_point(text: str, book: SiteBook) -> tuple[float, float] | None:
    """Return where a line must pass; None for a place that did not resolve."""
    site = book.get(text)
    if site is not None and not site.routable:
        reason = f"{text!r} is not known to within 100 km; a line cannot be led through it."
        raise ArgumentError(f"{reason} Name a town, station or port.")
    return None if site is None else site.point


def _problem(case: Case, row: Saying, field: _Field, error: RoutemapError) -> Problem:
    table = next(name for kind, name in _TABLES if isinstance(row, kind))
    file, line = case.origin.get((table, row.id), (case.case, None))
    cure = "Correct the row, or build the rest with --partial."
    return Problem(
        file, line, table, row.id, field, "; ".join(getattr(row, field)), str(error), cure
    )
