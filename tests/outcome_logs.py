"""Tiny event logs and populations told by hand, for the tests of outcomes.

A life is a list of (day, what happened, further words): a `Place` where the person is from then on (else the
place stays), a `Detail`, or a plain number for the visit. Not here: any test.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.engine.log import Detail, Event, EventLog, Place
from sim.outcomes.cliff_edge import Life, life
from sim.outcomes.cohort import Cohort
from sim.outcomes.spells import story_of
from sim.people.codes import Group, ImmigrationStatus, Nationality, Region
from sim.people.population import Population

E, P, D = Event, Place, Detail
Happening = tuple[Any, ...]
FAR = 100_000.0
"""A horizon beyond every story."""


def log_of(*lives: Sequence[Happening]) -> EventLog:
    """The log of these people: person 0 lived the first life, and so on."""
    person, visit, time, event, place, detail = [], [], [], [], [], []
    for number, told in enumerate(lives):
        where, which = Place.UNKNOWN, 0
        for day, what, *words in told:
            how: int = Detail.NONE
            for word in words:
                if isinstance(word, Place):
                    where = word
                elif isinstance(word, Detail):
                    how = word
                else:
                    which = word
            person.append(number)
            visit.append(which)
            time.append(float(day))
            event.append(what)
            place.append(where)
            detail.append(how)
    return EventLog(
        person=np.array(person, np.int32),
        visit=np.array(visit, np.int16),
        time=np.array(time, np.float64),
        event=np.array(event, np.uint8),
        place=np.array(place, np.uint8),
        detail=np.array(detail, np.int16),
    )


def service(k: int) -> Detail:
    """The detail of the k-th service, as a member so that `log_of` tells it from a visit."""
    made = int.__new__(Detail, Detail.SERVICE_BASE + k)
    made._value_ = Detail.SERVICE_BASE + k
    return made


def people(n: int, **columns: Sequence[Any]) -> Population:
    """`n` adults in the North East, British men who arrived at the very start; columns change that."""
    everything: dict[str, Any] = {
        "id": np.arange(n, dtype=np.uint64),
        "key": np.arange(n, dtype=np.uint64),
        "arrival": np.full(n, 0.0),
        "group": np.full(n, Group.ADULT, np.uint8),
        "nationality": np.full(n, Nationality.UK, np.uint8),
        "female": np.zeros(n, np.bool_),
        "responder": np.zeros(n, np.uint8),
        "exploitation": np.zeros(n, np.uint8),
        "immigration_enforcement": np.zeros(n, np.bool_),
        "region": np.full(n, Region.NORTH_EAST, np.uint8),
        "adult_at_referral": np.ones(n, np.bool_),
        "turns_18": np.full(n, np.inf),
        "dependants": np.zeros(n, np.bool_),
        "pregnant": np.zeros(n, np.bool_),
        "fluent": np.ones(n, np.bool_),
        "frailty": np.ones(n),
        "health_need": np.zeros(n, np.bool_),
        "status": np.full(n, ImmigrationStatus.BRITISH, np.uint8),
    }
    for name, values in columns.items():
        everything[name] = np.array(values, dtype=everything[name].dtype)
    return Population(**everything)


def cohort_of(log: EventLog, t0: float | Sequence[float] = 0.0) -> Cohort:
    """Everybody in the log, followed from t0."""
    rows = np.unique(log.person).astype(np.int32)
    return Cohort(rows, np.broadcast_to(np.asarray(t0, np.float64), rows.shape).copy())


def followed(
    *lives: Sequence[Happening],
    t0: float | Sequence[float] = 0.0,
    follow_up: float = 730.0,
    until: float = FAR,
) -> Life:
    """The spells of these lives, everybody followed from t0."""
    log = log_of(*lives)
    cohort = cohort_of(log, t0)
    return life(story_of(log, cohort.rows), cohort.t0, follow_up, until)


@dataclass(frozen=True)
class Figures:
    """Values of outcome rows by name."""

    rows: list[dict[str, Any]]

    def __call__(self, metric: str, group: str = "all") -> float:
        (value,) = [r["value"] for r in self.rows if r["metric"] == metric and r["group"] == group]
        return float(value)
