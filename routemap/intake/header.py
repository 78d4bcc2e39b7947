"""Read the header of a case: its title, its view of borders, and the figures that it overrides."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from routemap.claims import BORDER_VIEWS, FrozenMapping
from routemap.dates import WIDENING_DAYS
from routemap.errors import InputError, PhraseError
from routemap.intake.raw import did_you_mean
from routemap.speeds import paces

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from routemap.errors import Problem
    from routemap.intake.raw import RawRow, Value

__all__ = ["read_header"]

MOST_DAYS = 3650
"""The widest that the hard bounds of a date may be set: what is less exact is no date."""


def read_header(header: RawRow, identity: str) -> tuple[dict[str, Any], list[Problem]]:
    """Return the header's values, with `identity` as the case's id where it has none.

    What cannot be read is a problem and is left out.
    """
    values: dict[str, Any] = {"case": identity}
    problems: list[Problem] = []
    for key, value in header.values.items():
        if key in _BY_NAME:
            values[key], found = _named(header, key, value)
            problems += found
        elif not isinstance(value, str):
            cure = "Write one text, not a list or mapping."
            problems.append(header.problem(key, None, "one text is meant here.", cure))
        elif key == "borders" and value not in BORDER_VIEWS:
            cure = _one_of(value, BORDER_VIEWS)
            problems.append(header.problem(key, value, "it is no border view.", cure))
        else:
            values[key] = value
    return values, problems


def _named(header: RawRow, key: str, value: Value) -> tuple[FrozenMapping[str, Any], list[Problem]]:
    """Return what a heading gives by name, and a problem of each name that cannot be read."""
    read, reason, cure = _BY_NAME[key]
    if not isinstance(value, dict):
        return FrozenMapping(), [header.problem(key, None, reason, cure)]
    kept: dict[str, Any] = {}
    problems = []
    for name, text in value.items():
        try:
            kept[name] = read(name, text)
        except (InputError, PhraseError) as error:
            problems.append(header.problem(f"{key}.{name}", text, *error.carried))
    return FrozenMapping(kept), problems


def _speed(mode: str, text: str) -> str:
    """Return the speed of a mode as it was written, if it can be read."""
    paces({mode: text})
    return text


def _days(precision: str, text: str) -> int:
    """Return by how many days dates of a precision are widened."""
    if precision not in WIDENING_DAYS:
        cure = _one_of(precision, tuple(WIDENING_DAYS))
        raise InputError.of(f"{precision!r} is no precision of a date.", cure)
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) > MOST_DAYS:
        cure = f"Write a number of days, such as {precision}: {WIDENING_DAYS[precision]}."
        raise InputError.of(f"{text!r} is not a whole number from 0 to {MOST_DAYS}.", cure)
    return int(text)


def _one_of(word: str, known: tuple[str, ...]) -> str:
    return f"{did_you_mean(word, known)} Use one of {', '.join(known)}.".strip()


_BY_NAME: Mapping[str, tuple[Callable[[str, str], Any], str, str]] = MappingProxyType(
    {
        "speeds": (_speed, "speeds are given by mode.", "Write under it one line a mode."),
        "widening": (
            _days,
            "days are given by the precision of a date.",
            f"Write under it one line each for {', '.join(WIDENING_DAYS)}.",
        ),
    }
)
"""How the headings with several values read each; what is wrong where they have one, the cure."""
