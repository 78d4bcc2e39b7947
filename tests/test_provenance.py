"""What made an output: versions, inputs and data, in every file."""

from __future__ import annotations

import hashlib
import platform
from importlib.resources import files
from pathlib import Path

import pytest

import routemap
from routemap import networks
from routemap.provenance import FRAME, assets, attributions, provenance, versions

CASE = Path(__file__).parent.parent / "data/dprk-russia-2023"
ASSETS = files("routemap").joinpath("assets")


@pytest.mark.parametrize("name", sorted(assets()))
def test_shipped_data_is_what_its_row_says(name: str) -> None:
    entry = assets()[name]
    data = ASSETS.joinpath(name).read_bytes()
    assert hashlib.sha256(data).hexdigest() == entry["sha256"]
    assert all(entry[field] for field in ("name", "version", "url", "licence", "attribution"))


def test_all_shipped_data_has_a_row() -> None:
    data = (".npz", ".sqlite", ".json")
    shipped = {one.name for one in ASSETS.iterdir() if one.name.endswith(data)}
    assert shipped - {"sources.json"} <= set(assets())


def test_each_notice_is_given_once() -> None:
    notices = attributions()
    assert len(notices) == len(set(notices))
    assert set(notices) == {entry["attribution"] for entry in assets().values()}


def test_the_provenance_of_the_worked_case() -> None:
    case = routemap.read_case(CASE)
    made = provenance(routemap.build(case, borders="de-facto"))
    digest = hashlib.sha256((CASE / "case.yaml").read_bytes()).hexdigest()
    assert made["inputs"] == {"case.yaml": digest}
    assert (made["read"], made["accepted"], made["rejected"]) == (42, 42, 0)
    assert (made["borders"], made["router"]) == ("de-facto", networks.router_name())
    assert (made["routemap"], made["python"]) == (routemap.__version__, platform.python_version())
    for name, entry in made["assets"].items():
        assert entry == {
            field: assets()[name][field]
            for field in ("version", "sha256", "licence", "attribution")
        }


def test_what_a_caller_changes_is_not_kept() -> None:
    assets().clear()
    versions()["assets"].clear()
    attributions().clear()
    assert assets()
    assert versions()["assets"]
    assert attributions()


def test_the_frame_sentence_is_the_one_that_was_promised() -> None:
    assert FRAME == (
        "Lines between reported places are routes that routemap computed, not observed tracks."
    )
