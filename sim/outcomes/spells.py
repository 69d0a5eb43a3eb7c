"""Spells: who was where, in whose contact and in which support, from when to when, read from the event log.

A spell is half open, [start, end). An event changes the state from its own instant on; of several events of
one person at one instant the last one counts. Everything is vectorised over people. Not here: what is made of
it (`cliff_edge`, `exits`, `re_presentation`, `waits`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.log import Event, Place

if TYPE_CHECKING:
    from sim.engine.log import EventLog

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

CONTACT_LASTS_DAYS = 28.0
"""A survivor has a worker if there was contact in so many days."""


@dataclass(frozen=True, eq=False)
class Story:
    """The events of some people, with each person's number among them.

    Attributes
    ----------
    n : int
        Number of people, those without an event among them.
    who : ndarray of int64, shape (n_events,)
        Number of the person, 0 to n - 1, ascending.
    visit, time, event, place, detail : ndarray, shape (n_events,)
        As in `EventLog`; after a death or departure the place is `LEFT_MODEL`, whatever the log says.
    """

    n: int
    who: Whole
    visit: NDArray[np.int16]
    time: Floats
    event: NDArray[np.uint8]
    place: NDArray[np.uint8]
    detail: NDArray[np.int16]

    @cached_property
    def begins(self) -> Whole:
        """Where each person's events begin, and behind them where the last one's end, (n + 1,)."""
        return _begins(self.n, self.who)

    @cached_property
    def _positions(self) -> tuple[Whole, Whole]:
        """Positions sorted by event, and where each event's begin among them."""
        return np.argsort(self.event, kind="stable"), _begins(256, self.event)

    @cached_property
    def _asked(self) -> dict[tuple[Event, ...], Whole]:
        """What `where` has found for several events."""
        return {}

    @cached_property
    def _by_detail(self) -> dict[tuple[Event, ...], tuple[Whole, Whole]]:
        """Positions of events sorted by detail, and where each detail's begin among them."""
        return {}

    def where(self, *events: Event) -> Whole:
        """Positions of these events, ascending."""
        by_event, begins = self._positions
        if len(events) == 1:
            return by_event[begins[events[0]] : begins[events[0] + 1]]
        if events not in self._asked:
            found = [by_event[begins[event] : begins[event + 1]] for event in events]
            self._asked[events] = np.sort(np.concatenate(found), kind="stable")
        return self._asked[events]

    def with_detail(self, detail: int, *events: Event) -> Whole:
        """Positions of those of these events that have this detail, ascending."""
        if events not in self._by_detail:
            at = self.where(*events)
            told = self.detail[at].astype(np.int64)
            begins = _begins(int(told.max(initial=0)) + 1, told)
            self._by_detail[events] = at[np.argsort(told, kind="stable")], begins
        by_detail, begins = self._by_detail[events]
        return by_detail[begins[detail] : begins[detail + 1]] if detail + 1 < len(begins) else by_detail[:0]

    def count_before(self, *events: Event) -> Whole:
        """How many of these events the same person had before each event, (n_events,)."""
        chosen = np.zeros(len(self.event), dtype=np.int64)
        chosen[self.where(*events)] = 1
        before = np.cumsum(chosen) - chosen
        return before - before[self.begins[self.who]]


@dataclass(frozen=True, eq=False)
class Spells:
    """Spells sorted by person and start; those of one person do not overlap.

    Attributes
    ----------
    n : int
        Number of people, those without a spell among them.
    who : ndarray of int64, shape (n_spells,)
    start, end : ndarray of float64, shape (n_spells,)
        [days], start before end.
    label : ndarray of int64, shape (n_spells,)
        Which state: a `Place` or `Category`; 1 where there is only one.
    """

    n: int
    who: Whole
    start: Floats
    end: Floats
    label: Whole

    @cached_property
    def begins(self) -> Whole:
        """Where each person's spells begin, and behind them where the last one's end, (n + 1,)."""
        return _begins(self.n, self.who)

    def take(self, chosen: NDArray[np.bool_] | Whole) -> Spells:
        """These spells only (a mask, or positions in ascending order)."""
        return Spells(self.n, self.who[chosen], self.start[chosen], self.end[chosen], self.label[chosen])

    def labelled(self, label: int) -> Spells:
        """The spells with this label."""
        return self.take(self.label == label)

    def clipped(self, low: Floats, high: Floats) -> Spells:
        """The parts inside [low, high) of each person, arrays of shape (n,); empty parts vanish."""
        start = np.maximum(self.start, low[self.who])
        end = np.minimum(self.end, high[self.who])
        kept = start < end
        return Spells(self.n, self.who[kept], start[kept], end[kept], self.label[kept])

    def days(self) -> Floats:
        """Days in these spells, for each person, (n,)."""
        total: Floats = np.bincount(self.who, weights=self.end - self.start, minlength=self.n).astype(
            np.float64
        )
        return total


def _begins(n: int, number: NDArray[np.integer]) -> Whole:
    """Where each of the numbers 0 to n - 1 begins once they are in order, and where the last ends."""
    begins = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(number, minlength=n), out=begins[1:])
    return begins


def story_of(log: EventLog, rows: NDArray[np.int32]) -> Story:
    """The events of these people; person k of the story is population row ``rows[k]`` (ascending)."""
    rows = rows.astype(log.person.dtype)
    low = np.searchsorted(log.person, rows, side="left")
    length = np.searchsorted(log.person, rows, side="right") - low
    who = np.repeat(np.arange(len(rows)), length)
    at = np.arange(len(who)) - np.repeat(np.cumsum(length) - length, length) + np.repeat(low, length)
    return _story(len(rows), who, log, at)


def story_of_everyone(log: EventLog, n_people: int) -> Story:
    """All events; person k of the story is population row k."""
    return _story(n_people, log.person.astype(np.int64), log, slice(None))


def _story(n: int, who: Whole, log: EventLog, at: Whole | slice) -> Story:
    event, place = log.event[at], log.place[at].copy()
    place[(event == Event.DIED) | (event == Event.LEFT_UK)] = Place.LEFT_MODEL
    return Story(n, who, log.visit[at], log.time[at], event, place, log.detail[at])


def states(n: int, who: Whole, time: Floats, label: NDArray[np.integer], until: float) -> Spells:
    """Spells of a state that each change sets until the next change, merged where nothing changes.

    Parameters
    ----------
    n : int
        Number of people.
    who, time, label : ndarray, shape (n_changes,)
        Sorted by person and time; `label` holds from `time` on.
    until : float
        What holds at the last change holds to here: the horizon [days].
    """
    if not len(who):
        return _nothing(n)
    telling = np.ones(len(who), dtype=np.bool_)  # an event that changes nothing tells nothing: fewer to go on
    telling[1:] = (label[1:] != label[:-1]) | (who[1:] != who[:-1])
    who, time, label = who[telling], time[telling], label[telling]
    last_at_instant = np.ones(len(who), dtype=np.bool_)
    last_at_instant[:-1] = (who[1:] != who[:-1]) | (time[1:] > time[:-1])
    kept = np.flatnonzero(last_at_instant & (time < until))
    who, time, label = who[kept], time[kept], label[kept]
    changed = np.ones(len(who), dtype=np.bool_)
    changed[1:] = (who[1:] != who[:-1]) | (label[1:] != label[:-1])
    who, time, label = who[changed], time[changed], label[changed]
    end = np.full(len(who), until)
    same = who[1:] == who[:-1]
    end[:-1][same] = time[1:][same]
    return Spells(n, who.astype(np.int64), time, end, label.astype(np.int64))


def place_spells(story: Story, until: float) -> Spells:
    """Where each person is, labelled with `Place`, from the first event to the horizon.

    Before `COMMUNITY_LIFE_BEGINS` the log says `UNKNOWN`. Death and departure last to the horizon.
    """
    return states(story.n, story.who, story.time, story.place, until)


def relabelled(spells: Spells, label: NDArray[np.integer]) -> Spells:
    """The spells with ``label[old label]``, neighbours that now agree being merged."""
    if not len(spells.who):
        return spells
    new = label[spells.label].astype(np.int64)
    opens = np.ones(len(new), dtype=np.bool_)
    opens[1:] = (
        (spells.who[1:] != spells.who[:-1]) | (new[1:] != new[:-1]) | (spells.start[1:] > spells.end[:-1])
    )
    first = np.flatnonzero(opens)
    last = np.append(first[1:], len(new)) - 1
    return Spells(spells.n, spells.who[first], spells.start[first], spells.end[last], new[first])


def union(n: int, who: Whole, start: Floats, end: Floats) -> Spells:
    """Spells [days] that cover the same time as these, which may overlap, in any order; label 1."""
    kept = start < end
    who, start, end = who[kept], start[kept], end[kept]
    if not _ascends(who, start):
        order = np.lexsort((start, who))
        who, start, end = who[order], start[order], end[order]
    if not len(who):
        return _nothing(n)
    reached = end
    if not _ascends(who, end):
        # The latest end so far of each person: ranks rise with the person, so one running maximum serves all.
        by_end = np.lexsort((end, who))
        rank = np.empty(len(who), dtype=np.int64)
        rank[by_end] = np.arange(len(who))
        reached = end[by_end[np.maximum.accumulate(rank)]]
    opens = np.ones(len(who), dtype=np.bool_)
    opens[1:] = (who[1:] != who[:-1]) | (start[1:] > reached[:-1])
    first = np.flatnonzero(opens)
    last = np.append(first[1:], len(who)) - 1
    return Spells(n, who[first].astype(np.int64), start[first], reached[last], np.ones(len(first), np.int64))


def _ascends(who: Whole, time: Floats) -> bool:
    """Whether times are in order by person, and within each; then there is nothing to sort."""
    return bool(np.all((who[1:] > who[:-1]) | ((who[1:] == who[:-1]) & (time[1:] >= time[:-1]))))


def next_of_same_person(story: Story, at: Whole, among: Whole) -> Whole:
    """The first position in `among` after each position in `at` that is the same person's, or -1.

    Both are positions in the story, ascending.
    """
    if not len(among):
        return np.full(len(at), -1, dtype=np.int64)
    slot = np.searchsorted(among, at, side="right")
    candidate = among[np.minimum(slot, len(among) - 1)]
    found = (slot < len(among)) & (story.who[candidate] == story.who[at])
    return np.where(found, candidate, -1)


def time_at(story: Story, at: Whole, otherwise: float) -> Floats:
    """The time [days] at each position, `otherwise` where the position is -1."""
    if not len(story.time):
        return np.full(len(at), otherwise)
    return np.where(at >= 0, story.time[at], otherwise)


LEAVING = (Event.LEFT_UK, Event.DIED)


def between(story: Story, opening: Event, closing: Sequence[Event], until: float) -> Spells:
    """Spells [days] from an opening event to the next closing one, to death, departure or the horizon."""
    opens = story.where(opening)
    closes = next_of_same_person(story, opens, story.where(*closing, *LEAVING))
    end = np.minimum(time_at(story, closes, until), until)
    return union(story.n, story.who[opens], story.time[opens], end)


def victim_care_spells(story: Story, until: float) -> Spells:
    """Victim Care casework [days], `SUPPORT_STARTED` to `SUPPORT_ENDED`."""
    return between(story, Event.SUPPORT_STARTED, [Event.SUPPORT_ENDED], until)


def bed_spells(story: Story, until: float) -> Spells:
    """Safehouse beds [days], `BED_TAKEN` to `BED_LEFT`."""
    return between(story, Event.BED_TAKEN, [Event.BED_LEFT], until)


def contact_spells(story: Story, until: float, lasts: float = CONTACT_LASTS_DAYS) -> Spells:
    """Time with a named worker: the union over providers of regular contact and `lasts` days after it.

    Contact is present from `CONTACT_STARTED` to `lasts` days after `CONTACT_ENDED` of the same provider, to
    the horizon where it has not ended, and never after death or departure. The provider is the event's
    detail.
    """
    at = story.where(Event.CONTACT_STARTED, Event.CONTACT_ENDED)
    order = np.lexsort((at, story.detail[at], story.who[at]))
    at = at[order]
    who, provider, time = story.who[at], story.detail[at], story.time[at]
    started = story.event[at] == Event.CONTACT_STARTED
    end = np.full(len(at), until)
    same = (who[1:] == who[:-1]) & (provider[1:] == provider[:-1])
    end[:-1][same] = time[1:][same]
    end = np.where(started, end, time + lasts)
    end = np.minimum(end, np.minimum(until, left_at(story)[who]))
    return union(story.n, who, time, end)


def left_at(story: Story) -> Floats:
    """When each person died or left the UK [days], infinite where neither happened, (n,)."""
    at = story.where(*LEAVING)[::-1]
    when = np.full(story.n, np.inf)
    when[story.who[at]] = story.time[at]
    return when


def _first_after(begins: Whole, time: Floats, who: Whole, when: Floats) -> Whole:
    """The position of each person's first time after an instant, or where the next person's begin.

    `time` ascends within each person, whose times begin at ``begins[person]``; a search by halves for all
    instants at once.
    """
    low, high = begins[who], begins[who + 1]
    for _ in range(int((high - low).max(initial=0)).bit_length()):
        middle = (low + high) // 2
        passed = (middle < high) & (time[np.minimum(middle, len(time) - 1)] <= when)
        low, high = np.where(passed, middle + 1, low), np.where(passed, high, middle)
    return low


def _edges(spells: Spells) -> Floats:
    """Starts and ends in turn, (2 n_spells,), ascending within each person."""
    return np.column_stack([spells.start, spells.end]).ravel()


def overlay(spells: Spells, other: Spells) -> tuple[Spells, Flags]:
    """The spells cut where the other ones start or end, and whether each piece lies inside one of those."""
    own, cuts = _edges(spells), _edges(other)
    after = _first_after(2 * spells.begins, own, np.repeat(other.who, 2), cuts)
    cut = np.zeros(len(own) + len(cuts), dtype=np.bool_)
    cut[np.arange(len(cuts)) + after] = True
    time = np.empty(len(cut))
    time[cut], time[~cut] = cuts, own
    passed_cuts = np.cumsum(cut)
    passed = np.arange(1, len(cut) + 1) - passed_cuts
    piece = np.flatnonzero((passed[:-1] % 2 == 1) & (time[1:] > time[:-1]))  # begun, and not yet ended
    whole = passed[piece] // 2
    pieces = Spells(spells.n, spells.who[whole], time[piece], time[piece + 1], spells.label[whole])
    return pieces, passed_cuts[piece] % 2 == 1


def label_at(spells: Spells, who: Whole, when: Floats, otherwise: int) -> Whole:
    """The label of the spell in which each instant falls, `otherwise` outside all spells.

    Parameters
    ----------
    who, when : ndarray, shape (n_instants,)
        People and instants [days], in any order; an infinite or missing instant is outside.
    """
    if not len(spells.who):
        return np.full(len(who), otherwise, dtype=np.int64)
    spell = _first_after(spells.begins, spells.start, who, when) - 1
    inside = (spell >= spells.begins[who]) & (when < spells.end[spell])
    return np.where(inside, spells.label[spell], otherwise)


def by_day(spells: Spells, since: Floats, days: int, n_labels: int) -> Whole:
    """How many people are in a spell of each label at day 0, 1, ..., `days` after their own start.

    Returns
    -------
    ndarray of int64, shape (n_labels, days + 1)
    """
    first = np.clip(np.ceil(spells.start - since[spells.who]), 0, days + 1).astype(np.int64)
    after = np.clip(np.ceil(spells.end - since[spells.who]), 0, days + 1).astype(np.int64)
    size = n_labels * (days + 2)
    step = np.bincount(spells.label * (days + 2) + first, minlength=size)
    step -= np.bincount(spells.label * (days + 2) + after, minlength=size)
    return np.cumsum(step.reshape(n_labels, days + 2), axis=1)[:, :-1]


def _nothing(n: int) -> Spells:
    none = np.zeros(0, dtype=np.int64)
    return Spells(n, none, np.zeros(0), np.zeros(0), none)
