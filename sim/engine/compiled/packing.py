"""Rules and people laid out for the kernels: the same numbers, in records of a fixed shape.

A record of rules has the names of `sim.engine.rules` (`world.rules.support.reached`); a dated value becomes
the place where its steps begin in the world's step table; services become one record with an array for each
value. Numba is not needed here.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.config.values import REGIONS
from sim.engine.clock import FIRST_YEAR, date_of, quarter_of, quarter_start
from sim.engine.compiled.state import ARRIVING, TURN
from sim.engine.rules import Rules, ServiceRules, Steps
from sim.engine.survivor import SERVICES_MAX
from sim.people.population import Population

NEVER: Final = float("inf")
STEPS_AT_LEAST: Final = 4096
AT_ONCE: Final = 1 << 15
"""People whose records are made together, which are read before they have left the processor."""
KEPT: Final = 1 << 19
"""People whose records are kept at most, for another continuation."""
_NO_SERVICE: Final = ServiceRules(
    offered=Steps((-NEVER,), (0.0,)),
    without_recourse=0.0,
    begins=0,
    offset=0.0,
    need=0,
    need_share=0.0,
    confirmed_only=False,
    eligible_only=False,
    needs_recourse=False,
    sex=0,
    age=0,
    covered=(0.0,) * len(REGIONS),
    accepted=0.0,
    interpreters=1.0,
    childcare=1.0,
    travel=1.0,
    digital=1.0,
    not_met=0.0,
    places=0.0,
    outside_median=0.0,
    outside_sigma=0.0,
    interpreters_wait=1.0,
    patience=0.0,
    length_min=0.0,
    length_extra=0.0,
    named_worker=False,
    crisis_ratio=1.0,
    need_met=0.0,
    grant_ratio=1.0,
    luck=0,
)


# ------------------------------------------------------------------------------------------------- rules
class StepTable:
    """Step tables of dated values one behind the other, each closed by a step that never comes."""

    def __init__(self) -> None:
        self.days: list[float] = []
        self.values: list[float] = []
        self._begins: dict[Steps, int] = {}

    def place(self, steps: Steps) -> int:
        """Where these steps begin in the table; equal ones stand in it once."""
        if steps not in self._begins:
            self._begins[steps] = len(self.days)
            self.days += [*steps.days, NEVER]
            self.values += [*steps.values, 0.0]
        return self._begins[steps]

    def length(self) -> int:
        """Room to keep for it: rarely another, since each length is a shape of its own to compile for."""
        room = STEPS_AT_LEAST
        while room < len(self.days):
            room *= 4
        return room


def pack(rules: Rules) -> tuple[np.dtype[Any], tuple[Any, ...], StepTable]:
    """Rules as a record type, the values of one such record, and the steps it points into."""
    table = StepTable()
    services = [*rules.services, *[_NO_SERVICE] * (SERVICES_MAX - len(rules.services))]
    by_value = tuple(zip(*services, strict=True))
    fields: list[Any] = []
    values: list[Any] = []
    parts: tuple[Any, ...] = rules
    for name, part in zip(rules._fields, parts, strict=True):
        if name == "services":
            kind, packed = _record(ServiceRules._fields, by_value, table)
        else:
            kind, packed = _record(part._fields, part, table)
        fields.append((name, kind))
        values.append(packed)
    return np.dtype(fields, align=True), tuple(values), table


def _record(names: tuple[str, ...], parts: Any, table: StepTable) -> tuple[np.dtype[Any], tuple[Any, ...]]:
    fields: list[Any] = []
    values: list[Any] = []
    for name, part in zip(names, parts, strict=True):
        kind, shape, packed = _field(part, table)
        fields.append((name, kind, shape))
        values.append(packed)
    return np.dtype(fields, align=True), tuple(values)


def _field(part: Any, table: StepTable) -> tuple[Any, tuple[int, ...], Any]:
    """Type, shape and value of one value of the rules."""
    if isinstance(part, Steps):
        return "i8", (), table.place(part)
    if isinstance(part, tuple) and hasattr(part, "_fields"):
        kind, packed = _record(part._fields, part, table)
        return kind, (), packed
    if isinstance(part, tuple):
        packed_parts = [_field(one, table) for one in part]
        kind, shape, _ = packed_parts[0]
        # Numba knows no arrays of truth values inside a record.
        of_truths = isinstance(kind, str) and kind == "b1"
        return "i1" if of_truths else kind, (len(part), *shape), [packed for _, _, packed in packed_parts]
    if isinstance(part, bool):
        return "b1", (), part
    return "f8", (), float(part)


# ---------------------------------------------------------------------------------------------- calendar
@cache
def turns(n_days: int, working: bytes) -> NDArray[Any]:
    """The pages of the calendar: sittings at noon of working days, and firsts of the month.

    Parameters
    ----------
    n_days : int
        Days in the table of working days.
    working : bytes
        The table, one byte a day.

    Returns
    -------
    record array of `TURN`, shape (n_turns,)
        The first is the first of January 2014.
    """
    table = np.frombuffer(working, dtype=np.bool_)
    pages = [_first_of_month(0, table)]
    for day in range(n_days - 1):
        if table[day]:
            pages.append((day + 0.5, day, -1, -1, 0))
        if date_of(day + 1).day == 1:
            pages.append(_first_of_month(day + 1, table))
    return np.array(pages, dtype=TURN)


def _first_of_month(day: int, table: NDArray[np.bool_]) -> tuple[float, int, int, int, int]:
    date = date_of(day)
    month = (date.year - FIRST_YEAR) * 12 + date.month - 1
    if date.month % 3 != 1:
        return float(day), day, month, -1, 0
    quarter = quarter_of(day)
    working_days = int(table[quarter_start(quarter) : quarter_start(quarter + 1)].sum())
    return float(day), day, month, quarter, max(1, working_days)


def last_days(number: int, table: NDArray[np.bool_]) -> NDArray[np.int32]:
    """`add_working_days` of every day of the table; -1 where the answer lies beyond it."""
    days = np.arange(len(table))
    working = np.flatnonzero(table)
    from_day, count = (days - 1, 1) if number == 0 else (days, number)
    place = np.searchsorted(working, from_day, side="right") + count - 1
    answer = np.where(place < len(working), working[np.minimum(place, len(working) - 1)], -1)
    return answer.astype(np.int32)


# ------------------------------------------------------------------------------------------------ people
class Arriving:
    """Survivors in order of arrival, with what the engine reads of them, a part of them at a time.

    Parameters
    ----------
    population : Population
        Its rows are sorted by quarter of arrival, and a part is so many whole quarters.
    at_once : int, optional
        A part has no more quarters than are needed for so many people.
    kept : int, optional
        Parts that are asked for again are kept, so long as they have no more people than this together.
    """

    def __init__(self, population: Population, at_once: int = AT_ONCE, kept: int = KEPT) -> None:
        self._population = population
        bounds = [0]
        for begin in population.quarters_begin():
            if begin - bounds[-1] >= at_once:
                bounds.append(int(begin))
        if bounds[-1] < len(population) or len(bounds) == 1:
            bounds.append(len(population))
        self._bounds = bounds
        self._records = np.empty(max(np.diff(bounds)) + 1, ARRIVING)
        self._loaded = -1
        self._kept: dict[int, NDArray[Any]] = {}
        self._room = kept

    @property
    def parts(self) -> int:
        """How many parts there are; one at least."""
        return len(self._bounds) - 1

    def part(self, number: int, again: bool = False) -> NDArray[Any]:
        """Records of `ARRIVING` of one part, then the first of the next.

        Parameters
        ----------
        number : int
            From 0 to below `parts`.
        again : bool, optional
            Whether the same part will be asked for again, by another continuation; a later call writes over
            what is not kept for that.
        """
        if number in self._kept:
            return self._kept[number]
        begin, end = self._bounds[number : number + 2]
        records = self._records[: end - begin + (number + 1 < self.parts)]
        if self._loaded != number:
            self._load(number, records)
        if again and len(records) <= self._room:
            self._room -= len(records)
            self._kept[number] = records = records.copy()
        return records

    def _load(self, number: int, records: NDArray[Any]) -> None:
        begin, end = self._bounds[number : number + 2]
        arrival = self._population.arrival
        rows = begin + np.argsort(arrival[begin:end], kind="stable")
        if len(records) > len(rows):
            rows = np.append(rows, end + arrival[end : self._bounds[number + 2]].argmin())
        records["row"], records["time"] = rows, arrival[rows]
        for name in ARRIVING.names or ():
            if name not in ("row", "time"):
                records[name] = getattr(self._population, name)[rows]
        self._loaded = number
