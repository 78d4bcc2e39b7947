"""Commands that read a case: build, check, map, export, and those that help to write one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from routemap.cli.show import echo_json, message, plain, table
from routemap.errors import BuildError, InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from routemap.checks import Finding
    from routemap.claims import Case
    from routemap.model import RouteModel

__all__ = ["COMMANDS"]

VIEWS = click.Choice(["recognised", "de-facto"])
LEG_COLUMNS = ("mode", "from", "to", "km", "dates", "grade", "state", "basis", "contested")

_partial = click.option(
    "--partial", is_flag=True, help="Build what can be built; list the rest in every output."
)
_borders = click.option("--borders", type=VIEWS, help="Border view; default is the case's own.")
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.command()
@click.argument("case", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder.")
@_partial
@_borders
@_json
def build(case: Path, output: Path, *, partial: bool, borders: str | None, as_json: bool) -> None:
    r"""Build the map and the files of CASE, all together or none.

    CASE is a folder, a case.yaml, or a lone claims.csv.

    \b
    Example:
      routemap build data/dprk-russia-2023 -o out/dprk
    """
    from routemap import checks, publish

    options = {"partial": partial, "borders": borders}
    model = _or_report(lambda: _model(case, partial=partial, borders=borders), as_json=as_json)
    folder = publish.publish(model, output, options)
    findings = checks.check(model)
    if as_json:
        echo_json({"folder": str(folder), **_document(model, findings)})
        return
    _show_legs(model)
    _show_findings(findings)
    _show_counts(model.case, model.problems)
    click.echo(f"Map: {plain(folder / 'map.html')}")


@click.command()
@click.argument("case", type=click.Path(path_type=Path))
@_borders
@_json
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    help="Exit with 3 if a finding is at least this severe.",
)
def check(case: Path, *, borders: str | None, as_json: bool, fail_on: str | None) -> None:
    r"""List what does not hold together in CASE; always runs to the end.

    \b
    Example:
      routemap check data/dprk-russia-2023 --fail-on error
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
    if failed or model.case.problems:
        sys.exit(3)


@click.command("map")
@click.argument("case", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="HTML file.")
@_partial
@_borders
def map_(case: Path, output: Path, *, partial: bool, borders: str | None) -> None:
    r"""Draw CASE as one offline HTML file.

    \b
    Example:
      routemap map data/dprk-russia-2023 -o map.html
    """
    from routemap import webmap

    model = _or_report(lambda: _model(case, partial=partial, borders=borders))
    webmap.to_html(model, output)
    click.echo(str(output))


@click.command()
@click.argument("case", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), help="File; format by suffix."
)
@_partial
@_borders
def export(case: Path, output: Path, *, partial: bool, borders: str | None) -> None:
    r"""Write the legs of CASE as a file for GIS; the suffix gives the format (.geojson).

    \b
    Example:
      routemap export data/dprk-russia-2023 -o legs.geojson
    """
    from routemap.export import FORMATS

    writer = FORMATS.get(output.suffix.lower())
    if writer is None:
        raise click.UsageError(f"no format for {output.name!r}. Use one of {', '.join(FORMATS)}.")
    model = _or_report(lambda: _model(case, partial=partial, borders=borders))
    writer(model, output)
    click.echo(str(output))


@click.command()
def schema() -> None:
    r"""Print the JSON Schema of a case file.

    \b
    Example:
      routemap schema > case.schema.json
    """
    from routemap import intake

    echo_json(intake.schema())


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def new(folder: Path) -> None:
    r"""Write a commented case to start from into the new folder FOLDER.

    \b
    Example:
      routemap new my-case && routemap build my-case -o my-case/out
    """
    from routemap import intake

    written = intake.write_starter(folder)
    click.echo(f"{written}\nNext: edit it, then run: routemap build {folder} -o {folder}-map")


def _model(case: Path, *, partial: bool, borders: str | None) -> RouteModel:
    from routemap import intake, model

    read = intake.read_case(case, partial=True)
    return model.build(read, partial=partial, borders=borders)


def _or_report(work: Callable[[], RouteModel], *, as_json: bool = False) -> RouteModel:
    """Return the model; where it cannot be built, print the problems as JSON too if asked."""
    try:
        return work()
    except (BuildError, InputError) as error:
        if as_json:
            echo_json({"problems": [_problem(problem) for problem in error.carried]})
        raise


def _document(model: RouteModel, findings: list[Finding]) -> dict[str, Any]:
    case = model.case
    return {
        "case": case.case,
        "read": case.read,
        "accepted": case.accepted,
        "rejected": case.rejected,
        "problems": [_problem(problem) for problem in model.problems],
        "findings": [finding.to_dict() for finding in findings],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(problem)


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
        message(f"{len(problems)} problems, left out of the map:")
        for problem in problems:
            message(f"  {problem}")


COMMANDS = (build, check, map_, export, schema, new)
