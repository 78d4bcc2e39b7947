"""Solve a route under constraints, and price each constraint by leaving it out."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from routemap import geography, networks
from routemap.errors import ArgumentError, NoRouteError
from routemap.routing.course import Course, Ends, Rules, Stretch
from routemap.routing.path import Constraint, Failure, Path, Price

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import ModuleType

    import numpy as np
    import numpy.typing as npt

__all__ = ["MODES", "course_between"]

MODES = ("sea", "rail", "air", "unknown")
GREAT_CIRCLE = frozenset({"air", "unknown"})


def course_between(
    ends: Ends, mode: str, constraints: Sequence[Constraint] = (), view: str = "recognised"
) -> Path:
    """Route between two points under a list of constraints, each of them priced.

    Raises `NoRouteError` with a `Failure`, or `ArgumentError` for a mode or view that is unknown.
    """
    if view not in geography.VIEWS:
        raise ArgumentError(f"{view!r} is no border view. Use one of {', '.join(geography.VIEWS)}.")
    if mode in GREAT_CIRCLE:
        return _great_circle(ends, mode, constraints, view)
    if mode not in MODES:
        raise ArgumentError(f"{mode!r} is no mode of routemap's. Use one of {', '.join(MODES)}.")
    solver = _Solver(ends, mode, view)
    try:
        course = solver.course(constraints)
    except NoRouteError as error:
        raise NoRouteError(str(error), solver.failure(str(error), constraints)) from None
    return Path(
        mode=mode,
        coordinates=course.coordinates,
        stretches=course.stretches,
        snap_m=course.snap_m,
        geodesic_m=solver.geodesic_m,
        free_m=solver.length(()) if constraints else course.length_m,
        prices=solver.prices(constraints, course.length_m),
        passages=course.passages,
        view=view,
    )


def _great_circle(ends: Ends, mode: str, constraints: Sequence[Constraint], view: str) -> Path:
    if constraints:
        named = ", ".join(f"{one.kind} {one.value}" for one in constraints)
        raise ArgumentError(
            f"mode {mode!r} is drawn as a great circle and cannot honour: {named}. "
            "Give the mode (sea, rail) or drop the constraint."
        )
    line, stretches = _by_country(ends, view)
    length = sum(stretch.length_m for stretch in stretches)
    return Path(mode, line, stretches, (0.0, 0.0), length, length, (), (), view)


def _by_country(ends: Ends, view: str) -> tuple[npt.NDArray[np.float64], tuple[Stretch, ...]]:
    """Return the great circle between two points and its stretches, which end at borders.

    The true course is unknown: it may lie off by half the length of the whole line.
    """
    parts = geography.countries_in_order(ends, view)
    metres = [km * 1000 for _, km in parts]
    stops = list(itertools.accumulate(metres))
    borders = geography.points_along(*ends, stops[:-1]).tolist()
    lines = [
        geography.great_circle(*leg) for leg in itertools.pairwise([ends[0], *borders, ends[1]])
    ]
    spans = itertools.pairwise(itertools.accumulate((len(one) - 1 for one in lines), initial=0))
    stretches = tuple(
        Stretch("great-circle", country, length, stops[-1] / 2, *span)
        for (country, _), length, span in zip(parts, metres, spans, strict=True)
    )
    line = geography.unwrap([*ends[:1], *(point for one in lines for point in one[1:])])
    line.flags.writeable = False
    return line, stretches


def _engine(mode: str) -> ModuleType:
    """Return the module that searches the network of a mode."""
    if mode == "sea":
        from routemap.routing import water

        return water
    from routemap.routing import track

    return track


class _Solver:
    """Courses and lengths between two ends under subsets of constraints, each found once."""

    def __init__(self, ends: Ends, mode: str, view: str) -> None:
        self.ends, self.view = ends, view
        self.geodesic_m = float(geography.geodesic_m(*ends[0], *ends[1]))
        self.mode = mode
        self.network = networks.load(mode)
        self._engine = _engine(mode)
        self._lengths: dict[tuple[Constraint, ...], float | None] = {}

    def course(self, constraints: Sequence[Constraint]) -> Course:
        rules = rules_of(constraints, self.view)
        parts = [
            self._engine.course(self.network, start, stop, rules)
            for start, stop in self._pairs(constraints)
        ]
        found = parts[0] if len(parts) == 1 else join(parts)
        missed = rules.opened - set(found.passages)
        if missed:
            raise NoRouteError(
                f"the shortest way by sea does not pass {', '.join(sorted(missed))}; "
                "name a place beyond it in via."
            )
        return found

    def length(self, constraints: Sequence[Constraint]) -> float | None:
        key = tuple(constraints)
        if key not in self._lengths:
            self._lengths[key] = self._measure(key)
        return self._lengths[key]

    def _measure(self, constraints: tuple[Constraint, ...]) -> float | None:
        try:
            if any(one.kind == "via" for one in constraints):
                return self.course(constraints).length_m
            rules = rules_of(constraints, self.view)
            return float(self._engine.length_m(self.network, *self.ends, rules))
        except NoRouteError:
            return None

    def _pairs(self, constraints: Sequence[Constraint]) -> Iterable[Ends]:
        stops = [one.point for one in constraints if one.point is not None]
        return itertools.pairwise([self.ends[0], *stops, self.ends[1]])

    def prices(
        self, constraints: Sequence[Constraint], length_m: float | None
    ) -> tuple[Price, ...]:
        return tuple(self._price(index, constraints, length_m) for index in range(len(constraints)))

    def _price(
        self, index: int, constraints: Sequence[Constraint], length_m: float | None
    ) -> Price:
        one, free = constraints[index], self.length(())
        alone = self.length((one,)) if len(constraints) > 1 else length_m
        without = self.length((*constraints[:index], *constraints[index + 1 :]))
        return Price(
            one,
            cost_m=None if length_m is None or without is None else max(0.0, length_m - without),
            alone_m=None if alone is None or free is None else max(0.0, alone - free),
            needed=length_m is None and without is not None,
        )

    def failure(self, reason: str, constraints: Sequence[Constraint]) -> Failure:
        prices = self.prices(constraints, None)
        return Failure(self.mode, reason, self.length(()), self.geodesic_m, prices, self.view)


def rules_of(constraints: Sequence[Constraint], view: str) -> Rules:
    """Return what a set of constraints forbids: bans add up, enclosures intersect."""
    by_kind: dict[str, list[str]] = {"avoid": [], "only": [], "via": [], "passage": []}
    for one in constraints:
        by_kind[one.kind].append(one.value)
    fences = [frozenset(value.split("; ")) for value in by_kind["only"]]
    return Rules(
        avoid=frozenset(by_kind["avoid"]),
        only=frozenset.intersection(*fences) if fences else None,
        closed=frozenset(by_kind["passage"]),
        opened=frozenset(one.value for one in constraints if one.kind == "via" and not one.point),
        view=view,
    )


def join(parts: Sequence[Course]) -> Course:
    """Return one course through the stops between `parts`.

    Where a course reaches a stop over a gap and the next one leaves it over the same gap, the line
    passes the stop on the network, and the gap is not travelled twice. Neighbouring stretches that
    are alike in kind and country become one.
    """
    import numpy as np

    line = parts[0].coordinates
    stretches = list(parts[0].stretches)
    for part in parts[1:]:
        points, following = part.coordinates, list(part.stretches)
        if _same_gap(line, stretches, points, following):
            line, points = line[: stretches.pop().start + 1], points[following.pop(0).stop :]
        turn = np.round((line[-1, 0] - points[0, 0]) / 360) * 360
        offset = len(line) - 1 - following[0].start
        stretches += [_shift(stretch, offset) for stretch in following]
        line = np.concatenate([line, points[1:] + np.array([turn, 0])])
    line.flags.writeable = False
    passages = tuple(name for part in parts for name in part.passages)
    return Course(line, _merged(stretches), (parts[0].snap_m[0], parts[-1].snap_m[1]), passages)


def _same_gap(
    line: npt.NDArray[np.float64],
    stretches: Sequence[Stretch],
    points: npt.NDArray[np.float64],
    following: Sequence[Stretch],
) -> bool:
    if len(stretches) < 2 or len(following) < 2:
        return False
    last, first = stretches[-1], following[0]
    both_gaps = last.kind == first.kind == "gap"
    return both_gaps and bool((line[last.start] % 360 == points[first.stop] % 360).all())


def _shift(stretch: Stretch, offset: int) -> Stretch:
    return replace(stretch, start=stretch.start + offset, stop=stretch.stop + offset)


def _merged(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return stretches with neighbours of one kind and country made one."""
    runs = itertools.groupby(stretches, key=lambda one: (one.kind, one.country))
    return tuple(_one(list(run)) for _, run in runs)


def _one(run: Sequence[Stretch]) -> Stretch:
    return replace(
        run[0],
        length_m=sum(part.length_m for part in run),
        max_offset_m=max(part.max_offset_m for part in run),
        stop=run[-1].stop,
    )
