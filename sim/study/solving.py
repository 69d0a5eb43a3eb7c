"""The inverse question: at which setting of one parameter does a figure, or a lead, pass a target?

A grid over the range finds where the mean crosses; a finer grid around it gives the root and its interval.
The same chance is used at every setting. Words are for `sim.present.study`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.study.asking import Asked, Findings, Option, common
from sim.study.crossing import Root, brackets, root
from sim.study.products import check_finite
from sim.study.varied import Varied

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

GRID: Final = 5
FINE: Final = 5


def study(
    asked: Asked,
    over: Varied,
    metric: str,
    target: float,
    option: Option | None = None,
    against: Option | None = None,
    *,
    is_lever: bool,
    grid: int = GRID,
) -> Findings:
    """Find the setting of one parameter at which a figure meets its target.

    Parameters
    ----------
    asked : Asked
        With three replications or more.
    over : Varied
        The parameter and the range searched.
    metric : str
    target : float
        In the metric's unit: the option's level; or, where `against` is given, the option less the other.
    option, against : Option, optional
        Today's rules unless given; `against` may be ``today``.
    is_lever : bool
        Whether the parameter is set in the option, from its start, or in the world, all the time.
    grid : int
        Settings on the first grid.

    Raises
    ------
    SimError
        If there are too few replications or settings; see `sim.study.evaluate`.
    """
    import numpy as np
    import pandas as pd

    from sim.experiment.intervals import t_intervals

    if asked.replications < 3:
        raise SimError(
            f"replications = {asked.replications}; allowed: 3 or more, for an interval; nearest: 3"
        )
    if grid < 3:
        raise SimError(f"grid = {grid}; allowed: 3 or more; nearest: 3")
    seen: dict[float, Floats] = {}

    def run(settings: Sequence[float]) -> None:
        new = [value for value in settings if value not in seen]
        if new:
            made = _figures(asked, over, new, metric, option, against, is_lever)
            seen.update(zip(new, made, strict=True))

    def table() -> tuple[Floats, Floats]:
        at = sorted(seen)
        return np.array(at), np.array([seen[value] for value in at])

    run(_between(over.low, over.high, grid, over.whole))
    settings, values = table()
    check_finite(values, metric)
    crossings = [
        (float(settings[place]), float(settings[place + 1])) for place in brackets(settings, values, target)
    ]
    found: Root | None = None
    if crossings:
        low, high = crossings[0]
        # A cell to either side, so that a root near an end of the cell is not read off one side alone.
        reach = (high - low) / 2
        low, high = max(over.low, low - reach), min(over.high, high + reach)
        run(_between(low, high, FINE, over.whole))
        settings, values = table()
        near = (settings >= low) & (settings <= high)
        found = root(settings[near], values[near], target)
    mean, half = (array[:, -1] for array in t_intervals(values))
    every = pd.DataFrame({"setting": settings, "mean": mean, "low": mean - half, "high": mean + half})
    every["line"] = False if found is None else near
    told = common(
        asked,
        path=over.path,
        unit=over.unit,
        low=over.low,
        high=over.high,
        whole=over.whole,
        is_lever=is_lever,
        metric=metric,
        target=target,
        option=option.words if option else "today",
        against=against.words if against else "",
        crossings=crossings,
        root=None if found is None else {**vars(found), "known": found.known},
    )
    return Findings("solve", told, {"curve": every})


def _between(low: float, high: float, count: int, whole: bool) -> list[float]:
    import numpy as np

    given = np.linspace(low, high, count)
    return sorted({float(round(value)) if whole else float(f"{value:.9g}") for value in given.tolist()})


def _figures(
    asked: Asked,
    over: Varied,
    settings: Sequence[float],
    metric: str,
    option: Option | None,
    against: Option | None,
    is_lever: bool,
) -> Floats:
    """The figure at each setting, shape (n_settings, n_replications)."""

    def points(which: Option | None, name: str, vary: bool) -> list[Any]:
        return [
            asked.point(
                f"{name}{n}",
                () if is_lever or not vary else (over.set_to(value),),
                which,
                (over.set_to(value),) if is_lever and vary else (),
            )
            for n, value in enumerate(settings)
        ]

    every = points(option, "v", True)
    if against is None:
        return asked.figures(every, [metric])["value"][metric]
    # A lever belongs to the option alone; a parameter of the world holds for both.
    every += points(against, "u", not is_lever)
    made = asked.figures(every, [metric])["value"][metric]
    return made[: len(settings)] - made[len(settings) :]
