"""Lines that a file of the user's holds, on their way to a graph: what its readers share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from routemap import geography
from routemap.errors import InputError, Problem
from routemap.networks.graph import TRACK, Graph

if TYPE_CHECKING:
    from pathlib import Path

    from routemap.networks.graph import Bits, Floats, Ints

__all__ = ["Lines", "gauges_of", "graph_of", "power_of", "refused"]

GAUGES_MM = range(300, 3001)
"""What is outside is no gauge of a railway but a slip, such as 60.5 in inches or 15200."""
ALIKE = {1524: 1520, 1664: 1668, 1674: 1668}
"""Rolling stock goes from the one to the other without change (Wikipedia, "Track gauge in
Europe"): no break of gauge between Finland and Russia, nor between Portugal and Spain."""
UNKNOWN, NO, YES = range(3)
POWER = {"no": NO, "false": NO, "0": NO} | dict.fromkeys(
    ("yes", "true", "1", "contact_line", "rail", "4th_rail", "ground-level_power_supply"), YES
)
"""What the tag `electrified` says (OpenStreetMap wiki, Key:electrified), or a column of that name;
any other text says nothing."""


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines over nodes, with what their file says of them and of itself.

    Attributes
    ----------
    lonlat
        Shape (n, 2): degrees of WGS 84, by node.
    nodes
        The nodes of all lines, end to end; -1 for a node that the file does not hold, at which a
        line is cut.
    counts
        Number of nodes of each line.
    gauges
        Shape (k, 2), by line: as in `routemap.networks.graph.Graph`.
    main
        Whether a line is a main line, by line.
    electrified
        0 where it is not known, 1 for no, 2 for yes, by line.
    name, licence, attribution
        What the lines are, and on what terms they may be used; "" where the file does not say.
    date
        To when the data are (ISO 8601); "" where the file does not say.
    """

    lonlat: Floats
    nodes: Ints
    counts: Ints
    gauges: Ints
    main: Bits
    electrified: Ints
    name: str
    licence: str = ""
    attribution: str = ""
    date: str = ""


def graph_of(lines: Lines) -> Graph:
    """Return the graph of lines: an edge between every two nodes in a row, its metres geodesic.

    Metres are rounded along all lines from end to end, so that the error of a line is under 1 m
    however many edges it has.
    """
    line = np.repeat(np.arange(len(lines.counts)), lines.counts)
    pairs = np.stack([lines.nodes[:-1], lines.nodes[1:]], axis=1)
    joined = (line[:-1] == line[1:]) & (pairs >= 0).all(axis=1) & (pairs[:, 0] != pairs[:, 1])
    of, pairs = line[:-1][joined], pairs[joined]
    start, stop = lines.lonlat[pairs.T]
    metres = np.asarray(geography.geodesic_m(*start.T, *stop.T))
    used, edges = np.unique(pairs, return_inverse=True)
    return Graph(
        lines.lonlat[used],
        edges.reshape(-1, 2),
        np.diff(np.round(np.cumsum(metres)), prepend=0).astype(np.int64),
        np.full(len(of), TRACK),
        lines.gauges[of],
        lines.main[of],
        lines.electrified[of],
    )


def gauges_of(text: str) -> tuple[int, int]:
    """Return the gauges in mm that a text such as "1435;1520" names: two at most, 0 for none.

    What is no number of millimetres is left out: "broad", "2yd".
    """
    parts = [part.strip() for part in text.split(";")]
    whole = [round(float(one)) for one in parts if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", one)]
    found = sorted({ALIKE.get(mm, mm) for mm in whole if mm in GAUGES_MM})
    first, second, *_ = [*found, 0, 0]
    return first, second


def power_of(text: str) -> int:
    """Return whether a text says that a line is electrified: 0 unknown, 1 no, 2 yes."""
    return max(POWER.get(part.strip().lower(), UNKNOWN) for part in text.split(";"))


def refused(path: Path, reason: str, cure: str) -> InputError:
    """Return the error that says what is wrong with a file, and carries its `Problem`."""
    problem = Problem(str(path), None, None, None, None, None, reason, cure)
    return InputError(str(problem), problem)
