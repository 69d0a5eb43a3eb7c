"""A small network told by both engines, and by stock SimPy: the same times to the last bit.

The network is made of each engine's own clockwork, pools and keyed chance (`tests/small_network.py`). Nothing
here is a matter of chance. What theory says of such networks is in `test_exact_values.py`, what another
simulator says in `tests/oracle`.
"""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
import simpy

from sim.engine.clock import GRID
from tests.other_simulators import simpy_processes, simpy_processes_with_times_given, times
from tests.small_network import Network, compiled, luck, reference

SEED = 20260401

IN_SERIES = Network((10, 12), 9.0, (1.0, 1.2), shares=(0.2, 0.3, 0.5))
PATIENT = IN_SERIES._replace(mean_patience=20.0)
WITH_BACKLOG = IN_SERIES._replace(mean_patience=20.0, waiting_at_start=500)
HOMES = Network(
    (15, 40), 30.0, (0.4, 2.0), interim=True, turns=((3.0, 9.0, 45.0), (10.0, 2.0, 60.0), (20.0, 20.0, 70.0))
)
NETWORKS = {
    "one place": Network((1,), 0.9, (1.0,)),
    "twenty places": Network((20,), 18.0, (1.0,)),
    "two stations, three classes": IN_SERIES,
    "two stations, patience, a backlog": WITH_BACKLOG,
    "overloaded, all give up in the end": Network((2, 1), 30.0, (1.0, 0.7), mean_patience=0.5),
    # memory has to grow while people join, and in the midst of places being given
    "nobody gives up, then many places open": Network(
        (1,), 40.0, (5.0,), mean_patience=2_000.0, turns=((90.0, 5_000.0),)
    ),
    "no place": Network((0,), 3.0, (1.0,), mean_patience=2.0),
    "no limit": Network((inf, inf), 3.0, (1.0, 4.0)),
    # whole steps of the grid only: hundreds of ties an instant
    "limited room, places that change": Network(
        (5, 3), 9.0, (1.0, 0.4), 3.0, (0.4, 0.6), room=11.0, turns=((20.0, 2.0, 3.0), (50.0, 7.0, 1.0))
    ),
    "a shelter whose places close as they are vacated": HOMES,
    "a shelter whose places are withdrawn": HOMES._replace(withdrawn=True),
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


def test_who_is_never_served_stays_in_line_in_both_engines():
    network = Network((2, 1), 3.0, (1.0, 1.0), turns=((20.0, 2.0, 0.0),))
    ours, theirs = (engine(network, 500, SEED) for engine in (reference, compiled))
    assert np.isinf(ours.left).sum() > 100
    for field, one, other in zip(ours._fields, ours, theirs, strict=True):
        assert one.tobytes() == other.tobytes(), field


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
SHARED = pytest.mark.parametrize("network", [NETWORKS["twenty places"], PATIENT, IN_SERIES, WITH_BACKLOG])


@SHARED
def test_stock_simpy_gives_everybody_the_same_times(network):
    people = luck(network, 3_000, SEED)
    found = simpy_processes(network, people, simpy.PriorityResource)
    for engine in (reference, compiled):
        for field, one, other in zip(found._fields, found, engine(network, 3_000, SEED), strict=True):
            assert one.dtype == other.dtype, field
            assert one.tobytes() == other.tobytes(), field
    assert (found.begun[0] == inf).any() == (network.mean_patience < inf)


@SHARED
def test_stock_simpy_with_times_given_gives_everybody_the_same_begin_of_service(network):
    given = times(network, 3_000, SEED)
    found = simpy_processes_with_times_given(network, given, simpy.PriorityResource)
    assert found.tobytes() == compiled(network, 3_000, SEED).begun.tobytes()


def test_first_come_first_served_is_what_one_class_means():
    network = Network((5,), 4.0, (1.0,))
    ours = compiled(network, 3_000, SEED)
    found = simpy_processes(network, luck(network, 3_000, SEED), simpy.Resource)
    for field, one, other in zip(found._fields, found, ours, strict=True):
        assert one.tobytes() == other.tobytes(), field
    found = simpy_processes_with_times_given(network, times(network, 3_000, SEED), simpy.Resource)
    assert found.tobytes() == ours.begun.tobytes()


@pytest.mark.parametrize("engine", [reference, compiled])
def test_people_made_beforehand_are_those_that_an_engine_makes(engine):
    one = engine(WITH_BACKLOG, 500, SEED, 1)
    other = engine(WITH_BACKLOG, 500, SEED, 1, people=luck(WITH_BACKLOG, 500, SEED, 1))
    for field, ours, theirs in zip(one._fields, one, other, strict=True):
        assert ours.tobytes() == theirs.tobytes(), field
