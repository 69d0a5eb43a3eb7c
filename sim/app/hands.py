"""What the desk of the web app holds in memory: a worker process, and where a request stands in its round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from sim.app.store import Job
    from sim.app.worker import Task
    from sim.experiment.plan import Plan


@dataclass
class Hand:
    """A worker process: what it does, since when, for whom, whether it is ready, and its last plan."""

    number: int
    process: BaseProcess
    pipe: Connection
    ready: bool = False
    task: Task | None = None
    then: Callable[[str, Any], None] | None = None
    job: Job | None = None
    began: float = 0.0
    kill_at: float = float("inf")
    step: int = 0
    ahead: bool = True
    told: Plan | None = None


@dataclass
class Work:
    """Where a job stands within its round: units not yet given out, and those in hand."""

    units: list[tuple[int, int]] = field(default_factory=list)
    in_hand: int = 0
    planned: bool = False
    asked: bool = False
    began: float = 0.0
    failures: int = 0
    today_first: bool = False
