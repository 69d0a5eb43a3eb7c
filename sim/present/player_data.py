"""What the player shows, worked out from event logs: who is in which room from which hour on.

Each event of a chosen person becomes a step: a tick (an hour, rounded up, so that what is true at a whole
hour is true in the log) and a token (what happened and what holds from then on). The steps of an option are
packed as what differs from the first scenario. Not here: files, pages and words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sim.engine.log import Event, Place
from sim.outcomes.spells import story_of
from sim.people.chance import entity_keys, root_key
from sim.present.player_words import Room

if TYPE_CHECKING:
    from sim.engine.log import EventLog

Whole = NDArray[np.int64]

TICKS_A_DAY: Final = 24
SAMPLING: Final = 1 << 40
"""Stands where a kind of entity stands in keys of chance, above all of them: being shown changes no luck."""

IN_SUPPORT: Final = 1
CASE_OPEN: Final = 2
HAS_WORKER: Final = 4
_SIZES: Final = (256, 1024, 16, 16, 8)  # more than any event, detail, place, room and flags

_CASE_ROOM: Final = {
    Event.REFERRED: Room.WAITING_RG,
    Event.RG_POSITIVE: Room.RECOVERY,
    Event.CG_READY: Room.WAITING_CG,
    **dict.fromkeys(
        (
            Event.DECLINED_REFERRAL,
            Event.WITHDRAWN_BEFORE_RG,
            Event.RG_NEGATIVE,
            Event.CG_POSITIVE,
            Event.CG_NEGATIVE,
            Event.CASE_CLOSED_UNDECIDED,
            Event.DISQUALIFIED,
        ),
        Room.NOT_FOLLOWED,
    ),
}
_PLACE_ROOM: Final = {
    Place.UNKNOWN: Room.NOT_FOLLOWED,
    Place.OWN_HOME: Room.SETTLED,
    Place.PRIVATE_HOME: Room.SETTLED,
    Place.SOCIAL_HOME: Room.SETTLED,
    Place.SAFEHOUSE: Room.SUPPORT_BED,
    Place.COUNCIL_TEMPORARY: Room.COUNCIL_TEMPORARY,
    Place.ASYLUM_ACCOMMODATION: Room.ASYLUM,
    Place.FRIENDS: Room.NOWHERE,
    Place.STREET: Room.NOWHERE,
    Place.OUT_OF_CONTACT: Room.OUT_OF_CONTACT,
    Place.CUSTODY: Room.CUSTODY,
    Place.LEFT_MODEL: Room.LEFT,
    Place.BRIDGING_HOME: Room.BRIDGING,
}


@dataclass(frozen=True, eq=False)
class Steps:
    """What happened to the people shown under one scenario, sorted by person, then as it happened.

    Attributes
    ----------
    begins : ndarray of int64, shape (n_people + 1,)
        Where each person's steps begin, and behind them where the last one's end.
    tick : ndarray of int64, shape (n_steps,)
        Hours from the first day shown; what holds from there on.
    state : ndarray of int64, shape (n_steps, 5)
        Columns: event, detail, place, room, flags (`IN_SUPPORT`, `CASE_OPEN`, `HAS_WORKER`).
    """

    begins: Whole
    tick: Whole
    state: Whole

    @property
    def room(self) -> Whole:
        """Room after each step, (n_steps,)."""
        room: Whole = self.state[:, 3]
        return room

    def counts(self, tick: int) -> Whole:
        """People in each room at a tick, (n_rooms,); who has no step yet is in `Room.NOT_YET`."""
        n_people = len(self.begins) - 1
        passed = np.concatenate([[0], np.cumsum(self.tick <= tick)])
        number = passed[self.begins[1:]] - passed[self.begins[:-1]]
        room = np.full(n_people, int(Room.NOT_YET))
        shown = number > 0
        room[shown] = self.room[self.begins[:-1][shown] + number[shown] - 1]
        return np.bincount(room, minlength=len(Room)).astype(np.int64)


# --------------------------------------------------------------------------------------------- who is shown
def sample(rows: NDArray[np.integer], number: int, seed: int, replication: int) -> NDArray[np.int32]:
    """So many of these people, always the same ones, and among a larger sample too.

    Parameters
    ----------
    rows : ndarray of int, shape (n,)
        Rows in the population, each once.
    number : int
        At most so many.
    seed, replication : int
        Of the run.

    Returns
    -------
    ndarray of int32
        Ascending; all of `rows` if they are no more than `number`.
    """
    keys = entity_keys(root_key(seed, replication, SAMPLING), np.asarray(rows, np.uint64))
    chosen = np.sort(np.asarray(rows)[np.argsort(keys, kind="stable")[:number]])
    return chosen.astype(np.int32)


def referred_between(log: EventLog, first_day: float, end_day: float) -> NDArray[np.int32]:
    """Rows of everybody whose first referral falls from `first_day` to before `end_day` [days], ascending."""
    first = (log.event == Event.REFERRED) & (log.visit == 0)
    inside = first & (log.time >= first_day) & (log.time < end_day)
    return np.unique(log.person[inside]).astype(np.int32)


# ------------------------------------------------------------------------------------------ steps from a log
def first_day(log: EventLog, rows: NDArray[np.int32]) -> int:
    """The day of the first event of any of these people [days from 1 January 2014]."""
    return int(np.floor(story_of(log, rows).time.min()))


def steps_of(log: EventLog, rows: NDArray[np.int32], start: int) -> Steps:
    """The steps of these people; person k of the player is population row ``rows[k]``.

    Parameters
    ----------
    log : EventLog
    rows : ndarray of int32, shape (n_people,)
        Ascending.
    start : int
        The day that tick 0 begins [days from 1 January 2014].
    """
    story = story_of(log, rows)
    tick = np.ceil((story.time - start) * TICKS_A_DAY).astype(np.int64)
    begin = story.begins[story.who]

    stages = np.full(256, -1)
    stages[[int(event) for event in _CASE_ROOM]] = [int(room) for room in _CASE_ROOM.values()]
    case = _held(stages[story.event], begin, int(Room.NOT_YET))
    case_open = (case >= Room.WAITING_RG) & (case <= Room.WAITING_CG)

    support = np.full(256, -1)
    support[Event.SUPPORT_STARTED], support[Event.SUPPORT_ENDED] = 1, 0
    in_support = _held(support[story.event], begin, 0) == 1

    change = (story.event == Event.CONTACT_STARTED).astype(np.int64) - (story.event == Event.CONTACT_ENDED)
    contacts = np.cumsum(change)
    has_worker = contacts - (contacts - change)[begin] > 0

    room = np.array([_PLACE_ROOM[place] for place in Place])[story.place].astype(np.int64)
    room[in_support & (room != Room.SUPPORT_BED) & (room != Room.LEFT)] = Room.SUPPORT_OUTREACH
    waiting = case_open & (room != Room.LEFT)
    room[waiting] = np.where(story.visit > 0, int(Room.RETURNED), case)[waiting]

    flags = in_support * IN_SUPPORT + case_open * CASE_OPEN + has_worker * HAS_WORKER
    state = np.stack(
        [np.asarray(column, np.int64) for column in (story.event, story.detail, story.place, room, flags)], 1
    )
    return Steps(story.begins, tick, state)


def _held(told: Whole, begin: Whole, before: int) -> Whole:
    """What was told last to each person up to each event; -1 tells nothing; `before` until something is."""
    last = np.maximum.accumulate(np.where(told >= 0, np.arange(len(told)), -1))
    return np.where(last >= begin, told[last], before)


# ------------------------------------------------------------------------------------------------- packing
@dataclass(frozen=True)
class Packed:
    """Every scenario's steps as bytes.

    Attributes
    ----------
    tokens : list of list of int
        Event, detail, place, room and flags of each token, the most frequent first.
    streams : list of list of int
        For each scenario, the bytes of its four streams: steps shared with the first scenario (none for the
        first itself), further steps, time since the step before [ticks], tokens. All are varints of seven
        bits a byte, the lowest first.
    content : bytes
        The streams one after the other.
    """

    tokens: list[list[int]]
    streams: list[list[int]]
    content: bytes


def pack(scenarios: Sequence[Steps]) -> Packed:
    """Pack the steps of several scenarios, the baseline first; all are of the same people."""
    words = [np.ravel_multi_index(tuple(steps.state.T), _SIZES).astype(np.int64) for steps in scenarios]
    found, count = np.unique(np.concatenate(words), return_counts=True)
    order = np.argsort(-count, kind="stable")
    number = np.empty(len(found), np.int64)
    number[order] = np.arange(len(found))
    spelt = np.stack(np.unravel_index(found[order], _SIZES), 1)
    base, base_words = scenarios[0], number[np.searchsorted(found, words[0])]
    content, streams = [], []
    for index, steps in enumerate(scenarios):
        own = number[np.searchsorted(found, words[index])]
        length = np.diff(steps.begins)
        who = np.repeat(np.arange(len(length)), length)
        place = np.arange(len(own)) - steps.begins[who]
        shared = np.zeros(len(length), np.int64)
        if index:
            shared = _shared(steps, own, who, place, base, base_words)
        further = place >= shared[who]
        since = np.diff(steps.tick, prepend=0)
        since[place == 0] = steps.tick[place == 0]
        parts = [
            varints(shared) if index else b"",
            varints(length - shared),
            varints(since[further]),
            varints(own[further]),
        ]
        streams.append([len(part) for part in parts])
        content += parts
    return Packed(spelt.tolist(), streams, b"".join(content))


def _shared(steps: Steps, own: Whole, who: Whole, place: Whole, base: Steps, base_words: Whole) -> Whole:
    """How many of each person's first steps are the same as in the first scenario, (n_people,)."""
    at_most = np.minimum(np.diff(steps.begins), np.diff(base.begins))
    beside = np.minimum(base.begins[who] + place, len(base_words) - 1)
    parted = (place >= at_most[who]) | (own != base_words[beside]) | (steps.tick != base.tick[beside])
    shared = at_most.copy()
    positions = np.flatnonzero(parted)[::-1]
    shared[who[positions]] = place[positions]  # of several, the first one is written last
    return shared


def varints(values: NDArray[np.integer]) -> bytes:
    """Whole numbers from 0 to 2**35 - 1, seven bits a byte, the lowest first, the top bit says: more."""
    left = np.asarray(values, np.uint64)
    length = np.ones(len(left), np.int64)
    for byte in range(1, 5):
        length += left >= np.uint64(1 << (7 * byte))
    ends = np.cumsum(length)
    packed = np.zeros(int(ends[-1]) if len(ends) else 0, np.uint8)
    for byte in range(5):
        has = length > byte
        bits = (left[has] >> np.uint64(7 * byte)) & np.uint64(0x7F)
        packed[(ends - length)[has] + byte] = bits | (
            (length[has] > byte + 1).astype(np.uint64) << np.uint64(7)
        )
    return packed.tobytes()
