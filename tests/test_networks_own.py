"""Networks of the user's own: real PBF and GeoPackage files in, a network to route on out."""

from __future__ import annotations

import hashlib
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
from shapely import from_wkt
from shapely.geometry import LineString, MultiLineString, Point

from routemap import geography
from routemap.errors import ArgumentError, InputError
from routemap.networks import own
from routemap.networks.lines import gauges_of, power_of
from routemap.networks.rules import Rules
from routemap.routing.track import Search

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from routemap.routing.course import Course

Point2 = tuple[float, float]

COURSE: list[Point2] = [
    (131.9000, 43.3000),
    (131.9101, 43.3052),
    (131.9187, 43.3149),
    (131.9203, 43.3270),
    (131.9290, 43.3391),
    (131.9412, 43.3444),
    (131.9555, 43.3460),
]
"""A line that bends, north of Vladivostok."""
BRIDGE: list[Point2] = [(130.66, 42.43), (130.645, 42.42), (130.635, 42.412), (130.60, 42.40)]
"""A line from Khasan over the Tumen into North Korea."""


def write_pbf(
    path: Path,
    nodes: dict[int, Point2],
    ways: Iterable[tuple[list[int], dict[str, str]]],
    date: str = "",
) -> Path:
    import osmium
    from osmium.osm.mutable import Node, Way

    header = osmium.io.Header()
    if date:
        header.set("osmosis_replication_timestamp", date)
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for identity, place in nodes.items():
            writer.add_node(Node(id=identity, location=place))
        for identity, (refs, tags) in enumerate(ways, 1):
            writer.add_way(Way(id=identity, nodes=refs, tags=tags))
    return path


def extract(path: Path, *tags: dict[str, str], line: list[Point2] = COURSE) -> Path:
    """Write `line` as one way for each set of tags, of equal numbers of edges, end to end."""
    nodes = dict(enumerate(line, 1))
    step = (len(line) - 1) // len(tags)
    ids = list(nodes)
    parts = [(ids[step * k : step * (k + 1) + 1], own) for k, own in enumerate(tags)]
    return write_pbf(path, nodes, parts, date="2026-01-02T03:04:05Z")


def write_gpkg(
    path: Path, *lines: Any, crs: Any = 4326, layer: str = "survey", **columns: Any
) -> Path:
    frame = gpd.GeoDataFrame(columns, geometry=list(lines), crs=4326)
    frame.to_crs(crs).to_file(path, layer=layer, mode="a" if path.exists() else "w")
    return path


def course(arrays: Any, path: Path, start: Point2, stop: Point2) -> Course:
    """Return the shortest course, over the file that `arrays` make."""
    path.write_bytes(own.to_bytes(arrays))
    return Search(own.load(path), start, stop).course(Rules())


def geodesic_m(line: list[Point2]) -> float:
    return sum(float(geography.geodesic_m(*a, *b)) for a, b in pairwise(line))


RAIL = {"railway": "rail"}


def test_an_extract_is_routed_on_in_its_full_course(tmp_path):
    arrays = own.build("rail", extract(tmp_path / "one.osm.pbf", RAIL))
    found = course(arrays, tmp_path / "one.npz", COURSE[0], COURSE[-1])
    assert found.length_m == pytest.approx(geodesic_m(COURSE), abs=0.51)
    assert found.coordinates.tolist() == [list(place) for place in COURSE]
    assert {(one.kind, one.country) for one in found.stretches} == {("track", "RU")}
    assert found.snap_m == (0.0, 0.0)
    back = Search(own.load(tmp_path / "one.npz"), COURSE[-1], COURSE[0]).course(Rules())
    assert back.length_m == found.length_m


def test_a_break_of_gauge_is_a_transfer_and_dual_gauge_is_none(tmp_path):
    tags = [RAIL | {"gauge": one} for one in ("1520", "1435;1520", "1435")]
    arrays = own.build("rail", extract(tmp_path / "dual.osm.pbf", *tags))
    found = course(arrays, tmp_path / "dual.npz", COURSE[0], COURSE[-1])
    (change,) = found.gauge_changes
    assert {change[2], change[3]} == {1435, 1520}
    assert change[:2] in (COURSE[2], COURSE[4])
    assert found.length_m == pytest.approx(geodesic_m(COURSE), abs=1)
    stay = Search(own.load(tmp_path / "dual.npz"), COURSE[0], COURSE[4]).course(Rules())
    assert stay.gauge_changes == ()


def test_a_line_over_a_border_has_both_countries(tmp_path):
    arrays = own.build("rail", extract(tmp_path / "khasan.osm.pbf", RAIL, line=BRIDGE))
    found = course(arrays, tmp_path / "khasan.npz", BRIDGE[0], BRIDGE[-1])
    assert [one.country for one in found.stretches] == ["RU", "KP"]
    assert found.length_m == pytest.approx(geodesic_m(BRIDGE), abs=1)


def test_only_railways_that_carry_freight_are_read(tmp_path):
    nodes = dict(enumerate(COURSE, 1))
    others = ("tram", "subway", "light_rail", "abandoned", "disused", "construction", "preserved")
    ways = [([1, 2], RAIL), ([2, 3], {"railway": "narrow_gauge", "gauge": "750"})]
    ways += [([4, 5], {"railway": value}) for value in others]
    ways += [([5, 6], {"highway": "primary"}), ([6, 7], {"construction": "rail"})]
    arrays = own.build("rail", write_pbf(tmp_path / "kinds.osm.pbf", nodes, ways))
    assert own.facts(arrays)["length_km"] == pytest.approx(geodesic_m(COURSE[:3]) / 1000, abs=0.06)
    assert sorted(set(arrays["gauge"].tolist())) == [0, 750]


def test_roads_are_those_that_vehicles_may_use_and_both_ways(tmp_path):
    nodes = dict(enumerate(COURSE, 1))
    ways = [
        ([1, 2], {"highway": "trunk", "oneway": "yes"}),
        ([2, 3], {"highway": "service", "access": "no", "motor_vehicle": "permit"}),
        ([3, 4], {"highway": "residential", "access": "no"}),
        ([4, 5], {"highway": "service", "service": "driveway"}),
        ([5, 6], {"highway": "footway"}),
        ([6, 7], {"highway": "primary", "area": "yes"}),
    ]
    arrays = own.build("road", write_pbf(tmp_path / "roads.osm.pbf", nodes, ways))
    assert sorted(zip(arrays["interior"].tolist(), arrays["main"].tolist(), strict=True)) == [
        (0, False),
        (0, True),
    ]
    back = course(arrays, tmp_path / "roads.npz", COURSE[2], COURSE[0])
    assert back.length_m == pytest.approx(geodesic_m(COURSE[:3]), abs=1)


def test_tags_are_kept_by_chain(tmp_path):
    tags = [
        RAIL | {"electrified": "contact_line", "usage": "main"},
        RAIL | {"electrified": "no", "usage": "branch"},
        RAIL,
    ]
    path = extract(tmp_path / "tags.osm.pbf", *tags)
    arrays = own.build("rail", path)
    assert sorted(arrays["electrified"].tolist()) == [0, 1, 2]
    assert arrays["electrified"].dtype == np.uint8
    assert arrays["main"].tolist() == (arrays["electrified"] == 2).tolist()
    facts = own.facts(arrays)
    share = geodesic_m(COURSE[:3]) / geodesic_m(COURSE)
    assert facts["electrified"] == pytest.approx(share, abs=0.001)
    assert facts["date"] == "2026-01-02T03:04:05Z"
    assert facts["licence"] == "ODbL-1.0"
    assert facts["source"] == "tags.osm.pbf"
    assert facts["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("text", "gauges"),
    [
        ("1520", (1520, 0)),
        ("1520;1435", (1435, 1520)),
        ("1435; 1520 ;junk", (1435, 1520)),
        ("1524", (1520, 0)),
        ("1520;1524", (1520, 0)),
        ("1066.8", (1067, 0)),
        ("1000;1435;1520", (1000, 1435)),
        *((junk, (0, 0)) for junk in ("", "broad", "2yd", "-1520", "15200", "60.5", "1e3", "nan")),
        ("9" * 400, (0, 0)),
        ("١٥٢٠", (0, 0)),
    ],
)
def test_gauges_of_a_tag(text, gauges):
    assert gauges_of(text) == gauges


@pytest.mark.parametrize(
    ("text", "power"),
    [("no", 1), ("contact_line;rail", 2), ("Yes", 2), ("", 0), ("proposed", 0), ("None", 0)],
)
def test_power_of_a_tag(text, power):
    assert power_of(text) == power


def test_a_way_is_cut_at_nodes_that_the_extract_lacks(tmp_path):
    nodes = dict(enumerate(COURSE, 1))
    del nodes[4]
    path = write_pbf(tmp_path / "rim.osm.pbf", nodes, [([1, 2, 3, 4, 5, 6, 7], RAIL)])
    arrays = own.build("rail", path)
    assert len(set(arrays["component"].tolist())) == 2
    km = (geodesic_m(COURSE[:3]) + geodesic_m(COURSE[4:])) / 1000
    assert own.facts(arrays)["length_km"] == pytest.approx(km, abs=0.06)


def test_only_nodes_of_the_chosen_ways_are_kept(tmp_path):
    nodes = dict(enumerate(COURSE, 1)) | {100 + k: (132.0, 43.0 + k / 1000) for k in range(50)}
    ways = [([1, 2, 2, 3], RAIL), (list(range(100, 150)), {"building": "yes"})]
    arrays = own.build("rail", write_pbf(tmp_path / "others.osm.pbf", nodes, ways))
    assert len(arrays["lon"]) == 3
    assert arrays["metres"].sum() == pytest.approx(geodesic_m(COURSE[:3]), abs=0.51)


def test_short_edges_do_not_add_up_to_a_wrong_length(tmp_path):
    line = [(131.9 + k * 2e-5, 43.3 + k * 1.3e-5) for k in range(9000)]
    arrays = own.build("rail", extract(tmp_path / "dense.osm.pbf", RAIL, line=line))
    found = course(arrays, tmp_path / "dense.npz", line[0], line[-1])
    assert found.length_m == pytest.approx(geodesic_m(line), abs=1)


def test_a_source_gives_the_same_bytes_twice(tmp_path):
    path = extract(tmp_path / "same.osm.pbf", RAIL, RAIL | {"gauge": "1435"})
    first, second = (own.to_bytes(own.build("rail", path)) for _ in range(2))
    assert first == second


def test_an_extract_cut_short_is_refused_with_a_cure(tmp_path):
    whole = extract(tmp_path / "whole.osm.pbf", RAIL).read_bytes()
    path = tmp_path / "cut.osm.pbf"
    for length in (len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"cut\.osm\.pbf: it is cut short.*Download") as caught:
            own.build("rail", path)
        assert caught.value.carried[0].file == str(path)


@pytest.mark.parametrize("data", [b"", b"\x00\x00", b"no PBF at all" * 40, b"<osm version='0.6'/>"])
def test_what_is_no_pbf_is_refused(tmp_path, data):
    path = tmp_path / "text.osm.pbf"
    path.write_bytes(data)
    with pytest.raises(InputError, match="it is no PBF file of OpenStreetMap"):
        own.build("rail", path)


def test_an_extract_without_railways_is_refused(tmp_path):
    path = extract(tmp_path / "roads.osm.pbf", {"highway": "primary"})
    with pytest.raises(InputError, match="it holds no rail"):
        own.build("rail", path)
    lost = write_pbf(tmp_path / "lost.osm.pbf", {}, [([1, 2, 3], RAIL)])
    with pytest.raises(InputError, match="it holds no rail"):
        own.build("rail", lost)


def test_arguments_that_do_not_fit_are_refused(tmp_path):
    path = extract(tmp_path / "one.osm.pbf", RAIL)
    with pytest.raises(ArgumentError, match="'sea' is no mode that runs on lines"):
        own.build("sea", path)
    with pytest.raises(ArgumentError, match="has no layers"):
        own.build("rail", path, layer="survey")
    with pytest.raises(ArgumentError, match=r"no reader for 'rail\.shp'"):
        own.build("rail", tmp_path / "rail.shp")
    for name in ("none.osm.pbf", "none.gpkg"):
        with pytest.raises(InputError, match="No such file"):
            own.build("rail", tmp_path / name)
    (tmp_path / "folder.osm.pbf").mkdir()
    with pytest.raises(InputError, match="Is a directory"):
        own.build("rail", tmp_path / "folder.osm.pbf")


def test_without_osmium_the_error_names_the_extra(tmp_path, monkeypatch):
    path = extract(tmp_path / "one.osm.pbf", RAIL)
    for name in [name for name in sys.modules if name.split(".")[0] == "osmium"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ArgumentError, match=r'pip install "routemap-osint\[osm\]"'):
        own.build("rail", path)


def test_a_survey_in_another_system_is_routed_on(tmp_path):
    lines = LineString(COURSE[:4]), MultiLineString([COURSE[3:5], COURSE[4:]])
    path = write_gpkg(
        tmp_path / "survey.gpkg",
        *lines,
        crs="EPSG:32652",
        Gauge=[1520.0, None],
        electrified=[True, False],
    )
    arrays = own.build("rail", path)
    found = course(arrays, tmp_path / "survey.npz", COURSE[0], COURSE[-1])
    assert found.length_m == pytest.approx(geodesic_m(COURSE), abs=1)
    np.testing.assert_allclose(found.coordinates, COURSE, atol=1e-6)
    assert found.gauge_changes == ()
    assert sorted(set(arrays["gauge"].tolist())) == [0, 1520]
    assert sorted(set(arrays["electrified"].tolist())) == [1, 2]
    assert own.facts(arrays)["licence"] is None


def test_surveyed_lines_meet_at_shared_vertices_only(tmp_path):
    main = LineString([(131.9, 43.3), (131.95, 43.3), (132.0, 43.3)])
    branch = LineString([(131.95, 43.3, 12.0), (131.95, 43.35, 20.0)])
    above = LineString([(131.97, 43.25), (131.97, 43.35)])
    path = write_gpkg(tmp_path / "yard.gpkg", main, branch, above)
    arrays = own.build("rail", path)
    assert len(arrays["tail"]) == 4
    assert len(set(arrays["component"].tolist())) == 2


def test_a_chain_of_many_vertices_is_kept_whole(tmp_path):
    line = LineString([(132.1 + k * 1e-5, 43.5) for k in range(70_000)])
    arrays = own.build("rail", write_gpkg(tmp_path / "long.gpkg", line))
    assert arrays["interior"].tolist() == [69_998]
    assert len(arrays["lon"]) == 70_000


def test_the_layer_of_lines_is_found_or_asked_for(tmp_path):
    path = write_gpkg(tmp_path / "layers.gpkg", Point(132, 43), layer="stations")
    write_gpkg(path, LineString(COURSE), layer="first")
    assert own.build("rail", path)["name"] == "Surveyed lines: first"
    write_gpkg(path, LineString(BRIDGE), layer="second")
    with pytest.raises(ArgumentError, match="several layers of lines: first, second"):
        own.build("rail", path)
    assert own.build("rail", path, layer="second")["name"] == "Surveyed lines: second"
    with pytest.raises(ArgumentError, match=r"no layer 'third'. It has: stations \(Point\), first"):
        own.build("rail", path, layer="third")
    with pytest.raises(InputError, match="layer 'stations' holds Point"):
        own.build("rail", path, layer="stations")


def test_points_instead_of_lines_are_refused(tmp_path):
    path = write_gpkg(tmp_path / "points.gpkg", Point(132, 43), layer="stations")
    with pytest.raises(InputError, match=r"no layer of lines, only: stations \(Point\)"):
        own.build("rail", path)


def test_a_survey_without_lines_is_refused(tmp_path):
    path = write_gpkg(tmp_path / "none.gpkg", LineString(), layer="survey")
    with pytest.raises(InputError, match="layer 'survey' has no lines"):
        own.build("rail", path, layer="survey")


def test_a_survey_without_a_system_is_refused_with_a_cure(tmp_path):
    path = tmp_path / "bare.gpkg"
    frame = gpd.GeoDataFrame(geometry=[LineString(COURSE)])
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        frame.to_file(path, layer="survey")
    with pytest.raises(InputError, match="has no geographic or projected reference system"):
        own.build("rail", path)


@pytest.mark.parametrize("identity", [0, -1])
def test_an_undefined_system_of_geopackage_is_none(tmp_path, identity):
    import sqlite3

    path = write_gpkg(tmp_path / "undefined.gpkg", LineString(COURSE))
    connection = sqlite3.connect(path)
    connection.execute("update gpkg_geometry_columns set srs_id = ?", (identity,))
    connection.execute("update gpkg_contents set srs_id = ?", (identity,))
    connection.commit()
    connection.close()
    with pytest.raises(InputError, match="no geographic or projected"):
        own.build("rail", path)


def test_a_survey_in_the_wrong_system_is_refused(tmp_path):
    path = tmp_path / "wrong.gpkg"
    metres = gpd.GeoDataFrame(geometry=[LineString(COURSE)], crs=4326).to_crs(32652)
    metres.set_crs(4326, allow_override=True).to_file(path, layer="survey")
    with pytest.raises(InputError, match="not on the earth in its system, WGS 84"):
        own.build("rail", path)


def test_a_survey_that_lies_at_sea_is_refused(tmp_path):
    path = write_gpkg(tmp_path / "swapped.gpkg", LineString([(43.3, -40), (43.4, -40.1)]))
    with pytest.raises(InputError, match="all of it lies at sea"):
        own.build("rail", path)


@pytest.mark.parametrize(
    "kind",
    ["LINESTRING Z (132 43.4 1, 132.1 43.4 2)", "MULTILINESTRING Z ((132 43.4 1, 132.1 43.4 2))"],
)
def test_heights_are_left_out(tmp_path, kind):
    arrays = own.build("rail", write_gpkg(tmp_path / "high.gpkg", from_wkt(kind)))
    assert arrays["metres"].sum() == round(geodesic_m([(132, 43.4), (132.1, 43.4)]))


def test_a_damaged_geopackage_is_refused(tmp_path):
    whole = write_gpkg(tmp_path / "whole.gpkg", LineString(COURSE)).read_bytes()
    path = tmp_path / "cut.gpkg"
    for data in (b"", b"no GeoPackage", whole[:5000], whole[: len(whole) // 2]):
        path.write_bytes(data)
        with pytest.raises(InputError, match=r"cut\.gpkg: it cannot be read as one"):
            own.build("rail", path)


@pytest.fixture(scope="module")
def arrays(tmp_path_factory):
    path = tmp_path_factory.mktemp("network") / "one.osm.pbf"
    return own.build("rail", extract(path, RAIL, RAIL | {"gauge": "1520"}))


def test_a_network_file_reads_back_as_it_was(tmp_path, arrays):
    path = tmp_path / "one.npz"
    path.write_bytes(own.to_bytes(arrays))
    again = own.read(path)
    assert again.keys() == arrays.keys()
    assert all((again[name] == arrays[name]).all() for name in arrays)
    assert own.load(path).mode == "rail"


def test_a_damaged_network_file_is_refused(tmp_path, arrays):
    path, whole = tmp_path / "cut.npz", own.to_bytes(arrays)
    middle = len(whole) // 3
    for data in (b"", b"text", whole[:-40], whole[:middle] + b"\xff" * 40 + whole[middle + 40 :]):
        path.write_bytes(data)
        with pytest.raises(InputError, match=r"cut\.npz: it is no network file"):
            own.read(path)
    with pytest.raises(InputError, match="there is no such file"):
        own.read(tmp_path / "none.npz")


@pytest.mark.parametrize(
    "change",
    [
        {"tail": np.array([0, 99], dtype=np.int32)},
        {"head": np.array([0, -1], dtype=np.int32)},
        {"junctions": np.array(2)},
        {"junctions": np.array([3, 3])},
        {"kind": np.array([0, 9], dtype=np.uint8)},
        {"unit": np.full(7, 30_000, dtype=np.int16)},
        {"metres": np.array([1, 2, 3], dtype=np.uint32)},
        {"lon": np.zeros((7, 2), dtype=np.int32)},
        {"lat": np.zeros(7)},
        {"per_degree": np.array(0)},
        {"name": np.array(["a", "b"])},
        {"mode": np.array("sea")},
        {"junctions": np.array("three")},
    ],
    ids="-".join,
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, arrays, change):
    path = tmp_path / "odd.npz"
    np.savez(path, allow_pickle=True, **(arrays | change))
    with pytest.raises(InputError, match=r"odd\.npz: it is no network file"):
        own.load(path)


def test_a_network_of_other_borders_is_refused(tmp_path, arrays):
    path = tmp_path / "old.npz"
    path.write_bytes(own.to_bytes(arrays | {"borders": np.array("0" * 64)}))
    with pytest.raises(InputError, match="borders of another version"):
        own.load(path)
