"""Published distances beside routemap's, searoute's and scgraph's, row by row."""

from __future__ import annotations

import csv
import statistics
import time
from typing import Any

from peers import ask_scgraph, reference, scgraph_rail

from routemap import routing
from routemap.errors import RoutemapError

Row = dict[str, str]
CONSTRAINTS: dict[str, dict[str, list[str]]] = {
    "NOT via Suez": {"avoid": ["suez"]},
    "no CN": {"only": ["RU"]},
}
"""What a row's own note says of the way, as constraints."""


def ends(row: Row) -> tuple[tuple[float, float], tuple[float, float]]:
    return (float(row["o_lon"]), float(row["o_lat"])), (float(row["d_lon"]), float(row["d_lat"]))


def constraints(row: Row) -> dict[str, list[str]]:
    """Return the constraints of a row: a railway's own kilometres stay in its country."""
    if row["mode"] == "rail" and row["origin_cc"] == row["dest_cc"]:
        return {"only": [row["origin_cc"]]}
    return next((found for words, found in CONSTRAINTS.items() if words in row["note"]), {})


def ours(row: Row) -> float | str:
    try:
        return routing.route(*ends(row), mode=row["mode"], **constraints(row)).length_m / 1000
    except RoutemapError as error:
        return str(error)


def peer(row: Row, graphs: dict[str, Any]) -> float | None:
    start, stop = ends(row)
    if row["mode"] == "sea":
        import searoute

        return float(searoute.searoute(start, stop)["properties"]["length"])
    try:
        return float(ask_scgraph(graphs["rail"], start, stop)["length"])
    except RuntimeError:  # a break in the peer's graph
        return None


def report(mode: str, rows: list[Row], graphs: dict[str, Any]) -> None:
    inside, theirs, deviations = 0, 0, []
    begin = time.perf_counter()
    answers = [ours(row) for row in rows]
    seconds = time.perf_counter() - begin
    for row, answer in zip(rows, answers, strict=True):
        low, high = float(row["accept_min_km"]), float(row["accept_max_km"])
        other = peer(row, graphs)
        theirs += other is not None and low <= other <= high
        if isinstance(answer, str):
            print(f"  {row['id']} {row['origin']} - {row['dest']}: {answer}")
            continue
        published = float(row["value"]) * (1.852 if row["unit"] == "nm" else 1)
        deviations.append(abs(answer / published - 1) * 100)
        inside += low <= answer <= high
        if not low <= answer <= high:
            print(
                f"  {row['id']} {row['origin']} - {row['dest']}: {answer:.0f} km, "
                f"accepted {low:.0f}-{high:.0f}, peer {other and round(other)}"
            )
    name = "searoute" if mode == "sea" else "scgraph"
    print(
        f"{mode}: {inside} of {len(rows)} inside, median deviation "
        f"{statistics.median(deviations):.2f} %, {seconds:.1f} s; {name} {theirs} of {len(rows)}"
    )


def main() -> None:
    folder = reference()
    if folder is None:
        return
    with (folder / "distances.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["use"] == "test"]
    graphs = {"rail": scgraph_rail()}
    for flag, title in (("", "rows"), ("yes", "rows widened after seeing a tool")):
        print(f"-- {title}")
        for mode in ("sea", "rail"):
            chosen = [
                row
                for row in rows
                if row["mode"] == mode and row["range_set_after_seeing_a_tool"] == flag
            ]
            if chosen:
                report(mode, chosen, graphs)
    left = sorted({row["mode"] for row in rows} - {"sea", "rail"})
    print(f"modes without a network in this version, left out: {', '.join(left)}")


if __name__ == "__main__":
    main()
