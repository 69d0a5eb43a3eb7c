"""A stand-in for the model in tests of studies: figures are a pure function of a task; it may fail.

It says nothing about survivors. A diary gets a line for every unit that is really run.
"""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import numpy as np

from sim.study.unit import Figures, Task

NAMES = tuple((f"metric_{number}", "all") for number in range(5))


def number(text: str) -> float:
    """A number between 0 and 1 that stands for a text."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16) / 16**12


def stand_in(task: Task) -> list[Figures]:
    """The figures of a task; diary and pause are set by the environment, so that children see them."""
    time.sleep(float(os.environ.get("STUDY_PAUSE", "0")))
    found = []
    for address, point in task.options:
        if (diary := os.environ.get("STUDY_DIARY")) is not None:
            with Path(diary).open("a") as file:
                file.write(f"{point.name} {task.replication}\n")
        if point.name == os.environ.get("STUDY_FAILS"):
            raise ZeroDivisionError("a station without a place")
        text = f"{point.world} {task.seed} {task.replication}"
        today = np.array([number(f"{text} {name}") for name, _ in NAMES])
        shift = number(f"{point.scenarios} {point.levers}") if point.has_option else 0.0
        found.append(Figures(address, NAMES, today + shift, today, 0.001))
    return found
