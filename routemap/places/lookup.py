"""From a name, with all that is known of it, to one place, to candidates, or to none."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from routemap.errors import ArgumentError, shorten
from routemap.places import gazetteer
from routemap.places.areas import country_code, whole_country
from routemap.places.coordinates import coordinates, is_coordinates
from routemap.places.names import (
    fault,
    fold,
    near_spellings,
    split_kind,
    station_form,
    transliterations,
)
from routemap.places.ranking import TOWNS, Match, Question, Ranked, gather, rank
from routemap.places.values import Location, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from routemap.places.gazetteer import Gazetteer, Row

__all__ = ["answer", "find", "locate", "towns"]

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
TOWN_OF_STATION = 100_000
"""An adjective is not taken for a larger town, whose own station has the town's plain name."""
TYPO_LETTERS = range(5, 41)
"""Letters of a name that may hold a typo: shorter ones fit everything, longer ones cost time."""
STATION_KM = 5.0
"""Least radius of a town that stands for its station; routemap's own."""
BY_LAND = frozenset({None, "rail", "road", "unknown"})

_PINNED = re.compile(r"(?:geonames|routemap|iso3166):[A-Za-z0-9-]+")


def find(text: str, *, mode: str | None = None) -> Location:
    """Look up a place as a case or a command line writes it.

    Parameters
    ----------
    text
        ``NAME``, ``"NAME, CC"``, ``LON,LAT`` in decimal degrees or in a form with
        N, S, E, W, a country's ISO 3166 code or English name (an area), or a pinned
        ``geonames:...``, ``routemap:...``, ``iso3166:...``.
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
    if is_coordinates(text):
        return coordinates(text)
    parted = _parted(text)
    if parted:
        return replace(locate(parted[0], country=parted[1], mode=mode), query=text)
    return _coded(locate(text, mode=mode))


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

    A name that is listed nowhere may be a station's: "Krasnodar-Glavny" is read as Krasnodar,
    within 5 km or the town's own radius. The adjective of a town, "Tikhoretskaya", is taken only
    by rail or as a station, and only for a town of under 100,000: villages far off bear such names.
    """
    _only_texts(name=name, country=country, kind=kind, mode=mode)
    never = (never,) if isinstance(never, str) else tuple(never)
    for one in never:
        _only_texts(never=one)
    wrong = fault(name) or _fault_of(country, kind, mode, near)
    if wrong:
        return Location(shorten(name), "error", None, wrong)
    query = name.strip()
    code = country_code(country) if country else None
    alone = country_code(query) if code is None and kind in {None, "country"} else None
    if alone:
        return Location(query, "resolved", *_whole(whole_country(alone)))
    return _answer(query, Question(fold(query), code, kind, mode, near), never)


def towns(population: int) -> list[tuple[str, float, float, int]]:
    """Return (name, lon, lat, people) of the towns of at least some people, largest first."""
    return gazetteer.shipped().towns(population)


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
    if parted:
        return locate(parted[0], country=parted[1], **given)
    found = locate(name, **given)
    return found if "country" in given else _coded(found)


def _parted(text: str) -> tuple[str, str] | None:
    """Return name and country code of "NAME, CC"."""
    name, comma, tail = text.rpartition(",")
    code = country_code(tail.strip()) if comma and name.strip() else None
    return (name, code) if code else None


def _coded(found: Location) -> Location:
    """Return an error for a name that was not found and ends in what is no country's code."""
    name, comma, tail = (part.strip() for part in found.query.rpartition(","))
    if found.status != "not_found" or not comma or not re.fullmatch("[A-Za-z]{2,3}", tail):
        return found
    code = country_code(tail.upper())
    known = "Give an ISO 3166 code or English name of a country after the comma: RU, Russia."
    cure = f'Write codes in capitals: "{name}, {code}".' if code else known
    reason = f"{tail!r} is no country. {cure}"
    return Location(found.query, "error", None, reason)


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
    if country and country_code(country) is None:
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


def _whole(place: Place) -> tuple[Place, str, tuple[Place, ...]]:
    """Return place, reason and candidates of an answer that leaves no choice."""
    return place, place.reason, (place,)


def _pinned(text: str) -> Location:
    scheme, _, code = text.partition(":")
    if scheme == "iso3166":
        known = country_code(code)
        if known:
            return Location(text, "resolved", *_whole(whole_country(known)))
    else:
        row = gazetteer.shipped().by_id(text)
        if row:
            pinned = rank([Match((row,), "main", 1.0, firm=True)], Question(text))[0].place
            return Location(text, "resolved", *_whole(replace(pinned, reason="pinned by its id")))
    reason = f"{text} is not in this version's gazetteer. Check the id, or give LON,LAT."
    return Location(text, "not_found", None, reason)


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
    return _of_station(data, query, asked, shut_out) or _alike(data, query, asked)


def _of_station(
    data: Gazetteer, query: str, asked: Question, shut_out: set[int]
) -> Location | None:
    """Return the town of a station whose name is listed nowhere itself; None if there is none."""
    for question in _readings(asked) if asked.mode in BY_LAND else ():
        form = station_form(question.name)
        if form is None or question.kind not in {None, "station"}:
            continue
        town = replace(question, name=form.town, kind=None)
        towns = (one for one in _matches(data, town, shut_out) if one.kinds & TOWNS)
        inside = [one for one in towns if _lies_in(one, town.country)]
        if inside:
            ranked = [_station_of(one) for one in rank(inside, town)]
            doubt = None if form.whole else _doubt_of_adjective(question, ranked[0])
            return _decide(query, town, ranked, len(inside), doubt)
    return None


def _doubt_of_adjective(asked: Question, first: Ranked) -> str | None:
    """Return why an adjective may be no station of the town; None where a railway is meant."""
    by_rail = asked.kind == "station" or asked.mode == "rail"
    if by_rail and first.match.population < TOWN_OF_STATION:
        return None
    town = f"{first.place.name}, {first.place.country}"
    return f'The name may be a station\'s form of {town}. Write "{town}" if that is meant.'


def _station_of(ranked: Ranked) -> Ranked:
    place = ranked.place
    reason = f"as a station's form of {place.name}; {place.reason}"
    radius = max(place.uncertainty_km, STATION_KM)
    return Ranked(ranked.match, replace(place, uncertainty_km=radius, reason=reason))


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


def _decide(
    query: str, asked: Question, ranked: Sequence[Ranked], count: int, doubt: str | None = None
) -> Location:
    """Return the first place, or all of them with the doubt that is given or found."""
    first = ranked[0]
    places = tuple(one.place for one in ranked)
    doubt = doubt or _doubt(query, asked, first, count)
    if doubt:
        return Location(query, "ambiguous", None, doubt, places)
    reason = first.place.reason
    if count > 1:
        reason += f"; {first.place.score:.1%} of the evidence for {count} places"
    return Location(query, "resolved", first.place, reason, places)


def _doubt(query: str, asked: Question, first: Ranked, count: int) -> str | None:
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
    cure = f'Write "{shorten(query)}, {first.place.country}" if it is meant.'
    if not first.match.firm:
        return (
            f"The likely place is {first.place.name}, {first.place.country}, but the name given is "
            f"only another form of its name, which unlisted places may bear. {cure}"
        )
    if first.match.kinds <= {"town"} and first.match.population < KNOWN_TOWN:
        return f"One small town of that name is listed, many towns so small are not. {cure}"
    return None


def _elsewhere(query: str, asked: Question, ranked: Sequence[Ranked]) -> Location:
    """Return that a name is known, but not in the country that was stated."""
    places = tuple(replace(one.place, score=0.0) for one in ranked)
    held = ", ".join(dict.fromkeys(one.country or "several countries" for one in places))
    reason = f"No {shorten(query)!r} is listed in {asked.country}; the name is known in {held}."
    return Location(query, "not_found", None, reason, places)


def _alike(data: Gazetteer, query: str, asked: Question) -> Location:
    """Return that a name is unknown, with the places whose name is one letter away."""
    forms = sorted(near_spellings(asked.name)) if len(asked.name) in TYPO_LETTERS else []
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
