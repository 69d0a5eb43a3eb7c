"""Who gains and who loses: the threshold, the two couplings, and what the comparison makes of them."""

import numpy as np
import pytest

from sim.experiment import plan
from sim.experiment.compare import interval
from sim.experiment.gains import NOTHING_CHANGED, gains_of
from sim.outcomes.paired import MORE_OR_FEWER, more_or_fewer

FEWER, MORE = MORE_OR_FEWER


def test_a_week_counts_and_less_does_not():
    todays = np.array([20.0, 20.0, 20.0, 20.0, 0.0])
    ours = np.array([13.0, 13.5, 27.0, 20.0, 6.5])
    found = more_or_fewer(ours, todays, 7.0)
    assert found[FEWER].tolist() == [True, False, False, False, False]
    assert found[MORE].tolist() == [False, False, True, False, False]


def test_nobody_gains_or_loses_by_no_difference_even_if_nothing_is_asked_of_it():
    found = more_or_fewer(np.array([5.0]), np.array([5.0]), 0.0)
    assert not found[FEWER].any()
    assert not found[MORE].any()


LEVELS = {
    (plan.CENTRAL, "a", FEWER): {0: 0.2, 1: 0.3},
    (plan.CENTRAL, "a", MORE): {0: 0.0, 1: 0.0},
    (plan.OTHER_LUCK, "a", FEWER): {0: 0.5},
    (plan.OTHER_LUCK, "a", MORE): {0: 0.3},
    (plan.OTHER_LUCK, plan.UNCHANGED, FEWER): {0: 0.4},
    (plan.OTHER_LUCK, plan.UNCHANGED, MORE): {0: 0.4},
}


def told(levels, coupling=plan.COMMON):
    return gains_of({"a": "A"}, lambda *address: levels.get(address, {}), interval, coupling)


def test_each_option_stands_under_both_couplings_and_beside_luck_alone():
    found = {(each.option, each.coupling): each for each in told(LEVELS)}
    assert set(found) == {("a", "common"), ("a", "independent"), (plan.UNCHANGED, "independent")}
    common = found["a", "common"]
    assert (common.fewer, common.more, common.replications) == (0.25, 0.0, 2)
    assert common.fewer_ends is not None
    assert common.fewer_ends[0] < 0.25 < common.fewer_ends[1]
    assert found["a", "independent"].fewer_ends is None  # one replication
    assert found[plan.UNCHANGED, "independent"].title == NOTHING_CHANGED


def test_a_result_whose_options_all_met_other_luck_says_so():
    levels = {address: value for address, value in LEVELS.items() if address[0] == plan.CENTRAL}
    assert [each.coupling for each in told(levels, plan.INDEPENDENT)] == ["independent"]


def test_nothing_is_said_of_what_was_not_measured():
    assert told({}) == ()


# ------------------------------------------------------------------------------------------------- the plan
def test_every_option_and_no_change_at_all_are_run_again_with_other_luck():
    made = plan.of_compare(["experiment.coupling_replications=2", "experiment.replications=3"], [])
    again = [unit for unit in made.units if unit.world == plan.OTHER_LUCK]
    assert [unit.replication for unit in again] == [0, 1]
    for unit in again:
        couplings = {run.scenario: run.after.experiment.coupling for run in unit.runs}
        assert couplings.pop("baseline") == plan.COMMON
        assert set(couplings) == {*made.options, plan.UNCHANGED}
        assert set(couplings.values()) == {plan.INDEPENDENT}
        assert unit.before.experiment.coupling == plan.COMMON
    others = [run for unit in made.units if unit.world != plan.OTHER_LUCK for run in unit.runs]
    assert {run.after.experiment.coupling for run in others} == {plan.COMMON}
    assert len({run.key for unit in made.units for run in unit.runs}) == made.runs


def test_there_is_no_more_other_luck_than_replications_and_none_if_none_is_wanted():
    few = plan.of_compare(["experiment.replications=1"], ["priority_need"])
    assert sum(unit.world == plan.OTHER_LUCK for unit in few.units) == 1
    none = plan.of_compare(["experiment.coupling_replications=0"], ["priority_need"])
    assert plan.OTHER_LUCK not in {world.name for world in none.worlds}
    assert plan.OTHER_LUCK not in {world.name for world in plan.of_run([], ["priority_need"]).worlds}


def test_whoever_asks_for_other_luck_gets_it_for_every_option_and_never_for_the_baseline():
    made = plan.of_compare(["experiment.coupling=independent"], ["priority_need"])
    assert sum(unit.world == plan.CENTRAL for unit in made.units) == 30
    for unit in made.units:
        assert len(unit.runs) > 1
        assert unit.runs[0].after.experiment.coupling == plan.COMMON
        assert {run.after.experiment.coupling for run in unit.runs[1:]} == {plan.INDEPENDENT}


@pytest.mark.parametrize("replications", [1, 5])
def test_how_often_other_luck_is_run_changes_no_other_run(replications):
    keys = {
        run.key
        for unit in plan.of_compare([f"experiment.coupling_replications={replications}"], []).units
        for run in unit.runs
        if unit.world == plan.CENTRAL
    }
    assert keys == {
        run.key for unit in plan.of_compare([], []).units for run in unit.runs if unit.world == plan.CENTRAL
    }
