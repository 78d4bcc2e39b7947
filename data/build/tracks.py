"""What rail.py and road.py share: the source's graph, the hand-written tables, and the asset."""

from __future__ import annotations

import csv
import json
import re
import sys
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from common import ASSETS, HERE, read_member, register
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from routemap import geography
from routemap.networks import FOREVER
from routemap.networks.compress import compress
from routemap.networks.graph import PATCHED, TRACK, Edge, Graph

if TYPE_CHECKING:
    import numpy.typing as npt

    from routemap.networks.compress import Units
    from routemap.networks.graph import Floats, Ints

    Row = dict[str, str]

HERE_DEG = 0.0015
"""Two positions nearer than this are one, as positions are stored."""


def read(member: str) -> Graph:
    """Return a graph of scgraph_data: its two literals are read as JSON, nothing is executed."""
    text = read_member("scgraph_data", f"scgraph_data/{member}").decode()
    literals = dict(line.split("=", 1) for line in text.splitlines() if "=[" in line)
    lonlat = np.array(json.loads(literals["nodes"]))[:, ::-1]
    arcs = enumerate(json.loads(re.sub(r"(\d+):", r'"\1":', literals["graph"])))
    pairs = ((u, int(v), km) for u, heads in arcs for v, km in heads.items())
    edges = [(u, v, max(1, round(km * 1000))) for u, v, km in pairs if u < v]
    print(f"{len(lonlat)} nodes, {len(edges)} edges", file=sys.stderr)
    return Graph.of(lonlat, edges)


def rows(path: str) -> list[Row]:
    """Return the rows of a hand-written table of data/build; lines that begin with # are notes."""
    with (HERE / path).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))


def points(line: str) -> Floats:
    """Return the points of a line written as "lon lat; lon lat", shape (n, 2)."""
    return np.array([[float(one) for one in pair.split()] for pair in line.split(";")])


def nearest(graph: Graph, places: Floats) -> Ints:
    """Return the node nearest to each place (lon, lat)."""
    tree = cKDTree(geography.vectors(*graph.lonlat.T))
    found: Ints = tree.query(geography.vectors(*places.T))[1]
    return found


def metres_between(a: Floats, b: Floats) -> float:
    """Return the metres between two points (lon, lat)."""
    return float(geography.haversine_m(*a, *b))


def with_stations(graph: Graph, table: list[Row]) -> Graph:
    """Return the graph with the places of a table on the edges that run through them; lengths stay.

    An edge is given by its two ends; its length is split as the distances to them are.
    """
    for row in table:
        ends = np.sort(nearest(graph, points(f"{row['from']}; {row['to']}")))
        (edge,) = np.flatnonzero((np.sort(graph.edges, axis=1) == ends).all(axis=1))
        place = np.array([float(row["lon"]), float(row["lat"])])
        before, after = (metres_between(graph.lonlat[end], place) for end in ends)
        metres = int(graph.metres[edge])
        first = round(metres * before / (before + after))
        new = len(graph.lonlat)
        halves = [(int(ends[0]), new, first), (new, int(ends[1]), metres - first)]
        graph = graph.without(np.array([edge])).plus(halves, TRACK, place)
    return graph


def with_lines(graph: Graph, table: list[Row]) -> Graph:
    """Return the graph with the lines of a table, from node to node.

    The first point is the nearest node, and so is the last where one lies within 0.2 km. Lengths
    are the published ones, where a row gives its metres, else great circles.
    """
    for row in table:
        line = points(row["line"])
        known = nearest(graph, line)
        joined = [
            index == 0 or metres_between(graph.lonlat[node], point) < 200
            for index, (node, point) in enumerate(zip(known.tolist(), line, strict=True))
        ]
        joined[1:-1] = [False] * (len(line) - 2)
        fresh = len(graph.lonlat) + np.cumsum(~np.array(joined)) - 1
        nodes = np.where(joined, known, fresh).tolist()
        line = np.where(np.array(joined)[:, None], graph.lonlat[known], line)
        steps = np.array([metres_between(a, b) for a, b in pairwise(line)])
        if row.get("metres"):
            steps *= float(row["metres"]) / steps.sum()
        edges: list[Edge] = [
            (a, b, round(metres))
            for (a, b), metres in zip(pairwise(nodes), steps.tolist(), strict=True)
        ]
        graph = graph.plus(edges, PATCHED, line[~np.array(joined)])
        if row.get("gauge_mm"):
            graph.gauges[-len(edges) :, 0] = int(row["gauge_mm"])
    return graph


def ways(graph: Graph, line: str) -> Ints:
    """Return the edges of the shortest way through the nodes nearest to the points of a line."""
    matrix = graph.matrix()
    found: list[tuple[int, int]] = []
    for start, stop in pairwise(nearest(graph, points(line)).tolist()):
        distance, previous = dijkstra(matrix, indices=start, return_predecessors=True)
        if not np.isfinite(distance[stop]):
            raise SystemExit(f"no way from {graph.lonlat[start]} to {graph.lonlat[stop]}")
        way = [stop]
        while way[-1] != start:
            way.append(int(previous[way[-1]]))
        found += pairwise(way)
    wanted = np.sort(np.array(found), axis=1) @ (len(graph.lonlat), 1)
    own: Ints = np.sort(graph.edges, axis=1) @ (len(graph.lonlat), 1)
    return np.flatnonzero(np.isin(own, wanted))


def closures(mode: str, table: list[Row], arrays: dict[str, Any]) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of the closures of a mode: what is closed, when, and which chains.

    `table` is that of rail/closures.csv. A row closes the chains that cross the border `between`
    two countries or territories, within its box if it has one; where both are the same, those that
    leave the box.
    """
    kept, chains = [], []
    for row in table:
        found = _closed(row, arrays) if mode in row["mode"].split("; ") else np.empty(0)
        print(f"{mode} closure {row['id']}: {len(found)} crossings", file=sys.stderr)
        if len(found):
            kept.append(row)
            chains.append(found)
    return {
        "closure_id": np.array([row["id"] for row in kept]),
        "closure_name": np.array([row["name"] for row in kept]),
        "closure_since": np.array([row["since"] for row in kept]),
        "closure_until": np.array([row["until"] or FOREVER for row in kept]),
        "closure_source": np.array([row["source"] for row in kept]),
        "closure_count": np.array([len(found) for found in chains], dtype=np.int32),
        "closure_chain": np.concatenate([np.empty(0, dtype=np.int32), *chains]).astype(np.int32),
    }


def not_yet(mode: str) -> list[Row]:
    """Return closures for the time before a link of links.csv was opened."""
    return [
        {
            **row,
            "name": f"{row['name']}, not yet built",
            "mode": mode,
            "since": "0001-01-01",
            "until": (date.fromisoformat(row["since"]) - timedelta(days=1)).isoformat(),
        }
        for row in rows(f"{mode}/links.csv")
        if row["since"]
    ]


def _closed(row: Row, arrays: dict[str, Any]) -> Ints:
    """Return the chains that a row of the closures closes."""
    lon, lat = (np.cumsum(arrays[name]) / arrays["per_degree"] for name in ("lon", "lat"))
    tail, head = arrays["tail"], arrays["head"]
    if "line" in row:
        ends = points(row["line"])[[0, -1]]
        there = [np.hypot(lon - x, lat - y) < HERE_DEG for x, y in ends]
        found = (there[0][tail] & there[1][head]) | (there[1][tail] & there[0][head])
        return np.flatnonzero(found & (arrays["kind"] == PATCHED))
    u, v = arrays["unit"][tail], arrays["unit"][head]
    inside = _in_box(lon, lat, row)
    one, other = (_units(name) for name in row["between"].rsplit(" ", 1))
    if np.array_equal(one, other):
        within = np.isin(u, one) & np.isin(v, one)
        return np.flatnonzero(within & (inside[tail] != inside[head]))
    crossing = (np.isin(u, one) & np.isin(v, other)) | (np.isin(u, other) & np.isin(v, one))
    return np.flatnonzero(crossing & (inside[tail] | inside[head]))


def _units(name: str) -> Ints:
    """Return the units of a country by its code, disputed ones not among them, or of one name."""
    codes = zip(*(geography.unit_codes(view) for view in geography.VIEWS), strict=True)
    both = zip(geography.unit_names(), codes, strict=True)
    found = [
        unit for unit, (own, by_view) in enumerate(both) if own == name or {name} == {*by_view}
    ]
    if not found:
        raise SystemExit(f"{name!r} is no country and no territory")
    return np.array(found)


def _in_box(lon: Floats, lat: Floats, row: Row) -> npt.NDArray[np.bool_]:
    if not row["west"]:
        return np.ones(len(lon), dtype=bool)
    west, south, east, north = (float(row[side]) for side in ("west", "south", "east", "north"))
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def write(mode: str, graph: Graph, units: Units, **facts: str) -> None:
    """Write the asset of a mode; routemap/networks/track.py says what its arrays are."""
    arrays = compress(graph, units)
    arrays |= closures(mode, [*rows("rail/closures.csv"), *not_yet(mode)], arrays)
    np.savez_compressed(ASSETS / f"{mode}.npz", allow_pickle=False, **arrays)
    register(
        f"{mode}.npz",
        url="https://www.openstreetmap.org/copyright",
        version="scgraph_data 2.0.0",
        date="2024-04-19, of the source's file; the day of the OpenStreetMap data is not stated",
        licence="ODbL-1.0",
        script=f"data/build/{mode}.py",
        **facts,
    )
