"""A health need that a service meets, and that may come back; mirrors `sim.pathway.needs`."""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import EVENT_HEALTH_NEED_MET, EVENT_HEALTH_NEED_RELAPSED
from sim.engine.compiled.world import record


@kernel
def health_met(person: Any, world: Any) -> None:
    """A service has run its length and met the open health need, if there was one."""
    if not person.health_need:
        return
    person.health_need = False
    person.health_met = True
    record(person, world, EVENT_HEALTH_NEED_MET, 0)
    person.changed = True


@kernel
def health_relapses(person: Any, world: Any) -> None:
    """A health need that had been met is open again."""
    person.health_need = True
    person.health_met = False
    record(person, world, EVENT_HEALTH_NEED_RELAPSED, 0)
    person.changed = True
