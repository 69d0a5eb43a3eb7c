"""Homes gained and held, and the households that wait for them: counts of a log told by hand."""

import numpy as np
import pytest

from sim.config.mistakes import ConfigurationError
from sim.outcomes.homes import Supply, of_everyone, per_person, supply_of
from sim.outcomes.spells import story_of_everyone
from tests.outcome_logs import D, E, P, log_of
from tests.small_world import parameters

BEGIN = (0, E.COMMUNITY_LIFE_BEGINS)
LOG = log_of(
    # offered a social home, loses it, rents privately: two homes gained
    [
        (*BEGIN, P.FRIENDS),
        (100, E.MOVED, P.SOCIAL_HOME, D.SOCIAL_OFFER),
        (200, E.MOVED, P.COUNCIL_TEMPORARY, D.HOME_LOST),
        (250, E.MOVED, P.PRIVATE_HOME, D.PRIVATE_OFFER),
    ],
    # had a home of their own all along: none gained
    [(*BEGIN, P.OWN_HOME)],
    # a home gained before the window, and held
    [(*BEGIN, P.STREET), (10, E.MOVED, P.PRIVATE_HOME, D.FOUND_ALONE)],
)
START, HORIZON = 50.0, 450.0


def everyone(**supply):
    return of_everyone(story_of_everyone(LOG, 3), Supply(**supply), START, HORIZON)


def test_each_move_into_a_social_or_private_home_is_a_home_gained():
    figures = everyone()
    assert figures["social_homes_gained_everyone"] == 1
    assert figures["private_homes_gained_everyone"] == 1
    story = story_of_everyone(LOG, 3)
    assert per_person(story, np.zeros(3), np.full(3, 730.0)).tolist() == [2, 0, 1]
    assert per_person(story, np.zeros(3), np.full(3, 250.0)).tolist() == [1, 0, 1], "half open"


def test_homes_held_and_nights_in_temporary_accommodation_are_days_over_the_window():
    figures = everyone()
    assert figures["homes_held_mean"] == pytest.approx((100 + 200 + 400) / 400)
    assert figures["temporary_nights_everyone"] == pytest.approx(50)
    assert figures["temporary_share_of_households"] == pytest.approx(50 / 400 / 134_210)


@pytest.mark.parametrize(("response", "left"), [(0.0, 1.0), (0.25, 0.75), (1.0, 0.0)])
def test_other_households_wait_for_each_home_that_new_supply_does_not_meet(response, left):
    figures = everyone(response=response)
    assert figures["homes_others_wait_for_everyone"] == pytest.approx(left * 2)
    assert figures["households_waiting_instead_mean"] == pytest.approx(left * figures["homes_held_mean"])


def test_social_homes_stand_beside_the_lets_of_a_year():
    figures = everyone(lets_a_year=1000.0)
    assert figures["social_homes_share_of_lets"] == pytest.approx(1 / (400 / 365.25) / 1000)


def test_supply_is_read_from_the_configuration_and_cannot_be_nothing_to_divide_by():
    found = supply_of(parameters({"housing.supply.response": 0.3}).housing.supply)
    assert (found.response, found.lets_a_year, found.households_in_temporary) == (0.3, 73_600, 134_210)
    with pytest.raises(ConfigurationError, match="households_in_temporary must be above 0"):
        parameters({"housing.supply.households_in_temporary": 0})
