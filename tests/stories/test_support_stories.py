"""Support stories: emergency help before reasonable grounds, criminal cases, hand-over, and their options.

In the quiet world reasonable grounds are decided at noon four days after referral, conclusive grounds a
hundred days later, and support starts two days after it is offered.
"""

from datetime import date

import numpy as np
import pytest

from sim.config.compose import scenario, world
from sim.engine.clock import day_of
from sim.engine.log import Detail, Event, Place
from sim.people.codes import Region
from tests.small_world import Made, day_of_only, days_of, everywhere, life, made, place_mix, quiet, run

ON_THE_STREET = everywhere(place_mix(street=1))
REFERRED = date(2024, 6, 3)
EMERGENCY = {"support.emergency_share": 1}
REFUSED = {
    "decisions.reasonable_grounds.positive.overall": 0,
    "decisions.reasonable_grounds.positive.adult": 0,
}
LIFELINE = {"services.lifeline.offered_share": 1, "services.lifeline.accepted_share": 1}
LOSES = {"support.handover.lost_share": 1}
RETOLD = {"support.handover.retold_ratio": 0}


def alone(*changes, **traits):
    """The log of one person in a quiet world."""
    rules = quiet({"experiment.horizon": "2028-03-31"}, *changes)
    return run(made([Made(REFERRED, **traits)]), rules, rules)


def option(name, before):
    """A shipped option laid over a quiet world."""
    return world(before, {path: value for path, (_, value) in scenario([name]).changes.items()})


def started(log):
    return [(one.time, one.detail) for one in life(log) if one.event == Event.SUPPORT_STARTED]


# -------------------------------------------------------------------------------------- emergency support
def test_emergency_support_starts_before_reasonable_grounds_and_is_carried_on_by_a_positive_decision():
    log = alone(EMERGENCY, ON_THE_STREET)
    begun = started(log)
    assert [detail for _, detail in begun] == [Detail.EMERGENCY]
    assert begun[0][0] < day_of_only(log, Event.RG_POSITIVE)
    assert days_of(log, Event.SUPPORT_ENDED)[0] > day_of_only(log, Event.CG_POSITIVE)


def test_a_negative_first_decision_ends_emergency_support_nine_working_days_later():
    log = alone(EMERGENCY, ON_THE_STREET, REFUSED)
    refused = day_of_only(log, Event.RG_NEGATIVE)
    assert refused == day_of(date(2024, 6, 7)) + 0.5
    assert day_of_only(log, Event.SUPPORT_ENDED) - refused == pytest.approx(13, abs=1e-3)
    assert life(log)[-1].place == Place.STREET


def test_emergency_support_goes_on_if_the_first_decision_is_overturned_in_time():
    overturned = {
        "decisions.reconsideration.rg_request_share": 1,
        "decisions.reconsideration.rg_overturned_share": 1,
        "decisions.reconsideration.request_within_days": 1,
        "decisions.reconsideration.decision_min_days": 3,
        "decisions.reconsideration.decision_max_days": 3,
    }
    log = alone(EMERGENCY, ON_THE_STREET, REFUSED, overturned)
    assert len(started(log)) == 1
    assert day_of_only(log, Event.SUPPORT_ENDED) - day_of_only(log, Event.CG_POSITIVE) == pytest.approx(45)


@pytest.mark.parametrize(
    ("why", "changes", "traits"),
    [
        ("in a home", {}, {}),
        ("in Scotland", ON_THE_STREET, {"region": Region.SCOTLAND}),
        ("a child", ON_THE_STREET, {"group": 1, "adult_at_referral": False, "turns_18": 9e5}),
    ],
)
def test_emergency_support_is_for_adults_without_a_secure_place_in_england_and_wales(why, changes, traits):
    log = alone(EMERGENCY, changes, **traits)
    assert Detail.EMERGENCY not in [detail for _, detail in started(log)], why


def test_nobody_gets_emergency_support_unless_it_is_set():
    assert [detail for _, detail in started(alone(ON_THE_STREET))] == [Detail.NONE]


# ------------------------------------------------------------------------------------------ criminal cases
@pytest.mark.parametrize(
    ("whose", "detail"), [("own_share", Detail.OWN_CASE), ("witness_share", Detail.WITNESS)]
)
def test_a_criminal_case_holds_the_conclusive_decision_and_is_never_quicker(whose, detail):
    def ready(*changes):
        log = alone(*changes)
        return day_of_only(log, Event.CG_READY) - day_of_only(log, Event.RG_POSITIVE), log

    usual, _ = ready()
    held, log = ready({f"decisions.criminal_case.{whose}": 1, "decisions.criminal_case.mean_days": 600})
    assert held > usual + 1
    assert [one.detail for one in life(log) if one.event == Event.CRIMINAL_CASE] == [detail]
    short, _ = ready({f"decisions.criminal_case.{whose}": 1, "decisions.criminal_case.mean_days": 0.001})
    assert short == usual


# ----------------------------------------------------------------------------------------------- hand-over
def test_somebody_may_be_lost_on_the_way_to_a_service_but_not_with_the_same_provider():
    log = alone(LIFELINE, LOSES, {"support.handover.worker_changes_per_year": 0})
    assert len(days_of(log, Event.LOST_AT_HANDOVER)) == 1
    assert not days_of(log, Event.SERVICE_OFFERED)
    same = alone(
        LIFELINE,
        LOSES,
        {"support.handover.same_provider": True, "support.handover.worker_changes_per_year": 0},
    )
    assert not days_of(same, Event.LOST_AT_HANDOVER)
    assert days_of(same, Event.SERVICE_STARTED)


@pytest.mark.parametrize("avoided_by", ["same_provider", "shared_information"])
def test_a_story_told_again_costs_engagement_unless_it_need_not_be_told(avoided_by):
    assert days_of(alone(LIFELINE, RETOLD), Event.SERVICE_DECLINED)
    log = alone(LIFELINE, RETOLD, {f"support.handover.{avoided_by}": True})
    assert days_of(log, Event.SERVICE_STARTED)


def test_shared_information_does_not_bring_back_who_is_lost():
    log = alone(LIFELINE, LOSES, {"support.handover.shared_information": True})
    assert not days_of(log, Event.SERVICE_STARTED)


def test_a_change_of_worker_loses_people_in_support_only_where_a_share_is_lost():
    often = {"support.handover.worker_changes_per_year": 1000}
    assert [one.detail for one in life(alone(often)) if one.event == Event.SUPPORT_ENDED] == [Detail.MOVED_ON]
    log = alone(often, LOSES)
    assert [one.detail for one in life(log) if one.event == Event.SUPPORT_ENDED] == [Detail.DISENGAGED]


# ------------------------------------------------------------------------------------------------- options
WHEN = {"policy.start": "2024-06-03", "experiment.horizon": "2028-03-31"}


def test_in_the_45_day_era_support_ends_a_fortnight_after_the_decision_and_nobody_is_assessed():
    assessed = {
        "support.needs_assessment.first_requested_share": 1,
        "support.needs_assessment.fully_agreed": 1,
        "support.needs_assessment.partly_agreed": 0,
    }
    today = quiet(WHEN, assessed, {"decisions.conclusive_grounds.ready_mean_days": 30})
    people = made([Made(REFERRED)])
    log = run(people, today, today)
    assert days_of(log, Event.NEEDS_ASSESSED)
    era = run(people, today, option("era_45_days", today))
    assert not days_of(era, Event.NEEDS_ASSESSED)
    assert day_of_only(era, Event.SUPPORT_ENDED) - day_of_only(era, Event.CG_POSITIVE) == pytest.approx(14)
    assert day_of_only(era, Event.CG_POSITIVE) - day_of_only(era, Event.RG_POSITIVE) >= 45
    assert day_of_only(log, Event.CG_POSITIVE) - day_of_only(log, Event.RG_POSITIVE) < 45


def test_the_same_provider_changes_nothing_by_default_and_keeps_everyone_where_some_would_be_lost():
    people = made([Made(REFERRED)])
    today = quiet(WHEN, LIFELINE)
    assert run(people, today, today).digest() == run(people, today, option("same_provider", today)).digest()
    losing = quiet(WHEN, LIFELINE, LOSES, {"support.handover.worker_changes_per_year": 0})
    assert days_of(run(people, losing, losing), Event.LOST_AT_HANDOVER)
    assert not days_of(run(people, losing, option("same_provider", losing)), Event.LOST_AT_HANDOVER)


def test_more_decision_makers_raise_capacity_above_demand_at_both_desks():
    changes = scenario(["more_decision_makers"]).changes
    assert set(changes) == {
        f"decisions.{desk}.capacity_rule.ratio" for desk in ("reasonable_grounds", "conclusive_grounds")
    }
    busy = {
        "decisions.conclusive_grounds.capacity_per_quarter": 20,
        "decisions.conclusive_grounds.capacity_rule.follow_from": "2023-01-01",
        "decisions.conclusive_grounds.capacity_rule.ratio": 0.5,
    }
    today = quiet({"policy.start": "2024-01-01", "experiment.horizon": "2025-12-31"}, busy)
    people = made([Made(float(day_of(date(2022, 7, 1))) + 7 * week, group=0) for week in range(100)])
    decided = [
        int(np.count_nonzero(run(people, today, rules).event == Event.CG_POSITIVE))
        for rules in (today, option("more_decision_makers", today))
    ]
    assert decided[1] > decided[0] + 10
