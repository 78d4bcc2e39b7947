"""Which listed places a question may mean, and which of that name it cannot mean, with why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from routemap.places import areas, gazetteer
from routemap.places.names import fold
from routemap.places.ranking import (
    STANDING_WEIGHT,
    Match,
    Question,
    Ranked,
    Standing,
    distance_km,
    fitting,
    gather,
    gather_areas,
    rank,
    struck_place,
)
from routemap.places.spellings import transliterations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from routemap.places.gazetteer import Row
    from routemap.places.values import Place

__all__ = ["Found", "search", "shut_out"]

STRUCK = 5
"""Most places that are kept for show."""
_LAND_MODES = frozenset({"rail", "road", "air"})

Fit = tuple["Standing", "Row"]


@dataclass(frozen=True, slots=True)
class Found:
    """What bears a name: what may be meant, a few that cannot be, all in other countries."""

    question: Question
    matches: tuple[Match, ...]
    struck: tuple[Place, ...]
    outside: tuple[Fit, ...]

    def ranked(self) -> list[Ranked]:
        """Return what may be meant, best first."""
        return rank(self.matches, self.question)


def shut_out(never: Sequence[str]) -> Mapping[int, str]:
    """Return the key of every row that bears one of the names, with that name."""
    return {
        row.pid: text
        for text in never
        for _, row in (*gazetteer.shipped().named([fold(text)]), *areas.named([fold(text)]))
    }


def search(asked: Question, shut: Mapping[int, str]) -> Found:
    """Return the places of a name, sorted by whether they can be meant."""
    data = gazetteer.shipped()
    respelt = {} if asked.areas_only else transliterations(asked.name, asked.spoken)
    points = [] if asked.areas_only else data.named([asked.name, *respelt])
    wide = areas.named([asked.name])
    keys = {row.pid for _, row in wide}
    kept: list[Fit] = []
    struck: list[tuple[Fit, str]] = []
    for fit in fitting([*points, *wide], asked.name, respelt):
        why = _why_not(fit[1], asked, shut)
        if why is None:
            kept.append(fit)
        else:
            struck.append((fit, why))
    near = [fit for fit in kept if fit[1].pid not in keys]
    places = gather(near, data.twins({row.pid for _, row in near})) if near else []
    places += gather_areas([fit for fit in kept if fit[1].pid in keys], asked.name, places)
    outside = [fit for fit, why in struck if why.startswith("in ")]
    return Found(asked, tuple(places), _shown(struck), tuple(outside))


def _why_not(row: Row, asked: Question, shut: Mapping[int, str]) -> str | None:
    """Return why a row of the name cannot be meant; None if it can."""
    if row.pid in shut:
        return f"the case says that it is not meant: {shut[row.pid]}"
    if asked.mode in {"sea", *_LAND_MODES} and row.kind == "river":
        return f"a river, which is no end of a leg by {asked.mode}"
    if asked.mode in _LAND_MODES and row.kind == "sea":
        return f"a sea, which is no end of a leg by {asked.mode}"
    shared = row.kind == "sea" and row.country is None and asked.mode == "sea"
    if asked.country and row.country != asked.country and not shared:
        return f"in {row.country or 'several countries or none'}, not in {asked.country}"
    if asked.near and asked.within_km:
        away = distance_km((row.lon, row.lat), asked.near)
        if away > asked.within_km:
            return f"{away:.0f} km from the point given: beyond {asked.within_km:g} km"
    return None


def _shown(struck: Sequence[tuple[Fit, str]]) -> tuple[Place, ...]:
    """Return the few that say most: shut out by the case first, then rivers, then by people."""
    first = sorted(struck, key=_telling)[:STRUCK]
    return tuple(struck_place(row, why) for (_, row), why in first)


def _telling(struck: tuple[Fit, str]) -> tuple[bool, bool, float, int]:
    (standing, row), why = struck
    weight = max(row.population, 1) * STANDING_WEIGHT[standing]
    return not why.startswith("the case"), row.kind != "river", -weight, row.pid
