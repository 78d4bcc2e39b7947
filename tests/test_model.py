"""The model: how legs stand, where places lie, what is routed, and the graph that comes of it."""

from __future__ import annotations

import textwrap
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString

import routemap
from routemap import geography
from routemap.claims import Case, Claim, Leg, Route, Source
from routemap.errors import ArgumentError, BuildError
from routemap.model import RouteModel, Standing, from_gdfs, leg_record, stretch_records
from routemap.model.graph import to_gdfs
from routemap.model.index import index_case
from routemap.model.standing import standing

if TYPE_CHECKING:
    from routemap.errors import Problem
    from routemap.model import RoutedLeg

CASE = Path(__file__).parent.parent / "data/dprk-russia-2023"


@pytest.fixture(scope="module")
def model() -> RouteModel:
    return routemap.build(routemap.read_case(CASE))


@pytest.fixture
def built(tmp_path: Path) -> Any:
    """Return a function that builds a case from YAML, and keeps what it leaves out."""

    def build(text: str, *, partial: bool = True) -> RouteModel:
        file = tmp_path / "case.yaml"
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        return routemap.build(routemap.read_case(file, partial=True), partial=partial)

    return build


def legs_of(model: RouteModel) -> dict[str, RoutedLeg]:
    return {leg.id: leg for leg in model.routed}


def kinds(problems: tuple[Problem, ...]) -> list[tuple[str, int | None, str | None]]:
    return [(problem.kind, problem.line, problem.field) for problem in problems]


# How a leg stands

SOURCES = (
    Source(id="b", title="B", reliability="B"),
    Source(id="c", title="C", reliability="C"),
    Source(id="wire", title="Wire", reliability="A", derived_from=("c",)),
    Source(id="bare", title="Bare"),
)
LEG = Leg(id="leg", origin="A", destination="B", mode="sea")


def claim(key: str, source: str = "b", **fields: Any) -> Claim:
    about = {"leg", "route", "at", "against", "origin"} & set(fields)
    return Claim.model_validate(
        {"id": key, "source": source, **({} if about else {"leg": "leg"}), **fields}
    )


def stands(*claims: Claim) -> Standing:
    way = Route(id="way", title="Way", legs=("leg",))
    case = Case("case", sources=SOURCES, legs=(LEG,), routes=(way,), claims=claims)
    return standing("leg", index_case(case, {"leg": "sea"}, {}))


@pytest.mark.parametrize(
    ("events", "bases", "state"),
    [
        (["happened"], ["reported"], "reported"),
        (["happened", "happened"], ["reported", "observed"], "observed"),
        (["happened"], ["inferred"], "inferred"),
        (["planned", "happened"], ["observed", "reported"], "observed"),
        (["speculative", "planned"], ["reported", "reported"], "planned"),
        (["speculative", "planned", "not-completed"], ["reported"] * 3, "not-completed"),
        (["speculative"], ["observed"], "speculative"),
    ],
)
def test_the_state_is_derived_from_events_and_bases(
    events: list[str], bases: list[str], state: str
) -> None:
    claims = [
        claim(f"c{number}", event=event, basis=basis)
        for number, (event, basis) in enumerate(zip(events, bases, strict=True))
    ]
    for order in permutations(claims):
        assert stands(*order).state == state


def test_a_leg_that_nobody_asserts_is_inferred() -> None:
    stand = stands(claim("no", says="denies"))
    assert (stand.basis, stand.state, stand.grade, stand.sources) == (
        "inferred",
        "inferred",
        None,
        0,
    )
    assert (stand.when, stand.claims, stand.contested) == (None, (), "direct")


def test_the_grade_is_the_best_by_letter_and_then_by_number() -> None:
    claims = [
        claim("b4", credibility="4"),
        claim("b3", credibility="3"),
        claim("c1", "c", credibility="1"),
        claim("ungraded", "bare"),
    ]
    assert stands(*claims).grade == "B3"
    assert stands(claims[0], claims[2]).grade == "B4"
    assert stands(claims[3]).grade is None
    assert stands(claim("half", "bare", credibility="1")).grade == "F1"
    assert stands(claim("other-half")).grade == "B6"


def test_a_wire_copy_is_no_second_witness() -> None:
    assert stands(claim("one", "c"), claim("two", "wire")).sources == 1
    assert stands(claim("one", "b"), claim("two", "wire")).sources == 2


@pytest.mark.parametrize(
    ("against", "contested"),
    [
        ([], None),
        (["way"], "by-route"),
        (["said"], "by-claim"),
        (["leg"], "direct"),
        (["way", "said"], "by-claim"),
        (["way", "said", "leg"], "direct"),
    ],
)
@pytest.mark.parametrize("says", ["denies", "questions"])
def test_the_nearest_contest_is_named_and_every_doubt_listed(
    against: list[str], contested: str | None, says: str
) -> None:
    doubts = [claim(f"no-{target}", says=says, against=target) for target in against]
    stand = stands(claim("said"), *doubts)
    assert stand.contested == contested
    assert [one.id for one in stand.against] == [one.id for one in doubts]
    assert stand.state == "reported"


def test_a_doubt_of_a_doubt_does_not_contest_the_leg() -> None:
    stand = stands(
        claim("said"), claim("other", leg=["else"]), claim("no", says="denies", against="other")
    )
    assert (stand.contested, stand.against) == (None, ())


def test_a_denial_may_name_the_leg_or_the_route_that_it_denies() -> None:
    assert stands(claim("said"), claim("no", says="denies")).contested == "direct"
    assert stands(claim("said"), claim("no", says="denies", route="way")).contested == "by-route"


def test_a_retracted_claim_counts_for_nothing() -> None:
    kept = claim("kept", "c", credibility="3", moved="2023-09")
    gone = claim("gone", credibility="1", basis="observed", moved="2022", retract="a mistake")
    denial = claim("no", says="denies", retract="withdrawn")
    stand = stands(kept, gone, denial)
    assert (stand.claims, stand.grade, stand.basis) == ((kept,), "C3", "reported")
    assert (str(stand.when), stand.contested) == ("2023-09", None)


def test_a_leg_rests_on_the_claims_that_name_it_and_on_those_on_its_routes() -> None:
    on_route = claim("on-route", route="way", credibility="1", moved="../2024")
    assert stands(on_route).claims == (on_route,)
    assert str(stands(on_route).when) == "../2024"
    named = claim("named", "c", credibility="3", moved="2023-09")
    both = stands(on_route, named)
    assert both.claims == (on_route, named)
    assert both.grade == stands(on_route).grade
    assert both.sources > stands(on_route).sources
    assert str(both.when) == "2023-09"


def test_dates_are_a_hull_that_keeps_what_was_written() -> None:
    stand = stands(
        claim("one", moved="2023-09-07/2023-10-01"),
        claim("two", moved="2023-08-15~/2023-10-05~"),
        claim("undated"),
    )
    assert str(stand.when) == "2023-08-15~/2023-10-05~"
    assert str(
        stands(claim("open", moved="../2023-10-13~"), claim("day", moved="2023-09")).when
    ) == ("../2023-10-13~")


# The worked case


def test_the_worked_case_stands_as_it_is_reported(model: RouteModel) -> None:
    fields = ("mode", "state", "basis", "contested", "grade", "sources", "edtf")
    rows = {leg.id: tuple(leg_record(leg)[field] for field in fields) for leg in model.routed}
    imaged = "2023-09-07/2023-10-01"
    assert rows == {
        "storage-najin": ("unknown", "reported", "reported", "by-claim", "B3", 1, imaged),
        "najin-dunay": ("sea", "observed", "observed", "by-claim", "B2", 3, "2023-08/2024-03"),
        "dunay-depot": ("rail", "reported", "reported", "by-claim", "B3", 1, imaged),
        "najin-vostochny": ("sea", "reported", "reported", "by-route", "B2", 1, "2023-08/2024-03"),
        "tumangang-khasan": (
            *("rail", "speculative", "reported", "by-route", "B4", 1),
            "2023-09-18~/2023-10-05",
        ),
        "sought-return": ("unknown", "planned", "reported", None, "C4", 1, None),
    }


def test_the_worked_case_has_the_published_lengths(model: RouteModel) -> None:
    legs = {leg.id: leg_record(leg) for leg in model.routed}
    assert 190 < legs["najin-dunay"]["length_km"] < 205
    assert legs["najin-dunay"]["countries"]["-"] > 190
    assert 181 < legs["najin-dunay"]["geodesic_km"] < 183
    rail = legs["dunay-depot"]
    assert 9000 < rail["length_km"] < 9950
    assert rail["countries"] == {"RU": rail["length_km"]}
    assert 6890 < rail["geodesic_km"] < 6930


def test_the_words_across_russia_have_their_price(model: RouteModel) -> None:
    (constraint,) = leg_record(legs_of(model)["dunay-depot"])["constraints"]
    price = constraint.pop("cost_km")
    assert price == pytest.approx(969, abs=5)
    assert constraint == {
        "kind": "only",
        "value": "RU",
        "by": ["ep-across"],
        "words": ["across Russia"],
        "applied": True,
        "alone_km": price,
    }


def test_every_quantity_and_carrier_is_kept_as_written(model: RouteModel) -> None:
    record = leg_record(legs_of(model)["najin-dunay"])
    voyages = ["at least 4 voyages", "5 voyages", "32 voyages"]
    assert record["quantities"] == ["more than 1000 containers", *voyages]
    assert record["carriers"] == ["Angara", "Maria", "Maia-1", "Lady R"]


def test_lines_begin_and_end_at_the_places_and_stretches_fill_them(model: RouteModel) -> None:
    for leg in model.routed:
        if leg.path is None:
            continue
        assert leg.origin is not None
        assert leg.destination is not None
        line = leg.path.coordinates
        assert tuple(line[0]) == pytest.approx(leg.origin.point)
        assert tuple(line[-1]) == pytest.approx(leg.destination.point)
        assert [part.start for part in leg.stretches] == [0, *(p.stop for p in leg.stretches[:-1])]
        assert leg.stretches[-1].stop == len(line) - 1
        lengths = [record["length_km"] for record in stretch_records(leg)]
        assert sum(lengths) == pytest.approx(leg_record(leg)["length_km"], abs=0.001 * len(lengths))


def test_schematic_km_are_the_stretches_that_say_so(model: RouteModel) -> None:
    for leg in model.routed:
        if leg.path is not None:
            told = [
                record["length_km"]
                for record in stretch_records(leg)
                if record["kind"] in {"schematic", "patched", "great-circle"}
            ]
            assert leg_record(leg)["schematic_km"] == pytest.approx(sum(told), abs=0.01)


def test_stretches_are_called_what_routing_calls_them(model: RouteModel) -> None:
    for leg in model.routed:
        records = stretch_records(leg)
        assert [one["kind"] for one in records] == [part.kind for part in leg.stretches]
        offsets = [one["max_offset_km"] for one in records if one["kind"] == "track"]
        assert all(offset <= 2 for offset in offsets)


def test_an_area_is_linked_and_not_routed(model: RouteModel) -> None:
    leg = legs_of(model)["storage-najin"]
    record = leg_record(leg)
    assert (record["length_km"], record["geodesic_km"], record["at_least_km"]) == (None, None, 0.0)
    (stretch,) = stretch_records(leg)
    assert (stretch["kind"], stretch["basis"], stretch["length_km"]) == (
        "schematic",
        "inferred",
        None,
    )


def test_the_link_of_ends_that_touch_is_a_short_arrow_over_the_edge(model: RouteModel) -> None:
    legs = legs_of(model)
    for name, longest in (("storage-najin", 150_000), ("sought-return", 310_000)):
        line = legs[name].link
        metres = geography.geodesic_m(*line[0], *line[-1])
        assert 50_000 < metres < longest
        assert legs[name].at_least_m == 0
    assert geography.country_at(*legs["sought-return"].link[0]) == "RU"
    assert geography.country_at(*legs["sought-return"].link[-1]) == "KP"


def test_the_place_in_north_korea_is_an_area(model: RouteModel) -> None:
    site = model.sites["storage"]
    assert site.area is not None
    assert site.area.equals(geography.area("KP", "recognised"))
    assert (model.sites["depot"].chosen_by, model.sites["depot"].place.uncertainty_km) == (
        "near",
        25,
    )


def test_the_model_says_what_it_holds(model: RouteModel) -> None:
    assert repr(model) == "<RouteModel dprk-russia-2023: 6 legs, 9 places, 13 claims>"


# Legs that claims make

SHARED = """
    sources: [{id: s, title: S}]
    claims:
    - {id: a, source: s, origin: "Rajin, KP", destination: "Dunay, RU", mode: sea}
    - {id: b, source: s, origin: "Najin, KP", destination: "Dunay, RU", mode: sea, carrier: Maria}
    - {id: c, source: s, origin: "라진, KP", destination: "Dunay, RU", mode: sea, moved: 2023-09~}
    - {id: d, source: s, origin: "Rajin, KP", destination: "Dunay, RU", mode: air}
    - {id: e, source: s, origin: "Dunay, RU", destination: "Rajin, KP", mode: sea}
"""


def test_claims_of_the_same_resolved_ends_and_mode_share_a_leg(built: Any) -> None:
    model = built(SHARED, partial=False)
    assert [leg.id for leg in model.routed] == [
        *("rajin-kp-dunay-ru-sea", "rajin-kp-dunay-ru-air", "dunay-ru-rajin-kp-sea"),
    ]
    first = model.routed[0]
    assert [claim.id for claim in first.standing.claims] == ["a", "b", "c"]
    assert (str(first.standing.when), list(model.sites)) == ("2023-09~", ["rajin-kp", "dunay-ru"])
    assert first.path.length_m == pytest.approx(197_300, abs=7_500)


def test_two_pairs_of_coordinates_are_two_places(built: Any) -> None:
    model = built(
        """
        sources: [{id: s, title: S}]
        claims: [{id: a, source: s, origin: "129.1,35.1", destination: "-122.5,37.8", mode: air}]
        """
    )
    (leg,) = model.routed
    assert (leg.origin.point, leg.destination.point) == ((129.1, 35.1), (-122.5, 37.8))


def test_a_denial_by_ends_contests_the_leg_of_those_ends(built: Any) -> None:
    ends = 'origin: "Rajin, KP", destination: "Dunay, RU", mode: sea'
    model = built(
        f"""
        sources: [{{id: s, title: S}}]
        claims:
        - {{id: a, source: s, {ends}}}
        - {{id: b, source: s, {ends}, says: denies}}
        - {{id: c, source: s, says: questions, against: b}}
        """
    )
    (leg,) = model.routed
    assert leg.standing.contested == "direct"
    assert [[one.id for one in found] for found in (leg.standing.claims, leg.standing.against)] == [
        ["a"],
        ["b"],
    ]


def test_a_leg_of_claims_takes_no_id_that_is_taken(built: Any) -> None:
    model = built(
        """
        sources: [{id: s, title: S}]
        legs: [{id: rajin-kp-dunay-ru-sea, origin: KP, destination: RU, mode: air}]
        claims: [{id: a, source: s, origin: "Rajin, KP", destination: "Dunay, RU", mode: sea}]
        """
    )
    assert list(legs_of(model)) == ["rajin-kp-dunay-ru-sea", "rajin-kp-dunay-ru-sea-2"]


def test_a_retracted_claim_makes_no_leg_and_needs_no_place(built: Any) -> None:
    model = built(
        """
        sources: [{id: s, title: S}]
        claims:
        - {id: a, source: s, origin: Nowhere at all, destination: Dunay, mode: sea, retract: wrong}
        """,
        partial=False,
    )
    assert (model.routed, dict(model.sites), len(model.claims)) == ((), {}, 1)


# Constraints

WAY = 'origin: "Vladivostok, RU", destination: "Moscow, RU", mode: rail'


def test_constraints_come_from_leg_routes_and_claims_with_their_words(built: Any) -> None:
    model = built(
        f"""
        sources: [{{id: s, title: S}}]
        legs: [{{id: leg, {WAY}, avoid: CN}}]
        routes: [{{id: way, title: W, legs: leg, avoid: China}}]
        claims:
        - {{id: across, source: s, leg: leg, only: RU, words: across Russia}}
        - {{id: through, source: s, route: way, via: "Omsk, RU", words: by way of Omsk}}
        - {{id: gone, source: s, leg: leg, avoid: RU, retract: wrong}}
        - {{id: no, source: s, leg: leg, avoid: RU, says: denies}}
        """,
        partial=False,
    )
    (leg,) = model.routed
    said = [
        (one.constraint.kind, one.constraint.value, one.by, one.words) for one in leg.constraints
    ]
    assert said == [
        ("avoid", "CN", ("leg", "way"), ()),
        ("only", "RU", ("across",), ("across Russia",)),
        ("via", "Omsk, RU", ("through",), ("by way of Omsk",)),
    ]
    prices = [one.price for one in leg.constraints]
    assert all(price is not None and price.cost_m is not None for price in prices)
    assert prices[0].cost_m == 0.0, "staying in Russia makes the ban on China redundant"
    assert leg.path.countries.keys() == {"RU"}
    omsk = model.sites["omsk-ru"].point
    line = leg.path.coordinates
    assert geography.geodesic_m(*line.T, *np.tile(omsk, (len(line), 1)).T).min() < 10_000


def test_constraints_that_cannot_all_hold_are_a_finding(built: Any) -> None:
    model = built(
        f"""
        sources: [{{id: s, title: S}}]
        legs: [{{id: leg, {WAY}, avoid: CN}}]
        claims: [{{id: not-there, source: s, leg: leg, avoid: RU, words: not by Russia}}]
        """,
        partial=False,
    )
    (leg,) = model.routed
    assert leg.overruled
    assert {"CN", "RU"} == {one.constraint.value for one in leg.constraints}
    assert "CN" not in leg.path.countries
    (finding,) = [one for one in routemap.check(model) if one.rule == "constraints-conflict"]
    assert (finding.severity, finding.legs, finding.claims) == ("error", ("leg",), ("not-there",))
    assert '"not by Russia"' in finding.message


def test_own_constraints_without_a_route_say_what_would_have_to_give(built: Any) -> None:
    text = f"legs: [{{id: leg, {WAY}, only: RU, avoid: RU}}]"
    with pytest.raises(BuildError, match="There is a route without avoid RU") as caught:
        built(text, partial=False)
    assert kinds(caught.value.carried) == [("no-route", 1, None)]
    (leg,) = built(text).routed
    assert (leg.path, leg.coordinates, leg_record(leg)["length_km"]) == (None, None, None)


def test_a_ban_on_a_passage_of_the_sea_does_not_stop_a_train(built: Any) -> None:
    model = built(
        f"""
        legs:
        - {{id: rail, {WAY}}}
        - {{id: ship, origin: "Odesa, UA", destination: "Mumbai, IN", mode: sea}}
        routes: [{{id: way, title: W, legs: [ship, rail], avoid: suez}}]
        """,
        partial=False,
    )
    legs = legs_of(model)
    assert legs["rail"].constraints == ()
    assert [one.constraint.kind for one in legs["ship"].constraints] == ["passage"]
    assert legs["ship"].constraints[0].price.cost_m > 5_000_000


@pytest.mark.parametrize(
    ("constraint", "kind", "field", "cure"),
    [
        ("only: Rusia", "rejected", "only", "Give an ISO 3166 code"),
        ("avoid: suezz", "rejected", "avoid", "Give an ISO 3166 code"),
        ("via: China", "rejected", "via", "Name a town, station or port"),
        ("via: Nowhere at all", "not-found", "via", "Check the spelling"),
        ("via: Springfield", "ambiguous", "via", "copy one `pin`"),
    ],
)
def test_a_constraint_that_cannot_be_read_keeps_the_leg_from_being_drawn(
    built: Any, constraint: str, kind: str, field: str, cure: str
) -> None:
    model = built(f"legs: [{{id: leg, {WAY}, {constraint}}}]")
    (problem,) = model.problems
    assert (problem.kind, problem.field, problem.row) == (kind, field, "leg")
    assert cure in str(problem)
    assert model.routed[0].coordinates is None


def test_a_claim_with_a_bad_constraint_on_two_legs_is_reported_once(built: Any) -> None:
    model = built(
        f"""
        sources: [{{id: s, title: S}}]
        legs: [{{id: one, {WAY}}}, {{id: two, {WAY}}}]
        claims: [{{id: said, source: s, leg: [one, two], avoid: Atlantis}}]
        """
    )
    (problem,) = model.problems
    assert (problem.table, problem.row, problem.line, problem.value) == (
        "claims",
        "said",
        4,
        "Atlantis",
    )


def test_a_passage_in_via_concerns_the_leg_by_sea_only(built: Any) -> None:
    model = built(
        f"""
        legs:
        - {{id: rail, {WAY}}}
        - {{id: ship, origin: "Odesa, UA", destination: "Mumbai, IN", mode: sea}}
        - {{id: town, origin: "Suez, EG", destination: "Cairo, EG", mode: unknown, via: suez}}
        routes: [{{id: way, title: W, legs: [ship, rail], via: suez}}]
        """,
        partial=False,
    )
    legs = legs_of(model)
    assert (legs["rail"].constraints, legs["rail"].path is None) == ((), False)
    (passed,) = legs["ship"].constraints
    assert (passed.constraint.value, passed.constraint.point) == ("suez", None)
    assert "suez" in legs["ship"].path.passages


@pytest.mark.parametrize(
    ("row", "table", "key"),
    [
        ("routes: [{id: way, title: W, legs: [one, two], via: 'Omsk, RU'}]", "routes", "way"),
        ("claims: [{id: said, source: s, leg: [one, two], via: 'Omsk, RU'}]", "claims", "said"),
    ],
)
def test_a_via_of_several_legs_is_a_problem_of_its_row(
    built: Any, row: str, table: str, key: str
) -> None:
    text = f"""
        sources: [{{id: s, title: S}}]
        legs:
        - {{id: one, {WAY}}}
        - {{id: two, origin: "Moscow, RU", destination: "Murmansk, RU", mode: rail}}
        {row}
        """
    (problem,) = built(text).problems
    assert (problem.table, problem.row, problem.field, problem.value) == (
        *(table, key, "via"),
        "Omsk, RU",
    )
    assert "said of 2 legs" in problem.reason
    assert "Write via on the leg that passes it." in problem.reason
    (constraint,) = legs_of(built(text.replace("[one, two]", "one")))["one"].constraints
    assert constraint.by == (key,)


def test_two_names_of_one_place_are_one_via(built: Any) -> None:
    model = built(
        """
        sources: [{id: s, title: S}]
        legs:
        - {id: leg, origin: "Vladivostok, RU", destination: "Khabarovsk, RU", mode: rail}
        claims:
        - {id: a, source: s, leg: leg, via: "Ussuriysk, RU", words: by Ussuriysk}
        - {id: b, source: s, leg: leg, via: ["Уссурийск, RU", "Ussuriysk, RU"], words: через}
        """,
        partial=False,
    )
    (leg,) = model.routed
    (said,) = leg.constraints
    assert (said.constraint.value, said.by, said.words) == (
        "Ussuriysk, RU",
        ("a", "b"),
        ("by Ussuriysk", "через"),
    )
    assert said.price.cost_m < 10_000


def test_a_leg_that_is_not_drawn_for_a_lost_via_has_its_problem(built: Any) -> None:
    for via in ("Nowhere at all", "routemap:angara-river", "KP", "suezz"):
        model = built(f"legs: [{{id: leg, {WAY}, via: '{via}'}}]")
        assert model.routed[0].coordinates is None
        assert [problem.row for problem in model.problems] == ["leg"]


# Places


@pytest.mark.parametrize(
    "row",
    [
        "name: North Korea",
        "name: North Korea, uncertainty_km: '5'",
        "name: The North, pin: 'iso3166:KP'",
        "name: The North, within: North Korea, kind: country",
    ],
)
def test_a_row_that_is_a_country_is_its_area(built: Any, row: str) -> None:
    leg = "legs: [{id: leg, origin: p, destination: 'Dunay, RU', mode: rail}]"
    model = built(f"{leg}\nplaces: [{{id: p, {row}}}]", partial=False)
    site = model.sites["p"]
    assert (site.chosen_by, site.kind, site.routable, site.whole) == (
        "area",
        "country",
        False,
        True,
    )
    assert site.area.equals(geography.area("KP", "recognised"))
    assert (model.routed[0].path, model.routed[0].at_least_m > 0) == (None, True)


def test_an_area_without_an_outline_is_no_end_of_a_line(built: Any) -> None:
    model = built(
        """
        places: [{id: river, name: The Angara, pin: "routemap:angara-river"}]
        legs: [{id: leg, origin: "routemap:angara-river", destination: river, mode: rail}]
        """
    )
    assert [(one.row, one.field, one.value) for one in model.problems] == [
        ("river", "pin", "routemap:angara-river"),
        ("leg", "origin", "routemap:angara-river"),
    ]
    for problem in model.problems:
        assert "Angara is a river, an area without an outline: no line can end on it." in str(
            problem
        )
        assert "Name a port, station or town on it" in problem.cure
    assert (dict(model.sites), model.routed[0].coordinates) == ({}, None)


@pytest.mark.parametrize("anchor", ["North Korea", "KP", "routemap:angara-river"])
def test_a_distance_is_measured_from_a_point(built: Any, anchor: str) -> None:
    (problem,) = built(f"places: [{{id: p, name: P, near: '{anchor}', within_km: '25'}}]").problems
    assert (problem.table, problem.row, problem.field, problem.value) == (
        *("places", "p", "near"),
        anchor,
    )
    assert "a distance is measured from a point" in problem.reason


def test_a_country_is_not_a_row_that_lies_within_it(built: Any) -> None:
    text = """
        places: [{id: store, name: A storage point in North Korea, within: KP}]
        sources: [{id: s, title: S}]
        claims:
        - {id: a, source: s, origin: North Korea, destination: "Dunay, RU", mode: sea}
        - {id: b, source: s, origin: store, destination: "Dunay, RU", mode: sea}
        """
    model = built(text, partial=False)
    assert [leg.origin.id for leg in model.routed] == ["north-korea", "store"]
    assert (model.sites["store"].kind, model.sites["north-korea"].kind) == ("region", "country")
    named = built(text.replace("A storage point in North Korea", "North Korea"), partial=False)
    assert [leg.origin.id for leg in named.routed] == ["store"]


def test_a_stated_country_that_is_none_is_refused(built: Any) -> None:
    row = 'places: [{id: p, name: P, country: Narnia, lon: "45.85", lat: "52.1"}]'
    (problem,) = built(row).problems
    assert (problem.row, problem.field, problem.value) == ("p", "country", "Narnia")
    assert problem.cure.startswith("Give an ISO 3166 code")
    assert built(row.replace("Narnia", "Russia")).sites["p"].place.country == "RU"


def test_claims_about_a_place_are_tied_to_its_site(built: Any) -> None:
    model = built(
        """
        sources: [{id: s, title: S}]
        places: [{id: port, name: Najin, country: KP, kind: port}]
        claims:
        - {id: by-id, source: s, at: port}
        - {id: by-name, source: s, at: "Rajin, KP"}
        - {id: own, source: s, at: "Dunay, RU"}
        - {id: lost, source: s, at: Nowhere at all}
        - {id: gone, source: s, at: port, retract: wrong}
        """
    )
    assert model.at == {"by-id": "port", "by-name": "port", "own": "dunay-ru"}


def test_what_is_not_known_to_100_km_is_not_routed(built: Any) -> None:
    model = built(
        """
        places:
        - {id: far, name: Far, lon: "135.07", lat: "48.48", uncertainty_km: "101"}
        - {id: near, name: Near, lon: "135.07", lat: "48.48", uncertainty_km: "100"}
        legs:
        - {id: no, origin: far, destination: "Vladivostok, RU", mode: rail}
        - {id: yes, origin: near, destination: "Vladivostok, RU", mode: rail}
        """,
        partial=False,
    )
    legs = legs_of(model)
    assert legs["yes"].path is not None
    unrouted = legs["no"]
    assert unrouted.path is None
    metres = geography.geodesic_m(135.07, 48.48, *unrouted.destination.point)
    slack = 101_000 + unrouted.destination.place.uncertainty_km * 1000
    assert unrouted.at_least_m == pytest.approx(metres - slack)
    record = leg_record(unrouted)
    assert (record["length_km"], record["at_least_km"]) == (None, round((metres - slack) / 1000, 3))


def test_two_areas_are_linked_between_their_outlines(built: Any) -> None:
    model = built("legs: [{id: leg, origin: KP, destination: Vietnam, mode: sea}]", partial=False)
    (leg,) = model.routed
    start, stop = leg.coordinates[0], leg.coordinates[-1]
    for code, point in (("KP", start), ("VN", stop)):
        assert geography.distance_to_area_m(tuple(point), geography.area(code, "recognised"))[0] < 1
    assert leg.at_least_m == pytest.approx(geography.geodesic_m(*start, *stop), rel=0.01)
    assert 1_500_000 < leg.at_least_m < 3_000_000


def test_swapped_degrees_are_reported_with_the_right_order(built: Any) -> None:
    row = 'places: [{id: p, name: P, country: RU, lon: "45.85", lat: "40.12"}]'
    (problem,) = built(row).problems
    assert (problem.kind, problem.table, problem.row, problem.line) == (
        "rejected",
        "places",
        "p",
        1,
    )
    assert problem.field == "lon, lat"
    assert "lon and lat are swapped" in problem.reason
    assert problem.cure == "Write lon: 40.12 and lat: 45.85."
    assert built(row.replace("45.85", "40.12", 1).replace('lat: "40.12"', 'lat: "45.85"')).sites[
        "p"
    ]


def test_all_that_stands_in_the_way_is_listed_at_once_and_by_line(built: Any) -> None:
    text = """
        sources: [{id: s, title: S, published: 2023-02-30}]
        places: [{id: p, name: Nowhere at all}]
        legs:
        - {id: a, origin: Dunay, destination: "Vladivostok, RU", mode: rail}
        - {id: b, origin: p, destination: Springfield, mode: rail}
        - {id: c, origin: "135,40", destination: "Vladivostok, RU", mode: rail}
        - {id: d, origin: "Moscow, RU", destination: "Vladivostok, RU", mode: rail, avoid: Atlantis}
        """
    model = built(text)
    assert kinds(model.problems) == [
        ("rejected", 2, "published"),
        ("not-found", 3, "name"),
        ("ambiguous", 6, "destination"),
        ("no-route", 7, None),
        ("rejected", 8, "avoid"),
    ]
    with pytest.raises(BuildError) as caught:
        built(text, partial=False)
    assert caught.value.carried == model.problems
    assert str(caught.value).count("\n") == len(model.problems)


def test_an_ambiguous_place_lists_candidates_with_pins_that_work(built: Any) -> None:
    leg = "legs: [{id: leg, origin: Springfield, destination: 'Chicago, US', mode: rail}]"
    (problem,) = built(leg).problems
    assert problem.kind == "ambiguous"
    assert "Springfield, US (town, -89.644,39.802; pin: geonames:4250542)" in problem.reason
    model = built(leg.replace("Springfield", "geonames:4250542"), partial=False)
    assert model.routed[0].origin.point == pytest.approx((-89.644, 39.802), abs=0.01)


@pytest.mark.parametrize(
    ("place", "kind", "reason", "cure"),
    [
        ("42.9,132.3", "rejected", "swapped? Longitude comes first: 132.3,42.9.", "Correct the"),
        ("999,999", "rejected", "is not on earth", "Correct the place"),
        ("geonames:999999999", "not-found", "not in this version's gazetteer", "Check the"),
        ("Vladivostokk, RU", "not-found", "spelt alike", "Did you mean Vladivostok, RU"),
    ],
)
def test_a_place_that_is_not_one_gets_its_own_cure(
    built: Any, place: str, kind: str, reason: str, cure: str
) -> None:
    leg = f"legs: [{{id: leg, origin: '{place}', destination: 'Moscow, RU', mode: rail}}]"
    (problem,) = built(leg).problems
    assert (problem.kind, problem.field, problem.value) == (kind, "origin", place)
    assert reason in problem.reason
    assert problem.cure.startswith(cure)


def test_a_pin_that_is_not_listed_says_where_ids_are_found(built: Any) -> None:
    (problem,) = built("places: [{id: p, name: P, pin: 'geonames:999999999'}]").problems
    assert (problem.kind, problem.field) == ("not-found", "pin")
    assert problem.cure == "`routemap locate NAME` lists the ids of places."


def test_the_days_of_a_leg_decide_which_borders_are_closed(built: Any) -> None:
    text = """
        sources: [{id: s, title: S}]
        legs: [{id: leg, origin: "Rajin, KP", destination: "Khasan, RU", mode: rail}]
        claims: [{id: c, source: s, leg: leg, moved: "DAYS", summary: Seen.}]
    """
    open_again = built(text.replace("DAYS", "2023-09-01/2023-09-15")).routed[0]
    assert 50e3 < open_again.path.length_m < 58e3
    assert open_again.constraints == ()
    (problem,) = built(text.replace("DAYS", "2021-05-01")).problems
    assert problem.kind == "no-route"
    assert "closure khasan-tumangang-2020" in problem.cure
    round_it = built(text.replace("DAYS", "2022-10-01/2022-10-31")).routed[0]
    (closure,) = round_it.constraints
    assert (closure.constraint.kind, closure.by) == ("closure", ())
    assert closure.words == ("Khasan-Tumangang, COVID-19",)
    assert closure.price.cost_m > 100_000
    for days in ("2020-01/2022-10", "2022-10/..", "2022"):
        assert built(text.replace("DAYS", days)).routed[0].constraints == ()


def test_a_name_of_two_rows_means_neither(built: Any) -> None:
    model = built(
        """
        places:
        - {id: one, name: Port, lon: "132.3", lat: "42.9"}
        - {id: two, name: Other, names: Port, lon: "131.9", lat: "43.1"}
        legs: [{id: leg, origin: Port, destination: two, mode: sea}]
        """
    )
    (problem,) = model.problems
    assert (problem.kind, problem.field) == ("ambiguous", "origin")
    assert "one, two" in problem.reason


def test_a_text_that_means_a_row_of_places_is_that_row(built: Any) -> None:
    model = built(
        """
        places:
        - {id: dunay, name: Dunay, country: RU, kind: port}
        - {id: pinned, name: The port, pin: "routemap:najin"}
        - {id: kp, name: The North, within: KP, kind: country}
        legs:
        - {id: a, origin: "Najin, KP", destination: "Dunay, RU", mode: sea}
        - {id: b, origin: North Korea, destination: Dunay, mode: unknown}
        """,
        partial=False,
    )
    assert [(leg.origin.id, leg.destination.id) for leg in model.routed] == [
        ("pinned", "dunay"),
        ("kp", "dunay"),
    ]
    assert list(model.sites) == ["dunay", "pinned", "kp"]


def test_ids_of_places_without_a_row_are_ascii_and_distinct(built: Any) -> None:
    model = built('legs: [{id: leg, origin: "라진, KP", destination: "130.3,42.2", mode: air}]')
    assert list(model.sites) == ["lajin-kp", "130-3-42-2"]


def test_a_view_of_borders_is_checked_and_kept() -> None:
    case = routemap.read_case(CASE)
    with pytest.raises(ArgumentError, match="recognised, de-facto"):
        routemap.build(case, borders="mine")
    assert routemap.build(case, borders="de-facto").view == "de-facto"


# The graph


def test_the_graph_has_the_columns_of_the_contract(model: RouteModel) -> None:
    graph = model.graph
    assert isinstance(graph, nx.MultiDiGraph)
    assert graph.graph["crs"] == "EPSG:4326"
    for _, data in graph.nodes(data=True):
        assert data.keys() == {"x", "y", "name", "kind", "country", "uncertainty_km"}
    for _, _, key, data in graph.edges(keys=True, data=True):
        assert key in legs_of(model)
        assert data.keys() == {
            *("mode", "length", "geometry", "basis", "state", "contested", "claims", "grade"),
        }
    edge = graph.edges["najin", "dunay", "najin-dunay"]
    assert edge["length"] == legs_of(model)["najin-dunay"].path.length_m
    assert isinstance(edge["geometry"], LineString)
    assert graph.nodes["dunay"]["x"] > 130 > graph.nodes["dunay"]["y"]


def test_a_graph_that_a_caller_changes_changes_nothing_else(model: RouteModel) -> None:
    model.graph.remove_node("dunay")
    assert "dunay" in model.graph


def same_graphs(one: nx.MultiDiGraph, other: nx.MultiDiGraph) -> bool:
    return (
        dict(one.nodes(data=True)) == dict(other.nodes(data=True))
        and list(one.edges(keys=True, data=True)) == list(other.edges(keys=True, data=True))
        and one.graph == other.graph
    )


def test_frames_and_graph_are_inverses(model: RouteModel) -> None:
    nodes, edges = model.to_gdfs()
    assert nodes.crs.to_epsg() == edges.crs.to_epsg() == 4326
    assert edges.index.names == ["u", "v", "key"]
    back = from_gdfs(nodes, edges)
    assert same_graphs(back, model.graph)
    again = to_gdfs(back)
    assert again[0].equals(nodes)
    assert again[1].equals(edges)


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
DEGREES = st.floats(-90, 90, allow_nan=False)
NODE = st.fixed_dictionaries(
    {
        "x": DEGREES,
        "y": DEGREES,
        "name": NAMES,
        "kind": st.sampled_from(["port", "town"]),
        "country": st.sampled_from([None, "KP", "RU"]),
        "uncertainty_km": st.none() | st.floats(0, 500, allow_nan=False),
    }
)
LINE = st.lists(st.tuples(DEGREES, DEGREES), min_size=2, max_size=4).map(LineString)
EDGE = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["sea", "rail"]),
        "basis": st.just("reported"),
        "state": st.just("reported"),
        "contested": st.sampled_from([None, "direct"]),
        "claims": st.lists(NAMES, max_size=3),
        "grade": st.none() | st.just("B2"),
        "length": st.none() | st.floats(0, 1e7, allow_nan=False),
        "geometry": st.none() | LINE,
    }
)


@given(
    nodes=st.lists(NODE, min_size=1, max_size=4),
    edges=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), EDGE), max_size=4),
)
@settings(max_examples=40)
def test_any_graph_survives_its_frames(
    nodes: list[dict[str, Any]], edges: list[tuple[int, int, dict[str, Any]]]
) -> None:
    graph = nx.MultiDiGraph(crs="EPSG:4326", name="any")
    graph.add_nodes_from((f"n{number}", data) for number, data in enumerate(nodes))
    for number, (u, v, data) in enumerate(edges):
        graph.add_edge(f"n{u % len(nodes)}", f"n{v % len(nodes)}", key=f"leg-{number}", **data)
    assert same_graphs(from_gdfs(*to_gdfs(graph)), graph)


def test_frames_that_are_no_graph_are_refused(model: RouteModel) -> None:
    nodes, edges = model.to_gdfs()
    with pytest.raises(ArgumentError, match="nodes lack y"):
        from_gdfs(nodes.drop(columns="y"), edges)
    with pytest.raises(ArgumentError, match=r"edges lack \(u, v, key\)"):
        from_gdfs(nodes, edges.reset_index())
    with pytest.raises(ArgumentError, match="names a node that is not in"):
        from_gdfs(nodes.drop(index="dunay"), edges)


def test_frames_of_legs_places_and_claims(model: RouteModel) -> None:
    assert list(model.legs.index) == list(legs_of(model))
    assert model.legs.crs.to_epsg() == 4326
    assert set(model.places.geometry.geom_type) == {"Point", "MultiPolygon"}
    assert model.claims.loc["nsc-total", "quantity"] == ["more than 1000 containers"]
    assert model.claims.loc["nsc-total", "moved"] == "../2023-10-13~"


def test_an_empty_case_is_a_model(built: Any) -> None:
    model = built("case: empty", partial=False)
    assert (model.routed, model.problems) == ((), ())
    assert model.graph.number_of_nodes() == 0
    assert [len(frame) for frame in model.to_gdfs()] == [0, 0]
    assert len(model.legs) == len(model.places) == len(model.claims) == 0
