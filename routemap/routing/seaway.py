"""What a line over water costs, and which vertices of a rough line are needed.

Lines are chains of great circles between unit vectors. A km counts more near the shore; a line that
touches land, forbidden water or a closed gate costs infinitely much.
"""

from __future__ import annotations

from dataclasses import dataclass
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

__all__ = ["Seaway", "angles", "between", "tighten"]

COARSE_KM: Final = 6.0
"""Half of it is less than the least distance of a calm block to land."""
FINE: Final = 32
"""Samples of a coarse step near the shore: one every 0.19 km, a fifth of a cell's height."""


@dataclass(frozen=True, slots=True, eq=False)
class Seaway:
    """The water that a route may use: costs of lines on it.

    Attributes
    ----------
    network
        The network searched.
    closed
        Passages that may not be crossed.
    barred
        Units whose canals and rivers may not be used.
    """

    network: WaterNetwork
    closed: tuple[Passage, ...]
    barred: npt.NDArray[np.int16]

    def factor(self, row: Ints, column: Ints) -> Floats:
        """Return what a km counts in cells: 1 to 3, infinite where they may not be used."""
        tiles, slot = np.unique(row // CELLS * 360 + column // CELLS, return_inverse=True)
        shore = np.array([self.network.shore_km(tile) for tile in tiles.tolist()])
        km = shore[slot.reshape(row.shape), row % CELLS, column % CELLS]
        usable = km > 0
        if len(self.barred):
            usable &= ~np.isin(self.network.units_on(row * COLUMNS + column), self.barred)
        factor: Floats = np.where(usable, shore_factor(km / SHORE_KM), np.inf)
        return factor

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
    """Return the vertices of a line that are needed: without any one of them it would cost more.

    A ship sails few long legs; it turns where the network turns, not at the cape itself. Every
    other vertex is tried at a time, until none can go. `line` has shape (n, 3); none of its arcs
    may cost infinitely much.
    """
    cost = seaway.cost(line[:-1], line[1:])
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
    return line


def _apart(vertices: Ints) -> Ints:
    """Return some of ascending vertices, no two of them neighbours: every other one of each run."""
    run = np.cumsum(np.diff(vertices, prepend=vertices[0]) > 1)
    first = vertices[np.searchsorted(run, run)]
    apart: Ints = vertices[(vertices - first) % 2 == 0]
    return apart


def angles(a: Floats, b: Floats) -> Floats:
    """Return the angles between unit vectors, in radians."""
    angle: Floats = 2 * np.arcsin(np.minimum(np.linalg.norm(b - a, axis=-1) / 2, 1))
    return angle
