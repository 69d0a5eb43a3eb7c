"""Local connection and the housing register: where somebody belongs, by the law's reckoning.

Connection decides which council owes a duty (s198-199; Wales: s80-81) and, by the Welsh Act of 2026, whether
the main duty is owed. The far larger test is the register's (Part 6, s160ZA). A register is not a home:
qualifying opens the wait for an offer.
"""

from __future__ import annotations

from sim.engine.log import Detail, Event
from sim.engine.survivor import AsylumArea, Duty, Slot, Survivor
from sim.engine.world import World
from sim.pathway.housing_tests import under_act_of_2026
from sim.people.chance import Activity
from sim.people.codes import Region

_WALES = int(Region.WALES)


# ---------------------------------------------------------------------------------------- local connection
def has_local_connection(person: Survivor, world: World) -> bool:
    """Six months' residence, or asylum accommodation here (s199(1)(a) and (6); Wales: s81)."""
    resident = world._now - person.resident_since >= world.rules.housing.residence
    return resident or person.asylum_area == AsylumArea.HERE


def has_connection_elsewhere(person: Survivor, world: World) -> bool:
    """A connection with another council: the area of the last asylum accommodation, or work and family."""
    if person.asylum_area == AsylumArea.ELSEWHERE:
        return True
    drawn = world.draw_once(person, Activity.CONNECTION_ELSEWHERE)
    return drawn < world.rules.housing.connection_elsewhere


def is_exempt(person: Survivor, world: World) -> bool:
    """Exempt from local connection where the option is in force: RG+, until a negative decision."""
    return world.rules.housing.survivors_exempt and (
        person.ever_confirmed or (person.case_open and person.rg_positive_at <= world._now)
    )


def refer_elsewhere(person: Survivor, world: World) -> None:
    """Referral to a council with which there is a connection (s198), when there is none here (s199).

    Whoever has a connection with no council stays with the one applied to.
    """
    rules = world.rules.housing
    if has_local_connection(person, world) or is_exempt(person, world):
        return
    if not has_connection_elsewhere(person, world):
        return
    if world.draw_once(person, Activity.REFERRED_ELSEWHERE, person.applications) < rules.referred_elsewhere:
        world.record(person, Event.REFERRED_TO_OTHER_COUNCIL)
        person.resident_since = world._now - rules.residence
        if person.asylum_area == AsylumArea.ELSEWHERE:
            person.asylum_area = AsylumArea.HERE


def lacks_connection_for_main_duty(person: Survivor, world: World) -> bool:
    """The test that the Welsh Act of 2026 adds to the main duty; failed by a connection elsewhere only."""
    return (
        under_act_of_2026(person, world)
        and not has_local_connection(person, world)
        and not is_exempt(person, world)
        and has_connection_elsewhere(person, world)
    )


# -------------------------------------------------------------------------------------------- the register
def qualifies(person: Survivor, world: World) -> bool:
    """Qualifies for the register: no test, the test met, exempt, or let on because the main duty is owed.

    Tests of residence belong to England (s160ZA(7)); in Wales local connection only orders the list (s167).
    Many councils let on whoever they owe the main duty, since the law gives reasonable preference (s166A(3)).
    """
    rules = world.rules.housing
    if person.region == _WALES or is_exempt(person, world):
        return True
    if person.resident_since + rules.register_residence <= world._now:
        return True
    if world.draw_once(person, Activity.COUNCIL_TESTS) >= rules.council_tests:
        return True
    return (
        person.duty == Duty.MAIN
        and world.draw_once(person, Activity.COUNCIL_ALLOCATES) < rules.qualifies_if_owed
    )


def try_register(person: Survivor, world: World) -> None:
    """Join the social housing register, if qualified.

    Whoever fails for lack of residence is looked at again when they have lived there long enough.
    """
    if person.on_register:
        return
    if qualifies(person, world):
        person.on_register = True
        world.record(person, Event.JOINED_REGISTER)
        person.changed = True
    else:
        refuse_register(person, world)


def refuse_register(person: Survivor, world: World) -> None:
    """Not on the register, until the residence that is lacking has been reached."""
    lacking = person.resident_since + world.rules.housing.register_residence - world._now
    world.record(person, Event.REGISTER_REFUSED, Detail.NO_LOCAL_CONNECTION)
    world.wait(person, Slot.REGISTER, lacking)


def look_again(person: Survivor, world: World) -> None:
    """The main duty is over without a home: whoever was let on because of it must now pass the test."""
    if person.on_register and not qualifies(person, world):
        person.on_register = False
        person.changed = True
        refuse_register(person, world)


def residence_reached(person: Survivor, world: World) -> None:
    """Long enough in one place: try the register again, if a home is still needed."""
    if not person.settled and person.eligible and not person.away:
        try_register(person, world)
