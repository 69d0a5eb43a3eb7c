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
from sim.engine.compiled.world import GRID, NEVER, on_grid, silence, until
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
CAME, LEFT, JOINED, BEGUN = 0, 1, 2, 2 + STATIONS
VISITS: Final = 2 + 2 * STATIONS
"""Rows of what is written down of visits, a column for each person; from `JOINED` and `BEGUN`, by station."""
PATIENCE, SERVICE = 0, 1
DRAWN: Final = 1 + STATIONS
"""Rows of the durations that are drawn beforehand [days]; from `SERVICE`, by station."""

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
def _draw_service(world: Any, key: Any, station: int) -> float:
    draw = c_uniform(key, np.uint64(_SERVICE + station), _NONE, _NONE)
    days, cv = world.rules.mean_service[station], world.rules.service_cv[station]
    if cv < 0.0:
        days = c_exponential(draw, days)
    elif cv > 0.0:
        days = c_lognormal_from_mean_cv(draw, days, cv)
    return on_grid(world, max(days, world.rules.service_least))


@entry
def draw(worlds: Any, keys: Any, drawn: Any, visits: Any) -> None:
    """Draw everybody's times beforehand: a processor works on several at once where none waits for another.

    What is drawn depends on nothing but a person's key. Days of arrival are put into `visits`, unless they are
    given there; the rest into `drawn`.
    """
    world = worlds[0]
    rules, came = world.rules, visits[CAME]
    if not rules.given:
        for row in range(len(keys)):
            gap = c_exponential(c_uniform(keys[row], _ARRIVES, _NONE, _NONE), rules.mean_gap)
            came[row] = on_grid(world, gap if row >= rules.waiting_at_start else 0.0)
        day = 0.0
        for row in range(len(keys)):
            day += came[row]
            came[row] = day
    if rules.mean_patience < NEVER:
        for row in range(len(keys)):
            patience = c_exponential(c_uniform(keys[row], _PATIENCE, _NONE, _NONE), rules.mean_patience)
            drawn[PATIENCE, row] = on_grid(world, patience)
    for station in range(rules.n_stations):
        for row in range(len(keys)):
            drawn[SERVICE + station, row] = _draw_service(world, keys[row], station)


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
def _come_for_a_home(person: Any, world: Any, kind: int, visits: Any) -> None:
    """Wait for a home, in an interim place if there is one."""
    visits[JOINED + 1, person.row] = world.now
    _count(world, 1, 0)
    queues.join(person, world, HOMES, kind)
    queues.join(person, world, SHELTER, kind)
    person.stage[0] = 2


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
            if people[seat].holds[TICKET_OF_GIVER[SHELTER]] and (
                latest == 0 or people[seat].row > people[latest].row
            ):
                latest = seat
        person = people[latest]
        _give_shelter_back(person, world)
        queues.join(person, world, SHELTER, kinds[person.row])
        desks.put_in_line(person, world, lines)


@kernel
def _come_to(person: Any, world: Any, station: int, kind: int, drawn: Any, visits: Any) -> None:
    """Join the line of a station; at the first, begin to lose patience."""
    visits[JOINED + station, person.row] = world.now
    queues.join(person, world, world.rules.n_stations - 1 - station, kind)
    if station == 0 and world.rules.mean_patience < NEVER:
        until(person, world, 0, world.now + drawn[PATIENCE, person.row])
    person.stage[0] = 2 * station


@kernel
def _go_on(person: Any, world: Any, kinds: Any, drawn: Any, visits: Any) -> bool:
    """Let a visit go on to its next wait; true when it has ended."""
    row, station = person.row, person.stage[0] >> 1
    giver = world.rules.n_stations - 1 - station
    line = TICKET_OF_GIVER[giver]
    if not person.stage[0] & 1:
        if not person.holds[line]:
            queues.leave(person, world, giver)
            visits[LEFT, row] = world.now
            return True
        if world.rules.interim:
            _count(world, -1, 0)
            if person.holds[TICKET_OF_GIVER[SHELTER]]:
                _give_shelter_back(person, world)
            else:
                queues.leave(person, world, SHELTER)
        visits[BEGUN + station, row] = world.now
        until(person, world, 0, world.now + drawn[SERVICE + station, row])
        person.stage[0] = 2 * station + 1
        return False
    person.holds[line] = False
    queues.release(world, giver)
    if station + 1 < world.rules.n_stations:
        _come_to(person, world, station + 1, kinds[row], drawn, visits)
        return False
    visits[LEFT, row] = world.now
    return True


@kernel
def _await_arrival(world: Any, alarms: Any, far: Any, following: Any, came: Any) -> None:
    if world.next_arrival < len(came):
        time = came[world.next_arrival]
        set_alarm(world, alarms, far, following, time if time > world.now else world.now + GRID, ARRIVALS)


@kernel
def _await_turn(world: Any, alarms: Any, far: Any, following: Any, turns: Any) -> None:
    if world.next_turn < len(turns):
        time = turns[world.next_turn].day
        set_alarm(world, alarms, far, following, time if time > world.now else world.now + GRID, CALENDAR)


@kernel
def _take_seat(world: Any, people: Any, row: int) -> int:
    """A seat for somebody who comes; whoever sat there before has left nothing in it."""
    seat = world.free_seat
    if seat >= 0:
        world.free_seat = people[seat].next_free
    else:
        seat = world.n_seats
        world.n_seats = seat + 1
        people[seat] = people[0]
        people[seat].seat = seat
    people[seat].row = row
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
    drawn, visits : arrays of float64, shapes (DRAWN, n_people), (VISITS, n_people)
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
            person = people[seat]
            if world.rules.interim and giving == SHELTER:
                _count(world, 0, 1)
                visits[BEGUN, person.row] = world.now
                continue
            silence(person, 0)
            ended = _go_on(person, world, kinds, drawn, visits)
        elif world.n_calendar == 0:
            return DONE
        else:
            drop_first(world, alarms, in_order)
            world.now = time
            if key >= 0:
                person = people[key & SEAT]
                if person.row != (key >> ROW_BITS) & SEAT or person.due[0] != time:
                    continue
                silence(person, 0)
                ended = _go_on(person, world, kinds, drawn, visits)
            elif key == CALENDAR:
                world.next_turn += 1
                _turn(world, people, lines, kinds, turns[world.next_turn - 1])
                _await_turn(world, alarms, far, following, turns)
                continue
            else:
                row = world.next_arrival
                world.next_arrival = row + 1
                person = people[_take_seat(world, people, row)]
                visits[CAME, row] = time
                entrance = world.rules.n_stations - 1
                ended = world.in_use[entrance] + world.waiting[entrance] >= world.rules.room
                if world.rules.interim:
                    _come_for_a_home(person, world, kinds[row], visits)
                elif ended:
                    visits[LEFT, row] = time
                else:
                    _come_to(person, world, 0, kinds[row], drawn, visits)
                _await_arrival(world, alarms, far, following, visits[CAME])
        _after(person, ended, world, alarms, far, following, lines)
