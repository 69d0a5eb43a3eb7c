"""Plain words for parameters that readers set or see changed: form labels, tables of what an option changes.

A short title each; the full meaning, unit and source stand in the evidence register. A path without a
title is told by the first words of its meaning there.
"""

from __future__ import annotations

import re
import shlex
from typing import Final

TITLES: Final[dict[str, str]] = {
    "people.arrivals.multiplier": "People referred, as a multiple of the record",
    "decisions.reasonable_grounds.capacity_per_quarter": "Reasonable grounds decisions a quarter",
    "decisions.reasonable_grounds.capacity_rule.ratio": "Reasonable grounds decisions for each referral",
    "decisions.reasonable_grounds.discipline.newest": "Reasonable grounds: share decided newest first",
    "decisions.reasonable_grounds.discipline.oldest": "Reasonable grounds: share decided oldest first",
    "decisions.reasonable_grounds.discipline.newest_within_days": "Reasonable grounds: how new is newest",
    "decisions.conclusive_grounds.minimum_days": "Shortest time to a conclusive decision (recovery period)",
    "decisions.conclusive_grounds.capacity_per_quarter": "Conclusive decisions a quarter",
    "decisions.conclusive_grounds.capacity_rule.ratio": "Conclusive decisions for each recent person waiting",
    "decisions.conclusive_grounds.discipline.newest": "Conclusive decisions: share decided newest first",
    "decisions.conclusive_grounds.discipline.oldest": "Conclusive decisions: share decided oldest first",
    "decisions.conclusive_grounds.discipline.newest_within_days": "Conclusive decisions: how new is newest",
    "support.emergency_share": "Emergency support before reasonable grounds",
    "support.move_on_days": "Move-on support for everyone after a positive decision",
    "support.negative_working_days": "Support after a negative decision",
    "support.needs_assessment.first_requested_share": "First needs assessment asked for",
    "support.needs_assessment.again_requested_share": "Further needs assessments asked for",
    "support.needs_assessment.notice_days": "Notice before support ends",
    "support.beds.places": "Safehouse places",
    "support.beds.bought_share_of_shortfall": "Missing safehouse beds that are bought",
    "support.casework.clients_per_worker": "People for each caseworker",
    "support.floor.casework_days": "Casework guaranteed after a positive decision",
    "support.floor.bed_days": "Safehouse bed guaranteed after a positive decision",
    "support.floor.subsistence_days": "Subsistence payments guaranteed after a positive decision",
    "support.handover.same_provider": "The same provider goes on after support",
    "support.handover.shared_information": "Information goes along at a hand-over",
    "status.asylum.notice_after_grant_days": "Notice in asylum accommodation after a grant: single adults",
    "status.asylum.notice_after_grant_exempt_days": "Notice after a grant: with dependants or in pregnancy",
    "status.asylum.notice_after_refusal_days": "Notice in asylum accommodation after a refusal",
    "status.temporary_permission.granted_share": "Temporary permission to stay granted",
    "status.temporary_permission.min_days": "Shortest permission to stay",
    "status.temporary_permission.max_days": "Longest permission to stay",
    "status.temporary_permission.renewed_share": "Permission to stay renewed",
    "places.renting.single_room_exemption_ratio": "Single people under 35: renting at the one-bedroom rate",
    "places.bridging.places": "Bridging homes",
    "places.bridging.max_days": "Longest stay in a bridging home",
    "places.bridging.asks_before_days": "Bridging home asked for before support ends",
    "places.bridging.eligible_only": "Bridging homes only for those eligible for housing",
    "housing.applying.told_share": "Told of their housing rights by a worker",
    "housing.applying.lead_mean_days": "How long before support ends they apply to a council",
    "housing.asks_about_slavery_share": "Councils that ask about slavery",
    "housing.threatened_within_days": "When a coming loss counts as threatened homelessness",
    "housing.prevention.limit_days": "Length of the prevention duty",
    "housing.relief.limit_days": "Length of the relief duty",
    "housing.priority_need.confirmed_survivors": "A positive decision gives priority need",
    "housing.priority_need.recognition.first_day": "Recognised by councils on the first day of the rule",
    "housing.priority_need.recognition.mature": "Recognised by councils once the rule is well known",
    "housing.priority_need.recognition.ramp_days": "Time until the rule is well known",
    "housing.local_connection.survivors_exempt": "Survivors are exempt from local connection",
    "housing.local_connection.residence_days": "Residence that gives a local connection",
    "housing.register.test_share": "Councils with a residence test for the housing register",
    "housing.register.residence_days": "Residence that the housing register asks for",
    "housing.main_duty.reapplication_days": "New application without priority need, after a private offer",
    "housing.main_duty.notice_days": "Notice in temporary accommodation when a duty ends",
    "barriers.interpreters": "Lack of interpreters",
    "barriers.childcare": "Lack of childcare",
    "barriers.travel": "Cost of travel",
    "barriers.digital": "Lack of devices and data",
    "risk.benefit_wait_days": "Wait for the first payment of Universal Credit",
    "support.reached_share": "Adults who can be reached and enter support",
    "support.needs_assessment.mean_post_cg_stay_days": "Mean stay in support after a positive decision today",
    "support.beds.wanted_from_friends": "People from friends or family who need a safehouse bed",
    "support.beds.buying_lag_days": "Time until a bought bed opens",
    "status.asylum.claim_share": "Other nationals with an asylum claim pending at referral",
    "status.asylum.leave_share": "Other nationals with leave at referral",
    "housing.applying.when_insecure_share": "Apply to a council once their place is insecure",
    "housing.priority_need.vulnerable_share": "Found in priority need through vulnerability, outside London",
    "housing.priority_need.vulnerable_london": "Found in priority need through vulnerability, in London",
    "housing.register.offers_per_year": "Offers of a social home a year, outside London",
    "housing.register.offers_per_year_london": "Offers of a social home a year, in London",
    "housing.main_duty.mean_years": "Years from the main duty to an offer, outside London",
    "housing.main_duty.mean_years_london": "Years from the main duty to an offer, in London",
    "decisions.reasonable_grounds.capacity_rule": "Reasonable grounds capacity after the record, from inflow",
    "decisions.reasonable_grounds.handling_sigma": "Spread of the time a reasonable grounds decision takes",
    "decisions.reasonable_grounds.discipline": "Reasonable grounds: newest or oldest first",
    "decisions.conclusive_grounds.ready_cv": "Spread of the time until a conclusive decision can be made",
    "decisions.conclusive_grounds.capacity_rule": "Conclusive capacity after the record, from inflow",
    "decisions.criminal_case.mean_days": "Mean time for which a criminal case holds the decision",
    "housing.applying.when_insecure_mean_days": "Mean time until somebody with an insecure place applies",
    "people.arrivals.projected_declined_ratio": "Reports of adults who did not consent, for each referral",
    "people.traits.years_to_18_max": "Longest time until a child who was referred turns 18",
    "places.private_rent_london_ratio": "Chance of a private tenancy without help, in London",
    "places.private_rent_per_week": "Chance of a private tenancy without help, a week",
    "risk.same_incident_referral_per_year": "How often those prone to it are referred again for the same",
    "risk.away_mean_days": "Mean time out of contact after going missing or new exploitation",
    "status.asylum.decision_sigma": "Spread of the time to an asylum decision",
    "status.asylum.appeal_sigma": "Spread of the time to the end of an appeal",
    "status.asylum.later_claim_mean_days": "Mean time to a claim after reasonable grounds",
    "support.negative_extension_days": "Length of an extension after a negative decision",
    "support.needs_assessment.full_to_mean_ratio": "Length of a full extension, over the mean one",
    "policy.applies_to": "Whom a guarantee of support covers",
    "policy.start": "When the option starts",
}
_OF_SERVICES: Final = {
    "offered_share": "share offered",
    "accepted_share": "share of offers accepted",
    "offset_days": "days between its moment and the offer",
    "confirmed_only": "only after a positive decision",
    "eligible_only": "only for those eligible for housing",
    "needs_recourse": "only with recourse to public funds",
    "without_recourse_ratio": "offers to people without recourse, over others",
    "criteria_not_met_share": "share refused since its criteria are not met",
    "need_share": "share with the need",
    "need_met_share": "share whose need it meets",
    "patience_mean_days": "mean time people wait before they stop",
    "duration_min_days": "shortest length",
    "duration_mean_days": "mean length",
    "contact_interval_days": "time between contacts",
    "crisis_ratio": "crises with it, over those without",
    "grant_ratio": "chance of leave with it, over that without",
    "interpreters_ratio": "acceptance without fluent English, over others",
    "childcare_ratio": "acceptance by people with dependants, over others",
    "travel_ratio": "acceptance where the journey is a barrier, over others",
    "digital_ratio": "acceptance where online access is a barrier, over others",
    "interpreters_wait_ratio": "wait without fluent English, over others",
    "outside_wait_median_days": "median wait outside the model",
    "outside_wait_sigma": "spread of the wait outside the model",
    "set_up_cost": "cost of setting up",
    "cost_per_week": "cost a week",
}
_NAMES: Final = {
    "*": "Every service",
    "la_pathway": "Local authority pathway",
    "lifeline": "LifeLine",
    "reach_in": "Reach-In",
}


def plain_title(path: str) -> str:
    """A parameter in a few plain words.

    Examples
    --------
    >>> plain_title("support.floor.bed_days"), plain_title("services.lifeline.places")
    ('Safehouse bed guaranteed after a positive decision', 'LifeLine: places')
    """
    if path in TITLES:
        return TITLES[path]
    first, _, rest = path.partition(".")
    if first == "services" and rest.partition(".")[2]:
        name, _, last = rest.partition(".")
        title = _NAMES.get(name, name.replace("_", " ").capitalize())
        return f"{title}: {_OF_SERVICES.get(last, last.replace('_', ' ').replace('.', ', '))}"
    from sim.config.evidence import register
    from sim.errors import SimError

    try:
        meaning = register().entry(path).meaning
    except SimError:
        return path
    words = re.split(r"[;,(]", meaning)[0].strip()
    for short, long in (
        ("CG decision", "conclusive decision"),
        ("RG decision", "reasonable grounds decision"),
    ):
        words = words.replace(short, long)
    return words


OF_THE_WORLD: Final = ("horizon", "cohort_months", "follow_up_days", "gain_days")
"""What of `experiment` says whom and how long the runs follow; the rest says how many runs there are."""


def settings_told(command: str) -> list[str]:
    """What a command set in today's rules and in every option, in plain words; nothing for the shipped world.

    Examples
    --------
    >>> settings_told("cliffedge compare people.arrivals.multiplier=0.05 experiment.replications=2")
    ['People referred, as a multiple of the record: 0.05']
    """
    told = []
    for word in shlex.split(command):
        path, sign, value = word.partition("=")
        first, _, rest = path.lstrip("+").partition(".")
        if (
            not sign
            or not rest
            or word.startswith("-")
            or (first == "experiment" and rest not in OF_THE_WORLD)
        ):
            continue
        told.append(f"{plain_title(path.lstrip('+'))}: {value.strip(chr(34))}")
    return told


def rule_in_words(path: str) -> str:
    """A parameter in plain words with its unit, as the register gives it.

    Examples
    --------
    >>> rule_in_words("support.floor.bed_days")
    'Safehouse bed guaranteed after a positive decision (days)'
    """
    from sim.config.evidence import register
    from sim.errors import SimError

    try:
        unit = register().entry(path).unit
    except SimError:
        unit = ""
    return f"{plain_title(path)} ({unit})" if unit not in ("", "choice", "yes or no") else plain_title(path)
