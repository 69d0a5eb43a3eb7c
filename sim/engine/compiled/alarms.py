"""The calendar of alarms: a heap by time, then by clock and person; mirrors the list of events in SimPy.

An alarm's key is ``slot << 40 | row``, so that ties are settled as in `sim.engine.environment`; two keys
below zero stand for the page of the calendar and for the next arrival, which are heard before anybody. An
alarm whose clock has been set otherwise since is silent.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.world import GRID, NEVER

ARRIVALS, CALENDAR = -1, -2


@kernel
def _earlier(alarms: Any, one: int, other: int) -> bool:
    if alarms[one].time != alarms[other].time:
        return alarms[one].time < alarms[other].time
    return alarms[one].key < alarms[other].key


@kernel
def set_alarm(world: Any, alarms: Any, time: float, key: int) -> None:
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
def drop_first(world: Any, alarms: Any) -> None:
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
def await_arrival(world: Any, alarms: Any, arriving: Any) -> None:
    world.arrival_due = NEVER
    if world.next_arrival < len(arriving):
        time = arriving[world.next_arrival].time
        if time <= world.now:
            time = world.now + GRID
        world.arrival_due = time
        if time < world.horizon:
            set_alarm(world, alarms, time, ARRIVALS)


@kernel
def await_turn(world: Any, alarms: Any, turns: Any) -> None:
    world.turn_due = NEVER
    if world.next_turn < len(turns):
        world.turn_due = turns[world.next_turn].time
        if world.turn_due < world.horizon:
            set_alarm(world, alarms, world.turn_due, CALENDAR)
