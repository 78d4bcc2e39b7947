"""Courses of river vessels: cited lengths, the sea left as it was, locks, countries."""

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from routemap import geography
from routemap.errors import NoRouteError
from routemap.geography import mask
from routemap.geography.mask import COLUMNS, cells_at
from routemap.networks import river
from routemap.networks import water as sea
from routemap.networks.rules import Rules
from routemap.routing import water

NETWORK, SEA = river.load(), sea.load()
TABLE = Path(__file__).parent.parent / "data" / "build" / "sea" / "inland.csv"

ASTRAKHAN, VOLGOGRAD, NIZHNY = (48.04, 46.35), (44.52, 48.71), (44.0, 56.33)
ROSTOV, PETERSBURG, CHEREPOVETS = (39.67, 47.19), (30.25, 59.93), (37.9, 59.1)
MOSCOW, DUBNA, BELOMORSK = (37.62, 55.75), (37.17, 56.74), (34.78, 64.52)
ROTTERDAM, HOOK, BASEL, DUISBURG = (4.4, 51.9), (4.1, 51.99), (7.59, 47.56), (6.75, 51.45)
MAINZ, BAMBERG, KELHEIM = (8.27, 50.0), (10.87, 49.9), (11.88, 48.92)
IZMAIL, VIENNA, CERNAVODA, CONSTANTA = (
    (28.84, 45.34),
    (16.42, 48.22),
    (28.02, 44.32),
    (28.66, 44.15),
)
KHABAROVSK, NIKOLAYEVSK = (135.05, 48.48), (140.73, 53.14)
KHERSON, KYIV = (32.6, 46.63), (30.55, 50.45)
CHONGQING, SHANGHAI = (106.58, 29.56), (121.5, 31.24)
NEW_ORLEANS, ST_PAUL = (-90.06, 29.95), (-93.08, 44.95)
MEKONG_MOUTH, PHNOM_PENH = (106.66, 9.95), (104.92, 11.57)
KINSHASA, KISANGANI = (15.3, -4.3), (25.19, 0.51)


def course(origin, destination, **rules):
    return water.course(NETWORK, origin, destination, Rules(**_sets(rules)))


def _sets(rules):
    return {key: frozenset(value) for key, value in rules.items()}


def km(origin, destination, **rules):
    return course(origin, destination, **rules).length_m / 1000


def countries(found):
    return {part.country for part in found.stretches if part.kind == "waterway"}


# Lines of Natural Earth 1:50m leave out small bends: rivers come out up to a fifth too short.
@pytest.mark.parametrize(
    ("origin", "destination", "cited_km"),
    [
        (HOOK, BASEL, 884 - 17),  # gdws.wsv.bund.de: 884 km from Rheinfelden, 17 km above Basel
        (MAINZ, BAMBERG, 388),  # de.zxc.wiki/wiki/Main: navigable
        (BAMBERG, KELHEIM, 171),  # kids.kiddle.co/Rhine-Main-Danube_Canal
        (CERNAVODA, CONSTANTA, 64.4),  # Danube-Black Sea Canal, main branch
        (PETERSBURG, CHEREPOVETS, 805),  # en.portnews.ru/news/312414: main route
        (MOSCOW, DUBNA, 128),  # en-academic.com/dic.nsf/enwiki/1392168: the canal, from Tushino
        (KHABAROVSK, NIKOLAYEVSK, 933),  # dzen.ru/a/YzLxpzamiwjTxGH0
        (MEKONG_MOUTH, PHNOM_PENH, 330),  # mekong.riverawarenesskit.org
    ],
)
def test_cited_lengths(origin, destination, cited_km):
    assert 0.8 * cited_km < km(origin, destination) < 1.02 * cited_km


@pytest.mark.parametrize(
    ("ends", "crossed", "passages"),
    [
        ((ASTRAKHAN, ROSTOV), {"RU"}, ("volga-don",)),
        ((NIZHNY, ASTRAKHAN), {"RU"}, ()),
        ((VOLGOGRAD, PETERSBURG), {"RU"}, ("volga-baltic",)),
        ((PETERSBURG, BELOMORSK), {"RU"}, ("white-sea-baltic",)),
        ((MOSCOW, DUBNA), {"RU"}, ("moscow-canal",)),
        ((IZMAIL, VIENNA), {"UA", "RO", "BG", "RS", "HR", "HU", "SK", "AT"}, ()),
        ((ROTTERDAM, BASEL), {"NL", "DE", "FR"}, ()),
        (
            (DUISBURG, CONSTANTA),
            {"DE", "AT", "SK", "HU", "HR", "RS", "RO", "BG"},
            ("main-danube", "danube-black-sea"),
        ),
        ((KHERSON, KYIV), {"UA"}, ()),
        ((CHONGQING, SHANGHAI), {"CN"}, ()),
        ((NEW_ORLEANS, ST_PAUL), {"US"}, ()),
    ],
)
def test_voyages(ends, crossed, passages):
    found = course(*ends)
    assert countries(found) == crossed
    assert found.passages == passages
    assert max(found.snap_m) < 6000


def km_off_the_water(line):
    """Return the km of a line that lie on land, looked at every 0.1 km on straight lines."""
    total = 0.0
    for a, b in itertools.pairwise(line):
        length = geography.geodesic_m(*a, *b) / 1000
        share = (np.arange(max(2, int(length / 0.1)))[:, None] + 0.5) / max(2, int(length / 0.1))
        ashore = ~NETWORK.mask.is_water(*cells_at(*(a + (b - a) * share).T))
        total += ashore.mean() * length
    return total


@pytest.mark.parametrize("ends", [(PETERSBURG, ROSTOV), (DUISBURG, CONSTANTA), (KHERSON, KYIV)])
def test_a_course_is_whole_and_stays_on_its_water(ends):
    found = course(*ends)
    line = found.coordinates
    assert tuple(line[0]) == ends[0]
    assert tuple(line[-1]) == ends[1]
    for before, after in itertools.pairwise(found.stretches):
        assert before.stop == after.start
    steps = geography.geodesic_m(*line[:-1].T, *line[1:].T)
    for part in found.stretches:
        assert part.length_m == pytest.approx(steps[part.start : part.stop].sum())
    wet = [part for part in found.stretches if part.kind != "gap"]
    off = sum(km_off_the_water(line[part.start : part.stop + 1]) for part in wet)
    assert off < 0.005 * found.length_m / 1000  # corners of cells


def test_a_voyage_is_the_same_both_ways():
    there, back = course(PETERSBURG, ROSTOV), course(ROSTOV, PETERSBURG)
    assert there.length_m == pytest.approx(back.length_m, rel=0.005)
    assert there.passages == back.passages[::-1]


def test_ships_do_not_enter_inland_water():
    inland = np.setdiff1d(NETWORK.waterway, SEA.waterway)
    assert len(inland) > 100_000
    row, column = np.divmod(inland, COLUMNS)
    assert NETWORK.mask.is_water(row, column).all()
    assert not SEA.mask.is_water(row, column).any()
    assert (SEA.units_on(inland) == -1).all()
    for city in (KYIV, NIZHNY, BASEL, VIENNA, CHONGQING):
        assert mask.is_land(*city)
        with pytest.raises(NoRouteError, match="no navigable water within 25 km"):
            water.course(SEA, city, ROTTERDAM, Rules())


def test_the_river_network_holds_the_whole_sea_network():
    def names(network):
        return (network.block * 8 + network.size) * 256 + network.cell

    held = np.isin(names(NETWORK), names(SEA))
    assert held.sum() == len(SEA.lon)
    assert (np.diff(NETWORK.block) >= 0).all()
    assert (NETWORK.lon[held] == SEA.lon).all()
    kept = NETWORK.graph[held][:, held]
    assert kept.nnz == SEA.graph.nnz
    assert (kept.data <= SEA.graph.data * (1 + 1e-9)).all()


def test_locks_are_open_for_river_vessels_and_closed_for_ships():
    inland = {
        "volga-don",
        "volga-baltic",
        "white-sea-baltic",
        "moscow-canal",
        "main-danube",
        "danube-black-sea",
    }
    assert all(NETWORK.passages[each].open for each in inland)
    assert all(len(NETWORK.passages[each].edges) for each in inland)
    assert not any(SEA.passages[each].open for each in inland)
    for each in SEA.passages.keys() - inland:
        assert NETWORK.passages[each].open == SEA.passages[each].open
    for each in inland:
        assert not NETWORK.mask.is_water(*cells_at(*NETWORK.passages[each].gate.T)).any()


def test_a_closed_canal_sends_the_vessel_round():
    free = course(ROTTERDAM, CONSTANTA)
    by_russia = course(ROTTERDAM, CONSTANTA, closed=["main-danube"])
    by_sea = course(ROTTERDAM, CONSTANTA, closed=["main-danube", "volga-baltic"])
    assert free.passages == ("main-danube", "danube-black-sea")
    assert {"volga-baltic", "volga-don", "kerch"} < set(by_russia.passages)
    assert {"gibraltar", "bosporus"} < set(by_sea.passages)
    assert free.length_m < min(by_russia.length_m, by_sea.length_m)


def test_a_banned_country_bars_its_rivers():
    avoided = course(ROTTERDAM, CONSTANTA, avoid=["AT", "RU"])
    assert countries(avoided) == {"NL"}
    assert "gibraltar" in avoided.passages
    with pytest.raises(NoRouteError, match=r"canals or rivers of .*AT"):
        course(VIENNA, CONSTANTA, avoid=["AT"])
    with pytest.raises(NoRouteError, match=r"canals or rivers of .*DE"):
        course(BASEL, ROTTERDAM, avoid=["DE"])


def test_no_way_to_another_water():
    assert 0.8 * 1600 < km(KINSHASA, KISANGANI) < 1.02 * 1600  # rivernations.ecrp1.com/africa.html
    with pytest.raises(NoRouteError, match="no water joins them"):
        course(KISANGANI, ROTTERDAM)
    with pytest.raises(NoRouteError, match="no navigable water within 25 km"):
        course((69.28, 41.31), ROTTERDAM)


def test_all_inland_water_but_the_congo_joins_the_sea():
    _, piece = connected_components(NETWORK.graph, directed=False)
    adrift = piece != np.bincount(piece).argmax()
    assert len(np.unique(piece[adrift])) == 1
    assert 15 < NETWORK.lon[adrift].min() < NETWORK.lon[adrift].max() < 26
    assert -5 < NETWORK.lat[adrift].min() < NETWORK.lat[adrift].max() < 5


def test_nothing_can_be_written_to():
    arrays = (NETWORK.block, NETWORK.waterway, NETWORK.unit, NETWORK.graph.data, NETWORK.land.bits)
    assert not any(array.flags.writeable for array in arrays)
    assert river.load() is NETWORK


def test_every_inland_waterway_says_whether_its_navigability_was_read():
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert len(rows) > 40
    assert len({row["id"] for row in rows}) == len(rows)
    assert all("navigability: " in row["source"] for row in rows)
