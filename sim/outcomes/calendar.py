"""Calendar time, for everyone: the quarterly, yearly and contract-year series of one run.

Everybody counts here, in the cohort or not, so that people kept out of a full safehouse show up. A quarter's
stock is that of the instant before the next quarter begins. Also the totals over everyone that stand beside
the cohort's figures. Not here: how each wait is found in the log (`waits`), nor what a period is (`periods`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.clock import day_of
from sim.engine.log import Detail, Event, Place
from sim.outcomes.periods import Periods, quarters, years
from sim.outcomes.places import CATEGORY_WORDS, Category
from sim.outcomes.spells import LEAVING, Spells, Story, place_spells
from sim.outcomes.survival import kaplan_meier
from sim.outcomes.waits import (
    Cases,
    Station,
    bed_line,
    beds,
    cases,
    conclusive_grounds,
    littles_law,
    place_stations,
    reasonable_grounds,
    service_line,
    service_numbers,
    service_stays,
    victim_care,
)
from sim.validate.precedents import duties_after_asylum, relief_and_acceptances

if TYPE_CHECKING:
    from sim.people.population import Population

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
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
    """Everything that waits or holds people, found once; being in a place is a stay, too."""

    cases: Cases
    rg: Station
    cg: Station
    cg_referred: Floats
    bed_line: Station
    beds: Station
    care: Station
    services: dict[str, tuple[Station, Station]]
    places: dict[Category, Station]


def stations(
    story: Story, until: float, services: Sequence[str] = (), places: Spells | None = None
) -> Stations:
    """Find all stations in everyone's story; `services` names services 0, 1, ... where it reaches.

    `places` are those of the story, if they have been found already.
    """
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
        places=place_stations(places or place_spells(story, until), until),
    )


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
        rows += _series(f"service_people:{name}", by_quarter, people.stock(by_quarter.ends))
        rows += _series(f"service_started:{name}", by_quarter, by_quarter.counts(people.joined))
    again = by_year.counts(found.cases.referred[found.cases.visit > 0])
    every = by_year.counts(found.cases.referred)
    rows += _series("repeat_referrals", by_year, again)
    rows += _series("repeat_referral_share", by_year, _share(again, every))
    rows += _places(found.places, by_quarter)
    rows += _housing(story, horizon_day, by_year)
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
    ends = by_quarter.ends
    for stage, line, since in (
        ("rg", found.rg, found.cases.referred),
        ("cg", found.cg, found.cg_referred),
    ):
        rows += _series(f"{stage}_backlog", by_quarter, line.stock(ends))
        ages = np.full((2, len(ends)), np.nan)
        for k, age in enumerate(line.ages(ends, since)):
            if len(age):
                ages[:, k] = np.quantile(age, [0.5, 0.9])
        for word, values in zip(("median", "p90"), ages, strict=True):
            rows += _series(f"{stage}_backlog_age_{word}", by_quarter, values)
    return rows


def _support(story: Story, found: Stations, by_quarter: Periods, contract: Periods) -> list[Row]:
    """Beds and casework: mean occupancy, stocks, entrants and leavers."""
    length = np.diff(by_quarter.begins)
    rows = _series(
        "beds_occupied_mean", by_quarter, np.diff(found.beds.person_days(by_quarter.begins)) / length
    )
    rows += _series("people_in_support", by_quarter, found.care.stock(by_quarter.ends))
    declined = story.time[story.where(Event.BED_DECLINED)]
    rows += _series("beds_declined", by_quarter, by_quarter.counts(declined))
    rows += _series("bed_line", by_quarter, found.bed_line.stock(by_quarter.ends))
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
    order = np.argsort(left[decided], kind="stable")
    ended, waited = left[decided][order], wait[decided][order]
    rows = _quantile_rows(f"{stage}_wait", [waited[part] for part in by_year.cut(ended)], by_year)
    medians = [kaplan_meier(wait[c], decided[c]).median for c in by_year.chosen(referred)]
    rows += _series(f"{stage}_wait_median_by_referral", by_year, np.array(medians))
    by_quarter = quarters(until)
    quarterly = [waited[part] for part in by_quarter.cut(ended)]
    median = [np.median(waits) if len(waits) else np.nan for waits in quarterly]
    return rows + _series(f"{stage}_wait_median_quarter", by_quarter, np.array(median))


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


def _places(places: dict[Category, Station], by_quarter: Periods) -> list[Row]:
    """Mean number of people in each category in each quarter; those not yet followed are left out."""
    rows: list[Row] = []
    length = np.diff(by_quarter.begins)
    for category, words in CATEGORY_WORDS.items():
        if category is not Category.UNKNOWN:
            days = np.diff(places[category].person_days(by_quarter.begins))
            rows += _series(f"people_by_place:{words}", by_quarter, days / length)
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
        rows += _series("duties_started", periods, periods.counts(begun))
    rows += _precedents(story, horizon_day)
    on_street = story.place == Place.STREET
    before = np.zeros(len(on_street), dtype=np.bool_)
    before[1:] = on_street[:-1] & (story.who[1:] == story.who[:-1])
    came, left = (np.sort(story.time[flag]) for flag in (on_street & ~before, before & ~on_street))
    nights = np.array([day_of(date(int(year), 11, 1)) for year in by_year.names], dtype=np.float64)
    there = np.searchsorted(came, nights, side="right") - np.searchsorted(left, nights, side="right")
    return rows + _series("rough_one_night", by_year, there)


def _precedents(story: Story, horizon_day: float) -> list[Row]:
    """What the two published precedents are set beside."""
    when, prevention = duties_after_asylum(story)
    by_quarter, from_july = quarters(horizon_day), years(horizon_day, first_month=7)
    counted = by_quarter.counts(when)
    rows = _series(
        "asylum_prevention_share", by_quarter, _share(by_quarter.counts(when[prevention]), counted)
    )
    rows += _series("duties_after_asylum", by_quarter, counted)
    relief, accepted = relief_and_acceptances(story)
    shares = _share(from_july.counts(accepted), from_july.counts(relief))
    return rows + _series("main_duty_per_relief", from_july, shares)


def conservation(population: Population, story: Story, by_quarter: Periods) -> list[Row]:
    """People in the model by state at quarter end, and the people missing or doubled, which must be none.

    The state is that after a person's latest decision or referral; death and departure are for good. The last
    series, `people_unaccounted`, is arrivals so far minus the sum of the states.
    """
    at, who = _while_in_the_uk(story, story.where(*_STATE_AFTER))
    state_after = np.full(256, -1, dtype=np.int64)
    for event, code in _STATE_AFTER.items():
        state_after[event] = code
    state = state_after[story.event[at]]
    slots = by_quarter.slots(story.time[at])
    moved_on = np.flatnonzero(who[1:] == who[:-1]) + 1
    shape = len(CONSERVATION_STATES), len(by_quarter.names) + 2
    came, went = (
        np.bincount(code * shape[1] + slot, minlength=shape[0] * shape[1]).reshape(shape)
        for code, slot in ((state, slots), (state[moved_on - 1], slots[moved_on]))
    )
    number = np.cumsum(came - went, axis=1)[:, 1:-1]
    rows: list[Row] = []
    for words, in_state in zip(CONSERVATION_STATES, number, strict=True):
        rows += _series(f"people_in_state:{words}", by_quarter, in_state)
    arrived = np.cumsum(np.bincount(by_quarter.slots(population.arrival), minlength=shape[1]))[1:-1]
    return rows + _series("people_unaccounted", by_quarter, arrived - number.sum(axis=0))


def _while_in_the_uk(story: Story, at: Whole) -> tuple[Whole, Whole]:
    """The positions up to each person's first death or departure, and whose they are."""
    leaving = story.where(*LEAVING)[::-1]
    last = np.full(story.n, len(story.who))
    last[story.who[leaving]] = leaving  # the first of a person is written last
    who = story.who[at]
    kept = at <= last[who]
    return at[kept], who[kept]


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


def totals(story: Story, found: Stations, start: float, horizon: float) -> dict[str, float]:
    """Metrics of the family *calendar*: everyone, from the start of the cohort's window to the horizon."""
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
