"""The seven kinds of row as frozen values: what a case says, exactly as it says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from routemap import dates
from routemap.claims.frozen import FrozenMapping
from routemap.claims.phrases import Distance, Quantity, parse_distance, parse_quantity
from routemap.dates import When
from routemap.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "TABLES",
    "Claim",
    "Leg",
    "Route",
    "Row",
    "Site",
    "Source",
    "Suppression",
    "Verdict",
]

LONGEST_PHRASE = 500
ID_PATTERN = r"^[a-z0-9][a-z0-9-]*$"
RULE_PATTERN = r"^[a-z][a-z-]*$"
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=200)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


def _as_tuple(value: Any) -> Any:
    """Return a text as a list of one, and a list as a tuple."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


Texts = Annotated[
    tuple[Text, ...],
    BeforeValidator(_as_tuple),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


def _short(text: str) -> str:
    if len(text) > LONGEST_PHRASE:
        reason = f"{len(text)} characters stand where a date, number or phrase is meant."
        raise InputError.of(reason, "Move the text to summary.")
    return text


def _reader(read: Callable[[str], Any]) -> BeforeValidator:
    """Return a validator that reads a short text and lets a value that was read already pass."""
    return BeforeValidator(lambda value: read(_short(value)) if isinstance(value, str) else value)


def _date(value: Any, info: ValidationInfo) -> Any:
    """Read a short text as a date, widened as the context of the validation says."""
    if not isinstance(value, str):
        return value
    context = info.context or {}
    return dates.parse(_short(value), widening=context.get("widening", dates.WIDENING_DAYS))


def _number(text: str) -> float:
    if not re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]+)?", text):
        cure = "Write degrees or km with a decimal point and no unit, such as 130.29."
        raise InputError.of(f"{text!r} is not a plain number.", cure)
    return float(text)


def _grade(text: str) -> int:
    if text not in {"1", "2", "3", "4", "5", "6"}:
        reason = f"{text!r} is not a credibility of the Admiralty code."
        cure = "Write 1 (confirmed by other sources) to 6 (truth cannot be judged)."
        raise InputError.of(reason, cure)
    return int(text)


def _web(url: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"']+", url):
        cure = "Write it in full from http:// or https://, without spaces and quotation marks."
        raise InputError.of(f"{url!r} is not a web address.", cure)
    return url


_TEXT_SCHEMA = WithJsonSchema({"type": "string"})
Degrees = Annotated[float, _reader(_number), Field(allow_inf_nan=False), _TEXT_SCHEMA]
Kilometres = Annotated[float, _reader(_number), Field(ge=0, allow_inf_nan=False), _TEXT_SCHEMA]
Credibility = Annotated[
    int, _reader(_grade), Field(ge=1, le=6), WithJsonSchema({"type": "string", "enum": [*"123456"]})
]
Date = Annotated[When, BeforeValidator(_date), PlainSerializer(str), _TEXT_SCHEMA]
Url = Annotated[str, AfterValidator(_web)]
Quantities = Annotated[
    tuple[Annotated[Quantity, _reader(parse_quantity), PlainSerializer(str), _TEXT_SCHEMA], ...],
    BeforeValidator(_as_tuple),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Phrase = Annotated[Distance, _reader(parse_distance), PlainSerializer(str), _TEXT_SCHEMA]
Mode = Literal["sea", "rail", "road", "river", "air", "unknown"]
Kind = Literal[
    "port",
    "station",
    "border-crossing",
    "depot",
    "airfield",
    "pier",
    "town",
    "region",
    "country",
    "sea",
]
Attribute = Literal["place", "date", "quantity", "mode", "cargo"]
Grades = Annotated[
    Mapping[Attribute, Credibility], AfterValidator(FrozenMapping), PlainSerializer(dict)
]


class Row(BaseModel):
    """A row of a case. Immutable; an unknown field is refused.

    Its dates are widened by the ``widening`` of the validation's context; see `dates.parse`.
    """

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=True
    )

    id: Id


class Source(Row):
    """A text or file that makes claims; `reliability` is the letter of the Admiralty code."""

    title: Text
    publisher: Text | None = None
    url: Url | None = None
    published: Date | None = None
    archived_url: Url | None = None
    language: Text | None = None
    reliability: Literal["A", "B", "C", "D", "E", "F"] | None = None
    derived_from: Texts = ()
    seen_in: Text | None = None


class Site(Row):
    """A row of ``places``: only what a gazetteer cannot know of a place."""

    name: Text
    names: Texts = ()
    country: Text | None = None
    kind: Kind | None = None
    lon: Degrees | None = None
    lat: Degrees | None = None
    uncertainty_km: Kilometres | None = None
    within: Text | None = None
    near: Text | None = None
    within_km: Kilometres | None = None
    pin: Text | None = None
    never: Texts = ()
    source: Text | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        """Hold a row to one way of saying where the place is."""
        if (self.lon is None) != (self.lat is None):
            missing = "lat" if self.lat is None else "lon"
            raise InputError.of(f"{missing} is missing.", "Give both lon and lat, or neither.")
        if self.lon is not None and self.lat is not None:
            _check_degrees(self.lon, self.lat)
        given = [
            name
            for name, value in (
                ("lon, lat", self.lon),
                ("within", self.within),
                ("near", self.near),
                ("pin", self.pin),
            )
            if value is not None
        ]
        if len(given) > 1:
            raise InputError.of(
                f"{' and '.join(given)} are both given.", "Keep the one that holds."
            )
        if (self.near is None) != (self.within_km is None):
            reason = "near and within_km belong together."
            raise InputError.of(reason, "Give both: near: Tikhoretsk, RU and within_km: 25.")
        return self


def _check_degrees(lon: float, lat: float) -> None:
    if 90 < abs(lat) <= 180 and abs(lon) <= 90:
        reason = f"lat {lat:.10g} is outside -90 to 90: lon and lat look swapped."
        raise InputError.of(reason, f"Write lon: {lat:.10g} and lat: {lon:.10g}, if that is meant.")
    if abs(lat) > 90 or abs(lon) > 180:
        reason = f"lon {lon:.10g}, lat {lat:.10g} is not on earth."
        raise InputError.of(reason, "lon is -180 to 180 degrees, lat is -90 to 90.")


class Leg(Row):
    """A movement between two places by one mode, as the map draws it."""

    origin: Text
    destination: Text
    mode: Mode
    only: Texts = ()
    avoid: Texts = ()
    via: Texts = ()


class Route(Row):
    """Legs in order; `excludes` names its rivals."""

    title: Text
    legs: Texts
    only: Texts = ()
    avoid: Texts = ()
    via: Texts = ()
    excludes: Texts = ()


class Claim(Row):
    """What one source says about legs, a route, a stock at a place, or other claims.

    `moved` holds the whole movement; `departed` and `arrived` its ends; `seen` an observation.
    `at` alone is a stock seen at a place. Beside one leg, or beside origin, destination and mode,
    it is where on the way the movement was `seen`. `declared` is the place that the carrier gave as
    its destination, whether or not it went there.
    """

    source: Text
    leg: Texts = ()
    route: Texts = ()
    at: Text | None = None
    against: Texts = ()
    origin: Text | None = None
    destination: Text | None = None
    mode: Mode | None = None
    says: Literal["asserts", "denies", "questions"] = "asserts"
    basis: Literal["reported", "observed", "inferred"] = "reported"
    event: Literal["happened", "planned", "not-completed", "speculative"] = "happened"
    moved: Date | None = None
    departed: Date | None = None
    arrived: Date | None = None
    seen: Date | None = None
    declared: Text | None = None
    carrier: Texts = ()
    carrier_imo: Annotated[str, StringConstraints(pattern=r"^[0-9]{7}$")] | None = None
    carrier_flag: Text | None = None
    cargo: Text | None = None
    quantity: Quantities = ()
    distance: Phrase | None = None
    only: Texts = ()
    avoid: Texts = ()
    via: Texts = ()
    words: Text | None = None
    credibility: Credibility | None = None
    credibility_of: Grades = Field(default_factory=FrozenMapping)
    summary: Text | None = None
    quote: Text | None = None
    locator: Text | None = None
    part_of: Text | None = None
    retract: Text | None = None

    @property
    def when(self) -> When | None:
        """The date of the claim: of the whole movement, else the hull of what is dated in it."""
        if self.moved is not None:
            return self.moved
        return dates.hull(one for one in (self.departed, self.arrived, self.seen) if one)

    @property
    def on_the_way(self) -> bool:
        """Whether `at` is where a movement was seen, and not where a stock was."""
        return self.at is not None and bool(self.leg or self.origin)

    @model_validator(mode="after")
    def _one_object(self) -> Self:
        """Hold a claim to one thing that it is about."""
        own = any(one is not None for one in (self.origin, self.destination, self.mode))
        about = [name for name in ("leg", "route", "at", "against") if getattr(self, name)]
        about += ["origin, destination, mode"] if own else []
        if self.on_the_way:
            about.remove("at")
        if len(about) != 1:
            found = " and ".join(about) or "nothing"
            reason = f"a claim is about one thing, and this one is about {found}."
            cure = (
                "Give leg, route, at or against; or origin, destination and mode."
                if not about
                else "Keep one, and make a second claim of the other."
            )
            raise InputError.of(reason, cure)
        if own and None in (self.origin, self.destination, self.mode):
            reason = "origin, destination and mode belong together."
            raise InputError.of(reason, "Give all three, or name a leg.")
        if self.against and self.says == "asserts":
            reason = "a claim against something cannot assert it."
            raise InputError.of(reason, "Add says: denies or says: questions.")
        return self

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        """Hold a claim to dates and places that fit what it is about."""
        if self.on_the_way and self.seen is None:
            reason = "at beside a leg is where the movement was seen, and seen is missing."
            cure = "Add seen: and the day, or make a second claim of the place."
            raise InputError.of(reason, cure)
        if self.on_the_way and len(self.leg) > 1:
            reason = f"at is a place on one leg, and {len(self.leg)} legs are named."
            raise InputError.of(reason, "Keep the leg that was seen there.")
        if self.declared is not None and not (self.leg or self.route or self.origin):
            reason = "declared is where a movement was said to go, and none is named."
            raise InputError.of(reason, "Give the leg or route, or origin, destination and mode.")
        if self.moved is not None and (self.departed or self.arrived):
            reason = "moved is given beside departed or arrived."
            raise InputError.of(reason, "Keep moved for the whole, or its two ends.")
        return self


class Suppression(Row):
    """Findings that the analyst sets aside: those of a rule that are about all the rows named.

    `rows` are ids of places, legs, routes and claims. The reason stays visible.
    """

    rule: Annotated[str, StringConstraints(pattern=RULE_PATTERN, max_length=200)]
    rows: Annotated[Texts, Field(min_length=1)]
    reason: Text


class Verdict(Row):
    """What the analyst makes of a claim, were a route the true one: a cell of the matrix."""

    claim: Text
    route: Text
    verdict: Literal["consistent", "inconsistent", "neutral"]
    note: Text


TABLES: Mapping[str, type[Row]] = MappingProxyType(
    {
        "sources": Source,
        "places": Site,
        "legs": Leg,
        "routes": Route,
        "claims": Claim,
        "suppressed": Suppression,
        "verdicts": Verdict,
    }
)
