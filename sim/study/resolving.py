"""What every point of a design resolves to, worked out by several processes where there are many points.

Only hashes come back, so a design of any length takes little memory. All mistakes come in one message.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sim.study.points import Detail, Point, resolve

if TYPE_CHECKING:
    from sim.config.mistakes import Mistake

_ALONE: Final = 200  # points; fewer are not worth a pool
_CHUNK: Final = 100
_MOST_MISTAKES: Final = 40


@dataclass(frozen=True)
class Known:
    """The two hashes of a point: of today's rules in its world, and of its option."""

    today: str
    option: str


def resolve_all(points: Sequence[Point], detail: Detail, workers: int | None = None) -> list[Known]:
    """Check every point, and return what it is known by.

    Raises
    ------
    ConfigurationError
        With the mistakes of all points (of the first forty, if there are more).
    """
    from sim.config.mistakes import ConfigurationError, Mistake
    from sim.experiment.runner import cores

    chunks = [points[start : start + _CHUNK] for start in range(0, len(points), _CHUNK)]
    workers = min(workers or cores(), len(chunks))
    answers: Iterable[tuple[list[Known], list[Mistake]]]
    if len(points) < _ALONE or workers < 2 or not hasattr(os, "fork"):
        answers = [_chunk(chunk, detail) for chunk in chunks]
    else:
        import multiprocessing

        with ProcessPoolExecutor(workers, multiprocessing.get_context("fork")) as pool:
            answers = list(pool.map(_chunk, chunks, [detail] * len(chunks)))
    known: list[Known] = []
    mistakes: list[Mistake] = []
    for found, wrong in answers:
        known += found
        mistakes += wrong
    if len(mistakes) > _MOST_MISTAKES:
        more = len(mistakes) - _MOST_MISTAKES
        mistakes = [*mistakes[:_MOST_MISTAKES], Mistake("the design", f"has {more} more mistakes like these")]
    if mistakes:
        raise ConfigurationError(mistakes)
    return known


def _chunk(points: Sequence[Point], detail: Detail) -> tuple[list[Known], list[Mistake]]:
    from sim.config.mistakes import ConfigurationError

    known: list[Known] = []
    mistakes: list[Mistake] = []
    for point in points:
        try:
            found = resolve(point, detail)
        except ConfigurationError as error:
            mistakes += error.mistakes
        else:
            known.append(Known(found.today, found.option))
    return known, mistakes
