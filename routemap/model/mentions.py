"""What a case says of its places outside their table: who names them, and which legs join them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from routemap import routing, speeds
from routemap.model.context import Tie
from routemap.model.siting import Mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from routemap.claims import Case, Claim
    from routemap.model.constraints import Saying

__all__ = ["mentions", "ties"]


def mentions(case: Case) -> Iterator[Mention]:
    """Yield every place that a leg, route or claim names, with what meets it."""
    modes: dict[str, tuple[str, ...]] = {leg.id: (leg.mode,) for leg in case.legs}
    about = _claims_by_target(case)
    for leg in case.legs:
        yield from _named(leg, "legs", modes[leg.id], _carriers(about[leg.id]))
    for route in case.routes:
        modes[route.id] = tuple(mode for leg in route.legs for mode in modes[leg])
        yield from _named(route, "routes", modes[route.id], _carriers(about[route.id]))
    for claim in case.claims:
        if claim.retract is None:
            own = (claim.mode,) if claim.mode else ()
            met = [mode for key in (*claim.leg, *claim.route) for mode in modes[key]]
            yield from _named(claim, "claims", (*own, *met), _carriers([claim]))


def _named(
    row: Saying, table: str, modes: tuple[str, ...], carriers: frozenset[str]
) -> Iterator[Mention]:
    for field in ("origin", "destination", "at"):
        text = getattr(row, field, None)
        if text is not None:
            yield Mention(text, table, row.id, field, modes, carriers)
    for text in row.via:
        if not any(routing.is_passage(mode, text) for mode in modes):
            yield Mention(text, table, row.id, "via", modes, carriers)


def _claims_by_target(case: Case) -> Mapping[str, Sequence[Claim]]:
    """Return the live claims that assert a leg or a route, by its id."""
    about: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in case.claims:
        if claim.retract is None and claim.says == "asserts":
            for target in (*claim.leg, *claim.route):
                about[target].append(claim)
    return about


def _carriers(claims: Iterable[Claim]) -> frozenset[str]:
    return frozenset(name.strip().casefold() for claim in claims for name in claim.carrier)


def ties(case: Case) -> Iterator[Tie]:
    """Yield the two ends of every leg, with how far it can go within its dates."""
    paces = speeds.paces(case.speeds)
    about = _claims_by_target(case)
    for leg in case.legs:
        pace = paces[leg.mode].limit_km_day
        yield Tie((leg.origin, leg.destination), leg.mode, _reach_km(about[leg.id], pace))
    for claim in case.claims:
        if claim.origin and claim.destination and claim.mode and claim.retract is None:
            pace = paces[claim.mode].limit_km_day
            yield Tie((claim.origin, claim.destination), claim.mode, _reach_km([claim], pace))


def _reach_km(claims: Iterable[Claim], km_day: float) -> float | None:
    """Return how far a mode goes in the shortest time that one claim leaves; None for no limit."""
    spans = (_days(claim) for claim in claims if claim.event == "happened")
    days = min((one for one in spans if one is not None), default=None)
    return None if days is None else days * km_day


def _days(claim: Claim) -> int | None:
    """Return how many calendar days the whole movement lies within; None where that is open."""
    when = claim.moved
    start = when or claim.departed
    stop = when or claim.arrived
    if not start or not stop or start.hard_earliest is None or stop.hard_latest is None:
        return None
    return max(1, (stop.hard_latest - start.hard_earliest).days + 1)
