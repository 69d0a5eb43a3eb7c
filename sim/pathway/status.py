"""Immigration status: asylum claims and appeals, temporary permission to stay, and the homes tied to them.

These clocks run beside the NRM. Leaving Victim Care support does not end asylum accommodation, and a grant of
asylum does not end Victim Care support: two cliffs on two clocks. Not modelled: family reunion, pre-settled
people who settle later, the difference between refugee status and humanitarian protection.
"""

from __future__ import annotations

from sim.engine.clock import on_grid
from sim.engine.environment import NEVER, Story
from sim.engine.log import Detail, Event, Place
from sim.engine.rules import at
from sim.engine.survivor import Duty, Slot, Survivor
from sim.engine.world import World
from sim.pathway import community, services
from sim.people.chance import Activity
from sim.people.codes import ImmigrationStatus
from sim.people.variates import exponential, lognormal_from_median, uniform_between

RENEWALS_AT_MOST = 20
"""More than any run has room for at lengths that anybody would grant."""


def begin(person: Survivor, world: World) -> None:
    """Start the status clocks of somebody whose life in the community begins to be followed."""
    if person.status == ImmigrationStatus.ASYLUM_PENDING or (
        person.status == ImmigrationStatus.NO_STATUS
        and world.draw_once(person, Activity.LATER_CLAIM) < world.rules.status.later_claim
    ):
        world.start(person, Slot.STATUS, asylum_claim(person, world))


def asylum_claim(person: Survivor, world: World) -> Story:
    """A claim: the decision, perhaps an appeal, perhaps one fresh claim after a final refusal.

    Most claims were pending at referral; some people without status claim later. Whoever has been given
    permission meanwhile does not claim.
    """
    if person.status == ImmigrationStatus.NO_STATUS:
        u = world.draw_once(person, Activity.LATER_CLAIM_WHEN)
        world.wait(person, Slot.STATUS, exponential(u, world.rules.status.later_claim_mean))
        yield
        if person.permission:
            return
        claim(person, world, Detail.FIRST_CLAIM)
    while True:
        rules, claims = world.rules.status, person.claims
        length = lognormal_from_median(
            world.draw_once(person, Activity.ASYLUM_DECISION_WHEN, claims),
            rules.decision_median,
            rules.decision_sigma,
        )
        world.wait(person, Slot.STATUS, length)
        yield
        helped = services.help_with_status(person, world)
        if world.draw_once(person, Activity.ASYLUM_DECISION, claims) < world.rules.status.granted * helped:
            grant(person, world)
            return
        world.record(person, Event.ASYLUM_REFUSED)
        rules = world.rules.status
        if world.draw_once(person, Activity.APPEAL, claims) < rules.appeals:
            length = lognormal_from_median(
                world.draw_once(person, Activity.APPEAL_WHEN, claims), rules.appeal_median, rules.appeal_sigma
            )
            world.wait(person, Slot.STATUS, length)
            yield
            allowed = world.rules.status.appeal_allowed * services.help_with_status(person, world)
            if world.draw_once(person, Activity.APPEAL_ALLOWED, claims) < allowed:
                grant(person, world)
                return
        refuse(person, world)
        rules = world.rules.status
        if claims or world.draw_once(person, Activity.FRESH_CLAIM) >= rules.fresh_claim:
            return
        u = world.draw_once(person, Activity.FRESH_CLAIM_WHEN)
        world.wait(person, Slot.STATUS, exponential(u, rules.later_claim_mean))
        yield
        if person.permission:
            return
        person.claims = 1
        claim(person, world, Detail.FRESH_CLAIM)


def claim(person: Survivor, world: World, which: int) -> None:
    """A claim made after referral: pending again, and perhaps a room in asylum accommodation."""
    person.status = ImmigrationStatus.ASYLUM_PENDING
    world.record(person, Event.ASYLUM_CLAIMED, which)
    if person.place == Place.ASYLUM_ACCOMMODATION:
        world.stop(person, Slot.PLACE_ENDS)
    elif person.insecure and not person.away:
        room = world.draw_once(person, Activity.ROOM_AFTER_CLAIM, person.claims)
        if room < world.rules.status.accommodation:
            community.move(person, world, Place.ASYLUM_ACCOMMODATION, Detail.ASYLUM)
    person.changed = True


def grant(person: Survivor, world: World) -> None:
    """Asylum granted: housing law and benefits open, and asylum accommodation ends after notice."""
    person.status = ImmigrationStatus.LEAVE
    world.record(person, Event.ASYLUM_GRANTED)
    claim_benefits(person, world)
    rules = world.rules
    if person.place == Place.ASYLUM_ACCOMMODATION:
        exempt = person.dependants or person.pregnant
        days = rules.status.notice_after_grant_exempt if exempt else rules.status.notice_after_grant
        give_notice(person, world, on_grid(at(days, world._now)))
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
    """After a positive conclusive decision, some without leave are given temporary permission to stay.

    Pre-settled status is leave already, though without a right to reside it opens no housing assistance.
    """
    if person.eligible or person.status == ImmigrationStatus.EU_PRE_SETTLED:
        return
    if person.stories[Slot.PERMISSION] is None:
        world.start(person, Slot.PERMISSION, temporary_permission(person, world))


def temporary_permission(person: Survivor, world: World) -> Story:
    """The decision on temporary permission, made when decisions are not paused, and the day it runs out.

    It may be renewed when it runs out, for as long as there is no other leave.
    """
    rules = world.rules.status
    decided = world._now + on_grid(rules.permission_delay)
    if rules.permission_paused_from <= decided < rules.permission_paused_until:
        decided = rules.permission_paused_until
    world.until(person, Slot.PERMISSION, decided)
    yield
    rules = world.rules.status
    share = at(rules.permission, world._now) * services.help_with_status(person, world)
    granted = world.draw(person, Activity.TEMPORARY_PERMISSION) < share
    if not granted or person.eligible:
        return
    person.permission = True
    world.record(person, Event.LEAVE_GRANTED, Detail.VTS)
    claim_benefits(person, world)
    if person.insecure and not person.away:
        community.plan_when_insecure(person, world)
    person.changed = True
    renewals = 0
    while True:
        rules = world.rules.status
        u = world.draw(person, Activity.PERMISSION_LENGTH, renewals)
        world.wait(person, Slot.PERMISSION, uniform_between(u, rules.permission_min, rules.permission_max))
        yield
        if person.status <= ImmigrationStatus.LEAVE or renewals == RENEWALS_AT_MOST:
            break
        renewed = world.rules.status.permission_renewed
        if world.draw(person, Activity.PERMISSION_RENEWED, renewals) >= renewed:
            break
        renewals += 1
        world.record(person, Event.LEAVE_RENEWED, Detail.VTS)
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
