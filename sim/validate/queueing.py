"""Waiting lines on paper: what Erlang, an infinite number of servers and a fluid say of a station.

Each function takes rates and counts and answers mean numbers; none knows the model, its log or its rules.
What is a station, which answer applies to it and why none does is decided in `twins`.

References
----------
Erlang, A. K. (1917); Palm, C. (1957), on lines that people leave again; Eick, S., Massey, W. and Whitt, W.
(1993), *The physics of the M(t)/G/infinity queue*, Operations Research 41, 731-742.
"""

from __future__ import annotations

from math import nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_NEGLIGIBLE = 1e-13
BIN_DAYS = 0.25
"""Steps in which stays are counted."""


class Numbers(NamedTuple):
    """Mean numbers of people: in a place, and in line for one."""

    served: float
    waiting: float


def erlang(arrivals: float, ending: float, places: float, giving_up: float = 0.0) -> Numbers | None:
    """Poisson arrivals, exponential stays and patience, a fixed number of places, for ever (M/M/c, M/M/c+M).

    Parameters
    ----------
    arrivals : float
        A day.
    ending, giving_up : float
        Rates of a stay, and of each person in line [per day].
    places : float
        Whole and finite.

    Returns
    -------
    Numbers or None
        None where the line has no steady state: a load of one or more, and nobody gives up.

    Examples
    --------
    >>> [round(number, 4) for number in erlang(4.0, 1.0, 5)]
    [4.0, 2.2164]
    """
    c = int(places)
    if arrivals <= 0.0:
        return Numbers(0.0, 0.0)
    if giving_up <= 0.0 and arrivals >= c * ending:
        return None

    def leaving(n: int) -> float:
        return n * ending if n <= c else c * ending + (n - c) * giving_up

    # outwards from the likeliest number, whose weight is 1, until the rest is negligible
    likeliest = (
        int(arrivals / ending) if arrivals < c * ending else c + int((arrivals - c * ending) / giving_up)
    )
    total, served, waiting = 1.0, float(min(likeliest, c)), float(max(likeliest - c, 0))
    for step in (1, -1):
        n, weight = likeliest, 1.0
        while weight > _NEGLIGIBLE and n + step >= 0:
            weight *= arrivals / leaving(n + 1) if step > 0 else leaving(n) / arrivals
            n += step
            total += weight
            served += min(n, c) * weight
            waiting += max(n - c, 0) * weight
    return Numbers(served / total, waiting / total)


def infinite_servers(joined: Floats, left: Floats, start: float, end: float) -> float:
    """Mean number present from `start` to `end` if nobody waits for a place (M(t)/G/infinity).

    The share still there after so many days is that of those who join from `start` on (with whoever is there
    at the end as censored); everybody who ever joined is then expected to stay by it.

    Parameters
    ----------
    joined, left : ndarray of float64, shape (n,)
        [days]; `left` is infinite for those who have not left.
    start, end : float
        [days]

    Returns
    -------
    float
        Missing where nobody joined, or where more than one in fifty stay longer than from `start` to `end`.
    """
    own = (joined >= start) & (joined < end)
    n = int(np.count_nonzero(own))
    if not n:
        return nan
    came, gone = joined[own], left[own]
    bins = int(np.ceil((end - start) / BIN_DAYS)) + 1
    at_once, ended = gone == came, (gone < end) & (gone > came)
    n -= int(np.count_nonzero(at_once))
    slot = ((np.minimum(gone, end) - came) / BIN_DAYS).astype(np.int64)
    endings = np.bincount(slot[ended], minlength=bins).astype(np.float64)
    censored = np.bincount(slot[~ended & ~at_once], minlength=bins).astype(np.float64)
    at_risk = n - np.concatenate([[0.0], np.cumsum(endings + censored)[:-1]]) - censored / 2
    if n == 0:
        return 0.0
    first = n / len(came)
    share = first * np.cumprod(np.where(at_risk > 0.0, 1.0 - endings / np.maximum(at_risk, 0.5), 1.0))
    # near the end of the record only few are left to tell how many stay
    known = int(np.count_nonzero(at_risk >= 10.0))
    if known == 0 or share[known - 1] > 0.02:
        return nan
    share = np.concatenate([[first], share[:known]])
    inside = np.concatenate([[0.0], np.cumsum((share[1:] + share[:-1]) / 2)]) * BIN_DAYS
    days = np.arange(len(inside)) * BIN_DAYS
    past = joined[joined < end]
    stayed = np.interp(end - past, days, inside) - np.interp(np.maximum(start - past, 0.0), days, inside)
    return float(stayed.sum() / (end - start))


class Fluid(NamedTuple):
    """A line as water in a basin.

    Attributes
    ----------
    mean : float
        Mean content over the time given.
    growth : float
        Change from beginning to end [per day].
    """

    mean: float
    growth: float


def fluid(content: float, inflow: Floats, outflow: Floats, giving_up: float = 0.0) -> Fluid:
    """A line by day: what comes in, less what is taken off it and what leaves by itself; never below nothing.

    Parameters
    ----------
    content : float
        At the beginning.
    inflow, outflow : ndarray of float64, shape (n_days,)
        People who come, and who could be served, on each day.
    giving_up : float
        Rate of each person in line [per day].

    Examples
    --------
    >>> fluid(10.0, np.full(4, 3.0), np.full(4, 2.0))
    Fluid(mean=12.0, growth=1.0)
    """
    path = np.empty(len(inflow) + 1)
    path[0] = now = content
    for day, (come, go) in enumerate(zip(inflow.tolist(), outflow.tolist(), strict=True)):
        now = max(0.0, now + come - go - giving_up * now)
        path[day + 1] = now
    return Fluid(float(((path[1:] + path[:-1]) / 2).mean()), float(now - content) / len(inflow))
