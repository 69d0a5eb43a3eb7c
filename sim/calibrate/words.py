"""What a calibration found, in sentences and rows of text: for the terminal and for the page alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.calibrate.match import Shipped, Wave
from sim.validate.fitted import fitted_only

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.calibrate.carry_out import Calibration

    Floats = NDArray[np.float64]

NO_BELIEF = (
    "The set says what the record does not rule out, within the ranges that were given and with tolerances "
    "that are assumed. It is no distribution of belief: within it nothing is more likely than anything else."
)


def share(value: float) -> str:
    """A share of the ranges, however small.

    Examples
    --------
    >>> share(0.153), share(0.000021), share(0.0)
    ('15%', '0.0021%', '0%')
    """
    if value <= 0:
        return "0%"
    return f"{value:.0%}" if value >= 0.095 else f"{100 * value:.2g}%"


def shown(value: float, unit: str) -> str:
    """A figure with as many digits as its unit bears.

    Examples
    --------
    >>> shown(12019.4, "people"), shown(0.2012, "share"), shown(6.2, "days")
    ('12,019', '20.1%', '6.2')
    """
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:,.1f}" if abs(value) < 100 else f"{value:,.0f}"


def sentences(found: Calibration) -> list[str]:
    """What came of it, the emptiness of the set first if it is empty."""
    match, rules = found.match, found.match.rules
    which = "worst" if rules.nth == 1 else "second worst"
    last = match.waves[-1]
    strictest = match.strictest(last)
    ended = f"It ended since {match.why_ended}."
    if match.left.empty:
        lines = [
            "No setting in these ranges reproduces the record to "
            f"{found.told['up to']} within the stated tolerances: the least implausibility that was found is "
            f"{match.left.least:.1f}, and {rules.cut:g} is the cut for the {which} figure."
        ]
        if strictest:
            lines.append(
                f"{strictest[0].title}, {strictest[0].when}, rules out most by itself: "
                f"{share(strictest[1])} of what wave {last.number} began with."
            )
    else:
        lines = [
            f"{share(match.left.volume)} of the ranges is not ruled out by the {which} of the figures to "
            f"{found.told['up to']} (cut {rules.cut:g}); {len(match.left.places)} settings drawn evenly from "
            "it are kept.",
            ended,
        ]
        if strictest:
            lines.append(
                f"In the last wave {strictest[0].title}, {strictest[0].when}, ruled out most by itself: "
                f"{share(strictest[1])} of what was left before."
            )
    lines += unused(last)
    if match.shipped is not None:
        lines.append(_of_shipped(found, match.shipped))
    if found.told["size"] != 1.0:
        lines.append(
            f"People are {found.told['size']:g} of the real number, with published counts and the known "
            "capacities scaled alike: chance is larger here, and less is ruled out than by the whole."
        )
    return [*lines, NO_BELIEF]


def unused(wave: Wave) -> list[str]:
    """A line for each figure that a wave could not use."""
    return [
        f"Not used in wave {wave.number}: {one.goal.title}, {one.goal.when}: {one.why_not}."
        for one in wave.goals
        if one.why_not
    ]


def _of_shipped(found: Calibration, shipped: Shipped) -> str:
    """Whether the shipped configuration is among what is not ruled out, by its own runs."""
    import numpy as np

    rules = found.match.rules
    values = np.nan_to_num(shipped.implausibility, nan=0.0)
    beyond = [found.goals[place] for place in np.argsort(-values) if values[place] > rules.cut]
    if len(beyond) < rules.nth:
        kept = f"is not ruled out: its own runs have {np.sort(values)[-min(rules.nth, len(values))]:.1f}"
        return f"The shipped configuration {kept} for the figure that decides."
    told = "; ".join(f"{goal.title}, {goal.when}" for goal in beyond)
    return f"The shipped configuration is ruled out by its own runs. Beyond the cut: {told}."


def goal_rows(found: Calibration) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Every figure that runs are held against: head and rows."""
    head = (
        "figure",
        "when",
        "published",
        "tolerance",
        "shipped model",
        "implausibility",
        "rules out alone, wave 1",
    )
    first, shipped = found.match.waves[0], found.match.shipped
    rows: list[tuple[str, ...]] = []
    for place, goal in enumerate(found.goals):
        alone = float(first.alone[place])
        rows.append(
            (
                goal.title,
                goal.when,
                shown(goal.published, goal.unit),
                f"±{goal.tolerance**0.5:.0%}" if goal.scale == "log" else f"±{goal.tolerance**0.5:.3g}",
                "not run" if shipped is None else shown(goal.back(float(shipped.figures[place])), goal.unit),
                "not run" if shipped is None else f"{float(shipped.implausibility[place]):.1f}",
                share(alone) if alone == alone else "not used",
            )
        )
    return head, rows


def ranges(places: Floats, dimension: int) -> tuple[float, float, float, float, float]:
    """Least, 5%, middle, 95% and greatest place, from 0 to 1, of what remains along one dimension."""
    import numpy as np

    least, low, middle, high, greatest = np.quantile(places[:, dimension], [0.0, 0.05, 0.5, 0.95, 1.0])
    return float(least), float(low), float(middle), float(high), float(greatest)


def not_held_against() -> list[tuple[str, str]]:
    """Fitted figures that runs are not held against, each with the reason."""
    from sim.calibrate.goals import read_tolerances

    titles = {one.group: one.title for one in fitted_only()}
    return [(titles.get(name, name), reason) for name, reason in read_tolerances()[1].items()]
