"""The loop: one alarm, one grant or one person of a walk at a time, until a day.

The kernel that Python calls, and the only one that knows what grows. After each handler the world's
outbox is emptied, the person is reviewed if something about them changed, and a seat to which nothing more
can happen is given up. `run` comes back to ask for room, and goes on exactly where it stood. Order within an
instant is that of `sim.engine.environment`: every alarm first, then places and decisions, downstream first.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled import (
    beds,
    calendar,
    clocks,
    contact,
    desks,
    hazards,
    homes,
    housing,
    housing_connection,
    journey,
    letting,
    lettings,
    logbook,
    queues,
    seats,
    services,
    status,
    support,
)
from sim.engine.compiled.alarms import (
    ARRIVALS,
    FIRST,
    ROW_BITS,
    SEAT,
    await_arrival,
    await_turn,
    bring_near,
    drop_first,
    fetch_next,
    is_in_order,
    set_alarm,
)
from sim.engine.compiled.kernel import entry, inlined, kernel
from sim.engine.compiled.names import (
    EVENT_DECLINED_REFERRAL,
    GROUP_DECLINED,
    SLOT_APPLY,
    SLOT_AWAY,
    SLOT_BED,
    SLOT_BRIDGING,
    SLOT_CLOSURE,
    SLOT_DETECTION,
    SLOT_HOUSING,
    SLOT_INCOME,
    SLOT_LETTING,
    SLOT_LIFE,
    SLOT_NRM,
    SLOT_PERMISSION,
    SLOT_PLACE_ENDS,
    SLOT_REGISTER,
    SLOT_SERVICE,
    SLOT_STATUS,
    SLOT_SUBSISTENCE,
    SLOT_SUPPORT,
    SLOT_TURNS_18,
)
from sim.engine.compiled.state import BEDS, BRIDGING, CG_DESK, EVENT_AT, LETTINGS, OUTBOX, ROW_AT
from sim.engine.compiled.world import ENDED, NEVER, silence

DONE, NEEDS_ROOM, FAULT = 0, 1, 2
WALK_CONTACT, WALK_FLOORS = 1, 2
ARRIVES, WALK = -3, -4
"""Beside a clock's number: somebody arrives, or is met on a walk through all who are in support.
No alarm's key is one of these."""
TURNING_18 = 1 << SLOT_TURNS_18


# ------------------------------------------------------------------------------------ after each handler
@inlined
def _empty_outbox(
    person: Any, world: Any, alarms: Any, far: Any, following: Any, lines: Any, log: Any, volumes: Any
) -> None:
    key = np.int64(person.row) << ROW_BITS | np.int64(person.seat)
    for n in range(world.n_alarms):
        slot = world.alarm_slot[n] << 2 * ROW_BITS
        set_alarm(world, alarms, far, following, world.alarm_time[n], key | slot)
    world.n_alarms = 0
    for n in range(world.n_notes):
        logbook.note(world, log, volumes, world.note_word[n], world.note_time[n])
    world.n_notes = 0
    if world.n_joins:
        desks.put_in_line(person, world, lines)


@kernel
def _review(person: Any, world: Any) -> None:
    person.changed = False
    clocks.rates_of(person, world)
    clocks.review(person, world)


@inlined
def _after(
    person: Any, world: Any, alarms: Any, far: Any, following: Any, lines: Any, log: Any, volumes: Any
) -> None:
    if person.changed:
        _review(person, world)
    if person.ringing == TURNING_18:
        journey.foresee_turning_18(person, world)
    _empty_outbox(person, world, alarms, far, following, lines, log, volumes)
    if seats.is_idle(person):
        seats.give_up_seat(person, world)


# ------------------------------------------------------------------------------------------- what rings
@kernel
def _resume(person: Any, world: Any, slot: int) -> None:
    """Let a story go on to its next wait."""
    if person.stage[slot] == ENDED:
        return
    if slot == SLOT_NRM:
        journey.journey(person, world)
    elif slot == SLOT_STATUS:
        status.asylum_claim(person, world)
    elif slot == SLOT_PERMISSION:
        status.temporary_permission(person, world)
    elif slot == SLOT_SUPPORT:
        support.support(person, world)
    elif slot == SLOT_BED:
        beds.bed(person, world)
    elif slot == SLOT_HOUSING:
        housing.application(person, world)
    elif slot == SLOT_BRIDGING:
        homes.bridging(person, world)
    elif slot == SLOT_LETTING:
        letting.letting(person, world)
    elif slot >= SLOT_SERVICE:
        services.service(person, world, slot - SLOT_SERVICE)


@kernel
def _ring(person: Any, world: Any, slot: int) -> None:
    """A clock rings: a plain action, or a story goes on (`sim.engine.simulate.HANDLERS`).

    What is given out comes this way too: on all clocks that `_slot_of` names a story waits.
    """
    if slot == SLOT_LIFE:
        hazards.rings(person, world)
    elif slot == SLOT_CLOSURE:
        journey.closed_undecided(person, world)
    elif slot == SLOT_TURNS_18:
        journey.turned_18(person, world)
    elif slot == SLOT_SUBSISTENCE:
        support.end_subsistence(person, world)
    elif slot == SLOT_INCOME:
        hazards.income_starts(person, world)
    elif slot == SLOT_PLACE_ENDS:
        hazards.place_ends(person, world)
    elif slot == SLOT_APPLY:
        housing.apply(person, world)
    elif slot == SLOT_REGISTER:
        housing_connection.residence_reached(person, world)
    elif slot == SLOT_AWAY:
        hazards.come_back(person, world)
    elif slot == SLOT_DETECTION:
        hazards.found_out(person, world)
    else:
        _resume(person, world, slot)


@kernel
def _happens(person: Any, world: Any, slot: int) -> None:
    """What happens to a person now; `slot` is a clock's number, or `ARRIVES`, or `WALK`."""
    if slot >= 0:
        silence(person, slot)
        _ring(person, world, slot)
    elif slot == ARRIVES:
        journey.referred(person, world)
    elif world.walk == WALK_CONTACT:
        contact.settle(person, world)
        person.changed = True
    else:
        support.extend(person, world)


@kernel
def _slot_of(giver: int) -> int:
    if giver >= CG_DESK:
        return SLOT_NRM
    if giver >= LETTINGS:
        return SLOT_LETTING
    if giver == BRIDGING:
        return SLOT_BRIDGING
    return SLOT_BED if giver == BEDS else SLOT_SERVICE + giver


# -------------------------------------------------------------------------------------------- the entries
@entry
def run(
    worlds: Any,
    people: Any,
    alarms: Any,
    near: Any,
    far: Any,
    following: Any,
    lines: Any,
    log: Any,
    volumes: Any,
    turns: Any,
    arriving: Any,
    end: float,
) -> int:
    """Handle everything before `end`; the answer is DONE, or NEEDS_ROOM (or the next who arrive), or FAULT.

    Parameters
    ----------
    worlds : record array of shape (1,)
    people, alarms, near, far, following, lines, log, volumes : arrays of `state.Arrays`
    turns, arriving : record arrays, shapes (n_turns,), (n_arriving,)
        Pages of the calendar, and a part of the survivors in order of arrival; if `world.more_come`, the last
        of these is the first of the next part.
    end : float
        [days]
    """
    world = worlds[0]
    if not world.begun:
        world.begun = True
        if calendar.first_of_month(world, people, lines, turns[0]):
            world.walking, world.walk = 0, WALK_CONTACT
        world.next_turn = 1
        await_turn(world, alarms, far, following, turns)
        await_arrival(world, alarms, far, following, arriving)
    while True:
        if world.fault:
            return FAULT
        if (
            world.tight
            or world.n_calendar + world.waiting_far + OUTBOX + FIRST > len(alarms)
            or world.n_far + OUTBOX > len(following)
            or world.n_leaves + OUTBOX > len(log)
            or world.n_seats + 1 > len(people)
            or (world.more_come and world.next_arrival + 1 == len(arriving))
        ):
            return NEEDS_ROOM
        # whose turn it is, and on which clock
        if world.walking >= 0:
            seat, slot = world.walking, WALK
            if seat == world.n_seats:
                world.walking = -1
                continue
            world.walking = seat + 1
            if not people[seat].in_support:
                continue
        elif world.giving >= 0:
            giver = world.giving
            if giver >= CG_DESK:
                seat = desks.next_case_decided(world, people, lines, giver)
            elif giver >= LETTINGS:
                seat = lettings.next_letting(world, people, lines, giver)
            else:
                seat = queues.next_place_given(world, people, lines, giver)
            if seat < 0:
                world.giving = -1
                continue
            slot = _slot_of(giver)
        else:
            if world.n_calendar == 0:
                bring_near(world, alarms, near, far, following)
            in_order = is_in_order(world, alarms, near)
            first = near[world.near_first] if in_order else alarms[FIRST]
            time, key = first.time if world.n_calendar else NEVER, first.key
            if world.dirty and time > world.now:
                world.giving = queues.next_giver(world)
                continue
            if world.n_calendar == 0 or time >= end:
                return DONE
            drop_first(world, alarms, in_order)
            world.now = time
            fetch_next(world, near, people, far, following)
            if key >= 0:
                seat, slot, row = key & SEAT, key >> 2 * ROW_BITS, (key >> ROW_BITS) & SEAT
                if people[seat].row != row or people[seat].due[slot] != time:
                    continue
            elif key == ARRIVALS:
                one = arriving[world.next_arrival]
                world.next_arrival += 1
                await_arrival(world, alarms, far, following, arriving)
                if one.group == GROUP_DECLINED:
                    word = np.int64(one.row) << ROW_AT | EVENT_DECLINED_REFERRAL << EVENT_AT
                    logbook.note(world, log, volumes, word, time)
                    continue
                seat, slot = seats.take_seat(world, people, one), ARRIVES
            else:
                turn = turns[world.next_turn]
                world.next_turn += 1
                await_turn(world, alarms, far, following, turns)
                if turn.month < 0:
                    calendar.sit(world, lines, turn)
                elif calendar.first_of_month(world, people, lines, turn):
                    world.walking, world.walk = 0, WALK_CONTACT
                continue
        person = people[seat]
        _happens(person, world, slot)
        _after(person, world, alarms, far, following, lines, log, volumes)
