"""Whatever the configuration, dates and scenarios: the rules of a log hold, and every figure is a figure.

Every registry entry is computed on each drawn run, today's and the policy's; a figure is finite, or missing
for a reason that is looked up in the log. The compiled engine runs them; that it is the same as the reference
is for `tests.agreement` to show.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from sim.engine.clock import day_of
from sim.engine.compiled import run as compiled
from sim.engine.log import Event, EventLog
from sim.errors import SimError
from sim.experiment.machinery import NationalModel, check_follow_up, cohort_window
from sim.outcomes import others
from sim.outcomes.calendar import stations
from sim.outcomes.cliff_edge import life
from sim.outcomes.cohort import Cohort
from sim.outcomes.exits import crises_around, find_exits
from sim.outcomes.measure import Outcomes
from sim.outcomes.paired import paired
from sim.outcomes.places import Category
from sim.outcomes.registry import METRICS
from sim.outcomes.spells import story_of, story_of_everyone
from sim.outcomes.waits import Station
from sim.people.population import Population, build
from tests.invariants import check, chosen
from tests.robustness.whole_worlds import EXTREMES, Whole, contradict, story_levers, whole_worlds

UNHURRIED: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,
    "database": None,
    "print_blob": False,
    "phases": (Phase.explicit, Phase.generate),  # a failing configuration is told as drawn: shrinking is slow
}
MODEL: Final = NationalModel()
MAY_BE_INFINITE: Final = {
    "bed_wait_median": Event.BED_REQUESTED,
    "bed_wait_p90": Event.BED_REQUESTED,
    "service_wait_median": Event.SERVICE_OFFERED,
    "c7_days_to_settled_median": Event.SUPPORT_ENDED,
}
"""Medians and deciles of waits that fewer than so many ever see the end of; there must be such waits."""
NOBODY_CONCERNED: Final = {
    **dict.fromkeys(others.NAMES, "other households are not in the lines, or none is"),
    "bed_wait_median": "nobody asked for a bed",
    "bed_wait_p90": "nobody asked for a bed",
    "bed_not_reached_share": "no wait for a bed ended",
    "service_wait_median": "nobody was offered the service, or all declined",
    "c5_crisis_ratio": "no crisis before the end of support",
    "c5_excess_crises_per_100_exits": "no day of support before its end, or none in the community after it",
    **{f"recovery_health_{what}_365": "nobody has a health need" for what in ("day", "lost_by_day")},
    **{f"recovery_health_{what}_730": "nobody has a health need" for what in ("day", "lost_by_day")},
}
"""Figures that may be missing although there are people, and why."""
DAYS_OF_A_YEAR: Final = (
    *("insecure_days", "settled_days", "safehouse_days", "council_temporary_days"),
    *("asylum_accommodation_days", "custody_days", "left_days", "unknown_days", "bridging_days"),
)


def cohort_of(whole: Whole, people: Population, todays: EventLog) -> Cohort:
    """The people followed; nobody, where the run is too short to follow anybody, which must be said."""
    _, window_ends = cohort_window(whole.before.policy.start, whole.before.experiment.cohort_months)
    if window_ends + whole.before.experiment.follow_up_days > day_of(whole.before.experiment.horizon):
        with pytest.raises(
            SimError, match=r"experiment\.horizon = .*Allowed: a horizon on or after that day"
        ):
            check_follow_up(whole.before)
        return Cohort(np.zeros(0, np.int32), np.zeros(0), float(day_of(whole.before.policy.start)))
    check_follow_up(whole.before)
    found: Cohort = MODEL.cohort(people, todays, whole.before)
    return found


def days_around_exits(log: EventLog, cohort: Cohort, until: float) -> tuple[float, float]:
    """Person-days in the community in the 90 days before, and after, each end of support."""
    lives = life(story_of(log, cohort.rows), cohort.t0, 730.0, until)
    _, before, _, later = crises_around(lives, find_exits(lives))
    return before, later


def check_figures(
    outcomes: Outcomes, log: EventLog, people: Population, cohort: Cohort, until: float
) -> None:
    """Every registry entry is there, and a finite figure or missing for a reason."""
    assert {row["metric"] for row in outcomes.rows} == METRICS.keys()
    needs = bool(people.health_need[cohort.rows].any())
    asked, declined = (
        int((log.time[chosen(log, event)] >= cohort.start_day).sum())
        for event in (Event.BED_REQUESTED, Event.BED_DECLINED)
    )
    for row in outcomes.rows:
        name, value = row["metric"], row["value"]
        told = f"{name} of {row['group']} is {value} for {row['n']} people"
        if math.isinf(value):
            assert value > 0, told
            assert name in MAY_BE_INFINITE, told
            assert chosen(log, MAY_BE_INFINITE[name]).any(), told
        elif math.isnan(value):
            assert row["n"] == 0 or name in NOBODY_CONCERNED, told
            if NOBODY_CONCERNED.get(name) == "nobody asked for a bed":
                assert asked <= declined, told  # a place declined as too far is no wait
            elif NOBODY_CONCERNED.get(name) == "nobody has a health need":
                assert not needs, told
            elif name == "c5_excess_crises_per_100_exits" and row["n"]:
                assert not all(days_around_exits(log, cohort, until)), told
        elif row["unit"] == "share":
            assert 0.0 <= value <= 1.0 + 1e-12 or name.endswith(("_of_lets", "_of_households")), told
        elif name not in ("c5_excess_crises_per_100_exits", *others.NAMES):
            assert value >= 0.0, told
    rows = values_of(outcomes)
    if len(cohort):
        for year in ("year_1", "year_2"):
            days = sum(rows[f"{name}_{year}", "all"] for name in DAYS_OF_A_YEAR)
            assert days == pytest.approx(365.0), f"the days of {year} do not add up"
    for series, period, value in outcomes.calendar:
        assert not math.isinf(value) or "wait" in series, f"{series} {period} is {value}"
        if series == "people_unaccounted":
            assert value == 0.0, f"{value} people are lost or doubled at the end of {period}"


def values_of(outcomes: Outcomes) -> dict[tuple[str, str], float]:
    """Every figure by metric and group."""
    return {(row["metric"], row["group"]): row["value"] for row in outcomes.rows}


def check_waits(log: EventLog, people: Population, horizon: float, services: Sequence[str]) -> None:
    """Nobody leaves a line or a place before joining it, and nobody is there twice over at the horizon."""
    found = stations(story_of_everyone(log, len(people)), horizon, services)
    every: dict[str, Station] = {"rg": found.rg, "cg": found.cg, "beds": found.beds, "care": found.care}
    every["bed line"] = found.bed_line
    for name, (line, stays) in found.services.items():
        every |= {f"{name} line": line, name: stays}
    every |= {f"in {Category(place).name}": station for place, station in found.places.items()}
    for name, station in every.items():
        assert (station.left >= station.joined).all(), f"a negative wait at {name}"
        assert ((station.joined >= 0) & (station.joined < horizon)).all(), name
        assert (station.left[np.isfinite(station.left)] <= horizon).all(), name
        assert int(station.stock(np.array([horizon]))[0]) == int((station.left >= horizon).sum()), name


def holds_in(whole: Whole) -> Counter[str]:
    """Run today's rules and the policy, and check everything; what was in it, for counting."""
    before, after = whole.before, whole.after
    people = build(before.people, before.status, whole.seed, 0, before.experiment.horizon)
    todays = compiled.simulate(people, before, before, whole.seed, 0)
    changed = compiled.simulate(people, before, after, whole.seed, 0)
    horizon = float(day_of(before.experiment.horizon))
    cohort = cohort_of(whole, people, todays)
    same = todays.digest() == changed.digest()
    measured = []
    for log, rules in ((todays, before), (changed, after))[: 1 if same else 2]:
        check(log, rules, people, before)
        check_waits(log, people, horizon, tuple(sorted(before.services)))
        measured.append(MODEL.measure(people, log, cohort, before))
        check_figures(measured[-1], log, people, cohort, horizon)
    ours, theirs = (values_of(measured[k]) for k in (-1, 0))
    for key, difference in paired(measured[-1].rows, measured[0].rows).items():
        measurable = math.isfinite(ours[key]) and math.isfinite(theirs[key])
        assert math.isfinite(difference) or not measurable, f"the difference in {key} is {difference}"
    past = todays.time < day_of(before.policy.start)
    later = changed.time < day_of(before.policy.start)
    assert todays.time[past].tobytes() == changed.time[later].tobytes(), "a policy reached into the past"
    seen = Counter([*whole.stories, *whole.extremes, *combinations(sorted(whole.stories), 2)])
    seen["worlds"] += 1
    seen["with a cohort"] += len(cohort) > 0
    seen["policy changed something"] += not same
    seen["events"] += len(todays)
    return seen


@settings(max_examples=100, **UNHURRIED)
@given(whole_worlds())
def test_any_experiment_keeps_every_rule_and_every_figure_is_defined(whole: Whole) -> None:
    holds_in(whole)


@pytest.mark.deep
def test_two_thousand_experiments_keep_every_rule_and_every_figure_is_defined() -> None:
    seen: Counter[Any] = Counter()

    @settings(max_examples=2000, **UNHURRIED)
    @given(whole_worlds())
    def holds(whole: Whole) -> None:
        seen.update(holds_in(whole))

    holds()
    # the drawing has been everywhere it promises to go
    names = sorted(story_levers())
    assert seen["worlds"] >= 2000
    assert seen["with a cohort"] >= 300
    assert seen["policy changed something"] >= 500
    assert all(seen[name] for name in (*EXTREMES, *names))
    assert [pair for pair in combinations(names, 2) if not contradict(*pair) and not seen[pair]] == []
