"""The mutation score of a room: each mutant against whole runs, then the tests that come through its lines.

pytest collects the room's tests once. Every test then runs in a copy of that process (`os.fork`), once as
things are, noting lines and time, and again against each mutant, quickest first, until one fails. The whole
runs of a room are taken to come through every line. A mutant that breaks something, or never ends, is noticed
too; one whose lines no test comes through is not. The figures are `tests.mutation.scored`'s. Needs `os.fork`.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pickle
import random
import signal
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest

from tests.mutation.operators import CHECKOUT, Mutant, code_of
from tests.mutation.rooms import ROOMS, Room
from tests.mutation.scored import NEVER_ENDED, Fate, summary

SEED: Final = 20260401
PATIENCE: Final = 5.0
"""A mutant is given so many times as long as its tests take as things are, and ten seconds more."""
AT_MOST: Final = 8.0
"""Tests tried on one mutant besides the whole runs, in seconds as things are (while lines are noted)."""

Lines = set[tuple[str, int]]
EVERYWHERE: Final = ("", 0)
"""A line that stands for every line."""


@dataclass(frozen=True)
class Trial:
    """A test as things are: what it comes through, and how long it takes while that is noted [s]."""

    lines: Lines
    seconds: float


def _collect_nothing() -> None:
    """A copy that is soon thrown away looks for no garbage: looking would write to all that it shares."""
    gc.disable()
    gc.collect = lambda generation=2: 0
    gc.freeze = gc.unfreeze = gc.enable = lambda: None


def in_copy(work: Callable[[], Any], seconds: float) -> tuple[Any, str]:
    """What a piece of work returns in a copy of this process, or None and why there is nothing.

    Parameters
    ----------
    work : callable
    seconds : float
        Of the processor, after which the copy is ended.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setpgid(0, 0)
            _collect_nothing()
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_PROF, seconds)
            os.close(reading)
            silent = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silent, 1)
            os.dup2(silent, 2)
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(pickle.dumps(work()))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return None, NEVER_ENDED if os.WTERMSIG(status) == signal.SIGPROF else "it crashed"
    return (pickle.loads(said), "") if said else (None, "it ended without a word")


_IN_HAND: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []
"""What the workers do and to what; set before they are started, since each is a copy of this process."""


def _at_place(place: int) -> Any:
    work, things = _IN_HAND[-1]
    return work(things[place])


def in_workers(work: Callable[[Any], Any], things: Sequence[Any], workers: int) -> Iterator[Any]:
    """What a piece of work says of each thing, in their order, from so many copies of this process."""
    if workers == 1:
        yield from map(work, things)
        return
    _IN_HAND.append((work, things))
    try:
        with ProcessPoolExecutor(workers, get_context("fork")) as pool:
            yield from pool.map(_at_place, range(len(things)))
    finally:
        _IN_HAND.pop()


def passes(item: pytest.Item) -> bool:
    """Whether a test passes, with everything it sets up and takes down."""
    from _pytest.runner import runtestprotocol

    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def _through(item: pytest.Item, files: set[str]) -> tuple[bool, Lines, float]:
    """Whether a test passes, the lines of these files it comes through, and the seconds it takes so."""
    reached: Lines = set()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        name = frame.f_code.co_filename
        if name not in files:
            return None

        def local(inner: FrameType, event: str, _: Any) -> Any:
            reached.add((name, inner.f_lineno))
            return local

        return local

    sys.settrace(trace)
    try:
        passed = passes(item)
    finally:
        sys.settrace(None)
    return passed, reached, time.process_time()


def _whole(item: pytest.Item) -> tuple[bool, Lines, float]:
    """As `_through`, of a whole run, whose lines are not noted."""
    return passes(item), {EVERYWHERE}, time.process_time()


def as_things_are(items: Sequence[pytest.Item], room: Room, workers: int = 1) -> dict[str, Trial]:
    """Each test's lines and time, of those that pass and are quick enough."""
    files = {str(file) for file in room.sources()}
    found: dict[str, Trial] = {}

    def note(item: pytest.Item) -> Any:
        if room.is_whole_run(item.nodeid):
            return in_copy(lambda: _whole(item), room.longest)
        return in_copy(lambda: _through(item, files), room.longest)

    for item, (traced, why) in zip(items, in_workers(note, items, workers), strict=True):
        passed, lines, seconds = traced or (False, set(), 0.0)
        if traced is None or not passed:
            print(f"not used: {item.nodeid}: {why or 'it fails as things are'}", flush=True)
        elif lines:
            found[item.nodeid] = Trial(lines, seconds)
    print(f"{len(found)} of {len(items)} tests are used", flush=True)
    return found


def _forget() -> None:
    """Empty every cache of the model, so that nothing reckoned before the change is used after it."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("sim.engine", "sim.pathway", "sim.outcomes")):
            for thing in vars(module).values():
                if hasattr(thing, "cache_clear"):
                    thing.cache_clear()


def put_in(mutant: Mutant) -> None:
    """Make the change in this process."""
    thing: Any = importlib.import_module(mutant.module)
    for name in mutant.function.split("."):
        thing = vars(thing)[name]
    for wrapped in ("fget", "func", "__func__", "__wrapped__"):
        thing = getattr(thing, wrapped, None) or thing
    thing.__code__ = code_of(mutant)
    _forget()


def chosen_for(mutant: Mutant, trials: dict[str, Trial]) -> tuple[list[str], float]:
    """The tests that come through a mutant's lines, quickest first, and their seconds."""
    lines = {(str(mutant.file), line) for line in range(mutant.line, mutant.last_line + 1)} | {EVERYWHERE}
    told, seconds = list[str](), 0.0
    for one, name in sorted((trial.seconds, name) for name, trial in trials.items() if trial.lines & lines):
        if told and EVERYWHERE not in trials[name].lines and seconds + one > AT_MOST:
            break
        told.append(name)
        seconds += one
    return told, seconds


def fate_of(mutant: Mutant, items: dict[str, pytest.Item], trials: dict[str, Trial]) -> Fate:
    """Run the tests that come through a mutant's lines until one notices it."""
    told, seconds = chosen_for(mutant, trials)
    if not told:
        return Fate(mutant, None, 0)

    def work() -> str:
        put_in(mutant)
        return next((name for name in told if not passes(items[name])), "")

    noticed, why = in_copy(work, 10.0 + PATIENCE * seconds)
    return Fate(mutant, why or noticed or None, len(told))


def _load(kernels: bool) -> None:
    """Read files, libraries and, where they are needed, kernels once, not in every copy."""
    import holidays  # noqa: F401
    import pandas  # noqa: F401
    import scipy.stats  # noqa: F401

    from sim.config.compose import baseline

    baseline(())
    if kernels:
        from sim.engine.compiled.cache import warm
        from tests.agreement.engines import agree, small

        warm(print)
        agree(small(0.005), small(0.005))
    gc.collect()
    gc.freeze()


class Score:
    """Takes the place of pytest's own loop over the tests.

    Parameters
    ----------
    room : str
    sample, seed : int
        So many mutants drawn by lot with this seed; 0: all.
    again : collection of str
        Only mutants of these names; none: every mutant.
    workers : int
    write : Path, optional
        A file for the name of each mutant and of the test that noticed it, kept up while the score is taken.
    """

    def __init__(
        self,
        room: str,
        sample: int,
        seed: int,
        again: Collection[str] = (),
        workers: int = 1,
        write: Path | None = None,
    ) -> None:
        self.name, self.room, self.sample, self.seed = room, ROOMS[room], sample, seed
        self.again, self.workers, self.write = frozenset(again), workers, write
        self.fates: dict[str, Fate] = {}
        self.every = 0

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try one part of the tests on every mutant, then the other on those not noticed."""
        _load(self.room.kernels)
        mutants = [one for one in self.room.mutants() if not self.again or one.name in self.again]
        self.every = len(mutants)
        if 0 < self.sample < len(mutants):
            chosen = random.Random(self.seed).sample(range(len(mutants)), self.sample)
            mutants = [
                mutants[k] for k in chosen
            ]  # in the order of the lot: the first so many are a sample, too
        whole = [item for item in session.items if self.room.is_whole_run(item.nodeid)]
        others = [item for item in session.items if not self.room.is_whole_run(item.nodeid)]
        for part in (whole, others) if self.room.whole_runs_first else (others, whole):
            if part and mutants:
                mutants = self._try(mutants, part)
        for fate in self.fates.values():
            if fate.noticed_by is None:
                print(f"{fate.mutant.where}  {fate.mutant.name}  ({fate.tried} tests)")
        return True

    def _try(self, mutants: Sequence[Mutant], tests: Sequence[pytest.Item]) -> list[Mutant]:
        """Try some tests on some mutants; those that none noticed."""
        items = {item.nodeid: item for item in tests}
        trials = as_things_are(tests, self.room, self.workers)
        unnoticed: list[Mutant] = []
        fates = in_workers(lambda mutant: fate_of(mutant, items, trials), mutants, self.workers)
        for number, (mutant, fate) in enumerate(zip(mutants, fates, strict=True), 1):
            before = self.fates.get(mutant.name)
            self.fates[mutant.name] = replace(fate, tried=fate.tried + (before.tried if before else 0))
            if fate.noticed_by is None:
                unnoticed.append(mutant)
            if number % 10 == 0 or number == len(mutants):
                print(f"... {number - len(unnoticed)} of {number}", flush=True)
                self._keep()
        return unnoticed

    def _keep(self) -> None:
        if self.write is not None:
            told = {name: fate.noticed_by for name, fate in self.fates.items()}
            self.write.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def main(
    room: str,
    sample: int = 0,
    seed: int = SEED,
    write: Path | None = None,
    again: Path | None = None,
    workers: int = 1,
) -> int:
    """Take the score of a room and print it; the exit code is 0 if 85% are noticed.

    `write` names a file for what became of each mutant; given as `again`, only those that were not noticed
    are tried.
    """
    before = json.loads(again.read_text(encoding="utf-8")) if again else {}
    unnoticed = [name for name, noticed_by in before.items() if noticed_by is None]
    score = Score(room, sample, seed, unnoticed, workers, write)
    os.chdir(CHECKOUT)
    began = time.monotonic()
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--capture=no", "--no-header"]
    options += [word for name in score.room.without for word in ("--deselect", name)]
    pytest.main([*options, "-m", "not deep", *score.room.tests], plugins=[score])
    fates = list(score.fates.values())
    for line in summary(score.name, fates, score.every, score.seed):
        print(line)
    print(f"in {time.monotonic() - began:.0f} s")
    noticed = sum(fate.noticed_by is not None for fate in fates)
    return 0 if fates and noticed >= 0.85 * len(fates) else 1
