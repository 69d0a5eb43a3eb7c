"""A ratio of two mean differences with its interval: pounds a day avoided, and the like.

Fieller's interval, from paired differences of the same replications. Where the divisor cannot be told from
zero the ratio is not defined, and says so; a small denominator would else look like a large price.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim.errors import SimError

NO_INTERVAL = "too few runs to tell the divisor from zero"
DIVISOR_INCLUDES_ZERO = "not defined: the divisor's interval includes zero"


@dataclass(frozen=True)
class Ratio:
    """A ratio of means.

    Attributes
    ----------
    value, low, high : float or None
        None where it is not defined.
    note : str
        Why it is not defined; empty where it is.
    """

    value: float | None
    low: float | None
    high: float | None
    note: str = ""


def ratio(numerators: Sequence[float], divisors: Sequence[float], level: float = 0.95) -> Ratio:
    """Mean numerator over mean divisor, with Fieller's interval.

    Parameters
    ----------
    numerators, divisors : sequence of float, shape (n_replications,)
        Paired by replication.
    level : float
        Confidence level.

    Raises
    ------
    SimError
        If the two do not belong together.

    Examples
    --------
    >>> ratio([10.0, 10.0, 10.0], [1.9, 2.0, 2.1]).value
    5.0

    References
    ----------
    Fieller, E. C. (1954). Some problems in interval estimation. Journal of the Royal Statistical Society B,
    16(2), 175-185. Willan, A. R. and Briggs, A. H. (2006). Statistical Analysis of Cost-Effectiveness Data,
    section 4.3.
    """
    n = len(numerators)
    if n != len(divisors):
        raise SimError(f"ratio of {n} numerators to {len(divisors)} divisors; allowed: one for each other")
    if n < 2:
        return Ratio(None, None, None, NO_INTERVAL)
    from scipy.special import stdtrit

    over, under = math.fsum(numerators) / n, math.fsum(divisors) / n
    squares = n * (n - 1)
    var_over = math.fsum((x - over) ** 2 for x in numerators) / squares
    var_under = math.fsum((y - under) ** 2 for y in divisors) / squares
    both = math.fsum((x - over) * (y - under) for x, y in zip(numerators, divisors, strict=True)) / squares
    t = float(stdtrit(n - 1, (1 + level) / 2))
    slack = under * under - t * t * var_under
    if slack <= 0:
        return Ratio(None, None, None, DIVISOR_INCLUDES_ZERO)
    middle = over * under - t * t * both
    half = math.sqrt(max(middle * middle - slack * (over * over - t * t * var_over), 0.0))
    return Ratio(over / under, (middle - half) / slack, (middle + half) / slack)
