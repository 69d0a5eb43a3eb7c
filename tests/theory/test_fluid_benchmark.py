"""The benchmark keeps what a fluid queue must keep: every drop, its order, and Little's law."""

from datetime import date

import pytest

from sim.config.compose import baseline
from sim.config.schema import Parameters
from sim.config.tree import plain
from sim.validate.fluid import fluid
from sim.validate.known import put


@pytest.fixture(scope="module")
def of():
    return baseline(("policy.start=2025-12-31", "experiment.horizon=2026-01-01", "experiment.options=[]"))


def steady(of, per_quarter, positive, capacity, closure=0.0):
    tree = plain(of)
    for group, value in (("adult", per_quarter), ("child", 0.0), ("unknown", 0.0)):
        put(tree, f"people.arrivals.published.{group}", {"2014-01-01": value})
        put(tree, f"decisions.reasonable_grounds.positive.{group}", {"2014-01-01": positive})
    put(tree, "decisions.reasonable_grounds.positive.overall_from", "2049-01-01")
    put(tree, "decisions.conclusive_grounds.capacity_per_quarter", capacity)
    put(tree, "decisions.conclusive_grounds.closure_per_quarter", {"2014-01-01": closure})
    return Parameters.model_validate(tree)


def series(rows, name):
    return {period: value for series, period, value in rows if series == name}


@pytest.mark.parametrize("order", ["oldest", "lot"])
def test_nothing_is_lost(of, order):
    rows = fluid(steady(of, 1000.0, 0.8, {"2014-01-01": 500.0}), order)
    backlog, decided = series(rows, "cg_backlog"), series(rows, "cg_decisions")
    joined = {period: 0.8 * value for period, value in series(rows, "referrals").items()}
    assert backlog["2025Q4"] == pytest.approx(sum(joined.values()) - sum(decided.values()))
    assert decided["2020Q1"] == pytest.approx(500.0)


def test_with_room_for_all_nobody_waits_a_quarter(of):
    rows = fluid(steady(of, 1000.0, 0.8, {"2014-01-01": 2000.0}), "oldest")
    assert series(rows, "cg_backlog")["2025Q4"] == 0.0
    assert series(rows, "cg_wait_median")["2025"] == pytest.approx(91.3125 / 2)


def test_oldest_first_the_wait_is_the_backlog_over_the_capacity(of):
    """A backlog built in the first year, then inflow equal to capacity: each waits as long as the queue
    lasts."""
    parameters = steady(of, 1000.0, 1.0, {"2014-01-01": 1e-9, "2015-01-01": 1000.0})
    rows = fluid(parameters, "oldest")
    assert series(rows, "cg_backlog")["2024Q4"] == pytest.approx(4000.0)
    assert series(rows, "cg_wait_median")["2024"] == pytest.approx(4 * 91.3125)
    assert series(rows, "cg_wait_mean")["2024"] == pytest.approx(4 * 91.3125)


def test_by_lot_the_mean_wait_is_the_same_and_the_median_shorter(of):
    parameters = steady(of, 1000.0, 1.0, {"2014-01-01": 1e-9, "2015-01-01": 1000.0})
    rows = fluid(parameters, "lot")
    # Little's law in steady state: whoever is taken in the quarter of joining waits half a quarter, not none
    taken_at_once = 1000.0 / 5000.0
    mean = 4 * 91.3125 + taken_at_once * 91.3125 / 2
    assert series(rows, "cg_wait_mean")["2025"] == pytest.approx(mean, rel=0.02)
    assert series(rows, "cg_wait_median")["2025"] < series(rows, "cg_wait_mean")["2025"]


def test_closures_leave_by_lot_only(of):
    parameters = steady(of, 1000.0, 1.0, {"2014-01-01": 500.0}, closure=0.1)
    oldest, lot = fluid(parameters, "oldest"), fluid(parameters, "lot")
    assert series(oldest, "cg_backlog")["2025Q4"] == pytest.approx(48 * 500.0)
    assert series(lot, "cg_backlog")["2025Q4"] == pytest.approx(5000.0, rel=0.02)  # B = 0.9 B + 1000 - 500


def test_projected_arrivals_grow_as_the_model_lets_them(of):
    tree = plain(of)
    put(tree, "people.arrivals.projection_from", date(2023, 1, 1).isoformat())
    put(tree, "people.arrivals.projected_per_quarter", 4000.0)
    put(tree, "people.arrivals.growth_per_year", 0.1)
    found = series(fluid(Parameters.model_validate(tree), "oldest"), "referrals")
    assert found["2022Q4"] == 2234 + 1939 + 240
    assert found["2023Q1"] == pytest.approx(4000.0)
    assert found["2025Q1"] == pytest.approx(4000.0 * 1.1**2)
