"""The command line: what each verb prints, how it ends, and that help comes without loading a model."""

import os
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

from sim import cli
from sim.errors import SimError

HEAVY = (
    "numpy",
    "pandas",
    "hydra",
    "omegaconf",
    "numba",
    "matplotlib",
    "scipy",
    "pyarrow",
    "simpy",
    "pydantic",
)


def call(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run the command line in this process; the code it ends with."""
    monkeypatch.setattr(sys, "argv", ["cliffedge", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


class Commands(types.ModuleType):
    """Stands in for the module that runs experiments, and notes how it was called."""

    def __init__(self) -> None:
        super().__init__("sim.experiment.commands")
        self.calls: list[tuple[object, ...]] = []
        self.fails: BaseException | None = None

    def run(self, *given: object) -> None:
        self.calls.append(("run", *given))
        if self.fails is not None:
            raise self.fails

    def compare(self, *given: object) -> None:
        self.calls.append(("compare", *given))


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    import sim.experiment

    fake = Commands()
    monkeypatch.setattr(sim.experiment, "commands", fake, raising=False)
    monkeypatch.setitem(sys.modules, "sim.experiment.commands", fake)
    return fake


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    code = f"import sys, sim.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_loads_nothing_heavy_and_names_every_verb() -> None:
    code = (
        "import sys, atexit, sim.cli\n"
        f"atexit.register(lambda: print([name for name in {HEAVY!r} if name in sys.modules]))\n"
        "sys.argv = ['cliffedge', '--help']\n"
        "sim.cli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")
    for verb in ("run", "compare", "list", "explain", "check"):
        assert f"\n  {verb} " in done.stdout


def test_the_version_is_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from sim import __version__

    assert call(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"cliffedge {__version__}\n"


def test_an_unknown_verb_or_option_ends_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(monkeypatch, "chek") == 2
    assert call(monkeypatch, "check", "--fast") == 2


def test_run_hands_on_overrides_and_one_combined_scenario(
    monkeypatch: pytest.MonkeyPatch, commands: Commands
) -> None:
    words = (
        "run",
        "experiment.seed=7",
        "scenarios=[priority_need,local_connection_exempt]",
        "--out",
        "there",
    )
    assert call(monkeypatch, *words) == 0
    names = ("priority_need", "local_connection_exempt")
    assert commands.calls == [("run", ("experiment.seed=7",), names, Path("there"))]


def test_compare_hands_on_its_options(monkeypatch: pytest.MonkeyPatch, commands: Commands) -> None:
    assert call(monkeypatch, "compare", "--events", "experiment.replications=2") == 0
    assert commands.calls == [("compare", ("experiment.replications=2",), (), Path("results"), True)]


def test_compare_hands_on_the_precision_asked_for(
    monkeypatch: pytest.MonkeyPatch, commands: Commands
) -> None:
    from sim.experiment.precision import Rule, Target

    asked = ("--precision", "insecure_days_year_1=1.5", "--precision=harm_by_day_365=2%")
    assert call(monkeypatch, "compare", *asked, "--min", "4", "--max=9", "--look-ahead=1", "--together") == 0
    targets = (Target("insecure_days_year_1", 1.5), Target("harm_by_day_365", 0.02, of_today=True))
    rule = Rule(targets, 4, 9, 1, "t", True)
    assert commands.calls == [("compare", (), (), Path("results"), False, rule)]


def test_how_a_precision_is_reached_is_refused_without_one(
    monkeypatch: pytest.MonkeyPatch, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "compare", "--max", "30") == 2
    assert "Allowed: together with --precision" in capsys.readouterr().err
    assert commands.calls == []


def test_mistakes_go_to_standard_error_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.fails = SimError("the disk is full")
    assert call(monkeypatch, "run") == 2
    said = capsys.readouterr()
    assert said.err == "cliffedge: the disk is full\n"
    assert said.out == ""


def test_an_error_may_bring_its_own_exit_code(monkeypatch: pytest.MonkeyPatch, commands: Commands) -> None:
    commands.fails = SimError("stopped", exit_code=130)
    assert call(monkeypatch, "run") == 130


def test_an_interruption_ends_with_130(monkeypatch: pytest.MonkeyPatch, commands: Commands) -> None:
    commands.fails = KeyboardInterrupt()
    assert call(monkeypatch, "run") == 130


def test_a_fault_of_the_program_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch, commands: Commands
) -> None:
    commands.fails = ZeroDivisionError("a fault")
    monkeypatch.setattr(sys, "argv", ["cliffedge", "run"])
    with pytest.raises(ZeroDivisionError, match="a fault"):
        cli.main()


def test_list_names_every_scenario_and_who_decides(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], checkout: Path
) -> None:
    assert call(monkeypatch, "list") == 0
    said = capsys.readouterr().out
    for file in (checkout / "scenarios").glob("*.yaml"):
        assert f"\n  {file.stem} " in said or f" {file.stem}: " in said
    assert said.startswith("Decided by: Home Office\n  ")
    _, parliament = said.split("Decided by: Parliament\n")
    assert parliament.index("  priority_need ") < parliament.index("\n\n")


def test_list_groups_options_by_who_decides_and_refuses_an_unknown_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "scenarios").mkdir()
    story = "story:\n  mine: {title: t, why: w, decided_by: WHO, source: {title: t, publisher: p, date: d}}\n"
    changes = "support: {move_on_days: 60}\n"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios" / "mine.yaml").write_text(
        story.replace("WHO", "councils and providers") + changes
    )
    assert call(monkeypatch, "list") == 0
    _, councils = capsys.readouterr().out.split("Decided by: councils\n")
    assert re.match(r"  mine +t\n +\(councils and providers\)\n", councils)
    (tmp_path / "scenarios" / "mine.yaml").write_text(story.replace("WHO", "Hone Office") + changes)
    assert call(monkeypatch, "list") == 2
    assert "must begin with who decides; did you mean Home Office" in capsys.readouterr().err


def test_explain_tells_all_about_a_parameter(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "explain", "support.floor.bed_days") == 0
    said = " ".join(capsys.readouterr().out.split())
    for words in (
        "value 0 unit days range 0 to 365 kind lever",
        "Modern slavery statutory guidance",
        "confidence published",
        "last checked 2026-11-22",
        "extended_support_180 (Support guaranteed for 180 days after a positive decision)",
    ):
        assert words in said


def test_explain_shows_the_dates_of_a_dated_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "explain", "support.move_on_days") == 0
    assert "from 2014-01-01 14; from 2019-02-01 45" in capsys.readouterr().out


@pytest.mark.parametrize("words", [("priority_need",), ("scenario", "priority_need")])
def test_explain_tells_what_a_scenario_changes_and_in_which_rule(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert call(monkeypatch, "explain", *words) == 0
    said = capsys.readouterr().out
    assert "It changes: docs/pathway.md section 8, R7; Housing Act 1996, s189\n" in said
    assert "housing.priority_need.confirmed_survivors" in said
    assert "false -> true" in said
    assert "Survivor support policy brief" in said
    assert "today's source" in said


def test_explain_scenario_wants_a_scenario(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "explain", "scenario", "priority_ned") == 2
    assert "did you mean priority_need?" in capsys.readouterr().err


def test_explain_shows_a_group(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "explain", "support.floor") == 0
    said = capsys.readouterr().out
    for part in ("casework_days", "bed_days", "subsistence_days"):
        assert f"support.floor.{part}" in said


@pytest.mark.parametrize(
    ("what", "nearest"),
    [("support.bed_days", "support.floor.bed_days"), ("priority_ned", "priority_need"), ("risks", "risk")],
)
def test_explain_names_the_nearest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], what: str, nearest: str
) -> None:
    assert call(monkeypatch, "explain", what) == 2
    assert f"did you mean {nearest}?" in capsys.readouterr().err


def test_check_prints_the_plan(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("check", "experiment.options=[priority_need]", "experiment.replications=3")
    assert call(monkeypatch, *words, "experiment.band_replications=0") == 0
    said = capsys.readouterr().out
    assert "priority_need: Priority need for confirmed survivors" in said
    assert "runs           15" in said  # three of two, and three of three under the second pairing of luck
    assert "2027-04-01" in said


def test_check_refuses_what_could_not_be_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "check", "scenarios=[extended_support_90,extended_support_180]") == 2
    assert "they cannot be combined" in capsys.readouterr().err
    assert call(monkeypatch, "check", "scenarios=3") == 2
    assert "must be a name or a list of names" in capsys.readouterr().err


def test_the_installed_command_ends_with_2_and_no_traceback(checkout: Path) -> None:
    command = [sys.executable, "-c", "import sim.cli; sim.cli.main()", "check", "support.floor.bed_days=-3"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=checkout, env=dict(os.environ))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "support.floor.bed_days = -3" in done.stderr
    assert done.stdout == ""
