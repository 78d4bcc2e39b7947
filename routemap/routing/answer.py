"""Requests and answers of routing as JSON documents: the contract that other programs rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from routemap.errors import (
    AmbiguousPlaceError,
    ArgumentError,
    NoRouteError,
    PlaceNotFoundError,
    RoutemapError,
)
from routemap.routing.request import route

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from routemap.routing.path import Failure, Path, Price

__all__ = ["REQUEST_FIELDS", "answer", "path_document", "price_documents"]

REQUEST_FIELDS = (
    *("id", "from", "to", "mode", "avoid", "only", "via"),
    *("on", "by", "max_detour", "alternatives", "borders"),
)
LONGER_M = 1000.0
"""A difference under 1 km is that of tracks in a station."""
_LISTS = ("avoid", "only", "via")
_OPTIONS = ("on", "by", "max_detour", "alternatives")


def answer(request: Mapping[str, Any], *, network: Any = None) -> dict[str, Any]:
    """Answer one route request; never raises for what the request says.

    Parameters
    ----------
    request
        ``{"from", "to", "mode"}`` and optionally the others of `REQUEST_FIELDS`; see `route`. A
        place is a name (``"Dunay"``, ``"Dunay, RU"``), ``[lon, lat]`` in degrees, or
        ``{"name", "country", "kind"}``. Null is as good as absent.
    network
        A network of the user's own, in place of the shipped one.

    Returns
    -------
    dict
        The document of DESIGN section 4: ``status`` is "ok", "no_route" or "error". Lengths are
        kilometres in fields named ``_km``. Where the usual way is not the shortest, ``shortest`` is
        the answer by pure length, without its coordinates; else null. A place that does not resolve
        adds ``location``, the answer of `routemap.places.locate` with its candidates.
    """
    identity, mode = request.get("id"), request.get("mode")
    try:
        asked = _arguments(request)
        path = route(**asked, network=network)
        shortest = _shortest(path, asked, network)
    except NoRouteError as error:
        refusal = {"reason": str(error), **_failure(error.carried[0])}
        return {"id": identity, "status": "no_route", "mode": mode, **refusal}
    except (AmbiguousPlaceError, PlaceNotFoundError) as error:
        unresolved = {"reason": str(error), "location": error.carried[0].to_dict()}
        return {"id": identity, "status": "error", "mode": mode, **unresolved}
    except RoutemapError as error:
        return {"id": identity, "status": "error", "mode": mode, "reason": str(error)}
    document = path_document(path)
    coordinates = document.pop("coordinates")  # the long field stands last
    return {
        "id": identity,
        "status": "ok",
        **document,
        "shortest": shortest,
        "coordinates": coordinates,
    }


def _shortest(path: Path, asked: dict[str, Any], network: Any) -> dict[str, Any] | None:
    """Return the document of the shortest way, where the usual one is longer."""
    if path.shortest_m is None or path.length_m - path.shortest_m < LONGER_M:
        return None
    other = route(**{**asked, "by": "length", "alternatives": 0}, network=network)
    kept = ("length_km", "countries", "gap_km", "schematic_km", "gauge_changes")
    document = path_document(other)
    return {field: document[field] for field in kept}


def _arguments(request: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(request) - set(REQUEST_FIELDS))
    if unknown:
        raise ArgumentError(
            f"unknown field {unknown[0]!r}. This version knows {', '.join(REQUEST_FIELDS)}."
        )
    missing = [field for field in ("from", "to", "mode") if request.get(field) in (None, "")]
    if missing:
        raise ArgumentError(f"field {missing[0]!r} is missing. Give from, to and mode.")
    return {
        "origin": request["from"],
        "destination": request["to"],
        "mode": request["mode"],
        **{field: request[field] for field in _LISTS if request.get(field) not in (None, "")},
        **{field: request[field] for field in _OPTIONS if request.get(field) not in (None, "")},
        "view": request.get("borders") or "recognised",
    }


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "length_km": None,
        "geodesic_km": _km(failure.geodesic_m),
        "constraints": price_documents(failure.prices),
        "free_km": _km(failure.free_m),
        "constraints_km": None,
        "borders": failure.view,
    }


def path_document(path: Path) -> dict[str, Any]:
    """Return the body of an "ok" answer: lengths in km, coordinates as [[lon, lat], ...]."""
    shortest, free = path.shortest_m, path.free_m
    extra = None if shortest is None or free is None else max(0.0, shortest - free)
    return {
        "mode": path.mode,
        "length_km": _km(path.length_m),
        "geodesic_km": _km(path.geodesic_m),
        "countries": {code: _km(metres) for code, metres in path.countries.items()},
        "snap_km": [_km(metres) for metres in path.snap_m],
        "gap_km": _km(path.gap_m),
        "schematic_km": _km(path.schematic_m),
        "gauge_changes": [change._asdict() for change in path.gauge_changes],
        "passages": list(path.passages),
        "constraints": price_documents(path.prices),
        "free_km": _km(path.free_m),
        "constraints_km": _km(extra),
        "by": path.by,
        "borders": path.view,
        "through": list(path.through),
        "reason": None,
        "alternatives": [_alternative(one) for one in path.alternatives],
        "coordinates": rounded(path.coordinates),
    }


def _alternative(path: Path) -> dict[str, Any]:
    document = path_document(path)
    del document["alternatives"]
    return document


def price_documents(prices: Sequence[Price]) -> list[dict[str, Any]]:
    """Return the constraints with what each costs, in km."""
    return [
        {
            "kind": price.constraint.kind,
            "value": price.constraint.value,
            "cost_km": _km(price.cost_m),
            "alone_km": _km(price.alone_m),
        }
        | ({"needed": True} if price.needed else {})
        for price in prices
    ]


def rounded(coordinates: npt.NDArray[np.float64]) -> list[list[float]]:
    """Return coordinates as lists of [lon, lat] with at most 6 decimals (0.1 m)."""
    pairs: list[list[float]] = coordinates.round(6).tolist()
    return pairs


def _km(metres: float | None) -> float | None:
    return None if metres is None else round(metres / 1000, 3)
