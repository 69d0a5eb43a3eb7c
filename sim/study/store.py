"""Finished replications of points on disk, each under its address: written whole or not at all, never twice.

A segment is a Parquet file with one row a unit: its address and its two vectors of figures. Small segments
are put together into larger ones as they come, so that ten thousand units are a handful of files. Readers
take each address once, so a command that is killed at any moment leaves a sound store.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.experiment.disk import on_disk, write_whole

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from sim.study.unit import Figures

SCHEMA: Final = 1
_NAMES: Final = b"cliffedge names"
_VERSION: Final = b"cliffedge units"
_TOGETHER: Final = 16  # segments of one size that are put together into one of the next
_LARGE: Final = 500_000  # segments of this size and above stay as they are, which bounds the memory [bytes]
_IN_HAND: Final = 3  # segments whose figures are kept in memory while reading

Names = tuple[tuple[str, str], ...]


@dataclass
class Segments:
    """The units of one study.

    Attributes
    ----------
    folder : Path
    owner : str
        Whose segments this process writes: two shards that share a folder never touch each other's.
    damaged : list of str
        Files that could not be read; their units count as not run.
    """

    folder: Path
    owner: str = "main"
    damaged: list[str] = field(default_factory=list)
    _where: dict[str, tuple[Path, int]] = field(default_factory=dict, repr=False)
    _serial: int = 0
    _read: dict[Path, tuple[Names, Any, Any]] = field(default_factory=dict, repr=False)

    def open(self) -> Segments:
        """Make the folder if missing, clear away what this owner left unfinished, and see what is there.

        Raises
        ------
        DiskError
            If the folder cannot be made or read.
        """
        with on_disk(self.folder, "keep the units of this study"):
            self.folder.mkdir(parents=True, exist_ok=True)
            for leftover in self.folder.glob(f".{self.owner}.*.unfinished-*"):
                leftover.unlink(missing_ok=True)
            self.look()
            self._serial = max((self._number(path) for path in self._own()), default=0)
        return self

    def look(self) -> None:
        """See anew which units are there, other writers' included."""
        import pyarrow.parquet as pq

        self._where.clear()
        self._read.clear()
        for path in sorted(self.folder.glob("*.parquet")):
            try:
                if pq.read_schema(path).metadata.get(_VERSION) != str(SCHEMA).encode():
                    raise ValueError("of another version")
                addresses = pq.read_table(path, columns=["address"])["address"].to_pylist()
            except FileNotFoundError:  # put together with others by their writer, between our two looks
                continue
            except (OSError, ValueError, KeyError, AttributeError):
                self.damaged.append(path.name)
                with suppress(OSError):
                    os.replace(path, path.with_suffix(".damaged"))
                continue
            for row, address in enumerate(addresses):
                self._where.setdefault(address, (path, row))

    def __contains__(self, address: object) -> bool:
        return address in self._where

    def __len__(self) -> int:
        return len(self._where)

    def bytes_on_disk(self) -> int:
        """How much the segments take [bytes]."""
        return sum(path.stat().st_size for path in self.folder.glob("*.parquet"))

    # ------------------------------------------------------------------------------------------- writing
    def add(self, figures: Iterable[Figures]) -> None:
        """Keep finished units; those that are there already are left as they are.

        Raises
        ------
        DiskError
            If they cannot be written.
        """
        new: dict[Names, dict[str, Figures]] = {}
        for one in figures:
            if one.address not in self._where:
                new.setdefault(one.names, {})[one.address] = one
        for names, units in new.items():
            self._write(_table(names, list(units.values())), level=0)
            self._put_together(0)

    def _write(self, table: pa.Table, level: int) -> None:
        import io

        import pyarrow.parquet as pq

        self._serial += 1
        path = self.folder / f"{self.owner}.{level}.{self._serial:07d}.parquet"
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="zstd")
        with on_disk(self.folder, "keep the units of this study"):
            write_whole(path, buffer.getvalue())
        for row, address in enumerate(table["address"].to_pylist()):
            self._where[address] = (path, row)

    def _own(self, level: int | None = None) -> list[Path]:
        wanted = "*" if level is None else str(level)
        return sorted(self.folder.glob(f"{self.owner}.{wanted}.*.parquet"))

    @staticmethod
    def _number(path: Path) -> int:
        return int(path.name.split(".")[-2])

    def _put_together(self, level: int, *, all_of_them: bool = False) -> None:
        """Make one segment of many small ones: first it is written, then they are removed."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        paths = [path for path in self._own(level) if path.stat().st_size < _LARGE][:_TOGETHER]
        if len(paths) < (2 if all_of_them else _TOGETHER):
            return
        by_names: dict[bytes, list[pa.Table]] = {}
        for path in paths:
            table = pq.read_table(path)
            here = [self._where.get(one, (None,))[0] == path for one in table["address"].to_pylist()]
            by_names.setdefault(table.schema.metadata[_NAMES], []).append(table.filter(pa.array(here)))
        for tables in by_names.values():
            self._write(pa.concat_tables(tables).combine_chunks(), level + 1)
        for path in paths:
            self._read.pop(path, None)
            with suppress(OSError):
                path.unlink()
        self._put_together(level + 1)

    def tidy(self) -> None:
        """Put this owner's small segments together once there is nothing more to come."""
        level = 0
        while own := self._own():
            if level > max(int(path.name.split(".")[-3]) for path in own):
                return
            self._put_together(level, all_of_them=True)
            level += 1

    # ------------------------------------------------------------------------------------------- reading
    def figures(self, address: str) -> tuple[Names, NDArray[np.float64], NDArray[np.float64]]:
        """Names, the option's figures and today's, of one unit.

        Raises
        ------
        SimError
            If it is not there.
        """
        if address not in self._where:
            raise SimError(
                f"The unit {address} is not in {self.folder}: give the same command again to run it"
            )
        path, row = self._where[address]
        if path not in self._read and not path.exists():  # put together with others by another shard
            self.look()
            return self.figures(address)
        if path not in self._read:
            while len(self._read) >= _IN_HAND:
                self._read.pop(next(iter(self._read)))
            self._read[path] = _arrays(path)
        names, value, today = self._read[path]
        return names, value[row], today[row]

    def seconds(self) -> Iterator[float]:
        """How long each unit took [s]."""
        import pyarrow.parquet as pq

        for path in sorted(self.folder.glob("*.parquet")):
            yield from pq.read_table(path, columns=["seconds"])["seconds"].to_pylist()


def _table(names: Names, units: Sequence[Figures]) -> pa.Table:
    """Units that have the same figures, as one segment."""
    import numpy as np
    import pyarrow as pa

    def vectors(which: str) -> pa.Array:
        flat = np.concatenate([getattr(one, which) for one in units])
        return pa.FixedSizeListArray.from_arrays(pa.array(flat, pa.float64()), len(names))

    metadata: Mapping[bytes, bytes] = {
        _VERSION: str(SCHEMA).encode(),
        _NAMES: json.dumps(names, separators=(",", ":")).encode(),
    }
    columns = {
        "address": pa.array([one.address for one in units], pa.string()),
        "seconds": pa.array([one.seconds for one in units], pa.float64()),
        "value": vectors("value"),
        "today": vectors("today"),
    }
    return pa.table(columns).replace_schema_metadata(dict(metadata))


def _arrays(path: Path) -> tuple[Names, Any, Any]:
    """What a segment holds: names, and two arrays of shape (n_units, n_names)."""
    import pyarrow.parquet as pq

    with on_disk(path, "read the units of this study"):
        table = pq.read_table(path).combine_chunks()
    names = tuple((metric, group) for metric, group in json.loads(table.schema.metadata[_NAMES]))

    def array(which: str) -> Any:
        flat = table[which].combine_chunks().flatten()
        return flat.to_numpy(zero_copy_only=False).reshape(len(table), len(names))

    return names, array("value"), array("today")
