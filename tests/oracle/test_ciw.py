"""Networks drawn at random, in our engines and in Ciw: as many in line, served, given up and unfinished.

Judged as in `tests.judged`, by differences, each of which ought to be nought. False alarms: 1e-5 for each of
some 50 everyday comparisons (100 replications a side, then 1,000), 0.1% over all of them. The networks were
drawn by their number before anything was compared.
"""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from tests.judged import judge
from tests.oracle.drawn import HORIZON, closures, draw, ours, theirs
from tests.small_network import Network, reference

EVERYDAY = (1, 2, 3, 5)
DEEP = range(10, 34)


def agree(network: Network, replications: int, engine_ours=ours) -> None:
    names = engine_ours(network, 0).keys()

    def run(number):
        one, other = engine_ours(network, number), theirs(network, number)
        assert one.keys() == other.keys()
        return {name: one[name] - other[name] for name in names}

    judge(run, dict.fromkeys(names, 0.0), inf, replications)


@pytest.mark.parametrize("number", EVERYDAY)
def test_ciw_agrees_on_a_drawn_network(number):
    agree(draw(number), 100)


@pytest.mark.deep
@pytest.mark.parametrize("number", DEEP)
def test_ciw_agrees_on_many_more(number):
    agree(draw(number), 150)


@pytest.mark.parametrize("number", EVERYDAY)
def test_both_engines_say_the_same_of_it(number):
    assert ours(draw(number), 7) == ours(draw(number), 7, reference)


def test_the_drawn_networks_are_not_all_alike():
    networks = [draw(number) for number in (*EVERYDAY, *DEEP)]
    assert {len(network.places) for network in networks} == {1, 2}
    assert {len(network.shares) for network in networks} == {1, 2, 3}
    assert {network.mean_patience < inf for network in networks} == {True, False}
    assert sum(bool(network.turns) for network in networks) >= 10
    unfinished = [ours(network, 0)["in line at the end 0"] for network in networks]
    assert sum(number > 0 for number in unfinished) >= 5


def test_closed_places_cover_the_calendar():
    network = Network((3, 2), 1.0, (1.0, 1.0), turns=((2.0, 1.0, 2.0), (5.0, 2.0, 0.0), (9.0, 3.0, 1.0)))
    shut = closures(network)
    for day in (1.0, 3.0, 6.0, 10.0):
        places = [3, 2]
        for turn in network.turns:
            if turn[0] <= day:
                places = [int(turn[1]), int(turn[2])]
        for station, most in enumerate((3, 2)):
            closed = sum(
                begin <= day < end for one in shut if one.station == station for begin, end in one.times
            )
            assert most - closed == places[station]


FAULTS = {
    "less patience": lambda network: network._replace(mean_patience=0.5 * network.mean_patience),
    "a lost cut": lambda network: network._replace(turns=()),
    "no rank": lambda network: network._replace(shares=network.shares[::-1]),
}
MATTERS = {
    "less patience": lambda network: (
        network.mean_patience < inf and network.rate * network.mean_service[0] > 1.2 * network.places[0]
    ),
    "a lost cut": lambda network: min((turn[1] for turn in network.turns), default=9.0) == 0.0,
    "no rank": lambda network: len(network.shares) == 3 and network.shares[0] > 1.5 * network.shares[2],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_network_that_is_told_wrongly_is_noticed(fault):
    """The first drawn network to which it matters: the comparison is fine enough to see it."""
    network = next(draw(number) for number in range(100) if MATTERS[fault](draw(number)))
    wrong = FAULTS[fault](network)
    with pytest.raises(AssertionError, match="is not 0"):
        agree(network, 12, lambda _, number: ours(wrong, number))


def test_everything_is_counted_to_the_horizon():
    told = ours(draw(3), 1)
    for station in range(len(draw(3).places)):
        joined = told[f"joined {station}"]
        assert joined == (
            told[f"begun {station}"] + told[f"gave up {station}"] + told[f"in line at the end {station}"]
        )
    assert np.isfinite(list(told.values())).all()
    assert HORIZON > 0
