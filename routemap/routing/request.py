"""What is asked of routing: places, and constraints as a claim or a user words them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from math import inf
from numbers import Real
from typing import TYPE_CHECKING, Any

from routemap import geography, networks, places
from routemap.errors import ArgumentError, shorten
from routemap.routing.course import Point
from routemap.routing.path import Constraint
from routemap.routing.solver import TODAY, Terms, course_between

if TYPE_CHECKING:
    from routemap.routing.path import Path

__all__ = ["enclosure", "exclusions", "is_passage", "route", "waypoints"]

Stop = Point | str | Mapping[str, str | None]
PLACE_FIELDS = ("name", "country", "kind")
MOST_STOPS = 100
"""Each stop is a search of its own, and each is priced by leaving it out."""
MOST = 9
"""More alternatives than this are no answer to a question."""


def route(
    origin: Stop,
    destination: Stop,
    *,
    mode: str,
    avoid: str | Iterable[str] = (),
    only: str | Iterable[str] = (),
    via: str | Iterable[Stop] = (),
    on: str | None = None,
    by: str = "usual",
    max_detour: float | None = None,
    alternatives: int = 0,
    view: str = "recognised",
    network: Any = None,
) -> Path:
    """Route between two places over the shipped networks, under what a claim says of the way.

    Parameters
    ----------
    origin, destination
        (lon, lat) in degrees, or a place: ``"NAME"``, ``"NAME, CC"``, or ``{"name"}`` with
        ``"country"`` and ``"kind"`` where they are known.
    mode
        "sea", "river", "rail" or "road"; "air" and "unknown" are great circles.
    avoid
        Countries (ISO 3166 code or English name) or passages that may not be used; by rail and road
        also regions (`routemap.geography.regions`), and "repaired" and "patched", the stretches
        that routemap added to its source's data.
    only
        Countries, by rail and road also regions, that the line must stay in; open sea is always
        allowed.
    via
        Places to pass, in order, or passages: one that is closed by default is opened by naming it.
        Here, in `avoid` and in `only` a text is a list of one.
    on
        Day of the journey, or first and last day: ``"2023-09-07"``, ``"2023-09-07/2023-10-01"``.
        Border crossings that were closed on all of these days may not be used; without a day, those
        whose closure has no known end.
    by
        What is least, by rail and road: "length", or "usual", which counts a break of gauge as
        600 km, a border as 150 km, and by rail a km off the main lines of international agreements
        as 1.1. Prices are in pure length all the same.
    max_detour
        The most that the route may measure, as a multiple of the free one.
    alternatives
        How many other corridors to look for: at most 25 % longer, at most 60 % shared.
    view
        Border view: "recognised" or "de-facto".
    network
        A network of your own (`routemap.networks.own.load`), in place of the shipped one.

    Returns
    -------
    Path
        The best route that satisfies every constraint, with the price of each.

    Raises
    ------
    NoRouteError
        There is none; its ``carried[0]`` is a `Failure` that says what would have to give.
    AmbiguousPlaceError, PlaceNotFoundError
        A place given by name does not resolve; carries the candidates.
    ArgumentError
        A mode, country or view is unknown, or an argument is not of the form above.
    """
    if not isinstance(mode, str):
        raise ArgumentError(
            f"mode {shorten(repr(mode))} is not text. Give sea, river, rail or road."
        )
    terms = Terms(mode, view, by, _days(on), _ratio(max_detour), network)
    terms.check()
    constraints = [
        *exclusions(mode, avoid),
        *enclosure(mode, only),
        *waypoints(mode, via),
    ]
    ends = locate_point(origin, mode), locate_point(destination, mode)
    if not alternatives:
        return course_between(ends, terms, constraints)
    from routemap.routing.alternatives import with_alternatives

    return with_alternatives(ends, terms, constraints, _count(alternatives))


def _days(on: Any) -> tuple[str, str]:
    """Return first and last day of "2023-09-07" or "2023-09-07/2023-10-01"."""
    if on is None:
        return TODAY
    days = on.split("/") if isinstance(on, str) else []
    try:
        first, last = (date.fromisoformat(one) for one in (days[0], days[-1]))
    except (ValueError, IndexError):
        first, last = date.max, date.min
    if first > last or len(days) > 2:
        raise ArgumentError(
            f"on {shorten(repr(on))} is no day. Give a day such as 2023-09-07, or the first and "
            "the last with a slash between."
        )
    return first.isoformat(), last.isoformat()


def _ratio(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value < inf:
        raise ArgumentError(
            f"max_detour {shorten(repr(value))} is no multiple of the free route. Give 1 or more, "
            "such as 1.5."
        )
    return float(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MOST:
        raise ArgumentError(
            f"alternatives {shorten(repr(value))} is no number of routes. Give 1 to {MOST}."
        )
    return value


def locate_point(place: Stop, mode: str) -> Point:
    """Return the (lon, lat) of a place given by name or by coordinates."""
    if isinstance(place, str):
        return _point_of(places.find(place, mode=mode))
    if isinstance(place, Mapping):
        return _point_of(_look_up(place, mode))
    return _degrees(place)


def _look_up(place: Mapping[str, Any], mode: str) -> places.Location:
    """Return what an object with a name means; a name alone may have any form of a place."""
    unknown = [key for key in place if key not in PLACE_FIELDS]
    given = {key: value for key, value in place.items() if value is not None}
    if unknown or "name" not in given or not all(isinstance(one, str) for one in given.values()):
        raise ArgumentError(
            f"{shorten(repr(place))} is not a place. Give name, country and kind, as texts; "
            "only the name is required."
        )
    if given.keys() == {"name"}:
        return places.find(given["name"], mode=mode)
    return places.locate(**given, mode=mode)


def _point_of(found: places.Location) -> Point:
    place = found.resolved()
    if place.extent == "area":
        raise ArgumentError(
            f"{found.query!r} is an area; a route needs a point. Name a town or port."
        )
    return place.lon, place.lat


def _degrees(pair: Any) -> Point:
    """Return a pair of numbers as a point on earth."""
    try:
        lon, lat = pair
    except (TypeError, ValueError):
        raise _no_place(pair) from None
    if not all(isinstance(one, Real) and not isinstance(one, bool) for one in (lon, lat)):
        raise _no_place(pair)
    if not (-360 <= lon <= 360 and -90 <= lat <= 90):
        raise ArgumentError(f"({lon}, {lat}) is not a place on earth. Give (lon, lat) in degrees.")
    return float(lon), float(lat)


def _no_place(value: Any) -> ArgumentError:
    cure = "Give (lon, lat) in degrees, a name, or {name, country, kind}."
    return ArgumentError(f"{shorten(repr(value))} is not a place. {cure}")


def _listed(field: str, value: Any) -> list[Any]:
    """Return the items of a constraint; a text is a list of one."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping) or not isinstance(value, Iterable):
        raise ArgumentError(f"{field!r} is {shorten(repr(value))}. Give a list.")
    return list(value)


def exclusions(mode: str, avoid: str | Iterable[str]) -> list[Constraint]:
    """Return one constraint for each thing that may not be used, in order, each once.

    A country; on water a passage; by rail and road a region, or "repaired" or "patched" track.
    Raises `ArgumentError` for an item that is none of these.
    """
    found = [
        Constraint("passage", item)
        if is_passage(mode, item)
        else Constraint("avoid", item if _by_hand(mode, item) else _ground(mode, item))
        for item in _listed("avoid", avoid)
    ]
    return list(dict.fromkeys(found))


def waypoints(mode: str, via: str | Iterable[Stop]) -> list[Constraint]:
    """Return one constraint for each place or, on water, passage that the line must pass, in order.

    Raises what `route` raises for a place that does not resolve.
    """
    stops = _listed("via", via)
    if len(stops) > MOST_STOPS:
        raise ArgumentError(f"via names {len(stops):,} places. Give {MOST_STOPS} or fewer.")
    return [
        Constraint("via", item)
        if is_passage(mode, item)
        else Constraint("via", _written(item), locate_point(item, mode))
        for item in stops
    ]


def _written(item: Stop) -> str:
    """Return a place as it was given, in one line."""
    if isinstance(item, Mapping):
        return ", ".join(str(item[key]) for key in PLACE_FIELDS if item.get(key) is not None)
    return str(item)


def _by_hand(mode: str, item: object) -> bool:
    return networks.is_track(mode) and isinstance(item, str) and item in networks.BY_HAND


def is_passage(mode: str, item: object) -> bool:
    """Return whether `item` is the id of a passage of the network of `mode`."""
    afloat = mode in {"sea", "river"}
    return afloat and isinstance(item, str) and item in networks.load("sea").passages


def enclosure(mode: str, only: str | Iterable[str]) -> list[Constraint]:
    """Return the one constraint to stay in some countries or regions; none where none is named.

    Raises `ArgumentError` for an item that is neither.
    """
    codes = sorted({_ground(mode, item) for item in _listed("only", only)})
    return [Constraint("only", "; ".join(codes))] if codes else []


def _ground(mode: str, item: Any) -> str:
    """Return the code of a country, or by rail and road the id of a region."""
    if not isinstance(item, str):
        raise ArgumentError(f"{shorten(repr(item))} is not text. Give a country or a passage.")
    on_land = networks.is_track(mode)
    code = geography.country_code(item) or (geography.region(item) if on_land else None)
    if code is None:
        known = f", or a region: {', '.join(sorted(geography.regions()))}" if on_land else ""
        raise ArgumentError(
            f"{item!r} is no country that routemap knows. Give an ISO 3166 code such as CN, "
            f"or the country's English name{known}."
        )
    return code
