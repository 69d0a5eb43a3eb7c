"""From the frozen parameters to the rules of places, renting and councils; a part of `sim.engine.unpacking`.

Rates a day, one value a region where regions differ. What the model has hazards of its own for is taken out
of the published ends of a main duty.
"""

from __future__ import annotations

from sim.config.schema import Housing, PlaceMix, Places
from sim.engine.clock import day_of
from sim.engine.letting_rules import LettingRules, lettings_of
from sim.engine.regions import by_region, regions_of, with_odds
from sim.engine.rules import DAYS_A_YEAR, UNLIMITED, HousingRules, PlaceRules, RiskRules, steps_of
from sim.people.variates import cumulative_shares


def _place_mix(mix: PlaceMix) -> tuple[float, ...]:
    return cumulative_shares(
        (mix.own_home, mix.friends, mix.street, mix.asylum_accommodation, mix.council_temporary, mix.custody)
    )


def place_rules(places: Places, housing: Housing) -> PlaceRules:
    rent, renting, bridging = places.private_rent_per_week / 7.0, places.renting, places.bridging
    leave = _place_mix(places.with_leave)
    return PlaceRules(
        at_start=(
            _place_mix(places.british),
            leave,
            leave,
            _place_mix(places.asylum_pending),
            _place_mix(places.no_status),
            leave,
        ),
        custody_mean=places.custody_mean_days,
        friends_after_loss=places.friends_after_loss_share,
        friends_to_street=places.friends_to_street_per_year / DAYS_A_YEAR,
        street_to_friends=places.street_to_friends_per_year / DAYS_A_YEAR,
        own_home_lost=places.own_home_lost_per_year / DAYS_A_YEAR,
        private_tenancy_lost=places.tenancy_lost_per_year / DAYS_A_YEAR,
        private_tenancy_regime=steps_of(renting.tenancy_lost_regime_ratio),
        social_tenancy_lost=places.tenancy_lost_per_year / DAYS_A_YEAR * places.social_tenancy_lost_ratio,
        private_rent=by_region(
            rent,
            rent * places.private_rent_london_ratio,
            [region.private_rent_ratio for region in regions_of(housing)],
        ),
        renting_regime=steps_of(renting.regime_ratio),
        single_room_exemption=steps_of(renting.single_room_exemption_ratio),
        under_35=renting.under_35_share,
        bridging_places=UNLIMITED if isinstance(bridging.places, str) else float(bridging.places),
        bridging_days=bridging.max_days,
        bridging_asks_before=bridging.asks_before_days,
        bridging_patience=bridging.patience_mean_days,
        bridging_eligible_only=bridging.eligible_only,
        bridging_rent_ratio=bridging.private_rent_ratio,
    )


def _vulnerable(mean: float, asks: float, ratio: float) -> tuple[float, float]:
    """Shares found vulnerable where the council did not ask about slavery, and where it did.

    Their mean over the councils of today is the published share.
    """
    spread = 1.0 - asks + asks * ratio
    not_asked = mean / spread if spread > 0.0 else mean
    return min(1.0, not_asked), min(1.0, not_asked * ratio)


def _main_duty_ends(
    social: float, private: float, refused: float, per_day: float, lost_per_day: float
) -> tuple[float, float, float, float]:
    """Rates of social and private offers and of lapses, and the share of offers refused.

    Accepted offers, refused ones and all other ends then come in the published shares. The other ends contain
    people who go missing, die or leave, who have hazards of their own in the model (`lost_per_day`): lapses
    are what is left.
    """
    accepted = social + private
    per_accepted = (accepted + refused) / accepted if accepted > 0.0 else 1.0
    refuses = refused / (accepted + refused) if accepted > 0.0 else 0.0
    others = 1.0 - accepted - refused if accepted > 0.0 else 1.0
    lapses = max(0.0, others * per_day - lost_per_day)
    return social * per_accepted * per_day, private * per_accepted * per_day, lapses, refuses


def housing_rules(housing: Housing, today: Housing, risk: RiskRules, policy_day: float) -> HousingRules:
    applying, prevention, relief, duty = (
        housing.applying,
        housing.prevention,
        housing.relief,
        housing.main_duty,
    )
    need, connection, register = housing.priority_need, housing.local_connection, housing.register
    rest, london = 1.0 / (duty.mean_years * DAYS_A_YEAR), 1.0 / (duty.mean_years_london * DAYS_A_YEAR)
    refused = duty.refused_offer_share
    lost = risk.missing + risk.re_exploitation + risk.dies + risk.leaves_uk[0]
    social, private, lapses, refuses = zip(
        _main_duty_ends(duty.social_offer_share, duty.private_offer_share, refused, rest, lost),
        _main_duty_ends(
            duty.social_offer_share_london, duty.private_offer_share_london, refused, london, lost
        ),
        strict=True,
    )
    regions = regions_of(housing)
    pace = [1.0 / region.time_to_offer_ratio for region in regions]
    nowhere_else = [1.0] * len(regions)
    vulnerable = [
        _vulnerable(
            with_odds(share, region.priority_need_odds_ratio),
            today.asks_about_slavery_share,
            need.vulnerable_ratio_if_asked,
        )
        for share, region in zip(
            by_region(need.vulnerable_share, need.vulnerable_london, nowhere_else), regions, strict=True
        )
    ]
    return HousingRules(
        told=applying.told_share,
        lead_mean=applying.lead_mean_days,
        when_insecure=applying.when_insecure_share,
        when_insecure_mean=applying.when_insecure_mean_days,
        after_asylum=applying.after_asylum_share,
        after_asylum_mean=applying.after_asylum_mean_days,
        in_crisis=applying.in_crisis_share,
        under_notice=applying.under_notice_share,
        own_home_notice=housing.notice.own_home_days,
        private_notice=steps_of(housing.notice.private_days),
        social_notice=housing.notice.social_days,
        asks=housing.asks_about_slavery_share,
        threatened_within=housing.threatened_within_days,
        homeless_in_law=housing.safehouse_homeless_in_law_share,
        prevention_limit=prevention.limit_days,
        prevention_secured=(prevention.secured_per_day * prevention.single_ratio, prevention.secured_per_day),
        prevention_lapsed=prevention.lapsed_per_day,
        relief_limit=relief.limit_days,
        relief_secured=by_region(
            relief.secured_per_day, relief.secured_per_day * relief.secured_london_ratio, nowhere_else
        ),
        relief_lapsed=relief.lapsed_per_day,
        lapsed_if_housed=relief.lapsed_ratio_if_housed,
        interim_slope=relief.interim_slope,
        interim_base=relief.interim_base,
        vulnerable=(tuple(one[0] for one in vulnerable), tuple(one[1] for one in vulnerable)),
        domestic_abuse=need.domestic_abuse_share,
        domestic_abuse_from=float(day_of(need.domestic_abuse_from)),
        care_leaver=need.care_leaver_share,
        survivors_have_priority=need.confirmed_survivors,
        recognised_first_day=need.recognition.first_day,
        recognised_mature=need.recognition.mature,
        recognition_ramp=need.recognition.ramp_days,
        recognition_from=policy_day,
        survivors_exempt=connection.survivors_exempt,
        residence=connection.residence_days,
        residence_at_start=connection.at_start_share,
        connection_elsewhere=connection.elsewhere_share,
        referred_elsewhere=connection.referred_share,
        out_of_area=connection.placed_out_of_area_share,
        council_tests=register.test_share,
        register_residence=register.residence_days,
        qualifies_if_owed=register.qualifies_if_owed_share,
        general_offer=by_region(
            register.offers_per_year / DAYS_A_YEAR,
            register.offers_per_year_london / DAYS_A_YEAR,
            [region.register_offers_ratio for region in regions],
        ),
        intentional=duty.intentional_share,
        social_offer=by_region(social[0], social[1], pace),
        private_offer=by_region(private[0], private[1], pace),
        main_duty_lapses=by_region(lapses[0], lapses[1], pace),
        offer_refused=by_region(refuses[0], refuses[1], nowhere_else),
        reapplication=duty.reapplication_days,
        notice=duty.notice_days,
        wales_street_from=float(day_of(housing.wales.street_homeless_from)),
        wales_act_from=float(day_of(housing.wales.act_2026_from)),
        wales_threatened_within=housing.wales.threatened_within_days,
    )


def letting_rules(housing: Housing, rules: HousingRules) -> LettingRules:
    duty = housing.main_duty
    ends = by_region(
        1.0 / (duty.mean_years * DAYS_A_YEAR),
        1.0 / (duty.mean_years_london * DAYS_A_YEAR),
        [1.0 / region.time_to_offer_ratio for region in regions_of(housing)],
    )
    lets = housing.supply.lets_to_homeless_per_year
    return lettings_of(housing.line, lets, rules.social_offer, rules.general_offer, ends)
