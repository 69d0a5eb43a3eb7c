"""A model of a handful of made-up people, with the shape of the real one, for tests of running and storing.

Its numbers are a pure function of seed, replication, world and scenario; it can be slow, be ended, fail or
find the disk full where a test asks for it. It says nothing about survivors.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.engine.log import EventLog
from sim.errors import SimError
from sim.experiment.plan import Plan, Run, Story, Unit, World, part_key
from sim.validate.twins import Answer, Twin

SEED = 20260401
N_PEOPLE = 12
METRICS = ("insecure_days_year_1", "harm_365")


class FakePast:
    """A state that is used up by going on from it, as the reference engine's is."""

    repeatable = False

    def __init__(self, people: np.ndarray[Any, Any]) -> None:
        self.people: np.ndarray[Any, Any] | None = people

    def continue_with(self, after: dict[str, Any]) -> EventLog:
        if self.people is None:
            raise AssertionError("this history has been used up")
        people, self.people = self.people, None
        return _log(people, after)


class FakeSharedPast(FakePast):
    """A state from which one may go on again and again, as from the compiled engine's."""

    repeatable = True

    def continue_with(self, after: dict[str, Any]) -> EventLog:
        assert self.people is not None
        return _log(self.people, after)


def _log(people: np.ndarray[Any, Any], after: dict[str, Any]) -> EventLog:
    n = len(people)
    return EventLog(
        person=np.arange(n, dtype=np.int32),
        visit=np.zeros(n, np.int16),
        time=people + after["effect"] * (people > 0.5),
        event=np.full(n, 7, np.uint8),
        place=np.full(n, 4, np.uint8),
        detail=np.zeros(n, np.int16),
    )


@dataclass(frozen=True)
class FakeModel:
    """The stand-in.

    Attributes
    ----------
    pause : float
        How long each scenario takes [s].
    trouble : dict
        Scenario (or "history") to what befalls it: kill, raise, refuse or full.
    diary : Path or None
        A file that gets a line for every history and every scenario that is really run.
    shared : bool
        Whether one past serves every scenario, in the process that ran it.
    processes : Path or None
        A folder that gets a file for every process in which a scenario was measured.
    """

    pause: float = 0.0
    trouble: dict[str, str] = field(default_factory=dict)
    diary: Path | None = None
    shared: bool = False
    processes: Path | None = None

    def _note(self, what: str) -> None:
        if self.diary is not None:
            with open(self.diary, "a") as file:
                file.write(what + "\n")
        trouble = self.trouble.get(what.split()[0])
        if trouble == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif trouble == "raise":
            raise ZeroDivisionError("a station without a place")
        elif trouble == "refuse":
            raise SimError("support.beds.places = -1; allowed: 0 or more")
        elif trouble == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def prepare(self, before: Any, tell: Any) -> None:
        """Nothing takes long here."""

    def shares_past(self, before: Any) -> bool:
        return self.shared

    def people(self, before: dict[str, Any], seed: int, replication: int) -> np.ndarray[Any, Any]:
        self._note(f"history {before['world']} {replication}")
        return np.random.default_rng([seed, replication]).random(N_PEOPLE) + before["shift"]

    def count(self, people: np.ndarray[Any, Any]) -> int:
        return len(people)

    def past(self, people: np.ndarray[Any, Any], before: Any, seed: int, replication: int) -> FakePast:
        return FakeSharedPast(people) if self.shared else FakePast(people)

    def whole(
        self, people: np.ndarray[Any, Any], before: Any, after: dict[str, Any], seed: int, replication: int
    ) -> EventLog:
        return FakePast(people).continue_with(after)

    def cohort(self, people: Any, baseline_log: EventLog, before: Any) -> np.ndarray[Any, Any]:
        self._note("cohort")
        return np.flatnonzero(baseline_log.time > 0.3)

    def measure(
        self,
        people: Any,
        log: EventLog,
        cohort: np.ndarray[Any, Any],
        before: dict[str, Any],
        calendar: bool = True,
        after: Any = None,
    ) -> Any:
        scenario = "baseline" if np.array_equal(log.time, people) else "option"
        self._note(f"{scenario} {before['world']}")
        if self.processes is not None:
            (self.processes / str(os.getpid())).touch()
        time.sleep(self.pause)
        times = log.time[cohort]
        rows = [
            {
                "metric": metric,
                "group": group,
                "value": float(times.sum()) * (k + 1) / (1 if group == "all" else 2),
                "unit": "days",
                "better": "lower",
                "family": "headline",
            }
            for k, metric in enumerate(METRICS)
            for group in ("all", "sex=female")
        ]
        rows.append(
            {**rows[0], "metric": "never_measured", "value": float("nan"), "family": "secondary", "n": 3}
        )
        return SimpleNamespace(
            rows=rows,
            people={"row": cohort, "t0": times, "in_support": times > 0.5},
            curves={"places": (np.arange(3), {"settled": times[:3], "insecure": 1 - times[:3]})},
            stations=[asdict(Twin("beds", Answer.ERLANG, load=0.5, number=float(len(cohort))))],
            calendar=[("cg_backlog", "2026Q1", 3.0), ("cg_backlog", "2026Q2", float(len(cohort)))],
        )


def make_plan(
    *,
    replications: int = 2,
    band_replications: int = 1,
    effects: dict[str, float] | None = None,
    workers: int = 1,
    keep_events: bool = False,
    run_id: str = "abcdef123456",
) -> Plan:
    """A plan of the real shape for `FakeModel`: a baseline, options by effect, a band of one entry."""
    effects = {"option": 1.0} if effects is None else effects
    scenarios = {"baseline": 0.0, **effects}
    worlds = (
        World("central"),
        World("stay:low", "stay", "low", "Mean stay", {"support.stay": 72}),
        World("stay:high", "stay", "high", "Mean stay", {"support.stay": 230}),
    )
    units = []
    for world in worlds:
        for replication in range(replications if world.name == "central" else band_replications):
            shift = {"": 0.0, "low": -0.2, "high": 0.2}[world.side]
            runs = tuple(
                Run(
                    name,
                    {"effect": effect},
                    part_key(world.name, replication, name, "config", "source", SEED),
                )
                for name, effect in scenarios.items()
            )
            before = {"world": world.name, "shift": shift}
            units.append(
                Unit(world.name, replication, SEED, before, runs, keep_events and world.name == "central")
            )
    stories = tuple(
        Story(name, (name.replace("_", " ").capitalize(),), changes={"support.floor.bed_days": (0, effect)})
        for name, effect in scenarios.items()
    )
    return Plan(
        run_id=run_id,
        title="A made-up comparison",
        command="cliffedge compare",
        seed=SEED,
        config_hash="config",
        source_hash="source",
        config_yaml="experiment:\n  seed: 20260401\n",
        stories=stories,
        worlds=worlds if band_replications else worlds[:1],
        units=tuple(units),
        workers=workers,
        keep_events=keep_events,
    )
