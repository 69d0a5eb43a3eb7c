"""Somebody referred on the model's first day: nothing has happened to them yet for a rule to look back on."""

from sim.engine.environment import NEVER
from sim.engine.log import Detail, Place
from sim.engine.simulate import enact
from sim.engine.survivor import N_CLOCKS, Clock, Survivor, Traits
from sim.engine.unpacking import rules_of
from sim.engine.world import World
from sim.pathway import clocks
from sim.pathway.housing_tests import priority_ground
from sim.pathway.services import help_with_status
from tests.small_world import Made, made, quiet

MORNING = 0.25


def arrived(**changes: object) -> tuple[Survivor, World]:
    """A single British adult in a home of their own, on the morning of 1 January 2014."""
    parameters = quiet(changes)
    world = World(rules_of(parameters), 1, 0, 100.0)
    world._now = MORNING
    person = Survivor(0, Traits(made([Made(MORNING)])))
    person.place = Place.OWN_HOME
    return person, world


def test_who_is_eligible_has_no_open_need_for_an_income_before_they_lose_it() -> None:
    person, world = arrived()
    assert clocks.needs(person, world._now) == 0


def test_who_never_had_a_private_offer_has_no_priority_from_one() -> None:
    person, world = arrived()
    assert priority_ground(person, world) == Detail.NONE


def test_who_has_had_no_service_is_granted_status_no_more_often_however_much_services_help() -> None:
    names = sorted(quiet().services)
    person, world = arrived(**{f"services.{name}.grant_ratio": 10 for name in names})
    assert [service.grant_ratio for service in world.rules.services] == [10.0] * len(names)
    assert help_with_status(person, world) == 1.0


def mortal() -> tuple[Survivor, World]:
    """A survivor who is followed and whom a hazard waits for."""
    person, world = arrived(**{"risk.dies_per_year": 0.5})
    person.followed = True
    clocks.review(person, world)
    assert MORNING < person.clock_due[Clock.DIES] < NEVER
    return person, world


def test_no_hazard_has_come_before_any_is_due() -> None:
    person, world = mortal()
    assert clocks.spent(person, world._now) not in range(N_CLOCKS)


def test_with_other_luck_nothing_is_due_any_more_by_the_old() -> None:
    person, _ = mortal()
    clocks.draw_anew(person)
    assert person.clock_due == [NEVER] * N_CLOCKS


def test_a_policy_brings_places_in_services_and_bridging_homes_as_many_as_it_says() -> None:
    _, world = arrived(**{"services.lifeline.places": 5, "places.bridging.places": 2})
    index = sorted(quiet({}).services).index("lifeline")
    assert (world.service_pools[index].capacity, world.bridging.capacity) == (5.0, 2.0)
    more = quiet({"services.lifeline.places": 7, "places.bridging.places": "unlimited"})
    enact(world, rules_of(more), MORNING)
    assert (world.service_pools[index].capacity, world.bridging.capacity) == (7.0, NEVER)
