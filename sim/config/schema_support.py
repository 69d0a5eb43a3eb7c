"""Support, immigration status, where people are, and risks: the shapes of these parameters.

Meanings, sources and ranges stand in the evidence register; limits of single values in ``sim.config.values``.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from sim.config.parts import Part
from sim.config.schema_homes import Bridging, Renting
from sim.config.values import (
    Count,
    DatedDays,
    DatedNumber,
    DatedShare,
    Day,
    Days,
    Flag,
    Rate,
    Share,
)


# ----------------------------------------------------------------------------------------------- support
class Beds(Part):
    places: DatedNumber
    wanted_from_friends: Share
    wanted_from_street: Share
    wanted_from_asylum_accommodation: Share
    wanted_from_own_home: Share
    declined_too_far: Share
    patience_mean_days: Days
    other_region_share: Share
    bought_share_of_shortfall: Share
    buying_lag_days: Days


class NeedsAssessment(Part):
    """Recovery Needs Assessments after a positive conclusive decision."""

    shares_of_one = (("fully_agreed", "partly_agreed"),)

    first_requested_share: DatedShare
    again_requested_share: Share
    notice_days: Days
    fully_agreed: Share
    partly_agreed: Share
    full_to_mean_ratio: Rate
    mean_post_cg_stay_days: Days


class Casework(Part):
    workers: Literal["scaled", "fixed"]
    clients_per_worker: Count
    in_contact_at_target: Share
    disengagement_per_month: Rate


class Floor(Part):
    """Support guaranteed for so many days after CG+, whatever the needs assessment says."""

    casework_days: Days
    bed_days: Days
    subsistence_days: Days


class Handover(Part):
    """What is lost when the worker or the provider changes, and what avoids it."""

    worker_changes_per_year: Rate
    lost_share: Share
    retold_ratio: Share
    same_provider: Flag
    shared_information: Flag


class Support(Part):
    emergency_share: Share
    reached_share: Share
    take_up_share: Share
    first_contact_min_days: Days
    first_contact_mean_days: Days
    move_on_days: DatedDays
    negative_working_days: Count
    negative_extension_share: Share
    negative_extension_days: Days
    needs_assessment: NeedsAssessment
    beds: Beds
    casework: Casework
    floor: Floor
    handover: Handover

    @model_validator(mode="after")
    def first_contact_days_ascend(self) -> Self:
        self._must_ascend("first_contact_min_days", "first_contact_mean_days")
        return self


# ---------------------------------------------------------------------------------------- status, places
class Asylum(Part):
    shares_of_one = (("claim_share", "leave_share"),)

    claim_share: Share
    leave_share: Share
    decision_median_days: Days
    decision_sigma: Rate
    granted_share: Share
    appeal_share: Share
    appeal_median_days: Days
    appeal_sigma: Rate
    appeal_allowed_share: Share
    notice_after_grant_days: DatedDays
    notice_after_grant_exempt_days: DatedDays
    notice_after_refusal_days: Days
    section_4_share: Share

    accommodation_share: Share
    later_claim_share: Share
    later_claim_mean_days: Days
    fresh_claim_share: Share


class TemporaryPermission(Part):
    """Leave granted to confirmed survivors who have none (VTS; discretionary leave before 2023)."""

    granted_share: DatedShare
    decision_delay_days: Days
    paused_from: Day
    paused_until: Day
    min_days: Days
    max_days: Days
    renewed_share: Share

    @model_validator(mode="after")
    def length_ascends(self) -> Self:
        self._must_ascend("min_days", "max_days")
        return self


class Status(Part):
    shares_of_one = (("eu_settled_share", "eu_pre_settled_share"),)

    eu_settled_share: Share
    eu_pre_settled_share: Share
    eu_qualifying_share: Share
    asylum: Asylum
    temporary_permission: TemporaryPermission


class PlaceMix(Part):
    own_home: Share
    friends: Share
    street: Share
    asylum_accommodation: Share
    council_temporary: Share
    custody: Share

    @model_validator(mode="after")
    def everybody_is_somewhere(self) -> Self:
        self._must_sum_to_one(
            "own_home", "friends", "street", "asylum_accommodation", "council_temporary", "custody"
        )
        return self


class Places(Part):
    """Where people are at RG+ by status, and how insecure places end."""

    british: PlaceMix
    with_leave: PlaceMix
    asylum_pending: PlaceMix
    no_status: PlaceMix
    custody_mean_days: Days
    friends_after_loss_share: Share
    friends_to_street_per_year: Rate
    street_to_friends_per_year: Rate
    own_home_lost_per_year: Rate
    tenancy_lost_per_year: Rate
    social_tenancy_lost_ratio: Rate
    private_rent_per_week: Rate
    private_rent_london_ratio: Rate
    renting: Renting
    bridging: Bridging


# -------------------------------------------------------------------------------------------------- risk
class Risk(Part):
    """Hazards per year, and what follows when one fires. Ratios of 1 mean no effect."""

    crisis_per_need_year: Rate
    re_exploitation_per_year: Rate
    missing_per_year: Rate
    same_incident_prone_share: Share
    same_incident_referral_per_year: Rate
    detected_share: Share
    detected_ratio_with_worker: Rate
    detection_mean_days: Days
    away_min_days: Days
    away_mean_days: Days
    returns_to_provider_share: Share
    returns_ratio_with_worker: Rate
    insecure_ratio: Rate
    no_worker_ratio: Rate
    limbo_ratio: Rate
    health_relapse_per_year: Rate
    detained_per_year: Rate
    leaves_uk_per_year_british: Rate
    leaves_uk_per_year_other: Rate
    leaves_uk_per_year_no_status: Rate
    dies_per_year: Rate
    benefit_wait_days: Days
