"""Routes under constraints, the price of each, and the JSON documents that answer a request."""

import itertools
import json

import numpy as np
import pytest

from routemap import geography, places
from routemap.errors import ArgumentError, NoRouteError
from routemap.routing import REQUEST_FIELDS, answer, route

DUNAY, TIKHORETSK = (132.335, 42.88), (40.12, 45.853)
VLADIVOSTOK, MOSCOW, IRKUTSK = (131.88, 43.11), (37.66, 55.78), (104.26, 52.28)
RAJIN, KHASAN, OMSK = (130.29, 42.24), (130.6456, 42.4287), (73.39, 54.94)
SEOUL, PYONGYANG, KALININGRAD = (126.97, 37.555), (125.735, 39.005), (20.50, 54.70)
IRELAND = (-6.26, 53.35)
SIMFEROPOL, SEVASTOPOL = (34.10, 44.956), (33.53, 44.596)

OK_FIELDS = {
    "id", "status", "mode", "length_km", "geodesic_km", "countries", "snap_km", "gap_km",
    "schematic_km", "gauge_changes", "passages", "constraints", "free_km", "constraints_km",
    "borders", "reason", "alternatives", "by", "through", "shortest", "coordinates",
}  # fmt: skip
NO_ROUTE_FIELDS = {
    "id", "status", "mode", "reason", "length_km", "geodesic_km", "constraints", "free_km",
    "constraints_km", "borders",
}  # fmt: skip


def rail(origin, destination, **options):
    return route(origin, destination, mode="rail", **{"by": "length", **options})


def by_value(path):
    return {one.constraint.value: one for one in path.prices}


def ask(**request):
    found = answer({"from": list(VLADIVOSTOK), "to": list(MOSCOW), "mode": "rail", **request})
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    return found


def codes_of(path):
    return {part.country for part in path.stretches}


# Prices


def test_without_constraints_there_is_nothing_to_price():
    path = rail(VLADIVOSTOK, MOSCOW)
    assert path.prices == ()
    assert path.free_m == path.length_m
    assert set(path.countries) == {"RU", "CN"}


def test_one_ban_costs_what_it_adds():
    free, banned = rail(VLADIVOSTOK, MOSCOW), rail(VLADIVOSTOK, MOSCOW, avoid=["CN"])
    (price,) = banned.prices
    assert (price.constraint.kind, price.constraint.value) == ("avoid", "CN")
    assert price.cost_m == price.alone_m == pytest.approx(banned.length_m - free.length_m)
    assert price.cost_m > 300_000
    assert banned.free_m == pytest.approx(free.length_m)
    assert not price.needed


def test_two_bans_that_bite_are_priced_each_alone_and_beside_the_other():
    path = rail(DUNAY, TIKHORETSK, avoid=["CN", "KZ"])
    china, kazakhstan = by_value(path)["CN"], by_value(path)["KZ"]
    without_china = rail(DUNAY, TIKHORETSK, avoid=["KZ"])
    only_china = rail(DUNAY, TIKHORETSK, avoid=["CN"])
    assert china.cost_m == pytest.approx(path.length_m - without_china.length_m)
    assert china.alone_m == pytest.approx(only_china.length_m - path.free_m)
    assert kazakhstan.cost_m == pytest.approx(path.length_m - only_china.length_m)
    assert kazakhstan.cost_m > 100_000


def test_a_redundant_constraint_costs_nothing():
    path = rail(DUNAY, TIKHORETSK, avoid=["CN", "MN"], only=["RU"])
    prices = by_value(path)
    assert prices["CN"].cost_m == prices["MN"].cost_m == 0
    assert prices["CN"].alone_m > 0
    assert prices["MN"].alone_m == 0
    assert prices["RU"].cost_m > 0
    assert not any(one.needed for one in path.prices)


def test_what_is_said_twice_is_redundant_once():
    path = rail(VLADIVOSTOK, MOSCOW, avoid=["CN", "China"])
    assert [one.constraint.value for one in path.prices] == ["CN"]
    path = rail(VLADIVOSTOK, MOSCOW, avoid=["CN"], only=["RU"])
    assert path.prices[0].cost_m == 0
    assert all(one.alone_m > 300_000 for one in path.prices)


def test_the_longest_way_is_never_shorter_than_the_free_one():
    pairs = [(VLADIVOSTOK, MOSCOW), (DUNAY, TIKHORETSK), (IRKUTSK, OMSK), (OMSK, RAJIN)]
    for (a, b), bans in itertools.product(pairs, (["CN"], ["KZ"], ["MN", "CN"], ["FI"])):
        path = rail(a, b, avoid=bans)
        assert path.length_m + 1e-6 >= path.free_m >= path.geodesic_m
        assert all(one.cost_m >= 0 and one.alone_m >= 0 for one in path.prices)
        assert not codes_of(path) & set(bans)


def test_constraints_that_leave_no_route_carry_a_failure():
    with pytest.raises(NoRouteError) as caught:
        rail(KALININGRAD, MOSCOW, only=["RU"], avoid=["CN"])
    (failure,) = caught.value.carried
    only, ban = failure.prices[1], failure.prices[0]
    assert (only.constraint.kind, ban.constraint.kind) == ("only", "avoid")
    assert (only.needed, ban.needed) == (True, False)
    assert only.cost_m is ban.cost_m is None
    assert only.alone_m is None
    assert ban.alone_m == 0
    assert failure.free_m > failure.geodesic_m > 1_000_000
    assert failure.mode == "rail"
    assert failure.reason == str(caught.value)


def test_where_the_data_has_no_way_no_constraint_is_needed():
    with pytest.raises(NoRouteError, match="not connected in the data") as caught:
        rail(IRELAND, MOSCOW, avoid=["CN"])
    (failure,) = caught.value.carried
    assert failure.free_m is None
    (price,) = failure.prices
    assert (price.cost_m, price.alone_m, price.needed) == (None, None, False)


def test_only_and_avoid_of_one_country_leave_nothing():
    with pytest.raises(NoRouteError, match="which the constraints exclude") as caught:
        rail(VLADIVOSTOK, MOSCOW, only=["RU"], avoid=["RU"])
    assert not any(one.needed and one.cost_m is not None for one in caught.value.carried[0].prices)


# Via


def test_via_joins_two_courses_without_travelling_a_gap_twice():
    path = rail(VLADIVOSTOK, MOSCOW, via=[IRKUTSK])
    first, second = rail(VLADIVOSTOK, IRKUTSK), rail(IRKUTSK, MOSCOW)
    gap = first.snap_m[1]
    assert gap > 0
    assert path.length_m == pytest.approx(first.length_m + second.length_m - 2 * gap)
    assert [part.kind == "gap" for part in path.stretches].count(True) == 2
    assert tuple(path.coordinates[0]) == VLADIVOSTOK
    assert tuple(path.coordinates[-1]) == MOSCOW
    assert path.stretches[-1].stop == len(path.coordinates) - 1
    assert all(one.stop == two.start for one, two in itertools.pairwise(path.stretches))
    steps = np.abs(np.diff(path.coordinates, axis=0)).sum(axis=1)
    assert (steps > 0).all()
    assert not path.coordinates.flags.writeable


@pytest.mark.parametrize(
    ("mode", "ends", "stop"),
    [
        ("rail", (VLADIVOSTOK, MOSCOW), IRKUTSK),
        ("sea", (DUNAY, (139.65, 35.45)), (135.0, 40.0)),
        ("rail", (VLADIVOSTOK, MOSCOW), VLADIVOSTOK),
    ],
)
def test_at_a_stop_two_stretches_that_are_alike_become_one(mode, ends, stop):
    path = route(*ends, mode=mode, via=[stop])
    alike = [(one.kind, one.country) for one in path.stretches]
    assert all(one != two for one, two in itertools.pairwise(alike))
    assert all(one.stop == two.start for one, two in itertools.pairwise(path.stretches))
    halves = [route(ends[0], stop, mode=mode), route(stop, ends[1], mode=mode)]
    offsets = [part.max_offset_m for half in halves for part in half.stretches]
    assert max(part.max_offset_m for part in path.stretches) == max(offsets)


def test_a_passage_that_opens_the_only_way_has_no_price_and_is_not_needed():
    path = route((39.6694, 47.1917), (53.37, 36.85), mode="sea", via="volga-don")
    (price,) = path.prices
    assert (price.cost_m, price.alone_m, price.needed) == (None, None, False)
    assert path.free_m is None


def test_via_is_priced_and_may_be_passed_twice():
    path = rail(VLADIVOSTOK, OMSK, via=[MOSCOW])
    (price,) = path.prices
    assert price.cost_m == pytest.approx(path.length_m - path.free_m)
    there_and_back = rail(VLADIVOSTOK, OMSK, via=[OMSK, MOSCOW, OMSK])
    assert [one.constraint.kind for one in there_and_back.prices] == ["via"] * 3
    assert there_and_back.length_m == pytest.approx(path.length_m, rel=1e-3)
    assert [round(one.cost_m) for one in there_and_back.prices][::2] == [0, 0]
    assert there_and_back.prices[1].cost_m > 2_000_000


def test_via_the_origin_changes_nothing_but_says_so():
    plain, path = rail(VLADIVOSTOK, MOSCOW), rail(VLADIVOSTOK, MOSCOW, via=[VLADIVOSTOK])
    assert path.length_m == pytest.approx(plain.length_m)
    assert path.prices[0].cost_m == 0
    assert sum(path.countries.values()) == pytest.approx(path.length_m)


# Arguments, views, other modes


def test_a_view_decides_whose_country_it_is():
    assert set(rail(SIMFEROPOL, SEVASTOPOL).countries) == {"UA"}
    de_facto = rail(SIMFEROPOL, SEVASTOPOL, view="de-facto")
    assert set(de_facto.countries) == {"RU"}
    assert de_facto.view == "de-facto"
    with pytest.raises(NoRouteError):
        rail(SIMFEROPOL, SEVASTOPOL, avoid=["UA"])
    assert rail(SIMFEROPOL, SEVASTOPOL, avoid=["UA"], view="de-facto").prices[0].cost_m == 0


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"mode": "teleport"}, "teleport"),
        ({"mode": "rail", "by": "speed"}, "'speed' is no way to weigh"),
        ({"mode": "rail", "by": None}, "None is no way to weigh"),
        ({"mode": "rail", "on": "yesterday"}, "on 'yesterday' is no day"),
        ({"mode": "rail", "on": "2023-09-31"}, "2023-09-31"),
        ({"mode": "rail", "on": "2023-09"}, "2023-09"),
        ({"mode": "rail", "on": "2023-09-08/2023-09-07"}, "2023-09-08/2023-09-07"),
        ({"mode": "rail", "on": "2023-09-07/.."}, "is no day"),
        ({"mode": "rail", "on": "2023-09-07/2023-09-08/2023-09-09"}, "is no day"),
        ({"mode": "rail", "on": ""}, "is no day"),
        ({"mode": "rail", "on": 20230907}, "is no day"),
        ({"mode": "rail", "max_detour": 0.5}, "max_detour 0.5 is no multiple"),
        ({"mode": "rail", "max_detour": float("nan")}, "is no multiple"),
        ({"mode": "rail", "max_detour": float("inf")}, "is no multiple"),
        ({"mode": "rail", "max_detour": "2"}, "is no multiple"),
        ({"mode": "rail", "max_detour": True}, "is no multiple"),
        ({"mode": "rail", "alternatives": -1}, "alternatives -1 is no number of routes"),
        ({"mode": "rail", "alternatives": 10}, "1 to 9"),
        ({"mode": "rail", "alternatives": 1.5}, "is no number of routes"),
        ({"mode": "rail", "alternatives": True}, "is no number of routes"),
        ({"mode": "rail", "alternatives": "2"}, "is no number of routes"),
        ({"mode": "rail", "view": "mine"}, "mine"),
        ({"mode": "rail", "avoid": ["Atlantis"]}, "Atlantis"),
        ({"mode": "rail", "only": ["XX"]}, "XX"),
        ({"mode": "rail", "avoid": ["suez"]}, "suez"),
        ({"mode": "sea", "avoid": ["repaired"]}, "repaired"),
        ({"mode": "rail", "only": ["patched"]}, "patched"),
        ({"mode": "air", "avoid": ["CN"]}, "great circle"),
    ],
)
def test_an_argument_that_is_not_known_is_named(options, named):
    with pytest.raises(ArgumentError, match=named):
        route(VLADIVOSTOK, MOSCOW, **options)


@pytest.mark.parametrize(
    ("argument", "cure"),
    [
        ({"origin": (None, 1)}, "not a place"),
        ({"origin": (1, 2, 3)}, "not a place"),
        ({"origin": 5}, "not a place"),
        ({"origin": None}, "not a place"),
        ({"origin": (True, 10)}, "not a place"),
        ({"origin": {"lon": 1, "lat": 2}}, "not a place"),
        ({"origin": {"name": "Khasan", "country": 7}}, "as texts"),
        ({"mode": None}, "not text"),
        ({"mode": ["rail"]}, "not text"),
        ({"avoid": 5}, "Give a list"),
        ({"avoid": None}, "Give a list"),
        ({"avoid": {"CN": 1}}, "Give a list"),
        ({"avoid": [5]}, "not text"),
        ({"only": [None]}, "not text"),
        ({"via": 5}, "Give a list"),
        ({"via": (104.26, 52.28)}, "not a place"),
        ({"view": ["recognised"]}, "border view"),
    ],
)
def test_an_argument_of_another_type_is_refused_with_a_cure(argument, cure):
    ends = {"origin": VLADIVOSTOK, "destination": MOSCOW, "mode": "rail"}
    with pytest.raises(ArgumentError, match=cure):
        route(**{**ends, **argument})


@pytest.mark.parametrize("field", ["avoid", "only"])
def test_a_bare_text_is_a_list_of_one(field):
    value = {"avoid": "China", "only": "RU"}[field]
    one, listed = (rail(VLADIVOSTOK, MOSCOW, **{field: item}) for item in (value, [value]))
    assert one.length_m == listed.length_m > one.free_m
    assert one.prices == listed.prices
    by_way_of = rail(VLADIVOSTOK, MOSCOW, via="Irkutsk, RU")
    assert [price.constraint.value for price in by_way_of.prices] == ["Irkutsk, RU"]


def test_a_point_may_be_any_pair_of_numbers():
    asked = (list(VLADIVOSTOK), np.array(VLADIVOSTOK), (np.float32(131.88), 43.11))
    lengths = [rail(point, MOSCOW).length_m for point in asked]
    assert lengths == pytest.approx([rail(VLADIVOSTOK, MOSCOW).length_m] * 3, rel=1e-4)


@pytest.mark.parametrize(
    "place",
    [
        *((43.11, 131.88), (400.0, 10.0), (float("nan"), 10.0), (10.0, float("nan"))),
        *((float("inf"), 10.0), (10.0, float("-inf")), (10**400, 10)),
    ],
)
def test_a_point_off_the_earth_is_refused(place):
    with pytest.raises(ArgumentError, match="not a place on earth"):
        rail(place, MOSCOW)


@pytest.mark.parametrize("mode", ["air", "unknown"])
def test_a_great_circle_is_marked_as_such(mode):
    path = route(VLADIVOSTOK, MOSCOW, mode=mode)
    assert {part.kind for part in path.stretches} == {"great-circle"}
    assert path.length_m == path.geodesic_m == path.schematic_m == path.free_m
    assert path.length_m == pytest.approx(geography.geodesic_m(*VLADIVOSTOK, *MOSCOW))


def test_a_great_circle_is_parted_by_country_at_its_borders():
    path = route(VLADIVOSTOK, MOSCOW, mode="air")
    assert list(path.countries) == ["RU", "-", "CN"]
    assert path.countries["CN"] > 1_000_000
    assert dict(path.countries) == pytest.approx(
        {code: km * 1000 for code, km in geography.countries_along(path.coordinates).items()},
        rel=1e-3,
    )
    assert all(one.stop == two.start for one, two in itertools.pairwise(path.stretches))
    assert path.stretches[-1].stop == len(path.coordinates) - 1
    for part in path.stretches:
        line = path.coordinates[part.start : part.stop + 1]
        drawn = geography.geodesic_m(*line[:-1].T, *line[1:].T).sum()
        assert drawn == pytest.approx(part.length_m, rel=1e-6)
        assert part.max_offset_m == path.length_m / 2
    recognised, de_facto = (
        route(SIMFEROPOL, SEVASTOPOL, mode="air", view=view) for view in geography.VIEWS
    )
    assert set(recognised.countries) == {"UA", "-"}
    assert set(de_facto.countries) == {"RU", "-"}


def test_a_great_circle_runs_on_past_180_and_cannot_be_written_to():
    path = route(VLADIVOSTOK, (-122.4, 37.8), mode="air")
    assert tuple(path.coordinates[0]) == VLADIVOSTOK
    assert tuple(path.coordinates[-1]) == pytest.approx((237.6, 37.8))
    assert np.abs(np.diff(path.coordinates[:, 0])).max() < 180
    with pytest.raises(ValueError, match="read-only"):
        path.coordinates[0] = 0
    here = route(MOSCOW, MOSCOW, mode="unknown")
    assert (dict(here.countries), len(here.coordinates)) == ({"RU": 0.0}, 2)


def test_sums_of_a_path_agree():
    path = rail(DUNAY, TIKHORETSK, only=["RU"])
    assert sum(path.countries.values()) == pytest.approx(path.length_m)
    assert path.gap_m >= sum(path.snap_m)
    assert path.schematic_m > 40_000
    with pytest.raises(TypeError):
        path.countries["RU"] = 0.0


# Documents


def test_an_answer_has_every_field_of_the_contract():
    found = ask(id="a1", avoid=["CN"], only=["RU"])
    assert set(found) == OK_FIELDS
    assert (found["id"], found["status"], found["mode"]) == ("a1", "ok", "rail")
    assert 8750 <= found["length_km"] <= 9400
    assert 6000 < found["geodesic_km"] < 7000
    assert found["countries"] == {"RU": found["length_km"]}
    assert len(found["snap_km"]) == 2
    assert found["gap_km"] >= sum(found["snap_km"]) - 0.002
    assert 0 < found["schematic_km"] < found["length_km"]
    assert found["gauge_changes"] == []
    assert found["by"] == "usual"
    assert found["through"] == []
    assert found["passages"] == []
    assert found["alternatives"] == []
    assert found["reason"] is None
    assert found["borders"] == "recognised"
    assert 7900 < found["free_km"] < 8100
    shortest = found["shortest"]
    assert set(shortest) == {"length_km", "countries", "gap_km", "schematic_km", "gauge_changes"}
    assert 8750 <= shortest["length_km"] < found["length_km"]
    assert found["constraints_km"] == pytest.approx(
        shortest["length_km"] - found["free_km"], abs=2e-3
    )
    ban, only = found["constraints"]
    assert ban == {"kind": "avoid", "value": "CN", "cost_km": 0.0, "alone_km": ban["alone_km"]}
    assert only["cost_km"] == pytest.approx(only["alone_km"] - ban["alone_km"], abs=2e-3)
    coordinates = found["coordinates"]
    assert coordinates[0] == list(VLADIVOSTOK)
    assert coordinates[-1] == list(MOSCOW)
    assert all(len(pair) == 2 and pair == [round(one, 6) for one in pair] for pair in coordinates)


def test_countries_of_an_answer_sum_to_its_length():
    found = ask(**{"from": list(DUNAY), "to": list(TIKHORETSK)}, by="length")
    assert found["shortest"] is None
    assert list(found["countries"]) == ["RU", "CN", "KZ"]
    assert sum(found["countries"].values()) == pytest.approx(found["length_km"], abs=5e-3)
    assert found["constraints"] == []
    assert found["constraints_km"] == 0
    assert found["free_km"] == found["length_km"]


def test_an_answer_without_route_says_what_would_have_to_give():
    found = ask(id=7, **{"from": list(KALININGRAD)}, only=["RU"], avoid=["CN"])
    assert set(found) == NO_ROUTE_FIELDS
    assert (found["id"], found["status"], found["length_km"]) == (7, "no_route", None)
    assert found["constraints_km"] is None
    assert found["free_km"] > found["geodesic_km"]
    ban, only = found["constraints"]
    assert only == {
        "kind": "only", "value": "RU", "cost_km": None, "alone_km": None, "needed": True,
    }  # fmt: skip
    assert "needed" not in ban
    assert "not connected" in found["reason"]


def test_no_answer_goes_over_the_military_demarcation_line():
    found = ask(**{"from": list(SEOUL), "to": list(PYONGYANG)})
    assert found["status"] == "no_route"
    (closure,) = found["constraints"]
    assert (closure["kind"], closure["value"]) == ("closure", "korea-2008")
    assert closure["needed"]
    assert "coordinates" not in found


def test_a_place_may_be_a_name_or_a_name_with_its_country():
    by_name = ask(**{"from": "Rajin, KP", "to": {"name": "Khasan", "country": "RU"}})
    assert by_name["status"] == "ok"
    assert 51 <= by_name["length_km"] <= 57
    assert list(by_name["countries"]) == ["KP", "RU"]


def test_the_kind_of_a_place_in_a_request_is_asked_of_the_gazetteer():
    ends = {"from": "Rajin, KP", "to": list(DUNAY), "mode": "sea"}
    for kind in ("port", "airfield"):
        found = ask(**{**ends, "from": {"name": "Vladivostok", "country": "RU", "kind": kind}})
        place = places.locate("Vladivostok", country="RU", kind=kind, mode="sea").resolved()
        assert found["coordinates"][0] == [place.lon, place.lat]
    found = ask(**ends, via=[{"name": "Vladivostok", "country": "RU", "kind": "port"}])
    assert [one["value"] for one in found["constraints"]] == ["Vladivostok, RU, port"]


def test_null_in_a_request_is_as_good_as_absent():
    null = dict.fromkeys(set(REQUEST_FIELDS) - {"from", "to", "mode"})
    assert ask(**null) == ask()
    named = {"name": "Khasan", "country": "RU", "kind": None}
    assert ask(to=named) == ask(to={"name": "Khasan", "country": "RU"}) == ask(to="Khasan, RU")


def test_an_ambiguous_name_is_an_error_with_its_candidates():
    found = ask(**{"from": "Springfield"})
    assert found["status"] == "error"
    assert found["location"]["status"] == "ambiguous"
    assert len(found["location"]["candidates"]) > 1
    missing = ask(**{"from": "Nowhere-at-all-17"})
    assert (missing["status"], missing["location"]["status"]) == ("error", "not_found")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"from": None}, "'from' is missing"),
        ({"to": ""}, "'to' is missing"),
        ({"mode": None}, "'mode' is missing"),
        ({"mode": ["rail"]}, "not text"),
        ({"mode": "Rail"}, "Rail"),
        ({"from": [131.88]}, "not a place"),
        ({"from": ["131.88", "43.11"]}, "not a place"),
        ({"from": [True, False]}, "not a place"),
        ({"from": {"lon": 1, "lat": 2}}, "not a place"),
        ({"from": [43.11, 131.88]}, "not a place on earth"),
        ({"from": 5}, "not a place"),
        ({"avoid": {"CN": 1}}, "Give a list"),
        ({"avoid": [5]}, "not text"),
        ({"avoid": ["Atlantis"]}, "Atlantis"),
        ({"only": ["XX"]}, "XX"),
        ({"via": [[1]]}, "not a place"),
        ({"by": "speed"}, "'speed' is no way to weigh a route. Use one of usual, length"),
        ({"on": "yesterday"}, "on 'yesterday' is no day"),
        ({"on": ["2023-09-07"]}, "is no day"),
        ({"max_detour": 0.5}, "max_detour 0.5 is no multiple"),
        ({"max_detour": 0}, "max_detour 0 is no multiple"),
        ({"max_detour": "much"}, "is no multiple"),
        ({"alternatives": -1}, "alternatives -1 is no number of routes"),
        ({"alternatives": [1]}, "is no number of routes"),
        ({"from": {"name": "Khasan", "lon": 1}}, "not a place"),
        ({"from": {"name": "Khasan", "country": "Atlantis"}}, "no country"),
        ({"from": {"name": "Khasan", "kind": "harbour"}}, "no kind"),
        ({"from": {"name": 5}}, "not a place"),
        ({"from": {"name": None, "country": "RU"}}, "not a place"),
        ({"from": {"country": "RU"}}, "not a place"),
        ({"from": {"name": "Russia", "kind": "country"}}, "is an area"),
        ({"from": [float("nan"), 43.11]}, "not a place on earth"),
        ({"from": [10**400, 43.11]}, "not a place on earth"),
        ({"by": ["length"]}, "no way to weigh"),
        ({"by": {"length": 1}}, "no way to weigh"),
        ({"borders": "mine"}, "mine"),
        ({"borders": ["mine"]}, "mine"),
        ({"colour": "red"}, "unknown field 'colour'"),
    ],
)
def test_a_bad_request_is_answered_with_its_reason(change, reason):
    found = ask(id="x", **change)
    assert (found["id"], found["status"]) == ("x", "error")
    assert reason in found["reason"]


def test_a_text_where_a_list_is_meant_is_a_list_of_one():
    assert ask(avoid="CN") == ask(avoid=["CN"])


def test_borders_name_the_view_of_an_answer():
    ends = {"from": list(SIMFEROPOL), "to": list(SEVASTOPOL)}
    assert list(ask(**ends)["countries"]) == ["UA"]
    found = ask(**ends, borders="de-facto")
    assert (list(found["countries"]), found["borders"]) == (["RU"], "de-facto")


def test_a_drawn_line_agrees_with_its_countries():
    found = ask(**{"from": list(RAJIN), "to": list(KHASAN)})
    drawn = geography.countries_along(found["coordinates"])
    assert drawn["KP"] == pytest.approx(found["countries"]["KP"], rel=0.15)
