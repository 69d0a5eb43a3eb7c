"""The cliff edge: days in an insecure place or none, and without a worker, from the decision on.

The same people are followed from the same day t0 in every scenario, whatever happens to them; days are a time
integral, not a count of midnights. Days 366 to 730 stand apart: removed, or only delayed? Not here: what is
measured from the day support ends (`exits`), nor harm and return (`re_presentation`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.engine.log import Place
from sim.outcomes.places import CATEGORY_OF_PLACE, IN_COMMUNITY, Category
from sim.outcomes.spells import (
    Spells,
    Story,
    by_day,
    contact_spells,
    overlay,
    place_spells,
    relabelled,
    victim_care_spells,
)

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

YEAR_DAYS = 365.0
LONG_SPELL_DAYS = 28.0

WORKER_STATES = ("with a worker", "without a worker", "in custody", "died or left the UK")


@dataclass(frozen=True, eq=False)
class Life:
    """The cohort's spells, made once and read by all outcomes.

    Attributes
    ----------
    story : Story
        Events of the cohort; person k is row k of the cohort.
    t0, end : ndarray of float64, shape (n,)
        Follow-up is [t0, end).
    until : float
        The horizon [days].
    places : Spells
        Labelled with `Place`, to the horizon.
    categories : Spells
        Labelled with `Category`, neighbours merged.
    worker, care : Spells
        With a worker (28 days' rule); in Victim Care casework.
    """

    story: Story
    t0: Floats
    end: Floats
    until: float
    places: Spells
    categories: Spells
    worker: Spells
    care: Spells

    @cached_property
    def company(self) -> Spells:
        """The categories cut where a worker comes or goes: label ``2 * category``, 1 more with a worker."""
        pieces, covered = overlay(self.categories, self.worker)
        return Spells(pieces.n, pieces.who, pieces.start, pieces.end, 2 * pieces.label + covered)

    @cached_property
    def community(self) -> Spells:
        """Life in the community: neither in custody nor after death or departure."""
        return relabelled(self.categories, IN_COMMUNITY.astype(np.int64)).labelled(1)

    @cached_property
    def uncovered(self) -> Spells:
        """Life in the community between the last contact with one worker and the first with the next."""
        pieces, covered = overlay(self.community, contact_spells(self.story, self.until, lasts=0.0))
        return pieces.take(~covered)


def life(story: Story, t0: Floats, follow_up: float, until: float) -> Life:
    """Read all spells of the cohort from its events; every time is in days."""
    places = place_spells(story, until)
    return Life(
        story=story,
        t0=t0,
        end=np.minimum(t0 + follow_up, until),
        until=until,
        places=places,
        categories=relabelled(places, CATEGORY_OF_PLACE),
        worker=contact_spells(story, until),
        care=victim_care_spells(story, until),
    )


@dataclass(frozen=True, eq=False)
class Exposure:
    """Days of each person of the cohort, arrays of shape (n,) [days].

    Attributes
    ----------
    by_category : ndarray, shape (n_categories, n)
        Days in each `Category`; they sum to the window.
    without_worker : ndarray, shape (n_categories, n)
        Of these, days without a worker.
    """

    by_category: Floats
    without_worker: Floats

    @property
    def insecure(self) -> Floats:
        """Days insecure or with no place."""
        days: Floats = self.by_category[Category.INSECURE]
        return days

    @property
    def insecure_no_worker(self) -> Floats:
        """Days insecure and without a worker."""
        days: Floats = self.without_worker[Category.INSECURE]
        return days

    @property
    def with_worker(self) -> Floats:
        """Days in the community with a worker."""
        return _sum_over_community(self.by_category - self.without_worker)

    @property
    def in_community(self) -> Floats:
        """Days neither in custody nor after death or departure."""
        return _sum_over_community(self.by_category)


def _sum_over_community(days: Floats) -> Floats:
    total: Floats = days[IN_COMMUNITY].sum(axis=0)
    return total


def exposure(lives: Life, low: Floats, high: Floats) -> Exposure:
    """Days by place and worker within [low, high) of each person, cut at the end of follow-up."""
    n, n_categories = len(lives.t0), len(Category)
    pieces = lives.company.clipped(low, np.minimum(high, lives.end))
    length = pieces.end - pieces.start
    slot = pieces.label // 2 * n + pieces.who

    def days(chosen: NDArray[np.bool_] | slice) -> Floats:
        total = np.bincount(slot[chosen], weights=length[chosen], minlength=n * n_categories)
        return total.astype(np.float64).reshape(n_categories, n)

    return Exposure(days(slice(None)), days(pieces.label % 2 == 0))


def two_years_insecure(story: Story, t0: Floats) -> Floats:
    """Days of each person with nowhere secure in [t0, t0 + 730), (n,) [days], whatever the horizon."""
    lives = life(story, t0, 2 * YEAR_DAYS, np.inf)
    first = exposure(lives, t0, t0 + YEAR_DAYS).insecure
    days: Floats = first + exposure(lives, t0 + YEAR_DAYS, t0 + 2 * YEAR_DAYS).insecure
    return days


def long_insecure(lives: Life, low: Floats, high: Floats) -> NDArray[np.bool_]:
    """Whether a person had 28 or more consecutive insecure days, in a spell that touches [low, high).

    Days before t0 and after follow-up do not count; moves between insecure places do not break a spell,
    custody does.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    spells = lives.categories.labelled(Category.INSECURE).clipped(lives.t0, lives.end)
    long = spells.take(spells.end - spells.start >= LONG_SPELL_DAYS)
    touching = (long.start < high[long.who]) & (long.end > low[long.who])
    found = np.zeros(len(lives.t0), dtype=np.bool_)
    found[long.who[touching]] = True
    return found


def settled_day(lives: Life) -> Floats:
    """Days from t0 to the first settled home within follow-up: 0 if settled then, infinite if never, (n,)."""
    spells = lives.categories.labelled(Category.SETTLED).clipped(lives.t0, lives.end)
    day = np.full(len(lives.t0), np.inf)
    day[spells.who[::-1]] = (spells.start - lives.t0[spells.who])[::-1]
    return day


def places_by_day(lives: Life, days: int) -> Whole:
    """People in each category at day 0, 1, ... since t0, (n_categories, days + 1).

    People whose log has not begun by then are counted as not known, so that a column always sums to the
    cohort.
    """
    counts = by_day(lives.categories, lives.t0, days, len(Category))
    counts[Category.UNKNOWN] += len(lives.t0) - counts.sum(axis=0)
    return counts


def worker_by_day(lives: Life, days: int) -> Whole:
    """People in each of `WORKER_STATES` at day 0, 1, ... since t0, (4, days + 1)."""
    pieces = lives.company
    category = pieces.label // 2
    state = np.where(pieces.label % 2 == 1, 0, 1)
    state = np.where(category == Category.CUSTODY, 2, state)
    state = np.where(category == Category.LEFT, 3, state)
    spells = Spells(pieces.n, pieces.who, pieces.start, pieces.end, state)
    return by_day(spells, lives.t0, days, len(WORKER_STATES))


def rough_nights(lives: Life) -> Spells:
    """Street spells of eight hours or more that hold a midnight: at least one night rough."""
    street = lives.places.labelled(Place.STREET)
    night = (street.end - street.start >= 8.0 / 24.0) & (np.ceil(street.start) < street.end)
    return street.take(night)
