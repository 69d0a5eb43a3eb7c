"""The rooms whose mutation score is taken: their files, the everyday tests of them, what is left out.

The tests are named by file; which of them is run against which mutant is found by running each once and
noting the lines it comes through (`tests.mutation.score`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.mutation.operators import CHECKOUT, Mutant, mutants_of


@dataclass(frozen=True)
class Room:
    """Files that belong together, and what looks after them.

    Attributes
    ----------
    files : tuple of str
        Below the checkout; a folder means all its modules.
    tests : tuple of str
        What pytest is told to collect.
    kernels : bool
        Whether its tests need the compiled engine.
    whole_runs : tuple of str
        Those of the tests (by the beginning of their name) that come through nearly everything.
    whole_runs_first : bool
        Whether these are tried before the other tests (which are then tried on what is left), or after.
    without : tuple of str
        Tests that are not collected after all, by the beginning of their name.
    longest : float
        Tests that take longer alone are not used [s].
    """

    files: tuple[str, ...]
    tests: tuple[str, ...]
    kernels: bool
    whole_runs: tuple[str, ...] = ()
    whole_runs_first: bool = True
    without: tuple[str, ...] = ()
    longest: float = 4.0

    def sources(self) -> list[Path]:
        """Every module of the room."""
        found: list[Path] = []
        for name in self.files:
            path = CHECKOUT / name
            found += sorted(path.glob("*.py")) if path.is_dir() else [path]
        return found

    def is_whole_run(self, test: str) -> bool:
        """Whether a test is one of those that are tried on every mutant."""
        return test.startswith(self.whole_runs) if self.whole_runs else False

    def mutants(self) -> list[Mutant]:
        """Every mutant of the room that counts."""
        return [
            mutant
            for file in self.sources()
            for mutant in mutants_of(file)
            if not any(mutant.name.startswith(left_out) for left_out in LEFT_OUT)
        ]


LEFT_OUT: Final = {
    "sim.engine.simulate._quiet_memory": "when Python collects garbage, which nothing can tell from a log",
    "sim.outcomes.registry": "words for readers",
    "sim.outcomes.resources": "words for readers",
}
"""Functions that are not changed, with the reason, by the beginning of the mutant's name."""

AGREEMENT: Final = "tests/agreement/test_scenario_agreement.py"
WHOLE_RUNS: Final = (
    *(f"{AGREEMENT}::test_scenario_agrees[{name}]" for name in ("bridging_homes", "leave_to_remain")),
    f"{AGREEMENT}::test_levers_agree",
    f"{AGREEMENT}::test_short_runs_agree[2014-03-31-2016-04-01]",
)
"""Whole runs of small worlds beside the compiled engine, which is not changed."""
LATER: Final = (f"{AGREEMENT}::test_levers_agree[from the policy on",)
"""The same levers once more, from the policy on only."""


def _unit(*names: str) -> tuple[str, ...]:
    return tuple(f"tests/unit/test_{name}.py" for name in names)


STORIES: Final = "tests/stories/test_rule_stories.py::test_story"
ROOMS: Final = {
    "engine": Room(
        files=("sim/engine",),
        tests=(
            *_unit("queues", "calendar", "clock", "environment", "log", "rules", "rules_units", "regions"),
            *_unit("newcomers"),
            "tests/stories/test_queued_homes.py",
            *WHOLE_RUNS,
        ),
        kernels=True,
        whole_runs=WHOLE_RUNS,
        whole_runs_first=False,
        without=LATER,
    ),
    "pathway": Room(
        files=("sim/pathway",),
        tests=(
            STORIES,
            *(f"tests/stories/test_{name}.py" for name in ("services", "status_stories", "support_stories")),
            *_unit("newcomers", "pathway_edges"),
            *WHOLE_RUNS,
        ),
        kernels=True,
        whole_runs=WHOLE_RUNS,
        without=LATER,
    ),
    "outcomes": Room(
        files=("sim/outcomes",),
        tests=(
            *(
                f"tests/unit/test_outcomes_{name}.py"
                for name in ("homes", "measure", "others_by_hand", "edges", "ties", "paired")
            ),
            *(f"tests/unit/test_outcomes_{name}.py" for name in ("people", "spells", "survival", "waits")),
            *_unit("costs", "held", "recovery", "two_cliffs"),
            "tests/stories/test_outcome_stories.py",
        ),
        kernels=False,
    ),
}
