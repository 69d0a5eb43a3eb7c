"""The tidy rows of one run: shares and rates, what follows an exit, two cliffs, and headlines by group.

One row a metric and group, with its unit and the number of people. Not here: where the values of a person
come from (`measure` puts one run together), nor everyone in calendar time (`calendar`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.outcomes import exits as after
from sim.outcomes import two_cliffs as cliffs
from sim.outcomes.cliff_edge import YEAR_DAYS, Exposure, Life
from sim.outcomes.held import RECORDED_HELD
from sim.outcomes.re_presentation import HARM, KINDS, RECORDED, Returns
from sim.outcomes.registry import HORIZONS, metric
from sim.outcomes.survival import Incidence

EVERYBODY = "all"
DAYS_A_YEAR = 365.25
KINDS_TOLD = MappingProxyType(
    {
        "harm": HARM,
        "recorded": RECORDED,
        "recorded_held": RECORDED_HELD,
        **{kind.lower(): (kind,) for kind in KINDS},
    }
)


def row(name: str, group: str, value: float, n: int | None) -> dict[str, Any]:
    about = metric(name)
    return {
        "metric": name,
        "group": group,
        "value": float(value),
        "unit": about.unit,
        "better": about.better,
        "family": about.family,
        "n": n,
    }


def mean_row(name: str, group: str, values: NDArray[Any]) -> dict[str, Any]:
    """The mean over those for whom the value is there; `n` counts them."""
    there = int((~np.isnan(values)).sum()) if values.dtype.kind == "f" else len(values)
    return row(name, group, _mean(values), there)


def _mean(values: NDArray[Any]) -> float:
    """The mean of what is there, missing if nothing is."""
    values = values[~np.isnan(values)] if values.dtype.kind == "f" else values
    return float(values.mean()) if len(values) else float("nan")


def shares_and_rates(
    found: Returns, incidence: Mapping[str, Incidence], whole: Exposure
) -> list[dict[str, Any]]:
    """Re-presentation: cumulative incidence by cause, and recurrent events per person-year."""
    n = len(found.left_day)
    rows = [row("cohort_people", EVERYBODY, n, n)]
    person_years = float(whole.in_community.sum()) / DAYS_A_YEAR
    for name, kinds in KINDS_TOLD.items():
        shares = incidence[name].at(np.array(HORIZONS, dtype=np.float64))
        for day, share in zip(HORIZONS, shares, strict=True):
            rows.append(row(f"{name}_by_day_{day}", EVERYBODY, share if n else np.nan, n))
        rate = found.events(kinds).sum() / person_years if person_years else np.nan
        rows.append(row(f"{name}_per_person_year", EVERYBODY, rate, n))
    return rows


def of_exits(lives: Life, exited: after.Exits, status: NDArray[np.uint8]) -> list[dict[str, Any]]:
    """Descriptive measures from the end of support; C3 also for those who left a safehouse bed."""
    together = after.ending_together(lives)[exited.who]
    need = after.unmet_need(lives, exited, status)
    settled = after.to_settled(lives, exited)
    before, before_days, later, later_days = after.crises_around(lives, exited)
    rate_before = before / before_days if before_days else np.nan
    rate_after = later / later_days if later_days else np.nan
    values: dict[str, float] = {"exits_people": float(len(exited.who))}
    values["c5_crisis_ratio"] = rate_after / rate_before if rate_before else np.nan
    values["c5_excess_crises_per_100_exits"] = 100 * after.CRISIS_WINDOW_DAYS * (rate_after - rate_before)
    values["c7_days_to_settled_median"] = settled.waiting.median
    values["c7_settled_by_day_365"] = (
        float(settled.incidence.at(np.array([YEAR_DAYS]))[0]) if len(exited.who) else np.nan
    )
    rows = [row(name, EVERYBODY, value, len(exited.who)) for name, value in values.items()]
    means: dict[str, NDArray[Any]] = {
        f"c2_uncovered_days_{days}": after.uncovered_days(lives, exited, float(days))
        for days in after.UNCOVERED_DAYS
    }
    means["c4_ending_together_mean"] = together
    means["c4_all_three_share"] = together >= 3
    means["c6_insecure_at_exit_share"] = need.insecure
    means["c6_no_status_at_exit_share"] = need.no_status
    means["c8_shortfall_days"] = settled.shortfall
    rows += [mean_row(name, EVERYBODY, value) for name, value in means.items()]
    roofs = {days: after.roof(lives, exited, float(days)) for days in after.ROOF_DAYS}
    for group, chosen in ((EVERYBODY, np.ones_like(exited.from_bed)), ("exit=safehouse", exited.from_bed)):
        if group != EVERYBODY:
            n = int(chosen.sum())
            rows.append(row("exits_people", group, n, n))
        for days, roof in roofs.items():
            state = roof[chosen & (exited.day + days < lives.until)]
            for name, code in (
                ("settled", after.SETTLED),
                ("interim", after.INTERIM),
                ("no_roof", after.NO_ROOF),
            ):
                rows.append(mean_row(f"c3_{name}_day_{days}", group, state == code))
    return rows


def of_two_cliffs(lives: Life, exited: after.Exits, status: NDArray[np.uint8]) -> list[dict[str, Any]]:
    """Two cliffs on two clocks, and who stands outside which reform."""
    found = cliffs.two_cliffs(lives, exited)
    outside = cliffs.outside(lives, status)
    first, second = cliffs.insecure_after(lives, found)
    ineligible = cliffs.ineligible_at_exit(lives, exited, status)
    values: dict[str, NDArray[Any]] = {
        "two_cliffs_share": found.both,
        "two_cliffs_56_share": found.together,
        "ineligible_at_t0_share": outside.at_t0,
        "ineligible_year_1_share": outside.all_year,
        "refused_not_eligible_share": outside.refused,
        "refused_no_priority_share": outside.no_priority,
        "refused_by_register_share": outside.no_register,
        "ineligible_at_exit_share": ineligible,
        "first_cliff_insecure_days_90": first,
        "second_cliff_insecure_days_90": second,
    }
    return [mean_row(name, EVERYBODY, value) for name, value in values.items()]


def by_group(
    dimensions: dict[str, tuple[tuple[str, ...], NDArray[np.int64]]],
    values: dict[str, NDArray[Any]],
    found: Returns,
) -> list[dict[str, Any]]:
    """Every headline for every group, with the group's size."""
    rows: list[dict[str, Any]] = []
    means = {name: value for name, value in values.items() if metric(name).family == "headline"}
    first = {"harm": found.outcome(HARM), "recorded": found.outcome(RECORDED)}
    for dimension, (words, codes) in dimensions.items():
        for code, word in enumerate(words):
            members, group = np.flatnonzero(codes == code), f"{dimension}={word}"
            n = len(members)
            rows.append(row("cohort_people", group, n, n))
            rows += [mean_row(name, group, value[members]) for name, value in means.items()]
            for name, outcome in first.items():
                days = [day for day in HORIZONS if metric(f"{name}_by_day_{day}").family == "headline"]
                shares = outcome.incidence(members).at(np.array(days, dtype=np.float64))
                for day, share in zip(days, shares, strict=True):
                    rows.append(row(f"{name}_by_day_{day}", group, share if n else np.nan, n))
    return rows
