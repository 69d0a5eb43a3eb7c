"""What it would be worth to know more: perfect information, and about one group of parameters.

Pure arithmetic on net benefits, one row a draw of the parameters and one column an option. A figure is worth
collecting as far as knowing it would change which option is best.

References
----------
Strong M, Oakley JE, Brennan A (2014). Estimating multiparameter partial expected value of perfect information
from a probabilistic sensitivity analysis sample: a nonparametric regression approach. Medical Decision Making
34(3), 311-326. Craven P, Wahba G (1978). Smoothing noisy data with spline functions. Numer. Mathematik 31.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sim.errors import SimError
from sim.study.products import check_finite

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_KNOTS: Final = 6  # inner knots of each parameter's spline: bends enough for a dose and response
_PENALTIES: Final = 10.0 ** (-0.5 * 12), 10.0**4
RESAMPLES: Final = 200
SHUFFLES: Final = 40
FEWEST: Final = 20


@dataclass(frozen=True)
class Worth:
    """Value of information about some parameters.

    Attributes
    ----------
    value : float
    low, high : float
        Bootstrap interval over draws.
    by_chance : float
        What a parameter that changes nothing is given on average with so few draws (shuffled).
    """

    value: float
    low: float
    high: float
    by_chance: float


def perfect(benefits: Floats) -> tuple[float, float]:
    """Bounds of the expected value of perfect information.

    Parameters
    ----------
    benefits : ndarray, shape (draws, options, replications)
        Two replications or more.

    Returns
    -------
    low, high : float
        On average too low and too high: `high` takes the best option by the very runs that value it, so luck
        counts as knowledge; `low` chooses by the other replications. They meet as replications grow.

    Raises
    ------
    SimError
        With fewer than two replications, or figures that are undefined.
    """
    import numpy as np

    check_finite(benefits, "Value of information")
    count = benefits.shape[-1]
    if count < 2:
        raise SimError(f"replications = {count}; allowed: 2 or more; nearest: 2")
    mean = benefits.mean(-1)
    by_now = mean.mean(0).max()
    others = (benefits.sum(-1, keepdims=True) - benefits) / (count - 1)
    chosen = np.take_along_axis(benefits, others.argmax(1)[:, None], 1)
    return float(chosen.mean() - by_now), float(mean.max(1).mean() - by_now)


def partial(settings: Floats, benefits: Floats, *, seed: int, level: float = 0.95) -> Worth:
    """Expected value of perfect information about some parameters, by regression.

    Parameters
    ----------
    settings : ndarray, shape (draws, parameters)
        What would be known.
    benefits : ndarray, shape (draws, options)
        Net benefits, in any unit, means over replications; the regression smooths away what chance is left.
    seed : int

    Returns
    -------
    Worth
        The regression is a sum of smooth functions, one a parameter: what two parameters do only together
        is not seen.

    Raises
    ------
    SimError
        With fewer than 20 draws, or figures that are undefined.
    """
    import numpy as np

    check_finite(benefits, "Value of information")
    draws = len(benefits)
    if draws < FEWEST:
        raise SimError(f"draws = {draws}; allowed: {FEWEST} or more; nearest: {FEWEST}")
    chance = np.random.default_rng(seed)
    value = _gain(smooth(settings, benefits))
    again = []
    for _ in range(RESAMPLES):
        pick = chance.integers(0, draws, draws)
        again.append(_gain(smooth(settings[pick], benefits[pick])))
    shuffled = [_gain(smooth(settings[chance.permutation(draws)], benefits)) for _ in range(SHUFFLES)]
    low, high = np.percentile(again, (100 * (1 - level) / 2, 100 * (1 + level) / 2))
    return Worth(value, float(low), float(high), float(np.mean(shuffled)))


def quick(settings: Floats, benefits: Floats) -> float:
    """The value of `partial`, in the unit of the benefits, without its interval."""
    if len(benefits) < FEWEST:
        raise SimError(f"draws = {len(benefits)}; allowed: {FEWEST} or more; nearest: {FEWEST}")
    return _gain(smooth(settings, benefits))


def _gain(expected: Floats) -> float:
    """What choosing by these expectations is worth over choosing once for all."""
    return float(expected.max(1).mean() - expected.mean(0).max())


def smooth(settings: Floats, benefits: Floats) -> Floats:
    """Expected benefits given the settings: penalised cubic splines, as stiff as the data say (GCV).

    Parameters
    ----------
    settings : ndarray, shape (draws, parameters)
    benefits : ndarray, shape (draws, options)
        In any one unit, which the returned ones have too.

    Returns
    -------
    ndarray, shape (draws, options)
    """
    import numpy as np

    draws = len(benefits)
    bases = [_curves(column) for column in settings.T]
    basis = np.concatenate([np.ones((draws, 1)), *(base for base, _ in bases)], axis=1)
    stiff = np.concatenate([[0.0], *(penalty for _, penalty in bases)])
    # Penalties in the coordinates of an orthogonal basis: one decomposition serves every stiffness.
    gram = basis.T @ basis + 1e-9 * draws * np.eye(basis.shape[1])
    root = np.linalg.cholesky(gram)
    inverse = np.linalg.inv(root)
    weight, turned = np.linalg.eigh(inverse @ np.diag(stiff) @ inverse.T)
    weight = np.maximum(weight, 0.0)
    coordinates = basis @ inverse.T @ turned  # (draws, terms), orthonormal columns
    onto = coordinates.T @ benefits
    result = np.empty_like(benefits)
    penalties = np.geomspace(*_PENALTIES, 21) * draws
    shrink = 1 / (1 + penalties[:, None] * weight)  # (penalties, terms)
    freedom = shrink.sum(1)
    for option in range(benefits.shape[1]):
        fitted = coordinates @ (shrink * onto[:, option]).T  # (draws, penalties)
        rest = ((benefits[:, [option]] - fitted) ** 2).sum(0)
        room = np.maximum(draws - 1.2 * freedom, 1.0)  # 1.2: GCV alone bends a little too much
        result[:, option] = fitted[:, np.argmin(rest / room**2)]
    return result


def _curves(values: Floats) -> tuple[Floats, Floats]:
    """A straight line and truncated cubes of one parameter, orthogonal to a constant; and their penalties."""
    import numpy as np

    spread = values.std()
    if spread == 0:
        return np.empty((len(values), 0)), np.empty(0)
    scaled = (values - values.mean()) / spread
    knots = np.unique(np.quantile(scaled, np.linspace(0, 1, _KNOTS + 2)[1:-1]))
    # Radial cubes |x - k|**3: with the line they span the natural-looking cubic splines.
    radial = np.abs(scaled[:, None] - knots) ** 3
    line = np.stack([np.ones_like(scaled), scaled], 1)
    radial = radial - line @ np.linalg.lstsq(line, radial, rcond=None)[0]
    size = radial.std(0)
    radial = radial / np.where(size > 1e-12, size, 1.0)
    return np.concatenate([scaled[:, None], radial], 1), np.concatenate([[0.0], np.ones(len(knots))])
