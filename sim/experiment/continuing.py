"""Runs that an earlier experiment finished already: taken over instead of being run again.

A run's address says all that decides it (configuration, source, seed, world, replication, scenario), so a
finished result that lists the same address holds the same run. Whole units only, and only from results whose
files are what was stored. What is taken over becomes a part, as if it had just been run.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sim.errors import SimError
from sim.experiment.disk import on_disk
from sim.experiment.parts import Part, Parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pyarrow as pa

    from sim.experiment.plan import Plan, Unit
    from sim.experiment.store import Result

CENTRAL = "central"


def take_over(plan: Plan, parts: Parts, root: Path, say: Callable[[str], None]) -> int:
    """Fill `parts` with whatever finished results in `root` hold of a plan.

    Parameters
    ----------
    plan : Plan
        Units that keep events are left to be run: a result need not hold them.
    parts : Parts
        An opened folder.
    root : Path
        The results folder.
    say : callable
        Told from where runs come.

    Returns
    -------
    int
        How many runs were taken over.
    """
    wanted = [
        unit
        for unit in plan.units
        if not unit.keep_events and not all(parts.path(run.key).exists() for run in unit.runs)
    ]
    taken = 0
    for folder in sorted(root.iterdir()) if wanted else ():
        keys = _keys(folder)
        here = [unit for unit in wanted if all(run.key in keys for run in unit.runs)]
        if not here:
            continue
        try:
            count = _copy(_whole(folder), keys, here, parts)
        except SimError:
            continue  # damaged: what it holds is run again
        taken += count
        wanted = [unit for unit in wanted if unit not in here]
        say(f"{count} runs are taken over from {folder}: the same configuration, source and seed.")
    return taken


def move(plan: Plan, source: Parts, parts: Parts) -> None:
    """Give the parts of a plan that stand in one folder to another, without copying where that can be.

    Raises
    ------
    DiskError
        If they cannot be written.
    """
    with on_disk(parts.folder, "keep the parts of this run"):
        for unit in plan.units:
            for run in unit.runs:
                for old, new in (
                    (source.log_path(run.key), parts.log_path(run.key)),
                    (source.path(run.key), parts.path(run.key)),
                ):
                    if old.exists() and not new.exists():
                        try:
                            os.link(old, new)
                        except OSError:  # a file system without links
                            shutil.copy2(old, new)


def _keys(folder: Path) -> dict[str, dict[str, Any]]:
    """Address of each run of a finished result to its entry in the manifest; empty if there is none."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["complete"] is True and manifest["run_id"] == folder.name:
            return {run["key"]: run for run in manifest["runs"] if "key" in run}
    return {}


def _whole(folder: Path) -> Result:
    """A result all of whose files are what was stored.

    Raises
    ------
    SimError
        If it cannot be read, is damaged, or holds fewer tables than are written today.
    """
    from sim.experiment.store import SCHEMA_VERSION, load

    result = load(folder)
    if result.manifest["schema_version"] != SCHEMA_VERSION:
        raise SimError(f"{folder} is of another schema version, so nothing is taken over from it.")
    result.verify()
    return result


def _copy(result: Result, keys: dict[str, dict[str, Any]], units: list[Unit], parts: Parts) -> int:
    """Write the parts of these units from a result's tables; how many."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from sim.experiment.tables import TABLES

    tables: dict[str, pa.Table] = {}
    with on_disk(result.path, "read an earlier result"):
        for name in TABLES:
            table = pq.read_table(result.path / f"{name}.parquet")
            replications = sorted({unit.replication for unit in units})
            tables[name] = table.filter(pc.field("replication").isin(replications))
    count = 0
    for unit in units:
        for run in unit.runs:
            own = {
                name: _of_run(table, unit.world, unit.replication, run.scenario)
                for name, table in tables.items()
            }
            about = keys[run.key]
            parts.write(
                run.key,
                Part(
                    rows=own["outcomes"].to_pylist(),
                    people={name: own["people"][name].combine_chunks() for name in own["people"].column_names}
                    if unit.world == CENTRAL
                    else {},
                    curves=_curves(own["curves"]),
                    calendar=list(_rows(own["calendar"], "series", "period", "value")),
                    seconds=float(about["seconds"]),
                    events=int(about["events"]),
                    survivors=int(about["survivors"]),
                    stations=own["stations"].to_pylist(),
                ),
            )
            count += 1
    return count


def _of_run(table: pa.Table, world: str, replication: int, scenario: str) -> pa.Table:
    """The rows of one run, without the columns that say which it is."""
    import pyarrow.compute as pc

    chosen = (pc.field("replication") == replication) & (pc.field("scenario") == scenario)
    if "world" in table.column_names:
        chosen = chosen & (pc.field("world") == world)
    kept = [name for name in table.column_names if name not in ("world", "replication", "scenario")]
    return table.filter(chosen).select(kept)


def _rows(table: pa.Table, *names: str) -> Iterator[tuple[Any, ...]]:
    """The rows of some columns."""
    return zip(*(table[name].to_pylist() for name in names), strict=True)


def _curves(table: pa.Table) -> dict[str, Any]:
    """The curves as they were measured: x and a line for each category."""
    import numpy as np

    gathered: dict[str, dict[str, tuple[list[float], list[float]]]] = {}
    for name, category, x, value in _rows(table, "curve", "category", "x", "value"):
        xs, values = gathered.setdefault(name, {}).setdefault(category, ([], []))
        xs.append(x)
        values.append(value)
    return {
        name: (
            np.asarray(next(iter(lines.values()))[0]),
            {category: np.asarray(values) for category, (_, values) in lines.items()},
        )
        for name, lines in gathered.items()
    }
