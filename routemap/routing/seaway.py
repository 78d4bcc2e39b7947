"""What a line over water costs, and the taut line of least cost along a rough one.

Lines are chains of great circles between unit vectors. A km counts more near the shore; a line that
touches land, forbidden water or a closed gate costs infinitely much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from routemap.geography.mask import CELLS, COLUMNS, SHORE_KM, cells_at
from routemap.geography.sphere import EARTH_KM, degrees
from routemap.networks.water import BLOCK, arcs_cross, shore_factor

if TYPE_CHECKING:
    import numpy.typing as npt

    from routemap.networks.water import Passage, WaterNetwork

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.intp]
    Bits = npt.NDArray[np.bool_]

__all__ = ["Seaway", "angles", "between", "tighten"]

COARSE_KM: Final = 6.0
"""Half of it is less than the least distance of a calm block to land."""
FINE: Final = 32
"""Samples of a coarse step near the shore: one every 0.19 km, a fifth of a cell's height."""
CUTS: Final = (0.5, 0.25, 0.1)
"""Where, along the shorter leg from a vertex, its corner is cut."""
GAIN: Final = 0.1
"""A corner is cut if that saves this many km of cost."""


class Seaway:
    """The water that a route may use: costs of lines on it.

    Distances to the shore are worked out tile by tile where a line needs them, and kept as long as
    the route is being worked out.
    """

    def __init__(
        self, network: WaterNetwork, closed: tuple[Passage, ...], barred: npt.NDArray[np.int16]
    ) -> None:
        self.network, self.closed, self.barred = network, closed, barred
        self._slot = np.full(180 * 360, -1)
        self._tiles = np.empty((0, CELLS, CELLS), dtype=np.float32)

    def usable(self, row: Ints, column: Ints) -> Bits:
        """Return whether cells are water that may be used."""
        water = self.network.mask.is_water(row, column)
        if len(self.barred):
            cells = row * COLUMNS + column % COLUMNS
            water &= ~np.isin(self.network.units_on(cells), self.barred)
        return water

    def factor(self, row: Ints, column: Ints) -> Floats:
        """Return what a km counts in cells: 1 to 3, infinite where they may not be used."""
        tile = row // CELLS * 360 + column // CELLS
        self._work_out(np.unique(tile[self._slot[tile] < 0]))
        km = self._tiles[self._slot[tile], row % CELLS, column % CELLS]
        factor: Floats = np.where(self.usable(row, column), shore_factor(km / SHORE_KM), np.inf)
        return factor

    def _work_out(self, tiles: Ints) -> None:
        if len(tiles):
            found = [self.network.mask.shore_km(*divmod(tile, 360)) for tile in tiles.tolist()]
            self._slot[tiles] = len(self._tiles) + np.arange(len(tiles))
            self._tiles = np.concatenate([self._tiles, np.array(found)])

    def cost(self, a: Floats, b: Floats) -> Floats:
        """Return the cost of arcs in km, infinite where one may not be sailed.

        Parameters
        ----------
        a, b
            Unit vectors of the ends, shape (n, 3).
        """
        angle = angles(a, b)
        steps = np.maximum(np.ceil(angle * EARTH_KM / COARSE_KM), 1).astype(np.intp)
        arc = np.repeat(np.arange(len(a)), steps)
        step = np.arange(len(arc)) - np.repeat(np.cumsum(steps) - steps, steps)
        row, column = self._cells(a[arc], b[arc], angle[arc], (step + 0.5) / steps[arc])
        mean = np.ones(len(arc))
        near = np.flatnonzero(~self.network.calm[row // BLOCK, column // BLOCK])
        if len(near):
            inner = np.repeat(near, FINE)
            part = np.tile((np.arange(FINE) + 0.5) / FINE, len(near))
            share = (step[inner] + part) / steps[arc[inner]]
            fine = arc[inner]
            cells = self._cells(a[fine], b[fine], angle[fine], share)
            mean[near] = self.factor(*cells).reshape(-1, FINE).mean(axis=1)
        cost = np.bincount(arc, mean, len(a)) / steps * angle * EARTH_KM
        for passage in self.closed:
            cost[arcs_cross(a, b, passage.gate)] = np.inf
        return cost

    def _cells(self, a: Floats, b: Floats, angle: Floats, share: Floats) -> tuple[Ints, Ints]:
        return cells_at(*degrees(between(a, b, angle, share)))


def between(a: Floats, b: Floats, angle: Floats, share: Floats) -> Floats:
    """Return the points at a share of the way along arcs, which are `angle` radians long."""
    whole = np.sin(angle)
    small = whole < 1e-12
    whole = np.where(small, 1, whole)
    left = np.where(small, 1 - share, np.sin((1 - share) * angle) / whole)
    right = np.where(small, share, np.sin(share * angle) / whole)
    return a * left[:, None] + b * right[:, None]


def tighten(seaway: Seaway, line: Floats) -> Floats:
    """Return a line between the same ends that cannot be made cheaper by a shortcut.

    A vertex is dropped if the line costs no more without it; then corners are cut, from wide cuts
    to narrow ones, and what they made needless is dropped. `line` has shape (n, 3); none of its
    arcs may cost infinitely much.
    """
    cost = seaway.cost(line[:-1], line[1:])
    line, cost = _dropped(seaway, line, cost)
    for share in CUTS:
        line, cost = _cut(seaway, line, cost, share)
        line, cost = _dropped(seaway, line, cost)
    return line


def _dropped(seaway: Seaway, line: Floats, cost: Floats) -> tuple[Floats, Floats]:
    """Drop vertices, every other one at a time, until none can go."""
    fresh = np.ones(len(line), dtype=bool)
    while fresh[1:-1].any():
        picked = _apart(np.flatnonzero(fresh[1:-1]) + 1)
        fresh[picked] = False
        direct = seaway.cost(line[picked - 1], line[picked + 1])
        good = direct <= cost[picked - 1] + cost[picked] + 1e-9
        gone = picked[good]
        cost[gone - 1] = direct[good]
        fresh[gone - 1] = fresh[gone + 1] = True
        line, fresh = np.delete(line, gone, axis=0), np.delete(fresh, gone)
        cost = np.delete(cost, gone)
    return line, cost


def _apart(vertices: Ints) -> Ints:
    """Return some of ascending vertices, no two of them neighbours: every other one of each run."""
    run = np.cumsum(np.diff(vertices, prepend=vertices[0]) > 1)
    first = vertices[np.searchsorted(run, run)]
    apart: Ints = vertices[(vertices - first) % 2 == 0]
    return apart


def _cut(seaway: Seaway, line: Floats, cost: Floats, share: float) -> tuple[Floats, Floats]:
    """Cut the corners at every other vertex, then at those between, where it saves cost."""
    for parity in (2, 1):
        corner = np.arange(parity, len(line) - 1, 2)
        back, ahead = line[corner - 1], line[corner + 1]
        reach = share * np.minimum(angles(line[corner], back), angles(line[corner], ahead))
        before, after = (_towards(line[corner], side, reach) for side in (back, ahead))
        legs = [(back, before), (before, after), (after, ahead)]
        parts = np.array([seaway.cost(*leg) for leg in legs])
        good = parts.sum(axis=0) < cost[corner - 1] + cost[corner] - GAIN
        gone = corner[good]
        cost[gone - 1], cost[gone] = parts[0, good], parts[1, good]
        cost = np.insert(cost, gone + 1, parts[2, good])
        line = line.copy()
        line[gone] = before[good]
        line = np.insert(line, gone + 1, after[good], axis=0)
    return line, cost


def angles(a: Floats, b: Floats) -> Floats:
    """Return the angles between unit vectors, in radians."""
    angle: Floats = 2 * np.arcsin(np.minimum(np.linalg.norm(b - a, axis=-1) / 2, 1))
    return angle


def _towards(a: Floats, b: Floats, reach: Floats) -> Floats:
    """Return the points `reach` radians from `a` on the way to `b`."""
    angle = angles(a, b)
    return between(a, b, angle, reach / np.maximum(angle, 1e-12))
