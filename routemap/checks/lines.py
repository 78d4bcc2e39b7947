"""What the lines themselves show: constraints, snaps, detours, breaks of gauge."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from routemap.checks.finding import Finding, Severity, name_of
from routemap.routing import LONGER_M

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from routemap.model import LegConstraint, RoutedLeg, RouteModel
    from routemap.routing import Price

__all__ = ["RULES"]

DETOUR_RATIO, DETOUR_KM = 2.0, 200.0
"""A rail route over twice as long as the straight line, and by over 200 km, is worth a warning: of
the published distances that routemap is measured on, none by rail is over 1.83 times the straight
line. By sea a continent may lie between. The figures are routemap's own."""
LONG_SNAP_KM = 5.0
"""A snap over 5 km is worth a warning: the published port and station positions that routemap's
gazetteer is built from are good to about 2 km, the rail network's coordinates to 0.1 km."""


def overruled_constraints(model: RouteModel) -> Iterator[Finding]:
    """Report constraints that cannot all hold on one leg."""
    for leg in model.routed:
        if leg.overruled:
            said = "; ".join(_said(one) for one in leg.constraints)
            message = f"{name_of(leg)}: no route satisfies all that is said of the way ({said})."
            message += " The line is drawn by the leg's own constraints alone."
            claims = _claims_behind(leg, *leg.constraints)
            yield Finding("constraints-conflict", "error", message, (leg.id,), claims)


def ignored_constraints(model: RouteModel) -> Iterator[Finding]:
    """Report constraints on a leg that is not routed over a network."""
    for leg in model.routed:
        drawn = leg.coordinates is not None
        if leg.constraints and drawn and (leg.path is None or leg.mode in {"air", "unknown"}):
            said = "; ".join(_said(one) for one in leg.constraints)
            message = (
                f"{name_of(leg)}: the line is schematic and does not show what is said: {said}."
            )
            claims = _claims_behind(leg, *leg.constraints)
            yield Finding("constraint-not-drawn", "warning", message, (leg.id,), claims)


def long_snaps(model: RouteModel) -> Iterator[Finding]:
    """Report places that lie far from the network they are routed on."""
    for leg in model.routed:
        if leg.path is None or leg.origin is None or leg.destination is None:
            continue
        ends = zip((leg.origin, leg.destination), leg.path.snap_m, strict=True)
        for site, metres in ends:
            kilometres = round(metres / 1000, 3)
            if kilometres > 0:
                limit = max(LONG_SNAP_KM, site.place.uncertainty_km)
                what = _NETWORKS.get(leg.mode, f"{leg.mode} line")
                vague = kilometres < site.place.uncertainty_km
                place = f"the point used for {site.reported}" if vague else site.reported
                message = (
                    f"{name_of(leg)}: {place} lies {kilometres:g} km from the nearest {what} that "
                    "can be used; the map draws that as a gap."
                )
                numbers = {"snap_km": kilometres, "uncertainty_km": site.place.uncertainty_km}
                severity: Severity = "warning" if kilometres > limit else "note"
                yield Finding("snap", severity, message, (leg.id,), (), numbers)


def same_places(model: RouteModel) -> Iterator[Finding]:
    """Report rows of ``places`` that are one place of the gazetteer: their legs do not meet."""
    rows: dict[str, list[str]] = {}
    for site in model.sites.values():
        if site.whole and site.place.id is not None:
            rows.setdefault(site.place.id, []).append(site.id)
    for place, ids in rows.items():
        if len(ids) > 1:
            message = (
                f"{' and '.join(ids)} are one place ({model.sites[ids[0]].place.name}, {place}), "
                "and stand on the map as several. Keep one row and put the other names in `names`."
            )
            legs = tuple(
                leg.id
                for leg in model.routed
                if any(end and end.id in ids for end in (leg.origin, leg.destination))
            )
            yield Finding("same-place", "warning", message, legs, (), {"rows": float(len(ids))})


def shared_nodes(model: RouteModel) -> Iterator[Finding]:
    """Report a leg whose two different ends fall on one node of the network."""
    for leg in model.routed:
        if leg.path is None or leg.origin is None or leg.destination is None:
            continue
        travelled = [part for part in leg.path.stretches if part.kind != "gap"]
        if leg.origin.id != leg.destination.id and sum(part.length_m for part in travelled) == 0:
            message = f"{name_of(leg)}: both places fall on one point of the {leg.mode} network."
            yield Finding(
                "same-node",
                "warning",
                message,
                (leg.id,),
                (),
                {"geodesic_km": round(leg.path.geodesic_m / 1000, 3)},
            )


def long_detours(model: RouteModel) -> Iterator[Finding]:
    """Report routes by rail and road so long that a line may be missing in the data."""
    for leg in model.routed:
        if leg.path is None or leg.mode not in {"rail", "road"}:
            continue
        length, straight = (metres / 1000 for metres in (leg.path.length_m, leg.path.geodesic_m))
        if length > max(DETOUR_RATIO * straight, straight + DETOUR_KM):
            message = (
                f"{name_of(leg)}: the route is {length:,.0f} km for {straight:,.0f} km in a "
                "straight line. A line may be missing in the data; look at the map."
            )
            numbers = {"length_km": round(length, 3), "geodesic_km": round(straight, 3)}
            yield Finding("detour", "warning", message, (leg.id,), (), numbers)


def breaks_of_gauge(model: RouteModel) -> Iterator[Finding]:
    """Report rail legs on which a train is transshipped, or changes its bogies."""
    for leg in model.routed:
        changes = leg.path.gauge_changes if leg.path else ()
        if changes:
            said = "; ".join(
                f"{one.from_mm} to {one.to_mm} mm near {one.lat:.2f}, {one.lon:.2f}"
                for one in changes
            )
            message = f"{name_of(leg)}: the track gauge changes on the way ({said}, lat and lon)."
            numbers = {"changes": float(len(changes))}
            yield Finding("break-of-gauge", "note", message, (leg.id,), (), numbers)


def usual_ways(model: RouteModel) -> Iterator[Finding]:
    """Report legs drawn by a longer way that has fewer borders or breaks of gauge."""
    for leg in model.routed:
        shortest = leg.path.shortest_m if leg.path else None
        if leg.path is None or shortest is None or leg.path.length_m - shortest < LONGER_M:
            continue
        drawn, least = leg.path.length_m / 1000, shortest / 1000
        message = (
            f"{name_of(leg)}: drawn by the usual way, {drawn:,.0f} km, which counts borders, "
            "breaks of gauge and minor lines; the shortest that the claims allow is "
            f"{least:,.0f} km."
        )
        numbers = {"length_km": round(drawn, 3), "shortest_km": round(least, 3)}
        yield Finding("usual-way", "note", message, (leg.id,), (), numbers)


def constraint_prices(model: RouteModel) -> Iterator[Finding]:
    """Report what each constraint on a routed leg costs."""
    for leg in model.routed:
        for one in leg.constraints:
            if one.price is not None:
                message = f"{name_of(leg)}: {_said(one)} {_effect(one.price)}."
                metres = {"cost_km": one.price.cost_m, "alone_km": one.price.alone_m}
                numbers = {
                    name: round(value / 1000, 1)
                    for name, value in metres.items()
                    if value is not None
                }
                claims = _claims_behind(leg, one)
                yield Finding("constraint-price", "note", message, (leg.id,), claims, numbers)


def _effect(price: Price) -> str:
    """Return what a constraint does to a leg that is routed under it."""
    if price.cost_m is None:
        return "is what makes a route possible: without it there is none"
    cost = round(price.cost_m / 1000, 1)
    return f"makes the route {cost:g} km longer" if cost else "changes nothing"


_NETWORKS: Mapping[str, str] = MappingProxyType({"rail": "track", "sea": "water", "river": "water"})
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "avoid": "keeping out of",
        "only": "staying in",
        "via": "passing",
        "passage": "keeping out of",
        "closure": "the closure",
    }
)


def _said(one: LegConstraint) -> str:
    words = "".join(f' ("{text}")' for text in dict.fromkeys(one.words))
    return f"{_WORDS[one.constraint.kind]} {one.constraint.value}{words}"


def _claims_behind(leg: RoutedLeg, *constraints: LegConstraint) -> tuple[str, ...]:
    """Return the ids of the claims among the rows that state constraints on a leg, each once."""
    rows = dict.fromkeys(row for one in constraints for row in one.by)
    return tuple(row for row in rows if row not in {leg.id, *leg.routes})


RULES = (
    overruled_constraints,
    ignored_constraints,
    long_snaps,
    same_places,
    shared_nodes,
    long_detours,
    breaks_of_gauge,
    usual_ways,
    constraint_prices,
)
