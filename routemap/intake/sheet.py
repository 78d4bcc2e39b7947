"""Read the cells of a workbook (.xlsx) that cannot be larger than what was counted first."""

from __future__ import annotations

import io
import re
import zlib
from typing import Any
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from routemap.intake.raw import FileError

__all__ = ["first_sheet"]

MAX_CELLS = 2_000_000
MAX_UNPACKED = 64 * 1024 * 1024
_REFERENCE = re.compile(r"([A-Z]{1,6})([0-9]{1,9})", re.IGNORECASE)
_DAMAGES = (BadZipFile, EOFError, RuntimeError, ValueError, expat.ExpatError, zlib.error)
_SAVE_ANEW = "Save it anew, or as CSV."


class _Extent:
    """How many rows and columns the cells of one part of a workbook reach over."""

    def __init__(self) -> None:
        self.rows = self.columns = 0
        self._row = self._column = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take in the start of an element; a row or cell without a position is the next one."""
        element = name.rpartition(":")[2]
        if element == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0
        elif element == "c":
            self._row, self._column = self._position(attributes.get("r"))
            self.rows = max(self.rows, self._row)
            self.columns = max(self.columns, self._column)

    def _position(self, reference: str | None) -> tuple[int, int]:
        """Return (row, column), from 1, of a reference such as "CV12"."""
        if reference is None:
            return self._row, self._column + 1
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise ValueError(f"{reference!r} is no cell")
        column = 0
        for letter in match[1].upper():
            column = column * 26 + ord(letter) - ord("A") + 1
        return int(match[2]), column


def first_sheet(data: bytes) -> list[list[Any]]:
    """Return the cells of the first sheet of a workbook, row by row from A1.

    Raises `FileError` where the extra that reads workbooks is missing, the file is damaged, or a
    sheet is larger than `MAX_CELLS`.
    """
    try:
        from python_calamine import CalamineError, load_workbook
    except ImportError:
        cure = "Run: pip install 'routemap-osint[excel]', or save it as CSV."
        raise FileError(None, "reading spreadsheets needs an extra.", cure) from None
    try:
        sheet = load_workbook(_counted(data)).get_sheet_by_index(0)
        return sheet.to_python(skip_empty_area=False)
    except (CalamineError, *_DAMAGES) as error:
        raise _damaged(error) from None


def _damaged(error: Exception) -> FileError:
    return FileError(None, f"not a spreadsheet that can be read: {error}.", _SAVE_ANEW)


def _counted(data: bytes) -> io.BytesIO:
    """Return the XML parts of a workbook packed anew, each of them counted.

    The reader lays a sheet out whole, from A1 to its last cell, before it tells how large it is:
    one cell at XFD1048576 would ask for 512 GB. It is given only what was counted here.
    """
    counted = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as packed, ZipFile(counted, "w") as anew:
        if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
            reason = f"the spreadsheet unpacks to over {MAX_UNPACKED:,} bytes; no more are read."
            raise FileError(None, reason, "Split it into smaller tables, without pictures.")
        for name in dict.fromkeys(packed.namelist()):
            if name.endswith((".xml", ".rels")):
                part = packed.read(name)
                _check_extent(part)
                anew.writestr(name, part)
    counted.seek(0)
    return counted


def _check_extent(part: bytes) -> None:
    extent = _Extent()
    parser = expat.ParserCreate()
    parser.StartElementHandler = extent.start
    parser.ParseFile(io.BytesIO(part))
    if extent.rows * extent.columns > MAX_CELLS:
        size = f"{extent.rows:,} rows and {extent.columns:,} columns"
        reason = f"a sheet spans {size}; at most {MAX_CELLS:,} cells are read."
        raise FileError(None, reason, "Delete what stands far from the table, or save it as CSV.")
