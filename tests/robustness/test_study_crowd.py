"""Many processes and sudden ends: whatever is killed, a study ends with exactly the rows it was asked for."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.study.evaluate import Work, carry_out, local, plan_work
from sim.study.points import Point
from sim.study.rows import frame
from sim.study.store import Segments
from sim.study.unit import Worker, national
from tests.study_worker import stand_in

ROOT = Path(__file__).resolve().parents[2]


def work_of(points: int, replications: int) -> Work:
    """A study of tiny worlds; every other point tries an option."""
    design = [
        Point(
            f"p{number}",
            ("people.arrivals.multiplier=0.003", f"support.reached_share={0.3 + number / 10000:.4f}"),
            ("extended_support_180",) if number % 2 else (),
        )
        for number in range(points)
    ]
    return plan_work(design, replications, 11, workers=1)


def start(work: Work, folder: Path, worker: Worker) -> Any:
    """Run a study in a process of its own."""
    process = multiprocessing.get_context("fork").Process(
        target=carry_out, args=(work, folder, local(2, worker)), kwargs={"worker": worker}
    )
    process.start()
    return process


def units_in(folder: Path) -> int:
    return len(Segments(folder / "units", "looking").open()) if (folder / "units").exists() else 0


def rows(work: Work, folder: Path) -> pd.DataFrame:
    return frame(work, Segments(folder / "units").open(), None, None)


def kill_three_times(work: Work, folder: Path, worker: Worker) -> list[int]:
    """End a study with SIGKILL after a quarter, a half and three quarters, then let it finish."""
    seen = []
    for share in (0.25, 0.5, 0.75):
        process = start(work, folder, worker)
        until = time.monotonic() + 240
        while units_in(folder) < share * len(work) and process.is_alive():
            assert time.monotonic() < until, "the study does not get on"
            time.sleep(0.05)
        process.kill()
        process.join()
        seen.append(units_in(folder))
    process = start(work, folder, worker)
    process.join()
    assert process.exitcode == 0
    return seen


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_study_killed_three_times_ends_with_the_rows_of_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the stand-in; with the model itself below."""
    work, whole, diary = work_of(6, 8), tmp_path / "whole", tmp_path / "diary"
    carry_out(work, whole, local(1, stand_in), worker=stand_in)
    monkeypatch.setenv("STUDY_PAUSE", "0.02")
    monkeypatch.setenv("STUDY_DIARY", str(diary))
    seen = kill_three_times(work, tmp_path / "killed", stand_in)
    assert 0 < seen[0] <= seen[1] <= seen[2] <= 48
    pd.testing.assert_frame_equal(rows(work, tmp_path / "killed"), rows(work, whole))
    told = diary.read_text().splitlines()
    assert len(set(told)) == 48
    assert len(told) < 48 + 40  # what was finished was not run again


def test_shards_meet_in_one_store_and_none_runs_what_is_anothers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    diary = tmp_path / "diary"
    monkeypatch.setenv("STUDY_DIARY", str(diary))
    work = work_of(6, 6)
    for number in range(3):
        carry_out(
            work,
            tmp_path / "shards",
            local(1, stand_in),
            worker=stand_in,
            mine=lambda where, number=number: int(where, 16) % 3 == number,  # type: ignore[misc]
            owner=f"shard-{number}",
        )
    assert len(diary.read_text().splitlines()) == 36
    monkeypatch.delenv("STUDY_DIARY")
    carry_out(work, tmp_path / "whole", local(1, stand_in), worker=stand_in)
    pd.testing.assert_frame_equal(rows(work, tmp_path / "shards"), rows(work, tmp_path / "whole"))


@pytest.mark.deep
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_study_of_real_worlds_killed_three_times_ends_with_exactly_the_same_rows(tmp_path: Path) -> None:
    work = work_of(24, 2)
    carry_out(work, tmp_path / "whole", local(2, national))
    seen = kill_three_times(work, tmp_path / "killed", national)
    assert 0 < seen[0] < 48
    pd.testing.assert_frame_equal(rows(work, tmp_path / "killed"), rows(work, tmp_path / "whole"))


# ------------------------------------------------------------------------------------------------------ Dask
def dask(*words: str) -> subprocess.Popen[str]:
    """Start a scheduler or worker of Dask in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "STUDY_PAUSE": "0.03"},
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.deep
def test_a_worker_of_a_cluster_is_killed_halfway_and_nothing_is_lost_or_counted_twice(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    from sim.study.executors import Dask

    file = tmp_path / "scheduler.json"
    common = ("--no-dashboard",)
    processes = [
        dask("scheduler", "--host", "127.0.0.1", "--port", "0", *common, "--scheduler-file", str(file))
    ]
    try:
        until = time.monotonic() + 60
        while not file.exists():
            assert time.monotonic() < until, "the scheduler does not start"
            time.sleep(0.1)
        for _ in range(2):
            words = ("--scheduler-file", str(file), "--nthreads", "1", "--no-nanny", *common)
            processes.append(dask("worker", *words, "--local-directory", str(tmp_path)))
        address = json.loads(file.read_text())["address"]
        work = work_of(100, 2)
        killed: list[int] = []

        def kill_one_halfway(there: int, of: int) -> None:
            if there >= of / 2 and not killed:
                killed.append(there)
                processes[1].kill()

        executor = Dask(address, patience=60)
        executor._client.wait_for_workers(2, timeout=60)
        report = carry_out(
            work, tmp_path / "cluster", lambda _: executor, worker=stand_in, progress=kill_one_halfway
        )
        assert killed
        assert killed[0] < 200
        assert report.run == len(Segments(tmp_path / "cluster" / "units").open()) == 200
        carry_out(work, tmp_path / "here", local(1, stand_in), worker=stand_in)
        pd.testing.assert_frame_equal(rows(work, tmp_path / "cluster"), rows(work, tmp_path / "here"))
    finally:
        for process in processes:
            process.kill()
            process.wait()
