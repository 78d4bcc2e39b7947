"""Shapes as RFC 7946 wants them: rounded, cut at the antimeridian, with a bounding box."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shapely.geometry.base import BaseGeometry

__all__ = ["bbox", "rounded_mapping"]

DECIMALS = 6


def rounded_mapping(geometry: BaseGeometry) -> dict[str, Any]:
    """Return a geometry as GeoJSON with at most 6 decimals (0.1 m), outer rings anticlockwise."""
    from shapely import set_precision
    from shapely.geometry import mapping
    from shapely.geometry.polygon import orient

    parts = [orient(part) for part in getattr(geometry, "geoms", [geometry])]
    shape = parts[0] if len(parts) == 1 else type(geometry)(parts)
    document: dict[str, Any] = mapping(set_precision(shape, 10.0**-DECIMALS, mode="pointwise"))
    return {"type": document["type"], "coordinates": _rounded(document["coordinates"])}


def _rounded(value: Any) -> Any:
    if isinstance(value, int | float):
        return round(value, DECIMALS)
    return [_rounded(one) for one in value]


def bbox(*shapes: Mapping[str, Any]) -> list[float]:
    """Return [west, south, east, north] of GeoJSON shapes; west > east across the antimeridian.

    The box is the narrowest: it leaves out the widest stretch of longitude that no part covers.
    """
    spans: list[tuple[float, float]] = []
    lats: list[float] = []
    for part in (part for shape in shapes for part in _parts(shape["coordinates"])):
        lons = [point[0] for point in part]
        spans.append((min(lons), max(lons)))
        lats += [point[1] for point in part]
    west, east = _narrowest(sorted(spans))
    return [west, min(lats), east, max(lats)]


def _parts(value: Any) -> Iterator[list[list[float]]]:
    """Yield every run of points in nested GeoJSON coordinates."""
    if isinstance(value[0], int | float):
        yield [value]
    elif isinstance(value[0][0], int | float):
        yield value
    else:
        for one in value:
            yield from _parts(one)


def _narrowest(spans: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the (west, east) that covers all sorted spans and leaves out the widest gap."""
    west, reach = spans[0]
    gaps = []
    for start, stop in spans[1:]:
        if start > reach:
            gaps.append((start - reach, start, reach))
        reach = max(reach, stop)
    around = (west + 360 - reach, west, reach)
    _, west, east = max([around, *gaps], key=lambda gap: gap[0])
    return west, east
