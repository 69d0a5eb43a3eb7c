"""Words of the player: what rooms, places and events are called before a class.

Plain, short and respectful; no event is named by its code. Not here: what is counted (`player_data`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from sim.engine.log import Detail, Event, Place


class Room(IntEnum):
    """The room of the player in which a survivor is shown; everybody referred is in exactly one."""

    NOT_YET = 0
    WAITING_RG = 1
    RECOVERY = 2
    WAITING_CG = 3
    SUPPORT_BED = 4
    SUPPORT_OUTREACH = 5
    SETTLED = 6
    COUNCIL_TEMPORARY = 7
    ASYLUM = 8
    NOWHERE = 9
    OUT_OF_CONTACT = 10
    CUSTODY = 11
    RETURNED = 12
    LEFT = 13
    NOT_FOLLOWED = 14
    BRIDGING = 15


@dataclass(frozen=True)
class RoomWords:
    """A room's name, what it means in a sentence, and the group by which it is coloured."""

    title: str
    meaning: str
    group: str


ROOM_WORDS = MappingProxyType(
    {
        Room.NOT_YET: RoomWords("Not yet referred", "Not yet referred into the NRM.", "other"),
        Room.WAITING_RG: RoomWords(
            "Waiting for RG",
            "Referred; waiting for the first decision, on reasonable grounds.",
            "decision",
        ),
        Room.RECOVERY: RoomWords(
            "Recovery period",
            "Positive reasonable grounds; the recovery period runs and evidence is gathered.",
            "decision",
        ),
        Room.WAITING_CG: RoomWords(
            "Waiting for CG",
            "The file is ready; waiting for the conclusive decision.",
            "decision",
        ),
        Room.SUPPORT_BED: RoomWords(
            "Support: bed",
            "After the conclusive decision; living in a safehouse.",
            "support",
        ),
        Room.SUPPORT_OUTREACH: RoomWords(
            "Support: outreach",
            "After the conclusive decision; support where the person lives.",
            "support",
        ),
        Room.SETTLED: RoomWords(
            "Settled home", "Support is over or was not taken up; a settled home.", "roof"
        ),
        Room.COUNCIL_TEMPORARY: RoomWords(
            "Council temporary",
            "Support is over or was not taken up; temporary accommodation of a council.",
            "roof",
        ),
        Room.ASYLUM: RoomWords(
            "Asylum housing",
            "Support is over or was not taken up; asylum accommodation.",
            "roof",
        ),
        Room.NOWHERE: RoomWords(
            "Nowhere secure",
            "Support is over or was not taken up; a sofa with friends, or the street.",
            "insecure",
        ),
        Room.OUT_OF_CONTACT: RoomWords(
            "Out of contact", "No case open; nobody has been in touch for four weeks or more.", "insecure"
        ),
        Room.CUSTODY: RoomWords("In custody", "No case open; in prison or detention.", "other"),
        Room.RETURNED: RoomWords(
            "Returned to NRM",
            "Referred into the NRM again; waiting for the decisions on the new case.",
            "decision",
        ),
        Room.LEFT: RoomWords("Left UK or died", "No longer in the model.", "other"),
        Room.NOT_FOLLOWED: RoomWords(
            "Case over",
            "The case ended without life in the community being followed: a negative or withdrawn first "
            "decision, a child, Scotland or Northern Ireland.",
            "other",
        ),
        Room.BRIDGING: RoomWords(
            "Bridging home",
            "Support is over or was not taken up; a bridging home, for a limited stay.",
            "roof",
        ),
    }
)

PLACE_WORDS = MappingProxyType(
    {
        Place.UNKNOWN: "",
        Place.OWN_HOME: "in their own or the family's home",
        Place.PRIVATE_HOME: "in a private tenancy",
        Place.SOCIAL_HOME: "in a social home",
        Place.SAFEHOUSE: "in a safehouse",
        Place.COUNCIL_TEMPORARY: "in temporary accommodation of a council",
        Place.ASYLUM_ACCOMMODATION: "in asylum accommodation",
        Place.FRIENDS: "on a sofa with friends",
        Place.STREET: "on the street",
        Place.OUT_OF_CONTACT: "out of contact",
        Place.CUSTODY: "in custody",
        Place.LEFT_MODEL: "",
        Place.BRIDGING_HOME: "in a bridging home",
    }
)

EVENT_WORDS = MappingProxyType(
    {
        Event.DECLINED_REFERRAL: "declined to be referred",
        Event.REFERRED: "referred into the NRM",
        Event.WITHDRAWN_BEFORE_RG: "the case was withdrawn before a decision",
        Event.RG_POSITIVE: "positive reasonable grounds decision",
        Event.RG_NEGATIVE: "negative reasonable grounds decision",
        Event.CG_READY: "the file is ready for the conclusive decision",
        Event.CG_POSITIVE: "positive conclusive decision: confirmed as a survivor",
        Event.CG_NEGATIVE: "negative conclusive decision",
        Event.CASE_CLOSED_UNDECIDED: "the case was closed without a decision",
        Event.DISQUALIFIED: "disqualified: the case ends",
        Event.RECONSIDERATION_ACCEPTED: "the decision will be looked at again",
        Event.TURNED_18: "turned 18",
        Event.COMMUNITY_LIFE_BEGINS: "life in the community is followed from here on",
        Event.SUPPORT_NOT_TAKEN_UP: "support did not start",
        Event.SUPPORT_STARTED: "met a caseworker: support starts",
        Event.BED_REQUESTED: "asked for a safehouse bed",
        Event.BED_DECLINED: "declined a bed that was too far away",
        Event.BED_TAKEN: "given a safehouse bed",
        Event.BED_WAIT_GIVEN_UP: "stopped waiting for a bed",
        Event.BED_LEFT: "left the safehouse",
        Event.NEEDS_ASSESSED: "recovery needs assessed",
        Event.SUBSISTENCE_ENDED: "payments ended",
        Event.SUPPORT_ENDED: "support ended",
        Event.CRIMINAL_CASE: "a criminal case holds the decision",
        Event.LOST_AT_HANDOVER: "lost at the hand-over to another worker",
        Event.CONTACT_STARTED: "regular contact with a named worker began",
        Event.CONTACT_ENDED: "last contact with a named worker",
        Event.ASYLUM_GRANTED: "asylum granted",
        Event.ASYLUM_REFUSED: "asylum refused at first decision",
        Event.APPEAL_DISMISSED: "asylum refused for good",
        Event.LEAVE_GRANTED: "temporary permission to stay granted",
        Event.LEAVE_EXPIRED: "temporary permission to stay ran out",
        Event.ASYLUM_ACCOMMODATION_NOTICE: "told that asylum accommodation will end",
        Event.MOVED: "moved",
        Event.APPLIED_AS_HOMELESS: "applied to a council as homeless",
        Event.APPLICATION_REFUSED: "the council owes no duty",
        Event.PREVENTION_STARTED: "the council must help to prevent homelessness",
        Event.PREVENTION_ENDED: "the prevention duty ended",
        Event.RELIEF_STARTED: "the council must help to find a home (relief duty)",
        Event.RELIEF_ENDED: "the relief duty ended",
        Event.MAIN_DUTY_ACCEPTED: "the council accepts the main housing duty",
        Event.MAIN_DUTY_REFUSED: "the council refuses the main housing duty",
        Event.MAIN_DUTY_ENDED: "the main housing duty ended",
        Event.REFERRED_TO_OTHER_COUNCIL: "sent to another council for a local connection",
        Event.JOINED_REGISTER: "joined the social housing register",
        Event.REGISTER_REFUSED: "refused a place on the social housing register",
        Event.NOTICE_TO_LEAVE: "given notice to leave a home",
        Event.HOME_KEPT: "the home was kept, or another found in time",
        Event.PLACED_OUT_OF_AREA: "placed in another council's area",
        Event.SERVICE_OFFERED: "a service beside or after support was offered",
        Event.SERVICE_DECLINED: "declined the service",
        Event.SERVICE_STARTED: "the service started",
        Event.SERVICE_WAIT_GIVEN_UP: "stopped waiting for the service",
        Event.SERVICE_ENDED: "the service ended",
        Event.SERVICE_KEPT_OUT: "could not take the service up: something stood in the way",
        Event.SERVICE_NO_RECOURSE: "refused by the service: no recourse to public funds",
        Event.SERVICE_CRITERIA_NOT_MET: "refused by the service: its criteria were not met",
        Event.CRISIS: "an urgent need broke out",
        Event.RETURNED_TO_PROVIDER: "came back to a former provider in urgent need",
        Event.RE_EXPLOITED: "exploited again",
        Event.WENT_MISSING: "went out of contact",
        Event.BACK_IN_CONTACT: "back in contact",
        Event.LEFT_UK: "left the United Kingdom",
        Event.DIED: "died",
        Event.HEALTH_NEED_MET: "a need for care was met",
        Event.HEALTH_NEED_RELAPSED: "a need for care is open again",
        Event.HOME_LOST: "lost the home",
        Event.BRIDGING_REQUESTED: "asked for a bridging home",
        Event.BRIDGING_TAKEN: "moved into a bridging home",
        Event.BRIDGING_WAIT_GIVEN_UP: "stopped waiting for a bridging home",
        Event.BRIDGING_LEFT: "left the bridging home",
        Event.LETTING_AWAITED: "joined the line for a social home",
        Event.LETTING_TAKEN: "took the social home that was let",
        Event.LETTING_PASSED_ON: "let the social home pass to the next in line",
        Event.ASYLUM_CLAIMED: "claimed asylum",
        Event.LEAVE_RENEWED: "temporary permission to stay was renewed",
    }
)

DETAIL_WORDS = MappingProxyType(
    {
        Detail.ON_RECONSIDERATION: "on reconsideration",
        Detail.SAME_INCIDENT: "again, for the same incident",
        Detail.NEW_EXPLOITATION: "again, after new exploitation",
        Detail.NOT_REACHED: "not reached",
        Detail.DECLINED: "declined",
        Detail.FULLY_AGREED: "fully agreed",
        Detail.PARTLY_AGREED: "partly agreed",
        Detail.REFUSED: "refused",
        Detail.NEGATIVE_DECISION: "after a negative decision",
        Detail.MOVED_ON: "the move-on period is over",
        Detail.DISENGAGED: "contact broke off",
        Detail.MISSING: "out of contact",
        Detail.DISQUALIFIED: "disqualified",
        Detail.LEFT: "left the model",
        Detail.PLANNED: "planned ahead",
        Detail.IN_CRISIS: "in crisis",
        Detail.AFTER_ASYLUM: "after an asylum decision",
        Detail.NOT_ELIGIBLE: "not eligible",
        Detail.NOT_HOMELESS: "not homeless in law",
        Detail.SECURED: "a home was found",
        Detail.HOMELESS: "homelessness came",
        Detail.LAPSED: "contact was lost",
        Detail.TIME_UP: "time was up",
        Detail.NO_PRIORITY_NEED: "no priority need",
        Detail.INTENTIONAL: "found intentionally homeless",
        Detail.SOCIAL_OFFER: "social home offered",
        Detail.PRIVATE_OFFER: "private home offered",
        Detail.FOUND_ALONE: "found without help",
        Detail.HOME_LOST: "home lost",
        Detail.ROUGH: "no sofa left",
        Detail.INTERIM: "interim accommodation",
        Detail.PLACE_ENDED: "the place came to its end",
        Detail.NO_LOCAL_CONNECTION: "no local connection",
        Detail.RELEASED: "released",
        Detail.DETAINED: "detained or imprisoned",
        Detail.OFFER_REFUSED: "an offer was refused",
        Detail.FAMILY: "children or pregnancy",
        Detail.DOMESTIC_ABUSE: "homeless because of domestic abuse",
        Detail.CARE_LEAVER: "left care as a young adult",
        Detail.STREET_HOMELESS: "was sleeping rough (Wales)",
        Detail.AFTER_PRIVATE_OFFER: "within two years of a private offer",
        Detail.RECOGNISED_SURVIVOR: "recognised as a confirmed survivor",
        Detail.VULNERABLE: "found vulnerable",
        Detail.NO_PRIORITY_TEST: "no test of priority need (Wales)",
        Detail.UNDER_NOTICE: "under notice to leave a home",
    }
)
"""What is added to an event; a detail that is not here adds nothing."""
