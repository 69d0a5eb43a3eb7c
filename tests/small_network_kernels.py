"""The small network in kernels: the compiled engine's own alarms, tickets and pools around a short story.

Importing this imports Numba; call `sim.engine.compiled.cache.prepare` before. The loop is that of
`sim.engine.compiled.loop` without calendar, hazards and reviews: every alarm of an instant first, then
places, downstream first. `tests/small_network.py` says what the network is.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.engine.compiled import desks, queues
from sim.engine.compiled.alarms import (
    ARRIVALS,
    CALENDAR,
    FIRST,
    ROW_BITS,
    SEAT,
    bring_near,
    drop_first,
    is_in_order,
    set_alarm,
)
from sim.engine.compiled.kernel import entry, kernel
from sim.engine.compiled.state import OUTBOX, TICKET_OF_GIVER
from sim.engine.compiled.world import GRID, NEVER, on_grid, silence, wait
from sim.people.compiled_chance import c_exponential, c_lognormal_from_mean_cv, c_uniform

DONE, NEEDS_ROOM, FAULT = 0, 1, 2
_NONE = np.uint64(0)
_ARRIVES, _PATIENCE, _SERVICE = np.uint64(1), np.uint64(2), 4


STATIONS: Final = 2
"""The most stations of a network."""
SETTINGS: Final = np.dtype(
    [
        ("n_stations", "i8"),
        ("waiting_at_start", "i8"),
        ("mean_gap", "f8"),
        ("mean_patience", "f8"),
        ("mean_service", "f8", (STATIONS,)),
        ("service_cv", "f8", (STATIONS,)),
        ("service_least", "f8"),
        ("room", "f8"),
        ("given", "i8"),
        ("interim", "i8"),
        ("withdrawn", "i8"),
        # what is counted
        ("looking", "i8"),
        ("sheltered", "i8"),
        ("counted_at", "f8"),
        ("areas", "f8", (2,)),
    ]
)
"""What stands in the place of rules in the world's record."""
TICKETS: Final = max(TICKET_OF_GIVER[:STATIONS]) + 1
VISIT: Final = np.dtype(
    [
        ("key", "u8"),
        ("kind", "i8"),
        ("came", "f8"),
        ("left", "f8"),
        ("joined", "f8", (STATIONS,)),
        ("begun", "f8", (STATIONS,)),
    ]
)
"""One for each person: key of chance, class of priority, and what is filled in (`small_network.Visits`)."""

PERSON: Final = np.dtype(
    [
        ("key", "u8"),
        *((name, "i8") for name in ("ringing", "standing")),
        *((name, "i4") for name in ("row", "seat", "ticket_count", "next_free")),
        ("due", "f8", (1,)),
        ("tickets", "i4", (TICKETS,)),
        ("stage", "i1", (1,)),
        ("holds", "i1", (TICKETS,)),
    ],
    align=True,
)
"""What the engine's parts read of somebody with one clock and a ticket for each station."""

EXPONENTIAL: Final = -1.0
"""In place of a coefficient of variation."""
TURN: Final = np.dtype([("day", "f8"), ("places", "f8", (STATIONS,)), ("census", "f8", (4,))])
"""When places change, and what is counted just before."""
SHELTER, HOMES = 1, 0
"""Givers of a network with interim places, downstream first."""


@kernel
def _serve(person: Any, visit: Any, world: Any, station: int) -> None:
    """Begin service, and set the clock for its end."""
    visit.begun[station] = world.now
    draw = c_uniform(visit.key, np.uint64(_SERVICE + station), _NONE, _NONE)
    days, cv = world.rules.mean_service[station], world.rules.service_cv[station]
    if cv < 0.0:
        days = c_exponential(draw, days)
    elif cv > 0.0:
        days = c_lognormal_from_mean_cv(draw, days, cv)
    wait(person, world, 0, max(days, world.rules.service_least))


@kernel
def _count(world: Any, looking: int, sheltered: int) -> None:
    """Person-days up to now, then a change in numbers."""
    counted = world.rules
    days = world.now - counted.counted_at
    counted.areas[0] += counted.looking * days
    counted.areas[1] += counted.sheltered * days
    counted.looking += looking
    counted.sheltered += sheltered
    counted.counted_at = world.now


@kernel
def _give_shelter_back(person: Any, world: Any) -> None:
    _count(world, 0, -1)
    person.holds[TICKET_OF_GIVER[SHELTER]] = False
    queues.release(world, SHELTER)


@kernel
def _come_for_a_home(person: Any, visit: Any, world: Any) -> None:
    """Wait for a home, in an interim place if there is one."""
    visit.joined[1] = world.now
    _count(world, 1, 0)
    queues.join(person, world, HOMES, visit.kind)
    queues.join(person, world, SHELTER, visit.kind)
    person.stage[0] = 2


@kernel
def _turn(world: Any, people: Any, lines: Any, visits: Any, turn: Any) -> None:
    """Places change; who loses an interim place that is withdrawn at once waits for another."""
    _count(world, 0, 0)
    counted, n_stations = world.rules, world.rules.n_stations
    turn.census[0], turn.census[1] = counted.looking, counted.sheltered
    turn.census[2], turn.census[3] = counted.areas[0], counted.areas[1]
    for station in range(n_stations):
        queues.resize(world, n_stations - 1 - station, turn.places[station])
    while counted.withdrawn and world.in_use[SHELTER] > world.capacity[SHELTER]:
        latest = 0
        for seat in range(1, world.n_seats):
            if people[seat].holds[TICKET_OF_GIVER[SHELTER]] and (
                latest == 0 or people[seat].row > people[latest].row
            ):
                latest = seat
        person = people[latest]
        _give_shelter_back(person, world)
        queues.join(person, world, SHELTER, visits[person.row].kind)
        desks.put_in_line(person, world, lines)


@kernel
def _come_to(person: Any, visit: Any, world: Any, station: int) -> None:
    """Join the line of a station; at the first, begin to lose patience."""
    visit.joined[station] = world.now
    queues.join(person, world, world.rules.n_stations - 1 - station, visit.kind)
    if station == 0 and world.rules.mean_patience < NEVER:
        draw = c_uniform(visit.key, _PATIENCE, _NONE, _NONE)
        wait(person, world, 0, c_exponential(draw, world.rules.mean_patience))
    person.stage[0] = 2 * station


@kernel
def _go_on(person: Any, visit: Any, world: Any) -> bool:
    """Let a visit go on to its next wait; true when it has ended."""
    station = person.stage[0] >> 1
    giver = world.rules.n_stations - 1 - station
    line = TICKET_OF_GIVER[giver]
    if not person.stage[0] & 1:
        if not person.holds[line]:
            queues.leave(person, world, giver)
            visit.left = world.now
            return True
        if world.rules.interim:
            _count(world, -1, 0)
            if person.holds[TICKET_OF_GIVER[SHELTER]]:
                _give_shelter_back(person, world)
            else:
                queues.leave(person, world, SHELTER)
        _serve(person, visit, world, station)
        person.stage[0] = 2 * station + 1
        return False
    person.holds[line] = False
    queues.release(world, giver)
    if station + 1 < world.rules.n_stations:
        _come_to(person, visit, world, station + 1)
        return False
    visit.left = world.now
    return True


@kernel
def _await_arrival(world: Any, alarms: Any, far: Any, following: Any, visits: Any) -> None:
    row = world.next_arrival
    if row < len(visits) and world.rules.given:
        time = visits[row].came
        set_alarm(world, alarms, far, following, time if time > world.now else world.now + GRID, ARRIVALS)
    elif row < len(visits):
        gap = 0.0
        if row >= world.rules.waiting_at_start:
            draw = c_uniform(visits[row].key, _ARRIVES, _NONE, _NONE)
            gap = c_exponential(draw, world.rules.mean_gap)
        set_alarm(world, alarms, far, following, world.now + on_grid(world, gap), ARRIVALS)


@kernel
def _await_turn(world: Any, alarms: Any, far: Any, following: Any, turns: Any) -> None:
    if world.next_turn < len(turns):
        time = turns[world.next_turn].day
        set_alarm(world, alarms, far, following, time if time > world.now else world.now + GRID, CALENDAR)


@kernel
def _take_seat(world: Any, people: Any, row: int) -> int:
    seat = world.free_seat
    if seat >= 0:
        world.free_seat = people[seat].next_free
    else:
        seat = world.n_seats
        world.n_seats = seat + 1
    people[seat] = people[0]
    people[seat].row, people[seat].seat = row, seat
    return seat


@kernel
def _after(person: Any, ended: bool, world: Any, alarms: Any, far: Any, following: Any, lines: Any) -> None:
    key = np.int64(person.row) << ROW_BITS | np.int64(person.seat)
    for n in range(world.n_alarms):
        slot = world.alarm_slot[n] << 2 * ROW_BITS
        set_alarm(world, alarms, far, following, world.alarm_time[n], key | slot)
    world.n_alarms = 0
    if world.n_joins:
        desks.put_in_line(person, world, lines)
    if ended:
        person.next_free = world.free_seat
        world.free_seat = person.seat


@entry
def run(
    worlds: Any,
    people: Any,
    alarms: Any,
    near: Any,
    far: Any,
    following: Any,
    lines: Any,
    visits: Any,
    turns: Any,
) -> int:
    """Run the network to its end; the answer is DONE, or NEEDS_ROOM, or FAULT.

    Parameters
    ----------
    worlds : record array of shape (1,)
    people, alarms, near, far, following, lines : arrays of `sim.engine.compiled.state.Arrays`
    visits : record array of `VISIT`, shape (n_people,)
    turns : record array of `TURN`, shape (n_turns,)
    """
    world = worlds[0]
    if not world.begun:
        world.begun = True
        _await_turn(world, alarms, far, following, turns)
        _await_arrival(world, alarms, far, following, visits)
    while True:
        if world.fault:
            return FAULT
        if (
            world.tight
            or world.n_calendar + world.waiting_far + OUTBOX + FIRST > len(alarms)
            or world.n_far + OUTBOX > len(following)
            or world.n_seats + 1 > len(people)
        ):
            return NEEDS_ROOM
        if world.giving >= 0:
            seat = queues.next_place_given(world, people, lines, world.giving)
            if seat < 0:
                world.giving = -1
                continue
            person = people[seat]
            if world.rules.interim and world.giving == SHELTER:
                _count(world, 0, 1)
                visits[person.row].begun[0] = world.now
                continue
            silence(person, 0)
            ended = _go_on(person, visits[person.row], world)
            _after(person, ended, world, alarms, far, following, lines)
            continue
        if world.n_calendar == 0:
            bring_near(world, alarms, near, far, following)
        in_order = is_in_order(world, alarms, near)
        first = near[world.near_first] if in_order else alarms[FIRST]
        time, key = first.time if world.n_calendar else NEVER, first.key
        if world.dirty and time > world.now:
            world.giving = queues.next_giver(world)
            continue
        if world.n_calendar == 0:
            return DONE
        drop_first(world, alarms, in_order)
        world.now = time
        if key >= 0:
            row = (key >> ROW_BITS) & SEAT
            person = people[key & SEAT]
            if person.row != row or person.due[0] != time:
                continue
            silence(person, 0)
            ended = _go_on(person, visits[row], world)
        elif key == CALENDAR:
            world.next_turn += 1
            _turn(world, people, lines, visits, turns[world.next_turn - 1])
            _await_turn(world, alarms, far, following, turns)
            continue
        else:
            row = world.next_arrival
            world.next_arrival = row + 1
            person = people[_take_seat(world, people, row)]
            visits[row].came = time
            first = world.rules.n_stations - 1
            ended = world.in_use[first] + world.waiting[first] >= world.rules.room
            if world.rules.interim:
                _come_for_a_home(person, visits[row], world)
            elif ended:
                visits[row].left = time
            else:
                _come_to(person, visits[row], world, 0)
            _await_arrival(world, alarms, far, following, visits)
        _after(person, ended, world, alarms, far, following, lines)
