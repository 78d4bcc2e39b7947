"""Solve a route under constraints, and price each constraint by leaving it out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from routemap import geography, networks
from routemap.errors import ArgumentError, NoRouteError, shorten
from routemap.routing.course import Course, Ends, Rules, Stretch
from routemap.routing.joined import join
from routemap.routing.path import Bill, Constraint, Failure, Path, Price

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import numpy.typing as npt

    from routemap.routing.path import Sums

__all__ = ["BY", "MODES", "TODAY", "Solver", "Terms", "course_between", "path_of", "rules_of"]

MODES = (*networks.NETWORKS, "air", "unknown")
GREAT_CIRCLE = frozenset({"air", "unknown"})
BY = ("usual", "length")
TODAY = networks.FOREVER, networks.FOREVER
"""The days asked about where none are given: a closure is in force if no end of it is known."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a route is asked for besides its ends and constraints.

    Attributes
    ----------
    mode
        One of `MODES`.
    view
        Border view, "recognised" or "de-facto".
    by
        What is least: "length", or "usual", which counts breaks of gauge and borders as well.
    days
        First and last day of the journey (ISO 8601): closures in force on all of them apply.
    max_detour
        The most that the route may measure, as a multiple of the free one.
    network
        A network of the user's own, in place of the shipped one.
    """

    mode: str
    view: str = "recognised"
    by: str = "usual"
    days: tuple[str, str] = TODAY
    max_detour: float | None = None
    network: Any = None

    def check(self) -> None:
        """Raise `ArgumentError` for a mode, view or `by` that is unknown."""
        choices = (
            ("border view", self.view, geography.VIEWS),
            ("way to weigh a route", self.by, BY),
            ("mode of routemap's", self.mode, MODES),
        )
        for what, value, known in choices:
            if value not in known:
                raise ArgumentError(f"{value!r} is no {what}. Use one of {', '.join(known)}.")
        if self.network is not None:
            self._check_network()

    def _check_network(self) -> None:
        from routemap.networks.track import TrackNetwork

        if not isinstance(self.network, TrackNetwork):
            cure = "Load it with routemap.networks.own.load."
            raise ArgumentError(f"{shorten(repr(self.network))} is no network of track. {cure}")
        own = self.network.mode
        if own != self.mode:
            raise ArgumentError(f"the network given is for {own}, not {self.mode}. Ask for {own}.")


def course_between(ends: Ends, terms: Terms, constraints: Sequence[Constraint] = ()) -> Path:
    """Route between two points under a list of constraints, each of them priced.

    Raises `NoRouteError` with a `Failure`, or `ArgumentError` for terms that are not known.
    """
    terms.check()
    if terms.mode in GREAT_CIRCLE:
        return _great_circle(ends, terms, constraints)
    return Solver(ends, terms).path(constraints)


def _great_circle(ends: Ends, terms: Terms, constraints: Sequence[Constraint]) -> Path:
    if constraints:
        named = ", ".join(f"{one.kind} {one.value}" for one in constraints)
        raise ArgumentError(
            f"mode {terms.mode!r} is drawn as a great circle and cannot honour: {named}. "
            "Give the mode (sea, river, rail, road) or drop the constraint."
        )
    line, stretches = _by_country(ends, terms.view)
    length = sum(stretch.length_m for stretch in stretches)
    terms = replace(terms, by="length")
    bill = Bill(lambda: (length, length, ()))
    return path_of(Course(line, stretches, (0.0, 0.0)), terms, length, bill)


def path_of(course: Course, terms: Terms, geodesic_m: float, bill: Bill) -> Path:
    """Return the path of a course."""
    return Path(
        mode=terms.mode,
        coordinates=course.coordinates,
        stretches=course.stretches,
        snap_m=course.snap_m,
        geodesic_m=geodesic_m,
        bill=bill,
        passages=course.passages,
        gauge_changes=course.gauge_changes,
        view=terms.view,
        by=terms.by,
    )


def _by_country(ends: Ends, view: str) -> tuple[npt.NDArray[np.float64], tuple[Stretch, ...]]:
    """Return the great circle between two points and its stretches, which end at borders.

    The true course is unknown: it may lie off by half the length of the whole line.
    """
    parts = geography.countries_in_order(ends, view)
    metres = [km * 1000 for _, km in parts]
    stops = list(accumulate(metres))
    borders = geography.points_along(*ends, stops[:-1]).tolist()
    lines = [geography.great_circle(*leg) for leg in pairwise([ends[0], *borders, ends[1]])]
    spans = pairwise(accumulate((len(one) - 1 for one in lines), initial=0))
    stretches = tuple(
        Stretch("great-circle", country, length, stops[-1] / 2, *span)
        for (country, _), length, span in zip(parts, metres, spans, strict=True)
    )
    line = geography.unwrap([*ends[:1], *(point for one in lines for point in one[1:])])
    line.flags.writeable = False
    return line, stretches


class Solver:
    """Courses and lengths between two ends under subsets of constraints, each found once."""

    def __init__(self, ends: Ends, terms: Terms) -> None:
        weighed = terms.by if networks.is_track(terms.mode) else "length"
        self.ends, self.terms = ends, replace(terms, by=weighed)
        self.geodesic_m = float(geography.geodesic_m(*ends[0], *ends[1]))
        self.network: Any = terms.network or networks.load(terms.mode)
        self._searches: dict[Ends, Any] = {}
        self._parts: dict[tuple[int, Rules], Course] = {}
        self._lengths: dict[tuple[Constraint, ...], float | None] = {}

    def path(self, constraints: Sequence[Constraint]) -> Path:
        """Return the route; every constraint and every closure that matters is priced."""
        terms = self.terms
        course, stated = self._obeying(tuple(constraints), terms.by)
        if terms.by == "usual" and self._is_too_long(course.length_m):
            return Solver(self.ends, replace(terms, by="length")).path(constraints)
        self._check_detour(course.length_m, stated)
        return path_of(course, terms, self.geodesic_m, Bill(lambda: self._sums(stated)))

    def _obeying(
        self, constraints: tuple[Constraint, ...], by: str
    ) -> tuple[Course, tuple[Constraint, ...]]:
        """Return the best course, and the constraints with the closures in force that it met."""
        course, closed = None, list[Constraint]()
        while course is None or closed:
            constraints = (*constraints, *closed)
            try:
                course = self.course(constraints, by)
            except NoRouteError as error:
                reason = f"{error}{self._shut(constraints)}"
                raise NoRouteError(reason, self.failure(reason, constraints)) from None
            closed = self._closures(course, constraints)
        if by == "length":
            self._lengths[constraints] = course.length_m
        return course, constraints

    def _sums(self, constraints: tuple[Constraint, ...]) -> Sums:
        """Return metres of the free and the shortest way, and the prices: by pure length."""
        course, stated = self._obeying(constraints, "length")
        prices = tuple(self._prices(stated, course.length_m))
        return self.length(()), course.length_m, prices

    def _closures(self, course: Course, known: Sequence[Constraint]) -> list[Constraint]:
        """Return the closures that a course runs against, as constraints; none that are known."""
        table, days = self.network.closures, self.terms.days
        in_force = [name for name in course.closures if table[name].in_force(*days)]
        crossed = [Constraint("closure", name) for name in in_force]
        return [one for one in crossed if one not in known]

    def _shut(self, constraints: Sequence[Constraint]) -> str:
        """Return the closures among constraints, as the end of a reason."""
        ids = [one.value for one in constraints if one.kind == "closure"]
        names = "; ".join(f"{self.network.closures[one].name} ({one})" for one in ids)
        return f" Closed on all the days asked about: {names}." if ids else ""

    def _is_too_long(self, length_m: float) -> bool:
        most = self.terms.max_detour
        free_m = None if most is None else self.length(())
        return most is not None and free_m is not None and length_m > most * free_m

    def _check_detour(self, length_m: float, constraints: tuple[Constraint, ...]) -> None:
        """Refuse a way that is over `max_detour` times the free one; `length_m` is the shortest."""
        if not self._is_too_long(length_m):
            return
        most, free_m = self.terms.max_detour or 0, self.length(()) or 0
        times = f"{length_m / free_m:.2f} times" if free_m else "more than"
        reason = (
            f"the way under the constraints is {length_m / 1000:,.0f} km, {times} the free route "
            f"of {free_m / 1000:,.0f} km; at most {most:g} times is allowed. Allow more, or drop a "
            "constraint."
        )
        prices = tuple(
            replace(
                one,
                cost_m=None,
                needed=one.cost_m is None or length_m - one.cost_m <= most * free_m,
            )
            for one in self._prices(constraints, length_m)
        )
        terms = self.terms
        raise NoRouteError(
            reason, Failure(terms.mode, reason, free_m, self.geodesic_m, prices, terms.view)
        )

    def course(self, constraints: Sequence[Constraint], by: str) -> Course:
        """Return the best course under constraints; raises `NoRouteError`."""
        rules = rules_of(constraints, self.terms, by)
        parts = [self._part(search, rules) for search in self.searches(constraints)]
        found = parts[0] if len(parts) == 1 else join(parts)
        missed = rules.opened - set(found.passages)
        if missed:
            raise NoRouteError(
                f"the shortest way by {self.terms.mode} does not pass {', '.join(sorted(missed))}; "
                "name a place beyond it in via."
            )
        return found

    def _part(self, search: Any, rules: Rules) -> Course:
        key = id(search), rules
        if key not in self._parts:
            self._parts[key] = search.course(rules)
        return self._parts[key]

    def searches(self, constraints: Sequence[Constraint]) -> list[Any]:
        """Return the search for each part of the way, from stop to stop."""
        stops = [one.point for one in constraints if one.point is not None]
        return [self._search(pair) for pair in pairwise([self.ends[0], *stops, self.ends[1]])]

    def _search(self, pair: Ends) -> Any:
        if pair not in self._searches:
            self._searches[pair] = _search_class(self.terms.mode)(self.network, *pair)
        return self._searches[pair]

    def length(self, constraints: Sequence[Constraint]) -> float | None:
        """Return the metres of the shortest way under constraints; None where there is none."""
        key = tuple(constraints)
        if key not in self._lengths:
            self._lengths[key] = self._measure(key)
        return self._lengths[key]

    def _measure(self, constraints: tuple[Constraint, ...]) -> float | None:
        try:
            if any(one.kind == "via" for one in constraints):
                return self.course(constraints, "length").length_m
            rules = rules_of(constraints, self.terms, "length")
            return float(self._search(self.ends).length_m(rules))
        except NoRouteError:
            return None

    def _prices(
        self, constraints: tuple[Constraint, ...], length_m: float | None
    ) -> Iterator[Price]:
        free = self.length(()) if constraints else None
        for index, one in enumerate(constraints):
            alone = self.length((one,)) if len(constraints) > 1 else length_m
            without = self.length((*constraints[:index], *constraints[index + 1 :]))
            yield Price(
                one,
                cost_m=_saved(length_m, without),
                alone_m=_saved(alone, free),
                needed=length_m is None and without is not None,
            )

    def failure(self, reason: str, constraints: tuple[Constraint, ...]) -> Failure:
        """Return why there is no route, with what would have to give."""
        prices = tuple(self._prices(constraints, None))
        terms = self.terms
        return Failure(terms.mode, reason, self.length(()), self.geodesic_m, prices, terms.view)


def _saved(longer: float | None, shorter: float | None) -> float | None:
    return None if longer is None or shorter is None else max(0.0, longer - shorter)


def _search_class(mode: str) -> Any:
    """Return the class that searches the network of a mode."""
    if networks.is_track(mode):
        from routemap.routing import track

        return track.Search
    from routemap.routing import water

    return water.Search


def rules_of(constraints: Sequence[Constraint], terms: Terms, by: str) -> Rules:
    """Return what a set of constraints forbids: bans add up, enclosures intersect."""
    by_kind: dict[str, list[str]] = {"avoid": [], "only": [], "passage": [], "closure": []}
    for one in constraints:
        by_kind.setdefault(one.kind, []).append(one.value)
    fences = [frozenset(value.split("; ")) for value in by_kind["only"]]
    track = networks.is_track(terms.mode)
    return Rules(
        avoid=frozenset(by_kind["avoid"]) - networks.BY_HAND,
        only=frozenset.intersection(*fences) if fences else None,
        without=frozenset(by_kind["avoid"]) & networks.BY_HAND,
        closed=frozenset(by_kind["passage"] + by_kind["closure"]),
        opened=frozenset(one.value for one in constraints if one.kind == "via" and not one.point),
        usual=by == "usual" and track,
        view=terms.view,
    )
