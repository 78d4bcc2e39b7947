"""Build the model of a case: resolve its places, route its legs, derive how each leg stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from routemap import geography, networks, routing
from routemap.errors import ArgumentError, BuildError, NoRouteError, Problem, RoutemapError
from routemap.model.constraints import Saying, stated
from routemap.model.index import index_case
from routemap.model.mentions import mentions, ties
from routemap.model.route_model import LegConstraint, RoutedLeg, RouteModel
from routemap.model.sites import SiteBook, free_id, resolve_sites
from routemap.model.standing import standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from routemap.claims import Case, Claim, Leg
    from routemap.model.index import CaseIndex
    from routemap.model.siting import Geocoder, ResolvedSite
    from routemap.model.standing import Standing
    from routemap.routing import Constraint, Failure, Path

__all__ = ["build"]

ARROW_M = 100_000.0
"""Ends nearer than this are joined by an arrow that begins or ends inside an area, to be seen."""


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


def build(
    case: Case,
    *,
    partial: bool = False,
    borders: str | None = None,
    geocoder: Geocoder | None = None,
) -> RouteModel:
    """Build the model of a case.

    Parameters
    ----------
    case
        The values, as `routemap.read_case` returns them.
    partial
        Build what can be built, and keep the rest as ``.problems``.
    borders
        Border view; default is the case's own, else "recognised".
    geocoder
        An online geocoder, asked for names that the gazetteer does not hold: a
        `routemap.places.online.Nominatim`. None opens no socket.

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
    book = resolve_sites(case, mentions(case), ties(case), view, geocoder)
    legs, trouble = _drawn(case, book, view)
    found = [*case.problems, *book.problems, *trouble]
    problems = tuple(sorted(found, key=lambda one: (one.file, one.line or 0)))
    if problems and not partial:
        listed = "\n".join(str(problem) for problem in problems)
        noun = "problem" if len(problems) == 1 else "problems"
        raise BuildError(f"{len(problems)} {noun}:\n{listed}", *problems)
    return RouteModel(case, legs, book.sites, _seen_at(case, book), problems, view)


def _drafts(case: Case, book: SiteBook) -> list[_Draft]:
    """Return the case's legs, then one for each pair of ends and mode that claims imply."""
    drafts = [
        _Draft(leg.id, "legs", leg.origin, leg.destination, leg.mode, leg, ()) for leg in case.legs
    ]
    implied: dict[tuple[str, str, str], list[Claim]] = {}
    for claim in case.claims:
        if claim.origin and claim.destination and claim.mode and claim.retract is None:
            ends = (_end(book, claim.origin), _end(book, claim.destination))
            implied.setdefault((*ends, claim.mode), []).append(claim)
    taken = {row.id for table in (case.legs, case.routes, case.claims) for row in table}
    for (start, stop, mode), claims in implied.items():
        first = claims[0]
        resolved = start in book.sites and stop in book.sites
        name = free_id(f"{start}-{stop}-{mode}" if resolved else f"{first.id}-leg", taken)
        taken.add(name)
        ends = str(first.origin), str(first.destination)
        drafts.append(_Draft(name, "claims", *ends, mode, None, tuple(claims)))
    return drafts


def _end(book: SiteBook, text: str) -> str:
    site = book.get(text)
    return text if site is None else site.id


def _drawn(case: Case, book: SiteBook, view: str) -> tuple[tuple[RoutedLeg, ...], list[Problem]]:
    """Return every leg as drawn, and what keeps some from being drawn, each problem once."""
    drafts = _drafts(case, book)
    modes = {draft.id: draft.mode for draft in drafts}
    made = {claim.id: draft.id for draft in drafts for claim in draft.implied}
    index = index_case(case, modes, made)
    results = [_draw(draft, index, book, view) for draft in drafts]
    trouble = dict.fromkeys(problem for _, found in results for problem in found)
    return tuple(leg for leg, _ in results), list(trouble)


def _seen_at(case: Case, book: SiteBook) -> Mapping[str, str]:
    """Return the site of each claim about a place, by the claim's id."""
    live = (claim for claim in case.claims if claim.at is not None and claim.retract is None)
    sites = ((claim.id, book.get(claim.at or "")) for claim in live)
    return MappingProxyType({claim: site.id for claim, site in sites if site is not None})


def _draw(
    draft: _Draft, index: CaseIndex, book: SiteBook, view: str
) -> tuple[RoutedLeg, list[Problem]]:
    """Return the leg as drawn, with the problems that keep it from being drawn whole."""
    origin, destination = book.get(draft.origin), book.get(draft.destination)
    routes = index.routes.get(draft.id, ())
    leg = RoutedLeg(
        id=draft.id,
        mode=draft.mode,
        routes=tuple(route.id for route in routes),
        origin=origin,
        destination=destination,
        standing=standing(draft.id, index),
    )
    own = [draft.own] if draft.own else []
    rows: list[Saying] = [*own, *routes, *leg.standing.claims]
    constraints, problems = stated(draft.id, rows, index, book)
    leg = replace(leg, constraints=constraints)
    lost = any(_is_lost(one.constraint, draft.mode) for one in constraints)
    if origin is None or destination is None or problems or lost:
        return leg, problems
    try:
        if not (origin.routable and destination.routable):
            return _linked(leg, origin, destination), []
        return _routed(leg, origin, destination, draft.own, view), []
    except RoutemapError as error:
        return leg, [_problem(index.case, draft, error)]


def _is_lost(one: Constraint, mode: str) -> bool:
    """Return whether a line must pass a place that did not resolve."""
    return one.kind == "via" and one.point is None and not routing.is_passage(mode, one.value)


def _linked(leg: RoutedLeg, origin: ResolvedSite, destination: ResolvedSite) -> RoutedLeg:
    """Draw a link between the nearest points of two ends, one of which at least is an area.

    Where they are nearer than 100 km, that would be too short to see: the link then begins, or
    ends, inside the area within 100 km of that edge.
    """
    metres, start, stop = _nearest(origin, destination)
    if metres < ARROW_M:
        start, stop = _inside(origin, start), _inside(destination, stop)
    slack = sum(end.place.uncertainty_km * 1000 for end in (origin, destination) if not end.area)
    line = geography.great_circle(start, stop)
    return replace(leg, link=line, at_least_m=max(0.0, metres - slack))


def _inside(end: ResolvedSite, edge: tuple[float, float]) -> tuple[float, float]:
    """Return a point inside an area and within 100 km of its edge; a point end is itself."""
    if end.area is None:
        return end.point
    return geography.label_point(geography.disc(edge, ARROW_M).intersection(end.area))


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
    terms = routing.Terms(leg.mode, view, days=_days(leg.standing))
    stated = leg.constraints if leg.mode not in {"air", "unknown"} else ()
    try:
        path = routing.course_between(ends, terms, _asked(stated))
        return replace(leg, path=path, constraints=_priced(leg.constraints, path))
    except NoRouteError:
        owned = [one for one in stated if own is not None and own.id in one.by]
        if len(owned) == len(stated):
            raise
        path = routing.course_between(ends, terms, _asked(owned))
        priced = _priced(leg.constraints, path)
        return replace(leg, path=path, constraints=priced, overruled=True)


def _days(standing: Standing) -> tuple[str, str]:
    """Return the first and the last day of a leg, for the closures of borders."""
    when = standing.when
    if when is None or (when.earliest is None and when.latest is None):
        return routing.TODAY
    return (when.earliest or date.min).isoformat(), (when.latest or date.max).isoformat()


def _asked(constraints: Iterable[LegConstraint]) -> list[Constraint]:
    return [one.constraint for one in constraints]


def _priced(constraints: Sequence[LegConstraint], path: Path) -> tuple[LegConstraint, ...]:
    """Return constraints with their prices; closures that are in the way stand after them."""
    prices = {price.constraint: price for price in path.prices}
    told = [replace(one, price=prices.pop(one.constraint, None)) for one in constraints]
    met = [
        LegConstraint(one, by=(), words=(networks.closure(path.mode, one.value).name,), price=price)
        for one, price in prices.items()
    ]
    return (*told, *met)


def _problem(case: Case, draft: _Draft, error: RoutemapError) -> Problem:
    row = draft.id if draft.table == "legs" else draft.implied[0].id
    file, line = case.origin.get((draft.table, row), (case.case, None))
    value = f"{draft.origin} to {draft.destination} by {draft.mode}"
    place = (file, line, draft.table, row, None, value)
    if isinstance(error, NoRouteError):
        return Problem(*place, str(error), _way_out(error.carried[0]), kind="no-route")
    return Problem(*place, str(error), "Or build the rest with --partial.")


def _way_out(failure: Failure) -> str:
    """Return the cure of a leg without a route: what would have to give."""
    needed = [
        f"{price.constraint.kind} {price.constraint.value}"
        for price in failure.prices
        if price.needed
    ]
    if needed:
        return f"There is a route without {' or without '.join(needed)}."
    return "Change the mode, a place or a constraint, or build the rest with --partial."
