"""The baseline, overrides, worlds and scenarios: what they change, and that they change nothing else."""

import math
import pickle
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from sim.config.compose import available, baseline, scenario, split_scenarios, world
from sim.config.identity import config_hash, source_hash, to_yaml
from sim.config.mistakes import ConfigurationError
from sim.config.schema import Parameters
from sim.config.tree import leaves, overlay, plain, settings, shape


def flat(parameters: Parameters) -> dict[str, object]:
    return dict(leaves(parameters))


def changed(one: Parameters, other: Parameters) -> set[str]:
    mine, theirs = flat(one), flat(other)
    return {path for path in mine.keys() | theirs.keys() if mine.get(path) != theirs.get(path)}


def story(folder: Path, name: str, changes: str) -> None:
    scenarios = folder / "scenarios"
    scenarios.mkdir(exist_ok=True)
    head = f"{{title: {name}, why: to see, decided_by: nobody, source: {{title: t, publisher: p, date: d}}}}"
    (scenarios / f"{name}.yaml").write_text(f"story:\n  {name}: {head}\n{changes}\n", encoding="utf-8")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# ---------------------------------------------------------------------------------------------- the baseline
def test_every_file_lands_under_its_subject() -> None:
    today = baseline()
    assert today.people.arrivals.published.adult.at(date(2014, 5, 1)) == 355
    assert today.decisions.reasonable_grounds.capacity_per_quarter.at(date(2022, 12, 31)) == math.inf
    assert today.support.move_on_days.at(date(2027, 1, 1)) == 45
    assert today.services["lifeline"].title == "LifeLine"
    assert today.policy.start == date(2027, 4, 1)
    assert today.experiment.band["post_cg_stay"].low == {
        "support.needs_assessment.mean_post_cg_stay_days": 72.0
    }


def test_parameters_cannot_be_changed_once_made() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        baseline().support.floor.bed_days = 90.0


def test_parameters_travel_between_processes() -> None:
    assert pickle.loads(pickle.dumps(baseline())) == baseline()


def test_an_override_changes_its_path_and_no_other() -> None:
    other = baseline(["support.floor.bed_days=6 weeks"])
    assert other.support.floor.bed_days == 42
    assert changed(baseline(), other) == {"support.floor.bed_days"}


def test_an_override_before_does_not_leak_into_one_after() -> None:
    before = baseline()
    baseline(["support.move_on_days={2027-05-01: 60}", "risk.missing_per_year=0.5"])
    assert baseline() == before


def test_dates_in_an_override_join_those_already_there() -> None:
    move_on = baseline(["support.move_on_days={2028-01-01: 60}"]).support.move_on_days
    assert [move_on.at(date(year, 6, 1)) for year in (2018, 2027, 2028)] == [14, 45, 60]


def test_one_number_replaces_all_dates() -> None:
    assert baseline(["support.move_on_days=28"]).support.move_on_days.values == (28.0,)


def test_infinity_may_be_given_as_in_yaml() -> None:
    path = "decisions.conclusive_grounds.capacity_per_quarter"
    assert baseline([f"{path}=.inf"]) == baseline([f"{path}=inf"])


def test_a_group_may_be_overridden_in_part() -> None:
    other = baseline(["support.floor={bed_days: 90, casework_days: 90}"])
    assert changed(baseline(), other) == {"support.floor.bed_days", "support.floor.casework_days"}


def test_a_file_of_a_subject_may_be_chosen() -> None:
    assert list(baseline(["services=[lifeline]"]).services) == ["lifeline"]


# --------------------------------------------------------------------------------------------------- worlds
def test_a_world_changes_its_settings_and_nothing_else() -> None:
    settings = {"status.asylum.claim_share": 0.5, "support.casework.workers": "fixed"}
    assert changed(baseline(), world(baseline(), settings)) == set(settings)


def test_a_world_replaces_a_dated_value_for_all_time() -> None:
    assert world(baseline(), {"support.beds.places": 500}).support.beds.places.values == (500.0,)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("status.asylum.claim_shar", 0.5, "did you mean status.asylum.claim_share?"),
        ("status.asylum", 0.5, "unknown name"),
        ("status.asylum.claim_share", 1.5, "a share from 0 to 1"),
        ("services.lifelin.places", 5, "did you mean services.lifeline.places?"),
    ],
)
def test_a_world_is_validated_as_a_whole(path: str, value: object, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words.replace("?", r"\?")):
        world(baseline(), {path: value})


# ------------------------------------------------------------------------------------------------ scenarios
def test_the_baseline_changes_nothing() -> None:
    for names in ([], ["baseline"]):
        today = scenario(names)
        assert (today.name, today.changes, today.after) == ("baseline", {}, baseline())


@pytest.mark.parametrize("days", [90, 180, 365])
def test_extended_support_raises_the_three_floors(days: int) -> None:
    extended = scenario([f"extended_support_{days}"])
    parts = ("casework_days", "bed_days", "subsistence_days")
    assert extended.changes == {f"support.floor.{part}": (0.0, float(days)) for part in parts}
    assert changed(extended.before, extended.after) == set(extended.changes)


def test_stories_combine_whichever_way_they_are_named() -> None:
    listed = scenario(["priority_need", "local_connection_exempt"])
    joined = scenario(["priority_need+local_connection_exempt"])
    other_way = scenario(["local_connection_exempt", "priority_need"])
    assert listed == joined
    assert listed.after == other_way.after
    assert listed.name == "priority_need+local_connection_exempt"
    assert set(listed.changes) == {
        "housing.priority_need.confirmed_survivors",
        "housing.local_connection.survivors_exempt",
    }
    assert listed.applies_to == "new_cg_positives"


def test_overrides_hold_before_and_after() -> None:
    option = scenario(["priority_need"], ["risk.missing_per_year=0.02"])
    assert option.before.risk.missing_per_year == option.after.risk.missing_per_year == 0.02
    assert set(option.changes) == {"housing.priority_need.confirmed_survivors"}


def test_in_another_world_the_levers_stay_set() -> None:
    option = scenario(["extended_support_90"]).in_world(
        {"support.floor.bed_days": 30, "risk.missing_per_year": 0.03}
    )
    assert (option.before.support.floor.bed_days, option.after.support.floor.bed_days) == (30, 90)
    assert option.after.risk.missing_per_year == 0.03
    assert changed(option.before, option.after) == set(option.changes)


def test_every_shipped_story_can_be_made_and_says_who_decides() -> None:
    cards = available()
    assert cards[0].name == "baseline"
    assert [card.name for card in cards if "extended_support" in card.name] == [
        f"extended_support_{days}" for days in (90, 180, 365)
    ]
    for card in cards:
        made = scenario([card.name])
        assert made.changes or card.name == "baseline"
        assert card.title
        assert card.why
        assert card.decided_by
        assert card.sources


def test_a_story_of_ones_own_is_found_beside_the_shipped_ones(own: Path) -> None:
    story(own, "longer_notice", "status: {asylum: {notice_after_grant_days: 56}}")
    option = scenario(["longer_notice"])
    assert option.after.status.asylum.notice_after_grant_days.at(date(2027, 6, 1)) == 56
    assert "longer_notice" in [card.name for card in available()]


def test_two_stories_that_agree_on_a_path_combine(own: Path) -> None:
    story(own, "bed", "support: {floor: {bed_days: 90}}")
    assert set(scenario(["bed", "extended_support_90"]).changes) == set(
        scenario(["extended_support_90"]).changes
    )


def test_a_story_may_say_for_whom_it_works(own: Path) -> None:
    story(own, "everyone", "support: {floor: {bed_days: 90}}\npolicy: {applies_to: everyone_in_support}")
    option = scenario(["everyone"])
    assert option.applies_to == "everyone_in_support"
    assert set(option.changes) == {"support.floor.bed_days"}
    assert option.reaches == "guarantees of support reach everyone in support and new positive decisions"


def test_for_whom_is_said_of_the_guarantees_of_support_only() -> None:
    """Priority need reaches people confirmed before the policy too, whatever policy.applies_to says."""
    law, both = scenario(["priority_need"]), scenario(["priority_need", "extended_support_90"])
    assert law.reaches == "it reaches everybody to whom the event named with it happens from that day on"
    assert both.reaches.startswith("guarantees of support reach new positive decisions; other rules reach ")


def test_scenarios_are_split_from_overrides() -> None:
    assert split_scenarios(["a.b=1", "scenarios=[x,y+z]"]) == (("a.b=1",), ("x", "y", "z"))
    assert split_scenarios(["scenarios=x"]) == ((), ("x",))
    assert split_scenarios([]) == ((), ())


# ----------------------------------------------------------------------------------------------------- tree
def test_shapes_are_told_apart() -> None:
    assert shape("support.move_on_days") == "dated"
    assert shape("support.floor.bed_days") == "value"
    assert shape("support.floor") == "branch"
    assert shape("services") == shape("experiment.band") == "open branch"
    assert shape("services.anything.places") == "value"
    assert shape("experiment.band.anything.low") == "value"
    assert shape("support.nothing") is None


def test_laying_over_alters_neither_argument() -> None:
    base = plain(baseline())
    change = {"support": {"floor": {"bed_days": 5}, "move_on_days": {"2030-01-01": 5}}}
    laid = overlay(base, change)
    assert base == plain(baseline())
    assert laid["support"]["floor"] == {"casework_days": 0, "bed_days": 5, "subsistence_days": 0}
    assert list(laid["support"]["move_on_days"]) == ["2014-01-01", "2019-02-01", "2030-01-01"]
    assert list(settings(change)) == [
        ("support.floor.bed_days", 5),
        ("support.move_on_days", {"2030-01-01": 5}),
    ]


# ------------------------------------------------------------------------------------------------- identity
def test_equal_parameters_have_equal_hashes_however_they_are_written() -> None:
    one = config_hash(baseline(["support.floor.bed_days=42", "support.move_on_days=28"]))
    other = config_hash(baseline(["support.floor.bed_days=6 weeks", "support.move_on_days=4 weeks"]))
    assert one == other
    assert len(one) == 12
    assert set(one) <= set("0123456789abcdef")


def test_any_parameter_changes_the_hash_but_the_number_of_workers() -> None:
    today = config_hash(baseline())
    for override in ("experiment.seed=1", "risk.dies_per_year=0.005", "support.casework.workers=fixed"):
        assert config_hash(baseline([override])) != today
    assert config_hash(baseline(["experiment.workers=2"])) == today


def test_the_yaml_of_parameters_reads_back_to_them() -> None:
    import yaml

    today = baseline(["decisions.conclusive_grounds.capacity_per_quarter=.inf"])
    assert Parameters.model_validate(yaml.safe_load(to_yaml(today))) == today


def test_the_hash_of_the_program_follows_its_text_and_its_names(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one\n", encoding="utf-8")
    first = source_hash(tmp_path)
    (tmp_path / "notes.txt").write_text("not a program", encoding="utf-8")
    assert source_hash(tmp_path) == first
    (tmp_path / "a.py").write_text("two\n", encoding="utf-8")
    second = source_hash(tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert len({first, second, source_hash(tmp_path)}) == 3
    assert source_hash() == source_hash()
