"""What may be used of a network, and what counts: what makes one weight vector of it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Rules"]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a line may not use, and what counts. Hashable: a network keeps a weight vector for each.

    Attributes
    ----------
    avoid
        ISO 3166 alpha-2 codes of countries, and ids of regions (`routemap.geography.regions`), that
        may not be entered.
    only
        Codes of the countries, and ids of the regions, that the line must stay in; None if any will
        do. Open sea belongs to no country and is never excluded.
    without
        Kinds of edge that may not be used: "repaired", "patched".
    closed, opened
        Ids of passages and closures that are closed, and of passages that must be passed: naming
        one opens it where it is closed by default.
    usual
        Whether breaks of gauge, borders and lines off the main network count, not length alone.
    view
        The border view, "recognised" or "de-facto".
    """

    avoid: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    usual: bool = False
    view: str = "recognised"

    def allows(self, country: str | None) -> bool:
        """Return whether ground of `country` (None: open sea) may be used."""
        if country is None:
            return True
        return country not in self.avoid and (self.only is None or country in self.only)
