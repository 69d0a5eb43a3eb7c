"""Desks that decide so many cases a day, in a mixture of orders; mirrors `Desk` of `sim.engine.queues`.

Everybody who waits stands in a desk's line by age. Its lines by youth and by lot are filled from there only
as far as they are needed: most months decide a few of those who wait. Each line is a run (`runs.py`) and a
heap of those who have joined since the run was made; that by age is made anew each month, and the others
point into it. A case whose seat there is -1 has been decided, or has left.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.engine.compiled import runs
from sim.engine.compiled.fetching import fetch_for_turn, find_ticket
from sim.engine.compiled.kernel import fetch_soon, inlined, kernel
from sim.engine.compiled.names import DRAW_MONTHS_LOT, DRAW_ORDER_OF_SLOT
from sim.engine.compiled.queues import add, before, copy, hand_in_ticket, holder, pop, push, stir
from sim.engine.compiled.state import (
    AGE,
    CG_DESK,
    LAPSED_KEPT,
    LATE,
    LINE_OF_GIVER,
    LOT,
    SORTING,
    SPARE,
    TICKET_OF_GIVER,
    YOUTH,
)
from sim.engine.compiled.world import FAULT_LINE, NEVER
from sim.people.compiled_chance import c_uniform

YOUNG: Final = 32.0
"""Days within which cases are at first found for the line by youth."""
FIRST_LOTS: Final = 0.125
"""Numbers of the month's draw up to which cases are at first found for the line by lot."""
AHEAD: Final = 4
"""So many cases before their turn, records of people are asked for from memory."""
FOUND: Final = 16
"""So many records are looked for together; a power of two above `AHEAD`."""


# ------------------------------------------------------------------------------------- joining, for the loop
@kernel
def lot(key: Any, desk: int, month: int) -> float:
    """The keyed number of a case in a month's draw."""
    which = 0 if desk == CG_DESK else 1
    return c_uniform(key, np.uint64(DRAW_MONTHS_LOT), np.uint64(which), np.uint64(month))


@inlined
def put_in_line(person: Any, world: Any, lines: Any) -> None:
    """Put a person into the lines they have joined in the handler that has just ended."""
    for n in range(world.n_joins):
        giver, rank, key, ticket = (
            world.join_giver[n],
            world.join_rank[n],
            world.join_key[n],
            world.join_ticket[n],
        )
        line = LINE_OF_GIVER[giver]
        if giver < CG_DESK:
            push(person, world, lines, line, rank, key, ticket)
            continue
        late = line + LATE
        push(person, world, lines, late + AGE, 0, key, ticket)
        # who is not yet within reach will be found in the line by age
        reach = world.youth_reach[giver]
        if world.newest_share[giver] > 0.0 and (-key <= reach or -key > world.youth_last[giver]):
            push(person, world, lines, late + YOUTH, 0, -key, ticket)
        if world.lot_reach[giver] > 0.0:
            drawn = lot(person.key, giver, world.month)
            if drawn <= world.lot_reach[giver]:
                push(person, world, lines, late + LOT, 0, drawn, ticket)
        _see_to_room(world, line)
    world.n_joins = 0


@kernel
def _see_to_room(world: Any, line: int) -> None:
    """Ask for more room where a run could not take in its heap, or a heap as many as there are in it."""
    room, late = world.line_room[line] - SPARE, line + LATE
    joined = world.line_size[late + AGE]
    if world.line_size[line + AGE] + joined >= room or 2 * joined >= room:
        world.tight = True
    if 2 * world.line_size[late + YOUTH] >= room or 2 * world.line_size[late + LOT] >= room:
        world.tight = True


# ------------------------------------------------------------------------------------------- deciding
@inlined
def next_case_decided(world: Any, people: Any, lines: Any, desk: int) -> int:
    """The seat of the next case a desk takes; -1 when the day's slots or the waiting cases run out."""
    if not (world.slots_now[desk] > 0 and world.waiting[desk]):
        world.slots_now[desk] = 0.0
        return -1
    world.slots_now[desk] -= 1.0
    seat = _next_case(world, people, lines, desk)
    if seat < 0:
        world.fault = FAULT_LINE
        return -1
    world.waiting[desk] -= 1
    hand_in_ticket(people[seat], TICKET_OF_GIVER[desk])
    return seat


@inlined
def _next_case(world: Any, people: Any, lines: Any, desk: int) -> int:
    if world.oldest_share[desk] < 1.0 and world.slots_now[desk] < NEVER:
        chosen = c_uniform(
            world.desk_key[desk],
            np.uint64(DRAW_ORDER_OF_SLOT),
            np.uint64(world.sitting_day),
            np.uint64(world.slots_used[desk]),
        )
        world.slots_used[desk] += 1
        if chosen < world.newest_share[desk]:
            seat = _newest_case(world, people, lines, desk)
            if seat >= 0:
                return seat
        elif chosen >= world.newest_share[desk] + world.oldest_share[desk]:
            return _case_by_lot(world, people, lines, desk)
    return _first_holder(world, people, lines, desk, AGE, NEVER)


@kernel
def _newest_case(world: Any, people: Any, lines: Any, desk: int) -> int:
    """The last to come, if it came within `newest_within`; the line reaches further back when it runs out."""
    largest = world.newest_within[desk] - world.now
    last = min(largest, world.youth_last[desk])
    while world.youth_reach[desk] < last:
        seat = _first_holder(world, people, lines, desk, YOUTH, world.youth_reach[desk])
        if seat >= 0:
            return seat
        days = max(YOUNG, 8.0 * (world.now + world.youth_reach[desk]))
        _widen(world, lines, desk, YOUTH, world.youth_reach[desk], min(last, days - world.now))
        world.youth_reach[desk] = min(last, days - world.now)
    return _first_holder(world, people, lines, desk, YOUTH, largest)


@kernel
def _case_by_lot(world: Any, people: Any, lines: Any, desk: int) -> int:
    """The lowest number of the month's draw; the line reaches to higher numbers when it runs out."""
    while True:
        seat = _first_holder(world, people, lines, desk, LOT, NEVER)
        reach = world.lot_reach[desk]
        if seat >= 0 or reach == NEVER:
            return seat
        wider = max(FIRST_LOTS, 4.0 * reach)
        if wider >= 1.0:
            wider = NEVER
        _widen(world, lines, desk, LOT, reach, wider)
        world.lot_reach[desk] = wider


@kernel
def _widen(world: Any, lines: Any, desk: int, order: int, reach: float, wider: float) -> None:
    """Put cases into one of a desk's lines whose keys are beyond `reach`, but not beyond `wider`.

    Nobody is left of its run. In the new one a case has its place in the line by age for a ticket.
    """
    line = LINE_OF_GIVER[desk]
    by_age, found, size = world.line_first[line + AGE], world.line_first[line + SORTING], 0
    for place in range(world.taken[line + AGE], world.line_size[line + AGE]):
        one = lines[by_age + place]
        if one.seat < 0:
            continue
        key = -one.key if order == YOUTH else lot(one.chance, desk, world.month)
        if reach < key <= wider:
            entry = lines[found + size]
            entry.rank, entry.key, entry.row, entry.ticket = 0, key, one.row, place
            entry.seat = one.seat
            size += 1
    runs.put_in_order(world, lines, found, size, world.line_first[line + order])
    world.line_size[line + order], world.taken[line + order] = size, 0
    late = world.line_first[line + LATE + AGE]
    for place in range(late, late + world.line_size[line + LATE + AGE]):
        one = lines[place]
        key = -one.key if order == YOUTH else lot(one.chance, desk, world.month)
        if reach < key <= wider:
            add(world, lines, line + LATE + order, 0, key, one.row, one.ticket, one.chance, one.seat)


@kernel
def _first_holder(world: Any, people: Any, lines: Any, desk: int, order: int, largest: float) -> int:
    """Take the first case whose ticket holds from one of a desk's lines, among keys up to `largest`."""
    line, ticket_line = LINE_OF_GIVER[desk] + order, TICKET_OF_GIVER[desk]
    by_age = world.line_first[LINE_OF_GIVER[desk] + AGE]
    while True:
        place = _first_of_run(world, lines, line, order, by_age)
        late = world.line_first[line + LATE]
        if world.line_size[line + LATE] > 0 and (place < 0 or before(lines[late], lines[place])):
            if lines[late].key > largest:
                return -1
            seat = holder(world, people, lines, late, ticket_line)
            pop(world, people, lines, line + LATE)
        elif place >= 0:
            if lines[place].key > largest:
                return -1
            case = place if order == AGE else by_age + lines[place].ticket
            seat = holder(world, people, lines, case, ticket_line)
            lines[case].seat = -1
            world.taken[line] += 1
            _look_ahead(world, people, lines, line, order, by_age)
        else:
            return -1
        if seat >= 0:
            return seat


@kernel
def _first_of_run(world: Any, lines: Any, line: int, order: int, by_age: int) -> int:
    """The place of the first of a run who is not known to have been decided; -1 if there is none."""
    first, size = world.line_first[line], world.line_size[line]
    taken = world.taken[line]
    while taken < size and _is_decided(lines, first + taken, order, by_age):
        taken += 1
    world.taken[line] = taken
    return first + taken if taken < size else -1


@kernel
def _is_decided(lines: Any, place: int, order: int, by_age: int) -> bool:
    return lines[place if order == AGE else by_age + lines[place].ticket].seat < 0


@kernel
def _look_ahead(world: Any, people: Any, lines: Any, line: int, order: int, by_age: int) -> None:
    """Have those at hand who come next in a run."""
    first, size, taken = world.line_first[line], world.line_size[line], world.taken[line]
    if taken & FOUND - 1 == 0:
        for place in range(first + taken + FOUND, first + min(taken + 2 * FOUND, size)):
            if order != AGE:
                fetch_soon(lines[by_age + lines[place].ticket])
            if lines[place].seat >= 0:
                find_ticket(people[lines[place].seat])
    soon = first + taken + AHEAD
    if soon < first + size and not _is_decided(lines, soon, order, by_age):
        fetch_for_turn(people[lines[soon].seat])


# ----------------------------------------------------------------------------------- months and sittings
@kernel
def set_order(
    world: Any, people: Any, lines: Any, desk: int, newest_share: float, oldest_share: float
) -> None:
    """The month's mixture of orders; its lines by youth and by lot begin empty."""
    world.newest_share[desk], world.oldest_share[desk] = newest_share, oldest_share
    line = LINE_OF_GIVER[desk]
    _take_in_late(world, lines, line)
    if world.line_size[line + AGE] > 2 * world.waiting[desk] + LAPSED_KEPT:
        _drop_lapsed(world, people, lines, desk)
    for order in (YOUTH, LOT):
        world.line_size[line + order], world.taken[line + order] = 0, 0
        world.line_size[line + LATE + order] = 0
    world.youth_reach[desk], world.lot_reach[desk] = -NEVER, 0.0
    world.youth_last[desk] = world.newest_within[desk] - world.now


@kernel
def _take_in_late(world: Any, lines: Any, line: int) -> None:
    """Clear a desk's run by age of those decided, and merge into it those who have joined since."""
    first, kept, late = world.line_first[line + AGE], 0, line + LATE + AGE
    for place in range(first + world.taken[line + AGE], first + world.line_size[line + AGE]):
        if lines[place].seat >= 0:
            if place > first + kept:
                copy(lines[first + kept], lines[place], lines[place].key)
            kept += 1
    joined, sorted_at = world.line_size[late], world.line_first[line + SORTING]
    runs.put_in_order(world, lines, world.line_first[late], joined, sorted_at)
    runs.merge(lines, first, first + kept, sorted_at, joined)
    world.line_size[line + AGE], world.taken[line + AGE] = kept + joined, 0
    world.line_size[late] = 0


@kernel
def _drop_lapsed(world: Any, people: Any, lines: Any, desk: int) -> None:
    """Tickets that have lapsed are skipped wherever they come up; here those of a desk's run are cleared."""
    line = LINE_OF_GIVER[desk] + AGE
    first, kept = world.line_first[line], 0
    for place in range(first, first + world.line_size[line]):
        if holder(world, people, lines, place, TICKET_OF_GIVER[desk]) >= 0:
            copy(lines[first + kept], lines[place], lines[place].key)
            kept += 1
    world.line_size[line] = kept


@kernel
def sit(world: Any, lines: Any, desk: int, slots: float) -> None:
    """Open a day's sitting with so many decision slots (``inf``: everybody who is ready)."""
    world.slots_used[desk] = 0
    world.slots_now[desk] = slots
    if slots > 0:
        stir(world, desk)
        line = LINE_OF_GIVER[desk]
        left = world.line_size[line + AGE] - world.taken[line + AGE]
        if world.oldest_share[desk] >= 1.0 and left <= 4 * world.line_size[line + LATE + AGE]:
            _take_in_late(world, lines, line)
