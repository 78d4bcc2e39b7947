"""The passages of sea/passages.csv: gates that part the water around them."""

from __future__ import annotations

from typing import Any

import mask
import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_dilation, label

from routemap.geography.mask import CELLS, LandMask, cells_at
from routemap.geography.sphere import degrees, vectors
from routemap.networks.water import arcs_cross

POLE = 90.0
EIGHT = np.ones((3, 3), dtype=int)

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


def gates(water: LandMask) -> dict[str, npt.NDArray[Any]]:
    """Return the passages: id, name, gate, and whether ships and river vessels find them open."""
    rows = mask.table("passages")
    ends = np.array([mask.points_of(row["gate"]) for row in rows])
    for row, gate in zip(rows, ends, strict=True):
        if not shuts(gate, float(row["check_deg"]), water):
            raise SystemExit(f"passages.csv: the gate of {row['id']} does not cut the water")
    return {
        "gate_id": np.array([row["id"] for row in rows]),
        "gate_name": np.array([row["name"] for row in rows]),
        "gate_open": np.array([row["default"] == "open" for row in rows]),
        "gate_river": np.array([row["river"] == "open" for row in rows]),
        "gate": ends,
    }


def crossing(ends: Floats, edges: Ints, lon: Floats, lat: Floats) -> tuple[Ints, Ints]:
    """Return the edges that cross each gate, gate after gate, and their number for each."""
    xyz = vectors(lon, lat)
    tail, head = xyz[edges[:, 0]], xyz[edges[:, 1]]
    found = [edges[arcs_cross(tail, head, each)] for each in ends]
    return np.concatenate(found).astype(np.int32), np.array([len(each) for each in found])


def shuts(gate: Floats, margin: float, water: LandMask) -> bool:
    """Return whether a gate parts the water around it and ends on land or at the pole.

    Looked at on the mask, in the box that is `margin` degrees larger than the gate on each side.
    """
    ashore = ~water.is_water(*cells_at(*gate.T))
    if not (ashore | (gate[:, 1] == POLE)).all():
        return False
    if gate[1, 1] == POLE:
        return True
    widen = margin / np.array([np.cos(np.radians(gate[:, 1].mean())), 1])
    low, high = gate.min(axis=0) - widen, gate.max(axis=0) + widen
    rows, columns = zip(*(cells_at(*corner) for corner in (low, high)), strict=True)
    inside = water.window(rows, columns)
    wall = _wall(gate, rows[0], columns[0], inside.shape)
    pieces, _ = label(inside & ~wall, EIGHT)
    column, row = np.meshgrid(np.arange(*columns), np.arange(*rows))
    points = vectors((column + 0.5) / CELLS - 180, (row + 0.5) / CELLS - 90)
    left = points @ np.cross(*vectors(*gate.T)) > 0
    rim = binary_dilation(wall & inside, iterations=2) & (pieces > 0)
    return bool(rim.any()) and not set(pieces[rim & left]) & set(pieces[rim & ~left])


def _wall(gate: Floats, row: int, column: int, shape: tuple[int, ...]) -> Bits:
    """Return the cells under a gate in a window, without a diagonal step to slip through."""
    a, b = vectors(*gate.T)
    share = np.linspace(0, 1, 20_000)[:, None]
    rows, columns = cells_at(*degrees(a * (1 - share) + b * share))
    wall = np.zeros(shape, dtype=bool)
    wall[rows - row, columns - column] = True
    wall[rows[:-1] - row, columns[1:] - column] = True
    return wall
