"""Commands that read a case: build, check, map, export, and those that help to write one."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from routemap.cli.codes import DONE, REJECTED, problems_code
from routemap.cli.geocoder import geocoder, geocoder_options
from routemap.cli.show import echo_json, examples, message, plain, refuse_usage, table
from routemap.errors import BuildError, RoutemapError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.decorators import FC

    from routemap.checks import Finding
    from routemap.claims import Case
    from routemap.errors import Problem
    from routemap.model import RouteModel
    from routemap.places.online import Nominatim

__all__ = ["COMMANDS"]

STDOUT = Path("-")
LEG_COLUMNS = ("mode", "from", "to", "km", "dates", "grade", "state", "basis", "contested")


def _view(_ctx: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Refuse what is no border view; the views are looked up only where one is given."""
    if value is not None:
        from routemap.claims import BORDER_VIEWS

        if value not in BORDER_VIEWS:
            known = ", ".join(BORDER_VIEWS)
            raise click.BadParameter(f"{value!r} is no border view. Use one of {known}.")
    return value


def _output(words: str) -> Callable[[FC], FC]:
    """Return the option that says where to."""
    kind = click.Path(path_type=Path)
    return click.option("-o", "--output", required=True, type=kind, help=words)


_partial = click.option(
    "--partial", is_flag=True, help="Build what can be built; list the rest in every output."
)
_borders = click.option(
    "--borders",
    callback=_view,
    metavar="VIEW",
    help="Border view, recognised or de-facto; default is the case's own.",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.command(epilog=examples("routemap build data/dprk-russia-2023 -o out/dprk"))
@click.argument("case", type=click.Path(path_type=Path))
@_output("Folder.")
@_partial
@_borders
@geocoder_options
@_json
def build(
    case: Path,
    output: Path,
    *,
    partial: bool,
    borders: str | None,
    as_json: bool,
    **fields: Any,
) -> None:
    """Build the map and the files of CASE, all together or none.

    CASE is a folder, a case.yaml, or a lone claims.csv.
    """
    from routemap import checks, publish

    if output == STDOUT:
        reason = "build writes a folder: give -o its name; map and export write to - (stdout)."
        refuse_usage(reason, {"error": reason, "problems": []} if as_json else None)
    options = {"partial": partial, "borders": borders, "geocoder": fields["geocoder"]}
    online = geocoder(fields)
    with _reporting(as_json=as_json):
        model = _model(case, partial=partial, borders=borders, online=online)
        folder = publish.publish(model, output, options)
    findings = checks.check(model)
    if as_json:
        echo_json({"folder": str(folder), **_document(model, findings)})
        return
    _show_legs(model)
    _show_findings(findings)
    _show_counts(model.case, model.problems)
    click.echo(f"Map: {plain(folder / 'map.html')}")


@click.command(epilog=examples("routemap check data/dprk-russia-2023 --fail-on error"))
@click.argument("case", type=click.Path(path_type=Path))
@_borders
@_json
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    help="Exit with 3 if a finding is at least this severe.",
)
@click.pass_context
def check(
    ctx: click.Context,
    /,
    case: Path,
    *,
    borders: str | None,
    as_json: bool,
    fail_on: str | None,
) -> None:
    """List what does not hold together in CASE; always runs to the end.

    Ends with 3 if a row was rejected or a place is ambiguous, else with 4 if a place or a route was
    not found: `build` would end with the same.
    """
    from routemap import checks

    model = _model(case, partial=True, borders=borders)
    findings = checks.check(model)
    if as_json:
        echo_json(_document(model, findings))
    else:
        _show_findings(findings)
        _show_counts(model.case, model.problems)
    limit = checks.SEVERITIES.index(fail_on) if fail_on else -1
    failed = any(checks.SEVERITIES.index(finding.severity) <= limit for finding in findings)
    ctx.exit(problems_code(model.problems) or (REJECTED if failed else DONE))


@click.command("map", epilog=examples("routemap map data/dprk-russia-2023 -o map.html"))
@click.argument("case", type=click.Path(path_type=Path))
@_output("HTML file. - is stdout.")
@_partial
@_borders
def map_(case: Path, output: Path, *, partial: bool, borders: str | None) -> None:
    """Draw CASE as one offline HTML file."""
    from routemap import webmap

    model = _model(case, partial=partial, borders=borders)
    if output == STDOUT:
        click.echo(webmap.page(model), nl=False)
    else:
        click.echo(plain(webmap.to_html(model, output)))


@click.command(epilog=examples("routemap export data/dprk-russia-2023 -o legs.geojson"))
@click.argument("case", type=click.Path(path_type=Path))
@_output("File; format by suffix. - is stdout (GeoJSON).")
@_partial
@_borders
def export(case: Path, output: Path, *, partial: bool, borders: str | None) -> None:
    """Write the legs of CASE as a file for GIS; the suffix gives the format (.geojson)."""
    from routemap.export import FORMATS, legs_collection

    writer = FORMATS.get(output.suffix.lower())
    if writer is None and output != STDOUT:
        raise click.UsageError(f"no format for {output.name!r}. Use one of {', '.join(FORMATS)}.")
    model = _model(case, partial=partial, borders=borders)
    if writer is None:
        echo_json(legs_collection(model))
    else:
        click.echo(plain(writer(model, output)))


@click.command(epilog=examples("routemap schema > case.schema.json"))
def schema() -> None:
    """Print the JSON Schema of a case file."""
    from routemap import intake

    echo_json(intake.schema())


@click.command(epilog=examples("routemap new my-case && routemap build my-case -o my-case/out"))
@click.argument("folder", type=click.Path(path_type=Path))
def new(folder: Path) -> None:
    """Write a commented case to start from into the new folder FOLDER."""
    from routemap import intake

    written = intake.write_starter(folder)
    shown = plain(folder)
    click.echo(f"{plain(written)}\nNext: edit it, then run: routemap build {shown} -o {shown}-map")


def _model(
    case: Path, *, partial: bool, borders: str | None, online: Nominatim | None = None
) -> RouteModel:
    from routemap import intake, model

    read = intake.read_case(case, partial=True)
    return model.build(read, partial=partial, borders=borders, geocoder=online)


@contextmanager
def _reporting(*, as_json: bool) -> Iterator[None]:
    """Print what went wrong as JSON too, if that was asked for."""
    try:
        yield
    except RoutemapError as error:
        if as_json:
            problems = error.carried if isinstance(error, BuildError) else ()
            reason = str(error).partition("\n")[0]
            echo_json({"error": reason, "problems": [asdict(problem) for problem in problems]})
        raise


def _document(model: RouteModel, findings: list[Finding]) -> dict[str, Any]:
    case = model.case
    return {
        "case": case.case,
        "read": case.read,
        "accepted": case.accepted,
        "rejected": case.rejected,
        "problems": [asdict(problem) for problem in model.problems],
        "findings": [finding.to_dict() for finding in findings],
    }


def _show_legs(model: RouteModel) -> None:
    from routemap.model import leg_record

    records = [leg_record(leg) for leg in model.routed]
    fields = ("mode", "origin_name", "destination_name", "length_km", "edtf", "grade", "state")
    rows = [
        [*(record[field] for field in fields), record["basis"], record["contested"]]
        for record in records
    ]
    table(f"Legs of {plain(model.case.title or model.case.case)}", LEG_COLUMNS, rows)


def _show_findings(findings: list[Finding]) -> None:
    rows = [(one.severity, one.rule, one.message) for one in findings]
    table("Findings", ("severity", "rule", "what"), rows)


def _show_counts(case: Case, problems: tuple[Problem, ...]) -> None:
    click.echo(f"{case.read} rows read, {case.accepted} accepted, {case.rejected} rejected.")
    if problems:
        noun = "problem" if len(problems) == 1 else "problems"
        message(f"{len(problems)} {noun}, left out: each stands among the findings as an error.")


COMMANDS = (build, check, map_, export, schema, new)
