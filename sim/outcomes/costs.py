"""What things cost and who pays: resources counted in the event log, times a price each.

For the cohort, as one value a person over follow-up; for everyone, as totals in calendar time, where people
kept out of a full safehouse count too. Linear in the prices and not discounted (two years). The value of
harm stands apart. Not here: the list of resources (`resources`) and the ratio to days gained (`ratio`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.log import Detail, Event, Place
from sim.outcomes.resources import CHARITY, PAYERS, RESOURCES, SOCIETY, YEAR
from sim.outcomes.spells import LEAVING, Spells, Story, between, next_of_same_person, time_at, union

if TYPE_CHECKING:
    from sim.config.schema import Costs, Service

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_COUNTED: dict[str, tuple[Event, ...]] = {
    "reasonable_grounds_decision": (Event.RG_POSITIVE, Event.RG_NEGATIVE),
    "conclusive_grounds_decision": (Event.CG_POSITIVE, Event.CG_NEGATIVE),
    "prevention_case": (Event.PREVENTION_STARTED,),
    "relief_case": (Event.RELIEF_STARTED,),
    "main_duty_inquiry": (Event.MAIN_DUTY_ACCEPTED, Event.MAIN_DUTY_REFUSED),
    "crisis_health": (Event.CRISIS,),
    "asylum_legal_help": (Event.ASYLUM_GRANTED, Event.ASYLUM_REFUSED),
    "re_exploitation_harm": (Event.RE_EXPLOITED,),
}
_MILLION = 1e6


@dataclass(frozen=True)
class Price:
    """Pounds a unit, in the prices of 2024-25 where they are uprated, and the payer's key in metrics."""

    pounds: float
    payer: str


@dataclass(frozen=True)
class Prices:
    """Everything that turns resources into money.

    Attributes
    ----------
    of : mapping of str to Price
        By name of `RESOURCES`.
    services : tuple of (str, Price)
        Name and cost a week of each service, in the order of their numbers in the log.
    """

    of: Mapping[str, Price]
    services: tuple[tuple[str, Price], ...] = ()


def payer_key(payer: str) -> str:
    """The key of a payer; one that nobody knows is another public body.

    Examples
    --------
    >>> payer_key("Home Office"), payer_key("charity"), payer_key("council"), payer_key("the Crown")
    ('home_office', 'charity', 'councils', 'other_public')
    """
    told = payer.strip().lower().removeprefix("the ")
    known = {words.lower(): key for key, words in PAYERS.items()}
    aliases = {"council": "councils", "local authorities": "councils", "charities": CHARITY}
    aliases |= {"society": SOCIETY, "local authority": "councils"}
    return known.get(told) or aliases.get(told, "other_public")


def prices_of(costs: Costs, services: Mapping[str, Service]) -> Prices:
    """Prices of a configuration; services in the order of their names, which is that of their numbers."""
    of = {}
    for each in RESOURCES:
        unit = getattr(costs, each.name)
        of[each.name] = Price(unit.price * unit.uprated_by, payer_key(unit.payer))
    named = tuple(
        (name, Price(services[name].cost_per_week, payer_key(services[name].payer)))
        for name in sorted(services)
    )
    return Prices(of, named)


@dataclass(frozen=True, eq=False)
class Used:
    """Resources used inside a window, as one value a person, (n,), or one total, (1,).

    Attributes
    ----------
    of : dict of str to ndarray
        By name of `RESOURCES`, in their units.
    service_weeks : tuple of ndarray
        Weeks in each service, in the order of their numbers.
    """

    of: dict[str, Floats]
    service_weeks: tuple[Floats, ...]


@dataclass(frozen=True, eq=False)
class _Window:
    """[low, high) of each person, and whether people are told apart."""

    low: Floats
    high: Floats
    each: bool

    def days(self, spells: Spells, chosen: Flags | None = None) -> Floats:
        """Days of the spells inside; of these people only, if some are chosen."""
        start = np.maximum(spells.start, self.low[spells.who])
        length = np.maximum(np.minimum(spells.end, self.high[spells.who]) - start, 0.0)
        if chosen is not None:
            length = np.where(chosen[spells.who], length, 0.0)
        return self._by_person(spells.who, length)

    def count(self, story: Story, *events: Event) -> Floats:
        """How many of these events fall inside."""
        at = story.where(*events)
        who, when = story.who[at], story.time[at]
        inside = (when >= self.low[who]) & (when < self.high[who])
        return self._by_person(who, inside.astype(np.float64))

    def _by_person(self, who: NDArray[np.int64], weight: Floats) -> Floats:
        if not self.each:
            return np.array([weight.sum()])
        return np.bincount(who, weights=weight, minlength=len(self.low)).astype(np.float64)


def used(
    story: Story,
    places: Spells,
    care: Spells,
    dependants: Flags,
    low: Floats,
    high: Floats,
    until: float,
    n_services: int,
    *,
    each: bool = True,
) -> Used:
    """Count what is used inside [low, high) of each person.

    Parameters
    ----------
    story : Story
        Of n people.
    places, care : Spells
        Their places, labelled with `Place`, and their Victim Care casework.
    dependants : ndarray of bool, shape (n,)
    low, high : ndarray of float64, shape (n,)
        [days]. Half open: what happens at `low` counts.
    until : float
        The horizon [days].
    n_services : int
        How many services there are.
    each : bool, optional
        One value a person; else one total of all.
    """
    window = _Window(low, high, each)
    subsistence = between(story, Event.SUPPORT_STARTED, [Event.SUBSISTENCE_ENDED], until)
    temporary = places.labelled(Place.COUNCIL_TEMPORARY)
    rough = window.days(places.labelled(Place.STREET)) / YEAR
    units = {resource.name: resource.days for resource in RESOURCES}
    of = {name: window.count(story, *events) for name, events in _COUNTED.items()}
    for name, spells, chosen in (
        ("safehouse_night", places.labelled(Place.SAFEHOUSE), None),
        ("casework_week", care, None),
        ("subsistence_week", subsistence, None),
        ("asylum_night", places.labelled(Place.ASYLUM_ACCOMMODATION), None),
        ("bridging_night", places.labelled(Place.BRIDGING_HOME), None),
        ("temporary_night_single", temporary, ~dependants),
        ("temporary_night_family", temporary, dependants),
    ):
        of[name] = window.days(spells, chosen) / units[name]
    of |= dict.fromkeys(("rough_year_councils", "rough_year_health", "rough_year_justice"), rough)
    weeks = tuple(window.days(service_spells(story, k, until)) / 7.0 for k in range(n_services))
    return Used({resource.name: of[resource.name] for resource in RESOURCES}, weeks)


def service_spells(story: Story, number: int, until: float) -> Spells:
    """Time [days] in one service, `SERVICE_STARTED` to `SERVICE_ENDED`, death, departure or the horizon."""
    detail = Detail.SERVICE_BASE + number
    opens = story.with_detail(detail, Event.SERVICE_STARTED)
    ended = story.with_detail(detail, Event.SERVICE_ENDED)
    closes = np.sort(np.concatenate([ended, story.where(*LEAVING)]), kind="stable")
    ends = next_of_same_person(story, opens, closes)
    end = np.minimum(time_at(story, ends, until), until)
    return union(story.n, story.who[opens], story.time[opens], end)


@dataclass(frozen=True, eq=False)
class Bill:
    """What the resources cost.

    Attributes
    ----------
    by_payer : dict of str to ndarray
        Pounds, by key of `PAYERS`.
    services, harm : ndarray
        Pounds for services (which are in `by_payer`, too), and the value of harm (which is not).
    """

    by_payer: dict[str, Floats]
    services: Floats
    harm: Floats

    @property
    def public(self) -> Floats:
        """Pounds paid by all but charities."""
        total: Floats = sum(cost for payer, cost in self.by_payer.items() if payer != CHARITY)  # type: ignore[assignment]
        return total


def bill(found: Used, prices: Prices) -> Bill:
    """Multiply what was used by its prices."""
    nothing = np.zeros_like(next(iter(found.of.values())))
    by_payer = {payer: nothing.copy() for payer in (*PAYERS, SOCIETY)}
    services = nothing.copy()
    for name, quantity in found.of.items():
        by_payer[prices.of[name].payer] += quantity * prices.of[name].pounds
    for (_, price), weeks in zip(prices.services, found.service_weeks, strict=True):
        services += weeks * price.pounds
        by_payer[price.payer] += weeks * price.pounds
    harm = by_payer.pop(SOCIETY)
    return Bill(by_payer, services, harm)


def of_cohort(found: Used, prices: Prices, insecure_days: Floats) -> dict[str, Floats]:
    """The metrics of families *cost* and *resource*, one value a person, (n,)."""
    told = bill(found, prices)
    values = {f"cost_{payer}": cost for payer, cost in told.by_payer.items()}
    values["cost_public"] = told.public
    values["harm_value"] = told.harm
    values["cost_public_with_harm"] = told.public + told.harm
    values["insecure_days_follow_up"] = insecure_days
    values |= {f"resource_{name}": quantity for name, quantity in found.of.items()}
    values["resource_services_cost"] = told.services
    return values


def of_everyone(found: Used, prices: Prices, days: float) -> dict[str, float]:
    """The metrics of family *calendar*: millions of pounds a year over so many days."""
    told = bill(found, prices)
    per = _MILLION * days / YEAR
    values = {f"cost_{payer}_everyone": float(cost[0]) / per for payer, cost in told.by_payer.items()}
    values["cost_public_everyone"] = float(told.public[0]) / per
    return values
