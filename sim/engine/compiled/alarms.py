"""The calendar of alarms: a heap by time, clock and person; mirrors the list of events in SimPy.

An alarm's key holds slot, row and seat, so that ties are settled as in `sim.engine.environment`; two keys
below zero stand for the page of the calendar and for the next arrival, which are heard before anybody. An
alarm whose clock has been set otherwise since is silent. Only the alarms of the days that are near stand in
the heap, which so stays small enough for the processor's own memory; later ones are noted on sheets, some
for each `PERIOD`, and come into the heap together.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.state import BLOCK, PERIOD
from sim.engine.compiled.world import GRID, NEVER

ARRIVALS, CALENDAR = -1, -2
ROW_BITS = 28
SEAT = (1 << ROW_BITS) - 1
"""A key is ``(slot << ROW_BITS | row) << ROW_BITS | seat``."""
FIRST = 2
"""Where the heap begins in its array, so that the four below one mostly share a line of memory."""


@kernel
def set_alarm(world: Any, alarms: Any, far: Any, time: float, key: int) -> None:
    """Set an alarm; the loop has seen to it that there is room."""
    if time < world.near_until:
        _push(world, alarms, time, key)
        return
    period = int(time / PERIOD)
    block = world.far_head[period]
    if block < 0 or far[block].size == BLOCK:
        fresh = world.free_far
        if fresh >= 0:
            world.free_far = far[fresh].next
        else:
            fresh = world.n_far
            world.n_far = fresh + 1
        far[fresh].size, far[fresh].next = 0, block
        world.far_head[period] = block = fresh
    sheet = far[block]
    sheet.time[sheet.size], sheet.key[sheet.size] = time, key
    sheet.size += 1
    world.waiting_far += 1


@kernel
def bring_near(world: Any, alarms: Any, far: Any) -> None:
    """No alarm is near: go on to the next period that has one."""
    while world.n_calendar == 0 and world.near_until < world.horizon:
        period = int(world.near_until / PERIOD)
        world.near_until += PERIOD
        block = world.far_head[period]
        world.far_head[period] = -1
        while block >= 0:
            sheet = far[block]
            for n in range(sheet.size):
                _push(world, alarms, sheet.time[n], sheet.key[n])
            world.waiting_far -= sheet.size
            following = sheet.next
            sheet.next = world.free_far
            world.free_far = block
            block = following


@kernel
def _push(world: Any, alarms: Any, time: float, key: int) -> None:
    place = world.n_calendar
    world.n_calendar = place + 1
    while place > 0:
        above = (place - 1) >> 2
        up = alarms[FIRST + above]
        if up.time < time or (up.time == time and up.key <= key):
            break
        alarms[FIRST + place].time, alarms[FIRST + place].key = up.time, up.key
        place = above
    alarms[FIRST + place].time, alarms[FIRST + place].key = time, key


@kernel
def drop_first(world: Any, alarms: Any) -> None:
    """Take the first alarm out."""
    size = world.n_calendar - 1
    world.n_calendar = size
    time, key = alarms[FIRST + size].time, alarms[FIRST + size].key
    place = 0
    while True:
        child = 4 * place + 1
        if child >= size:
            break
        earliest = alarms[FIRST + child]
        below = child
        for other in range(child + 1, min(child + 4, size)):
            one = alarms[FIRST + other]
            if one.time < earliest.time or (one.time == earliest.time and one.key < earliest.key):
                earliest = one
                below = other
        if time < earliest.time or (time == earliest.time and key <= earliest.key):
            break
        alarms[FIRST + place].time, alarms[FIRST + place].key = earliest.time, earliest.key
        place = below
    alarms[FIRST + place].time, alarms[FIRST + place].key = time, key


@kernel
def next_but_one(world: Any, alarms: Any) -> int:
    """Where the alarm stands that is heard after the first, as far as is known; the first if it is alone."""
    place, size = 0, min(5, world.n_calendar)
    soonest = NEVER
    for other in range(1, size):
        if alarms[FIRST + other].time < soonest:
            soonest = alarms[FIRST + other].time
            place = other
    return FIRST + place


@kernel
def await_arrival(world: Any, alarms: Any, far: Any, arriving: Any) -> None:
    world.arrival_due = NEVER
    if world.next_arrival < len(arriving):
        time = arriving[world.next_arrival].time
        if time <= world.now:
            time = world.now + GRID
        world.arrival_due = time
        if time < world.horizon:
            set_alarm(world, alarms, far, time, ARRIVALS)


@kernel
def await_turn(world: Any, alarms: Any, far: Any, turns: Any) -> None:
    world.turn_due = NEVER
    if world.next_turn < len(turns):
        world.turn_due = turns[world.next_turn].time
        if world.turn_due < world.horizon:
            set_alarm(world, alarms, far, world.turn_due, CALENDAR)
