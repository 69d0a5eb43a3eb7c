"""Which parameters a study varies and between which ends: the evidence register's, or the user's own.

Gives settings as ``path=value`` texts for points. It knows no figure and runs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NOT_VARIED: Final = ("costs", "people.arrivals.multiplier")
"""Prices change no event and have a band of their own; the multiplier is the size of the model's world."""
UNSURE: Final = ("assumed", "recalled")


@dataclass(frozen=True)
class Varied:
    """One parameter that is varied.

    Attributes
    ----------
    path, unit : str
    low, central, high : float
    whole : bool
        Whether it takes whole numbers only.
    """

    path: str
    low: float
    central: float
    high: float
    unit: str
    whole: bool

    def at(self, share: float) -> str:
        """The override at this share of the range."""
        return self.set_to(self.low + share * (self.high - self.low))

    def set_to(self, value: float) -> str:
        """The override that sets this value."""
        return f"{self.path}={round(value) if self.whole else float(f'{value:.9g}')!r}"


def overrides(varied: Sequence[Varied], shares: Floats) -> tuple[str, ...]:
    """The overrides of one row of the unit cube, shape (n_parameters,)."""
    return tuple(one.at(float(share)) for one, share in zip(varied, shares, strict=True))


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
    found = []
    for path, value in _numbers(world).items():
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
            found.append(_of(path, value, entry.range, entry.unit))
    return tuple(found)


def chosen(texts: Sequence[str], world: Sequence[str] = (), kind: str | None = "world") -> tuple[Varied, ...]:
    """The parameters a user names: ``path``, with the register's range, or ``path=low:high``.

    Raises
    ------
    SimError
        If a path is unknown or no single number, has no range, or is not of this kind; names the nearest.
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
            raise SimError(f"{path}: is a {entry.kind} parameter; allowed here: a {kind} parameter")
        ends = _ends(text, given) if has_ends else entry.range
        if ends is None:
            raise SimError(f"{path}: the register has no range for it; give one: {path}=LOW:HIGH")
        found.append(_of(path, numbers[path], ends, entry.unit))
    if len({one.path for one in found}) < len(found):
        raise SimError("A parameter is named twice among those to vary; name each once")
    return tuple(found)


def _same_size(place: Path, world: Sequence[str]) -> None:
    """Refuse a calibrated set in a world of another size: queues are not those that were fitted."""
    from sim.calibrate.store import load_manifest
    from sim.config.compose import baseline

    fitted, here = load_manifest(place).get("size"), baseline(tuple(world)).people.arrivals.multiplier
    if fitted is not None and float(fitted) != float(here):
        raise SimError(
            f"{place}: these settings were fitted with people.arrivals.multiplier={fitted:g}, and this study "
            f"has {here:g}; allowed: the size that was calibrated, since waits differ with size; "
            f"nearest: people.arrivals.multiplier={fitted:g}"
        )


def _ends(text: str, given: str) -> tuple[float, float]:
    low, _, high = given.partition(":")
    try:
        ends = float(low), float(high)
    except ValueError:
        raise SimError(
            f"{text}: must be PATH=LOW:HIGH in numbers, for example places.bridging.places=0:800"
        ) from None
    if not (math.isfinite(ends[0]) and math.isfinite(ends[1]) and ends[0] < ends[1]):
        raise SimError(f"{text}: LOW must lie below HIGH; nearest: {high}:{low}")
    return ends


def _of(path: str, value: float, ends: tuple[float, float], unit: str) -> Varied:
    return Varied(path, float(ends[0]), float(value), float(ends[1]), unit, isinstance(value, int))


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


def calibrated(place: Path, world: Sequence[str] = ()) -> list[tuple[str, ...]]:
    """Settings that someone else chose: a text file of one setting a line, or a folder of a calibration.

    Parameters
    ----------
    place : Path
    world : sequence of str
        Overrides that hold in the whole study; its size must be the one that was calibrated.

    Raises
    ------
    SimError
        If there is nothing to read, settings do not set the same parameters, or they were fitted in a world
        of another size (a file of settings does not say of which, and is not checked).
    """
    if place.is_dir():
        from sim.calibrate import load_set

        settings = load_set(place)
        _same_size(place, world)
        if not settings:
            raise SimError(
                f"{place}: the record rules out every setting, so the set of this calibration is empty; "
                "allowed: a set with settings in it; nearest: leave --settings away, to draw from ranges"
            )
    elif place.is_file():
        lines = (line.split("#")[0].split() for line in place.read_text(encoding="utf-8").splitlines())
        settings = [tuple(words) for words in lines if words]
    else:
        raise SimError(
            f"{place}: there is no such file or folder of settings; allowed: a file of one setting a line, "
            f"or the folder of a calibration; nearest: cliffedge study calibrate --folder {place}"
        )
    if not settings:
        raise SimError(
            f"{place}: holds no setting; allowed: one setting a line, as path=value path=value, three or more"
        )
    names = {tuple(sorted(text.partition("=")[0] for text in one)) for one in settings}
    if len(names) != 1:
        raise SimError(
            f"{place}: holds {len(settings)} settings that set {len(names)} different lists of parameters; "
            "allowed: one setting or more, all of the same parameters"
        )
    return settings
