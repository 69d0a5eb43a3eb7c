"""The error family: its message, its exit code, and its way home from a worker process."""

import pickle

import pytest

from sim.errors import SimError


def test_bad_input_ends_with_code_2_unless_said_otherwise() -> None:
    assert SimError("days = -3; allowed: 0 or more").exit_code == 2
    assert SimError("disk full", exit_code=1).exit_code == 1


def test_a_subclass_sets_its_own_code() -> None:
    class Interrupted(SimError):
        exit_code = 130

    assert Interrupted("stopped").exit_code == 130
    assert Interrupted("stopped", exit_code=1).exit_code == 1


@pytest.mark.parametrize("code", [None, 1])
def test_an_error_from_a_worker_arrives_whole(code: int | None) -> None:
    sent = SimError("replication 3 failed, seed 20140101", exit_code=code)
    arrived = pickle.loads(pickle.dumps(sent))
    assert str(arrived) == "replication 3 failed, seed 20140101"
    assert arrived.exit_code == sent.exit_code
