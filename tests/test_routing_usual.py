"""The usual way by rail: breaks of gauge and borders, closures by day, detours, alternatives."""

import dataclasses
import itertools
import json
import subprocess
import sys

import numpy as np
import pytest

from routemap import geography, networks
from routemap.errors import NoRouteError
from routemap.networks import engine
from routemap.networks.compress import compress
from routemap.networks.graph import KINDS, Graph
from routemap.networks.stored import read_arrays
from routemap.networks.track import Closure, read
from routemap.routing import Rules, answer, route

NETWORK = networks.load("rail")
CHITA, VLADIVOSTOK, MOSCOW = (113.5, 52.03), (131.88, 43.11), (37.66, 55.78)
TIKHORETSK, DUNAY, IRKUTSK = (40.12, 45.853), (132.335, 42.88), (104.26, 52.28)
RAJIN, KHASAN = (130.29, 42.24), (130.6456, 42.4287)
SEOUL, PYONGYANG = (126.97, 37.555), (125.735, 39.005)
SHENYANG = (123.42, 41.80)
ALONG_BAM = (109.33, 55.64)
BESIDE_KM = 10


def rail(origin, destination, **options):
    return route(origin, destination, mode="rail", **options)


def ask(origin, destination, **request):
    return answer({"from": list(origin), "to": list(destination), "mode": "rail", **request})


def failure_of(origin, destination, **options):
    with pytest.raises(NoRouteError) as caught:
        rail(origin, destination, **options)
    return caught.value.carried[0]


def prices_of(found):
    return {one.constraint.value: one for one in found.prices}


# What is usual


def test_from_chita_to_vladivostok_the_usual_way_stays_in_russia_and_hides_nothing():
    found = ask(CHITA, VLADIVOSTOK)
    assert (found["status"], found["by"]) == ("ok", "usual")
    assert (list(found["countries"]), found["gauge_changes"]) == (["RU"], [])
    assert 2900 < found["length_km"] < 3300
    shortest = found["shortest"]
    assert 1900 < shortest["length_km"] < 2250
    assert set(shortest["countries"]) == {"RU", "CN"}
    assert shortest["countries"]["CN"] > 1000
    widths = [(one["from_mm"], one["to_mm"]) for one in shortest["gauge_changes"]]
    assert widths == [(1520, 1435), (1435, 1520)]
    assert found["free_km"] == shortest["length_km"]
    assert found["constraints_km"] == 0


def test_by_length_the_same_train_crosses_china_with_two_breaks_of_gauge():
    found = ask(CHITA, VLADIVOSTOK, by="length")
    assert (found["by"], found["shortest"]) == ("length", None)
    assert found["length_km"] == ask(CHITA, VLADIVOSTOK)["shortest"]["length_km"]
    assert list(found["countries"]) == ["RU", "CN"]
    first, second = found["gauge_changes"]
    for change in (first, second):
        place = change["lon"], change["lat"]
        assert geography.country_near(*place, within_km=30) in {"RU", "CN"}
        assert min(geography.haversine_m(*place, *np.array(found["coordinates"]).T)) < 1
    assert first["lon"] < 120, "at Zabaykalsk"
    assert second["lon"] > 130, "at Suifenhe"


def test_a_break_of_gauge_on_the_usual_way_is_told_where_there_is_no_other():
    path = rail(CHITA, (126.64, 45.76))
    (change,) = path.gauge_changes
    assert (change.from_mm, change.to_mm) == (1520, 1435)
    assert [(one.from_mm, one.to_mm) for one in rail((126.64, 45.76), CHITA).gauge_changes] == [
        (1435, 1520)
    ]


@pytest.mark.parametrize("by", ["usual", "length"])
@pytest.mark.parametrize(
    "ends",
    [((20.0, 54.47), (20.6, 54.7)), ((21.0, 50.5), (23.76, 50.74)), ((22.1, 48.43), (22.7, 48.42))],
    ids=["Braniewo-Kaliningrad", "LHS", "Chop"],
)
def test_along_a_line_with_two_gauges_nothing_is_changed(ends, by):
    assert rail(*ends, by=by).gauge_changes == ()


def test_from_vladivostok_to_tikhoretsk_both_engines_take_one_usual_way(monkeypatch):
    if networks.router_name() == "scipy":
        pytest.skip("routingkit-cch is not installed")
    found = rail(VLADIVOSTOK, TIKHORETSK)
    monkeypatch.setattr(engine, "router_name", lambda: "scipy")
    plain = rail(VLADIVOSTOK, TIKHORETSK, network=read("rail", read_arrays("rail.npz")))
    assert plain.length_m == pytest.approx(found.length_m, abs=1)
    assert dict(plain.countries) == pytest.approx(dict(found.countries), abs=1)
    assert plain.gauge_changes == found.gauge_changes == ()
    assert set(found.countries) == {"RU"}
    assert 9000e3 < found.length_m < 10_200e3


def test_the_usual_way_is_never_shorter_and_counts_no_more_than_the_shortest():
    """What it counts: 600 km a break, 150 km a border, and at most a tenth off the main lines."""
    places = [CHITA, VLADIVOSTOK, MOSCOW, TIKHORETSK, PYONGYANG, (2.36, 48.88), (116.4, 39.9)]
    for ends in itertools.combinations(places, 2):
        usual, shortest = (rail(*ends, by=by) for by in ("usual", "length"))
        assert usual.length_m > shortest.length_m - 1
        assert usual.shortest_m == pytest.approx(shortest.length_m, abs=1)
        assert least(usual) <= most(shortest)


def extra_km(path):
    countries = [part.country for part in path.stretches]
    borders = sum(one != two for one, two in itertools.pairwise(countries))
    return 600 * len(path.gauge_changes) + 150 * borders


def least(path):
    """Return the least that a path can count: as if all of it were main line."""
    return path.length_m / 1000 + extra_km(path)


def most(path):
    return 1.1 * path.length_m / 1000 + 10 * sum(path.snap_m) / 1000 + extra_km(path)


@pytest.mark.parametrize("by", ["usual", "length"])
def test_prices_are_of_pure_length_whatever_is_least(by):
    def shortest(**options):
        return rail(VLADIVOSTOK, TIKHORETSK, by="length", **options).length_m

    path = rail(VLADIVOSTOK, TIKHORETSK, avoid=["CN", "KZ"], by=by)
    free, both = shortest(), shortest(avoid=["CN", "KZ"])
    assert path.free_m == pytest.approx(free, abs=1)
    assert path.shortest_m == pytest.approx(both, abs=1)
    china, kazakhstan = (prices_of(path)[code] for code in ("CN", "KZ"))
    assert china.alone_m == pytest.approx(shortest(avoid="CN") - free, abs=1)
    assert china.cost_m == pytest.approx(both - shortest(avoid="KZ"), abs=1)
    assert kazakhstan.alone_m == pytest.approx(shortest(avoid="KZ") - free, abs=1)
    assert kazakhstan.cost_m == pytest.approx(both - shortest(avoid="CN"), abs=1)
    found = ask(VLADIVOSTOK, TIKHORETSK, avoid=["CN", "KZ"], by=by)
    assert found["constraints_km"] == pytest.approx((both - free) / 1000, abs=2e-3)


def test_a_ban_on_what_the_usual_way_shuns_anyway_has_its_price_all_the_same():
    usual, banned = rail(CHITA, VLADIVOSTOK), rail(CHITA, VLADIVOSTOK, avoid=["CN"])
    assert banned.length_m == usual.length_m
    (price,) = banned.prices
    assert price.cost_m == pytest.approx(banned.shortest_m - usual.shortest_m)
    assert price.cost_m > 500_000


# Closures


@pytest.mark.parametrize(
    ("on", "shut_by"),
    [
        ("1951-12-30", None),
        ("1990-01-01", "korea-1951"),
        ("2007-12-10", "korea-2007"),
        ("2007-12-11", None),
        ("2008-03-01", None),
        ("2008-11-28", None),
        ("2008-11-29", "korea-2008"),
        ("2024-01-01", "korea-2008"),
        (None, "korea-2008"),
    ],
)
def test_the_line_through_the_korean_border_is_open_on_the_days_on_which_it_was(on, shut_by):
    for ends in ((SEOUL, PYONGYANG), (PYONGYANG, SEOUL)):
        if shut_by is None:
            path = rail(*ends, on=on)
            assert set(path.countries) == {"KP", "KR"}
            assert 240e3 < path.length_m < 320e3
            assert path.prices == ()
            continue
        failure = failure_of(*ends, on=on)
        (price,) = failure.prices
        assert (price.constraint.kind, price.constraint.value) == ("closure", shut_by)
        assert (price.cost_m, price.alone_m, price.needed) == (None, None, True)
        assert 240e3 < failure.free_m < 320e3
        assert "not connected under the constraints" in failure.reason


@pytest.mark.parametrize("on", ["2020-02-28", "2022-11-02", "2023-09-15", None])
def test_khasan_is_open_outside_the_days_of_its_closure(on):
    path = rail(RAJIN, KHASAN, on=on)
    assert (set(path.countries), path.prices) == ({"KP", "RU"}, ())
    assert 50e3 < path.length_m < 58e3


def test_khasan_closed_and_china_too_leave_no_way_and_each_would_have_to_give():
    failure = failure_of(RAJIN, KHASAN, on="2021-05-01")
    khasan, china = (prices_of(failure)[f"{name}-2020"] for name in CLOSED_IN_2021)
    assert khasan.needed
    assert china.needed
    assert khasan.alone_m > 100_000
    assert china.alone_m == 0
    assert failure.free_m < 58_000


CLOSED_IN_2021 = "khasan-tumangang", "china-north-korea"


def test_a_closure_that_a_line_goes_round_has_its_price():
    """In October 2022 trains ran to China again, but not over the bridge at Khasan."""
    path = rail(RAJIN, KHASAN, on="2022-10-15", by="length")
    assert "CN" in path.countries
    (price,) = path.prices
    assert (price.constraint.kind, price.constraint.value) == ("closure", "khasan-tumangang-2020")
    assert price.cost_m == price.alone_m == pytest.approx(path.length_m - path.free_m)
    assert not price.needed
    found = ask(RAJIN, KHASAN, on="2022-10-15", avoid=["CN"])
    assert found["status"] == "no_route"
    kinds = [(one["kind"], one["value"]) for one in found["constraints"] if one.get("needed")]
    assert kinds == [("avoid", "CN"), ("closure", "khasan-tumangang-2020")]


@pytest.mark.parametrize(
    ("on", "closed"),
    [
        ("2022-10-01/2022-10-31", True),
        ("2022-11-01/2022-11-01", True),
        ("2022-11-01/2022-11-02", False),
        ("2022-10-01/2023-10-01", False),
        ("2019-12-01/2023-10-01", False),
    ],
)
def test_of_several_days_a_border_is_closed_only_if_it_was_on_all(on, closed):
    path = rail(RAJIN, KHASAN, on=on)
    assert ("khasan-tumangang-2020" in prices_of(path)) is closed
    assert (path.length_m > 100_000) is closed


@pytest.mark.parametrize(
    ("on", "closed"),
    [
        ("2021-01-01", "china-north-korea-2020"),
        ("2022-02-01", None),
        ("2022-08-01", "dandong-sinuiju-2022"),
        ("2023-01-01", None),
    ],
)
def test_a_bridge_that_was_closed_twice_is_closed_both_times(on, closed):
    """Between Dandong and Sinuiju; in 2022 trains could go round by Ji'an or Tumen."""
    found = ask(SHENYANG, PYONGYANG, on=on)
    assert closed in ([one["value"] for one in found["constraints"]] or [None])
    by_dandong = found["status"] == "ok" and found["length_km"] < 560
    assert by_dandong is (closed is None)


# At most so much longer


def test_a_detour_that_is_too_long_is_refused_in_words():
    stay = {"only": ["RU"]}
    found = ask(CHITA, VLADIVOSTOK, max_detour=1.2, **stay)
    free = ask(CHITA, VLADIVOSTOK)["free_km"]
    assert (found["status"], found["length_km"], found["free_km"]) == ("no_route", None, free)
    ratio = ask(CHITA, VLADIVOSTOK, by="length", **stay)["length_km"] / free
    assert f"{ratio:.2f} times the free route of {free:,.0f} km" in found["reason"]
    assert "at most 1.2 times is allowed" in found["reason"]
    assert ask(CHITA, VLADIVOSTOK, max_detour=ratio + 0.01, **stay)["status"] == "ok"
    assert ask(CHITA, VLADIVOSTOK, max_detour=1, by="length")["status"] == "ok"


def test_where_the_usual_way_is_too_long_the_shortest_is_given():
    found = ask(CHITA, VLADIVOSTOK, max_detour=1.2)
    assert (found["status"], found["by"]) == ("ok", "length")
    assert found["length_km"] == found["free_km"]


def test_what_only_the_shortest_way_runs_against_is_priced_too():
    found = ask([39.70, 47.22], [36.58, 50.6], mode="road")
    assert found["countries"].keys() == {"RU"}
    assert found["shortest"]["length_km"] == pytest.approx(
        found["free_km"] + found["constraints_km"], abs=2
    )
    assert "closure" in [one["kind"] for one in found["constraints"]]


def test_both_engines_find_the_same_corridors(monkeypatch):
    asked = {"only": ["RU"], "alternatives": 4}
    first = [one["length_km"] for one in ask(DUNAY, TIKHORETSK, **asked)["alternatives"]]
    monkeypatch.setattr(engine, "router_name", lambda: "scipy")
    monkeypatch.setattr(networks, "load", lambda mode: plain)
    plain = dataclasses.replace(NETWORK)
    second = [one["length_km"] for one in ask(DUNAY, TIKHORETSK, **asked)["alternatives"]]
    assert len(first) >= 3
    assert first == pytest.approx(second, abs=1)


def test_a_detour_that_a_ban_makes_says_the_price_of_the_ban():
    failure = failure_of(CHITA, VLADIVOSTOK, max_detour=1.2, avoid=["CN"], by="length")
    (price,) = failure.prices
    assert price.alone_m > 500_000
    assert "drop a constraint" in failure.reason
    two = failure_of(CHITA, VLADIVOSTOK, max_detour=1.2, avoid=["CN", "FR"], by="length")
    assert [one.needed for one in two.prices] == [True, False], "France is not in the way"


def test_from_a_place_to_itself_there_is_no_ratio():
    found = ask(VLADIVOSTOK, VLADIVOSTOK, via=[list(CHITA)], max_detour=2)
    assert found["status"] in {"ok", "no_route"}
    assert ask(VLADIVOSTOK, VLADIVOSTOK, max_detour=1)["length_km"] == 0


# Joins and patches left out


@pytest.mark.parametrize("kind", sorted(networks.BY_HAND))
def test_what_routemap_added_can_be_left_out(kind):
    without = NETWORK.router(Rules(without=frozenset({kind}))).component
    added = np.flatnonzero((NETWORK.kind == KINDS.index(kind)) & (NETWORK.chain_metres > 1500))
    rings = added[without[NETWORK.tail[added]] == without[NETWORK.head[added]]][:5]
    used = set()
    for chain in rings.tolist():
        ends = [
            (float(NETWORK.lon[end]), float(NETWORK.lat[end]))
            for end in (NETWORK.tail[chain], NETWORK.head[chain])
        ]
        used |= {part.kind for part in rail(*ends, by="length").stretches}
        path = rail(*ends, avoid=[kind], by="length")
        assert kind not in {part.kind for part in path.stretches}
        (price,) = (one for one in path.prices if one.constraint.kind == "avoid")
        assert price.constraint.value == kind
        assert price.cost_m >= 0
    assert kind in used


def test_without_its_patch_dunay_is_a_gap_from_the_line():
    path = rail(DUNAY, TIKHORETSK, avoid=["patched"])
    assert path.stretches[0].kind == "gap"
    assert 10e3 < path.snap_m[0] < 60e3
    assert path.snap_m[0] == path.stretches[0].length_m


def test_joins_and_patches_may_both_be_left_out_beside_a_country():
    path = rail(VLADIVOSTOK, MOSCOW, avoid=["repaired", "patched", "CN"])
    assert not {"repaired", "patched"} & {part.kind for part in path.stretches}
    assert "CN" not in path.countries
    assert len(path.prices) == 3


# Alternatives


def dense(path):
    """Return unit vectors of points every two kilometres or less along a line."""
    lon, lat = path.coordinates.T
    steps = geography.haversine_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    points = []
    for index, metres in enumerate(steps):
        share = np.linspace(0, 1, int(metres // 2000) + 2)[:-1, None]
        points.append(path.coordinates[index] * (1 - share) + path.coordinates[index + 1] * share)
    lon, lat = np.radians(np.concatenate(points)).T
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def shared(own, other):
    """Return the share of a line that lies within 10 km of another, measured without a tree."""
    near = np.cos(BESIDE_KM / 6371.0)
    pieces = np.array_split(own, 20)
    hits = np.concatenate([(piece @ other[::2].T).max(axis=1) >= near for piece in pieces])
    length = np.linalg.norm(np.diff(own, axis=0), axis=1)
    return float((length * hits[:-1]).sum() / length.sum())


@pytest.mark.parametrize(
    ("ends", "options"),
    [
        ((CHITA, VLADIVOSTOK), {}),
        ((DUNAY, TIKHORETSK), {"only": ["RU"]}),
        ((VLADIVOSTOK, MOSCOW), {"by": "length"}),
        (((2.36, 48.88), (13.37, 52.52)), {}),
        ((VLADIVOSTOK, MOSCOW), {"via": [IRKUTSK]}),
    ],
    ids=["Chita", "seed", "length", "Paris-Berlin", "via"],
)
def test_alternatives_are_other_corridors_not_much_longer(ends, options):
    best = rail(*ends, **options, alternatives=3)
    plain = rail(*ends, **options)
    assert (best.length_m, best.prices) == (plain.length_m, plain.prices)
    assert 1 <= len(best.alternatives) <= 3
    lengths = [one.length_m for one in best.alternatives]
    assert lengths == sorted(lengths)
    assert max(lengths) <= 1.25 * best.length_m
    routes = [best, *best.alternatives]
    for path in routes:
        assert tuple(path.coordinates[0]) == ends[0]
        assert tuple(path.coordinates[-1]) == ends[1]
        assert path.alternatives == () or path is best
        assert sum(path.countries.values()) == pytest.approx(path.length_m)
        assert set(path.countries) <= set(options.get("only", path.countries))
    for earlier, later in itertools.combinations(map(dense, routes), 2):
        assert shared(later, earlier) <= 0.63
    names = [path.through for path in routes]
    assert all(names)
    assert len(set(names)) == len(names)


def test_of_the_ways_from_vladivostok_to_moscow_one_is_the_baikal_amur_line():
    best = rail(VLADIVOSTOK, MOSCOW, only=["RU"], alternatives=5)
    metres = [
        geography.haversine_m(*ALONG_BAM, *path.coordinates.T).min()
        for path in (best, *best.alternatives)
    ]
    assert metres[0] > 100_000
    assert min(metres[1:]) < 30_000


def test_no_more_alternatives_are_given_than_asked_for():
    for count in (1, 2):
        assert len(rail(CHITA, VLADIVOSTOK, alternatives=count).alternatives) == count
    assert rail(CHITA, VLADIVOSTOK, alternatives=0).alternatives == ()
    assert rail((131.95, 43.79), VLADIVOSTOK, alternatives=9).alternatives == ()
    assert rail(VLADIVOSTOK, VLADIVOSTOK, alternatives=2).alternatives == ()


def test_alternatives_pass_the_stops_that_are_asked_for():
    best = rail(VLADIVOSTOK, TIKHORETSK, via=[IRKUTSK], alternatives=2)
    for path in (best, *best.alternatives):
        assert geography.haversine_m(*IRKUTSK, *path.coordinates.T).min() < 5000
        assert len(path.prices) == 1


def two_lines(closed):
    """Return a network of two lines 28 km apart, the longer closed on some days, and its ends."""
    places = [(60.0, 58.0), (61.0, 58.0), (62.0, 58.0), (61.0, 58.25), (59.9, 58.0), (62.1, 58.0)]
    edges = [(0, 1, 60_000), (1, 2, 60_000), (0, 3, 66_000), (3, 2, 66_000)]
    graph = Graph.of(np.array(places), [*edges, (4, 0, 6000), (2, 5, 6000)])
    network = read("rail", compress(graph, geography.units_at(*graph.lonlat.T)))
    chains = np.flatnonzero(network.chain_metres == 132_000)
    shut = Closure("shut", "Shut", *closed, "a test", chains)
    return dataclasses.replace(network, closures={"shut": shut}), (places[4], places[5])


@pytest.mark.parametrize("on", ["2024-01-01", "2024-01-01/2024-02-01"])
def test_no_alternative_goes_where_a_closure_is_in_force(on):
    network, ends = two_lines(("2023-01-01", "9999-12-31"))
    assert len(rail(*ends, on="2022-12-31", alternatives=2, network=network).alternatives) == 1
    assert rail(*ends, on=on, alternatives=2, network=network).alternatives == ()


def test_no_alternative_is_a_longer_detour_than_allowed():
    network, ends = two_lines(("2023-01-01", "2023-12-31"))
    for most, count in ((1.2, 1), (1.05, 0)):
        path = rail(*ends, max_detour=most, alternatives=2, network=network)
        assert len(path.alternatives) == count


def test_a_document_has_its_alternatives_without_alternatives_of_their_own():
    found = ask(CHITA, VLADIVOSTOK, alternatives=2)
    assert len(found["alternatives"]) == 2
    for one in found["alternatives"]:
        assert set(found) - set(one) == {"id", "status", "shortest", "alternatives"}
        assert one["coordinates"][0] == list(CHITA)
        assert len(one["through"]) <= 3
        assert (one["free_km"], one["constraints"]) == (found["free_km"], found["constraints"])


# Bad input


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ((0.0, 90.0), "(0, 90) lies at sea"),
        ((0.0, -90.0), "no rail of AQ lies within 60 km of (0, -90)"),
        ((180.0, 66.0), "no rail of RU lies within 60 km of (180, 66)"),
        ((-180.0, 66.0), "no rail of RU lies within 60 km of (-180, 66)"),
        ((-180.0, -16.8), "no rail of FJ lies within 60 km"),
        ((180.0, 0.0), "(180, 0) lies at sea"),
        ((108.0, 53.5), "(108, 53.5)"),
        ((-21.9, 64.1), "no rail of IS lies within 60 km"),
        ((-157.8, 21.3), "no rail of US lies within 60 km"),
    ],
    ids=["pole", "south", "180", "-180", "Fiji", "ocean", "Baikal", "Iceland", "Hawaii"],
)
def test_a_place_without_rail_is_told_at_either_end_and_between(place, reason):
    for ends, options in (
        ((place, MOSCOW), {}),
        ((MOSCOW, place), {"alternatives": 1}),
        ((MOSCOW, CHITA), {"via": [list(place)]}),
    ):
        found = ask(*ends, **options)
        assert found["status"] == "no_route"
        assert reason in found["reason"]


def test_a_country_that_leaves_the_origin_out_is_told():
    found = ask(VLADIVOSTOK, MOSCOW, only=["CN"])
    assert found["status"] == "no_route"
    assert "(131.88, 43.11) lies in RU, which the constraints exclude" in found["reason"]
    assert [(one["value"], one["needed"]) for one in found["constraints"]] == [("CN", True)]


def test_the_way_from_a_place_to_itself_has_no_length_under_any_terms():
    for options in ({}, {"by": "length"}, {"avoid": ["CN"]}, {"on": "2021-05-01"}):
        found = ask(VLADIVOSTOK, VLADIVOSTOK, **options)
        assert (found["status"], found["length_km"], found["shortest"]) == ("ok", 0, None)


def test_ten_thousand_stops_are_answered_in_a_bounded_time():
    """Each stop would be a search, and each price one without it: too many are refused."""
    stops = [list(IRKUTSK), list(CHITA)] * 5000
    request = {"from": list(VLADIVOSTOK), "to": list(MOSCOW), "mode": "rail", "via": stops}
    found = subprocess.run(
        [sys.executable, "-m", "routemap", "route", "-"],
        input=json.dumps(request).encode(),
        capture_output=True,
        timeout=20,
        check=True,
    )
    assert json.loads(found.stdout)["status"] in {"ok", "error"}


@pytest.mark.parametrize("count", [1, 9])
def test_a_line_through_several_stops_is_the_sum_of_its_parts(count):
    stops = [IRKUTSK, CHITA] * count
    path = rail(VLADIVOSTOK, MOSCOW, via=stops, by="length")
    ends = [VLADIVOSTOK, *stops, MOSCOW]
    parts = [rail(*pair, by="length").length_m for pair in itertools.pairwise(ends)]
    gaps = sum(2 * rail(stop, MOSCOW, by="length").snap_m[0] for stop in stops)
    assert path.length_m == pytest.approx(sum(parts) - gaps, abs=2)
    assert len(path.prices) == 2 * count
