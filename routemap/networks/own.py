"""Networks of the user's own: built from an OpenStreetMap extract or a survey, kept in one file.

A network file (.npz) holds the arrays of `routemap.networks.compress`, and beside them what made
it: `mode`, `name`, `source`, `sha256` (of the source), `licence`, `attribution`, `date`, and
`borders`, a checksum of the territories with which its nodes were tagged.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from routemap import geography
from routemap.errors import ArgumentError
from routemap.networks import track
from routemap.networks.compress import compress, node_units
from routemap.networks.graph import KINDS
from routemap.networks.lines import Lines, graph_of, refused

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    import numpy.typing as npt

    Arrays = dict[str, npt.NDArray[Any]]

__all__ = ["MODES", "build", "facts", "load", "read", "to_bytes"]

MODES = ("rail", "road")
PER_DEGREE = 1_000_000
_DAMAGES = (OSError, EOFError, KeyError, TypeError, ValueError, BadZipFile, zlib.error)
FACTS = ("mode", "name", "source", "sha256", "licence", "attribution", "date")


def build(mode: str, path: str | os.PathLike[str], *, layer: str | None = None) -> Arrays:
    """Return the arrays of a network that is built from a file.

    Every vertex of the source is kept, in millionths of a degree. Lengths are geodesic, in whole
    metres; a line's error is under 1 m. All lines may be followed both ways: `oneway` is not read.
    Where the source holds no node in common there is no junction: nothing is repaired.

    Raises `ArgumentError` for another mode or suffix, `InputError` for a file that cannot be used.

    Parameters
    ----------
    mode
        "rail" or "road".
    path
        An extract of OpenStreetMap (.osm.pbf), or a GeoPackage (.gpkg) of surveyed lines.
    layer
        The layer of a GeoPackage; may be left out where one only holds lines.
    """
    if mode not in MODES:
        raise ArgumentError(f"{mode!r} is no mode that runs on lines. Use one of rail, road.")
    source = Path(path)
    lines = _read_lines(source, mode, layer)
    graph = graph_of(lines)
    if not len(graph.edges):
        cure = "Give an extract that covers some, whole: one cut before its ways has none."
        raise refused(source, f"it holds no {mode}.", cure)
    units = node_units(graph)
    if (units < 0).all():
        cure = "See whether lon and lat are swapped, and take in the line that leads ashore."
        raise refused(source, "all of it lies at sea.", cure)
    arrays = compress(graph, units, per_degree=PER_DEGREE)
    return arrays | {name: np.array(text) for name, text in _facts(mode, source, lines).items()}


def _read_lines(path: Path, mode: str, layer: str | None) -> Lines:
    suffix = path.suffix.lower()
    if suffix == ".gpkg":
        from routemap.networks import survey

        return survey.read(path, layer)
    if suffix != ".pbf":
        raise ArgumentError(f"no reader for {path.name!r}. Give a file of .osm.pbf or .gpkg.")
    if layer is not None:
        raise ArgumentError(f"{path.name} has no layers. Leave the layer out.")
    from routemap.networks import osm

    return osm.read(path, mode)


def _facts(mode: str, source: Path, lines: Lines) -> dict[str, str]:
    with source.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {
        "mode": mode,
        "name": lines.name,
        "source": source.name,
        "sha256": digest,
        "licence": lines.licence,
        "attribution": lines.attribution,
        "date": lines.date,
        "borders": _borders(),
    }


def _borders() -> str:
    """Return a checksum of the territories that the numbers in a network stand for."""
    return hashlib.sha256("\n".join(geography.unit_names()).encode()).hexdigest()


def to_bytes(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Return the network file of some arrays; the same arrays give the same bytes."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def read(path: str | os.PathLike[str]) -> Arrays:
    """Return the arrays of a network file.

    Raises `InputError` for a file that is missing, damaged or no network, or that was built with
    other borders than this version's.
    """
    file = Path(path)
    cure = "Build it again: routemap networks build."
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files}
        sound = _is_sound(arrays)
    except FileNotFoundError as error:
        cure = "Give the file that routemap networks build wrote."
        raise refused(file, "there is no such file.", cure) from error
    except _DAMAGES as error:
        raise refused(file, f"it is no network file, or damaged ({error}).", cure) from error
    if not sound:
        raise refused(file, "it is no network file: its arrays do not fit each other.", cure)
    if str(arrays["borders"]) != _borders():
        raise refused(file, "it was built with the borders of another version.", cure)
    return arrays


def _is_sound(arrays: Arrays) -> bool:
    """Return whether arrays fit each other, so that no number in them points outside."""
    junctions, chains = int(arrays["junctions"]), len(arrays["tail"])
    inner = int(arrays["interior"].sum(dtype=np.int64))
    sizes = dict.fromkeys(("lon", "lat", "unit", "component"), junctions + inner)
    sizes |= dict.fromkeys(("tail", "head", "interior", "kind", "gauge", "main"), chains)
    sizes |= {"metres": chains + inner}
    if "electrified" in arrays:
        sizes["electrified"] = chains
    limits = {"tail": (0, junctions), "head": (0, junctions), "kind": (0, len(KINDS))}
    limits |= {"metres": (0, 2**31)}
    limits |= {"unit": (-1, len(geography.unit_names())), "interior": (0, inner + 1)}
    return (
        chains > 0
        and str(arrays["mode"]) in MODES
        and int(arrays["per_degree"]) > 0
        and all(arrays[name].ndim == 0 for name in (*FACTS, "borders"))
        and all(arrays[name].shape == (size,) for name, size in sizes.items())
        and all(arrays[name].dtype.kind in "iub" for name in sizes)
        and all(_within(arrays[name], *limit) for name, limit in limits.items())
    )


def _within(array: npt.NDArray[Any], low: int, high: int) -> bool:
    return bool(((array >= low) & (array < high)).all())


def load(path: str | os.PathLike[str]) -> track.TrackNetwork:
    """Return the network of a network file, to route on; raises as `read` does."""
    arrays = read(path)
    return track.read(str(arrays["mode"]), arrays)


def facts(arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, Any]:
    """Return a network's row: where it comes from, its size, and what share is known of it.

    Shares are of the length: of lines with a known gauge, and of electrified ones.
    """
    network = track.read(str(arrays["mode"]), arrays)
    metres = network.chain_metres
    power = arrays.get("electrified", np.zeros(len(metres), dtype=np.uint8))
    lon, lat = network.lon, network.lat
    return {
        **{name: str(arrays[name]) or None for name in FACTS},
        "nodes": len(lon),
        "chains": len(metres),
        "length_km": round(int(metres.sum()) / 1000, 1),
        "gauge_known": round(float(metres[network.gauge > 0].sum() / metres.sum()), 3),
        "electrified": round(float(metres[power == 2].sum() / metres.sum()), 3),
        "extent": [round(float(one), 3) for one in (lon.min(), lat.min(), lon.max(), lat.max())],
    }
