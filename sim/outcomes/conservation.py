"""Where everybody is in the decisions, quarter by quarter: nobody missing, nobody counted twice.

The bookkeeping check of a run, made from the log alone. Not here: where people live (`spells`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.log import Event
from sim.outcomes.periods import Periods, series
from sim.outcomes.spells import LEAVING, Story

if TYPE_CHECKING:
    from sim.people.population import Population

Whole = NDArray[np.int64]
Row = tuple[str, str, float]

CONSERVATION_STATES = (
    "declined referral",
    "awaiting reasonable grounds",
    "negative or withdrawn at reasonable grounds",
    "awaiting conclusive grounds",
    "confirmed",
    "negative conclusive grounds",
    "closed undecided or disqualified",
    "died or left the UK",
)
_STATE_AFTER = {
    Event.DECLINED_REFERRAL: 0,
    Event.REFERRED: 1,
    Event.WITHDRAWN_BEFORE_RG: 2,
    Event.RG_NEGATIVE: 2,
    Event.RG_POSITIVE: 3,
    Event.CG_POSITIVE: 4,
    Event.CG_NEGATIVE: 5,
    Event.CASE_CLOSED_UNDECIDED: 6,
    Event.DISQUALIFIED: 6,
    Event.LEFT_UK: 7,
    Event.DIED: 7,
}


def conservation(population: Population, story: Story, by_quarter: Periods) -> list[Row]:
    """People in the model by state at quarter end, and the people missing or doubled, which must be none.

    The state is that after a person's latest decision or referral; death and departure are for good. The last
    series, `people_unaccounted`, is arrivals so far minus the sum of the states.
    """
    at, who = _while_in_the_uk(story, story.where(*_STATE_AFTER))
    state_after = np.full(256, -1, dtype=np.int64)
    for event, code in _STATE_AFTER.items():
        state_after[event] = code
    state = state_after[story.event[at]]
    slots = by_quarter.slots(story.time[at])
    moved_on = np.flatnonzero(who[1:] == who[:-1]) + 1
    shape = len(CONSERVATION_STATES), len(by_quarter.names) + 2
    came, went = (
        np.bincount(code * shape[1] + slot, minlength=shape[0] * shape[1]).reshape(shape)
        for code, slot in ((state, slots), (state[moved_on - 1], slots[moved_on]))
    )
    number = np.cumsum(came - went, axis=1)[:, 1:-1]
    rows: list[Row] = []
    for words, in_state in zip(CONSERVATION_STATES, number, strict=True):
        rows += series(f"people_in_state:{words}", by_quarter, in_state)
    arrived = np.cumsum(np.bincount(by_quarter.slots(population.arrival), minlength=shape[1]))[1:-1]
    return rows + series("people_unaccounted", by_quarter, arrived - number.sum(axis=0))


def _while_in_the_uk(story: Story, at: Whole) -> tuple[Whole, Whole]:
    """The positions up to each person's first death or departure, and whose they are."""
    leaving = story.where(*LEAVING)[::-1]
    last = np.full(story.n, len(story.who))
    last[story.who[leaving]] = leaving  # the first of a person is written last
    who = story.who[at]
    kept = at <= last[who]
    return at[kept], who[kept]
