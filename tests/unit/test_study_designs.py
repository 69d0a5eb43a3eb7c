"""Designs: Hydra's own grammar, factorials, balanced samples, and a CSV with all its mistakes at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.config import multirun
from sim.config.multirun import expand
from sim.config.stories import story_files
from sim.errors import SimError
from sim.study import designs
from sim.study.commands import ask, run_design
from sim.study.design_files import read_design
from sim.study.designs import Range, latin_hypercube, of_sweep, sobol_points, spread


# ------------------------------------------------------------------------------------------ Hydra's grammar
def test_lists_and_ranges_multiply_out_and_the_last_varies_fastest() -> None:
    assert expand(["risk.x=a,b", "fixed=[1,2]", "experiment.cohort_months=range(6,13,3)"]) == [
        (f"risk.x={word}", "fixed=[1,2]", f"experiment.cohort_months={months}")
        for word in "ab"
        for months in (6, 9, 12)
    ]


def test_glob_over_scenarios_finds_every_story_and_glob_with_a_pattern_those_it_matches() -> None:
    assert expand(["scenarios=glob(*)"]) == [(f"scenarios={name}",) for name in sorted(story_files())]
    found = [job[0] for job in expand(["scenarios=glob(extended_*,exclude=*365)"])]
    assert "scenarios=extended_support_180" in found
    assert found == sorted(
        f"scenarios={name}" for name in story_files() if name.startswith("extended_") and "365" not in name
    )


def test_a_list_in_brackets_is_one_option_made_of_several_stories() -> None:
    design = of_sweep(expand(["scenarios=[priority_need,extended_support_180],baseline"]), "two")
    assert [one.scenarios for one in design.points] == [
        ("priority_need", "extended_support_180"),
        ("baseline",),
    ]


def test_what_is_not_swept_stays_as_it_was_given_in_every_job() -> None:
    given = ["scenarios=priority_need", "policy=today", "risk.x=a,b", "risk.y=6 weeks"]
    assert expand(given) == [
        ("scenarios=priority_need", "policy=today", f"risk.x={word}", "risk.y=6 weeks") for word in "ab"
    ]
    assert expand(["scenarios=priority_need"]) == [("scenarios=priority_need",)]


def test_thousands_of_jobs_compose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Composing takes a tenth of a second a job; the queue is told overrides and nothing else."""
    from hydra._internal.config_loader_impl import ConfigLoaderImpl

    composed = []
    compose = ConfigLoaderImpl.load_configuration

    def counted(*given: object, **named: object) -> object:
        composed.append(given)
        return compose(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(ConfigLoaderImpl, "load_configuration", counted)
    monkeypatch.setattr(ConfigLoaderImpl, "load_sweep_config", None)
    assert len(expand(["a=range(0,20)", "b=range(0,50)"])) == 1000
    thousand = len(composed)
    assert len(expand(["a=1"])) == 1
    assert len(composed) == 2 * thousand


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["hydra/launcher=joblib", "a=1,2"], "executor=local"),
        (["hydra.launcher.n_jobs=2"], "executor=local"),
        (["risk.x=interval(0,1)"], "range"),
        (["a=1,,2"], "cannot be read"),
        (["a=1,2", "a=3"], "given twice"),
        (
            ["scenarios=glob(nothing_like_it*)"],
            "holds no value, so there is nothing to run; allowed: patterns",
        ),
    ],
)
def test_what_cannot_be_swept_is_said(texts: list[str], words: str) -> None:
    with pytest.raises(SimError, match="mistake") as caught:
        expand(texts)
    assert words in str(caught.value)


def test_a_launcher_chosen_inside_a_file_is_not_silently_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "experiment").mkdir()
    (tmp_path / "config.yaml").write_text("defaults: [_self_, {experiment: mine}]\n")
    (tmp_path / "experiment" / "mine.yaml").write_text(
        "defaults: [{override /hydra/launcher: joblib}]\nseed: 1\n"
    )
    monkeypatch.setattr(multirun, "data_dir", lambda _: tmp_path)
    with pytest.raises(SimError, match=r"hydra/launcher .*mine\.yaml.*would do nothing.*executor=dask"):
        expand(["experiment.cohort_months=12,24"])


# ------------------------------------------------------------------------------------------------ sampling
def test_a_latin_hypercube_has_one_point_in_every_slice_of_every_dimension() -> None:
    points = latin_hypercube(20, 3, seed=1)
    for column in points.T:
        assert sorted(np.floor(column * 20).astype(int)) == list(range(20))


def test_sobol_points_are_balanced_and_refuse_other_numbers() -> None:
    points = sobol_points(64, 2, seed=1)
    cells = np.floor(points * 8).astype(int) @ np.array([8, 1])  # a net: one point in each of 64 squares
    assert sorted(cells) == list(range(64))
    with pytest.raises(SimError, match="nearest: 64"):
        sobol_points(60, 2, seed=1)


def test_the_unit_interval_is_spread_evenly_over_whole_numbers_and_lists() -> None:
    unit = ((np.arange(120) + 0.5) / 120).reshape(-1, 1)
    whole = [one["x"] for one in spread(unit, {"x": Range(2, 5, whole=True)})]
    assert {value: whole.count(value) for value in whole} == {2: 30, 3: 30, 4: 30, 5: 30}
    listed = [one["x"] for one in spread(unit, {"x": ["a", "b", "c"]})]
    assert [listed.count(word) for word in "abc"] == [40, 40, 40]
    assert Range(1, 100, log=True).at(0.5) == pytest.approx(10)


def test_a_factorial_design_with_scenarios_is_every_combination(tmp_path: Path) -> None:
    file = tmp_path / "d.yaml"
    file.write_text(
        "kind: factorial\nscenarios: [priority_need, extended_support_180]\n"
        "fixed: {people.arrivals.multiplier: 0.01}\n"
        "vary:\n  support.reached_share: [0.5, 0.6]\n  option.support.floor.bed_days: [30, 60, 90]\n"
    )
    design = read_design(file)
    assert len(design.points) == len({one.name for one in design.points}) == 12
    first, last = design.points[0], design.points[-1]
    assert first.world == ("people.arrivals.multiplier=0.01", "support.reached_share=0.5")
    assert (first.levers, first.scenarios) == (("support.floor.bed_days=30",), ("priority_need",))
    assert last.levers == ("support.floor.bed_days=90",)
    assert design.columns == ["support.reached_share", "option.support.floor.bed_days"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("kind: sobol\npoints: 6\nvary: {risk.x: {low: 0, high: 1}}", "nearest: 8"),
        ("kind: latin_hypercube\nvary: {risk.x: {low: 0, high: 1}}", "how many points"),
        ("kind: factorial\nvary: {risk.x: {low: 0, high: 1}}", "has a range"),
        ("kind: latin_hypercub\npoints: 3", "did you mean latin_hypercube"),
        ("kind: sobol\npoint: 8", "did you mean points"),
        ("kind: sobol\npoints: 8\nvary: {risk.x: {low: 0, high: 1, scale: log}}", "above 0"),
    ],
)
def test_a_mistaken_design_file_names_what_is_allowed(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "d.yaml"
    file.write_text(content)
    with pytest.raises(SimError) as caught:
        read_design(file)
    assert words in str(caught.value)


def test_a_file_that_is_not_there_is_answered_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "homes.csv").touch()
    with pytest.raises(SimError, match=r"did you mean homes\.csv"):
        read_design(tmp_path / "home.csv")


# -------------------------------------------------------------------------------------------------- CSV
def test_a_csv_file_is_one_point_a_row_and_empty_cells_change_nothing(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(
        "name,scenarios,support.reached_share,option.support.floor.bed_days\n"
        "low,,0.4,\n"
        "high,priority_need+extended_support_180,,6 weeks\n"
    )
    low, high = read_design(file).points
    assert (low.name, low.world, low.has_option) == ("low", ("support.reached_share=0.4",), False)
    assert (high.world, high.levers) == ((), ("support.floor.bed_days=6 weeks",))
    assert high.scenarios == ("priority_need", "extended_support_180")


def test_all_mistakes_of_a_csv_file_come_at_once_with_their_rows(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(
        "scenario,support.reachd_share,option.support.flor.bed_days,support.take_up_share,experiment.seed\n"
        ",0.4,30,0.5,\n"
        ",0.4,30,1.5,\n"
        ",0.4\n"
        ",,,,4\n"
    )
    with pytest.raises(SimError) as caught:
        run_design(read_design(file), ask([]), tmp_path / "out", "")
    message = str(caught.value)
    for words in (
        "There are 6 mistakes",
        "column 1): is not the path of a parameter; did you mean scenarios",
        "did you mean support.reached_share",
        "did you mean option.support.floor.bed_days",
        "support.take_up_share = 1.5 (" + str(file) + ", row 3",
        "row 4",
        "has 2 cells",
        "row 5): is decided by the study itself",
    ):
        assert words in message
    assert not (tmp_path / "out").exists()


# ------------------------------------------------------------------------------------------------ the words
def test_words_that_say_how_the_work_is_done_are_told_from_parameters() -> None:
    asked = ask(
        ["experiment.replications=3", "a=1,2", "executor=dask", "address=tcp://h:1", "experiment.workers=0"],
        shard="2/8",
    )
    assert (asked.replications, asked.texts, asked.executor) == (3, ("a=1,2",), "dask")
    assert (asked.workers, asked.shard) == (None, (2, 8))


@pytest.mark.parametrize(
    ("texts", "shard", "words"),
    [
        (["executor=das"], "", "did you mean dask"),
        (["executor=dask"], "", "belong together"),
        (["address=tcp://h:1"], "", "belong together"),
        (["experiment.seed=1,2"], "", "one whole number"),
        (["workers=1", "experiment.workers=2"], "", "twice"),
        ([], "9/8", "1/8 to 8/8"),
        ([], "half", "3/8"),
    ],
)
def test_mistaken_words_are_answered(texts: list[str], shard: str, words: str) -> None:
    with pytest.raises(SimError) as caught:
        ask(texts, shard=shard)
    assert words in str(caught.value)


def test_values_are_written_as_the_command_line_reads_them() -> None:
    assert [designs.written("a", value) for value in (True, 0.1, 3, "x", None, float("inf"))] == [
        "a=true",
        "a=0.1",
        "a=3",
        "a=x",
        "a=null",
        "a=.inf",
    ]
