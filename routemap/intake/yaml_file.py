"""Read case.yaml from its event stream: every scalar is the text that was written."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamStartEvent,
)
from ruamel.yaml.reader import ReaderError

from routemap.claims import TABLES
from routemap.errors import Problem
from routemap.intake.raw import FileError, RawRow, Value, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["HEADER", "read_yaml"]

HEADER = ("case", "title", "graded_by", "borders", "speeds", "widening")
MAX_DEPTH = 5
_DIRECTIVE = re.compile("(?:^|[\n\x85\u2028\u2029])%")
_START = "Start from: routemap new my-case"
_ESCAPE_CURE = "Write the character itself, or put the text in single quotes."


@dataclass(slots=True)
class _Node:
    """A text, list or mapping with the line that it starts on."""

    value: str | list[_Node] | dict[str, _Node]
    line: int


def read_yaml(text: str, file: str) -> tuple[RawRow, list[RawRow], list[Problem]]:
    """Return (header, rows, problems) of a case.yaml.

    Directives, anchors, aliases, tags, duplicate keys, second documents and nesting over 5 are
    refused. Raises `FileError` where the text is not such a YAML file.
    """
    root = _document(text)
    if not isinstance(root.value, dict):
        reason = "the file does not hold names and values, such as 'case: my-case'."
        raise FileError(root.line, reason, _START)
    heading = {key: node for key, node in root.value.items() if key in HEADER}
    header = _row("case", _Node(heading, root.line), file)
    rows: list[RawRow] = []
    problems = list(header.faults)
    for key, node in root.value.items():
        if key in TABLES and isinstance(node.value, list):
            rows += [_row(key, item, file) for item in node.value]
        elif key in TABLES and node.value != "":
            cure = f"Write {key}: and under it rows that begin with '- '."
            reason = "the table is not a list of rows."
            problems.append(Problem(file, node.line, key, None, None, None, reason, cure))
        elif key not in TABLES and key not in HEADER:
            hint = did_you_mean(key, [*HEADER, *TABLES])
            cure = hint or f"A case has {', '.join([*HEADER, *TABLES])}."
            reason = "there is no such table or heading."
            problems.append(Problem(file, node.line, None, None, key, None, reason, cure))
    return header, rows, problems


def _row(table: str, node: _Node, file: str) -> RawRow:
    """Return a row with its texts; a field that holds anything else is a fault of the row."""
    if not isinstance(node.value, dict):
        row = RawRow(table, file, node.line, {})
        written = node.value if isinstance(node.value, str) else None
        reason = f"a row of {table} holds fields, and this one holds none."
        cure = f"Write its fields as 'name: value', beginning with '- id: ...', in {table}."
        return replace(row, faults=(row.problem(None, written or None, reason, cure),))
    values: dict[str, Value] = {}
    wrong: dict[str, FileError] = {}
    for key, field in node.value.items():
        try:
            values |= _plain(key, field)
        except FileError as error:
            wrong[key] = error
    row = RawRow(table, file, node.line, values, dict(_lines(node.value)))
    faults = (row.problem(key, None, one.reason, one.cure) for key, one in wrong.items())
    return replace(row, faults=tuple(faults))


def _lines(fields: Mapping[str, _Node]) -> Iterator[tuple[str, int]]:
    """Yield (field, line), and (field.name, line) for each name of a mapping in a field."""
    for key, node in fields.items():
        yield key, node.line
        if isinstance(node.value, dict):
            yield from ((f"{key}.{name}", one.line) for name, one in node.value.items())


def _plain(key: str, node: _Node) -> dict[str, Value]:
    """Return a field as a text, or a list or mapping of texts; nothing where it is empty."""
    value: Value
    if isinstance(node.value, dict):
        pairs = {name: _text(one) for name, one in node.value.items()}
        value = {name: text for name, text in pairs.items() if text}
    elif isinstance(node.value, list):
        value = [text for text in map(_text, node.value) if text]
    else:
        value = _text(node)
    return {key: value} if value else {}


def _text(node: _Node) -> str:
    if not isinstance(node.value, str):
        cure = "Write a text here; put it in quotes if it holds ': ' or begins with '[' or '{'."
        raise FileError(node.line, "a list or mapping stands where a text is meant.", cure)
    return node.value.strip()


def _document(text: str) -> _Node:
    """Return the one document of a YAML text."""
    if directive := _DIRECTIVE.search(text):
        line = text.count("\n", 0, directive.end()) + 1
        cure = "Remove the line; put a text that begins with % in quotes."
        raise FileError(line, "directives (%) are not read.", cure)
    try:
        return _root(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as error:
        raise _not_yaml(error, text) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        reason = f"the character U+{error.character:04X} cannot stand in a YAML file."
        raise FileError(line, reason, "Remove the character.") from None
    except (ValueError, OverflowError):  # from chr(), which the parser calls on \U escapes
        raise FileError(None, "an escape stands for no character.", _ESCAPE_CURE) from None


def _not_yaml(error: MarkedYAMLError, text: str) -> FileError:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else None
    begun = error.context_mark.line + 1 if error.context_mark else line
    within = "" if begun == line else f", in what begins on line {begun}"
    return FileError(line, f"not valid YAML: {error.problem}{within}.", _cure(text, line))


def _cure(text: str, line: int | None) -> str:
    written = text.split("\n")[line - 1] if line else ""
    if "\t" in written:
        return "Replace the tab with spaces."
    return (
        "Check the indentation and that each quote and bracket is closed; put a text in quotes "
        "that holds ': ' or ' #' or begins with one of @ ` % & * ! [ {."
    )


def _root(events: Iterator[Any]) -> _Node:
    root: _Node | None = None
    for event in events:
        if isinstance(event, DocumentStartEvent):
            if root is not None:
                line = event.start_mark.line + 1
                raise FileError(line, "a second document begins.", "Keep one document a file.")
            root = _node(next(events), events, 1)
        elif not isinstance(event, StreamStartEvent | DocumentEndEvent):
            break
    if root is None or root.value == "":
        raise FileError(None, "the file is empty.", _START)
    return root


def _node(event: Any, events: Iterator[Any], depth: int) -> _Node:
    """Return the node that begins with `event`, consuming its events."""
    line = event.start_mark.line + 1
    if isinstance(event, AliasEvent) or event.anchor is not None:
        cure = "Write the value out; put a text that begins with & or * in quotes."
        raise FileError(line, "anchors (&) and aliases (*) are not read.", cure)
    if _tagged(event):
        cure = "Remove the tag: every value is text. Put a text that begins with ! in quotes."
        raise FileError(line, "tags (!) are not read.", cure)
    if isinstance(event, ScalarEvent):
        return _Node(_encodable(event.value, line), line)
    if depth > MAX_DEPTH:
        cure = "A case is flat tables: a list of rows, each with texts and lists of texts."
        raise FileError(line, f"lists or mappings are nested deeper than {MAX_DEPTH}.", cure)
    if isinstance(event, SequenceStartEvent):
        return _Node(_sequence(events, depth), line)
    return _Node(_mapping(events, depth), line)


def _tagged(event: Any) -> bool:
    starts = ScalarEvent | SequenceStartEvent | MappingStartEvent
    return isinstance(event, starts) and event.tag is not None


def _encodable(text: str, line: int) -> str:
    r"""Return `text`; refuse escapes such as \ud800, which stand for no character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise FileError(line, "an escape stands for no character.", _ESCAPE_CURE) from None
    return text


def _sequence(events: Iterator[Any], depth: int) -> list[_Node]:
    items = []
    for event in events:
        if isinstance(event, SequenceEndEvent):
            break
        items.append(_node(event, events, depth + 1))
    return items


def _mapping(events: Iterator[Any], depth: int) -> dict[str, _Node]:
    pairs: dict[str, _Node] = {}
    for event in events:
        if isinstance(event, MappingEndEvent):
            break
        key = _text(_node(event, events, depth + 1))
        if key in pairs:
            line = event.start_mark.line + 1
            reason = f"the key {key!r} stands twice (first on line {pairs[key].line})."
            raise FileError(line, reason, "Keep one; write several values as a list.")
        value = _node(next(events), events, depth + 1)
        pairs[key] = _Node(value.value, event.start_mark.line + 1)
    return pairs
