"""The command that says where each leg can have been on a day."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from routemap.cli.codes import problems_code
from routemap.cli.show import echo_json, examples, message, plain, table
from routemap.errors import RoutemapError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from routemap.model import RouteModel
    from routemap.timing import Span, Window

__all__ = ["COMMANDS"]

STDOUT = Path("-")
COLUMNS = ("leg", "mode", "that day", "where", "km", "towns", "departed", "arrived")
TOWNS = 5
POPULATION = 100_000
STATES: Mapping[str, str] = MappingProxyType(
    {
        "on-the-way": "can have been on its way",
        "not-that-day": "not on its way",
        "undated": "no claim dates it",
        "contradiction": "the claims leave no place",
    }
)


@click.command(
    epilog=examples("routemap where data/dprk-russia-2023 --on 2023-09-20 -o day.geojson")
)
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--on", "day", required=True, metavar="DATE", help="A day, such as 2023-09-20.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="GeoJSON file. - is stdout.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def where(
    ctx: click.Context, /, case: Path, *, day: str, output: Path | None, as_json: bool
) -> None:
    """Say where each leg of CASE can have been on a day, not after its newest source.

    Everything counts from which both ends can still be met, not the drawn line alone. What cannot
    be built is left out; the exit code is then that of check.
    """
    from routemap import intake, model, timing

    built = model.build(intake.read_case(case, partial=True), partial=True)
    try:
        frame = timing.where(built, day)
    except RoutemapError as error:
        if as_json:
            echo_json({"error": str(error), "legs": []})
        raise
    records = _records(built, frame)
    if output == STDOUT:
        echo_json(_collection(built, frame, day))
    else:
        if output is not None:
            _write(_collection(built, frame, day), output)
        if as_json:
            echo_json({"case": built.case.case, "day": day, "legs": records})
        else:
            _show(built, day, records)
    if built.problems:
        noun = "problem" if len(built.problems) == 1 else "problems"
        message(f"{len(built.problems)} {noun}, left out: routemap check lists them.")
    ctx.exit(problems_code(built.problems))


def _records(model: RouteModel, frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return what is known of each leg, as one JSON object each."""
    from routemap import timing

    times = timing.windows(model)
    towns = timing.places_within(frame, population=POPULATION)
    found = []
    for leg in model.routed:
        rows, window = frame[frame["leg"] == leg.id], times[leg.id]
        named = towns[towns["leg"] == leg.id]
        measured = rows[rows["length_km"].notna()]
        km = measured.groupby(measured["country"].fillna("-"))["length_km"].sum()
        found.append(
            {
                "leg": leg.id,
                "mode": leg.mode,
                "state": _state(rows),
                "countries": {code: round(length, 1) for code, length in km.items()},
                "areas": int((rows["kind"] == "area").sum()),
                "towns": list(named["name"])[:TOWNS],
                **_window(window),
                "claims": list(rows["claims"].iloc[0]) if len(rows) else list(window.claims),
            }
        )
    return found


def _state(rows: gpd.GeoDataFrame) -> str:
    if not len(rows):
        return "not-that-day"
    if (rows["kind"] == "contradiction").any():
        return "contradiction"
    return "on-the-way" if rows["dated"].all() else "undated"


def _window(window: Window) -> dict[str, Any]:
    return {
        "departed": _days(window.hard.departure),
        "arrived": _days(window.hard.arrival),
        "loose": window.loose,
    }


def _days(span: Span) -> list[str | None]:
    return [day.isoformat() if day else None for day in (span.first_day, span.last_day)]


def _show(model: RouteModel, day: str, records: list[dict[str, Any]]) -> None:
    rows = [
        (
            one["leg"],
            one["mode"],
            STATES[one["state"]],
            ", ".join(one["countries"]) or None,
            round(sum(one["countries"].values())) or None,
            ", ".join(one["towns"]) or None,
            _told(one["departed"]),
            _told(one["arrived"]),
        )
        for one in records
    ]
    table(f"{plain(model.case.title or model.case.case)}, on {day}", COLUMNS, rows)
    for one in records:
        if one["state"] == "contradiction":
            claims = ", ".join(one["claims"])
            message(f"{one['leg']}: these cannot all hold for one journey: {claims}.")


def _told(days: list[str | None]) -> str | None:
    """Return two days as an interval, ``..`` for an open end; None where both are open."""
    return "/".join(day or ".." for day in days) if any(days) else None


def _write(document: dict[str, Any], output: Path) -> None:
    from routemap.export import to_bytes, write_file

    message(f"Written: {write_file(output, to_bytes(document))}")


def _collection(model: RouteModel, frame: gpd.GeoDataFrame, day: str) -> dict[str, Any]:
    """Return the rows as GeoJSON, with the notices that a file must carry."""
    from routemap.provenance import FRAME, attributions, provenance

    properties = frame.drop(columns="geometry").to_dict("records")
    return {
        "type": "FeatureCollection",
        "day": day,
        "note": FRAME,
        "attribution": attributions(),
        "provenance": provenance(model),
        "features": [
            {"type": "Feature", "geometry": _shape(shape), "properties": _filled(record)}
            for record, shape in zip(properties, frame.geometry, strict=True)
        ],
    }


def _filled(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record as JSON values, whose missing numbers are None."""
    km = record["length_km"]
    return {**record, "length_km": None if isnan(km) else km, "claims": list(record["claims"])}


def _shape(shape: Any) -> dict[str, Any] | None:
    """Return a geometry as GeoJSON, to 6 decimals."""
    from shapely import get_coordinates

    from routemap import geography

    if shape is None:
        return None
    if shape.geom_type.endswith("Polygon"):
        return geography.rounded_mapping(shape)
    parts = [get_coordinates(one).round(6).tolist() for one in getattr(shape, "geoms", [shape])]
    if len(parts) == 1:
        return {"type": "LineString", "coordinates": parts[0]}
    return {"type": "MultiLineString", "coordinates": parts}


COMMANDS = (where,)
