"""Periods of calendar time that follow each other: quarters, years, and contract years from July to June.

Only whole periods before the horizon are listed. Periods begin at whole days, so the period of an instant is
looked up by its day. Not here: what is counted in them (`calendar`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.engine.clock import FIRST_YEAR, day_of, quarter_label, quarter_start

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Periods:
    """Periods that follow each other: names, and the days at which they begin, one more than names."""

    names: list[str]
    begins: Floats

    @property
    def ends(self) -> Floats:
        """The day at which each period is over and the next begins, (n_periods,)."""
        return self.begins[1:]

    @cached_property
    def _slot_of_day(self) -> NDArray[np.int16]:
        """By day since the first period began, led by the day before it: 1 for the first period."""
        lengths = np.diff(self.begins).astype(np.int64)
        return np.repeat(np.arange(len(lengths) + 2, dtype=np.int16), [1, *lengths, 1])

    def slots(self, when: Floats) -> NDArray[np.int16]:
        """Period of each instant [days]: 1 the first, 0 before all, ``len(names) + 1`` after all or never."""
        day = np.clip(np.floor(when) - self.begins[0], -1, self.begins[-1] - self.begins[0])
        slots: NDArray[np.int16] = self._slot_of_day[day.astype(np.int64) + 1]
        return slots

    def counts(self, when: Floats) -> Whole:
        """How many instants fall into each period."""
        return self._counted(self.slots(when))[1:-1]

    def chosen(self, when: Floats) -> list[Whole]:
        """Which instants [days] fall into each period, as ascending positions."""
        slots = self.slots(when)
        order = np.argsort(slots, kind="stable")
        return [order[a:b] for a, b in pairwise(np.cumsum(self._counted(slots)[:-1]))]

    def _counted(self, slots: NDArray[np.int16]) -> Whole:
        return np.bincount(slots, minlength=len(self.names) + 2)

    def cut(self, ordered: Floats) -> list[slice]:
        """Where the instants of each period stand among instants [days] in ascending order."""
        return [slice(a, b) for a, b in pairwise(np.searchsorted(ordered, self.begins, side="left"))]


def quarters(horizon_day: float) -> Periods:
    """Whole quarters from 2014Q1 to before the horizon [days from 1 January 2014]."""
    begins = [0]
    while (following := quarter_start(len(begins))) <= horizon_day:
        begins.append(following)
    return Periods([quarter_label(q) for q in range(len(begins) - 1)], np.array(begins, dtype=np.float64))


def years(horizon_day: float, first_month: int = 1) -> Periods:
    """Whole years to before the horizon, beginning in January, or in July as contract years do (2021/22)."""
    begins = [day_of(date(FIRST_YEAR, first_month, 1))]
    while (following := day_of(date(FIRST_YEAR + len(begins), first_month, 1))) <= horizon_day:
        begins.append(following)
    names = [FIRST_YEAR + k for k in range(len(begins) - 1)]
    words = [str(y) if first_month == 1 else f"{y}/{(y + 1) % 100:02d}" for y in names]
    return Periods(words, np.array(begins, dtype=np.float64))


def series(name: str, periods: Periods, values: NDArray[np.generic]) -> list[tuple[str, str, float]]:
    """Rows (series, period, value) of one series, one a period."""
    return [
        (name, period, float(value)) for period, value in zip(periods.names, values.tolist(), strict=True)
    ]
