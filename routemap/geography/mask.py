"""Land or sea at a point, on a grid of 1/120 degree, and the distance to the shore.

The grid's rows run from 90 S, its columns from 180 W; columns are taken modulo 360 degrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from routemap.errors import AssetError
from routemap.geography.sphere import EARTH_KM

if TYPE_CHECKING:
    import numpy.typing as npt

    Bits = npt.NDArray[np.bool_]
    Cells = npt.NDArray[np.intp]

__all__ = [
    "CELLS",
    "COLUMNS",
    "KM_PER_CELL",
    "LAND",
    "ROWS",
    "SHORE_KM",
    "WATER",
    "LandMask",
    "at_sea",
    "cells_at",
    "is_land",
    "land_mask",
]

CELLS: Final = 120
"""Cells a degree."""
ROWS: Final = 180 * CELLS
COLUMNS: Final = 360 * CELLS
WATER: Final = -1
LAND: Final = -2
KM_PER_CELL: Final = EARTH_KM * np.pi / 180 / CELLS
"""Height of a cell on the sphere."""
SHORE_KM: Final = 7.0
"""Distances to the shore are told up to this one."""


@dataclass(frozen=True, slots=True, eq=False)
class LandMask:
    """Land and water of the world.

    Attributes
    ----------
    state
        Shape (180, 360), a one-degree tile each: `WATER`, `LAND`, or the index of a mixed tile.
    bits
        Shape (n, 120, 15): the cells of the mixed tiles, eight a byte, 1 is water.
    """

    state: npt.NDArray[np.int16]
    bits: npt.NDArray[np.uint8]

    def is_water(self, row: Cells, column: Cells) -> Bits:
        """Return whether cells are water; rows beyond the poles are land."""
        column = column % COLUMNS
        inside = (row >= 0) & (row < ROWS)
        row = np.where(inside, row, 0)
        tile = self.state[row // CELLS, column // CELLS]
        y, x = row % CELLS, column % CELLS
        byte = self.bits[np.maximum(tile, 0), y, x >> 3]
        bit = (byte >> (7 - (x & 7)).astype(np.uint8)) & 1
        water: Bits = inside & ((tile == WATER) | ((tile >= 0) & (bit == 1)))
        return water

    def window(self, rows: tuple[int, int], columns: tuple[int, int]) -> Bits:
        """Return the water of a block of cells, from the first to before the second of each."""
        tile_rows = np.arange(rows[0] // CELLS, -(-rows[1] // CELLS))
        tile_columns = np.arange(columns[0] // CELLS, -(-columns[1] // CELLS)) % 360
        inside = (tile_rows >= 0) & (tile_rows < 180)
        state = self.state[np.where(inside, tile_rows, 0)[:, None], tile_columns]
        state = np.where(inside[:, None], state, LAND)
        water = np.unpackbits(self.bits[np.maximum(state, 0)], axis=-1).astype(bool)
        water[state < 0] = False
        water[state == WATER] = True
        whole = water.swapaxes(1, 2).reshape(len(tile_rows) * CELLS, len(tile_columns) * CELLS)
        top, left = rows[0] // CELLS * CELLS, columns[0] // CELLS * CELLS
        return whole[rows[0] - top : rows[1] - top, columns[0] - left : columns[1] - left]

    def shore_km(self, tile_row: int, tile_column: int) -> npt.NDArray[np.float32]:
        """Return km from each cell of a one-degree tile to the nearest land, `SHORE_KM` at most.

        Shape (120, 120); 0 on land. Measured between the centres of cells.
        """
        squash = np.cos(np.radians(min(abs(tile_row - 89.5) + 0.5, 89.0)))
        high = int(SHORE_KM / KM_PER_CELL) + 1
        wide = int(min(high / squash, COLUMNS / 4))
        row, column = tile_row * CELLS, tile_column * CELLS
        water = self.window(
            (row - high, row + CELLS + high), (column - wide, column + CELLS + wide)
        )
        middle = np.cos(np.radians(tile_row - 89.5))
        across = (_steps_to_land(water)[:, wide:-wide] * KM_PER_CELL * middle) ** 2
        least = np.full((CELLS, CELLS), SHORE_KM**2)
        for down in range(2 * high + 1):
            along = ((down - high) * KM_PER_CELL) ** 2
            np.minimum(least, across[down : down + CELLS] + along, out=least)
        near: npt.NDArray[np.float32] = np.sqrt(least).astype(np.float32)
        return near


def _steps_to_land(water: Bits) -> Cells:
    """Return how many columns each cell is from land in its own row; many where there is none."""
    count = water.shape[1]
    column = np.arange(count)
    before = np.maximum.accumulate(np.where(water, -count, column), axis=1)
    after = np.minimum.accumulate(np.where(water, 2 * count, column)[:, ::-1], axis=1)[:, ::-1]
    return np.minimum(column - before, after - column)


@cache
def land_mask() -> LandMask:
    """Return the shipped mask; read at first use and then kept, read-only.

    Notes
    -----
    Natural Earth 1:10m land, with the waterways that data/build/sea/waterways.csv lists as water.
    Natural Earth leaves out small islands and narrow inlets.
    """
    path = files("routemap").joinpath("assets/land-mask.npz")
    try:
        with path.open("rb") as file, np.load(file) as archive:
            state, rows = archive["state"], archive["rows"]
    except (OSError, ValueError, KeyError) as error:
        cure = "Reinstall routemap-osint."
        raise AssetError(f"assets/land-mask.npz is missing or damaged ({error}). {cure}") from error
    bits = np.bitwise_xor.accumulate(rows, axis=1)
    state.flags.writeable = bits.flags.writeable = False
    return LandMask(state, bits)


def cells_at(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Cells, Cells]:
    """Return the rows and columns of the cells that hold points in degrees."""
    row = np.floor((np.asarray(lat, dtype=float) + 90) * CELLS).astype(np.intp)
    column = np.floor((np.asarray(lon, dtype=float) + 180) * CELLS).astype(np.intp)
    return np.clip(row, 0, ROWS - 1), column % COLUMNS


def is_land(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Any:
    """Return whether points are on land; lakes count as land, listed waterways do not.

    Parameters
    ----------
    lon, lat
        Degrees; numbers or arrays of one shape.
    """
    return ~land_mask().is_water(*cells_at(lon, lat))


def at_sea(lon: float, lat: float) -> bool:
    """Return whether a point in degrees lies in the sea or in a listed waterway."""
    return not bool(is_land(lon, lat))
