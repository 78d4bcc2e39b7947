"""Errors that name the value, the place and the cure, and carry the objects they speak of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Self

__all__ = [
    "AmbiguousPlaceError",
    "ArgumentError",
    "AssetError",
    "BuildError",
    "DateError",
    "GeocoderError",
    "InputError",
    "NoRouteError",
    "OutputError",
    "PhraseError",
    "PlaceNotFoundError",
    "Problem",
    "RoutemapError",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """Say what is wrong with one row, or with one file, and how to mend it.

    Attributes
    ----------
    file
        Path within the case, as the user would type it.
    line
        Line number in a text file, or row number in a table; from 1. None for a whole file.
    table, row
        The table (``claims``) and the row's id, where known.
    field, value
        The field and the value as it was written.
    reason, cure
        What is wrong, and what to write instead. Each one sentence.
    waiting
        How many other rows point at this one and wait for it.
    kind
        "rejected" (the row or file), "ambiguous" or "not-found" (a place), or "no-route".
    """

    file: str
    line: int | None
    table: str | None
    row: str | None
    field: str | None
    value: str | None
    reason: str
    cure: str
    waiting: int = 0
    kind: Literal["rejected", "ambiguous", "not-found", "no-route"] = "rejected"

    def __str__(self) -> str:
        """Return one line: where, what, why, cure."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        what = " ".join(part for part in (self.table, self.row) if part)
        if self.field:
            what += f" [{self.field}]"
        if self.value is not None and not self.reason.startswith(repr(self.value)):
            what += f" {shorten(self.value)!r}"
        others = "1 other row waits" if self.waiting == 1 else f"{self.waiting} other rows wait"
        waiting = f" ({others} for it)" if self.waiting else ""
        head = f"{place}: {what.strip()}: " if what.strip() else f"{place}: "
        return f"{head}{self.reason} {self.cure}{waiting}"


def shorten(text: str, limit: int = 80) -> str:
    """Return `text` with at most `limit` characters, cut with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


class RoutemapError(Exception):
    """Base of every error that routemap raises on purpose; `carried` holds what it speaks of."""

    def __init__(self, message: str, *carried: Any) -> None:
        super().__init__(message)
        self.carried = carried

    @classmethod
    def of(cls, reason: str, cure: str) -> Self:
        """Return an error that says what is wrong and what to do, and carries both sentences."""
        return cls(f"{reason} {cure}", reason, cure)


class ArgumentError(RoutemapError, ValueError):
    """An argument is not of the form that the function takes."""


class DateError(RoutemapError, ValueError):
    """A date is not in the accepted part of EDTF."""


class PhraseError(RoutemapError, ValueError):
    """A quantity or distance phrase is outside the grammar."""


class InputError(RoutemapError, ValueError):
    """A case was rejected; carries every `Problem`."""


class BuildError(RoutemapError, ValueError):
    """A case could not be built whole; carries every `Problem`."""


class PlaceNotFoundError(RoutemapError, LookupError):
    """No place of that name is known; carries the `Location`."""


class AmbiguousPlaceError(RoutemapError, LookupError):
    """A name fits several places; carries the `Location` with its candidates."""


class NoRouteError(RoutemapError, LookupError):
    """No route satisfies what was asked; carries the reason and what would have to give."""


class AssetError(RoutemapError, RuntimeError):
    """A file shipped with routemap is missing or damaged."""


class OutputError(RoutemapError, OSError):
    """An output could not be written; what stood there before is untouched."""


class GeocoderError(RoutemapError, OSError):
    """An online geocoder gave no answer that can be read, or its cache cannot be used."""
