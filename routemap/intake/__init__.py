"""Read a case into values. Nothing is dropped: every row is accepted, or refused with its place."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from routemap.claims import TABLES, Case, FrozenMapping
from routemap.errors import InputError, Problem
from routemap.intake.link import link
from routemap.intake.lone import slug, with_sources
from routemap.intake.raw import FileError, RawCase, RawRow, decode, did_you_mean
from routemap.intake.starter import write_starter
from routemap.intake.table_file import read_csv, read_sheet
from routemap.intake.validate import validate
from routemap.intake.yaml_file import HEADER, read_yaml

if TYPE_CHECKING:
    import os

__all__ = ["read_case", "schema", "write_starter"]

BORDERS = ("recognised", "de-facto")
_SHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
_TEXTS = frozenset({".csv", ".tsv"})


def read_case(path: str | os.PathLike[str], *, partial: bool = False) -> Case:
    """Read a case.

    Parameters
    ----------
    path
        A folder with a case.yaml and, for tables that are not in it, ``<table>.csv`` or
        ``<table>.xlsx``; a YAML file; or a lone table of claims (.csv, .xlsx).
    partial
        Return what was accepted; the problems are in ``.problems``.

    Raises
    ------
    InputError
        Something was refused, and `partial` is not set. Carries every `Problem`.
    """
    place = Path(path)
    raw = _read_files(place)
    entries = [(row, validate(row)) for row in raw.rows]
    standing, refused = link(entries)
    tables: dict[str, list[Any]] = {table: [] for table in TABLES}
    for row, value in standing:
        tables[row.table].append(value)
    header, header_problems = _header(raw.header, place)
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
        listed = "\n".join(str(problem) for problem in case.problems)
        number = len(case.problems)
        plural = "" if number == 1 else "s"
        raise InputError(f"{place}: {number} problem{plural}:\n{listed}", *case.problems)
    return case


def _in_order(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda one: (one.file, one.line or 0, one.row or "")))


def _read_files(place: Path) -> RawCase:
    """Return what the files of a case hold; a file that cannot be read is a problem."""
    raw = RawCase(RawRow("case", place.name, 1, {}))
    if place.is_dir():
        files = [place / "case.yaml", *_tables_in(place)]
    elif place.exists():
        files = [place]
    else:
        reason, cure = "there is no such file or folder.", "Start from: routemap new my-case"
        raw.problems.append(Problem(str(place), None, None, None, None, None, reason, cure))
        return raw
    for file in files:
        try:
            _read_file(file, raw, lone=not place.is_dir())
        except FileError as error:
            raw.problems.append(error.problem(file.name))
        except OSError as error:
            raw.problems.append(_unopened(error).problem(file.name))
    return raw


def _unopened(error: OSError) -> FileError:
    if isinstance(error, FileNotFoundError):
        return FileError(None, "the folder has no such file.", "Start from: routemap new my-case")
    return FileError(
        None, f"the file cannot be opened: {error.strerror}.", "Check its permissions."
    )


def _tables_in(folder: Path) -> list[Path]:
    """Return the folder's tables in the order of `TABLES`, in capitals or not."""
    found = sorted(folder.iterdir())
    suffixes = (".csv", *sorted(_SHEETS))
    names = [f"{table}{suffix}" for table in TABLES for suffix in suffixes]
    return [file for name in names for file in found if file.name.lower() == name]


def _read_file(file: Path, raw: RawCase, *, lone: bool) -> None:
    data = file.read_bytes()
    raw.inputs[file.name] = hashlib.sha256(data).hexdigest()
    suffix = file.suffix.lower()
    if suffix in {".yaml", ".yml"}:
        raw.header, rows, problems = read_yaml(decode(data), file.name)
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
        rows = read_sheet(file, table, file.name)
    else:
        rows = read_csv(decode(data), table, file.name)
    return with_sources(rows) if lone else rows


def _header(header: RawRow, place: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Return the header's values, its id taken from the file's name where it has none."""
    name = place.resolve()
    values: dict[str, Any] = {"case": slug(name.name if name.is_dir() else name.stem)}
    problems = []
    for key, value in header.values.items():
        if key == "speeds" and isinstance(value, dict):
            values[key] = FrozenMapping(value)
        elif key == "speeds":
            cure = "Write under it one line a mode."
            problems.append(header.problem(key, None, "speeds are given by mode.", cure))
        elif not isinstance(value, str):
            cure = "Write one text, not a list or mapping."
            problems.append(header.problem(key, None, "one text is meant here.", cure))
        elif key == "borders" and value not in BORDERS:
            cure = f"{did_you_mean(value, BORDERS)} Use one of {', '.join(BORDERS)}.".strip()
            problems.append(header.problem(key, value, "it is no border view.", cure))
        else:
            values[key] = value
    return values, problems


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a case file: the header and the five tables."""
    from pydantic.json_schema import models_json_schema

    mode: Literal["validation"] = "validation"
    models = [(model, mode) for model in TABLES.values()]
    keys, definitions = models_json_schema(models, ref_template="#/$defs/{model}")
    text = {"type": "string"}
    properties: dict[str, Any] = dict.fromkeys(HEADER, text)
    properties["borders"] = {"enum": list(BORDERS)}
    properties["speeds"] = {"type": "object", "additionalProperties": text}
    for table, model in TABLES.items():
        items = keys[model, mode]
        properties[table] = {"type": "array", "items": items, "title": model.__name__}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A case of routemap: what was reported, by whom, and about which movement",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **definitions,
    }
