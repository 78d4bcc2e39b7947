"""Windows and prisms: when a leg can have taken place, and where it can have been on a day."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

import routemap
from routemap import places, routing, speeds, timing
from routemap.claims import Case, Claim, Leg, Route, Source
from routemap.cli.where import where as where_command
from routemap.errors import ArgumentError, PhraseError
from routemap.model import LegConstraint, ResolvedSite, RoutedLeg, RouteModel
from routemap.model.index import index_case
from routemap.model.standing import standing
from routemap.places import Place
from routemap.routing import Constraint, Price
from routemap.timing import on_water
from routemap.timing.ground import ground_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd

CASE = Path(__file__).parent.parent / "data/dprk-russia-2023"
VLADIVOSTOK, KHABAROVSK = (131.882, 43.112), (135.073, 48.496)
NOVOSIBIRSK, MOSCOW = (82.897, 55.036), (37.64, 55.776)
NAJIN, DUNAY = (130.29, 42.24), (132.34, 42.88)
SEPTEMBER = date(2023, 9, 1)
FAST = speeds.paces({})["rail"].fast_km_day


def site(name: str, point: tuple[float, float], *, km: float = 0.0, area: Any = None) -> Any:
    place = Place(name, None, "point", "area" if area else "point", *point, km, "test", None, 1, "")
    return ResolvedSite(name, name, "point", place, "coordinates", area)


def claim(name: str, legs: str | Sequence[str] = "a", **fields: Any) -> Claim:
    about = {"leg": tuple(legs.split())} if isinstance(legs, str) else {"route": tuple(legs)}
    return Claim(id=name, source="s", **about, **fields)


def drawn(name: str = "a", mode: str = "rail", km: float = 0.0, **fields: Any) -> RoutedLeg:
    """Return a leg that was not routed and has no claims yet; `km` is its least length."""
    ends = {"origin": site("o", VLADIVOSTOK), "destination": site("d", KHABAROVSK)} | fields
    return RoutedLeg(name, mode, (), standing=None, at_least_m=km * 1000, **ends)  # type: ignore[arg-type] # model_of gives it


def model_of(
    legs: Iterable[RoutedLeg],
    claims: Iterable[Claim],
    routes: Mapping[str, str] = MappingProxyType({}),
    *,
    seen: Mapping[str, ResolvedSite] = MappingProxyType({}),
    published: str | None = "2024-06-30",
    speeds_of: Mapping[str, str] = MappingProxyType({}),
) -> RouteModel:
    """Return a model of legs that are drawn already; `seen` gives the site of a claim's `at`."""
    legs = list(legs)
    case = Case(
        "test",
        speeds=speeds_of,
        sources=(Source(id="s", title="t", published=published),),
        legs=tuple(Leg(id=leg.id, origin="o", destination="d", mode=leg.mode) for leg in legs),
        routes=tuple(
            Route(id=name, title=name, legs=tuple(order.split())) for name, order in routes.items()
        ),
        claims=tuple(claims),
    )
    index = index_case(case, {leg.id: leg.mode for leg in legs}, {})
    own: dict[str, list[str]] = {leg.id: [] for leg in legs}
    for name, order in routes.items():
        for leg in dict.fromkeys(order.split()):
            own[leg].append(name)
    routed = tuple(
        replace(leg, routes=tuple(own[leg.id]), standing=standing(leg.id, index)) for leg in legs
    )
    sites = {one.id: one for one in seen.values()}
    at = {name: one.id for name, one in seen.items()}
    return RouteModel(case, routed, sites, at, (), "recognised")


def day(number: float) -> float:
    """Return the beginning of a day of September 2023, from 1, as windows count it."""
    return SEPTEMBER.toordinal() + number - 1


def near(*bounds: float) -> Any:
    """Return bounds to compare with: a day ends a second before the next begins."""
    return pytest.approx(bounds, abs=2e-5)


def hull_of(window: timing.Window) -> tuple[float, float, float, float]:
    departure, arrival = window.hard
    return departure.low, departure.high, arrival.low, arrival.high


@cache
def rail(
    start: tuple[float, float] = VLADIVOSTOK, stop: tuple[float, float] = KHABAROVSK
) -> RoutedLeg:
    path = routing.route(start, stop, mode="rail", by="length", only=["RU"])
    only = LegConstraint(
        Constraint("only", "RU"), ("a",), (), Price(Constraint("only", "RU"), 0, 0)
    )
    ends = site("o", start), site("d", stop)
    return replace(
        drawn(origin=ends[0], destination=ends[1]), path=path, at_least_m=None, constraints=(only,)
    )


@cache
def ship() -> RoutedLeg:
    path = routing.route(NAJIN, DUNAY, mode="sea")
    ends = {"origin": site("o", NAJIN), "destination": site("d", DUNAY)}
    return replace(drawn(mode="sea", **ends), path=path, at_least_m=None)


@pytest.fixture(scope="module")
def real() -> RouteModel:
    return routemap.build(routemap.read_case(CASE))


# --- windows ---------------------------------------------------------------------------------


def test_a_movement_lies_inside_its_dates_and_takes_its_time() -> None:
    claims = [claim("c", moved="2023-09-07/2023-10-01")]
    window = timing.windows(model_of([drawn(km=3 * FAST)], claims))["a"]
    assert hull_of(window) == near(day(7), day(29), day(10), day(32))
    assert (window.hard.departure.first_day, window.hard.departure.last_day) == (
        date(2023, 9, 7),
        date(2023, 9, 28),
    )
    assert window.claims == ("c",)
    assert window.dated
    assert not window.empty


def test_ends_and_sightings() -> None:
    claims = [
        claim("d", departed="2023-09-03"),
        claim("s", seen="2023-09-10/2023-09-12"),
        claim("e", arrived="2023-09-20/.."),
    ]
    window = timing.windows(model_of([drawn()], claims))["a"]
    assert hull_of(window) == near(day(3), day(4), day(20), float("inf"))
    assert window.hard.arrival.latest is None
    only = timing.windows(model_of([drawn()], claims[1:2]))["a"]
    assert hull_of(only) == near(float("-inf"), day(13), day(10), float("inf"))


def test_a_known_arrival_sharpens_an_unknown_departure_along_a_route() -> None:
    legs = [drawn("a", "sea", 2 * 889), drawn("b", "rail", 4 * FAST)]
    model = model_of(legs, [claim("c", "b", arrived="2023-09-20")], {"r": "a b"})
    found = timing.windows(model)
    wait = speeds.dwells()["transshipment"].least_h / 24
    assert hull_of(found["b"])[1] == pytest.approx(day(17), abs=2e-5)
    assert hull_of(found["a"])[1::2] == near(day(15) - wait, day(17) - wait)
    assert found["a"].hard.departure.earliest is None
    assert found["a"].claims == ("c",)


def test_a_claim_about_a_route_bounds_all_of_its_legs() -> None:
    legs = [drawn("a", km=FAST), drawn("b", km=FAST)]
    model = model_of(legs, [claim("c", ["r"], moved="2023-09-01/2023-09-10")], {"r": "a b"})
    found = timing.windows(model)
    assert hull_of(found["a"]) == near(day(1), day(9), day(2), day(10))
    assert hull_of(found["b"]) == near(day(2), day(10), day(3), day(11))


def test_a_claim_about_the_legs_of_a_route_departs_with_the_first_and_arrives_with_the_last() -> (
    None
):
    legs = [drawn(name) for name in "ab"]
    both = claim("c", "b a", departed="2023-09-01", arrived="2023-09-09")
    found = timing.windows(model_of(legs, [both], {"r": "a b"}))
    assert hull_of(found["a"]) == near(day(1), day(2), day(1), day(10))
    assert hull_of(found["b"]) == near(day(1), day(10), day(9), day(10))


def test_journeys_that_share_a_leg_do_not_date_each_other() -> None:
    legs = [drawn(name) for name in ("shared", "one", "two")]
    claims = [
        claim("c", "shared one", moved="2023-09-10/2023-09-20"),
        claim("d", "two", moved="2023"),
    ]
    found = timing.windows(model_of(legs, claims, {"r": "shared one", "q": "shared two"}))
    assert found["two"].hard.departure.first_day == date(2023, 1, 1)
    assert found["one"].hard.departure.first_day == date(2023, 9, 10)


def test_only_what_happened_counts() -> None:
    claims = [
        claim("p", moved="2023-09-07", event="planned"),
        claim("n", moved="2023-09-08", event="not-completed"),
        claim("x", moved="2023-09-09", retract="withdrawn"),
        claim("q", moved="2023-09-10", says="questions"),
    ]
    window = timing.windows(model_of([drawn()], claims))["a"]
    assert not window.dated
    assert window.claims == ()


def test_stated_bounds_that_contradict_leave_the_hard_ones() -> None:
    claims = [claim("c", departed="2023-09-07~"), claim("d", arrived="2023-09-06")]
    window = timing.windows(model_of([drawn()], claims))["a"]
    assert window.loose
    assert not window.empty
    assert window.stated == window.hard
    assert hull_of(window) == near(day(4), day(7), day(6), day(7))


def test_exact_contradiction_names_both_claims_and_no_other() -> None:
    claims = [
        claim("before", "b", arrived="2023-09-05"),
        claim("after", "a", departed="2023-09-10"),
        claim("fits", "a b", moved="2023-09-01/2023-09-30"),
    ]
    model = model_of([drawn("a"), drawn("b"), drawn("c")], claims, {"r": "a b c"})
    found = timing.windows(model)
    assert found["a"].conflict == found["b"].conflict == ("after", "before")
    assert found["a"].empty
    assert not found["c"].empty


def test_one_claim_can_contradict_itself() -> None:
    claims = [claim("b", moved="2023-09-07/2023-09-08"), claim("a", moved="2023-09-06/2023-09-08")]
    window = timing.windows(model_of([drawn(km=2.5 * FAST)], claims))["a"]
    assert window.conflict == ("b",)


def test_speeds_of_the_case_count() -> None:
    claims = [claim("c", moved="2023-09-07/2023-09-10")]
    slow = model_of([drawn(km=1000)], claims, speeds_of={"rail": "200 km/day"})
    assert timing.windows(slow)["a"].conflict == ("c",)
    wrong = model_of([drawn()], claims, speeds_of={"rail": "-5 km/day"})
    with pytest.raises(PhraseError, match="rail"):
        timing.windows(wrong)


@pytest.mark.parametrize("dated", [True, False])
def test_circles_and_legs_of_no_length_are_no_exception(dated: bool) -> None:
    claims = [claim("c", moved="2023-09-07")] if dated else []
    legs = [drawn("a", km=10), drawn("b"), drawn("z")]
    found = timing.windows(model_of(legs, claims, {"r": "a b z", "q": "b a"}))
    assert not any(window.empty for window in found.values())
    around = timing.windows(model_of(legs, claims, {"r": "a b z a"}))
    assert around["a"].circle or around["b"].circle


def test_open_dates_stay_open() -> None:
    window = timing.windows(model_of([drawn()], [claim("c", moved="../2023-10-13~")]))["a"]
    assert window.hard.departure.earliest is None
    assert window.hard.arrival.last_day == date(2023, 10, 16)
    assert window.stated.arrival.last_day == date(2023, 10, 13)


def test_uncertain_ends_shorten_the_least_length() -> None:
    ends = {"origin": site("o", VLADIVOSTOK, km=20), "destination": site("d", KHABAROVSK, km=30)}
    leg = replace(rail(), **ends)
    sharp, loose = (
        timing.windows(model_of([one], [claim("c", departed="2023-09-01")]))["a"]
        for one in (rail(), leg)
    )
    assert sharp.hard.arrival.low - loose.hard.arrival.low == pytest.approx(50 / FAST)


def test_windows_of_ten_thousand_legs_take_under_five_seconds() -> None:
    names = [f"l{number}" for number in range(10_000)]
    routes = {f"r{at}": " ".join(names[at : at + 4]) for at in range(0, 10_000, 4)}
    claims = [
        claim(f"c{number}", name, moved=f"2023-{number % 9 + 1:02d}/2023-12~")
        for number, name in enumerate(names)
    ]
    model = model_of([drawn(name, km=500) for name in names], claims, routes)
    start = time.perf_counter()
    found = timing.windows(model)
    assert time.perf_counter() - start < 5
    assert len(found) == 10_000
    assert found["l8"].hard.departure.first_day == date(2023, 9, 1)


days = st.integers(1, 28)
spans = st.tuples(days, days).map(sorted)
fields = st.sampled_from(["moved", "departed", "arrived", "seen"])
targets = st.sampled_from(["a", "b", "c", "a b", "b c", "a b c"])
statements = st.lists(st.tuples(targets, fields, spans, st.booleans()), min_size=1, max_size=6)


def stated(name: str, statement: tuple[str, str, list[int], bool]) -> Claim:
    legs, field, (first, last), vague = statement
    mark = "~" if vague else ""
    return claim(name, legs, **{field: f"2023-09-{first:02d}{mark}/2023-09-{last:02d}{mark}"})


def chain(claims: Iterable[Claim]) -> Mapping[str, timing.Window]:
    legs = [drawn("a", "sea", 500), drawn("b", "rail", 2000), drawn("c", "road", 300)]
    return timing.windows(model_of(legs, claims, {"r": "a b c"}))


def is_within(one: timing.Window, other: timing.Window) -> bool:
    a, b = hull_of(one), hull_of(other)
    return all(a[low] >= b[low] for low in (0, 2)) and all(a[high] <= b[high] for high in (1, 3))


@given(statements, st.data())
@settings(deadline=None)
def test_tightening_a_date_never_widens_a_window(written: Any, data: st.DataObject) -> None:
    which = data.draw(st.integers(0, len(written) - 1))
    legs, field, (first, last), vague = written[which]
    inner = sorted(data.draw(st.tuples(st.integers(first, last), st.integers(first, last))))
    tighter = [*written]
    tighter[which] = (legs, field, inner, vague)
    loose, tight = (
        chain([stated(f"c{at}", one) for at, one in enumerate(all_of)])
        for all_of in (written, tighter)
    )
    assert all(is_within(tight[leg], loose[leg]) for leg in loose)
    assert all(tight[leg].empty for leg in loose if loose[leg].empty)


@given(statements, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_more_claims_never_widen_and_their_order_is_no_matter(written: Any, random: Any) -> None:
    claims = [stated(f"c{at}", one) for at, one in enumerate(written)]
    fewer, all_of = chain(claims[:-1]), chain(claims)
    assert all(is_within(all_of[leg], fewer[leg]) for leg in fewer)
    random.shuffle(claims)
    assert chain(claims) == all_of


@given(statements)
@settings(deadline=None)
def test_a_conflict_is_real_and_as_small_as_can_be(written: Any) -> None:
    claims = {f"c{at}": stated(f"c{at}", one) for at, one in enumerate(written)}
    for window in chain(claims.values()).values():
        named = [claims[one] for one in window.conflict]
        if named:
            assert any(one.empty for one in chain(named).values())
            for one in named:
                rest = [other for other in named if other is not one]
                assert not any(other.empty for other in chain(rest).values())


# --- passages --------------------------------------------------------------------------------


def test_passages_along_the_drawn_line() -> None:
    claims = [claim("c", departed="2023-09-01", arrived="2023-09-03")]
    found = timing.passages(model_of([rail()], claims))["a"]
    path = rail().path
    assert path is not None
    assert len(found) == len(path.stretches) + 1
    assert found[-1].along_km == pytest.approx(path.length_m / 1000)
    assert (found[0].lon, found[0].lat) == pytest.approx(VLADIVOSTOK)
    assert found[0].hard.low == day(1)
    assert found[-1].hard.low == pytest.approx(day(1) + found[-1].along_km / FAST)
    assert found[-1].hard.high == pytest.approx(day(4), abs=2e-5)
    assert timing.passages(model_of([drawn()], claims))["a"] == ()


# --- where -----------------------------------------------------------------------------------


def edges(frame: gpd.GeoDataFrame) -> set[tuple[float, ...]]:
    """Return the pieces of all lines of a frame, from point to point."""
    found = set()
    for shape in frame.geometry:
        for part in getattr(shape, "geoms", [shape]) if shape is not None else []:
            line = np.asarray(part.coords).round(4)
            found |= set(map(tuple, np.concatenate([line[:-1], line[1:]], axis=1).tolist()))
    return found


def test_the_prism_agrees_with_routes() -> None:
    claims = [claim("c", departed="2023-09-01", arrived="2023-09-20")]
    frame = timing.where(model_of([rail(VLADIVOSTOK, MOSCOW)], claims), "2023-09-04")
    assert set(frame["country"]) == {"RU"}
    assert set(frame["bounds"]) == {"stated"}
    assert len(frame) > 500
    rows = frame[(frame["length_km"] > 20) & (frame["kind"] == "track")].iloc[::97][:6]
    for row in rows.itertuples():
        ends = [row.geometry.coords[0], row.geometry.coords[-1]]
        metres = [
            routing.route(VLADIVOSTOK, end, mode="rail", by="length", only=["RU"]).length_m
            for end in ends
        ]
        reached = day(1) + min(metres) / 1000 / FAST
        assert (
            abs((date.fromisoformat(row.earliest) - SEPTEMBER).days + 1 - (reached - day(0))) < 1.1
        )
        assert reached < day(5)


def test_the_prism_holds_the_drawn_line_and_nothing_out_of_reach() -> None:
    claims = [claim("c", departed="2023-09-01", arrived="2023-09-01")]
    model = model_of([rail()], claims)
    frame = timing.where(model, "2023-09-01")
    path = rail().path
    assert path is not None
    on_line = frame[frame["on_line"]]["length_km"].sum()
    assert on_line == pytest.approx(path.length_m / 1000, rel=0.02)
    assert frame.geometry.total_bounds[0] > 125  # half of what is left of a day, by rail
    assert timing.where(model, "2023-08-31").empty
    assert timing.where(model, "2023-09-02").empty


def test_a_sighting_narrows_it() -> None:
    leg = rail(VLADIVOSTOK, MOSCOW)
    whole = [claim("c", moved="2023-09-07/2023-10-01")]
    seen = claim("s", at="x", seen="2023-09-20")
    model = model_of([leg], [*whole, seen], seen={"s": site("Novosibirsk", NOVOSIBIRSK)})
    before, after = (
        timing.where(model_of([leg], whole), "2023-09-20"),
        timing.where(model, "2023-09-20"),
    )
    assert edges(after) < edges(before)
    west, _, east, _ = after.geometry.total_bounds
    assert 60 < west < NOVOSIBIRSK[0] < east < 106  # 1500 km to either side
    late = timing.where(model, "2023-09-21")
    assert late.geometry.total_bounds[0] < west
    assert (after["claims"].map(lambda ids: set(ids) == {"c", "s"})).all()


def test_sightings_that_cannot_be_reached_are_a_contradiction() -> None:
    leg = rail(VLADIVOSTOK, MOSCOW)
    claims = [claim("c", departed="2023-09-07"), claim("s", at="x", seen="2023-09-08")]
    model = model_of([leg], claims, seen={"s": site("Novosibirsk", NOVOSIBIRSK)})
    assert timing.windows(model)["a"].conflict == ("c", "s")
    frame = timing.where(model, "2023-09-08")
    assert frame["kind"].tolist() == ["contradiction"]
    assert set(frame["claims"].iloc[0]) == {"c", "s"}
    assert frame.geometry.isna().all()


def test_a_sighting_where_the_constraints_forbid_it_is_a_contradiction() -> None:
    ids = [claim("c", moved="2023-09"), claim("s", at="x", seen="2023-09-18")]
    model = model_of([rail()], ids, seen={"s": site("Harbin", (126.63, 45.76))})
    frame = timing.where(model, "2023-09-18")
    assert frame["kind"].tolist() == ["contradiction"]
    assert "s" in frame["claims"].iloc[0]


def test_places_that_must_be_passed_are_passed() -> None:
    via = Constraint("via", "Chita", (113.5, 52.03))
    leg = rail(VLADIVOSTOK, MOSCOW)
    told = replace(
        leg, constraints=(*leg.constraints, LegConstraint(via, ("a",), (), Price(via, 0, 0)))
    )
    claims = [claim("c", departed="2023-09-01", arrived="2023-09-08")]
    free, bound = (timing.where(model_of([one], claims), "2023-09-03") for one in (leg, told))
    assert edges(bound) < edges(free)
    assert any(shape.dwithin(Point(113.5, 52.03), 0.1) for shape in bound.geometry)


def test_a_leg_without_dates_is_shown_as_undated() -> None:
    frame = timing.where(model_of([rail(), drawn("b")], []), "2023-09-01")
    assert not frame["dated"].any()
    assert frame["earliest"].isna().all()
    assert set(frame["leg"]) == {"a", "b"}
    path = rail().path
    assert path is not None
    assert frame["length_km"].sum() == pytest.approx(path.length_m / 1000, abs=0.01)


def test_a_leg_that_is_not_routed_shows_its_area_and_its_link() -> None:
    shape = box(126, 39, 128, 41)
    ends = {"origin": site("o", (127, 40), area=shape), "destination": site("d", NAJIN)}
    leg = replace(drawn(mode="unknown", **ends), link=np.array([(128.0, 41.0), NAJIN]))
    model = model_of([leg], [claim("c", moved="2023-09-07/2023-09-10~")])
    frame = timing.where(model, "2023-09-12")
    assert sorted(frame["kind"]) == ["area", "schematic"]
    assert set(frame["bounds"]) == {"widened"}
    assert set(frame["latest"]) == {"2023-09-13"}
    assert frame[frame["kind"] == "area"].geometry.iloc[0].equals(shape)
    assert timing.where(model, "2023-09-14").empty


def test_vague_dates_widen_it_and_say_so() -> None:
    leg = rail(VLADIVOSTOK, MOSCOW)
    frame = timing.where(model_of([leg], [claim("c", departed="2023-09-07~")]), "2023-09-08")
    assert set(frame["bounds"]) == {"stated", "widened"}
    assert edges(frame[frame["bounds"] == "stated"]) == edges(
        timing.where(model_of([leg], [claim("c", departed="2023-09-07")]), "2023-09-08")
    )


def test_ships_are_shown_as_an_area() -> None:
    claims = [claim("c", departed="2023-09-01", arrived="2023-09-01")]
    frame = timing.where(model_of([ship()], claims), "2023-09-01")
    assert frame["kind"].tolist() == ["area"]
    area = frame.geometry.iloc[0]
    line = ship().coordinates
    assert line is not None
    assert all(area.dwithin(Point(point), 0.05) for point in line)
    west, south, east, north = area.bounds
    assert (west, south) > (124, 35)  # 889 km there and on within one day
    assert (east, north) < (140, 48)
    assert not area.contains(Point(150, 35))


def test_distances_over_water_are_never_too_long() -> None:
    for ends in ((NAJIN, DUNAY), (NAJIN, (139.8, 35.5)), ((31.2, 46.4), (29.1, 41.3))):
        path = routing.route(*ends, mode="sea")
        rules = routing.Rules()
        fields = [on_water.field("sea", rules, one, None, 5.0) for one in ends]
        assert fields[0] is not None
        assert fields[1] is not None
        metres = fields[0].to(fields[1])
        assert 0.8 * path.length_m - 20_000 < metres <= path.length_m


def test_water_is_cut_at_180_degrees() -> None:
    ends = (131.9, 43.0), (-149.9, 61.1)
    leg = replace(
        drawn(mode="sea", origin=site("o", ends[0]), destination=site("d", ends[1])),
        path=routing.route(*ends, mode="sea"),
    )
    claims = [claim("c", moved="2023-09-01/2023-09-09")]
    area = timing.where(model_of([leg], claims), "2023-09-05").geometry.iloc[0]
    assert area.is_valid
    assert area.bounds[0] == -180
    assert area.bounds[2] == 180
    assert not area.intersects(Point(0, 0).buffer(20))


def test_a_crossing_that_is_closed_all_the_time_is_not_used() -> None:
    ends = (126.98, 37.55), (126.56, 37.97)  # Seoul and Kaesong
    path = routing.route(*ends, mode="rail", by="length", on="2008-11-01")
    leg = replace(drawn(origin=site("o", ends[0]), destination=site("d", ends[1])), path=path)
    open_then, shut = (
        timing.where(model_of([leg], [claim("c", moved=when)]), on)
        for when, on in (
            ("2008-11-01/2008-11-02", "2008-11-02"),
            ("2009-01-10/2009-01-11", "2009-01-10"),
        )
    )
    assert {"KR", "KP"} <= set(open_then["country"])
    assert shut["kind"].tolist() == ["contradiction"]


def test_a_leg_from_a_place_to_itself() -> None:
    frame = timing.where(
        model_of([rail(VLADIVOSTOK, VLADIVOSTOK)], [claim("c", moved="2023-09-01")]), "2023-09-01"
    )
    assert {"track", "gap"} <= set(frame["kind"])
    assert not set(frame["kind"]) & {"contradiction", "area"}
    assert frame.geometry.total_bounds[0] > 129


spots = st.sampled_from([(131.95, 43.8), (132.6, 44.5), (133.5, 45.9), (134.7, 48.1)])


@given(spans, st.lists(st.tuples(spots, spans), max_size=3), st.data())
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.data_too_large])
def test_a_claim_more_never_enlarges_a_prism(
    moved: list[int], seen: list[tuple[tuple[float, float], list[int]]], data: st.DataObject
) -> None:
    first, last = (f"2023-09-{one:02d}" for one in moved)
    claims = [claim("c", moved=f"{first}/{last}")]
    sites = {}
    for number, (spot, (one, two)) in enumerate(seen):
        span = f"2023-09-{one:02d}/2023-09-{two:02d}"
        claims.append(claim(f"s{number}", at="x", seen=span))
        sites[f"s{number}"] = site(f"p{number}", spot)
    on = date(2023, 9, data.draw(days)).isoformat()
    fewer = timing.where(model_of([rail()], claims[:-1] or claims, seen=sites), on)
    more = timing.where(model_of([rail()], claims, seen=sites), on)
    shuffled = data.draw(st.permutations(claims))
    if fewer["dated"].all():
        assert edges(more) <= edges(fewer)
    again = timing.where(model_of([rail()], shuffled, seen=sites), on)
    assert edges(again) == edges(more)
    assert again.drop(columns=["geometry"]).equals(more.drop(columns=["geometry"]))


@pytest.mark.parametrize(
    "asked", ["2023-9-1", "yesterday", "", "2023-09", None, 20230901, "20230901"]
)
def test_what_is_no_day_is_refused(asked: Any) -> None:
    with pytest.raises(ArgumentError, match="is no day"):
        timing.where(model_of([drawn()], []), asked)


def test_it_looks_back_only() -> None:
    model = model_of([drawn()], [], published="2023-10-13")
    assert len(timing.where(model, "2023-10-13")) == 1
    assert len(timing.where(model, date(2023, 10, 13))) == 1
    with pytest.raises(ArgumentError, match=r"2023-10-14 is after the newest source.*2023-10-13"):
        timing.where(model, "2023-10-14")
    with pytest.raises(ArgumentError, match="published"):
        timing.where(model_of([drawn()], [], published=None), "2023-10-13")


def test_one_rail_leg_is_answered_in_time() -> None:
    model = model_of([rail(VLADIVOSTOK, MOSCOW)], [claim("c", moved="2023-09-07/2023-10-01")])
    timing.where(model, "2023-09-19")
    start = time.perf_counter()
    frame = timing.where(model, "2023-09-20")
    assert time.perf_counter() - start < 0.6  # 0.04 s measured; the machine may be busy
    assert len(frame) > 5000


def test_answers_do_not_hang_together_and_arrays_are_read_only() -> None:
    model = model_of([rail()], [claim("c", moved="2023-09-07/2023-09-08")])
    first = timing.where(model, "2023-09-07")
    first["earliest"] = None
    assert timing.where(model, "2023-09-07")["earliest"].notna().all()
    ground = ground_of(model.routed[0], "recognised")
    assert ground is not None
    with pytest.raises(ValueError, match="read-only"):
        ground.stops()[0].metres[0] = 0


# --- places and the case ---------------------------------------------------------------------


def test_towns_near_the_prism() -> None:
    claims = [claim("c", departed="2023-09-01", arrived="2023-09-01")]
    frame = timing.where(model_of([rail(), replace(ship(), id="b")], claims), "2023-09-01")
    towns = timing.places_within(frame, population=50_000)
    assert {"Vladivostok", "Khabarovsk", "Ussuriysk"} <= set(towns["name"])
    assert set(towns["leg"]) == {"a"}
    assert (towns["distance_km"] <= 5).all()
    assert towns["population"].is_monotonic_decreasing
    known = {name for name, *_ in places.towns(50_000)}
    assert set(towns["name"]) <= known
    assert timing.places_within(frame.iloc[:0]).empty


def test_where_the_train_could_have_been_on_20_september(real: RouteModel) -> None:
    frame = timing.where(real, "2023-09-20")
    train = frame[frame["leg"] == "dunay-depot"]
    assert set(train["country"]) == {"RU"}  # "across Russia"
    assert train[train["on_line"]]["length_km"].sum() > 9000
    towns = set(timing.places_within(train, population=300_000)["name"])
    assert {"Khabarovsk", "Irkutsk", "Novosibirsk", "Yekaterinburg"} <= towns
    assert not towns & {"Harbin", "Magadan", "Kaliningrad"}
    early, late = (timing.where(real, one) for one in ("2023-09-08", "2023-10-01"))
    early, late = (one[one["leg"] == "dunay-depot"].geometry.total_bounds for one in (early, late))
    assert early[0] > 110  # not past Chita after two days
    assert late[2] < 60  # beyond the Urals on the last one
    assert set(frame[~frame["dated"]]["leg"]) == {"tumangang-khasan", "sought-return"}


def test_the_implied_window_of_the_real_train(real: RouteModel) -> None:
    window = timing.windows(real)["dunay-depot"]
    assert window.hard.arrival.last_day == date(2023, 10, 1)
    assert window.hard.departure.last_day is not None
    assert window.hard.departure.last_day <= date(2023, 9, 25)  # over 9,000 km at 1,500 km a day
    assert {"nsc-rail", "ep-chain", "nsc-total"} <= set(window.claims)


def test_the_command(tmp_path: Path) -> None:
    target = tmp_path / "day.geojson"
    ran = CliRunner().invoke(where_command, [str(CASE), "--on", "2023-09-20", "-o", str(target)])
    assert ran.exit_code == 0
    assert "dunay-depot" in ran.output
    assert "Novosibirsk" in ran.output
    document = json.loads(target.read_text(encoding="utf-8"))
    assert document["day"] == "2023-09-20"
    assert document["note"].startswith("Lines between reported places")
    legs = {one["properties"]["leg"] for one in document["features"]}
    assert "dunay-depot" in legs
    told = CliRunner().invoke(where_command, [str(CASE), "--on", "2023-11-08", "--json"])
    states = {one["leg"]: one["state"] for one in json.loads(told.output)["legs"]}
    assert states["dunay-depot"] == "not-that-day"
    assert states["tumangang-khasan"] == "undated"
    ran = CliRunner().invoke(where_command, [str(CASE), "--on", "2030-01-01", "--json"])
    assert isinstance(ran.exception, ArgumentError)
    assert "looks back" in json.loads(ran.output)["error"]


def test_windows_alone_need_no_geopandas() -> None:
    heavy = "{'geopandas', 'pandas', 'scipy'}"
    code = f"import sys, routemap.timing; print(sorted({heavy} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
