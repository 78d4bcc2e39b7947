"""Legs, stretches, places and claims as flat records: the columns of every table and file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from routemap import geography
from routemap.claims import Claim

if TYPE_CHECKING:
    from routemap.dates import When
    from routemap.model.route_model import LegConstraint, RoutedLeg
    from routemap.model.siting import ResolvedSite

__all__ = [
    "CLAIM_FIELDS",
    "LEG_FIELDS",
    "SITE_FIELDS",
    "claim_record",
    "leg_record",
    "site_record",
    "stretch_records",
]

LEG_FIELDS = (
    *("id", "routes", "origin", "destination", "origin_name", "destination_name", "mode"),
    *("basis", "state", "contested", "edtf", "date_min", "date_max", "claims", "against"),
    *("sources", "grade", "length_km", "geodesic_km", "at_least_km", "gap_km", "schematic_km"),
    *("countries", "constraints", "carriers", "cargo", "quantities"),
)
SITE_FIELDS = (
    *("id", "name", "reported", "country", "kind", "extent", "uncertainty_km", "chosen_by"),
    *("gazetteer_id", "candidates"),
)
CLAIM_FIELDS = tuple(Claim.model_fields)


def leg_record(leg: RoutedLeg) -> dict[str, Any]:
    """Return the properties of one leg, as legs.geojson has them; lengths in km."""
    stand, path = leg.standing, leg.path
    return {
        "id": leg.id,
        "routes": list(leg.routes),
        "origin": leg.origin.id if leg.origin else None,
        "destination": leg.destination.id if leg.destination else None,
        "origin_name": leg.origin.reported if leg.origin else None,
        "destination_name": leg.destination.reported if leg.destination else None,
        "mode": leg.mode,
        "basis": stand.basis,
        "state": stand.state,
        "contested": stand.contested,
        **_dates(stand.when),
        "claims": [claim.id for claim in stand.claims],
        "against": [claim.id for claim in stand.against],
        "sources": stand.sources,
        "grade": stand.grade,
        "length_km": _km(path.length_m) if path else None,
        "geodesic_km": _km(_geodesic(leg)),
        "at_least_km": _km(leg.at_least_m),
        "gap_km": _km(path.gap_m) if path else None,
        "schematic_km": _km(path.schematic_m) if path else None,
        "countries": {code: _km(metres) for code, metres in path.countries.items()} if path else {},
        "constraints": [_constraint(one) for one in leg.constraints],
        "carriers": _distinct(name for claim in stand.claims for name in claim.carrier),
        "cargo": _distinct(claim.cargo for claim in stand.claims if claim.cargo),
        "quantities": _distinct(str(one) for claim in stand.claims for one in claim.quantity),
    }


def _geodesic(leg: RoutedLeg) -> float | None:
    if leg.path is not None:
        return leg.path.geodesic_m
    if leg.origin is None or leg.destination is None or leg.origin.area or leg.destination.area:
        return None
    return float(geography.geodesic_m(*leg.origin.point, *leg.destination.point))


def _dates(when: When | None) -> dict[str, str | None]:
    """Return the date as text and its earliest and latest day, not the hard bounds."""
    earliest = when.earliest if when else None
    latest = when.latest if when else None
    return {
        "edtf": str(when) if when else None,
        "date_min": earliest.isoformat() if earliest else None,
        "date_max": latest.isoformat() if latest else None,
    }


def _constraint(one: LegConstraint) -> dict[str, Any]:
    return {
        "kind": one.constraint.kind,
        "value": one.constraint.value,
        "by": list(one.by),
        "words": list(one.words),
        "applied": one.price is not None,
        "cost_km": _km(one.price.cost_m) if one.price else None,
        "alone_km": _km(one.price.alone_m) if one.price else None,
    }


def stretch_records(leg: RoutedLeg) -> list[dict[str, Any]]:
    """Return the properties of each stretch of a leg, as stretches.geojson has them."""
    return [
        {
            "leg": leg.id,
            "seq": seq,
            "kind": part.kind,
            "basis": "inferred",
            "mode": leg.mode,
            "country": part.country,
            "length_km": _km(part.length_m) if leg.path else None,
            "max_offset_km": _km(part.max_offset_m) if leg.path else None,
        }
        for seq, part in enumerate(leg.stretches)
    ]


def site_record(site: ResolvedSite) -> dict[str, Any]:
    """Return the properties of one place, as places.geojson has them."""
    place = site.place
    return {
        "id": site.id,
        "name": place.name,
        "reported": site.reported,
        "country": place.country,
        "kind": site.kind,
        "extent": "point" if site.area is None else "area",
        "uncertainty_km": place.uncertainty_km if site.area is None else None,
        "chosen_by": f"{site.chosen_by}: {place.reason}" if place.reason else site.chosen_by,
        "gazetteer_id": place.id,
        "candidates": [
            {
                "name": one.name,
                "country": one.country,
                "id": one.id,
                "lost_because": one.reason,
            }
            for one in site.losers
        ],
    }


def claim_record(claim: Claim) -> dict[str, Any]:
    """Return one claim as a flat record; lists stay lists, dates and phrases their text."""
    return claim.model_dump(mode="json")


def _distinct(items: Any) -> list[str]:
    return list(dict.fromkeys(items))


def _km(metres: float | None) -> float | None:
    return None if metres is None else round(metres / 1000, 3)
