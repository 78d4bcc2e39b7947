"""Networks with provenance, loaded once and never written to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from routemap.errors import ArgumentError

if TYPE_CHECKING:
    from routemap.networks.track import Closure, TrackNetwork
    from routemap.networks.water import WaterNetwork

__all__ = [
    "BY_HAND",
    "FOREVER",
    "NETWORKS",
    "closure",
    "describe",
    "is_track",
    "load",
    "router_name",
]

NETWORKS = ("sea", "river", "rail", "road")
FILES = {"river": "sea"}
"""The asset of a mode that shares it with another: rivers are on the same water as the sea."""
FOREVER = "9999-12-31"
"""The last day of a closure whose end is not known."""
BY_HAND = frozenset({"repaired", "patched"})
"""Kinds of track that routemap added to the source's, and that a request may leave out."""


def is_track(mode: str) -> bool:
    """Return whether a mode runs on tracks or roads, not on water."""
    return mode in {"rail", "road"}


def load(mode: str) -> TrackNetwork | WaterNetwork:
    """Return the shipped network of a mode; read at first use and then kept.

    Raises `ArgumentError` for a mode without a network, `AssetError` for a damaged file.
    """
    if is_track(mode):
        from routemap.networks import track

        return track.load(mode)
    if mode == "river":
        from routemap.networks import river

        return river.load()
    if mode == "sea":
        from routemap.networks import water

        return water.load()
    raise ArgumentError(f"{mode!r} is no mode with a network. Use one of {', '.join(NETWORKS)}.")


def closure(mode: str, identity: str) -> Closure:
    """Return a closure of border crossings by its id, of "rail" or "road"."""
    from routemap.networks import track

    return track.load(mode).closures[identity]


def router_name() -> str:
    """Return the engine that searches the track networks."""
    from routemap.networks.engine import router_name

    return router_name()


def describe() -> list[dict[str, Any]]:
    """Return a row a network: source, version, date, licence, size, extent, what can be closed."""
    import json
    from importlib.resources import files

    text = files("routemap").joinpath("assets/sources.json").read_text(encoding="utf-8")
    sources = json.loads(text)
    return [_row(mode, sources[f"{FILES.get(mode, mode)}.npz"]) for mode in NETWORKS]


def _row(mode: str, source: dict[str, Any]) -> dict[str, Any]:
    network: Any = load(mode)
    kept = ("name", "source", "version", "date", "licence", "attribution", "sha256")
    return {
        "mode": mode,
        **{field: source.get(field) for field in kept},
        "nodes": len(network.lon),
        "extent": [round(float(one), 3) for one in _extent(network)],
        "router": router_name() if is_track(mode) else "scipy",
        "passages": sorted(network.passages),
        "closures": [_closure(each) for each in network.closures.values()],
    }


def _closure(each: Closure) -> dict[str, str | None]:
    """Return what is known of a closure; `until` is None where no end is known."""
    until = None if each.until == FOREVER else each.until
    kept = {"id": each.id, "name": each.name, "since": each.since}
    return {**kept, "until": until, "source": each.source}


def _extent(network: Any) -> tuple[float, float, float, float]:
    lon, lat = network.lon, network.lat
    return lon.min(), lat.min(), lon.max(), lat.max()
