"""Read a case into values. Nothing is dropped: every row is accepted, or refused with its place."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from routemap.claims import BORDER_VIEWS, TABLES, Case
from routemap.dates import WIDENING_DAYS
from routemap.errors import InputError, Problem
from routemap.intake.header import read_header
from routemap.intake.link import link
from routemap.intake.lone import slug, with_sources
from routemap.intake.raw import (
    FileError,
    RawCase,
    RawRow,
    decode,
    did_you_mean,
    path_of,
    read_bytes,
    shown_name,
)
from routemap.intake.starter import write_starter
from routemap.intake.table_file import read_csv, read_sheet
from routemap.intake.validate import validate
from routemap.intake.yaml_file import HEADER, read_yaml

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["read_case", "schema", "write_starter"]

_SHEETS = frozenset({".xlsx", ".xlsm"})
_TEXTS = frozenset({".csv", ".tsv"})
_TABLE_LIKE = _SHEETS | _TEXTS | {".xls", ".ods"}
_NUMBERED = frozenset({"suppressed", "verdicts"})
"""Tables whose rows may come without an id: nothing in a case points at them."""
_NOT_ONES_OWN = (".", "~$")
"""How the names begin of files that other programs leave: hidden ones, and locks."""


def read_case(path: str | os.PathLike[str], *, partial: bool = False) -> Case:
    """Read a case.

    Parameters
    ----------
    path
        A folder with a case.yaml and, for tables that are not in it, ``<table>.csv``,
        ``.tsv``, ``.xlsx`` or ``.xlsm``; a YAML file; or a lone table of claims of that form.
    partial
        Return what was accepted; the problems are in ``.problems``.

    Raises
    ------
    InputError
        Something was refused, and `partial` is not set. Carries every `Problem`.
    ArgumentError
        `path` is no path.
    """
    place = path_of(path)
    raw = _read_files(place)
    header, header_problems = read_header(raw.header, _identity(place))
    widening = header.get("widening", WIDENING_DAYS)
    entries = [(row, validate(row, widening)) for row in _numbered(raw.rows)]
    standing, refused = link(entries)
    tables: dict[str, list[Any]] = {table: [] for table in TABLES}
    for row, value in standing:
        tables[row.table].append(value)
    case = Case(
        **header | {table: tuple(rows) for table, rows in tables.items()},
        origin=MappingProxyType(
            {(row.table, value.id): (row.file, row.line) for row, value in standing}
        ),
        inputs=MappingProxyType(dict(sorted(raw.inputs.items()))),
        read=len(raw.rows),
        problems=_in_order((*raw.problems, *header_problems, *refused)),
    )
    if case.problems and not partial:
        raise _refusal(place, case.problems)
    return case


def _identity(place: Path) -> str:
    """Return an id for a case that names none: from the name of its folder or file."""
    name = place.resolve()
    return slug(name.name if name.is_dir() else name.stem)


def _numbered(rows: Iterable[RawRow]) -> Iterator[RawRow]:
    """Yield rows; an override without an id is called by its table and its number there."""
    count: Counter[str] = Counter()
    for row in rows:
        count[row.table] += 1
        if row.table in _NUMBERED:
            yield replace(row, values={"id": f"{row.table}-{count[row.table]}", **row.values})
        else:
            yield row


def _refusal(place: Path, problems: tuple[Problem, ...]) -> InputError:
    listed = "\n".join(map(str, problems))
    number = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return InputError(f"{shown_name(place)}: {number}:\n{listed}", *problems)


def _in_order(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda one: (one.file, one.line or 0, one.row or "")))


def _read_files(place: Path) -> RawCase:
    """Return what the files of a case hold; a file that cannot be read is a problem."""
    raw = RawCase(RawRow("case", shown_name(place.name), 1, {}))
    if place.is_dir():
        try:
            files = [place / "case.yaml", *_tables_in(place, raw)]
        except OSError as error:
            raw.problems.append(_unopened(error).problem(shown_name(place)))
            return raw
    elif place.exists():
        files = [place]
    else:
        reason, cure = "there is no such file or folder.", "Start from: routemap new my-case"
        raw.problems.append(Problem(shown_name(place), None, None, None, None, None, reason, cure))
        return raw
    for file in files:
        try:
            _read_file(file, raw, lone=not place.is_dir())
        except FileError as error:
            raw.problems.append(error.problem(shown_name(file.name)))
        except OSError as error:
            raw.problems.append(_unopened(error).problem(shown_name(file.name)))
    return raw


def _unopened(error: OSError) -> FileError:
    if isinstance(error, FileNotFoundError):
        return FileError(None, "the folder has no such file.", "Start from: routemap new my-case")
    return FileError(
        None, f"the file cannot be opened: {error.strerror}.", "Check its permissions."
    )


def _tables_in(folder: Path, raw: RawCase) -> list[Path]:
    """Return the folder's tables in the order of `TABLES`, in capitals or not.

    A file that looks like a table and is none is a problem; folders and other files are let be.
    """
    order = list(TABLES)
    found = []
    for file in sorted(folder.iterdir()):
        stem, suffix = file.stem.lower(), file.suffix.lower()
        if suffix not in _TABLE_LIKE or file.name.startswith(_NOT_ONES_OWN) or file.is_dir():
            continue
        if stem in TABLES:
            found.append(file)
        else:
            cure = did_you_mean(stem, order) or f"Tables are {', '.join(order)}."
            error = FileError(
                None,
                "it is none of the tables of a case.",
                f"{cure} Rename it, or move it out of the folder.",
            )
            raw.problems.append(error.problem(shown_name(file.name)))
    return sorted(found, key=lambda file: order.index(file.stem.lower()))


def _read_file(file: Path, raw: RawCase, *, lone: bool) -> None:
    data = read_bytes(file)
    name = shown_name(file.name)
    raw.inputs[name] = hashlib.sha256(data).hexdigest()
    suffix = file.suffix.lower()
    if suffix in {".yaml", ".yml"}:
        raw.header, rows, problems = read_yaml(decode(data), name)
        raw.problems += problems
    elif suffix in _TEXTS | _SHEETS:
        rows = _read_table(file, data, raw, lone=lone)
    else:
        cure = f"Give a folder, a .yaml file, or a table ({', '.join(sorted(_TEXTS | _SHEETS))})."
        raise FileError(None, f"files ending in {suffix!r} are not read.", cure)
    raw.tables |= {row.table for row in rows}
    raw.rows += rows


def _read_table(file: Path, data: bytes, raw: RawCase, *, lone: bool) -> list[RawRow]:
    table = "claims" if lone else file.stem.lower()
    if table in raw.tables:
        reason = f"the table {table} stands in another file of the case too."
        raise FileError(None, reason, "Keep it in one file.")
    if file.suffix.lower() in _SHEETS:
        rows = read_sheet(data, table, shown_name(file.name))
    else:
        rows = read_csv(decode(data), table, shown_name(file.name))
    return with_sources(rows) if lone else rows


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a case file: the header and the seven tables."""
    from pydantic.json_schema import models_json_schema

    mode: Literal["validation"] = "validation"
    models = [(model, mode) for model in TABLES.values()]
    keys, definitions = models_json_schema(models, ref_template="#/$defs/{model}")
    text = {"type": "string"}
    properties: dict[str, Any] = dict.fromkeys(HEADER, text)
    properties["borders"] = {"enum": list(BORDER_VIEWS)}
    properties["speeds"] = {"type": "object", "additionalProperties": text}
    properties["widening"] = {
        "type": "object",
        "propertyNames": {"enum": list(WIDENING_DAYS)},
        "additionalProperties": text | {"pattern": "^[0-9]{1,4}$"},
    }
    for table, model in TABLES.items():
        items = keys[model, mode]
        properties[table] = {"type": "array", "items": items, "title": model.__name__}
        if table in _NUMBERED:
            definitions["$defs"][model.__name__]["required"].remove("id")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A case of routemap: what was reported, by whom, and about which movement",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **definitions,
    }
