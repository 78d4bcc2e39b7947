"""Days as numbers, so that hours can be added to them, and spans of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import floor, inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routemap.dates import When

__all__ = ["HOURS", "LEAST", "Span", "limits"]

HOURS = 24.0
LEAST = 1e-6
"""Less than a tenth of a second, in days: what is nearer than that is at the same time."""
SECOND = 1 / 86_400
"""A day ends a second before the next one begins: what arrives on it does not leave on that one."""


@dataclass(frozen=True, slots=True)
class Span:
    """When something can have been.

    Attributes
    ----------
    earliest, latest
        Days since 1 January of the year 0 as `datetime.date.toordinal` counts them, with
        fractions: 12:00 on a day is its ordinal and 0.5. None where that end is open.
    """

    earliest: float | None
    latest: float | None

    @classmethod
    def of(cls, low: float, high: float) -> Span:
        """Return the span between two numbers, which may be infinite."""
        return cls(None if low == -inf else low, None if high == inf else high)

    @property
    def low(self) -> float:
        """The earliest; minus infinity where it is open."""
        return -inf if self.earliest is None else self.earliest

    @property
    def high(self) -> float:
        """The latest; infinity where it is open."""
        return inf if self.latest is None else self.latest

    @property
    def first_day(self) -> date | None:
        """The calendar day on which it begins; None where that end is open."""
        return None if self.earliest is None else _day(floor(self.earliest + LEAST))

    @property
    def last_day(self) -> date | None:
        """The last calendar day in it; None where that end is open."""
        return None if self.latest is None else _day(floor(self.latest + LEAST))

    @property
    def empty(self) -> bool:
        """Whether nothing lies in it."""
        return self.low > self.high + LEAST


def _day(ordinal: int) -> date:
    return date.fromordinal(min(max(ordinal, date.min.toordinal()), date.max.toordinal()))


def limits(when: When, *, hard: bool) -> tuple[float, float]:
    """Return when the first day of a date begins and its last one ends; infinite where open."""
    first = when.hard_earliest if hard else when.earliest
    last = when.hard_latest if hard else when.latest
    low = -inf if first is None else float(first.toordinal())
    return low, inf if last is None else last.toordinal() + 1 - SECOND
