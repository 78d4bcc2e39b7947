"""Read case.yaml from its event stream: every scalar is the text that was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
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

from routemap.claims import TABLES
from routemap.errors import Problem
from routemap.intake.raw import FileError, RawRow, Value, did_you_mean

__all__ = ["HEADER", "read_yaml"]

HEADER = ("case", "title", "graded_by", "borders", "speeds")
MAX_DEPTH = 5


@dataclass(slots=True)
class _Node:
    """A text, list or mapping with the line that it starts on."""

    value: str | list[_Node] | dict[str, _Node]
    line: int


def read_yaml(text: str, file: str) -> tuple[dict[str, Value], list[RawRow], list[Problem]]:
    """Return (header, rows, problems) of a case.yaml.

    Anchors, aliases, tags, duplicate keys, second documents and nesting over 5 are refused. Raises
    `FileError` where the text is not such a YAML file.
    """
    root = _document(text)
    if not isinstance(root.value, dict):
        raise FileError(root.line, "the file is not a mapping.", "Start from: routemap new my-case")
    header: dict[str, Value] = {}
    rows: list[RawRow] = []
    problems: list[Problem] = []
    for key, node in root.value.items():
        if key in TABLES:
            rows += _table(key, node, file, problems)
        elif key in HEADER:
            value = _plain(node)
            header |= {} if value is None else {key: value}
        else:
            hint = did_you_mean(key, [*HEADER, *TABLES])
            cure = hint or f"A case has {', '.join([*HEADER, *TABLES])}."
            reason = "there is no such table or heading."
            problems.append(Problem(file, node.line, None, None, key, None, reason, cure))
    return header, rows, problems


def _table(table: str, node: _Node, file: str, problems: list[Problem]) -> Iterator[RawRow]:
    if node.value == "":
        return
    if not isinstance(node.value, list):
        cure = f"Write {table}: and under it rows that begin with '- '."
        problems.append(Problem(file, node.line, table, None, None, None, "is not a list.", cure))
        return
    for item in node.value:
        if not isinstance(item.value, dict):
            cure = "Write its fields as 'name: value'."
            raise FileError(item.line, f"a row of {table} is not a mapping.", cure)
        written = {key: (_plain(one), one.line) for key, one in item.value.items()}
        values = {key: value for key, (value, _) in written.items() if value is not None}
        lines = {key: line for key, (_, line) in written.items()}
        yield RawRow(table, file, item.line, values, lines)


def _plain(node: _Node) -> Value | None:
    """Return a node as text, list of texts or mapping of texts; None where it is empty."""
    if isinstance(node.value, str):
        return node.value or None
    if isinstance(node.value, list):
        texts = [_text(one) for one in node.value]
        return [text for text in texts if text] or None
    pairs = {key: _text(one) for key, one in node.value.items()}
    return {key: text for key, text in pairs.items() if text} or None


def _text(node: _Node) -> str:
    if not isinstance(node.value, str):
        cure = "Write a text here; put it in quotes if it holds ': ' or begins with '[' or '{'."
        raise FileError(node.line, "a list or mapping stands where a text is meant.", cure)
    return node.value


def _document(text: str) -> _Node:
    """Return the one document of a YAML text."""
    try:
        events = YAML(pure=True).parse(text)
        return _root(events)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise FileError(line, f"not valid YAML: {error.problem}.", _cure(text, line)) from None
    except YAMLError as error:
        reason = f"not valid YAML: {str(error).splitlines()[0]}."
        raise FileError(None, reason, "Remove the character, or put the text in quotes.") from None


def _cure(text: str, line: int | None) -> str:
    written = text.splitlines()[line - 1] if line and line <= len(text.splitlines()) else ""
    if "\t" in written:
        return "Replace the tab with spaces."
    return "Check the indentation, and put texts that hold ': ' or '#' in quotes."


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
    if root is None:
        raise FileError(None, "the file is empty.", "Start from: routemap new my-case")
    return root


def _node(event: Any, events: Iterator[Any], depth: int) -> _Node:
    """Return the node that begins with `event`, consuming its events."""
    line = event.start_mark.line + 1
    if isinstance(event, AliasEvent) or event.anchor is not None:
        raise FileError(line, "anchors (&) and aliases (*) are not read.", "Write the value out.")
    if _tagged(event):
        raise FileError(line, "tags (!) are not read.", "Remove the tag; every value is text.")
    if isinstance(event, ScalarEvent):
        return _Node(event.value, line)
    if depth >= MAX_DEPTH:
        raise FileError(line, f"nested deeper than {MAX_DEPTH}.", "A case is flat tables.")
    if isinstance(event, SequenceStartEvent):
        return _Node(_sequence(events, depth), line)
    return _Node(_mapping(events, depth), line)


def _tagged(event: Any) -> bool:
    starts = ScalarEvent | SequenceStartEvent | MappingStartEvent
    return isinstance(event, starts) and event.tag is not None


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
