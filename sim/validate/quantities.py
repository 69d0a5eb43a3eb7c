"""The model's quantities by the definitions of the published figures, where the calendar series differ.

The calendar (`sim.outcomes.calendar`) already counts most things as they are published. Here stand the rest:
shares of a year, groups of people, stocks on a stated day, people (not referrals) who came again. All are
read from the event log and the population after the run. Not here: the published figures, nor what counts as
a hit.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from sim.engine.clock import day_of
from sim.engine.log import Detail, Event
from sim.outcomes.calendar import calendar, stations
from sim.outcomes.periods import Periods, quarters, years
from sim.outcomes.spells import story_of_everyone
from sim.people.codes import ENGLISH_REGIONS, Exploitation, Group, Nationality

if TYPE_CHECKING:
    from sim.config.schema import Parameters
    from sim.engine.log import EventLog
    from sim.outcomes.calendar import Stations
    from sim.outcomes.spells import Story
    from sim.people.population import Population

Row = tuple[str, str, float]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

STOCK_DAYS: Final = (date(2017, 8, 31), date(2018, 3, 31))
BACKLOG_DAY: Final = date(2022, 1, 7)
REFERRED_IN: Final = 2016
UNDECIDED_ON: Final = date(2017, 3, 31)
ASSESSED: Final = (date(2020, 8, 1), date(2021, 8, 1))
MOVED_ON: Final = (date(2017, 9, 1), date(2018, 4, 1))
SEEN_ON: Final = date(2024, 6, 1)
"""The figure of people referred again was given for the record as it stood on 31 May 2024."""
REPEATS: Final = (("2023", date(2023, 1, 1), date(2024, 1, 1)), ("2024-05-31", date(2024, 1, 1), SEEN_ON))


def counted(population: Population, log: EventLog, before: Parameters) -> list[Row]:
    """Every row (series, period, value) of one whole run: those of the calendar and those of `quantities`.

    Parameters
    ----------
    population : Population
    log : EventLog
        Of everyone, to the end of the run.
    before : Parameters
        The rules under which it was run; they say when it ends and which services there are.
    """
    horizon = float(day_of(before.experiment.horizon))
    story = story_of_everyone(log, len(population))
    found = stations(story, horizon, tuple(sorted(before.services)))
    return [
        *calendar(population, story, found, horizon),
        *quantities(population, story, found, horizon),
    ]


def quantities(population: Population, story: Story, found: Stations, horizon_day: float) -> list[Row]:
    """The rows (series, period, value) of one run; a share of nothing is missing, a period beyond it absent.

    Parameters
    ----------
    population : Population
    story : Story
        Everyone's events.
    found : Stations
        Made of the same story.
    horizon_day : float
        End of the run [days]. Whoever still waits then is in the stocks and in no wait.
    """
    by_year, by_quarter = years(horizon_day), quarters(horizon_day)
    rows = [
        *_shares(population, story, by_year, by_quarter),
        *_people(population, found, by_year, by_quarter),
    ]
    rows += [*_waits(population, found, by_quarter, horizon_day)]
    rows += [*_support(story, found, horizon_day)]
    return [*rows, *_after(population, story, horizon_day)]


def _rows(name: str, periods: Periods, values: NDArray[np.generic]) -> Iterator[Row]:
    for period, value in zip(periods.names, values.tolist(), strict=True):
        yield name, period, float(value)


def _part(part: NDArray[np.int64], whole: NDArray[np.int64]) -> Floats:
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


def _shares(population: Population, story: Story, by_year: Periods, by_quarter: Periods) -> Iterator[Row]:
    """Shares positive of first decisions, by year and group.

    A decision that stands on reconsideration leaves no event of its own, so the share overturned is that of
    the requests accepted in the year, both stages together.
    """
    adult, child = (population.group == group for group in (Group.ADULT, Group.CHILD))
    overturned = np.zeros(len(by_year.names), dtype=np.int64)
    for stage, yes, no in (
        ("rg", Event.RG_POSITIVE, Event.RG_NEGATIVE),
        ("cg", Event.CG_POSITIVE, Event.CG_NEGATIVE),
    ):
        at = story.where(yes, no)
        first = story.detail[at] != Detail.ON_RECONSIDERATION
        who, time, positive = story.who[at], story.time[at], story.event[at] == yes
        overturned = overturned + by_year.counts(time[~first & positive])

        def share(chosen: Flags, periods: Periods, when: Floats = time, good: Flags = positive) -> Floats:
            return _part(periods.counts(when[chosen & good]), periods.counts(when[chosen]))

        yield from _rows(f"{stage}_positive_share_year", by_year, share(first, by_year))
        yield from _rows(f"{stage}_positive_share_year_adult", by_year, share(first & adult[who], by_year))
        yield from _rows(f"{stage}_positive_share_year_child", by_year, share(first & child[who], by_year))
        if stage == "rg":
            yield from _rows(
                "women_rg_positive_share", by_year, share(first & population.female[who], by_year)
            )
        else:
            own = first & population.immigration_enforcement[who]
            yield from _rows("cg_positive_share_enforcement", by_quarter, share(own, by_quarter))
    accepted = story.time[story.where(Event.RECONSIDERATION_ACCEPTED)]
    overturned_share = _part(overturned, by_year.counts(accepted))
    yield from _rows("reconsidered_positive_share", by_year, overturned_share)
    yield from _rows("reconsiderations_accepted", by_quarter, by_quarter.counts(accepted))


def _people(population: Population, found: Stations, by_year: Periods, by_quarter: Periods) -> Iterator[Row]:
    """Who was referred: shares and numbers of referrals, and people whose latest referral was not the
    first."""
    referred, who = found.cases.referred, found.cases.who
    every_year, every_quarter = by_year.counts(referred), by_quarter.counts(referred)
    women, enforcement = population.female[who], population.immigration_enforcement[who]
    yield from _rows("female_share", by_year, _part(by_year.counts(referred[women]), every_year))
    for periods, every in ((by_year, every_year), (by_quarter, every_quarter)):
        share = _part(periods.counts(referred[enforcement]), every)
        yield from _rows("enforcement_share", periods, share)
    uk = population.nationality[who] == Nationality.UK
    yield from _rows("uk_nationals", by_year, by_year.counts(referred[uk]))
    kind = population.exploitation[who]
    for name in ("labour", "criminal", "sexual", "unknown"):
        own = kind == Exploitation[name.upper()]
        yield from _rows(f"exploitation:{name}", by_year, by_year.counts(referred[own]))
    seen = referred < day_of(SEEN_ON)
    latest = np.full(len(population), -np.inf)
    np.maximum.at(latest, who[seen], referred[seen])
    visits = np.bincount(who[seen], minlength=len(population))
    for period, since, before in REPEATS:
        inside = (latest >= day_of(since)) & (latest < day_of(before))
        yield "repeat_people", period, float(np.sum(inside & (visits > 1)))


def _waits(population: Population, found: Stations, by_quarter: Periods, horizon_day: float) -> Iterator[Row]:
    """Waits and what is undecided, by the periods and days for which they were published."""
    decided = found.cases.rg_decided
    wait = (found.cases.rg_left - found.cases.referred)[decided]
    parts = by_quarter.chosen(found.cases.rg_left[decided])
    means = [wait[part].mean() if len(part) else np.nan for part in parts]
    yield from _rows("rg_wait_mean_quarter", by_quarter, np.array(means))
    from_april = years(horizon_day, first_month=4)
    waited = (found.cg.left - found.cg_referred)[found.cg.served]
    when = found.cg.left[found.cg.served]
    long = _part(from_april.counts(when[waited > 90.0]), from_april.counts(when))
    yield from _rows("cg_wait_over_90_days", from_april, long)
    if horizon_day > day_of(BACKLOG_DAY):
        stocks = [line.stock(_end_of(BACKLOG_DAY)).sum() for line in (found.cg, found.rg)]
        yield "waiting_cg_and_rg_on", BACKLOG_DAY.isoformat(), float(sum(stocks))
    cases = found.cases
    cohort = (population.group[cases.who] == Group.ADULT) & (
        cases.referred >= day_of(date(REFERRED_IN, 1, 1))
    )
    cohort &= cases.referred < day_of(date(REFERRED_IN + 1, 1, 1))
    by_then = day_of(UNDECIDED_ON) + 1
    waits_rg = cases.rg_left >= by_then
    waits_cg = (cases.rg_positive < by_then) & (cases.cg_left >= by_then)
    if cohort.any() and horizon_day >= by_then:
        share = float((waits_rg | waits_cg)[cohort].mean())
        yield "adults_undecided_2016", UNDECIDED_ON.isoformat(), share


def _support(story: Story, found: Stations, horizon_day: float) -> Iterator[Row]:
    """Support under the contract: stocks on stated days, people served in a contract year, assessments."""
    for day in STOCK_DAYS:
        at = _end_of(day)
        people, beds = float(found.care.stock(at)[0]), float(found.beds.stock(at)[0])
        yield "in_support_on", day.isoformat(), people
        yield "safehouse_share_on", day.isoformat(), beds / people if people else np.nan
    contract = years(horizon_day, first_month=7)
    served = found.care.stock(contract.begins[:-1]) + contract.counts(found.care.joined)
    yield from _rows("supported_in_year", contract, served)
    left = _within(found.care.left, MOVED_ON)
    yield "moved_on_2017_18", (MOVED_ON[1] - timedelta(1)).isoformat(), float(left)
    assessed = story.time[story.where(Event.NEEDS_ASSESSED)]
    done = float(_within(assessed, ASSESSED))
    yield "needs_assessments_2020_21", (ASSESSED[1] - timedelta(1)).isoformat(), done


def _after(population: Population, story: Story, horizon_day: float) -> Iterator[Row]:
    """After the decision: permission granted, and duties owed by councils in England."""
    by_year = years(horizon_day)
    granted = story.where(Event.LEAVE_GRANTED)
    yield from _rows("permission_granted", by_year, by_year.counts(story.time[granted]))
    at = story.where(Event.PREVENTION_STARTED, Event.RELIEF_STARTED, Event.PREVENTION_ENDED)
    goes_on = np.zeros(len(at), dtype=np.bool_)
    goes_on[1:] = (
        (story.event[at[1:]] == Event.RELIEF_STARTED)
        & (story.event[at[:-1]] == Event.PREVENTION_ENDED)
        & (story.detail[at[:-1]] == Detail.HOMELESS)
        & (story.who[at[1:]] == story.who[at[:-1]])
    )
    english = np.isin(population.region[story.who[at]], [int(region) for region in ENGLISH_REGIONS])
    begun = story.time[at[(story.event[at] != Event.PREVENTION_ENDED) & ~goes_on & english]]
    for periods in (by_year, years(horizon_day, first_month=4)):
        yield from _rows("duties_started_england", periods, periods.counts(begun))


def _end_of(day: date) -> Floats:
    return np.array([day_of(day) + 1.0])


def _within(when: Floats, span: tuple[date, date]) -> int:
    return int(np.sum((when >= day_of(span[0])) & (when < day_of(span[1]))))
