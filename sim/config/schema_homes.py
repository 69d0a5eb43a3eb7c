"""Where homes come from: regions, renting privately, tenancies, supply. The shapes of these parameters.

Meanings, sources and ranges stand in the evidence register; limits of single values in ``sim.config.values``.
What a council owes, and to whom, is in ``schema_housing``.
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from sim.config.parts import Part
from sim.config.values import DatedRate, Day, Days, Flag, PlaceCount, Rate, Share


class HomesInRegion(Part):
    """How homes are come by in one region: ratios to the value for London, or for everywhere else."""

    time_to_offer_ratio: Rate
    register_offers_ratio: Rate
    private_rent_ratio: Rate
    priority_need_odds_ratio: Rate

    @model_validator(mode="after")
    def offers_take_time(self) -> HomesInRegion:
        if self.time_to_offer_ratio == 0.0:
            raise ValueError("time_to_offer_ratio must be above 0: an offer takes some time; nearest: 0.01")
        return self


class HomesByRegion(Part):
    """The nine English regions and Wales; Scotland and Northern Ireland are not followed that far."""

    north_east: HomesInRegion
    north_west: HomesInRegion
    yorkshire: HomesInRegion
    east_midlands: HomesInRegion
    west_midlands: HomesInRegion
    east: HomesInRegion
    london: HomesInRegion
    south_east: HomesInRegion
    south_west: HomesInRegion
    wales: HomesInRegion


class Supply(Part):
    """Whether supply responds to homes gained, and the published totals beside which they are set."""

    response: Share
    lets_to_homeless_per_year: Rate
    households_in_temporary: Rate

    @model_validator(mode="after")
    def totals_are_there(self) -> Supply:
        for name in ("lets_to_homeless_per_year", "households_in_temporary"):
            if getattr(self, name) == 0.0:
                raise ValueError(f"{name} must be above 0: figures are set beside it; nearest: 1")
        return self


class AmountByRegion(Part):
    """One amount for each English region and Wales."""

    north_east: Rate
    north_west: Rate
    yorkshire: Rate
    east_midlands: Rate
    west_midlands: Rate
    east: Rate
    london: Rate
    south_east: Rate
    south_west: Rate
    wales: Rate


class HomesLine(Part):
    """Whether time to a social offer is drawn, or spent in a line with other households."""

    offers: Literal["drawn", "queue"]
    starts: Day
    wait_share: Share
    lets_share: AmountByRegion
    survivors_per_year: AmountByRegion
    size_ratio: Rate

    @model_validator(mode="after")
    def turns_take_time(self) -> HomesLine:
        if self.wait_share > 0.95:
            raise ValueError("wait_share must be 0.95 or less: turns take some time; nearest: 0.95")
        return self


class Renting(Part):
    """Renting privately without help: benefit and tenancy law, as ratios from a date on."""

    under_35_share: Share
    single_room_exemption_ratio: DatedRate
    regime_ratio: DatedRate
    tenancy_lost_regime_ratio: DatedRate


class Bridging(Part):
    """Homes for a limited stay near the safehouse, kept for survivors on their way to a home of their own."""

    places: PlaceCount
    max_days: Days
    asks_before_days: Days
    patience_mean_days: Days
    eligible_only: Flag
    private_rent_ratio: Rate
