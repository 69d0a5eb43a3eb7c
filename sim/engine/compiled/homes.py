"""Bridging homes: a limited stay near the safehouse; mirrors `sim.pathway.homes`.

The story waits in three places: until it is time to ask, in line, and while the home is lived in.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled import community, housing
from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import (
    DETAIL_BRIDGING,
    DRAW_BRIDGING_PATIENCE,
    EVENT_BRIDGING_REQUESTED,
    EVENT_BRIDGING_TAKEN,
    EVENT_BRIDGING_WAIT_GIVEN_UP,
    LINE_BEDS,
    LINE_BRIDGING,
    PLACE_ASYLUM_ACCOMMODATION,
    PLACE_BRIDGING_HOME,
    PLACE_FRIENDS,
    PLACE_SAFEHOUSE,
    PLACE_STREET,
    SLOT_BED,
    SLOT_BRIDGING,
    SLOT_PLACE_ENDS,
)
from sim.engine.compiled.queues import hand_back, holds, join, leave, release
from sim.engine.compiled.state import BEDS, BRIDGING
from sim.engine.compiled.world import (
    ENDED,
    begin_story,
    draw_once,
    eligible,
    end_story,
    go_on_from,
    on_grid,
    record,
    stop,
    until,
    wait,
)
from sim.people.compiled_chance import c_exponential

ASKS, IN_LINE, LIVED_IN = 1, 2, 3


@kernel
def plan_bridging(person: Any, world: Any, leaving: float) -> None:
    """Once the day support or the bed ends is known: ask for a bridging home some days before."""
    if person.tickets[LINE_BRIDGING] or holds(person, LINE_BRIDGING):
        return
    if person.stage[SLOT_BRIDGING] == ENDED:
        begin_story(person, SLOT_BRIDGING)
        go_on_from(person, SLOT_BRIDGING, ASKS)
    before = on_grid(world, world.rules.places.bridging_asks_before)
    until(person, world, SLOT_BRIDGING, max(leaving - before, world.now + on_grid(world, 1.0)))


@kernel
def bridging(person: Any, world: Any) -> None:
    """A bridging home goes on: asked for, given or given up, lived in."""
    rules, stage = world.rules.places, person.stage[SLOT_BRIDGING]
    if stage == ASKS:
        if rules.bridging_places <= 0.0 or not needs_bridging(person, world):
            end_story(person, SLOT_BRIDGING)
            return
        record(person, world, EVENT_BRIDGING_REQUESTED, 0)
        person.bridging_asks += 1
        first = person.dependants or person.pregnant or person.place == PLACE_STREET
        join(person, world, BRIDGING, 0 if first else 1)
        u = draw_once(person, DRAW_BRIDGING_PATIENCE, person.bridging_asks)
        wait(person, world, SLOT_BRIDGING, c_exponential(u, rules.bridging_patience))
        go_on_from(person, SLOT_BRIDGING, IN_LINE)
    elif stage == IN_LINE:
        if not holds(person, LINE_BRIDGING):
            leave(person, world, BRIDGING)
            record(person, world, EVENT_BRIDGING_WAIT_GIVEN_UP, 0)
            end_story(person, SLOT_BRIDGING)
            return
        if not needs_bridging(person, world):
            hand_back(person, LINE_BRIDGING)
            release(world, BRIDGING)
            record(person, world, EVENT_BRIDGING_WAIT_GIVEN_UP, 0)
            end_story(person, SLOT_BRIDGING)
            return
        if person.tickets[LINE_BEDS]:
            leave(person, world, BEDS)
            stop(person, SLOT_BED)
        record(person, world, EVENT_BRIDGING_TAKEN, 0)
        community.move(person, world, PLACE_BRIDGING_HOME, DETAIL_BRIDGING)
        leaving = world.now + on_grid(world, rules.bridging_days)
        until(person, world, SLOT_PLACE_ENDS, leaving)
        until(person, world, SLOT_BRIDGING, leaving - on_grid(world, world.rules.housing.threatened_within))
        go_on_from(person, SLOT_BRIDGING, LIVED_IN)
    else:
        housing.plan_before_exit(person, world, person.due[SLOT_PLACE_ENDS])
        end_story(person, SLOT_BRIDGING)


@kernel
def needs_bridging(person: Any, world: Any) -> bool:
    """In a place that ends or is insecure, and able to take up a tenancy afterwards where that is asked."""
    if person.away:
        return False
    if person.place not in (PLACE_SAFEHOUSE, PLACE_ASYLUM_ACCOMMODATION, PLACE_FRIENDS, PLACE_STREET):
        return False
    return eligible(person) or not world.rules.places.bridging_eligible_only
