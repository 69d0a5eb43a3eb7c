"""Who gains and who loses under an option, told under two couplings of luck and labelled so.

A mean difference does not depend on how the luck of two runs is paired; the share of people who do better or
worse does. Under the *common* coupling the same person meets both with the same numbers; under the
*independent* one the option draws everything anew from the decision on. Beside the second stands what luck
alone does when nothing is changed. Reads stored levels; not here: what counts as a gain
(`sim.outcomes.paired`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Final

from sim.experiment.plan import CENTRAL, INDEPENDENT, OTHER_LUCK, UNCHANGED
from sim.outcomes.paired import MORE_OR_FEWER

Ends = tuple[float, float] | None
NOTHING_CHANGED: Final = "Nothing changed: luck alone"


@dataclass(frozen=True)
class Gains:
    """Shares of the cohort with fewer, and with more, days with nowhere secure.

    Attributes
    ----------
    option, title : str
    coupling : str
        ``common`` or ``independent``: the shares depend on it.
    fewer, more : float
        Means over replications.
    fewer_ends, more_ends : (float, float) or None
        95% t intervals; None with a single replication.
    replications : int
    """

    option: str
    title: str
    coupling: str
    fewer: float
    more: float
    fewer_ends: Ends
    more_ends: Ends
    replications: int


def gains_of(
    titles: Mapping[str, str],
    levels: Callable[[str, str, str], Mapping[int, float]],
    interval: Callable[[Sequence[float]], Ends],
    coupling: str,
) -> tuple[Gains, ...]:
    """Gains and losses of each option under each coupling that was run.

    Parameters
    ----------
    titles : mapping
        Name of each option to its title.
    levels : callable
        World, scenario and metric to the value of each replication, in the metric's unit.
    interval : callable
        The interval of a mean.
    coupling : str
        That of the central world.

    Returns
    -------
    tuple of Gains
        By option, the common coupling first; what luck alone does last. Empty if none was measured.
    """
    asked = [
        (option, title, world, told)
        for option, title in titles.items()
        for world, told in ((CENTRAL, coupling), (OTHER_LUCK, INDEPENDENT))
    ]
    asked.append((UNCHANGED, NOTHING_CHANGED, OTHER_LUCK, INDEPENDENT))
    found = []
    for option, title, world, told in asked:
        fewer, more = (list(levels(world, option, metric).values()) for metric in MORE_OR_FEWER)
        if fewer and more:
            found.append(
                Gains(
                    option,
                    title,
                    told,
                    fsum(fewer) / len(fewer),
                    fsum(more) / len(more),
                    interval(fewer),
                    interval(more),
                    len(fewer),
                )
            )
    return tuple(found)
