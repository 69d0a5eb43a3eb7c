"""Support under the Modern Slavery Victim Care Contract: adults in England and Wales, RG+ to the last day.

Most people get outreach where they are; those who need a safehouse bed wait for one (`beds`). Support ends
nine working days after a negative conclusive decision; after a positive one it lasts the move-on period,
then as long as Recovery Needs Assessments extend it, and never less than a guarantee (floor) where a policy
gives one. Bed, subsistence and casework are separate: each has its own floor. Emergency support begins at
referral where a share says so. Not modelled: the pause of move-on in 2020, standards of accommodation.
"""

from __future__ import annotations

from math import floor

from sim.engine.clock import add_working_days, on_grid
from sim.engine.environment import NEVER, Story
from sim.engine.log import Detail, Event, Place
from sim.engine.rules import at
from sim.engine.survivor import Line, Slot, Survivor
from sim.engine.world import World
from sim.pathway import beds, community, contact, homes, housing, services
from sim.people.chance import Activity


def offer(person: Survivor, world: World) -> None:
    """Support is offered at RG+: some are never reached, some decline, the others meet a caseworker."""
    rules = world.rules.support
    if person.rg_refused:
        person.rg_refused = False
        if person.in_support:
            world.wake(person, Slot.SUPPORT)
    if person.in_support or person.away or person.stories[Slot.SUPPORT] is not None:
        return
    if world.draw(person, Activity.REACHED) >= rules.reached:
        world.record(person, Event.SUPPORT_NOT_TAKEN_UP, Detail.NOT_REACHED)
    elif world.draw(person, Activity.TAKE_UP) >= rules.take_up:
        world.record(person, Event.SUPPORT_NOT_TAKEN_UP, Detail.DECLINED)
    else:
        begin(person, world)


def needs_help_now(person: Survivor, world: World) -> bool:
    """Emergency support before reasonable grounds: a share of adults without a secure place, if any."""
    share = world.rules.support.emergency
    if share == 0.0 or person.in_support or person.away or person.stories[Slot.SUPPORT] is not None:
        return False
    if person.followed:
        destitute = person.insecure
    else:
        destitute = community.place_at_start(person, world) in (Place.FRIENDS, Place.STREET)
    return destitute and world.draw(person, Activity.EMERGENCY) < share


def begin(person: Survivor, world: World) -> None:
    """Support is to start at the first contact with a caseworker."""
    world.start(person, Slot.SUPPORT, support(person, world))


def support(person: Survivor, world: World) -> Story:
    """From the offer to the last day of casework."""
    rules = world.rules.support
    u = world.draw(person, Activity.FIRST_CONTACT)
    world.wait_about(person, Slot.SUPPORT, rules.first_contact_min, rules.first_contact_extra, u)
    yield
    if not goes_on(person) and not person.confirmed:
        return
    begin_casework(person, world)
    yield from until_support_ends(person, world)


def goes_on(person: Survivor) -> bool:
    """The case is open, and not refused at reasonable grounds: support waits for the decision."""
    return person.case_open and not person.rg_refused


def is_overturned(person: Survivor) -> bool:
    """A negative decision was put right while support was running out."""
    return person.confirmed or goes_on(person)


def support_again(person: Survivor, world: World) -> Story:
    """A negative decision was overturned: support goes on where it would have been."""
    world.wake(person, Slot.SUPPORT)
    yield
    begin_casework(person, world)
    yield from until_support_ends(person, world)


def begin_casework(person: Survivor, world: World) -> None:
    """Meet the caseworker; ask for a bed if one is needed."""
    person.in_support = person.ever_supported = person.subsistence = True
    person.bed_until = person.exit_told = NEVER
    world.in_support[person.row] = person
    in_time = person.rg_positive_at <= world._now
    world.record(person, Event.SUPPORT_STARTED, Detail.NONE if in_time else Detail.EMERGENCY)
    person.contact_draw = world.draw(person, Activity.IN_CONTACT)
    contact.settle(person, world)
    beds.ask_for_bed(person, world)
    person.considered = 0
    services.refer(person, world, services.FROM_SUPPORT_START)
    person.changed = True


def until_support_ends(person: Survivor, world: World) -> Story:
    """Wait for the conclusive decision, then for the end that it brings."""
    while True:
        while goes_on(person):
            world.until(person, Slot.SUPPORT, NEVER)
            yield
        if person.confirmed:
            break
        leaving = notice_after_negative(person, world)
        person.bed_until = leaving
        beds.rebook_bed(person, world)
        services.plan_before_exit(person, world, leaving)
        while world._now < leaving and not is_overturned(person):
            world.until(person, Slot.SUPPORT, leaving)
            yield
        if not is_overturned(person):
            end(person, world, Detail.NEGATIVE_DECISION)
            return
        if goes_on(person):
            person.bed_until = NEVER
            beds.rebook_bed(person, world)
    yield from moving_on(person, world)
    end(person, world, Detail.MOVED_ON)


def notice_after_negative(person: Survivor, world: World) -> float:
    """The last day after a negative decision or a closed case: nine working days, sometimes extended."""
    rules = world.rules.support
    today = floor(world._now)
    last_day = add_working_days(today, rules.negative_working_days, world.working_days)
    notice = float(last_day - today)
    if world.draw(person, Activity.NEGATIVE_EXTENSION) < rules.negative_extension_share:
        notice += rules.negative_extension
    return world._now + on_grid(notice)


def moving_on(person: Survivor, world: World) -> Story:
    """The move-on period, needs assessments that extend it, and the guarantee of a policy, if any.

    Each assessment is made some days before the end that stands, so a refusal leaves those days to prepare.
    """
    rules = world.rules.support
    confirmed_at = person.cg_positive_at
    leaving = confirmed_at + on_grid(at(rules.move_on, confirmed_at))
    requested = at(rules.first_requested, confirmed_at)
    occasion = 0
    while True:
        announce(person, world, leaving)
        assessed_on = max(leaving - on_grid(rules.assessment_notice), world._now + on_grid(1.0))
        if assessed_on >= leaving or world.draw(person, Activity.NEEDS_REQUESTED, occasion) >= requested:
            break
        while world._now < assessed_on:
            world.until(person, Slot.SUPPORT, assessed_on)
            yield
        rules = world.rules.support
        extension = assess_needs(person, world, occasion)
        if extension == 0.0:
            break
        leaving = leaving + extension
        requested = rules.again_requested
        occasion += 1
    while True:
        casework_until = announce(person, world, leaving)
        if world._now >= casework_until:
            return
        world.until(person, Slot.SUPPORT, casework_until)
        yield


def announce(person: Survivor, world: World, leaving: float) -> float:
    """Say when bed, subsistence and casework end, and prepare for it; the last day of casework."""
    confirmed_at = person.cg_positive_at
    casework_until = max(leaving, confirmed_at + person.floor_casework)
    subsistence_until = max(leaving, confirmed_at + person.floor_subsistence)
    bed_until = max(leaving, confirmed_at + person.floor_bed)
    if bed_until != person.bed_until:
        person.bed_until = bed_until
        beds.rebook_bed(person, world)
    if person.subsistence and subsistence_until != person.due[Slot.SUBSISTENCE]:
        world.until(person, Slot.SUBSISTENCE, subsistence_until)
    exit_day = bed_until if person.holds[Line.BEDS] else casework_until
    if exit_day != person.exit_told:
        person.exit_told = exit_day
        housing.plan_before_exit(person, world, exit_day)
        homes.plan_bridging(person, world, exit_day)
    services.plan_before_exit(person, world, casework_until)
    return casework_until


def assess_needs(person: Survivor, world: World, occasion: int) -> float:
    """A Recovery Needs Assessment: how many days more, 0 if refused."""
    rules = world.rules.support
    outcome = world.draw(person, Activity.NEEDS_OUTCOME, occasion)
    length = world.draw(person, Activity.EXTENSION, occasion)
    if outcome < rules.fully_agreed:
        world.record(person, Event.NEEDS_ASSESSED, Detail.FULLY_AGREED)
        return on_grid(rules.full_extension * (0.5 + length))
    if outcome < rules.fully_agreed + rules.partly_agreed:
        world.record(person, Event.NEEDS_ASSESSED, Detail.PARTLY_AGREED)
        return on_grid(rules.part_extension * (0.5 + length))
    world.record(person, Event.NEEDS_ASSESSED, Detail.REFUSED)
    return 0.0


# --------------------------------------------------------------------------------------------- decisions
def decided(person: Survivor, world: World) -> None:
    """Tell the support story that the case has been decided, closed, or decided again."""
    if person.confirmed:
        rules = world.rules.support
        person.floor_casework = on_grid(rules.floor_casework)
        person.floor_bed = on_grid(rules.floor_bed)
        person.floor_subsistence = on_grid(rules.floor_subsistence)
    if person.in_support:
        world.wake(person, Slot.SUPPORT)
    elif person.confirmed and person.end_reason == Detail.NEGATIVE_DECISION and not person.away:
        world.start(person, Slot.SUPPORT, support_again(person, world))


def refused_at_first(person: Survivor, world: World) -> None:
    """A negative reasonable grounds decision: emergency support, if there is any, has to end."""
    person.rg_refused = True
    if person.in_support:
        world.wake(person, Slot.SUPPORT)


def extend_for_everyone(world: World) -> None:
    """A policy for everyone in support: floors reach those whose positive decision came before it started."""
    rules = world.rules.support
    for person in world.in_support.values():
        if person.confirmed:
            person.floor_casework = on_grid(rules.floor_casework)
            person.floor_bed = on_grid(rules.floor_bed)
            person.floor_subsistence = on_grid(rules.floor_subsistence)
            if person.due[Slot.SUPPORT] < NEVER:
                world.wake(person, Slot.SUPPORT)


# ------------------------------------------------------------------------------------------------- ends
def end(person: Survivor, world: World, reason: int) -> None:
    """The last day of casework; services after support are offered from here."""
    person.in_support = False
    del world.in_support[person.row]
    world.stop(person, Slot.SUPPORT)
    contact.settle(person, world)
    if person.subsistence and (reason != Detail.MOVED_ON or person.due[Slot.SUBSISTENCE] == NEVER):
        end_subsistence(person, world)
    person.end_reason = reason
    world.record(person, Event.SUPPORT_ENDED, reason)
    if reason != Detail.MOVED_ON:
        community.stop_asking_for_bridging(person, world)
    if person.holds[Line.BEDS]:
        if reason != Detail.MOVED_ON or person.bed_until <= world._now:
            beds.leave_bed(person, world)
    elif person.tickets[Line.BEDS]:
        world.beds.leave(person)
        world.stop(person, Slot.BED)
    services.offer_after_support(person, world)
    person.changed = True


def end_subsistence(person: Survivor, world: World) -> None:
    """Subsistence payments end; whoever may have benefits has them by then, or waits for the first."""
    world.stop(person, Slot.SUBSISTENCE)
    person.subsistence = False
    world.record(person, Event.SUBSISTENCE_ENDED)
    person.changed = True
