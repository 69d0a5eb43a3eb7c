"""An experiment that grows until it is precise enough: replications are added until the rule says stop.

Each step runs a few more replications of the central world and looks again. What comes out is the ordinary
result of a comparison with that many replications, the band and all, and `precision.json` beside it. Runs of
earlier results are taken over, and a stopped command goes on where it was. The rule itself stands in
`sim.experiment.precision`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.experiment import runner
from sim.experiment.continuing import move, take_over
from sim.experiment.disk import on_disk, only_writer, prepare_root, write_whole
from sim.experiment.parts import Parts
from sim.experiment.plan import BASELINE, CENTRAL, short_hash
from sim.experiment.precision import (
    Narrowing,
    Rule,
    Series,
    Target,
    Verdict,
    judge,
    narrow_now,
    narrowings,
    needed,
    next_count,
)
from sim.experiment.progress import Unwatched, Watch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.experiment.machinery import Model
    from sim.experiment.plan import Plan
    from sim.experiment.store import Result

FILE_NAME: Final = "precision.json"
ALL: Final = "all"


@dataclass(frozen=True)
class Grown:
    """What a growing experiment came to.

    Attributes
    ----------
    path : Path
        The finished result.
    verdict : Verdict
    narrowings : tuple of Narrowing
        By option and measure, over the replications that the result holds.
    """

    path: Path
    verdict: Verdict
    narrowings: tuple[Narrowing, ...]


def grow(
    planned: Callable[[int], Plan], rule: Rule, model: Model, root: Path, watch: Watch | None = None
) -> Grown:
    """Add replications until every interval asked for is narrow enough, or the maximum is there.

    How many the result has does not depend on how many were run side by side: the rule is applied as if they
    had come one by one, and whatever was run beyond its stop is left out.

    Parameters
    ----------
    planned : callable
        Number of replications to the plan of that comparison.
    rule : Rule
    model : Model
    root : Path
        The results folder; made if missing.

    Raises
    ------
    SimError
        As `sim.experiment.runner.run`, or if a measure asked for is not measured.
    """
    root, watch = prepare_root(root), watch or Unwatched()
    largest = planned(rule.maximum)
    central = [unit for unit in largest.units if unit.world == CENTRAL]
    address = "growing-" + short_hash(*(run.key for run in central[0].runs))
    with only_writer(root, address):
        parts = Parts(root / f"{address}.parts")
        parts.open()
        at_once = largest.workers or runner.cores()
        have, spent = rule.minimum, None
        while True:
            units = central[:have]
            step = replace(largest, units=tuple(units), worlds=largest.worlds[:1])
            take_over(step, parts, root, watch.say)
            took = runner.gather(step, model, parts, watch)
            spent = spent.and_then(took) if spent else took
            every = narrowings(
                series_of({unit.replication: _levels(unit, parts) for unit in units}, rule.targets),
                rule,
                largest.seed,
            )
            found = judge(every, rule)
            if found.stop is not None:
                break
            have = next_count(every, rule, at_once)
            ahead = f"About {needed(every, rule)} seem needed; on to"
            if narrow_now(every):
                ahead = "Narrow enough: does it stay so? Looking ahead to"
            watch.say(f"{len(units)} replications: {_widest(every)}. {ahead} {have}.")
        final = planned(found.stop)
        own = Parts(root / f"{final.run_id}.parts")
        own.open()
        move(replace(final, units=tuple(u for u in final.units if u.world == CENTRAL)), parts, own)
        path = runner.run(final, model, root, watch=watch, spent=spent)
        every = tuple(_first(each, found.stop) for each in every)
        with on_disk(path, "store how precise the result is"):
            write_whole(path / FILE_NAME, _json(rule, found, every))
        parts.remove()
    return Grown(path, found, every)


def series_of(
    levels: Mapping[int, Mapping[str, Mapping[str, float]]], targets: Sequence[Target]
) -> tuple[Series, ...]:
    """The paired differences of every option and measure asked for.

    Parameters
    ----------
    levels : mapping
        Replication to scenario to metric to value, in the metric's unit.

    Raises
    ------
    SimError
        If a measure is no outcome of this model; names the nearest.
    """
    import numpy as np

    measured = {metric for found in levels.values() for each in found.values() for metric in each}
    options = dict.fromkeys(name for found in levels.values() for name in found if name != BASELINE)

    def column(scenario: str, metric: str) -> Any:
        return np.array(
            [levels[k].get(scenario, {}).get(metric, math.nan) for k in sorted(levels)], np.float64
        )

    for target in targets:
        if target.metric not in measured:
            raise unknown_metric(target.metric, measured)
    return tuple(
        Series(option, target.metric, column(option, target.metric) - column(BASELINE, target.metric), today)
        for option in options
        for target in targets
        for today in (column(BASELINE, target.metric),)
    )


def unknown_metric(name: str, known: set[str]) -> SimError:
    """The message for a measure that there is not."""
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(known), 1, 0.0)
    hint = f"; nearest: {near[0]}" if near else ""
    return SimError(f"--precision {name}: no such outcome; allowed: those of docs/outcomes.md{hint}")


def narrowings_of(result: Result) -> tuple[Rule, Verdict, tuple[Narrowing, ...]]:
    """Rule, verdict and narrowing intervals of a stored result that was grown.

    Raises
    ------
    SimError
        If it was not grown, or is damaged.
    """
    path = result.path / FILE_NAME
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        asked = about["rule"]
        rule = Rule(**{**asked, "targets": tuple(Target(**each) for each in asked["targets"])})
        found = Verdict(**about["verdict"])
    except FileNotFoundError as error:
        raise SimError(
            f"{result.path} was not grown to a precision, so there is nothing to show. Make such a result "
            "with: cliffedge compare --precision METRIC=HALF-WIDTH"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SimError(f"{path} is damaged ({error}). Give the command that made it again.") from error
    rows = result.outcomes
    rows = rows[(rows["world"] == CENTRAL) & (rows["group"] == ALL)]
    rows = rows[rows["metric"].isin([target.metric for target in rule.targets])]
    levels: dict[int, dict[str, dict[str, float]]] = {}
    for replication, scenario, metric, value in rows[
        ["replication", "scenario", "metric", "value"]
    ].itertuples(index=False, name=None):
        levels.setdefault(int(replication), {}).setdefault(str(scenario), {})[str(metric)] = float(value)
    seed = int(result.manifest["seed"])
    return rule, found, narrowings(series_of(levels, rule.targets), rule, seed)


def _levels(unit: Any, parts: Parts) -> dict[str, dict[str, float]]:
    """Scenario to metric to value, for everybody, of one finished unit."""
    found: dict[str, dict[str, float]] = {}
    for run in unit.runs:
        part = parts.read(run.key)
        if part is None:
            raise SimError(
                f"The part of {unit.where}, scenario {run.scenario}, vanished while it was needed."
            )
        found[run.scenario] = {
            str(row["metric"]): math.nan if row["value"] is None else float(row["value"])
            for row in part.rows
            if row["group"] == ALL
        }
    return found


def _first(each: Narrowing, count: int) -> Narrowing:
    """The same over the first replications only."""
    series = replace(
        each.series, differences=each.series.differences[:count], today=each.series.today[:count]
    )
    cut = {name: getattr(each, name)[:count] for name in ("mean", "low", "high", "wanted")}
    return replace(each, series=series, **cut)


def _widest(every: Sequence[Narrowing]) -> str:
    """The interval furthest from what was asked, in words."""

    def excess(each: Narrowing) -> float:
        half, wanted = float(each.half[-1]), float(each.wanted[-1])
        return math.inf if math.isnan(half) or wanted == 0 else half / wanted

    worst = max(every, key=excess)
    return (
        f"{worst.series.metric} under {worst.series.option} is known to ±{float(worst.half[-1]):.3g}, "
        f"±{float(worst.wanted[-1]):.3g} asked for"
    )


def _json(rule: Rule, found: Verdict, every: Sequence[Narrowing]) -> str:
    """What is stored beside the result; the intervals themselves follow from its outcomes."""
    content = {
        "rule": asdict(rule),
        "verdict": asdict(found),
        "intervals": [
            {
                "option": each.series.option,
                "metric": each.series.metric,
                "mean": float(each.mean[-1]),
                "low": float(each.low[-1]),
                "high": float(each.high[-1]),
                "wanted": float(each.wanted[-1]),
            }
            for each in every
        ],
    }
    return json.dumps(content, indent=1) + "\n"
