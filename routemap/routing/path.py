"""Route between places under the words of a claim, and say what each word costs."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Literal

from routemap import geography, networks, places
from routemap.errors import ArgumentError, NoRouteError
from routemap.routing.course import Course, Rules, Stretch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

__all__ = [
    "MODES",
    "Constraint",
    "Failure",
    "Path",
    "Point",
    "Price",
    "course_between",
    "enclosure",
    "exclusions",
    "is_passage",
    "route",
    "waypoints",
]

MODES = ("sea", "rail", "air", "unknown")
GREAT_CIRCLE = frozenset({"air", "unknown"})
GAPS = frozenset({"gap", "repaired"})
SCHEMATIC = frozenset({"schematic", "patched", "great-circle"})

Point = tuple[float, float]
Ends = tuple[Point, Point]


@dataclass(frozen=True, slots=True)
class Constraint:
    """One thing that is said of the way taken.

    Attributes
    ----------
    kind
        ``avoid`` a country, stay ``only`` in some, pass ``via`` a place, or keep out of a
        ``passage``.
    value
        Country code, codes joined by "; ", place as written, or id of a passage.
    point
        Where a ``via`` lies (lon, lat); None for a passage and for the other kinds.
    """

    kind: Literal["avoid", "only", "via", "passage"]
    value: str
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What one constraint costs, in metres of pure length.

    Attributes
    ----------
    constraint
        The constraint that is priced.
    cost_m
        Metres saved if this one alone were dropped; 0 where another makes it redundant; None where
        there is no route at all.
    alone_m
        Metres that it adds to the free route by itself; None where it alone leaves no route, or
        where there is no free route.
    needed
        There is no route, and there would be one without this constraint.
    """

    constraint: Constraint
    cost_m: float | None
    alone_m: float | None
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no route, and which constraint would have to give."""

    mode: str
    reason: str
    free_m: float | None
    geodesic_m: float
    prices: tuple[Price, ...]
    view: str


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A route between two points, with how each part of it is known.

    Attributes
    ----------
    mode
        "sea", "rail", "air" or "unknown"; the last two are great circles.
    coordinates
        Read-only array of shape (n, 2): lon, lat in degrees of WGS 84, from the requested origin
        to the requested destination; longitudes run on past 180 rather than jumping.
    stretches
        The parts of the line in order; see `routemap.routing.course.Stretch`.
    snap_m
        Metres from the requested origin to the network, and from the network to the destination.
    geodesic_m
        Metres between the two ends on the ellipsoid.
    free_m
        Metres of the route without any constraint; None where the free route does not exist.
    prices
        What each constraint costs.
    passages
        Ids of the passages crossed, in order.
    view
        The border view that countries are named by.
    """

    mode: str
    coordinates: npt.NDArray[np.float64]
    stretches: tuple[Stretch, ...]
    snap_m: tuple[float, float]
    geodesic_m: float
    free_m: float | None
    prices: tuple[Price, ...]
    passages: tuple[str, ...]
    view: str

    @property
    def length_m(self) -> float:
        """The whole line in metres, snaps and gaps in it."""
        return sum(stretch.length_m for stretch in self.stretches)

    @property
    def gap_m(self) -> float:
        """Metres of gaps: snaps and repaired breaks."""
        return sum(part.length_m for part in self.stretches if part.kind in GAPS)

    @property
    def schematic_m(self) -> float:
        """Metres whose true course is not in the data."""
        return sum(part.length_m for part in self.stretches if part.kind in SCHEMATIC)

    @property
    def countries(self) -> Mapping[str, float]:
        """Metres by ISO 3166 alpha-2 code, in order of first entry; "-" is open sea."""
        metres: dict[str, float] = {}
        for part in self.stretches:
            code = part.country or "-"
            metres[code] = metres.get(code, 0.0) + part.length_m
        return MappingProxyType(metres)


def route(
    origin: Point | str,
    destination: Point | str,
    *,
    mode: str,
    avoid: Iterable[str] = (),
    only: Iterable[str] = (),
    via: Iterable[Point | str] = (),
    view: str = "recognised",
) -> Path:
    """Route between two places over the shipped networks, under what a claim says of the way.

    Parameters
    ----------
    origin, destination
        (lon, lat) in degrees, or a place: ``"NAME"`` or ``"NAME, CC"``.
    mode
        "sea" or "rail"; "air" and "unknown" are great circles.
    avoid
        Countries (ISO 3166 code or English name) or passages that may not be used.
    only
        Countries that the line must stay in; open sea is always allowed.
    via
        Places to pass, in order, or passages: one that is closed by default is opened by naming it.
    view
        Border view: "recognised" or "de-facto".

    Returns
    -------
    Path
        The shortest route that satisfies every constraint, with the price of each.

    Raises
    ------
    NoRouteError
        There is none; its ``carried[0]`` is a `Failure` that says what would have to give.
    AmbiguousPlaceError, PlaceNotFoundError
        A place given by name does not resolve; carries the candidates.
    ArgumentError
        A mode, country or view is unknown.
    """
    constraints = [
        *exclusions(mode, tuple(avoid)),
        *enclosure(only),
        *waypoints(mode, via),
    ]
    ends = locate_point(origin, mode), locate_point(destination, mode)
    return course_between(ends, mode, constraints, view)


def locate_point(place: Point | str, mode: str) -> Point:
    """Return the (lon, lat) of a place given by name or by coordinates."""
    if isinstance(place, str):
        found = places.find(place, mode=mode).resolved()
        if found.extent == "area":
            raise ArgumentError(
                f"{place!r} is an area; a route needs a point. Name a town or port."
            )
        return found.lon, found.lat
    lon, lat = place
    if not (-360 <= lon <= 360 and -90 <= lat <= 90):
        raise ArgumentError(f"({lon}, {lat}) is not a place on earth. Give (lon, lat) in degrees.")
    return float(lon), float(lat)


def exclusions(mode: str, avoid: Iterable[str]) -> list[Constraint]:
    """Return one constraint for each country or, at sea, passage that may not be used.

    Raises `ArgumentError` for an item that is neither.
    """
    return [
        Constraint("passage", item)
        if is_passage(mode, item)
        else Constraint("avoid", _country(item))
        for item in avoid
    ]


def waypoints(mode: str, via: Iterable[Point | str]) -> list[Constraint]:
    """Return one constraint for each place or, at sea, passage that the line must pass, in order.

    Raises what `route` raises for a place that does not resolve.
    """
    return [
        Constraint("via", item)
        if isinstance(item, str) and is_passage(mode, item)
        else Constraint("via", str(item), locate_point(item, mode))
        for item in via
    ]


def is_passage(mode: str, item: str) -> bool:
    """Return whether `item` is the id of a passage of the network of `mode`."""
    return mode == "sea" and item in networks.load("sea").passages


def enclosure(only: Iterable[str]) -> list[Constraint]:
    """Return the one constraint to stay in some countries; none where none is named.

    Raises `ArgumentError` for an item that is no country.
    """
    codes = sorted({_country(item) for item in only})
    return [Constraint("only", "; ".join(codes))] if codes else []


def _country(item: str) -> str:
    code = geography.country_code(item)
    if code is None:
        raise ArgumentError(
            f"{item!r} is no country that routemap knows. Give an ISO 3166 code such as CN, "
            "or the country's English name."
        )
    return code


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
    line = geography.great_circle(*ends)
    length = geography.geodesic_m(*ends[0], *ends[1])
    stretch = Stretch("great-circle", None, float(length), float(length) / 2, 0, len(line) - 1)
    return Path(mode, line, (stretch,), (0.0, 0.0), float(length), float(length), (), (), view)


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
        return tuple(self._price(one, constraints, length_m) for one in constraints)

    def _price(
        self, one: Constraint, constraints: Sequence[Constraint], length_m: float | None
    ) -> Price:
        free = self.length(())
        alone = self.length((one,)) if len(constraints) > 1 else length_m
        without = self.length(tuple(other for other in constraints if other != one))
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
    passes the stop on the network, and the gap is not travelled twice.
    """
    import numpy as np

    line = parts[0].coordinates
    stretches = list(parts[0].stretches)
    for part in parts[1:]:
        points, following = part.coordinates, list(part.stretches)
        if _same_gap(line, stretches, points, following):
            line, points = line[: stretches.pop().start + 1], points[following.pop(0).stop :]
        turn = np.round((line[-1, 0] - points[0, 0]) / 360) * 360
        first = following[0].start if following else 0
        offset = len(line) - 1 - first
        stretches += [_shift(stretch, offset) for stretch in following]
        line = np.concatenate([line, points[1:] + np.array([turn, 0])])
    line.flags.writeable = False
    passages = tuple(name for part in parts for name in part.passages)
    return Course(line, tuple(stretches), (parts[0].snap_m[0], parts[-1].snap_m[1]), passages)


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
    return Stretch(
        stretch.kind,
        stretch.country,
        stretch.length_m,
        stretch.max_offset_m,
        stretch.start + offset,
        stretch.stop + offset,
    )
