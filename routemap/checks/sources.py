"""What the sources are to each other: denials, and how many witnesses there are."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from routemap.checks.finding import Finding, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from routemap.model import RouteModel

__all__ = ["RULES"]


def denials(model: RouteModel) -> Iterator[Finding]:
    """Report each claim that denies or questions something on the map."""
    titles = {source.id: source.publisher or source.title for source in model.case.sources}
    contested: defaultdict[str, list[str]] = defaultdict(list)
    for leg in model.routed:
        for claim in leg.standing.against:
            contested[claim.id].append(leg.id)
    for claim in model.case.claims:
        if claim.retract is None and claim.says != "asserts":
            legs = tuple(contested[claim.id])
            place = (claim.at,) if claim.at and not claim.on_the_way else ()
            hit = ", ".join((*claim.against, *claim.leg, *claim.route, *place) or legs)
            message = f"{titles[claim.source]} {claim.says} {hit}: {claim.summary or claim.id}"
            yield Finding(
                "denied" if claim.says == "denies" else "questioned",
                "warning",
                message,
                legs,
                (claim.id,),
                {"legs": float(len(legs))},
            )


def single_sources(model: RouteModel) -> Iterator[Finding]:
    """Report legs that rest on one independent source, or on none."""
    for leg in model.routed:
        stand = leg.standing
        retold = len({claim.source for claim in stand.claims})
        if stand.sources == 0:
            message = f"{name_of(leg)}: no claim asserts this leg; it is inferred."
        elif stand.sources == 1 and retold > 1:
            message = f"{name_of(leg)}: {retold} sources report it, but all go back to one."
        elif stand.sources == 1:
            message = f"{name_of(leg)}: rests on one source."
        else:
            continue
        claims = tuple(claim.id for claim in stand.claims)
        numbers = {"independent_sources": float(stand.sources), "sources": float(retold)}
        yield Finding("one-source", "note", message, (leg.id,), claims, numbers)


RULES = (denials, single_sources)
