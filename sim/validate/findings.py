"""From a stored validation to its findings: scores, projections beside the benchmark, traces.

Reads a result and the published targets; runs nothing. The reconstruction and the blind projections are kept
apart here and never averaged together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from sim.experiment.plan import BASELINE, CENTRAL
from sim.validate.fluid import ORDERS
from sim.validate.machinery import FLUID
from sim.validate.plan import CUTS, NOTHING, PILOTS, PRECEDENT, TRACED
from sim.validate.record import every_target
from sim.validate.score import Score, Summary, after, score, summary
from sim.validate.target import ROLES
from sim.validate.trace import GROUPS, gap_closed

if TYPE_CHECKING:
    from sim.experiment.store import Result
    from sim.validate.target import Target

Values = dict[tuple[str, str], list[float]]
_OPTION_SERIES: Final = ("pilots_", "main_duty_per_relief", "acceptances_ratio")
"""Series of the dated options, which no projection holds."""


@dataclass(frozen=True)
class Projection:
    """One blind projection beside the benchmarks.

    Attributes
    ----------
    name : str
    day : date
        What was known at the end of it.
    scores : tuple of Score
        Every target of a later period, of any role.
    model : Summary
    compared : dict
        By benchmark: (model, benchmark, targets both hold), over those targets only.
    fluids : dict
        By benchmark, its scores of all targets it holds.
    """

    name: str
    day: date
    scores: tuple[Score, ...]
    model: Summary
    compared: dict[str, tuple[Summary, Summary, int]]
    fluids: dict[str, tuple[Score, ...]]


@dataclass(frozen=True)
class Trace:
    """Which later input closes the gap of one missed target.

    `closed` gives for each input group the share of the gap that it closes when it alone is given back;
    `blind` is the middle future with nothing given back, `all_back` the reconstruction.
    """

    target: Target
    blind: float
    all_back: float
    closed: dict[str, float]

    @property
    def best(self) -> str:
        """The group that closes most."""
        return max(self.closed, key=lambda name: self.closed[name])


@dataclass(frozen=True)
class Findings:
    """Everything that the page and the terminal say."""

    reconstruction: tuple[Score, ...]
    by_role: dict[str, Summary]
    projections: tuple[Projection, ...]
    traces: tuple[Trace, ...]


def findings(result: Result) -> Findings:
    """Score a stored validation.

    Raises
    ------
    SimError
        If a target or a table cannot be read.
    """
    targets = every_target()
    scores = score(targets, reconstructed(result))
    projections = tuple(_projection(result, name, day) for name, day in CUTS.items())
    return Findings(
        reconstruction=scores,
        by_role={role: summary([one for one in scores if one.target.role == role]) for role in ROLES},
        projections=projections,
        traces=_traces(result, next(one for one in projections if one.name == TRACED)),
    )


def values(result: Result, world: str, scenario: str = BASELINE) -> Values:
    """The stored series of one world and scenario: one value a run, in the order of the runs."""
    table = result.calendar
    rows = table[(table["world"] == world) & (table["scenario"] == scenario)].sort_values("replication")
    found: Values = {}
    for series, period, value in zip(
        rows["series"].astype(str), rows["period"].astype(str), rows["value"], strict=True
    ):
        found.setdefault((series, period), []).append(float(value))
    return found


def reconstructed(result: Result) -> Values:
    """The reconstruction's values, those of the dated options from their own worlds."""
    found = {key: told for key, told in values(result, CENTRAL).items() if not _of_option(key[0])}
    pilots, with_ground = (values(result, world, _option_of(result, world)) for world in (PILOTS, PRECEDENT))
    found |= {key: told for key, told in pilots.items() if key[0].startswith("pilots_")}
    without = values(result, PRECEDENT)
    for (series, period), told in with_ground.items():
        if series == "main_duty_per_relief":
            found[series, period] = told
            pairs = zip(told, without.get((series, period), ()), strict=False)
            found["acceptances_ratio", period] = [one / other for one, other in pairs if other]
    return found


def _option_of(result: Result, world: str) -> str:
    table = result.calendar
    names = table[table["world"] == world]["scenario"].astype(str).unique()
    return next((str(name) for name in names if name != BASELINE), BASELINE)


def _of_option(series: str) -> bool:
    return series.startswith(_OPTION_SERIES)


def _projection(result: Result, name: str, day: date) -> Projection:
    targets = [one for one in after(every_target(), day.year) if not _of_option(one.series)]
    found = values(result, name)
    scores = score(targets, found)
    compared, fluids = {}, {}
    for order in ORDERS:
        start = f"{FLUID}{order}/"
        own = {
            (key[0].removeprefix(start), key[1]): told
            for key, told in found.items()
            if key[0].startswith(start)
        }
        both = [
            one for one in targets if (one.series, one.period) in own and (one.series, one.period) in found
        ]
        fluids[order] = score(both, own)
        compared[order] = (summary(score(both, found)), summary(fluids[order]), len(both))
    return Projection(name, day, scores, summary(scores), compared, fluids)


def _traces(result: Result, projection: Projection) -> tuple[Trace, ...]:
    """Every target that the projection misses, with what each later input alone does to the gap."""
    everything, nothing = values(result, CENTRAL), values(result, NOTHING)
    back = {group.name: values(result, f"frozen:{group.name}") for group in GROUPS}
    found = []
    for one in projection.scores:
        key = one.target.series, one.target.period
        if one.hit is not False or not all(key in told for told in (everything, nothing, *back.values())):
            continue
        blind, value = _mean(nothing[key]), one.target.value
        closed = {name: gap_closed(value, blind, _mean(told[key])) for name, told in back.items()}
        found.append(Trace(one.target, blind, _mean(everything[key]), closed))
    return tuple(found)


def _mean(told: list[float]) -> float:
    import math

    return math.fsum(told) / len(told)
