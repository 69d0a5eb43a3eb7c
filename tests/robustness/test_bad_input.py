"""Bad input: one message that lists every mistake with path, value, what is allowed and the nearest name."""

from pathlib import Path

import pytest

from sim.config import compose, places
from sim.config.compose import available, baseline, scenario
from sim.config.mistakes import ConfigurationError
from sim.config.stories import read_story

STORY = "story:\n  mine: {title: t, why: w, decided_by: nobody, source: {title: t, publisher: p, date: d}}\n"


def message(overrides: list[str]) -> str:
    with pytest.raises(ConfigurationError) as caught:
        baseline(overrides)
    assert caught.value.exit_code == 2
    return str(caught.value)


def of_scenario(names: list[str], overrides: list[str] | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        scenario(names, overrides or [])
    return str(caught.value)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own scenarios, beside the shipped ones."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").mkdir()
    return tmp_path / "scenarios"


def write(folder: Path, text: str, name: str = "mine") -> None:
    (folder / f"{name}.yaml").write_text(text.replace("mine", name), encoding="utf-8")


# ------------------------------------------------------------------------------------------------ overrides
@pytest.mark.parametrize(
    ("override", "words"),
    [
        (
            "housing.priority_need.confirmed_survivor=true",
            "did you mean housing.priority_need.confirmed_survivors?",
        ),
        ("+housing.told_share=0.5", "did you mean housing.applying.told_share?"),
        ("++x=1", "x = 1 (override ++x=1): unknown name. Allowed at the top: people, decisions,"),
        ("support.bed_days=5", "did you mean support.floor.bed_days?"),
        ("risk.dies_per_year.often=1", "risk.dies_per_year is a value and has no parts"),
        ("support.move_on_days.often=1", "support.move_on_days is a value and has no parts"),
        ("services.lifelin.places=3", "Allowed in services: benefits_advice, bright_future"),
        ("support=3", "is a group, not a value; it holds: "),
        ("support.floor=null", "support.floor = nothing (override support.floor=null): is a group"),
        ("risk.dies_per_year=often", "risk.dies_per_year = 'often'"),
        ("risk.dies_per_year=true", "risk.dies_per_year = true"),
        ("risk.dies_per_year=yes", "must be a number of 0 or more"),
        ("risk.dies_per_year=", "must be a number of 0 or more"),
        ("risk.dies_per_year=nan", ".nan are not allowed"),
        (
            "support.floor.bed_days=-3",
            "bed_days = -3 (override support.floor.bed_days=-3): must be 0",
        ),
        ("support.floor.bed_days=3 months", "months differ in length"),
        ("status.asylum.claim_share=1.2", "must be a share from 0 to 1"),
        ("status.asylum.claim_share=false", "must be a share from 0 to 1"),
        ("housing.priority_need.confirmed_survivors=yes", "must be true or false"),
        ("housing.priority_need.confirmed_survivors=1", "must be true or false"),
        ("support.casework.workers=scale", "must be one of: scaled, fixed; did you mean scaled?"),
        ("experiment.seed=1.5", "must be a whole number"),
        ("experiment.seed=-1", "greater than or equal to 0"),
        ("experiment.replications=0", "greater than or equal to 1"),
        ("experiment.replications=true", "must be a whole number"),
        ("experiment.keep_events=no", "must be true or false"),
        ("policy.start=2027-02-30", "2027-02-30 is an impossible date: 2027-02 has the days 01 to 28"),
        ("policy.start=April", "write YYYY-MM-DD"),
        ("support.move_on_days={2027-13-01: 45}", "the month must be 01 to 12"),
        ("policy.applies_to=all", "must be one of: new_cg_positives, everyone_in_support"),
        ("places.british.friends=0.5", "must sum to 1, not 1.3"),
        ("people.traits.regions.london=0.9", "must sum to 1"),
        ("people.traits.cells.child_uk.exploitation.labour=0.5", "people.traits.cells.child_uk.exploitation"),
        ("support.needs_assessment.fully_agreed=0.5", "together must be at most 1"),
        (
            "decisions.conclusive_grounds.discipline.newest=0.7",
            "not 1.12 from 2024-07-01 on",
        ),
        ("decisions.reconsideration.decision_min_days=100", "must not be above decision_max_days (90)"),
        ("housing.main_duty.private_offer_share_london=0.5", "together must be at most 1"),
        ("experiment.horizon=2026-01-01", "must be later than policy.start (2027-04-01)"),
        ("experiment.options=[priority_nedd]", "did you mean priority_need?"),
        ("experiment.options=priority_need", "must be a list of names"),
        (
            "experiment.options=[priority_need+nothing]",
            "scenario 'nothing' (experiment.options): unknown scenario",
        ),
        (
            "experiment.band.applies_to_council.low.housing.told_share=1",
            "experiment.band.applies_to_council.low",
        ),
        ("experiment=nationwide", "There are: national"),
        ("~support.floor", "a name cannot be removed"),
        ("support.floor.bed_days=1,2", "give one value"),
        ("support.floor.bed_days", "write path=value"),
        ("support.floor.bed_days=[1", "write path=value"),
        ("", "write path=value"),
    ],
)
def test_a_mistaken_override_is_answered(override: str, words: str) -> None:
    assert words in message([override])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("{suport.floor.bed_days: 72}", "did you mean support.floor.bed_days?"),
        ("{status.asylum.claim_share: 1.5}", "must be a share from 0 to 1"),
        ("{status.asylum.claim_share: 0.95}", "together must be at most 1"),
        ("{policy.start: 2028-01-01}", "is a setting of the run"),
        ("{status.asylum: 1}", "status.asylum = 1 (experiment.band.mine.low): unknown name"),
    ],
)
def test_the_band_is_checked_before_anything_runs(settings: str, words: str) -> None:
    said = message([f"experiment.band.mine={{title: mine, low: {settings}, high: {{}}}}"])
    assert words in said
    assert "experiment.band.mine.low" in said


def test_all_mistakes_are_listed_at_once() -> None:
    said = message(
        [
            "support.floor.bed_days=-3",
            "+fooo=1",
            "risk.dies_per_year=2x",
            "policy.start=2027-02-30",
            "status.asylum.claim_share=1.2",
            "experiment.options=[priority_nedd]",
            "~support",
            "experiment.horizon",
        ]
    )
    assert said.startswith("There are 8 mistakes in what was asked for. Nothing was run.")
    assert said.count("\n  - ") == 8


def test_a_late_start_is_named_beside_other_mistakes() -> None:
    said = message(["policy.start=2040-01-01", "risk.dies_per_year=-1"])
    assert "must be later than policy.start (2040-01-01)" in said
    assert "risk.dies_per_year = -1" in said


def test_one_path_given_two_values_is_a_mistake() -> None:
    assert "is given two values" in message(["risk.dies_per_year=0.1", "risk.dies_per_year=0.2"])


# ------------------------------------------------------------------------------------------------ scenarios
def test_an_unknown_scenario_is_answered_with_the_nearest_and_the_list() -> None:
    said = of_scenario(["priority_ned", "extended_support_91"])
    assert "did you mean priority_need?" in said
    assert "did you mean extended_support_90?" in said
    assert "local_connection_exempt" in said


def test_a_scenario_named_twice_is_a_mistake() -> None:
    assert "is named twice" in of_scenario(["priority_need", "priority_need"])


def test_the_baseline_is_not_combined() -> None:
    assert "stands alone" in of_scenario(["baseline", "priority_need"])


def test_two_scenarios_that_disagree_are_refused_by_path_and_file() -> None:
    said = of_scenario(["extended_support_90", "extended_support_180"])
    for part in ("casework_days", "bed_days", "subsistence_days"):
        assert f"support.floor.{part}" in said
    assert "set it to 90 and 180" in said
    assert "extended_support_90.yaml and " in said
    assert "extended_support_180.yaml" in said


def test_an_override_of_a_path_that_the_scenario_sets_is_refused() -> None:
    said = of_scenario(["extended_support_90"], ["support.floor={bed_days: 30}"])
    assert "is set by the override support.floor={bed_days: 30} and by this scenario" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "mine.yaml: is empty"),
        ("# nothing but a remark\n", "mine.yaml: is empty"),
        ("- a\n- b\n", "must hold names and values"),
        ("story: {mine\n", "mine.yaml, line 2, column 1: is not valid YAML"),
        ("story:\n\t- a\n", "mine.yaml, line 2, column 1: is not valid YAML"),
        (
            STORY + "support: {floor: {bed_days: 1, bed_days: 2}}\n",
            "'bed_days' is given twice (first on",
        ),
        (STORY + "support: {floor: {bed_day: 90}}\n", "did you mean support.floor.bed_days?"),
        (STORY + "suport: {floor: {bed_days: 90}}\n", "did you mean support?"),
        (STORY + "support: {floor: {bed_days: -90}}\n", "support.floor.bed_days = -90 (scenarios/mine.yaml)"),
        (STORY + "support: {floor: 90}\n", "support.floor = 90 (scenarios/mine.yaml): is a group"),
        (STORY + "support:\n", "support = nothing (scenarios/mine.yaml): is a group"),
        (
            STORY + "services: {bridging: {places: 5}}\n",
            "Allowed in services: benefits_advice, bright_future",
        ),
        (STORY + "support: {move_on_days: {2027-02-30: 5}}\n", "2027-02-30 is an impossible date"),
        (STORY + "risk: {missing_per_year: 0.1}\n", "is a parameter of the world, not a lever"),
        (STORY + "experiment: {replications: 9}\n", "is a setting of the run, not a lever"),
        (STORY + "policy: {start: 2028-01-01}\n", "is a setting of the run, not a lever"),
        (STORY + "support: {floor: {bed_days: 0}}\n", "so it changes nothing; only baseline may"),
        (STORY + "policy: {applies_to: everyone_in_support}\n", "so it changes nothing; only baseline may"),
        (STORY, "changes nothing; only baseline may"),
        ("support: {floor: {bed_days: 90}}\n", "must be there and hold one name"),
        (STORY.replace("  mine:", "  yours:"), "it holds yours"),
        (STORY.replace("title: t, why", "titel: t, why"), "did you mean title?"),
        (STORY.replace("why: w, ", ""), "story.mine.why (scenarios/mine.yaml): is missing"),
        (STORY.replace("publisher: p", "publisher: 3"), "story.mine.source.0.publisher = 3"),
    ],
)
def test_a_mistaken_scenario_file_is_answered(own: Path, text: str, words: str) -> None:
    write(own, text)
    assert words in of_scenario(["mine"])


def test_a_world_in_a_scenario_is_told_where_it_belongs(own: Path) -> None:
    write(own, STORY + "risk: {missing_per_year: 0.1}\n")
    assert "set it in an override or in experiment.band" in of_scenario(["mine"])


def test_scenarios_for_different_people_are_not_combined_in_silence(own: Path) -> None:
    write(own, STORY + "support: {move_on_days: 60}\npolicy: {applies_to: everyone_in_support}\n")
    said = of_scenario(["mine", "priority_need"])
    assert "policy.applies_to" in said
    assert "only one of the two says for whom it works" in said


def test_text_that_is_not_utf_8_is_answered(own: Path) -> None:
    (own / "mine.yaml").write_bytes(b"story: \xff\n")
    assert "is not UTF-8 text (byte 7)" in of_scenario(["mine"])


def test_a_scenario_that_cannot_be_read_is_answered(own: Path) -> None:
    (own / "mine.yaml").mkdir()
    assert "cannot be read" in of_scenario(["mine"])


def test_a_damaged_scenario_is_named_by_the_list_too(own: Path) -> None:
    write(own, "")
    with pytest.raises(ConfigurationError, match=r"mine\.yaml: is empty"):
        available()


def test_ones_own_file_with_the_name_of_a_shipped_one_is_refused(own: Path) -> None:
    write(own, STORY + "support: {move_on_days: 60}\n", name="priority_need")
    said = of_scenario(["priority_need"])
    assert "are two stories of one name" in said


def test_a_copy_of_a_shipped_scenario_does_no_harm(own: Path) -> None:
    shipped = places.data_dir("scenarios") / "priority_need.yaml"
    (own / "priority_need.yaml").write_bytes(shipped.read_bytes())
    assert scenario(["priority_need"]).name == "priority_need"


def test_the_baseline_may_not_change_anything(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(own, STORY + "support: {move_on_days: 60}\n", name="baseline")
    monkeypatch.setattr("sim.config.stories.scenario_dirs", lambda: (own,))
    with pytest.raises(ConfigurationError, match="must change nothing; it holds support"):
        read_story("baseline")


# -------------------------------------------------------------------------------------------- shipped files
@pytest.fixture
def damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped configs to damage."""
    import shutil

    copy = tmp_path / "configs"
    shutil.copytree(places.data_dir("configs"), copy)
    shipped = places.data_dir("scenarios")
    monkeypatch.setattr(compose, "data_dir", lambda name: copy if name == "configs" else shipped)
    for cached in (compose._composed, compose._baseline):
        cached.cache_clear()
    yield copy  # type: ignore[misc]
    for cached in (compose._composed, compose._baseline):
        cached.cache_clear()


def test_damaged_configuration_files_are_all_named(damaged: Path) -> None:
    (damaged / "risk" / "risk.yaml").write_text("", encoding="utf-8")
    (damaged / "support" / "support.yaml").write_text("floor: [1\n", encoding="utf-8")
    said = message([])
    assert "risk.yaml: is empty" in said
    assert "support.yaml, line 2, column 1: is not valid YAML" in said


def test_unknown_and_missing_names_in_a_configuration_file_are_named(damaged: Path) -> None:
    file = damaged / "risk" / "risk.yaml"
    file.write_text(file.read_text().replace("dies_per_year", "die_per_year"), encoding="utf-8")
    said = message([])
    assert "risk.die_per_year = 0.004: unknown name" in said
    assert "risk.dies_per_year: is missing" in said


def test_a_missing_configuration_file_is_named(damaged: Path) -> None:
    (damaged / "policy" / "today.yaml").unlink()
    assert "policy/today" in message([])
