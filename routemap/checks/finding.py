"""What a check answers, and how it speaks of a leg."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from routemap.model import RoutedLeg

__all__ = ["SEVERITIES", "Finding", "Severity", "name_of"]

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a reader of the map should know.

    Attributes
    ----------
    rule
        Name of the check.
    severity
        "error", "warning" or "note".
    legs, claims, places
        Ids of what it is about.
    message
        A sentence for a non-specialist.
    numbers
        The figures behind the sentence, by name; km in names that end in ``_km``.
    suppressed
        The analyst's reason for setting it aside; None where it stands.
    """

    rule: str
    severity: Severity
    message: str
    legs: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    numbers: dict[str, float] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    suppressed: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as the JSON document of DESIGN section 4."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "legs": list(self.legs),
            "claims": list(self.claims),
            "message": self.message,
            "numbers": dict(self.numbers),
            "places": list(self.places),
            "suppressed": self.suppressed,
        }


def name_of(leg: RoutedLeg) -> str:
    """Return a leg in words: where from, where to, by what."""
    if leg.origin is None or leg.destination is None:
        return f"leg {leg.id}"
    how = "(mode unknown)" if leg.mode == "unknown" else f"by {leg.mode}"
    return f"{leg.origin.reported} to {leg.destination.reported} {how}"
