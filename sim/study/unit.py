"""What a worker does: one replication of one world: history once, today's rules, then every option.

Each option gives two vectors of figures, its own and today's, of the same people under the same keyed chance.
The event logs are dropped. Nothing is stored and no design is known here; where it runs (a process of the
pool, another machine) makes no difference.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.study.points import Detail, Point, resolve

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.config.schema import Parameters

_LONGEST_TEXT: Final = 8_000  # characters of a fault's account
ALL: Final = "all"


@dataclass(frozen=True)
class Task:
    """One replication of one world, with the options that are tried in it.

    Attributes
    ----------
    options : tuple of (address, Point)
        All of one world.
    seed, replication : int
    detail : Detail
    program : str
        What the program is known by; another machine must have the same.
    """

    options: tuple[tuple[str, Point], ...]
    seed: int
    replication: int
    detail: Detail
    program: str


@dataclass(frozen=True, eq=False)
class Figures:
    """What is kept of one replication of one point.

    Attributes
    ----------
    address : str
    names : tuple of (metric, group)
    value, today : ndarray of float64, shape (n_names,)
        The option's figures, and those of today's rules; missing ones are not a number.
    seconds : float
        Its share of what the task took [s].
    """

    address: str
    names: tuple[tuple[str, str], ...]
    value: NDArray[np.float64]
    today: NDArray[np.float64]
    seconds: float


@dataclass
class Done:
    """What came of a batch of tasks: the finished figures, and the failure that ended it early, if any."""

    figures: list[Figures] = field(default_factory=list)
    failure: str = ""
    exit_code: int = 1
    seconds: float = 0.0
    peak_mib: float = 0.0


Worker = Callable[[Task], Sequence[Figures]]


def national(task: Task) -> list[Figures]:
    """Run a task with the model of this package.

    Raises
    ------
    SimError
        If a point is mistaken, or the engine refuses it.
    """
    import numpy as np

    from sim.experiment.machinery import NationalModel

    began = time.perf_counter()
    _same_program(task.program)
    model = NationalModel()
    resolved = [(address, resolve(point, task.detail)) for address, point in task.options]
    before = resolved[0][1].before
    warm(before)
    people = model.people(before, task.seed, task.replication)
    shared = model.shares_past(before)
    past = model.past(people, before, task.seed, task.replication) if shared else None

    # Without figures of everyone, what happens to the cohort is enough (see `sim.experiment.unit`).
    calendar = task.detail.calendar
    of_some = None if calendar else getattr(past, "continue_for", None)

    def log_under(after: Parameters) -> Any:
        if past is None:
            return model.whole(people, before, after, task.seed, task.replication)
        return past.continue_with(after) if of_some is None else of_some(after, cohort.rows)[0]

    log = past.continue_with(before) if past is not None else log_under(before)
    cohort = model.cohort(people, log, before)

    def figures(log: Any, after: Parameters) -> dict[tuple[str, str], float]:
        rows = model.measure(people, log, cohort, before, calendar, after).rows
        return {
            (str(row["metric"]), str(row["group"])): float(row["value"])
            for row in rows
            if task.detail.groups or row["group"] == ALL
        }

    today = figures(log, before)
    del log
    names = tuple(today)
    todays = np.array(list(today.values()), np.float64)
    found = []
    for address, one in resolved:
        if one.option == one.today:
            values = todays
        else:
            measured = figures(log_under(one.after), one.after)
            values = np.array([measured.get(name, np.nan) for name in names], np.float64)
        found.append((address, values))
    seconds = (time.perf_counter() - began) / len(found)
    return [Figures(address, names, values, todays, seconds) for address, values in found]


@cache
def _same_program(wanted: str) -> None:
    """Refuse work of another version of this program: its figures would be kept under a wrong address."""
    from sim.config.identity import source_hash

    if wanted != (here := source_hash()):
        raise SimError(
            f"This worker has another version of the program (source {here}) than the study that sent the "
            f"work (source {wanted}); allowed: the same on every machine. Install the same version, start "
            "the worker again, and give the same command again."
        )


def warm(before: Parameters) -> None:
    """Have the compiled engine and the modules at hand; once in the life of a process."""
    from sim.experiment.machinery import NationalModel

    engine = before.experiment.engine
    if engine not in _READY:
        NationalModel().prepare(before, lambda _: None)
        _READY.add(engine)


_READY: set[str] = set()


def work(batch: Sequence[Task], worker: Worker) -> Done:
    """Carry out a batch of tasks, one after another; stop at the first that fails, and say which.

    Returns
    -------
    Done
        The figures of all that finished, also where one failed.
    """
    from sim.experiment.unit import peak_mib

    done = Done()
    began = time.perf_counter()
    for task in batch:
        names = ", ".join(point.name for _, point in task.options)
        where = f"point {names}, replication {task.replication}, seed {task.seed}"
        try:
            done.figures += worker(task)
        except SimError as error:
            done.failure, done.exit_code = (
                f"The run of {where} stopped: {error}"[:_LONGEST_TEXT],
                error.exit_code,
            )
            break
        except Exception as error:
            told = "".join(traceback.format_exception(error))[-_LONGEST_TEXT:]
            done.failure = f"The run of {where} failed, which is a fault of the program:\n{told}"
            break
    done.seconds, done.peak_mib = time.perf_counter() - began, peak_mib()
    return done
