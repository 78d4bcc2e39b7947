"""How far it is to an area, and between two areas, on the ellipsoid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from routemap.geography.geodesics import geodesic_m, wgs84
from routemap.geography.sphere import vectors

if TYPE_CHECKING:
    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

    Floats = npt.NDArray[np.float64]
    Point = tuple[float, float]

__all__ = ["disc", "distance_between_areas_m", "distance_to_area_m"]

EDGE_DEGREES = 0.1
SPHERE_ERROR = 1.01
"""Distances on a sphere are within 0.6 % of those on WGS 84; this leaves room for that."""
ROUNDS = 8


def disc(centre: Point, radius_m: float) -> BaseGeometry:
    """Return the polygon of the points within `radius_m` of (lon, lat); it may run past 180."""
    from shapely import Polygon

    bearings = np.linspace(0, 360, 64, endpoint=False)
    lon, lat = (np.full(len(bearings), one) for one in centre)
    east, north, _ = wgs84().fwd(lon, lat, bearings, np.full(len(bearings), radius_m))
    turn = np.round((east - centre[0]) / 360) * 360
    return Polygon(np.stack([east - turn, north], axis=1))


def distance_to_area_m(point: Point, shape: BaseGeometry) -> tuple[float, Point]:
    """Return metres from a point to an area, and the nearest point of the area's edge.

    Parameters
    ----------
    point
        (lon, lat).
    shape
        Polygons in degrees, cut at the antimeridian.

    Returns
    -------
    tuple
        (0, `point`) if the point is inside, else (metres, (lon, lat)).
    """
    from shapely import intersects_xy

    if intersects_xy(shape, *point):
        return 0.0, point
    return _to_edges(point, _edges(shape))


def distance_between_areas_m(a: BaseGeometry, b: BaseGeometry) -> tuple[float, Point, Point]:
    """Return metres between two areas, and the nearest point of each.

    Parameters
    ----------
    a, b
        Polygons in degrees, cut at the antimeridian.

    Returns
    -------
    tuple
        (metres, (lon, lat) on `a`, (lon, lat) on `b`); 0 and a common point where they meet.

    Notes
    -----
    The nearest pair of vertices, moved along the edges until neither end comes nearer.
    """
    from shapely import intersection

    if a.intersects(b):
        common = intersection(a, b).representative_point()
        return 0.0, (common.x, common.y), (common.x, common.y)
    edges_a, edges_b = _edges(a), _edges(b)
    on_b = _nearest_vertex(edges_a, edges_b)
    metres = np.inf
    for _ in range(ROUNDS):
        _, on_a = _to_edges(on_b, edges_a)
        before, (metres, on_b) = metres, _to_edges(on_a, edges_b)
        if before - metres < 1.0:
            break
    return metres, on_a, on_b


def _edges(shape: BaseGeometry) -> Floats:
    """Return the edges of polygons, shape (n, 2, 2): start and stop, each lon and lat."""
    from shapely import get_coordinates, get_parts, get_rings, segmentize

    fine = get_rings(get_parts(segmentize(shape, EDGE_DEGREES)))
    points, ring = get_coordinates(fine, return_index=True)
    joined = ring[:-1] == ring[1:]
    return np.stack([points[:-1][joined], points[1:][joined]], axis=1)


def _nearest_vertex(edges_a: Floats, edges_b: Floats) -> Point:
    """Return the vertex of `edges_b` that is nearest to one of `edges_a`."""
    from scipy.spatial import cKDTree

    distances, _ = cKDTree(vectors(*edges_a[:, 0].T)).query(vectors(*edges_b[:, 0].T))
    lon, lat = edges_b[distances.argmin(), 0]
    return float(lon), float(lat)


def _to_edges(point: Point, edges: Floats) -> tuple[float, Point]:
    """Return metres to the nearest of some edges, and where on it.

    The sphere says which edges can be nearest; among these a plane decides that keeps distances
    from the point true (azimuthal equidistant).
    """
    from pyproj import Proj

    ends = vectors(edges[..., 0], edges[..., 1])
    middles = ends.sum(axis=1)
    here = vectors(*point)
    away = np.arccos(np.clip(middles @ here / np.linalg.norm(middles, axis=1), -1, 1))
    reach = np.arccos(np.clip((ends[:, 0] * ends[:, 1]).sum(axis=1), -1, 1)) / 2
    near = edges[(away - reach) <= (away + reach).min() * SPHERE_ERROR]
    plane = Proj(proj="aeqd", lon_0=point[0], lat_0=point[1], ellps="WGS84")
    flat = np.stack(plane(near[..., 0], near[..., 1]), axis=-1)
    start, step = flat[:, 0], flat[:, 1] - flat[:, 0]
    share = -(start * step).sum(axis=1) / np.maximum((step**2).sum(axis=1), 1e-9)
    feet = start + np.clip(share, 0, 1)[:, None] * step
    x, y = feet[np.hypot(*feet.T).argmin()]
    lon, lat = plane(x, y, inverse=True)
    return float(geodesic_m(*point, lon, lat)), (float(lon), float(lat))
