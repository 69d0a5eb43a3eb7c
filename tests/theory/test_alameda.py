"""Alameda County in both engines against the exact chain, by the rule of `tests.judged`; the cut matters.

Published: shelter places that are closed vanish at once. The pathway closes a place when it is vacated. Both
rules have an exact answer and both are simulated; a published re-implementation lost the cut altogether, and
the last test shows that this would be seen. False alarms: 2.3e-5 for each of some 40 comparisons.
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from math import sqrt

import numpy as np
import pytest

from tests.judged import judge
from tests.small_network import Network, compiled, reference
from tests.theory.alameda import (
    BETWEEN,
    MEAN_SHELTERED,
    MEAN_UNSHELTERED,
    PUBLISHED,
    YEAR,
    YEARS,
    Exact,
    county,
)
from tests.theory.alameda import exact as work_out

SEED = 20260401
N_PEOPLE = 500
RULES = pytest.mark.parametrize("withdrawn", [True, False], ids=["vanish at once", "close when vacated"])


@cache
def exact(withdrawn: bool) -> Exact:
    return work_out(withdrawn=withdrawn)


def found(engine, network: Network, number: int) -> dict[str, float]:
    """Unsheltered and sheltered just before a change, and over six years."""
    visits = engine(network, N_PEOPLE, SEED, number)
    assert np.sort(visits.came)[-1] > YEAR * YEARS
    end = visits.census[-1]
    seen = {
        "unsheltered": (end[2] - end[3]) / (YEAR * YEARS),
        "sheltered": end[3] / (YEAR * YEARS),
    }
    for k in PUBLISHED:
        looking, sheltered = visits.census[k, :2]
        seen[f"change {k}"] = looking - sheltered
        seen[f"nobody {k}"] = float(looking == sheltered)
    return seen


def targets(withdrawn: bool) -> dict[str, float]:
    chain = exact(withdrawn)
    told = {"unsheltered": chain.unsheltered, "sheltered": chain.sheltered}
    told |= {f"change {k}": chain.at[k][0] for k in PUBLISHED}
    return told | {f"nobody {k}": chain.at[k][2] for k in PUBLISHED if k > 12}


# --------------------------------------------------------------------------------------------- the chain
def test_the_chain_gives_the_values_on_record():
    chain = exact(True)
    for k, published in PUBLISHED.items():
        assert chain.at[k] == pytest.approx(published[:3], abs=6e-4), f"change {k}"
        # 1,000 runs of the published model lie within three of their errors
        assert abs(chain.at[k][0] - published.simio_mean) <= 3 * published.simio_sd / sqrt(1000), (
            f"change {k}"
        )
    assert (chain.unsheltered, chain.sheltered) == pytest.approx((MEAN_UNSHELTERED, MEAN_SHELTERED), abs=6e-5)


# ------------------------------------------------------------------------------------------- the engines
@RULES
def test_the_compiled_engine_agrees_with_the_chain(withdrawn):
    judge(lambda number: found(compiled, county(withdrawn=withdrawn), number), targets(withdrawn), 0.2, 800)


@RULES
@pytest.mark.deep
def test_the_compiled_engine_agrees_with_the_chain_in_many_more_runs(withdrawn):
    close = {name: value for name, value in targets(withdrawn).items() if name != "change 24"}
    judge(lambda number: found(compiled, county(withdrawn=withdrawn), number), close, 0.03, 12_000)


@RULES
def test_the_reference_agrees_with_the_chain(withdrawn):
    few = {name: targets(withdrawn)[name] for name in ("unsheltered", "sheltered", "change 12", "change 18")}
    judge(lambda number: found(reference, county(withdrawn=withdrawn), number), few, 0.2, 60)


@RULES
def test_both_engines_count_the_same_people_in_every_place(withdrawn):
    ours, theirs = (engine(county(withdrawn=withdrawn), N_PEOPLE, SEED) for engine in (reference, compiled))
    for field, one, other in zip(ours._fields, ours, theirs, strict=True):
        assert one.tobytes() == other.tobytes(), field


# ------------------------------------------------------------------------------------------------ the cut
def test_shelters_are_as_full_as_the_rule_of_a_cut_says():
    """At once under one rule; under the other never fuller than before the cut, and not refilled."""
    at_once, vacated = (compiled(county(withdrawn=rule), N_PEOPLE, SEED, 3) for rule in (True, False))
    shelter = np.array([turn[1] for turn in county(withdrawn=True).turns])
    # the census just before change k + 1 against the places after change k
    assert (at_once.census[1:, 1] <= shelter[:-1]).all()
    over = vacated.census[1:, 1] > shelter[:-1]
    cut = np.diff(shelter, prepend=shelter[0])[:-1] < 0
    assert not (over & ~cut).any()
    assert (vacated.census[1:, 1] <= np.maximum(vacated.census[:-1, 1], shelter[:-1])).all()


def test_a_lost_cut_would_be_seen():
    """Shelter places that are never closed bring unsheltered people down far beyond the error."""
    network = county(withdrawn=True)
    most = accumulate((turn[1] for turn in network.turns), max)
    turns = tuple((turn[0], places, turn[2]) for turn, places in zip(network.turns, most, strict=True))
    lost = [found(compiled, network._replace(turns=turns), number)["change 22"] for number in range(400)]
    mean, error = np.mean(lost), np.std(lost, ddof=1) / sqrt(400)
    assert abs(mean - exact(True).at[22][0]) > 5 * error
    assert abs(mean - exact(False).at[22][0]) > 5 * error


def test_the_calendar_is_that_of_the_publication():
    turns = county(withdrawn=True).turns
    assert [turn[0] for turn in turns] == [*(BETWEEN * k for k in range(34)), YEAR * YEARS]
