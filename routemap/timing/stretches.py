"""The stretches of track and road on which something can be on a day, cut where that changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from routemap import networks
from routemap.networks.graph import TRANSFER
from routemap.networks.track import LABEL, LAT, LON, METRES
from routemap.routing.walk import NAMES
from routemap.timing.prism import Times

if TYPE_CHECKING:
    import numpy.typing as npt

    from routemap.networks.track import TrackNetwork
    from routemap.timing.prism import Prism

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

__all__ = ["Stretches", "on_day"]

COLUMNS_OF_GLOBE = 1 << 32


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Runs of edges of one chain that are alike.

    Attributes
    ----------
    points, starts
        Lon, lat of all of them, shape (n, 2), and where each begins; one more than there are.
    label
        8 times the territory and the kind, as in `TrackNetwork.trace`.
    metres
        Length.
    times
        When each can be on the way, by the hard bounds.
    stated
        Whether it can by the stated ones too.
    drawn
        Whether it is part of the drawn route.
    """

    points: Floats
    starts: Ints
    label: npt.NDArray[np.int32]
    metres: Floats
    times: Times
    stated: npt.NDArray[np.bool_]
    drawn: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.label)

    def kinds(self, mode: str) -> list[str]:
        """Return what each is called."""
        return [NAMES[mode][one] for one in (self.label % 8).tolist()]


def on_day(mode: str, hard: Prism, stated: Prism, day: float, line: Floats) -> Stretches:
    """Return the stretches of a network on which a leg can be on a day.

    Parameters
    ----------
    mode
        "rail" or "road".
    hard, stated
        The prism by either kind of bounds.
    day
        Beginning of the day.
    line
        Lon, lat of the drawn route, shape (n, 2).
    """
    network: Any = networks.load(mode)
    edges = _Edges.of(network, _chains(network, hard, day))
    measured: dict[int, Any] = {}

    def measure(field: Any) -> Any:
        if id(field) not in measured:
            measured[id(field)] = field.at(network, edges.chain, edges.along)
        return measured[id(field)]

    ends = edges.tail, edges.tail + 1
    times = hard.times(measure, ends, day)
    kept = np.flatnonzero(times.on(day))
    also = stated.times(measure, ends, day).on(day)[kept]
    times = Times(times.first[kept], times.last[kept])
    return _runs(network, edges.only(kept), times, also, line)


def _chains(network: TrackNetwork, prism: Prism, day: float) -> Ints:
    """Return the chains of which some point may be on the way on the day."""
    found = np.zeros(len(network.tail), dtype=bool)
    for part in prism.parts:
        least = part.start.least(network), part.stop.least(network)
        found |= prism.on_part(part, *least).on(day)
    return np.flatnonzero(found & (network.kind != TRANSFER)).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """The edges of some chains, and the points between them.

    Attributes
    ----------
    row
        Row of `TrackNetwork.trace` by point.
    chain, along
        Chain and metres from its tail, by point.
    tail
        The point at which each edge begins; the next one is its end.
    """

    row: Ints
    chain: Ints
    along: npt.NDArray[np.float32]
    tail: Ints

    @classmethod
    def of(cls, network: TrackNetwork, chains: Ints) -> _Edges:
        count = network.interior[chains].astype(np.int64) + 2
        chain = np.repeat(chains, count)
        first = np.cumsum(count) - count
        place = np.arange(len(chain)) - np.repeat(first, count)
        edge = network.edge[chain].astype(np.int64)
        before = network.metres_before
        along = (before[edge + place] - before[edge]).astype(np.float32)
        inner = np.ones(len(chain), dtype=bool)
        inner[first + count - 1] = False
        return cls(edge + chain + place, chain, along, np.flatnonzero(inner))

    def only(self, kept: Ints) -> _Edges:
        """Return some of the edges, with all points."""
        return replace(self, tail=self.tail[kept])


def _runs(
    network: TrackNetwork, edges: _Edges, times: Times, stated: Any, line: Floats
) -> Stretches:
    """Return edges joined where they follow each other and are alike."""
    tail = edges.tail
    rows = network.trace[edges.row[tail]]
    drawn = _drawn(network, edges, line)
    alike = np.stack([edges.chain[tail], rows[:, LABEL], stated, drawn])
    new = np.ones(len(tail), dtype=bool)
    new[1:] = (np.diff(tail) != 1) | (np.diff(alike, axis=1) != 0).any(axis=0)
    start = np.flatnonzero(new)
    count = np.diff(start, append=len(tail))
    starts = np.concatenate([[0], np.cumsum(count + 1)])
    point = (
        np.arange(starts[-1])
        - np.repeat(starts[:-1], count + 1)
        + np.repeat(tail[start], count + 1)
    )
    points = network.trace[edges.row[point]][:, [LON, LAT]] / network.per_degree
    none = not len(start)
    return Stretches(
        points=points,
        starts=starts,
        label=rows[start, LABEL],
        metres=np.zeros(0) if none else np.add.reduceat(rows[:, METRES].astype(float), start),
        times=Times(
            np.zeros(0) if none else np.minimum.reduceat(times.first, start),
            np.zeros(0) if none else np.maximum.reduceat(times.last, start),
        ),
        stated=stated[start],
        drawn=drawn[start],
    )


def _drawn(network: TrackNetwork, edges: _Edges, line: Floats) -> Any:
    """Return which edges lie on a line, by the places of their two ends."""
    on_line = np.round(line * network.per_degree).astype(np.int64)
    globe = 360 * network.per_degree
    known = np.unique(on_line[:, 0] % globe * COLUMNS_OF_GLOBE + on_line[:, 1])
    place = network.trace[edges.row].astype(np.int64)
    both = np.isin(place[:, LON] % globe * COLUMNS_OF_GLOBE + place[:, LAT], known)
    return both[edges.tail] & both[edges.tail + 1]
