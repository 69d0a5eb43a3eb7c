"""How far an experiment has come: a live table at a terminal, plain lines elsewhere, and the time left.

It is told what happens and shows it; it decides nothing and no result depends on it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table

    from sim.experiment.plan import Plan, Unit
    from sim.experiment.unit import Message


class Watch(Protocol):
    """Whoever wants to know how far the work has come."""

    def say(self, what: str) -> None:
        """Something takes a while before the work starts."""
        ...

    def begin(self, plan: Plan, workers: int, kept: set[str]) -> None:
        """The work starts; `kept` are the addresses of runs that are finished already."""
        ...

    def told(self, unit: Unit, message: Message) -> None:
        """A worker said something."""
        ...

    def tick(self) -> None:
        """A moment has passed."""
        ...

    def end(self) -> None:
        """The work is over, finished or not."""
        ...


class Unwatched:
    """Shows nothing."""

    def say(self, what: str) -> None:
        """Nothing."""

    def begin(self, plan: Plan, workers: int, kept: set[str]) -> None:
        """Nothing."""

    def told(self, unit: Unit, message: Message) -> None:
        """Nothing."""

    def tick(self) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""


def in_words(seconds: float) -> str:
    """A length of time [s], as a person would say it.

    Examples
    --------
    >>> in_words(4), in_words(100), in_words(4000)
    ('4 s', '1 min 40 s', '1 h 7 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole < 600 else f"{round(whole / 60)} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


class TimeLeft:
    """Estimates from what has finished: histories and scenarios are timed apart.

    Parameters
    ----------
    histories, runs : int
        How many of each there are still to do.
    workers : int
        How many are done at a time.
    """

    def __init__(self, histories: int, runs: int, workers: int) -> None:
        self.histories, self.runs, self.workers = histories, runs, max(workers, 1)
        self._history = [0.0, 0.0]
        self._run = [0.0, 0.0]

    def history_done(self, seconds: float) -> None:
        """One history took this long [s]."""
        self.histories -= 1
        self._history[0] += seconds
        self._history[1] += 1

    def run_done(self, seconds: float) -> None:
        """One scenario took this long [s]."""
        self.runs -= 1
        self._run[0] += seconds
        self._run[1] += 1

    def seconds(self, in_hand: float = 0.0) -> float | None:
        """Time left [s], or None while nothing of a kind still to do has been timed.

        Parameters
        ----------
        in_hand : float
            Time already spent on what is running now, over all workers [s].
        """
        if (self.histories and not self._history[1]) or (self.runs and not self._run[1]):
            return None
        work = 0.0
        for count, (spent, timed) in ((self.histories, self._history), (self.runs, self._run)):
            work += count * spent / timed if timed else 0.0
        return max(work - in_hand, 0.0) / self.workers


class _Counts:
    """What is done and running, by world and scenario."""

    def __init__(self, plan: Plan, workers: int, kept: set[str]) -> None:
        self.scenarios = tuple(story.name for story in plan.stories)
        self.worlds = tuple(world.name for world in plan.worlds)
        self.total: dict[tuple[str, str], int] = {}
        self.done: dict[tuple[str, str], int] = {}
        self.running: dict[tuple[str, int, str], float] = {}
        self.kept = 0
        units = 0
        for unit in plan.units:
            units += any(run.key not in kept for run in unit.runs)
            for run in unit.runs:
                cell = (unit.world, run.scenario)
                self.total[cell] = self.total.get(cell, 0) + 1
                self.done[cell] = self.done.get(cell, 0) + (run.key in kept)
                self.kept += run.key in kept
        self.runs = sum(self.total.values())
        self.left = TimeLeft(units, self.runs - self.kept, min(workers, max(units, 1)))

    def take(self, unit: Unit, message: Message) -> None:
        """Count what a worker said."""
        place = (unit.world, unit.replication, message.scenario)
        if message.kind in {"history", "started"}:
            self.running[place] = time.monotonic()
        elif message.kind == "history done":
            self.running.pop(place, None)
            self.left.history_done(message.seconds)
        elif message.kind == "done":
            self.running.pop(place, None)
            cell = (unit.world, message.scenario)
            self.done[cell] = self.done.get(cell, 0) + 1
            self.left.run_done(message.seconds)
        elif message.kind == "failed":
            self.running.pop(place, None)

    @property
    def finished(self) -> int:
        """How many runs are done, those kept from before included."""
        return sum(self.done.values())

    def time_left(self) -> str:
        """In words."""
        now = time.monotonic()
        seconds = self.left.seconds(sum(now - since for since in self.running.values()))
        return "time left: not known yet" if seconds is None else f"about {in_words(seconds)} left"


_MANY = 40
_LINE_EVERY = 5.0  # [s]


class Lines:
    """Plain lines for logs and pipes: one for each finished step, or one now and then if there are many."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._counts: _Counts | None = None
        self._said = 0.0

    def say(self, what: str) -> None:
        """Say it."""
        self._console.print(what, markup=False, highlight=False, soft_wrap=True)

    def _is_time(self, counts: _Counts) -> bool:
        """Whether another line is welcome."""
        now = time.monotonic()
        if counts.runs > _MANY and counts.finished < counts.runs and now - self._said < _LINE_EVERY:
            return False
        self._said = now
        return True

    def begin(self, plan: Plan, workers: int, kept: set[str]) -> None:
        """Say how much there is to do."""
        self._counts = counts = _Counts(plan, workers, kept)
        again = f", {counts.kept} of them kept from an earlier start" if counts.kept else ""
        self.say(f"{counts.runs} runs{again}; {workers} at a time.")

    def told(self, unit: Unit, message: Message) -> None:
        """Say what has finished."""
        if (counts := self._counts) is None:
            return
        counts.take(unit, message)
        where = f"{unit.world}, replication {unit.replication}"
        if message.kind not in ("history done", "done") or not self._is_time(counts):
            return
        if message.kind == "history done":
            self.say(f"  {where}: history to the policy's start in {in_words(message.seconds)}")
        else:
            self.say(
                f"[{counts.finished}/{counts.runs}] {where}: {message.scenario} "
                f"in {in_words(message.seconds)}; {counts.time_left()}"
            )

    def tick(self) -> None:
        """Nothing: a line says what has happened, not that time passes."""

    def end(self) -> None:
        """Nothing more."""


class LiveTable:
    """A table of worlds by scenarios that fills up while one looks at it.

    It is redrawn when the runner says so and never from a thread of its own, since processes are forked.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._counts: _Counts | None = None
        self._live: Live | None = None
        self._drawn = 0.0

    def say(self, what: str) -> None:
        """Say it above the table."""
        self._console.print(what, markup=False, highlight=False)

    def begin(self, plan: Plan, workers: int, kept: set[str]) -> None:
        """Show the table."""
        from rich.live import Live

        self._counts = _Counts(plan, workers, kept)
        self._live = Live(self._table(), console=self._console, auto_refresh=False)
        self._live.start(refresh=True)

    def told(self, unit: Unit, message: Message) -> None:
        """Fill a cell."""
        if self._counts is not None:
            self._counts.take(unit, message)
            self._draw()

    def tick(self) -> None:
        """Redraw about once a second, so that the clocks go on."""
        if time.monotonic() - self._drawn >= 1.0:
            self._draw()

    def end(self) -> None:
        """Leave the table as it stands."""
        if self._live is not None:
            self._draw()
            self._live.stop()
            self._live = None

    def _draw(self) -> None:
        if self._live is not None:
            self._drawn = time.monotonic()
            self._live.update(self._table(), refresh=True)

    def _table(self) -> Table:
        from rich.table import Table

        counts = self._counts
        assert counts is not None
        now = time.monotonic()
        kept = f" ({counts.kept} kept from an earlier start)" if counts.kept else ""
        table = Table(
            title=f"{counts.finished} of {counts.runs} runs done{kept}, {counts.time_left()}",
            title_justify="left",
            pad_edge=False,
        )
        table.add_column("world")
        table.add_column("history")
        for scenario in counts.scenarios:
            table.add_column(scenario.replace("+", " + "), justify="right")
        for world in counts.worlds:
            since = [now - at for (name, _, run), at in counts.running.items() if name == world and not run]
            cells = [f"running {in_words(max(since))}" if since else ""]
            for scenario in counts.scenarios:
                done, total = counts.done.get((world, scenario), 0), counts.total.get((world, scenario), 0)
                since = [
                    now - at
                    for (name, _, run), at in counts.running.items()
                    if (name, run) == (world, scenario)
                ]
                running = f", running {in_words(max(since))}" if since else ""
                cells.append(f"{done}/{total}{running}" if total else "")
            table.add_row(world.replace(":", ", "), *cells)
        return table


def watch(console: Console) -> Watch:
    """A live table at a terminal, lines elsewhere."""
    return LiveTable(console) if console.is_terminal else Lines(console)
