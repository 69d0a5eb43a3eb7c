"""Seats: the records that people have while anything can happen to them. Nobody sits in seat 0.

Seat 0 holds the state of somebody who has just been referred; a new seat begins as its copy. A seat is given
up when no clock of the person can ring and they stand in no line, so memory follows the people who are in
the pathway or in the community, not everybody who ever came.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

from sim.engine.compiled.kernel import fetch_soon, inlined, kernel


@inlined
def take_seat(world: Any, people: Any, one: Any) -> int:
    """The seat of somebody who arrives, on whom no hazard has been spent."""
    seat = world.free_seat
    if seat >= 0:
        world.free_seat = people[seat].next_free
    else:
        seat = world.n_seats
        world.n_seats = seat + 1
    people[seat] = people[0]
    if world.free_seat >= 0:
        fetch_soon(people[world.free_seat])
    person = people[seat]
    person.row, person.key, person.group = one.row, one.key, one.group
    person.region, person.status, person.turns_18 = one.region, one.status, one.turns_18
    person.immigration_enforcement = one.immigration_enforcement
    person.dependants, person.pregnant = one.dependants, one.pregnant
    person.frailty, person.health_need = one.frailty, one.health_need
    person.female, person.fluent = one.female, one.fluent
    person.seat = seat
    return seat


@kernel
def is_idle(person: Any) -> bool:
    """Nothing more can happen to this person: no clock rings, no line is stood in."""
    return not (person.in_support or person.ringing or person.standing)


@kernel
def give_up_seat(person: Any, world: Any) -> None:
    """The seat, and the record of hazards, are free for somebody else."""
    person.next_free = world.free_seat
    world.free_seat = person.seat
