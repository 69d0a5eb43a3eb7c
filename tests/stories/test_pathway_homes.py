"""Where homes come from and how they are lost: regions, tenancy law, tenancies that fail."""

from datetime import date, timedelta

import numpy as np

from sim.engine.clock import day_of
from sim.engine.log import Detail, Event, Place
from sim.people.codes import ImmigrationStatus, Nationality, Region
from tests.small_world import Made, day_of_only, days_of, everywhere, life, made, place_mix, quiet, run

SHORT = {"policy.start": "2021-04-01", "experiment.horizon": "2029-03-31"}
WITH_FRIENDS = everywhere(place_mix(friends=1))
AT_HOME = everywhere(place_mix(own_home=1))
RENTS = {"places.private_rent_per_week": 0.02, "places.private_rent_london_ratio": 1}
CAME = date(2020, 1, 6)


def rented(log, row):
    """The day on which somebody found a private tenancy alone."""
    return next(one.time for one in life(log, row) if one.detail == Detail.FOUND_ALONE)


def began(log, row):
    return day_of_only(log, Event.COMMUNITY_LIFE_BEGINS, row)


# ------------------------------------------------------------------------------------------------- regions
def test_private_renting_is_slower_in_a_region_set_to_be_and_nowhere_else():
    people = made([Made(CAME, region=region) for region in (Region.EAST, Region.WALES)])
    today = run(people, quiet(SHORT, WITH_FRIENDS, RENTS))
    slower = run(people, quiet(SHORT, WITH_FRIENDS, RENTS, {"housing.regions.east.private_rent_ratio": 0.5}))
    assert rented(slower, 1) == rented(today, 1)
    waited, waits = rented(today, 0) - began(today, 0), rented(slower, 0) - began(slower, 0)
    assert abs(waits - 2 * waited) < 1e-3


# -------------------------------------------------------------------------------------- benefit, tenancy law
EXEMPTION = "places.renting.single_room_exemption_ratio"


def test_the_single_room_exemption_is_for_single_confirmed_survivors_under_35():
    people = made([Made(CAME), Made(CAME, dependants=True)])
    young = {"places.renting.under_35_share": 1}
    settings = (SHORT, WITH_FRIENDS, RENTS, {"places.private_rent_per_week": 0.004})
    plain = run(people, quiet(*settings, young))
    helped = run(people, quiet(*settings, young, {EXEMPTION: 4}))
    older = run(people, quiet(*settings, {"places.renting.under_35_share": 0, EXEMPTION: 4}))
    assert day_of_only(plain, Event.CG_POSITIVE, 0) < rented(helped, 0) < rented(plain, 0)
    assert rented(helped, 1) == rented(plain, 1), "people with dependants have more than a room already"
    assert rented(older, 0) == rented(plain, 0)


def test_tenancy_law_changes_the_chance_of_a_home_from_its_date_on():
    people = made([Made(CAME), Made(date(2023, 1, 9))])
    settings = (SHORT, WITH_FRIENDS, RENTS)
    law = {"places.renting.regime_ratio": "{2014-01-01: 0, 2022-05-01: 1}"}
    log, plain = run(people, quiet(*settings, law)), run(people, quiet(*settings))
    assert rented(plain, 0) < day_of(date(2022, 5, 1)), "the first would have found a home before"
    assert rented(log, 1) == rented(plain, 1)
    assert [
        one
        for one in life(log, 0)
        if one.detail == Detail.FOUND_ALONE and one.time < day_of(date(2022, 5, 1))
    ] == []


# --------------------------------------------------------------------------------------- tenancies that fail
def test_a_home_that_fails_says_of_what_kind_it_was_and_the_person_goes_somewhere():
    lost = {"places.own_home_lost_per_year": 6, "places.tenancy_lost_per_year": 6}
    log = run(made([Made(CAME)]), quiet(SHORT, AT_HOME, RENTS, {"places.private_rent_per_week": 0.3}, lost))
    story = life(log)
    for kind, place in ((Detail.OWN_HOME, Place.OWN_HOME), (Detail.PRIVATE_HOME, Place.PRIVATE_HOME)):
        at = next(k for k, one in enumerate(story) if one.event == Event.HOME_LOST and one.detail == kind)
        assert story[at].place == place
        assert story[at + 1].event == Event.MOVED
        assert story[at + 1].detail == Detail.HOME_LOST
        assert story[at + 1].place in (Place.FRIENDS, Place.STREET)


def test_social_tenancies_can_last_longer_than_private_ones():
    offers = {
        "housing.applying.when_insecure_share": 1,
        "housing.register.test_share": 0,
        "housing.register.offers_per_year": 50,
        "places.tenancy_lost_per_year": 4,
    }
    people = made([Made(CAME)])
    same = run(people, quiet(SHORT, WITH_FRIENDS, offers))
    longer = run(people, quiet(SHORT, WITH_FRIENDS, offers, {"places.social_tenancy_lost_ratio": 0}))
    lost = [one for one in life(same) if one.event == Event.HOME_LOST]
    assert lost
    assert lost[0].detail == Detail.SOCIAL_HOME
    assert days_of(longer, Event.HOME_LOST) == []


def test_a_lost_tenancy_leads_to_an_application():
    lost = {"places.own_home_lost_per_year": 6, "housing.applying.when_insecure_share": 1}
    log = run(made([Made(CAME)]), quiet(SHORT, AT_HOME, lost))
    gone, applied = days_of(log, Event.HOME_LOST)[0], days_of(log, Event.APPLIED_AS_HOMELESS)[0]
    assert gone + 1 <= applied


# ----------------------------------------------------------------------------------------- bridging homes
BRIDGING = {
    "places.bridging.places": 1,
    "places.bridging.max_days": 100,
    "places.bridging.patience_mean_days": 1e6,
    "places.friends_after_loss_share": 0,
}
ALWAYS_BEDS = {"support.beds.wanted_from_friends": 1, "support.beds.patience_mean_days": 1e6}


def test_a_bridging_home_is_taken_before_support_ends_and_left_when_the_stay_is_over():
    log = run(made([Made(CAME)]), quiet(SHORT, WITH_FRIENDS, ALWAYS_BEDS, BRIDGING))
    taken, left = day_of_only(log, Event.BRIDGING_TAKEN), day_of_only(log, Event.BRIDGING_LEFT)
    assert taken == day_of_only(log, Event.BRIDGING_REQUESTED), "a free place is given at once"
    assert taken == day_of_only(log, Event.SUPPORT_ENDED) - 14
    assert taken == day_of_only(log, Event.BED_LEFT), "the safehouse bed is free for somebody else"
    assert left - taken == 100
    moves = [one for one in life(log) if one.event == Event.MOVED]
    assert [one.place for one in moves] == [Place.SAFEHOUSE, Place.BRIDGING_HOME, Place.STREET]
    assert moves[1].detail == Detail.BRIDGING
    assert moves[2].detail == Detail.PLACE_ENDED


def test_with_no_places_nobody_asks_and_nothing_else_changes():
    settings = (SHORT, WITH_FRIENDS, ALWAYS_BEDS)
    people = made([Made(CAME), Made(date(2020, 1, 7))])
    none = run(people, quiet(*settings))
    other = run(
        people, quiet(*settings, {"places.bridging.max_days": 3, "places.bridging.asks_before_days": 40})
    )
    assert not set(none.event.tolist()) & {Event.BRIDGING_REQUESTED, Event.BRIDGING_TAKEN}
    assert none.digest() == other.digest()


def test_the_second_waits_until_the_first_leaves_and_lives_insecurely_meanwhile():
    people = made([Made(date(2020, 1, 6)), Made(date(2020, 1, 20))])
    log = run(people, quiet(SHORT, WITH_FRIENDS, BRIDGING))
    first, second = sorted(range(2), key=lambda row: people.arrival[row])
    assert day_of_only(log, Event.BRIDGING_TAKEN, second) == day_of_only(log, Event.BRIDGING_LEFT, first)
    asked = day_of_only(log, Event.BRIDGING_REQUESTED, second)
    assert asked < day_of_only(log, Event.BRIDGING_TAKEN, second)


def test_bridging_homes_are_for_those_who_can_take_up_a_tenancy_unless_set_otherwise():
    people = made([Made(CAME, status=ImmigrationStatus.NO_STATUS, nationality=Nationality.OTHER)])
    settings = (SHORT, WITH_FRIENDS, BRIDGING)
    assert days_of(run(people, quiet(*settings)), Event.BRIDGING_REQUESTED) == []
    everyone = run(people, quiet(*settings, {"places.bridging.eligible_only": False}))
    assert len(days_of(everyone, Event.BRIDGING_TAKEN)) == 1


def test_whoever_finds_a_home_gives_the_place_back_and_whoever_waits_stops_waiting():
    people = made([Made(date(2020, 1, 6) + timedelta(days=7 * k)) for k in range(8)])
    settings = (SHORT, WITH_FRIENDS, BRIDGING, {"places.bridging.max_days": 3000})
    log = run(people, quiet(*settings, RENTS))
    seen = set()
    for row in range(8):
        home = rented(log, row)
        taken, left = days_of(log, Event.BRIDGING_TAKEN, row), days_of(log, Event.BRIDGING_LEFT, row)
        assert left == ([home] if taken else [])
        assert all(day < home for day in taken)
        seen.add(bool(taken))
    assert seen == {True, False}


def test_a_council_can_be_asked_before_the_stay_is_over():
    told = {"housing.applying.told_share": 1, "housing.applying.lead_mean_days": 0}
    settings = (SHORT, WITH_FRIENDS, BRIDGING, told, {"places.bridging.asks_before_days": 40})
    log = run(made([Made(CAME)]), quiet(*settings))
    ends = day_of_only(log, Event.BRIDGING_LEFT)
    asked = [one for one in life(log) if one.event == Event.APPLIED_AS_HOMELESS]
    last = asked[-1]
    assert last.place == Place.BRIDGING_HOME
    assert ends - 56 <= last.time < ends
    started = [one for one in life(log) if one.event == Event.PREVENTION_STARTED]
    assert started[-1].time == last.time, "threatened with homelessness: the stay ends within 56 days"


def test_renting_can_be_easier_from_a_bridging_home():
    settings = (SHORT, WITH_FRIENDS, BRIDGING, RENTS, {"places.bridging.max_days": 3000})
    rare = {"places.private_rent_per_week": 0.003}
    plain = run(made([Made(CAME)]), quiet(*settings, rare))
    helped = run(made([Made(CAME)]), quiet(*settings, rare, {"places.bridging.private_rent_ratio": 5}))
    assert rented(helped, 0) < rented(plain, 0)


def test_more_places_from_the_policy_date_on_reach_those_who_wait():
    people = made([Made(date(2020, 1, 6)), Made(date(2020, 1, 20))])
    settings = (SHORT, WITH_FRIENDS, BRIDGING, {"places.bridging.max_days": 3000})
    log = run(people, quiet(*settings), quiet(*settings, {"places.bridging.places": 2}))
    second = int(np.argmax(people.arrival))
    assert day_of_only(log, Event.BRIDGING_TAKEN, second) == day_of(date(2021, 4, 1))
