"""Hold rows against each other: ids are unique, and every pointer points at a row that stands."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from routemap.claims import Claim, Row, Source, Verdict
from routemap.intake.raw import RawRow, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from routemap.errors import Problem

__all__ = ["Entry", "link"]

Entry = tuple[RawRow, Row | list["Problem"]]
LONGEST_CYCLE = 20
Standing = dict[str, tuple[RawRow, Row]]
_POINTERS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "sources": {"derived_from": ("sources",)},
        "places": {},
        "legs": {},
        "routes": {"legs": ("legs",), "excludes": ("routes",)},
        "claims": {
            "source": ("sources",),
            "leg": ("legs",),
            "route": ("routes",),
            "against": ("claims", "legs", "routes"),
            "part_of": ("claims",),
        },
        "suppressed": {"rows": ("legs", "claims", "routes", "places")},
        "verdicts": {"claim": ("claims",), "route": ("routes",)},
    }
)
"""The tables that the ids in a field may be in."""


def link(entries: Sequence[Entry]) -> tuple[list[tuple[RawRow, Row]], list[Problem]]:
    """Return the rows that stand, and the problems of those that do not.

    A row that points at a refused row is refused without a problem of its own: the problem of the
    row it waits for counts it.
    """
    first: dict[str, RawRow] = {}
    for raw, _ in entries:
        first.setdefault(raw.id or "", raw)
    standing: Standing = {}
    problems: list[Problem] = []
    culprit: dict[str, int] = {}
    for raw, result in entries:
        found = [*_repeated(raw, first), *_dangling(raw, first)]
        if isinstance(result, Row) and not found:
            standing[result.id] = (raw, result)
            continue
        if raw.id and first[raw.id] is raw:
            culprit[raw.id] = len(problems)
        problems += found if isinstance(result, Row) else [*result, *found]
    for check in (_unlocated_quotes, _repeated_cells, _cycles):
        for key, problem in list(check(standing)):
            culprit[key] = len(problems)
            problems.append(problem)
            standing.pop(key, None)
    waiting = Counter(_cascade(standing, culprit))
    counted = [replace(problem, waiting=waiting[at]) for at, problem in enumerate(problems)]
    return list(standing.values()), counted


def _repeated(raw: RawRow, first: Mapping[str, RawRow]) -> Iterator[Problem]:
    """Yield the problem of a row whose id an earlier row has."""
    if raw.id and first[raw.id] is not raw:
        earlier = first[raw.id]
        reason = f"the id stands already in {earlier.table}, {earlier.file}:{earlier.line}."
        cure = "Ids are unique over the whole case: choose another."
        yield raw.problem("id", raw.id, reason, cure)


def _pointers(raw: RawRow) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (field, id, tables it may be in) for everything that a row points at."""
    for name, tables in _POINTERS[raw.table].items():
        value = raw.values.get(name, ())
        for key in (value,) if isinstance(value, str) else value:
            yield name, key, tables


def _dangling(raw: RawRow, first: Mapping[str, RawRow]) -> Iterator[Problem]:
    """Yield what a row points at that is in none of the tables that it may be in."""
    for name, target, tables in _pointers(raw):
        found = first.get(target)
        if found is not None and found.table in tables:
            continue
        meant = " or ".join(tables)
        if found is None:
            known = [key for key, row in first.items() if key and row.table in tables]
            reason = f"no row of {meant} has this id."
            cure = did_you_mean(target, known) or f"Add it to {meant}{_one_of(known)}."
        else:
            reason = f"this is an id of {found.table}, and {name} takes one of {meant}."
            fitting = (field for field, one in _POINTERS[raw.table].items() if found.table in one)
            field = next(fitting, None)
            other = f"Write {field}: {target}, or choose" if field else "Choose"
            cure = f"{other} another id."
        yield raw.problem(name, target, reason, cure)


def _one_of(known: Sequence[str]) -> str:
    return f", or use one of {', '.join(known[:8])}" if known else ""


def _unlocated_quotes(
    standing: Mapping[str, tuple[RawRow, Row]],
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


def _repeated_cells(
    standing: Mapping[str, tuple[RawRow, Row]],
) -> Iterator[tuple[str, Problem]]:
    """Yield verdicts on a claim and a route that an earlier row has given."""
    first: dict[tuple[str, str], RawRow] = {}
    for key, (raw, row) in standing.items():
        if isinstance(row, Verdict):
            earlier = first.setdefault((row.claim, row.route), raw)
            if earlier is not raw:
                reason = f"this claim and route have a verdict in {earlier.file}:{earlier.line}."
                yield key, raw.problem("verdict", row.verdict, reason, "Keep one of the two.")


def _cycles(standing: Mapping[str, tuple[RawRow, Row]]) -> Iterator[tuple[str, Problem]]:
    """Yield one row of each cycle of derived_from, part_of."""
    for name, follow in (("derived_from", _parents), ("part_of", _wholes)):
        for key, cycle in _loops(standing, partial(follow, standing)).items():
            reason = f"{' > '.join(cycle)} is a cycle."
            cure = f"Remove the {name} that is not so."
            written = ", ".join(follow(standing, key))
            yield key, standing[key][0].problem(name, written, reason, cure)


def _parents(standing: Mapping[str, tuple[RawRow, Row]], key: str) -> Sequence[str]:
    row = standing.get(key, (None, None))[1]
    return row.derived_from if isinstance(row, Source) else ()


def _wholes(standing: Mapping[str, tuple[RawRow, Row]], key: str) -> Sequence[str]:
    row = standing.get(key, (None, None))[1]
    return (row.part_of,) if isinstance(row, Claim) and row.part_of else ()


def _loops(keys: Iterable[str], follow: Callable[[str], Iterable[str]]) -> Mapping[str, list[str]]:
    """Return a cycle by the key that it comes back to: of every cycle, one of its keys is there.

    A depth-first search that enters each key once. A long cycle is shortened.
    """
    loops: dict[str, list[str]] = {}
    entered: set[str] = set()
    for start in keys:
        if start in entered:
            continue
        entered.add(start)
        path, place, open_ = [start], {start: 0}, [iter(follow(start))]
        while open_:
            key = next(open_[-1], None)
            if key is None:
                open_.pop()
                del place[path.pop()]
            elif key in place:
                loops.setdefault(key, _shortened(path, place[key]))
            elif key not in entered:
                entered.add(key)
                place[key] = len(path)
                path.append(key)
                open_.append(iter(follow(key)))
    return loops


def _shortened(path: Sequence[str], first: int) -> list[str]:
    """Return the cycle that the end of `path` makes, from `first` and back to it."""
    if len(path) - first <= LONGEST_CYCLE:
        return [*path[first:], path[first]]
    return [*path[first : first + LONGEST_CYCLE - 1], "...", path[-1], path[first]]


def _cascade(standing: Standing, culprit: dict[str, int]) -> Iterator[int]:
    """Take out rows that wait for a refused row; yield the problem that each of them waits for."""
    targets = {key: [one for _, one, _ in _pointers(raw)] for key, (raw, _) in standing.items()}
    pointing: dict[str, list[str]] = {}
    for key, pointed in targets.items():
        for target in pointed:
            pointing.setdefault(target, []).append(key)
    refused = deque(culprit)
    while refused:
        for key in pointing.get(refused.popleft(), ()):
            if key in standing:
                del standing[key]
                culprit[key] = [culprit[one] for one in targets[key] if one in culprit][-1]
                refused.append(key)
                yield culprit[key]
