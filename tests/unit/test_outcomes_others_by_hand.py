"""Other households in the lines for homes, where days and numbers can be worked out by hand."""

from datetime import date
from math import inf

import numpy as np
import pytest

from sim.engine.clock import day_of
from sim.engine.letting_rules import LettingRules
from sim.outcomes.others import Others, of_everyone, others_of
from tests.outcome_logs import E, log_of

MONDAY = day_of(date(2026, 2, 2))
"""No bank holiday within two weeks."""
NEVER_LEAVES = 1e12


def lines(*, leaves_after=NEVER_LEAVES, starts=float(MONDAY), joins=2.0, waiting_since=3.0):
    """Two regions: two homes a day, two households a day, the first of whom joins some days before."""
    return LettingRules(
        starts=starts,
        turn_if_owed=(0.0, 0.0),
        turn=(0.0, 0.0),
        lets=(2.0, 2.0),
        joins=(joins, joins),
        leaves_after=(leaves_after, leaves_after),
        first_joined=(starts - waiting_since, starts - waiting_since),
    )


def housed_on(found, region):
    """On which day after the first Monday each household of a region is housed, in order of joining."""
    housed = found.housed[found.region == region]
    assert np.isfinite(housed).tolist() == sorted(np.isfinite(housed).tolist(), reverse=True)
    return (housed[np.isfinite(housed)] - MONDAY).tolist()


def test_homes_of_a_day_go_at_noon_to_whoever_joined_first_and_those_of_a_weekend_on_monday():
    log = log_of([(MONDAY + 1.5, E.LETTING_TAKEN)])  # a survivor of region 1 takes one of Tuesday's homes
    found = others_of(log, np.array([1], np.uint8), lines(), MONDAY + 8.5)
    week = [0.5] * 2 + [1.5] * 2 + [2.5] * 2 + [3.5] * 2 + [4.5] * 2
    assert housed_on(found, 0) == week + [7.5] * 6  # the homes of Saturday, Sunday and Monday
    week.remove(1.5)
    assert housed_on(found, 1) == week + [7.5] * 6
    for region in (0, 1):
        joined = found.joined[found.region == region]
        assert len(joined) == 23  # two a day in the eleven days and a half from the first to the end
        interval = (joined - (MONDAY - 3)) * 2 - np.arange(23)
        assert ((interval > 0) & (interval < 1)).all()
        assert (found.leaves[found.region == region] > MONDAY + 1000).all()


def test_a_home_is_let_once_it_has_come_up_whole() -> None:
    """One and a half homes a day: by the evenings of the week 1.5, 3, 4.5, 6 and 7.5 have come up."""
    rules = lines()._replace(lets=(1.5, 1.5))
    found = others_of(log_of([]), np.zeros(0, np.uint8), rules, MONDAY + 5.0)
    assert housed_on(found, 0) == [0.5, 1.5, 1.5, 2.5, 3.5, 3.5, 4.5]


def test_the_day_that_the_run_ends_at_noon_lets_no_homes_and_the_day_before_does():
    log = log_of([])
    for until, days in ((1.5, 1), (1.51, 2)):
        found = others_of(log, np.zeros(0, np.uint8), lines(), MONDAY + until)
        assert len(set(housed_on(found, 0))) == days


def test_who_joins_after_noon_waits_for_the_next_working_day_and_a_home_nobody_wants_is_gone():
    # nobody waits when the line starts; two homes come up on Monday, and the only one there takes one
    found = others_of(log_of([]), np.zeros(0, np.uint8), lines(waiting_since=0.0), MONDAY + 3.0)
    joined = found.joined[found.region == 0] - MONDAY
    assert (joined < 0.5).sum() == 1
    expected = []
    for moment in joined:
        day = next(noon for noon in (0.5, 1.5, 2.5, 3.5) if noon >= moment)
        expected.append(day)
    assert housed_on(found, 0) == [day for day in expected if day < 3]


def test_whoever_has_left_is_passed_and_nobody_else():
    found = others_of(log_of([]), np.zeros(0, np.uint8), lines(leaves_after=2.0), MONDAY + 40.0)
    mine = found.region == 1
    joined, leaves, housed = found.joined[mine], found.leaves[mine], found.housed[mine]
    stayed = leaves - joined
    assert stayed.mean() == pytest.approx(2.0, abs=3 * 2.0 / len(stayed) ** 0.5)
    reached = np.isfinite(housed)
    assert 20 < reached.sum() < len(joined) - 5
    assert (housed[reached] < leaves[reached]).all()
    next_housed = np.minimum.accumulate(housed[::-1])[::-1]  # when whoever joined next, or later, was housed
    passed = ~reached & np.isfinite(next_housed)
    assert passed.sum() > 5
    assert (leaves[passed] <= next_housed[passed]).all()


def test_regions_have_households_of_their_own_and_there_may_be_none():
    found = others_of(log_of([]), np.zeros(0, np.uint8), lines(), MONDAY + 3.0)
    assert (found.joined[found.region == 0] != found.joined[found.region == 1]).all()
    nobody = others_of(log_of([]), np.zeros(0, np.uint8), lines(joins=0.0), MONDAY + 3.0)
    assert len(nobody.joined) == 0


def test_a_line_that_starts_at_the_end_of_the_run_or_never_is_none():
    nowhere = np.zeros(0, np.uint8)
    assert others_of(log_of([]), nowhere, lines(), float(MONDAY)) is None
    assert others_of(log_of([]), nowhere, lines(), MONDAY + 1.0) is not None
    assert others_of(log_of([]), nowhere, lines()._replace(starts=inf), MONDAY + 1.0) is None


def test_figures_count_homes_days_and_leavers_between_start_and_end():
    told = [  # region, joined, leaves, housed, housed in the baseline
        (2, 10, 100, 40, 35),  # in line from 20 to 40; five days later than today
        (2, 30, 60, inf, inf),  # in line for 30 days, then leaves
        (5, 50, 300, 200, 200),  # in line for 150 days
        (5, 1, 90, 20, 20),  # housed on the first day
        (5, 2, 220, 210, 189),  # housed on the day after the last; in line for 190 days
        (5, 3, 20, inf, inf),  # leaves on the first day
        (5, 100, 210, inf, inf),  # leaves on the day after the last; in line for 110 days
        (5, 0, 120, inf, 119),  # housed in the baseline, now leaves: later, but no number of days
    ]
    columns = [np.array(column, float) for column in zip(*told, strict=True)]
    region, joined, leaves, housed, before = columns
    others = Others(region.astype(np.int8), joined, leaves, housed)
    values = of_everyone(others, before, 20.0, 210.0)
    expected = {  # homes let, days in line, left, later than today, days later
        "all": (3, 600, 3, 3, 5.0),
        "region=yorkshire": (1, 50, 1, 1, 5.0),
        "region=east": (2, 550, 2, 2, 0.0),
    }
    assert {group for _, group in values} == set(expected)
    for group, (homes, days, left, later, waited) in expected.items():
        assert values["other_homes_let_everyone", group] == homes
        assert values["other_households_in_line_mean", group] == pytest.approx(days / 190)
        assert values["other_households_left_everyone", group] == left
        assert values["other_households_later_everyone", group] == later
        assert values["other_households_days_later", group] == waited
    without = of_everyone(others, None, 20.0, 210.0)
    assert without["other_households_later_everyone", "all"] == 0
