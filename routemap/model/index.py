"""Who speaks of what: routes and claims by the legs they are about, indexed once for a build."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from routemap.claims import Case, Claim, Route

__all__ = ["CaseIndex", "index_case"]


@dataclass(frozen=True, slots=True)
class CaseIndex:
    """What a case says of each leg, route and claim, without its retracted claims.

    Attributes
    ----------
    case
        The values.
    modes
        Mode of each leg by its id, those that claims made of their own among them.
    routes
        The routes that each leg is part of, by the leg's id.
    reach
        Ids of the legs that a leg, a route or a claim is about, by its id.
    spoken
        Positions in ``case.claims`` of the claims about a leg, a route or a claim, by its id.
    """

    case: Case
    modes: Mapping[str, str]
    routes: Mapping[str, Sequence[Route]]
    reach: Mapping[str, frozenset[str]]
    spoken: Mapping[str, Sequence[int]]

    def about(self, ids: Iterable[str]) -> list[Claim]:
        """Return the claims about any of `ids` themselves, each once, in the case's order."""
        positions = {position for one in ids for position in self.spoken.get(one, ())}
        return [self.case.claims[position] for position in sorted(positions)]


def index_case(case: Case, modes: Mapping[str, str], made: Mapping[str, str]) -> CaseIndex:
    """Index a case; `made` names the leg that a claim made of its own, by the claim's id."""
    routes: defaultdict[str, list[Route]] = defaultdict(list)
    spoken: defaultdict[str, list[int]] = defaultdict(list)
    reach = {leg: frozenset({leg}) for leg in modes}
    for route in case.routes:
        reach[route.id] = frozenset(route.legs)
        for leg in reach[route.id]:
            routes[leg].append(route)
    for position, claim in enumerate(case.claims):
        if claim.retract is None:
            targets = _targets(claim, made)
            for target in targets:
                spoken[target].append(position)
            none: frozenset[str] = frozenset()
            reach[claim.id] = none.union(*(reach.get(target, none) for target in targets))
    return CaseIndex(case, modes, dict(routes), reach, dict(spoken))


def _targets(claim: Claim, made: Mapping[str, str]) -> set[str]:
    own = {made[claim.id]} if claim.id in made else set()
    return {*claim.leg, *claim.route, *claim.against, *own}
