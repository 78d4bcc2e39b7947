"""Distances on the sphere: fast, and good to 0.6 %; `geodesic_m` is the exact one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["EARTH_RADIUS_M", "haversine_m", "steps_m"]

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth in metres (IUGG, arithmetic mean of the three semi-axes of WGS 84)."""


def haversine_m(
    lon1: npt.ArrayLike, lat1: npt.ArrayLike, lon2: npt.ArrayLike, lat2: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Return great-circle distances in metres between points in degrees; arguments broadcast."""
    a, b, c, d = (np.radians(np.asarray(one, dtype=float)) for one in (lon1, lat1, lon2, lat2))
    half = np.sin((d - b) / 2) ** 2 + np.cos(b) * np.cos(d) * np.sin((c - a) / 2) ** 2
    metres: npt.NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(half))
    return metres


def steps_m(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the great-circle distances in metres from each point of a line to the next."""
    east, north = np.radians(lon), np.radians(lat)
    cosine = np.cos(north)
    half = np.sin(np.diff(north) / 2) ** 2
    half += cosine[:-1] * cosine[1:] * np.sin(np.diff(east) / 2) ** 2
    metres: npt.NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(half))
    return metres
