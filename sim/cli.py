"""The command line: verbs only. What a verb does stands in ``sim.commands`` and ``sim.experiment``.

Importing this module loads neither a model nor a heavy library, so that help comes at once; each verb imports
what it needs when it is called.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sim import __version__
from sim.errors import SimError
from sim.study import analyses

INTERRUPTED = 130

app = typer.Typer(
    name="cliffedge",
    help="What happens to survivors of modern slavery after the decision, and what support changes. "
    "Everyone in the model is synthetic.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

fitting = typer.Typer(
    name="fit", help="Read inputs from a file that you hold.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(fitting)

studying = typer.Typer(
    name="study", help="Run and analyse designs of many points.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(studying)
analyses.register_on(studying)

Overrides = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH=VALUE]...",
        help="Parameters to change, for example experiment.replications=8, and "
        "scenarios=[priority_need,local_connection_exempt] for one option made of these stories.",
        show_default=False,
    ),
]
Out = Annotated[Path, typer.Option("--out", help="Folder that results go to.")]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cliffedge {__version__}")
        raise typer.Exit


@app.callback()
def cliffedge(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end."),
    ] = False,
) -> None:
    """Take the options that stand before a verb."""


@app.command(name="run")
def run_(overrides: Overrides = None, out: Out = Path("results")) -> None:
    """Run one scenario (the baseline unless scenarios=... is given) and show its outcomes."""
    from sim.config.overrides import split_scenarios
    from sim.experiment import commands

    rest, names = split_scenarios(overrides or ())
    commands.run(rest, names, out)


@app.command()
def compare(
    overrides: Overrides = None,
    out: Out = Path("results"),
    events: Annotated[bool, typer.Option("--events", help="Keep the event logs too.")] = False,
    precision: Annotated[
        list[str] | None,
        typer.Option(
            "--precision",
            metavar="METRIC=HALF-WIDTH",
            help="Add replications until the 95% interval of this difference is so narrow, in its unit or as "
            "1% of today's level; may be given again.",
            show_default=False,
        ),
    ] = None,
    minimum: Annotated[int, typer.Option("--min", help="With --precision: fewest replications.")] = 10,
    maximum: Annotated[int, typer.Option("--max", help="With --precision: most replications.")] = 200,
    look_ahead: Annotated[
        int, typer.Option("--look-ahead", help="With --precision: it must hold for so many more.")
    ] = 5,
    interval: Annotated[
        str, typer.Option("--interval", metavar="t|bootstrap", help="With --precision: which interval.")
    ] = "t",
    together: Annotated[
        bool, typer.Option("--together", help="With --precision: all intervals hold at once (Bonferroni).")
    ] = False,
) -> None:
    """Compare today's rules with the options of experiment.options, or with the one given as scenarios=..."""
    from sim.config.overrides import split_scenarios
    from sim.experiment import commands

    rest, names = split_scenarios(overrides or ())
    if precision:
        from sim.experiment.precise import rule_of

        rule = rule_of(precision, minimum, maximum, look_ahead, interval, together)
        commands.compare(rest, names, out, events, rule)
    elif (minimum, maximum, look_ahead, interval, together) != (10, 200, 5, "t", False):
        raise SimError(
            "--min, --max, --look-ahead, --interval and --together say how a precision is reached, and none "
            "was asked for. Allowed: together with --precision; nearest: --precision insecure_days_year_1=1"
        )
    else:
        commands.compare(rest, names, out, events)


MetricNames = Annotated[
    list[str] | None,
    typer.Option("--metric", metavar="NAME", help="Keep this metric; may be repeated.", show_default=False),
]
GroupNames = Annotated[
    list[str] | None,
    typer.Option("--group", metavar="NAME", help="... of this group, as sex=female.", show_default=False),
]
Shard = Annotated[
    str, typer.Option("--shard", metavar="I/N", help="Run this share; shards meet in one folder.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say how many runs, how long and how much disk; run one to know.")
]


@app.command()
def sweep(
    overrides: Overrides = None,
    out: Out = Path("results"),
    metric: MetricNames = None,
    group: GroupNames = None,
    shard: Shard = "",
    dry_run: DryRun = False,
) -> None:
    """Run every combination of values: path=a,b path=range(1,5) scenarios=glob(*), as Hydra's multirun does.

    option.PATH=a,b varies the option alone. executor=local|serial|dask says where the work is done.
    """
    from sim.study import commands

    options = {"metrics": metric or (), "groups": group or (), "shard": shard, "dry_run": dry_run}
    commands.sweep(overrides or (), out, **options)


@studying.command(name="run")
def study_run(
    design: Annotated[Path, typer.Argument(metavar="DESIGN", help="A design: FILE.yaml or FILE.csv.")],
    overrides: Overrides = None,
    out: Out = Path("results"),
    metric: MetricNames = None,
    group: GroupNames = None,
    shard: Shard = "",
    dry_run: DryRun = False,
) -> None:
    """Run the points of a design: factorial, Latin hypercube, Sobol points, or a CSV file of your own."""
    from sim.study import commands

    options = {"metrics": metric or (), "groups": group or (), "shard": shard, "dry_run": dry_run}
    commands.run(design, overrides or (), out, **options)


@studying.command(name="calibrate")
def study_calibrate(
    overrides: Overrides = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help="Of the calibration; by default results/calibration."),
    ] = None,
    up_to: Annotated[
        str, typer.Option("--up-to", metavar="DATE", help="Published figures of later periods are not read.")
    ] = "2022-12-31",
    waves: Annotated[int, typer.Option("--waves", help="At most so many waves.")] = 3,
    points: Annotated[int, typer.Option("--points", help="Settings that are run in a wave.")] = 160,
    replications: Annotated[int, typer.Option("--replications", help="Runs of each setting.")] = 2,
    seed: Annotated[int | None, typer.Option("--seed", help="By default experiment.seed.")] = None,
    cut: Annotated[float, typer.Option("--cut", help="Implausibility beyond which a setting is out.")] = 3.0,
    nth: Annotated[int, typer.Option("--nth", help="1: the worst figure decides; 2: the second worst.")] = 1,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Processes; by default one a core.")
    ] = None,
) -> None:
    """Match history: find the settings that the published record to the end of 2022 does not rule out."""
    from sim.calibrate.commands import calibrate

    calibrate(overrides or (), folder, up_to, waves, points, replications, seed, cut, nth, workers)


@app.command()
def player(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="The folder of a result with its events.")],
    people: Annotated[int, typer.Option("--people", help="Show at most so many, up to 50000.")] = 20_000,
    first: Annotated[
        str, typer.Option("--from", metavar="DATE", help="Show people first referred from this day on.")
    ] = "",
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="... and up to this day.")] = "",
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            "--scenario", metavar="NAME", help="An option to show; may be given again.", show_default=False
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="The file to write.")] = None,
) -> None:
    """Make the player for the training room: the same people under two rules, in one file."""
    from sim.present.player import make

    typer.echo(make(result, people, first, last, scenario or (), out))


@app.command(name="app")
def app_(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; this computer alone.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on; 0 for any that is free.")] = 8077,
    out: Out = Path("results"),
) -> None:
    """Open the web page: choose options, run them and compare, without a command line."""
    from sim.app.server import serve

    serve(host, port, out)


@app.command()
def validate(
    overrides: Overrides = None,
    replications: Annotated[
        int, typer.Option("--replications", help="Runs of the history, and futures of each projection.")
    ] = 8,
    traces: Annotated[int, typer.Option("--traces", help="Runs in which one later input is given back.")] = 2,
    out: Out = Path("results"),
) -> None:
    """Set the model beside every published figure: reconstruction, blind projections, benchmark, page."""
    from sim.validate.commands import validate as carry_out

    carry_out(overrides or (), replications, traces, out)


@fitting.command()
def nrm(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Quarterly tables or record-level extract.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The overlay to write.")] = Path(
        "nrm.yaml"
    ),
    sheet: Annotated[
        list[str] | None,
        typer.Option("--sheet", metavar="TABLE=SHEET", help="Where a table stands.", show_default=False),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="NAME=HEADING", help="What a column is called.", show_default=False),
    ] = None,
    table: Annotated[
        list[str] | None,
        typer.Option("--table", metavar="TABLE", help="Read this table only.", show_default=False),
    ] = None,
    until: Annotated[
        str, typer.Option("--until", metavar="DATE", help="Leave out quarters that begin later.")
    ] = "",
) -> None:
    """Fit referrals, decisions and handling times from published NRM tables (ODS, XLSX, CSV)."""
    from sim.fit.commands import fit_nrm

    fit_nrm(file, out, sheet or (), column or (), table or (), until)


@app.command()
def report(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="The folder of a result.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="The file to write.")] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="PDF in place of HTML (needs the extra: pdf).")] = False,
) -> None:
    """Write the report of a comparison: one printable file, with the method and how far to trust it."""
    from sim.present.report import write

    typer.echo(f"The report: {write(result, out, pdf)}")


@app.command()
def export(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="The folder of a result.")],
    events: Annotated[str, typer.Option("--events", metavar="csv|vidigi", help="The event logs.")] = "",
    outcomes: Annotated[str, typer.Option("--outcomes", metavar="xlsx", help="The outcomes.")] = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="FOLDER", help="Where they go.")] = None,
) -> None:
    """Write a result for other programs: event logs as CSV or for vidigi, outcomes as a spreadsheet."""
    from sim.present.exports import export as carry_out

    for path in carry_out(result, events, outcomes, out):
        typer.echo(f"Written: {path}")


@app.command(name="list")
def list_() -> None:
    """List the scenarios by who decides: what each is."""
    from sim.commands_options import show_list

    show_list()


@app.command()
def explain(
    what: Annotated[
        list[str], typer.Argument(metavar="PATH | [scenario] NAME", help="A parameter or a scenario.")
    ],
) -> None:
    """Explain a parameter (value, unit, range, source) or a scenario (which rule it changes, and how)."""
    from sim.commands import show_explanation

    show_explanation(what)


@app.command()
def check(overrides: Overrides = None) -> None:
    """Check configuration and overrides without running, and show what would be run.

    With "agreement" as the first word: run both engines once and find the first event where they part.
    """
    from sim.commands import show_agreement, show_check

    words = overrides or ()
    if words and words[0] == "agreement":
        show_agreement(words[1:])
    else:
        show_check(words)


def main() -> None:
    """Run the command line and end the process: 0 done, 2 a mistake to put right, 130 interrupted."""
    try:
        app()
    except SimError as error:
        typer.echo(f"cliffedge: {error}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("cliffedge: interrupted", err=True)
        sys.exit(INTERRUPTED)
