"""The outcomes of single runs, kept while an experiment is under way so that it can be stopped and continued.

A part is one run of one scenario in one unit. Its file carries a digest: a damaged or foreign part is not
read but run again. Parts are working material; what readers see is assembled from them by the store.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.disk import on_disk, write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.experiment.machinery import Measured

_MARK = b"cliffedge part 1\n"
_DIGEST = hashlib.sha256().digest_size


@dataclass(frozen=True)
class Part:
    """What is kept of one run.

    Attributes
    ----------
    rows, people, curves, calendar, stations
        As measured (see `sim.experiment.machinery.Measured`).
    cohort : object or None
        Of a baseline run: the people followed in the unit's other runs.
    seconds : float
        How long the run took, its unit's history not counted [s].
    events, survivors : int
        Length of its event log, and size of the population.
    peak_mib : float
        Peak memory of the process that ran it [MiB]; 0 where the system does not say.
    """

    rows: Sequence[Mapping[str, Any]]
    people: Mapping[str, Any]
    curves: Mapping[str, Any]
    calendar: Sequence[Any]
    cohort: Any = None
    seconds: float = 0.0
    events: int = 0
    survivors: int = 0
    peak_mib: float = 0.0
    stations: Sequence[Mapping[str, Any]] = ()


def part_of(measured: Measured, **about: Any) -> Part:
    """A part from outcomes; `about` gives the other fields."""
    return Part(
        list(measured.rows),
        dict(measured.people),
        dict(measured.curves),
        list(measured.calendar),
        stations=list(measured.stations),
        **about,
    )


@dataclass(frozen=True)
class Parts:
    """The folder of parts of one experiment."""

    folder: Path
    damaged: list[str] = field(default_factory=list)

    def open(self) -> None:
        """Make the folder, and clear away what an earlier command left unfinished in it.

        Raises
        ------
        DiskError
            If the folder cannot be made.
        """
        with on_disk(self.folder, "keep the parts of this run"):
            self.folder.mkdir(parents=True, exist_ok=True)
            for leftover in self.folder.glob(".*.unfinished-*"):
                leftover.unlink(missing_ok=True)

    def remove(self) -> None:
        """Delete every part, once the whole result stands."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, key: str) -> Path:
        """Where the part of this address is or would be."""
        return self.folder / f"{key}.part"

    def log_path(self, key: str) -> Path:
        """Where the event log of this run is or would be, if events are kept."""
        return self.folder / f"{key}.events"

    def write(self, key: str, part: Part) -> None:
        """Keep a part, whole or not at all.

        Raises
        ------
        DiskError
            If it cannot be written.
        """
        payload = pickle.dumps((key, part), protocol=5)
        with on_disk(self.folder, "keep the outcomes of a run"):
            write_whole(self.path(key), _MARK + hashlib.sha256(payload).digest() + payload)

    def write_log(self, key: str, log: Any) -> None:
        """Keep an event log beside its part; to be written before it.

        Raises
        ------
        DiskError
            If it cannot be written.
        """
        with on_disk(self.folder, "keep the event log of a run"):
            write_whole(self.log_path(key), pickle.dumps(log, protocol=5))

    def read(self, key: str) -> Part | None:
        """The part of this address, or None if there is none that can be trusted.

        A part that is cut short, damaged or of another address is removed and noted in `damaged`.

        Raises
        ------
        DiskError
            If the file is there but may not be read.
        """
        path = self.path(key)
        with on_disk(path, "read an earlier part of this run"):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                return None
        start = len(_MARK) + _DIGEST
        payload = content[start:]
        sound = content.startswith(_MARK) and content[len(_MARK) : start] == hashlib.sha256(payload).digest()
        if sound:
            written_for, part = pickle.loads(payload)
            if written_for == key and isinstance(part, Part):
                return part
        self.damaged.append(path.name)
        with suppress(OSError):
            os.unlink(path)
        return None

    def read_log(self, key: str) -> Any:
        """The event log kept beside a part.

        Raises
        ------
        DiskError
            If it cannot be read.
        """
        path = self.log_path(key)
        with on_disk(path, "read the event log of a run"):
            return pickle.loads(path.read_bytes())

    def has(self, key: str, *, with_log: bool) -> bool:
        """Whether this run is finished and need not be run again."""
        return (not with_log or self.log_path(key).is_file()) and self.read(key) is not None
