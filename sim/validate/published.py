"""The published record as data, and the table that sets a run beside it, hits and misses alike.

A *reconstruction*, not a prediction: referrals, decision capacity and shares positive are inputs up to 2025,
so agreement there checks the bookkeeping, and backlog and waits check the queue. Every figure with its
definition, source and confidence; nothing is left out because it was missed. Does not read results and tunes
nothing.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from sim.config.places import data_dir
from sim.errors import SimError

COUNT_TOLERANCE: Final = 0.05
WAIT_TOLERANCE: Final = 0.15

MEASURES: Final[dict[str, str]] = {
    "referrals": "Referrals",
    "rg_decisions": "Reasonable grounds decisions",
    "cg_decisions": "Conclusive grounds decisions",
    "cg_backlog": "Waiting for a conclusive decision",
    "rg_backlog": "Waiting for a reasonable grounds decision",
    "rg_wait": "Days from referral to reasonable grounds decision",
    "cg_wait": "Days from referral to conclusive decision",
    "support_entrants": "Adults entering support under the contract",
    "in_support": "Adults in support under the contract",
    "repeat_referrals": "Referrals of people referred before",
    "duties_started": "Homelessness duties towards survivors",
    "asylum_prevention_share": "Leaving asylum support: share owed prevention rather than relief",
    "main_duty_per_relief": "Main duty accepted for each relief duty, with an automatic ground",
    "acceptances_ratio": "Main-duty acceptances with an automatic ground, relative to without",
}
"""Every measure of the record, in the order in which it is shown."""

INPUTS: Final = frozenset({"referrals", "rg_decisions", "cg_decisions"})
"""Measures whose published values (or the capacity behind them) are inputs up to 2025."""

CAVEATS: Final[dict[str, str]] = {
    "duties_started": "Councils write down few survivors: the published count is of households in England "
    "whose need as "
    "a “victim of modern slavery” was asked about, recognised and recorded, and 15 of 38 councils said that "
    "they do not ask. It is a lower bound, limited by recording. The model counts every application of a "
    "survivor in "
    "England or Wales to whom a council comes to owe prevention or relief, known as a survivor or not.",
    "asylum_prevention_share": "The precedent for longer notice. The published share is of all households "
    "required to leave asylum support in England; the model holds survivors alone, in England and Wales. It "
    "rests on the notice of each day and on how long people take to go to a council.",
    "main_duty_per_relief": "The precedent for automatic priority need. The published figure is of "
    "households fleeing domestic abuse, of whom more were accepted from July 2021 on; beside it stand "
    "confirmed survivors under the option at that pace. Levels differ between the two groups: read the "
    "growth. Of survivors about half are in priority need already, so their ceiling is "
    "nearer. It needs a run with scenarios=[domestic_abuse_precedent] policy.start=2021-07-01.",
    "acceptances_ratio": "The same precedent net of the growth among all other households, who were accepted "
    "more often too. An upper bound: much of it may be people who would have been accepted on another "
    "ground (1.0 to 1.6 is plausible).",
}
"""What must be said beside a measure, whether it is hit or missed."""

ROUGH_COUNT: Final = 4667
"""People counted or estimated sleeping rough in England on one night in autumn 2024, survivors or not."""
ROUGH_YEAR: Final = "2024"

_CONFIDENCES: Final = frozenset({"published", "derived", "recalled"})


@dataclass(frozen=True)
class Figure:
    """One published number.

    Attributes
    ----------
    measure : str
        A key of `MEASURES`.
    statistic : str
        ``count`` [people or decisions], ``mean`` or ``median`` [days], ``share`` or ``ratio``.
    period : str
        ``2019``, ``2019Q4`` or, for contract years from July to June, ``2019/20``.
    as_of : str
        The date or span in words.
    value : float
    definition, source, address, confidence : str
    """

    measure: str
    statistic: str
    period: str
    as_of: str
    value: float
    definition: str
    source: str
    address: str
    confidence: str

    @property
    def is_input(self) -> bool:
        """Whether the run was fed with this figure, so that agreement only checks the bookkeeping."""
        return self.measure in INPUTS

    @property
    def tolerance(self) -> float:
        """How far the simulated range is widened on either side, as a share."""
        return COUNT_TOLERANCE if self.statistic == "count" else WAIT_TOLERANCE

    @property
    def is_part(self) -> bool:
        """Whether it is a share or a ratio, to be written with decimals."""
        return self.statistic in ("share", "ratio")


@dataclass(frozen=True)
class Check:
    """A published figure beside its simulated range over replications.

    `hit` is None where the run holds no value for the figure: said, never counted as a hit.
    """

    figure: Figure
    mean: float | None
    low: float | None
    high: float | None
    hit: bool | None


def folder() -> Path:
    """Return the folder of the published figures."""
    return data_dir("configs") / "evidence" / "published"


@cache
def record() -> tuple[Figure, ...]:
    """Return every published figure, by measure in the order of `MEASURES`, then by period.

    Raises
    ------
    SimError
        If a file is missing, or a row names an unknown measure, source, confidence or a value that is no
        number.
    """
    addresses = {row["key"]: row["address"] for row in _rows("sources.csv")}
    figures = [_target(number, row, addresses) for number, row in enumerate(_rows("targets.csv"), start=2)]
    figures += _early_quarters(addresses["S1"]) + _late_quarters(addresses)
    order = list(MEASURES)
    return tuple(sorted(figures, key=lambda figure: (order.index(figure.measure), figure.period)))


def compare(
    figures: Sequence[Figure], simulated: Mapping[tuple[str, str, str], Sequence[float]]
) -> tuple[Check, ...]:
    """Set each figure beside the simulated values of the same measure, statistic and period.

    Parameters
    ----------
    figures : sequence of Figure
    simulated : mapping from (measure, statistic, period) to values, one a replication
        In the published figure's unit. Values that are not finite (nobody was decided, say) are left out.

    Returns
    -------
    tuple of Check, shape (n_figures,)
        A hit if ``low * (1 - tolerance) <= published <= high * (1 + tolerance)``, where low and high are the
        smallest and largest replication.
    """
    return tuple(_check(figure, simulated) for figure in figures)


def tally(checks: Sequence[Check]) -> tuple[int, int, int]:
    """Count hits, misses and figures for which the run holds no value."""
    return (
        sum(check.hit is True for check in checks),
        sum(check.hit is False for check in checks),
        sum(check.hit is None for check in checks),
    )


def _check(figure: Figure, simulated: Mapping[tuple[str, str, str], Sequence[float]]) -> Check:
    values = simulated.get((figure.measure, figure.statistic, figure.period), ())
    finite = [float(value) for value in values if math.isfinite(value)]
    if not finite:
        return Check(figure, None, None, None, None)
    low, high = min(finite), max(finite)
    hit = low * (1 - figure.tolerance) <= figure.value <= high * (1 + figure.tolerance)
    return Check(figure, math.fsum(finite) / len(finite), low, high, hit)


def _rows(name: str) -> list[dict[str, str]]:
    path = folder() / name
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise SimError(f"The published figures cannot be read: {path}: {error.strerror}") from error


def _target(line: int, row: dict[str, str], addresses: Mapping[str, str]) -> Figure:
    where = f"targets.csv, line {line}"
    for column, allowed in (
        ("measure", MEASURES),
        ("source", addresses),
        ("confidence", _CONFIDENCES),
        ("statistic", ("count", "mean", "median", "share", "ratio")),
    ):
        if row[column] not in allowed:
            raise SimError(f"{where}: {column} = {row[column]!r}; allowed: {', '.join(sorted(allowed))}")
    return Figure(
        measure=row["measure"],
        statistic=row["statistic"],
        period=row["period"],
        as_of=row["as_of"],
        value=_number(row["value"], where),
        definition=row["definition"],
        source=row["source"],
        address=addresses[row["source"]],
        confidence=row["confidence"],
    )


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise SimError(f"{where}: value = {text!r}; allowed: a number") from error


def _quarterly(
    measure: str, quarter: str, value: float, definition: str, source: str, address: str, confidence: str
) -> Figure:
    return Figure(
        measure, "count", quarter, quarter, value, definition, source, address, confidence=confidence
    )


def _early_quarters(address: str) -> list[Figure]:
    """2014 to 2023: all age groups and both outcomes added up."""
    figures = []
    for row in _rows("nrm_quarterly_2014_2023.csv"):
        quarter = row["quarter"]
        sums = {
            "referrals": _number(row["referrals"], f"nrm_quarterly_2014_2023.csv, {quarter}"),
            "rg_decisions": _sum_of(row, "rg_"),
            "cg_decisions": _sum_of(row, "cg_"),
        }
        for measure, value in sums.items():
            confidence = "published" if measure == "referrals" else "derived"
            definition = "in the quarter" if measure == "referrals" else "positive and negative, all ages"
            figures.append(_quarterly(measure, quarter, value, definition, "S1", address, confidence))
    return figures


def _sum_of(row: Mapping[str, str], prefix: str) -> float:
    return math.fsum(float(value) for column, value in row.items() if column.startswith(prefix) and value)


def _late_quarters(addresses: Mapping[str, str]) -> list[Figure]:
    """2024 and 2025: totals as first released; quarters that were not found are absent, not zero."""
    source_of = {
        "2024Q1": "S7",
        "2024Q2": "S8",
        "2024Q3": "S9",
        "2025Q2": "S14",
        "2025Q3": "S14",
        "2025Q4": "S13",
    }
    figures = []
    for row in _rows("nrm_quarterly_2024_2025.csv"):
        quarter = row["quarter"]
        source = source_of.get(quarter, "S10" if quarter < "2025" else "S13")
        for measure in ("referrals", "rg_decisions", "cg_decisions"):
            if row[measure]:
                derived = quarter == "2025Q1" or (quarter == "2024Q4" and measure != "referrals")
                figures.append(
                    _quarterly(
                        measure,
                        quarter,
                        _number(row[measure], f"nrm_quarterly_2024_2025.csv, {quarter}"),
                        row["note"] or "in the quarter",
                        source,
                        addresses[source],
                        "derived" if derived else "published",
                    )
                )
    return figures
