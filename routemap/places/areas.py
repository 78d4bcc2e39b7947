"""Countries, regions and seas: areas with a polygon, whose lon, lat is where a label stands."""

from __future__ import annotations

import json
import sqlite3
import zlib
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from routemap.errors import ArgumentError, AssetError
from routemap.places.gazetteer import Row
from routemap.places.values import Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

__all__ = [
    "PARTS",
    "STEPS",
    "by_id",
    "country",
    "country_code",
    "encode",
    "named",
    "outline",
    "part",
    "whole_country",
]

STEPS: Final = 1000
"""Steps a degree in which polygons are stored."""
PARTS: Mapping[str, str] = MappingProxyType(
    {
        "north": "northern",
        "south": "southern",
        "east": "eastern",
        "west": "western",
        "north-east": "north-eastern",
        "north-west": "north-western",
        "south-east": "south-eastern",
        "south-west": "south-western",
        "centre": "central",
    }
)
"""The parts of an area, and the adjective of each."""

_FILE = Path(__file__).resolve().parent.parent / "assets" / "areas.sqlite"
_COLUMNS = "pid, area.name, country, kind, lon / 1e5, lat / 1e5, 0, id, radius_km, 1, source"
_SPANS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"south": (0.0, 0.5), "north": (0.5, 1.0), "west": (0.0, 0.5), "east": (0.5, 1.0)}
)
_MIDDLE = (0.25, 0.75)
_HALVINGS = 24


@cache
def _file() -> sqlite3.Connection:
    """Return the shipped file, opened once and immutable."""
    if not _FILE.is_file():
        raise AssetError(f"{_FILE.name} is missing from the package. Install routemap again.")
    uri = f"{_FILE.as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True, check_same_thread=False)


def named(names: Sequence[str]) -> list[tuple[str, Row]]:
    """Return the areas that bear one of the folded names, each with that name.

    Countries, regions and seas, widest first. `uncertainty_km` is the radius around the label
    position that holds the area.
    """
    found = _file().execute(
        f"SELECT name.name, {_COLUMNS} FROM name JOIN area USING (pid) "  # noqa: S608
        "WHERE name.name IN (SELECT value FROM json_each(?)) ORDER BY radius_km DESC, pid",
        (json.dumps(names),),
    )
    return [(name, Row(*fields)) for name, *fields in found]


def by_id(identity: str) -> Row | None:
    """Return the area of an id, such as ``iso3166:TD``, ``iso3166:TD/east``; None for none."""
    whole, _, direction = identity.partition("/")
    found = (
        _file()
        .execute(f"SELECT {_COLUMNS} FROM area WHERE id = ?", (whole,))  # noqa: S608
        .fetchone()
    )
    if not found or (direction and direction not in PARTS):
        return None
    row = Row(*found)
    return _part_row(row, direction) if direction else row


def outline(identity: str, view: str = "recognised") -> BaseGeometry:
    """Return the polygon of an area.

    Parameters
    ----------
    identity
        ``iso3166:TD``, ``iso3166:RU-PRI``, ``routemap:sea-of-japan``; with one of `PARTS` after a
        slash a part of it: ``iso3166:TD/east``.
    view
        Border view. It decides what land a country has, and takes from a region what it gives to
        another country.

    Returns
    -------
    shapely.Polygon or shapely.MultiPolygon
        In degrees, cut at the antimeridian.

    Raises
    ------
    ArgumentError
        There is no such area, part or view.

    Notes
    -----
    A part is routemap's own reading: "east" is the half of the area, by km2, east of a meridian,
    "north" the half north of a parallel; "north-east" the eastern half of the northern half;
    "centre" what is left without the outer quarters in latitude, and then in longitude. Coasts and
    borders of regions are thinned out and good to about 3 km.
    """
    whole, _, direction = identity.partition("/")
    if not direction:
        return _whole_outline(whole, view)
    if direction not in PARTS:
        raise ArgumentError(f"{direction!r} is no part of an area. Use one of {', '.join(PARTS)}.")
    return _part_outline(whole, direction, view)


def part(place: Place, direction: str) -> Place:
    """Return a part of an area as a place: "eastern Chad" from Chad and "east".

    Raises
    ------
    ArgumentError
        The place is no area with an outline, or the direction is none of `PARTS`.
    """
    row = by_id(f"{place.id}/{direction}") if place.extent == "area" and place.id else None
    if row is None:
        known = ", ".join(PARTS)
        raise ArgumentError(f"{place.name} has no part {direction!r}. Name an area, and {known}.")
    adjective = PARTS[direction]
    reason = f"the {adjective} part of {place.name}, cut by routemap's own rule; {place.reason}"
    radius, source = row.uncertainty_km or place.uncertainty_km, row.source or place.source
    return replace(
        place,
        name=row.name,
        kind=row.kind,
        lon=row.lon,
        lat=row.lat,
        uncertainty_km=radius,
        source=source,
        id=row.id,
        reason=reason,
    )


def country(code: str, *, view: str = "recognised") -> Place:
    """Return a country as a place with an area; lon, lat is a label position.

    Raises
    ------
    ArgumentError
        The code or the view is unknown.
    """
    place = whole_country(code)
    if view == "recognised":
        return place
    lon, lat = _label(outline(f"iso3166:{code}", view))
    return replace(place, lon=lon, lat=lat)


def country_code(text: str) -> str | None:
    """Return the code of a country; a short text is a code only in capitals: "Ho" is a town."""
    from routemap import geography

    if len(text) <= 3 and not text.isupper():
        return None
    return geography.country_code(text)


def whole_country(code: str) -> Place:
    """Return a country in the default view of borders.

    Raises
    ------
    ArgumentError
        The code is unknown, or no land is drawn for it.
    """
    row = by_id(f"iso3166:{code}")
    if row is None or row.kind != "country":
        raise ArgumentError(f"no land is drawn for {code!r}. Name the country that it belongs to.")
    return Place(
        name=row.name,
        country=code,
        kind="country",
        extent="area",
        lon=row.lon,
        lat=row.lat,
        uncertainty_km=row.uncertainty_km or 0.0,
        source=row.source or "",
        id=row.id,
        score=1.0,
        reason="a country, as an area",
    )


@lru_cache(maxsize=64)
def _whole_outline(identity: str, view: str) -> BaseGeometry:
    from routemap.geography import area, unit_codes

    unit_codes(view)
    code = identity.removeprefix("iso3166:")
    if code != identity and len(code) == 2:
        return area(code, view)
    found = (
        _file()
        .execute(
            "SELECT polygons, owned, lon / 1e5, lat / 1e5 FROM area JOIN shape USING (pid) "
            "WHERE id = ?",
            (identity,),
        )
        .fetchone()
    )
    if not found:
        raise ArgumentError(f"{identity!r} is no area. `routemap locate NAME` lists the ids.")
    blob, owned, lon, lat = found
    shape = _decode(blob)
    return _owned(shape, (lon, lat), view) if owned else shape


def _owned(shape: BaseGeometry, label: tuple[float, float], view: str) -> BaseGeometry:
    """Return what a view leaves of a region to the country that it gives the label position."""
    from routemap.geography import area, country_at

    code = country_at(*label, view)
    if code is None:
        return shape
    return _polygons(shape & area(code, view))


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape without the points and lines in which two others only touched."""
    from shapely import get_parts, union_all

    return union_all([one for one in get_parts(shape) if one.geom_type == "Polygon"])


@lru_cache(maxsize=64)
def _part_outline(whole: str, direction: str, view: str) -> BaseGeometry:
    from shapely import box, transform, union_all

    shape = _unrolled(_whole_outline(whole, view))
    rows, columns = _wanted(direction)
    shape = _middle_of(shape, 1, rows)
    shape = _middle_of(shape, 0, columns)
    world = box(-180, -90, 180, 90)
    beyond = transform(shape, lambda points: points - (360, 0)) & world
    return _polygons(union_all([shape & world, beyond]))


def _wanted(direction: str) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """Return what shares of the area to keep, from south to north and from west to east."""
    if direction == "centre":
        return _MIDDLE, _MIDDLE
    words = direction.split("-")
    row = next((_SPANS[word] for word in words if word in {"north", "south"}), None)
    column = next((_SPANS[word] for word in words if word in {"east", "west"}), None)
    return row, column


def _unrolled(shape: BaseGeometry) -> BaseGeometry:
    """Return an area across the antimeridian in one piece, on past 180 degrees."""
    from shapely import get_parts, transform, union_all

    parts = sorted(get_parts(shape), key=lambda one: float(one.bounds[0]))
    if not (shape.bounds[0] < -179 and shape.bounds[2] > 179):
        return shape
    reach, gap, edge = parts[0].bounds[2], 0.0, -180.0
    for one in parts:
        if one.bounds[0] - reach > gap:
            gap, edge = one.bounds[0] - reach, one.bounds[0]
        reach = max(reach, one.bounds[2])
    west = [transform(one, lambda p: p - (-360, 0)) for one in parts if one.bounds[0] < edge]
    return union_all([*(one for one in parts if one.bounds[0] >= edge), *west])


def _middle_of(shape: BaseGeometry, axis: int, span: tuple[float, float] | None) -> BaseGeometry:
    """Return the part of a shape between two shares of its area along an axis."""
    from shapely import box

    if span is None:
        return shape
    bounds = list(shape.bounds)
    low, high = (_cut_at(shape, axis, share) for share in span)
    bounds[axis], bounds[axis + 2] = low, high
    return shape & box(*bounds)


def _cut_at(shape: BaseGeometry, axis: int, share: float) -> float:
    """Return the degree of lon or lat that has a share of the area west or south of it."""
    from shapely import clip_by_rect, simplify

    west, south, east, north = shape.bounds
    low, high = float(shape.bounds[axis]), float(shape.bounds[axis + 2])
    if share in {0.0, 1.0}:
        return high if share else low
    coarse = simplify(shape, (high - low) / 1000)
    whole = _true_area(coarse)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        edge = (middle, north) if axis == 0 else (east, middle)
        below = _true_area(clip_by_rect(coarse, west, south, *edge)) < share * whole
        low, high = (middle, high) if below else (low, middle)
    return (low + high) / 2


def _true_area(shape: BaseGeometry) -> float:
    """Return an area in proportion to km2, by Lambert's cylindrical projection."""
    import numpy as np
    from shapely import transform

    flat = transform(shape, lambda p: np.column_stack([p[:, 0], np.sin(np.radians(p[:, 1]))]))
    return float(flat.area)


def _part_row(row: Row, direction: str) -> Row:
    from shapely import get_coordinates

    from routemap.geography import haversine_m

    identity = f"{row.id}/{direction}"
    shape = outline(identity)
    lon, lat = _label(shape)
    radius = float(haversine_m(lon, lat, *get_coordinates(shape).T).max()) / 1000
    name = f"{PARTS[direction]} {row.name}"
    kind = "region" if row.kind == "country" else row.kind
    place = replace(row, name=name, kind=kind, id=identity, lon=lon, lat=lat)
    return replace(place, uncertainty_km=float(int(radius) + 1))


def _label(shape: BaseGeometry) -> tuple[float, float]:
    from routemap.geography import label_point

    lon, lat = label_point(shape)
    return round(lon, 4), round(lat, 4)


def encode(shape: BaseGeometry) -> bytes:
    """Return polygons as stored: the counts of rings and points, then the steps between points.

    Steps are in 1 / `STEPS` degree, signs folded in, bytes of one weight together, all deflated.
    """
    import numpy as np
    from shapely import get_coordinates, get_num_coordinates, get_parts, get_rings

    polygons = [one for one in get_parts(shape) if one.geom_type == "Polygon"]
    rings = [get_rings(one) for one in polygons]
    points = np.concatenate([get_coordinates(one) for each in rings for one in each])
    sizes = [int(get_num_coordinates(one)) for each in rings for one in each]
    head = np.array([len(polygons), *map(len, rings), *sizes], dtype="<i4")
    steps = np.diff(np.rint(points * STEPS).astype(np.int32), axis=0, prepend=0).T
    folded = (steps << 1) ^ (steps >> 31)
    planes = np.stack([folded >> shift & 255 for shift in (0, 8, 16)]).astype(np.uint8)
    return zlib.compress(head.tobytes() + planes.tobytes(), 9)


def _decode(blob: bytes) -> BaseGeometry:
    import numpy as np
    from shapely import MultiPolygon, Polygon

    raw = zlib.decompress(blob)
    count = int(np.frombuffer(raw, "<i4", 1)[0])
    rings = np.frombuffer(raw, "<i4", count, 4)
    sizes = np.frombuffer(raw, "<i4", int(rings.sum()), 4 + 4 * count)
    points = _points(raw[4 + 4 * (count + len(sizes)) :])
    lines = np.split(points, np.cumsum(sizes)[:-1])
    first = np.cumsum(rings) - rings
    polygons = [
        Polygon(lines[at], lines[at + 1 : at + n])
        for at, n in zip(first.tolist(), rings.tolist(), strict=True)
    ]
    return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)


def _points(raw: bytes) -> npt.NDArray[np.float64]:
    import numpy as np

    least, middle, most = np.frombuffer(raw, np.uint8).astype(np.int32).reshape(3, 2, -1)
    folded = least | middle << 8 | most << 16
    whole: Any = np.cumsum(folded >> 1 ^ -(folded & 1), axis=1)
    points: npt.NDArray[np.float64] = whole.T / STEPS
    return points
