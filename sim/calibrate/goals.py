"""What runs are held against: published figures of role *fitted* that end by a day, with their tolerances.

The only figures this package ever reads come from `sim.validate.fitted`. Tolerances are assumed and stand,
with reasons, in ``tolerances.yaml``. How a run is measured is not decided here.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from sim.errors import SimError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.validate.target import Target

    Floats = NDArray[np.float64]

Scale = Literal["log", "identity"]
COUNTED: Final = ("people", "decisions")
_SMALLEST: Final = {"people": 0.5, "decisions": 0.5, "days": 0.1, "share": 1e-3, "ratio": 1e-3}
"""What stands for nothing before a logarithm is taken."""


@dataclass(frozen=True)
class Goal:
    """One figure, or several periods added up, that a run is held against.

    Attributes
    ----------
    id, title, when, unit : str
    series : str
        Under which name a run stores it.
    periods : tuple of str
        Added up, if more than one.
    published : float
        In `unit`, for a world of the size that is run.
    observation, discrepancy : float
        Standard deviations on the scale that is matched.
    scale : {"log", "identity"}
    reason : str
        Of the tolerances.
    """

    id: str
    title: str
    when: str
    unit: str
    series: str
    periods: tuple[str, ...]
    published: float
    observation: float
    discrepancy: float
    scale: Scale = "log"
    reason: str = ""

    @property
    def value(self) -> float:
        """The published figure on the scale that is matched: its own unit, or the logarithm of it."""
        return math.log(self.published) if self.scale == "log" else self.published

    @property
    def tolerance(self) -> float:
        """Variance of observation and discrepancy together, on the scale that is matched."""
        return self.observation**2 + self.discrepancy**2

    def matched(self, figures: Floats) -> Floats:
        """Figures of runs, from their own unit to the scale that is matched; missing ones stay missing."""
        import numpy as np

        return np.log(np.maximum(figures, _SMALLEST[self.unit])) if self.scale == "log" else figures

    def back(self, matched: float) -> float:
        """A figure in its own unit again."""
        return math.exp(matched) if self.scale == "log" else matched


def last_day(period: str) -> date:
    """The last day of a period.

    Examples
    --------
    >>> [str(last_day(period)) for period in ("2022Q4", "2021", "2021/22", "2018-03-31")]
    ['2022-12-31', '2021-12-31', '2022-06-30', '2018-03-31']

    Raises
    ------
    SimError
        If it is written in no way that targets have.
    """
    try:
        if " to " in period:
            return date(int(period[-4:]), 12, 31)
        if "/" in period:  # a contract year; one from April ends three months before it
            return date(int(period[:4]) + 1, 6, 30)
        if "Q" in period:
            year, quarter = map(int, period.split("Q"))
            return date(year, 3 * quarter, 30 if quarter in (2, 3) else 31)
        return date(int(period), 12, 31) if len(period) == 4 else date.fromisoformat(period)
    except ValueError:
        raise SimError(f"period {period!r}; allowed: 2019, 2019Q4, 2019/20, a day, or 2018 to 2020") from None


def read_goals(up_to: date, size: float = 1.0, file: Path | None = None) -> tuple[Goal, ...]:
    """The figures that runs are held against.

    Parameters
    ----------
    up_to : date
        Figures of periods that end later are left out.
    size : float
        The number of people over the real one; counts are scaled by it.
    file : Path, optional
        Other tolerances.

    Raises
    ------
    SimError
        If a series of fitted figures has neither tolerances nor a reason for being left out, or nothing is
        left.
    """
    from sim.validate.fitted import fitted_only

    tolerances, not_used = read_tolerances(file)
    groups: dict[str, list[Target]] = {}
    for target in fitted_only():
        groups.setdefault(target.group, []).append(target)
    if missing := sorted(set(groups) - set(tolerances) - set(not_used)):
        raise SimError(
            f"tolerances.yaml says nothing of {missing[0]}; allowed: tolerances, or a line in not_used"
        )
    goals = [
        goal
        for name, targets in groups.items()
        if name in tolerances
        for goal in _goals(
            name, [one for one in targets if last_day(one.period) <= up_to], tolerances[name], size
        )
    ]
    if not goals:
        raise SimError(f"--up-to {up_to}: no fitted figure ends by then; nearest: --up-to 2022-12-31")
    return tuple(goals)


def read_tolerances(file: Path | None = None) -> tuple[dict[str, Any], dict[str, str]]:
    """Tolerances by series of figures, and what is not used with its reason."""
    import yaml

    path = file or Path(__file__).with_name("tolerances.yaml")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SimError(f"The tolerances cannot be read: {path}: {error}") from error
    for name, one in content["targets"].items():
        if one.get("scale") not in ("log", "identity") or not one["observation"] + one["discrepancy"] > 0:
            raise SimError(f"{path.name}, {name}: allowed: scale log or identity, deviations above 0")
    return content["targets"], content["not_used"]


def _goals(name: str, targets: list[Target], told: Mapping[str, Any], size: float) -> Iterable[Goal]:
    if not targets:
        return
    together = [targets] if told.get("together") else [[one] for one in targets]
    for some in together:
        first, last = some[0], some[-1]
        scaled = size if first.unit in COUNTED else 1.0
        yield Goal(
            id=f"{name}:{first.period}" + (f"-{last.period}" if len(some) > 1 else ""),
            title=first.title,
            when=first.as_of if len(some) == 1 else f"{first.period} to {last.period}, together",
            unit=first.unit,
            series=first.series,
            periods=tuple(one.period for one in some),
            published=math.fsum(one.value for one in some) * scaled,
            observation=float(told["observation"]),
            discrepancy=float(told["discrepancy"]),
            scale=told["scale"],
            reason=str(told["reason"]),
        )


def digest(goals: Iterable[Goal]) -> str:
    """What these figures and tolerances are known by, in 12 hexadecimal digits."""
    text = json.dumps([asdict(goal) for goal in goals], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
