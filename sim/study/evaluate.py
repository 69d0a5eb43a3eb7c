"""Run every replication of every point that is not there yet, and give back the rows.

The one way in which studies run the model: nothing that is in the folder is run again, a command that was
killed goes on, and a failure names its point. How the points were chosen, and what their rows mean, is not
known here.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.experiment.disk import DiskError, only_writer, prepare_root
from sim.study.executors import Executor, Pool, Serial
from sim.study.points import Detail, Point, address, check_names
from sim.study.resolving import Known, resolve_all
from sim.study.store import Segments
from sim.study.unit import ALL, Task, Worker, national

if TYPE_CHECKING:
    import pandas as pd

UNITS: Final = "units"
_BATCH_SECONDS: Final = 4.0  # how long a batch should take: long beside what it costs to hand one over
_MOST_TASKS: Final = 100  # of one batch: bounds what is on its way at a time
_MOST_OPTIONS: Final = 16  # that share one history in one task
_GRACE: Final = 10.0  # how long a study that another command still holds is waited for [s]
_AHEAD: Final = 2  # batches handed over for each that is worked on
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Unit:
    """One replication of one point, and the address under which it is kept."""

    point: Point
    replication: int
    address: str


@dataclass
class Work:
    """What a study asks for: its units in order, by point and then replication.

    Attributes
    ----------
    points : sequence of Point
    known : list of Known
        What each point resolves to.
    replications : tuple of int
    seed : int
    detail : Detail
    program : str
    """

    points: Sequence[Point]
    known: list[Known]
    replications: tuple[int, ...]
    seed: int
    detail: Detail
    program: str

    def __len__(self) -> int:
        return len(self.points) * len(self.replications)

    def units(self) -> Iterator[Unit]:
        """Every unit, in order."""
        for point, known in zip(self.points, self.known, strict=True):
            for replication in self.replications:
                yield Unit(point, replication, self.address(known, replication))

    def address(self, known: Known, replication: int) -> str:
        """Under which one replication of a point is kept."""
        return address(known, self.program, self.seed, replication, self.detail)

    def tasks(self, there: Callable[[str], bool]) -> Iterator[Task]:
        """What is to be run: units of one world and replication together, those that are there left out."""
        worlds: dict[str, list[int]] = {}
        for place, known in enumerate(self.known):
            worlds.setdefault(known.today, []).append(place)
        handed_out: set[str] = set()
        for places in worlds.values():
            for replication in self.replications:
                missing: dict[str, Point] = {}
                for place in places:
                    where = self.address(self.known[place], replication)
                    if where not in handed_out and not there(where):
                        missing[where] = self.points[place]
                        handed_out.add(where)
                options = list(missing.items())
                for start in range(0, len(options), _MOST_OPTIONS):
                    some = tuple(options[start : start + _MOST_OPTIONS])
                    yield Task(some, self.seed, replication, self.detail, self.program)


@dataclass
class Report:
    """What it took.

    Attributes
    ----------
    units, kept, run : int
        All that are asked for; those that were there; those that were run now (one address counts once).
    seconds, busy : float
        From start to end, and spent in workers [s].
    batches : int
    peak_mib : float
        Largest peak memory of a worker [MiB].
    """

    units: int = 0
    kept: int = 0
    run: int = 0
    seconds: float = 0.0
    busy: float = 0.0
    batches: int = 0
    peak_mib: float = 0.0
    damaged: list[str] = field(default_factory=list)


class Stopped(SimError):
    """Somebody stopped the study; what is finished is kept."""

    exit_code = 130


def plan_work(
    points: Sequence[Point],
    replications: int | Sequence[int],
    seed: int,
    detail: Detail = Detail(),  # noqa: B008 - frozen
    workers: int | None = None,
) -> Work:
    """Check every point in full and say what is asked for; nothing is run.

    Parameters
    ----------
    points : sequence of Point
    replications : int or sequence of int
        How many, counted from 0, or which.
    seed : int
    detail : Detail
    workers : int, optional
        Processes that share the checking where there are many points.

    Raises
    ------
    SimError
        With the mistakes of all points.
    """
    from sim.config.identity import source_hash

    check_names(points)
    which = tuple(range(replications)) if isinstance(replications, int) else tuple(replications)
    if not which or min(which) < 0 or len(set(which)) < len(which):
        raise SimError(f"replications = {replications}; allowed: 1 or more, each once; nearest: 1")
    if not 0 <= seed < 2**63:
        raise SimError(f"seed = {seed}; allowed: 0 to 2**63 - 1; nearest: {min(max(seed, 0), 2**63 - 1)}")
    known = resolve_all(points, detail, workers)
    return Work(points, known, which, seed, detail, source_hash())


def carry_out(
    work: Work,
    folder: Path,
    executor: Callable[[int], Executor],
    *,
    worker: Worker = national,
    mine: Callable[[str], bool] = lambda _: True,
    owner: str = "main",
    progress: Progress | None = None,
) -> Report:
    """Run what is missing of a study and keep it.

    Parameters
    ----------
    work : Work
    folder : Path
        Of the study; its units are below it.
    executor : callable
        Makes the executor, told how many tasks there are; not called if there are none.
    worker : callable
        What a task does.
    mine : callable
        Whether this process runs the unit of an address: one shard of several.
    owner : str
        Whose segments are written.
    progress : callable, optional
        Told how many units are there and how many are asked for.

    Raises
    ------
    Stopped
        On Ctrl-C or SIGTERM; the same command continues.
    SimError
        If a unit failed; names its point, replication and seed. What is finished is kept.
    DiskError
    """
    began = time.perf_counter()
    folder = prepare_root(folder)
    with _alone(folder, owner):
        store = Segments(folder / UNITS, owner).open()
        report = Report(units=len(work), damaged=list(store.damaged))
        report.kept = sum(unit.address in store for unit in work.units())
        tasks = list(work.tasks(lambda where: where in store or not mine(where)))
        if progress is not None:
            progress(report.kept, len(work))
        if tasks:
            _run(tasks, store, executor(len(tasks)), worker, work, report, progress)
        store.tidy()
    report.seconds = time.perf_counter() - began
    return report


@contextmanager
def _alone(folder: Path, owner: str) -> Iterator[None]:
    """Hold the lock of this study; the workers of a command that was killed need a moment to end.

    Raises
    ------
    SimError
        If another command still runs it after some seconds.
    """
    until = time.monotonic() + _GRACE
    while True:
        lock = only_writer(folder, owner)
        try:
            lock.__enter__()
            break
        except DiskError:
            raise
        except SimError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


def _run(
    tasks: list[Task],
    store: Segments,
    executor: Executor,
    worker: Worker,
    work: Work,
    report: Report,
    progress: Progress | None,
) -> None:
    """Hand tasks out in batches of some seconds, keep what comes back."""
    waiting = list(reversed(tasks))
    out, per_task, at_once = 0, 0.0, True
    try:
        with _stopping():
            while waiting or out:
                slots = executor.slots
                while waiting and out < slots * _AHEAD:
                    size = max(1, int(_BATCH_SECONDS / per_task)) if per_task else 1
                    size = max(1, min(size, _MOST_TASKS, -(-len(waiting) // (slots * _AHEAD))))
                    executor.submit([waiting.pop() for _ in range(min(size, len(waiting)))], worker)
                    out += 1
                for done in executor.finished():
                    out -= 1
                    store.add(done.figures)
                    report.batches += 1
                    report.run += len(done.figures)
                    report.busy += done.seconds
                    report.peak_mib = max(report.peak_mib, done.peak_mib)
                    if done.failure:
                        raise SimError(done.failure, exit_code=done.exit_code)
                    per_task = _per_task(per_task, done)
                    if progress is not None:
                        progress(min(report.kept + report.run, len(work)), len(work))
        at_once = False
    except KeyboardInterrupt:
        raise Stopped(_where_it_stands(store, work)) from None
    except SimError as error:
        raise SimError(f"{error}\n{_where_it_stands(store, work)}", exit_code=error.exit_code) from None
    finally:
        executor.close(at_once=at_once)


def _per_task(before: float, done: Any) -> float:
    """How long a task takes, from what was measured: the latest batches count most [s]."""
    tasks = max(1, len({id(one.today) for one in done.figures}))
    now = float(done.seconds) / tasks
    return now if not before else 0.5 * before + 0.5 * now


def _where_it_stands(store: Segments, work: Work) -> str:
    there = sum(unit.address in store for unit in work.units())
    return (
        f"Stopped before the end: {there} of {len(work)} units are finished and kept in {store.folder}. "
        "The same command continues from there; deleting it starts afresh."
    )


@contextmanager
def _stopping() -> Iterator[None]:
    """SIGTERM ends the work as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def local(workers: int | None, worker: Worker = national) -> Callable[[int], Executor]:
    """Return what makes a pool of so many processes, by default one a core, with the engine at hand."""
    from sim.experiment.runner import cores

    def make(tasks: int) -> Executor:
        if worker is national:
            from sim.config.compose import baseline
            from sim.study.unit import warm

            warm(baseline())
        wanted = min(workers or cores(), tasks)
        return Pool(wanted) if wanted > 1 or workers is None else Serial()

    return make


def evaluate(
    points: Sequence[Point],
    *,
    replications: int | Sequence[int],
    seed: int,
    folder: Path,
    metrics: Sequence[str] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    groups: Sequence[str] = (ALL,),
    worker: Worker = national,
) -> pd.DataFrame:
    """Run what is missing of a design, and return its rows.

    Parameters
    ----------
    points : sequence of Point
    replications : int or sequence of int
        How many, counted from 0, or which. The same replication has the same people and the same keyed
        chance in every point, wherever their worlds allow it.
    seed : int
    folder : Path
        Where units are kept; those that are there are not run again, whatever design they came from.
    metrics : sequence of str, optional
        Names of `sim.outcomes.registry`; by default all that are measured on the cohort. Naming one of the
        family *calendar* has everyone's series measured too, which takes several times as long.
    workers : int, optional
        Processes at a time, by default one a core; 1 runs everything in this process.
    progress : callable, optional
        Told how many units are there and how many are asked for.
    groups : sequence of str, optional
        ``all``, or groups such as ``sex=female``.
    worker : callable, optional
        Stands in for the model in tests.

    Returns
    -------
    DataFrame
        One row a point, replication, metric and group, in that order: point, replication, metric, group,
        value (under the option), today (today's rules: same world, same keyed chance), difference.

    Raises
    ------
    SimError
        With the mistakes of all points, an unknown metric, or the unit that failed.
    Stopped
        On Ctrl-C; what is finished is kept.
    """
    from sim.study.rows import check_metrics, detail_of, frame

    check_metrics(metrics)
    work = plan_work(points, replications, seed, detail_of(metrics, groups), workers)
    carry_out(work, folder, local(workers, worker), worker=worker, progress=progress)
    store = Segments(prepare_root(folder) / UNITS).open()
    return frame(work, store, metrics, groups)
