"""Phrases that place something by another place: "near X", "40 km south-east of X", "eastern X".

The rules are routemap's own. A result is never sharper than its anchor; r is the anchor's radius:

- near, close to, outside, around X; X area, X region: at X, r + 25 km
- outskirts, suburbs of X: at X, r + 5 km
- within N km of X: at X, N + rounding + r; N km from X: the same, a ring without a direction
- N km DIR of X: the point N km off, hypot(N sin 22.5 degrees, rounding, r)
- DIR of X, without a length: the point 25 km off, r + 35 km
- off X, off the coast of X: a point at sea 25 km from X, r + 50 km
- between A and B: midway, half their distance + the larger r
- eastern X, the north of X, central X: that part of an area; of a town the town itself

The rounding of N is half the place of its last digit that is not 0, at most N / 4 (40 km: 5 km;
100 km: 25 km), and twice that after "about". A mile has 1.609344 km, a nautical mile 1.852 km.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import asin, atan2, cos, degrees, hypot, radians, sin
from types import MappingProxyType
from typing import TYPE_CHECKING

from routemap.errors import ArgumentError
from routemap.places.areas import part
from routemap.places.ranking import distance_km
from routemap.places.values import Location, Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Phrase", "parse", "placed"]

NEAR_KM, OUTSKIRTS_KM = 25.0, 5.0
SIDE_KM, SIDE_RADIUS_KM = 25.0, 35.0
OFF_KM, OFF_RADIUS_KM = 25.0, 50.0
SECTOR = sin(radians(22.5))
"""Half of one of eight winds."""
UNITS_KM: Mapping[str, float] = MappingProxyType({"k": 1.0, "n": 1.852, "m": 1.609344})
"""Km by the first letter of a unit."""
_EARTH_KM = 6371.0088
_WINDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
BEARINGS: Mapping[str, float] = MappingProxyType({wind: n * 45.0 for n, wind in enumerate(_WINDS)})

_WIND = r"(?P<wind>(?:north|south)(?:[- ]?(?:east|west))?|east|west)"
_LENGTH = (
    r"(?P<about>(?:about|around|some|approximately|approx\.?|roughly|nearly|almost|~|c\.|ca\.)\s*)?"
    r"(?P<number>\d{1,5}(?:\.\d+)?)\s*"
    r"(?P<unit>km|kilomet(?:er|re)s?|nmi?|nautical miles?|miles?|mi)"
)
_PATTERNS = tuple(
    (relation, re.compile(pattern, re.IGNORECASE))
    for relation, pattern in (
        ("bearing", rf"{_LENGTH}\s+(?:to the\s+)?{_WIND}\s+(?:of|from)\s+(?P<a>.+)"),
        ("ring", rf"(?:within\s+)?{_LENGTH}\s+(?:away\s+)?(?:from|of)\s+(?P<a>.+)"),
        ("between", r"(?:in )?between\s+(?P<a>.+?)\s+and\s+(?P<b>.+)"),
        ("outskirts", r"(?:on\s+)?(?:the\s+)?(?:outskirts|suburbs)\s+of\s+(?P<a>.+)"),
        ("side", rf"(?:to\s+)?(?:the\s+|just\s+)?{_WIND}\s+of\s+(?P<a>.+)"),
        ("part", rf"(?:the\s+)?{_WIND}ern\s+(?:part\s+of\s+)?(?P<a>.+)"),
        ("centre", r"(?:the\s+)?(?:central|centre of|center of)\s+(?P<a>.+)"),
        ("off", r"off\s+(?:the\s+coast\s+of\s+)?(?P<a>.+)"),
        ("near", r"(?:near(?:\s+to)?|close\s+to|not\s+far\s+from|next\s+to|around)\s+(?P<a>.+)"),
        ("near", r"(?:outside(?:\s+of)?|(?:in\s+)?(?:the\s+)?vicinity\s+of)\s+(?P<a>.+)"),
        ("near", r"(?:the\s+)?(?P<a>.+)\s+(?:area|region|vicinity)"),
    )
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A relation to one or two places, with its wind, its length and what rounding may hide."""

    relation: str
    anchors: tuple[str, ...]
    wind: str = ""
    km: float = 0.0
    rounding_km: float = 0.0


@dataclass(frozen=True, slots=True)
class Disc:
    """A point in degrees and its radius in km."""

    lon: float
    lat: float
    radius_km: float


def parse(text: str) -> Phrase | None:
    """Return the phrase that a text may be; None for a plain name."""
    for relation, pattern in _PATTERNS:
        found = pattern.fullmatch(text.strip())
        if found:
            given = found.groupdict()
            anchors = tuple(one.strip() for one in (given["a"], given.get("b")) if one)
            wind = re.sub(r"(?<=th)[- ]?(?=[ew])", "-", (given.get("wind") or "").lower())
            return Phrase(relation, anchors, wind, *_length(given))
    return None


def _length(given: Mapping[str, str | None]) -> tuple[float, float]:
    """Return a length and what its rounding may hide, both in km."""
    number = given.get("number")
    if not number:
        return 0.0, 0.0
    digits = number.rstrip("0") if "." not in number else number
    step = 10.0 ** (len(number) - len(digits) - len(number.partition(".")[2]))
    half = min(step / 2, float(number) / 4) * (2 if given.get("about") else 1)
    unit = UNITS_KM[str(given["unit"])[0].lower()]
    return float(number) * unit, half * unit


def placed(query: str, phrase: Phrase, anchors: Sequence[Place]) -> Location:
    """Return the place that a phrase makes of its anchors.

    Parameters
    ----------
    query
        The whole text; the name of the place.
    phrase
        What `parse` read.
    anchors
        The places of `phrase.anchors`.

    Returns
    -------
    Location
        Resolved, a place without id, its reason with the ids of the anchors; a part of an area has
        an id. "not_found" where the phrase makes no sense for the anchors.
    """
    first = anchors[0]
    if phrase.relation in {"part", "centre", "side"} and first.extent == "area":
        return _part(query, first, phrase.wind or "centre")
    area = next((one for one in anchors if one.extent == "area"), None)
    if area:
        reason = (
            f"{area.name} is a {area.kind}, and a distance is measured from a point. Name a town, "
            "station or port, or a part of the area: eastern, northern."
        )
        return Location(query, "not_found", None, reason, tuple(anchors))
    point = _point(phrase, anchors)
    if point is None:
        reason = f"No sea lies within {OFF_KM:g} km of {first.name}. Give LON,LAT."
        return Location(query, "not_found", None, reason, tuple(anchors))
    place = _made(query, phrase, anchors, point)
    return Location(query, "resolved", place, place.reason, (place,))


def _part(query: str, area: Place, wind: str) -> Location:
    try:
        place = part(area, wind)
    except ArgumentError as error:
        return Location(query, "not_found", None, str(error), (area,))
    return Location(query, "resolved", place, place.reason, (place,))


def _point(phrase: Phrase, anchors: Sequence[Place]) -> Disc | None:
    """Return where a phrase points; None for no sea where one is needed."""
    first = anchors[0]
    here, own = (first.lon, first.lat), first.uncertainty_km
    if phrase.relation == "between":
        return _between(*anchors)
    if phrase.relation == "off":
        sea = _sea_near(*here)
        return Disc(*sea, own + OFF_RADIUS_KM) if sea else None
    if phrase.relation == "bearing":
        radius = hypot(phrase.km * SECTOR, phrase.rounding_km, own)
        return Disc(*_moved(*here, BEARINGS[phrase.wind], phrase.km), radius)
    if phrase.relation == "side":
        return Disc(*_moved(*here, BEARINGS[phrase.wind], SIDE_KM), own + SIDE_RADIUS_KM)
    wider = {"near": NEAR_KM, "outskirts": OUTSKIRTS_KM}.get(phrase.relation, 0.0)
    return Disc(*here, own + wider + phrase.km + phrase.rounding_km)


def _between(a: Place, b: Place) -> Disc:
    half = distance_km((a.lon, a.lat), (b.lon, b.lat)) / 2
    bearing = _bearing((a.lon, a.lat), (b.lon, b.lat))
    middle = _moved(a.lon, a.lat, bearing, half)
    return Disc(*middle, half + max(a.uncertainty_km, b.uncertainty_km))


def _sea_near(lon: float, lat: float) -> tuple[float, float] | None:
    """Return the point at sea 25 km off in the middle of the widest stretch of open bearings."""
    from routemap.geography import at_sea

    ring = [_moved(lon, lat, bearing, OFF_KM) for bearing in range(0, 360, 10)]
    wet = [at_sea(*point) for point in ring]
    runs = [(_run(wet, at), at) for at in range(len(ring)) if wet[at] and not wet[at - 1]]
    if not runs:
        return ring[0] if all(wet) else None
    length, start = max(runs, key=lambda run: (run[0], -run[1]))
    return ring[(start + length // 2) % len(ring)]


def _run(wet: Sequence[bool], start: int) -> int:
    count = 0
    while count < len(wet) and wet[(start + count) % len(wet)]:
        count += 1
    return count


def _bearing(a: tuple[float, float], b: tuple[float, float]) -> float:
    (lon1, lat1), (lon2, lat2) = ((radians(lon), radians(lat)) for lon, lat in (a, b))
    east = sin(lon2 - lon1) * cos(lat2)
    return degrees(atan2(east, cos(lat1) * sin(lat2) - sin(lat1) * cos(lat2) * cos(lon2 - lon1)))


def _moved(lon: float, lat: float, bearing: float, km: float) -> tuple[float, float]:
    """Return the point `km` away along a great circle on the mean sphere."""
    phi, turn, arc = radians(lat), radians(bearing), km / _EARTH_KM
    end = asin(sin(phi) * cos(arc) + cos(phi) * sin(arc) * cos(turn))
    east = atan2(sin(turn) * sin(arc) * cos(phi), cos(arc) - sin(phi) * sin(end))
    return (lon + degrees(east) + 180) % 360 - 180, degrees(end)


def _made(query: str, phrase: Phrase, anchors: Sequence[Place], disc: Disc) -> Place:
    codes = {one.country for one in anchors}
    moved = phrase.relation in {"bearing", "side", "off", "between"}
    return Place(
        name=query,
        country=_country(disc.lon, disc.lat) if moved else codes.pop(),
        kind="point",
        extent="point",
        lon=round(disc.lon, 4),
        lat=round(disc.lat, 4),
        uncertainty_km=float(f"{disc.radius_km:.3g}"),
        source="; ".join(dict.fromkeys(one.source for one in anchors)),
        id=None,
        score=min(one.score for one in anchors),
        reason=_reason(phrase, anchors, disc.radius_km),
    )


def _country(lon: float, lat: float) -> str | None:
    from routemap.geography import country_at

    return country_at(lon, lat)


def _reason(phrase: Phrase, anchors: Sequence[Place], radius: float) -> str:
    named = " and ".join(
        f"{one.name}, {one.country} ({one.id or f'{one.lon:g},{one.lat:g}'})" for one in anchors
    )
    length = f"{phrase.km:.4g} km " if phrase.km else ""
    words = {
        "ring": f"{length}from",
        "bearing": f"{length}{phrase.wind} of",
        "side": f"{phrase.wind} of",
        "outskirts": "on the outskirts of",
        "off": "at sea off",
        "part": "in a part of",
        "centre": "in the centre of",
    }.get(phrase.relation, phrase.relation)
    return f"{words} {named}; within {radius:.3g} km by routemap's own rule"
