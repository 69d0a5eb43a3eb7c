"""Local connection and the housing register; mirrors `sim.pathway.housing_connection`."""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled.housing_tests import under_act_of_2026
from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import (
    ASYLUM_AREA_ELSEWHERE,
    ASYLUM_AREA_HERE,
    DETAIL_NO_LOCAL_CONNECTION,
    DRAW_CONNECTION_ELSEWHERE,
    DRAW_COUNCIL_ALLOCATES,
    DRAW_COUNCIL_TESTS,
    DRAW_REFERRED_ELSEWHERE,
    DUTY_MAIN,
    EVENT_JOINED_REGISTER,
    EVENT_REFERRED_TO_OTHER_COUNCIL,
    EVENT_REGISTER_REFUSED,
    REGION_WALES,
    SLOT_REGISTER,
)
from sim.engine.compiled.world import draw_once, eligible, record, settled, wait


# ---------------------------------------------------------------------------------------- local connection
@kernel
def has_local_connection(person: Any, world: Any) -> bool:
    """Six months' residence, or asylum accommodation here (s199(1)(a) and (6); Wales: s81)."""
    resident = world.now - person.resident_since >= world.rules.housing.residence
    return resident or person.asylum_area == ASYLUM_AREA_HERE


@kernel
def has_connection_elsewhere(person: Any, world: Any) -> bool:
    """A connection with another council: the area of the last asylum accommodation, or work and family."""
    if person.asylum_area == ASYLUM_AREA_ELSEWHERE:
        return True
    drawn = draw_once(person, DRAW_CONNECTION_ELSEWHERE, 0)
    return drawn < world.rules.housing.connection_elsewhere


@kernel
def is_exempt(person: Any, world: Any) -> bool:
    """Exempt from local connection where the option is in force: RG+, until a negative decision."""
    return world.rules.housing.survivors_exempt and (
        person.ever_confirmed or (person.case_open and person.rg_positive_at <= world.now)
    )


@kernel
def refer_elsewhere(person: Any, world: Any) -> None:
    """Referral to a council with which there is a connection (s198), when there is none here (s199).

    Whoever has a connection with no council stays with the one applied to.
    """
    rules = world.rules.housing
    if has_local_connection(person, world) or is_exempt(person, world):
        return
    if not has_connection_elsewhere(person, world):
        return
    if draw_once(person, DRAW_REFERRED_ELSEWHERE, person.applications) < rules.referred_elsewhere:
        record(person, world, EVENT_REFERRED_TO_OTHER_COUNCIL, 0)
        person.resident_since = world.now - rules.residence
        if person.asylum_area == ASYLUM_AREA_ELSEWHERE:
            person.asylum_area = ASYLUM_AREA_HERE


@kernel
def lacks_connection_for_main_duty(person: Any, world: Any) -> bool:
    """The test that the Welsh Act of 2026 adds to the main duty; failed by a connection elsewhere only."""
    return (
        under_act_of_2026(person, world)
        and not has_local_connection(person, world)
        and not is_exempt(person, world)
        and has_connection_elsewhere(person, world)
    )


# -------------------------------------------------------------------------------------------- the register
@kernel
def qualifies(person: Any, world: Any) -> bool:
    """Qualifies for the register: no test, the test met, exempt, or let on because the main duty is owed.

    Tests of residence belong to England (s160ZA(7)); in Wales local connection only orders the list (s167).
    Many councils let on whoever they owe the main duty, since the law gives reasonable preference (s166A(3)).
    """
    rules = world.rules.housing
    if person.region == REGION_WALES or is_exempt(person, world):
        return True
    if person.resident_since + rules.register_residence <= world.now:
        return True
    if draw_once(person, DRAW_COUNCIL_TESTS, 0) >= rules.council_tests:
        return True
    return person.duty == DUTY_MAIN and draw_once(person, DRAW_COUNCIL_ALLOCATES, 0) < rules.qualifies_if_owed


@kernel
def try_register(person: Any, world: Any) -> None:
    """Join the social housing register, if qualified.

    Whoever fails for lack of residence is looked at again when they have lived there long enough.
    """
    if person.on_register:
        return
    if qualifies(person, world):
        person.on_register = True
        record(person, world, EVENT_JOINED_REGISTER, 0)
        person.changed = True
    else:
        refuse_register(person, world)


@kernel
def refuse_register(person: Any, world: Any) -> None:
    """Not on the register, until the residence that is lacking has been reached."""
    lacking = person.resident_since + world.rules.housing.register_residence - world.now
    record(person, world, EVENT_REGISTER_REFUSED, DETAIL_NO_LOCAL_CONNECTION)
    wait(person, world, SLOT_REGISTER, lacking)


@kernel
def look_again(person: Any, world: Any) -> None:
    """The main duty is over without a home: whoever was let on because of it must now pass the test."""
    if person.on_register and not qualifies(person, world):
        person.on_register = False
        person.changed = True
        refuse_register(person, world)


@kernel
def residence_reached(person: Any, world: Any) -> None:
    """Long enough in one place: try the register again, if a home is still needed."""
    if not settled(person) and eligible(person) and not person.away:
        try_register(person, world)
