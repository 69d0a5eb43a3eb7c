"""What the page says of other households in the lines for homes: only where there are lines."""

import math
from types import SimpleNamespace

import pytest

from sim.present import displaced
from sim.present.displaced import DAYS_LATER, LATER

STORED = SimpleNamespace(options=(SimpleNamespace(title="One"), SimpleNamespace(title="Other")))
LET, LEFT = "other_homes_let_everyone", "other_households_left_everyone"
MEANS = {
    ("One", LET): -70.0,
    ("One", LEFT): 25.0,
    ("One", LATER): 11492.0,
    ("One", DAYS_LATER): 3.44,
    **{("Other", name): 0.0 for name in (LET, LEFT, LATER, DAYS_LATER)},
}


@pytest.fixture
def told(monkeypatch):
    """The page's readings of stored effects, from `MEANS` with changes."""

    def set_means(means):
        def effects(stored, names, *, group="all"):
            if group not in ("all", "region=north_east", "region=wales"):
                return ()
            return tuple(
                SimpleNamespace(option=option.title, metric=name, mean=means[option.title, name])
                for name in names
                for option in stored.options
            )

        monkeypatch.setattr(displaced, "effects", effects)

    return set_means


def test_homes_households_and_days_are_told_for_each_option(told):
    told(MEANS)
    one, other = displaced._line(STORED)
    assert one == (
        "One: −70.0 homes for other households in the lines, +25.0 of them leave without one, and 11,492 are "
        "housed later, by 3.4 days on average."
    )
    assert other == "Other: nobody is housed earlier or later."


def test_regions_that_were_measured_are_shown_by_name(told):
    told(MEANS)
    table = displaced._regions(STORED)
    assert table.head == ("Region", "One", "Other")
    assert [row[0] for row in table.rows] == ["North East", "Wales"]
    assert table.rows[0][1] == "11,492, by 3.4 days"


def test_nothing_is_told_where_offers_are_drawn(told):
    told(dict.fromkeys(MEANS, math.nan))
    assert displaced._line(STORED) == []
    assert displaced._regions(STORED) is None
