"""The shipped gazetteer: one SQLite file, read as it lies in the package."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from functools import cache
from math import asin, ceil, cos, degrees, floor, radians, sin
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from routemap.errors import AssetError
from routemap.places.ranking import TOWNS, distance_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Gazetteer", "Row", "shipped"]

_FILE = Path(__file__).resolve().parent.parent / "assets" / "gazetteer.sqlite"
_COLUMNS = """
    place.pid, place.name, country, kind, lon / 1e5, lat / 1e5, coalesce(population, 0),
    coalesce(id, 'geonames:' || place.pid), uncertainty_km, coalesce(own, 0), source
"""
_MOST = 500
_UNITS = 100_000
"""Steps of a degree in the file."""
_LISTED = 100_000_000
"""The first key that is not GeoNames': ports, stations and airfields, far fewer than towns."""
_KM_PER_DEGREE = 111.195
"""Of latitude, on the sphere that `distance_km` measures on."""
_NEAR = f"""
    SELECT {_COLUMNS} FROM place LEFT JOIN detail USING (pid)
    WHERE place.pid >= ? AND lat BETWEEN ? AND ? AND (lon BETWEEN ? AND ? OR lon BETWEEN ? AND ?)
    AND kind IN (SELECT value FROM json_each(?))
"""  # noqa: S608


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

    def near(
        self, lon: float, lat: float, kinds: Iterable[str], within_km: float
    ) -> list[tuple[float, Row]]:
        """Return (km, place) of the places of some kinds around a point, nearest first.

        Parameters
        ----------
        lon, lat
            Degrees; -180 and 180 are one meridian.
        kinds
            Kinds as the file has them: "town" is without the "capital" of each country.
        within_km
            Radius in km on the mean sphere.

        Notes
        -----
        Without an index, which would add 1.2 MB to the package: all towns are read once in about
        20 ms, the other kinds in 2 ms.
        """
        wanted = sorted(set(kinds))
        first = 0 if TOWNS & set(wanted) else _LISTED
        south, north = lat - within_km / _KM_PER_DEGREE, lat + within_km / _KM_PER_DEGREE
        (west, east), (other_west, other_east) = _spans(lon, _half_width(lat, within_km))
        bounds = (*_steps(south, north), *_steps(west, east), *_steps(other_west, other_east))
        found = self._file.execute(_NEAR, (first, *bounds, json.dumps(wanted)))
        rows = (Row(*fields) for fields in found)
        measured = ((distance_km((lon, lat), (row.lon, row.lat)), row) for row in rows)
        inside = [one for one in measured if one[0] <= within_km]
        return sorted(inside, key=lambda one: (one[0], one[1].pid))

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


def _half_width(lat: float, within_km: float) -> float:
    """Return how many degrees of longitude a circle reaches to each side; 180 around a pole."""
    reach = radians(within_km / _KM_PER_DEGREE)
    if abs(lat) + degrees(reach) >= 90:
        return 180.0
    return degrees(asin(sin(reach) / cos(radians(lat))))


def _spans(lon: float, half: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the longitudes around `lon` as two spans from -180 to 180, alike unless cut there."""
    west, east = lon - half, lon + half
    if half >= 180:
        return (-180.0, 180.0), (-180.0, 180.0)
    if west < -180:
        return (-180.0, east), (west + 360, 180.0)
    if east > 180:
        return (west, 180.0), (-180.0, east - 360)
    return (west, east), (west, east)


def _steps(low: float, high: float) -> tuple[int, int]:
    return floor(low * _UNITS) - 1, ceil(high * _UNITS) + 1


@cache
def shipped() -> Gazetteer:
    """Return the gazetteer that comes with the package, opened once."""
    return Gazetteer(_FILE)
