"""Build routemap/assets/rail.npz: the world's railways as a compressed graph with countries.

Source: PyPI scgraph_data, world_railways.py (OpenStreetMap, ODbL). Its vertices of degree two were
dropped upstream and the lengths summed: lengths are of track, drawn lines are schematic where long.

    python data/build/rail.py
"""

from __future__ import annotations

import ast
import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np
import routingkit_cch as rk
from common import ASSETS, HERE, fetch, read_member, register
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from routemap import geography

EARTH_M = 6_371_008.8
JOIN_M, JOIN_TURN_DEG = 3000.0, 60.0
CLOSE_M, CLOSE_DETOUR_M, CLOSE_DETOUR_RATIO = 1000.0, 20_000.0, 15.0
TRACK, REPAIRED, PATCHED = 0, 1, 2


def parse() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (lonlat, edges, metres) of the source: its literals are parsed, nothing is executed."""
    text = read_member("scgraph_data", "scgraph_data/world_railways.py").decode()
    tree = ast.parse(text)
    literals = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    nodes = np.array(ast.literal_eval(literals["nodes"]))[:, ::-1]
    graph = ast.literal_eval(literals["graph"])
    arcs = [(u, v, km) for u, heads in enumerate(graph) for v, km in heads.items() if u < v]
    edges = np.array([(u, v) for u, v, _ in arcs])
    metres = np.array([round(km * 1000) for _, _, km in arcs])
    return nodes, edges, metres


def sphere(lonlat: np.ndarray) -> np.ndarray:
    lon, lat = np.radians(lonlat).T
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def chord_to_m(chord: np.ndarray | float) -> Any:
    return 2 * EARTH_M * np.arcsin(np.minimum(1.0, np.asarray(chord) / 2))


def m_to_chord(metres: float) -> float:
    return float(2 * np.sin(metres / EARTH_M / 2))


def node_units(lonlat: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the unit of each node; nodes off the land polygons take that of a neighbour."""
    units = geography.units_at(lonlat[:, 0], lonlat[:, 1]).astype(np.int16)
    while (units < 0).any():
        before = (units < 0).sum()
        for u, v in (edges.T, edges.T[::-1]):
            loose = (units[u] < 0) & (units[v] >= 0)
            units[u[loose]] = units[v[loose]]
        if (units < 0).sum() == before:
            break
    lost = np.flatnonzero(units < 0)
    known = np.flatnonzero(units >= 0)
    points = sphere(lonlat)
    _, nearest = cKDTree(points[known]).query(points[lost])
    units[lost] = units[known[nearest]]
    print(f"units: {len(lost)} nodes by the nearest node", file=sys.stderr)
    return units


def components(count: int, edges: np.ndarray) -> np.ndarray:
    ones = np.ones(len(edges))
    _, labels = connected_components(coo_matrix((ones, edges.T), (count, count)), directed=False)
    return labels


def repair(lonlat: np.ndarray, edges: np.ndarray, metres: np.ndarray, units: np.ndarray) -> list[tuple[int, int, int]]:
    """Return joins (u, v, metres) over false breaks: first between components, then inside them."""
    points = sphere(lonlat)
    degree = np.bincount(edges.ravel(), minlength=len(lonlat))
    ends = np.flatnonzero(degree == 1)
    inner = inner_neighbour(edges, ends)
    tree = cKDTree(points)
    labels = components(len(lonlat), edges)
    closed = closed_border_zones()
    found = []
    for end in ends:
        for node in tree.query_ball_point(points[end], m_to_chord(JOIN_M)):
            if labels[node] == labels[end] or units[node] != units[end]:
                continue
            if turn_deg(lonlat, inner[end], end, node) <= JOIN_TURN_DEG:
                gap = float(chord_to_m(np.linalg.norm(points[node] - points[end])))
                found.append((gap, int(end), int(node)))
    joins, parent = [], list(range(labels.max() + 1))
    for gap, end, node in sorted(found):
        a, b = root(parent, labels[end]), root(parent, labels[node])
        if a != b and not in_zone(lonlat[end], closed):
            parent[a] = b
            joins.append((end, node, max(1, round(gap))))
    return joins + close_detours(lonlat, edges, metres, units, ends, inner, joins)


def inner_neighbour(edges: np.ndarray, ends: np.ndarray) -> dict[int, int]:
    wanted = set(ends.tolist())
    inner = {}
    for u, v in edges.tolist():
        if u in wanted:
            inner[u] = v
        if v in wanted:
            inner[v] = u
    return inner


def turn_deg(lonlat: np.ndarray, before: int, at: int, after: int) -> float:
    """Return by how much the line before -> at turns towards `after`, in degrees."""
    scale = np.array([np.cos(np.radians(lonlat[at, 1])), 1.0])
    one = (lonlat[at] - lonlat[before]) * scale
    two = (lonlat[after] - lonlat[at]) * scale
    norm = np.linalg.norm(one) * np.linalg.norm(two)
    return 0.0 if norm == 0 else float(np.degrees(np.arccos(np.clip(one @ two / norm, -1, 1))))


def root(parent: list[int], one: int) -> int:
    while parent[one] != one:
        parent[one] = parent[parent[one]]
        one = parent[one]
    return one


def close_detours(
    lonlat: np.ndarray, edges: np.ndarray, metres: np.ndarray, units: np.ndarray,
    ends: np.ndarray, inner: dict[int, int], joins: list[tuple[int, int, int]],
) -> list[tuple[int, int, int]]:
    """Return joins between two ends of one component that are near by air and far by rail."""
    points = sphere(lonlat[ends])
    pairs = cKDTree(points).query_pairs(m_to_chord(CLOSE_M), output_type="ndarray")
    joined = {end for join in joins for end in join[:2]}
    graph = network(len(lonlat), edges, metres, joins)
    closed = closed_border_zones()
    found = []
    for i, j in pairs.tolist():
        u, v = int(ends[i]), int(ends[j])
        if u in joined or v in joined or units[u] != units[v] or in_zone(lonlat[u], closed):
            continue
        straight = max(turn_deg(lonlat, inner[u], u, v), turn_deg(lonlat, inner[v], v, u))
        gap = float(chord_to_m(np.linalg.norm(points[i] - points[j])))
        limit = max(CLOSE_DETOUR_M, CLOSE_DETOUR_RATIO * gap)
        if straight <= JOIN_TURN_DEG and np.isinf(dijkstra(graph, indices=u, limit=limit)[v]):
            found.append((gap, u, v))
            joined |= {u, v}
    return [(u, v, max(1, round(gap))) for gap, u, v in sorted(found)]


def network(count: int, edges: np.ndarray, metres: np.ndarray, joins: list[tuple[int, int, int]]) -> Any:
    more = np.array(joins, dtype=np.int64).reshape(-1, 3)
    u, v = np.concatenate([edges, more[:, :2]]).T
    weight = np.maximum(1, np.concatenate([metres, more[:, 2]]))
    return coo_matrix((np.r_[weight, weight], (np.r_[u, v], np.r_[v, u])), (count, count)).tocsr()


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / "rail" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def closed_border_zones() -> np.ndarray:
    """Return boxes (west, south, east, north) in which nothing is joined."""
    fields = ("west", "south", "east", "north")
    return np.array([[float(row[field]) for field in fields] for row in rows("closed_borders.csv")])


def in_zone(point: np.ndarray, zones: np.ndarray) -> bool:
    lon, lat = point
    inside = (zones[:, 0] <= lon) & (lon <= zones[:, 2]) & (zones[:, 1] <= lat) & (lat <= zones[:, 3])
    return bool(inside.any())


def patch(
    lonlat: np.ndarray, edges: np.ndarray
) -> tuple[np.ndarray, list[tuple[int, int, int]]]:
    """Return (new nodes, edges (u, v, metres)) of the hand-listed branches of patches.csv.

    A patch is a chain of points; its first and, if it says so, its last are the nearest nodes.
    """
    points = sphere(lonlat)
    degree = np.bincount(edges.ravel(), minlength=len(lonlat))
    tree = cKDTree(points)
    added: list[tuple[float, float]] = []
    found = []
    for row in rows("patches.csv"):
        line = [tuple(map(float, pair.split())) for pair in row["line"].split(";")]
        stops = []
        for index, point in enumerate(line):
            last = index == len(line) - 1
            if index == 0 or (last and row["joins_at_end"] == "yes"):
                _, node = tree.query(sphere(np.array([point]))[0])
                print(f"patch {row['id']}: node {node} {lonlat[node]} degree {degree[node]}", file=sys.stderr)
                stops.append((int(node), tuple(lonlat[node])))
            else:
                added.append(point)
                stops.append((len(lonlat) + len(added) - 1, point))
        chords = [
            float(chord_to_m(np.linalg.norm(sphere(np.array([a[1]])) - sphere(np.array([b[1]])))))
            for a, b in zip(stops, stops[1:], strict=False)
        ]
        factor = float(row["length_km"]) * 1000 / sum(chords) if row["length_km"] else 1.0
        found += [
            (a[0], b[0], round(chord * factor))
            for a, b, chord in zip(stops, stops[1:], chords, strict=False)
        ]
    return np.array(added).reshape(-1, 2), found


def insert_stations(
    lonlat: np.ndarray, edges: np.ndarray, metres: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Put the stations of stations.csv on the edges that run through them; no length is changed."""
    for row in rows("stations.csv"):
        ends = [nearest(lonlat, row[field]) for field in ("from", "to")]
        (index,) = np.flatnonzero((np.sort(edges, axis=1) == sorted(ends)).all(axis=1))
        point = np.array([[float(row["lon"]), float(row["lat"])]])
        there = sphere(np.concatenate([lonlat[ends], point]))
        parts = [np.linalg.norm(there[2] - there[0]), np.linalg.norm(there[2] - there[1])]
        first = round(float(metres[index] * parts[0] / sum(parts)))
        lonlat = np.concatenate([lonlat, point])
        new = len(lonlat) - 1
        more = np.array([[ends[0], new], [new, ends[1]]])
        lengths = [first, metres[index] - first]
        edges = np.concatenate([np.delete(edges, index, axis=0), more])
        metres = np.r_[np.delete(metres, index), lengths]
    return lonlat, edges, metres


def nearest(lonlat: np.ndarray, pair: str) -> int:
    lon, lat = map(float, pair.split())
    return int(((lonlat - (lon, lat)) ** 2).sum(axis=1).argmin())


def split_fractions(lonlat: np.ndarray, edges: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Return how far along its chord each edge between two units leaves the first of them."""
    fraction = np.zeros(len(edges))
    crossing = np.flatnonzero(units[edges[:, 0]] != units[edges[:, 1]])
    steps = np.linspace(0, 1, 65)
    start, stop = lonlat[edges[crossing, 0]], lonlat[edges[crossing, 1]]
    path = start[:, None] + (stop - start)[:, None] * steps[:, None]
    at = geography.units_at(path[..., 0].ravel(), path[..., 1].ravel()).reshape(path.shape[:2])
    own = at == units[edges[crossing, 1]][:, None]
    first = np.where(own.any(axis=1), own.argmax(axis=1), 64)
    fraction[crossing] = np.clip(steps[first], 0.01, 0.99)
    return fraction


def chains(count: int, edges: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, list[tuple[list[int], list[int]]]]:
    """Return (junctions, chains): chains as (nodes, edges), broken where the label changes.

    An interior node has two edges of one label; a ring without a junction gets one.
    """
    incident: list[list[int]] = [[] for _ in range(count)]
    for index, (u, v) in enumerate(edges.tolist()):
        incident[u].append(index)
        incident[v].append(index)
    junction = np.array([
        len(own) != 2 or label[own[0]] != label[own[1]] or label[own[0]] < 0 for own in incident
    ])
    used = np.zeros(len(edges), bool)
    found = []
    pairs = edges.tolist()

    def follow(node: int, edge: int) -> None:
        nodes, path = [node], []
        while not used[edge]:
            used[edge] = True
            path.append(edge)
            u, v = pairs[edge]
            node = v if node == u else u
            nodes.append(node)
            if junction[node]:
                break
            one, two = incident[node]
            edge = two if one == edge else one
        found.append((nodes, path))

    for node in np.flatnonzero(junction).tolist():
        for edge in incident[node]:
            if not used[edge]:
                follow(node, edge)
    for edge in range(len(edges)):
        if not used[edge]:
            node = pairs[edge][0]
            junction[node] = True
            follow(node, edge)
    return np.flatnonzero(junction), found


def main() -> None:
    lonlat, edges, metres = parse()
    keep = np.bincount(edges.ravel(), minlength=len(lonlat)) > 0
    print(f"{len(lonlat)} nodes, {len(edges)} edges, {(~keep).sum()} without an edge", file=sys.stderr)
    before = components(len(lonlat), edges)
    lonlat, edges, metres = insert_stations(lonlat, edges, metres)
    units = node_units(lonlat, edges)
    joins = repair(lonlat, edges, metres, units)
    added, patches = patch(lonlat, edges)
    lonlat = np.concatenate([lonlat, added])
    more = np.array(joins + patches, dtype=np.int64)
    kind = np.r_[np.full(len(edges), TRACK), np.full(len(joins), REPAIRED), np.full(len(patches), PATCHED)]
    edges = np.concatenate([edges, more[:, :2]])
    metres = np.concatenate([metres, more[:, 2]])
    units = node_units(lonlat, edges)
    after = components(len(lonlat), edges)
    sizes = [np.bincount(labels).max() for labels in (before, after)]
    print(
        f"{len(joins)} joins, {sum(join[2] for join in joins) / 1000:.0f} km; components "
        f"{before.max() + 1} -> {after.max() + 1}, the largest {sizes[0]} -> {sizes[1]}",
        file=sys.stderr,
    )
    save(lonlat, edges, metres, kind, units, after)


def save(
    lonlat: np.ndarray, edges: np.ndarray, metres: np.ndarray, kind: np.ndarray,
    units: np.ndarray, component: np.ndarray,
) -> None:
    """Compress the graph, order it and write the asset; see routemap/networks/track.py."""
    fraction = split_fractions(lonlat, edges, units)
    same = units[edges[:, 0]] == units[edges[:, 1]]
    label = np.where(same, units[edges[:, 0]].astype(np.int64) * 4 + kind, -1)
    junctions, found = chains(len(lonlat), edges, label)
    rank = np.full(len(lonlat), -1)
    rank[junctions] = np.arange(len(junctions))
    tail = np.array([rank[nodes[0]] for nodes, _ in found])
    head = np.array([rank[nodes[-1]] for nodes, _ in found])
    interior = [node for nodes, _ in found for node in nodes[1:-1]]
    path = np.array([edge for _, own in found for edge in own])
    first = np.array([own[0] for _, own in found])
    starts = np.array([nodes[0] for nodes, _ in found])
    forward = edges[first, 0] == starts
    split = np.where(forward, fraction[first], 1 - fraction[first])
    order = rk.compute_order_inertial(
        len(junctions), [*tail.tolist(), *head.tolist()], [*head.tolist(), *tail.tolist()],
        lonlat[junctions, 1].tolist(), lonlat[junctions, 0].tolist(),
    )
    nodes = np.r_[junctions, np.array(interior, dtype=np.int64)]
    thousandths = np.round(lonlat[nodes] * 1000).astype(np.int32)
    arrays = {
        "lon": np.diff(thousandths[:, 0], prepend=0).astype(np.int32),
        "lat": np.diff(thousandths[:, 1], prepend=0).astype(np.int32),
        "unit": units[nodes].astype(np.int16),
        "component": component[nodes].astype(np.int16),
        "tail": tail.astype(np.int32),
        "head": head.astype(np.int32),
        "interior": np.array([len(own) - 1 for _, own in found], dtype=np.uint16),
        "metres": metres[path].astype(np.uint32),
        "kind": kind[first].astype(np.uint8),
        "split": np.round(np.where(same[first], 0, split) * 250).astype(np.uint8),
        "order": np.array(order, dtype=np.int32),
    }
    target = ASSETS / "rail.npz"
    np.savez_compressed(target, **arrays)
    print(f"{len(nodes)} nodes, {len(junctions)} junctions, {len(found)} chains", file=sys.stderr)
    register(
        "rail.npz",
        name="World railways",
        source="PyPI scgraph_data 2.0.0, world_railways.py (OpenStreetMap)",
        url="https://www.openstreetmap.org/copyright",
        version="scgraph_data 2.0.0",
        licence="ODbL-1.0",
        attribution="Railways © OpenStreetMap contributors (ODbL), repaired and tagged by country",
        script="data/build/rail.py",
    )


if __name__ == "__main__":
    fetch("scgraph_data")
    sys.path.insert(0, str(Path(__file__).parent))
    main()
