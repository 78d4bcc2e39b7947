"""The network-time prism: where on a network something can be on a day.

A point can be passed from the moment at which it can be reached from the origin until the last at
which the destination can still be met. Where the movement was seen on its way, it can be there
either before, as long as that place can still be met, or after it can be come from there. Both ends
of an interval are numbers of days (`routemap.timing.days`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy.typing as npt

    from routemap.timing.days import Span
    from routemap.timing.windows import Window

    Floats = npt.NDArray[np.float64]
    Bits = npt.NDArray[np.bool_]
    Measure = Callable[[Any], npt.NDArray[np.float32]]

__all__ = ["Part", "Prism", "Times", "prism_of"]


class Times(NamedTuple):
    """When each of many points or stretches can be passed; where `first` is after `last`, never."""

    first: Floats
    last: Floats

    def on(self, day: float) -> Bits:
        """Return which of them can be passed on the day that begins at `day`."""
        found: Bits = (self.first <= self.last) & (self.first < day + 1) & (self.last >= day)
        return found

    def of_edges(self, tail: Any, head: Any) -> Times:
        """Return when each edge can be on the way, given those of its two ends."""
        first = np.minimum(self.first[tail], self.first[head])
        return Times(first, np.maximum(self.last[tail], self.last[head]))


class Part(NamedTuple):
    """The way from one place that must be passed to the next.

    Attributes
    ----------
    start, stop
        Distance fields of the two.
    before, after
        Least metres from the origin to the first, and from the second to the destination.
    """

    start: Any
    stop: Any
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Prism:
    """What bounds a leg in space and time.

    Attributes
    ----------
    parts
        The way from place to place that the line must pass; none where there is no such way.
    departure, arrival
        When it can have begun and ended.
    seen
        Distance field and span of each sighting, by their order.
    metres_day
        The fast pace.
    """

    parts: Sequence[Part]
    departure: Span
    arrival: Span
    seen: Sequence[tuple[Any, Span]]
    metres_day: float

    def times(self, measure: Measure, ends: tuple[Any, Any], day: float) -> Times:
        """Return when stretches can be on the way, by what of it meets a day; there is a way.

        Parameters
        ----------
        measure
            Gives the metres from a field to each point.
        ends
            Indices of the points at which each stretch begins and ends.
        day
            Beginning of the day.
        """
        found = Times(np.array(inf), np.array(-inf))
        for part in self.parts:
            one = self.on_part(part, measure(part.start), measure(part.stop)).of_edges(*ends)
            met = one.on(day)
            first = np.minimum(found.first, np.where(met, one.first, inf))
            found = Times(first, np.maximum(found.last, np.where(met, one.last, -inf)))
        for field, span in self.seen:
            found = self._seen(found, measure(field), span, ends, day)
        return found

    def at_end(self, day: float, *, last: bool) -> Times:
        """Return when the origin can be left or the destination entered; there is a way."""
        part = self.parts[-1] if last else self.parts[0]
        place = part.stop if last else part.start
        behind, ahead = (part.start.to(part.stop), 0.0) if last else (0.0, part.start.to(part.stop))
        found = self.on_part(part, np.array(behind), np.array(ahead))
        for field, span in self.seen:
            found = self._seen(found, np.array(field.to(place)), span, ((), ()), day)
        return found

    def on_part(self, part: Part, behind: Any, ahead: Any) -> Times:
        """Return when points can be passed on one part of the way.

        `behind` and `ahead` are metres from its start and to its stop; never where no way leads.
        """
        joined = np.isfinite(behind) & np.isfinite(ahead)
        done = np.where(joined, behind, 0).astype(np.float64) + part.before
        left = np.where(joined, ahead, 0).astype(np.float64) + part.after
        first = np.where(joined, self.departure.low + done / self.metres_day, inf)
        return Times(first, np.where(joined, self.arrival.high - left / self.metres_day, -inf))

    def _seen(
        self, known: Times, metres: Any, span: Span, ends: tuple[Any, Any], day: float
    ) -> Times:
        """Return the times before or after a sighting, whichever of the two meets the day."""
        joined = np.isfinite(metres)
        days = np.where(joined, metres, 0).astype(np.float64) / self.metres_day
        low, high = span.low + days, span.high - days
        around = Times(np.where(joined, low, inf), np.where(joined, high, -inf)).of_edges(*ends)
        before = Times(known.first, np.minimum(known.last, around.last))
        after = Times(np.maximum(known.first, around.first), known.last)
        early, late = before.on(day), after.on(day)
        first = np.where(early, before.first, np.where(late, after.first, inf))
        return Times(first, np.where(late, after.last, np.where(early, before.last, -inf)))


def prism_of(
    fields: Sequence[Any], seen: Iterable[Any], window: Window, metres_day: float, *, hard: bool
) -> Prism:
    """Return the prism of a leg by the hard or the stated bounds of its window.

    `fields` are those of its origin, of places that must be passed, and of its destination; `seen`
    those of its sightings, None for one that is off the network.
    """
    legs = list(pairwise(fields))
    metres = [start.to(stop) for start, stop in legs]
    before = list(accumulate(metres, initial=0.0))
    whole = before[-1] if legs else inf
    parts = [
        Part(start, stop, done, whole - until)
        for (start, stop), done, until in zip(legs, before, before[1:], strict=False)
        if whole < inf
    ]
    bounds = window.hard if hard else window.stated
    sightings = [
        (field, one.hard if hard else one.stated)
        for field, one in zip(seen, window.seen, strict=True)
        if field is not None
    ]
    return Prism(parts, bounds.departure, bounds.arrival, sightings, metres_day)
