"""From one row or one text to one place, with the candidates that lost, or to what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

from routemap import geography, places
from routemap.errors import RoutemapError
from routemap.model.context import narrowed
from routemap.places import Location, Place, areas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from routemap.claims import Site
    from routemap.model.context import Neighbour

__all__ = ["Mention", "ResolvedSite", "Setting", "Trouble", "site_of_row", "site_of_text"]

ChosenBy = Literal[
    "gazetteer", "context", "geocoder", "coordinates", "pin", "near", "within", "area"
]
ROUTABLE_KM = 100.0


@dataclass(frozen=True, slots=True)
class Mention:
    """A place as a row of the case writes it, with the modes and carriers of what touches it.

    Carriers are casefolded.
    """

    text: str
    table: str
    row: str
    field: str
    modes: tuple[str, ...] = ()
    carriers: frozenset[str] = frozenset()


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
        What decided: the gazetteer, the other ends of its legs ("context"), a geocoder that was
        asked online, stated coordinates, a pin, "near" another place, somewhere "within" an area,
        or that it is an area itself.
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
        return self.chosen_by in {"gazetteer", "context", "geocoder", "pin", "area"}


class Geocoder(Protocol):
    """An online geocoder, such as `routemap.places.online.Nominatim`."""

    def locate(
        self, name: str, *, country: str | None, kind: str | None, mode: str | None
    ) -> Location:
        """Say which place a name means."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds a place in its case: modes that meet it, other ends of its legs, the view.

    A geocoder is there only where the user asked for one.
    """

    modes: tuple[str, ...]
    neighbours: Sequence[Neighbour]
    view: str
    geocoder: Geocoder | None = None

    @property
    def mode(self) -> str | None:
        """The mode to look a place up by: a ship's leg needs a port whatever else meets it."""
        return "sea" if "sea" in self.modes else next(iter(self.modes), None)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stands in the way of a place, before it is known where it was written."""

    field: str
    value: str | None
    reason: str
    cure: str
    kind: Literal["rejected", "ambiguous", "not-found"] = "rejected"
    located: Location | None = None


def site_of_row(row: Site, setting: Setting) -> ResolvedSite | Trouble:
    """Return the site, or what stands in the way."""
    if row.country is not None and geography.country_code(row.country) is None:
        return _no_country("country", row.country)
    try:
        if row.lon is not None and row.lat is not None:
            return _from_coordinates(row, row.lon, row.lat, setting.view)
        if row.within is not None:
            return _from_area(row, row.within, setting.view)
        if row.near is not None:
            return _from_near(row, row.near)
        return _from_gazetteer(row, setting)
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
    located = places.find(f"iso3166:{code}" if code else within)
    if located.place is None:
        return _explain("within", within, located)
    area = located.place
    if area.extent == "point":
        reason = f"{area.name} is a {area.kind}, a point, and nothing lies within it."
        cure = "Name a country, a region or a sea; for a point write near: and within_km:."
        return Trouble("within", within, reason, cure)
    place = replace(area, reason=f"anywhere within {area.name}: the case says no more")
    named = row.kind == "country" or geography.country_code(row.name) == area.country
    whole = area.kind == "country" and named
    chosen_by: ChosenBy = "area" if whole else "within"
    kind = row.kind or ("country" if whole else "region")
    return _outlined(ResolvedSite(row.id, row.name, kind, place, chosen_by), "within", within, view)


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


def _from_gazetteer(row: Site, setting: Setting) -> ResolvedSite | Trouble:
    found = _locate_row(row, setting)
    located = narrowed(found, setting.neighbours, setting.view)
    field, value = ("pin", row.pin) if row.pin else ("name", row.name)
    if located.place is None:
        return _explain(field, value, located)
    chosen = located.place
    place = (
        chosen if row.uncertainty_km is None else replace(chosen, uncertainty_km=row.uncertainty_km)
    )
    losers = _losers(located, chosen)
    chosen_by: ChosenBy = "pin" if row.pin else _decided(found)
    kind = row.kind or chosen.kind
    site = ResolvedSite(row.id, row.name, kind, place, chosen_by, None, losers)
    return _outlined(site, field, value, setting.view)


def _decided(found: Location) -> ChosenBy:
    """Return what decided between the candidates."""
    if found.place is None:
        return "context"
    online = found.place.id is not None and found.place.id.startswith("osm:")
    return "geocoder" if online else "gazetteer"


def _online(
    found: Location, name: str, country: str | None, kind: str | None, setting: Setting
) -> Location:
    """Return what a geocoder answers for a name that the gazetteer does not hold."""
    if setting.geocoder is None or found.status != "not_found":
        return found
    return setting.geocoder.locate(name, country=country, kind=kind, mode=setting.mode)


def _locate_row(row: Site, setting: Setting) -> Location:
    """Return the first answer that resolves among the row's pin or names; else the first answer."""
    if row.pin:
        return places.find(row.pin)
    kind = None if row.kind in {"depot", None} else row.kind
    answers = (
        places.locate(name, country=row.country, kind=kind, mode=setting.mode, never=row.never)
        for name in (row.name, *row.names)
    )
    tried: list[Location] = []
    for answer in answers:
        if answer.place is not None:
            return answer
        tried.append(answer)
    first = next((one for one in tried if one.status == "ambiguous"), tried[0])
    return _online(first, row.name, row.country, kind, setting)


def site_of_text(mention: Mention, setting: Setting) -> ResolvedSite | Trouble:
    """Return the site that a text of a leg or claim means; its id is still to be given.

    A text that is the name of a carrier of the same leg or claim is a vessel's, and no place.
    """
    text = mention.text
    vessel = text.partition(",")[0].strip().casefold()
    if vessel in mention.carriers:
        reason = f"{text!r} is named as a carrier of the same movement: a vessel, not a place."
        cure = "If the place is meant, give it a row of places, with the country or a pin."
        return Trouble(mention.field, text, reason, cure, "ambiguous")
    name, country = places.split_country(text)
    found = _online(places.find(text, mode=setting.mode), name, country, None, setting)
    located = narrowed(found, setting.neighbours, setting.view)
    place = located.place
    if place is None:
        return _explain(mention.field, text, located)
    chosen_by: ChosenBy = _decided(found) if place.id else "coordinates"
    site = ResolvedSite("", text, place.kind, place, chosen_by, None, _losers(located, place))
    return _outlined(site, mention.field, text, setting.view)


def _losers(located: Location, chosen: Place) -> tuple[Place, ...]:
    return tuple(one for one in located.candidates if one.id != chosen.id)


def _outlined(site: ResolvedSite, field: str, value: str, view: str) -> ResolvedSite | Trouble:
    """Return an area with its polygon and a point as it is; why a river cannot be drawn.

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
    if place.kind != "river" and place.id:
        area = areas.outline(place.id, view)
        lon, lat = geography.label_point(area)
        labelled = replace(place, lon=round(lon, 4), lat=round(lat, 4))
        chosen_by: ChosenBy = "within" if site.chosen_by == "within" else "area"
        return replace(site, place=labelled, chosen_by=chosen_by, area=area)
    reason = f"{place.name} is a {place.kind}, an area without an outline: no line can end on it."
    cure = (
        "Name a port, station or town on it, or give a row of places lon, lat and uncertainty_km."
    )
    return Trouble(field, value, reason, cure)


def _explain(field: str, value: str, located: Location) -> Trouble:
    """Return why a name did not resolve and the cure, with the candidates in words."""
    lines = [
        f"{one.name}, {one.country} ({one.kind}, {one.lon:.3f},{one.lat:.3f}; pin: {one.id})"
        for one in located.candidates[:5]
        if one.score or located.status != "ambiguous"
    ]
    if located.status == "ambiguous":
        reason = f"{located.reason} Candidates: {'; '.join(lines)}."
        cure = "State country or kind, or copy one `pin` into a row of places."
        return Trouble(field, value, reason, cure, "ambiguous", located)
    if located.status == "error":
        return Trouble(field, value, located.reason, "Correct the place where it is written.")
    if field == "pin":
        cure = "`routemap locate NAME` lists the ids of places."
        return Trouble(field, value, located.reason, cure, "not-found")
    cure = "Check the spelling, or give lon, lat and uncertainty_km in a row of places."
    hint = f"Did you mean {'; '.join(lines)}? " if lines else ""
    return Trouble(field, value, located.reason, hint + cure, "not-found")
