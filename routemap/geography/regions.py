"""Regions that a constraint may name: disputed territories, and parts that lie apart."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from routemap.geography.outlines import VIEWS, unit_codes, unit_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

__all__ = ["Region", "region", "regions"]


class Region(NamedTuple):
    """A part of a country.

    Attributes
    ----------
    id
        What constraints call it.
    units
        The territories (`units_at`) that it lies in.
    box
        West, south, east, north in degrees, where it is only a part of them.
    """

    id: str
    units: tuple[int, ...]
    box: tuple[float, float, float, float] | None = None

    def holds(
        self, lon: npt.ArrayLike, lat: npt.ArrayLike, unit: npt.ArrayLike
    ) -> npt.NDArray[np.bool_]:
        """Return which points lie in it; `unit` is the territory of each."""
        found = np.isin(unit, self.units)
        if self.box is not None:
            west, south, east, north = self.box
            x, y = np.asarray(lon), np.asarray(lat)
            found &= (x >= west) & (x <= east) & (y >= south) & (y <= north)
        return found


@cache
def regions() -> Mapping[str, Region]:
    """Return the regions by id: the territories whose owner depends on the view, and the boxes.

    Notes
    -----
    Boxes hold a part of a country that lies apart, and no other land of it: they are the extents of
    its polygons in Natural Earth 10m, widened by about 0.1 degree.
    """
    owners = zip(*(unit_codes(view) for view in VIEWS), strict=True)
    disputed = [unit for unit, codes in enumerate(owners) if len({*codes}) > 1]
    found = {name: Region(name, (unit,)) for unit in disputed if (name := _id(unit_names()[unit]))}
    own = np.array(unit_codes(VIEWS[0]))
    for row in _rows():
        west, south, east, north = (float(row[side]) for side in ("west", "south", "east", "north"))
        units = tuple(np.flatnonzero(own == row["country"]).tolist())
        found[row["id"]] = Region(row["id"], units, (west, south, east, north))
    return MappingProxyType(found)


def region(text: str) -> str | None:
    """Return the id of the region that a text names, in any case; None for none."""
    return _names().get(_id(text))


@cache
def _names() -> Mapping[str, str]:
    named = {_id(name): row["id"] for row in _rows() for name in row["names"].split("; ") if name}
    return MappingProxyType({**named, **{one: one for one in regions()}})


@cache
def _rows() -> tuple[Mapping[str, str], ...]:
    text = files("routemap").joinpath("assets/regions.csv").read_text(encoding="utf-8")
    return tuple(MappingProxyType(row) for row in csv.DictReader(text.splitlines()))


def _id(name: str) -> str:
    return "-".join(name.casefold().replace(".", "").split())
