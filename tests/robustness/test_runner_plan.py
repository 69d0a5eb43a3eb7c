"""Plans from the real configuration: which runs there are, and what their addresses depend on."""

from datetime import date

import pytest

from sim.config.compose import baseline
from sim.engine.clock import day_of
from sim.errors import SimError
from sim.experiment import plan
from sim.experiment.machinery import cohort_window


def test_the_main_job_runs_every_option_in_the_central_world_and_in_the_band() -> None:
    made = plan.of_compare([], [])
    central = [unit for unit in made.units if unit.world == "central"]
    assert [unit.replication for unit in central] == list(range(baseline().experiment.replications))
    assert [unit.calendar for unit in central] == [n < plan.CALENDARS_KEPT for n in range(len(central))]
    assert made.units[: len(central)] == tuple(central)  # central first
    assert len(made.worlds) == 1 + 2 * len(baseline().experiment.band) + 1  # the last with other luck
    for unit in made.units:
        assert unit.runs[0].scenario == "baseline"
        luck_alone = [plan.UNCHANGED] if unit.world == plan.OTHER_LUCK else []
        assert [run.scenario for run in unit.runs[1:]] == [*made.options, *luck_alone]
    assert len(made.options) == 4
    assert len({run.key for unit in made.units for run in unit.runs}) == made.runs


def test_a_world_sets_its_parameters_before_and_after_and_leaves_the_levers_alone() -> None:
    made = plan.of_compare([], ["extended_support_180"])
    world = next(each for each in made.worlds if each.name == "post_cg_stay:high")
    (unit,) = [each for each in made.units if each.world == world.name]
    wanted = world.settings["support.needs_assessment.mean_post_cg_stay_days"]
    baseline, option = unit.runs
    assert unit.before.support.needs_assessment.mean_post_cg_stay_days == wanted
    assert option.after.support.needs_assessment.mean_post_cg_stay_days == wanted
    assert (baseline.after.support.floor.bed_days, option.after.support.floor.bed_days) == (0, 180)


def test_the_number_of_workers_changes_no_address() -> None:
    one, two = (plan.of_compare([f"experiment.workers={n}"], ["priority_need"]) for n in (1, 2))
    assert one.run_id == two.run_id
    assert one.config_yaml == two.config_yaml
    assert (one.workers, two.workers) == (1, 2)


def test_another_seed_or_configuration_is_another_run() -> None:
    made = [
        plan.of_compare(overrides, ["priority_need"])
        for overrides in ([], ["experiment.seed=7"], ["support.beds.declined_too_far=0.2"])
    ]
    assert len({each.run_id for each in made}) == 3
    assert len({each.units[0].runs[0].key for each in made}) == 3


def test_more_replications_are_another_result_made_of_the_same_parts() -> None:
    few = plan.of_compare(["experiment.replications=2"], ["priority_need"])
    more = plan.of_compare(["experiment.replications=3"], ["priority_need"])
    assert few.run_id != more.run_id
    assert {run.key for unit in few.units for run in unit.runs} < {
        run.key for unit in more.units for run in unit.runs
    }


def test_a_run_is_one_replication_without_a_band_unless_more_are_asked_for() -> None:
    alone = plan.of_run([], [])
    assert [run.scenario for unit in alone.units for run in unit.runs] == ["baseline"]
    beside = plan.of_run([], ["priority_need", "local_connection_exempt"])
    assert [run.scenario for unit in beside.units for run in unit.runs] == [
        "baseline",
        "priority_need+local_connection_exempt",
    ]
    assert len(plan.of_run(["experiment.replications=3"], []).units) == 3


def test_the_command_can_be_typed_again() -> None:
    made = plan.of_compare(["experiment.seed=7"], ["priority_need", "local_connection_exempt"], events=True)
    assert made.command == (
        "cliffedge compare experiment.seed=7 'scenarios=[priority_need,local_connection_exempt]' --events"
    )
    assert [unit.keep_events for unit in made.units] == [unit.world == "central" for unit in made.units]


def test_there_must_be_something_to_compare_with() -> None:
    with pytest.raises(SimError, match=r"nothing to compare.*scenarios=\[baseline\].*cliffedge run"):
        plan.of_compare([], ["baseline"])


def test_a_horizon_within_the_follow_up_is_refused_with_the_nearest_that_would_do() -> None:
    with pytest.raises(SimError) as mistake:
        plan.of_compare(["experiment.horizon=2030-01-01"], [])
    assert "experiment.horizon = 2030-01-01" in str(mistake.value)
    assert "nearest: experiment.horizon=2031-04-01" in str(mistake.value)
    plan.of_compare(["experiment.horizon=2031-04-01"], ["priority_need"])


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2027, 4, 1), 24, date(2029, 4, 1)),
        (date(2027, 4, 1), 9, date(2028, 1, 1)),
        (date(2027, 12, 15), 1, date(2028, 1, 15)),
    ],
)
def test_the_cohort_window_is_counted_in_calendar_months(start: date, months: int, end: date) -> None:
    assert cohort_window(start, months) == (day_of(start), day_of(end))
