"""Towns near the track or road on which something can have been."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from routemap import geography, places

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["places_within"]

CRS = "EPSG:4326"
COLUMNS = ("name", "kind", "leg", "population", "earliest", "latest", "distance_km")
KM_PER_DEGREE = 111.0
"""Less than a degree of latitude anywhere, and at least one of longitude by its cosine."""
POLE = 89.0
BY_LAND = ("rail", "road")


def places_within(
    frame: gpd.GeoDataFrame, *, population: int = 10_000, within_km: float = 5.0
) -> gpd.GeoDataFrame:
    """Return the towns near the track and roads that `routemap.where` returned, largest first.

    Only what claims date counts, and no area: every town of a country would be in it.

    Parameters
    ----------
    frame
        What `routemap.where` returned.
    population
        Least inhabitants of a town.
    within_km
        How far from a stretch its centre may lie, in km.

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:4326, one row a town and leg: ``name``, ``kind``, ``leg``, ``population``,
        ``distance_km`` and, of the stretches within reach, the first ``earliest`` and the last
        ``latest`` (None where one is open). A point each.
    """
    towns = np.array(places.towns(population), dtype=object).reshape(-1, 4)
    lon, lat = towns[:, 1].astype(float), towns[:, 2].astype(float)
    frame = frame[frame["mode"].isin(BY_LAND) & frame["dated"] & frame["length_km"].notna()]
    town, row, km = _pairs(frame, lon, lat, within_km)
    found = _by_leg(frame.iloc[row], town, km)
    keys = sorted(found)
    table = [
        {
            "name": towns[one, 0],
            "kind": "town",
            "leg": leg,
            "population": int(towns[one, 3]),
            **found[one, leg],
        }
        for one, leg in keys
    ]
    points = [shapely.Point(lon[one], lat[one]) for one, _ in keys]
    return gpd.GeoDataFrame(table, columns=list(COLUMNS), geometry=points, crs=CRS)


def _by_leg(rows: pd.DataFrame, town: Any, km: Any) -> dict[tuple[int, str], dict[str, Any]]:
    """Return what the rows near each town say of it together, by town and leg."""
    found: dict[tuple[int, str], dict[str, Any]] = {}
    near = rows[["leg", "earliest", "latest"]].itertuples(index=False)
    for one, distance, (leg, first, last) in zip(town.tolist(), km.tolist(), near, strict=True):
        record = {"earliest": first, "latest": last, "distance_km": round(distance, 1)}
        known = found.get((one, leg))
        found[one, leg] = record if known is None else _both(known, record)
    return found


def _pairs(frame: pd.DataFrame, lon: Any, lat: Any, within_km: float) -> tuple[Any, Any, Any]:
    """Return town, row and km of all pairs of a town and a row that are near each other."""
    shapes = frame.geometry.to_numpy()
    points = shapely.points(lon, lat)
    reach = within_km / KM_PER_DEGREE / np.cos(np.radians(np.minimum(np.abs(lat), POLE)))
    town, row = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=reach)
    line = shapely.shortest_line(points[town], shapes[row])
    ends = shapely.get_coordinates(line).reshape(-1, 2, 2)
    km = geography.haversine_m(*ends[:, 0].T, *ends[:, 1].T) / 1000
    near = np.flatnonzero(km <= within_km)
    return town[near], row[near], km[near]


def _both(one: dict[str, Any], two: dict[str, Any]) -> dict[str, Any]:
    """Return what two stretches near one town say of it together."""
    firsts, lasts = ((one[name], two[name]) for name in ("earliest", "latest"))
    return {
        "earliest": None if None in firsts else min(firsts),
        "latest": None if None in lasts else max(lasts),
        "distance_km": min(one["distance_km"], two["distance_km"]),
    }
