"""What a map is drawn on: land, lakes, rivers and borders, fine where it matters.

The world is coarse; inside the windows that are asked for, land and borders are Natural Earth's
10m, lakes and rivers all that its 50m has.

The form, in basemap.json as in what `basemap` returns: ``scale`` is whole numbers a degree.
``land`` and ``lakes`` are polygons, each a list of rings, the outer one first, then its holes;
rings are closed. ``rivers``, ``borders`` and ``disputed`` are lines. A ring or a line is one flat
list of whole numbers: lon and lat of its first point, then the steps in lon and lat to each further
point. Longitudes are from -180 to 180, latitudes from -85 to 85.

Land that meets the antimeridian, or the edge of a window, has an edge there: fill it, and draw no
outline.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from routemap.geography.borders import border_lines, land_within

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shapely.geometry.base import BaseGeometry

    Bounds = tuple[float, float, float, float]
    Flat = list[int]

__all__ = ["basemap", "encode_lines", "encode_polygons"]

SCALE = 1000
GRID = 1 / SCALE
COARSE_DEGREES = 0.08
FINE_DEGREES = (0.0, 0.004, 0.01, 0.02, 0.04)
FINE_POINTS = 30_000
"""At most so many points of fine coasts and borders, 250 kB as text: where there are more, they are
thinned out by the next of FINE_DEGREES, and where all fail the windows are left coarse."""
LAKE_DEG2 = 0.2
RIVER_DEGREES = 8.0


def _asset() -> dict[str, Any]:
    """Return the coarse world, read anew: what is handed out of it belongs to the caller."""
    path = files("routemap").joinpath("assets/basemap.json")
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def basemap(windows: Sequence[Bounds] = (), view: str = "recognised") -> dict[str, Any]:
    """Return land, lakes, rivers and borders for a map, ready for JSON.

    Parameters
    ----------
    windows
        Where the map is drawn in detail: (west, south, east, north) in degrees. A window across
        the antimeridian runs on past 180, or has its west east of its east.
    view
        Border view.

    Returns
    -------
    dict
        ``scale``, ``land``, ``lakes``, ``rivers``, ``borders``, and ``disputed``: disputed borders
        and lines of control, to be dashed. The module's docstring has the form.

    Raises
    ------
    ArgumentError
        There is no such view.
    """
    from shapely import Polygon, intersection, union_all

    region = union_all([box for window in windows for box in _boxes(*window)])
    settled, disputed = border_lines(view)
    fine = land_within(region)
    tolerance = _tolerance([*fine, *intersection([*settled, *disputed], region)])
    if tolerance is None:
        region, fine, tolerance = Polygon(), [], 0.0
    asset = _asset()
    return {
        "scale": SCALE,
        "land": _land(asset["land"], region, fine, tolerance),
        "lakes": _near_or_large(asset["lakes"], region),
        "rivers": _near_or_long(asset["rivers"], region),
        "borders": encode_lines(_mixed(settled, region, tolerance)),
        "disputed": encode_lines(_mixed(disputed, region, tolerance)),
    }


def _boxes(west: float, south: float, east: float, north: float) -> list[BaseGeometry]:
    """Return a window as boxes between -180 and 180 degrees."""
    from shapely import box

    width = min((east - west) % 360 if east < west else east - west, 360.0)
    start = (west + 180) % 360 - 180
    spans = [(start, min(start + width, 180.0)), (-180.0, start + width - 360)]
    low, high = max(south, -85.0), min(north, 85.0)
    return [box(left, low, right, high) for left, right in spans if right > left]


def _tolerance(fine: list[BaseGeometry]) -> float | None:
    """Return by how many degrees fine lines are thinned out; None if they are still too many."""
    from shapely import get_num_coordinates, simplify

    for tolerance in FINE_DEGREES:
        thin = simplify(fine, tolerance, preserve_topology=False)
        if get_num_coordinates(thin).sum() <= FINE_POINTS:
            return tolerance
    return None


def _land(
    coarse: list[list[Flat]], region: BaseGeometry, fine: list[BaseGeometry], tolerance: float
) -> list[list[Flat]]:
    """Return coarse land outside a region and fine land inside it, in one piece."""
    from shapely import difference, intersects, make_valid, simplify, union_all

    shapes = np.array([decode_polygon(rings) for rings in coarse])
    touched = intersects(shapes, region)
    outside = difference(shapes[touched], region)
    kept = [rings for rings, changed in zip(coarse, touched.tolist(), strict=True) if not changed]
    thin = make_valid(simplify(fine, tolerance, preserve_topology=False))
    return kept + encode_polygons([union_all([*outside, *thin])])


def _near_or_large(lakes: list[list[Flat]], region: BaseGeometry) -> list[list[Flat]]:
    shapes = [decode_polygon(rings) for rings in lakes]
    wanted = [shape.area > LAKE_DEG2 or shape.intersects(region) for shape in shapes]
    return [rings for rings, keep in zip(lakes, wanted, strict=True) if keep]


def _near_or_long(rivers: list[Flat], region: BaseGeometry) -> list[Flat]:
    from shapely import LineString

    lines = [LineString(_points(flat)) for flat in rivers]
    near = [line.intersects(region) for line in lines]
    far = [line.simplify(COARSE_DEGREES) for line in lines if line.length > RIVER_DEGREES]
    return [flat for flat, keep in zip(rivers, near, strict=True) if keep] + encode_lines(
        line for line in far if not line.intersects(region)
    )


def _mixed(lines: list[BaseGeometry], region: BaseGeometry, tolerance: float) -> list[BaseGeometry]:
    """Return lines, fine inside a region and coarse outside."""
    from shapely import difference, intersection, simplify

    inside = simplify(intersection(lines, region), tolerance)
    return [*inside, *simplify(difference(lines, region), COARSE_DEGREES)]


def encode_polygons(shapes: Iterable[BaseGeometry]) -> list[list[Flat]]:
    """Return polygons as `basemap` has them; what is no polygon is left out."""
    from shapely import get_parts

    polygons = [part for part in get_parts(list(shapes)) if part.geom_type == "Polygon"]
    encoded = [
        [_flat(ring.coords) for ring in (part.exterior, *part.interiors)] for part in polygons
    ]
    return [[ring for ring in rings if len(ring) > 6] for rings in encoded if len(rings[0]) > 6]


def encode_lines(shapes: Iterable[BaseGeometry]) -> list[Flat]:
    """Return lines as `basemap` has them; what is no line is left out."""
    from shapely import get_parts

    lines = [
        part for part in get_parts(list(shapes)) if part.geom_type == "LineString" and part.length
    ]
    return [flat for flat in (_flat(line.coords) for line in lines) if len(flat) > 2]


def _flat(points: Any) -> Flat:
    """Return points as one list of whole numbers: the first, then steps; none stands twice."""
    whole = np.rint(np.asarray(points) * SCALE).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=0)
    moves = steps.any(axis=1)
    moves[0] = True
    flat: Flat = steps[moves].ravel().tolist()
    return flat


def _points(flat: Flat) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.cumsum(np.array(flat).reshape(-1, 2), axis=0) / SCALE


def decode_polygon(rings: list[Flat]) -> BaseGeometry:
    """Return a polygon from its rings."""
    from shapely import Polygon

    outer, *holes = (_points(ring) for ring in rings)
    return Polygon(outer, holes)
