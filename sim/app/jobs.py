"""The desk of the web app: a queue of requests, worked off by a few warm processes, sharper round by round.

A request is answered first from few replications with a few assumptions varied, then with all of them,
then from more, as long as somebody looks. First answers go before sharper ones, idle workers run today's
rules ahead, and equal requests are one job. Every change is written down: a restart goes on where it was.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final

from sim.app import worker
from sim.app.first import HISTORIES, ROUNDS
from sim.app.hands import Hand, Work
from sim.app.pace import FIRST, FIRST_WITH_TODAY, Pace, left
from sim.app.store import CANCELLED, DONE, FAILED, OPEN, RESTING, RUNNING, WAITING, Job, Shelf

if TYPE_CHECKING:
    from sim.app.worker import Task
    from sim.experiment.plan import Plan

LOOKED_FOR: Final = 30.0  # how long a sharpening goes on after somebody last looked [s]
FEW: Final = 2  # units that are left to the worker that has their history at hand
GRACE: Final = 5.0  # how long a cancelled unit may still run [s]


class Desk:
    """Takes requests and has them run.

    Parameters
    ----------
    shelf : Shelf
    workers : int
        Processes at a time.
    rounds : sequence of tuple of str
        Overrides that each round adds.
    ahead : tuple of str or None
        Overrides of the world whose baseline is run before anybody asks; None for no such run.
    source : str, optional
        Hash of the program; that of this copy if not given.
    """

    def __init__(
        self,
        shelf: Shelf,
        workers: int = 2,
        rounds: tuple[tuple[str, ...], ...] = ROUNDS,
        ahead: tuple[str, ...] | None = (),
        source: str = "",
    ) -> None:
        from sim.config.identity import source_hash

        self.shelf, self.rounds, self.source = shelf, rounds, source or source_hash()
        self.pace = Pace(shelf.folder / "pace.json")
        self.lock = threading.RLock()
        self.jobs: dict[str, Job] = {}
        self._work: dict[str, Work] = {}
        self._chores: list[Task] = []
        self._failed_chores: dict[Task, str] = {}
        self._hands: list[Hand] = []
        self._workers, self._ahead = max(workers, 1), ahead
        self._context = multiprocessing.get_context("spawn")
        self._wake_in, self._wake_out = multiprocessing.Pipe(duplex=False)
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="cliffedge desk", daemon=True)
        for job in shelf.jobs():
            if job.source != self.source and job.state in OPEN:
                job.source, job.rounds, job.state = self.source, [], WAITING
            elif job.state in OPEN:
                job.state = RESTING if job.rounds else WAITING
            if job.source == self.source:
                self.jobs[job.id] = job

    # -------------------------------------------------------------------------------------- from the pages
    def start(self) -> None:
        """Start the workers and work the queue off."""
        self._thread.start()

    def close(self) -> None:
        """End the workers; what is open stays written down."""
        self._stopping = True
        self._wake()
        if self._thread.is_alive():
            self._thread.join(10)

    @property
    def ready(self) -> bool:
        """Whether a worker has loaded what it needs."""
        return any(hand.ready for hand in self._hands)

    def submit(self, job: Job) -> Job:
        """Take a request in; if an equal one is there, that one, begun again if it had been cancelled."""
        with self.lock:
            known = self.jobs.get(job.id)
            if known is None:
                known = self.jobs[job.id] = job
            elif known.state in (CANCELLED, FAILED):
                known.state, known.error, known.arrived = WAITING, "", time.time()
                known.state = RESTING if known.rounds else WAITING
            known.looked = time.time()
            self.shelf.keep(known)
        self._wake()
        return known

    def look(self, job_id: str) -> Job | None:
        """The job of this id, noted as looked at."""
        with self.lock:
            job = self.jobs.get(job_id)
            if job is not None:
                job.looked = time.time()
        return job

    def of_query(self, query: str) -> Job | None:
        """The job that was asked for with these choices."""
        with self.lock:
            return next((job for job in self.jobs.values() if job.query == query), None)

    def cancel(self, job_id: str) -> Job | None:
        """Stop a job; what is stored stays, and what is being run may take a few seconds to end."""
        with self.lock:
            job = self.jobs.get(job_id)
            if job is None or job.state not in OPEN:
                return job
            job.state = CANCELLED
            self._work.pop(job_id, None)
            for hand in self._hands:
                if hand.job is job:
                    hand.kill_at = time.monotonic() + GRACE
            self.shelf.keep(job)
        self._wake()
        return job

    def place(self, job: Job) -> int:
        """How many requests will get their first answer before this one."""
        with self.lock:
            return sum(
                other.state in OPEN and not other.rounds and other.arrived < job.arrived
                for other in self.jobs.values()
            )

    def want(self, kind: str, run_id: str) -> str:
        """Have something made ready of a stored result: ``answer``, ``draw`` or ``page``; why it failed."""
        task: Task = (kind, (run_id,))
        with self.lock:
            doing = any(hand.task == task for hand in self._hands)
            if task not in self._chores and not doing and task not in self._failed_chores:
                self._chores.append(task)
            failed = self._failed_chores.get(task, "")
        self._wake()
        return failed

    def first_runs_today(self, job: Job) -> bool:
        """Whether today's rules have to be run before the first answer to this request."""
        changed = len(job.overrides) > 1
        return not job.rounds and (changed or any(hand.ahead for hand in self._hands) or not self._hands)

    def left(self, job: Job) -> str:
        """How long the round under way takes still, in words; empty while that is not known."""
        with self.lock:
            work = self._work.get(job.id)
            if job.state != RUNNING or work is None or not work.planned:
                return ""
            return left(job.done, job.total, time.time() - work.began)

    def _wake(self) -> None:
        with suppress(OSError):
            self._wake_out.send(None)

    # ------------------------------------------------------------------------------------------ the thread
    def _run(self) -> None:
        self._hire(0)
        while not self._stopping:
            with self.lock:
                if any(hand.ready for hand in self._hands) and len(self._hands) < self._workers:
                    self._hire(len(self._hands))
                for hand in list(self._hands):
                    if hand.task is None and hand.ready:
                        self._occupy(hand)
            self._listen()
        for hand in self._hands:
            hand.process.kill()
            hand.process.join(3)

    def _hire(self, number: int) -> None:
        """Start a worker and have it load what it needs."""
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=worker.main,
            args=(theirs, self.shelf.root, -(-HISTORIES // self._workers)),
            name=f"cliffedge app {number}",
            daemon=True,
        )
        process.start()
        theirs.close()
        hand = Hand(number, process, ours)
        self._hands.append(hand)
        self._give(hand, ("prepare", (self._ahead or (),)), lambda kind, out: self._prepared(hand))

    def _prepared(self, hand: Hand) -> None:
        hand.ready = True
        if not self._run_ahead(hand):
            hand.ahead = False

    def _run_ahead(self, hand: Hand) -> bool:
        """Have an idle worker run today's rules of one more world; False if there is none left."""
        if self._ahead is None or not hand.ahead:
            return False
        task = ("ahead", (self._ahead, hand.number, self._workers, hand.step))
        self._give(hand, task, lambda kind, out: self._ran_ahead(hand, kind, out))
        return True

    def _ran_ahead(self, hand: Hand, kind: str, out: Any) -> None:
        hand.step += 1
        hand.ahead = kind == "done" and bool(out)

    def _give(self, hand: Hand, task: Task, then: Callable[[str, Any], None], job: Job | None = None) -> None:
        hand.task, hand.then, hand.job, hand.kill_at = task, then, job, float("inf")
        hand.began = time.monotonic()
        try:
            hand.pipe.send(task)
        except OSError:
            self._lost(hand)

    def _listen(self) -> None:
        """Take in what the workers say; replace those that are gone or have to go."""
        sources = {hand.pipe: hand for hand in self._hands}
        heard = wait([*sources, self._wake_in], timeout=0.25)
        if self._wake_in in heard:
            while self._wake_in.poll():
                self._wake_in.recv()
        with self.lock:
            for hand in list(self._hands):
                if hand.pipe in heard:
                    try:
                        kind, out = hand.pipe.recv()
                    except (EOFError, OSError):
                        self._lost(hand)
                        continue
                    if kind == "done" and hand.task is not None:
                        self.pace.note(hand.task[0], time.monotonic() - hand.began)
                    then, hand.task, hand.then, hand.job = hand.then, None, None, None
                    if then is not None:
                        then(kind, out)
                elif time.monotonic() > hand.kill_at or not hand.process.is_alive():
                    self._lost(hand)

    def _lost(self, hand: Hand) -> None:
        """A worker is gone: whoever waited for it is told, and another is started in its place."""
        hand.process.kill()
        hand.process.join(3)
        hand.pipe.close()
        if hand in self._hands:
            self._hands.remove(hand)
        then, hand.then = hand.then, None
        if then is not None and hand.ready:
            then("lost", "The process that worked on it was ended from outside.")
        if not self._stopping:
            self._hire(hand.number)

    # ------------------------------------------------------------------------------------------ what next
    def _occupy(self, hand: Hand) -> None:
        """Give a free worker the most urgent thing it can do."""
        now = time.time()
        waiting = sorted(
            (job for job in self.jobs.values() if job.state in OPEN),
            key=lambda job: (len(job.rounds), job.arrived),
        )
        first = [job for job in waiting if not job.rounds]
        later = [job for job in waiting if job.rounds and now - job.looked < LOOKED_FOR]
        for job in waiting:
            if job.rounds and job.state == RUNNING and now - job.looked >= LOOKED_FOR:
                job.state = RESTING
        if any(self._next_of(job, hand) for job in first):
            return
        if self._chores:
            task = self._chores.pop(0)
            self._give(hand, task, lambda kind, out: self._chore_over(task, kind, out))
            return
        if not any(self._next_of(job, hand) for job in later):
            self._run_ahead(hand)

    def _chore_over(self, task: Task, kind: str, out: Any) -> None:
        if kind != "done":
            self._failed_chores[task] = str(out)

    def _next_of(self, job: Job, hand: Hand) -> bool:
        """Give the worker the next step of a job; False if there is none for it now."""
        work = self._work.setdefault(job.id, Work())
        overrides = self.overrides_of(job)
        if not work.planned and not job.rounds and job.units:
            work.asked, work.planned, work.began = True, True, time.time()
            work.today_first = self.first_runs_today(job)
            work.units, job.done, job.total = list(enumerate(job.units)), 0, len(job.units)
        if not work.planned:
            if work.asked:
                return False
            work.asked, work.began = True, time.time()
            self._give(hand, ("skeleton", (overrides,)), lambda k, o: self._planned(job, work, k, o), job)
        elif work.units:
            unit = next((u for u in work.units if u[1] % self._workers == hand.number), work.units[0])
            if unit[1] % self._workers != hand.number and self._better_left(unit[1], job, work):
                return False
            work.units.remove(unit)
            work.in_hand += 1
            one: Task = ("unit", (overrides, unit[0], self._untold(job, hand)))
            self._give(hand, one, lambda k, o: self._ran(job, work, unit, k, o), job)
        elif work.in_hand == 0 and work.asked:
            work.asked = False
            last: Task = ("store", (overrides, self._workers, work.began, self._untold(job, hand)))
            self._give(hand, last, lambda k, o: self._stored(job, k, o), job)
        else:
            return False
        job.state = RUNNING
        return True

    def _untold(self, job: Job, hand: Hand) -> Plan | None:
        """The plan of the first round, if the worker has not had it yet: making it anew takes a while."""
        if job.rounds or job.plan is None or hand.told is job.plan:
            return None
        hand.told = job.plan
        return job.plan

    def overrides_of(self, job: Job) -> tuple[str, ...]:
        """What the command line would be given for the next round of a job."""
        return (*job.overrides, *self.rounds[len(job.rounds)], *(() if job.rounds else job.first))

    def _better_left(self, seat: int, job: Job, work: Work) -> bool:
        """Whether a unit waits for the worker that has its history at hand: it is free, or will be soon."""
        return any(
            hand.number == seat % self._workers
            and hand.ready
            and (hand.task is None or (hand.job is job and len(work.units) <= FEW))
            for hand in self._hands
        )

    def _planned(self, job: Job, work: Work, kind: str, out: Any) -> None:
        if self._went_wrong(job, work, kind, out):
            work.asked = False
            return
        work.planned, work.units = True, list(enumerate(out[1]))
        job.done, job.total = 0, len(work.units)

    def _ran(self, job: Job, work: Work, unit: tuple[int, int], kind: str, out: Any) -> None:
        work.in_hand -= 1
        if self._went_wrong(job, work, kind, out):
            work.units.insert(0, unit)
            return
        job.done += 1

    def _stored(self, job: Job, kind: str, out: Any) -> None:
        work = self._work.pop(job.id, Work())
        if self._went_wrong(job, work, kind, out):
            self._work[job.id] = Work(failures=work.failures)
            return
        if job.state == CANCELLED:
            return
        if not job.rounds:
            self.pace.note(FIRST_WITH_TODAY if work.today_first else FIRST, time.time() - work.began)
        job.rounds.append(out)
        job.plan = None
        if len(job.rounds) == len(self.rounds):
            job.state = DONE
            self._chores.append(("tidy", ((*job.overrides, *self.rounds[-1]),)))
        self.shelf.keep(job)
        self._chores.insert(0, ("draw", (out,)))

    def _went_wrong(self, job: Job, work: Work, kind: str, out: Any) -> bool:
        """Note a failure: a lost worker is tried once more, a mistake is final."""
        if kind == "done":
            return False
        if job.state == CANCELLED:
            return True
        work.failures += 1
        if kind == "failed" or work.failures > 1:
            job.state, job.error = FAILED, str(out)
            self._work.pop(job.id, None)
            self.shelf.keep(job)
        return True


def cores() -> int:
    """How many worker processes a server starts: one a core that it may use, at most four."""
    from sim.experiment.runner import cores as available

    return max(1, min(available(), 4))
