"""One calibration from its settings to its stored set: reads configuration and figures, runs, keeps.

What a wave does stands in `match`; what is printed and drawn, in `commands` and `sim.present.calibration`.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.calibrate.goals import Goal, digest, read_goals
from sim.calibrate.match import Match, Rules, Wave, history_match
from sim.calibrate.runs import Runs, measured
from sim.calibrate.space import SIZE, Space, read_space
from sim.calibrate.store import RUNS, Folder
from sim.errors import SimError
from sim.study.unit import Worker

if TYPE_CHECKING:
    from sim.config.schema import Parameters

LAST_DAY: Final = date(2022, 12, 31)
"""No figure of a later period is of role fitted without having set an input of its own."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """What came of it, for whoever shows it."""

    space: Space
    goals: tuple[Goal, ...]
    match: Match
    told: dict[str, Any]
    folder: Path


def calibrate(
    overrides: Sequence[str],
    rules: Rules,
    folder: Path,
    up_to: date = LAST_DAY,
    workers: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
    progress: Callable[[int, int], None] | None = None,
    worker: Worker = measured,
    read: Callable[[Parameters], tuple[Space, tuple[Goal, ...]]] | None = None,
) -> Calibration:
    """Find the settings that the record does not rule out, and keep them.

    Parameters
    ----------
    overrides : sequence of str
        ``path=value`` of every run; a parameter that is varied is held if it stands here.
    rules : Rules
    folder : Path
        Of the calibration; what is finished in it is not run again.
    up_to : date
        Figures of later periods are not read; runs end with this day.
    workers : int, optional
    tell, progress : callable
    worker, read : callable
        Stand in for the model, and for what is varied and held against it, in tests.

    Raises
    ------
    SimError
        If a setting is mistaken, the folder holds another calibration, or a run fails.
    """
    from sim import __version__
    from sim.config.compose import baseline
    from sim.config.identity import config_hash, source_hash

    if not date(2017, 1, 1) <= up_to <= LAST_DAY:
        raise SimError(
            f"--up-to {up_to}: history is matched to figures of 2017 to 2022 alone, since later ones are for "
            f"testing; nearest: --up-to {LAST_DAY if up_to > LAST_DAY else date(2017, 12, 31)}"
        )
    for text in overrides:
        if text.lstrip("+").startswith(("policy.start=", "experiment.horizon=", "experiment.seed=")):
            raise SimError(f"{text}: a calibration fixes it (--up-to and --seed); leave it out")
    base = baseline(tuple(overrides))
    size = base.people.arrivals.multiplier
    if read is None:
        space, goals = read_space(base, up_to, overrides), read_goals(up_to, float(size))
    else:
        space, goals = read(base)
    rules.check(len(space))
    folder = Path(folder).expanduser().absolute()
    keeper = Folder(folder)
    identity = {
        "program": source_hash(),
        "configuration": config_hash(base),
        "figures and tolerances": digest(goals),
        "ranges": [[one.name, one.low, one.high] for one in space.dimensions],
        "up to": str(up_to),
        "points": rules.points,
        "replications": rules.replications,
        "seed": rules.seed,
        "cut": rules.cut,
        "nth": rules.nth,
        "keep": rules.keep,
    }
    keeper.begin(identity)
    world = (*overrides, f"policy.start={up_to}")
    runs = Runs(space, goals, world, rules.replications, rules.seed, folder / RUNS, workers, progress, worker)
    began = time.perf_counter()
    found = history_match(runs, goals, len(space), rules, keeper, tell)
    told = {
        "title": "Settings that the record does not rule out",
        "command": command(overrides, rules, folder, up_to),
        "version": __version__,
        "seconds": round(time.perf_counter() - began, 1),
        **identity,
        "waves": [_wave(one, found) for one in found.waves],
        "why_ended": found.why_ended,
        "volume": found.left.volume,
        "settings": len(found.left.places),
        "parameters": [asdict(one) for one in space.dimensions],
        "held": list(space.held),
        "left_out": dict(space.left_out),
        "size": float(size),
        "shipped": _shipped(found),
    }
    keeper.finish(space, found.left.places[: rules.keep], found.left.implausibility[: rules.keep], told)
    return Calibration(space, tuple(goals), found, told, folder)


def command(overrides: Sequence[str], rules: Rules, folder: Path, up_to: date) -> str:
    """What to type to make the same again; the folder by its name, which says nothing of a machine."""
    options = ["--waves", rules.waves, "--points", rules.points, "--replications", rules.replications]
    options += ["--seed", rules.seed, "--folder", folder.name, "--up-to", up_to]
    if rules.cut != Rules.cut:
        options += ["--cut", f"{rules.cut:g}"]
    if rules.nth != Rules.nth:
        options += ["--nth", rules.nth]
    return shlex.join(["cliffedge", "study", "calibrate", *map(str, options), *overrides])


def _wave(wave: Wave, found: Match) -> dict[str, Any]:
    """A wave as the manifest tells it."""
    goals = []
    for one, alone in zip(wave.goals, wave.alone.tolist(), strict=True):
        told = asdict(one.judgement) if one.judgement else {}
        goals.append(
            {"goal": one.goal.id, "not_used": one.why_not, "rules_out_alone": _number(alone), **told}
        )
    strictest = found.strictest(wave)
    return {
        "number": wave.number,
        "settings_run": wave.runs,
        "volume": wave.left.volume,
        "least_implausibility": wave.left.least,
        "allowed_by_runs_alone": wave.allowed,
        "strictest": strictest[0].id if strictest else None,
        "goals": goals,
    }


def _shipped(found: Match) -> dict[str, Any] | None:
    if found.shipped is None:
        return None
    return {
        goal.id: {"published": goal.published, "model": _number(goal.back(x)), "implausibility": _number(i)}
        for goal, x, i in zip(
            found.goals, found.shipped.figures.tolist(), found.shipped.implausibility.tolist(), strict=True
        )
    }


def _number(value: float) -> float | None:
    """A number that JSON has a sign for."""
    return value if value == value and abs(value) != float("inf") else None


__all__ = ["LAST_DAY", "SIZE", "Calibration", "calibrate", "command"]
