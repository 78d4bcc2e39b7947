"""Courses by road: lengths from public pages, countries, joins and links, and what is not there."""

import csv
from pathlib import Path

import numpy as np
import pytest

from routemap import geography, networks
from routemap.errors import NoRouteError
from routemap.networks.graph import KINDS
from routemap.routing import Rules, track

NETWORK = networks.load("road")
BUILD = Path(__file__).parent.parent / "data" / "build" / "road"

ABECHE, ADRE, EL_GENEINA = (20.83, 13.83), (22.199, 13.466), (22.447, 13.453)
GUELENDENG, BONGOR, KELO = (15.55, 10.92), (15.37, 10.28), (15.806, 9.309)
BREMERHAVEN, RZESZOW = (8.57, 53.55), (22.0, 50.04)
SEOUL, PYONGYANG = (126.98, 37.57), (125.75, 39.03)
TBILISI, KARS = (44.8, 41.7), (43.1, 40.6)
SINGAPORE, KUALA_LUMPUR = (103.85, 1.29), (101.69, 3.14)
MOSCOW, VLADIVOSTOK = (37.62, 55.75), (131.9, 43.1)

FREE = Rules()


def course(origin, destination, rules=FREE):
    return track.Search(NETWORK, origin, destination).course(rules)


def km(origin, destination, rules=FREE):
    return track.Search(NETWORK, origin, destination).length_m(rules) / 1000


def countries(found):
    return {stretch.country for stretch in found.stretches}


def table(name):
    with (BUILD / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))


def chains_by_ends(kind):
    """Return the chains of one kind by their two ends, in thousandths of a degree."""
    chains = np.flatnonzero(NETWORK.kind == KINDS.index(kind)).tolist()
    return {frozenset(thousandths(NETWORK.tail[one], NETWORK.head[one])): one for one in chains}


def thousandths(*nodes):
    return [(round(NETWORK.lon[one] * 1000), round(NETWORK.lat[one] * 1000)) for one in nodes]


def ends(text):
    """Return the ends of a line written as "lon lat; lon lat", in thousandths of a degree."""
    pairs = (pair.split() for pair in text.split(";"))
    return frozenset(tuple(round(float(one) * 1000) for one in pair) for pair in pairs)


@pytest.mark.parametrize(
    ("origin", "destination", "published", "through"),
    [
        (ABECHE, ADRE, 170, {"TD"}),
        (GUELENDENG, BONGOR, 79, {"TD"}),
        (BONGOR, KELO, 134, {"TD"}),
    ],
    ids=["abeche-adre", "guelendeng-bongor", "bongor-kelo"],
)
def test_lengths_are_those_of_public_pages(origin, destination, published, through):
    # lendjampost.com/ouaddai-le-calvaire-des-voyageurs-entre-abeche-et-adre (170 km);
    # studylib.net/doc/7121513/chad-road-network-additional-information (79 and 134 km)
    found = course(origin, destination)
    assert found.length_m / 1000 == pytest.approx(published, rel=0.08)
    assert countries(found) == through


def test_a_town_on_a_contracted_edge_is_on_the_road():
    found = course(ADRE, EL_GENEINA)
    assert countries(found) == {"TD", "SD"}
    assert sum(found.snap_m) < 3000
    assert 27 < found.length_m / 1000 < 34


def test_a_route_through_europe_names_its_two_countries():
    found = course(BREMERHAVEN, RZESZOW)
    assert countries(found) == {"DE", "PL"}
    assert found.length_m > geography.geodesic_m(*BREMERHAVEN, *RZESZOW)
    assert km(RZESZOW, BREMERHAVEN) == pytest.approx(found.length_m / 1000, abs=0.1)


def test_only_russia_is_longer_than_through_its_neighbours():
    free, home = (
        course(MOSCOW, VLADIVOSTOK),
        course(MOSCOW, VLADIVOSTOK, Rules(only=frozenset({"RU"}))),
    )
    assert countries(home) == {"RU"}
    assert countries(free) > {"RU"}
    assert home.length_m > free.length_m


def test_no_repaired_join_crosses_a_border_between_states():
    repaired = NETWORK.kind == KINDS.index("repaired")
    codes = np.array([*geography.unit_codes("recognised"), None], dtype=object)
    tail, head = (codes[NETWORK.unit[end[repaired]]] for end in (NETWORK.tail, NETWORK.head))
    assert repaired.sum() > 1500
    assert np.mean(tail != head) < 0.01


def test_joins_rejected_on_review_are_not_there_and_accepted_ones_are():
    repaired = chains_by_ends("repaired")
    for row in table("joins.csv"):
        line = "{lon_a} {lat_a}; {lon_b} {lat_b}".format_map(row)
        assert (ends(line) in repaired) == (row["verdict"] != "reject"), row


def test_each_link_over_a_border_is_there_and_marked():
    patched = chains_by_ends("patched")
    for row in table("links.csv"):
        assert NETWORK.crossing[patched[ends(row["line"])]], row["id"]


def test_without_patches_singapore_is_an_island():
    assert countries(course(SINGAPORE, KUALA_LUMPUR)) == {"SG", "MY"}
    with pytest.raises(NoRouteError, match="not connected"):
        course(SINGAPORE, KUALA_LUMPUR, Rules(without=frozenset({"patched"})))


def test_closed_borders_are_passed_only_where_their_closures_are_not_in_force():
    assert course(TBILISI, KARS).closures == ("armenia-turkey",)
    closed = course(TBILISI, KARS, Rules(closed=frozenset({"armenia-turkey"})))
    assert "AM" not in countries(closed) or closed.closures == ()
    assert countries(course(SEOUL, PYONGYANG)) == {"KR", "KP"}
    shut = Rules(closed=frozenset(NETWORK.closures))
    with pytest.raises(NoRouteError):
        course(SEOUL, PYONGYANG, shut)


def test_no_road_leads_from_russia_into_north_korea():
    codes = np.array([*geography.unit_codes("recognised"), None], dtype=object)
    tail, head = (codes[NETWORK.unit[end]] for end in (NETWORK.tail, NETWORK.head))
    assert not ((tail == "RU") & (head == "KP") | (tail == "KP") & (head == "RU")).any()


def test_no_road_crosses_the_channel():
    with pytest.raises(NoRouteError, match="not connected in the data"):
        course((1.31, 51.13), (1.86, 50.95))
