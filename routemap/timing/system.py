"""A simple temporal network: events, least times between them, and what claims bound them by.

No time has an upper bound, since cargo may wait: the earliest times are then longest paths from the
bounds below, the latest ones from those above, and what cannot hold is one bound below and one
above, on one path.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from routemap.timing.days import LEAST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Limit", "Solution", "Step", "in_circles", "solve"]


class Limit(NamedTuple):
    """A claim's bounds on one event, in days; infinite where it sets none."""

    event: int
    claim: str
    low: float
    high: float


class Step(NamedTuple):
    """An event that is at least some days after another."""

    before: int
    after: int
    days: float


class _Pass(NamedTuple):
    """Bounds of all events from one side, and where each comes from.

    `origin` is the event that a bound was passed on from, -1 for a bound of the event's own; `wait`
    the days between the two.
    """

    bound: list[float]
    claim: list[str]
    origin: list[int]
    wait: list[float]


@dataclass(frozen=True, slots=True)
class Solution:
    """The earliest and latest time of each event, and why.

    Attributes
    ----------
    low, high
        Days by event; infinite where open.
    """

    low: list[float]
    high: list[float]
    _below: _Pass
    _above: _Pass
    _limits: dict[int, list[Limit]]

    def claims(self, event: int) -> tuple[str, ...]:
        """Return the claims that speak of an event, and those that bound it from another."""
        own = [limit.claim for limit in self._limits.get(event, ())]
        passed = (side.claim[event] for side in (self._below, self._above))
        return tuple(sorted({*own, *filter(None, passed)}))

    def conflict(self, event: int) -> tuple[str, ...]:
        """Return the fewest claims that leave no time for an event; none where there is time."""
        if self.low[event] <= self.high[event] + LEAST:
            return ()
        path = self._path(event)
        spans: dict[str, list[float]] = {}
        for one, days in path:
            for limit in self._limits.get(one, ()):
                span = spans.setdefault(limit.claim, [-inf, inf, 0.0])
                span[0] = max(span[0], limit.low - days)
                span[1] = min(span[1], limit.high - days)
        alone = sorted(claim for claim, (low, high, _) in spans.items() if low > high + LEAST)
        both = {self._below.claim[event], self._above.claim[event]}
        return tuple(alone[:1] or sorted(both))

    def _path(self, event: int) -> list[tuple[int, float]]:
        """Return the events on which the two bounds of one rest, each with the days to it."""
        found = [(event, 0.0)]
        for side, sign in ((self._below, -1), (self._above, 1)):
            one, days = event, 0.0
            while side.origin[one] >= 0:
                days += sign * side.wait[one]
                one = side.origin[one]
                found.append((one, days))
        return found


def solve(count: int, steps: Sequence[Step], limits: Iterable[Limit]) -> Solution:
    """Return the tightest bounds of `count` events; `steps` must not run in circles."""
    held: defaultdict[int, list[Limit]] = defaultdict(list)
    for limit in limits:
        held[limit.event].append(limit)
    known = [limit for own in held.values() for limit in own]
    order = _order(count, steps)
    below = _spread(order, steps, [(one.event, one.low, one.claim) for one in known])
    turned = [Step(after, before, days) for before, after, days in steps]
    above = _spread(order[::-1], turned, [(one.event, -one.high, one.claim) for one in known])
    return Solution(below.bound, [-bound for bound in above.bound], below, above, dict(held))


def _spread(
    order: Sequence[int], steps: Sequence[Step], own: Iterable[tuple[int, float, str]]
) -> _Pass:
    """Return the longest paths to all events, taken in `order`; of equal ones the first claim's."""
    count = len(order)
    found = _Pass([-inf] * count, [""] * count, [-1] * count, [0.0] * count)
    for event, bound, claim in own:
        if bound > -inf and _is_better(found, event, bound, claim):
            found.bound[event], found.claim[event] = bound, claim
    leaving: defaultdict[int, list[Step]] = defaultdict(list)
    for step in steps:
        leaving[step.before].append(step)
    for event in order:
        start, claim = found.bound[event], found.claim[event]
        if start == -inf:
            continue
        for _, after, days in leaving.get(event, ()):
            if _is_better(found, after, start + days, claim):
                found.bound[after], found.claim[after] = start + days, claim
                found.origin[after], found.wait[after] = event, days
    return found


def _is_better(found: _Pass, event: int, bound: float, claim: str) -> bool:
    known = found.bound[event]
    return bound > known or (bound == known and claim < found.claim[event])


def _order(count: int, steps: Sequence[Step]) -> list[int]:
    """Return the events, each after all that come before it; those in circles are left out."""
    waiting = [0] * count
    leaving: defaultdict[int, list[int]] = defaultdict(list)
    for before, after, _ in steps:
        waiting[after] += 1
        leaving[before].append(after)
    order = [event for event in range(count) if not waiting[event]]
    for event in order:
        for after in leaving.get(event, ()):
            waiting[after] -= 1
            if not waiting[after]:
                order.append(after)
    return order


def in_circles(count: int, steps: Sequence[Step]) -> list[int] | None:
    """Return a number for each event, the same for those that are before each other; None for none.

    None where no step leads round in a circle.
    """
    if len(_order(count, steps)) == count:
        return None
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = np.array([step[:2] for step in steps]).T
    cells = np.ones(len(steps)), (ends[0], ends[1])
    matrix = coo_array(cells, shape=(count, count))
    _, labels = connected_components(matrix, connection="strong")
    found: list[int] = labels.tolist()
    return found
