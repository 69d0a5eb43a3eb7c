"""A survivor's way through the National Referral Mechanism, from referral to the end of the case.

This is the story to read first. A person who is referred again later begins it again, as their next visit;
what happens beside it (support, status, housing, services, hazards) is told in the other modules.
"""

from __future__ import annotations

from sim.engine.environment import NEVER, Story
from sim.engine.log import Detail, Event
from sim.engine.survivor import Slot, Survivor
from sim.engine.world import World
from sim.pathway import community, decisions, services, status, support
from sim.people.chance import Activity
from sim.people.codes import Group, Region


def referred(person: Survivor, world: World) -> None:
    """The day of a referral."""
    if person.group == Group.DECLINED:
        world.record(person, Event.DECLINED_REFERRAL)
        return
    world.start(person, Slot.NRM, journey(person, world))


def referred_again(person: Survivor, world: World, reason: int) -> None:
    """A new visit: the same incident reported again, or new exploitation found out."""
    if person.case_open or person.gone:
        return
    person.visit += 1
    person.referral_reason = reason
    world.start(person, Slot.NRM, journey(person, world))


def journey(person: Survivor, world: World) -> Story:
    """One visit to the NRM."""
    person.case_open = True
    person.confirmed = False
    person.rg_positive_at = NEVER
    person.rg_refused = False
    person.end_reason = 0
    world.count(world.referrals_by_quarter)
    world.record(person, Event.REFERRED, person.referral_reason)
    if person.visit:
        person.changed = True
    emergency(person, world)

    positive = yield from decisions.reasonable_grounds(person, world)
    if not person.case_open:
        close(person, world)
        return
    if not positive:
        support.refused_at_first(person, world)
        positive = yield from decisions.reconsideration(person, world, conclusive=False)
        if not positive:
            close(person, world)
            return
        world.record(person, Event.RG_POSITIVE, Detail.ON_RECONSIDERATION)

    recovery(person, world)

    positive = yield from decisions.conclusive_grounds(person, world)
    world.stop(person, Slot.CLOSURE)
    if positive:
        confirm(person, world, Detail.FIRST_DECISION)
        return
    world.record(person, Event.CG_NEGATIVE, Detail.FIRST_DECISION)
    close(person, world)
    overturned = yield from decisions.reconsideration(person, world, conclusive=True)
    if overturned and not person.gone:
        confirm(person, world, Detail.ON_RECONSIDERATION)


def emergency(person: Survivor, world: World) -> None:
    """Before reasonable grounds: some who have no secure place are helped at once."""
    if person.region <= Region.WALES and is_adult(person, world) and support.needs_help_now(person, world):
        enter_community(person, world)
        support.begin(person, world)


def is_adult(person: Survivor, world: World) -> bool:
    """Adult at referral, or by now."""
    return world._now >= person.turns_18 or person.turns_18 == NEVER


def recovery(person: Survivor, world: World) -> None:
    """A positive reasonable grounds decision: the recovery period begins, and support may be taken up."""
    person.rg_positive_at = world._now
    world.count(world.rg_positive_by_quarter)
    decisions.set_closure(person, world)
    if person.region > Region.WALES:
        return
    if is_adult(person, world):
        enter_community(person, world)
        support.offer(person, world)
    elif person.due[Slot.TURNS_18] == NEVER:
        world.until(person, Slot.TURNS_18, person.turns_18)


def enter_community(person: Survivor, world: World) -> None:
    """Follow place, status and needs from now on, if they are not followed already."""
    if not person.followed:
        community.begin(person, world)
        status.begin(person, world)


def turned_18(person: Survivor, world: World) -> None:
    """A child in the pathway becomes an adult; some go on to Victim Care support.

    Whoever waits for a reasonable grounds decision on that day is offered support when it is positive.
    """
    world.record(person, Event.TURNED_18)
    if not person.case_open or person.rg_positive_at > world._now:
        return
    enter_community(person, world)
    if world.draw(person, Activity.SUPPORT_AT_18) < world.rules.decisions.support_at_18:
        support.offer(person, world)


def confirm(person: Survivor, world: World, how: int) -> None:
    """A positive conclusive decision: confirmed as a survivor of modern slavery."""
    if not person.ever_confirmed:
        world.other_luck_begins(person)
    person.confirmed = person.ever_confirmed = True
    person.cg_positive_at = world._now
    world.record(person, Event.CG_POSITIVE, how)
    close(person, world)
    if person.followed:
        status.confirmed(person, world)
        services.refer(person, world, services.FROM_CG_POSITIVE)


def close(person: Survivor, world: World) -> None:
    """The case is no longer open; support learns of it, and a later referral becomes possible for some."""
    person.case_open = False
    person.prone = world.draw(person, Activity.PRONE_TO_REFERRAL) < world.rules.risk.prone
    support.decided(person, world)
    person.changed = True


def closed_undecided(person: Survivor, world: World) -> None:
    """The case leaves the conclusive grounds queue with no decision: closed, or disqualified."""
    world.cg_desk.leave(person)
    world.stop(person, Slot.NRM)
    if person.disqualified:
        world.record(person, Event.DISQUALIFIED)
        if person.in_support:
            support.end(person, world, Detail.DISQUALIFIED)
    else:
        world.record(person, Event.CASE_CLOSED_UNDECIDED)
    close(person, world)
