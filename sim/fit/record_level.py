"""The record-level NRM extract of the UK Data Service: handling times and quarterly numbers from cases.

The extract is for registered users, so its columns were not seen: `COLUMNS` says what is needed and under
which name it is looked for, and ``--column name=Heading`` says what it is called in the file at hand. Cases
still open at the last day of the extract are censored there, never left out. No single case is printed or
written.

References
----------
UK Data Service, NRM statistics, record level (study number recalled as 8910), catalogue notes of the 12th and
14th editions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from sim.fit.nrm_tables import Quarters
from sim.fit.sheets import FileMistake, Sheet, Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

COLUMNS: Final[dict[str, str]] = {
    "referral_date": "day of referral, YYYY-MM-DD",
    "age_group": "age at exploitation: adult, child or unknown",
    "rg_decision": "positive, negative, or empty while none is made",
    "rg_date": "day of the reasonable grounds decision, empty while none is made",
    "cg_decision": "positive, negative, or empty while none is made",
    "cg_date": "day of the conclusive grounds decision, empty while none is made",
}
"""The columns that are needed, with what they hold."""

AGES: Final = ("adult", "child", "unknown")
OUTCOMES: Final = ("positive", "negative")
TEST_CHANGED: Final = date(2023, 1, 30)
"""The reasonable grounds test changed; handling times are fitted before and after."""
FEWEST: Final = 30
"""A median of fewer cases is not fitted."""
_TEN_DAYS: Final = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Cases:
    """The cases of an extract as columns, (n_cases,); decisions not made are infinite.

    Attributes
    ----------
    referred, rg, cg : ndarray of float64
        Day numbers; `rg` and `cg` infinite while undecided.
    age, rg_positive, cg_positive : ndarray
        Position in `AGES`; whether positive.
    last : float
        The last day that the extract knows of: where undecided cases are censored.
    """

    referred: Floats
    rg: Floats
    cg: Floats
    age: NDArray[np.int64]
    rg_positive: NDArray[np.bool_]
    cg_positive: NDArray[np.bool_]
    last: float


def is_record_level(sheet: Sheet, named: Mapping[str, str]) -> bool:
    """Whether the first row of a sheet names a day of referral."""
    first = {str(cell).strip().lower() for cell in (sheet.rows[0] if sheet.rows else ()) if cell is not None}
    return named.get("referral_date", "referral_date").lower() in first


def read_cases(sheet: Sheet, named: Mapping[str, str] | None = None) -> Cases:
    """Read the cases of an extract.

    Parameters
    ----------
    sheet : Sheet
        Headings in its first row, a case a row.
    named : mapping, optional
        What a needed column is called in this file, where it differs.

    Raises
    ------
    FileMistake
        If a column is missing, a day is no day, decisions precede what they follow, or a decision has no day.
    """
    import numpy as np

    columns = _places(sheet, named or {})
    days: dict[str, list[float]] = {"referral_date": [], "rg_date": [], "cg_date": []}
    age: list[int] = []
    positive: dict[str, list[bool]] = {"rg": [], "cg": []}
    for row in range(1, len(sheet.rows)):
        if not any(value is not None for value in sheet.rows[row]):
            continue
        for name, told in days.items():
            told.append(_day(sheet, row, columns[name], needed=name == "referral_date"))
        age.append(_one_of(sheet, row, columns["age_group"], AGES))
        for stage, answers in positive.items():
            answers.append(_decision(sheet, row, columns, stage, days[f"{stage}_date"][-1]))
        _in_order(sheet, row, columns, [told[-1] for told in days.values()])
    if not age:
        raise FileMistake(f"{sheet.file}, sheet {sheet.name!r}: no case below the headings")
    referred, rg, cg = (np.array(told) for told in days.values())
    finite = [told[np.isfinite(told)].max(initial=-np.inf) for told in (referred, rg, cg)]
    return Cases(
        referred,
        rg,
        cg,
        np.array(age),
        np.array(positive["rg"]),
        np.array(positive["cg"]),
        float(max(finite)),
    )


def quarters_of(cases: Cases) -> dict[str, Quarters]:
    """Referrals and decisions by quarter, in the columns of the published tables.

    The first and the last quarter are left out unless the extract covers them whole; nobody can tell from the
    cases alone, so a quarter counts as whole if cases were referred in its first and last ten days.
    """
    from sim.engine.clock import quarter_label

    found: dict[str, Quarters] = {"referrals": {}, "rg": {}, "cg": {}}
    for q in _whole_quarters(cases):
        label = quarter_label(q)
        found["referrals"][label] = _by_age(cases, cases.referred, q)
        for stage, when, answer in (("rg", cases.rg, cases.rg_positive), ("cg", cases.cg, cases.cg_positive)):
            found[stage][label] = {}
            for outcome in OUTCOMES:
                kept = answer if outcome == "positive" else ~answer
                for name, number in _by_age(cases, when, q, kept).items():
                    key = name.replace("total", outcome)
                    if not key.startswith("all"):
                        found[stage][label][key] = number
            found[stage][label]["all_total"] = sum(found[stage][label].values())
    return {name: told for name, told in found.items() if told}


def handling(cases: Cases) -> dict[str, tuple[float, float, int]]:
    """Median and log standard deviation of days to a reasonable grounds decision, before and after the test.

    Kaplan-Meier quantiles, undecided cases censored at the last day of the extract; the standard deviation is
    that of the lognormal with the same quartiles. By the first day on which the figures hold.

    Returns
    -------
    dict
        First day to (median [days], sigma, cases); a regime with too few cases, or whose upper quartile is
        not reached, is absent.
    """
    import math

    import numpy as np

    from sim.engine.clock import day_of
    from sim.outcomes.survival import kaplan_meier

    changed = float(day_of(TEST_CHANGED))
    found = {}
    for first, chosen in (
        ("2014-01-01", cases.referred < changed),
        (TEST_CHANGED.isoformat(), cases.referred >= changed),
    ):
        decided = np.isfinite(cases.rg[chosen])
        wait = np.minimum(cases.rg[chosen], cases.last) - cases.referred[chosen]
        if int(chosen.sum()) < FEWEST:
            continue
        curve = kaplan_meier(wait, decided)
        ended = np.concatenate([[0.0], 1.0 - curve.share])
        if ended[-1] < 0.75:
            continue
        # a wait of d whole days lies between d - 0.5 and d + 0.5: quantiles are read between those points
        points = np.concatenate([[0.0], curve.time + 0.5])
        quartiles = np.interp((0.25, 0.5, 0.75), ended, points).tolist()
        if quartiles[0] > 0.0:
            sigma = (math.log(quartiles[2]) - math.log(quartiles[0])) / (2 * 0.6744897501960817)
            found[first] = (quartiles[1], sigma, int(chosen.sum()))
    return found


# -------------------------------------------------------------------------------------------------- reading
def _places(sheet: Sheet, named: Mapping[str, str]) -> dict[str, int]:
    from sim.config.mistakes import did_you_mean, nearest

    if unknown := [name for name in named if name not in COLUMNS]:
        raise FileMistake(f"--column {unknown[0]}=...: allowed: {', '.join(COLUMNS)}")
    heads = {str(cell).strip().lower(): k for k, cell in enumerate(sheet.rows[0]) if cell is not None}
    found = {}
    for name, holds in COLUMNS.items():
        heading = named.get(name, name)
        if heading.lower() not in heads:
            hint = did_you_mean(nearest(heading.lower(), list(heads))) or "."
            raise FileMistake(
                f"{sheet.where(0)}: no column {heading!r} ({holds}){hint} There are: {', '.join(heads)}. "
                f"Say what it is called: --column {name}=..."
            )
        found[name] = heads[heading.lower()]
    return found


def _day(sheet: Sheet, row: int, column: int, *, needed: bool) -> float:
    from sim.engine.clock import day_of

    value = sheet.at(row, column)
    if value is None and not needed:
        return float("inf")
    try:
        if not isinstance(value, str) or not _TEN_DAYS.fullmatch(value.strip()):
            raise ValueError
        return float(day_of(date.fromisoformat(value.strip())))
    except ValueError:
        raise FileMistake(
            f"{sheet.where(row, column)}: {_shown(value)}; allowed: a day as YYYY-MM-DD"
            f"{'' if needed else ', or nothing'}"
        ) from None


def _one_of(sheet: Sheet, row: int, column: int, allowed: tuple[str, ...]) -> int:
    value = sheet.at(row, column)
    word = str(value).strip().lower()
    if word not in allowed:
        raise FileMistake(f"{sheet.where(row, column)}: {_shown(value)}; allowed: {', '.join(allowed)}")
    return allowed.index(word)


def _decision(sheet: Sheet, row: int, columns: Mapping[str, int], stage: str, when: float) -> bool:
    column = columns[f"{stage}_decision"]
    made = sheet.at(row, column) is not None
    if made != (when != float("inf")):
        lacking = f"{stage}_date" if made else f"{stage}_decision"
        raise FileMistake(
            f"{sheet.where(row, columns[lacking])} is empty, but the {stage} "
            f"{'decision' if made else 'day'} is there; allowed: both or neither"
        )
    return made and _one_of(sheet, row, column, OUTCOMES) == 0


def _in_order(sheet: Sheet, row: int, columns: Mapping[str, int], days: list[float]) -> None:
    referred, rg, cg = days
    for earlier, later, name in ((referred, rg, "rg_date"), (rg, cg, "cg_date")):
        if later < earlier:
            raise FileMistake(
                f"{sheet.where(row, columns[name])}: this day is before the step that it follows; allowed: "
                "the same day or later"
            )


def _shown(value: Value) -> str:
    return "empty" if value is None else repr(value)


# ----------------------------------------------------------------------------------------------- by quarter
def _whole_quarters(cases: Cases) -> list[int]:
    from sim.engine.clock import quarter_of, quarter_start

    first, last = quarter_of(int(cases.referred.min())), quarter_of(int(cases.last))
    if cases.referred.min() >= quarter_start(first) + 10:
        first += 1
    if cases.last < quarter_start(last + 1) - 10:
        last -= 1
    return list(range(first, last + 1))


def _by_age(
    cases: Cases, when: Floats, quarter: int, kept: NDArray[np.bool_] | None = None
) -> dict[str, float]:
    from sim.engine.clock import quarter_start

    inside = (when >= quarter_start(quarter)) & (when < quarter_start(quarter + 1))
    if kept is not None:
        inside = inside & kept
    numbers = {f"{age}_total": float((inside & (cases.age == k)).sum()) for k, age in enumerate(AGES)}
    return {**numbers, "all_total": sum(numbers.values())}
