"""From the frozen parameters to the rules of a run (`sim.engine.rules`), once for each set of rules.

Dated values become step tables in days, rates become per day, and shares stated overall are split by group
with stated odds. Only + - * / and the project's own ``ln`` are used, so the bits do not depend on the
processor. Places and councils have a module of their own, `sim.engine.unpacking_housing`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from math import inf, sqrt

from sim.config.schema import (
    Barriers,
    ConclusiveGrounds,
    Discipline,
    Parameters,
    Positive,
    ReasonableGrounds,
    Service,
)
from sim.config.values import REGIONS, Dated
from sim.engine.clock import day_of
from sim.engine.rules import (
    AGES,
    CONTACT_COUNTS_FOR,
    COUNTED_FROM,
    DAYS_A_MONTH,
    DAYS_A_QUARTER,
    DAYS_A_YEAR,
    NEEDS,
    SEXES,
    UNLIMITED,
    BarrierRules,
    DecisionRules,
    DeskRules,
    RiskRules,
    Rules,
    ServiceRules,
    StatusRules,
    Steps,
    SupportRules,
    at,
    steps_of,
)
from sim.engine.unpacking_housing import housing_rules, letting_rules, place_rules
from sim.people.mathematics import ln

SLOWEST_HAZARD = 2.0**-34
"""A slower hazard [a day] counts as none, as in `sim.pathway.clocks`."""

A_CENTURY = 36_525.0
"""The longest mean extension of support [days]."""


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
    risk = _risk(parameters)
    housing = housing_rules(parameters.housing, (today or parameters).housing, risk, policy_day)
    return Rules(
        decisions=_decisions(parameters),
        support=_support(parameters, today or parameters),
        status=_status(parameters),
        places=place_rules(parameters.places, parameters.housing),
        housing=housing,
        services=tuple(
            _service(name, service, parameters.barriers)
            for name, service in sorted(parameters.services.items())
        ),
        barriers=BarrierRules(
            travel_affects=parameters.barriers.travel_affects_share,
            digital_affects=parameters.barriers.digital_affects_share,
        ),
        risk=risk,
        lettings=letting_rules(parameters.housing, housing),
    )


def _service(name: str, service: Service, barriers: Barriers) -> ServiceRules:
    return ServiceRules(
        offered=steps_of(service.offered_share),
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


def _hazard(dated: Dated, factor: float) -> Steps:
    """As `steps_of`; a hazard too slow to reckon with counts as none, as on the clocks of the pathway."""
    days, values = steps_of(dated, factor)
    return Steps(days, tuple(0.0 if value < SLOWEST_HAZARD else value for value in values))


def _desk(grounds: ReasonableGrounds | ConclusiveGrounds) -> DeskRules:
    discipline: Discipline = grounds.discipline
    return DeskRules(
        capacity_per_quarter=steps_of(grounds.capacity_per_quarter),
        follow_from=float(day_of(grounds.capacity_rule.follow_from)),
        follow_ratio=grounds.capacity_rule.ratio,
        newest_share=steps_of(discipline.newest),
        oldest_share=steps_of(discipline.oldest),
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
    groups = [steps_of(positive.adult), steps_of(positive.child), steps_of(positive.unknown)]
    overall, odds_ie = steps_of(positive.overall), steps_of(positive.odds_immigration_enforcement)
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

    enforcement = steps_of(traits.immigration_enforcement_share, 1.0 - _uk_share_now(parameters))
    rg_positive = positive_shares(rg.positive, enforcement, referred)

    def found_positive(day: float) -> tuple[float, ...]:
        shares = referred(day)
        return tuple(shares[group] * at(rg_positive[2 * group], day) for group in range(3))

    return DecisionRules(
        rg_desk=_desk(rg),
        cg_desk=_desk(cg),
        rg_handling_median=steps_of(rg.handling_median_days),
        rg_handling_sigma=steps_of(rg.handling_sigma),
        rg_withdrawn=rg.withdrawn_share,
        rg_positive=rg_positive,
        cg_minimum=steps_of(cg.minimum_days),
        cg_ready_mean=cg.ready_mean_days,
        cg_ready_scale=1.0 / sqrt(1.0 + cg.ready_cv * cg.ready_cv),
        cg_ready_sigma=sqrt(ln(1.0 + cg.ready_cv * cg.ready_cv)),
        cg_closure_per_day=_hazard(cg.closure_per_quarter, 1.0 / DAYS_A_QUARTER),
        cg_positive=positive_shares(cg.positive, enforcement, found_positive),
        rg_request=review.rg_request_share,
        cg_request=review.cg_request_share,
        rg_overturned=review.rg_overturned_share,
        cg_overturned=review.cg_overturned_share,
        request_within=review.request_within_days,
        review_min=review.decision_min_days,
        review_max=review.decision_max_days,
        disqualified=steps_of(decisions.disqualification.share),
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
        move_on=steps_of(support.move_on_days),
        negative_working_days=int(support.negative_working_days),
        negative_extension_share=support.negative_extension_share,
        negative_extension=support.negative_extension_days,
        first_requested=steps_of(needs.first_requested_share),
        again_requested=needs.again_requested_share,
        assessment_notice=needs.notice_days,
        fully_agreed=needs.fully_agreed,
        partly_agreed=needs.partly_agreed,
        full_extension=full * extension,
        part_extension=part * extension,
        bed_places=steps_of(beds.places),
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
    number of agreed assessments x mean, where the number is first / (1 - again x agreed) x agreed. Where next
    to nobody asks, no stay could be long enough: it ends at a century, beyond any horizon.
    """
    needs = parameters.support.needs_assessment
    first = needs.first_requested_share.at(parameters.policy.start)
    move_on = parameters.support.move_on_days.at(parameters.policy.start)
    agreed = needs.fully_agreed + needs.partly_agreed
    rounds = first * agreed / (1.0 - needs.again_requested_share * agreed)
    mean = max(0.0, needs.mean_post_cg_stay_days - move_on) / rounds if rounds > 0 else 0.0
    mean = min(mean, A_CENTURY)
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
        notice_after_grant=steps_of(asylum.notice_after_grant_days),
        notice_after_grant_exempt=steps_of(asylum.notice_after_grant_exempt_days),
        notice_after_refusal=asylum.notice_after_refusal_days,
        section_4=asylum.section_4_share,
        accommodation=asylum.accommodation_share,
        later_claim=asylum.later_claim_share,
        later_claim_mean=asylum.later_claim_mean_days,
        fresh_claim=asylum.fresh_claim_share,
        permission=steps_of(permission.granted_share),
        permission_delay=permission.decision_delay_days,
        permission_paused_from=float(day_of(permission.paused_from)),
        permission_paused_until=float(day_of(permission.paused_until)),
        permission_min=permission.min_days,
        permission_max=permission.max_days,
        permission_renewed=permission.renewed_share,
    )


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
        detained=risk.detained_per_year / DAYS_A_YEAR,
        leaves_uk=(
            risk.leaves_uk_per_year_british / DAYS_A_YEAR,
            risk.leaves_uk_per_year_other / DAYS_A_YEAR,
            risk.leaves_uk_per_year_no_status / DAYS_A_YEAR,
        ),
        dies=risk.dies_per_year / DAYS_A_YEAR,
        benefit_wait=risk.benefit_wait_days,
    )
