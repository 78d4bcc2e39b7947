"""Countries at a point and along a line, land mask, geodesics, antimeridian."""

from routemap.geography.basemap import basemap
from routemap.geography.borders import (
    area,
    border_lines,
    countries_along,
    countries_in_order,
    country_at,
    country_near,
    label_point,
    units_at,
)
from routemap.geography.countries import country_code, country_name
from routemap.geography.geodesics import (
    cut,
    geodesic_m,
    great_circle,
    line_geometry,
    points_along,
    unwrap,
)
from routemap.geography.geojson import bbox, rounded_mapping
from routemap.geography.mask import at_sea
from routemap.geography.nearest import disc, distance_between_areas_m, distance_to_area_m
from routemap.geography.outlines import VIEWS, unit_codes, unit_names
from routemap.geography.regions import region, regions
from routemap.geography.sphere import EARTH_RADIUS_M, haversine_m, steps_m, vectors

__all__ = [
    "EARTH_RADIUS_M",
    "VIEWS",
    "area",
    "at_sea",
    "basemap",
    "bbox",
    "border_lines",
    "countries_along",
    "countries_in_order",
    "country_at",
    "country_code",
    "country_name",
    "country_near",
    "cut",
    "disc",
    "distance_between_areas_m",
    "distance_to_area_m",
    "geodesic_m",
    "great_circle",
    "haversine_m",
    "label_point",
    "line_geometry",
    "points_along",
    "region",
    "regions",
    "rounded_mapping",
    "steps_m",
    "unit_codes",
    "unit_names",
    "units_at",
    "unwrap",
    "vectors",
]
