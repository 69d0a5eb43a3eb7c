"""Settings drawn evenly from what is not ruled out, however small a part of the cube that is.

Levels: beginning with an even cover of the cube, the least implausible fifth is kept and spread again by a
random walk that accepts whatever is no worse than the level, until the level is the cut. The product of the
shares kept is the volume that remains. If the levels stop falling above the cut, nothing remains as far as
can be found.

References
----------
Au and Beck (2001), Estimation of small failure probabilities in high dimensions by subset simulation,
Probabilistic Engineering Mechanics 16; ter Braak (2006), A Markov Chain Monte Carlo version of the genetic
algorithm Differential Evolution, Statistics and Computing 16 (the steps of the walk).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.random import Generator
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Measure = Callable[["Floats", float], "Floats"]
KEPT: Final = 0.2
_LEVELS: Final = 25
_STEPS: Final = 12
_STUCK: Final = 3  # levels without a fall by two hundredths


@dataclass(frozen=True, eq=False)
class Remaining:
    """What is left.

    Attributes
    ----------
    places : ndarray, shape (n, n_dimensions)
        Drawn evenly from it; no rows if nothing is left.
    implausibility : ndarray, shape (n,)
    volume : float
        Share of the cube.
    closest : ndarray, shape (n_dimensions,)
        The least implausible setting that was seen.
    least : float
        Its implausibility.
    """

    places: Floats
    implausibility: Floats
    volume: float
    closest: Floats
    least: float

    @property
    def empty(self) -> bool:
        """Whether nothing is left, as far as could be found."""
        return not len(self.places)


def cover(number: int, dimensions: int, rng: Generator) -> Floats:
    """A Latin hypercube, from 0 to 1, shape (number, dimensions)."""
    from scipy.stats import qmc

    found: Floats = qmc.LatinHypercube(dimensions, rng=rng).random(number)
    return found


def remaining(
    measure: Measure,
    dimensions: int,
    number: int,
    cut: float,
    rng: Generator,
    pool: int = 1_000,
) -> Remaining:
    """Draw settings evenly from where a measure is no more than the cut.

    Parameters
    ----------
    measure : callable
        Implausibility, shape (n,), of settings, shape (n, n_dimensions); beyond the level that it is given,
        anything beyond it will do.
    dimensions, number : int
    cut : float
        In the unit of the measure: standard deviations.
    rng : Generator
    pool : int
        Settings carried from level to level.
    """
    import numpy as np

    places = cover(max(pool, number), dimensions, rng)
    values = measure(places, np.inf)
    volume, stuck, before = 1.0, 0, np.inf
    for _ in range(_LEVELS):
        level = max(cut, float(np.quantile(values, KEPT)))
        keep = values <= level
        volume *= float(keep.mean())
        places, values = places[keep], values[keep]
        if level <= cut and len(places) >= number:
            chosen = rng.permutation(len(places))[:number]
            return _found(places[chosen], values[chosen], volume)
        again = rng.integers(len(places), size=max(pool, number))
        places, values = _walk(measure, places[again], values[again], level, rng)
        if level <= cut:
            return _found(places[:number], values[:number], volume)
        stuck = stuck + 1 if level > 0.98 * before else 0
        before = level
        if stuck >= _STUCK:
            break
    best = int(np.argmin(values))
    nothing = np.zeros((0, dimensions))
    return Remaining(nothing, np.zeros(0), 0.0, places[best], float(values[best]))


def _found(places: Floats, values: Floats, volume: float) -> Remaining:
    import numpy as np

    best = int(np.argmin(values))
    return Remaining(places, values, volume, places[best], float(values[best]))


def _walk(
    measure: Measure, places: Floats, values: Floats, level: float, rng: Generator
) -> tuple[Floats, Floats]:
    """Move every setting some steps; both kinds of step are as likely there as back, so evenness is kept."""
    import numpy as np

    places, values = places.copy(), values.copy()
    number, dimensions = places.shape
    for step in range(_STEPS):
        if step % 2:
            proposed = places.copy()
            proposed[np.arange(number), rng.integers(dimensions, size=number)] = rng.random(number)
        else:
            one, other = rng.integers(number, size=(2, number))
            size = rng.uniform(0.3, 1.3, size=(number, 1)) * 2.38 / np.sqrt(2.0 * dimensions)
            proposed = places + size * (places[one] - places[other])
            proposed += rng.normal(0.0, 1e-3, size=proposed.shape)
        inside = np.flatnonzero(((proposed >= 0.0) & (proposed <= 1.0)).all(axis=1))
        if not len(inside):
            continue
        found = measure(proposed[inside], level)
        good = found <= level
        places[inside[good]], values[inside[good]] = proposed[inside[good]], found[good]
    return places, values
