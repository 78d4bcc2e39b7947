"""What claims weigh: the Admiralty grade, and how many sources are independent witnesses."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from routemap.claims.values import Claim, Source

__all__ = ["GRADE_WORDS", "best_grade", "grade", "independent_sources", "roots"]

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
    them is counted, and else one. Adding a source never lowers the count.
    """
    rooted = {roots(sources, key) for key in keys}
    single = {next(iter(root)) for root in rooted if len(root) == 1}
    several = sorted(
        (root for root in rooted if len(root) > 1), key=lambda root: (len(root), *sorted(root))
    )
    return len(single) + _packing([root for root in several if not root & single])


def _packing(groups: list[frozenset[str]]) -> int:
    """Return the size of the largest set of pairwise disjoint groups.

    Exact by branching: a greedy choice would depend on the order, and could lose a witness when a
    group is added.
    """
    if not groups:
        return 0
    first, rest = groups[0], groups[1:]
    apart = [group for group in rest if not group & first]
    taken = 1 + _packing(apart)
    return taken if len(apart) == len(rest) else max(taken, _packing(rest))
