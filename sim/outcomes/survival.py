"""Waiting and risk with people still waiting: Kaplan-Meier and Aalen-Johansen, written out.

Nobody is dropped because the record ends: whoever still waits is censored, counted at risk up to that day.
Someone censored on the day of an event was at risk of it. Not here: which event, of whom, from which day.

References
----------
Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations. JASA 53, 457-481.
Aalen, O. O. and Johansen, S. (1978). An empirical transition matrix for non-homogeneous Markov chains based
on censored observations. Scandinavian Journal of Statistics 5, 141-150.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CENSORED = 0
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Survival:
    """Share still waiting: ``share[i]`` from ``time[i]`` on, 1 before ``time[0]``; shapes (n_times,)."""

    time: Floats
    share: Floats

    def at(self, when: Floats) -> Floats:
        """Share still waiting at each day."""
        return np.concatenate([[1.0], self.share])[np.searchsorted(self.time, when, side="right")]

    def quantile(self, share: float) -> float:
        """First day by which this share has ended its wait; infinite where that day was not reached.

        Missing (not a number) if nobody waited at all.
        """
        if not len(self.time):
            return float("nan")
        reached = np.flatnonzero(self.share <= 1.0 - share + _ROUNDING)
        return float(self.time[reached[0]]) if len(reached) else float("inf")

    @property
    def median(self) -> float:
        """Day by which half have ended their wait."""
        return self.quantile(0.5)


def kaplan_meier(time: Floats, ended: NDArray[np.bool_]) -> Survival:
    """Share still waiting by day.

    Parameters
    ----------
    time : ndarray of float64, shape (n,)
        Days waited, to the event or to when the person was last seen waiting.
    ended : ndarray of bool, shape (n,)
        Whether the wait ended in the event; False means censored.

    Examples
    --------
    >>> waits = kaplan_meier(np.array([1.0, 2.0, 2.0, 5.0]), np.array([True, True, False, True]))
    >>> [float(share) for share in waits.share]
    [0.75, 0.5, 0.0]
    """
    when, counts, at_risk = _table(time, ended.astype(np.int64), 1)
    return Survival(when, np.cumprod((at_risk - counts[0]) / at_risk))


@dataclass(frozen=True, eq=False)
class Incidence:
    """Cumulative incidence: ``share[k - 1, i]`` of cause k from ``time[i]`` on; (n_causes, n_times)."""

    time: Floats
    share: Floats

    def at(self, when: Floats, cause: int = 1) -> Floats:
        """Share to whom the cause had happened by each day, that day included."""
        steps = np.concatenate([[0.0], self.share[cause - 1]])
        return steps[np.searchsorted(self.time, when, side="right")]


def aalen_johansen(time: Floats, cause: NDArray[np.integer], n_causes: int) -> Incidence:
    """Cumulative incidence of causes that exclude each other, by day.

    Parameters
    ----------
    time : ndarray of float64, shape (n,)
        Days to the first cause, or to when the person was last seen.
    cause : ndarray of int, shape (n,)
        1 to `n_causes`, or 0 for censored.
    n_causes : int
        How many causes there are.

    Notes
    -----
    With nobody censored this is the share of people to whom the cause has happened.
    """
    when, counts, at_risk = _table(time, cause.astype(np.int64), n_causes)
    left = np.cumprod((at_risk - counts.sum(axis=0)) / at_risk)
    before = np.concatenate([[1.0], left[:-1]])
    return Incidence(when, np.cumsum(before * counts / at_risk, axis=1))


def _table(
    time: Floats, cause: NDArray[np.int64], n_causes: int
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Distinct days, how many had each cause (row 0: the first) on each, and how many were at risk."""
    order = np.argsort(time)  # those of one day fall together below, in any order
    time, cause = time[order], cause[order]
    last_of_day = np.ones(len(time), dtype=np.bool_)
    last_of_day[:-1] = time[1:] > time[:-1]
    last = np.flatnonzero(last_of_day)
    before = np.concatenate([[0], last + 1])[: len(last)]
    so_far = np.cumsum(cause == np.arange(1, n_causes + 1)[:, np.newaxis], axis=1)[:, last]
    return time[last], np.diff(so_far, axis=1, prepend=0), len(time) - before
