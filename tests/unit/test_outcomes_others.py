"""Other households in the lines for homes: who is housed when, and who waits longer as survivors gain."""

import numpy as np
import pytest

from sim.config.compose import scenario
from sim.engine.log import Event
from sim.engine.simulate import History, simulate
from sim.engine.unpacking import rules_of
from sim.experiment.machinery import NationalModel
from sim.outcomes.others import NAMES, of_everyone, others_of
from sim.people.population import build

SMALL = ("people.arrivals.multiplier=0.02", "housing.line.size_ratio=0.02")
QUEUED = (*SMALL, "housing.line.offers=queue")


@pytest.fixture(scope="module")
def told():
    """Baseline and priority need in a small world of queued homes: rows by metric and group, logs, cohort."""
    option, model = scenario(["priority_need"], QUEUED), NationalModel()
    before = option.before
    people = build(before.people, before.status, 1, 0, before.experiment.horizon)
    logs = [simulate(people, before, after, 1, 0) for after in (before, option.after)]
    cohort = model.cohort(people, logs[0], before)
    rows = [
        {
            (row["metric"], row["group"]): row["value"]
            for row in model.measure(people, log, cohort, before).rows
        }
        for log in logs
    ]
    return before, people, logs, cohort, rows


def test_each_home_that_survivors_gain_from_the_line_is_one_that_another_household_does_not_get(told):
    _, _, logs, cohort, (today, option) = told
    taken = [((log.event == Event.LETTING_TAKEN) & (log.time >= cohort.start_day)).sum() for log in logs]
    assert taken[1] > taken[0], "priority need must bring homes, or nothing is tested"
    gained = option["social_homes_gained_everyone", "all"] - today["social_homes_gained_everyone", "all"]
    let = option["other_homes_let_everyone", "all"] - today["other_homes_let_everyone", "all"]
    assert gained == taken[1] - taken[0] == -let


def test_the_same_households_wait_longer_and_regions_add_up(told):
    *_, (today, option) = told
    assert today["other_households_later_everyone", "all"] == 0
    assert option["other_households_later_everyone", "all"] > 0
    assert 0 < option["other_households_days_later", "all"] < 30
    waiting = ("other_households_in_line_mean", "all")
    assert option[waiting] > today[waiting]
    for name in NAMES[:4]:
        regions = [value for (metric, group), value in option.items() if metric == name and group != "all"]
        assert len(regions) == 10
        assert sum(regions) == pytest.approx(option[name, "all"])


def test_households_are_housed_in_order_of_joining_while_they_are_there(told):
    before, people, logs, _, _ = told
    rules = rules_of(before).lettings
    found = others_of(logs[0], people.region, rules, 6000.0)
    housed = np.isfinite(found.housed)
    assert (found.housed[housed] >= found.joined[housed]).all()
    assert (found.housed[housed] < found.leaves[housed]).all()
    for code in range(10):
        mine = found.region == code
        assert (np.diff(found.housed[mine & housed]) >= 0).all()
        assert (np.diff(found.joined[mine]) > 0).all()
    assert found.housed[housed].min() > rules.starts


def test_the_households_that_the_engine_passes_are_those_that_are_told(told):
    """The line of the engine stands where the outcomes say, to the household."""
    before, people, logs, _, _ = told
    history = History(people, before, 1, 0)
    history.run_to_policy()
    now = history.world._now
    found = others_of(logs[0], people.region, rules_of(before).lettings, float(history.policy_day))
    assert len(history.world.lettings) == 10
    for line in history.world.lettings:
        mine = found.region == line.region
        served = np.flatnonzero(np.isfinite(found.housed[mine]))
        assert line.household > served.max()
        between = found.leaves[mine][served.max() + 1 : line.household]
        assert (between <= now).all(), "whoever was passed without a home had left"


def test_without_a_line_nothing_is_told():
    before = scenario(["baseline"], SMALL).before
    assert others_of(None, None, rules_of(before).lettings, 6000.0) is None
    assert others_of(None, None, None, 6000.0) is None
    assert all(np.isnan(value) for value in of_everyone(None, None, 0.0, 1.0).values())
