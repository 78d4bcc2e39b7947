"""Toponyms to places, over the shipped gazetteer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import routemap
from routemap import geography, places
from routemap.errors import AmbiguousPlaceError, ArgumentError, AssetError, PlaceNotFoundError
from routemap.places import ranking, values
from routemap.places.gazetteer import Gazetteer
from routemap.places.names import fold, split_kind
from routemap.places.ranking import distance_km
from routemap.places.spellings import near_spellings, sounded, transliterations, unmixed

ASSET = Path(routemap.__file__).parent / "assets" / "gazetteer.sqlite"


def ids(found: places.Location) -> list[str | None]:
    return [one.id for one in found.candidates]


def test_dunay_alone_is_ambiguous_and_lists_the_danube() -> None:
    found = places.locate("Dunay")
    assert found.status == "ambiguous"
    assert {"routemap:dunay", "routemap:danube"} <= set(ids(found))
    with pytest.raises(AmbiguousPlaceError) as caught:
        found.resolved()
    assert caught.value.carried[0] is found


@pytest.mark.parametrize("name", ["Dunay", "Dunai", "Дунай"])
def test_dunay_in_russia_is_the_port(name: str) -> None:
    place = places.locate(name, country="RU").resolved()
    assert (place.id, place.kind, place.country) == ("routemap:dunay", "port", "RU")
    assert distance_km((place.lon, place.lat), (132.335, 42.88)) < 8


@pytest.mark.parametrize(("mode", "kind"), [("sea", "port"), ("rail", "station")])
def test_a_mode_excludes_the_river_and_says_so(mode: str, kind: str) -> None:
    found = places.find("Dunay", mode=mode)
    place = found.resolved()
    assert (place.kind, place.country) == (kind, "RU")
    assert distance_km((place.lon, place.lat), (132.335, 42.88)) < 8
    last = found.candidates[-1]
    assert (last.id, last.score) == ("routemap:danube", 0.0)
    assert last.reason == f"a river, which is no end of a leg by {mode}"


def test_what_cannot_be_meant_stands_last_with_the_reason() -> None:
    found = places.locate("Dunay", never=["Danube"])
    assert found.resolved().id == "routemap:dunay"
    last = found.candidates[-1]
    assert (last.id, last.score) == ("routemap:danube", 0.0)
    assert last.reason == "the case says that it is not meant: Danube"
    elsewhere = [one for one in places.locate("Chita", country="RU").candidates if not one.score]
    assert {one.reason for one in elsewhere} == {"in JP, not in RU", "in CO, not in RU"}


@pytest.mark.parametrize("country", [None, "KP", "PRK", "North Korea"])
@pytest.mark.parametrize("name", ["Rajin", "Najin", "라진", "나진", "Раджин", "Najin port"])
def test_rajin_and_najin_are_one_place(name: str, country: str | None) -> None:
    assert places.locate(name, country=country).resolved().id == "routemap:najin"


@pytest.mark.parametrize(
    ("name", "country", "kind", "expected"),
    [
        ("Vostochny", "RU", "port", "routemap:vostochny"),
        ("Порт Восточный", None, None, "routemap:vostochny"),
        ("Tumangang", "KP", "border-crossing", "routemap:tumangang"),
        ("Khasan", "RU", "border-crossing", "routemap:khasan"),
        ("Nakhodka", "RU", "port", "routemap:port-runjk"),
        ("Amirabad", "IR", None, "routemap:port-amirabad"),
    ],
)
def test_sites_of_the_worked_cases(
    name: str, country: str | None, kind: str | None, expected: str
) -> None:
    assert places.locate(name, country=country, kind=kind).resolved().id == expected


def test_tikhoretsk_by_rail() -> None:
    place = places.locate("Tikhoretsk", mode="rail").resolved()
    assert place.country == "RU"
    assert distance_km((place.lon, place.lat), (40.12, 45.853)) < 20


@pytest.mark.parametrize(
    ("name", "country"), [("Vladivostok", "RU"), ("Moscow", "RU"), ("Paris", "FR")]
)
def test_a_famous_name_resolves_alone(name: str, country: str) -> None:
    assert places.locate(name).resolved().country == country


@pytest.mark.parametrize("name", ["Tripoli", "Rostov", "Ростов", "Alexandria", "Odessa", "Brest"])
def test_a_name_of_several_towns_is_ambiguous(name: str) -> None:
    found = places.locate(name)
    assert found.status == "ambiguous"
    assert len(found.candidates) > 1
    assert "State country" in found.reason


@pytest.mark.parametrize(
    "name", ["Angara", "Danube", "Rashin", "Khasan", "Olonets Oblast", "Jian", "Jian, CN"]
)
def test_a_borrowed_name_is_not_resolved_in_silence(name: str) -> None:
    assert places.find(name).place is None


def test_a_stated_country_admits_other_names() -> None:
    assert places.locate("Angara", country="TR").resolved().name == "Ankara"


def test_the_mode_chooses_the_face_of_a_place() -> None:
    town, port = places.locate("Kholmsk"), places.locate("Kholmsk", mode="sea")
    assert (town.resolved().kind, port.resolved().kind) == ("town", "port")
    assert "port for a leg by sea" in port.resolved().reason


def test_nearness_decides_between_towns_of_one_name() -> None:
    assert places.locate("Tripoli", near=(35.5, 33.9)).resolved().country == "LB"
    assert places.locate("Tripoli", near=(13.2, 32.9)).resolved().country == "LY"


def test_a_country_that_contradicts_the_name() -> None:
    found = places.locate("Vladivostok", country="JP")
    assert found.status == "not_found"
    assert "the name is known in RU" in found.reason
    with pytest.raises(PlaceNotFoundError):
        found.resolved()


def test_a_typo_is_offered_and_never_taken() -> None:
    found = places.locate("Vladivostoc")
    assert (found.status, found.place) == ("not_found", None)
    assert found.candidates[0].name == "Vladivostok"
    assert "one letter off" in found.candidates[0].reason


@pytest.mark.parametrize("text", ["RU", "RUS", "Russia", "iso3166:RU"])
def test_a_country_is_an_area(text: str) -> None:
    place = places.find(text).resolved()
    assert (place.extent, place.kind, place.country) == ("area", "country", "RU")
    assert places.country("RU").id == place.id == "iso3166:RU"


def test_a_country_is_not_looked_up_as_a_town_unless_a_country_is_stated() -> None:
    assert places.locate("Chad").resolved().kind == "country"
    assert places.locate("Djibouti", country="DJ").resolved().kind == "town"


def test_the_forms_of_a_place_in_a_case() -> None:
    assert places.find("Dunay, RU").resolved().id == "routemap:dunay"
    assert places.find("geonames:2013348").resolved().name == "Vladivostok"
    assert places.find("routemap:najin").resolved().country == "KP"
    assert places.find("routemap:nowhere").status == "not_found"
    point = places.find(" -73.9, 40.7").resolved()
    assert (point.lon, point.lat, point.id) == (-73.9, 40.7, None)


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("42.88,132.34", "swapped? Longitude comes first: 132.34,42.88"),
        ("200,10", "not on earth"),
        ("131,88 43,11", "decimal degrees with a point"),
        ("42°61'N 132°20'E", "no latitude and longitude"),
        ("42.5°10'N 132°20'E", "no latitude and longitude"),
        ("421430N 1301730E", "no latitude and longitude"),
        ("42N 43N", "no latitude and longitude"),
        ("-42N 130E", "no latitude and longitude"),
        ("95N 130E", "not on earth"),
        ("52TEP1234567890", "grid reference"),
        ("52T EP 12345 67890", "longitude first: 132.34,42.88"),
        ("52T 489000 4650000", "grid reference"),
        ("Dunay, XX", "'XX' is no country. Give an ISO 3166 code"),
        ("Dunay, ru", 'Write codes in capitals: "Dunay, RU"'),
        ("", "empty"),
        ("  ", "empty"),
        ("a" * 201, "at most 200"),
        ("Dunay\x00", "control character U+0000"),
        ("Du\nnay", "control character U+000A"),
        ("Dunay\u202e", "U+202E"),
        ("\u2067Dunay", "U+2067"),
    ],
)
def test_what_cannot_be_a_place_is_an_error_with_a_cure(text: str, cure: str) -> None:
    found = places.find(text)
    assert found.status == "error"
    assert cure in found.reason
    with pytest.raises(ArgumentError):
        found.resolved()


def test_arguments_are_checked() -> None:
    assert "no country" in places.locate("Dunay", country="Atlantis").reason
    assert "no kind" in places.locate("Dunay", kind="harbour").reason
    assert "no mode" in places.locate("Dunay", mode="camel").reason
    assert "near" in places.locate("Dunay", near=(float("nan"), 0.0)).reason


@pytest.mark.parametrize(
    "given",
    [
        {"name": 5},
        {"name": None},
        {"name": "Dunay", "country": 5},
        {"name": "Dunay", "kind": ["port"]},
        {"name": "Dunay", "mode": 1},
        {"name": "Dunay", "never": [5]},
    ],
)
def test_what_is_no_text_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match="Give a text"):
        places.locate(**given)


def test_never_may_be_one_name_and_find_wants_text() -> None:
    assert places.locate("Dunay", never="Danube") == places.locate("Dunay", never=["Danube"])
    with pytest.raises(ArgumentError, match="text is 5"):
        places.find(5)


def test_the_weights_cannot_be_changed() -> None:
    tables = (ranking.STANDING_WEIGHT, ranking.SERVED_BY, ranking.SIBLINGS, values.UNCERTAINTY_KM)
    for table in tables:
        with pytest.raises(TypeError, match="does not support item assignment"):
            table["port"] = 1


def test_the_distance_of_two_points_is_that_of_geography() -> None:
    a, b = (132.335, 42.88), (-122.4, 37.8)
    assert distance_km(a, b) * 1000 == pytest.approx(float(geography.haversine_m(*a, *b)))


def test_answers_to_requests() -> None:
    request = {"id": 7, "name": "Dunay", "country": "RU", "near": [131.9, 43.1]}
    found = places.answer(request)
    assert list(found) == ["id", "query", "status", "place", "reason", "candidates"]
    assert (found["id"], found["place"]["id"]) == (7, "routemap:dunay")
    assert ",".join(found["place"]) == (
        "name,country,kind,extent,lon,lat,uncertainty_km,source,id,score,reason"
    )
    for bad in ({}, {"name": 3}, {"nam": "Dunay"}, {"name": "Dunay", "near": [1]}):
        assert places.answer(bad)["status"] == "error"
    assert places.answer({"name": "Dunay, RU", "kind": "port"})["status"] == "resolved"


def test_scores_are_shares_and_the_order_is_stable() -> None:
    first = places.locate("Springfield", country="US")
    assert places.locate("Springfield", country="US") == first
    scores = [one.score for one in first.candidates]
    assert scores == sorted(scores, reverse=True)
    assert 0 < sum(scores) <= 1.001


def test_ranking_does_not_depend_on_the_hash_seed() -> None:
    script = "from routemap import places; print(places.locate('Vostochny', mode='rail'))"
    printed = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


def test_the_file_is_read_from_a_folder_of_any_name(tmp_path: Path) -> None:
    odd = tmp_path / "a b#c%?d"
    odd.mkdir()
    copy = odd / "gazetteer.sqlite"
    shutil.copy(ASSET, copy)
    copy.chmod(0o444)
    odd.chmod(0o555)
    found = Gazetteer(copy).by_id("routemap:dunay")
    odd.chmod(0o755)
    assert found is not None
    assert found.name == "Dunay"
    assert [one.name for one in odd.iterdir()] == ["gazetteer.sqlite"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"gone\.sqlite is missing"):
        Gazetteer(tmp_path / "gone.sqlite")


def test_the_file_cannot_be_written() -> None:
    file = Gazetteer(ASSET)._file
    with pytest.raises(Exception, match="readonly"):
        file.execute("DELETE FROM name")


def test_every_place_of_our_own_has_a_source() -> None:
    file = Gazetteer(ASSET)._file
    [(rows, without)] = file.execute("SELECT count(*), sum(source IS NULL) FROM detail WHERE own")
    assert rows >= 14
    assert without == 0


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ust\u2019-Luga", "ust luga"),
        ("Małaszewicze", "malaszewicze"),
        ("Najin-ŭp", "najin up"),
        ("Wŏnsan", "wonsan"),
        ("  PORT   of\tX ", "port of x"),
        ("القائم", "القايم"),
        ("나진", "나진"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == fold(folded) == folded
    assert fold(fold(text)) == fold(text)


def test_spellings() -> None:
    assert "dunai" in transliterations("dunay")
    assert "vostochnyy" in transliterations("vostochny")
    assert transliterations("дунай") == {}
    assert len(transliterations("a" * 90 + "khyykhyykhyy zhtsya" * 5)) <= 80
    assert {"vladivostok", "vladivosto", "vladivostco"} <= near_spellings("vladivostoc")
    assert split_kind("port of najin") == ("najin", "port")
    assert split_kind("najin") is None


def test_uncertainty_grows_with_the_town() -> None:
    radii = [places.default_uncertainty_km("town", n) for n in (500, 50_000, 500_000, 5_000_000)]
    assert radii == [2.0, 4.0, 8.0, 15.0]
    assert places.default_uncertainty_km("port") == 2.0


@pytest.mark.parametrize(
    ("text", "lon", "lat", "radius_km"),
    [
        ("42°14'30\"N 130°17'30\"E", 130.29167, 42.24167, 0.1),
        ("N42°14\u203230\u2033 E130°17\u203230\u2033", 130.29167, 42.24167, 0.1),
        ("42 14 30 N, 130 17 30 E", 130.29167, 42.24167, 0.1),
        ("42°53'N 132°20'E", 132.33333, 42.88333, 1.1),
        ("130.29E 42.24N", 130.29, 42.24, 0.69),
        ("42,24°N 130,29°E", 130.29, 42.24, 0.69),
        ("33.86S 151.2W", -151.2, -33.86, 4.7),
        ("130.29,42.24", 130.29, 42.24, 0.69),
        ("130.2917,42.2417", 130.2917, 42.2417, 0.1),
        ("130,42", 130.0, 42.0, 69.0),
    ],
)
def test_coordinates_are_as_sharp_as_they_are_written(
    text: str, lon: float, lat: float, radius_km: float
) -> None:
    place = places.find(text).resolved()
    assert (place.lon, place.lat) == pytest.approx((lon, lat), abs=1e-5)
    assert place.uncertainty_km == radius_km


@pytest.mark.parametrize("name", ["Tikhoretskaya", "Тихорецкая", "Tikhoretskaya station"])
def test_a_station_is_found_by_rail(name: str) -> None:
    place = places.locate(name, country="RU", mode="rail").resolved()
    assert distance_km((place.lon, place.lat), (40.12, 45.853)) < 5


@pytest.mark.parametrize("name", ["Tikhoretskaya", "Тихорецкая"])
@pytest.mark.parametrize("country", [None, "RU"])
def test_a_station_without_a_railway_is_not_taken(name: str, country: str | None) -> None:
    found = places.locate(name, country=country)
    assert found.status == "ambiguous"
    first = found.candidates[0]
    assert distance_km((first.lon, first.lat), (40.12, 45.853)) < 5


@pytest.mark.parametrize(
    ("name", "town"),
    [
        ("Krasnodar-Glavny", "Krasnodar"),
        ("Иркутск-Пассажирский", "Irkutsk"),
        ("Киров-Товарная", "Kirov"),
        ("Khabarovsk-Sortirovochnaya station", "Khabarovsk"),
    ],
)
def test_a_yard_is_at_its_town(name: str, town: str) -> None:
    place = places.locate(name, country="RU").resolved()
    assert (place.name, place.kind) == (town, "town")
    assert place.uncertainty_km >= 5


def test_a_listed_name_is_never_read_as_a_form() -> None:
    assert places.locate("Petrovskaya", country="RU").candidates[0].name.startswith("Petrovsk")
    assert places.locate("Kavkazskaya", mode="rail").candidates[0].name == "Kavkazskaya"
    assert places.locate("Tikhoretskaya", country="RU", mode="sea").place is None


@pytest.mark.parametrize("name", ["Владивасток", "Vladivostk", "Vladivsotok", "Vladivostokk"])
def test_typos_in_both_alphabets_are_offered(name: str) -> None:
    found = places.locate(name, country="RU")
    assert (found.status, found.candidates[0].name) == ("not_found", "Vladivostok")


def test_a_short_name_and_a_long_text_are_not_guessed_at() -> None:
    assert places.locate("Rqjn").candidates == ()
    assert places.locate("Rajinn").candidates != ()
    assert (
        places.locate("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogochh").candidates
        == ()
    )


def test_one_candidate_in_doubt_says_what_to_write() -> None:
    found = places.locate("Баку")
    assert (found.status, found.candidates[0].country) == ("ambiguous", "AZ")
    assert 'Write "Баку, AZ"' in found.reason
    assert places.find("Баку, AZ").resolved().country == "AZ"


def test_a_comma_before_no_code_is_only_an_unknown_name() -> None:
    assert places.find("Rajin, Rason").status == "not_found"
    assert places.answer({"name": "Dunay, XX", "kind": "port"})["status"] == "error"


@pytest.mark.parametrize(
    ("name", "kind", "mode", "expected"),
    [
        ("Kursk Oblast", None, None, "iso3166:RU-KRS"),
        ("Kursk region", None, None, "iso3166:RU-KRS"),
        ("Kursk", "region", None, "iso3166:RU-KRS"),
        ("Kursk", None, None, "geonames:538560"),
        ("Kursk", None, "rail", None),
        ("Sea of Japan", None, None, "routemap:sea-of-japan"),
        ("Baltic", None, "sea", "routemap:baltic-sea"),
    ],
)
def test_areas_and_the_towns_that_share_their_names(
    name: str, kind: str | None, mode: str | None, expected: str | None
) -> None:
    place = places.locate(name, kind=kind, mode=mode).resolved()
    assert place.extent == ("point" if expected is None or "geonames" in expected else "area")
    assert expected in {None, place.id}


def test_a_town_keeps_its_region_among_the_candidates() -> None:
    assert "iso3166:RU-KRS" in ids(places.locate("Kursk"))


@pytest.mark.parametrize("name", ["Gulf of Vladivostok", "Nakhodka Bay", "Strait of Tripoli"])
def test_a_gulf_that_is_not_listed_is_not_its_town(name: str) -> None:
    found = places.locate(name)
    assert (found.status, found.place) == ("not_found", None)
    assert "is not that place" in found.reason


@pytest.mark.parametrize("text", ["iso3166:RU-KRS", "routemap:sea-of-japan", "iso3166:TD/east"])
def test_an_area_can_be_pinned(text: str) -> None:
    place = places.find(text).resolved()
    assert (place.id, place.extent) == (text, "area")


@pytest.mark.parametrize(
    ("name", "country", "first"),
    [
        ("Cheongjin", "KP", "Chongjin"),
        ("Ch\u02bc\u014fngjin", "KP", "Chongjin"),
        ("Nampho", "KP", "Nampo"),
        ("Shinuiju", "KP", "Sin\u016diju"),
        ("Heungnam", "KP", "H\u016dngnam"),
        ("Qaim", "IQ", "Al Q\u0101\u2019im"),
        ("Alqaim", "IQ", "Al Q\u0101\u2019im"),
        ("Lattakia", "SY", "Latakia"),
        ("\u010cita", "RU", "Chita"),
        ("Jaroslavl", "RU", "Yaroslavl"),
    ],
)
def test_other_systems_of_spelling(name: str, country: str, first: str) -> None:
    assert places.locate(name, country=country).resolved().name == first


def test_a_spelling_counts_only_where_names_are_spelt_so() -> None:
    respelt = transliterations("nampho")
    assert respelt["nampo"] == {"KP", "KR"}
    assert "RU" in transliterations("habarovsk")["khabarovsk"]
    assert sounded("\u010cita") == "chita"


def test_letters_that_only_look_alike_are_a_guess() -> None:
    found = places.locate("\u041d\u0430\u0445o\u0434\u043a\u0430", country="RU")
    assert (found.status, found.candidates[0].name) == ("ambiguous", "Nakhodka")
    assert "mixes Latin and Cyrillic" in found.reason
    assert unmixed("najin") is None
    assert unmixed("\u043f\u043e\u0440\u0442 najin") is None


@pytest.mark.parametrize("name", ["Dubai", "Jakarta", "Hong Kong", "Singapore"])
def test_a_port_some_way_off_is_its_towns(name: str) -> None:
    port, other = places.find(name, mode="sea").resolved(), places.find(name).resolved()
    assert port.kind == "port"
    assert other.kind in {"town", "country"}
    assert distance_km((port.lon, port.lat), (other.lon, other.lat)) <= 40


def test_reach_strikes_out_what_is_too_far() -> None:
    found = places.locate("Tripoli", near=(35.5, 33.9), within_km=300.0)
    assert found.resolved().country == "LB"
    assert found.candidates[1].score == 0.0
    assert found.candidates[1].reason == "2070 km from the point given: beyond 300 km"
    assert places.locate("Tripoli", near=(0.0, -60.0), within_km=5.0).status == "not_found"
    for bad in (0.0, -1.0, float("nan")):
        assert places.locate("Tripoli", near=(0.0, 0.0), within_km=bad).status == "error"
    assert places.locate("Tripoli", within_km=5.0).status == "error"


def test_joiners_are_ignored_and_shown_escaped() -> None:
    assert places.find("Du\u200dnay, RU").resolved().id == "routemap:dunay"
    found = places.find("Vladivos\u200dxtokq")
    assert "\\u200d" in found.reason
    assert "no letter" in places.find("\u200d").reason


def test_a_line_to_paste_reads_back_as_it_was() -> None:
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    text = 'Du"nay: {\u202e} # \u0414\u0443\u043d\u0430\u0439'
    [row] = yaml.load(places.paste_line(places.find("Dunay, RU").resolved(), text))
    assert (row["name"], row["pin"]) == (text, "routemap:dunay")
    [row] = yaml.load(places.paste_line(places.find("132.34,42.88").resolved(), "x"))
    assert (row["lon"], row["lat"], row["uncertainty_km"]) == (132.34, 42.88, 0.69)


def test_many_rows_ask_each_question_once_and_keep_order() -> None:
    rows = ["Dunay, RU", {"name": "Dunay", "country": "RU", "id": 1}, {"nam": 1}, "Najin"] * 3
    found = list(places.locate_many(rows))
    assert [one.status for one in found] == ["resolved", "resolved", "error", "resolved"] * 3
    assert found[0] is found[4]
    assert found[1] is found[5]


@pytest.mark.parametrize(
    ("text", "status"),
    [("131,88; 43,11", "resolved"), ("42,88; 132,34", "error"), ("131,88 43,11", "error")],
)
def test_decimal_commas(text: str, status: str) -> None:
    assert places.find(text).status == status
