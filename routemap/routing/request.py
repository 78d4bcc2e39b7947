"""What is asked of routing: places, and constraints as a claim or a user words them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routemap import geography, networks, places
from routemap.errors import ArgumentError
from routemap.routing.path import Constraint
from routemap.routing.solver import course_between

if TYPE_CHECKING:
    from collections.abc import Iterable

    from routemap.routing.path import Path, Point

__all__ = ["enclosure", "exclusions", "is_passage", "route", "waypoints"]


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
