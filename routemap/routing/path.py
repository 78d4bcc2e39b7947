"""What routing answers with: a path, or why there is none, and what each constraint costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from routemap.routing.course import GaugeChange, Point

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    import numpy.typing as npt

    from routemap.routing.course import Stretch

    Sums = tuple[float | None, float | None, tuple["Price", ...]]

__all__ = ["Bill", "Constraint", "Failure", "Path", "Point", "Price"]

GAPS = frozenset({"gap", "repaired"})
SCHEMATIC = frozenset({"schematic", "patched", "great-circle"})


@dataclass(frozen=True, slots=True)
class Constraint:
    """One thing that is said of the way taken.

    Attributes
    ----------
    kind
        ``avoid`` a country or a kind of track, stay ``only`` in some countries, pass ``via`` a
        place, keep out of a ``passage``; or a ``closure`` that was in force.
    value
        Country code, "repaired" or "patched"; codes joined by "; "; place as written; id of a
        passage or closure.
    point
        Where a ``via`` lies (lon, lat); None for a passage and for the other kinds.
    """

    kind: Literal["avoid", "only", "via", "passage", "closure"]
    value: str
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What one constraint costs, in metres of pure length.

    Attributes
    ----------
    constraint
        The constraint that is priced.
    cost_m
        Metres saved if this one alone were dropped; 0 where another makes it redundant; None where
        there is no route at all, or where without it there is no route: a passage named in ``via``
        may open the only way.
    alone_m
        Metres that it adds to the free route by itself; None where it alone leaves no route, or
        where there is no free route, as where a passage named in ``via`` opens the only way.
    needed
        There is no route, and there would be one without this constraint. Never true of a
        constraint that opens the only way.
    """

    constraint: Constraint
    cost_m: float | None
    alone_m: float | None
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no route, and which constraint would have to give."""

    mode: str
    reason: str
    free_m: float | None
    geodesic_m: float
    prices: tuple[Price, ...]
    view: str


class Bill:
    """What a route measures beside others; worked out when it is first read, then kept.

    Parameters
    ----------
    work
        Returns (free_m, shortest_m, prices) of `Path`.
    """

    def __init__(self, work: Callable[[], Sums]) -> None:
        self._work = work

    @cached_property
    def sums(self) -> Sums:
        """Metres of the free route and of the shortest allowed, and the prices."""
        return self._work()

    def __getstate__(self) -> dict[str, Any]:
        """Return the sums alone: what is copied or pickled needs no network."""
        return {"sums": self.sums}


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A route between two points, with how each part of it is known.

    Attributes
    ----------
    mode
        "sea", "river", "rail", "road", "air" or "unknown"; the last two are great circles.
    coordinates
        Read-only array of shape (n, 2): lon, lat in degrees of WGS 84, from the requested origin
        to the requested destination; longitudes run on past 180 rather than jumping.
    stretches
        The parts of the line in order; see `routemap.routing.course.Stretch`.
    snap_m
        Metres from the requested origin to the network, and from the network to the destination.
    geodesic_m
        Metres between the two ends on the ellipsoid.
    bill
        Holds `free_m`, `shortest_m` and `prices`.
    passages
        Ids of the passages crossed, in order.
    gauge_changes
        The breaks of gauge, in order.
    view
        The border view that countries are named by.
    by
        What is least: "length" or "usual".
    through
        Towns that tell this route from its alternatives, in order.
    alternatives
        Other routes for the same ends and constraints, the shorter first.
    """

    mode: str
    coordinates: npt.NDArray[np.float64]
    stretches: tuple[Stretch, ...]
    snap_m: tuple[float, float]
    geodesic_m: float
    bill: Bill
    passages: tuple[str, ...]
    gauge_changes: tuple[GaugeChange, ...]
    view: str
    by: str = "length"
    through: tuple[str, ...] = ()
    alternatives: tuple[Path, ...] = ()

    @property
    def free_m(self) -> float | None:
        """Metres of the shortest route without any constraint; None where there is none."""
        return self.bill.sums[0]

    @property
    def shortest_m(self) -> float | None:
        """Metres of the shortest route under the constraints.

        Less than `length_m` where ``by`` is "usual" and shunned breaks of gauge or borders.
        """
        return self.bill.sums[1]

    @property
    def prices(self) -> tuple[Price, ...]:
        """What each constraint costs, and each closure that is in the way."""
        return self.bill.sums[2]

    @property
    def length_m(self) -> float:
        """The whole line in metres, snaps and gaps in it."""
        return sum(stretch.length_m for stretch in self.stretches)

    @property
    def gap_m(self) -> float:
        """Metres of gaps: snaps and repaired breaks."""
        return sum(part.length_m for part in self.stretches if part.kind in GAPS)

    @property
    def schematic_m(self) -> float:
        """Metres whose true course is not in the data."""
        return sum(part.length_m for part in self.stretches if part.kind in SCHEMATIC)

    @property
    def countries(self) -> Mapping[str, float]:
        """Metres by ISO 3166 alpha-2 code, in order of first entry; "-" is open sea."""
        metres: dict[str, float] = {}
        for part in self.stretches:
            code = part.country or "-"
            metres[code] = metres.get(code, 0.0) + part.length_m
        return MappingProxyType(metres)
