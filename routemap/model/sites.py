"""From what a case says of a place to one place: resolved once, with the candidates that lost."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from anyascii import anyascii

from routemap import geography, places
from routemap.errors import Problem, RoutemapError
from routemap.places import Location, Place

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from routemap.claims import Case, Site

__all__ = ["Mention", "ResolvedSite", "SiteBook", "free_id", "resolve_sites"]

ChosenBy = Literal["gazetteer", "coordinates", "pin", "near", "area"]
ROUTABLE_KM = 100.0


@dataclass(frozen=True, slots=True)
class Mention:
    """A place as a row of the case writes it, and the modes of the legs that touch it."""

    text: str
    table: str
    row: str
    field: str
    modes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ResolvedSite:
    """A place of the case with the one place that was chosen for it.

    Attributes
    ----------
    id
        Id of the row in ``places``, or a slug of the text where there is no row.
    reported
        The name as the case writes it.
    kind
        The kind that the case states, else the kind of the place.
    place
        The chosen place; for an area its lon, lat is a label position only.
    chosen_by
        What decided: the gazetteer, stated coordinates, a pin, "near" another place, or an area.
    area
        Polygon (lon, lat) of an area, cut at the antimeridian; None for a point.
    losers
        Candidates that were not chosen, best first.
    """

    id: str
    reported: str
    kind: str
    place: Place
    chosen_by: ChosenBy
    area: BaseGeometry | None = None
    losers: tuple[Place, ...] = ()

    @property
    def point(self) -> tuple[float, float]:
        """Lon, lat in degrees."""
        return self.place.lon, self.place.lat

    @property
    def routable(self) -> bool:
        """Whether a line may begin or end here: a point known to within 100 km."""
        return self.area is None and self.place.uncertainty_km <= ROUTABLE_KM

    @property
    def whole(self) -> bool:
        """Whether the site is its gazetteer place itself, not somewhere near or within it."""
        if self.area is None:
            return self.chosen_by in {"gazetteer", "pin"}
        return self.kind == "country"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stands in the way of a place, before it is known where it was written."""

    field: str
    value: str | None
    reason: str
    cure: str
    kind: Literal["rejected", "ambiguous", "not-found"] = "rejected"


@dataclass(frozen=True, slots=True)
class SiteBook:
    """The resolved sites by id, which site each text means, and what did not resolve."""

    sites: Mapping[str, ResolvedSite]
    by_text: Mapping[str, str]
    problems: tuple[Problem, ...]

    def get(self, text: str) -> ResolvedSite | None:
        """Return the site that `text` of a leg or claim means; None if it did not resolve."""
        return self.sites.get(self.by_text.get(text, ""))


def resolve_sites(case: Case, mentions: Iterable[Mention], view: str) -> SiteBook:
    """Resolve every row of ``places`` and every place named in a leg or claim, each once.

    A text is an id of ``places``, else a name of one row, else looked up in the gazetteer. Two
    texts that resolve to the same gazetteer place are one site.
    """
    mentions = list(mentions)
    rows = _rows_by_text(case.places)
    by_text = {text: ids[0] for text, ids in rows.items() if len(ids) == 1}
    modes = _modes_by_text(mentions, by_text)
    sites: dict[str, ResolvedSite] = {}
    problems: list[Problem] = []
    for row in case.places:
        found = _resolve_row(row, modes.get(row.id, ()), view)
        if isinstance(found, ResolvedSite):
            sites[row.id] = found
        else:
            problems.append(_problem(case, "places", row.id, found))
    for mention in mentions:
        if mention.text not in by_text:
            answer = _resolve_text(mention, rows, modes[mention.text], sites, view)
            if isinstance(answer, ResolvedSite):
                sites[answer.id] = answer
                by_text[mention.text] = answer.id
            else:
                problems.append(_problem(case, mention.table, mention.row, answer))
                by_text[mention.text] = ""
    return SiteBook(sites, by_text, tuple(problems))


def _resolve_text(
    mention: Mention,
    rows: Mapping[str, Sequence[str]],
    modes: Sequence[str],
    sites: Mapping[str, ResolvedSite],
    view: str,
) -> ResolvedSite | Trouble:
    """Return the site that a text means, one of `sites` where it is the same place."""
    text = mention.text
    if text in rows:
        reason = f"{text!r} is a name of several places of the case: {', '.join(rows[text])}."
        return Trouble(mention.field, text, reason, "Write the id of the one meant.", "ambiguous")
    located = places.find(text, mode=_one_mode(modes))
    if located.place is None:
        return _explain(mention.field, text, located)
    same = (site for site in sites.values() if _is_place(site, located.place))
    return next(same, None) or _from_text(mention, _slug(text, rows, sites), located, view)


def _is_place(site: ResolvedSite, place: Place) -> bool:
    """Return whether a site is the gazetteer's `place` itself, not somewhere near or within it."""
    return site.whole and place.id is not None and site.place.id == place.id


def _rows_by_text(rows: Sequence[Site]) -> dict[str, list[str]]:
    """Return the rows that each id and each name means: one, or several for a shared name."""
    named: dict[str, list[str]] = {}
    for row in rows:
        for name in {row.name: None, **dict.fromkeys(row.names)}:
            named.setdefault(name, []).append(row.id)
    return named | {row.id: [row.id] for row in rows}


def _modes_by_text(
    mentions: Sequence[Mention], known: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    modes: dict[str, set[str]] = {}
    for mention in mentions:
        modes.setdefault(known.get(mention.text, mention.text), set()).update(mention.modes)
    return {text: tuple(sorted(found)) for text, found in modes.items()}


def _one_mode(modes: Sequence[str]) -> str | None:
    """Return the mode to look a place up by: a ship's leg needs a port whatever else meets it."""
    return "sea" if "sea" in modes else next(iter(modes), None)


def _resolve_row(row: Site, modes: Sequence[str], view: str) -> ResolvedSite | Trouble:
    """Return the site, or what stands in the way."""
    if row.country is not None and geography.country_code(row.country) is None:
        return _no_country("country", row.country)
    try:
        if row.lon is not None and row.lat is not None:
            return _from_coordinates(row, row.lon, row.lat, view)
        if row.within is not None:
            return _from_area(row, row.within, view)
        if row.near is not None:
            return _from_near(row, row.near)
        return _from_gazetteer(row, modes, view)
    except RoutemapError as error:
        cure = "State country and kind, or pin the place."
        return Trouble("name", row.name, str(error), cure)


def _from_coordinates(row: Site, lon: float, lat: float, view: str) -> ResolvedSite | Trouble:
    code = geography.country_code(row.country) if row.country else None
    if code and _swapped(lon, lat, code, view):
        value = f"{lon}, {lat}"
        reason = f"the point is not in {code}, but ({lat}, {lon}) is: lon and lat are swapped."
        return Trouble("lon, lat", value, reason, f"Write lon: {lat} and lat: {lon}.")
    kind = row.kind or "town"
    radius = (
        places.default_uncertainty_km(kind) if row.uncertainty_km is None else row.uncertainty_km
    )
    place = Place(
        name=row.name,
        country=code or geography.country_near(lon, lat, within_km=25.0, view=view),
        kind=kind,
        extent="point",
        lon=lon,
        lat=lat,
        uncertainty_km=radius,
        source=row.source or "the case",
        id=None,
        score=1.0,
        reason="coordinates stated in the case",
    )
    return ResolvedSite(row.id, row.name, kind, place, "coordinates")


def _swapped(lon: float, lat: float, code: str, view: str) -> bool:
    if abs(lon) > 90 or geography.country_near(lon, lat, within_km=25.0, view=view) == code:
        return False
    return geography.country_near(lat, lon, within_km=25.0, view=view) == code


def _no_country(field: str, text: str) -> Trouble:
    cure = "Give an ISO 3166 code or the English name of a country."
    return Trouble(field, text, f"{text!r} is no country that routemap knows.", cure)


def _from_area(row: Site, within: str, view: str) -> ResolvedSite | Trouble:
    code = geography.country_code(within)
    if code is None:
        return _no_country("within", within)
    country = places.country(code)
    place = replace(country, reason=f"anywhere within {country.name}: the case says no more")
    kind = "country" if geography.country_code(row.name) == code else "region"
    site = ResolvedSite(row.id, row.name, row.kind or kind, place, "area")
    return _outlined(site, "within", within, view)


def _from_near(row: Site, near: str) -> ResolvedSite | Trouble:
    located = places.find(near)
    if located.place is None:
        return _explain("near", near, located)
    anchor = located.place
    if anchor.extent == "area":
        reason = f"{anchor.name} is a {anchor.kind}, and a distance is measured from a point."
        cure = "Name a town, station or port; for anywhere in a country write within: and its code."
        return Trouble("near", near, reason, cure)
    place = replace(
        anchor,
        uncertainty_km=row.within_km or anchor.uncertainty_km,
        kind=row.kind or anchor.kind,
        reason=f"within {row.within_km:g} km of {anchor.name}, as the case says",
    )
    losers = _losers(located, anchor)
    return ResolvedSite(row.id, row.name, place.kind, place, "near", None, losers)


def _from_gazetteer(row: Site, modes: Sequence[str], view: str) -> ResolvedSite | Trouble:
    located = _locate_row(row, modes)
    field, value = ("pin", row.pin) if row.pin else ("name", row.name)
    if located.place is None:
        return _explain(field, value, located)
    chosen = located.place
    place = (
        chosen if row.uncertainty_km is None else replace(chosen, uncertainty_km=row.uncertainty_km)
    )
    losers = _losers(located, chosen)
    chosen_by: ChosenBy = "pin" if row.pin else "gazetteer"
    kind = row.kind or chosen.kind
    site = ResolvedSite(row.id, row.name, kind, place, chosen_by, None, losers)
    return _outlined(site, field, value, view)


def _locate_row(row: Site, modes: Sequence[str]) -> Location:
    """Return the first answer that resolves among the row's pin or names; else the first answer."""
    if row.pin:
        return places.find(row.pin)
    kind = None if row.kind in {"depot", None} else row.kind
    mode = _one_mode(modes)
    answers = (
        places.locate(name, country=row.country, kind=kind, mode=mode, never=row.never)
        for name in (row.name, *row.names)
    )
    tried: list[Location] = []
    for answer in answers:
        if answer.place is not None:
            return answer
        tried.append(answer)
    return next((one for one in tried if one.status == "ambiguous"), tried[0])


def _from_text(
    mention: Mention, identity: str, located: Location, view: str
) -> ResolvedSite | Trouble:
    place, text = located.resolved(), mention.text
    chosen_by: ChosenBy = "gazetteer" if place.id else "coordinates"
    losers = _losers(located, place)
    site = ResolvedSite(identity, text, place.kind, place, chosen_by, None, losers)
    return _outlined(site, mention.field, text, view)


def _losers(located: Location, chosen: Place) -> tuple[Place, ...]:
    return tuple(one for one in located.candidates if one.id != chosen.id)


def _outlined(site: ResolvedSite, field: str, value: str, view: str) -> ResolvedSite | Trouble:
    """Return a country with its polygon and a point as it is; why any other area cannot be drawn.

    Parameters
    ----------
    site
        What a row or a text means, with no polygon yet.
    field, value
        What the case writes.
    view
        Border view.
    """
    place = site.place
    if place.extent == "point":
        return site
    if place.kind == "country" and place.country:
        area = geography.area(place.country, view)
        label = places.country(place.country, view=view)
        labelled = replace(place, lon=label.lon, lat=label.lat)
        return replace(site, place=labelled, chosen_by="area", area=area)
    reason = f"{place.name} is a {place.kind}, an area without an outline: no line can end on it."
    cure = (
        "Name a port, station or town on it, or give a row of places lon, lat and uncertainty_km."
    )
    return Trouble(field, value, reason, cure)


def _slug(text: str, *taken: Container[str]) -> str:
    """Return an id for a place that has no row: its text in ASCII, made unique."""
    base = re.sub(r"[^a-z0-9]+", "-", anyascii(text).casefold()).strip("-") or "place"
    return free_id(base, *taken)


def free_id(base: str, *taken: Container[str]) -> str:
    """Return `base`, or it with the first number from 2 on that makes an id not `taken`."""
    numbered = (f"{base}-{count}" for count in itertools.count(2))
    names = itertools.chain([base], numbered)
    return next(name for name in names if not any(name in ids for ids in taken))


def _explain(field: str, value: str, located: Location) -> Trouble:
    """Return why a name did not resolve and the cure, with the candidates in words."""
    lines = [
        f"{one.name}, {one.country} ({one.kind}, {one.lon:.3f},{one.lat:.3f}; pin: {one.id})"
        for one in located.candidates[:5]
    ]
    if located.status == "ambiguous":
        reason = f"{located.reason} Candidates: {'; '.join(lines)}."
        cure = "State country or kind, or copy one `pin` into a row of places."
        return Trouble(field, value, reason, cure, "ambiguous")
    if located.status == "error":
        return Trouble(field, value, located.reason, "Correct the place where it is written.")
    if field == "pin":
        cure = "`routemap locate NAME` lists the ids of places."
        return Trouble(field, value, located.reason, cure, "not-found")
    cure = "Check the spelling, or give lon, lat and uncertainty_km in a row of places."
    hint = f"Did you mean {'; '.join(lines)}? " if lines else ""
    return Trouble(field, value, located.reason, hint + cure, "not-found")


def _problem(case: Case, table: str, row: str, found: Trouble) -> Problem:
    file, line = case.origin.get((table, row), (case.case, None))
    place = (file, line, table, row)
    return Problem(*place, found.field, found.value, found.reason, found.cure, kind=found.kind)
