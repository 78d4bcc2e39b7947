"""From a name, with all that is known of it, to one place, to candidates, or to none."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from routemap.errors import ArgumentError, shorten
from routemap.places import gazetteer
from routemap.places.names import fault, fold, near_spellings, split_kind, transliterations
from routemap.places.ranking import Match, Question, Ranked, gather, rank
from routemap.places.values import Location, Place, default_uncertainty_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from routemap.places.gazetteer import Gazetteer, Row

__all__ = ["answer", "country", "find", "locate"]

KINDS = (
    *("port", "station", "border-crossing", "depot", "airfield", "pier"),
    *("town", "region", "country", "sea"),
)
MODES = ("sea", "rail", "road", "river", "air", "unknown")
REQUEST_FIELDS = ("id", "name", "country", "kind", "mode", "near")
CLEAR = 0.9
"""Share of the evidence that decides where something beside the name speaks for the place."""
CLEAR_ALONE = 0.98
"""The same where the name is all there is."""
KNOWN_TOWN = 5_000
"""A smaller town is not taken by its name alone: the gazetteer lacks most places of that size."""

_PINNED = re.compile(r"(?:geonames|routemap|iso3166):[A-Za-z0-9-]+")
_NUMBER = r"[-+]?\d+(?:\.\d*)?"
_COORDINATES = re.compile(rf"\s*({_NUMBER})\s*[,;]\s*({_NUMBER})\s*")
_DEGREES = r"\d\s.,;:+'\"\u00b0\u00ba\u2032\u2033\-"
_COORDINATE_LIKE = re.compile(rf"[{_DEGREES}]*\d[{_DEGREES}NSEWnsew]*")


def find(text: str, *, mode: str | None = None) -> Location:
    """Look up a place as a case or a command line writes it.

    Parameters
    ----------
    text
        ``NAME``, ``"NAME, CC"``, ``LON,LAT`` in decimal degrees, a country's ISO 3166 code or
        English name (an area), or a pinned ``geonames:...``, ``routemap:...``, ``iso3166:...``.
    mode
        Mode of the leg that touches the place: "sea" wants a port, "rail" a station.

    Returns
    -------
    Location
        See `locate`. Coordinates give a place without id, of kind "point".

    Raises
    ------
    ArgumentError
        An argument is not text.
    """
    _only_texts(text=text, mode=mode)
    wrong = fault(text)
    if wrong:
        return Location(shorten(text), "error", None, wrong)
    text = text.strip()
    if _PINNED.fullmatch(text):
        return _pinned(text)
    if _COORDINATE_LIKE.fullmatch(text):
        return _coordinates(text)
    parted = _parted(text)
    if parted:
        return replace(locate(parted[0], country=parted[1], mode=mode), query=text)
    return locate(text, mode=mode)


def locate(
    name: str,
    *,
    country: str | None = None,
    kind: str | None = None,
    mode: str | None = None,
    near: tuple[float, float] | None = None,
    never: str | Iterable[str] = (),
) -> Location:
    """Say which place a name means.

    Parameters
    ----------
    name
        A toponym in any script, or the name of a country, which is then an area.
    country
        ISO 3166 code or English name; only places in it are considered.
    kind
        port, station, border-crossing, depot, airfield, pier, town, region, country or sea.
    mode
        Mode of the leg that touches the place: sea, rail, road, river, air or unknown.
    near
        (lon, lat) in degrees; places near it are preferred.
    never
        Names of places that are not meant: ``never=["Danube"]``. A text is a list of one.

    Returns
    -------
    Location
        Resolved only where the evidence is clear; else ambiguous with the candidates, best first.
        What the name or the other arguments get wrong is status "error" with the cure.

    Raises
    ------
    ArgumentError
        An argument that is to be text is none.

    Notes
    -----
    A place weighs what its population is, a port, station or crossing at least as a town of 20,000.
    A name that is only one of a place's names in other languages counts 0.3 of that, another
    spelling 0.2, a place without the kind asked for, or without what the mode needs, 0.02 (rail: a
    town 0.5). The score is a place's share of the sum. It decides from 0.9 with a country, a point
    nearby, or for a country's capital; from 0.98 otherwise, and then only for a place's own name
    and for towns of 5,000 or more. The weights are routemap's own.
    """
    _only_texts(name=name, country=country, kind=kind, mode=mode)
    never = (never,) if isinstance(never, str) else tuple(never)
    for one in never:
        _only_texts(never=one)
    wrong = fault(name) or _fault_of(country, kind, mode, near)
    if wrong:
        return Location(shorten(name), "error", None, wrong)
    query = name.strip()
    code = _country_code(country) if country else None
    alone = _country_code(query) if code is None and kind in {None, "country"} else None
    if alone:
        return Location(query, "resolved", *_whole(_country_of(alone)))
    return _answer(query, Question(fold(query), code, kind, mode, near), never)


def towns(population: int) -> list[tuple[str, float, float, int]]:
    """Return (name, lon, lat, people) of the towns of at least some people, largest first."""
    return gazetteer.shipped().towns(population)


def country(code: str, *, view: str = "recognised") -> Place:
    """Return a country as a place with an area; lon, lat is a label position.

    Raises
    ------
    ArgumentError
        The code or the view is unknown.
    """
    return replace(_country_of(code), **_label(code, view))


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Answer one look-up request; never raises for what the request says.

    Parameters
    ----------
    request
        ``{"name"}`` and optionally ``"id", "country", "kind", "mode", "near": [lon, lat]``. A name
        alone may have any form that `find` reads.

    Returns
    -------
    dict
        The document of `Location.to_dict`, with the request's ``id``.
    """
    identity = request.get("id")
    unknown = sorted(set(request) - set(REQUEST_FIELDS))
    given = {key: value for key, value in request.items() if key != "id" and value is not None}
    if unknown:
        known = ", ".join(REQUEST_FIELDS)
        found = Location("", "error", None, f"unknown field {unknown[0]!r}. Fields are {known}.")
    elif not all(isinstance(value, str) for key, value in given.items() if key != "near"):
        found = Location("", "error", None, "name, country, kind and mode are texts.")
    else:
        found = _asked(given)
    return {"id": identity, **found.to_dict()}


def _asked(given: dict[str, Any]) -> Location:
    name = given.pop("name", "")
    if not given.keys() - {"mode"} and not _fault_of(None, None, given.get("mode"), None):
        return find(name, **given)
    parted = None if "country" in given else _parted(name)
    return locate(parted[0], country=parted[1], **given) if parted else locate(name, **given)


def _parted(text: str) -> tuple[str, str] | None:
    """Return name and country code of "NAME, CC"."""
    name, comma, tail = text.rpartition(",")
    code = _country_code(tail.strip()) if comma and name.strip() else None
    return (name, code) if code else None


def _only_texts(**given: object) -> None:
    """Raise `ArgumentError` for an argument that is neither text nor left out."""
    for field, value in given.items():
        optional = field in {"country", "kind", "mode"}
        if not (isinstance(value, str) or (optional and value is None)):
            raise ArgumentError(f"{field} is {shorten(repr(value))}. Give a text.")


def _fault_of(
    country: str | None, kind: str | None, mode: str | None, near: Sequence[float] | None
) -> str | None:
    """Return what is wrong with the arguments beside the name, with the cure."""
    if country and _country_code(country) is None:
        return f"{shorten(country)!r} is no country. Give an ISO 3166 code or its English name."
    if kind and kind not in KINDS:
        return f"{shorten(kind)!r} is no kind of place. Use one of {', '.join(KINDS)}."
    if mode and mode not in MODES:
        return f"{shorten(mode)!r} is no mode. Use one of {', '.join(MODES)}."
    if near is not None and not _is_point(near):
        return f"near is {shorten(str(near))}. Give (lon, lat) in degrees."
    return None


def _is_point(value: Any) -> bool:
    pair = isinstance(value, (list, tuple)) and len(value) == 2
    numbers = pair and all(isinstance(one, (int, float)) for one in value)
    return bool(numbers) and -180 <= value[0] <= 180 and -90 <= value[1] <= 90


def _country_code(text: str) -> str | None:
    """Return the code of a country; a short text is a code only in capitals: "Ho" is a town."""
    from routemap.geography import country_code

    if len(text) <= 3 and not text.isupper():
        return None
    return country_code(text)


def _country_of(code: str) -> Place:
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


def _whole(place: Place) -> tuple[Place, str, tuple[Place, ...]]:
    """Return place, reason and candidates of an answer that leaves no choice."""
    return place, place.reason, (place,)


def _pinned(text: str) -> Location:
    scheme, _, code = text.partition(":")
    if scheme == "iso3166":
        known = _country_code(code)
        if known:
            return Location(text, "resolved", *_whole(_country_of(known)))
    else:
        row = gazetteer.shipped().by_id(text)
        if row:
            pinned = rank([Match((row,), "main", 1.0, firm=True)], Question(text))[0].place
            return Location(text, "resolved", *_whole(replace(pinned, reason="pinned by its id")))
    reason = f"{text} is not in this version's gazetteer. Check the id, or give LON,LAT."
    return Location(text, "not_found", None, reason)


def _coordinates(text: str) -> Location:
    found = _COORDINATES.fullmatch(text)
    if not found:
        cure = "Give LON,LAT in decimal degrees with a point, longitude first: 132.34,42.88."
        return Location(text, "error", None, f"{text!r} is no pair of decimal degrees. {cure}")
    lon, lat = float(found[1]), float(found[2])
    if abs(lat) > 90 and abs(lon) <= 90 and abs(lat) <= 180:
        reason = f"lat {lat:g} is beyond 90: swapped? Longitude comes first: {lat:g},{lon:g}."
        return Location(text, "error", None, reason)
    if abs(lon) > 180 or abs(lat) > 90:
        reason = f"({lon:g}, {lat:g}) is not on earth. lon is -180 to 180, lat -90 to 90."
        return Location(text, "error", None, reason)
    radius = default_uncertainty_km("point")
    reason = "coordinates as given"
    name = f"{lon:g},{lat:g}"
    place = Place(name, None, "point", "point", lon, lat, radius, "given", None, 1.0, reason)
    return Location(text, "resolved", *_whole(place))


def _answer(query: str, asked: Question, never: Sequence[str]) -> Location:
    data = gazetteer.shipped()
    shut_out = {row.pid for _, row in data.named([fold(one) for one in never])} if never else set()
    read = [(question, _matches(data, question, shut_out)) for question in _readings(asked)]
    for question, matches in read:
        inside = [one for one in matches if _lies_in(one, question.country)]
        if inside:
            return _decide(query, question, rank(inside, question), len(inside))
    for question, matches in read:
        if matches:
            return _elsewhere(query, question, rank(matches, replace(question, country=None)))
    return _alike(data, query, asked)


def _readings(asked: Question) -> Iterable[Question]:
    """Yield the question as it stands, then with a word of kind in the name read as the kind."""
    yield asked
    parted = split_kind(asked.name)
    if parted:
        yield replace(asked, name=parted[0], kind=asked.kind or parted[1])


def _matches(data: Gazetteer, asked: Question, shut_out: set[int]) -> list[Match]:
    names = [asked.name, *transliterations(asked.name)]
    found = [(name, row) for name, row in data.named(names) if row.pid not in shut_out]
    if asked.mode in {"sea", "rail", "road", "air"}:
        found = [(name, row) for name, row in found if row.kind != "river"]
    twins = data.twins({row.pid for _, row in found}) if found else {}
    return gather(found, twins, asked.name)


def _lies_in(match: Match, country: str | None) -> bool:
    return country is None or any(row.country == country for row in match.rows)


def _decide(query: str, asked: Question, ranked: Sequence[Ranked], count: int) -> Location:
    first = ranked[0]
    places = tuple(one.place for one in ranked)
    doubt = _doubt(asked, first, count)
    if doubt:
        return Location(query, "ambiguous", None, doubt, places)
    reason = first.place.reason
    if count > 1:
        reason += f"; {first.place.score:.1%} of the evidence for {count} places"
    return Location(query, "resolved", first.place, reason, places)


def _doubt(asked: Question, first: Ranked, count: int) -> str | None:
    """Return why the first of `count` candidates may not be taken in silence; None if it may."""
    context = asked.country is not None or asked.near is not None
    capital = "capital" in first.match.kinds
    needed = CLEAR if context or capital else CLEAR_ALONE
    if first.place.extent == "area":
        return f"{first.place.name} is a river here. Name a port or town, or state the country."
    if first.place.score < needed:
        return f"{count} places fit, none of them clearly. State country, kind or mode."
    if context:
        return None
    if not first.match.firm:
        return (
            f"The name is only another form of {first.place.name}, {first.place.country}. "
            "State the country, or write that name."
        )
    if first.match.kinds <= {"town"} and first.match.population < KNOWN_TOWN:
        return "One small town of that name is listed, many are not. State the country."
    return None


def _elsewhere(query: str, asked: Question, ranked: Sequence[Ranked]) -> Location:
    """Return that a name is known, but not in the country that was stated."""
    places = tuple(replace(one.place, score=0.0) for one in ranked)
    held = ", ".join(dict.fromkeys(one.country or "several countries" for one in places))
    reason = f"No {shorten(query)!r} is listed in {asked.country}; the name is known in {held}."
    return Location(query, "not_found", None, reason, places)


def _alike(data: Gazetteer, query: str, asked: Question) -> Location:
    """Return that a name is unknown, with the places whose name is one letter away."""
    forms = sorted(near_spellings(asked.name)) if len(asked.name) > 2 else []
    found = [one for one in data.named(forms) if _in_country(one[1], asked)] if forms else []
    ranked = rank(gather(found, {}, asked.name), asked) if found else []
    places = tuple(
        replace(one.place, score=0.0, reason=f"one letter off; {one.place.reason}")
        for one in ranked
    )
    where = f" in {asked.country}" if asked.country else ""
    hint = "; did you mean one of those spelt alike?" if places else "."
    reason = f"No place named {shorten(query)!r} is listed{where}{hint}"
    return Location(query, "not_found", None, reason, places)


def _in_country(row: Row, asked: Question) -> bool:
    return asked.country is None or row.country == asked.country
