"""Lines on the WGS 84 ellipsoid, across the antimeridian too.

Points are (lon, lat) in degrees. A line's longitudes run on past 180 rather than jumping; `cut`
brings them back for files.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    from pyproj import Geod
    from shapely import LineString, MultiLineString

    Floats = npt.NDArray[np.float64]

__all__ = ["cut", "geodesic_m", "great_circle", "line_geometry", "points_along", "unwrap"]

STEP_M = 50_000.0


@cache
def wgs84() -> Geod:
    """Return the ellipsoid."""
    from pyproj import Geod

    return Geod(ellps="WGS84")


def geodesic_m(
    lon1: npt.ArrayLike, lat1: npt.ArrayLike, lon2: npt.ArrayLike, lat2: npt.ArrayLike
) -> Any:
    """Return metres between points, one by one.

    Parameters
    ----------
    lon1, lat1, lon2, lat2
        Degrees; numbers or arrays of one shape.

    Returns
    -------
    float or ndarray
        Length of the shortest line on the ellipsoid.

    Notes
    -----
    Karney's method, as pyproj has it; good to a few nanometres.
    """
    return wgs84().inv(lon1, lat1, lon2, lat2)[2]


def great_circle(start: tuple[float, float], stop: tuple[float, float]) -> Floats:
    """Return the shortest line between two points, with a vertex at least every 50 km.

    Parameters
    ----------
    start, stop
        (lon, lat).

    Returns
    -------
    ndarray
        Shape (n, 2); begins at `start`, ends at `stop`, longitudes running on past 180.
    """
    return densify([start, stop], STEP_M)


def points_along(
    start: tuple[float, float], stop: tuple[float, float], metres: npt.ArrayLike
) -> Floats:
    """Return the points of the shortest line between two points at distances from its start.

    Parameters
    ----------
    start, stop
        (lon, lat).
    metres
        Distances, shape (n,).

    Returns
    -------
    ndarray
        Shape (n, 2), longitudes from -180 to 180.
    """
    far = np.asarray(metres, dtype=float)
    lon, lat, azimuth = (np.full_like(far, one) for one in (*start, wgs84().inv(*start, *stop)[0]))
    return np.stack(wgs84().fwd(lon, lat, azimuth, far)[:2], axis=1)


def densify(coordinates: npt.ArrayLike, step_m: float) -> Floats:
    """Return a line with more vertices, on the shortest lines between those that it has.

    Parameters
    ----------
    coordinates
        Shape (n, 2): lon, lat.
    step_m
        Greatest distance between vertices, in metres.

    Returns
    -------
    ndarray
        Shape (m, 2), longitudes running on past 180.
    """
    line = np.asarray(coordinates, dtype=float)
    metres = geodesic_m(*line[:-1].T, *line[1:].T)
    counts = np.maximum(np.ceil(metres / step_m).astype(int), 1) - 1
    dense = [line[:1]]
    for (lon, lat), stop, count in zip(line[:-1], line[1:], counts.tolist(), strict=True):
        if count:
            dense.append(np.array(wgs84().npts(lon, lat, stop[0], stop[1], count)))
        dense.append(stop[None])
    return unwrap(np.concatenate(dense))


def unwrap(coordinates: npt.ArrayLike) -> Floats:
    """Return a line whose longitudes run on: no step is longer than 180 degrees.

    Parameters
    ----------
    coordinates
        Shape (n, 2): lon, lat.
    """
    line = np.array(coordinates, dtype=float)
    steps = np.diff(line[:, 0], prepend=line[:1, 0])
    line[:, 0] -= 360 * np.cumsum(np.rint(steps / 360))
    return line


def cut(coordinates: npt.ArrayLike) -> list[Floats]:
    """Split a line at the antimeridian, with all longitudes from -180 to 180.

    Parameters
    ----------
    coordinates
        Shape (n, 2): lon, lat; longitudes may run on past 180.

    Returns
    -------
    list of ndarray
        The parts in order; a part ends on one side of the antimeridian where the next begins on
        the other. The latitude there is interpolated along the edge, which is taken as straight.
    """
    line = _with_crossings(np.asarray(coordinates, dtype=float))
    middles = (line[:-1, 0] + line[1:, 0]) / 2
    sheets = np.floor((middles + 180) / 360)
    breaks = np.flatnonzero(np.diff(sheets)) + 1
    bounds = zip([0, *breaks], [*breaks, len(middles)], strict=True)
    return [line[i : j + 1] - (360 * sheets[i], 0) for i, j in bounds]


def _with_crossings(line: Floats) -> Floats:
    """Return a line with a vertex wherever an edge crosses the antimeridian."""
    sheets = (line[:, 0] + 180) / 360
    low, high = np.minimum(sheets[:-1], sheets[1:]), np.maximum(sheets[:-1], sheets[1:])
    seams = np.floor(low) + 1
    crossed = np.flatnonzero(seams < high)
    share = (seams[crossed] - sheets[crossed]) / (sheets[crossed + 1] - sheets[crossed])
    lats = line[crossed, 1] + share * (line[crossed + 1, 1] - line[crossed, 1])
    points = np.column_stack([seams[crossed] * 360 - 180, lats])
    return np.insert(line, crossed + 1, points, axis=0)


def line_geometry(coordinates: npt.ArrayLike) -> LineString | MultiLineString:
    """Return a line as shapely has it, cut at the antimeridian.

    Parameters
    ----------
    coordinates
        Shape (n, 2): lon, lat; longitudes may run on past 180.
    """
    from shapely import LineString, MultiLineString

    parts = cut(coordinates)
    return LineString(parts[0]) if len(parts) == 1 else MultiLineString(parts)
