"""Waiting lines whose behaviour is known exactly, and what is measured of them.

Exact values are those of the textbooks: Erlang B, C and A, Pollaczek and Khinchine, Cobham's priorities, and
the infinite-server queue. Each case names its people in a replication of the deep run, how many of them come
before the state counts as stationary, and how small a share of them is enough for an everyday run.
"""

from __future__ import annotations

from math import inf, pi, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.small_network import Network, Visits

Floats = NDArray[np.float64]
SEED = 20260401


class Exact(NamedTuple):
    """One case.

    Attributes
    ----------
    network : Network
    n_people : int
        In each replication of the deep run.
    targets : dict of str to float
    everyday, within : float
        Share of those people for an everyday run, and how large its standard errors may be.
    deep : float
        How large the standard errors of the deep run may be against the targets.
    start : float
        Share of the people who come before anything is measured.
    """

    network: Network
    n_people: int
    targets: dict[str, float]
    everyday: float = 1.0
    within: float = 0.01
    deep: float = 0.01
    start: float = 0.05


EXACT = {
    "M/M/1": Exact(
        Network((1,), 0.9, (1.0,)), 440_000, {"waits": 0.9, "time in line": 9.0, "number": 9.0}, 0.2, 0.03
    ),
    "M/M/2": Exact(
        Network((2,), 1.8, (1.0,)),
        800_000,
        {"waits": 0.852632, "time in line": 4.263158, "number": 9.473684},
        0.2,
        0.03,
    ),
    "M/M/5": Exact(
        Network((5,), 4.0, (1.0,)),
        280_000,
        {"waits": 0.554113, "time in line": 0.554113, "number": 6.216450},
        0.4,
        0.02,
    ),
    "M/M/20": Exact(
        Network((20,), 18.0, (1.0,)),
        1_100_000,
        {"waits": 0.550769, "time in line": 0.275385, "number": 22.956921},
        0.15,
        0.03,
    ),
    "M/M/100": Exact(
        Network((100,), 95.0, (1.0,)),
        2_000_000,
        {"waits": 0.506457, "time in line": 0.101291, "number": 104.622680},
        0.12,
        0.1,
        deep=0.03,
    ),
    "M/M/5/10": Exact(
        Network((5,), 4.0, (1.0,), room=10.0),
        200_000,
        {"turned away": 0.042486, "number in line": 0.893693, "time in line": 0.233337},
    ),
    "M/D/1": Exact(Network((1,), 0.8, (1.0,), service_cv=(0.0,)), 200_000, {"time in line": 2.0}),
    "M/LN/1": Exact(
        Network((1,), 0.8, (1.0,), service_cv=(sqrt(2.0),)), 1_000_000, {"time in line": 6.0}, 0.2, 0.05
    ),
    "three classes": Exact(
        Network((5,), 4.0, (1.0,), shares=(0.25, 0.375, 0.375)),
        300_000,
        {"class 0": 0.138528, "class 1": 0.277057, "class 2": 1.108226, "time in line": 0.554113},
        0.3,
        0.03,
    ),
    "Erlang-A": Exact(
        Network((10,), 10.0, (1.0,), mean_patience=2.0),
        60_000,
        {"waits": 0.619655, "gives up": 0.103913, "number in line": 2.078264, "time in line": 0.207826},
    ),
}


def supported(mean: float, cv: tuple[float, ...] = ()) -> Network:
    """Support that lasts until the later of 45 days and the decision, one arrival a day."""
    return Network((inf,), 1.0, (mean,), service_cv=cv, service_least=45.0)


SUPPORTED = {
    "exponential 60": (supported(60.0), 73.341993),
    "exponential 200": (supported(200.0), 204.703244),
    "exponential 500": (supported(500.0), 501.965593),
    "lognormal 60": (supported(60.0, (1.0,)), 70.383775),
}
"""Network and mean number supported, which is Poisson whatever the time to the decision."""

YEAR = 365.0
_DAYS = np.linspace(0.0, 30 * YEAR, 2_000_001)
_COME = 10.0 * _DAYS + 5.0 * YEAR / (2 * pi) * (1.0 - np.cos(2 * pi * _DAYS / YEAR))


def seasonal(come: Floats) -> Floats:
    """The day by which so many have come at 10 + 5 sin(2 pi t / 365) a day."""
    return np.interp(come, _COME, _DAYS)


SEASONAL = Network((inf,), 10.0, (90.0,), warp=seasonal)
SEASONAL_PRESENT = {0.0: 694.964, 91.25: 1032.343, 182.5: 1105.036, 273.75: 767.657}
"""Mean number present by day of the year, in the steady state of M(t)/M/infinity."""


def measures(visits: Visits, skip: int) -> dict[str, float]:
    """Shares and means of those who come after the first `skip`, and mean numbers since the last of these."""
    turned_away = np.isinf(visits.joined[0])
    gave_up = np.isinf(visits.begun[0]) & ~turned_away
    until = np.where(gave_up | turned_away, visits.left, visits.begun[0])
    waited = until - visits.came
    first, last = visits.came[skip], visits.came[-1]

    def number(end: Floats) -> float:
        inside = np.clip(np.minimum(end, last) - np.maximum(visits.came, first), 0.0, None)
        return float(inside.sum() / (last - first))

    late = ~turned_away
    late[:skip] = False
    found = {
        "waits": float((waited[late] > 0).mean()),
        "gives up": float(gave_up[late].mean()),
        "turned away": float(turned_away[skip:].mean()),
        "time in line": float(waited[late].mean()),
        "number in line": number(until),
        "number": number(visits.left),
    }
    for kind in range(int(visits.kind.max()) + 1):
        found[f"class {kind}"] = float(waited[late & (visits.kind == kind)].mean())
    return found


def present(visits: Visits, days: Floats) -> NDArray[np.int64]:
    """How many are there at each of these instants."""
    return np.searchsorted(visits.came, days) - np.searchsorted(np.sort(visits.left), days)
