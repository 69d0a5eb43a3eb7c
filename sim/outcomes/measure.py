"""All outcomes of one run in one call: tidy rows, people, curves and calendar series.

A pure function of the population, the event log and the cohort: the same log gives the same figures to the
last bit. Not here: differences between scenarios (`paired`), storage and presentation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.outcomes import calendar as everyone
from sim.outcomes import costs as money
from sim.outcomes import exits as after
from sim.outcomes import homes, others
from sim.outcomes.cliff_edge import (
    WORKER_STATES,
    YEAR_DAYS,
    Exposure,
    Life,
    exposure,
    life,
    long_insecure,
    places_by_day,
    settled_day,
    worker_by_day,
)
from sim.outcomes.groups import at_t0, groups
from sim.outcomes.held import hold_detection
from sim.outcomes.paired import more_or_fewer
from sim.outcomes.places import CATEGORY_WORDS, Category
from sim.outcomes.re_presentation import HARM, RECORDED, Returns, returns
from sim.outcomes.reach import reach
from sim.outcomes.recovery import Offers, had_and_lost
from sim.outcomes.rows import (
    EVERYBODY,
    KINDS_TOLD,
    by_group,
    mean_row,
    of_exits,
    of_two_cliffs,
    row,
    shares_and_rates,
)
from sim.outcomes.spells import Spells, Story, place_spells, story_of, story_of_everyone, victim_care_spells
from sim.outcomes.survival import Incidence
from sim.validate import twins

if TYPE_CHECKING:
    from sim.engine.letting_rules import LettingRules
    from sim.engine.log import EventLog
    from sim.outcomes.cohort import Cohort
    from sim.people.population import Population

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Curve = tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]

_CATEGORY_METRICS = {
    Category.SETTLED: "settled_days",
    Category.SAFEHOUSE: "safehouse_days",
    Category.COUNCIL_TEMPORARY: "council_temporary_days",
    Category.ASYLUM_ACCOMMODATION: "asylum_accommodation_days",
    Category.CUSTODY: "custody_days",
    Category.LEFT: "left_days",
    Category.UNKNOWN: "unknown_days",
    Category.BRIDGING: "bridging_days",
}


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Everything measured in one run.

    Attributes
    ----------
    rows : list of dict
        Keys metric, group ("all" or "sex=female"), value (missing where there is nothing to measure), unit,
        better, family and n: people of the group, None for figures of everyone.
    people : dict of str to ndarray, shape (n_cohort,)
        One entry a person of the cohort. Days are counted from t0 [days]; infinite where it did not happen.
        ``insecure_days_730`` covers both years; ``insecure_days_366_730`` the second alone.
    curves : dict of str to (x, {category: y})
        x are days since t0, 0 to the end of follow-up; y are shares of the cohort.
    calendar : list of (series, period, value)
        Everyone, in calendar time; empty where it was not asked for, as are the rows of that family.
    stations : list of dict
        Every station beside theory (`sim.validate.twins.Twin`), with the calendar only.
    """

    rows: list[dict[str, Any]]
    people: dict[str, NDArray[Any]]
    curves: dict[str, Curve]
    calendar: list[tuple[str, str, float]]
    stations: list[dict[str, Any]] = field(default_factory=list)


def measure(
    population: Population,
    log: EventLog,
    cohort: Cohort,
    horizon_day: float,
    follow_up: float,
    services: Sequence[str] = (),
    *,
    calendar: bool = True,
    prices: money.Prices | None = None,
    offers: Offers | None = None,
    found_after: float = 0.0,
    gain_days: float = 7.0,
    supply: homes.Supply | None = None,
    lettings: LettingRules | None = None,
    in_force: twins.InForce | None = None,
) -> Outcomes:
    """Measure one run.

    Parameters
    ----------
    population : Population
        Everybody, as the run was given it.
    log : EventLog
        What happened.
    cohort : Cohort
        From the baseline of the same replication (`sim.outcomes.cohort.fix_cohort`).
    horizon_day : float
        The run's end [days from 1 January 2014]; nothing happens at or after it.
    follow_up : float
        How long the cohort is followed from t0 [days]; 730 in the main analysis.
    services : sequence of str, optional
        Names of services in the order of their numbers in the log, for who is reached and the calendar.
    calendar : bool, optional
        Whether to read everyone's log, too, for the calendar series and the rows of the family *calendar*.
        Without them a run is measured several times as fast, and all other figures are the same.
    prices : Prices, optional
        What resources and services cost; without them no costs are reckoned.
    offers : Offers, optional
        What the services are for, for recovery; without them outcomes 6 and 7 are not defined.
    found_after : float, optional
        Mean time from new exploitation to the referral [days] (see `held`).
    gain_days : float, optional
        Days with nowhere secure, more or fewer than in the baseline, that count as losing or gaining [days].
    supply : Supply, optional
        Whether supply responds to homes gained, and the totals beside which they are set; none by default.
    lettings : LettingRules, optional
        The lines for social homes; without them other households are not told.
    in_force : InForce, optional
        The run's rules and since when; without them no station is set beside theory.

    Raises
    ------
    SimError
        If follow-up is shorter than two years or ends after the horizon for anyone of the cohort.
    """
    horizon_day, follow_up = float(horizon_day), float(follow_up)
    _check(cohort, horizon_day, follow_up)
    story = story_of(log, cohort.rows)
    lives = life(story, cohort.t0, follow_up, horizon_day)
    found = hold_detection(lives, returns(lives), cohort.contact, found_after)
    exited = after.find_exits(lives)
    incidence = {name: found.incidence(kinds) for name, kinds in KINDS_TOLD.items()}
    whole = exposure(lives, lives.t0, lives.end)
    values, people = _of_cohort(lives, found, exited, whole)
    values |= had_and_lost(lives, offers or Offers(), population.health_need[cohort.rows])
    values["homes_gained"] = homes.per_person(story, lives.t0, lives.end)
    insecure = people["insecure_days_730"]
    todays = insecure if cohort.insecure_days is None else cohort.insecure_days
    values |= more_or_fewer(insecure, todays, gain_days)
    if prices is not None:
        values |= _costs(lives, population.dependants[cohort.rows], prices, whole)
    then = cohort.at_t0 or at_t0(population, log, cohort.rows, cohort.t0)
    rows = [mean_row(name, EVERYBODY, value) for name, value in values.items()]
    rows += shares_and_rates(found, incidence, whole)
    rows += of_exits(lives, exited, population.status[cohort.rows])
    rows += of_two_cliffs(lives, exited, population.status[cohort.rows])
    rows += by_group(groups(population, cohort.rows, then), values, found)
    rows += [row(*told) for told in reach(lives, services)]
    series: list[everyone.Row] = []
    beside: list[dict[str, Any]] = []
    if calendar:
        all_events = story_of_everyone(log, len(population))
        places = place_spells(all_events, horizon_day)
        stations = everyone.stations(all_events, horizon_day, services, places)
        totals = everyone.totals(all_events, stations, cohort.start_day, horizon_day)
        supply = supply or homes.Supply()
        totals |= homes.of_everyone(all_events, supply, cohort.start_day, horizon_day, places)
        if prices is not None:
            totals |= _costs_of_everyone(
                all_events, places, population, prices, cohort.start_day, horizon_day
            )
        rows += [row(name, EVERYBODY, value, None) for name, value in totals.items()]
        found_others = others.others_of(log, population.region, lettings, horizon_day)
        told_others = others.of_everyone(found_others, cohort.others_housed, cohort.start_day, horizon_day)
        rows += [row(name, group, value, None) for (name, group), value in told_others.items()]
        series = everyone.calendar(population, all_events, stations, horizon_day)
        if in_force is not None:
            beside = twins.rows(all_events, stations, in_force, services, horizon_day)
    return Outcomes(
        rows=rows,
        people={"row": cohort.rows, "id": population.id[cohort.rows], "t0": cohort.t0, **people},
        curves=_curves(lives, incidence, int(follow_up)),
        calendar=series,
        stations=beside,
    )


def _check(cohort: Cohort, horizon_day: float, follow_up: float) -> None:
    """Nobody of the cohort may be censored."""
    if not follow_up >= 2 * YEAR_DAYS:
        raise SimError(f"follow-up of {follow_up} days; allowed: 730 days (two years) or more; nearest: 730")
    last = float(cohort.t0.max(initial=-np.inf))
    if last + follow_up > horizon_day:
        raise SimError(
            f"follow-up of {follow_up} days from day {last} ends after the horizon, day {horizon_day}: "
            f"people of the cohort would be lost from sight; allowed: a horizon at day {last + follow_up} or "
            f"later, or a shorter cohort window"
        )


def _of_cohort(
    lives: Life, found: Returns, exited: after.Exits, whole: Exposure
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Metrics that are means over people, as one value a person, and the people table."""
    values: dict[str, NDArray[Any]] = {}
    years: dict[str, Exposure] = {}
    for year, low in (("year_1", lives.t0), ("year_2", lives.t0 + YEAR_DAYS)):
        days = years[year] = exposure(lives, low, low + YEAR_DAYS)
        values[f"insecure_days_{year}"] = days.insecure
        values[f"insecure_no_worker_days_{year}"] = days.insecure_no_worker
        values[f"long_insecure_share_{year}"] = long_insecure(lives, low, low + YEAR_DAYS)
        values[f"worker_days_{year}"] = days.with_worker
        for category, name in _CATEGORY_METRICS.items():
            values[f"{name}_{year}"] = days.by_category[category]
    first, second = years["year_1"], years["year_2"]
    settled = settled_day(lives)
    values["victim_care_days"] = lives.care.clipped(lives.t0, lives.end).days()
    values["settled_by_day_365"] = settled < YEAR_DAYS
    values["rough_at_t0_share"] = found.rough_at_t0
    values["unknown_place_share"] = whole.by_category[Category.UNKNOWN] > 0.0
    exit_day = np.full(len(lives.t0), np.inf)
    exit_day[exited.who] = exited.day - lives.t0[exited.who]
    people = {
        "insecure_days_365": first.insecure,
        "insecure_days_366_730": second.insecure,
        "insecure_days_730": first.insecure + second.insecure,
        "insecure_no_worker_365": first.insecure_no_worker,
        "insecure_no_worker_366_730": second.insecure_no_worker,
        "long_insecure": values["long_insecure_share_year_1"],
        "worker_days_365": first.with_worker,
        "harm_day": found.first(HARM),
        "recorded_day": found.first(RECORDED),
        "left_day": found.left_day,
        "settled_day": settled,
        "exit_day": exit_day,
        "msvcc_days": values["victim_care_days"],
    }
    return values, people


def _costs(
    lives: Life, dependants: NDArray[np.bool_], prices: money.Prices, whole: Exposure
) -> dict[str, NDArray[Any]]:
    """What the follow-up of each person of the cohort uses and costs."""
    found = money.used(
        lives.story,
        lives.places,
        lives.care,
        dependants,
        lives.t0,
        lives.end,
        lives.until,
        len(prices.services),
    )
    return dict(money.of_cohort(found, prices, whole.insecure))


def _costs_of_everyone(
    story: Story, places: Spells, population: Population, prices: money.Prices, start: float, until: float
) -> dict[str, float]:
    """What everybody uses and costs from the start of the cohort's window to the horizon."""
    found = money.used(
        story,
        places,
        victim_care_spells(story, until),
        population.dependants,
        np.full(story.n, start),
        np.full(story.n, until),
        until,
        len(prices.services),
        each=False,
    )
    return money.of_everyone(found, prices, until - start)


def _curves(lives: Life, incidence: Mapping[str, Incidence], days: int) -> dict[str, Curve]:
    """Places, worker coverage and cumulative incidence by day since t0, as shares of the cohort."""
    x = np.arange(days + 1, dtype=np.float64)
    n = max(len(lives.t0), 1)
    places, worker = places_by_day(lives, days) / n, worker_by_day(lives, days) / n
    return {
        "places": (x, {CATEGORY_WORDS[category]: places[category] for category in Category}),
        "worker": (x, dict(zip(WORKER_STATES, worker, strict=True))),
        "harm": (x, {name: incidence[name.lower()].at(x) for name in ("harm", *HARM)}),
        "recorded": (x, {name: incidence[name.lower()].at(x) for name in ("recorded", *RECORDED)}),
    }
