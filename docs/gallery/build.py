#!/usr/bin/env python3
"""Write docs/gallery.md and its pictures from the cases beside this file.

    python docs/gallery/build.py [CASE]...

builds each case, takes a picture of its map.html in a Chromium without network, and fills the
figures of the models into the texts of gallery.toml. With names of cases, only their pictures are
taken anew; the page is written whole. Needs playwright, Pillow and a Chromium on the PATH.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
import textwrap
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import routemap
from routemap.geography import country_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from playwright.sync_api import BrowserContext

    from routemap.model import RoutedLeg
    from routemap.routing import Price
    from routemap.routing.course import GaugeChange

HERE = Path(__file__).parent
PAGE = HERE.parent / "gallery.md"
SIZE = {"width": 900, "height": 520}
COLOURS = 255
WIDTH = 104
WHOLE = {"break_long_words": False, "break_on_hyphens": False}
BARE = ".rm-panel, .rm-box, .leaflet-control-zoom { display: none !important; }"
"""What lies over the map is left out of the pictures; the frame at the foot stays."""
UNDRESSED = f"""
const sheet = new CSSStyleSheet();
sheet.replaceSync("{BARE}");
document.adoptedStyleSheets = [sheet];
"""


def entries() -> list[dict[str, Any]]:
    """Return the pictures in the order of the page: case, ways, text."""
    return tomllib.loads((HERE / "gallery.toml").read_text(encoding="utf-8"))["picture"]


def modelled(entry: dict[str, Any]) -> routemap.RouteModel:
    """Return the model of a case, with some of its legs drawn another way."""
    case = routemap.read_case(HERE / "cases" / f"{entry['case']}.yaml")
    model = routemap.build(case, partial=True)
    ways = entry.get("ways", {})
    routed = [
        replace(leg, path=another(leg, ways[leg.id])) if leg.id in ways else leg
        for leg in model.routed
    ]
    return replace(model, routed=tuple(routed))


def another(leg: RoutedLeg, way: int | str) -> routemap.Path:
    """Return the shortest way ("length") of a leg, or the usual one (0) or an alternative to it."""
    ends = leg.origin.point, leg.destination.point
    stated = [one.constraint.value for one in leg.constraints if one.constraint.kind == "only"]
    only = [code for value in stated for code in value.split("; ")]
    if isinstance(way, str):
        return routemap.route(*ends, mode=leg.mode, only=only, by=way)
    usual = routemap.route(*ends, mode=leg.mode, only=only, alternatives=2)
    return (usual, *usual.alternatives)[way]


def picture(context: BrowserContext, model: routemap.RouteModel, name: str) -> None:
    """Take a picture of a model's page."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        written = routemap.to_html(model, Path(folder) / "map.html")
        tab = context.new_page()
        tab.goto(Path(written).as_uri())
        shot = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
        tab.close()
    few = shot.quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(HERE / f"{name}.png", optimize=True)


def pictures(models: dict[str, routemap.RouteModel]) -> None:
    """Take the pictures of several models, by the names of their cases."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(viewport=SIZE, offline=True)
        context.add_init_script(UNDRESSED)
        for name, model in models.items():
            picture(context, model, name)
        browser.close()


def km(metres: float) -> str:
    """Return a length as it is read: 9,880 km, or 5.1 km below 100."""
    value = metres / 1000
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def figures(leg: RoutedLeg) -> dict[str, str]:
    """Return what the texts of gallery.toml may name of a leg: lengths in km, and phrases."""
    path = leg.path
    if path is None:
        return {}
    patched = sum(part.length_m for part in path.stretches if part.kind == "patched")
    return {
        "length": km(path.length_m),
        "straight": km(path.geodesic_m),
        "shortest": km(path.shortest_m or path.length_m),
        "schematic": km(path.schematic_m),
        "patched": km(patched),
        "gaps": km(path.gap_m),
        "countries": ", ".join(f"{land(code)} {km(m)} km" for code, m in path.countries.items()),
        "breaks": str(len(path.gauge_changes)),
        "through": listed(path.through),
        "passages": listed([one.replace("-", " ").title() for one in path.passages]),
        "prices": "; ".join(map(price, path.prices)),
    }


def listed(words: Sequence[str]) -> str:
    """Return words as a sentence lists them."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def land(code: str) -> str:
    """Return the name of a country, or what stands for the open sea."""
    return "at sea" if code == "-" else country_name(code)


def price(one: Price) -> str:
    """Return a constraint with what it costs."""
    what = {"only": "staying in", "passage": "keeping out of"}.get(one.constraint.kind)
    cost = "opens the way" if one.cost_m is None else f"costs {km(one.cost_m)} km"
    return f"{what or one.constraint.kind} {one.constraint.value} {cost}"


def told(leg: RoutedLeg, model: routemap.RouteModel) -> str:
    """Return a leg in one item of the page's list."""
    ends = f"- *{leg.id}*: {leg.origin.reported} to {leg.destination.reported} by {leg.mode}"
    if leg.path is None:
        problem = next(one for one in model.problems if one.row == leg.id)
        return f"{ends}, {leg.standing.when}: no route. {problem.cure}"
    has, path = figures(leg), leg.path
    when = "" if leg.standing.when is None else f", {leg.standing.when}"
    breaks = [f"{one.from_mm} to {one.to_mm} mm at {place(one)}" for one in path.gauge_changes]
    parts = [
        f"{ends}{when}, {has['length']} km (straight {has['straight']} km)",
        has["countries"],
        f"schematic {has['schematic']} km" if path.schematic_m else "",
        f"gaps {has['gaps']} km" if path.gap_m else "",
        f"passes {has['passages']}" if path.passages else "",
        *breaks,
        has["prices"],
    ]
    return "; ".join(filter(None, parts)) + "."


def place(change: GaugeChange) -> str:
    """Return where the gauge changes; every break on this page is north and east."""
    return f"{change.lat:.2f} N {change.lon:.2f} E"


def section(entry: dict[str, Any], model: routemap.RouteModel) -> str:
    """Return the part of the page about one picture."""
    name, title = entry["case"], model.case.title
    legs = sorted(model.routed, key=lambda leg: leg.standing.state == "inferred")
    claimed = [leg.path.length_m for leg in legs if leg.path and leg.standing.claims]
    known = {leg.id: figures(leg) for leg in legs}
    text = wrapped(entry["text"].format_map({**known, "total": km(sum(claimed))}))
    items = "\n".join(wrapped(told(leg, model), "  ") for leg in legs)
    return f"## {title}\n\n![{title}](gallery/{name}.png)\n\n{text}\n\n{items}\n"


def wrapped(text: str, indent: str = "") -> str:
    """Return a paragraph in lines of the width of the other pages."""
    return textwrap.fill(" ".join(text.split()), WIDTH, subsequent_indent=indent, **WHOLE)


def main(wanted: Iterable[str]) -> None:
    """Build every case, and write the page and the pictures wanted: all where none is named."""
    models = {entry["case"]: modelled(entry) for entry in entries()}
    chosen = set(wanted) or set(models)
    pictures({name: model for name, model in models.items() if name in chosen})
    intro = (HERE / "intro.md").read_text(encoding="utf-8")
    parts = [section(entry, models[entry["case"]]) for entry in entries()]
    PAGE.write_text("\n".join([intro, *parts]), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
