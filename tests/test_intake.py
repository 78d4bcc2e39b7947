"""Reading a case: what is refused says where, why and how to mend it; what is right is kept."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import time
import tracemalloc
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from html import escape
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routemap import dates, model, speeds
from routemap.claims import TABLES, Case
from routemap.errors import ArgumentError, InputError, OutputError, Problem, RoutemapError
from routemap.intake import read_case, schema, write_starter
from routemap.intake.link import _loops
from routemap.intake.raw import MAX_BYTES, RawRow, did_you_mean
from routemap.intake.yaml_file import read_yaml

HERE = Path(__file__).parent
BAD = HERE / "data" / "bad"
EXPECTED = json.loads((HERE / "data" / "bad.json").read_text())
WORKED = HERE.parent / "data" / "dprk-russia-2023"
STARTER = HERE.parent / "routemap" / "assets" / "starter" / "case.yaml"

# What is refused


def told(problem: Problem) -> dict[str, Any]:
    """Return what a problem says, without what it does not."""
    assert problem.kind == "rejected"
    return {key: value for key, value in asdict(problem).items() if value and key != "kind"}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_bad_files(name: str) -> None:
    expected = EXPECTED[name]
    case = read_case(BAD / name, partial=True)
    assert [told(problem) for problem in case.problems] == expected["problems"]
    assert (case.read, case.accepted) == (expected["read"], expected["accepted"])
    with pytest.raises(InputError) as caught:
        read_case(BAD / name)
    assert caught.value.carried == case.problems


def test_every_bad_file_is_expected() -> None:
    assert sorted(path.name for path in BAD.iterdir()) == sorted(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_rejected_row_has_a_problem_or_waits_for_one(name: str) -> None:
    case = read_case(BAD / name, partial=True)
    rows = {(one.table, one.file, one.line, one.row) for one in case.problems if one.table}
    refused = {(table, row) for table, _, _, row in rows if table in TABLES and row}
    waiting = sum(problem.waiting for problem in case.problems)
    assert case.accepted + case.rejected == case.read
    assert len(refused) + waiting <= case.rejected
    assert bool(case.rejected) <= bool(case.problems)


def messages(text: str, tmp_path: Path, name: str = "case.yaml") -> list[str]:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return [str(problem) for problem in read_case(file, partial=True).problems]


def test_a_problem_is_one_line_that_says_where_what_why_and_how() -> None:
    case = read_case(BAD / "waiting.yaml", partial=True)
    assert [str(problem) for problem in case.problems] == [
        (
            "waiting.yaml:5: legs broken [mode] 'ship': it is not one of the words for this field. "
            "Use one of sea, rail, road, river, air, unknown. (5 other rows wait for it)"
        )
    ]
    assert {claim.id for claim in case.claims} == {"five"}
    assert (case.routes, [leg.id for leg in case.legs]) == ((), ["whole"])


def test_a_value_is_not_said_twice() -> None:
    problem = read_case(BAD / "dates.yaml", partial=True).problems[0]
    assert problem.value == "2023-02-30"
    assert str(problem) == (
        "dates.yaml:5: claims no-such-day [seen]: '2023-02-30' is not in the calendar. "
        "Check the day and the month."
    )


def test_the_error_lists_every_problem() -> None:
    with pytest.raises(InputError) as caught:
        read_case(BAD / "unknown-field.yaml")
    first, *lines = str(caught.value).splitlines()
    assert first == f"{BAD / 'unknown-field.yaml'}: 2 problems:"
    assert lines == [str(problem) for problem in caught.value.carried]
    with pytest.raises(InputError, match=r": 1 problem:\n"):
        read_case(BAD / "waiting.yaml")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    missing = read_case(tmp_path / "none.yaml", partial=True).problems
    assert [str(one) for one in missing] == [
        (
            f"{tmp_path / 'none.yaml'}: there is no such file or folder. "
            "Start from: routemap new my-case"
        )
    ]
    empty = read_case(tmp_path, partial=True).problems
    assert [str(one) for one in empty] == [
        "case.yaml: the folder has no such file. Start from: routemap new my-case"
    ]


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    assert messages("Hello", tmp_path, "report.docx") == [
        (
            "report.docx: files ending in '.docx' are not read. Give a folder, a .yaml file, "
            "or a table (.csv, .tsv, .xlsm, .xlsx)."
        )
    ]


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    assert messages("#" * (MAX_BYTES + 1), tmp_path) == [
        (
            "case.yaml: the file has over 8,388,608 bytes; no more are read. "
            "Split the case into a folder of smaller tables."
        )
    ]


@pytest.mark.parametrize("name", ["case.yaml", "claims.xlsx"])
def test_no_more_is_read_than_may_be(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    with file.open("wb") as stream:
        stream.truncate(300 * 1024 * 1024)
    tracemalloc.start()
    case = read_case(file, partial=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [one.reason[:40] for one in case.problems] == [
        "the file has over 8,388,608 bytes; no mo"
    ]
    assert peak < 40 * 1024 * 1024


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with names")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "claims.csv")
    (tmp_path / "case.yaml").write_text("case: x\n")
    told = [
        "claims.csv: it is not an ordinary file. Save what it gives as a file, and name that.",
    ]
    for place in (tmp_path, tmp_path / "claims.csv"):
        assert [str(one) for one in read_case(place, partial=True).problems] == told


@pytest.mark.parametrize("path", [None, 5, [Path()]])
def test_what_is_no_path(path: Any) -> None:
    with pytest.raises(ArgumentError, match=f"^{re.escape(repr(path))} is no path"):
        read_case(path)
    with pytest.raises(ArgumentError, match=f"^{re.escape(repr(path))} is no path"):
        write_starter(path)


def test_a_name_that_is_not_utf_8_is_shown(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"x\xff.yaml")
    file.write_text("case: x\ntitel: y\n")
    case = read_case(file, partial=True)
    assert [one.file for one in case.problems] == ["x\\udcff.yaml"]
    assert list(case.inputs) == ["x\\udcff.yaml"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("%YAML 1.99\n---\ncase: x\n", 1),
        ("# note\n%YAML 1.2\n---\ncase: x\n", 2),
        ("%TAG ! tag:x,2020:\n--- \ncase: x\n", 1),
        ("case: x\n...\n%YAML 1.99\n---\n", 3),
        ("\u2028%YAML 1.99\n---\ncase: x\n", 1),
    ],
)
def test_directives_are_refused(text: str, line: int, tmp_path: Path) -> None:
    assert messages(text, tmp_path) == [
        (
            f"case.yaml:{line}: directives (%) are not read. "
            "Remove the line; put a text that begins with % in quotes."
        )
    ]


def test_a_file_of_the_folder_that_is_no_table_is_not_ignored(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("case: x\n")
    (tmp_path / "sources.tsv").write_text("id\ttitle\na\tA\n")
    for name in ("claim.csv", "zebra.xlsx", "legs.ods"):
        (tmp_path / name).write_text("id\n")
    for name in ("README.md", "pier.png", ".claim.csv", "~$claims.xlsx"):
        (tmp_path / name).write_text("let be")
    (tmp_path / "places.csv").mkdir()
    (tmp_path / "older").mkdir()
    (tmp_path / "older" / "claim.csv").write_text("id\n")
    case = read_case(tmp_path, partial=True)
    assert [one.id for one in case.sources] == ["a"]
    assert [str(one) for one in case.problems] == [
        (
            "claim.csv: it is none of the tables of a case. Did you mean 'claims'? "
            "Rename it, or move it out of the folder."
        ),
        (
            "legs.ods: files ending in '.ods' are not read. Give a folder, a .yaml file, "
            "or a table (.csv, .tsv, .xlsm, .xlsx)."
        ),
        (
            "zebra.xlsx: it is none of the tables of a case. "
            "Tables are sources, places, legs, routes, claims, suppressed, verdicts. "
            "Rename it, or move it out of the folder."
        ),
    ]


def derived(parents: Mapping[str, Sequence[str]]) -> str:
    rows = (
        f"- {{id: {key}, title: T, derived_from: [{', '.join(ones)}]}}\n"
        for key, ones in parents.items()
    )
    return "sources:\n" + "".join(rows)


def test_cycles_are_found_wherever_they_are_entered(tmp_path: Path) -> None:
    parents = {"x": ["a"], "a": ["b", "c"], "b": ["a"], "c": ["d"], "d": ["c", "a"], "e": ["e"]}
    file = tmp_path / "case.yaml"
    file.write_text(derived(parents | {"free": []}))
    case = read_case(file, partial=True)
    told = {one.row: (one.reason, one.waiting) for one in case.problems}
    assert told == {
        "a": ("a > b > a is a cycle.", 3),
        "c": ("c > d > c is a cycle.", 0),
        "e": ("e > e is a cycle.", 0),
    }
    assert [one.id for one in case.sources] == ["free"]


def test_a_long_chain_waits_for_its_refused_end(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    parents: dict[str, list[str]] = {f"s{i}": [f"s{i + 1}"] for i in range(3000)}
    file.write_text(derived(parents | {"s3000": ["nobody"]}))
    start = time.perf_counter()
    case = read_case(file, partial=True)
    assert time.perf_counter() - start < 10
    assert [(one.row, one.waiting) for one in case.problems] == [("s3000", 3000)]
    assert (case.read, case.accepted) == (3001, 0)


class _Counted(dict[str, Sequence[str]]):
    """Parents by id, and how often they were asked for."""

    asked = 0

    def follow(self, key: str) -> Sequence[str]:
        self.asked += 1
        return self[key]


def test_a_long_chain_is_walked_once_and_a_long_cycle_is_shortened() -> None:
    chain = _Counted({f"s{i}": [f"s{i + 1}"] for i in range(20_000)} | {"s20000": []})
    assert _loops(chain, chain.follow) == {}
    assert chain.asked == 20_001
    chain["s20000"] = ["s0"]
    (cycle,) = _loops(chain, chain.follow).values()
    assert (len(cycle), cycle[0], cycle[-3:]) == (22, "s0", ["...", "s20000", "s0"])


def test_utf_16_without_a_mark(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_bytes("case: x\ntitle: y\n".encode("utf-16-le"))
    (problem,) = read_case(tmp_path, partial=True).problems
    assert str(problem) == (
        "case.yaml:1: the file is in UTF-16, or is no text file. Save it as UTF-8."
    )


@pytest.mark.parametrize(
    ("escape", "place"), [("\\ud800", "case.yaml:2"), ("\\U00110000", "case.yaml")]
)
def test_escapes_that_stand_for_no_character(escape: str, place: str, tmp_path: Path) -> None:
    assert messages(f'case: x\ntitle: "a {escape} b"\n', tmp_path) == [
        (
            f"{place}: an escape stands for no character. "
            "Write the character itself, or put the text in single quotes."
        )
    ]


def test_a_phrase_is_short(tmp_path: Path) -> None:
    text = f"places:\n- {{id: p, name: P, lon: {'1' * 501}, lat: 1}}\n"
    assert messages(text, tmp_path) == [
        (
            f"case.yaml:2: places p [lon] '{'1' * 79}…': 501 characters stand where a date, "
            "number or phrase is meant. Move the text to summary."
        )
    ]


def test_nesting_up_to_five_is_the_row_s_own_problem(tmp_path: Path) -> None:
    deep = "[" * 10_000
    assert messages(f"sources: {deep}", tmp_path) == [
        (
            "case.yaml:1: lists or mappings are nested deeper than 5. "
            "A case is flat tables: a list of rows, each with texts and lists of texts."
        )
    ]


def test_a_dotted_column_that_is_no_mapping_is_not_lost(tmp_path: Path) -> None:
    header = "id,source,source.url,origin,destination,mode\n"
    row = 'c,Log,https://example.org,"Vladivostok, RU","Nakhodka, RU",sea\n'
    (problem,) = messages(header + row, tmp_path, "claims.csv")
    assert problem.startswith(
        "claims.csv:2: claims c [source.url] 'https://example.org': claims have no such field."
    )


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("publishd", ["published", "publisher"], "Did you mean 'published'?"),
        ("SEA", ["sea", "rail"], "Did you mean 'sea'?"),
        ("harbor-log", ["harbour-log", "other"], "Did you mean 'harbour-log'?"),
        ("zzz", ["published", "publisher"], ""),
        ("word", [], ""),
    ],
)
def test_hints(word: str, known: list[str], hint: str) -> None:
    assert did_you_mean(word, known) == hint


lines = st.lists(
    st.sampled_from(
        [*"abc:-[]{},\"'|>#&*! \t", "- ", "\n", "\n  ", "claims:", "sources:", "id: ", "speeds: "]
    ),
    max_size=30,
).map("".join)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=lines, name=st.sampled_from(["fuzz.yaml", "fuzz.csv"]))
def test_any_text_is_read_or_refused(text: str, name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8", newline="")
    case = read_case(file, partial=True)
    assert case.accepted + case.rejected == case.read
    assert bool(case.rejected) <= bool(case.problems)
    assert all(problem.reason and problem.cure for problem in case.problems)


# What is read rightly


def one_case(tmp_path: Path, data: bytes, name: str = "case.yaml") -> Case:
    (tmp_path / name).write_bytes(data)
    return read_case(tmp_path / name)


TEXTS = """\
case: texts
title: NO
sources:
- {id: a, title: NA, publisher: 1e5, language: no, seen_in: null, url: ""}
- {id: "007", title: "0912345", publisher: 2023-10-13, seen_in: ~, language: 0x1F}
- id: c
  title: >
    Two lines
    as one
  publisher: |
    Two lines
    as two
"""


def test_every_value_is_the_text_that_was_written(tmp_path: Path) -> None:
    case = one_case(tmp_path, TEXTS.encode())
    first, second, third = case.sources
    assert case.title == "NO"
    assert (first.title, first.publisher, first.language) == ("NA", "1e5", "no")
    assert (first.seen_in, first.url) == ("null", None)
    assert (second.id, second.title, second.publisher) == ("007", "0912345", "2023-10-13")
    assert (second.seen_in, second.language) == ("~", "0x1F")
    assert (third.title, third.publisher) == ("Two lines as one", "Two lines\nas two")


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + TEXTS.encode(),
        TEXTS.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + TEXTS.replace("\n", "\r\n").encode(),
        b"---\n" + TEXTS.encode() + b"...\n",
    ],
    ids=["BOM", "CRLF", "BOM and CRLF", "markers"],
)
def test_marks_and_line_ends_are_no_matter(tmp_path: Path, data: bytes) -> None:
    assert one_case(tmp_path, data) == one_case(tmp_path, TEXTS.encode())


TABLE = """\
id,title,publisher,derived_from,language
a,NO,1e5,,NA
007,0912345,"Two lines
of ""text"", with a comma",a,
c,2023-10-13,  spaces  ,a; 007,null
"""


def sources_of(tmp_path: Path, data: bytes, name: str = "sources.csv") -> Case:
    (tmp_path / "case.yaml").write_bytes(b"case: tables\n")
    (tmp_path / name).write_bytes(data)
    return read_case(tmp_path)


def test_every_cell_is_the_text_that_was_written(tmp_path: Path) -> None:
    case = sources_of(tmp_path, TABLE.encode())
    first, second, third = case.sources
    assert (first.title, first.publisher, first.language) == ("NO", "1e5", "NA")
    assert first.derived_from == ()
    assert (second.id, second.title) == ("007", "0912345")
    assert second.publisher == 'Two lines\nof "text", with a comma'
    assert (third.title, third.publisher, third.language) == ("2023-10-13", "spaces", "null")
    assert third.derived_from == ("a", "007")
    assert [case.origin["sources", key] for key in ("a", "007", "c")] == [
        ("sources.csv", 2),
        ("sources.csv", 3),
        ("sources.csv", 5),
    ]


def delimited(text: str, delimiter: str) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(csv.reader(io.StringIO(text, newline="")))
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + TABLE.encode(),
        TABLE.replace("\n", "\r\n").encode(),
        delimited(TABLE, ";").encode(),
        delimited(TABLE, "\t").encode(),
        ("\n" + delimited(TABLE, ";") + ";;;;\n\n").encode(),
    ],
    ids=["BOM", "CRLF", "semicolons", "tabs", "blank lines"],
)
def test_forms_of_csv(tmp_path: Path, data: bytes) -> None:
    expected = sources_of(tmp_path, TABLE.encode())
    assert sources_of(tmp_path, data) == expected


def test_columns_without_a_name_may_stand_empty(tmp_path: Path) -> None:
    case = sources_of(tmp_path, b"id,title,,\na,A,,\nb,B,,\n")
    assert [source.title for source in case.sources] == ["A", "B"]


def test_names_of_tables_may_be_in_capitals(tmp_path: Path) -> None:
    case = sources_of(tmp_path, TABLE.encode(), "Sources.CSV")
    assert [source.id for source in case.sources] == ["a", "007", "c"]


def test_equal_cases_have_equal_hashes_wherever_their_lines_are(tmp_path: Path) -> None:
    plain = one_case(tmp_path, TEXTS.encode())
    spaced = one_case(tmp_path, b"# A remark\n\n" + TEXTS.encode())
    assert spaced.origin["sources", "a"] == ("case.yaml", 6)
    assert plain.origin["sources", "a"] == ("case.yaml", 4)
    assert spaced == plain
    assert hash(spaced) == hash(plain)


# Spreadsheets


def workbook(rows: Iterable[Sequence[str | float]]) -> bytes:
    """Return a minimal .xlsx with one sheet: texts in the cells, numbers as numbers."""
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{links}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets>'
        '<sheet name="claims" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{links}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>'
        + "".join(sheet_row(number, row) for number, row in enumerate(rows, 1))
        + "</sheetData></worksheet>",
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return stream.getvalue()


def sheet_row(number: int, cells: Sequence[str | float]) -> str:
    written = "".join(
        f'<c r="{chr(65 + column)}{number}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
        if isinstance(cell, str)
        else f'<c r="{chr(65 + column)}{number}"><v>{cell}</v></c>'
        for column, cell in enumerate(cells)
        if cell != ""
    )
    return f'<row r="{number}">{written}</row>'


def test_a_spreadsheet_is_read_as_its_csv_form(tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(TABLE, newline="")))
    expected = sources_of(tmp_path, TABLE.encode())
    (tmp_path / "sources.csv").unlink()
    case = sources_of(tmp_path, workbook(rows), "sources.xlsx")
    assert case == expected
    assert case.origin["sources", "c"] == ("sources.xlsx", 4)


def test_numbers_of_a_spreadsheet_keep_their_digits(tmp_path: Path) -> None:
    rows = [["id", "title", "publisher"], ["a", 2023, 130.29], [7, 9123456, ""]]
    first, second = sources_of(tmp_path, workbook(rows), "sources.xlsx").sources
    assert (first.title, first.publisher) == ("2023", "130.29")
    assert (second.id, second.title, second.publisher) == ("7", "9123456", None)


def test_spreadsheets_refused(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("case: x\n")
    (tmp_path / "sources.xlsx").write_bytes(b"no zip at all")
    (tmp_path / "claims.xlsx").write_bytes(workbook([]))
    (tmp_path / "legs.xlsx").write_bytes(
        workbook([["id", "origin", "destination", "mode"], ["a", "b", "c", "sea", "stray"]])
    )
    problems = {one.file: one for one in read_case(tmp_path, partial=True).problems}
    assert problems["sources.xlsx"].reason.startswith("not a spreadsheet that can be read: ")
    assert problems["sources.xlsx"].cure == "Save it anew, or as CSV."
    assert problems["claims.xlsx"].reason == "the file is empty."
    assert str(problems["legs.xlsx"]) == (
        "legs.xlsx:2: legs a 'stray': the cell stands in a column without a name. "
        "Name the column in the header."
    )


def packed(rows: Sequence[str], **more: bytes) -> bytes:
    """Return a minimal .xlsx whose rows are XML, with more parts beside the sheet."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook([]))) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, text.replace("</sheetData>", "".join(rows) + "</sheetData>"))
        for name, data in more.items():
            new.writestr(f"{name}.xml", data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("cells", "size"),
    [
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "1,048,576 rows and 16,384"),
        ('<row r="1048576"><c r="CV1048576"><v>1</v></c></row>', "1,048,576 rows and 100"),
        ('<x:row xmlns:x="y" r="1000001"><c/><x:c/></x:row>', "1,000,001 rows and 2"),
        ("<row><c/></row>" * 1001 + '<row><c r="BXX1002"/></row>', "1,002 rows and 2,000"),
    ],
)
def test_a_sheet_with_a_cell_far_away_is_refused_before_it_is_laid_out(
    cells: str, size: str, tmp_path: Path
) -> None:
    file = tmp_path / "claims.xlsx"
    file.write_bytes(packed([cells]))
    assert [str(one) for one in read_case(file, partial=True).problems] == [
        (
            f"claims.xlsx: a sheet spans {size} columns; at most 2,000,000 cells are read. "
            "Delete what stands far from the table, or save it as CSV."
        )
    ]


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "claims.xlsx"
    file.write_bytes(packed([], zeros=bytes(65 * 1024 * 1024)))
    assert file.stat().st_size < 100_000
    (problem,) = read_case(file, partial=True).problems
    assert problem.reason == "the spreadsheet unpacks to over 67,108,864 bytes; no more are read."


@pytest.mark.parametrize("reference", ["r='1A'", "r='A0x1'", "r='A1"])
def test_a_sheet_that_is_damaged_is_refused(reference: str, tmp_path: Path) -> None:
    file = tmp_path / "claims.xlsx"
    file.write_bytes(packed([f"<row><c {reference}/></row>"]))
    (problem,) = read_case(file, partial=True).problems
    assert problem.reason.startswith("not a spreadsheet that can be read: ")


# A lone table of claims

LONE = """\
source,origin,destination,mode,moved
"Harbour log, May",Vladivostok,Nakhodka,sea,2023-09
Harbour Log May,"Nakhodka, RU","Novosibirsk, RU",rail,2023-10~
"Harbour log, May",Nakhodka,Vladivostok,sea,
"""


@pytest.mark.parametrize("name", ["claims.csv", "my claims.csv", "claims.xlsx"])
def test_five_columns_make_a_case(tmp_path: Path, name: str) -> None:
    rows = list(csv.reader(io.StringIO(LONE, newline="")))
    data = workbook(rows) if name.endswith("xlsx") else LONE.encode()
    case = one_case(tmp_path, data, name)
    assert case.case == name.partition(".")[0].replace(" ", "-")
    assert [(one.id, one.title) for one in case.sources] == [
        ("harbour-log-may", "Harbour log, May"),
        ("harbour-log-may-2", "Harbour Log May"),
    ]
    assert [
        (one.id, one.source, one.origin, one.destination, one.mode, str(one.when or ""))
        for one in case.claims
    ] == [
        ("row-2", "harbour-log-may", "Vladivostok", "Nakhodka", "sea", "2023-09"),
        ("row-3", "harbour-log-may-2", "Nakhodka, RU", "Novosibirsk, RU", "rail", "2023-10~"),
        ("row-4", "harbour-log-may", "Nakhodka", "Vladivostok", "sea", ""),
    ]
    assert (case.read, case.accepted, case.problems) == (5, 5, ())


def test_what_rows_say_of_a_source_is_gathered(tmp_path: Path) -> None:
    text = (
        "source,source_url,published,origin,destination,mode\n"
        "Log,,2023-09-07,Vladivostok,Nakhodka,sea\n"
        "Log,https://example.org/log,,Vladivostok,Nakhodka,sea\n"
        "新闻,,,Vladivostok,Nakhodka,sea\n"
    )
    log, news = one_case(tmp_path, text.encode(), "claims.csv").sources
    assert (log.url, str(log.published)) == ("https://example.org/log", "2023-09-07")
    assert news.title == "新闻"
    assert news.id.isascii()


# Overrides of the analyst, and figures of the header

OVERRIDDEN = """\
claims:
- {id: told, source: log, leg: by-sea, seen: 2023-09-07~, arrived: 2023-09~}
sources:
- {id: log, title: Log, published: 2023~}
legs:
- {id: by-sea, origin: "Vladivostok, RU", destination: "Nakhodka, RU", mode: sea}
routes:
- {id: way, title: Way, legs: by-sea}
suppressed:
- {id: mine, rule: one-source, rows: [told, by-sea], reason: Looked at}
- {rule: one-source, rows: way, reason: Looked at}
verdicts:
- {claim: told, route: way, verdict: inconsistent, note: Looked at}
"""


def test_overrides_are_read_and_named_by_their_number(tmp_path: Path) -> None:
    case = one_case(tmp_path, OVERRIDDEN.encode())
    assert [(one.id, one.rule, one.rows) for one in case.suppressed] == [
        ("mine", "one-source", ("told", "by-sea")),
        ("suppressed-2", "one-source", ("way",)),
    ]
    (verdict,) = case.verdicts
    assert (verdict.id, verdict.claim, verdict.route) == ("verdicts-1", "told", "way")
    assert (verdict.verdict, verdict.note) == ("inconsistent", "Looked at")
    assert case.origin["suppressed", "suppressed-2"] == ("case.yaml", 11)
    assert (case.read, case.accepted) == (7, 7)


def test_an_id_made_by_number_is_unique_as_any_other(tmp_path: Path) -> None:
    text = OVERRIDDEN.replace("id: mine", "id: suppressed-2")
    assert messages(text, tmp_path) == [
        (
            "case.yaml:11: suppressed suppressed-2 [id] 'suppressed-2': the id stands already in "
            "suppressed, case.yaml:10. Ids are unique over the whole case: choose another."
        )
    ]


rows_of = st.lists(st.sampled_from(OVERRIDDEN.splitlines()), unique=True).map(set)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lost=rows_of)
def test_every_row_of_seven_tables_is_accepted_or_refused(lost: set[str], tmp_path: Path) -> None:
    kept = [line for line in OVERRIDDEN.splitlines() if line not in lost or line[0] != "-"]
    file = tmp_path / "kept.yaml"
    file.write_text("\n".join(kept))
    case = read_case(file, partial=True)
    assert case.read == sum(line.startswith("-") for line in kept)
    assert case.accepted == len(case.origin) == case.read - case.rejected
    waiting = sum(one.waiting for one in case.problems)
    assert len({one.line for one in case.problems}) + waiting == case.rejected


def test_the_widening_of_a_case_is_that_of_its_dates(tmp_path: Path) -> None:
    case = one_case(tmp_path, ("widening: {day: 5, year: 0}\n" + OVERRIDDEN).encode())
    assert case.widening == {"day": 5, "year": 0}
    (claim,), (source,) = case.claims, case.sources
    assert claim.seen == dates.parse("2023-09-07~", widening={"day": 5})
    assert claim.arrived == dates.parse("2023-09~")
    assert source.published == dates.parse("2023~", widening={"year": 0})
    usual = one_case(tmp_path, OVERRIDDEN.encode())
    assert (usual.widening, usual.claims[0].seen) == ({}, dates.parse("2023-09-07~"))
    assert case != usual


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    widening=st.dictionaries(st.sampled_from(["day", "month", "year"]), st.integers(0, 3650)),
    behind=st.booleans(),
)
def test_any_precisions_may_be_widened(
    widening: dict[str, int], behind: bool, tmp_path: Path
) -> None:
    header = f"widening: {json.dumps(widening)}\n"
    text = OVERRIDDEN + header if behind else header + OVERRIDDEN
    case = one_case(tmp_path, text.encode())
    claim = case.claims[0]
    assert case.widening == widening
    for when in (claim.seen, claim.arrived, claim.when, case.sources[0].published):
        assert when == dates.hull([when])
    assert claim.seen == dates.parse("2023-09-07~", widening=widening)
    assert claim.arrived == dates.parse("2023-09~", widening=widening)
    assert hash(case) == hash(one_case(tmp_path, text.encode()))


@pytest.mark.parametrize(
    ("mode", "text"),
    [
        ("rail", "-5 km/day"),
        ("sea", "0 knots"),
        ("road", "fast"),
        ("rail", "900 to 600 km/day"),
        ("ship", "10 knots"),
        ("rail", "600"),
    ],
)
def test_a_speed_that_cannot_be_read_is_a_problem_of_its_line(
    mode: str, text: str, tmp_path: Path
) -> None:
    with pytest.raises(RoutemapError) as caught:
        speeds.paces({mode: text})
    file = tmp_path / "case.yaml"
    file.write_text(f"case: fast\nspeeds:\n  river: 150 to 250 km/day\n  {mode}: {text}\n")
    case = read_case(file, partial=True)
    (problem,) = case.problems
    place = (problem.file, problem.line, problem.table, problem.field, problem.value)
    assert place == ("case.yaml", 4, "case", f"speeds.{mode}", text)
    assert (problem.reason, problem.cure) == caught.value.carried
    assert case.speeds == {"river": "150 to 250 km/day"}


# The worked case


def raw_rows(file: Path) -> tuple[RawRow, list[RawRow]]:
    header, rows, problems = read_yaml(file.read_text(encoding="utf-8"), file.name)
    assert problems == []
    return header, rows


def cells(row: RawRow) -> dict[str, str]:
    """Return a row as the cells of a CSV table."""
    flat: dict[str, str] = {}
    for name, value in row.values.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{key}": one for key, one in value.items()}
        else:
            flat[name] = value if isinstance(value, str) else "; ".join(value)
    return flat


def write_tables(folder: Path, file: Path, delimiter: str = ",") -> None:
    """Write the folder form of a case: its header in case.yaml, its tables as CSV."""
    header, rows = raw_rows(file)
    lines = [f"{key}: {json.dumps(value)}" for key, value in header.values.items()]
    (folder / "case.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for table in dict.fromkeys(row.table for row in rows):
        records = [cells(row) for row in rows if row.table == table]
        names = list(dict.fromkeys(name for record in records for name in record))
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, names, delimiter=delimiter)
            writer.writeheader()
            writer.writerows(records)


def test_the_worked_case_is_read_whole() -> None:
    case = read_case(WORKED)
    assert (case.read, case.accepted, case.rejected, case.problems) == (42, 42, 0, ())
    tables = (case.sources, case.places, case.legs, case.routes, case.claims)
    assert [len(table) for table in tables] == [11, 9, 6, 3, 13]
    assert (case.case, case.title) == (
        "dprk-russia-2023",
        "Containers from North Korea to Russia, 2023",
    )
    assert list(case.inputs) == ["case.yaml"]
    assert case.places[1].names == ("Rajin", "라진")
    nsc_sea = next(claim for claim in case.claims if claim.id == "nsc-sea")
    assert (nsc_sea.basis, nsc_sea.credibility, nsc_sea.credibility_of) == (
        "observed",
        2,
        {"cargo": 4},
    )


@pytest.mark.parametrize("file", [WORKED / "case.yaml", STARTER], ids=["worked", "starter"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_yaml_and_csv_give_equal_values(tmp_path: Path, delimiter: str, file: Path) -> None:
    write_tables(tmp_path, file, delimiter)
    case, written = read_case(tmp_path), read_case(file)
    assert case == written
    assert hash(case) == hash(written)
    third = case.claims[1].id
    assert case.origin["claims", third] == ("claims.csv", 3)
    assert set(case.inputs) == {"case.yaml", *(f"{table}.csv" for table, _ in case.origin)}


def test_the_starter_has_a_row_of_every_table() -> None:
    case = read_case(STARTER)
    assert {table for table, _ in case.origin} == set(TABLES)
    assert [row.id for row in (*case.suppressed, *case.verdicts)] == ["suppressed-1", "verdicts-1"]


@pytest.mark.parametrize("file", [WORKED / "case.yaml", STARTER], ids=["worked", "starter"])
def test_the_schema_accepts_what_is_read(file: Path) -> None:
    header, rows = raw_rows(file)
    document = {
        **header.values,
        **{table: [dict(row.values) for row in rows if row.table == table] for table in TABLES},
    }
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.Draft202012Validator(schema()).validate(document)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("sources", {"id": "a", "title": "A", "publishd": "x"}),
        ("sources", {"id": "Not An Id", "title": "A"}),
        ("sources", {"id": "a"}),
        ("legs", {"id": "a", "origin": "b", "destination": "c", "mode": "ship"}),
        ("claims", {"id": "a", "source": "b", "at": "c", "credibility": "7"}),
        ("claims", {"id": "a", "source": "b", "at": "c", "credibility_of": {"dates": "1"}}),
        ("claims", {"id": "a", "source": "b", "at": "c", "carrier": {"name": "x"}}),
        ("suppressed", {"rule": "one-source", "rows": ["a"]}),
        ("suppressed", {"rule": "One source", "rows": "a", "reason": "b"}),
        ("verdicts", {"claim": "a", "route": "b", "verdict": "likely", "note": "c"}),
        (
            "verdicts",
            {"id": "Not An Id", "claim": "a", "route": "b", "verdict": "neutral", "note": "c"},
        ),
        ("ships", {"id": "a"}),
    ],
)
def test_the_schema_refuses_what_is_refused(table: str, row: dict[str, Any]) -> None:
    errors = list(jsonschema.Draft202012Validator(schema()).iter_errors({table: [row]}))
    assert len(errors) == 1


@pytest.mark.parametrize(
    ("widening", "accepted"),
    [
        ({}, True),
        ({"day": "0", "year": "3650"}, True),
        ({"days": "1"}, False),
        ({"day": "-1"}, False),
    ],
)
def test_the_schema_knows_what_a_date_is_widened_by(
    widening: dict[str, str], accepted: bool
) -> None:
    assert jsonschema.Draft202012Validator(schema()).is_valid({"widening": widening}) == accepted


# The starter case


def test_the_starter_is_read_and_builds(tmp_path: Path) -> None:
    written = write_starter(tmp_path / "new" / "my-case")
    assert written.read_bytes() == STARTER.read_bytes()
    case = read_case(written.parent)
    assert (case.problems, case.rejected) == ((), 0)
    assert "EXAMPLE ONLY" in str(case.title)
    assert all("EXAMPLE ONLY" in source.title for source in case.sources)
    built = model.build(case)
    assert {leg.id: round(leg.path.length_m / 1000, -1) for leg in built.routed if leg.path} == {
        "by-sea": pytest.approx(120, abs=20),
        "by-rail": pytest.approx(6010, abs=200),
    }


def test_the_starter_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"is not empty\. Name a new folder\.$"):
        write_starter(tmp_path)
    with pytest.raises(OutputError, match=r"mine\.txt is a file\. Name a new folder\.$"):
        write_starter(tmp_path / "mine.txt")
    with pytest.raises(OutputError, match="was not written: Not a directory"):
        write_starter(tmp_path / "mine.txt" / "deeper")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_raw_row_cannot_be_changed() -> None:
    _, rows = raw_rows(STARTER)
    with pytest.raises(AttributeError):
        rows[0].line = 7  # type: ignore[misc]
    assert replace(rows[0], line=7).line == 7


def test_a_header_may_have_capitals_and_spaces(tmp_path: Path) -> None:
    table = tmp_path / "claims.csv"
    rows = "Source,Source URL,Origin,Destination,Mode,Moved\nA,http://a.example/x,B,C,sea,2023\n"
    table.write_text(rows, encoding="utf-8")
    case = read_case(table)
    assert (case.claims[0].origin, case.sources[0].url) == ("B", "http://a.example/x")
