"""Kaplan-Meier and Aalen-Johansen against tables worked out by hand, and what must hold for any data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.outcomes.survival import aalen_johansen, kaplan_meier


def test_kaplan_meier_of_six_people_by_hand():
    # at risk 6, 5, 4 (one censored on day 3), 2 (one censored on day 4): 5/6, x 4/5, x 3/4, x 1/2
    time = np.array([1.0, 2.0, 3.0, 3.0, 4.0, 6.0])
    ended = np.array([True, True, True, False, False, True])
    waits = kaplan_meier(time, ended)
    assert waits.at(np.array([0.5, 1.0, 2.0, 3.0, 5.9, 6.0])) == pytest.approx(
        [1, 5 / 6, 2 / 3, 1 / 2, 1 / 2, 0]
    )
    assert waits.median == 3.0
    assert waits.quantile(0.9) == 6.0


def test_the_median_is_not_reached_while_more_than_half_may_still_wait():
    waits = kaplan_meier(np.array([1.0, 5.0, 5.0]), np.array([True, False, False]))
    assert waits.median == float("inf")
    assert np.isnan(kaplan_meier(np.zeros(0), np.zeros(0, bool)).median)


def test_ignoring_the_censored_would_give_another_median():
    time, ended = np.array([1.0, 2.0, 9.0, 9.0, 9.0]), np.array([True, True, False, False, True])
    assert kaplan_meier(time, ended).median == 9.0
    assert np.median(time[ended]) == 2.0


def test_aalen_johansen_with_two_causes_and_censoring_by_hand():
    # day 1: cause 1 of 5 -> F1 = 1/5, S = 4/5.  Day 2: one censored, then 3 at risk.
    # Day 3: cause 2 -> F2 = 4/5 * 1/3 = 4/15, S = 8/15.  Day 4: cause 1 of 2 -> F1 = 1/5 + 8/15 * 1/2 = 7/15.
    found = aalen_johansen(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([1, 0, 2, 1, 0]), 2)
    assert found.at(np.array([0.0, 1.0, 3.0, 4.0, 99.0])) == pytest.approx([0, 1 / 5, 1 / 5, 7 / 15, 7 / 15])
    assert found.at(np.array([2.9, 3.0]), cause=2) == pytest.approx([0, 4 / 15])


def test_one_minus_kaplan_meier_would_overstate_what_competes():
    time, cause = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2, 1, 2, 1])
    assert aalen_johansen(time, cause, 2).at(np.array([4.0])) == pytest.approx([0.5])
    assert 1 - kaplan_meier(time, cause == 1).at(np.array([4.0]))[0] == pytest.approx(1.0)


lives = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 2)), min_size=1, max_size=40)


@given(lives)
def test_incidences_grow_and_with_those_unharmed_make_one(told):
    time = np.array([float(day) for day, _ in told])
    cause = np.array([which for _, which in told])
    found = aalen_johansen(time, cause, 2)
    assert np.all(np.diff(found.share, axis=1) >= -1e-12)
    unharmed = kaplan_meier(time, cause > 0)
    assert found.share.sum(axis=0) + unharmed.share == pytest.approx(np.ones(len(found.time)))


@given(lives)
def test_with_nobody_censored_the_incidence_is_the_share(told):
    time = np.array([float(day) for day, _ in told])
    cause = np.array([1 + which % 2 for _, which in told])
    days = np.arange(22.0)
    shares = [((cause == 1) & (time <= day)).mean() for day in days]
    assert aalen_johansen(time, cause, 2).at(days) == pytest.approx(shares)
