"""Scores by hand: the interval score, hits, what is not measured, and what counts as later."""

import pytest

from sim.errors import SimError
from sim.validate.score import after, interval_score, score, summary
from sim.validate.target import Target
from sim.validate.trace import gap_closed


def target(value, unit="people", period="2023", series="x"):
    return Target(
        id=f"{series}:{period}",
        title="T",
        series=series,
        period=period,
        value=value,
        unit=unit,
        as_of=period,
        definition="d",
        denominator="",
        note="",
        source="S1",
        address="",
        confidence="published",
        role="predicted",
    )


def test_the_interval_score_is_width_and_a_penalty_that_grows_with_the_number_of_runs():
    assert interval_score(90.0, 110.0, 105.0, 9) == 20.0
    assert interval_score(90.0, 110.0, 85.0, 9) == 20.0 + 10 * 5.0
    assert interval_score(90.0, 110.0, 115.0, 9) == 20.0 + 10 * 5.0
    with pytest.raises(SimError, match="an interval of 1 runs"):
        interval_score(1.0, 1.0, 1.0, 1)


def test_a_wide_interval_that_holds_everything_scores_worse_than_a_narrow_one_that_just_misses():
    assert interval_score(0.0, 1000.0, 100.0, 8) > interval_score(95.0, 99.0, 100.0, 8)


def test_hit_and_inside_differ_by_the_tolerance_of_the_unit():
    (one,) = score([target(104.0)], {("x", "2023"): [90.0, 100.0]})
    assert (one.inside, one.hit, one.verdict) == (False, True, "hit")  # 100 * 1.05 = 105
    assert (one.error, one.relative) == (-9.0, pytest.approx(-9.0 / 104.0))
    (one,) = score([target(104.0)], {("x", "2023"): [90.0, 99.0]})
    assert (one.hit, one.verdict) == (False, "missed")
    (days,) = score([target(113.0, unit="days")], {("x", "2023"): [90.0, 99.0]})
    assert days.hit is True  # 99 * 1.15 = 113.85


def test_a_target_without_a_value_is_said_and_never_counted_as_hit():
    (one,) = score([target(1.0)], {("x", "2023"): [float("nan"), float("inf")]})
    assert (one.verdict, one.runs, one.interval_score) == ("not measured", 0, None)
    told = summary([one])
    assert (told.hits, told.misses, told.unmeasured, told.score) == (0, 0, 1, None)


def test_a_summary_takes_scores_over_their_published_figures():
    scores = score(
        [target(100.0), target(10.0, series="y")], {("x", "2023"): [95.0, 105.0], ("y", "2023"): [12.0, 14.0]}
    )
    told = summary(scores)
    assert (told.hits, told.misses) == (1, 1)
    assert told.coverage == 0.5
    assert told.nominal == pytest.approx(1 / 3)
    assert told.score == pytest.approx((10 / 100 + (2 + 3 * 2) / 10) / 2)
    assert told.relative == pytest.approx((0.0 + 0.3) / 2)


def test_only_periods_that_begin_after_the_year_are_later():
    periods = ["2022", "2022Q4", "2022/23", "2023Q1", "2023", "2023-05-31", "2018 to 2020"]
    kept = [one.period for one in after([target(1.0, period=period) for period in periods], 2022)]
    assert kept == ["2023Q1", "2023", "2023-05-31"]


def test_the_share_of_a_gap_that_closes_is_signed():
    assert gap_closed(100.0, 60.0, 100.0) == 1.0
    assert gap_closed(100.0, 60.0, 60.0) == 0.0
    assert gap_closed(100.0, 60.0, 40.0) == -0.5
    assert gap_closed(100.0, 60.0, 120.0) == 0.5
    assert gap_closed(100.0, 100.0, 90.0) == 0.0
