"""`cliffedge run` and `cliffedge compare`: plan, carry out, store, and say at the terminal what came out.

Progress goes to standard error, results to standard output. The page is written and the sentences are made
by `sim.present`, from the stored result alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table

    from sim.experiment.compare import Comparison, Difference
    from sim.experiment.machinery import Model
    from sim.experiment.plan import Plan
    from sim.experiment.precision import Rule
    from sim.experiment.store import Result

RESULTS = Path("results")


def run(overrides: Sequence[str], scenarios: Sequence[str], out: Path | None = None) -> Path:
    """Run one scenario, by default in one replication, and print its headline outcomes.

    Parameters
    ----------
    overrides : sequence of str
        ``path=value``.
    scenarios : sequence of str
        Names that make one combined scenario; none means today's rules.
    out : Path, optional
        The results folder, by default ``./results``.

    Returns
    -------
    Path
        The folder of the result.

    Raises
    ------
    SimError
        See `sim.experiment.plan.of_run` and `sim.experiment.runner.run`.
    """
    from sim.experiment import plan

    result, console = _carry_out(plan.of_run(overrides, scenarios), out)
    console.print(levels_table(result))
    _say_cost(console, result)
    return result.path


def compare(
    overrides: Sequence[str],
    scenarios: Sequence[str],
    out: Path | None = None,
    events: bool = False,
    rule: Rule | None = None,
) -> Path:
    """Compare options with today's rules, print the comparison and write its page.

    Parameters
    ----------
    overrides : sequence of str
        ``path=value``.
    scenarios : sequence of str
        If any, this one combination is the only option; else those of ``experiment.options``.
    out : Path, optional
        The results folder, by default ``./results``.
    events : bool
        Keep the event logs of the central world.
    rule : Rule, optional
        Add replications until it says stop, in place of ``experiment.replications``.

    Returns
    -------
    Path
        The folder of the result.

    Raises
    ------
    SimError
        See `sim.experiment.plan.of_compare` and `sim.experiment.runner.run`.
    """
    from sim.experiment import plan, precise

    if rule is not None:
        return precise.compare(overrides, scenarios, out, events, rule)
    result, console = _carry_out(plan.of_compare(overrides, scenarios, events=events), out)
    tell_comparison(result, console)
    return result.path


def tell_comparison(result: Result, console: Console) -> None:
    """Print a comparison, write its page and say where it is."""
    from sim.experiment.compare import compare as compared
    from sim.present import page

    console.print(differences_table(compared(result)))
    for sentence in sentences(result):
        console.print(sentence, markup=False, highlight=False)
    _say_cost(console, result)
    written = page.write(result.path)
    console.print(f"The page: {written}", markup=False, highlight=False, soft_wrap=True)


def _carry_out(plan: Plan, out: Path | None, model: Model | None = None) -> tuple[Result, Console]:
    """Run what is not there yet; the stored result, and a console to speak to."""
    from rich.console import Console

    from sim.experiment import runner, store
    from sim.experiment.machinery import NationalModel
    from sim.experiment.progress import watch

    aside, console = Console(stderr=True), Console()
    root = (out or RESULTS).expanduser().absolute()
    was_there = store.is_whole(root / plan.run_id)
    aside.print(f"{plan.title} (seed {plan.seed})", markup=False, highlight=False, soft_wrap=True)
    path = runner.run(plan, model or NationalModel(), root, watch=watch(aside))
    if was_there:
        aside.print(
            "Nothing had to be run: this configuration, source and seed were run before. The stored result "
            f"is shown; delete {path} to run it again.",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    return store.load(path), console


def sentences(result: Result) -> list[str]:
    """What changed, in words."""
    from sim.present import read, words

    stored = read.load(result.path)
    return words.headline(read.effects(stored, stored.headline))


def levels_table(result: Result) -> Table:
    """The headline outcomes of every scenario, as means over replications."""
    from rich.table import Table

    from sim.experiment.compare import ALL, COST, HEADLINE
    from sim.experiment.plan import CENTRAL
    from sim.present.names import metric_name
    from sim.present.words import number

    table = Table(title="Headline outcomes", title_justify="left", pad_edge=False)
    table.add_column("outcome")
    for name in result.names:
        table.add_column(result.title_of(name), justify="right")
    rows = result.outcomes
    shown = (rows["family"] == HEADLINE) | (rows["metric"] == COST)
    rows = rows[(rows["world"] == CENTRAL) & shown & (rows["group"] == ALL)]
    for metric in dict.fromkeys(rows["metric"].astype(str)):
        of_metric = rows[rows["metric"] == metric]
        cells = []
        for name in result.names:
            value = of_metric[of_metric["scenario"] == name]["value"].mean()
            cells.append(number(float(value), str(of_metric["unit"].iloc[0])))
        table.add_row(metric_name(metric).title, *cells)
    return table


def differences_table(comparison: Comparison) -> Table:
    """Every option's headline differences, with the interval from chance and the band from assumptions."""
    from rich.table import Table

    from sim.present.names import metric_name
    from sim.present.words import number

    runs, band_runs = (
        f"{count} replication{'s' * (count != 1)}"
        for count in (comparison.replications, comparison.band_replications)
    )
    table = Table(
        title="What each option changes against today's rules",
        title_justify="left",
        caption=f"95% interval: chance alone, {runs}. Range over assumptions: the difference with "
        f"each uncertain input set low and high in turn, {band_runs}, centred on the difference. "
        "Nobody in casework can return on record, so longer support lowers recorded returns partly by "
        "putting them off.",
        caption_justify="left",
        pad_edge=False,
    )
    table.add_column("outcome")
    for heading in ("today", "difference", "95% interval", "assumption band"):
        table.add_column(heading, justify="right")
    for option, title in comparison.options.items():
        table.add_section()
        table.add_row(f"[bold]{_escaped(title)}[/bold]")
        for each in (*comparison.headline(option), *comparison.public_cost(option)):
            today = "" if each.baseline is None else number(each.baseline, each.unit)
            table.add_row("  " + _escaped(metric_name(each.metric).title), today, *_cells(each))
    return table


def _cells(difference: Difference) -> tuple[str, str, str]:
    """A difference, its interval and its band, as a table shows them."""
    from sim.present.words import signed

    unit = difference.unit
    if difference.mean is None:
        return "not measured", "", ""
    low, high, band = difference.low, difference.high, difference.band_range
    return (
        signed(difference.mean, unit),
        "one run: none" if low is None or high is None else f"{signed(low, unit)} to {signed(high, unit)}",
        "not run" if band is None else f"{signed(band[0], unit)} to {signed(band[1], unit)}",
    )


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def cost_in_words(manifest: dict[str, Any]) -> str:
    """What a result took: runs, time, events per person, memory."""
    from sim.experiment.progress import in_words

    per_person = manifest["events_per_person"]
    peak = manifest["peak_memory_mib"]
    return (
        f"{len(manifest['runs'])} runs in {in_words(manifest['timings']['seconds'])}, "
        f"{manifest['workers']} at a time; "
        f"{'no' if per_person is None else f'{per_person:.1f}'} events per person; "
        f"peak memory of a process {f'{peak:,.0f} MiB' if peak else 'not known here'}."
    )


def _say_cost(console: Console, result: Result) -> None:
    """The last lines: what it took, and where it is."""
    console.print(cost_in_words(result.manifest), markup=False, highlight=False, soft_wrap=True)
    console.print(f"The result: {result.path}", markup=False, highlight=False, soft_wrap=True)
