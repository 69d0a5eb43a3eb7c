"""The event log: the only thing a run produces, and the names of everything that can happen in it.

Both engines write the same columns; every figure in the project is derived from them afterwards. The
names are append-only: a stored log is read by their numbers. Nothing is computed here.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt


class Event(IntEnum):
    """Everything that can happen to a survivor, in one list (documented in ``EVENT_MEANING``)."""

    # National Referral Mechanism
    DECLINED_REFERRAL = 1
    REFERRED = 2
    WITHDRAWN_BEFORE_RG = 3
    RG_POSITIVE = 4
    RG_NEGATIVE = 5
    CG_READY = 6
    CG_POSITIVE = 7
    CG_NEGATIVE = 8
    CASE_CLOSED_UNDECIDED = 9
    DISQUALIFIED = 10
    RECONSIDERATION_ACCEPTED = 11
    TURNED_18 = 12
    # Support under the Victim Care Contract
    COMMUNITY_LIFE_BEGINS = 20
    SUPPORT_NOT_TAKEN_UP = 21
    SUPPORT_STARTED = 22
    BED_REQUESTED = 23
    BED_DECLINED = 24
    BED_TAKEN = 25
    BED_WAIT_GIVEN_UP = 26
    BED_LEFT = 27
    NEEDS_ASSESSED = 28
    SUBSISTENCE_ENDED = 29
    SUPPORT_ENDED = 30
    CONTACT_STARTED = 31
    CONTACT_ENDED = 32
    CRIMINAL_CASE = 33
    LOST_AT_HANDOVER = 34
    # Immigration status
    ASYLUM_GRANTED = 40
    ASYLUM_REFUSED = 41
    APPEAL_DISMISSED = 42
    LEAVE_GRANTED = 43
    LEAVE_EXPIRED = 44
    ASYLUM_ACCOMMODATION_NOTICE = 45
    ASYLUM_CLAIMED = 46
    LEAVE_RENEWED = 47
    # Housing
    MOVED = 50
    APPLIED_AS_HOMELESS = 51
    APPLICATION_REFUSED = 52
    PREVENTION_STARTED = 53
    PREVENTION_ENDED = 54
    RELIEF_STARTED = 55
    RELIEF_ENDED = 56
    MAIN_DUTY_ACCEPTED = 57
    MAIN_DUTY_REFUSED = 58
    MAIN_DUTY_ENDED = 59
    REFERRED_TO_OTHER_COUNCIL = 60
    JOINED_REGISTER = 61
    REGISTER_REFUSED = 62
    NOTICE_TO_LEAVE = 63
    HOME_KEPT = 64
    PLACED_OUT_OF_AREA = 65
    # Services beside and after the NRM
    SERVICE_OFFERED = 70
    SERVICE_DECLINED = 71
    SERVICE_STARTED = 72
    SERVICE_WAIT_GIVEN_UP = 73
    SERVICE_ENDED = 74
    SERVICE_KEPT_OUT = 75
    SERVICE_NO_RECOURSE = 76
    SERVICE_CRITERIA_NOT_MET = 77
    # Crisis and return
    CRISIS = 80
    RETURNED_TO_PROVIDER = 81
    RE_EXPLOITED = 82
    WENT_MISSING = 83
    BACK_IN_CONTACT = 84
    LEFT_UK = 85
    DIED = 86
    HEALTH_NEED_MET = 87
    HEALTH_NEED_RELAPSED = 88
    # Homes
    HOME_LOST = 90
    BRIDGING_REQUESTED = 91
    BRIDGING_TAKEN = 92
    BRIDGING_WAIT_GIVEN_UP = 93
    BRIDGING_LEFT = 94
    LETTING_AWAITED = 100
    LETTING_TAKEN = 101
    LETTING_PASSED_ON = 102


class Place(IntEnum):
    """Where a survivor is living. ``UNKNOWN`` until life in the community is followed (adults after RG+)."""

    UNKNOWN = 0
    OWN_HOME = 1
    PRIVATE_HOME = 2
    SOCIAL_HOME = 3
    SAFEHOUSE = 4
    COUNCIL_TEMPORARY = 5
    ASYLUM_ACCOMMODATION = 6
    FRIENDS = 7
    STREET = 8
    OUT_OF_CONTACT = 9
    CUSTODY = 10
    LEFT_MODEL = 11
    BRIDGING_HOME = 12


class Detail(IntEnum):
    """The second word of an event: why, how, or which. ``SERVICE_BASE + k`` names the k-th service."""

    NONE = 0
    FIRST_DECISION = 1
    ON_RECONSIDERATION = 2
    SAME_INCIDENT = 3
    NEW_EXPLOITATION = 4
    NOT_REACHED = 5
    DECLINED = 6
    TOO_FAR = 7
    FULLY_AGREED = 8
    PARTLY_AGREED = 9
    REFUSED = 10
    NOT_REQUESTED = 11
    NEGATIVE_DECISION = 12
    MOVED_ON = 13
    DISENGAGED = 14
    MISSING = 15
    DISQUALIFIED = 16
    LEFT = 17
    CASE_CLOSED = 18
    VICTIM_CARE = 20
    CASELOAD = 21
    ASYLUM = 30
    VTS = 31
    PLANNED = 40
    IN_CRISIS = 41
    AFTER_ASYLUM = 42
    NOT_ELIGIBLE = 43
    NOT_HOMELESS = 44
    SECURED = 45
    HOMELESS = 46
    LAPSED = 47
    TIME_UP = 48
    NO_PRIORITY_NEED = 49
    INTENTIONAL = 50
    SOCIAL_OFFER = 51
    PRIVATE_OFFER = 52
    FOUND_ALONE = 53
    HOME_LOST = 54
    ROUGH = 55
    SOFA = 56
    INTERIM = 57
    MAIN_DUTY = 58
    PLACE_ENDED = 59
    NO_LOCAL_CONNECTION = 60
    RELEASED = 61
    STATUS_CHANGED = 62
    OFFER_REFUSED = 63
    FAMILY = 64
    DOMESTIC_ABUSE = 65
    CARE_LEAVER = 66
    STREET_HOMELESS = 67
    AFTER_PRIVATE_OFFER = 68
    RECOGNISED_SURVIVOR = 69
    VULNERABLE = 70
    NO_PRIORITY_TEST = 71
    UNDER_NOTICE = 72
    OWN_HOME = 76
    PRIVATE_HOME = 77
    SOCIAL_HOME = 78
    BRIDGING = 79
    FIRST_CLAIM = 86
    FRESH_CLAIM = 87
    EMERGENCY = 88
    OWN_CASE = 89
    WITNESS = 90
    DETAINED = 96
    SERVICE_BASE = 100
    KNOWN_EITHER_WAY = 220
    KNOWN_AS_IT_STANDS = 221
    HIDDEN_AS_IT_STANDS = 222
    HIDDEN_EITHER_WAY = 223


EVENT_MEANING: dict[Event, str] = {
    Event.DECLINED_REFERRAL: "an adult was identified and declined the NRM: a Duty to Notify report only",
    Event.REFERRED: "referred into the NRM; from visit 1 on, detail says same incident or new exploitation",
    Event.WITHDRAWN_BEFORE_RG: "the case left the reasonable grounds queue with no decision",
    Event.RG_POSITIVE: "positive reasonable grounds decision (detail: first decision or on reconsideration)",
    Event.RG_NEGATIVE: "negative reasonable grounds decision",
    Event.CG_READY: "legal minimum passed and evidence gathered: the case can be decided",
    Event.CG_POSITIVE: "positive conclusive grounds decision (detail: first decision or on reconsideration)",
    Event.CG_NEGATIVE: "negative conclusive grounds decision",
    Event.CASE_CLOSED_UNDECIDED: "withdrawn, suspended or closed after RG+ with no conclusive decision",
    Event.DISQUALIFIED: "public order or bad faith disqualification: case and support end",
    Event.RECONSIDERATION_ACCEPTED: "a request to reconsider a negative decision was accepted",
    Event.TURNED_18: "a child became an adult while in the pathway",
    Event.COMMUNITY_LIFE_BEGINS: "place and status are followed from here on (adult, England or Wales)",
    Event.SUPPORT_NOT_TAKEN_UP: "support did not start (detail: not reached, or declined)",
    Event.SUPPORT_STARTED: "Victim Care Contract casework started (detail: as emergency support before RG)",
    Event.BED_REQUESTED: "asked for a safehouse place and joined the waiting line",
    Event.BED_DECLINED: "a safehouse place was declined as too far away",
    Event.BED_TAKEN: "moved into a safehouse",
    Event.BED_WAIT_GIVEN_UP: "stopped waiting for a safehouse place",
    Event.BED_LEFT: "left the safehouse",
    Event.NEEDS_ASSESSED: "Recovery Needs Assessment (detail: fully or partly agreed, refused)",
    Event.SUBSISTENCE_ENDED: "subsistence payments ended",
    Event.SUPPORT_ENDED: "Victim Care Contract casework ended (detail: why)",
    Event.CONTACT_STARTED: "regular contact with a named worker began (detail: with whom)",
    Event.CONTACT_ENDED: "last contact with a named worker (detail: with whom)",
    Event.CRIMINAL_CASE: "a criminal case holds the conclusive decision (detail: one's own, or as a witness)",
    Event.LOST_AT_HANDOVER: "lost at the hand-over to another worker or provider (detail: to which service)",
    Event.ASYLUM_GRANTED: "asylum or humanitarian protection granted",
    Event.ASYLUM_REFUSED: "asylum refused at first decision",
    Event.APPEAL_DISMISSED: "asylum appeal dismissed, or not brought",
    Event.LEAVE_GRANTED: "temporary permission to stay granted to a confirmed survivor",
    Event.LEAVE_EXPIRED: "temporary permission to stay ran out",
    Event.ASYLUM_ACCOMMODATION_NOTICE: "notice given that asylum accommodation will end",
    Event.ASYLUM_CLAIMED: "claimed asylum after referral (detail: a first claim, or a fresh one)",
    Event.LEAVE_RENEWED: "temporary permission to stay renewed when it ran out",
    Event.MOVED: "moved to another place (column place; detail: how)",
    Event.APPLIED_AS_HOMELESS: "applied to a council as homeless (detail: why)",
    Event.APPLICATION_REFUSED: "no duty owed (detail: not eligible, not homeless)",
    Event.PREVENTION_STARTED: "prevention duty owed (Housing Act 1996 s195)",
    Event.PREVENTION_ENDED: "prevention duty ended (secured, homeless, lapsed, time up, not eligible)",
    Event.RELIEF_STARTED: "relief duty owed (Housing Act 1996 s189B)",
    Event.RELIEF_ENDED: "relief duty ended (detail: secured, lapsed, time up, not eligible)",
    Event.MAIN_DUTY_ACCEPTED: "main housing duty accepted (s193; detail: the ground of priority need)",
    Event.MAIN_DUTY_REFUSED: "no main duty (detail: no priority need, intentional, no local connection)",
    Event.MAIN_DUTY_ENDED: "main duty ended (social or private offer, offer refused, lapsed, not eligible)",
    Event.REFERRED_TO_OTHER_COUNCIL: "relief duty referred to a council with a local connection (s198)",
    Event.JOINED_REGISTER: "qualified for and joined a social housing register (s160ZA)",
    Event.REGISTER_REFUSED: "did not qualify for the register: no local connection or residence",
    Event.NOTICE_TO_LEAVE: "notice to leave a home of one's own",
    Event.HOME_KEPT: "the notice came to nothing: the home was kept, or another of its kind taken",
    Event.PLACED_OUT_OF_AREA: "temporary accommodation in another council's area (s208)",
    Event.SERVICE_OFFERED: "a service was offered (detail: which)",
    Event.SERVICE_DECLINED: "the offer was declined (detail: which)",
    Event.SERVICE_STARTED: "the service started (detail: which)",
    Event.SERVICE_WAIT_GIVEN_UP: "stopped waiting for the service (detail: which)",
    Event.SERVICE_ENDED: "the service ended (detail: which)",
    Event.SERVICE_KEPT_OUT: "could not take the offer up: interpreter, childcare, travel or digital barrier",
    Event.SERVICE_NO_RECOURSE: "the service refused: no recourse to public funds (detail: which)",
    Event.SERVICE_CRITERIA_NOT_MET: "the service refused: its criteria were not met (detail: which)",
    Event.CRISIS: "an urgent need broke out (detail, outside support: whether it is brought to a provider)",
    Event.RETURNED_TO_PROVIDER: "unplanned, urgent return to a former provider or drop-in",
    Event.RE_EXPLOITED: "exploited again (latent: whether or not anyone learns of it; detail: who learns)",
    Event.WENT_MISSING: "out of contact for 28 days or more, from this day",
    Event.BACK_IN_CONTACT: "back in contact after being missing or exploited",
    Event.LEFT_UK: "left the United Kingdom: return, removal or departure",
    Event.DIED: "died",
    Event.HEALTH_NEED_MET: "a service met the open health need",
    Event.HEALTH_NEED_RELAPSED: "a health need that had been met is open again",
    Event.HOME_LOST: "lost a home of six months or more (detail: own, private or social)",
    Event.BRIDGING_REQUESTED: "asked for a bridging home and joined the waiting line",
    Event.BRIDGING_TAKEN: "moved into a bridging home near the safehouse",
    Event.BRIDGING_WAIT_GIVEN_UP: "stopped waiting for a bridging home, or needed none any more",
    Event.BRIDGING_LEFT: "left the bridging home",
    Event.LETTING_AWAITED: "the turn for a social home came: joined the region's line (queued homes only)",
    Event.LETTING_TAKEN: "moved into the social home that was let (queued homes only)",
    Event.LETTING_PASSED_ON: "the letting went to the next in line (detail: refused, or none: not needed)",
}


@dataclass(frozen=True)
class EventLog:
    """What happened, sorted by person and, within a person, in order of happening.

    Attributes
    ----------
    person : ndarray of int32, shape (n_events,)
        Row of the survivor in the population.
    visit : ndarray of int16
        0 for the first referral, 1 for the next, and so on.
    time : ndarray of float64
        Days from 1 January 2014.
    event, place, detail : ndarray of uint8, uint8, int16
        Codes of `Event`, `Place` (where the person is *after* the event) and `Detail`.
    households : int
        The key of chance from which other households in the lines for homes take theirs; 0 if not told.
    """

    person: npt.NDArray[np.int32]
    visit: npt.NDArray[np.int16]
    time: npt.NDArray[np.float64]
    event: npt.NDArray[np.uint8]
    place: npt.NDArray[np.uint8]
    detail: npt.NDArray[np.int16]
    households: int = 0

    def __len__(self) -> int:
        return len(self.time)

    def digest(self) -> str:
        """A fingerprint of every column, equal only for logs that are the same to the last bit."""
        import hashlib

        fingerprint = hashlib.sha256()
        for column in (self.person, self.visit, self.time, self.event, self.place, self.detail):
            fingerprint.update(np.ascontiguousarray(column).tobytes())
        return fingerprint.hexdigest()


VISITS: Final = 0xFFF
"""Visits are told apart up to this number, and then begin at 0 again: somebody referred every third day."""


class LogWriter:
    """Takes down events as they happen: sixteen bytes each, one packed word and one time."""

    def __init__(self) -> None:
        self.words = array("q")
        self.times = array("d")

    def note(self, person: int, visit: int, time: float, event: int, place: int, detail: int) -> None:
        """Append one event at `time` [days]; `visit` is stored in 12 bits, `detail` in 10."""
        self.words.append(person << 38 | (visit & VISITS) << 26 | event << 18 | place << 10 | detail)
        self.times.append(time)

    def finish(self, households: int = 0) -> EventLog:
        """The log, sorted by person; a person's events keep their order."""
        words = np.frombuffer(self.words, dtype=np.int64) if self.words else np.zeros(0, np.int64)
        times = np.frombuffer(self.times, dtype=np.float64) if self.times else np.zeros(0)
        person = (words >> 38).astype(np.int32)
        order = np.argsort(person, kind="stable")
        words, times = words[order], times[order]
        return EventLog(
            person=person[order],
            visit=((words >> 26) & VISITS).astype(np.int16),
            time=times.copy(),
            event=((words >> 18) & 0xFF).astype(np.uint8),
            place=((words >> 10) & 0xFF).astype(np.uint8),
            detail=(words & 0x3FF).astype(np.int16),
            households=households,
        )
