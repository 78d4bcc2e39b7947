"""The places of a case: every row and every text resolved once, beside what its legs join."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from anyascii import anyascii

from routemap.errors import Problem
from routemap.model.context import Neighbour
from routemap.model.siting import (
    Mention,
    ResolvedSite,
    Setting,
    Trouble,
    site_of_row,
    site_of_text,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from routemap.claims import Case, Site
    from routemap.model.context import Tie
    from routemap.model.siting import Geocoder
    from routemap.places import Place

__all__ = ["SiteBook", "free_id", "resolve_sites"]


@dataclass(frozen=True, slots=True)
class SiteBook:
    """The resolved sites by id, which site each text means, and what did not resolve."""

    sites: Mapping[str, ResolvedSite]
    by_text: Mapping[str, str]
    problems: tuple[Problem, ...]

    def get(self, text: str) -> ResolvedSite | None:
        """Return the site that `text` of a leg or claim means; None if it did not resolve."""
        return self.sites.get(self.by_text.get(text, ""))


def resolve_sites(
    case: Case,
    mentions: Iterable[Mention],
    ties: Iterable[Tie],
    view: str,
    geocoder: Geocoder | None = None,
) -> SiteBook:
    """Resolve every row of ``places`` and every place named in a leg or claim, each once.

    A text is an id of ``places``, else a name of one row, else looked up in the gazetteer. Two
    texts that resolve to the same gazetteer place are one site. What is ambiguous by itself is
    asked again beside the other ends of its legs, until a round of that resolves nothing more.
    """
    desk = _Desk(case, list(mentions), list(ties), (view, geocoder))
    waiting: Sequence[str] = list(desk.asked)
    while waiting:
        waiting = desk.round(waiting)
    return desk.book()


class _Desk:
    """What is asked, what is resolved so far, and what stands in the way of the rest."""

    def __init__(
        self,
        case: Case,
        mentions: Sequence[Mention],
        ties: Sequence[Tie],
        terms: tuple[str, Geocoder | None],
    ) -> None:
        self.case, self.terms = case, terms
        self.rows = _rows_by_text(case.places)
        self.by_text = {text: ids[0] for text, ids in self.rows.items() if len(ids) == 1}
        self.modes = _modes_by_text(mentions, self.by_text)
        named = [one for one in mentions if one.text not in self.by_text]
        texts = {one.text: one for one in reversed(named)}
        carriers: dict[str, set[str]] = defaultdict(set)
        for one in named:
            carriers[one.text] |= one.carriers
        self.asked: dict[str, Site | Mention] = {row.id: row for row in case.places}
        for text in dict.fromkeys(one.text for one in named):
            self.asked[text] = replace(texts[text], carriers=frozenset(carriers[text]))
        self.ties: dict[str, list[tuple[str, Tie]]] = defaultdict(list)
        for tie in ties:
            for text, other in (tie.ends, tie.ends[::-1]):
                self.ties[self.by_text.get(text, text)].append((other, tie))
        self.sites: dict[str, ResolvedSite] = {}
        self.troubles: dict[str, Trouble] = {}

    def round(self, keys: Sequence[str]) -> list[str]:
        """Resolve what is asked beside all that is resolved; return what may resolve next time."""
        known = SiteBook(dict(self.sites), dict(self.by_text), ())
        before = len(self.by_text) + len(self.sites)
        for key in keys:
            answer = self.resolve(key, known)
            if isinstance(answer, Trouble):
                self.troubles[key] = answer
            else:
                self.troubles.pop(key, None)
                self.sites[answer.id] = answer
                self.by_text[key] = answer.id
        if len(self.by_text) + len(self.sites) == before:
            return []
        return [key for key in self.asked if key in self.troubles and self.troubles[key].located]

    def resolve(self, key: str, known: SiteBook) -> ResolvedSite | Trouble:
        """Return the site that a row or a text means, one of the sites where it is the same."""
        ends = ((known.get(other), tie) for other, tie in self.ties.get(key, ()))
        near = [Neighbour(site, tie.mode, tie.reach_km) for site, tie in ends if site]
        setting = Setting(self.modes.get(key, ()), near, *self.terms)
        asked = self.asked[key]
        if not isinstance(asked, Mention):
            return site_of_row(asked, setting)
        if key in self.rows:
            reason = f"{key!r} is a name of several places of the case: "
            reason += f"{', '.join(self.rows[key])}."
            cure = "Write the id of the one meant."
            return Trouble(asked.field, key, reason, cure, "ambiguous")
        found = site_of_text(asked, setting)
        if isinstance(found, Trouble):
            return found
        same = (site for site in self.sites.values() if _is_place(site, found.place))
        return next(same, None) or replace(found, id=_slug(key, self.rows, self.sites))

    def book(self) -> SiteBook:
        """Return the sites in the order in which they are asked for, and the problems."""
        order = (self.by_text[key] for key in self.asked if key in self.by_text)
        sites = {one: self.sites[one] for one in order if one in self.sites}
        lost = {key for key in self.troubles if isinstance(self.asked[key], Mention)}
        problems = [
            _problem(self.case, self.asked[key], self.troubles[key])
            for key in self.asked
            if key in self.troubles
        ]
        return SiteBook(sites, self.by_text | dict.fromkeys(lost, ""), tuple(problems))


def _is_place(site: ResolvedSite, place: Place) -> bool:
    """Return whether a site is the gazetteer's `place` itself, not somewhere near or within it."""
    return site.whole and place.id is not None and site.place.id == place.id


def _rows_by_text(rows: Sequence[Site]) -> dict[str, list[str]]:
    """Return the rows that each id and each name means: one, or several for a shared name."""
    named: dict[str, list[str]] = {}
    for row in rows:
        for name in {row.name: None, **dict.fromkeys(row.names)}:
            named.setdefault(name, []).append(row.id)
    return named | {row.id: [row.id] for row in rows}


def _modes_by_text(
    mentions: Sequence[Mention], known: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    modes: dict[str, set[str]] = {}
    for mention in mentions:
        modes.setdefault(known.get(mention.text, mention.text), set()).update(mention.modes)
    return {text: tuple(sorted(found)) for text, found in modes.items()}


def _slug(text: str, *taken: Container[str]) -> str:
    """Return an id for a place that has no row: its text in ASCII, made unique."""
    base = re.sub(r"[^a-z0-9]+", "-", anyascii(text).casefold()).strip("-") or "place"
    return free_id(base, *taken)


def free_id(base: str, *taken: Container[str]) -> str:
    """Return `base`, or it with the first number from 2 on that makes an id not `taken`."""
    numbered = (f"{base}-{count}" for count in itertools.count(2))
    names = itertools.chain([base], numbered)
    return next(name for name in names if not any(name in ids for ids in taken))


def _problem(case: Case, asked: Site | Mention, found: Trouble) -> Problem:
    table, row = (asked.table, asked.row) if isinstance(asked, Mention) else ("places", asked.id)
    file, line = case.origin.get((table, row), (case.case, None))
    place = (file, line, table, row)
    return Problem(*place, found.field, found.value, found.reason, found.cure, kind=found.kind)
