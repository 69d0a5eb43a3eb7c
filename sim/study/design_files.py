"""Reading a design from a YAML file: what varies, how it is sampled, with which options and how often.

A CSV file is a design as well; the sampling itself is in `sim.study.designs`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.config.files import read_mapping, shown_path
from sim.config.mistakes import ConfigurationError, Mistake, from_validation
from sim.errors import SimError
from sim.study import designs
from sim.study.designs import Design, Range, Value

_SUFFIXES = (".yaml", ".yml", ".csv")


class _Between(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    low: float
    high: float
    scale: Literal["linear", "log"] = "linear"
    whole: bool = False


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = ""
    kind: Literal["factorial", "latin_hypercube", "sobol", "points"]
    points: Annotated[int, Field(ge=1, le=designs.MOST_POINTS)] | None = None
    file: str | None = None
    seed_of_design: Annotated[int, Field(ge=0, lt=2**32)] = 1
    vary: dict[str, _Between | list[bool | int | float | str]] = {}
    fixed: dict[str, bool | int | float | str | None] = {}
    scenarios: tuple[str, ...] = ()
    replications: Annotated[int, Field(ge=1, le=100_000)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    metrics: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


def read_design(file: Path, fixed: Mapping[str, Value] | None = None) -> Design:
    """Return the design that a YAML or CSV file holds.

    Parameters
    ----------
    file : Path
    fixed : mapping, optional
        Further values that hold in every point.

    Raises
    ------
    SimError
        If the file is not there or is mistaken: all mistakes at once.
    """
    if not file.is_file():
        beside = sorted(path.name for path in file.parent.glob("*") if path.suffix in _SUFFIXES)
        hint = designs.unknown(file.name, beside) if beside else "; there is no design in that folder"
        raise SimError(f"{file}: there is no such file{hint}")
    if file.suffix == ".csv":
        return designs.read_csv(file, fixed or {})
    if file.suffix not in _SUFFIXES:
        raise SimError(f"{file}: a design is a file that ends in {', '.join(_SUFFIXES)}")
    content = read_mapping(file)
    try:
        told = _File.model_validate(content)
    except ValidationError as error:
        shape: dict[str, Any] = dict.fromkeys(_File.model_fields)
        raise ConfigurationError(from_validation(error, shape, lambda _: shown_path(file))) from None
    everywhere = {**told.fixed, **(fixed or {})}
    about: dict[str, Any] = {
        "replications": told.replications,
        "seed": told.seed,
        "metrics": told.metrics,
        "groups": told.groups,
        "source": str(file),
    }
    if told.kind == "points":
        if told.file is None or told.vary or told.scenarios:
            raise _wrong(file, "points", "needs file: NAME.csv, and neither vary nor scenarios")
        read = designs.read_csv(file.parent / told.file, everywhere)
        about["source"] = read.source
        return designs.Design(
            told.title or file.stem,
            read.points,
            read.settings,
            rows=read.rows,
            mistakes=read.mistakes,
            **about,
        )
    samples = [{**everywhere, **sample} for sample in _samples(told, file)]
    made = designs.crossed(told.title or file.stem, samples, told.scenarios, **about)
    varied = tuple({path: one[path] for path in told.vary} for one in made.settings)
    return Design(made.title, made.points, varied, **about)


def _samples(told: _File, file: Path) -> list[dict[str, Value]]:
    """The settings of every sample."""
    if not told.vary:
        raise _wrong(file, "vary", "is empty; allowed: one path or more, each with its values")
    if told.kind == "factorial":
        wrong = [path for path, values in told.vary.items() if isinstance(values, _Between)]
        if wrong or told.points is not None:
            named = f"{wrong[0]} has a range" if wrong else "points is set"
            raise _wrong(file, "factorial", f"tries every combination of lists of values, but {named}")
        levels: dict[str, Sequence[Value]] = {
            path: values for path, values in told.vary.items() if isinstance(values, list)
        }
        if empty := [path for path, values in levels.items() if not values]:
            raise _wrong(file, empty[0], "has no values; allowed: one or more")
        return designs.factorial(levels)
    if told.points is None:
        raise _wrong(file, "points", f"is missing: how many points of kind {told.kind}")
    ranges: dict[str, Range | Sequence[Value]] = {}
    for path, values in told.vary.items():
        if isinstance(values, _Between):
            if values.low > values.high or (values.scale == "log" and values.low <= 0):
                raise _wrong(file, path, "must have low below high, and above 0 on a logarithmic scale")
            ranges[path] = Range(values.low, values.high, values.scale == "log", values.whole)
        elif values:
            ranges[path] = values
        else:
            raise _wrong(file, path, "has no values; allowed: one or more, or low and high")
    sample = designs.latin_hypercube if told.kind == "latin_hypercube" else designs.sobol_points
    return designs.spread(sample(told.points, len(ranges), told.seed_of_design), ranges)


def _wrong(file: Path, path: str, problem: str) -> ConfigurationError:
    return ConfigurationError([Mistake(path, problem, where=shown_path(file))])
