"""What may be used of a network: the bans that make one weight vector of it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Rules"]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a line may not use. Hashable: a network keeps one weight vector for each.

    Attributes
    ----------
    avoid
        ISO 3166 alpha-2 codes of countries that may not be entered.
    only
        Codes of the countries that the line must stay in; None if any will do. Open sea belongs to
        no country and is never excluded.
    closed, opened
        Ids of passages closed, and of passages that must be passed: naming one opens it where it
        is closed by default.
    view
        The border view, "recognised" or "de-facto".
    """

    avoid: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    closed: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    view: str = "recognised"

    def allows(self, country: str | None) -> bool:
        """Return whether ground of `country` (None: open sea) may be used."""
        if country is None:
            return True
        return country not in self.avoid and (self.only is None or country in self.only)
