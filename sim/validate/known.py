"""What was known on a day: the parameters with everything that is dated later taken out.

`known_on` removes every later value of a dated parameter, puts every later date beyond the run, and blanks
the forecasts that were made later; it sees no published target. What is then expected of the future is made
from its answer alone (`outlook`), so a blind projection cannot see a later input: two sets of parameters
that differ only after the day give the same answer, to the last bit, and a test holds it to that.

What this cannot take out is said by `undated_and_later`: values without a date that were read from later
publications.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from sim.errors import SimError

if TYPE_CHECKING:
    from sim.config.schema import Parameters
    from sim.config.tree import Plain

NEVER: Final = date(2049, 1, 1)
"""Where a date that was not known is put: beyond every run."""
OF_THE_RUN: Final = ("policy.", "experiment.")
"""Settings of the run, no knowledge of the world."""
PROJECTION_FROM: Final = "people.arrivals.projection_from"
FORECASTS: Final[dict[str, float]] = {
    "people.arrivals.projected_per_quarter": 0.0,
    "people.arrivals.growth_per_year": 0.0,
    "people.arrivals.projected_adult_share": 0.5,
    "people.arrivals.projected_child_share": 0.5,
    "people.arrivals.projected_declined_ratio": 0.0,
    "decisions.reasonable_grounds.capacity_rule.ratio": 1.0,
    "decisions.conclusive_grounds.capacity_rule.ratio": 1.0,
}
"""Undated forecasts made from the latest figures, with the blanks that stand for them until `outlook`."""


@dataclass(frozen=True)
class Undated:
    """A parameter without a date whose sources are later than the day."""

    path: str
    value: str
    sources: str


def known_on(parameters: Parameters, day: date) -> Parameters:
    """Return what was known at the end of a day.

    Parameters
    ----------
    parameters : Parameters
    day : date
        The last day of a quarter; values dated later are refused.

    Returns
    -------
    Parameters
        Last values known hold on; arrivals are projected from the next day on, from blanks that `outlook` has
        to fill (nobody arrives until it has).

    Raises
    ------
    SimError
        If the day is not the last of a quarter after 2014.
    """
    from sim.config.schema import Parameters as Schema
    from sim.config.tree import leaves, plain

    check_day(day)
    tree: Any = plain(parameters)
    for path, value in leaves(parameters):
        if not path.startswith(OF_THE_RUN):
            put(tree, path, plain(_known(path, value, day)))
    known = Schema.model_validate(tree)
    check_nothing_later(known, day)
    return known


def check_day(day: date) -> None:
    """Raise SimError unless the day is the last of a quarter, 2014 or later."""
    following = day + timedelta(1)
    if following.day != 1 or following.month not in (1, 4, 7, 10) or day.year < 2014:
        raise SimError(
            f"known on {day}: allowed: the last day of a quarter from 2014 on, since inputs are dated by "
            f"quarter; nearest: {date(day.year, 12, 31)}"
        )


def check_nothing_later(parameters: Parameters, day: date) -> None:
    """Raise SimError if any value of the world is dated after the day (and is not put beyond every run)."""
    if later := [path for path, when in _dates(parameters) if day + timedelta(1) < when < NEVER]:
        raise SimError(
            f"a blind projection from {day} holds inputs dated later: {', '.join(dict.fromkeys(later))}; "
            "allowed: none; nearest: sim.validate.known.known_on, which takes them out"
        )


def _dates(parameters: Parameters) -> Iterator[tuple[str, date]]:
    from sim.config.tree import leaves
    from sim.config.values import Dated

    for path, value in leaves(parameters):
        if path.startswith(OF_THE_RUN):
            continue
        if isinstance(value, Dated):
            yield from ((path, when) for when in value.dates)
        elif isinstance(value, date):
            yield path, value


def _known(path: str, value: Any, day: date) -> Any:
    from sim.config.values import Dated

    if path in FORECASTS:
        return FORECASTS[path]
    if path == PROJECTION_FROM:
        return day + timedelta(1)
    if isinstance(value, Dated):
        kept = [(when, one) for when, one in zip(value.dates, value.values, strict=True) if when <= day]
        if not kept:  # a value that is only used from a later day on: nothing of it was known
            return Dated((NEVER,), (0.5,))
        return Dated(*map(tuple, zip(*kept, strict=True)))
    if isinstance(value, date) and value > day:
        return NEVER
    return value


def put(tree: Any, path: str, value: Any) -> None:
    """Set what stands at a path of a plain tree; unlike an overlay it adds no dates to those there."""
    *above, last = path.split(".")
    for name in above:
        tree = tree[name]
    tree[last] = value


def undated_and_later(tree: Plain, day: date, prefixes: tuple[str, ...]) -> tuple[Undated, ...]:
    """Return undated values under these prefixes all of whose dated sources are later than the day.

    They are knowledge of later years that cannot be taken out, since no earlier figure exists.

    Parameters
    ----------
    tree : dict
        A configuration as it is stored, of this version or an earlier one; values that the register does not
        know are left out.
    day : date
    prefixes : tuple of str
        How the paths begin.
    """
    from sim.config.evidence import register
    from sim.config.tree import settings

    found = []
    for path, value in settings(tree):
        if not path.startswith(prefixes) or path in FORECASTS or _is_date(value) or value is None:
            continue
        told = list(value.values()) if isinstance(value, dict) else [value]
        if len(told) != 1:
            continue
        try:
            sources = register().entry(path).sources
        except SimError:
            continue
        years = [
            int(min(written))
            for source in sources
            if (written := re.findall(r"\b(?:19|20)\d\d\b", str(source.date)))
        ]
        if years and min(years) > day.year:
            shown = f"{told[0]:g}" if isinstance(told[0], float) else str(told[0])
            words = "; ".join(f"{source.title} ({source.date})" for source in sources)
            found.append(Undated(path, shown, words))
    return tuple(found)


def _is_date(value: Any) -> bool:
    return isinstance(value, date) or bool(re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)))
