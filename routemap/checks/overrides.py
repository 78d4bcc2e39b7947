"""What the analyst sets aside: findings that the case suppresses, each with a written reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from routemap.checks.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from routemap.claims import Case

__all__ = ["suppressed"]


def suppressed(findings: Iterable[Finding], case: Case) -> Iterator[Finding]:
    """Yield the findings, those that a row of ``suppressed`` names with its reason.

    A row names a finding if it gives the rule, and all its rows are among what the finding is
    about. A row that names none is a finding itself.
    """
    met = set()
    for finding in findings:
        about = {*finding.legs, *finding.claims, *finding.places}
        rows = [one for one in case.suppressed if one.rule == finding.rule and about >= {*one.rows}]
        met |= {one.id for one in rows}
        yield replace(finding, suppressed=rows[0].reason) if rows else finding
    for one in case.suppressed:
        if one.id not in met:
            message = f"{one.id} suppresses {one.rule} of {', '.join(one.rows)}: there is none."
            yield Finding("suppression-unused", "note", message)
