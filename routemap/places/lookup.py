"""From a name, with all that is known of it, to one place, to candidates, or to none."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from routemap.errors import shorten
from routemap.places import areas, gazetteer, vague
from routemap.places.areas import country_code, whole_country
from routemap.places.arguments import fault_of, only_texts
from routemap.places.coordinates import coordinates, is_coordinates
from routemap.places.decision import TOWN_OF_STATION, decide
from routemap.places.names import fault, fold, split_kind, station_form
from routemap.places.ranking import (
    AREAS,
    TOWNS,
    Question,
    Ranked,
    fitting,
    gather,
    gather_areas,
    rank,
)
from routemap.places.search import Found, search, shut_out
from routemap.places.spellings import near_spellings, sounded, unmixed
from routemap.places.values import Location, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from routemap.places.gazetteer import Row

__all__ = ["find", "locate", "read", "split_country", "towns"]

TYPO_LETTERS = range(5, 41)
"""Letters of a name that may hold a typo: shorter ones fit everything, longer ones cost time."""
STATION_KM = 5.0
"""Least radius of a town that stands for its station; routemap's own."""
BY_LAND = frozenset({None, "rail", "road", "unknown"})

_PINNED = re.compile(r"(?:geonames|routemap|iso3166):[A-Za-z0-9-]+(?:/[a-z-]+)?")
_AREA_WORD = re.compile(
    r"(?P<name>.+) (?P<word>oblast|krai|kray|province|governorate|region|prefecture|voivodeship|"
    r"autonomous okrug|okrug|sea)"
)
_NATURE = (
    "gulf|bay|straits?|sea|sound|channel|lake|cape|peninsula|island|islands|valley|fjord|lagoon"
)
_FEATURE = re.compile(rf"(?:{_NATURE}) of (?P<after>.+)|(?P<before>.+) (?:{_NATURE})")
CITY_STATES = frozenset({"GI", "HK", "MC", "MO", "SG"})
"""Countries that are one town: where a leg's mode is stated, the name means what stands there."""


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
    only_texts(text=text, mode=mode)
    wrong = fault(text)
    if wrong:
        return Location(shorten(text), "error", None, wrong)
    text = text.strip()
    if _PINNED.fullmatch(text):
        return _pinned(text)
    if is_coordinates(text):
        return coordinates(text)
    name, country = split_country(text)
    if country:
        return replace(locate(name, country=country, mode=mode), query=text)
    return _coded(locate(text, mode=mode))


def locate(
    name: str,
    *,
    country: str | None = None,
    kind: str | None = None,
    mode: str | None = None,
    near: tuple[float, float] | None = None,
    never: str | Iterable[str] = (),
    within_km: float | None = None,
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
    within_km
        Farthest that the place can be from `near`, in km: what a leg can reach within its dates.

    Returns
    -------
    Location
        Resolved only where the evidence is clear; else ambiguous with the candidates, best first.
        What the name or the other arguments get wrong is status "error" with the cure. At most five
        places that cannot be meant stand last, with score 0 and why: in another country, shut out
        by `never`, out of reach. They change nothing about the others.

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
    within 5 km or the town's own radius. A region or sea is an area; a bare name that a town of its
    country shares means the town. "near X", "40 km south-east of X", "eastern X" are read by the
    rules of `routemap.places.vague`, where no place has the whole text as its name. The adjective
    of a town, "Tikhoretskaya", is taken only by rail or as a station, and only for a town of under
    100,000: villages far off bear such names.
    """
    only_texts(name=name, country=country, kind=kind, mode=mode)
    never = (never,) if isinstance(never, str) else tuple(never)
    for one in never:
        only_texts(never=one)
    wrong = fault(name) or fault_of(country, kind, mode, near, within_km)
    if wrong:
        return Location(shorten(name), "error", None, wrong)
    query = name.strip()
    code = country_code(country) if country else None
    folded, spoken = fold(query), fold(sounded(query))
    asked = Question(folded, code, kind, mode, near, within_km, "" if spoken == folded else spoken)
    alone = country_code(query) if code is None and kind in {None, "country"} else None
    if alone in CITY_STATES and mode:
        found = _answer(query, replace(asked, country=alone), never)
        return found if found.place else Location(query, "resolved", *_whole(whole_country(alone)))
    if alone:
        return Location(query, "resolved", *_whole(whole_country(alone)))
    return _answer(query, asked, never)


def towns(population: int) -> list[tuple[str, float, float, int]]:
    """Return (name, lon, lat, people) of the towns of at least some people, largest first."""
    return gazetteer.shipped().towns(population)


def read(name: str, given: Mapping[str, Any]) -> Location:
    """Look up what a request says: the name alone in any form that `find` reads."""
    if not given.keys() - {"mode"} and not fault_of(None, None, given.get("mode"), None, None):
        return find(name, **given)
    plain, country = (name, None) if "country" in given else split_country(name)
    if country:
        return locate(plain, country=country, **given)
    found = locate(name, **given)
    return found if "country" in given else _coded(found)


def split_country(text: str) -> tuple[str, str | None]:
    """Return name and country code of "NAME, CC"; the text and None for any other."""
    name, comma, tail = text.rpartition(",")
    code = country_code(tail.strip()) if comma and name.strip() else None
    return (name, code) if code else (text, None)


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


def _whole(place: Place) -> tuple[Place, str, tuple[Place, ...]]:
    """Return place, reason and candidates of an answer that leaves no choice."""
    return place, place.reason, (place,)


def _pinned(text: str) -> Location:
    scheme, _, code = text.partition(":")
    known = country_code(code) if scheme == "iso3166" else None
    if known:
        return Location(text, "resolved", *_whole(whole_country(known)))
    row = gazetteer.shipped().by_id(text) if scheme != "iso3166" and "/" not in text else None
    area = None if row or scheme == "geonames" else areas.by_id(text)
    matches = gather([("main", row)], {}) if row else []
    matches += gather_areas([("main", area)], fold(area.name), ()) if area else []
    if matches:
        pinned = rank(matches, Question(text))[0].place
        return Location(text, "resolved", *_whole(replace(pinned, reason="pinned by its id")))
    reason = f"{text} is not in this version's gazetteer. Check the id, or give LON,LAT."
    return Location(text, "not_found", None, reason)


def _answer(query: str, asked: Question, never: Sequence[str]) -> Location:
    """Read the text as a name, else as a phrase such as "near X"."""
    guess = unmixed(asked.name)
    if guess:
        return _mixed(_named(query, replace(asked, name=guess), never), guess)
    phrase = vague.parse(query)
    if phrase is None:
        return _named(query, asked, never)
    for question in (asked, *_area_readings(asked)):
        found = search(question, shut_out(never))
        if found.matches:
            return decide(query, found.question, found.ranked(), found.struck)
    return _placed(query, phrase, asked, never)


def _mixed(found: Location, guess: str) -> Location:
    reason = (
        f"The name mixes Latin and Cyrillic letters that look alike; {guess!r} is only a guess. "
        "Write it in one script."
    )
    if found.status == "resolved":
        return replace(found, status="ambiguous", place=None, reason=reason)
    return replace(found, reason=reason)


def _named(query: str, asked: Question, never: Sequence[str]) -> Location:
    """Return what a name means that is listed, else what it may be instead."""
    shut = shut_out(never)
    tried: list[Found] = []
    for question in _readings(asked):
        found = search(question, shut)
        if found.matches:
            return decide(query, question, found.ranked(), found.struck)
        tried.append(found)
    known = next((one for one in tried if one.outside), None)
    if known:
        return _elsewhere(query, known)
    struck = next((one.struck for one in tried if one.struck), ())
    other = _of_station(query, asked, shut) or _of_feature(query, asked, shut)
    return other or _alike(query, asked, struck)


def _placed(query: str, phrase: vague.Phrase, asked: Question, never: Sequence[str]) -> Location:
    """Return the place that a phrase makes of its anchors, or what is wrong with an anchor."""
    anchors: list[Place] = []
    for text in phrase.anchors:
        found = _anchor(text, asked, never)
        if found.place is None:
            reason = f"{shorten(text)!r} in {shorten(query)!r}: {found.reason}"
            return Location(query, found.status, None, reason, found.candidates)
        anchors.append(found.place)
    return vague.placed(query, phrase, anchors)


def _anchor(text: str, asked: Question, never: Sequence[str]) -> Location:
    name, stated = split_country(text)
    code = stated or asked.country
    alone = None if code else country_code(name)
    if alone:
        return Location(text, "resolved", *_whole(whole_country(alone)))
    folded = fold(name)
    return _named(text, replace(asked, name=folded, country=code, kind=None, spoken=""), never)


def _of_station(query: str, asked: Question, shut: Mapping[int, str]) -> Location | None:
    """Return the town of a station whose name is listed nowhere itself; None if there is none."""
    for question in _readings(asked) if asked.mode in BY_LAND else ():
        form = station_form(question.name)
        if form is None or question.kind not in {None, "station"}:
            continue
        town = replace(question, name=form.town, kind=None)
        found = search(town, shut)
        inside = [one for one in found.matches if one.kinds & TOWNS]
        if inside:
            ranked = [_station_of(one) for one in rank(inside, town)]
            doubt = None if form.whole else _doubt_of_adjective(question, ranked[0])
            return decide(query, town, ranked, found.struck, doubt)
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


def _of_feature(query: str, asked: Question, shut: Mapping[int, str]) -> Location | None:
    """Return that a gulf, bay or strait is not listed, with what it is named after."""
    parts = _FEATURE.fullmatch(asked.name)
    if parts is None:
        return None
    name = parts["after"] or parts["before"]
    found = search(replace(asked, name=name, spoken="", kind=None), shut)
    places = tuple(replace(one.place, score=0.0) for one in found.ranked())
    hint = " It may be named after one of these places, but is not that place." if places else ""
    reason = f'No {shorten(query)!r} is listed.{hint} Give LON,LAT, or write "near" and a place.'
    return Location(query, "not_found", None, reason, places)


def _readings(asked: Question) -> Iterable[Question]:
    """Yield the question as it stands, then with a word of kind in the name read as the kind."""
    if asked.kind in AREAS:
        yield replace(asked, areas_only=True)
    yield asked
    yield from _area_readings(asked)
    parted = None if _AREA_WORD.fullmatch(asked.name) else split_kind(asked.name)
    if parted:
        yield replace(asked, name=parted[0], kind=asked.kind or parted[1], spoken="")


def _area_readings(asked: Question) -> Iterable[Question]:
    """Yield "kursk oblast" as the region of that name: never as the town."""
    found = _AREA_WORD.fullmatch(asked.name)
    if found:
        kind = "sea" if found["word"] == "sea" else "region"
        yield replace(asked, name=found["name"], kind=kind, spoken="", areas_only=True)


def _elsewhere(query: str, known: Found) -> Location:
    """Return that a name is known, but not in the country that was stated."""
    question = known.question
    ranked = rank(gather(known.outside, {}), replace(question, country=None))
    places = tuple(replace(one.place, score=0.0) for one in ranked)
    held = ", ".join(dict.fromkeys(one.country or "several countries" for one in places))
    reason = f"No {shorten(query)!r} is listed in {question.country}; the name is known in {held}."
    return Location(query, "not_found", None, reason, places)


def _alike(query: str, asked: Question, struck: tuple[Place, ...]) -> Location:
    """Return that a name is unknown, with the places whose name is one letter away."""
    guess = not struck and len(asked.name) in TYPO_LETTERS
    forms = sorted(near_spellings(asked.name)) if guess else []
    found = gazetteer.shipped().named(forms) if forms else []
    fits = fitting([one for one in found if _in_country(one[1], asked)], asked.name, {})
    ranked = rank(gather(fits, {}), asked) if fits else []
    places = tuple(
        replace(one.place, score=0.0, reason=f"one letter off; {one.place.reason}")
        for one in ranked
    )
    where = f" in {asked.country}" if asked.country else ""
    where += f" within {asked.within_km:g} km of the point given" if asked.within_km else ""
    hint = "; did you mean one of those spelt alike?" if places else "."
    reason = f"No place named {shorten(query)!r} is listed{where}{hint}"
    return Location(query, "not_found", None, reason, (*places, *struck))


def _in_country(row: Row, asked: Question) -> bool:
    return asked.country is None or row.country == asked.country
