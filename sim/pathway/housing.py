"""The homelessness duties of councils, from an application to an offer or to nothing.

One application is one story: is the person eligible (s185), homeless or threatened with homelessness within
56 days (s175), then prevention (s195), relief (s189B) with interim accommodation where there is reason to
believe in priority need (s188), and after 56 days the main duty (s193) or advice. Sections are of the Housing
Act 1996, Part 7; Wales has duties of the same shape under its Act of 2014 (s66, s73, s68, s75). The tests
are in `housing_tests.py`, local connection and the register in `housing_connection.py`. Secured homes, offers
and lapses come as hazards (`clocks.py`).
"""

from __future__ import annotations

from collections.abc import Generator

from sim.engine.clock import on_grid
from sim.engine.environment import NEVER, Story
from sim.engine.log import Detail, Event, Place
from sim.engine.rules import at
from sim.engine.survivor import Duty, Slot, Survivor
from sim.engine.world import World
from sim.pathway import community
from sim.pathway.housing_connection import (
    lacks_connection_for_main_duty,
    look_again,
    refer_elsewhere,
    try_register,
)
from sim.pathway.housing_tests import (
    is_homeless,
    is_intentional,
    is_threatened,
    priority_ground,
    threatened_within,
    under_act_of_2026,
)
from sim.people.chance import Activity
from sim.people.variates import exponential

_PLACES_THAT_END = (
    Place.SAFEHOUSE,
    Place.FRIENDS,
    Place.STREET,
    Place.COUNCIL_TEMPORARY,
    Place.BRIDGING_HOME,
)


def plan_before_exit(person: Survivor, world: World, leaving: float) -> None:
    """Once the day support or the bed ends is known, those told of their rights apply some weeks before."""
    rules = world.rules.housing
    if person.place not in _PLACES_THAT_END or world.draw(person, Activity.TOLD) >= rules.told:
        return
    lead = exponential(world.draw(person, Activity.LEAD_TIME), rules.lead_mean)
    lead = on_grid(min(lead, threatened_within(person, world)))
    community.plan_application(person, world, max(leaving - lead, world._now + on_grid(1.0)), Detail.PLANNED)


def notice_to_leave(person: Survivor, world: World) -> None:
    """Notice to leave a home; some go to a council as soon as they are threatened in law (s175(4)-(5))."""
    rules = world.rules.housing
    if person.place == Place.OWN_HOME:
        notice = rules.own_home_notice
    elif person.place == Place.PRIVATE_HOME:
        notice = at(rules.private_notice, world._now)
    else:
        notice = rules.social_notice
    leaving = world._now + on_grid(notice)
    world.record(person, Event.NOTICE_TO_LEAVE)
    world.until(person, Slot.PLACE_ENDS, leaving)
    if world.draw_once(person, Activity.UNDER_NOTICE, person.place_losses) < rules.under_notice:
        day = max(leaving - on_grid(threatened_within(person, world)), world._now + on_grid(1.0))
        community.plan_application(person, world, day, Detail.UNDER_NOTICE)


def is_under_notice(person: Survivor) -> bool:
    """In a home that is about to be lost."""
    return person.settled and person.due[Slot.PLACE_ENDS] != NEVER


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


# -------------------------------------------------------------------------------------------- the duties
def prevention(person: Survivor, world: World) -> Generator[None, None, bool]:
    """Prevention duty (s195): 56 days, or until a home is secured, homelessness comes, or contact lapses.

    By the Welsh Act of 2026 it lasts as long as its window, six months.
    True if the person has become homeless.
    """
    limit = world.rules.housing.prevention_limit
    if under_act_of_2026(person, world):
        limit = threatened_within(person, world)
    person.lapsed = False
    person.duty = Duty.PREVENTION
    world.record(person, Event.PREVENTION_STARTED)
    person.changed = True
    world.wait(person, Slot.HOUSING, limit)
    yield
    person.duty = Duty.NONE
    if person.settled and not is_under_notice(person):
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
    person.lapsed = person.refused = False
    person.street_homeless = person.place == Place.STREET
    world.record(person, Event.RELIEF_STARTED)
    refer_elsewhere(person, world)
    likely = priority_ground(person, world) != Detail.NONE
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
    """After relief: priority need (s189) and not intentionally homeless (s191), or advice only (s190, s192).

    The reason for priority need stands in the log as the detail of the acceptance.
    """
    ground = priority_ground(person, world)
    if ground == Detail.NONE:
        refuse_main_duty(person, world, Detail.NO_PRIORITY_NEED)
    elif is_intentional(person, world, ground):
        refuse_main_duty(person, world, Detail.INTENTIONAL)
    elif lacks_connection_for_main_duty(person, world):
        refuse_main_duty(person, world, Detail.NO_LOCAL_CONNECTION)
    else:
        person.duty = Duty.MAIN
        person.accommodated = True
        world.record(person, Event.MAIN_DUTY_ACCEPTED, ground)
        try_register(person, world)
        if person.insecure:
            community.move(person, world, Place.COUNCIL_TEMPORARY, Detail.MAIN_DUTY)
        elif person.place == Place.COUNCIL_TEMPORARY:
            world.stop(person, Slot.PLACE_ENDS)
        person.changed = True


def refuse_main_duty(person: Survivor, world: World, reason: int) -> None:
    """No main duty: advice, and the room for some days more (s190(2), s188(1ZA))."""
    end_duty(person, world, Event.MAIN_DUTY_REFUSED, reason)
    lose_temporary_home(person, world, world.rules.housing.notice)


def main_duty(person: Survivor, world: World) -> Story:
    """Main duty (s193): temporary accommodation until an offer, accepted or refused, or the duty lapses."""
    while person.eligible and not person.settled and not person.lapsed and not person.refused:
        world.until(person, Slot.HOUSING, NEVER)
        yield
    if person.place == Place.SOCIAL_HOME:
        ended = Detail.SOCIAL_OFFER
    elif person.settled:
        ended = Detail.PRIVATE_OFFER
        person.reapply_until = world._now + world.rules.housing.reapplication
    elif not person.eligible:
        ended = Detail.NOT_ELIGIBLE
    elif person.refused:
        ended = Detail.OFFER_REFUSED
    else:
        ended = Detail.LAPSED
    end_duty(person, world, Event.MAIN_DUTY_ENDED, ended)
    lose_temporary_home(person, world, 0.0 if ended == Detail.LAPSED else world.rules.housing.notice)
    look_again(person, world)


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
    """Temporary accommodation ends after `notice` [days]; whoever is elsewhere stays where they are."""
    if person.place == Place.COUNCIL_TEMPORARY:
        world.wait(person, Slot.PLACE_ENDS, notice)


def drop(person: Survivor, world: World) -> None:
    """Contact is lost altogether (missing, dead, out of the country): no duty is left."""
    world.stop(person, Slot.APPLY)
    if person.duty != Duty.NONE:
        event = (0, Event.PREVENTION_ENDED, Event.RELIEF_ENDED, Event.MAIN_DUTY_ENDED)[person.duty]
        end_duty(person, world, event, Detail.LAPSED)
    world.stop(person, Slot.HOUSING)


def offered(person: Survivor, world: World, place: int, detail: int) -> None:
    """An offer: under the main duty, refusing a suitable one ends the duty (s193(5), (7) and (7AA))."""
    refused = world.rules.housing.offer_refused[person.region]
    if (
        person.duty == Duty.MAIN
        and world.draw_once(person, Activity.OFFER_REFUSED, person.applications) < refused
    ):
        person.refused = True
        world.wake(person, Slot.HOUSING)
        return
    secure(person, world, place, detail)


def secure(person: Survivor, world: World, place: int, detail: int) -> None:
    """A home is found, or kept in spite of notice; any duty ends with it at the next grid step."""
    if person.place == place:
        world.stop(person, Slot.PLACE_ENDS)
        world.record(person, Event.HOME_KEPT)
        world.wake(person, Slot.HOUSING)
        person.changed = True
    community.move(person, world, place, detail)
    if place == Place.SOCIAL_HOME:
        person.on_register = False
        person.changed = True
