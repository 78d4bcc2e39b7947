"""The land mask against places, against the shipped borders, and against distances by hand."""

import numpy as np
import pytest

from routemap import geography
from routemap.geography import mask

WATER = {
    "Sea of Japan": (131.0, 42.0),
    "Caspian Sea": (51.0, 41.0),
    "Black Sea": (35.0, 43.0),
    "Bering Strait": (-168.9, 65.8),
    "on the antimeridian": (180.0, 0.0),
    "North Pole": (12.0, 90.0),
    "Suez Canal at El Ballah": (32.35, 30.8),
    "Volga at Olya": (47.54, 45.79),
}
LAND = {
    "Moscow": (37.6, 55.75),
    "Lake Baikal": (108.0, 53.5),
    "Wrangel Island, west of 180": (179.6, 71.2),
    "Wrangel Island, east of 180": (-179.0, 71.2),
    "Chukotka": (-175.0, 67.0),
    "South Pole": (0.0, -90.0),
    "Antarctica at 180": (180.0, -80.0 - 5),
    "Sinai": (33.5, 29.5),
}


@pytest.mark.parametrize("place", WATER)
def test_water(place):
    assert mask.at_sea(*WATER[place])


@pytest.mark.parametrize("place", LAND)
def test_land(place):
    assert not mask.at_sea(*LAND[place])


def test_longitudes_are_modulo_360_and_arrays_agree_with_single_points():
    points = np.array([*WATER.values(), *LAND.values()])
    land = mask.is_land(*points.T)
    assert land.tolist() == [not mask.at_sea(*point) for point in points]
    for turn in (-720, -360, 360, 720):
        assert (mask.is_land(points[:, 0] + turn, points[:, 1]) == land).all()


def test_the_shipped_arrays_cannot_be_written_to():
    shipped = mask.land_mask()
    assert shipped is mask.land_mask()
    for array in (shipped.state, shipped.bits):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 0


def test_agrees_with_the_borders_away_from_the_shore():
    """Both come from Natural Earth 1:10m, through different files and different code."""
    rng = np.random.default_rng(1)
    lon = rng.uniform(-180, 180, 4000)
    lat = np.degrees(np.arcsin(rng.uniform(-0.99, 0.99, 4000)))
    land, owned = mask.is_land(lon, lat), geography.units_at(lon, lat) >= 0
    differ = np.flatnonzero(land != owned)
    assert 1000 < land.sum() < 1500
    assert len(differ) < 10
    assert all(_shore_near(lon[each], lat[each]) for each in differ)


def _shore_near(lon, lat):
    row, column = mask.cells_at(lon, lat)
    around = mask.land_mask().window((row - 2, row + 3), (column - 2, column + 3))
    return around.any() and not around.all()


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ((15960, 16200), (37000, 37500)),
        ((16001, 16047), (-90, 75)),
        ((15957, 15958), (43190, 43300)),
        ((-30, 200), (120, 360)),
        ((21500, 21700), (-500, -100)),
    ],
)
def test_a_window_is_its_cells_one_by_one(rows, columns):
    shipped = mask.land_mask()
    window = shipped.window(rows, columns)
    row, column = np.mgrid[slice(*rows), slice(*columns)]
    assert (window == shipped.is_water(row, column)).all()


@pytest.mark.parametrize("tile", [(132, 310), (159, 213), (132, 0), (167, 284), (20, 10)])
def test_distance_to_the_shore_is_the_least_geodesic_to_a_cell_of_land(tile):
    shipped, cells = mask.land_mask(), mask.CELLS
    row, column = tile[0] * cells, tile[1] * cells
    km = shipped.shore_km(*tile)
    rows, columns = (row - 10, row + 130), (column - 60, column + 180)
    y, x = np.nonzero(~shipped.window(rows, columns))
    lat, lon = (y + rows[0] + 0.5) / cells - 90, (x + columns[0] + 0.5) / cells - 180
    rng = np.random.default_rng(2)
    for down, along in rng.integers(0, cells, (40, 2)):
        here = (column + along + 0.5) / cells - 180, (row + down + 0.5) / cells - 90
        if not len(lon):
            assert km[down, along] == mask.SHORE_KM
            continue
        least = geography.geodesic_m(*(np.full(len(lon), one) for one in here), lon, lat).min()
        assert km[down, along] == pytest.approx(min(least / 1000, mask.SHORE_KM), rel=0.03)
