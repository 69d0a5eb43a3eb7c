"""The log's volumes and leaves against the reference's plain list of everything, with drawn notes."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine.clock import GRID
from sim.engine.compiled.cache import prepare
from sim.engine.compiled.state import EVENT_AT, LEAF, NOTES_ON_LEAF, PLACE_AT, ROW_AT, VOLUME
from sim.engine.log import Event, LogWriter

N_PEOPLE, BITS = 700, 8
WORLD = np.dtype([("now", "f8"), *((name, "i8") for name in ("volume_bits", "n_leaves", "n_log"))])


def _nothing(n_leaves: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    worlds = np.zeros(1, WORLD)
    worlds["volume_bits"], worlds["n_leaves"] = BITS, 1
    return worlds, np.full(n_leaves, 77, "u1").repeat(LEAF.itemsize).view(LEAF), np.zeros(3, VOLUME)


def _drawn(n_notes: int, seed: int) -> list[tuple[float, float, int, int, int, int, int]]:
    """Now, the time that is told, person, visit, event, place and detail; some tell what is still to come."""
    draws = np.random.default_rng(seed)
    visits = np.full(N_PEOPLE, -1)
    told = []
    for now in np.sort(draws.integers(0, 13_000 << 20, n_notes)) * GRID:
        person, ahead = int(draws.integers(N_PEOPLE)), int(draws.integers(20) == 0)
        event = int(draws.choice([Event.REFERRED, Event.DECLINED_REFERRAL, Event.MOVED, max(Event)]))
        visits[person] += event == Event.REFERRED
        time = float(now) + ahead * int(draws.integers(4095 << 20)) * GRID
        place, detail = int(draws.integers(16)), int(draws.integers(256))
        told.append((float(now), time, person, max(0, int(visits[person])), event, place, detail))
    return told


@pytest.mark.parametrize("continued", [False, True])
def test_volumes_tell_what_a_plain_list_tells(continued: bool) -> None:
    prepare()
    import numba

    from sim.engine.compiled import logbook

    @numba.njit
    def write(worlds, log, volumes, notes):
        for note in notes:
            worlds[0].now = note.now
            logbook.note(worlds[0], log, volumes, note.word, note.time)

    plain = LogWriter()
    notes = np.zeros(6000, [("now", "f8"), ("time", "f8"), ("word", "i8")])
    for n, (now, time, person, visit, event, place, detail) in enumerate(_drawn(len(notes), 7)):
        plain.note(person, visit, time, event, place, detail)
        notes[n] = now, time, person << ROW_AT | event << EVENT_AT | place << PLACE_AT | detail
    expected = plain.finish()
    books = [_nothing(), _nothing()]
    parted = 2500 if continued else len(notes)
    for book, some in zip(books, (notes[:parted], notes[parted:]), strict=True):
        write(*book, some)
    (before, log, volumes), (after, later_log, later_volumes) = books
    assert before["n_log"][0] + after["n_log"][0] == len(notes)
    assert before["n_leaves"][0] > 2500 // NOTES_ON_LEAF
    held = log[1 : before["n_leaves"][0]]["held"][log[1 : before["n_leaves"][0]]["next"] > 0]
    assert (held < NOTES_ON_LEAF).any(), "no leaf was begun because eleven years had gone by"

    logs = (BITS, log, volumes, later_log, later_volumes)
    counts, visits = np.empty(1 << BITS, np.int64), np.empty(1 << BITS, np.int64)
    columns = [np.empty_like(getattr(expected, name)) for name in ("person", "visit", "time", "event")]
    columns += [np.empty_like(getattr(expected, name)) for name in ("place", "detail")]
    logbook.put_in_order(*logs, np.zeros(0, np.bool_), True, counts, visits, *columns)
    for name, column in zip(("person", "visit", "time", "event", "place", "detail"), columns, strict=True):
        assert np.array_equal(column, getattr(expected, name)), name

    wanted = np.zeros(N_PEOPLE, np.bool_)
    wanted[[3, 255, 256, 699]] = True
    few = wanted[expected.person]
    size = logbook.count_wanted(*logs, wanted, counts)
    assert size == few.sum()
    columns = [column[:size] for column in columns]
    logbook.put_in_order(*logs, wanted, False, counts, visits, *columns)
    for name, column in zip(("person", "visit", "time", "event", "place", "detail"), columns, strict=True):
        assert np.array_equal(column, getattr(expected, name)[few]), name
