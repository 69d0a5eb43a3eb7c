"""Life beside the decisions: beds and their line, services, hazards, later visits, duties in order."""

from datetime import date

import numpy as np
import pytest

from sim.config.compose import baseline
from sim.engine.clock import day_of
from sim.engine.log import Detail, Event, Place
from sim.people.chance import Activity, uniform
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

SHORT = {"policy.start": "2021-04-01", "experiment.horizon": "2024-03-31"}
ON_THE_STREET = everywhere(place_mix(street=1))
WITH_FRIENDS = everywhere(place_mix(friends=1))
WANT_A_BED = {f"support.beds.wanted_from_{place}": 1 for place in ("street", "friends")}
PATIENT = {"support.beds.patience_mean_days": 1e6}
NEGATIVE = {
    f"decisions.conclusive_grounds.positive.{group}": 0 for group in ("adult", "child", "unknown", "overall")
}


# ------------------------------------------------------------------------------------------------ safehouses
def test_one_bed_passes_from_hand_to_hand_in_order_of_asking():
    people = made([Made(date(2020, 1, 6)), Made(date(2020, 1, 7)), Made(date(2020, 1, 8))])
    log = run(people, quiet(SHORT, WITH_FRIENDS, WANT_A_BED, PATIENT, {"support.beds.places": 1}))
    order = np.argsort(people.arrival).tolist()
    taken = [day_of_only(log, Event.BED_TAKEN, row) for row in order[:2]]
    left = [day_of_only(log, Event.BED_LEFT, row) for row in order[:2]]
    assert taken[0] == day_of_only(log, Event.BED_REQUESTED, order[0])
    assert taken[1] == left[0], "a place given back is filled the same instant"
    assert taken[1] > day_of_only(log, Event.CG_POSITIVE, order[1])
    # the third was still waiting when support ended, and waits no more
    third = [happening.event for happening in life(log, order[2])]
    assert Event.BED_REQUESTED in third
    assert Event.BED_TAKEN not in third


def test_families_and_people_on_the_street_go_before_others_in_the_line():
    people = made([Made(date(2020, 1, 6)), Made(date(2020, 1, 7)), Made(date(2020, 1, 8), dependants=True)])
    log = run(people, quiet(SHORT, WITH_FRIENDS, WANT_A_BED, PATIENT, {"support.beds.places": 1}))
    order = np.argsort(people.arrival).tolist()
    assert len(days_of(log, Event.BED_TAKEN, order[0])) == 1
    assert days_of(log, Event.BED_TAKEN, order[1]) == []
    assert len(days_of(log, Event.BED_TAKEN, order[2])) == 1


def test_no_bed_houses_nobody_and_enough_beds_let_nobody_wait():
    people = made([Made(date(2020, 1, 6), female=bool(k % 2)) for k in range(12)])
    world = (SHORT, WITH_FRIENDS, WANT_A_BED, {"support.beds.patience_mean_days": 5})
    none = run(people, quiet(*world, {"support.beds.places": 0}))
    assert int(np.sum(none.event == Event.BED_TAKEN)) == 0
    assert int(np.sum(none.event == Event.BED_WAIT_GIVEN_UP)) > 6
    enough = run(people, quiet(*world, {"support.beds.places": 12}))
    for row in range(12):
        assert day_of_only(enough, Event.BED_TAKEN, row) == day_of_only(enough, Event.BED_REQUESTED, row)


def test_a_cut_of_beds_turns_nobody_out_but_closes_places_as_they_fall_free():
    people = made([Made(date(2020, 1, 6)), Made(date(2020, 1, 7)), Made(date(2020, 3, 2))])
    cut = {"support.beds.places": "{2014-01-01: 2, 2020-02-01: 1}"}
    log = run(people, quiet(SHORT, WITH_FRIENDS, WANT_A_BED, PATIENT, cut))
    order = np.argsort(people.arrival).tolist()
    first, second = (day_of_only(log, Event.BED_LEFT, row) for row in order[:2])
    assert min(first, second) > day_of(date(2020, 4, 1)), "nobody was turned out in February"
    assert day_of_only(log, Event.BED_TAKEN, order[2]) == max(first, second)


def test_places_bought_for_a_shortfall_open_after_the_lag():
    people = made([Made(date(2020, 1, 6)), Made(date(2020, 1, 7))])
    buying = {
        "support.beds.places": 0,
        "support.beds.bought_share_of_shortfall": 1,
        "support.beds.buying_lag_days": 50,
        "decisions.conclusive_grounds.ready_mean_days": 300,
    }
    log = run(people, quiet(SHORT, WITH_FRIENDS, WANT_A_BED, PATIENT, buying))
    # two wait on 1 February, when two places are ordered; 50 days later is 22 March, looked at on 1 April
    assert np.sum(log.event == Event.BED_TAKEN) == 2
    assert set(log.time[log.event == Event.BED_TAKEN].tolist()) == {float(day_of(date(2020, 4, 1)))}


# --------------------------------------------------------------------------------------------------- housing
def test_duties_follow_one_another_56_days_each_and_stop_with_advice():
    applies = {
        **WITH_FRIENDS,
        "housing.applying.when_insecure_share": 1,
        "housing.applying.when_insecure_mean_days": 0,
    }
    log = run(made([Made(date(2020, 1, 6))]), quiet(SHORT, applies))
    applied = day_of_only(log, Event.APPLIED_AS_HOMELESS)
    assert applied - day_of_only(log, Event.RG_POSITIVE) == 1
    assert day_of_only(log, Event.RELIEF_STARTED) == applied
    assert day_of_only(log, Event.RELIEF_ENDED) == applied + 56
    assert day_of_only(log, Event.MAIN_DUTY_REFUSED) == applied + 56


def test_prevention_turns_into_relief_when_the_bed_ends():
    told = {
        **ON_THE_STREET,
        **WANT_A_BED,
        "housing.applying.told_share": 1,
        "housing.safehouse_homeless_in_law_share": 0,
        "housing.applying.lead_mean_days": 10,
    }
    people = made([Made(date(2020, 1, 6)) for _ in range(12)])
    log = run(people, quiet(SHORT, told))
    turned = 0
    for row in range(12):
        left = day_of_only(log, Event.BED_LEFT, row)
        started = days_of(log, Event.PREVENTION_STARTED, row)
        if not started:
            continue
        turned += 1
        assert started[0] < left
        ended = day_of_only(log, Event.PREVENTION_ENDED, row)
        assert 0 < ended - left < 1 / 1440
        assert day_of_only(log, Event.RELIEF_STARTED, row) == ended
    assert turned >= 8


def test_interim_accommodation_ends_after_notice_when_there_is_no_priority_need():
    interim = {
        **ON_THE_STREET,
        "housing.applying.when_insecure_share": 1,
        "housing.applying.when_insecure_mean_days": 0,
        "housing.relief.interim_base": 1,
        "housing.main_duty.notice_days": 14,
    }
    log = run(made([Made(date(2020, 1, 6))]), quiet(SHORT, interim))
    moves = [h for h in life(log) if h.event == Event.MOVED]
    assert moves[0].place == Place.COUNCIL_TEMPORARY
    assert moves[0].detail == Detail.INTERIM
    assert moves[1].place in (Place.FRIENDS, Place.STREET)
    assert moves[1].time - days_of(log, Event.MAIN_DUTY_REFUSED)[0] == 14


# -------------------------------------------------------------------------------------------------- services
LIFELINE = Detail.SERVICE_BASE + sorted(baseline().services).index("lifeline")


def test_a_service_without_room_keeps_a_line_and_a_named_worker_ends_with_it():
    few = {
        "services.lifeline.offered_share": 1,
        "services.lifeline.accepted_share": 1,
        "services.lifeline.places": 1,
        "services.lifeline.patience_mean_days": 1e6,
        "services.lifeline.duration_min_days": 100,
        "services.lifeline.duration_mean_days": 100,
    }
    people = made([Made(date(2020, 1, 6)), Made(date(2020, 1, 7)), Made(date(2020, 1, 8))])
    log = run(people, quiet(SHORT, few))
    order = np.argsort(people.arrival).tolist()
    started = [day_of_only(log, Event.SERVICE_STARTED, row) for row in order]
    assert np.diff(started).tolist() == [100, 100]
    for row in order:
        with_lifeline = [
            h for h in life(log, row) if h.detail == LIFELINE and h.event != Event.SERVICE_OFFERED
        ]
        assert [h.event for h in with_lifeline] == [
            Event.SERVICE_STARTED,
            Event.CONTACT_STARTED,
            Event.CONTACT_ENDED,
            Event.SERVICE_ENDED,
        ]


@pytest.mark.parametrize("before", [True, False])
def test_a_lever_on_named_workers_neither_ends_nor_forgets_contact_begun_under_the_old_rule(before):
    def world(named):
        return {
            "services.lifeline.offered_share": 1,
            "services.lifeline.accepted_share": 1,
            "services.lifeline.duration_min_days": 400,
            "services.lifeline.duration_mean_days": 400,
            "services.lifeline.named_worker": named,
        }

    old, new = quiet(SHORT, world(before)), quiet(SHORT, world(not before))
    log = run(made([Made(date(2020, 7, 6)), Made(date(2021, 7, 6))]), old, new)
    for row, named in ((0, before), (1, not before)):
        contacts = [
            h.event for h in life(log, row) if h.event >= Event.CONTACT_STARTED and h.detail == LIFELINE
        ]
        contacts = [event for event in contacts if event in (Event.CONTACT_STARTED, Event.CONTACT_ENDED)]
        assert contacts == ([Event.CONTACT_STARTED, Event.CONTACT_ENDED] if named else [])


# -------------------------------------------------------------------------------------- hazards, later visits
AGAIN = {
    "risk.same_incident_prone_share": 1,
    "risk.same_incident_referral_per_year": 4,
}


def test_somebody_referred_again_can_still_die():
    long = {"policy.start": "2021-04-01", "experiment.horizon": "2032-03-31"}
    people = made([Made(date(2016, 1, 4)) for _ in range(30)])
    log = run(people, quiet(long, AGAIN, {"risk.dies_per_year": 0.3}))
    died_later = [row for row, own in lives(log) if own.event[-1] == Event.DIED and own.visit[-1] > 0]
    # sixteen years at 0.3 a year: a chance of 0.008 to be alive at the end
    assert int(np.sum(log.event == Event.DIED)) >= 27
    assert len(died_later) >= 20


def test_support_that_ended_with_an_earlier_case_does_not_come_back_with_a_later_one():
    reached = {"support.reached_share": 0.5}
    # the first case is decided negatively, later ones positively
    later = {
        "decisions.conclusive_grounds.positive.adult": "{2014-01-01: 0, 2017-01-01: 1}",
    }
    people = made([Made(date(2016, 1, 4)) for _ in range(40)])
    log = run(people, quiet(SHORT, AGAIN, reached, later))
    unreached = 0
    for row in range(40):
        key = int(people.key[row])
        reached_first = uniform(key, Activity.REACHED, 0) < 0.5
        for visit in range(1, 4):
            told = [h for h in life(log, row) if h.visit == visit]
            confirmed = [h for h in told if h.event == Event.CG_POSITIVE]
            if reached_first and confirmed and uniform(key, Activity.REACHED, visit) >= 0.5:
                unreached += 1
                assert Event.SUPPORT_STARTED not in {h.event for h in told}, (row, visit)
    assert unreached >= 5


def test_new_exploitation_that_comes_to_light_is_a_new_visit():
    found = {
        "risk.re_exploitation_per_year": 1,
        "risk.detected_share": 1,
        "risk.detection_mean_days": 10,
    }
    people = made([Made(date(2020, 1, 6)) for _ in range(10)])
    log = run(people, quiet(SHORT, found))
    again = (log.event == Event.REFERRED) & (log.visit > 0)
    assert int(np.sum(again)) >= 5
    assert set(log.detail[again].tolist()) == {int(Detail.NEW_EXPLOITATION)}
    for row in range(10):
        told = life(log, row)
        for at, happening in enumerate(told):
            if happening.event == Event.RE_EXPLOITED:
                after = [h for h in told[at:] if h.event == Event.MOVED]
                assert after[0].place == Place.OUT_OF_CONTACT


# ------------------------------------------------------------------------------- how long support lasts after
@pytest.mark.parametrize("mean_stay", [72, 150, 230])
def test_mean_stay_after_a_positive_decision_is_the_one_the_world_states(mean_stay):
    stated = {
        "policy.start": "2021-04-01",
        "experiment.horizon": "2026-03-31",
        "support.needs_assessment.mean_post_cg_stay_days": mean_stay,
        # nobody leaves early, and everybody has left at the horizon
        "support.casework.disengagement_per_month": 0,
        "risk.missing_per_year": 0,
        "risk.re_exploitation_per_year": 0,
        "risk.dies_per_year": 0,
        "risk.leaves_uk_per_year_british": 0,
        "risk.leaves_uk_per_year_other": 0,
        "risk.leaves_uk_per_year_no_status": 0,
    }
    of = scaled(parameters(stated), 0.2)
    people = build(of)
    chosen = people.arrival > day_of(date(2019, 8, 1))
    chosen &= people.arrival < day_of(date(2020, 4, 1))
    log = run(people.take(chosen), of)
    stays = []
    for _, own in lives(log):
        confirmed = own.time[own.event == Event.CG_POSITIVE]
        ended = own.time[(own.event == Event.SUPPORT_ENDED) & (own.detail == Detail.MOVED_ON)]
        if len(confirmed) == 1 and len(ended) == 1 and ended[0] > confirmed[0]:
            stays.append(ended[0] - confirmed[0])
    assert len(stays) > 200
    error = np.std(stays, ddof=1) / np.sqrt(len(stays))
    assert abs(np.mean(stays) - mean_stay) <= 3 * error
    assert min(stays) >= 45


# ------------------------------------------------------------------------------- detention after the decision
DETAINED = {
    "risk.detained_per_year": 4,
    "places.custody_mean_days": 20,
    **everywhere(place_mix(friends=1)),
    "places.friends_after_loss_share": 0,
    "housing.applying.when_insecure_share": 1,
    "housing.applying.when_insecure_mean_days": 0,
    "housing.priority_need.vulnerable_share": 1,
}


def test_detention_after_the_decision_ends_a_duty_but_not_support_and_release_is_to_the_street():
    log = run(made([Made(date(2020, 1, 6))]), quiet(DETAINED, {"policy.start": "2024-04-01"}))
    story = life(log)
    first = next(k for k, one in enumerate(story) if one.detail == Detail.DETAINED)
    moved = story[first]
    assert (moved.event, moved.place) == (Event.MOVED, Place.CUSTODY)
    before = [one.event for one in story[:first]]
    assert Event.SUPPORT_STARTED in before
    assert Event.SUPPORT_ENDED not in before, "the story needs somebody in support"
    ended = [one for one in story[:first] if one.event in (Event.RELIEF_ENDED, Event.MAIN_DUTY_ENDED)]
    assert ended[-1].detail == Detail.LAPSED
    assert ended[-1].time == moved.time
    free = next(one for one in story[first:] if one.detail == Detail.RELEASED)
    assert free.place == Place.STREET
    between = [one.event for one in story if moved.time < one.time < free.time]
    assert Event.APPLIED_AS_HOMELESS not in between, "nobody applies from custody"
    applied = next(one for one in story[first:] if one.event == Event.APPLIED_AS_HOMELESS)
    assert applied.time > free.time


def test_nobody_is_detained_later_unless_it_is_set():
    people = made([Made(date(2020, 1, 6))])
    never = run(people, quiet(DETAINED, {"risk.detained_per_year": 0, "policy.start": "2024-04-01"}))
    assert Detail.DETAINED not in set(never.detail.tolist())
