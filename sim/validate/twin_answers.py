"""One station beside theory: which answer applies to it, and what the answer is.

A station has places and a line for them, or no limit, or is a desk that decides so many cases a working day.
Rates come from the stays in it (`sim.outcomes.waits.Station`) in the time that is looked at. Not here: which
stations there are and what their places are (`twins`), and the formulas (`queueing`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import inf, isnan, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.clock import FIRST_YEAR, quarter_of, quarter_start, working_days
from sim.engine.rules import DeskRules, Rules, Steps, at
from sim.outcomes.waits import Station, littles_law
from sim.validate.queueing import erlang, fluid, infinite_servers

Floats = NDArray[np.float64]

DAYS_A_YEAR = 365.25
NOBODY = Station(np.zeros(0), np.zeros(0), np.zeros(0, np.bool_))
_LONG = "stays are long against the time looked at, or too few of them have ended"
_LAST_YEAR = 2049
FEW = 30
"""Fewer arrivals or departures than this give no rate."""
STEADY = 0.25
"""A rate of arrival may differ by this share between the two halves of the time."""


class Answer(StrEnum):
    """Which theory applies."""

    ERLANG = "Erlang"
    INFINITE = "infinite servers"
    FLUID = "fluid"
    NONE = "none"


@dataclass(frozen=True)
class Twin:
    """One station from the day the rules are in force to the horizon; missing where there is nothing to say.

    Attributes
    ----------
    station : str
    answer : Answer
    reason : str
        Why no theory applies; empty where one does.
    places : float
        Infinite where there is no limit, missing where places are not what limits it.
    arrivals_per_year, stay_days, giving_up_per_day : float
        Read from the log: those who join (the line, where there is one), the mean stay in a place, and the
        rate at which each person in line leaves it unserved.
    load : float
        Work that arrives for each unit of work that can be done.
    number, waiting : float
        Mean number in a place, and in line for one.
    number_expected, waiting_expected : float
        The same as theory has them.
    growth_per_year, growth_expected : float
        Change of the line, and of the line of the fluid.
    little_number, little_residual : float
        Over the whole run: people there by a daily census (in line and in a place), and the largest
        difference from arrivals a day times days in each.
    """

    station: str
    answer: Answer
    reason: str = ""
    places: float = nan
    arrivals_per_year: float = nan
    stay_days: float = nan
    giving_up_per_day: float = nan
    load: float = nan
    number: float = nan
    number_expected: float = nan
    waiting: float = nan
    waiting_expected: float = nan
    growth_per_year: float = nan
    growth_expected: float = nan
    little_number: float = nan
    little_residual: float = nan

    @property
    def growing(self) -> bool:
        """Whether more comes than can be done."""
        return not isnan(self.load) and self.load >= 1.0


COLUMNS = tuple(Twin.__dataclass_fields__)


@dataclass(frozen=True)
class Span:
    """The time that is looked at [days]."""

    start: float
    end: float

    @property
    def days(self) -> float:
        """How long it is [days]."""
        return self.end - self.start

    def counted(self, when: Floats) -> int:
        """How many instants lie in it."""
        return int(np.count_nonzero((when >= self.start) & (when < self.end)))

    def mean(self, station: Station) -> float:
        """Mean number present [people]."""
        return float(np.diff(station.person_days(np.array([self.start, self.end])))[0]) / self.days

    def growth(self, station: Station) -> float:
        """Change in the number present, by the year."""
        first, last = station.stock(np.array([self.start, self.end]))
        return float(last - first) / self.days * DAYS_A_YEAR

    def steady(self, when: Floats) -> bool:
        """Whether about as many come in its first half as in its second."""
        half = (self.start + self.end) / 2
        one = int(np.count_nonzero((when >= self.start) & (when < half)))
        other = self.counted(when) - one
        return abs(one - other) <= STEADY * max(1.0, (one + other) / 2)


def changes_of(steps: Steps, span: Span, *, bought: bool) -> str:
    """Why the number of places is not one number, or nothing."""
    if bought:
        return "places are bought as people wait"
    if any(span.start < day < span.end for day in steps.days):
        return "the number of places changes"
    return ""


def little(held: Station, line: Station | None, span: Span) -> dict[str, float]:
    """Little's law over the whole run, L and lambda W [people]."""
    laws = [littles_law(station, span.end) for station in (held, line) if station is not None]
    return {
        "little_number": sum(law.mean_number for law in laws),
        "little_residual": max((law.residual for law in laws), key=abs),
    }


# ------------------------------------------------------------------------------------------------ stations
def pool(name: str, line: Station, held: Station, places: float, span: Span, changes: str = "") -> Twin:
    """A number of places and the line for them."""
    joined, ended = span.counted(line.joined), span.counted(held.left)
    number, waiting = span.mean(held), span.mean(line)
    given_up = span.counted(line.left[~line.served])
    patience = given_up / (waiting * span.days) if waiting > 0.0 else 0.0
    ending = ended / (number * span.days) if number > 0.0 else nan
    arrivals = joined / span.days
    seen: dict[str, Any] = {
        "places": places,
        "arrivals_per_year": arrivals * DAYS_A_YEAR,
        "stay_days": 1.0 / ending if ending > 0.0 else nan,
        "giving_up_per_day": patience if waiting > 0.0 else nan,
        "number": number,
        "waiting": waiting,
        "growth_per_year": span.growth(line),
        **little(held, line, span),
    }

    def none(reason: str) -> Twin:
        return Twin(name, Answer.NONE, reason, **seen)

    if joined == 0:
        return none("nobody asks for it")
    if places == inf:
        there = infinite_servers(held.joined, held.left, span.start, span.end)
        before = infinite_servers(line.joined, line.left, span.start, span.end)
        if isnan(there) and isnan(before):
            return none(_LONG)
        return Twin(name, Answer.INFINITE, number_expected=there, waiting_expected=before, **seen)
    if places == 0.0:
        return none("there is no place")
    if ending > 0.0:
        seen["load"] = arrivals / (places * ending)
    if changes:
        return none(changes)
    if min(joined, ended) < FEW:
        return none(f"fewer than {FEW} arrivals or departures: too few for a rate")
    # a line that is always there settles as fast as people leave it, a station with free places as stays end
    settling = patience if seen["load"] >= 1.0 and patience > ending else ending
    if 3.0 / settling > span.days:
        return none(_LONG)
    if not span.steady(line.joined):
        return none("the rate of arrivals changes")
    expected = erlang(arrivals, ending, places, patience)
    if expected is None:
        days = np.ones(int(span.days))
        first = float(line.stock(np.array([span.start]))[0])
        basin = fluid(first, arrivals * days, places * ending * days)
        return Twin(
            name,
            Answer.FLUID,
            number_expected=places,
            waiting_expected=basin.mean,
            growth_expected=basin.growth * DAYS_A_YEAR,
            **seen,
        )
    return Twin(
        name,
        Answer.ERLANG,
        number_expected=expected.served,
        waiting_expected=expected.waiting,
        growth_expected=0.0,
        **seen,
    )


def unlimited(name: str, held: Station, span: Span) -> Twin:
    """Somewhere that nobody waits for."""
    number, ended = span.mean(held), span.counted(held.left)
    seen: dict[str, Any] = {
        "places": inf,
        "arrivals_per_year": span.counted(held.joined) / span.days * DAYS_A_YEAR,
        "stay_days": number * span.days / ended if ended else nan,
        "number": number,
        "growth_per_year": span.growth(held),
        **little(held, None, span),
    }
    expected = infinite_servers(held.joined, held.left, span.start, span.end)
    if isnan(expected):
        return Twin(name, Answer.NONE, _LONG, **seen)
    return Twin(name, Answer.INFINITE, number_expected=expected, **seen)


def caseworkers(care: Station, rules: Rules, span: Span) -> Twin:
    """Named workers: no line, since more people thin contact out."""
    first = float(care.stock(np.array([span.start]))[0])
    number = span.mean(care)
    fixed = rules.support.workers_fixed
    reason = (
        "nobody waits for a worker: with workers fixed, a higher caseload thins contact out"
        if fixed
        else "nobody waits for a worker: workers follow the number of people in support"
    )
    return Twin(
        "caseworkers",
        Answer.NONE,
        reason,
        places=first / rules.support.clients_per_worker if fixed else nan,
        load=number / first if fixed and first else nan,
    )


def desk_twin(name: str, line: Station, asked: Station, desk: DeskRules, handling: float, span: Span) -> Twin:
    """Decisions: so many a working day, whatever the number of people in line.

    `asked` is what capacity may follow; `handling` the days each case takes before it can be decided.
    """
    came_in, capacity = _by_day(line, asked, desk, span)
    waiting, joined = span.mean(line), span.counted(line.joined)
    leaving = span.counted(line.left[~line.served]) / (waiting * span.days) if waiting > 0.0 else 0.0
    seen: dict[str, Any] = {
        "arrivals_per_year": joined / span.days * DAYS_A_YEAR,
        "giving_up_per_day": leaving,
        "waiting": waiting,
        "growth_per_year": span.growth(line),
        **little(line, None, span),
    }
    if not joined:
        return Twin(name, Answer.NONE, "nobody comes", **seen)
    before = handling + 0.5  # who comes after a noon is seen at the next one
    always = float(came_in.mean()) * before
    if not np.isfinite(capacity).all():
        working = capacity > 0.0
        if np.isfinite(capacity[working]).any():
            return Twin(name, Answer.NONE, "decisions have no limit for a part of the time", **seen)
        capacity = np.where(working, 1e12, 0.0)
    first = max(0.0, float(line.stock(np.array([span.start]))[0]) - float(came_in[0]) * before)
    basin = fluid(first, came_in, capacity, leaving)
    return Twin(
        name,
        Answer.FLUID,
        load=float(came_in.sum() / capacity.sum()) if capacity.any() else inf,
        waiting_expected=basin.mean + always,
        growth_expected=basin.growth * DAYS_A_YEAR,
        **seen,
    )


def _by_day(line: Station, asked: Station, desk: DeskRules, span: Span) -> tuple[Floats, Floats]:
    """People who come, and decisions that can be taken, on each day looked at; quarter by quarter."""
    working = working_days(FIRST_YEAR, _LAST_YEAR)
    first, last = int(span.start), int(span.end)
    come, able = np.zeros(last - first), np.zeros(last - first)
    for q in range(quarter_of(span.start), quarter_of(span.end - 1.0) + 1):
        begin, end = quarter_start(q), quarter_start(q + 1)
        slots = at(desk.capacity_per_quarter, float(begin))
        if begin >= desk.follow_from and q >= 4:
            year = np.array([quarter_start(q - 4), begin], dtype=np.float64)
            slots = desk.follow_ratio * float(np.diff(asked.came(year))[0]) / 4.0
        low, high = max(begin, first), min(end, last)
        part = slice(low - first, high - first)
        come[part] = np.diff(line.came(np.array([low, high], dtype=np.float64)))[0] / (high - low)
        able[part] = np.where(working[low:high], slots / max(1, int(working[begin:end].sum())), 0.0)
    return come, able
