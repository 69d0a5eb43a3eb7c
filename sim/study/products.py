"""Products of figures that share their chance, without the part that chance itself puts into them.

A figure of one run is the truth of its setting plus chance. Multiplied by itself it is too large, by the
variance of that chance; multiplied by the figure of *another* replication it is right on average, however
the chance of several settings is tied together. Everything that splits variance in `sim.study` rests on this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import SimError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def across(one: Floats, other: Floats) -> Floats:
    """Mean product of two figures over all pairs of different replications.

    Parameters
    ----------
    one, other : ndarray of float64, shape (..., n_replications)
        The same replications in the same order; two or more.

    Returns
    -------
    ndarray of float64, shape (...)
        In the product of their units. Unbiased for the product of the two expectations if replications are
        independent. May be negative even where both figures are the same.

    Raises
    ------
    SimError
        With a single replication: chance cannot be told from what is varied.
    """
    count = one.shape[-1]
    if count < 2:
        raise SimError(
            f"replications = {count}; allowed: 2 or more, to tell chance from settings; nearest: 2"
        )
    total: Floats = one.sum(-1) * other.sum(-1) - (one * other).sum(-1)
    mean: Floats = total / (count * (count - 1))
    return mean


def check_finite(values: Floats, what: str) -> None:
    """Refuse figures that are missing: a share of variance of what is not there means nothing.

    Raises
    ------
    SimError
        Says how many are missing.
    """
    import numpy as np

    missing = int((~np.isfinite(values)).sum())
    if missing:
        raise SimError(
            f"{what}: {missing} of {values.size} figures are undefined (nobody to count in a run); "
            "allowed: none; nearest: a larger people.arrivals.multiplier, or another measure"
        )
