"""Rail: cold and warm routes and a new ban, beside scgraph on the same data and the same pairs."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from peers import ask_scgraph, peak_mb, scgraph_rail

from routemap import networks, routing
from routemap.errors import NoRouteError
from routemap.routing.course import Rules

if TYPE_CHECKING:
    from collections.abc import Callable

PAIRS, COLD_RUNS = 200, 7
WARM_UP = (131.88, 43.11), (37.66, 55.78)
HERE = Path(__file__).resolve().parent
OURS = ["-m", "routemap", "route", "131.88,43.11", "37.66,55.78", "--mode", "rail", "--json"]


def pairs(count: int) -> list[tuple[tuple[float, float], tuple[float, float]]]:
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


def warm() -> None:
    graph = scgraph_rail()
    routing.route(*WARM_UP, mode="rail")
    ask_scgraph(graph, *WARM_UP)
    shared = []
    for pair in pairs(3 * PAIRS):
        try:
            routing.route(*pair, mode="rail")
            ask_scgraph(graph, *pair)
        except (NoRouteError, RuntimeError):  # the peer's graph has breaks that ours has repaired
            continue
        shared.append(pair)
        if len(shared) == PAIRS:
            break
    ours = [cpu_s(partial(routing.route, *pair, mode="rail")) for pair in shared]
    theirs = [cpu_s(partial(ask_scgraph, graph, *pair)) for pair in shared]
    one, two = statistics.median(ours) * 1000, statistics.median(theirs) * 1000
    print(
        f"warm, {len(ours)} pairs, median CPU: routemap {one:.2f} ms, scgraph {two:.2f} ms, "
        f"ratio {two / one:.1f}"
    )


def cpu_s(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def new_ban() -> None:
    network = networks.load("rail")
    seconds = []
    for code in ("CN", "KZ", "MN", "BY", "UA", "FI", "DE", "PL", "FR", "IN"):
        begin = time.process_time()
        network.router(Rules(avoid=frozenset({code})))
        seconds.append(time.process_time() - begin)
    print(f"a new ban, median CPU of {len(seconds)}: {statistics.median(seconds) * 1000:.1f} ms")


def main() -> None:
    cold()
    memory()
    warm()
    new_ban()
    print(
        f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB, "
        f"router {networks.router()}"
    )


if __name__ == "__main__":
    main()
