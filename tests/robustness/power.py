"""Power cuts and full disks at any step of writing, in real processes: for tests of what is left afterwards.

`step` counts what a process does to files: flushing one to the disk, giving it its name, removing it. At the
chosen step the process is ended like one whose machine lost its power: what was not flushed is cut in half,
and a new name in a folder that was not flushed is taken back. Or the disk is full from that step on.
Holds no test.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sim.errors import SimError
from sim.experiment import runner
from sim.experiment.parts import Parts
from sim.experiment.standing import why_not
from tests.fake_engine import FakeModel, make_plan

CUT: Final = "power"
FULL: Final = "full"
KILL: Final = "kill"
FINISHED: Final = 0
WITHOUT_A_WORD: Final = 98
"""A full disk was met at a step that may fail without harm."""
RUN: Final = "abcdef123456"


class Disk:
    """What one process has done to the files below a folder, and the step at which it goes wrong."""

    def __init__(self, root: Path, trouble: str, at: int) -> None:
        self.root, self.trouble, self.at = root, trouble, at
        self.steps, self.pid = 0, os.getpid()
        self.flushed: dict[int, tuple[int, int]] = {}
        self.renamed: list[tuple[Path, Path]] = []
        self.real = {name: getattr(os, name) for name in ("fsync", "replace", "unlink", "rmdir")}
        for name in self.real:
            setattr(os, name, getattr(self, name))

    def fsync(self, handle: int) -> None:
        self._step()
        self.real["fsync"](handle)
        about = os.fstat(handle)
        self.flushed[about.st_ino] = (about.st_size, about.st_mtime_ns)
        self.renamed = [(old, new) for old, new in self.renamed if new.parent.stat().st_ino != about.st_ino]

    def replace(self, old: Any, new: Any, **named: Any) -> None:
        self._step()
        existed = Path(new).exists()
        self.real["replace"](old, new, **named)
        if not existed:
            self.renamed.append((Path(old), Path(new)))

    def unlink(self, path: Any, **named: Any) -> None:
        if not isinstance(path, int) and not named:
            self._step()
        self.real["unlink"](path, **named)

    def rmdir(self, path: Any, **named: Any) -> None:
        self._step()
        self.real["rmdir"](path, **named)

    def _step(self) -> None:
        """One step further; the chosen one is the last."""
        self.steps += 1
        if self.steps < self.at:
            return
        if self.trouble == FULL:
            if self.steps == self.at:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return
        if self.trouble == CUT:
            self._lose()
        os.kill(os.getpid(), signal.SIGKILL)

    def _lose(self) -> None:
        """What a disk forgets that was not told to keep it."""
        for old, new in reversed(self.renamed):
            if new.exists() and not old.exists():
                self.real["replace"](new, old)
        for path in self.root.rglob("*"):
            if path.is_file():
                about = path.stat()
                if self.flushed.get(about.st_ino) != (about.st_size, about.st_mtime_ns) and self._ours(path):
                    os.truncate(path, about.st_size // 2)

    def _ours(self, path: Path) -> bool:
        """Whether this process may have been writing it; the parts are their workers'."""
        return path.suffix not in (".part", ".events", ".lock")


def attempt(root: Path, trouble: str, who: str, at: int, diary: Path | None = None) -> int:
    """Make the result of a small plan, with the given trouble in the parent or in every worker."""

    class Troubled(FakeModel):
        def people(self, *given: Any) -> Any:
            Disk(root, trouble, at)  # in the worker, before it does anything
            return super().people(*given)

    model = (Troubled if who == "worker" else FakeModel)(diary=diary)
    if who == "parent":
        disk = Disk(root, trouble, at)
        usual: Callable[..., Any] = runner._worker

        def untroubled(*given: Any) -> None:
            disk.at = sys.maxsize
            usual(*given)

        runner._worker = untroubled
    try:
        runner.run(make_plan(replications=1, workers=1, keep_events=True), model, root)
    except SimError as error:
        print(error, file=sys.stderr, flush=True)
        return error.exit_code
    return FINISHED if who != "parent" or disk.steps < at else WITHOUT_A_WORD


def forked(work: Callable[[], int]) -> tuple[int, str]:
    """The exit code (or minus the signal) of work in a copy of this process, and what it said aloud."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 99
        try:
            os.close(reading)
            os.dup2(writing, 2)
            code = work()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode(errors="replace")
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said


def state_of(root: Path) -> dict[str, Any]:
    """What stands in a results folder: the result, if it is whole, its tables' fingerprint, sound parts."""
    target = root / RUN
    why = why_not(target)
    parts = Parts(root / f"{RUN}.parts")
    keys = [run.key for unit in make_plan(replications=1).units for run in unit.runs]
    tables = sorted(target.glob("*.parquet")) if not why else []
    return {
        "why_not": why,
        "names": sorted(path.name for path in root.iterdir()) if root.exists() else [],
        "kept": [key for key in keys if parts.has(key, with_log=key.startswith("central"))],
        "tables": hashlib.sha256(b"".join(table.read_bytes() for table in tables)).hexdigest(),
    }


def main(folder: Path, trouble: str, who: str, over: str, steps: str) -> None:
    """Trouble at each of the steps (all: until a run meets none); after each, the same run once more."""
    import pandas  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    told = []
    for at in range(1, 200) if steps == "all" else map(int, steps.split(",")):
        root = folder / str(at)
        if over == "damaged":
            assert forked(lambda root=root: attempt(root, "", "", 0))[0] == FINISHED
            (root / RUN / "people.parquet").write_bytes(b"PAR1 and no more")
        code, said = forked(lambda root=root, at=at: attempt(root, trouble, who, at))
        after = state_of(root)
        diary = folder / f"diary {at}"
        again, said_again = forked(lambda root=root, diary=diary: attempt(root, "", "", 0, diary))
        ran = diary.read_text().splitlines() if diary.exists() else []
        told.append(
            {"at": at, "code": code, "said": said, "after": after}
            | {"again": again, "said_again": said_again, "ran": ran, "end": state_of(root)}
        )
        if code == FINISHED:
            break
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
