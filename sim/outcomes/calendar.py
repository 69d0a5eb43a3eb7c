"""Calendar time, for everyone: the quarterly, yearly and contract-year series of one run.

Everybody counts here, in the cohort or not, so that people kept out of a full safehouse show up. A quarter's
stock is that of the instant before the next quarter begins; only whole periods before the horizon are listed.
Not here: how each wait is found in the log (`waits`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.clock import FIRST_YEAR, day_of, quarter_label, quarter_start
from sim.engine.log import Detail, Event
from sim.outcomes.places import CATEGORY_OF_PLACE, CATEGORY_WORDS, Category
from sim.outcomes.spells import LEAVING, Spells, Story, place_spells, relabelled
from sim.outcomes.survival import kaplan_meier
from sim.outcomes.waits import (
    Cases,
    Station,
    bed_line,
    beds,
    cases,
    conclusive_grounds,
    littles_law,
    reasonable_grounds,
    service_line,
    service_numbers,
    service_stays,
    victim_care,
)

if TYPE_CHECKING:
    from sim.people.population import Population

Floats = NDArray[np.float64]
Row = tuple[str, str, float]

CONSERVATION_STATES = (
    "declined referral",
    "awaiting reasonable grounds",
    "negative or withdrawn at reasonable grounds",
    "awaiting conclusive grounds",
    "confirmed",
    "negative conclusive grounds",
    "closed undecided or disqualified",
    "died or left the UK",
)
_STATE_AFTER = {
    Event.DECLINED_REFERRAL: 0,
    Event.REFERRED: 1,
    Event.WITHDRAWN_BEFORE_RG: 2,
    Event.RG_NEGATIVE: 2,
    Event.RG_POSITIVE: 3,
    Event.CG_POSITIVE: 4,
    Event.CG_NEGATIVE: 5,
    Event.CASE_CLOSED_UNDECIDED: 6,
    Event.DISQUALIFIED: 6,
    Event.LEFT_UK: 7,
    Event.DIED: 7,
}


@dataclass(frozen=True, eq=False)
class Stations:
    """Everything that waits or holds people, found once; `places` are everyone's, as `Category`."""

    cases: Cases
    rg: Station
    cg: Station
    cg_referred: Floats
    bed_line: Station
    beds: Station
    care: Station
    services: dict[str, tuple[Station, Station]]
    places: Spells


def stations(story: Story, until: float, services: Sequence[str] = ()) -> Stations:
    """Find all stations in everyone's story; `services` names services 0, 1, ... where it reaches."""
    found = cases(story)
    line, referred = conclusive_grounds(found)
    named = {
        (services[k] if 0 <= k < len(services) else f"service {k}"): (
            service_line(story, k),
            service_stays(story, k),
        )
        for k in service_numbers(story)
    }
    return Stations(
        cases=found,
        rg=reasonable_grounds(found),
        cg=line,
        cg_referred=referred,
        bed_line=bed_line(story),
        beds=beds(story),
        care=victim_care(story),
        services=named,
        places=relabelled(place_spells(story, until), CATEGORY_OF_PLACE),
    )


@dataclass(frozen=True)
class Periods:
    """Periods that follow each other: names, and the days at which they begin, one more than names."""

    names: list[str]
    begins: Floats

    def counts(self, when: Floats) -> NDArray[np.int64]:
        """How many instants fall into each period."""
        ordered = np.sort(when)
        return np.diff(np.searchsorted(ordered, self.begins, side="left"))

    def chosen(self, when: Floats) -> list[NDArray[np.int64]]:
        """Which instants fall into each period, as positions."""
        order = np.argsort(when, kind="stable")
        edges = np.searchsorted(when[order], self.begins, side="left")
        return [order[a:b] for a, b in pairwise(edges)]


def quarters(horizon_day: float) -> Periods:
    """Whole quarters from 2014Q1 to before the horizon."""
    begins = [0]
    while (following := quarter_start(len(begins))) <= horizon_day:
        begins.append(following)
    return Periods([quarter_label(q) for q in range(len(begins) - 1)], np.array(begins, dtype=np.float64))


def years(horizon_day: float, first_month: int = 1) -> Periods:
    """Whole years to before the horizon, beginning in January, or in July as contract years do (2021/22)."""
    begins = [day_of(date(FIRST_YEAR, first_month, 1))]
    while (following := day_of(date(FIRST_YEAR + len(begins), first_month, 1))) <= horizon_day:
        begins.append(following)
    names = [FIRST_YEAR + k for k in range(len(begins) - 1)]
    words = [str(y) if first_month == 1 else f"{y}/{(y + 1) % 100:02d}" for y in names]
    return Periods(words, np.array(begins, dtype=np.float64))


def calendar(population: Population, story: Story, found: Stations, horizon_day: float) -> list[Row]:
    """All calendar series of a run, as rows (series, period, value)."""
    by_quarter, by_year = quarters(horizon_day), years(horizon_day)
    rows = _decisions(story, found, by_quarter)
    rows += _backlogs(found, by_quarter)
    rows += _support(story, found, by_quarter, years(horizon_day, first_month=7))
    rows += _wait_rows(
        "rg", found.cases.referred, found.cases.rg_left, found.cases.rg_decided, by_year, horizon_day
    )
    rows += _wait_rows("cg", found.cg_referred, found.cg.left, found.cg.served, by_year, horizon_day)
    rows += _station_waits("bed", "", found.bed_line, by_year, horizon_day)
    for name, (line, people) in found.services.items():
        rows += _station_waits("service", f":{name}", line, by_year, horizon_day)
        rows += _series(f"service_people:{name}", by_quarter, people.stock(by_quarter.begins[1:]))
        rows += _series(f"service_started:{name}", by_quarter, by_quarter.counts(people.joined))
    again = by_year.counts(found.cases.referred[found.cases.visit > 0])
    every = by_year.counts(found.cases.referred)
    rows += _series("repeat_referrals", by_year, again)
    rows += _series("repeat_referral_share", by_year, _share(again, every))
    rows += _places(found.places, by_quarter)
    rows += conservation(population, story, by_quarter)
    rows += little_rows(found, horizon_day)
    return rows


def _series(name: str, periods: Periods, values: NDArray[np.generic]) -> list[Row]:
    return [
        (name, period, float(value)) for period, value in zip(periods.names, values.tolist(), strict=True)
    ]


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> Floats:
    """Part of whole, missing where there is no whole."""
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


def _decisions(story: Story, found: Stations, by_quarter: Periods) -> list[Row]:
    """Referrals, first decisions and shares positive by quarter; decisions on reconsideration stand apart."""
    rows = _series("referrals", by_quarter, by_quarter.counts(found.cases.referred))
    declined = story.time[story.where(Event.DECLINED_REFERRAL)]
    rows += _series("declined_referrals", by_quarter, by_quarter.counts(declined))
    for stage, yes, no in (
        ("rg", Event.RG_POSITIVE, Event.RG_NEGATIVE),
        ("cg", Event.CG_POSITIVE, Event.CG_NEGATIVE),
    ):
        counts = {}
        for answer, event in (("positive", yes), ("negative", no)):
            at = story.where(event)
            again = story.detail[at] == Detail.ON_RECONSIDERATION
            counts[answer] = by_quarter.counts(story.time[at[~again]])
            rows += _series(f"{stage}_{answer}", by_quarter, counts[answer])
            if answer == "positive":
                rows += _series(
                    f"{stage}_positive_on_reconsideration",
                    by_quarter,
                    by_quarter.counts(story.time[at[again]]),
                )
        decisions = counts["positive"] + counts["negative"]
        rows += _series(f"{stage}_decisions", by_quarter, decisions)
        rows += _series(f"{stage}_positive_share", by_quarter, _share(counts["positive"], decisions))
    closed = story.time[story.where(Event.CASE_CLOSED_UNDECIDED, Event.DISQUALIFIED)]
    return rows + _series("cg_closed_undecided", by_quarter, by_quarter.counts(closed))


def _backlogs(found: Stations, by_quarter: Periods) -> list[Row]:
    """People waiting for a decision at quarter end, and how long since their referral."""
    rows: list[Row] = []
    ends = by_quarter.begins[1:]
    for stage, line, since in (
        ("rg", found.rg, found.cases.referred),
        ("cg", found.cg, found.cg_referred),
    ):
        rows += _series(f"{stage}_backlog", by_quarter, line.stock(ends))
        ages = [np.sort(line.ages(float(when), since)) for when in ends]
        for word, share in (("median", 0.5), ("p90", 0.9)):
            age = np.array([np.quantile(a, share) if len(a) else np.nan for a in ages])
            rows += _series(f"{stage}_backlog_age_{word}", by_quarter, age)
    return rows


def _support(story: Story, found: Stations, by_quarter: Periods, contract: Periods) -> list[Row]:
    """Beds and casework: mean occupancy, stocks, entrants and leavers."""
    length = np.diff(by_quarter.begins)
    rows = _series(
        "beds_occupied_mean", by_quarter, np.diff(found.beds.person_days(by_quarter.begins)) / length
    )
    rows += _series("people_in_support", by_quarter, found.care.stock(by_quarter.begins[1:]))
    declined = story.time[story.where(Event.BED_DECLINED)]
    rows += _series("beds_declined", by_quarter, by_quarter.counts(declined))
    rows += _series("bed_line", by_quarter, found.bed_line.stock(by_quarter.begins[1:]))
    rows += _series("support_started", by_quarter, by_quarter.counts(found.care.joined))
    rows += _series("support_ended", by_quarter, by_quarter.counts(found.care.left))
    rows += _series("beds_taken", by_quarter, by_quarter.counts(found.beds.joined))
    rows += _series("beds_left", by_quarter, by_quarter.counts(found.beds.left))
    return rows + _series("support_entrants", contract, contract.counts(found.care.joined))


def _wait_rows(
    stage: str, referred: Floats, left: Floats, decided: NDArray[np.bool_], by_year: Periods, until: float
) -> list[Row]:
    """Waits from referral: decided cases by year of decision; with open ones, by year of referral."""
    wait = np.minimum(left, until) - referred
    rows = _quantile_rows(f"{stage}_wait", wait[decided], left[decided], by_year)
    medians = [kaplan_meier(wait[c], decided[c]).median for c in by_year.chosen(referred)]
    rows += _series(f"{stage}_wait_median_by_referral", by_year, np.array(medians))
    by_quarter = quarters(until)
    median = [np.median(wait[decided][c]) if len(c) else np.nan for c in by_quarter.chosen(left[decided])]
    return rows + _series(f"{stage}_wait_median_quarter", by_quarter, np.array(median))


def _quantile_rows(name: str, wait: Floats, when: Floats, periods: Periods) -> list[Row]:
    """Mean and quantiles of the waits that ended in each period."""
    words = ("mean", "p10", "p25", "median", "p75", "p90")
    table = np.full((len(words), len(periods.names)), np.nan)
    for k, chosen in enumerate(periods.chosen(when)):
        if len(chosen):
            table[0, k] = wait[chosen].mean()
            table[1:, k] = np.quantile(wait[chosen], [0.1, 0.25, 0.5, 0.75, 0.9])
    rows: list[Row] = []
    for word, values in zip(words, table, strict=True):
        rows += _series(f"{name}_{word}", periods, values)
    return rows


def _station_waits(name: str, which: str, line: Station, by_year: Periods, until: float) -> list[Row]:
    """A station's waits by year of joining: Kaplan-Meier median, ninth decile, share served, number."""
    wait = np.minimum(line.left, until) - line.joined
    chosen = by_year.chosen(line.joined)
    curves = [kaplan_meier(wait[c], line.served[c]) for c in chosen]
    served = np.array([int(line.served[c].sum()) for c in chosen], dtype=np.int64)
    joined = np.array([len(c) for c in chosen], dtype=np.int64)
    rows = _series(f"{name}_joined{which}", by_year, joined)
    rows += _series(f"{name}_served_share{which}", by_year, _share(served, joined))
    rows += _series(f"{name}_wait_median{which}", by_year, np.array([curve.median for curve in curves]))
    return rows + _series(
        f"{name}_wait_p90{which}", by_year, np.array([curve.quantile(0.9) for curve in curves])
    )


def category_station(spells: Spells, category: Category, until: float) -> Station:
    """Being in a category of place, as a station."""
    own = spells.labelled(category)
    return Station(
        own.start, np.where(own.end < until, own.end, np.inf), np.ones(len(own.who), dtype=np.bool_)
    )


def _places(spells: Spells, by_quarter: Periods) -> list[Row]:
    """Mean number of people in each category in each quarter; those not yet followed are left out."""
    rows: list[Row] = []
    length = np.diff(by_quarter.begins)
    for category, words in CATEGORY_WORDS.items():
        if category is not Category.UNKNOWN:
            own = category_station(spells, category, np.inf)
            rows += _series(
                f"people_by_place:{words}", by_quarter, np.diff(own.person_days(by_quarter.begins)) / length
            )
    return rows


def conservation(population: Population, story: Story, by_quarter: Periods) -> list[Row]:
    """People in the model by state at quarter end, and the people missing or doubled, which must be none.

    The state is that after a person's latest decision or referral; death and departure are for good. The last
    series, `people_unaccounted`, is arrivals so far minus the sum of the states.
    """
    at = story.where(*_STATE_AFTER)
    who = story.who[at]
    leaving = np.isin(story.event[at], LEAVING)
    gone: NDArray[np.int64] = np.cumsum(leaving) - leaving
    before_own = gone[np.searchsorted(who, who)] if len(who) else gone
    kept = gone == before_own  # nothing counts after the first death or departure
    at, who = at[kept], who[kept]
    state_after = np.full(256, -1, dtype=np.int64)
    for event, code in _STATE_AFTER.items():
        state_after[event] = code
    state = state_after[story.event[at]]
    when = story.time[at]
    moved_on = np.flatnonzero(who[1:] == who[:-1]) + 1
    ends = by_quarter.begins[1:]
    rows: list[Row] = []
    total = np.zeros(len(ends), dtype=np.int64)
    for code, words in enumerate(CONSERVATION_STATES):
        came = np.sort(when[state == code])
        went = np.sort(when[moved_on][state[moved_on - 1] == code])
        number = np.searchsorted(came, ends) - np.searchsorted(went, ends)
        total += number
        rows += _series(f"people_in_state:{words}", by_quarter, number)
    arrived = np.searchsorted(np.sort(population.arrival), ends)
    return rows + _series("people_unaccounted", by_quarter, arrived - total)


def little_rows(found: Stations, horizon_day: float) -> list[Row]:
    """Little's law of every station over the whole run: L, lambda times W, and the residual."""
    every = {
        "reasonable grounds line": found.rg,
        "conclusive grounds line": found.cg,
        "bed line": found.bed_line,
        "beds": found.beds,
        "casework": found.care,
    }
    for name, (line, people) in found.services.items():
        every[f"{name} line"], every[name] = line, people
    rows: list[Row] = []
    for name, station in every.items():
        law = littles_law(station, horizon_day)
        rows.append((f"little_number:{name}", "whole run", law.mean_number))
        rows.append((f"little_rate_times_stay:{name}", "whole run", law.arrivals_per_day * law.mean_days))
        rows.append((f"little_residual:{name}", "whole run", law.residual))
    return rows
