"""Findings as a GeoDataFrame: each with the lines and places that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shapely.geometry.base import BaseGeometry

    from routemap.checks.finding import Finding
    from routemap.model import RouteModel

__all__ = ["to_frame"]

COLUMNS = ("rule", "severity", "legs", "claims", "places", "message", "numbers", "suppressed")


def to_frame(findings: Iterable[Finding], model: RouteModel) -> gpd.GeoDataFrame:
    """Return findings as a GeoDataFrame, one a row, EPSG:4326.

    Columns are those of findings.json. The geometry gathers the lines of the legs, the places of
    the claims and the places that a finding is about; it is None where there is nothing to show.
    """
    records = [finding.to_dict() for finding in findings]
    shapes = [shapely.union_all(list(_shapes(one, model))) for one in records]
    geometry = [None if one.is_empty else one for one in shapes]
    return gpd.GeoDataFrame(records, columns=COLUMNS, geometry=geometry, crs="EPSG:4326")


def _shapes(record: dict[str, list[str]], model: RouteModel) -> Iterator[BaseGeometry]:
    lines = {leg.id: leg.coordinates for leg in model.routed}
    for leg in record["legs"]:
        line = lines.get(leg)
        if line is not None:
            yield shapely.LineString(line)
    seen = [model.at[claim] for claim in record["claims"] if claim in model.at]
    for key in (*record["places"], *seen):
        site = model.sites.get(key)
        if site is not None:
            yield site.area or shapely.Point(site.point)
