"""Calendar time, for everyone: the quarterly, yearly and contract-year series of one run.

Everybody counts here, in the cohort or not, so that people kept out of a full safehouse show up. A quarter's
stock is that of the instant before the next quarter begins. Also the totals over everyone that stand beside
the cohort's figures. Not here: how each wait is found in the log (`waits`, `stations`), nor
what a period is (`periods`).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.clock import day_of
from sim.engine.log import Detail, Event, Place
from sim.outcomes.conservation import conservation as conservation
from sim.outcomes.periods import Periods, quarters, series, years
from sim.outcomes.places import CATEGORY_WORDS, Category
from sim.outcomes.spells import Story
from sim.outcomes.stations import Stations as Stations
from sim.outcomes.stations import little_rows
from sim.outcomes.stations import stations as stations
from sim.outcomes.survival import kaplan_meier
from sim.outcomes.waits import (
    Station,
)
from sim.validate.precedents import duties_after_asylum, relief_and_acceptances

if TYPE_CHECKING:
    from sim.people.population import Population

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Row = tuple[str, str, float]


def calendar(population: Population, story: Story, found: Stations, horizon_day: float) -> list[Row]:
    """All calendar series of a run to its horizon [days], as rows (series, period, value)."""
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
        rows += series(f"service_people:{name}", by_quarter, people.stock(by_quarter.ends))
        rows += series(f"service_started:{name}", by_quarter, by_quarter.counts(people.joined))
    again = by_year.counts(found.cases.referred[found.cases.visit > 0])
    every = by_year.counts(found.cases.referred)
    rows += series("repeat_referrals", by_year, again)
    rows += series("repeat_referral_share", by_year, _share(again, every))
    rows += _places(found.places, by_quarter)
    rows += _housing(story, horizon_day, by_year)
    rows += conservation(population, story, by_quarter)
    rows += little_rows(found, horizon_day)
    return rows


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> Floats:
    """Part of whole, missing where there is no whole."""
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


def _decisions(story: Story, found: Stations, by_quarter: Periods) -> list[Row]:
    """Referrals, first decisions and shares positive by quarter; decisions on reconsideration stand apart."""
    rows = series("referrals", by_quarter, by_quarter.counts(found.cases.referred))
    declined = story.time[story.where(Event.DECLINED_REFERRAL)]
    rows += series("declined_referrals", by_quarter, by_quarter.counts(declined))
    for stage, yes, no in (
        ("rg", Event.RG_POSITIVE, Event.RG_NEGATIVE),
        ("cg", Event.CG_POSITIVE, Event.CG_NEGATIVE),
    ):
        counts = {}
        for answer, event in (("positive", yes), ("negative", no)):
            at = story.where(event)
            again = story.detail[at] == Detail.ON_RECONSIDERATION
            counts[answer] = by_quarter.counts(story.time[at[~again]])
            rows += series(f"{stage}_{answer}", by_quarter, counts[answer])
            if answer == "positive":
                rows += series(
                    f"{stage}_positive_on_reconsideration",
                    by_quarter,
                    by_quarter.counts(story.time[at[again]]),
                )
        decisions = counts["positive"] + counts["negative"]
        rows += series(f"{stage}_decisions", by_quarter, decisions)
        rows += series(f"{stage}_positive_share", by_quarter, _share(counts["positive"], decisions))
    closed = story.time[story.where(Event.CASE_CLOSED_UNDECIDED, Event.DISQUALIFIED)]
    return rows + series("cg_closed_undecided", by_quarter, by_quarter.counts(closed))


def _backlogs(found: Stations, by_quarter: Periods) -> list[Row]:
    """People waiting for a decision at quarter end, and how long since their referral."""
    rows: list[Row] = []
    ends = by_quarter.ends
    for stage, line, since in (
        ("rg", found.rg, found.cases.referred),
        ("cg", found.cg, found.cg_referred),
    ):
        rows += series(f"{stage}_backlog", by_quarter, line.stock(ends))
        ages = np.full((2, len(ends)), np.nan)
        for k, age in enumerate(line.ages(ends, since)):
            if len(age):
                ages[:, k] = np.quantile(age, [0.5, 0.9])
        for word, values in zip(("median", "p90"), ages, strict=True):
            rows += series(f"{stage}_backlog_age_{word}", by_quarter, values)
    return rows


def _support(story: Story, found: Stations, by_quarter: Periods, contract: Periods) -> list[Row]:
    """Beds and casework: mean occupancy, stocks, entrants and leavers."""
    length = np.diff(by_quarter.begins)
    rows = series(
        "beds_occupied_mean", by_quarter, np.diff(found.beds.person_days(by_quarter.begins)) / length
    )
    rows += series("people_in_support", by_quarter, found.care.stock(by_quarter.ends))
    declined = story.time[story.where(Event.BED_DECLINED)]
    rows += series("beds_declined", by_quarter, by_quarter.counts(declined))
    rows += series("bed_line", by_quarter, found.bed_line.stock(by_quarter.ends))
    rows += series("support_started", by_quarter, by_quarter.counts(found.care.joined))
    rows += series("support_ended", by_quarter, by_quarter.counts(found.care.left))
    rows += series("beds_taken", by_quarter, by_quarter.counts(found.beds.joined))
    rows += series("beds_left", by_quarter, by_quarter.counts(found.beds.left))
    return rows + series("support_entrants", contract, contract.counts(found.care.joined))


def _wait_rows(
    stage: str, referred: Floats, left: Floats, decided: NDArray[np.bool_], by_year: Periods, until: float
) -> list[Row]:
    """Waits from referral: decided cases by year of decision; with open ones, by year of referral."""
    wait = np.minimum(left, until) - referred
    order = np.argsort(left[decided], kind="stable")
    ended, waited = left[decided][order], wait[decided][order]
    rows = _quantile_rows(f"{stage}_wait", [waited[part] for part in by_year.cut(ended)], by_year)
    medians = [kaplan_meier(wait[c], decided[c]).median for c in by_year.chosen(referred)]
    rows += series(f"{stage}_wait_median_by_referral", by_year, np.array(medians))
    by_quarter = quarters(until)
    quarterly = [waited[part] for part in by_quarter.cut(ended)]
    median = [np.median(waits) if len(waits) else np.nan for waits in quarterly]
    return rows + series(f"{stage}_wait_median_quarter", by_quarter, np.array(median))


def _quantile_rows(name: str, waits: list[Floats], periods: Periods) -> list[Row]:
    """Mean and quantiles of the waits that ended in each period."""
    words = ("mean", "p10", "p25", "median", "p75", "p90")
    table = np.full((len(words), len(periods.names)), np.nan)
    for k, wait in enumerate(waits):
        if len(wait):
            table[0, k] = wait.mean()
            table[1:, k] = np.quantile(wait, [0.1, 0.25, 0.5, 0.75, 0.9])
    rows: list[Row] = []
    for word, values in zip(words, table, strict=True):
        rows += series(f"{name}_{word}", periods, values)
    return rows


def _station_waits(name: str, which: str, line: Station, by_year: Periods, until: float) -> list[Row]:
    """A station's waits by year of joining: Kaplan-Meier median, ninth decile, share served, number."""
    wait = np.minimum(line.left, until) - line.joined
    chosen = by_year.chosen(line.joined)
    curves = [kaplan_meier(wait[c], line.served[c]) for c in chosen]
    served = np.array([int(line.served[c].sum()) for c in chosen], dtype=np.int64)
    joined = np.array([len(c) for c in chosen], dtype=np.int64)
    rows = series(f"{name}_joined{which}", by_year, joined)
    rows += series(f"{name}_served_share{which}", by_year, _share(served, joined))
    rows += series(f"{name}_wait_median{which}", by_year, np.array([curve.median for curve in curves]))
    return rows + series(
        f"{name}_wait_p90{which}", by_year, np.array([curve.quantile(0.9) for curve in curves])
    )


def _places(places: dict[Category, Station], by_quarter: Periods) -> list[Row]:
    """Mean number of people in each category in each quarter; those not yet followed are left out."""
    rows: list[Row] = []
    length = np.diff(by_quarter.begins)
    for category, words in CATEGORY_WORDS.items():
        if category is not Category.UNKNOWN:
            days = np.diff(places[category].person_days(by_quarter.begins))
            rows += series(f"people_by_place:{words}", by_quarter, days / length)
    return rows


def _housing(story: Story, horizon_day: float, by_year: Periods) -> list[Row]:
    """What councils and street counts would see: duties begun, and people on the street on one night.

    A relief duty that follows prevention belongs to the same application and is not counted again; by
    calendar and by financial year (2024/25 is April to March). The night is the midnight that begins 1
    November.
    """
    at = story.where(Event.PREVENTION_STARTED, Event.RELIEF_STARTED, Event.PREVENTION_ENDED)
    goes_on = np.zeros(len(at), dtype=np.bool_)
    goes_on[1:] = (
        (story.event[at[1:]] == Event.RELIEF_STARTED)
        & (story.event[at[:-1]] == Event.PREVENTION_ENDED)
        & (story.detail[at[:-1]] == Detail.HOMELESS)
        & (story.who[at[1:]] == story.who[at[:-1]])
    )
    begun = story.time[at[(story.event[at] != Event.PREVENTION_ENDED) & ~goes_on]]
    rows: list[Row] = []
    for periods in (by_year, years(horizon_day, first_month=4)):
        rows += series("duties_started", periods, periods.counts(begun))
    rows += _precedents(story, horizon_day)
    on_street = story.place == Place.STREET
    before = np.zeros(len(on_street), dtype=np.bool_)
    before[1:] = on_street[:-1] & (story.who[1:] == story.who[:-1])
    came, left = (np.sort(story.time[flag]) for flag in (on_street & ~before, before & ~on_street))
    nights = np.array([day_of(date(int(year), 11, 1)) for year in by_year.names], dtype=np.float64)
    there = np.searchsorted(came, nights, side="right") - np.searchsorted(left, nights, side="right")
    return rows + series("rough_one_night", by_year, there)


def _precedents(story: Story, horizon_day: float) -> list[Row]:
    """What the two published precedents are set beside."""
    when, prevention = duties_after_asylum(story)
    by_quarter, from_july = quarters(horizon_day), years(horizon_day, first_month=7)
    counted = by_quarter.counts(when)
    rows = series("asylum_prevention_share", by_quarter, _share(by_quarter.counts(when[prevention]), counted))
    rows += series("duties_after_asylum", by_quarter, counted)
    relief, accepted = relief_and_acceptances(story)
    shares = _share(from_july.counts(accepted), from_july.counts(relief))
    return rows + series("main_duty_per_relief", from_july, shares)


def totals(story: Story, found: Stations, start: float, horizon: float) -> dict[str, float]:
    """Metrics of the family *calendar*: everyone, from the cohort's start to the horizon, both [days]."""
    window = np.array([start, horizon])

    def person_days(station: Station) -> float:
        return float(np.diff(station.person_days(window))[0])

    values = {"insecure_person_days_everyone": person_days(found.places[Category.INSECURE])}
    for name, times in (
        ("re_exploited", story.time[story.where(Event.RE_EXPLOITED)]),
        ("went_missing", story.time[story.where(Event.WENT_MISSING)]),
        ("repeat_referrals", found.cases.referred[found.cases.visit > 0]),
    ):
        values[f"{name}_everyone"] = float(((times >= start) & (times < horizon)).sum())
    for name, station in (
        ("cg_backlog_mean", found.cg),
        ("people_in_support_mean", found.care),
        ("beds_occupied_mean", found.beds),
        ("bed_line_mean", found.bed_line),
    ):
        values[name] = person_days(station) / (horizon - start)
    line = found.bed_line
    asked = line.joined >= start
    wait = np.minimum(line.left[asked], horizon) - line.joined[asked]
    curve = kaplan_meier(wait, line.served[asked])
    values["bed_wait_median"], values["bed_wait_p90"] = curve.median, curve.quantile(0.9)
    given_up = story.time[story.where(Event.BED_WAIT_GIVEN_UP)]
    values["bed_given_up_everyone"] = float(((given_up >= start) & (given_up < horizon)).sum())
    over = asked & (line.left < horizon)
    values["bed_not_reached_share"] = float((~line.served[over]).mean()) if over.any() else np.nan
    return values
