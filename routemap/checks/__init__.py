"""What does not hold together. Never raises, never repairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routemap.checks import lines, sources
from routemap.checks.finding import SEVERITIES, Finding
from routemap.checks.overrides import suppressed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from routemap.model import RouteModel

__all__ = ["SEVERITIES", "Finding", "check"]


def check(model: RouteModel) -> list[Finding]:
    """Return every finding on a model: errors first, then warnings, then notes.

    Within a severity the order is that of the rules and of the case. What the case suppresses
    stands last, with the reason that it gives.
    """
    found = [finding for rule in RULES for finding in rule(model)]
    told = suppressed(found, model.case)
    return sorted(
        told, key=lambda one: (one.suppressed is not None, SEVERITIES.index(one.severity))
    )


def problems(model: RouteModel) -> Iterator[Finding]:
    """Report what a partial build left out."""
    for problem in model.problems:
        legs = (problem.row,) if problem.table == "legs" and problem.row else ()
        claims = (problem.row,) if problem.table == "claims" and problem.row else ()
        yield Finding("left-out", "error", str(problem), legs, claims)


RULES: tuple[Callable[[RouteModel], Iterable[Finding]], ...] = (
    problems,
    *lines.RULES,
    *sources.RULES,
)
