"""Join courses through the stops between them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from routemap.routing.course import Course, Stretch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

__all__ = ["join"]


def join(parts: Sequence[Course]) -> Course:
    """Return one course through the stops between `parts`.

    Where a course reaches a stop over a gap and the next one leaves it over the same gap, the line
    passes the stop on the network, and the gap is not travelled twice. Neighbouring stretches that
    are alike in kind and country become one.
    """
    line = parts[0].coordinates
    stretches = list(parts[0].stretches)
    for part in parts[1:]:
        points, following = part.coordinates, list(part.stretches)
        if _same_gap(line, stretches, points, following):
            line, points = line[: stretches.pop().start + 1], points[following.pop(0).stop :]
        turn = np.round((line[-1, 0] - points[0, 0]) / 360) * 360
        offset = len(line) - 1 - following[0].start
        stretches += [_shift(stretch, offset) for stretch in following]
        line = np.concatenate([line, points[1:] + np.array([turn, 0])])
    line.flags.writeable = False
    return Course(
        line,
        _merged(stretches),
        (parts[0].snap_m[0], parts[-1].snap_m[1]),
        passages=tuple(name for part in parts for name in part.passages),
        gauge_changes=tuple(change for part in parts for change in part.gauge_changes),
        closures=tuple(dict.fromkeys(name for part in parts for name in part.closures)),
    )


def _same_gap(
    line: npt.NDArray[np.float64],
    stretches: Sequence[Stretch],
    points: npt.NDArray[np.float64],
    following: Sequence[Stretch],
) -> bool:
    if len(stretches) < 2 or len(following) < 2:
        return False
    last, first = stretches[-1], following[0]
    both_gaps = last.kind == first.kind == "gap"
    return both_gaps and bool((line[last.start] % 360 == points[first.stop] % 360).all())


def _shift(stretch: Stretch, offset: int) -> Stretch:
    return stretch._replace(start=stretch.start + offset, stop=stretch.stop + offset)


def _merged(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return stretches with neighbours of one kind and country made one."""
    runs = itertools.groupby(stretches, key=lambda one: (one.kind, one.country))
    return tuple(_one(list(run)) for _, run in runs)


def _one(run: Sequence[Stretch]) -> Stretch:
    return run[0]._replace(
        length_m=sum(part.length_m for part in run),
        max_offset_m=max(part.max_offset_m for part in run),
        stop=run[-1].stop,
    )
