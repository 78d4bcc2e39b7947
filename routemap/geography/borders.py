"""Countries at a point and along a line, from the shipped borders.

Land is divided into *units*: a country, or a territory that two hold to be theirs. A border view
gives each unit an owner, so that one set of lines serves all views.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from routemap.errors import ArgumentError
from routemap.geography.geodesics import cut, densify, geodesic_m

if TYPE_CHECKING:
    import numpy.typing as npt
    from shapely import STRtree
    from shapely.geometry.base import BaseGeometry

    Floats = npt.NDArray[np.float64]

__all__ = [
    "VIEWS",
    "area",
    "border_lines",
    "countries_along",
    "country_at",
    "country_near",
    "label_point",
    "unit_codes",
    "unit_names",
    "units_along",
    "units_at",
]

VIEWS = ("recognised", "de-facto")
STEP_M = 10_000.0
RINGS = ("refs", "ring_sizes", "polygon_sizes")
KM_PER_DEGREE = 111.0
"""Less than the length of a degree of latitude anywhere, 110.57 to 111.69 km on WGS 84."""


@dataclass(frozen=True)
class _Borders:
    """The shipped borders, decoded.

    Attributes
    ----------
    units
        A row a unit: its name, and its owner's code by view.
    points, starts
        The points (lon, lat) of the lines that units share, each line once, and where each line
        starts among them.
    sides
        For each line the units on its two sides; -1 is sea.
    dashed
        For each line whether it is disputed or a line of control.
    parts, unit_of_part
        The polygons of all units, and the unit of each.
    land_rings
        The rings of all land without its borders, as stored.
    """

    units: tuple[dict[str, Any], ...]
    points: Floats
    starts: npt.NDArray[np.int32]
    sides: npt.NDArray[np.int16]
    dashed: npt.NDArray[np.bool_]
    parts: npt.NDArray[np.object_]
    unit_of_part: npt.NDArray[np.int16]
    land_rings: tuple[npt.NDArray[np.int32], ...]

    @cached_property
    def tree(self) -> STRtree:
        """Index of the parts by bounding box."""
        from shapely import STRtree

        return STRtree(self.parts)

    @cached_property
    def lines(self) -> npt.NDArray[np.object_]:
        """The lines that units share, and the coasts."""
        from shapely import GeometryType, from_ragged_array

        return np.asarray(
            from_ragged_array(GeometryType.LINESTRING, self.points, (self.starts,)), dtype=object
        )

    @cached_property
    def land(self) -> npt.NDArray[np.object_]:
        """The polygons of all land, without borders."""
        return _polygons(self.points, self.starts, *self.land_rings)

    @cached_property
    def line_tree(self) -> STRtree:
        """Index of the lines by bounding box."""
        from shapely import STRtree

        return STRtree(self.lines)


@cache
def _borders() -> _Borders:
    assets = files("routemap").joinpath("assets")
    units = json.loads(assets.joinpath("borders.json").read_text(encoding="utf-8"))
    with assets.joinpath("borders.npz").open("rb") as file, np.load(file) as archive:
        stored = dict(archive)
    points, starts = _points(stored), _starts(stored["arc_sizes"])
    parts = _polygons(points, starts, *(stored[name] for name in RINGS))
    unit_of_part = np.repeat(np.arange(len(units), dtype=np.int16), stored["unit_sizes"])
    unit_of_ref = np.repeat(np.repeat(unit_of_part, stored["polygon_sizes"]), stored["ring_sizes"])
    sides = _sides(stored["refs"], unit_of_ref, len(starts) - 1)
    land = tuple(stored[f"land_{name}"] for name in RINGS)
    dashed = stored["dashed"]
    for array in (points, starts, sides, dashed, parts, unit_of_part):
        array.flags.writeable = False
    return _Borders(tuple(units), points, starts, sides, dashed, parts, unit_of_part, land)


def _points(stored: dict[str, Any]) -> Floats:
    """Return the points of all arcs in degrees; data/build/borders.py says how they are stored."""
    least, middle, most = stored["deltas"].astype(np.int32).swapaxes(0, 1)
    folded = least | middle << 8 | most << 16
    on_grid = np.cumsum(folded >> 1 ^ -(folded & 1), axis=1, dtype=np.int32)
    scale, origin = stored["grid"]
    return np.column_stack([on_grid[axis] * scale[axis] + origin[axis] for axis in (0, 1)])


def _polygons(
    points: Floats,
    starts: npt.NDArray[np.int32],
    refs: npt.NDArray[np.int32],
    ring_sizes: npt.NDArray[np.int32],
    polygon_sizes: npt.NDArray[np.int32],
) -> npt.NDArray[np.object_]:
    from shapely import GeometryType, from_ragged_array

    vertices, rings = _rings(points, starts, refs, ring_sizes)
    polygons = from_ragged_array(GeometryType.POLYGON, vertices, (rings, _starts(polygon_sizes)))
    return np.asarray(polygons, dtype=object)


def _starts(sizes: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    return np.insert(np.cumsum(sizes, dtype=np.int32), 0, 0)


def _rings(
    points: Floats,
    starts: npt.NDArray[np.int32],
    refs: npt.NDArray[np.int32],
    ring_sizes: npt.NDArray[np.int32],
) -> tuple[Floats, npt.NDArray[np.int32]]:
    """Return the points of all rings, closed, and where each ring starts among them.

    An arc gives all its points but the last, which the next arc begins with; after the last arc
    of a ring its first point comes again.
    """
    arcs = np.where(refs < 0, ~refs, refs)
    first = np.where(refs < 0, starts[arcs + 1] - 1, starts[arcs])
    counts = starts[arcs + 1] - starts[arcs] - 1
    ends = np.cumsum(ring_sizes)
    steps = np.insert(np.where(refs < 0, -1, 1), ends, 1).astype(np.int32)
    counts = np.insert(counts, ends, 1)
    first = np.insert(first, ends, first[ends - ring_sizes])
    before = _starts(counts)
    index = np.repeat(steps, counts)
    last = first + steps * (counts - 1)
    index[before[:-1]] = first - np.insert(last[:-1], 0, 0)
    closing = ends + np.arange(len(ends))
    return points[np.cumsum(index)], np.concatenate([[0], before[closing + 1]])


def _sides(
    refs: npt.NDArray[np.int32], unit_of_ref: npt.NDArray[np.int16], count: int
) -> npt.NDArray[np.int16]:
    sides = np.full((count, 2), -1, dtype=np.int16)
    forward = refs >= 0
    sides[refs[forward], 0] = unit_of_ref[forward]
    sides[~refs[~forward], 1] = unit_of_ref[~forward]
    return sides


def unit_names() -> tuple[str, ...]:
    """Return the name of each unit, in the order that `units_at` counts them."""
    return tuple(unit["name"] for unit in _borders().units)


@cache
def unit_codes(view: str = "recognised") -> tuple[str, ...]:
    """Return the ISO 3166 alpha-2 code of each unit's owner in a border view.

    Parameters
    ----------
    view
        "recognised" or "de-facto".

    Returns
    -------
    tuple of str
        In the order that `units_at` counts units; "" where the view names no owner.

    Raises
    ------
    ArgumentError
        There is no such view.
    """
    if view not in VIEWS:
        raise ArgumentError(f"{view!r} is no border view. Use one of {', '.join(VIEWS)}.")
    return tuple(unit[view] for unit in _borders().units)


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
    borders = _borders()
    codes = np.array((*unit_codes(view), ""))
    left, right = borders.sides.T
    on_land = (left >= 0) & (right >= 0)
    settled = on_land & (codes[left] != codes[right]) & ~borders.dashed
    return list(borders.lines[settled]), list(borders.lines[borders.dashed])


def land_within(region: BaseGeometry) -> list[BaseGeometry]:
    """Return the land in a region (degrees, -180 to 180), without borders."""
    from shapely import intersection, intersects, prepare

    prepare(region)
    land = _borders().land
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
    borders = _borders()
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

    Lines and coasts are generalised by up to about 1 km: for what stands at the water's edge use
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
        There is no such view, or the borders hold no land of that code: French Guiana, say, is
        part of France there.
    """
    from shapely import union_all

    borders = _borders()
    owned = [unit for unit, owner in enumerate(unit_codes(view)) if owner == code]
    if not owned:
        raise ArgumentError(f"no land is drawn for {code!r}. Name the country that it belongs to.")
    return union_all(borders.parts[np.isin(borders.unit_of_part, owned)])


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

    borders = _borders()
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


def units_along(coordinates: npt.ArrayLike) -> dict[int, float]:
    """Return km of a line in each unit, split where it crosses a border.

    Parameters
    ----------
    coordinates
        Shape (n, 2): lon, lat; each edge is the shortest line between its ends.

    Returns
    -------
    dict of int to float
        Units in order of first entry, -1 for sea; the sum is the length of the line.
    """
    km: dict[int, float] = {}
    for piece in cut(densify(coordinates, STEP_M)):
        middles, metres = _crossings(piece)
        for unit, part in zip(units_at(*middles.T).tolist(), metres.tolist(), strict=True):
            km[unit] = km.get(unit, 0.0) + part / 1000
    return km


def _crossings(line: Floats) -> tuple[Floats, Floats]:
    """Return the middles of the pieces that borders cut a line into, and the metres of each."""
    from shapely import LineString, get_coordinates, intersection, line_locate_point, points

    borders, path = _borders(), LineString(line)
    near = borders.lines[borders.line_tree.query(path, predicate="intersects")]
    meets = points(get_coordinates(intersection(near, path)))
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    stops = np.unique([0.0, *line_locate_point(path, meets), along[-1]])
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
    codes = (*unit_codes(view), "")
    km: dict[str, float] = {}
    for unit, part in units_along(coordinates).items():
        code = codes[unit] or "-"
        km[code] = km.get(code, 0.0) + part
    return km
