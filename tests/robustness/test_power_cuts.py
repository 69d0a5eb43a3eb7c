"""The power fails, or the disk fills up, at every step of writing a result; two commands write at once.

What was finished is kept, what was not is never taken for finished, the same command goes on from there to
the same bytes, and the message says what happened. Real processes (`tests.robustness.power`).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.errors import SimError
from sim.experiment import runner, store
from sim.experiment.progress import Unwatched
from tests.fake_engine import FakeModel, make_plan
from tests.robustness.power import FINISHED, RUN, WITHOUT_A_WORD
from tests.robustness.test_faults import CHECKOUT, SCRIPT, nothing_looks_whole, until

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="each trial is a forked process")
UNITS, EACH = 3, 2
STARTED_OVER = 2 * UNITS + UNITS * EACH
"""Lines in the diary of a run that finds nothing kept: a history, a cohort and two runs for each unit."""


class Said(Unwatched):
    """Keeps what it is told to say."""

    def __init__(self) -> None:
        self.all: list[str] = []

    def say(self, what: str) -> None:
        self.all.append(what)


def trials(folder: Path, trouble: str, who: str, over: str, steps: str) -> list[dict[str, Any]]:
    """What became of a run with trouble at each of these steps, and of the same run once more."""
    command = [sys.executable, "-m", "tests.robustness.power", str(folder), trouble, who, over, steps]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def check_trials(told: list[dict[str, Any]], trouble: str) -> None:
    """Kept, not mistaken, gone on with, and said."""
    whole = {trial["end"]["tables"] for trial in told}
    assert len(whole) == 1, "a run that was interrupted ends in other bytes"
    for trial in told:
        after, code = trial["after"], trial["code"]
        step = f"step {trial['at']}: {trial}"
        if after["why_not"]:  # not finished, and whatever stands there says so
            assert code != FINISHED, step
        else:  # finished: it is the whole result already
            assert after["tables"] in whole, step
            assert trial["ran"] == [], step
        if trouble == "full" and code not in (FINISHED, WITHOUT_A_WORD):
            assert "the disk is full" in trial["said"], step
            assert "the same command" in trial["said"], step
            assert "Traceback" not in trial["said"], step
        if after["why_not"] and after["kept"]:  # every part that was kept is used, none is run again
            runs = [line for line in trial["ran"] if line.startswith(("baseline", "option"))]
            assert len(runs) == UNITS * EACH - len(after["kept"]), step
        assert trial["again"] == FINISHED, step
        assert trial["end"]["why_not"] == "", step
        assert trial["end"]["names"] == [RUN], f"something is left behind: {step}"


def test_a_power_cut_at_critical_steps_of_writing(tmp_path: Path) -> None:
    told = trials(tmp_path, "power", "parent", "nothing", "1,4,13,16,17,18")
    check_trials(told, "power")
    assert [trial["code"] for trial in told] == [-signal.SIGKILL] * 6
    kept = [len(trial["after"]["kept"]) for trial in told]
    assert kept[0] == 0
    assert set(kept[1:5]) == {UNITS * EACH}
    assert [trial["after"]["why_not"] == "" for trial in told] == [False] * 5 + [True]
    assert len(told[0]["ran"]) == STARTED_OVER


@pytest.mark.deep
@pytest.mark.parametrize("over", ["nothing", "damaged"])
@pytest.mark.parametrize(
    ("trouble", "who"),
    [("power", "parent"), ("kill", "parent"), ("full", "parent"), ("power", "worker"), ("full", "worker")],
)
def test_trouble_at_every_single_step_of_writing(tmp_path: Path, trouble: str, who: str, over: str) -> None:
    told = trials(tmp_path, trouble, who, over, "all")
    check_trials(told, trouble)
    assert len(told) > (15 if who == "parent" else 4)
    assert told[-1]["code"] == FINISHED  # the trials went on until no step was left
    if who == "worker":
        assert all("world central, replication 0, seed" in trial["said"] for trial in told[:-1])


# ---------------------------------------------------------------- a disk that is really full
@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 40 KiB in memory, where this account may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=40k", "none", str(folder)], capture_output=True, text=True
    ) if sys.platform == "linux" else None  # fmt: skip
    if mounted is None or mounted.returncode:
        pytest.skip("this account may not mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_file_system_that_is_full(small_disk: Path, tmp_path: Path) -> None:
    plan = make_plan(replications=15, band_replications=0)
    with pytest.raises(SimError, match="the disk is full") as failure:
        runner.run(plan, FakeModel(), small_disk / "results")
    assert "--out" in str(failure.value)
    assert nothing_looks_whole(small_disk)
    kept = len(list(small_disk.rglob("*.part")))
    assert f"{kept} of 30 runs are finished and kept" in str(failure.value)
    assert kept > 2
    assert subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)]).returncode == 0
    diary = tmp_path / "diary"
    store.load(runner.run(plan, FakeModel(diary=diary), small_disk / "results")).verify()
    runs = [line for line in diary.read_text().splitlines() if line.startswith(("baseline", "option"))]
    assert len(runs) == 30 - kept


# ---------------------------------------------------------------- what stands there already
def test_what_another_version_finished_is_kept_aside_and_the_message_says_where(tmp_path: Path) -> None:
    target = runner.run(make_plan(), FakeModel(), tmp_path)
    manifest = json.loads((target / "manifest.json").read_text())
    (target / "manifest.json").write_text(json.dumps({**manifest, "schema_version": 7}))
    theirs = {path.name: path.read_bytes() for path in target.iterdir()}
    said = Said()
    assert runner.run(make_plan(), FakeModel(), tmp_path, watch=said) == target
    store.load(target).verify()
    aside = tmp_path / f"{RUN}.schema-7"
    assert {path.name: path.read_bytes() for path in aside.iterdir()} == theirs
    (told,) = said.all
    assert f"kept as {aside}" in told
    assert "schema_version 7; this version of Cliff Edge reads 1 and 2" in told
    assert store.latest(tmp_path).path == target  # the other version's is not mistaken for one of ours


@pytest.mark.parametrize("table", ["outcomes", "people", "curves", "calendar", "stations"])
@pytest.mark.parametrize("damage", ["cut short", "one wrong byte", "empty", "gone"])
def test_a_damaged_table_is_told_and_made_again(tmp_path: Path, table: str, damage: str) -> None:
    target = runner.run(make_plan(), FakeModel(), tmp_path)
    path = target / f"{table}.parquet"
    content = path.read_bytes()
    path.write_bytes(
        {
            "cut short": content[: len(content) // 2],
            "one wrong byte": content[:40] + bytes([content[40] ^ 1]) + content[41:],
            "empty": b"",
            "gone": b"",
        }[damage]
    )
    if damage == "gone":
        path.unlink()
    with pytest.raises(SimError, match=rf"{table}\.parquet is missing or damaged"):
        store.load(target).verify()
    said = Said()
    runner.run(make_plan(), FakeModel(), tmp_path, watch=said)
    assert path.read_bytes() == content
    (told,) = said.all
    assert f"{table}.parquet is missing or damaged" in told
    assert "made again" in told


def test_a_damaged_part_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(SimError):
        runner.run(make_plan(), FakeModel(trouble={"option": "kill"}), tmp_path)
    (part,) = tmp_path.rglob("*.part")
    part.write_bytes(part.read_bytes()[:-20])
    said = Said()
    runner.run(make_plan(), FakeModel(), tmp_path, watch=said)
    assert any(part.name in told and "run again" in told for told in said.all)


# ---------------------------------------------------------------- two commands at once
def test_two_commands_on_one_result_one_writes_and_the_other_says_why_not(tmp_path: Path) -> None:
    root, diary = tmp_path / "results", tmp_path / "diary"
    command = [sys.executable, "-c", SCRIPT, str(root), str(diary)]
    first = subprocess.Popen([*command, "0.25"], cwd=CHECKOUT, stderr=subprocess.PIPE, text=True)
    try:
        until(lambda: len(list(root.glob("*.parts/*.part"))) >= 1)
        second = subprocess.run([*command, "0"], cwd=CHECKOUT, capture_output=True, text=True)
        assert first.poll() is None, "the first had ended before the second began"
        _, said = first.communicate(timeout=60)
    finally:
        first.kill()
    assert first.returncode == 0, said
    assert second.returncode == 2
    assert f"Another command is writing this very run ({RUN})" in second.stderr
    assert "--out" in second.stderr
    assert "Traceback" not in second.stderr
    store.load(root / RUN).verify()
    assert (
        len([line for line in diary.read_text().splitlines() if line.startswith(("baseline", "option"))])
        == 10
    )
    assert sorted(path.name for path in root.iterdir()) == [RUN]


def test_many_commands_started_together_make_one_result_and_none_breaks(tmp_path: Path) -> None:
    root, diary = tmp_path / "results", tmp_path / "diary"
    command = [sys.executable, "-c", SCRIPT, str(root), str(diary), "0"]
    together = [subprocess.Popen(command, cwd=CHECKOUT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    ends = [(process.communicate(timeout=120)[1], process.returncode) for process in together]
    assert any(code == 0 for _, code in ends), ends
    assert all(code == 0 or (code == 2 and "Another command is writing" in said) for said, code in ends), ends
    store.load(root / RUN).verify()
    runs = [line for line in diary.read_text().splitlines() if line.startswith(("baseline", "option"))]
    assert len(runs) == 10  # whoever came later found it finished, or was refused


def test_two_different_results_in_one_folder_at_once(tmp_path: Path) -> None:
    script = SCRIPT.replace("make_plan(replications=3", "make_plan(run_id=sys.argv[4], replications=3")
    names = ("aaaaaaaaaaaa", "bbbbbbbbbbbb")
    together = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "results"), str(tmp_path / name), "0.05", name],
            cwd=CHECKOUT, stderr=subprocess.PIPE, text=True,
        )
        for name in names
    ]  # fmt: skip
    assert [(process.communicate(timeout=120)[1], process.returncode) for process in together] == [
        ("", 0)
    ] * 2
    for name in names:
        store.load(tmp_path / "results" / name).verify()
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == list(names)
