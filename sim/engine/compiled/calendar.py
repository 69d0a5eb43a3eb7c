"""The days that belong to nobody: sittings and monthly reviews; mirrors `sim.engine.calendar`.

Which days they are is worked out beforehand (`run.py`); a page of the calendar is a record `turn`.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.compiled import contact, desks, lettings, queues
from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.state import BEDS, CG_DESK, RG_DESK
from sim.engine.compiled.world import NEVER, at


@kernel
def first_of_month(world: Any, people: Any, lines: Any, turn: Any) -> bool:
    """The month's reviews; True if contact with everybody in support is to be settled anew."""
    rules, day = world.rules.decisions, float(turn.day)
    world.month = turn.month
    desks.set_order(
        world,
        people,
        lines,
        RG_DESK,
        at(world, rules.rg_desk.newest_share, day),
        at(world, rules.rg_desk.oldest_share, day),
    )
    desks.set_order(
        world,
        people,
        lines,
        CG_DESK,
        at(world, rules.cg_desk.newest_share, day),
        at(world, rules.cg_desk.oldest_share, day),
    )
    if turn.quarter >= 0:
        set_capacity(world, turn)
    review_places(world, day)
    return contact.review_caseload(world)


@kernel
def set_capacity(world: Any, turn: Any) -> None:
    """On the first of a quarter: how many cases each desk can decide in it."""
    rules = world.rules.decisions
    world.rg_capacity = desk_capacity(world, rules.rg_desk, turn, world.referrals_by_quarter)
    world.cg_capacity = desk_capacity(world, rules.cg_desk, turn, world.rg_positive_by_quarter)
    world.days_in_quarter = turn.working_days
    world.days_sat = 0


@kernel
def desk_capacity(world: Any, desk: Any, turn: Any, demand: Any) -> float:
    """The dated figure, or, from `follow_from` on, a ratio of the mean of the last four quarters' demand."""
    start, quarter = float(turn.day), turn.quarter
    if start >= desk.follow_from and quarter >= 4:
        recent = demand[quarter - 4] + demand[quarter - 3] + demand[quarter - 2] + demand[quarter - 1]
        return desk.follow_ratio * recent / 4
    return at(world, desk.capacity_per_quarter, start)


@kernel
def review_places(world: Any, day: float) -> None:
    """Safehouse places that arrive, are ordered, and are there from today, `day` [days], on."""
    rules = world.rules.support
    kept, coming = 0, 0
    for n in range(world.n_orders):
        coming += world.order_places[n]
        if world.order_day[n] <= day:
            world.beds_bought += world.order_places[n]
        else:
            world.order_day[kept] = world.order_day[n]
            world.order_places[kept] = world.order_places[n]
            kept += 1
    world.n_orders = kept
    if rules.bed_bought_share > 0.0:
        wanted = int(np.floor(rules.bed_bought_share * (world.waiting[BEDS] - coming)))
        if wanted > 0:
            world.order_day[kept] = day + rules.bed_buying_lag
            world.order_places[kept] = wanted
            world.n_orders = kept + 1
    queues.resize(world, BEDS, at(world, rules.bed_places, day) + world.beds_bought)


@kernel
def sit(world: Any, lines: Any, turn: Any) -> None:
    """A sitting of both desks."""
    world.days_sat += 1
    world.sitting_day = turn.day
    desks.sit(world, lines, RG_DESK, slots_today(world, world.rg_capacity))
    desks.sit(world, lines, CG_DESK, slots_today(world, world.cg_capacity))
    lettings.open_lines(world, turn.day)


@kernel
def slots_today(world: Any, capacity: float) -> float:
    """A day's share of a quarter's decisions, in whole cases."""
    if capacity == NEVER:
        return NEVER
    done, days = world.days_sat, world.days_in_quarter
    return np.floor(capacity * done / days) - np.floor(capacity * (done - 1) / days)
