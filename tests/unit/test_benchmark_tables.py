"""The benchmark's tables: how often a section is measured, and when a target counts as hit."""

from __future__ import annotations

import pytest

from tests.benchmarks import tables


@pytest.mark.parametrize("name", tables.SECTIONS)
def test_a_quick_run_measures_everything_once(name: str) -> None:
    quick, whole = tables.section(name, True), tables.section(name, False)
    assert quick
    assert {cell.rounds for cell in quick} <= {1}
    assert {cell.rounds for cell in whole} <= {1, 5}
    assert [cell.label for cell in whole if cell.rounds == 1] in ([], ["compilation"])


def _growth(**seconds: float) -> dict[str, object]:
    cells = {
        "x1" + tables.FROM_HOST: {"seconds": 1.04},
        "x1" + tables.AT_HAND: {"seconds": 0.5},
        "x1" + tables.JUST_AFTER: {"seconds": 0.8},
        "x30" + tables.FROM_HOST: {"seconds": seconds["host"]},
        "x30" + tables.AT_HAND: {"seconds": seconds["hand"]},
    }
    return {"growth": {"quick": False, "cells": cells}}


def test_each_state_of_memory_is_judged_and_the_unlike_pair_too() -> None:
    rows = tables.targets(_growth(host=36.4, hand=20.004))
    assert [tuple(row[1:]) for row in rows] == [
        ("<= 1.0", "1.04", "**missed**"),
        ("<= 1.0", "0.50", "hit"),
        ("<= 40", "35.00", "hit"),
        ("<= 40", "40.008", "**missed**"),
        ("<= 40", "45.50", "**missed**"),
    ]
    assert [str(row[0]).partition(", CPU s")[2] for row in rows[2:]] == [
        tables.FROM_HOST,
        tables.AT_HAND,
        f"{tables.FROM_HOST}, beside x1{tables.JUST_AFTER}",
    ]


def test_no_growth_is_measured_on_what_another_process_has_freed() -> None:
    """Each waits, or has memory of its own at hand; only the one that shows the difference does neither."""
    for cell in tables.section("growth", False):
        waits = cell.arguments.get("pause") == tables.PAUSE > 0.0
        keeps = cell.environment == tables.KEEPING_MEMORY and cell.arguments.get("before_it", 0) > 0
        assert waits == (tables.FROM_HOST in cell.label), cell.label
        assert waits or keeps or cell.label == "x1" + tables.JUST_AFTER, cell.label


def test_the_hasty_measurement_follows_a_large_run() -> None:
    labels = [cell.label for cell in tables.section("growth", False)]
    assert labels[labels.index("x1" + tables.JUST_AFTER) - 1].startswith("x30")


def test_a_quick_run_is_not_judged() -> None:
    found = _growth(host=45.0, hand=19.0)
    found["growth"]["quick"] = True
    assert {row[3] for row in tables.targets(found)} == {"too small to judge"}
