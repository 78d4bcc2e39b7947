"""Read a lone table of claims: the sources that its rows name by title become rows themselves."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from anyascii import anyascii

from routemap.intake.raw import RawRow

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

__all__ = ["slug", "with_sources"]

_SOURCE_FIELDS = (("source_url", "url"), ("published", "published"))


def with_sources(rows: Sequence[RawRow]) -> list[RawRow]:
    """Return the sources that the rows name by title, and the rows, each with an id.

    A row that gives a source another address or day than an earlier row did has a fault.
    """
    numbered = [replace(row, values={"id": f"row-{row.line}", **row.values}) for row in rows]
    sources: dict[str, RawRow] = {}
    taken = {row.id for row in numbered}
    for row in numbered:
        title = row.values.get("source")
        if isinstance(title, str) and title not in sources:
            key = _unused(slug(title), taken)
            taken.add(key)
            sources[title] = RawRow("sources", row.file, row.line, {"id": key, "title": title})
    claims = [_pointed(row, sources) for row in numbered]
    return [*sources.values(), *claims]


def slug(text: str) -> str:
    """Return an id made of the letters and digits of `text`, in ASCII."""
    return re.sub(r"[^a-z0-9]+", "-", anyascii(text).casefold())[:80].strip("-") or "source"


def _unused(key: str, taken: Container[str | None]) -> str:
    """Return `key`, with a number behind it where it is taken."""
    if key not in taken:
        return key
    return next(one for one in (f"{key}-{number}" for number in count(2)) if one not in taken)


def _pointed(row: RawRow, sources: dict[str, RawRow]) -> RawRow:
    """Return a claim that points at its source; what it says of the source goes to `sources`."""
    title = row.values.get("source")
    if not isinstance(title, str):
        return row
    known = dict(sources[title].values)
    faults = list(row.faults)
    for name, field in _SOURCE_FIELDS:
        written = row.values.get(name)
        if isinstance(written, str) and known.setdefault(field, written) != written:
            reason = f"an earlier row gives the source {title!r} as {known[field]!r}."
            cure = "Give each report a title of its own, or mend the one that is wrong."
            faults.append(row.problem(name, written, reason, cure))
    sources[title] = replace(sources[title], values=known)
    given = {name for name, _ in _SOURCE_FIELDS}
    values = {name: value for name, value in row.values.items() if name not in given}
    return replace(row, values={**values, "source": str(known["id"])}, faults=tuple(faults))
