"""Where each leg can have been on a day: stretches, waters and areas as one GeoDataFrame."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from math import inf
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from routemap import geography, networks, speeds
from routemap.errors import ArgumentError, shorten
from routemap.timing import stretches, waters
from routemap.timing.days import LEAST, Span
from routemap.timing.ground import ground_of
from routemap.timing.prism import prism_of
from routemap.timing.windows import windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from routemap.claims import Case
    from routemap.model import RoutedLeg, RouteModel
    from routemap.routing import Path
    from routemap.timing.ground import Ground
    from routemap.timing.prism import Prism, Times
    from routemap.timing.stretches import Stretches
    from routemap.timing.waters import Water
    from routemap.timing.windows import Bounds, Window

__all__ = ["where"]

CRS = "EPSG:4326"
HALF_GLOBE = 180.0


@dataclass(slots=True)
class _Rows:
    """Rows of one leg: columns of one length, and what they have in common."""

    leg: RoutedLeg
    claims: tuple[str, ...]
    kind: list[str] = field(default_factory=list)
    country: list[str | None] = field(default_factory=list)
    on_line: list[bool] = field(default_factory=list)
    length_km: list[float | None] = field(default_factory=list)
    spans: list[tuple[str | None, str | None]] = field(default_factory=list)
    bounds: list[str | None] = field(default_factory=list)
    geometry: list[Any] = field(default_factory=list)
    dated: bool = True

    def add(
        self,
        kind: str,
        geometry: Any,
        *,
        country: str | None = None,
        on_line: bool = True,
        metres: float | None = None,
        span: Span | None = None,
        stated: bool | None = None,
    ) -> None:
        self.kind.append(kind)
        self.geometry.append(geometry)
        self.country.append(country)
        self.on_line.append(on_line)
        self.length_km.append(None if metres is None else round(metres / 1000, 3))
        self.spans.append(_days(span) if span else (None, None))
        self.bounds.append(None if stated is None else "stated" if stated else "widened")


def where(model: RouteModel, day: str | date) -> gpd.GeoDataFrame:
    """Return where each leg can have been on a day: its network-time prism.

    Parameters
    ----------
    model
        The model.
    day
        A calendar day, such as "2023-09-20"; not after the newest source of the case.

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:4326, one row a stretch: everything from which both ends can still be met at the fast
        pace of the mode, under the leg's constraints, not the drawn line alone. Columns: ``leg``,
        ``mode``; ``kind`` (track, road, gap, ... as in stretches.geojson; "area" for the water that
        a ship, or the area that a cargo, can be in; "contradiction" where claims leave no place);
        ``country`` (ISO 3166, None at sea); ``on_line`` (part of the drawn route); ``length_km``;
        ``earliest``, ``latest`` (first and last day on which it can be there, ISO 8601, None where
        open); ``bounds`` ("stated" where the dates as written allow it, "widened" where only their
        hard bounds do); ``dated`` (False: no claim dates the leg, and its whole line stands there,
        without bounds); ``claims`` (ids of those that bound it, or that contradict each other).
        A leg that was not on its way on that day has no row.

    Raises
    ------
    ArgumentError
        The day is no day, or lies after the newest source: routemap looks back only.
    PhraseError
        The case's speeds cannot be read.

    Notes
    -----
    The network-time prism of time geography (its potential path area). Distances are lengths on the
    network, less the uncertainty of the ends; nothing is counted for stops, breaks of gauge and
    borders, so that the prism is rather too large than too small. Water is told in cells of 2/15
    degree and more, whole cells; a way over cells is longer than the straight one, and is shortened
    by 7.6 %, the most that it can be (1 - cos 22.5 degrees).
    """
    start = float(_day(day, model.case).toordinal())
    paces = speeds.paces(model.case.speeds)
    times = windows(model)
    found = [
        _rows(leg, times[leg.id], start, paces[leg.mode].fast_km_day * 1000, model.view)
        for leg in model.routed
    ]
    return _frame(found)


def _day(day: object, case: Case) -> date:
    """Return a day that is not after the newest source of a case."""
    if isinstance(day, datetime) or not isinstance(day, str | date):
        raise _no_day(day)
    try:
        asked = date.fromisoformat(day) if isinstance(day, str) else day
    except ValueError:
        raise _no_day(day) from None
    if isinstance(day, str) and asked.isoformat() != day:
        raise _no_day(day)
    published = (one.published.latest for one in case.sources if one.published)
    newest = max((latest for latest in published if latest), default=None)
    if newest is None:
        raise ArgumentError(
            "no source of the case says when it was published, so that no day is known to lie "
            "behind it. Give a source its day: published: 2023-10-13."
        )
    if asked > newest:
        raise ArgumentError(
            f"{asked} is after the newest source of the case, of {newest}: routemap looks back "
            f"only. Give a day up to {newest}."
        )
    return asked


def _no_day(day: object) -> ArgumentError:
    return ArgumentError(f"{shorten(repr(day))} is no day. Give one such as 2023-09-20.")


def _rows(leg: RoutedLeg, window: Window, day: float, metres_day: float, view: str) -> _Rows:
    """Return the rows of one leg on the day that begins at `day`."""
    rows = _Rows(leg, window.claims)
    if window.empty:
        rows.claims = window.conflict
        rows.add("contradiction", None)
    elif not window.dated:
        rows.dated = False
        _add_line(rows)
    elif _meets(window.hard, day):
        ground = ground_of(leg, view, _whole(window.hard))
        if ground is None or None in ground.stops():
            _add_line(rows, _whole(window.hard), stated=_meets(window.stated, day))
        else:
            _add_prism(rows, ground, window, day, metres_day)
    return rows


def _whole(bounds: Bounds) -> Span:
    """Return all of the time that a leg can take."""
    return Span(bounds.departure.earliest, bounds.arrival.latest)


def _meets(bounds: Bounds, day: float) -> bool:
    span = _whole(bounds)
    return span.low < day + 1 and span.high >= day


def _add_line(rows: _Rows, span: Span | None = None, *, stated: bool | None = None) -> None:
    """Add the whole line of a leg as drawn, and the areas that it begins or ends in."""
    leg = rows.leg
    line = leg.coordinates
    if line is not None:
        for part in leg.stretches:
            shape = geography.line_geometry(line[part.start : part.stop + 1])
            metres = part.length_m if leg.path else None
            country = part.country
            rows.add(part.kind, shape, country=country, metres=metres, span=span, stated=stated)
    for end in (leg.origin, leg.destination):
        if end is not None and end.area is not None:
            country = end.place.country
            rows.add("area", end.area, country=country, on_line=False, span=span, stated=stated)
    if not rows.kind:
        rows.add("schematic", None, span=span, stated=stated)


def _add_prism(rows: _Rows, ground: Ground, window: Window, day: float, metres_day: float) -> None:
    """Add what a leg can be on of its network; a contradiction where that is nothing."""
    leg, path = rows.leg, ground.path
    barred = [one.claim for one in window.seen if ground.bars(one.site)]
    seen = [ground.around(one.site) for one in window.seen]
    hard, stated = (
        prism_of(ground.stops(), seen, window, metres_day, hard=sure) for sure in (True, False)
    )
    if hard.parts and not barred:
        if networks.is_track(leg.mode):
            found = stretches.on_day(leg.mode, hard, stated, day, path.coordinates)
            _add_track(rows, found, ground.rules.view)
            _add_gaps(rows, path, (hard, stated), day)
        else:
            _add_water(rows, waters.on_day(leg.mode, hard, stated, day))
    if not rows.kind:
        said = {by for one in leg.constraints for by in one.by}
        known = said & {claim.id for claim in leg.standing.claims}
        rows.claims = tuple(sorted({*(barred or window.claims), *known}))
        rows.add("contradiction", None)


def _add_water(rows: _Rows, water: Water | None) -> None:
    if water is not None:
        span = Span.of(water.first, water.last)
        rows.add("area", water.shape, on_line=False, span=span, stated=water.stated)


def _add_track(rows: _Rows, found: Stretches, view: str) -> None:
    count, codes = len(found), geography.unit_codes(view)
    rows.kind += found.kinds(rows.leg.mode)
    rows.country += [codes[unit] for unit in (found.label // 8).tolist()]
    rows.on_line += found.drawn.tolist()
    rows.length_km += np.round(found.metres / 1000, 3).tolist()
    rows.spans += list(zip(*_all_days(found.times), strict=True))
    rows.bounds += np.where(found.stated, "stated", "widened").tolist()
    which = np.repeat(np.arange(count), np.diff(found.starts))
    lines = shapely.linestrings(found.points, indices=which) if count else []
    rows.geometry += list(_cut(lines, found))


def _cut(lines: Any, found: Stretches) -> Any:
    """Return lines with those cut that jump from one side of the map to the other."""
    jumps = np.flatnonzero(np.abs(np.diff(found.points[:, 0])) > HALF_GLOBE)
    for run in np.unique(np.searchsorted(found.starts, jumps, side="right") - 1).tolist():
        low, high = found.starts[run : run + 2]
        if ((jumps >= low) & (jumps < high - 1)).any():
            lines[run] = geography.line_geometry(geography.unwrap(found.points[low:high]))
    return lines


def _add_gaps(rows: _Rows, path: Path, prisms: tuple[Prism, Prism], day: float) -> None:
    """Add the gaps between the ends of a leg and the network, where it can be on them."""
    for part, last in ((path.stretches[0], False), (path.stretches[-1], True)):
        hard, stated = (one.at_end(day, last=last) for one in prisms)
        if part.kind == "gap" and hard.on(day):
            rows.add(
                "gap",
                geography.line_geometry(path.coordinates[part.start : part.stop + 1]),
                country=part.country,
                metres=part.length_m,
                span=Span.of(float(hard.first), float(hard.last)),
                stated=bool(stated.on(day)),
            )


def _days(span: Span) -> tuple[str | None, str | None]:
    first, last = span.first_day, span.last_day
    return first.isoformat() if first else None, last.isoformat() if last else None


def _all_days(times: Times) -> tuple[list[str | None], list[str | None]]:
    """Return first and last days of many spans."""
    low, to_low = np.unique(np.floor(times.first + LEAST), return_inverse=True)
    high, to_high = np.unique(np.floor(times.last + LEAST), return_inverse=True)
    first = [_days(Span.of(one, inf))[0] for one in low.tolist()]
    last = [_days(Span.of(-inf, one))[1] for one in high.tolist()]
    return [first[one] for one in to_low.tolist()], [last[one] for one in to_high.tolist()]


def _frame(found: Sequence[_Rows]) -> gpd.GeoDataFrame:
    def column(values: Iterable[Iterable[Any]]) -> list[Any]:
        return [value for rows in values for value in rows]

    sizes = [len(rows.kind) for rows in found]
    each = list(zip(found, sizes, strict=True))
    table: dict[str, Any] = {
        "leg": column([rows.leg.id] * size for rows, size in each),
        "mode": column([rows.leg.mode] * size for rows, size in each),
        "kind": column(rows.kind for rows in found),
        "country": column(rows.country for rows in found),
        "on_line": column(rows.on_line for rows in found),
        "length_km": np.array(column(rows.length_km for rows in found), dtype=float),
        "earliest": column((span[0] for span in rows.spans) for rows in found),
        "latest": column((span[1] for span in rows.spans) for rows in found),
        "bounds": column(rows.bounds for rows in found),
        "dated": column([rows.dated] * size for rows, size in each),
        "claims": column([rows.claims] * size for rows, size in each),
    }
    return gpd.GeoDataFrame(table, geometry=column(rows.geometry for rows in found), crs=CRS)
