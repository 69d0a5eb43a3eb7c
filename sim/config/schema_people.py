"""Who arrives, with which traits, and how the decisions are made: the shapes of these parameters.

Meanings, sources and ranges stand in the evidence register; limits of single values in ``sim.config.values``.
"""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from sim.config.parts import Part
from sim.config.values import (
    ENGLISH_REGIONS,
    Count,
    DatedDays,
    DatedNumber,
    DatedShare,
    Day,
    Days,
    LaterShare,
    Rate,
    Share,
)


# ------------------------------------------------------------------------------------------------ people
class ByAge(Part):
    """One dated number for each age group at exploitation."""

    adult: DatedNumber
    child: DatedNumber
    unknown: DatedNumber


class Arrivals(Part):
    """Referrals a quarter, published, then projected; repeats the model makes come on top."""

    shares_of_one = (("projected_adult_share", "projected_child_share"),)

    published: ByAge
    declined: DatedNumber
    repeat_share: DatedShare
    projection_from: Day
    projected_per_quarter: Count
    growth_per_year: Rate
    projected_adult_share: Share
    projected_child_share: Share
    projected_declined_ratio: Share
    multiplier: Count


class ResponderMix(Part):
    government: Share
    local_authority: Share
    police: Share
    ngo: Share

    @model_validator(mode="after")
    def every_referral_has_a_responder(self) -> Self:
        self._must_sum_to_one("government", "local_authority", "police", "ngo")
        return self


class ExploitationMix(Part):
    criminal: Share
    labour: Share
    sexual: Share
    domestic: Share
    multiple: Share
    unknown: Share

    @model_validator(mode="after")
    def every_referral_has_a_kind(self) -> Self:
        self._must_sum_to_one("criminal", "labour", "sexual", "domestic", "multiple", "unknown")
        return self


class Cell(Part):
    """Margins published within one age-by-nationality group; independent of each other inside it."""

    female: Share
    responder: ResponderMix
    exploitation: ExploitationMix


class Cells(Part):
    adult_uk: Cell
    adult_other: Cell
    child_uk: Cell
    child_other: Cell
    unknown_uk: Cell
    unknown_other: Cell


class Regions(Part):
    """Shares of arrivals; the nine English regions are shares of England."""

    shares_of_one = (("wales", "scotland", "northern_ireland"),)

    wales: Share
    scotland: Share
    northern_ireland: Share
    north_east: Share
    north_west: Share
    yorkshire: Share
    east_midlands: Share
    west_midlands: Share
    east: Share
    london: Share
    south_east: Share
    south_west: Share

    @model_validator(mode="after")
    def everybody_lives_somewhere(self) -> Self:
        self._must_sum_to_one(*ENGLISH_REGIONS)
        return self


class Traits(Part):
    cells: Cells
    uk_share: ByAge
    eu_share_of_non_uk: Share
    immigration_enforcement_share: DatedShare
    regions: Regions
    adult_at_referral_if_child_uk: Share
    adult_at_referral_if_child_other: Share
    adult_at_referral_if_unknown: Share
    years_to_18_max: Count
    dependants_female: Share
    dependants_male: Share
    pregnant_female: Share
    fluent_if_not_uk: Share
    frailty_sigma: Rate
    health_need: Share


class People(Part):
    arrivals: Arrivals
    traits: Traits


# --------------------------------------------------------------------------------------------- decisions
class Discipline(Part):
    """Who is decided next: dated shares of capacity; what is left is drawn by lot."""

    newest: DatedShare
    oldest: DatedShare
    newest_within_days: Days

    @model_validator(mode="after")
    def capacity_is_shared_out_once(self) -> Self:
        for when in sorted({*self.newest.dates, *self.oldest.dates}):
            total = self.newest.at(when) + self.oldest.at(when)
            if total > 1 + 1e-6:
                raise ValueError(
                    f"newest and oldest together must be at most 1, not {total:.6g} from {when} on"
                )
        return self


class CapacityRule(Part):
    """From a date on, capacity follows recent demand: `ratio` times the mean of the last four quarters."""

    follow_from: Day
    ratio: Rate


class Positive(Part):
    """Shares positive: by age group to the end of 2023, overall after, split by stated odds."""

    adult: DatedShare
    child: DatedShare
    unknown: DatedShare
    overall_from: Day
    overall: LaterShare
    odds_child: Rate
    odds_unknown: Rate
    odds_immigration_enforcement: DatedNumber

    @model_validator(mode="after")
    def overall_is_known_when_used(self) -> Self:
        if self.overall.dates[0] > self.overall_from:
            raise ValueError(
                f"overall begins on {self.overall.dates[0]}, after overall_from ({self.overall_from})"
            )
        return self


class ReasonableGrounds(Part):
    handling_median_days: DatedDays
    handling_sigma: DatedNumber
    withdrawn_share: Share
    capacity_per_quarter: DatedNumber
    capacity_rule: CapacityRule
    discipline: Discipline
    positive: Positive


class ConclusiveGrounds(Part):
    minimum_days: DatedDays
    ready_mean_days: Days
    ready_cv: Rate
    capacity_per_quarter: DatedNumber
    capacity_rule: CapacityRule
    discipline: Discipline
    closure_per_quarter: DatedNumber
    positive: Positive


class Reconsideration(Part):
    rg_request_share: Share
    cg_request_share: Share
    rg_overturned_share: Share
    cg_overturned_share: Share
    request_within_days: Days
    decision_min_days: Days
    decision_max_days: Days

    @model_validator(mode="after")
    def decision_days_ascend(self) -> Self:
        self._must_ascend("decision_min_days", "decision_max_days")
        return self


class Disqualification(Part):
    share: DatedShare
    mean_days: Days


class CriminalCase(Part):
    """A criminal case that holds a conclusive decision: one's own, or one in which one is a witness."""

    shares_of_one = (("own_share", "witness_share"),)

    own_share: Share
    witness_share: Share
    mean_days: Days


class Decisions(Part):
    reasonable_grounds: ReasonableGrounds
    conclusive_grounds: ConclusiveGrounds
    reconsideration: Reconsideration
    disqualification: Disqualification
    criminal_case: CriminalCase
    turning_18_enters_support_share: Share
