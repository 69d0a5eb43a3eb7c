"""A pool of processes that carries out a plan, can be stopped and goes on where it was stopped.

Every unit gets a process of its own, started in the plan's order, as many at a time as there are cores.
What comes out is stored in the plan's order, so it does not depend on how many there were, nor on who
finished first. What a unit does is in `sim.experiment.unit`; what is stored, in `sim.experiment.store`.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from sim.errors import SimError
from sim.experiment import standing, store
from sim.experiment.continuing import take_over
from sim.experiment.disk import only_writer, prepare_root
from sim.experiment.parts import Parts
from sim.experiment.progress import Unwatched, Watch
from sim.experiment.unit import (
    Message,
    RunFailed,
    Spare,
    account,
    end_with_parent,
    ended_by,
    keep_memory,
    peak_mib,
    work,
)

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from sim.experiment.machinery import Model
    from sim.experiment.plan import Plan, Unit

_LOOK_EVERY = 0.2  # [s]
_GRACE = 3.0  # how long a process is given to end when asked [s]


class Stopped(SimError):
    """Somebody stopped the experiment; what is finished is kept."""

    exit_code = 130


@dataclass
class Account:
    """What it took.

    Attributes
    ----------
    workers : int
        Processes at a time.
    seconds : float
        From start to stored [s].
    history_seconds : list of float
        One for each history that was run now, not in an earlier start [s].
    peak_mib : float
        Largest peak resident memory of any one process, worker or scenario [MiB]. Pages that a scenario
        shares with its worker are counted in each.
    kept : int
        Runs that were finished by an earlier start of the same command.
    """

    workers: int = 0
    seconds: float = 0.0
    history_seconds: list[float] = field(default_factory=list)
    peak_mib: float = 0.0
    kept: int = 0

    def and_then(self, later: Account) -> Account:
        """What this and the next stretch of the same experiment took together."""
        return Account(
            max(self.workers, later.workers),
            self.seconds + later.seconds,
            self.history_seconds + later.history_seconds,
            max(self.peak_mib, later.peak_mib),
            self.kept,
        )


def run(
    plan: Plan, model: Model, root: Path, *, watch: Watch | None = None, spent: Account | None = None
) -> Path:
    """Carry out a plan and store its result.

    Parameters
    ----------
    plan : Plan
    model : Model
    root : Path
        The results folder; made if missing.
    watch : Watch, optional
        Shown how far the work has come.
    spent : Account, optional
        What it took already, of an experiment that was run in stretches.

    Returns
    -------
    Path
        The finished result, ``root/<run-id>``. If it was there already, whole and readable, nothing is run.

    Raises
    ------
    Stopped
        On Ctrl-C or SIGTERM; the same command continues.
    RunFailed
        If a run did not come to its end; names world, replication, scenario and seed.
    DiskError
        If something could not be written.
    SimError
        If another command is writing the same run.
    """
    began = time.monotonic()
    root = prepare_root(root)
    target = root / plan.run_id
    with only_writer(root, plan.run_id):
        standing.clear_away(target)
        why, aside = standing.why_not(target), standing.put_aside(target)
        parts = Parts(root / f"{plan.run_id}.parts")
        if not why:
            parts.remove()  # of a command that was killed when all was done but this
            return target
        watch = watch or Unwatched()
        if target.exists():
            watch.say(standing.replacing(target, why, aside))
        parts.open()
        take_over(plan, parts, root, watch.say)
        report = _Pool(plan, model, parts, watch).carry_out()
        report.seconds = time.monotonic() - began
        store.assemble(plan, parts, target, spent.and_then(report) if spent else report, aside)
        parts.remove()
    return target


def gather(plan: Plan, model: Model, parts: Parts, watch: Watch | None = None) -> Account:
    """Run what is missing of a plan into an opened folder of parts, and assemble nothing.

    Raises
    ------
    Stopped, RunFailed, DiskError
        As in `run`.
    """
    began = time.monotonic()
    report = _Pool(plan, model, parts, watch or Unwatched()).carry_out()
    report.seconds = time.monotonic() - began
    return report


def cores() -> int:
    """How many this process may use."""
    available: Any = getattr(os, "sched_getaffinity", None)
    return len(available(0)) if available else os.cpu_count() or 1


@dataclass
class _Worker:
    """A running unit; `scenarios` are those it is at, `over` is set once it has said its last."""

    unit: Unit
    process: BaseProcess
    hears: Connection
    scenarios: list[str] = field(default_factory=list)
    over: bool = False


def _worker(unit: Unit, model: Model, folder: Path, tells: Connection, spare: Spare) -> None:
    """The life of a worker. Ctrl-C at the terminal is for the parent alone to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(os, "setpgid"):
        with suppress(OSError):
            os.setpgid(0, 0)
    if (parent := parent_process()) and parent.pid:
        end_with_parent(parent.pid)
    keep_memory()
    gc.freeze()  # what has been imported stays: it need not be looked through time and again
    try:
        work(unit, model, Parts(folder), tells.send, spare)
    except RunFailed as error:
        tells.send(Message("failed", text=str(error), exit_code=error.exit_code))
    except BrokenPipeError:  # the parent is gone
        return
    except Exception as error:
        tells.send(account(unit, "", error))


class _Pool:
    """Starts units, listens to them, and ends them when asked."""

    def __init__(self, plan: Plan, model: Model, parts: Parts, watch: Watch) -> None:
        self._plan, self._model, self._parts, self._watch = plan, model, parts, watch
        self._working: list[_Worker] = []
        self._asked_to_stop = 0
        # Forked workers start at once and need nothing pickled; elsewhere a fresh interpreter is started.
        self._make: Any = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
        self._spare = self._make.Semaphore(0)

    def carry_out(self) -> Account:
        """Run every unit that is not finished.

        Raises
        ------
        Stopped, RunFailed
        """
        plan = self._plan
        kept = {
            run.key
            for unit in plan.units
            for run in unit.runs
            if self._parts.has(run.key, with_log=unit.keep_events)
        }
        if damaged := len(self._parts.damaged):
            self._watch.say(
                f"{damaged} of the runs kept by an earlier start {'is' if damaged == 1 else 'are'} damaged "
                f"or cut short and will be run again: {', '.join(sorted(self._parts.damaged)[:3])}"
            )
        waiting = [unit for unit in plan.units if any(run.key not in kept for run in unit.runs)]
        if waiting:
            self._model.prepare(waiting[0].before, self._watch.say)
        allowed = plan.workers or cores()
        workers = min(allowed, len(waiting))
        for _ in range(allowed - workers):
            self._spare.release()
        at_once = min(allowed, plan.runs - len(kept)) if waiting else 0
        report = Account(workers=at_once, peak_mib=peak_mib(), kept=len(kept))
        before = self._listen_for_stop()
        self._watch.begin(plan, max(at_once, 1), kept)
        try:
            while (waiting or self._working) and not self._asked_to_stop:
                while waiting and len(self._working) < workers:
                    self._start(waiting.pop(0))
                had = len(self._working)
                self._listen(report)
                for _ in range(had - len(self._working) - len(waiting)):
                    self._spare.release()  # no unit waits for this core: the others may use it
                self._watch.tick()
        finally:
            self._end_all()
            self._watch.end()
            for number, handler in before.items():
                signal.signal(number, handler)
        if self._asked_to_stop:
            raise Stopped(self._where_it_stands())
        return report

    def _listen_for_stop(self) -> dict[int, Any]:
        """Answer Ctrl-C and SIGTERM by a note that the loop reads; the handlers that stood before."""
        if threading.current_thread() is not threading.main_thread():
            return {}
        numbers = [signal.SIGTERM]
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            numbers.append(signal.SIGINT)
        return {number: signal.signal(number, self._note_stop) for number in numbers}

    def _note_stop(self, number: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = number

    def _start(self, unit: Unit) -> None:
        hears, tells = self._make.Pipe(duplex=False)
        process = self._make.Process(
            target=_worker,
            args=(unit, self._model, self._parts.folder, tells, self._spare),
            name=f"cliffedge {unit.where}",
        )
        process.start()
        tells.close()
        if hasattr(os, "setpgid"):
            with suppress(OSError):  # the worker does the same; whoever is first
                os.setpgid(process.pid, process.pid)
        self._working.append(_Worker(unit, process, hears))

    def _listen(self, report: Account) -> None:
        """Take in what the workers say; notice those that ended."""
        wait([worker.hears for worker in self._working if not worker.over], timeout=_LOOK_EVERY)
        for worker in list(self._working):
            exit_code = worker.process.exitcode  # read before the last words, so that none is missed
            with suppress(EOFError, OSError):
                while worker.hears.poll():
                    self._take(worker, worker.hears.recv(), report)
            if exit_code is None and not worker.over:
                continue
            if worker.over:
                worker.process.join(_GRACE)
            else:
                scenario = worker.scenarios[-1] if worker.scenarios else ""
                self._end(worker)
                if exit_code is not None and exit_code < 0:
                    lost = ended_by(worker.unit, scenario, -exit_code)
                else:
                    lost = account(
                        worker.unit, scenario, RuntimeError(f"its process ended with code {exit_code}")
                    )
                raise RunFailed(f"{lost.text}\n{self._where_it_stands()}", exit_code=lost.exit_code)
            self._end(worker)

    def _take(self, worker: _Worker, message: Message, report: Account) -> None:
        """Note one thing a worker said."""
        report.peak_mib = max(report.peak_mib, message.peak_mib)
        self._watch.told(worker.unit, message)
        if message.kind == "started":
            worker.scenarios.append(message.scenario)
        elif message.kind == "done" and message.scenario in worker.scenarios:
            worker.scenarios.remove(message.scenario)
        elif message.kind == "history done":
            report.history_seconds.append(message.seconds)
        elif message.kind == "finished":
            worker.over = True
        elif message.kind == "failed":
            worker.over = True
            raise RunFailed(f"{message.text}\n{self._where_it_stands()}", exit_code=message.exit_code)

    def _end(self, worker: _Worker) -> None:
        """Make sure that a worker and the scenarios it started are gone, and forget it."""
        pid = worker.process.pid
        if hasattr(os, "killpg") and pid is not None:
            with suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
        if worker.process.is_alive():
            worker.process.kill()
        worker.process.join(_GRACE)
        worker.hears.close()
        self._working.remove(worker)

    def _end_all(self) -> None:
        """End whatever is running; parts that are finished stay."""
        for worker in list(self._working):
            self._end(worker)

    def _where_it_stands(self) -> str:
        """What is finished, where it is kept and how to go on."""
        self._end_all()
        finished = sum(
            self._parts.has(run.key, with_log=unit.keep_events)
            for unit in self._plan.units
            for run in unit.runs
        )
        return (
            f"Stopped before the end: {finished} of {self._plan.runs} runs are finished and kept in "
            f"{self._parts.folder}. The same command continues from there; deleting it starts afresh."
        )
