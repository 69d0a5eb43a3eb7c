"""Status stories a caseworker can read: leave that is granted, renewed or paused, claims made later, notices.

In the quiet world reasonable grounds are decided at noon four days after referral, conclusive grounds a
hundred days later, and permission thirty days after that.
"""

from datetime import date

import numpy as np
import pytest

from sim.config.compose import scenario, world
from sim.engine.clock import day_of
from sim.engine.log import Detail, Event
from sim.engine.unpacking import rules_of
from sim.outcomes.groups import status_at
from sim.outcomes.spells import story_of
from sim.people import population
from sim.people.codes import ImmigrationStatus, Nationality
from sim.validate.precedents import duties_after_asylum
from tests.small_world import (
    Made,
    day_of_only,
    days_of,
    everywhere,
    life,
    made,
    parameters,
    place_mix,
    quiet,
    run,
)

SURE = {"status.temporary_permission.granted_share": 1}
YEAR_LONG = {"status.temporary_permission.min_days": 365, "status.temporary_permission.max_days": 365}
NO_STATUS = ImmigrationStatus.NO_STATUS
PENDING = ImmigrationStatus.ASYLUM_PENDING
IN_ASYLUM_ACCOMMODATION = everywhere(place_mix(asylum_accommodation=1))
GRANTED_SOON = {"status.asylum.decision_median_days": 10, "status.asylum.granted_share": 1}


def somebody(referred, **traits):
    return made([Made(referred, nationality=Nationality.OTHER, **{"status": NO_STATUS} | traits)])


def alone(referred, *changes, **traits):
    """The log of one person in a quiet world."""
    rules = quiet({"experiment.horizon": "2031-03-31"}, *changes)
    return run(somebody(referred, **traits), rules, rules)


def with_option(today, name="leave_to_remain"):
    """A shipped option laid over a quiet world."""
    levers = scenario([name]).changes
    return world(today, {path: value for path, (_, value) in levers.items()})


# -------------------------------------------------------------------------------------------- permission
def test_permission_runs_out_where_nobody_renews_it():
    log = alone(date(2023, 5, 1), SURE, YEAR_LONG)
    granted = day_of_only(log, Event.LEAVE_GRANTED)
    assert granted - day_of_only(log, Event.CG_POSITIVE) == pytest.approx(30, abs=1e-3)
    assert day_of_only(log, Event.LEAVE_EXPIRED) - granted == pytest.approx(365, abs=1e-3)
    assert not days_of(log, Event.LEAVE_RENEWED)


def test_renewed_permission_lasts_another_length_each_time_and_never_expires_between():
    log = alone(date(2023, 5, 1), SURE, YEAR_LONG, {"status.temporary_permission.renewed_share": 1})
    granted = day_of_only(log, Event.LEAVE_GRANTED)
    renewed = days_of(log, Event.LEAVE_RENEWED)
    assert [round(day - granted) for day in renewed] == [365 * k for k in range(1, len(renewed) + 1)]
    assert len(renewed) > 5
    assert not days_of(log, Event.LEAVE_EXPIRED)


def test_permission_is_not_renewed_for_somebody_who_has_other_leave_by_then():
    log = alone(
        date(2023, 5, 1),
        SURE,
        YEAR_LONG,
        {"status.temporary_permission.renewed_share": 1, "status.asylum.granted_share": 1},
        {"status.asylum.decision_median_days": 300},
        status=PENDING,
    )
    assert days_of(log, Event.ASYLUM_GRANTED)
    assert not days_of(log, Event.LEAVE_RENEWED)
    assert len(days_of(log, Event.LEAVE_EXPIRED)) == 1


def test_a_decision_that_falls_into_the_pause_is_made_when_it_is_over():
    confirmed_in_july = date(
        2024, 3, 15
    )  # conclusive decision at the end of June, permission due end of July
    log = alone(confirmed_in_july, SURE, YEAR_LONG)
    assert day_of(date(2024, 7, 1)) <= day_of_only(log, Event.CG_POSITIVE) + 30 < day_of(date(2024, 10, 24))
    assert day_of_only(log, Event.LEAVE_GRANTED) == day_of(date(2024, 10, 24))
    no_pause = {"status.temporary_permission.paused_until": "2024-07-01"}
    log = alone(confirmed_in_july, SURE, YEAR_LONG, no_pause)
    assert day_of_only(log, Event.LEAVE_GRANTED) - day_of_only(log, Event.CG_POSITIVE) == pytest.approx(
        30, abs=1e-3
    )


def test_the_option_of_leave_reaches_confirmed_survivors_without_any_and_nobody_else():
    when = {"policy.start": "2024-12-01", "experiment.horizon": "2028-03-31"}
    people = made(
        [
            Made(date(2025, 1, 6), nationality=Nationality.OTHER, status=status)
            for status in (NO_STATUS, PENDING, ImmigrationStatus.LEAVE, ImmigrationStatus.EU_PRE_SETTLED)
        ]
    )
    today = quiet(when)
    assert not len(np.flatnonzero(run(people, today, today).event == Event.LEAVE_GRANTED))
    log = run(people, today, with_option(today))
    given = {int(people.status[row]) for row in log.person[log.event == Event.LEAVE_GRANTED]}
    assert given == {NO_STATUS, PENDING}


def test_somebody_refused_before_the_option_started_is_not_reached_by_it():
    when = {"policy.start": "2025-06-02", "experiment.horizon": "2028-03-31"}
    today = quiet(when)
    log = run(somebody(date(2025, 1, 6)), today, with_option(today))
    assert day_of_only(log, Event.CG_POSITIVE) + 30 < day_of(date(2025, 6, 2))
    assert not days_of(log, Event.LEAVE_GRANTED)


# ------------------------------------------------------------------------------------------- EU nationals
def test_eu_nationals_are_settled_pre_settled_or_neither_and_only_a_right_to_reside_opens_the_door():
    settings = {"people.arrivals.multiplier": 0.3, "people.traits.eu_share_of_non_uk": 1}
    shares = {
        "status.eu_settled_share": 0.5,
        "status.eu_pre_settled_share": 0.4,
        "status.eu_qualifying_share": 0.25,
    }
    rules = parameters(settings, shares)
    people = population.build(rules.people, rules.status, 3, 0, date(2019, 1, 1))
    eu = people.status[people.nationality == Nationality.EU]
    assert len(eu) > 1500
    margin = 4 * np.sqrt(0.25 / len(eu))
    for status, share in (
        (ImmigrationStatus.EU_SETTLED, 0.6),
        (ImmigrationStatus.EU_PRE_SETTLED, 0.3),
        (NO_STATUS, 0.1),
    ):
        assert abs((eu == status).mean() - share) < margin, status
    log = alone(date(2023, 5, 1), APPLIES_AT_ONCE, status=ImmigrationStatus.EU_PRE_SETTLED)
    assert (Event.APPLICATION_REFUSED, Detail.NOT_ELIGIBLE) in {(one.event, one.detail) for one in life(log)}


APPLIES_AT_ONCE = {
    **everywhere(place_mix(street=1)),
    "housing.applying.when_insecure_share": 1,
    "housing.applying.when_insecure_mean_days": 0,
}


# ----------------------------------------------------------------------------------------------- claims
def test_somebody_without_status_may_claim_later_and_then_waits_in_asylum_accommodation():
    later = {"status.asylum.later_claim_share": 1, "status.asylum.later_claim_mean_days": 60}
    room = {"status.asylum.accommodation_share": 1} | everywhere(place_mix(street=1))
    log = alone(date(2023, 5, 1), later, room, GRANTED_SOON)
    told = [(one.event, one.detail, one.place.name) for one in life(log)]
    claimed = told.index((Event.ASYLUM_CLAIMED, Detail.FIRST_CLAIM, "STREET"))
    assert told[claimed + 1] == (Event.MOVED, Detail.ASYLUM, "ASYLUM_ACCOMMODATION")
    assert days_of(log, Event.ASYLUM_GRANTED)[0] - days_of(log, Event.ASYLUM_CLAIMED)[0] == pytest.approx(
        10, abs=1e-3
    )


def test_one_fresh_claim_at_most_follows_a_final_refusal():
    refused = {
        "status.asylum.decision_median_days": 10,
        "status.asylum.granted_share": 0,
        "status.asylum.appeal_share": 0,
        "status.asylum.later_claim_mean_days": 30,
        "status.asylum.fresh_claim_share": 1,
    }
    log = alone(date(2023, 5, 1), refused, status=PENDING)
    assert len(days_of(log, Event.ASYLUM_REFUSED)) == 2
    assert [one.detail for one in life(log) if one.event == Event.ASYLUM_CLAIMED] == [Detail.FRESH_CLAIM]
    story = story_of(log, np.array([0]))
    at_referral = np.array([PENDING], dtype=np.uint8)
    claimed = days_of(log, Event.ASYLUM_CLAIMED)[0]
    assert status_at(story, at_referral, np.array([claimed - 1.0]))[0] == NO_STATUS
    assert status_at(story, at_referral, np.array([claimed]))[0] == PENDING
    assert status_at(story, at_referral, np.array([np.inf]))[0] == NO_STATUS


def test_nobody_claims_later_unless_it_is_set():
    log = alone(date(2023, 5, 1))
    assert not days_of(log, Event.ASYLUM_CLAIMED)


# ------------------------------------------------------------------------------------------------ notice
NOTICES = [
    (date(2024, 6, 3), {}, 28),
    (date(2025, 1, 6), {}, 56),
    (date(2025, 10, 6), {}, 28),
    (date(2025, 10, 6), {"dependants": True}, 56),
    (date(2025, 10, 6), {"female": True, "pregnant": True}, 56),
    (date(2026, 2, 9), {"dependants": True}, 28),
    (date(2026, 4, 6), {}, 42),
    (date(2026, 4, 6), {"dependants": True}, 42),
]


@pytest.mark.parametrize(("referred", "traits", "days"), NOTICES)
def test_notice_after_a_grant_follows_its_date_and_the_household(referred, traits, days):
    log = alone(referred, IN_ASYLUM_ACCOMMODATION, GRANTED_SOON, status=PENDING, **traits)
    given = day_of_only(log, Event.ASYLUM_ACCOMMODATION_NOTICE)
    left = next(one.time for one in life(log) if one.event == Event.MOVED)
    assert left - given == pytest.approx(days, abs=1e-3)


@pytest.mark.parametrize("days", [28, 56])
@pytest.mark.parametrize("traits", [{}, {"dependants": True}])
def test_notice_throughout_history_is_the_same_for_every_date_and_household(days, traits):
    when = {"policy.start": "2022-07-01", "experiment.horizon": "2027-03-31"}
    today = quiet(when, IN_ASYLUM_ACCOMMODATION, GRANTED_SOON)
    people = made(
        [
            Made(referred, nationality=Nationality.OTHER, status=PENDING, **traits)
            for referred in (date(2022, 9, 5), date(2025, 1, 6), date(2025, 10, 6), date(2026, 4, 6))
        ]
    )
    log = run(people, today, with_option(today, f"asylum_notice_{days}"))
    for row in range(4):
        given = day_of_only(log, Event.ASYLUM_ACCOMMODATION_NOTICE, row)
        left = next(one.time for one in life(log, row) if one.event == Event.MOVED)
        assert left - given == pytest.approx(days, abs=1e-3), row


def test_longer_notice_lets_more_people_reach_the_council_while_homelessness_can_be_prevented():
    """The rule that the precedent rests on: the same day of applying falls before the end, or after it."""
    applies = {
        "housing.applying.after_asylum_share": 1,
        "housing.applying.after_asylum_mean_days": 40,
        "policy.start": "2022-07-01",
        "experiment.horizon": "2026-12-31",
    }
    today = quiet(applies, IN_ASYLUM_ACCOMMODATION, GRANTED_SOON)
    people = made(
        [
            Made(float(day_of(date(2023, 1, 2))) + 3 * k, nationality=Nationality.OTHER, status=PENDING)
            for k in range(150)
        ]
    )
    shares = []
    for days in (28, 56):
        log = run(people, today, with_option(today, f"asylum_notice_{days}"))
        when, prevention = duties_after_asylum(story_of(log, np.arange(150)))
        assert len(when) > 145
        shares.append(prevention.mean())
    expected = [1 - np.exp(-(days - 1) / 40) for days in (28, 56)]
    for share, theory in zip(shares, expected, strict=True):
        assert abs(share - theory) < 4 * np.sqrt(theory * (1 - theory) / 150)
    assert shares[1] > shares[0]


def test_recognition_in_the_domestic_abuse_precedent_grows_as_published():
    today = quiet({"policy.start": "2021-07-01", "experiment.horizon": "2027-03-31"})
    rules = rules_of(with_option(today, "domestic_abuse_precedent"), today).housing
    assert rules.survivors_have_priority
    assert rules.asks == 0, "whoever is asked counts as recognised at once, outside the published pace"
    days = np.arange(5 * 365)
    grown = np.minimum(days / rules.recognition_ramp, 1.0)
    share = rules.recognised_first_day + (rules.recognised_mature - rules.recognised_first_day) * grown
    yearly = share.reshape(5, 365).mean(axis=1)
    assert np.abs(yearly - [0.20, 0.45, 0.80, 0.90, 1.00]).max() < 0.11
    assert np.abs(yearly[[0, 1, 4]] - [0.20, 0.45, 1.00]).max() < 0.01
