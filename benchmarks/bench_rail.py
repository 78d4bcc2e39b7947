"""Rail: cold and warm routes and a new ban, beside scgraph on the same data and the same pairs."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from peers import ask_scgraph, scgraph_rail

from routemap import networks, routing
from routemap.errors import NoRouteError
from routemap.routing.course import Rules

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
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run([sys.executable, *sys.argv[1:]], stdout=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
    )
    peak = subprocess.run([sys.executable, "-c", code, *OURS], check=True, capture_output=True)
    print(f"peak memory of that process: {int(peak.stdout)} MB")


def warm() -> None:
    graph = scgraph_rail()
    routing.route(*WARM_UP, mode="rail")
    ask_scgraph(graph, *WARM_UP)
    ours, theirs = [], []
    for pair in pairs(3 * PAIRS):
        begin = time.process_time()
        try:
            routing.route(*pair, mode="rail")
            middle = time.process_time()
            ask_scgraph(graph, *pair)
        except (NoRouteError, RuntimeError):  # the peer's graph has breaks that ours has repaired
            continue
        ours.append(middle - begin)
        theirs.append(time.process_time() - middle)
        if len(ours) == PAIRS:
            break
    one, two = statistics.median(ours) * 1000, statistics.median(theirs) * 1000
    print(
        f"warm, {len(ours)} pairs, median CPU: routemap {one:.2f} ms, scgraph {two:.2f} ms, "
        f"ratio {two / one:.1f}"
    )


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
