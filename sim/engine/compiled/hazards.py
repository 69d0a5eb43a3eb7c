"""What happens when a hazard's threshold is spent, and coming back; mirrors `sim.pathway.hazards`."""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled import (
    beds,
    community,
    housing,
    housing_connection,
    journey,
    letting,
    needs,
    services,
    status,
    support,
)
from sim.engine.compiled.clocks import spent, with_worker
from sim.engine.compiled.kernel import kernel
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
    DETAIL_DETAINED,
    DETAIL_DISENGAGED,
    DETAIL_FOUND_ALONE,
    DETAIL_HIDDEN_AS_IT_STANDS,
    DETAIL_HIDDEN_EITHER_WAY,
    DETAIL_HOME_LOST,
    DETAIL_IN_CRISIS,
    DETAIL_KNOWN_AS_IT_STANDS,
    DETAIL_KNOWN_EITHER_WAY,
    DETAIL_LEFT,
    DETAIL_MISSING,
    DETAIL_NEW_EXPLOITATION,
    DETAIL_NONE,
    DETAIL_OWN_HOME,
    DETAIL_PLACE_ENDED,
    DETAIL_PRIVATE_HOME,
    DETAIL_PRIVATE_OFFER,
    DETAIL_RELEASED,
    DETAIL_ROUGH,
    DETAIL_SAME_INCIDENT,
    DETAIL_SECURED,
    DETAIL_SOCIAL_HOME,
    DETAIL_SOFA,
    DRAW_APPLIES_IN_CRISIS,
    DRAW_AWAY_LENGTH,
    DRAW_CUSTODY_STAY,
    DRAW_DETECTED,
    DRAW_DETECTED_WHEN,
    DRAW_RETURNS_TO_PROVIDER,
    DUTY_NONE,
    EVENT_BACK_IN_CONTACT,
    EVENT_CRISIS,
    EVENT_DIED,
    EVENT_HOME_LOST,
    EVENT_LEFT_UK,
    EVENT_RE_EXPLOITED,
    EVENT_RETURNED_TO_PROVIDER,
    EVENT_WENT_MISSING,
    LINE_BEDS,
    PLACE_BRIDGING_HOME,
    PLACE_CUSTODY,
    PLACE_FRIENDS,
    PLACE_LEFT_MODEL,
    PLACE_OUT_OF_CONTACT,
    PLACE_OWN_HOME,
    PLACE_PRIVATE_HOME,
    PLACE_SAFEHOUSE,
    PLACE_STREET,
    SLOT_AWAY,
    SLOT_BED,
    SLOT_DETECTION,
    SLOT_HOUSING,
    SLOT_PLACE_ENDS,
    SLOT_SUPPORT,
)
from sim.engine.compiled.queues import leave, leave_desk
from sim.engine.compiled.state import BEDS, CG_DESK, RG_DESK
from sim.engine.compiled.world import draw_once, insecure, on_grid, record, settled, stop, wait, wake
from sim.engine.survivor import N_SLOTS
from sim.people.compiled_chance import c_exponential


@kernel
def rings(person: Any, world: Any) -> None:
    """A hazard's threshold is spent."""
    clock = spent(person, world)
    if clock == CLOCK_LOSES_PLACE:
        loses_place(person, world)
    elif clock == CLOCK_FINDS_SOFA:
        community.move(person, world, PLACE_FRIENDS, DETAIL_SOFA)
    elif clock == CLOCK_RENTS_PRIVATELY:
        housing.secure(person, world, PLACE_PRIVATE_HOME, DETAIL_FOUND_ALONE)
    elif clock == CLOCK_HELP_SECURES_HOME:
        housing.secure(person, world, PLACE_PRIVATE_HOME, DETAIL_SECURED)
    elif clock == CLOCK_DUTY_LAPSES:
        person.lapsed = True
        wake(person, world, SLOT_HOUSING)
    elif clock == CLOCK_SOCIAL_OFFER:
        letting.turn_comes(person, world)
    elif clock == CLOCK_PRIVATE_OFFER:
        housing.offered(person, world, PLACE_PRIVATE_HOME, DETAIL_PRIVATE_OFFER)
    elif clock == CLOCK_CRISIS:
        crisis(person, world)
    elif clock == CLOCK_RE_EXPLOITED:
        exploited_again(person, world)
    elif clock == CLOCK_GOES_MISSING:
        record(person, world, EVENT_WENT_MISSING, 0)
        go_away(person, world)
    elif clock == CLOCK_REFERRED_AGAIN:
        journey.referred_again(person, world, DETAIL_SAME_INCIDENT)
    elif clock == CLOCK_LEAVES_UK:
        leave_model(person, world, EVENT_LEFT_UK)
    elif clock == CLOCK_DIES:
        leave_model(person, world, EVENT_DIED)
    elif clock == CLOCK_DISENGAGES:
        support.end(person, world, DETAIL_DISENGAGED)
    elif clock == CLOCK_HEALTH_RELAPSES:
        needs.health_relapses(person, world)
    elif clock == CLOCK_DETAINED:
        detained(person, world)
    person.changed = True


@kernel
def loses_place(person: Any, world: Any) -> None:
    """A sofa is lost to the street at once; from a home there is notice first."""
    if person.place == PLACE_FRIENDS:
        community.move(person, world, PLACE_STREET, DETAIL_ROUGH)
        beds.ask_for_bed(person, world)
    else:
        housing.notice_to_leave(person, world)


@kernel
def detained(person: Any, world: Any) -> None:
    """Detention or prison after the positive decision: support goes on, homes and duties do not."""
    housing.drop(person, world)
    housing_connection.look_again(person, world)
    leave_lines(person, world)
    community.move(person, world, PLACE_CUSTODY, DETAIL_DETAINED)
    u = draw_once(person, DRAW_CUSTODY_STAY, person.occasion[CLOCK_DETAINED])
    wait(person, world, SLOT_PLACE_ENDS, c_exponential(u, world.rules.places.custody_mean))


@kernel
def place_ends(person: Any, world: Any) -> None:
    """A place comes to its end: asylum accommodation, custody, a council's room, a home under notice."""
    detail = DETAIL_RELEASED if person.place == PLACE_CUSTODY else DETAIL_PLACE_ENDED
    if settled(person):
        detail = DETAIL_HOME_LOST
        lost = DETAIL_SOCIAL_HOME
        if person.place == PLACE_OWN_HOME:
            lost = DETAIL_OWN_HOME
        elif person.place == PLACE_PRIVATE_HOME:
            lost = DETAIL_PRIVATE_HOME
        record(person, world, EVENT_HOME_LOST, lost)
    community.move(person, world, community.next_place(person, world), detail)
    beds.ask_for_bed(person, world)


@kernel
def crisis(person: Any, world: Any) -> None:
    """An urgent need breaks out: met inside support, or it brings people back to helpers and councils."""
    if person.in_support:
        record(person, world, EVENT_CRISIS, 0)
        return
    occasion, rules = person.occasion[CLOCK_CRISIS], world.rules
    u, learns = draw_once(person, DRAW_RETURNS_TO_PROVIDER, occasion), DETAIL_NONE
    if person.ever_supported:
        learns = known(person, u, rules.risk.returns_to_provider, rules.risk.returns_with_worker)
    record(person, world, EVENT_CRISIS, learns)
    if learns in (DETAIL_KNOWN_EITHER_WAY, DETAIL_KNOWN_AS_IT_STANDS):
        record(person, world, EVENT_RETURNED_TO_PROVIDER, 0)
    applies = draw_once(person, DRAW_APPLIES_IN_CRISIS, occasion) < rules.housing.in_crisis
    if insecure(person) and person.duty == DUTY_NONE and applies:
        community.plan_application(person, world, world.now + on_grid(world, 1.0), DETAIL_IN_CRISIS)


@kernel
def exploited_again(person: Any, world: Any) -> None:
    """New exploitation, known or not; if it is found out, a new referral follows."""
    occasion, risk = person.occasion[CLOCK_RE_EXPLOITED], world.rules.risk
    u = draw_once(person, DRAW_DETECTED, occasion)
    learns = known(person, u, risk.detected, risk.detected_with_worker)
    record(person, world, EVENT_RE_EXPLOITED, learns)
    if learns in (DETAIL_KNOWN_EITHER_WAY, DETAIL_KNOWN_AS_IT_STANDS):
        after = c_exponential(draw_once(person, DRAW_DETECTED_WHEN, occasion), risk.detection_mean)
        wait(person, world, SLOT_DETECTION, risk.away_min + after)
    go_away(person, world)


@kernel
def known(person: Any, u: float, without_worker: float, worker: float) -> int:
    """Whether others learn of it, and whether they would if contact with a worker were the other way."""
    share, otherwise = without_worker, worker
    if with_worker(person):
        share, otherwise = worker, without_worker
    if u < share:
        return DETAIL_KNOWN_EITHER_WAY if u < otherwise else DETAIL_KNOWN_AS_IT_STANDS
    return DETAIL_HIDDEN_AS_IT_STANDS if u < otherwise else DETAIL_HIDDEN_EITHER_WAY


@kernel
def found_out(person: Any, world: Any) -> None:
    """The new exploitation comes to light: back in contact, and referred again."""
    if person.away:
        come_back(person, world)
    journey.referred_again(person, world, DETAIL_NEW_EXPLOITATION)


@kernel
def go_away(person: Any, world: Any) -> None:
    """Out of contact for four weeks or more: support, services and duties end."""
    person.away = True
    if person.in_support:
        support.end(person, world, DETAIL_MISSING)
    else:
        stop(person, SLOT_SUPPORT)
    services.stop_all(person, world)
    housing.drop(person, world)
    leave_lines(person, world)
    community.move(person, world, PLACE_OUT_OF_CONTACT, DETAIL_MISSING)
    occasion = person.occasion[CLOCK_GOES_MISSING] + person.occasion[CLOCK_RE_EXPLOITED]
    risk = world.rules.risk
    after = c_exponential(draw_once(person, DRAW_AWAY_LENGTH, occasion), risk.away_extra)
    wait(person, world, SLOT_AWAY, risk.away_min + after)


@kernel
def come_back(person: Any, world: Any) -> None:
    """Back in contact, with wherever there is to go."""
    person.away = False
    stop(person, SLOT_AWAY)
    record(person, world, EVENT_BACK_IN_CONTACT, 0)
    housing_connection.look_again(person, world)
    community.move(person, world, community.next_place(person, world), DETAIL_NONE)
    if insecure(person):
        community.plan_when_insecure(person, world)


@kernel
def leave_lines(person: Any, world: Any) -> None:
    """Stop waiting for a safehouse place, a bridging home and a social home."""
    if person.tickets[LINE_BEDS]:
        leave(person, world, BEDS)
        stop(person, SLOT_BED)
    community.stop_asking_for_bridging(person, world)
    letting.leave_line(person, world)


@kernel
def leave_model(person: Any, world: Any, event: int) -> None:
    """Death, or departure from the United Kingdom: everything ends, and the last word is written down."""
    person.away = True
    if person.in_support:
        support.end(person, world, DETAIL_LEFT)
    services.stop_all(person, world)
    housing.drop(person, world)
    leave_lines(person, world)
    if person.place == PLACE_SAFEHOUSE:
        community.give_back_bed(person, world)
    elif person.place == PLACE_BRIDGING_HOME:
        community.give_back_bridging(person, world)
    status.stop_status(person)
    leave_desk(person, world, CG_DESK)
    leave_desk(person, world, RG_DESK)
    person.case_open = False
    person.gone = True
    person.place = PLACE_LEFT_MODEL
    record(person, world, event, 0)
    for slot in range(N_SLOTS):
        stop(person, slot)


@kernel
def income_starts(person: Any, world: Any) -> None:
    """The first benefit payment arrives, for those who may have benefits."""
    person.changed = True
