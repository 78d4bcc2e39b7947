"""Read a table from CSV or a spreadsheet: every cell is the text that was written."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from routemap.intake.raw import LIST_FIELDS, FileError, RawRow, Value
from routemap.intake.sheet import first_sheet

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

__all__ = ["read_csv", "read_sheet"]

SEPARATOR = "; "
MAPPINGS = frozenset({"credibility_of"})


def read_csv(text: str, table: str, file: str) -> list[RawRow]:
    """Return the rows of a CSV table; the header names the fields.

    Lists are one cell with "; " between items, and ``credibility_of.date`` is a column. The
    delimiter is the one of comma, semicolon and tab that the header has most of. A row that is too
    long or too short has a fault. Raises `FileError` where there is no header.
    """
    delimiter = max(",;\t", key=text.lstrip("\n").partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return _rows(_records(reader), table, file)


def _records(reader: Any) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield (line, cells) of each record; the line is that on which the record starts."""
    start = 1
    try:
        for cells in reader:
            yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        cure = 'Check the quotes: a quote inside a cell is doubled ("").'
        raise FileError(start, f"not valid CSV: {error}.", cure) from None


def read_sheet(data: bytes, table: str, file: str) -> list[RawRow]:
    """Return the rows of the first sheet of a spreadsheet (.xlsx, .xlsm).

    Raises `FileError` where the extra that reads spreadsheets is missing, or the file is damaged or
    too large.
    """
    rows = enumerate(first_sheet(data), 1)
    records = ((line, [_cell(one) for one in row]) for line, row in rows)
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


def _rows(records: Iterable[tuple[int, Sequence[str]]], table: str, file: str) -> list[RawRow]:
    filled = ((line, cells) for line, cells in records if any(cell.strip() for cell in cells))
    line, header = next(filled, (None, ()))
    if line is None:
        raise FileError(None, "the file is empty.", "Begin with a line of field names.")
    names = _names(header, line)
    return [_row(RawRow(table, file, line, {}), names, cells) for line, cells in filled]


def _names(header: Sequence[str], line: int) -> list[str]:
    """Return the fields that a header names; "" for a column that it leaves without a name."""
    names = ["_".join(name.lower().split()) for name in header]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        reason = f"the header has the field {twice[0]!r} more than once."
        raise FileError(line, reason, "Keep one column, with '; ' between several values.")
    return names


def _row(row: RawRow, names: Sequence[str], cells: Sequence[str]) -> RawRow:
    """Return `row` with its values, or with the fault that its cells do not fit the header."""
    given = dict(zip(names, cells, strict=False))
    identity = {"id": given["id"].strip()} if given.get("id", "").strip() else {}
    refused = replace(row, values=identity)
    if len(cells) != len(names):
        more = "more" if len(cells) > len(names) else "fewer"
        reason = f"the row has {len(cells)} cells, {more} than the header's {len(names)}."
        cure = "Put cells that hold the delimiter in quotes, or add the missing delimiters."
        return replace(refused, faults=(refused.problem(None, None, reason, cure),))
    for name, cell in zip(names, cells, strict=True):
        if cell.strip() and not name:
            reason = "the cell stands in a column without a name."
            fault = refused.problem(None, cell, reason, "Name the column in the header.")
            return replace(refused, faults=(fault,))
    return replace(row, values=_values(LIST_FIELDS[row.table], names, cells))


def _values(lists: Container[str], names: Sequence[str], cells: Sequence[str]) -> dict[str, Value]:
    """Return the cells that are not empty by field, `lists` split and dotted columns gathered."""
    values: dict[str, Value] = {}
    gathered: dict[str, dict[str, str]] = {}
    for name, cell in zip(names, cells, strict=True):
        text = cell.strip()
        field, _, key = name.partition(".")
        if not text:
            continue
        if key and field in MAPPINGS:
            gathered.setdefault(field, {})[key] = text
        elif name in lists:
            values[name] = [item.strip() for item in text.split(SEPARATOR) if item.strip()]
        else:
            values[name] = text
    return {**gathered, **values}
