"""``cliffedge study calibrate``: say what goes on, print what remains and what does not, write the page.

What is run stands in `carry_out`, the words of the result here and in `sim.present.calibration`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import SimError

if TYPE_CHECKING:
    from rich.table import Table

    from sim.calibrate.carry_out import Calibration


def calibrate(
    overrides: Sequence[str],
    folder: Path | None,
    up_to: str,
    waves: int,
    points: int,
    replications: int,
    seed: int | None,
    cut: float,
    nth: int,
    workers: int | None,
) -> Path:
    """Match history and show what remains; `sim.calibrate.carry_out.calibrate` says how.

    Returns
    -------
    Path
        The folder; the page in it is ``calibration.html``.

    Raises
    ------
    SimError
        If anything given is mistaken.
    """
    from rich.console import Console

    from sim.calibrate.carry_out import calibrate as carry_out
    from sim.calibrate.match import Rules
    from sim.calibrate.words import sentences
    from sim.present.calibration import write

    try:
        day = date.fromisoformat(up_to)
    except ValueError:
        raise SimError(f"--up-to {up_to}; allowed: a day; nearest: --up-to 2022-12-31") from None
    if seed is None:
        from sim.config.compose import baseline

        seed = baseline().experiment.seed
    if workers is not None and workers < 1:
        raise SimError(f"--workers {workers}; allowed: 1 or more; nearest: --workers 1")
    rules = Rules(waves=waves, points=points, replications=replications, seed=seed, cut=cut, nth=nth)
    aside, console = Console(stderr=True), Console()

    def tell(text: str) -> None:
        aside.print(text, markup=False, highlight=False, soft_wrap=True)

    def progress(done: int, of: int) -> None:
        if aside.is_terminal:
            aside.print(f"  {done} of {of} runs", end="\r", markup=False, highlight=False)

    where = folder or Path("results") / "calibration"
    found = carry_out(overrides, rules, where, day, workers, tell, progress)
    console.print(left_table(found))
    for line in sentences(found):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print(f"The page: {write(found)}", markup=False, highlight=False, soft_wrap=True)
    return found.folder


def left_table(found: Calibration) -> Table:
    """Every figure: published, shipped, how implausible, and how much it rules out in the last wave."""
    from rich.table import Table

    from sim.calibrate.words import goal_rows

    head, rows = goal_rows(found)
    table = Table(title="Published figures and what they rule out", title_justify="left", pad_edge=False)
    for heading in head:
        table.add_column(heading)
    for row in rows:
        table.add_row(*row)
    return table
