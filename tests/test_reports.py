"""The reference reports as cases: each builds whole, and draws what its reading expects."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import routemap
from routemap import geography
from routemap.checks import check
from routemap.geography.geodesics import densify

if TYPE_CHECKING:
    from routemap.claims import Case
    from routemap.model import RoutedLeg, RouteModel
    from routemap.model.siting import ResolvedSite

REPORTS = Path(__file__).parent / "data/reports"
CASPIAN = Path(__file__).parent.parent / "data/iran-russia-caspian"
READINGS: dict[str, list[dict[str, Any]]] = json.loads(
    (REPORTS / "expected.json").read_text(encoding="utf-8")
)
LEGS = [(name, seq) for name, legs in READINGS.items() for seq in range(len(legs))]
HAPPENED = {"reported", "observed"}
STATES = {
    "asserted": HAPPENED,
    "contested": HAPPENED,
    "negated": HAPPENED,
    "inferred": {"inferred", "speculative"},
    "planned": {"planned"},
    "not-completed": {"not-completed"},
}
"""The states that a leg may have by the status of the reading; what is negated was there before."""
CONTESTED = {"contested", "negated"}


@cache
def model_of(name: str) -> RouteModel:
    return routemap.build(routemap.read_case(REPORTS / f"{name}.yaml"))


def off_by(site: ResolvedSite | None, wanted: list[float] | None) -> float:
    """Return how many tolerances an end lies off; 0 where the text does not say where it is."""
    if wanted is None:
        return 0.0
    assert site is not None
    lon, lat, kilometres = wanted
    return float(geography.geodesic_m(*site.point, lon, lat)) / 1000 / kilometres


def misfit(leg: RoutedLeg, wanted: dict[str, Any]) -> float:
    """Return how many tolerances the worse of a leg's two ends lies off."""
    return max(off_by(leg.origin, wanted["origin"]), off_by(leg.destination, wanted["destination"]))


def overlaps(leg: RoutedLeg, first: str, last: str) -> bool:
    when = leg.standing.when
    if when is None:
        return True
    return (when.earliest or date.min) <= date.fromisoformat(last) and date.fromisoformat(
        first
    ) <= (when.latest or date.max)


def passes(leg: RoutedLeg, wanted: list[float]) -> bool:
    """Return whether a line comes near a place, taken at points 2 km apart."""
    assert leg.path is not None
    lon, lat, kilometres = wanted
    line = densify(leg.path.coordinates, 2000.0)
    there = np.full(len(line), lon), np.full(len(line), lat)
    return bool(geography.geodesic_m(*line.T, *there).min() <= kilometres * 1000)


def drawn(name: str, wanted: dict[str, Any]) -> list[RoutedLeg]:
    """Return the legs of the mode and the ends that a reading expects: the nearest ones.

    A border bridge is shorter than the tolerance of its two stations, so that both directions fit.
    """
    legs = [leg for leg in model_of(name).routed if leg.mode == wanted["mode"]]
    off = {leg.id: misfit(leg, wanted) for leg in legs}
    least = min(off.values(), default=2.0)
    return [leg for leg in legs if off[leg.id] <= min(1.0, least)]


def read_somewhere(case: Case, key: str | None) -> bool:
    """Return whether a source has an address, or was read in one, or after some, that have."""
    if key is None or key not in case.sources_by_id:
        return False
    source = case.source(key)
    after = source.derived_from
    return (
        source.url is not None
        or read_somewhere(case, source.seen_in)
        or (bool(after) and all(read_somewhere(case, one) for one in after))
    )


def test_every_reading_has_its_case() -> None:
    assert {file.stem for file in REPORTS.glob("*.yaml")} == set(READINGS)


@pytest.mark.parametrize("name", READINGS)
def test_a_case_is_read_whole_and_built_whole(name: str) -> None:
    model = model_of(name)
    assert model.case.case == name
    assert model.case.accepted == model.case.read
    assert model.problems == ()
    assert all(leg.coordinates is not None for leg in model.routed)


@pytest.mark.parametrize(("name", "seq"), LEGS)
def test_a_leg_is_drawn_as_the_reading_expects(name: str, seq: int) -> None:
    wanted = READINGS[name][seq]
    found = drawn(name, wanted)
    assert found
    for leg in found:
        assert leg.standing.state in STATES[wanted["status"]]
        assert overlaps(leg, *wanted["dates"])
        contested = wanted["status"] in CONTESTED or "denied" in wanted
        assert not contested or leg.standing.contested is not None


@pytest.mark.parametrize(("name", "seq"), LEGS)
def test_a_leg_names_the_carriers_of_the_reading(name: str, seq: int) -> None:
    wanted = READINGS[name][seq]
    carriers = {
        carrier
        for leg in drawn(name, wanted)
        for claim in leg.standing.claims
        for carrier in claim.carrier
    }
    assert carriers == set(wanted.get("vessels", ()))


@pytest.mark.parametrize(("name", "seq"), LEGS)
def test_a_line_goes_where_the_reading_says(name: str, seq: int) -> None:
    wanted = READINGS[name][seq]
    paths = [leg.path for leg in drawn(name, wanted) if leg.path is not None]
    for path in paths:
        if "only" in wanted:
            assert set(path.countries) <= set(wanted["only"])
        assert set(wanted.get("passages", ())) <= set(path.passages)
        assert not set(wanted.get("not_passages", ())) & set(path.passages)
    for place in wanted.get("via", ()):
        assert any(passes(leg, place) for leg in drawn(name, wanted) if leg.path)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("05-port-olya-3", [49.458, 37.473, 20]),  # Anzali: earlier transfers only
        ("05-port-olya-3", [48.04, 46.35, 15]),  # Astrakhan: the region alone is named
        ("21-kaliningrad-transit-ban", [25.28, 54.68, 20]),  # Vilnius: the dateline
    ],
)
def test_no_leg_ends_where_the_text_reports_none(name: str, place: list[float]) -> None:
    ends = [end for leg in model_of(name).routed for end in (leg.origin, leg.destination)]
    assert all(off_by(end, place) > 1 for end in ends)


@pytest.mark.parametrize("name", READINGS)
def test_a_feasible_case_has_no_error_and_something_to_know(name: str) -> None:
    findings = check(model_of(name))
    assert [one for one in findings if one.severity == "error"] == []
    assert findings


@pytest.mark.parametrize(
    "name", [name for name, legs in READINGS.items() if any("denied" in leg for leg in legs)]
)
def test_a_denial_is_a_warning(name: str) -> None:
    rules = {one.rule for one in check(model_of(name)) if one.severity == "warning"}
    assert rules & {"denied", "questioned"}


@pytest.mark.parametrize(
    "file", [*sorted(REPORTS.glob("*.yaml")), CASPIAN], ids=lambda one: one.stem
)
def test_every_source_was_read_at_an_address(file: Path) -> None:
    case = routemap.read_case(file)
    assert [one.id for one in case.sources if not read_somewhere(case, one.id)] == []


def test_the_caspian_case_goes_by_sea_and_by_river() -> None:
    model = routemap.build(routemap.read_case(CASPIAN))
    legs = {leg.id: leg for leg in model.routed}
    assert [one for one in check(model) if one.severity == "error"] == []
    crossing, rivers = legs["amirabad-olya"].path, legs["volga-don"].path
    assert crossing is not None
    assert rivers is not None
    assert crossing.geodesic_m < crossing.length_m < 1.1 * crossing.geodesic_m
    assert rivers.passages == ("volga-don",)
    assert set(rivers.countries) <= {"RU"}
    assert legs["olya-onward"].standing.state == "speculative"
    assert legs["amirabad-olya"].standing.contested == "by-claim"
    assert legs["january-2023"].standing.sources == 3
