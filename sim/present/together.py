"""Options together: whether they add up, and whom housing reforms reach at all.

Leave to remain decides whom housing law can help, so an option that gives leave can make others do more than
they do alone. A combination is set against the sum of its parts where the result holds each part. Reads
stored differences only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from sim.experiment.compare import interval as t_interval
from sim.present.figures import Table, bounds
from sim.present.names import PRIMARY
from sim.present.read import Stored, effects
from sim.present.words import Effect, interval, listed, number, signed

LEAVE: Final = "status.temporary_permission."
OUTSIDE: Final = {
    "ineligible_at_t0_share": "Not eligible for housing help on the day of the decision",
    "ineligible_at_exit_share": "Not eligible when support ends, of those who leave it",
    "ineligible_year_1_share": "Not eligible in all of the first year",
    "refused_not_eligible_share": "Refused by a council as not eligible",
    "refused_no_priority_share": "Found not to be in priority need",
    "refused_by_register_share": "Refused by a register for lack of a local connection",
    "two_cliffs_share": "Both support and asylum accommodation ended",
    "two_cliffs_56_share": "Both ended within 56 days of each other",
}
"""Shares of the cohort that tell whom a reform can reach, in the order in which they are shown."""


@dataclass(frozen=True)
class Sum:
    """A combination against the sum of its parts, in the primary measure [days].

    Attributes
    ----------
    option : str
        Title of the combination.
    parts : tuple of str
        Titles of what it is made of.
    joint, apart : float
        What the combination does, and what its parts do alone, added up.
    low, high : float or None
        95% interval of joint minus apart; None for a single replication.
    """

    option: str
    parts: tuple[str, ...]
    joint: float
    apart: float
    low: float | None
    high: float | None

    @property
    def beyond(self) -> float:
        """What the combination does beyond the sum, in the unit of its parts."""
        return self.joint - self.apart


def sums(stored: Stored) -> list[Sum]:
    """Every combination whose parts were all run alone."""
    differences = {
        each.option: each.per_replication
        for each in stored.comparison.differences
        if each.metric == PRIMARY and each.group == "all"
    }
    titles = {option.name: option.title for option in stored.options}
    found = []
    for option in stored.options:
        parts = option.name.split("+")
        if len(parts) < 2 or any(part not in differences for part in parts):
            continue
        joint, alone = differences[option.name], [differences[part] for part in parts]
        if len({len(values) for values in (joint, *alone)}) != 1 or not joint:
            continue
        apart = [math.fsum(values) for values in zip(*alone, strict=True)]
        ends = t_interval([one - two for one, two in zip(joint, apart, strict=True)])
        found.append(
            Sum(
                option.title,
                tuple(titles[part] for part in parts),
                math.fsum(joint) / len(joint),
                math.fsum(apart) / len(apart),
                None if ends is None else ends[0],
                None if ends is None else ends[1],
            )
        )
    return found


def together(stored: Stored) -> dict[str, Any] | None:
    """Everything that the section shows; None if the result holds nothing of it."""
    found, outside = sums(stored), outside_table(stored)
    if not found and outside is None:
        return None
    leave = any(path.startswith(LEAVE) for option in stored.options for path, _, _ in option.changes)
    return {
        "leave": leave,
        "sums": [_in_words(each) for each in found],
        "reached": _reached(stored),
        "outside": outside,
    }


def _in_words(one: Sum) -> str:
    """Whether a combination does more or less than its parts, no more strongly than the interval allows."""
    levels = (
        f"{signed(one.joint, 'days')} days with nowhere secure in the first year, against "
        f"{signed(one.apart, 'days')} if the effects of {listed(one.parts)} are added up"
    )
    if one.low is None or one.high is None:
        return f"{one.option}: {levels}; too few runs to say more."
    ends = f"difference {signed(one.beyond, 'days')}, 95% interval {interval(one.low, one.high, 'days')}"
    if one.low == one.high == 0:
        return f"{one.option}: {levels}: they add up exactly."
    if one.low <= 0 <= one.high:
        return f"{one.option}: {levels}; whether they add up cannot be told from chance ({ends})."
    if one.beyond * one.joint > 0 and abs(one.joint) > abs(one.apart):
        return f"{one.option}: {levels}: together they do more than the sum ({ends})."
    return f"{one.option}: {levels}: together they do less than the sum ({ends})."


def _reached(stored: Stored) -> str:
    """Whom a housing reform cannot reach under today's rules."""
    levels = {
        each.metric: number(each.baseline, "share")
        for each in effects(stored, ("ineligible_at_t0_share", "ineligible_year_1_share"))
        if math.isfinite(each.baseline)
    }
    if len(levels) < 2:
        return ""
    return (
        f"Under today's rules {levels['ineligible_at_t0_share']} of survivors are not eligible for housing "
        f"help on the day of the decision, and {levels['ineligible_year_1_share']} get no leave in the whole "
        "first year. In that year priority need and an exemption from local connection give the latter "
        "nothing, and the others only once they have leave."
    )


def outside_table(stored: Stored) -> Table | None:
    """Who stands outside which reform: the level today and each option's difference."""
    rows = []
    for metric, words in OUTSIDE.items():
        cells = effects(stored, (metric,))
        if cells and math.isfinite(cells[0].baseline):
            rows.append((words, number(cells[0].baseline, "share"), *map(_cell, cells)))
    if not rows:
        return None
    return Table(
        "Whom the reforms reach: share of survivors today, and each option's difference in percentage points "
        "with its 95% interval",
        ("Share of survivors", "Today's rules", *(option.title for option in stored.options)),
        tuple(rows),
    )


def _cell(effect: Effect) -> str:
    if effect.nothing_changed:
        return "0"
    return f"{signed(effect.mean, effect.unit)} ({bounds(effect)})"
