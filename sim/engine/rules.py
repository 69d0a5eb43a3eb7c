"""The numbers a run works with, unpacked once from the frozen parameters.

Dated values become step tables in days, rates become per day, and shares stated overall are split by group
with stated odds. Both engines read exactly these numbers. Nothing here is drawn, and nothing changes in a
run: at ``policy.start`` one set of rules is exchanged for another. Only + - * / and the project's own
``ln`` are used, so the bits do not depend on the processor.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from math import inf, sqrt
from typing import NamedTuple

from sim.config.schema import (
    Barriers,
    ConclusiveGrounds,
    Discipline,
    Housing,
    Parameters,
    PlaceMix,
    Places,
    Positive,
    ReasonableGrounds,
    Service,
)
from sim.config.values import REGIONS, Dated
from sim.engine.clock import day_of
from sim.engine.letting_rules import LettingRules, lettings_of
from sim.engine.regions import by_region, regions_of, with_odds
from sim.people.mathematics import ln
from sim.people.variates import cumulative_shares

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


# ------------------------------------------------------------------------------------------- from parameters
def rules_of(parameters: Parameters, today: Parameters | None = None) -> Rules:
    """Unpack parameters into rules.

    Parameters
    ----------
    parameters : Parameters
    today : Parameters, optional
        The parameters before the policy. What follows from the world and not from a lever (how long an agreed
        needs assessment extends support, how much asking adds to vulnerability) is taken from them; by
        default from `parameters`.
    """
    policy_day = float(day_of(parameters.policy.start))
    housing = _housing(parameters.housing, (today or parameters).housing, _risk(parameters), policy_day)
    return Rules(
        decisions=_decisions(parameters),
        support=_support(parameters, today or parameters),
        status=_status(parameters),
        places=_places(parameters.places, parameters.housing),
        housing=housing,
        services=tuple(
            _service(name, service, parameters.barriers)
            for name, service in sorted(parameters.services.items())
        ),
        barriers=BarrierRules(
            travel_affects=parameters.barriers.travel_affects_share,
            digital_affects=parameters.barriers.digital_affects_share,
        ),
        risk=_risk(parameters),
        lettings=_lettings(parameters.housing, housing),
    )


def _service(name: str, service: Service, barriers: Barriers) -> ServiceRules:
    return ServiceRules(
        offered=_steps(service.offered_share),
        without_recourse=service.without_recourse_ratio,
        begins=COUNTED_FROM.index(service.counted_from),
        offset=service.offset_days,
        need=NEEDS.index(service.need),
        need_share=service.need_share,
        confirmed_only=service.confirmed_only,
        eligible_only=service.eligible_only,
        needs_recourse=service.needs_recourse,
        sex=SEXES.index(service.sex),
        age=AGES.index(service.age_at_referral),
        covered=tuple(service.areas.get(region, 0.0) if service.areas else 1.0 for region in REGIONS),
        accepted=service.accepted_share,
        interpreters=_left_of(service.interpreters_ratio, barriers.interpreters),
        childcare=_left_of(service.childcare_ratio, barriers.childcare),
        travel=_left_of(service.travel_ratio, barriers.travel),
        digital=_left_of(service.digital_ratio, barriers.digital),
        not_met=service.criteria_not_met_share,
        places=UNLIMITED if isinstance(service.places, str) else float(service.places),
        outside_median=service.outside_wait_median_days,
        outside_sigma=service.outside_wait_sigma,
        interpreters_wait=_left_of(service.interpreters_wait_ratio, barriers.interpreters),
        patience=service.patience_mean_days,
        length_min=service.duration_min_days,
        length_extra=max(0.0, service.duration_mean_days - service.duration_min_days),
        named_worker=service.named_worker and service.contact_interval_days <= CONTACT_COUNTS_FOR,
        crisis_ratio=service.crisis_ratio,
        need_met=service.need_met_share,
        grant_ratio=service.grant_ratio,
        luck=int.from_bytes(sha256(name.encode()).digest()[:3], "big"),
    )


def _left_of(ratio: float, barrier: float) -> float:
    """A ratio under a barrier that stands at 1 as today and at 0 not at all."""
    return 1.0 + barrier * (ratio - 1.0)


def _steps(dated: Dated, factor: float = 1.0) -> Steps:
    days, values = dated.steps()
    return Steps((-inf, *[float(day) for day in days[1:]]), tuple(value * factor for value in values))


def _desk(grounds: ReasonableGrounds | ConclusiveGrounds) -> DeskRules:
    discipline: Discipline = grounds.discipline
    return DeskRules(
        capacity_per_quarter=_steps(grounds.capacity_per_quarter),
        follow_from=float(day_of(grounds.capacity_rule.follow_from)),
        follow_ratio=grounds.capacity_rule.ratio,
        newest_share=_steps(discipline.newest),
        oldest_share=_steps(discipline.oldest),
        newest_within=discipline.newest_within_days,
    )


@cache
def base_odds(target: float, weights: tuple[float, ...], odds: tuple[float, ...]) -> float:
    """The base odds b for which sum(weight * b o / (1 + b o)) / sum(weight) equals `target`.

    Found by bisection with a fixed number of halvings, so its bits are the same everywhere.
    """
    if target <= 0.0:
        return 0.0
    if target >= 1.0:
        return inf
    total = 0.0
    for weight in weights:
        total += weight
    low, high = 0.0, 1e9
    for _ in range(200):
        middle = (low + high) / 2
        share = 0.0
        for weight, ratio in zip(weights, odds, strict=True):
            share += weight * (middle * ratio / (1.0 + middle * ratio))
        if share < target * total:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _with_odds(base: float, ratio: float) -> float:
    if base == inf:
        return 1.0
    return base * ratio / (1.0 + base * ratio)


def positive_shares(
    positive: Positive, ie_share: Steps, mix: Callable[[float], tuple[float, ...]]
) -> tuple[Steps, ...]:
    """Shares positive as six step tables: (adult, child, unknown) x (Single, Immigration Enforcement).

    Before `overall_from` each age group has its published share, split between the authorities by the stated
    odds so that the group's share holds; from then on the overall share is split by age group and authority.
    `mix(day)` gives the weights of the three age groups among decided cases.
    """
    groups = [_steps(positive.adult), _steps(positive.child), _steps(positive.unknown)]
    overall, odds_ie = _steps(positive.overall), _steps(positive.odds_immigration_enforcement)
    overall_from = float(day_of(positive.overall_from))
    days = sorted(
        {day for steps in (*groups, overall, odds_ie, ie_share) for day in steps.days} | {overall_from}
    )
    tables: list[list[float]] = [[] for _ in range(6)]
    for day in days:
        weight_ie, ratio_ie = at(ie_share, day), at(odds_ie, day)
        if day < overall_from:
            for group in range(3):
                base = base_odds(at(groups[group], day), (1.0 - weight_ie, weight_ie), (1.0, ratio_ie))
                tables[2 * group].append(_with_odds(base, 1.0))
                tables[2 * group + 1].append(_with_odds(base, ratio_ie))
            continue
        ratios = (1.0, positive.odds_child, positive.odds_unknown)
        weights, odds = [], []
        for group, weight in enumerate(mix(day)):
            weights += [weight * (1.0 - weight_ie), weight * weight_ie]
            odds += [ratios[group], ratios[group] * ratio_ie]
        base = base_odds(at(overall, day), tuple(weights), tuple(odds))
        for kind in range(6):
            tables[kind].append(_with_odds(base, odds[kind]))
    return tuple(Steps((-inf, *days[1:]), tuple(table)) for table in tables)


def _decisions(parameters: Parameters) -> DecisionRules:
    decisions = parameters.decisions
    rg, cg, review = decisions.reasonable_grounds, decisions.conclusive_grounds, decisions.reconsideration
    arrivals, traits = parameters.people.arrivals, parameters.people.traits
    adult, child = arrivals.projected_adult_share, arrivals.projected_child_share

    def referred(day: float) -> tuple[float, ...]:
        return (adult, child, 1.0 - adult - child)

    enforcement = _steps(traits.immigration_enforcement_share, 1.0 - _uk_share_now(parameters))
    rg_positive = positive_shares(rg.positive, enforcement, referred)

    def found_positive(day: float) -> tuple[float, ...]:
        shares = referred(day)
        return tuple(shares[group] * at(rg_positive[2 * group], day) for group in range(3))

    return DecisionRules(
        rg_desk=_desk(rg),
        cg_desk=_desk(cg),
        rg_handling_median=_steps(rg.handling_median_days),
        rg_handling_sigma=_steps(rg.handling_sigma),
        rg_withdrawn=rg.withdrawn_share,
        rg_positive=rg_positive,
        cg_minimum=_steps(cg.minimum_days),
        cg_ready_mean=cg.ready_mean_days,
        cg_ready_scale=1.0 / sqrt(1.0 + cg.ready_cv * cg.ready_cv),
        cg_ready_sigma=sqrt(ln(1.0 + cg.ready_cv * cg.ready_cv)),
        cg_closure_per_day=_steps(cg.closure_per_quarter, 1.0 / DAYS_A_QUARTER),
        cg_positive=positive_shares(cg.positive, enforcement, found_positive),
        rg_request=review.rg_request_share,
        cg_request=review.cg_request_share,
        rg_overturned=review.rg_overturned_share,
        cg_overturned=review.cg_overturned_share,
        request_within=review.request_within_days,
        review_min=review.decision_min_days,
        review_max=review.decision_max_days,
        disqualified=_steps(decisions.disqualification.share),
        disqualified_mean=decisions.disqualification.mean_days,
        own_case=decisions.criminal_case.own_share,
        any_case=decisions.criminal_case.own_share + decisions.criminal_case.witness_share,
        case_mean=decisions.criminal_case.mean_days,
        support_at_18=decisions.turning_18_enters_support_share,
    )


def _uk_share_now(parameters: Parameters) -> float:
    """Share of projected referrals who are UK nationals: the authority split applies to the others."""
    arrivals, uk = parameters.people.arrivals, parameters.people.traits.uk_share
    adult, child = arrivals.projected_adult_share, arrivals.projected_child_share
    day = arrivals.projection_from
    return adult * uk.adult.at(day) + child * uk.child.at(day) + (1.0 - adult - child) * uk.unknown.at(day)


def _support(parameters: Parameters, today: Parameters) -> SupportRules:
    support = parameters.support
    needs, beds, casework, floor = support.needs_assessment, support.beds, support.casework, support.floor
    full, part, extension = extension_means(today)
    handover = support.handover
    retold = not handover.same_provider and not handover.shared_information
    lost_a_year = handover.worker_changes_per_year * handover.lost_share
    return SupportRules(
        emergency=support.emergency_share,
        reached=support.reached_share,
        take_up=support.take_up_share,
        first_contact_min=support.first_contact_min_days,
        first_contact_extra=max(0.0, support.first_contact_mean_days - support.first_contact_min_days),
        move_on=_steps(support.move_on_days),
        negative_working_days=int(support.negative_working_days),
        negative_extension_share=support.negative_extension_share,
        negative_extension=support.negative_extension_days,
        first_requested=_steps(needs.first_requested_share),
        again_requested=needs.again_requested_share,
        assessment_notice=needs.notice_days,
        fully_agreed=needs.fully_agreed,
        partly_agreed=needs.partly_agreed,
        full_extension=full * extension,
        part_extension=part * extension,
        bed_places=_steps(beds.places),
        bed_wanted=(
            beds.wanted_from_own_home,
            beds.wanted_from_friends,
            beds.wanted_from_street,
            beds.wanted_from_asylum_accommodation,
        ),
        bed_too_far=beds.declined_too_far,
        bed_patience=beds.patience_mean_days,
        bed_other_region=beds.other_region_share,
        bed_bought_share=beds.bought_share_of_shortfall,
        bed_buying_lag=beds.buying_lag_days,
        workers_fixed=casework.workers == "fixed",
        clients_per_worker=float(casework.clients_per_worker),
        in_contact=casework.in_contact_at_target,
        disengages_per_day=casework.disengagement_per_month / DAYS_A_MONTH + lost_a_year / DAYS_A_YEAR,
        floor_casework=floor.casework_days,
        floor_bed=floor.bed_days,
        floor_subsistence=floor.subsistence_days,
        floor_for_everyone=parameters.policy.applies_to == "everyone_in_support",
        lost_at_handover=0.0 if handover.same_provider else handover.lost_share,
        engaged_after_handover=handover.retold_ratio if retold else 1.0,
    )


def extension_means(parameters: Parameters) -> tuple[float, float, float]:
    """How long an agreed assessment extends support: ratio if full, ratio if part, mean [days].

    The mean is what makes the mean stay after CG+ equal `mean_post_cg_stay_days`: stay = move-on + expected
    number of agreed assessments x mean, where the number is first / (1 - again x agreed) x agreed.
    """
    needs = parameters.support.needs_assessment
    first = needs.first_requested_share.at(parameters.policy.start)
    move_on = parameters.support.move_on_days.at(parameters.policy.start)
    agreed = needs.fully_agreed + needs.partly_agreed
    rounds = first * agreed / (1.0 - needs.again_requested_share * agreed)
    mean = max(0.0, needs.mean_post_cg_stay_days - move_on) / rounds if rounds > 0 else 0.0
    full = needs.full_to_mean_ratio
    part = (agreed - needs.fully_agreed * full) / needs.partly_agreed if needs.partly_agreed > 0 else 1.0
    return full, max(0.0, part), mean


def _status(parameters: Parameters) -> StatusRules:
    asylum, permission = parameters.status.asylum, parameters.status.temporary_permission
    return StatusRules(
        decision_median=asylum.decision_median_days,
        decision_sigma=asylum.decision_sigma,
        granted=asylum.granted_share,
        appeals=asylum.appeal_share,
        appeal_median=asylum.appeal_median_days,
        appeal_sigma=asylum.appeal_sigma,
        appeal_allowed=asylum.appeal_allowed_share,
        notice_after_grant=_steps(asylum.notice_after_grant_days),
        notice_after_grant_exempt=_steps(asylum.notice_after_grant_exempt_days),
        notice_after_refusal=asylum.notice_after_refusal_days,
        section_4=asylum.section_4_share,
        accommodation=asylum.accommodation_share,
        later_claim=asylum.later_claim_share,
        later_claim_mean=asylum.later_claim_mean_days,
        fresh_claim=asylum.fresh_claim_share,
        permission=_steps(permission.granted_share),
        permission_delay=permission.decision_delay_days,
        permission_paused_from=float(day_of(permission.paused_from)),
        permission_paused_until=float(day_of(permission.paused_until)),
        permission_min=permission.min_days,
        permission_max=permission.max_days,
        permission_renewed=permission.renewed_share,
    )


def _place_mix(mix: PlaceMix) -> tuple[float, ...]:
    return cumulative_shares(
        (mix.own_home, mix.friends, mix.street, mix.asylum_accommodation, mix.council_temporary, mix.custody)
    )


def _places(places: Places, housing: Housing) -> PlaceRules:
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
        private_tenancy_regime=_steps(renting.tenancy_lost_regime_ratio),
        social_tenancy_lost=places.tenancy_lost_per_year / DAYS_A_YEAR * places.social_tenancy_lost_ratio,
        private_rent=by_region(
            rent,
            rent * places.private_rent_london_ratio,
            [region.private_rent_ratio for region in regions_of(housing)],
        ),
        renting_regime=_steps(renting.regime_ratio),
        single_room_exemption=_steps(renting.single_room_exemption_ratio),
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


def _housing(housing: Housing, today: Housing, risk: RiskRules, policy_day: float) -> HousingRules:
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
        private_notice=_steps(housing.notice.private_days),
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


def _lettings(housing: Housing, rules: HousingRules) -> LettingRules:
    duty = housing.main_duty
    ends = by_region(
        1.0 / (duty.mean_years * DAYS_A_YEAR),
        1.0 / (duty.mean_years_london * DAYS_A_YEAR),
        [1.0 / region.time_to_offer_ratio for region in regions_of(housing)],
    )
    lets = housing.supply.lets_to_homeless_per_year
    return lettings_of(housing.line, lets, rules.social_offer, rules.general_offer, ends)


def _risk(parameters: Parameters) -> RiskRules:
    risk = parameters.risk
    return RiskRules(
        crisis_per_need=risk.crisis_per_need_year / DAYS_A_YEAR,
        re_exploitation=risk.re_exploitation_per_year / DAYS_A_YEAR,
        missing=risk.missing_per_year / DAYS_A_YEAR,
        same_incident=risk.same_incident_referral_per_year / DAYS_A_YEAR,
        prone=risk.same_incident_prone_share,
        detected=risk.detected_share,
        detected_with_worker=min(1.0, risk.detected_share * risk.detected_ratio_with_worker),
        detection_mean=risk.detection_mean_days,
        away_min=risk.away_min_days,
        away_extra=max(0.0, risk.away_mean_days - risk.away_min_days),
        returns_to_provider=risk.returns_to_provider_share,
        returns_with_worker=min(1.0, risk.returns_to_provider_share * risk.returns_ratio_with_worker),
        insecure_ratio=risk.insecure_ratio,
        no_worker_ratio=risk.no_worker_ratio,
        limbo_ratio=risk.limbo_ratio,
        health_relapses=risk.health_relapse_per_year / DAYS_A_YEAR,
        leaves_uk=(
            risk.leaves_uk_per_year_british / DAYS_A_YEAR,
            risk.leaves_uk_per_year_other / DAYS_A_YEAR,
            risk.leaves_uk_per_year_no_status / DAYS_A_YEAR,
        ),
        dies=risk.dies_per_year / DAYS_A_YEAR,
        benefit_wait=risk.benefit_wait_days,
    )
