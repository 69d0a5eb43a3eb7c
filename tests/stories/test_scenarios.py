"""Every scenario changes something, through the rule it names, and a story shows it.

That a scenario helps is nowhere asked for. A story under a scenario must fail when its lever is taken away,
and be told under the rule (or the section of the pathway) that `cliffedge explain scenario` names for it.
"""

import re
from functools import lru_cache

import pytest

from sim.config.compose import scenario
from sim.config.evidence import register
from sim.config.lever_rules import rule_of
from sim.config.stories import DECIDERS, available
from sim.config.tree import leaves
from tests.stories import rules, telling

OPTIONS = [card.name for card in available() if card.name != "baseline"]
TOLD = [story for story in rules.read(checked=False) if story.options]


PACKAGE = "modern_slavery_pec_package"


@lru_cache(maxsize=1)
def parts():
    """What the other scenarios change: their stories show what each does."""
    return [scenario([name]).changes for name in OPTIONS if name != PACKAGE]


def is_part_of_package(path, change):
    """Whether another scenario sets a path to the same value."""
    return any(part.get(path) == change for part in parts())


def of_rule(story, path):
    """Whether a story is told under the rule of a lever, or under its section."""
    rule = rule_of(path)
    named = set(re.findall(r"R\d+", rule.rule)) | {f"pathway {rule.section}"}
    return story.rule in named


@pytest.mark.parametrize("name", OPTIONS)
def test_scenario_changes_resolved_values(name):
    option = scenario([name])
    old, new = dict(leaves(option.before)), dict(leaves(option.after))
    assert [path for path in option.changes if old[path] != new[path]]


@pytest.mark.parametrize("name", OPTIONS)
def test_the_rule_that_a_scenario_names_is_what_changes(name):
    told = [story for story in TOLD if name in story.options]
    assert told, f"no story is told under {name}: write one in tests/stories/rules"
    unseen = []
    for path, change in scenario([name]).changes.items():
        near = [story for story in told if of_rule(story, path)]
        seen = any(telling.mistakes(story, telling.tell(story, ignoring=[path])) for story in near)
        if not seen and not (name == PACKAGE and is_part_of_package(path, change)):
            rule = rule_of(path).words()
            unseen.append(f"{path} ({rule}): no story of this rule fails without it, of {len(near)}")
    assert not unseen, "\n".join(unseen)


def test_every_lever_has_a_rule_in_a_section_that_exists():
    for path, _ in leaves(scenario(["baseline"]).before):
        if register().kind(path) == "lever":
            rule = rule_of(path)
            assert str(rule.section) in rules.sections(), path
            assert rule.rule == "" or set(re.findall(r"R\d+", rule.rule)) <= {f"R{k}" for k in range(13)}, (
                path
            )


def test_everybody_who_decides_is_of_the_known_ones():
    deciders = {card.decider for card in available()}
    assert deciders <= set(DECIDERS)
    assert {"Home Office", "Parliament"} <= deciders


def test_priority_need_gives_nothing_to_a_survivor_without_recourse():
    """The law makes it zero: whoever is not eligible (s185) has the same life with the option and without."""
    without = [one for one in TOLD if "no recourse" in one.title and one.options == ("priority_need",)]
    assert without
    for story in without:
        ignored = telling.tell(story, ignoring=["housing.priority_need.confirmed_survivors"])
        assert telling.tell(story) == ignored


def test_the_readme_lists_every_option_under_who_decides(checkout):
    lines = (checkout / "README.md").read_text(encoding="utf-8").splitlines()
    for card in available():
        if card.name != "baseline":
            row = [line for line in lines if line.startswith(f"| {card.decider} |")]
            assert len(row) == 1, card.decider
            assert f"`{card.name}`" in row[0], card.name
