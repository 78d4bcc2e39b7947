"""How fast each mode moves and how long it waits: a sourced table, and what a case says instead."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from routemap.errors import AssetError, PhraseError, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Dwell", "Pace", "dwells", "paces"]

_NUMBER = r"\d{1,6}(?:\.\d{1,6})?"
_SPEED = re.compile(
    rf"(?P<low>{_NUMBER})(?:\s*(?:to|-|\u2013)\s*(?P<high>{_NUMBER}))?\s*"
    r"(?P<unit>km/day|km/d|km (?:a|per) day|km/h|kmh|kph|knots?|kn|kt)",
    re.IGNORECASE | re.ASCII,
)
_KM_DAY = MappingProxyType({"km/h": 24.0, "kmh": 24.0, "kph": 24.0, "k": 1.852 * 24})
"""Units that are not km a day, as km a day; all that are left are knots (1.852 km/h)."""
_CURE = "Write low to high with a unit: 600 to 1200 km/day, 40 to 60 km/h, 8 to 14 knots."


@dataclass(frozen=True, slots=True)
class Pace:
    """How far one mode gets in a day, in km, its usual stops counted in.

    Attributes
    ----------
    mode
        "sea", "river", "rail", "road", "air" or "unknown".
    slow_km_day, usual_km_day, fast_km_day
        The range: what is common at the slow end, what is usual, what was done at best.
    limit_km_day
        What nothing of this mode exceeds.
    source
        Where the numbers were read, or that there is none at hand; or the words of the case.
    """

    mode: str
    slow_km_day: float
    usual_km_day: float
    fast_km_day: float
    limit_km_day: float
    source: str


@dataclass(frozen=True, slots=True)
class Dwell:
    """How long cargo waits where something is done with it, in hours.

    Attributes
    ----------
    name
        "port" (a ship is handled), "transshipment" (from one mode to another), "gauge" (bogies
        changed or cargo moved over), "border".
    least_h, usual_h, most_h
        The range.
    source
        Where the numbers were read, or that there is none at hand.
    """

    name: str
    least_h: float
    usual_h: float
    most_h: float
    source: str


def paces(overrides: Mapping[str, str]) -> Mapping[str, Pace]:
    """Return the pace of each mode, with what a case says in place of the shipped table.

    Parameters
    ----------
    overrides
        Texts by mode: ``"600 to 1200 km/day"``, ``"40 to 60 km/h"``, ``"8 to 14 knots"``, or one
        number. The lower is slow, the higher fast, usual their middle; the limit stays, unless fast
        is above it.

    Raises
    ------
    PhraseError
        A mode is unknown, or a text is no speed: unreadable, negative, zero, or its low end above
        its high one.
    """
    known = dict(_table()[0])
    for mode, text in overrides.items():
        if mode not in known:
            reason = f"speeds: {shorten(repr(mode))} is no mode."
            raise PhraseError.of(reason, f"Use one of {', '.join(known)}.")
        known[mode] = _overridden(known[mode], text)
    return MappingProxyType(known)


def dwells() -> Mapping[str, Dwell]:
    """Return how long cargo waits, by what is done with it."""
    return _table()[1]


def _overridden(pace: Pace, text: str) -> Pace:
    slow, fast = _read(pace.mode, text)
    return replace(
        pace,
        slow_km_day=slow,
        usual_km_day=(slow + fast) / 2,
        fast_km_day=fast,
        limit_km_day=max(fast, pace.limit_km_day),
        source=f"the case: {text.strip()}",
    )


def _read(mode: str, text: object) -> tuple[float, float]:
    """Return the lower and the higher speed of a text in km a day."""
    match = _SPEED.fullmatch(text.strip()) if isinstance(text, str) else None
    named = f"speeds: {mode}: {shorten(repr(text))}"
    if match is None:
        raise PhraseError.of(f"{named} is no speed that routemap reads.", _CURE)
    low, high = float(match["low"]), float(match["high"] or match["low"])
    if not 0 < low <= high:
        reason = "runs from the higher to the lower" if low > high else "is no movement"
        raise PhraseError.of(f"{named} {reason}.", _CURE)
    factor = _factor(match["unit"].lower())
    return low * factor, high * factor


def _factor(unit: str) -> float:
    """Return what one of a unit is in km a day."""
    if unit.startswith("km") and unit.endswith(("d", "day")):
        return 1.0
    return _KM_DAY.get(unit, _KM_DAY["k"])


@cache
def _table() -> tuple[Mapping[str, Pace], Mapping[str, Dwell]]:
    """Return the shipped table, read once.

    Raises `AssetError` for a row that is out of order.
    """
    text = files("routemap").joinpath("assets/speeds.csv").read_text(encoding="utf-8")
    found: dict[str, Pace] = {}
    waits: dict[str, Dwell] = {}
    for row in csv.DictReader(text.splitlines()):
        name, source = row["name"], row["source"]
        low, usual, high = (float(row[column]) for column in ("low", "usual", "high"))
        if not 0 <= low <= usual <= high:
            raise AssetError(f"speeds.csv, {name}: {low}, {usual}, {high} is no range.")
        if row["what"] == "pace":
            found[name] = Pace(name, low, usual, high, float(row["limit"]), source)
        else:
            waits[name] = Dwell(name, low, usual, high, source)
    return MappingProxyType(found), MappingProxyType(waits)
