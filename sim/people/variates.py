"""Inverse transforms: a keyed uniform number becomes a time, an amount or a choice of known distribution.

Each function rises with u (more u is never less time), so that one person's luck reads the same way in every
scenario; for choices u runs through the options in their stated order. Parameters are taken as valid: they
are checked once, where the configuration is read. `..._array` forms give the same bits element by element,
and `sim.people.compiled_chance` compiles the one-number forms from this very source.
Not here: keys (`chance.py`), and rounding of durations to the clock's grid (`sim.engine.clock.on_grid`).
"""

import math
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.people.mathematics import Real, exp, exp_array, ln, ln_array, ndtri, ndtri_array

Floats = NDArray[np.float64]


# ---------------------------------------------------------------- waiting times


def unit_exponential(u: float) -> float:
    """Exponential with mean 1 and variance 1: -ln(1 - u); the threshold that an event's hazard spends."""
    return -ln(1.0 - u)


def unit_exponential_array(u: Floats) -> Floats:
    """`unit_exponential` of every element."""
    return -ln_array(1.0 - u)


def exponential(u: float, mean: float) -> float:
    """Exponential: mean `mean`, variance mean**2."""
    return unit_exponential(u) * mean


def exponential_array(u: Floats, mean: float) -> Floats:
    """`exponential` of every element."""
    return unit_exponential_array(u) * mean


def weibull(u: float, shape: float, scale: float) -> float:
    """Weibull: mean scale G(1 + 1/shape), variance scale**2 (G(1 + 2/shape) - G(1 + 1/shape)**2).

    G is the gamma function. Shape 1 is exponential; below 1 the hazard falls with time, above 1 it rises.
    """
    return exp(ln(unit_exponential(u)) / shape) * scale


def weibull_array(u: Floats, shape: float, scale: float) -> Floats:
    """`weibull` of every element."""
    return exp_array(ln_array(unit_exponential_array(u)) / shape) * scale


def lognormal_from_median(u: float, median: float, sigma: float) -> float:
    """Lognormal by its median and the standard deviation of its logarithm.

    Mean median exp(sigma**2 / 2), variance mean**2 (exp(sigma**2) - 1).
    """
    return exp(ndtri(u) * sigma) * median


def lognormal_from_median_array(u: Floats, median: float, sigma: float) -> Floats:
    """`lognormal_from_median` of every element."""
    return exp_array(ndtri_array(u) * sigma) * median


def lognormal_parts(mean: float, cv: float) -> tuple[float, float]:
    """Median and sigma of the lognormal with this mean and coefficient of variation (above 0.001, or 0)."""
    squares = 1.0 + cv * cv
    return mean / math.sqrt(squares), math.sqrt(ln(squares))


def lognormal_from_mean_cv(u: float, mean: float, cv: float) -> float:
    """Lognormal by its mean and coefficient of variation: variance (mean cv)**2."""
    squares = 1.0 + cv * cv
    return lognormal_from_median(u, mean / math.sqrt(squares), math.sqrt(ln(squares)))


def lognormal_from_mean_cv_array(u: Floats, mean: float, cv: float) -> Floats:
    """`lognormal_from_mean_cv` of every element."""
    median, sigma = lognormal_parts(mean, cv)
    return lognormal_from_median_array(u, median, sigma)


def uniform_between(u: Real, low: float, high: float) -> Real:
    """Uniform: mean (low + high) / 2, variance (high - low)**2 / 12. Takes a float or an array."""
    return u * (high - low) + low


def triangular(u: float, low: float, mode: float, high: float) -> float:
    """Triangular, for low <= mode <= high and low < high.

    Mean (low + mode + high) / 3, variance (a**2 + a b + b**2) / 18 with a = mode - low and b = high - mode.
    """
    width = high - low
    if u * width < mode - low:
        return low + math.sqrt(u * width * (mode - low))
    return high - math.sqrt((1.0 - u) * width * (high - mode))


def triangular_array(u: Floats, low: float, mode: float, high: float) -> Floats:
    """`triangular` of every element."""
    width = high - low
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1.0 - u) * width * (high - mode))
    return np.where(u * width < mode - low, rising, falling)


# ---------------------------------------------------------------- choices


def bernoulli(u: float, p: float) -> bool:
    """True with chance p: mean p, variance p (1 - p). Never at p = 0, always at p = 1."""
    return u < p


def bernoulli_array(u: Floats, p: float | Floats) -> NDArray[np.bool_]:
    """`bernoulli` of every element; `p` one number or an array that fits `u`."""
    return u < p


def cumulative_shares(shares: Sequence[float]) -> tuple[float, ...]:
    """Shares or weights as the running totals that `categorical` takes.

    Parameters
    ----------
    shares : sequence of float
        None negative, at least one above zero; they are divided by their total.

    Returns
    -------
    tuple of float
        Rising, exactly 1.0 from the last option that can happen on.

    Raises
    ------
    SimError
        If a share is negative or not finite, or none is above zero.
    """
    for place, share in enumerate(shares):
        if not 0.0 <= share < math.inf:
            raise SimError(
                f"share number {place + 1} of {len(shares)} is {share}; allowed: 0 or more, and finite; "
                "nearest: 0"
            )
    running = 0.0
    totals = []
    for share in shares:  # added in the stated order: a library sum may add in another
        running += share
        totals.append(running)
    if not running > 0.0:
        raise SimError(f"shares {list(shares)} leave nothing to choose; allowed: at least one above 0")
    return tuple(1.0 if total == running else total / running for total in totals)


def categorical(u: float, cumulative: Sequence[float]) -> int:
    """The place of the first option whose running total is above u, by `cumulative_shares`.

    Option i has chance cumulative[i] - cumulative[i - 1]; an option with a zero share is never chosen.
    """
    return bisect_right(cumulative, u)


def categorical_array(u: Floats, cumulative: Sequence[float]) -> NDArray[np.int64]:
    """`categorical` of every element."""
    return np.searchsorted(np.asarray(cumulative, dtype=np.float64), u, side="right").astype(np.int64)
