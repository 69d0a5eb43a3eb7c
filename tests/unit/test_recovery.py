"""Recovery: each computed core outcome, had and lost, from lives told by hand."""

import numpy as np
import pytest

from sim.config.compose import baseline
from sim.outcomes.recovery import OUTCOMES, Offers, had_and_lost, offers_of
from tests.outcome_logs import D, E, P, followed, service

OFFERS = Offers(health=(2,), learning=(3,), steady=(0,))


def told(life, need=True, offers=OFFERS):
    """Metric to value for one person, followed for two years from day 0."""
    start = [(-90, E.REFERRED), (-80, E.COMMUNITY_LIFE_BEGINS, P.FRIENDS)]
    values = had_and_lost(followed([*start, *life]), offers, np.array([need]))
    return {name.removeprefix("recovery_"): float(value[0]) for name, value in values.items()}


def both(values, name, day):
    return values[f"{name}_day_{day}"], values[f"{name}_lost_by_day_{day}"]


def test_a_home_that_is_lost_in_the_second_year_was_had_and_is_lost():
    values = told([(100, E.MOVED, P.PRIVATE_HOME), (500, E.MOVED, P.STREET)])
    assert both(values, "housing", 365) == (1.0, 0.0)
    assert both(values, "housing", 730) == (0.0, 1.0)
    never = told([])
    assert both(never, "housing", 730) == (0.0, 0.0)


def test_a_home_found_again_is_had_and_not_lost():
    values = told([(1, E.MOVED, P.PRIVATE_HOME), (30, E.MOVED, P.STREET), (364.5, E.MOVED, P.SOCIAL_HOME)])
    assert both(values, "housing", 365) == (1.0, 0.0)


def test_what_comes_on_the_day_itself_comes_too_late():
    assert both(told([(365, E.MOVED, P.PRIVATE_HOME)]), "housing", 365) == (0.0, 0.0)


def test_safety_is_lost_with_new_exploitation_known_or_not_and_not_by_what_was_before():
    values = told([(-20, E.RE_EXPLOITED, D.HIDDEN_EITHER_WAY), (400, E.RE_EXPLOITED, D.HIDDEN_EITHER_WAY)])
    assert both(values, "safety", 365) == (1.0, 0.0)
    assert both(values, "safety", 730) == (0.0, 1.0)


def test_death_ends_what_was_had_and_is_not_counted_as_a_loss():
    values = told([(10, E.MOVED, P.OWN_HOME), (300, E.DIED, P.LEFT_MODEL)])
    assert both(values, "housing", 365) == (0.0, 0.0)
    assert both(values, "safety", 730) == (0.0, 0.0)


@pytest.mark.parametrize(("last", "expected"), [(351.5, (1.0, 0.0)), (350.5, (0.0, 1.0))])
def test_support_lasts_fourteen_days_beyond_the_last_contact(last, expected):
    values = told([(0, E.CONTACT_STARTED, D.VICTIM_CARE), (last, E.CONTACT_ENDED, D.VICTIM_CARE)])
    assert both(values, "support", 365) == expected


def test_a_provider_who_is_in_touch_less_often_does_not_count():
    often = told([(300, E.CONTACT_STARTED, service(0))])
    rarely = told([(300, E.CONTACT_STARTED, service(1))])
    assert both(often, "support", 365) == (1.0, 0.0)
    assert both(rarely, "support", 365) == (0.0, 0.0)


def test_treatment_is_had_from_its_start_and_lost_by_a_relapse():
    course = [(50, E.SERVICE_STARTED, service(2)), (150, E.HEALTH_NEED_MET)]
    course += [(150, E.SERVICE_ENDED, service(2)), (600, E.HEALTH_NEED_RELAPSED)]
    values = told(course)
    assert both(values, "health", 365) == (1.0, 0.0)
    assert both(values, "health", 730) == (0.0, 1.0)
    assert both(told(course, need=False), "health", 730) == pytest.approx((np.nan, np.nan), nan_ok=True)
    other = told([(50, E.SERVICE_STARTED, service(3))])
    assert both(other, "health", 365) == (0.0, 0.0)


def test_going_missing_breaks_treatment_off_but_does_not_undo_a_need_that_was_met():
    broken = told([(50, E.SERVICE_STARTED, service(2)), (90, E.WENT_MISSING, P.OUT_OF_CONTACT)])
    assert both(broken, "health", 365) == (0.0, 1.0)
    met = told(
        [(50, E.SERVICE_STARTED, service(2)), (80, E.HEALTH_NEED_MET), (90, E.WENT_MISSING, P.OUT_OF_CONTACT)]
    )
    assert both(met, "health", 365) == (1.0, 0.0)


def test_a_course_that_was_finished_counts_on_and_one_broken_off_does_not():
    finished = told([(50, E.SERVICE_STARTED, service(3)), (250, E.SERVICE_ENDED, service(3))])
    assert both(finished, "learning", 730) == (1.0, 0.0)
    broken = told([(50, E.SERVICE_STARTED, service(3)), (250, E.RE_EXPLOITED, P.OUT_OF_CONTACT)])
    assert both(broken, "learning", 730) == (0.0, 1.0)


def test_without_such_a_service_an_outcome_is_not_defined():
    values = told([(50, E.SERVICE_STARTED, service(2))], offers=Offers())
    assert all(np.isnan(values[f"{name}_day_365"]) for name in ("health", "learning"))
    assert values["safety_day_365"] == 1.0


def test_the_caseworker_and_lifeline_are_in_touch_often_enough_and_reach_in_is_not():
    services = baseline().services
    names = sorted(services)
    steady = {names[k] for k in offers_of(services).steady}
    assert "lifeline" in steady
    assert "reach_in" not in steady


def test_the_numbers_are_those_of_the_core_outcome_set():
    assert [number for number, _, _ in OUTCOMES.values()] == [1, 2, 3, 6, 7]
