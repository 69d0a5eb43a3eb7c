"""Services beside and after the NRM: one mechanism, each service a few lines of configuration.

Whoever has the need and comes within the rules of a service may be referred to it, counted from the start of
support, from a positive conclusive decision, or from the end of support, and before it where the end is
known (early hand-over). The offer is declined, or cannot be taken up (barriers), or is refused (no recourse,
criteria not met), or leads to a place of the service's own or through a wait outside the model; then the
service lasts a while, and may give a named worker. What it does to crises and to decisions on status is a
ratio, 1 unless somebody sets it.
"""

from __future__ import annotations

from sim.engine.clock import on_grid
from sim.engine.environment import Story
from sim.engine.log import Detail, Event
from sim.engine.rules import COUNTED_FROM, ServiceRules, at
from sim.engine.survivor import Line, Need, Slot, Survivor
from sim.engine.world import World
from sim.pathway import handover, needs
from sim.people.chance import Activity
from sim.people.codes import ImmigrationStatus
from sim.people.variates import exponential, lognormal_from_median

FROM_EXIT, FROM_SUPPORT_START, FROM_CG_POSITIVE = range(len(COUNTED_FROM))
_ADULTS, _CHILDREN = 1, 2
_WOMEN, _MEN = 1, 2


# ------------------------------------------------------------------------------------------- referral
def refer(person: Survivor, world: World, begins: int) -> None:
    """Support has started, or a positive conclusive decision has been made: who is referred to what."""
    if person.away or person.gone:
        return
    for k, rules in enumerate(world.rules.services):
        if rules.begins == begins and person.stories[Slot.SERVICE + k] is None and wanted(person, world, k):
            world.start(
                person, Slot.SERVICE + k, service(person, world, k, world._now + on_grid(rules.offset))
            )


def plan_before_exit(person: Survivor, world: World, last_day: float) -> None:
    """The day on which support ends is known, or has changed: arrange what begins some days before it."""
    for k, rules in enumerate(world.rules.services):
        if rules.offset >= 0.0:
            continue
        slot, bit = Slot.SERVICE + k, 1 << k
        day = max(last_day - on_grid(-rules.offset), world._now + on_grid(1.0))
        if person.offers & bit:
            if day != person.due[slot]:
                world.until(person, slot, day)
        elif not person.considered & bit and person.stories[slot] is None:
            person.considered |= bit
            if wanted(person, world, k):
                world.start(person, slot, service(person, world, k, day))


def offer_after_support(person: Survivor, world: World) -> None:
    """Victim Care support has ended; what was arranged for a later day before its end comes tomorrow."""
    if person.away or person.gone:
        return
    tomorrow = world._now + on_grid(1.0)
    for k, rules in enumerate(world.rules.services):
        slot, bit = Slot.SERVICE + k, 1 << k
        if person.offers & person.considered & bit:
            if person.due[slot] > tomorrow:
                world.until(person, slot, tomorrow)
        elif (
            rules.begins == FROM_EXIT
            and not person.considered & bit
            and person.stories[slot] is None
            and wanted(person, world, k)
        ):
            day = tomorrow if rules.offset < 0.0 else world._now + on_grid(rules.offset)
            world.start(person, slot, service(person, world, k, day))


def wanted(person: Survivor, world: World, k: int) -> bool:
    """Is this person referred to the service: offered, within its rules, and in need of it?"""
    rules = world.rules.services[k]
    offered = at(rules.offered, world._now)
    if offered == 0.0 or (rules.confirmed_only and not person.confirmed):
        return False
    if not person.eligible:
        if rules.eligible_only:
            return False
        offered *= rules.without_recourse
    if world.draw(person, Activity.SERVICE_OFFERED, rules.luck) >= offered:
        return False
    if (rules.sex == _WOMEN and not person.female) or (rules.sex == _MEN and person.female):
        return False
    adult = person.turns_18 == float("inf")
    if (rules.age == _ADULTS and not adult) or (rules.age == _CHILDREN and adult):
        return False
    covered = rules.covered[person.region]
    if covered < 1.0 and world.draw_once(person, Activity.SERVICE_AREA, rules.luck) >= covered:
        return False
    return has_need(person, world, rules)


def has_need(person: Survivor, world: World, rules: ServiceRules) -> bool:
    """Needs the model holds are read from the person; of those it does not, a share has them.

    Whoever has no benefits yet needs help with income; of the others a share does, too.
    """
    need = rules.need
    if need == Need.HOUSING and person.settled:
        return False
    if need == Need.INCOME and (not person.eligible or world._now < person.income_from):
        return True
    if need == Need.LEGAL and person.status < ImmigrationStatus.ASYLUM_PENDING:
        return False
    if need == Need.HEALTH and not person.health_need:
        return False
    if need == Need.ENGLISH and person.fluent:
        return False
    return rules.need_share >= 1.0 or world.draw_once(person, Activity.SERVICE_NEED, need) < rules.need_share


# ------------------------------------------------------------------------------------------- the service
def service(person: Survivor, world: World, k: int, day: float) -> Story:
    """One service, from the referral to its end; the offer is made on `day`."""
    slot, line, name, bit = Slot.SERVICE + k, Line.SERVICE + k, Detail.SERVICE_BASE + k, 1 << k
    person.offers |= bit
    world.until(person, slot, day)
    yield
    person.offers &= ~bit
    rules = world.rules.services[k]
    if rules.begins == FROM_EXIT and rules.offset >= 0.0 and person.in_support:
        return
    if not taken_up(person, world, k):
        return
    patience = exponential(world.draw(person, Activity.SERVICE_PATIENCE, rules.luck), rules.patience)
    if rules.outside_median > 0.0:
        wait = outside_wait(person, world, rules)
        world.wait(person, slot, min(wait, patience))
        yield
        if patience < wait:
            world.record(person, Event.SERVICE_WAIT_GIVEN_UP, name)
            return
    else:
        world.service_pools[k].join(person)
        world.wait(person, slot, patience)
        yield
        if not person.holds[line]:
            world.service_pools[k].leave(person)
            world.record(person, Event.SERVICE_WAIT_GIVEN_UP, name)
            return
    rules = world.rules.services[k]
    person.in_services |= bit
    person.had_services |= bit
    world.record(person, Event.SERVICE_STARTED, name)
    if rules.named_worker:
        person.service_workers |= bit
        world.record(person, Event.CONTACT_STARTED, name)
    person.changed = True
    u = world.draw(person, Activity.SERVICE_LENGTH, rules.luck)
    world.wait_about(person, slot, rules.length_min, rules.length_extra, u)
    yield
    end(person, world, k)
    rules = world.rules.services[k]
    met = rules.need == Need.HEALTH and (
        world.draw(person, Activity.SERVICE_MEETS_NEED, rules.luck) < rules.need_met
    )
    if met:
        needs.health_met(person, world)


def taken_up(person: Survivor, world: World, k: int) -> bool:
    """The offer: lost on the way to it, declined, out of reach, refused, or taken up."""
    rules, name = world.rules.services[k], Detail.SERVICE_BASE + k
    if handover.loses(person, world, k):
        return False
    world.record(person, Event.SERVICE_OFFERED, name)
    accepted = rules.accepted * handover.engagement(person, world)
    u = world.draw(person, Activity.SERVICE_ACCEPTED, rules.luck)
    if u >= accepted:
        world.record(person, Event.SERVICE_DECLINED, name)
    elif u >= accepted * open_door(person, world, rules):
        world.record(person, Event.SERVICE_KEPT_OUT, name)
    elif rules.needs_recourse and not person.eligible:
        world.record(person, Event.SERVICE_NO_RECOURSE, name)
    elif world.draw(person, Activity.SERVICE_CRITERIA, rules.luck) < rules.not_met:
        world.record(person, Event.SERVICE_CRITERIA_NOT_MET, name)
    else:
        return True
    return False


def open_door(person: Survivor, world: World, rules: ServiceRules) -> float:
    """What barriers leave of the share who accept: one factor for each that this person meets."""
    door, barriers = 1.0, world.rules.barriers
    if not person.fluent:
        door *= rules.interpreters
    if person.dependants:
        door *= rules.childcare
    if rules.travel < 1.0 and world.draw_once(person, Activity.BARRIER_TRAVEL) < barriers.travel_affects:
        door *= rules.travel
    if rules.digital < 1.0 and world.draw_once(person, Activity.BARRIER_DIGITAL) < barriers.digital_affects:
        door *= rules.digital
    return door


def outside_wait(person: Survivor, world: World, rules: ServiceRules) -> float:
    """A wait [days] in a line that is not the model's, as others have waited; longer with no interpreter."""
    median = rules.outside_median
    if not person.fluent:
        median *= rules.interpreters_wait
    u = world.draw(person, Activity.SERVICE_OUTSIDE_WAIT, rules.luck)
    return lognormal_from_median(u, median, rules.outside_sigma)


def end(person: Survivor, world: World, k: int) -> None:
    """The service ends; a place of its own is free again."""
    name, line, bit = Detail.SERVICE_BASE + k, Line.SERVICE + k, 1 << k
    person.in_services ^= bit
    if person.service_workers & bit:
        person.service_workers ^= bit
        world.record(person, Event.CONTACT_ENDED, name)
    world.record(person, Event.SERVICE_ENDED, name)
    if person.holds[line]:
        person.holds[line] = False
        world.service_pools[k].release()
    person.changed = True


def stop_all(person: Survivor, world: World) -> None:
    """Every service, every wait and every offer to come ends (missing, dead, out of the country)."""
    person.offers = 0
    for k in range(len(world.rules.services)):
        slot = Slot.SERVICE + k
        if person.stories[slot] is None:
            continue
        if person.in_services & 1 << k:
            end(person, world, k)
        else:
            world.service_pools[k].leave(person)
        world.stop(person, slot)


def help_with_status(person: Survivor, world: World) -> float:
    """The ratio of favourable decisions on status for whoever has had services that are said to change it."""
    ratio, k, had = 1.0, 0, person.had_services
    while had:
        if had & 1:
            ratio *= world.rules.services[k].grant_ratio
        had >>= 1
        k += 1
    return ratio
