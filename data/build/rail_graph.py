"""The railways as nodes and edges, on their way to the asset: what rail.py and its repair share."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from common import HERE
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from routemap import geography

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Units = npt.NDArray[np.int16]

TRACK, REPAIRED, PATCHED = 0, 1, 2
Join = tuple[int, int, int]
"""Two nodes, and the metres between them."""


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes (lon, lat in degrees), edges as pairs of nodes, their metres, and their kind."""

    lonlat: Floats
    edges: Ints
    metres: Ints
    kind: Ints

    @property
    def degree(self) -> Ints:
        """Number of edges at each node."""
        return np.bincount(self.edges.ravel(), minlength=len(self.lonlat))

    def plus(self, joins: list[Join], kind: int, nodes: Floats | None = None) -> Graph:
        """Return the graph with more edges of one kind and, before them, more nodes."""
        more = np.array(joins, dtype=np.int64).reshape(-1, 3)
        return Graph(
            self.lonlat if nodes is None else np.concatenate([self.lonlat, nodes.reshape(-1, 2)]),
            np.concatenate([self.edges, more[:, :2]]),
            np.concatenate([self.metres, more[:, 2]]),
            np.concatenate([self.kind, np.full(len(more), kind)]),
        )

    def without(self, edges: Ints) -> Graph:
        """Return the graph without the edges of these indices."""
        lists = (self.edges, self.metres, self.kind)
        rest, metres, kind = (np.delete(each, edges, axis=0) for each in lists)
        return replace(self, edges=rest, metres=metres, kind=kind)

    def components(self) -> Ints:
        """Return the number of the connected component of each node."""
        shape = (len(self.lonlat), len(self.lonlat))
        ones = np.ones(len(self.edges))
        _, labels = connected_components(coo_matrix((ones, self.edges.T), shape), directed=False)
        found: Ints = labels
        return found

    def matrix(self) -> Any:
        """Return the sparse matrix of the metres; an edge has at least one."""
        (u, v), metres = self.edges.T, np.maximum(1, self.metres)
        shape = (len(self.lonlat), len(self.lonlat))
        both = (np.r_[metres, metres], (np.r_[u, v], np.r_[v, u]))
        return coo_matrix(both, shape).tocsr()


def sphere(lonlat: Floats) -> Floats:
    """Return unit vectors, shape (n, 3)."""
    lon, lat = np.radians(lonlat).T
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def chord(metres: float) -> float:
    """Return the straight distance between unit vectors that lie `metres` apart on the earth."""
    return float(2 * np.sin(metres / geography.EARTH_RADIUS_M / 2))


def metres_between(a: Floats, b: Floats) -> float:
    """Return the metres between two points (lon, lat)."""
    return float(geography.haversine_m(*a, *b))


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the hand-written tables."""
    with (HERE / "rail" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def in_closed_zone(lonlat: Floats) -> npt.NDArray[np.bool_]:
    """Return which points lie in a box of closed_borders.csv."""
    inside = np.zeros(len(lonlat), dtype=bool)
    for row in rows("closed_borders.csv"):
        west, south, east, north = (float(row[side]) for side in ("west", "south", "east", "north"))
        inside |= ((lonlat >= (west, south)) & (lonlat <= (east, north))).all(axis=1)
    return inside
