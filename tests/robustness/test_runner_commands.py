"""What the commands say at the terminal, with a stand-in for the model and for the page."""

from pathlib import Path

import pytest

from sim.experiment import commands, machinery, plan, store
from sim.present import page
from tests.fake_engine import FakeModel, make_plan


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The fake model and plan behind both commands; the pages that were asked for."""
    asked: list[Path] = []

    def write(result: Path) -> Path:
        assert store.is_whole(result)  # the page is made of a finished result
        asked.append(result)
        return result / "comparison.html"

    effects = {"option": 1.0, "nothing": 0.0}
    monkeypatch.setattr(plan, "of_compare", lambda *_, **__: make_plan(replications=3, effects=effects))
    monkeypatch.setattr(plan, "of_run", lambda *_, **__: make_plan(replications=1, band_replications=0))
    monkeypatch.setattr(machinery, "NationalModel", FakeModel)
    monkeypatch.setattr(page, "write", write)
    monkeypatch.setenv("COLUMNS", "140")
    return asked


def test_compare_prints_differences_sentences_cost_and_where_the_page_is(
    tmp_path: Path, stand_in: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = commands.compare([], [], tmp_path)
    said, aside = capsys.readouterr()
    assert stand_in == [path]
    assert "What each option changes against today's rules" in said
    assert "95% interval: chance alone, 3 replications" in said
    assert "input set low and high in turn, 1 replication," in " ".join(said.split())
    assert "changes nothing in this model" in said
    assert "15 runs in " in said
    assert "1.0 events per person; peak memory of a process " in said
    assert f"The result: {path}" in said
    assert f"The page: {path / 'comparison.html'}" in said
    assert "[15/15]" in aside
    assert "[15/15]" not in said  # progress does not disturb what is piped on


def test_a_scenario_that_changes_nothing_is_shown_as_exactly_zero(
    tmp_path: Path, stand_in: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    commands.compare([], [], tmp_path)
    said = capsys.readouterr().out
    rows = said[said.index("Nothing") :].splitlines()[1:3]
    assert all([cell.strip() for cell in row.split("│")][3:6] == ["0", "0 to 0", "0 to 0"] for row in rows)


def test_run_prints_levels_and_where_the_result_is(
    tmp_path: Path, stand_in: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = commands.run([], ["option"], tmp_path)
    said = capsys.readouterr().out
    assert "Headline outcomes" in said
    assert "Days with nowhere secure" in said
    assert f"The result: {path}" in said
    assert stand_in == []


def test_the_same_command_again_runs_nothing_and_says_so(
    tmp_path: Path, stand_in: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    commands.run([], ["option"], tmp_path)
    first = capsys.readouterr()
    commands.run([], ["option"], tmp_path)
    second = capsys.readouterr()
    assert second.out == first.out
    assert "Nothing had to be run" in second.err
    assert "Nothing had to be run" not in first.err
