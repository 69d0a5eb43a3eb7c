"""Services beside and after the NRM, and the barriers before them: the shapes of these parameters.

Meanings, sources and ranges stand in the evidence register; what a service does is told in
``sim.pathway.services``, and how to add one in ``docs/how_to_add_a_service.md``.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from sim.config.parts import Part
from sim.config.values import (
    DatedShare,
    Days,
    Flag,
    PlaceCount,
    Rate,
    RegionShares,
    Share,
    SignedDays,
    Text,
)


class Barriers(Part):
    """How far today's barriers stand between people and services: 1 as today, 0 removed; and whom they meet.

    How much each takes from a service stands with the service (``interpreters_ratio`` and others).
    """

    interpreters: Share
    childcare: Share
    travel: Share
    digital: Share
    travel_affects_share: Share
    digital_affects_share: Share


class Service(Part):
    """One service on the one mechanism: who is offered it, when, how many places, what it gives.

    What has a default may be left out of a service's file.
    """

    title: Text
    need: Literal[
        "any", "housing", "income", "legal", "health", "english", "work", "training", "community"
    ] = "any"
    need_share: Share = 1.0
    counted_from: Literal["exit", "support_start", "cg_positive"] = "exit"
    offset_days: SignedDays
    offered_share: DatedShare
    without_recourse_ratio: Share = 1.0
    confirmed_only: Flag
    eligible_only: Flag = False
    needs_recourse: Flag = False
    sex: Literal["any", "female", "male"] = "any"
    age_at_referral: Literal["any", "adult", "child"] = "any"
    areas: RegionShares = Field(default_factory=dict)
    accepted_share: Share
    interpreters_ratio: Share = 1.0
    childcare_ratio: Share = 1.0
    travel_ratio: Share = 1.0
    digital_ratio: Share = 1.0
    criteria_not_met_share: Share = 0.0
    places: PlaceCount
    outside_wait_median_days: Days = 0.0
    outside_wait_sigma: Rate = 0.0
    interpreters_wait_ratio: Rate = 1.0
    patience_mean_days: Days
    duration_min_days: Days
    duration_mean_days: Days
    named_worker: Flag
    contact_interval_days: Days
    crisis_ratio: Rate
    need_met_share: Share = 0.0
    grant_ratio: Rate = 1.0
    cost_per_week: Rate
    set_up_cost: Rate = 0.0
    payer: Text
    decided_by: Text

    @model_validator(mode="after")
    def duration_ascends(self) -> Self:
        self._must_ascend("duration_min_days", "duration_mean_days")
        return self

    @model_validator(mode="after")
    def only_the_exit_is_known_beforehand(self) -> Self:
        if self.offset_days < 0 and self.counted_from != "exit":
            raise ValueError(
                f"offset_days ({self.offset_days:g}) must be 0 or more when counted_from is "
                f"{self.counted_from}: only the day on which support ends (counted_from: exit) is known"
            )
        return self

    @model_validator(mode="after")
    def an_outside_wait_has_no_places_of_its_own(self) -> Self:
        if self.outside_wait_median_days > 0 and self.places != "unlimited":
            raise ValueError(
                f"places ({self.places:g}) must be unlimited where outside_wait_median_days is above 0: the "
                "wait stands for a line that is not the model's; for places of its own set it to 0"
            )
        return self
