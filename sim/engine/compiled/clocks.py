"""Hazards: thresholds drawn once and spent at the rate of the moment; mirrors `sim.pathway.clocks`.

For each hazard a person's `mark` holds the day on which the threshold will be spent while the rate is above
zero, and what is left of the threshold (below zero: not drawn yet) while it is zero.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled.kernel import kernel, lowest_bit
from sim.engine.compiled.names import (
    CLOCK_CRISIS,
    CLOCK_DETAINED,
    CLOCK_DIES,
    CLOCK_DISENGAGES,
    CLOCK_DUTY_LAPSES,
    CLOCK_FINDS_SOFA,
    CLOCK_GOES_MISSING,
    CLOCK_HEALTH_RELAPSES,
    CLOCK_HELP_SECURES_HOME,
    CLOCK_LEAVES_UK,
    CLOCK_LOSES_PLACE,
    CLOCK_PRIVATE_OFFER,
    CLOCK_RE_EXPLOITED,
    CLOCK_REFERRED_AGAIN,
    CLOCK_RENTS_PRIVATELY,
    CLOCK_SOCIAL_OFFER,
    DRAW_THRESHOLD_BASE,
    DUTY_MAIN,
    DUTY_NONE,
    DUTY_PREVENTION,
    DUTY_RELIEF,
    LINE_LETTING,
    PLACE_BRIDGING_HOME,
    PLACE_COUNCIL_TEMPORARY,
    PLACE_CUSTODY,
    PLACE_FRIENDS,
    PLACE_OWN_HOME,
    PLACE_PRIVATE_HOME,
    PLACE_SAFEHOUSE,
    PLACE_SOCIAL_HOME,
    PLACE_STREET,
    SLOT_LIFE,
    SLOT_PLACE_ENDS,
    STATUS_BRITISH,
    STATUS_NO_STATUS,
)
from sim.engine.compiled.person import CLOCK_AT_PLACE, MARK, OFTEN, PLACE_OF_CLOCK, RATE
from sim.engine.compiled.world import FAULT_OFTEN, NEVER, at, eligible, insecure, on_grid, settled, until
from sim.engine.survivor import N_CLOCKS
from sim.pathway.clocks import SLOWEST, UNDRAWN
from sim.people.compiled_chance import c_uniform, c_unit_exponential


@kernel
def review(person: Any, world: Any) -> None:
    """Reckon a person's hazards again, after `rates_of` has put the new rates into `world.rates`.

    The clock of life is then set to the first threshold to be spent (`clocks.listen`).
    """
    if person.new_luck:
        draw_anew(person)
    now = world.now
    soonest = NEVER
    places = np.int64(world.rated | person.spending)
    while places:
        place, places = lowest_bit(places), places & (places - 1)
        rate, old = 0.0, person.hazards[place, RATE]
        if world.rated >> place & 1 and world.rates[place] >= SLOWEST:
            rate = world.rates[place]
        if rate != old:
            left = person.hazards[place, MARK]
            if old > 0.0:
                left = (left - now) * old
                if left < 0.0:
                    left = 0.0
            elif left < 0.0:
                clock = CLOCK_AT_PLACE[place]
                left = c_unit_exponential(
                    c_uniform(
                        person.key,
                        np.uint64(DRAW_THRESHOLD_BASE + clock),
                        np.uint64(0),
                        np.uint64(person.occasion[clock]),
                    )
                )
            person.hazards[place, RATE] = rate
            if rate > 0.0:
                person.hazards[place, MARK] = now + on_grid(world, left / rate)
                person.spending |= 1 << place
            else:
                person.hazards[place, MARK] = left
                person.spending &= ~(1 << place)
        if rate > 0.0 and person.hazards[place, MARK] < soonest:
            soonest = person.hazards[place, MARK]
    if soonest != person.due[SLOT_LIFE]:
        until(person, world, SLOT_LIFE, soonest)


@kernel
def draw_anew(person: Any) -> None:
    """Other luck from now on: what is left of a unit-exponential threshold is drawn as a whole new one."""
    person.new_luck = False
    person.spending = 0
    for place in range(N_CLOCKS):
        person.hazards[place, RATE] = 0.0
        person.hazards[place, MARK] = UNDRAWN


@kernel
def spent(person: Any, world: Any) -> int:
    """The first clock whose threshold is spent now; it is made ready for its next occasion."""
    now = world.now
    first, places = N_CLOCKS, np.int64(person.spending)
    while places:
        place, places = lowest_bit(places), places & (places - 1)
        if person.hazards[place, MARK] <= now:
            first = min(first, CLOCK_AT_PLACE[place])
    if first == N_CLOCKS:
        return -1
    place = PLACE_OF_CLOCK[first]
    person.hazards[place, RATE] = 0.0
    person.hazards[place, MARK] = UNDRAWN
    person.spending &= ~(1 << place)
    if person.occasion[first] == OFTEN:
        if world.fault == 0:
            world.fault = FAULT_OFTEN
        return -1
    person.occasion[first] += 1
    return int(first)


@kernel
def needs(person: Any, now: float) -> int:
    """Open needs at `now` [days], from 0 to 4: a secure place, an income, settled status, care for health."""
    count = 1 if insecure(person) else 0
    has_rights = eligible(person)
    if not has_rights:
        count += 1
    if not person.subsistence and (not has_rights or now < person.income_from):
        count += 1
    if person.health_need:
        count += 1
    return count


@kernel
def with_worker(person: Any) -> bool:
    """Whether a named worker, the caseworker or a service's, is in regular contact."""
    return person.in_contact or person.service_workers != 0


@kernel
def rates_of(person: Any, world: Any) -> None:
    """Rates a day of the hazards a person runs in the state they are in now, into `world.rates`.

    They stand there by their places; the bits of `world.rated` say which are filled in, and every other rate
    is zero.
    """
    world.rated = 0
    _rates_now(person, world)


@kernel
def _rate(world: Any, clock: int, rate: float) -> None:
    place = PLACE_OF_CLOCK[clock]
    world.rates[place] = rate
    world.rated |= 1 << place


@kernel
def _rates_now(person: Any, world: Any) -> None:
    if person.gone or person.away:
        return
    rules, risk = world.rules, world.rules.risk
    closed = not person.case_open and not person.in_support
    if not person.followed and not (closed and person.prone):
        return
    _rate(world, CLOCK_DIES, risk.dies)
    if closed and person.prone:
        _rate(world, CLOCK_REFERRED_AGAIN, risk.same_incident)
    if person.status == STATUS_BRITISH:
        _rate(world, CLOCK_LEAVES_UK, risk.leaves_uk[0])
    elif person.status == STATUS_NO_STATUS and closed and not person.permission:
        _rate(world, CLOCK_LEAVES_UK, risk.leaves_uk[2])
    else:
        _rate(world, CLOCK_LEAVES_UK, risk.leaves_uk[1])
    if not person.followed:
        return
    if person.in_support:
        _rate(world, CLOCK_DISENGAGES, rules.support.disengages_per_day)
    if person.health_met:
        _rate(world, CLOCK_HEALTH_RELAPSES, risk.health_relapses)
    if person.place == PLACE_CUSTODY:
        return
    _rate(world, CLOCK_DETAINED, risk.detained)
    _rates_of_place(person, world)
    _rates_of_duties(person, world)
    danger = person.frailty
    if insecure(person):
        danger *= risk.insecure_ratio
    if not with_worker(person):
        danger *= risk.no_worker_ratio
    if person.case_open and person.rg_positive_at < NEVER:
        danger *= risk.limbo_ratio
    _rate(world, CLOCK_RE_EXPLOITED, risk.re_exploitation * danger)
    _rate(world, CLOCK_GOES_MISSING, risk.missing * danger)
    open_needs = needs(person, world.now)
    if open_needs:
        k, in_services = 0, person.in_services
        while in_services:
            if in_services & 1:
                danger *= rules.services.crisis_ratio[k]
            in_services >>= 1
            k += 1
        _rate(world, CLOCK_CRISIS, risk.crisis_per_need * open_needs * danger)


@kernel
def _rates_of_place(person: Any, world: Any) -> None:
    """How a place is lost or found alone; homes found while a duty is owed are in that duty's rates."""
    places, place = world.rules.places, person.place
    if place == PLACE_FRIENDS:
        _rate(world, CLOCK_LOSES_PLACE, places.friends_to_street)
    elif place == PLACE_STREET:
        _rate(world, CLOCK_FINDS_SOFA, places.street_to_friends)
    elif person.due[SLOT_PLACE_ENDS] != NEVER:
        pass  # under notice already
    elif place == PLACE_OWN_HOME:
        _rate(world, CLOCK_LOSES_PLACE, places.own_home_lost)
    elif place == PLACE_PRIVATE_HOME:
        regime = at(world, places.private_tenancy_regime, world.now)
        _rate(world, CLOCK_LOSES_PLACE, places.private_tenancy_lost * regime)
    elif place == PLACE_SOCIAL_HOME:
        _rate(world, CLOCK_LOSES_PLACE, places.social_tenancy_lost)
    if person.duty != DUTY_NONE:
        return
    unsettled = PLACE_SAFEHOUSE <= place <= PLACE_STREET or place == PLACE_BRIDGING_HOME
    if unsettled and eligible(person) and world.now >= person.income_from:
        _rate(world, CLOCK_RENTS_PRIVATELY, finds_tenancy(person, world))


@kernel
def finds_tenancy(person: Any, world: Any) -> float:
    """Rate of finding a private tenancy without help, under the benefit and tenancy law of the day."""
    places, now = world.rules.places, world.now
    rate = places.private_rent[person.region] * at(world, places.renting_regime, now)
    if person.under_35 and person.ever_confirmed and not person.dependants:
        rate *= at(world, places.single_room_exemption, now)
    if person.place == PLACE_BRIDGING_HOME:
        rate *= places.bridging_rent_ratio
    return rate


@kernel
def _rates_of_duties(person: Any, world: Any) -> None:
    """What a council's duty and the housing register bring."""
    housing, region, duty = world.rules.housing, person.region, person.duty
    housed = person.place in (PLACE_SAFEHOUSE, PLACE_COUNCIL_TEMPORARY, PLACE_BRIDGING_HOME)
    lapses = housing.lapsed_if_housed if housed else 1.0
    if duty == DUTY_PREVENTION:
        _rate(world, CLOCK_HELP_SECURES_HOME, housing.prevention_secured[1 if person.dependants else 0])
        _rate(world, CLOCK_DUTY_LAPSES, housing.prevention_lapsed * lapses)
    elif duty == DUTY_RELIEF:
        _rate(world, CLOCK_HELP_SECURES_HOME, housing.relief_secured[region])
        _rate(world, CLOCK_DUTY_LAPSES, housing.relief_lapsed * lapses)
    elif duty == DUTY_MAIN:
        _rate(world, CLOCK_PRIVATE_OFFER, housing.private_offer[region])
        _rate(world, CLOCK_DUTY_LAPSES, housing.main_duty_lapses[region])
    if person.on_register and not settled(person) and eligible(person):
        lettings = world.rules.lettings
        if world.now < lettings.starts:
            if duty == DUTY_MAIN:
                _rate(world, CLOCK_SOCIAL_OFFER, housing.social_offer[region])
            else:
                _rate(world, CLOCK_SOCIAL_OFFER, housing.general_offer[region])
        elif not person.tickets[LINE_LETTING]:
            if duty == DUTY_MAIN:
                _rate(world, CLOCK_SOCIAL_OFFER, lettings.turn_if_owed[region])
            else:
                _rate(world, CLOCK_SOCIAL_OFFER, lettings.turn[region])
