"""The shipped outlines: land in units, as rings over lines that neighbours share.

A *unit* is a country, or a territory that two hold to be theirs. borders.json names the owner of
each in each border view, so that one set of lines serves all views.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from routemap.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt
    from shapely import STRtree

    Floats = npt.NDArray[np.float64]
    Counts = npt.NDArray[np.int32]

__all__ = ["VIEWS", "Outlines", "outlines", "unit_codes", "unit_names"]

VIEWS = ("recognised", "de-facto")
_RINGS = ("refs", "ring_sizes", "polygon_sizes")


@cache
def _units() -> tuple[Mapping[str, str], ...]:
    """Return a row a unit: its name, and its owner's code by view. Loads no geometry."""
    path = files("routemap").joinpath("assets/borders.json")
    return tuple(MappingProxyType(unit) for unit in json.loads(path.read_text(encoding="utf-8")))


def unit_names() -> tuple[str, ...]:
    """Return the name of each unit, in the order that `units_at` counts them."""
    return tuple(unit["name"] for unit in _units())


@cache
def unit_codes(view: str = "recognised") -> tuple[str, ...]:
    """Return the ISO 3166 alpha-2 code of each unit's owner in a border view.

    Parameters
    ----------
    view
        "recognised" or "de-facto".

    Returns
    -------
    tuple of str
        In the order that `units_at` counts units; "" where the view names no owner.

    Raises
    ------
    ArgumentError
        There is no such view.
    """
    if view not in VIEWS:
        raise ArgumentError(f"{view!r} is no border view. Use one of {', '.join(VIEWS)}.")
    return tuple(unit[view] for unit in _units())


@dataclass(frozen=True)
class Outlines:
    """The shipped borders, decoded.

    Attributes
    ----------
    points, starts
        The points (lon, lat) of the lines that units share, each line once, and where each line
        starts among them.
    sides
        For each line the units on its two sides; -1 is sea.
    dashed
        For each line whether it is disputed or a line of control.
    parts, unit_of_part
        The polygons of all units, and the unit of each.
    land_rings
        The rings of all land without its borders, as stored.
    """

    points: Floats
    starts: Counts
    sides: npt.NDArray[np.int16]
    dashed: npt.NDArray[np.bool_]
    parts: npt.NDArray[np.object_]
    unit_of_part: npt.NDArray[np.int16]
    land_rings: tuple[Counts, ...]

    @cached_property
    def tree(self) -> STRtree:
        """Index of the parts by bounding box."""
        from shapely import STRtree

        return STRtree(self.parts)

    @cached_property
    def lines(self) -> npt.NDArray[np.object_]:
        """The lines that units share, and the coasts."""
        from shapely import GeometryType, from_ragged_array

        lines = from_ragged_array(GeometryType.LINESTRING, self.points, (self.starts,))
        return _frozen(np.asarray(lines, dtype=object))

    @cached_property
    def land(self) -> npt.NDArray[np.object_]:
        """The polygons of all land, without borders."""
        return _frozen(_polygons(self.points, self.starts, *self.land_rings))

    @cached_property
    def line_tree(self) -> STRtree:
        """Index of the lines by bounding box."""
        from shapely import STRtree

        return STRtree(self.lines)


@cache
def outlines() -> Outlines:
    """Return the shipped outlines, decoded once."""
    assets = files("routemap").joinpath("assets")
    with assets.joinpath("borders.npz").open("rb") as file, np.load(file) as archive:
        stored = dict(archive)
    points, starts = _points(stored), _starts(stored["arc_sizes"])
    parts = _polygons(points, starts, *(stored[name] for name in _RINGS))
    unit_of_part = np.repeat(np.arange(len(unit_names()), dtype=np.int16), stored["unit_sizes"])
    unit_of_ref = np.repeat(np.repeat(unit_of_part, stored["polygon_sizes"]), stored["ring_sizes"])
    sides = _sides(stored["refs"], unit_of_ref, len(starts) - 1)
    land = tuple(stored[f"land_{name}"] for name in _RINGS)
    dashed = stored["dashed"]
    for array in (points, starts, sides, dashed, parts, unit_of_part, *land):
        array.flags.writeable = False
    return Outlines(points, starts, sides, dashed, parts, unit_of_part, land)


def _frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    array.flags.writeable = False
    return array


def _points(stored: dict[str, Any]) -> Floats:
    """Return the points of all arcs in degrees; data/build/borders.py says how they are stored."""
    least, middle, most = stored["deltas"].astype(np.int32).swapaxes(0, 1)
    folded = least | middle << 8 | most << 16
    on_grid = np.cumsum(folded >> 1 ^ -(folded & 1), axis=1, dtype=np.int32)
    scale, origin = stored["grid"]
    lon, lat = (on_grid[axis] * scale[axis] + origin[axis] for axis in (0, 1))
    return np.column_stack([lon, np.maximum(lat, -90.0)])


def _polygons(
    points: Floats,
    starts: Counts,
    refs: Counts,
    ring_sizes: Counts,
    polygon_sizes: Counts,
) -> npt.NDArray[np.object_]:
    from shapely import GeometryType, from_ragged_array

    vertices, rings = _rings(points, starts, refs, ring_sizes)
    polygons = from_ragged_array(GeometryType.POLYGON, vertices, (rings, _starts(polygon_sizes)))
    return np.asarray(polygons, dtype=object)


def _starts(sizes: Counts) -> Counts:
    return np.insert(np.cumsum(sizes, dtype=np.int32), 0, 0)


def _rings(
    points: Floats,
    starts: Counts,
    refs: Counts,
    ring_sizes: Counts,
) -> tuple[Floats, Counts]:
    """Return the points of all rings, closed, and where each ring starts among them.

    An arc gives all its points but the last, which the next arc begins with; after the last arc
    of a ring its first point comes again.
    """
    arcs = np.where(refs < 0, ~refs, refs)
    first = np.where(refs < 0, starts[arcs + 1] - 1, starts[arcs])
    counts = starts[arcs + 1] - starts[arcs] - 1
    ends = np.cumsum(ring_sizes)
    steps = np.insert(np.where(refs < 0, -1, 1), ends, 1).astype(np.int32)
    counts = np.insert(counts, ends, 1)
    first = np.insert(first, ends, first[ends - ring_sizes])
    before = _starts(counts)
    index = np.repeat(steps, counts)
    last = first + steps * (counts - 1)
    index[before[:-1]] = first - np.insert(last[:-1], 0, 0)
    closing = ends + np.arange(len(ends))
    return points[np.cumsum(index)], np.concatenate([[0], before[closing + 1]])


def _sides(refs: Counts, unit_of_ref: npt.NDArray[np.int16], count: int) -> npt.NDArray[np.int16]:
    sides = np.full((count, 2), -1, dtype=np.int16)
    forward = refs >= 0
    sides[refs[forward], 0] = unit_of_ref[forward]
    sides[~refs[~forward], 1] = unit_of_ref[~forward]
    return sides
