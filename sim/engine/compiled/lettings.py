"""The lines for social homes, with other households made from their keys; mirrors `sim.engine.lettings`."""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import DRAW_HOUSEHOLD_JOINS, DRAW_HOUSEHOLD_LEAVES, LINE_LETTING
from sim.engine.compiled.queues import hand_in_ticket, holder, pop, stir
from sim.engine.compiled.state import LETTINGS, LINE_OF_GIVER
from sim.engine.compiled.world import NEVER
from sim.engine.regions import REGIONS
from sim.people.compiled_chance import c_entity_key, c_exponential, c_uniform

N_REGIONS = len(REGIONS)
_ZERO = np.uint64(0)


@kernel
def open_lines(world: Any, day: int) -> None:
    """A working day's lettings in every region: those that have come up since the last one."""
    rules = world.rules.lettings
    since = float(day) + 1.0 - rules.starts
    if since <= 0.0:
        return
    for region in range(N_REGIONS):
        opened = int(np.floor(rules.lets[region] * since))
        world.to_let[region] = opened - world.lets_opened[region]
        world.lets_opened[region] = opened
        if world.to_let[region] > 0:
            stir(world, LETTINGS + region)


@kernel
def next_letting(world: Any, people: Any, lines: Any, giver: int) -> int:
    """The seat of the next survivor to whom a region's home is let; -1 when there is no more to let."""
    region, line, now = giver - LETTINGS, LINE_OF_GIVER[giver], world.now
    while world.to_let[region] > 0:
        while world.household_joined[region] <= now and world.household_leaves[region] <= now:
            _next_household(world, region)
        first, seat = world.line_first[line], -1
        while world.line_size[line] > 0:
            seat = holder(world, people, lines, first, LINE_LETTING)
            if seat >= 0:
                break
            pop(world, people, lines, line)
        if seat < 0 and world.household_joined[region] > now:
            break
        world.to_let[region] -= 1
        if seat >= 0 and lines[first].key <= world.household_joined[region]:
            pop(world, people, lines, line)
            hand_in_ticket(people[seat], LINE_LETTING)
            world.waiting[giver] -= 1
            return seat
        _next_household(world, region)
    world.to_let[region] = 0
    return -1


@kernel
def _next_household(world: Any, region: int) -> None:
    rules = world.rules.lettings
    number = world.household[region] + 1
    world.household[region] = number
    joins = rules.joins[region]
    if joins <= 0.0 or rules.starts == NEVER:
        world.household_joined[region] = world.household_leaves[region] = NEVER
        return
    own = c_entity_key(np.uint64(world.households_key[region]), np.uint64(number))
    u = c_uniform(own, np.uint64(DRAW_HOUSEHOLD_JOINS), _ZERO, _ZERO)
    joined = rules.first_joined[region] + (number + u) / joins
    u = c_uniform(own, np.uint64(DRAW_HOUSEHOLD_LEAVES), _ZERO, _ZERO)
    world.household_joined[region] = joined
    world.household_leaves[region] = joined + c_exponential(u, rules.leaves_after[region])
