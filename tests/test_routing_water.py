"""Courses over the sea: published distances, land, passages, countries, and why there is none."""

import csv
import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from routemap import geography, networks
from routemap.errors import NoRouteError
from routemap.geography import mask
from routemap.networks import water as networks_water
from routemap.routing import water
from routemap.routing.course import Rules
from routemap.routing.seaway import Seaway, tighten

TABLE = Path(__file__).parent / "data" / "sea_distances.csv"
NETWORK = networks_water.load()

RAJIN, DUNAY = (130.29, 42.24), (132.34, 42.88)
VLADIVOSTOK, SAN_FRANCISCO = (131.8833, 43.1083), (-122.4, 37.8)
PORT_SAID, SINGAPORE = (32.3167, 31.2667), (103.8333, 1.2667)
ASTRAKHAN, AMIRABAD = (48.04, 46.35), (53.37, 36.85)
ROSTOV, NOVOROSSIYSK, TARTUS = (39.6694, 47.1917), (37.7833, 44.7167), (35.9, 34.9)
MURMANSK = (33.05, 68.97)


def course(origin, destination, **rules):
    sets = {key: value if key == "view" else frozenset(value) for key, value in rules.items()}
    return water.course(NETWORK, origin, destination, Rules(**sets))


def km(origin, destination, **rules):
    return course(origin, destination, **rules).length_m / 1000


def land_km(found):
    """Return the km of land under the parts on water, looked at every 20 m on straight lines."""
    total = 0.0
    for part in found.stretches:
        if part.kind == "gap":
            continue
        for a, b in itertools.pairwise(found.coordinates[part.start : part.stop + 1]):
            length = geography.geodesic_m(*a, *b) / 1000
            count = max(1, int(length / 0.02))
            share = (np.arange(count) + 0.5) / count
            lon, lat = a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
            total += mask.is_land(lon, lat).mean() * length
    return total


def rows():
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['origin']}-{row['destination']}")
def test_published_distances(row):
    ends = [
        (float(row[f"{end}_lon"]), float(row[f"{end}_lat"])) for end in ("origin", "destination")
    ]
    found = course(*ends)
    assert float(row["low_km"]) <= found.length_m / 1000 <= float(row["high_km"])
    assert land_km(found) < 0.1


def test_published_distances_are_met_within_1_5_percent_at_the_median():
    table = rows()
    ends = [
        [(float(row[f"{end}_lon"]), float(row[f"{end}_lat"])) for end in ("origin", "destination")]
        for row in table
    ]
    published = [float(row["nm"]) * 1.852 for row in table]
    found = np.array([km(*each) for each in ends])
    assert np.median(np.abs(found / published - 1)) < 0.015


def test_rajin_to_dunay_stays_on_the_water():
    found = course(RAJIN, DUNAY)
    assert 190 <= found.length_m / 1000 <= 205
    assert land_km(found) < 0.1
    assert max(found.snap_m) < 3000
    assert [part.kind for part in found.stretches] == ["gap", "water", "gap"]


@pytest.mark.parametrize(
    "ends", [(RAJIN, DUNAY), (VLADIVOSTOK, SAN_FRANCISCO), (PORT_SAID, SINGAPORE), (ROSTOV, TARTUS)]
)
def test_a_course_is_whole(ends):
    found = course(*ends)
    line = found.coordinates
    assert not line.flags.writeable
    assert tuple(line[0]) == ends[0]
    assert line[-1, 1] == ends[1][1]
    assert (line[-1, 0] - ends[1][0]) % 360 == 0
    assert np.abs(np.diff(line[:, 0])).max() < 180
    steps = geography.geodesic_m(*line[:-1].T, *line[1:].T)
    assert steps.max() < 60_000
    assert found.stretches[0].start == 0
    assert found.stretches[-1].stop == len(line) - 1
    for before, after in itertools.pairwise(found.stretches):
        assert before.stop == after.start
    for part in found.stretches:
        assert part.length_m == pytest.approx(steps[part.start : part.stop].sum())
    gaps = sum(part.length_m for part in found.stretches if part.kind == "gap")
    assert gaps == pytest.approx(sum(found.snap_m))
    assert water.Search(NETWORK, *ends).length_m(Rules()) == found.length_m


def test_the_pacific_is_crossed_over_the_antimeridian():
    there, back = course(VLADIVOSTOK, SAN_FRANCISCO), course(SAN_FRANCISCO, VLADIVOSTOK)
    assert there.coordinates[-1, 0] == pytest.approx(360 + SAN_FRANCISCO[0])
    assert back.coordinates[-1, 0] == pytest.approx(VLADIVOSTOK[0] - 360)
    assert there.length_m == pytest.approx(back.length_m, rel=0.01)
    assert there.length_m < 1.05 * geography.geodesic_m(*VLADIVOSTOK, *SAN_FRANCISCO)


def test_a_course_turns_with_the_longitude_of_its_origin():
    turned = course((RAJIN[0] - 360, RAJIN[1]), DUNAY)
    assert turned.coordinates[0, 0] == pytest.approx(RAJIN[0] - 360)
    assert turned.length_m == pytest.approx(course(RAJIN, DUNAY).length_m)


def test_suez_is_a_waterway_of_egypt_and_can_be_closed_by_either_name():
    free = course(PORT_SAID, SINGAPORE)
    canals = [part for part in free.stretches if part.kind == "waterway"]
    assert {part.country for part in canals} == {"EG"}
    assert sum(part.length_m for part in canals) / 1000 == pytest.approx(155, abs=15)
    assert free.passages == ("suez", "bab-el-mandeb", "malacca")
    round_africa = course(PORT_SAID, SINGAPORE, closed=["suez"])
    assert "suez" not in round_africa.passages
    assert round_africa.length_m > 2 * free.length_m
    avoided = km(TARTUS, SINGAPORE, avoid=["EG"])
    assert avoided == pytest.approx(km(TARTUS, SINGAPORE, closed=["suez"]), rel=0.01)


def test_open_sea_belongs_to_no_country():
    free = course(RAJIN, DUNAY)
    for rules in ({"only": ["KP", "RU"]}, {"avoid": ["RU", "KP", "CN", "KR", "JP"]}):
        assert course(RAJIN, DUNAY, **rules).coordinates.tobytes() == free.coordinates.tobytes()
    assert {part.country for part in free.stretches if part.kind == "water"} == {None}


def test_a_gap_over_land_lies_in_the_country_of_the_place():
    ashore = course((130.0, 42.24), DUNAY)
    assert ashore.snap_m[0] > 15_000
    assert [(part.kind, part.country) for part in ashore.stretches] == [
        ("gap", "KP"),
        ("water", None),
        ("gap", "RU"),
    ]
    back = course(DUNAY, (130.0, 42.24))
    assert back.stretches[-1].country == "KP"
    port = (33.53, 44.596)
    views = [course(port, NOVOROSSIYSK, view=view) for view in geography.VIEWS]
    assert [found.stretches[0].country for found in views if found.snap_m[0]] == ["UA", "RU"]


def test_the_black_sea_is_left_through_the_straits():
    found = course(NOVOROSSIYSK, TARTUS)
    assert found.passages == ("bosporus", "dardanelles")
    assert land_km(found) < 0.1


def test_the_caspian_by_the_delta_of_the_volga():
    found = course(ASTRAKHAN, AMIRABAD)
    assert 1139 <= found.length_m / 1000 <= 1305
    assert [part.country for part in found.stretches if part.kind == "waterway"] == ["RU"]
    assert land_km(found) < 0.1


def test_volga_don_and_the_arctic_are_closed_until_asked_for():
    with pytest.raises(NoRouteError, match=r"only through what is closed: .*volga-don"):
        course(ROSTOV, AMIRABAD)
    assert "volga-don" in course(ROSTOV, AMIRABAD, opened=["volga-don"]).passages
    usual = course(MURMANSK, VLADIVOSTOK)
    north = course(MURMANSK, VLADIVOSTOK, opened=["northern-sea-route"])
    assert "northern-sea-route" in north.passages
    assert 9000 < north.length_m / 1000 < 10_500
    assert 22_000 < usual.length_m / 1000 < 25_000
    assert not {"northern-sea-route", "northwest-passage"} & set(usual.passages)


@pytest.mark.parametrize(
    ("origin", "destination", "closed"),
    [
        (SINGAPORE, PORT_SAID, {"malacca"}),
        (SINGAPORE, PORT_SAID, {"malacca", "sunda"}),
        (VLADIVOSTOK, (139.65, 35.45), {"tsugaru"}),
        ((30.25, 59.92), (8.56, 53.55), {"kiel"}),
        ((30.25, 59.92), (8.56, 53.55), {"kiel", "oresund"}),
    ],
)
def test_a_closed_gate_is_never_crossed(origin, destination, closed):
    found = course(origin, destination, closed=closed)
    assert found.length_m > course(origin, destination).length_m
    line = shapely.LineString(found.coordinates)
    for name in closed:
        assert not line.crosses(shapely.LineString(NETWORK.passages[name].gate))


@pytest.mark.parametrize(
    "place",
    {
        "Moscow": (37.6, 55.75),
        "Baikal": (108.0, 53.5),
        "Lake Victoria": (33.0, -1.0),
        "Aral Sea": (59.5, 45.0),
        "South Pole": (0.0, -90.0),
        "Antarctica on the antimeridian": (180.0, -85.0),
    }.items(),
    ids=lambda place: place[0],
)
def test_no_navigable_water_near(place):
    for ends in ((place[1], TARTUS), (TARTUS, place[1])):
        with pytest.raises(NoRouteError, match=r"^no navigable water within 25 km of .* km away"):
            course(*ends)


def test_how_far_the_nearest_water_is():
    with pytest.raises(NoRouteError, match=r"about 6\d\d km"):
        course((37.6, 55.75), TARTUS)


def test_only_a_closed_gate_between():
    with pytest.raises(NoRouteError, match=r"closed: Bosporus \(bosporus\)\.$"):
        course(NOVOROSSIYSK, TARTUS, closed=["bosporus"])
    with pytest.raises(NoRouteError, match=r"closed: Kerch Strait \(kerch\)\.$"):
        course(ROSTOV, NOVOROSSIYSK, closed=["kerch"])
    with pytest.raises(NoRouteError, match=r"closed: .* \(volga-don, opened by naming it in via\)"):
        course(AMIRABAD, TARTUS)


def test_only_gates_that_must_be_crossed_are_named():
    """The shortest way to the Laptev Sea leads through two closed gates; one has a way round."""
    with pytest.raises(NoRouteError, match=r"closed: Bosporus \(bosporus\)\.$"):
        course(NOVOROSSIYSK, (125.0, 75.0), closed=["bosporus"])


def test_enclosed_seas_have_courses_of_their_own():
    assert 250 < km((49.9, 40.35), (53.0, 40.0)) < 350
    assert course((36.5, 46.0), NOVOROSSIYSK).passages == ("kerch",)


def test_the_north_pole_is_navigable():
    found = course((57.0, 90.0), MURMANSK)
    assert tuple(found.coordinates[0]) == (57.0, 90.0)
    assert found.length_m == pytest.approx(geography.geodesic_m(0, 90, *MURMANSK), rel=0.02)


def test_the_antimeridian_is_one_line_by_any_name():
    turned = {lon: course((lon, 0.0), (170.0, 0.0)) for lon in (-180.0, 180.0, 540.0)}
    for lon, found in turned.items():
        assert tuple(found.coordinates[0]) == (lon, 0.0)
        assert found.coordinates[-1, 0] == pytest.approx(lon - 10)
        assert found.length_m == pytest.approx(geography.geodesic_m(180, 0, 170, 0), rel=1e-3)


def test_only_the_rivers_of_a_banned_country_between():
    with pytest.raises(NoRouteError, match=r"closed: canals or rivers of RU\.$"):
        course(ROSTOV, AMIRABAD, opened=["volga-don"], avoid=["RU"])


def test_another_sea():
    graph = NETWORK.graph
    weights, (a, b) = graph.data.copy(), NETWORK.passages["volga-don"].edges[0]
    for tail, head in ((a, b), (b, a)):
        row = slice(graph.indptr[tail], graph.indptr[tail + 1])
        weights[row] = np.where(graph.indices[row] == head, np.inf, weights[row])
    cut = csr_array((weights, graph.indices, graph.indptr), shape=graph.shape)
    with pytest.raises(NoRouteError, match="lie on different seas"):
        water.course(replace(NETWORK, graph=cut), NOVOROSSIYSK, AMIRABAD, Rules())


@pytest.mark.parametrize(
    ("origin", "destination"),
    [(RAJIN, DUNAY), (PORT_SAID, SINGAPORE), (MURMANSK, VLADIVOSTOK), (RAJIN, RAJIN)],
)
def test_the_bounded_search_finds_what_an_unbounded_one_does(origin, destination):
    start, stop = (water._berth(NETWORK, each).node for each in (origin, destination))
    weights = water._weights(Seaway(NETWORK, NETWORK.closed(Rules()), np.empty(0, dtype=np.int16)))
    graph = csr_array((weights, NETWORK.graph.indices, NETWORK.graph.indptr), NETWORK.graph.shape)
    nodes = water._search(NETWORK, weights, start, stop)
    steps = [graph[a, b] for a, b in itertools.pairwise(nodes)]
    assert (nodes[0], nodes[-1]) == (start, stop)
    assert sum(steps) == pytest.approx(dijkstra(graph, indices=start)[stop])


@pytest.mark.parametrize("ends", [(RAJIN, DUNAY), (ROSTOV, TARTUS), (VLADIVOSTOK, SAN_FRANCISCO)])
def test_a_taut_line_costs_less_and_needs_all_its_vertices(ends):
    seaway = Seaway(NETWORK, NETWORK.closed(Rules()), np.empty(0, dtype=np.int16))
    rough = water._rough(seaway, *(water._berth(NETWORK, each) for each in ends), Rules())
    taut = tighten(seaway, rough)
    cost = seaway.cost(taut[:-1], taut[1:])
    assert cost.sum() <= seaway.cost(rough[:-1], rough[1:]).sum()
    assert (seaway.cost(taut[:-2], taut[2:]) > cost[:-1] + cost[1:]).all()
    assert {tuple(one) for one in taut} <= {tuple(one) for one in rough}


@pytest.mark.parametrize("place", [RAJIN, (140.0, 30.0)])
def test_identical_ends(place):
    found = course(place, place)
    assert found.length_m == pytest.approx(sum(found.snap_m))
    assert tuple(found.coordinates[0]) == tuple(found.coordinates[-1]) == place


def test_the_network_cannot_be_written_to():
    gates = [each.gate for each in NETWORK.passages.values()]
    edges = [each.edges for each in NETWORK.passages.values()]
    for array in [*gates, *edges, NETWORK.lon, NETWORK.calm, NETWORK.graph.data]:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_answers_do_not_depend_on_what_was_asked_before():
    asked = [{}, {"closed": ["suez"]}, {"avoid": ["EG"]}, {}]
    first, *_, last = (course(TARTUS, SINGAPORE, **rules).coordinates for rules in asked)
    assert first.tobytes() == last.tobytes()
    assert not NETWORK.graph.data.flags.writeable


def test_the_ends_of_every_gate_are_land_or_the_pole():
    for passage in NETWORK.passages.values():
        for lon, lat in passage.gate:
            assert lat == 90 or mask.is_land(lon, lat), passage.id
    inland = {passage.id for passage in NETWORK.passages.values() if not len(passage.edges)}
    river = networks.load("river").passages
    assert inland == {"danube-black-sea", "main-danube", "moscow-canal", "volga-baltic"} | {
        "white-sea-baltic"
    }
    assert all(len(river[one].edges) for one in river)


def test_a_berth_on_the_edge_of_its_cell_stays_in_it() -> None:
    """35.9 N is the edge of a row of cells at Valletta: land on one side, harbour on the other."""
    line = water.course(networks.load("sea"), (14.5167, 35.9), (13.1875, 32.9208), Rules())
    assert line.snap_m[0] == 0.0
