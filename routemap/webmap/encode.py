"""Lines and areas as short lists of whole numbers, for the page's script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.affinity import translate

if TYPE_CHECKING:
    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

__all__ = ["PRECISION", "deltas", "joined", "rings"]

PRECISION = 10_000
"""Whole numbers a degree: 1/10,000 degree is 11 m."""
FINE_DEG = 0.003
COARSE_DEG = 0.03
SMALLEST_DEG = 0.06
_LINE = 1


def deltas(coordinates: npt.NDArray[np.float64]) -> list[int]:
    """Return lon, lat, and then the steps, as whole numbers of 1/10,000 degree."""
    whole = np.round(coordinates[:, :2] * PRECISION).astype(np.int64)
    steps: list[int] = np.diff(whole, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel().tolist()
    return steps


def joined(area: BaseGeometry) -> BaseGeometry:
    """Return an area in one piece: what lies beyond the antimeridian runs on past 180 degrees."""
    west, _, east, _ = area.bounds
    if east - west <= 180:
        return area
    pieces = shapely.get_parts(area).tolist()
    moved = [translate(one, 360) if one.centroid.x < 0 else one for one in pieces]
    return shapely.union_all(moved)


def rings(area: BaseGeometry, window: BaseGeometry) -> list[list[int]]:
    """Return the rings of an area, to 300 m inside `window` and to 3 km outside.

    Outer rings and holes are not told apart: fill them by the even-odd rule.
    """
    edge = area.boundary
    inside = shapely.intersection(edge, window).simplify(FINE_DEG)
    outside = shapely.difference(edge, window).simplify(COARSE_DEG)
    pieces = shapely.get_parts([inside, outside])
    lines = pieces[shapely.get_type_id(pieces) == _LINE]
    whole = shapely.line_merge(shapely.multilinestrings(shapely.transform(lines, _rounded)))
    curves = shapely.get_parts(whole)
    return [deltas(np.asarray(one.coords)) for one in curves if one.length > SMALLEST_DEG]


def _rounded(coordinates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return coordinates.round(6)
