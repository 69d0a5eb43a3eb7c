"""Services beside and after the NRM: one mechanism; mirrors `sim.pathway.services`.

The story of a service waits in one of three places: for the offer, in line, and while it lasts.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import (
    DETAIL_SERVICE_BASE,
    DRAW_SERVICE_ACCEPTED,
    DRAW_SERVICE_LENGTH,
    DRAW_SERVICE_OFFERED,
    DRAW_SERVICE_PATIENCE,
    EVENT_CONTACT_ENDED,
    EVENT_CONTACT_STARTED,
    EVENT_SERVICE_DECLINED,
    EVENT_SERVICE_ENDED,
    EVENT_SERVICE_OFFERED,
    EVENT_SERVICE_STARTED,
    EVENT_SERVICE_WAIT_GIVEN_UP,
    LINE_SERVICE,
    SLOT_SERVICE,
)
from sim.engine.compiled.queues import join, leave, release
from sim.engine.compiled.world import (
    ENDED,
    at,
    begin_story,
    draw,
    end_story,
    go_on_from,
    record,
    stop,
    wait,
    wait_about,
)
from sim.people.compiled_chance import c_exponential

OFFSET, IN_LINE, LASTS = 1, 2, 3


@kernel
def offer_after_support(person: Any, world: Any) -> None:
    """When Victim Care support has ended, each service may be offered."""
    if person.away or person.gone:
        return
    rules = world.rules.services
    for k in range(world.n_services):
        slot = SLOT_SERVICE + k
        if person.stage[slot] == ENDED and (person.confirmed or not rules.confirmed_only[k]):
            begin_story(person, slot)
            wait(person, world, slot, rules.offset[k])
            go_on_from(person, slot, OFFSET)


@kernel
def service(person: Any, world: Any, k: int) -> None:
    """One service goes on, from the offer to its end."""
    slot, name, rules = SLOT_SERVICE + k, DETAIL_SERVICE_BASE + k, world.rules.services
    stage = person.stage[slot]
    if stage == OFFSET:
        if person.in_support or draw(person, DRAW_SERVICE_OFFERED, k) >= at(
            world, rules.offered[k], world.now
        ):
            end_story(person, slot)
            return
        record(person, world, EVENT_SERVICE_OFFERED, name)
        if draw(person, DRAW_SERVICE_ACCEPTED, k) >= rules.accepted[k]:
            record(person, world, EVENT_SERVICE_DECLINED, name)
            end_story(person, slot)
            return
        join(person, world, k, 0)
        patience = c_exponential(draw(person, DRAW_SERVICE_PATIENCE, k), rules.patience[k])
        wait(person, world, slot, patience)
        go_on_from(person, slot, IN_LINE)
    elif stage == IN_LINE:
        if not person.holds[LINE_SERVICE + k]:
            leave(person, world, k)
            record(person, world, EVENT_SERVICE_WAIT_GIVEN_UP, name)
            end_story(person, slot)
            return
        record(person, world, EVENT_SERVICE_STARTED, name)
        if rules.named_worker[k]:
            person.service_workers |= 1 << k
            record(person, world, EVENT_CONTACT_STARTED, name)
        person.changed = True
        u = draw(person, DRAW_SERVICE_LENGTH, k)
        wait_about(person, world, slot, rules.length_min[k], rules.length_extra[k], u)
        go_on_from(person, slot, LASTS)
    else:
        end(person, world, k)
        end_story(person, slot)


@kernel
def end(person: Any, world: Any, k: int) -> None:
    """The service ends and its place is free again."""
    name = DETAIL_SERVICE_BASE + k
    person.holds[LINE_SERVICE + k] = False
    if person.service_workers & (1 << k):
        person.service_workers ^= 1 << k
        record(person, world, EVENT_CONTACT_ENDED, name)
    record(person, world, EVENT_SERVICE_ENDED, name)
    release(world, k)
    person.changed = True


@kernel
def stop_all(person: Any, world: Any) -> None:
    """Every service and every wait for one ends (missing, dead, out of the country)."""
    for k in range(world.n_services):
        if person.holds[LINE_SERVICE + k]:
            end(person, world, k)
        else:
            leave(person, world, k)
        stop(person, SLOT_SERVICE + k)
