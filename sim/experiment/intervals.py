"""Intervals of a mean from independent replications, and p values looked at together.

The t interval after each further replication, the studentised bootstrap, and Holm's correction: pure
arithmetic on arrays. The rule that stops on them is `sim.experiment.precision`.

References
----------
Hall P (1988). Theoretical comparison of bootstrap confidence intervals. Annals of Statistics 16(3), 927-953.
Holm S (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics
6(2), 65-70.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVEL: Final = 0.95
RESAMPLES: Final = 999


def t_intervals(values: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Mean and half-width of the t interval after each further replication.

    Parameters
    ----------
    values : ndarray of float64, shape (..., n)
        Independent replications along the last axis; NaN and infinite ones are left out.
    level : float
        Share of such intervals that hold the expectation.

    Returns
    -------
    mean, half : ndarray of float64, shape (..., n)
        In the unit of the values. NaN where there are fewer than one and two values. Exactly 0 wide where all
        are equal.
    """
    import numpy as np
    from scipy.special import stdtrit

    given = np.asarray(values, np.float64)
    there = np.isfinite(given)
    count = np.cumsum(there, axis=-1)
    place = np.argmax(there, axis=-1, keepdims=True)
    origin = np.where(there.any(axis=-1, keepdims=True), np.take_along_axis(given, place, -1), 0.0)
    moved = np.where(there, given - origin, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.cumsum(moved, axis=-1) / count
        square = np.cumsum(moved * moved, axis=-1) - count * mean * mean
        variance = np.maximum(square, 0.0) / (count - 1)
        quantile = stdtrit(np.maximum(count - 1, 1), (1 + level) / 2)
        half = np.where(count > 1, quantile * np.sqrt(variance / count), np.nan)
        return np.where(count > 0, mean + origin, np.nan), half


def bootstrap_interval(
    values: Floats, level: float = LEVEL, *, seed: int, resamples: int = RESAMPLES
) -> tuple[float, float] | None:
    """The studentised bootstrap interval of a mean: no bell shape assumed, so its arms may differ.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Finite.
    seed : int
        The same seed and number of values give the same resamples.

    Returns
    -------
    (float, float) or None
        None for fewer than two values, or where so few differ that most resamples have no spread.
    """
    import numpy as np

    n = len(values)
    if n < 2:
        return None
    mean, spread = float(values.mean()), float(values.std(ddof=1)) / n**0.5
    if spread == 0.0:
        return mean, mean
    picked = values[np.random.default_rng([seed, n]).integers(0, n, (resamples, n))]
    spreads = picked.std(axis=1, ddof=1) / n**0.5
    some = spreads > 1e-12 * abs(spread)
    if some.mean() <= level:
        return None
    scores = (picked.mean(axis=1)[some] - mean) / spreads[some]
    lower, upper = np.quantile(scores, [(1 - level) / 2, (1 + level) / 2])
    return mean - float(upper) * spread, mean - float(lower) * spread


def holm(p_values: Sequence[float]) -> list[float]:
    """P values adjusted so that the chance of any false finding among them stays below the level.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted, floor = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        floor = max(floor, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = floor
    return adjusted
