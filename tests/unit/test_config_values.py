"""The kinds of value: what each accepts, what it refuses, and in which words."""

import math
from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from sim.config.values import (
    FIRST_DAY,
    Dated,
    DatedDays,
    DatedNumber,
    DatedShare,
    Day,
    Days,
    Flag,
    PlaceCount,
    Share,
    Whole,
)


def read(kind: object, given: object) -> object:
    return TypeAdapter(kind).validate_python(given)


def refusal(kind: object, given: object) -> str:
    with pytest.raises(ValidationError) as caught:
        read(kind, given)
    return str(caught.value)


@pytest.mark.parametrize(
    ("given", "days"),
    [
        (45, 45),
        (0, 0),
        (1.5, 1.5),
        ("45", 45),
        ("45 days", 45),
        ("1 day", 1),
        ("6 weeks", 42),
        ("0.5 weeks", 3.5),
    ],
)
def test_days_may_be_written_as_a_number_or_in_words(given: object, days: float) -> None:
    assert read(Days, given) == days


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (-1, "0 days or more"),
        ("-6 weeks", "0 days or more"),
        ("3 months", "months differ in length"),
        ("2 years", "years differ in length"),
        ("9 working days", "working days"),
        ("6 fortnights", "unknown unit 'fortnights'"),
        ("soon", '"6 weeks"'),
        (True, "0 days or more"),
        (math.inf, ".inf"),
        (None, "0 days or more"),
    ],
)
def test_days_say_what_is_allowed(given: object, words: str) -> None:
    assert words in refusal(Days, given)


@pytest.mark.parametrize("given", [True, False, "yes", "0.5", None, [0.5], 1.01, -0.01, math.nan, math.inf])
def test_a_share_is_a_number_from_0_to_1(given: object) -> None:
    assert "a share from 0 to 1" in refusal(Share, given)


@pytest.mark.parametrize("given", [0, 1, 0.25])
def test_shares_at_the_ends_are_shares(given: float) -> None:
    assert read(Share, given) == given


@pytest.mark.parametrize("given", ["yes", "true", 1, 0, None])
def test_a_truth_value_is_true_or_false_and_nothing_else(given: object) -> None:
    assert "must be true or false" in refusal(Flag, given)


@pytest.mark.parametrize("given", [True, 2.0, "2", None])
def test_a_whole_number_is_not_a_truth_value_and_not_a_word(given: object) -> None:
    assert "must be a whole number" in refusal(Whole, given)


def test_places_may_be_unlimited() -> None:
    assert read(PlaceCount, "unlimited") == "unlimited"
    assert read(PlaceCount, 700) == 700
    assert "or the word unlimited" in refusal(PlaceCount, "unlimted")
    assert "or the word unlimited" in refusal(PlaceCount, -1)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("2027-02-30", "2027-02 has the days 01 to 28"),
        ("2028-02-30", "2028-02 has the days 01 to 29"),
        ("2027-13-01", "the month must be 01 to 12"),
        ("2027-00-10", "the month must be 01 to 12"),
        ("0000-01-01", "no year 0"),
        ("1/4/2027", "write YYYY-MM-DD"),
        ("20270401", "write YYYY-MM-DD"),
        (20270401, "write YYYY-MM-DD"),
        (None, "write YYYY-MM-DD"),
    ],
)
def test_impossible_dates_are_named(given: object, words: str) -> None:
    assert words in refusal(Day, given)


def test_a_date_is_a_date() -> None:
    assert read(Day, "2028-02-29") == date(2028, 2, 29)


def test_one_number_holds_at_all_times() -> None:
    always = read(DatedDays, "6 weeks")
    assert always == Dated((FIRST_DAY,), (42.0,))
    assert always.at(date(2000, 1, 1)) == always.at(date(2099, 1, 1)) == 42


def test_a_dated_value_changes_on_its_dates_in_whatever_order_they_are_given() -> None:
    move_on = read(DatedDays, {"2019-02-01": 45, "2014-01-01": "2 weeks"})
    assert [move_on.at(date(2014, 1, 1)), move_on.at(date(2019, 1, 31)), move_on.at(date(2019, 2, 1))] == [
        14,
        14,
        45,
    ]
    assert move_on.steps() == ([0, 1857], [14.0, 45.0])


def test_steps_begin_on_day_0_with_what_holds_then() -> None:
    value = read(DatedNumber, {"2010-01-01": 1, "2012-01-01": 2, "2014-01-02": 3})
    assert value.steps() == ([0, 1], [2.0, 3.0])


def test_a_dated_value_must_be_known_from_2014_on() -> None:
    message = refusal(DatedShare, {"2027-04-01": 0.5})
    assert "the first date is 2027-04-01" in message
    assert "begin on 2014-01-01 or earlier" in message


def test_every_mistake_in_a_dated_value_is_named() -> None:
    message = refusal(
        DatedShare, {"2014-01-01": 0.5, "2020-02-30": 0.1, "2021-01-01": 1.5, "2022-01-01": True}
    )
    assert "2020-02-30 is an impossible date" in message
    assert "from 2021-01-01 on, 1.5 must be a share" in message
    assert "from 2022-01-01 on, True must be a share" in message


def test_only_a_dated_number_may_be_infinite() -> None:
    assert read(DatedNumber, {"2014-01-01": math.inf, "2023-01-01": 3411}).at(FIRST_DAY) == math.inf
    assert ".inf" in refusal(DatedShare, math.inf)
    assert ".inf" in refusal(DatedDays, math.inf)
    assert "0 or more" in refusal(DatedNumber, -math.inf)


def test_an_empty_mapping_is_not_a_value() -> None:
    assert "is empty" in refusal(DatedNumber, {})


@pytest.mark.parametrize(
    ("dates", "values"),
    [
        ((), ()),
        ((FIRST_DAY,), ()),
        ((FIRST_DAY, FIRST_DAY), (1.0, 2.0)),
        ((date(2020, 1, 1), FIRST_DAY), (1.0, 2.0)),
    ],
)
def test_a_dated_value_made_in_code_must_be_in_order(
    dates: tuple[date, ...], values: tuple[float, ...]
) -> None:
    with pytest.raises(ValueError, match="Dated needs"):
        Dated(dates, values)
