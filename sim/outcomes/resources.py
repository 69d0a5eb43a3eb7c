"""What is used and paid for, by name: resources counted in the event log, payers, and their metrics in words.

The one list from which prices are matched with quantities. Not here: any counting (`costs`), nor any price
(``configs/costs``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

Row = tuple[str, str, str, Literal["lower", "none"], Literal["cost", "resource", "calendar"], str]
"""Name, sentence, unit, better, family and formula of a metric."""

NIGHT, WEEK, YEAR, EACH = 1.0, 7.0, 365.25, 0.0
"""Days in a unit; 0 where events are counted."""


@dataclass(frozen=True)
class Resource:
    """Something that is used and has a price.

    Attributes
    ----------
    name : str
        Its price stands at ``costs.<name>``.
    words : str
        What is used, for readers.
    unit : str
    days : float
        Days in a unit; 0 where events are counted.
    formula : str
        How it is counted.
    """

    name: str
    words: str
    unit: str
    days: float
    formula: str


_ROUGH = "time in place STREET"
RESOURCES: Final[tuple[Resource, ...]] = (
    Resource("safehouse_night", "nights in a safehouse", "nights", NIGHT, "time in place SAFEHOUSE"),
    Resource("casework_week", "weeks of casework", "weeks", WEEK, "SUPPORT_STARTED to SUPPORT_ENDED"),
    Resource(
        "subsistence_week",
        "weeks of subsistence",
        "weeks",
        WEEK,
        "SUPPORT_STARTED to SUBSISTENCE_ENDED",
    ),
    Resource(
        "asylum_night",
        "nights in asylum accommodation",
        "nights",
        NIGHT,
        "time in place ASYLUM_ACCOMMODATION",
    ),
    Resource(
        "reasonable_grounds_decision",
        "reasonable grounds decisions",
        "decisions",
        EACH,
        "RG_POSITIVE, RG_NEGATIVE",
    ),
    Resource(
        "conclusive_grounds_decision",
        "conclusive grounds decisions",
        "decisions",
        EACH,
        "CG_POSITIVE, CG_NEGATIVE",
    ),
    Resource(
        "temporary_night_single",
        "nights in council temporary accommodation, without dependants",
        "nights",
        NIGHT,
        "time in place COUNCIL_TEMPORARY of people without dependants",
    ),
    Resource(
        "temporary_night_family",
        "nights in council temporary accommodation, with dependants",
        "nights",
        NIGHT,
        "time in place COUNCIL_TEMPORARY of people with dependants",
    ),
    Resource("bridging_night", "nights in a bridging home", "nights", NIGHT, "time in place BRIDGING_HOME"),
    Resource("prevention_case", "prevention duties begun", "duties", EACH, "PREVENTION_STARTED"),
    Resource("relief_case", "relief duties begun", "duties", EACH, "RELIEF_STARTED"),
    Resource(
        "main_duty_inquiry",
        "decisions on the main duty",
        "decisions",
        EACH,
        "MAIN_DUTY_ACCEPTED, MAIN_DUTY_REFUSED",
    ),
    Resource("rough_year_councils", "years of sleeping rough (councils)", "years", YEAR, _ROUGH),
    Resource("rough_year_health", "years of sleeping rough (NHS)", "years", YEAR, _ROUGH),
    Resource("rough_year_justice", "years of sleeping rough (police and courts)", "years", YEAR, _ROUGH),
    Resource("crisis_health", "crises", "crises", EACH, "CRISIS"),
    Resource("asylum_legal_help", "asylum decisions", "decisions", EACH, "ASYLUM_GRANTED, ASYLUM_REFUSED"),
    Resource("re_exploitation_harm", "re-exploitations", "events", EACH, "RE_EXPLOITED"),
)

PUBLIC: Final[dict[str, str]] = {
    "home_office": "Home Office",
    "councils": "councils",
    "nhs": "NHS",
    "legal_aid": "legal aid",
    "other_public": "other public bodies",
}
"""Payers whose costs are public, by the name in metrics."""
CHARITY: Final = "charity"
PAYERS: Final[dict[str, str]] = {**PUBLIC, CHARITY: "charity"}
SOCIETY: Final = "society"
"""Who bears the value of harm, which is no payment."""

COST: Final = "cost"
RESOURCE: Final = "resource"
CALENDAR: Final = "calendar"


_BEDS: Final[tuple[Row, ...]] = (
    (
        "bed_wait_p90",
        "Days waited for a safehouse bed by those who asked from the policy date on, ninth decile",
        "days",
        "lower",
        CALENDAR,
        "Kaplan-Meier from BED_REQUESTED to BED_TAKEN; infinite if fewer than nine in ten get one",
    ),
    (
        "bed_given_up_everyone",
        "Number of times somebody stopped waiting for a safehouse bed, from the policy date to the horizon",
        "events",
        "lower",
        CALENDAR,
        "count of BED_WAIT_GIVEN_UP in [start of the cohort's window, horizon)",
    ),
    (
        "bed_not_reached_share",
        "Share of waits for a safehouse bed, begun from the policy date on, that ended without one",
        "share",
        "lower",
        CALENDAR,
        "ended waits not served / ended waits: given up, support over or a home found; declined not counted",
    ),
)
"""What a bed that is kept longer costs those who wait for one."""


def metrics() -> Iterator[Row]:
    """Every metric of costs."""
    window = "in [t0, t0 + follow-up)"
    for key, payer in PAYERS.items():
        yield (
            f"cost_{key}",
            f"Cost to {_the(payer)} of a survivor's follow-up, on average",
            "£",
            "lower",
            COST,
            f"mean over the cohort of resources used {window} x unit costs that {_the(payer)} pays",
        )
    yield (
        "cost_public",
        "Cost to public bodies of a survivor's follow-up, on average",
        "£",
        "lower",
        COST,
        "sum over all payers but charities; prices of 2024-25, not discounted",
    )
    yield (
        "harm_value",
        "Value put on new exploitation in a survivor's follow-up, on average (mostly not money)",
        "£",
        "lower",
        COST,
        f"mean number of RE_EXPLOITED {window} x costs.re_exploitation_harm, in prices of 2016-17",
    )
    yield (
        "cost_public_with_harm",
        "Cost to public bodies and the value of harm of a survivor's follow-up, on average",
        "£",
        "lower",
        COST,
        "cost_public + harm_value, which are in prices of different years",
    )
    yield (
        "insecure_days_follow_up",
        "Days without a secure place in the whole follow-up, on average",
        "days",
        "lower",
        COST,
        f"mean time {window} with friends, on the street or out of contact: the divisor of costs",
    )
    for each in RESOURCES:
        yield (
            f"resource_{each.name}",
            f"{each.words[:1].upper()}{each.words[1:]} in a survivor's follow-up, on average",
            each.unit,
            "none",
            RESOURCE,
            f"mean over the cohort {window}: {each.formula}",
        )
    yield (
        "resource_services_cost",
        "Cost of services beside and after the NRM in a survivor's follow-up, on average",
        "£",
        "none",
        RESOURCE,
        f"mean over the cohort of the weeks {window} in each service x its cost_per_week",
    )
    yield from _BEDS
    for key, payer in PAYERS.items():
        yield (
            f"cost_{key}_everyone",
            f"Cost a year to {_the(payer)}, all survivors followed together, from the policy date on",
            "£ million",
            "lower",
            CALENDAR,
            "resources used by everyone in [start of the cohort's window, horizon) x unit costs / years",
        )
    yield (
        "cost_public_everyone",
        "Cost a year to public bodies, all survivors followed together, from the policy date on",
        "£ million",
        "lower",
        CALENDAR,
        "sum over all payers but charities",
    )


def _the(payer: str) -> str:
    """The payer in a sentence."""
    return {"Home Office": "the Home Office", "NHS": "the NHS", "charity": "charities"}.get(payer, payer)
