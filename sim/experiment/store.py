"""Results on disk: written whole or not at all, read only if whole.

A result is a folder named by what made it. It is put together under another name, its manifest last, and
gets its own name in one step. Readers (`result`) refuse a folder without a sound manifest and say what to do.
"""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.experiment.disk import on_disk, sync_folder, write_whole
from sim.experiment.result import AGAIN, MANIFEST, fingerprint
from sim.experiment.result import Result as Result
from sim.experiment.result import is_whole as is_whole
from sim.experiment.result import latest as latest
from sim.experiment.result import load as load
from sim.experiment.tables import write_tables

if TYPE_CHECKING:
    from sim.experiment.parts import Parts
    from sim.experiment.plan import Plan
    from sim.experiment.runner import Account

SCHEMA_VERSION: Final = 2


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
                raise SimError(f"The part of {unit.where}, scenario {run.scenario}, vanished. {AGAIN}")
            events, survivors, peak = (
                events + part.events,
                survivors + part.survivors,
                max(peak, part.peak_mib),
            )
            runs.append(
                {
                    "key": run.key,
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
            path.name: fingerprint(path) for path in sorted(folder.glob("*.*")) if path.name != MANIFEST
        },
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
