"""The pool: the same bytes however it is run, and parts that are reused and never trusted blindly."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.experiment import runner, unit
from sim.experiment.parts import Parts
from sim.experiment.progress import Lines, TimeLeft
from tests.fake_engine import FakeModel, make_plan

TABLES = ("outcomes.parquet", "people.parquet", "curves.parquet", "calendar.parquet", "events.parquet")


def contents(result: Path) -> dict[str, bytes]:
    """Every file that must not depend on how a result was run."""
    return {name: (result / name).read_bytes() for name in (*TABLES, "config.yaml", "scenarios.yaml")}


def lines(diary: Path) -> list[str]:
    """What the fake model noted, in order of happening."""
    return diary.read_text().split("\n")[:-1] if diary.exists() else []


def test_one_and_two_workers_write_the_same_bytes(tmp_path: Path) -> None:
    results = [
        runner.run(
            make_plan(replications=3, workers=workers, keep_events=True), FakeModel(), tmp_path / str(workers)
        )
        for workers in (1, 2)
    ]
    assert contents(results[0]) == contents(results[1])


@pytest.mark.parametrize("shared", [False, True])
def test_more_cores_than_units_run_options_side_by_side_to_the_same_bytes(
    tmp_path: Path, shared: bool
) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("this system cannot fork")
    effects = {"option": 1.0, "other": 2.0, "third": 3.0, "fourth": 4.0}
    results, processes = [], []
    for workers in (1, 3):
        folder = tmp_path / f"processes {workers}"
        folder.mkdir()
        plan = make_plan(
            replications=1, band_replications=0, effects=effects, workers=workers, keep_events=True
        )
        model = FakeModel(pause=0.05, shared=shared, processes=folder)
        results.append(runner.run(plan, model, tmp_path / str(workers)))
        processes.append(len(list(folder.iterdir())))
    assert contents(results[0]) == contents(results[1])
    # a past that serves once only has a child for every scenario, whatever the cores
    assert processes[0] == (1 if shared else 5)
    assert processes[1] > 1


class Cores:
    """Spare cores that are counted in this process, with what was taken and given back."""

    def __init__(self, free: int) -> None:
        self.free, self.taken = free, 0

    def acquire(self, block: bool) -> bool:
        assert not block
        if not self.free:
            return False
        self.free, self.taken = self.free - 1, self.taken + 1
        return True

    def release(self) -> None:
        self.free += 1


def test_no_more_options_run_beside_a_unit_than_there_are_spare_cores(tmp_path: Path) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("this system cannot fork")
    effects = {"option": 1.0, "other": 2.0, "third": 3.0, "fourth": 4.0}
    the_unit = make_plan(replications=1, band_replications=0, effects=effects).units[0]
    for shared, free, taken in ((True, 0, 0), (True, 2, 2), (True, 9, 3), (False, 0, 0), (False, 9, 3)):
        folder, cores = tmp_path / f"{shared} {free}", Cores(free)
        folder.mkdir()
        parts = Parts(folder / "parts")
        parts.open()
        model = FakeModel(shared=shared, processes=folder / "processes")
        (folder / "processes").mkdir()
        unit.work(the_unit, model, parts, lambda message: None, cores)
        assert all(parts.has(run.key, with_log=False) for run in the_unit.runs)
        assert cores.taken == taken  # a child gives its core back in its own process, which is not this one
        assert len(list((folder / "processes").iterdir())) == (1 + taken if shared else 5)


def test_a_fault_beside_a_unit_is_told_as_if_it_had_been_in_it(tmp_path: Path) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("this system cannot fork")
    effects = {"option": 1.0, "other": 2.0}
    plan = make_plan(replications=1, band_replications=0, effects=effects, workers=3, keep_events=True)
    with pytest.raises(unit.RunFailed, match="a station without a place"):
        runner.run(plan, FakeModel(shared=True, trouble={"option": "raise"}), tmp_path)
    with pytest.raises(unit.RunFailed, match="SIGKILL"):
        runner.run(plan, FakeModel(shared=True, trouble={"option": "kill"}), tmp_path)
    assert contents(runner.run(plan, FakeModel(shared=True), tmp_path))


def test_the_order_of_hashed_words_changes_no_byte(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from sim.experiment import runner;"
        "from tests.fake_engine import FakeModel, make_plan;"
        "runner.run(make_plan(keep_events=True), FakeModel(), Path(sys.argv[1]))"
    )
    found = []
    for value in ("0", "4242"):
        root = tmp_path / value
        environment = {**os.environ, "PYTHONHASHSEED": value}
        subprocess.run(
            [sys.executable, "-c", script, str(root)],
            check=True,
            env=environment,
            cwd=Path(__file__).parents[2],
        )
        found.append(contents(root / "abcdef123456"))
    assert found[0] == found[1]


def test_a_forked_unit_and_a_whole_one_keep_the_same_parts(tmp_path: Path) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("this system cannot fork")
    the_unit = make_plan().units[0]
    kept = []
    for fork in (True, False):
        parts = Parts(tmp_path / str(fork))
        parts.open()
        unit.work(the_unit, FakeModel(), parts, lambda message: None, fork=fork)
        found = [parts.read(run.key) for run in the_unit.runs]
        kept.append([(part.rows[:2], part.calendar, part.people["t0"].tolist()) for part in found if part])
    assert len(kept[0]) == 2
    assert kept[0] == kept[1]


def test_history_is_run_once_a_unit_and_the_baseline_alone_fixes_the_cohort(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    plan = make_plan(replications=1, band_replications=0, effects={"option": 1.0, "other": 2.0})
    runner.run(plan, FakeModel(diary=diary), tmp_path / "results")
    assert lines(diary) == [
        "history central 0",
        "cohort",
        "baseline central",
        "option central",
        "option central",
    ]


def test_a_whole_result_is_not_run_again(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    first = runner.run(make_plan(), FakeModel(diary=diary), tmp_path / "results")
    before, ran = contents_of(first), lines(diary)
    assert runner.run(make_plan(), FakeModel(diary=diary), tmp_path / "results") == first
    assert lines(diary) == ran
    assert contents_of(first) == before


def contents_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_result_damaged_on_the_disk_is_made_again(tmp_path: Path) -> None:
    first = runner.run(make_plan(keep_events=True), FakeModel(), tmp_path)
    sound = contents(first)
    (first / "outcomes.parquet").write_bytes(b"PAR1" + b"\0" * 100)
    assert runner.run(make_plan(keep_events=True), FakeModel(), tmp_path) == first
    assert contents(first) == sound
    assert [path.name for path in tmp_path.iterdir()] == [first.name]


def _interrupted(root: Path) -> tuple[Parts, list[str]]:
    """A run that failed at the option of its last world: its parts, and the keys of all its runs."""
    plan = make_plan()
    parts = Parts(root / f"{plan.run_id}.parts")
    parts.open()
    for each in plan.units[:-1]:
        unit.work(each, FakeModel(), parts, lambda message: None)
    return parts, [run.key for each in plan.units for run in each.runs]


def test_finished_parts_are_reused(tmp_path: Path) -> None:
    _interrupted(tmp_path)
    diary = tmp_path / "diary"
    runner.run(make_plan(), FakeModel(diary=diary), tmp_path)
    assert lines(diary) == ["history stay:high 0", "cohort", "baseline stay:high", "option stay:high"]


@pytest.mark.parametrize("damage", ["cut short", "one wrong byte", "empty", "of another run"])
def test_a_damaged_part_is_ignored_and_run_again_and_nothing_else_is(tmp_path: Path, damage: str) -> None:
    parts, keys = _interrupted(tmp_path)
    content = parts.path(keys[1]).read_bytes()
    parts.path(keys[1]).write_bytes(
        {
            "cut short": content[: len(content) // 2],
            "one wrong byte": content[:-9] + bytes([content[-9] ^ 1]) + content[-8:],
            "empty": b"",
            "of another run": parts.path(keys[3]).read_bytes(),
        }[damage]
    )
    diary = tmp_path / "diary"
    result = runner.run(make_plan(), FakeModel(diary=diary), tmp_path)
    assert lines(diary)[:2] == ["history central 0", "option central"]
    assert "baseline central" not in lines(diary)
    untouched = runner.run(make_plan(), FakeModel(), tmp_path / "untouched")
    assert (result / "outcomes.parquet").read_bytes() == (untouched / "outcomes.parquet").read_bytes()


def test_what_a_killed_command_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    plan = make_plan()
    half = tmp_path / f"{plan.run_id}.partial-1"
    half.mkdir()
    (half / "outcomes.parquet").write_bytes(b"PAR1")
    parts = tmp_path / f"{plan.run_id}.parts"
    parts.mkdir()
    (parts / ".x.part.unfinished-1").write_bytes(b"half")
    runner.run(plan, FakeModel(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [plan.run_id]


# ---------------------------------------------------------------- progress
def test_the_time_left_comes_from_what_was_finished() -> None:
    left = TimeLeft(histories=2, runs=4, workers=2)
    assert left.seconds() is None
    left.history_done(10)
    assert left.seconds() is None
    left.run_done(4)
    assert left.seconds() == (1 * 10 + 3 * 4) / 2
    assert left.seconds(in_hand=6) == (1 * 10 + 3 * 4 - 6) / 2
    assert left.seconds(in_hand=600) == 0


def test_without_a_terminal_every_finished_run_is_a_line(tmp_path: Path) -> None:
    from io import StringIO

    from rich.console import Console

    written = StringIO()
    plan = make_plan(replications=2, band_replications=0)
    runner.run(plan, FakeModel(), tmp_path, watch=Lines(Console(file=written)))
    said = written.getvalue().splitlines()
    assert said[0] == "4 runs; 1 at a time."
    assert sum(line.startswith("[") for line in said) == 4
    assert said[-1].startswith("[4/4] central, replication 1: option in ")


def test_at_a_terminal_there_is_a_table_of_worlds_by_scenarios(tmp_path: Path) -> None:
    from io import StringIO

    from rich.console import Console

    from sim.experiment.progress import LiveTable, watch

    written = StringIO()
    console = Console(file=written, force_terminal=True, width=100)
    assert isinstance(watch(console), LiveTable)
    runner.run(make_plan(replications=2), FakeModel(), tmp_path, watch=watch(console))
    last = written.getvalue().rsplit("world", 1)[-1]
    assert "8 of 8 runs done" in written.getvalue()
    assert last.count("2/2") == 2
    assert last.count("1/1") == 4
