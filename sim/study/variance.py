"""How much of what we do not know is parameters, how much structure and how much chance.

Pure arithmetic on a table of settings: structures x draws of the parameters x replications. Each part is
estimated from products of *different* draws and replications, so each is unbiased and may be negative.

References
----------
Searle SR, Casella G, McCulloch CE (1992). Variance components. Wiley. Efron B, Stein C (1981). The jackknife
estimate of variance. Annals of Statistics 9(3), 586-596.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.errors import SimError
from sim.study.products import across, check_finite

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """One part of the variance, and its jackknife interval over draws of the parameters."""

    name: str
    variance: float
    low: float
    high: float


def split(values: Floats, level: float = 0.95) -> tuple[Part, ...]:
    """Split the variance of a figure into structural, parameter and chance parts.

    Parameters
    ----------
    values : ndarray of float64, shape (structures, draws, replications)
        Draws may be the same in every structure or drawn anew in each. Structures count equally.

    Returns
    -------
    tuple of Part
        ``structure`` (only with two structures or more): between the means of structures. ``parameters``:
        between draws, on average over structures. ``chance``: of a single run around its setting, on average.

    Raises
    ------
    SimError
        With fewer than three draws or two replications, or figures that are undefined.
    """
    import numpy as np
    from scipy.special import stdtrit

    check_finite(values, "Parts of variance")
    structures, draws, replications = values.shape
    if draws < 3:
        raise SimError(f"draws = {draws}; allowed: 3 or more; nearest: 3")
    if replications < 2:
        raise SimError(
            f"replications = {replications}; allowed: 2 or more, to tell chance from settings; nearest: 2"
        )
    whole = _parts(values)
    without = np.array([_parts(np.delete(values, draw, axis=1)) for draw in range(draws)])
    pseudo = draws * whole - (draws - 1) * without
    half = stdtrit(draws - 1, (1 + level) / 2) * pseudo.std(0, ddof=1) / np.sqrt(draws)
    names = ("structure", "parameters", "chance")
    return tuple(
        Part(name, float(estimate), float(estimate - arm), float(estimate + arm))
        for name, estimate, arm in zip(names, whole, half, strict=True)
        if name != "structure" or structures > 1
    )


def _parts(values: Floats) -> Floats:
    """Structure, parameters, chance; shape (3,)."""
    import numpy as np

    structures, draws, _ = values.shape
    moved = values - values.mean()
    own = across(moved, moved)  # (structures, draws): squares of each setting, without chance
    summed = moved.sum(1)  # (structures, replications)
    of_pairs = across(summed, summed) - own.sum(1)  # products of different draws of one structure
    pairs = of_pairs / (draws * (draws - 1))  # (structures,): squared mean of each structure
    parameters = own.mean(1) - pairs
    chance = moved.var(axis=-1, ddof=1).mean()
    structure = 0.0
    if structures > 1:
        every = moved.sum(0)  # (draws, replications)
        column = every.sum(0)  # (replications,)
        same_draw = across(every, every).sum() - own.sum()
        all_draws = across(column, column) - across(summed, summed).sum()
        between = (all_draws - same_draw) / (structures * (structures - 1) * draws * (draws - 1))
        structure = float(pairs.mean() - between)
    return np.array([structure, parameters.mean(), chance])
