"""Toponyms to candidate places, with how far each may be off and what speaks for it."""

from routemap.places.areas import country
from routemap.places.lookup import answer, find, locate, towns
from routemap.places.values import Location, Place, default_uncertainty_km

__all__ = [
    "Location",
    "Place",
    "answer",
    "country",
    "default_uncertainty_km",
    "find",
    "locate",
    "towns",
]
