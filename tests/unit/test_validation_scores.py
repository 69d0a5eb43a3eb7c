"""Scores by hand: the interval score, hits, what is not measured, and what counts as later."""

from datetime import date

import pytest

from sim.errors import SimError
from sim.validate.findings import Projection, Trace
from sim.validate.score import after, interval_score, score, summary
from sim.validate.target import Target
from sim.validate.trace import GROUPS, gap_closed
from sim.validate.words import TOO_NARROW, of_projection, of_role, of_traces, traces_together


def target(value, unit="people", period="2023", series="x", counts="same"):
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
        counts=counts,
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


def test_figures_that_count_something_else_are_summed_up_with_the_rest_and_also_left_out():
    told = summary(
        score(
            [target(100.0), target(10.0, series="y", counts="lower_bound")],
            {("x", "2023"): [99.0, 103.0], ("y", "2023"): [60.0, 64.0]},
        )
    )
    assert (told.hits, told.misses, told.relative) == (1, 1, pytest.approx((0.01 + 5.2) / 2))
    assert (told.same.hits, told.same.misses, told.same.relative) == (1, 0, pytest.approx(0.01))
    assert "count the same thing as the model: 1 hit, 0 missed; error 1% at the median" in of_role(
        "predicted", told
    )
    assert told.same.same is None
    assert "count the same thing" not in of_role("predicted", told.same)


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


def projection(inside, of):
    """A projection of three members, whose intervals hold half in the long run; so many hold the figure."""
    scores = score(
        [target(100.0, series=str(number)) for number in range(of)],
        {
            (str(one), "2023"): [90.0, 95.0, 110.0] if one < inside else [10.0, 11.0, 12.0]
            for one in range(of)
        },
    )
    return Projection("blind", date(2022, 12, 31), scores, summary(scores), {}, {})


def test_a_projection_that_holds_far_fewer_figures_than_its_level_says_that_it_is_too_narrow():
    assert TOO_NARROW in of_projection(projection(2, 10))
    assert TOO_NARROW not in of_projection(projection(5, 10))
    assert TOO_NARROW not in of_projection(projection(10, 10))


def trace(blind, all_back, **closed):
    return Trace(
        target(100.0), blind, all_back, {group.name: closed.get(group.name, 0.0) for group in GROUPS}
    )


def test_traces_together_count_what_closes_most_and_what_misses_with_everything_given_back():
    told = [
        trace(50.0, 98.0, cg_capacity=0.7, referrals=0.3),
        trace(50.0, 60.0, cg_capacity=0.2),
        trace(50.0, 80.0, referrals=0.19),
    ]
    (line,) = traces_together(told)
    assert "Of 3 missed targets" in line
    assert "conclusive capacity 2, none 1." in line
    assert "1 of 3 keep more than half of their gap" in line
    assert of_traces(told)[0] == line
    assert len(of_traces(told)) == 4
    assert "most of the gap closes with conclusive capacity (70%)" in of_traces(told)[1]
    assert "the largest part closes with conclusive capacity (20%)" in of_traces(told)[2]
    assert "no later input closes it alone" in of_traces(told)[3]
    assert of_traces([]) == []
