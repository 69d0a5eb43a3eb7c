"""Runs: those of a desk's line who are put in order together, and then taken one after the other.

That costs less than a heap, whose entries do not stay in the processor when many wait, and tells beforehand
who is next. Those who join later stand in a heap of their own, until they are merged into the run.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any, Final

from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.queues import before, copy, is_before, sink
from sim.engine.compiled.state import PARTS

CROWD: Final = 16
"""More entries than this in one part of a run, as of one day's decisions, are put in order by a heap."""


@kernel
def put_in_order(world: Any, lines: Any, source: int, size: int, to: int) -> None:
    """Copy so many entries of `lines` in their order: by parts of the span of keys, then each in its place.

    Parameters
    ----------
    world, lines
        As in `state.Arrays`.
    source, size : int
        The place of the first entry, and how many there are.
    to : int
        The place of the first in order.
    """
    if size == 0:
        return
    least = most = lines[source].key
    for place in range(source + 1, source + size):
        least, most = min(least, lines[place].key), max(most, lines[place].key)
    parts, counts = 1, world.near_count
    while parts < size and parts < PARTS:
        parts *= 2
    scale = (parts - 1) / (most - least) if most > least else 0.0
    for part in range(parts):
        counts[part] = 0
    for place in range(source, source + size):
        counts[int((lines[place].key - least) * scale)] += 1
    begin = 0
    for part in range(parts):
        count = counts[part]
        counts[part] = begin
        begin += count
    for place in range(source, source + size):
        part = int((lines[place].key - least) * scale)
        copy(lines[to + counts[part]], lines[place], lines[place].key)
        counts[part] += 1
    begin = 0
    for part in range(parts):
        end = counts[part]
        if end - begin > CROWD and not _is_in_order(lines, to + begin, to + end):
            _put_crowd_in_order(lines, to + begin, end - begin)
        begin = end
    for last in range(to + 1, to + size):
        _put_in_place(lines, to, last)


@kernel
def _is_in_order(lines: Any, begin: int, end: int) -> bool:
    place = begin + 1
    while place < end and not before(lines[place], lines[place - 1]):
        place += 1
    return place >= end


@kernel
def _put_crowd_in_order(lines: Any, begin: int, size: int) -> None:
    """Heapsort, which brings the last to the front; then they are turned round."""
    for place in range((size - 2) >> 2, -1, -1):
        sink(lines, begin, size, place, lines[begin + place])
    for last in range(size - 1, 0, -1):
        _exchange_with_first(lines, begin, last)
    low, high = begin, begin + size - 1
    while low < high:
        _exchange(lines[low], lines[high])
        low, high = low + 1, high - 1


@kernel
def _exchange_with_first(lines: Any, begin: int, last: int) -> None:
    """Put the first of a heap behind it, and the one who stood there into the heap."""
    first = lines[begin]
    rank, key, row, ticket = first.rank, first.key, first.row, first.ticket
    chance, seat = first.chance, first.seat
    sink(lines, begin, last, 0, lines[begin + last])
    behind = lines[begin + last]
    behind.rank, behind.key, behind.row, behind.ticket = rank, key, row, ticket
    behind.chance, behind.seat = chance, seat


@kernel
def _exchange(one: Any, other: Any) -> None:
    rank, key, row, ticket = one.rank, one.key, one.row, one.ticket
    chance, seat = one.chance, one.seat
    copy(one, other, other.key)
    other.rank, other.key, other.row, other.ticket = rank, key, row, ticket
    other.chance, other.seat = chance, seat


@kernel
def _put_in_place(lines: Any, begin: int, place: int) -> None:
    """Put an entry among those before it, from `begin` on, which are in order."""
    if place == begin or not before(lines[place], lines[place - 1]):
        return
    moved = lines[place]
    rank, key, row, ticket = moved.rank, moved.key, moved.row, moved.ticket
    chance, seat = moved.chance, moved.seat
    while place > begin and is_before(rank, key, row, ticket, lines[place - 1]):
        copy(lines[place], lines[place - 1], lines[place - 1].key)
        place -= 1
    to = lines[place]
    to.rank, to.key, to.row, to.ticket = rank, key, row, ticket
    to.chance, to.seat = chance, seat


@kernel
def merge(lines: Any, begin: int, end: int, source: int, size: int) -> None:
    """Merge so many in order into those from `begin` to `end`, behind which there is room for them."""
    place, other, to = end - 1, source + size - 1, end + size - 1
    while other >= source:
        if place >= begin and before(lines[other], lines[place]):
            copy(lines[to], lines[place], lines[place].key)
            place -= 1
        else:
            copy(lines[to], lines[other], lines[other].key)
            other -= 1
        to -= 1
