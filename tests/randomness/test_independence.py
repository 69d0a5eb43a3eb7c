"""Keyed numbers together: birthday spacings, triples, many activities at once, and the ids that people have.

`test_uniformity.py` walks along one field of the address at a time; here are the tests that a hash of poor
quality fails although each walk looks even. Bounds were chosen before looking: 4.5 standard deviations, or a
level of 6.8e-6, for each of some 55 statistics, so a sound generator fails this file for 1 in about 2,700
choices of seed. The deep test looks at the p-values of many seeds, which must be uniform themselves.

References
----------
Marsaglia, G. and Tsang, W. W. (2002). Some difficult-to-pass tests of randomness. Journal of Statistical
Software 7(3).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sim.people import chance
from sim.people.arrivals import survivor_id
from sim.people.chance import Activity, Kind, entity_key, entity_keys, root_key, uniform, uniforms
from sim.people.codes import Group

LEVEL = 6.8e-6
BOUND = 4.5
SEED = 20150731
BIRTHDAYS, YEAR = 512, 1 << 24
"""In a year of so many days: two doubled spacings expected, BIRTHDAYS**3 / (4 YEAR)."""
GROUPS = 400


def block(field: str, first: int, count: int) -> np.ndarray:
    """Numbers at consecutive integers of one field."""
    base = root_key(SEED, 0, Kind.SURVIVOR)
    if field == "entity":
        return uniforms(entity_keys(base, np.arange(first, first + count, dtype=np.uint64)), Activity.SEX)
    if field == "entity, a bit apart":
        ids = np.arange(first, first + count, dtype=np.uint64) << np.uint64(37)
        return uniforms(entity_keys(base, ids), Activity.SEX)
    if field == "seed":
        keys = [entity_key(root_key(n, 0, Kind.SURVIVOR), 3) for n in range(first, first + count)]
    elif field == "replication":
        keys = [entity_key(root_key(SEED, n, Kind.SURVIVOR), 3) for n in range(first, first + count)]
    else:
        key = entity_key(base, 3)
        parts = {"visit": (1, 0), "occasion": (0, 1)}[field]
        return np.array(
            [uniform(key, Activity.SEX, parts[0] * n, parts[1] * n) for n in range(first, first + count)]
        )
    return uniforms(np.array(keys, dtype=np.uint64), Activity.SEX)


def doubled_spacings(numbers: np.ndarray, low_bits: bool) -> np.ndarray:
    """How often a spacing between birthdays comes twice, in each group of birthdays."""
    scaled = np.modf(numbers * 2.0**27)[0] if low_bits else numbers
    days = np.sort((scaled * YEAR).astype(np.int64).reshape(-1, BIRTHDAYS), axis=1)
    spacings = np.sort(np.diff(days, axis=1, prepend=days[:, -1:] - YEAR), axis=1)
    return (np.diff(spacings, axis=1) == 0).sum(axis=1)


# -------------------------------------------------------------------------------------- birthday spacings
@pytest.mark.parametrize("low_bits", [False, True], ids=["high bits", "low bits"])
@pytest.mark.parametrize("field", ["entity", "entity, a bit apart"])
def test_birthday_spacings_of_consecutive_people(field, low_bits):
    found = doubled_spacings(block(field, 0, GROUPS * BIRTHDAYS), low_bits)
    assert_poisson(found, BIRTHDAYS**3 / (4 * YEAR))


@pytest.mark.parametrize("field", ["seed", "replication", "visit", "occasion"])
def test_birthday_spacings_of_other_consecutive_integers(field):
    numbers = block(field, 0, 60 * BIRTHDAYS)
    for low_bits in (False, True):
        assert_poisson(doubled_spacings(numbers, low_bits), BIRTHDAYS**3 / (4 * YEAR))


def assert_poisson(counts, mean):
    from scipy import stats

    total = int(counts.sum())
    expected = mean * len(counts)
    assert stats.poisson(expected).cdf(total) > LEVEL / 2, f"{total}, expected {expected}"
    assert stats.poisson(expected).sf(total - 1) > LEVEL / 2, f"{total}, expected {expected}"
    if len(counts) >= GROUPS:
        cells = np.bincount(np.minimum(counts, 6), minlength=7)
        chance_of = np.append(stats.poisson(mean).pmf(np.arange(6)), stats.poisson(mean).sf(5))
        assert stats.chisquare(cells, chance_of * len(counts)).pvalue > LEVEL


def test_a_poor_generator_fails_birthday_spacings():
    """A counter times an odd number, as some hashes are in their last step, is even along any one walk."""
    ids = np.arange(GROUPS * BIRTHDAYS, dtype=np.uint64)
    numbers = (ids * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(12)) * 2.0**-52
    with pytest.raises(AssertionError):
        assert_poisson(doubled_spacings(numbers, False), BIRTHDAYS**3 / (4 * YEAR))


# --------------------------------------------------------------------------------------------- together
def test_triples_of_neighbours_fill_the_cube():
    from scipy import stats

    keys = entity_keys(root_key(SEED, 0, Kind.SURVIVOR), np.arange(60_000, dtype=np.uint64))
    own = [uniforms(keys, activity) for activity in (Activity.SEX, Activity.SEX + 1, Activity.SEX + 2)]
    visits = [uniforms(keys, Activity.SEX, visit) for visit in range(3)]
    occasions = [uniforms(keys, Activity.SEX, 0, occasion) for occasion in range(3)]
    people = [own[0][k::3] for k in range(3)]
    roots = [
        uniforms(entity_keys(root_key(SEED, k, Kind.SURVIVOR), np.arange(60_000, dtype=np.uint64)), 1)
        for k in range(3)
    ]
    for name, three in (
        ("activities", own),
        ("visits", visits),
        ("occasions", occasions),
        ("people", people),
        ("replications", roots),
    ):
        cell = sum((u * 12).astype(int) * 12**k for k, u in enumerate(three))
        assert stats.chisquare(np.bincount(cell, minlength=12**3)).pvalue > LEVEL, name
        order = sum(
            (three[i] < three[j]).astype(int) << n for n, (i, j) in enumerate([(0, 1), (1, 2), (0, 2)])
        )
        ranked = np.bincount(order, minlength=8)
        assert stats.chisquare(ranked[ranked > 0]).pvalue > LEVEL, name
        assert (ranked > 0).sum() == 6, name


def test_a_hundred_activities_of_the_same_people_are_unrelated():
    from scipy import stats

    keys = entity_keys(root_key(SEED, 2, Kind.SURVIVOR), np.arange(10_000, dtype=np.uint64))
    table = np.array([uniforms(keys, activity) for activity in range(1, 101)])
    related = np.corrcoef(table)[np.triu_indices(100, 1)] * np.sqrt(10_000)
    assert np.abs(related).max() < 5.5  # the largest of 4,950: 1.9e-4
    total = (related**2).sum()
    assert stats.chi2(len(related)).sf(total) > LEVEL
    assert stats.chi2(len(related)).cdf(total) > LEVEL
    # nor are their squares, which tell common swings apart from common levels
    squares = np.corrcoef((table - 0.5) ** 2)[np.triu_indices(100, 1)] * np.sqrt(10_000)
    assert np.abs(squares).max() < 5.5


def test_means_over_people_vary_over_replications_as_they_should():
    from scipy import stats

    ids = np.arange(1_000, dtype=np.uint64)
    for name, roots in (
        ("replications", [root_key(SEED, k, Kind.SURVIVOR) for k in range(400)]),
        ("seeds", [root_key(k, 0, Kind.SURVIVOR) for k in range(400)]),
    ):
        means = np.array([uniforms(entity_keys(root, ids), Activity.SEX).mean() for root in roots])
        z = (means - 0.5) * np.sqrt(12 * len(ids))
        assert stats.kstest(z, "norm").pvalue > LEVEL, name
        spread = (z**2).sum()
        assert LEVEL < stats.chi2(len(z)).cdf(spread) < 1 - LEVEL, name
        assert abs(np.corrcoef(z[:-1], z[1:])[0, 1]) * np.sqrt(len(z)) < BOUND, name


# ----------------------------------------------------------------------------------- the ids people have
def test_the_ids_that_people_have_are_as_good_as_any():
    """Quarter, group and ordinal stand side by side in an id: few bits differ, and always the same ones."""
    from scipy import stats

    ids = np.array(
        [
            survivor_id(quarter, group, ordinal)
            for quarter in range(0, 73, 8)
            for group in range(len(Group))
            for ordinal in range(1_000)
        ],
        dtype=np.uint64,
    )
    keys = entity_keys(root_key(SEED, 0, Kind.SURVIVOR), ids)
    assert len(np.unique(keys)) == len(keys)
    for activity in (Activity.SEX, Activity.REGION, Activity.HEALTH_NEED):
        u = uniforms(keys, activity)
        assert stats.kstest(u, "uniform").pvalue > LEVEL
        table = u.reshape(-1, 1_000)
        cells = np.array([np.bincount((row * 10).astype(int), minlength=10) for row in table])
        assert stats.chi2(9 * len(cells)).sf(((cells - 100.0) ** 2 / 100.0).sum()) > LEVEL
        # the n-th of one line against the n-th of the next
        between = np.array([np.corrcoef(one, other)[0, 1] for one, other in pairwise(table)])
        assert np.abs(between).max() * np.sqrt(1_000) < BOUND + 1.0


def test_no_two_people_of_many_replications_share_a_key():
    ids = np.arange(200_000, dtype=np.uint64)
    keys = np.concatenate(
        [entity_keys(root_key(SEED, k, kind), ids) for k in range(4) for kind in (Kind.SURVIVOR, Kind.WORLD)]
    )
    assert len(np.unique(keys)) == len(keys)


# --------------------------------------------------------------------------------------------- many seeds
@pytest.mark.deep
def test_over_many_seeds_the_p_values_are_uniform_themselves():
    """A generator that is even too even, or now and then uneven, passes one look and fails here."""
    from scipy import stats

    ids = np.arange(20_000, dtype=np.uint64)
    looks: dict[str, list[float]] = {"cells": [], "pairs": [], "spacings": []}
    for seed in range(600):
        u = uniforms(entity_keys(root_key(seed, 0, Kind.SURVIVOR), ids), Activity.SEX)
        looks["cells"].append(stats.chisquare(np.bincount((u * 500).astype(int), minlength=500)).pvalue)
        pairs = (u[0::2] * 20).astype(int) * 20 + (u[1::2] * 20).astype(int)
        looks["pairs"].append(stats.chisquare(np.bincount(pairs, minlength=400)).pvalue)
        looks["spacings"].append(stats.kstest(chance.uniforms(entity_keys(seed, ids), 2), "uniform").pvalue)
    for name, values in looks.items():
        assert stats.kstest(values, "uniform").pvalue > LEVEL, name
