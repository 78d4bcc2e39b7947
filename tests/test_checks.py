"""The checks: each finds what it is for, is silent otherwise, and says it in plain words."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import routemap
from routemap.checks import SEVERITIES, Finding, check, lines

if TYPE_CHECKING:
    from routemap.model import RouteModel

CASE = Path(__file__).parent.parent / "data/dprk-russia-2023"
RAIL = 'origin: "Vladivostok, RU", destination: "Khabarovsk, RU", mode: rail'


@pytest.fixture
def found(tmp_path: Path) -> Any:
    """Return a function that gives the findings on a case, or those of one rule."""

    def find(text: str, rule: str | None = None) -> list[Finding]:
        file = tmp_path / "case.yaml"
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        case = routemap.read_case(file, partial=True)
        findings = check(routemap.build(case, partial=True))
        return [one for one in findings if rule in {None, one.rule}]

    return find


@pytest.fixture(scope="module")
def model() -> RouteModel:
    return routemap.build(routemap.read_case(CASE))


def test_the_worked_case_has_these_findings(model: RouteModel) -> None:
    rules = [(one.rule, one.severity, one.legs) for one in check(model)]
    assert [row for row in rules if row[0] != "snap"] == [
        ("questioned", "warning", ("storage-najin", "najin-dunay", "dunay-depot")),
        (
            *("denied", "warning"),
            ("storage-najin", "najin-dunay", "dunay-depot", "najin-vostochny", "tumangang-khasan"),
        ),
        ("usual-way", "note", ("dunay-depot",)),
        ("constraint-price", "note", ("dunay-depot",)),
        ("one-source", "note", ("storage-najin",)),
        ("one-source", "note", ("dunay-depot",)),
        ("one-source", "note", ("najin-vostochny",)),
        ("one-source", "note", ("tumangang-khasan",)),
        ("one-source", "note", ("sought-return",)),
    ]
    snaps = [one for one in check(model) if one.rule == "snap"]
    assert snaps
    assert all(one.numbers["snap_km"] < 3 and one.severity == "note" for one in snaps)


def test_the_worked_case_speaks_of_sources_and_words(model: RouteModel) -> None:
    messages = {(one.rule, one.legs): one.message for one in check(model)}
    assert messages["questioned", ("storage-najin", "najin-dunay", "dunay-depot")] == (
        "Kremlin questions nsc-total, nsc-sea, nsc-rail: No proof has been offered."
    )
    assert messages["one-source", ("dunay-depot",)] == (
        "Dunay to an ammunition depot near Tikhoretsk by rail: "
        "2 sources report it, but all go back to one."
    )
    price = messages["constraint-price", ("dunay-depot",)]
    assert 'staying in RU ("across Russia") makes the route 96' in price
    assert price.endswith(" km longer.")


def test_a_finding_is_the_json_of_the_contract(model: RouteModel) -> None:
    for one in check(model):
        document = json.loads(json.dumps(one.to_dict()))
        assert list(document) == [
            *("rule", "severity", "legs", "claims", "message", "numbers", "places", "suppressed")
        ]
        assert document["severity"] in SEVERITIES
        assert all(isinstance(value, float) for value in document["numbers"].values())
        assert document["message"].endswith((".", ")"))


def test_errors_come_first_and_the_order_is_the_same_each_time(found: Any) -> None:
    text = f"""
        sources: [{{id: s, title: S}}]
        legs: [{{id: leg, {RAIL}}}, {{id: lost, origin: Nowhere, destination: RU, mode: air}}]
        claims: [{{id: no, source: s, leg: leg, says: denies, summary: Not so.}}]
    """
    findings = found(text)
    severities = [SEVERITIES.index(one.severity) for one in findings]
    assert severities == sorted(severities)
    assert [one.rule for one in findings][:2] == ["left-out", "denied"]
    assert findings == found(text)


def test_what_a_partial_build_left_out_is_an_error(found: Any) -> None:
    text = """
        sources: [{id: s, title: S}]
        legs: [{id: lost, origin: Nowhere at all, destination: RU, mode: sea}]
        claims: [{id: bad, source: s, leg: lost, moved: 07/09/2023}]
    """
    findings = found(text, "left-out")
    assert [(one.severity, one.legs, one.claims) for one in findings] == [
        ("error", ("lost",), ()),
        ("error", (), ("bad",)),
    ]
    assert "Nowhere at all" in findings[0].message
    assert "07/09/2023" in findings[1].message
    assert found(f"legs: [{{id: leg, {RAIL}}}]", "left-out") == []


def test_constraints_that_conflict_are_an_error(found: Any) -> None:
    text = f"""
        sources: [{{id: s, title: S}}]
        legs: [{{id: leg, {RAIL}}}]
        claims: [{{id: said, source: s, leg: leg, only: CN, words: through China only}}]
    """
    (conflict,) = found(text, "constraints-conflict")
    assert (conflict.severity, conflict.legs, conflict.claims) == ("error", ("leg",), ("said",))
    assert 'staying in CN ("through China only")' in conflict.message
    assert found(text.replace("CN", "RU"), "constraints-conflict") == []


def test_words_that_a_schematic_line_does_not_show_are_a_warning(found: Any) -> None:
    text = """
        sources: [{id: s, title: S}]
        legs:
        - {id: flown, origin: "Vladivostok, RU", destination: "Khabarovsk, RU", mode: air}
        - {id: area, origin: KP, destination: "Khabarovsk, RU", mode: rail}
        claims: [{id: said, source: s, leg: [flown, area], avoid: CN, words: not over China}]
    """
    findings = found(text, "constraint-not-drawn")
    assert [(one.severity, one.legs, one.claims) for one in findings] == [
        ("warning", ("flown",), ("said",)),
        ("warning", ("area",), ("said",)),
    ]
    assert '"not over China"' in findings[0].message
    assert found(text.replace("avoid: CN, ", ""), "constraint-not-drawn") == []


def test_denials_name_the_source_and_what_it_denies(found: Any) -> None:
    text = f"""
        sources: [{{id: s, title: S}}, {{id: k, title: A statement, publisher: The ministry}}]
        legs: [{{id: leg, {RAIL}}}]
        claims:
        - {{id: said, source: s, leg: leg}}
        - {{id: no, source: k, against: said, says: denies, summary: No train left.}}
        - {{id: by-ends, source: s, {RAIL.replace("rail", "air")}, says: questions}}
        - {{id: gone, source: k, leg: leg, says: denies, retract: withdrawn}}
    """
    (denied,) = found(text, "denied")
    assert denied.message == "The ministry denies said: No train left."
    assert (denied.legs, denied.claims, denied.numbers) == (("leg",), ("no",), {"legs": 1.0})
    (questioned,) = found(text, "questioned")
    assert questioned.message == "S questions vladivostok-ru-khabarovsk-ru-air: by-ends"


def test_a_denial_of_a_stock_names_the_place(found: Any) -> None:
    text = """
        sources: [{id: s, title: S}]
        claims: [{id: no, source: s, at: "Dunay, RU", says: denies, summary: No stock.}]
    """
    (denied,) = found(text, "denied")
    assert denied.message == "S denies Dunay, RU: No stock."


@pytest.mark.parametrize(("origin", "warned"), [("Chur, CH", True), ("Verona, IT", False)])
def test_a_rail_route_far_longer_than_the_straight_line_is_a_warning(
    found: Any, origin: str, warned: bool
) -> None:
    findings = found(
        f"""\
        legs:
        - {{id: leg, origin: "{origin}", destination: "Bergamo, IT", mode: rail}}
        """,
        "detour",
    )
    assert [one.severity for one in findings] == ["warning"] * warned
    assert all("may be missing in the data" in one.message for one in findings)


@pytest.mark.parametrize(
    ("lon", "radius", "severity"), [("131.6", "1", "warning"), ("131.6", "60", "note")]
)
def test_a_long_snap_is_a_warning_unless_the_place_is_that_vague(
    found: Any, lon: str, radius: str, severity: str
) -> None:
    text = f"""
        places: [{{id: p, name: P, lon: "{lon}", lat: "43.3", uncertainty_km: "{radius}"}}]
        legs: [{{id: leg, origin: p, destination: "Khabarovsk, RU", mode: rail}}]
    """
    snap = next(
        one for one in found(text, "snap") if one.numbers["uncertainty_km"] == float(radius)
    )
    assert snap.severity == severity
    assert snap.numbers["snap_km"] > lines.LONG_SNAP_KM
    assert f"P lies {snap.numbers['snap_km']:g} km from the nearest track" in snap.message


def test_two_rows_of_one_place_are_a_warning(found: Any) -> None:
    text = """
        places:
        - {id: rajin, name: Rajin, country: KP, kind: port}
        - {id: najin, name: Najin, country: KP, kind: port}
        - {id: around, name: Around, near: "Najin, KP", within_km: "10"}
        legs:
        - {id: one, origin: rajin, destination: "Dunay, RU", mode: sea}
        - {id: two, origin: najin, destination: "Dunay, RU", mode: sea}
        - {id: three, origin: around, destination: "Dunay, RU", mode: sea}
    """
    (same,) = found(text, "same-place")
    assert (same.severity, same.legs, same.numbers) == ("warning", ("one", "two"), {"rows": 2.0})
    assert same.message.startswith("rajin and najin are one place")
    assert (
        found(text.replace("name: Rajin", "name: Dunay").replace("KP", "RU", 1), "same-place") == []
    )


def test_two_places_on_one_point_of_the_network_are_a_warning(found: Any) -> None:
    text = """
        places:
        - {id: here, name: Here, lon: "131.8820", lat: "43.1110"}
        - {id: there, name: There, lon: "131.8822", lat: "43.1111"}
        - {id: away, name: Away, lon: "132.02", lat: "43.35"}
        legs: [{id: leg, origin: here, destination: there, mode: rail}]
    """
    (same,) = found(text, "same-node")
    assert (same.severity, same.legs) == ("warning", ("leg",))
    assert same.numbers["geodesic_km"] < 0.1
    assert found(text.replace("destination: there", "destination: away"), "same-node") == []


@pytest.mark.parametrize(
    ("claims", "message", "numbers"),
    [
        ("", "no claim asserts this leg; it is inferred.", (0.0, 0.0)),
        ("{id: a, source: s, leg: leg}", "rests on one source.", (1.0, 1.0)),
        (
            "{id: a, source: s, leg: leg}, {id: b, source: w, leg: leg}",
            "2 sources report it, but all go back to one.",
            (1.0, 2.0),
        ),
        ("{id: a, source: s, leg: leg}, {id: b, source: t, leg: leg}", None, None),
    ],
)
def test_legs_of_one_source(
    found: Any, claims: str, message: str | None, numbers: tuple[float, float] | None
) -> None:
    findings = found(
        f"""
        sources: [{{id: s, title: S}}, {{id: t, title: T}}, {{id: w, title: W, derived_from: s}}]
        legs: [{{id: leg, {RAIL}}}]
        claims: [{claims}]
        """,
        "one-source",
    )
    if message is None:
        assert findings == []
        return
    assert findings[0].message == f"Vladivostok, RU to Khabarovsk, RU by rail: {message}"
    assert tuple(findings[0].numbers.values()) == numbers


def test_a_constraint_that_changes_nothing_says_so(found: Any) -> None:
    text = f"legs: [{{id: leg, {RAIL}, avoid: [KZ]}}]"
    (price,) = found(text, "constraint-price")
    assert price.message.endswith("keeping out of KZ changes nothing.")
    assert price.numbers == {"cost_km": 0.0, "alone_km": 0.0}
    assert found(text.replace(", avoid: [KZ]", ""), "constraint-price") == []


def test_a_passage_without_which_there_is_no_route_says_so(found: Any) -> None:
    text = """
        sources: [{id: s, title: S}]
        legs: [{id: leg, origin: "Baku, AZ", destination: "Istanbul, TR", mode: sea}]
        claims: [{id: said, source: s, leg: leg, via: volga-don, words: by canal}]
    """
    (price,) = found(text, "constraint-price")
    assert price.message.endswith(
        'passing volga-don ("by canal") is what makes a route possible: without it there is none.'
    )
    assert (price.severity, price.claims, price.numbers) == ("note", ("said",), {})


def test_two_rows_that_are_one_country_are_a_warning(found: Any) -> None:
    text = """
        places:
        - {id: one, name: North Korea}
        - {id: two, name: The North, pin: "iso3166:KP"}
        - {id: store, name: A store, within: KP}
        legs: [{id: leg, origin: two, destination: store, mode: unknown}]
    """
    (same,) = found(text, "same-place")
    assert (same.legs, same.numbers) == (("leg",), {"rows": 2.0})


def test_checks_never_raise_and_never_repair(found: Any, tmp_path: Path) -> None:
    assert found("case: empty") == []
    file = tmp_path / "broken.yaml"
    file.write_bytes("legs: [}".encode("utf-16"))
    case = routemap.read_case(file, partial=True)
    built = routemap.build(case, partial=True)
    before = repr(built)
    assert [one.rule for one in check(built)] == ["left-out"]
    assert repr(built) == before
