"""Commands about places: locate (a name to a place) and reverse (a point to what is there)."""

from __future__ import annotations

import re
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from routemap.cli.geocoder import geocoder, geocoder_options
from routemap.cli.show import echo_json, examples, message, plain, table
from routemap.errors import GeocoderError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from routemap.places.online import Nominatim

__all__ = ["COMMANDS", "PlaceCommand", "answer_lines", "show_location"]

_COORDINATES = re.compile(r"-\d+(\.\d*)?\s*,\s*-?\d+(\.\d*)?")


class PlaceCommand(click.Command):
    """A command whose places may begin with a minus: ``-73.9,40.7`` is no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Shield coordinates from the option parser with a leading space."""
        return super().parse_args(
            ctx, [f" {one}" if _COORDINATES.fullmatch(one) else one for one in args]
        )


@click.command(
    cls=PlaceCommand,
    epilog=examples(
        "routemap locate Dunay --country RU",
        "routemap locate Najin --mode sea --json",
        'routemap locate "40 km south-east of Tikhoretsk, RU"',
        "routemap locate Bilbeis --country EG --geocoder nominatim",
    ),
)
@click.argument("name")
@click.option("--country", help="ISO 3166 code or English name.")
@click.option("--kind", help="port, station, border-crossing, town, ...")
@click.option("--mode", help="Mode of the leg that touches it: sea wants a port.")
@click.option("--near", metavar="LON,LAT", help="Prefer places near this point.")
@geocoder_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def locate(ctx: click.Context, /, name: str, *, as_json: bool, **fields: Any) -> None:
    """Say which place NAME means, or which candidates it fits.

    NAME may be "NAME, CC", a phrase such as "near NAME" or "40 km south-east of NAME", an area, or
    a pinned id. With - as NAME, read one JSON request a line from stdin.
    """
    answering = partial(_answer, geocoder(fields))
    near = _near(fields.pop("near"))
    given = {key: value for key, value in {**fields, "near": near}.items() if value is not None}
    if name == "-":
        answer_lines(answering, given)
        return
    answer = answering({"name": name.strip(), **given})
    if as_json:
        echo_json(answer)
    else:
        show_location(answer)
        _show_line(answer, name.strip())
    ctx.exit({"resolved": 0, "ambiguous": 3, "not_found": 4}.get(answer["status"], 2))


def _answer(online: Nominatim | None, request: dict[str, Any]) -> dict[str, Any]:
    """Return the gazetteer's answer; the geocoder's, if there is one, for a name not found."""
    from routemap import places

    answer = places.answer(request)
    if online is None or answer["status"] != "not_found":
        return answer
    name, country = places.split_country(request["name"])
    asked = {key: request.get(key) for key in ("kind", "mode", "near")}
    try:
        found = online.locate(name, country=request.get("country") or country, **asked).to_dict()
    except GeocoderError as error:
        found = {**answer, "status": "error", "place": None, "reason": str(error), "candidates": []}
    return {**found, "id": answer["id"]}


def _show_line(answer: Mapping[str, Any], name: str) -> None:
    """Print the line that pins the chosen place in a case's table of places."""
    from routemap import places

    if answer["place"] is not None:
        line = places.paste_line(places.Place(**answer["place"]), name)
        click.echo(f"In a case's places:\n{plain(line)}")


@click.command(
    cls=PlaceCommand,
    epilog=examples("routemap reverse 132.34,42.88", "routemap reverse -73.9,40.7"),
)
@click.argument("point", metavar="LON,LAT")
@click.option("--borders", default="recognised", help="Border view: recognised or de-facto.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def reverse(point: str, *, borders: str, as_json: bool) -> None:
    """Say what is at LON,LAT: the country, the nearest town, port, station and airfield."""
    from routemap import places

    at = places.find(point).resolved()
    found = places.reverse(at.lon, at.lat, view=borders)
    if as_json:
        echo_json(found)
        return
    where = found["country_name"] or "no country (sea, or land of none)"
    click.echo(f"{found['lon']:g},{found['lat']:g}: {plain(where)}, borders {borders}")
    columns = ("name", "country", "kind", "distance_km", "uncertainty_km", "id")
    rows = [[sort, *(found[sort][one] for one in columns)] for sort in places.SORTS]
    table("Nearest", ("", *columns), rows)


def _near(text: str | None) -> list[float] | None:
    if text is None:
        return None
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not LON,LAT in degrees.") from error
    return [lon, lat]


def show_location(answer: Mapping[str, Any]) -> None:
    """Print the answer of a look-up: its status and reason, and the candidates as a table."""
    message(f"{answer['status']}: {answer['reason']}")
    columns = ("name", "country", "kind", "lon", "lat", "uncertainty_km", "id", "score", "reason")
    rows = [[one[column] for column in columns] for one in answer["candidates"]]
    if rows:
        table("Candidates, best first", columns, rows)


def answer_lines(answer: Callable[[dict[str, Any]], dict[str, Any]], given: dict[str, Any]) -> None:
    """Answer one JSON request a line, in order; a line that cannot be read gets an error."""
    import orjson

    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        try:
            request = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            echo_json({"id": None, "status": "error", "reason": f"not a line of JSON: {error}"})
            continue
        if isinstance(request, dict):
            echo_json(answer({**given, **request}))
        else:
            reason = f"{plain(str(request)[:80])!r} is not a JSON object."
            echo_json({"id": None, "status": "error", "reason": reason})


COMMANDS = (locate, reverse)
