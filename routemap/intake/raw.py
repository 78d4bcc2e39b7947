"""Rows as they were written, with their places in the files, and problems with those places."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, get_origin

from routemap.claims import TABLES
from routemap.errors import ArgumentError, Problem

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

__all__ = [
    "LIST_FIELDS",
    "FileError",
    "RawCase",
    "RawRow",
    "Value",
    "decode",
    "did_you_mean",
    "path_of",
    "read_bytes",
    "shown_name",
]

Value = str | list[str] | dict[str, str]

LIST_FIELDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        table: frozenset(
            name
            for name, field in model.model_fields.items()
            if get_origin(field.annotation) is tuple
        )
        for table, model in TABLES.items()
    }
)
"""The fields of each table that hold lists."""
MAX_BYTES = 8 * 1024 * 1024


class FileError(Exception):
    """A file cannot be read as a whole: (line, reason, cure). Becomes a problem without rows."""

    def __init__(self, line: int | None, reason: str, cure: str) -> None:
        super().__init__(reason)
        self.line, self.reason, self.cure = line, reason, cure

    def problem(self, file: str) -> Problem:
        """Return the problem of `file`."""
        return Problem(file, self.line, None, None, None, None, self.reason, self.cure)


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as it was written: texts, lists of texts, and the lines that they stand on.

    `faults` are what kept it from being read whole; such a row is refused as it stands.
    """

    table: str
    file: str
    line: int
    values: Mapping[str, Value]
    lines: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[Problem, ...] = ()

    @property
    def id(self) -> str | None:
        """The id as written, where it is a text."""
        written = self.values.get("id")
        return written if isinstance(written, str) else None

    def problem(self, name: str | None, value: str | None, reason: str, cure: str) -> Problem:
        """Return a problem of this row, at the line of its field."""
        line = self.lines.get(name or "", self.line)
        return Problem(self.file, line, self.table, self.id, name, value, reason, cure)


@dataclass(slots=True)
class RawCase:
    """What the files of a case hold, before anything is made of it."""

    header: RawRow
    rows: list[RawRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)


def path_of(path: str | os.PathLike[str]) -> Path:
    """Return `path` as a Path; raises `ArgumentError` for what is none."""
    try:
        return Path(path)
    except TypeError:
        raise ArgumentError(f"{path!r} is no path. Give the name of a file or folder.") from None


def read_bytes(file: Path) -> bytes:
    """Return what an ordinary file holds, reading no more than it may.

    Raises `FileError` where it holds over `MAX_BYTES`, or is a pipe or a device.
    """
    if file.exists() and not file.is_file():
        cure = "Save what it gives as a file, and name that."
        raise FileError(None, "it is not an ordinary file.", cure)
    with file.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        reason = f"the file has over {MAX_BYTES:,} bytes; no more are read."
        raise FileError(None, reason, "Split the case into a folder of smaller tables.")
    return data


def shown_name(path: Path | str) -> str:
    r"""Return a path as text; bytes that are no UTF-8 are shown as \udcff and the like."""
    return str(path).encode(errors="backslashreplace").decode()


def decode(data: bytes) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark, lines ended by LF.

    Raises `FileError`, naming the encoding that it looks like, for anything else.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileError(1, "the file is in UTF-16.", "Save it as UTF-8.")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise FileError(line, "the file is in UTF-16, or is no text file.", "Save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        reason = f"the file is not in UTF-8; it looks like {_single_byte(data)}."
        raise FileError(line, reason, "Save it as UTF-8.") from None
    if not text.strip():
        raise FileError(None, "the file is empty.", "Start from: routemap new my-case")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _single_byte(data: bytes) -> str:
    """Name the single-byte encoding that `data` is likely in: Cyrillic letters stand in rows."""
    return "Windows-1251" if re.search(rb"[\xc0-\xff]{3}", data) else "Windows-1252"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "Did you mean 'x'?" for the nearest known word, else the empty text."""
    from rapidfuzz import fuzz, process

    folded = {one: one.casefold() for one in known}
    near = process.extractOne(word.casefold(), folded, scorer=fuzz.ratio, score_cutoff=60)
    return f"Did you mean {near[2]!r}?" if near else ""
