"""Files for GIS users. Every file carries its provenance and the notices of its data."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from routemap import geography
from routemap.errors import ArgumentError, OutputError
from routemap.model import RouteModel, claim_record, leg_record, site_record, stretch_records
from routemap.provenance import FRAME, attributions, provenance, versions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy.typing as npt

__all__ = [
    "FORMATS",
    "legs_collection",
    "places_collection",
    "route_collection",
    "stretches_collection",
    "to_bytes",
    "to_geojson",
    "write_file",
]

Json = dict[str, Any]
_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)


def legs_collection(model: RouteModel) -> Json:
    """Return legs.geojson as a dict: one Feature a leg, in the order of the model.

    RFC 7946: WGS 84, lon before lat, at most 6 decimals, lines cut at the antimeridian. Geometry is
    a LineString, a MultiLineString, or null where there is nothing to draw. Beside the features
    stand the ``claims`` that they rest on, denials and stocks among them, and their ``sources``;
    a retracted claim is left out.
    """
    lines = [(leg, leg.coordinates) for leg in model.routed]
    rows = [(leg_record(leg), None if line is None else _line(line)) for leg, line in lines]
    live = [claim for claim in model.case.claims if claim.retract is None]
    said = {
        "sources": [source.model_dump(mode="json") for source in model.case.sources],
        "claims": [claim_record(claim) for claim in live],
    }
    return {**_collection(model, rows), **said}


def stretches_collection(model: RouteModel) -> Json:
    """Return stretches.geojson as a dict: one Feature a stretch of each leg that has a line."""
    rows = []
    for leg in model.routed:
        line = leg.coordinates
        if line is not None:
            for record, part in zip(stretch_records(leg), leg.stretches, strict=True):
                rows.append((record, _line(line[part.start : part.stop + 1])))
    return _collection(model, rows)


def places_collection(model: RouteModel) -> Json:
    """Return places.geojson as a dict: a Point, or the Polygon of an area, for each place."""
    rows = []
    for site in model.sites.values():
        if site.area is None:
            lon, lat = site.point
            shape: Json = {"type": "Point", "coordinates": [_lon(lon), round(lat, 6)]}
        else:
            shape = geography.rounded_mapping(site.area)
        rows.append((site_record(site), shape))
    return _collection(model, rows)


def route_collection(answer: Mapping[str, Any]) -> Json:
    """Return a route's answer (`routemap.routing.answer`, status "ok") as a collection of lines.

    The route comes first, its alternatives after it. The properties are the fields of the answer,
    its coordinates and alternatives left out.
    """
    left_out = {"id", "coordinates", "alternatives"}
    rows = [
        (
            {field: value for field, value in one.items() if field not in left_out},
            _line(np.array(one["coordinates"])),
        )
        for one in (answer, *answer["alternatives"])
    ]
    return _features(rows, versions())


def _collection(model: RouteModel, rows: Sequence[tuple[Json, Json | None]]) -> Json:
    return _features(rows, provenance(model))


def _features(rows: Sequence[tuple[Json, Json | None]], made_by: Json) -> Json:
    features = [
        {
            "type": "Feature",
            **({"id": record["id"]} if "id" in record else {}),
            **({"bbox": geography.bbox(shape)} if shape else {}),
            "geometry": shape,
            "properties": record,
        }
        for record, shape in rows
    ]
    shapes = [shape for _, shape in rows if shape]
    return {
        "type": "FeatureCollection",
        **({"bbox": geography.bbox(*shapes)} if shapes else {}),
        "note": FRAME,
        "attribution": attributions(),
        "provenance": made_by,
        "features": features,
    }


def _line(coordinates: npt.NDArray[np.float64]) -> Json:
    """Return a line as GeoJSON, cut at the antimeridian, repeated points left out."""
    thinned = [_thin(part.round(6).tolist()) for part in geography.cut(coordinates)]
    parts = [part for part in thinned if len(part) > 1]
    if not parts:
        return {"type": "LineString", "coordinates": thinned[0] * 2}
    if len(parts) == 1:
        return {"type": "LineString", "coordinates": parts[0]}
    return {"type": "MultiLineString", "coordinates": parts}


def _thin(points: list[list[float]]) -> list[list[float]]:
    return [point for i, point in enumerate(points) if i == 0 or point != points[i - 1]]


def _lon(value: float) -> float:
    """Return a longitude within -180 to 180, at most 6 decimals."""
    return round((value + 180) % 360 - 180, 6)


def to_geojson(model: RouteModel, path: str | os.PathLike[str]) -> FilePath:
    """Write the legs as GeoJSON; return the path. Columns as in `legs_collection`.

    Raises `OutputError` if the file cannot be written; what stood there before is untouched.
    """
    return write_file(path, to_bytes(legs_collection(model)))


FORMATS: Mapping[str, Callable[[RouteModel, str | os.PathLike[str]], FilePath]] = {
    ".geojson": to_geojson,
    ".json": to_geojson,
}


def to_bytes(document: Any) -> bytes:
    """Return a JSON document as UTF-8 bytes with a newline at the end; the same each time."""
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)


def write_file(path: str | os.PathLike[str], data: bytes) -> FilePath:
    """Write one file whole or not at all: a temporary file beside it, fsync, rename.

    Returns `path`. Raises `OutputError`, naming the file and the reason; what stood there before
    is untouched, and its permissions are kept. A link is followed; a folder, a device or what is
    no path raises `ArgumentError`.
    """
    target, real = resolved(path)
    try:
        if real.exists() and not real.is_file():
            raise ArgumentError(f"{target} is not an ordinary file. Give the name of a file.")
        _write_whole(real, data)
    except OSError as error:
        absent = isinstance(error, FileNotFoundError | NotADirectoryError)
        cure = f"{real.parent} is no folder: make it" if absent else "Free space"
        reason = f"{target} was not written: {error.strerror or error}."
        raise OutputError(f"{reason} {cure}, or choose another place.") from error
    return target


def resolved(path: str | os.PathLike[str]) -> tuple[FilePath, FilePath]:
    """Return (`path`, the same with every link in it followed) as paths.

    Raises `ArgumentError` for what is no path.
    """
    try:
        return FilePath(path), FilePath(os.path.realpath(path))
    except (TypeError, ValueError):
        raise ArgumentError(f"{path!r} is no path. Give the name of a file or folder.") from None


def _write_whole(target: FilePath, data: bytes) -> None:
    """Write a file that takes the permissions of `target`, else those of any new file."""
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    temporary = target.with_name(f".{target.name[:40]}.{secrets.token_hex(8)}")
    handle = os.open(temporary, _NEW, 0o666 if mode is None else 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
