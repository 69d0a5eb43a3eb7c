"""Runs of a desk's line: put in order as Python sorts them, whatever ties there are, and merged likewise."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.compiled import cache
from sim.engine.compiled.memory import room_for
from sim.engine.compiled.state import IN_LINE, PARTS

WORLD = np.dtype([("near_count", "i4", (PARTS,))])
FIELDS = ("key", "row", "ticket", "seat", "chance")


@pytest.fixture(scope="module")
def kernels() -> tuple[Any, Any]:
    cache.prepare()
    from sim.engine.compiled import runs
    from sim.people.compiled_chance import OPTIONS

    @numba.njit(**OPTIONS)
    def put_in_order(worlds, lines, source, size, to):
        runs.put_in_order(worlds[0], lines, source, size, to)

    @numba.njit(**OPTIONS)
    def merge(lines, begin, end, source, size):
        runs.merge(lines, begin, end, source, size)

    nobody = room_for(0, IN_LINE)
    put_in_order(np.zeros(1, WORLD), nobody, 0, 0, 0)
    merge(nobody, 0, 0, 0, 0)
    return put_in_order, merge


def _entries(keys: np.ndarray, seed: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    entries = np.zeros(len(keys), IN_LINE)
    entries["key"], entries["row"] = keys, chance.integers(0, 1 + len(keys) // 3, len(keys))
    entries["ticket"] = chance.permutation(len(keys))
    entries["seat"], entries["chance"] = entries["ticket"] + 7, chance.integers(0, 2**63, len(keys))
    return entries


def _as_python_sorts(entries: np.ndarray) -> list[tuple[Any, ...]]:
    return sorted(tuple(one[name].item() for name in FIELDS) for one in entries)


def _told(entries: np.ndarray) -> list[tuple[Any, ...]]:
    return [tuple(one[name].item() for name in FIELDS) for one in entries]


def _drawn(kind: str, size: int, seed: int) -> np.ndarray:
    chance = np.random.default_rng(seed)
    if kind == "numbers of a draw":
        return chance.random(size)
    if kind == "one noon":
        return np.full(size, 812.5)
    noons = chance.integers(0, 1 + size // 40, size) + 0.5
    return -noons if kind == "noons, newest first" else noons


KINDS = ("numbers of a draw", "one noon", "noons", "noons, newest first")


@settings(max_examples=80)
@given(st.sampled_from(KINDS), st.integers(0, 3000), st.integers(0, 2**32))
def test_a_run_is_in_the_order_of_key_row_and_ticket(
    kernels: tuple[Any, Any], kind: str, size: int, seed: int
) -> None:
    lines = room_for(2 * size + 5, IN_LINE)
    entries = _entries(_drawn(kind, size, seed), seed)
    lines[2 : 2 + size] = entries
    kernels[0](np.zeros(1, WORLD), lines, 2, size, size + 4)
    assert _told(lines[size + 4 : 2 * size + 4]) == _as_python_sorts(entries)
    assert _told(lines[2 : 2 + size]) == _told(entries)


def test_more_entries_than_parts_are_put_in_order(kernels: tuple[Any, Any]) -> None:
    size = 3 * PARTS
    for kind in KINDS:
        entries = _entries(_drawn(kind, size, 4), 4)
        lines = np.concatenate([entries, entries[::-1]])
        kernels[0](np.zeros(1, WORLD), lines, 0, size, size)
        assert _told(lines[size:]) == _as_python_sorts(entries), kind


@settings(max_examples=40)
@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 2**32))
def test_a_run_takes_in_those_who_joined_late(
    kernels: tuple[Any, Any], old: int, joined: int, seed: int
) -> None:
    entries = _entries(_drawn("noons", old + joined, seed), seed)
    run, late = (_sorted(part) for part in (entries[:old], entries[old:]))
    lines = room_for(1 + old + 2 * joined, IN_LINE)
    lines[1 : 1 + old], lines[1 + old + joined :] = run, late
    kernels[1](lines, 1, 1 + old, 1 + old + joined, joined)
    assert _told(lines[1 : 1 + old + joined]) == _as_python_sorts(entries)


def _sorted(entries: np.ndarray) -> np.ndarray:
    return entries[np.lexsort((entries["ticket"], entries["row"], entries["key"]))]
