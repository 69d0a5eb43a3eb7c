"""What `measure` yields with and without the calendar, of whatever lives Hypothesis can think of."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.config.compose import baseline
from sim.engine.log import Place
from sim.outcomes.costs import prices_of
from sim.outcomes.measure import measure
from sim.outcomes.registry import METRICS
from tests.outcome_logs import D, E, P, cohort_of, log_of, people, service

UNTIL = 1500.0
TODAY = baseline()
PRICES = prices_of(TODAY.costs, TODAY.services)
EVENTS = (
    *(E.REFERRED, E.RG_POSITIVE, E.CG_POSITIVE, E.SUPPORT_STARTED, E.SUPPORT_ENDED, E.BED_REQUESTED),
    *(E.BED_TAKEN, E.BED_LEFT, E.MOVED, E.CONTACT_STARTED, E.CONTACT_ENDED, E.RE_EXPLOITED, E.WENT_MISSING),
    *(E.CRISIS, E.APPLIED_AS_HOMELESS, E.RELIEF_ENDED, E.RETURNED_TO_PROVIDER, E.SERVICE_OFFERED),
    *(E.SERVICE_STARTED, E.SUBSISTENCE_ENDED),
)
HAPPENINGS = st.tuples(
    st.integers(0, 8 * 1490).map(lambda eighths: eighths / 8),
    st.sampled_from(EVENTS),
    st.sampled_from([place for place in Place if place is not Place.LEFT_MODEL]),
    st.sampled_from([D.NONE, D.VICTIM_CARE, D.PLANNED, D.SAME_INCIDENT, service(0)]),
    st.integers(0, 2),
)
LIVES = st.lists(st.lists(HAPPENINGS, max_size=15), min_size=1, max_size=6)


def told(lives, t0=600.0):
    """A population, its log and everybody followed from `t0`, each referred on day 0."""
    log = log_of(*[[(0, E.REFERRED, P.FRIENDS), *sorted(life, key=lambda what: what[0])] for life in lives])
    return people(len(lives), female=[k % 2 == 0 for k in range(len(lives))]), log, cohort_of(log, t0)


@settings(max_examples=40, deadline=None)
@given(LIVES)
def test_figures_of_the_cohort_are_the_same_whether_or_not_the_calendar_is_read(lives):
    population, log, cohort = told(lives)
    with_it = measure(population, log, cohort, UNTIL, 730, prices=PRICES)
    without = measure(population, log, cohort, UNTIL, 730, prices=PRICES, calendar=False)
    np.testing.assert_equal(without.rows, [row for row in with_it.rows if row["family"] != "calendar"])
    np.testing.assert_equal(without.people, with_it.people)
    np.testing.assert_equal(without.curves, with_it.curves)


def test_without_the_calendar_only_figures_of_everyone_are_left_out():
    population, log, cohort = told([[(600, E.SUPPORT_STARTED)], [(700, E.MOVED, P.OWN_HOME)]])
    with_it = measure(population, log, cohort, UNTIL, 730, prices=PRICES)
    without = measure(population, log, cohort, UNTIL, 730, prices=PRICES, calendar=False)
    of_everyone = {name for name, about in METRICS.items() if about.family == "calendar"}
    assert {row["metric"] for row in with_it.rows} == set(METRICS)
    assert {row["metric"] for row in without.rows} == set(METRICS) - of_everyone
    assert with_it.calendar
    unpriced = measure(population, log, cohort, UNTIL, 730, calendar=False)
    priced = {name for name, about in METRICS.items() if about.family in ("cost", "resource")}
    assert {row["metric"] for row in unpriced.rows} == set(METRICS) - of_everyone - priced
    assert without.calendar == []
    groups = {row["group"] for row in without.rows}
    assert {"all", "exit=safehouse", "sex=female", "support=in support"} <= groups


def test_other_peoples_lives_do_not_touch_the_figures_of_the_cohort():
    lives = [[(650, E.MOVED, P.OWN_HOME)], [(610, E.RE_EXPLOITED, P.STREET)], [(620, E.DIED, P.LEFT_MODEL)]]
    population, log, _ = told(lives)
    first_alone, log_of_first, cohort = told(lives[:1])
    among_others = measure(population, log, cohort, UNTIL, 730, prices=PRICES, calendar=False)
    alone = measure(first_alone, log_of_first, cohort, UNTIL, 730, prices=PRICES, calendar=False)
    np.testing.assert_equal(among_others.rows, alone.rows)
    assert among_others.people["insecure_days_365"].tolist() == [50.0]


def test_a_figure_counts_only_those_whom_the_run_follows_long_enough():
    early = [(650, E.SUPPORT_STARTED), (700, E.SUPPORT_ENDED), (720, E.MOVED, P.OWN_HOME)]
    late = [(650, E.SUPPORT_STARTED), (1300, E.SUPPORT_ENDED), (1310, E.MOVED, P.OWN_HOME)]
    population, log, cohort = told([early, late])
    found = measure(population, log, cohort, UNTIL, 730, calendar=False)
    rows = {row["metric"]: row for row in found.rows if row["group"] == "all"}
    assert rows["exits_people"]["value"] == 2.0
    assert (rows["c2_uncovered_days_180"]["n"], rows["c2_uncovered_days_365"]["n"]) == (2, 1)
    assert (rows["c8_shortfall_days"]["value"], rows["c8_shortfall_days"]["n"]) == (20.0, 1)
