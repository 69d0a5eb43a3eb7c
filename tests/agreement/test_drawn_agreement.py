"""Whatever the configuration, both engines write the same log: configurations drawn by Hypothesis."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, seed, settings

from sim.config.compose import world
from tests.agreement.drawn import Drawn, candidates, configurations
from tests.agreement.engines import agree, small

_UNHURRIED = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,
    "database": None,
    "print_blob": False,
}


@settings(max_examples=60, **_UNHURRIED)
@given(configurations())
def test_engines_agree_on_drawn_configurations(drawn: Drawn) -> None:
    agree(*drawn)


@pytest.mark.deep
@pytest.mark.parametrize("part", range(5))
def test_engines_agree_on_many_drawn_configurations(part: int) -> None:
    @seed(part)
    @settings(max_examples=100, **_UNHURRIED)
    @given(configurations(at_most=120))
    def agrees(drawn: Drawn) -> None:
        agree(*drawn)

    agrees()


def test_every_kind_of_parameter_is_drawn() -> None:
    found = candidates(small())
    assert len(found) > 150
    assert {kind for kind, _ in found.values()} >= {"share", "days", "at_least_zero", "places", "yes_or_no"}


@pytest.mark.parametrize("rate", [1e-300, 5e-324, 1e-12, 1e-9])
def test_a_hazard_too_slow_to_reckon_counts_as_none_in_both_engines(rate: float) -> None:
    """Thresholds divided by such rates would lie beyond every number."""
    hazards = (
        *("risk.crisis_per_need_year", "places.own_home_lost_per_year"),
        "decisions.conclusive_grounds.closure_per_quarter",
    )
    before = world(small(), dict.fromkeys(hazards, 0))
    slow = world(before, dict.fromkeys(hazards, rate))
    log = agree(slow, slow)
    assert log.digest() == agree(before, before).digest()
