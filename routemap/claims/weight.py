"""What claims weigh: the Admiralty grade, and how many sources are independent witnesses."""

from __future__ import annotations

from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from routemap.claims.values import Claim, Source

__all__ = ["GRADE_WORDS", "best_grade", "grade", "independent_sources", "roots"]

EXACT = 48
"""How many sources that retell each other's roots are counted exactly: more would take too long."""

GRADE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "A": "completely reliable",
        "B": "usually reliable",
        "C": "fairly reliable",
        "D": "not usually reliable",
        "E": "unreliable",
        "F": "reliability cannot be judged",
        "1": "confirmed by other sources",
        "2": "probably true",
        "3": "possibly true",
        "4": "doubtful",
        "5": "improbable",
        "6": "truth cannot be judged",
    }
)
"""The words of the Admiralty code, source reliability and information credibility, as the MISP
taxonomy ``admiralty-scale`` has them."""


def grade(source: Source, claim: Claim) -> str | None:
    """Return the Admiralty grade such as "B2"; F or 6 for a missing half, None for neither."""
    if source.reliability is None and claim.credibility is None:
        return None
    return f"{source.reliability or 'F'}{claim.credibility or 6}"


def best_grade(pairs: Iterable[tuple[Source, Claim]]) -> str | None:
    """Return the best grade, by letter and then by number; None where nothing is graded."""
    found = (grade(source, claim) for source, claim in pairs)
    return min((one for one in found if one is not None), default=None)


def roots(sources: Mapping[str, Source], key: str) -> frozenset[str]:
    """Return the sources that `key` goes back to and that derive from none themselves."""
    found: set[str] = set()
    waiting, seen = [key], {key}
    while waiting:
        one = waiting.pop()
        parents = sources[one].derived_from if one in sources else ()
        if not parents:
            found.add(one)
        waiting += [parent for parent in parents if parent not in seen]
        seen.update(parents)
    return frozenset(found)


def independent_sources(sources: Mapping[str, Source], keys: Iterable[str]) -> int:
    """Return how many of the sources `keys` are independent witnesses.

    A source counts by its roots (`derived_from` followed to sources that derive from none). One
    that goes back to a single root is that root. One that retells several adds nothing if any of
    them is counted, and else one. Adding a source never lowers the count, unless more than `EXACT`
    sources that retell several roots hang together: then the count is a lower bound.
    """
    rooted = {roots(sources, key) for key in keys}
    single = {next(iter(root)) for root in rooted if len(root) == 1}
    several = sorted(
        (root for root in rooted if len(root) > 1), key=lambda root: (len(root), *sorted(root))
    )
    return len(single) + _packing([root for root in several if not root & single])


def _packing(groups: Sequence[frozenset[str]]) -> int:
    """Return the size of the largest set of pairwise disjoint groups.

    Groups that touch, directly or over others, are packed together. Exact where at most `EXACT` of
    them do, so that the order is no matter and a group more never lowers the size; beyond, those
    that touch the fewest are taken first, which gives a lower bound.
    """
    holding: dict[str, int] = {}
    for index, group in enumerate(groups):
        for root in group:
            holding[root] = holding.get(root, 0) | 1 << index
    touching = [reduce(or_, (holding[root] for root in group)) for group in groups]
    known: dict[int, int] = {}
    return sum(
        _largest(part, touching, known) if part.bit_count() <= EXACT else _greedy(part, touching)
        for part in _connected((1 << len(groups)) - 1, touching)
    )


def _members(part: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set in `part`."""
    while part:
        lowest = part & -part
        yield lowest.bit_length() - 1
        part ^= lowest


def _connected(part: int, touching: Sequence[int]) -> Iterator[int]:
    """Yield the connected components of a set of groups, all of them sets of bits."""
    while part:
        component, fresh = 0, part & -part
        while fresh:
            component |= fresh
            around = reduce(or_, (touching[index] for index in _members(fresh)))
            fresh = around & part & ~component
        yield component
        part &= ~component


def _largest(part: int, touching: Sequence[int], known: dict[int, int]) -> int:
    """Return the size of the largest packing of a connected set of groups, by branching.

    A group that touches at most one other may always be taken; else the one that touches most
    others is taken or left.
    """
    if part not in known:
        ranked = sorted(_members(part), key=lambda index: (touching[index] & part).bit_count())
        few, most = ranked[0], ranked[-1]
        if (touching[few] & part).bit_count() <= 2:
            known[part] = 1 + _sum_of_parts(part & ~touching[few], touching, known)
        else:
            taken = 1 + _sum_of_parts(part & ~touching[most], touching, known)
            known[part] = max(taken, _sum_of_parts(part & ~(1 << most), touching, known))
    return known[part]


def _sum_of_parts(part: int, touching: Sequence[int], known: dict[int, int]) -> int:
    return sum(_largest(one, touching, known) for one in _connected(part, touching))


def _greedy(part: int, touching: Sequence[int]) -> int:
    """Return the size of the packing that takes those first which touch the fewest others."""
    size = 0
    for index in sorted(_members(part), key=lambda index: touching[index].bit_count()):
        if part >> index & 1:
            size += 1
            part &= ~touching[index]
    return size
