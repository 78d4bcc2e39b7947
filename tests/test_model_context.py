"""Places that a case makes clear: by the other ends of legs, their days, their carriers."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

import routemap
from routemap.webmap.payload import payload

HEAD = "case: one\nsources: [{id: s, title: S}]\n"


@pytest.fixture
def built(tmp_path: Path) -> Any:
    def build(rows: str) -> Any:
        file = tmp_path / "case.yaml"
        file.write_text(HEAD + textwrap.dedent(rows), encoding="utf-8")
        return routemap.build(routemap.read_case(file, partial=True), partial=True)

    return build


def test_a_name_of_several_places_is_the_one_that_its_leg_can_join(built: Any) -> None:
    model = built("""
        claims:
        - {id: a, source: s, origin: "Beirut, LB", destination: Tripoli, mode: road}
    """)
    assert not model.problems
    tripoli = model.sites["tripoli"]
    assert (tripoli.place.country, tripoli.chosen_by) == ("LB", "context")
    assert "km from Beirut, LB" in tripoli.place.reason
    lost = {one.country: one.reason for one in tripoli.losers}
    assert "km from Beirut" in lost["LY"] or "by road" in lost["LY"]


def test_the_days_of_a_leg_rule_out_what_is_too_far(built: Any) -> None:
    model = built("""
        claims:
        - {id: a, source: s, origin: "Valletta, MT", destination: Tripoli, mode: sea,
           moved: 2023-05-01}
    """)
    tripoli = model.sites["tripoli"]
    assert tripoli.place.country == "LY"
    lost = {one.country: one.reason for one in tripoli.losers}
    assert "within the leg's dates at most 1,333 km can be covered" in lost["LB"]


def test_without_days_a_long_leg_does_not_choose_the_nearer_of_two(built: Any) -> None:
    model = built("""
        claims:
        - {id: a, source: s, origin: "Odesa, UA", destination: Tripoli, mode: sea}
    """)
    (problem,) = model.problems
    assert (problem.kind, problem.field) == ("ambiguous", "destination")
    assert "Tripoli, LB" in problem.cure or "Tripoli, LB" in problem.reason


def test_two_open_ends_do_not_decide_each_other(built: Any) -> None:
    model = built("""
        claims:
        - {id: a, source: s, origin: Midland, destination: Odessa, mode: road}
    """)
    assert {one.kind for one in model.problems} == {"ambiguous"}


@pytest.mark.parametrize(("place", "carrier"), [("Angara", "Angara"), ("Sparta, TR", "SPARTA ")])
def test_the_name_of_the_carrier_is_no_place(built: Any, place: str, carrier: str) -> None:
    model = built(f"""
        legs: [{{id: leg, origin: "{place}", destination: "Dunay, RU", mode: sea}}]
        claims:
        - {{id: a, source: s, leg: leg, carrier: ["{carrier}"]}}
    """)
    (problem,) = model.problems
    assert (problem.kind, problem.table, problem.row) == ("ambiguous", "legs", "leg")
    assert "a vessel, not a place" in problem.reason
    assert "row of places" in problem.cure


def test_a_row_of_places_may_bear_the_name_of_a_carrier(built: Any) -> None:
    model = built("""
        places: [{id: sparta, name: Sparta, country: TR}]
        legs: [{id: leg, origin: Sparta, destination: "Ankara, TR", mode: road}]
        claims:
        - {id: a, source: s, leg: leg, carrier: [Sparta]}
    """)
    assert not model.problems


def test_the_order_of_claims_changes_no_place(built: Any) -> None:
    rows = [
        '- {id: a, source: s, origin: "Beirut, LB", destination: Tripoli, mode: road}',
        '- {id: b, source: s, origin: "Odesa, UA", destination: Tripoli, mode: sea}',
    ]
    there, back = (built("\nclaims:\n" + "\n".join(order)) for order in (rows, rows[::-1]))
    assert there.sites["tripoli"].place == back.sites["tripoli"].place


def test_the_worked_case_says_why_dunay_is_not_the_danube() -> None:
    data = Path(__file__).parent.parent / "data/dprk-russia-2023"
    model = routemap.build(routemap.read_case(data))
    (card,) = (one for one in payload(model)["places"] if one["id"] == "dunay")
    assert (card["country"], card["gazetteer_id"]) == ("RU", "routemap:dunay")
    assert "port for a leg by sea" in card["chosen_by"]
    (danube,) = (one for one in card["candidates"] if one["name"] == "Danube")
    assert danube["lost_because"] == "the case says that it is not meant: Danube"
