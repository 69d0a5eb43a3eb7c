"""Support under the Victim Care Contract: casework and needs assessments; mirrors `sim.pathway.support`.

The story of support waits in one of five places: for the first contact, for the conclusive decision, for the
last day after a negative one, for a needs assessment, and for the last day of casework.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled import beds, community, contact, homes, housing, services
from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import (
    DETAIL_DECLINED,
    DETAIL_EMERGENCY,
    DETAIL_FULLY_AGREED,
    DETAIL_MOVED_ON,
    DETAIL_NEGATIVE_DECISION,
    DETAIL_NONE,
    DETAIL_NOT_REACHED,
    DETAIL_PARTLY_AGREED,
    DETAIL_REFUSED,
    DRAW_EMERGENCY,
    DRAW_EXTENSION,
    DRAW_FIRST_CONTACT,
    DRAW_IN_CONTACT,
    DRAW_NEEDS_OUTCOME,
    DRAW_NEEDS_REQUESTED,
    DRAW_NEGATIVE_EXTENSION,
    DRAW_REACHED,
    DRAW_TAKE_UP,
    EVENT_NEEDS_ASSESSED,
    EVENT_SUBSISTENCE_ENDED,
    EVENT_SUPPORT_ENDED,
    EVENT_SUPPORT_NOT_TAKEN_UP,
    EVENT_SUPPORT_STARTED,
    LINE_BEDS,
    PLACE_FRIENDS,
    PLACE_STREET,
    SLOT_BED,
    SLOT_SUBSISTENCE,
    SLOT_SUPPORT,
)
from sim.engine.compiled.queues import holds, leave
from sim.engine.compiled.state import BEDS
from sim.engine.compiled.world import (
    ENDED,
    FAULT_WORKING_DAYS,
    NEVER,
    at,
    begin_story,
    draw,
    end_story,
    go_on_from,
    on_grid,
    record,
    stop,
    until,
    wait_about,
    wake,
)

FIRST_CONTACT, DECISION, NOTICE, ASSESSMENT, LAST_DAY, AGAIN = 1, 2, 3, 4, 5, 6


@kernel
def offer(person: Any, world: Any) -> None:
    """Support is offered at RG+: some are never reached, some decline, the others meet a caseworker."""
    rules = world.rules.support
    if person.rg_refused:
        person.rg_refused = False
        if person.in_support:
            wake(person, world, SLOT_SUPPORT)
    if person.in_support or person.away or person.stage[SLOT_SUPPORT] != ENDED:
        return
    if draw(person, DRAW_REACHED, 0) >= rules.reached:
        record(person, world, EVENT_SUPPORT_NOT_TAKEN_UP, DETAIL_NOT_REACHED)
    elif draw(person, DRAW_TAKE_UP, 0) >= rules.take_up:
        record(person, world, EVENT_SUPPORT_NOT_TAKEN_UP, DETAIL_DECLINED)
    else:
        begin(person, world)


@kernel
def needs_help_now(person: Any, world: Any) -> bool:
    """Emergency support before reasonable grounds: a share of adults without a secure place, if any."""
    share = world.rules.support.emergency
    if share == 0.0 or person.in_support or person.away or person.stage[SLOT_SUPPORT] != ENDED:
        return False
    place = person.place if person.followed else community.place_at_start(person, world)
    destitute = PLACE_FRIENDS <= place <= PLACE_STREET
    return destitute and draw(person, DRAW_EMERGENCY, 0) < share


@kernel
def begin(person: Any, world: Any) -> None:
    """Support is to start at the first contact with a caseworker."""
    begin_story(person, SLOT_SUPPORT)
    rules = world.rules.support
    u = draw(person, DRAW_FIRST_CONTACT, 0)
    wait_about(person, world, SLOT_SUPPORT, rules.first_contact_min, rules.first_contact_extra, u)
    go_on_from(person, SLOT_SUPPORT, FIRST_CONTACT)


@kernel
def goes_on(person: Any) -> bool:
    """The case is open, and not refused at reasonable grounds: support waits for the decision."""
    return person.case_open and not person.rg_refused


@kernel
def support_again(person: Any, world: Any) -> None:
    """A negative decision was overturned: support goes on where it would have been."""
    begin_story(person, SLOT_SUPPORT)
    wake(person, world, SLOT_SUPPORT)
    go_on_from(person, SLOT_SUPPORT, AGAIN)


@kernel
def support(person: Any, world: Any) -> None:
    """From the offer to the last day of casework."""
    stage = person.stage[SLOT_SUPPORT]
    if stage == FIRST_CONTACT:
        if not goes_on(person) and not person.confirmed:
            end_story(person, SLOT_SUPPORT)
            return
        begin_casework(person, world)
        await_decision(person, world)
    elif stage == AGAIN:
        begin_casework(person, world)
        await_decision(person, world)
    elif stage == DECISION:
        await_decision(person, world)
    elif stage == NOTICE:
        await_last_day(person, world)
    elif stage == ASSESSMENT:
        await_assessment(person, world)
    else:
        await_exit(person, world)


@kernel
def begin_casework(person: Any, world: Any) -> None:
    """Meet the caseworker; ask for a bed if one is needed."""
    if not person.in_support:
        world.in_support += 1
    person.in_support = True
    person.ever_supported = True
    person.subsistence = True
    person.bed_until = NEVER
    person.exit_told = NEVER
    in_time = person.rg_positive_at <= world.now
    record(person, world, EVENT_SUPPORT_STARTED, DETAIL_NONE if in_time else DETAIL_EMERGENCY)
    person.contact_draw = draw(person, DRAW_IN_CONTACT, 0)
    contact.settle(person, world)
    beds.ask_for_bed(person, world)
    person.considered = 0
    services.refer(person, world, services.FROM_SUPPORT_START)
    person.changed = True


# ------------------------------------------------------------------------------------ until support ends
@kernel
def await_decision(person: Any, world: Any) -> None:
    """Wait for the conclusive decision, then for the end that it brings."""
    if goes_on(person):
        until(person, world, SLOT_SUPPORT, NEVER)
        go_on_from(person, SLOT_SUPPORT, DECISION)
    elif person.confirmed:
        begin_moving_on(person, world)
    else:
        person.leaving = notice_after_negative(person, world)
        person.bed_until = person.leaving
        beds.rebook_bed(person, world)
        services.plan_before_exit(person, world, person.leaving)
        await_last_day(person, world)


@kernel
def await_last_day(person: Any, world: Any) -> None:
    """After a negative decision: the last day, unless the decision is overturned before."""
    if person.confirmed:
        begin_moving_on(person, world)
    elif goes_on(person):
        person.bed_until = NEVER
        beds.rebook_bed(person, world)
        until(person, world, SLOT_SUPPORT, NEVER)
        go_on_from(person, SLOT_SUPPORT, DECISION)
    elif world.now < person.leaving:
        until(person, world, SLOT_SUPPORT, person.leaving)
        go_on_from(person, SLOT_SUPPORT, NOTICE)
    else:
        end(person, world, DETAIL_NEGATIVE_DECISION)
        end_story(person, SLOT_SUPPORT)


@kernel
def notice_after_negative(person: Any, world: Any) -> float:
    """The last day after a negative decision or a closed case: nine working days, sometimes extended."""
    rules = world.rules.support
    today = int(np.floor(world.now))
    last_day = world.last_day[today]
    if last_day < 0:
        if world.fault == 0:
            world.fault = FAULT_WORKING_DAYS
            world.fault_value = today
        return world.now
    notice = float(last_day - today)
    if draw(person, DRAW_NEGATIVE_EXTENSION, 0) < rules.negative_extension_share:
        notice += rules.negative_extension
    return world.now + on_grid(world, notice)


@kernel
def begin_moving_on(person: Any, world: Any) -> None:
    """The move-on period, needs assessments that extend it, and the guarantee of a policy, if any."""
    rules, confirmed_at = world.rules.support, person.cg_positive_at
    person.leaving = confirmed_at + on_grid(world, at(world, rules.move_on, confirmed_at))
    person.assessments = 0
    prepare_assessment(person, world, at(world, rules.first_requested, confirmed_at))


@kernel
def prepare_assessment(person: Any, world: Any, requested: float) -> None:
    """An end is announced; an assessment is asked for, and made some days before it, or not."""
    announce(person, world, person.leaving)
    notice = on_grid(world, world.rules.support.assessment_notice)
    assessed_on = max(person.leaving - notice, world.now + on_grid(world, 1.0))
    if assessed_on >= person.leaving or draw(person, DRAW_NEEDS_REQUESTED, person.assessments) >= requested:
        await_exit(person, world)
        return
    person.assessed_on = assessed_on
    until(person, world, SLOT_SUPPORT, assessed_on)
    go_on_from(person, SLOT_SUPPORT, ASSESSMENT)


@kernel
def await_assessment(person: Any, world: Any) -> None:
    """The day of an assessment: it extends support, and another may be asked for, or it is refused."""
    if world.now < person.assessed_on:
        until(person, world, SLOT_SUPPORT, person.assessed_on)
        go_on_from(person, SLOT_SUPPORT, ASSESSMENT)
        return
    extension = assess_needs(person, world, person.assessments)
    if extension == 0.0:
        await_exit(person, world)
        return
    person.leaving = person.leaving + extension
    person.assessments += 1
    prepare_assessment(person, world, world.rules.support.again_requested)


@kernel
def await_exit(person: Any, world: Any) -> None:
    """The last days of casework."""
    casework_until = announce(person, world, person.leaving)
    if world.now >= casework_until:
        end(person, world, DETAIL_MOVED_ON)
        end_story(person, SLOT_SUPPORT)
        return
    until(person, world, SLOT_SUPPORT, casework_until)
    go_on_from(person, SLOT_SUPPORT, LAST_DAY)


@kernel
def announce(person: Any, world: Any, leaving: float) -> float:
    """Say when bed, subsistence and casework end, and prepare for it; the last day of casework."""
    confirmed_at = person.cg_positive_at
    casework_until = max(leaving, confirmed_at + person.floor_casework)
    subsistence_until = max(leaving, confirmed_at + person.floor_subsistence)
    bed_until = max(leaving, confirmed_at + person.floor_bed)
    if bed_until != person.bed_until:
        person.bed_until = bed_until
        beds.rebook_bed(person, world)
    if person.subsistence and subsistence_until != person.due[SLOT_SUBSISTENCE]:
        until(person, world, SLOT_SUBSISTENCE, subsistence_until)
    exit_day = bed_until if holds(person, LINE_BEDS) else casework_until
    if exit_day != person.exit_told:
        person.exit_told = exit_day
        housing.plan_before_exit(person, world, exit_day)
        homes.plan_bridging(person, world, exit_day)
    services.plan_before_exit(person, world, casework_until)
    return casework_until


@kernel
def assess_needs(person: Any, world: Any, occasion: int) -> float:
    """A Recovery Needs Assessment: how many days more, 0 if refused."""
    rules = world.rules.support
    outcome = draw(person, DRAW_NEEDS_OUTCOME, occasion)
    length = draw(person, DRAW_EXTENSION, occasion)
    if outcome < rules.fully_agreed:
        record(person, world, EVENT_NEEDS_ASSESSED, DETAIL_FULLY_AGREED)
        return on_grid(world, rules.full_extension * (0.5 + length))
    if outcome < rules.fully_agreed + rules.partly_agreed:
        record(person, world, EVENT_NEEDS_ASSESSED, DETAIL_PARTLY_AGREED)
        return on_grid(world, rules.part_extension * (0.5 + length))
    record(person, world, EVENT_NEEDS_ASSESSED, DETAIL_REFUSED)
    return 0.0


# --------------------------------------------------------------------------------------------- decisions
@kernel
def give_floors(person: Any, world: Any) -> None:
    """What is guaranteed from a positive decision on."""
    rules = world.rules.support
    person.floor_casework = on_grid(world, rules.floor_casework)
    person.floor_bed = on_grid(world, rules.floor_bed)
    person.floor_subsistence = on_grid(world, rules.floor_subsistence)


@kernel
def decided(person: Any, world: Any) -> None:
    """Tell the support story that the case has been decided, closed, or decided again."""
    if person.confirmed:
        give_floors(person, world)
    if person.in_support:
        wake(person, world, SLOT_SUPPORT)
    elif person.confirmed and person.end_reason == DETAIL_NEGATIVE_DECISION and not person.away:
        support_again(person, world)


@kernel
def refused_at_first(person: Any, world: Any) -> None:
    """A negative reasonable grounds decision: emergency support, if there is any, has to end."""
    person.rg_refused = True
    if person.in_support:
        wake(person, world, SLOT_SUPPORT)


@kernel
def extend(person: Any, world: Any) -> None:
    """A policy for everyone in support, for one of them (`support.extend_for_everyone`)."""
    if person.confirmed:
        give_floors(person, world)
        if person.due[SLOT_SUPPORT] < NEVER:
            wake(person, world, SLOT_SUPPORT)


# ------------------------------------------------------------------------------------------------- ends
@kernel
def end(person: Any, world: Any, reason: int) -> None:
    """The last day of casework; services after support are offered from here."""
    person.in_support = False
    world.in_support -= 1
    stop(person, SLOT_SUPPORT)
    contact.settle(person, world)
    if person.subsistence and (reason != DETAIL_MOVED_ON or person.due[SLOT_SUBSISTENCE] == NEVER):
        end_subsistence(person, world)
    person.end_reason = reason
    record(person, world, EVENT_SUPPORT_ENDED, reason)
    if reason != DETAIL_MOVED_ON:
        community.stop_asking_for_bridging(person, world)
    if holds(person, LINE_BEDS):
        if reason != DETAIL_MOVED_ON or person.bed_until <= world.now:
            beds.leave_bed(person, world)
    elif person.tickets[LINE_BEDS]:
        leave(person, world, BEDS)
        stop(person, SLOT_BED)
    services.offer_after_support(person, world)
    person.changed = True


@kernel
def end_subsistence(person: Any, world: Any) -> None:
    """Subsistence payments end; whoever may have benefits has them by then, or waits for the first."""
    stop(person, SLOT_SUBSISTENCE)
    person.subsistence = False
    record(person, world, EVENT_SUBSISTENCE_ENDED, 0)
    person.changed = True
