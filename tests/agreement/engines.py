"""Both engines on one configuration: the same log to the last bit, or where the two part.

The worlds are small (a hundredth of the people), with desks, beds and services cut to match, so that every
line is stood in and given up, and a test takes a second.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest

from sim.config.compose import baseline, world
from sim.config.schema import Parameters
from sim.engine import simulate as reference
from sim.engine.compiled import run as compiled
from sim.engine.compiled.agreement import first_difference
from sim.engine.log import EventLog, LogWriter
from sim.errors import SimError
from sim.people.population import Population, build

TIGHT: dict[str, object] = {
    "decisions.reasonable_grounds.capacity_per_quarter": {"2014-01-01": 12, "2020-01-01": 40},
    "decisions.conclusive_grounds.capacity_per_quarter": {"2014-01-01": 3, "2020-01-01": 20},
    "support.beds.places": {"2014-01-01": 3, "2021-01-04": 5, "2026-01-01": 4},
    "services.lifeline.places": 7,
    "housing.line.size_ratio": 0.01,
}
"""Places and decisions for a hundredth of the people."""


@lru_cache(maxsize=16)
def small(multiplier: float = 0.01, horizon: str = "2030-07-03", start: str = "2027-04-01") -> Parameters:
    """Today's rules for a small and tight world."""
    values: dict[str, object] = {
        "people.arrivals.multiplier": multiplier,
        "experiment.horizon": horizon,
        "policy.start": start,
    }
    return world(baseline(()), values | TIGHT)


def _run(engine: Any, people: Population, *told: Any) -> tuple[EventLog, str]:
    """The log and no error, or an empty log and the error."""
    try:
        return engine(people, *told, 0), ""
    except (SimError, ZeroDivisionError) as error:
        return LogWriter().finish(), repr(error)


def agree(before: Parameters, after: Parameters, seed: int = 1, people: Population | None = None) -> EventLog:
    """Run both engines whole; the log, if it is the same. An error must be the same error in both."""
    if people is None:
        people = build(before.people, before.status, seed, 0, before.experiment.horizon)
    mine, refused = _run(reference.simulate, people, before, after, seed)
    theirs, refused_too = _run(compiled.simulate, people, before, after, seed)
    assert refused_too == refused
    difference = first_difference(mine, theirs, ("reference", "compiled"))
    if difference is not None:
        pytest.fail(difference)
    assert mine.digest() == theirs.digest()
    return mine
