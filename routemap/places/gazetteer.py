"""The shipped gazetteer: one SQLite file, read as it lies in the package."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from routemap.errors import AssetError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Gazetteer", "Row", "shipped"]

_FILE = Path(__file__).resolve().parent.parent / "assets" / "gazetteer.sqlite"
_COLUMNS = """
    place.pid, place.name, country, kind, lon / 1e5, lat / 1e5, coalesce(population, 0),
    coalesce(id, 'geonames:' || place.pid), uncertainty_km, coalesce(own, 0), source
"""
_MOST = 500


@dataclass(frozen=True, slots=True)
class Row:
    """A place as the file holds it: degrees, people, kilometres."""

    pid: int
    name: str
    country: str | None
    kind: str
    lon: float
    lat: float
    population: int
    id: str
    uncertainty_km: float | None
    own: int
    source: str | None


class Gazetteer:
    """Read a gazetteer file. It is opened immutable: no lock, no journal, nothing written."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise AssetError(f"{path.name} is missing from the package. Install routemap again.")
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._file = sqlite3.connect(uri, uri=True, check_same_thread=False)

    def named(self, names: Sequence[str]) -> list[tuple[str, Row]]:
        """Return the places that bear one of the folded names, each with that name."""
        found = self._file.execute(
            f"SELECT name.name, {_COLUMNS} FROM name JOIN place USING (pid) "  # noqa: S608
            "LEFT JOIN detail USING (pid) WHERE name.name IN (SELECT value FROM json_each(?)) "
            f"ORDER BY population DESC, pid LIMIT {_MOST}",
            (json.dumps(names),),
        )
        return [(name, Row(*fields)) for name, *fields in found]

    def twins(self, pids: Iterable[int]) -> Mapping[int, tuple[Row, ...]]:
        """Return the ports, stations and towns that are one place with each of `pids`."""
        asked = list(pids)
        marks = ",".join("?" * len(asked))
        found = self._file.execute(
            f"SELECT twin.pid, {_COLUMNS} FROM twin JOIN place ON place.pid = twin.other "  # noqa: S608
            f"LEFT JOIN detail ON detail.pid = place.pid WHERE twin.pid IN ({marks})",
            asked,
        )
        twins: dict[int, tuple[Row, ...]] = {}
        for pid, *fields in found:
            twins[pid] = (*twins.get(pid, ()), Row(*fields))
        return MappingProxyType(twins)

    def towns(self, population: int) -> list[tuple[str, float, float, int]]:
        """Return (name, lon, lat, people) of the towns of at least some people, largest first."""
        found = self._file.execute(
            "SELECT name, lon / 1e5, lat / 1e5, population FROM place "
            "WHERE population >= ? ORDER BY population DESC, pid",
            (population,),
        )
        return list(found)

    def by_id(self, identity: str) -> Row | None:
        """Return the place that a case pins: ``geonames:...`` or ``routemap:...``."""
        scheme, _, rest = identity.partition(":")
        column, value = ("place.pid", rest) if scheme == "geonames" else ("id", identity)
        found = self._file.execute(
            f"SELECT {_COLUMNS} FROM place LEFT JOIN detail USING (pid) WHERE {column} = ?",  # noqa: S608
            (value,),
        ).fetchone()
        return Row(*found) if found else None


@cache
def shipped() -> Gazetteer:
    """Return the gazetteer that comes with the package, opened once."""
    return Gazetteer(_FILE)
