"""Claims as values: phrases, weights, rows that hold together and cannot be changed."""

from __future__ import annotations

import re
import time
from dataclasses import FrozenInstanceError, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from routemap import dates, geography
from routemap.claims import (
    BORDER_VIEWS,
    GRADE_WORDS,
    TABLES,
    Case,
    Claim,
    FrozenMapping,
    Leg,
    Site,
    Source,
    Suppression,
    Verdict,
    best_grade,
    grade,
    independent_sources,
    parse_distance,
    parse_quantity,
    roots,
    weight,
)
from routemap.errors import PhraseError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Phrases


@pytest.mark.parametrize(
    ("text", "qualifier", "low", "high", "unit"),
    [
        ("32 voyages", None, 32, 32, "voyages"),
        ("more than 1000 containers", "more than", 1000, None, "containers"),
        ("More than 1,000 containers", "more than", 1000, None, "containers"),
        ("over 12\u00a0000 shells", "over", 12000, None, "shells"),
        ("no fewer than 3 ships", "no fewer than", 3, None, "ships"),
        ("at least 4 voyages", "at least", 4, None, "voyages"),
        ("no more than 5 wagons", "no more than", None, 5, "wagons"),
        ("up to 20 railcars", "up to", None, 20, "railcars"),
        ("about 300 containers", "about", 300, 300, "containers"),
        ("ca. 300 containers", "ca.", 300, 300, "containers"),
        ("4 to 5 voyages", None, 4, 5, "voyages"),
        ("4-5 voyages", None, 4, 5, "voyages"),
        ("4\u20135 voyages", None, 4, 5, "voyages"),
        ("1.5 tonnes of grain", None, 1.5, 1.5, "tonnes of grain"),
        ("0.125 tonnes", None, 0.125, 0.125, "tonnes"),
        ("300 контейнеров", None, 300, 300, "контейнеров"),
    ],
)
def test_quantities(
    text: str, qualifier: str | None, low: float | None, high: float | None, unit: str
) -> None:
    quantity = parse_quantity(text)
    assert (quantity.qualifier, quantity.low, quantity.high) == (qualifier, low, high)
    assert quantity.unit == unit
    assert str(quantity) == text


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "per"),
    [
        ("300 containers a voyage", 300, 300, "containers", "voyage"),
        ("300 containers per voyage", 300, 300, "containers", "voyage"),
        ("300 containers/voyage", 300, 300, "containers", "voyage"),
        ("about 300 containers each trip", 300, 300, "containers", "trip"),
        ("70 wagons per Train", 70, 70, "wagons", "train"),
        ("2 to 4 containers a wagon", 2, 4, "containers", "wagon"),
        ("more than 3 trains / day", 3, None, "trains", "day"),
        ("1.5 tonnes of grain an hour", 1.5, 1.5, "tonnes of grain", "hour"),
        ("20 tonnes of grain per truck", 20, 20, "tonnes of grain", "truck"),
        ("5 parts per unit", 5, 5, "parts per unit", None),
        ("4 voyages", 4, 4, "voyages", None),
        ("3 cases a train of mules", 3, 3, "cases a train of mules", None),
    ],
)
def test_quantities_for_each(
    text: str, low: float, high: float | None, unit: str, per: str | None
) -> None:
    quantity = parse_quantity(text)
    assert (quantity.low, quantity.high) == (low, high)
    assert (quantity.unit, quantity.per, str(quantity)) == (unit, per, text)


@pytest.mark.parametrize(
    ("text", "qualifier", "km", "ends"),
    [
        (
            "about 290 km from the Ukrainian border to depot",
            *("about", (290, 290), ("the Ukrainian border", "depot")),
        ),
        ("200 kilometres", None, (200, 200), (None, None)),
        ("at least 10 miles from the coast", "at least", (16.09344, None), ("the coast", None)),
        ("up to 100 nm to Dunay", "up to", (None, 185.2), (None, "Dunay")),
        ("10 to 20 nautical miles", None, (18.52, 37.04), (None, None)),
    ],
)
def test_distances(
    text: str,
    qualifier: str | None,
    km: tuple[float | None, float | None],
    ends: tuple[str | None, str | None],
) -> None:
    distance = parse_distance(text)
    assert (distance.low_km, distance.high_km) == pytest.approx(km)
    assert (distance.qualifier, distance.start, distance.stop) == (qualifier, *ends)
    assert str(distance) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("many containers", "'many containers' is not a quantity that routemap reads."),
        ("300", "'300' is not a quantity that routemap reads."),
        ("two ships", "'two ships' is not a quantity that routemap reads."),
        ("300 containers; 4 voyages", None),
        ("1,5 tonnes", "'1,5 tonnes' is not a quantity that routemap reads."),
        ("5 to 4 voyages", "'5 to 4 voyages' runs from the larger number to the smaller."),
        ("1.000 containers", "'1.000 containers' can be read as 1 or as 1 thousand."),
        ("1 to 2.500 shells", "'1 to 2.500 shells' can be read as 2 or as 2 thousand."),
        ("", "'' is not a quantity that routemap reads."),
    ],
)
def test_quantities_refused(text: str, reason: str | None) -> None:
    with pytest.raises(PhraseError) as caught:
        parse_quantity(text)
    assert caught.value.carried[0] == (reason or f"{text!r} is not a quantity that routemap reads.")
    assert caught.value.carried[1].startswith("Write ")


@pytest.mark.parametrize("value", [None, 5, b"4 voyages", ["4 voyages"]])
def test_what_is_no_text_is_no_phrase(value: Any) -> None:
    for parse in (parse_quantity, parse_distance):
        with pytest.raises(PhraseError, match=f"^{re.escape(repr(value))} is not a "):
            parse(value)


@pytest.mark.parametrize("parse", [parse_quantity, parse_distance])
@pytest.mark.parametrize("amount", ["9" * 400, "1 to " + "9" * 400, "1" * 16, "0." + "1" * 15])
def test_numbers_have_few_enough_digits_to_be_kept(parse: Any, amount: str) -> None:
    with pytest.raises(PhraseError, match="has a number of over 15 digits"):
        parse(f"{amount} km")
    assert parse_quantity("123,456,789,012,345 shells").low == 123_456_789_012_345


def test_a_distance_needs_a_unit() -> None:
    with pytest.raises(PhraseError, match="'about 290' is not a distance that routemap reads"):
        parse_distance("about 290")


@given(
    st.sampled_from(["", "about ", "more than ", "at least ", "up to ", "fewer than "]),
    st.integers(0, 10**9),
    st.none() | st.integers(0, 10**9),
    st.booleans(),
    st.sampled_from(
        [
            ("voyages", "voyages", None),
            ("tonnes of grain", "tonnes of grain", None),
            ("containers a voyage", "containers", "voyage"),
            ("tonnes of grain/day", "tonnes of grain", "day"),
        ]
    ),
)
def test_a_quantity_keeps_its_text_and_its_numbers(
    qualifier: str, low: int, high: int | None, grouped: bool, counted: tuple[str, str, str | None]
) -> None:
    def number(value: int) -> str:
        return f"{value:,}" if grouped else str(value)

    assume(high is None or low <= high)
    text = f"{qualifier}{number(low)}{'' if high is None else f' to {number(high)}'} {counted[0]}"
    quantity = parse_quantity(text)
    assert (quantity.text, quantity.unit, quantity.per) == (text, *counted[1:])
    assert quantity.low in {None, low}
    assert quantity.high in {None, low if high is None else high}
    assert (quantity.low is None) == (qualifier in {"up to ", "fewer than "})
    assert (quantity.high is None) == (qualifier in {"more than ", "at least "})


# Weights


def source(key: str, *parents: str, reliability: str | None = None) -> Source:
    return Source.model_validate(
        {"id": key, "title": key, "derived_from": parents, "reliability": reliability}
    )


def claim(**fields: object) -> Claim:
    return Claim.model_validate({"id": "c", "source": "a", "leg": "l", **fields})


def test_the_words_are_those_of_the_misp_taxonomy() -> None:
    assert {mark: GRADE_WORDS[mark] for mark in "ABCDEF"} == {
        "A": "completely reliable",
        "B": "usually reliable",
        "C": "fairly reliable",
        "D": "not usually reliable",
        "E": "unreliable",
        "F": "reliability cannot be judged",
    }
    assert {mark: GRADE_WORDS[mark] for mark in "123456"} == {
        "1": "confirmed by other sources",
        "2": "probably true",
        "3": "possibly true",
        "4": "doubtful",
        "5": "improbable",
        "6": "truth cannot be judged",
    }


def test_grades() -> None:
    assert grade(source("a", reliability="B"), claim(credibility="2")) == "B2"
    assert grade(source("a", reliability="B"), claim()) == "B6"
    assert grade(source("a"), claim(credibility="2")) == "F2"
    assert grade(source("a"), claim()) is None


def test_the_best_grade_goes_by_letter_and_then_by_number() -> None:
    pairs = [
        (source("a", reliability="C"), claim(credibility="1")),
        (source("b", reliability="B"), claim(credibility="4")),
        (source("c", reliability="B"), claim(credibility="3")),
        (source("d"), claim()),
    ]
    assert best_grade(pairs) == "B3"
    assert best_grade(pairs[3:]) is None
    assert best_grade([]) is None


def book(**parents: tuple[str, ...]) -> dict[str, Source]:
    return {key: source(key, *names) for key, names in parents.items()}


def test_roots_follow_derivation_to_its_end() -> None:
    known = book(a=(), b=(), wire=("a",), digest=("wire", "b"), copy=("digest",))
    assert roots(known, "a") == {"a"}
    assert roots(known, "wire") == {"a"}
    assert roots(known, "copy") == {"a", "b"}


@pytest.mark.parametrize(
    ("keys", "count"),
    [
        ([], 0),
        (["a"], 1),
        (["a", "wire"], 1),
        (["wire", "wire-2"], 1),
        (["a", "b"], 2),
        (["digest"], 1),
        (["digest", "a"], 1),
        (["digest", "wire-2"], 1),
        (["digest", "c"], 2),
        (["digest", "digest-2"], 2),
        (["digest", "digest-2", "bridge"], 2),
        (["bridge"], 1),
    ],
)
def test_independent_sources(keys: list[str], count: int) -> None:
    known = book(
        a=(), b=(), c=(), d=(), wire=("a",), **{"wire-2": ("a",), "digest": ("a", "b")},
        **{"digest-2": ("c", "d"), "bridge": ("b", "c")},
    )  # fmt: skip
    assert independent_sources(known, keys) == count


def test_reading_somewhere_is_not_deriving() -> None:
    known = {"a": source("a"), "b": Source(id="b", title="B", seen_in="a")}
    assert independent_sources(known, ["a", "b"]) == 2


@st.composite
def derivations(draw: st.DrawFn) -> dict[str, Source]:
    """Draw sources of which each derives from some before it."""
    number = draw(st.integers(1, 9))
    names = [f"s{index}" for index in range(number)]
    return {
        name: source(
            name,
            *draw(st.lists(st.sampled_from(names[:index]), max_size=3, unique=True))
            if index
            else (),
        )
        for index, name in enumerate(names)
    }


@given(derivations(), st.data())
def test_a_source_more_never_lowers_the_count(
    known: dict[str, Source], data: st.DataObject
) -> None:
    some = data.draw(st.lists(st.sampled_from(sorted(known))))
    one = data.draw(st.sampled_from(sorted(known)))
    before, after = independent_sources(known, some), independent_sources(known, [*some, one])
    assert before <= after <= before + 1


def branching(groups: Sequence[frozenset[str]]) -> int:
    """Return the size of the largest set of disjoint groups by trying all."""
    if not groups:
        return 0
    apart = [group for group in groups[1:] if not group & groups[0]]
    return max(1 + branching(apart), branching(groups[1:]))


@given(st.lists(st.frozensets(st.sampled_from("abcdefghij"), min_size=2, max_size=4), max_size=10))
def test_the_largest_packing_is_found(groups: list[frozenset[str]]) -> None:
    assert weight._packing(groups) == branching(groups)
    assert weight._greedy((1 << len(groups)) - 1, touching(groups)) <= branching(groups)


def touching(groups: Sequence[frozenset[str]]) -> list[int]:
    return [sum(1 << i for i, other in enumerate(groups) if one & other) for one in groups]


def test_many_sources_that_retell_each_other_are_counted_in_time() -> None:
    names = [f"r{number}" for number in range(30)]
    pairs = [(one, names[(i * 7 + step) % 30]) for i, one in enumerate(names) for step in (1, 4)]
    known = book(**dict.fromkeys(names, ()))
    known |= {f"d{i}": source(f"d{i}", *pair) for i, pair in enumerate(pairs[: weight.EXACT])}
    start = time.perf_counter()
    count = independent_sources(known, [key for key in known if key.startswith("d")])
    assert time.perf_counter() - start < 2
    assert 12 <= count <= 15


def test_beyond_the_bound_the_count_is_a_lower_bound() -> None:
    number = 2 * weight.EXACT
    known = {f"r{i}": source(f"r{i}") for i in range(number + 1)}
    known |= {f"d{i}": source(f"d{i}", f"r{i}", f"r{i + 1}") for i in range(number)}
    count = independent_sources(known, [f"d{i}" for i in range(number)])
    assert number / 3 <= count <= number / 2


@given(derivations(), st.data())
def test_the_count_does_not_depend_on_the_order(
    known: dict[str, Source], data: st.DataObject
) -> None:
    some = data.draw(st.lists(st.sampled_from(sorted(known))))
    mixed = data.draw(st.permutations(some))
    count = independent_sources(known, some)
    assert independent_sources(known, mixed) == independent_sources(known, set(some)) == count
    assert count <= len({root for key in some for root in roots(known, key)})


# Rows


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"leg": ()}, "this one is about nothing"),
        ({"at": "najin", "leg": (), "route": "r", "seen": "2023"}, "about route and at"),
        ({"at": "najin", "against": "x", "seen": "2023"}, "this one is about leg and against"),
        ({"at": "najin"}, "at beside a leg is where the movement was seen, and seen is missing"),
        ({"at": "najin", "moved": "2023"}, "and seen is missing"),
        ({"at": "a", "leg": ("l", "m"), "seen": "2023"}, "at is a place on one leg, and 2 legs"),
        ({"leg": (), "at": "najin", "declared": "Dunay, RU"}, "none is named"),
        ({"leg": (), "origin": "a", "destination": "b"}, "origin, destination and mode belong"),
        ({"leg": (), "against": "x"}, "a claim against something cannot assert it"),
        ({"moved": "2023", "arrived": "2023"}, "moved is given beside departed or arrived"),
        ({"moved": "2023-02-30"}, "'2023-02-30' is not in the calendar"),
        ({"quantity": ["a lot"]}, "'a lot' is not a quantity"),
        ({"quantity": "9" * 501}, "501 characters stand where a date, number or phrase is meant"),
        ({"credibility": "0"}, "'0' is not a credibility"),
        ({"carrier_imo": "912345"}, "String should match pattern"),
        ({"unknown": "x"}, "Extra inputs are not permitted"),
    ],
)
def test_claims_that_do_not_hold_together(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        claim(**fields)


def test_a_claim_may_say_where_on_the_way_it_was_seen() -> None:
    ends = {"leg": (), "origin": "Dunay, RU", "destination": "Tikhoretsk, RU", "mode": "rail"}
    for movement in ({}, ends):
        one = claim(at="Novosibirsk, RU", seen="2023-09-20~", departed="2023-09-07", **movement)
        assert one.on_the_way
        assert str(one.when) == "2023-09-07/2023-09-20~"
    stock = claim(leg=(), at="najin", seen="2023-09-07")
    assert not stock.on_the_way
    assert not claim(seen="2023-09-20").on_the_way


def test_the_declared_destination_is_of_a_movement() -> None:
    for about in ({}, {"leg": (), "route": "r"}):
        assert claim(declared="Port Said, EG", **about).declared == "Port Said, EG"


def test_dates_are_widened_as_the_context_says() -> None:
    fields = {"id": "c", "source": "a", "leg": "l", "seen": "2023-09-07~", "arrived": "2023-09~"}
    usual = Claim.model_validate(fields)
    wide = Claim.model_validate(fields, context={"widening": {"day": 7}})
    assert (usual.seen, usual.arrived) == (dates.parse("2023-09-07~"), dates.parse("2023-09~"))
    assert wide.seen == dates.parse("2023-09-07~", widening={"day": 7})
    assert wide.arrived == usual.arrived
    assert wide != usual
    assert wide.model_dump(mode="json") == usual.model_dump(mode="json")


@pytest.mark.parametrize(
    ("model", "fields", "field"),
    [
        (Suppression, {"rows": ()}, "rows"),
        (Suppression, {"rule": "One source"}, "rule"),
        (Suppression, {"reason": ""}, "reason"),
        (Suppression, {"note": "x"}, "note"),
        (Verdict, {"verdict": "likely"}, "verdict"),
        (Verdict, {"note": ""}, "note"),
        (Verdict, {"claim": ("a", "b")}, "claim"),
    ],
)
def test_overrides_that_do_not_hold_together(
    model: type[Suppression | Verdict], fields: dict[str, object], field: str
) -> None:
    whole = OVERRIDES[model]
    assert model.model_validate(whole).model_dump(exclude={"rows"}).items() <= whole.items()
    with pytest.raises(ValidationError) as caught:
        model.model_validate(whole | fields)
    assert [error["loc"] for error in caught.value.errors()] == [(field,)]


OVERRIDES: dict[type[Suppression | Verdict], dict[str, object]] = {
    Suppression: {"id": "s", "rule": "one-source", "rows": ["l", "c"], "reason": "Looked at"},
    Verdict: {"id": "v", "claim": "c", "route": "r", "verdict": "neutral", "note": "Looked at"},
}


def test_a_claim_has_defaults_and_lists() -> None:
    one = claim(leg="a", carrier="Angara", quantity="4 voyages", credibility_of={"date": "4"})
    assert (one.says, one.basis, one.event) == ("asserts", "reported", "happened")
    assert (one.leg, one.carrier) == (("a",), ("Angara",))
    assert one.quantity == (parse_quantity("4 voyages"),)
    assert one.credibility_of == {"date": 4}


def test_the_date_of_a_claim_is_the_whole_or_the_hull_of_its_parts() -> None:
    assert str(claim(moved="2023-09~").when) == "2023-09~"
    assert str(claim(departed="2023-09-07", arrived="2023-09-09~").when) == "2023-09-07/2023-09-09~"
    assert claim().when is None


@pytest.mark.parametrize(
    ("lon", "lat", "message"),
    [
        ("42.81384", "132.87345", "Write lon: 132.87345 and lat: 42.81384, if that is meant."),
        ("190", "42", "lon 190, lat 42 is not on earth"),
        ("100", "95", "lon 100, lat 95 is not on earth"),
        ("NaN", "42", "'NaN' is not a plain number"),
        ("inf", "42", "'inf' is not a plain number"),
        ("130.3", None, "lat is missing"),
    ],
)
def test_positions_refused(lon: str, lat: str | None, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Site.model_validate({"id": "p", "name": "P", "lon": lon, "lat": lat})


@pytest.mark.parametrize(
    ("url", "accepted"),
    [
        ("https://example.org/a?b=c&d=1#e", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        (" https://example.org", False),
        ("https://example.org/\nx", False),
        ('https://example.org/"onclick="x', False),
        ("https://example.org/<b>", False),
    ],
)
def test_urls(url: str, accepted: bool) -> None:
    for field in ("url", "archived_url"):
        fields = {"id": "a", "title": "A", field: url}
        if accepted:
            assert getattr(Source.model_validate(fields), field) == url
        else:
            with pytest.raises(ValidationError, match="is not a web address"):
                Source.model_validate(fields)


# Frozen, equal, hashable


def full_case() -> Case:
    one = claim(moved="2023-09~", quantity="4 voyages", credibility_of={"date": "4"})
    leg = Leg(id="l", origin="Najin, KP", destination="Dunay, RU", mode="sea")
    return Case("c", speeds=FrozenMapping({"sea": "12"}), sources=(source("a"),), legs=(leg,),
                claims=(one,))  # fmt: skip


def test_equality_and_hash_do_not_see_where_a_case_was_read() -> None:
    case = full_case()
    moved = replace(case, origin={("legs", "l"): ("case.yaml", 7)}, inputs={"x": "y"}, read=3)
    assert moved == case
    assert hash(moved) == hash(full_case()) == hash(case)
    assert replace(case, title="Another") != case


def test_nothing_in_a_case_can_be_changed() -> None:
    case = full_case()
    with pytest.raises(FrozenInstanceError):
        case.title = "x"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="frozen"):
        case.claims[0].summary = "x"
    with pytest.raises(TypeError):
        case.claims[0].credibility_of["date"] = 1  # type: ignore[index]
    with pytest.raises(TypeError):
        case.speeds["sea"] = "1"  # type: ignore[index]
    with pytest.raises(TypeError):
        case.origin["legs", "l"] = ("x", 1)  # type: ignore[index]
    with pytest.raises(TypeError):
        TABLES["legs"] = Source  # type: ignore[index]
    with pytest.raises(TypeError):
        GRADE_WORDS["A"] = "x"  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        case.claims[0].quantity[0].low = 1  # type: ignore[misc]


def test_a_frozen_mapping_is_a_mapping() -> None:
    one = FrozenMapping({"a": 1, "b": 2})
    other = FrozenMapping([("b", 2), ("a", 1)])
    assert one == other == {"a": 1, "b": 2}
    assert hash(one) == hash(other)
    assert (list(one), len(one), one["b"]) == (["a", "b"], 2, 2)
    assert eval(repr(one), {"FrozenMapping": FrozenMapping}) == one  # noqa: S307 - our own repr


def test_a_claim_writes_out_as_it_was_read() -> None:
    written = claim(moved="2023-09~", quantity="4 voyages", credibility_of={"date": "4"})
    document = written.model_dump(mode="json", exclude_defaults=True)
    assert document == {
        "id": "c",
        "source": "a",
        "leg": ["l"],
        "moved": "2023-09~",
        "quantity": ["4 voyages"],
        "credibility_of": {"date": 4},
    }


def test_a_case_counts_and_finds() -> None:
    case = replace(full_case(), read=5)
    assert (case.accepted, case.rejected) == (3, 2)
    overrides = [model.model_validate(row) for model, row in OVERRIDES.items()]
    both = replace(case, suppressed=tuple(overrides[:1]), verdicts=tuple(overrides[1:]))
    assert (both.accepted, both.rejected) == (5, 0)
    assert both != case
    assert hash(both) == hash(replace(both, read=7))
    assert case.source("a").title == "a"
    with pytest.raises(KeyError):
        case.source("b")


def test_the_border_views_of_a_case_are_those_of_geography() -> None:
    assert BORDER_VIEWS == geography.VIEWS
