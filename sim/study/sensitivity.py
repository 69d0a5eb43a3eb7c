"""Which assumptions move a figure: Morris over all, Sobol over those that matter, tornado, other structures.

Makes the points, has them run, and hands the figures to the arithmetic. What it means in words is for
`sim.present.study`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.study.asking import Asked, Findings, Option, common
from sim.study.points import Point
from sim.study.varied import Varied, overrides

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CENTRAL: Final = "central"


def study(
    asked: Asked,
    varied: Sequence[Varied],
    metric: str,
    option: Option | None = None,
    *,
    trajectories: int = 10,
    most: int = 8,
    rows: int = 0,
    structures: bool = True,
) -> Findings:
    """Carry out a sensitivity study of one figure.

    Parameters
    ----------
    asked : Asked
        With two replications or more.
    varied : sequence of Varied
    metric : str
    option : Option, optional
        Then the figure is the option's difference from today's rules; else today's level.
    trajectories : int
        Of Morris; each takes a run more than there are parameters, times the replications.
    most : int
        How many of those that matter most go on to the tornado and to Sobol.
    rows : int
        Rows of Sobol's design, a power of two; 0 leaves Sobol out.
    structures : bool
        Whether every structural assumption that has a switch is switched once.

    Raises
    ------
    SimError
        See `sim.study.morris`, `sim.study.sobol` and `sim.study.evaluate`.
    """
    import numpy as np
    import pandas as pd

    from sim.study import morris, sobol

    if most < 1:
        raise SimError(f"most = {most}; allowed: 1 or more; nearest: 1")
    if asked.replications < 2:
        raise SimError(
            f"replications = {asked.replications}; allowed: 2 or more, to tell chance from settings; "
            "nearest: 2"
        )
    which = "value" if option is None else "difference"

    def figures(points: Sequence[Point]) -> Floats:
        return asked.figures(points, [metric])[which][metric]

    cube = morris.design(len(varied), trajectories, asked.seed)
    flat = cube.reshape(-1, len(varied))
    if rows:
        sobol.design(min(most, len(varied)), rows, asked.seed)  # refused before anything is run
    points = [asked.point(f"m{n}", overrides(varied, row), option) for n, row in enumerate(flat)]
    values = figures(points).reshape(*cube.shape[:2], asked.replications)
    effects = morris.effects(cube, values, seed=asked.seed)
    order = np.argsort(-effects.square, kind="stable")
    screening = pd.DataFrame(
        {
            "path": [one.path for one in varied],
            "low": [one.low for one in varied],
            "central": [one.central for one in varied],
            "high": [one.high for one in varied],
            "mean": effects.mean,
            "mean_low": effects.mean_ends[0],
            "mean_high": effects.mean_ends[1],
            "mean_absolute": effects.mean_absolute,
            "spread": effects.spread,
            "square": effects.square,
            "square_low": effects.square_ends[0],
            "square_high": effects.square_ends[1],
        }
    ).iloc[order]
    leading = [varied[place] for place in order[:most]]
    tables = {"screening": screening, "tornado": _tornado(asked, leading, option, figures)}
    if structures:
        tables["structures"] = _structures(asked, option, figures)
    chance = None
    if rows:
        base, other, mixed = sobol.design(len(leading), rows, asked.seed)
        rows_of = np.concatenate([base[None], other[None], mixed]).reshape(-1, len(leading))
        points = [asked.point(f"s{n}", overrides(leading, row), option) for n, row in enumerate(rows_of)]
        made = figures(points).reshape(len(leading) + 2, rows, asked.replications)
        found = sobol.shares(made[0], made[1], made[2:], seed=asked.seed)
        chance = {
            "variance": found.variance,
            "variance_low": found.variance_ends[0],
            "variance_high": found.variance_ends[1],
            "chance": found.chance,
        }
        tables["sobol"] = pd.DataFrame(
            {
                "path": [one.path for one in leading],
                "first": found.first,
                "first_low": found.first_ends[0],
                "first_high": found.first_ends[1],
                "total": found.total,
                "total_low": found.total_ends[0],
                "total_high": found.total_ends[1],
            }
        )
    settings = common(
        asked,
        metric=metric,
        option=option.words if option else "",
        trajectories=trajectories,
        most=most,
        rows=rows,
        parameters=len(varied),
        parts=chance,
    )
    return Findings("sensitivity", settings, tables)


def _tornado(asked: Asked, varied: Sequence[Varied], option: Option | None, figures: Any) -> Any:
    """Each parameter at its ends, everything else central; changes paired by replication."""
    import pandas as pd

    points = [asked.point(CENTRAL, (), option)]
    for place, one in enumerate(varied):
        points += [
            asked.point(f"t{place}{end}", (one.at(share),), option)
            for share, end in enumerate(("low", "high"))
        ]
    values = figures(points)
    rows = []
    for place, one in enumerate(varied):
        for end in range(2):
            change = values[1 + 2 * place + end] - values[0]
            rows.append((one.path, ("low", "high")[end], (one.low, one.room())[end], *_interval(change)))
    table = pd.DataFrame(rows, columns=["path", "end", "value", "change", "change_low", "change_high"])
    table["central"] = float(values[0].mean())
    return table


def _structures(asked: Asked, option: Option | None, figures: Any) -> Any:
    """Each switch alone; those that were not tried have no change."""
    import pandas as pd

    from sim.study.structures import switches

    every = switches(asked.world)
    tried = [one for one in every if one.override]
    points = [asked.point(CENTRAL, (), option)]
    points += [asked.point(f"a{n}", (one.override,), option) for n, one in enumerate(tried)]
    values = figures(points)
    changes = {one.assumption: _interval(values[1 + n] - values[0]) for n, one in enumerate(tried)}
    missing = (float("nan"),) * 3
    return pd.DataFrame(
        [
            (one.assumption, one.sentence, one.override, one.why_not, *changes.get(one.assumption, missing))
            for one in every
        ],
        columns=["assumption", "sentence", "override", "why_not", "change", "change_low", "change_high"],
    )


def _interval(values: Floats) -> tuple[float, float, float]:
    """Mean and ends of the 95% t interval over replications."""
    from sim.experiment.intervals import t_intervals

    mean, half = t_intervals(values)
    return float(mean[-1]), float(mean[-1] - half[-1]), float(mean[-1] + half[-1])
