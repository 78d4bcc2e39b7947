"""Turn reported movements into a defensible route map.

Reports become claims; claims name places; places are joined by legs over real networks; the legs
form a graph; the graph is checked, drawn and handed over.

    model = routemap.build(routemap.read_case("data/dprk-russia-2023"))
    routemap.to_html(model, "map.html")

The public names are imported from their modules when they are asked for: the import is cheap.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from routemap.checks import Finding as Finding
    from routemap.checks import check as check
    from routemap.export import to_geojson as to_geojson
    from routemap.intake import read_case as read_case
    from routemap.model import RouteModel as RouteModel
    from routemap.model import build as build  # type: ignore[no-redef]
    from routemap.model import from_gdfs as from_gdfs
    from routemap.places import Location as Location
    from routemap.places import Place as Place
    from routemap.places import locate as locate
    from routemap.routing import Path as Path
    from routemap.routing import route as route
    from routemap.timing import where as where
    from routemap.webmap import to_html as to_html
    from routemap.webmap import to_map as to_map

__version__ = "0.1.0"

_HOMES = {
    "read_case": "intake",
    **dict.fromkeys(("build", "RouteModel", "from_gdfs"), "model"),
    **dict.fromkeys(("check", "Finding"), "checks"),
    **dict.fromkeys(("locate", "Location", "Place"), "places"),
    **dict.fromkeys(("route", "Path"), "routing"),
    "where": "timing",
    "to_geojson": "export",
    **dict.fromkeys(("to_html", "to_map"), "webmap"),
}

if files("routemap").joinpath("routemap.py").is_file():
    warnings.warn(
        "the files of another distribution called 'routemap' lie in this package's folder. "
        "Run: pip uninstall routemap; pip install --force-reinstall routemap-osint",
        RuntimeWarning,
        stacklevel=2,
    )


def __getattr__(name: str) -> Any:
    """Import a public name from its module, at first use."""
    if name in _HOMES:
        return getattr(import_module(f"routemap.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'routemap' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names."""
    return ["__version__", *sorted(_HOMES)]
