"""Hand-over: what is lost when another provider takes over after support, and what avoids it.

No figure has been published for an ordinary hand-over, so nothing is lost unless somebody sets it. With the
same provider before and after there is no hand-over. A change of worker while support lasts is part of the
rate of disengaging (`sim.engine.rules`), since nobody has counted such changes either.
"""

from __future__ import annotations

from sim.engine.log import Detail, Event
from sim.engine.survivor import Survivor
from sim.engine.world import World
from sim.people.chance import Activity


def loses(person: Survivor, world: World, service: int) -> bool:
    """Whether a former client of the support contract is lost on the way to a service; written down if so.

    Nobody is lost whose support still lasts: the first worker is there when the next one begins.
    """
    if not person.ever_supported or person.in_support:
        return False
    luck = world.rules.services[service].luck
    if world.draw(person, Activity.LOST_AT_HANDOVER, luck) >= world.rules.support.lost_at_handover:
        return False
    world.record(person, Event.LOST_AT_HANDOVER, Detail.SERVICE_BASE + service)
    return True


def engagement(person: Survivor, world: World) -> float:
    """Acceptance of a service as a ratio to today's: below 1 where the story has to be told again."""
    handed_over = person.ever_supported and not person.in_support
    return world.rules.support.engaged_after_handover if handed_over else 1.0
