"""Place names in several scripts, with and without a country, beside the largest of that name."""

from __future__ import annotations

import csv
from collections import Counter

from peers import reference

from routemap import places
from routemap.geography import haversine_m

Row = dict[str, str]
OUTCOMES = (
    "right",
    "ambiguous, right first",
    "ambiguous, right among three",
    "ambiguous, else",
    "not found",
    "WRONG",
)


def near(row: Row, place: places.Place) -> bool:
    metres = haversine_m(float(row["lon"]), float(row["lat"]), place.lon, place.lat)
    return bool(metres <= float(row["tolerance_km"]) * 1000)


def outcome(row: Row, found: places.Location) -> str:
    if found.status == "resolved" and found.place is not None:
        return "right" if row["lon"] and near(row, found.place) else "WRONG"
    if found.status != "ambiguous":
        return "not found"
    hits = [row["lon"] != "" and near(row, one) for one in found.candidates]
    if hits[:1] == [True]:
        return "ambiguous, right first"
    return "ambiguous, right among three" if any(hits[:3]) else "ambiguous, else"


def main() -> None:
    folder = reference()
    if folder is None:
        return
    with (folder / "places.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for title, hinted in (("with a country", True), ("without", False)):
        asked = [row for row in rows if row["country_hint"] or not hinted]
        counts: Counter[str] = Counter()
        for row in asked:
            country = row["country_hint"] if hinted else None
            found = places.locate(row["query"], country=country)
            result = outcome(row, found)
            bare = not hinted and row["without_hint"] != "same" and result != "WRONG"
            counts[result] += 1
            if result == "WRONG" or (result in OUTCOMES[3:5] and not bare):
                print(f"  {row['id']} {row['query']}: {result}")
        print(f"{title}, {len(asked)}: " + ", ".join(f"{one} {counts[one]}" for one in OUTCOMES))


if __name__ == "__main__":
    main()
