"""Which option to choose when it is not known which world is true: regret, and how often each is best.

Pure arithmetic on one objective: rows are worlds, columns options, larger is better.

References
----------
Savage LJ (1951). The theory of statistical decision. J. American Statistical Association 46, 55-67.
Wilson EB (1927). Probable inference. Ibid. 22, 209-212.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.study.products import check_finite

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Standing:
    """How one option stands across worlds.

    Attributes
    ----------
    best : float
        Share of worlds in which it is best; worlds where several are equally good count in parts.
    best_ends : tuple of float
        Wilson interval over worlds.
    mean, worst, ninth_decile : float
        Regret: what is lost to the best option of each world.
    worst_world : int
        Where that happens.
    """

    best: float
    best_ends: tuple[float, float]
    mean: float
    worst: float
    ninth_decile: float
    worst_world: int


def standings(benefits: Floats) -> tuple[Standing, ...]:
    """Standing of every option.

    Parameters
    ----------
    benefits : ndarray, shape (worlds, options)
        Means over replications; chance that is left in them counts as a difference between worlds.

    Raises
    ------
    SimError
        If figures are undefined.
    """
    import numpy as np

    check_finite(benefits, "Regret")
    top = benefits.max(1, keepdims=True)
    lost = top - benefits
    winners = benefits == top
    share = (winners / winners.sum(1, keepdims=True)).mean(0)
    return tuple(
        Standing(
            float(share[option]),
            wilson(float(share[option]), len(benefits)),
            float(lost[:, option].mean()),
            float(lost[:, option].max()),
            float(np.quantile(lost[:, option], 0.9)),
            int(lost[:, option].argmax()),
        )
        for option in range(benefits.shape[1])
    )


def wilson(share: float, count: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """The Wilson score interval of a share of `count` independent draws."""
    wide = z * z / count
    middle = (share + wide / 2) / (1 + wide)
    arm = z / (1 + wide) * (share * (1 - share) / count + wide / (4 * count)) ** 0.5
    return max(0.0, middle - arm), min(1.0, middle + arm)
