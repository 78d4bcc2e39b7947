"""Dates as reports give them: an EDTF date or interval, its bounds and its qualifiers."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from routemap.errors import DateError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["WIDENING_DAYS", "When", "hull", "parse"]

WIDENING_DAYS: Mapping[str, int] = MappingProxyType({"day": 3, "month": 10, "year": 90})
"""How many days the hard bounds of a date marked ``~``, ``?`` or ``%`` lie outside, by precision. A
convention of routemap's, not a standard; a case may override it."""

_DATE = re.compile(r"(\d{3}[\dX]|\d{2}XX)(?:-(\d[\dX]|XX)(?:-(\d[\dX]|XX))?)?([~?%]?)", re.ASCII)
_CLOCK = r"(?:[01]\d|2[0-4])(?::[0-5]\d(?::[0-5]\d(?:\.\d+)?)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?"
_TIME = re.compile(rf"(\d{{4}}-\d{{2}}-\d{{2}})T{_CLOCK}", re.ASCII)
_SEASONS = re.compile(r"\d{4}-(2[1-9]|3\d|4[01])\b", re.ASCII)
_YEAR_LAST = re.compile(r"\d{1,2}([/.-])\d{1,2}\1\d{2,4}", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})", re.ASCII)
_MARK_INSIDE = re.compile(r"[~?%][^/]")
_CURE = "Write a day as 2023-09-07, a month as 2023-09, an interval as 2023-09-07/2023-10-01."


@dataclass(frozen=True, slots=True)
class When:
    """A date or an interval, as exact as it was written and no more.

    Attributes
    ----------
    text
        The EDTF text as it was written.
    earliest, latest
        First and last calendar day, inclusive; None where that end is open.
    hard_earliest, hard_latest
        The same, widened where the end is marked ``~``, ``?`` or ``%``.
    """

    text: str
    earliest: date | None
    latest: date | None
    hard_earliest: date | None
    hard_latest: date | None

    def __str__(self) -> str:
        """Return the text as it was written."""
        return self.text


@dataclass(frozen=True, slots=True)
class _End:
    """One date: its first and last day, its precision, and whether it is marked uncertain."""

    first: date
    last: date
    precision: str
    loose: bool


def parse(text: str, *, widening: Mapping[str, int] = WIDENING_DAYS) -> When:
    """Read an EDTF date or interval.

    Parameters
    ----------
    text
        Year, month or day, with ``X`` for unknown digits and ``~``, ``?`` or ``%`` at the end;
        two of them joined by ``/``; ``..`` for an open end. A date-time counts as its day.
    widening
        Days from 0 by precision ("day", "month", "year"), in place of those of `WIDENING_DAYS`.

    Raises
    ------
    DateError
        The text is outside the accepted part of EDTF (ISO 8601-2:2019); the message has the cure.
    """
    if not isinstance(text, str):
        raise DateError.of(f"{text!r} is not a text.", _CURE)
    written = text.strip()
    _refuse(written)
    start, end = _ends(written)
    days = {**WIDENING_DAYS, **widening}
    return When(
        text=written,
        earliest=start.first if start else None,
        latest=end.last if end else None,
        hard_earliest=_widened(start, -1, days),
        hard_latest=_widened(end, 1, days),
    )


def _ends(text: str) -> tuple[_End | None, _End | None]:
    """Return the two ends of an interval, or one date as both; None for an end that is open."""
    start_text, slash, end_text = text.partition("/")
    if not slash:
        if text == "..":
            raise DateError.of("'..' alone says nothing.", "Leave the field empty.")
        one = _end(text)
        return one, one
    start, end = _open_end(start_text), _open_end(end_text)
    if start is None and end is None:
        reason = f"{text!r} is open at both ends and says nothing."
        raise DateError.of(reason, "Leave the field empty.")
    if start and end and start.first > end.last:
        raise DateError.of(f"{text!r} ends before it starts.", "Swap the two dates.")
    return start, end


def _refuse(text: str) -> None:
    """Raise `DateError` for what is often written and never accepted, each with its own cure."""
    if not text:
        raise DateError.of("the date is empty.", _CURE)
    if _YEAR_LAST.fullmatch(text):
        reason = f"{text!r} has the year last: day and month are easily confused."
        raise DateError.of(reason, _CURE)
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match.groups()
        reason = f"{text!r} is not written with hyphens."
        raise DateError.of(reason, f"Write {year}-{month:0>2}-{day:0>2}.")
    if text[0] in "[{":
        raise DateError.of(
            f"{text!r} is a set of dates.", "Write the interval that spans them: A/B."
        )
    if _MARK_INSIDE.search(text):
        reason = f"{text!r} has a mark that is not at the end of a date."
        raise DateError.of(reason, "Write one of ~ ? % after the whole date: 2023-09~.")
    if _SEASONS.search(text):
        raise DateError.of(f"{text!r} is a season.", "Write the months, such as 2023-06/2023-08.")


def _open_end(text: str) -> _End | None:
    if text == "..":
        return None
    if not text:
        raise DateError.of("an interval has an empty end.", "Write '..' for an open end.")
    return _end(text)


def _end(text: str) -> _End:
    timed = _TIME.fullmatch(text)
    match = _DATE.fullmatch(timed.group(1) if timed else text)
    if match is None:
        raise DateError.of(f"{text!r} is not a date that routemap reads.", _CURE)
    year, month, day, mark = match.groups()
    if month == "XX":
        if day not in {None, "XX"}:
            raise DateError.of(f"{text!r} has a day in an unknown month.", "Write the year alone.")
        month = day = None
    if "X" in year and month is not None:
        raise DateError.of(f"{text!r} has a month in an unknown year.", f"Write {year} alone.")
    first, last = _span(text, year, month, None if day == "XX" else day)
    precision = "year" if month is None else "month" if day in (None, "XX") else "day"
    return _End(first, last, precision, bool(mark))


def _span(text: str, year: str, month: str | None, day: str | None) -> tuple[date, date]:
    """Return the first and last day that the digits allow."""
    first_year, last_year = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if first_year < 1:
        raise DateError.of(f"{text!r} is before the year 1.", _CURE)
    months = _matching(month, range(1, 13))
    if not months:
        raise DateError.of(f"{text!r} has no such month.", "Months are 01 to 12.")
    days = [
        date(first_year, number, one)
        for number in months
        for one in _matching(day, range(1, calendar.monthrange(first_year, number)[1] + 1))
    ]
    if not days:
        raise DateError.of(f"{text!r} is not in the calendar.", "Check the day and the month.")
    return days[0], days[-1].replace(year=last_year)


def _matching(digits: str | None, numbers: range) -> list[int]:
    """Return the numbers that two digits can mean, each of them a digit or X; all for None."""
    if digits is None:
        return list(numbers)
    pattern = re.compile(digits.replace("X", r"\d"))
    return [number for number in numbers if pattern.fullmatch(f"{number:02d}")]


def _widened(end: _End | None, sign: int, days: Mapping[str, int]) -> date | None:
    if end is None:
        return None
    bound = end.first if sign < 0 else end.last
    if not end.loose:
        return bound
    try:
        return bound + timedelta(days=sign * days[end.precision])
    except OverflowError:  # the calendar ends there
        return bound


def hull(dates: Iterable[When]) -> When | None:
    """Return the interval that spans all of `dates`, its ends as they were written; None for none.

    An end that is open in any of them is open in the hull. Raises `DateError` for what is no
    `When`.
    """
    spans = _distinct(dates)
    if len(spans) < 2:
        return spans[0] if spans else None
    first = min(spans, key=_start)
    last = max(spans, key=_stop)
    start, end = first.text.split("/")[0], last.text.split("/")[-1]
    if (first.earliest, last.latest) == (None, None):
        text = "../.."
    else:
        text = start if start == end else f"{start}/{end}"
    hard_starts = [one.hard_earliest for one in spans]
    hard_ends = [one.hard_latest for one in spans]
    return When(
        text=text,
        earliest=first.earliest,
        latest=last.latest,
        hard_earliest=None if None in hard_starts else min(day for day in hard_starts if day),
        hard_latest=None if None in hard_ends else max(day for day in hard_ends if day),
    )


def _distinct(dates: object) -> list[When]:
    """Return different dates in their order; raise `DateError` for anything else."""
    found: dict[When, None] = {}
    for one in dates if isinstance(dates, Iterable) else [dates]:
        if not isinstance(one, When):
            raise DateError.of(f"{one!r} is not a date that was read.", "Read it: dates.parse.")
        found[one] = None
    return list(found)


def _start(when: When) -> tuple[date, date]:
    """Return the first day, and the hard one: of two equal days the looser is the earlier."""
    return when.earliest or date.min, when.hard_earliest or date.min


def _stop(when: When) -> tuple[date, date]:
    return when.latest or date.max, when.hard_latest or date.max
