"""When things go wrong: a key pressed, a process ended, a disk full, a folder closed.

A clear message every time, what was finished kept, and nothing half-written that looks whole.
"""

import errno
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from sim.errors import SimError
from sim.experiment import disk, runner, store, tables
from sim.experiment.disk import DiskError, explained, prepare_root
from tests.fake_engine import SEED, FakeModel, make_plan

CHECKOUT = Path(__file__).parents[2]
SCRIPT = """
import sys
from pathlib import Path
from sim.errors import SimError
from sim.experiment import runner
from tests.fake_engine import FakeModel, make_plan
root, diary, pause = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
try:
    runner.run(make_plan(replications=3, workers=2), FakeModel(pause=pause, diary=diary), root)
except SimError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""


def nothing_looks_whole(root: Path) -> bool:
    """Whether no folder below a results folder would be taken for a result."""
    return not list(root.rglob("manifest.json"))


def alive(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def below(pid: int) -> list[int]:
    """A process's children and theirs."""
    try:
        children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return children + [each for child in children for each in below(child)]


def of_session(number: int) -> list[int]:
    """The processes that are alive in a session, also those that were made a moment ago."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            words = stat.read_text().rsplit(")", 1)[1].split()
            if words[3] == str(number) and words[0] != "Z":
                found.append(int(stat.parent.name))
    return found


def hears_ctrl_c() -> None:
    """As at a terminal: whoever runs the tests in the background had Ctrl-C ignored, which is handed down."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for something that must happen."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks at processes through /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_keeps_what_is_finished_and_the_same_command_continues(tmp_path: Path, number: int) -> None:
    root, diary = tmp_path / "results", tmp_path / "diary"
    command = [sys.executable, "-c", SCRIPT, str(root), str(diary)]
    process = subprocess.Popen(
        [*command, "0.4"],
        cwd=CHECKOUT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hears_ctrl_c,
    )
    try:
        until(lambda: len(list(root.glob("*.parts/*.part"))) >= 3)
        family = below(process.pid)
        assert family
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    finished = len(list(root.glob("*.parts/*.part")))
    assert 3 <= finished < 10
    assert f"{finished} of 10 runs are finished and kept in {root}" in said
    assert "same command continues" in said
    until(lambda: not any(map(alive, family)), 5)
    assert nothing_looks_whole(root)
    ran = diary.read_text().count("central") + diary.read_text().count("stay")
    diary.unlink()
    again = subprocess.run([*command, "0"], cwd=CHECKOUT, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    rerun = [line for line in diary.read_text().splitlines() if line.startswith(("baseline", "option"))]
    assert len(rerun) == 10 - finished
    assert ran > 0
    whole = runner.run(make_plan(replications=3), FakeModel(), tmp_path / "never stopped")
    for name in ("outcomes", "people", "curves", "calendar"):
        assert (root / whole.name / f"{name}.parquet").read_bytes() == (
            whole / f"{name}.parquet"
        ).read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_command_that_is_killed_leaves_no_process_behind_and_no_lock(tmp_path: Path) -> None:
    root, diary = tmp_path / "results", tmp_path / "diary"
    command = [sys.executable, "-c", SCRIPT, str(root), str(diary)]
    process = subprocess.Popen([*command, "0.4"], cwd=CHECKOUT, start_new_session=True)
    until(lambda: len(list(root.glob("*.parts/*.part"))) >= 1)
    assert len(of_session(process.pid)) > 1
    process.kill()
    process.wait()
    until(lambda: not of_session(process.pid), 10)
    assert nothing_looks_whole(root)
    again = subprocess.run([*command, "0"], cwd=CHECKOUT, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr


@pytest.mark.parametrize("scenario", ["option", "baseline", "history"])
def test_a_process_that_is_killed_is_named_with_its_seed(tmp_path: Path, scenario: str) -> None:
    with pytest.raises(runner.RunFailed) as failure:
        runner.run(make_plan(), FakeModel(trouble={scenario: "kill"}), tmp_path)
    said = str(failure.value)
    assert f"world central, replication 0, seed {SEED}" in said
    assert ("its history" if scenario == "history" else f"scenario {scenario}") in said
    assert "signal 9 (SIGKILL)" in said
    assert "experiment.workers=1" in said
    finished = 1 if scenario == "option" else 0
    assert f"{finished} of 8 runs are finished and kept" in said
    assert failure.value.exit_code == 1
    assert nothing_looks_whole(tmp_path)


def test_after_a_killed_process_only_what_is_missing_is_run(tmp_path: Path) -> None:
    with pytest.raises(runner.RunFailed):
        runner.run(make_plan(), FakeModel(trouble={"option": "kill"}), tmp_path)
    diary = tmp_path / "diary"
    runner.run(make_plan(), FakeModel(diary=diary), tmp_path)
    assert diary.read_text().splitlines()[:2] == ["history central 0", "option central"]


def test_a_fault_of_the_program_keeps_its_traceback(tmp_path: Path) -> None:
    with pytest.raises(runner.RunFailed) as failure:
        runner.run(make_plan(), FakeModel(trouble={"option": "raise"}), tmp_path)
    said = str(failure.value)
    assert f"seed {SEED}, scenario option failed, which is a fault of the program" in said
    assert "Traceback" in said
    assert "ZeroDivisionError: a station without a place" in said
    assert failure.value.exit_code == 1


def test_a_mistake_found_in_a_run_is_told_without_a_traceback(tmp_path: Path) -> None:
    with pytest.raises(runner.RunFailed) as failure:
        runner.run(make_plan(), FakeModel(trouble={"history": "refuse"}), tmp_path)
    said = str(failure.value)
    assert f"world central, replication 0, seed {SEED}" in said
    assert "support.beds.places = -1; allowed: 0 or more" in said
    assert "Traceback" not in said
    assert failure.value.exit_code == 2


# ---------------------------------------------------------------- the disk
def _refusing(code: int) -> Callable[..., Any]:
    def refuse(*_given: Any, **_named: Any) -> None:
        raise OSError(code, os.strerror(code))

    return refuse


def test_a_disk_that_fills_up_while_parts_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk.os, "replace", _refusing(errno.ENOSPC))
    with pytest.raises(SimError) as failure:
        runner.run(make_plan(), FakeModel(), tmp_path)
    assert "the disk is full" in str(failure.value)
    assert "--out" in str(failure.value)
    assert "Traceback" not in str(failure.value)
    assert nothing_looks_whole(tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("at", ["tables", "config.yaml", "scenarios.yaml", "manifest.json"])
def test_a_disk_that_fills_up_while_the_result_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    whole = disk.write_whole

    def full_at(path: Path, content: bytes | str) -> None:
        if path.name == at:
            path.with_name("half").write_bytes(b"ha")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        whole(path, content)

    with monkeypatch.context() as patched:
        if at == "tables":
            patched.setattr(tables, "_write", _refusing(errno.ENOSPC))
        else:
            patched.setattr(store, "write_whole", full_at)
        with pytest.raises(DiskError, match=r"Could not store the result: .*the disk is full"):
            runner.run(make_plan(), FakeModel(), tmp_path)
    assert nothing_looks_whole(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["abcdef123456.parts"]
    diary = tmp_path / "diary"
    store.load(runner.run(make_plan(), FakeModel(diary=diary), tmp_path))
    assert not diary.exists()  # every part was kept: nothing is run again


def test_the_manifest_is_written_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order = []
    whole = disk.write_whole

    def noted(path: Path, content: bytes | str) -> None:
        order.append((path.name, {each.name for each in path.parent.iterdir()}))
        whole(path, content)

    monkeypatch.setattr(store, "write_whole", noted)
    runner.run(make_plan(), FakeModel(), tmp_path)
    assert [name for name, _ in order] == ["config.yaml", "scenarios.yaml", "manifest.json"]
    assert order[-1][1] >= {f"{name}.parquet" for name in tables.TABLES} | {"config.yaml", "scenarios.yaml"}


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow beyond 4 KiB, by order of the system, as on a disk that is nearly full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.usefixtures("small_files")
def test_a_write_that_the_system_itself_refuses_half_way(tmp_path: Path) -> None:
    with pytest.raises(SimError, match="larger than this account may write"):
        runner.run(make_plan(replications=40, band_replications=0), FakeModel(), tmp_path)
    assert nothing_looks_whole(tmp_path)
    assert not list(tmp_path.rglob("*unfinished*"))
    assert not list(tmp_path.glob("*.partial-*"))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "may not write there"),
        (errno.ENOTDIR, "is a file, not a folder"),
        (errno.EIO, "the system says: "),
    ],
)
def test_every_refusal_of_the_disk_says_why_and_where(code: int, words: str) -> None:
    said = str(explained(OSError(code, os.strerror(code)), Path("results"), "store the result"))
    assert said.startswith("Could not store the result: results: ")
    assert words in said


def test_a_results_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file")
    diary = tmp_path / "diary"
    for root in (tmp_path / "results", tmp_path / "results" / "deeper"):
        with pytest.raises(DiskError, match=r"results.* is a file, not a folder.*--out"):
            runner.run(make_plan(), FakeModel(diary=diary), root)
    assert not diary.exists()  # found out before anything was run


@pytest.mark.skipif(not hasattr(os, "fork"), reason="tries it from another account in a forked process")
def test_a_results_folder_that_may_not_be_written(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o555)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if os.getuid() == 0:
                os.chmod(tmp_path, 0o755)
                os.setuid(65534)  # a superuser may write anywhere, so try as nobody
            try:
                prepare_root(closed / "results")
            except DiskError as error:
                os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(pid, 0)
    with open(reading, "rb") as pipe:
        said = pipe.read().decode()
    assert "may not write there" in said
    assert "--out" in said
    assert "closed" in said


def test_a_command_meets_another_one_writing_the_same_run(tmp_path: Path) -> None:
    plan = make_plan()
    with (
        disk.only_writer(tmp_path, plan.run_id),
        pytest.raises(SimError, match="Another command is writing this very run"),
    ):
        runner.run(plan, FakeModel(), tmp_path)
