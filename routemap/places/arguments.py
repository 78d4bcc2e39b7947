"""What a look-up is asked with beside the name: checked, each fault with its cure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from routemap.errors import ArgumentError, shorten
from routemap.places.areas import country_code

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["KINDS", "MODES", "fault_of", "only_texts"]

KINDS = (
    *("port", "station", "border-crossing", "depot", "airfield", "pier"),
    *("town", "region", "country", "sea"),
)
MODES = ("sea", "rail", "road", "river", "air", "unknown")


def only_texts(**given: object) -> None:
    """Raise `ArgumentError` for an argument that is neither text nor left out."""
    for field, value in given.items():
        optional = field in {"country", "kind", "mode"}
        if not (isinstance(value, str) or (optional and value is None)):
            raise ArgumentError(f"{field} is {shorten(repr(value))}. Give a text.")


def fault_of(
    country: str | None,
    kind: str | None,
    mode: str | None,
    near: Sequence[float] | None,
    within_km: float | None,
) -> str | None:
    """Return what is wrong with the arguments beside the name, with the cure."""
    if country and country_code(country) is None:
        return f"{shorten(country)!r} is no country. Give an ISO 3166 code or its English name."
    if kind and kind not in KINDS:
        return f"{shorten(kind)!r} is no kind of place. Use one of {', '.join(KINDS)}."
    if mode and mode not in MODES:
        return f"{shorten(mode)!r} is no mode. Use one of {', '.join(MODES)}."
    if near is not None and not _is_point(near):
        return f"near is {shorten(str(near))}. Give (lon, lat) in degrees."
    if within_km is not None and (near is None or not _is_length(within_km)):
        return f"within_km is {shorten(str(within_km))}. Give km above 0, and near with it."
    return None


def _is_length(value: Any) -> bool:
    return isinstance(value, (int, float)) and 0 < value < float("inf")


def _is_point(value: Any) -> bool:
    pair = isinstance(value, (list, tuple)) and len(value) == 2
    numbers = pair and all(isinstance(one, (int, float)) for one in value)
    return bool(numbers) and -180 <= value[0] <= 180 and -90 <= value[1] <= 90
