"""Which parameters a study varies and between which ends: the evidence register's, or the user's own.

Gives settings as ``path=value`` texts for points. It knows no figure and runs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.study.given import SIZE, not_held

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NOT_VARIED: Final = ("costs", SIZE)
"""Prices change no event and have a band of their own; the multiplier is the size of the model's world."""
UNSURE: Final = ("assumed", "recalled")
_COUNTED: Final = (
    "homes",
    "places",
)  # there is no half of one, though a small world may hold a share of them


@dataclass(frozen=True)
class Varied:
    """One parameter that is varied.

    Attributes
    ----------
    path, unit : str
    low, central, high : float
    whole : bool
        Whether it is set to whole numbers only.
    beside : tuple of tuple of (str, float)
        Shares that with this one make up at most a whole, with their central values; a tuple for each whole.
    """

    path: str
    low: float
    central: float
    high: float
    unit: str
    whole: bool
    beside: tuple[tuple[tuple[str, float], ...], ...] = ()

    def room(self, given: Mapping[str, float] | None = None) -> float:
        """How high it may go: its own high end, or what the shares beside it leave of a whole.

        Parameters
        ----------
        given : mapping of str to float, optional
            Values of shares beside it; those not given are central.
        """
        given = given or {}
        left = [1 - sum(given.get(path, central) for path, central in group) for group in self.beside]
        return max(self.low, min(self.high, *left)) if left else self.high

    def at(self, share: float) -> str:
        """The override at this share of the range, everything else central."""
        return self.set_to(self.low + share * (self.room() - self.low))

    def set_to(self, value: float) -> str:
        """The override that sets this value, in the parameter's unit."""
        return f"{self.path}={round(value) if self.whole else float(f'{value:.9g}')!r}"


def overrides(varied: Sequence[Varied], shares: Floats) -> tuple[str, ...]:
    """The overrides of one row of the unit cube, shape (n_parameters,).

    Notes
    -----
    Of shares that together make up at most a whole, each goes up to what those before it leave, with the low
    ends of those behind it kept free. So every row of the cube is a setting that is allowed.
    """
    given = {one.path: one.low for one in varied}
    for one, share in zip(varied, shares, strict=True):
        given[one.path] = one.low + float(share) * (one.room(given) - one.low)
    return tuple(one.set_to(given[one.path]) for one in varied)


def assumed(world: Sequence[str] = ()) -> tuple[Varied, ...]:
    """Every single number of the world that is assumed or recalled and has a range of its own.

    Parameters
    ----------
    world : sequence of str
        Overrides that hold in the whole study; a parameter set there is not varied.

    Notes
    -----
    Ranges given for a branch at once (regions that must make up a whole, say) are left out: taken one by one
    they would not mean what the register says. So are prices and `people.arrivals.multiplier`.
    """
    from sim.config.evidence import register

    held = {text.partition("=")[0].lstrip("+") for text in world}
    numbers, found = _numbers(world), []
    for path in numbers:
        if path in held or any(path == name or path.startswith(f"{name}.") for name in NOT_VARIED):
            continue
        covering = register().covering(path)
        if not covering or covering[0].path != path:
            continue
        entry = covering[0]
        if (
            entry.kind == "world"
            and entry.confidence in UNSURE
            and entry.range
            and entry.range[0] < entry.range[1]
        ):
            found.append(_of(path, numbers, entry.range, entry.unit))
    return tuple(found)


def chosen(texts: Sequence[str], world: Sequence[str] = (), kind: str | None = "world") -> tuple[Varied, ...]:
    """The parameters a user names: ``path``, with the register's range, or ``path=low:high``.

    Raises
    ------
    SimError
        If a path is unknown or no single number, has no range, is not of this kind, or is held in the whole
        study; names the nearest.
    """
    from sim.config.evidence import register
    from sim.config.mistakes import did_you_mean, nearest_path

    numbers, found = _numbers(world), []
    for text in texts:
        path, has_ends, given = text.partition("=")
        if path not in numbers:
            hint = did_you_mean(nearest_path(path, list(numbers)))
            raise SimError(f"{path}: is no parameter that holds a single number{hint}")
        entry = register().entry(path)
        if kind is not None and entry.kind != kind:
            more = f"; nearest: cliffedge sweep option.{path}=a,b" if entry.kind == "lever" else ""
            raise SimError(f"{path}: is a {entry.kind} parameter; allowed here: a {kind} parameter{more}")
        ends = _ends(text, given) if has_ends else entry.range
        if ends is None:
            raise SimError(f"{path}: the register has no range for it; give one: {path}=LOW:HIGH")
        found.append(_of(path, numbers, ends, entry.unit))
        if has_ends:
            _allowed(found[-1], text, world)
    if len({one.path for one in found}) < len(found):
        raise SimError("A parameter is named twice among those to vary; name each once")
    not_held([one.path for one in found], world, "--vary")
    return tuple(found)


def _ends(text: str, given: str) -> tuple[float, float]:
    low, _, high = given.partition(":")
    try:
        ends = float(low), float(high)
    except ValueError:
        raise SimError(
            f"{text}: must be PATH=LOW:HIGH in numbers, for example places.bridging.places=0:800"
        ) from None
    if not (math.isfinite(ends[0]) and math.isfinite(ends[1]) and ends[0] < ends[1]):
        turned = f"{high}:{low}" if ends[1] < ends[0] else "LOW:HIGH with two numbers that differ"
        raise SimError(f"{text}: LOW must lie below HIGH; nearest: {turned}")
    return ends


def _allowed(one: Varied, text: str, world: Sequence[str]) -> None:
    """Refuse ends that the parameter cannot take."""
    from sim.config.compose import baseline
    from sim.config.mistakes import ConfigurationError

    for share in (0.0, 1.0):
        try:
            baseline((*world, one.at(share)))
        except ConfigurationError as error:
            raise SimError(f"{text}: {error.mistakes[0].line()}") from None


def _of(path: str, numbers: Mapping[str, Any], ends: tuple[float, float], unit: str) -> Varied:
    low, central, high = float(ends[0]), float(numbers[path]), float(ends[1])
    whole = isinstance(numbers[path], int) or unit in _COUNTED
    return Varied(path, low, central, high, unit, whole, _beside(path, numbers))


def _beside(path: str, numbers: Mapping[str, Any]) -> tuple[tuple[tuple[str, float], ...], ...]:
    """The shares that with this one make up at most a whole, with their central values, whole by whole."""
    from sim.config.schema import Parameters

    branch, _, name = path.rpartition(".")
    kind: Any = Parameters
    for step in branch.split(".") if branch else ():
        if step not in getattr(kind, "model_fields", {}):
            return ()
        kind = kind.model_fields[step].annotation
    groups = [group for group in getattr(kind, "shares_of_one", ()) if name in group]
    return tuple(
        tuple((f"{branch}.{each}", float(numbers[f"{branch}.{each}"])) for each in group if each != name)
        for group in groups
        if all(f"{branch}.{each}" in numbers for each in group)
    )


def _numbers(world: Sequence[str]) -> dict[str, Any]:
    """Every single number of the configuration, by path."""
    from sim.config.compose import baseline
    from sim.config.tree import leaves

    found = leaves(baseline(tuple(world)))
    return {
        path: value for path, value in found if isinstance(value, int | float) and not isinstance(value, bool)
    }


def drawn(varied: Sequence[Varied], count: int, seed: int) -> list[tuple[str, ...]]:
    """Settings from a Latin hypercube over the ranges, each value of a range as likely as another."""
    import numpy as np
    from scipy.stats import qmc

    cube = qmc.LatinHypercube(len(varied), rng=np.random.default_rng(seed)).random(count)
    return [overrides(varied, row) for row in cube]
