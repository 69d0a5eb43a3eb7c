"""Bridging homes: a limited stay near the safehouse, between support and a home of one's own.

A finite number of homes, kept for confirmed survivors (the practice of Leeds and Birmingham in the Home
Office's pilots: own or short-term stock while a tenancy is secured). They are asked for some days before
support or the bed ends, waited for in a line of their own, and lived in until a home is found or the stay
ends; a council can be asked before it does. Not modelled: rents, hosting, what such homes do to others.
"""

from __future__ import annotations

from sim.engine.clock import on_grid
from sim.engine.environment import Story
from sim.engine.log import Detail, Event, Place
from sim.engine.survivor import BRIDGING_LINE, BRIDGING_SLOT, Line, Slot, Survivor
from sim.engine.world import World
from sim.pathway import community, housing
from sim.people.chance import Activity
from sim.people.variates import exponential

_FIRST_IN_LINE, _IN_LINE = 0, 1
_NEEDED_FROM = (Place.SAFEHOUSE, Place.ASYLUM_ACCOMMODATION, Place.FRIENDS, Place.STREET)


def plan_bridging(person: Survivor, world: World, leaving: float) -> None:
    """Once the day support or the bed ends is known: ask for a bridging home some days before."""
    if person.tickets[BRIDGING_LINE] or person.holds[BRIDGING_LINE]:
        return
    if person.stories[BRIDGING_SLOT] is None:
        world.start(person, BRIDGING_SLOT, bridging(person, world))
    before = on_grid(world.rules.places.bridging_asks_before)
    world.until(person, BRIDGING_SLOT, max(leaving - before, world._now + on_grid(1.0)))


def bridging(person: Survivor, world: World) -> Story:
    """A bridging home: asked for, waited for, lived in, left."""
    yield
    rules = world.rules.places
    if rules.bridging_places <= 0.0 or not needs_bridging(person, world):
        return
    world.record(person, Event.BRIDGING_REQUESTED)
    person.bridging_asks += 1
    first = person.dependants or person.pregnant or person.place == Place.STREET
    world.bridging.join(person, _FIRST_IN_LINE if first else _IN_LINE)
    u = world.draw_once(person, Activity.BRIDGING_PATIENCE, person.bridging_asks)
    world.wait(person, BRIDGING_SLOT, exponential(u, rules.bridging_patience))
    yield
    if not person.holds[BRIDGING_LINE]:
        world.bridging.leave(person)
        world.record(person, Event.BRIDGING_WAIT_GIVEN_UP)
        return
    if not needs_bridging(person, world):
        person.holds[BRIDGING_LINE] = False
        world.bridging.release()
        world.record(person, Event.BRIDGING_WAIT_GIVEN_UP)
        return
    if person.tickets[Line.BEDS]:
        world.beds.leave(person)
        world.stop(person, Slot.BED)
    rules = world.rules.places
    world.record(person, Event.BRIDGING_TAKEN)
    community.move(person, world, Place.BRIDGING_HOME, Detail.BRIDGING)
    leaving = world._now + on_grid(rules.bridging_days)
    world.until(person, Slot.PLACE_ENDS, leaving)
    world.until(person, BRIDGING_SLOT, leaving - on_grid(world.rules.housing.threatened_within))
    yield
    housing.plan_before_exit(person, world, person.due[Slot.PLACE_ENDS])


def needs_bridging(person: Survivor, world: World) -> bool:
    """In a place that ends or is insecure, and able to take up a tenancy afterwards where that is asked."""
    if person.away or person.place not in _NEEDED_FROM:
        return False
    return person.eligible or not world.rules.places.bridging_eligible_only
