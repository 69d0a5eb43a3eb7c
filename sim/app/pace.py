"""How long things take on this computer: measured when they are done, kept beside the results, told in words.

A page never says a time that was not measured here; where nothing was, it says so. Nothing is run here, and
no time decides what is run.
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Final

from sim.experiment.disk import write_whole

KEPT: Final = 5
"""How many of the latest times of a kind are kept; the middle one is told."""
FEWEST: Final = 2
"""Steps of a round that are done before the rest of it is reckoned from them."""
PREPARE, FIRST, FIRST_WITH_TODAY = "prepare", "first", "first_with_today"
MEASURED: Final = (PREPARE, "page", "report", FIRST, FIRST_WITH_TODAY)


class Pace:
    """Seconds that things took here, by kind.

    Parameters
    ----------
    file : Path
        Where they are kept; a missing or damaged file holds none.
    """

    def __init__(self, file: Path) -> None:
        self._file, self._lock = file, threading.Lock()
        self._seconds: dict[str, list[float]] = {}
        with suppress(OSError, ValueError, AttributeError, TypeError):
            told = json.loads(file.read_text(encoding="utf-8"))
            self._seconds = {
                kind: [float(one) for one in told[kind]][-KEPT:] for kind in MEASURED if told.get(kind)
            }

    def note(self, kind: str, seconds: float) -> None:
        """Keep how long something took [s]; kinds that no page tells are passed over."""
        if kind not in MEASURED:
            return
        with self._lock:
            self._seconds[kind] = [*self._seconds.get(kind, ()), round(max(seconds, 0.0), 2)][-KEPT:]
            with suppress(OSError):  # a full disk is told where results are written
                write_whole(self._file, json.dumps(self._seconds))

    def of(self, kind: str) -> float | None:
        """The middle of the latest times of this kind [s]; None if none was measured here."""
        with self._lock:
            known = self._seconds.get(kind)
        return median(known) if known else None


def about(seconds: float) -> str:
    """A time as somebody says it who waits for it.

    Examples
    --------
    >>> about(0.4), about(7.3), about(48.0), about(130.0)
    ('about a second', 'about 7 seconds', 'about 50 seconds', 'about 2 minutes')
    """
    if seconds < 1.5:
        return "about a second"
    if seconds < 95:
        return f"about {round(seconds) if seconds < 20 else round(seconds, -1):.0f} seconds"
    return f"about {round(seconds / 60):.0f} minutes"


def takes(seconds: float | None) -> str:
    """How long something will take, from what was measured here.

    Examples
    --------
    >>> takes(12.0)
    'That took about 12 seconds here before.'
    >>> takes(None)
    'How long that takes on this computer is not known yet.'
    """
    if seconds is None:
        return "How long that takes on this computer is not known yet."
    return f"That took {about(seconds)} here before."


def left(done: int, total: int, seconds: float) -> str:
    """How long the rest of a round takes at the pace of its steps so far; empty while that is not known.

    Parameters
    ----------
    done, total : int
        Steps.
    seconds : float
        Since the first step was given out.

    Examples
    --------
    >>> left(4, 12, 10.0)
    'about 20 seconds left at this pace'
    >>> left(1, 12, 10.0)
    ''
    """
    if done < FEWEST or done >= total:
        return ""
    return f"{about(seconds / done * (total - done))} left at this pace"
