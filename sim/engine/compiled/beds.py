"""Safehouse places: asked for, waited for, lived in and left; mirrors `sim.pathway.beds`."""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled import community
from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import (
    DETAIL_PLACE_ENDED,
    DETAIL_TOO_FAR,
    DETAIL_VICTIM_CARE,
    DRAW_BED_PATIENCE,
    DRAW_BED_TOO_FAR,
    DRAW_BED_WANTED,
    DRAW_OTHER_REGION,
    EVENT_BED_DECLINED,
    EVENT_BED_REQUESTED,
    EVENT_BED_TAKEN,
    EVENT_BED_WAIT_GIVEN_UP,
    LINE_BEDS,
    PLACE_SAFEHOUSE,
    PLACE_STREET,
    SLOT_BED,
    SLOT_PLACE_ENDS,
)
from sim.engine.compiled.queues import hand_back, holds, join, leave, release
from sim.engine.compiled.state import BEDS
from sim.engine.compiled.world import (
    begin_story,
    draw_once,
    end_story,
    go_on_from,
    record,
    stop,
    until,
    wait,
)
from sim.pathway.beds import _BED_WANTED_FROM
from sim.people.compiled_chance import c_exponential

IN_LINE, LIVED_IN = 1, 2

BED_WANTED_FROM = tuple(int(place) for place in _BED_WANTED_FROM)


@kernel
def ask_for_bed(person: Any, world: Any) -> None:
    """Ask for a safehouse place, if where the person is makes them want one; anew at each loss of a place."""
    if not person.in_support or world.now >= person.bed_until:
        return
    if holds(person, LINE_BEDS) or person.tickets[LINE_BEDS]:
        return
    for kind in range(len(BED_WANTED_FROM)):
        if person.place == BED_WANTED_FROM[kind]:
            person.bed_asks += 1
            drawn = draw_once(person, DRAW_BED_WANTED, person.bed_asks)
            if drawn < world.rules.support.bed_wanted[kind]:
                stand_in_line_for_bed(person, world)
            return


@kernel
def stand_in_line_for_bed(person: Any, world: Any) -> None:
    """A safehouse place is asked for, and waited for."""
    begin_story(person, SLOT_BED)
    rules = world.rules.support
    record(person, world, EVENT_BED_REQUESTED, 0)
    if draw_once(person, DRAW_BED_TOO_FAR, person.bed_asks) < rules.bed_too_far:
        record(person, world, EVENT_BED_DECLINED, DETAIL_TOO_FAR)
        end_story(person, SLOT_BED)
        return
    first = person.dependants or person.pregnant or person.place == PLACE_STREET
    join(person, world, BEDS, 0 if first else 1)
    patience = c_exponential(draw_once(person, DRAW_BED_PATIENCE, person.bed_asks), rules.bed_patience)
    wait(person, world, SLOT_BED, patience)
    go_on_from(person, SLOT_BED, IN_LINE)


@kernel
def bed(person: Any, world: Any) -> None:
    """A safehouse place: given, or given up; lived in, left."""
    if person.stage[SLOT_BED] == IN_LINE:
        if not holds(person, LINE_BEDS):
            leave(person, world, BEDS)
            record(person, world, EVENT_BED_WAIT_GIVEN_UP, 0)
            end_story(person, SLOT_BED)
            return
        if world.now >= person.bed_until:
            hand_back(person, LINE_BEDS)
            release(world, BEDS)
            record(person, world, EVENT_BED_WAIT_GIVEN_UP, 0)
            end_story(person, SLOT_BED)
            return
        stop(person, SLOT_PLACE_ENDS)
        record(person, world, EVENT_BED_TAKEN, 0)
        if draw_once(person, DRAW_OTHER_REGION, person.bed_asks) < world.rules.support.bed_other_region:
            community.relocate(person, world)
        community.move(person, world, PLACE_SAFEHOUSE, DETAIL_VICTIM_CARE)
    if world.now < person.bed_until:
        until(person, world, SLOT_BED, person.bed_until)
        go_on_from(person, SLOT_BED, LIVED_IN)
        return
    leave_bed(person, world)
    end_story(person, SLOT_BED)


@kernel
def rebook_bed(person: Any, world: Any) -> None:
    """The last night is known, or has changed: set the bed's clock to it."""
    if holds(person, LINE_BEDS):
        until(person, world, SLOT_BED, person.bed_until)


@kernel
def leave_bed(person: Any, world: Any) -> None:
    """Leave the safehouse for wherever there is to go."""
    community.move(person, world, community.next_place(person, world), DETAIL_PLACE_ENDED)
