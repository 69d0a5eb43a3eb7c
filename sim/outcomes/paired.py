"""Scenario minus baseline: paired by replication and by person, with intervals from the replications.

Identical logs give differences of exactly zero. The mean difference is identified; which share of people gain
or lose depends on how luck is coupled between the scenarios, and says so. Not here: the assumption band, and
words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError

Key = tuple[str, str]

COUPLING_NOTE = "depends on the coupling"
ONE_REPLICATION = "one replication: no interval can be given"


def paired(scenario: Sequence[Mapping[str, Any]], baseline: Sequence[Mapping[str, Any]]) -> dict[Key, float]:
    """Scenario minus baseline of every metric and group, each in its unit, in one replication.

    Parameters
    ----------
    scenario, baseline : sequence of mapping
        `Outcomes.rows` of two runs of the same replication and cohort.

    Returns
    -------
    dict of (metric, group) to float
        Exactly 0 where both values are equal, infinite ones too; missing where either value is missing.

    Raises
    ------
    SimError
        If one of the two holds a row that the other has not.
    """
    ours, theirs = _values(scenario), _values(baseline)
    if ours.keys() != theirs.keys():
        name, group = min(ours.keys() ^ theirs.keys())
        has = "scenario" if (name, group) in ours else "baseline"
        raise SimError(
            f"metric {name!r} of group {group!r} stands in the {has} only; allowed: the same rows in both, "
            f"measured with the same version and cohort"
        )
    return {key: difference(ours[key], theirs[key]) for key in ours}


def difference(ours: float, theirs: float) -> float:
    """Ours minus theirs, in their unit; 0 for equal values, infinite ones too."""
    return 0.0 if ours == theirs else ours - theirs


def _values(rows: Sequence[Mapping[str, Any]]) -> dict[Key, float]:
    return {(str(row["metric"]), str(row["group"])): float(row["value"]) for row in rows}


@dataclass(frozen=True)
class MeanDifference:
    """A mean difference over replications.

    Attributes
    ----------
    mean : float
    n : int
        Replications in which the difference could be measured.
    low, high : float or None
        Limits of the interval; None with fewer than two replications.
    level : float
        Confidence level of the interval.
    note : str
        Why there is no interval; empty where there is one.
    """

    mean: float
    n: int
    low: float | None
    high: float | None
    level: float
    note: str


def across(differences: Sequence[float], level: float = 0.95) -> MeanDifference:
    """Mean and t interval of one metric's differences, one a replication.

    Missing differences are left out and `n` says how many remain.

    Raises
    ------
    SimError
        If the level is not between 0 and 1.

    References
    ----------
    Law, A. M. (2015). Simulation Modeling and Analysis, 5th ed., section 10.2: paired-t confidence interval.
    """
    if not 0.0 < level < 1.0:
        raise SimError(f"confidence level {level}; allowed: between 0 and 1; nearest: 0.95")
    given = np.asarray(differences, dtype=np.float64)
    given = given[~np.isnan(given)]
    n = len(given)
    if n == 0:
        return MeanDifference(float("nan"), 0, None, None, level, "nothing to measure in any replication")
    mean = float(given.mean())
    if n == 1:
        return MeanDifference(mean, 1, None, None, level, ONE_REPLICATION)
    if not np.isfinite(given).all():
        return MeanDifference(
            mean, n, None, None, level, "a difference is infinite: no interval can be given"
        )
    from scipy.stats import t

    half = float(t.ppf(0.5 + level / 2.0, n - 1)) * float(given.std(ddof=1)) / float(np.sqrt(n))
    return MeanDifference(mean, n, mean - half, mean + half, level, "")


def across_replications(
    pairs: Sequence[Mapping[Key, float]], level: float = 0.95
) -> dict[Key, MeanDifference]:
    """`across` of every metric and group; `pairs` holds one `paired` result a replication."""
    if not pairs:
        raise SimError("no replication to compare; allowed: 1 or more")
    return {key: across([pair[key] for pair in pairs], level) for key in pairs[0]}


@dataclass(frozen=True)
class GainLose:
    """Shares of people for whom a lower-is-better figure fell (gain), rose (lose) or stayed equal.

    `label` travels with the figures: unlike the mean, they depend on the coupling of luck.
    """

    gain: float
    lose: float
    equal: float
    n: int
    label: str = COUPLING_NOTE


MORE_OR_FEWER = ("fewer_insecure_days_share", "more_insecure_days_share")


def more_or_fewer(
    ours: NDArray[np.float64], todays: NDArray[np.float64], at_least: float
) -> dict[str, NDArray[np.bool_]]:
    """Who has at least so many days fewer, and who so many more, than the same person under today's rules.

    Parameters
    ----------
    ours, todays : ndarray of float64, shape (n,)
        Days with nowhere secure over two years [days].
    at_least : float
        [days] Smaller differences count as none.
    """
    change = ours - todays
    fewer, more = MORE_OR_FEWER
    return {fewer: (change < 0.0) & (-change >= at_least), more: (change > 0.0) & (change >= at_least)}


def metrics() -> Iterator[tuple[str, str, str, Literal["lower", "higher"], Literal["coupled"], str]]:
    """The two shares: name, sentence, unit, better, family and formula."""
    for name, word, better in zip(MORE_OR_FEWER, ("fewer", "more"), ("higher", "lower"), strict=True):
        yield (
            name,
            f"Share of people with at least a week {word} with nowhere secure in two years than the same "
            "person under today's rules; " + COUPLING_NOTE,
            "share",
            better,  # type: ignore[misc]
            "coupled",
            f"share of the cohort whose insecure days in [t0, t0+730) are experiment.gain_days or more "
            f"{word} than in the baseline of the same replication; 0 in the baseline itself",
        )


def gain_lose(
    scenario: Mapping[str, NDArray[Any]],
    baseline: Mapping[str, NDArray[Any]],
    column: str,
    lower_is_better: bool = True,
) -> GainLose:
    """Who gains and who loses, person by person, in one column of `Outcomes.people`.

    Raises
    ------
    SimError
        If the two tables are not of the same people, or the column is missing.
    """
    for table, name in ((scenario, "scenario"), (baseline, "baseline")):
        if column not in table:
            raise SimError(
                f"people table of the {name} has no column {column!r}; allowed: {', '.join(table)}"
            )
    if not np.array_equal(scenario["id"], baseline["id"]):
        raise SimError("people tables of different cohorts; allowed: the same people in the same order")
    ours = scenario[column].astype(np.float64)
    theirs = baseline[column].astype(np.float64)
    lower, higher = ours < theirs, ours > theirs
    gain, lose = (lower, higher) if lower_is_better else (higher, lower)
    n = len(ours)
    if n == 0:
        return GainLose(float("nan"), float("nan"), float("nan"), 0)
    return GainLose(float(gain.mean()), float(lose.mean()), float((~lower & ~higher).mean()), n)
