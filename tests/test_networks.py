"""The shipped rail network: what its arrays promise, and that nothing can be written to it."""

import dataclasses
import subprocess
import sys
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from routemap import geography, networks
from routemap.errors import ArgumentError, AssetError
from routemap.networks import stored, track
from routemap.networks.engine import BORDER_KM, CLOSED, GAUGE_KM, MINOR, SCALE
from routemap.networks.graph import KINDS
from routemap.routing import Rules

NETWORK = networks.load("rail")
FAR = NETWORK.interior + 1
"""Edges of each chain."""


def owners():
    return np.array(geography.unit_codes())[NETWORK.unit]


def node_near(lon, lat):
    return int(NETWORK.near(lon, lat, 5000)[0][0])


def test_a_network_is_read_once_and_named_by_its_mode():
    assert networks.load("rail") is NETWORK
    assert NETWORK.mode == "rail"
    assert NETWORK.passages == {}


@pytest.mark.parametrize("mode", ["air", "unknown", "", "Rail"])
def test_a_mode_without_a_network_says_which_there_are(mode):
    with pytest.raises(ArgumentError, match="sea, river, rail, road"):
        networks.load(mode)


def test_describe_tells_source_licence_and_router_of_each_network():
    rows = {row["mode"]: row for row in networks.describe()}
    assert tuple(rows) == networks.NETWORKS
    rail = rows["rail"]
    assert rail["licence"] == "ODbL-1.0"
    assert rail["nodes"] == len(NETWORK.lon)
    assert rail["router"] == networks.router_name()
    assert rows["sea"]["router"] == "scipy"
    assert rail["passages"] == []
    assert "suez" in rows["sea"]["passages"]
    west, south, east, north = rail["extent"]
    assert -180 <= west < east <= 180
    assert -60 < south < north < 80


def test_no_array_can_be_written_to():
    router = NETWORK.router(Rules(avoid=frozenset({"CN"})))
    derived = [
        *(NETWORK.noise, NETWORK.chain_metres, NETWORK.metres_before),
        *(NETWORK.crossing, NETWORK.special, NETWORK.trace),
        *(router.usable, router.open, router.codes, router.component, router.weight),
        *(closure.chains for closure in NETWORK.closures.values()),
    ]
    stored = [
        getattr(NETWORK, field.name)
        for field in dataclasses.fields(NETWORK)
        if isinstance(getattr(NETWORK, field.name), np.ndarray)
    ]
    assert len(stored) >= 13
    for array in stored + derived:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        NETWORK.lon = np.zeros(1)
    with pytest.raises(TypeError):
        NETWORK.closures["mine"] = next(iter(NETWORK.closures.values()))


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


def test_a_chain_lies_in_one_territory_or_has_one_node_on_the_border():
    tail, head = NETWORK.unit[NETWORK.tail], NETWORK.unit[NETWORK.head]
    crossing = tail != head
    assert crossing.sum() > 400
    assert (NETWORK.crossing == crossing).all()
    assert (NETWORK.interior[crossing] == 1).all()
    assert (NETWORK.unit[NETWORK.first[crossing]] == -1).all()
    assert (NETWORK.unit == -1).sum() == crossing.sum(), "on a border, but on no chain over it"
    inner = NETWORK.unit[NETWORK.junctions :]
    alike = inner == np.repeat(tail, NETWORK.interior)
    assert (alike | np.repeat(crossing, NETWORK.interior)).all()


def test_the_node_on_a_border_lies_near_both_territories():
    """Borders within 12 km of the chord's crossing: an edge may be that long where lines are."""
    crossing = np.flatnonzero(NETWORK.crossing)[::10]
    border = NETWORK.first[crossing]
    codes = geography.unit_codes()
    for chain, node in zip(crossing.tolist(), border.tolist(), strict=True):
        sides = {codes[NETWORK.unit[end[chain]]] for end in (NETWORK.tail, NETWORK.head)}
        place = float(NETWORK.lon[node]), float(NETWORK.lat[node])
        assert geography.country_near(*place, within_km=12) in sides


def test_a_chain_lies_in_one_component():
    component = NETWORK.component
    assert (component[NETWORK.tail] == component[NETWORK.head]).all()
    inner = np.repeat(component[NETWORK.tail], NETWORK.interior)
    assert (component[NETWORK.junctions :] == inner).all()
    assert np.bincount(component).max() > 0.6 * len(component)


def test_territories_are_those_of_the_shipped_borders():
    """The network stores indices into the borders' list of units: a new list wants a new build."""
    units = geography.units_at(NETWORK.lon, NETWORK.lat)
    on_land = (units >= 0) & (NETWORK.unit >= 0)
    assert on_land.mean() > 0.98
    assert (units[on_land] == NETWORK.unit[on_land]).all()


def test_no_edge_is_shorter_than_the_straight_line():
    chain = np.repeat(np.arange(len(FAR)), FAR)
    position = np.arange(len(NETWORK.metres)) - NETWORK.edge[chain]
    inner = NETWORK.first[chain] + position
    a = np.where(position == 0, NETWORK.tail[chain], inner - 1)
    b = np.where(position == FAR[chain] - 1, NETWORK.head[chain], inner)
    lon, lat = NETWORK.lon, NETWORK.lat
    straight = geography.haversine_m(lon[a], lat[a], lon[b], lat[b])
    close = NETWORK.metres + 160 > straight * 0.999
    assert close.mean() > 0.9999, "coordinates are good to 0.001 degree"
    assert (NETWORK.metres + 160 > straight * 0.99).all(), "a station put by hand on its line"


def of_kind(name):
    return np.flatnonzero(NETWORK.kind == KINDS.index(name))


def test_joins_are_some_hundreds_and_short():
    repaired = of_kind("repaired")
    assert 300 < len(repaired) < 3000
    metres = NETWORK.chain_metres[repaired]
    assert np.median(metres) < 2000
    assert metres.sum() / NETWORK.chain_metres.sum() < 0.002


def test_a_transfer_joins_two_copies_of_a_node_and_has_no_length():
    transfers = of_kind("transfer")
    assert len(transfers) > 100
    tail, head = NETWORK.tail[transfers], NETWORK.head[transfers]
    assert (tail != head).all()
    assert (NETWORK.lon[tail] == NETWORK.lon[head]).all()
    assert (NETWORK.lat[tail] == NETWORK.lat[head]).all()
    assert (NETWORK.chain_metres[transfers] == 0).all()
    assert (np.delete(NETWORK.chain_metres, transfers) > 0).all()


def test_tracks_that_meet_have_one_gauge():
    """Where they differ the node has copies: gauges meet in transfers alone."""
    lines = np.flatnonzero((NETWORK.kind != KINDS.index("transfer")) & (NETWORK.gauge > 0))
    node = np.concatenate([NETWORK.tail[lines], NETWORK.head[lines]])
    gauge = np.tile(NETWORK.gauge[lines].astype(np.int64), 2)
    least, most = np.full(NETWORK.junctions, 10_000), np.zeros(NETWORK.junctions, dtype=np.int64)
    np.minimum.at(least, node, gauge)
    np.maximum.at(most, node, gauge)
    used = most > 0
    assert (least[used] == most[used]).all()


def test_gauges_are_those_of_the_countries():
    """Most of a country's network; narrow lines and links to neighbours are the rest."""
    owner, metres = owners()[NETWORK.tail], NETWORK.chain_metres
    expected = {"RU": 1520, "CN": 1435, "KP": 1435, "FR": 1435, "ES": 1668, "IN": 1676, "ZA": 1067}
    for code, mm in expected.items():
        own = (owner == code) & (NETWORK.gauge > 0)
        assert metres[own & (np.abs(NETWORK.gauge.astype(int) - mm) <= 4)].sum() > (
            0.8 * metres[own].sum()
        ), code


def test_main_lines_are_a_small_part_and_stand_where_agreements_name_them():
    assert 0.01 < (NETWORK.main * NETWORK.chain_metres).sum() / NETWORK.chain_metres.sum() < 0.5
    assert not NETWORK.main[of_kind("transfer")].any()


def test_north_and_south_korea_are_joined_by_crossings_that_closures_name():
    owner = owners()
    tails, heads = owner[NETWORK.tail], owner[NETWORK.head]
    between = np.flatnonzero(
        ((tails == "KP") & (heads == "KR")) | ((tails == "KR") & (heads == "KP"))
    )
    assert len(between)
    for name in ("korea-1951", "korea-2008"):
        assert set(between) <= set(NETWORK.closures[name].chains.tolist())
    shut = NETWORK.router(Rules(closed=frozenset({"korea-2008"})))
    assert not shut.open[between].any()
    assert not set(shut.component[owner == "KP"]) & set(shut.component[owner == "KR"])


def test_a_closure_has_days_a_source_and_chains_that_exist():
    assert {"korea-1951", "korea-2008", "khasan-tumangang-2020"} <= set(NETWORK.closures)
    for name, closure in NETWORK.closures.items():
        assert (closure.id, closure.name != "", closure.source != "") == (name, True, True)
        first, last = (date.fromisoformat(day) for day in (closure.since, closure.until))
        assert first <= last
        assert 0 <= closure.chains.min() <= closure.chains.max() < len(NETWORK.tail)
        assert len(np.unique(closure.chains)) == len(closure.chains)


@pytest.mark.parametrize(
    ("first", "last", "shut"),
    [
        ("2021-05-01", "2021-05-01", True),
        ("2020-02-29", "2022-11-01", True),
        ("2020-02-28", "2022-11-01", False),
        ("2020-02-29", "2022-11-02", False),
        ("2023-09-15", "2023-09-15", False),
        ("2019-01-01", "2019-12-31", False),
    ],
)
def test_a_closure_is_in_force_if_it_is_on_every_day(first, last, shut):
    closure = track.Closure("one", "One", "2020-02-29", "2022-11-01", "a test", np.array([0]))
    assert closure.in_force(first, last) is shut


def test_the_general_rule_closes_the_break_at_nakhodka():
    nakhodka, moscow = node_near(132.87, 42.82), node_near(37.66, 55.78)
    assert NETWORK.component[nakhodka] == NETWORK.component[moscow]


def test_the_branch_to_dunay_is_a_patch():
    patched = of_kind("patched")
    at_dunay = {int(NETWORK.head[one]) for one in patched} | {
        int(NETWORK.tail[one]) for one in patched
    }
    assert node_near(132.335, 42.88) in at_dunay
    assert NETWORK.chain_metres[patched].max() > 10_000


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
    within = np.flatnonzero((all_metres <= radius_m) & (NETWORK.unit >= 0))
    assert set(nodes.tolist()) == set(within.tolist())
    assert (np.diff(metres) >= 0).all()
    assert np.allclose(metres, all_metres[nodes])


def places_to_snap():
    """Return points on lines, all over the globe, at the poles and on both sides of 180."""
    random = np.random.default_rng(2)
    on_lines = random.choice(np.flatnonzero(NETWORK.unit >= 0), 70)
    shift = random.uniform(-0.5, 0.5, (2, 70))
    lon = [NETWORK.lon[on_lines] + shift[0], random.uniform(-180, 180, 30), [0, 0, 123, -57, 180]]
    lat = [NETWORK.lat[on_lines] + shift[1], random.uniform(-90, 90, 30), [90, -90, 89.9, 88, 0]]
    around = [(180, -17.8), (-180, -17.8), (179.999, 66), (-179.999, 66), (-180, 60), (540, 60)]
    return np.concatenate([*lon, np.array(around).T[0]]), np.concatenate(
        [*lat, np.array(around).T[1]]
    )


def test_nearest_is_the_true_nearest_on_the_sphere_for_each_of_many_points():
    lon, lat = places_to_snap()
    nodes, metres = NETWORK.nearest(lon, lat)
    assert (NETWORK.unit[nodes] >= 0).all()
    inland = np.flatnonzero(NETWORK.unit >= 0)
    far = NETWORK.lon[inland], NETWORK.lat[inland]
    for place, node, metre in zip(zip(lon, lat, strict=True), nodes, metres, strict=True):
        every = geography.haversine_m(*place, *far)
        assert metre == pytest.approx(every.min(), rel=1e-6, abs=0.05)
        own = geography.haversine_m(*place, NETWORK.lon[node], NETWORK.lat[node])
        assert own == pytest.approx(every.min(), rel=1e-6, abs=0.05)


def test_nearest_of_many_is_nearest_of_each_whatever_their_order():
    lon, lat = places_to_snap()
    nodes, metres = NETWORK.nearest(lon, lat)
    turned, back = NETWORK.nearest(lon[::-1], lat[::-1])
    assert (turned[::-1] == nodes).all()
    assert (back[::-1] == metres).all()
    none, nothing = NETWORK.nearest(np.array([]), np.array([]))
    assert len(none) == len(nothing) == 0
    node, metre = NETWORK.nearest(NETWORK.lon[nodes[:1]], NETWORK.lat[nodes[:1]])
    assert (NETWORK.lon[node], metre) == (NETWORK.lon[nodes[:1]], 0)


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
    assert not router.usable[(owner != "RU") | (NETWORK.unit < 0)].any()
    assert router.usable[NETWORK.tail[router.open]].all()
    assert ends == {"RU"}
    banned = NETWORK.router(Rules(avoid=frozenset({"RU"}))).open
    assert not (banned & router.open).any()


def test_a_router_opens_what_no_closure_and_no_ban_on_joins_shuts():
    free = NETWORK.router(Rules()).open
    assert free.all()
    for kind in networks.BY_HAND:
        without = NETWORK.router(Rules(without=frozenset({kind}))).open
        assert np.flatnonzero(~without).tolist() == of_kind(kind).tolist()
    closure = NETWORK.closures["khasan-tumangang-2020"]
    shut = NETWORK.router(Rules(closed=frozenset({closure.id}))).open
    assert np.flatnonzero(~shut).tolist() == sorted(closure.chains.tolist())


def test_the_usual_way_counts_borders_transfers_and_lines_off_the_main_network():
    plain, usual = (NETWORK.router(Rules(usual=each)).weight for each in (False, True))
    metres, transfer = NETWORK.chain_metres, NETWORK.kind == KINDS.index("transfer")
    extra = plain - metres * SCALE
    assert (extra > 0).all()
    assert (extra[~transfer] == NETWORK.noise[~transfer]).all()
    assert (extra <= 12 * SCALE).all(), "a change of gauge decides between equal ways only"
    codes = owners()
    border = codes[NETWORK.tail] != codes[NETWORK.head]
    per_km = np.where(NETWORK.main, 1.0, MINOR)
    expected = metres * per_km + 1000 * (GAUGE_KM * transfer + BORDER_KM * border)
    assert (np.abs(usual - expected * SCALE) <= 12 * SCALE).all()
    closed = NETWORK.router(Rules(usual=True, avoid=frozenset({"CN"})))
    assert (closed.weight[~closed.open] == CLOSED).all()
    assert (closed.weight[closed.open] < CLOSED).all()


def test_components_under_rules_part_what_only_a_banned_country_joins():
    kaliningrad, moscow = node_near(20.50, 54.70), node_near(37.66, 55.78)
    assert NETWORK.component[kaliningrad] == NETWORK.component[moscow]
    under = NETWORK.router(Rules(only=frozenset({"RU"}))).component
    assert under[kaliningrad] != under[moscow]
    free = NETWORK.router(Rules()).component
    _, as_stored = np.unique(NETWORK.component, return_inverse=True)
    pairs = {*zip(free.tolist(), as_stored.tolist(), strict=True)}
    assert len(pairs) == free.max() + 1 == as_stored.max() + 1
    assert not NETWORK.router(Rules(usual=True)).component.flags.writeable


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
    installed = find_spec("routingkit_cch") is not None
    assert networks.router_name() == ("routingkit-cch" if installed else "scipy")


def test_a_cold_rail_route_imports_nothing_heavy():
    code = (
        "import sys; from routemap import networks; from routemap.routing import route; "
        "route((131.88, 43.11), (37.66, 55.78), mode='rail'); print(*sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(found.stdout.split())
    heavy = {"geopandas", "pandas", "folium", "networkx", "pydantic"}
    if networks.router_name() == "routingkit-cch":
        heavy.add("scipy")
    assert not loaded & heavy


def test_networks_do_not_know_routing_not_even_for_types():
    sources = Path(networks.__file__).parent.glob("*.py")
    assert [file.name for file in sources if "routemap.routing" in file.read_text("utf-8")] == []
    assert Rules.__module__ == "routemap.networks.rules"
