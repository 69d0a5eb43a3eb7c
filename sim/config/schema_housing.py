"""The homelessness duties of councils, from application to an offer or to nothing: shapes of the parameters.

Meanings, sources and ranges stand in the evidence register; limits of single values in ``sim.config.values``.
"""

from __future__ import annotations

import warnings

from sim.config.parts import Part
from sim.config.schema_homes import HomesByRegion, HomesLine, Supply
from sim.config.values import DatedDays, Day, Days, Flag, Rate, Share


# ----------------------------------------------------------------------------------------------- housing
class Applying(Part):
    """Who goes to a council, and when."""

    told_share: Share
    lead_mean_days: Days
    when_insecure_share: Share
    when_insecure_mean_days: Days
    after_asylum_share: Share
    after_asylum_mean_days: Days
    in_crisis_share: Share
    under_notice_share: Share


class Notice(Part):
    """How long before its loss notice to leave a home is given."""

    own_home_days: Days
    private_days: DatedDays
    social_days: Days


class Prevention(Part):
    limit_days: Days
    secured_per_day: Rate
    lapsed_per_day: Rate
    single_ratio: Rate


class Relief(Part):
    limit_days: Days
    secured_per_day: Rate
    secured_london_ratio: Rate
    lapsed_per_day: Rate
    lapsed_ratio_if_housed: Rate
    interim_slope: Rate
    interim_base: Share


class Recognition(Part):
    """Share of confirmed survivors who present the CG+ letter unasked, and are so recognised."""

    first_day: Share
    mature: Share
    ramp_days: Days


class PriorityNeed(Part):
    vulnerable_share: Share
    vulnerable_london: Share
    vulnerable_ratio_if_asked: Rate
    domestic_abuse_share: Share
    domestic_abuse_from: Day
    care_leaver_share: Share
    confirmed_survivors: Flag
    recognition: Recognition


class LocalConnection(Part):
    survivors_exempt: Flag
    residence_days: Days
    at_start_share: Share
    elsewhere_share: Share
    referred_share: Share
    placed_out_of_area_share: Share


class Register(Part):
    test_share: Share
    residence_days: Days
    qualifies_if_owed_share: Share
    offers_per_year: Rate
    offers_per_year_london: Rate


class MainDuty(Part):
    shares_of_one = (
        ("social_offer_share", "private_offer_share", "refused_offer_share"),
        ("social_offer_share_london", "private_offer_share_london", "refused_offer_share"),
    )

    intentional_share: Share
    mean_years: Rate
    mean_years_london: Rate
    social_offer_share: Share
    private_offer_share: Share
    social_offer_share_london: Share
    private_offer_share_london: Share
    refused_offer_share: Share
    reapplication_days: Days
    notice_days: Days


class Wales(Part):
    """Where the law of Wales is another."""

    street_homeless_from: Day
    act_2026_from: Day
    threatened_within_days: Days


with warnings.catch_warnings():
    # "register" is the housing register here; pydantic warns because classes have a method of that name.
    warnings.filterwarnings("ignore", message='Field name "register"', category=UserWarning)

    class Housing(Part):
        applying: Applying
        notice: Notice
        asks_about_slavery_share: Share
        threatened_within_days: Days
        safehouse_homeless_in_law_share: Share
        prevention: Prevention
        relief: Relief
        priority_need: PriorityNeed
        local_connection: LocalConnection
        register: Register
        main_duty: MainDuty
        regions: HomesByRegion
        supply: Supply
        line: HomesLine
        wales: Wales
