"""The clock: durations on a grid that adds without rounding, and the calendar behind day numbers.

Time is days (float) from the start of 1 January 2014. A duration is rounded up to a multiple of 2**-20 day
(about a twelfth of a second), so that `now + (t - now) == t` always and two engines agree on every instant.
Quarters are calendar quarters counted from 2014Q1 = 0. Working days are those of England and Wales.
Not here: who waits for what, and in which order ties are settled (the engines).
"""

import math
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError

FIRST_YEAR = 2014
GRID = 2.0**-20
"""The smallest step of time [days]."""
STEPS_A_DAY = 2.0**20
LONGEST = 2.0**40
"""The longest duration that is told from for ever [days]."""

_START = date(FIRST_YEAR, 1, 1).toordinal()
_LAST_LABELLED_YEAR = 2049


# ---------------------------------------------------------------- durations


def on_grid(days: float) -> float:
    """A duration rounded up to the grid; at least one step, since zero-length delays do not exist.

    Parameters
    ----------
    days : float
        0 or more [days].

    Raises
    ------
    SimError
        If the duration is negative, longer than `LONGEST`, or not a number.
    """
    if not 0.0 <= days <= LONGEST:
        nearest = LONGEST if days > LONGEST else GRID
        raise SimError(f"a duration of {days} days; allowed: 0 to {LONGEST:.0f} days; nearest: {nearest}")
    return (math.ceil(days * STEPS_A_DAY) or 1) * GRID


def on_grid_array(days: NDArray[np.float64]) -> NDArray[np.float64]:
    """`on_grid` of every element, bit for bit; any shape [days]."""
    wrong = ~((days >= 0.0) & (days <= LONGEST))
    if wrong.any():
        first = days[wrong].flat[0]
        raise SimError(
            f"{int(wrong.sum())} of {days.size} durations are not from 0 to {LONGEST:.0f} days, "
            f"the first of them {first}; nearest: {LONGEST if first > LONGEST else GRID}"
        )
    return np.maximum(np.ceil(days * STEPS_A_DAY), 1.0) * GRID


# ---------------------------------------------------------------- days and quarters


def day_of(when: date) -> int:
    """Day number of a date: 0 is 1 January 2014; earlier dates are negative."""
    return when.toordinal() - _START


def date_of(day: float) -> date:
    """The date on which an instant [days] falls."""
    return date.fromordinal(_START + math.floor(day))


def quarter_start(quarter: int) -> int:
    """Day number of a quarter's first day; quarter 0 is 2014Q1."""
    years, part = divmod(quarter, 4)
    return day_of(date(FIRST_YEAR + years, 1 + 3 * part, 1))


def quarter_of(day: float) -> int:
    """The quarter in which an instant [days] falls; 0 is 2014Q1."""
    when = date_of(day)
    return 4 * (when.year - FIRST_YEAR) + (when.month - 1) // 3


def quarter_label(quarter: int) -> str:
    """The name of a quarter, such as 2014Q1."""
    years, part = divmod(quarter, 4)
    return f"{FIRST_YEAR + years}Q{part + 1}"


def quarter_number(label: str) -> int:
    """The quarter with this name: 2014Q1 is 0.

    Raises
    ------
    SimError
        If the name does not read like 2014Q1.
    """
    year, _, part = label.partition("Q")
    if not (len(year) == 4 and year.isdecimal() and year.isascii() and part in {"1", "2", "3", "4"}):
        raise SimError(f"quarter {label!r}; allowed: four digits, Q and 1 to 4; nearest: {QUARTERS[0]!r}")
    return 4 * (int(year) - FIRST_YEAR) + int(part) - 1


QUARTERS: tuple[str, ...] = tuple(
    quarter_label(quarter) for quarter in range(4 * (_LAST_LABELLED_YEAR + 1 - FIRST_YEAR))
)
"""Names of quarters by number, 2014Q1 to 2049Q4."""


# ---------------------------------------------------------------- working days


@cache
def working_days(first_year: int, last_year: int) -> NDArray[np.bool_]:
    """Which days are working days in England and Wales: no Saturday, Sunday or bank holiday.

    Parameters
    ----------
    first_year : int
        2014, since the table is read by day number and day 0 is 1 January 2014.
    last_year : int
        Last year in the table. Bank holidays not yet proclaimed follow the usual rules.

    Returns
    -------
    array of bool, shape (days to 31 December of last_year,), read-only
        True at a day number that is a working day. Computed once for each last year.

    Raises
    ------
    SimError
        If first_year is not 2014 or last_year is before it.

    References
    ----------
    Banking and Financial Dealings Act 1971, Schedule 1, and proclamations under it.
    """
    if first_year != FIRST_YEAR or last_year < first_year:
        raise SimError(
            f"working days from {first_year} to {last_year}; allowed: from {FIRST_YEAR} (day number 0 is "
            f"1 January {FIRST_YEAR}) to {FIRST_YEAR} or later; nearest: {FIRST_YEAR} to "
            f"{max(last_year, FIRST_YEAR)}"
        )
    from holidays import country_holidays

    length = day_of(date(last_year + 1, 1, 1))
    first_weekday = date(FIRST_YEAR, 1, 1).weekday()
    table: NDArray[np.bool_] = (np.arange(length) + first_weekday) % 7 < 5
    for day_off in country_holidays("GB", subdiv="ENG", years=range(first_year, last_year + 1)):
        if 0 <= day_of(day_off) < length:
            table[day_of(day_off)] = False
    table.setflags(write=False)
    return table


def add_working_days(day: int, number: int, table: NDArray[np.bool_]) -> int:
    """The day on which the given number of working days has passed.

    Parameters
    ----------
    day : int
        Day number of the event; the day itself does not count.
    number : int
        Working days to count, 0 or more; 0 answers the day itself, or the next working day after it.
    table : array of bool
        From `working_days`.

    Returns
    -------
    int
        Day number; always a working day.

    Raises
    ------
    SimError
        If the number is negative, or the answer lies outside the table.
    """
    if number < 0:
        raise SimError(f"{number} working days after a day; allowed: 0 or more; nearest: 0")
    last = len(table) - 1
    if not 0 <= day <= last:
        raise SimError(_outside(day, number, last))
    if number == 0:
        day, number = day - 1, 1
    while number > 0:
        day += 1
        if day > last:
            raise SimError(_outside(day, number, last))
        if table[day]:
            number -= 1
    return day


def _outside(day: int, number: int, last: int) -> str:
    """The message for a day beyond the calendar."""
    nearest = timedelta(days=0 if day < 0 else last) + date(FIRST_YEAR, 1, 1)
    return (
        f"working day {number} counted at day {day} ({date_of(day)}) lies outside the table of working days; "
        f"allowed: day 0 to {last}; nearest: {nearest}; a later last_year makes the table longer"
    )
