"""Contact with a caseworker, and how it thins out when caseloads rise; mirrors `sim.pathway.contact`.

The walk through everybody in support on the first of a month is made by the loop, one person after another.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import DETAIL_VICTIM_CARE, EVENT_CONTACT_ENDED, EVENT_CONTACT_STARTED
from sim.engine.compiled.world import NEVER, record


@kernel
def settle(person: Any, world: Any) -> None:
    """Begin or end regular contact with the caseworker, as the caseload of the day allows."""
    has_time = person.in_support and person.contact_draw < world.contact_share
    if has_time != person.in_contact:
        person.in_contact = has_time
        record(person, world, EVENT_CONTACT_STARTED if has_time else EVENT_CONTACT_ENDED, DETAIL_VICTIM_CARE)


@kernel
def review_caseload(world: Any) -> bool:
    """On the first of a month: how much time has a caseworker for each person? True if that has changed."""
    rules = world.rules.support
    share = rules.in_contact
    if rules.workers_fixed and world.workers < NEVER:
        load = world.in_support / world.workers
        if load > rules.clients_per_worker:
            share = rules.in_contact * rules.clients_per_worker / load
    if share == world.contact_share:
        return False
    world.contact_share = share
    return True
