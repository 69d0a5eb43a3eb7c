"""Scores of a set of runs against published figures: hit or miss, errors, and the interval score.

The interval of R runs is that from the least to the greatest. Another run like them falls inside with
probability (R - 1) / (R + 1), so that is its level, and the interval score is taken at this level: the width,
plus (R + 1) times the distance by which a published figure falls outside. A narrow interval that misses pays
for it, a wide one pays for its width; lower is better. A hit is a figure inside the interval widened by the
tolerance of its kind, the rule of the comparison page.

References
----------
Gneiting and Raftery (2007), Strictly proper scoring rules, section 6.2.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.errors import SimError

if TYPE_CHECKING:
    from sim.validate.target import Target

Simulated = Mapping[tuple[str, str], Sequence[float]]
"""Values by (series, period), one a run."""


@dataclass(frozen=True)
class Score:
    """One published figure beside its interval.

    Attributes
    ----------
    target : Target
    runs : int
        Runs that hold a value; 0 where none does, and then every number is None.
    mean, low, high : float or None
    inside : bool or None
        Whether the figure lies inside the bare interval, from least to greatest.
    hit : bool or None
        The same with the interval widened by the tolerance.
    error, relative : float or None
        Mean less published, and that over published.
    interval_score : float or None
        In the figure's unit; None with fewer than two runs.
    """

    target: Target
    runs: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    inside: bool | None = None
    hit: bool | None = None
    error: float | None = None
    relative: float | None = None
    interval_score: float | None = None

    @property
    def verdict(self) -> str:
        """In one word or two."""
        return "not measured" if self.hit is None else "hit" if self.hit else "missed"


def interval_score(low: float, high: float, value: float, runs: int) -> float:
    """The interval score of the interval from the least to the greatest of some runs, in their unit.

    Raises
    ------
    SimError
        With fewer than two runs there is no interval.

    Examples
    --------
    >>> interval_score(90.0, 110.0, 100.0, 8), interval_score(90.0, 110.0, 80.0, 8)
    (20.0, 110.0)
    """
    if runs < 2:
        raise SimError(f"an interval of {runs} runs; allowed: 2 or more")
    return (high - low) + (runs + 1) * max(low - value, value - high, 0.0)


def score(targets: Sequence[Target], simulated: Simulated) -> tuple[Score, ...]:
    """Score every target, hit, missed or not measured; none is left out.

    Parameters
    ----------
    targets : sequence of Target
    simulated : mapping
        Values that are not finite (nobody was decided, say) are left out.
    """
    return tuple(_one(target, simulated.get((target.series, target.period), ())) for target in targets)


def _one(target: Target, values: Sequence[float]) -> Score:
    finite = [float(value) for value in values if math.isfinite(value)]
    if not finite:
        return Score(target, 0)
    low, high, mean = min(finite), max(finite), math.fsum(finite) / len(finite)
    value, wide = target.value, target.tolerance
    return Score(
        target=target,
        runs=len(finite),
        mean=mean,
        low=low,
        high=high,
        inside=low <= value <= high,
        hit=low * (1 - wide) <= value <= high * (1 + wide),
        error=mean - value,
        relative=(mean - value) / value if value else None,
        interval_score=interval_score(low, high, value, len(finite)) if len(finite) > 1 else None,
    )


@dataclass(frozen=True)
class Summary:
    """Some scores taken together; scores of figures in different units are first divided by the figure.

    Attributes
    ----------
    hits, misses, unmeasured : int
    coverage, nominal : float or None
        Share of figures inside the bare interval, and the share that a sound forecast would have there.
    relative, typical : float or None
        Mean and median absolute relative error.
    score : float or None
        Mean interval score over the published figure.
    same : Summary or None
        The same of those figures alone that count the same thing as the model; None where all do.
    """

    hits: int
    misses: int
    unmeasured: int
    coverage: float | None
    nominal: float | None
    relative: float | None
    typical: float | None
    score: float | None
    same: Summary | None = None


def summary(scores: Sequence[Score]) -> Summary:
    """Take scores together."""
    same = [one for one in scores if one.target.counts == "same"]
    held = [one for one in scores if one.hit is not None]
    scored = [one for one in held if one.interval_score is not None and one.target.value]
    errors = [abs(one.relative) for one in held if one.relative is not None]
    return Summary(
        hits=sum(one.hit is True for one in held),
        misses=sum(one.hit is False for one in held),
        unmeasured=len(scores) - len(held),
        coverage=sum(one.inside is True for one in held) / len(held) if held else None,
        nominal=math.fsum((one.runs - 1) / (one.runs + 1) for one in held) / len(held) if held else None,
        relative=math.fsum(errors) / len(errors) if errors else None,
        typical=statistics.median(errors) if errors else None,
        score=math.fsum((one.interval_score or 0.0) / abs(one.target.value) for one in scored) / len(scored)
        if scored
        else None,
        same=summary(same) if len(same) < len(scores) else None,
    )


def after(targets: Sequence[Target], year: int) -> tuple[Target, ...]:
    """The targets whose period lies wholly after a year's end.

    Examples
    --------
    A contract year such as 2022/23 begins in 2022 and is left out after 2022.
    """
    return tuple(
        target for target in targets if target.period[:4].isdigit() and int(target.period[:4]) > year
    )
