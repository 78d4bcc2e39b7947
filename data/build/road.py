"""Build road.npz: the world's highways as a compressed graph with countries.

Source: PyPI scgraph_data, world_highways.py (OpenStreetMap, ODbL). It does not say its classes; by
their extent they are motorways and trunk roads with their links. Its vertices of degree two were
dropped upstream and the lengths summed: lengths are of road, drawn lines are schematic where long.
Run borders.py first: nodes are tagged with its territories.

    python data/build/road.py             write the asset
    python data/build/road.py --measure   print how many held-out cuts the repair rule restores
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import tracks
from repair import measure, repaired

from routemap.networks.compress import node_units

if TYPE_CHECKING:
    from routemap.networks.compress import Units
    from routemap.networks.graph import Graph

STUB_M = 2000
"""A dead end that reaches less than this into another country ends at the border: border lines are
good to about 1 km. At Tumangang such an end would look like a road bridge over the Tumen."""


def main() -> None:
    graph = tracks.read("world_highways.py")
    graph = tracks.with_stations(graph, tracks.rows("road/stations.csv"))
    if "--measure" in sys.argv:
        measure(graph, node_units(graph))
        return
    graph = repaired(graph, node_units(graph), tracks.rows("road/joins.csv"))
    units = node_units(graph)  # before the links: a node off the land takes its neighbour's
    graph = tracks.with_lines(graph, tracks.rows("road/links.csv"))
    tracks.write(
        "road",
        graph,
        drawn_back(graph, units),
        name="World highways",
        source="PyPI scgraph_data 2.0.0, world_highways.py (OpenStreetMap)",
        attribution="Roads © OpenStreetMap contributors (ODbL), repaired and tagged by country",
    )


def drawn_back(graph: Graph, units: Units) -> Units:
    """Return the territories of nodes, those of a stub over a border being where it comes from."""
    crossing = units[graph.edges[:, 0]] != units[graph.edges[:, 1]]
    piece = graph.without(np.flatnonzero(crossing)).components()
    inside = piece[graph.edges[~crossing, 0]]
    metres = np.bincount(inside, graph.metres[~crossing], minlength=piece.max() + 1)
    over = graph.edges[crossing]
    here, there = np.concatenate([over, over[:, ::-1]]).T
    crossings = np.bincount(piece[here], minlength=len(metres))
    stub = (crossings[piece[here]] == 1) & (metres[piece[here]] < STUB_M)
    home = np.full(len(metres), -1, dtype=units.dtype)
    home[piece[here[stub]]] = units[there[stub]]
    return np.where(home[piece] >= 0, home[piece], units)


if __name__ == "__main__":
    main()
