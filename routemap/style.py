"""One table of colours, dashes and widths, for every way in which a model is drawn.

Colours are those of Okabe and Ito, some darkened to stand out on a light map; each is paired with a
pattern or a width, so that a line can be read in greyscale.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

__all__ = ["BASIS", "KINDS", "MODES", "STATES", "grade_width", "table"]

Look = Mapping[str, Any]


def _frozen(table: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Look]:
    return MappingProxyType({name: MappingProxyType(dict(look)) for name, look in table.items()})


MODES = _frozen(
    {
        "sea": {"colour": "#0072B2", "label": "by sea"},
        "rail": {"colour": "#D55E00", "label": "by rail"},
        "road": {"colour": "#B07A00", "label": "by road"},
        "river": {"colour": "#2F8FB5", "label": "by river or canal"},
        "air": {"colour": "#A8558B", "label": "by air"},
        "unknown": {"colour": "#5B5B5B", "label": "mode not reported"},
    }
)
"""Colour (hex) and words by mode."""

KINDS = _frozen(
    {
        "track": {"dash": None, "label": "computed course over the network"},
        "road": {"dash": None, "label": "computed course over the network"},
        "water": {"dash": None, "label": "computed course over the network"},
        "waterway": {"dash": None, "label": "computed course over the network"},
        "schematic": {"dash": "10 6", "label": "schematic: course not in the data"},
        "great-circle": {"dash": "10 6", "label": "schematic: course not in the data"},
        "patched": {"dash": "10 3 2 3", "label": "known branch, drawn as a chord"},
        "repaired": {"dash": "2 5", "label": "gap: no line in the data"},
        "gap": {"dash": "2 5", "label": "gap: no line in the data"},
    }
)
"""Dash pattern (lengths of strokes and gaps in pixels; None for solid) and words by stretch."""

STATES = _frozen(
    {
        "observed": {"opacity": 1.0, "dash": None, "mark": None},
        "reported": {"opacity": 1.0, "dash": None, "mark": None},
        "inferred": {"opacity": 0.8, "dash": "4 4", "mark": None},
        "planned": {"opacity": 0.8, "dash": "14 10", "mark": "planned"},
        "not-completed": {"opacity": 0.8, "dash": "14 5 2 5", "mark": "not completed"},
        "speculative": {"opacity": 0.7, "dash": "3 9", "mark": "speculative"},
    }
)
"""Opacity, dash pattern that goes over that of the stretch, and a word set beside the line."""

BASIS = _frozen(
    {
        "observed": {"core": "#FFFFFF", "label": "leg observed, course computed"},
        "reported": {"core": None, "label": "leg reported, course computed"},
        "inferred": {"core": None, "label": "leg inferred by routemap"},
    }
)
"""Colour of a thin line along the middle, and words by basis."""

CONTESTED = "#C2185B"
_WIDTHS = MappingProxyType({"A": 6.0, "B": 5.0, "C": 4.0, "D": 3.25, "E": 2.75, "F": 2.25})


def grade_width(grade: str | None) -> float:
    """Return the width of a line in pixels by the letter of its grade; thinnest for none."""
    return _WIDTHS[grade[0] if grade else "F"]


def table() -> dict[str, Any]:
    """Return colours, dashes and words as plain values, for the page's script."""
    parts = {"modes": MODES, "kinds": KINDS, "states": STATES, "basis": BASIS}
    plain = {name: {key: dict(look) for key, look in part.items()} for name, part in parts.items()}
    return {**plain, "contested": CONTESTED}
