"""Robust choice: regret across plausible worlds, and the best package that a budget pays for.

Makes the points, has them run, and hands the figures to the arithmetic; words are for `sim.present.study`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final

from sim.errors import SimError
from sim.study.asking import TODAY, Asked, Findings, Option, common
from sim.study.uncertainty import Benefit

MOST_PACKAGES: Final = 500


def across_worlds(
    asked: Asked,
    settings: Sequence[tuple[str, ...]],
    options: Sequence[Option],
    metric: str,
    benefit: Benefit | None = None,
) -> Findings:
    """Regret of every option, and of today's rules, across worlds.

    Parameters
    ----------
    asked : Asked
    settings : sequence of tuple of str
        Plausible worlds beside the central one.
    options : sequence of Option
    metric : str
        The objective, unless `benefit` is given.
    benefit : Benefit, optional
        The objective in pounds.

    Raises
    ------
    SimError
        If the measure is neither good nor bad when it is low, or see `sim.study.evaluate`.
    """
    import numpy as np
    import pandas as pd

    from sim.outcomes.registry import metric as registered
    from sim.study.regret import standings

    better = registered(metric).better
    if benefit is None and better == "none":
        raise SimError(
            f"metric {metric}: is good neither low nor high, so no option is best by it; choose another"
        )
    worlds = [(), *settings]
    points = [
        asked.point(f"w{n}o{place}", world, option)
        for n, world in enumerate(worlds)
        for place, option in enumerate(options)
    ]
    shape = (len(worlds), len(options), asked.replications)
    wanted = [benefit.metric, benefit.cost] if benefit else [metric]
    made = {
        name: figures.reshape(shape) for name, figures in asked.figures(points, wanted)["difference"].items()
    }
    if benefit:
        gain = -benefit.pounds * made[benefit.metric] - made[benefit.cost]
    else:
        gain = (-1.0 if better == "lower" else 1.0) * made[metric]
    gain = np.concatenate([np.zeros_like(gain[:, :1]), gain], axis=1)
    names = [TODAY, *[option.words for option in options]]
    mean = gain.mean(-1)
    found = standings(mean)
    table = pd.DataFrame(
        [
            (
                name,
                float(mean[0, n]),
                one.best,
                *one.best_ends,
                one.mean,
                one.ninth_decile,
                one.worst,
                one.worst_world,
            )
            for n, (name, one) in enumerate(zip(names, found, strict=True))
        ],
        columns=[
            "option",
            "central",
            "best",
            "best_low",
            "best_high",
            "mean",
            "ninth_decile",
            "worst",
            "worst_world",
        ],
    )
    each = pd.DataFrame(
        [
            (
                n,
                " ".join(worlds[n]) or "central",
                name,
                float(mean[n, place]),
                float(mean[n].max() - mean[n, place]),
            )
            for n in range(len(worlds))
            for place, name in enumerate(names)
        ],
        columns=["world", "settings", "option", "gain", "regret"],
    )
    settings_told = common(
        asked, metric=metric, options=names, worlds=len(worlds), benefit=benefit.words() if benefit else ""
    )
    return Findings("choice", settings_told, {"options": table, "worlds": each})


def packages(parts: Sequence[Option], most: int) -> tuple[list[Option], dict[str, str]]:
    """Every package of up to `most` parts that can be told together, and those refused with the reason.

    Raises
    ------
    SimError
        If there are too many to try, or a part cannot stand alone.
    """
    from sim.config.mistakes import ConfigurationError
    from sim.study.points import Point, resolve

    allowed: list[Option] = []
    refused: dict[str, str] = {}
    for size in range(1, most + 1):
        for some in combinations(parts, size):
            words = "+".join(one.words for one in some)
            if any(set(name.split("+")) <= set(words.split("+")) for name in refused):
                continue
            if len(allowed) >= MOST_PACKAGES:
                raise SimError(
                    f"more than {MOST_PACKAGES} packages; allowed: {MOST_PACKAGES}; "
                    f"nearest: --most {max(1, most - 1)}, or fewer options"
                )
            stories = tuple(dict.fromkeys(name for one in some for name in one.scenarios))
            option = Option(words, stories, tuple(lever for one in some for lever in one.levers))
            try:
                resolve(Point(words, (), option.scenarios, option.levers))
            except ConfigurationError as error:
                if size == 1:
                    raise
                refused[words] = "; ".join(f"{one.path}: {one.problem}" for one in error.mistakes)
                continue
            allowed.append(option)
    return allowed, refused


def budget(
    asked: Asked,
    parts: Sequence[Option],
    metric: str,
    cost: str,
    pounds_a_year: float,
    survivors_a_year: float,
    most: int = 2,
) -> Findings:
    """The best package whose cost a year a budget covers.

    Parameters
    ----------
    asked : Asked
        With two replications or more.
    parts : sequence of Option
    metric : str
        What is to be low (or high).
    cost : str
        Whose money the budget is; a figure for a survivor of the cohort.
    pounds_a_year : float
        The budget [pounds a year].
    survivors_a_year : float
        Survivors with a positive decision a year, by whom the cost is multiplied.
    most : int
        Parts in a package.

    Raises
    ------
    SimError
        See `packages` and `sim.study.evaluate`.
    """
    import pandas as pd

    from sim.experiment.intervals import t_intervals
    from sim.outcomes.registry import metric as registered
    from sim.study.products import check_finite

    better = registered(metric).better
    if better == "none":
        raise SimError(
            f"metric {metric}: is good neither low nor high, so no package is best by it; choose another"
        )
    if asked.replications < 2:
        raise SimError(f"replications = {asked.replications}; allowed: 2 or more; nearest: 2")
    sign = -1.0 if better == "lower" else 1.0
    options, refused = packages(parts, most)
    points = [asked.point(f"b{n}", (), option) for n, option in enumerate(options)]
    made = asked.figures(points, [metric, cost])["difference"]
    check_finite(made[metric], metric)
    check_finite(made[cost], cost)
    rows = []
    for n, option in enumerate(options):
        gain, gain_arm = (array[-1] for array in t_intervals(sign * made[metric][n]))
        spent, arm = (array[-1] * survivors_a_year for array in t_intervals(made[cost][n]))
        standing = (
            "within" if spent + arm <= pounds_a_year else "over" if spent - arm > pounds_a_year else "unclear"
        )
        ends = (gain - gain_arm, gain + gain_arm, spent, spent - arm, spent + arm)
        rows.append((option.words, len(option.words.split("+")), float(gain), *map(float, ends), standing))
    columns = [
        "package",
        "parts",
        "gain",
        "gain_low",
        "gain_high",
        "cost",
        "cost_low",
        "cost_high",
        "standing",
    ]
    table = pd.DataFrame(rows, columns=columns).sort_values("gain", ascending=False, kind="stable")
    affordable = table[(table["standing"] == "within") & (table["gain"] > 0)]
    ahead: dict[str, Any] | None = None
    if len(affordable):
        winner = int(affordable.index[0])
        ahead = {"package": options[winner].words}
        if len(affordable) > 1:
            second = int(affordable.index[1])
            mean, half = (
                array[-1] for array in t_intervals(sign * (made[metric][winner] - made[metric][second]))
            )
            ahead |= {"second": options[second].words, "lead": float(mean), "lead_low": float(mean - half)}
            ahead["lead_high"] = float(mean + half)
    told = common(
        asked,
        metric=metric,
        cost=cost,
        budget=pounds_a_year,
        survivors=survivors_a_year,
        most=most,
        parts=[one.words for one in parts],
        refused=refused,
        winner=ahead,
    )
    return Findings("budget", told, {"packages": table})
