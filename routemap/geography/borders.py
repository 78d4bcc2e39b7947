"""Countries at a point and along a line, from the shipped borders."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from routemap.errors import ArgumentError
from routemap.geography.geodesics import cut, densify, geodesic_m
from routemap.geography.outlines import outlines, unit_codes

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

    Floats = npt.NDArray[np.float64]

__all__ = [
    "area",
    "border_lines",
    "countries_along",
    "countries_in_order",
    "country_at",
    "country_near",
    "label_point",
    "land_within",
    "units_at",
]

STEP_M = 10_000.0
KM_PER_DEGREE = 111.0
"""Close to the length of a degree of latitude, 110.57 to 111.69 km on WGS 84."""


def border_lines(view: str = "recognised") -> tuple[list[BaseGeometry], list[BaseGeometry]]:
    """Return the land borders of a view: the settled ones, and those to be drawn dashed.

    Parameters
    ----------
    view
        Border view. It decides which lines are settled borders; disputed lines and lines of
        control are the same in all views.

    Returns
    -------
    tuple of two lists of shapely.LineString
        In degrees; a border may be several lines.
    """
    borders = outlines()
    codes = np.array((*unit_codes(view), ""))
    left, right = borders.sides.T
    on_land = (left >= 0) & (right >= 0)
    settled = on_land & (codes[left] != codes[right]) & ~borders.dashed
    return list(borders.lines[settled]), list(borders.lines[borders.dashed])


def land_within(region: BaseGeometry) -> list[BaseGeometry]:
    """Return the land in a region (degrees, -180 to 180), without borders."""
    from shapely import intersection, intersects, prepare

    prepare(region)
    land = outlines().land
    return list(intersection(land[intersects(region, land)], region))


def units_at(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.int16]:
    """Return the unit at each point.

    Parameters
    ----------
    lon, lat
        Degrees; arrays of one shape. Longitudes may run on past 180.

    Returns
    -------
    ndarray
        int16, of the shape of `lon`; -1 at sea. Borders and coasts belong to a unit.
    """
    from shapely import intersects_xy, points, prepare

    lons, lats = np.broadcast_arrays(_wrapped(lon), np.asarray(lat, dtype=float))
    flat = np.column_stack([lons.ravel(), lats.ravel()])
    borders = outlines()
    found = np.full(len(flat), -1, dtype=np.int16)
    at, part = borders.tree.query(points(flat))
    order = np.argsort(part, kind="stable")
    breaks = np.flatnonzero(np.diff(part[order])) + 1
    for group in np.split(order, breaks) if len(order) else []:
        index, candidates = part[group[0]], at[group]
        prepare(borders.parts[index])
        inside = candidates[intersects_xy(borders.parts[index], flat[candidates])]
        found[inside] = borders.unit_of_part[index]
    return found.reshape(lons.shape)


def _wrapped(lon: npt.ArrayLike) -> Floats:
    """Return longitudes from -180 to 180; those already there are unchanged."""
    lons = np.asarray(lon, dtype=float)
    return np.where(np.abs(lons) <= 180, lons, (lons + 180) % 360 - 180)


def country_at(lon: float, lat: float, view: str = "recognised") -> str | None:
    """Return the alpha-2 code of the country at a point; None at sea.

    Lines and coasts are generalised: of towns that lie outside their country's outline, half are
    within 0.4 km of it and 95 in 100 within 2.2 km. For what stands at the water's edge use
    `country_near`.
    """
    unit = int(units_at(lon, lat))
    return (unit_codes(view)[unit] or None) if unit >= 0 else None


@lru_cache(maxsize=32)
def area(code: str, view: str = "recognised") -> BaseGeometry:
    """Return the land of a country in a border view.

    Parameters
    ----------
    code
        ISO 3166 alpha-2 code.
    view
        Border view.

    Returns
    -------
    shapely.Polygon or shapely.MultiPolygon
        In degrees, cut at the antimeridian.

    Raises
    ------
    ArgumentError
        There is no such view, or the borders hold no land of that code: the Vatican is too small
        for them, and Bouvet Island is part of Norway there.
    """
    from shapely import union_all

    borders = outlines()
    owned = [unit for unit, owner in enumerate(unit_codes(view)) if owner == code]
    parts = borders.parts[np.isin(borders.unit_of_part, owned)]
    if not len(parts):
        raise ArgumentError(f"no land is drawn for {code!r}. Name the country that it belongs to.")
    return union_all(parts)


def label_point(shape: BaseGeometry) -> tuple[float, float]:
    """Return the (lon, lat) well inside the largest part of an area, for its label."""
    from shapely import get_parts, maximum_inscribed_circle

    largest = max(get_parts(shape), key=_true_area)
    centre = maximum_inscribed_circle(largest, tolerance=0.05).coords[0]
    return float(centre[0]), float(centre[1])


def _true_area(shape: BaseGeometry) -> float:
    """Return an area that shrinks with latitude as the earth's parallels do."""
    south, north = shape.bounds[1], shape.bounds[3]
    return float(shape.area * np.cos(np.radians((south + north) / 2)))


def country_near(
    lon: float, lat: float, *, within_km: float, view: str = "recognised"
) -> str | None:
    """Return the country at a point, else the nearest one within a distance.

    Parameters
    ----------
    lon, lat
        Degrees.
    within_km
        How far a coast may be, in km: ports and piers often lie off the generalised coast.
    view
        Border view.

    Returns
    -------
    str or None
        Alpha-2 code; None if no land that the view gives to a country is that near.
    """
    unit = int(units_at(lon, lat))
    if unit < 0:
        unit = _nearest_unit(float(_wrapped(lon)), lat, within_km)
    return (unit_codes(view)[unit] or None) if unit >= 0 else None


def _nearest_unit(lon: float, lat: float, within_km: float) -> int:
    """Return the unit whose land is nearest, measured on a plane that is true at the point."""
    from shapely import Point, box, clip_by_rect, distance, transform

    borders = outlines()
    tall = within_km / KM_PER_DEGREE
    shrink = max(np.cos(np.radians(lat)), 0.01)
    best, unit = within_km, -1
    for centre in (lon - 360, lon, lon + 360):
        window = (centre - tall / shrink, lat - tall, centre + tall / shrink, lat + tall)
        for index in borders.tree.query(box(*window)).tolist():
            near = clip_by_rect(borders.parts[index], *window)
            flat = transform(near, lambda xy, x=centre: (xy - (x, lat)) * (shrink, 1.0))
            km = float(distance(flat, Point(0, 0))) * KM_PER_DEGREE
            if km <= best:
                best, unit = km, int(borders.unit_of_part[index])
    return unit


def _pieces(coordinates: npt.ArrayLike) -> Iterator[tuple[int, float]]:
    """Yield unit and metres of the pieces that borders cut a line into, in order."""
    for part in cut(densify(coordinates, STEP_M)):
        middles, metres = _crossings(part)
        yield from zip(units_at(*middles.T).tolist(), metres.tolist(), strict=True)


def _crossings(line: Floats) -> tuple[Floats, Floats]:
    """Return the middles of the pieces that borders cut a line into, and the metres of each."""
    from shapely import LineString, get_coordinates, intersection, line_locate_point, points

    borders, path = outlines(), LineString(line)
    near = borders.lines[borders.line_tree.query(path, predicate="intersects")]
    meets = points(get_coordinates(intersection(near, path)))
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    stops = np.unique([0.0, *line_locate_point(path, meets), along[-1]]) if along[-1] else along[:2]
    metres = np.concatenate([[0.0], np.cumsum(geodesic_m(*line[:-1].T, *line[1:].T))])
    halves = (stops[:-1] + stops[1:]) / 2
    middles = np.column_stack([np.interp(halves, along, axis) for axis in line.T])
    return middles, np.diff(np.interp(stops, along, metres))


def countries_along(coordinates: npt.ArrayLike, view: str = "recognised") -> dict[str, float]:
    """Return km of a line in each country, split where it crosses a border.

    Parameters
    ----------
    coordinates
        Shape (n, 2): lon, lat; each edge is the shortest line between its ends.
    view
        Border view.

    Returns
    -------
    dict of str to float
        Alpha-2 codes in order of first entry, "-" where there is no country (sea); the sum is the
        length of the line.
    """
    km: dict[str, float] = {}
    for code, part in countries_in_order(coordinates, view):
        km[code or "-"] = km.get(code or "-", 0.0) + part
    return km


def countries_in_order(
    coordinates: npt.ArrayLike, view: str = "recognised"
) -> list[tuple[str | None, float]]:
    """Return country and km of each part of a line, in order.

    Parameters
    ----------
    coordinates
        Shape (n, 2): lon, lat; each edge is the shortest line between its ends.
    view
        Border view.

    Returns
    -------
    list of (str or None, float)
        No two neighbours are alike; None where there is no country (sea). The sum is the length of
        the line.
    """
    codes = (*unit_codes(view), "")
    named = ((codes[unit] or None, metres / 1000) for unit, metres in _pieces(coordinates))
    return [(code, sum(km for _, km in run)) for code, run in groupby(named, key=itemgetter(0))]
