"""Read the railways or roads of an OpenStreetMap extract (.osm.pbf), every node of their course.

The file is read twice and never held: first its ways, then those of its nodes that the chosen ways
pass. Lines are followed both ways; `oneway` is not read. Of a file that ends between two of its
blocks nothing tells that it was cut: compare its size with the publisher's.
"""

from __future__ import annotations

from array import array
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from routemap.errors import ArgumentError
from routemap.networks.lines import Lines, gauges_of, power_of, refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from routemap.networks.graph import Floats, Ints

__all__ = ["read"]

RAILWAYS = ("rail", "narrow_gauge")
"""Railways that carry freight. Light rail, trams, subways, monorails and funiculars carry
passengers; disused, abandoned, proposed and preserved ones and those under construction no train of
the day (OpenStreetMap wiki, Key:railway)."""
MAIN_ROADS = ("motorway", "trunk", "primary")
LINKED_ROADS = (*MAIN_ROADS, "secondary", "tertiary")
ROADS = (
    *(f"{road}{link}" for road in LINKED_ROADS for link in ("", "_link")),
    *("unclassified", "residential", "living_street", "service", "road"),
)
"""Roads for motor vehicles: service roads lead to depots, works and harbours. Tracks for farms and
woods, busways and paths are left out (OpenStreetMap wiki, Key:highway)."""
PRIVATE_WAYS = frozenset({"driveway", "parking_aisle", "drive-through", "emergency_access"})
"""Service roads that end at a house or a parked car, or that only ambulances use."""
ACCESS = ("motor_vehicle", "vehicle", "access")
"""Who may use a road; the first that a road has counts."""
KEYS = {"rail": ("railway", RAILWAYS), "road": ("highway", ROADS)}
NAMES = {"rail": "Railways", "road": "Roads"}
HEAD = b"OSMHeader"
"""What stands in the first bytes of every PBF."""


class _Ways(NamedTuple):
    """Ways as columns: ids of their nodes end to end, and what their tags say."""

    refs: array[int]
    counts: list[int]
    gauges: list[tuple[int, int]]
    main: list[bool]
    electrified: list[int]


def read(path: Path, mode: str) -> Lines:
    """Return the railways ("rail") or roads ("road") of an extract.

    A way is cut at a node that the extract does not hold, as at its rim.

    Raises `ArgumentError` where the extra that reads extracts is missing, `InputError` for a file
    that is no PBF, damaged or cut short.
    """
    with _reading(path):
        date, ways = _ways(path, mode)
        ids, lonlat = _nodes(path, np.unique(ways.refs))
    refs = np.array(ways.refs, dtype=np.int64)
    place = np.minimum(np.searchsorted(ids, refs), max(0, len(ids) - 1))
    held = ids[place] == refs if len(ids) else np.zeros(len(refs), dtype=bool)
    return Lines(
        lonlat,
        nodes=np.where(held, place, -1),
        counts=np.array(ways.counts, dtype=np.int64),
        gauges=np.array(ways.gauges, dtype=np.int64).reshape(-1, 2),
        main=np.array(ways.main, dtype=bool),
        electrified=np.array(ways.electrified, dtype=np.int64),
        name=f"{NAMES[mode]} of OpenStreetMap",
        licence="ODbL-1.0",
        attribution=f"{NAMES[mode]} © OpenStreetMap contributors (ODbL)",
        date=date,
    )


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Say what is wrong with a file that cannot be read as a PBF."""
    try:
        yield
    except ImportError:
        cure = 'Run: pip install "routemap-osint[osm]".'
        raise ArgumentError(f"reading {path} needs the package osmium. {cure}") from None
    except (OSError, RuntimeError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> Exception:
    try:
        with path.open("rb") as stream:
            head = stream.read(64)
    except OSError as fault:
        reason = f"it cannot be read: {fault.strerror or fault}."
        return refused(path, reason, "Give the path of an extract.")
    if HEAD not in head:
        cure = "Give an extract of OpenStreetMap in that format."
        return refused(path, "it is no PBF file of OpenStreetMap.", cure)
    cure = "Download it again, and compare its size and checksum with the publisher's."
    return refused(path, f"it is cut short or damaged ({error}).", cure)


def _objects(path: Path, kind: Any) -> Any:
    """Return what streams the objects of a kind; the file's suffix does not matter."""
    from osmium import FileProcessor
    from osmium.io import File

    return FileProcessor(File(str(path), "pbf"), kind)


def _ways(path: Path, mode: str) -> tuple[str, _Ways]:
    """Return the date of a file, and the ways of a mode in its order."""
    from osmium.filter import TagFilter
    from osmium.osm import WAY

    key, values = KEYS[mode]
    found = _objects(path, WAY).with_filter(TagFilter(*((key, value) for value in values)))
    ways = _Ways(array("q"), [], [], [], [])
    for way in found:
        if mode == "rail" or _for_vehicles(way.tags):
            _append(ways, way, mode)
    return found.header.get("osmosis_replication_timestamp"), ways


def _for_vehicles(tags: Any) -> bool:
    """Return whether a road is a line, open to vehicles, that leads somewhere."""
    access = next((tags[key] for key in ACCESS if key in tags), "yes")
    return access != "no" and tags.get("area") != "yes" and tags.get("service") not in PRIVATE_WAYS


def _append(ways: _Ways, way: Any, mode: str) -> None:
    tags = way.tags
    before = len(ways.refs)
    ways.refs.extend(node.ref for node in way.nodes)
    ways.counts.append(len(ways.refs) - before)
    if mode == "rail":
        ways.gauges.append(gauges_of(tags.get("gauge", "")))
        ways.main.append(tags.get("usage") == "main")
        ways.electrified.append(power_of(tags.get("electrified", "")))
    else:
        ways.gauges.append((0, 0))
        ways.main.append(tags["highway"].removesuffix("_link") in MAIN_ROADS)
        ways.electrified.append(0)


def _nodes(path: Path, wanted: Ints) -> tuple[Ints, Floats]:
    """Return the nodes of some ids that a file holds: ids, ascending, and lon and lat of each."""
    from osmium.filter import IdFilter
    from osmium.osm import NODE

    ids, places = array("q"), array("q")  # in 1e-7 degrees, as the file has them
    for node in _objects(path, NODE).with_filter(IdFilter(wanted.data)):
        if node.location.valid():
            ids.append(node.id)
            places.extend((node.location.x, node.location.y))
    unique, first = np.unique(np.array(ids, dtype=np.int64), return_index=True)
    return unique, np.array(places, dtype=np.int64).reshape(-1, 2)[first] / 1e7
