"""Safehouse places of the Victim Care Contract: asked for, waited for, lived in and left.

Who may have support at all, and for how long, is told in `support`; who gets a place is settled by the line
(`sim.engine.queues`): people with dependants, pregnant or sleeping rough stand in front.
"""

from __future__ import annotations

from sim.engine.environment import Story
from sim.engine.log import Detail, Event, Place
from sim.engine.survivor import Line, Slot, Survivor
from sim.engine.world import World
from sim.pathway import community
from sim.people.chance import Activity
from sim.people.variates import exponential

_BED_WANTED_FROM = (Place.OWN_HOME, Place.FRIENDS, Place.STREET, Place.ASYLUM_ACCOMMODATION)
_FIRST_IN_LINE, _IN_LINE = 0, 1


def ask_for_bed(person: Survivor, world: World) -> None:
    """Ask for a safehouse place, if where the person is makes them want one; anew at each loss of a place."""
    if not person.in_support or person.place not in _BED_WANTED_FROM or world._now >= person.bed_until:
        return
    if person.holds[Line.BEDS] or person.tickets[Line.BEDS]:
        return
    wanted = world.rules.support.bed_wanted[_BED_WANTED_FROM.index(person.place)]
    person.bed_asks += 1
    if world.draw_once(person, Activity.BED_WANTED, person.bed_asks) < wanted:
        world.start(person, Slot.BED, bed(person, world))


def bed(person: Survivor, world: World) -> Story:
    """A safehouse place: asked for, waited for, lived in, left."""
    rules, asked = world.rules.support, person.bed_asks
    world.record(person, Event.BED_REQUESTED)
    if world.draw_once(person, Activity.BED_TOO_FAR, asked) < rules.bed_too_far:
        world.record(person, Event.BED_DECLINED, Detail.TOO_FAR)
        return
    first = person.dependants or person.pregnant or person.place == Place.STREET
    world.beds.join(person, _FIRST_IN_LINE if first else _IN_LINE)
    patience = exponential(world.draw_once(person, Activity.BED_PATIENCE, asked), rules.bed_patience)
    world.wait(person, Slot.BED, patience)
    yield
    if not person.holds[Line.BEDS]:
        world.beds.leave(person)
        world.record(person, Event.BED_WAIT_GIVEN_UP)
        return
    if world._now >= person.bed_until:
        person.holds[Line.BEDS] = False
        world.beds.release()
        world.record(person, Event.BED_WAIT_GIVEN_UP)
        return
    world.stop(person, Slot.PLACE_ENDS)
    world.record(person, Event.BED_TAKEN)
    if world.draw_once(person, Activity.OTHER_REGION, asked) < world.rules.support.bed_other_region:
        community.relocate(person, world)
    community.move(person, world, Place.SAFEHOUSE, Detail.VICTIM_CARE)
    while world._now < person.bed_until:
        world.until(person, Slot.BED, person.bed_until)
        yield
    leave_bed(person, world)


def rebook_bed(person: Survivor, world: World) -> None:
    """The last night is known, or has changed: set the bed's clock to it."""
    if person.holds[Line.BEDS]:
        world.until(person, Slot.BED, person.bed_until)


def leave_bed(person: Survivor, world: World) -> None:
    """Leave the safehouse for wherever there is to go."""
    community.move(person, world, community.next_place(person, world), Detail.PLACE_ENDED)
