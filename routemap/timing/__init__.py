"""When each leg can have taken place, and where it can have been on a day."""

from typing import Any

from routemap.timing.days import Span
from routemap.timing.passages import Passage, passages
from routemap.timing.windows import Bounds, Seen, Window, windows

__all__ = [
    "Bounds",
    "Passage",
    "Seen",
    "Span",
    "Window",
    "passages",
    "places_within",
    "where",
    "windows",
]


def __getattr__(name: str) -> Any:
    """Import `where` and `places_within` when they are asked for: they need geopandas."""
    if name == "where":
        from routemap.timing.whereabouts import where

        return where
    if name == "places_within":
        from routemap.timing.nearby import places_within

        return places_within
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
