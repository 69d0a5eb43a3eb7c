"""A calibration on disk: the designs of its waves, the set that is not ruled out, and where it comes from.

``calibration.json`` tells everything but the set, ``set.parquet`` holds it, ``waves/`` the designs and
``runs/`` the finished runs. `load_set` is what other studies read.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.experiment.disk import on_disk, write_whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.calibrate.space import Space

    Floats = NDArray[np.float64]

MANIFEST: Final = "calibration.json"
SET: Final = "set.parquet"
RUNS: Final = "runs"
_WAVES: Final = "waves"
_IDENTITY: Final = "begun.json"
SCHEMA: Final = 1


@dataclass(frozen=True)
class Folder:
    """The folder of one calibration; keeps the designs of its waves.

    Attributes
    ----------
    path : Path
    """

    path: Path

    def begin(self, identity: Mapping[str, Any]) -> None:
        """Make the folder, or go on in one that was begun with the same settings.

        Raises
        ------
        SimError
            If another calibration is in it; what differs is named.
        """
        with on_disk(self.path, "keep this calibration"):
            (self.path / _WAVES).mkdir(parents=True, exist_ok=True)
            file = self.path / _IDENTITY
            wanted = json.loads(json.dumps(identity))
            if not file.exists():
                write_whole(file, json.dumps(wanted, indent=1))
                return
            there = _json(file)
        differs = [name for name in wanted if there.get(name) != wanted[name]]
        if differs:
            told = "; ".join(f"{name}: {there.get(name)} there, {wanted[name]} now" for name in differs)
            raise SimError(
                f"{self.path} holds another calibration ({told}). Allowed: the same settings, to go on; "
                f"nearest: another folder, --folder {self.path}-2"
            )

    def kept(self, wave: int) -> Floats | None:
        """The settings of a wave that was begun, from 0 to 1, shape (n, n_dimensions)."""
        import numpy as np

        file = self.path / _WAVES / f"{wave}.json"
        with on_disk(file, "read the design of a wave"):
            return np.array(_json(file), np.float64) if file.exists() else None

    def keep(self, wave: int, places: Floats) -> None:
        """Keep the settings of a wave, from 0 to 1, to the last bit."""
        file = self.path / _WAVES / f"{wave}.json"
        with on_disk(file, "keep the design of a wave"):
            write_whole(file, json.dumps(places.tolist()))

    def finish(self, space: Space, places: Floats, implausibility: Floats, told: Mapping[str, Any]) -> None:
        """Write the set and then the manifest, which says that it is whole.

        `places` are from 0 to 1, shape (n, n_dimensions); implausibility in standard deviations, shape (n,).
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        values = space.values(places)
        columns: dict[str, Any] = {
            one.name: pa.array(values[:, number], pa.float64()) for number, one in enumerate(space.dimensions)
        }
        columns["implausibility"] = pa.array(implausibility, pa.float64())
        rows = [list(space.overrides(row.tolist())) for row in places]
        columns["overrides"] = pa.array(rows, pa.list_(pa.string()))
        buffer = io.BytesIO()
        pq.write_table(pa.table(columns), buffer)
        with on_disk(self.path, "keep the set of settings"):
            write_whole(self.path / SET, buffer.getvalue())
            write_whole(self.path / MANIFEST, json.dumps({"schema": SCHEMA, **told}, indent=1))


def load_manifest(folder: Path) -> dict[str, Any]:
    """What a calibration tells of itself.

    Raises
    ------
    SimError
        If there is none, or it is not finished.
    """
    file = Path(folder) / MANIFEST
    if not file.is_file():
        begun = (Path(folder) / _IDENTITY).is_file()
        raise SimError(
            f"{folder} holds {'a calibration that is not finished' if begun else 'no calibration'}; allowed: "
            f"a folder that holds {MANIFEST}; nearest: cliffedge study calibrate --folder {folder}"
        )
    with on_disk(file, "read the calibration"):
        found: dict[str, Any] = _json(file)
    if found.get("schema") != SCHEMA:
        raise SimError(f"{file}: schema {found.get('schema')}; this program reads {SCHEMA}; calibrate again")
    return found


def load_set(folder: Path) -> list[tuple[str, ...]]:
    """The settings that are not ruled out, each as overrides ``path=value``; none if none is left.

    They are drawn evenly from the set: used as a distribution, each row is as likely as any other.

    Parameters
    ----------
    folder : Path
        Of ``cliffedge study calibrate``.

    Raises
    ------
    SimError
        If there is no finished calibration, or it was damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    load_manifest(folder)
    file = Path(folder) / SET
    try:
        with on_disk(file, "read the set of settings"):
            rows = pq.read_table(file, columns=["overrides"])["overrides"].to_pylist()
    except (pa.ArrowInvalid, KeyError) as error:
        raise SimError(f"{file} cannot be read ({error}); remove it and calibrate again") from None
    return [tuple(row) for row in rows]


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise SimError(f"{file} is damaged; remove it, and the same command makes it again") from None
