"""Plain words for the names under which outcomes are stored: metrics, curves, series and groups.

The only list of such names in `present`. A name that is not here is still shown, under its own spelling, so
that nothing stored goes missing from a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class MetricName:
    """How a measure is spoken of: a short title, and the subject of a sentence about it."""

    title: str
    subject: str
    plural: bool
    note: str = ""


PUT_OFF: Final = (
    "Nobody whose casework lasts can return on record, so an option that lengthens support lowers this "
    "partly by "
    "putting returns off: set 365 days beside 730."
)
"""What stands beside every figure of recorded return."""

PRIMARY: Final = "insecure_days_year_1"
SECOND_YEAR: Final = "insecure_days_year_2"

METRICS: Final[dict[str, MetricName]] = {
    "insecure_days_year_1": MetricName(
        "Days with nowhere secure, first year",
        "the days of every survivor's first year with nowhere secure to live, on average,",
        True,
    ),
    "insecure_no_worker_days_year_1": MetricName(
        "Days with nowhere secure and no worker, first year",
        "the days of every survivor's first year with nowhere secure to live and no named worker, on "
        "average,",
        True,
    ),
    "long_insecure_share_year_1": MetricName(
        "28 or more days in a row with nowhere secure, first year",
        "the share of survivors with nowhere secure to live for 28 days or more in a row in their first year",
        False,
    ),
    "insecure_days_year_2": MetricName(
        "Days with nowhere secure, second year",
        "the days of every survivor's second year with nowhere secure to live, on average,",
        True,
    ),
    "insecure_no_worker_days_year_2": MetricName(
        "Days with nowhere secure and no worker, second year",
        "the days of every survivor's second year with nowhere secure to live and no named worker, on "
        "average,",
        True,
    ),
    "harm_by_day_365": MetricName(
        "Harm within a year",
        "the share of survivors exploited again, sleeping rough or missing within a year",
        False,
    ),
    "recorded_by_day_365": MetricName(
        "Recorded return within 365 days",
        "the share of survivors referred again, applying as homeless after an earlier duty or after support "
        "had "
        "ended, or returning in urgent need, within 365 days,",
        False,
        PUT_OFF,
    ),
    "recorded_by_day_730": MetricName(
        "Recorded return within 730 days",
        "the share of survivors referred again, applying as homeless after an earlier duty or after support "
        "had "
        "ended, or returning in urgent need, within 730 days,",
        False,
        PUT_OFF,
    ),
    "cost_public": MetricName(
        "Cost to public bodies",
        "the cost to public bodies of each survivor's follow-up, on average,",
        False,
    ),
    "cost_public_everyone": MetricName(
        "Cost to public bodies a year, all survivors together",
        "the cost a year to public bodies of all survivors together, from the policy date on,",
        False,
    ),
}

CO_PRIMARY: Final = frozenset(
    {"insecure_days_year_1", "insecure_no_worker_days_year_1", "long_insecure_share_year_1"}
)
"""The measures that were chosen beforehand: the only ones that are said to fall or rise."""

SAID_LATER: Final = frozenset(
    {"insecure_days_year_2", "insecure_no_worker_days_year_2", "recorded_by_day_365", "recorded_by_day_730"}
)
"""Headline measures that are told after the others: the second year, and what depends on being found."""

PLACES_CURVE: Final = "places"
HARM_CURVE: Final = "harm"
RECORDED_CURVE: Final = "recorded"

GROUPS: Final[dict[str, str]] = {
    "sex": "Sex",
    "nationality": "Nationality",
    "status": "Immigration status on the day of the decision",
    "place": "Where people lived on the day of the decision",
    "support": "Support under the contract on the day of the decision",
    "dependants": "Children or other dependants",
    "exploitation": "Exploitation",
    "region": "Region",
}
"""Groups in the order in which they are shown."""

SERIES: Final[dict[tuple[str, str, str], str]] = {
    ("referrals", "count", "quarter"): "referrals",
    ("rg_decisions", "count", "quarter"): "rg_decisions",
    ("cg_decisions", "count", "quarter"): "cg_decisions",
    ("cg_backlog", "count", "quarter"): "cg_backlog",
    ("rg_backlog", "count", "quarter"): "rg_backlog",
    ("cg_wait", "mean", "year"): "cg_wait_mean",
    ("cg_wait", "median", "year"): "cg_wait_median",
    ("cg_wait", "median", "quarter"): "cg_wait_median_quarter",
    ("rg_wait", "median", "year"): "rg_wait_median",
    ("support_entrants", "count", "straddling year"): "support_entrants",
    ("in_support", "count", "quarter"): "people_in_support",
    ("repeat_referrals", "count", "year"): "repeat_referrals",
    ("duties_started", "count", "year"): "duties_started",
    ("duties_started", "count", "straddling year"): "duties_started",
    ("asylum_prevention_share", "share", "quarter"): "asylum_prevention_share",
}
"""Stored calendar series of each published measure, statistic and kind of period."""

OVER_YEARS: Final[tuple[tuple[str, str, bool], ...]] = (
    ("people_in_support", "Adults in support", True),
    ("beds_occupied_mean", "Safehouse places in use", False),
    ("bed_line", "Waiting for a safehouse place", True),
    ("bed_wait_median", "Days to a place, median", False),
    ("cg_backlog", "Waiting for a conclusive decision", True),
    ("cg_wait_median", "Days to decision, median", False),
)
"""Calendar series shown for every scenario: name, title, and whether it is a stock at the end of its
period.
"""


def metric_name(metric: str) -> MetricName:
    """How this measure is spoken of; one that is not listed is known by its spelling.

    Examples
    --------
    >>> metric_name("median_wait_x").subject
    'median wait x'
    """
    if metric in METRICS:
        return METRICS[metric]
    plain = metric.replace("_", " ")
    return MetricName(plain[:1].upper() + plain[1:], plain, False)


def group_label(group: str) -> tuple[str, str]:
    """Heading and value of a stored group such as ``sex=female``."""
    subject, _, value = group.partition("=")
    return GROUPS.get(subject, subject.replace("_", " ").capitalize()), value.replace("_", " ")


PEOPLE: Final[dict[str, str]] = {
    "sex=female": "women",
    "sex=male": "men",
    "nationality=UK": "UK nationals",
    "nationality=EU": "EU nationals",
    "nationality=other": "people of other nationalities",
    "status=British": "British people",
    "status=EU settled status": "people with EU settled status",
    "status=leave to remain": "people with leave to remain at the decision",
    "status=asylum claim pending": "people with an asylum claim pending at the decision",
    "status=no status": "people without status at the decision",
    "status=EU pre-settled status, no right to reside": "people with EU pre-settled status alone",
    "place=settled home": "people in a settled home at the decision",
    "place=safehouse": "people in a safehouse at the decision",
    "place=council temporary accommodation": "people in council temporary accommodation at the decision",
    "place=asylum accommodation": "people in asylum accommodation at the decision",
    "place=insecure or none": "people with nowhere secure at the decision",
    "place=not known": "people out of contact at the decision",
    "place=custody": "people in custody at the decision",
    "support=in support": "people in support at the decision",
    "support=not in support": "people not in support at the decision",
    "dependants=yes": "people with children or other dependants",
    "dependants=no": "people without dependants",
}
"""Groups as people; one that is not here is told by its heading and value."""

_LITTLE: Final[dict[tuple[str, str], str]] = {
    ("dependants=yes", "housing.priority_need."): "in priority need already",
    ("status=no status", "housing."): "not eligible for housing help until they have leave",
    ("status=asylum claim pending", "housing."): "not eligible for housing help until they have leave",
    ("place=asylum accommodation", "housing."): "not eligible for housing help until they have leave",
}


def group_people(group: str) -> str:
    """A stored group as people.

    Examples
    --------
    >>> group_people("dependants=yes"), group_people("region=North East")
    ('people with children or other dependants', 'region: North East')
    """
    heading, value = group_label(group)
    return PEOPLE.get(group, f"{heading[:1].lower()}{heading[1:]}: {value}")


def why_little(group: str, paths: Sequence[str]) -> str:
    """Why a rule of the model keeps an option from this group; empty unless it does for every changed path.

    Parameters
    ----------
    group : str
    paths : sequence of str
        What the option changes.

    Examples
    --------
    >>> why_little("dependants=yes", ["housing.priority_need.confirmed_survivors"])
    'in priority need already'
    """
    for (of, start), why in _LITTLE.items():
        if of == group and paths and all(path.startswith(start) for path in paths):
            return why
    return ""
