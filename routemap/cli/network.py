"""Commands that ask the networks: route, networks."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from routemap.cli.place import PlaceCommand, answer_lines, show_location
from routemap.cli.show import echo_json, examples, message, refuse_usage, table

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["COMMANDS"]

STDOUT = Path("-")
_GEOJSON = (".geojson", ".json")
_KM_FIELDS = ("length_km", "geodesic_km", "free_km", "gap_km", "schematic_km", "snap_km")


@click.command(
    cls=PlaceCommand,
    epilog=examples(
        "routemap route Najin Dunay --mode sea",
        "routemap route Dunay Tikhoretsk --mode rail --only RU --json",
        "routemap route 131.88,43.11 37.66,55.78 --mode rail --avoid CN -o route.geojson",
        "routemap route Chita,RU Vladivostok --mode rail --alternatives 2",
        "routemap route 130.29,42.24 130.65,42.43 --mode rail --on 2021-05-01",
    ),
)
@click.argument("origin", metavar="FROM")
@click.argument("destination", metavar="TO", required=False)
@click.option("--mode", help="sea, river, rail, road, air (a great circle).")
@click.option(
    "--avoid",
    multiple=True,
    metavar="CC",
    help="Country, region or passage, or repaired or patched track; may repeat.",
)
@click.option(
    "--only", multiple=True, metavar="CC", help="Stay in these countries or regions; may repeat."
)
@click.option("--via", multiple=True, metavar="PLACE", help="Pass this place; in order.")
@click.option(
    "--on",
    metavar="DAY",
    help="Day of the journey, or FIRST/LAST: borders closed on it stay closed.",
)
@click.option(
    "--by",
    type=click.Choice(["usual", "length"]),
    help="What is least by rail and road: usual (default) counts breaks of gauge and borders.",
)
@click.option("--max-detour", type=float, metavar="R", help="At most R times the free route.")
@click.option("--alternatives", type=int, metavar="N", help="Look for N other corridors as well.")
@click.option("--borders", help="Border view: recognised or de-facto.")
@click.option(
    "--network",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Route on a network of your own: see networks build.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write it as GeoJSON. - is stdout."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def route(
    ctx: click.Context,
    /,
    origin: str,
    destination: str | None,
    *,
    network: Path | None,
    output: Path | None,
    as_json: bool,
    **fields: Any,
) -> None:
    """Route between two places: NAME, "NAME, CC" or LON,LAT.

    With - as FROM, read one JSON request a line from stdin.
    """
    from routemap import routing

    given = {key: _listed(value) for key, value in fields.items() if value not in (None, ())}
    answering = partial(routing.answer, network=_own(ctx, network, as_json=as_json))
    if origin == "-" and destination is None and output is None:
        answer_lines(answering, given)
        return
    if destination is None or "mode" not in given:
        reason = "Give FROM, TO and --mode, such as: route Najin Dunay --mode sea; or - alone."
    else:
        reason = _output_fault(output, as_json=as_json)
    if destination is None or reason:
        refuse_usage(reason, {"status": "error", "reason": reason} if as_json else None)
    answer = answering({"from": origin.strip(), "to": destination.strip(), **given})
    if as_json:
        echo_json(answer)
    elif output != STDOUT or answer["status"] != "ok":
        ends = origin.strip(), destination.strip()
        _show_route(answer, ends, given.get("alternatives", 0))
    if output is not None and answer["status"] == "ok":
        _write_route(output, answer)
    ctx.exit(_route_code(answer))


def _own(ctx: click.Context, file: Path | None, *, as_json: bool) -> Any:
    """Return the network in a file that `networks build` wrote; None for none."""
    if file is None:
        return None
    from routemap.errors import InputError
    from routemap.networks import own

    try:
        return own.load(file)
    except InputError as error:
        if as_json:
            echo_json({"id": None, "status": "error", "reason": str(error)})
        message(str(error))
        ctx.exit(3)


def _output_fault(output: Path | None, *, as_json: bool) -> str:
    """Return what is wrong with where a route is to be written; "" for nothing."""
    if output == STDOUT:
        return "--json and -o - both write to stdout: keep one of them." if as_json else ""
    if output is not None and output.suffix.lower() not in _GEOJSON:
        return f"no format for {output.name!r}. Use {' or '.join(_GEOJSON)}, or - for stdout."
    return ""


def _write_route(output: Path, answer: Mapping[str, Any]) -> None:
    from routemap import export

    collection = export.route_collection(answer)
    if output == STDOUT:
        echo_json(collection)
    else:
        export.write_file(output, export.to_bytes(collection))


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _route_code(answer: Mapping[str, Any]) -> int:
    """Return the exit code of an answer: 3 for an ambiguous place, 4 for none or no route."""
    if answer["status"] == "error":
        found = answer.get("location", {}).get("status")
        return {"ambiguous": 3, "not_found": 4}.get(found, 2)
    return 0 if answer["status"] == "ok" else 4


def _show_route(answer: Mapping[str, Any], ends: tuple[str, str], wanted: int) -> None:
    if answer["status"] != "ok":
        message(f"{answer['status']}: {answer['reason']}")
        if answer.get("location"):
            show_location(answer["location"])
    else:
        chosen = zip(("from", "to"), (_chosen(end, answer["mode"]) for end in ends), strict=True)
        rows = [*chosen, *((field, answer[field]) for field in _KM_FIELDS)]
        table("Route", ("what", "value"), [*rows, *_told(answer)])
        if answer["alternatives"]:
            routes = [answer, *answer["alternatives"]]
            corridors = [_corridor(one) for one in routes]
            titles = ("by way of", "length_km", "countries", "breaks of gauge")
            table("Corridors, the first drawn", titles, corridors)
        if len(answer["alternatives"]) < wanted:
            message(
                f"{len(answer['alternatives'])} of {wanted} other corridors found: at most 25 % "
                "longer, at most 60 % shared."
            )
    columns = ("kind", "value", "cost_km", "alone_km", "needed")
    priced = [[one.get(column) for column in columns] for one in answer.get("constraints", [])]
    if priced:
        table("Constraints", columns, priced)


def _told(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what else is to be known of a route: where it runs, and what it shuns."""
    rows = [("countries", _countries(answer))]
    if answer["passages"]:
        rows.append(("passages", ", ".join(answer["passages"])))
    rows += [("break of gauge", _gauge_change(one)) for one in answer["gauge_changes"]]
    shortest = answer["shortest"]
    if shortest:
        told = f"{shortest['length_km']:g} km through {_countries(shortest)}"
        told += "; the usual way counts breaks of gauge, borders and minor lines as well"
        rows.append(("shortest way", told))
        rows += [("its break of gauge", _gauge_change(one)) for one in shortest["gauge_changes"]]
    return rows


def _countries(answer: Mapping[str, Any]) -> str:
    return ", ".join(f"{code} {km:g}" for code, km in answer["countries"].items())


def _gauge_change(change: Mapping[str, Any]) -> str:
    widths = f"{change['from_mm']} to {change['to_mm']} mm"
    return f"{widths} at {change['lon']:g},{change['lat']:g}"


def _corridor(answer: Mapping[str, Any]) -> list[Any]:
    through = ", ".join(answer["through"]) or "-"
    return [through, answer["length_km"], _countries(answer), len(answer["gauge_changes"])]


def _chosen(text: str, mode: str) -> str:
    """Return the place that a text was taken for, so that a wrong one is seen."""
    from routemap import places

    place = places.find(text, mode=mode).resolved()
    what = ", ".join(one for one in (place.name, place.country, place.kind) if one)
    return f"{what}; {place.id}" if place.id else what


@click.group()
def networks() -> None:
    """Tell about the networks that routes run on."""


@networks.command("list", epilog=examples("routemap networks list"))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_(*, as_json: bool) -> None:
    """List the shipped networks: source, licence, extent, size, passages, and the router."""
    from routemap import networks as shipped

    rows = shipped.describe()
    if as_json:
        echo_json(rows)
        return
    for row in rows:
        shut = [_dated(one) for one in row["closures"]]
        told = [(key, value) for key, value in row.items() if key not in {"mode", "closures"}]
        table(str(row["mode"]), ("what", "value"), [*told, ("closures", shut)])


def _dated(closure: Mapping[str, Any]) -> str:
    return f"{closure['id']} ({closure['since']}/{closure['until'] or '..'})"


@networks.command(
    "build",
    epilog=examples(
        "routemap networks build --mode rail --from korea.osm.pbf -o korea.npz",
        "routemap networks build --mode road --from survey.gpkg --layer roads",
        "routemap route 131.88,43.11 132.88,42.82 --mode rail --network korea.npz",
    ),
)
@click.option("--mode", required=True, type=click.Choice(["rail", "road"]), help="What to read.")
@click.option(
    "--from",
    "source",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Extract of OpenStreetMap (.osm.pbf), or surveyed lines (.gpkg).",
)
@click.option("--layer", help="Layer of a GeoPackage, where several hold lines.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Network file (.npz); default: FILE-MODE.npz in this folder.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def build(
    *, mode: str, source: Path, layer: str | None, output: Path | None, as_json: bool
) -> None:
    """Build a network file from lines of your own, in their full course."""
    from routemap import export
    from routemap.networks import own

    target = output or Path(f"{source.name.split('.')[0]}-{mode}.npz")
    if target.suffix != ".npz":
        reason = f"no format for {target.name!r}. Use .npz."
        refuse_usage(reason, {"status": "error", "reason": reason} if as_json else None)
    arrays = own.build(mode, source, layer=layer)
    export.write_file(target, own.to_bytes(arrays))
    row = {"file": str(target), **own.facts(arrays)}
    if as_json:
        echo_json(row)
    else:
        table("Network", ("what", "value"), list(row.items()))


COMMANDS = (route, networks)
