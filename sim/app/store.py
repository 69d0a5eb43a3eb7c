"""What the web app keeps on disk beside the results: requests, parts of runs, and answers made ready to show.

Everything lies below `<results>/.app`; a restart reads it back. Results themselves are written and read by
`sim.experiment.store`. Nothing is run here.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.experiment.disk import on_disk, prepare_root, write_whole
from sim.experiment.parts import Parts

if TYPE_CHECKING:
    from sim.experiment.plan import Plan

RUN_ID: Final = re.compile(r"[0-9a-f]{12}")
WAITING, RUNNING, RESTING, DONE = "waiting", "running", "resting", "done"
CANCELLED, FAILED = "cancelled", "failed"
OPEN: Final = (WAITING, RUNNING, RESTING)
"""States of a request that still has something to be run."""
_PASSING: Final = ("done", "total", "units", "plan")


@dataclass
class Job:
    """One request, from the press on Run to its last stored result.

    Attributes
    ----------
    id : str
        The identity of its first plan: equal requests have equal ones.
    query : str
        The choices, as they stand in the address.
    title : str
    overrides : tuple of str
        What the command line would be given, the number of replications left out.
    source : str
        Hash of the program that runs it.
    state : str
    rounds : list of str
        Run ids of the rounds that are stored, the coarsest first.
    arrived : float
        When it was asked for, which orders the queue [s since 1970].
    looked : float
        When somebody last looked at it [s since 1970].
    error : str
        What went wrong, if it failed.
    done, total : int
        Units of work of the present round; not kept on disk.
    units : tuple of int
        Seat of each unit of the first round, known from checking the request; not kept on disk.
    first : tuple of str
        What the first round sets besides: the assumptions that it varies.
    plan : Plan or None
        Of the first round, until that is stored; not kept on disk.
    """

    id: str
    query: str
    title: str
    overrides: tuple[str, ...]
    source: str
    state: str = WAITING
    rounds: list[str] = field(default_factory=list)
    arrived: float = field(default_factory=time.time)
    looked: float = field(default_factory=time.time)
    error: str = ""
    done: int = 0
    total: int = 0
    units: tuple[int, ...] = ()
    first: tuple[str, ...] = ()
    plan: Plan | None = None

    @property
    def result(self) -> str:
        """Run id of the sharpest result so far; empty if there is none."""
        return self.rounds[-1] if self.rounds else ""


class Shelf:
    """The folder of the app.

    Parameters
    ----------
    root : Path
        The results folder; made if missing.

    Raises
    ------
    DiskError
        If it cannot be written to.
    """

    def __init__(self, root: Path) -> None:
        self.root = prepare_root(root)
        self.folder = self.root / ".app"
        self.parts = Parts(self.folder / "parts")
        with on_disk(self.folder, "keep what the web app needs"):
            for name in ("requests", "answers", "scenarios"):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.parts.open()

    @property
    def scenarios(self) -> Path:
        """Where options that were set in the page are kept as scenario files."""
        return self.folder / "scenarios"

    def keep(self, job: Job) -> None:
        """Write a request down, whole or not at all."""
        told = {one.name: getattr(job, one.name) for one in fields(job) if one.name not in _PASSING}
        with on_disk(self.folder, "keep a request"):
            write_whole(self.folder / "requests" / f"{job.id}.json", json.dumps(told, ensure_ascii=False))

    def jobs(self) -> list[Job]:
        """Every request that was written down, the earliest first; unreadable ones are left out."""
        found = []
        for file in sorted((self.folder / "requests").glob("*.json")):
            with suppress(OSError, ValueError, TypeError):
                told = json.loads(file.read_text(encoding="utf-8"))
                for name in ("overrides", "first"):
                    told[name] = tuple(told.get(name, ()))
                found.append(Job(**told))
        return sorted(found, key=lambda job: job.arrived)

    def result_path(self, run_id: str) -> Path:
        """The folder of a result."""
        return self.root / run_id

    def answer(self, run_id: str) -> dict[str, Any] | None:
        """What was made ready to show of a result, if it was."""
        return self._read(f"{run_id}.json")

    def figure(self, run_id: str) -> dict[str, Any] | None:
        """The figure of a result: its text alternative, caption and table; the picture lies beside it."""
        return self._read(f"{run_id}.figure.json")

    def picture(self, run_id: str) -> Path:
        """Where the picture of a result is or would be."""
        return self.folder / "answers" / f"{run_id}.svg"

    def put(self, name: str, content: dict[str, Any] | bytes) -> None:
        """Keep something made ready to show."""
        data = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False)
        with on_disk(self.folder, "keep an answer"):
            write_whole(self.folder / "answers" / name, data)

    def _read(self, name: str) -> dict[str, Any] | None:
        with suppress(OSError, ValueError):
            told = json.loads((self.folder / "answers" / name).read_text(encoding="utf-8"))
            return told if isinstance(told, dict) else None
        return None

    def past(self) -> Iterator[dict[str, Any]]:
        """Manifests of all whole results, the latest first, for a list."""
        found = []
        for folder in self.root.iterdir():
            if RUN_ID.fullmatch(folder.name):
                with suppress(OSError, ValueError, KeyError):
                    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
                    if manifest["complete"] is True:
                        found.append((str(manifest["created"]), folder.name, manifest))
        yield from (manifest for _, _, manifest in sorted(found, key=lambda one: one[:2], reverse=True))
