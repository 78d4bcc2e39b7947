"""When each node along the drawn line of a leg can have been passed."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from routemap import speeds
from routemap.timing.days import Span
from routemap.timing.windows import windows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from routemap.model import RoutedLeg, RouteModel
    from routemap.speeds import Pace
    from routemap.timing.windows import Bounds, Window

__all__ = ["Passage", "passages"]


class Passage(NamedTuple):
    """A point of a drawn line at which a stretch begins or ends.

    Attributes
    ----------
    lon, lat
        Degrees.
    along_km
        Km from the origin, along the line.
    hard, stated
        When it can have been passed, if this is the way taken.
    """

    lon: float
    lat: float
    along_km: float
    hard: Span
    stated: Span


def passages(model: RouteModel) -> Mapping[str, tuple[Passage, ...]]:
    """Return the points at which the stretches of each leg meet, in order, by the leg's id.

    A point is passed at the earliest when the fast pace brings one there from the earliest
    departure, and at the latest when it still brings one to the destination in time: along the
    drawn line, which other ways may be shorter than (`routemap.where`). Where the line is longer
    than its window allows, a span is empty. Without a line there are none.

    Raises
    ------
    PhraseError
        The case's speeds cannot be read.
    """
    paces = speeds.paces(model.case.speeds)
    times = windows(model)
    return {leg.id: tuple(_along(leg, times[leg.id], paces[leg.mode])) for leg in model.routed}


def _along(leg: RoutedLeg, window: Window, pace: Pace) -> Iterator[Passage]:
    line = leg.coordinates
    if line is None or not leg.stretches:
        return
    done = list(accumulate((part.length_m / 1000 for part in leg.stretches), initial=0.0))
    places = [leg.stretches[0].start, *(part.stop for part in leg.stretches)]
    for place, km in zip(places, done, strict=True):
        lon, lat = line[place].tolist()
        behind, ahead = km / pace.fast_km_day, (done[-1] - km) / pace.fast_km_day
        spans = (_passed(bounds, behind, ahead) for bounds in (window.hard, window.stated))
        yield Passage(lon, lat, km, *spans)


def _passed(bounds: Bounds, behind: float, ahead: float) -> Span:
    """Return when a point is passed, by the least days from the origin and to the destination."""
    return Span.of(bounds.departure.low + behind, bounds.arrival.high - ahead)
