"""Where a run's memory comes from, and in how many parts people arrive: neither changes what happens."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from sim.config.compose import world
from sim.engine.compiled import memory, run, state
from sim.engine.compiled.packing import ARRIVING, Arriving
from sim.engine.compiled.run import CompiledHistory, simulate
from sim.errors import SimError
from sim.people.population import build
from tests.agreement.engines import small


def _people(before):
    return build(before.people, before.status, 1, 0, before.experiment.horizon)


def _digests(people, before, afters) -> list[str]:
    history = CompiledHistory(people, before, 1, 0)
    history.run_to_policy()
    return [history.continue_with(after).digest() for after in afters]


@pytest.mark.parametrize("byte", [0xFF, 0x5A])
def test_nothing_is_read_that_was_not_written(monkeypatch: pytest.MonkeyPatch, byte: int) -> None:
    """Fresh memory holds anything; here it is filled with what would be seen."""
    before = world(small(0.006), {"housing.line.offers": "queue"})
    people = _people(before)
    after = world(before, {"support.floor.casework_days": 365, "support.floor.bed_days": 365})
    clean = _digests(people, before, (before, after, before))
    given = []

    def filled(count: int, kind: np.dtype) -> np.ndarray:
        room = np.full(count * kind.itemsize, byte, np.uint8)
        given.append(count)
        return room.view(kind)

    monkeypatch.setattr(memory, "room_for", filled)
    monkeypatch.setattr(state, "room_for", filled)
    assert _digests(people, before, (before, after, before)) == clean
    assert len(given) > 10
    assert simulate(people, before, after, 1, 0).digest() == clean[1]


@pytest.mark.parametrize("at_once", [1, 100, 700])
def test_people_who_arrive_in_parts_are_the_same(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    before = small(0.004)
    people = _people(before)
    after = world(before, {"support.floor.casework_days": 365})
    whole = _digests(people, before, (after, before))
    assert Arriving(people).parts == 1
    assert Arriving(people, at_once).parts > 1
    monkeypatch.setattr(run, "Arriving", partial(Arriving, at_once=at_once))
    assert _digests(people, before, (after, before)) == whole
    assert simulate(people, before, after, 1, 0).digest() == whole[0]


def test_each_part_ends_with_the_first_of_the_next() -> None:
    people = _people(small(0.01))
    order = np.lexsort((np.arange(len(people)), people.arrival))
    arriving = Arriving(people, 300)
    rows: list[int] = []
    for number in range(arriving.parts):
        part = arriving.part(number)
        if rows:
            assert part["row"][0] == rows.pop()
        rows += part["row"].tolist()
        for name in ARRIVING.names:
            if name not in ("row", "time"):
                assert np.array_equal(part[name], getattr(people, name)[part["row"]])
        assert np.array_equal(part["time"], people.arrival[part["row"]])
    assert rows == order.tolist()
    first = arriving.part(0)["row"].tolist()
    assert first == order[: len(first)].tolist()


def test_nobody_arrives_in_one_part_of_nobody() -> None:
    nobody = _people(small(0.0))
    assert len(nobody) == 0
    assert Arriving(nobody).parts == 1
    assert len(Arriving(nobody).part(0)) == 0


def test_more_people_than_a_note_has_room_for_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    before = small(0.003)
    people = _people(before)
    monkeypatch.setattr(run, "PEOPLE_MAX", len(people))
    CompiledHistory(people, before, 1, 0)
    monkeypatch.setattr(run, "PEOPLE_MAX", len(people) - 1)
    with pytest.raises(
        SimError, match=f"{len(people)} people would come.*at most {len(people) - 1}; nearest"
    ):
        CompiledHistory(people, before, 1, 0)
