"""Read TopoJSON, cut its rings at the antimeridian, and find the arcs that polygons share.

Everything stays on the file's own integer grid: neighbours share their vertices exactly, and the
result does not depend on floating point.

A *polygon* is a list of rings, an outer one and its holes; a *ring* is an int64 array of shape
(n, 2), grid units of lon and lat, closed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import common
import numpy as np
import numpy.typing as npt
import shapely
from shapely.affinity import translate

if TYPE_CHECKING:
    from collections.abc import Iterable

Ring = npt.NDArray[np.int64]
Polygon = list[Ring]


@dataclass(frozen=True)
class Grid:
    """Degrees = origin + scale * grid units; `turn` is 360 degrees of longitude."""

    scale: tuple[float, float]
    origin: tuple[float, float]

    @property
    def turn(self) -> int:
        """Grid units of a turn round the earth."""
        return round(360 / self.scale[0])

    @property
    def south_pole(self) -> int:
        """Grid units of 90 degrees south."""
        return round((-90 - self.origin[1]) / self.scale[1])

    def units(self, points: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Return points in grid units."""
        return np.asarray((points - np.array(self.origin)) / np.array(self.scale))

    def degrees(self, points: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Return points in degrees."""
        return np.asarray(points * np.array(self.scale) + np.array(self.origin))


@dataclass(frozen=True)
class Feature:
    """One object of a topology: its id and name as the file has them, and its polygons."""

    id: str | None
    name: str
    polygons: list[Polygon]

    @property
    def key(self) -> str:
        """What makes a feature the same in two files: its ISO number, else its name."""
        return self.id if self.id and self.id.isdigit() else self.name

    def moved(self, old: Grid, new: Grid) -> Feature:
        """Return the feature on another grid; its points need not be whole numbers there."""
        polygons = [[new.units(old.degrees(ring)) for ring in polygon] for polygon in self.polygons]
        return Feature(self.id, self.name, polygons)


class Topology:
    """A quantised TopoJSON file."""

    def __init__(self, package: str, ending: str) -> None:
        document = json.loads(common.read_member(package, ending))
        transform = document["transform"]
        self.grid = Grid(tuple(transform["scale"]), tuple(transform["translate"]))
        self.objects = document["objects"]
        self._arcs = [np.cumsum(np.array(arc), axis=0) for arc in document["arcs"]]

    def features(self, layer: str) -> list[Feature]:
        """Return the features of a polygon layer, cut at the antimeridian."""
        return [
            Feature(each.get("id"), each.get("properties", {}).get("name", ""), self._cut(each))
            for each in self._geometries(layer)
        ]

    def lines(self, layer: str) -> list[Ring]:
        """Return the lines of a layer."""
        return [
            self._joined(line)
            for each in self._geometries(layer)
            for line in ([each["arcs"]] if each["type"] == "LineString" else each["arcs"])
        ]

    def _geometries(self, layer: str) -> list[dict[str, Any]]:
        found = self.objects[layer]
        return [each for each in found.get("geometries", [found]) if each["type"]]

    def _joined(self, indices: list[int]) -> Ring:
        arcs = [self._arcs[i] if i >= 0 else self._arcs[~i][::-1] for i in indices]
        return np.concatenate([arcs[0], *(arc[1:] for arc in arcs[1:])])

    def _cut(self, geometry: dict[str, Any]) -> list[Polygon]:
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        rings = [[self._joined(ring) for ring in polygon] for polygon in polygons]
        whole = [[ring for ring in each if len(ring) > 3] for each in rings if len(each[0]) > 3]
        return [part for polygon in whole for part in cut(polygon, self.grid)]


def cut(polygon: Polygon, grid: Grid) -> list[Polygon]:
    """Return the valid parts of a polygon between -180 and 180 degrees.

    A ring that steps over half the world between two vertices crosses the antimeridian; one that
    does so once encloses the south pole, and is closed along it.
    """
    steps = [np.abs(np.diff(ring[:, 0])).max() for ring in polygon]
    turn = grid.turn
    if max(steps) <= turn / 2:
        return polygons_of(shape_of([polygon]))
    outer, *holes = (_unwrapped(ring, turn, grid.south_pole) for ring in polygon)
    shape = shape_of([[outer, *(_moved_into(outer, hole, turn) for hole in holes)]])
    world = shapely.box(0, grid.south_pole, turn, turn)
    turned = [translate(shape, k * turn) for k in (-1, 0, 1)]
    return polygons_of(shapely.union_all([shapely.intersection(each, world) for each in turned]))


def _moved_into(outer: Ring, hole: Ring, turn: int) -> Ring:
    """Return a hole on the turn of the globe that its outer ring, unwrapped, begins in."""
    turns = (hole[:, 0].min() - outer[:, 0].min()) // turn
    return hole - np.array([turns * turn, 0])


def _unwrapped(ring: Ring, turn: int, pole: int) -> Ring:
    steps = np.diff(ring[:, 0], prepend=ring[0, 0])
    run = ring.copy()
    run[:, 0] -= turn * np.cumsum(np.rint(steps / turn).astype(np.int64))
    if run[0, 0] == run[-1, 0]:
        return run
    corners = [(run[-1, 0], pole), (run[0, 0], pole), (run[0, 0], run[0, 1])]
    return np.concatenate([run, np.array(corners, dtype=np.int64)])


def shape_of(polygons: list[Polygon]) -> shapely.Geometry:
    """Return polygons as one valid geometry."""
    shapes = [shapely.Polygon(polygon[0], polygon[1:]) for polygon in polygons]
    shape = shapes[0] if len(shapes) == 1 else shapely.MultiPolygon(shapes)
    if shape.is_valid:
        return shape
    return shapely.make_valid(shape, method="structure", keep_collapsed=False)


def polygons_of(shape: shapely.Geometry) -> list[Polygon]:
    """Return the polygons of a geometry on the grid, valid there."""
    on_grid = shapely.set_precision(shape, 1)
    parts = shapely.get_parts(shapely.get_parts(on_grid))
    return [
        [
            np.rint(shapely.get_coordinates(ring)).astype(np.int64)
            for ring in (each.exterior, *each.interiors)
        ]
        for each in parts
        if each.geom_type == "Polygon" and not each.is_empty
    ]


@dataclass(frozen=True)
class Arcs:
    """Lines between the points where polygons meet; each line once.

    Attributes
    ----------
    arcs
        Int arrays of shape (n, 2); a line that belongs to two polygons stands once.
    rings
        For each polygon its rings, as arc numbers; ``~i`` is arc i backwards.
    """

    arcs: list[Ring]
    rings: list[list[list[int]]]


def share(polygons: list[Polygon], boxes: Iterable[shapely.Geometry] = ()) -> Arcs:
    """Return polygons as arcs, split where the set of a vertex' neighbours changes.

    They are split too at the last vertex inside each of the `boxes`, and the first one outside.
    """
    outlines = [ring for polygon in polygons for ring in polygon]
    junctions = _junctions(outlines)
    for box in boxes:
        junctions |= _crossings(outlines, box)
    arcs: list[Ring] = []
    index: dict[bytes, int] = {}

    def number(line: Ring) -> int:
        back = np.ascontiguousarray(line[::-1])
        if line.tobytes() in index:
            return index[line.tobytes()]
        if back.tobytes() in index:
            return ~index[back.tobytes()]
        index[line.tobytes()] = len(arcs)
        arcs.append(line)
        return len(arcs) - 1

    rings = [
        [[number(line) for line in _split(ring, junctions)] for ring in polygon]
        for polygon in polygons
    ]
    return Arcs(arcs, rings)


def _keys(points: Ring) -> npt.NDArray[np.int64]:
    return (points[:, 0] << 32) + points[:, 1]


def _junctions(rings: list[Ring]) -> set[int]:
    """Return the vertices that two rings pass with different neighbours."""
    keys = [_keys(ring[:-1]) for ring in rings]
    here = np.concatenate(keys)
    before = np.concatenate([np.roll(key, 1) for key in keys])
    after = np.concatenate([np.roll(key, -1) for key in keys])
    around = np.column_stack([here, np.minimum(before, after), np.maximum(before, after)])
    vertices, counts = np.unique(np.unique(around, axis=0)[:, 0], return_counts=True)
    return set(vertices[counts > 1].tolist())


def _crossings(rings: list[Ring], box: shapely.Geometry) -> set[int]:
    """Return the two vertices of each edge that leads into or out of a box."""
    points = np.concatenate(rings)
    inside = shapely.intersects_xy(box, points)
    steps = np.flatnonzero(inside[1:] != inside[:-1])
    last = np.cumsum([len(ring) for ring in rings]) - 1
    edges = steps[~np.isin(steps, last)]
    return set(_keys(points[np.concatenate([edges, edges + 1])]).tolist())


def _split(ring: Ring, junctions: set[int]) -> list[Ring]:
    """Return the arcs of a ring in order; a ring without junctions starts at its least vertex."""
    keys = _keys(ring[:-1])
    stops = [i for i, key in enumerate(keys.tolist()) if key in junctions]
    first = stops[0] if stops else int(keys.argmin())
    turned = np.concatenate([ring[first:-1], ring[: first + 1]])
    breaks = [0, *(i - first for i in stops if i > first), len(turned) - 1]
    return [turned[i : j + 1] for i, j in pairwise(breaks)]
