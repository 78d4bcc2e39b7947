"""Build the model of a case: resolve its places, route its legs, derive how each leg stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from routemap import geography, routing
from routemap.errors import ArgumentError, BuildError, NoRouteError, Problem, RoutemapError
from routemap.model.route_model import LegConstraint, RoutedLeg, RouteModel
from routemap.model.sites import Mention, ResolvedSite, SiteBook, resolve_sites
from routemap.model.standing import routes_of, standing
from routemap.routing import Constraint, Path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from routemap.claims import Case, Claim, Leg, Route

__all__ = ["build"]

TOUCHING_M = 1000.0


@dataclass(frozen=True, slots=True)
class _Draft:
    """A leg before it is routed: a row of ``legs``, or what one or several claims say."""

    id: str
    table: Literal["legs", "claims"]
    origin: str
    destination: str
    mode: str
    own: Leg | None
    implied: tuple[Claim, ...]


def build(case: Case, *, partial: bool = False, borders: str | None = None) -> RouteModel:
    """Build the model of a case.

    Parameters
    ----------
    case
        The values, as `routemap.read_case` returns them.
    partial
        Build what can be built, and keep the rest as ``.problems``.
    borders
        Border view; default is the case's own, else "recognised".

    Returns
    -------
    RouteModel
        Legs, places and claims as one graph.

    Raises
    ------
    BuildError
        A row was rejected, a place is ambiguous or not found, or a leg has no route, and `partial`
        is not set. Carries every `Problem`.
    ArgumentError
        The border view is unknown.
    """
    view = borders or case.borders or "recognised"
    if view not in geography.VIEWS:
        raise ArgumentError(f"{view!r} is no border view. Use one of {', '.join(geography.VIEWS)}.")
    book = resolve_sites(case, _mentions(case), view)
    results = [_draw(draft, case, book, view) for draft in _drafts(case, book)]
    trouble = [problem for _, found in results for problem in found]
    problems = (*case.problems, *book.problems, *trouble)
    if problems and not partial:
        listed = "\n".join(str(problem) for problem in problems)
        raise BuildError(f"{len(problems)} problems:\n{listed}", *problems)
    return RouteModel(case, tuple(leg for leg, _ in results), book.sites, problems, view)


def _mentions(case: Case) -> Iterable[Mention]:
    for leg in case.legs:
        yield Mention(leg.origin, "legs", leg.id, "origin", (leg.mode,))
        yield Mention(leg.destination, "legs", leg.id, "destination", (leg.mode,))
    for claim in case.claims:
        modes = (claim.mode,) if claim.mode else ()
        for field in ("origin", "destination", "at"):
            text = getattr(claim, field)
            if text is not None:
                yield Mention(text, "claims", claim.id, field, modes)


def _drafts(case: Case, book: SiteBook) -> list[_Draft]:
    """Return the case's legs, then one for each pair of ends and mode that claims imply."""
    drafts = [
        _Draft(leg.id, "legs", leg.origin, leg.destination, leg.mode, leg, ()) for leg in case.legs
    ]
    implied: dict[tuple[str, str, str], list[Claim]] = {}
    for claim in case.claims:
        if claim.origin and claim.destination and claim.retract is None:
            ends = (_end(book, claim.origin), _end(book, claim.destination))
            implied.setdefault((*ends, claim.mode or "unknown"), []).append(claim)
    for (start, stop, mode), claims in implied.items():
        first = claims[0]
        name = f"{start}-{stop}-{mode}" if book.get(first.origin or "") else f"{first.id}-leg"
        ends = str(first.origin), str(first.destination)
        drafts.append(_Draft(name, "claims", *ends, mode, None, tuple(claims)))
    return drafts


def _end(book: SiteBook, text: str) -> str:
    return book.by_text.get(text) or text


def _draw(draft: _Draft, case: Case, book: SiteBook, view: str) -> tuple[RoutedLeg, list[Problem]]:
    """Return the leg as drawn, with the problems that keep it from being drawn whole."""
    origin, destination = book.get(draft.origin), book.get(draft.destination)
    leg = RoutedLeg(
        id=draft.id,
        mode=draft.mode,
        routes=routes_of(draft.id, case.routes),
        origin=origin,
        destination=destination,
        standing=standing(draft.id, draft.implied, case),
    )
    if origin is None or destination is None:
        return leg, []
    try:
        constraints = _constraints(draft, case, leg.standing.claims, book)
        leg = replace(leg, constraints=constraints)
        if not (origin.routable and destination.routable):
            return _linked(leg, origin, destination), []
        return _routed(leg, origin, destination, draft.own, view), []
    except RoutemapError as error:
        return leg, [_problem(case, draft, error)]


def _linked(leg: RoutedLeg, origin: ResolvedSite, destination: ResolvedSite) -> RoutedLeg:
    """Draw a link between the nearest points of two ends, one of which at least is an area.

    Where the ends touch, the nearest points say nothing, and the link joins the label positions.
    """
    metres, start, stop = _nearest(origin, destination)
    if metres < TOUCHING_M:
        start, stop = origin.point, destination.point
    slack = sum(end.place.uncertainty_km * 1000 for end in (origin, destination) if not end.area)
    line = geography.great_circle(start, stop)
    return replace(leg, link=line, at_least_m=max(0.0, metres - slack))


def _nearest(
    origin: ResolvedSite, destination: ResolvedSite
) -> tuple[float, tuple[float, float], tuple[float, float]]:
    start, stop = origin.point, destination.point
    if origin.area is not None and destination.area is not None:
        return geography.distance_between_areas_m(origin.area, destination.area)
    if origin.area is not None:
        metres, edge = geography.distance_to_area_m(stop, origin.area)
        return metres, edge, stop
    if destination.area is not None:
        metres, edge = geography.distance_to_area_m(start, destination.area)
        return metres, start, edge
    return float(geography.geodesic_m(*start, *stop)), start, stop


def _routed(
    leg: RoutedLeg, origin: ResolvedSite, destination: ResolvedSite, own: Leg | None, view: str
) -> RoutedLeg:
    """Route the leg under all its constraints; by its own alone where they cannot all hold."""
    ends = origin.point, destination.point
    stated = leg.constraints if leg.mode not in {"air", "unknown"} else ()
    try:
        path = routing.course_between(ends, leg.mode, _asked(stated), view)
        return replace(leg, path=path, constraints=_priced(leg.constraints, path))
    except NoRouteError:
        owned = [one for one in stated if own is not None and own.id in one.by]
        if len(owned) == len(stated):
            raise
        path = routing.course_between(ends, leg.mode, _asked(owned), view)
        priced = _priced(leg.constraints, path)
        return replace(leg, path=path, constraints=priced, overruled=True)


def _asked(constraints: Iterable[LegConstraint]) -> list[Constraint]:
    return [one.constraint for one in constraints]


def _priced(constraints: Sequence[LegConstraint], path: Path) -> tuple[LegConstraint, ...]:
    prices = {price.constraint: price for price in path.prices}
    return tuple(replace(one, price=prices.get(one.constraint)) for one in constraints)


def _constraints(
    draft: _Draft, case: Case, claims: Sequence[Claim], book: SiteBook
) -> tuple[LegConstraint, ...]:
    """Return what the leg, its routes and its claims say of the way, each thing once."""
    stated: dict[Constraint, tuple[list[str], list[str]]] = {}
    rows: list[Leg | Route | Claim] = [draft.own] if draft.own else []
    rows += [route for route in case.routes if draft.id in route.legs]
    for row in [*rows, *claims]:
        words = getattr(row, "words", None)
        for constraint in _of_row(row, draft.mode, book):
            by, quoted = stated.setdefault(constraint, ([], []))
            by.append(row.id)
            quoted += [words] if words else []
    return tuple(
        LegConstraint(constraint, tuple(by), tuple(quoted))
        for constraint, (by, quoted) in stated.items()
    )


def _of_row(row: Leg | Route | Claim, mode: str, book: SiteBook) -> list[Constraint]:
    vias = [Constraint("via", text, _via_point(text, mode, book)) for text in row.via]
    return [*routing.exclusions(mode, row.avoid), *routing.enclosure(row.only), *vias]


def _via_point(text: str, mode: str, book: SiteBook) -> tuple[float, float]:
    site = book.get(text)
    return site.point if site is not None else routing.locate_point(text, mode)


def _problem(case: Case, draft: _Draft, error: RoutemapError) -> Problem:
    row = draft.id if draft.table == "legs" else draft.implied[0].id
    file, line = case.origin.get((draft.table, row), (case.case, None))
    value = f"{draft.origin} to {draft.destination} by {draft.mode}"
    cure = "Change the mode, a place or a constraint, or build with --partial."
    kind: Literal["no-route", "rejected"] = (
        "no-route" if isinstance(error, NoRouteError) else "rejected"
    )
    return Problem(file, line, draft.table, row, None, value, str(error), cure, kind=kind)
