"""What is varied: names, paths, ranges and reasons, and how a point of the cube is written down.

A setting is a point of the unit cube, one coordinate a parameter; here it becomes values and overrides. Which
settings are run, and which are ruled out, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from sim.errors import SimError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.config.schema import Parameters

    Floats = NDArray[np.float64]

How = Literal["value", "set", "factor"]
SIZE: Final = "people.arrivals.multiplier"
FOLLOW_SIZE: Final = (
    "decisions.reasonable_grounds.capacity_per_quarter",
    "decisions.conclusive_grounds.capacity_per_quarter",
    "support.beds.places",
)
"""What is scaled with the number of people, so that a small world waits as the whole one does."""
_KEYS: Final = frozenset({"title", "path", "how", "since", "until", "range", "reason"})


@dataclass(frozen=True)
class Dimension:
    """One parameter that is varied.

    Attributes
    ----------
    name, title, path, reason, unit : str
    low, high : float
        Of the range, as written in overrides (of the factor, where `how` is that).
    shipped : float
        What the configuration has; may lie outside the range.
    how : {"value", "set", "factor"}
    steps : tuple of (str, float)
        Days and shipped values of the dated steps that `set` and `factor` touch.
    """

    name: str
    title: str
    path: str
    low: float
    high: float
    shipped: float
    reason: str = ""
    unit: str = ""
    how: How = "value"
    steps: tuple[tuple[str, float], ...] = ()

    def at(self, place: float) -> float:
        """The value at a place from 0 to 1, to six digits."""
        return float(format(self.low + (self.high - self.low) * place, ".6g"))

    def place(self, value: float) -> float:
        """The place of a value, from 0 to 1; below 0 or above 1 outside the range."""
        return (value - self.low) / (self.high - self.low)

    def given(self, value: float) -> float | dict[str, float]:
        """What is set at the path, in its unit, for a value of this dimension."""
        if self.how == "value":
            return value
        if self.how == "set":
            return {day: value for day, _ in self.steps}
        return {day: float(format(value * shipped, ".6g")) for day, shipped in self.steps}


@dataclass(frozen=True)
class Space:
    """All that are varied, and what is the same in every setting.

    Attributes
    ----------
    dimensions : tuple of Dimension
    common : mapping
        Values by path that go with every setting (capacity in a smaller world).
    held : tuple of str
        Names of parameters that the command line holds.
    left_out : mapping
        What is not varied, each with its reason.
    """

    dimensions: tuple[Dimension, ...]
    common: Mapping[str, Any] = field(default_factory=dict)
    held: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.dimensions)

    @property
    def shipped(self) -> list[float]:
        """The place of the shipped configuration, from 0 to 1, shape (n_dimensions,)."""
        return [one.place(one.shipped) for one in self.dimensions]

    def values(self, places: Floats) -> Floats:
        """Values, each in its unit, at places from 0 to 1, both of shape (n, n_dimensions)."""
        import numpy as np

        rows = [[one.at(float(x)) for one, x in zip(self.dimensions, row, strict=True)] for row in places]
        return np.array(rows, np.float64).reshape(len(places), len(self))

    def overrides(self, places: Sequence[float]) -> tuple[str, ...]:
        """The overrides of one setting, given from 0 to 1, and of nothing else."""
        return tuple(
            written(one.path, one.given(one.at(float(x))))
            for one, x in zip(self.dimensions, places, strict=True)
        )

    def world(self, places: Sequence[float] | None) -> tuple[str, ...]:
        """The overrides of one setting with what every setting shares; None is the shipped one."""
        together: dict[str, Any] = {
            path: dict(value) if isinstance(value, Mapping) else value for path, value in self.common.items()
        }
        for one, x in zip(self.dimensions, () if places is None else places, strict=places is not None):
            given = one.given(one.at(float(x)))
            there = together.get(one.path)
            if isinstance(there, dict) and isinstance(given, dict):
                there.update(given)
            else:
                together[one.path] = given
        return tuple(written(path, value) for path, value in together.items())


def written(path: str, value: float | Mapping[str, float]) -> str:
    """An override as text, its value (in the unit of the parameter) to six digits.

    Examples
    --------
    >>> written("support.beds.places", {"2014-01-01": 160.0, "2016-01-01": 312.5})
    'support.beds.places={2014-01-01: 160, 2016-01-01: 312.5}'
    """
    if isinstance(value, Mapping):
        return f"{path}={{{', '.join(f'{day}: {number:.6g}' for day, number in value.items())}}}"
    return f"{path}={value:.6g}"


def read_space(base: Parameters, up_to: date, given: Sequence[str], file: Path | None = None) -> Space:
    """Read what is varied, from the list shipped with the program.

    Parameters
    ----------
    base : Parameters
        The configuration that is calibrated.
    up_to : date
        Steps dated later are left as they are.
    given : sequence of str
        The overrides of the command line: their paths are held.
    file : Path, optional
        Another list.

    Raises
    ------
    SimError
        If the list names what there is not, or everything is held.
    """
    import yaml

    path = file or Path(__file__).with_name("parameters.yaml")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SimError(f"The list of what is calibrated cannot be read: {path}: {error}") from error
    size = float(base.people.arrivals.multiplier)
    paths = {text.lstrip("+").partition("=")[0].strip() for text in given}
    found, held = [], []
    for name, entry in content["parameters"].items():
        if unknown := sorted(set(entry) - _KEYS):
            raise SimError(
                f"{path.name}, {name}: {unknown[0]!r} is unknown; allowed: {', '.join(sorted(_KEYS))}"
            )
        if any(entry["path"] == one or entry["path"].startswith(f"{one}.") for one in paths):
            held.append(name)
        else:
            found.append(_dimension(name, entry, base, up_to, size))
    if not found:
        raise SimError("Every parameter is held by an override; allowed: at least one that is not")
    common = {
        one: {day: float(format(value * size, ".8g")) for day, value in _steps(base, one)}
        for one in FOLLOW_SIZE
        if size != 1.0 and one not in paths
    }
    common = {one: {day: x for day, x in steps.items() if x < float("inf")} for one, steps in common.items()}
    return Space(tuple(found), common, tuple(held), dict(content["left_out"]))


def _dimension(name: str, entry: Mapping[str, Any], base: Parameters, up_to: date, size: float) -> Dimension:
    from sim.config.evidence import register

    path, how = str(entry["path"]), entry.get("how", "value")
    known = register().entry(path)
    bounds = entry.get("range") or known.range
    if bounds is None:
        raise SimError(f"{name}: {path} has no range in the register; give one in the list")
    scale = size if path in FOLLOW_SIZE else 1.0
    steps: tuple[tuple[str, float], ...] = ()
    if how == "value":
        shipped = float(_value(base, path))
    else:
        since, until = str(entry.get("since", "")), str(entry.get("until", up_to))
        steps = tuple((day, value * scale) for day, value in _steps(base, path) if since <= day <= until)
        if not steps:
            raise SimError(f"{name}: {path} has no step from {since or 'its start'} to {until}")
        shipped = 1.0 if how == "factor" else steps[-1][1]
    low, high = map(float, bounds)
    return Dimension(
        name, str(entry["title"]), path, low, high, shipped, str(entry["reason"]), known.unit, how, steps
    )


def _value(base: Parameters, path: str) -> Any:
    here: Any = base
    for name in path.split("."):
        here = getattr(here, name, None) if not isinstance(here, Mapping) else here.get(name)
        if here is None:
            raise SimError(f"{path}: there is no such parameter")
    return here


def _steps(base: Parameters, path: str) -> list[tuple[str, float]]:
    """Days and values of a dated parameter."""
    return [(str(day), float(value)) for day, value in _value(base, path).plain().items()]
