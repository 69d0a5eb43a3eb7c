"""What follows the end of support: C2 to C8, descriptive, because people who leave differ between scenarios.

An exit is the first end of Victim Care casework from t0 on, or the end of the safehouse bed held then if that
is later, of somebody who lives on in the UK. C1 (drop in contact hours) is not computed: the log holds no
hours. C5 rests on CRISIS events; C6 on place and status only; C8 reads time needed as the time to a settled
home.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine.log import Event, Place
from sim.outcomes.cliff_edge import Life
from sim.outcomes.groups import status_at
from sim.outcomes.places import Category
from sim.outcomes.spells import bed_spells, label_at
from sim.outcomes.survival import CENSORED, Incidence, Survival, aalen_johansen, kaplan_meier
from sim.people.codes import ImmigrationStatus

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

ROOF_DAYS = (0, 7, 28, 56, 90)
UNCOVERED_DAYS = (90, 180, 365)
CRISIS_WINDOW_DAYS = 90.0
ONE_WINDOW_DAYS = 14.0
SHORTFALL_DAYS = 365.0

NO_ROOF, INTERIM, SETTLED, AWAY = 0, 1, 2, 3
_ROOF = np.full(len(Category), INTERIM)
_ROOF[[Category.INSECURE, Category.UNKNOWN]] = NO_ROOF
_ROOF[Category.SETTLED] = SETTLED
_ROOF[[Category.CUSTODY, Category.LEFT]] = AWAY
_SUPPORTS = (Event.BED_LEFT, Event.SUBSISTENCE_ENDED, Event.SUPPORT_ENDED)


@dataclass(frozen=True, eq=False)
class Exits:
    """Who left support within follow-up, and when.

    Attributes
    ----------
    who : ndarray of int64, shape (n_exits,)
        Rows of the cohort, ascending, each once.
    day : ndarray of float64, shape (n_exits,)
        Instant of the exit [days].
    from_bed : ndarray of bool, shape (n_exits,)
        Whether a safehouse bed was held when casework ended.
    """

    who: Whole
    day: Floats
    from_bed: Flags

    def only(self, chosen: Flags) -> Exits:
        """Some of the exits."""
        return Exits(self.who[chosen], self.day[chosen], self.from_bed[chosen])


def find_exits(lives: Life) -> Exits:
    """The first exit of each person of the cohort within follow-up."""
    story = lives.story
    at = story.where(Event.SUPPORT_ENDED)
    at = at[(story.time[at] >= lives.t0[story.who[at]]) & (story.time[at] < lives.end[story.who[at]])]
    who, first = np.unique(story.who[at], return_index=True)
    day = story.time[at[first]]
    beds = bed_spells(story, lives.until)
    held = (beds.start <= _at(who, day, beds.who, -np.inf)) & (beds.end >= _at(who, day, beds.who, np.inf))
    bed_end = np.full(story.n, -np.inf)
    bed_end[beds.who[held]] = beds.end[held]
    from_bed = np.isfinite(bed_end[who])
    day = np.maximum(day, bed_end[who])
    stays = label_at(lives.categories, who, day, Category.UNKNOWN) != Category.LEFT
    stays &= day < lives.end[who]
    return Exits(who[stays], day[stays], from_bed[stays])


def _at(who: Whole, value: Floats, wanted: Whole, otherwise: float) -> Floats:
    """The value that belongs to each wanted person."""
    size = int(max(wanted.max(initial=-1), who.max(initial=-1))) + 1
    table = np.full(size, otherwise)
    table[who] = value
    return table[wanted]


def roof(lives: Life, exits: Exits, days: float) -> Whole:
    """C3: `NO_ROOF`, `INTERIM`, `SETTLED` or `AWAY` (custody, left) so many days after exit, (n_exits,).

    Interim is a safehouse, council temporary or asylum accommodation.
    """
    category = label_at(lives.categories, exits.who, exits.day + days, Category.UNKNOWN)
    return _ROOF[category].astype(np.int64)


def uncovered_days(lives: Life, exits: Exits, days: float) -> Floats:
    """C2: days in the community with no named worker in so many days after exit; missing past the horizon.

    A worker counts here from the first to the last contact, with no 28 days of grace.

    Returns
    -------
    ndarray of float64, shape (n_exits,)
    """
    low, high = _window(lives, exits, 0.0, days)
    total = lives.uncovered.clipped(low, high).days()[exits.who]
    return np.where(exits.day + days <= lives.until, total, np.nan)


def _window(lives: Life, exits: Exits, start: float, end: float) -> tuple[Floats, Floats]:
    """A window around each person's exit; nothing for those without one."""
    low, high = np.zeros(len(lives.t0)), np.zeros(len(lives.t0))
    low[exits.who], high[exits.who] = exits.day + start, exits.day + end
    return low, high


def ending_together(lives: Life) -> Whole:
    """C4: most kinds of support (bed, subsistence, casework) that ended within one 14-day window, (n,).

    Counts ends within follow-up; 0 for people whose support did not end.
    """
    story = lives.story
    at = story.where(*_SUPPORTS)
    at = at[(story.time[at] >= lives.t0[story.who[at]]) & (story.time[at] < lives.end[story.who[at]])]
    who, when = story.who[at], story.time[at]
    together = np.zeros(len(at), dtype=np.int64)
    for event in _SUPPORTS:
        of_kind = np.flatnonzero(story.event[at] == event)
        if len(of_kind):
            slot = np.searchsorted(of_kind, np.arange(len(at)))
            following = of_kind[np.minimum(slot, len(of_kind) - 1)]
            together += (
                (slot < len(of_kind)) & (who[following] == who) & (when[following] - when <= ONE_WINDOW_DAYS)
            )
    most = np.zeros(story.n, dtype=np.int64)
    np.maximum.at(most, who, together)
    return most


def crises_around(lives: Life, exits: Exits) -> tuple[float, float, float, float]:
    """C5: crises and person-days in the community in the 90 days before and after exit.

    Returns
    -------
    tuple of float
        Crises before, person-days before, crises after, person-days after. Only exits followed for 90 days.
    """
    exits = exits.only(exits.day + CRISIS_WINDOW_DAYS <= lives.until)
    at = lives.story.where(Event.CRISIS)
    who, when = lives.story.who[at], lives.story.time[at]
    found: list[float] = []
    for start, end in ((-CRISIS_WINDOW_DAYS, 0.0), (0.0, CRISIS_WINDOW_DAYS)):
        low, high = _window(lives, exits, start, end)
        found.append(float(((when >= low[who]) & (when < high[who])).sum()))
        found.append(float(lives.community.clipped(low, high).days().sum()))
    return found[0], found[1], found[2], found[3]


@dataclass(frozen=True, eq=False)
class UnmetNeed:
    """C6 at the instant of exit; flags of shape (n_exits,)."""

    insecure: Flags
    no_status: Flags


def unmet_need(lives: Life, exits: Exits, status: NDArray[np.uint8]) -> UnmetNeed:
    """Who leaves support with an insecure place or none, and who with no immigration status.

    Parameters
    ----------
    status : ndarray of uint8, shape (n,)
        `ImmigrationStatus` at referral, of the cohort.
    """
    category = label_at(lives.categories, exits.who, exits.day, Category.UNKNOWN)
    when = np.full(len(lives.t0), np.inf)
    when[exits.who] = exits.day
    then = status_at(lives.story, status, when)[exits.who]
    return UnmetNeed(category == Category.INSECURE, then == ImmigrationStatus.NO_STATUS)


@dataclass(frozen=True, eq=False)
class ToSettled:
    """C7: days from exit to a settled home, with those lost (died, left) competing."""

    waiting: Survival
    incidence: Incidence
    shortfall: Floats
    """C8: days from exit to a settled home, at most 365; missing if not followed so long; (n_exits,)."""


def to_settled(lives: Life, exits: Exits) -> ToSettled:
    """How long after exit a settled home was reached; 0 for those in one already.

    The Kaplan-Meier curve censors people at death or departure; the incidence (cause 1) lets these compete.
    C8 is max(0, days needed - days of support), days needed being those from t0 to the first settled home
    after the exit.
    """
    n = len(lives.t0)
    low, high = _window(lives, exits, 0.0, np.inf)
    settled = lives.categories.labelled(Category.SETTLED).clipped(low, high)
    first = np.full(n, np.inf)
    first[settled.who[::-1]] = settled.start[::-1]
    gone = lives.places.labelled(Place.LEFT_MODEL)
    lost = np.full(n, np.inf)
    lost[gone.who] = gone.start
    reached, left = first[exits.who] - exits.day, lost[exits.who] - exits.day
    seen = lives.until - exits.day
    day = np.minimum(np.minimum(reached, left), seen)
    cause = np.where(reached <= day, 1, np.where(left <= day, 2, CENSORED))
    alive_days = np.minimum(np.minimum(reached, left), SHORTFALL_DAYS)
    return ToSettled(
        waiting=kaplan_meier(day, cause == 1),
        incidence=aalen_johansen(day, cause, 2),
        shortfall=np.where(seen >= SHORTFALL_DAYS, alive_days, np.nan),
    )
