"""Uncertainty and choice from settings to findings, with a stand-in of known truth; calibrated settings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.calibrate.space import Dimension, Space
from sim.calibrate.store import Folder
from sim.config.compose import baseline
from sim.errors import SimError
from sim.present.study import render
from sim.study import choosing, given, uncertainty, varied
from sim.study.asking import Asked, Findings, options_of
from sim.study.unit import Figures, Task

METRIC, COST = "insecure_days_year_1", "cost_public"
STREET, FRIENDS = "support.beds.wanted_from_street", "support.beds.wanted_from_friends"
OPTIONS = options_of(["priority_need", "bridging_homes"])
DRAWS = [(f"{STREET}={0.5 + 0.025 * n:.3f}", f"{FRIENDS}={0.3 + 0.01 * (n * 7 % 20):.2f}") for n in range(20)]


def truth(task: Task) -> list[Figures]:
    """Priority need gains 10 days; bridging homes gain 100 (street - 0.72); friends and chance do nothing."""
    found = []
    for address, point in task.options:
        told = dict(text.split("=") for text in point.world)
        street = float(told.get(STREET, 0.8))
        gain = 10.0 if point.scenarios == ("priority_need",) else 100 * (street - 0.72)
        names = ((METRIC, "all"), (COST, "all"))
        found.append(Figures(address, names, np.array([100 - gain, 0.0]), np.array([100.0, 0.0]), 0.001))
    return found


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return Asked(tmp_path, (), 2, 3, 1, worker=truth)


def test_the_best_option_the_parts_and_the_worth_of_knowing_are_those_of_the_truth(asked: Asked) -> None:
    benefit = uncertainty.Benefit(METRIC, COST, 10.0)
    found = uncertainty.study(asked, DRAWS, OPTIONS, [METRIC], benefit=benefit)
    best = found.tables["best"].set_index(["metric", "option"])["best"]
    # Bridging homes are ahead where street > 0.82: from 0.825 on, in seven settings of twenty.
    assert best[METRIC].to_dict() == pytest.approx(
        {"today": 0.0, "priority_need": 0.65, "bridging_homes": 0.35}
    )
    parts = found.tables["parts"].set_index(["option", "part"])["variance"]
    assert parts["priority_need", "parameters"] == pytest.approx(0.0, abs=1e-12)
    assert parts["bridging_homes", "parameters"] == pytest.approx(np.var(2.5 * np.arange(20), ddof=1))
    assert parts["bridging_homes", "chance"] == pytest.approx(0.0, abs=1e-9)
    # There they are 0.5, 3, 5.5 ... 15.5 days ahead, 56 together, at £10 a day.
    worth = found.settings["worth"]
    assert (worth["perfect_low"], worth["perfect_high"]) == pytest.approx((28.0, 28.0))
    assert worth["best_now"] == "priority_need"
    assert found.tables["information"]["path"].iloc[0] == STREET


def test_the_regret_of_every_option_is_that_of_the_truth(asked: Asked) -> None:
    found = choosing.across_worlds(asked, DRAWS, OPTIONS, METRIC)
    table = found.tables["options"].set_index("option")
    assert table["worst"].to_dict() == pytest.approx(
        {"today": 25.5, "priority_need": 15.5, "bridging_homes": 32.0}
    )
    assert table.loc["bridging_homes", "central"] == pytest.approx(8.0)
    worlds = found.tables["worlds"].set_index("world")["settings"]
    assert f"{STREET}=0.975" in set(worlds[table.loc["priority_need", "worst_world"]].str.split().iloc[0])


def calibrated(folder: Path, places: np.ndarray, size: float = 1.0) -> Path:
    """A finished calibration of two parameters with this set."""
    space = Space(
        (Dimension("street", "", STREET, 0.5, 1.0, 0.8), Dimension("friends", "", FRIENDS, 0.2, 0.6, 0.4))
    )
    keeper = Folder(folder)
    keeper.begin({"seed": 1})
    keeper.finish(space, places, np.zeros(len(places)), {"seed": 1, "size": size})
    return folder


def test_a_calibrated_set_is_read_and_used(asked: Asked, tmp_path: Path) -> None:
    place = calibrated(tmp_path / "set", np.array([[0.0, 0.0], [0.5, 1.0], [1.0, 0.5]]))
    settings = given.calibrated(place)
    assert settings[1] == (f"{STREET}=0.75", f"{FRIENDS}=0.6")
    found = uncertainty.study(asked, settings, OPTIONS, [METRIC])
    mean = found.tables["parts"].set_index("option")["mean"]
    assert mean["bridging_homes"].iloc[0] == pytest.approx(-3.0)  # street 0.75 on average


def page(found: Findings, asked: Asked) -> str:
    """The page of findings that were stored and read again."""
    return render(Findings.read(found.write(asked.folder)))


def test_a_set_fitted_in_a_world_of_another_size_is_refused(tmp_path: Path) -> None:
    place = calibrated(tmp_path / "set", np.array([[0.5, 1.0]]), size=0.1)
    with pytest.raises(SimError, match=r"fitted with people.arrivals.multiplier=0.1, and this study has 1;"):
        given.calibrated(place)
    assert given.calibrated(place, ("people.arrivals.multiplier=0.1",)) == [
        (f"{STREET}=0.75", f"{FRIENDS}=0.6")
    ]


def test_what_has_no_worth_of_its_own_is_named(asked: Asked) -> None:
    held = [(*one, "support.move_on_days={2014-01-01: 14}", "risk.insecure_ratio=3.0") for one in DRAWS]
    found = uncertainty.study(
        asked, held, OPTIONS, [METRIC], benefit=uncertainty.Benefit(METRIC, COST, 10.0), most=1
    )
    assert found.settings["left_out"] == ["support.move_on_days", "risk.insecure_ratio"]
    html = page(found, asked)
    assert "support.move_on_days, risk.insecure_ratio. They count" in html
    assert METRIC not in html.partition("Make it again")[0]  # measures by their titles
    assert "£0.000" not in html


def test_a_choice_without_regret_names_no_world_and_todays_rules_take_a_plural(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = choosing.across_worlds(asked, DRAWS[13:], OPTIONS, METRIC)  # bridging homes lead everywhere
    table = found.tables["options"]
    table["worst"] = [5.0, 0.0, 3.0]
    words = page(found, asked)
    assert "Nothing is lost in any world here" in words
    assert "The world of the largest regret" not in words
    table["worst"] = [0.5, 1.0, 3.0]
    words = page(found, asked)
    assert "Smallest largest regret of the options compared: today&#39;s rules." in words
    assert "everything else is central (" not in words  # a short table is not folded away
    monkeypatch.setattr("sim.present.study.LONG", 1)
    assert "<summary>What that world is; everything else is central (2 rows)</summary>" in page(found, asked)
    assert "rules has" not in words
    assert "rules is" not in words


def test_an_empty_or_missing_set_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SimError, match="the record rules out every setting"):
        given.calibrated(calibrated(tmp_path / "nothing", np.zeros((0, 2))))
    with pytest.raises(SimError, match="nearest: cliffedge study calibrate"):
        given.calibrated(tmp_path / "nowhere")
    (tmp_path / "folder").mkdir()
    with pytest.raises(SimError, match="holds no calibration"):
        given.calibrated(tmp_path / "folder")
    (tmp_path / "blank.txt").write_text("# none\n")
    with pytest.raises(SimError, match="holds no setting"):
        given.calibrated(tmp_path / "blank.txt")


def test_a_file_of_settings_tells_its_size_where_it_matters(tmp_path: Path) -> None:
    size, beds = "people.arrivals.multiplier", "support.beds.places={2014-01-01: 100, 2020-01-01: 120}"
    file = tmp_path / "mine.txt"
    file.write_text(f"{STREET}=0.6 {size}=0.1  # first\n\n{STREET}=0.7 {size}=0.1\n")
    with pytest.raises(SimError, match=f"fitted with {size}=0.1, and this study has 1;.*nearest: {size}=0.1"):
        given.calibrated(file)
    assert len(given.calibrated(file, (f"{size}=0.1",))) == 2
    file.write_text(f"{beds} {STREET}=0.6\n")
    with pytest.raises(SimError, match=f"does not tell of which size.*nearest: {size}=1"):
        given.calibrated(file)
    file.write_text(f"{beds} {STREET}=0.6 {size}=1\n")
    assert given.calibrated(file) == [(beds, f"{STREET}=0.6")]
    file.write_text(f"{size}=1\n")
    with pytest.raises(SimError, match=f"sets nothing but {size}"):
        given.calibrated(file)
    file.write_text(f"{STREET}=0.6 {size}=0.1\n{STREET}=0.7 {size}=1\n")
    with pytest.raises(SimError, match=r"multiplier is 0.1, 1; allowed: one number, in every line"):
        given.calibrated(file)


def test_mistakes_in_a_file_of_settings_name_the_line_and_the_nearest(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    for text, told in (
        (f"{STREET}=0.6\nsix\n", "line 2: 'six' sets no parameter; allowed: one setting a line"),
        (f"{STREET}=0.6 {STREET}=0.7\n", f"line 1: sets {STREET} twice"),
        (f"{STREET[:-1]}=0.6\n", f"(?s)first setting: .*{STREET}"),
        (f"{STREET}=0.6\n{FRIENDS}=0.3\n", "2 settings that set 2 different lists"),
    ):
        file.write_text(text)
        with pytest.raises(SimError, match=told):
            given.calibrated(file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SimError, match="is no text that can be read"):
        given.calibrated(file)
    file.write_text(f"{STREET}=0.6\n")
    with pytest.raises(SimError, match=f"{STREET}=0.5: holds in the whole study.*nearest: leave"):
        given.calibrated(file, (f"{STREET}=0.5",))


def test_every_setting_drawn_from_the_register_is_allowed_and_shares_reach_the_whole() -> None:
    """Shares of one whole whose ranges together pass 1 are taken up to what is left of it."""
    every = varied.assumed()
    by_path = {one.path: place for place, one in enumerate(every)}
    first, second = "status.eu_settled_share", "status.eu_pre_settled_share"
    assert sum(every[by_path[path]].high for path in (first, second)) > 1  # or this test tries nothing
    for share in (0.0, 1.0):
        baseline(varied.overrides(every, np.full(len(every), share)))
    told = dict(text.split("=") for text in varied.overrides(every, np.ones(len(every))))
    assert float(told[first]) == 0.9
    assert float(told[second]) == pytest.approx(0.1)
    alone = every[by_path[first]]
    assert float(alone.at(1.0).split("=")[1]) == pytest.approx(0.75)  # what 0.25 beside it leaves
    baseline((alone.at(1.0),))


def test_ends_that_a_parameter_cannot_take_and_what_is_held_are_refused() -> None:
    with pytest.raises(SimError, match=f"{STREET}=0.5:1.5: .*1.5.*must be"):
        varied.chosen([f"{STREET}=0.5:1.5"])
    with pytest.raises(SimError, match=f"{STREET}=0.5: holds in the whole study"):
        varied.chosen([STREET], (f"{STREET}=0.5",))
    with pytest.raises(
        SimError, match=r"is a lever.*nearest: cliffedge sweep option.housing.applying.told_share"
    ):
        varied.chosen(["housing.applying.told_share"])


def test_too_few_draws_for_the_worth_of_knowing_are_refused_before_anything_is_run(asked: Asked) -> None:
    with pytest.raises(SimError, match="draws = 6; allowed: 20 or more with a benefit"):
        uncertainty.study(
            asked, DRAWS[:6], OPTIONS, [METRIC], benefit=uncertainty.Benefit(METRIC, COST, 10.0)
        )
    assert not list(asked.folder.iterdir())
