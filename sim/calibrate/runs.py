"""Running settings with the real model, and reading off each run what the goals count.

Runs go through `sim.study.evaluate`, so what is finished is kept and never run again. A run ends with the
last day that figures may come from; nothing later is simulated. What they mean is decided in `match`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sim.calibrate.goals import Goal
from sim.calibrate.space import Space
from sim.study.unit import ALL, Figures, Task, Worker

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Simulator = Callable[["Floats | None", str], "Floats"]
"""Takes settings, shape (n, n_dimensions), or None for the shipped one, and a label; gives figures on the
matched scale, shape (n, n_replications, n_goals)."""


def measured(task: Task) -> list[Figures]:
    """A worker of `sim.study.evaluate`: history alone, and every series that a fitted figure counts."""
    import time

    import numpy as np

    from sim.experiment.machinery import NationalModel
    from sim.experiment.plan import with_experiment
    from sim.study.points import resolve
    from sim.validate.fitted import fitted_only
    from sim.validate.quantities import counted

    model = NationalModel()
    wanted = list(dict.fromkeys((one.series, one.period) for one in fitted_only()))
    names = tuple((f"{series}@{period}", ALL) for series, period in wanted)
    found = []
    for address, point in task.options:
        began = time.perf_counter()
        before = resolve(point, task.detail).before
        before = with_experiment(before, horizon=before.policy.start + timedelta(1))
        people = model.people(before, task.seed, task.replication)
        if model.shares_past(before):
            log = model.past(people, before, task.seed, task.replication).continue_with(before)
        else:
            log = model.whole(people, before, before, task.seed, task.replication)
        there = {(series, period): value for series, period, value in counted(people, log, before)}
        values = np.array([there.get(one, np.nan) for one in wanted], np.float64)
        found.append(Figures(address, names, values, values, time.perf_counter() - began))
    return found


@dataclass(frozen=True)
class Runs:
    """Runs of one calibration; a `Simulator`.

    Attributes
    ----------
    space : Space
    goals : sequence of Goal
    world : tuple of str
        Overrides that every setting shares, the day of the end among them.
    replications, seed : int
    folder : Path
        Where finished runs are kept.
    worker : callable
        Stands in for the model in tests.
    """

    space: Space
    goals: Sequence[Goal]
    world: tuple[str, ...]
    replications: int
    seed: int
    folder: Path
    workers: int | None = None
    progress: Callable[[int, int], None] | None = None
    worker: Worker = measured

    def __call__(self, places: Floats | None, label: str) -> Floats:
        """Run what is missing, and give the figures back."""
        import numpy as np

        from sim.study.evaluate import evaluate
        from sim.study.points import Point

        rows = [None] if places is None else list(places)
        points = [
            Point(f"{label}-{number:04d}", (*self.world, *self.space.world(row)))
            for number, row in enumerate(rows)
        ]
        self._warm()
        frame = evaluate(
            points,
            replications=self.replications,
            seed=self.seed,
            folder=self.folder,
            workers=self.workers,
            progress=self.progress,
            worker=self.worker,
        )
        metrics = list(dict.fromkeys(frame["metric"]))
        shape = (len(points), self.replications, len(metrics))
        values = frame["value"].to_numpy().reshape(shape)
        place = {name: number for number, name in enumerate(metrics)}
        columns = [
            goal.matched(
                values[:, :, [place[f"{goal.series}@{period}"] for period in goal.periods]].sum(axis=2)
            )
            for goal in self.goals
        ]
        return np.stack(columns, axis=2)

    def _warm(self) -> None:
        """Compile once, before any process is started."""
        if self.worker is measured:
            from sim.config.compose import baseline
            from sim.study.unit import warm

            warm(baseline())
