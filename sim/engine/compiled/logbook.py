"""The log while a run lasts, and put in order at its end: by the people whom things happened to.

It is kept in *volumes*, one for every so many people (2 to the power of `world.volume_bits`, by their rows),
each a chain of leaves in one array. Within a volume each person's notes stand in the order in which things
happen, so at the end one volume after the other is put in order while it stays in the processor. What is
foreseen is written down before its day (`journey.foresee_turning_18`), so that a history's volumes can hold
what comes after it. A continuation begins volumes of its own and leaves those of its history as they are.

A note is two words of 32 bits. The first holds the time since the day on which its leaf was begun, in steps
of the clock's grid, which is room for eleven years; a note of a later time begins a leaf. The second holds,
from the lowest bit on, 8 bits of the detail, 4 of the place, 7 of the event, and which of the volume's people
it is. The visit is not written: it is counted, as each begins with an event of its own.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any, Final

import numpy as np

from sim.engine.compiled.kernel import entry, fetch_soon, inlined, kernel
from sim.engine.compiled.names import EVENT_REFERRED
from sim.engine.compiled.state import EVENT_AT, NOTES_ON_LEAF, PLACE_AT, ROW_AT
from sim.engine.compiled.world import GRID, STEPS_A_DAY
from sim.engine.log import VISITS

WORDS = 2
"""Words of 32 bits of a note."""
WORD = 32
STEPS: Final = int(STEPS_A_DAY)
DETAILS: Final = (1 << PLACE_AT) - 1
PLACES: Final = (1 << (EVENT_AT - PLACE_AT)) - 1
EVENTS: Final = (1 << (ROW_AT - EVENT_AT)) - 1
FORESEEN: Final = float((1 << WORD) // STEPS - 1)
"""Days ahead of now of which a note can always tell, however late in its day a leaf was begun."""


@inlined
def note(world: Any, log: Any, volumes: Any, word: Any, time: float) -> None:
    """Write down what has happened; the loop has seen to it that there is room for another leaf.

    Parameters
    ----------
    world, log, volumes
        As in `state.Arrays`.
    word : int
        What happened, and to whom (`world.record`).
    time : float
        When [days]; not before now, and not more than `FORESEEN` after it.
    """
    bits = world.volume_bits
    volume = volumes[word >> (ROW_AT + bits)]
    leaf, held = np.int64(volume.last), np.int64(volume.held)
    steps = np.int64(time * STEPS_A_DAY)
    since = steps - np.int64(volume.day) * STEPS
    if held == NOTES_ON_LEAF or leaf == 0 or since >> WORD:
        fresh, day = world.n_leaves, np.int64(world.now)
        world.n_leaves = fresh + 1
        if leaf:
            log[leaf].next, log[leaf].held = fresh, held
        else:
            volume.first = fresh
        log[fresh].next, log[fresh].day = 0, day
        volume.last, volume.day = fresh, day
        leaf, held, since = fresh, np.int64(0), steps - day * STEPS
    volume.held = held + 1
    words, place = log[leaf].words, WORDS * held
    words[place] = since
    words[place + 1] = word & ((1 << (ROW_AT + bits)) - 1)
    world.n_log += 1


@kernel
def _notes_on(log: Any, volume: Any, leaf: Any) -> Any:
    """How many notes stand on a leaf; the leaf that follows is asked for from memory."""
    following = np.int64(log[leaf].next)
    fetch_soon(log[following])
    return np.int64(volume.held) if following == 0 else np.int64(log[leaf].held)


@kernel
def _count(log: Any, volume: Any, counts: Any) -> None:
    """Count the notes of each of a volume's people."""
    leaf = np.int64(volume.first)
    while leaf:
        words = log[leaf].words
        for place in range(0, WORDS * _notes_on(log, volume, leaf), WORDS):
            counts[words[place + 1] >> ROW_AT] += 1
        leaf = np.int64(log[leaf].next)


@kernel
def _copy_out(
    log: Any,
    volume: Any,
    begins: Any,
    visits: Any,
    first_row: int,
    person: Any,
    visit: Any,
    time: Any,
    event: Any,
    place: Any,
    detail: Any,
) -> None:
    """Put a volume's notes into columns.

    `begins` says where the next of each person goes, -1 nowhere; `visits` how often each was referred again.
    """
    leaf = np.int64(volume.first)
    while leaf:
        words, day = log[leaf].words, np.int64(log[leaf].day) * STEPS
        for begin in range(0, WORDS * _notes_on(log, volume, leaf), WORDS):
            what = np.int64(words[begin + 1])
            one = what >> ROW_AT
            at = begins[one]
            if at >= 0:
                begins[one] = at + 1
                happened = (what >> EVENT_AT) & EVENTS
                if happened == EVENT_REFERRED:
                    visits[one] += 1
                person[at] = first_row + one
                time[at] = (day + np.int64(words[begin])) * GRID
                visit[at] = max(visits[one], 0) & VISITS
                event[at] = happened
                place[at] = (what >> PLACE_AT) & PLACES
                detail[at] = what & DETAILS
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
    visits: Any,
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
    counts, visits : arrays of int64, shape (2**bits,)
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
            count, visits[one] = counts[one], -1
            if everybody or (count and wanted[first_row + one]):
                counts[one] = begin
                begin += count
            else:
                counts[one] = -1
        columns = (person, visit, time, event, place, detail)
        _copy_out(log, volumes[number], counts, visits, first_row, *columns)
        _copy_out(later_log, later_volumes[number], counts, visits, first_row, *columns)
