"""Networks with provenance, loaded once and never written to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from routemap.errors import ArgumentError

if TYPE_CHECKING:
    from routemap.networks.track import TrackNetwork
    from routemap.networks.water import WaterNetwork

__all__ = ["NETWORKS", "describe", "load", "router"]

NETWORKS = ("rail", "sea")
_NOT_YET = ("road", "river")


def load(mode: str) -> TrackNetwork | WaterNetwork:
    """Return the shipped network of a mode, "rail" or "sea"; read at first use and then kept.

    Raises `ArgumentError` for a mode without a network, `AssetError` for a damaged file.
    """
    if mode == "rail":
        from routemap.networks import track

        return track.load(mode)
    if mode == "sea":
        from routemap.networks import water

        return water.load()
    if mode in _NOT_YET:
        raise ArgumentError(
            f"this version has no {mode} network; it has {', '.join(NETWORKS)}. "
            "Give one of those modes, or unknown for a great circle."
        )
    raise ArgumentError(f"{mode!r} is no mode with a network. Use one of {', '.join(NETWORKS)}.")


def router() -> str:
    """Return the engine that searches the track networks."""
    from routemap.networks.track import router_name

    return router_name()


def describe() -> list[dict[str, Any]]:
    """Return a row a network: mode, source, version, licence, size, extent, passages, router."""
    import json
    from importlib.resources import files

    text = files("routemap").joinpath("assets/sources.json").read_text(encoding="utf-8")
    sources = json.loads(text)
    return [_row(mode, sources[f"{mode}.npz"]) for mode in NETWORKS]


def _row(mode: str, source: dict[str, Any]) -> dict[str, Any]:
    network: Any = load(mode)
    kept = ("name", "source", "version", "licence", "attribution", "sha256")
    return {
        "mode": mode,
        **{field: source.get(field) for field in kept},
        "nodes": len(network.lon),
        "extent": [round(float(one), 3) for one in _extent(network)],
        "router": router() if mode == "rail" else "scipy",
        "passages": sorted(network.passages),
    }


def _extent(network: Any) -> tuple[float, float, float, float]:
    lon, lat = network.lon, network.lat
    return lon.min(), lat.min(), lon.max(), lat.max()
