"""Immigration status: asylum claims and appeals, temporary permission to stay, and the homes tied to them.

These clocks run beside the NRM. Leaving Victim Care support does not end asylum accommodation, and a grant of
asylum does not end Victim Care support: two cliffs on two clocks. Not modelled: fresh claims, family reunion,
the difference between refugee status and humanitarian protection.
"""

from __future__ import annotations

from sim.engine.clock import on_grid
from sim.engine.environment import NEVER, Story
from sim.engine.log import Detail, Event, Place
from sim.engine.rules import at
from sim.engine.survivor import Duty, Slot, Survivor
from sim.engine.world import World
from sim.pathway import community
from sim.people.chance import Activity
from sim.people.codes import ImmigrationStatus
from sim.people.variates import exponential, lognormal_from_median, uniform_between


def begin(person: Survivor, world: World) -> None:
    """Start the status clocks of somebody whose life in the community begins to be followed."""
    if person.status == ImmigrationStatus.ASYLUM_PENDING:
        world.start(person, Slot.STATUS, asylum_claim(person, world))


def asylum_claim(person: Survivor, world: World) -> Story:
    """A claim that was pending at referral: the decision, and perhaps an appeal."""
    rules = world.rules.status
    length = lognormal_from_median(
        world.draw_once(person, Activity.ASYLUM_DECISION_WHEN), rules.decision_median, rules.decision_sigma
    )
    world.wait(person, Slot.STATUS, length)
    yield
    if world.draw_once(person, Activity.ASYLUM_DECISION) < world.rules.status.granted:
        grant(person, world)
        return
    world.record(person, Event.ASYLUM_REFUSED)
    rules = world.rules.status
    if world.draw_once(person, Activity.APPEAL) < rules.appeals:
        length = lognormal_from_median(
            world.draw_once(person, Activity.APPEAL_WHEN), rules.appeal_median, rules.appeal_sigma
        )
        world.wait(person, Slot.STATUS, length)
        yield
        if world.draw_once(person, Activity.APPEAL_ALLOWED) < world.rules.status.appeal_allowed:
            grant(person, world)
            return
    refuse(person, world)


def grant(person: Survivor, world: World) -> None:
    """Asylum granted: housing law and benefits open, and asylum accommodation ends after notice."""
    person.status = ImmigrationStatus.LEAVE
    world.record(person, Event.ASYLUM_GRANTED)
    claim_benefits(person, world)
    rules = world.rules
    if person.place == Place.ASYLUM_ACCOMMODATION:
        notice = on_grid(at(rules.status.notice_after_grant, world._now))
        give_notice(person, world, notice)
        if world.draw_once(person, Activity.APPLIES_AFTER_ASYLUM) < rules.housing.after_asylum:
            u = world.draw_once(person, Activity.APPLIES_AFTER_ASYLUM_WHEN)
            after = on_grid(1.0 + exponential(u, rules.housing.after_asylum_mean))
            community.plan_application(person, world, world._now + after, Detail.AFTER_ASYLUM)
    elif person.insecure and not person.away:
        community.plan_when_insecure(person, world)
    person.changed = True


def refuse(person: Survivor, world: World) -> None:
    """No more appeal: asylum accommodation ends after notice unless section 4 support is given."""
    person.status = ImmigrationStatus.NO_STATUS
    world.record(person, Event.APPEAL_DISMISSED)
    rules = world.rules.status
    if (
        person.place == Place.ASYLUM_ACCOMMODATION
        and world.draw_once(person, Activity.SECTION_4) >= rules.section_4
    ):
        give_notice(person, world, on_grid(rules.notice_after_refusal))
    person.changed = True


def give_notice(person: Survivor, world: World, notice: float) -> None:
    """Say on which day asylum accommodation ends."""
    world.record(person, Event.ASYLUM_ACCOMMODATION_NOTICE)
    world.until(person, Slot.PLACE_ENDS, world._now + notice)


# ---------------------------------------------------------------------- temporary permission to stay
def confirmed(person: Survivor, world: World) -> None:
    """After a positive conclusive decision, some without leave are given temporary permission to stay."""
    if person.eligible or person.stories[Slot.PERMISSION] is not None:
        return
    world.start(person, Slot.PERMISSION, temporary_permission(person, world))


def temporary_permission(person: Survivor, world: World) -> Story:
    """The decision on temporary permission, and the day it runs out."""
    world.wait(person, Slot.PERMISSION, world.rules.status.permission_delay)
    yield
    rules = world.rules.status
    granted = world.draw(person, Activity.TEMPORARY_PERMISSION) < at(rules.permission, world._now)
    if not granted or person.eligible:
        return
    person.permission = True
    world.record(person, Event.LEAVE_GRANTED, Detail.VTS)
    claim_benefits(person, world)
    if person.insecure and not person.away:
        community.plan_when_insecure(person, world)
    person.changed = True
    length = uniform_between(
        world.draw(person, Activity.PERMISSION_LENGTH), rules.permission_min, rules.permission_max
    )
    world.wait(person, Slot.PERMISSION, length)
    yield
    person.permission = False
    world.record(person, Event.LEAVE_EXPIRED, Detail.VTS)
    if not person.eligible:
        person.on_register = False
        if person.duty != Duty.NONE:
            world.wake(person, Slot.HOUSING)
    person.changed = True


def claim_benefits(person: Survivor, world: World) -> None:
    """Benefits open with leave; the first payment comes weeks later."""
    wait = on_grid(world.rules.risk.benefit_wait)
    person.income_from = world._now + wait
    world.until(person, Slot.INCOME, person.income_from)


def stop(person: Survivor, world: World) -> None:
    """Stop the status clocks of somebody who has left the model."""
    for slot in (Slot.STATUS, Slot.PERMISSION):
        world.stop(person, slot)
    person.due[Slot.PLACE_ENDS] = NEVER
