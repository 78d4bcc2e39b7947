"""The one table of looks: whole, frozen, and readable without colour."""

from __future__ import annotations

import re
from typing import get_args

import orjson
import pytest

from routemap import style
from routemap.claims import Claim, Leg
from routemap.routing.course import Kind


def choices(row: type, field: str) -> set[str]:
    return set(get_args(row.model_fields[field].annotation))


def test_every_mode_basis_and_state_has_a_look() -> None:
    events = choices(Claim, "event") - {"happened"}
    assert set(style.MODES) == choices(Leg, "mode")
    assert set(style.BASIS) == choices(Claim, "basis")
    assert set(style.STATES) == choices(Claim, "basis") | events


def test_every_kind_of_stretch_has_a_look() -> None:
    assert set(style.KINDS) == set(get_args(Kind))


def test_states_are_told_apart_without_colour() -> None:
    looks = [(look["dash"], look["mark"]) for name, look in style.STATES.items()]
    looks.remove((None, None))  # observed and reported: the first has a light core
    assert len(looks) == len(set(looks))
    assert style.BASIS["observed"]["core"] != style.BASIS["reported"]["core"]


def test_what_is_drawn_alike_is_called_alike() -> None:
    for look in style.KINDS.values():
        same = {one["label"] for one in style.KINDS.values() if one["dash"] == look["dash"]}
        assert same == {look["label"]}


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.1."""
    channels = [int(part, 16) / 255 for part in re.findall("[0-9A-F]{2}", colour)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("mode", style.MODES)
def test_lines_stand_out_from_land_and_sea(mode: str) -> None:
    own = luminance(style.MODES[mode]["colour"])
    for ground in ("#F7F5EF", "#CDDEE8"):
        assert (luminance(ground) + 0.05) / (own + 0.05) >= 2.5


def test_a_better_grade_is_a_thicker_line() -> None:
    widths = [style.grade_width(f"{letter}3") for letter in "ABCDEF"]
    assert widths == sorted(set(widths), reverse=True)
    assert style.grade_width(None) == widths[-1]


def test_no_caller_can_change_the_tables() -> None:
    with pytest.raises(TypeError):
        style.MODES["sea"]["colour"] = "#000000"  # type: ignore[index]
    style.table()["modes"]["sea"]["colour"] = "#000000"
    assert style.table()["modes"]["sea"]["colour"] == style.MODES["sea"]["colour"] != "#000000"


def test_the_table_is_plain_enough_for_json() -> None:
    assert orjson.loads(orjson.dumps(style.table())) == style.table()
