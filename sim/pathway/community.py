"""Life in the community: where a survivor lives, moving, going out of contact, leaving the model.

Every change of place goes through `move`, which gives back a safehouse bed, tells the housing story when a
home is found or lost, and sets the day on which somebody without a secure place would go to a council.
"""

from __future__ import annotations

from sim.engine.clock import on_grid
from sim.engine.environment import NEVER
from sim.engine.log import Detail, Event, Place
from sim.engine.rules import DAYS_A_YEAR
from sim.engine.survivor import BRIDGING_LINE, BRIDGING_SLOT, AsylumArea, Duty, Line, Slot, Survivor
from sim.engine.world import World
from sim.people.chance import Activity
from sim.people.codes import ImmigrationStatus
from sim.people.variates import categorical, exponential

PLACES_AT_START = (
    Place.OWN_HOME,
    Place.FRIENDS,
    Place.STREET,
    Place.ASYLUM_ACCOMMODATION,
    Place.COUNCIL_TEMPORARY,
    Place.CUSTODY,
)


def begin(person: Survivor, world: World) -> None:
    """From here on a survivor's place, status and needs are followed.

    They are *somewhere* at the positive reasonable grounds decision; where depends on their status.
    """
    rules = world.rules
    person.followed = True
    person.place = place_at_start(person, world)
    residence = world.draw_once(person, Activity.RESIDENCE_LENGTH)
    if world.draw_once(person, Activity.RESIDENCE_AT_START) < rules.housing.residence_at_start:
        person.resident_since = world._now - (0.5 + residence * 3) * DAYS_A_YEAR
    else:
        person.resident_since = world._now - 0.5 * residence * DAYS_A_YEAR
    young = world.draw_once(person, Activity.UNDER_35) < rules.places.under_35
    person.under_35 = young or person.turns_18 < NEVER
    if person.place == Place.ASYLUM_ACCOMMODATION:
        person.asylum_area = AsylumArea.HERE
    world.record(person, Event.COMMUNITY_LIFE_BEGINS)
    if person.place == Place.CUSTODY:
        stay = exponential(world.draw_once(person, Activity.CUSTODY_STAY), rules.places.custody_mean)
        world.wait(person, Slot.PLACE_ENDS, stay)
    elif person.place == Place.COUNCIL_TEMPORARY:
        world.wait(person, Slot.PLACE_ENDS, rules.housing.relief_limit)
        plan_application(person, world, world._now + on_grid(1.0), Detail.PLANNED)
    elif person.insecure:
        plan_when_insecure(person, world)
    person.changed = True


def place_at_start(person: Survivor, world: World) -> int:
    """Where somebody whose place is not followed yet is living, by their status."""
    shares = world.rules.places.at_start[person.status]
    return PLACES_AT_START[categorical(world.draw_once(person, Activity.PLACE_AT_START), shares)]


def move(person: Survivor, world: World, place: int, detail: int) -> None:
    """Move to another place."""
    if place == person.place:
        return
    was_insecure = person.insecure
    if person.place == Place.SAFEHOUSE:
        give_back_bed(person, world)
    elif person.place == Place.BRIDGING_HOME:
        give_back_bridging(person, world)
    if place != Place.COUNCIL_TEMPORARY:
        world.stop(person, Slot.PLACE_ENDS)
    person.place = place
    world.record(person, Event.MOVED, detail)
    if place == Place.COUNCIL_TEMPORARY:
        place_out_of_area(person, world)
    elif place == Place.ASYLUM_ACCOMMODATION:
        relocate(person, world)
        person.asylum_area = AsylumArea.HERE
    if person.settled:
        person.accommodated = False
        world.stop(person, Slot.APPLY)
        if person.tickets[Line.BEDS]:
            world.beds.leave(person)
            world.stop(person, Slot.BED)
        stop_asking_for_bridging(person, world)
        if person.duty != Duty.NONE:
            world.wake(person, Slot.HOUSING)
    elif person.insecure and not person.away:
        if person.duty == Duty.PREVENTION:
            world.wake(person, Slot.HOUSING)
        elif person.duty == Duty.NONE and not was_insecure:
            plan_when_insecure(person, world)
    person.changed = True


def relocate(person: Survivor, world: World) -> None:
    """Begin to live in another council's area: residence starts anew, and connections stay behind."""
    person.resident_since = world._now
    if person.asylum_area == AsylumArea.HERE:
        person.asylum_area = AsylumArea.ELSEWHERE


def place_out_of_area(person: Survivor, world: World) -> None:
    """A council may place people it owes a duty in another council's area (s208)."""
    drawn = world.draw_once(person, Activity.OUT_OF_AREA, person.applications)
    if person.duty != Duty.NONE and drawn < world.rules.housing.out_of_area:
        world.record(person, Event.PLACED_OUT_OF_AREA)
        relocate(person, world)


def give_back_bed(person: Survivor, world: World) -> None:
    """Give a safehouse place back; it is refilled the same day."""
    world.stop(person, Slot.BED)
    person.holds[Line.BEDS] = False
    world.record(person, Event.BED_LEFT)
    world.beds.release()


def give_back_bridging(person: Survivor, world: World) -> None:
    """Give a bridging home back; it is kept for survivors, and filled from its own line."""
    world.stop(person, BRIDGING_SLOT)
    person.holds[BRIDGING_LINE] = False
    world.record(person, Event.BRIDGING_LEFT)
    world.bridging.release()


def stop_asking_for_bridging(person: Survivor, world: World) -> None:
    """Neither wait for a bridging home nor mean to ask for one."""
    world.bridging.leave(person)
    if not person.holds[BRIDGING_LINE]:
        world.stop(person, BRIDGING_SLOT)


def next_place(person: Survivor, world: World) -> int:
    """Where somebody goes who must leave a place and has found no home of their own."""
    if person.accommodated:
        return Place.COUNCIL_TEMPORARY
    occasion = person.place_losses
    person.place_losses += 1
    if person.status == ImmigrationStatus.ASYLUM_PENDING:
        has_room = world.draw_once(person, Activity.ASYLUM_ACCOMMODATION, occasion)
        if has_room < world.rules.status.accommodation:
            return Place.ASYLUM_ACCOMMODATION
    finds_sofa = world.draw_once(person, Activity.SOFA, occasion) < world.rules.places.friends_after_loss
    return Place.FRIENDS if finds_sofa else Place.STREET


# ---------------------------------------------------------------------------------- going to a council
def plan_application(person: Survivor, world: World, day: float, reason: int) -> None:
    """Mean to apply to a council on a day, unless an earlier day is set or a duty is already owed."""
    if person.duty != Duty.NONE or person.due[Slot.APPLY] <= day:
        return
    person.reason_to_apply = reason
    world.until(person, Slot.APPLY, day)


def plan_when_insecure(person: Survivor, world: World) -> None:
    """Some who have no secure place go to a council after a while; many never do."""
    housing, occasion = world.rules.housing, person.insecure_spells
    person.insecure_spells += 1
    if world.draw_once(person, Activity.APPLIES_INSECURE, occasion) < housing.when_insecure:
        after = exponential(
            world.draw_once(person, Activity.APPLIES_WHEN, occasion), housing.when_insecure_mean
        )
        plan_application(person, world, world._now + on_grid(1.0 + after), Detail.IN_CRISIS)
