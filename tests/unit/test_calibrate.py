"""History matching: what is varied, what it is held against, what is ruled out, and what is kept."""

import ast
import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sim.calibrate import load_set
from sim.calibrate.carry_out import Calibration, calibrate
from sim.calibrate.emulator import Emulator
from sim.calibrate.goals import last_day, read_goals, read_tolerances
from sim.calibrate.implausible import Judged, judged, worst
from sim.calibrate.match import Rules, history_match
from sim.calibrate.remaining import remaining
from sim.calibrate.space import read_space
from sim.calibrate.store import Folder
from sim.config.compose import baseline
from sim.config.evidence import register
from sim.errors import SimError
from sim.study.points import Point, resolve
from sim.validate.fitted import fitted_only
from tests import toy_history as toy

ROOT = Path(__file__).resolve().parents[2]
UP_TO = date(2022, 12, 31)
QUICK = Rules(waves=2, points=12, replications=2, seed=5, keep=40)


# ---------------------------------------------------------------------------------- what is varied, and why
def test_every_varied_parameter_has_a_reason_and_a_range_that_holds_the_shipped_value():
    for one in read_space(baseline(), UP_TO, ()).dimensions:
        assert one.reason, one.name
        assert one.low <= one.shipped <= one.high, one.name
        known = register().entry(one.path)
        if one.how == "value":
            assert known.range == (one.low, one.high), one.name
        assert known.assumed, f"{one.name}: what is published is not for history matching to change"


def test_the_overrides_of_a_setting_reach_the_model_and_leave_later_years_alone():
    space, shipped = read_space(baseline(), UP_TO, ()), baseline()
    corner = resolve(Point("corner", space.overrides([1.0] * len(space)))).before
    assert corner.decisions.conclusive_grounds.ready_mean_days == 200.0
    newest = corner.decisions.conclusive_grounds.discipline.newest
    assert newest.at(date(2020, 1, 1)) == 0.45
    assert newest.at(date(2024, 7, 1)) == shipped.decisions.conclusive_grounds.discipline.newest.at(
        date(2024, 7, 1)
    )
    beds, before = corner.support.beds.places, shipped.support.beds.places
    assert beds.at(date(2017, 1, 1)) == 2.0 * before.at(date(2017, 1, 1))
    assert beds.at(date(2026, 1, 1)) == before.at(date(2026, 1, 1))
    first = corner.support.needs_assessment.first_requested_share
    assert (first.at(date(2018, 1, 1)), first.at(date(2021, 1, 1))) == (0.0, 1.0)


def test_a_smaller_world_has_smaller_capacity_also_where_a_setting_changes_it():
    base = baseline(("people.arrivals.multiplier=0.1",))
    space = read_space(base, UP_TO, ("people.arrivals.multiplier=0.1",))
    where = [one.place(one.shipped) for one in space.dimensions]
    small, whole = resolve(Point("small", space.world(where))).before, baseline()
    day = date(2019, 6, 1)
    for of in (
        lambda one: one.decisions.conclusive_grounds.capacity_per_quarter,
        lambda one: one.support.beds.places,
    ):
        assert of(small).at(day) == pytest.approx(0.1 * of(whole).at(day))


def test_a_parameter_that_is_given_is_held():
    given = ("support.reached_share=0.6",)
    space = read_space(baseline(given), UP_TO, given)
    assert space.held == ("reached_share",)
    assert "reached_share" not in [one.name for one in space.dimensions]


# ---------------------------------------------------------------------------- what runs are held against
def test_no_figure_of_a_later_period_or_of_another_role_is_held_against_a_run():
    own = {one.id: one for one in fitted_only()}
    for up_to in (UP_TO, date(2020, 6, 30)):
        for goal in read_goals(up_to):
            group = goal.id.partition(":")[0]
            assert all(last_day(own[f"{group}:{period}"].period) <= up_to for period in goal.periods)
    assert not [goal for goal in read_goals(UP_TO) if "2022/23" in goal.periods]
    assert len(read_goals(date(2020, 6, 30))) < len(read_goals(UP_TO))


def test_every_fitted_series_has_tolerances_or_a_reason_and_none_is_forgotten():
    tolerances, not_used = read_tolerances()
    assert {one.group for one in fitted_only()} == set(tolerances) | set(not_used)
    assert all(one["reason"] for one in tolerances.values())


def test_periods_together_are_added_up_and_counts_follow_the_size_of_the_world():
    whole = {goal.id: goal for goal in read_goals(UP_TO)}
    small = {goal.id: goal for goal in read_goals(UP_TO, 0.1)}
    published = sum(one.value for one in fitted_only() if one.group == "rg_decisions")
    assert whole["rg_decisions:2014Q1-2022Q4"].published == published
    assert small["cg_backlog:2022Q4"].published == pytest.approx(2927.5)
    assert small["cg_wait_mean:2021"].published == 568.0


def test_no_module_here_can_come_by_a_figure_of_another_role():
    allowed = {"sim.validate", "sim.validate.fitted", "sim.validate.target", "sim.validate.quantities"}
    for path in sorted((ROOT / "sim" / "calibrate").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert "blind_only" not in text, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim.validate"):
                assert node.module in allowed - {"sim.validate"}, path
    script = (
        "import sys; seen = []\n"
        "sys.addaudithook(lambda event, args: seen.append(str(args[0])) if event == 'open' else None)\n"
        "from datetime import date\nimport sim.calibrate.carry_out\n"
        "from sim.calibrate.goals import read_goals\nfrom sim.validate.quantities import quantities\n"
        "assert read_goals(date(2022, 12, 31))\n"
        "print('\\n'.join(name for name in seen if 'targets' in name))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert {Path(name).parent.name for name in told.stdout.split() if name.endswith(".yaml")} == {"fitted"}


# -------------------------------------------------------------------------------------------- what remains
def test_settings_are_drawn_evenly_from_a_small_part_of_the_cube_and_its_volume_is_known():
    """A box of 0.3 in five of six dimensions: 0.00243 of the cube; its coordinates are uniform in the box."""

    def outside(places, _enough):
        return np.abs(places[:, :5] - 0.4).max(axis=1) / 0.15

    volumes, means = [], []
    for seed in range(5):
        left = remaining(outside, 6, 300, 1.0, np.random.default_rng(seed))
        assert (outside(left.places, 0.0) <= 1.0).all()
        volumes.append(left.volume)
        means.append(left.places.mean(axis=0))
    spread = np.std(np.log(volumes), ddof=1) / 5**0.5
    assert abs(np.mean(np.log(volumes)) - np.log(0.3**5)) < 4.0 * spread + 0.05
    assert np.abs(np.mean(means, axis=0)[:5] - 0.4).max() < 0.03
    assert abs(np.mean(means, axis=0)[5] - 0.5) < 0.1


def test_a_set_without_settings_is_found_to_be_empty_and_the_closest_is_told():
    left = remaining(lambda places, _: 4.0 + places[:, 0], 3, 50, 3.0, np.random.default_rng(1))
    assert left.empty
    assert left.volume == 0.0
    assert 4.0 <= left.least < 4.05


def test_a_poor_emulator_is_not_used_and_says_so():
    rng = np.random.default_rng(2)
    places = rng.random((40, 3))
    goal = toy.goals_at([0.5])[0]
    good = judged(goal, places, places[:, :1] + rng.normal(0.0, 0.01, (40, 2)))
    assert good.why_not == ""
    poor = judged(goal, places, np.sin(80.0 * places[:, :1]) + rng.normal(0.0, 0.01, (40, 2)))
    assert "explains" in poor.why_not or "deviations" in poor.why_not
    missing = judged(goal, places, np.full((40, 2), np.nan))
    assert "only 0 of 40" in missing.why_not


def test_leaving_one_out_in_closed_form_is_what_leaving_one_out_gives():
    """With the kernel kept: the process without one run, conditioned by hand."""
    rng = np.random.default_rng(3)
    places = rng.random((25, 2))
    values = np.sin(3.0 * places[:, 0]) + places[:, 1] + rng.normal(0.0, 0.05, 25)
    emulator = Emulator(places, values, 0.05**2)
    inner = emulator._inner
    covariance = inner.kernel_(places - 0.5) + inner.alpha * np.eye(25)
    errors = []
    for out in range(25):
        rest = [one for one in range(25) if one != out]
        weights = np.linalg.solve(covariance[np.ix_(rest, rest)], covariance[rest, out])
        errors.append(inner.y_train_[out] - weights @ inner.y_train_[rest])
    assert emulator.judge(0.1).error == pytest.approx(np.sqrt(np.mean(np.square(errors))) * np.std(values))


class _Line:
    """An emulator that is sure."""

    def __init__(self, slope):
        self.slope = slope

    def predict(self, places):
        return places @ self.slope, np.zeros(len(places))


@pytest.mark.parametrize("nth", [1, 2])
def test_what_is_left_unfinished_beyond_the_level_changes_no_verdict(nth):
    rng = np.random.default_rng(4)
    goals = toy.goals_at([0.2, 0.5, 0.4])
    waves = [[Judged(goal, _Line(rng.normal(size=3)), None, 0.0, "") for goal in goals] for _ in range(2)]
    places = rng.random((500, 3))
    whole = np.max(
        [np.sort([one.implausibility(places) for one in wave], axis=0)[-nth] for wave in waves], axis=0
    )
    level = float(np.quantile(whole, 0.3))
    early = worst(waves, places, nth, level)
    assert np.array_equal(early <= level, whole <= level)
    assert np.allclose(early[whole <= level], whole[whole <= level])


# -------------------------------------------------------------------------------------------- the whole of it
def test_a_match_keeps_the_truth_and_rules_most_out():
    rng = np.random.default_rng(6)
    truth = np.array([[0.3, 0.6, 0.5]])
    goals = toy.goals_at(toy.truth_of(truth)[0])
    rules = Rules(waves=2, points=25, replications=2, seed=6, keep=100)
    found = history_match(toy.simulator(rng, 2), goals, 3, rules)
    assert found.is_left(truth).all()
    assert found.is_left(found.left.places).all()
    places = rng.random((20_000, 3))
    excuse = np.sqrt(toy.OBSERVATION**2 + toy.DISCREPANCY**2 + toy.CHANCE**2)
    away = np.abs(toy.truth_of(places) - toy.truth_of(truth)) / excuse
    assert found.left.volume == pytest.approx(np.mean(away.max(axis=1) <= 3.0), rel=0.35)


def test_a_record_that_nothing_gives_leaves_nothing_and_names_what_rules_most_out():
    goals = toy.goals_at([0.6, 9.0, 0.3])
    found = history_match(toy.simulator(np.random.default_rng(7), 2), goals, 3, QUICK)
    assert found.left.empty
    assert len(found.waves) == 1
    strictest = found.strictest(found.waves[0])
    assert strictest is not None
    assert (strictest[0].id, strictest[1]) == ("figure:1", 1.0)


def go(folder, monkeypatch, rules=QUICK, **more):
    diary = folder.parent / "diary"
    monkeypatch.setenv("TOY_DIARY", str(diary))
    found = calibrate((), rules, folder, workers=1, worker=toy.worker, read=toy.read, **more)
    return found, diary.read_text().split()


def test_the_set_is_kept_as_overrides_with_where_it_comes_from(tmp_path, monkeypatch):
    found, diary = go(tmp_path / "one", monkeypatch)
    sets = load_set(tmp_path / "one")
    assert 0 < len(sets) <= QUICK.keep
    for one in sets[:3]:
        assert [text.partition("=")[0] for text in one] == list(toy.PATHS)
    places = np.array(
        [
            [
                d.place(float(text.partition("=")[2]))
                for d, text in zip(found.space.dimensions, row, strict=True)
            ]
            for row in sets
        ]
    )
    assert np.allclose(places, found.match.left.places[: len(sets)], atol=1e-4)
    told = json.loads((tmp_path / "one" / "calibration.json").read_text())
    for what in ("program", "configuration", "figures and tolerances", "seed", "up to", "command", "version"):
        assert told[what] not in (None, ""), what
    assert str(tmp_path) not in json.dumps(told)
    again, twice = go(tmp_path / "one", monkeypatch)
    assert twice == diary, "nothing is run twice"
    assert np.array_equal(again.match.left.places, found.match.left.places)


def test_another_calibration_in_the_folder_is_refused_and_what_differs_is_named(tmp_path):
    folder = Folder(tmp_path / "one")
    folder.begin({"seed": 5, "ranges": [["a", 0.0, 1.0]]})
    folder.begin({"seed": 5, "ranges": [["a", 0.0, 1.0]]})
    with pytest.raises(SimError, match=r"another calibration \(seed: 5 there, 6 now\)"):
        folder.begin({"seed": 6, "ranges": [["a", 0.0, 1.0]]})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"overrides": ("policy.start=2020-01-01",)}, "leave it out"),
        ({"up_to": date(2023, 6, 30)}, "nearest: --up-to 2022-12-31"),
        ({"rules": Rules(points=3)}, "nearest: --points 10"),
        ({"rules": Rules(replications=1)}, "nearest: --replications 2"),
        ({"rules": Rules(nth=3)}, "nearest: --nth 1"),
        ({"rules": Rules(seed=-1)}, "nearest: --seed 0"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_run(tmp_path, given, words):
    told = {"overrides": (), "rules": QUICK, "folder": tmp_path / "one", "up_to": UP_TO, **given}
    with pytest.raises(SimError, match=words):
        calibrate(**told, worker=toy.worker, read=toy.read)
    assert not (tmp_path / "one").exists()


def test_a_calibration_that_is_not_finished_gives_no_set(tmp_path):
    with pytest.raises(SimError, match="holds no calibration"):
        load_set(tmp_path)
    (tmp_path / "begun.json").write_text("{}")
    with pytest.raises(SimError, match="not finished"):
        load_set(tmp_path)


def test_the_page_says_what_is_left_or_that_nothing_is(tmp_path, monkeypatch):
    from sim.present.calibration import render

    monkeypatch.delenv("TOY_DIARY", raising=False)
    space = toy.toy_space()
    rng = np.random.default_rng(8)
    for values, words in (
        ([0.6, 1.0, 0.3], "of the ranges is not ruled out by the worst of the figures to 2022-12-31"),
        ([0.6, 9.0, 0.3], "No setting in these ranges reproduces the record to 2022-12-31"),
    ):
        goals = toy.goals_at(values)
        found = history_match(toy.simulator(rng, 2), goals, 3, QUICK)
        told = {
            "up to": "2022-12-31",
            "size": 1.0,
            "command": "cliffedge study calibrate",
            **dict.fromkeys(("seed", "program", "configuration", "figures and tolerances"), "known"),
        }
        html = render(Calibration(space, goals, found, told, tmp_path))
        assert words in html
        assert html.count("<img ") == (3 if not found.left.empty else 1)
        assert all(alt.strip() for alt in re.findall(r'alt="([^"]*)"', html))
        assert "<script" not in html
        for goal in goals:
            assert goal.title in html
    assert "Figure 1, 2020, rules out most by itself: 100%" in html
