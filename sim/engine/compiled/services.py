"""Services beside and after the NRM: one mechanism; mirrors `sim.pathway.services`.

The story of a service waits in one of five places: for the offer, in line, for a wait outside the model that
it will see through or will not, and while it lasts.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled import handover, needs
from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import (
    DETAIL_SERVICE_BASE,
    DRAW_BARRIER_DIGITAL,
    DRAW_BARRIER_TRAVEL,
    DRAW_SERVICE_ACCEPTED,
    DRAW_SERVICE_AREA,
    DRAW_SERVICE_CRITERIA,
    DRAW_SERVICE_LENGTH,
    DRAW_SERVICE_MEETS_NEED,
    DRAW_SERVICE_NEED,
    DRAW_SERVICE_OFFERED,
    DRAW_SERVICE_OUTSIDE_WAIT,
    DRAW_SERVICE_PATIENCE,
    EVENT_CONTACT_ENDED,
    EVENT_CONTACT_STARTED,
    EVENT_SERVICE_CRITERIA_NOT_MET,
    EVENT_SERVICE_DECLINED,
    EVENT_SERVICE_ENDED,
    EVENT_SERVICE_KEPT_OUT,
    EVENT_SERVICE_NO_RECOURSE,
    EVENT_SERVICE_OFFERED,
    EVENT_SERVICE_STARTED,
    EVENT_SERVICE_WAIT_GIVEN_UP,
    LINE_SERVICE,
    NEED_ENGLISH,
    NEED_HEALTH,
    NEED_HOUSING,
    NEED_INCOME,
    NEED_LEGAL,
    SLOT_SERVICE,
    STATUS_ASYLUM_PENDING,
)
from sim.engine.compiled.queues import hand_back, holds, join, leave, release
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
    on_grid,
    record,
    settled,
    stop,
    until,
    wait,
    wait_about,
)
from sim.pathway import services as reference
from sim.people.compiled_chance import c_exponential, c_lognormal_from_median

OFFER, IN_LINE, OUTSIDE, OUTSIDE_IN_VAIN, LASTS = 1, 2, 3, 4, 5
FROM_EXIT, FROM_SUPPORT_START = reference.FROM_EXIT, reference.FROM_SUPPORT_START
FROM_CG_POSITIVE = reference.FROM_CG_POSITIVE
ADULTS, CHILDREN = reference._ADULTS, reference._CHILDREN
WOMEN, MEN = reference._WOMEN, reference._MEN


# ------------------------------------------------------------------------------------------- referral
@kernel
def refer(person: Any, world: Any, begins: int) -> None:
    """Support has started, or a positive conclusive decision has been made: who is referred to what."""
    if person.away or person.gone:
        return
    rules = world.rules.services
    for k in range(world.n_services):
        if rules.begins[k] == begins and person.stage[SLOT_SERVICE + k] == ENDED and wanted(person, world, k):
            await_offer(person, world, k, world.now + on_grid(world, rules.offset[k]))


@kernel
def await_offer(person: Any, world: Any, k: int, day: float) -> None:
    """The story of a service begins, with its offer on a day."""
    slot = SLOT_SERVICE + k
    begin_story(person, slot)
    person.offers |= 1 << k
    until(person, world, slot, day)
    go_on_from(person, slot, OFFER)


@kernel
def plan_before_exit(person: Any, world: Any, last_day: float) -> None:
    """The day on which support ends is known, or has changed: arrange what begins some days before it."""
    rules = world.rules.services
    for k in range(world.n_services):
        if rules.offset[k] >= 0.0:
            continue
        slot, bit = SLOT_SERVICE + k, 1 << k
        day = max(last_day - on_grid(world, -rules.offset[k]), world.now + on_grid(world, 1.0))
        if person.offers & bit:
            if day != person.due[slot]:
                until(person, world, slot, day)
        elif not person.considered & bit and person.stage[slot] == ENDED:
            person.considered |= bit
            if wanted(person, world, k):
                await_offer(person, world, k, day)


@kernel
def offer_after_support(person: Any, world: Any) -> None:
    """Victim Care support has ended; what was arranged for a later day before its end comes tomorrow."""
    if person.away or person.gone:
        return
    rules = world.rules.services
    tomorrow = world.now + on_grid(world, 1.0)
    for k in range(world.n_services):
        slot, bit = SLOT_SERVICE + k, 1 << k
        if person.offers & person.considered & bit:
            if person.due[slot] > tomorrow:
                until(person, world, slot, tomorrow)
        elif (
            rules.begins[k] == FROM_EXIT
            and not person.considered & bit
            and person.stage[slot] == ENDED
            and wanted(person, world, k)
        ):
            day = tomorrow
            if rules.offset[k] >= 0.0:
                day = world.now + on_grid(world, rules.offset[k])
            await_offer(person, world, k, day)


@kernel
def wanted(person: Any, world: Any, k: int) -> bool:
    """Is this person referred to the service: offered, within its rules, and in need of it?"""
    rules = world.rules.services
    offered = at(world, rules.offered[k], world.now)
    if offered == 0.0 or (rules.confirmed_only[k] and not person.confirmed):
        return False
    if not eligible(person):
        if rules.eligible_only[k]:
            return False
        offered *= rules.without_recourse[k]
    luck = int(rules.luck[k])
    if draw(person, DRAW_SERVICE_OFFERED, luck) >= offered:
        return False
    sex, age = rules.sex[k], rules.age[k]
    if (sex == WOMEN and not person.female) or (sex == MEN and person.female):
        return False
    adult = person.turns_18 == NEVER
    if (age == ADULTS and not adult) or (age == CHILDREN and adult):
        return False
    covered = rules.covered[k][person.region]
    if covered < 1.0 and draw_once(person, DRAW_SERVICE_AREA, luck) >= covered:
        return False
    return has_need(person, world, k)


@kernel
def has_need(person: Any, world: Any, k: int) -> bool:
    """Needs the model holds are read from the person; of those it does not, a share has them."""
    rules = world.rules.services
    need = int(rules.need[k])
    if need == NEED_HOUSING and settled(person):
        return False
    if need == NEED_INCOME and (not eligible(person) or world.now < person.income_from):
        return True
    if need == NEED_LEGAL and person.status < STATUS_ASYLUM_PENDING:
        return False
    if need == NEED_HEALTH and not person.health_need:
        return False
    if need == NEED_ENGLISH and person.fluent:
        return False
    share = rules.need_share[k]
    return share >= 1.0 or draw_once(person, DRAW_SERVICE_NEED, need) < share


# ------------------------------------------------------------------------------------------- the service
@kernel
def service(person: Any, world: Any, k: int) -> None:
    """One service goes on, from the offer to its end."""
    slot, name = SLOT_SERVICE + k, DETAIL_SERVICE_BASE + k
    stage = person.stage[slot]
    if stage == OFFER:
        if offer(person, world, k):
            return
        end_story(person, slot)
    elif stage == LASTS:
        end(person, world, k)
        rules = world.rules.services
        luck = int(rules.luck[k])
        if rules.need[k] == NEED_HEALTH and draw(person, DRAW_SERVICE_MEETS_NEED, luck) < rules.need_met[k]:
            needs.health_met(person, world)
        end_story(person, slot)
    elif stage == OUTSIDE or holds(person, LINE_SERVICE + k):
        begin(person, world, k)
    else:
        leave(person, world, k)
        record(person, world, EVENT_SERVICE_WAIT_GIVEN_UP, name)
        end_story(person, slot)


@kernel
def offer(person: Any, world: Any, k: int) -> bool:
    """The day of the offer; True if it leads to a place or a wait."""
    rules, slot = world.rules.services, SLOT_SERVICE + k
    person.offers &= ~(1 << k)
    if rules.begins[k] == FROM_EXIT and rules.offset[k] >= 0.0 and person.in_support:
        return False
    if not taken_up(person, world, k):
        return False
    luck = int(rules.luck[k])
    patience = c_exponential(draw(person, DRAW_SERVICE_PATIENCE, luck), rules.patience[k])
    if rules.outside_median[k] > 0.0:
        length = outside_wait(person, world, k)
        wait(person, world, slot, min(length, patience))
        go_on_from(person, slot, OUTSIDE_IN_VAIN if patience < length else OUTSIDE)
    else:
        join(person, world, k, 0)
        wait(person, world, slot, patience)
        go_on_from(person, slot, IN_LINE)
    return True


@kernel
def begin(person: Any, world: Any, k: int) -> None:
    """The service begins."""
    rules, slot, name, bit = world.rules.services, SLOT_SERVICE + k, DETAIL_SERVICE_BASE + k, 1 << k
    person.in_services |= bit
    person.had_services |= bit
    record(person, world, EVENT_SERVICE_STARTED, name)
    if rules.named_worker[k]:
        person.service_workers |= bit
        record(person, world, EVENT_CONTACT_STARTED, name)
    person.changed = True
    u = draw(person, DRAW_SERVICE_LENGTH, int(rules.luck[k]))
    wait_about(person, world, slot, rules.length_min[k], rules.length_extra[k], u)
    go_on_from(person, slot, LASTS)


@kernel
def taken_up(person: Any, world: Any, k: int) -> bool:
    """The offer: lost on the way to it, declined, out of reach, refused, or taken up."""
    rules, name = world.rules.services, DETAIL_SERVICE_BASE + k
    if handover.loses(person, world, k):
        return False
    record(person, world, EVENT_SERVICE_OFFERED, name)
    accepted = rules.accepted[k] * handover.engagement(person, world)
    luck = int(rules.luck[k])
    u = draw(person, DRAW_SERVICE_ACCEPTED, luck)
    if u >= accepted:
        record(person, world, EVENT_SERVICE_DECLINED, name)
    elif u >= accepted * open_door(person, world, k):
        record(person, world, EVENT_SERVICE_KEPT_OUT, name)
    elif rules.needs_recourse[k] and not eligible(person):
        record(person, world, EVENT_SERVICE_NO_RECOURSE, name)
    elif draw(person, DRAW_SERVICE_CRITERIA, luck) < rules.not_met[k]:
        record(person, world, EVENT_SERVICE_CRITERIA_NOT_MET, name)
    else:
        return True
    return False


@kernel
def open_door(person: Any, world: Any, k: int) -> float:
    """What barriers leave of the share who accept: one factor for each that this person meets."""
    door, rules, barriers = 1.0, world.rules.services, world.rules.barriers
    if not person.fluent:
        door *= rules.interpreters[k]
    if person.dependants:
        door *= rules.childcare[k]
    if rules.travel[k] < 1.0 and draw_once(person, DRAW_BARRIER_TRAVEL, 0) < barriers.travel_affects:
        door *= rules.travel[k]
    if rules.digital[k] < 1.0 and draw_once(person, DRAW_BARRIER_DIGITAL, 0) < barriers.digital_affects:
        door *= rules.digital[k]
    return door


@kernel
def outside_wait(person: Any, world: Any, k: int) -> float:
    """A wait [days] in a line that is not the model's, as others have waited; longer with no interpreter."""
    rules = world.rules.services
    median = rules.outside_median[k]
    if not person.fluent:
        median *= rules.interpreters_wait[k]
    u = draw(person, DRAW_SERVICE_OUTSIDE_WAIT, int(rules.luck[k]))
    return c_lognormal_from_median(u, median, rules.outside_sigma[k])


@kernel
def end(person: Any, world: Any, k: int) -> None:
    """The service ends; a place of its own is free again."""
    name, line, bit = DETAIL_SERVICE_BASE + k, LINE_SERVICE + k, 1 << k
    person.in_services ^= bit
    if person.service_workers & bit:
        person.service_workers ^= bit
        record(person, world, EVENT_CONTACT_ENDED, name)
    record(person, world, EVENT_SERVICE_ENDED, name)
    if holds(person, line):
        hand_back(person, line)
        release(world, k)
    person.changed = True


@kernel
def stop_all(person: Any, world: Any) -> None:
    """Every service, every wait and every offer to come ends (missing, dead, out of the country)."""
    person.offers = 0
    for k in range(world.n_services):
        slot = SLOT_SERVICE + k
        if person.stage[slot] == ENDED:
            continue
        if person.in_services & (1 << k):
            end(person, world, k)
        else:
            leave(person, world, k)
        stop(person, slot)


@kernel
def help_with_status(person: Any, world: Any) -> float:
    """The ratio of favourable decisions on status for whoever has had services that are said to change it."""
    ratio, k, had = 1.0, 0, person.had_services
    while had:
        if had & 1:
            ratio *= world.rules.services.grant_ratio[k]
        had >>= 1
        k += 1
    return ratio
