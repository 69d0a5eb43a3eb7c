"""A cheap simulator with known settings for tests of history matching; it says nothing about survivors.

As a worker of a study it keeps a diary, one line for every run that is really made.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.calibrate.goals import Goal
from sim.calibrate.space import Dimension, Space
from sim.study.unit import ALL, Figures, Task

PATHS = ("support.reached_share", "support.casework.disengagement_per_month", "risk.crisis_per_need_year")
CHANCE = 0.02
OBSERVATION, DISCREPANCY = 0.03, 0.03


def truth_of(places: np.ndarray) -> np.ndarray:
    """Three figures of settings, shape (n, 3): curved, and each of more than one setting."""
    one, two, three = places.T
    return np.stack([one + 0.5 * two**2, np.sin(2.0 * two) + 0.3 * one, one * three + 0.2 * two], axis=1)


def goals_at(values: Sequence[float]) -> tuple[Goal, ...]:
    """Goals with these published figures."""
    return tuple(
        Goal(f"figure:{number}", f"Figure {number}", "2020", "share", "figure", (str(number),), value,
             OBSERVATION, DISCREPANCY, "identity")
        for number, value in enumerate(values)
    )  # fmt: skip


def simulator(rng: np.random.Generator, replications: int):
    """A simulator of `history_match` with fresh chance in every run."""

    def run(places: np.ndarray | None, _label: str) -> np.ndarray:
        places = np.full((1, 3), 0.5) if places is None else places
        noise = rng.normal(0.0, CHANCE, (len(places), replications, 3))
        return truth_of(places)[:, None, :] + noise

    return run


def toy_space() -> Space:
    """Three parameters that exist, for runs that never look at them but through their overrides."""
    bounds = ((0.5, 0.8), (0.005, 0.01), (0.1, 0.6))
    return Space(
        tuple(
            Dimension(f"setting_{number}", f"Setting {number}", path, low, high, (low + high) / 2.0)
            for number, (path, (low, high)) in enumerate(zip(PATHS, bounds, strict=True))
        )
    )


def read(_base: object) -> tuple[Space, tuple[Goal, ...]]:
    """What `calibrate` is given in place of the lists that are shipped."""
    return toy_space(), goals_at([0.6, 1.0, 0.3])


def worker(task: Task) -> list[Figures]:
    """Stands in for the model in a study."""
    time.sleep(float(os.environ.get("TOY_PAUSE", "0")))
    found = []
    for address, point in task.options:
        if (diary := os.environ.get("TOY_DIARY")) is not None:
            with Path(diary).open("a") as file:
                file.write(f"{address}\n")
        given = dict(text.split("=") for text in point.world)
        places = np.array(
            [[one.place(float(given.get(one.path, one.shipped))) for one in toy_space().dimensions]]
        )
        chance = np.random.default_rng([int(address[:12], 16), task.replication]).normal(0.0, CHANCE, 3)
        figures = truth_of(places)[0] + chance
        names = tuple((f"figure@{number}", ALL) for number in range(3))
        found.append(Figures(address, names, figures, figures, 0.001))
    return found
