"""Claims, places and paths become one graph."""

from typing import Any

from routemap.model.build import build
from routemap.model.records import claim_record, leg_record, site_record, stretch_records
from routemap.model.route_model import LegConstraint, RoutedLeg, RouteModel
from routemap.model.siting import ResolvedSite
from routemap.model.standing import Standing

__all__ = [
    "LegConstraint",
    "ResolvedSite",
    "RouteModel",
    "RoutedLeg",
    "Standing",
    "build",
    "claim_record",
    "from_gdfs",
    "leg_record",
    "site_record",
    "stretch_records",
]


def __getattr__(name: str) -> Any:
    """Import `from_gdfs` when it is asked for: it needs geopandas, and building does not."""
    if name == "from_gdfs":
        from routemap.model.graph import from_gdfs

        return from_gdfs
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
