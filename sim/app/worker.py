"""What a worker process of the web app does: units of a plan, then the result, then what a page shows.

It is kept warm: libraries and kernels stay loaded, and so do the last histories, which every option of the
same world continues from. It is told what to do through a pipe and answers each task with one message. Who
asks for what, and in which order, is decided in `sim.app.jobs`.
"""

from __future__ import annotations

import gc
import os
import signal
import time
import traceback
from collections import OrderedDict
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.app.first import AHEAD, seat
from sim.app.store import Shelf
from sim.errors import SimError
from sim.experiment.machinery import NationalModel

if TYPE_CHECKING:
    from sim.config.schema import Parameters
    from sim.experiment.machinery import Past
    from sim.experiment.plan import Plan

HISTORY_MIB: Final = 100.0
"""About what one kept history and its population take [MiB]."""
ROOM_SHARE: Final = 0.4
"""Which part of the memory that is free when the worker starts its histories may fill, shared by two."""
_LONGEST: Final = 4_000  # characters of an account of a fault

Task = tuple[str, tuple[Any, ...]]
"""What to do, and with what."""
Answer = tuple[str, Any]
"""``done`` and what came out, or ``failed`` and why."""


class WarmModel(NationalModel):
    """The real model, which keeps the last populations and histories that can be continued many times."""

    def __init__(self, kept: int = 2) -> None:
        self.kept = kept
        self._people: OrderedDict[tuple[str, int, int], Any] = OrderedDict()
        self._pasts: OrderedDict[tuple[str, int, int], Past] = OrderedDict()

    def people(self, before: Parameters, seed: int, replication: int) -> Any:
        return _kept(
            self._people,
            self.kept,
            _key(before, seed, replication),
            lambda: super(WarmModel, self).people(before, seed, replication),
        )

    def past(self, people: Any, before: Parameters, seed: int, replication: int) -> Past:
        if not self.shares_past(before):
            return super().past(people, before, seed, replication)
        past: Past = _kept(
            self._pasts,
            self.kept,
            _key(before, seed, replication),
            lambda: super(WarmModel, self).past(people, before, seed, replication),
        )
        return past


def _key(before: Parameters, seed: int, replication: int) -> tuple[str, int, int]:
    from sim.config.identity import config_hash

    return config_hash(before), seed, replication


def _kept(store: OrderedDict[Any, Any], most: int, key: Any, make: Any) -> Any:
    """What is kept under this key, made now if it is not; the least used goes when there are too many."""
    if key not in store:
        while len(store) >= most:
            store.popitem(last=False)
        store[key] = make()
    store.move_to_end(key)
    return store[key]


def _set_aside() -> None:
    """Let the collector of garbage pass over what is loaded by now: looking through it took half of a run."""
    gc.collect()
    gc.freeze()


def histories_that_fit(wanted: int) -> int:
    """As many histories as are wanted, fewer where little memory is free, two at the least."""
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20
    except (AttributeError, OSError, ValueError):
        return 2
    return max(2, min(wanted, int(ROOM_SHARE * free / 2 / HISTORY_MIB)))


@lru_cache(maxsize=16)
def planned(overrides: tuple[str, ...]) -> Plan:
    """The plan of a comparison whose options stand in ``experiment.options``."""
    from sim.experiment.plan import of_compare

    return of_compare(overrides, ())


class Worker:
    """Carries tasks out; each public method is one kind of task.

    Parameters
    ----------
    root : Path
        The results folder.
    histories : int, optional
        How many histories it should keep at hand.
    """

    def __init__(self, root: Path, histories: int = 2) -> None:
        self.shelf = Shelf(root)
        self.model = WarmModel(histories_that_fit(histories))
        self._told: tuple[tuple[str, ...], Plan] | None = None

    def _plan_of(self, overrides: tuple[str, ...], told: Plan | None = None) -> Plan:
        """The plan of a round: the one that was told with it, now or before, or else made here."""
        if told is not None:
            self._told = overrides, told
        return self._told[1] if self._told and self._told[0] == overrides else planned(overrides)

    def prepare(self, overrides: tuple[str, ...]) -> None:
        """Load kernels and libraries, so that the first request need not wait for them."""
        import pandas  # noqa: F401
        import pyarrow.parquet  # noqa: F401

        from sim.app import answers  # noqa: F401
        from sim.config.compose import baseline
        from sim.experiment import compare, runner, store, tables  # noqa: F401
        from sim.present import page, plots, read  # noqa: F401

        self.model.prepare(baseline(overrides), lambda _: None)
        _set_aside()

    def ahead(self, overrides: tuple[str, ...], number: int, workers: int, step: int) -> bool:
        """Run today's rules in one world before anybody asks, and keep its history at hand.

        Parameters
        ----------
        overrides : tuple of str
        number, workers : int
            Of this worker, and how many there are: each keeps the histories of its own seats.
        step : int
            Which of its worlds, counted from 0; the two central runs come first.

        Returns
        -------
        bool
            Whether there is another one that it has room for.
        """
        from sim.experiment.unit import work

        plan = planned((*overrides, *AHEAD))
        own = [unit for unit in plan.units if seat(unit.world, unit.replication) % workers == number]
        if step < len(own):
            unit = replace(own[step], runs=own[step].runs[:1])
            people = self.model.people(unit.before, unit.seed, unit.replication)
            self.model.past(people, unit.before, unit.seed, unit.replication)
            work(unit, self.model, self.shelf.parts, lambda _: None)
            _set_aside()
        return step + 1 < min(len(own), self.model.kept)

    def skeleton(self, overrides: tuple[str, ...]) -> tuple[str, list[int]]:
        """The run id of a plan, and for each of its units the seat."""
        plan = planned(overrides)
        return plan.run_id, [seat(unit.world, unit.replication) for unit in plan.units]

    def unit(self, overrides: tuple[str, ...], number: int, plan: Plan | None = None) -> None:
        """Run one unit of a plan and keep its parts; those that are there are not run again."""
        from sim.experiment.unit import work

        work(self._plan_of(overrides, plan).units[number], self.model, self.shelf.parts, lambda _: None)

    def store(self, overrides: tuple[str, ...], workers: int, began: float, plan: Plan | None = None) -> str:
        """Put the result of what began at `began` [s, by the clock] together, its answer too; its run id."""
        from sim.experiment import store
        from sim.experiment.disk import only_writer
        from sim.experiment.runner import Account

        plan = self._plan_of(overrides, plan)
        target = self.shelf.result_path(plan.run_id)
        with only_writer(self.shelf.root, plan.run_id):
            if not store.is_whole(target):
                account = Account(workers=workers, seconds=max(time.time() - began, 0.0))
                store.assemble(plan, self.shelf.parts, target, account)
        self.answer(plan.run_id)
        return plan.run_id

    def answer(self, run_id: str) -> None:
        """Make ready what the answer page says of a stored result."""
        from sim.app.answers import answer_of

        if self.shelf.answer(run_id) is None:
            self.shelf.put(f"{run_id}.json", answer_of(self.shelf.result_path(run_id)))

    def draw(self, run_id: str) -> None:
        """Draw the figure of a stored result."""
        from sim.app.answers import figure_of

        if self.shelf.figure(run_id) is None:
            about, picture = figure_of(self.shelf.result_path(run_id))
            self.shelf.put(f"{run_id}.svg", picture)
            self.shelf.put(f"{run_id}.figure.json", about)

    def page(self, run_id: str) -> None:
        """Write the comparison page of a stored result, if it is not there."""
        from sim.present import page

        folder = self.shelf.result_path(run_id)
        if not (folder / page.FILE_NAME).is_file():
            page.write(folder)

    def report(self, run_id: str) -> None:
        """Write the report of a stored result, if it is not there."""
        from sim.present import report

        folder = self.shelf.result_path(run_id)
        if not (folder / report.FILE_NAME).is_file():
            report.write(folder)

    def tidy(self, overrides: tuple[str, ...]) -> None:
        """Delete the parts of options that are stored for good; today's rules serve the next request."""
        from sim.experiment.plan import BASELINE

        for unit in planned(overrides).units:
            for run in unit.runs:
                if run.scenario != BASELINE:
                    with suppress(OSError):
                        self.shelf.parts.path(run.key).unlink(missing_ok=True)


TASKS: Final = ("prepare", "ahead", "skeleton", "unit", "store", "answer", "draw", "page", "report", "tidy")


def main(pipe: Connection, root: Path, histories: int = 2) -> None:
    """The life of a worker: one task after the other until the pipe is closed."""
    from sim.experiment.unit import end_with_parent

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if (parent := parent_process()) and parent.pid:
        end_with_parent(parent.pid)
    worker = Worker(root, histories)
    with suppress(EOFError, OSError):
        while True:
            name, given = pipe.recv()
            try:
                answer: Answer = ("done", getattr(worker, name)(*given) if name in TASKS else None)
            except SimError as error:
                answer = ("failed", str(error)[:_LONGEST])
            except Exception as error:
                told = "".join(traceback.format_exception(error))[-_LONGEST:]
                answer = ("failed", f"This is a fault of the program:\n{told}")
            pipe.send(answer)
