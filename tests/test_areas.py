"""Seas, regions, countries and their parts, by known points in and outside them."""

from __future__ import annotations

import subprocess
import sys

import pytest
import shapely

from routemap import geography, places
from routemap.errors import ArgumentError
from routemap.places import areas
from routemap.places.names import fold


def ids(name: str, kind: str) -> list[str]:
    return [row.id for _, row in areas.named([fold(name)]) if row.kind == kind]


def holds(identity: str, lon: float, lat: float, view: str = "recognised") -> bool:
    return bool(shapely.contains_xy(areas.outline(identity, view), lon, lat))


@pytest.mark.parametrize(
    ("sea", "inside", "outside"),
    [
        ("sea-of-japan", (134, 40), (127.0, 37.5)),
        ("gulf-of-oman", (58.5, 24.8), (58.4, 23.2)),
        ("kerch-strait", (36.57, 45.25), (36.0, 45.3)),
        ("black-sea", (34, 43), (34.1, 45.0)),
        ("sea-of-azov", (36.8, 46), (37.5, 47.5)),
        ("caspian-sea", (51, 40), (54.5, 38.5)),
        ("baltic-sea", (19, 56), (18.3, 57.5)),
        ("gulf-of-finland", (26, 59.9), (24.9, 61)),
        ("persian-gulf", (51, 27), (51.2, 25.3)),
        ("red-sea", (38, 20), (36, 22)),
        ("gulf-of-aden", (47, 12), (45, 10)),
        ("mediterranean-sea", (18, 35), (14, 37.5)),
        ("mediterranean-sea", (5, 40), (9, 40)),
        ("aegean-sea", (25, 38.5), (24, 35.2)),
        ("adriatic-sea", (16, 43), (14, 42)),
        ("sea-of-marmara", (28, 40.75), (30, 40)),
        ("north-sea", (3, 56), (-2, 53)),
        ("barents-sea", (40, 73), (35, 67.5)),
        ("bering-sea", (-175, 58), (-160, 61)),
        ("bering-sea", (175, 58), (165, 62)),
        ("pacific-ocean", (-150, 20), (140, 36.5)),
        ("atlantic-ocean", (-30, 30), (-3, 40)),
        ("indian-ocean", (75, -20), (47, -20)),
        ("yellow-sea", (123.5, 36), (127, 36)),
        ("south-china-sea", (114, 15), (108, 14)),
        ("strait-of-malacca", (100, 3.9), (99, 2.5)),
    ],
)
def test_seas_hold_their_water_and_no_land(sea, inside, outside):
    assert holds(f"routemap:{sea}", *inside)
    assert not holds(f"routemap:{sea}", *outside)


@pytest.mark.parametrize(
    ("name", "kind", "identity"),
    [
        ("Sea of Japan", "sea", "routemap:sea-of-japan"),
        ("동해", "sea", "routemap:sea-of-japan"),
        ("Gulf of Oman", "sea", "routemap:gulf-of-oman"),
        ("Керченский пролив", "sea", "routemap:kerch-strait"),
        ("Primorsky Krai", "region", "iso3166:RU-PRI"),
        ("Primorye", "region", "iso3166:RU-PRI"),
        ("Приморский край", "region", "iso3166:RU-PRI"),
        ("Krasnodar Krai", "region", "iso3166:RU-KDA"),
        ("Kaliningrad Oblast", "region", "iso3166:RU-KGD"),
        ("Moscow Oblast", "region", "iso3166:RU-MOS"),
        ("Leningrad Oblast", "region", "iso3166:RU-LEN"),
        ("Anbar", "region", "iso3166:IQ-AN"),
        ("Anbar Governorate", "region", "iso3166:IQ-AN"),
        ("Odesa Oblast", "region", "iso3166:UA-51"),
        ("Chagang Province", "region", "iso3166:KP-04"),
        ("자강도", "region", "iso3166:KP-04"),
        ("Lombardia", "region", "routemap:it-lombardia"),
        ("Scotland", "region", "routemap:gb-scotland"),
        ("Chad", "country", "iso3166:TD"),
    ],
)
def test_an_area_is_found_by_its_names(name, kind, identity):
    assert ids(name, kind) == [identity]


def test_a_name_of_no_area_finds_none():
    assert areas.named(["tikhoretsk", "no such place"]) == []


@pytest.mark.parametrize(
    ("identity", "inside", "outside"),
    [
        ("iso3166:RU-PRI", (132.34, 42.88), (135.1, 48.5)),
        ("iso3166:RU-MOS", (38.1, 55.9), (37.62, 55.75)),
        ("iso3166:RU-MOW", (37.62, 55.75), (38.1, 55.9)),
        ("iso3166:TD/east", (22.2, 13.47), (15.04, 12.11)),
        ("iso3166:SY/north", (37.16, 36.2), (36.3, 33.5)),
        ("iso3166:UA/south", (30.73, 46.48), (30.52, 50.45)),
        ("iso3166:RU/east", (131.9, 43.15), (37.62, 55.75)),
        ("iso3166:RU/east", (-175, 66.8), (60, 56)),
        ("iso3166:IT/north-east", (12.0, 45.7), (16.5, 41.0)),
        ("iso3166:RU-PRI/south", (132.34, 42.88), (136.5, 46.7)),
        ("routemap:mediterranean-sea/east", (30, 34), (5, 40)),
    ],
)
def test_regions_and_parts_hold_known_towns(identity, inside, outside):
    assert holds(identity, *inside)
    assert not holds(identity, *outside)


@pytest.mark.parametrize("direction", areas.PARTS)
def test_parts_are_inside_and_labelled_inside(direction):
    for code in ("TD", "UA", "RU"):
        place = areas.part(areas.whole_country(code), direction)
        shape = areas.outline(place.id, "recognised")
        assert place.id == f"iso3166:{code}/{direction}"
        assert place.name == f"{areas.PARTS[direction]} {areas.whole_country(code).name}"
        assert shape.difference(geography.area(code)).area < 1e-6
        assert holds(place.id, place.lon, place.lat)
        assert place.extent == "area"


def test_halves_share_an_area_between_them():
    halves = [areas.outline(f"iso3166:TD/{side}") for side in ("east", "west")]
    assert halves[0].intersection(halves[1]).area < 1e-6
    assert halves[0].area == pytest.approx(halves[1].area, rel=0.02)


def test_radius_holds_the_area():
    for row in (areas.by_id("iso3166:RU-PRI"), areas.by_id("iso3166:FJ")):
        corners = shapely.get_coordinates(areas.outline(row.id))
        assert geography.haversine_m(row.lon, row.lat, *corners.T).max() / 1000 <= (
            row.uncertainty_km + 1
        )


def test_disputed_regions_follow_the_view():
    crimea = areas.by_id("iso3166:UA-43")
    assert crimea.country == "UA"
    assert geography.country_at(crimea.lon, crimea.lat) == "UA"
    assert holds("iso3166:UA-43", 34.1, 44.95)
    golan = (35.78, 32.98)
    assert not holds("iso3166:IL-Z", *golan)
    assert holds("iso3166:IL-Z", *golan, view="de-facto")


def test_regions_lie_in_the_country_of_their_row():
    for identity in ("iso3166:RU-KGD", "iso3166:UA-40", "iso3166:IQ-AN", "iso3166:CN-XJ"):
        row = areas.by_id(identity)
        assert geography.country_at(row.lon, row.lat) == row.country


@pytest.mark.parametrize("identity", ["iso3166:TD/up", "routemap:sea-of-nowhere", "iso3166:ZZ"])
def test_what_is_no_area_is_refused(identity):
    assert areas.by_id(identity) is None
    with pytest.raises(ArgumentError):
        areas.outline(identity, "recognised")


def test_an_unknown_view_is_refused():
    with pytest.raises(ArgumentError, match="no border view"):
        areas.outline("routemap:black-sea", "mine")


def test_a_point_has_no_parts():
    town = places.find("22.2,13.47").resolved()
    with pytest.raises(ArgumentError, match="has no part"):
        areas.part(town, "east")


def test_polygons_are_stored_as_they_are():
    shape = shapely.Polygon(
        [(0, 0), (3, 0), (3, 3), (0, 3)], [[(1, 1), (1, 2), (2, 2), (2, 1)]]
    ).union(shapely.box(-5.125, -80, -4, -79))
    assert areas._decode(areas.encode(shape)).equals(shape)


def test_names_are_looked_up_without_geometry():
    code = (
        "import sys\nfrom routemap.places import areas\n"
        "assert areas.named(['tikhoretsk']) == []\n"
        "assert areas.named(['sea of japan'])\nassert areas.whole_country('TD')\n"
        "print(sorted({'shapely', 'numpy', 'geopandas'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
