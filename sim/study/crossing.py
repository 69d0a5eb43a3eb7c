"""Where a noisy curve crosses a target: the root, and an interval for it (Fieller).

Pure arithmetic. Every replication has its own straight line through the same settings; the root of the mean
line is a ratio of two means whose interval Fieller's theorem gives, and which may be open on a side.

References
----------
Fieller EC (1954). Some problems in interval estimation. Journal of the Royal Statistical Society B 16(2),
175-185.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.errors import SimError
from sim.study.products import check_finite

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Root:
    """Where the mean line meets the target.

    Attributes
    ----------
    at : float
    low, high : float
        Fieller interval: infinite ends where the slope is not told from 0.
    slope : float
    bend : float
        p value of a curve rather than a line through the settings; NaN with fewer than three.
    """

    at: float
    low: float
    high: float
    slope: float
    bend: float

    @property
    def known(self) -> bool:
        """Whether the interval has two ends."""
        return math.isfinite(self.low) and math.isfinite(self.high)


def root(settings: Floats, values: Floats, target: float, level: float = 0.95) -> Root:
    """Find where the expectation of the figures meets the target, near these settings.

    Parameters
    ----------
    settings : ndarray, shape (n,)
        Two or more, close enough together that a straight line serves.
    values : ndarray, shape (n, replications)
        The same replications at each setting, three or more.
    target : float
        In the unit of the values; what is found is in that of the settings.
    level : float
        Share of such intervals that hold the setting.

    Returns
    -------
    Root
        The interval covers chance; a bend of the curve shows in `bend`.

    Raises
    ------
    SimError
        With too few settings or replications, or figures that are undefined.
    """
    import numpy as np
    from scipy.special import stdtr, stdtrit

    check_finite(values, "A threshold")
    count, replications = values.shape
    if count < 2 or len(np.unique(settings)) < 2:
        raise SimError(f"settings = {count}; allowed: 2 or more different ones; nearest: 2")
    if replications < 3:
        raise SimError(f"replications = {replications}; allowed: 3 or more, for an interval; nearest: 3")
    middle = settings.mean()
    x = settings - middle
    slopes = x @ values / (x @ x)
    gaps = target - values.mean(0)  # (replications,)
    gap, slope = float(gaps.mean()), float(slopes.mean())
    cov = np.cov(gaps, slopes) / replications
    t = float(stdtrit(replications - 1, (1 + level) / 2))
    # (gap - z slope)**2 <= t**2 var(gap - z slope), a quadratic in z
    square = slope**2 - t**2 * float(cov[1, 1])
    mixed = gap * slope - t**2 * float(cov[0, 1])
    free = gap**2 - t**2 * float(cov[0, 0])
    inside = mixed**2 - square * free
    low, high = -math.inf, math.inf
    if square > 0:
        arm = math.sqrt(max(inside, 0.0))
        low, high = middle + (mixed - arm) / square, middle + (mixed + arm) / square
    bend = math.nan
    if count > 2:
        curve = x**2 - (x**2).mean()
        curve = curve - x * (curve @ x) / (x @ x)
        if curve @ curve > 1e-12 * float(x @ x) ** 2:
            bends = curve @ values / (curve @ curve)
            spread = float(bends.std(ddof=1)) / math.sqrt(replications)
            if spread > 0:
                bend = 2 * float(stdtr(replications - 1, -abs(float(bends.mean())) / spread))
    at = middle + gap / slope if slope else math.nan
    return Root(float(at), float(low), float(high), slope, bend)


def brackets(settings: Floats, values: Floats, target: float) -> list[int]:
    """Places k such that the mean figures at settings k and k + 1 lie on two sides of the target.

    The target is in the unit of the figures; `settings`, shape (n,), ascend.
    """
    import numpy as np

    above = np.asarray(values.mean(1) > target)
    return [int(place) for place in np.flatnonzero(above[1:] != above[:-1])]
