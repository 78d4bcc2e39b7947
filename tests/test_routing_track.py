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
from routemap.networks import track as network_track
from routemap.routing import Rules, track

NETWORK = networks.load("rail")
FAR = NETWORK.interior + 1

DUNAY, TIKHORETSK = (132.335, 42.88), (40.12, 45.853)
VLADIVOSTOK, MOSCOW, USSURIYSK = (131.88, 43.11), (37.66, 55.78), (131.95, 43.79)
RAJIN, TUMANGANG, KHASAN = (130.29, 42.24), (130.613, 42.416), (130.6456, 42.4287)
SEOUL, DORASAN = (126.97, 37.555), (126.710, 37.899)
PYONGYANG, KAESONG = (125.735, 39.005), (126.555, 37.968)
SIMFEROPOL, SEVASTOPOL = (34.10, 44.956), (33.53, 44.596)

FREE = Rules()
ONLY_RU = Rules(only=frozenset({"RU"}))
NO_CN = Rules(avoid=frozenset({"CN"}))
RULES = (FREE, ONLY_RU, NO_CN, Rules(avoid=frozenset({"DE", "BY"})), Rules(view="de-facto"))


def course(origin, destination, rules=FREE, network=NETWORK):
    return track.course(network, origin, destination, rules)


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
    return count[index] == 1


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
    assert 45_000 < found.stretches[0].length_m < 50_000


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
            course(*ends)


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


@pytest.mark.parametrize(
    ("country", "origin", "destination"),
    [
        ("CH", (7.694279, 47.540364), (8.660307, 47.415575)),
        ("PT", (-8.755702, 41.960690), (-8.577859, 39.790490)),
    ],
)
def test_an_end_beside_a_piece_that_the_rules_cut_off_goes_to_the_next_line(
    country, origin, destination
):
    """At Basel and on the Minho the nearest nodes hang only on lines beyond the border."""
    only = Rules(only=frozenset({country}))
    found = course(origin, destination, only)
    assert set(countries(found)) == {country}
    assert found.length_m == pytest.approx(track.length_m(NETWORK, origin, destination, only))
    reach = 2 * track.SLACK_M
    nodes = NETWORK.near(*origin, reach)[0]
    nearest = nodes[NETWORK.router(only).allowed[NETWORK.unit[nodes]]][0]
    assert geography.geodesic_m(*origin, *point(nearest)) < found.snap_m[0] - 100


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
    assert found.length_m == track.length_m(NETWORK, place, place, FREE) == 0
    assert found.coordinates.tolist() == [list(place), list(place)]
    assert [part.kind for part in found.stretches] == ["gap"]
    assert found.snap_m == (0, 0)


def test_two_places_on_one_node_are_joined_by_their_gaps():
    node = int(np.flatnonzero(ALONE & (NETWORK.component == NETWORK.component.min()))[0])
    lon, lat = point(node)
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
    alone = np.add.reduceat(ALONE[NETWORK.junctions :], NETWORK.first - NETWORK.junctions)
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


@pytest.mark.parametrize("chain", np.flatnonzero(NETWORK.tail == NETWORK.head).tolist())
def test_a_loop_is_followed_the_shorter_way(chain):
    first, edge, far = int(NETWORK.first[chain]), int(NETWORK.edge[chain]), int(FAR[chain])
    metres = NETWORK.metres[edge : edge + far]
    nodes = [int(NETWORK.tail[chain]), *range(first, first + far - 1)]
    nodes = [node for node in nodes if ALONE[node]]
    assert len(nodes) > 1
    for a, b in itertools.islice(itertools.permutations(nodes, 2), 30):
        places = [0 if node < first else node - first + 1 for node in (a, b)]
        along = int(metres[min(places) : max(places)].sum())
        expected = min(along, int(metres.sum()) - along)
        assert track.length_m(NETWORK, point(a), point(b), FREE) == expected
        assert course(point(a), point(b)).length_m == expected


# What every course promises


NODES = st.integers(0, len(NETWORK.lon) - 1)
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
            track.length_m(NETWORK, origin, destination, rules)
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
    assert all(one != two for one, two in itertools.pairwise(looks))
    gaps = [part.length_m for part in parts if part.kind == "gap"]
    assert sum(gaps) == pytest.approx(sum(found.snap_m))
    assert max(found.snap_m) <= track.MAX_SNAP_M * 1.01
    length = track.length_m(NETWORK, origin, destination, rules)
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
    main = np.flatnonzero(NETWORK.component == np.bincount(NETWORK.component).argmax())
    picks = np.random.default_rng(seed).choice(main, (count, 2))
    return [(point(a), point(b)) for a, b in picks.tolist()]


def outcome(origin, destination, rules, network):
    try:
        found = course(origin, destination, rules, network)
    except NoRouteError as error:
        return str(error)
    return round(found.length_m, 3), {code: round(km, 6) for code, km in countries(found).items()}


@pytest.mark.skipif(networks.router() == "scipy", reason="routingkit-cch is not installed")
def test_both_engines_give_the_same_line(monkeypatch):
    plain = dataclasses.replace(NETWORK)
    monkeypatch.setattr(network_track, "router_name", lambda: "scipy")
    for rules in RULES:
        assert type(plain.router(rules)._engine).__name__ == "_PlainEngine"
        assert type(NETWORK.router(rules)._engine).__name__ == "_HierarchyEngine"
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
    picks = np.random.default_rng(11).choice(main, (5, 2))
    for a, b in picks.tolist():
        shortest, path = nx.bidirectional_dijkstra(graph, a, b)
        found = track.length_m(NETWORK, point(a), point(b), rules)
        chains_passed = sum(node < NETWORK.junctions for node in path)
        assert shortest <= found <= shortest + chains_passed / 2, (
            "the seeded part is under half a metre a chain"
        )


def node_of(place):
    return int(NETWORK.near(*place, 5000)[0][0])
