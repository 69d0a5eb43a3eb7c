"""Waiting lines: pools of places, and desks that decide so many cases a day; mirrors `sim.engine.queues`.

A giver is one of the pools or desks, numbered in the order in which they give out, downstream first. Each
pool has one line, a desk three (by age, by youth, by lot). All lines are binary heaps in one array,
`lines`, each with a room of its own; the order in a line is (rank, key, row), never an order of asking.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled.kernel import fetch_soon, kernel
from sim.engine.compiled.names import DRAW_MONTHS_LOT, DRAW_ORDER_OF_SLOT
from sim.engine.compiled.state import (
    AGE,
    CG_DESK,
    LAPSED_KEPT,
    LINE_OF_GIVER,
    LOT,
    N_GIVERS,
    OUTBOX_JOINS,
    SPARE,
    TICKET_OF_GIVER,
    YOUTH,
)
from sim.engine.compiled.world import FAULT_LINE, FAULT_OUTBOX, NEVER
from sim.people.compiled_chance import c_uniform


# -------------------------------------------------------------------------- what the pathway says to them
@kernel
def join(person: Any, world: Any, giver: int, rank: int) -> None:
    """Join a pool's line now; lower `rank` goes first."""
    _take_place(person, world, giver, rank, world.now)
    world.waiting[giver] += 1
    if world.in_use[giver] < world.capacity[giver]:
        stir(world, giver)


@kernel
def join_desk(person: Any, world: Any, desk: int, opened: float) -> None:
    """Put a case in line; `opened` is the day its age is counted from."""
    _take_place(person, world, desk, 0, opened)
    world.waiting[desk] += 1


@kernel
def leave(person: Any, world: Any, giver: int) -> None:
    """Leave the line without a place; does nothing for somebody who is not in it."""
    line = TICKET_OF_GIVER[giver]
    if person.tickets[line]:
        person.tickets[line] = 0
        world.waiting[giver] -= 1


@kernel
def leave_desk(person: Any, world: Any, desk: int) -> None:
    """Take a case out of the line undecided; does nothing if it is not in it."""
    leave(person, world, desk)


@kernel
def release(world: Any, giver: int) -> None:
    """Give a place back."""
    world.in_use[giver] -= 1
    if world.waiting[giver] and world.in_use[giver] < world.capacity[giver]:
        stir(world, giver)


@kernel
def resize(world: Any, giver: int, capacity: float) -> None:
    """Change the number of places from now on."""
    world.capacity[giver] = capacity
    if world.waiting[giver] and world.in_use[giver] < capacity:
        stir(world, giver)


@kernel
def stir(world: Any, giver: int) -> None:
    """Ask for a round of giving out at the end of this instant."""
    if not world.dirty[giver]:
        world.dirty[giver] = True
        world.n_dirty += 1


@kernel
def _take_place(person: Any, world: Any, giver: int, rank: int, key: float) -> None:
    """A fresh ticket, and a note for the loop to put the person in line; an earlier ticket is worthless."""
    person.ticket_count += 1
    person.tickets[TICKET_OF_GIVER[giver]] = person.ticket_count
    n = world.n_joins
    if n == OUTBOX_JOINS:
        world.fault = FAULT_OUTBOX
        return
    world.join_giver[n] = giver
    world.join_rank[n] = rank
    world.join_key[n] = key
    world.join_ticket[n] = person.ticket_count
    world.n_joins = n + 1


# ---------------------------------------------------------------------------------------- heaps in `lines`
@kernel
def _before(one: Any, other: Any) -> bool:
    return _is_before(one.rank, one.key, one.row, one.ticket, other)


@kernel
def _is_before(rank: int, key: float, row: int, ticket: int, other: Any) -> bool:
    if rank != other.rank:
        return rank < other.rank
    if key != other.key:
        return key < other.key
    if row != other.row:
        return row < other.row
    return ticket < other.ticket


@kernel
def _copy(to: Any, entry: Any, key: float) -> None:
    to.rank, to.key, to.row, to.ticket = entry.rank, key, entry.row, entry.ticket
    to.chance, to.seat = entry.chance, entry.seat


@kernel
def _sink(lines: Any, first: int, size: int, place: int, moved: Any) -> None:
    """Find the place of an entry at or below `place`, whose own entry may be written over."""
    rank, key, row, ticket = moved.rank, moved.key, moved.row, moved.ticket
    chance, seat = moved.chance, moved.seat
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        if below + 1 < size and _before(lines[first + below + 1], lines[first + below]):
            below += 1
        lower = lines[first + below]
        if _is_before(rank, key, row, ticket, lower):
            break
        _copy(lines[first + place], lower, lower.key)
        place = below
    to = lines[first + place]
    to.rank, to.key, to.row, to.ticket = rank, key, row, ticket
    to.chance, to.seat = chance, seat


@kernel
def _push(person: Any, world: Any, lines: Any, line: int, rank: int, key: float, ticket: int) -> None:
    size = world.line_size[line]
    if size >= world.line_room[line]:
        world.fault = FAULT_LINE
        return
    world.line_size[line] = size + 1
    if size + SPARE >= world.line_room[line]:
        world.tight = True
    first, place, row = world.line_first[line], size, person.row
    while place > 0:
        above = lines[first + ((place - 1) >> 1)]
        if not _is_before(rank, key, row, ticket, above):
            break
        _copy(lines[first + place], above, above.key)
        place = (place - 1) >> 1
    entry = lines[first + place]
    entry.rank, entry.key, entry.row, entry.ticket = rank, key, row, ticket
    entry.chance, entry.seat = person.key, person.seat


@kernel
def pop(world: Any, people: Any, lines: Any, line: int) -> None:
    """Drop the first of a line."""
    first, size = world.line_first[line], world.line_size[line] - 1
    world.line_size[line] = size
    if size:
        _sink(lines, first, size, 0, lines[first + size])
        fetch_soon(people[lines[first].seat])


@kernel
def holder(world: Any, people: Any, lines: Any, place: int, ticket_line: int) -> int:
    """The seat of whoever stands at `place` of `lines`; -1 if that ticket has lapsed."""
    entry = lines[place]
    person = people[entry.seat]
    if person.row != entry.row or person.tickets[ticket_line] != entry.ticket:
        return -1
    return int(entry.seat)


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
        _push(person, world, lines, line + AGE, rank, key, ticket)
        if giver >= CG_DESK:
            if world.newest_share[giver] > 0.0:
                _push(person, world, lines, line + YOUTH, 0, -key, ticket)
            if world.lots_drawn[giver]:
                _push(person, world, lines, line + LOT, 0, lot(person.key, giver, world.month), ticket)
    world.n_joins = 0


# ------------------------------------------------------------------------------------------- giving out
@kernel
def next_giver(world: Any) -> int:
    """The lowest giver with something to give out, -1 if there is none."""
    for giver in range(N_GIVERS):
        if world.dirty[giver]:
            world.dirty[giver] = False
            world.n_dirty -= 1
            return giver
    return -1


@kernel
def next_place_given(world: Any, people: Any, lines: Any, giver: int) -> int:
    """The seat of the first in a pool's line who is given a place now; -1 when there is no more to give."""
    line, ticket_line = LINE_OF_GIVER[giver], TICKET_OF_GIVER[giver]
    while world.line_size[line] > 0 and world.in_use[giver] < world.capacity[giver]:
        seat = holder(world, people, lines, world.line_first[line], ticket_line)
        pop(world, people, lines, line)
        if seat >= 0:
            person = people[seat]
            person.tickets[ticket_line] = 0
            person.holds[ticket_line] = True
            world.in_use[giver] += 1
            world.waiting[giver] -= 1
            return seat
    return -1


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
    people[seat].tickets[TICKET_OF_GIVER[desk]] = 0
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
            limit = world.now - world.newest_within[desk]
            seat = _first_holder(world, people, lines, desk, YOUTH, -limit)
            if seat >= 0:
                return seat
        elif chosen >= world.newest_share[desk] + world.oldest_share[desk]:
            return _first_holder(world, people, lines, desk, LOT, NEVER)
    return _first_holder(world, people, lines, desk, AGE, NEVER)


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
    """The month's mixture of orders; draws the month's lots if any are to be used."""
    world.newest_share[desk], world.oldest_share[desk] = newest_share, oldest_share
    world.lots_drawn[desk] = newest_share + oldest_share < 1.0
    line = LINE_OF_GIVER[desk]
    age, youth, by_lot = (
        world.line_first[line + AGE],
        world.line_first[line + YOUTH],
        world.line_first[line + LOT],
    )
    if world.line_size[line + AGE] > 2 * world.waiting[desk] + LAPSED_KEPT:
        _drop_lapsed(world, people, lines, desk)
    young, lots = 0, 0
    if newest_share > 0.0 or world.lots_drawn[desk]:
        limit = world.now - world.newest_within[desk]
        for place in range(world.line_size[line + AGE]):
            entry = lines[age + place]
            if newest_share > 0.0 and entry.key >= limit:
                _copy(lines[youth + young], entry, -entry.key)
                young += 1
            if world.lots_drawn[desk]:
                _copy(lines[by_lot + lots], entry, lot(entry.chance, desk, world.month))
                lots += 1
    _heapify(world, lines, line + YOUTH, young)
    _heapify(world, lines, line + LOT, lots)


@kernel
def _drop_lapsed(world: Any, people: Any, lines: Any, desk: int) -> None:
    """Tickets that have lapsed are skipped wherever they come up; here those of a desk's line are cleared."""
    line = LINE_OF_GIVER[desk] + AGE
    first, kept = world.line_first[line], 0
    for place in range(world.line_size[line]):
        if holder(world, people, lines, first + place, TICKET_OF_GIVER[desk]) >= 0:
            entry = lines[first + place]
            _copy(lines[first + kept], entry, entry.key)
            kept += 1
    _heapify(world, lines, line, kept)


@kernel
def _heapify(world: Any, lines: Any, line: int, size: int) -> None:
    world.line_size[line] = size
    for place in range((size >> 1) - 1, -1, -1):
        _sink(lines, world.line_first[line], size, place, lines[world.line_first[line] + place])


@kernel
def sit(world: Any, desk: int, slots: float) -> None:
    """Open a day's sitting with so many decision slots (``inf``: everybody who is ready)."""
    world.slots_used[desk] = 0
    world.slots_now[desk] = slots
    if slots > 0:
        stir(world, desk)
