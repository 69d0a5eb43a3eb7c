"""The kinds of value a parameter may have: shares, days, counts, rates, dates, values that change on dates.

Every kind says in its own words what is allowed; ``sim.config.mistakes`` adds the path. Yes and no are never
numbers, and a number in quotes is not one either. Nothing here knows a parameter by name.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, PlainSerializer

FIRST_DAY: Final = date(2014, 1, 1)
"""Day 0 of the model's clock: every dated value must be known from here on."""

ENGLISH_REGIONS: Final = (
    "north_east",
    "north_west",
    "yorkshire",
    "east_midlands",
    "west_midlands",
    "east",
    "london",
    "south_east",
    "south_west",
)
REGIONS: Final = (*ENGLISH_REGIONS, "wales")
"""Regions where life after the decision is followed, in the order of `sim.people.codes.Region`."""

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DURATION = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*([a-z ]*)")
_DAYS_IN = {"": 1.0, "day": 1.0, "days": 1.0, "week": 7.0, "weeks": 7.0}


# ------------------------------------------------------------------------------------------------ numbers
def number(given: object, allowed: str) -> float:
    """Return a finite number, refusing truth values, words and numbers in quotes.

    Parameters
    ----------
    given : object
        What the YAML file or the override holds.
    allowed : str
        What to say is allowed, for example ``"a share from 0 to 1"``.

    Raises
    ------
    ValueError
        If `given` is not a finite number.
    """
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise ValueError(f"must be {allowed}")
    try:
        value = float(given)
    except OverflowError:
        raise ValueError(f"must be {allowed}; this number is too large") from None
    if not math.isfinite(value):
        raise ValueError(f"must be {allowed}; .inf and .nan are not allowed here")
    return value


def share(given: object) -> float:
    """Return a share from 0 to 1."""
    allowed = "a share from 0 to 1 (0.25 for a quarter)"
    value = number(given, allowed)
    if not 0 <= value <= 1:
        raise ValueError(f"must be {allowed}")
    return value


def days(given: object) -> float:
    """Return a length of time in days, from a number (days) or words such as ``"6 weeks"``."""
    allowed = '0 days or more, as a number of days (45) or in words ("45 days", "6 weeks")'
    if isinstance(given, str):
        written = _DURATION.fullmatch(given.strip().lower())
        if written is None:
            raise ValueError(f"must be {allowed}")
        amount, unit = float(written[1]), written[2].strip()
        if unit not in _DAYS_IN:
            why = {
                "month": "months differ in length: count days or weeks",
                "year": "years differ in length: count days",
                "working": "only support.negative_working_days counts working days",
            }
            hint = next(
                (text for word, text in why.items() if unit.startswith(word)), f"unknown unit {unit!r}"
            )
            raise ValueError(f"must be {allowed}; {hint}")
        if not math.isfinite(amount):
            raise ValueError(f"must be {allowed}; this number is too large")
        value = amount * _DAYS_IN[unit]
    else:
        value = number(given, allowed)
    if value < 0:
        raise ValueError(f"must be {allowed}")
    return value


def signed_days(given: object) -> float:
    """Return a length of time in days that may lie before what it is counted from (negative)."""
    if isinstance(given, str) and given.strip().startswith("-"):
        return -days(given.strip()[1:])
    if isinstance(given, str):
        return days(given)
    return number(given, 'a number of days, negative for before (-60), or words ("6 weeks")')


def at_least_zero(given: object) -> float:
    """Return a number of 0 or more."""
    allowed = "a number of 0 or more"
    value = number(given, allowed)
    if value < 0:
        raise ValueError(f"must be {allowed}")
    return value


def places(given: object) -> float | Literal["unlimited"]:
    """Return a number of places, or the word ``unlimited``."""
    if given == "unlimited":
        return "unlimited"
    allowed = "a number of places of 0 or more, or the word unlimited"
    value = number(given, allowed)
    if value < 0:
        raise ValueError(f"must be {allowed}")
    return value


def whole(given: object) -> int:
    """Return a whole number; its limits are stated where it is used."""
    if isinstance(given, bool) or not isinstance(given, int):
        raise ValueError("must be a whole number")
    return given


def yes_or_no(given: object) -> bool:
    """Return a truth value; numbers and words are refused."""
    if not isinstance(given, bool):
        raise ValueError("must be true or false")
    return given


# -------------------------------------------------------------------------------------------------- dates
def day(given: object) -> date:
    """Return a date written as ``YYYY-MM-DD``.

    Raises
    ------
    ValueError
        If it is not so written, or if there is no such day; the message says how long that month is.
    """
    if type(given) is date:
        return given
    written = _DATE.fullmatch(given.strip()) if isinstance(given, str) else None
    if written is None:
        raise ValueError(f"{given!r} is not a date: write YYYY-MM-DD, for example 2027-04-01")
    year, month, day_of_month = (int(part) for part in written.groups())
    if year < 1:
        raise ValueError(f"{given} is an impossible date: there is no year 0")
    if not 1 <= month <= 12:
        raise ValueError(f"{given} is an impossible date: the month must be 01 to 12")
    length = monthrange(year, month)[1]
    if not 1 <= day_of_month <= length:
        raise ValueError(f"{given} is an impossible date: {year}-{month:02d} has the days 01 to {length}")
    return date(year, month, day_of_month)


@dataclass(frozen=True, slots=True)
class Dated:
    """A value that changes on stated dates and holds until the next one.

    Attributes
    ----------
    dates : tuple of date
        In ascending order. A parameter's first date is `FIRST_DAY` or earlier, unless another value says
        from when on it is used.
    values : tuple of float
        The value from each date on, same length.

    Examples
    --------
    >>> move_on = Dated((date(2014, 1, 1), date(2019, 2, 1)), (14.0, 45.0))
    >>> move_on.at(date(2019, 1, 31)), move_on.at(date(2019, 2, 1))
    (14.0, 45.0)
    >>> move_on.steps()
    ([0, 1857], [14.0, 45.0])
    """

    dates: tuple[date, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.dates or len(self.dates) != len(self.values):
            raise ValueError(
                f"Dated needs as many dates as values, not {len(self.dates)} and {len(self.values)}"
            )
        if any(later <= earlier for earlier, later in zip(self.dates, self.dates[1:], strict=False)):
            raise ValueError("Dated needs its dates in ascending order, each once")

    def at(self, when: date) -> float:
        """Return the value that holds on a day; before the first date, the first value."""
        return self.values[max(bisect_right(self.dates, when) - 1, 0)]

    def steps(self) -> tuple[list[int], list[float]]:
        """Return the days since 1 January 2014 on which a value begins, and the values; the first day is 0.

        As in `at`, the first value also holds before the first date.
        """
        starts: list[int] = []
        begun: list[float] = []
        for when, value in zip(self.dates, self.values, strict=True):
            start = max((when - FIRST_DAY).days, 0)
            if starts and starts[-1] == start:
                begun[-1] = value
            else:
                starts.append(start)
                begun.append(value)
        starts[0] = 0
        return starts, begun

    def plain(self) -> dict[str, float]:
        """Return the value as the mapping a YAML file would hold: day to value, in the parameter's unit."""
        return {when.isoformat(): value for when, value in zip(self.dates, self.values, strict=True)}


def _dated(one: Callable[[object], float], *, always: bool = True) -> Callable[[object], Dated]:
    """Return the reader of a dated value whose single values are read by `one`."""

    def read(given: object) -> Dated:
        if isinstance(given, Dated):
            given = given.plain()
        if not isinstance(given, Mapping):
            return Dated((FIRST_DAY,), (one(given),))
        if not given:
            raise ValueError("is empty: give one number, or values by date as {YYYY-MM-DD: value}")
        found: dict[date, float] = {}
        wrong: list[str] = []
        for when, value in given.items():
            try:
                start = day(when)
            except ValueError as mistake:
                wrong.append(str(mistake))
                continue
            try:
                if start in found:
                    raise ValueError("is given twice")
                found[start] = one(value)
            except ValueError as mistake:
                wrong.append(f"from {start} on, {value!r} {mistake}")
        if wrong:
            raise ValueError("; ".join(wrong))
        ordered = sorted(found)
        if always and ordered[0] > FIRST_DAY:
            raise ValueError(
                f"the first date is {ordered[0]}, so nothing says what holds before it: "
                f"begin on {FIRST_DAY} or earlier, or give one number for all time"
            )
        return Dated(tuple(ordered), tuple(found[start] for start in ordered))

    return read


def _number_or_infinity(given: object) -> float:
    if isinstance(given, float) and given == math.inf:
        return given
    return at_least_zero(given)


def _words(given: object) -> tuple[str, ...]:
    if isinstance(given, str) or not isinstance(given, list | tuple):
        raise ValueError("must be a list of names, for example [priority_need, extended_support_180]")
    for word in given:
        if not isinstance(word, str):
            raise ValueError(f"must be a list of names; {word!r} is not a name")
    return tuple(given)


def share_by_region(given: object) -> dict[str, float]:
    """Return the share of each region that a service covers; an empty mapping means everywhere.

    Regions are named as in the tables, in small letters and joined by underscores (``west_midlands``).
    """
    if not isinstance(given, Mapping):
        raise ValueError(
            "must be shares by region, for example {london: 0.1, north_west: 1}, or {} for everywhere"
        )
    found: dict[str, float] = {}
    for name, value in given.items():
        if name not in REGIONS:
            raise ValueError(f"{name!r} is not a region; allowed: {', '.join(REGIONS)}")
        try:
            found[str(name)] = share(value)
        except ValueError as mistake:
            raise ValueError(f"{name} {mistake}") from None
    return {name: found[name] for name in REGIONS if name in found}


def _text(given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise ValueError("must be words")
    return given


_as_mapping = PlainSerializer(Dated.plain, return_type=dict[str, float])

Share = Annotated[float, BeforeValidator(share)]
Days = Annotated[float, BeforeValidator(days)]
SignedDays = Annotated[float, BeforeValidator(signed_days)]
Count = Annotated[float, BeforeValidator(at_least_zero)]
Rate = Annotated[float, BeforeValidator(at_least_zero)]
PlaceCount = Annotated[float | Literal["unlimited"], BeforeValidator(places)]
Whole = Annotated[int, BeforeValidator(whole)]
Flag = Annotated[bool, BeforeValidator(yes_or_no)]
Day = Annotated[date, BeforeValidator(day)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Text = Annotated[str, BeforeValidator(_text)]
RegionShares = Annotated[dict[str, float], BeforeValidator(share_by_region)]
DatedShare = Annotated[Dated, BeforeValidator(_dated(share)), _as_mapping]
LaterShare = Annotated[Dated, BeforeValidator(_dated(share, always=False)), _as_mapping]
DatedDays = Annotated[Dated, BeforeValidator(_dated(days)), _as_mapping]
DatedRate = Annotated[Dated, BeforeValidator(_dated(at_least_zero)), _as_mapping]
DatedNumber = Annotated[Dated, BeforeValidator(_dated(_number_or_infinity)), _as_mapping]
