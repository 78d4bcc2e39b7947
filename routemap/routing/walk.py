"""Read a line and its stretches off a track network: what a search found, as a course."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from routemap import geography
from routemap.networks.track import KINDS
from routemap.routing.course import Course, Ends, Kind, Stretch

if TYPE_CHECKING:
    import numpy.typing as npt

    from routemap.networks.track import Router, TrackNetwork

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

__all__ = ["SCHEMATIC_M", "Walk", "gaps_m", "read", "track_m"]

SCHEMATIC_M = 2000.0
"""A line whose true course can be over 2 km away is schematic (DESIGN section 4)."""
NAMES: tuple[Kind, ...] = ("track", "repaired", "patched", "schematic", "gap", "gap")
"""What a stretch is called, by number: the kinds of the network, and those that reading adds."""
SCHEMATIC, LEAVING, ARRIVING = len(KINDS), len(KINDS) + 1, len(KINDS) + 2


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


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of n + 1 points (lon, lat), and territory, kind, metres and offset of its n edges."""

    points: Floats
    unit: Ints
    kind: Ints
    metres: Floats
    offset: Floats


def read(network: TrackNetwork, router: Router, walk: Walk, ends: Ends) -> Course:
    """Return the course from point to point: the line of a walk, with a gap at each end.

    A gap of 0 m is left out. Longitudes begin on the turn of the globe that the first end is on.
    """
    line = _at_borders(network, walk) if len(walk.parts) else _point(network, walk)
    gaps = gaps_m(network, walk, ends)
    line = _with_gaps(network, walk, line, ends, gaps)
    line.points.flags.writeable = False
    before, after = gaps.tolist()
    return Course(line.points, tuple(_stretches(router.codes[line.unit], line)), (before, after))


def track_m(network: TrackNetwork, walk: Walk) -> float:
    """Return the metres of a walk on the network."""
    _, edges, _ = _expand(network, walk)
    return float(network.metres[edges].sum())


def gaps_m(network: TrackNetwork, walk: Walk, ends: Ends) -> Floats:
    """Return the metres from the first end to the walk, and from the walk to the second."""
    nodes = [walk.first, walk.last]
    lon, lat = np.array(ends).T
    metres: Floats = geography.geodesic_m(lon, lat, network.lon[nodes], network.lat[nodes])
    return metres


def _expand(network: TrackNetwork, walk: Walk) -> tuple[Ints, Ints, Ints]:
    """Return (part, edge, position at which it is entered) of every edge of a walk, in order."""
    chain, start, stop = walk.parts.T
    counts = np.abs(stop - start)
    part = np.repeat(np.arange(len(counts)), counts)
    step = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    forward = (stop > start)[part]
    position = start[part] + np.where(forward, step, -step)
    return part, network.edge[chain[part]] + position - ~forward, position


def _nodes(network: TrackNetwork, chain: Ints, position: Ints) -> Ints:
    """Return the node at each position of each chain."""
    inner = network.first[chain] + position - 1
    outer = np.where(position == 0, network.tail[chain], network.head[chain])
    return np.where((position == 0) | (position > network.interior[chain]), outer, inner)


def _point(network: TrackNetwork, walk: Walk) -> _Line:
    """Return the line of a walk that ends where it begins."""
    none = np.empty(0)
    point = np.array([[network.lon[walk.first], network.lat[walk.first]]])
    return _Line(point, none.astype(int), none.astype(int), none, none)


def _at_borders(network: TrackNetwork, walk: Walk) -> _Line:
    """Return the line of a walk, with a point at each border that an edge of it crosses."""
    part, edges, position = _expand(network, walk)
    chain, start, stop = walk.parts[part].T
    nodes = np.append(_nodes(network, chain, position), walk.last)
    lon, lat = network.lon[nodes], network.lat[nodes]
    lon = np.unwrap(lon, period=360) if np.ptp(lon) > 180 else lon
    metres = network.metres[edges].astype(float)
    chord = geography.steps_m(lon, lat)
    offset = np.sqrt(np.maximum(0, metres**2 - chord**2)) / 2
    kind = network.kind[chain].astype(int)
    kind[(kind == KINDS.index("track")) & (offset > SCHEMATIC_M)] = SCHEMATIC
    crossing = np.flatnonzero(network.split[chain])
    share = network.split[chain[crossing]]
    share = np.where(stop[crossing] > start[crossing], share, 1 - share)
    points = np.stack([lon, lat], axis=1)
    border = points[crossing] + share[:, None] * (points[crossing + 1] - points[crossing])
    twice = np.insert(np.arange(len(edges)), crossing + 1, crossing)
    beyond = crossing + np.arange(1, len(crossing) + 1)
    unit, metres = network.unit[nodes[twice]], metres[twice]
    unit[beyond] = network.unit[nodes[crossing + 1]]
    metres[beyond] *= 1 - share
    metres[beyond - 1] *= share
    points = np.insert(points, crossing + 1, border, axis=0)
    return _Line(points, unit, kind[twice], metres, offset[twice])


def _with_gaps(network: TrackNetwork, walk: Walk, line: _Line, ends: Ends, gaps: Floats) -> _Line:
    """Return the line from end to end: an edge of kind gap before and after it, if not of 0 m."""
    first, second = ends
    points = line.points + np.array([_turn(first[0] - line.points[0, 0]), 0.0])
    last = (second[0] + _turn(points[-1, 0] - second[0]), second[1])
    side = np.flatnonzero(gaps)
    before, after = side[side == 0], side[side == 1]
    units = network.unit[[walk.first, walk.last]]

    def around(own: npt.NDArray[Any], both: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.concatenate([both[before], own, both[after]])

    return _Line(
        around(points, np.array([first, last])),
        around(line.unit, units),
        around(line.kind, np.array([LEAVING, ARRIVING])),
        around(line.metres, gaps),
        around(line.offset, gaps / 2),
    )


def _turn(degrees: float) -> float:
    """Return the multiple of 360 degrees that is nearest."""
    return 360.0 * round(degrees / 360)


def _stretches(codes: npt.NDArray[np.str_], line: _Line) -> list[Stretch]:
    """Return the stretches of equal country and kind."""
    changes = np.flatnonzero((codes[1:] != codes[:-1]) | np.diff(line.kind).astype(bool)) + 1
    starts = np.concatenate([[0], changes])
    columns = (
        line.kind[starts].tolist(),
        codes[starts].tolist(),
        np.add.reduceat(line.metres, starts).tolist(),
        np.maximum.reduceat(line.offset, starts).tolist(),
        starts.tolist(),
        [*changes.tolist(), len(codes)],
    )
    return [Stretch(NAMES[kind], *rest) for kind, *rest in zip(*columns, strict=True)]
