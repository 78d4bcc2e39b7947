"""Build rail.npz: the world's railways as a compressed graph with countries and gauges.

Source: PyPI scgraph_data, world_railways.py (OpenStreetMap, ODbL). Its vertices of degree two were
dropped upstream and the lengths summed: lengths are of track, drawn lines are schematic where long.
Run borders.py first: nodes are tagged with its territories.

    python data/build/rail.py             write the asset
    python data/build/rail.py --measure   print how many held-out cuts the repair rule restores
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import tracks
from repair import measure, repaired

from routemap import geography
from routemap.networks.compress import node_units
from routemap.networks.lines import ALIKE

if TYPE_CHECKING:
    from routemap.networks.compress import Units
    from routemap.networks.graph import Graph, Ints


def main() -> None:
    graph = tracks.read("world_railways.py")
    graph = tracks.with_stations(graph, tracks.rows("rail/stations.csv"))
    if "--measure" in sys.argv:
        measure(graph, node_units(graph))
        return
    graph = repaired(graph, node_units(graph), tracks.rows("rail/joins.csv"))
    graph = tracks.with_lines(graph, tracks.rows("rail/patches.csv"))
    graph = tracks.with_lines(graph, tracks.rows("rail/links.csv"))
    units = node_units(graph)
    graph = replace(graph, gauges=gauges(graph, units), main=main_lines(graph))
    tracks.write(
        "rail",
        graph,
        units,
        name="World railways",
        source="PyPI scgraph_data 2.0.0, world_railways.py (OpenStreetMap)",
        attribution="Railways © OpenStreetMap contributors (ODbL), repaired and tagged by country",
        notes="The ends of 15 added lines and stations are towns of GeoNames (CC BY 4.0).",
    )


def gauges(graph: Graph, units: Units) -> Ints:
    """Return the gauges of each edge: the country's, unless gauge_lines.csv or a link says other.

    An edge over a border has the gauge of the country in which its middle lies: where gauges
    differ, the change is at the node next to the border.
    """
    widths = {row["country"]: int(row["gauge_mm"]) for row in tracks.rows("rail/gauge.csv")}
    by_country = {code: ALIKE.get(width, width) for code, width in widths.items()}
    by_unit = np.array([by_country.get(code, 0) for code in geography.unit_codes("recognised")])
    u, v = units[graph.edges.T]
    middle = geography.units_at(*graph.lonlat[graph.edges].mean(axis=1).T)
    known = graph.gauges[:, 0] > 0
    found = graph.gauges.copy()
    found[~known, 0] = by_unit[np.where(middle == v, v, u)[~known]]
    for row in tracks.rows("rail/gauge_lines.csv"):
        given = [int(gauge) for gauge in row["gauges"].split(";")]
        found[tracks.ways(graph, row["line"])] = [*given, 0][:2]
    return found


def main_lines(graph: Graph) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which edges belong to a line of main_lines.csv."""
    main = np.zeros(len(graph.edges), dtype=bool)
    for row in tracks.rows("rail/main_lines.csv"):
        main[tracks.ways(graph, row["line"])] = True
    return main


if __name__ == "__main__":
    main()
