"""Which of the places that bear a name is meant: one place each, weighed, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from math import asin, cos, radians, sin, sqrt
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from routemap.places.names import fold, home_countries
from routemap.places.values import Place, default_uncertainty_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from routemap.places.gazetteer import Row

__all__ = [
    "AREAS",
    "TOWNS",
    "Match",
    "Question",
    "Ranked",
    "Standing",
    "distance_km",
    "fitting",
    "gather",
    "gather_areas",
    "is_minor",
    "rank",
    "struck_place",
]

Standing = Literal["main", "own-script", "other", "spelt-alike", "far"]

SAME_PLACE_KM = 10.0
WINDOW_DEG = 0.1
"""Latitude within which two rows can be one place: 11 km."""
SITE_WEIGHT = 20_000.0
"""A port, station, crossing or site counts as much as a town of so many people."""
LEAST_WEIGHT = 500.0
UNKNOWN_WEIGHT = 20_000.0
"""A town whose people the gazetteer does not count may be of any size: it counts as a site."""
TOWNS = frozenset({"town", "capital"})
KNOWN_TOWN = 5_000
"""The gazetteer lacks most places that are smaller than this."""
AREAS = frozenset({"river", "sea", "region", "country"})
AREA_WEIGHT: Mapping[str, float] = MappingProxyType(
    {"sea": 1e6, "region": 1e5, "country": 5e6, "river": SITE_WEIGHT}
)
REGION_WORDS = frozenset({"oblast", "region", "province", "governorate"})
"""Words for a region that stand for one another in English."""
SHARED = 0.001
"""Weight of an area beside the town that has its name: the bare name means the town."""
MINOR = frozenset({"station", "airfield"})
"""Kinds of which the lists hold tens of thousands: alone they count only where they are asked."""
MINOR_WEIGHT, MINOR_ASKED = 0.025, 0.25
PORT_KM = 40.0
"""A port farther than 10 km from the one town of its name in its country is its port up to here."""
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
    """A name with all that is known of the place: folded, ISO code, kind, mode, (lon, lat), km.

    `spoken` is the name folded with its scholarly letters as digraphs, where that differs.
    """

    name: str
    country: str | None = None
    kind: str | None = None
    mode: str | None = None
    near: tuple[float, float] | None = None
    within_km: float | None = None
    spoken: str = ""
    areas_only: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Rows that are one place, our own row first, then by people; the name's weight and standing.

    `weight` is in people: what speaks for the place before country, kind, mode and nearness do.
    `firm` says whether the name is what one of the rows is called, not only one of many names in
    other languages; `bearers` are the pids of the rows that bear it.
    """

    rows: tuple[Row, ...]
    standing: Standing
    weight: float
    firm: bool
    bearers: frozenset[int] = frozenset()
    is_area: bool = False

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


def fitting(
    found: Iterable[tuple[str, Row]], asked: str, homes: Mapping[str, frozenset[str]]
) -> list[tuple[Standing, Row]]:
    """Return each row once with how well its name fits.

    Another spelling counts only in its `homes`, and in another language only where nothing fits
    better.
    """
    named = [
        (_standing(name, row, asked), row)
        for name, row in found
        if name == asked or name not in homes or row.country in homes[name]
    ]
    exact = any(standing in {"main", "own-script", "other"} for standing, _ in named)
    best: dict[int, tuple[Standing, Row]] = {}
    for standing, row in sorted(named, key=lambda one: STANDING_WEIGHT[one[0]]):
        if not (exact and standing == "far"):
            best[row.pid] = (standing, row)
    return list(best.values())


def gather(
    fits: Iterable[tuple[Standing, Row]], twins: Mapping[int, tuple[Row, ...]]
) -> list[Match]:
    """Return the places behind the rows: rows of one country within 10 km are one place."""
    fits = list(fits)
    standings = {row.pid: standing for standing, row in fits}
    rows = {row.pid: row for _, row in fits}
    rows |= {twin.pid: twin for pid in standings for twin in twins.get(pid, ())}
    groups = _grouped(sorted(rows.values(), key=lambda row: (row.lat, row.lon, row.pid)))
    return _with_ports([_match(group, standings) for group in groups])


def gather_areas(
    fits: Iterable[tuple[Standing, Row]], asked: str, points: Sequence[Match]
) -> list[Match]:
    """Return regions, seas and countries as places; beside a town of its name one counts little."""
    return [_area_match(standing, row, asked, points) for standing, row in fits]


def _area_match(standing: Standing, row: Row, asked: str, points: Sequence[Match]) -> Match:
    weight = AREA_WEIGHT[row.kind]
    towns = (
        one.weight
        for one in points
        if one.rows[0].country == row.country and one.kinds & TOWNS and one.population >= KNOWN_TOWN
    )
    shared = max(towns, default=0.0)
    weight = min(weight, shared * SHARED) if shared else weight
    own = row.kind == "sea" or set(asked.split()) - REGION_WORDS <= set(fold(row.name).split())
    fit: Standing = standing if own else "other"
    weight *= STANDING_WEIGHT[fit]
    return Match((row,), fit, weight, own, frozenset({row.pid}), is_area=True)


def _with_ports(matches: list[Match]) -> list[Match]:
    """Return the places with each lone port joined to the one town of its name within 40 km."""
    ports = [one for one in matches if one.firm and one.kinds == {"port"}]
    towns = [one for one in matches if one.firm and one.population >= KNOWN_TOWN] if ports else []
    for port in ports:
        near = [town for town in towns if _is_port_of(port, town)]
        if len(near) == 1:
            town = near[0]
            rows = (*town.rows, *port.rows)
            joined = replace(town, rows=rows, bearers=town.bearers | port.bearers)
            towns = [joined if one is town else one for one in towns]
            matches = [joined if one is town else one for one in matches if one is not port]
    return matches


def _is_port_of(port: Match, town: Match) -> bool:
    a, b = port.rows[0], town.rows[0]
    return a.country == b.country and distance_km((a.lon, a.lat), (b.lon, b.lat)) <= PORT_KM


def is_minor(match: Match) -> bool:
    """Say whether a place is no more than a listed station or airfield."""
    return match.kinds <= MINOR and not any(row.own for row in match.rows)


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
    alike = a.country == b.country and not AREAS & {a.kind, b.kind}
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
    bearers = frozenset(row.pid for row in rows if row.pid in standings)
    return Match(rows, standing, weight, firm, bearers)


def _name_weight(row: Row, standing: Standing, crowd: int) -> float:
    """Return the weight of a name: a port's name does not lend a town's people to it."""
    least = LEAST_WEIGHT if row.kind in TOWNS else SITE_WEIGHT
    people = crowd if row.own else row.population
    if row.kind in TOWNS and not crowd and standing == "main":
        least = UNKNOWN_WEIGHT
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
    if is_minor(match):
        asked_for = bool(match.kinds & {asked.kind, *SERVED_BY.get(asked.mode or "", ())})
        weight *= MINOR_ASKED if asked_for else MINOR_WEIGHT
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
    if mode == "sea" and match.kinds == {"sea"}:
        return True
    return needed is None or bool(match.kinds & set(needed))


def _distance(match: Match, near: tuple[float, float]) -> float:
    return min(distance_km((row.lon, row.lat), near) for row in match.rows)


def _ranked(match: Match, share: float, asked: Question) -> Ranked:
    row = _face(match, asked)
    reason = "; ".join(_reasons(match, row, asked))
    return Ranked(match, _place(row, round(share, 4), reason, is_area=match.is_area))


def struck_place(row: Row, reason: str) -> Place:
    """Return a place that cannot be meant, with score 0 and why."""
    return _place(row, 0.0, reason, is_area=row.kind in AREAS - {"region"})


def _place(row: Row, score: float, reason: str, *, is_area: bool) -> Place:
    kind = "town" if row.kind in TOWNS else row.kind
    return Place(
        name=row.name,
        country=row.country,
        kind=kind,
        extent="area" if is_area or kind == "river" else "point",
        lon=row.lon,
        lat=row.lat,
        uncertainty_km=row.uncertainty_km or default_uncertainty_km(kind, row.population),
        source=row.source or "GeoNames (CC BY 4.0)",
        id=row.id,
        score=score,
        reason=reason,
    )


def _face(match: Match, asked: Question) -> Row:
    """Return the row that stands for a place: by kind, then by mode, else our own or the town.

    An airfield or station stands for a town only where it is asked for, or alone bears the name.
    """
    kinds = (asked.kind, *SIBLINGS.get(asked.kind, ())) if asked.kind else ()
    for kind in (*kinds, *SERVED_BY.get(asked.mode or "", ())):
        if asked.mode == "rail" and kind == "port":
            break
        for row in match.rows:
            if row.kind == kind:
                return row
    rows = [row for row in match.rows if row.own or row.kind not in MINOR]
    if not any(row.pid in match.bearers for row in rows):
        rows = [row for row in match.rows if row.pid in match.bearers]
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
    town = next((row for row in match.rows if row.kind in TOWNS), None)
    apart = distance_km((face.lon, face.lat), (town.lon, town.lat)) if town else 0.0
    if face.kind == "port" and apart > SAME_PLACE_KM:
        yield f"the port is {apart:.0f} km from the town"
    if match.is_area:
        yield f"a {face.kind}, as an area"
    elif face.kind == "river":
        yield "a river, which is no place to route to"
    elif match.population:
        at = "" if face.kind in TOWNS else "at a town of "
        yield f"{at}{match.population:,} people"
