"""Each lever acts on the event it names when that falls on or after the policy's first day, told as stories.

In the quiet world a case is decided at noon: RG four days after referral, CG a hundred days after RG.
"""

from datetime import date, timedelta

import numpy as np
import pytest

from sim.engine.clock import day_of
from sim.engine.log import Detail, Event, Place
from sim.people.codes import ImmigrationStatus, Region
from tests.small_world import (
    Made,
    build,
    day_of_only,
    days_of,
    everywhere,
    life,
    lives,
    made,
    parameters,
    place_mix,
    quiet,
    run,
    scaled,
)

START = date(2024, 4, 1)
WHEN = {"policy.start": str(START), "experiment.horizon": "2027-03-31"}
ALL_FLOORS = {f"support.floor.{part}_days": 180 for part in ("casework", "bed", "subsistence")}
EVERYONE = {"policy.applies_to": "everyone_in_support"}
ON_THE_STREET = everywhere(place_mix(street=1))
MINUTE = 1 / 1440


def confirmed_on(day: date, **traits):
    """Somebody whose positive conclusive decision falls at noon of a day (both decisions on working days)."""
    return Made(day - timedelta(days=104), **traits)


JUST_BEFORE = confirmed_on(date(2024, 3, 28))  # Thursday before Easter; RG on 19 December
JUST_AFTER = confirmed_on(date(2024, 4, 5))
LONG_BEFORE = confirmed_on(date(2023, 9, 7))


def stay(log, row):
    return day_of_only(log, Event.SUPPORT_ENDED, row) - day_of_only(log, Event.CG_POSITIVE, row)


# ---------------------------------------------------------------------------------------- extended support
def test_the_guarantee_is_for_positive_decisions_from_the_start_on():
    people = made([JUST_BEFORE, JUST_AFTER, LONG_BEFORE])
    log = run(people, quiet(WHEN), quiet(WHEN, ALL_FLOORS))
    long_before, just_before, just_after = np.argsort(people.arrival).tolist()
    assert day_of_only(log, Event.CG_POSITIVE, just_before) == day_of(date(2024, 3, 28)) + 0.5
    assert day_of_only(log, Event.CG_POSITIVE, just_after) == day_of(date(2024, 4, 5)) + 0.5
    assert stay(log, long_before) == 45
    assert stay(log, just_before) == 45
    assert stay(log, just_after) == 180


def test_a_policy_for_everyone_in_support_reaches_those_confirmed_before_but_not_those_who_have_left():
    people = made([JUST_BEFORE, JUST_AFTER, LONG_BEFORE])
    log = run(people, quiet(WHEN), quiet(WHEN, ALL_FLOORS, EVERYONE))
    long_before, just_before, just_after = np.argsort(people.arrival).tolist()
    assert stay(log, long_before) == 45
    assert stay(log, just_before) == 180
    assert stay(log, just_after) == 180


@pytest.mark.parametrize(
    ("part", "event"),
    [
        ("casework", Event.SUPPORT_ENDED),
        ("bed", Event.BED_LEFT),
        ("subsistence", Event.SUBSISTENCE_ENDED),
    ],
)
@pytest.mark.parametrize("who", [{}, EVERYONE])
def test_casework_bed_and_subsistence_are_guaranteed_each_for_itself(part, event, who):
    person = confirmed_on(date(2024, 3, 28) if who else date(2024, 4, 5))
    world = (WHEN, ON_THE_STREET, {"support.beds.wanted_from_street": 1})
    log = run(made([person]), quiet(*world), quiet(*world, {f"support.floor.{part}_days": 180}, who))
    confirmed = day_of_only(log, Event.CG_POSITIVE)
    for what in (Event.SUPPORT_ENDED, Event.BED_LEFT, Event.SUBSISTENCE_ENDED):
        expected = 180 if what == event else 45
        assert day_of_only(log, what) - confirmed == pytest.approx(expected, abs=MINUTE), what.name


def test_a_guarantee_is_a_floor_never_a_ceiling_and_only_early_ends_undercut_it():
    before = scaled(parameters(WHEN, {"policy.start": "2021-04-01"}), 0.03)
    floor = before.support.floor.model_copy(update={"casework_days": 90.0})
    after = before.model_copy(update={"support": before.support.model_copy(update={"floor": floor})})
    log = run(build(before), before, after)
    start = day_of(date(2021, 4, 1))
    moved_on, cut_short = [], set()
    for _, own in lives(log):
        confirmed = None
        for time, event, detail in zip(own.time, own.event, own.detail, strict=True):
            if event == Event.CG_POSITIVE:
                confirmed = time
            elif event == Event.REFERRED:
                confirmed = None
            elif event == Event.SUPPORT_ENDED and confirmed is not None and confirmed >= start:
                if detail == Detail.MOVED_ON:
                    moved_on.append(time - confirmed)
                else:
                    cut_short.add(Detail(detail))
    assert len(moved_on) > 50
    assert min(moved_on) >= 90
    assert sum(days == 90 for days in moved_on) > 5, "nobody is held by the guarantee"
    assert max(moved_on) > 150, "needs assessments go on beyond the guarantee"
    assert cut_short <= {Detail.DISENGAGED, Detail.MISSING, Detail.LEFT}


# ------------------------------------------------------------------------------------------- priority need
APPLIES_AT_ONCE = {
    **ON_THE_STREET,
    "housing.applying.when_insecure_share": 1,
    "housing.applying.when_insecure_mean_days": 0,
    # confirmed 30 days after RG, before the 56 days of the relief duty are over
    "decisions.conclusive_grounds.ready_mean_days": 30,
}
RECOGNISED = {
    "housing.priority_need.confirmed_survivors": True,
    "housing.priority_need.recognition.first_day": 1,
    "housing.priority_need.recognition.mature": 1,
}
AFTER_START = Made(date(2024, 5, 1))


def events_of(log, row=0):
    return {(happening.event, happening.detail) for happening in life(log, row)}


ACCEPTED = (Event.MAIN_DUTY_ACCEPTED, Detail.RECOGNISED_SURVIVOR)
NO_PRIORITY = (Event.MAIN_DUTY_REFUSED, Detail.NO_PRIORITY_NEED)


def housed(person, *changes):
    """The world of one person of the street who applies at once, with an option from the start."""
    world = (WHEN, APPLIES_AT_ONCE)
    return run(made([person]), quiet(*world), quiet(*world, *changes))


def test_a_recognised_confirmed_survivor_gets_the_main_duty_though_not_vulnerable():
    assert NO_PRIORITY in events_of(housed(AFTER_START))
    told = life(housed(AFTER_START, RECOGNISED))
    accepted = [happening for happening in told if happening.event == Event.MAIN_DUTY_ACCEPTED]
    assert len(accepted) == 1
    moved = [happening for happening in told if happening.time >= accepted[0].time]
    assert moved[-1].place == Place.COUNCIL_TEMPORARY


def test_priority_need_is_not_given_before_the_start():
    assert NO_PRIORITY in events_of(housed(Made(date(2023, 5, 2)), RECOGNISED))


def test_priority_need_is_not_given_to_somebody_who_is_not_recognised():
    nobody = {**RECOGNISED, "housing.priority_need.recognition.first_day": 0}
    nobody |= {"housing.priority_need.recognition.mature": 0}
    assert NO_PRIORITY in events_of(housed(AFTER_START, nobody))


def test_recognition_grows_from_its_first_day_to_maturity():
    grows = {**RECOGNISED, "housing.priority_need.recognition.first_day": 0}
    grows |= {"housing.priority_need.recognition.ramp_days": 200}
    early, late = Made(date(2024, 1, 24)), Made(date(2024, 10, 1))
    # decided on the 57th day: hardly past the start, and after the 200 days
    assert NO_PRIORITY in events_of(housed(early, grows))
    assert ACCEPTED in events_of(housed(late, grows))


@pytest.mark.parametrize("status", [ImmigrationStatus.ASYLUM_PENDING, ImmigrationStatus.NO_STATUS])
def test_without_recourse_to_public_funds_no_duty_is_owed_to_anybody(status):
    people = made([Made(date(2024, 5, 1), status=status, dependants=k % 2 == 0) for k in range(10)])
    world = (WHEN, APPLIES_AT_ONCE)
    log = run(people, quiet(*world), quiet(*world, RECOGNISED))
    duties = (Event.PREVENTION_STARTED, Event.RELIEF_STARTED, Event.MAIN_DUTY_ACCEPTED, Event.JOINED_REGISTER)
    assert sum(int(np.sum(log.event == event)) for event in duties) == 0
    refused = (log.event == Event.APPLICATION_REFUSED) & (log.detail == Detail.NOT_ELIGIBLE)
    assert int(np.sum(refused)) == 10


@pytest.mark.parametrize("traits", [{"dependants": True}, {"pregnant": True, "female": True}])
def test_children_and_pregnancy_are_priority_need_today(traits):
    accepted = (Event.MAIN_DUTY_ACCEPTED, Detail.FAMILY)
    assert accepted in events_of(housed(Made(date(2024, 5, 1), **traits)))


def test_a_negative_decision_gives_no_priority_need():
    negative = {"decisions.conclusive_grounds.positive.overall": 0}
    world = (WHEN, APPLIES_AT_ONCE, negative)
    log = run(made([AFTER_START]), quiet(*world), quiet(*world, RECOGNISED))
    assert NO_PRIORITY in events_of(log)


# ---------------------------------------------------------------------------------------- local connection
EXEMPT = {"housing.local_connection.survivors_exempt": True}
SENT_AWAY = {
    **APPLIES_AT_ONCE,
    "housing.local_connection.elsewhere_share": 1,
    "housing.local_connection.referred_share": 1,
}


def test_the_exemption_opens_the_register_at_once_and_ends_referrals_elsewhere():
    people = made([Made(date(2024, 5, 1), region=Region.LONDON if k % 2 else Region.EAST) for k in range(8)])
    world = (WHEN, SENT_AWAY)
    today, exempt = run(people, quiet(*world)), run(people, quiet(*world), quiet(*world, EXEMPT))
    for row in range(8):
        applied = day_of_only(today, Event.APPLIED_AS_HOMELESS, row)
        assert day_of_only(today, Event.REFERRED_TO_OTHER_COUNCIL, row) == applied
        assert days_of(today, Event.REGISTER_REFUSED, row)[0] == applied
        assert days_of(exempt, Event.REFERRED_TO_OTHER_COUNCIL, row) == []
        assert days_of(exempt, Event.REGISTER_REFUSED, row) == []
        assert day_of_only(exempt, Event.JOINED_REGISTER, row) == applied


def test_without_the_exemption_the_register_opens_when_residence_is_long_enough():
    log = run(made([AFTER_START]), quiet(WHEN, SENT_AWAY))
    refused = days_of(log, Event.REGISTER_REFUSED)[0]
    joined = day_of_only(log, Event.JOINED_REGISTER)
    assert 730 - 182 <= joined - refused <= 730


def test_applications_before_the_start_are_not_exempt():
    person = Made(date(2024, 1, 3))
    world = (WHEN, SENT_AWAY)
    log = run(made([person]), quiet(*world), quiet(*world, EXEMPT))
    assert day_of_only(log, Event.APPLIED_AS_HOMELESS) < day_of(START)
    assert len(days_of(log, Event.REFERRED_TO_OTHER_COUNCIL)) == 1


def test_a_negative_decision_ends_the_exemption():
    # released from custody to the street, some before and some after the negative decision
    world = (
        WHEN,
        SENT_AWAY,
        everywhere(place_mix(custody=1)),
        {"places.custody_mean_days": 60, "places.friends_after_loss_share": 0},
        {"decisions.conclusive_grounds.positive.overall": 0},
    )
    people = made([Made(date(2024, 5, 1)) for _ in range(30)])
    log = run(people, quiet(*world), quiet(*world, EXEMPT))
    seen = set()
    for row in range(30):
        applied, negative = days_of(log, Event.APPLIED_AS_HOMELESS, row), days_of(log, Event.CG_NEGATIVE, row)
        after = applied[0] > negative[0]
        seen.add(after)
        assert bool(days_of(log, Event.REGISTER_REFUSED, row)) == after
    assert seen == {True, False}
