"""The small network in kernels: the compiled engine's own alarms, tickets and pools around a short story.

Importing this imports Numba; call `sim.engine.compiled.cache.prepare` before. It has a short loop of
its own, in the order of `sim.engine.compiled.loop`: every alarm of an instant first, then places, downstream
first. `tests/small_network.py` says what the network is.
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
from sim.engine.compiled.kernel import entry, inlined, kernel
from sim.engine.compiled.state import LINE_OF_GIVER, OUTBOX, TICKET_OF_GIVER, world_type
from sim.engine.compiled.world import GRID, NEVER, on_grid, silence, until
from sim.people import mathematics
from sim.people.compiled_chance import c_frexp, c_lognormal_from_mean_cv, c_uniform, compile_source

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
WORLD: Final = world_type(SETTINGS, 1, 1)
TICKETS: Final = max(TICKET_OF_GIVER[:STATIONS]) + 1
CAME, LEFT, JOINED, BEGUN = 0, 1, 2, 3
"""Rows of what is written down, a column for each person; of station k `JOINED` and `BEGUN` + 2 k."""
PATIENCE, SERVICE = 0, 1
"""Rows of the durations that are drawn beforehand [days]; of station k `SERVICE` + k."""

PERSON: Final = np.dtype(
    [
        ("key", "u8"),
        ("ringing", "i8"),
        *((name, "i4") for name in ("row", "seat", "ticket_count", "next_free", "standing", "holding")),
        ("due", "f8", (1,)),
        ("tickets", "i2", (TICKETS,)),
        ("stage", "i1", (1,)),
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


_ln_core = compile_source(mathematics.ln_core)


@kernel
def _exponential(key: Any, activity: Any, mean: float) -> float:
    """`exponential(uniform(key, activity), mean)` without a branch, so that several are worked on at once."""
    m, k = c_frexp(1.0 - c_uniform(key, activity, _NONE, _NONE))
    low = m < mathematics.SQRT_HALF
    return -_ln_core(m * 2.0 if low else m, (k - 1 if low else k) * 1.0) * mean


@entry
def draw(worlds: Any, keys: Any, drawn: Any, visits: Any) -> None:
    """Draw everybody's times beforehand: what is drawn depends on nothing but a person's key.

    Days of arrival are put into `visits`, unless they are given there; the rest into `drawn`.
    """
    world = worlds[0]
    rules, came, n_people = world.rules, visits[CAME], len(keys)
    if not rules.given:
        mean = rules.mean_gap
        for row in range(n_people):
            came[row] = _exponential(keys[row], _ARRIVES, mean)
        for row in range(min(rules.waiting_at_start, n_people)):
            came[row] = 0.0
        day = 0.0
        for row in range(n_people):
            day += on_grid(world, came[row])
            came[row] = day
    if rules.mean_patience < NEVER:
        _draw_exponential(world, keys, _PATIENCE, rules.mean_patience, 0.0, drawn[PATIENCE])
    for station in range(rules.n_stations):
        activity, days = np.uint64(_SERVICE + station), drawn[SERVICE + station]
        mean, cv, least = rules.mean_service[station], rules.service_cv[station], rules.service_least
        if cv < 0.0:
            _draw_exponential(world, keys, activity, mean, least, days)
            continue
        for row in range(n_people):
            fixed_or_drawn = mean
            if cv > 0.0:
                u = c_uniform(keys[row], activity, _NONE, _NONE)
                fixed_or_drawn = c_lognormal_from_mean_cv(u, mean, cv)
            days[row] = on_grid(world, max(fixed_or_drawn, least))


@kernel
def _draw_exponential(world: Any, keys: Any, activity: Any, mean: float, least: float, days: Any) -> None:
    """A column of exponential durations on the grid [days]."""
    for row in range(len(keys)):
        days[row] = max(_exponential(keys[row], activity, mean), least)
    for row in range(len(keys)):
        days[row] = on_grid(world, days[row])


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
    queues.hand_back(person, TICKET_OF_GIVER[SHELTER])
    queues.release(world, SHELTER)


@kernel
def _move_on(person: Any, world: Any) -> None:
    """Have a home, and no longer need an interim place."""
    _count(world, -1, 0)
    if queues.holds(person, TICKET_OF_GIVER[SHELTER]):
        _give_shelter_back(person, world)
    else:
        queues.leave(person, world, SHELTER)


@kernel
def _turn(world: Any, people: Any, lines: Any, kinds: Any, turn: Any) -> None:
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
            if queues.holds(people[seat], TICKET_OF_GIVER[SHELTER]) and (
                latest == 0 or people[seat].row > people[latest].row
            ):
                latest = seat
        person = people[latest]
        _give_shelter_back(person, world)
        queues.join(person, world, SHELTER, kinds[person.row])
        desks.put_in_line(person, world, lines)


@kernel
def _come(person: Any, world: Any) -> bool:
    """A visit begins; false when there is no room."""
    entrance = world.rules.n_stations - 1
    if world.rules.interim:
        _count(world, 1, 0)
    elif world.in_use[entrance] + world.waiting[entrance] >= world.rules.room:
        return False
    person.stage[0] = 2 if world.rules.interim else 0
    return True


@kernel
def _ring(person: Any, world: Any) -> bool:
    """Patience has run out, or service ends; true when there is another station to go to."""
    station = person.stage[0] >> 1
    giver = world.rules.n_stations - 1 - station
    if not person.stage[0] & 1:
        queues.leave(person, world, giver)
        return False
    queues.hand_back(person, TICKET_OF_GIVER[giver])
    queues.release(world, giver)
    person.stage[0] += 1
    return station + 1 < world.rules.n_stations


@inlined
def _await_arrival(world: Any, alarms: Any, far: Any, following: Any, came: Any) -> None:
    if world.next_arrival < len(came):
        time = came[world.next_arrival]
        set_alarm(world, alarms, far, following, time if time > world.now else world.now + GRID, ARRIVALS)


@kernel
def _await_turn(world: Any, alarms: Any, far: Any, following: Any, turns: Any) -> None:
    if world.next_turn < len(turns):
        time = turns[world.next_turn].day
        set_alarm(world, alarms, far, following, time if time > world.now else world.now + GRID, CALENDAR)


@inlined
def _take_seat(world: Any, people: Any) -> int:
    """A seat for the next who comes; whoever sat there before has left nothing in it."""
    seat = world.free_seat
    if seat >= 0:
        world.free_seat = people[seat].next_free
    else:
        seat = world.n_seats
        world.n_seats = seat + 1
        people[seat] = people[0]
        people[seat].seat = seat
    people[seat].row, people[seat].ticket_count = world.next_arrival, 0
    world.next_arrival += 1
    return seat


@entry
def run(
    worlds: Any,
    people: Any,
    alarms: Any,
    near: Any,
    far: Any,
    following: Any,
    lines: Any,
    kinds: Any,
    drawn: Any,
    visits: Any,
    turns: Any,
) -> int:
    """Run the network to its end; the answer is DONE, or NEEDS_ROOM, or FAULT.

    Parameters
    ----------
    worlds : record array of shape (1,)
    people, alarms, near, far, following, lines : arrays of `sim.engine.compiled.state.Arrays`
    kinds : array of int64, shape (n_people,)
    drawn, visits : arrays of float64, shapes (1 + n_stations, n_people), (2 + 2 n_stations, n_people)
        As `draw` has left them.
    turns : record array of `TURN`, shape (n_turns,)
    """
    world = worlds[0]
    if not world.begun:
        world.begun = True
        _await_turn(world, alarms, far, following, turns)
        _await_arrival(world, alarms, far, following, visits[CAME])
    giving = np.int64(world.giving)
    while True:
        if world.fault:
            return FAULT
        if (
            world.tight
            or world.n_calendar + world.waiting_far + OUTBOX + FIRST > len(alarms)
            or world.n_far + OUTBOX > len(following)
            or world.n_seats + 1 > len(people)
        ):
            world.giving = giving
            return NEEDS_ROOM
        if giving < 0:
            if world.n_calendar == 0:
                bring_near(world, alarms, near, far, following)
            in_order = is_in_order(world, alarms, near)
            first = near[world.near_first] if in_order else alarms[FIRST]
            time, key = first.time if world.n_calendar else NEVER, first.key
            if world.dirty and time > world.now:
                giving = queues.next_giver(world)
        if giving >= 0:
            seat = queues.next_place_given(world, people, lines, giving)
            if seat < 0:
                giving = -1
                continue
            giver, line = giving, LINE_OF_GIVER[giving]
            if world.line_size[line] == 0 or world.in_use[giver] >= world.capacity[giver]:
                giving = -1
            person, now = people[seat], world.now
            row, station = np.int64(person.row), person.stage[0] >> 1
            if world.rules.interim and giver == SHELTER:
                _count(world, 0, 1)
                visits[BEGUN, row] = now
                continue
            silence(person, 0)
            if world.rules.interim:
                _move_on(person, world)
            visits[BEGUN + 2 * station, row] = now
            until(person, world, 0, now + drawn[SERVICE + station, row])
            person.stage[0] += 1
        elif world.n_calendar == 0:
            return DONE
        else:
            drop_first(world, alarms, in_order)
            world.now = now = time
            if key >= 0:
                seat = key & SEAT
                person = people[seat]
                if person.row != (key >> ROW_BITS) & SEAT or person.due[0] != time:
                    continue
                silence(person, 0)
                goes_on = _ring(person, world)
            elif key == CALENDAR:
                world.next_turn += 1
                _turn(world, people, lines, kinds, turns[world.next_turn - 1])
                _await_turn(world, alarms, far, following, turns)
                continue
            else:
                seat = _take_seat(world, people)
                person = people[seat]
                visits[CAME, person.row] = now
                goes_on = _come(person, world)
                _await_arrival(world, alarms, far, following, visits[CAME])
            row, station = np.int64(person.row), person.stage[0] >> 1
            if goes_on:
                visits[JOINED + 2 * station, row] = now
                queues.join(person, world, world.rules.n_stations - 1 - station, kinds[row])
                if world.rules.interim:  # while they wait for a home
                    queues.join(person, world, SHELTER, kinds[row])
                desks.put_in_line(person, world, lines)
                if station == 0 and world.rules.mean_patience < NEVER:
                    until(person, world, 0, now + drawn[PATIENCE, row])
            else:
                visits[LEFT, row] = now
                person.next_free = world.free_seat
                world.free_seat = seat
        for n in range(world.n_alarms):
            slot = world.alarm_slot[n] << 2 * ROW_BITS
            key = slot | row << ROW_BITS | np.int64(seat)
            set_alarm(world, alarms, far, following, world.alarm_time[n], key)
        world.n_alarms = 0
