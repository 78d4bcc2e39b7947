"""Countries as places: areas, whose lon, lat is where a label stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from routemap.places.values import Place, default_uncertainty_km

__all__ = ["country", "country_code", "whole_country"]


def country(code: str, *, view: str = "recognised") -> Place:
    """Return a country as a place with an area; lon, lat is a label position.

    Raises
    ------
    ArgumentError
        The code or the view is unknown.
    """
    return replace(whole_country(code), **_label(code, view))


def country_code(text: str) -> str | None:
    """Return the code of a country; a short text is a code only in capitals: "Ho" is a town."""
    from routemap import geography

    if len(text) <= 3 and not text.isupper():
        return None
    return geography.country_code(text)


def whole_country(code: str) -> Place:
    """Return a country in the default view of borders."""
    from routemap.geography import country_name

    return Place(
        name=country_name(code),
        country=code,
        kind="country",
        extent="area",
        **_label(code, "recognised"),
        uncertainty_km=default_uncertainty_km("country"),
        source="Natural Earth (public domain)",
        id=f"iso3166:{code}",
        score=1.0,
        reason="a country, as an area",
    )


def _label(code: str, view: str) -> dict[str, Any]:
    from routemap.geography import area, label_point

    lon, lat = label_point(area(code, view))
    return {"lon": round(lon, 4), "lat": round(lat, 4)}
