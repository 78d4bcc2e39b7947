"""Courses over the sea: berth both ends, search the network, and pull the line taut."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from routemap import geography
from routemap.errors import NoRouteError
from routemap.geography.mask import CELLS, COLUMNS, KM_PER_CELL, ROWS, cells_at
from routemap.geography.sphere import EARTH_KM, degrees, vectors
from routemap.networks.water import BLOCK, WaterNetwork, arcs_cross
from routemap.routing.course import Course, Ends, Kind, Point, Stretch, at
from routemap.routing.seaway import Seaway, angles, between, tighten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from routemap.networks.rules import Rules

__all__ = ["BERTH_KM", "Search", "course"]

BERTH_KM: Final = 25.0
"""A place over 25 km from navigable water has no berth."""
NEAR_KM: Final = 5.0
"""Most places are nearer to it, so that this is looked at first."""
LOOKS: Final = (1.3, 2.6, np.inf)
"""Costs, in straight distances, within which a way is looked for, one after the other: most of the
network is farther away than any way that ships take."""
WATERWAY_OFFSET_M: Final = 15_000.0
"""The lines of waterways (Natural Earth 1:50m) lie about 1 km from those of 1:10m, at most 7 km,
and 15 km in the delta of the Volga and on the Oka, which is drawn from town to town: measured on
the rows of data/build/sea/waterways.csv and inland.csv that 1:10m has."""
STEP_KM: Final = 50.0
"""Vertices of the answer are at most this far apart, so that straight lines on a map stay on it."""
LOOK_KM: Final = 0.5
"""Waterways are looked for along the line at this spacing."""
LOCAL_KM: Final = 5.0
"""A shorter part of open water, such as a basin, belongs to the canal or river around it."""
DETOUR_KM: Final = 1e6
"""Longer than any way round: what is closed is crossed only where nothing else is left."""
CURE: Final = ", opened by naming it in via"
SNAP_M: Final = 1.0
"""A shorter snap is rounding."""
EDGE_DEG: Final = 1e-7
"""A point nearer to the edge of its cell, 1 cm, is moved inwards by so much."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Berth:
    """Where a course meets the water: a node of the network, and the place itself."""

    node: int
    lon: float
    lat: float


class Search:
    """Lines between two points over water, under one set of rules after another."""

    def __init__(self, network: WaterNetwork, origin: Point, destination: Point) -> None:
        self._network, self._ends = network, (origin, destination)

    def course(self, rules: Rules) -> Course:
        """Return the line of least cost; raises what `course` does."""
        return course(self._network, *self._ends, rules)

    def length_m(self, rules: Rules) -> float:
        """Return the metres of `course`."""
        return self.course(rules).length_m


def course(network: WaterNetwork, origin: Point, destination: Point, rules: Rules) -> Course:
    """Return the line of least cost between two points (lon, lat) under `rules`.

    Cost is length with a surcharge near the shore; lengths are geodesic, on WGS 84. A point on land
    is joined to the nearest navigable water by a stretch of kind ``gap``, in the point's country.
    Canals and rivers are stretches of kind ``waterway`` in a country; other water belongs to none.

    Raises
    ------
    NoRouteError
        An end is over 25 km from navigable water, the two lie on different seas, or only a closed
        passage or the canal of a banned country joins them.
    """
    berths = _berth(network, origin), _berth(network, destination)
    closed, barred = network.closed(rules), _barred(network, rules)
    seaway = Seaway(network, closed, barred)
    line = tighten(seaway, _rough(seaway, *berths, rules))
    return _course(network, (origin, destination), line, rules.view)


def _barred(network: WaterNetwork, rules: Rules) -> npt.NDArray[np.int16]:
    """Return the units whose canals and rivers may not be used."""
    codes = geography.unit_codes(rules.view)
    units = np.unique(network.unit[network.unit >= 0])
    return units[[not rules.allows(codes[unit]) for unit in units.tolist()]]


def _berth(network: WaterNetwork, point: Point) -> _Berth:
    """Return the point itself if it lies on navigable water, else the nearest cell that does."""
    for reach in (NEAR_KM, BERTH_KM):
        berth = _berth_within(network, point, reach)
        if berth is not None:
            return berth
    raise NoRouteError(_far_from_water(network, point))


def _berth_within(network: WaterNetwork, point: Point, reach_km: float) -> _Berth | None:
    lon, lat = point
    row, column = (int(one) for one in cells_at(lon, lat))
    high = int(reach_km / KM_PER_CELL) + 1
    squash = np.cos(np.radians(min(abs(lat), 89.0)))
    wide = int(min(high / squash, COLUMNS / 4))
    rows, columns, node = _navigable(network, row, column, (high, wide))
    y, x = (rows + 0.5) / CELLS - 90, (columns + 0.5) / CELLS - 180
    away = geography.geodesic_m(np.full(len(x), lon), np.full(len(y), lat), x, y)
    away[(rows == row) & (columns % COLUMNS == column % COLUMNS)] = 0
    if not len(away) or away.min() > reach_km * 1000:
        return None
    best = int(away.argmin())
    if away[best] == 0:
        return _Berth(int(node[best]), *_inside(lon, lat))
    return _Berth(int(node[best]), float(x[best]), float(y[best]))


def _inside(lon: float, lat: float) -> Point:
    """Return a point off the edge of its cell, which rounding would put into the next one."""

    def kept(value: float, edge: float) -> float:
        low = edge + math.floor((value - edge) * CELLS) / CELLS
        return min(max(value, low + EDGE_DEG), low + 1 / CELLS - EDGE_DEG)

    return kept(lon, -180.0), kept(lat, -90.0)


def _navigable(
    network: WaterNetwork, row: int, column: int, reach: tuple[int, int]
) -> tuple[Ints, Ints, Ints]:
    """Return row, column and node of the cells on the network near a cell."""
    first, last = max(0, row - reach[0]) // BLOCK, min(row + reach[0], ROWS - 1) // BLOCK
    left, right = (column - reach[1]) // BLOCK, (column + reach[1]) // BLOCK
    found = []
    for down in range(first, last + 1):
        for along in range(left, right + 1):
            nodes = network.nodes_of_block(down, along)
            y, x = np.nonzero(nodes >= 0)
            found.append((y + down * BLOCK, x + along * BLOCK, nodes[y, x]))
    rows, columns, node = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return rows, columns, node


def _far_from_water(network: WaterNetwork, point: Point) -> str:
    near = vectors(network.lon, network.lat) @ vectors(*point)
    node = int(near.argmax())
    km = geography.geodesic_m(*point, network.lon[node], network.lat[node]) / 1000
    return (
        f"no navigable water within {BERTH_KM:g} km of {at(point)}; the nearest is about "
        f"{km:.0f} km away. Name a port, or another mode."
    )


def _rough(seaway: Seaway, origin: _Berth, destination: _Berth, rules: Rules) -> Floats:
    """Return a line over open water, vertex by vertex of the network, shape (n, 3)."""
    weights = _weights(seaway)
    while True:
        nodes = _search(seaway.network, weights, origin.node, destination.node)
        if nodes is None:
            raise NoRouteError(_why_none(seaway, origin, destination, rules))
        points = vectors(
            np.array([origin.lon, *seaway.network.lon[nodes], destination.lon]),
            np.array([origin.lat, *seaway.network.lat[nodes], destination.lat]),
        )
        line, broken = _joined(seaway, points)
        if broken is None:
            return line
        if not 0 < broken < len(points) - 2:
            raise NoRouteError(_why_none(seaway, origin, destination, rules))
        _close(seaway.network, weights, np.array([nodes[broken - 1 : broken + 1]]))


def _weights(seaway: Seaway) -> Floats:
    """Return the weights of the network's edges; those that may not be used are infinite."""
    network = seaway.network
    weights: Floats = network.graph.data.copy()
    for passage in seaway.closed:
        _close(network, weights, passage.edges)
    if len(seaway.barred):
        row, column = cells_at(network.lon, network.lat)
        unit = network.units_on(row * COLUMNS + column)
        weights[np.isin(unit, seaway.barred)[network.graph.indices]] = np.inf
    return weights


def _close(network: WaterNetwork, weights: Floats, edges: Ints) -> None:
    """Make edges, pairs of nodes of shape (n, 2), infinite both ways."""
    starts, heads = network.graph.indptr, network.graph.indices
    tail, head = np.concatenate([edges, edges[:, ::-1]]).T
    count = starts[tail + 1] - starts[tail]
    arc = np.arange(count.sum()) + np.repeat(starts[tail] - np.cumsum(count) + count, count)
    weights[arc[heads[arc] == np.repeat(head, count)]] = np.inf


def _search(network: WaterNetwork, weights: Floats, start: int, stop: int) -> list[int] | None:
    """Return the nodes of the path of least weight, or None."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    graph = network.graph
    matrix = csr_array((weights, graph.indices, graph.indptr), shape=graph.shape)
    a, b = vectors(network.lon[[start, stop]], network.lat[[start, stop]])
    for look in LOOKS:
        limit = look * (float(angles(a, b)) * EARTH_KM + BERTH_KM)
        cost, previous = dijkstra(matrix, indices=start, return_predecessors=True, limit=limit)
        if np.isfinite(cost[stop]):
            return _nodes_back(previous, start, stop)
    return None


def _nodes_back(previous: npt.NDArray[np.int32], start: int, stop: int) -> list[int]:
    """Return the nodes from `start` to `stop`, given the one before each."""
    nodes = [stop]
    while nodes[-1] != start:
        nodes.append(int(previous[nodes[-1]]))
    return nodes[::-1]


def _why_none(seaway: Seaway, origin: _Berth, destination: _Berth, rules: Rules) -> str:
    """Return the reason that two berths are not joined: another sea, or what is closed.

    Of what is closed, that is named which the way with the least of it would cross.
    """
    network = seaway.network
    weights = _weights(seaway)
    weights = np.where(np.isfinite(weights), weights, network.graph.data + DETOUR_KM)
    ends = " and ".join(at((each.lon, each.lat)) for each in (origin, destination))
    nodes = _search(network, weights, origin.node, destination.node)
    if nodes is None:
        return f"{ends} lie on different seas; no water joins them."
    line = vectors(network.lon[nodes], network.lat[nodes])
    gates = [each for each in seaway.closed if arcs_cross(line[:-1], line[1:], each.gate).any()]
    row, column = cells_at(network.lon[nodes], network.lat[nodes])
    units = network.units_on(row * COLUMNS + column)
    codes = geography.unit_codes(rules.view)
    countries = sorted({codes[unit] for unit in units.tolist() if unit in seaway.barred})
    names = [f"{each.name} ({each.id}{'' if each.open else CURE})" for each in gates]
    names += [f"canals or rivers of {code}" for code in countries]
    if not names:
        return f"{ends} are not joined: what is closed leaves no water at one of them."
    return f"{ends} are joined only through what is closed: {', '.join(names)}."


def _joined(seaway: Seaway, points: Floats) -> tuple[Floats, int | None]:
    """Return a line with a way round land wherever two vertices do not see each other.

    The second value is the first vertex from which there is no such way to the next, else None.
    """
    blocked = np.flatnonzero(~np.isfinite(seaway.cost(points[:-1], points[1:])))
    parts, done = [], 0
    for vertex in blocked.tolist():
        way = _way_round(seaway, points[vertex], points[vertex + 1])
        if way is None:
            return points, vertex
        parts += [points[done : vertex + 1], way]
        done = vertex + 1
    return np.concatenate([*parts, points[done:]]), None


def _way_round(seaway: Seaway, a: Floats, b: Floats) -> Floats | None:
    """Return the centres of the cells on the way of least cost between two near points.

    Searched in the blocks that hold the two points.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    (row_a, column_a), (row_b, column_b) = (cells_at(*degrees(one)) for one in (a, b))
    column_b = column_a + (column_b - column_a + COLUMNS // 2) % COLUMNS - COLUMNS // 2
    (low, high), (left, right) = _blocks(row_a, row_b), _blocks(column_a, column_b)
    row, column = np.mgrid[low:high, left:right]
    factor = seaway.factor(row, column % COLUMNS)
    xyz = vectors((column + 0.5) / CELLS - 180, (row + 0.5) / CELLS - 90)
    tail, head = _neighbours(*factor.shape)
    flat, mean = xyz.reshape(-1, 3), factor.reshape(-1)
    weight = np.linalg.norm(flat[tail] - flat[head], axis=1) * (mean[tail] + mean[head])
    for passage in seaway.closed:
        weight[arcs_cross(flat[tail], flat[head], passage.gate)] = np.inf
    sound = np.isfinite(weight)
    edges = (weight[sound], (tail[sound], head[sound]))
    width = right - left
    start, stop = (row_a - low) * width + column_a - left, (row_b - low) * width + column_b - left
    graph = coo_array(edges, shape=(len(mean), len(mean)))
    cost, previous = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
    if not np.isfinite(cost[stop]):
        return None
    return flat[_nodes_back(previous, int(start), int(stop))]


def _blocks(a: Ints, b: Ints) -> tuple[int, int]:
    """Return the first cell of the lower block, and the one after the last of the higher."""
    return int(min(a, b)) // BLOCK * BLOCK, (int(max(a, b)) // BLOCK + 1) * BLOCK


def _neighbours(high: int, wide: int) -> tuple[Ints, Ints]:
    """Return the pairs of cells of a window that touch, diagonals in it."""
    cell = np.arange(high * wide).reshape(high, wide)
    pairs = [
        (cell[:, :-1], cell[:, 1:]),
        (cell[:-1], cell[1:]),
        (cell[:-1, :-1], cell[1:, 1:]),
        (cell[:-1, 1:], cell[1:, :-1]),
    ]
    tail, head = (np.concatenate([pair[i].reshape(-1) for pair in pairs]) for i in (0, 1))
    return tail, head


def _course(network: WaterNetwork, ends: Ends, line: Floats, view: str) -> Course:
    """Return the course from place to place along a taut line."""
    line, units = _by_unit(network, _dense(line, STEP_KM)[0])
    water = np.column_stack(degrees(line))
    snap = [_snap_m(end, water[side]) for end, side in zip(ends, (0, -1), strict=True)]
    first, last = (1 if metres else 0 for metres in snap)
    coordinates = np.concatenate([ends[:1], water[1 - first : len(water) - 1 + last], ends[1:]])
    coordinates = geography.unwrap(coordinates)
    metres = geography.geodesic_m(*coordinates[:-1].T, *coordinates[1:].T)
    shores = [_ashore(end, view) if far else None for end, far in zip(ends, snap, strict=True)]
    stretches = _stretches(units, metres, view, snap, shores)
    coordinates.flags.writeable = False
    return Course(coordinates, stretches, (snap[0], snap[1]), _passages(network, line))


def _snap_m(end: Point, berth: Floats) -> float:
    metres = float(geography.geodesic_m(*end, *berth))
    return metres if metres > SNAP_M else 0.0


def _dense(line: Floats, step_km: float) -> tuple[Floats, Ints]:
    """Return a line with vertices at most `step_km` apart, and where its own are among them."""
    angle = angles(line[:-1], line[1:])
    count = np.maximum(np.ceil(angle * EARTH_KM / step_km), 1).astype(np.intp)
    own = np.concatenate([[0], np.cumsum(count)])
    arc = np.repeat(np.arange(len(count)), count)
    share = (np.arange(len(arc)) - own[arc]) / count[arc]
    inner = between(line[arc], line[arc + 1], angle[arc], share)
    return np.concatenate([inner, line[-1:]]), own


def _by_unit(network: WaterNetwork, line: Floats) -> tuple[Floats, Ints]:
    """Return a line with a vertex wherever it enters or leaves a canal or river, and the units.

    The second array has the unit of each step between vertices, -1 for open water. Open water of
    less than `LOCAL_KM` between two parts of one unit is counted to the unit.
    """
    fine, own = _dense(line, LOOK_KM)
    row, column = cells_at(*degrees(fine[:-1] + fine[1:]))
    unit = network.units_on(row * COLUMNS + column).astype(np.intp)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(unit)) + 1, [len(unit)]])
    for low, high in pairwise(starts[1:-1].tolist()):
        if unit[low] == -1 and unit[low - 1] == unit[high] and (high - low) * LOOK_KM < LOCAL_KM:
            unit[low:high] = unit[high]
    kept = np.union1d(own, np.flatnonzero(np.diff(unit)) + 1)
    return fine[kept], unit[kept[:-1]]


def _ashore(end: Point, view: str) -> str | None:
    """Return the country of a place on land; None at sea."""
    if geography.at_sea(*end):
        return None
    return geography.country_near(*end, within_km=BERTH_KM, view=view)


def _stretches(
    units: Ints, metres: Floats, view: str, snap: Sequence[float], shores: Sequence[str | None]
) -> tuple[Stretch, ...]:
    """Return the stretches of a line: gaps at the ends, and runs of one unit between them."""
    codes = geography.unit_codes(view)
    first = 1 if snap[0] else 0
    found = [Stretch("gap", shores[0], snap[0], snap[0] / 2, 0, 1)] if snap[0] else []
    breaks = np.concatenate([[0], np.flatnonzero(np.diff(units)) + 1, [len(units)]])
    for low, high in pairwise((breaks + first).tolist()):
        unit = int(units[low - first])
        length = float(metres[low:high].sum())
        kind: Kind = "water" if unit < 0 else "waterway"
        offset = 0.0 if unit < 0 else WATERWAY_OFFSET_M
        country = None if unit < 0 else codes[unit]
        found.append(Stretch(kind, country, length, offset, low, high))
    if snap[1]:
        last = len(units) + first
        found.append(Stretch("gap", shores[1], snap[1], snap[1] / 2, last, last + 1))
    return tuple(found)


def _passages(network: WaterNetwork, line: Floats) -> tuple[str, ...]:
    """Return the ids of the passages that a line crosses, in the order of their first crossing."""
    first = {}
    for passage in network.passages.values():
        crossed = np.flatnonzero(arcs_cross(line[:-1], line[1:], passage.gate))
        if len(crossed):
            first[passage.id] = int(crossed[0])
    return tuple(sorted(first, key=lambda each: (first[each], each)))
