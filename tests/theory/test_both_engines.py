"""Queueing theory, and stock SimPy, against a small network told by both engines.

The network is made of each engine's own clockwork, pools and keyed chance (`tests/small_network.py`). Both
must give every person the same times to the last bit. The exact values are textbook ones; the tolerance is
three standard errors of means over replications, and a standard error above 1% of its target (5% for the
reference in the everyday run, 10% beside Ciw) fails the test, since then it would say too little. False
alarms: 0.7% for each comparison over twenty replications (Student's t), 29 everyday ones, so about one in
five over all of them; the seed was fixed beforehand and stays.
"""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
import pytest
import simpy

from sim.engine.clock import GRID
from tests.other_simulators import ciw_records, simpy_processes
from tests.small_network import Network, compiled, reference, times

SEED = 20260401
REPLICATIONS = 20

IN_SERIES = Network((10, 12), 9.0, (1.0, 1.2), shares=(0.2, 0.3, 0.5))
WITH_BACKLOG = IN_SERIES._replace(mean_patience=20.0, waiting_at_start=500)
NETWORKS = {
    "one place": Network((1,), 0.9, (1.0,)),
    "twenty places": Network((20,), 18.0, (1.0,)),
    "two stations, three classes": IN_SERIES,
    "two stations, patience, a backlog": WITH_BACKLOG,
    "overloaded, all give up in the end": Network((2, 1), 30.0, (1.0, 0.7), mean_patience=0.5),
    "no place": Network((0,), 3.0, (1.0,), mean_patience=2.0),
    "no limit": Network((inf, inf), 3.0, (1.0, 4.0)),
    # whole steps of the grid only: hundreds of ties an instant
    "ties": Network((3, 4), 2.0**20, (3 * GRID, 4 * GRID), mean_patience=9 * GRID, shares=(1.0, 2.0)),
}


# ---------------------------------------------------------------------------------------- to the last bit
@pytest.mark.parametrize("on_sheets", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_both_engines_give_everybody_the_same_times(name, on_sheets):
    for replication in range(2):
        ours = reference(NETWORKS[name], 4_000, SEED, replication)
        theirs = compiled(NETWORKS[name], 4_000, SEED, replication, on_sheets=on_sheets)
        for field, one, other in zip(ours._fields, ours, theirs, strict=True):
            assert one.dtype == other.dtype, field
            assert one.tobytes() == other.tobytes(), field
        assert np.isfinite(ours.left).all()


def test_the_networks_of_the_comparison_are_what_they_are_called():
    seen = {name: compiled(network, 4_000, SEED) for name, network in NETWORKS.items()}
    gave_up = {name: int(np.isinf(visits.begun[0]).sum()) for name, visits in seen.items()}
    assert gave_up["no place"] == 4_000
    assert gave_up["two stations, three classes"] == gave_up["no limit"] == 0
    assert 0 < gave_up["two stations, patience, a backlog"] < gave_up["overloaded, all give up in the end"]
    assert (seen["no limit"].waits == 0).all()
    assert np.unique(seen["ties"].left).size < 3_500
    assert (seen["two stations, three classes"].waits > 0).any(axis=1).all()
    assert set(seen["two stations, patience, a backlog"].kind.tolist()) == {0, 1, 2}


def test_another_replication_is_other_luck():
    one, other = (compiled(IN_SERIES, 500, SEED, replication) for replication in (0, 1))
    assert not (one.came == other.came).any()


# ------------------------------------------------------------------------------------------ other simulators
@pytest.mark.parametrize("network", [NETWORKS["twenty places"], IN_SERIES, WITH_BACKLOG])
def test_stock_simpy_gives_everybody_the_same_begin_of_service(network):
    found = simpy_processes(network, times(network, 3_000, SEED), simpy.PriorityResource)
    assert found.tobytes() == compiled(network, 3_000, SEED).begun.tobytes()


def test_first_come_first_served_is_what_one_class_means():
    network = Network((5,), 4.0, (1.0,))
    found = simpy_processes(network, times(network, 3_000, SEED), simpy.Resource)
    assert found.tobytes() == compiled(network, 3_000, SEED).begun.tobytes()


@pytest.mark.parametrize(
    ("n_people", "within"),
    [pytest.param(6_000, 0.10, id="everyday"), pytest.param(40_000, 0.05, id="deep", marks=pytest.mark.deep)],
)
def test_ciw_waits_as_long_at_both_stations_and_gives_up_as_often(n_people, within):
    network = IN_SERIES._replace(mean_patience=2.0)
    theirs, ours = [], []
    for replication in range(10):
        records = [one for one in ciw_records(network, n_people, seed=replication) if one.arrival_date > 40]
        served = [one for one in records if one.record_type == "service"]
        gave_up = [one for one in records if one.record_type == "renege"]
        theirs.append(
            [
                *(np.mean([one.waiting_time for one in served if one.node == node]) for node in (1, 2)),
                len(gave_up) / sum(one.node == 1 for one in records),
            ]
        )
        visits = compiled(network, 10 * n_people, SEED, replication)
        late = visits.came > 40
        was_served = late & np.isfinite(visits.begun[0])
        ours.append([*visits.waits[:, was_served].mean(axis=1), 1 - was_served.sum() / late.sum()])
    difference = np.mean(theirs, axis=0) - np.mean(ours, axis=0)
    error = np.sqrt((np.var(theirs, axis=0, ddof=1) + np.var(ours, axis=0, ddof=1)) / 10)
    assert (error < within * np.mean(ours, axis=0)).all(), error / np.mean(ours, axis=0)
    assert (np.abs(difference) <= 3 * error).all(), difference / error


# ------------------------------------------------------------------------------------------------- the theory
def measures(visits, skip):
    """Chance to wait and to give up, mean time in the line, mean number in it and in the station."""
    gave_up = np.isinf(visits.begun[0])
    until = np.where(gave_up, visits.left, visits.begun[0])
    waited = until - visits.came
    first, last = visits.came[skip], visits.came[-1]

    def present(end):
        return np.clip(np.minimum(end, last) - np.maximum(visits.came, first), 0.0, None).sum() / (
            last - first
        )

    late = slice(skip, None)
    return {
        "waits": (waited[late] > 0).mean(),
        "gives up": gave_up[late].mean(),
        "time in line": waited[late].mean(),
        "number in line": present(until),
        "number present": present(visits.left),
    }


CASES = {
    "M/M/1": (
        Network((1,), 0.9, (1.0,)),
        440_000,
        {"waits": 0.9, "time in line": 9.0, "number present": 9.0},
    ),
    "M/M/5": (
        Network((5,), 4.0, (1.0,)),
        280_000,
        {"waits": 0.554113, "time in line": 0.554113, "number present": 6.216450},
    ),
    "M/M/20": (
        Network((20,), 18.0, (1.0,)),
        1_100_000,
        {"waits": 0.550769, "time in line": 0.275385, "number present": 22.956921},
    ),
    "Erlang-A": (
        Network((10,), 10.0, (1.0,), mean_patience=2.0),
        60_000,
        {"waits": 0.619655, "gives up": 0.103913, "number in line": 2.078264, "time in line": 0.207826},
    ),
}
"""Network, people in each replication, and the exact values."""


def agrees(engine, case, share, within):
    network, n_people, targets = CASES[case]
    n_people = int(n_people * share)
    found = [
        measures(engine(network, n_people, SEED, replication), n_people // 20)
        for replication in range(REPLICATIONS)
    ]
    for name, target in targets.items():
        values = np.array([one[name] for one in found])
        mean, error = values.mean(), values.std(ddof=1) / sqrt(REPLICATIONS)
        assert error <= within * target, f"{name}: run longer, standard error {error:.4g} of {target}"
        assert abs(mean - target) <= 3 * error, f"{name}: {mean:.6g} +- {error:.2g} is not {target}"


@pytest.mark.parametrize("case", CASES)
def test_the_compiled_engine_agrees_with_queueing_theory(case):
    agrees(compiled, case, 1.0, 0.01)


@pytest.mark.parametrize("case", CASES)
def test_the_reference_agrees_with_queueing_theory(case):
    agrees(reference, case, 0.05, 0.05)
