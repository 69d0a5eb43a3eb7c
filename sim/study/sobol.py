"""Shares of variance by parameter (Sobol), from noisy runs: first order and total, with bootstrap intervals.

Pure arithmetic on arrays. The variance that chance adds is left out by construction (`sim.study.products`),
and nothing is clipped: an estimate below 0 is shown as it is and means "not told from 0".

References
----------
Saltelli A et al. (2010). Variance based sensitivity analysis of model output. Computer Physics Communications
181(2), 259-270. Jansen MJW (1999). Analysis of variance designs for model output. Ibid. 117, 35-43.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sim.errors import SimError
from sim.study.products import across, check_finite

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RESAMPLES: Final = 999


@dataclass(frozen=True)
class Shares:
    """Shares of the variance that the parameters make.

    Attributes
    ----------
    first, total : ndarray, shape (n_parameters,)
        Alone; and with everything it does together with others.
    first_ends, total_ends : ndarray, shape (2, n_parameters)
        Bootstrap intervals over the points of the design.
    variance, chance : float
        Made by the parameters; made by chance in a single run.
    variance_ends : tuple of float
    """

    first: Floats
    total: Floats
    first_ends: Floats
    total_ends: Floats
    variance: float
    chance: float
    variance_ends: tuple[float, float]


def design(parameters: int, rows: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Points in the unit cube: two independent samples, and the first with one column of the second each.

    Parameters
    ----------
    parameters : int
    rows : int
        A power of two keeps the Sobol points balanced.
    seed : int
        Of the scrambling.

    Returns
    -------
    base, other : ndarray, shape (rows, parameters)
    mixed : ndarray, shape (parameters, rows, parameters)
        Entry i is `base` with column i of `other`.

    Raises
    ------
    SimError
        If `rows` is no power of two of 4 or more.
    """
    import numpy as np
    from scipy.stats import qmc

    if rows < 4 or rows & (rows - 1):
        near = max(4, 1 << max(0, round(float(np.log2(max(rows, 1))))))
        raise SimError(f"rows = {rows}; allowed: powers of two from 4 on; nearest: {near}")
    drawn = qmc.Sobol(2 * parameters, scramble=True, rng=np.random.default_rng(seed)).random(rows)
    base, other = drawn[:, :parameters], drawn[:, parameters:]
    mixed = np.repeat(base[None], parameters, 0)
    for place in range(parameters):
        mixed[place, :, place] = other[:, place]
    return base, other, mixed


def shares(
    base: Floats, other: Floats, mixed: Floats, *, seed: int, level: float = 0.95, resamples: int = RESAMPLES
) -> Shares:
    """Split the variance of the figures of a `design`.

    Parameters
    ----------
    base, other : ndarray, shape (rows, replications)
    mixed : ndarray, shape (parameters, rows, replications)
        The same replications everywhere, two or more.
    seed : int
        Of the bootstrap.

    Returns
    -------
    Shares
        NaN shares where nothing varies at all. The intervals cover which points were drawn, and chance as far
        as it differs between points.

    Raises
    ------
    SimError
        With a single replication, or figures that are undefined.
    """
    import numpy as np

    for values in (base, other, mixed):
        check_finite(values, "Shares of variance")
    middle = (base.mean() + other.mean()) / 2
    a, b, m = base - middle, other - middle, mixed - middle
    whole = across(a - b, a - b) / 2  # (rows,)
    alone = across(np.broadcast_to(b, m.shape), m - a)  # (parameters, rows)
    with_others = across(m - a, m - a) / 2
    chance = float(np.mean([values.var(axis=-1, ddof=1).mean() for values in (base, other)]))
    rows = len(whole)
    picks = np.random.default_rng(seed).integers(0, rows, (resamples, rows))
    tail = (100 * (1 - level) / 2, 100 * (1 + level) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        again = whole[picks].mean(1)
        first_ends = np.percentile(alone[:, picks].mean(2) / again, tail, axis=1)
        total_ends = np.percentile(with_others[:, picks].mean(2) / again, tail, axis=1)
        variance = float(whole.mean())
        low, high = np.percentile(again, tail)
        return Shares(
            alone.mean(1) / variance,
            with_others.mean(1) / variance,
            first_ends,
            total_ends,
            variance,
            chance,
            (float(low), float(high)),
        )
