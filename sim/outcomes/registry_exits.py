"""The metrics counted from the end of support, in words: C2 to C8, and the second of two cliffs.

They describe one scenario and are never differenced as an effect, since who leaves support, and when, is
itself changed by an option. Listed by `registry`. Not here: any computation (`exits`, `two_cliffs`).
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.outcomes.metric import Better, Row

_ROOFS: tuple[tuple[str, str, Better], ...] = (
    ("settled", "in a settled home", "higher"),
    ("interim", "in interim accommodation", "none"),
    ("no_roof", "with an insecure place or none", "lower"),
)


def exits() -> Iterator[Row]:
    """What is measured from an exit on."""
    yield (
        "exits_people",
        "People whose support ended within follow-up and who live on in the UK",
        "people",
        "none",
        "descriptive",
        "first SUPPORT_ENDED from t0 on, or the end of the bed held then if later",
    )
    for day in (90, 180, 365):
        yield (
            f"c2_uncovered_days_{day}",
            f"C2: days with no named worker in the {day} days after support ended, on average",
            "days",
            "lower",
            "descriptive",
            f"mean time in the community outside contact in [exit, exit+{day}), with no days of grace",
        )
    for day in (0, 7, 28, 56, 90):
        for name, words, better in _ROOFS:
            yield (
                f"c3_{name}_day_{day}",
                f"C3: share {words} {day} days after support ended",
                "share",
                better,
                "descriptive",
                f"share of exits followed to day {day}; custody, death and departure make up the rest",
            )
    yield (
        "c4_ending_together_mean",
        "C4: supports (bed, subsistence, casework) that ended within one 14-day window, on average",
        "supports",
        "lower",
        "descriptive",
        "mean over exits of the largest number of kinds ending within 14 days",
    )
    yield (
        "c4_all_three_share",
        "C4: share whose bed, subsistence and casework all ended within one 14-day window",
        "share",
        "lower",
        "descriptive",
        "share of exits with three kinds ending within 14 days",
    )
    yield (
        "c5_crisis_ratio",
        "C5: crises in the 90 days after support ended, relative to the 90 days before",
        "ratio",
        "lower",
        "descriptive",
        "crises per person-day in the community after exit / before it",
    )
    yield (
        "c5_excess_crises_per_100_exits",
        "C5: crises in excess in the 90 days after support ended, per 100 people leaving",
        "events",
        "lower",
        "descriptive",
        "100 x 90 x (rate after - rate before)",
    )
    yield (
        "c6_insecure_at_exit_share",
        "C6: share leaving support with an insecure place or none",
        "share",
        "lower",
        "descriptive",
        "share of exits in the insecure category at the instant of exit",
    )
    yield (
        "c6_no_status_at_exit_share",
        "C6: share leaving support with no immigration status",
        "share",
        "lower",
        "descriptive",
        "share of exits with no status at the instant of exit (health and income needs are not in the log)",
    )
    yield (
        "ineligible_at_exit_share",
        "Share leaving support without being eligible for housing assistance",
        "share",
        "lower",
        "descriptive",
        "share of exits with a pending claim, no status, or pre-settled status without a right to reside",
    )
    for place, words in (("first", "first"), ("second", "second")):
        yield (
            f"{place}_cliff_insecure_days_90",
            f"Days without a secure place in the 90 days after the {words} of two cliffs, on average",
            "days",
            "lower",
            "descriptive",
            f"people with both ends: insecure time in 90 days after the {words} of leaving support "
            "and asylum "
            "accommodation, to the end of follow-up",
        )
    yield (
        "c7_days_to_settled_median",
        "C7: days from the end of support to a settled home, median",
        "days",
        "lower",
        "descriptive",
        "Kaplan-Meier, people who die or leave censored; infinite if half never get there",
    )
    yield (
        "c7_settled_by_day_365",
        "C7: share settled within a year of the end of support",
        "share",
        "higher",
        "descriptive",
        "Aalen-Johansen incidence at 365 days after exit; death and departure compete",
    )
    yield (
        "c8_shortfall_days",
        "C8: days of support too few to reach a settled home, on average",
        "days",
        "lower",
        "descriptive",
        "mean of max(0, days from t0 to settled - days from t0 to exit), cut at 365, death and departure",
    )
