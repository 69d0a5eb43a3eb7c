"""Where batches of work are carried out: in this process, on a pool of processes, or on a Dask cluster.

An executor takes batches and gives back what came of them, in any order. What a batch is, how large, and what
is done with the figures is decided by whoever uses it.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Any, Protocol

from sim.errors import SimError
from sim.study.unit import Done, Task, Worker, work


class Executor(Protocol):
    """Carries out batches."""

    name: str

    @property
    def slots(self) -> int:
        """How many batches are worked on at a time."""
        ...

    def submit(self, batch: Sequence[Task], worker: Worker) -> None:
        """Take a batch."""
        ...

    def finished(self) -> list[Done]:
        """Wait until something is finished, and give it back.

        Raises
        ------
        SimError
            If whoever worked on a batch was lost, and it cannot be given to another.
        """
        ...

    def close(self, *, at_once: bool = False) -> None:
        """End the workers; `at_once` without waiting for what they are at."""
        ...


class Serial:
    """One batch at a time in this very process: for one core, and where processes cannot be started."""

    name = "serial"
    slots = 1

    def __init__(self) -> None:
        self._waiting: list[tuple[Sequence[Task], Worker]] = []

    def submit(self, batch: Sequence[Task], worker: Worker) -> None:
        self._waiting.append((batch, worker))

    def finished(self) -> list[Done]:
        batch, worker = self._waiting.pop(0)
        return [work(batch, worker)]

    def close(self, *, at_once: bool = False) -> None:
        self._waiting.clear()


class Pool:
    """Processes on this machine. They end with the process that made them, however that ends."""

    name = "local"

    def __init__(self, workers: int) -> None:
        self.slots = workers
        context = multiprocessing.get_context(
            "fork" if hasattr(os, "fork") and sys.platform != "darwin" else "spawn"
        )
        self._pool = ProcessPoolExecutor(workers, context, _begin, (os.getpid(),))
        self._running: set[Future[Done]] = set()

    def submit(self, batch: Sequence[Task], worker: Worker) -> None:
        self._running.add(self._pool.submit(work, batch, worker))

    def finished(self) -> list[Done]:
        done, self._running = wait(self._running, return_when=FIRST_COMPLETED)
        try:
            return [future.result() for future in done]
        except BrokenProcessPool:
            raise SimError(
                "A process that ran part of the study was ended from outside; often the machine ran out of "
                "memory: try fewer workers.",
                exit_code=1,
            ) from None

    def close(self, *, at_once: bool = False) -> None:
        if at_once:
            for process in list((self._pool._processes or {}).values()):
                with suppress(OSError):
                    process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)


def _begin(parent: int) -> None:
    """The first thing a process of the pool does. Ctrl-C at the terminal is for the parent to answer."""
    from sim.experiment.unit import end_with_parent

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with_parent(parent)
    gc.freeze()  # what has been imported stays: it need not be looked through time and again


class Dask:
    """A Dask cluster that is running already. A worker that is lost loses nothing: its batches go to another.

    Parameters
    ----------
    address : str
        Of the scheduler, for example ``tcp://10.0.0.5:8786``.

    Raises
    ------
    SimError
        If the extra ``cluster`` is not installed, or nobody answers at the address.
    """

    name = "dask"

    def __init__(self, address: str, patience: float = 30.0) -> None:
        try:
            from distributed import Client, as_completed
        except ImportError:
            raise SimError(
                'executor=dask needs the extra "cluster", which is not installed here; install it with: '
                'pip install "cliffedge[cluster]"; nearest: executor=local'
            ) from None
        try:
            connect: Any = Client
            self._client: Any = connect(address, timeout=patience, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise SimError(
                f"executor=dask address={address}: no Dask scheduler answers there ({error}). "
                "Start one with: dask scheduler; and workers with: dask worker ADDRESS --nthreads 1"
            ) from None
        try:
            self._client.wait_for_workers(1, timeout=patience)
        except TimeoutError:
            self._client.close()
            raise SimError(
                f"executor=dask address={address}: the scheduler has no workers. Start some with: "
                f"dask worker {address} --nthreads 1"
            ) from None
        finished: Any = as_completed
        self._finished: Any = finished(loop=self._client.loop)
        self._running: set[Any] = set()

    @property
    def slots(self) -> int:
        """How many batches the workers that are there now can take at a time."""
        told = self._client.scheduler_info(n_workers=-1)["workers"].values()
        return max(1, sum(int(one["nthreads"]) for one in told))

    def submit(self, batch: Sequence[Task], worker: Worker) -> None:
        future = self._client.submit(work, list(batch), worker, pure=False)
        self._running.add(future)
        self._finished.add(future)

    def finished(self) -> list[Done]:
        from distributed.scheduler import KilledWorker

        future = next(self._finished)
        self._running.discard(future)
        try:
            return [future.result()]
        except KilledWorker as error:
            raise SimError(f"The cluster lost every worker given one batch: {error}", exit_code=1) from None

    def close(self, *, at_once: bool = False) -> None:
        with suppress(Exception):
            for future in self._running:
                future.cancel()
        self._client.close()
