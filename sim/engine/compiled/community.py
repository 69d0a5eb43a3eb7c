"""Where a survivor lives, moving, and going to a council; mirrors `sim.pathway.community`."""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import (
    ASYLUM_AREA_ELSEWHERE,
    ASYLUM_AREA_HERE,
    DETAIL_IN_CRISIS,
    DETAIL_PLANNED,
    DRAW_APPLIES_INSECURE,
    DRAW_APPLIES_WHEN,
    DRAW_ASYLUM_ACCOMMODATION,
    DRAW_CUSTODY_STAY,
    DRAW_OUT_OF_AREA,
    DRAW_PLACE_AT_START,
    DRAW_RESIDENCE_AT_START,
    DRAW_RESIDENCE_LENGTH,
    DRAW_SOFA,
    DRAW_UNDER_35,
    DUTY_NONE,
    DUTY_PREVENTION,
    EVENT_BED_LEFT,
    EVENT_BRIDGING_LEFT,
    EVENT_COMMUNITY_LIFE_BEGINS,
    EVENT_MOVED,
    EVENT_PLACED_OUT_OF_AREA,
    LINE_BEDS,
    LINE_BRIDGING,
    PLACE_ASYLUM_ACCOMMODATION,
    PLACE_BRIDGING_HOME,
    PLACE_COUNCIL_TEMPORARY,
    PLACE_CUSTODY,
    PLACE_FRIENDS,
    PLACE_SAFEHOUSE,
    PLACE_STREET,
    SLOT_APPLY,
    SLOT_BED,
    SLOT_BRIDGING,
    SLOT_HOUSING,
    SLOT_PLACE_ENDS,
    STATUS_ASYLUM_PENDING,
)
from sim.engine.compiled.queues import hand_back, holds, leave, release
from sim.engine.compiled.state import BEDS, BRIDGING
from sim.engine.compiled.world import (
    NEVER,
    draw_once,
    insecure,
    on_grid,
    record,
    settled,
    stop,
    until,
    wait,
    wake,
)
from sim.engine.rules import DAYS_A_YEAR
from sim.pathway import community
from sim.people.compiled_chance import c_categorical, c_exponential

PLACES_AT_START = tuple(int(place) for place in community.PLACES_AT_START)


@kernel
def place_at_start(person: Any, world: Any) -> int:
    """Where somebody whose place is not followed yet is living, by their status."""
    shares = world.rules.places.at_start[person.status]
    return PLACES_AT_START[c_categorical(draw_once(person, DRAW_PLACE_AT_START, 0), shares)]


@kernel
def begin(person: Any, world: Any) -> None:
    """From here on a survivor's place, status and needs are followed."""
    rules = world.rules
    person.followed = True
    person.place = place_at_start(person, world)
    residence = draw_once(person, DRAW_RESIDENCE_LENGTH, 0)
    if draw_once(person, DRAW_RESIDENCE_AT_START, 0) < rules.housing.residence_at_start:
        person.resident_since = world.now - (0.5 + residence * 3) * DAYS_A_YEAR
    else:
        person.resident_since = world.now - 0.5 * residence * DAYS_A_YEAR
    young = draw_once(person, DRAW_UNDER_35, 0) < rules.places.under_35
    person.under_35 = young or person.turns_18 < NEVER
    if person.place == PLACE_ASYLUM_ACCOMMODATION:
        person.asylum_area = ASYLUM_AREA_HERE
    record(person, world, EVENT_COMMUNITY_LIFE_BEGINS, 0)
    if person.place == PLACE_CUSTODY:
        stay = c_exponential(draw_once(person, DRAW_CUSTODY_STAY, 0), rules.places.custody_mean)
        wait(person, world, SLOT_PLACE_ENDS, stay)
    elif person.place == PLACE_COUNCIL_TEMPORARY:
        wait(person, world, SLOT_PLACE_ENDS, rules.housing.relief_limit)
        plan_application(person, world, world.now + on_grid(world, 1.0), DETAIL_PLANNED)
    elif insecure(person):
        plan_when_insecure(person, world)
    person.changed = True


@kernel
def move(person: Any, world: Any, place: int, detail: int) -> None:
    """Move to another place."""
    if place == person.place:
        return
    was_insecure = insecure(person)
    if person.place == PLACE_SAFEHOUSE:
        give_back_bed(person, world)
    elif person.place == PLACE_BRIDGING_HOME:
        give_back_bridging(person, world)
    if place != PLACE_COUNCIL_TEMPORARY:
        stop(person, SLOT_PLACE_ENDS)
    person.place = place
    record(person, world, EVENT_MOVED, detail)
    if place == PLACE_COUNCIL_TEMPORARY:
        place_out_of_area(person, world)
    elif place == PLACE_ASYLUM_ACCOMMODATION:
        relocate(person, world)
        person.asylum_area = ASYLUM_AREA_HERE
    if settled(person):
        person.accommodated = False
        stop(person, SLOT_APPLY)
        if person.tickets[LINE_BEDS]:
            leave(person, world, BEDS)
            stop(person, SLOT_BED)
        stop_asking_for_bridging(person, world)
        if person.duty != DUTY_NONE:
            wake(person, world, SLOT_HOUSING)
    elif insecure(person) and not person.away:
        if person.duty == DUTY_PREVENTION:
            wake(person, world, SLOT_HOUSING)
        elif person.duty == DUTY_NONE and not was_insecure:
            plan_when_insecure(person, world)
    person.changed = True


@kernel
def relocate(person: Any, world: Any) -> None:
    """Begin to live in another council's area: residence starts anew, and connections stay behind."""
    person.resident_since = world.now
    if person.asylum_area == ASYLUM_AREA_HERE:
        person.asylum_area = ASYLUM_AREA_ELSEWHERE


@kernel
def place_out_of_area(person: Any, world: Any) -> None:
    """A council may place people it owes a duty in another council's area (s208)."""
    drawn = draw_once(person, DRAW_OUT_OF_AREA, person.applications)
    if person.duty != DUTY_NONE and drawn < world.rules.housing.out_of_area:
        record(person, world, EVENT_PLACED_OUT_OF_AREA, 0)
        relocate(person, world)


@kernel
def give_back_bed(person: Any, world: Any) -> None:
    """Give a safehouse place back; it is refilled the same day."""
    stop(person, SLOT_BED)
    hand_back(person, LINE_BEDS)
    record(person, world, EVENT_BED_LEFT, 0)
    release(world, BEDS)


@kernel
def give_back_bridging(person: Any, world: Any) -> None:
    """Give a bridging home back; it is kept for survivors, and filled from its own line."""
    stop(person, SLOT_BRIDGING)
    hand_back(person, LINE_BRIDGING)
    record(person, world, EVENT_BRIDGING_LEFT, 0)
    release(world, BRIDGING)


@kernel
def stop_asking_for_bridging(person: Any, world: Any) -> None:
    """Neither wait for a bridging home nor mean to ask for one."""
    leave(person, world, BRIDGING)
    if not holds(person, LINE_BRIDGING):
        stop(person, SLOT_BRIDGING)


@kernel
def next_place(person: Any, world: Any) -> int:
    """Where somebody goes who must leave a place and has found no home of their own."""
    if person.accommodated:
        return PLACE_COUNCIL_TEMPORARY
    occasion = int(person.place_losses)
    person.place_losses += 1
    if person.status == STATUS_ASYLUM_PENDING:
        has_room = draw_once(person, DRAW_ASYLUM_ACCOMMODATION, occasion)
        if has_room < world.rules.status.accommodation:
            return PLACE_ASYLUM_ACCOMMODATION
    finds_sofa = draw_once(person, DRAW_SOFA, occasion) < world.rules.places.friends_after_loss
    return PLACE_FRIENDS if finds_sofa else PLACE_STREET


# ---------------------------------------------------------------------------------- going to a council
@kernel
def plan_application(person: Any, world: Any, day: float, reason: int) -> None:
    """Mean to apply to a council on a day, unless an earlier day is set or a duty is already owed."""
    if person.duty != DUTY_NONE or person.due[SLOT_APPLY] <= day:
        return
    person.reason_to_apply = reason
    until(person, world, SLOT_APPLY, day)


@kernel
def plan_when_insecure(person: Any, world: Any) -> None:
    """Some who have no secure place go to a council after a while; many never do."""
    housing, occasion = world.rules.housing, int(person.insecure_spells)
    person.insecure_spells += 1
    if draw_once(person, DRAW_APPLIES_INSECURE, occasion) < housing.when_insecure:
        after = c_exponential(draw_once(person, DRAW_APPLIES_WHEN, occasion), housing.when_insecure_mean)
        plan_application(person, world, world.now + on_grid(world, 1.0 + after), DETAIL_IN_CRISIS)
