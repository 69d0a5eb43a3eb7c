"""A health need that a service meets, and that may come back: recovery is not one-way.

The other open needs follow from place, income and status at every moment (`clocks.needs`). Not here: which
service meets the need (`services.py`), and when it relapses (a hazard, `clocks.py`).
"""

from __future__ import annotations

from sim.engine.log import Event
from sim.engine.survivor import Survivor
from sim.engine.world import World


def health_met(person: Survivor, world: World) -> None:
    """A service has run its length and met the open health need, if there was one."""
    if not person.health_need:
        return
    person.health_need = False
    person.health_met = True
    world.record(person, Event.HEALTH_NEED_MET)
    person.changed = True


def health_relapses(person: Survivor, world: World) -> None:
    """A health need that had been met is open again."""
    person.health_need = True
    person.health_met = False
    world.record(person, Event.HEALTH_NEED_RELAPSED)
    person.changed = True
