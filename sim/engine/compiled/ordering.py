"""The log put in order: from the order in which things happened to that of the people they happened to."""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any, Final

from sim.engine.compiled.kernel import entry, fetch_soon

AHEAD: Final = 32
"""Notes of the log that are on their way from memory while it is put in order."""
GROUP_BITS: Final = 13
"""People are put in order group by group, in two to this power of groups at most, so that what is read and
written of a group stays in the processor."""
LEAST_BITS: Final = 8
"""Two to this power of people are a group at least."""


@entry
def count_by_group(earlier: Any, later: Any, wanted: Any, everybody: bool, bits: int, begins: Any) -> int:
    """Where each group's events begin among those that are told; the most that one group has.

    Parameters
    ----------
    earlier, later : record arrays, shapes (n_earlier,), (n_later,)
        Notes of the history, and those of its continuation.
    wanted : array of bool, shape (n_people,)
        Whose events are told, unless those of `everybody` are.
    bits : int
        Two to this power of people are a group.
    begins : array of int64, shape (2**GROUP_BITS + 1,), zeros
        Is filled; its last is the number of events.
    """
    for n in range(len(earlier)):
        row = earlier[n].word >> 38
        if everybody or wanted[row]:
            begins[(row >> bits) + 1] += 1
    for n in range(len(later)):
        row = later[n].word >> 38
        if everybody or wanted[row]:
            begins[(row >> bits) + 1] += 1
    most = 0
    for group in range(1, len(begins)):
        most = max(most, begins[group])
        begins[group] += begins[group - 1]
    return most


@entry
def put_in_order(
    earlier: Any,
    later: Any,
    wanted: Any,
    everybody: bool,
    bits: int,
    begins: Any,
    order: Any,
    places: Any,
    held: Any,
    person: Any,
    visit: Any,
    time: Any,
    event: Any,
    place: Any,
    detail: Any,
) -> None:
    """Sort the log by person, keeping each person's events in their order, into columns.

    Parameters
    ----------
    earlier, later, wanted, everybody, bits, begins
        As for `count_by_group`, which has filled `begins`; they are used up.
    order : array of int32, shape (n_events,)
        Is filled with the notes' numbers, group by group.
    places : array of int64, shape (2**bits,)
        Room for where the next event of each person of a group stands.
    held : record array
        Room for the notes of a group.
    person, visit, time, event, place, detail : arrays of shape (n_events,)
        The columns of `EventLog`.
    """
    n_earlier = len(earlier)
    for n in range(n_earlier + len(later)):
        row = (earlier[n] if n < n_earlier else later[n - n_earlier]).word >> 38
        if everybody or wanted[row]:
            order[begins[row >> bits]] = n
            begins[row >> bits] += 1
    begin = 0
    for group in range(len(begins) - 1):
        size, first_row = begins[group] - begin, group << bits
        if size == 0:
            continue
        for k in range(len(places)):
            places[k] = 0
        for k in range(size):
            soon = order[min(begin + k + AHEAD, len(order) - 1)]
            fetch_soon(earlier[soon] if soon < n_earlier else later[soon - n_earlier])
            n = order[begin + k]
            note = earlier[n] if n < n_earlier else later[n - n_earlier]
            held[k].word, held[k].time = note.word, note.time
            places[(note.word >> 38) - first_row] += 1
        for k in range(len(places)):
            count = places[k]
            places[k] = begin
            begin += count
        for k in range(size):
            word = held[k].word
            row = word >> 38
            at = places[row - first_row]
            places[row - first_row] = at + 1
            person[at] = row
            visit[at] = (word >> 26) & 0xFFF
            time[at] = held[k].time
            event[at] = (word >> 18) & 0xFF
            place[at] = (word >> 10) & 0xFF
            detail[at] = word & 0x3FF
