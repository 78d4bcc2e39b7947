"""What is said of the way that a leg took: by the leg itself, its routes and its claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routemap import geography, networks, routing
from routemap.claims import Claim, Leg, Route
from routemap.errors import ArgumentError, Problem, RoutemapError
from routemap.model.route_model import LegConstraint
from routemap.routing import Constraint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from routemap.claims import Case
    from routemap.model.sites import SiteBook

__all__ = ["Saying", "sayings", "stated"]

Saying = Leg | Route | Claim
_TABLES = ((Leg, "legs"), (Route, "routes"), (Claim, "claims"))


def sayings(leg: str, own: Leg | None, claims: Sequence[Claim], case: Case) -> list[Saying]:
    """Return the rows that may tell a leg's way: itself, its routes, claims that assert these."""
    routes = [route for route in case.routes if leg in route.legs]
    return [*([own] if own else []), *routes, *claims]


def stated(
    rows: Iterable[Saying], mode: str, case: Case, book: SiteBook
) -> tuple[tuple[LegConstraint, ...], list[Problem]]:
    """Return the constraints of `rows` on a leg, each once, and what of them cannot be read.

    A ``via`` whose place did not resolve has no point: the leg cannot be drawn under it.
    """
    found: dict[Constraint, tuple[list[str], list[str]]] = {}
    problems: list[Problem] = []
    for row in rows:
        for field, items in (("avoid", row.avoid), ("only", row.only), ("via", row.via)):
            try:
                constraints = _read(field, items, mode, book)
            except RoutemapError as error:
                problems.append(_problem(case, row, field, items, error))
                continue
            for constraint in constraints:
                by, words = found.setdefault(constraint, ([], []))
                by.append(row.id)
                words += [row.words] if isinstance(row, Claim) and row.words else []
    said = (LegConstraint(one, tuple(by), tuple(words)) for one, (by, words) in found.items())
    return tuple(said), problems


def _read(field: str, items: Sequence[str], mode: str, book: SiteBook) -> list[Constraint]:
    if field == "avoid":
        return routing.exclusions(mode, [item for item in items if _matters(item, mode)])
    if field == "only":
        return routing.enclosure(items)
    return [Constraint("via", text, _via_point(text, book)) for text in items]


def _matters(item: str, mode: str) -> bool:
    """Return whether a leg could break a ban: a passage of the sea is closed to ships only."""
    by_sea = mode == "sea" or geography.country_code(item) is not None
    return by_sea or item not in networks.load("sea").passages


def _via_point(text: str, book: SiteBook) -> tuple[float, float] | None:
    """Return where a line must pass; None for a place that did not resolve."""
    site = book.get(text)
    if site is not None and not site.routable:
        reason = f"{text!r} is not known to within 100 km; a line cannot be led through it."
        raise ArgumentError(f"{reason} Name a town, station or port.")
    return None if site is None else site.point


def _problem(
    case: Case, row: Saying, field: str, items: Sequence[str], error: RoutemapError
) -> Problem:
    table = next(name for kind, name in _TABLES if isinstance(row, kind))
    file, line = case.origin.get((table, row.id), (case.case, None))
    cure = "Correct the row, or build the rest with --partial."
    return Problem(file, line, table, row.id, field, "; ".join(items), str(error), cure)
