"""Everything that the page shows, as one JSON document."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import shapely

from routemap import checks, geography, style
from routemap.claims import GRADE_WORDS, Claim, Route, grade
from routemap.model import RoutedLeg, RouteModel, leg_record, site_record, stretch_records
from routemap.provenance import FRAME, attributions, provenance
from routemap.webmap.encode import PRECISION, deltas, joined, rings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from routemap.model import ResolvedSite

    Box = tuple[float, float, float, float]

__all__ = ["digest", "escaped", "payload"]

CELL_DEG, MARGIN_DEG = 5.0, 1.0
_UNSAFE = re.compile("[<>&{}'`$%#\u2028\u2029]")


def payload(model: RouteModel) -> dict[str, Any]:
    """Return what the page shows of a model.

    Returns
    -------
    dict
        ``title``, ``frame``, ``note``, ``view``, ``legs`` (the properties of legs.geojson, and
        ``line``: lon, lat deltas in 1/10,000 degree, longitudes running on past 180; ``parts``: the
        stretches as [kind, km, start, stop]; ``gauges``: where the gauge changes), ``places`` (the
        properties of places.geojson; ``names``, ``never`` and ``source`` as the case has them; and
        ``lon``, ``lat`` or, of an area, ``rings``), ``claims``, ``sources``, ``routes``,
        ``findings``, ``problems``,
        ``style``, ``words`` of the grades, ``method`` and ``basemap``.
    """
    windows = _windows(model)
    return {
        "title": model.case.title or model.case.case,
        "frame": FRAME,
        "note": model.case.graded_by,
        "view": model.view,
        "precision": PRECISION,
        "legs": [_leg(leg) for leg in model.routed],
        "places": _places(model, windows),
        "claims": {claim.id: _claim(model, claim) for claim in model.case.claims},
        "sources": {one.id: one.model_dump(mode="json") for one in model.case.sources},
        "routes": [_route(model, route) for route in model.case.routes],
        "findings": [finding.to_dict() for finding in checks.check(model)],
        "problems": [str(problem) for problem in model.problems],
        "style": style.table(),
        "words": dict(GRADE_WORDS),
        "method": {"provenance": provenance(model), "attributions": attributions()},
        "basemap": geography.basemap(windows, model.view),
    }


def _leg(leg: RoutedLeg) -> dict[str, Any]:
    parts = [
        [one["kind"], one["length_km"], part.start, part.stop]
        for one, part in zip(stretch_records(leg), leg.stretches, strict=True)
    ]
    line = leg.coordinates
    width = style.grade_width(leg.standing.grade)
    drawn = {"line": None if line is None else deltas(line), "parts": parts, "width": width}
    changes = leg.path.gauge_changes if leg.path else ()
    return {**leg_record(leg), **drawn, "gauges": [change._asdict() for change in changes]}


def _places(model: RouteModel, windows: Sequence[Box]) -> list[dict[str, Any]]:
    """Return the places, with what their rows of the case say beside what was chosen for them."""
    rows = {row.id: row for row in model.case.places}
    near = shapely.union_all([shapely.box(*window) for window in windows])
    kept = {"names", "never", "source"}
    return [
        {
            **site_record(site),
            **(rows[site.id].model_dump(mode="json", include=kept) if site.id in rows else {}),
            **_shape(site, near),
        }
        for site in model.sites.values()
    ]


def _shape(site: ResolvedSite, near: BaseGeometry) -> dict[str, Any]:
    lon, lat = (round(value, 6) for value in site.point)
    if site.area is None:
        return {"lon": lon, "lat": lat}
    return {"rings": rings(joined(site.area), near)}


def _claim(model: RouteModel, claim: Claim) -> dict[str, Any]:
    source = model.case.source(claim.source)
    record = claim.model_dump(mode="json", exclude_defaults=True)
    shown = {"says": claim.says, "basis": claim.basis, "event": claim.event}
    derived = {"grade": grade(source, claim), "site": model.at.get(claim.id)}
    return {**record, **shown, **derived}


def _route(model: RouteModel, route: Route) -> dict[str, Any]:
    """Return a route with the claims on it and on its legs, and those against any of them."""
    legs = [leg for leg in model.routed if route.id in leg.routes]
    own = [one.id for one in model.case.claims if route.id in one.route and one.says == "asserts"]
    claims = dict.fromkeys([*own, *(one.id for leg in legs for one in leg.standing.claims)])
    against = dict.fromkeys(one.id for leg in legs for one in leg.standing.against)
    return {
        "id": route.id,
        "title": route.title,
        "excludes": list(route.excludes),
        "own": own,
        "claims": list(claims),
        "against": list(against),
    }


def _windows(model: RouteModel) -> list[Box]:
    """Return (west, south, east, north) round what is drawn: there the base map is detailed."""
    lines = [leg.path.coordinates for leg in model.routed if leg.path is not None]
    points = [np.array([site.point]) for site in model.sites.values() if site.area is None]
    if not lines and not points:
        return []
    cells = np.unique(np.floor(np.concatenate([*lines, *points]) / CELL_DEG), axis=0) * CELL_DEG
    low, high = cells - MARGIN_DEG, cells + CELL_DEG + MARGIN_DEG
    return [(w, s, e, n) for (w, s), (e, n) in zip(low.tolist(), high.tolist(), strict=True)]


def escaped(document: dict[str, Any]) -> str:
    r"""Return JSON that is inert in HTML, in templates and in scripts.

    The characters < > & { } ' ` $ % # and U+2028/9 appear in strings only as \uXXXX; the braces
    that JSON itself needs are outside strings and stay.
    """
    text = orjson.dumps(document).decode()
    strings = re.compile(r'"(?:[^"\\]|\\.)*"')
    return strings.sub(
        lambda string: _UNSAFE.sub(lambda one: f"\\u{ord(one[0]):04x}", string[0]), text
    )


def digest(text: str) -> str:
    """Return the first 32 digits of the sha256 of a text: the id of the page's elements."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
