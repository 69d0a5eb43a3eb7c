"""Social homes as a line shared with other households: turns, lettings, refusals, and waits that come out."""

from datetime import date
from itertools import pairwise
from math import exp, log

import numpy as np
import pytest

from sim.config.mistakes import ConfigurationError
from sim.engine.clock import day_of
from sim.engine.letting_rules import in_line
from sim.engine.lettings import Lettings, household
from sim.engine.log import Detail, Event, Place
from sim.engine.unpacking import rules_of
from sim.people.chance import Kind, entity_key, root_key
from sim.people.codes import Region
from tests.small_world import Made, day_of_only, days_of, everywhere, life, made, place_mix, quiet, run

CAME = date(2020, 1, 6)
SHORT = {"policy.start": "2024-04-01", "experiment.horizon": "2025-03-31"}
NEEDS_A_HOME = {
    **everywhere(place_mix(friends=1)),
    "housing.applying.when_insecure_share": 1,
    "housing.register.test_share": 0,
    "housing.register.offers_per_year": 50,
    "housing.main_duty.mean_years": 0.8,
    "housing.main_duty.mean_years_london": 0.8,
}
QUEUE = {
    "housing.line.offers": "queue",
    "housing.line.starts": "2018-01-01",
    "housing.line.size_ratio": 0.1,
}
NO_LETS = {"housing.line.lets_share.yorkshire": 0}
ALONE = {f"housing.line.survivors_per_year.{region.name.lower()}": 1e6 for region in list(Region)[:10]}
"""All lets are survivors': no other household stands in the line."""
ONLY_OTHERS = {f"housing.line.survivors_per_year.{region.name.lower()}": 0 for region in list(Region)[:10]}
ONE = (Made(CAME),)


def story(*changes, people=ONE):
    return run(made(people), quiet(SHORT, NEEDS_A_HOME, *changes))


# ---------------------------------------------------------------------------------------- one survivor
def test_drawn_offers_know_no_line():
    log_ = story()
    assert days_of(log_, Event.LETTING_AWAITED) == []
    assert [one.place for one in life(log_) if one.detail == Detail.SOCIAL_OFFER] == [Place.SOCIAL_HOME]


def test_with_a_line_a_turn_is_no_home_and_no_letting_means_no_home():
    log_ = story(QUEUE, NO_LETS)
    assert len(days_of(log_, Event.LETTING_AWAITED)) == 1, "nobody joins twice"
    assert days_of(log_, Event.LETTING_TAKEN) == []
    assert all(one.place != Place.SOCIAL_HOME for one in life(log_))


def test_alone_in_the_line_the_next_letting_is_taken_at_noon_of_a_working_day():
    log_ = story(QUEUE, ALONE)
    joined, taken = day_of_only(log_, Event.LETTING_AWAITED), day_of_only(log_, Event.LETTING_TAKEN)
    assert joined < taken < joined + 5
    assert taken % 1 == 0.5
    assert date.fromordinal(date(2014, 1, 1).toordinal() + int(taken)).weekday() < 5
    moved = next(one for one in life(log_) if one.time == taken and one.event == Event.MOVED)
    assert (moved.place, moved.detail) == (Place.SOCIAL_HOME, Detail.SOCIAL_OFFER)


def test_other_households_in_the_line_come_first():
    alone, together = story(QUEUE, ALONE), story(QUEUE, ONLY_OTHERS)
    joined = day_of_only(together, Event.LETTING_AWAITED)
    assert joined == day_of_only(alone, Event.LETTING_AWAITED), "a turn does not depend on the line"
    _, wait, _ = _line(quiet(SHORT, NEEDS_A_HOME, QUEUE))
    assert day_of_only(together, Event.LETTING_TAKEN) - joined == pytest.approx(wait, rel=0.06)


def test_before_the_line_starts_offers_are_drawn():
    late = story({**QUEUE, "housing.line.starts": "2025-01-01"})
    assert late.digest() == story().digest()


def test_survivors_are_served_in_the_order_in_which_their_turns_came():
    people = [Made(date(2020, 1, 6 + k)) for k in range(6)]
    log_ = story(QUEUE, people=people)
    joined = [days_of(log_, Event.LETTING_AWAITED, row) for row in range(6)]
    taken = [days_of(log_, Event.LETTING_TAKEN, row) for row in range(6)]
    order = sorted(range(6), key=lambda row: joined[row])
    assert [taken[row] for row in order] == sorted(taken)


def test_a_home_that_is_not_needed_any_more_goes_to_the_next_in_line():
    rents = {"places.private_rent_per_week": 0.05, "places.private_rent_london_ratio": 1}
    people = [Made(date(2020, 1, 6 + k)) for k in range(12)]
    log_ = story(QUEUE, rents, people=people)
    passed = [row for row in range(12) if days_of(log_, Event.LETTING_PASSED_ON, row)]
    assert passed
    for row in passed:
        found = [one.time for one in life(log_, row) if one.detail == Detail.FOUND_ALONE]
        assert found
        assert found[0] < days_of(log_, Event.LETTING_PASSED_ON, row)[0]


def test_a_refused_letting_ends_the_duty_and_goes_to_the_next():
    owed = {
        "housing.priority_need.vulnerable_share": 1,
        "housing.register.qualifies_if_owed_share": 1,
        "housing.main_duty.refused_offer_share": 0.22,
        "housing.main_duty.mean_years": 0.1,
        "housing.register.offers_per_year": 0,
        "housing.main_duty.social_offer_share": 0.78,
        "housing.main_duty.private_offer_share": 0,
    }
    log_ = story(QUEUE, owed, people=[Made(date(2020, 1, 6 + k)) for k in range(20)])
    refused = (log_.event == Event.LETTING_PASSED_ON) & (log_.detail == Detail.OFFER_REFUSED)
    assert refused.any()
    for row in log_.person[refused].tolist():
        ended = [one for one in life(log_, row) if one.event == Event.MAIN_DUTY_ENDED]
        assert ended[0].detail == Detail.OFFER_REFUSED


def test_going_missing_gives_up_the_place_in_line():
    away = {"risk.missing_per_year": 4, "risk.away_mean_days": 300, "risk.away_min_days": 300}
    log_ = story(QUEUE, away, people=[Made(date(2020, 1, 6 + k)) for k in range(10)])
    lost = 0
    for row in range(10):
        either = (Event.LETTING_AWAITED, Event.WENT_MISSING)
        events = [one for one in life(log_, row) if one.event in either]
        for one, after in pairwise(events):
            lost += (one.event, after.event) == (Event.LETTING_AWAITED, Event.WENT_MISSING)
        taken = days_of(log_, Event.LETTING_TAKEN, row)
        assert len(taken) <= len([one for one in events if one.event == Event.LETTING_AWAITED])
    assert lost


# ---------------------------------------------------------------------------------- the line by itself
def _line(parameters, region=int(Region.YORKSHIRE)):
    rules = rules_of(parameters)
    ends = 1.0 / (parameters.housing.main_duty.mean_years * 365.25)
    return in_line(rules.housing.social_offer[region], ends, parameters.housing.line.wait_share)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.95])
def test_however_much_of_the_wait_is_the_line_the_published_share_is_housed_in_the_published_time(share):
    offers, ends = 0.745, 1.0
    turn, wait, leaves = in_line(offers, ends, share)
    assert turn / (turn + leaves) * exp(-leaves * wait) == pytest.approx(offers / ends, rel=1e-9)
    assert leaves == pytest.approx(ends - offers)
    housed = turn * exp(-leaves * wait) / (turn + leaves)
    assert (1 - housed) / leaves == pytest.approx(1 / ends), "mean length of a duty"


def test_a_duty_that_always_ends_with_a_social_home_has_a_line_that_nobody_leaves():
    assert in_line(1.0, 1.0, 0.25) == (pytest.approx(4 / 3), 0.25, 0.0)


class World:
    """So much of a world as a line needs."""

    def __init__(self, rules):
        self.rules, self._now, self.any_dirty = rules, 0.0, False


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_waits_and_share_housed_of_other_households_are_those_of_the_closed_form(share):
    """Overloaded line with leavers: lettings / arrivals = exp(-theta w)."""
    parameters = quiet(SHORT, NEEDS_A_HOME, QUEUE, {"housing.line.wait_share": share})
    rules, region = rules_of(parameters), int(Region.YORKSHIRE)
    _, wait, leaves = _line(parameters)
    key = entity_key(root_key(1, 0, Kind.HOUSEHOLD), region)
    world = World(rules)
    line = Lettings(world, 0, 0, region, key, rules.lettings)
    assert line.joined == household(key, 0, rules.lettings, region)[0]
    waits = []
    begins = int(rules.lettings.starts)
    for day in range(begins, begins + 1000):
        world._now = day + 0.5
        line.open()
        before = line.household, line.joined
        line.dispatch()
        if line.household > before[0]:
            waits.append(world._now - before[1])
    settled = np.array(waits)
    line_ = parameters.housing.line
    survivors = line_.survivors_per_year.yorkshire * line_.size_ratio / 365.25
    overload = log(rules.lettings.lets[region] / (rules.lettings.lets[region] - survivors)) / leaves
    assert settled[:200].mean() == pytest.approx(wait, rel=0.05), "it is full on the first day"
    assert wait - overload < settled.mean() < wait, "survivors' lets are not taken here, so the line shrinks"


def test_households_are_the_same_whoever_else_is_there_and_join_in_their_own_interval():
    rules = rules_of(quiet(SHORT, NEEDS_A_HOME, QUEUE)).lettings
    key = entity_key(root_key(1, 0, Kind.HOUSEHOLD), 3)
    joined = np.array([household(key, n, rules, 3)[0] for n in range(50)])
    steps = (joined - rules.first_joined[3]) * rules.joins[3]
    assert np.floor(steps).tolist() == list(range(50))
    assert household(key, 7, rules, 3) == household(key, 7, rules, 3)
    other = entity_key(root_key(2, 0, Kind.HOUSEHOLD), 3)
    assert household(other, 7, rules, 3) != household(key, 7, rules, 3)


def test_a_household_joins_every_other_day_where_half_a_household_a_day_does():
    rules = rules_of(quiet(SHORT, NEEDS_A_HOME, QUEUE)).lettings
    slow = rules._replace(joins=(0.5,) * len(rules.joins))
    key = entity_key(root_key(1, 0, Kind.HOUSEHOLD), 3)
    joined = np.array([household(key, n, slow, 3)[0] for n in range(50)])
    assert np.floor((joined - rules.first_joined[3]) / 2).tolist() == list(range(50))


def test_the_first_lettings_are_all_that_have_come_up_since_the_line_began():
    rules = rules_of(quiet(SHORT, NEEDS_A_HOME, QUEUE))
    region, starts = int(Region.YORKSHIRE), rules.lettings.starts
    a_day = rules.lettings._replace(lets=(3.0,) * len(rules.lettings.lets))
    world = World(rules._replace(lettings=a_day))
    line = Lettings(world, 0, 0, region, entity_key(root_key(1, 0, Kind.HOUSEHOLD), region), a_day)
    world._now = starts + 1.5
    line.open()
    assert line.to_let == 6, "three a day on the first two days"


def test_the_line_must_leave_some_of_the_wait_to_turns():
    with pytest.raises(ConfigurationError, match=r"wait_share must be 0\.95 or less"):
        quiet({"housing.line.wait_share": 1})


def test_starts_is_a_day_of_the_model():
    assert rules_of(quiet(SHORT, QUEUE)).lettings.starts == day_of(date(2018, 1, 1))
    assert rules_of(quiet(SHORT)).lettings.starts == float("inf")
