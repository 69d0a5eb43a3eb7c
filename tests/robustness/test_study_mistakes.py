"""What is asked of studies by mistake: refused before anything is run, saying what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.config.multirun import expand
from sim.errors import SimError
from sim.study import analyses, commands
from sim.study.evaluate import UNITS
from sim.study.store import Segments

TWO = ["priority_need", "bridging_homes"]
ONE = ["priority_need"]
STREET = "support.beds.wanted_from_street"


@pytest.mark.parametrize(
    ("verb", "asked", "told"),
    [
        (
            "solve",
            {"parameter": f"{STREET}=0.5:1", "target": float("nan")},
            "--target = nan; allowed: a number",
        ),
        ("solve", {"parameter": "experiment.seed=0:3"}, "experiment.seed: is a setting of the run"),
        (
            "budget",
            {"pounds_a_year": -5.0, "survivors": 9.0, "option": TWO},
            "--pounds-a-year = -5; allowed: a n",
        ),
        (
            "budget",
            {"pounds_a_year": 5.0, "survivors": 0.0, "option": TWO},
            "--survivors = 0; allowed: a number",
        ),
        (
            "budget",
            {"pounds_a_year": 5.0, "survivors": 9.0, "option": TWO, "most": 3},
            "--most = 3; allowed: 1 to 2, the number of options; nearest: 2",
        ),
        ("choice", {"option": [*ONE, "today"]}, "today's rules are always among those compared"),
        ("choice", {"option": TWO, "seed": -4}, "seed = -4; allowed: 0 to .*; nearest: 0"),
        ("uncertainty", {"option": ONE, "pounds": float("nan")}, "--pounds = nan; allowed: a number above 0"),
        (
            "uncertainty",
            {"option": ONE, "pounds": 4.0, "cost": "insecure_days_year_1"},
            "counted in days; allowed, in pounds a survivor: .*cost_public",
        ),
        (
            "uncertainty",
            {"option": ONE, "vary": [STREET], "draws": 3, "structure": ["risk.insecure_rato=3"]},
            r"structure risk.insecure_rato=3: .*did you mean risk.insecure_ratio\?",
        ),
        ("sensitivity", {"vary": [STREET], "most": 0}, "most = 0; allowed: 1 or more"),
        ("sensitivity", {"vary": [STREET], "replications": 1}, "replications = 1; allowed: 2 or more"),
        (
            "sensitivity",
            {"overrides": ["scenarios=priority_need"]},
            "named apart from the world; nearest: --option=priority_need",
        ),
        (
            "choice",
            {"option": TWO, "overrides": ["experiment.seed=3"]},
            "by the study itself; nearest: --seed=3",
        ),
    ],
)
def test_an_analysis_refuses_what_it_cannot_do(verb: str, asked: dict, told: str, tmp_path: Path) -> None:
    with pytest.raises(SimError, match=told):
        getattr(analyses, verb)(**asked, out=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("experiment.replications=0", "experiment.replications=0: allowed: 1 or more; nearest: 1"),
        ("experiment.seed=-1", "experiment.seed=-1: allowed: 0 or more; nearest: 0"),
        ("workers=-2", "workers=-2: allowed: 0 or more; nearest: 0"),
        ("experiment.replications=2,3", "must be one whole number; the same for every point"),
    ],
)
def test_a_sweep_refuses_numbers_that_say_nothing(word: str, told: str) -> None:
    with pytest.raises(SimError, match=told):
        commands.ask([word])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "scenarios=glob(zzz*)",
            r"glob\(zzz\*\): holds no value.*patterns that match one of .*priority_need",
        ),
        ("risk.insecure_ratio=range(3,1)", r"range\(3,1\): holds no value.*START below STOP"),
    ],
)
def test_what_leaves_nothing_to_run_is_named_and_nothing_else(text: str, told: str) -> None:
    with pytest.raises(SimError, match=told) as refused:
        expand(["risk.limbo_ratio=1,2", text])
    assert "limbo" not in str(refused.value)


def test_a_group_that_there_is_not_is_refused_after_one_unit(tmp_path: Path) -> None:
    tiny = ["people.arrivals.multiplier=0.001", "executor=serial", "experiment.replications=3"]
    with pytest.raises(
        SimError, match=r"group 'sex=femal' is not measured; did you mean sex=female\? There are"
    ):
        commands.sweep(tiny, tmp_path, groups=["sex=femal"], metrics=["insecure_days_year_1"])
    assert len(Segments(tmp_path / UNITS, "look").open()) == 1
