"""The plain benchmark: a fluid queue of quarterly cohorts, fed with the same inputs as the model.

People are a fluid and time goes by quarters. Of each quarter's referrals the share positive at reasonable
grounds joins one queue, and the quarter's conclusive capacity is taken from it: oldest first, or by lot.
There are no repeats, no authorities, no working days and no minimum; by lot, the known share closes each
quarter, as in the best fluid reading of the record to 2022. A model that does not beat this has not earned
its detail.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from sim.engine.clock import day_of
from sim.outcomes.periods import quarters

if TYPE_CHECKING:
    from sim.config.schema import Parameters
    from sim.config.values import Dated

Row = tuple[str, str, float]
ORDERS: Final[dict[str, str]] = {
    "oldest": "Fluid queue, oldest first",
    "lot": "Fluid queue, by lot, with closures",
}
_QUARTER_DAYS: Final = 91.3125
_GROUPS: Final = ("adult", "child", "unknown")


def fluid(parameters: Parameters, order: str) -> list[Row]:
    """The fluid's series under the names of the calendar: flows, shares, backlog and waits of those decided.

    Parameters
    ----------
    parameters : Parameters
        Its arrivals, shares positive, conclusive capacity and closures are used, and its horizon.
    order : {"oldest", "lot"}

    Returns
    -------
    list of (series, period, value)
        Whoever still waits at the horizon is in the backlog and in no wait.
    """
    periods = quarters(day_of(parameters.experiment.horizon))
    names = periods.names
    referrals = _referrals(parameters, names)
    cg = parameters.decisions.conclusive_grounds
    share_rg = np.array([_share(parameters, "rg", k, name, referrals) for k, name in enumerate(names)])
    share_cg = np.array([_share(parameters, "cg", k, name, referrals) for k, name in enumerate(names)])
    total = referrals.sum(axis=1)
    joined = total * share_rg
    stock = np.zeros(len(names))
    decided = np.zeros((len(names), len(names)))  # by quarter decided, then by quarter referred
    backlog = np.zeros(len(names))
    for k, name in enumerate(names):
        if order == "lot":
            stock *= 1.0 - _at(cg.closure_per_quarter, name)
        stock[k] = joined[k]
        served = min(_at(cg.capacity_per_quarter, name), stock.sum())
        decided[k] = _taken(stock, served, order)
        stock -= decided[k]
        backlog[k] = stock.sum()
    rows = [
        row
        for series, values in (
            ("referrals", total),
            ("rg_decisions", total),
            ("rg_positive_share", share_rg),
            ("cg_decisions", decided.sum(axis=1)),
            ("cg_positive_share", share_cg),
            ("cg_backlog", backlog),
        )
        for row in zip([series] * len(names), names, values.tolist(), strict=True)
    ]
    return rows + _waits(names, decided) + _years(names, total, share_rg, decided.sum(axis=1), share_cg)


def _at(dated: Dated, quarter: str) -> float:
    return dated.at(_first_day(quarter))


def _first_day(quarter: str) -> date:
    return date(int(quarter[:4]), 3 * int(quarter[-1]) - 2, 1)


def _referrals(parameters: Parameters, names: list[str]) -> NDArray[np.float64]:
    """Referrals by quarter and age group, as published or as projected."""
    arrivals = parameters.people.arrivals
    rows = []
    for name in names:
        start = _first_day(name)
        if start < arrivals.projection_from:
            rows.append([getattr(arrivals.published, group).at(start) for group in _GROUPS])
            continue
        first = arrivals.projection_from
        years = (start.year - first.year) + (start.month - first.month) / 12.0
        total = arrivals.projected_per_quarter * (1.0 + arrivals.growth_per_year) ** years
        adult, child = arrivals.projected_adult_share, arrivals.projected_child_share
        rows.append([total * adult, total * child, total * max(1.0 - adult - child, 0.0)])
    return np.array(rows) * arrivals.multiplier


def _share(
    parameters: Parameters, stage: Literal["rg", "cg"], k: int, name: str, referrals: NDArray[np.float64]
) -> float:
    """The share positive of a quarter: overall where that is given, else of the ages referred in it."""
    decisions = parameters.decisions
    positive = (decisions.reasonable_grounds if stage == "rg" else decisions.conclusive_grounds).positive
    if _first_day(name) >= positive.overall_from:
        return _at(positive.overall, name)
    own = [_at(getattr(positive, group), name) for group in _GROUPS]
    return float(np.dot(referrals[k], own) / referrals[k].sum())


def _taken(stock: NDArray[np.float64], served: float, order: str) -> NDArray[np.float64]:
    """How much of each cohort is decided."""
    total = stock.sum()
    if total <= 0.0:
        return np.zeros_like(stock)
    if order == "lot":
        part: NDArray[np.float64] = stock * (served / total)
        return part
    before = np.cumsum(stock) - stock
    taken: NDArray[np.float64] = np.clip(served - before, 0.0, stock)
    return taken


def _waits(names: list[str], decided: NDArray[np.float64]) -> list[Row]:
    """Mean and median of the waits of those decided, by quarter and by year."""
    rows: list[Row] = []
    ages = (np.arange(len(names))[:, None] - np.arange(len(names))[None, :]) * _QUARTER_DAYS
    ages = np.where(ages == 0.0, _QUARTER_DAYS / 2.0, ages)
    years = sorted({name[:4] for name in names})
    for period in (*names, *years):
        chosen = [k for k, name in enumerate(names) if name.startswith(period)]
        weights, waits = decided[chosen].ravel(), ages[chosen].ravel()
        if weights.sum() <= 0.0:
            continue
        order = np.argsort(waits, kind="stable")
        half = np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2.0)
        median = float(waits[order][min(half, len(order) - 1)])
        if period in years:
            rows.append(("cg_wait_mean", period, float(np.average(waits, weights=weights))))
            rows.append(("cg_wait_median", period, median))
        else:
            rows.append(("cg_wait_median_quarter", period, median))
    return rows


def _years(
    names: list[str],
    total: NDArray[np.float64],
    share_rg: NDArray[np.float64],
    decided: NDArray[np.float64],
    share_cg: NDArray[np.float64],
) -> list[Row]:
    """Shares positive of whole years."""
    rows: list[Row] = []
    for year in sorted({name[:4] for name in names}):
        chosen = [k for k, name in enumerate(names) if name.startswith(year)]
        for series, share, weight in (
            ("rg_positive_share_year", share_rg, total),
            ("cg_positive_share_year", share_cg, decided),
        ):
            if weight[chosen].sum() > 0.0:
                rows.append((series, year, float(np.average(share[chosen], weights=weight[chosen]))))
    return rows
