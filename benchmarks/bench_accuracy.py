"""Published distances beside routemap's, searoute's and scgraph's, row by row."""

from __future__ import annotations

import csv
import statistics
import time
from functools import cache
from typing import Any

from peers import ask_scgraph, reference, scgraph_of

from routemap import places, routing
from routemap.errors import RoutemapError

Row = dict[str, str]
Point = tuple[float, float]
CONSTRAINTS: dict[str, dict[str, list[str]]] = {
    "NOT via Suez": {"avoid": ["suez"]},
    "no CN": {"only": ["RU"]},
}
"""What a row's own note says of the way, as constraints."""
TRANSSHIPPED = {"rail + Caspian": "Aktau, KZ"}
"""Where a row's note says that the goods go aboard, and the port that such trains reach."""
GROUPS = (
    ("rows", {"use": "test", "range_set_after_seeing_a_tool": ""}),
    (
        "rows whose range was widened after a tool's answer",
        {"range_set_after_seeing_a_tool": "yes"},
    ),
    ("brackets, derived or from memory", {"use": "bracket"}),
)
PEERS = {"sea": "searoute", "rail": "scgraph", "road": "scgraph", "multimodal": "no peer"}


def ends(row: Row) -> tuple[Point, Point]:
    return (float(row["o_lon"]), float(row["o_lat"])), (float(row["d_lon"]), float(row["d_lat"]))


def constraints(row: Row) -> dict[str, list[str]]:
    """Return the constraints of a row: a railway's own kilometres stay in its country."""
    if row["mode"] == "rail" and row["origin_cc"] == row["dest_cc"]:
        return {"only": [row["origin_cc"]]}
    return next((found for words, found in CONSTRAINTS.items() if words in row["note"]), {})


def ours(row: Row) -> float | str:
    try:
        if row["mode"] == "multimodal":
            return transshipped(row)
        return routing.route(*ends(row), mode=row["mode"], **constraints(row)).length_m / 1000
    except RoutemapError as error:
        return str(error)


def transshipped(row: Row) -> float:
    start, stop = ends(row)
    name = next(port for words, port in TRANSSHIPPED.items() if words in row["note"])
    place = places.find(name, mode="sea").resolved()
    port = place.lon, place.lat
    by_rail = routing.route(start, port, mode="rail").length_m
    return (by_rail + routing.route(port, stop, mode="sea").length_m) / 1000


@cache
def graph(mode: str) -> Any:
    return scgraph_of(mode)


def peer(row: Row) -> float | None:
    start, stop = ends(row)
    if row["mode"] == "multimodal":
        return None
    if row["mode"] == "sea":
        import searoute

        return float(searoute.searoute(start, stop)["properties"]["length"])
    try:
        return float(ask_scgraph(graph(row["mode"]), start, stop)["length"])
    except RuntimeError:  # a break in the peer's graph
        return None


def report(mode: str, rows: list[Row]) -> None:
    begin = time.perf_counter()
    answers = [ours(row) for row in rows]
    seconds = time.perf_counter() - begin
    others = [peer(row) for row in rows]
    print(f"{'':7}{'':38}{'published':>10}{'accepted':>14}{'routemap':>10}{'':>8}{PEERS[mode]:>10}")
    for row, answer, other in zip(rows, answers, others, strict=True):
        print(line(row, answer, other))
    inside = sum(fits(row, answer) for row, answer in zip(rows, answers, strict=True))
    theirs = sum(fits(row, other) for row, other in zip(rows, others, strict=True))
    off = [
        abs(deviation(row, answer))
        for row, answer in zip(rows, answers, strict=True)
        if isinstance(answer, float)
    ]
    print(
        f"{mode}: {inside} of {len(rows)} inside, median deviation {statistics.median(off):.2f} %, "
        f"{seconds:.1f} s; {PEERS[mode]} {theirs} of {len(rows)}"
    )


def line(row: Row, answer: float | str, other: float | None) -> str:
    """Return one row of the table; * marks an answer outside the accepted range."""
    way = f"{row['origin'].split(',')[0]} - {row['dest'].split(',')[0]}"
    span = f"{row['accept_min_km']}-{row['accept_max_km']}"
    start = f"{row['id']:7}{way:38}{published(row):10.0f}{span:>14}"
    theirs = "none" if other is None else f"{other:.0f}{' ' if fits(row, other) else '*'}"
    if isinstance(answer, str):
        return f"{start}  {answer} {theirs}"
    own = f"{answer:.0f}{' ' if fits(row, answer) else '*'}"
    return f"{start}{own:>10}{deviation(row, answer):+7.1f}%{theirs:>10}"


def published(row: Row) -> float:
    return float(row["value"]) * (1.852 if row["unit"] == "nm" else 1)


def deviation(row: Row, answer: float) -> float:
    return (answer / published(row) - 1) * 100


def fits(row: Row, answer: float | str | None) -> bool:
    low, high = float(row["accept_min_km"]), float(row["accept_max_km"])
    return isinstance(answer, float) and low <= answer <= high


def main() -> None:
    folder = reference()
    if folder is None:
        return
    with (folder / "distances.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for title, wanted in GROUPS:
        print(f"-- {title}")
        for mode in PEERS:
            chosen = [
                row
                for row in rows
                if row["mode"] == mode and all(row[field] == one for field, one in wanted.items())
            ]
            if chosen:
                report(mode, chosen)


if __name__ == "__main__":
    main()
