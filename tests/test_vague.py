"""Phrases that place something by another place."""

from __future__ import annotations

import pytest

from routemap import places
from routemap.places.ranking import distance_km
from routemap.places.vague import parse

KURSK = (36.185, 51.727)


@pytest.mark.parametrize(
    ("text", "relation", "wind", "km", "rounding_km"),
    [
        ("near Kursk", "near", "", 0, 0),
        ("outside of Kursk", "near", "", 0, 0),
        ("Kursk area", "near", "", 0, 0),
        ("on the outskirts of Kursk", "outskirts", "", 0, 0),
        ("40 km from Kursk", "ring", "", 40, 5),
        ("100 km from Kursk", "ring", "", 100, 25),
        ("about 40 km south-east of Kursk", "bearing", "south-east", 40, 10),
        ("12.5 km Southeast of Kursk", "bearing", "south-east", 12.5, 0.05),
        ("10 miles from Kursk", "ring", "", 16.09344, 4.02336),
        ("10 nautical miles west of Kursk", "bearing", "west", 18.52, 4.63),
        ("north of Kursk", "side", "north", 0, 0),
        ("south-western Chad", "part", "south-west", 0, 0),
        ("off the coast of Odesa", "off", "", 0, 0),
    ],
)
def test_phrases(text: str, relation: str, wind: str, km: float, rounding_km: float) -> None:
    phrase = parse(text)
    assert phrase is not None
    assert (phrase.relation, phrase.wind) == (relation, wind)
    assert (phrase.km, phrase.rounding_km) == pytest.approx((km, rounding_km))


@pytest.mark.parametrize("name", ["North Bay", "South Shields", "Between", "East London", "Nearq"])
def test_plain_names_are_no_phrases(name: str) -> None:
    assert parse(name) is None


@pytest.mark.parametrize(
    ("text", "away_km", "radius_km"),
    [
        ("near Kursk", 0, 33),
        ("outskirts of Kursk", 0, 13),
        ("290 km from Kursk", 0, 303),
        ("40 km east of Kursk", 40, 18),
        ("north of Kursk", 25, 43),
    ],
)
def test_a_result_is_never_sharper_than_its_anchor(
    text: str, away_km: float, radius_km: float
) -> None:
    place = places.find(text).resolved()
    assert distance_km((place.lon, place.lat), KURSK) == pytest.approx(away_km, abs=0.1)
    assert place.uncertainty_km == pytest.approx(radius_km, abs=0.5)
    assert (place.id, place.name) == (None, text)
    assert "geonames:538560" in place.reason


def test_between_is_midway() -> None:
    place = places.find("between Kursk, RU and Sumy, UA").resolved()
    kursk, sumy = (places.find(one).resolved() for one in ("Kursk, RU", "Sumy, UA"))
    reach = [distance_km((place.lon, place.lat), (one.lon, one.lat)) for one in (kursk, sumy)]
    assert reach[0] == pytest.approx(reach[1], abs=0.1)
    assert place.uncertainty_km == pytest.approx(reach[0] + 8, abs=0.5)


def test_parts_of_areas() -> None:
    assert places.find("eastern Chad").resolved().id == "iso3166:TD/east"
    assert places.find("the south of Ukraine").resolved().id == "iso3166:UA/south"
    assert places.find("central Mali").resolved().extent == "area"


def test_off_a_port_is_at_sea() -> None:
    from routemap.geography import at_sea

    place = places.find("off Odesa, UA").resolved()
    assert at_sea(place.lon, place.lat)
    assert places.find("off Kursk").status == "not_found"


def test_a_country_counts_for_the_anchor() -> None:
    assert places.find("near Tripoli").status == "ambiguous"
    assert places.find("near Tripoli").candidates[0].country == "LY"
    assert places.find("near Tripoli, LB").resolved().country == "LB"
    assert places.locate("near Tripoli", country="LB").resolved().country == "LB"


def test_what_makes_no_sense_says_which_part() -> None:
    assert "'Xyzzyq' in 'near Xyzzyq'" in places.find("near Xyzzyq").reason
    assert "a distance is measured from a point" in places.find("near Chad").reason


@pytest.mark.parametrize(
    "name", ["North Bay, CA", "East London", "South Shields", "Northern Ireland", "South Sudan"]
)
def test_a_listed_name_wins_over_a_phrase(name: str) -> None:
    assert places.find(name).resolved().id is not None
