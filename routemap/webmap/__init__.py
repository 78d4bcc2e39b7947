"""The Folium map, and the single-file HTML that opens without a network."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
from branca.element import Element, MacroElement
from jinja2 import Template

from routemap.export import write_file
from routemap.webmap.payload import digest, escaped, payload

if TYPE_CHECKING:
    import os

    from routemap.model import RouteModel

__all__ = ["RoutemapElement", "page", "to_html", "to_iframe", "to_map"]

_BLOCK = re.compile(r"<(script|style)(?: [^>]*)?>(.*?)</\1>", re.DOTALL)
_DATA = 'type="application/json"'


class _Raw(Element):  # type: ignore[misc]
    """Text that goes into the page as it is: the template is constant, the text never compiled."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class RoutemapElement(MacroElement):  # type: ignore[misc]
    """The drawn case, to be added to a `folium.Map`.

    Holds the case as one inert JSON block; everything visible is built from it in the browser with
    ``textContent``. Add it to a map of your own to compose.
    """

    def __init__(self, data: str) -> None:
        super().__init__()
        self._name = "Routemap"
        self.key = self._id = digest(data)
        self._data = data

    def render(self, **_: Any) -> None:
        """Put style, data and script into the figure, none of them through a template."""
        figure = self.get_root()
        key = f"routemap_{self.key}"
        block = f'<script {_DATA} id="{key}">{self._data}</script>'
        style = f"<style>{_asset('map.css')}</style>"
        call = f"routemap.draw({self._parent.get_name()}, '{key}');"
        figure.header.add_child(_Raw(style), name="routemap_style")
        figure.html.add_child(_Raw(block), name=key)
        figure.script.add_child(_Raw(_asset("map.js")), name="routemap_script")
        figure.script.add_child(_Raw(call), name=f"{key}_draw")


@cache
def _asset(name: str) -> str:
    return files("routemap").joinpath(f"assets/{name}").read_text(encoding="utf-8")


@cache
def _leaflet() -> tuple[str, str]:
    """Return Leaflet's (script, style) from the installed package, without links to pictures."""
    from xstatic.pkg import leaflet

    folder = Path(leaflet.BASE_DIR)
    script = (folder / "leaflet.js").read_text(encoding="utf-8")
    style = (folder / "leaflet.css").read_text(encoding="utf-8").replace("\r\n", "\n")
    return re.sub(r"//# sourceMappingURL.*", "", script), re.sub(r"url\([^)]*\)", "none", style)


def to_map(model: RouteModel) -> folium.Map:
    """Return the model as a `folium.Map`, to show in Jupyter or to compose.

    The map has Folium's own links to Leaflet; what routemap adds makes no request and runs no text.
    What you add beside it is yours to keep safe: Folium renders text as templates.
    """
    return _map(escaped(payload(model)))


def _map(data: str) -> folium.Map:
    element = RoutemapElement(data)
    drawn = folium.Map(location=[0, 0], zoom_start=2, tiles=None, zoom_snap=0.25)
    drawn._id = element.key  # noqa: SLF001 - Folium's ids are random, and bytes must not be
    drawn.add_child(element, name="routemap")
    return drawn


def to_html(model: RouteModel, path: str | os.PathLike[str] | None = None) -> str | Path:
    """Write the model as one HTML file that makes no request; return its path.

    Without `path`, return the text of the page instead. Same model, same bytes. Raises
    `OutputError` if the file cannot be written; what stood there before is untouched.
    """
    text = page(model)
    return text if path is None else write_file(path, text.encode())


def page(model: RouteModel) -> str:
    """Return the text of the single-file page: everything inlined, a policy of hashes only."""
    return offline(_map(escaped(payload(model))))


def offline(drawn: folium.Map) -> str:
    """Return a map's page with Leaflet inlined and a content security policy of hashes."""
    drawn.default_js, drawn.default_css = [], []
    script, style = _leaflet()
    figure = drawn.get_root()
    figure.title = "routemap"
    figure.header.add_child(_Raw(f"<style>{style}</style>"), name="leaflet_style", index=0)
    figure.header.add_child(_Raw(f"<script>{script}</script>"), name="leaflet_script", index=1)
    text = str(figure.render()).replace("<html>", '<html lang="en">', 1)
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_policy(text)}">'
    return text.replace("<head>", f"<head>\n{policy}", 1)


def _policy(text: str) -> str:
    """Return a policy that allows exactly the scripts and styles of the page, by their hashes."""
    hashes: dict[str, set[str]] = {"script": set(), "style": set()}
    for match in _BLOCK.finditer(text):
        if _DATA not in match[0][:80]:
            value = base64.b64encode(hashlib.sha256(match[2].encode()).digest()).decode()
            hashes[match[1]].add(f"'sha256-{value}'")
    scripts, styles = (" ".join(sorted(hashes[name])) for name in ("script", "style"))
    rest = "base-uri 'none'; form-action 'none'"
    return f"default-src 'none'; script-src {scripts}; style-src {styles}; {rest}"


def to_iframe(model: RouteModel, height_px: int = 640) -> str:
    """Return the page in a sandboxed iframe, for a notebook: no request, no access to its host."""
    source = html.escape(page(model), quote=True)
    look = f"width:100%;height:{height_px}px;border:0"
    return (
        f'<iframe sandbox="allow-scripts allow-popups" style="{look}" srcdoc="{source}"></iframe>'
    )
