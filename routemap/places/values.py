"""What a look-up answers: places, and the location that says which of them a name means."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from routemap.errors import AmbiguousPlaceError, ArgumentError, PlaceNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["UNCERTAINTY_KM", "Location", "Place", "default_uncertainty_km", "paste_line"]

UNCERTAINTY_KM: Mapping[str, float] = MappingProxyType(
    {
        "port": 2.0,
        "station": 1.0,
        "border-crossing": 2.0,
        "depot": 5.0,
        "airfield": 3.0,
        "pier": 1.0,
        "town": 4.0,
        "region": 50.0,
        "river": 100.0,
        "sea": 100.0,
        "country": 500.0,
        "point": 0.1,
    }
)
"""Radius in km by kind where no source gives one. The values are routemap's own; that of ports is
how far the positions of two open port lists lie from the berths."""

_TOWN_CLASSES = ((15_000, 2.0), (100_000, 4.0), (1_000_000, 8.0))
_CITY_KM = 15.0


def default_uncertainty_km(kind: str, population: int | None = None) -> float:
    """Return the radius that holds a place of which no source says how exact its point is.

    Parameters
    ----------
    kind
        Kind of the place, such as "port".
    population
        Inhabitants of a town: under 15,000 means 2 km, under 100,000 4 km, under a million 8 km,
        else 15 km, about the radius of the built-up area. The classes are routemap's own.

    Returns
    -------
    float
        Kilometres.
    """
    if kind == "town" and population is not None:
        return next((radius for limit, radius in _TOWN_CLASSES if population < limit), _CITY_KM)
    return UNCERTAINTY_KM.get(kind, UNCERTAINTY_KM["town"])


@dataclass(frozen=True, slots=True)
class Place:
    """One place that a name may mean.

    Attributes
    ----------
    name
        The name that its source gives first.
    country
        ISO 3166 alpha-2 code; None where it lies in several countries or in none.
    kind
        port, station, border-crossing, depot, airfield, pier, town, region, country, sea, river;
        "point" for bare coordinates.
    extent
        "point", or "area", which has no centre: its lon, lat is a label position.
    lon, lat
        Degrees, WGS 84.
    uncertainty_km
        Radius in km around lon, lat.
    source
        Where the position comes from.
    id
        Stable id that a case can pin: ``geonames:...``, ``routemap:...``, ``iso3166:...``. None for
        bare coordinates.
    score
        Share of the evidence for all candidates that speaks for this one, 0 to 1.
    reason
        What speaks for and against it, in words.
    """

    name: str
    country: str | None
    kind: str
    extent: Literal["point", "area"]
    lon: float
    lat: float
    uncertainty_km: float
    source: str
    id: str | None
    score: float
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Location:
    """What a query means: one place, several candidates, or none.

    Attributes
    ----------
    query
        The text that was looked up.
    status
        "resolved", "ambiguous", "not_found", or "error" for a text that cannot be a place.
    place
        The chosen place; None unless resolved.
    reason
        Why, in one or two sentences, with the cure where there is one.
    candidates
        Best first, the chosen one among them; of a name that was not found, what is spelt alike.
    """

    query: str
    status: Literal["resolved", "ambiguous", "not_found", "error"]
    place: Place | None
    reason: str
    candidates: tuple[Place, ...] = ()

    def resolved(self) -> Place:
        """Return the place.

        Raises
        ------
        AmbiguousPlaceError
            Several places fit; carries this `Location`.
        PlaceNotFoundError
            None fits; carries this `Location`.
        ArgumentError
            The text cannot be a place; carries this `Location`.
        """
        if self.place is not None:
            return self.place
        message = f"{self.query!r}: {self.reason}"
        if self.status == "ambiguous":
            raise AmbiguousPlaceError(message, self)
        if self.status == "error":
            raise ArgumentError(message, self)
        raise PlaceNotFoundError(message, self)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as a JSON document, without the id of a request."""
        return asdict(self) | {"candidates": [one.to_dict() for one in self.candidates]}


def paste_line(place: Place, text: str) -> str:
    """Return the row of a case's ``places`` that pins a choice.

    Parameters
    ----------
    place
        What was chosen.
    text
        The name as the case writes it.

    Returns
    -------
    str
        One line of YAML; with lon, lat and uncertainty_km where the place has no id.
    """
    from anyascii import anyascii

    slug = re.sub(r"[^a-z0-9]+", "-", anyascii(text).casefold()).strip("-") or "place"
    fields = {"id": _quoted(slug), "name": _quoted(text)}
    if place.id:
        fields["pin"] = _quoted(place.id)
    else:
        fields |= {"lon": f"{place.lon:.5f}", "lat": f"{place.lat:.5f}"}
        fields |= {"uncertainty_km": f"{place.uncertainty_km:g}", "source": _quoted(place.source)}
    return "- {" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}"


def _quoted(text: str) -> str:
    """Return a text in double quotes, readable but for what is not printable."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in quoted)
