"""A worker keeps the memory that one scenario has freed for the next."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from tests.dependencies import ROOT

CODE = """
import sys
import numpy as np
from sim.experiment.unit import keep_memory

def resident():
    for line in open("/proc/self/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024

if sys.argv[1] == "keep":
    keep_memory()
before = resident()
much = np.ones(100 * 2**20, np.uint8)
del much
print(resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_memory_that_was_freed_stays_with_a_worker() -> None:
    kept, given_back = (
        float(
            subprocess.run(
                [sys.executable, "-c", CODE, word], cwd=ROOT, capture_output=True, text=True, check=True
            ).stdout
        )
        for word in ("keep", "not")
    )
    assert kept > 90.0
    assert given_back < 10.0


def test_where_it_cannot_be_told_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.experiment.unit import keep_memory

    monkeypatch.setattr(sys, "platform", "darwin")
    keep_memory()
