"""Analyses from settings to page, with a stand-in for the model whose answer is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.errors import SimError
from sim.present.study import answer, render, write
from sim.study import choosing, sensitivity, solving, varied
from sim.study.asking import Asked, Findings, Option, options_of
from sim.study.unit import Figures, Task

METRIC, COST = "insecure_days_year_1", "cost_public"
STREET, FRIENDS = "support.beds.wanted_from_street", "support.beds.wanted_from_friends"


def line(task: Task) -> list[Figures]:
    """Days: 100 + 40 street + 0 friends - option; chance is common to all settings, and small."""
    found = []
    for address, point in task.options:
        told = dict(text.split("=") for text in (*point.world, *point.levers))
        luck = np.random.default_rng(task.replication).standard_normal()
        own = np.random.default_rng(int(address, 16) % 2**32).standard_normal()
        today = 100 + 40 * float(told.get(STREET, 0.85)) + 10 * luck + 0.05 * own
        gain = 5.0 * len(point.scenarios) + 0.1 * float(told.get("places.bridging.places", 0))
        names = ((METRIC, "all"), (COST, "all"))
        value = np.array([today - gain, 1000.0 * len(point.scenarios)])
        found.append(Figures(address, names, value, np.array([today, 0.0]), 0.001))
    return found


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return Asked(tmp_path, (), 6, 3, 1, worker=line)


def test_what_moves_the_figure_is_found_and_what_does_not_is_not(asked: Asked) -> None:
    found = sensitivity.study(
        asked, varied.chosen([STREET, FRIENDS]), METRIC, trajectories=4, structures=False
    )
    table = found.tables["screening"].set_index("path")
    assert table.loc[STREET, "mean"] == pytest.approx(20, abs=0.5)  # its range is 0.5 wide
    assert table.loc[STREET, "square_low"] > 300
    assert abs(table.loc[FRIENDS, "mean"]) < 0.5
    assert STREET in answer(found)[0]
    html = render(Findings.read(found.write(asked.folder)))
    assert "docs/sensitivity.md" in html
    assert 'alt="Dots with intervals' in html


def test_a_target_is_solved_and_a_target_out_of_reach_is_said(asked: Asked) -> None:
    (homes,) = varied.chosen(["places.bridging.places=0:390"], kind=None)
    level = 134 + 10 * np.mean([np.random.default_rng(r).standard_normal() for r in range(6)])
    found = solving.study(asked, homes, METRIC, level - 15, is_lever=True)
    assert found.settings["root"]["at"] == pytest.approx(150, abs=2)
    assert found.settings["root"]["low"] < found.settings["root"]["high"]
    tried = found.tables["curve"]["setting"]
    assert (tried == tried.round()).all()  # nobody can set half a home
    never = solving.study(asked, homes, METRIC, -50.0, is_lever=True)
    assert "meets the target" in answer(never)[0]
    assert answer(never)[0].startswith("Days with nowhere secure")
    told = render(Findings.read(never.write(asked.folder)))
    assert "No setting in this figure is the answer" in told
    assert "band" not in told.partition("Make it again")[0]
    words = answer(found)[0]
    assert (
        f"is met at places.bridging.places = {found.settings['root']['at']:.0f} homes (95% interval" in words
    )
    html = render(Findings.read(found.write(asked.folder)))
    assert "all else is under today&#39;s rules" in html
    assert "of the option" not in html.partition("Make it again")[0]
    assert write(never.write(asked.folder)).is_file()


def test_a_budget_buys_what_it_pays_for_and_conflicts_are_refused_by_name(asked: Asked) -> None:
    parts = options_of(["priority_need", "bridging_homes", "extended_support_180", "extended_support_365"])
    found = choosing.budget(asked, parts, METRIC, COST, 1.5e6, 1000, 2)
    table = found.tables["packages"].set_index("package")
    assert (table["standing"] == "within").equals(table["parts"] == 1)
    assert list(found.settings["refused"]) == ["extended_support_180+extended_support_365"]
    assert len(table) == 4 + 6 - 1
    assert "+" not in found.settings["winner"]["package"]


def test_mistakes_name_the_nearest() -> None:
    with pytest.raises(SimError, match="priority_need"):
        Option.of("priority_ned")
    with pytest.raises(SimError, match=STREET):
        varied.chosen(["support.beds.wanted_from_stret"])
    with pytest.raises(SimError, match="LOW must lie below HIGH"):
        varied.chosen([f"{STREET}=1:0.5"])
