"""From a row as written to a frozen value, or to problems that say how to mend it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_args

from pydantic import ValidationError

from routemap.claims import TABLES, Row
from routemap.errors import Problem, RoutemapError, shorten
from routemap.intake.raw import LIST_FIELDS, RawRow, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["validate"]

_ONE_TEXT = ("one text is meant here.", "Write one text, not a list or mapping.")
_NO_ID = ("it is not an id.", "Use lower-case letters, digits and hyphens, such as najin-dunay.")
_BY_PATTERN: Mapping[str | None, tuple[str, str]] = MappingProxyType(
    {
        "carrier_imo": ("it is not an IMO number.", "Write its seven digits."),
        "rule": ("it is not the name of a rule.", "Copy it from the finding, such as one-source."),
    }
)
_BY_TYPE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "tuple_type": ("a text or a list of texts is meant here.", "Write [one, another]."),
        "dict_type": ("values by name are meant here.", "Write them by name: {date: 4}."),
        "string_too_long": ("the text is too long.", "Shorten it, or make it a second row."),
        "greater_than_equal": ("a distance is not negative.", "Write it without the minus."),
    }
)


def validate(row: RawRow, widening: Mapping[str, int]) -> Row | list[Problem]:
    """Return the value of a row, or what is wrong with each of its fields.

    `widening` is that of its dates, in days by precision; see `dates.parse`.
    """
    if row.faults:
        return list(row.faults)
    split = [
        row.problem(name, item, "an item of a list holds '; '.", "Make it two: [one, another].")
        for name, value in row.values.items()
        if name in LIST_FIELDS[row.table]
        for item in ([value] if isinstance(value, str) else value)
        if "; " in item
    ]
    try:
        value = TABLES[row.table].model_validate(dict(row.values), context={"widening": widening})
    except ValidationError as error:
        return split + [_problem(row, one) for one in error.errors()]
    return split or value


def _problem(row: RawRow, error: Mapping[str, Any]) -> Problem:
    """Return the problem that one error of pydantic means, in the words of a case."""
    name = str(error["loc"][0]) if error["loc"] else None
    written = _written(error["input"])
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, RoutemapError):
        reason, cure = cause.carried
        return row.problem(name, written if name else None, reason, cure)
    if error["type"] == "extra_forbidden":
        return row.problem(name, written, *_unknown_field(row.table, str(name)))
    if error["type"] == "missing":
        return row.problem(name, None, "the field is missing.", f"Give the row its {name}.")
    if error["type"] == "literal_error":
        words = _words(row.table, error)
        hint = did_you_mean(str(written), words)
        cure = f"{hint} Use one of {', '.join(words)}.".strip()
        return row.problem(name, written, "it is not one of the words for this field.", cure)
    if error["type"] == "string_pattern_mismatch":
        return row.problem(name, written, *_BY_PATTERN.get(name, _NO_ID))
    return row.problem(name, written, *_BY_TYPE.get(error["type"], _ONE_TEXT))


def _written(value: Any) -> str:
    """Return a value as a case would write it."""
    if isinstance(value, dict):
        return shorten(", ".join(f"{key}: {one}" for key, one in value.items()))
    return value if isinstance(value, str) else shorten(", ".join(map(str, value)))


def _unknown_field(table: str, name: str) -> tuple[str, str]:
    known = list(TABLES[table].model_fields)
    hint = did_you_mean(name, known)
    return f"{table} have no such field.", hint or f"Fields are {', '.join(known)}."


def _words(table: str, error: Mapping[str, Any]) -> list[str]:
    """Return the words that a field accepts; for a key of a mapping, the keys."""
    if error["loc"][-1] == "[key]":
        return ["place", "date", "quantity", "mode", "cargo"]
    annotation = TABLES[table].model_fields[str(error["loc"][0])].annotation
    found = [word for part in (annotation, *get_args(annotation)) for word in get_args(part)]
    return [word for word in found if isinstance(word, str)]
