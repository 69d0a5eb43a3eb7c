"""The loop: one alarm, one grant or one person of a walk at a time, until a day; and the log put in order.

The only kernels that Python calls, and the only ones that know what grows. After each handler the world's
outbox is emptied, the person is reviewed if something about them changed, and a seat to which nothing more
can happen is given up. `run` comes back to ask for room, and goes on exactly where it stood. Order within an
instant is that of `sim.engine.environment`: every alarm first, then places and decisions, downstream first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled import (
    calendar,
    clocks,
    contact,
    hazards,
    housing,
    journey,
    queues,
    services,
    status,
    support,
)
from sim.engine.compiled.kernel import entry, kernel
from sim.engine.compiled.names import (
    EVENT_DECLINED_REFERRAL,
    GROUP_DECLINED,
    REGION_LONDON,
    SLOT_APPLY,
    SLOT_AWAY,
    SLOT_BED,
    SLOT_CLOSURE,
    SLOT_DETECTION,
    SLOT_HOUSING,
    SLOT_INCOME,
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
from sim.engine.compiled.state import BEDS, CG_DESK, OUTBOX
from sim.engine.compiled.world import ENDED, GRID, NEVER
from sim.engine.survivor import N_CLOCKS, N_LINES, N_SLOTS
from sim.pathway.clocks import UNDRAWN

DONE, NEEDS_ROOM, FAULT = 0, 1, 2
ARRIVALS, CALENDAR = -1, -2
WALK_CONTACT, WALK_FLOORS = 1, 2
_ROW = (1 << 40) - 1


# -------------------------------------------------------------------------------------------- the alarms
@kernel
def _earlier(alarms: Any, one: int, other: int) -> bool:
    if alarms[one].time != alarms[other].time:
        return alarms[one].time < alarms[other].time
    return alarms[one].key < alarms[other].key


@kernel
def _set_alarm(world: Any, alarms: Any, time: float, key: int) -> None:
    place = world.n_calendar
    world.n_calendar = place + 1
    while place > 0:
        above = (place - 1) >> 1
        up = alarms[above]
        if up.time < time or (up.time == time and up.key <= key):
            break
        alarms[place].time, alarms[place].key = up.time, up.key
        place = above
    alarms[place].time, alarms[place].key = time, key


@kernel
def _drop_first_alarm(world: Any, alarms: Any) -> None:
    size = world.n_calendar - 1
    world.n_calendar = size
    time, key = alarms[size].time, alarms[size].key
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        if below + 1 < size and _earlier(alarms, below + 1, below):
            below += 1
        down = alarms[below]
        if time < down.time or (time == down.time and key <= down.key):
            break
        alarms[place].time, alarms[place].key = down.time, down.key
        place = below
    alarms[place].time, alarms[place].key = time, key


# ---------------------------------------------------------------------------------- arrivals and calendar
@kernel
def _await_arrival(world: Any, alarms: Any, arriving: Any) -> None:
    world.arrival_due = NEVER
    if world.next_arrival < len(arriving):
        time = arriving[world.next_arrival].time
        if time <= world.now:
            time = world.now + GRID
        world.arrival_due = time
        if time < world.horizon:
            _set_alarm(world, alarms, time, ARRIVALS)


@kernel
def _await_turn(world: Any, alarms: Any, turns: Any) -> None:
    world.turn_due = NEVER
    if world.next_turn < len(turns):
        world.turn_due = turns[world.next_turn].time
        if world.turn_due < world.horizon:
            _set_alarm(world, alarms, world.turn_due, CALENDAR)


@kernel
def _take_seat(world: Any, people: Any, seat_of: Any, one: Any) -> int:
    seat = world.free_seat
    if seat >= 0:
        world.free_seat = people[seat].life
    else:
        seat = world.n_seats
        world.n_seats = seat + 1
    person = people[seat]
    for slot in range(N_SLOTS):
        person.due[slot] = NEVER
        person.stage[slot] = ENDED
    for line in range(N_LINES):
        person.tickets[line] = 0
        person.holds[line] = False
    person.row, person.key, person.group = one.row, one.key, one.group
    person.region, person.status, person.turns_18 = one.region, one.status, one.turns_18
    person.london = 1 if one.region == REGION_LONDON else 0
    person.immigration_enforcement = one.immigration_enforcement
    person.dependants, person.pregnant = one.dependants, one.pregnant
    person.frailty, person.health_need = one.frailty, one.health_need
    person.opened = 0.0
    person.rg_positive_at = NEVER
    person.cg_positive_at = NEVER
    person.resident_since = 0.0
    person.contact_draw = 0.0
    person.bed_until = NEVER
    person.floor_casework = 0.0
    person.floor_bed = 0.0
    person.floor_subsistence = 0.0
    person.income_from = 0.0
    person.leaving = 0.0
    person.assessed_on = 0.0
    person.exit_told = NEVER
    person.ticket_count = 0
    person.life = -1
    person.visit = 0
    person.assessments = 0
    person.bed_asks = 0
    person.place_losses = 0
    person.applications = 0
    person.insecure_spells = 0
    person.place = 0
    person.duty = 0
    person.end_reason = 0
    person.referral_reason = 0
    person.reason_to_apply = 0
    person.service_workers = 0
    person.case_open = False
    person.confirmed = False
    person.ever_confirmed = False
    person.disqualified = False
    person.prone = False
    person.followed = False
    person.gone = False
    person.changed = False
    person.away = False
    person.permission = False
    person.in_support = False
    person.ever_supported = False
    person.subsistence = False
    person.in_contact = False
    person.accommodated = False
    person.lapsed = False
    person.on_register = False
    seat_of[one.row] = seat
    return seat


@kernel
def _is_idle(person: Any, world: Any) -> bool:
    """Nothing more can happen to this person: no clock rings, no line is stood in."""
    if person.in_support or person.due[SLOT_LIFE] < world.horizon or person.due[SLOT_NRM] < world.horizon:
        return False
    for slot in range(N_SLOTS):
        if person.due[slot] < world.horizon:
            return False
    for line in range(N_LINES):
        if person.tickets[line]:
            return False
    return True


# ------------------------------------------------------------------------------------ after each handler
@kernel
def _empty_outbox(person: Any, world: Any, alarms: Any, lines: Any, log: Any) -> None:
    for n in range(world.n_alarms):
        _set_alarm(world, alarms, world.alarm_time[n], world.alarm_slot[n] << 40 | person.row)
    world.n_alarms = 0
    place = world.n_log
    for n in range(world.n_notes):
        log[place + n].word, log[place + n].time = world.note_word[n], world.now
    world.n_log = place + world.n_notes
    world.n_notes = 0
    if world.n_joins:
        queues.put_in_line(person, world, lines)


@kernel
def _review(person: Any, world: Any, lives: Any) -> None:
    person.changed = False
    any_rate = clocks.rates_of(person, world)
    if person.life < 0:
        if not any_rate:
            return
        if world.free_life >= 0:
            person.life = world.free_life
            world.free_life = lives[person.life].occasion[0]
        else:
            person.life = world.n_lives
            world.n_lives += 1
        life = lives[person.life]
        for clock in range(N_CLOCKS):
            life.rate[clock] = 0.0
            life.mark[clock] = UNDRAWN
            life.occasion[clock] = 0
    clocks.review(person, lives[person.life], world)


@kernel
def _after(
    person: Any, seat: int, world: Any, lives: Any, seat_of: Any, alarms: Any, lines: Any, log: Any
) -> None:
    if person.changed:
        _review(person, world, lives)
    _empty_outbox(person, world, alarms, lines, log)
    if _is_idle(person, world):
        seat_of[person.row] = -1
        if person.life >= 0:
            lives[person.life].occasion[0] = world.free_life
            world.free_life = person.life
        person.life = world.free_seat
        world.free_seat = seat


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
        support.bed(person, world)
    elif slot == SLOT_HOUSING:
        housing.application(person, world)
    elif slot >= SLOT_SERVICE:
        services.service(person, world, slot - SLOT_SERVICE)


@kernel
def _ring(person: Any, world: Any, lives: Any, slot: int) -> None:
    """A clock rings: a plain action, or a story goes on (`sim.engine.simulate.HANDLERS`)."""
    if slot == SLOT_LIFE:
        hazards.rings(person, lives[person.life], world)
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
        housing.residence_reached(person, world)
    elif slot == SLOT_AWAY:
        hazards.come_back(person, world)
    elif slot == SLOT_DETECTION:
        hazards.found_out(person, world)
    else:
        _resume(person, world, slot)


@kernel
def _slot_of(giver: int) -> int:
    if giver >= CG_DESK:
        return SLOT_NRM
    return SLOT_BED if giver == BEDS else SLOT_SERVICE + giver


# -------------------------------------------------------------------------------------------- the entries
@entry
def run(
    worlds: Any,
    people: Any,
    lives: Any,
    seat_of: Any,
    alarms: Any,
    lines: Any,
    log: Any,
    turns: Any,
    arriving: Any,
    end: float,
) -> int:
    """Handle everything before `end`; the answer is DONE, or NEEDS_ROOM, or FAULT.

    Parameters
    ----------
    worlds : record array of shape (1,)
    people, lives, seat_of, alarms, lines, log : arrays of `state.Arrays`
    turns, arriving : record arrays, shapes (n_turns,), (n_people,)
        Pages of the calendar and survivors in order of arrival.
    end : float
        [days]
    """
    world = worlds[0]
    if not world.begun:
        world.begun = True
        if calendar.first_of_month(world, people, seat_of, lines, turns[0]):
            world.walking, world.walk = 0, WALK_CONTACT
        world.next_turn = 1
        _await_turn(world, alarms, turns)
        _await_arrival(world, alarms, arriving)
    while True:
        if world.fault:
            return FAULT
        if (
            world.tight
            or world.n_calendar + OUTBOX > len(alarms)
            or world.n_log + OUTBOX > len(log)
            or world.n_seats + 1 > len(people)
            or world.n_lives + 1 > len(lives)
        ):
            return NEEDS_ROOM
        if world.walking >= 0:
            seat = world.walking
            if seat == world.n_seats:
                world.walking = -1
                continue
            world.walking = seat + 1
            person = people[seat]
            if person.in_support:
                if world.walk == WALK_CONTACT:
                    contact.settle(person, world)
                    _review(person, world, lives)
                else:
                    support.extend(person, world)
                _empty_outbox(person, world, alarms, lines, log)
            continue
        if world.giving >= 0:
            giver = world.giving
            if giver >= CG_DESK:
                seat = queues.next_case_decided(world, people, seat_of, lines, giver)
            else:
                seat = queues.next_place_given(world, people, seat_of, lines, giver)
            if seat < 0:
                world.giving = -1
                continue
            person, slot = people[seat], _slot_of(giver)
            person.due[slot] = NEVER
            _resume(person, world, slot)
            _after(person, seat, world, lives, seat_of, alarms, lines, log)
            continue
        time = alarms[0].time if world.n_calendar else NEVER
        if world.any_dirty and time > world.now:
            world.giving = queues.next_giver(world)
            continue
        if world.n_calendar == 0 or time >= end:
            return DONE
        key = alarms[0].key
        _drop_first_alarm(world, alarms)
        world.now = time
        if key >= 0:
            slot, row = key >> 40, key & _ROW
            seat = seat_of[row]
            if seat < 0:
                continue
            person = people[seat]
            if person.due[slot] != time:
                continue
            person.due[slot] = NEVER
            world.handled += 1
            _ring(person, world, lives, slot)
            _after(person, seat, world, lives, seat_of, alarms, lines, log)
        elif key == ARRIVALS:
            one = arriving[world.next_arrival]
            world.next_arrival += 1
            if one.group == GROUP_DECLINED:
                log[world.n_log].word = np.int64(one.row) << 38 | EVENT_DECLINED_REFERRAL << 18
                log[world.n_log].time = time
                world.n_log += 1
            else:
                seat = _take_seat(world, people, seat_of, one)
                person = people[seat]
                journey.referred(person, world)
                _after(person, seat, world, lives, seat_of, alarms, lines, log)
            _await_arrival(world, alarms, arriving)
        else:
            turn = turns[world.next_turn]
            world.next_turn += 1
            if turn.month < 0:
                calendar.sit(world, turn)
            elif calendar.first_of_month(world, people, seat_of, lines, turn):
                world.walking, world.walk = 0, WALK_CONTACT
            _await_turn(world, alarms, turns)


@entry
def put_in_order(
    log: Any, size: int, starts: Any, person: Any, visit: Any, time: Any, event: Any, place: Any, detail: Any
) -> None:
    """Sort the log by person, keeping each person's events in their order, into columns.

    Parameters
    ----------
    log : record array
    size : int
        Notes in it.
    starts : array of int64, shape (n_people + 1,), zeros
    person, visit, time, event, place, detail : arrays of shape (size,)
        The columns of `EventLog`, filled here.
    """
    for n in range(size):
        starts[(log[n].word >> 38) + 1] += 1
    for row in range(1, len(starts)):
        starts[row] += starts[row - 1]
    for n in range(size):
        word = log[n].word
        row = word >> 38
        at = starts[row]
        starts[row] = at + 1
        person[at] = row
        visit[at] = (word >> 26) & 0xFFF
        time[at] = log[n].time
        event[at] = (word >> 18) & 0xFF
        place[at] = (word >> 10) & 0xFF
        detail[at] = word & 0x3FF
