"""The page in a real browser: offline, text as text, and every claim one click away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

import routemap
from routemap.provenance import FRAME

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.browser

FORMS = {
    "template": "{{7*191}} {% raw %} {# c #} ${7*191} #{7*191} <%= 7*191 %>",
    "markup": "<b>x</b></script><i>y</i><!-- </style><svg onload=a> &lt;b&gt;&#60;",
    "quoting": "\"q\" 'p' `t` back\\slash \\u003c javascript:void(7*191)",
    "script": "right\u202eto\u202c left\u2066\u2069 line\u2028break\u2029 나진 Находка نجين",
}
MAP = "const map = Object.values(window).find((value) => value instanceof L.Map);"
READ_ALL = """async () => {
  const rest = () => new Promise((done) => setTimeout(done, 30));
  const body = document.querySelector(".rm-body");
  const unfold = async () => {
    const shut = () => [...body.querySelectorAll("details:not([open])")];
    for (; shut().length; await rest()) { shut().forEach((one) => { one.open = true; }); }
  };
  const read = [document.querySelector(".rm-map").textContent];
  await unfold();
  read.push(body.textContent);
  for (let i = 0; i < body.querySelectorAll(".rm-row").length; i += 1) {
    body.querySelectorAll(".rm-row")[i].click();
    await unfold();
    read.push(body.textContent);
    body.querySelector(".rm-back").click();
  }
  return read.join("\\n");
}"""


def fold(page: Page, title: str) -> None:
    page.locator(f".rm-fold > summary:text-matches('^{title}')").click()


def leg_button(page: Page, title: str) -> Any:
    return page.locator(".rm-row").filter(has_text=title)


def bounds(page: Page) -> list[float]:
    corners = "[b.getWest(), b.getSouth(), b.getEast(), b.getNorth()]"
    found: list[float] = page.evaluate(
        f"() => {{ {MAP} const b = map.getBounds(); return {corners}; }}"
    )
    return found


def pixel(page: Page, lon: float, lat: float) -> list[int]:
    """Return the colour of the base map at a point."""
    found: list[int] = page.evaluate(
        f"""([lat, lon]) => {{ {MAP}
          const canvas = document.querySelector(".leaflet-rm-base-pane canvas");
          const at = map.latLngToContainerPoint([lat, lon]);
          const own = canvas.getBoundingClientRect();
          const scale = canvas.width / own.width;
          const place = [at.x - own.left, at.y - own.top].map((value) => value * scale);
          return [...canvas.getContext("2d").getImageData(...place, 1, 1).data];
        }}""",
        [lat, lon],
    )
    return found


def middle(leg: dict[str, Any], precision: int) -> tuple[float, float]:
    """Return the lat, lon of the middle vertex of a leg's line."""
    half = len(leg["line"]) // 4 + 1
    lon, lat = (sum(leg["line"][axis : 2 * half : 2]) / precision for axis in (0, 1))
    return lat, lon


# -- the worked case ------------------------------------------------------------------------------


def test_the_worked_case_asks_for_nothing_and_complains_of_nothing(
    show: Callable[..., Any], worked: Path
) -> None:
    shown = show(worked)
    shown.page.evaluate(READ_ALL)
    shown.assert_quiet()
    assert shown.page.title() == "Containers from North Korea to Russia, 2023"


def test_frame_legend_borders_and_notices_are_on_the_map(
    show: Callable[..., Any], worked: Path
) -> None:
    page = show(worked).page
    expect(page.get_by_text(FRAME)).to_be_visible()
    for words in ("by sea", "by rail", "leg observed, course computed", "planned", "gap: no line"):
        expect(page.locator(".rm-legend").get_by_text(words)).to_be_visible()
    expect(page.locator(".rm-frame")).to_contain_text("Borders: recognised")
    expect(page.locator(".rm-frame")).to_contain_text("OpenStreetMap contributors")
    expect(page.locator(".leaflet-control-attribution svg")).to_have_count(0)


def test_a_leg_shows_its_claims_with_source_date_grade_basis_and_denials(
    show: Callable[..., Any], worked: Path
) -> None:
    page = show(worked).page
    leg_button(page, "Najin → Dunay").click()
    card = page.locator(".rm-card")
    for words in (
        "basis: observed",
        "contested: a claim for it is denied or questioned",
        "B2: usually reliable, probably true",
        "US National Security Council: A set of containers went from Najin to Dunay",
        "2023-09-07/2023-10-01",
        "Angara",
        "the course between them was computed by routemap",
        "Who denies or questions it",
        "Kremlin: No proof has been offered.",
        "DPRK government: North Korea has never supplied arms.",
    ):
        expect(card).to_contain_text(words)


def test_a_click_on_the_line_opens_the_leg(show: Callable[..., Any], worked: Path) -> None:
    shown = show(worked)
    page, data = shown.page, shown.data()
    leg = next(one for one in data["legs"] if one["id"] == "dunay-depot")
    spot = page.evaluate(
        f"(at) => {{ {MAP} const {{ x, y }} = map.latLngToContainerPoint(at); return [x, y]; }}",
        middle(leg, data["precision"]),
    )
    page.mouse.click(*spot)
    expect(page.locator(".rm-card h2")).to_have_text("Dunay → an ammunition depot near Tikhoretsk")


def test_the_keyboard_opens_a_leg_and_comes_back(show: Callable[..., Any], worked: Path) -> None:
    page = show(worked).page
    row = leg_button(page, "Tumangang → Khasan")
    for _ in range(40):
        page.keyboard.press("Tab")
        if row.evaluate("(node) => node === document.activeElement"):
            break
    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".rm-card h2")).to_have_text("Tumangang → Khasan")
    expect(page.locator(".rm-back")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(row).to_be_focused()


def test_a_route_that_is_off_takes_its_own_legs_off(show: Callable[..., Any], worked: Path) -> None:
    shown = show(worked)
    page = shown.page
    hidden = page.locator(".rm-off")
    box = page.get_by_role("checkbox", name="By ship to Dunay and by rail")
    box.uncheck()
    expect(hidden).to_have_count(2)
    assert hidden.all_inner_texts()[0].startswith("Najin → Dunay")
    page.get_by_role("checkbox", name="By ship to Vostochny").uncheck()
    expect(hidden).to_have_count(4)
    leg_button(page, "Najin → Vostochny").click()
    page.keyboard.press("Escape")
    box.check()
    expect(hidden).to_have_count(1)
    shown.assert_quiet()


def test_a_finding_shows_what_it_is_about(show: Callable[..., Any], worked: Path) -> None:
    page = show(worked).page
    whole = bounds(page)
    fold(page, "Findings")
    words = "Najin to Dunay by sea: the point used for Dunay lies"
    row = page.locator(".rm-findings li").filter(has_text=words)
    row.get_by_role("button", name="show").click()
    expect(page.locator(".rm-card h2")).to_have_text("Najin → Dunay")
    page.wait_for_function(f"() => {{ {MAP} return map.getZoom() > 7; }}")
    west, south, east, north = bounds(page)
    assert west < 130.29
    assert east > 132.34
    assert south < 42.24
    assert north > 42.9
    assert east - west < (whole[2] - whole[0]) / 5


def test_a_place_shows_why_it_was_chosen_and_what_lost(
    show: Callable[..., Any], worked: Path
) -> None:
    shown = show(worked)
    page = shown.page
    fold(page, "Places")
    page.get_by_role("button", name="an ammunition depot near Tikhoretsk", exact=True).click()
    card = page.locator(".rm-card")
    expect(card).to_contain_text("known to within 25 km")
    expect(card).to_contain_text("the reports say near and give no radius")
    page.locator(".rm-back").click()
    losers = {one["reported"]: one["candidates"] for one in shown.data()["places"]}
    name = next(name for name, lost in losers.items() if lost)
    page.get_by_role("button", name=name, exact=True).click()
    expect(card.get_by_text("Candidates that lost")).to_be_visible()
    expect(card).to_contain_text(losers[name][0]["name"])


def test_on_a_phone_panel_map_and_frame_share_the_page(
    show: Callable[..., Any], worked: Path
) -> None:
    page = show(worked, 390, 844).page
    panel = page.locator(".rm-panel").bounding_box()
    assert panel is not None
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= 390
    assert panel["height"] < 844 / 2
    expect(page.get_by_text(FRAME)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


# -- text is data ---------------------------------------------------------------------------------


def texts(form: str) -> dict[str, str]:
    """Return a text for each field that takes any; each names its field."""
    fields = (
        *("title", "graded_by", "publisher", "seen_in", "site", "also", "found_in", "route"),
        *("summary", "quote", "locator", "cargo", "carrier", "flag", "words", "retract", "heading"),
    )
    return {name: f"{name} {form}" for name in fields}


def canary_case(form: str) -> dict[str, Any]:
    """Return a case with a form of text in every field that takes text."""
    said = texts(form)
    address = "https://example.org/{{7*191}}/${7*191}/{%25raw%25}#{#c#}`x`"
    unit = re.sub(r"[\d;]", "", form)
    source = {
        "id": "one",
        "title": said["heading"],
        "publisher": said["publisher"],
        "url": address,
        "archived_url": f"{address}archived",
        "seen_in": said["seen_in"],
        "published": "2023-10-13",
    }
    claim = {
        "id": "full",
        "source": "one",
        "leg": ["flight"],
        "moved": "2023-09~",
        "summary": said["summary"],
        "quote": said["quote"],
        "locator": said["locator"],
        "cargo": said["cargo"],
        "carrier": [said["carrier"]],
        "carrier_flag": said["flag"],
        "quantity": [f"3 x {unit}"],
        "distance": f"about 290 km from {form} to depot",
        "avoid": "CN",
        "words": said["words"],
    }
    site = {
        "id": "start",
        "name": said["site"],
        "names": [said["also"]],
        "lon": "131.9",
        "lat": "43.1",
        "source": said["found_in"],
    }
    return {
        "title": said["title"],
        "graded_by": said["graded_by"],
        "sources": [source, {"id": "two", "title": said["heading"]}],
        "places": [site, {"id": "stop", "name": "stop", "lon": "37.6", "lat": "55.8"}],
        "legs": [{"id": "flight", "origin": "start", "destination": "stop", "mode": "air"}],
        "routes": [{"id": "way", "title": said["route"], "legs": ["flight"]}],
        "claims": [
            claim,
            {**claim, "id": "gone", "retract": said["retract"]},
            {"id": "no", "source": "two", "says": "denies", "route": "way", "summary": form},
        ],
    }


@pytest.mark.parametrize("name", FORMS)
def test_text_of_every_field_is_shown_as_text(
    show: Callable[..., Any], drawn: Callable[..., Path], name: str
) -> None:
    form = FORMS[name]
    case = canary_case(form)
    shown = show(drawn(**case))
    read = shown.page.evaluate(READ_ALL)
    claim, source = case["claims"][0], case["sources"][0]
    wanted = [*texts(form).values(), source["url"], source["archived_url"], claim["quantity"][0]]
    wanted += [claim["distance"], *(one["message"] for one in shown.data()["findings"])]
    assert [text for text in wanted if text not in read] == []
    assert "1337" not in re.sub(r"sha256 \w+", "", read)
    assert shown.page.title() == " ".join(case["title"].split(" "))
    assert shown.page.locator(".rm-map").locator("b, i, script, style, svg[onload]").count() == 0
    shown.assert_quiet()


def test_links_keep_their_address_and_open_elsewhere(
    show: Callable[..., Any], drawn: Callable[..., Path]
) -> None:
    case = canary_case(FORMS["template"])
    page = show(drawn(**case)).page
    leg_button(page, "→ stop").click()
    found = page.get_by_role("link", name=case["sources"][0]["url"], exact=True).first
    assert found.get_attribute("href") == case["sources"][0]["url"]
    assert found.get_attribute("rel") == "noopener noreferrer"


@pytest.mark.parametrize("name", FORMS)
def test_a_partial_map_says_what_was_left_out(
    show: Callable[..., Any], drawn: Callable[..., Path], name: str
) -> None:
    case = canary_case(FORMS[name])
    case["claims"] += [
        {"id": "lost", "source": "one", "leg": "flight", "moved": f"9 {FORMS[name]}"}
    ]
    case["legs"] += [
        {"id": "nowhere", "origin": f"x {FORMS[name]}", "destination": "stop", "mode": "air"}
    ]
    shown = show(drawn(partial=True, **case))
    banner = shown.page.locator(".rm-banner")
    expect(banner).to_contain_text("Incomplete: 2 problems kept something off this map")
    expect(banner).to_be_in_viewport()
    problems = shown.data()["problems"]
    assert len(problems) == 2
    assert [text for text in problems if text not in (banner.text_content() or "")] == []
    leg_button(shown.page, "? → stop").click()
    expect(shown.page.locator(".rm-card")).to_contain_text("a place or a route is missing")
    shown.assert_quiet()


# -- unusual cases --------------------------------------------------------------------------------


def test_a_case_without_legs_is_a_page(
    show: Callable[..., Any], drawn: Callable[..., Path]
) -> None:
    shown = show(drawn())
    expect(shown.page.get_by_text("Legs (0)")).to_be_visible()
    expect(shown.page.get_by_text(FRAME)).to_be_visible()
    shown.assert_quiet()


def test_a_single_point_is_in_the_middle_of_the_free_map(
    show: Callable[..., Any], drawn: Callable[..., Path]
) -> None:
    site = {"id": "only", "name": "Only place", "lon": "131.9", "lat": "43.1"}
    shown = show(drawn(places=[site]))
    expect(shown.page.locator(".rm-name")).to_have_text("Only place")
    west, south, east, north = bounds(shown.page)
    assert west < 131.9 < (west + east) / 2
    assert south < 43.1 < north
    assert east - west < 10
    shown.assert_quiet()


def test_a_leg_across_the_pacific_is_one_line_over_land_at_both_ends(
    show: Callable[..., Any], drawn: Callable[..., Path]
) -> None:
    leg = {"id": "far", "origin": "east", "destination": "west", "mode": "sea"}
    ends = [
        {"id": "east", "name": "Vladivostok", "lon": "131.9", "lat": "43.09"},
        {"id": "west", "name": "San Francisco", "lon": "-122.4", "lat": "37.79"},
    ]
    shown = show(drawn(places=ends, legs=[leg]))
    page, data = shown.page, shown.data()
    assert len(data["legs"]) == 1
    start, *steps = data["legs"][0]["line"][::2]
    assert start == 1_319_000
    assert max(map(abs, steps)) < 20 * data["precision"]
    assert start + sum(steps) == pytest.approx((360 - 122.4) * data["precision"])
    west, _, east, _ = bounds(page)
    assert west < 131.9
    assert east > 237.6
    for name in page.locator(".rm-name").all():
        expect(name).to_be_in_viewport()
    shown.assert_quiet()
    land, sea = pixel(page, 360 - 112, 42), pixel(page, 200, 42)
    assert land == pixel(page, 122, 46)
    assert land != sea
    assert sea[3] == 0


def test_a_notebook_shows_the_map_in_a_sandbox(
    show: Callable[..., Any], tmp_path: Path, drawn: Callable[..., Path]
) -> None:
    case = tmp_path / "case.yaml"
    drawn(**canary_case(FORMS["template"]))
    cell = tmp_path / "cell.html"
    text = routemap.build(routemap.read_case(case))._repr_html_()
    cell.write_text(f"<!doctype html><meta charset=utf-8>{text}", encoding="utf-8")
    shown = show(cell)
    inside = shown.page.frame_locator("iframe")
    expect(inside.get_by_text(FRAME)).to_be_visible()
    expect(inside.locator(".rm-head")).to_have_text(f"title {FORMS['template']}")
    assert [url for url in shown.requests if url != "about:srcdoc"] == [shown.url]
    assert shown.complaints == []
