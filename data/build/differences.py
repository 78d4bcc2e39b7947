"""List where two sets of borders give land to different countries."""

from __future__ import annotations

from collections.abc import Iterator

import shapely
import topology
from pyproj import Geod

WGS84 = Geod(ellps="WGS84")
LEAST_KM2 = 50
LEAST_WIDTH_KM = 3


def sizeable(
    ours: list[topology.Feature], theirs: dict[str, shapely.Geometry], grid: topology.Grid
) -> list[str]:
    """Return a line for each piece over 50 km2 and 3 km wide that the two sets give differently.

    Width is twice the area over the perimeter: it leaves out the slivers that two scales of one
    line make. `theirs` holds shapes by name, on `grid`.
    """
    found = []
    for feature in ours:
        shape = topology.shape_of_all(feature.polygons)
        for name, other in theirs.items():
            if name == feature.name or not shapely.intersects(shape, other):
                continue
            for piece in shapely.get_parts(shapely.intersection(shape, other)):
                km2, width = _size(piece, grid)
                if km2 > LEAST_KM2 and width > LEAST_WIDTH_KM:
                    lon, lat = grid.degrees(shapely.get_coordinates(piece.representative_point()))[
                        0
                    ]
                    found.append(
                        (
                            km2,
                            f"{km2:9,.0f} km2, {width:5.1f} km wide, at {lon:.2f} {lat:.2f}: "
                            f"10m {feature.name}, 50m {name}",
                        )
                    )
    return [line for _, line in sorted(found, reverse=True)]
