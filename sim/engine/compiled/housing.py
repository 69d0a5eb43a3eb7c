"""The homelessness duties of councils, from an application to an offer or nothing; see `sim.pathway.housing`.

The story of an application waits in one of three places: under prevention, relief or the main duty.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled import community
from sim.engine.compiled.housing_connection import (
    lacks_connection_for_main_duty,
    look_again,
    refer_elsewhere,
    try_register,
)
from sim.engine.compiled.housing_tests import (
    is_homeless,
    is_intentional,
    is_threatened,
    priority_ground,
    threatened_within,
    under_act_of_2026,
)
from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import (
    DETAIL_HOMELESS,
    DETAIL_INTENTIONAL,
    DETAIL_INTERIM,
    DETAIL_LAPSED,
    DETAIL_MAIN_DUTY,
    DETAIL_NO_LOCAL_CONNECTION,
    DETAIL_NO_PRIORITY_NEED,
    DETAIL_NONE,
    DETAIL_NOT_ELIGIBLE,
    DETAIL_NOT_HOMELESS,
    DETAIL_OFFER_REFUSED,
    DETAIL_PLANNED,
    DETAIL_PRIVATE_OFFER,
    DETAIL_SECURED,
    DETAIL_SOCIAL_OFFER,
    DETAIL_TIME_UP,
    DETAIL_UNDER_NOTICE,
    DRAW_INTERIM,
    DRAW_LEAD_TIME,
    DRAW_OFFER_REFUSED,
    DRAW_TOLD,
    DRAW_UNDER_NOTICE,
    DUTY_MAIN,
    DUTY_NONE,
    DUTY_PREVENTION,
    DUTY_RELIEF,
    EVENT_APPLICATION_REFUSED,
    EVENT_APPLIED_AS_HOMELESS,
    EVENT_HOME_KEPT,
    EVENT_MAIN_DUTY_ACCEPTED,
    EVENT_MAIN_DUTY_ENDED,
    EVENT_MAIN_DUTY_REFUSED,
    EVENT_NOTICE_TO_LEAVE,
    EVENT_PREVENTION_ENDED,
    EVENT_PREVENTION_STARTED,
    EVENT_RELIEF_ENDED,
    EVENT_RELIEF_STARTED,
    PLACE_BRIDGING_HOME,
    PLACE_COUNCIL_TEMPORARY,
    PLACE_CUSTODY,
    PLACE_FRIENDS,
    PLACE_OWN_HOME,
    PLACE_PRIVATE_HOME,
    PLACE_SAFEHOUSE,
    PLACE_SOCIAL_HOME,
    PLACE_STREET,
    SLOT_APPLY,
    SLOT_HOUSING,
    SLOT_PLACE_ENDS,
)
from sim.engine.compiled.world import (
    ENDED,
    NEVER,
    at,
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
    wake,
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
    lead = on_grid(world, min(lead, threatened_within(person, world)))
    day = max(leaving - lead, world.now + on_grid(world, 1.0))
    community.plan_application(person, world, day, DETAIL_PLANNED)


@kernel
def notice_to_leave(person: Any, world: Any) -> None:
    """Notice to leave a home; some go to a council as soon as the law counts them as threatened."""
    rules = world.rules.housing
    if person.place == PLACE_OWN_HOME:
        notice = rules.own_home_notice
    elif person.place == PLACE_PRIVATE_HOME:
        notice = at(world, rules.private_notice, world.now)
    else:
        notice = rules.social_notice
    leaving = world.now + on_grid(world, notice)
    record(person, world, EVENT_NOTICE_TO_LEAVE, 0)
    until(person, world, SLOT_PLACE_ENDS, leaving)
    if draw_once(person, DRAW_UNDER_NOTICE, person.place_losses) < rules.under_notice:
        day = max(leaving - on_grid(world, threatened_within(person, world)), world.now + on_grid(world, 1.0))
        community.plan_application(person, world, day, DETAIL_UNDER_NOTICE)


@kernel
def is_under_notice(person: Any) -> bool:
    """In a home that is about to be lost."""
    return settled(person) and person.due[SLOT_PLACE_ENDS] != NEVER


@kernel
def may_end(place: int) -> bool:
    """A place from which people apply before support ends."""
    return place in (
        PLACE_SAFEHOUSE,
        PLACE_FRIENDS,
        PLACE_STREET,
        PLACE_COUNCIL_TEMPORARY,
        PLACE_BRIDGING_HOME,
    )


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


# -------------------------------------------------------------------------------------------- the duties
@kernel
def begin_prevention(person: Any, world: Any) -> None:
    """Prevention duty (s195): 56 days, or until a home is secured, homelessness comes, or contact lapses."""
    limit = world.rules.housing.prevention_limit
    if under_act_of_2026(person, world):
        limit = threatened_within(person, world)
    person.lapsed = False
    person.duty = DUTY_PREVENTION
    record(person, world, EVENT_PREVENTION_STARTED, 0)
    person.changed = True
    wait(person, world, SLOT_HOUSING, limit)
    go_on_from(person, SLOT_HOUSING, PREVENTION)


@kernel
def prevention_ends(person: Any, world: Any) -> bool:
    """The end of the prevention duty; True if the person has become homeless."""
    person.duty = DUTY_NONE
    if settled(person) and not is_under_notice(person):
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
    person.refused = False
    person.street_homeless = person.place == PLACE_STREET
    record(person, world, EVENT_RELIEF_STARTED, 0)
    refer_elsewhere(person, world)
    likely = priority_ground(person, world) != DETAIL_NONE
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
    ground = priority_ground(person, world)
    if ground == DETAIL_NONE:
        refuse_main_duty(person, world, DETAIL_NO_PRIORITY_NEED)
    elif is_intentional(person, world, ground):
        refuse_main_duty(person, world, DETAIL_INTENTIONAL)
    elif lacks_connection_for_main_duty(person, world):
        refuse_main_duty(person, world, DETAIL_NO_LOCAL_CONNECTION)
    else:
        person.duty = DUTY_MAIN
        person.accommodated = True
        record(person, world, EVENT_MAIN_DUTY_ACCEPTED, ground)
        try_register(person, world)
        if insecure(person):
            community.move(person, world, PLACE_COUNCIL_TEMPORARY, DETAIL_MAIN_DUTY)
        elif person.place == PLACE_COUNCIL_TEMPORARY:
            stop(person, SLOT_PLACE_ENDS)
        person.changed = True


@kernel
def refuse_main_duty(person: Any, world: Any, reason: int) -> None:
    """No main duty: advice, and the room for some days more (s190(2), s188(1ZA))."""
    end_duty(person, world, EVENT_MAIN_DUTY_REFUSED, reason)
    lose_temporary_home(person, world, world.rules.housing.notice)


@kernel
def main_duty(person: Any, world: Any) -> None:
    """Main duty (s193): temporary accommodation until an offer, accepted or refused, or the duty lapses."""
    if eligible(person) and not settled(person) and not person.lapsed and not person.refused:
        until(person, world, SLOT_HOUSING, NEVER)
        go_on_from(person, SLOT_HOUSING, MAIN)
        return
    if person.place == PLACE_SOCIAL_HOME:
        ended = DETAIL_SOCIAL_OFFER
    elif settled(person):
        ended = DETAIL_PRIVATE_OFFER
        person.reapply_until = world.now + world.rules.housing.reapplication
    elif not eligible(person):
        ended = DETAIL_NOT_ELIGIBLE
    elif person.refused:
        ended = DETAIL_OFFER_REFUSED
    else:
        ended = DETAIL_LAPSED
    end_duty(person, world, EVENT_MAIN_DUTY_ENDED, ended)
    lose_temporary_home(person, world, 0.0 if ended == DETAIL_LAPSED else world.rules.housing.notice)
    look_again(person, world)
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
    """Temporary accommodation ends after `notice` [days]; whoever is elsewhere stays where they are."""
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
def offered(person: Any, world: Any, place: int, detail: int) -> None:
    """An offer: under the main duty, refusing a suitable one ends the duty (s193(5), (7) and (7AA))."""
    refused = world.rules.housing.offer_refused[person.region]
    if person.duty == DUTY_MAIN and draw_once(person, DRAW_OFFER_REFUSED, person.applications) < refused:
        person.refused = True
        wake(person, world, SLOT_HOUSING)
        return
    secure(person, world, place, detail)


@kernel
def secure(person: Any, world: Any, place: int, detail: int) -> None:
    """A home is found, or kept in spite of notice; any duty ends with it at the next grid step."""
    if person.place == place:
        stop(person, SLOT_PLACE_ENDS)
        record(person, world, EVENT_HOME_KEPT, 0)
        wake(person, world, SLOT_HOUSING)
        person.changed = True
    community.move(person, world, place, detail)
    if place == PLACE_SOCIAL_HOME:
        person.on_register = False
        person.changed = True
