"""Files for GIS users: the columns of the contract, RFC 7946, and other programs that read them."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
import textwrap
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import shape

import routemap
from routemap import export, routing
from routemap.errors import ArgumentError, OutputError
from routemap.provenance import FRAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from routemap.model import RouteModel

CASE = Path(__file__).parent.parent / "data/dprk-russia-2023"
PACIFIC = """
    sources: [{id: s, title: S, reliability: B}]
    claims:
    - id: "over"
      source: s
      origin: "Vladivostok, RU"
      destination: "San Francisco, US"
      mode: sea
      moved: 2023-09~/2023-10-01?
      quantity: [more than 1000 containers, about 300 containers]
      carrier: [A, B]
"""


def read(text: str, folder: Path) -> RouteModel:
    file = folder / "case.yaml"
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return routemap.build(routemap.read_case(file))


@pytest.fixture(scope="module")
def model() -> RouteModel:
    return routemap.build(routemap.read_case(CASE))


@pytest.fixture(scope="module")
def pacific(tmp_path_factory: pytest.TempPathFactory) -> RouteModel:
    return read(PACIFIC, tmp_path_factory.mktemp("pacific"))


COLLECTIONS = {
    "legs": export.legs_collection,
    "stretches": export.stretches_collection,
    "places": export.places_collection,
}


@pytest.fixture(scope="module")
def documents(model: RouteModel, pacific: RouteModel) -> dict[str, Any]:
    """Return each file of both models as another program reads it."""
    return {
        f"{case}-{name}": json.loads(export.to_bytes(make(one)))
        for case, one in (("dprk", model), ("pacific", pacific))
        for name, make in COLLECTIONS.items()
    }


NAMES = [f"{case}-{name}" for case in ("dprk", "pacific") for name in COLLECTIONS]


# Columns

LEG_COLUMNS = {
    *("id", "routes", "origin", "destination", "origin_name", "destination_name", "mode"),
    *("basis", "state", "contested", "edtf", "date_min", "date_max", "claims", "against"),
    *("sources", "grade", "length_km", "geodesic_km", "at_least_km", "gap_km", "schematic_km"),
    *("countries", "constraints", "carriers", "cargo", "quantities"),
}
STRETCH_COLUMNS = {
    *("leg", "seq", "kind", "basis", "mode", "country", "length_km", "max_offset_km"),
}
PLACE_COLUMNS = {
    *("id", "name", "reported", "country", "kind", "extent", "uncertainty_km", "chosen_by"),
    *("gazetteer_id", "candidates"),
}
KINDS = {
    *("track", "road", "water", "waterway", "gap", "repaired", "patched", "schematic"),
    "great-circle",
}


@pytest.mark.parametrize(
    ("name", "columns"),
    [("legs", LEG_COLUMNS), ("stretches", STRETCH_COLUMNS), ("places", PLACE_COLUMNS)],
)
@pytest.mark.parametrize("case", ["dprk", "pacific"])
def test_columns_are_those_of_the_contract(
    documents: dict[str, Any], case: str, name: str, columns: set[str]
) -> None:
    features = documents[f"{case}-{name}"]["features"]
    assert features
    for feature in features:
        assert set(feature["properties"]) == columns


def test_there_is_one_feature_a_leg_a_stretch_and_a_place(
    documents: dict[str, Any], model: RouteModel
) -> None:
    legs = [feature["id"] for feature in documents["dprk-legs"]["features"]]
    assert legs == [leg.id for leg in model.routed]
    places = [feature["id"] for feature in documents["dprk-places"]["features"]]
    assert places == list(model.sites)
    stretches = [feature["properties"] for feature in documents["dprk-stretches"]["features"]]
    assert [(row["leg"], row["seq"]) for row in stretches] == [
        (leg.id, seq) for leg in model.routed for seq in range(len(leg.stretches))
    ]
    assert {row["kind"] for row in stretches} <= KINDS
    assert {row["basis"] for row in stretches} == {"inferred"}


def test_a_place_tells_how_it_was_chosen(documents: dict[str, Any]) -> None:
    places = {one["id"]: one["properties"] for one in documents["dprk-places"]["features"]}
    assert places["storage"]["extent"] == "area"
    assert places["storage"]["uncertainty_km"] is None
    assert places["depot"]["chosen_by"].startswith("near: within 25 km of Tikhoretsk")
    assert places["dunay"]["gazetteer_id"] == "routemap:dunay"
    for lost in places["vostochny"]["candidates"]:
        assert set(lost) == {"name", "country", "id", "lost_because"}


def test_nothing_loses_how_sure_it_is(documents: dict[str, Any]) -> None:
    (leg,) = documents["pacific-legs"]["features"]
    record = leg["properties"]
    assert record["edtf"] == "2023-09~/2023-10-01?"
    assert (record["date_min"], record["date_max"]) == ("2023-09-01", "2023-10-01")
    assert record["quantities"] == ["more than 1000 containers", "about 300 containers"]
    assert record["carriers"] == ["A", "B"]
    legs = {one["id"]: one["properties"] for one in documents["dprk-legs"]["features"]}
    assert legs["tumangang-khasan"]["edtf"] == "2023-09-18~/2023-10-05"
    assert legs["najin-dunay"]["quantities"][:2] == [
        "more than 1000 containers",
        "at least 4 voyages",
    ]
    assert legs["sought-return"]["edtf"] is None


# RFC 7946


def points(value: Any) -> Iterator[list[float]]:
    if isinstance(value[0], float | int):
        yield value
    else:
        for one in value:
            yield from points(one)


@pytest.mark.parametrize("name", NAMES)
def test_coordinates_are_wgs_84_with_six_decimals_at_most(
    documents: dict[str, Any], name: str
) -> None:
    document = documents[name]
    assert "crs" not in document
    for feature in document["features"]:
        for lon, lat in points(feature["geometry"]["coordinates"]):
            assert -180 <= lon <= 180
            assert -90 <= lat <= 90
            assert (lon, lat) == (round(lon, 6), round(lat, 6))


@pytest.mark.parametrize("name", NAMES)
def test_boxes_hold_their_shapes(documents: dict[str, Any], name: str) -> None:
    for one in (documents[name], *documents[name]["features"]):
        west, south, east, north = one["bbox"]
        drawn = [feature["geometry"] for feature in one.get("features", [one])]
        for lon, lat in points([part["coordinates"] for part in drawn]):
            assert south <= lat <= north
            assert west <= lon <= east if west <= east else lon >= west or lon <= east


def test_a_line_over_the_pacific_is_cut_at_the_antimeridian(documents: dict[str, Any]) -> None:
    (leg,) = documents["pacific-legs"]["features"]
    assert leg["geometry"]["type"] == "MultiLineString"
    west, east = leg["geometry"]["coordinates"]
    assert (west[-1][0], east[0][0]) == (180, -180)
    assert west[-1][1] == east[0][1]
    assert 131 < leg["bbox"][0] < 133
    assert -123 < leg["bbox"][2] < -122, "west > east: the box crosses the antimeridian"
    assert 7_900 < leg["properties"]["length_km"] < 9_500
    steps = [abs(a[0] - b[0]) for part in (west, east) for a, b in pairwise(part)]
    assert max(steps) < 90


def test_outer_rings_run_anticlockwise_and_holes_clockwise(documents: dict[str, Any]) -> None:
    areas = 0
    for feature in documents["dprk-places"]["features"]:
        drawn = shape(feature["geometry"])
        for part in getattr(drawn, "geoms", [drawn]):
            if part.geom_type == "Polygon":
                areas += 1
                assert part.exterior.is_ccw
                assert not any(hole.is_ccw for hole in part.interiors)
    assert areas > 3


def test_russia_reaches_over_the_antimeridian(documents: dict[str, Any]) -> None:
    (russia,) = [one for one in documents["dprk-places"]["features"] if one["id"] == "russia"]
    west, _, east, _ = russia["bbox"]
    assert west > 19
    assert -170 < east < -168


@pytest.mark.parametrize("name", NAMES)
def test_every_file_says_what_made_it_and_what_its_lines_are(
    documents: dict[str, Any], name: str
) -> None:
    document = documents[name]
    assert document["note"] == FRAME
    assert "OpenStreetMap" in " ".join(document["attribution"])
    assert document["provenance"]["routemap"] == routemap.__version__
    assert list(document["provenance"]["inputs"]) == ["case.yaml"]


def test_a_leg_without_a_line_has_null_geometry(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text("legs: [{id: leg, origin: Nowhere at all, destination: RU, mode: sea}]")
    built = routemap.build(routemap.read_case(file), partial=True)
    document = export.legs_collection(built)
    (leg,) = document["features"]
    assert (leg["geometry"], "bbox" in leg, "bbox" in document) == (None, False, False)
    assert export.stretches_collection(built)["features"] == []


def test_a_leg_from_a_place_to_itself_is_a_valid_line(tmp_path: Path) -> None:
    built = read("legs: [{id: leg, origin: '130,42', destination: '130,42', mode: air}]", tmp_path)
    (leg,) = export.legs_collection(built)["features"]
    assert leg["geometry"] == {"type": "LineString", "coordinates": [[130, 42], [130, 42]]}


# Other programs


@pytest.mark.parametrize("name", NAMES)
def test_geopandas_reads_every_file(documents: dict[str, Any], name: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.geojson"
    file.write_bytes(export.to_bytes(documents[name]))
    frame = gpd.read_file(file)
    assert frame.crs.to_epsg() == 4326
    assert len(frame) == len(documents[name]["features"])
    assert set(frame.columns) == {*documents[name]["features"][0]["properties"], "geometry"}
    assert frame.geometry.is_valid.all()


def test_geopandas_reads_what_the_frame_holds(model: RouteModel, tmp_path: Path) -> None:
    frame = gpd.read_file(routemap.to_geojson(model, tmp_path / "legs.geojson")).set_index("id")
    own = model.legs
    for column in ("mode", "state", "edtf", "grade", "length_km", "contested"):
        assert frame[column].dropna().to_dict() == own[column].dropna().to_dict()
    assert frame.geometry.geom_equals_exact(own.geometry, 1e-5).all()


@pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="ogrinfo is not installed: gdal-bin")
@pytest.mark.parametrize("name", NAMES)
def test_gdal_reads_every_file_without_a_warning(
    documents: dict[str, Any], name: str, tmp_path: Path
) -> None:
    file = tmp_path / f"{name}.geojson"
    file.write_bytes(export.to_bytes(documents[name]))
    told = subprocess.run(["ogrinfo", "-al", "-so", file], capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, "")
    assert f"Feature Count: {len(documents[name]['features'])}" in told.stdout
    assert "Warning" not in told.stdout


# A route


def test_a_route_is_a_collection_of_one_line() -> None:
    answer = routing.answer({"from": [131.9, 43.0], "to": [-122.5, 37.7], "mode": "sea"})
    document = json.loads(export.to_bytes(export.route_collection(answer)))
    (line,) = document["features"]
    assert line["geometry"]["type"] == "MultiLineString"
    assert line["properties"]["length_km"] == answer["length_km"]
    assert not {"coordinates", "alternatives", "id"} & set(line["properties"])
    assert (document["note"], line["bbox"]) == (FRAME, document["bbox"])


# Writing one file


def test_a_file_is_written_whole_with_the_permissions_of_the_user(tmp_path: Path) -> None:
    target = tmp_path / "one.json"
    assert export.write_file(str(target), b"one") == target
    assert export.write_file(target, b"two").read_bytes() == b"two"
    assert [one.name for one in tmp_path.iterdir()] == ["one.json"]
    (tmp_path / "any").touch()
    assert target.stat().st_mode == (tmp_path / "any").stat().st_mode


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o444])
def test_a_file_that_is_written_anew_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    target = tmp_path / "one.json"
    target.touch()
    target.chmod(mode)
    export.write_file(target, b"new")
    assert (stat.S_IMODE(target.stat().st_mode), target.read_bytes()) == (mode, b"new")


@pytest.mark.parametrize("path", [None, 5, "one\0two"])
def test_what_is_no_path_is_refused(path: Any) -> None:
    with pytest.raises(ArgumentError, match="is no path"):
        export.write_file(path, b"")


def test_a_name_may_be_as_long_as_the_system_takes(tmp_path: Path) -> None:
    target = tmp_path / ("\U0001f6a2" * 60 + ".geojson")
    assert export.write_file(target, b"one").read_bytes() == b"one"


def test_a_line_of_one_point_is_within_180_degrees() -> None:
    line = export._line(np.array([[190, 10], [190.00000001, 10]]))
    assert line == {"type": "LineString", "coordinates": [[-170, 10], [-170, 10]]}


def test_a_link_is_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "real.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    export.write_file(link, b"new")
    assert (link.is_symlink(), target.read_text()) == (True, "new")


@pytest.mark.parametrize("name", ["absent/one.json", "file/one.json"])
def test_a_folder_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"is no folder: make it, or choose another place\."):
        export.write_file(tmp_path / name, b"")


@pytest.mark.parametrize("name", [".", "/dev/null"])
def test_what_is_no_ordinary_file_is_left_alone(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArgumentError, match="not an ordinary file"):
        export.write_file(tmp_path / name, b"")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_failed_write_leaves_the_older_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "one.json"
    target.write_text("older")
    code = (
        "import resource, sys\n"
        "from routemap.export import write_file\n"
        "from routemap.errors import OutputError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: write_file(sys.argv[1], b'x' * 100_000)\n"
        "except OutputError as error: print(error)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, target],
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip() == (
        f"{target} was not written: File too large. Free space, or choose another place."
    )
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("one.json", "older")]


def test_the_legs_say_who_says_so_and_who_denies_it(documents: dict[str, Any]) -> None:
    document = documents["dprk-legs"]
    sources = {one["id"]: one for one in document["sources"]}
    claims = {one["id"]: one for one in document["claims"]}
    named = {
        claim
        for leg in document["features"]
        for field in ("claims", "against")
        for claim in leg["properties"][field]
    }
    assert named <= claims.keys()
    assert {one["source"] for one in claims.values()} <= sources.keys()
    assert claims["dprk-denial"]["says"] == "denies"
    assert claims["nsc-stock"]["quantity"] == ["about 300 containers"]
    assert claims["nsc-rail"]["distance"].startswith("about 290 km")
    assert sources["nsc"]["publisher"] == "US National Security Council"
