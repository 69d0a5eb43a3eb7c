"""Textbook values against a small network told by both engines, by the rule of `tests.judged`.

The networks are made of each engine's own clockwork, pools and keyed chance (`tests/small_network.py`), and
both give everybody the same times to the last bit (`test_both_engines.py`), so the long runs are the compiled
engine's and the reference's are short. False alarms: 2.3e-5 for each of some 75 everyday comparisons, 0.2%
over all of them; the seed was fixed beforehand and stays. In the deep run standard errors are within 1%.
"""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
import pytest

from tests.judged import REPLICATIONS, judge
from tests.small_network import Network, compiled, reference
from tests.theory.cases import (
    EXACT,
    SEASONAL,
    SEASONAL_PRESENT,
    SEED,
    SUPPORTED,
    YEAR,
    Exact,
    measures,
    present,
)

REFERENCE_PEOPLE = 2_500
"""In each of the reference's replications in an everyday run."""


def agrees(engine, exact: Exact, n_people: int, within: float, replications: int = REPLICATIONS) -> None:
    def run(number):
        return measures(engine(exact.network, n_people, SEED, number), int(n_people * exact.start))

    judge(run, exact.targets, within, replications)


@pytest.mark.parametrize("case", EXACT)
def test_the_compiled_engine_agrees_with_queueing_theory(case):
    exact = EXACT[case]
    agrees(compiled, exact, int(exact.n_people * exact.everyday), exact.within)


@pytest.mark.deep
@pytest.mark.parametrize("case", [name for name, exact in EXACT.items() if exact.everyday < 1.0])
def test_the_compiled_engine_agrees_more_closely_in_a_longer_run(case):
    agrees(compiled, EXACT[case], EXACT[case].n_people, EXACT[case].deep)


@pytest.mark.parametrize("case", ["M/M/5", "M/M/5/10", "M/D/1", "three classes", "Erlang-A"])
def test_the_reference_agrees_with_queueing_theory(case):
    agrees(reference, EXACT[case], REFERENCE_PEOPLE, 0.2)


@pytest.mark.deep
@pytest.mark.parametrize("case", ["M/M/5", "M/LN/1", "three classes", "Erlang-A"])
def test_the_reference_agrees_more_closely_in_a_longer_run(case):
    agrees(reference, EXACT[case], 20_000, 0.1)


@pytest.mark.parametrize("case", EXACT)
def test_both_engines_give_the_same_times_in_every_case(case):
    ours, theirs = (engine(EXACT[case].network, 1_500, SEED, 1) for engine in (reference, compiled))
    for field, one, other in zip(ours._fields, ours, theirs, strict=True):
        assert one.tobytes() == other.tobytes(), field


# ------------------------------------------------------------------------------------ support without limit
@pytest.mark.parametrize("engine", [compiled, reference])
@pytest.mark.parametrize("case", SUPPORTED)
def test_people_supported_to_the_later_of_45_days_and_the_decision(case, engine):
    network, mean = SUPPORTED[case]
    start, n_people, within = (6_000, 30_000, 0.01) if engine is compiled else (5_000, 8_000, 0.03)
    replications = REPLICATIONS if engine is compiled else 4

    def run(number):
        visits = engine(network, n_people, SEED, number)
        counted = present(visits, np.arange(visits.came[start], visits.came[-1], 50.0))
        # about its own mean the variance is without bias, though counts a few days apart go together
        return {
            "mean": counted.mean(),
            "variance over mean": ((counted - mean) ** 2).mean() / mean,
            "time in line": measures(visits, start)["time in line"],
        }

    judge(run, {"mean": mean}, within, replications)
    if engine is compiled:
        judge(run, {"variance over mean": 1.0}, 0.1, replications)
    # nobody waits but for the instant in which a place is given out
    assert run(0)["time in line"] == 0.0


@pytest.mark.parametrize("engine", [compiled, reference])
def test_a_yearly_swing_of_arrivals_is_followed_by_the_number_present(engine):
    years, replications = (12, REPLICATIONS) if engine is compiled else (6, 5)

    def run(number):
        visits = engine(SEASONAL, int(YEAR * 10 * (years + 0.5)), SEED, number)
        whole = YEAR * np.arange(3, years)  # three years are twelve mean stays
        assert visits.came[-1] > whole[-1] + 274.0
        return {str(day): present(visits, whole + day).mean() for day in SEASONAL_PRESENT}

    judge(run, {str(day): number for day, number in SEASONAL_PRESENT.items()}, 0.02, replications)


# ----------------------------------------------------------------------------------------------- many seeds
@pytest.mark.deep
def test_over_many_seeds_the_deviations_are_those_of_students_t():
    """Intervals are as wide as they say: a bias too small for one seed, or errors too small, shows here."""
    from scipy import stats

    n_people, replications = 8_000, 10
    for case in ("M/M/5", "Erlang-A", "M/M/5/10"):
        exact = EXACT[case]
        deviations: dict[str, list[float]] = {name: [] for name in exact.targets}
        for seed in range(1, 81):
            found = [
                measures(compiled(exact.network, n_people, SEED + seed, number), n_people // 10)
                for number in range(replications)
            ]
            for name, target in exact.targets.items():
                values = np.array([one[name] for one in found])
                error = values.std(ddof=1) / sqrt(replications)
                deviations[name].append((values.mean() - target) / error)
        for name, found_deviations in deviations.items():
            # level 1e-4 for each of ten statistics: a sound program fails for 1 choice of seeds in 1,000
            chance = stats.kstest(found_deviations, stats.t(replications - 1).cdf).pvalue
            assert chance > 1e-4, f"{case}, {name}"


# -------------------------------------------------------------------------------------------- costs nothing
ENGINES = pytest.mark.parametrize("engine", [compiled, reference])


@ENGINES
def test_zero_places_serve_nobody_and_enough_places_let_nobody_wait(engine):
    none = engine(Network((0,), 4.0, (1.0,), mean_patience=1.0), 2_000, SEED)
    assert np.isinf(none.begun).all()
    enough = engine(Network((inf,), 4.0, (1.0,)), 2_000, SEED)
    assert (enough.waits == 0).all()


@ENGINES
@pytest.mark.parametrize("places", [1, 4, 7])
def test_one_place_more_never_lengthens_anybodys_wait(engine, places):
    fewer = engine(Network((places,), 4.0, (1.0,)), 4_000, SEED)
    more = engine(Network((places + 1,), 4.0, (1.0,)), 4_000, SEED)
    assert (more.begun <= fewer.begun).all()
    assert (more.begun < fewer.begun).any()


@ENGINES
def test_a_doubled_unit_of_time_changes_nothing(engine):
    days = engine(Network((3,), 2.5, (1.0,)), 5_000, SEED)
    half_days = engine(Network((3,), 1.25, (2.0,)), 5_000, SEED)
    # times are rounded to the grid at different places, a few steps of 2**-20 day apart in all
    np.testing.assert_allclose(half_days.begun, 2 * days.begun, atol=0.05)


@ENGINES
def test_a_place_that_is_closed_stays_with_whoever_has_it(engine):
    """Nobody is turned out; until enough have left nobody else comes in."""
    visits = engine(Network((6,), 8.0, (1.0,), turns=((20.0, 2.0), (40.0, 6.0))), 500, SEED)

    def served(day):
        return int(((visits.begun[0] <= day) & (visits.left > day)).sum())

    assert served(20.0) == 6
    assert [served(day) for day in (30.0, 39.9)] == [2, 2]
    assert served(40.0 + 1e-3) == 6
    there = (visits.begun[0] < 20.0) & (visits.left > 20.0)
    came_in = visits.begun[0][(visits.begun[0] > 20.0) & (visits.begun[0] < 40.0)]
    assert np.sort(visits.left[there])[4] <= came_in.min(), "a place was given while more than two were taken"


@ENGINES
def test_littles_law_holds_and_nobody_is_lost_at_any_instant(engine):
    for network in (
        Network((3,), 2.5, (1.0,)),
        Network((10,), 10.0, (1.0,), mean_patience=2.0),
        Network((2, 1), 2.0, (1.0, 0.3), mean_patience=1.0, shares=(0.4, 0.6), room=9.0),
        Network((6,), 8.0, (1.0,), mean_patience=1.0, turns=((20.0, 2.0), (40.0, 6.0))),
    ):
        visits = engine(network, 5_000, SEED)
        times = np.concatenate([visits.came, visits.left])
        steps = np.concatenate([np.ones(5_000), -np.ones(5_000)])
        order = np.lexsort((-steps, times))
        times, number = times[order], np.cumsum(steps[order])
        assert number.min() >= 0
        assert number[-1] == 0
        area = float((number[:-1] * np.diff(times)).sum())
        assert area == pytest.approx(float((visits.left - visits.came).sum()), rel=1e-9)
        # arrivals less departures is the number waiting and served at every instant
        instants = np.unique(times)[:-1]
        inside = present(visits, instants + 2.0**-21)
        states = np.zeros(len(instants), int)
        for k in range(len(network.places)):
            joined, begun = visits.joined[k], visits.begun[k]
            left_line = np.where(np.isinf(begun), visits.left, begun)
            following = visits.joined[k + 1] if k + 1 < len(network.places) else visits.left
            left_place = np.where(np.isinf(following), visits.left, following)
            for start, end in ((joined, left_line), (begun, left_place)):
                known = np.isfinite(start)
                states += np.searchsorted(np.sort(start[known]), instants, side="right")
                states -= np.searchsorted(np.sort(end[known]), instants, side="right")
        assert (states == inside).all()
