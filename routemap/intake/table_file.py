"""Read a table from CSV or a spreadsheet: every cell is the text that was written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from routemap.errors import Problem
from routemap.intake.raw import LIST_FIELDS, FileError, RawRow, Value

__all__ = ["read_csv", "read_sheet"]

SEPARATOR = "; "
Record = tuple[int, Sequence[str]]


def read_csv(text: str, table: str, file: str) -> tuple[list[RawRow], list[Problem]]:
    """Return (rows, problems) of a CSV table; the header names the fields.

    Lists are one cell with "; " between items, and ``credibility_of.date`` is a column. The
    delimiter is the one of comma, semicolon and tab that the header has most of. Rows that are too
    long or too short are problems. Raises `FileError` where there is no header.
    """
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return _rows(_records(reader), table, file)


def _records(reader: Any) -> Iterator[Record]:
    """Yield (line, cells) of each record; the line is that on which the record starts."""
    start = 1
    try:
        for cells in reader:
            yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        cure = 'Check the quotes: a quote inside a cell is doubled ("").'
        raise FileError(start, f"not valid CSV: {error}.", cure) from None


def read_sheet(path: Path, table: str, file: str) -> tuple[list[RawRow], list[Problem]]:
    """Return (rows, problems) of the first sheet of a spreadsheet (.xlsx, .ods).

    Raises `FileError` where the extra that reads spreadsheets is missing, or the file is damaged.
    """
    try:
        from python_calamine import CalamineError, load_workbook
    except ImportError:
        cure = "Run: pip install 'routemap-osint[excel]', or save it as CSV."
        raise FileError(None, "reading spreadsheets needs an extra.", cure) from None
    try:
        cells = load_workbook(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise FileError(None, f"not a spreadsheet: {error}.", "Save it anew, or as CSV.") from None
    records = ((line, [_cell(one) for one in row]) for line, row in enumerate(cells, 1))
    return _rows(records, table, file)


def _cell(value: Any) -> str:
    """Return a spreadsheet's cell as text: whole numbers without a point, days as days."""
    if isinstance(value, datetime):
        return (
            value.isoformat() if value.time() != datetime.min.time() else value.date().isoformat()
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _rows(records: Iterable[Record], table: str, file: str) -> tuple[list[RawRow], list[Problem]]:
    filled = ((line, cells) for line, cells in records if any(cell.strip() for cell in cells))
    first = next(filled, None)
    if first is None:
        raise FileError(None, "the file is empty.", "Begin with a line of field names.")
    line, names = first[0], [name.strip() for name in first[1]]
    twice = {name for name in names if names.count(name) > 1} | ({""} & set(names))
    if twice:
        reason = f"the header has {min(twice)!r} more than once, or a column without a name."
        raise FileError(line, reason, "Give each column one name of its own.")
    rows, problems = [], []
    for line, cells in filled:
        if len(cells) == len(names):
            rows.append(RawRow(table, file, line, _values(names, cells), {}))
        else:
            rows.append(RawRow(table, file, line, {}, {}))
            problems.append(_uneven(table, file, line, names, cells))
    return rows, problems


def _uneven(
    table: str, file: str, line: int, names: Sequence[str], cells: Sequence[str]
) -> Problem:
    more = "more" if len(cells) > len(names) else "fewer"
    reason = f"the row has {len(cells)} cells, {more} than the header's {len(names)}."
    cure = "Put cells that hold the delimiter in quotes, or add the missing delimiters."
    identity = cells[names.index("id")] if "id" in names[: len(cells)] else None
    return Problem(file, line, table, identity, None, None, reason, cure)


def _values(names: Sequence[str], cells: Sequence[str]) -> dict[str, Value]:
    """Return the cells that are not empty by field, lists split and dotted columns gathered."""
    values: dict[str, Value] = {}
    for name, cell in zip(names, cells, strict=True):
        text = cell.strip()
        field, dot, key = name.partition(".")
        if not text:
            continue
        if dot:
            group = values.setdefault(field, {})
            if isinstance(group, dict):
                group[key] = text
        elif field in LIST_FIELDS:
            values[field] = [item for item in text.split(SEPARATOR) if item]
        else:
            values[field] = text
    return values
