"""What could be expected on the day, from what was known alone: a small set of futures of the inputs.

Every member takes the last known value of each input as it stands. Referrals and conclusive capacity also
grow at a yearly rate between nothing and the mean rate of the three years before, so that member 0 is the
frozen world and the others spread evenly between that and "the trend goes on". Shares positive, order,
practice and law stay as they were: nobody could tell. The rule was written down before any score was seen
and is the same for both days.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError
from sim.validate.known import put

if TYPE_CHECKING:
    from sim.config.schema import Parameters

TREND_YEARS: Final = 3
_CAPACITY: Final = "decisions.conclusive_grounds.capacity_per_quarter"
_PUBLISHED: Final = ("adult", "child", "unknown")


def place(member: int) -> tuple[float, float]:
    """Where a member stands between no growth and the trend: referrals, then capacity.

    Points of the Halton sequence in bases 2 and 3, so any number of members is spread evenly.

    Examples
    --------
    >>> place(0), place(1), place(2)
    ((0.0, 0.0), (0.5, 0.3333333333333333), (0.25, 0.6666666666666666))
    """
    return _radical_inverse(member, 2), _radical_inverse(member, 3)


def _radical_inverse(number: int, base: int) -> float:
    digits, scale = 0, 1
    while number:
        number, digit = divmod(number, base)
        digits, scale = digits * base + digit, scale * base
    return digits / scale


def outlook(known: Parameters, day: date, at: tuple[float, float]) -> Parameters:
    """Fill the blanks of what was known on a day with one expected future.

    Parameters
    ----------
    known : Parameters
        From `sim.validate.known.known_on`, of the same day.
    day : date
    at : (float, float)
        Where between no growth (0) and the trend (1): referrals, conclusive capacity.

    Raises
    ------
    SimError
        If fewer than four years were known, so that there is no trend.
    """
    from sim.config.schema import Parameters as Schema
    from sim.config.tree import plain

    arrivals = known.people.arrivals
    ends = _quarter_days(day)
    if min(ends) < date(2014, 1, 1):
        raise SimError(f"known on {day}: allowed: 2017-12-31 or later, since a trend needs four years")
    groups = {name: [getattr(arrivals.published, name).at(when) for when in ends] for name in _PUBLISHED}
    totals = [math.fsum(values) for values in zip(*groups.values(), strict=True)]
    last_year = {name: math.fsum(values[-4:]) for name, values in groups.items()}
    declined = math.fsum(arrivals.declined.at(when) for when in ends[-4:])
    total = math.fsum(last_year.values())
    tree: Any = plain(known)
    growth = at[0] * _trend(totals)
    for name, value in {
        "projected_per_quarter": totals[-1],
        "growth_per_year": math.exp(growth) - 1.0,
        "projected_adult_share": last_year["adult"] / total,
        "projected_child_share": last_year["child"] / total,
        "projected_declined_ratio": declined / last_year["adult"],
    }.items():
        put(tree, f"people.arrivals.{name}", value)
    capacity = known.decisions.conclusive_grounds.capacity_per_quarter
    rate = at[1] * _trend([capacity.at(when) for when in ends])
    steps = dict(capacity.plain())
    for number, start in enumerate(_following_quarters(day, known.experiment.horizon)):
        steps[start.isoformat()] = capacity.values[-1] * math.exp(rate * (number + 1) / 4.0)
    put(tree, _CAPACITY, steps)
    return Schema.model_validate(tree)


def _trend(quarters: list[float]) -> float:
    """Mean yearly growth, as a logarithm, of the last four quarters over those three years earlier."""
    return math.log(math.fsum(quarters[-4:]) / math.fsum(quarters[:4])) / TREND_YEARS


def _quarter_days(day: date) -> list[date]:
    """First days of the sixteen quarters that end with this day."""
    end = day + timedelta(1)
    number = end.year * 4 + (end.month - 1) // 3
    return [date(n // 4, n % 4 * 3 + 1, 1) for n in range(number - 4 * (TREND_YEARS + 1), number)]


def _following_quarters(day: date, horizon: date) -> list[date]:
    """First days of the quarters from the day on and before the horizon."""
    first = day + timedelta(1)
    number = first.year * 4 + (first.month - 1) // 3
    found = []
    while (start := date(number // 4, number % 4 * 3 + 1, 1)) < horizon:
        found.append(start)
        number += 1
    return found
