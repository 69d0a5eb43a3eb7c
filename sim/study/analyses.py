"""`cliffedge study sensitivity|uncertainty|choice|budget|solve`: read what is asked, run it, write its page.

Progress goes to standard error, what was found to standard output.
"""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sim.errors import SimError

if TYPE_CHECKING:
    from sim.study.asking import Asked, Findings
    from sim.study.uncertainty import Benefit

RESULTS: Final = Path("results")
PRIMARY: Final = "insecure_days_year_1"
COST: Final = "cost_public"

World = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PATH=VALUE]...", help="What holds in the whole study.", show_default=False),
]
Out = Annotated[Path, typer.Option("--out", help="Folder that runs and results go to.")]
Replications = Annotated[int, typer.Option("--replications", help="Runs of each setting.")]
Seed = Annotated[int, typer.Option("--seed", help="Of the runs and of the design.")]
Workers = Annotated[int, typer.Option("--workers", help="Processes at a time; 0 for one a core.")]
MetricName = Annotated[str, typer.Option("--metric", metavar="METRIC", help="The measure.")]
Options = Annotated[
    list[str] | None,
    typer.Option(
        "--option", metavar="NAME[+NAME]", help="A scenario, some together, or PATH=VALUE; again for more."
    ),
]
Vary = Annotated[
    list[str] | None,
    typer.Option("--vary", metavar="PATH[=LOW:HIGH]", help="Vary these only; else all that is assumed."),
]
Draws = Annotated[int, typer.Option("--draws", help="Settings drawn from the ranges.")]
Calibrated = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        metavar="FILE|FOLDER",
        help="Settings in place of drawn ones: one a line, or a calibration's folder.",
    ),
]
Pounds = Annotated[
    float | None,
    typer.Option("--pounds", help="What avoiding one unit of the measure is worth to you, in pounds."),
]
CostName = Annotated[str, typer.Option("--cost", metavar="METRIC", help="Whose money counts.")]


def register_on(group: typer.Typer) -> None:
    """Add the verbs to a group of commands."""
    for verb in (sensitivity, uncertainty, choice, budget, solve):
        group.command()(verb)


def sensitivity(
    overrides: World = None,
    option: Annotated[str, typer.Option("--option", help="Of its difference; else of today's level.")] = "",
    metric: MetricName = PRIMARY,
    vary: Vary = None,
    trajectories: Annotated[int, typer.Option("--trajectories", help="Of Morris.")] = 10,
    most: Annotated[int, typer.Option("--most", help="Parameters that go on to tornado and Sobol.")] = 8,
    rows: Annotated[int, typer.Option("--rows", help="Rows for Sobol, a power of two; 0 leaves it out.")] = 0,
    replications: Replications = 4,
    seed: Seed = 1,
    workers: Workers = 0,
    out: Out = RESULTS,
) -> None:
    """Say which assumptions move a figure: Morris over all, tornado, Sobol, structures switched."""
    from sim.study import sensitivity as analysis
    from sim.study.asking import Option
    from sim.study.varied import assumed, chosen

    asked = _asked(overrides, [metric], replications, seed, workers, out)
    varied = chosen(vary, asked.world) if vary else assumed(asked.world)
    which = Option.of(option) if option else None
    _tell(
        asked,
        analysis.study(asked, varied, metric, which, trajectories=trajectories, most=most, rows=rows),
    )


def uncertainty(
    overrides: World = None,
    option: Options = None,
    metric: Annotated[list[str] | None, typer.Option("--metric", help="A measure; again for more.")] = None,
    vary: Vary = None,
    draws: Draws = 64,
    settings: Calibrated = None,
    structure: Annotated[
        list[str] | None,
        typer.Option("--structure", metavar="PATH=VALUE", help="Another structure beside the central one."),
    ] = None,
    pounds: Pounds = None,
    cost: CostName = COST,
    replications: Replications = 4,
    seed: Seed = 1,
    workers: Workers = 0,
    out: Out = RESULTS,
) -> None:
    """Split what is not known into parameters, structure and chance; say what knowing more is worth."""
    from sim.study import uncertainty as analysis
    from sim.study.asking import options_of

    metrics = metric or [PRIMARY]
    asked = _asked(overrides, [*metrics, cost], replications, seed, workers, out)
    _tell(
        asked,
        analysis.study(
            asked,
            _settings(asked, vary, draws, settings),
            options_of(option or ()),
            metrics,
            structure or (),
            _benefit(metrics[0], cost, pounds),
        ),
    )


def choice(
    overrides: World = None,
    option: Options = None,
    metric: MetricName = PRIMARY,
    vary: Vary = None,
    draws: Draws = 64,
    settings: Calibrated = None,
    pounds: Pounds = None,
    cost: CostName = COST,
    replications: Replications = 4,
    seed: Seed = 1,
    workers: Workers = 0,
    out: Out = RESULTS,
) -> None:
    """Compare options by regret across plausible worlds: what is lost if another world is true."""
    from sim.study import choosing
    from sim.study.asking import options_of

    asked = _asked(overrides, [metric, cost], replications, seed, workers, out)
    worlds = _settings(asked, vary, draws, settings)
    benefit = _benefit(metric, cost, pounds)
    _tell(asked, choosing.across_worlds(asked, worlds, options_of(option or (), 2), metric, benefit))


def budget(
    pounds_a_year: Annotated[float, typer.Option("--pounds-a-year", help="The budget.")],
    survivors: Annotated[float, typer.Option("--survivors", help="Positive decisions a year to pay for.")],
    overrides: World = None,
    option: Options = None,
    metric: MetricName = PRIMARY,
    cost: CostName = COST,
    most: Annotated[int, typer.Option("--most", help="Options in a package.")] = 2,
    replications: Replications = 8,
    seed: Seed = 1,
    workers: Workers = 0,
    out: Out = RESULTS,
) -> None:
    """Find the best package of options that a budget pays for."""
    from sim.study import choosing
    from sim.study.asking import options_of

    asked = _asked(overrides, [metric, cost], replications, seed, workers, out)
    _positive("--pounds-a-year", pounds_a_year)
    _positive("--survivors", survivors)
    _in_pounds(cost)
    parts = options_of(option or (), 2)
    if not 1 <= most <= len(parts):
        raise SimError(
            f"--most = {most}; allowed: 1 to {len(parts)}, the number of options; "
            f"nearest: {min(max(most, 1), len(parts))}"
        )
    _tell(asked, choosing.budget(asked, parts, metric, cost, pounds_a_year, survivors, most))


def solve(
    parameter: Annotated[str, typer.Argument(metavar="PATH=LOW:HIGH", help="What is searched, and where.")],
    overrides: World = None,
    target: Annotated[float, typer.Option("--target", help="The level, or with --against the lead.")] = 0.0,
    option: Annotated[str, typer.Option("--option", help="Under this option; else today's rules.")] = "",
    against: Annotated[str, typer.Option("--against", help="The option less this one, or today.")] = "",
    metric: MetricName = PRIMARY,
    replications: Replications = 8,
    seed: Seed = 1,
    workers: Workers = 0,
    out: Out = RESULTS,
) -> None:
    """Find the setting at which a measure meets a target, or one option's lead over another ends."""
    from sim.config.evidence import register
    from sim.study import solving
    from sim.study.asking import Option
    from sim.study.varied import chosen

    asked = _asked(overrides, [metric], replications, seed, workers, out)
    if not math.isfinite(target):
        raise SimError(f"--target = {target:g}; allowed: a number, in the unit of {metric}")
    (over,) = chosen([parameter], asked.world, kind=None)
    kind = register().kind(over.path)
    if kind == "run":
        raise SimError(f"{over.path}: is a setting of the run; allowed: a parameter of the world, or a lever")
    first, second = (Option.of(words) if words else None for words in (option, against))
    found = solving.study(asked, over, metric, target, first, second, is_lever=kind == "lever")
    _tell(asked, found)


def _asked(
    overrides: Sequence[str] | None,
    metrics: Sequence[str],
    replications: int,
    seed: int,
    workers: int,
    out: Path,
) -> Asked:
    """What is common to all verbs, checked before anything is run."""
    from sim.config.compose import baseline
    from sim.study.asking import Asked
    from sim.study.points import OWN
    from sim.study.rows import check_metrics

    check_metrics(metrics)
    if workers < 0:
        raise SimError(f"workers = {workers}; allowed: 0 (one a core) or more; nearest: 0")
    if not 0 <= seed < 2**63:
        raise SimError(f"seed = {seed}; allowed: 0 to 2**63 - 1; nearest: {min(max(seed, 0), 2**63 - 1)}")
    world = tuple(overrides or ())
    for text in world:
        if text.lstrip("+").startswith(("scenarios=", "option.")):
            name, _, value = text.lstrip("+").removeprefix("option.").partition("=")
            nearest = f"--option={value}" if name == "scenarios" else f"--option={name}={value}"
            raise SimError(f"{text}: options of a study are named apart from the world; nearest: {nearest}")
        name, _, value = text.lstrip("+").partition("=")
        if name in OWN:
            short = name.removeprefix("experiment.")
            known = short in ("replications", "seed", "workers")
            nearest = f"--{short}={value}" if known else f"leave {text} away"
            raise SimError(f"{text}: is decided by the study itself; nearest: {nearest}")
    baseline(world)
    last = [0]

    def progress(there: int, of: int) -> None:
        if there == of or there - last[0] >= max(1, of // 20):
            last[0] = there % of if of else 0
            typer.echo(f"{there} of {of} runs", err=True)

    command = shlex.join(["cliffedge", *sys.argv[1:]])
    folder = out.expanduser().absolute()
    return Asked(folder, world, replications, seed, workers or None, command, progress)


def _settings(
    asked: Asked, vary: Sequence[str] | None, draws: int, file: Path | None
) -> list[tuple[str, ...]]:
    """Draws from the ranges, or those of a file."""
    from sim.study.given import calibrated
    from sim.study.varied import assumed, chosen, drawn

    if file is not None:
        if vary:
            raise SimError("--vary and --settings say two things about the same; give one of them")
        return calibrated(file, asked.world)
    if draws < 3:
        raise SimError(f"draws = {draws}; allowed: 3 or more; nearest: 3")
    return drawn(chosen(vary, asked.world) if vary else assumed(asked.world), draws, asked.seed)


def _benefit(metric: str, cost: str, pounds: float | None) -> Benefit | None:
    from sim.outcomes.registry import metric as registered
    from sim.study.uncertainty import Benefit

    if pounds is None:
        return None
    _positive("--pounds", pounds)
    _in_pounds(cost)
    if registered(metric).better != "lower":
        raise SimError(f"--pounds values what is avoided, and {metric} is not to be avoided; choose another")
    return Benefit(metric, cost, pounds)


def _in_pounds(cost: str) -> None:
    """Refuse as a cost what is not counted in pounds for a survivor."""
    from sim.outcomes.registry import METRICS
    from sim.outcomes.registry import metric as registered

    if registered(cost).unit != "£":
        there = ", ".join(one.name for one in METRICS.values() if one.unit == "£")
        raise SimError(
            f"--cost {cost}: is counted in {registered(cost).unit}; allowed, in pounds a survivor: {there}"
        )


def _positive(name: str, value: float) -> None:
    """Refuse what is no number above 0."""
    if not (math.isfinite(value) and value > 0):
        raise SimError(f"{name} = {value:g}; allowed: a number above 0")


def _tell(asked: Asked, found: Findings) -> None:
    """Write the findings and their page; say the answer and where it is."""
    from sim.present.study import answer, write

    folder = found.write(asked.folder)
    page = write(folder)
    for words in answer(found):
        typer.echo(words)
    typer.echo(f"The page: {page}")
