"""How a person's record lies in memory: what is read together in one line, nobody in two pages."""

from __future__ import annotations

from sim.engine.compiled import memory, state
from sim.engine.compiled.cache import prepare
from sim.engine.compiled.person import CLOCK_AT_PLACE, PERSON, PLACE_OF_CLOCK, line_of
from sim.engine.log import Detail, Event, Place
from sim.engine.survivor import N_CLOCKS, N_SLOTS, SERVICES_MAX, Slot

FIRST_OF_A_LINE = ("key", "rg_positive_at", "had_services", "occasion", "hazards", "due", "bed_asks")


def test_what_is_read_together_begins_a_line_of_memory() -> None:
    for name in FIRST_OF_A_LINE:
        assert PERSON.fields[name][1] % memory.MEMORY_LINE == 0, name
    assert line_of("key") == line_of("confirmed") == 0
    assert line_of("due", Slot.LIFE) == line_of("due") + 1
    assert line_of("due", N_SLOTS - 1) == line_of("tickets")


def test_no_record_stands_in_two_pages() -> None:
    assert 4096 % PERSON.itemsize == 0


def test_every_hazard_has_a_place_of_its_own() -> None:
    assert sorted(CLOCK_AT_PLACE) == list(range(N_CLOCKS))
    assert [CLOCK_AT_PLACE[place] for place in PLACE_OF_CLOCK] == list(range(N_CLOCKS))


def test_kernels_and_arrays_mean_the_same_line() -> None:
    prepare()
    from sim.engine.compiled import kernel

    assert kernel.MEMORY_LINE == memory.MEMORY_LINE


def test_a_note_has_room_for_every_code_and_every_person() -> None:
    assert max(Detail) >> state.PLACE_AT == 0
    assert (Detail.SERVICE_BASE + SERVICES_MAX - 1) >> state.PLACE_AT == 0
    assert max(Place) >> (state.EVENT_AT - state.PLACE_AT) == 0
    assert max(Event) >> (state.ROW_AT - state.EVENT_AT) == 0
    most = (state.PEOPLE_MAX - 1).bit_length() - state.VOLUMES_BITS
    assert state.ROW_AT + most == 32
    prepare()
    from sim.engine.compiled.alarms import ROW_BITS

    assert state.PEOPLE_MAX <= 1 << ROW_BITS
