"""The calendar of alarms: a heap by time, clock and person; mirrors the list of events in SimPy.

An alarm's key holds slot, row and seat, so that ties are settled as in `sim.engine.environment`; two keys
below zero stand for the page of the calendar and for the next arrival, which are heard before anybody. An
alarm whose clock has been set otherwise since is silent. Later alarms are noted on sheets, some for each
`PERIOD`. When a period comes, its alarms are put in order together, which costs less than a heap and tells
beforehand who is next; only those that are set while it lasts go through the heap.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.engine.compiled.fetching import fetch_for_clock
from sim.engine.compiled.kernel import fetch_soon, find_soon, inlined, kernel
from sim.engine.compiled.state import BLOCK, COUNT_BITS, PARTS, PERIOD
from sim.engine.compiled.world import GRID

ARRIVALS, CALENDAR = -1, -2
ROW_BITS = 28
SEAT = (1 << ROW_BITS) - 1
"""A key is ``(slot << ROW_BITS | row) << ROW_BITS | seat``."""
FIRST = 3
"""Where the heap begins in its array, so that the four below one share a line of memory."""
COUNT: Final = (1 << COUNT_BITS) - 1
AHEAD: Final = 6
"""So many alarms before it rings, a person's record is asked for from memory."""
FOUND: Final = 16
"""So many records are looked for together; a power of two above `AHEAD`."""
CROWD: Final = 16
"""More alarms than this in one part of a period, as at noon, are put in order as a heap of their own."""


@inlined
def set_alarm(world: Any, alarms: Any, far: Any, following: Any, time: float, key: int) -> None:
    """Set an alarm; the loop has seen to it that there is room.

    The head of a period holds its last sheet and how many alarms stand there, so that none need be read.
    """
    if time < world.near_until:
        _push(world, alarms, time, key)
        return
    period = int(time / PERIOD)
    head = np.int64(world.far_head[period])
    if head & COUNT >= BLOCK:  # full, or -1: none
        fresh = world.free_far
        if fresh >= 0:
            world.free_far = np.int64(following[fresh].sheet)
        else:
            fresh = world.n_far
            world.n_far = fresh + 1
        following[fresh].sheet = head >> COUNT_BITS
        head = fresh << COUNT_BITS
    place = (head >> COUNT_BITS) * BLOCK + (head & COUNT)
    far[place].time, far[place].key = time, key
    world.far_head[period] = head + 1
    world.waiting_far += 1


@kernel
def bring_near(world: Any, alarms: Any, near: Any, far: Any, following: Any) -> None:
    """No alarm is near: go on to the next period that has one."""
    while world.n_calendar == 0 and world.near_until < world.horizon:
        begins = world.near_until
        period = int(begins / PERIOD)
        world.near_until = begins + PERIOD
        head = np.int64(world.far_head[period])
        world.far_head[period] = -1
        if head >= 0:
            _put_in_order(world, alarms, near, far, following, head, begins)
        world.soon_sheet = np.int64(world.far_head[period + 1]) >> COUNT_BITS


@kernel
def _put_in_order(
    world: Any, alarms: Any, near: Any, far: Any, following: Any, head: Any, begins: float
) -> None:
    """Put the alarms of the period's sheets into `near`: by parts of the period, then each in its place."""
    size, sheet, count = 0, head >> COUNT_BITS, head & COUNT
    while sheet >= 0:
        for place in range(sheet * BLOCK, (sheet + 1) * BLOCK, BLOCK // 2):
            fetch_soon(far[place])
        size += count
        count = BLOCK
        sheet = np.int64(following[sheet].sheet)
    world.waiting_far -= size
    parts, counts = 1, world.near_count
    while parts < size and parts < PARTS:
        parts *= 2
    scale = parts / PERIOD
    for part in range(parts):
        counts[part] = 0
    sheet, count = head >> COUNT_BITS, head & COUNT
    while sheet >= 0:
        for place in range(sheet * BLOCK, sheet * BLOCK + count):
            counts[int((far[place].time - begins) * scale)] += 1
        count = BLOCK
        sheet = np.int64(following[sheet].sheet)
    ordered = 0
    for part in range(parts):
        crowd = counts[part]
        counts[part] = ordered
        if ordered + crowd > len(near):
            counts[part] = -1
        else:
            ordered += crowd
    sheet, count = head >> COUNT_BITS, head & COUNT
    while sheet >= 0:
        for note in range(sheet * BLOCK, sheet * BLOCK + count):
            time, key = far[note].time, far[note].key
            part = int((time - begins) * scale)
            place = counts[part]
            if place < 0:
                _push(world, alarms, time, key)
            else:
                counts[part] = place + 1
                near[place].time, near[place].key = time, key
        count = BLOCK
        later = np.int64(following[sheet].sheet)
        following[sheet].sheet = world.free_far
        world.free_far = sheet
        sheet = later
    begin = 0
    for part in range(parts):
        end = counts[part]
        if end >= 0:
            if end - begin > CROWD:
                _put_crowd_in_order(near, begin, end - begin)
            begin = end
    for n in range(1, ordered):
        time, key = near[n].time, near[n].key
        place = n
        while place > 0:
            before = near[place - 1]
            if before.time < time or (before.time == time and before.key <= key):
                break
            near[place].time, near[place].key = before.time, before.key
            place -= 1
        if place < n:
            near[place].time, near[place].key = time, key
    world.near_first, world.near_last = 0, ordered
    world.n_calendar += ordered


@kernel
def _put_crowd_in_order(near: Any, begin: int, size: int) -> None:
    """Heapsort of so many alarms from `begin` on."""
    for place in range((size >> 1) - 1, -1, -1):
        _sink(near, begin, size, place, near[begin + place].time, near[begin + place].key)
    for last in range(size - 1, 0, -1):
        time, key = near[begin + last].time, near[begin + last].key
        near[begin + last].time, near[begin + last].key = near[begin].time, near[begin].key
        _sink(near, begin, last, 0, time, key)


@kernel
def _sink(near: Any, begin: int, size: int, place: int, time: float, key: int) -> None:
    """Find the place of an alarm at or below `place` of a heap with the latest first."""
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        latest = near[begin + below]
        if below + 1 < size and _is_before(latest, near[begin + below + 1]):
            below += 1
            latest = near[begin + below]
        if latest.time < time or (latest.time == time and latest.key <= key):
            break
        near[begin + place].time, near[begin + place].key = latest.time, latest.key
        place = below
    near[begin + place].time, near[begin + place].key = time, key


@kernel
def _is_before(one: Any, other: Any) -> bool:
    return one.time < other.time or (one.time == other.time and one.key < other.key)


@inlined
def is_in_order(world: Any, alarms: Any, near: Any) -> bool:
    """Whether the first alarm is one of those that have been put in order; else it is the heap's."""
    if world.near_first == world.near_last:
        return False
    if world.n_calendar == world.near_last - world.near_first:
        return True
    one, other = near[world.near_first], alarms[FIRST]
    return one.time < other.time or (one.time == other.time and one.key < other.key)


@inlined
def drop_first(world: Any, alarms: Any, in_order: bool) -> None:
    """Take the first alarm out; `in_order` says where it stands."""
    if in_order:
        world.n_calendar -= 1
        world.near_first += 1
    else:
        _pop(world, alarms)


@inlined
def fetch_next(world: Any, near: Any, people: Any, far: Any, following: Any) -> None:
    """Have the records of those at hand whose clocks ring soon, as far as is known.

    Where a record is takes a processor long to find out, but it can do so for several at a time: that is
    asked for together, and the record itself when its turn comes.
    """
    first, last = world.near_first, world.near_last
    if first & FOUND - 1 == 0:
        for place in range(first + FOUND, min(first + 2 * FOUND, last)):
            if near[place].key >= 0:
                find_soon(people[near[place].key & SEAT])
    if first + AHEAD < last and near[first + AHEAD].key >= 0:
        fetch_for_clock(people[near[first + AHEAD].key & SEAT])
    if world.soon_sheet >= 0 and 4 * (last - first) < last:
        _fetch_sheet(world, far, following)


@kernel
def _fetch_sheet(world: Any, far: Any, following: Any) -> None:
    """Have a sheet of the next period at hand, and find the one after it."""
    sheet = world.soon_sheet
    for place in range(sheet * BLOCK, (sheet + 1) * BLOCK, BLOCK // 2):
        fetch_soon(far[place])
    sheet = np.int64(following[sheet].sheet)
    if sheet >= 0:
        fetch_soon(following[sheet])
    world.soon_sheet = sheet


@kernel
def _push(world: Any, alarms: Any, time: float, key: int) -> None:
    place = world.n_calendar - (world.near_last - world.near_first)
    world.n_calendar += 1
    while place > 0:
        above = (place - 1) >> 2
        up = alarms[FIRST + above]
        if up.time < time or (up.time == time and up.key <= key):
            break
        alarms[FIRST + place].time, alarms[FIRST + place].key = up.time, up.key
        place = above
    alarms[FIRST + place].time, alarms[FIRST + place].key = time, key


@inlined
def _pop(world: Any, alarms: Any) -> None:
    """Take the first alarm of the heap out."""
    world.n_calendar -= 1
    size = world.n_calendar - (world.near_last - world.near_first)
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


@inlined
def await_arrival(world: Any, alarms: Any, far: Any, following: Any, arriving: Any) -> None:
    """Set the alarm of the next arrival, and have at hand who comes after."""
    if world.next_arrival < len(arriving):
        time = arriving[world.next_arrival].time
        fetch_soon(arriving[min(world.next_arrival + 1, len(arriving) - 1)])
        if time <= world.now:
            time = world.now + GRID
        if time < world.horizon:
            set_alarm(world, alarms, far, following, time, ARRIVALS)


@kernel
def await_turn(world: Any, alarms: Any, far: Any, following: Any, turns: Any) -> None:
    if world.next_turn < len(turns):
        time = turns[world.next_turn].time
        if time < world.horizon:
            set_alarm(world, alarms, far, following, time, CALENDAR)
