"""The shipped gazetteer: what the open lists gave it, and what lies near a point."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import routemap
from routemap import places
from routemap.errors import ArgumentError
from routemap.places.gazetteer import Row, shipped
from routemap.places.ranking import distance_km

if TYPE_CHECKING:
    from collections.abc import Iterator

ASSET = Path(routemap.__file__).parent / "assets" / "gazetteer.sqlite"
TOWNS = ("town", "capital")
LISTED = ("port", "station", "border-crossing", "airfield")


@pytest.fixture(scope="module")
def file() -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(f"{ASSET.as_uri()}?mode=ro&immutable=1", uri=True)
    yield opened
    opened.close()


def names(found: list[tuple[float, Row]]) -> list[str]:
    return [row.name for _, row in found]


def test_what_is_near_comes_nearest_first() -> None:
    found = shipped().near(130.645, 42.43, ("station", "border-crossing"), 10)
    assert {"Khasan", "Tumangang"} <= set(names(found))
    assert [km for km, _ in found] == sorted(km for km, _ in found)
    assert all(km == distance_km((130.645, 42.43), (row.lon, row.lat)) for km, row in found)
    assert all(km <= 10 for km, _ in found)


@pytest.mark.parametrize(
    ("lon", "lat", "within_km"),
    [
        (131.9, 43.1, 60.0),
        (-179.99, -16.8, 150.0),
        (179.99, -16.8, 150.0),
        (20.0, 89.9, 2500.0),
        (0.0, -78.0, 4000.0),
        (-180.0, 65.0, 700.0),
    ],
)
def test_near_is_what_measuring_every_place_gives(
    file: sqlite3.Connection, lon: float, lat: float, within_km: float
) -> None:
    kinds = ("capital", "port", "airfield")
    every = file.execute(
        "SELECT pid, lon / 1e5, lat / 1e5 FROM place WHERE kind IN (?, ?, ?)", kinds
    )
    wanted = {pid for pid, *at in every if distance_km((lon, lat), (at[0], at[1])) <= within_km}
    assert wanted
    assert {row.pid for _, row in shipped().near(lon, lat, kinds, within_km)} == wanted


def test_the_sides_of_the_antimeridian_are_one() -> None:
    west = shipped().near(-179.9, -16.8, ("airfield",), 100)
    east = shipped().near(179.9, -16.8, ("airfield",), 100)
    assert "Matei Airport" in names(west)
    assert "Matei Airport" in names(east)


def test_only_the_kinds_that_are_asked_for() -> None:
    around = (37.62, 55.75)
    assert {row.kind for _, row in shipped().near(*around, TOWNS, 30)} == set(TOWNS)
    assert {row.kind for _, row in shipped().near(*around, ("airfield",), 60)} == {"airfield"}
    assert shipped().near(*around, (), 30) == []


@pytest.mark.parametrize("kind", ["port", "station", "airfield"])
def test_no_two_of_one_name_within_ten_km(file: sqlite3.Connection, kind: str) -> None:
    """Merged means merged: one entry a place, but what our own table lists apart."""
    rows = file.execute(
        "SELECT name.name, country, pid, lon / 1e5, lat / 1e5 FROM name JOIN place USING (pid) "
        "JOIN detail USING (pid) WHERE kind = ? AND own = 0",
        (kind,),
    )
    bearers: dict[tuple[str, str], list[tuple[int, float, float]]] = defaultdict(list)
    for name, country, *place in rows:
        bearers[name, country].append(tuple(place))
    twice = {
        (name, one[0], other[0])
        for (name, _), all_ in bearers.items()
        for n, one in enumerate(all_)
        for other in all_[:n]
        if distance_km(one[1:], other[1:]) <= 9.9
    }
    assert twice == set()


def test_every_listed_place_has_an_id_a_source_and_a_radius(file: sqlite3.Connection) -> None:
    marks = ", ".join("?" * len(LISTED))
    rows = file.execute(
        "SELECT id, source, uncertainty_km FROM place LEFT JOIN detail USING (pid) "  # noqa: S608
        f"WHERE kind IN ({marks})",
        LISTED,
    ).fetchall()
    assert len(rows) > 30_000
    assert all(identity and source and radius for identity, source, radius in rows)
    assert min(radius for _, source, radius in rows if source.startswith("UN/LOCODE")) >= 2


def test_a_linked_place_is_beside_its_town(file: sqlite3.Connection) -> None:
    rows = file.execute(
        "SELECT a.country, b.country, a.lon / 1e5, a.lat / 1e5, b.lon / 1e5, b.lat / 1e5 "
        "FROM twin JOIN place a ON a.pid = twin.pid JOIN place b ON b.pid = twin.other"
    ).fetchall()
    assert all(first == second for first, second, *_ in rows)
    assert all(distance_km((at[0], at[1]), (at[2], at[3])) <= 10 for _, _, *at in rows)


@pytest.mark.parametrize(
    ("name", "mode", "kind", "at"),
    [
        ("Tikhoretskaya", "rail", "station", (40.118, 45.849)),
        ("Nakhodka-Vostochnaya", "rail", "station", (133.101, 42.775)),
        ("Svobodny", "rail", "station", (128.138, 51.392)),
        ("Mozdok", "air", "airfield", (44.6, 43.785)),
        ("Vnukovo", "air", "airfield", (37.262, 55.592)),
    ],
)
def test_names_of_the_lists_resolve(
    name: str, mode: str | None, kind: str, at: tuple[float, float]
) -> None:
    place = places.locate(name, country="RU", mode=mode).resolved()
    assert place.kind == kind
    assert distance_km((place.lon, place.lat), at) < 1


@pytest.mark.parametrize(
    ("name", "country", "identity"),
    [
        ("Vladivostok", None, "geonames:2013348"),
        ("Moscow", None, "geonames:524901"),
        ("Kazan", "RU", "geonames:551487"),
        ("Rostock", "DE", "geonames:2844588"),
    ],
)
def test_a_listed_station_never_changes_which_town_a_name_means(
    name: str, country: str | None, identity: str
) -> None:
    assert places.locate(name, country=country, kind="town").resolved().id == identity


def test_a_name_that_a_town_of_the_country_bears_is_not_looked_up_as_a_station(
    file: sqlite3.Connection,
) -> None:
    """The link with the town finds its station; a halt far off does not rival the town."""
    bare = file.execute(
        "SELECT count(*) FROM name JOIN place p USING (pid) JOIN name other USING (name) "
        "JOIN place town ON town.pid = other.pid AND town.kind IN ('town', 'capital') "
        "AND town.country = p.country JOIN detail d ON d.pid = p.pid "
        "WHERE p.kind IN ('station', 'airfield') AND d.own = 0"
    )
    assert bare.fetchone() == (0,)


@pytest.mark.parametrize("code", ["DME", "UUDD", "RJTT"])
def test_airport_codes_are_no_names(code: str) -> None:
    assert shipped().named([code.lower()]) == []


def test_an_airfield_is_pinned_by_its_icao_code() -> None:
    row = shipped().by_id("routemap:airfield-uudd")
    assert row is not None
    assert (row.name, row.country) == ("Domodedovo International Airport", "RU")


def test_what_is_at_a_point() -> None:
    found = places.reverse(132.34, 42.88)
    assert (found["country"], found["country_name"]) == ("RU", "Russia")
    assert found["port"]["id"] == "routemap:dunay"
    assert found["port"]["distance_km"] < 1
    assert found["town"]["country"] == "RU"
    assert found["station"]["distance_km"] < 5


def test_at_sea_there_is_no_country_and_still_a_nearest_port() -> None:
    found = places.reverse(-140.0, 0.0)
    assert found["country"] is None
    assert all(found[sort]["distance_km"] > 50 for sort in places.SORTS)


def test_a_point_off_the_earth_is_refused() -> None:
    with pytest.raises(ArgumentError, match="not on earth"):
        places.reverse(10.0, 91.0)
