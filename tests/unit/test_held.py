"""Recorded return with detection held at the baseline's: who is counted, who is not, and on which day."""

import numpy as np
import pytest

from sim.outcomes.held import RECORDED_HELD, hold_detection
from sim.outcomes.re_presentation import RECORDED, returns
from sim.outcomes.spells import contact_spells
from tests.outcome_logs import D, E, P, followed

BEGIN = [
    (-90, E.REFERRED),
    (-80, E.COMMUNITY_LIFE_BEGINS, P.FRIENDS),
    (-70, E.SUPPORT_STARTED),
    (-5, E.SUPPORT_ENDED, D.MOVED_ON),
]
WITH_WORKER = [(1, E.CONTACT_STARTED, D.VICTIM_CARE)]


def exploited(learns, referred=True):
    life = [(100, E.RE_EXPLOITED, learns, P.OUT_OF_CONTACT)]
    return life + ([(180, E.REFERRED, D.NEW_EXPLOITATION, 1)] if referred else [])


def crisis(learns, returned=True):
    life = [(60, E.CRISIS, learns)]
    return life + ([(60, E.RETURNED_TO_PROVIDER)] if returned else [])


def held(life, todays):
    """Own and held recorded return of one person: days of the events."""
    lives = followed([*BEGIN, *life])
    contact = contact_spells(followed([*BEGIN, *todays]).story, np.inf, lasts=0.0)
    found = hold_detection(lives, returns(lives), contact, found_after=90.0)
    own = sorted(day for kind in RECORDED for day in found.day[kind].tolist())
    kept = sorted(day for kind in RECORDED_HELD for day in found.day[kind].tolist())
    return own, kept


@pytest.mark.parametrize("make", [exploited, crisis])
def test_what_comes_to_light_either_way_is_counted_either_way(make):
    own, kept = held([*WITH_WORKER, *make(D.KNOWN_EITHER_WAY)], [])
    assert own == kept
    assert len(own) == 1


@pytest.mark.parametrize("make", [exploited, crisis])
def test_what_a_worker_brought_to_light_who_is_not_there_today_is_not_counted(make):
    own, kept = held([*WITH_WORKER, *make(D.KNOWN_AS_IT_STANDS)], [])
    assert (len(own), kept) == (1, [])


@pytest.mark.parametrize("make", [exploited, crisis])
def test_where_the_same_worker_is_there_today_nothing_is_taken_away(make):
    own, kept = held([*WITH_WORKER, *make(D.KNOWN_AS_IT_STANDS)], WITH_WORKER)
    assert own == kept
    assert len(own) == 1


def test_what_todays_worker_would_have_brought_to_light_is_added():
    own, kept = held(exploited(D.HIDDEN_AS_IT_STANDS, referred=False), WITH_WORKER)
    assert (own, kept) == ([], [190.0])  # found 90 days after
    own, kept = held(crisis(D.HIDDEN_AS_IT_STANDS, returned=False), WITH_WORKER)
    assert (own, kept) == ([], [60.0])


def test_what_stays_hidden_either_way_is_never_added():
    assert held(exploited(D.HIDDEN_EITHER_WAY, referred=False), WITH_WORKER) == ([], [])


def test_only_the_referral_that_followed_is_taken_away():
    twice = [
        *WITH_WORKER,
        (100, E.RE_EXPLOITED, D.KNOWN_AS_IT_STANDS),
        (180, E.REFERRED, D.NEW_EXPLOITATION, 1),
        (300, E.RE_EXPLOITED, D.KNOWN_EITHER_WAY),
        (390, E.REFERRED, D.NEW_EXPLOITATION, 2),
    ]
    assert held(twice, []) == ([180.0, 390.0], [390.0])


def test_contact_that_the_event_itself_ended_was_contact():
    life = [*WITH_WORKER, (100, E.RE_EXPLOITED, D.KNOWN_AS_IT_STANDS)]
    life += [(100, E.CONTACT_ENDED, D.VICTIM_CARE), (180, E.REFERRED, D.NEW_EXPLOITATION, 1)]
    own, kept = held(life, WITH_WORKER)
    assert own == kept == [180.0]


def test_nothing_is_added_after_death():
    life = [*exploited(D.HIDDEN_AS_IT_STANDS, referred=False), (150, E.DIED, P.LEFT_MODEL)]
    assert held(life, WITH_WORKER) == ([], [])


def test_without_todays_contact_held_is_own():
    lives = followed([*BEGIN, *WITH_WORKER, *exploited(D.KNOWN_AS_IT_STANDS), *[]])
    found = hold_detection(lives, returns(lives), None)
    assert found.day["RP1a_held"].tolist() == found.day["RP1a"].tolist() == [180.0]


def test_a_return_the_day_after_the_crisis_is_the_one_that_is_taken_away():
    life = [*WITH_WORKER, (60, E.CRISIS, D.KNOWN_AS_IT_STANDS), (61, E.RETURNED_TO_PROVIDER)]
    assert held(life, []) == ([61.0], [])


def test_a_crisis_of_somebody_in_support_again_or_never_in_it_brings_nobody_back_to_a_provider():
    hidden = [(60, E.CRISIS, D.HIDDEN_AS_IT_STANDS)]
    assert held(hidden, WITH_WORKER) == ([], [60.0])
    assert held([(2, E.SUPPORT_STARTED), *hidden], WITH_WORKER) == ([], [])
    lives = followed([*BEGIN[:2], *hidden])
    contact = contact_spells(followed([*BEGIN[:2], *WITH_WORKER]).story, np.inf, lasts=0.0)
    assert hold_detection(lives, returns(lives), contact).day["RP3_held"].tolist() == []


def test_what_would_have_come_to_light_counts_from_the_instant_of_the_decision():
    in_contact = [(-3, E.CONTACT_STARTED, D.VICTIM_CARE)]
    for day, expected in ((0, [0.0]), (-1, [])):
        assert held([(day, E.CRISIS, D.HIDDEN_AS_IT_STANDS)], in_contact) == ([], expected)
