"""A letting: what follows once somebody's turn for a social home has come, where homes are a line.

Turns come as offers do otherwise, at the rate of a duty or a register, but sooner; then the home itself is
waited for, in the region's line with other households. Not here: that line (`sim.engine.lettings`).
"""

from __future__ import annotations

from sim.engine.environment import Story
from sim.engine.log import Detail, Event, Place
from sim.engine.survivor import LETTING_LINE, LETTING_SLOT, Survivor
from sim.engine.world import World
from sim.pathway import housing


def turn_comes(person: Survivor, world: World) -> None:
    """The turn for a social home has come: an offer where offers are drawn, else a place in the line."""
    if world._now < world.rules.lettings.starts:
        housing.offered(person, world, Place.SOCIAL_HOME, Detail.SOCIAL_OFFER)
    else:
        world.start(person, LETTING_SLOT, letting(person, world))


def letting(person: Survivor, world: World) -> Story:
    """A letting is waited for, and taken, refused, or passed on where it is not needed any more."""
    line = world.lettings[person.region]
    world.record(person, Event.LETTING_AWAITED)
    line.join(person)
    yield
    needed = person.on_register and person.eligible and not person.settled and person.place != Place.CUSTODY
    if needed:
        housing.offered(person, world, Place.SOCIAL_HOME, Detail.SOCIAL_OFFER)
    if person.place == Place.SOCIAL_HOME and needed:
        world.record(person, Event.LETTING_TAKEN)
    else:
        world.record(person, Event.LETTING_PASSED_ON, Detail.OFFER_REFUSED if needed else Detail.NONE)
        line.pass_on()
    person.changed = True


def leave_line(person: Survivor, world: World) -> None:
    """Give up one's place in the line."""
    if person.tickets[LETTING_LINE]:
        world.lettings[person.region].leave(person)
        world.stop(person, LETTING_SLOT)
