"""Read a line and its stretches off a track network: what a search found, as a course."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from routemap import geography
from routemap.networks.graph import TRANSFER
from routemap.networks.track import LABEL, LAT, LON, METRES, OFFSET
from routemap.routing.course import Course, Ends, GaugeChange, Kind, Stretch

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from routemap.networks.engine import Router
    from routemap.networks.track import TrackNetwork

    Floats = npt.NDArray[np.float64]
    Gaps = tuple[float, float]
    Rows = npt.NDArray[np.int32]
    Ints = npt.NDArray[np.int64]

__all__ = ["Walk", "gaps_m", "parts_of", "read", "track_m"]

NAMES: Mapping[str, tuple[Kind, ...]] = {
    "rail": ("track", "repaired", "patched", "gap", "schematic"),
    "road": ("road", "repaired", "patched", "gap", "schematic"),
}
"""What a stretch is called, by mode and by the kind in `TrackNetwork.trace`: transfers
have no edges that are drawn."""
START = np.zeros(1, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Walk:
    """A way from node to node: parts of chains in order.

    Attributes
    ----------
    first, last
        The nodes at which it begins and ends.
    parts
        Shape (n, 3): a chain, and the positions on it from which and to which it is followed; 0 is
        its tail, and one more than its interior nodes its head.
    """

    first: int
    last: int
    parts: Ints


def read(network: TrackNetwork, router: Router, walk: Walk, ends: Ends) -> Course:
    """Return the course from point to point: the line of a walk, with a gap at each end.

    A gap of 0 m is left out. Longitudes begin on the turn of the globe that the first end is on.
    """
    parts = walk.parts
    changes: tuple[GaugeChange, ...] = ()
    closures: tuple[str, ...] = ()
    if network.special[parts[:, 0]].any():
        changes, closures = _gauge_changes(network, walk), _closures(network, walk)
        parts = parts[network.kind[parts[:, 0]] != TRANSFER]
    gaps = gaps_m(network, walk, ends)
    rows, line = _expand(network, parts, walk, (1 if gaps[0] else 0, 1 if gaps[1] else 0))
    if gaps[0]:
        line[0] = ends[0]
    if gaps[1]:
        line[-1] = ends[1]
    _unwrap(line, ends[0][0])
    line.flags.writeable = False
    return Course(
        coordinates=line,
        stretches=_stretches(network, router, walk, rows, gaps),
        snap_m=gaps,
        gauge_changes=changes,
        closures=closures,
    )


def parts_of(network: TrackNetwork, arcs: list[int]) -> Ints:
    """Return arcs of the search as parts of a walk: whole chains, one way or the other."""
    arc = np.array(arcs, dtype=np.int64)
    parts = np.empty((len(arc), 3), dtype=np.int64)
    chain, back = arc >> 1, arc & 1
    far = network.interior[chain] + 1
    parts[:, 0], parts[:, 1] = chain, back * far
    parts[:, 2] = far - parts[:, 1]
    return parts


def track_m(network: TrackNetwork, walk: Walk) -> float:
    """Return the metres of a walk on the network."""
    chain, start, stop = walk.parts.T
    edge = network.edge[chain]
    before = network.metres_before
    return float(np.abs(before[edge + stop] - before[edge + start]).sum())


def gaps_m(network: TrackNetwork, walk: Walk, ends: Ends) -> tuple[float, float]:
    """Return the metres from the first end to the walk, and from the walk to the second."""
    first, last = (
        float(geography.geodesic_m(*end, float(network.lon[node]), float(network.lat[node])))
        for end, node in zip(ends, (walk.first, walk.last), strict=True)
    )
    return first, last


def _expand(
    network: TrackNetwork, parts: Ints, walk: Walk, spare: tuple[int, int]
) -> tuple[Rows, Floats]:
    """Return the rows of `TrackNetwork.trace` of the edges of parts of chains, and their line.

    The line has room for `spare` points before and after.
    """
    before, after = spare
    if not len(parts):
        node = network.lon[walk.first], network.lat[walk.first]
        return network.trace[:0], np.array([node] * (1 + before + after))
    chain, start, stop = parts.T
    forward = stop > start
    counts = np.abs(stop - start)
    step = np.where(forward, 1, -1)
    first = network.edge[chain] + chain
    done = np.cumsum(counts)
    row = np.repeat(first + start - ~forward - step * (done - counts), counts)
    row += np.arange(done[-1]) * np.repeat(step, counts)
    place = np.empty(len(row) + 1, dtype=np.int64)
    place[:-1] = row + np.repeat(~forward, counts)
    place[-1] = first[-1] + stop[-1]
    line = np.empty((len(place) + before + after, 2))
    rows = network.trace.take(row, axis=0)
    inner = line[before : len(place) + before]
    inner[:, 0], inner[:, 1] = network.trace[:, LON][place], network.trace[:, LAT][place]
    inner /= network.per_degree
    return rows, line


def _unwrap(line: Floats, lon: float) -> None:
    """Let longitudes run on past 180, from the turn of the globe that `lon` is on."""
    if np.ptp(line[:, 0]) > 180:
        line[:, 0] = np.unwrap(line[:, 0], period=360)
    line[:, 0] += 360.0 * round((lon - line[0, 0]) / 360)


def _stretches(
    network: TrackNetwork,
    router: Router,
    walk: Walk,
    rows: Rows,
    gaps: Gaps,
) -> tuple[Stretch, ...]:
    """Return the stretches of equal country and kind, the gaps at the ends among them."""
    codes = router.codes
    found = []
    if gaps[0]:
        country = str(codes[network.unit[walk.first]])
        found.append(Stretch("gap", country, gaps[0], gaps[0] / 2, 0, 1))
    if len(rows):
        found += _runs(network, router, rows, len(found))
    if gaps[1]:
        country, last = str(codes[network.unit[walk.last]]), found[-1].stop if found else 0
        found.append(Stretch("gap", country, gaps[1], gaps[1] / 2, last, last + 1))
    return tuple(found)


def _runs(network: TrackNetwork, router: Router, rows: Rows, first: int) -> list[Stretch]:
    """Return the runs of edges of equal country and kind, as stretches from point `first` on."""
    label = rows[:, LABEL]
    starts = np.concatenate([START, np.flatnonzero(label[1:] != label[:-1]) + 1])
    unit, kind = label[starts] >> 3, label[starts] & 7
    look = router.owner[unit] * 8 + kind
    alike = look[1:] == look[:-1]
    if alike.any():  # two territories of one country
        kept = np.concatenate([[True], ~alike])
        starts, unit, kind = starts[kept], unit[kept], kind[kept]
    columns = (
        [NAMES[network.mode][one] for one in kind.tolist()],
        router.codes[unit].tolist(),
        np.add.reduceat(rows[:, METRES], starts, dtype=float).tolist(),
        np.maximum.reduceat(rows[:, OFFSET], starts).astype(float).tolist(),
        (starts + first).tolist(),
        [*(starts[1:] + first).tolist(), len(rows) + first],
    )
    return list(map(Stretch, *columns))


def _gauge_changes(network: TrackNetwork, walk: Walk) -> tuple[GaugeChange, ...]:
    """Return where the walk goes over from one gauge to another."""
    chain = walk.parts[:, 0]
    gauge = network.gauge[chain]
    at = np.flatnonzero(network.kind[chain] == TRANSFER)
    at = at[(at > 0) & (at < len(chain) - 1)]
    node = network.tail[chain[at]]
    columns = network.lon[node], network.lat[node], gauge[at - 1], gauge[at + 1]
    return tuple(map(GaugeChange, *(column.tolist() for column in columns)))


def _closures(network: TrackNetwork, walk: Walk) -> tuple[str, ...]:
    """Return the ids of the closures, of any time, on whose crossings the walk goes, in order."""
    chain = walk.parts[:, 0]
    passed = chain[network.special[chain]].tolist()
    return tuple(dict.fromkeys(name for one in passed for name in network.closed_by.get(one, ())))
