"""Arrivals have the published numbers, lie where they should in time, and refuse what cannot be.

Counts, some of which are small, are held to the exact Poisson quantiles of 4.5 standard errors, at seeds
fixed beforehand.
"""

from datetime import date

import numpy as np
import pytest
from scipy import stats

from sim.engine.clock import GRID, day_of, quarter_number, quarter_start
from sim.errors import SimError
from sim.people import arrivals as arriving
from sim.people.population import Group, build, expected, survivor_id
from tests import shipped

HORIZON = date(2032, 3, 31)
SIGMAS = 4.5
TAIL = float(stats.norm.sf(SIGMAS))


@pytest.fixture(scope="module")
def people():
    return shipped.people()


@pytest.fixture(scope="module")
def status():
    return shipped.status()


@pytest.fixture(scope="module")
def national(people, status):
    return build(people, status, 20261122, 0, HORIZON)


# ---------------------------------------------------------------- how many


@pytest.mark.parametrize(
    ("label", "by_hand"),
    [
        ("2014Q1", (394, 173, 0, 0)),
        ("2023Q1", (2586 * 0.88, 1894 * 0.88, 258 * 0.88, 1420)),
        ("2025Q4", (3053 * 0.863, 2632 * 0.863, 336 * 0.863, 1709)),
        ("2026Q1", (6000 * 0.507 * 0.863, 6000 * 0.437 * 0.863, 6000 * 0.056 * 0.863, 6000 * 0.507 * 0.58)),
        ("2028Q1", tuple(6242.4 * share for share in (0.437541, 0.377131, 0.048328, 0.29406))),
    ],
)
def test_mean_arrivals_of_a_quarter_by_hand(people, label, by_hand):
    assert expected(people.arrivals, quarter_number(label)) == pytest.approx(by_hand, rel=1e-13)


def test_growth_is_spread_over_the_quarters_of_a_year(people):
    totals = [sum(expected(people.arrivals, 48 + after)[:3]) for after in range(5)]
    ratios = np.diff(np.log(totals))
    assert ratios == pytest.approx(np.full(4, np.log(1.02) / 4), rel=1e-9)


def test_the_multiplier_scales_every_group(people):
    twice = shipped.people(arrivals={"multiplier": 2}).arrivals
    for quarter in (0, 30, 60):
        once = expected(people.arrivals, quarter)
        assert expected(twice, quarter) == pytest.approx([2 * rate for rate in once], rel=1e-15)


def test_a_projection_from_within_a_quarter_begins_with_the_next(people):
    middle = shipped.people(arrivals={"projection_from": "2026-02-10"}).arrivals
    assert expected(middle, 48) == pytest.approx(expected(people.arrivals, 47), rel=1e-15)
    assert expected(middle, 49) == pytest.approx(expected(people.arrivals, 48), rel=1e-15)


def test_arrivals_are_poisson_with_the_expected_mean_in_every_quarter_and_group(people):
    spread, cells = [], []
    for replication in range(6):
        arrived = arriving.arrive(people.arrivals, 7, replication, HORIZON)
        line = (arrived.id >> np.uint64(24)).astype(np.int64)
        counts = np.bincount(line, minlength=4 * 73)
        for quarter in range(72):  # the 73rd is cut by the horizon
            for group, mean in zip(Group, expected(people.arrivals, quarter), strict=True):
                count = int(counts[4 * quarter + group])
                where = f"replication {replication}, quarter {quarter}, {group.label}: {count} of {mean}"
                assert stats.poisson.sf(count - 1, mean) > TAIL, where
                assert stats.poisson.cdf(count, mean) > TAIL, where
                if mean > 0:
                    spread.append((count - mean) ** 2 / mean)
                    cells.append(2 + 1 / mean)
    # each term has mean 1 and variance 2 + 1/mean where counts are Poisson: gaps of another shape show here
    assert abs(np.sum(spread) - len(spread)) < SIGMAS * np.sqrt(np.sum(cells))


def test_arrivals_lie_on_the_grid_strictly_inside_their_quarter_and_rise_within_a_line(national):
    starts = np.array([quarter_start(quarter) for quarter in range(74)])
    assert np.all(national.arrival > starts[national.quarter])
    assert np.all(national.arrival < starts[national.quarter + 1])
    assert np.all(national.arrival / GRID == np.floor(national.arrival / GRID))
    same_line = national.id[1:] == national.id[:-1] + np.uint64(1)
    assert np.all(np.diff(national.arrival)[same_line] > 0)


def test_arrivals_are_spread_evenly_over_a_quarter(national):
    starts = np.array([quarter_start(quarter) for quarter in range(74)])
    whole = national.quarter < 72
    length = np.diff(starts)[national.quarter[whole]]
    part = (national.arrival[whole] - starts[national.quarter[whole]]) / length
    assert stats.kstest(part, "uniform").pvalue > TAIL


def test_an_id_carries_quarter_group_and_ordinal(national):
    assert survivor_id(3, Group.CHILD, 5) == ((3 * 4 + 1) << 24) + 5
    line = (national.id >> np.uint64(24)).astype(np.int64)
    assert np.array_equal(line // 4, national.quarter)
    assert np.array_equal(line % 4, national.group)
    ordinal = (national.id & np.uint64(2**24 - 1)).astype(np.int64)
    new_line = np.flatnonzero(np.diff(line, prepend=-1))
    assert np.all(ordinal[new_line] == 0)
    assert np.all(np.delete(np.diff(ordinal, prepend=0), new_line) == 1)


def test_an_earlier_horizon_only_takes_later_people_away(people, status, national):
    horizon = date(2019, 5, 17)
    shorter = build(people, status, 20261122, 0, horizon)
    stays = national.arrival < day_of(horizon)
    for name, column in shorter.columns().items():
        assert np.array_equal(column, national.columns()[name][stays]), name
    assert shorter.arrival.max() > day_of(horizon) - 1


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"declined": {"2014-01-01": 0, "2020-01-01": float("inf")}},
            "expects inf people of group declined in 2020Q1; allowed: 0 to 8388608 a quarter",
        ),
        ({"multiplier": 1e7}, "people of group adult in 2014Q1; allowed: 0 to 8388608 .*nearest: 8388608$"),
        ({"growth_per_year": 1e300}, "people of group adult in 202.Q.; allowed"),
    ],
)
def test_impossible_arrivals_are_refused(status, changed, message):
    with pytest.raises(SimError, match=message):
        build(shipped.people(arrivals=changed), status, 1, 0, HORIZON)


def test_a_horizon_before_the_clock_starts_is_refused(people, status):
    with pytest.raises(SimError, match="arrivals until 2014-01-01; allowed: a date after 2014-01-01"):
        build(people, status, 1, 0, date(2014, 1, 1))


def test_projected_shares_that_add_up_to_one_leave_nobody_of_unknown_age():
    whole = shipped.people(arrivals={"projected_adult_share": 0.9, "projected_child_share": 0.1})
    rates = expected(whole.arrivals, 50)
    assert rates[Group.UNKNOWN] == 0.0
    assert rates[Group.ADULT] == pytest.approx(9 * rates[Group.CHILD], rel=1e-14)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((-1, 0, 0), "quarter = -1 in a survivor's id; .*nearest: 0$"),
        ((0, 4, 0), "group = 4 in a survivor's id; .*nearest: 3$"),
        ((0, 0, 2**24), "ordinal = 16777216 in a survivor's id; .*nearest: 16777215$"),
    ],
)
def test_an_id_refuses_what_does_not_fit(parts, message):
    with pytest.raises(SimError, match=message):
        survivor_id(*parts)
