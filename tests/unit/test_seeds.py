"""docs/seeds.md: what the founding publications name is in the model by name, or not modelled by name."""

import re

import pytest

from sim.config.compose import baseline, scenario
from sim.config.stories import story_files
from sim.config.tree import branch_at, plain, shape
from sim.engine.log import Event
from sim.outcomes.registry import METRICS

NAME = re.compile(r"`([A-Za-z0-9_.]+)`")
ABSENT = re.compile(r"not modelled: ([^|;]+)")


@pytest.fixture(scope="module")
def rows(checkout):
    lines = (checkout / "docs" / "seeds.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in cells if row[0] in ("A", "B", "C")]


@pytest.fixture(scope="module")
def names():
    tree = plain(baseline())
    metrics = set(METRICS)

    def known(name):
        is_parameter = shape(name) is not None and branch_at(tree, name) is not None
        return is_parameter or name in story_files() or name in metrics or name in Event.__members__

    return known


def test_every_row_is_in_the_model_or_says_why_not(rows):
    assert [source for source, *_ in rows].count("A") == 10
    assert [source for source, *_ in rows].count("B") == 18
    assert [source for source, *_ in rows].count("C") == 11
    for source, item, where in rows:
        assert NAME.search(where) or ABSENT.search(where), (source, item)


def test_every_name_exists(rows, names):
    unknown = [(name, item) for _, item, where in rows for name in NAME.findall(where) if not names(name)]
    assert unknown == []


def test_what_is_not_modelled_stands_on_the_page_that_says_why(rows, checkout):
    page = (checkout / "docs" / "not_modelled.md").read_text(encoding="utf-8")
    told = [line for line in page.splitlines() if line.startswith("|")]
    absent = [(item, reason) for _, item, where in rows for reason in ABSENT.findall(where)]
    assert absent
    for item, reason in absent:
        assert any(reason.strip().rstrip(".") in line for line in told), (item, reason)


OFF = re.compile(r"no effect|off today")


def off_today(tree, name):
    """Whether a parameter does nothing as shipped: nought, no, or a ratio of one, on every date."""
    value = branch_at(tree, name)
    values = list(value.values()) if isinstance(value, dict) else [value]
    idle = (0, 1) if name.endswith("_ratio") else (0,)
    return all(isinstance(one, int | float) and one in idle for one in values)


def test_what_is_named_but_has_no_effect_today_says_so(rows):
    """A reader must not take a mechanism that is switched off for one that is at work."""
    tree = plain(baseline())
    silent = []
    for _, item, where in rows:
        named = NAME.findall(where)
        set_by_options = {
            path
            for one in named
            if one in story_files() and one != "baseline"
            for path in scenario([one]).changes
        }
        for name in named:
            if shape(name) is None or branch_at(tree, name) is None or name in set_by_options:
                continue
            if off_today(tree, name) and not OFF.search(where):
                silent.append((item, name))
    assert silent == []


FOUNDING = {
    "A": [
        "45 days",
        "cliff edge",
        "light touch",
        "links to work",
        "78%",
        "less contact",
        "refilled",
        "British",
        "anchored",
    ],
    "B": [
        "circles",
        "seven outcomes",
        "young people",
        "trusted",
        "phone and internet",
        "rights nobody explains",
        "did not know or agree",
        "barriers: language",
        "delays in criminal",
        "share information",
        "story again",
        "asks: no local connection",
        "asks: priority need",
        "asks: accommodation",
        "asks: mental-health",
        "asks: consistent",
        "asks: childcare and travel",
    ],
    "C": [
        "173 referrals",
        "recourse to public funds",
        "far from the safehouse",
        "rents",
        "two thirds men",
        "three quarters with",
        "Leeds",
        "begins earlier",
        "interpreters",
        "criteria of health",
        "shared at referral",
    ],
}
"""A word of each row of the table of the three publications that the project started from."""


def test_every_row_of_the_founding_table_has_its_line(rows):
    for source, words in FOUNDING.items():
        items = [item for one, item, _ in rows if one == source]
        for word in words:
            assert sum(word in item for item in items) == 1, (source, word)
