"""The operators change what they say, a changed function is put in its place, and the score adds up."""

import os
import signal
from pathlib import Path

import pytest

from tests.mutation import operators, rooms, score, scored
from tests.mutation.operators import OPERATORS, code_of, mutants_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="mutants are tried in forked processes")

SOURCE = '''
import numpy as np

LIMIT = 3


class Line:
    """A line."""

    def __init__(self):
        super().__init__()
        self.waiting = 0

    def join(self, number=1, fast: bool = True):
        """Join it."""
        if number < 0 and not fast:
            raise ValueError(f"given {number + 1}")
        for each, _ in zip(range(number), range(number), strict=True):
            if each == LIMIT:
                break
            self.waiting += 1
        return min(self.waiting, -number), np.minimum(2.5, number)
'''


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(operators, "CHECKOUT", tmp_path)
    file = tmp_path / "line.py"
    file.write_text(SOURCE, encoding="utf-8")
    return file


def test_every_piece_is_changed_once_and_texts_defaults_and_errors_are_left_alone(line: Path) -> None:
    assert [f"{one.operator}: {one.change}" for one in mutants_of(line)] == [
        "call left out: leave out `super().__init__()`",
        "assignment left out: leave out `self.waiting = 0`",
        "number: 0 becomes 1",
        "condition negated: not `number < 0 and (not fast)`",
        "and/or: `number < 0 and (not fast)` becomes `number < 0 or not fast`",
        "comparison changed: `number < 0` becomes `number <= 0`",
        "number: 0 becomes 1",
        "sign: `not fast` becomes `fast`",
        "comparison changed: `each == LIMIT` becomes `each != LIMIT`",
        "jump left out: leave out `break`",
        "arithmetic: `self.waiting += 1` becomes `self.waiting -= 1`",
        "number: 1 becomes 2",
        "other end: `min` becomes `max`",
        "sign: `-number` becomes `number`",
        "other end: `np.minimum` becomes `np.maximum`",
        "number: 2.5 becomes 3.5",
    ]
    assert {one.operator for one in mutants_of(line)} <= set(OPERATORS)
    names = [one.name for one in mutants_of(line)]
    assert len(names) == len(set(names))


def test_a_changed_method_does_what_the_change_says(line: Path) -> None:
    namespace: dict[str, object] = {}
    exec(SOURCE, namespace)
    kind = namespace["Line"]
    answers = {}
    for mutant in mutants_of(line):
        if mutant.function == "Line.join":
            kind.join.__code__ = code_of(mutant)  # type: ignore[attr-defined]
            one = kind()  # type: ignore[operator]
            if mutant.operator in ("condition negated", "and/or"):
                continue  # these raise the error
            answers[mutant.change] = (*map(float, one.join(5)), one.waiting)
    assert answers["`each == LIMIT` becomes `each != LIMIT`"] == (-5.0, 2.5, 0)
    assert answers["leave out `break`"] == (-5.0, 2.5, 5)
    assert answers["`self.waiting += 1` becomes `self.waiting -= 1`"] == (-5.0, 2.5, -3)
    assert answers["`min` becomes `max`"] == (3.0, 2.5, 3)
    assert answers["2.5 becomes 3.5"] == (-5.0, 3.5, 3)


def test_a_copy_says_what_it_found_and_the_original_stays_as_it_was() -> None:
    found = []
    assert score.in_copy(lambda: found.append(1) or len(found), 5.0) == (1, "")
    assert found == []

    def never() -> None:
        while True:
            pass

    assert score.in_copy(never, 0.2) == (None, "it never came to an end")
    assert score.in_copy(lambda: os.kill(os.getpid(), signal.SIGKILL), 5.0) == (None, "it crashed")


def test_the_interval_of_a_share_is_wilsons() -> None:
    squared = 1.959963984540054**2
    assert scored.interval(0, 10) == pytest.approx((0.0, squared / (10 + squared)))
    assert scored.interval(10, 10) == pytest.approx((10 / (10 + squared), 1.0))
    for end in scored.interval(85, 100):  # the ends are the shares that lie just so far from what was seen
        assert (0.85 - end) ** 2 == pytest.approx(squared * end * (1 - end) / 100)
    assert scored.interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("name", sorted(rooms.ROOMS))
def test_every_room_has_files_and_tests_that_are_there(name: str) -> None:
    room = rooms.ROOMS[name]
    assert room.sources()
    assert room.tests
    assert all(file.is_file() for file in room.sources())
    assert all((operators.CHECKOUT / test.partition("::")[0]).exists() for test in room.tests)


def test_mutants_have_names_of_their_own_and_what_is_left_out_is_there_to_be() -> None:
    engine = rooms.ROOMS["engine"]
    names = [mutant.name for mutant in engine.mutants()]
    assert len(names) > 300
    assert len(names) == len(set(names))
    for left_out in rooms.LEFT_OUT:
        file = operators.CHECKOUT / Path(*left_out.split(".")[:3]).with_suffix(".py")
        assert any(mutant.name.startswith(left_out) for mutant in mutants_of(file)), left_out
        assert not any(name.startswith(left_out) for name in names)


def test_the_summary_tells_equivalent_ones_and_endless_ones_apart(
    line: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutants = mutants_of(line)[:4]
    noticed_by = ["a test", scored.NEVER_ENDED, None, None]
    fates = [scored.Fate(*told, 3) for told in zip(mutants, noticed_by, strict=True)]
    monkeypatch.setattr(scored, "equivalent", lambda room: {mutants[2].name: "same", mutants[0].name: "same"})
    said = scored.summary("a room", fates, every=16, seed=7)
    assert said[0].startswith(
        "a room: 2 of 4 mutants noticed, 50.0% (a sample of 16, seed 7; 95% interval 15.0%"
    )
    assert (
        "without 1 that make no difference (equivalent_rooms.yaml): 2 of 3 mutants noticed, 66.7%" in said[1]
    )
    assert said[2].endswith("never came to an end: 1")
    assert f"{mutants[0].name}: is noticed by a test; take it off the list" in said[3]


def test_tests_are_tried_where_they_come_through_quickest_first_and_whole_runs_everywhere(line: Path) -> None:
    (mutant,) = (one for one in mutants_of(line) if one.change == "leave out `break`")
    here, elsewhere = {(str(line), mutant.line)}, {(str(line), mutant.line + 9)}
    trials = {
        "slow": score.Trial(here, 2.0),
        "quick": score.Trial(here, 0.1),
        "elsewhere": score.Trial(elsewhere, 0.1),
        "whole run": score.Trial({score.EVERYWHERE}, 1.0),
    }
    assert score.chosen_for(mutant, trials) == (["quick", "whole run", "slow"], pytest.approx(3.1))


def test_workers_do_the_work_in_order() -> None:
    assert list(score.in_workers(lambda number: number * number, range(5), 2)) == [0, 1, 4, 9, 16]


def test_every_listed_mutant_is_one_of_its_room() -> None:
    for name, room in rooms.ROOMS.items():
        listed = scored.equivalent(name)
        assert set(listed) <= {mutant.name for mutant in room.mutants()}, name
        assert all(listed.values())
