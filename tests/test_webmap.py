"""The page as text: one inert data block, a policy of hashes, the same bytes each time."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import pytest

import routemap
from routemap import webmap
from routemap.errors import OutputError
from routemap.webmap.encode import PRECISION, deltas, joined, rings
from routemap.webmap.payload import escaped, payload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from routemap.model import RouteModel

STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
ROOT = Path(__file__).parent.parent
ASSETS = ROOT / "routemap" / "assets"
TEXT = """{{7*191}} {% raw %} {# c #} ${7*191} <b>x</b></script> "q" 'p' `t` \\ \u202e\u2028 end"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> RouteModel:
    """Return a small case: a flight between coordinates, an area, and hostile text."""
    tables: dict[str, Any] = {
        "case": "small",
        "title": f"title {TEXT}",
        "sources": [{"id": "one", "title": f"source {TEXT}"}],
        "places": [
            {"id": "start", "name": f"site {TEXT}", "lon": "131.9", "lat": "43.1"},
            {"id": "stop", "name": "stop", "lon": "37.6", "lat": "55.8"},
            {"id": "country", "name": "country", "within": "RU"},
        ],
        "legs": [{"id": "flight", "origin": "start", "destination": "stop", "mode": "air"}],
        "claims": [{"id": "said", "source": "one", "leg": "flight", "summary": f"said {TEXT}"}],
    }
    file = tmp_path_factory.mktemp("small") / "case.yaml"
    file.write_text(json.dumps(tables), encoding="utf-8")
    return routemap.build(routemap.read_case(file))


@pytest.fixture(scope="module")
def page(model: RouteModel) -> str:
    return str(routemap.to_html(model))


def block(text: str) -> dict[str, Any]:
    """Return the page's data; fails unless there is exactly one block of it."""
    (found,) = re.findall(r'<script type="application/json" id="\w+">(.*?)</script>', text)
    loaded: dict[str, Any] = json.loads(found)
    return loaded


def loud(document: str) -> list[str]:
    """Return the strings of a JSON text with a character that HTML, scripts or templates read."""
    bare = STRING.sub("", document)
    assert re.sub(r"[][{}:,0-9.eE+-]|true|false|null", "", bare) == ""
    return [
        string
        for string in STRING.findall(document)
        if re.search("[<>&{}'`$%#\u2028\u2029]", string)
    ]


def test_the_data_block_holds_every_text_and_no_character_that_means_anything(page: str) -> None:
    data = block(page)
    assert data["title"] == f"title {TEXT}"
    assert data["claims"]["said"]["summary"] == f"said {TEXT}"
    assert data["sources"]["one"]["title"] == f"source {TEXT}"
    assert data["places"][0]["reported"] == f"site {TEXT}"
    (found,) = re.findall(r'<script type="application/json" id="\w+">(.*?)</script>', page)
    assert loud(found) == []
    assert page.count("7*191") == found.count("7*191")


def test_the_composed_map_and_the_notebook_hold_the_same_data(model: RouteModel, page: str) -> None:
    assert block(routemap.to_map(model).get_root().render()) == block(page)
    (inside,) = re.findall(r'srcdoc="([^"]*)"', model._repr_html_())
    assert html.unescape(inside) == page


@pytest.mark.parametrize(
    "text",
    ["", '{"a": "b"}', '"', "\\", '\\"', "{}", "\u2028", "</script>", "\\u003c", "{{x}}", "\x00"],
)
def test_escaping_changes_how_a_text_is_written_and_not_what_it_says(text: str) -> None:
    document = {"x": [text, {text: text}], "y": 1.5, "z": None}
    assert json.loads(escaped(document)) == document
    assert loud(escaped(document)) == []


def test_the_policy_allows_hashes_and_nothing_else(page: str) -> None:
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.pop("default-src") == "'none'"
    assert rules.pop("base-uri") == rules.pop("form-action") == "'none'"
    assert set(rules) == {"script-src", "style-src"}
    for kind, name in (("script-src", "script"), ("style-src", "style")):
        inline = re.findall(
            rf"<{name}(?! type=\"application/json\")[^>]*>(.*?)</{name}>", page, re.DOTALL
        )
        digests = {
            base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in inline
        }
        assert set(rules[kind].split(" ")) == {f"'sha256-{digest}'" for digest in digests}
    assert page.index("Content-Security-Policy") < min(page.index("<script"), page.index("<style"))


def test_nothing_is_loaded_from_elsewhere(page: str) -> None:
    shell = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    assert not re.search(r"https?:|\b(src|href)=|<link|<img|<iframe", shell)
    styles = re.findall(r"<style[^>]*>(.*?)</style>", page, re.DOTALL)
    assert len(styles) >= 2
    assert not any("url(" in style or "@import" in style for style in styles)
    assert "sourceMappingURL" not in page


def test_the_licence_notice_of_leaflet_stays(page: str) -> None:
    assert "Leaflet 1.9" in page
    assert "(c) 2010-2022 Vladimir Agafonkin" in page


def test_the_same_model_gives_the_same_bytes(model: RouteModel, page: str, tmp_path: Path) -> None:
    path = routemap.to_html(model, tmp_path / "map.html")
    assert path == tmp_path / "map.html"
    assert path.read_bytes() == page.encode()


def test_ids_are_digits_of_the_data(page: str) -> None:
    (found,) = re.findall(r'id="routemap_(\w+)">(.*?)</script>', page)
    assert found[0] == hashlib.sha256(found[1].encode()).hexdigest()[:32]


def test_a_failed_write_leaves_the_older_file(model: RouteModel, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="nowhere"):
        routemap.to_html(model, tmp_path / "nowhere" / "map.html")
    assert list(tmp_path.iterdir()) == []


def test_other_maps_keep_foliums_own_links(model: RouteModel) -> None:
    scripts, styles = list(folium.Map.default_js), list(folium.Map.default_css)
    routemap.to_html(model)
    assert folium.Map.default_js == scripts
    assert folium.Map.default_css == styles
    assert "leaflet.js" in folium.Map().get_root().render()


def test_a_map_can_be_composed_with_foliums_parts(model: RouteModel) -> None:
    drawn = routemap.to_map(model)
    assert isinstance(drawn, folium.Map)
    folium.Marker((43.1, 131.9), tooltip="mine").add_to(drawn)
    text = drawn.get_root().render()
    assert text.count("L.marker(") > 1
    assert text.count("const routemap = ") == 1
    assert f"routemap.draw({drawn.get_name()}, " in text


def test_two_cases_on_one_map_share_one_script(model: RouteModel) -> None:
    drawn = routemap.to_map(model)
    drawn.add_child(webmap.RoutemapElement(escaped({**payload(model), "title": "second"})))
    text = drawn.get_root().render()
    assert text.count("const routemap = ") == 1
    assert len(set(re.findall(r"routemap\.draw\(\w+, '(\w+)'\)", text))) == 2


def test_rendering_twice_gives_the_same_text(model: RouteModel) -> None:
    root = routemap.to_map(model).get_root()
    assert root.render() == root.render()


def test_the_script_never_reads_text_as_markup_or_code() -> None:
    script = (ASSETS / "map.js").read_text(encoding="utf-8")
    banned = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|setTimeout\("
    )
    assert not re.search(banned, script)
    assert not re.search(r"bindPopup|bindTooltip|L\.control\.layers|addAttribution", script)


def test_the_page_of_the_worked_case_is_small() -> None:
    model = routemap.build(routemap.read_case(ROOT / "data" / "dprk-russia-2023"))
    assert len(webmap.page(model).encode()) < 1_200_000


def test_lines_are_whole_steps_that_add_up() -> None:
    line = np.array([[131.9, 43.1], [180.00004, -0.5], [237.6, 37.79]])
    whole = np.array(deltas(line)).reshape(-1, 2).cumsum(axis=0)
    assert np.abs(whole / PRECISION - line).max() <= 0.5 / PRECISION


def decoded(ring: list[int]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array(ring).reshape(-1, 2).cumsum(axis=0) / PRECISION


def test_russia_is_one_area_that_runs_on_past_the_antimeridian(page: str) -> None:
    (country,) = [one for one in block(page)["places"] if "rings" in one]
    curves = [decoded(ring) for ring in country["rings"]]
    assert all(np.array_equal(curve[0], curve[-1]) for curve in curves)
    longitudes = np.concatenate([curve[:, 0] for curve in curves])
    assert longitudes.min() > 0
    assert 188 < longitudes.max() < 192
    mainland = max(curves, key=len)
    at_seam = np.isclose(mainland[:, 0], 180, atol=1e-3) & (mainland[:, 1] > 64)
    assert at_seam.sum() <= 2  # the two coasts of Chukotka cross it; no edge runs along it


def test_an_area_is_sharper_inside_the_window() -> None:
    from shapely import Point, box

    disc = Point(10, 50).buffer(3, quad_segs=2000)
    ((sharp,), (coarse,)) = rings(disc, box(6, 46, 14, 54)), rings(disc, box(0, 0, 1, 1))
    (mixed,) = rings(disc, box(10, 46, 14, 54))
    assert len(coarse) < len(mixed) < len(sharp)
    assert np.abs(np.hypot(*(decoded(coarse) - [10, 50]).T) - 3).max() < 0.031


def test_an_area_off_the_antimeridian_stays_as_it_is() -> None:
    from shapely import box

    area = box(100, 10, 120, 20)
    assert joined(area) is area


def test_candidates_and_grounds_of_a_place_are_in_the_data(model: RouteModel) -> None:
    places: list[Mapping[str, Any]] = payload(model)["places"]
    assert all(
        {"candidates", "chosen_by", "names", "never", "source"} <= set(one) for one in places
    )
