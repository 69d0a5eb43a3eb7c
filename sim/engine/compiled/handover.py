"""Hand-over: what is lost when another provider takes over after support; mirrors `sim.pathway.handover`."""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import DETAIL_SERVICE_BASE, DRAW_LOST_AT_HANDOVER, EVENT_LOST_AT_HANDOVER
from sim.engine.compiled.world import draw, record


@kernel
def loses(person: Any, world: Any, service: int) -> bool:
    """Whether a former client of the support contract is lost on the way to a service; written down if so.

    Nobody is lost whose support still lasts: the first worker is there when the next one begins.
    """
    if not person.ever_supported or person.in_support:
        return False
    luck = int(world.rules.services.luck[service])
    if draw(person, DRAW_LOST_AT_HANDOVER, luck) >= world.rules.support.lost_at_handover:
        return False
    record(person, world, EVENT_LOST_AT_HANDOVER, DETAIL_SERVICE_BASE + service)
    return True


@kernel
def engagement(person: Any, world: Any) -> float:
    """Acceptance of a service as a ratio to today's: below 1 where the story has to be told again."""
    handed_over = person.ever_supported and not person.in_support
    return world.rules.support.engaged_after_handover if handed_over else 1.0
