"""Rail: routes, a new ban and snapping, beside scgraph and pykdtree on the same data and points."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # pykdtree on one core, as the others

import numpy as np
from peers import ask_scgraph, peak_mb, scgraph_of

from routemap import geography, networks, routing
from routemap.errors import NoRouteError
from routemap.routing import Rules
from routemap.routing.track import Search

if TYPE_CHECKING:
    from collections.abc import Callable

    Point = tuple[float, float]

PAIRS, COLD_RUNS, SNAPS = 200, 7, 1_000_000
CH = {"algorithm_fn": "contraction_hierarchy"}
HERE = Path(__file__).resolve().parent
OURS = ["-m", "routemap", "route", "131.88,43.11", "37.66,55.78", "--mode", "rail", "--json"]
ALL_NETWORKS = """
from routemap import routing
routing.route((131.88, 43.11), (37.66, 55.78), mode="rail", avoid=["CN"])
routing.route((8.57, 53.55), (22.0, 50.04), mode="road", avoid=["CZ"])
routing.route((103.8, 1.26), (4.05, 51.95), mode="sea", avoid=["suez"])
routing.route((16.37, 48.21), (28.8, 45.34), mode="river")
"""


def pairs(count: int) -> list[tuple[Point, Point]]:
    """Return seeded pairs of points of the network's largest component."""
    network = networks.load("rail")
    main = np.flatnonzero(network.component == np.bincount(network.component).argmax())
    picks = np.random.default_rng(7).choice(main, (count, 2))
    points = np.stack([network.lon, network.lat], axis=1)[picks]
    return [((a[0], a[1]), (b[0], b[1])) for a, b in points.tolist()]


def cold() -> None:
    commands = {"routemap": [sys.executable, *OURS], "scgraph": [sys.executable, "peers.py"]}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(COLD_RUNS):
        for name, command in commands.items():
            begin = time.perf_counter()
            subprocess.run(command, cwd=HERE, check=True, stdout=subprocess.DEVNULL)
            seconds[name].append(time.perf_counter() - begin)
    ours, theirs = (statistics.median(seconds[name]) for name in commands)
    print(f"cold, whole process, median of {COLD_RUNS}:", end=" ")
    print(f"routemap {ours:.2f} s, scgraph {theirs:.2f} s, ratio {theirs / ours:.1f}")


def memory() -> None:
    print(f"peak memory of that process: {peak_mb([sys.executable, *OURS])} MB")
    whole = peak_mb([sys.executable, "-c", ALL_NETWORKS])
    print(f"of one that has routed on all four networks: {whole} MB")


def warm() -> None:
    graph = scgraph_of("rail")
    begin = time.process_time()
    graph.graph_object.create_contraction_hierarchy()
    built = time.process_time() - begin
    begin = time.process_time()
    order_s()
    print(f"to build: scgraph's hierarchy {built:.1f} s; ", end="")
    print(f"routemap's shipped order {time.process_time() - begin:.1f} s, once, at build time")
    shared = [pair for pair in pairs(4 * PAIRS) if both_answer(graph, pair)][:PAIRS]
    ask: dict[str, Callable[[Point, Point], Any]] = {
        "routemap, by length": partial(routing.route, mode="rail", by="length"),
        "routemap, usual": partial(routing.route, mode="rail"),
        "routemap, avoid GB": partial(routing.route, mode="rail", avoid=["GB"]),
        "routemap, avoid GB, priced": priced,
        "scgraph, hierarchy": partial(ask_scgraph, graph, **CH),
        "scgraph, default": partial(ask_scgraph, graph),
    }
    print(f"warm, {len(shared)} pairs one after the other, median CPU:")
    ms = {name: median_ms(work, shared) for name, work in ask.items()}
    for name, one in ms.items():
        ratios = f"{ms['scgraph, hierarchy'] / one:6.1f}x {ms['scgraph, default'] / one:6.1f}x"
        print(f"  {name:28} {one:7.3f} ms {ratios}")
    kernel(graph, shared)


def priced(start: Point, stop: Point) -> object:
    return routing.route(start, stop, mode="rail", avoid=["GB"]).prices


def kernel(graph: Any, shared: list[tuple[Point, Point]]) -> None:
    """Compare node to node searches, each with the arcs or nodes of its path."""
    network = networks.load("rail")
    router = network.router(Rules())
    places = np.array(shared)
    nodes = network.nearest(*places.reshape(-1, 2).T)[0]
    ours = network.tail[network.first.searchsorted(nodes, side="right") - 1]
    ours = np.where(nodes < network.junctions, nodes, ours).reshape(-1, 2).tolist()
    lonlat = np.array(graph.nodes)
    theirs = [nearest(lonlat, pair) for pair in shared]
    search = graph.graph_object.contraction_hierarchy
    one = median_ms(lambda a, b: router.path([(a, 0)], [(b, 0)]), ours)
    two = median_ms(search, theirs)
    print(f"kernel: routemap {one:.3f} ms, scgraph's hierarchy {two:.3f} ms, ratio {two / one:.1f}")


def nearest(latlon: np.ndarray, pair: tuple[Point, Point]) -> tuple[int, int]:
    near = [np.hypot(latlon[:, 0] - lat, latlon[:, 1] - lon).argmin() for lon, lat in pair]
    return int(near[0]), int(near[1])


def order_s() -> None:
    """Work out the contraction order that the asset holds."""
    from routingkit_cch import compute_order_inertial

    network = networks.load("rail")
    lon, lat = (axis[: network.junctions].tolist() for axis in (network.lon, network.lat))
    tail, head = (ends.tolist() for ends in network.arcs())
    compute_order_inertial(network.junctions, tail, head, lat, lon)


def both_answer(graph: Any, pair: tuple[Point, Point]) -> bool:
    """Return whether both find a route: the peer's graph has breaks, ours has closed borders."""
    try:
        routing.route(*pair, mode="rail", avoid=["GB"])
        routing.route(*pair, mode="rail", by="length")
        return bool(ask_scgraph(graph, *pair, **CH)["length"])
    except (NoRouteError, RuntimeError):
        return False


def median_ms(work: Callable[[Any, Any], object], asked: list[Any]) -> float:
    seconds = []
    for pair in asked:
        begin = time.process_time()
        work(*pair)
        seconds.append(time.process_time() - begin)
    return statistics.median(seconds) * 1000


def new_ban() -> None:
    seconds = []
    for code in ("CN", "KZ", "MN", "BY", "UA", "FI", "DE", "PL", "FR", "IN"):
        search = Search(networks.load("rail"), (139.77, 35.68), (135.5, 34.73))
        begin = time.process_time()
        search.length_m(Rules(avoid=frozenset({code}), usual=True))
        seconds.append(time.process_time() - begin)
    print(f"a new ban, and a route under it: {statistics.median(seconds) * 1000:.1f} ms (median)")


def snapping() -> None:
    from pykdtree.kdtree import KDTree

    network = networks.load("rail")
    random = np.random.default_rng(1)
    node = random.integers(0, len(network.lon), SNAPS)
    beside = network.lon[node] + random.normal(0, 0.2, SNAPS), network.lat[node]
    globe = random.uniform(-180, 180, SNAPS), np.degrees(np.arcsin(random.uniform(-1, 1, SNAPS)))
    inland = network.unit >= 0
    xyz = geography.vectors(network.lon[inland], network.lat[inland])
    tree = KDTree(xyz)
    network.nearest(globe[0][:10], globe[1][:10])  # builds the index
    for where, (lon, lat) in (("beside the network", beside), ("all over the globe", globe)):
        snap(where, tree, xyz, lon, lat)


def snap(where: str, tree: Any, xyz: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> None:
    network = networks.load("rail")
    begin = time.process_time()
    nodes, _ = network.nearest(lon, lat)
    ours = time.process_time() - begin
    begin = time.process_time()
    asked = geography.vectors(lon, lat)
    _, theirs = tree.query(asked)
    peer = time.process_time() - begin
    chosen = geography.vectors(network.lon[nodes], network.lat[nodes])
    mine, other = (((one - asked) ** 2).sum(axis=1) for one in (chosen, xyz[theirs]))
    print(
        f"snapping {SNAPS:,} points {where}: routemap {ours:.2f} s, pykdtree {peer:.2f} s, ratio "
        f"{peer / ours:.1f}; {int((mine > other + 1e-15).sum())} answers that are not the nearest"
    )


def main() -> None:
    cold()
    memory()
    warm()
    new_ban()
    snapping()
    print(f"router: {networks.router_name()}")


if __name__ == "__main__":
    main()
