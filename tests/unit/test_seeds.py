"""docs/seeds.md: what the founding publications name is in the model by name, or not modelled by name."""

import re

import pytest

from sim.config.compose import baseline
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
    for _, item, where in rows:
        for reason in ABSENT.findall(where):
            assert any(reason.strip().rstrip(".") in line for line in told), (item, reason)
