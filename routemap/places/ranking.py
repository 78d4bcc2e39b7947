"""Which of the places that bear a name is meant: one place each, weighed, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from routemap.places.names import fold, home_countries
from routemap.places.values import Place, default_uncertainty_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from routemap.places.gazetteer import Row

__all__ = ["Match", "Question", "Ranked", "Standing", "distance_km", "gather", "rank"]

Standing = Literal["main", "own-script", "other", "spelt-alike", "far"]

SAME_PLACE_KM = 10.0
WINDOW_DEG = 0.1
"""Latitude within which two rows can be one place: 11 km."""
SITE_WEIGHT = 20_000.0
"""A port, station, crossing or site counts as much as a town of so many people."""
LEAST_WEIGHT = 500.0
TOWNS = frozenset({"town", "capital"})
NEAR_KM = 200.0
STANDING_WEIGHT: Mapping[Standing, float] = MappingProxyType(
    {
        "main": 1.0,
        "own-script": 1.0,
        "other": 0.3,
        "spelt-alike": 0.2,
        "far": 0.05,
    }
)
"""How well a name fits: "far" is another spelling of a name in another language."""
UNSERVED = 0.02
"""What is left of a weight where the kind asked for, or the one that the mode needs, is missing."""
TOWN_BY_RAIL = 0.5
SERVED_BY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sea": ("port", "pier"),
        "river": ("port", "pier"),
        "rail": ("station", "border-crossing", "depot", "port"),
        "air": ("airfield",),
    }
)
SIBLINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "station": ("border-crossing",),
        "border-crossing": ("station",),
        "pier": ("port",),
    }
)


@dataclass(frozen=True, slots=True)
class Question:
    """A name with all that is known of the place: folded, ISO code, kind, mode, (lon, lat)."""

    name: str
    country: str | None = None
    kind: str | None = None
    mode: str | None = None
    near: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Rows that are one place, our own row first, then by people; the name's weight and standing.

    `weight` is in people: what speaks for the place before country, kind, mode and nearness do.
    `firm` says whether the name is what one of the rows is called, not only one of many names in
    other languages.
    """

    rows: tuple[Row, ...]
    standing: Standing
    weight: float
    firm: bool

    @property
    def population(self) -> int:
        """The most people that one of the rows counts."""
        return max(row.population for row in self.rows)

    @property
    def kinds(self) -> frozenset[str]:
        """What stands at the place."""
        return frozenset(row.kind for row in self.rows)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A match with its place, scored."""

    match: Match
    place: Place


def gather(
    found: Iterable[tuple[str, Row]], twins: Mapping[int, tuple[Row, ...]], asked: str
) -> list[Match]:
    """Return the places behind the rows: rows of one country within 10 km are one place.

    Another spelling of a name in another language counts only where nothing fits better.
    """
    named = [(_standing(name, row, asked), row) for name, row in found]
    exact = any(standing in {"main", "own-script", "other"} for standing, _ in named)
    named = [one for one in named if not (exact and one[0] == "far")]
    standings: dict[int, Standing] = {}
    for standing, row in sorted(named, key=lambda one: STANDING_WEIGHT[one[0]]):
        standings[row.pid] = standing
    rows = {row.pid: row for _, row in named}
    rows |= {twin.pid: twin for pid in standings for twin in twins.get(pid, ())}
    groups = _grouped(sorted(rows.values(), key=lambda row: (row.lat, row.lon, row.pid)))
    return [_match(group, standings) for group in groups]


def _standing(name: str, row: Row, asked: str) -> Standing:
    own = bool(row.own) or fold(row.name) == name
    if name != asked:
        return "spelt-alike" if own else "far"
    if own:
        return "main"
    home = home_countries(asked)
    return "own-script" if home is not None and row.country in home else "other"


def _grouped(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the rows in groups that hang together; rows come sorted from south to north."""
    group_of: dict[int, list[Row]] = {}
    window: list[Row] = []
    for row in rows:
        window = [one for one in window if row.lat - one.lat < WINDOW_DEG]
        group = [row]
        for near in {
            id(group_of[one.pid]): one for one in window if _same_place(row, one)
        }.values():
            group = [*group_of[near.pid], *group]
        group_of |= dict.fromkeys((one.pid for one in group), group)
        window.append(row)
    return list({id(group): group for group in group_of.values()}.values())


def _same_place(a: Row, b: Row) -> bool:
    alike = a.country == b.country and "river" not in {a.kind, b.kind}
    return alike and distance_km((a.lon, a.lat), (b.lon, b.lat)) <= SAME_PLACE_KM


@cache
def _earth_km() -> float:
    """Return the earth's mean radius, asked for late: geography loads numpy."""
    from routemap.geography.sphere import EARTH_KM

    return EARTH_KM


def distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance in km of two (lon, lat) on the mean sphere.

    On plain numbers: for one pair, arrays take ten times as long.
    """
    (lon1, lat1), (lon2, lat2) = a, b
    phi1, phi2 = radians(lat1), radians(lat2)
    half = sin((phi2 - phi1) / 2) ** 2
    half += cos(phi1) * cos(phi2) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * _earth_km() * asin(min(1.0, sqrt(half)))


def _match(group: Iterable[Row], standings: Mapping[int, Standing]) -> Match:
    rows = tuple(sorted(group, key=lambda row: (-row.own, -row.population, row.pid)))
    crowd = max(row.population for row in rows)
    weighed = (
        (_name_weight(row, standings[row.pid], crowd), -n, standings[row.pid])
        for n, row in enumerate(rows)
        if row.pid in standings
    )
    weight, _, standing = max(weighed)
    firm = any(standings.get(row.pid) in {"main", "own-script"} for row in rows)
    return Match(rows, standing, weight, firm)


def _name_weight(row: Row, standing: Standing, crowd: int) -> float:
    """Return the weight of a name: a port's name does not lend a town's people to it."""
    least = LEAST_WEIGHT if row.kind in TOWNS else SITE_WEIGHT
    people = crowd if row.own else row.population
    return max(people, least) * STANDING_WEIGHT[standing]


def rank(matches: Iterable[Match], asked: Question, most: int = 10) -> list[Ranked]:
    """Return the `most` best matches in order, each with its share of all evidence and why."""
    weighed = sorted(((_weight(match, asked), match) for match in matches), key=_order)
    total = sum(weight for weight, _ in weighed)
    return [_ranked(match, weight / total, asked) for weight, match in weighed[:most]]


def _order(weighed: tuple[float, Match]) -> tuple[float, bool, str]:
    weight, match = weighed
    return -weight, "river" in match.kinds, match.rows[0].id


def _weight(match: Match, asked: Question) -> float:
    weight = match.weight
    if asked.kind and not match.kinds & _wanted(asked.kind):
        weight *= UNSERVED
    if not _serves(match, asked.mode):
        weight *= TOWN_BY_RAIL if asked.mode == "rail" else UNSERVED
    if asked.near:
        weight /= 1 + (_distance(match, asked.near) / NEAR_KM) ** 2
    return weight


def _wanted(kind: str) -> set[str]:
    return {kind, *SIBLINGS.get(kind, ()), *(("capital",) if kind == "town" else ())}


def _serves(match: Match, mode: str | None) -> bool:
    """Say whether a place has what a mode needs; some modes need nothing."""
    needed = SERVED_BY.get(mode or "")
    return needed is None or bool(match.kinds & set(needed))


def _distance(match: Match, near: tuple[float, float]) -> float:
    return min(distance_km((row.lon, row.lat), near) for row in match.rows)


def _ranked(match: Match, share: float, asked: Question) -> Ranked:
    row = _face(match.rows, asked)
    kind = "town" if row.kind in TOWNS else row.kind
    radius = default_uncertainty_km(kind, row.population)
    place = Place(
        name=row.name,
        country=row.country,
        kind=kind,
        extent="area" if kind == "river" else "point",
        lon=row.lon,
        lat=row.lat,
        uncertainty_km=row.uncertainty_km or radius,
        source=row.source or "GeoNames (CC BY 4.0)",
        id=row.id,
        score=round(share, 4),
        reason="; ".join(_reasons(match, row, asked)),
    )
    return Ranked(match, place)


def _face(rows: Sequence[Row], asked: Question) -> Row:
    """Return the row that stands for a place: by kind, then by mode, else our own or the town."""
    kinds = (asked.kind, *SIBLINGS.get(asked.kind, ())) if asked.kind else ()
    for kind in (*kinds, *SERVED_BY.get(asked.mode or "", ())):
        if asked.mode == "rail" and kind == "port":
            break
        for row in rows:
            if row.kind == kind:
                return row
    return next((row for row in rows if row.own or row.kind in TOWNS), rows[0])


_STANDING_WORDS: Mapping[Standing, str] = MappingProxyType(
    {
        "main": "its own name",
        "own-script": "its name in this script",
        "other": "one of its names in other languages or times",
        "spelt-alike": "its name spelt otherwise",
        "far": "another spelling of one of its other names",
    }
)


def _reasons(match: Match, face: Row, asked: Question) -> Iterable[str]:
    yield _STANDING_WORDS[match.standing]
    if asked.country:
        yield f"in {asked.country}"
    if asked.kind and not match.kinds & _wanted(asked.kind):
        yield f"no {asked.kind} of that name is listed there"
    elif not _serves(match, asked.mode):
        yield f"no {SERVED_BY[asked.mode or ''][0]} is listed there"
    elif asked.mode in SERVED_BY and face.kind not in TOWNS:
        yield f"{face.kind} for a leg by {asked.mode}"
    if asked.near:
        yield f"{_distance(match, asked.near):.0f} km from the point given"
    if face.kind == "river":
        yield "a river, which is no place to route to"
    elif match.population:
        town = "" if face.kind in TOWNS else "at a town of "
        yield f"{town}{match.population:,} people"
