"""The command line: codes, streams, messages, and lines of JSON in and out."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import jsonschema
import pytest

import routemap
from routemap.cli import main, routemap_command

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
CASE = str(ROOT / "data/dprk-russia-2023")
BAD = sorted((ROOT / "tests/data/bad").iterdir())
RAIL = ["131.88,43.11", "135.07,48.48", "--mode", "rail"]


@dataclass(frozen=True)
class Told:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Told]:
    """Return a function that runs a command in this process."""

    def told(*arguments: object, stdin: str = "") -> Told:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as end:
            main([str(one) for one in arguments])
        out, err = capsys.readouterr()
        assert isinstance(end.value.code, int)
        assert "Traceback" not in err
        return Told(end.value.code, out, err)

    return told


@pytest.fixture
def case(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that writes a case and gives its path."""

    def write(text: str) -> Path:
        file = tmp_path / "case.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def process(*arguments: object, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own."""
    command = [sys.executable, "-m", "routemap", *map(str, arguments)]
    return subprocess.run(command, stderr=subprocess.PIPE, **options)


# Exit codes

NOWHERE = "legs: [{id: leg, origin: Nowhere at all, destination: 'Moscow, RU', mode: rail}]"
AMBIGUOUS = "legs: [{id: leg, origin: Springfield, destination: 'Moscow, RU', mode: rail}]"
REJECTED = "sources: [{id: s, title: S, published: 2023-02-30}]"
NO_ROUTE = "legs: [{id: leg, origin: '135,40', destination: 'Vladivostok, RU', mode: rail}]"


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (0, "--help"),
        (0, "--version"),
        (0, "networks list"),
        (0, "locate Vladivostok --country RU"),
        (0, "route 131.88,43.11 135.07,48.48 --mode rail"),
        (2, "frobnicate"),
        (2, "build"),
        (2, "build case --outdir out"),
        (2, "locate Moscow --near here"),
        (2, "locate Moscow --kind harbour"),
        (2, "locate 42.9,132.3"),
        (2, "route Najin"),
        (2, "route Najin Dunay"),
        (2, "route Najin Dunay --mode donkey"),
        (2, "route 130.3,42.2 132.3,42.9 --mode sea --avoid Atlantis"),
        (2, "route 130.3,42.2 132.3,42.9 --mode sea -o route.gpkg"),
        (2, "route 42.2,130.3 132.3,42.9 --mode sea"),
        (2, "export case -o legs.shp"),
        (2, "build case -o out --borders claimed"),
        (3, "build absent -o out"),
        (3, "check absent"),
        (3, "locate Springfield"),
        (3, "route Springfield Moscow --mode rail"),
        (4, "locate Nowhereatall"),
        (4, "route Nowhereatall Moscow --mode rail"),
        (4, "route 135,40 131.88,43.11 --mode rail"),
        (4, "route 131.88,43.11 37.66,55.78 --mode rail --only RU --avoid RU"),
    ],
)
def test_the_exit_code_says_how_it_ended(
    run: Callable[..., Told],
    code: int,
    arguments: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    told = run(*arguments.split())
    assert told.code == code
    assert bool(told.err) or code == 0, "what went wrong is said on stderr"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (0, "case: empty"),
        (3, REJECTED),
        (3, AMBIGUOUS),
        (3, f"{REJECTED}\n{NO_ROUTE}"),
        (4, NOWHERE),
        (4, NO_ROUTE),
    ],
)
def test_build_check_map_and_export_end_alike(
    run: Callable[..., Told], case: Callable[[str], Path], tmp_path: Path, code: int, text: str
) -> None:
    file = case(text)
    assert run("check", file).code == code
    for command, target in (("build", "out"), ("map", "map.html"), ("export", "legs.geojson")):
        told = run(command, file, "-o", tmp_path / target)
        assert (told.code, (tmp_path / target).exists()) == (code, code == 0)


def test_what_cannot_be_written_ends_with_1(run: Callable[..., Told], tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    for arguments in (
        ("build", CASE, "-o", tmp_path),
        ("build", CASE, "-o", tmp_path / "mine.txt" / "out"),
        ("map", CASE, "-o", tmp_path / "absent" / "map.html"),
        ("export", CASE, "-o", tmp_path / "absent" / "legs.geojson"),
        ("route", *RAIL, "-o", tmp_path / "absent" / "route.geojson"),
        ("new", tmp_path),
    ):
        told = run(*arguments)
        assert told.code == 1
        assert told.err.startswith("routemap: ")
        assert str(tmp_path) in told.err
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]


def test_partial_builds_the_rest_and_ends_with_0(
    run: Callable[..., Told], case: Callable[[str], Path], tmp_path: Path
) -> None:
    told = run("build", case(f"{REJECTED}\n{NOWHERE}"), "-o", tmp_path / "out", "--partial")
    assert told.code == 0
    assert "2 rows read, 1 accepted, 1 rejected." in told.out
    assert told.err == "2 problems, left out: each stands among the findings as an error.\n"
    assert len(re.findall(r"error +left-out", told.out)) == 2
    assert "2023-02-30" in told.out
    assert (tmp_path / "out" / "map.html").exists()


@pytest.mark.parametrize(("limit", "code"), [(None, 0), ("error", 0), ("warning", 3)])
def test_fail_on_makes_findings_count(
    run: Callable[..., Told], limit: str | None, code: int
) -> None:
    assert run("check", CASE, *(["--fail-on", limit] if limit else [])).code == code


# JSON


def test_json_is_printed_whatever_the_code(
    run: Callable[..., Told], case: Callable[[str], Path], tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    file = case(f"{REJECTED}\n{NOWHERE}")
    built = run("build", file, "-o", tmp_path / "out", "--json")
    assert (built.code, built.json["error"]) == (3, "2 problems:")
    assert [problem["kind"] for problem in built.json["problems"]] == ["rejected", "not-found"]
    blocked = run("build", CASE, "-o", tmp_path, "--json")
    assert (blocked.code, blocked.json["problems"]) == (1, [])
    assert "mine.txt" in blocked.json["error"]
    checked = run("check", file, "--json")
    assert (checked.code, checked.json["rejected"]) == (3, 1)
    assert run("locate", "Springfield", "--json").json["status"] == "ambiguous"
    assert run("locate", "Nowhereatall", "--json").json["status"] == "not_found"
    assert run("locate", "Moscow", "--kind", "harbour", "--json").json["status"] == "error"
    assert (
        run("route", "Springfield", "Moscow", "--mode", "rail", "--json").json["status"] == "error"
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ("route Najin", "Give FROM, TO and --mode"),
        ("route Najin Dunay", "Give FROM, TO and --mode"),
        (f"route {' '.join(RAIL)} -o route.gpkg", "no format for 'route.gpkg'."),
        (f"route {' '.join(RAIL)} -o -", "--json and -o - both write to stdout"),
    ],
)
def test_a_route_that_is_not_asked_for_whole_says_so_in_json(
    run: Callable[..., Told], arguments: str, reason: str
) -> None:
    told = run(*arguments.split(), "--json")
    assert (told.code, told.json["status"]) == (2, "error")
    assert told.json["reason"].startswith(reason)
    assert told.json["reason"] in told.err


def test_build_writes_no_folder_to_stdout(
    run: Callable[..., Told], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = run("build", CASE, "-o", "-")
    assert (told.code, told.out) == (2, "")
    assert "build writes a folder: give -o its name" in told.err
    assert run("build", CASE, "-o", "-", "--json").json["error"] in told.err
    assert list(tmp_path.iterdir()) == []


def test_bytes_that_are_no_text_are_shown_in_json(
    run: Callable[..., Told], case: Callable[[str], Path], tmp_path: Path
) -> None:
    odd = os.fsdecode(b"x\xff")
    located = run("locate", odd, "--json")
    assert (located.code, located.json["query"]) == (2, "x\\udcff")
    checked = run("check", tmp_path / odd, "--json")
    assert (checked.code, checked.json["rejected"]) == (3, 0)
    assert checked.json["problems"][0]["file"] == f"{tmp_path}/x\\udcff"
    told = run("build", case("case: x"), "-o", tmp_path / odd, "--json")
    assert (told.code, told.json["folder"]) == (0, f"{tmp_path}/x\\udcff")
    assert (tmp_path / odd / "map.html").exists()
    (tmp_path / f"{odd}.csv").write_text("source,origin,destination,mode,moved\n")
    built = run("build", tmp_path / f"{odd}.csv", "-o", tmp_path / "out", "--json")
    assert (built.code, built.json["read"]) == (0, 0)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert list(manifest["inputs"]) == ["x\\udcff.csv"]


def test_build_json_has_counts_and_findings(run: Callable[..., Told], tmp_path: Path) -> None:
    told = run("build", CASE, "-o", tmp_path / "out", "--json")
    document = told.json
    assert list(document) == [
        *("folder", "case", "read", "accepted", "rejected", "problems", "findings"),
    ]
    assert document["folder"] == str(tmp_path / "out")
    assert (document["read"], document["accepted"], document["rejected"]) == (42, 42, 0)
    assert document["findings"] == json.loads((tmp_path / "out/findings.json").read_bytes())


def test_no_route_says_which_constraint_is_needed(run: Callable[..., Told]) -> None:
    ends = ["131.88,43.11", "37.66,55.78", "--mode", "rail"]
    answer = run("route", *ends, "--only", "RU", "--avoid", "RU", "--avoid", "CN", "--json").json
    needed = {one["value"] + one["kind"]: one.get("needed", False) for one in answer["constraints"]}
    assert needed == {"RUavoid": True, "CNavoid": False, "RUonly": False}
    assert answer["status"] == "no_route"
    assert answer["reason"]


def test_route_json_is_the_contract(run: Callable[..., Told]) -> None:
    answer = run("route", *RAIL, "--avoid", "CN", "--json").json
    assert {
        *("id", "status", "mode", "length_km", "geodesic_km", "countries", "snap_km", "gap_km"),
        *("schematic_km", "gauge_changes", "passages", "constraints", "free_km"),
        *("constraints_km", "borders", "reason", "alternatives", "coordinates"),
        *("by", "through", "shortest"),
    } == set(answer)
    assert answer["status"] == "ok"
    assert answer["coordinates"][0] == [131.88, 43.11]


CHITA_VLADIVOSTOK = ("113.5,52.03", "131.88,43.11", "--mode", "rail")


def test_a_route_on_the_terminal_says_what_the_usual_way_shuns(run: Callable[..., Told]) -> None:
    told = run("route", *CHITA_VLADIVOSTOK)
    assert told.code == 0
    assert told.out.count("its break of gauge") == 2
    assert "the usual way counts breaks of gauge, borders" in " ".join(told.out.split())
    shortest = run("route", *CHITA_VLADIVOSTOK, "--by", "length")
    assert "shortest way" not in shortest.out
    assert "1520 to 1435 mm at" in shortest.out
    assert "1435 to 1520 mm at" in shortest.out


def test_corridors_are_listed_and_given_as_json(run: Callable[..., Told]) -> None:
    told = run("route", *CHITA_VLADIVOSTOK, "--alternatives", "2")
    assert told.code == 0
    assert "Corridors, the first drawn" in told.out
    assert "Harbin" in told.out
    answer = run("route", *CHITA_VLADIVOSTOK, "--alternatives", "2", "--json").json
    assert len(answer["alternatives"]) == 2
    assert all(one["through"] for one in answer["alternatives"])


def test_a_border_closed_on_the_day_and_a_long_detour_end_with_4(run: Callable[..., Told]) -> None:
    ends = "126.97,37.555", "125.735,39.005", "--mode", "rail"
    shut = run("route", *ends, "--on", "2024-01-01", "--json")
    assert (shut.code, shut.json["constraints"][0]["value"]) == (4, "korea-2008")
    assert run("route", *ends, "--on", "2008-03-01").code == 0
    told = run("route", *CHITA_VLADIVOSTOK, "--max-detour", "1.2", "--only", "RU")
    assert told.code == 4
    assert "times the free route" in told.err


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--on", "yesterday"), ("--by", "speed"), ("--max-detour", "0.5")),
        *(("--max-detour", "0"), ("--max-detour", "much"), ("--alternatives", "-1")),
    ],
)
def test_a_bad_option_of_route_ends_with_2(
    run: Callable[..., Told], option: str, value: str
) -> None:
    told = run("route", *CHITA_VLADIVOSTOK, option, value)
    assert (told.code, told.out) == (2, "")
    assert value in told.err


# Lines


def test_locate_answers_line_by_line(run: Callable[..., Told]) -> None:
    lines = [
        '{"id": 1, "name": "Dunay", "country": "RU"}',
        "not JSON",
        '{"id": 3, "name": "Springfield"}',
        "",
        "[1, 2]",
        '{"id": "five", "nmae": "Najin"}',
        '{"id": 6, "name": "라진", "country": "KP", "mode": "sea"}',
        '{"id": 7, "name": 12}',
        '{"id": 8, "name": "Moscow", "near": "here"}',
    ]
    told = run("locate", "-", stdin="\n".join(lines))
    assert (told.code, told.err) == (0, "")
    assert [(one["id"], one["status"]) for one in told.lines] == [
        (1, "resolved"),
        (None, "error"),
        (3, "ambiguous"),
        (None, "error"),
        ("five", "error"),
        (6, "resolved"),
        (7, "error"),
        (8, "error"),
    ]
    assert all(one["reason"] for one in told.lines)
    assert told.lines[5]["place"]["name"] == "Najin"


def test_options_are_defaults_for_lines_that_lack_the_field(run: Callable[..., Told]) -> None:
    lines = '{"name": "Dunay"}\n{"name": "Najin", "country": "KP"}\n'
    told = run("locate", "-", "--country", "RU", "--json", stdin=lines)
    assert [one["place"]["country"] for one in told.lines] == ["RU", "KP"]


def test_route_answers_line_by_line(run: Callable[..., Told]) -> None:
    lines = [
        '{"id": "a", "from": [131.88, 43.11], "to": [135.07, 48.48]}',
        '{"id": "b", "from": [131.88, 43.11]}',
        '{"id": "c", "from": [135, 40], "to": [135.07, 48.48]}',
        "\x00",
        '{"id": "e", "from": "Najin, KP", "to": {"name": "Dunay", "country": "RU"}, "mode": "sea"}',
        '{"id": "f", "from": [999, 999], "to": [1, 1]}',
        '{"id": "g", "from": [131.88, 43.11], "to": [135.07, 48.48], "avoid": [1]}',
    ]
    told = run("route", "-", "--mode", "rail", stdin="\n".join(lines))
    assert told.code == 0
    assert [(one["id"], one["status"]) for one in told.lines] == [
        ("a", "ok"),
        ("b", "error"),
        ("c", "no_route"),
        (None, "error"),
        ("e", "ok"),
        ("f", "error"),
        ("g", "error"),
    ]
    assert "'to' is missing" in told.lines[1]["reason"]


# Places that begin with a minus


def test_a_place_may_begin_with_a_minus(run: Callable[..., Told]) -> None:
    answer = run("route", "-73.9,40.6", "-70.2,43.6", "--mode", "sea", "--json").json
    assert answer["coordinates"][0] == [-73.9, 40.6]
    assert run("locate", "-73.9,40.6", "--json").json["place"]["lon"] == -73.9
    near = run("locate", "Springfield", "--near", "-89.64,39.8", "--json").json
    assert near["candidates"][0]["id"] == "geonames:4250542"
    via = run("route", "-73.9,40.6", "-70.2,43.6", "--mode", "sea", "--via", "-69.9,41.2", "--json")
    assert via.json["constraints"][0]["kind"] == "via"


# Files and stdout


def test_a_route_is_written_as_geojson(run: Callable[..., Told], tmp_path: Path) -> None:
    target = tmp_path / "route.geojson"
    told = run("route", *RAIL, "-o", target, "--json")
    (line,) = json.loads(target.read_bytes())["features"]
    assert line["properties"]["length_km"] == told.json["length_km"]
    assert line["geometry"]["type"] == "LineString"


def test_a_route_is_written_to_stdout_for_a_dash(run: Callable[..., Told], tmp_path: Path) -> None:
    file = tmp_path / "route.geojson"
    assert run("route", *RAIL, "-o", file).code == 0
    told = run("route", *RAIL, "-o", "-")
    assert (told.code, told.out.encode()) == (0, file.read_bytes())
    nowhere = run("route", "135,40", "131.88,43.11", "--mode", "rail", "-o", "-")
    assert (nowhere.code, nowhere.out) == (4, "")
    assert nowhere.err.startswith("no_route: ")


def test_map_and_export_write_to_stdout_for_a_dash(run: Callable[..., Told]) -> None:
    page = run("map", CASE, "-o", "-")
    assert page.out.startswith("<!DOCTYPE html>")
    assert page.err == ""
    assert len(run("export", CASE, "-o", "-").json["features"]) == 6


def test_map_and_export_print_the_path_of_the_file(
    run: Callable[..., Told], tmp_path: Path
) -> None:
    for command, name in (("map", "m.html"), ("export", "l.geojson")):
        assert run(command, CASE, "-o", tmp_path / name).out == f"{tmp_path / name}\n"


def test_build_ends_with_the_path_of_the_map(run: Callable[..., Told], tmp_path: Path) -> None:
    told = run("build", CASE, "-o", tmp_path / "out")
    assert told.err == ""
    assert told.out.splitlines()[-1] == f"Map: {tmp_path / 'out' / 'map.html'}"
    assert re.search(r"rail +Dunay +an ammunition depot .* 9\d{3}\.\d+ .* B3 +reported", told.out)
    assert re.search(r"warning +denied +DPRK government denies by-dunay", told.out)


def test_what_a_full_or_closed_stdout_does() -> None:
    arguments = ("locate", "Vladivostok", "--country", "RU", "--json")
    with Path("/dev/full").open("wb") as full:
        told = process(*arguments, stdout=full)
    assert told.returncode == 1
    assert told.stderr == b"routemap: not written: No space left on device.\n"
    reader, writer = os.pipe()
    os.close(reader)
    told = process(*arguments, stdout=writer)
    os.close(writer)
    assert (told.returncode, told.stderr) == (1, b"")


def test_a_terminal_of_another_encoding_gets_escapes() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    told = process("locate", "Zürich", stdout=subprocess.PIPE, env=environment)
    assert told.returncode == 0
    assert rb"Z\xfcrich" in told.stdout


# Help, schema, networks, starter


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, command in group.commands.items():
        inner = (*path, name)
        found += commands(command, inner) if isinstance(command, click.Group) else [inner]
    return found


@pytest.mark.parametrize("command", commands(routemap_command), ids=" ".join)
def test_the_help_of_every_command_has_an_example(
    run: Callable[..., Told], command: tuple[str, ...]
) -> None:
    told = run(*command, "--help")
    assert told.code == 0
    assert f"  routemap {' '.join(command)}" in told.out
    assert re.search(r"Examples?:\n", told.out)
    assert max(map(len, told.out.splitlines())) <= 100


def test_the_help_names_every_command_and_code(run: Callable[..., Told]) -> None:
    told = run("--help")
    for command in (
        "build",
        "check",
        "map",
        "export",
        "locate",
        "route",
        "schema",
        "new",
        "networks",
    ):
        assert f"  {command} " in told.out
    assert "3 input rejected or ambiguous" in told.out


def test_the_schema_is_valid_and_refuses_what_the_reader_refuses(run: Callable[..., Told]) -> None:
    schema = run("schema").json
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    row = {"id": "leg", "origin": "KP", "destination": "RU", "mode": "sea"}
    validator.validate({"case": "c", "legs": [row]})
    for wrong in ({**row, "mode": "donkey"}, {**row, "extra": "x"}, {"id": "leg"}):
        assert not validator.is_valid({"legs": [wrong]})


def test_networks_are_listed_with_licence_and_router(run: Callable[..., Told]) -> None:
    told = run("networks", "list")
    assert {"rail", "sea"} <= set(told.out.split())
    assert "ODbL-1.0" in told.out
    rows = {row["mode"]: row for row in run("networks", "list", "--json").json}
    assert {"rail", "sea"} <= set(rows)
    assert {"suez", "panama", "malacca", "kerch"} <= set(rows["sea"]["passages"])
    assert all(row["licence"] and row["attribution"] and row["router"] for row in rows.values())


def test_a_new_case_builds(run: Callable[..., Told], tmp_path: Path) -> None:
    folder = tmp_path / "my-case"
    told = run("new", folder)
    assert told.code == 0
    assert f"routemap build {folder} -o {folder}-map" in told.out
    built = run("build", folder, "-o", tmp_path / "my-case-map")
    assert (built.code, built.err) == (0, "")
    assert run("new", folder).code == 1


# Text is data


def test_text_of_a_case_is_shown_and_not_obeyed(
    run: Callable[..., Told], case: Callable[[str], Path], tmp_path: Path
) -> None:
    text = r"""
title: "[bold red]Title[/] \u202e \e[31m"
sources: [{id: s, title: "[link=https://example.org]S[/link]"}]
legs: [{id: leg, origin: "131.9,43.1", destination: "132.3,42.9", mode: air}]
claims:
- {id: c, source: s, leg: leg, says: denies, summary: "[green]\u0007\u001b[2J\u2066 no [/nothing]"}
"""
    told = run("build", case(text), "-o", tmp_path / "out")
    assert told.code == 0
    assert r"[bold red]Title[/] \u202e \x1b[31m" in told.out
    assert "[link=https://example.org]S[/link] denies leg:" in told.out
    assert r"[green]\x07\x1b[2J\u2066 no [/nothing]" in told.out
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", told.out)


def test_names_on_the_command_line_are_shown_and_not_obeyed(run: Callable[..., Told]) -> None:
    told = run("locate", "[red]No\x1b[2Jwhere[/red]")
    assert told.code == 2
    assert "\x1b" not in told.err
    assert "U+001B" in told.err
    assert "[red]Nowhere[/red]" in run("locate", "[red]Nowhere[/red]").err


# Bad input


@pytest.mark.parametrize("file", BAD, ids=[file.name for file in BAD])
def test_a_bad_case_is_refused_with_every_problem_and_a_cure(
    run: Callable[..., Told], file: Path, tmp_path: Path
) -> None:
    checked = run("check", file, "--json")
    refused = [one for one in checked.json["problems"] if one["kind"] == "rejected"]
    assert (checked.code, bool(refused)) == (3, True)
    assert checked.json["accepted"] + checked.json["rejected"] == checked.json["read"]
    older = tmp_path / "out" / "mine.txt"
    older.parent.mkdir()
    older.write_text("older")
    built = run("build", file, "-o", older.parent)
    assert (built.code, built.out) == (3, "")
    assert older.read_text() == "older"
    lines = built.err.splitlines()
    assert lines[0].startswith(f"routemap: {len(lines) - 1} problem")
    assert len(lines) - 1 == len(checked.json["problems"])
    for problem in refused:
        assert problem["cure"].endswith((".", "?", "my-case")), problem
        assert any(problem["reason"] in line and problem["cure"] in line for line in lines)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        ("case: x".encode("utf-16"), "UTF-16"),
        (b"\x80\x81\x82", "not in UTF-8"),
        (b"claims: [}", "case.yaml:1: not valid YAML"),
        (b"- a\n- b\n", "case"),
        (b"\x00", ""),
        (b"{" * 1000, ""),
    ],
)
def test_any_bytes_get_a_message(
    run: Callable[..., Told], tmp_path: Path, data: bytes, message: str
) -> None:
    file = tmp_path / "case.yaml"
    file.write_bytes(data)
    told = run("build", file, "-o", tmp_path / "out")
    assert (told.code, told.out) == (3, "")
    assert "case.yaml" in told.err
    assert message in told.err
    assert [one.name for one in tmp_path.iterdir()] == ["case.yaml"]


def test_a_place_at_sea_for_a_rail_leg_is_named_with_the_leg(
    run: Callable[..., Told], case: Callable[[str], Path], tmp_path: Path
) -> None:
    told = run("build", case(NO_ROUTE), "-o", tmp_path / "out")
    assert told.code == 4
    assert "case.yaml:1: legs leg '135,40 to Vladivostok, RU by rail'" in told.err
    assert "(135, 40) lies at sea" in told.err


def test_an_ambiguous_place_lists_its_candidates(
    run: Callable[..., Told], case: Callable[[str], Path], tmp_path: Path
) -> None:
    told = run("build", case(AMBIGUOUS), "-o", tmp_path / "out")
    assert told.code == 3
    assert "pin: geonames:4250542" in told.err
    located = run("locate", "Springfield")
    assert located.err.startswith("ambiguous: ")
    assert "geonames:4250542" in located.out


def test_the_version_is_that_of_the_package(run: Callable[..., Told]) -> None:
    assert run("--version").out == f"routemap, version {routemap.__version__}\n"


def test_a_route_says_which_places_it_chose(run: Any) -> None:
    told = run("route", "Najin", "132.34,42.88", "--mode", "sea")
    assert told.code == 0
    assert "Najin, KP, port; routemap:najin" in told.out
    assert "132.34" in told.out
