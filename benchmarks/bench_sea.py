"""Sea routes of the published rows: land under the line, on two masks, and time, beside searoute.

The second mask is that of PyPI roaring-landmask (from GSHHG and OpenStreetMap, a download of 100 MB
that this project does not ask for): `pip install roaring-landmask` where it is wanted.
"""

from __future__ import annotations

import csv
import statistics
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from bench_accuracy import Row, constraints, ends
from peers import reference
from scipy.spatial import KDTree

from routemap import networks, routing
from routemap.geography import mask
from routemap.geography.geodesics import geodesic_m, unwrap
from routemap.geography.sphere import EARTH_KM, vectors

if TYPE_CHECKING:
    from collections.abc import Callable

Array = np.ndarray[Any, Any]
STEP_KM, FINE_KM = 0.2, 0.02
HARBOUR_KM = 5.0
"""Nearer than this to either end of the line, or to a listed waterway, masks differ by harbours."""


def sampled(line: Array, step_km: float) -> tuple[Array, Array]:
    """Return points (lon, lat) on the straight pieces of a line, and the km each stands for."""
    km = geodesic_m(*line[:-1].T, *line[1:].T) / 1000
    count = np.maximum(km / step_km, 1).astype(int)
    piece = np.repeat(np.arange(len(count)), count)
    share = (np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count) + 0.5)[:, None]
    share /= count[piece][:, None]
    points = line[piece] + (line[piece + 1] - line[piece]) * share
    points[:, 0] = (points[:, 0] + 180) % 360 - 180
    return points, (km / count)[piece]


def offshore(line: Array, waterways: KDTree) -> tuple[Array, Array]:
    """Return the samples of a line far from its ends and from the listed waterways."""
    points, km = sampled(line, STEP_KM)
    xyz = vectors(*points.T)
    far, _ = waterways.query(xyz, distance_upper_bound=HARBOUR_KM / EARTH_KM)
    for end in (line[0], line[-1]):
        far = np.minimum(far, np.linalg.norm(xyz - vectors(*end), axis=1))
    kept = far * EARTH_KM > HARBOUR_KM
    return points[kept], km[kept]


def on_water(path: Any) -> Array:
    """Return the line without the gaps at its ends."""
    wet = [part for part in path.stretches if part.kind != "gap"]
    return np.asarray(path.coordinates[wet[0].start : wet[-1].stop + 1])


def timed(ask: Callable[[Row], Any], rows: list[Row]) -> tuple[list[Any], str]:
    """Return the answers to all rows, and the median, greatest and whole time in words."""
    answers, seconds = [], []
    for row in rows:
        begin = time.perf_counter()
        answers.append(ask(row))
        seconds.append(time.perf_counter() - begin)
    median, most = statistics.median(seconds) * 1000, max(seconds) * 1000
    return answers, f"median {median:.0f} ms, most {most:.0f} ms, all {sum(seconds):.1f} s"


def ours(row: Row) -> Any:
    return routing.route(*ends(row), mode="sea", **constraints(row))


def theirs(row: Row) -> Any:
    import searoute

    return searoute.searoute(*ends(row))


def report_land(lines: dict[str, list[Array]]) -> None:
    """Print the km of land under lines away from harbours, on both masks."""
    network: Any = networks.load("sea")
    row, column = np.divmod(network.waterway, mask.COLUMNS)
    cells = vectors((column + 0.5) / mask.CELLS - 180, (row + 0.5) / mask.CELLS - 90)
    waterways = KDTree(cells)
    masks = {"our mask": mask.is_land}
    if find_spec("roaring_landmask"):
        from roaring_landmask import RoaringLandmask

        masks["roaring-landmask"] = RoaringLandmask.new().contains_many
    else:
        print("roaring-landmask is not installed: its figure is left out")
    for name, each in lines.items():
        samples = [offshore(line, waterways) for line in each]
        for title, is_land in masks.items():
            land = [float(km[is_land(*points.T.copy())].sum()) for points, km in samples]
            print(
                f"{name}, {title}, beyond {HARBOUR_KM:g} km of ends and listed waterways: "
                f"{sum(land):.0f} km of land in all, {max(land):.1f} km on the worst route"
            )


def main() -> None:
    folder = reference()
    if folder is None:
        return
    with (folder / "distances.csv").open(encoding="utf-8", newline="") as stream:
        read = list(csv.DictReader(stream))
    rows = [row for row in read if row["use"] == "test" and row["mode"] == "sea"]
    begin = time.perf_counter()
    networks.load("sea")
    print(f"{len(rows)} rows; network loaded in {time.perf_counter() - begin:.2f} s")
    paths, words = timed(ours, rows)
    print(f"routemap, first time: {words}")
    print(f"routemap, again: {timed(ours, rows)[1]}")
    theirs(rows[0])
    routes, words = timed(theirs, rows)
    print(f"searoute, loaded: {words}")
    wet = [on_water(path) for path in paths]
    land = [
        float(km[mask.is_land(*points.T)].sum())
        for points, km in (sampled(w, FINE_KM) for w in wet)
    ]
    print(f"routemap, our mask, whole line on water: at most {max(land):.2f} km of land on a route")
    peers = [unwrap(np.array(route["geometry"]["coordinates"])) for route in routes]
    report_land({"routemap": wet, "searoute": peers})


if __name__ == "__main__":
    main()
