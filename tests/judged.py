"""How a simulation is judged against an exact value, and how often that wrongs a sound program.

A mean over replications may be three of its own standard errors away. If one is farther off, ten times as
many new replications are run, and these decide: never another seed, never a wider tolerance. A standard error
that is large against its target fails, too, since then the comparison would say too little.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import sqrt

import numpy as np

ERRORS = 3.0
"""Standard errors that a mean may be off."""
REPLICATIONS = 20
FALSE_ALARM = 0.0074 * 0.0031
"""For one comparison of a sound program: both looks beyond three errors (Student's t, 19 and 199 degrees)."""


def judge(
    run: Callable[[int], Mapping[str, float]],
    targets: Mapping[str, float],
    within: float,
    replications: int = REPLICATIONS,
) -> None:
    """Assert that the means of what `run` finds are the targets.

    Parameters
    ----------
    run : callable
        From the number of a replication to what was found in it.
    targets : mapping of str to float
    within : float
        The standard error may be so large a part of its target; of a target of nought it says nothing.
    replications : int
        Of the first look; the second has ten times as many.
    """
    doubtful = _far_off(run, targets, within, range(replications))
    if doubtful:
        again = {name: targets[name] for name in doubtful}
        still = _far_off(run, again, within, range(replications, 11 * replications))
        assert not still, f"{still}; in the first look: {doubtful}"


def _far_off(
    run: Callable[[int], Mapping[str, float]], targets: Mapping[str, float], within: float, numbers: range
) -> dict[str, str]:
    found = [run(number) for number in numbers]
    far = {}
    for name, target in targets.items():
        values = np.array([one[name] for one in found])
        mean, error = values.mean(), values.std(ddof=1) / sqrt(len(values))
        close_enough = target == 0.0 or error <= within * abs(target)
        assert close_enough, f"{name}: run longer, standard error {error:.4g} of {target}"
        if not abs(mean - target) <= ERRORS * error:
            far[name] = f"{mean:.6g} +- {error:.2g} is not {target}"
    return far
