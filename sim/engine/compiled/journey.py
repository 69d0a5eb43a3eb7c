"""A survivor's way through the National Referral Mechanism; mirrors `sim.pathway.journey`.

The story waits in eight places: while a file is prepared, in line, while a second look is asked for and
taken, for the reasonable and then for the conclusive grounds decision.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled import community, decisions, services, status, support
from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.logbook import FORESEEN
from sim.engine.compiled.names import (
    DETAIL_DISQUALIFIED,
    DETAIL_FIRST_DECISION,
    DETAIL_ON_RECONSIDERATION,
    DRAW_PRONE_TO_REFERRAL,
    DRAW_SUPPORT_AT_18,
    EVENT_CASE_CLOSED_UNDECIDED,
    EVENT_CG_NEGATIVE,
    EVENT_CG_POSITIVE,
    EVENT_DISQUALIFIED,
    EVENT_REFERRED,
    EVENT_RG_POSITIVE,
    EVENT_TURNED_18,
    REGION_WALES,
    SLOT_CLOSURE,
    SLOT_NRM,
    SLOT_TURNS_18,
)
from sim.engine.compiled.queues import leave_desk
from sim.engine.compiled.state import CG_DESK
from sim.engine.compiled.world import (
    NEVER,
    begin_story,
    draw,
    end_story,
    go_on_from,
    other_luck_begins,
    quarter_now,
    record,
    silence,
    stop,
    until,
)

RG_FILE, RG_LINE, RG_ASKED, RG_REVIEW, CG_FILE, CG_LINE, CG_ASKED, CG_REVIEW = 1, 2, 3, 4, 5, 6, 7, 8


@kernel
def referred(person: Any, world: Any) -> None:
    """The day of a referral (people who declined one are written down by the loop)."""
    begin_story(person, SLOT_NRM)
    begin_visit(person, world)


@kernel
def referred_again(person: Any, world: Any, reason: int) -> None:
    """A new visit: the same incident reported again, or new exploitation found out."""
    if person.case_open or person.gone:
        return
    person.visit += 1
    person.referral_reason = reason
    begin_story(person, SLOT_NRM)
    begin_visit(person, world)


@kernel
def begin_visit(person: Any, world: Any) -> None:
    """One visit to the NRM, to its first wait."""
    person.case_open = True
    person.confirmed = False
    person.rg_positive_at = NEVER
    person.rg_refused = False
    person.end_reason = 0
    world.referrals_by_quarter[quarter_now(world)] += 1
    record(person, world, EVENT_REFERRED, person.referral_reason)
    if person.visit:
        person.changed = True
    emergency(person, world)
    decisions.prepare_rg_file(person, world)
    go_on_from(person, SLOT_NRM, RG_FILE)


@kernel
def journey(person: Any, world: Any) -> None:
    """The visit goes on from wherever it waited."""
    stage = person.stage[SLOT_NRM]
    if stage == RG_FILE:
        if decisions.stand_in_rg_line(person, world):
            go_on_from(person, SLOT_NRM, RG_LINE)
            return
        close(person, world)
    elif stage == RG_LINE:
        positive = decisions.decide_reasonable_grounds(person, world)
        if not person.case_open:
            close(person, world)
        elif positive:
            recover(person, world)
            return
        else:
            support.refused_at_first(person, world)
            if decisions.ask_again(person, world, False):
                go_on_from(person, SLOT_NRM, RG_ASKED)
                return
            close(person, world)
    elif stage in (RG_ASKED, CG_ASKED):
        decisions.accept_request(person, world, stage == CG_ASKED)
        go_on_from(person, SLOT_NRM, stage + 1)
        return
    elif stage == RG_REVIEW:
        if decisions.overturned(person, world, False):
            record(person, world, EVENT_RG_POSITIVE, DETAIL_ON_RECONSIDERATION)
            recover(person, world)
            return
        close(person, world)
    elif stage == CG_FILE:
        decisions.stand_in_cg_line(person, world)
        go_on_from(person, SLOT_NRM, CG_LINE)
        return
    elif stage == CG_LINE:
        positive = decisions.decide_conclusive_grounds(person, world)
        stop(person, SLOT_CLOSURE)
        if positive:
            confirm(person, world, DETAIL_FIRST_DECISION)
        else:
            record(person, world, EVENT_CG_NEGATIVE, DETAIL_FIRST_DECISION)
            close(person, world)
            if decisions.ask_again(person, world, True):
                go_on_from(person, SLOT_NRM, CG_ASKED)
                return
    elif decisions.overturned(person, world, True) and not person.gone:
        confirm(person, world, DETAIL_ON_RECONSIDERATION)
    end_story(person, SLOT_NRM)


@kernel
def emergency(person: Any, world: Any) -> None:
    """Before reasonable grounds: some who have no secure place are helped at once."""
    if person.region <= REGION_WALES and is_adult(person, world) and support.needs_help_now(person, world):
        enter_community(person, world)
        support.begin(person, world)


@kernel
def is_adult(person: Any, world: Any) -> bool:
    """Adult at referral, or by now."""
    return world.now >= person.turns_18 or person.turns_18 == NEVER


@kernel
def recover(person: Any, world: Any) -> None:
    """The recovery period begins (`journey.recovery`), and the evidence is gathered meanwhile."""
    recovery(person, world)
    decisions.gather_evidence(person, world)
    go_on_from(person, SLOT_NRM, CG_FILE)


@kernel
def recovery(person: Any, world: Any) -> None:
    """A positive reasonable grounds decision: the recovery period begins, and support may be taken up."""
    person.rg_positive_at = world.now
    world.rg_positive_by_quarter[quarter_now(world)] += 1
    decisions.set_closure(person, world)
    if person.region > REGION_WALES:
        return
    if is_adult(person, world):
        enter_community(person, world)
        support.offer(person, world)
    elif person.due[SLOT_TURNS_18] == NEVER:
        until(person, world, SLOT_TURNS_18, person.turns_18)


@kernel
def enter_community(person: Any, world: Any) -> None:
    """Follow place, status and needs from now on, if they are not followed already."""
    if not person.followed:
        community.begin(person, world)
        status.begin(person, world)


@kernel
def turned_18(person: Any, world: Any) -> None:
    """A child in the pathway becomes an adult; some go on to Victim Care support."""
    record(person, world, EVENT_TURNED_18, 0)
    if not person.case_open or person.rg_positive_at > world.now:
        return
    enter_community(person, world)
    if draw(person, DRAW_SUPPORT_AT_18, 0) < world.rules.decisions.support_at_18:
        support.offer(person, world)


@kernel
def foresee_turning_18(person: Any, world: Any) -> None:
    """Write a birthday down beforehand if it is the last that can happen to somebody, whatever the rules.

    It is the only clock that rings. A case that is not open is not affected by it (`turned_18`), and the seat
    is free for years.
    """
    if person.case_open or person.in_support or person.standing:
        return
    day = person.due[SLOT_TURNS_18]
    if day - world.now < FORESEEN:
        silence(person, SLOT_TURNS_18)
        record(person, world, EVENT_TURNED_18, 0)
        world.note_time[world.n_notes - 1] = day


@kernel
def confirm(person: Any, world: Any, how: int) -> None:
    """A positive conclusive decision: confirmed as a survivor of modern slavery."""
    if not person.ever_confirmed:
        other_luck_begins(person, world)
    person.confirmed = True
    person.ever_confirmed = True
    person.cg_positive_at = world.now
    record(person, world, EVENT_CG_POSITIVE, how)
    close(person, world)
    if person.followed:
        status.confirmed(person, world)
        services.refer(person, world, services.FROM_CG_POSITIVE)


@kernel
def close(person: Any, world: Any) -> None:
    """The case is no longer open; support learns of it, and a later referral becomes possible for some."""
    person.case_open = False
    person.prone = draw(person, DRAW_PRONE_TO_REFERRAL, 0) < world.rules.risk.prone
    support.decided(person, world)
    person.changed = True


@kernel
def closed_undecided(person: Any, world: Any) -> None:
    """The case leaves the conclusive grounds queue with no decision: closed, or disqualified."""
    leave_desk(person, world, CG_DESK)
    stop(person, SLOT_NRM)
    if person.disqualified:
        record(person, world, EVENT_DISQUALIFIED, 0)
        if person.in_support:
            support.end(person, world, DETAIL_DISQUALIFIED)
    else:
        record(person, world, EVENT_CASE_CLOSED_UNDECIDED, 0)
    close(person, world)
