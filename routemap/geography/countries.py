"""ISO 3166 codes and English names of countries."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from routemap.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["country_code", "country_name"]


@cache
def _table() -> Mapping[str, Any]:
    text = files("routemap").joinpath("assets/countries.json").read_text(encoding="utf-8")
    return MappingProxyType(json.loads(text))


@cache
def _codes() -> Mapping[str, str]:
    """Return the alpha-2 code by every code and folded name; a code wins over a name."""
    codes: dict[str, str] = {}
    for code, row in _table().items():
        codes |= dict.fromkeys((_folded(name) for name in (row["name"], *row["names"])), code)
    for code, row in _table().items():
        codes |= {code.casefold(): code, row["alpha3"].casefold(): code}
    return MappingProxyType(codes)


def _folded(text: str) -> str:
    """Return a name without case, accents, "the", and what stands between its words."""
    from anyascii import anyascii

    words = anyascii(text).casefold().replace("&", " and ").replace("'", "")
    spaced = "".join(letter if letter.isalnum() else " " for letter in words)
    return " ".join(spaced.split()).removeprefix("the ").replace("saint ", "st ")


def country_code(text: str) -> str | None:
    """Return the ISO 3166 alpha-2 code of a country.

    Parameters
    ----------
    text
        Alpha-2 or alpha-3 code, or English name, in any case; accents may be left out.

    Returns
    -------
    str or None
        None if `text` names no country. "Georgia" is the country, "Congo" the Republic of the
        Congo. Kosovo is XK, which ISO 3166 leaves to users.
    """
    return _codes().get(text.strip().casefold()) or _codes().get(_folded(text))


def country_name(code: str) -> str:
    """Return the English name of a country by its alpha-2 code.

    Raises
    ------
    ArgumentError
        The code is unknown.
    """
    if code not in _table():
        raise ArgumentError(f"{code!r} is no country's code. Give an ISO 3166 alpha-2 code, as RU.")
    name: str = _table()[code]["name"]
    return name
