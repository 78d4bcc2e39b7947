"""What a case says, as frozen values: its sources, places, legs, routes, claims and overrides."""

from routemap.claims.case import BORDER_VIEWS, Case, Position
from routemap.claims.frozen import FrozenMapping
from routemap.claims.phrases import Distance, Quantity, parse_distance, parse_quantity
from routemap.claims.values import (
    TABLES,
    Claim,
    Leg,
    Route,
    Row,
    Site,
    Source,
    Suppression,
    Verdict,
)
from routemap.claims.weight import GRADE_WORDS, best_grade, grade, independent_sources, roots

__all__ = [
    "BORDER_VIEWS",
    "GRADE_WORDS",
    "TABLES",
    "Case",
    "Claim",
    "Distance",
    "FrozenMapping",
    "Leg",
    "Position",
    "Quantity",
    "Route",
    "Row",
    "Site",
    "Source",
    "Suppression",
    "Verdict",
    "best_grade",
    "grade",
    "independent_sources",
    "parse_distance",
    "parse_quantity",
    "roots",
]
