"""The peers, set up the way their own documentation does, outside every timed part."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

CACHE = Path(__file__).resolve().parent.parent / ".build-cache"
MODULES = {"rail": "world_railways.py", "road": "world_highways.py"}


def scgraph_of(mode: str) -> Any:
    """Return scgraph's GeoGraph of a mode; written once as the JSON that scgraph loads."""
    from scgraph import GeoGraph

    path = CACHE / f"scgraph-{mode}.graphjson"
    if not path.exists():
        _write(mode, path)
    return GeoGraph.load_from_graphjson(str(path))


def _write(mode: str, path: Path) -> None:
    """Write a network of scgraph_data as graphjson: its own module needs an older scgraph."""
    import importlib.util

    from scgraph import GeoGraph

    spec = importlib.util.find_spec("scgraph_data")
    if spec is None or spec.origin is None:
        sys.exit("scgraph_data is not installed; run: make bench")
    text = Path(spec.origin).with_name(MODULES[mode]).read_text(encoding="utf-8")
    literals = {
        node.targets[0].id: node.value
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    graph, nodes = (ast.literal_eval(literals[name]) for name in ("graph", "nodes"))
    CACHE.mkdir(exist_ok=True)
    GeoGraph(graph=graph, nodes=nodes).save_as_graphjson(str(path))


def peak_mb(command: list[str]) -> int:
    """Return the peak memory of a process, in MB, as the system counts it."""
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
    )
    counted = subprocess.run(
        [sys.executable, "-c", code, *command], check=True, capture_output=True
    )
    return int(counted.stdout)


def reference() -> Path | None:
    """Return the folder of reference tables; None, with a word about it, where there is none."""
    import os

    here = Path(__file__).resolve().parent.parent
    folder = Path(os.environ.get("ROUTEMAP_REFERENCE", here.parent / "shared" / "reference"))
    if (folder / "distances.csv").exists():
        return folder
    print(f"no reference tables in {folder}; set ROUTEMAP_REFERENCE. Left out.")
    return None


def ask_scgraph(
    graph: Any, start: tuple[float, float], stop: tuple[float, float], **options: str
) -> Any:
    """Return scgraph's answer between two (lon, lat), by its default algorithm unless told."""
    origin, destination = ({"longitude": point[0], "latitude": point[1]} for point in (start, stop))
    return graph.get_shortest_path(origin, destination, silent=True, **options)


if __name__ == "__main__":
    found = ask_scgraph(scgraph_of("rail"), (131.88, 43.11), (37.66, 55.78))
    print(json.dumps({"length": found["length"], "points": len(found["coordinate_path"])}))
