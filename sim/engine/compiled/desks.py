"""Desks that decide so many cases a day, in a mixture of orders; mirrors `Desk` of `sim.engine.queues`.

Everybody who waits stands in a desk's line by age. Its lines by youth and by lot are filled from there only
as far as they are needed: most months decide a few of those who wait.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import DRAW_MONTHS_LOT, DRAW_ORDER_OF_SLOT
from sim.engine.compiled.queues import copy, hand_in_ticket, heapify, holder, pop, push, stir
from sim.engine.compiled.state import AGE, CG_DESK, LAPSED_KEPT, LINE_OF_GIVER, LOT, TICKET_OF_GIVER, YOUTH
from sim.engine.compiled.world import FAULT_LINE, NEVER
from sim.people.compiled_chance import c_uniform

YOUNG: Final = 32.0
"""Days within which cases are at first found for the line by youth."""
FIRST_LOTS: Final = 0.125
"""Numbers of the month's draw up to which cases are at first found for the line by lot."""


# ------------------------------------------------------------------------------------- joining, for the loop
@kernel
def lot(key: Any, desk: int, month: int) -> float:
    """The keyed number of a case in a month's draw."""
    which = 0 if desk == CG_DESK else 1
    return c_uniform(key, np.uint64(DRAW_MONTHS_LOT), np.uint64(which), np.uint64(month))


@kernel
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
        push(person, world, lines, line + AGE, rank, key, ticket)
        if giver >= CG_DESK:
            # who is not yet within reach will be found in the line by age
            reach = world.youth_reach[giver]
            if world.newest_share[giver] > 0.0 and (-key <= reach or -key > world.youth_last[giver]):
                push(person, world, lines, line + YOUTH, 0, -key, ticket)
            if world.lot_reach[giver] > 0.0:
                drawn = lot(person.key, giver, world.month)
                if drawn <= world.lot_reach[giver]:
                    push(person, world, lines, line + LOT, 0, drawn, ticket)
    world.n_joins = 0


# ------------------------------------------------------------------------------------------- deciding
@kernel
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


@kernel
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
    """Put cases into one of a desk's lines whose keys are beyond `reach`, but not beyond `wider`."""
    line = LINE_OF_GIVER[desk]
    by_age, first = world.line_first[line + AGE], world.line_first[line + order]
    size = world.line_size[line + order]
    for place in range(by_age, by_age + world.line_size[line + AGE]):
        entry = lines[place]
        key = -entry.key if order == YOUTH else lot(entry.chance, desk, world.month)
        if reach < key <= wider:
            copy(lines[first + size], entry, key)
            size += 1
    heapify(world, lines, line + order, size)


@kernel
def _first_holder(world: Any, people: Any, lines: Any, desk: int, order: int, largest: float) -> int:
    """Take the first case whose ticket holds from one of a desk's lines, among keys up to `largest`."""
    line = LINE_OF_GIVER[desk] + order
    while world.line_size[line] > 0:
        first = world.line_first[line]
        if lines[first].key > largest:
            break
        seat = holder(world, people, lines, first, TICKET_OF_GIVER[desk])
        pop(world, people, lines, line)
        if seat >= 0:
            return seat
    return -1


# ----------------------------------------------------------------------------------- months and sittings
@kernel
def set_order(
    world: Any, people: Any, lines: Any, desk: int, newest_share: float, oldest_share: float
) -> None:
    """The month's mixture of orders; its lines by youth and by lot begin empty."""
    world.newest_share[desk], world.oldest_share[desk] = newest_share, oldest_share
    line = LINE_OF_GIVER[desk]
    if world.line_size[line + AGE] > 2 * world.waiting[desk] + LAPSED_KEPT:
        _drop_lapsed(world, people, lines, desk)
    world.line_size[line + YOUTH], world.line_size[line + LOT] = 0, 0
    world.youth_reach[desk], world.lot_reach[desk] = -NEVER, 0.0
    world.youth_last[desk] = world.newest_within[desk] - world.now


@kernel
def _drop_lapsed(world: Any, people: Any, lines: Any, desk: int) -> None:
    """Tickets that have lapsed are skipped wherever they come up; here those of a desk's line are cleared."""
    line = LINE_OF_GIVER[desk] + AGE
    first, kept = world.line_first[line], 0
    for place in range(world.line_size[line]):
        if holder(world, people, lines, first + place, TICKET_OF_GIVER[desk]) >= 0:
            entry = lines[first + place]
            copy(lines[first + kept], entry, entry.key)
            kept += 1
    heapify(world, lines, line, kept)


@kernel
def sit(world: Any, desk: int, slots: float) -> None:
    """Open a day's sitting with so many decision slots (``inf``: everybody who is ready)."""
    world.slots_used[desk] = 0
    world.slots_now[desk] = slots
    if slots > 0:
        stir(world, desk)
