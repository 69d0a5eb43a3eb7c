"""Who: the groups by which every headline is shown, exhaustive and exclusive within each dimension.

Traits come from the population; status, place and support are those at t0 in the *baseline*, so that the same
people stand in a group whatever the scenario. Not here: which cells are hidden because Monte Carlo error
swamps them (presentation decides that, with all replications at hand).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.log import Event
from sim.outcomes.places import CATEGORY_OF_PLACE, CATEGORY_WORDS, Category
from sim.outcomes.spells import Story, label_at, place_spells, story_of, victim_care_spells
from sim.people.codes import LABELS, ImmigrationStatus

if TYPE_CHECKING:
    from sim.engine.log import EventLog
    from sim.people.population import Population

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def status_at(story: Story, at_referral: NDArray[np.uint8], when: Floats) -> Whole:
    """Immigration status of each person at an instant of their own.

    Parameters
    ----------
    at_referral : ndarray of uint8, shape (n,)
        `ImmigrationStatus` at referral.
    when : ndarray of float64, shape (n,)
        Events up to and including this instant count [days].

    Returns
    -------
    ndarray of int64, shape (n,)
        `ImmigrationStatus`. A refusal leaves a claim pending until the appeal is dismissed or not brought; a
        claim made later makes it pending again; temporary permission counts as leave until it expires;
        asylum, once granted, as leave for good.
    """
    counted = story.time <= when[story.who]

    def had(event: Event) -> NDArray[np.bool_]:
        found = np.zeros(story.n, dtype=np.bool_)
        found[story.who[counted & (story.event == event)]] = True
        return found

    permission = np.flatnonzero(
        counted & ((story.event == Event.LEAVE_GRANTED) | (story.event == Event.LEAVE_EXPIRED))
    )
    has_leave = at_referral == ImmigrationStatus.LEAVE
    has_leave[story.who[permission]] = story.event[permission] == Event.LEAVE_GRANTED  # the latest one stands
    pending = at_referral == ImmigrationStatus.ASYLUM_PENDING
    claims = np.flatnonzero(
        counted & ((story.event == Event.ASYLUM_CLAIMED) | (story.event == Event.APPEAL_DISMISSED))
    )
    pending[story.who[claims]] = story.event[claims] == Event.ASYLUM_CLAIMED
    settled = np.isin(
        at_referral,
        (ImmigrationStatus.BRITISH, ImmigrationStatus.EU_SETTLED, ImmigrationStatus.EU_PRE_SETTLED),
    )
    return np.select(
        [settled, had(Event.ASYLUM_GRANTED) | has_leave, pending],
        [at_referral.astype(np.int64), ImmigrationStatus.LEAVE, ImmigrationStatus.ASYLUM_PENDING],
        ImmigrationStatus.NO_STATUS,
    ).astype(np.int64)


@dataclass(frozen=True, eq=False)
class AtT0:
    """What each person of the cohort had at t0, arrays of int64, shape (n,).

    Attributes
    ----------
    place : `Category`
    support : 1 in Victim Care casework, 0 not
    status : `ImmigrationStatus`
    """

    place: Whole
    support: Whole
    status: Whole


def at_t0(population: Population, log: EventLog, rows: NDArray[np.int32], t0: Floats) -> AtT0:
    """Read place, support and status at t0 from a log."""
    story = story_of(log, rows)
    everybody = np.arange(len(rows))
    places = place_spells(story, np.inf)
    place = label_at(places, everybody, t0, 0)
    return AtT0(
        place=CATEGORY_OF_PLACE[place].astype(np.int64),
        support=label_at(victim_care_spells(story, np.inf), everybody, t0, 0),
        status=status_at(story, population.status[rows], t0),
    )


def groups(
    population: Population, rows: NDArray[np.int32], then: AtT0
) -> dict[str, tuple[tuple[str, ...], Whole]]:
    """Each dimension's words and every person's code in it.

    Returns
    -------
    dict of str to (words, codes)
        Codes have shape (n,).
    """
    return {
        "sex": (("male", "female"), population.female[rows].astype(np.int64)),
        "nationality": (LABELS["nationality"], population.nationality[rows].astype(np.int64)),
        "exploitation": (LABELS["exploitation"], population.exploitation[rows].astype(np.int64)),
        "region": (LABELS["region"], population.region[rows].astype(np.int64)),
        "dependants": (("no", "yes"), population.dependants[rows].astype(np.int64)),
        "status": (LABELS["status"], then.status),
        "place": (tuple(CATEGORY_WORDS[category] for category in Category), then.place),
        "support": (("not in support", "in support"), then.support),
    }
