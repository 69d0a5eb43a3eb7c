"""Other households in the lines for social homes: when each was housed, told from the log of the survivors.

Only where homes are queued (`housing.line.offers=queue`). Lettings come up on days that are known, other
households are made from their keys, and the log says which lettings survivors took: the others follow in
order of joining. So the same households are found in every scenario, and those who wait longer are named by
region and number. Not here: the line as the engines run it (`sim.engine.lettings`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, isfinite
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.clock import FIRST_YEAR, working_days
from sim.engine.log import Event
from sim.people.chance import Activity, entity_key, entity_keys, uniforms
from sim.people.codes import Region
from sim.people.variates import exponential_array

if TYPE_CHECKING:
    from sim.engine.letting_rules import LettingRules
    from sim.engine.log import EventLog

Floats = NDArray[np.float64]

NAMES = (
    "other_homes_let_everyone",
    "other_households_in_line_mean",
    "other_households_left_everyone",
    "other_households_later_everyone",
    "other_households_days_later",
)


@dataclass(frozen=True, eq=False)
class Others:
    """Other households in the lines, in order of region and joining.

    Attributes
    ----------
    region : ndarray of int8, shape (n,)
    joined, leaves, housed : ndarray of float64, shape (n,)
        When each joins, would leave unaided, and is housed (infinite if never before the horizon) [days].
    """

    region: NDArray[np.int8]
    joined: Floats
    leaves: Floats
    housed: Floats


def others_of(
    log: EventLog, region: NDArray[np.uint8], rules: LettingRules | None, until: float
) -> Others | None:
    """The other households of a run up to a day; None where homes are not queued.

    Parameters
    ----------
    log : EventLog
    region : ndarray of uint8, shape (n_people,)
        Of the survivors.
    rules : LettingRules or None
    until : float
        The run's end [days].
    """
    if rules is None or not isfinite(rules.starts) or not rules.starts < until:
        return None
    taken = np.flatnonzero(log.event == Event.LETTING_TAKEN)
    places, days = region[log.person[taken]], log.time[taken].astype(np.int64)
    found = [
        _one_region(code, log.households, rules, until, days[places == code])
        for code in range(len(rules.lets))
    ]
    return Others(
        np.repeat(np.arange(len(found), dtype=np.int8), [len(one[0]) for one in found]),
        *(np.concatenate([one[column] for one in found]) for column in range(3)),
    )


def _one_region(
    code: int, root: int, rules: LettingRules, until: float, taken: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats]:
    """When a region's households join, would leave, and are housed."""
    joins, first = rules.joins[code], rules.first_joined[code]
    number = np.arange(ceil((until - first) * joins) if joins > 0.0 else 0, dtype=np.uint64)
    keys = entity_keys(entity_key(root, code), number)
    place = number + uniforms(keys, Activity.HOUSEHOLD_JOINS)
    joined: Floats = first + place / joins if joins > 0.0 else place
    leaves = joined + exponential_array(uniforms(keys, Activity.HOUSEHOLD_LEAVES), rules.leaves_after[code])
    housed = np.full(len(joined), np.inf)
    starts, ends, working = int(rules.starts), ceil(until), working_days(FIRST_YEAR, 2049)
    by_survivors = np.bincount(taken, minlength=ends).tolist()
    when_joined, when_leaves, n = joined.tolist(), leaves.tolist(), 0
    opened, lets = 0, rules.lets[code]
    for day in range(starts, ends):
        now = day + 0.5
        if not working[day] or now >= until:
            continue
        up = floor(lets * (day + 1.0 - starts))
        left, opened = up - opened - by_survivors[day], up
        while left > 0 and n < len(when_joined) and when_joined[n] <= now:
            if when_leaves[n] > now:
                housed[n] = now
                left -= 1
            n += 1
    return joined, leaves, housed


def of_everyone(
    others: Others | None, todays: Floats | None, start: float, until: float
) -> dict[tuple[str, str], float]:
    """Metrics of the family *calendar* in [start, until), by (metric, group); missing where there is no line.

    Parameters
    ----------
    others : Others or None
    todays : ndarray of float64, shape (n,), or None
        When the same households are housed in the baseline; by default as here.
    start, until : float
        [days]
    """
    if others is None:
        return {(name, "all"): float("nan") for name in NAMES}
    todays = others.housed if todays is None else todays
    values: dict[tuple[str, str], float] = {}
    groups = [("all", np.ones(len(others.region), np.bool_))]
    groups += [
        (f"region={Region(code).name.lower()}", others.region == code) for code in np.unique(others.region)
    ]
    for group, chosen in groups:
        housed, before = others.housed[chosen], todays[chosen]
        joined, leaves = others.joined[chosen], others.leaves[chosen]
        ended = np.minimum(housed, leaves)
        days = np.maximum(np.minimum(ended, until) - np.maximum(joined, start), 0.0)
        later = housed > before
        both = later & (housed < until)
        figures = (
            float(((housed >= start) & (housed < until)).sum()),
            float(days.sum()) / (until - start),
            float(((leaves >= start) & (leaves < until) & (leaves <= housed)).sum()),
            float(later.sum()),
            float((housed[both] - before[both]).mean()) if both.any() else 0.0,
        )
        values |= {(name, group): figure for name, figure in zip(NAMES, figures, strict=True)}
    return values
