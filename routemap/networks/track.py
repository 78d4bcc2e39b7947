"""Rail and road as a compressed graph: chains between junctions, a country on every edge."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cache, cached_property
from math import cos, floor, radians
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from routemap import geography
from routemap.networks.engine import Router, as_sequence
from routemap.networks.graph import KINDS, TRANSFER
from routemap.networks.stored import frozen, read_arrays

if TYPE_CHECKING:
    from collections.abc import Mapping

    from routemap.networks.rules import Rules

__all__ = ["SCHEMATIC", "SCHEMATIC_M", "Closure", "TrackNetwork", "load", "read"]

KEPT_CHAINS = 2_400_000
"""Routers are kept for so many chains in all: each takes about 35 bytes a chain."""
PER_DEGREE = 4
"""Nodes are found by cells of a quarter of a degree."""
MARGIN_DEG = 0.01
SCHEMATIC_M = 2000.0
"""A line whose true course can be over 2 km away is schematic (DESIGN section 4)."""
SCHEMATIC = len(KINDS)
LON, LAT, METRES, OFFSET, LABEL = range(5)
"""Columns of `TrackNetwork.trace`."""
BLOCK = 2**16
"""Edges that are worked on at once, so that no large arrays are needed in between."""

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """Crossings of a border that are closed for a time.

    Attributes
    ----------
    id, name
        What answers call it, and what a reader does.
    since, until
        First and last day (ISO 8601); 9999-12-31 where no end is known.
    source
        Where that is read.
    chains
        The chains that it closes.
    """

    id: str
    name: str
    since: str
    until: str
    source: str
    chains: Ints

    def in_force(self, first: str, last: str) -> bool:
        """Return whether it is closed on every day from `first` to `last` (ISO 8601)."""
        return self.since <= first and last <= self.until


@dataclass(frozen=True, eq=False)
class TrackNetwork:
    """A network of track or road. Immutable: arrays are read-only.

    Nodes are junctions first, then the interior nodes of each chain in order. Chain `c` runs from
    junction ``tail[c]`` over ``interior[c]`` nodes from ``first[c]`` to junction ``head[c]``; its
    ``interior[c] + 1`` edges begin at ``edge[c]``. Where a chain crosses a border, its one interior
    node stands there.

    Attributes
    ----------
    mode
        "rail" or "road".
    per_degree
        Positions are whole parts of a degree, so many to the degree.
    lon, lat
        Degrees of WGS 84, by node.
    unit, component
        Territory (`routemap.geography`; -1 on a border) and connected component, by node.
    tail, head, interior, first, edge
        The chains, as above.
    metres
        Length of each edge.
    kind
        Index into `routemap.networks.graph.KINDS`, by chain.
    gauge
        Track gauge in mm by chain, 0 where it is not known or does not matter.
    main
        Whether a chain belongs to a main line of international agreements.
    junctions
        Number of junctions, nodes at which a chain may end: they come first, in the order in which
        they are contracted (nested dissection).
    closures
        By id.
    """

    mode: str
    per_degree: int
    lon: Floats
    lat: Floats
    unit: npt.NDArray[np.int16]
    component: Ints
    tail: Ints
    head: Ints
    interior: Ints
    first: Ints
    edge: Ints
    metres: Ints
    kind: npt.NDArray[np.uint8]
    gauge: npt.NDArray[np.uint16]
    main: npt.NDArray[np.bool_]
    junctions: int
    closures: Mapping[str, Closure]
    _routers: OrderedDict[Rules, Router] = field(default_factory=OrderedDict, init=False)

    @property
    def passages(self) -> Mapping[str, Any]:
        """No passages: those are of the sea."""
        return {}

    def chain_of(self, node: int) -> tuple[int, int]:
        """Return (chain, position from 0) of an interior node."""
        key = self.first.dtype.type(node)  # another type would copy the array at each call
        chain = int(self.first.searchsorted(key, side="right")) - 1
        return chain, node - int(self.first[chain])

    def near(self, lon: float, lat: float, radius_m: float) -> tuple[Ints, Floats]:
        """Return (nodes, metres) of all nodes within `radius_m` on the sphere, nearest first."""
        by_cell, place, starts = self._cells
        reach = float(np.degrees(radius_m / geography.EARTH_RADIUS_M)) + MARGIN_DEG
        spans = [slice(starts[low], starts[high]) for low, high in _spans(lon, lat, reach)]
        nodes = np.concatenate([by_cell[span] for span in spans])
        metres = _metres(lon, lat, np.concatenate([place[span] for span in spans]))
        within = np.flatnonzero(metres <= radius_m)
        ranked = within[metres[within].argsort(kind="stable")]
        return nodes[ranked], metres[ranked]

    def nearest(self, lon: Floats, lat: Floats) -> tuple[Ints, Floats]:
        """Return the node nearest on the sphere to each of many points, and the metres to it.

        Parameters
        ----------
        lon, lat
            Degrees, shape (n,).
        """
        order = np.lexsort((lon, np.floor(lat * PER_DEGREE)))
        chord, found = self._tree.query(geography.vectors(lon[order], lat[order]))
        nodes = np.empty(len(order), dtype=np.int32)
        nodes[order] = self._inland[found]
        metres = np.empty(len(order))
        metres[order] = 2 * geography.EARTH_RADIUS_M * np.arcsin(chord / 2)
        return nodes, metres

    def router(self, rules: Rules) -> Router:
        """Return the router for `rules`; the last used are kept, 16 by rail and 3 by road."""
        router = self._routers.pop(rules, None) or Router(self, rules)
        self._routers[rules] = router
        if len(self._routers) > max(2, KEPT_CHAINS // len(self.tail)):
            self._routers.popitem(last=False)
        return router

    @cached_property
    def _inland(self) -> Ints:
        """The nodes at which a line may begin or end."""
        return np.flatnonzero(self.unit >= 0).astype(np.int32)

    @cached_property
    def _cells(self) -> tuple[Ints, Floats, Ints]:
        """The nodes by cell, rows from the south and columns from 180 W; where each starts.

        Between them lon and lat of each node in radians.
        """
        lon, lat = self.lon[self._inland], self.lat[self._inland]
        row = np.minimum((lat + 90) * PER_DEGREE, 180 * PER_DEGREE - 1).astype(np.int32)
        column = ((lon + 180) * PER_DEGREE).astype(np.int32) % (360 * PER_DEGREE)
        cell = row * (360 * PER_DEGREE) + column
        order = np.argsort(cell, kind="stable")
        counts = np.bincount(cell, minlength=180 * 360 * PER_DEGREE**2)
        place = np.radians(np.stack([lon, lat], axis=1)[order])
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        return self._inland[order], place, starts

    @cached_property
    def _tree(self) -> Any:
        from scipy.spatial import cKDTree

        points = geography.vectors(self.lon[self._inland], self.lat[self._inland])
        return cKDTree(points, leafsize=32)

    @cached_property
    def chain_metres(self) -> Ints:
        """Length of each chain."""
        return frozen(np.add.reduceat(self.metres, self.edge))

    @cached_property
    def noise(self) -> npt.NDArray[np.uint8]:
        """A seeded 1 to 20 by chain, that decides between two equally long ones."""
        random = np.random.default_rng(0)
        return frozen(random.integers(1, 21, len(self.tail)).astype(np.uint8))

    @cached_property
    def metres_before(self) -> npt.NDArray[np.int64]:
        """Metres of all edges before each edge: differences are lengths along a chain."""
        return frozen(np.concatenate([[0], np.cumsum(self.metres, dtype=np.int64)]))

    @cached_property
    def crossing(self) -> npt.NDArray[np.bool_]:
        """Whether a chain goes from one territory to another."""
        return frozen(self.unit[self.tail] != self.unit[self.head])

    @cached_property
    def closed_by(self) -> Mapping[int, tuple[str, ...]]:
        """Ids of the closures of each chain that has any."""
        found: dict[int, tuple[str, ...]] = {}
        for closure in self.closures.values():
            for chain in closure.chains.tolist():
                found[chain] = (*found.get(chain, ()), closure.id)
        return MappingProxyType(found)

    @cached_property
    def special(self) -> npt.NDArray[np.bool_]:
        """Which chains are transfers between gauges, or closed at some time."""
        found = self.kind == TRANSFER
        found[list(self.closed_by)] = True
        return frozen(found)

    @cached_property
    def trace(self) -> Ints:
        """A row for each node of each chain and the edge from it to the next, shape (n, 5).

        Lon and lat in parts of a degree; metres; how far the true course can be from the chord, in
        metres; 8 times the territory and the kind, which may be `SCHEMATIC`. Those of chain `c`
        begin at ``edge[c] + c``. One array, because a line is read from many places of it.
        """
        count = self.interior + 1
        chain = np.repeat(np.arange(len(count), dtype=np.int32), count)
        row = np.arange(len(chain), dtype=np.int32) + chain
        node = self._in_line()
        found = np.zeros((len(node), 5), dtype=np.int32)
        found[:, LON] = np.round(self.lon * self.per_degree).astype(np.int32)[node]
        found[:, LAT] = np.round(self.lat * self.per_degree).astype(np.int32)[node]
        found[row, METRES] = self.metres
        found[row, OFFSET] = offset = self._offsets(node, row)
        unit = self.unit[self.tail].astype(np.int32)[chain]
        unit[self.edge[self.crossing] + 1] = self.unit[self.head[self.crossing]]
        kind = self.kind[chain]
        kind[(kind == 0) & (offset > SCHEMATIC_M)] = SCHEMATIC
        found[row, LABEL] = unit * 8 + kind
        return frozen(found)

    def _in_line(self) -> Ints:
        """Return the nodes of each chain, tail and head in them, end to end."""
        count = self.interior + 2
        chain = np.repeat(np.arange(len(count), dtype=np.int32), count)
        node = np.arange(len(chain), dtype=np.int32) - 2 * chain - 1 + np.int32(self.junctions)
        start = self.edge + np.arange(len(count), dtype=np.int32)
        node[start] = self.tail
        node[start + count - 1] = self.head
        return node

    def _offsets(self, node: Ints, row: Ints) -> Ints:
        """Return how far the true course of each edge can be from its chord, in whole metres."""
        found = np.empty(len(row), dtype=np.int32)
        for low in range(0, len(row), BLOCK):
            part = slice(low, low + BLOCK)
            one, two = node[row[part]], node[row[part] + 1]
            ends = self.lon[one], self.lat[one], self.lon[two], self.lat[two]
            chord = geography.haversine_m(*ends)
            square = self.metres[part].astype(float) ** 2 - chord**2
            found[part] = np.ceil(np.sqrt(np.maximum(0, square)) / 2)
        return found

    def arc_ends(self, arc: int) -> tuple[int, int]:
        """Return the junctions from and to which an arc leads: arc 2c is chain c, 2c + 1 back."""
        tail, head = int(self.tail[arc >> 1]), int(self.head[arc >> 1])
        return (head, tail) if arc & 1 else (tail, head)

    def arcs(self) -> tuple[Ints, Ints]:
        """Return the junctions at which all arcs begin and end."""
        ends = np.stack([self.tail, self.head], axis=1)
        return ends.ravel(), ends[:, ::-1].ravel()

    @cached_property
    def hierarchy(self) -> Any:
        """The contraction hierarchy over the arcs (`routingkit_cch.CCH`)."""
        from routingkit_cch import CCH

        arcs = [as_sequence(ends) for ends in self.arcs()]
        order = as_sequence(np.arange(self.junctions))
        return CCH(order, arcs[0], arcs[1], filter_always_inf_arcs=False)


def _metres(lon: float, lat: float, place: Floats) -> Floats:
    """Return metres on the sphere from a point in degrees to places as `_cells` has them."""
    east, north = radians(lon), radians(lat)
    half = np.sin((place[:, 1] - north) / 2) ** 2
    half += cos(north) * np.cos(place[:, 1]) * np.sin((place[:, 0] - east) / 2) ** 2
    metres: Floats = 2 * geography.EARTH_RADIUS_M * np.arcsin(np.sqrt(half))
    return metres


def _spans(lon: float, lat: float, reach: float) -> list[tuple[int, int]]:
    """Return runs of cells, first and one past the last, that a reach in degrees touches."""
    wide = 360 * PER_DEGREE
    low, high = floor((lat - reach + 90) * PER_DEGREE), floor((lat + reach + 90) * PER_DEGREE)
    rows = range(max(0, low), min(180 * PER_DEGREE - 1, high) + 1)
    narrow = cos(radians(min(89.9, abs(lat) + reach)))
    west = floor((lon - reach / narrow + 180) * PER_DEGREE)
    count = min(floor((lon + reach / narrow + 180) * PER_DEGREE) - west + 1, wide)
    west %= wide
    spans = [(west, min(west + count, wide))]
    if west + count > wide:
        spans.append((0, west + count - wide))
    return [(row * wide + first, row * wide + last) for row in rows for first, last in spans]


@cache
def load(mode: str) -> TrackNetwork:
    """Return the shipped network of a mode, read once; raises `AssetError` if it is damaged."""
    return read(mode, read_arrays(f"{mode}.npz"))


def read(mode: str, stored: Mapping[str, npt.NDArray[Any]]) -> TrackNetwork:
    """Return the network of stored arrays, as `routemap.networks.compress` makes them."""
    per_degree = int(stored["per_degree"])
    lon, lat = (np.cumsum(stored[name], dtype=np.int64) / per_degree for name in ("lon", "lat"))
    interior = stored["interior"].astype(np.int32)
    starts = (np.cumsum(interior) - interior).astype(np.int32)
    edge = (starts + np.arange(len(interior))).astype(np.int32)
    kept = ("unit", "component", "tail", "head", "kind", "gauge", "main")
    arrays: dict[str, Any] = {name: stored[name] for name in kept} | {
        "lon": lon,
        "lat": lat,
        "interior": interior,
        "first": starts + np.int32(stored["junctions"]),
        "edge": edge,
        "metres": stored["metres"].astype(np.int32),
    }
    held = {name: frozen(array) for name, array in arrays.items()}
    junctions = int(stored["junctions"])
    return TrackNetwork(mode, per_degree, **held, junctions=junctions, closures=_closures(stored))


def _closures(stored: Mapping[str, npt.NDArray[Any]]) -> Mapping[str, Closure]:
    counts = stored.get("closure_count", np.empty(0, dtype=np.int32))
    if not len(counts):
        return MappingProxyType({})
    chains = np.split(stored["closure_chain"], np.cumsum(counts)[:-1])
    names = ("id", "name", "since", "until", "source")
    columns = (stored[f"closure_{name}"].tolist() for name in names)
    rows = zip(*columns, map(frozen, chains), strict=True)
    return MappingProxyType({row[0]: Closure(*row) for row in rows})
