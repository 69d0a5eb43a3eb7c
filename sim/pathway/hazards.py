"""What happens when a hazard's threshold is spent, and coming back after being away.

Harm (new exploitation, going missing, nights rough) is written down whether or not anybody learns of it;
returns that others record (a new referral, an application, an urgent return) are events of their own.
"""

from __future__ import annotations

from sim.engine.clock import on_grid
from sim.engine.log import Detail, Event, Place
from sim.engine.survivor import N_SLOTS, Clock, Duty, Line, Slot, Survivor
from sim.engine.world import World
from sim.pathway import (
    beds,
    community,
    housing,
    housing_connection,
    journey,
    letting,
    needs,
    services,
    status,
    support,
)
from sim.pathway.clocks import spent, with_worker
from sim.people.chance import Activity
from sim.people.variates import exponential

_HOMES: dict[int, Detail] = {
    Place.OWN_HOME: Detail.OWN_HOME,
    Place.PRIVATE_HOME: Detail.PRIVATE_HOME,
    Place.SOCIAL_HOME: Detail.SOCIAL_HOME,
}


def rings(person: Survivor, world: World) -> None:
    """A hazard's threshold is spent."""
    clock = spent(person, world._now)
    if clock == Clock.LOSES_PLACE:
        loses_place(person, world)
    elif clock == Clock.FINDS_SOFA:
        community.move(person, world, Place.FRIENDS, Detail.SOFA)
    elif clock == Clock.RENTS_PRIVATELY:
        housing.secure(person, world, Place.PRIVATE_HOME, Detail.FOUND_ALONE)
    elif clock == Clock.HELP_SECURES_HOME:
        housing.secure(person, world, Place.PRIVATE_HOME, Detail.SECURED)
    elif clock == Clock.DUTY_LAPSES:
        person.lapsed = True
        world.wake(person, Slot.HOUSING)
    elif clock == Clock.SOCIAL_OFFER:
        letting.turn_comes(person, world)
    elif clock == Clock.PRIVATE_OFFER:
        housing.offered(person, world, Place.PRIVATE_HOME, Detail.PRIVATE_OFFER)
    elif clock == Clock.CRISIS:
        crisis(person, world)
    elif clock == Clock.RE_EXPLOITED:
        exploited_again(person, world)
    elif clock == Clock.GOES_MISSING:
        world.record(person, Event.WENT_MISSING)
        go_away(person, world)
    elif clock == Clock.REFERRED_AGAIN:
        journey.referred_again(person, world, Detail.SAME_INCIDENT)
    elif clock == Clock.LEAVES_UK:
        leave_model(person, world, Event.LEFT_UK)
    elif clock == Clock.DIES:
        leave_model(person, world, Event.DIED)
    elif clock == Clock.DISENGAGES:
        support.end(person, world, Detail.DISENGAGED)
    elif clock == Clock.HEALTH_RELAPSES:
        needs.health_relapses(person, world)
    elif clock == Clock.DETAINED:
        detained(person, world)
    person.changed = True


def loses_place(person: Survivor, world: World) -> None:
    """A sofa is lost to the street at once; from a home there is notice first."""
    if person.place == Place.FRIENDS:
        community.move(person, world, Place.STREET, Detail.ROUGH)
        beds.ask_for_bed(person, world)
    else:
        housing.notice_to_leave(person, world)


def detained(person: Survivor, world: World) -> None:
    """Immigration detention or prison after the positive decision: support goes on, homes and duties do not.

    The stay is as long as for those who are in custody at the positive decision; release is as for them.
    """
    housing.drop(person, world)
    housing_connection.look_again(person, world)
    leave_lines(person, world)
    community.move(person, world, Place.CUSTODY, Detail.DETAINED)
    u = world.draw_once(person, Activity.CUSTODY_STAY, person.clock_occasion[Clock.DETAINED])
    world.wait(person, Slot.PLACE_ENDS, exponential(u, world.rules.places.custody_mean))


def place_ends(person: Survivor, world: World) -> None:
    """A place comes to its end: asylum accommodation, custody, a council's room, a home under notice."""
    detail = Detail.RELEASED if person.place == Place.CUSTODY else Detail.PLACE_ENDED
    if person.settled:
        detail = Detail.HOME_LOST
        world.record(person, Event.HOME_LOST, _HOMES[person.place])
    community.move(person, world, community.next_place(person, world), detail)
    beds.ask_for_bed(person, world)


def crisis(person: Survivor, world: World) -> None:
    """An urgent need breaks out: met inside support, or it brings people back to helpers and councils."""
    if person.in_support:
        world.record(person, Event.CRISIS)
        return
    occasion, rules = person.clock_occasion[Clock.CRISIS], world.rules
    u, learns = world.draw_once(person, Activity.RETURNS_TO_PROVIDER, occasion), int(Detail.NONE)
    if person.ever_supported:
        learns = known(person, u, rules.risk.returns_to_provider, rules.risk.returns_with_worker)
    world.record(person, Event.CRISIS, learns)
    if learns in (Detail.KNOWN_EITHER_WAY, Detail.KNOWN_AS_IT_STANDS):
        world.record(person, Event.RETURNED_TO_PROVIDER)
    applies = world.draw_once(person, Activity.APPLIES_IN_CRISIS, occasion) < rules.housing.in_crisis
    if person.insecure and person.duty == Duty.NONE and applies:
        community.plan_application(person, world, world._now + on_grid(1.0), Detail.IN_CRISIS)


def exploited_again(person: Survivor, world: World) -> None:
    """New exploitation, known or not; if it is found out, a new referral follows."""
    occasion, risk = person.clock_occasion[Clock.RE_EXPLOITED], world.rules.risk
    u = world.draw_once(person, Activity.DETECTED, occasion)
    learns = known(person, u, risk.detected, risk.detected_with_worker)
    world.record(person, Event.RE_EXPLOITED, learns)
    if learns in (Detail.KNOWN_EITHER_WAY, Detail.KNOWN_AS_IT_STANDS):
        after = exponential(world.draw_once(person, Activity.DETECTED_WHEN, occasion), risk.detection_mean)
        world.wait(person, Slot.DETECTION, risk.away_min + after)
    go_away(person, world)


def known(person: Survivor, u: float, without_worker: float, worker: float) -> int:
    """Whether others learn of it, and whether they would if contact with a worker were the other way.

    One number is held against the share that applies and against the one that would, so that recorded return
    can be counted with the contact of another run.
    """
    share, otherwise = (worker, without_worker) if with_worker(person) else (without_worker, worker)
    if u < share:
        return Detail.KNOWN_EITHER_WAY if u < otherwise else Detail.KNOWN_AS_IT_STANDS
    return Detail.HIDDEN_AS_IT_STANDS if u < otherwise else Detail.HIDDEN_EITHER_WAY


def found_out(person: Survivor, world: World) -> None:
    """The new exploitation comes to light: back in contact, and referred again."""
    if person.away:
        come_back(person, world)
    journey.referred_again(person, world, Detail.NEW_EXPLOITATION)


def go_away(person: Survivor, world: World) -> None:
    """Out of contact for four weeks or more: support, services and duties end."""
    person.away = True
    if person.in_support:
        support.end(person, world, Detail.MISSING)
    else:
        world.stop(person, Slot.SUPPORT)
    services.stop_all(person, world)
    housing.drop(person, world)
    leave_lines(person, world)
    community.move(person, world, Place.OUT_OF_CONTACT, Detail.MISSING)
    occasion = person.clock_occasion[Clock.GOES_MISSING] + person.clock_occasion[Clock.RE_EXPLOITED]
    risk = world.rules.risk
    after = exponential(world.draw_once(person, Activity.AWAY_LENGTH, occasion), risk.away_extra)
    world.wait(person, Slot.AWAY, risk.away_min + after)


def come_back(person: Survivor, world: World) -> None:
    """Back in contact, with wherever there is to go."""
    person.away = False
    world.stop(person, Slot.AWAY)
    world.record(person, Event.BACK_IN_CONTACT)
    housing_connection.look_again(person, world)
    community.move(person, world, community.next_place(person, world), Detail.NONE)
    if person.insecure:
        community.plan_when_insecure(person, world)


def leave_lines(person: Survivor, world: World) -> None:
    """Stop waiting for a safehouse place, a bridging home and a social home."""
    if person.tickets[Line.BEDS]:
        world.beds.leave(person)
        world.stop(person, Slot.BED)
    community.stop_asking_for_bridging(person, world)
    letting.leave_line(person, world)


def leave_model(person: Survivor, world: World, event: int) -> None:
    """Death, or departure from the United Kingdom: everything ends, and the last word is written down."""
    person.away = True
    if person.in_support:
        support.end(person, world, Detail.LEFT)
    services.stop_all(person, world)
    housing.drop(person, world)
    leave_lines(person, world)
    if person.place == Place.SAFEHOUSE:
        community.give_back_bed(person, world)
    elif person.place == Place.BRIDGING_HOME:
        community.give_back_bridging(person, world)
    status.stop(person, world)
    world.cg_desk.leave(person)
    world.rg_desk.leave(person)
    person.case_open = False
    person.gone = True
    person.place = Place.LEFT_MODEL
    world.record(person, event)
    for slot in range(N_SLOTS):
        world.stop(person, slot)


def income_starts(person: Survivor, world: World) -> None:
    """The first benefit payment arrives, for those who may have benefits."""
    person.changed = True
