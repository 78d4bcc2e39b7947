"""Paces and dwells: the shipped table, and what a case may say in place of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routemap import speeds
from routemap.claims import FrozenMapping
from routemap.errors import PhraseError

MODES = {"sea", "river", "rail", "road", "air", "unknown"}


def test_the_table_has_every_mode_in_order_and_with_its_source() -> None:
    table = speeds.paces({})
    assert set(table) == MODES
    for pace in table.values():
        assert 0 < pace.slow_km_day <= pace.usual_km_day <= pace.fast_km_day <= pace.limit_km_day
        assert pace.source


def test_published_figures() -> None:
    rail = speeds.paces({})["rail"]
    assert (rail.slow_km_day, rail.fast_km_day) == (345, 1500)  # PortNews 204931; RZD
    assert rail.limit_km_day == 140 * 24
    assert speeds.paces({})["sea"].limit_km_day == pytest.approx(30 * 1.852 * 24, abs=1)


def test_nothing_beats_what_moves_by_unknown_means() -> None:
    table = speeds.paces({})
    assert table["unknown"].fast_km_day == max(one.fast_km_day for one in table.values())
    assert table["unknown"].slow_km_day == min(one.slow_km_day for one in table.values())


def test_dwells() -> None:
    waits = speeds.dwells()
    assert set(waits) == {"port", "transshipment", "gauge", "border"}
    assert all(0 <= one.least_h <= one.usual_h <= one.most_h for one in waits.values())
    assert all(one.source for one in waits.values())


@pytest.mark.parametrize(
    ("text", "slow", "fast"),
    [
        ("600 to 1200 km/day", 600, 1200),
        ("600-1200 km a day", 600, 1200),
        ("40 to 60 km/h", 960, 1440),
        ("8 to 14 knots", 8 * 1.852 * 24, 14 * 1.852 * 24),
        ("10 kn", 444.48, 444.48),
        (" 700 KM/DAY ", 700, 700),
        ("12.5 km/h", 300, 300),
        ("500 km/d", 500, 500),
    ],
)
def test_a_case_may_say_otherwise(text: str, slow: float, fast: float) -> None:
    pace = speeds.paces({"rail": text})["rail"]
    assert (pace.slow_km_day, pace.fast_km_day) == pytest.approx((slow, fast))
    assert pace.usual_km_day == pytest.approx((slow + fast) / 2)
    assert pace.limit_km_day == 3360
    assert pace.source == f"the case: {text.strip()}"


def test_the_limit_gives_way_to_the_case() -> None:
    pace = speeds.paces(FrozenMapping({"road": "90 to 120 km/h"}))["road"]
    assert pace.fast_km_day == pace.limit_km_day == 2880


@pytest.mark.parametrize(
    "text",
    [
        *("", "-5 km/h", "0 km/h", "60 to 40 km/h", "fast", "1e9 km/h", "nan km/h"),
        *("9999999 knots", "40 km", "40", "about 40 km/h", "1,200 km/day", "١٢ km/h"),
        *("12 km/h 13 km/h", None, 40),
    ],
)
def test_what_is_no_speed_is_refused_with_a_cure(text: object) -> None:
    with pytest.raises(PhraseError) as caught:
        speeds.paces({"sea": text})  # type: ignore[dict-item] # what a caller may get wrong
    assert "sea" in str(caught.value)
    assert "km/day" in str(caught.value)


def test_an_unknown_mode_names_the_modes() -> None:
    with pytest.raises(PhraseError, match=r"'train' is no mode.*sea, river, rail"):
        speeds.paces({"train": "40 km/h"})


def test_overrides_leave_the_table_as_it_was() -> None:
    before = speeds.paces({})
    speeds.paces({"sea": "1 km/day"})
    assert speeds.paces({}) == before
    with pytest.raises(TypeError):
        before["sea"] = before["rail"]  # type: ignore[index] # it must refuse this


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        pace = speeds.paces({"sea": text})["sea"]
    except PhraseError:
        return
    assert 0 < pace.slow_km_day <= pace.usual_km_day <= pace.fast_km_day <= pace.limit_km_day
