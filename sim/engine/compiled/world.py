"""The few words in which kernels speak of the world: `record`, `draw`, `wait`, `until`, `wake`, `stop`.

`person` and `world` are records of `person.py` and `state.py`, passed by reference. A handler never touches
the calendar of alarms, the log or a waiting line itself: what it writes goes into the world's outbox, which
the loop empties after each handler (`loop.py`), so that growing arrays are known to the loop alone. Mirrors
`sim.engine.world`, the clocks of `sim.engine.environment` and the properties of `sim.engine.survivor`.
"""

# A kernel's records have no static type.
# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine import clock
from sim.engine.compiled.kernel import kernel
from sim.engine.compiled.names import (
    PLACE_FRIENDS,
    PLACE_OUT_OF_CONTACT,
    PLACE_OWN_HOME,
    PLACE_SOCIAL_HOME,
    STATUS_LEAVE,
)
from sim.engine.compiled.state import EVENT_AT, OUTBOX, PLACE_AT, ROW_AT
from sim.people.compiled_chance import c_exponential, c_uniform

NEVER = np.inf
GRID = clock.GRID
STEPS_A_DAY = clock.STEPS_A_DAY
LONGEST = clock.LONGEST
ENDED, BEGUN = 0, -1
"""Where a story stands: not told, or being told; its later places are numbered where it is told."""

FAULT_DURATION, FAULT_WORKING_DAYS, FAULT_OUTBOX, FAULT_LINE, FAULT_QUARTER, FAULT_OFTEN = 1, 2, 3, 4, 5, 6


# ------------------------------------------------------------------------------------------ chance, time
@kernel
def draw(person: Any, activity: int, occasion: int) -> float:
    """The keyed number, from 0 to 1, for one use in the person's present visit."""
    return c_uniform(person.key, np.uint64(activity), np.uint64(person.visit), np.uint64(occasion))


@kernel
def draw_once(person: Any, activity: int, occasion: int) -> float:
    """The keyed number, from 0 to 1, for one use in the person's life, whichever visit it falls in."""
    return c_uniform(person.key, np.uint64(activity), np.uint64(0), np.uint64(occasion))


@kernel
def at(world: Any, steps: int, day: float) -> float:
    """The value in force on a day, of the step table that begins at `steps`."""
    while world.step_day[steps + 1] <= day:
        steps += 1
    return world.step_value[steps]


@kernel
def on_grid(world: Any, days: float) -> float:
    """A duration rounded up to the grid; an impossible one stops the run (`run.py` says why)."""
    if not 0.0 <= days <= LONGEST:
        if world.fault == 0:
            world.fault = FAULT_DURATION
            world.fault_value = days
        return GRID
    steps = np.ceil(days * STEPS_A_DAY)
    return max(steps, 1.0) * GRID


@kernel
def other_luck_begins(person: Any, world: Any) -> None:
    """Under the second coupling, everything of a person from now on is drawn under another key."""
    if world.other_luck != np.uint64(0):
        person.key = np.uint64(np.uint64(person.key) ^ np.uint64(world.other_luck))
        person.new_luck = True


# ------------------------------------------------------------------------------------------------ clocks
@kernel
def until(person: Any, world: Any, slot: int, time: float) -> None:
    """Set a person's clock to ring at `time` [days], or at the next grid step if that has passed."""
    if time <= world.now:
        time = world.now + GRID
    person.due[slot] = time
    if time >= world.horizon:
        person.ringing &= ~(np.int64(1) << slot)
    else:
        person.ringing |= np.int64(1) << slot
        n = world.n_alarms
        if n == OUTBOX:
            world.fault = FAULT_OUTBOX
            return
        world.alarm_time[n] = time
        world.alarm_slot[n] = slot
        world.n_alarms = n + 1


@kernel
def wait(person: Any, world: Any, slot: int, days: float) -> None:
    """Set a person's clock to ring after `days`, rounded up to the grid."""
    until(person, world, slot, world.now + on_grid(world, days))


@kernel
def wait_about(person: Any, world: Any, slot: int, least: float, extra_mean: float, u: float) -> None:
    """Wait `least` days and an exponential time of mean `extra_mean` more."""
    until(person, world, slot, world.now + on_grid(world, least + c_exponential(u, extra_mean)))


@kernel
def wake(person: Any, world: Any, slot: int) -> None:
    """Ring a clock at the next grid step: how one story tells another that something changed."""
    until(person, world, slot, world.now + GRID)


@kernel
def silence(person: Any, slot: int) -> None:
    """A clock will not ring."""
    person.due[slot] = NEVER
    person.ringing &= ~(np.int64(1) << slot)


@kernel
def stop(person: Any, slot: int) -> None:
    """Stop a clock and drop the story that waited for it."""
    silence(person, slot)
    person.stage[slot] = ENDED


# ----------------------------------------------------------------------------------------------- stories
@kernel
def begin_story(person: Any, slot: int) -> None:
    """A story begins on one of a person's clocks; the caller tells it to its first wait."""
    silence(person, slot)
    person.stage[slot] = BEGUN


@kernel
def go_on_from(person: Any, slot: int, stage: int) -> None:
    """A story waits, and will go on from `stage`, unless it was dropped while it was told."""
    if person.stage[slot] != ENDED:
        person.stage[slot] = stage


@kernel
def end_story(person: Any, slot: int) -> None:
    """A story is told to its end."""
    person.stage[slot] = ENDED


# --------------------------------------------------------------------------------------------- the log
@kernel
def record(person: Any, world: Any, event: int, detail: int) -> None:
    """Write down that something happened to a person now."""
    n = world.n_notes
    if n == OUTBOX:
        world.fault = FAULT_OUTBOX
        return
    world.note_word[n] = (
        np.int64(person.row) << ROW_AT
        | np.int64(event) << EVENT_AT
        | np.int64(person.place) << PLACE_AT
        | np.int64(detail)
    )
    world.note_time[n] = world.now
    world.n_notes = n + 1


@kernel
def quarter_now(world: Any) -> int:
    """The quarter in which this instant falls."""
    low, high = 0, len(world.quarter_start) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if world.quarter_start[middle] <= world.now:
            low = middle
        else:
            high = middle
    if world.now >= world.quarter_start[high]:
        world.fault = FAULT_QUARTER
    return low


# ------------------------------------------------------------------------------- properties of a person
@kernel
def eligible(person: Any) -> bool:
    """Eligible for housing assistance and benefits: British, settled, with leave or permission."""
    return person.status <= STATUS_LEAVE or person.permission


@kernel
def insecure(person: Any) -> bool:
    """On a sofa, on the street, or out of contact."""
    return PLACE_FRIENDS <= person.place <= PLACE_OUT_OF_CONTACT


@kernel
def settled(person: Any) -> bool:
    """In a home expected to last six months or more."""
    return PLACE_OWN_HOME <= person.place <= PLACE_SOCIAL_HOME
