"""The primary cohort: who is followed, and from which day, the same in every scenario.

Leaving support happens after the options act, so people who leave are a different group in each scenario. The
cohort is therefore fixed once in each replication, from the baseline's log: adults at referral in England or
Wales with a first positive conclusive grounds decision in the window, in support or not. Not here: what
happens to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.log import Event
from sim.errors import SimError
from sim.outcomes.cliff_edge import two_years_insecure
from sim.outcomes.groups import AtT0, at_t0
from sim.outcomes.others import others_of
from sim.outcomes.spells import Spells, contact_spells, story_of
from sim.people.codes import Region

if TYPE_CHECKING:
    from sim.engine.letting_rules import LettingRules
    from sim.engine.log import EventLog
    from sim.people.population import Population


@dataclass(frozen=True, eq=False)
class Cohort:
    """The people followed and the day on which each one's follow-up starts.

    Attributes
    ----------
    rows : ndarray of int32, shape (n_cohort,)
        Rows in the population, ascending, each once.
    t0 : ndarray of float64, shape (n_cohort,)
        Instant of the first positive conclusive grounds decision in the baseline [days from 1 January 2014].
    start_day : float
        First day of the window in which t0 falls; calendar-time totals begin here [days].
    at_t0 : AtT0 or None
        Place, support and status at t0 in the baseline, by which every scenario is grouped. None: each log's
        own.
    contact : Spells or None
        Contact with a worker in the baseline, without days of grace: detection is held at it.
    insecure_days : ndarray of float64, shape (n_cohort,), or None
        Days with nowhere secure in [t0, t0 + 730) in the baseline, from which gains and losses are told.
    others_housed : ndarray of float64, shape (n_households,), or None
        When other households are housed in the baseline, where homes are queued [days].
    """

    rows: NDArray[np.int32]
    t0: NDArray[np.float64]
    start_day: float = 0.0
    at_t0: AtT0 | None = None
    contact: Spells | None = None
    insecure_days: NDArray[np.float64] | None = None
    others_housed: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        """Check that rows and days belong together, then close them for writing."""
        if self.rows.shape != self.t0.shape or self.rows.ndim != 1:
            raise SimError(
                f"cohort with rows of shape {self.rows.shape} and t0 of shape {self.t0.shape}; "
                f"allowed: one t0 for each row"
            )
        if np.any(self.rows[1:] <= self.rows[:-1]):
            raise SimError(
                "cohort rows are not ascending without repeats; nearest: sort them and keep each once"
            )
        self.rows.setflags(write=False)
        self.t0.setflags(write=False)

    def __len__(self) -> int:
        """Number of people."""
        return len(self.rows)


def fix_cohort(
    population: Population,
    baseline_log: EventLog,
    start_day: float,
    end_day: float,
    lettings: LettingRules | None = None,
    horizon_day: float = 0.0,
) -> Cohort:
    """The cohort of one replication, read from the baseline's log.

    Parameters
    ----------
    population : Population
        Everybody, (n_people,).
    baseline_log : EventLog
        The baseline's log. Other scenarios are measured with the cohort found here, never with one of their
        own.
    start_day, end_day : float
        First positive conclusive decisions from `start_day` to before `end_day` count [days].
    lettings : LettingRules, optional
        The lines for social homes, if other households are to be told, up to `horizon_day` [days].

    Returns
    -------
    Cohort
        May be empty. People whose first positive decision fell before the window are not in it, even if
        another case of theirs is confirmed inside.

    Raises
    ------
    SimError
        If the window is empty or turned round.
    """
    if not start_day < end_day:
        raise SimError(
            f"cohort window from day {start_day} to before day {end_day}; allowed: an end after the start"
        )
    confirmed = np.flatnonzero(baseline_log.event == Event.CG_POSITIVE)
    person = baseline_log.person[confirmed]
    first = np.ones(len(person), dtype=np.bool_)
    first[1:] = person[1:] != person[:-1]
    person, t0 = person[first], baseline_log.time[confirmed][first]
    eligible = (
        (t0 >= start_day)
        & (t0 < end_day)
        & population.adult_at_referral[person]
        & (population.region[person] <= Region.WALES)
    )
    rows, t0 = person[eligible].astype(np.int32), t0[eligible].astype(np.float64)
    story = story_of(baseline_log, rows)
    others = others_of(baseline_log, population.region, lettings, horizon_day)
    return Cohort(
        rows,
        t0,
        float(start_day),
        at_t0(population, baseline_log, rows, t0),
        contact_spells(story, np.inf, lasts=0.0),
        two_years_insecure(story, t0),
        others.housed if others is not None else None,
    )
