"""``cliffedge validate``: run the history and the projections, say what is hit and missed, write the page.

Every target is printed, hit, missed or not measured. What is run stands in `plan`, what it means in
`findings`, the page in `sim.present.validation`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from sim.experiment.store import Result
    from sim.validate.findings import Findings, Projection
    from sim.validate.score import Score

RESULTS = Path("results")


def validate(
    overrides: Sequence[str], replications: int = 8, traces: int = 2, out: Path | None = None
) -> Path:
    """Set the model beside the published record.

    Parameters
    ----------
    overrides : sequence of str
        ``path=value``.
    replications : int
        Runs of the reconstruction, and members of each blind projection.
    traces : int
        Runs of each trace.
    out : Path, optional
        The results folder, by default ``./results``.

    Returns
    -------
    Path
        The folder of the result; the page in it is ``validation.html``.

    Raises
    ------
    SimError
        See `sim.validate.plan.of_validate`, `sim.experiment.runner.run` and the page.
    """
    from rich.console import Console

    from sim.experiment import runner, store
    from sim.experiment.commands import cost_in_words
    from sim.experiment.progress import watch
    from sim.present import validation
    from sim.validate.findings import findings
    from sim.validate.machinery import ValidationModel
    from sim.validate.plan import of_validate

    plan = of_validate(overrides, replications, traces)
    aside, console = Console(stderr=True), Console()
    aside.print(f"{plan.title} (seed {plan.seed})", markup=False, highlight=False, soft_wrap=True)
    root = (out or RESULTS).expanduser().absolute()
    path = runner.run(plan, ValidationModel(), root, watch=watch(aside))
    result = store.load(path)
    found = findings(result)
    console.print(targets_table(found.reconstruction))
    for line in in_words(found, result):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    page = validation.write(path, found)
    console.print(cost_in_words(result.manifest), markup=False, highlight=False, soft_wrap=True)
    console.print(f"The page: {page}", markup=False, highlight=False, soft_wrap=True)
    return path


def targets_table(scores: Sequence[Score]) -> Table:
    """Every target with its interval and verdict."""
    from rich.table import Table

    from sim.validate.words import interval_of, shown

    table = Table(title="Reconstruction: every published target", title_justify="left", pad_edge=False)
    for heading in ("target", "when", "published", "model (least to greatest)", "verdict", "role"):
        table.add_column(heading)
    for one in scores:
        target = one.target
        table.add_row(
            target.title,
            target.as_of,
            shown(target.value, target.unit),
            interval_of(one),
            one.verdict,
            target.role.replace("_", " "),
        )
    return table


def in_words(found: Findings, result: Result) -> list[str]:
    """What the table comes to: by role, each projection beside the benchmarks, and the traces."""
    from sim.validate.words import of_projection, of_role, of_traces, warning

    lines = [warning(result.config)] if warning(result.config) else []
    lines += [of_role(role, told) for role, told in found.by_role.items()]
    lines += [sentence for one in found.projections for sentence in of_projection(one)]
    return lines + of_traces(found.traces)


__all__ = ["Projection", "in_words", "targets_table", "validate"]
