"""Contact with a caseworker, and how it thins out when there are more people for each worker.

Each person's share of attention is fixed by a number of their own, so those who lose contact first when
caseloads rise are always the same people. Services with a named worker are in `services.py`.
"""

from __future__ import annotations

from sim.engine.environment import NEVER
from sim.engine.log import Detail, Event
from sim.engine.survivor import Survivor
from sim.engine.world import World
from sim.pathway.clocks import review


def settle(person: Survivor, world: World) -> None:
    """Begin or end regular contact with the caseworker, as the caseload of the day allows."""
    has_time = person.in_support and person.contact_draw < world.contact_share
    if has_time != person.in_contact:
        person.in_contact = has_time
        world.record(person, Event.CONTACT_STARTED if has_time else Event.CONTACT_ENDED, Detail.VICTIM_CARE)


def review_caseload(world: World) -> None:
    """On the first of a month: how much time has a caseworker for each person?

    Where the number of workers follows the number of people, contact stays as it is. Where workers are fixed
    at their number on the day the policy started, contact falls in proportion to the load.
    """
    rules = world.rules.support
    share = rules.in_contact
    if rules.workers_fixed and world.workers < NEVER:
        load = len(world.in_support) / world.workers
        if load > rules.clients_per_worker:
            share = rules.in_contact * rules.clients_per_worker / load
    if share == world.contact_share:
        return
    world.contact_share = share
    for person in world.in_support.values():
        settle(person, world)
        review(person, world)
