"""The shipped rail network: what its arrays promise, and that nothing can be written to it."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from routemap import geography, networks
from routemap.errors import ArgumentError, AssetError
from routemap.networks import stored, track
from routemap.routing import Rules

NETWORK = networks.load("rail")
FAR = NETWORK.interior + 1
"""Edges of each chain."""


def owners(view="recognised"):
    return np.array(geography.unit_codes(view))[NETWORK.unit]


def node_near(lon, lat):
    return int(NETWORK.near(lon, lat, 5000)[0][0])


def test_a_network_is_read_once_and_named_by_its_mode():
    assert networks.load("rail") is NETWORK
    assert NETWORK.mode == "rail"
    assert NETWORK.passages == {}


@pytest.mark.parametrize("mode", ["road", "river", "air", "", "Rail"])
def test_a_mode_without_a_network_says_which_there_are(mode):
    with pytest.raises(ArgumentError, match="rail, sea"):
        networks.load(mode)


def test_describe_tells_source_licence_and_router_of_each_network():
    rail, sea = networks.describe()
    assert (rail["mode"], sea["mode"]) == ("rail", "sea")
    assert rail["licence"] == "ODbL-1.0"
    assert rail["nodes"] == len(NETWORK.lon)
    assert rail["router"] == networks.router()
    west, south, east, north = rail["extent"]
    assert -180 <= west < east <= 180
    assert -60 < south < north < 80


def test_no_array_can_be_written_to():
    router = NETWORK.router(Rules(avoid=frozenset({"CN"})))
    derived = [NETWORK.weights, NETWORK.arc_tail, NETWORK.arc_head]
    derived += [router.allowed, router.open, router.codes, router.component]
    stored = [value for value in vars(NETWORK).values() if isinstance(value, np.ndarray)]
    assert len(stored) >= 16
    for array in stored + derived:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        NETWORK.lon = np.zeros(1)


def test_chains_run_from_junction_to_junction_without_holes():
    junctions, chains = NETWORK.junctions, len(NETWORK.tail)
    assert len(NETWORK.lon) == junctions + NETWORK.interior.sum()
    assert len(NETWORK.metres) == FAR.sum()
    assert (NETWORK.first[1:] == NETWORK.first[:-1] + NETWORK.interior[:-1]).all()
    assert NETWORK.first[0] == junctions
    assert (NETWORK.edge[1:] == NETWORK.edge[:-1] + FAR[:-1]).all()
    ends = np.concatenate([NETWORK.tail, NETWORK.head])
    assert ends.min() == 0
    assert ends.max() < junctions
    sums = [
        NETWORK.metres[edge : edge + far].sum() for edge, far in zip(NETWORK.edge, FAR, strict=True)
    ]
    assert NETWORK.chain_metres.tolist() == sums
    assert chains < len(FAR.repeat(FAR)) / 2, "not compressed"


def test_the_contraction_order_names_each_junction_once():
    assert (np.sort(NETWORK.order) == np.arange(NETWORK.junctions)).all()


def test_a_chain_lies_in_one_territory_or_is_one_edge_with_its_border():
    tail, head = NETWORK.unit[NETWORK.tail], NETWORK.unit[NETWORK.head]
    crossing = tail != head
    assert crossing.sum() > 400
    assert (NETWORK.interior[crossing] == 0).all()
    assert ((NETWORK.split > 0) == crossing).all()
    assert NETWORK.split.max() < 1
    inner = NETWORK.unit[NETWORK.junctions :]
    assert (inner == np.repeat(tail, NETWORK.interior)).all()


def test_a_chain_lies_in_one_component():
    component = NETWORK.component
    assert (component[NETWORK.tail] == component[NETWORK.head]).all()
    inner = np.repeat(component[NETWORK.tail], NETWORK.interior)
    assert (component[NETWORK.junctions :] == inner).all()
    assert np.bincount(component).max() > 180_000


def test_territories_are_those_of_the_shipped_borders():
    """The network stores indices into the borders' list of units: a new list wants a new build."""
    units = geography.units_at(NETWORK.lon, NETWORK.lat)
    on_land = units >= 0
    assert on_land.mean() > 0.99
    assert (units[on_land] == NETWORK.unit[on_land]).all()


def test_no_edge_is_shorter_than_the_straight_line():
    chain = np.repeat(np.arange(len(FAR)), FAR)
    position = np.arange(len(NETWORK.metres)) - NETWORK.edge[chain]
    inner = NETWORK.first[chain] + position
    a = np.where(position == 0, NETWORK.tail[chain], inner - 1)
    b = np.where(position == FAR[chain] - 1, NETWORK.head[chain], inner)
    lon, lat = NETWORK.lon, NETWORK.lat
    straight = geography.haversine_m(lon[a], lat[a], lon[b], lat[b])
    assert (NETWORK.metres + 160 > straight * 0.999).all(), "coordinates are good to 0.001 degree"


def test_repairs_cross_no_border_and_span_at_most_three_kilometres():
    repaired = NETWORK.kind == track.KINDS.index("repaired")
    assert 500 < repaired.sum() < 1000
    assert NETWORK.chain_metres[repaired].max() <= 3000
    tail, head = NETWORK.tail[repaired], NETWORK.head[repaired]
    assert (NETWORK.unit[tail] == NETWORK.unit[head]).all()


def test_nothing_crosses_the_military_demarcation_line():
    owner = owners()
    sides = [frozenset(pair) for pair in zip(owner[NETWORK.tail], owner[NETWORK.head], strict=True)]
    assert frozenset({"KP", "RU"}) in sides
    assert frozenset({"KP", "KR"}) not in sides
    shared = set(NETWORK.component[owner == "KP"]) & set(NETWORK.component[owner == "KR"])
    assert not shared


def test_the_general_rule_closes_the_break_at_nakhodka():
    nakhodka, moscow = node_near(132.87, 42.82), node_near(37.66, 55.78)
    assert NETWORK.component[nakhodka] == NETWORK.component[moscow]


def test_the_one_patch_is_the_branch_to_dunay():
    (chain,) = np.flatnonzero(NETWORK.kind == track.KINDS.index("patched"))
    ends = {
        (NETWORK.lon[one], NETWORK.lat[one]) for one in (NETWORK.tail[chain], NETWORK.head[chain])
    }
    assert ends == {(132.455, 43.298), (132.335, 42.88)}


def test_tumangang_and_khasan_are_the_two_ends_of_their_bridge():
    tumangang, khasan = node_near(130.613, 42.416), node_near(130.6456, 42.4287)
    assert owners()[[tumangang, khasan]].tolist() == ["KP", "RU"]


def test_an_interior_node_knows_its_chain_and_place():
    chain = int(NETWORK.interior.argmax())
    first, count = int(NETWORK.first[chain]), int(NETWORK.interior[chain])
    assert [NETWORK.chain_of(node) for node in range(first, first + count)] == [
        (chain, position) for position in range(count)
    ]


@pytest.mark.parametrize(
    "place",
    [(37.66, 55.78), (397.66, 55.78), (-322.34, 55.78), (179.99, -17.8), (0, 90), (0, -90)],
)
@pytest.mark.parametrize("radius_m", [20_000, 60_000])
def test_near_finds_what_a_look_at_every_node_finds(place, radius_m):
    nodes, metres = NETWORK.near(*place, radius_m)
    all_metres = geography.haversine_m(*place, NETWORK.lon, NETWORK.lat)
    assert set(nodes.tolist()) == set(np.flatnonzero(all_metres <= radius_m).tolist())
    assert (np.diff(metres) >= 0).all()
    assert np.allclose(metres, all_metres[nodes])


def test_at_most_sixteen_weight_vectors_are_kept_the_latest_used():
    network = dataclasses.replace(NETWORK)
    rules = [Rules(avoid=frozenset({code})) for code in geography_codes(20)]
    first = network.router(rules[0])
    for one in rules[1:16]:
        network.router(one)
    assert network.router(rules[0]) is first
    for one in rules[16:]:
        network.router(one)
    assert len(network._routers) == 16
    assert network.router(rules[0]) is first
    assert rules[1] not in network._routers


def geography_codes(count):
    return sorted({code for code in geography.unit_codes() if code})[:count]


def test_a_router_opens_only_what_its_rules_allow():
    router = NETWORK.router(Rules(only=frozenset({"RU"})))
    owner = owners()
    ends = {*owner[NETWORK.tail[router.open]], *owner[NETWORK.head[router.open]]}
    assert ends == {"RU"}
    banned = NETWORK.router(Rules(avoid=frozenset({"RU"}))).open
    assert not (banned & router.open).any()


def test_components_under_rules_part_what_only_a_banned_country_joins():
    kaliningrad, moscow = node_near(20.50, 54.70), node_near(37.66, 55.78)
    assert NETWORK.component[kaliningrad] == NETWORK.component[moscow]
    under = NETWORK.router(Rules(only=frozenset({"RU"}))).component
    assert under[kaliningrad] != under[moscow]
    free = NETWORK.router(Rules()).component
    _, as_stored = np.unique(NETWORK.component, return_inverse=True)
    pairs = {*zip(free.tolist(), as_stored.tolist(), strict=True)}
    assert len(pairs) == free.max() + 1 == as_stored.max() + 1


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_a_damaged_or_missing_asset_is_told(tmp_path, monkeypatch, content):
    (tmp_path / "assets").mkdir()
    if content is not None:
        (tmp_path / "assets" / "rail.npz").write_bytes(content)
    monkeypatch.setattr(stored, "files", lambda package: tmp_path)
    with pytest.raises(AssetError, match=r"assets/rail\.npz is missing or damaged"):
        track.load.__wrapped__("rail")


def test_a_torn_asset_is_told(tmp_path, monkeypatch):
    whole = stored.files("routemap").joinpath("assets/rail.npz").read_bytes()
    torn = bytearray(whole)
    torn[len(torn) // 2 :: 9973] = bytes(len(torn[len(torn) // 2 :: 9973]))
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "rail.npz").write_bytes(bytes(torn))
    monkeypatch.setattr(stored, "files", lambda package: tmp_path)
    with pytest.raises(AssetError):
        track.load.__wrapped__("rail")


def test_the_engine_is_the_hierarchy_where_it_is_installed():
    installed = track.find_spec("routingkit_cch") is not None
    assert networks.router() == ("routingkit-cch" if installed else "scipy")


def test_a_cold_rail_route_imports_nothing_heavy():
    code = (
        "import sys; from routemap import networks; from routemap.routing import route; "
        "route((131.88, 43.11), (37.66, 55.78), mode='rail'); print(*sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(found.stdout.split())
    heavy = {"geopandas", "pandas", "folium", "networkx", "pydantic"}
    if networks.router() == "routingkit-cch":
        heavy.add("scipy")
    assert not loaded & heavy


def test_networks_do_not_know_routing_not_even_for_types():
    sources = Path(networks.__file__).parent.glob("*.py")
    assert [file.name for file in sources if "routemap.routing" in file.read_text("utf-8")] == []
    assert Rules.__module__ == "routemap.networks.rules"
