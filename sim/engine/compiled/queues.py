"""Waiting lines, and pools of places; mirrors `sim.engine.queues`, whose desks are in `desks.py`.

A giver is one of the pools or desks, numbered in the order in which they give out, downstream first. All
lines stand in one array, `lines`, each with a room of its own; the order in a line is (rank, key, row), never
an order of asking. Those for places are heaps, four below one, so that these stand in two lines of memory.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled.fetching import fetch_for_turn, find_ticket
from sim.engine.compiled.kernel import inlined, kernel, lowest_bit
from sim.engine.compiled.person import OFTEN
from sim.engine.compiled.state import LINE_OF_GIVER, OUTBOX_JOINS, SPARE, TICKET_OF_GIVER
from sim.engine.compiled.world import FAULT_LINE, FAULT_OFTEN, FAULT_OUTBOX


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
        hand_in_ticket(person, line)
        world.waiting[giver] -= 1


@kernel
def holds(person: Any, line: int) -> bool:
    """Whether a person holds a place that was given out from a line."""
    return person.holding >> line & 1 != 0


@kernel
def hand_back(person: Any, line: int) -> None:
    """No longer hold such a place; the caller releases it."""
    person.holding &= ~(np.int64(1) << line)


@kernel
def hand_in_ticket(person: Any, line: int) -> None:
    """No longer in a line: served, or gone from it."""
    person.tickets[line] = 0
    person.standing &= ~(np.int64(1) << line)


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
    world.dirty |= np.int64(1) << giver


@kernel
def _take_place(person: Any, world: Any, giver: int, rank: int, key: float) -> None:
    """A fresh ticket, and a note for the loop to put the person in line; an earlier ticket is worthless."""
    if person.ticket_count == OFTEN:
        if world.fault == 0:
            world.fault = FAULT_OFTEN
        return
    person.ticket_count += 1
    line = TICKET_OF_GIVER[giver]
    person.tickets[line] = person.ticket_count
    person.standing |= np.int64(1) << line
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
def before(one: Any, other: Any) -> bool:
    return is_before(one.rank, one.key, one.row, one.ticket, other)


@kernel
def is_before(rank: int, key: float, row: int, ticket: int, other: Any) -> bool:
    if rank != other.rank:
        return rank < other.rank
    if key != other.key:
        return key < other.key
    if row != other.row:
        return row < other.row
    return ticket < other.ticket


@kernel
def copy(to: Any, entry: Any, key: float) -> None:
    to.rank, to.key, to.row, to.ticket = entry.rank, key, entry.row, entry.ticket
    to.chance, to.seat = entry.chance, entry.seat


@kernel
def sink(lines: Any, first: int, size: int, place: int, moved: Any) -> None:
    """Find the place of an entry at or below `place`, whose own entry may be written over."""
    rank, key, row, ticket = moved.rank, moved.key, moved.row, moved.ticket
    chance, seat = moved.chance, moved.seat
    while True:
        below = 4 * place + 1
        if below >= size:
            break
        foremost = lines[first + below]
        for other in range(below + 1, min(4 * place + 5, size)):
            if before(lines[first + other], foremost):
                below, foremost = other, lines[first + other]
        if is_before(rank, key, row, ticket, foremost):
            break
        copy(lines[first + place], foremost, foremost.key)
        place = below
    to = lines[first + place]
    to.rank, to.key, to.row, to.ticket = rank, key, row, ticket
    to.chance, to.seat = chance, seat


@inlined
def push(person: Any, world: Any, lines: Any, line: int, rank: int, key: float, ticket: int) -> None:
    """Put a person into a line that is a heap."""
    add(world, lines, line, rank, key, person.row, ticket, person.key, person.seat)


@inlined
def add(
    world: Any,
    lines: Any,
    line: int,
    rank: int,
    key: float,
    row: int,
    ticket: int,
    chance: Any,
    seat: int,
) -> None:
    """Add an entry to a line that is a heap."""
    size = world.line_size[line]
    if size >= world.line_room[line]:
        world.fault = FAULT_LINE
        return
    world.line_size[line] = size + 1
    if size + SPARE >= world.line_room[line]:
        world.tight = True
    first, place = world.line_first[line], size
    while place > 0:
        above = lines[first + ((place - 1) >> 2)]
        if not is_before(rank, key, row, ticket, above):
            break
        copy(lines[first + place], above, above.key)
        place = (place - 1) >> 2
    entry = lines[first + place]
    entry.rank, entry.key, entry.row, entry.ticket = rank, key, row, ticket
    entry.chance, entry.seat = chance, seat


@inlined
def pop(world: Any, people: Any, lines: Any, line: int) -> None:
    """Drop the first of a line."""
    first, size = world.line_first[line], world.line_size[line] - 1
    world.line_size[line] = size
    if size:
        sink(lines, first, size, 0, lines[first + size])
        fetch_for_turn(people[lines[first].seat])
        for soon in range(first + 1, first + min(5, size)):
            find_ticket(people[lines[soon].seat])


@inlined
def holder(world: Any, people: Any, lines: Any, place: int, ticket_line: int) -> int:
    """The seat of whoever stands at `place` of `lines`; -1 if that ticket has lapsed."""
    entry = lines[place]
    person = people[entry.seat]
    if person.row != entry.row or person.tickets[ticket_line] != entry.ticket:
        return -1
    return int(entry.seat)


# ------------------------------------------------------------------------------------------- giving out
@kernel
def next_giver(world: Any) -> int:
    """The lowest giver with something to give out, -1 if there is none."""
    dirty = np.int64(world.dirty)
    if dirty == 0:
        return -1
    world.dirty = dirty & (dirty - 1)
    return int(lowest_bit(dirty))


@inlined
def next_place_given(world: Any, people: Any, lines: Any, giver: int) -> int:
    """The seat of the first in a pool's line who is given a place now; -1 when there is no more to give."""
    line, ticket_line = LINE_OF_GIVER[giver], TICKET_OF_GIVER[giver]
    while world.line_size[line] > 0 and world.in_use[giver] < world.capacity[giver]:
        seat = holder(world, people, lines, world.line_first[line], ticket_line)
        pop(world, people, lines, line)
        if seat >= 0:
            person = people[seat]
            hand_in_ticket(person, ticket_line)
            person.holding |= np.int64(1) << ticket_line
            world.in_use[giver] += 1
            world.waiting[giver] -= 1
            return seat
    return -1
