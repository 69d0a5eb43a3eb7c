"""Running a design: each unit once, whatever stops it, and the same rows however it was run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.errors import SimError
from sim.study import points as points_module
from sim.study.evaluate import carry_out, evaluate, local, plan_work
from sim.study.points import Point, resolve
from sim.study.rows import frame
from sim.study.store import Segments
from tests.study_worker import stand_in

TINY = "people.arrivals.multiplier=0.01"


def design(count: int, first: int = 0) -> list[Point]:
    """Points that differ in one parameter of the world."""
    return [
        Point(f"p{number}", (TINY, f"support.reached_share={0.3 + number / 1000:.3f}"))
        for number in range(first, first + count)
    ]


def rows_of(points: list[Point], folder: Path, replications: int = 2, workers: int = 1) -> pd.DataFrame:
    work = plan_work(points, replications, 7)
    carry_out(work, folder, local(workers, stand_in), worker=stand_in)
    return frame(work, Segments(folder / "units").open(), None, None)


@pytest.fixture
def diary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "diary"
    path.touch()
    monkeypatch.setenv("STUDY_DIARY", str(path))
    return path


def told(diary: Path) -> list[str]:
    return diary.read_text().splitlines()


def test_what_is_there_is_not_run_again_and_more_is_added_to_it(tmp_path: Path, diary: Path) -> None:
    rows_of(design(3), tmp_path)
    assert sorted(told(diary)) == [
        f"p{point} {replication}" for point in range(3) for replication in range(2)
    ]
    rows_of(design(3), tmp_path)
    assert len(told(diary)) == 6
    rows_of(design(4), tmp_path, replications=3)
    assert sorted(told(diary)[6:]) == ["p0 2", "p1 2", "p2 2", "p3 0", "p3 1", "p3 2"]


def test_a_changed_parameter_runs_only_the_point_it_touches(tmp_path: Path, diary: Path) -> None:
    rows_of(design(3), tmp_path, replications=1)
    changed = design(3)
    changed[1] = Point("p1", (TINY, "support.reached_share=0.9"))
    renamed = Point("renamed", changed[2].world)  # the same parameters under another name
    rows_of([*changed[:2], renamed], tmp_path, replications=1)
    assert told(diary)[3:] == ["p1 0"]


def test_one_and_two_workers_give_the_same_rows(tmp_path: Path) -> None:
    one, two = (rows_of(design(9), tmp_path / str(workers), workers=workers) for workers in (1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert list(one.columns) == ["point", "replication", "metric", "group", "value", "today", "difference"]
    assert one["point"].astype(str).drop_duplicates().tolist() == [f"p{number}" for number in range(9)]


def test_a_failure_names_its_point_and_what_is_finished_is_kept(
    tmp_path: Path, diary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDY_FAILS", "p2")
    with pytest.raises(SimError, match=r"point p2, replication 0, seed 7 failed.*\n(.*\n)*.*2 of 4 units"):
        rows_of(design(4), tmp_path, replications=1)
    monkeypatch.delenv("STUDY_FAILS")
    rows_of(design(4), tmp_path, replications=1)
    assert told(diary) == ["p0 0", "p1 0", "p2 0", "p2 0", "p3 0"]


def test_a_damaged_segment_is_put_aside_and_run_again(tmp_path: Path, diary: Path) -> None:
    before = rows_of(design(2), tmp_path)
    for path in (tmp_path / "units").glob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-40])
    pd.testing.assert_frame_equal(rows_of(design(2), tmp_path), before)
    assert len(told(diary)) == 8
    assert list((tmp_path / "units").glob("*.damaged"))


def test_many_small_segments_become_few_and_lose_nothing(tmp_path: Path) -> None:
    work = plan_work(design(4), 20, 7)
    store = Segments(tmp_path).open()
    tasks = list(work.tasks(lambda _: False))
    for task in tasks:
        store.add(stand_in(task))
        store.add(stand_in(task))  # told twice, kept once
    store.tidy()
    assert len(list(tmp_path.iterdir())) == 1
    again = Segments(tmp_path).open()
    assert len(again) == len(tasks) == 80
    for task in tasks:
        ((address, _),) = task.options
        np.testing.assert_array_equal(again.figures(address)[1], stand_in(task)[0].value)


def test_a_command_killed_while_it_puts_segments_together_counts_nothing_twice(
    tmp_path: Path,
) -> None:
    work = plan_work(design(2), 8, 7)
    store = Segments(tmp_path).open()
    kept: dict[str, bytes] = {}
    for task in work.tasks(lambda _: False):
        store.add(stand_in(task))
        kept |= {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for name, content in kept.items():  # as if the small ones had not been removed yet
        (tmp_path / name).write_bytes(content)
    again = Segments(tmp_path).open()
    again.tidy()
    assert len(again) == 16
    assert len(frame(work, again, None, None)) == 16 * 5


# ------------------------------------------------------------------------------------------------- points
def test_a_point_resolves_to_what_the_command_line_composes() -> None:
    from sim.config.compose import scenario
    from sim.config.identity import config_hash
    from sim.experiment.plan import alike

    overrides = (TINY, "risk.detection_mean_days=30", "experiment.cohort_months=3")
    found = resolve(Point("p", overrides, ("priority_need",)), points_module.Detail(calendar=True))
    composed = scenario(["priority_need"], overrides)
    assert found.today == config_hash(alike(composed.before))
    assert found.option == config_hash(alike(composed.after))


def test_levers_are_laid_over_the_stories_and_the_world_holds_on_both_sides() -> None:
    found = resolve(
        Point("p", ("support.floor.bed_days=50",), ("extended_support_180",), ("support.floor.bed_days=99",))
    )
    assert found.before.support.floor.bed_days != found.after.support.floor.bed_days
    assert "99" in str(found.after.support.floor.bed_days)
    assert "50" in str(found.before.support.floor.bed_days)


def test_every_mistake_of_every_point_is_told_at_once(tmp_path: Path) -> None:
    wrong = [
        Point("a", ("support.flor.bed_days=3",)),
        Point("b", (), ("priority_neeed",)),
        Point("c", (), (), ("people.arrivals.multiplier=2",)),
        Point("d", ("experiment.seed=3",)),
        Point("e", ("experiment.horizon=2028-01-01",)),
    ]
    with pytest.raises(SimError) as caught:
        evaluate(wrong, replications=1, seed=1, folder=tmp_path / "out")
    message = str(caught.value)
    for words in (
        "5 mistakes",
        "point a",
        "did you mean support.floor.bed_days",
        "did you mean priority_need",
        "point c",
        "not a lever",
        "point d",
        "decided by the study itself",
        "point e",
        "is followed",
    ):
        assert words in message
    assert not (tmp_path / "out").exists()


def test_a_metric_that_does_not_exist_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(SimError, match="insecure_days_year_1"):
        evaluate(design(1), replications=1, seed=1, folder=tmp_path, metrics=["insecure_days_yaer_1"])


# ---------------------------------------------------------------------------------------------- the model
def test_the_figures_are_those_of_a_compare_of_the_same_world(tmp_path: Path) -> None:
    """A study hears of the cohort's events only, without calendar or people table: no figure changes."""
    from sim.experiment import plan, runner, store
    from sim.experiment.machinery import NationalModel

    world = (TINY, "experiment.cohort_months=12")
    points = [Point("only", world, ("priority_need",))]
    rows = evaluate(
        points,
        replications=1,
        seed=3,
        folder=tmp_path / "study",
        groups=("all", "sex=female"),
        workers=1,
    )
    compared = plan.of_run((*world, "experiment.seed=3", "experiment.workers=1"), ["priority_need"])
    result = store.load(runner.run(compared, NationalModel(), tmp_path))
    stored = result.outcomes.set_index(["scenario", "metric", "group"])["value"]
    assert len(rows) > 100
    for column, scenario in (("value", "priority_need"), ("today", "baseline")):
        kept = [
            stored[scenario, metric, group]
            for metric, group in zip(rows["metric"], rows["group"], strict=True)
        ]
        np.testing.assert_array_equal(rows[column], kept)
    np.testing.assert_array_equal(rows["difference"], rows["value"] - rows["today"])
    assert (rows["difference"] != 0).any()
