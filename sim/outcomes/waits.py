"""Waits and stations in calendar time, for everyone: who joined which line when, and when they left it.

A *case* is one referral of one person. A *station* is a place where people wait or stay; its visits are
spells. Whoever still waits at the horizon is kept, as censored. Not here: the quarterly series made of these
(`calendar`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.engine.log import Detail, Event
from sim.outcomes.places import CATEGORY_OF_PLACE, Category
from sim.outcomes.spells import LEAVING, Spells, Story, left_at, next_of_same_person, relabelled, time_at

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

_VISIT_BITS = 12
GOLDEN_SECTION = 0.6180339887498949
CG_DECISIONS = (Event.CG_POSITIVE, Event.CG_NEGATIVE)
OFFER_CAME_TO_NOTHING = (
    Event.SERVICE_DECLINED,
    Event.SERVICE_KEPT_OUT,
    Event.SERVICE_NO_RECOURSE,
    Event.SERVICE_CRITERIA_NOT_MET,
)
CG_UNDECIDED = (Event.CASE_CLOSED_UNDECIDED, Event.DISQUALIFIED)


@dataclass(frozen=True, eq=False)
class Cases:
    """One row a referral, (n_cases,), sorted by person and visit; instants [days], infinite if not reached.

    Attributes
    ----------
    who, visit : ndarray of int64
    referred : ndarray of float64
    rg_left : ndarray of float64
        Left the reasonable grounds line: decided, withdrawn, or died or left the UK undecided.
    rg_decided : ndarray of bool
    rg_positive : ndarray of float64
        First positive reasonable grounds decision, on reconsideration too: joins the conclusive grounds line.
    cg_left : ndarray of float64
        Left that line: decided, closed, disqualified, or died or left the UK with no later decision.
    cg_decided : ndarray of bool
    """

    who: Whole
    visit: Whole
    referred: Floats
    rg_left: Floats
    rg_decided: Flags
    rg_positive: Floats
    cg_left: Floats
    cg_decided: Flags


def cases(story: Story) -> Cases:
    """Every referral with what became of it; `story` is everyone's."""
    referred = story.where(Event.REFERRED)
    key = story.who[referred] << _VISIT_BITS | story.visit[referred]
    order = np.argsort(key, kind="stable")
    referred, key = referred[order], key[order]

    def first(event: Event) -> Floats:
        at = story.where(event)
        own = story.who[at] << _VISIT_BITS | story.visit[at]
        slot = np.minimum(np.searchsorted(key, own), max(len(key) - 1, 0))
        when = np.full(len(key), np.inf)
        if len(key):
            known = key[slot] == own
            when[slot[known][::-1]] = story.time[at][known][::-1]  # the first of a case is written last
        return when

    who = story.who[referred]
    gone = left_at(story)[who]
    rg_positive = first(Event.RG_POSITIVE)
    rg = np.minimum(rg_positive, first(Event.RG_NEGATIVE))
    rg_left = np.minimum(rg, first(Event.WITHDRAWN_BEFORE_RG))
    cg = np.minimum(*map(first, CG_DECISIONS))
    cg_left = np.minimum(cg, np.minimum(*map(first, CG_UNDECIDED)))
    cg_left = np.where(np.isfinite(cg_left), cg_left, gone)
    cg_left = np.maximum(cg_left, rg_positive)
    return Cases(
        who=who,
        visit=story.visit[referred].astype(np.int64),
        referred=story.time[referred],
        rg_left=np.where(np.isfinite(rg_left), rg_left, gone),
        rg_decided=np.isfinite(rg) & (rg <= rg_left),
        rg_positive=rg_positive,
        cg_left=np.where(np.isfinite(rg_positive), cg_left, np.inf),
        cg_decided=np.isfinite(rg_positive) & (cg <= cg_left) & np.isfinite(cg),
    )


@dataclass(frozen=True, eq=False)
class Station:
    """Everybody who joined a line or held a place: one row a stay, (n_stays,), in no order that matters.

    Attributes
    ----------
    joined, left : ndarray of float64
        [days]; `left` is infinite for those there at the horizon.
    served : ndarray of bool
        Whether the stay ended in what it was for.
    """

    joined: Floats
    left: Floats
    served: Flags

    @cached_property
    def _in_order(self) -> tuple[Floats, Floats]:
        """All instants of joining and all instants of leaving, each ascending; those still there left out."""
        return np.sort(self.joined), np.sort(self.left[np.isfinite(self.left)])

    def stock(self, when: Floats) -> Whole:
        """People there at the instant just before each `when` [days] (ascending or not)."""
        joined, left = (np.searchsorted(ordered, when, side="left") for ordered in self._in_order)
        return joined - left

    def came(self, when: Floats) -> Whole:
        """People who joined before each `when` [days]."""
        return np.searchsorted(self._in_order[0], when, side="left")

    def person_days(self, when: Floats) -> Floats:
        """Days spent there by everybody together up to each `when`."""
        joined, left = (_area(ordered, when) for ordered in self._in_order)
        return joined - left

    def ages(self, when: Floats, since: Floats) -> Iterator[Floats]:
        """Days since `since` (one for each stay) of those there just before each `when` (ascending)."""
        order = np.argsort(self.joined, kind="stable")
        left, since = self.left[order], since[order]
        came = np.searchsorted(self.joined[order], when, side="left")
        there, known = np.zeros(0, dtype=np.int64), 0
        for moment, number in zip(when, came, strict=True):
            there = np.concatenate([there, np.arange(known, number)])
            there, known = there[left[there] >= moment], number
            yield moment - since[there]


def _area(ordered: Floats, when: Floats) -> Floats:
    """Sum over ascending times before each `when` of the days from the time to it."""
    number = np.searchsorted(ordered, when, side="left")
    before = np.concatenate([[0.0], np.cumsum(ordered)])
    area: Floats = number * when - before[number]
    return area


def reasonable_grounds(found: Cases) -> Station:
    """The reasonable grounds line: referral to decision or withdrawal."""
    return Station(found.referred, found.rg_left, found.rg_decided)


def conclusive_grounds(found: Cases) -> tuple[Station, Floats]:
    """The conclusive grounds line, and the day of referral of everyone in it.

    From the positive reasonable grounds decision to a conclusive one, closure or disqualification.
    """
    joined = np.isfinite(found.rg_positive)
    line = Station(found.rg_positive[joined], found.cg_left[joined], found.cg_decided[joined])
    return line, found.referred[joined]


def stays(
    story: Story,
    opening: Event,
    closing: Sequence[Event],
    served_by: Sequence[Event] = (),
    detail: int | None = None,
    also: Whole | None = None,
    never_joined: Sequence[Event] = (),
) -> Station:
    """A station between events of the same person.

    Parameters
    ----------
    story : Story
        Everyone's.
    opening, closing : Event
        A stay runs from an opening event to the person's next closing one, or to death or departure.
    served_by : sequence of Event, optional
        The closing events that mean the stay was served.
    detail : int, optional
        Count only opening and closing events with this detail (which service); leaving always counts.
    also : ndarray of int64, optional
        Positions of further closing events, whatever their detail.
    never_joined : sequence of Event, optional
        Closing events that mean that there was no stay at all: the place was declined.
    """
    if detail is None:
        opens, ways_out = story.where(opening), [story.where(*closing, *LEAVING)]
    else:
        opens = story.with_detail(detail, opening)
        ways_out = [story.with_detail(detail, *closing), story.where(*LEAVING)]
    if also is not None:
        ways_out.append(also)
    closes = ways_out[0] if len(ways_out) == 1 else np.sort(np.concatenate(ways_out), kind="stable")
    ends = next_of_same_person(story, opens, closes)
    if never_joined and len(ends):
        stayed = (ends < 0) | ~np.isin(story.event[ends], list(never_joined))
        opens, ends = opens[stayed], ends[stayed]
    served = np.zeros(len(opens), dtype=np.bool_)
    if len(ends):
        served = (ends >= 0) & np.isin(story.event[ends], list(served_by))
    return Station(story.time[opens], time_at(story, ends, np.inf), served)


def bed_line(story: Story) -> Station:
    """Waiting for a safehouse bed; served when it is taken. Those who decline it as too far never join.

    The wait also ends, without a word of its own in the log, when casework ends or a settled home is found.
    """
    moved = story.where(Event.MOVED)
    settled = moved[CATEGORY_OF_PLACE[story.place[moved]] == Category.SETTLED]
    return stays(
        story,
        Event.BED_REQUESTED,
        [Event.BED_TAKEN, Event.BED_DECLINED, Event.BED_WAIT_GIVEN_UP, Event.SUPPORT_ENDED],
        [Event.BED_TAKEN],
        also=settled,
        never_joined=[Event.BED_DECLINED],
    )


def beds(story: Story) -> Station:
    """Safehouse beds held."""
    return stays(story, Event.BED_TAKEN, [Event.BED_LEFT], [Event.BED_LEFT])


def victim_care(story: Story) -> Station:
    """Victim Care casework."""
    return stays(story, Event.SUPPORT_STARTED, [Event.SUPPORT_ENDED], [Event.SUPPORT_ENDED])


def place_stations(places: Spells, until: float) -> dict[Category, Station]:
    """Days in each category of place, from the first event on; moves within a category do not end a stay."""
    spells = relabelled(places, CATEGORY_OF_PLACE)
    found = {}
    for category in Category:
        own = np.flatnonzero(spells.label == category)
        end = spells.end[own]
        left = np.where(end < until, end, np.inf)
        found[category] = Station(spells.start[own], left, np.ones(len(own), dtype=np.bool_))
    return found


def service_numbers(story: Story) -> list[int]:
    """Which services the log mentions: 0 for `SERVICE_BASE`, and so on, ascending."""
    at = story.where(Event.SERVICE_OFFERED, Event.SERVICE_STARTED)
    return [int(detail) - Detail.SERVICE_BASE for detail in np.unique(story.detail[at])]


def service_line(story: Story, number: int) -> Station:
    """Waiting for a service, from the offer; served when it starts.

    Those who decline it, cannot take it up or are refused never join.

    Going missing or being exploited again ends the wait, without a word of its own in the log.
    """
    closing = [Event.SERVICE_STARTED, *OFFER_CAME_TO_NOTHING, Event.SERVICE_WAIT_GIVEN_UP]
    away = story.where(Event.WENT_MISSING, Event.RE_EXPLOITED)
    return stays(
        story,
        Event.SERVICE_OFFERED,
        closing,
        [Event.SERVICE_STARTED],
        Detail.SERVICE_BASE + number,
        also=away,
        never_joined=OFFER_CAME_TO_NOTHING,
    )


def service_stays(story: Story, number: int) -> Station:
    """People in a service."""
    return stays(
        story,
        Event.SERVICE_STARTED,
        [Event.SERVICE_ENDED],
        [Event.SERVICE_ENDED],
        Detail.SERVICE_BASE + number,
    )


@dataclass(frozen=True)
class LittlesLaw:
    """L against lambda W of a station over a whole run that started empty.

    Attributes
    ----------
    mean_number : float
        L: mean of a census taken once a day.
    arrivals_per_day, mean_days : float
        lambda, and W of everyone who joined, the days to the horizon for those still there.
    """

    mean_number: float
    arrivals_per_day: float
    mean_days: float

    @property
    def residual(self) -> float:
        """L - lambda W [people]; only the census's sampling error keeps it from zero."""
        return self.mean_number - self.arrivals_per_day * self.mean_days


def littles_law(station: Station, until: float) -> LittlesLaw:
    """Count heads and hold stopwatches, independently of each other, from day 0 to the horizon.

    The census is taken once a day at an hour that moves on by the golden section, since arrivals and
    departures keep hours of their own.
    """
    day = np.arange(int(until), dtype=np.float64)
    census = day + np.modf(0.5 + day * GOLDEN_SECTION)[0]
    stay = np.minimum(station.left, until) - station.joined
    return LittlesLaw(
        mean_number=float(station.stock(census).mean()) if len(census) else 0.0,
        arrivals_per_day=len(stay) / until,
        mean_days=float(stay.mean()) if len(stay) else 0.0,
    )
