"""`cliffedge compare --precision`: read what was asked, grow the experiment, and say whether it was reached.

The rule is in `sim.experiment.precision` and the growing in `sim.experiment.growing`; the page is made by
`sim.present.precision`, from the stored result alone.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sim.errors import SimError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from sim.experiment.growing import Grown
    from sim.experiment.plan import Plan
    from sim.experiment.precision import Method, Rule, Target


def rule_of(
    asked: Sequence[str], minimum: int, maximum: int, look_ahead: int, interval: str, together: bool
) -> Rule:
    """The stopping rule from what was typed.

    Parameters
    ----------
    asked : sequence of str
        ``METRIC=HALF-WIDTH``, the width in the measure's unit, or ``METRIC=SHARE%`` of today's level.

    Raises
    ------
    SimError
        If one cannot be read, is given twice, or a number is out of range; names the nearest valid thing.
    """
    from sim.experiment.precision import Rule

    targets = tuple(map(_target, asked))
    names = [target.metric for target in targets]
    for name in names:
        if names.count(name) > 1:
            raise SimError(f"--precision {name} is given {names.count(name)} times; allowed: once")
    return Rule(targets, minimum, maximum, look_ahead, cast("Method", interval), together)


def _target(text: str) -> Target:
    """One measure and its half-width."""
    from sim.experiment.growing import unknown_metric
    from sim.experiment.precision import Target
    from sim.outcomes.registry import METRICS

    metric, _, width = (part.strip() for part in text.partition("="))
    of_today = width.endswith("%")
    try:
        number = float(width.removesuffix("%")) / (100 if of_today else 1)
    except ValueError:
        number = math.nan
    if not metric or not (math.isfinite(number) and number > 0):
        raise SimError(
            f"--precision {text}: allowed: METRIC=HALF-WIDTH with a number above 0 in the measure's unit (a "
            "share as 0.01 for one percentage point), or a percentage of today's level; nearest: "
            f"--precision {metric or 'insecure_days_year_1'}=1%"
        )
    if metric not in METRICS:
        raise unknown_metric(metric, set(METRICS))
    return Target(metric, number, of_today)


def compare(
    overrides: Sequence[str], scenarios: Sequence[str], out: Path | None, events: bool, rule: Rule
) -> Path:
    """Compare options with today's rules in as many replications as the rule asks for.

    Returns
    -------
    Path
        The folder of the result, that of an ordinary comparison with so many replications.

    Raises
    ------
    SimError
        See `sim.experiment.plan.of_compare`, `sim.experiment.growing.grow`; or if
        ``experiment.replications`` is set as well.
    """
    from rich.console import Console

    from sim.experiment import commands, plan, store
    from sim.experiment.growing import grow
    from sim.experiment.machinery import NationalModel
    from sim.experiment.progress import watch

    for override in overrides:
        if override.partition("=")[0].strip().lstrip("+~") == "experiment.replications":
            raise SimError(
                f"{override} and --precision: the precision decides how many replications there are. "
                "Allowed: one of the two; nearest: --max in place of experiment.replications"
            )

    def planned(replications: int) -> Plan:
        return plan.of_compare(
            [*overrides, f"experiment.replications={replications}"], scenarios, events=events
        )

    aside, console = Console(stderr=True), Console()
    aside.print(
        f"Replications to a precision: {rule.minimum} to {rule.maximum}", markup=False, highlight=False
    )
    grown = grow(
        planned, rule, NationalModel(), (out or commands.RESULTS).expanduser().absolute(), watch(aside)
    )
    commands.tell_comparison(store.load(grown.path), console)
    console.print(intervals_table(grown, rule))
    from sim.present import precision as page

    console.print(page.verdict_in_words(rule, grown.verdict, grown.narrowings), markup=False, highlight=False)
    written = page.write(grown.path)
    console.print(f"How precise it is: {written}", markup=False, highlight=False, soft_wrap=True)
    return grown.path


def intervals_table(grown: Grown, rule: Rule) -> Table:
    """Every interval asked for: how wide it is and how wide it may be."""
    from rich.table import Table

    from sim.present.precision import Narrow, what_it_covers

    table = Table(
        title="How precise each difference is",
        title_justify="left",
        caption=what_it_covers(rule, len(grown.narrowings)),
        caption_justify="left",
        pad_edge=False,
    )
    table.add_column("outcome")
    table.add_column("option")
    for heading in ("difference", "interval", "half-width", "asked for"):
        table.add_column(heading, justify="right")
    for each in grown.narrowings:
        table.add_row(*Narrow.of(each, grown.path).cells)
    return table
