"""Two precedents read from the event log, so that a run can be set beside what was published about them.

The asylum precedent: of the people who leave asylum accommodation after a grant and come to be owed a duty by
a council, the share to whom prevention is owed rather than relief, by quarter: it rose and fell with the
length of notice. The domestic abuse precedent: main-duty acceptances for each relief duty, by years from
July, after a ground of priority need became automatic. Not here: the published figures (`published`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.log import Event, Place

if TYPE_CHECKING:
    from sim.outcomes.spells import Story

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

WITHIN_DAYS = 183.0
"""A duty owed within so many days of a grant counts as one of people required to leave asylum support."""


def duties_after_asylum(story: Story) -> tuple[Floats, Flags]:
    """The first duty owed after each grant of asylum to somebody in asylum accommodation.

    Parameters
    ----------
    story : Story
        Everyone's events.

    Returns
    -------
    when : ndarray of float64, shape (n_duties,)
        Instant at which the duty began [days].
    prevention : ndarray of bool, shape (n_duties,)
        Whether it was prevention (s195) and not relief (s189B). People who never come to a council within
        `WITHIN_DAYS` are in neither.
    """
    grants = story.where(Event.ASYLUM_GRANTED)
    grants = grants[story.place[grants] == Place.ASYLUM_ACCOMMODATION]
    duties = story.where(Event.PREVENTION_STARTED, Event.RELIEF_STARTED)
    if not len(duties):
        return np.zeros(0), np.zeros(0, dtype=np.bool_)
    following = np.searchsorted(duties, grants, side="right")
    known = following < len(duties)
    first = duties[np.minimum(following, len(duties) - 1)]
    known &= story.who[first] == story.who[grants]
    known &= story.time[first] - story.time[grants] <= WITHIN_DAYS
    first = first[known]
    return story.time[first], story.event[first] == Event.PREVENTION_STARTED


def relief_and_acceptances(story: Story) -> tuple[Floats, Floats]:
    """Instants at which relief began, and at which the main duty was accepted, for people ever confirmed.

    An acceptance counts when it is made, as in the published tables, so it mostly belongs to relief that
    began eight weeks earlier.
    """
    positive = story.where(Event.CG_POSITIVE)[::-1]
    confirmed = np.full(story.n, len(story.who))
    confirmed[story.who[positive]] = positive  # the first of a person is written last
    found = []
    for event in (Event.RELIEF_STARTED, Event.MAIN_DUTY_ACCEPTED):
        at = story.where(event)
        found.append(story.time[at[confirmed[story.who[at]] < at]])
    return found[0], found[1]
