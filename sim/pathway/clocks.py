"""Hazards: each waits on a threshold of its own, drawn once and spent at the rate of the moment.

Lowering a rate can therefore never bring an event forward, and changing one hazard leaves the others alone.
Rates follow from the state a person is in; there is no term for days since leaving support, so that a cliff,
where there is one, comes out of the rules. What happens when a threshold is spent is in `hazards.py`.
"""

from __future__ import annotations

from sim.engine.clock import on_grid
from sim.engine.environment import NEVER
from sim.engine.log import Place
from sim.engine.rules import at
from sim.engine.survivor import LETTING_LINE, N_CLOCKS, Clock, Duty, Slot, Survivor
from sim.engine.world import World
from sim.people.chance import Activity, uniform
from sim.people.codes import ImmigrationStatus
from sim.people.variates import unit_exponential

UNDRAWN = -1.0
SLOWEST = 2.0**-34
"""A slower hazard [a day] counts as none: it is less than one event in forty million years."""
_NO_RATES = [0.0] * N_CLOCKS
_THRESHOLD = int(Activity.THRESHOLD_BASE)
_BRITISH, _LEAVE, _NO_STATUS = (
    int(ImmigrationStatus.BRITISH),
    int(ImmigrationStatus.LEAVE),
    int(ImmigrationStatus.NO_STATUS),
)
_OWN_HOME, _PRIVATE_HOME, _SOCIAL_HOME = int(Place.OWN_HOME), int(Place.PRIVATE_HOME), int(Place.SOCIAL_HOME)
_SAFEHOUSE, _FRIENDS, _STREET = int(Place.SAFEHOUSE), int(Place.FRIENDS), int(Place.STREET)
_CUSTODY, _COUNCIL_TEMPORARY = int(Place.CUSTODY), int(Place.COUNCIL_TEMPORARY)
_BRIDGING_HOME = int(Place.BRIDGING_HOME)


def review(person: Survivor, world: World) -> None:
    """Reckon a person's hazards again after something about them changed.

    A clock whose rate is as before keeps its time to the bit; one whose rate changed keeps what is left of
    its threshold.
    """
    person.changed = False
    if person.new_luck:
        draw_anew(person)
    rates = rates_of(person, world)
    old_rates = person.clock_rate
    if old_rates is None:
        if rates == _NO_RATES:
            return
        old_rates = [0.0] * N_CLOCKS
        person.clock_due = [NEVER] * N_CLOCKS
        person.clock_left = [UNDRAWN] * N_CLOCKS
        person.clock_occasion = [0] * N_CLOCKS
    elif rates == old_rates:
        listen(person, world)
        return
    now, dues, lefts = world._now, person.clock_due, person.clock_left
    for clock, (rate, old) in enumerate(zip(rates, old_rates, strict=True)):
        if rate < SLOWEST:
            rate = rates[clock] = 0.0
        if rate == old:
            continue
        if old > 0.0:
            left = (dues[clock] - now) * old
            if left < 0.0:
                left = 0.0
        else:
            left = lefts[clock]
            if left < 0.0:
                left = unit_exponential(
                    uniform(person.key, _THRESHOLD + clock, 0, person.clock_occasion[clock])
                )
        lefts[clock] = left
        dues[clock] = now + on_grid(left / rate) if rate > 0.0 else NEVER
    person.clock_rate = rates
    listen(person, world)


def draw_anew(person: Survivor) -> None:
    """Other luck from now on: what is left of a unit-exponential threshold is drawn as a whole new one."""
    person.new_luck = False
    if person.clock_rate is not None:
        person.clock_rate = [0.0] * N_CLOCKS
        person.clock_due = [NEVER] * N_CLOCKS
        person.clock_left = [UNDRAWN] * N_CLOCKS


def listen(person: Survivor, world: World) -> None:
    """Set the clock of life to the first threshold to be spent, even if it rang and left rates alone."""
    soonest = min(person.clock_due)
    if soonest != person.due[Slot.LIFE]:
        world.until(person, Slot.LIFE, soonest)


def spent(person: Survivor, now: float) -> int:
    """The first clock whose threshold is spent at `now` [days]; it is made ready for its next occasion."""
    rates = person.clock_rate
    for clock, due in enumerate(person.clock_due):
        if due <= now and rates is not None:
            person.clock_rate = rates = list(rates)
            person.clock_due[clock] = NEVER
            rates[clock] = 0.0
            person.clock_left[clock] = UNDRAWN
            person.clock_occasion[clock] += 1
            return clock
    return -1


def needs(person: Survivor, now: float) -> int:
    """Open needs at `now` [days], from 0 to 4: a secure place, an income, settled status, care for health."""
    count = 1 if person.insecure else 0
    eligible = person.eligible
    if not eligible:
        count += 1
    if not person.subsistence and (not eligible or now < person.income_from):
        count += 1
    if person.health_need:
        count += 1
    return count


def with_worker(person: Survivor) -> bool:
    """Whether a named worker, the caseworker or a service's, is in regular contact."""
    return person.in_contact or person.service_workers != 0


def rates_of(person: Survivor, world: World) -> list[float]:
    """Rates a day of all hazards in the state a person is in now.

    Somebody whose life in the community is not followed (children, Scotland, Northern Ireland, no positive
    reasonable grounds decision) can only be referred again, if they are among those to whom that happens.
    """
    if person.gone or person.away:
        return _NO_RATES
    rules, risk = world.rules, world.rules.risk
    closed = not person.case_open and not person.in_support
    if not person.followed and not (closed and person.prone):
        return _NO_RATES
    rates = [0.0] * N_CLOCKS
    rates[Clock.DIES] = risk.dies
    if closed and person.prone:
        rates[Clock.REFERRED_AGAIN] = risk.same_incident
    if person.status == _BRITISH:
        rates[Clock.LEAVES_UK] = risk.leaves_uk[0]
    elif person.status == _NO_STATUS and closed and not person.permission:
        rates[Clock.LEAVES_UK] = risk.leaves_uk[2]
    else:
        rates[Clock.LEAVES_UK] = risk.leaves_uk[1]
    if not person.followed:
        return rates
    if person.in_support:
        rates[Clock.DISENGAGES] = rules.support.disengages_per_day
    if person.health_met:
        rates[Clock.HEALTH_RELAPSES] = risk.health_relapses
    place = person.place
    if place == _CUSTODY:
        return rates
    rates[Clock.DETAINED] = risk.detained
    _rates_of_place(person, world, rates)
    _rates_of_duties(person, world, rates)
    danger = person.frailty
    if person.insecure:
        danger *= risk.insecure_ratio
    if not with_worker(person):
        danger *= risk.no_worker_ratio
    if person.case_open and person.rg_positive_at < NEVER:
        danger *= risk.limbo_ratio
    rates[Clock.RE_EXPLOITED] = risk.re_exploitation * danger
    rates[Clock.GOES_MISSING] = risk.missing * danger
    open_needs = needs(person, world._now)
    if open_needs:
        k, in_services = 0, person.in_services
        while in_services:
            if in_services & 1:
                danger *= rules.services[k].crisis_ratio
            in_services >>= 1
            k += 1
        rates[Clock.CRISIS] = risk.crisis_per_need * open_needs * danger
    return rates


def _rates_of_place(person: Survivor, world: World, rates: list[float]) -> None:
    """How a place is lost or found alone; homes found while a duty is owed are in that duty's rates."""
    places, place = world.rules.places, person.place
    if place == _FRIENDS:
        rates[Clock.LOSES_PLACE] = places.friends_to_street
    elif place == _STREET:
        rates[Clock.FINDS_SOFA] = places.street_to_friends
    elif person.due[Slot.PLACE_ENDS] != NEVER:
        pass  # under notice already
    elif place == _OWN_HOME:
        rates[Clock.LOSES_PLACE] = places.own_home_lost
    elif place == _PRIVATE_HOME:
        rates[Clock.LOSES_PLACE] = places.private_tenancy_lost * at(places.private_tenancy_regime, world._now)
    elif place == _SOCIAL_HOME:
        rates[Clock.LOSES_PLACE] = places.social_tenancy_lost
    if person.duty != Duty.NONE:
        return
    unsettled = _SAFEHOUSE <= place <= _STREET or place == _BRIDGING_HOME
    if unsettled and person.eligible and world._now >= person.income_from:
        rates[Clock.RENTS_PRIVATELY] = finds_tenancy(person, world)


def finds_tenancy(person: Survivor, world: World) -> float:
    """Rate of finding a private tenancy without help, under the benefit and tenancy law of the day.

    Single people under 35 are paid for a room only, confirmed survivors excepted from a date on.
    """
    places, now = world.rules.places, world._now
    rate = places.private_rent[person.region] * at(places.renting_regime, now)
    if person.under_35 and person.ever_confirmed and not person.dependants:
        rate *= at(places.single_room_exemption, now)
    if person.place == _BRIDGING_HOME:
        rate *= places.bridging_rent_ratio
    return rate


def _rates_of_duties(person: Survivor, world: World, rates: list[float]) -> None:
    """What a council's duty and the housing register bring."""
    housing, region, duty = world.rules.housing, person.region, person.duty
    housed = person.place in (_SAFEHOUSE, _COUNCIL_TEMPORARY, _BRIDGING_HOME)
    lapses = housing.lapsed_if_housed if housed else 1.0
    if duty == Duty.PREVENTION:
        rates[Clock.HELP_SECURES_HOME] = housing.prevention_secured[1 if person.dependants else 0]
        rates[Clock.DUTY_LAPSES] = housing.prevention_lapsed * lapses
    elif duty == Duty.RELIEF:
        rates[Clock.HELP_SECURES_HOME] = housing.relief_secured[region]
        rates[Clock.DUTY_LAPSES] = housing.relief_lapsed * lapses
    elif duty == Duty.MAIN:
        rates[Clock.PRIVATE_OFFER] = housing.private_offer[region]
        rates[Clock.DUTY_LAPSES] = housing.main_duty_lapses[region]
    if person.on_register and not person.settled and person.eligible:
        lettings = world.rules.lettings
        if world._now < lettings.starts:
            offers = housing.social_offer if duty == Duty.MAIN else housing.general_offer
            rates[Clock.SOCIAL_OFFER] = offers[region]
        elif not person.tickets[LETTING_LINE]:
            turns = lettings.turn_if_owed if duty == Duty.MAIN else lettings.turn
            rates[Clock.SOCIAL_OFFER] = turns[region]
