"""What the checks find in feasible cases of which one field is changed, 200 times, and what not."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import routemap
from routemap import dates, geography, places
from routemap.claims import parse_quantity
from routemap.model.index import index_case
from routemap.model.standing import standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from routemap.checks import Finding
    from routemap.claims import Case, Claim
    from routemap.model import RoutedLeg, RouteModel

CASES = Path(__file__).resolve().parent.parent / "tests/data/reports"
CHANGES = 200
SEED = 20230913
FASTEST_KM_DAY = {"sea": 2000.0, "river": 1200.0, "rail": 5000.0, "road": 3000.0}
"""More than anything of that mode covers in a day: 45 knots, 50, 208 and 125 km/h."""
FAR = ("Santos, BR", "Sydney, AU", "Callao, PE", "Vladivostok, RU", "Mumbai, IN", "Durban, ZA")
"""Ports that are days away from most cases."""
LATER_DAYS, EARLIER_DAYS, FACTORS = (20, 90, 400), (20, 60, 120), (2, 5, 20)
NO_SUCH_WAY: Mapping[str, tuple[str, ...]] = {
    "wonsan-kholmsk": ("rail", "road"),  # Kholmsk lies on an island
    "chongjin-kholmsk": ("rail", "road"),
    "kholmsk-incheon": ("rail", "road"),
    "kholmsk-pohang": ("rail", "road"),
    "crossing": ("sea", "river"),
    "chongqing-dostyk": ("sea", "river"),
    "dostyk-malaszewicze": ("sea", "river"),
    "malaszewicze-duisburg": ("sea",),
    "anzali-bandar-abbas": ("sea", "river"),  # the Caspian and the Gulf are joined by neither
    "kybartai-kaliningrad": ("sea", "river"),
}
"""Modes that land and water rule out, by leg."""
REPORTED = frozenset({"denied", "questioned"})
"""Rules that repeat what a source says: no false alarm on a case whose text has a denial."""


@dataclass(frozen=True)
class Change:
    """One field of one row with another value, that cannot hold beside the rest of the case."""

    kind: str
    case: str
    table: str
    row: str
    field: str
    value: Any
    also: tuple[str, ...] = ()
    """Ids beside the row's own; a finding that names any of them counts."""


@dataclass
class Tally:
    """How many changes of a kind were made and found, and by which rules."""

    made: int = 0
    found: int = 0
    rules: Counter[str] = field(default_factory=Counter)


# What cannot hold


def unpublished_days(name: str, model: RouteModel) -> Iterator[Change]:
    """Yield events that are later than the text which reports them."""
    for claim, fieldname in dated(model.case):
        published = model.case.source(claim.source).published
        if claim.event == "happened" and published is not None and published.hard_latest:
            for more in LATER_DAYS:
                day = published.hard_latest + timedelta(more)
                yield redated("day unpublished", name, claim, fieldname, day)


def disordered_days(name: str, model: RouteModel) -> Iterator[Change]:
    """Yield legs that are over before the leg before them in their route begins."""
    for claim, fieldname in dated(model.case):
        before = first_day_before(model, claim)
        if before is not None:
            for less in EARLIER_DAYS:
                day = before - timedelta(less)
                yield redated("day out of order", name, claim, fieldname, day)


def short_days(name: str, model: RouteModel) -> Iterator[Change]:
    """Yield one day for what takes longer at any speed."""
    for claim, fieldname in dated(model.case):
        end = {"moved": claim.moved, "departed": claim.arrived}.get(fieldname)
        if end is not None and end.latest is not None and fewest_days(model, claim) > 1:
            yield redated("day too short", name, claim, fieldname, end.latest)


def dated(case: Case) -> Iterator[tuple[Claim, str]]:
    for claim in asserted(case):
        for fieldname in ("moved", "departed", "arrived", "seen"):
            if getattr(claim, fieldname) is not None:
                yield claim, fieldname


def redated(kind: str, name: str, claim: Claim, fieldname: str, day: date) -> Change:
    value = dates.parse(day.isoformat())
    return Change(kind, name, "claims", claim.id, fieldname, value, (*claim.leg, *claim.route))


def first_day_before(model: RouteModel, claim: Claim) -> date | None:
    """Return the first day of the leg before the claim's own in a route, if it is dated."""
    legs = {leg.id: leg for leg in model.routed}
    for route in model.case.routes:
        for before, after in itertools.pairwise(route.legs):
            when = legs[before].standing.when
            if claim.leg == (after,) and when is not None and when.hard_earliest is not None:
                return when.hard_earliest
    return None


def fewest_days(model: RouteModel, claim: Claim) -> float:
    """Return the days that the way of a claim takes at any speed; 0 where it names several."""
    ways = [route.legs for route in model.case.routes if route.id in claim.route]
    ways += [claim.leg] if len(claim.leg) == 1 else []
    legs = ways[0] if len(ways) == 1 else ()
    return sum(days_of(leg) for leg in model.routed if leg.id in legs)


def days_of(leg: RoutedLeg) -> float:
    if leg.path is None or leg.mode not in FASTEST_KM_DAY:
        return 0.0
    return leg.path.length_m / 1000 / FASTEST_KM_DAY[leg.mode]


def vessels(name: str, model: RouteModel) -> Iterator[Change]:
    """Yield carriers seen at the other end of the world in the days of their voyage."""
    voyages = {carrier for one in asserted(model.case) if one.leg for carrier in one.carrier}
    for claim in asserted(model.case):
        if claim.at and claim.seen and set(claim.carrier) & voyages:
            for far in FAR:
                yield Change("vessel elsewhere", name, "claims", claim.id, "at", far)


def quantities(name: str, model: RouteModel) -> Iterator[Change]:
    """Yield parts that are more than the whole."""
    rows = {claim.id: claim for claim in model.case.claims}
    for claim in asserted(model.case):
        whole = rows[claim.part_of].quantity if claim.part_of else ()
        for part, other in itertools.product(claim.quantity, whole):
            if part.unit == other.unit and other.high is not None:
                for factor in FACTORS:
                    value = (parse_quantity(f"{round(other.high * factor)} {part.unit}"),)
                    also = (*claim.leg, claim.part_of or "")
                    kind, row = "quantity too large", claim.id
                    yield Change(kind, name, "claims", row, "quantity", value, also)


def ends(name: str, model: RouteModel) -> Iterator[Change]:
    """Yield ends so far off that the leg's days do not suffice, or that its route is torn."""
    for leg in model.routed:
        claims = tuple(claim.id for claim in leg.standing.claims)
        for fieldname, far in itertools.product(("origin", "destination"), FAR):
            if unreachable(model, leg, fieldname, far):
                yield Change("place far off", name, "legs", leg.id, fieldname, far, claims)


def unreachable(model: RouteModel, leg: RoutedLeg, fieldname: str, far: str) -> bool:
    other = leg.destination if fieldname == "origin" else leg.origin
    if leg.path is None or other is None:
        return False
    span = days_for(leg)
    if span is not None and leg.mode in FASTEST_KM_DAY:
        km = float(geography.geodesic_m(*point_of(far), *other.point)) / 1000
        return km > FASTEST_KM_DAY[leg.mode] * span
    return joined(model.case, leg.id, -1 if fieldname == "origin" else 1)


def days_for(leg: RoutedLeg) -> int | None:
    """Return the days that one claim gives a leg from start to end; None where one is open."""
    for claim in leg.standing.claims:
        start, stop = claim.moved or claim.departed, claim.moved or claim.arrived
        if start and stop and start.hard_earliest and stop.hard_latest:
            return (stop.hard_latest - start.hard_earliest).days + 1
    return None


@cache
def point_of(port: str) -> tuple[float, float]:
    place = places.find(port, mode="sea").resolved()
    return place.lon, place.lat


def joined(case: Case, leg: str, step: int) -> bool:
    """Return whether a route has another leg before (-1) or after (1) this one."""
    ways = [route.legs for route in case.routes if leg in route.legs]
    return any(0 <= legs.index(leg) + step < len(legs) for legs in ways)


def orders(name: str, model: RouteModel) -> Iterator[Change]:
    """Yield routes of which two legs change places."""
    for route in model.case.routes:
        for one, other in itertools.combinations(range(len(route.legs)), 2):
            legs = list(route.legs)
            legs[one], legs[other] = legs[other], legs[one]
            value = tuple(legs)
            yield Change("order swapped", name, "routes", route.id, "legs", value, value)


def modes(name: str, model: RouteModel) -> Iterator[Change]:
    """Yield modes that the land and water between the ends rule out."""
    for leg in model.case.legs:
        for mode in NO_SUCH_WAY.get(leg.id, ()):
            yield Change("mode against land", name, "legs", leg.id, "mode", mode)


KINDS: tuple[Callable[[str, RouteModel], Iterator[Change]], ...] = (
    unpublished_days,
    disordered_days,
    short_days,
    vessels,
    quantities,
    ends,
    orders,
    modes,
)


def asserted(case: Case) -> list[Claim]:
    return [claim for claim in case.claims if claim.says == "asserts" and claim.retract is None]


# Making the changes, and looking


def chosen(models: Mapping[str, RouteModel]) -> list[Change]:
    """Return changes of each kind in turn, shuffled by the seed, until there are enough."""
    shuffled = np.random.default_rng(SEED)
    pools = []
    for kind in KINDS:
        pool = [made for name, model in models.items() for made in kind(name, model)]
        pools.append([pool[at] for at in shuffled.permutation(len(pool))])
    turns = itertools.chain.from_iterable(itertools.zip_longest(*pools))
    return [made for made in turns if made is not None][:CHANGES]


def changed(model: RouteModel, made: Change) -> RouteModel:
    """Return the model of a changed case; routed anew only where the change touches geography."""
    rows = tuple(
        row.model_copy(update={made.field: made.value}) if row.id == made.row else row
        for row in getattr(model.case, made.table)
    )
    case = replace(model.case, **{made.table: rows})
    if made.table == "legs" or made.field == "at":
        return routemap.build(case, partial=True)
    index = index_case(case, {leg.id: leg.mode for leg in model.routed}, {})
    routed = tuple(replace(leg, standing=standing(leg.id, index)) for leg in model.routed)
    return replace(model, case=case, routed=routed)


def alarms(model: RouteModel) -> list[Finding]:
    return [one for one in routemap.check(model) if one.severity != "note"]


def new_alarms(model: RouteModel, made: Change, before: list[Finding]) -> list[Finding]:
    """Return the findings that a change brought and that name what was changed."""
    named = {made.row, *made.also}
    found = (one for one in alarms(changed(model, made)) if one not in before)
    return [one for one in found if named & {*one.legs, *one.claims}]


def report_recall(models: Mapping[str, RouteModel], before: Mapping[str, list[Finding]]) -> None:
    tallies: dict[str, Tally] = {}
    misses = []
    for made in chosen(models):
        tally = tallies.setdefault(made.kind, Tally())
        new = new_alarms(models[made.case], made, before[made.case])
        tally.made += 1
        tally.found += bool(new)
        tally.rules.update({one.rule for one in new})
        misses += [] if new else [made]
    for kind, tally in tallies.items():
        rules = ", ".join(f"{rule} {count}" for rule, count in tally.rules.most_common())
        print(f"{kind:20}{tally.found:>4} of {tally.made:<4}{rules}")
    found, total = (sum(getattr(one, key) for one in tallies.values()) for key in ("found", "made"))
    print(f"recall: {found} of {total}, {found / total:.0%}")
    for made in misses:
        value = "; ".join(map(str, made.value)) if isinstance(made.value, tuple) else made.value
        print(f"  missed, {made.kind}: {made.case}, {made.row}, {made.field}: {value}")


def report_alarms(before: Mapping[str, list[Finding]]) -> None:
    found = [(name, one) for name, findings in before.items() for one in findings]
    repeated = Counter(one.rule for _, one in found if one.rule in REPORTED)
    false = [(name, one) for name, one in found if one.rule not in REPORTED]
    denials = ", ".join(f"{rule} {count}" for rule, count in repeated.items())
    print(f"unchanged, {len(before)} cases: {len(false)} false alarms; of the texts: {denials}")
    for rule, count in Counter(one.rule for _, one in false).items():
        print(f"  {rule}: {count}")
    for name, one in false:
        print(f"  {name}: {one.severity} {one.rule}: {one.message}")


def main() -> None:
    begin = time.perf_counter()
    files = sorted(CASES.glob("*.yaml"))
    models = {file.stem: routemap.build(routemap.read_case(file)) for file in files}
    before = {name: alarms(model) for name, model in models.items()}
    report_recall(models, before)
    report_alarms(before)
    print(f"{time.perf_counter() - begin:.1f} s")


if __name__ == "__main__":
    main()
