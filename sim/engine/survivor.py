"""One survivor as the reference engine holds them: traits fixed at referral, and states that change.

Everything here is synthetic. Codes read in the engine's hottest lines are plain numbers in a named class.
Which clock rings for what is `Slot`; which hazard waits on which threshold is `Clock`. What the states mean
is told where they change, in `sim.pathway`.
"""

from __future__ import annotations

from typing import Final

from sim.engine.environment import NEVER, Story
from sim.engine.log import Place
from sim.people.codes import ImmigrationStatus
from sim.people.population import Population

SERVICES_MAX = 16

_LEAVE = int(ImmigrationStatus.LEAVE)
_OWN_HOME, _SOCIAL_HOME = int(Place.OWN_HOME), int(Place.SOCIAL_HOME)
_FRIENDS, _OUT_OF_CONTACT = int(Place.FRIENDS), int(Place.OUT_OF_CONTACT)


class Slot:
    """A person's clocks. The number is also the rank in which clocks due at one instant are heard."""

    NRM: Final = 0
    CLOSURE: Final = 1
    TURNS_18: Final = 2
    STATUS: Final = 3
    PERMISSION: Final = 4
    SUPPORT: Final = 5
    BED: Final = 6
    SUBSISTENCE: Final = 7
    INCOME: Final = 8
    PLACE_ENDS: Final = 9
    APPLY: Final = 10
    HOUSING: Final = 11
    REGISTER: Final = 12
    AWAY: Final = 13
    DETECTION: Final = 14
    LIFE: Final = 15
    SERVICE: Final = 16


BRIDGING_SLOT: Final = Slot.SERVICE + SERVICES_MAX
"""The clock of a bridging home; it stands behind those of the services."""
LETTING_SLOT: Final = BRIDGING_SLOT + 1
"""The clock of a social home that is waited for in a line; it never rings by itself."""
N_SLOTS = LETTING_SLOT + 1


class Line:
    """A person's tickets: one for each waiting line they can stand in."""

    RG_DESK: Final = 0
    CG_DESK: Final = 1
    BEDS: Final = 2
    SERVICE: Final = 3


BRIDGING_LINE: Final = Line.SERVICE + SERVICES_MAX
LETTING_LINE: Final = BRIDGING_LINE + 1
N_LINES = LETTING_LINE + 1


class Clock:
    """Hazards that spend a unit-exponential threshold at the rate of the moment."""

    LOSES_PLACE: Final = 0
    FINDS_SOFA: Final = 1
    RENTS_PRIVATELY: Final = 2
    HELP_SECURES_HOME: Final = 3
    DUTY_LAPSES: Final = 4
    SOCIAL_OFFER: Final = 5
    PRIVATE_OFFER: Final = 6
    CRISIS: Final = 7
    RE_EXPLOITED: Final = 8
    GOES_MISSING: Final = 9
    REFERRED_AGAIN: Final = 10
    LEAVES_UK: Final = 11
    DIES: Final = 12
    DISENGAGES: Final = 13
    HEALTH_RELAPSES: Final = 14
    DETAINED: Final = 15


N_CLOCKS = Clock.DETAINED + 1


class Duty:
    """The homelessness duty a council owes now."""

    NONE: Final = 0
    PREVENTION: Final = 1
    RELIEF: Final = 2
    MAIN: Final = 3


class AsylumArea:
    """Where the last asylum accommodation was: it gives a local connection there (s199(6))."""

    NONE: Final = 0
    HERE: Final = 1
    ELSEWHERE: Final = 2


class Need:
    """What a service is for; in the order of `sim.engine.rules.NEEDS`."""

    ANY: Final = 0
    HOUSING: Final = 1
    INCOME: Final = 2
    LEGAL: Final = 3
    HEALTH: Final = 4
    ENGLISH: Final = 5


class Traits:
    """The population's columns as plain lists, for one-at-a-time reading (exactly the arrays' values)."""

    def __init__(self, population: Population) -> None:
        self.key = population.key.tolist()
        self.group = population.group.tolist()
        self.immigration_enforcement = population.immigration_enforcement.tolist()
        self.nationality = population.nationality.tolist()
        self.region = population.region.tolist()
        self.turns_18 = population.turns_18.tolist()
        self.dependants = population.dependants.tolist()
        self.pregnant = population.pregnant.tolist()
        self.female = population.female.tolist()
        self.fluent = population.fluent.tolist()
        self.frailty = population.frailty.tolist()
        self.health_need = population.health_need.tolist()
        self.status = population.status.tolist()


class Survivor:
    """A person in the pathway. Created on the day of first referral."""

    __slots__ = (
        "accommodated",
        "applications",
        "asylum_area",
        "away",
        "bed_asks",
        "bed_until",
        "bridging_asks",
        "case_open",
        "cg_positive_at",
        "changed",
        "claims",
        "clock_due",
        "clock_left",
        "clock_occasion",
        "clock_rate",
        "confirmed",
        "considered",
        "contact_draw",
        "dependants",
        "disqualified",
        "due",
        "duty",
        "end_reason",
        "ever_confirmed",
        "ever_supported",
        "exit_told",
        "female",
        "floor_bed",
        "floor_casework",
        "floor_subsistence",
        "fluent",
        "followed",
        "frailty",
        "gone",
        "group",
        "had_services",
        "health_met",
        "health_need",
        "holds",
        "immigration_enforcement",
        "in_contact",
        "in_services",
        "in_support",
        "income_from",
        "insecure_spells",
        "key",
        "lapsed",
        "nationality",
        "new_luck",
        "offers",
        "on_register",
        "permission",
        "place",
        "place_losses",
        "pregnant",
        "prone",
        "reapply_until",
        "reason_to_apply",
        "referral_reason",
        "refused",
        "region",
        "resident_since",
        "rg_positive_at",
        "rg_refused",
        "row",
        "service_workers",
        "status",
        "stories",
        "street_homeless",
        "subsistence",
        "ticket_count",
        "tickets",
        "turns_18",
        "under_35",
        "visit",
    )

    def __init__(self, row: int, traits: Traits) -> None:
        self.row: int = row
        self.key: int = traits.key[row]
        self.group: int = traits.group[row]
        self.nationality: int = traits.nationality[row]
        self.immigration_enforcement: bool = traits.immigration_enforcement[row]
        self.region: int = traits.region[row]
        self.turns_18: float = traits.turns_18[row]
        self.dependants: bool = traits.dependants[row]
        self.pregnant: bool = traits.pregnant[row]
        self.female: bool = traits.female[row]
        self.fluent: bool = traits.fluent[row]
        self.frailty: float = traits.frailty[row]
        self.health_need: bool = traits.health_need[row]
        self.health_met = False
        self.new_luck = False
        self.status: int = traits.status[row]
        # clocks, stories, lines
        self.due: list[float] = [NEVER] * N_SLOTS
        self.stories: list[Story | None] = [None] * N_SLOTS
        self.tickets: list[int] = [0] * N_LINES
        self.ticket_count = 0
        self.holds: list[bool] = [False] * N_LINES
        self.clock_rate: list[float] | None = None
        self.clock_due: list[float] = []
        self.clock_left: list[float] = []
        self.clock_occasion: list[int] = []
        # the case
        self.visit = 0
        self.case_open = False
        self.confirmed = False
        self.ever_confirmed = False
        self.disqualified = False
        self.rg_refused = False
        self.rg_positive_at = NEVER
        self.cg_positive_at = NEVER
        self.referral_reason = 0
        self.prone = False
        # life in the community
        self.followed = False
        self.gone = False
        self.changed = False
        self.away = False
        self.place: int = Place.UNKNOWN
        self.resident_since = 0.0
        self.place_losses = 0
        self.permission = False
        self.under_35 = False
        self.claims = 0
        # support
        self.in_support = False
        self.ever_supported = False
        self.subsistence = False
        self.end_reason = 0
        self.in_contact = False
        self.contact_draw = 0.0
        self.bed_until = NEVER
        self.bed_asks = 0
        self.exit_told = NEVER
        self.floor_casework = 0.0
        self.floor_bed = 0.0
        self.floor_subsistence = 0.0
        self.income_from = 0.0
        # services: bit k stands for the k-th
        self.service_workers = 0  # gives them a named worker
        self.in_services = 0  # they are in it now
        self.had_services = 0  # they were in it once
        self.offers = 0  # an offer has been arranged and is still to come
        self.considered = 0  # looked at before the end of this support
        # housing
        self.duty: int = Duty.NONE
        self.accommodated = False
        self.lapsed = False
        self.on_register = False
        self.applications = 0
        self.insecure_spells = 0
        self.bridging_asks = 0
        self.reason_to_apply = 0
        self.refused = False
        self.street_homeless = False
        self.reapply_until = 0.0
        self.asylum_area: int = AsylumArea.NONE

    def take_ticket(self, line: int) -> int:
        """A fresh ticket for a waiting line; an earlier one for the same line becomes worthless."""
        self.ticket_count = ticket = self.ticket_count + 1
        self.tickets[line] = ticket
        return ticket

    @property
    def eligible(self) -> bool:
        """Eligible for housing assistance and benefits: British, settled, with leave or permission."""
        return self.status <= _LEAVE or self.permission

    @property
    def insecure(self) -> bool:
        """On a sofa, on the street, or out of contact."""
        return _FRIENDS <= self.place <= _OUT_OF_CONTACT

    @property
    def settled(self) -> bool:
        """In a home expected to last six months or more."""
        return _OWN_HOME <= self.place <= _SOCIAL_HOME
