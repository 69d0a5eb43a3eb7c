"""What one worker does: one replication of one world, its history once, then every scenario from a copy.

The people are made once, history is run once to the day the policy starts, and each scenario continues from
it, reduces its event log to outcomes and keeps them as a part: in this process where the past can serve again
and again, otherwise in a forked child. The baseline goes first, since it fixes the cohort; the others also
use the cores that are spare. Where processes cannot be forked, every scenario is run whole if the past serves
once only. How many units there are, and who starts them, is not known here.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from sim.errors import SimError
from sim.experiment.parts import Parts, part_of

if TYPE_CHECKING:
    from sim.experiment.machinery import Model, Past
    from sim.experiment.plan import Run, Unit

_LONGEST_TEXT = 8_000  # characters of a fault's account: it must fit into a pipe that nobody reads yet
Kind = Literal["history", "history done", "started", "done", "failed", "finished"]


@dataclass(frozen=True)
class Message:
    """What a worker tells while it works.

    Attributes
    ----------
    kind : str
    scenario : str
    seconds : float
        How long the step took that is now done [s].
    events, survivors : int
    peak_mib : float
        Peak memory so far [MiB].
    text, exit_code
        Of a failure: the whole account, and what the command ends with.
    """

    kind: Kind
    scenario: str = ""
    seconds: float = 0.0
    events: int = 0
    survivors: int = 0
    peak_mib: float = 0.0
    text: str = ""
    exit_code: int = 1


class Spare(Protocol):
    """Cores that nobody uses, counted across processes, such as a `multiprocessing.Semaphore`."""

    def acquire(self, block: bool) -> bool:
        """Take one; with ``block=False``, False where there is none."""
        ...

    def release(self) -> None:
        """Give one back."""
        ...


class RunFailed(SimError):
    """One run did not come to its end; its text names world, replication, scenario and seed."""


def peak_mib() -> float:
    """Peak resident memory of this process [MiB]; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def end_with_parent(parent: int) -> None:
    """Ask the system to end this process when the one that made it dies; nothing where it cannot be asked.

    Parameters
    ----------
    parent
        Process id of the one that made this one. If that died before it could be asked, this one ends here.
    """
    if sys.platform != "linux":
        return
    import ctypes

    set_death_signal = 1
    ctypes.CDLL(None, use_errno=True).prctl(set_death_signal, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def keep_memory() -> None:
    """Let this process keep the memory it frees, where the C library can be told so; else nothing changes.

    Every scenario of a unit needs as much again. Given back and asked for anew, memory costs more time than
    what is written to it.
    """
    if sys.platform != "linux":
        return
    import ctypes

    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):  # glibc's malloc.h; others have no such thing
        trim_threshold, mmap_max = -1, -4
        library.mallopt(trim_threshold, 2**31 - 1)
        library.mallopt(mmap_max, 0)


def account(unit: Unit, scenario: str, error: BaseException) -> Message:
    """A failure in words: where it happened, then the message, or the traceback of a fault of the program."""
    where = f"{unit.where}, scenario {scenario}" if scenario else unit.where
    if isinstance(error, SimError):
        return Message(
            "failed",
            scenario,
            text=f"The run of {where} stopped: {str(error)[:_LONGEST_TEXT]}",
            exit_code=error.exit_code,
        )
    told = "".join(traceback.format_exception(error))[-_LONGEST_TEXT:]
    return Message(
        "failed",
        scenario,
        text=f"The run of {where} failed, which is a fault of the program:\n{told}",
        exit_code=1,
    )


def ended_by(unit: Unit, scenario: str, signal_number: int) -> Message:
    """The message for a process that was ended from outside."""
    try:
        name = signal.Signals(signal_number).name
    except ValueError:
        name = "unknown"
    where = f"{unit.where}, scenario {scenario}" if scenario else f"{unit.where}, its history"
    why = "Often the machine ran out of memory: try experiment.workers=1. " if name == "SIGKILL" else ""
    return Message(
        "failed",
        scenario,
        text=f"The process that ran {where} was ended by signal {signal_number} ({name}). {why}"
        "What is finished is kept; the same command continues from there.",
        exit_code=1,
    )


def work(
    unit: Unit,
    model: Model,
    parts: Parts,
    tell: Callable[[Message], None],
    spare: Spare | None = None,
    fork: bool | None = None,
) -> None:
    """Run what is missing of a unit and keep it.

    Parameters
    ----------
    unit : Unit
    model : Model
    parts : Parts
        An opened folder; runs whose part is there already are left out.
    tell : callable
        Told of every step.
    spare : Spare, optional
        Cores beside this process's own, on which options may run once the baseline has fixed the cohort.
    fork : bool, optional
        Whether scenarios continue from one shared history; by default wherever the system can.

    Raises
    ------
    RunFailed
        If a run did not come to its end; those already finished are kept.
    """
    missing = [run for run in unit.runs if not parts.has(run.key, with_log=unit.keep_events)]
    if missing:
        forks = hasattr(os, "fork") if fork is None else fork
        tell(Message("history"))
        began = time.monotonic()
        people = model.people(unit.before, unit.seed, unit.replication)
        shared = forks or model.shares_past(unit.before)
        past = model.past(people, unit.before, unit.seed, unit.replication) if shared else None
        tell(Message("history done", seconds=time.monotonic() - began, peak_mib=peak_mib()))
        job = _Job(unit, model, parts, people, past)
        first, others = unit.runs[0], [run for run in missing if run is not unit.runs[0]]
        if first in missing:
            _carry_out([first], job, tell)
        baseline = parts.read(first.key)
        if baseline is None:
            raise RunFailed(
                f"The part of {unit.where}, scenario {first.scenario}, vanished while it was needed."
            )
        job.cohort = baseline.cohort
        _carry_out(others, job, tell, spare if forks else None)
    tell(Message("finished", peak_mib=peak_mib()))


@dataclass
class _Job:
    """What every scenario of a unit shares; `cohort` is None until the baseline has fixed it."""

    unit: Unit
    model: Model
    parts: Parts
    people: Any
    past: Past | None
    cohort: Any = None


def _one(run: Run, job: _Job) -> Message:
    """Run one scenario to its end, measure it and keep it."""
    began = time.monotonic()
    unit, model = job.unit, job.model
    is_first, events = job.cohort is None, None
    # With no figures of everyone, and nobody to read the log later, what happens to the cohort is enough.
    of_some = (
        None if is_first or unit.calendar or unit.keep_events else getattr(job.past, "continue_for", None)
    )
    if job.past is None:
        log = model.whole(job.people, unit.before, run.after, unit.seed, unit.replication)
    elif of_some is not None:
        log, events = of_some(run.after, job.cohort.rows)
    else:
        log = job.past.continue_with(run.after)
    cohort = model.cohort(job.people, log, unit.before) if is_first else job.cohort
    measured = model.measure(job.people, log, cohort, unit.before, unit.calendar, run.after)
    seconds, survivors = time.monotonic() - began, model.count(job.people)
    events = len(log) if events is None else events
    if unit.keep_events:
        job.parts.write_log(run.key, log)
    part = part_of(
        measured,
        cohort=cohort if is_first else None,
        seconds=seconds,
        events=events,
        survivors=survivors,
        peak_mib=peak_mib(),
    )
    job.parts.write(run.key, part)
    return Message("done", run.scenario, seconds, events, survivors, peak_mib())


@dataclass(frozen=True)
class _Child:
    """A process that runs one scenario; `core` is the spare one it will give back, None if it needs none."""

    run: Run
    pipe: int
    core: Spare | None


def _carry_out(
    runs: list[Run], job: _Job, tell: Callable[[Message], None], spare: Spare | None = None
) -> None:
    """Run scenarios one after the other on this process's core, and beside it on as many as are spare.

    Where a past can serve once only, every scenario has a child of its own, and this process waits for them.
    """
    here = job.past is None or job.past.repeatable
    waiting, children = list(runs), dict[int, _Child]()
    try:
        while waiting or children:
            while waiting:
                own = not here and all(child.core for child in children.values())
                if not own and not (spare and len(waiting) > here and spare.acquire(False)):
                    break
                run = waiting.pop(0)
                tell(Message("started", run.scenario))
                pid, pipe = _fork(run, job, None if own else spare)
                children[pid] = _Child(run, pipe, None if own else spare)
            if here and waiting:
                run = waiting.pop(0)
                tell(Message("started", run.scenario))
                try:
                    done = _one(run, job)
                except Exception as error:
                    _fail(account(job.unit, run.scenario, error))
                tell(done)
            elif children:
                _hear_one(children, job, tell)
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _hear_one(children: dict[int, _Child], job: _Job, tell: Callable[[Message], None]) -> None:
    """Wait until one of the children has ended, and tell what it said."""
    pid, status = os.waitpid(-1, 0)
    if pid not in children:
        return
    child = children.pop(pid)
    message = _heard(child.pipe)
    if os.WIFSIGNALED(status):
        message = ended_by(job.unit, child.run.scenario, os.WTERMSIG(status))
    elif message is None:
        message = account(job.unit, child.run.scenario, RuntimeError("its process ended without a word"))
    if message.kind == "failed":
        _fail(message)
    tell(message)


def _fail(message: Message) -> None:
    """Raise a failure that was told."""
    raise RunFailed(message.text, exit_code=message.exit_code)


def _fork(run: Run, job: _Job, core: Spare | None) -> tuple[int, int]:
    """Start one scenario from a copy of this process; its number, and the pipe it will speak through.

    The child gives its core back as soon as it needs it no longer.
    """
    reading, writing = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    try:
        os.close(reading)
        end_with_parent(parent)
        try:
            message = _one(run, job)
        except BaseException as error:
            message = account(job.unit, run.scenario, error)
        os.write(writing, json.dumps(asdict(message)).encode())
        if core:
            core.release()
    finally:
        os._exit(0)


def _heard(pipe: int) -> Message | None:
    """What a child said before it ended."""
    with open(pipe, "rb") as file:
        said = file.read()
    try:
        return Message(**json.loads(said))
    except (ValueError, TypeError):
        return None
