"""Build rail.npz: the world's railways as a compressed graph with countries.

Source: PyPI scgraph_data, world_railways.py (OpenStreetMap, ODbL). Its vertices of degree two were
dropped upstream and the lengths summed: lengths are of track, drawn lines are schematic where long.
Run borders.py first: nodes are tagged with its territories.

    python data/build/rail.py             write the asset
    python data/build/rail.py --measure   print how many held-out cuts the repair rule restores
"""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

import numpy as np
from common import ASSETS, read_member, register
from rail_chains import compress
from rail_graph import (
    PATCHED,
    REPAIRED,
    TRACK,
    Graph,
    Join,
    in_closed_zone,
    metres_between,
    rows,
    sphere,
)
from rail_repair import measure, repair
from scipy.spatial import cKDTree

from routemap import geography

if TYPE_CHECKING:
    from rail_graph import Floats, Ints, Units


def main() -> None:
    graph = insert_stations(read())
    units = node_units(graph)
    graph = graph.without(closed_crossings(graph, units))
    if "--measure" in sys.argv:
        measure(graph, units)
        return
    joins = repair(graph, units)
    branches, edges = patches(graph)
    whole = graph.plus(joins, REPAIRED).plus(edges, PATCHED, branches)
    km = sum(metres for _, _, metres in joins) / 1000
    print(f"{len(joins)} joins, {km:.0f} km", file=sys.stderr)
    for name, each in (("source", graph), ("repaired", whole)):
        sizes = np.bincount(each.components())
        print(f"{name}: {len(sizes)} components, the largest {sizes.max()}", file=sys.stderr)
    write(whole)


def read() -> Graph:
    """Return the graph of the source: its literals are parsed, nothing is executed."""
    tree = ast.parse(read_member("scgraph_data", "scgraph_data/world_railways.py").decode())
    literals = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    lonlat = np.array(ast.literal_eval(literals["nodes"]))[:, ::-1]
    arcs = enumerate(ast.literal_eval(literals["graph"]))
    joins = [(u, v, round(km * 1000)) for u, heads in arcs for v, km in heads.items() if u < v]
    print(f"{len(lonlat)} nodes, {len(joins)} edges", file=sys.stderr)
    empty = np.empty((0, 2), dtype=np.int64)
    return Graph(lonlat, empty, empty[:, 0], empty[:, 0]).plus(joins, TRACK)


def insert_stations(graph: Graph) -> Graph:
    """Put the stations of stations.csv on the edges that run through them; lengths stay."""
    for row in rows("stations.csv"):
        ends = sorted(nearest(graph, row[field]) for field in ("from", "to"))
        (edge,) = np.flatnonzero((np.sort(graph.edges, axis=1) == ends).all(axis=1))
        station = np.array([float(row["lon"]), float(row["lat"])])
        before, after = (metres_between(graph.lonlat[end], station) for end in ends)
        metres = int(graph.metres[edge])
        first = round(metres * before / (before + after))
        new = len(graph.lonlat)
        halves = [(ends[0], new, first), (new, ends[1], metres - first)]
        graph = graph.without(np.array([edge])).plus(halves, TRACK, station)
    return graph


def nearest(graph: Graph, pair: str) -> int:
    """Return the node nearest to a place written as "lon lat"."""
    place = sphere(np.array([[float(one) for one in pair.split()]]))
    return int(cKDTree(sphere(graph.lonlat)).query(place[0])[1])


def node_units(graph: Graph) -> Units:
    """Return the territory of each node; a node off the land polygons takes a neighbour's."""
    units = geography.units_at(*graph.lonlat.T)
    lost = -1
    while lost != (lost := int((units < 0).sum())):
        for u, v in (graph.edges.T, graph.edges.T[::-1]):
            loose = (units[u] < 0) & (units[v] >= 0)
            units[u[loose]] = units[v[loose]]
    points, known = sphere(graph.lonlat), np.flatnonzero(units >= 0)
    alone = np.flatnonzero(units < 0)
    _, near = cKDTree(points[known]).query(points[alone])
    units[alone] = units[known[near]]
    return units


def closed_crossings(graph: Graph, units: Units) -> Ints:
    """Return the edges that cross a border which closed_borders.csv says no train crosses."""
    u, v = graph.edges.T
    inside = in_closed_zone(graph.lonlat)
    return np.flatnonzero(inside[u] & inside[v] & (units[u] != units[v]))


def patches(graph: Graph) -> tuple[Floats, list[Join]]:
    """Return the new nodes and the edges of the branches of patches.csv.

    A branch begins at the node nearest to its first point; lengths are great circles.
    """
    nodes: list[list[float]] = []
    edges = []
    for row in rows("patches.csv"):
        first, *line = row["line"].split(";")
        node = nearest(graph, first)
        place = graph.lonlat[node]
        for pair in line:
            point = np.array([float(one) for one in pair.split()])
            following = len(graph.lonlat) + len(nodes)
            edges.append((node, following, round(metres_between(place, point))))
            nodes.append(point.tolist())
            node, place = following, point
    return np.array(nodes), edges


def write(graph: Graph) -> None:
    """Write the asset; routemap/networks/track.py says what its arrays are."""
    arrays = compress(graph, node_units(graph))
    np.savez_compressed(ASSETS / "rail.npz", allow_pickle=False, **arrays)
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
    main()
