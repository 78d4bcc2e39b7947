"""Hold rows against each other: ids are unique, and every pointer points at a row that stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from routemap.claims import Claim, Route, Row, Source
from routemap.errors import Problem
from routemap.intake.raw import RawRow, did_you_mean

__all__ = ["Entry", "link"]

Entry = tuple[RawRow, Row | list[Problem]]
_POINTERS: Mapping[type[Row], tuple[tuple[str, tuple[str, ...]], ...]] = {
    Source: (("derived_from", ("sources",)),),
    Route: (("legs", ("legs",)), ("excludes", ("routes",))),
    Claim: (
        ("source", ("sources",)),
        ("leg", ("legs",)),
        ("route", ("routes",)),
        ("against", ("claims", "legs", "routes")),
        ("part_of", ("claims",)),
    ),
}


def link(entries: Sequence[Entry]) -> tuple[list[tuple[RawRow, Row]], list[Problem]]:
    """Return the rows that stand, and the problems of those that do not.

    A row that points at a refused row is refused without a problem of its own: the problem of the
    row it waits for counts it.
    """
    standing: dict[str, tuple[RawRow, Row]] = {}
    problems: list[Problem] = []
    culprit: dict[str, int] = {}
    for raw, result in entries:
        found = _refusals(raw, result, standing)
        if not found and isinstance(result, Row):
            standing[result.id] = (raw, result)
            continue
        if raw.id is not None and raw.id not in standing:
            culprit.setdefault(raw.id, len(problems))
        problems += found
    for check in (_dangling, _unlocated_quotes, _cycles):
        for key, problem in list(check(standing, culprit)):
            culprit[key] = len(problems)
            problems.append(problem)
            del standing[key]
    waiting = _cascade(standing, culprit)
    problems = [
        replace(problem, waiting=problem.waiting + waiting.count(index))
        for index, problem in enumerate(problems)
    ]
    return list(standing.values()), problems


def _refusals(
    raw: RawRow, result: Row | list[Problem], standing: Mapping[str, tuple[RawRow, Row]]
) -> list[Problem]:
    if isinstance(result, list):
        return result
    if result.id in standing:
        first = standing[result.id][0]
        reason = f"the id stands already in {first.table}, {first.file}:{first.line}."
        return [
            raw.problem("id", result.id, reason, "Ids are unique over the case: choose another.")
        ]
    return []


def _pointers(row: Row) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (field, id, tables it may be in) for everything that a row points at."""
    for name, tables in _POINTERS.get(type(row), ()):
        value: Any = getattr(row, name)
        for key in (value,) if isinstance(value, str) else value or ():
            yield name, key, tables


def _dangling(
    standing: Mapping[str, tuple[RawRow, Row]], culprit: Mapping[str, int]
) -> Iterator[tuple[str, Problem]]:
    """Yield rows that point at an id that is in none of the tables that it may be in."""
    tables_of = {key: raw.table for key, (raw, _) in standing.items()}
    for key, (raw, row) in standing.items():
        for name, target, tables in _pointers(row):
            if target in culprit or tables_of.get(target) in tables:
                continue
            known = [one for one, table in tables_of.items() if table in tables]
            hint = did_you_mean(target, known)
            reason = f"no row of {' or '.join(tables)} has this id."
            cure = (
                hint or f"Add the row, or use one of {', '.join(known[:8]) or 'those there are'}."
            )
            yield key, raw.problem(name, target, reason, cure)
            break


def _unlocated_quotes(
    standing: Mapping[str, tuple[RawRow, Row]], culprit: Mapping[str, int]
) -> Iterator[tuple[str, Problem]]:
    """Yield claims that quote a source which nobody could look up."""
    for key, (raw, row) in standing.items():
        if not isinstance(row, Claim) or row.quote is None or row.locator is not None:
            continue
        source = standing.get(row.source, (None, None))[1]
        if isinstance(source, Source) and not (source.url or source.archived_url):
            reason = "a verbatim quote needs a place where it can be read."
            cure = "Add locator: (page, minute), or a url to the source, or write it as summary:."
            yield key, raw.problem("quote", row.quote, reason, cure)


def _cycles(
    standing: Mapping[str, tuple[RawRow, Row]], culprit: Mapping[str, int]
) -> Iterator[tuple[str, Problem]]:
    """Yield one row of each cycle of derived_from, part_of."""
    for name, follow in (("derived_from", _parents), ("part_of", _wholes)):
        cleared: set[str] = set()
        for key, (raw, row) in standing.items():
            cycle = _cycle(key, lambda one, follow=follow: follow(standing, one), cleared)  # type: ignore[misc]
            if cycle:
                reason = f"{' > '.join(cycle)} is a cycle."
                cure = "Remove the one that is not so; a source derives from earlier ones."
                yield key, raw.problem(name, ", ".join(follow(standing, key)), reason, cure)
                cleared.update(cycle)


def _parents(standing: Mapping[str, tuple[RawRow, Row]], key: str) -> Sequence[str]:
    row = standing.get(key, (None, None))[1]
    return row.derived_from if isinstance(row, Source) else ()


def _wholes(standing: Mapping[str, tuple[RawRow, Row]], key: str) -> Sequence[str]:
    row = standing.get(key, (None, None))[1]
    return (row.part_of,) if isinstance(row, Claim) and row.part_of else ()


def _cycle(
    start: str, follow: Callable[[str], Iterable[str]], cleared: set[str]
) -> list[str] | None:
    """Return a path from `start` back to itself, or None; what is cleared is not entered."""
    paths = [[start]]
    seen: set[str] = set()
    while paths:
        path = paths.pop()
        for key in follow(path[-1]):
            if key == start and start not in cleared:
                return [*path, start]
            if key not in seen and key not in cleared:
                seen.add(key)
                paths.append([*path, key])
    return None


def _cascade(standing: dict[str, tuple[RawRow, Row]], culprit: dict[str, int]) -> list[int]:
    """Take out rows that wait for a refused row; return the problem that each of them waits for."""
    waiting: list[int] = []
    while True:
        stuck = {
            key: culprit[target]
            for key, (_, row) in standing.items()
            for _, target, _ in _pointers(row)
            if target in culprit
        }
        if not stuck:
            return waiting
        for key, index in stuck.items():
            del standing[key]
            culprit[key] = index
            waiting.append(index)
