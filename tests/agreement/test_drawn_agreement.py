"""Whatever the configuration, both engines write the same log: configurations drawn by Hypothesis."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

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
@settings(max_examples=500, **_UNHURRIED)
@given(configurations(at_most=120))
def test_engines_agree_on_many_drawn_configurations(drawn: Drawn) -> None:
    agree(*drawn)


def test_every_kind_of_parameter_is_drawn() -> None:
    found = candidates(small())
    assert len(found) > 150
    assert {kind for kind, _ in found.values()} >= {"share", "days", "at_least_zero", "places", "yes_or_no"}
