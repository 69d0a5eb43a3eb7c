"""A letting: what follows once the turn for a social home has come; mirrors `sim.pathway.letting`."""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled import housing
from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import (
    DETAIL_NONE,
    DETAIL_OFFER_REFUSED,
    DETAIL_SOCIAL_OFFER,
    EVENT_LETTING_AWAITED,
    EVENT_LETTING_PASSED_ON,
    EVENT_LETTING_TAKEN,
    LINE_LETTING,
    PLACE_CUSTODY,
    PLACE_SOCIAL_HOME,
    SLOT_LETTING,
)
from sim.engine.compiled.queues import join, leave
from sim.engine.compiled.state import LETTINGS
from sim.engine.compiled.world import begin_story, eligible, end_story, record, settled, stop


@kernel
def turn_comes(person: Any, world: Any) -> None:
    """The turn for a social home has come: an offer where offers are drawn, else a place in the line."""
    if world.now < world.rules.lettings.starts:
        housing.offered(person, world, PLACE_SOCIAL_HOME, DETAIL_SOCIAL_OFFER)
        return
    begin_story(person, SLOT_LETTING)
    record(person, world, EVENT_LETTING_AWAITED, 0)
    join(person, world, LETTINGS + int(person.region), 0)


@kernel
def letting(person: Any, world: Any) -> None:
    """A home is let: taken, refused, or passed on where it is not needed any more."""
    needed = person.on_register and eligible(person) and not settled(person) and person.place != PLACE_CUSTODY
    if needed:
        housing.offered(person, world, PLACE_SOCIAL_HOME, DETAIL_SOCIAL_OFFER)
    if person.place == PLACE_SOCIAL_HOME and needed:
        record(person, world, EVENT_LETTING_TAKEN, 0)
    else:
        record(person, world, EVENT_LETTING_PASSED_ON, DETAIL_OFFER_REFUSED if needed else DETAIL_NONE)
        world.to_let[person.region] += 1
    person.changed = True
    end_story(person, SLOT_LETTING)


@kernel
def leave_line(person: Any, world: Any) -> None:
    """Give up one's place in the line."""
    if person.tickets[LINE_LETTING]:
        leave(person, world, LETTINGS + int(person.region))
        stop(person, SLOT_LETTING)
