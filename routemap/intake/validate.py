"""From a row as written to a frozen value, or to problems that say how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import ValidationError

from routemap.claims import TABLES, Row
from routemap.errors import Problem, RoutemapError, shorten
from routemap.intake.raw import LIST_FIELDS, RawRow, did_you_mean

__all__ = ["validate"]

_ID_CURE = "Use lower-case letters, digits and hyphens, such as najin-dunay."


def validate(row: RawRow) -> Row | list[Problem]:
    """Return the value of a row, or what is wrong with each of its fields."""
    split = [
        row.problem(name, item, "an item of a list holds '; '.", "Make it two items.")
        for name, value in row.values.items()
        if name in LIST_FIELDS
        for item in ([value] if isinstance(value, str) else value)
        if "; " in item
    ]
    try:
        value = TABLES[row.table].model_validate(dict(row.values))
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
        return row.problem(name, None, "the field is missing.", f"Add {name}: to this row.")
    if error["type"] == "literal_error":
        words = _words(row.table, error)
        hint = did_you_mean(str(written), words)
        cure = f"{hint} Use one of {', '.join(words)}.".strip()
        return row.problem(name, written, "the word is not one that is read here.", cure)
    if error["type"] == "string_pattern_mismatch":
        seven = name == "carrier_imo"
        reason = "it is not an IMO number." if seven else "it is not an id."
        return row.problem(name, written, reason, "Write its seven digits." if seven else _ID_CURE)
    return row.problem(name, written, f"{error['msg'].rstrip('.')}.", "Write one plain text here.")


def _written(value: Any) -> str | None:
    return value if isinstance(value, str) else None if value is None else shorten(str(value))


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
