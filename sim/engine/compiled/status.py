"""Immigration status: claims, appeals, temporary permission, and notice; mirrors `sim.pathway.status`."""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled import community, services
from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import (
    DETAIL_AFTER_ASYLUM,
    DETAIL_ASYLUM,
    DETAIL_FIRST_CLAIM,
    DETAIL_FRESH_CLAIM,
    DETAIL_VTS,
    DRAW_APPEAL,
    DRAW_APPEAL_ALLOWED,
    DRAW_APPEAL_WHEN,
    DRAW_APPLIES_AFTER_ASYLUM,
    DRAW_APPLIES_AFTER_ASYLUM_WHEN,
    DRAW_ASYLUM_DECISION,
    DRAW_ASYLUM_DECISION_WHEN,
    DRAW_FRESH_CLAIM,
    DRAW_FRESH_CLAIM_WHEN,
    DRAW_LATER_CLAIM,
    DRAW_LATER_CLAIM_WHEN,
    DRAW_PERMISSION_LENGTH,
    DRAW_PERMISSION_RENEWED,
    DRAW_ROOM_AFTER_CLAIM,
    DRAW_SECTION_4,
    DRAW_TEMPORARY_PERMISSION,
    DUTY_NONE,
    EVENT_APPEAL_DISMISSED,
    EVENT_ASYLUM_ACCOMMODATION_NOTICE,
    EVENT_ASYLUM_CLAIMED,
    EVENT_ASYLUM_GRANTED,
    EVENT_ASYLUM_REFUSED,
    EVENT_LEAVE_EXPIRED,
    EVENT_LEAVE_GRANTED,
    EVENT_LEAVE_RENEWED,
    PLACE_ASYLUM_ACCOMMODATION,
    SLOT_HOUSING,
    SLOT_INCOME,
    SLOT_PERMISSION,
    SLOT_PLACE_ENDS,
    SLOT_STATUS,
    STATUS_ASYLUM_PENDING,
    STATUS_EU_PRE_SETTLED,
    STATUS_LEAVE,
    STATUS_NO_STATUS,
)
from sim.engine.compiled.world import (
    ENDED,
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
    silence,
    stop,
    until,
    wait,
    wake,
)
from sim.pathway import status as reference
from sim.people.compiled_chance import c_exponential, c_lognormal_from_median, c_uniform_between

CLAIM_PENDING, APPEAL_PENDING, CLAIMS_LATER, CLAIMS_AFRESH = 1, 2, 3, 4
RENEWALS_AT_MOST = reference.RENEWALS_AT_MOST
DELAY, PERMITTED = 1, 2


@kernel
def begin(person: Any, world: Any) -> None:
    """Start the status clocks of somebody whose life in the community begins to be followed."""
    rules = world.rules.status
    if person.status == STATUS_ASYLUM_PENDING:
        begin_story(person, SLOT_STATUS)
        await_decision(person, world)
    elif person.status == STATUS_NO_STATUS and draw_once(person, DRAW_LATER_CLAIM, 0) < rules.later_claim:
        begin_story(person, SLOT_STATUS)
        u = draw_once(person, DRAW_LATER_CLAIM_WHEN, 0)
        wait(person, world, SLOT_STATUS, c_exponential(u, rules.later_claim_mean))
        go_on_from(person, SLOT_STATUS, CLAIMS_LATER)


@kernel
def await_decision(person: Any, world: Any) -> None:
    """A claim waits for its decision."""
    rules = world.rules.status
    u = draw_once(person, DRAW_ASYLUM_DECISION_WHEN, person.claims)
    wait(person, world, SLOT_STATUS, c_lognormal_from_median(u, rules.decision_median, rules.decision_sigma))
    go_on_from(person, SLOT_STATUS, CLAIM_PENDING)


@kernel
def asylum_claim(person: Any, world: Any) -> None:
    """A claim: the decision, perhaps an appeal, perhaps one fresh claim after a final refusal."""
    rules, stage = world.rules.status, person.stage[SLOT_STATUS]
    if stage in (CLAIMS_LATER, CLAIMS_AFRESH):
        if person.permission:
            end_story(person, SLOT_STATUS)
            return
        if stage == CLAIMS_AFRESH:
            person.claims = 1
        claim(person, world, DETAIL_FRESH_CLAIM if stage == CLAIMS_AFRESH else DETAIL_FIRST_CLAIM)
        await_decision(person, world)
        return
    if stage == CLAIM_PENDING:
        helped = services.help_with_status(person, world)
        granted = draw_once(person, DRAW_ASYLUM_DECISION, person.claims) < rules.granted * helped
        if not granted:
            record(person, world, EVENT_ASYLUM_REFUSED, 0)
            if draw_once(person, DRAW_APPEAL, person.claims) < rules.appeals:
                u = draw_once(person, DRAW_APPEAL_WHEN, person.claims)
                length = c_lognormal_from_median(u, rules.appeal_median, rules.appeal_sigma)
                wait(person, world, SLOT_STATUS, length)
                go_on_from(person, SLOT_STATUS, APPEAL_PENDING)
                return
    else:
        allowed = rules.appeal_allowed * services.help_with_status(person, world)
        granted = draw_once(person, DRAW_APPEAL_ALLOWED, person.claims) < allowed
    if granted:
        grant(person, world)
    else:
        refuse(person, world)
        if person.claims == 0 and draw_once(person, DRAW_FRESH_CLAIM, 0) < rules.fresh_claim:
            u = draw_once(person, DRAW_FRESH_CLAIM_WHEN, 0)
            wait(person, world, SLOT_STATUS, c_exponential(u, rules.later_claim_mean))
            go_on_from(person, SLOT_STATUS, CLAIMS_AFRESH)
            return
    end_story(person, SLOT_STATUS)


@kernel
def claim(person: Any, world: Any, which: int) -> None:
    """A claim made after referral: pending again, and perhaps a room in asylum accommodation."""
    person.status = STATUS_ASYLUM_PENDING
    record(person, world, EVENT_ASYLUM_CLAIMED, which)
    if person.place == PLACE_ASYLUM_ACCOMMODATION:
        stop(person, SLOT_PLACE_ENDS)
    elif (
        insecure(person)
        and not person.away
        and draw_once(person, DRAW_ROOM_AFTER_CLAIM, person.claims) < world.rules.status.accommodation
    ):
        community.move(person, world, PLACE_ASYLUM_ACCOMMODATION, DETAIL_ASYLUM)
    person.changed = True


@kernel
def grant(person: Any, world: Any) -> None:
    """Asylum granted: housing law and benefits open, and asylum accommodation ends after notice."""
    person.status = STATUS_LEAVE
    record(person, world, EVENT_ASYLUM_GRANTED, 0)
    claim_benefits(person, world)
    rules = world.rules
    if person.place == PLACE_ASYLUM_ACCOMMODATION:
        days = rules.status.notice_after_grant
        if person.dependants or person.pregnant:
            days = rules.status.notice_after_grant_exempt
        give_notice(person, world, on_grid(world, at(world, days, world.now)))
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
    if eligible(person) or person.status == STATUS_EU_PRE_SETTLED or person.stage[SLOT_PERMISSION] != ENDED:
        return
    begin_story(person, SLOT_PERMISSION)
    rules = world.rules.status
    decided = world.now + on_grid(world, rules.permission_delay)
    if rules.permission_paused_from <= decided < rules.permission_paused_until:
        decided = rules.permission_paused_until
    until(person, world, SLOT_PERMISSION, decided)
    go_on_from(person, SLOT_PERMISSION, DELAY)


@kernel
def temporary_permission(person: Any, world: Any) -> None:
    """The decision on temporary permission, and the day it runs out or is renewed."""
    rules = world.rules.status
    if person.stage[SLOT_PERMISSION] == DELAY:
        share = at(world, rules.permission, world.now) * services.help_with_status(person, world)
        granted = draw(person, DRAW_TEMPORARY_PERMISSION, 0) < share
        if not granted or eligible(person):
            end_story(person, SLOT_PERMISSION)
            return
        person.permission = True
        record(person, world, EVENT_LEAVE_GRANTED, DETAIL_VTS)
        claim_benefits(person, world)
        if insecure(person) and not person.away:
            community.plan_when_insecure(person, world)
        person.changed = True
        person.renewals = 0
        await_expiry(person, world)
        go_on_from(person, SLOT_PERMISSION, PERMITTED)
    elif may_renew(person, world):
        person.renewals += 1
        record(person, world, EVENT_LEAVE_RENEWED, DETAIL_VTS)
        await_expiry(person, world)
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
def await_expiry(person: Any, world: Any) -> None:
    """Permission lasts so long."""
    rules = world.rules.status
    u = draw(person, DRAW_PERMISSION_LENGTH, person.renewals)
    wait(person, world, SLOT_PERMISSION, c_uniform_between(u, rules.permission_min, rules.permission_max))


@kernel
def may_renew(person: Any, world: Any) -> bool:
    """Whether permission that runs out is renewed: never where there is other leave by now."""
    if person.status <= STATUS_LEAVE or person.renewals == RENEWALS_AT_MOST:
        return False
    drawn = draw(person, DRAW_PERMISSION_RENEWED, person.renewals)
    return drawn < world.rules.status.permission_renewed


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
    silence(person, SLOT_PLACE_ENDS)
