"""Settings that someone else chose: a text file of one setting a line, or the folder of a calibration.

Gives settings as ``path=value`` texts for points, checked as far as they can be without the model. It draws
nothing: that is `sim.study.varied`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sim.errors import SimError

SIZE: Final = "people.arrivals.multiplier"
_NEXT: Final = re.compile(r"\s+(?=\+{0,2}[A-Za-z_][\w.]*=)")
"""Between two ``path=value`` of a line; a dated value may hold spaces of its own."""
_ALLOWED: Final = "allowed: one setting a line, as path=value path=value"


def calibrated(place: Path, world: Sequence[str] = ()) -> list[tuple[str, ...]]:
    """Settings that someone else chose: a text file of one setting a line, or a folder of a calibration.

    Parameters
    ----------
    place : Path
    world : sequence of str
        Overrides that hold in the whole study; its size must be the one that was calibrated.

    Returns
    -------
    list of tuple of str
        Without the size, which the world holds.

    Raises
    ------
    SimError
        If there is nothing to read, settings do not set the same parameters or set what the world holds, or
        they are of a world of another size. A file tells its size as `people.arrivals.multiplier`, in every
        line; it must if it sets what goes with the size, and else is taken to hold for every size.
    """
    if place.is_dir():
        settings, size = _of_folder(place)
    elif place.is_file():
        settings, size = _of_file(place)
    else:
        raise SimError(
            f"{place}: there is no such file or folder of settings; allowed: a file of one setting a line, "
            f"or the folder of a calibration; nearest: cliffedge study calibrate --folder {place}"
        )
    names = {tuple(sorted(path_of(text) for text in one)) for one in settings}
    if len(names) != 1:
        raise SimError(
            f"{place}: holds {len(settings)} settings that set {len(names)} different lists of parameters; "
            "allowed: one setting or more, all of the same parameters"
        )
    _of_this_size(place, size, world)
    settings = [tuple(text for text in one if path_of(text) != SIZE) for one in settings]
    if not settings[0]:
        raise SimError(f"{place}: sets nothing but {SIZE}; {_ALLOWED}")
    not_held([path_of(text) for text in settings[0]], world, str(place))
    _known(place, (*world, *settings[0]))
    return settings


def path_of(text: str) -> str:
    """The parameter that an override sets."""
    return text.partition("=")[0].lstrip("+")


def not_held(paths: Sequence[str], world: Sequence[str], where: str) -> None:
    """Refuse to vary what the command holds in the whole study.

    Raises
    ------
    SimError
        If an override of the world sets one of these paths; names both.
    """
    for text in world:
        if (path := path_of(text)) in paths:
            raise SimError(
                f"{text}: holds in the whole study, and {where} varies {path}; allowed: one of the two; "
                f"nearest: leave {text} away"
            )


def _of_folder(place: Path) -> tuple[list[tuple[str, ...]], float | None]:
    from sim.calibrate.store import load_manifest, load_set

    settings, size = load_set(place), load_manifest(place).get("size")
    if not settings:
        raise SimError(
            f"{place}: the record rules out every setting, so the set of this calibration is empty; "
            "allowed: a set with settings in it; nearest: leave --settings away, to draw from ranges"
        )
    return settings, None if size is None else float(size)


def _of_file(place: Path) -> tuple[list[tuple[str, ...]], float | None]:
    try:
        lines = place.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SimError(f"{place}: is no text that can be read ({error}); {_ALLOWED}") from None
    settings = []
    for number, line in enumerate(lines, 1):
        texts = _NEXT.split(line.split("#")[0].strip())
        if texts == [""]:
            continue
        for text in texts:
            if not path_of(text) or "=" not in text or re.search(r"\s", path_of(text)):
                raise SimError(f"{place}, line {number}: {text!r} sets no parameter; {_ALLOWED}")
        paths = [path_of(text) for text in texts]
        if twice := [path for path in paths if paths.count(path) > 1]:
            raise SimError(f"{place}, line {number}: sets {twice[0]} twice; allowed: each parameter once")
        settings.append(tuple(texts))
    if not settings:
        raise SimError(f"{place}: holds no setting; {_ALLOWED}, three or more")
    return settings, _told_size(place, settings)


def _known(place: Path, setting: Sequence[str]) -> None:
    """Refuse a parameter that there is not, by its own name and not once for every point it is in."""
    from sim.config.compose import baseline
    from sim.config.mistakes import ConfigurationError

    try:
        baseline(tuple(setting))
    except ConfigurationError as error:
        raise SimError(f"{place}, the first setting: {error}") from None


def _told_size(place: Path, settings: Sequence[tuple[str, ...]]) -> float | None:
    """The size that a file tells, the same in every line; None if nothing in it goes with the size."""
    from sim.calibrate.space import FOLLOW_SIZE

    told = {text.partition("=")[2] for one in settings for text in one if path_of(text) == SIZE}
    if not told:
        follows = [path for path in FOLLOW_SIZE for text in settings[0] if path_of(text) == path]
        if follows:
            raise SimError(
                f"{place}: sets {follows[0]}, which goes with the size of the world, and does not tell of "
                f"which size it is; allowed: {SIZE}=SIZE in every line; nearest: {SIZE}=1, the whole country"
            )
        return None
    sizes = {float(one) for one in told if re.fullmatch(r"\d*\.?\d+(e-?\d+)?", one)}
    if len(sizes) != 1 or len(told) != 1:
        raise SimError(f"{place}: {SIZE} is {', '.join(sorted(told))}; allowed: one number, in every line")
    return sizes.pop()


def _of_this_size(place: Path, fitted: float | None, world: Sequence[str]) -> None:
    """Refuse settings in a world of another size: queues are not those that were fitted."""
    from sim.config.compose import baseline

    here = float(baseline(tuple(world)).people.arrivals.multiplier)
    if fitted is not None and fitted != here:
        raise SimError(
            f"{place}: these settings were fitted with {SIZE}={fitted:g}, and this study has {here:g}; "
            f"allowed: the size that was calibrated, since waits differ with size; nearest: {SIZE}={fitted:g}"
        )
