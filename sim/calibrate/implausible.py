"""How far a setting is from the record, counted in everything that could excuse the distance.

Implausibility is the distance between published and emulated figure over the root of four variances together:
observation, model discrepancy, chance between replications, and the emulator's own doubt. A setting that is
beyond the cut for its worst figure (or second worst) is ruled out. Nothing is run or drawn here.

References
----------
Vernon, Goldstein and Bower (2010), Galaxy formation: a Bayesian uncertainty analysis, Bayesian Analysis 5(4).
Pukelsheim (1994), The three sigma rule, The American Statistician 48: within three deviations lie at least
95% of any distribution with one peak.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.calibrate.emulator import Emulator, Judgement

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.calibrate.goals import Goal

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Judged:
    """One goal with its emulator in one wave.

    Attributes
    ----------
    goal : Goal
    emulator : Emulator or None
        None if none could be made.
    judgement : Judgement or None
    chance : float
        Variance between replications of one setting.
    why_not : str
        Why the goal is not used in this wave; empty if it is.
    """

    goal: Goal
    emulator: Emulator | None
    judgement: Judgement | None
    chance: float
    why_not: str

    def implausibility(self, places: Floats) -> Floats:
        """Implausibility of settings, shape (n,), in standard deviations."""
        import numpy as np

        assert self.emulator is not None
        mean, doubt = self.emulator.predict(places)
        found: Floats = np.abs(mean - self.goal.value) / np.sqrt(self.goal.tolerance + self.chance + doubt)
        return found


def judged(goal: Goal, places: Floats, figures: Floats) -> Judged:
    """Make and judge the emulator of one goal.

    Parameters
    ----------
    goal : Goal
    places : ndarray, shape (n, n_dimensions)
        From 0 to 1.
    figures : ndarray, shape (n, n_replications)
        On the matched scale; settings in which one is missing are left out.
    """
    import numpy as np

    there: NDArray[np.bool_] = np.all(np.isfinite(figures), axis=1)
    if there.sum() < max(5, len(there) // 2):
        return Judged(goal, None, None, 0.0, f"only {int(there.sum())} of {len(there)} settings have it")
    chance = float(figures[there].var(axis=1, ddof=1).mean())
    emulator = Emulator(places[there], figures[there].mean(axis=1), chance / figures.shape[1])
    judgement = emulator.judge((goal.tolerance + chance) ** 0.5)
    return Judged(goal, emulator, judgement, chance, judgement.why_bad)


def worst(
    waves: Sequence[Sequence[Judged]], places: Floats, nth: int = 1, enough: float = float("inf")
) -> Floats:
    """The implausibility that decides: of each wave the nth greatest, and of these the greatest, shape (n,).

    Parameters
    ----------
    waves : sequence of sequence of Judged
    places : ndarray, shape (n, n_dimensions)
        From 0 to 1.
    nth : int
    enough : float
        In standard deviations, as what is returned. Beyond it no more is worked out: what is returned there
        is beyond it too, but may be too small.
    """
    import numpy as np

    found = np.zeros(len(places))
    for wave in reversed(waves):
        used = [one for one in wave if not one.why_not]
        greatest = np.zeros((nth, len(places)))  # of this wave, the greatest last
        for one in used:
            alive = np.flatnonzero((found <= enough) & (greatest[0] <= enough))
            if not len(alive):
                break
            greatest[0, alive] = np.maximum(greatest[0, alive], one.implausibility(places[alive]))
            greatest.sort(axis=0)
        found = np.maximum(found, greatest[0])
    return found


def direct(goals: Sequence[Goal], figures: Floats, chance: Floats) -> Floats:
    """Implausibility of settings that were run, without an emulator.

    Parameters
    ----------
    goals : sequence of Goal
    figures : ndarray, shape (n, n_replications, n_goals)
    chance : ndarray, shape (n_goals,)
        Variance between replications.

    Returns
    -------
    ndarray, shape (n, n_goals)
        Not a number where the figure is missing.
    """
    import numpy as np

    published = np.array([goal.value for goal in goals])
    tolerance = np.array([goal.tolerance for goal in goals])
    replications = figures.shape[1]
    excuse = np.sqrt(tolerance + chance * (1.0 + 1.0 / replications))
    found: Floats = np.abs(figures.mean(axis=1) - published) / excuse
    return found
