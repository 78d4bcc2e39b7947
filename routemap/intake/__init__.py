"""Read a case into values. Nothing is dropped: every row is accepted, or refused with its place."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from anyascii import anyascii

from routemap.claims import TABLES, Case
from routemap.errors import InputError, Problem
from routemap.intake.link import link
from routemap.intake.raw import FileError, RawCase, RawRow, Value, decode, did_you_mean
from routemap.intake.starter import write_starter
from routemap.intake.table_file import read_csv, read_sheet
from routemap.intake.validate import validate
from routemap.intake.yaml_file import HEADER, read_yaml

__all__ = ["read_case", "schema", "write_starter"]

BORDERS = ("recognised", "de-facto")
_SHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
_SOURCE_FIELDS = {"source_url": "url", "published": "published"}


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
    entries = [(row, validate(row)) for row in raw.rows if row.values]
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
        raise InputError(f"{place}: {len(case.problems)} problems:\n{listed}", *case.problems)
    return case


def _in_order(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda one: (one.file, one.line or 0, one.row or "")))


def _read_files(place: Path) -> RawCase:
    """Return what the files of a case hold; a file that cannot be read is a problem."""
    raw = RawCase({}, [], [], {})
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
            reason = f"the file cannot be opened: {error.strerror}."
            problem = FileError(None, reason, "A case folder holds a case.yaml.")
            raw.problems.append(problem.problem(file.name))
    return raw


def _tables_in(folder: Path) -> list[Path]:
    suffixes = (".csv", *sorted(_SHEETS))
    names = (folder / f"{table}{suffix}" for table in TABLES for suffix in suffixes)
    return [name for name in names if name.exists()]


def _read_file(file: Path, raw: RawCase, *, lone: bool) -> None:
    data = file.read_bytes()
    raw.inputs[file.name] = hashlib.sha256(data).hexdigest()
    if file.suffix.lower() in {".yaml", ".yml"}:
        header, rows, problems = read_yaml(decode(data), file.name)
        raw.header |= header
    else:
        table = "claims" if lone else file.stem
        if table in raw.tables:
            reason = f"the table {table} is in another file too."
            raise FileError(None, reason, "Keep it in one place.")
        if file.suffix.lower() in _SHEETS:
            rows, problems = read_sheet(file, table, file.name)
        else:
            rows, problems = read_csv(decode(data), table, file.name)
        rows = _with_sources(rows) if lone else rows
    raw.tables |= {row.table for row in rows}
    raw.rows += rows
    raw.problems += problems


def _with_sources(rows: list[RawRow]) -> list[RawRow]:
    """Return the rows of a lone table with the sources that they name by title, and with ids."""
    sources: dict[str, RawRow] = {}
    claims = []
    for row in rows:
        values = dict(row.values)
        given = {to: values.pop(name) for name, to in _SOURCE_FIELDS.items() if name in values}
        title = values.get("source")
        if isinstance(title, str):
            values["source"] = key = _slug(title)
            sources.setdefault(
                key, RawRow("sources", row.file, row.line, {"id": key, "title": title, **given})
            )
        if values:
            values.setdefault("id", f"row-{row.line}")
        claims.append(RawRow("claims", row.file, row.line, values))
    return [*sources.values(), *claims]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", anyascii(text).casefold()).strip("-")[:80] or "source"


def _header(header: Mapping[str, Value], place: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Return the header's values, its id taken from the file's name where it has none."""
    name = place.resolve()
    values: dict[str, Any] = {"case": _slug(name.name if name.is_dir() else name.stem)}
    problems = []
    for key, value in header.items():
        if key == "speeds" and isinstance(value, dict):
            values[key] = MappingProxyType(value)
        elif not isinstance(value, str) or key == "speeds":
            reason, cure = "it is not of the form that is read.", "Write a text; speeds: by mode."
            problems.append(Problem("case.yaml", None, None, None, key, None, reason, cure))
        elif key == "borders" and value not in BORDERS:
            hint = did_you_mean(value, BORDERS)
            cure = f"{hint} Use one of {', '.join(BORDERS)}.".strip()
            reason = "it is no border view."
            problems.append(Problem("case.yaml", None, None, None, key, value, reason, cure))
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
    properties: dict[str, Any] = {name: text for name in HEADER}
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
