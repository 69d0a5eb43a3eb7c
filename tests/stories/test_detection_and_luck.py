"""Detection held and gains counted in whole small runs of the reference engine, measured as the page does."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.config.compose import baseline, world
from sim.config.evidence import register
from sim.config.schema import Parameters
from sim.config.tree import leaves
from sim.engine.log import EventLog
from sim.engine.simulate import simulate
from sim.experiment.machinery import NationalModel
from sim.people.population import Population, build
from tests.outcome_logs import Figures

MORE_CONTACT = {"support.floor.casework_days": 500, "services.lifeline.offered_share": 1}
SMALL = ("people.arrivals.multiplier=0.015", "experiment.engine=reference")


@cache
def today(ratio: float) -> tuple[Parameters, Population, EventLog, Any]:
    """Today's rules, the people, what happens to them, and who is followed."""
    before = baseline(
        (*SMALL, f"risk.detected_ratio_with_worker={ratio}", f"risk.returns_ratio_with_worker={ratio}")
    )
    people = build(before.people, before.status, 5, 0, before.experiment.horizon)
    log = simulate(people, before, before, 5, 0)
    return before, people, log, NationalModel().cohort(people, log, before)


@cache
def measured(
    ratio: float = 1.0, changed: bool = False, coupling: str = "common"
) -> tuple[Figures, dict[str, Any]]:
    """Figures and people of an option, or of today's rules, for the cohort of today's rules."""
    before, people, log, cohort = today(ratio)
    if changed or coupling != "common":
        after = world(before, {**(MORE_CONTACT if changed else {}), "experiment.coupling": coupling})
        log = simulate(people, before, after, 5, 0)
    found = NationalModel().measure(people, log, cohort, before, calendar=False)
    return Figures(list(found.rows)), dict(found.people)


@pytest.mark.parametrize("ratio", [1.0, 1.5])
def test_today_recorded_return_is_the_same_with_detection_held_at_todays(ratio: float) -> None:
    value, _ = measured(ratio)
    assert value("recorded_by_day_730") > 0.05
    for day in (90, 180, 365, 730):
        assert value(f"recorded_held_by_day_{day}") == value(f"recorded_by_day_{day}")
    assert value("recorded_held_per_person_year") == value("recorded_per_person_year")


def test_where_contact_brings_nothing_to_light_an_option_has_one_recorded_return() -> None:
    value, _ = measured(changed=True)
    assert value("recorded_held_by_day_730") == value("recorded_by_day_730")
    assert value("recorded_by_day_730") != measured()[0]("recorded_by_day_730")


def test_more_contact_is_taken_out_again_by_holding_detection() -> None:
    value, _ = measured(1.5, changed=True)
    assert value("worker_days_year_1") > measured(1.5)[0]("worker_days_year_1") + 10
    assert value("recorded_held_per_person_year") < value("recorded_per_person_year")


def test_today_nobody_gains_or_loses_and_with_other_luck_about_as_many_gain_as_lose() -> None:
    value, _ = measured()
    assert value("fewer_insecure_days_share") == value("more_insecure_days_share") == 0.0
    luck, people = measured(coupling="independent")
    fewer, more = luck("fewer_insecure_days_share"), luck("more_insecure_days_share")
    assert fewer > 0.1
    assert more > 0.1
    # luck alone: the signs of n exchangeable differences; their balance is within four standard errors
    n = len(people["row"])
    assert abs(fewer - more) < 4 * np.sqrt((fewer + more) / n)


def test_other_luck_moves_no_mean_beyond_chance() -> None:
    one, other = measured()[1]["insecure_days_730"], measured(coupling="independent")[1]["insecure_days_730"]
    change = other - one
    assert np.any(change != 0.0)
    assert abs(change.mean()) < 4 * change.std(ddof=1) / np.sqrt(len(change))


def test_every_effect_on_hazards_and_detection_may_be_none_and_is_none_today() -> None:
    ratios = [
        path
        for path, _ in leaves(baseline())
        if (path.startswith("risk.") and "ratio" in path) or path.endswith(".crisis_ratio")
    ]
    assert len(ratios) >= 7
    for path, value in leaves(baseline()):
        if path in ratios:
            low, high = register().entry(path).range
            assert low <= 1.0 <= high, path
            assert value == 1.0, path
