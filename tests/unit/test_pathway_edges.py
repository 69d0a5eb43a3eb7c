"""Small turns of the pathway that whole runs seldom take, one rule at a time: bridging homes, ties, ends."""

from sim.engine.environment import NEVER
from sim.engine.log import Detail, Event, Place
from sim.engine.survivor import BRIDGING_LINE, BRIDGING_SLOT, Line, Slot, Survivor, Traits
from sim.engine.unpacking import rules_of
from sim.engine.world import World
from sim.pathway import community, homes, housing_connection, journey, services, support
from tests.small_world import Made, made, quiet

NOW = 200.25


def world_with(*people: Made, **changes: object) -> tuple[World, list[Survivor]]:
    """A quiet world on a summer's morning of 2014, and these people, who stay with friends."""
    world = World(rules_of(quiet(changes)), 1, 0, 2000.0)
    world._now = NOW
    traits = Traits(made(people or [Made(NOW)]))
    found = [Survivor(row, traits) for row in range(max(len(people), 1))]
    for person in found:
        person.followed = True
        person.place = Place.FRIENDS
    return world, found


# ---------------------------------------------------------------- bridging homes
BRIDGING = {"places.bridging.places": 1, "places.bridging.max_days": 100}


def ask_for_bridging(person: Survivor, world: World) -> None:
    world.start(person, BRIDGING_SLOT, homes.bridging(person, world))
    world.resume(person, BRIDGING_SLOT)


def test_who_sleeps_rough_comes_before_those_who_asked_for_a_bridging_home_first() -> None:
    world, (sofa, rough) = world_with(Made(NOW), Made(NOW), **BRIDGING)
    rough.place = Place.STREET
    for person in (sofa, rough):
        ask_for_bridging(person, world)
    world.bridging.dispatch()
    assert [person.place for person in (sofa, rough)] == [Place.FRIENDS, Place.BRIDGING_HOME]


def test_who_moves_into_a_bridging_home_waits_for_no_safehouse_bed_any_more() -> None:
    world, (person,) = world_with(**BRIDGING)
    world.beds.join(person)
    world.until(person, Slot.BED, NOW + 50)
    ask_for_bridging(person, world)
    world.bridging.dispatch()
    assert person.place == Place.BRIDGING_HOME
    assert not person.tickets[Line.BEDS]
    assert world.beds.waiting == 0
    assert person.due[Slot.BED] == NEVER


def test_who_leaves_a_bridging_home_forgets_what_was_planned_for_its_end_and_the_next_moves_in() -> None:
    world, (first, second) = world_with(Made(NOW), Made(NOW), **BRIDGING)
    for person in (first, second):
        ask_for_bridging(person, world)
    world.bridging.dispatch()
    assert NOW < first.due[BRIDGING_SLOT] < NOW + 100 == first.due[Slot.PLACE_ENDS]
    community.move(first, world, Place.STREET, Detail.ROUGH)
    assert (first.due[BRIDGING_SLOT], first.stories[BRIDGING_SLOT]) == (NEVER, None)
    assert not first.holds[BRIDGING_LINE]
    world.bridging.dispatch()
    assert second.place == Place.BRIDGING_HOME


# ---------------------------------------------------------------- birthdays, residence, services, support
def test_who_turns_18_at_the_instant_of_a_positive_decision_waits_for_none() -> None:
    at_18 = {"decisions.turning_18_enters_support_share": 1}
    for decided, followed in ((NOW - 1, True), (NOW, True), (NEVER, False)):
        world, (person,) = world_with(Made(NOW, turns_18=NOW), **at_18)
        person.followed, person.case_open, person.rg_positive_at = False, True, decided
        journey.turned_18(person, world)
        assert person.followed == followed
        assert (person.stories[Slot.SUPPORT] is not None) == followed


def test_residence_of_just_the_length_asked_makes_a_local_connection_and_an_hour_less_does_not() -> None:
    world, (person,) = world_with(**{"housing.local_connection.residence_days": 182})
    person.resident_since = NOW - 182
    assert housing_connection.has_local_connection(person, world)
    person.resident_since += 1 / 24
    assert not housing_connection.has_local_connection(person, world)


def test_a_service_on_the_day_support_ends_is_not_offered_to_somebody_in_support_again() -> None:
    own = {"services.lifeline.offset_days": 0, "services.lifeline.offered_share": 1}
    number = sorted(quiet().services).index("lifeline")
    for in_support in (False, True):
        world, (person,) = world_with(**own)
        assert world.rules.services[number].begins == services.FROM_EXIT
        slot = Slot.SERVICE + number
        world.start(person, slot, services.service(person, world, number, NOW))
        person.in_support = in_support
        world.resume(person, slot)
        assert (Event.SERVICE_OFFERED in world.finish().event) != in_support


def test_a_policy_for_everyone_in_support_wakes_only_who_waits_for_an_end() -> None:
    world, everybody = world_with(Made(NOW), Made(NOW), Made(NOW))
    told, untold, unconfirmed = everybody
    for person in everybody:
        person.confirmed = person is not unconfirmed
        person.in_support = True
        world.in_support[person.row] = person
    told.due[Slot.SUPPORT] = unconfirmed.due[Slot.SUPPORT] = NOW + 30
    support.extend_for_everyone(world)
    assert NOW < told.due[Slot.SUPPORT] < NOW + 1
    assert untold.due[Slot.SUPPORT] == NEVER
    assert unconfirmed.due[Slot.SUPPORT] == NOW + 30
