"""How a person's record lies in memory, what is read together in one line; and what it has room for."""

from __future__ import annotations

import pytest

from sim.engine.compiled import memory, state
from sim.engine.compiled.cache import prepare
from sim.engine.compiled.person import CLOCK_AT_PLACE, MARK, OFTEN, PERSON, PLACE_OF_CLOCK, line_of
from sim.engine.compiled.run import CompiledHistory
from sim.engine.log import Detail, Event, Place
from sim.engine.survivor import N_CLOCKS, N_LINES, N_SLOTS, SERVICES_MAX, Line, Slot
from sim.errors import SimError
from sim.people.population import build
from tests.agreement.engines import small

FIRST_OF_A_LINE = ("key", "rg_positive_at", "had_services", "hazards", "due", "bed_until")


def test_what_is_read_together_begins_a_line_of_memory() -> None:
    for name in FIRST_OF_A_LINE:
        assert PERSON.fields[name][1] % memory.MEMORY_LINE == 0, name
    assert line_of("key") == line_of("confirmed") == 0
    assert line_of("due", Slot.LIFE) == line_of("due") + 1
    assert line_of("due", Slot.SERVICE) == line_of("due") + 2
    assert line_of("due", N_SLOTS - 1) == line_of("tickets")


def test_no_line_of_a_record_is_empty() -> None:
    used = sum(PERSON.fields[name][0].itemsize for name in PERSON.names if not name.startswith("unused"))
    assert PERSON.itemsize - used < memory.MEMORY_LINE


def test_every_mask_has_room_for_its_bits() -> None:
    assert PERSON["ringing"].itemsize * 8 > N_SLOTS
    assert PERSON["standing"].itemsize * 8 > N_LINES
    assert PERSON["holding"].itemsize * 8 > N_LINES
    assert PERSON["spending"].itemsize * 8 > N_CLOCKS


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
    for n_people in (0, 1, 2**21, 2**21 + 1, 2**25, state.PEOPLE_MAX):
        bits = state.volume_bits(n_people)
        assert state.ROW_AT + bits <= 32
        assert max(n_people - 1, 0) >> bits < 1 << state.VOLUMES_BITS
    assert state.ROW_AT + state.volume_bits(state.PEOPLE_MAX + 1) > 32
    prepare()
    from sim.engine.compiled.alarms import ROW_BITS

    assert state.PEOPLE_MAX <= 1 << ROW_BITS


def test_more_often_than_a_record_can_count_stops_a_run() -> None:
    """No run comes that far, so the record is set to one time less, and then asked for two more."""
    prepare()
    import numba

    from sim.engine.compiled import clocks, queues
    from sim.engine.compiled.world import FAULT_OFTEN

    @numba.njit
    def meet(people, worlds):
        people[0].spending = 1
        people[0].hazards[0, MARK] = 0.0
        return clocks.spent(people[0], worlds[0])

    @numba.njit
    def ask(people, worlds):
        worlds[0].n_joins = 0
        queues.join(people[0], worlds[0], state.BEDS, 0)

    before = small(0.001)
    people = build(before.people, before.status, 1, 0, before.experiment.horizon)
    history = CompiledHistory(people, before, 1, 0)
    worlds, people = history._arrays.world, history._arrays.people[:1].copy()
    people["occasion"], people["ticket_count"] = OFTEN - 1, OFTEN - 1
    assert meet(people, worlds) == CLOCK_AT_PLACE[0]
    ask(people, worlds)
    assert worlds["fault"][0] == 0
    assert people["tickets"][0, Line.BEDS] == OFTEN
    assert people["occasion"][0, CLOCK_AT_PLACE[0]] == OFTEN
    assert meet(people, worlds) == -1
    assert worlds["fault"][0] == FAULT_OFTEN
    worlds["fault"] = 0
    ask(people, worlds)
    assert worlds["fault"][0] == FAULT_OFTEN
    with pytest.raises(SimError, match=f"{OFTEN} times; allowed.*; nearest: experiment.engine=reference"):
        history.run_to_policy()
