"""Quantities and distances as phrases of a small grammar, kept as they were written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from routemap.errors import PhraseError, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Distance", "Quantity", "parse_distance", "parse_quantity"]

_LOWER = ("more than", "over", "at least", "no fewer than", "no less than", "minimum")
_UPPER = ("up to", "at most", "fewer than", "less than", "under", "no more than", "maximum")
_VAGUE = ("about", "around", "approximately", "roughly", "some", "nearly", "almost", "circa", "ca.")
_WORDS = "|".join(re.escape(word) for word in sorted((*_LOWER, *_UPPER, *_VAGUE), key=len)[::-1])
_NUMBER = r"\d{1,3}(?:[, \u00a0\u202f]\d{3})+|\d+(?:\.\d+)?"
_AMOUNT = (
    rf"(?:(?P<qualifier>{_WORDS})\s+)?(?P<low>{_NUMBER})"
    rf"(?:\s*(?:to|-|\u2013)\s*(?P<high>{_NUMBER}))?"
)
_EACH = (
    *("voyage", "trip", "crossing", "ship", "vessel", "barge", "train", "wagon", "railcar"),
    *("convoy", "truck", "lorry", "flight", "container", "hour", "day", "week", "month", "year"),
)
"""What a quantity may be counted for each of, as in "300 containers a voyage"."""
_QUANTITY = re.compile(
    rf"{_AMOUNT}\s+(?P<unit>[^\W\d][^\d;]*?)"
    rf"(?:(?:\s+(?:an?|per|each|every)\s+|\s*/\s*)(?P<per>{'|'.join(_EACH)}))?",
    re.IGNORECASE,
)
_DISTANCE = re.compile(
    rf"{_AMOUNT}\s*(?P<unit>km|kilomet(?:er|re)s?|mi|miles?|nm|nautical miles?)"
    r"(?:\s+from\s+(?P<start>.+?))?(?:\s+to\s+(?P<stop>.+))?",
    re.IGNORECASE,
)
MOST_DIGITS = 15
"""As many as a 64-bit number keeps exactly (IEEE 754)."""
_TWO_WAYS = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_KM: Mapping[str, float] = MappingProxyType({"k": 1.0, "m": 1.609344, "n": 1.852})
_QUANTITY_CURE = "Write a number and a unit, such as: more than 1000 containers, 4 to 5 voyages."
_DISTANCE_CURE = "Write a number and km, such as: about 290 km from the border to depot."


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity phrase and what it allows.

    Attributes
    ----------
    text
        The phrase as it was written.
    qualifier
        "more than", "about", ...; None where there is none.
    low, high
        The numbers that it allows; None where it sets no bound. "About 300" is 300 to 300 with its
        qualifier: how far "about" reaches is not invented.
    unit
        The thing counted, as written: "containers".
    per
        What it is counted for each of, in small letters: "voyage" in "300 containers a voyage",
        "wagons per train" likewise; None where the number is the whole.
    """

    text: str
    qualifier: str | None
    low: float | None
    high: float | None
    unit: str
    per: str | None = None

    def __str__(self) -> str:
        """Return the phrase as it was written."""
        return self.text


@dataclass(frozen=True, slots=True)
class Distance:
    """A distance phrase: bounds in km, and the places it is measured between, as written."""

    text: str
    qualifier: str | None
    low_km: float | None
    high_km: float | None
    start: str | None
    stop: str | None

    def __str__(self) -> str:
        """Return the phrase as it was written."""
        return self.text


def parse_quantity(text: str) -> Quantity:
    """Read a phrase such as "more than 1000 containers", "4 to 5 voyages", "70 wagons per train".

    Raises `PhraseError`, with the grammar as its cure, for anything else.
    """
    match = _matched(_QUANTITY, text, "quantity", _QUANTITY_CURE)
    qualifier, low, high = _bounds(match, text, _QUANTITY_CURE)
    per = match["per"].lower() if match["per"] else None
    return Quantity(text.strip(), qualifier, low, high, match["unit"].strip(), per)


def parse_distance(text: str) -> Distance:
    """Read a phrase such as "about 290 km from the Ukrainian border to depot".

    Miles and nautical miles are accepted and kept as written. Raises `PhraseError` with its cure.
    """
    match = _matched(_DISTANCE, text, "distance", _DISTANCE_CURE)
    qualifier, low, high = _bounds(match, text, _DISTANCE_CURE)
    factor = _KM[match["unit"][0].lower()]
    return Distance(
        text.strip(),
        qualifier,
        None if low is None else low * factor,
        None if high is None else high * factor,
        match["start"],
        match["stop"],
    )


def _matched(grammar: re.Pattern[str], text: object, kind: str, cure: str) -> re.Match[str]:
    match = grammar.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise PhraseError.of(f"{text!r} is not a {kind} that routemap reads.", cure)
    return match


def _bounds(
    match: re.Match[str], text: str, cure: str
) -> tuple[str | None, float | None, float | None]:
    """Return (qualifier, low, high) of an amount."""
    qualifier = match["qualifier"].lower() if match["qualifier"] else None
    for digits in (match["low"], match["high"] or ""):
        if sum(map(str.isdigit, digits)) > MOST_DIGITS:
            reason = f"{shorten(text)!r} has a number of over {MOST_DIGITS} digits."
            raise PhraseError.of(reason, "Write fewer digits.")
        if _TWO_WAYS.fullmatch(digits):
            whole, _, rest = digits.partition(".")
            reason = f"{text!r} can be read as {whole} or as {whole} thousand."
            raise PhraseError.of(reason, f"Write {whole}{rest}, or fewer digits after the point.")
    low = _number(match["low"])
    high = _number(match["high"]) if match["high"] else low
    if high < low:
        raise PhraseError.of(f"{text!r} runs from the larger number to the smaller.", cure)
    if qualifier in _LOWER:
        return qualifier, low, None
    if qualifier in _UPPER:
        return qualifier, None, high
    return qualifier, low, high


def _number(digits: str) -> float:
    return float(re.sub(r"[, \u00a0\u202f]", "", digits))
