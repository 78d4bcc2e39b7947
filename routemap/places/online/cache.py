"""Answers of a geocoder in one SQLite file, with the day they were asked for, and whose turn it is.

The file is routemap's own, marked and numbered: any other is refused, never written to. Each call
opens it anew, so threads and processes may share it.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from routemap.errors import GeocoderError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Answer", "Answers", "take_turn"]

_MARK = 0x524D4743
"""SQLite's application id of these files: the letters RMGC."""
_VERSION = 1
_TABLES = (
    "CREATE TABLE answer (question TEXT PRIMARY KEY, asked TEXT, licence TEXT, body TEXT)",
    "CREATE TABLE turn (host TEXT PRIMARY KEY, due REAL NOT NULL)",
    f"PRAGMA application_id = {_MARK}",
    f"PRAGMA user_version = {_VERSION}",
)
_LOCK_S = 30.0
_QUEUE_S = 60.0
"""A turn further off than this was written by a clock since set back, and is not waited for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a geocoder sent: the day it was asked, its licence line, its text unchanged."""

    asked: date
    licence: str
    body: str


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers kept in the file at `path`, by question: the address with all its parameters."""

    path: Path

    def get(self, question: str) -> Answer | None:
        """Return the answer kept for a question; None if there is none. Nothing is written."""
        if not self.path.exists() or not self.path.stat().st_size:
            return None
        with self._opened("ro") as file:
            self._check(file)
            found = file.execute(
                "SELECT asked, licence, body FROM answer WHERE question = ?", (question,)
            ).fetchone()
        return self._read(*found) if found else None

    def put(self, question: str, answer: Answer) -> None:
        """Keep an answer, in place of the one there is."""
        row = (question, answer.asked.isoformat(), answer.licence, answer.body)
        with self._written() as file:
            file.execute("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)", row)

    def reserve(self, host: str, earliest: float, interval_s: float) -> float:
        """Return when a host may be asked next, in seconds of `time.time`, and note the turn."""
        now = time.time()
        with self._written() as file:
            found = file.execute("SELECT due FROM turn WHERE host = ?", (host,)).fetchone()
            noted = (earliest, *(found or ()))
            due: float = max([now, *(one for one in noted if one < now + _QUEUE_S)])
            file.execute("INSERT OR REPLACE INTO turn VALUES (?, ?)", (host, due + interval_s))
        return due

    def _read(self, asked: str, licence: str, body: str) -> Answer:
        try:
            return Answer(date.fromisoformat(asked), str(licence), str(body))
        except (TypeError, ValueError) as error:
            raise self._fault("holds an answer without a date") from error

    @contextmanager
    def _opened(self, mode: str) -> Iterator[sqlite3.Connection]:
        uri = f"{self.path.resolve().as_uri()}?mode={mode}"
        try:
            with closing(
                sqlite3.connect(uri, uri=True, timeout=_LOCK_S, isolation_level=None)
            ) as file:
                yield file
        except sqlite3.Error as error:
            raise self._fault(f"cannot be used: {error}") from error

    @contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        """Open for one change, which is made whole or not at all; make the file where none is."""
        with self._opened("rwc") as file:
            file.execute("BEGIN IMMEDIATE")
            if not file.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                for line in _TABLES:
                    file.execute(line)
            self._check(file)
            yield file
            file.execute("COMMIT")

    def _check(self, file: sqlite3.Connection) -> None:
        mark = file.execute("PRAGMA application_id").fetchone()[0]
        version = file.execute("PRAGMA user_version").fetchone()[0]
        if mark != _MARK:
            raise self._fault("is no cache of routemap's and was left as it is")
        if version != _VERSION:
            raise self._fault(f"has version {version} of the cache, not {_VERSION}")

    def _fault(self, what: str) -> GeocoderError:
        cure = "Name another file for the geocoder's cache, or move this one away."
        return GeocoderError.of(f"{self.path}: the file {what}.", cure)


class _Turns:
    """When this process may next ask each host, whatever cache it uses."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.due: dict[str, float] = {}


_TURNS = _Turns()
"""The one thing kept between calls: a limit on how often to ask cannot do without."""


def take_turn(answers: Answers, host: str, interval_s: float) -> None:
    """Wait until `interval_s` seconds have passed since the host was last asked.

    The turn holds within this process, and between all that share the file of `answers`.
    """
    with _TURNS.lock:
        due = answers.reserve(host, _TURNS.due.get(host, 0.0), interval_s)
        _TURNS.due[host] = due + interval_s
    time.sleep(max(0.0, due - time.time()))
