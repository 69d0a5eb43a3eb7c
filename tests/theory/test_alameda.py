"""Alameda County in both engines against the exact chain, by the rule of `tests.judged`; the cut matters.

Published: shelter places that are closed vanish at once. The pathway closes a place when it is vacated. In
the published calendar both come to the same, since homes open on the same days; without these they part, and
each has its own exact answer. A published re-implementation lost the cut, which would be seen. False alarms:
at most 2.3e-5 for each of some 60 comparisons.
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
    HOUSING_AFTER,
    MEAN_SHELTERED,
    MEAN_UNSHELTERED,
    NO_MORE_HOMES,
    PUBLISHED,
    YEAR,
    YEARS,
    Exact,
    county,
)
from tests.theory.alameda import exact as work_out

SEED = 20260401
N_PEOPLE = 500
CALENDARS = {"published": HOUSING_AFTER, "no more homes": NO_MORE_HOMES}
RULES = pytest.mark.parametrize("withdrawn", [True, False], ids=["vanish at once", "close when vacated"])
BOTH = pytest.mark.parametrize("homes", CALENDARS)


@cache
def exact(withdrawn: bool, homes: str = "published") -> Exact:
    return work_out(withdrawn=withdrawn, homes=CALENDARS[homes])


def network_of(withdrawn: bool, homes: str = "published") -> Network:
    return county(withdrawn=withdrawn, homes=CALENDARS[homes])


def found(engine, network: Network, number: int) -> dict[str, float]:
    """Unsheltered and sheltered just before a change, and over six years."""
    visits = engine(network, N_PEOPLE, SEED, number)
    assert visits.came.max() > YEAR * YEARS
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


def targets(withdrawn: bool, homes: str) -> dict[str, float]:
    chain = exact(withdrawn, homes)
    told = {"unsheltered": chain.unsheltered, "sheltered": chain.sheltered}
    told |= {f"change {k}": chain.at[k][0] for k in PUBLISHED}
    if homes != "published" and withdrawn:
        del told["sheltered"]  # shelters are always full: no matter of chance
    if homes == "published":
        told |= {f"nobody {k}": chain.at[k][2] for k in PUBLISHED if k > 12}
    return told


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


def test_the_two_rules_of_a_cut_part_only_where_no_homes_open():
    for k in range(1, 35):
        assert exact(False).at[k] == pytest.approx(exact(True).at[k], abs=1e-9)
    at_once, vacated = exact(True, "no more homes"), exact(False, "no more homes")
    assert vacated.unsheltered < at_once.unsheltered - 0.5
    total = at_once.unsheltered + at_once.sheltered
    assert vacated.unsheltered + vacated.sheltered == pytest.approx(total)


# ------------------------------------------------------------------------------------------- the engines
@RULES
@BOTH
def test_the_compiled_engine_agrees_with_the_chain(withdrawn, homes):
    network = network_of(withdrawn, homes)
    judge(lambda number: found(compiled, network, number), targets(withdrawn, homes), 0.2, 600)


@RULES
@BOTH
@pytest.mark.deep
def test_the_compiled_engine_agrees_with_the_chain_in_many_more_runs(withdrawn, homes):
    network, close = network_of(withdrawn, homes), targets(withdrawn, homes)
    judge(lambda number: found(compiled, network, number), close, 0.07, 4_000)


@RULES
@BOTH
def test_the_reference_agrees_with_the_chain(withdrawn, homes):
    network, chain = network_of(withdrawn, homes), targets(withdrawn, homes)
    few = {name: chain[name] for name in ("unsheltered", "change 12", "change 18")}
    judge(lambda number: found(reference, network, number), few, 0.2, 40)


@RULES
@BOTH
def test_both_engines_count_the_same_people_in_every_place(withdrawn, homes):
    network = network_of(withdrawn, homes)
    ours, theirs = (engine(network, N_PEOPLE, SEED) for engine in (reference, compiled))
    for field, one, other in zip(ours._fields, ours, theirs, strict=True):
        assert one.tobytes() == other.tobytes(), field


# ------------------------------------------------------------------------------------------------ the cut
def test_shelters_are_as_full_as_the_rule_of_a_cut_says():
    """At once under one rule; under the other nobody is turned out, and nobody comes in meanwhile."""
    at_once, vacated = (
        compiled(network_of(rule, "no more homes"), N_PEOPLE, SEED, 3) for rule in (True, False)
    )
    shelter = np.array([turn[1] for turn in network_of(True).turns])
    # the census just before change k + 1 against the places after change k
    assert (at_once.census[1:, 1] <= shelter[:-1]).all()
    over = vacated.census[1:, 1] > shelter[:-1]
    assert over.any()
    assert (vacated.census[1:, 1] <= np.maximum(vacated.census[:-1, 1], shelter[:-1])).all()


def test_a_lost_cut_would_be_seen():
    """Shelter places that never close bring unsheltered people down far beyond the error."""
    network = network_of(True)
    most = accumulate((turn[1] for turn in network.turns), max)
    turns = tuple((turn[0], places, turn[2]) for turn, places in zip(network.turns, most, strict=True))
    lost = [found(compiled, network._replace(turns=turns), number)["change 22"] for number in range(400)]
    mean, error = np.mean(lost), np.std(lost, ddof=1) / sqrt(400)
    assert abs(mean - exact(True).at[22][0]) > 5 * error


def test_the_calendar_is_that_of_the_publication():
    turns = network_of(True).turns
    assert [turn[0] for turn in turns] == [*(BETWEEN * k for k in range(34)), YEAR * YEARS]
