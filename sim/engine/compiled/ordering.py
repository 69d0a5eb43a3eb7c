"""The log put in order: from the order in which things happened to that of the people they happened to."""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any, Final

from sim.engine.compiled.kernel import entry, fetch_soon

AHEAD: Final = 32
"""Notes of the log that are on their way from memory while it is put in order."""
N_GROUPS: Final = 1024
"""People are put in order group by group, so that what is written of a group stays in the processor."""


@entry
def put_in_order(
    earlier: Any,
    later: Any,
    wanted: Any,
    starts: Any,
    groups: Any,
    order: Any,
    person: Any,
    visit: Any,
    time: Any,
    event: Any,
    place: Any,
    detail: Any,
) -> int:
    """Sort the log by person, keeping each person's events in their order, into columns; how many they are.

    Parameters
    ----------
    earlier, later : record arrays, shapes (n_earlier,), (n_later,)
        Notes of the history, and those of its continuation.
    wanted : array of bool, shape (n_people,)
        Whose events are told.
    starts : array of int64, shape (n_people + 1,), zeros
    groups : array of int64, shape (N_GROUPS,)
    order : array of int32, shape (n_earlier + n_later,)
        Is filled with the notes' numbers, group by group.
    person, visit, time, event, place, detail : arrays of shape (n_earlier + n_later,)
        The columns of `EventLog`, filled here from their beginning.
    """
    n_earlier = len(earlier)
    for n in range(n_earlier):
        starts[(earlier[n].word >> 38) + 1] += 1
    for n in range(len(later)):
        starts[(later[n].word >> 38) + 1] += 1
    for row in range(1, len(starts)):
        starts[row] = starts[row - 1] + (starts[row] if wanted[row - 1] else 0)
    size = starts[len(starts) - 1]
    bits = 0
    while len(wanted) >> bits >= len(groups):
        bits += 1
    for row in range(0, len(wanted), 1 << bits):
        groups[row >> bits] = starts[row]
    for n in range(n_earlier + len(later)):
        row = (earlier[n] if n < n_earlier else later[n - n_earlier]).word >> 38
        if wanted[row]:
            order[groups[row >> bits]] = n
            groups[row >> bits] += 1
    for k in range(size):
        soon = order[min(k + AHEAD, size - 1)]
        fetch_soon(earlier[soon] if soon < n_earlier else later[soon - n_earlier])
        n = order[k]
        note = earlier[n] if n < n_earlier else later[n - n_earlier]
        word = note.word
        row = word >> 38
        at = starts[row]
        starts[row] = at + 1
        person[at] = row
        visit[at] = (word >> 26) & 0xFFF
        time[at] = note.time
        event[at] = (word >> 18) & 0xFF
        place[at] = (word >> 10) & 0xFF
        detail[at] = word & 0x3FF
    return size
