"""Housing and shelter in Alameda County: the exact chain, and the published simulation beside it.

Two numbers describe the county (in hundreds of people): how many are present, and how many of these are in a
shelter. Both change by single events, at rates that stay the same between two changes of capacity, so their
probabilities at any day are the exponential of a matrix, summed here by uniformisation. `withdrawn` tells the
two rules of a cut apart: shelter places that are closed vanish at once (as published), or when they are
vacated (as in the pathway). In the published calendar so many homes open on the days of a cut that both give
the same; `NO_MORE_HOMES` parts them. What the project's own queues make of it is in `test_alameda.py`.

References
----------
Singham et al. (2023), *Forecasting homelessness*, PLOS ONE; numbers in its repository, aggregated by 100.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.small_network import Network

Floats = NDArray[np.float64]
YEAR: Final = 365.0
BETWEEN: Final = 63.0
PRESENT: Final = 120
HOUSING: Final = 40
SHELTER: Final = 15
"""On the first day, before the first change."""
STAY: Final = 4.487179487179487
"""Mean years in housing."""
ARRIVALS: Final = (
    36.55542857142857,
    43.52022857142858,
    47.76822857142857,
    47.76822857142857,
    43.12542857142857,
    38.92062857142857,
)
"""By year [per year]."""
# fmt: off
HOUSING_AFTER: Final = (
    43, 46, 49, 52, 55, 58, 64, 70, 76, 82, 88, 94, 101, 108, 115, 122, 129, 136, 146, 156, 166, 176, 186,
    196, 204, 212, 220, 228, 236, 240, 244, 248, 252, 256,
)
# fmt: on
# fmt: off
SHELTER_AFTER: Final = (
    17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 39, 39, 39, 39, 39, 39, 37, 35, 33, 31, 29, 27, 26,
    25, 24, 23, 22, 21, 20, 19, 18, 17,
)
# fmt: on
"""After change 0, 1, ..., one every 63 days from the first."""
NO_MORE_HOMES: Final = (HOUSING,) * len(HOUSING_AFTER)
"""A variant of our own, in which the two rules of a cut part: few leave a closing shelter for a home."""
YEARS: Final = 6


class Published(NamedTuple):
    """Unsheltered just before a change: the exact values on record, and 1,000 runs of the published model."""

    mean: float
    sd: float
    nobody: float
    simio_mean: float
    simio_sd: float


PUBLISHED: Final = {
    1: Published(64.6555, 2.822, 0.0, 64.630, 2.926),
    6: Published(61.4503, 7.054, 0.0, 61.485, 7.172),
    12: Published(40.5905, 10.647, 0.0001, 40.278, 10.732),
    18: Published(21.1001, 13.031, 0.0705, 20.919, 12.854),
    20: Published(11.8694, 11.641, 0.2701, 11.575, 11.229),
    22: Published(4.8623, 8.174, 0.5913, 4.631, 7.845),
    24: Published(1.2128, 4.080, 0.8655, 1.064, 3.779),
}
MEAN_UNSHELTERED: Final = 24.7902
MEAN_SHELTERED: Final = 20.9859
"""Over the six years, with places that vanish at once."""


def arrive(number: Floats) -> Floats:
    """The day by which so many are expected to have come; the rate of the last year goes on."""
    rates = (*ARRIVALS, ARRIVALS[-1] * 1000)  # the last so that nobody of a fixed number comes too late
    expected = np.concatenate([[0.0], np.cumsum(rates)])
    return np.interp(number, expected, YEAR * np.arange(len(expected)))


def county(*, withdrawn: bool, homes: tuple[int, ...] = HOUSING_AFTER) -> Network:
    """The county as a network of two stations: shelter and housing; the last turn ends the sixth year."""
    turns = tuple(
        (BETWEEN * k, float(shelter), float(housing))
        for k, (housing, shelter) in enumerate(zip(homes, SHELTER_AFTER, strict=True))
    )
    end = (YEARS * YEAR, float(SHELTER_AFTER[-1]), float(homes[-1]))
    return Network(
        (SHELTER, HOUSING),
        1.0,
        (1.0, STAY * YEAR),
        waiting_at_start=PRESENT,
        warp=arrive,
        turns=(*turns, end),
        interim=True,
        withdrawn=withdrawn,
    )


class County:
    """Probabilities of (present, sheltered), shape (most + 1, most shelter places + 1), through the years."""

    def __init__(self, *, withdrawn: bool, most: int = 420) -> None:
        self.withdrawn = withdrawn
        self.present = np.arange(most + 1)
        self.chance = np.zeros((most + 1, max(SHELTER_AFTER) + 1))
        self.chance[PRESENT, SHELTER] = 1.0
        self.housing, self.shelter = HOUSING, SHELTER
        self.change(HOUSING, SHELTER)

    def change(self, housing: int, shelter: int) -> None:
        """Places change: homes go to the first in line, sheltered if anybody is; then shelter is given."""
        waiting = np.maximum(self.present - housing, 0)
        housed = np.maximum(self.present - self.housing, 0) - waiting
        self.housing, self.shelter = housing, shelter
        settled = np.zeros_like(self.chance)
        for before in range(self.chance.shape[1]):
            still = np.maximum(before - np.maximum(housed, 0), 0)
            places = shelter if self.withdrawn else np.maximum(shelter, still)
            np.add.at(settled, (self.present, np.minimum(waiting, places)), self.chance[:, before])
        self.chance = settled

    def unsheltered(self) -> NDArray[np.int64]:
        """Waiting and in no shelter, for every state."""
        waiting = np.maximum(self.present - self.housing, 0)
        return np.maximum(waiting[:, None] - np.arange(self.chance.shape[1]), 0)

    def _steps(self, come: float, leave: Floats, fastest: float) -> Any:
        """One event of the uniform clock, as a sparse matrix over the flattened states."""
        from scipy.sparse import csr_array

        shape = self.chance.shape
        present, sheltered = np.meshgrid(self.present, np.arange(shape[1]), indexing="ij")
        waiting, more = np.maximum(present - self.housing, 0), np.minimum(present + 1, self.present[-1])
        # somebody comes: sheltered if a place is free and no home is
        moves_in = (np.maximum(more - self.housing, 0) > sheltered) & (sheltered < self.shelter)
        after_arrival = more * shape[1] + np.where(moves_in, sheltered + 1, sheltered)
        # a home falls free: the first in line, who is sheltered if anybody is, moves in
        fewer, places = np.maximum(present - 1, 0), np.maximum(self.shelter, sheltered - 1)
        after_leaving = fewer * shape[1] + np.minimum(np.maximum(waiting - 1, 0), places)
        come_in = np.where(present < self.present[-1], come, 0.0) / fastest
        go = np.broadcast_to((leave / fastest)[:, None], shape)
        here = np.arange(present.size)
        to = np.concatenate([here, after_arrival.ravel(), after_leaving.ravel()])
        rate = np.concatenate([(1.0 - come_in - go).ravel(), come_in.ravel(), go.ravel()])
        return csr_array((rate, (to, np.tile(here, 3))), shape=(present.size, present.size))

    def go_on(self, days: float, come: float) -> tuple[float, float]:
        """So many days at one rate of arrival [per year]; mean unsheltered and sheltered in that time."""
        leave = np.minimum(self.present, self.housing) / STAY
        fastest = come + self.housing / STAY
        events = fastest * days / YEAR
        last = int(events + 12 * np.sqrt(events) + 30)
        weight = np.exp(-events)
        beyond = 1.0 - weight  # chance of more events than so many
        steps, chance = self._steps(come, leave, fastest), self.chance.ravel()
        ended, spent = chance * weight, chance * beyond
        for n in range(1, last):
            chance = steps @ chance
            weight *= events / n
            beyond -= weight
            ended += weight * chance
            spent += max(beyond, 0.0) * chance
        self.chance = ended.reshape(self.chance.shape)
        spent = spent.reshape(self.chance.shape) / events
        sheltered = np.arange(spent.shape[1])
        return float((spent * self.unsheltered()).sum()), float((spent * sheltered).sum())


class Exact(NamedTuple):
    """What the chain says: by change (mean, sd and chance of nobody unsheltered), and over six years."""

    at: dict[int, tuple[float, float, float]]
    unsheltered: float
    sheltered: float


def exact(*, withdrawn: bool, homes: tuple[int, ...] = HOUSING_AFTER) -> Exact:
    """Work the chain through six years, with so many homes after each change."""
    county = County(withdrawn=withdrawn)
    found: dict[int, tuple[float, float, float]] = {}
    now, areas = 0.0, np.zeros(2)
    end = YEARS * YEAR
    for k in range(len(HOUSING_AFTER) + 1):
        if k > 0:
            number = county.unsheltered()
            mean = float((county.chance * number).sum())
            square = float((county.chance * number**2).sum())
            found[k] = (mean, (square - mean**2) ** 0.5, float(county.chance[number == 0].sum()))
        if k < len(HOUSING_AFTER):
            county.change(homes[k], SHELTER_AFTER[k])
        until = min(BETWEEN * (k + 1), end) if k < len(HOUSING_AFTER) else end
        while now < until:
            year = int(now // YEAR)
            stop = min(until, YEAR * (year + 1))
            areas += np.array(county.go_on(stop - now, ARRIVALS[year])) * (stop - now)
            now = stop
    unsheltered, sheltered = (areas / end).tolist()
    return Exact(found, unsheltered, sheltered)
