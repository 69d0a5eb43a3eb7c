"""`cliffedge sweep` and `cliffedge study run`: read a design, say what it takes, run it, write its rows.

Progress goes to standard error, results to standard output. Other verbs of the group have their own files.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError

if TYPE_CHECKING:
    from rich.console import Console

    from sim.study.designs import Design
    from sim.study.evaluate import Report, Work
    from sim.study.executors import Executor

RESULTS: Final = Path("results")
REPLICATIONS: Final = 4
_WORDS: Final = ("executor", "address", "workers")
_EXECUTORS: Final = ("local", "serial", "dask")
FEWEST: Final = {"replications": 1, "seed": 0, "workers": 0}
_BY_EXPERIMENT: Final = {
    "experiment.replications": "replications",
    "experiment.seed": "seed",
    "experiment.workers": "workers",
}


@dataclass(frozen=True)
class Asked:
    """How a design is to be run.

    Attributes
    ----------
    texts : tuple of str
        The overrides that are left.
    replications, seed, workers : int or None
    executor, address : str
    metrics, groups : tuple of str
    shard : (int, int) or None
        Which of how many.
    dry_run : bool
    """

    texts: tuple[str, ...] = ()
    replications: int | None = None
    seed: int | None = None
    workers: int | None = None
    executor: str = "local"
    address: str = ""
    metrics: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    shard: tuple[int, int] | None = None
    dry_run: bool = False


def sweep(overrides: Sequence[str], out: Path | None = None, **options: Any) -> Path:
    """Run every combination of the values that were given; the folder of the result.

    Raises
    ------
    SimError
        If an override, a point or an option is mistaken, or a unit fails.
    """
    from sim.config.multirun import expand
    from sim.study.designs import of_sweep

    asked = ask(overrides, **options)
    design = of_sweep(expand(asked.texts), "Sweep")
    return run_design(design, asked, out, shlex.join(["cliffedge", "sweep", *overrides]))


def run(file: Path, overrides: Sequence[str] = (), out: Path | None = None, **options: Any) -> Path:
    """Run the design of a file; `overrides` hold in every point. The folder of the result.

    Raises
    ------
    SimError
        If the file, an override, a point or an option is mistaken, or a unit fails.
    """
    from sim.study.design_files import read_design

    asked = ask(overrides, **options)
    design = read_design(file)
    points = [replace(one, world=(*asked.texts, *one.world)) for one in design.points]
    design = replace(design, points=tuple(points))
    return run_design(design, asked, out, shlex.join(["cliffedge", "study", "run", str(file), *overrides]))


def ask(
    overrides: Sequence[str],
    *,
    metrics: Sequence[str] = (),
    groups: Sequence[str] = (),
    shard: str = "",
    dry_run: bool = False,
) -> Asked:
    """Take out of the words what says how the work is done.

    Raises
    ------
    SimError
        If a word has a value that is not allowed.
    """
    told: dict[str, Any] = {}
    texts = []
    for text in overrides:
        name, _, value = text.partition("=")
        name = name.lstrip("+")
        if name in _WORDS or name in _BY_EXPERIMENT:
            known = _BY_EXPERIMENT.get(name, name)
            if known in told:
                raise SimError(f"{text}: is given twice")
            told[known] = _whole(text, value, known) if known in FEWEST else value
        else:
            texts.append(text)
    executor = told.get("executor", "local")
    if executor not in _EXECUTORS:
        from sim.study.designs import unknown

        raise SimError(f"executor={executor}: there is no such executor{unknown(executor, _EXECUTORS)}")
    if bool(told.get("address")) != (executor == "dask"):
        raise SimError(
            "executor=dask and address=tcp://HOST:PORT belong together: the address is the scheduler's; "
            "without them the work is done here (executor=local)"
        )
    told["workers"] = told.get("workers") or None
    return Asked(
        texts=tuple(texts),
        metrics=tuple(metrics),
        groups=tuple(groups),
        shard=_shard(shard) if shard else None,
        dry_run=dry_run,
        **told,
    )


def _whole(text: str, value: str, name: str) -> int:
    try:
        number = int(value)
    except ValueError:
        raise SimError(f"{text}: must be one whole number; the same for every point") from None
    if number < FEWEST[name]:
        raise SimError(f"{text}: allowed: {FEWEST[name]} or more; nearest: {FEWEST[name]}")
    return number


def _shard(text: str) -> tuple[int, int]:
    """Which of how many, from ``3/8``."""
    number, _, count = text.partition("/")
    if number.isdigit() and count.isdigit() and 1 <= int(number) <= int(count):
        return int(number), int(count)
    raise SimError(f"--shard {text}: must be one of how many, for example --shard 3/8 (1/8 to 8/8)")


def run_design(design: Design, asked: Asked, out: Path | None, command: str) -> Path:
    """Check a design, run what is missing of it and write its result.

    Raises
    ------
    SimError
        See `sim.study.evaluate.carry_out`.
    """
    from rich.console import Console

    from sim.config.mistakes import ConfigurationError
    from sim.experiment.plan import short_hash
    from sim.study import dataset
    from sim.study.evaluate import UNITS, carry_out, plan_work
    from sim.study.rows import check_metrics, detail_of
    from sim.study.store import Segments
    from sim.study.unit import ALL

    aside, console = Console(stderr=True), Console()
    metrics = asked.metrics or design.metrics or None
    groups = asked.groups or design.groups or (ALL,)
    check_metrics(metrics)
    seed = asked.seed if asked.seed is not None else design.seed
    if seed is None:
        from sim.config.compose import baseline

        seed = baseline().experiment.seed
    replications = asked.replications or design.replications or REPLICATIONS
    try:
        work = plan_work(design.points, replications, seed, detail_of(metrics, groups), asked.workers)
    except ConfigurationError as error:
        raise ConfigurationError([*design.mistakes, *_placed(error, design).mistakes]) from None
    if design.mistakes:
        raise ConfigurationError(design.mistakes)
    _note_covered(design, aside)
    root = (out or RESULTS).expanduser().absolute()
    told = [f"{one.name}={one.world}{one.scenarios}{one.levers}" for one in design.points]
    name = f"study-{short_hash(*told, work.replications, seed, metrics, groups, work.program)}"
    count = len(design.points)
    of_each = "1 replication" if replications == 1 else f"{replications} replications"
    _say(aside, f"{design.title}: {count} point{'s' * (count != 1)} x {of_each} (seed {seed})")
    if asked.dry_run:
        return _dry_run(work, root, asked, aside, console)
    owner, mine = name, lambda _: True
    if asked.shard is not None:
        number, count = asked.shard
        owner, mine = f"{name}-shard-{number}-of-{count}", lambda where: int(where, 16) % count == number - 1
    if groups != (ALL,):
        _check_groups(work, root, owner, metrics, groups)
    with _Progress(aside) as progress:
        report = carry_out(work, root, _executor(asked), mine=mine, owner=owner, progress=progress.show)
    store = Segments(root / UNITS, owner).open()
    there = sum(unit.address in store for unit in work.units())
    if there < len(work):
        _say(
            console,
            f"Shard {asked.shard[0] if asked.shard else 1} is finished: {there} of {len(work)} units are in "
            f"{store.folder}. The shard that finishes last writes the rows; the command without --shard runs "
            "whatever is still missing.",
        )
        return root / name
    rows = dataset.write(root / name, design, work, store, report, metrics, groups, command)
    _say_result(console, root / name, rows, report)
    return root / name


def _check_groups(
    work: Work, root: Path, owner: str, metrics: Sequence[str] | None, groups: Sequence[str]
) -> None:
    """Refuse a group that no run yields after the first unit, and not after the last."""
    from sim.study.evaluate import UNITS, carry_out, local
    from sim.study.rows import chosen
    from sim.study.store import Segments

    first = next(work.units()).address
    carry_out(work, root, local(1), mine=lambda where: where == first, owner=owner)
    names, _, _ = Segments(root / UNITS, owner).open().figures(first)
    chosen(names, metrics, groups)


def _placed(error: Any, design: Design) -> Any:
    from sim.study.designs import at_rows

    return at_rows(error, design) if design.rows else error


def _note_covered(design: Design, console: Console) -> None:
    """Say where a story sets what a point's world sets too: the world's value then holds until it starts."""
    from sim.config.stories import read_story
    from sim.config.tree import settings

    of_story: dict[str, set[str]] = {}
    covered: dict[tuple[str, str], None] = {}
    for one in design.points:
        for name in one.scenarios:
            if name not in of_story:
                of_story[name] = {path for path, _ in settings(read_story(name).changes)}
            for text in one.world:
                if (path := text.partition("=")[0]) in of_story[name]:
                    covered[path, name] = None
    for path, name in covered:
        _say(
            console,
            f"{path} is set by the scenario {name} too: the value given here holds until policy.start, the "
            f"scenario's from then on. To vary the option itself write option.{path}=...",
        )


def _executor(asked: Asked) -> Callable[[int], Executor]:
    """What makes the executor that was asked for."""
    from sim.study.evaluate import local
    from sim.study.executors import Dask

    if asked.executor == "dask":
        return lambda _: Dask(asked.address)
    return local(1 if asked.executor == "serial" else asked.workers)


def _dry_run(work: Work, root: Path, asked: Asked, aside: Console, console: Console) -> Path:
    """Say how many runs there are, how many are there, how long the rest takes and how much disk."""
    from sim.experiment.disk import prepare_root
    from sim.experiment.progress import in_words
    from sim.experiment.runner import cores
    from sim.study.evaluate import UNITS
    from sim.study.store import Segments
    from sim.study.unit import national

    root = prepare_root(root)
    store = Segments(root / UNITS, "dry-run").open()
    tasks = list(work.tasks(lambda where: where in store))
    missing = sum(len(task.options) for task in tasks)
    there = len(work) - sum(unit.address not in store for unit in work.units())
    _say(
        console,
        f"Units (a point and replication each): {len(work)}; {there} are there, {missing} to run.",
    )
    if not tasks:
        _say(console, "Nothing would be run: the rows would be written from what is there.")
        return root
    _say(aside, "Measuring: one task is run and kept ...")
    national(tasks[0])  # once without counting: compiling, loading
    began = time.perf_counter()
    measured = national(tasks[0])
    each = (time.perf_counter() - began) / len(measured)
    before = store.bytes_on_disk()
    store.add(measured)
    store_bytes = max(store.bytes_on_disk() - before, 1)
    names = len(measured[0].names)
    per_unit = min(store_bytes / len(measured), 16.0 * names + 200)
    slots = 1 if asked.executor == "serial" else asked.workers or cores()
    wall = each * missing / slots
    _say(
        console,
        f"Time: a unit takes {each:.2f} s of one core here, so about {in_words(wall)} with {slots} at a time"
        + (" on machines like this one, for each such number of cores." if asked.executor == "dask" else "."),
    )
    disk = (per_unit * missing + 20.0 * names * len(work)) / 1e6
    _say(console, f"Disk: about {disk:,.1f} MB below {root}: units that can be used again, and the rows.")
    return root


class _Progress:
    """A bar at a terminal, a line now and then elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console, self._began, self._said, self._first = console, time.monotonic(), 0.0, -1

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._console.is_terminal:
            self._console.print()

    def show(self, there: int, of: int) -> None:
        """Say how far the work has come."""
        from sim.experiment.progress import in_words

        now = time.monotonic()
        if self._first < 0:
            self._first = there
        pause = 0.5 if self._console.is_terminal else 10.0
        if there < of and now - self._said < pause and self._said:
            return
        self._said = now
        done = there - self._first
        left = ""
        if done and there < of:
            left = f", about {in_words((of - there) * (now - self._began) / done)} left"
        end = "\r" if self._console.is_terminal else "\n"
        self._console.print(
            f"{there} of {of} units{left}          ", end=end, markup=False, highlight=False, soft_wrap=True
        )


def _say_result(console: Console, folder: Path, rows: int, report: Report) -> None:
    from sim.experiment.progress import in_words
    from sim.study.dataset import POINTS, ROWS

    again = f"{report.kept} were there, " if report.kept else ""
    _say(console, f"{report.units} units: {again}{report.run} run now, in {in_words(report.seconds)}.")
    _say(console, f"{rows:,} rows: {folder / ROWS}; what each point sets: {folder / POINTS}")


def _say(console: Console, words: str) -> None:
    console.print(words, markup=False, highlight=False, soft_wrap=True)
