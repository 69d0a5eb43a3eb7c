"""Immigration status: claims, appeals, temporary permission, and notice; mirrors `sim.pathway.status`."""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled import community
from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import (
    DETAIL_AFTER_ASYLUM,
    DETAIL_VTS,
    DRAW_APPEAL,
    DRAW_APPEAL_ALLOWED,
    DRAW_APPEAL_WHEN,
    DRAW_APPLIES_AFTER_ASYLUM,
    DRAW_APPLIES_AFTER_ASYLUM_WHEN,
    DRAW_ASYLUM_DECISION,
    DRAW_ASYLUM_DECISION_WHEN,
    DRAW_PERMISSION_LENGTH,
    DRAW_SECTION_4,
    DRAW_TEMPORARY_PERMISSION,
    DUTY_NONE,
    EVENT_APPEAL_DISMISSED,
    EVENT_ASYLUM_ACCOMMODATION_NOTICE,
    EVENT_ASYLUM_GRANTED,
    EVENT_ASYLUM_REFUSED,
    EVENT_LEAVE_EXPIRED,
    EVENT_LEAVE_GRANTED,
    PLACE_ASYLUM_ACCOMMODATION,
    SLOT_HOUSING,
    SLOT_INCOME,
    SLOT_PERMISSION,
    SLOT_PLACE_ENDS,
    SLOT_STATUS,
    STATUS_ASYLUM_PENDING,
    STATUS_LEAVE,
    STATUS_NO_STATUS,
)
from sim.engine.compiled.world import (
    ENDED,
    NEVER,
    at,
    begin_story,
    draw,
    draw_once,
    eligible,
    end_story,
    go_on_from,
    insecure,
    on_grid,
    record,
    stop,
    until,
    wait,
    wake,
)
from sim.people.compiled_chance import c_exponential, c_lognormal_from_median, c_uniform_between

CLAIM_PENDING, APPEAL_PENDING = 1, 2
DELAY, PERMITTED = 1, 2


@kernel
def begin(person: Any, world: Any) -> None:
    """Start the status clocks of somebody whose life in the community begins to be followed."""
    if person.status == STATUS_ASYLUM_PENDING:
        begin_story(person, SLOT_STATUS)
        rules = world.rules.status
        length = c_lognormal_from_median(
            draw_once(person, DRAW_ASYLUM_DECISION_WHEN, 0), rules.decision_median, rules.decision_sigma
        )
        wait(person, world, SLOT_STATUS, length)
        go_on_from(person, SLOT_STATUS, CLAIM_PENDING)


@kernel
def asylum_claim(person: Any, world: Any) -> None:
    """A claim that was pending at referral: the decision, and perhaps an appeal."""
    rules = world.rules.status
    if person.stage[SLOT_STATUS] == CLAIM_PENDING:
        if draw_once(person, DRAW_ASYLUM_DECISION, 0) < rules.granted:
            grant(person, world)
        else:
            record(person, world, EVENT_ASYLUM_REFUSED, 0)
            if draw_once(person, DRAW_APPEAL, 0) < rules.appeals:
                length = c_lognormal_from_median(
                    draw_once(person, DRAW_APPEAL_WHEN, 0), rules.appeal_median, rules.appeal_sigma
                )
                wait(person, world, SLOT_STATUS, length)
                go_on_from(person, SLOT_STATUS, APPEAL_PENDING)
                return
            refuse(person, world)
    elif draw_once(person, DRAW_APPEAL_ALLOWED, 0) < rules.appeal_allowed:
        grant(person, world)
    else:
        refuse(person, world)
    end_story(person, SLOT_STATUS)


@kernel
def grant(person: Any, world: Any) -> None:
    """Asylum granted: housing law and benefits open, and asylum accommodation ends after notice."""
    person.status = STATUS_LEAVE
    record(person, world, EVENT_ASYLUM_GRANTED, 0)
    claim_benefits(person, world)
    rules = world.rules
    if person.place == PLACE_ASYLUM_ACCOMMODATION:
        notice = on_grid(world, at(world, rules.status.notice_after_grant, world.now))
        give_notice(person, world, notice)
        if draw_once(person, DRAW_APPLIES_AFTER_ASYLUM, 0) < rules.housing.after_asylum:
            u = draw_once(person, DRAW_APPLIES_AFTER_ASYLUM_WHEN, 0)
            after = on_grid(world, 1.0 + c_exponential(u, rules.housing.after_asylum_mean))
            community.plan_application(person, world, world.now + after, DETAIL_AFTER_ASYLUM)
    elif insecure(person) and not person.away:
        community.plan_when_insecure(person, world)
    person.changed = True


@kernel
def refuse(person: Any, world: Any) -> None:
    """No more appeal: asylum accommodation ends after notice unless section 4 support is given."""
    person.status = STATUS_NO_STATUS
    record(person, world, EVENT_APPEAL_DISMISSED, 0)
    rules = world.rules.status
    if person.place == PLACE_ASYLUM_ACCOMMODATION and draw_once(person, DRAW_SECTION_4, 0) >= rules.section_4:
        give_notice(person, world, on_grid(world, rules.notice_after_refusal))
    person.changed = True


@kernel
def give_notice(person: Any, world: Any, notice: float) -> None:
    """Say on which day asylum accommodation ends."""
    record(person, world, EVENT_ASYLUM_ACCOMMODATION_NOTICE, 0)
    until(person, world, SLOT_PLACE_ENDS, world.now + notice)


# ---------------------------------------------------------------------- temporary permission to stay
@kernel
def confirmed(person: Any, world: Any) -> None:
    """After a positive conclusive decision, some without leave are given temporary permission to stay."""
    if eligible(person) or person.stage[SLOT_PERMISSION] != ENDED:
        return
    begin_story(person, SLOT_PERMISSION)
    wait(person, world, SLOT_PERMISSION, world.rules.status.permission_delay)
    go_on_from(person, SLOT_PERMISSION, DELAY)


@kernel
def temporary_permission(person: Any, world: Any) -> None:
    """The decision on temporary permission, and the day it runs out."""
    rules = world.rules.status
    if person.stage[SLOT_PERMISSION] == DELAY:
        granted = draw(person, DRAW_TEMPORARY_PERMISSION, 0) < at(world, rules.permission, world.now)
        if not granted or eligible(person):
            end_story(person, SLOT_PERMISSION)
            return
        person.permission = True
        record(person, world, EVENT_LEAVE_GRANTED, DETAIL_VTS)
        claim_benefits(person, world)
        if insecure(person) and not person.away:
            community.plan_when_insecure(person, world)
        person.changed = True
        u = draw(person, DRAW_PERMISSION_LENGTH, 0)
        wait(person, world, SLOT_PERMISSION, c_uniform_between(u, rules.permission_min, rules.permission_max))
        go_on_from(person, SLOT_PERMISSION, PERMITTED)
    else:
        person.permission = False
        record(person, world, EVENT_LEAVE_EXPIRED, DETAIL_VTS)
        if not eligible(person):
            person.on_register = False
            if person.duty != DUTY_NONE:
                wake(person, world, SLOT_HOUSING)
        person.changed = True
        end_story(person, SLOT_PERMISSION)


@kernel
def claim_benefits(person: Any, world: Any) -> None:
    """Benefits open with leave; the first payment comes weeks later."""
    person.income_from = world.now + on_grid(world, world.rules.risk.benefit_wait)
    until(person, world, SLOT_INCOME, person.income_from)


@kernel
def stop_status(person: Any) -> None:
    """Stop the status clocks of somebody who has left the model (`status.stop`)."""
    stop(person, SLOT_STATUS)
    stop(person, SLOT_PERMISSION)
    person.due[SLOT_PLACE_ENDS] = NEVER
