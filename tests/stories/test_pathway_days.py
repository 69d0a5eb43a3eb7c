"""Dates that law and practice fix, to the day: move-on, notice after a negative decision, asylum notice.

In the quiet world decisions are taken at noon: RG four days after referral, CG a hundred days after RG.
"""

from datetime import date, timedelta

import numpy as np
import pytest

from sim.engine.clock import date_of, day_of
from sim.engine.log import Detail, Event, Place
from sim.people.codes import Group, ImmigrationStatus, Region
from tests.small_world import (
    Made,
    day_of_only,
    days_of,
    everywhere,
    life,
    made,
    place_mix,
    quiet,
    run,
)

SHORT = {"policy.start": "2021-04-01", "experiment.horizon": "2022-03-31"}
NEGATIVE = {
    f"decisions.conclusive_grounds.positive.{group}": 0 for group in ("adult", "child", "unknown", "overall")
}


def decided_on(day: date, **traits) -> Made:
    """Somebody whose conclusive decision falls on a day."""
    return Made(day - timedelta(days=104), **traits)


def test_a_life_where_nothing_goes_wrong_reads_as_it_should():
    log = run(made([Made(date(2020, 1, 6))]), quiet(SHORT))
    told = [(date_of(h.time), h.event) for h in life(log)]
    assert told == [
        (date(2020, 1, 6), Event.REFERRED),
        (date(2020, 1, 10), Event.RG_POSITIVE),
        (date(2020, 1, 10), Event.COMMUNITY_LIFE_BEGINS),
        (date(2020, 1, 12), Event.SUPPORT_STARTED),
        (date(2020, 1, 12), Event.CONTACT_STARTED),
        (date(2020, 4, 19), Event.CG_READY),  # a Sunday
        (date(2020, 4, 20), Event.CG_POSITIVE),
        (date(2020, 6, 4), Event.CONTACT_ENDED),
        (date(2020, 6, 4), Event.SUPPORT_ENDED),
        (date(2020, 6, 4), Event.SUBSISTENCE_ENDED),
    ]
    assert life(log)[-2].detail == Detail.MOVED_ON


@pytest.mark.parametrize(
    ("confirmed", "days"), [(date(2019, 1, 31), 14), (date(2019, 2, 1), 45), (date(2019, 2, 7), 45)]
)
def test_move_on_support_was_14_days_before_february_2019_and_45_after(confirmed, days):
    log = run(made([decided_on(confirmed)]), quiet(SHORT))
    decided = day_of_only(log, Event.CG_POSITIVE)
    assert date_of(decided) == confirmed
    assert day_of_only(log, Event.SUPPORT_ENDED) - decided == days


@pytest.mark.parametrize(
    ("decided", "last_day"),
    [
        (date(2017, 4, 13), date(2017, 4, 28)),  # Good Friday and Easter Monday do not count
        (date(2017, 3, 15), date(2017, 3, 28)),
        (date(2018, 12, 20), date(2019, 1, 7)),  # Christmas Day, Boxing Day and New Year's Day do not
    ],
)
def test_support_ends_nine_working_days_after_a_negative_decision(decided, last_day):
    log = run(made([decided_on(decided)]), quiet(SHORT, NEGATIVE))
    assert date_of(day_of_only(log, Event.CG_NEGATIVE)) == decided
    assert date_of(day_of_only(log, Event.SUPPORT_ENDED)) == last_day
    assert [h.detail for h in life(log) if h.event == Event.SUPPORT_ENDED] == [Detail.NEGATIVE_DECISION]


def test_notice_after_a_negative_decision_can_be_extended_by_four_weeks():
    extended = {"support.negative_extension_share": 1}
    log = run(made([decided_on(date(2017, 3, 15))]), quiet(SHORT, NEGATIVE, extended))
    assert date_of(day_of_only(log, Event.SUPPORT_ENDED)) == date(2017, 3, 28) + timedelta(days=28)


@pytest.mark.parametrize(
    ("granted", "notice"),
    [
        (date(2024, 12, 8), 28),
        (date(2024, 12, 9), 56),
        (date(2025, 8, 31), 56),
        (date(2025, 9, 1), 28),
        (date(2026, 3, 8), 28),
        (date(2026, 3, 9), 42),
    ],
)
def test_notice_to_leave_asylum_accommodation_follows_its_dates(granted, notice):
    claim = {
        **everywhere(place_mix(asylum_accommodation=1)),
        "status.asylum.decision_median_days": 402,
        "status.asylum.granted_share": 1,
    }
    person = Made(granted - timedelta(days=406), status=ImmigrationStatus.ASYLUM_PENDING)
    log = run(made([person]), quiet(claim))
    assert date_of(day_of_only(log, Event.ASYLUM_GRANTED)) == granted
    told = [h for h in life(log) if h.event == Event.MOVED]
    assert told[0].time - day_of_only(log, Event.ASYLUM_ACCOMMODATION_NOTICE) == notice
    assert told[0].place in (Place.FRIENDS, Place.STREET)
    assert told[0].detail == Detail.PLACE_ENDED


def test_a_refusal_without_section_4_ends_in_21_days_and_leaving_support_does_not_end_asylum_support():
    claim = {
        **everywhere(place_mix(asylum_accommodation=1)),
        "status.asylum.decision_median_days": 402,
        "status.asylum.granted_share": 0,
        "status.asylum.appeal_share": 0,
        "status.asylum.section_4_share": 0,
    }
    person = Made(date(2019, 1, 7), status=ImmigrationStatus.ASYLUM_PENDING)
    log = run(made([person]), quiet(SHORT, claim))
    refused, left = day_of_only(log, Event.APPEAL_DISMISSED), day_of_only(log, Event.MOVED)
    assert left - refused == 21
    assert day_of_only(log, Event.SUPPORT_ENDED) < refused
    log = run(made([person]), quiet(SHORT, claim, {"status.asylum.section_4_share": 1}))
    assert days_of(log, Event.MOVED) == []


def test_children_are_decided_but_not_followed_until_they_are_18():
    birthday = day_of(date(2020, 3, 2)) + 0.125
    people = made(
        [
            Made(date(2020, 1, 6), group=Group.CHILD, adult_at_referral=False, turns_18=birthday),
            Made(date(2020, 1, 6), group=Group.CHILD, adult_at_referral=False, turns_18=birthday + 3000),
            Made(date(2020, 1, 6), region=Region.SCOTLAND),
            Made(date(2020, 1, 6), group=Group.DECLINED),
        ]
    )
    log = run(people, quiet(SHORT, {"decisions.turning_18_enters_support_share": 1}))
    adult = int(np.flatnonzero(people.region == Region.SCOTLAND)[0])
    declined = int(np.flatnonzero(people.group == Group.DECLINED)[0])
    grown, child = np.flatnonzero(people.group == Group.CHILD).tolist()
    if people.turns_18[grown] > people.turns_18[child]:
        grown, child = child, grown
    assert day_of_only(log, Event.TURNED_18, grown) == birthday
    assert day_of_only(log, Event.COMMUNITY_LIFE_BEGINS, grown) == birthday
    assert day_of_only(log, Event.SUPPORT_STARTED, grown) == birthday + 2
    for row in (child, adult):
        assert [h.event for h in life(log, row)] == [
            Event.REFERRED,
            Event.RG_POSITIVE,
            Event.CG_READY,
            Event.CG_POSITIVE,
        ]
    assert [h.event for h in life(log, declined)] == [Event.DECLINED_REFERRAL]


def test_an_overturned_negative_decision_brings_support_back_without_a_new_offer():
    again = {
        "decisions.reconsideration.cg_request_share": 1,
        "decisions.reconsideration.cg_overturned_share": 1,
        "decisions.reconsideration.decision_min_days": 60,
    }
    log = run(made([decided_on(date(2017, 3, 15))]), quiet(SHORT, NEGATIVE, again))
    ended, started = days_of(log, Event.SUPPORT_ENDED), days_of(log, Event.SUPPORT_STARTED)
    confirmed = day_of_only(log, Event.CG_POSITIVE)
    assert len(ended) == len(started) == 2
    assert started[0] < ended[0] < confirmed
    assert 0 < started[1] - confirmed < 1 / 1440
    assert ended[1] - confirmed == 14
