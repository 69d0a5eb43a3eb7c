"""A stand-in for the simulator: for one figure, its mean and how unsure it is, at any setting, at once.

A Gaussian process with a linear trend, a Matern term with a length a dimension, and a nugget; the noise of
runs is known from their replications. Each is judged by leaving runs out one at a time. What it is used for
is not known here.

References
----------
Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, equations 5.10 to 5.12 (leave one out).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EXPLAINS: Final = 0.5
"""An emulator is good if, leaving one out, it explains so much of the variance between settings ..."""
PRECISE: Final = 0.5
"""... or errs by less than this share of the tolerance, so that what it cannot explain does not matter ..."""
HONEST: Final = 0.95
"""... and in either case lies within three of its own deviations in so large a share of runs."""
_BATCH: Final = 4_000
_STEPS: Final = 40


@dataclass(frozen=True)
class Judgement:
    """How an emulator did, leaving one run out at a time.

    Attributes
    ----------
    runs : int
        Settings it was made from.
    explained : float
        One less the mean squared error over the variance between settings.
    error : float
        Root mean squared error on the matched scale.
    honest : float
        Share of settings within three of its own deviations.
    tolerance : float
        Deviation of observation and discrepancy together, which the error is set beside.
    """

    runs: int
    explained: float
    error: float
    honest: float
    tolerance: float

    @property
    def why_bad(self) -> str:
        """What speaks against using it; empty if nothing does."""
        if self.honest < HONEST:
            return f"only {self.honest:.0%} of runs left out lie within three of its deviations"
        if self.explained < EXPLAINS and self.error > PRECISE * self.tolerance:
            return (
                f"it explains {max(self.explained, 0.0):.0%} of what differs between settings and errs by "
                f"{self.error / self.tolerance:.1f} tolerances"
            )
        return ""


class Emulator:
    """The mean and variance of one figure over the cube.

    Parameters
    ----------
    places : ndarray, shape (n, n_dimensions)
        Settings that were run, in the unit cube.
    means : ndarray, shape (n,)
        Mean over replications, on the matched scale.
    noise : float
        Variance of such a mean by chance alone.

    Raises
    ------
    SimError
        With fewer than five runs, or without the extra ``analysis``.
    """

    def __init__(self, places: Floats, means: Floats, noise: float) -> None:
        import numpy as np

        regression, kernels, optimise = _learning()
        if len(means) < 5:
            raise SimError(f"{len(means)} settings with this figure; allowed: 5 or more for an emulator")
        self._centre, spread = float(np.mean(means)), float(np.std(means))
        self._spread = spread if spread > 1e-12 else 1.0
        dimensions = places.shape[1]
        kernel = (
            kernels.ConstantKernel(1.0, (1e-3, 1e2))
            * kernels.Matern(np.full(dimensions, 2.0), (0.15, 30.0), nu=2.5)
            + kernels.ConstantKernel(1.0, (1e-4, 1e2)) * kernels.DotProduct(0.0, "fixed")
            + kernels.ConstantKernel(1.0, "fixed")
            + kernels.WhiteKernel(1e-3, (1e-6, 1.0))
        )

        def shortly(objective: Any, start: Any, bounds: Any) -> tuple[Any, Any]:
            found = optimise(
                objective, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": _STEPS}
            )
            return found.x, found.fun

        self._inner = regression(kernel, alpha=max(noise, 0.0) / self._spread**2 + 1e-10, optimizer=shortly)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a length at its bound says that a setting does not matter
            self._inner.fit(places - 0.5, (means - self._centre) / self._spread)

    def predict(self, places: Floats) -> tuple[Floats, Floats]:
        """Mean and variance at settings, each of shape (n,); the variance is that of the emulator alone."""
        import numpy as np

        means, variances = np.empty(len(places)), np.empty(len(places))
        for start in range(0, len(places), _BATCH):
            part = slice(start, start + _BATCH)
            mean, deviation = self._inner.predict(places[part] - 0.5, return_std=True)
            means[part], variances[part] = mean, deviation**2
        return means * self._spread + self._centre, variances * self._spread**2

    def judge(self, tolerance: float) -> Judgement:
        """Leave each run out in turn (in closed form, with the kernel kept).

        `tolerance` is a standard deviation, in the unit of the means that the emulator was given.
        """
        import numpy as np
        from scipy.linalg import cho_solve

        inner = self._inner
        inverse = cho_solve((inner.L_, True), np.eye(len(inner.y_train_)))
        errors = inner.alpha_ / np.diag(inverse)
        deviations = np.sqrt(1.0 / np.diag(inverse))
        mean_square = float(np.mean(errors**2))
        return Judgement(
            runs=len(errors),
            explained=1.0 - mean_square / max(float(np.var(inner.y_train_)), 1e-12),
            error=mean_square**0.5 * self._spread,
            honest=float(np.mean(np.abs(errors) <= 3.0 * deviations)),
            tolerance=tolerance,
        )


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep linear algebra to one thread: the matrices are small, and the same command gives the same."""
    try:
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
    except ImportError:  # then there is no scikit-learn either, and making an emulator says so
        yield
        return
    with threadpool_limits(1):
        yield


def _learning() -> tuple[Any, Any, Any]:
    """What is needed of scikit-learn and SciPy, or a word on how to get it."""
    try:
        from sklearn.gaussian_process import GaussianProcessRegressor, kernels
    except ImportError:
        raise SimError(
            'Emulators need the extra "analysis", which is not installed here; install it with: '
            'pip install "cliffedge[analysis]"'
        ) from None
    from scipy.optimize import minimize

    return GaussianProcessRegressor, kernels, minimize
