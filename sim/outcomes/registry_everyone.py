"""The metrics of everyone in calendar time, in words: backlogs, beds, and homes that others wait for.

Listed by `registry`, which holds every metric. Not here: any computation (`calendar`, `homes`, `others`).
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.outcomes.metric import Better, Row

_STOCKS: tuple[tuple[str, str, Better], ...] = (
    ("cg_backlog_mean", "waiting for a conclusive grounds decision", "lower"),
    ("people_in_support_mean", "in Victim Care casework", "none"),
    ("beds_occupied_mean", "in a safehouse bed", "none"),
    ("bed_line_mean", "waiting for a safehouse bed", "lower"),
)


def totals() -> Iterator[Row]:
    """Everyone from the policy date to the horizon: days, events, stocks, the wait for a bed."""
    yield (
        "insecure_person_days_everyone",
        "Days without a secure place, all survivors followed together, from the policy date to the horizon",
        "person-days",
        "lower",
        "calendar",
        "time of everyone in the insecure category in [start of the cohort's window, horizon)",
    )
    for name, words, event in (
        ("re_exploited", "re-exploitations", "RE_EXPLOITED"),
        ("went_missing", "times somebody went missing", "WENT_MISSING"),
        ("repeat_referrals", "repeat referrals into the NRM", "REFERRED with visit > 0"),
    ):
        yield (
            f"{name}_everyone",
            f"Number of {words} among everyone, from the policy date to the horizon",
            "events",
            "lower",
            "calendar",
            f"count of {event} in [start of the cohort's window, horizon)",
        )
    for name, words, better in _STOCKS:
        yield (
            name,
            f"People {words}, mean from the policy date to the horizon",
            "people",
            better,
            "calendar",
            "person-days of the station in [start of the cohort's window, horizon) / days",
        )
    yield (
        "bed_wait_median",
        "Days waited for a safehouse bed by those who asked from the policy date on, median",
        "days",
        "lower",
        "calendar",
        "Kaplan-Meier from BED_REQUESTED to BED_TAKEN; giving up and still waiting are censored",
    )


def homes() -> Iterator[Row]:
    """Homes gained by survivors, and the other households that wait for them."""
    for name, words, unit, formula in (
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
            "Other households waiting because survivors hold homes, mean; above the baseline, those "
            "displaced",
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
            "social homes gained a year / housing.supply.lets_to_homeless_per_year (Wales is in the "
            "first only)",
        ),
        (
            "temporary_share_of_households",
            "Survivors in council temporary accommodation, as a share of all households in it in England",
            "share",
            "mean number in COUNCIL_TEMPORARY / housing.supply.households_in_temporary (Wales in the "
            "first only)",
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
            "household-days in line in [start of the cohort's window, horizon) / days; only if homes "
            "are queued",
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
            "the same households (region and number) housed later than in the baseline of the same "
            "replication",
        ),
        (
            "other_households_days_later",
            "Days by which other households are housed later, on average over those housed both times",
            "days",
            "mean of the days from the letting in the baseline to that here, over those housed "
            "later; 0 if none",
        ),
    ):
        yield name, words, unit, "none", "calendar", formula
