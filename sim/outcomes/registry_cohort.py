"""The metrics of the cohort from the positive decision on, in words: days by place, status, refusals.

Listed by `registry`, which holds every metric. Not here: any computation (`measure`).
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.outcomes.metric import Better, Row

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


def days() -> Iterator[Row]:
    """Days in each place, with a worker and with neither, in the first and in the second year."""
    for year, words, window in _YEARS:
        yield (
            f"insecure_days_{year}",
            f"Days without a secure place in {words}, on average",
            "days",
            "lower",
            "headline",
            f"mean over the cohort of the time in {window} with friends, on the street or out of contact",
        )
        yield (
            f"insecure_no_worker_days_{year}",
            f"Days with neither a secure place nor a worker in {words}, on average",
            "days",
            "lower",
            "headline",
            f"as insecure days in {window}, outside contact spells (to 28 days after the last contact)",
        )
        yield (
            f"long_insecure_share_{year}",
            f"Share with 28 or more consecutive days without a secure place touching {words}",
            "share",
            "lower",
            "headline" if year == "year_1" else "secondary",
            f"share with a merged insecure spell of 28 days or more, cut to follow-up, touching {window}",
        )
        yield (
            f"worker_days_{year}",
            f"Days in the community with a named worker in {words}, on average",
            "days",
            "higher",
            "secondary",
            f"mean time in {window} inside contact spells, out of custody and in the UK",
        )
        for name, place, better in _PLACES:
            yield (
                f"{name}_{year}",
                f"Days {place} in {words}, on average",
                "days",
                better,
                "secondary",
                f"mean time in {window} in the category; the categories sum to the window",
            )


def standing() -> Iterator[Row]:
    """The cohort itself, its homes, its two cliffs, and who stands outside which reform."""
    yield (
        "cohort_people",
        "People in the cohort",
        "people",
        "none",
        "secondary",
        "count; equal in all scenarios",
    )
    yield (
        "unknown_place_share",
        "Share with an unknown place at any time in follow-up (should be none)",
        "share",
        "none",
        "secondary",
        "share of the cohort with time in the unknown category, which is never counted as secure",
    )
    yield (
        "rough_at_t0_share",
        "Share already on the street on the day of the decision",
        "share",
        "none",
        "secondary",
        "share in place STREET at t0; part of harm from day 0 where that spell holds a night",
    )
    yield (
        "victim_care_days",
        "Days in Victim Care casework within follow-up, on average",
        "days",
        "none",
        "secondary",
        "mean time in [t0, t0 + follow-up) between SUPPORT_STARTED and SUPPORT_ENDED",
    )
    yield (
        "settled_by_day_365",
        "Share who reached a settled home within a year of the decision",
        "share",
        "higher",
        "secondary",
        "share of the cohort whose first time in a settled home is before t0 + 365 (at t0 counts)",
    )

    yield (
        "homes_gained",
        "Social or private homes gained within follow-up, on average",
        "homes",
        "none",
        "secondary",
        "moves into SOCIAL_HOME or PRIVATE_HOME in [t0, t0 + follow-up) / people; one person may "
        "gain several",
    )
    yield (
        "two_cliffs_share",
        "Share for whom both support and asylum accommodation ended within follow-up",
        "share",
        "none",
        "secondary",
        "share with an exit from support and a move out of asylum accommodation (no absence) in follow-up",
    )
    yield (
        "two_cliffs_56_share",
        "Share for whom support and asylum accommodation ended within 56 days of each other",
        "share",
        "lower",
        "secondary",
        "as two_cliffs_share, the two instants at most 56 days apart",
    )
    yield (
        "ineligible_at_t0_share",
        "Share not eligible for housing assistance on the day of the decision",
        "share",
        "none",
        "secondary",
        "share at t0 with a pending claim, no status, or pre-settled status without a right to reside",
    )
    yield (
        "ineligible_year_1_share",
        "Share outside every housing reform in the first year: not eligible, and given no leave",
        "share",
        "lower",
        "secondary",
        "not eligible at t0, and neither ASYLUM_GRANTED nor LEAVE_GRANTED in [t0, t0+365)",
    )
    yield (
        "refused_not_eligible_share",
        "Share refused by a council as not eligible",
        "share",
        "lower",
        "secondary",
        "share with APPLICATION_REFUSED for NOT_ELIGIBLE in follow-up",
    )
    yield (
        "refused_no_priority_share",
        "Share found not to be in priority need",
        "share",
        "lower",
        "secondary",
        "share with MAIN_DUTY_REFUSED for NO_PRIORITY_NEED in follow-up",
    )
    yield (
        "refused_by_register_share",
        "Share refused by a housing register for lack of a local connection",
        "share",
        "lower",
        "secondary",
        "share with REGISTER_REFUSED in follow-up",
    )
