"""England's homelessness duties, from an application to an offer or to nothing (Housing Act 1996, Part 7).

One application is one story: is the person eligible (s185), homeless or threatened with homelessness within
56 days (s175), then prevention (s195), relief (s189B) with interim accommodation where there is reason to
believe in priority need (s188), and after 56 days the main duty (s193) or advice. The housing register
(Part 6) stands beside it. Wales follows the same rules in this version. Secured homes, offers and lapses
come as hazards (`clocks.py`).
"""

from __future__ import annotations

from collections.abc import Generator

from sim.engine.clock import on_grid
from sim.engine.environment import NEVER, Story
from sim.engine.log import Detail, Event, Place
from sim.engine.survivor import Duty, Slot, Survivor
from sim.engine.world import World
from sim.pathway import community
from sim.people.chance import Activity
from sim.people.variates import exponential

_PLACES_THAT_END = (Place.SAFEHOUSE, Place.FRIENDS, Place.STREET, Place.COUNCIL_TEMPORARY)


def plan_before_exit(person: Survivor, world: World, leaving: float) -> None:
    """Once the day support or the bed ends is known, those told of their rights apply some weeks before."""
    rules = world.rules.housing
    if person.place not in _PLACES_THAT_END or world.draw(person, Activity.TOLD) >= rules.told:
        return
    lead = exponential(world.draw(person, Activity.LEAD_TIME), rules.lead_mean)
    lead = on_grid(min(lead, rules.threatened_within))
    community.plan_application(person, world, max(leaving - lead, world._now + on_grid(1.0)), Detail.PLANNED)


def apply(person: Survivor, world: World) -> None:
    """The day somebody goes to a council."""
    if (
        person.away
        or person.gone
        or person.place == Place.CUSTODY
        or person.stories[Slot.HOUSING] is not None
    ):
        return
    world.start(person, Slot.HOUSING, application(person, world, person.reason_to_apply))


def application(person: Survivor, world: World, reason: int) -> Story:
    """One application, from the first interview to a home or to nothing."""
    person.applications += 1
    world.record(person, Event.APPLIED_AS_HOMELESS, reason)
    if not person.eligible:
        world.record(person, Event.APPLICATION_REFUSED, Detail.NOT_ELIGIBLE)
        return
    homeless = is_homeless(person, world)
    if not homeless and not is_threatened(person, world):
        world.record(person, Event.APPLICATION_REFUSED, Detail.NOT_HOMELESS)
        return
    try_register(person, world)
    if not homeless:
        still_homeless = yield from prevention(person, world)
        if not still_homeless:
            return
    yield from relief(person, world)
    if person.duty == Duty.MAIN:
        yield from main_duty(person, world)


# --------------------------------------------------------------------------------------------- the tests
def is_homeless(person: Survivor, world: World) -> bool:
    """No accommodation reasonable to occupy (s175), which may include a safehouse (s175(3))."""
    if person.place == Place.SAFEHOUSE:
        drawn = world.draw_once(person, Activity.HOMELESS_IN_LAW, person.applications)
        return drawn < world.rules.housing.homeless_in_law
    return person.insecure or person.place == Place.COUNCIL_TEMPORARY


def is_threatened(person: Survivor, world: World) -> bool:
    """A place that ends within 56 days (s175(4))."""
    within = world._now + world.rules.housing.threatened_within
    if person.place == Place.SAFEHOUSE:
        return person.bed_until <= within
    return person.due[Slot.PLACE_ENDS] <= within


def automatic_priority(person: Survivor, world: World) -> bool:
    """Priority need by right: pregnancy, children, or (where the option is in force) a recognised survivor.

    The option counts for an eligible survivor who presents the positive conclusive decision; presenting it
    and being recognised grow with time from `policy.start`.
    """
    rules = world.rules.housing
    if person.dependants or person.pregnant:
        return True
    if not rules.survivors_have_priority or not person.ever_confirmed:
        return False
    age = world._now - rules.recognition_from
    grown = 1.0 if age >= rules.recognition_ramp else age / rules.recognition_ramp
    recognised = rules.recognised_first_day + (rules.recognised_mature - rules.recognised_first_day) * grown
    return world.draw_once(person, Activity.RECOGNISED, person.applications) < recognised


def vulnerable(person: Survivor, world: World) -> bool:
    """Priority need by vulnerability (s189(1)(c)): decided case by case, and differently by region."""
    share = world.rules.housing.vulnerable[person.region]
    return world.draw_once(person, Activity.VULNERABLE, person.applications) < share


# -------------------------------------------------------------------------------------------- the duties
def prevention(person: Survivor, world: World) -> Generator[None, None, bool]:
    """Prevention duty (s195): 56 days, or until a home is secured, homelessness comes, or contact lapses.

    True if the person has become homeless.
    """
    person.lapsed = False
    person.duty = Duty.PREVENTION
    world.record(person, Event.PREVENTION_STARTED)
    person.changed = True
    world.wait(person, Slot.HOUSING, world.rules.housing.prevention_limit)
    yield
    person.duty = Duty.NONE
    if person.settled:
        ended = Detail.SECURED
    elif not person.eligible:
        ended = Detail.NOT_ELIGIBLE
    elif person.lapsed:
        ended = Detail.LAPSED
    elif is_homeless(person, world):
        ended = Detail.HOMELESS
    else:
        ended = Detail.TIME_UP
    world.record(person, Event.PREVENTION_ENDED, ended)
    person.changed = True
    return ended == Detail.HOMELESS


def relief(person: Survivor, world: World) -> Story:
    """Relief duty (s189B): 56 days, with interim accommodation if priority need seems likely (s188)."""
    rules = world.rules.housing
    person.duty = Duty.RELIEF
    person.lapsed = False
    world.record(person, Event.RELIEF_STARTED)
    refer_elsewhere(person, world)
    likely = automatic_priority(person, world) or vulnerable(person, world)
    interim = world.draw_once(person, Activity.INTERIM, person.applications)
    if interim < (rules.interim_slope if likely else 0.0) + rules.interim_base:
        person.accommodated = True
        if person.insecure:
            community.move(person, world, Place.COUNCIL_TEMPORARY, Detail.INTERIM)
    person.changed = True
    world.wait(person, Slot.HOUSING, rules.relief_limit)
    yield
    if person.settled:
        end_duty(person, world, Event.RELIEF_ENDED, Detail.SECURED)
        return
    if not person.eligible:
        end_duty(person, world, Event.RELIEF_ENDED, Detail.NOT_ELIGIBLE)
        lose_temporary_home(person, world, rules.notice)
        return
    if person.lapsed:
        end_duty(person, world, Event.RELIEF_ENDED, Detail.LAPSED)
        lose_temporary_home(person, world, 0.0)
        return
    world.record(person, Event.RELIEF_ENDED, Detail.TIME_UP)
    decide_main_duty(person, world)


def decide_main_duty(person: Survivor, world: World) -> None:
    """After relief: priority need (s189) and not intentionally homeless (s191), or advice only."""
    rules = world.rules.housing
    if not automatic_priority(person, world) and not vulnerable(person, world):
        end_duty(person, world, Event.MAIN_DUTY_REFUSED, Detail.NO_PRIORITY_NEED)
        lose_temporary_home(person, world, rules.notice)
    elif world.draw_once(person, Activity.INTENTIONAL, person.applications) < rules.intentional:
        end_duty(person, world, Event.MAIN_DUTY_REFUSED, Detail.INTENTIONAL)
        lose_temporary_home(person, world, rules.notice)
    else:
        person.duty = Duty.MAIN
        person.accommodated = True
        world.record(person, Event.MAIN_DUTY_ACCEPTED)
        try_register(person, world)
        if person.insecure:
            community.move(person, world, Place.COUNCIL_TEMPORARY, Detail.MAIN_DUTY)
        elif person.place == Place.COUNCIL_TEMPORARY:
            world.stop(person, Slot.PLACE_ENDS)
        person.changed = True


def main_duty(person: Survivor, world: World) -> Story:
    """Main duty (s193): temporary accommodation until an offer, a home found alone, or the duty lapses."""
    while person.eligible and not person.settled and not person.lapsed:
        world.until(person, Slot.HOUSING, NEVER)
        yield
    if person.place == Place.SOCIAL_HOME:
        ended = Detail.SOCIAL_OFFER
    elif person.settled:
        ended = Detail.PRIVATE_OFFER
    elif person.eligible:
        ended = Detail.LAPSED
    else:
        ended = Detail.NOT_ELIGIBLE
    end_duty(person, world, Event.MAIN_DUTY_ENDED, ended)
    lose_temporary_home(person, world, 0.0 if ended == Detail.LAPSED else world.rules.housing.notice)


# ------------------------------------------------------------------------------------------ in and out
def end_duty(person: Survivor, world: World, event: int, detail: int) -> None:
    """The council owes no duty any more."""
    person.duty = Duty.NONE
    person.accommodated = False
    world.record(person, event, detail)
    if detail == Detail.LAPSED and person.insecure and not person.away:
        community.plan_when_insecure(person, world)
    person.changed = True


def lose_temporary_home(person: Survivor, world: World, notice: float) -> None:
    """Temporary accommodation ends after notice; whoever is elsewhere stays where they are."""
    if person.place == Place.COUNCIL_TEMPORARY:
        world.wait(person, Slot.PLACE_ENDS, notice)


def drop(person: Survivor, world: World) -> None:
    """Contact is lost altogether (missing, dead, out of the country): no duty is left."""
    world.stop(person, Slot.APPLY)
    if person.duty != Duty.NONE:
        event = (0, Event.PREVENTION_ENDED, Event.RELIEF_ENDED, Event.MAIN_DUTY_ENDED)[person.duty]
        end_duty(person, world, event, Detail.LAPSED)
    world.stop(person, Slot.HOUSING)


def secure(person: Survivor, world: World, place: int, detail: int) -> None:
    """A home is found; any duty ends with it at the next grid step."""
    community.move(person, world, place, detail)
    if place == Place.SOCIAL_HOME:
        person.on_register = False
        person.changed = True


# --------------------------------------------------------------------------- local connection, register
def refer_elsewhere(person: Survivor, world: World) -> None:
    """Referral to a council with which there is a local connection (s198), when there is none here (s199)."""
    rules = world.rules.housing
    if world._now - person.resident_since >= rules.residence or is_exempt(person, world):
        return
    if world.draw_once(person, Activity.CONNECTION_ELSEWHERE) >= rules.connection_elsewhere:
        return
    if world.draw_once(person, Activity.REFERRED_ELSEWHERE, person.applications) < rules.referred_elsewhere:
        world.record(person, Event.REFERRED_TO_OTHER_COUNCIL)
        person.resident_since = world._now - rules.residence


def is_exempt(person: Survivor, world: World) -> bool:
    """Exempt from local connection where the option is in force: RG+, until a negative decision."""
    return world.rules.housing.survivors_exempt and (
        person.ever_confirmed or (person.case_open and person.rg_positive_at <= world._now)
    )


def try_register(person: Survivor, world: World) -> None:
    """Join the social housing register if the council has no test, the test is met, or the option exempts.

    A register is not a home: qualifying opens the wait for an offer. Whoever fails for lack of residence is
    looked at again when they have lived there long enough.
    """
    if person.on_register:
        return
    rules = world.rules.housing
    lacking = person.resident_since + rules.register_residence - world._now
    tested = world.draw_once(person, Activity.COUNCIL_TESTS) < rules.council_tests
    if not tested or lacking <= 0.0 or is_exempt(person, world):
        person.on_register = True
        world.record(person, Event.JOINED_REGISTER)
        person.changed = True
        return
    world.record(person, Event.REGISTER_REFUSED, Detail.NO_LOCAL_CONNECTION)
    world.wait(person, Slot.REGISTER, lacking)


def residence_reached(person: Survivor, world: World) -> None:
    """Long enough in one place: try the register again, if a home is still needed."""
    if not person.settled and person.eligible and not person.away:
        try_register(person, world)
