"""From the parts of an experiment to its tables: one tidy schema each, rows in the plan's order.

Nothing here depends on who finished first, how many workers there were or how words are hashed, so the same
seed gives the same bytes. Where the files go is the store's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.experiment.plan import CENTRAL

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from sim.experiment.parts import Part, Parts
    from sim.experiment.plan import Plan, Run, Unit

TABLES: Final = ("outcomes", "people", "curves", "calendar", "stations")
TABLES_OF: Final = {1: TABLES[:-1], 2: TABLES}
"""By schema version of a result; 2: with `stations`, every station beside theory."""
_ROW = ("metric", "group", "value", "unit", "better", "family")


def write_tables(plan: Plan, parts: Parts, folder: Path) -> None:
    """Write every table of a result whose parts are all there.

    Parameters
    ----------
    plan : Plan
    parts : Parts
    folder : Path
        An empty folder that nobody reads yet.

    Raises
    ------
    SimError
        If a part is missing, or does not have the shape of outcomes.
    OSError
        If the disk refuses.
    """
    makers: dict[str, Callable[[Plan, Parts], Iterator[pa.Table]]] = {
        "outcomes": outcomes,
        "people": people,
        "curves": curves,
        "calendar": calendar,
        "stations": stations,
    }
    if plan.keep_events:
        makers["events"] = events
    for name, maker in makers.items():
        _write(folder / f"{name}.parquet", maker(plan, parts))


def _write(path: Path, tables: Iterable[pa.Table]) -> None:
    """Write tables of one schema as the row groups of one file, flushed to the disk."""
    import os

    import pyarrow.parquet as pq

    writer: Any = None
    with open(path, "wb") as file:
        try:
            for table in tables:
                if writer is None:
                    writer = pq.ParquetWriter(file, table.schema, compression="zstd")
                writer.write_table(table)
        finally:
            if writer is not None:
                writer.close()
        file.flush()
        os.fsync(file.fileno())
    if writer is None:
        raise SimError(f"{path.name}: there is not a single row to store, so this plan ran nothing")


def _each(plan: Plan, parts: Parts, *, central: bool = False) -> Iterator[tuple[Unit, Run, Part]]:
    """Every part in the plan's order."""
    for unit in plan.units:
        if central and unit.world != CENTRAL:
            continue
        for run in unit.runs:
            part = parts.read(run.key)
            if part is None:
                raise SimError(
                    f"The part of {unit.where}, scenario {run.scenario}, is missing from {parts.folder} or "
                    "damaged. Give the same command again: only what is missing is run."
                )
            yield unit, run, part


def _words(values: Iterable[Any]) -> pa.Array:
    """Words, each stored once."""
    import pyarrow as pa

    return pa.array([str(value) for value in values], pa.string()).dictionary_encode()


def _repeated(words: Sequence[str], times: Sequence[int]) -> pa.Array:
    """Each word so many times in a row, without ever writing it out.

    Examples
    --------
    >>> _repeated(["a", "b", "a"], [2, 1, 0]).to_pylist()
    ['a', 'a', 'b']
    """
    import numpy as np
    import pyarrow as pa

    said = {word: None for word, often in zip(words, times, strict=True) if often}
    place = {word: k for k, word in enumerate(said)}
    indices = np.repeat(np.array([place.get(word, 0) for word in words], np.int32), times)
    return pa.DictionaryArray.from_arrays(pa.array(indices), pa.array(list(said), pa.string()))


def _address(unit: Unit, run: Run, length: int, *, with_world: bool = True) -> dict[str, pa.Array]:
    """The columns that say which run a row is of."""
    import pyarrow as pa

    columns: dict[str, pa.Array] = {}
    if with_world:
        columns["world"] = _repeated([unit.world], [length])
    columns["replication"] = pa.array([unit.replication] * length, pa.int32())
    columns["scenario"] = _repeated([run.scenario], [length])
    return columns


def _in_one(pieces: list[pa.Table]) -> Iterator[pa.Table]:
    """Several tables as one, its words in one dictionary."""
    import pyarrow as pa

    if pieces:
        yield pa.concat_tables(pieces).unify_dictionaries().combine_chunks()


def _number(value: Any) -> float | None:
    """A measured number; None for what was not measured."""
    if value is None:
        return None
    number = float(value)
    return None if number != number else number


def outcomes(plan: Plan, parts: Parts) -> Iterator[pa.Table]:
    """One row a world, replication, scenario, metric and group; `n` people where the metric says so."""
    import pyarrow as pa

    pieces = []
    for unit, run, part in _each(plan, parts):
        rows = list(part.rows)
        for row in rows:
            if lacking := [column for column in _ROW if column not in row]:
                raise SimError(f"Outcome row {dict(row)!r} of {unit.where} lacks {', '.join(lacking)}")
        columns = _address(unit, run, len(rows))
        for column in _ROW:
            values = [row[column] for row in rows]
            columns[column] = (
                pa.array(map(_number, values), pa.float64()) if column == "value" else _words(values)
            )
        columns["n"] = pa.array([None if row.get("n") is None else int(row["n"]) for row in rows], pa.int64())
        pieces.append(pa.table(columns))
    return _in_one(pieces)


def people(plan: Plan, parts: Parts) -> Iterator[pa.Table]:
    """One row a replication, scenario and person of the cohort, central world only."""
    import pyarrow as pa

    for unit, run, part in _each(plan, parts, central=True):
        arrays = {name: pa.array(values) for name, values in part.people.items()}
        length = len(next(iter(arrays.values()))) if arrays else 0
        yield pa.table({**_address(unit, run, length, with_world=False), **arrays}).unify_dictionaries()


def curves(plan: Plan, parts: Parts) -> Iterator[pa.Table]:
    """One row a point: world, replication, scenario, curve, x, category, value."""
    import numpy as np
    import pyarrow as pa

    pieces = []
    for unit, run, part in _each(plan, parts):
        names: list[str] = []
        categories: list[str] = []
        points: list[int] = []
        xs, values = [np.zeros(0)], [np.zeros(0)]
        for name, (x, lines) in part.curves.items():
            for category, line in lines.items():
                names.append(name)
                categories.append(str(category))
                points.append(len(x))
                xs.append(np.asarray(x, float))
                values.append(np.asarray(line, float))
        columns = _address(unit, run, sum(points))
        columns |= {"curve": _repeated(names, points), "x": pa.array(np.concatenate(xs))}
        columns["category"] = _repeated(categories, points)
        pieces.append(pa.table({**columns, "value": pa.array(np.concatenate(values))}))
    return _in_one(pieces)


def calendar(plan: Plan, parts: Parts) -> Iterator[pa.Table]:
    """One row a series and period of the calendar: world, replication, scenario, series, period, value."""
    import pyarrow as pa

    pieces = []
    for unit, run, part in _each(plan, parts):
        rows = [
            (row["series"], row["period"], row["value"]) if isinstance(row, Mapping) else tuple(row)
            for row in part.calendar
        ]
        columns = _address(unit, run, len(rows))
        columns |= {
            "series": _words(row[0] for row in rows),
            "period": pa.array([str(row[1]) for row in rows], pa.string()),
            "value": pa.array([_number(row[2]) for row in rows], pa.float64()),
        }
        pieces.append(pa.table(columns))
    return _in_one(pieces)


def stations(plan: Plan, parts: Parts) -> Iterator[pa.Table]:
    """One row a station, where the calendar is kept: world, replication, scenario, and a twin's columns."""
    import pyarrow as pa

    from sim.validate.twins import COLUMNS

    pieces = []
    for unit, run, part in _each(plan, parts):
        columns = _address(unit, run, len(part.stations))
        for name in COLUMNS:
            values = [row[name] for row in part.stations]
            columns[name] = (
                _words(values)
                if name in ("station", "answer", "reason")
                else pa.array([_number(value) for value in values], pa.float64())
            )
        pieces.append(pa.table(columns))
    return _in_one(pieces)


def _named(codes: NDArray[np.uint8], names: dict[int, str]) -> pa.DictionaryArray:
    """Codes as words, each in the dictionary once: for doubles, pyarrow 26 stores stray memory."""
    import numpy as np
    import pyarrow as pa

    position = np.full(256, -1, np.int16)
    position[list(names)] = np.arange(len(names))
    indices = position[codes]
    if (unknown := indices < 0).any():
        raise SimError(f"event log with code {codes[unknown][0]}; allowed: {names}")
    return pa.DictionaryArray.from_arrays(pa.array(indices), pa.array(list(names.values())))


def events(plan: Plan, parts: Parts) -> Iterator[pa.Table]:
    """Every event of the central world: person, visit, time [days], event, place, detail."""
    import pyarrow as pa

    from sim.engine.log import Event, Place

    for unit, run, _ in _each(plan, parts, central=True):
        log = parts.read_log(run.key)
        columns = _address(unit, run, len(log), with_world=False)
        columns |= {name: pa.array(getattr(log, name)) for name in ("person", "visit", "time")}
        columns["event"] = _named(log.event, {int(event): event.name.lower() for event in Event})
        columns["place"] = _named(log.place, {int(place): place.name.lower() for place in Place})
        columns["detail"] = pa.array(log.detail)
        yield pa.table(columns)
