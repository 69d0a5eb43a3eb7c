"""Services beside and after the NRM: one mechanism, each service a few lines of configuration.

A service has places of its own and a waiting line, is offered some days after support ends, is accepted or
not, lasts a while, and may give a named worker. What it does to hazards is a ratio, 1 unless somebody sets
it.
"""

from __future__ import annotations

from sim.engine.environment import Story
from sim.engine.log import Detail, Event
from sim.engine.rules import at
from sim.engine.survivor import Line, Slot, Survivor
from sim.engine.world import World
from sim.people.chance import Activity
from sim.people.variates import exponential


def offer_after_support(person: Survivor, world: World) -> None:
    """When Victim Care support has ended, each service may be offered."""
    if person.away or person.gone:
        return
    for k, rules in enumerate(world.rules.services):
        if person.stories[Slot.SERVICE + k] is None and (person.confirmed or not rules.confirmed_only):
            world.start(person, Slot.SERVICE + k, service(person, world, k))


def service(person: Survivor, world: World, k: int) -> Story:
    """One service, from the offer to its end."""
    slot, line, name = Slot.SERVICE + k, Line.SERVICE + k, Detail.SERVICE_BASE + k
    world.wait(person, slot, world.rules.services[k].offset)
    yield
    rules = world.rules.services[k]
    if person.in_support or world.draw(person, Activity.SERVICE_OFFERED, k) >= at(rules.offered, world._now):
        return
    world.record(person, Event.SERVICE_OFFERED, name)
    if world.draw(person, Activity.SERVICE_ACCEPTED, k) >= rules.accepted:
        world.record(person, Event.SERVICE_DECLINED, name)
        return
    world.service_pools[k].join(person)
    world.wait(person, slot, exponential(world.draw(person, Activity.SERVICE_PATIENCE, k), rules.patience))
    yield
    if not person.holds[line]:
        world.service_pools[k].leave(person)
        world.record(person, Event.SERVICE_WAIT_GIVEN_UP, name)
        return
    rules = world.rules.services[k]
    world.record(person, Event.SERVICE_STARTED, name)
    if rules.named_worker:
        person.service_workers |= 1 << k
        world.record(person, Event.CONTACT_STARTED, name)
    person.changed = True
    u = world.draw(person, Activity.SERVICE_LENGTH, k)
    world.wait_about(person, slot, rules.length_min, rules.length_extra, u)
    yield
    end(person, world, k)


def end(person: Survivor, world: World, k: int) -> None:
    """The service ends and its place is free again."""
    name = Detail.SERVICE_BASE + k
    person.holds[Line.SERVICE + k] = False
    if person.service_workers & 1 << k:
        person.service_workers ^= 1 << k
        world.record(person, Event.CONTACT_ENDED, name)
    world.record(person, Event.SERVICE_ENDED, name)
    world.service_pools[k].release()
    person.changed = True


def stop_all(person: Survivor, world: World) -> None:
    """Every service and every wait for one ends (missing, dead, out of the country)."""
    for k in range(len(world.rules.services)):
        if person.holds[Line.SERVICE + k]:
            end(person, world, k)
        else:
            world.service_pools[k].leave(person)
        world.stop(person, Slot.SERVICE + k)
