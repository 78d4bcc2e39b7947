"""Courses by rail: published distances, borders, ends inside chains, engines and an oracle."""

import dataclasses
import itertools
from concurrent.futures import ThreadPoolExecutor

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routemap import geography, networks
from routemap.errors import NoRouteError
from routemap.networks import engine
from routemap.networks.compress import compress
from routemap.networks.graph import Graph
from routemap.networks.track import read
from routemap.routing import Rules, track

NETWORK = networks.load("rail")
FAR = NETWORK.interior + 1
INLAND = NETWORK.unit >= 0

DUNAY, TIKHORETSK = (132.335, 42.88), (40.12, 45.853)
VLADIVOSTOK, MOSCOW, USSURIYSK = (131.88, 43.11), (37.66, 55.78), (131.95, 43.79)
RAJIN, TUMANGANG, KHASAN = (130.29, 42.24), (130.613, 42.416), (130.6456, 42.4287)
SEOUL, DORASAN = (126.97, 37.555), (126.710, 37.899)
PYONGYANG, KAESONG = (125.735, 39.005), (126.555, 37.968)
SIMFEROPOL, SEVASTOPOL = (34.10, 44.956), (33.53, 44.596)

FREE = Rules()
ONLY_RU = Rules(only=frozenset({"RU"}))
NO_CN = Rules(avoid=frozenset({"CN"}))
USUAL = Rules(usual=True)
KOREA_SHUT = Rules(closed=frozenset({"korea-2008"}))
RULES = (FREE, ONLY_RU, NO_CN, Rules(avoid=frozenset({"DE", "BY"})), Rules(view="de-facto"), USUAL)


def course(origin, destination, rules=FREE, network=NETWORK):
    return track.Search(network, origin, destination).course(rules)


def length_m(origin, destination, rules=FREE, network=NETWORK):
    return track.Search(network, origin, destination).length_m(rules)


def km(origin, destination, rules=FREE):
    return course(origin, destination, rules).length_m / 1000


def countries(found):
    """Return km by country, in order of first entry."""
    by_code = {}
    for part in found.stretches:
        by_code[part.country] = by_code.get(part.country, 0) + part.length_m / 1000
    return by_code


def point(node):
    return float(NETWORK.lon[node]), float(NETWORK.lat[node])


def same_line(a, b):
    return a.stretches == b.stretches and np.array_equal(a.coordinates, b.coordinates)


def _alone():
    """Return for each node whether no other node has its coordinates."""
    east, north = (np.round(axis * 1000).astype(np.int64) for axis in (NETWORK.lon, NETWORK.lat))
    _, index, count = np.unique(east * 1_000_000 + north, return_inverse=True, return_counts=True)
    return (count[index] == 1) & INLAND


ALONE = _alone()


# Published and measured distances


@pytest.mark.parametrize(
    ("origin", "destination", "rules", "low", "high"),
    [
        (DUNAY, TIKHORETSK, ONLY_RU, 9000, 9950),
        (VLADIVOSTOK, MOSCOW, FREE, 8010, 8020),
        (VLADIVOSTOK, MOSCOW, ONLY_RU, 8783, 8806),
        (USSURIYSK, VLADIVOSTOK, FREE, 109, 115),
        (RAJIN, KHASAN, FREE, 51, 57),
    ],
)
def test_lengths_are_those_of_the_line(origin, destination, rules, low, high):
    assert low <= km(origin, destination, rules) <= high


def test_dunay_to_tikhoretsk_stays_in_russia_only_if_told_to():
    assert set(countries(course(DUNAY, TIKHORETSK, ONLY_RU))) == {"RU"}
    assert set(countries(course(DUNAY, TIKHORETSK))) == {"RU", "CN", "KZ"}
    assert "CN" not in countries(course(DUNAY, TIKHORETSK, NO_CN))


def test_the_branch_to_dunay_is_patched_track_and_no_gap():
    found = course(DUNAY, TIKHORETSK, ONLY_RU)
    assert found.snap_m[0] == 0
    assert found.stretches[0].kind == "patched"
    assert 45_000 < found.stretches[0].length_m < 56_000


def test_the_bridge_of_khasan_is_split_at_the_border():
    found = course(TUMANGANG, KHASAN)
    by_code = countries(found)
    assert list(by_code) == ["KP", "RU"]
    assert 0.5 < by_code["KP"] < 1.5
    assert 2.5 < by_code["RU"] < 4
    border = found.coordinates[found.stretches[1].start]
    along = geography.countries_along(found.coordinates)
    assert along["KP"] / sum(along.values()) == pytest.approx(0.2, abs=0.1)
    assert geography.country_near(*border, within_km=1) in {"KP", "RU"}


# Borders that no train crosses, and ends


@pytest.mark.parametrize("south", [SEOUL, DORASAN])
@pytest.mark.parametrize("north", [PYONGYANG, KAESONG])
def test_nothing_goes_over_the_military_demarcation_line(south, north):
    for ends in ((south, north), (north, south)):
        with pytest.raises(NoRouteError, match="not connected"):
            course(*ends, KOREA_SHUT)
        assert set(countries(course(*ends))) == {"KP", "KR"}


def test_an_end_is_not_moved_into_another_country():
    with pytest.raises(NoRouteError, match=r"\(130\.29, 42\.24\) lies in KP, which the constr"):
        course(RAJIN, KHASAN, ONLY_RU)
    with pytest.raises(NoRouteError, match="lies in KP"):
        course(TUMANGANG, KHASAN, Rules(avoid=frozenset({"KP"})))


def test_a_country_without_rail_is_told():
    with pytest.raises(NoRouteError, match="no rail of SM lies within 60 km"):
        course((12.45, 43.94), MOSCOW)


@pytest.mark.parametrize("place", [(0.0, 50.0), (-20.0, 40.0), (135.0, 40.0)])
def test_a_point_at_sea_is_told(place):
    for ends in ((place, MOSCOW), (MOSCOW, place)):
        with pytest.raises(NoRouteError, match="lies at sea"):
            course(*ends)


def test_a_point_far_from_rail_is_told():
    with pytest.raises(NoRouteError, match=r"no rail of RU lies within 60 km of \(100, 70\)"):
        course((100.0, 70.0), MOSCOW)


def test_what_only_a_banned_country_joins_is_not_connected():
    with pytest.raises(NoRouteError, match="not connected under the constraints"):
        course((20.50, 54.70), MOSCOW, ONLY_RU)


def test_an_end_beside_a_piece_that_the_rules_cut_off_goes_to_the_next_line():
    """As at a border station: the nearest node hangs only on a line beyond the border."""
    nodes = [(60.0, 58.0), (60.2, 58.0), (60.0, 58.05), (60.4, 58.05), (60.4, 58.0)]
    abroad = [(0, 1, 13_000), (1, 4, 12_000), (2, 3, 24_000), (4, 3, 6000)]
    network = small(nodes, abroad, elsewhere=[1])
    free = course(nodes[0], nodes[3], network=network)
    assert (set(countries(free)), free.snap_m) == ({"RU", "CN"}, (0, 0))
    only = course(nodes[0], nodes[3], ONLY_RU, network)
    assert list(countries(only)) == ["RU"]
    assert only.snap_m[0] == pytest.approx(5570, abs=20)
    assert only.length_m == pytest.approx(24_000 + only.snap_m[0])


def test_a_point_off_the_coast_is_joined_over_a_gap():
    found = course((131.87, 43.09), MOSCOW)
    first = found.stretches[0]
    assert (first.kind, first.country) == ("gap", "RU")
    assert first.length_m == found.snap_m[0] > 500


def test_crimea_belongs_to_whom_the_view_says():
    assert set(countries(course(SIMFEROPOL, SEVASTOPOL))) == {"UA"}
    de_facto = course(SIMFEROPOL, SEVASTOPOL, Rules(view="de-facto"))
    assert set(countries(de_facto)) == {"RU"}
    only = frozenset({"RU"})
    assert course(SIMFEROPOL, SEVASTOPOL, Rules(only=only, view="de-facto")).length_m > 50_000
    with pytest.raises(NoRouteError, match="lies in UA"):
        course(SIMFEROPOL, SEVASTOPOL, Rules(only=only))


@pytest.mark.parametrize("place", [VLADIVOSTOK, DUNAY, SEOUL])
def test_the_line_from_a_place_to_itself_has_no_length(place):
    found = course(place, place)
    assert found.length_m == length_m(place, place, FREE) == 0
    assert found.coordinates.tolist() == [list(place), list(place)]
    assert [part.kind for part in found.stretches] == ["gap"]
    assert found.snap_m == (0, 0)


def test_two_places_on_one_node_are_joined_by_their_gaps():
    node = long_chains()[0]
    lon, lat = point(int(NETWORK.first[node]) + 2)
    found = course((lon + 0.0001, lat), (lon, lat - 0.0001))
    assert [part.kind for part in found.stretches] == ["gap", "gap"]
    assert found.length_m == sum(found.snap_m)
    assert len(found.coordinates) == 3


def test_longitudes_begin_where_the_origin_does():
    plain = course(VLADIVOSTOK, MOSCOW)
    turned = course((VLADIVOSTOK[0] - 360, VLADIVOSTOK[1]), (MOSCOW[0] + 360, MOSCOW[1]))
    assert turned.coordinates[0, 0] == VLADIVOSTOK[0] - 360
    assert np.allclose(turned.coordinates, plain.coordinates - [360, 0])
    assert turned.length_m == pytest.approx(plain.length_m)


# Ends inside chains, and loops


def long_chains():
    """Return twenty chains with many nodes that are alone at their coordinates."""
    before = np.concatenate([[0], np.cumsum(ALONE[NETWORK.junctions :])])
    first = NETWORK.first - NETWORK.junctions
    alone = before[first + NETWORK.interior] - before[first]
    plain = (NETWORK.interior >= 6) & (NETWORK.tail != NETWORK.head)
    return np.flatnonzero(plain & (alone == NETWORK.interior))[:400:20].tolist()


@pytest.mark.parametrize("chain", long_chains())
def test_both_ends_inside_one_chain(chain):
    first, edge = int(NETWORK.first[chain]), int(NETWORK.edge[chain])
    a, b = first + 1, first + 4
    there, back = course(point(a), point(b)), course(point(b), point(a))
    assert there.snap_m == back.snap_m == (0, 0)
    assert there.length_m == NETWORK.metres[edge + 2 : edge + 5].sum()
    assert there.coordinates.tolist() == [list(point(node)) for node in range(a, b + 1)]
    assert back.coordinates.tolist() == there.coordinates.tolist()[::-1]


def small(lonlat, edges, elsewhere=()):
    """Return a network of track in Russia, with some of its nodes given to China."""
    graph = Graph.of(np.array(lonlat, dtype=float), edges)
    units = geography.units_at(*graph.lonlat.T)
    units[list(elsewhere)] = geography.unit_codes().index("CN")
    return read("rail", compress(graph, units))


RING = [(60.0, 58.0), (60.1, 58.0), (60.1, 58.1), (60.0, 58.1)]
RING_EDGES = [(0, 1, 6000), (1, 2, 12_000), (2, 3, 6500), (3, 0, 11_500)]
RING_AND_BRANCH = ([*RING, (59.9, 58.0)], [*RING_EDGES, (4, 0, 7000)])


@pytest.mark.parametrize("built", [(RING, RING_EDGES), RING_AND_BRANCH], ids=["alone", "branch"])
def test_a_loop_is_followed_the_shorter_way(built):
    network = small(*built)
    assert (network.tail == network.head).sum() == 1
    graph = nx.Graph()
    graph.add_weighted_edges_from(built[1])
    for a, b in itertools.permutations(range(len(built[0])), 2):
        expected = nx.shortest_path_length(graph, a, b, weight="weight")
        ends = tuple(built[0][a]), tuple(built[0][b])
        assert length_m(*ends, network=network) == expected
        found = course(*ends, network=network)
        assert found.length_m == expected
        drawn = [built[0].index(tuple(each)) for each in found.coordinates.tolist()]
        assert (drawn[0], drawn[-1]) == (a, b)
        assert len(set(drawn)) == len(drawn)


def test_a_way_along_a_chain_may_be_longer_than_one_round_its_ends():
    """From 1 to 2 the chain itself takes 50 km; over its ends and the other line it is 13 km."""
    nodes = [(60.0, 58.0), (60.1, 58.0), (60.2, 58.0), (60.3, 58.0), (59.9, 58.0), (60.4, 58.0)]
    edges = [(0, 1, 6000), (1, 2, 50_000), (2, 3, 6000), (4, 0, 6000), (3, 5, 6000), (0, 3, 18_000)]
    network = small(nodes, edges)
    found = course(nodes[1], nodes[2], network=network)
    assert found.length_m == 6000 + 18_000 + 6000
    assert found.coordinates.tolist() == [list(nodes[one]) for one in (1, 0, 3, 2)]
    assert course(nodes[1], nodes[1], network=network).length_m == 0


def test_of_the_tracks_of_a_station_the_one_that_leads_on_is_taken():
    """The nearest track is a stub; a node 300 m farther saves over ten times its way."""
    nodes = [(60.0, 58.0), (60.0, 58.003), (60.5, 58.003), (59.8, 58.0)]
    stub = [(0, 3, 12_000), (3, 2, 45_000), (1, 2, 29_700)]
    found = course(nodes[0], nodes[2], network=small(nodes, stub))
    assert [part.kind for part in found.stretches] == ["gap", "track"]
    assert found.snap_m[0] == pytest.approx(334, abs=2)
    short = [(0, 3, 12_000), (3, 2, 42_000 - 12_000), (1, 2, 39_700)]
    assert course(nodes[0], nodes[2], network=small(nodes, short)).snap_m == (0, 0)


# What every course promises


KINDS_OF_TRACK = {"track", "schematic", "repaired", "patched", "gap"}
NODES = st.sampled_from(np.flatnonzero(INLAND))
SHIFT = st.floats(-0.05, 0.05).map(lambda degrees: round(degrees, 6))
PLACE = st.builds(
    lambda node, east, north: (NETWORK.lon[node] + east, NETWORK.lat[node] + north),
    NODES, SHIFT, SHIFT,
)  # fmt: skip


@settings(max_examples=150)
@given(PLACE, PLACE, st.sampled_from(RULES))
def test_stretches_cover_the_line_from_place_to_place(origin, destination, rules):
    try:
        found = course(origin, destination, rules)
    except NoRouteError:
        with pytest.raises(NoRouteError):
            length_m(origin, destination, rules)
        return
    line, parts = found.coordinates, found.stretches
    assert not line.flags.writeable
    assert tuple(line[0]) == origin
    assert (line[-1, 0] - destination[0]) % 360 == pytest.approx(0, abs=1e-9)
    assert line[-1, 1] == destination[1]
    assert np.abs(np.diff(line[:, 0])).max() < 180
    assert parts[0].start == 0
    assert parts[-1].stop == len(line) - 1
    assert all(one.stop == two.start for one, two in itertools.pairwise(parts))
    assert all(part.start < part.stop for part in parts)
    assert all(part.length_m >= 0 and part.max_offset_m >= 0 for part in parts)
    assert all(part.country is None or rules.allows(part.country) for part in parts)
    looks = [(part.kind, part.country) for part in parts if part.kind != "gap"]
    assert len({part.kind for part in parts} - KINDS_OF_TRACK) == 0
    assert all(one != two for one, two in itertools.pairwise(looks))
    gaps = [part.length_m for part in parts if part.kind == "gap"]
    assert sum(gaps) == pytest.approx(sum(found.snap_m))
    assert max(found.snap_m) <= track.MAX_SNAP_M * 1.01
    length = length_m(origin, destination, rules)
    assert found.length_m == pytest.approx(length, abs=1e-3)
    assert found.length_m >= 0.995 * geography.geodesic_m(*origin, *destination) - 200


@settings(max_examples=60)
@given(NODES, NODES)
def test_there_and_back_are_one_way(a, b):
    try:
        there = course(point(a), point(b))
    except NoRouteError:
        with pytest.raises(NoRouteError):
            course(point(b), point(a))
        return
    back = course(point(b), point(a))
    assert there.length_m == pytest.approx(back.length_m, abs=1e-3)
    assert countries(there) == pytest.approx(countries(back))


def test_a_stretch_over_two_kilometres_off_is_schematic():
    found = course(VLADIVOSTOK, MOSCOW)
    kinds = {part.kind for part in found.stretches}
    assert {"track", "schematic", "gap"} <= kinds
    for part in found.stretches:
        if part.kind in {"track", "schematic"}:
            assert (part.max_offset_m > 2000) == (part.kind == "schematic")


# Engines, order of calls, threads, and an oracle


def random_pairs(count, seed):
    main = np.flatnonzero(INLAND & (NETWORK.component == np.bincount(NETWORK.component).argmax()))
    picks = np.random.default_rng(seed).choice(main, (count, 2))
    return [(point(a), point(b)) for a, b in picks.tolist()]


def outcome(origin, destination, rules, network):
    try:
        found = course(origin, destination, rules, network)
    except NoRouteError as error:
        return str(error)
    return round(found.length_m, 3), {code: round(km, 6) for code, km in countries(found).items()}


@pytest.mark.skipif(networks.router_name() == "scipy", reason="routingkit-cch is not installed")
def test_both_engines_give_the_same_line(monkeypatch):
    for rules in RULES:
        assert type(NETWORK.router(rules)._engine).__name__ == "_HierarchyEngine"
    plain = dataclasses.replace(NETWORK)
    monkeypatch.setattr(engine, "router_name", lambda: "scipy")
    for rules in RULES:
        assert type(plain.router(rules)._engine).__name__ == "_PlainEngine"
    answers = []
    for number, pair in enumerate(random_pairs(60, seed=7)):
        rules = RULES[number % len(RULES)]
        answers.append(outcome(*pair, rules, NETWORK))
        assert outcome(*pair, rules, plain) == answers[-1]
    assert sum(not isinstance(one, str) for one in answers) > 40


def test_answers_do_not_depend_on_what_was_asked_before():
    bans = [Rules(avoid=frozenset({code})) for code in sorted({*geography.unit_codes()})[1:19]]
    asked = [(*pair, rules) for pair in random_pairs(6, seed=3) for rules in RULES]
    asked += [(*pair, rules) for pair, rules in zip(random_pairs(18, seed=4), bans, strict=True)]
    first, second = dataclasses.replace(NETWORK), dataclasses.replace(NETWORK)
    forward = [outcome(*one, first) for one in asked]
    backward = [outcome(*one, second) for one in reversed(asked)]
    assert forward == backward[::-1]


def test_threads_may_ask_at_once():
    asked = [(*pair, FREE, NETWORK) for pair in random_pairs(60, seed=5)]
    serial = list(itertools.starmap(outcome, asked))
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda one: outcome(*one), asked)) == serial


@pytest.fixture(scope="module")
def raw_graph():
    """Return every node and edge of the network as a MultiGraph, uncompressed."""
    chain = np.repeat(np.arange(len(FAR)), FAR)
    position = np.arange(len(NETWORK.metres)) - NETWORK.edge[chain]
    inner = NETWORK.first[chain] + position
    tails = np.where(position == 0, NETWORK.tail[chain], inner - 1)
    heads = np.where(position == FAR[chain] - 1, NETWORK.head[chain], inner)
    graph = nx.MultiGraph()
    rows = zip(tails.tolist(), heads.tolist(), NETWORK.metres.tolist(), strict=True)
    graph.add_weighted_edges_from(rows)
    return graph


@pytest.mark.parametrize("rules", [FREE, ONLY_RU, NO_CN], ids=["free", "only RU", "no CN"])
def test_networkx_finds_no_shorter_way(raw_graph, rules):
    owner = np.array(geography.unit_codes())[NETWORK.unit]
    allowed = [node for node in raw_graph if rules.allows(owner[node])]
    graph = raw_graph.subgraph(allowed)
    component = NETWORK.router(rules).component
    main = np.flatnonzero(ALONE & (component == component[node_of(MOSCOW)]))
    picks = np.random.default_rng(11).choice(main, (3, 2))
    for a, b in picks.tolist():
        shortest, path = nx.bidirectional_dijkstra(graph, a, b)
        found = length_m(point(a), point(b), rules)
        chains_passed = sum(node < NETWORK.junctions for node in path)
        assert shortest <= found <= shortest + chains_passed / 2, (
            "the seeded part is under half a metre a chain"
        )


def node_of(place):
    return int(NETWORK.near(*place, 5000)[0][0])
