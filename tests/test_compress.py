"""Lines made a network: gauges split at transfers, chains between junctions, nodes on borders."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routemap import geography
from routemap.networks.compress import compress, node_units
from routemap.networks.engine import BORDER_KM, GAUGE_KM, SCALE
from routemap.networks.graph import KINDS, PATCHED, REPAIRED, TRACK, TRANSFER, Graph, split_gauges
from routemap.networks.rules import Rules
from routemap.networks.track import read
from routemap.routing.track import Search

RU, CN = (geography.unit_codes().index(code) for code in ("RU", "CN"))
WIDE, NORMAL, CAPE, UNKNOWN = (1520, 0), (1435, 0), (1067, 0), (0, 0)
DUAL = (1435, 1520)


def grid(count):
    """Return places in Russia, each apart from the others by over 5 km."""
    return [(60 + 0.1 * (node % 5), 58 + 0.1 * (node // 5)) for node in range(count)]


def lines(places, *edges, kind=TRACK):
    """Return a graph; an edge is (node, node, metres, gauges)."""
    graph = Graph.of(np.array(places), [edge[:3] for edge in edges])
    gauges = np.array([edge[3] for edge in edges], dtype=np.int64).reshape(-1, 2)
    kinds = np.full(len(edges), kind)
    return Graph(
        graph.lonlat, graph.edges, graph.metres, kinds, gauges, graph.main, graph.electrified
    )


def network_of(graph, units=None):
    units = np.full(len(graph.lonlat), RU, dtype=np.int16) if units is None else units
    return read("rail", compress(graph, np.array(units, dtype=np.int16)))


def transfers(network):
    """Return the places of the transfers, sorted."""
    found = network.tail[network.kind == TRANSFER]
    return sorted(zip(network.lon[found].tolist(), network.lat[found].tolist(), strict=True))


def course(network, a, b, **rules):
    return Search(network, a, b).course(Rules(**rules))


# Gauges


def test_a_break_of_gauge_is_a_transfer_of_no_length_at_the_node_where_the_tracks_meet():
    a, b, c = places = grid(3)
    network = network_of(lines(places, (0, 1, 6000, WIDE), (1, 2, 6200, NORMAL)))
    assert transfers(network) == [b]
    assert network.junctions == 4
    assert network.chain_metres.sum() == 12_200
    found = course(network, a, c)
    assert found.length_m == 12_200
    assert found.gauge_changes == ((*b, 1520, 1435),)
    assert course(network, c, a).gauge_changes == ((*b, 1435, 1520),)
    assert found.coordinates.tolist() == [list(place) for place in places]
    assert [part.kind for part in found.stretches] == ["track"]


@pytest.mark.parametrize("middle", [DUAL, DUAL[::-1]])
def test_a_line_with_two_gauges_runs_through_a_junction_without_a_change(middle):
    """Wide track from 0, normal track from 4; both lie between 1 and 3, with a siding at 2."""
    places = grid(6)
    edges = [(0, 1, WIDE), (1, 2, middle), (2, 3, middle[::-1]), (3, 4, NORMAL), (2, 5, middle)]
    network = network_of(lines(places, *((a, b, 6000, mm) for a, b, mm in edges)))
    assert transfers(network) == [places[1], places[3]], "at 2 all tracks are alike"
    for usual in (True, False):
        assert course(network, places[0], places[3], usual=usual).gauge_changes == ()
        assert course(network, places[1], places[4], usual=usual).gauge_changes == ()
        assert course(network, places[0], places[5], usual=usual).gauge_changes == ()
        (change,) = course(network, places[0], places[4], usual=usual).gauge_changes
        assert change[2:] == (1520, 1435)
        assert change[:2] in {places[1], places[3]}


def test_three_gauges_at_one_node_are_joined_each_with_each():
    places = grid(4)
    edges = [(0, 1, 5000, WIDE), (1, 2, 5000, NORMAL), (1, 3, 5000, CAPE)]
    graph, origin = split_gauges(lines(places, *edges))
    change = np.flatnonzero(graph.kind == TRANSFER)
    assert (len(change), len(origin)) == (3, 6)
    assert set(origin[graph.edges[change]].ravel().tolist()) == {1}
    assert (graph.lonlat == np.array(places)[origin]).all()
    assert (graph.metres[change] == 0).all()
    assert not graph.gauges[change].any()
    for a, b in itertools.permutations((0, 2, 3), 2):
        assert len(course(network_of(lines(places, *edges)), places[a], places[b]).gauge_changes)


@pytest.mark.parametrize("known", [WIDE, DUAL])
def test_an_edge_of_unknown_gauge_makes_no_break(known):
    places = grid(4)
    edges = [(0, 1, 5000, known), (1, 2, 5000, UNKNOWN), (2, 3, 5000, known)]
    network = network_of(lines(places, *edges))
    found = course(network, places[0], places[3])
    assert (transfers(network), found.gauge_changes, found.length_m) == ([], (), 15_000)


@pytest.mark.parametrize("known", [(WIDE, NORMAL), (NORMAL, WIDE)])
def test_a_siding_of_unknown_gauge_at_a_break_is_reached_from_either_side(known):
    places = grid(4)
    edges = [(0, 1, 5000, known[0]), (1, 2, 5000, known[1]), (1, 3, 5000, UNKNOWN)]
    network = network_of(lines(places, *edges))
    assert course(network, places[0], places[3], usual=True).gauge_changes == ()
    assert course(network, places[2], places[3], usual=True).gauge_changes == ()
    assert len(course(network, places[0], places[2]).gauge_changes) == 1


def test_a_graph_of_one_gauge_is_left_as_it_is():
    graph = lines(grid(4), (0, 1, 5000, WIDE), (1, 2, 5000, WIDE), (1, 3, 5000, WIDE))
    split, origin = split_gauges(graph)
    assert origin.tolist() == [0, 1, 2, 3]
    for name in ("lonlat", "edges", "metres", "kind", "gauges", "main", "electrified"):
        assert (getattr(split, name) == getattr(graph, name)).all()


# Chains


def test_a_line_without_branches_is_one_chain():
    places = grid(5)
    network = network_of(lines(places, *((a, a + 1, 6000 + a, WIDE) for a in range(4))))
    assert (network.junctions, network.interior.tolist()) == (2, [3])
    assert sorted(network.metres.tolist()) == [6000, 6001, 6002, 6003]
    assert (network.gauge.tolist(), network.kind.tolist()) == ([1520], [TRACK])
    drawn = (network.trace[:, :2] / network.per_degree).tolist()
    assert [list(place) for place in places] in (drawn, drawn[::-1])


@pytest.mark.parametrize("what", ["kind", "main", "electrified", "gauge"])
def test_a_chain_ends_where_its_kind_rank_power_or_gauge_does(what):
    places = grid(5)
    graph = lines(places, *((a, a + 1, 6000, WIDE) for a in range(4)))
    {
        "kind": lambda: graph.kind.__setitem__(2, PATCHED),
        "main": lambda: graph.main.__setitem__(2, True),
        "electrified": lambda: graph.electrified.__setitem__(2, 2),
        "gauge": lambda: graph.gauges.__setitem__((2, 0), 0),
    }[what]()
    network = network_of(graph)
    assert sorted(network.interior.tolist()) == [0, 0, 1]
    assert course(network, places[0], places[4]).length_m == 24_000


def test_a_ring_without_a_junction_gets_one():
    places = [(60.0, 58.0), (60.1, 58.0), (60.1, 58.1), (60.0, 58.1)]
    ring = lines(places, *((a, (a + 1) % 4, 6000 + a, WIDE) for a in range(4)))
    network = network_of(ring)
    assert (network.junctions, network.interior.tolist()) == (1, [3])
    assert network.tail.tolist() == network.head.tolist()
    assert course(network, places[1], places[3]).length_m == min(6001 + 6002, 6003 + 6000)


@pytest.mark.parametrize("engine", ["routingkit-cch", "scipy"])
def test_of_parallel_lines_the_shorter_is_taken_and_the_other_kept(engine, monkeypatch):
    monkeypatch.setattr("routemap.networks.engine.router_name", lambda: engine)
    if engine != "scipy":
        pytest.importorskip("routingkit_cch")
    places = grid(4)
    edges = [(0, 1, 5000), (1, 2, 9000), (2, 1, 8000), (1, 2, 8500), (2, 3, 5000)]
    network = network_of(lines(places, *((*edge, WIDE) for edge in edges)))
    assert len(network.tail) == 5
    assert course(network, places[0], places[3]).length_m == 18_000


def test_kinds_that_are_made_by_hand_can_be_left_out():
    places = grid(4)
    graph = lines(places, (0, 1, 5000, WIDE), (1, 2, 5000, WIDE), (0, 2, 50_000, WIDE))
    for kind in (REPAIRED, PATCHED):
        graph.kind[1] = kind
        network = network_of(graph)
        ends = places[0], places[2]
        assert course(network, *ends).length_m == 10_000
        found = course(network, *ends, without=frozenset({KINDS[kind]}))
        assert found.length_m == 50_000
        assert {part.kind for part in found.stretches} <= {"track", "schematic"}


# Borders

AMUR = [(131.79, 44.40), (131.40, 44.40), (131.16, 44.40), (130.90, 44.35), (130.60, 44.40)]
"""Along the line from Ussuriysk to Suifenhe: the first three in Russia, the others in China."""


def test_a_chain_over_a_border_has_one_node_there():
    steps = np.ceil(geography.steps_m(*np.array(AMUR).T)).astype(int).tolist()
    graph = lines(AMUR, *((a, a + 1, steps[a], WIDE) for a in range(4)))
    units = node_units(graph)
    assert units.tolist() == [RU] * 3 + [CN] * 2
    network = network_of(graph, units)
    (chain,) = np.flatnonzero(network.crossing)
    assert sorted(network.interior.tolist()) == [0, 1, 1]
    border = int(network.first[chain])
    assert network.unit[border] == -1
    place = float(network.lon[border]), float(network.lat[border])
    beside = np.array([place[0] + 0.02, place[0] - 0.02])
    assert geography.units_at(beside, np.full(2, place[1])).tolist() == [RU, CN]
    found = course(network, AMUR[0], AMUR[4])
    assert found.length_m == sum(steps)
    inside, outside = found.stretches
    assert (inside.country, outside.country) == ("RU", "CN")
    assert found.coordinates[outside.start].tolist() == list(place)
    share = (AMUR[2][0] - place[0]) / (AMUR[2][0] - AMUR[3][0])
    assert inside.length_m == pytest.approx(sum(steps[:2]) + steps[2] * share, abs=200)


def test_an_end_is_never_joined_to_the_node_on_a_border():
    graph = lines(AMUR, *((a, a + 1, 20_000, WIDE) for a in range(4)))
    network = network_of(graph, node_units(graph))
    border = int(np.flatnonzero(network.unit < 0)[0])
    place = float(network.lon[border]), float(network.lat[border])
    assert border not in network.near(*place, 60_000)[0]
    assert network.nearest(*np.array([place]).T)[0][0] != border


def test_a_node_off_the_land_takes_the_territory_of_its_neighbour():
    places = [(132.0, 43.3), (135.0, 40.5), (135.5, 40.4), (135.6, 40.3), (-150.0, -60.0)]
    graph = lines(places, (0, 1, 330_000, WIDE), (1, 2, 60_000, WIDE), (3, 4, 9_999_999, WIDE))
    assert geography.units_at(*np.array(places).T).tolist() == [RU, -1, -1, -1, -1]
    assert node_units(graph).tolist() == [RU] * 5


# Stored arrays


def test_the_same_graph_gives_the_same_arrays_and_readable_ones():
    graph = lines(grid(6), *((a, b, 5000, DUAL) for a, b in itertools.combinations(range(6), 2)))
    units = np.full(6, RU, dtype=np.int16)
    one, two = (compress(graph, units) for _ in range(2))
    assert one.keys() == two.keys()
    assert all((one[name] == two[name]).all() and one[name].dtype != object for name in one)
    assert "electrified" not in one
    graph.electrified[:] = 2
    assert (compress(graph, units)["electrified"][one["kind"] == TRACK] == 2).all()


@pytest.mark.parametrize("per_degree", [1000, 1_000_000])
def test_positions_are_kept_to_the_part_of_a_degree_asked_for(per_degree):
    places = [(60.1234567, 58.7654321), (60.2234567, 58.8654321)]
    graph = lines(places, (0, 1, 14_000, WIDE))
    network = read("rail", compress(graph, np.full(2, RU, np.int16), per_degree=per_degree))
    stored = np.stack([network.lon, network.lat], axis=1)
    assert np.abs(np.sort(stored, axis=0) - places).max() <= 0.5 / per_degree + 1e-12


# Against networkx on the graph itself

CLOSE_M = 12
"""What chains and transfers may count besides their length, so that one of equal ways is chosen."""
GAUGES = st.sampled_from([WIDE, NORMAL, DUAL, DUAL[::-1], CAPE])


@st.composite
def graphs(draw):
    """Return the edges of a graph of up to nine nodes, parallel ones among them, and its units."""
    count = draw(st.integers(2, 9))
    node = st.integers(0, count - 1)
    pairs = st.tuples(node, node).filter(lambda pair: pair[0] != pair[1])
    edge = st.builds(
        lambda pair, metres, gauges: (*pair, metres, gauges),
        *(pairs, st.integers(1000, 900_000), GAUGES),
    )
    edges = draw(st.lists(edge, min_size=1, max_size=16))
    return count, edges, draw(st.lists(st.sampled_from([RU, CN]), min_size=count, max_size=count))


def raw_graph(edges, units, penalty):
    """Return states (node, gauge): tracks of that gauge lead on, another gauge costs `penalty`.

    Gauges may be changed anywhere: along a line with two of them that gains nothing.
    """
    graph = nx.MultiGraph()
    for a, b, metres, gauges in edges:
        border = BORDER_KM * 1000 if penalty and units[a] != units[b] else 0
        for mm in filter(None, gauges):
            graph.add_edge((a, mm), (b, mm), weight=metres + border)
    for one, two in itertools.combinations(list(graph), 2):
        if one[0] == two[0]:
            graph.add_edge(one, two, weight=penalty)
    return graph


@settings(max_examples=60)
@given(graphs(), st.booleans())
def test_shortest_ways_are_those_of_networkx_on_the_raw_graph(drawn, usual):
    count, edges, units = drawn
    places = grid(count)
    network = network_of(lines(places, *edges), units)
    router = network.router(Rules(usual=usual))
    raw = raw_graph(edges, units, GAUGE_KM * 1000 if usual else 0)
    copies = {place: [] for place in places}
    for junction in range(network.junctions):
        copies[network.lon[junction], network.lat[junction]].append((junction, 0))
    on_lines = {node for edge in edges for node in edge[:2]}
    known = [node for node in sorted(on_lines) if copies[places[node]]]
    for a, b in itertools.combinations(known, 2):
        sources = [state for state in raw if state[0] == a]
        targets = [state for state in raw if state[0] == b]
        to_all = nx.multi_source_dijkstra_path_length(raw, set(sources))
        expected = min((to_all[state] for state in targets if state in to_all), default=None)
        found = router.path(copies[places[a]], copies[places[b]])
        assert (found is None) == (expected is None)
        if found is not None:
            weight, arcs = found
            assert 0 <= weight - expected * SCALE <= CLOSE_M * SCALE * len(arcs)
            if not usual:
                length = Search(network, places[a], places[b]).length_m(Rules())
                assert expected <= length <= expected + CLOSE_M * len(arcs)


@settings(max_examples=40)
@given(graphs())
def test_a_compressed_network_has_the_edges_of_the_graph(drawn):
    """Each edge once for each of its gauges, with its metres, and between its two places."""
    count, edges, units = drawn
    places = grid(count)
    network = network_of(lines(places, *edges), units)
    assert (network.chain_metres[network.kind == TRACK].sum()) == sum(
        metres * sum(mm > 0 for mm in gauges) for _, _, metres, gauges in edges
    )
    whole = nx.MultiGraph()
    for chain in range(len(network.tail)):
        edge, far = int(network.edge[chain]), int(network.interior[chain]) + 1
        rows = network.trace[edge + chain : edge + chain + far + 1, :2]
        line = (rows / network.per_degree).tolist()
        for (one, two), metres in zip(
            itertools.pairwise(line), network.metres[edge : edge + far].tolist(), strict=True
        ):
            whole.add_edge(tuple(one), tuple(two), metres=metres)
    for a, b, metres, _ in edges:
        if units[a] == units[b]:
            found = whole.get_edge_data(places[a], places[b])
            assert metres in {one["metres"] for one in found.values()}
    used = {node for edge in edges for node in edge[:2]}
    assert {places[node] for node in used} <= set(whole)
