"""Whether the best candidate may be taken in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routemap.errors import shorten
from routemap.places.ranking import KNOWN_TOWN, SERVED_BY, is_minor
from routemap.places.values import Location

if TYPE_CHECKING:
    from collections.abc import Sequence

    from routemap.places.ranking import Question, Ranked
    from routemap.places.values import Place

__all__ = ["TOWN_OF_STATION", "decide"]

CLEAR = 0.9
"""Share of the evidence that decides where something beside the name speaks for the place."""
CLEAR_ALONE = 0.98
"""The same where the name is all there is."""
TOWN_OF_STATION = 100_000
"""An adjective is not taken for a larger town, whose own station has the town's plain name."""


def decide(
    query: str,
    asked: Question,
    ranked: Sequence[Ranked],
    struck: tuple[Place, ...] = (),
    doubt: str | None = None,
) -> Location:
    """Return the first place, or all of them with the doubt that is given or found."""
    first, count = ranked[0], len(ranked)
    places = (*(one.place for one in ranked), *struck)
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
    if first.place.kind == "river":
        return f"{first.place.name} is a river here. Name a port or town, or state the country."
    if first.place.score < needed:
        return f"{count} places fit, none of them clearly. State country, kind or mode."
    if asked.kind == "port" and not first.match.kinds & {"port", "pier", "sea"}:
        where = f"{first.place.name}, {first.place.country}"
        return (
            f"No port of that name is listed. State kind: {first.place.kind} if {where} is meant."
        )
    if is_minor(first.match) and not _asked_for(first, asked):
        return (
            f"Only a {first.place.kind} of that name is listed; a place may have its name from "
            f"elsewhere. State kind: {first.place.kind} if it is meant."
        )
    return None if context else _doubt_of_name(query, first)


def _asked_for(first: Ranked, asked: Question) -> bool:
    kinds = {asked.kind, *SERVED_BY.get(asked.mode or "", ())}
    return bool(first.match.kinds & kinds)


def _doubt_of_name(query: str, first: Ranked) -> str | None:
    """Return why a name without any context may be another place's."""
    cure = f'Write "{shorten(query)}, {first.place.country}" if it is meant.'
    if not first.match.firm:
        return (
            f"The likely place is {first.place.name}, {first.place.country}, but the name given is "
            f"only another form of its name, which unlisted places may bear. {cure}"
        )
    if first.match.kinds <= {"town", "airfield"} and first.match.population < KNOWN_TOWN:
        return f"One small town of that name is listed, many towns so small are not. {cure}"
    return None
