"""The numbers a run works with, as both engines read them: one record a subject, dated values as step tables.

How they come from the frozen parameters is told in `sim.engine.unpacking`. Nothing here is drawn, and nothing
changes in a run: at ``policy.start`` one set of rules is exchanged for another.
"""

from __future__ import annotations

from bisect import bisect_right
from math import inf
from typing import NamedTuple

from sim.config.values import Dated
from sim.engine.letting_rules import LettingRules

DAYS_A_YEAR = 365.25
DAYS_A_QUARTER = DAYS_A_YEAR / 4
DAYS_A_MONTH = DAYS_A_YEAR / 12
UNLIMITED = inf
CONTACT_COUNTS_FOR = 28.0
"""Days for which a contact counts; a worker who is in touch less often is not a named worker in contact."""
COUNTED_FROM = ("exit", "support_start", "cg_positive")
NEEDS = ("any", "housing", "income", "legal", "health", "english", "work", "training", "community")
SEXES = ("any", "female", "male")
AGES = ("any", "adult", "child")


class Steps(NamedTuple):
    """A dated value: `values[i]` holds from `days[i]` on."""

    days: tuple[float, ...]
    values: tuple[float, ...]


def at(steps: Steps, day: float) -> float:
    """The value in force on a day."""
    return steps.values[bisect_right(steps.days, day) - 1]


def steps_of(dated: Dated, factor: float = 1.0) -> Steps:
    """A dated value of the parameters, times a factor, in its unit; its first value holds from ever."""
    days, values = dated.steps()
    return Steps((-inf, *[float(day) for day in days[1:]]), tuple(value * factor for value in values))


class DeskRules(NamedTuple):
    """Capacity and order of one decision queue."""

    capacity_per_quarter: Steps
    follow_from: float
    follow_ratio: float
    newest_share: Steps
    oldest_share: Steps
    newest_within: float


class DecisionRules(NamedTuple):
    rg_desk: DeskRules
    cg_desk: DeskRules
    rg_handling_median: Steps
    rg_handling_sigma: Steps
    rg_withdrawn: float
    rg_positive: tuple[Steps, ...]
    cg_minimum: Steps
    cg_ready_mean: float
    cg_ready_scale: float
    cg_ready_sigma: float
    cg_closure_per_day: Steps
    cg_positive: tuple[Steps, ...]
    rg_request: float
    cg_request: float
    rg_overturned: float
    cg_overturned: float
    request_within: float
    review_min: float
    review_max: float
    disqualified: Steps
    disqualified_mean: float
    own_case: float
    any_case: float
    case_mean: float
    support_at_18: float


class SupportRules(NamedTuple):
    emergency: float
    reached: float
    take_up: float
    first_contact_min: float
    first_contact_extra: float
    move_on: Steps
    negative_working_days: int
    negative_extension_share: float
    negative_extension: float
    first_requested: Steps
    again_requested: float
    assessment_notice: float
    fully_agreed: float
    partly_agreed: float
    full_extension: float
    part_extension: float
    bed_places: Steps
    bed_wanted: tuple[float, ...]
    bed_too_far: float
    bed_patience: float
    bed_other_region: float
    bed_bought_share: float
    bed_buying_lag: float
    workers_fixed: bool
    clients_per_worker: float
    in_contact: float
    disengages_per_day: float
    floor_casework: float
    floor_bed: float
    floor_subsistence: float
    floor_for_everyone: bool
    lost_at_handover: float
    engaged_after_handover: float


class StatusRules(NamedTuple):
    decision_median: float
    decision_sigma: float
    granted: float
    appeals: float
    appeal_median: float
    appeal_sigma: float
    appeal_allowed: float
    notice_after_grant: Steps
    notice_after_grant_exempt: Steps
    notice_after_refusal: float
    section_4: float
    accommodation: float
    later_claim: float
    later_claim_mean: float
    fresh_claim: float
    permission: Steps
    permission_delay: float
    permission_paused_from: float
    permission_paused_until: float
    permission_min: float
    permission_max: float
    permission_renewed: float


class PlaceRules(NamedTuple):
    """`private_rent` holds one rate a region of England and Wales."""

    at_start: tuple[tuple[float, ...], ...]
    custody_mean: float
    friends_after_loss: float
    friends_to_street: float
    street_to_friends: float
    own_home_lost: float
    private_tenancy_lost: float
    private_tenancy_regime: Steps
    social_tenancy_lost: float
    private_rent: tuple[float, ...]
    renting_regime: Steps
    single_room_exemption: Steps
    under_35: float
    bridging_places: float
    bridging_days: float
    bridging_asks_before: float
    bridging_patience: float
    bridging_eligible_only: bool
    bridging_rent_ratio: float


class HousingRules(NamedTuple):
    """Tuples: one value a region of England and Wales; `prevention_secured`: (single, with children).

    `vulnerable` holds two such tuples: where the council did not ask about slavery, and where it did.
    """

    told: float
    lead_mean: float
    when_insecure: float
    when_insecure_mean: float
    after_asylum: float
    after_asylum_mean: float
    in_crisis: float
    under_notice: float
    own_home_notice: float
    private_notice: Steps
    social_notice: float
    asks: float
    threatened_within: float
    homeless_in_law: float
    prevention_limit: float
    prevention_secured: tuple[float, float]
    prevention_lapsed: float
    relief_limit: float
    relief_secured: tuple[float, ...]
    relief_lapsed: float
    lapsed_if_housed: float
    interim_slope: float
    interim_base: float
    vulnerable: tuple[tuple[float, ...], tuple[float, ...]]
    domestic_abuse: float
    domestic_abuse_from: float
    care_leaver: float
    survivors_have_priority: bool
    recognised_first_day: float
    recognised_mature: float
    recognition_ramp: float
    recognition_from: float
    survivors_exempt: bool
    residence: float
    residence_at_start: float
    connection_elsewhere: float
    referred_elsewhere: float
    out_of_area: float
    council_tests: float
    register_residence: float
    qualifies_if_owed: float
    general_offer: tuple[float, ...]
    intentional: float
    social_offer: tuple[float, ...]
    private_offer: tuple[float, ...]
    main_duty_lapses: tuple[float, ...]
    offer_refused: tuple[float, ...]
    reapplication: float
    notice: float
    wales_street_from: float
    wales_act_from: float
    wales_threatened_within: float


class ServiceRules(NamedTuple):
    """One service; `luck` is its own number in every key of chance, made of its name.

    The four ratios of barriers, and that of the wait without an interpreter, are what is left of them under
    these rules.
    """

    offered: Steps
    without_recourse: float
    begins: int
    offset: float
    need: int
    need_share: float
    confirmed_only: bool
    eligible_only: bool
    needs_recourse: bool
    sex: int
    age: int
    covered: tuple[float, ...]
    accepted: float
    interpreters: float
    childcare: float
    travel: float
    digital: float
    not_met: float
    places: float
    outside_median: float
    outside_sigma: float
    interpreters_wait: float
    patience: float
    length_min: float
    length_extra: float
    named_worker: bool
    crisis_ratio: float
    need_met: float
    grant_ratio: float
    luck: int


class BarrierRules(NamedTuple):
    travel_affects: float
    digital_affects: float


class RiskRules(NamedTuple):
    """Rates a day."""

    crisis_per_need: float
    re_exploitation: float
    missing: float
    same_incident: float
    prone: float
    detected: float
    detected_with_worker: float
    detection_mean: float
    away_min: float
    away_extra: float
    returns_to_provider: float
    returns_with_worker: float
    insecure_ratio: float
    no_worker_ratio: float
    limbo_ratio: float
    health_relapses: float
    detained: float
    leaves_uk: tuple[float, float, float]
    dies: float
    benefit_wait: float


class Rules(NamedTuple):
    """One complete set of rules, in force until another is put in its place."""

    decisions: DecisionRules
    support: SupportRules
    status: StatusRules
    places: PlaceRules
    housing: HousingRules
    services: tuple[ServiceRules, ...]
    barriers: BarrierRules
    risk: RiskRules
    lettings: LettingRules
