"""From a point to what is there: the country, and the nearest town, port, station and airfield."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from routemap.errors import ArgumentError
from routemap.places.gazetteer import shipped
from routemap.places.values import default_uncertainty_km

if TYPE_CHECKING:
    from routemap.places.gazetteer import Row

__all__ = ["SORTS", "reverse"]

SORTS = {
    "town": ("town", "capital"),
    "port": ("port", "pier"),
    "station": ("station", "border-crossing"),
    "airfield": ("airfield",),
}
RADII_KM = (50.0, 500.0, 20_100.0)
"""Looked for within the first that holds one; the last is half way round the earth."""


def reverse(lon: float, lat: float, *, view: str = "recognised") -> dict[str, Any]:
    """Say what is at a point.

    Parameters
    ----------
    lon, lat
        Degrees.
    view
        Border view, "recognised" or "de-facto".

    Returns
    -------
    dict
        ``lon``, ``lat``; ``country`` (ISO 3166 code; None at sea and where there is none),
        ``country_name``, ``borders`` (the view); and the nearest ``town``, ``port``, ``station``
        (stations and border crossings) and ``airfield`` of the gazetteer: ``name``, ``country``,
        ``kind``, ``lon``, ``lat``, ``uncertainty_km``, ``source``, ``id`` and ``distance_km``
        (great circle, mean sphere).

    Raises
    ------
    ArgumentError
        The point is not on earth, or the view is unknown.
    """
    from routemap import geography

    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ArgumentError(f"({lon:g}, {lat:g}) is not on earth: lon -180 to 180, lat -90 to 90.")
    if view not in geography.VIEWS:
        raise ArgumentError(f"{view!r} is no border view. Use one of {', '.join(geography.VIEWS)}.")
    code = geography.country_at(lon, lat, view=view)
    found = {
        "lon": lon,
        "lat": lat,
        "country": code,
        "country_name": geography.country_name(code) if code else None,
        "borders": view,
    }
    return found | {sort: _nearest(lon, lat, kinds) for sort, kinds in SORTS.items()}


def _nearest(lon: float, lat: float, kinds: tuple[str, ...]) -> dict[str, Any]:
    looks = (shipped().near(lon, lat, kinds, radius) for radius in RADII_KM)
    km, row = next(found for found in looks if found)[0]
    return _described(row) | {"distance_km": round(km, 3)}


def _described(row: Row) -> dict[str, Any]:
    kind = "town" if row.kind == "capital" else row.kind
    return {
        "name": row.name,
        "country": row.country,
        "kind": kind,
        "lon": row.lon,
        "lat": row.lat,
        "uncertainty_km": row.uncertainty_km or default_uncertainty_km(kind, row.population),
        "source": row.source or "GeoNames (CC BY 4.0)",
        "id": row.id,
    }
