"""What a study costs beside its runs: time and memory of the process that hands out and keeps the work.

``python -m tests.benchmarks.study 1000 10000`` runs a stand-in for the model that answers at once with
as many figures as the model has, so that everything that is measured is overhead. Each number of units has
a process of its own. Nothing is asserted; docs/scaling.md holds the figures.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from sim.study import dataset
from sim.study.designs import Design
from sim.study.evaluate import UNITS, carry_out, local, plan_work
from sim.study.points import Point
from sim.study.store import Segments
from sim.study.unit import Figures, Task

NAMES = tuple((f"metric_{number}", "all") for number in range(178))
REPLICATIONS = 10


def at_once(task: Task) -> list[Figures]:
    """As many figures as the model has, for nothing."""
    found = []
    for address, _ in task.options:
        numbers = np.random.default_rng(int(address, 16)).random((2, len(NAMES)))
        found.append(Figures(address, NAMES, numbers[0], numbers[1], 0.0))
    return found


def peak() -> float:
    """Peak resident memory of this process [MiB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(units: int) -> str:
    """One line about a study of so many units."""
    import pandas  # noqa: F401 - part of what every study has loaded
    import pyarrow.parquet  # noqa: F401

    points = [
        Point(f"p{number}", (f"support.reached_share={0.2 + number / 1e5:.5f}",))
        for number in range(units // REPLICATIONS)
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        began = time.perf_counter()
        work = plan_work(points, REPLICATIONS, 1)
        planned = time.perf_counter() - began
        before, busy = peak(), time.process_time()
        report = carry_out(work, folder, local(2, at_once), worker=at_once)
        ran = time.process_time() - busy
        store = Segments(folder / UNITS).open()
        began = time.perf_counter()
        design = Design("measured", tuple(points), tuple({} for _ in points))
        rows = dataset.write(folder / "study", design, work, store, report, None, None, "")
        wrote = time.perf_counter() - began
        kept = store.bytes_on_disk()
        size = (folder / "study" / dataset.ROWS).stat().st_size
        files = len(list((folder / UNITS).iterdir()))
        return (
            f"{units} units: checking {1000 * planned / len(points):.1f} ms a point; handing out and keeping "
            f"{1000 * ran / units:.2f} ms of CPU a unit, {report.batches} batches; writing rows "
            f"{1000 * wrote / units:.2f} ms a unit; {rows} rows; units {kept / units / 1000:.1f} kB each in "
            f"{files} files, rows {size / units / 1000:.1f} kB a unit; memory {before:.0f} MiB before, "
            f"{peak():.0f} MiB at most"
        )


if __name__ == "__main__":
    if len(sys.argv) == 2:
        print(measure(int(sys.argv[1])))
    else:
        for count in sys.argv[1:] or ("1000", "10000"):
            subprocess.run([sys.executable, "-m", "tests.benchmarks.study", count], check=True)
