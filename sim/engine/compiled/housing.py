"""England's homelessness duties, from an application to an offer or nothing; mirrors `sim.pathway.housing`.

The story of an application waits in one of three places: under prevention, relief or the main duty.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled import community
from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import (
    DETAIL_HOMELESS,
    DETAIL_INTENTIONAL,
    DETAIL_INTERIM,
    DETAIL_LAPSED,
    DETAIL_MAIN_DUTY,
    DETAIL_NO_LOCAL_CONNECTION,
    DETAIL_NO_PRIORITY_NEED,
    DETAIL_NOT_ELIGIBLE,
    DETAIL_NOT_HOMELESS,
    DETAIL_PLANNED,
    DETAIL_PRIVATE_OFFER,
    DETAIL_SECURED,
    DETAIL_SOCIAL_OFFER,
    DETAIL_TIME_UP,
    DRAW_CONNECTION_ELSEWHERE,
    DRAW_COUNCIL_TESTS,
    DRAW_HOMELESS_IN_LAW,
    DRAW_INTENTIONAL,
    DRAW_INTERIM,
    DRAW_LEAD_TIME,
    DRAW_RECOGNISED,
    DRAW_REFERRED_ELSEWHERE,
    DRAW_TOLD,
    DRAW_VULNERABLE,
    DUTY_MAIN,
    DUTY_NONE,
    DUTY_PREVENTION,
    DUTY_RELIEF,
    EVENT_APPLICATION_REFUSED,
    EVENT_APPLIED_AS_HOMELESS,
    EVENT_JOINED_REGISTER,
    EVENT_MAIN_DUTY_ACCEPTED,
    EVENT_MAIN_DUTY_ENDED,
    EVENT_MAIN_DUTY_REFUSED,
    EVENT_PREVENTION_ENDED,
    EVENT_PREVENTION_STARTED,
    EVENT_REFERRED_TO_OTHER_COUNCIL,
    EVENT_REGISTER_REFUSED,
    EVENT_RELIEF_ENDED,
    EVENT_RELIEF_STARTED,
    PLACE_COUNCIL_TEMPORARY,
    PLACE_CUSTODY,
    PLACE_FRIENDS,
    PLACE_SAFEHOUSE,
    PLACE_SOCIAL_HOME,
    PLACE_STREET,
    SLOT_APPLY,
    SLOT_HOUSING,
    SLOT_PLACE_ENDS,
    SLOT_REGISTER,
)
from sim.engine.compiled.world import (
    ENDED,
    NEVER,
    begin_story,
    draw,
    draw_once,
    eligible,
    end_story,
    go_on_from,
    insecure,
    on_grid,
    record,
    settled,
    stop,
    until,
    wait,
)
from sim.people.compiled_chance import c_exponential

PREVENTION, RELIEF, MAIN = 1, 2, 3


@kernel
def plan_before_exit(person: Any, world: Any, leaving: float) -> None:
    """Once the day support or the bed ends is known, those told of their rights apply some weeks before."""
    rules = world.rules.housing
    if not may_end(person.place) or draw(person, DRAW_TOLD, 0) >= rules.told:
        return
    lead = c_exponential(draw(person, DRAW_LEAD_TIME, 0), rules.lead_mean)
    lead = on_grid(world, min(lead, rules.threatened_within))
    day = max(leaving - lead, world.now + on_grid(world, 1.0))
    community.plan_application(person, world, day, DETAIL_PLANNED)


@kernel
def may_end(place: int) -> bool:
    """A place from which people apply before support ends."""
    return place in (PLACE_SAFEHOUSE, PLACE_FRIENDS, PLACE_STREET, PLACE_COUNCIL_TEMPORARY)


@kernel
def apply(person: Any, world: Any) -> None:
    """The day somebody goes to a council: one application, to its first wait."""
    if person.away or person.gone or person.place == PLACE_CUSTODY or person.stage[SLOT_HOUSING] != ENDED:
        return
    begin_story(person, SLOT_HOUSING)
    person.applications += 1
    record(person, world, EVENT_APPLIED_AS_HOMELESS, person.reason_to_apply)
    if not eligible(person):
        record(person, world, EVENT_APPLICATION_REFUSED, DETAIL_NOT_ELIGIBLE)
        end_story(person, SLOT_HOUSING)
        return
    homeless = is_homeless(person, world)
    if not homeless and not is_threatened(person, world):
        record(person, world, EVENT_APPLICATION_REFUSED, DETAIL_NOT_HOMELESS)
        end_story(person, SLOT_HOUSING)
        return
    try_register(person, world)
    if homeless:
        begin_relief(person, world)
    else:
        begin_prevention(person, world)


@kernel
def application(person: Any, world: Any) -> None:
    """An application goes on: prevention, then relief, then the main duty."""
    stage = person.stage[SLOT_HOUSING]
    if stage == PREVENTION:
        if prevention_ends(person, world):
            begin_relief(person, world)
        else:
            end_story(person, SLOT_HOUSING)
        return
    if stage == RELIEF:
        relief_ends(person, world)
        if person.duty != DUTY_MAIN:
            end_story(person, SLOT_HOUSING)
            return
    main_duty(person, world)


# --------------------------------------------------------------------------------------------- the tests
@kernel
def is_homeless(person: Any, world: Any) -> bool:
    """No accommodation reasonable to occupy (s175), which may include a safehouse (s175(3))."""
    if person.place == PLACE_SAFEHOUSE:
        drawn = draw_once(person, DRAW_HOMELESS_IN_LAW, person.applications)
        return drawn < world.rules.housing.homeless_in_law
    return insecure(person) or person.place == PLACE_COUNCIL_TEMPORARY


@kernel
def is_threatened(person: Any, world: Any) -> bool:
    """A place that ends within 56 days (s175(4))."""
    within = world.now + world.rules.housing.threatened_within
    if person.place == PLACE_SAFEHOUSE:
        return person.bed_until <= within
    return person.due[SLOT_PLACE_ENDS] <= within


@kernel
def automatic_priority(person: Any, world: Any) -> bool:
    """Priority need by right: pregnancy, children, or (where in force) a recognised survivor."""
    rules = world.rules.housing
    if person.dependants or person.pregnant:
        return True
    if not rules.survivors_have_priority or not person.ever_confirmed:
        return False
    age = world.now - rules.recognition_from
    grown = 1.0 if age >= rules.recognition_ramp else age / rules.recognition_ramp
    recognised = rules.recognised_first_day + (rules.recognised_mature - rules.recognised_first_day) * grown
    return draw_once(person, DRAW_RECOGNISED, person.applications) < recognised


@kernel
def vulnerable(person: Any, world: Any) -> bool:
    """Priority need by vulnerability (s189(1)(c)): decided case by case, and differently by region."""
    share = world.rules.housing.vulnerable[person.region]
    return draw_once(person, DRAW_VULNERABLE, person.applications) < share


# -------------------------------------------------------------------------------------------- the duties
@kernel
def begin_prevention(person: Any, world: Any) -> None:
    """Prevention duty (s195): 56 days, or until a home is secured, homelessness comes, or contact lapses."""
    person.lapsed = False
    person.duty = DUTY_PREVENTION
    record(person, world, EVENT_PREVENTION_STARTED, 0)
    person.changed = True
    wait(person, world, SLOT_HOUSING, world.rules.housing.prevention_limit)
    go_on_from(person, SLOT_HOUSING, PREVENTION)


@kernel
def prevention_ends(person: Any, world: Any) -> bool:
    """The end of the prevention duty; True if the person has become homeless."""
    person.duty = DUTY_NONE
    if settled(person):
        ended = DETAIL_SECURED
    elif not eligible(person):
        ended = DETAIL_NOT_ELIGIBLE
    elif person.lapsed:
        ended = DETAIL_LAPSED
    elif is_homeless(person, world):
        ended = DETAIL_HOMELESS
    else:
        ended = DETAIL_TIME_UP
    record(person, world, EVENT_PREVENTION_ENDED, ended)
    person.changed = True
    return ended == DETAIL_HOMELESS


@kernel
def begin_relief(person: Any, world: Any) -> None:
    """Relief duty (s189B): 56 days, with interim accommodation if priority need seems likely (s188)."""
    rules = world.rules.housing
    person.duty = DUTY_RELIEF
    person.lapsed = False
    record(person, world, EVENT_RELIEF_STARTED, 0)
    refer_elsewhere(person, world)
    likely = automatic_priority(person, world) or vulnerable(person, world)
    interim = draw_once(person, DRAW_INTERIM, person.applications)
    if interim < (rules.interim_slope if likely else 0.0) + rules.interim_base:
        person.accommodated = True
        if insecure(person):
            community.move(person, world, PLACE_COUNCIL_TEMPORARY, DETAIL_INTERIM)
    person.changed = True
    wait(person, world, SLOT_HOUSING, rules.relief_limit)
    go_on_from(person, SLOT_HOUSING, RELIEF)


@kernel
def relief_ends(person: Any, world: Any) -> None:
    """The end of the relief duty: a home, nothing, or the decision on the main duty."""
    if settled(person):
        end_duty(person, world, EVENT_RELIEF_ENDED, DETAIL_SECURED)
        return
    if not eligible(person):
        end_duty(person, world, EVENT_RELIEF_ENDED, DETAIL_NOT_ELIGIBLE)
        lose_temporary_home(person, world, world.rules.housing.notice)
        return
    if person.lapsed:
        end_duty(person, world, EVENT_RELIEF_ENDED, DETAIL_LAPSED)
        lose_temporary_home(person, world, 0.0)
        return
    record(person, world, EVENT_RELIEF_ENDED, DETAIL_TIME_UP)
    decide_main_duty(person, world)


@kernel
def decide_main_duty(person: Any, world: Any) -> None:
    """After relief: priority need (s189) and not intentionally homeless (s191), or advice only."""
    rules = world.rules.housing
    if not automatic_priority(person, world) and not vulnerable(person, world):
        end_duty(person, world, EVENT_MAIN_DUTY_REFUSED, DETAIL_NO_PRIORITY_NEED)
        lose_temporary_home(person, world, rules.notice)
    elif draw_once(person, DRAW_INTENTIONAL, person.applications) < rules.intentional:
        end_duty(person, world, EVENT_MAIN_DUTY_REFUSED, DETAIL_INTENTIONAL)
        lose_temporary_home(person, world, rules.notice)
    else:
        person.duty = DUTY_MAIN
        person.accommodated = True
        record(person, world, EVENT_MAIN_DUTY_ACCEPTED, 0)
        try_register(person, world)
        if insecure(person):
            community.move(person, world, PLACE_COUNCIL_TEMPORARY, DETAIL_MAIN_DUTY)
        elif person.place == PLACE_COUNCIL_TEMPORARY:
            stop(person, SLOT_PLACE_ENDS)
        person.changed = True


@kernel
def main_duty(person: Any, world: Any) -> None:
    """Main duty (s193): temporary accommodation until an offer, a home found alone, or the duty lapses."""
    if eligible(person) and not settled(person) and not person.lapsed:
        until(person, world, SLOT_HOUSING, NEVER)
        go_on_from(person, SLOT_HOUSING, MAIN)
        return
    if person.place == PLACE_SOCIAL_HOME:
        ended = DETAIL_SOCIAL_OFFER
    elif settled(person):
        ended = DETAIL_PRIVATE_OFFER
    elif eligible(person):
        ended = DETAIL_LAPSED
    else:
        ended = DETAIL_NOT_ELIGIBLE
    end_duty(person, world, EVENT_MAIN_DUTY_ENDED, ended)
    lose_temporary_home(person, world, 0.0 if ended == DETAIL_LAPSED else world.rules.housing.notice)
    end_story(person, SLOT_HOUSING)


# ------------------------------------------------------------------------------------------ in and out
@kernel
def end_duty(person: Any, world: Any, event: int, detail: int) -> None:
    """The council owes no duty any more."""
    person.duty = DUTY_NONE
    person.accommodated = False
    record(person, world, event, detail)
    if detail == DETAIL_LAPSED and insecure(person) and not person.away:
        community.plan_when_insecure(person, world)
    person.changed = True


@kernel
def lose_temporary_home(person: Any, world: Any, notice: float) -> None:
    """Temporary accommodation ends after notice; whoever is elsewhere stays where they are."""
    if person.place == PLACE_COUNCIL_TEMPORARY:
        wait(person, world, SLOT_PLACE_ENDS, notice)


@kernel
def drop(person: Any, world: Any) -> None:
    """Contact is lost altogether (missing, dead, out of the country): no duty is left."""
    stop(person, SLOT_APPLY)
    if person.duty == DUTY_PREVENTION:
        end_duty(person, world, EVENT_PREVENTION_ENDED, DETAIL_LAPSED)
    elif person.duty == DUTY_RELIEF:
        end_duty(person, world, EVENT_RELIEF_ENDED, DETAIL_LAPSED)
    elif person.duty == DUTY_MAIN:
        end_duty(person, world, EVENT_MAIN_DUTY_ENDED, DETAIL_LAPSED)
    stop(person, SLOT_HOUSING)


@kernel
def secure(person: Any, world: Any, place: int, detail: int) -> None:
    """A home is found; any duty ends with it at the next grid step."""
    community.move(person, world, place, detail)
    if place == PLACE_SOCIAL_HOME:
        person.on_register = False
        person.changed = True


# --------------------------------------------------------------------------- local connection, register
@kernel
def refer_elsewhere(person: Any, world: Any) -> None:
    """Referral to a council with which there is a local connection (s198), when there is none here (s199)."""
    rules = world.rules.housing
    if world.now - person.resident_since >= rules.residence or is_exempt(person, world):
        return
    if draw_once(person, DRAW_CONNECTION_ELSEWHERE, 0) >= rules.connection_elsewhere:
        return
    if draw_once(person, DRAW_REFERRED_ELSEWHERE, person.applications) < rules.referred_elsewhere:
        record(person, world, EVENT_REFERRED_TO_OTHER_COUNCIL, 0)
        person.resident_since = world.now - rules.residence


@kernel
def is_exempt(person: Any, world: Any) -> bool:
    """Exempt from local connection where the option is in force: RG+, until a negative decision."""
    return world.rules.housing.survivors_exempt and (
        person.ever_confirmed or (person.case_open and person.rg_positive_at <= world.now)
    )


@kernel
def try_register(person: Any, world: Any) -> None:
    """Join the social housing register if there is no test, it is met, or the option exempts."""
    if person.on_register:
        return
    rules = world.rules.housing
    lacking = person.resident_since + rules.register_residence - world.now
    tested = draw_once(person, DRAW_COUNCIL_TESTS, 0) < rules.council_tests
    if not tested or lacking <= 0.0 or is_exempt(person, world):
        person.on_register = True
        record(person, world, EVENT_JOINED_REGISTER, 0)
        person.changed = True
        return
    record(person, world, EVENT_REGISTER_REFUSED, DETAIL_NO_LOCAL_CONNECTION)
    wait(person, world, SLOT_REGISTER, lacking)


@kernel
def residence_reached(person: Any, world: Any) -> None:
    """Long enough in one place: try the register again, if a home is still needed."""
    if not settled(person) and eligible(person) and not person.away:
        try_register(person, world)
