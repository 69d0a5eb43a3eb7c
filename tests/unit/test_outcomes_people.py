"""The table of people, and figures that no other test is about, of small cohorts worked out by hand."""

import numpy as np

from sim.config.compose import baseline
from sim.engine.log import Event
from sim.outcomes.costs import prices_of
from sim.outcomes.measure import measure
from sim.outcomes.spells import story_of_everyone
from tests.outcome_logs import D, E, Figures, P, cohort_of, log_of, people

T0, UNTIL = 100.0, 1500.0


def test_every_column_of_the_table_of_people() -> None:
    somebody = [
        (0, E.REFERRED, P.FRIENDS),
        (20, E.SUPPORT_STARTED),
        (20, E.CONTACT_STARTED, D.VICTIM_CARE),
        (160, E.SUPPORT_ENDED),
        (160, E.CONTACT_ENDED, D.VICTIM_CARE),
        (200, E.RE_EXPLOITED, P.OUT_OF_CONTACT),
        (240, E.BACK_IN_CONTACT, P.FRIENDS),
        (400, E.MOVED, P.OWN_HOME),
    ]
    nobody_knows = [(0, E.REFERRED, P.OWN_HOME)]
    leaves = [(0, E.REFERRED, P.FRIENDS), (850, E.LEFT_UK, P.LEFT_MODEL)]
    log = log_of(somebody, nobody_knows, leaves)
    table = measure(people(3), log, cohort_of(log, T0), UNTIL, 730).people
    inf = np.inf
    expected = {
        "insecure_days_365": [300, 0, 365],
        "insecure_days_366_730": [0, 0, 365],
        "insecure_days_730": [300, 0, 730],
        "insecure_no_worker_365": [300 - 60 - 28, 0, 365],  # contact counts for 28 days more
        "insecure_no_worker_366_730": [0, 0, 365],
        "long_insecure": [True, False, True],
        "worker_days_365": [60 + 28, 0, 0],
        "harm_day": [100, inf, inf],
        "recorded_day": [inf, inf, inf],
        "left_day": [inf, inf, 750],
        "settled_day": [300, 0, inf],
        "exit_day": [60, inf, inf],
        "msvcc_days": [60, 0, 0],
    }
    for column, values in expected.items():
        np.testing.assert_array_equal(table[column], values, err_msg=column)
    assert table["t0"].tolist() == [T0] * 3


def test_events_before_a_line_of_the_log_are_counted_without_the_line_itself() -> None:
    log = log_of(
        [(1, E.CRISIS), (2, E.SUPPORT_STARTED), (3, E.CRISIS), (4, E.SUPPORT_ENDED), (5, E.CRISIS)],
        [(1, E.SUPPORT_STARTED), (2, E.CRISIS)],
    )
    story = story_of_everyone(log, 2)
    assert story.count_before(Event.CRISIS).tolist() == [0, 1, 1, 2, 2, 0, 0]
    assert story.count_before(Event.CRISIS, Event.SUPPORT_STARTED).tolist() == [0, 1, 2, 3, 3, 0, 1]


def test_crises_in_excess_after_leaving_support_are_those_after_less_those_before() -> None:
    life = [
        (0, E.REFERRED, P.FRIENDS),
        (0, E.SUPPORT_STARTED),
        (150, E.CRISIS),
        (200, E.SUPPORT_ENDED),
        *[(day, E.CRISIS) for day in (210, 230, 289)],
        (291, E.CRISIS),  # later than ninety days
    ]
    log = log_of(life)
    figure = Figures(measure(people(1), log, cohort_of(log, T0), UNTIL, 730, calendar=False).rows)
    assert figure("c5_crisis_ratio") == 3.0
    assert np.isclose(figure("c5_excess_crises_per_100_exits"), 100 * (3 - 1))


def test_an_application_is_refused_only_if_the_refusal_is_the_same_persons() -> None:
    applies = [(0, E.REFERRED, P.FRIENDS), (50, E.SUPPORT_STARTED), (150, E.SUPPORT_ENDED)]
    accepted = [*applies, (300, E.APPLIED_AS_HOMELESS)]
    refused = [*applies, (300, E.APPLIED_AS_HOMELESS), (300, E.APPLICATION_REFUSED)]
    log = log_of(accepted, refused, [(0, E.APPLICATION_REFUSED)])
    figure = Figures(measure(people(3), log, cohort_of(log, T0), UNTIL, 730, calendar=False).rows)
    assert np.isclose(figure("rp2_by_day_365"), 2 / 3)
    assert np.isclose(figure("rp2_refused_by_day_365"), 1 / 3)


def test_whoever_the_horizon_finds_without_a_home_is_not_waited_for_any_longer() -> None:
    def life(ended: float) -> list[tuple[object, ...]]:
        return [(0, E.REFERRED, P.FRIENDS), (0, E.SUPPORT_STARTED), (ended, E.SUPPORT_ENDED)]

    log = log_of([*life(150), (1000, E.MOVED, P.OWN_HOME)], life(820), life(820))
    figure = Figures(measure(people(3), log, cohort_of(log, T0), UNTIL, 730, calendar=False).rows)
    # 680 days are known of the other two, so 850 days after leaving there is nobody left but the first
    assert figure("c7_days_to_settled_median") == 850.0


def test_a_price_is_brought_to_todays_money() -> None:
    today = baseline()
    assert today.costs.subsistence_week.uprated_by > 1.0
    prices = prices_of(today.costs, today.services)
    for name, price in prices.of.items():
        unit = getattr(today.costs, name)
        assert price.pounds == unit.price * unit.uprated_by, name
