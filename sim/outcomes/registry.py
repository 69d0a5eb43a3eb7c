"""Every metric by name: what it says in one sentence, its unit, which way is good, and its formula.

The one list from which tables, pages and exports take their words. Families: *headline* (co-primary, shown
first and by group), *secondary*, *descriptive* (measured from an exit, so never differenced as an effect),
*calendar* (everyone's days, in or out of the cohort), *cost*, *resource*, *recovery* (core outcomes) and
*coupled* (shares of people, which depend on how luck is paired). Not here: any computation.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal

from sim.errors import SimError
from sim.outcomes import paired, reach, recovery, resources

Better = Literal["lower", "higher", "none"]
Family = Literal[
    "headline", "secondary", "descriptive", "calendar", "cost", "resource", "recovery", "coupled"
]


@dataclass(frozen=True)
class Metric:
    """A figure that a run yields.

    Attributes
    ----------
    name : str
    sentence : str
        What the figure says, for readers.
    unit : str
        days, share, people, events per person-year, supports, ratio, person-days, homes, households, nights.
    better : str
        lower, higher, or none where neither way is good in itself.
    family : str
    formula : str
        How it is computed, for analysts.
    """

    name: str
    sentence: str
    unit: str
    better: Better
    family: Family
    formula: str


METRICS: dict[str, Metric] = {}


def _add(name: str, sentence: str, unit: str, better: Better, family: Family, formula: str) -> None:
    METRICS[name] = Metric(name, sentence, unit, better, family, formula)


HORIZONS = (90, 180, 365, 730)
RP_WORDS = MappingProxyType(
    {
        "RP1a": "was referred into the NRM again after new exploitation",
        "RP1b": "was referred into the NRM again for the same incident",
        "RP2": "applied as homeless after an earlier duty or after support had ended",
        "RP3": "came back to a provider in urgent need after support ended",
        "RP4": "was exploited again, known to anyone or not",
        "RP5": "went missing for 28 days or more",
        "RP6": "slept rough for a night or more",
    }
)
RP_PARTS = MappingProxyType(
    {
        "RP2_refused": "applied as homeless after an earlier duty or after support had ended, "
        "and was refused as not eligible or not homeless",
    }
)

_YEARS = (
    ("year_1", "the first year after a positive decision", "[t0, t0+365)"),
    ("year_2", "the second year after a positive decision", "[t0+365, t0+730)"),
)
_PLACES: tuple[tuple[str, str, Better], ...] = (
    ("settled_days", "in a settled home", "higher"),
    ("safehouse_days", "in a safehouse", "none"),
    ("council_temporary_days", "in council temporary accommodation", "none"),
    ("asylum_accommodation_days", "in asylum accommodation", "none"),
    ("custody_days", "in custody", "none"),
    ("bridging_days", "in a bridging home", "none"),
    ("left_days", "after death or departure from the UK", "none"),
    ("unknown_days", "with no known place", "none"),
)
_ROOFS: tuple[tuple[str, str, Better], ...] = (
    ("settled", "in a settled home", "higher"),
    ("interim", "in interim accommodation", "none"),
    ("no_roof", "with an insecure place or none", "lower"),
)
_STOCKS: tuple[tuple[str, str, Better], ...] = (
    ("cg_backlog_mean", "waiting for a conclusive grounds decision", "lower"),
    ("people_in_support_mean", "in Victim Care casework", "none"),
    ("beds_occupied_mean", "in a safehouse bed", "none"),
    ("bed_line_mean", "waiting for a safehouse bed", "lower"),
)
for _year, _words, _window in _YEARS:
    _add(
        f"insecure_days_{_year}",
        f"Days without a secure place in {_words}, on average",
        "days",
        "lower",
        "headline",
        f"mean over the cohort of the time in {_window} with friends, on the street or out of contact",
    )
    _add(
        f"insecure_no_worker_days_{_year}",
        f"Days with neither a secure place nor a worker in {_words}, on average",
        "days",
        "lower",
        "headline",
        f"as insecure days in {_window}, outside contact spells (to 28 days after the last contact)",
    )
    _add(
        f"long_insecure_share_{_year}",
        f"Share with 28 or more consecutive days without a secure place touching {_words}",
        "share",
        "lower",
        "headline" if _year == "year_1" else "secondary",
        f"share with a merged insecure spell of 28 days or more, cut to follow-up, touching {_window}",
    )
    _add(
        f"worker_days_{_year}",
        f"Days in the community with a named worker in {_words}, on average",
        "days",
        "higher",
        "secondary",
        f"mean time in {_window} inside contact spells, out of custody and in the UK",
    )
    for _name, _place, _better in _PLACES:
        _add(
            f"{_name}_{_year}",
            f"Days {_place} in {_words}, on average",
            "days",
            _better,
            "secondary",
            f"mean time in {_window} in the category; the categories sum to the window",
        )

for _day in HORIZONS:
    _add(
        f"harm_by_day_{_day}",
        f"Share harmed (new exploitation, a night rough, missing) within {_day} days of the decision",
        "share",
        "lower",
        "headline" if _day == 365 else "secondary",
        f"Aalen-Johansen incidence at {_day} days of the first of RP4, RP5, RP6; death and departure compete",
    )
    _add(
        f"recorded_by_day_{_day}",
        f"Share who came back on record within {_day} days of the decision",
        "share",
        "lower",
        "headline" if _day in (365, 730) else "secondary",
        f"Aalen-Johansen incidence at {_day} days of the first of RP1, RP2, RP3; moves with detection too",
    )
    for _kind, _words in RP_WORDS.items():
        _add(
            f"{_kind.lower()}_by_day_{_day}",
            f"Share who {_words} within {_day} days of the decision",
            "share",
            "lower",
            "secondary",
            f"Aalen-Johansen incidence of the first {_kind} at {_day} days; death and departure compete",
        )
for _kind, _words in RP_WORDS.items():
    _add(
        f"{_kind.lower()}_per_person_year",
        f"How often a survivor {_words}, per year lived in the community",
        "events per person-year",
        "lower",
        "secondary",
        f"all {_kind} in follow-up / (days in the community / 365.25)",
    )
for _day in HORIZONS:
    _add(
        f"recorded_held_by_day_{_day}",
        f"Share who came back on record within {_day} days of the decision, with detection held as it is "
        "today",
        "share",
        "lower",
        "secondary",
        f"as recorded_by_day_{_day}; RP1a and RP3 counted with the contact the same person had in the "
        "baseline",
    )
for _name, _words, _kinds in (
    ("harm", "Harms", "RP4 + RP5 + RP6"),
    ("recorded", "Recorded returns", "RP1a + RP1b + RP2 + RP3"),
    ("recorded_held", "Recorded returns, with detection held as it is today,", "RP1a + RP1b + RP2 + RP3"),
):
    _add(
        f"{_name}_per_person_year",
        f"{_words} per year lived in the community",
        "events per person-year",
        "lower",
        "secondary",
        f"all {_kinds} in follow-up / (days in the community / 365.25)",
    )
for _kind, _words in RP_PARTS.items():
    for _day in HORIZONS:
        _add(
            f"{_kind.lower()}_by_day_{_day}",
            f"Share who {_words} within {_day} days of the decision",
            "share",
            "none",
            "descriptive",
            f"Aalen-Johansen incidence of the first such RP2 at {_day} days; death and departure compete",
        )
    _add(
        f"{_kind.lower()}_per_person_year",
        f"How often a survivor {_words}, per year lived in the community",
        "events per person-year",
        "none",
        "descriptive",
        "all such RP2 in follow-up / (days in the community / 365.25)",
    )

_add("cohort_people", "People in the cohort", "people", "none", "secondary", "count; equal in all scenarios")
_add(
    "unknown_place_share",
    "Share with an unknown place at any time in follow-up (should be none)",
    "share",
    "none",
    "secondary",
    "share of the cohort with time in the unknown category, which is never counted as secure",
)
_add(
    "rough_at_t0_share",
    "Share already on the street on the day of the decision",
    "share",
    "none",
    "secondary",
    "share in place STREET at t0; part of harm from day 0 where that spell holds a night",
)
_add(
    "victim_care_days",
    "Days in Victim Care casework within follow-up, on average",
    "days",
    "none",
    "secondary",
    "mean time in [t0, t0 + follow-up) between SUPPORT_STARTED and SUPPORT_ENDED",
)
_add(
    "settled_by_day_365",
    "Share who reached a settled home within a year of the decision",
    "share",
    "higher",
    "secondary",
    "share of the cohort whose first time in a settled home is before t0 + 365 (at t0 counts)",
)

_add(
    "homes_gained",
    "Social or private homes gained within follow-up, on average",
    "homes",
    "none",
    "secondary",
    "moves into SOCIAL_HOME or PRIVATE_HOME in [t0, t0 + follow-up) / people; one person may gain several",
)
_add(
    "two_cliffs_share",
    "Share for whom both support and asylum accommodation ended within follow-up",
    "share",
    "none",
    "secondary",
    "share with an exit from support and a move out of asylum accommodation (no absence) in follow-up",
)
_add(
    "two_cliffs_56_share",
    "Share for whom support and asylum accommodation ended within 56 days of each other",
    "share",
    "lower",
    "secondary",
    "as two_cliffs_share, the two instants at most 56 days apart",
)
_add(
    "ineligible_at_t0_share",
    "Share not eligible for housing assistance on the day of the decision",
    "share",
    "none",
    "secondary",
    "share at t0 with a pending claim, no status, or pre-settled status without a right to reside",
)
_add(
    "ineligible_year_1_share",
    "Share outside every housing reform in the first year: not eligible, and given no leave",
    "share",
    "lower",
    "secondary",
    "not eligible at t0, and neither ASYLUM_GRANTED nor LEAVE_GRANTED in [t0, t0+365)",
)
_add(
    "refused_not_eligible_share",
    "Share refused by a council as not eligible",
    "share",
    "lower",
    "secondary",
    "share with APPLICATION_REFUSED for NOT_ELIGIBLE in follow-up",
)
_add(
    "refused_no_priority_share",
    "Share found not to be in priority need",
    "share",
    "lower",
    "secondary",
    "share with MAIN_DUTY_REFUSED for NO_PRIORITY_NEED in follow-up",
)
_add(
    "refused_by_register_share",
    "Share refused by a housing register for lack of a local connection",
    "share",
    "lower",
    "secondary",
    "share with REGISTER_REFUSED in follow-up",
)

_add(
    "exits_people",
    "People whose support ended within follow-up and who live on in the UK",
    "people",
    "none",
    "descriptive",
    "first SUPPORT_ENDED from t0 on, or the end of the bed held then if later",
)
for _day in (90, 180, 365):
    _add(
        f"c2_uncovered_days_{_day}",
        f"C2: days with no named worker in the {_day} days after support ended, on average",
        "days",
        "lower",
        "descriptive",
        f"mean time in the community outside contact in [exit, exit+{_day}), with no days of grace",
    )
for _day in (0, 7, 28, 56, 90):
    for _name, _words, _better in _ROOFS:
        _add(
            f"c3_{_name}_day_{_day}",
            f"C3: share {_words} {_day} days after support ended",
            "share",
            _better,
            "descriptive",
            f"share of exits followed to day {_day}; custody, death and departure make up the rest",
        )
_add(
    "c4_ending_together_mean",
    "C4: supports (bed, subsistence, casework) that ended within one 14-day window, on average",
    "supports",
    "lower",
    "descriptive",
    "mean over exits of the largest number of kinds ending within 14 days",
)
_add(
    "c4_all_three_share",
    "C4: share whose bed, subsistence and casework all ended within one 14-day window",
    "share",
    "lower",
    "descriptive",
    "share of exits with three kinds ending within 14 days",
)
_add(
    "c5_crisis_ratio",
    "C5: crises in the 90 days after support ended, relative to the 90 days before",
    "ratio",
    "lower",
    "descriptive",
    "crises per person-day in the community after exit / before it",
)
_add(
    "c5_excess_crises_per_100_exits",
    "C5: crises in excess in the 90 days after support ended, per 100 people leaving",
    "events",
    "lower",
    "descriptive",
    "100 x 90 x (rate after - rate before)",
)
_add(
    "c6_insecure_at_exit_share",
    "C6: share leaving support with an insecure place or none",
    "share",
    "lower",
    "descriptive",
    "share of exits in the insecure category at the instant of exit",
)
_add(
    "c6_no_status_at_exit_share",
    "C6: share leaving support with no immigration status",
    "share",
    "lower",
    "descriptive",
    "share of exits with no status at the instant of exit (health and income needs are not in the log)",
)
_add(
    "ineligible_at_exit_share",
    "Share leaving support without being eligible for housing assistance",
    "share",
    "lower",
    "descriptive",
    "share of exits with a pending claim, no status, or pre-settled status without a right to reside",
)
for _place, _words in (("first", "first"), ("second", "second")):
    _add(
        f"{_place}_cliff_insecure_days_90",
        f"Days without a secure place in the 90 days after the {_words} of two cliffs, on average",
        "days",
        "lower",
        "descriptive",
        f"people with both ends: insecure time in 90 days after the {_words} of leaving support and asylum "
        "accommodation, to the end of follow-up",
    )
_add(
    "c7_days_to_settled_median",
    "C7: days from the end of support to a settled home, median",
    "days",
    "lower",
    "descriptive",
    "Kaplan-Meier, people who die or leave censored; infinite if half never get there",
)
_add(
    "c7_settled_by_day_365",
    "C7: share settled within a year of the end of support",
    "share",
    "higher",
    "descriptive",
    "Aalen-Johansen incidence at 365 days after exit; death and departure compete",
)
_add(
    "c8_shortfall_days",
    "C8: days of support too few to reach a settled home, on average",
    "days",
    "lower",
    "descriptive",
    "mean of max(0, days from t0 to settled - days from t0 to exit), cut at 365, death and departure",
)

_add(
    "insecure_person_days_everyone",
    "Days without a secure place, all survivors followed together, from the policy date to the horizon",
    "person-days",
    "lower",
    "calendar",
    "time of everyone in the insecure category in [start of the cohort's window, horizon)",
)
for _name, _words, _event in (
    ("re_exploited", "re-exploitations", "RE_EXPLOITED"),
    ("went_missing", "times somebody went missing", "WENT_MISSING"),
    ("repeat_referrals", "repeat referrals into the NRM", "REFERRED with visit > 0"),
):
    _add(
        f"{_name}_everyone",
        f"Number of {_words} among everyone, from the policy date to the horizon",
        "events",
        "lower",
        "calendar",
        f"count of {_event} in [start of the cohort's window, horizon)",
    )
for _name, _words, _better in _STOCKS:
    _add(
        _name,
        f"People {_words}, mean from the policy date to the horizon",
        "people",
        _better,
        "calendar",
        "person-days of the station in [start of the cohort's window, horizon) / days",
    )
_add(
    "bed_wait_median",
    "Days waited for a safehouse bed by those who asked from the policy date on, median",
    "days",
    "lower",
    "calendar",
    "Kaplan-Meier from BED_REQUESTED to BED_TAKEN; giving up and still waiting are censored",
)
for _listed in (*reach.metrics(), *resources.metrics(), *recovery.metrics(), *paired.metrics()):
    _add(*_listed)

for _name, _words, _unit, _formula in (
    (
        "social_homes_gained_everyone",
        "Social homes gained by all survivors from the policy date to the horizon",
        "homes",
        "moves into SOCIAL_HOME in [start of the cohort's window, horizon)",
    ),
    (
        "private_homes_gained_everyone",
        "Private homes gained by all survivors, with help or alone, from the policy date to the horizon",
        "homes",
        "moves into PRIVATE_HOME in [start of the cohort's window, horizon)",
    ),
    (
        "homes_held_mean",
        "Social and private homes held by survivors, mean from the policy date to the horizon",
        "homes",
        "person-days in SOCIAL_HOME and PRIVATE_HOME in [start of the cohort's window, horizon) / days",
    ),
    (
        "homes_others_wait_for_everyone",
        "Homes gained by survivors that other households wait for; above the baseline, homes displaced",
        "homes",
        "(1 - housing.supply.response) x (social + private homes gained): an identity, not a forecast",
    ),
    (
        "households_waiting_instead_mean",
        "Other households waiting because survivors hold homes, mean; above the baseline, those displaced",
        "households",
        "(1 - housing.supply.response) x homes held: an identity, not a forecast",
    ),
    (
        "temporary_nights_everyone",
        "Nights of all survivors in council temporary accommodation, from the policy date to the horizon",
        "nights",
        "person-days in COUNCIL_TEMPORARY in [start of the cohort's window, horizon)",
    ),
    (
        "social_homes_share_of_lets",
        "Social homes gained by survivors a year, as a share of lets to homeless households in England",
        "share",
        "social homes gained a year / housing.supply.lets_to_homeless_per_year (Wales is in the first only)",
    ),
    (
        "temporary_share_of_households",
        "Survivors in council temporary accommodation, as a share of all households in it in England",
        "share",
        "mean number in COUNCIL_TEMPORARY / housing.supply.households_in_temporary (Wales in the first only)",
    ),
    (
        "other_homes_let_everyone",
        "Social homes let to other households in the lines, from the policy date to the horizon",
        "homes",
        "lettings less LETTING_TAKEN, while others wait, in [start of the cohort's window, horizon)",
    ),
    (
        "other_households_in_line_mean",
        "Other households in the lines for social homes, mean from the policy date to the horizon",
        "households",
        "household-days in line in [start of the cohort's window, horizon) / days; only if homes are queued",
    ),
    (
        "other_households_left_everyone",
        "Other households that left the lines without a social home, from the policy date to the horizon",
        "households",
        "households whose own time was up before a letting, in [start of the cohort's window, horizon)",
    ),
    (
        "other_households_later_everyone",
        "Other households housed later than under today's rules, or no longer housed by the horizon",
        "households",
        "the same households (region and number) housed later than in the baseline of the same replication",
    ),
    (
        "other_households_days_later",
        "Days by which other households are housed later, on average over those housed both times",
        "days",
        "mean of the days from the letting in the baseline to that here, over those housed later; 0 if none",
    ),
):
    _add(_name, _words, _unit, "none", "calendar", _formula)

HEADLINES: tuple[str, ...] = tuple(name for name, metric in METRICS.items() if metric.family == "headline")

NOT_COMPUTED: dict[str, str] = {
    "C1": "drop in contact hours: the log holds contact, not hours",
    "RP7": "health crises are not told apart from other crises in this version",
    "core outcome 4": "compassionate, trauma-informed services: nothing in the log says how people are met",
    "core outcome 5": "finding purpose and self-actualisation: not modelled",
}


def metric(name: str) -> Metric:
    """The metric of this name.

    Raises
    ------
    SimError
        If there is none; the message names the nearest.
    """
    if name not in METRICS:
        nearest = get_close_matches(name, METRICS, 3, 0.0)
        raise SimError(f"metric {name!r} is not measured; nearest: {', '.join(nearest)}")
    return METRICS[name]
