"""Which parameters matter at all (Morris): steps of one parameter at a time through the whole space.

Pure arithmetic on arrays; the design is SALib's. Beside the usual mean of absolute effects, which chance
alone makes larger than 0, stands a mean square effect with the part of chance taken out, which may be
negative.

References
----------
Morris MD (1991). Factorial sampling plans for preliminary computational experiments. Technometrics 33(2),
161-174. Campolongo F, Cariboni J, Saltelli A (2007). Environmental Modelling & Software 22(10), 1509-1518.
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

LEVELS: Final = 4
RESAMPLES: Final = 999


@dataclass(frozen=True)
class Effects:
    """Effects of going through a parameter's whole range, by parameter; arrays of shape (parameters,).

    Attributes
    ----------
    mean, mean_absolute, spread : ndarray
        Mean effect, mean of its absolute value, and its standard deviation between trajectories.
    square : ndarray
        Mean square effect without the part of chance; may be negative.
    mean_ends, square_ends : ndarray, shape (2, parameters)
        Bootstrap intervals over trajectories.
    """

    mean: Floats
    mean_absolute: Floats
    spread: Floats
    square: Floats
    mean_ends: Floats
    square_ends: Floats


def design(parameters: int, trajectories: int, seed: int) -> Floats:
    """Trajectories in the unit cube, each of one step a parameter.

    Returns
    -------
    ndarray of float64, shape (trajectories, parameters + 1, parameters)

    Raises
    ------
    SimError
        If there are fewer than two trajectories, or SALib is not installed.
    """
    import numpy as np

    if trajectories < 2:
        raise SimError(f"trajectories = {trajectories}; allowed: 2 or more; nearest: 2")
    try:
        from SALib.sample import morris
    except ImportError:
        raise SimError('Morris screening needs SALib: pip install "cliffedge[analysis]"') from None
    problem = {
        "num_vars": parameters,
        "names": [str(number) for number in range(parameters)],
        "bounds": [[0.0, 1.0]] * parameters,
    }
    drawn = morris.sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    return np.asarray(drawn, np.float64).reshape(trajectories, parameters + 1, parameters)


def effects(
    points: Floats, values: Floats, *, seed: int, level: float = 0.95, resamples: int = RESAMPLES
) -> Effects:
    """Effects of each parameter from the figures of a `design`.

    Parameters
    ----------
    points : ndarray, shape (trajectories, parameters + 1, parameters)
    values : ndarray, shape (trajectories, parameters + 1, replications)
        The same replications at every point, two or more, in any unit; effects are in that unit too, for the
        whole range of a parameter.
    seed : int
        Of the bootstrap.

    Raises
    ------
    SimError
        With a single replication, or figures that are undefined.
    """
    import numpy as np

    check_finite(values, "Effects of parameters")
    steps = np.diff(points, axis=1)  # one entry a row differs from 0
    which = np.abs(steps).argmax(-1)  # (trajectories, parameters)
    size = np.take_along_axis(steps, which[..., None], -1)
    per_step = np.diff(values, axis=1) / size
    by_parameter = np.take_along_axis(per_step, np.argsort(which, axis=1)[..., None], 1)
    mean = by_parameter.mean(-1)  # (trajectories, parameters)
    square = across(by_parameter, by_parameter)
    picks = np.random.default_rng(seed).integers(0, len(mean), (resamples, len(mean)))
    tail = (100 * (1 - level) / 2, 100 * (1 + level) / 2)
    return Effects(
        mean.mean(0),
        np.abs(mean).mean(0),
        mean.std(0, ddof=1),
        square.mean(0),
        np.percentile(mean[picks].mean(1), tail, axis=0),
        np.percentile(square[picks].mean(1), tail, axis=0),
    )
