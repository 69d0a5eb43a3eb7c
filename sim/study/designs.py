"""Where the points of a design come from: a sweep, a factorial, a Latin hypercube, Sobol points, a CSV file.

A design says which values are tried; it resolves and runs nothing. Every value is kept as it is written on
the command line, and its number beside it for the table of points.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from sim.config.mistakes import ConfigurationError, Mistake, did_you_mean, listed, nearest
from sim.errors import SimError
from sim.study.points import Point

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OPTION: Final = "option."
"""Before a path: the value is the option's alone, from ``policy.start`` on."""
SCENARIOS: Final = "scenarios"
MOST_POINTS: Final = 1_000_000
Kind = Literal["factorial", "latin_hypercube", "sobol", "points"]
Value = float | int | bool | str | None


@dataclass(frozen=True)
class Design:
    """Points to be run, and how often.

    Attributes
    ----------
    title : str
    points : tuple of Point
    settings : tuple of dict
        For every point the values that were set, by path (``option.`` before the path of the option's own).
    replications, seed : int or None
        If the design says them; the command may say otherwise.
    metrics, groups : tuple of str
        Empty if the design does not say.
    rows : tuple of int
        Of a CSV file: the row of every point, as a spreadsheet counts them.
    source : str
        The file it was read from.
    mistakes : tuple of Mistake
        Found while reading, to be told together with those of the points.
    """

    title: str
    points: tuple[Point, ...]
    settings: tuple[Mapping[str, Value], ...]
    replications: int | None = None
    seed: int | None = None
    metrics: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    source: str = ""
    mistakes: tuple[Mistake, ...] = field(default=())

    @property
    def columns(self) -> list[str]:
        """Paths that any point sets, in the order in which they are met."""
        return list(dict.fromkeys(path for one in self.settings for path in one))


# ------------------------------------------------------------------------------------------------- points
def point(name: str, settings: Mapping[str, Value], scenarios: Sequence[str] = ()) -> Point:
    """Return the point of these settings; those that begin with ``option.`` are levers of the option."""
    world = [written(path, value) for path, value in settings.items() if not path.startswith(OPTION)]
    levers = [
        written(path.removeprefix(OPTION), value)
        for path, value in settings.items()
        if path.startswith(OPTION)
    ]
    return Point(name, tuple(world), tuple(scenarios), tuple(levers))


def written(path: str, value: Value) -> str:
    """Return one setting as it is given on the command line."""
    if isinstance(value, bool):
        return f"{path}={'true' if value else 'false'}"
    if isinstance(value, float) and math.isinf(value):
        return f"{path}=.inf"
    return f"{path}={'null' if value is None else value}"


def crossed(
    title: str, samples: Sequence[Mapping[str, Value]], scenarios: Sequence[str], **about: Any
) -> Design:
    """Return the design in which every sample is tried with every scenario; `about` gives other fields."""
    options = list(scenarios) or [""]
    width = max(4, len(str(len(samples))))
    points, settings = [], []
    for number, sample in enumerate(samples):
        for option in options:
            suffix = f"-{option}" if len(options) > 1 else ""
            points.append(point(f"p{number:0{width}d}{suffix}", sample, option.split("+") if option else ()))
            settings.append(dict(sample))
    return Design(title, tuple(points), tuple(settings), **about)


def of_sweep(jobs: Sequence[Sequence[str]], title: str) -> Design:
    """Return the design of a sweep: one point a job of `sim.config.multirun`.

    Raises
    ------
    ConfigurationError
        If an override cannot be read.
    """
    from sim.config.overrides import split_scenarios

    width = max(4, len(str(len(jobs))))
    points, settings = [], []
    for number, job in enumerate(jobs):
        texts, names = split_scenarios(job)
        world = tuple(text for text in texts if not text.startswith(OPTION))
        levers = tuple(text.removeprefix(OPTION) for text in texts if text.startswith(OPTION))
        points.append(Point(f"p{number:0{width}d}", world, names, levers))
        settings.append({path: _number(value) for path, _, value in (text.partition("=") for text in texts)})
    return Design(title, tuple(points), tuple(settings))


def _number(text: str) -> Value:
    """A number or truth value, if the text is one."""
    text = text.strip()
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


# ---------------------------------------------------------------------------------------------- sampling
def factorial(levels: Mapping[str, Sequence[Value]]) -> list[dict[str, Value]]:
    """Return every combination of these levels; the last path varies fastest."""
    return [dict(zip(levels, values, strict=True)) for values in itertools.product(*levels.values())]


def latin_hypercube(n_points: int, n_dimensions: int, seed: int) -> NDArray[np.float64]:
    """Return a Latin hypercube in the unit cube, shape (n_points, n_dimensions).

    References
    ----------
    McKay, Beckman and Conover (1979), Technometrics 21(2), 239-245.
    """
    from scipy.stats import qmc

    sampler: Any = qmc.LatinHypercube(n_dimensions, seed=seed)
    points: NDArray[np.float64] = sampler.random(n_points)
    return points


def sobol_points(n_points: int, n_dimensions: int, seed: int) -> NDArray[np.float64]:
    """Return scrambled Sobol points in the unit cube, shape (n_points, n_dimensions).

    Raises
    ------
    SimError
        If `n_points` is no power of two: the points are balanced only then.

    References
    ----------
    Owen (1998), ACM Transactions on Modeling and Computer Simulation 8(1), 71-102.
    """
    from scipy.stats import qmc

    power = max(0, round(math.log2(n_points)))
    if 2**power != n_points:
        raise SimError(
            f"points = {n_points}: Sobol points are balanced only in powers of two; nearest: {2**power}"
        )
    sampler: Any = qmc.Sobol(n_dimensions, scramble=True, seed=seed)
    points: NDArray[np.float64] = sampler.random_base2(power)
    return points


@dataclass(frozen=True)
class Range:
    """Values between two ends, evenly or evenly on a logarithmic scale; `whole` rounds to whole numbers."""

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def at(self, share: float) -> Value:
        """The value that lies this share of the way from the low end."""
        if self.whole:
            return min(int(self.low) + int(share * (self.high - self.low + 1)), int(self.high))
        if self.log:
            return math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        return self.low + share * (self.high - self.low)


def spread(
    unit: NDArray[np.float64], ranges: Mapping[str, Range | Sequence[Value]]
) -> list[dict[str, Value]]:
    """Return the settings of points of the unit cube; a list of values is chosen from in equal shares."""
    found = []
    for row in unit:
        sample: dict[str, Value] = {}
        for share, (path, values) in zip(row, ranges.items(), strict=True):
            if isinstance(values, Range):
                sample[path] = values.at(float(share))
            else:
                sample[path] = values[min(int(share * len(values)), len(values) - 1)]
        found.append(sample)
    return found


# ------------------------------------------------------------------------------------------------ CSV files
def read_csv(file: Path, fixed: Mapping[str, Value] = {}) -> Design:
    """Return the design of a CSV file: one point a row, one column a path.

    ``name`` and ``scenarios`` (several joined by ``+``) are columns too; an empty cell leaves the value as it
    is today. A column that names no parameter is told with the nearest path, beside all other mistakes.

    Raises
    ------
    SimError
        If the file cannot be read, or has no rows.
    """
    import csv

    try:
        with open(file, newline="", encoding="utf-8-sig") as lines:
            table = list(csv.reader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SimError(f"{file}: cannot be read as CSV ({error}); allowed: UTF-8, one row a point") from None
    if len(table) < 2:
        raise SimError(f"{file}: has no points; allowed: a row of column names, then one row a point")
    header = [cell.strip() for cell in table[0]]
    mistakes = list(_wrong_columns(header, file))
    wrong = {mistake.path for mistake in mistakes}
    points, settings, rows = [], [], []
    for number, cells in enumerate(table[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            problem = f"has {len(cells)} cells; the first row names {len(header)} columns"
            mistakes.append(Mistake(f"row {number}", problem, where=str(file)))
            continue
        told = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip()}
        name, scenarios = told.pop("name", f"row_{number}"), told.pop(SCENARIOS, "")
        texts = {path: text for path, text in told.items() if path not in wrong}
        points.append(point(name, {**fixed, **texts}, scenarios.split("+") if scenarios else ()))
        settings.append({path: _number(text) for path, text in texts.items()})
        rows.append(number)
    return Design(
        file.stem,
        tuple(points),
        tuple(settings),
        rows=tuple(rows),
        source=str(file),
        mistakes=tuple(mistakes),
    )


def _wrong_columns(header: Sequence[str], file: Path) -> Iterator[Mistake]:
    """Columns that are no parameter, or stand there twice."""
    from sim.config.compose import baseline
    from sim.config.mistakes import every_path, nearest_path
    from sim.config.tree import plain, shape

    tree = plain(baseline())
    for place, name in enumerate(header):
        where = f"{file}, column {place + 1}"
        if name in header[:place]:
            yield Mistake(name or "(no name)", "is the name of two columns", where=where)
        elif name in ("name", SCENARIOS):
            continue
        elif shape(name.removeprefix(OPTION)) not in ("dated", "value"):
            paths = every_path(tree)
            near = nearest(name, ["name", SCENARIOS]) or nearest_path(name.removeprefix(OPTION), paths)
            if near in paths and name.startswith(OPTION):
                near = OPTION + near
            yield Mistake(name, f"is not the path of a parameter{did_you_mean(near)}", where=where)


def at_rows(error: ConfigurationError, design: Design) -> ConfigurationError:
    """Return the mistakes of points of a CSV file with their row in place of their name."""
    names = {f"point {one.name}": row for one, row in zip(design.points, design.rows, strict=False)}

    def moved(text: str) -> str:
        head, _, rest = text.partition(", ")
        row = names.get(head)
        return text if row is None else f"{design.source}, row {row}{f', {rest}' if rest else ''}"

    return ConfigurationError(
        Mistake(moved(one.path), one.problem, one.given, moved(one.where)) for one in error.mistakes
    )


def unknown(word: str, allowed: Sequence[str]) -> str:
    """Return the words that name what is allowed and nearest."""
    return f"{did_you_mean(nearest(word, allowed)) or ';'} allowed: {listed(allowed, 30)}"
