"""List where two sets of borders give land to different countries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely
import topology
from pyproj import Geod

if TYPE_CHECKING:
    from collections.abc import Iterator

WGS84 = Geod(ellps="WGS84")
LEAST_KM2 = 50
LEAST_WIDTH_KM = 3


def sizeable(
    ours: list[topology.Feature], theirs: list[topology.Feature], grid: topology.Grid
) -> list[str]:
    """Return a line for each piece over 50 km2 and 3 km wide that two sets give differently.

    Width is twice the area over the perimeter: it leaves out the slivers that two scales of one
    line make. Both sets are on `grid`.
    """
    shapes = [topology.shape_of(each.polygons) for each in theirs]
    tree = shapely.STRtree(shapes)
    found = []
    for feature in ours:
        shape = topology.shape_of(feature.polygons)
        for i in tree.query(shape, predicate="intersects").tolist():
            if theirs[i].key != feature.key:
                pieces = _pieces(shapely.intersection(shape, shapes[i]), grid)
                found += [
                    (km2, f"{text}: 10m {feature.name}, 50m {theirs[i].name}")
                    for km2, text in pieces
                ]
    return [text for _, text in sorted(found, reverse=True)]


def _pieces(common: shapely.Geometry, grid: topology.Grid) -> Iterator[tuple[float, str]]:
    for piece in shapely.get_parts(common):
        in_degrees = shapely.transform(piece, grid.degrees)
        area, perimeter = WGS84.geometry_area_perimeter(in_degrees)
        km2, width = abs(area) / 1e6, 2 * abs(area) / perimeter / 1e3 if area else 0
        if km2 > LEAST_KM2 and width > LEAST_WIDTH_KM:
            at = in_degrees.representative_point()
            yield km2, f"{km2:9,.0f} km2, {width:5.1f} km wide, at {at.x:7.2f} {at.y:6.2f}"
