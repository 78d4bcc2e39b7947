"""Print for people: tables and lines in which text from a case is text and nothing else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["echo_json", "examples", "message", "plain", "refuse_usage", "table"]

WIDE = 200


def examples(*lines: str) -> str:
    """Return the epilog of a command's help, marked so that click leaves its lines alone."""
    title = "Example:" if len(lines) == 1 else "Examples:"
    return "\n".join(["\b", title, *(f"  {line}" for line in lines)])


def plain(value: Any) -> str:
    """Return text for a terminal: control and bidirectional characters shown, not obeyed."""
    if value is None:
        return "-"
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table to stdout; numbers stand to the right."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    terminal = sys.stdout.isatty()
    drawn = Table(title=Text(title), title_justify="left", box=None, pad_edge=False)
    rows = [list(row) for row in rows]
    for index, column in enumerate(columns):
        numeric = rows and all(isinstance(row[index], int | float | None) for row in rows)
        drawn.add_column(Text(column), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(plain(value)) for value in row))
    Console(width=None if terminal else WIDE, markup=False, highlight=False).print(drawn)


def message(text: str) -> None:
    """Print a message to stderr, each of its lines made plain."""
    click.echo("\n".join(plain(line) for line in text.splitlines()), err=True)


def echo_json(document: Any) -> None:
    """Print one JSON document on one line to stdout."""
    import orjson

    line = orjson.dumps(_encodable(document), option=orjson.OPT_APPEND_NEWLINE)
    sys.stdout.buffer.write(line)
    sys.stdout.flush()


def _encodable(value: Any) -> Any:
    r"""Return a JSON value; bytes of the command line that are no UTF-8 are shown as \udcff."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {_encodable(key): _encodable(one) for key, one in value.items()}
    return [_encodable(one) for one in value] if isinstance(value, list | tuple) else value


def refuse_usage(reason: str, document: Any) -> NoReturn:
    """Raise a usage error, after printing `document` as JSON unless it is None."""
    if document is not None:
        echo_json(document)
    raise click.UsageError(reason)
