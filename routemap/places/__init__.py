"""Toponyms to candidate places, with how far each may be off and what speaks for it."""

from routemap.places.answers import answer, locate_many
from routemap.places.areas import country
from routemap.places.lookup import find, locate, split_country, towns
from routemap.places.reverse import SORTS, reverse
from routemap.places.values import Location, Place, default_uncertainty_km, paste_line

__all__ = [
    "SORTS",
    "Location",
    "Place",
    "answer",
    "country",
    "default_uncertainty_km",
    "find",
    "locate",
    "locate_many",
    "paste_line",
    "reverse",
    "split_country",
    "towns",
]
