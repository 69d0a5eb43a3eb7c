"""Keyed numbers behave like independent uniforms along every field of their address.

Seeds and bounds were chosen before looking. A single statistic is judged at 4.5 standard deviations
(two-sided chance 6.8e-6, the level of the chi-square and Kolmogorov-Smirnov tests too); about 310 are judged
here, so a sound generator would fail this file for 1 in about 470 choices of seed. The 4,096 cells of the
avalanche table are judged at 6 (2e-9 each).
"""

import numpy as np
import pytest

from sim.engine.survivor import N_CLOCKS
from sim.errors import SimError
from sim.people import chance
from sim.people.chance import Activity, Kind, entity_key, entity_keys, root_key, uniform, uniforms

LEVEL = 6.8e-6
BOUND = 4.5
SEED = 20150731
MANY = 100_000
SOME = 40_000


def along(field):
    """Numbers met when one field of the address runs from 0 and all others stay."""
    base = root_key(SEED, 0, Kind.SURVIVOR)
    key = entity_key(base, 77)
    if field == "entity":
        return uniforms(entity_keys(base, np.arange(MANY, dtype=np.uint64)), Activity.SEX)
    if field == "entity in steps of 2**32":
        ids = np.arange(MANY, dtype=np.uint64) << np.uint64(32)
        return uniforms(entity_keys(base, ids), Activity.SEX)
    if field == "activity":
        return np.array([uniform(key, activity) for activity in range(SOME)])
    if field == "visit":
        return np.array([uniform(key, Activity.SEX, visit) for visit in range(SOME)])
    if field == "occasion":
        return np.array([uniform(key, Activity.SEX, 0, occasion) for occasion in range(SOME)])
    if field == "replication":
        bases = (root_key(SEED, replication, Kind.SURVIVOR) for replication in range(SOME))
    elif field == "seed":
        bases = (root_key(seed, 0, Kind.SURVIVOR) for seed in range(SOME))
    else:
        bases = (root_key(SEED, 0, kind) for kind in range(SOME))
    return np.array([uniform(entity_key(base, 77), Activity.SEX) for base in bases])


FIRST_SIXTEEN = [
    "ARRIVAL_GAP",
    "NATIONALITY",
    "SEX",
    "RESPONDER",
    "EXPLOITATION",
    "AUTHORITY",
    "AGE_AT_REFERRAL",
    "TURNS_18",
    "NATION",
    "REGION",
    "DEPENDANTS",
    "PREGNANCY",
    "FLUENCY",
    "FRAILTY",
    "HEALTH_NEED",
    "ASYLUM_AT_REFERRAL",
]
FIELDS = [
    "entity",
    "entity in steps of 2**32",
    "activity",
    "visit",
    "occasion",
    "replication",
    "seed",
    "kind",
]


@pytest.fixture(scope="module")
def walks():
    return {field: along(field) for field in FIELDS}


@pytest.mark.parametrize("field", FIELDS)
def test_numbers_along_a_field_are_uniform(walks, field):
    from scipy import stats

    u = walks[field]
    assert len(np.unique(u)) == len(u)
    for cells in (16, 1000):
        assert stats.chisquare(np.bincount((u * cells).astype(int), minlength=cells)).pvalue > LEVEL
    assert stats.kstest(u, "uniform").pvalue > LEVEL
    low_byte = (u * 2.0**52).astype(np.uint64) & np.uint64(0xFF)
    assert stats.chisquare(np.bincount(low_byte.astype(int), minlength=256)).pvalue > LEVEL


@pytest.mark.parametrize("field", FIELDS)
def test_neighbours_along_a_field_are_unrelated(walks, field):
    from scipy import stats

    u = walks[field]
    for lag in (1, 2, 4, 256):
        first, second = u[:-lag], u[lag:]
        correlation = np.corrcoef(first, second)[0, 1]
        assert abs(correlation) * np.sqrt(len(first)) < BOUND, f"lag {lag}"
    pairs = (u[0::2] * 16).astype(int) * 16 + (u[1::2] * 16).astype(int)
    assert stats.chisquare(np.bincount(pairs, minlength=256)).pvalue > LEVEL
    rises = (u[:-1] < u[1:]).sum()
    assert abs(rises - (len(u) - 1) / 2) / np.sqrt((len(u) + 1) / 12) < BOUND


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("next activity", {"activity": Activity.RESPONDER}),
        ("next visit", {"visit": 1}),
        ("next occasion", {"occasion": 1}),
        ("next replication", {"replication": 1}),
        ("next seed", {"seed": SEED + 1}),
        ("other kind", {"kind": Kind.DECISION_SLOT}),
        ("seed and replication exchanged", {"seed": 3, "replication": 4, "versus": (4, 3)}),
    ],
)
def test_the_same_people_at_another_address_have_unrelated_numbers(name, other):
    from scipy import stats

    ids = np.arange(MANY, dtype=np.uint64)

    def numbers(seed=SEED, replication=0, kind=Kind.SURVIVOR, activity=Activity.SEX, visit=0, occasion=0):
        return uniforms(entity_keys(root_key(seed, replication, kind), ids), activity, visit, occasion)

    versus = other.pop("versus", None)
    here = numbers(*versus) if versus else numbers()
    there = numbers(**other)
    assert abs(np.corrcoef(here, there)[0, 1]) * np.sqrt(MANY) < BOUND, name
    pairs = (here * 16).astype(int) * 16 + (there * 16).astype(int)
    assert stats.chisquare(np.bincount(pairs, minlength=256)).pvalue > LEVEL
    assert not np.intersect1d(here, there).size


def bits_of(values):
    return ((values[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)).astype(np.int64)


def test_one_changed_bit_of_an_entity_changes_every_bit_half_the_time():
    trials = 4000
    base = root_key(SEED, 1, Kind.SURVIVOR)
    ids = chance.mix_array(np.arange(trials, dtype=np.uint64))
    keys = entity_keys(base, ids)
    for bit in range(64):
        changed = bits_of(keys ^ entity_keys(base, ids ^ np.uint64(1 << bit)))
        z = (changed.sum(axis=0) - trials / 2) / np.sqrt(trials / 4)
        assert np.abs(z).max() < 6, f"bit {bit}"
        total = (changed.sum() - trials * 32) / np.sqrt(trials * 16)
        assert abs(total) < BOUND, f"bit {bit}"


@pytest.mark.parametrize(
    ("field", "bits"),
    [("seed", 63), ("replication", 20), ("kind", 8), ("activity", 16), ("visit", 20), ("occasion", 24)],
)
def test_one_changed_bit_of_any_field_changes_half_the_bits_of_the_number(field, bits):
    start = {"seed": 9, "replication": 2, "kind": 1, "activity": 5, "visit": 1, "occasion": 3}
    ids = np.arange(500, dtype=np.uint64)

    def hashes(address):
        base = root_key(address["seed"], address["replication"], address["kind"])
        u = uniforms(entity_keys(base, ids), address["activity"], address["visit"], address["occasion"])
        return (u * 2.0**52).astype(np.uint64)

    before = hashes(start)
    for bit in range(bits):
        after = hashes({**start, field: start[field] ^ (1 << bit)})
        changed = bits_of(before ^ after).sum()
        expected = len(ids) * 26
        assert abs(changed - expected) / np.sqrt(len(ids) * 13) < BOUND, f"bit {bit}"


def test_one_more_entity_changes_nobody_else():
    base = root_key(SEED, 0, Kind.SURVIVOR)
    few = uniforms(entity_keys(base, np.arange(10, dtype=np.uint64)), Activity.REGION)
    more = uniforms(entity_keys(base, np.arange(11, dtype=np.uint64)), Activity.REGION)
    assert (few == more[:10]).all()


def unmix(h):
    """The whole number that mixes to h."""
    z = h ^ (h >> 31) ^ (h >> 62)
    z = z * pow(chance.SECOND_FACTOR, -1, 1 << 64) & chance.MASK
    z = z ^ (z >> 27) ^ (z >> 54)
    z = z * pow(chance.FIRST_FACTOR, -1, 1 << 64) & chance.MASK
    return z ^ (z >> 30) ^ (z >> 60)


@pytest.mark.parametrize(("hashed", "wanted"), [(0, 2.0**-53), (chance.MASK, 1.0 - 2.0**-53)])
def test_a_number_is_never_nought_or_one(hashed, wanted):
    from sim.people.compiled_chance import c_uniform

    key = unmix(hashed) ^ chance.mix(chance.occasion_code(3) + chance.GOLDEN)
    assert chance.mix(unmix(hashed)) == hashed
    assert uniform(key, 3) == wanted
    assert uniforms(np.array([key], dtype=np.uint64), 3)[0] == wanted
    zero = np.uint64(0)
    assert c_uniform(np.uint64(key), np.uint64(3), zero, zero) == wanted


def test_fields_are_not_interchangeable_and_codes_do_not_meet():
    assert root_key(1, 2, 1) != root_key(2, 1, 1)
    assert root_key(1, 1, 2) != root_key(1, 2, 1)
    codes = {
        chance.occasion_code(activity, visit, occasion)
        for activity in (0, 1, 65535)
        for visit in (0, 1, 2**20 - 1)
        for occasion in (0, 1, 2**24 - 1)
    }
    assert len(codes) == 27
    assert max(codes) < 2**60


def test_a_full_memory_of_codes_changes_no_number(monkeypatch):
    monkeypatch.setattr(chance, "_CODES_KEPT", 3)
    monkeypatch.setattr(chance, "_mixed_codes", {})
    key = entity_key(root_key(1, 1, 1), 1)
    first = [uniform(key, 2, visit) for visit in range(10)]
    assert len(chance._mixed_codes) <= 3
    assert [uniform(key, 2, visit) for visit in range(10)] == first
    assert len(set(first)) == 10


def test_members_keep_their_numbers():
    assert [kind.name for kind in Kind][:4] == ["SURVIVOR", "ARRIVALS", "DECISION_SLOT", "WORLD"]
    assert list(Kind) == list(range(1, len(Kind) + 1))
    assert len(Activity.__members__) == len(list(Activity)), "no number has a second use"
    assert list(Activity) == sorted(Activity), "blocks by subject, each growing at its end"
    thresholds = range(Activity.THRESHOLD_BASE + 1, Activity.THRESHOLD_BASE + N_CLOCKS)
    assert not set(Activity) & set(thresholds), "each hazard has a number of its own above THRESHOLD_BASE"
    assert [activity.name for activity in Activity][:16] == (FIRST_SIXTEEN)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: root_key(2**63, 0, 1), r"seed = 9223372036854775808 .* nearest: 9223372036854775807"),
        (lambda: root_key(1, -1, 1), r"replication = -1 .* nearest: 0"),
        (lambda: entity_key(1, -5), r"entity = -5 .* from 0 to 18446744073709551615; nearest: 0"),
        (lambda: uniform(1, 65536), r"activity = 65536 .* from 0 to 65535; nearest: 65535"),
        (lambda: uniform(1, 1, 2**20), r"visit = 1048576 .* nearest: 1048575"),
        (lambda: uniform(1, 1, 0, -1), r"occasion = -1 .* nearest: 0"),
        (lambda: entity_keys(1, np.arange(3)), r"ids of type int64; allowed: uint64"),
        (lambda: uniforms(np.arange(3), 1), r"keys of type int64; allowed: uint64"),
    ],
)
def test_an_address_that_does_not_fit_is_refused(call, message):
    with pytest.raises(SimError, match=message):
        call()
