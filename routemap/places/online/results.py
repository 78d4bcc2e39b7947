"""The rows of a Nominatim answer, read strictly, and the places they stand for."""

from __future__ import annotations

import re
import unicodedata
from math import cos, hypot, radians
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from anyascii import anyascii
from pydantic import AfterValidator, AliasChoices, BaseModel, Field, TypeAdapter, ValidationError

from routemap.errors import GeocoderError
from routemap.places.names import fold, split_kind
from routemap.places.values import Place, default_uncertainty_km

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

__all__ = ["Result", "forms", "read"]

_LONGEST = 200
_WIDEST_TOWN_KM = 50.0
"""What is called a town and reaches further is a region; routemap's own."""
_LEAST_POINT_KM = 1.0
"""A place of no known kind may be a military one, which is never shown sharper than this."""
_DEGREE_KM = 111.2
"""Length of a degree of latitude on the mean sphere."""
_KIND_TAGS: Mapping[str, str] = MappingProxyType(
    {
        "port": "landuse=harbour harbour=yes seamark:type=harbour industrial=port "
        "military=naval_base",
        "pier": "man_made=pier man_made=quay amenity=ferry_terminal",
        "station": "railway=station railway=halt railway=yard",
        "border-crossing": "barrier=border_control",
        "airfield": "aeroway=aerodrome military=airfield",
        "town": "place=city place=town place=village place=hamlet place=municipality "
        "place=borough place=suburb place=quarter place=neighbourhood place=isolated_dwelling "
        "place=locality",
        "region": "place=state place=province place=region place=county place=district "
        "place=island place=archipelago",
        "country": "place=country",
        "sea": "place=sea place=ocean natural=bay natural=strait",
        "river": "waterway=river",
    }
)
_KINDS = MappingProxyType({tag: kind for kind, tags in _KIND_TAGS.items() for tag in tags.split()})
_SITES = frozenset({"landuse", "industrial", "military", "man_made", "harbour"})
"""Keys of what may be a port or a depot; all else without a kind is a street, a house or a shop."""
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_NAMES = re.compile(
    r"(?:_place_)?(?:(?:alt|old|official|short|int|loc|reg|nat)_)?name(?::[\w-]{1,20})?"
)


def _clean(text: str) -> str:
    """Return a text of a stranger's without what hides or turns letters, at most 200 characters."""
    shown = (one for one in text[: 2 * _LONGEST] if unicodedata.category(one) not in _DROPPED)
    return "".join(shown).strip()[:_LONGEST]


_Text = Annotated[str, AfterValidator(_clean)]
_Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
_Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class _Address(BaseModel):
    country_code: str | None = Field(None, pattern="^[a-z]{2}$")


class Result(BaseModel):
    """One row as Nominatim sends it for ``format=json`` or ``jsonv2``.

    Notes
    -----
    Fields as nominatim.org documents them: numbers come as text, ``boundingbox`` is south, north,
    west, east; a shape over longitude 180 gets a box around the whole earth.
    """

    lat: _Lat
    lon: _Lon
    boundingbox: tuple[_Lat, _Lat, _Lon, _Lon]
    importance: float = Field(ge=0, le=10, allow_inf_nan=False)
    category: str = Field("", validation_alias=AliasChoices("category", "class"))
    type: str = ""
    addresstype: str = ""
    name: _Text = ""
    display_name: _Text = ""
    licence: _Text = ""
    osm_type: str | None = None
    osm_id: int | None = Field(None, gt=0)
    address: _Address = _Address()
    extratags: dict[str, str] | None = None
    namedetails: dict[str, str] | None = None

    @property
    def tag(self) -> str:
        """The main tag, such as "place=city"; "another" where it is none that OSM would have."""
        tag = f"{self.category}={self.type}"
        return tag if re.fullmatch("[a-z0-9_:]{1,40}=[a-z0-9_:]{1,40}", tag) else "another"

    @property
    def country(self) -> str | None:
        """ISO 3166 alpha-2 code."""
        return self.address.country_code.upper() if self.address.country_code else None

    @property
    def half_diagonal_km(self) -> float:
        """How far the box around the shape reaches from its middle."""
        south, north, west, east = self.boundingbox
        across = (east - west) * cos(radians((south + north) / 2))
        return hypot(north - south, across) / 2 * _DEGREE_KM

    @property
    def kind(self) -> str | None:
        """Kind of the place; "point" for a site of no known kind, None for streets and houses."""
        extra = (f"{key}={value}" for key, value in (self.extratags or {}).items())
        tags = (self.tag, *extra, f"place={self.addresstype}")
        kind = next((_KINDS[one] for one in tags if one in _KINDS), None)
        if kind is None and self.category == "boundary":
            kind = "region"
        if kind == "town" and self.half_diagonal_km > _WIDEST_TOWN_KM:
            kind = "region"
        return kind or ("point" if self.category in _SITES else None)

    def names(self) -> frozenset[str]:
        """Return all names of the place, folded, also in Latin letters and without its kind."""
        details = self.namedetails or {}
        listed = (value for key, value in details.items() if _NAMES.fullmatch(key))
        texts = (self.name, *(one for value in listed for one in value[:1000].split(";")))
        return frozenset(form for text in texts for form in forms(text) | forms(anyascii(text)))

    def place(self, asked: date) -> Place:
        """Return the place; its score and reason are for who compares it with others."""
        kind = self.kind or "point"
        people = (self.extratags or {}).get("population", "")
        count = int(people) if re.fullmatch("[0-9]{1,9}", people) else None
        least = _LEAST_POINT_KM if kind == "point" else default_uncertainty_km(kind, count)
        known = self.osm_type in {"node", "way", "relation"} and self.osm_id
        return Place(
            name=self.name or self.display_name.partition(",")[0] or "(no name)",
            country=self.country,
            kind=kind,
            extent="point",
            lon=self.lon,
            lat=self.lat,
            uncertainty_km=round(max(least, self.half_diagonal_km), 1),
            source=f"Nominatim, OpenStreetMap contributors (ODbL), asked {asked.isoformat()}",
            id=f"osm:{self.osm_type}/{self.osm_id}" if known else None,
            score=0.0,
            reason=f"{self.tag} in OpenStreetMap; importance {self.importance:.2f}",
        )


_ROWS = TypeAdapter(Annotated[list[Result], Field(max_length=50)])


def forms(text: str) -> frozenset[str]:
    """Return a name folded, and without its word of kind: "port of dunay", "dunay"."""
    folded = fold(text)
    parted = split_kind(folded)
    return frozenset({folded, parted[0]} if parted else {folded}) - {""}


def read(body: str) -> list[Result]:
    """Return the rows of an answer.

    Raises
    ------
    GeocoderError
        It is not a list of rows as Nominatim sends them; then none of it is used.
    """
    try:
        return _ROWS.validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        numbers = [one + 1 for one in first["loc"] if isinstance(one, int)][:1]
        where = f", row {numbers[0]}" if numbers else ""
        what = first["type"].replace("_", " ")
        fields = [one for one in first["loc"] if one in Result.model_fields][:1]
        field = f", {fields[0]}" if fields else ""
        raise GeocoderError.of(
            f"The answer is not of Nominatim's format{where}{field}: {what}.",
            "Is the address that of a Nominatim server?",
        ) from error
