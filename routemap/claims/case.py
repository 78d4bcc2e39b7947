"""A case: seven tables and a header, with what was read and what was refused kept beside them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from routemap.claims.frozen import FrozenMapping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from routemap.claims.values import Claim, Leg, Route, Site, Source, Suppression, Verdict
    from routemap.errors import Problem

__all__ = ["BORDER_VIEWS", "Case", "Position"]

BORDER_VIEWS = ("recognised", "de-facto")
"""The views of borders that a case may choose; those of `routemap.geography`, by name."""

Position = tuple[str, int | None]


@dataclass(frozen=True)
class Case:
    """Everything that a case says. Equal cases say the same, whatever files they came from.

    Attributes
    ----------
    case, title, graded_by, borders, speeds, widening
        The header. `speeds` are texts by mode; `widening` is days by precision, and stands already
        in the hard bounds of the dates of the tables.
    sources, places, legs, routes, claims
        What is reported, in the order of the files.
    suppressed, verdicts
        The analyst's overrides: findings set aside, and cells of the matrix of hypotheses.
    origin
        (file, line) of each row by (table, id).
    inputs
        sha256 of each file read, by its path within the case.
    read, problems
        How many rows were read, and what was refused: one problem each.
    """

    case: str
    title: str | None = None
    graded_by: str | None = None
    borders: str | None = None
    speeds: Mapping[str, str] = field(default_factory=FrozenMapping)
    widening: Mapping[str, int] = field(default_factory=FrozenMapping)
    sources: tuple[Source, ...] = ()
    places: tuple[Site, ...] = ()
    legs: tuple[Leg, ...] = ()
    routes: tuple[Route, ...] = ()
    claims: tuple[Claim, ...] = ()
    suppressed: tuple[Suppression, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    origin: Mapping[tuple[str, str], Position] = field(
        default_factory=lambda: MappingProxyType({}), compare=False, repr=False
    )
    inputs: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({}), compare=False, repr=False
    )
    read: int = field(default=0, compare=False, repr=False)
    problems: tuple[Problem, ...] = field(default=(), compare=False, repr=False)

    @property
    def accepted(self) -> int:
        """How many rows were accepted."""
        reported = (self.sources, self.places, self.legs, self.routes, self.claims)
        return sum(map(len, (*reported, self.suppressed, self.verdicts)))

    @property
    def rejected(self) -> int:
        """How many rows were refused: ``accepted + rejected == read``."""
        return self.read - self.accepted

    @cached_property
    def sources_by_id(self) -> Mapping[str, Source]:
        """The sources by their ids."""
        return MappingProxyType({source.id: source for source in self.sources})

    def source(self, key: str) -> Source:
        """Return the source of id `key`; raises KeyError for another."""
        return self.sources_by_id[key]
