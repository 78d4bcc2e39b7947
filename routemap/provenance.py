"""What made an output: versions, inputs, assets, options, border view. Goes into every output."""

from __future__ import annotations

import json
import platform
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import routemap

if TYPE_CHECKING:
    from routemap.model import RouteModel

__all__ = ["FRAME", "assets", "attributions", "provenance", "versions"]

FRAME = "Lines between reported places are routes that routemap computed, not observed tracks."


@cache
def _sources() -> str:
    return files("routemap").joinpath("assets/sources.json").read_text(encoding="utf-8")


def assets() -> dict[str, dict[str, Any]]:
    """Return the shipped data by file: name, version, url, licence, attribution, sha256."""
    loaded: dict[str, dict[str, Any]] = json.loads(_sources())
    return loaded


def attributions() -> list[str]:
    """Return the notices that a map or an export must carry, each once."""
    return list(dict.fromkeys(entry["attribution"] for entry in assets().values()))


def versions() -> dict[str, Any]:
    """Return what answers: ``routemap``, ``python``, ``router`` (the engine) and ``assets``."""
    from routemap import networks

    kept = ("version", "sha256", "licence", "attribution")
    return {
        "routemap": routemap.__version__,
        "python": platform.python_version(),
        "router": networks.router_name(),
        "assets": {
            file: {field: entry.get(field) for field in kept} for file, entry in assets().items()
        },
    }


def provenance(model: RouteModel) -> dict[str, Any]:
    """Return what made a model's outputs.

    Parameters
    ----------
    model
        The model.

    Returns
    -------
    dict
        ``routemap`` and ``python`` versions, ``inputs`` {path within the case: sha256},
        ``assets`` {file: version, sha256, licence, attribution}, ``borders``, the
        counts ``read``, ``accepted`` and ``rejected``, and ``router``, the engine that searched.
    """
    case = model.case
    return {
        **versions(),
        "inputs": dict(case.inputs),
        "borders": model.view,
        "read": case.read,
        "accepted": case.accepted,
        "rejected": case.rejected,
    }
