"""The result of a study for other programs: two Parquet files and a description of where they come from.

``rows.parquet`` has one row a point, replication, metric and group; ``points.parquet`` one row a point. Both
are written piece by piece, so memory does not grow with the number of runs. Nothing is run or reckoned here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.experiment.disk import on_disk, write_whole
from sim.study.rows import chosen

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.study.designs import Design
    from sim.study.evaluate import Report, Work
    from sim.study.store import Names, Segments

SCHEMA: Final = 1
ROWS: Final = "rows.parquet"
POINTS: Final = "points.parquet"
STUDY: Final = "study.json"
_AT_ONCE: Final = 200  # units whose rows are in memory


def write(
    folder: Path,
    design: Design,
    work: Work,
    store: Segments,
    report: Report,
    metrics: Sequence[str] | None,
    groups: Sequence[str] | None,
    command: str,
) -> int:
    """Write the result of a finished study; what stood there is replaced, file by file, once it is whole.

    Returns
    -------
    int
        How many rows there are.

    Raises
    ------
    SimError
        If a unit is missing.
    DiskError
    """
    with on_disk(folder, "write the result of this study"):
        folder.mkdir(parents=True, exist_ok=True)
        for leftover in folder.glob(".*.unfinished-*"):
            leftover.unlink(missing_ok=True)
    about = _provenance(design, work, metrics, groups, command)
    count = _write_rows(folder / ROWS, work, store, metrics, groups, about)
    _write_points(folder / POINTS, design, work, about)
    told = {
        **about,
        "rows": count,
        "took": {"seconds": report.seconds, "run_now": report.run, "kept": report.kept},
        "files": {name: (folder / name).stat().st_size for name in (ROWS, POINTS)},
    }
    with on_disk(folder, "write the result of this study"):
        write_whole(folder / STUDY, json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return count


def _provenance(
    design: Design,
    work: Work,
    metrics: Sequence[str] | None,
    groups: Sequence[str] | None,
    command: str,
) -> dict[str, Any]:
    """Where the rows come from: enough to make them again."""
    from sim import __version__

    return {
        "schema_version": SCHEMA,
        "what": "cliffedge study",
        "title": design.title,
        "command": command,
        "design": design.source,
        "version": __version__,
        "program": work.program,
        "seed": work.seed,
        "replications": list(work.replications),
        "points": len(work.points),
        "metrics": "every metric measured on the cohort" if metrics is None else list(metrics),
        "groups": "every group" if groups is None else list(groups),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "people": "synthetic; nobody in these figures is a real person",
    }


def _write_rows(
    path: Path,
    work: Work,
    store: Segments,
    metrics: Sequence[str] | None,
    groups: Sequence[str] | None,
    about: dict[str, Any],
) -> int:
    """Write the long table, some units at a time."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    words = pa.dictionary(pa.int32(), pa.string())
    fields = [("point", words), ("replication", pa.int32()), ("metric", words), ("group", words)]
    numbers = [(name, pa.float64()) for name in ("value", "today", "difference")]
    schema = pa.schema([*fields, *numbers], metadata={"cliffedge": json.dumps(about)})
    places: dict[Names, list[int]] = {}
    count = 0
    unfinished = path.with_name(f".{path.name}.unfinished-{os.getpid()}")
    units = work.units()
    with on_disk(path, "write the result of this study"):
        with pq.ParquetWriter(unfinished, schema, compression="zstd") as writer:
            while some := list(islice(units, _AT_ONCE)):
                columns: dict[str, list[Any]] = {name: [] for name in schema.names}
                for unit in some:
                    names, value, today = store.figures(unit.address)
                    if names not in places:
                        places[names] = chosen(names, metrics, groups)
                    at = places[names]
                    columns["point"] += [unit.point.name] * len(at)
                    columns["replication"] += [unit.replication] * len(at)
                    columns["metric"] += [names[place][0] for place in at]
                    columns["group"] += [names[place][1] for place in at]
                    columns["value"].append(value[at])
                    columns["today"].append(today[at])
                    columns["difference"].append(value[at] - today[at])
                arrays = [
                    _missing_as_null(np.concatenate(columns[name]))
                    if name in ("value", "today", "difference")
                    else pa.array(columns[name]).cast(schema.field(name).type)
                    for name in schema.names
                ]
                table = pa.Table.from_arrays(arrays, schema=schema)
                writer.write_table(table)
                count += len(table)
        os.replace(unfinished, path)
    return count


def _missing_as_null(numbers: Any) -> pa.Array:
    """Numbers; what was not measured is missing, not a number that other programs would spread."""
    import numpy as np
    import pyarrow as pa

    return pa.array(numbers, pa.float64(), mask=np.isnan(numbers))


def _write_points(path: Path, design: Design, work: Work, about: dict[str, Any]) -> None:
    """Write what each point sets: a column a path, numbers as numbers where all of them are."""
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, pa.Array] = {
        "point": pa.array([one.name for one in work.points], pa.string()),
        "scenarios": pa.array(["+".join(one.scenarios) for one in work.points], pa.string()),
        "world_hash": pa.array([one.today for one in work.known], pa.string()),
        "option_hash": pa.array([one.option for one in work.known], pa.string()),
    }
    for name in design.columns:
        values = [one.get(name) for one in design.settings]
        plain = [value for value in values if value is not None]
        if plain and all(isinstance(value, bool) for value in plain):
            columns[name] = pa.array(values, pa.bool_())
        elif all(isinstance(value, int | float) and not isinstance(value, bool) for value in plain):
            columns[name] = pa.array([None if v is None else float(v) for v in values], pa.float64())
        else:
            columns[name] = pa.array([None if v is None else str(v) for v in values], pa.string())
    table = pa.table(columns).replace_schema_metadata({"cliffedge": json.dumps(about)})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    with on_disk(path, "write the result of this study"):
        write_whole(path, buffer.getvalue())


def read(folder: Path) -> dict[str, Any]:
    """Return the description of a study's result.

    Raises
    ------
    SimError
        If no finished result stands there, or another version wrote it.
    """
    path = folder / STUDY
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SimError(f"{folder}: there is no finished study; give its command again to finish it") from None
    except (OSError, ValueError) as error:
        raise SimError(f"{path}: cannot be read ({error}); give the study's command again") from None
    if told.get("schema_version") != SCHEMA:
        raise SimError(
            f"{path}: has schema version {told.get('schema_version')!r}; this program reads version {SCHEMA}"
        )
    return told
