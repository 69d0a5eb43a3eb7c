"""A stored result, read back: refused unless it is whole, and every table checked against its fingerprint.

Readers open a result with `load` and never write. Not here: how a result is put together (`store`).
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.experiment.plan import BASELINE
from sim.experiment.tables import TABLES_OF
from sim.experiment.titles import option_title

if TYPE_CHECKING:
    import pandas as pd

MANIFEST: Final = "manifest.json"
AGAIN: Final = "Give the same command again to make it; only what is missing is run."


def fingerprint(path: Path) -> dict[str, Any]:
    """Length and SHA-256 of a file."""
    with open(path, "rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


@dataclass(frozen=True)
class Result:
    """A whole result; its tables are read when they are first asked for.

    Attributes
    ----------
    path : Path
    manifest : dict
    """

    path: Path
    manifest: dict[str, Any]

    @cached_property
    def config_yaml(self) -> str:
        """The resolved configuration, as it was stored."""
        return self._text("config.yaml")

    @cached_property
    def config(self) -> dict[str, Any]:
        """The resolved configuration as a tree of plain values."""
        return self._yaml("config.yaml")

    @cached_property
    def scenarios(self) -> list[dict[str, Any]]:
        """Name, titles, why, sources, applies_to and changes of each scenario, the baseline first."""
        return list(self._about["scenarios"])

    @cached_property
    def worlds(self) -> list[dict[str, Any]]:
        """Name, entry, side, title and settings of each world, the central one first."""
        return list(self._about["worlds"])

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """world, replication, scenario, metric, group, value, unit, better, family, n."""
        return self._table("outcomes")

    @cached_property
    def people(self) -> pd.DataFrame:
        """replication, scenario and the columns of the cohort; central world."""
        return self._table("people")

    @cached_property
    def curves(self) -> pd.DataFrame:
        """world, replication, scenario, curve, x, category, value."""
        return self._table("curves")

    @cached_property
    def calendar(self) -> pd.DataFrame:
        """world, replication, scenario, series, period, value."""
        return self._table("calendar")

    @cached_property
    def stations(self) -> pd.DataFrame:
        """world, replication, scenario and the columns of `sim.validate.twins.Twin`; from version 2 on."""
        return self._table("stations")

    @cached_property
    def events(self) -> pd.DataFrame:
        """replication, scenario, person, visit, time, event, place, detail; central world, if kept."""
        return self._table("events")

    @property
    def names(self) -> list[str]:
        """Names of the scenarios, the baseline first."""
        return list(self.manifest["scenarios"])

    @property
    def options(self) -> list[str]:
        """Names of the scenarios other than the baseline."""
        return [name for name in self.names if name != BASELINE]

    def title_of(self, scenario: str) -> str:
        """The title of a scenario, or of the scenarios it joins."""
        for story in self.scenarios:
            if story["name"] == scenario:
                return option_title(scenario, list(story["titles"]))
        raise SimError(f"{self.path}: no scenario {scenario!r}; allowed: {', '.join(self.names)}")

    @cached_property
    def _about(self) -> dict[str, Any]:
        return self._yaml("scenarios.yaml")

    def _yaml(self, name: str) -> dict[str, Any]:
        import yaml

        self.verify(name)
        try:
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, many times faster
            return dict(yaml.load(self._text(name), Loader=loader))
        except (yaml.YAMLError, TypeError, ValueError) as error:
            raise _damaged(self.path / name, error) from error

    def _text(self, name: str) -> str:
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise _damaged(self.path / name, error) from error

    def verify(self, *names: str) -> None:
        """Compare files with their fingerprints in the manifest; by default all of them.

        Raises
        ------
        SimError
            If one is missing or not what was stored.
        """
        for name in names or tuple(self.manifest["files"]):
            path = self.path / name
            try:
                same = fingerprint(path) == self.manifest["files"].get(name)
            except OSError as error:
                raise _damaged(path, error) from error
            if not same:
                raise _damaged(path, ValueError("its fingerprint is not the one in the manifest"))

    def _table(self, name: str) -> pd.DataFrame:
        import pandas as pd
        import pyarrow as pa

        path = self.path / f"{name}.parquet"
        if name == "events" and not path.exists():
            raise SimError(
                f"{self.path} holds no events: they are kept only with experiment.keep_events=true"
            )
        self.verify(path.name)
        try:
            return pd.read_parquet(path)
        except (OSError, ValueError, pa.ArrowException) as error:
            raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> SimError:
    """The message for a file of a result that cannot be read."""
    why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return SimError(
        f"{path} is missing or damaged and cannot be read ({why}). Give the command that made it again: it "
        "replaces a damaged result."
    )


def load(path: Path | str) -> Result:
    """Open a result.

    Parameters
    ----------
    path : Path or str
        Its folder, ``results/<run-id>``.

    Raises
    ------
    SimError
        If there is none, if it was never finished, if it is damaged or of another schema version.
    """
    folder = Path(path)
    manifest_path = folder / MANIFEST
    if not folder.is_dir():
        raise SimError(
            f"There is no result at {folder}. Allowed: a folder that cliffedge run or compare made."
        )
    if not manifest_path.is_file():
        raise SimError(f"{folder} has no {MANIFEST}, so it was never finished and is not a result. {AGAIN}")
    try:
        manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
        version = manifest["schema_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(manifest_path, error) from error
    if version not in TABLES_OF:
        raise SimError(
            f"{manifest_path}: schema_version {version!r}; this version of Cliff Edge reads "
            f"{' and '.join(map(str, TABLES_OF))}. Read it with the version that made it, or give its "
            "command again."
        )
    if manifest.get("complete") is not True:
        raise SimError(f"{manifest_path} says that this result is not complete. {AGAIN}")
    files = manifest.get("files", {})
    for name in (*(f"{table}.parquet" for table in TABLES_OF[version]), "config.yaml", "scenarios.yaml"):
        if name not in files or not (folder / name).is_file():
            raise _damaged(folder / name, FileNotFoundError("no such file"))
    return Result(folder, manifest)


def is_whole(path: Path) -> bool:
    """Whether a finished result that can be read stands there."""
    try:
        result = load(path)
        result.verify()
    except SimError:
        return False
    return bool(result.manifest["run_id"] == path.name)


def latest(root: Path | str = "results") -> Result:
    """The result made last in a results folder.

    Raises
    ------
    SimError
        If it holds none.
    """
    found = []
    with suppress(OSError):
        for folder in sorted(Path(root).iterdir()):
            with suppress(SimError):
                result = load(folder)
                found.append((result.manifest["created"], folder.name, result))
    if not found:
        raise SimError(f"There is no finished result in {Path(root)}. Make one with: cliffedge compare")
    return max(found, key=lambda each: each[:2])[2]
