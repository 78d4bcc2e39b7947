"""The values that routing is made of: points and rules asked of a network, and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from routemap.networks.rules import Rules

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Course", "Ends", "GaugeChange", "Kind", "Point", "Rules", "Stretch", "at"]

Point = tuple[float, float]
Ends = tuple[Point, Point]
Kind = Literal[
    "track",
    "road",
    "water",
    "waterway",
    "gap",
    "repaired",
    "patched",
    "schematic",
    "great-circle",
]


class GaugeChange(NamedTuple):
    """A break of gauge: where a train is transshipped or changes its bogies.

    Attributes
    ----------
    lon, lat
        Degrees: the node of the network at which the tracks meet.
    from_mm, to_mm
        Track gauges in millimetres.
    """

    lon: float
    lat: float
    from_mm: int
    to_mm: int


class Stretch(NamedTuple):
    """A part of a line of one kind in one country.

    Attributes
    ----------
    kind
        What is drawn: track, road, water, or one of the kinds that say that the true course is
        not in the data.
    country
        ISO 3166 alpha-2 code; None at sea.
    length_m
        Metres, as the network has them: not measured on the drawn line.
    max_offset_m
        How far the true course can be from the drawn line, in metres.
    start, stop
        The stretch is ``coordinates[start : stop + 1]`` of its course.
    """

    kind: Kind
    country: str | None
    length_m: float
    max_offset_m: float
    start: int
    stop: int


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """A line between two points over one network, under one set of rules.

    Attributes
    ----------
    coordinates
        Read-only array of shape (n, 2): lon, lat in degrees of WGS 84. Begins and ends at the
        requested points; longitudes run on past 180 rather than jumping.
    stretches
        In order, without holes. Snaps from the requested points to the network are stretches of
        kind ``gap``.
    snap_m
        Metres from the requested origin to the network, and from the network to the destination.
    passages
        Ids of the passages crossed, in order.
    gauge_changes
        The breaks of gauge, in order.
    closures
        Ids of the closures, of any time, whose crossings are passed, in order.
    """

    coordinates: npt.NDArray[np.float64]
    stretches: tuple[Stretch, ...]
    snap_m: tuple[float, float]
    passages: tuple[str, ...] = ()
    gauge_changes: tuple[GaugeChange, ...] = ()
    closures: tuple[str, ...] = ()

    @property
    def length_m(self) -> float:
        """The whole line in metres, snaps and gaps in it."""
        return sum(stretch.length_m for stretch in self.stretches)


def at(point: Point) -> str:
    """Return a point as messages name it."""
    return f"({point[0]:g}, {point[1]:g})"
