"""The log while a run lasts, and put in order at its end: by the people whom things happened to.

It is kept in *volumes*, one for every so many people (2 to the power of `world.volume_bits`, by their rows),
each a chain of leaves in one array. Within a volume the notes stand in the order in which things happened, so
at the end one volume after the other is put in order while it stays in the processor. A continuation begins
volumes of its own and leaves those of its history as they are.

A note is three words of 32 bits. Two of them hold, from the lowest bit on: 3 bits of the time, 10 of the
detail, 8 of the place, 8 of the event, 12 of the visit, and which of the volume's people it is. The first
holds the other 32 bits of the time, in steps of the clock's grid.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled.kernel import entry, fetch_soon, kernel
from sim.engine.compiled.state import NOTES_ON_LEAF, ROW_AT
from sim.engine.compiled.world import GRID, STEPS_A_DAY

LOW = 0xFFFF_FFFF
WORDS = 3
"""Words of 32 bits of a note."""
_TIME_BITS = 3
"""Bits of the time that stand among what happened."""


@kernel
def note(world: Any, log: Any, volumes: Any, word: Any, time: float) -> None:
    """Write down what has happened; the loop has seen to it that there is room for another leaf.

    Parameters
    ----------
    world, log, volumes
        As in `state.Arrays`.
    word : int
        What happened, and to whom (`world.record`).
    time : float
        When [days].
    """
    bits = world.volume_bits
    volume = volumes[word >> (ROW_AT + bits)]
    leaf, held = np.int64(volume.last), np.int64(volume.held)
    if held == NOTES_ON_LEAF or leaf == 0:
        fresh = world.n_leaves
        world.n_leaves = fresh + 1
        if leaf:
            log[leaf].next = fresh
        else:
            volume.first = fresh
        log[fresh].next = 0
        volume.last = fresh
        leaf, held = fresh, np.int64(0)
    volume.held = held + 1
    steps = np.int64(time * STEPS_A_DAY)
    what = (word & ((1 << (ROW_AT + bits)) - 1)) << _TIME_BITS | steps >> 32
    words, place = log[leaf].words, WORDS * held
    words[place] = steps & LOW
    words[place + 1] = what & LOW
    words[place + 2] = what >> 32
    world.n_log += 1


@kernel
def _what(words: Any, place: int) -> Any:
    return np.int64(words[place + 1]) | np.int64(words[place + 2]) << 32


@kernel
def _notes_on(log: Any, volume: Any, leaf: Any) -> Any:
    """How many notes stand on a leaf; the leaf that follows is asked for from memory."""
    following = np.int64(log[leaf].next)
    fetch_soon(log[following])
    return np.int64(volume.held) if following == 0 else np.int64(NOTES_ON_LEAF)


@kernel
def _count(log: Any, volume: Any, counts: Any) -> None:
    """Count the notes of each of a volume's people."""
    leaf = np.int64(volume.first)
    while leaf:
        words = log[leaf].words
        for place in range(0, WORDS * _notes_on(log, volume, leaf), WORDS):
            counts[_what(words, place) >> (ROW_AT + _TIME_BITS)] += 1
        leaf = np.int64(log[leaf].next)


@kernel
def _copy_out(
    log: Any,
    volume: Any,
    begins: Any,
    first_row: int,
    person: Any,
    visit: Any,
    time: Any,
    event: Any,
    place: Any,
    detail: Any,
) -> None:
    """Put a volume's notes into columns; `begins` says where the next of each person goes, -1 nowhere."""
    leaf = np.int64(volume.first)
    while leaf:
        words = log[leaf].words
        for begin in range(0, WORDS * _notes_on(log, volume, leaf), WORDS):
            what = _what(words, begin)
            one = what >> (ROW_AT + _TIME_BITS)
            at = begins[one]
            if at >= 0:
                begins[one] = at + 1
                person[at] = first_row + one
                steps = np.int64(words[begin]) | (what & ((1 << _TIME_BITS) - 1)) << 32
                time[at] = steps * GRID
                what >>= _TIME_BITS
                visit[at] = (what >> 26) & 0xFFF
                event[at] = (what >> 18) & 0xFF
                place[at] = (what >> 10) & 0xFF
                detail[at] = what & 0x3FF
        leaf = np.int64(log[leaf].next)


@entry
def count_wanted(
    bits: int, log: Any, volumes: Any, later_log: Any, later_volumes: Any, wanted: Any, counts: Any
) -> int:
    """How many notes there are of those who are wanted.

    Parameters
    ----------
    bits, log, volumes, later_log, later_volumes, wanted, counts
        As for `put_in_order`.
    """
    total = 0
    for number in range(len(volumes)):
        first_row = number << bits
        last_row = min(len(wanted), first_row + (1 << bits))
        row = first_row
        while row < last_row and not wanted[row]:
            row += 1
        if row == last_row:
            continue
        for one in range(len(counts)):
            counts[one] = 0
        _count(log, volumes[number], counts)
        _count(later_log, later_volumes[number], counts)
        for row in range(first_row, last_row):
            if wanted[row]:
                total += counts[row - first_row]
    return total


@entry
def put_in_order(
    bits: int,
    log: Any,
    volumes: Any,
    later_log: Any,
    later_volumes: Any,
    wanted: Any,
    everybody: bool,
    counts: Any,
    person: Any,
    visit: Any,
    time: Any,
    event: Any,
    place: Any,
    detail: Any,
) -> None:
    """Put the log into columns, sorted by person, each person's events in the order in which they happened.

    Parameters
    ----------
    bits : int
        Two to this power of people share a volume.
    log, volumes : record arrays
        Leaves, and their volumes, of the history.
    later_log, later_volumes : record arrays
        Those of its continuation.
    wanted : array of bool, shape (n_people,)
        Whose events are told, unless those of `everybody` are.
    counts : array of int64, shape (2**bits,)
        Room for a count of each person of a volume.
    person, visit, time, event, place, detail : arrays of shape (n_events,)
        The columns of `EventLog`.
    """
    begin = 0
    for number in range(len(volumes)):
        if volumes[number].first == 0 and later_volumes[number].first == 0:
            continue
        for one in range(len(counts)):
            counts[one] = 0
        _count(log, volumes[number], counts)
        _count(later_log, later_volumes[number], counts)
        first_row = number << bits
        for one in range(len(counts)):
            count = counts[one]
            if everybody or (count and wanted[first_row + one]):
                counts[one] = begin
                begin += count
            else:
                counts[one] = -1
        columns = (person, visit, time, event, place, detail)
        _copy_out(log, volumes[number], counts, first_row, *columns)
        _copy_out(later_log, later_volumes[number], counts, first_row, *columns)
