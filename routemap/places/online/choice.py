"""Which of the places that a geocoder names is meant; never one alone where another may be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from routemap.errors import shorten
from routemap.places.names import fold
from routemap.places.online.results import forms
from routemap.places.ranking import (
    NEAR_KM,
    SAME_PLACE_KM,
    SERVED_BY,
    SIBLINGS,
    UNSERVED,
    Question,
    distance_km,
)
from routemap.places.spellings import transliterations
from routemap.places.values import Location, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from routemap.places.online.results import Result

__all__ = ["decide"]

RIVAL = 0.1
"""A place with this share of the first one's weight is a rival; routemap's own."""
MOST = 10
_LEAST_IMPORTANCE = 1e-5
_BY_WATER_OR_AIR = frozenset({"sea", "river", "air"})
_UNBOUNDED = frozenset({"sea", "river", "point"})
_PIN = "Pin it by lon, lat and uncertainty_km if it is meant."


@dataclass(frozen=True)
class _Group:
    """Results within 10 km of the weightiest of them, and the question they answer."""

    results: tuple[Result, ...]
    asked: Question

    @cached_property
    def wanted(self) -> tuple[str, ...]:
        """Kinds that the question asks for, best first; empty if any will do."""
        if self.asked.kind:
            return (self.asked.kind, *SIBLINGS.get(self.asked.kind, ()))
        mode = self.asked.mode or ""
        return SERVED_BY[mode] if mode in _BY_WATER_OR_AIR else ()

    @cached_property
    def fits(self) -> bool:
        """Whether a kind that is asked for stands there."""
        return not self.wanted or any(one.kind in self.wanted for one in self.results)

    @cached_property
    def face(self) -> Result:
        """The result that stands for all: of the kind asked for, else a point before an area."""
        order = (*self.wanted, *SERVED_BY.get(self.asked.mode or "", ()), "town")
        by_kind = {one.kind: one for one in reversed(self.results)}
        return next((by_kind[kind] for kind in order if kind in by_kind), self.results[0])

    @cached_property
    def weight(self) -> float:
        """The largest importance, less where a kind is missing or the point nearby is far."""
        weight = max(_LEAST_IMPORTANCE, *(one.importance for one in self.results))
        if not self.fits:
            weight *= UNSERVED
        if self.asked.near:
            weight /= 1 + (_apart_km(self.face, self.asked.near) / NEAR_KM) ** 2
        return weight

    def place(self, day: date, total: float) -> Place:
        """Return the place with its share of all weight, and the reasons."""
        place = self.face.place(day)
        return replace(
            place, score=round(self.weight / total, 4), reason="; ".join(self._reasons(place))
        )

    def _reasons(self, place: Place) -> Iterable[str]:
        yield place.reason
        if not self.fits:
            yield f"no {self.wanted[0]} among what is mapped there"
        if self.asked.near:
            yield f"{_apart_km(self.face, self.asked.near):.0f} km from the point given"
        if len(self.results) > 1:
            yield f"{len(self.results)} results within {SAME_PLACE_KM:g} km count as one place"


def decide(query: str, asked: Question, results: Iterable[Result], day: date) -> Location:
    """Return the place that an answer means, or its candidates.

    Parameters
    ----------
    query
        The name that was sent.
    asked
        The question, with what is known beside the name and was not sent.
    results
        The rows of the answer; streets, houses and shops are left out.
    day
        When it was asked.

    Returns
    -------
    Location
        Resolved only with a country, for a place that bears the name, has the kind asked for and
        no rival of a tenth of its weight; else ambiguous. Candidates: at most 10.
    """
    known = [one for one in results if one.kind]
    inside = [one for one in known if asked.country in {None, one.country}]
    groups = sorted(_grouped(inside or known, asked), key=lambda one: -one.weight)[:MOST]
    total = sum(one.weight for one in groups)
    places = tuple(one.place(day, total) for one in groups)
    if not inside:
        where = f" in {asked.country}" if asked.country else ""
        reason = f"Nominatim knows no place {shorten(query)!r}{where}, asked {day.isoformat()}."
        places = tuple(replace(one, score=0.0) for one in places)
        return Location(query, "not_found", None, reason, places)
    doubt = _doubt(query, asked, groups, places[0])
    if doubt:
        return Location(query, "ambiguous", None, doubt, places)
    return Location(query, "resolved", places[0], places[0].reason, places)


def _grouped(results: Iterable[Result], asked: Question) -> list[_Group]:
    """Return the results in groups around the most important ones."""
    groups: list[list[Result]] = []
    for one in sorted(results, key=lambda one: -one.importance):
        at = (one.lon, one.lat)
        near = (group for group in groups if _apart_km(group[0], at) <= SAME_PLACE_KM)
        home = next(near, None)
        if home is None:
            groups.append([one])
        else:
            home.append(one)
    return [_Group(tuple(group), asked) for group in groups]


def _apart_km(result: Result, point: tuple[float, float]) -> float:
    return distance_km((result.lon, result.lat), point)


def _doubt(query: str, asked: Question, groups: Sequence[_Group], place: Place) -> str | None:
    """Return why the first place may not be taken in silence; None if it may."""
    first = groups[0]
    if asked.country is None:
        where = place.country or "CC"
        return (
            f'An online answer needs a country. Write "{shorten(query)}, {where}" if it is meant.'
        )
    rivals = [one for one in groups[1:] if one.weight >= RIVAL * first.weight]
    if rivals:
        count = len(rivals) + 1
        return f"{count} places fit, none of them clearly. State kind or mode, or pin one."
    if not first.fits:
        return f"No {first.wanted[0]} of that name is mapped. {_PIN}"
    if not _bears(first, query):
        return f"{place.name!r} is not known to bear the name {shorten(query)!r}. {_PIN}"
    if place.kind in _UNBOUNDED:
        what = "a site of unknown kind" if place.kind == "point" else f"a {place.kind}"
        return f"{place.name!r} is {what} here. {_PIN}"
    return None


def _bears(group: _Group, query: str) -> bool:
    names = forms(query).union(transliterations(fold(query)))
    return any(names & one.names() for one in group.results)
