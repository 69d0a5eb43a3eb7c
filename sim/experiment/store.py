"""Results on disk: written whole or not at all, read only if whole.

A result is a folder named by what made it. It is put together under another name, its manifest last, and
gets its own name in one step. Readers refuse a folder without a sound manifest and say what to do.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.experiment.disk import on_disk, sync_folder, write_whole
from sim.experiment.plan import BASELINE
from sim.experiment.tables import TABLES_OF, write_tables
from sim.experiment.titles import option_title

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.parts import Parts
    from sim.experiment.plan import Plan
    from sim.experiment.runner import Account

SCHEMA_VERSION: Final = 2
MANIFEST: Final = "manifest.json"
_AGAIN: Final = "Give the same command again to make it; only what is missing is run."


# ------------------------------------------------------------------------------------------------ writing
def assemble(plan: Plan, parts: Parts, target: Path, account: Account, aside: Path | None = None) -> None:
    """Put a result together from its finished parts.

    Parameters
    ----------
    plan : Plan
    parts : Parts
        Every part of the plan; left as they are.
    target, aside : Path
        The folder of the result; what stood there unfinished is replaced, or put `aside` if that is given.
    account : Account
        What it took.

    Raises
    ------
    DiskError
        If the disk refuses; nothing that looks whole is left.
    SimError
        If a part is missing.
    """
    folder = target.with_name(f"{target.name}.partial-{os.getpid()}")
    replaced = target.with_name(f"{target.name}.replaced-{os.getpid()}")
    try:
        with on_disk(target, "store the result"):
            folder.mkdir()
            write_tables(plan, parts, folder)
            write_whole(folder / "config.yaml", plan.config_yaml)
            write_whole(folder / "scenarios.yaml", _scenarios_yaml(plan))
            sync_folder(folder)
            write_whole(folder / MANIFEST, _manifest(plan, parts, account, folder))
            sync_folder(folder)
            if target.exists():
                os.replace(target, aside or replaced)
            os.replace(folder, target)
            sync_folder(target.parent)
    finally:
        for leftover in (folder, replaced):
            shutil.rmtree(leftover, ignore_errors=True)


def plain(value: Any) -> Any:
    """A parameter's value in the words of YAML: numbers, texts, lists, and dates as mappings."""
    if hasattr(value, "dates") and hasattr(value, "values") and not callable(value.values):
        return {str(date): plain(number) for date, number in zip(value.dates, value.values, strict=True)}
    if hasattr(value, "model_dump"):
        return plain(value.model_dump())
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value if isinstance(value, (bool, int, float, str)) or value is None else str(value)


def _fingerprint(path: Path) -> dict[str, Any]:
    """Length and SHA-256 of a file."""
    with open(path, "rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _scenarios_yaml(plan: Plan) -> str:
    """What each scenario is and changes, and what each world sets."""
    import yaml

    content = {
        "scenarios": [
            {
                "name": story.name,
                "titles": list(story.titles),
                "why": list(story.why),
                "sources": list(story.sources),
                "applies_to": story.applies_to,
                "changes": {
                    path: {"before": plain(before), "after": plain(after)}
                    for path, (before, after) in story.changes.items()
                },
            }
            for story in plan.stories
        ],
        "worlds": [
            {
                "name": world.name,
                "entry": world.entry,
                "side": world.side,
                "title": world.title,
                "settings": plain(world.settings),
            }
            for world in plan.worlds
        ],
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)


def _manifest(plan: Plan, parts: Parts, account: Account, folder: Path) -> str:
    """Who, what, when and with which versions; the only file that says that a result is whole."""
    import platform

    import numpy

    from sim import __version__

    runs, events, survivors, peak = [], 0, 0, account.peak_mib
    for unit in plan.units:
        for run in unit.runs:
            part = parts.read(run.key)
            if part is None:
                raise SimError(f"The part of {unit.where}, scenario {run.scenario}, vanished. {_AGAIN}")
            events, survivors, peak = (
                events + part.events,
                survivors + part.survivors,
                max(peak, part.peak_mib),
            )
            runs.append(
                {
                    "world": unit.world,
                    "replication": unit.replication,
                    "scenario": run.scenario,
                    "seconds": round(part.seconds, 3),
                    "events": part.events,
                    "survivors": part.survivors,
                }
            )
    content = {
        "schema_version": SCHEMA_VERSION,
        "complete": True,
        "run_id": plan.run_id,
        "title": plan.title,
        "command": plan.command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {
            "cliffedge": __version__,
            "python": platform.python_version(),
            "numpy": numpy.__version__,
        },
        "config_hash": plan.config_hash,
        "source_hash": plan.source_hash,
        "seed": plan.seed,
        "scenarios": [story.name for story in plan.stories],
        "worlds": [world.name for world in plan.worlds],
        "runs": runs,
        "timings": {
            "seconds": round(account.seconds, 1),
            "history_seconds": [round(seconds, 1) for seconds in account.history_seconds],
        },
        "workers": account.workers,
        "runs_kept_from_before": account.kept,
        "peak_memory_mib": round(peak, 1),
        "events": events,
        "events_per_person": round(events / survivors, 3) if survivors else None,
        "files": {
            path.name: _fingerprint(path) for path in sorted(folder.glob("*.*")) if path.name != MANIFEST
        },
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


# ------------------------------------------------------------------------------------------------ reading
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
            return dict(yaml.safe_load(self._text(name)))
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
                same = _fingerprint(path) == self.manifest["files"].get(name)
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
        raise SimError(f"{folder} has no {MANIFEST}, so it was never finished and is not a result. {_AGAIN}")
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
        raise SimError(f"{manifest_path} says that this result is not complete. {_AGAIN}")
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
