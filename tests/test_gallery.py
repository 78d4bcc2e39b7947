"""The gallery: its page says what its cases give, and the corridors keep what is said of them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

    import routemap

GALLERY = Path(__file__).parent.parent / "docs" / "gallery"
MOST_BYTES = 90_000


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gallery_build", GALLERY / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = _script()
ENTRIES = {entry["case"]: entry for entry in build.entries()}


@pytest.fixture(scope="module")
def models() -> dict[str, routemap.RouteModel]:
    return {name: build.modelled(entry) for name, entry in ENTRIES.items()}


def _legs(model: routemap.RouteModel) -> dict[str, Any]:
    return {leg.id: leg for leg in model.routed}


@pytest.mark.parametrize("name", ENTRIES)
def test_the_page_says_what_the_case_gives(
    name: str, models: dict[str, routemap.RouteModel]
) -> None:
    page = build.PAGE.read_text(encoding="utf-8")
    section = build.section(ENTRIES[name], models[name])
    assert section in page, "run: python docs/gallery/build.py"


def test_every_case_has_its_picture_and_no_picture_is_large() -> None:
    cases = {path.stem for path in GALLERY.glob("cases/*.yaml")}
    pictures = {path.stem: path.stat().st_size for path in GALLERY.glob("*.png")}
    assert set(pictures) == cases == set(ENTRIES)
    assert max(pictures.values()) < MOST_BYTES


def test_nothing_is_left_out_but_the_leg_over_a_closed_border(
    models: dict[str, routemap.RouteModel],
) -> None:
    left = {name: [one.row for one in model.problems] for name, model in models.items()}
    assert {name: rows for name, rows in left.items() if rows} == {"khasan-rajin": ["shut"]}


def test_the_ways_across_russia_stay_in_russia(models: dict[str, routemap.RouteModel]) -> None:
    legs = _legs(models["dunay-tikhoretsk"])
    assert [set(leg.path.countries) for leg in legs.values()] == [{"RU"}] * 3
    assert len({leg.path.through for leg in legs.values()}) == 3


def test_the_shortest_way_to_vladivostok_changes_gauge_twice_and_the_usual_one_never(
    models: dict[str, routemap.RouteModel],
) -> None:
    legs = _legs(models["chita-vladivostok"])
    assert set(legs["usual"].path.countries) == {"RU"}
    assert not legs["usual"].path.gauge_changes
    assert set(legs["shortest"].path.countries) == {"RU", "CN"}
    assert [one.from_mm for one in legs["shortest"].path.gauge_changes] == [1520, 1435]


def test_ships_pass_what_the_titles_say(models: dict[str, routemap.RouteModel]) -> None:
    passed = {
        (name, leg.id): leg.path.passages
        for name, model in models.items()
        for leg in model.routed
        if leg.mode == "sea"
    }
    assert passed["novorossiysk-tartus", "sea"] == ("bosporus", "dardanelles")
    assert passed["petersburg-bremerhaven", "canal"] == ("kiel",)
    assert "kiel" not in passed["petersburg-bremerhaven", "closed"]
    assert "suez" in passed["singapore-rotterdam", "open"]
    assert "suez" not in passed["singapore-rotterdam", "closed"]
    assert passed["amirabad-astrakhan", "sea"] == ()
