"""When people are referred: published referrals a quarter to 2025, then the projection, as keyed arrivals.

Each quarter and age group is a line of its own in which people have ordinals 0, 1, 2, ...; the gap before
each of them has its own address of chance. So a higher rate shifts the days within that line and adds people
at its end, and touches nobody else. Repeats that the model itself makes come on top and are not here; nor is
who the people are (`traits.py`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.clock import day_of, on_grid_array, quarter_label, quarter_of, quarter_start
from sim.errors import SimError
from sim.people.chance import Activity, Kind, entity_keys, root_key, uniforms
from sim.people.codes import Group
from sim.people.mathematics import exp, ln
from sim.people.variates import unit_exponential_array

if TYPE_CHECKING:
    from sim.config.schema import Arrivals

ORDINAL_BITS = 24
ORDINAL_LIMIT = 1 << ORDINAL_BITS
"""People of one group in one quarter must be fewer than this."""


@dataclass(frozen=True)
class Arriving:
    """Who arrives and when, by rising id.

    Parameters
    ----------
    id : array of uint64, shape (n_people,)
        From `survivor_id`.
    arrival : array of float64, shape (n_people,)
        Day of referral [days from 1 January 2014], on the clock's grid and strictly inside its quarter.
    """

    id: NDArray[np.uint64]
    arrival: NDArray[np.float64]


def survivor_id(quarter: int, group: int, ordinal: int = 0) -> int:
    """The lasting number of a person: quarter, age group and place in that quarter's line.

    Raises
    ------
    SimError
        If a part does not fit, since two people would then be one.
    """
    for name, given, limit in (
        ("quarter", quarter, 1 << (62 - ORDINAL_BITS)),
        ("group", group, len(Group)),
        ("ordinal", ordinal, ORDINAL_LIMIT),
    ):
        if not 0 <= given < limit:
            raise SimError(
                f"{name} = {given} in a survivor's id; allowed: whole numbers from 0 to {limit - 1}; "
                f"nearest: {0 if given < 0 else limit - 1}"
            )
    return (quarter * len(Group) + group) << ORDINAL_BITS | ordinal


def expected(arrivals: Arrivals, quarter: int) -> tuple[float, float, float, float]:
    """Mean number of arrivals in one quarter, by `Group`.

    Published figures lose the share that are repeats, since the model makes its own; reports of adults who
    declined are taken as published. From the first quarter that starts on or after `projection_from` on, the
    total grows from `projected_per_quarter` by a quarter of a year's growth each quarter, age unknown takes
    what adults and children leave, and declined reports are `projected_declined_ratio` of the projected
    adult-group referrals (before repeats are taken off). Dated values are read on the quarter's first day.

    Parameters
    ----------
    arrivals : Arrivals
        `people.arrivals`.
    quarter : int
        0 is 2014Q1.

    Raises
    ------
    SimError
        If a rate is not finite, or so large that ordinals would run out.
    """
    first_day = day_of_quarter(quarter)
    kept = 1.0 - arrivals.repeat_share.at(first_day)
    if first_day < arrivals.projection_from:
        published = arrivals.published
        rates = (
            published.adult.at(first_day) * kept,
            published.child.at(first_day) * kept,
            published.unknown.at(first_day) * kept,
            arrivals.declined.at(first_day),
        )
    else:
        years = (quarter - _first_projected(arrivals.projection_from)) / 4.0
        total = arrivals.projected_per_quarter * exp(ln(1.0 + arrivals.growth_per_year) * years)
        adult, child = arrivals.projected_adult_share, arrivals.projected_child_share
        unknown = max(1.0 - adult - child, 0.0)
        rates = (
            total * adult * kept,
            total * child * kept,
            total * unknown * kept,
            total * adult * arrivals.projected_declined_ratio,
        )
    adult_rate, child_rate, unknown_rate, declined_rate = (rate * arrivals.multiplier for rate in rates)
    answer = (adult_rate, child_rate, unknown_rate, declined_rate)
    for group, rate in zip(Group, answer, strict=True):
        if not 0.0 <= rate <= ORDINAL_LIMIT / 2:
            raise SimError(
                f"people.arrivals expects {rate} people of group {group.name.lower()} in "
                f"{quarter_label(quarter)}; allowed: 0 to {ORDINAL_LIMIT // 2} a quarter; nearest: "
                f"{ORDINAL_LIMIT // 2 if rate > 0 else 0}"
            )
    return answer


def arrive(arrivals: Arrivals, seed: int, replication: int, until: date) -> Arriving:
    """Everybody referred from 1 January 2014 to before `until`.

    Parameters
    ----------
    arrivals : Arrivals
        `people.arrivals`.
    seed, replication : int
        As for `sim.people.chance.root_key`.
    until : date
        First day on which nobody is referred any more.

    Raises
    ------
    SimError
        If `until` is not after 1 January 2014, or a rate is impossible (see `expected`).
    """
    last_day = day_of(until)
    if last_day <= 0:
        raise SimError(f"arrivals until {until}; allowed: a date after 2014-01-01; nearest: 2014-01-02")
    base = root_key(seed, replication, Kind.ARRIVALS)
    ids, days = [], []
    for quarter in range(quarter_of(last_day - 1) + 1):
        for group, rate in zip(Group, expected(arrivals, quarter), strict=True):
            when = line_of(base, quarter, group, rate)
            when = when[: np.searchsorted(when, last_day, side="left")]
            ids.append(_line_ids(quarter, group, 0, len(when)))
            days.append(when)
    return Arriving(np.concatenate(ids), np.concatenate(days))


def line_of(
    base: int, quarter: int, group: int, rate: float, at_a_time: int | None = None
) -> NDArray[np.float64]:
    """Arrival days of one quarter and group: a Poisson number with mean `rate`, rising, strictly inside.

    Gaps are exponential, rounded up to the grid, so days add without rounding and come out the same however
    many ordinals are drawn at a time.

    Parameters
    ----------
    base : int
        `root_key` of `Kind.ARRIVALS`.
    quarter, group : int
        0 is 2014Q1; a `Group`.
    rate : float
        Mean number of people in this line, 0 or more.
    at_a_time : int, optional
        Ordinals drawn together, 1 or more; by default nearly always enough for the whole line at once.

    Returns
    -------
    array of float64, shape (n_arriving,)
        [days from 1 January 2014]; the ordinal is the place in the array.
    """
    start = quarter_start(quarter)
    length = float(quarter_start(quarter + 1) - start)
    if rate == 0.0:
        return np.empty(0)
    mean_gap = length / rate
    at_a_time = at_a_time or int(rate + 5.0 * math.sqrt(rate)) + 16
    reached = 0.0
    drawn: list[NDArray[np.float64]] = []
    while reached < length:
        ids = _line_ids(quarter, group, at_a_time * len(drawn), at_a_time)
        gaps = unit_exponential_array(uniforms(entity_keys(base, ids), Activity.ARRIVAL_GAP)) * mean_gap
        # A gap as long as the quarter leads out of it; cut there, sums stay exact multiples of the grid.
        days = reached + np.cumsum(on_grid_array(np.minimum(gaps, length)))
        drawn.append(days)
        reached = float(days[-1])
    since_start = np.concatenate(drawn)
    inside: NDArray[np.float64] = start + since_start[: np.searchsorted(since_start, length, side="left")]
    return inside


def day_of_quarter(quarter: int) -> date:
    """The first date of a quarter; 0 is 2014Q1."""
    years, part = divmod(quarter, 4)
    return date(2014 + years, 1 + 3 * part, 1)


def _first_projected(projection_from: date) -> int:
    """The first quarter that starts on or after this date."""
    quarter = quarter_of(day_of(projection_from))
    return quarter if day_of_quarter(quarter) >= projection_from else quarter + 1


def _line_ids(quarter: int, group: int, first: int, number: int) -> NDArray[np.uint64]:
    """Ids of `number` ordinals of one line from `first` on."""
    if first + number > ORDINAL_LIMIT:
        raise SimError(
            f"more than {ORDINAL_LIMIT} people in one group in {quarter_label(quarter)}; "
            "allowed: fewer; nearest: a lower people.arrivals.multiplier"
        )
    return np.arange(first, first + number, dtype=np.uint64) + np.uint64(survivor_id(quarter, group))
