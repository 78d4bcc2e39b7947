"""Read surveyed lines from a GeoPackage: any coordinate reference system, one layer of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from routemap.errors import ArgumentError
from routemap.networks.lines import Lines, gauges_of, power_of, refused

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read"]

LINES = ("LineString", "MultiLineString")
PER_DEGREE = 1_000_000
"""Places that agree in millionths of a degree (11 cm) are one node."""
UNDEFINED = "Undefined"
"""How GDAL calls what a GeoPackage leaves undefined (srs_id 0 and -1)."""
WORLD = (180, 90)
"""Most degrees of lon and lat, either way, of the bounds west, south, east, north."""


def read(path: Path, layer: str | None = None) -> Lines:
    """Return the lines of a layer, joined where they share an end or a vertex.

    A column `gauge` (mm; "1435;1520" for two) and a column `electrified` (yes or no, or as
    OpenStreetMap writes it) are read; other columns are not.

    Raises `ArgumentError` for a layer that is not there or not named, `InputError` for a file that
    is damaged, has no lines, or does not say where on the earth they lie.

    Parameters
    ----------
    path
        A GeoPackage (.gpkg).
    layer
        Its layer; may be left out where one only holds lines.
    """
    import geopandas as gpd

    try:
        name = _layer(path, gpd.list_layers(path), layer)
        frame = gpd.read_file(path, layer=name)
    except (OSError, RuntimeError) as error:
        cure = "Give a whole GeoPackage of lines."
        raise refused(path, f"it cannot be read as one ({error}).", cure) from error
    return _lines(_on_the_earth(path, name, _lines_only(path, name, frame)), name)


def _layer(path: Path, layers: Any, wanted: str | None) -> str:
    """Return the layer to read: the one that is asked for, or the only one with lines."""
    kinds = dict(zip(layers["name"], layers["geometry_type"], strict=True))
    listed = ", ".join(f"{name} ({kind or 'no geometry'})" for name, kind in kinds.items())
    if wanted is not None and wanted not in kinds:
        raise ArgumentError(f"{path} has no layer {wanted!r}. It has: {listed}.")
    of_lines = [name for name, kind in kinds.items() if set(str(kind).split()) & set(LINES)]
    found = of_lines if wanted is None else [wanted]
    if not found:
        reason = f"it has no layer of lines, only: {listed or 'none'}."
        cure = "Give LineString or MultiLineString features, or name the layer that has some."
        raise refused(path, reason, cure)
    if len(found) > 1:
        raise ArgumentError(
            f"{path} has several layers of lines: {', '.join(found)}. Name one as layer."
        )
    return found[0]


def _lines_only(path: Path, layer: str, frame: Any) -> Any:
    """Return the features that have a geometry, lines all of them; refuse any other."""
    where = f"layer {layer!r}"
    if "geometry" in frame:
        frame = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    if "geometry" not in frame or not len(frame):
        raise refused(path, f"{where} has no lines.", "Give a layer of LineString features.")
    others = set(frame.geom_type) - set(LINES)
    if others:
        reason = f"{where} holds {', '.join(sorted(others))}."
        raise refused(path, reason, "Give LineString or MultiLineString features only.")
    return frame.explode(index_parts=False, ignore_index=True)


def _on_the_earth(path: Path, layer: str, frame: Any) -> Any:
    """Return the features in degrees of WGS 84; refuse a layer without its system."""
    where, crs = f"layer {layer!r}", frame.crs
    placed = crs is not None and (crs.is_geographic or crs.is_projected)
    if not placed or crs.name.startswith(UNDEFINED):
        cure = "Assign the one it was surveyed in, such as EPSG:32652 (QGIS: Set Layer CRS)."
        raise refused(path, f"{where} has no geographic or projected reference system.", cure)
    import shapely

    found = frame.to_crs(4326)
    if not (np.abs(shapely.get_coordinates(found.geometry.array)) <= WORLD).all():
        reason = f"{where} has places that are not on the earth in its system, {crs.name}."
        raise refused(path, reason, "Assign the system that it was surveyed in.")
    return found


def _lines(frame: Any, layer: str) -> Lines:
    from shapely import get_coordinates

    lonlat, line = get_coordinates(frame.geometry.array, return_index=True)
    whole, nodes = np.unique(np.round(lonlat * PER_DEGREE), axis=0, return_inverse=True)
    gauges = [gauges_of(text) for text in _texts(frame, "gauge")]
    power = [power_of(text) for text in _texts(frame, "electrified")]
    return Lines(
        whole / PER_DEGREE,
        nodes=nodes.reshape(-1),
        counts=np.bincount(line, minlength=len(frame)),
        gauges=np.array(gauges, dtype=np.int64).reshape(-1, 2),
        main=np.zeros(len(frame), dtype=bool),
        electrified=np.array(power, dtype=np.int64),
        name=f"Surveyed lines: {layer}",
    )


def _texts(frame: Any, column: str) -> list[str]:
    """Return the texts of a column, its name in any case; "" for each where there is none."""
    found = next((name for name in frame.columns if name.lower() == column), None)
    if found is None:
        return [""] * len(frame)
    return [str(value).removesuffix(".0") for value in frame[found]]
