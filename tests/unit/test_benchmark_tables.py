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
    cells = {"x1" + how: {"seconds": 1.0} for how in ("", tables.AT_HAND, tables.FROM_HOST)}
    cells |= {
        "x30": {"seconds": seconds["found"]},
        "x30" + tables.AT_HAND: {"seconds": seconds["hand"]},
        "x30" + tables.FROM_HOST: {"seconds": seconds["host"]},
    }
    return {"growth": {"quick": False, "cells": cells}}


def test_each_state_of_memory_is_judged_by_itself() -> None:
    rows = tables.targets(_growth(found=45.0, hand=40.0, host=40.004))
    assert [row[2:] for row in rows] == [("45.00", "**missed**"), ("40.000", "hit"), ("40.004", "**missed**")]
    assert [str(row[0]).partition(", time, ")[2] for row in rows] == [
        "as found",
        "memory at hand",
        "memory from the host",
    ]


def test_a_quick_run_is_not_judged() -> None:
    found = _growth(found=45.0, hand=40.0, host=39.0)
    found["growth"]["quick"] = True
    assert {row[3] for row in tables.targets(found)} == {"too small to judge"}
