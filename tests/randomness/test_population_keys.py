"""Everybody's luck is their own: it does not hang on other people, order, pieces, process or processor."""

import hashlib
import os
import subprocess
import sys
from bisect import bisect_right
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from sim.engine.clock import on_grid, quarter_start
from sim.people import chance, population, variates
from sim.people.arrivals import line_of
from sim.people.chance import Activity, Kind
from sim.people.mathematics import exp
from sim.people.population import (
    Exploitation,
    Group,
    ImmigrationStatus,
    Nationality,
    Region,
    Responder,
    build,
    expected,
)
from sim.people.traits import draw
from tests import shipped
from tests.randomness import bits

TOP = Path(__file__).resolve().parents[2]
HORIZON = date(2029, 4, 1)
SEED = 424242

DIGEST = (
    "from tests.randomness.test_population_keys import digest, national\nprint(digest(national().columns()))"
)


def national(replication=0):
    return build(shipped.people(), shipped.status(), SEED, replication, HORIZON)


def digest(columns):
    """A short name for the exact bits of some columns."""
    total = hashlib.sha256()
    for name in sorted(columns):
        total.update(name.encode())
        total.update(np.ascontiguousarray(columns[name]).tobytes())
    return total.hexdigest()


@pytest.fixture(scope="module")
def everybody():
    return national()


# ---------------------------------------------------------------- one person at a time, by the definitions


def dated(value, instant):
    """A dated value, by the calendar rather than by day numbers."""
    return value.at(date(2014, 1, 1) + timedelta(days=int(instant)))


def arrival_by_hand(rate, quarter, group, ordinal):
    """The day of one referral: the gaps of everybody before them in line, one after the other."""
    base = chance.root_key(SEED, 0, Kind.ARRIVALS)
    start = quarter_start(quarter)
    mean_gap = (quarter_start(quarter + 1) - start) / rate
    now = float(start)
    for place in range(ordinal + 1):
        key = chance.entity_key(base, ((quarter * 4 + group) << 24) | place)
        now += on_grid(variates.unit_exponential(chance.uniform(key, Activity.ARRIVAL_GAP)) * mean_gap)
    return now


def pick(u, shares):
    return bisect_right(variates.cumulative_shares(shares), u)


def person_by_hand(people, status, identity, arrival):
    """Every trait of one person, from scalar chance and the words of the model."""
    traits = people.traits
    group = (identity >> 24) % 4
    key = chance.entity_key(chance.root_key(SEED, 0, Kind.SURVIVOR), identity)

    def u(activity):
        return chance.uniform(key, activity)

    age = {0: "adult", 1: "child", 2: "unknown", 3: "adult"}[group]
    uk_share = dated(getattr(traits.uk_share, age), arrival)
    luck = u(Activity.NATIONALITY)
    if luck < uk_share:
        nationality = Nationality.UK
    elif luck < uk_share + (1.0 - uk_share) * traits.eu_share_of_non_uk:
        nationality = Nationality.EU
    else:
        nationality = Nationality.OTHER
    uk = nationality == Nationality.UK
    cell = getattr(traits.cells, f"{age}_{'uk' if uk else 'other'}")
    female = u(Activity.SEX) < cell.female

    adult_share = {
        "adult": 1.0,
        "child": traits.adult_at_referral_if_child_uk if uk else traits.adult_at_referral_if_child_other,
        "unknown": traits.adult_at_referral_if_unknown,
    }[age]
    adult = u(Activity.AGE_AT_REFERRAL) < adult_share
    ahead = on_grid(u(Activity.TURNS_18) * (traits.years_to_18_max * 365.25))

    regions = traits.regions
    elsewhere = (regions.wales, regions.scotland, regions.northern_ireland)
    nation = pick(u(Activity.NATION), (1.0 - elsewhere[0] - elsewhere[1] - elsewhere[2], *elsewhere))
    english = [getattr(regions, region.name.lower()) for region in list(Region)[:9]]
    region = pick(u(Activity.REGION), english) if nation == 0 else 8 + nation

    claim, leave = status.asylum.claim_share, status.asylum.leave_share
    luck = u(Activity.ASYLUM_AT_REFERRAL)
    if uk:
        held = ImmigrationStatus.BRITISH
    elif nationality == Nationality.EU:
        with_right = status.eu_settled_share + status.eu_pre_settled_share * status.eu_qualifying_share
        if luck < with_right:
            held = ImmigrationStatus.EU_SETTLED
        elif luck < status.eu_settled_share + status.eu_pre_settled_share:
            held = ImmigrationStatus.EU_PRE_SETTLED
        else:
            held = ImmigrationStatus.NO_STATUS
    elif luck < claim:
        held = ImmigrationStatus.ASYLUM_PENDING
    else:
        held = ImmigrationStatus.LEAVE if luck < claim + leave else ImmigrationStatus.NO_STATUS

    sigma = traits.frailty_sigma
    return {
        "id": identity,
        "key": key,
        "arrival": arrival,
        "group": group,
        "nationality": nationality,
        "female": female,
        "responder": pick(
            u(Activity.RESPONDER), [getattr(cell.responder, code.name.lower()) for code in Responder]
        ),
        "exploitation": pick(
            u(Activity.EXPLOITATION), [getattr(cell.exploitation, code.name.lower()) for code in Exploitation]
        ),
        "immigration_enforcement": not uk
        and u(Activity.AUTHORITY) < dated(traits.immigration_enforcement_share, arrival),
        "region": region,
        "adult_at_referral": adult,
        "turns_18": float("inf") if adult else arrival + ahead,
        "dependants": u(Activity.DEPENDANTS)
        < (traits.dependants_female if female else traits.dependants_male),
        "pregnant": female and adult and u(Activity.PREGNANCY) < traits.pregnant_female,
        "fluent": uk or u(Activity.FLUENCY) < traits.fluent_if_not_uk,
        "frailty": variates.lognormal_from_median(u(Activity.FRAILTY), exp(-0.5 * sigma * sigma), sigma),
        "health_need": u(Activity.HEALTH_NEED) < traits.health_need,
        "status": held,
    }


def test_two_hundred_people_come_out_the_same_one_at_a_time(everybody):
    people, status = shipped.people(), shipped.status()
    rows = np.sort(np.random.default_rng(5).choice(len(everybody), 200, replace=False))
    assert set(everybody.group[rows]) == set(Group)
    for row in rows:
        identity = int(everybody.id[row])
        quarter, group, ordinal = identity >> 26, (identity >> 24) % 4, identity & (2**24 - 1)
        rate = expected(people.arrivals, quarter)[group]
        by_hand = person_by_hand(people, status, identity, arrival_by_hand(rate, quarter, group, ordinal))
        for name, column in everybody.columns().items():
            assert column[row].item() == by_hand[name], f"{name} of the person in row {row}"


# ---------------------------------------------------------------- pieces, order, process, processor


@pytest.mark.parametrize("at_a_time", [1, 7, 300, 5000])
def test_a_line_is_the_same_however_many_are_drawn_at_a_time(at_a_time):
    base = chance.root_key(SEED, 0, Kind.ARRIVALS)
    whole = line_of(base, 40, Group.CHILD, 321.5)
    assert len(whole) > 200
    assert np.array_equal(line_of(base, 40, Group.CHILD, 321.5, at_a_time), whole)


def test_people_are_the_same_in_any_pieces(everybody, monkeypatch):
    monkeypatch.setattr(population, "_AT_A_TIME", 997)
    assert digest(national().columns()) == digest(everybody.columns())


def test_people_are_the_same_in_any_order(everybody):
    rows = np.random.default_rng(6).permutation(len(everybody))[:5000]
    mixed = draw(
        shipped.people(), shipped.status(), everybody.id[rows], everybody.key[rows], everybody.arrival[rows]
    )
    for name, column in mixed.items():
        assert np.array_equal(column, everybody.columns()[name][rows]), name


@pytest.mark.parametrize("hash_seed", ["0", "1234"])
def test_people_do_not_depend_on_the_hash_seed(everybody, hash_seed):
    assert in_another_process(PYTHONHASHSEED=hash_seed) == digest(everybody.columns())


def test_people_do_not_depend_on_processor_features(everybody):
    has = bits.processor_features()
    leave = [name for name in bits.dispatched_features() if has.get(name)]
    if not leave:
        pytest.skip("this NumPy dispatches on no feature of this processor")
    plain = in_another_process(NPY_DISABLE_CPU_FEATURES=" ".join(leave))
    assert plain == digest(everybody.columns())


def in_another_process(**environment):
    made = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DIGEST],
        cwd=TOP,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


# ---------------------------------------------------------------- keys


def test_no_two_people_share_a_key_in_this_or_the_next_replication(everybody):
    following = national(replication=1)
    keys = np.concatenate([everybody.key, following.key])
    assert len(np.unique(keys)) == len(keys)
    assert len(np.unique(everybody.id)) == len(everybody)


def test_replications_bring_different_people(everybody):
    following = national(replication=1)
    _, mine, theirs = np.intersect1d(everybody.id, following.id, return_indices=True)
    assert len(mine) > 200_000
    for name in ("frailty", "female", "region"):
        one, other = everybody.columns()[name][mine], following.columns()[name][theirs]
        assert abs(np.corrcoef(one.astype(float), other.astype(float))[0, 1]) < 4.5 / np.sqrt(len(mine))


# ---------------------------------------------------------------- nobody else's life changes


def test_more_people_in_one_line_change_nobody_else(everybody):
    adults = shipped.section("people/arrivals.yaml", "arrivals", "published", "adult")
    published = shipped.section("people/arrivals.yaml", "arrivals", "published")
    more = published | {"adult": adults | {"2020-04-01": 900}}  # 840 as published
    crowded = build(shipped.people(arrivals={"published": more}), shipped.status(), SEED, 0, HORIZON)
    line = np.uint64(25 * 4 + Group.ADULT)
    before, after = everybody.id >> np.uint64(24) == line, crowded.id >> np.uint64(24) == line
    assert after.sum() > before.sum()
    for name, column in crowded.columns().items():
        assert np.array_equal(column[~after], everybody.columns()[name][~before]), name
        if name != "arrival" and name != "turns_18":
            both = column[after][: before.sum()]
            assert np.array_equal(both, everybody.columns()[name][before]), name


def test_a_higher_rate_adds_people_at_the_end_and_leaves_the_traits_of_the_others(everybody):
    crowded = build(shipped.people(arrivals={"multiplier": 1.05}), shipped.status(), SEED, 0, HORIZON)
    known = np.isin(crowded.id, everybody.id)
    assert known.sum() == len(everybody)  # nobody is lost
    assert 0.045 < (~known).sum() / len(everybody) < 0.055
    assert np.all(crowded.arrival[known] < everybody.arrival)
    fixed = set(everybody.columns()) - {"arrival", "turns_18", "immigration_enforcement"}
    for name in sorted(fixed):
        assert np.array_equal(crowded.columns()[name][known], everybody.columns()[name]), name
    # the authority opened within 2021Q4, so that some who come earlier there have another share
    settled = everybody.quarter != 31
    assert np.array_equal(
        crowded.immigration_enforcement[known][settled], everybody.immigration_enforcement[settled]
    )


@pytest.mark.parametrize(
    ("changed", "columns"),
    [
        ({"fluent_if_not_uk": 0.5}, {"fluent"}),
        ({"dependants_male": 0.2}, {"dependants"}),
        ({"frailty_sigma": 0.9}, {"frailty"}),
        ({"health_need": 0.1}, {"health_need"}),
        ({"pregnant_female": 0.4}, {"pregnant"}),
        ({"years_to_18_max": 3}, {"turns_18"}),
        ({"adult_at_referral_if_unknown": 0.2}, {"adult_at_referral", "turns_18", "pregnant"}),
        ({"eu_share_of_non_uk": 0.3}, {"nationality", "status"}),
    ],
)
def test_one_share_changes_its_own_trait_and_what_rests_on_it(everybody, changed, columns):
    other = build(shipped.people(traits=changed), shipped.status(), SEED, 0, HORIZON)
    different = {
        name
        for name, column in other.columns().items()
        if digest({"": column}) != digest({"": everybody.columns()[name]})
    }
    assert different == columns


def test_a_higher_share_takes_nobody_out(everybody):
    higher = build(shipped.people(traits={"health_need": 0.7}), shipped.status(), SEED, 0, HORIZON)
    assert np.all(higher.health_need[everybody.health_need])
    assert higher.health_need.sum() > everybody.health_need.sum()


def test_what_a_scenario_may_change_of_status_does_not_touch_the_population(everybody):
    permission = shipped.section("status/status.yaml", "temporary_permission")
    generous = shipped.status(temporary_permission=permission | {"granted_share": 1.0, "min_days": 900})
    same = build(shipped.people(), generous, SEED, 0, HORIZON)
    assert digest(same.columns()) == digest(everybody.columns())
