"""Dates: bounds, qualifiers, refusals with cures, and edtf as the oracle."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date, timedelta
from typing import Any

import edtf
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from routemap.dates import WIDENING_DAYS, When, hull, parse
from routemap.errors import DateError, RoutemapError

USUAL = dict(WIDENING_DAYS)


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2023-09-07", "2023-09-07", "2023-09-07"),
        ("2023-09", "2023-09-01", "2023-09-30"),
        ("2023", "2023-01-01", "2023-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("202X", "2020-01-01", "2029-12-31"),
        ("20XX", "2000-01-01", "2099-12-31"),
        ("202X-XX", "2020-01-01", "2029-12-31"),
        ("2023-XX", "2023-01-01", "2023-12-31"),
        ("2023-XX-XX", "2023-01-01", "2023-12-31"),
        ("2023-1X", "2023-10-01", "2023-12-31"),
        ("2023-0X", "2023-01-01", "2023-09-30"),
        ("2023-09-XX", "2023-09-01", "2023-09-30"),
        ("2023-09-1X", "2023-09-10", "2023-09-19"),
        ("2023-02-2X", "2023-02-20", "2023-02-28"),
        ("2023-1X-31", "2023-10-31", "2023-12-31"),
        ("2023-09-07/2023-10-01", "2023-09-07", "2023-10-01"),
        ("2023-09/2023-09-05", "2023-09-01", "2023-09-05"),
        ("../2023-10-13", None, "2023-10-13"),
        ("2023-10-13/..", "2023-10-13", None),
        ("2023-10-13T23:30:00+09:00", "2023-10-13", "2023-10-13"),
        ("2023-10-13T23:30Z", "2023-10-13", "2023-10-13"),
    ],
)
def test_bounds(text: str, earliest: str | None, latest: str | None) -> None:
    when = parse(text)
    assert (when.earliest, when.latest) == (day(earliest), day(latest))
    assert (when.hard_earliest, when.hard_latest) == (when.earliest, when.latest)
    assert str(when) == when.text == text


@pytest.mark.parametrize(
    ("text", "hard_earliest", "hard_latest"),
    [
        ("2023-09-07~", "2023-09-04", "2023-09-10"),
        ("2023-09-07?", "2023-09-04", "2023-09-10"),
        ("2023-09-07%", "2023-09-04", "2023-09-10"),
        ("2023-09~", "2023-08-22", "2023-10-10"),
        ("2023-09-XX~", "2023-08-22", "2023-10-10"),
        ("2023~", "2022-10-03", "2024-03-30"),
        ("2023-08-15~/2023-10-05", "2023-08-12", "2023-10-05"),
        ("2023-08-15/2023-10-05~", "2023-08-15", "2023-10-08"),
        ("../2023-10-13~", None, "2023-10-16"),
        ("0001-01-01~", "0001-01-01", "0001-01-04"),
        ("9999-12-31~", "9999-12-28", "9999-12-31"),
    ],
)
def test_a_qualifier_widens_the_hard_bounds_only(
    text: str, hard_earliest: str | None, hard_latest: str | None
) -> None:
    when = parse(text)
    plain = parse(text.translate(str.maketrans("", "", "~?%")))
    assert (when.earliest, when.latest) == (plain.earliest, plain.latest)
    assert (when.hard_earliest, when.hard_latest) == (day(hard_earliest), day(hard_latest))


@pytest.mark.parametrize(
    ("text", "widening", "hard_earliest", "hard_latest"),
    [
        ("2023-09-07~", {"day": 5}, "2023-09-02", "2023-09-12"),
        ("2023-09-07~", {"day": 0}, "2023-09-07", "2023-09-07"),
        ("2023-09-07~", {"month": 5}, "2023-09-04", "2023-09-10"),
        ("2023-09-07", {"day": 5}, "2023-09-07", "2023-09-07"),
        ("2023-08~/2023-09-07?", {"day": 1, "month": 31}, "2023-07-01", "2023-09-08"),
        ("../2023%", {"year": 366}, None, "2024-12-31"),
        ("9999~", {"year": 3650}, "9989-01-03", "9999-12-31"),
    ],
)
def test_a_case_may_widen_otherwise(
    text: str, widening: dict[str, int], hard_earliest: str | None, hard_latest: str | None
) -> None:
    when = parse(text, widening=widening)
    assert (when.hard_earliest, when.hard_latest) == (day(hard_earliest), day(hard_latest))
    usual = parse(text)
    assert (when.text, when.earliest, when.latest) == (text, usual.earliest, usual.latest)


INTERVAL_CURE = (
    "Write a day as 2023-09-07, a month as 2023-09, an interval as 2023-09-07/2023-10-01."
)


@pytest.mark.parametrize(
    ("text", "reason", "cure"),
    [
        ("", "the date is empty.", INTERVAL_CURE),
        ("2023-02-30", "'2023-02-30' is not in the calendar.", "Check the day and the month."),
        ("2023-02-3X", "'2023-02-3X' is not in the calendar.", "Check the day and the month."),
        ("2023-13", "'2023-13' has no such month.", "Months are 01 to 12."),
        ("2023-00", "'2023-00' has no such month.", "Months are 01 to 12."),
        ("2023-23", "'2023-23' is a season.", "Write the months, such as 2023-06/2023-08."),
        (
            "07/09/2023",
            "'07/09/2023' has the year last: day and month are easily confused.",
            INTERVAL_CURE,
        ),
        (
            "13.10.2023",
            "'13.10.2023' has the year last: day and month are easily confused.",
            INTERVAL_CURE,
        ),
        ("2023/9/07", "'2023/9/07' is not written with hyphens.", "Write 2023-09-07."),
        (
            "2023-10-01/2023-09-07",
            "'2023-10-01/2023-09-07' ends before it starts.",
            "Swap the two dates.",
        ),
        ("2023-09-07/", "an interval has an empty end.", "Write '..' for an open end."),
        ("/2023-09-07", "an interval has an empty end.", "Write '..' for an open end."),
        ("..", "'..' alone says nothing.", "Leave the field empty."),
        ("../..", "'../..' is open at both ends and says nothing.", "Leave the field empty."),
        (
            "[2023-09,2023-10]",
            "'[2023-09,2023-10]' is a set of dates.",
            "Write the interval that spans them: A/B.",
        ),
        (
            "2023~-09",
            "'2023~-09' has a mark that is not at the end of a date.",
            "Write one of ~ ? % after the whole date: 2023-09~.",
        ),
        (
            "202X-05",
            "'202X-05' has a month in an unknown year.",
            "Write 202X alone.",
        ),
        (
            "2023-XX-05",
            "'2023-XX-05' has a day in an unknown month.",
            "Write the year alone.",
        ),
        ("0000", "'0000' is before the year 1.", INTERVAL_CURE),
        ("last autumn", "'last autumn' is not a date that routemap reads.", INTERVAL_CURE),
        ("2023-9-7", "'2023-9-7' is not a date that routemap reads.", INTERVAL_CURE),
        (
            "2023-10-13T25:00",
            "'2023-10-13T25:00' is not a date that routemap reads.",
            INTERVAL_CURE,
        ),
        ("٢٠٢٣", "'٢٠٢٣' is not a date that routemap reads.", INTERVAL_CURE),
    ],
)
def test_refused_with_a_cure(text: str, reason: str, cure: str) -> None:
    with pytest.raises(DateError) as caught:
        parse(text)
    assert caught.value.carried == (reason, cure)
    assert str(caught.value) == f"{reason} {cure}"
    assert isinstance(caught.value, RoutemapError)
    assert isinstance(caught.value, ValueError)


def test_the_cure_of_every_refusal_can_be_read() -> None:
    for text in ("2023-09-07", "2023-09", "2023-09-07/2023-10-01", "2023-06/2023-08", "202X"):
        parse(text)


@st.composite
def dates(draw: st.DrawFn, *, unknown: bool = True) -> str:
    """Draw a date of the accepted grammar."""
    one = draw(st.dates(min_value=date(1, 1, 1)))
    whole = one.isoformat()
    forms = [whole, whole[:7], whole[:4]]
    if unknown:
        forms += [whole[:8] + "XX", f"{whole[:4]}-XX", f"{whole[:3]}X", f"{whole[:2]}XX"]
        forms = [form for form in forms if not form.startswith(("000X", "00XX"))]
    return draw(st.sampled_from(forms)) + draw(st.sampled_from(["", "~", "?", "%"]))


@st.composite
def intervals(draw: st.DrawFn) -> str:
    first, second = draw(dates()), draw(dates())
    start, end = parse(first), parse(second)
    assume(start.earliest and end.latest and start.earliest <= end.latest)
    return draw(st.sampled_from([f"{first}/{second}", f"{first}/..", f"../{second}"]))


anything = st.one_of(dates(), intervals())


@given(anything)
def test_bounds_lie_inside_the_hard_bounds(text: str) -> None:
    when = parse(text)
    low, high = date.min, date.max
    ends = (when.hard_earliest or low, when.earliest or low, when.latest or high)
    assert list(ends) == sorted(ends)
    assert (when.latest or high) <= (when.hard_latest or high)
    assert (when.earliest is None) == (when.hard_earliest is None) == text.startswith("../")
    assert (when.latest is None) == (when.hard_latest is None) == text.endswith("/..")


widenings = st.fixed_dictionaries(
    {}, optional={precision: st.integers(0, 3650) for precision in WIDENING_DAYS}
)


@given(anything, widenings, widenings)
def test_more_days_never_narrow_the_hard_bounds(
    text: str, one: dict[str, int], other: dict[str, int]
) -> None:
    narrow = {key: min(one.get(key, days), other.get(key, days)) for key, days in USUAL.items()}
    wide = {key: max(one.get(key, days), other.get(key, days)) for key, days in USUAL.items()}
    inner, outer = parse(text, widening=narrow), parse(text, widening=wide)
    low, high = date.min, date.max
    assert (inner.earliest, inner.latest) == (outer.earliest, outer.latest)
    assert (outer.hard_earliest or low) <= (inner.hard_earliest or low) <= (inner.earliest or low)
    assert (outer.hard_latest or high) >= (inner.hard_latest or high) >= (inner.latest or high)


@given(anything, widenings)
def test_what_is_not_overridden_stays(text: str, some: dict[str, int]) -> None:
    assert parse(text, widening=some) == parse(text, widening={**USUAL, **some})
    assert parse(text, widening={}) == parse(text, widening=USUAL) == parse(text)


@given(anything)
def test_the_text_is_kept_and_reads_back_equal(text: str) -> None:
    when = parse(f" {text}\n")
    assert when.text == text
    assert parse(str(when)) == when
    assert hash(parse(str(when))) == hash(when)


@given(st.text("0123456789X-/.~?%T: ", max_size=24))
def test_any_text_is_read_or_refused_with_a_cure(text: str) -> None:
    try:
        assert parse(text).text == text.strip()
    except DateError as error:
        reason, cure = error.carried
        assert reason.endswith(".")
        assert cure.endswith(".")


known = dates(unknown=False)


@settings(max_examples=40)
@given(st.one_of(known, st.tuples(known, known).map("/".join)))
def test_edtf_agrees_on_the_bounds(text: str) -> None:
    other = edtf.parse_edtf(text)
    lower, upper = date(*other.lower_strict()[:3]), date(*other.upper_strict()[:3])
    if lower > upper:
        with pytest.raises(DateError, match="ends before it starts"):
            parse(text)
    else:
        when = parse(text)
        assert (when.earliest, when.latest) == (lower, upper)


@pytest.mark.parametrize(
    "text", ["20XX", "202X", "2023-XX", "2024-02-XX", "2023-XX-XX", "202X/2025"]
)
def test_edtf_agrees_on_unknown_digits(text: str) -> None:
    other = edtf.parse_edtf(text)
    when = parse(text)
    assert when.earliest == date(*other.lower_strict()[:3])
    assert when.latest == date(*other.upper_strict()[:3])


@pytest.mark.parametrize(
    ("texts", "hulled"),
    [
        ([], None),
        (["2023-09-07~"], "2023-09-07~"),
        (["2023-09-07", "2023-09-07"], "2023-09-07"),
        (["2023-09", "2023-09-05"], "2023-09"),
        (["2023-09-07/2023-10-01", "2023-08-15~/2023-09-20"], "2023-08-15~/2023-10-01"),
        (["../2023-10-13~", "2023-09-07/2023-10-01"], "../2023-10-13~"),
        (["2023-09/..", "2023-08"], "2023-08/.."),
        (["2023-09/..", "../2023-10"], "../.."),
        (["2023-09-07", "2023-09-07~"], "2023-09-07~"),
        (["2023-09-07~", "2023-09-07"], "2023-09-07~"),
    ],
)
def test_hull(texts: list[str], hulled: str | None) -> None:
    found = hull(parse(text) for text in texts)
    assert (found and found.text) == hulled


@given(st.lists(anything, min_size=1, max_size=5), widenings)
def test_a_hull_holds_every_date_and_no_more(texts: list[str], widening: dict[str, int]) -> None:
    spans = [parse(text, widening=widening) for text in texts]
    found = hull(spans)
    assert found is not None
    low, high = date.min, date.max
    assert (found.earliest or low) == min(one.earliest or low for one in spans)
    assert (found.latest or high) == max(one.latest or high for one in spans)
    assert (found.hard_earliest or low) == min(one.hard_earliest or low for one in spans)
    assert (found.hard_latest or high) == max(one.hard_latest or high for one in spans)
    if found.text != "../..":
        again = parse(found.text, widening=widening)
        assert (again.earliest, again.latest) == (found.earliest, found.latest)


def test_a_hull_is_not_taken_for_a_date_with_other_hard_bounds() -> None:
    departed_arrived = hull([parse("2023-09-07"), parse("2023-09-08~")])
    moved = parse("2023-09-07/2023-09-08~")
    assert departed_arrived is not None
    assert departed_arrived.text == moved.text
    assert departed_arrived.hard_earliest == date(2023, 9, 5)
    assert departed_arrived != moved
    assert hull([moved, departed_arrived]) == hull([departed_arrived, moved]) == departed_arrived


def test_a_date_cannot_be_changed() -> None:
    when = parse("2023-09-07")
    with pytest.raises(FrozenInstanceError):
        when.text = "2024"  # type: ignore[misc]
    with pytest.raises(TypeError):
        WIDENING_DAYS["day"] = 0  # type: ignore[index]


def test_a_date_prints_so_that_it_can_be_pasted_back() -> None:
    when = parse("2023-09~/2023-10-01")
    namespace = {"When": When, "datetime": __import__("datetime")}
    assert eval(repr(when), namespace) == when  # noqa: S307 - our own repr
    assert when.hard_earliest == date(2023, 9, 1) - timedelta(days=WIDENING_DAYS["month"])


@pytest.mark.parametrize("value", [None, 2023, date(2023, 9, 7), ["2023"]])
def test_what_is_no_text_is_no_date(value: Any) -> None:
    with pytest.raises(DateError, match="is not a text") as caught:
        parse(value)
    assert caught.value.carried[1].startswith("Write a day as ")


@pytest.mark.parametrize("value", [None, 2023, ["2023"], [parse("2023"), None]])
def test_a_hull_is_of_dates_that_were_read(value: Any) -> None:
    with pytest.raises(DateError, match="is not a date that was read"):
        hull(value)
