"""Two cliffs on two clocks, and who stands outside which reform: support, asylum accommodation, eligibility.

Victim Care support and asylum accommodation end on clocks that do not know of each other; some people fall
from both. And every housing reform stops at eligibility (Housing Act 1996, s185): priority need and an
exemption from local connection give nothing to somebody without leave. Not here: effects, which are
differences between scenarios (`paired`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine.log import Detail, Event, Place
from sim.outcomes.cliff_edge import YEAR_DAYS, Life, exposure
from sim.outcomes.exits import Exits
from sim.outcomes.groups import status_at
from sim.people.codes import ImmigrationStatus

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

TOGETHER_DAYS = 56.0
"""Two ends within so many days fall into one statutory period of prevention (s175(4))."""
AFTER_DAYS = 90.0
_NO_CLIFF = (Place.OUT_OF_CONTACT, Place.CUSTODY, Place.LEFT_MODEL)
_NOT_ELIGIBLE = (
    ImmigrationStatus.ASYLUM_PENDING,
    ImmigrationStatus.NO_STATUS,
    ImmigrationStatus.EU_PRE_SETTLED,
)


@dataclass(frozen=True, eq=False)
class TwoCliffs:
    """Both ends of each person of the cohort within follow-up, arrays of shape (n,).

    Attributes
    ----------
    support, asylum : ndarray of float64
        Instant of the exit from support, and of leaving asylum accommodation [days]; infinite if neither fell
        within follow-up. Missing, imprisoned, dead or departed people have not come to the end of anything.
    """

    support: Floats
    asylum: Floats

    @property
    def both(self) -> Flags:
        """Who comes to both ends."""
        return np.isfinite(self.support) & np.isfinite(self.asylum)

    @property
    def together(self) -> Flags:
        """Who comes to both within `TOGETHER_DAYS` of each other."""
        apart = np.abs(np.where(self.both, self.support, 0.0) - np.where(self.both, self.asylum, 0.0))
        close: Flags = self.both & (apart <= TOGETHER_DAYS)
        return close


def two_cliffs(lives: Life, exited: Exits) -> TwoCliffs:
    """Find both ends."""
    n = len(lives.t0)
    support, asylum = np.full(n, np.inf), np.full(n, np.inf)
    support[exited.who] = exited.day
    places = lives.places
    spells = np.flatnonzero(places.label == Place.ASYLUM_ACCOMMODATION)
    following = np.minimum(spells + 1, len(places.label) - 1)
    ends = (
        (following > spells)
        & (places.who[following] == places.who[spells])
        & ~np.isin(places.label[following], _NO_CLIFF)
    )
    who, when = places.who[spells[ends]], places.end[spells[ends]]
    inside = (when >= lives.t0[who]) & (when < lives.end[who])
    who, when = who[inside], when[inside]
    asylum[who[::-1]] = when[::-1]
    return TwoCliffs(support, asylum)


def insecure_after(lives: Life, cliffs: TwoCliffs) -> tuple[Floats, Floats]:
    """Days without a secure place in 90 days after the first and after the second cliff, (n_both,) each."""
    both = cliffs.both
    found = []
    for cliff in (np.minimum(cliffs.support, cliffs.asylum), np.maximum(cliffs.support, cliffs.asylum)):
        low = np.where(both, cliff, 0.0)
        days = exposure(lives, low, low + np.where(both, AFTER_DAYS, 0.0))
        found.append(days.insecure[both])
    return found[0], found[1]


@dataclass(frozen=True, eq=False)
class Outside:
    """Who stands outside which reform, flags of shape (n,).

    Attributes
    ----------
    at_t0 : not eligible on the day of the decision
    all_year : not eligible then, and given no leave in the first year
    refused : refused by a council as not eligible, within follow-up
    no_priority : found not to be in priority need, within follow-up
    no_register : refused by a housing register for lack of a local connection, within follow-up
    """

    at_t0: Flags
    all_year: Flags
    refused: Flags
    no_priority: Flags
    no_register: Flags


def outside(lives: Life, status: NDArray[np.uint8]) -> Outside:
    """Who stands outside which reform, and why; `status` at referral, shape (n,)."""
    story = lives.story
    at_t0 = np.isin(status_at(story, status, lives.t0), _NOT_ELIGIBLE)

    def had(until: Floats, event: Event, detail: Detail | None = None) -> Flags:
        at = story.where(event)
        at = at[(story.time[at] >= lives.t0[story.who[at]]) & (story.time[at] < until[story.who[at]])]
        if detail is not None:
            at = at[story.detail[at] == detail]
        found = np.zeros(story.n, dtype=np.bool_)
        found[story.who[at]] = True
        return found

    year = np.minimum(lives.t0 + YEAR_DAYS, lives.end)
    given = had(year, Event.ASYLUM_GRANTED) | had(year, Event.LEAVE_GRANTED)
    return Outside(
        at_t0=at_t0,
        all_year=at_t0 & ~given,
        refused=had(lives.end, Event.APPLICATION_REFUSED, Detail.NOT_ELIGIBLE),
        no_priority=had(lives.end, Event.MAIN_DUTY_REFUSED, Detail.NO_PRIORITY_NEED),
        no_register=had(lives.end, Event.REGISTER_REFUSED),
    )


def ineligible_at_exit(lives: Life, exited: Exits, status: NDArray[np.uint8]) -> Flags:
    """Who leaves support without being eligible for housing assistance, (n_exits,)."""
    when = np.full(len(lives.t0), np.inf)
    when[exited.who] = exited.day
    return np.isin(status_at(lives.story, status, when)[exited.who], _NOT_ELIGIBLE)


def reach(who: Outside) -> dict[tuple[str, str, str], int]:
    """The table of eligibility by priority need by local connection: how many people stand in each cell.

    Returns
    -------
    dict
        Keys are (eligible or not at t0, refused for priority need or not, refused by a register or not);
        every one of the eight cells is there, and they sum to the cohort.

    Examples
    --------
    >>> flags = np.array([True, False])
    >>> table = reach(Outside(flags, flags, flags, ~flags, ~flags))
    >>> table["not eligible", "", ""], table["eligible", "no priority need", "no register"], len(table)
    (1, 1, 8)
    """
    table = {}
    for eligible, words in ((False, "not eligible"), (True, "eligible")):
        for need, need_words in ((False, ""), (True, "no priority need")):
            for register, register_words in ((False, ""), (True, "no register")):
                chosen = (who.at_t0 != eligible) & (who.no_priority == need) & (who.no_register == register)
                table[words, need_words, register_words] = int(chosen.sum())
    return table
