"""Exit codes: what the shell learns of how a command ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routemap.errors import (
    AmbiguousPlaceError,
    ArgumentError,
    BuildError,
    InputError,
    NoRouteError,
    PlaceNotFoundError,
    RoutemapError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from routemap.errors import Problem

__all__ = ["DONE", "FAILED", "NOT_FOUND", "REJECTED", "USAGE", "error_code", "problems_code"]

DONE, FAILED, USAGE, REJECTED, NOT_FOUND = range(5)


def error_code(error: RoutemapError) -> int:
    """Return the exit code of an error."""
    if isinstance(error, BuildError):
        return problems_code(error.carried)
    if isinstance(error, InputError | AmbiguousPlaceError):
        return REJECTED
    if isinstance(error, NoRouteError | PlaceNotFoundError):
        return NOT_FOUND
    return USAGE if isinstance(error, ArgumentError) else FAILED


def problems_code(problems: Iterable[Problem]) -> int:
    """Return the exit code of what stands in the way of a case: a rejection outweighs a gap."""
    kinds = {problem.kind for problem in problems}
    if kinds & {"rejected", "ambiguous"}:
        return REJECTED
    return NOT_FOUND if kinds else DONE
