"""The mutants are made as they should be, and (deep) each is noticed by a story or listed with a reason."""

import os
from pathlib import Path

import pytest

from tests.mutation.__main__ import equivalent, report, verdicts
from tests.mutation.mutants import files, mutants_of
from tests.mutation.running import Verdict, first_to_notice, in_child, lines_reached, try_mutant
from tests.stories import rules

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="mutants are tried in forked processes")

SOURCE = """
def may_enter(age, member):
    if age < 18 and not member:
        refuse(age)
        return False
    return age > 0
"""


def test_every_condition_and_call_is_changed_in_turn(tmp_path: Path) -> None:
    file = tmp_path / "door.py"
    file.write_text(SOURCE, encoding="utf-8")
    assert [mutant.name for mutant in mutants_of(file)] == [
        "door.may_enter: not test `age < 18 and (not member)`",
        "door.may_enter: test `age < 18 and (not member)` is True",
        "door.may_enter: test `age < 18 and (not member)` is False",
        "door.may_enter: test `age < 18 and (not member)` without `age < 18`",
        "door.may_enter: test `age < 18 and (not member)` without `not member`",
        "door.may_enter: not return `age > 0`",
        "door.may_enter: return `age > 0` is True",
        "door.may_enter: return `age > 0` is False",
        "door.may_enter: drop `refuse(age)`",
    ]
    namespace: dict[str, object] = {"refuse": lambda age: None}
    exec(SOURCE, namespace)
    door = namespace["may_enter"]
    answers = []
    for mutant in mutants_of(file):
        door.__code__ = mutant.code  # type: ignore[attr-defined]
        answers.append((door(12, True), door(12, False), door(30, False)))  # type: ignore[operator]
    assert answers[0] == (False, True, False)
    assert answers[2] == (True, True, True)
    assert answers[7] == (False, False, False)


def test_a_removed_rule_is_noticed_and_this_process_stays_as_it_was() -> None:
    (file,) = (one for one in files() if one.stem == "housing_tests")
    stories = [story for story in rules.read_file(rules.FOLDER / "priority_need.yaml") if not story.options]
    reached = {story.name: lines_reached(story) for story in stories}
    (mutant,) = (
        one
        for one in mutants_of(file)
        if one.function == "priority_ground"
        and one.change == "test `person.dependants or person.pregnant` is False"
    )
    noticed = try_mutant(mutant, stories, reached).noticed_by
    assert noticed is not None
    assert "by right" in noticed
    assert first_to_notice(stories) is None


def test_a_child_says_what_it_found_or_that_it_never_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    assert in_child(lambda: "a story") == "a story"
    assert in_child(lambda: None) is None
    monkeypatch.setattr("tests.mutation.running.PATIENCE", 1)

    def never() -> str:
        while True:
            pass

    assert in_child(never) == "it never came to an end"


def test_the_report_tells_of_the_unnoticed_and_of_a_list_that_is_out_of_date(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.mutation.__main__.equivalent", lambda: {"b": "same", "c": "same", "d": "same"})
    found = [Verdict("a", "f:1", None), Verdict("b", "f:2", None), Verdict("c", "f:3", "a story")]
    said = report(found, whole=True)
    assert said[0] == "f:1  a"
    assert "c: is noticed by 'a story'; take it off the list" in said[1]
    assert "d: there is no such change any more" in said[2]
    assert len(said) == 3


HOUSING_LAW = ("housing", "housing_connection", "housing_tests")
"""The files of the rules R0 to R12."""


@pytest.mark.deep
def test_every_changed_rule_of_housing_law_is_noticed_by_a_story() -> None:
    found = verdicts(HOUSING_LAW)
    assert len(found) > 300
    assert {name.split(".")[0] for name in equivalent()} <= set(HOUSING_LAW)
    assert report(found, whole=True) == []


@pytest.mark.deep
def test_every_lever_of_every_scenario_is_noticed_by_a_story_when_it_is_ignored() -> None:
    found = verdicts(["scenarios"])
    assert len(found) > 20
    assert [one.name for one in found if one.noticed_by is None] == []
