"""Other corridors between the same ends under the same constraints, and what to call them.

By rail and road the penalty method: what is used becomes dearer from round to round. On water: the
ways that leave out the passages of the best one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from routemap import geography, networks, places
from routemap.errors import NoRouteError
from routemap.networks.engine import CLOSED
from routemap.routing.joined import join
from routemap.routing.path import Constraint
from routemap.routing.solver import Solver, path_of, rules_of
from routemap.routing.walk import Walk, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from routemap.networks.engine import Router
    from routemap.networks.track import TrackNetwork
    from routemap.routing.course import Course, Ends
    from routemap.routing.path import Path
    from routemap.routing.solver import Terms

    Floats = npt.NDArray[np.float64]

__all__ = ["with_alternatives"]

LONGER: Final = 1.25
"""An alternative is at most a quarter longer than the best route."""
SHARED: Final = 0.6
"""At most this share of its length may lie within `BESIDE_KM` of another route that is given."""
BESIDE_KM: Final = 10.0
SHORT: Final = 0.02
"""A way that leaves the best one for less than this share of it is a way round a station."""
DEARER: Final = 1.2
"""What each further round of the search multiplies the weight of a used chain by."""
ROUNDS: Final = 25
PEOPLE: Final = 50_000
NAMES: Final = 3


def with_alternatives(
    ends: Ends, terms: Terms, constraints: Sequence[Constraint], count: int
) -> Path:
    """Return the best route with up to `count` others, each named by the towns that it passes."""
    solver = Solver(ends, terms)
    best = solver.path(constraints)
    shut = (name for name, one in solver.network.closures.items() if one.in_force(*terms.days))
    stated = (*constraints, *(Constraint("closure", name) for name in shut))
    most = LONGER * best.length_m
    if terms.max_detour is not None and best.free_m is not None:
        most = min(most, terms.max_detour * best.free_m)
    others = _by_track if networks.is_track(terms.mode) else _by_water
    found = [best]
    for path in sorted(others(solver, best, stated), key=lambda path: path.length_m):
        fits = path.length_m <= most and len(found) <= count
        if fits and all(_shared(path, one) <= SHARED for one in found):
            found.append(path)
    first, *rest = [
        replace(path, through=_through(path, [one for one in found if one is not path]))
        for path in found
    ]
    return replace(first, alternatives=tuple(rest))


def _by_water(solver: Solver, best: Path, stated: tuple[Constraint, ...]) -> Iterator[Path]:
    """Yield the routes that leave out each passage of the best one."""
    for passage in best.passages:
        try:
            path = solver.path((*stated, Constraint("passage", passage)))
        except NoRouteError:
            continue
        yield replace(path, bill=best.bill)


def _by_track(solver: Solver, best: Path, stated: tuple[Constraint, ...]) -> Iterator[Path]:
    """Yield routes over other tracks; between several stops, one part of the way at a time."""
    terms = solver.terms
    rules = rules_of(stated, terms, terms.by)
    searches = solver.searches(stated)
    usual = [search.course(rules) for search in searches]
    for index, search in enumerate(searches):
        router = solver.network.router(rules)
        for walk in _corridors(solver.network, router, search.walk(router)):
            course = search.read(router, walk)
            parts: list[Course] = [*usual[:index], course, *usual[index + 1 :]]
            whole = parts[0] if len(parts) == 1 else join(parts)
            yield path_of(whole, terms, best.geodesic_m, best.bill)


def _corridors(network: TrackNetwork, router: Router, walk: Walk) -> Iterator[Walk]:
    """Yield walks between the ends of a walk that shun the chains of those before.

    Every round makes the chains of the last walk dearer (the penalty method); weights are scaled
    down first, so that a path of dear ones still fits the hierarchy's 31 bits. Where a walk leaves
    the best one for a short while only, it is put back on it.
    """
    before = walk.parts[: 1 if walk.first >= network.junctions else 0]
    after = walk.parts[len(walk.parts) - (1 if walk.last >= network.junctions else 0) :]
    middle = walk.parts[len(before) : len(walk.parts) - len(after)]
    if not len(middle):
        return
    best = (2 * middle[:, 0] + (middle[:, 1] > 0)).tolist()
    start, stop = network.arc_ends(best[0])[0], network.arc_ends(best[-1])[1]
    room = CLOSED / DEARER**ROUNDS / float(router.weight[np.array(best) // 2].sum(dtype=float))
    weight = np.where(router.open, np.maximum(1, router.weight * min(1.0, room)), CLOSED)
    used = best
    for _ in range(ROUNDS):
        chains = np.unique(np.array(used) // 2)
        weight[chains] *= DEARER
        found = router.search(weight.astype(np.int64), start, stop)
        if found is None:
            return
        used = found
        parts = parts_of(network, _put_back(network, best, found))
        yield Walk(walk.first, walk.last, np.concatenate([before, parts, after]))


def _put_back(network: TrackNetwork, best: list[int], arcs: list[int]) -> list[int]:
    """Return the arcs of a path, with the best path's own wherever it leaves that only shortly."""
    place = {network.arc_ends(arc)[1]: index + 1 for index, arc in enumerate(best)}
    short = SHORT * float(network.chain_metres[np.array(best) // 2].sum())
    found: list[int] = []
    left, away = 0, []
    for arc in arcs:
        away.append(arc)
        joined = place.get(network.arc_ends(arc)[1], -1)
        if joined > left:
            metres = network.chain_metres[np.array(away) // 2].sum()
            found += best[left:joined] if metres < short else away
            left, away = joined, []
    return found + away


def _shared(path: Path, other: Path) -> float:
    """Return what share of a route lies beside another."""
    from scipy.spatial import cKDTree

    line, rail = _dense(path.coordinates), _dense(other.coordinates)
    chord = 2 * np.sin(BESIDE_KM / geography.EARTH_RADIUS_M * 1000 / 2)
    apart, _ = cKDTree(rail).query(line, distance_upper_bound=chord)
    return float(np.isfinite(apart).mean())


def _dense(line: Floats) -> Floats:
    """Return unit vectors of points 5 km apart or less along a line."""
    metres = np.concatenate([[0], np.cumsum(geography.steps_m(*line.T))])
    along = np.linspace(0, metres[-1], int(metres[-1] / 5000) + 2)
    lon, lat = (np.interp(along, metres, column) for column in line.T)
    return geography.vectors(lon, lat)


@cache
def _towns() -> tuple[tuple[str, ...], Floats]:
    """Return names and unit vectors of towns, largest first."""
    names, lon, lat, _ = zip(*places.towns(PEOPLE), strict=True)
    vectors = geography.vectors(np.array(lon), np.array(lat))
    vectors.flags.writeable = False
    return names, vectors


def _through(path: Path, others: Sequence[Path]) -> tuple[str, ...]:
    """Return the largest towns that a route passes and the others do not, in order of passing."""
    from scipy.spatial import cKDTree

    names, towns = _towns()
    chord = 2 * np.sin(BESIDE_KM / geography.EARTH_RADIUS_M * 1000 / 2)
    own = _dense(path.coordinates)
    apart, along = cKDTree(own).query(towns, distance_upper_bound=chord)
    passed = np.isfinite(apart)
    for other in others:
        beside, _ = cKDTree(_dense(other.coordinates)).query(
            towns[passed], distance_upper_bound=3 * chord
        )
        passed[np.flatnonzero(passed)[np.isfinite(beside)]] = False
    largest = np.flatnonzero(passed)[:NAMES]
    if not len(largest):
        largest = np.flatnonzero(np.isfinite(apart))[:NAMES]
    return tuple(names[town] for town in sorted(largest.tolist(), key=lambda one: along[one]))
