"""The water on which a ship can be on a day, as an area of whole cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from routemap.geography.mask import CELLS, COLUMNS, ROWS
from routemap.networks.water import BLOCK
from routemap.timing.on_water import BLOCK_KM, network_of

if TYPE_CHECKING:
    import numpy.typing as npt
    from shapely.geometry.base import BaseGeometry

    from routemap.timing.prism import Prism

    Bits = npt.NDArray[np.bool_]

__all__ = ["Water", "on_day"]

HIGH, WIDE = ROWS // BLOCK, COLUMNS // BLOCK
"""Blocks from pole to pole and around the globe."""


class Water(NamedTuple):
    """Cells on which a ship can be.

    Attributes
    ----------
    shape
        Polygon (lon, lat), cut at 180 degrees.
    first, last
        When the first can be entered, and the last must be left, in days.
    stated
        Whether the stated bounds allow any of it.
    """

    shape: BaseGeometry
    first: float
    last: float
    stated: bool


def on_day(mode: str, hard: Prism, stated: Prism, day: float) -> Water | None:
    """Return the water on which a leg can be on a day; None where there is none."""
    network = network_of(mode)
    half = np.maximum(network.size, 0.5) * (BLOCK_KM * 1000 / 2)
    ends = (slice(None), slice(None))

    def measure(field: Any) -> Any:
        return np.maximum(field.metres - half, 0)

    times = hard.times(measure, ends, day)
    kept = np.flatnonzero(times.on(day))
    if not len(kept):
        return None
    blocks = _blocks(network.block[kept], network.size[kept])
    also = bool(stated.times(measure, ends, day).on(day).any())
    first, last = float(times.first[kept].min()), float(times.last[kept].max())
    return Water(_outline(blocks), first, last, also)


def _blocks(block: Any, size: Any) -> Bits:
    """Return which blocks of the globe lie in some cells of the network."""
    found = np.zeros((HIGH, WIDE), dtype=bool)
    for step in np.unique(size).tolist():
        row, column = np.divmod(block[size == step], WIDE)
        for down, along in np.ndindex(max(step, 1), max(step, 1)):
            found[row + down, column + along] = True
    return found


def _outline(blocks: Bits) -> BaseGeometry:
    """Return the outline of blocks, from runs along their rows."""
    import shapely

    padded = np.pad(blocks, ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(padded, axis=1)
    row, start = np.nonzero(change == 1)
    stop = np.nonzero(change == -1)[1]
    degree = BLOCK / CELLS
    west, east = start * degree - 180, stop * degree - 180
    boxes = shapely.box(west, row * degree - 90, east, (row + 1) * degree - 90)
    found: BaseGeometry = shapely.union_all(boxes)
    return found
