"""Requests to answers, one or a million: each distinct question is asked once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from routemap.places.lookup import find, read
from routemap.places.values import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["answer", "locate_many"]

REQUEST_FIELDS = ("id", "name", "country", "kind", "mode", "near", "within_km", "never")
_TEXTS = frozenset({"name", "country", "kind", "mode"})


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Answer one look-up request; never raises for what the request says.

    Parameters
    ----------
    request
        ``{"name"}`` and optionally ``"id", "country", "kind", "mode", "near": [lon, lat],
        "within_km", "never": [names]``. A name alone may have any form that `find` reads.

    Returns
    -------
    dict
        The document of `Location.to_dict`, with the request's ``id``.
    """
    return {"id": request.get("id"), **_location(request).to_dict()}


def locate_many(requests: Iterable[str | Mapping[str, Any]]) -> Iterator[Location]:
    """Yield the location of each request, in order; equal questions are looked up once.

    Parameters
    ----------
    requests
        Texts as `find` reads them, or requests as `answer` reads them. What a request gets wrong
        is status "error".
    """
    known: dict[object, Location] = {}
    for request in requests:
        key = request if isinstance(request, str) else _key(request)
        found = known.get(key)
        if found is None:
            found = known[key] = find(request) if isinstance(request, str) else _location(request)
        yield found


def _key(request: Mapping[str, Any]) -> object:
    return repr(sorted((key, value) for key, value in request.items() if key != "id"))


def _location(request: Mapping[str, Any]) -> Location:
    unknown = sorted(str(key) for key in set(request) - set(REQUEST_FIELDS))
    if unknown:
        known = ", ".join(REQUEST_FIELDS)
        return _error(f"unknown field {unknown[0]!r}. Fields are {known}.")
    given = {key: value for key, value in request.items() if key != "id" and value is not None}
    if not all(isinstance(value, str) for key, value in given.items() if key in _TEXTS):
        return _error("name, country, kind and mode are texts.")
    never = given.get("never", [])
    if not isinstance(never, list) or not all(isinstance(one, str) for one in never):
        return _error("never is a list of names.")
    name = str(given.pop("name", ""))
    return read(name, given)


def _error(reason: str) -> Location:
    return Location("", "error", None, reason)
