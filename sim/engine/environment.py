"""The clockwork of the reference engine: a SimPy environment with a stated order of ties.

Events due at one instant are handled in the order (time, rank, person), where the rank says which of a
person's clocks rang. Only when nothing more is due at that instant are places and decisions given out, so
handlers of one instant commute. After each handler, a person marked as changed is reviewed once. Stories
are lean processes: a generator that arms one of its person's clocks and yields. Stock SimPy processes start
and end through zero-length events, which would settle ties by order of asking; a story starts at once and
ends in silence. Not here: what the stories say (`sim.pathway`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from heapq import heappop, heappush
from typing import Any, Protocol

import simpy

from sim.engine.clock import GRID, on_grid

NEVER = float("inf")
_RANK = 1 << 40

Story = Generator[None, None, None]
"""A lean process: yields nothing, after arming the clock it waits for."""


class Person(Protocol):
    """What the clockwork needs to know of whoever owns a clock."""

    row: int
    due: list[float]
    stories: list[Story | None]
    changed: bool


class Alarm:
    """A SimPy event for one clock of one person; silent if the clock has been set otherwise since."""

    __slots__ = ("callbacks", "person", "slot")
    _ok = True
    defused = True

    def __init__(self, person: Any, slot: int) -> None:
        self.callbacks: list[Callable[[Any], None]] | None = []
        self.person = person
        self.slot = slot


class Giver(Protocol):
    """Something that gives out places or decisions at the end of an instant."""

    dirty: bool

    def dispatch(self) -> None:
        """Give out what there is to give; leave `dirty` false."""


def _unreviewed(person: Any, world: Any) -> None:
    person.changed = False


class Clockwork(simpy.Environment):
    """SimPy's event list with clocks, lean stories and two phases an instant.

    Parameters
    ----------
    horizon : float
        [days] Nothing happens at or after it.
    """

    def __init__(self, horizon: float = NEVER) -> None:
        super().__init__(initial_time=0.0)
        self.horizon = horizon
        self.givers: list[Giver] = []
        self.any_dirty = False
        self.handlers: dict[int, Callable[[Any, Any], None]] = {}
        self.review: Callable[[Any, Any], None] = _unreviewed
        self.alarms_set = 0

    # ------------------------------------------------------------------------------------------ clocks
    def until(self, person: Any, slot: int, time: float) -> None:
        """Set a person's clock to ring at `time` [days], or at the next grid step if that has passed.

        ``inf`` stops the clock. One set for the horizon or later never rings.
        """
        now = self._now
        if time <= now:
            time = now + GRID
        person.due[slot] = time
        if time < self.horizon:
            self.alarms_set = count = self.alarms_set + 1
            alarm: Any = Alarm(person, slot)
            heappush(self._queue, (time, slot * _RANK + person.row, count, alarm))

    def wait(self, person: Any, slot: int, days: float) -> None:
        """Set a person's clock to ring after `days`, rounded up to the grid."""
        self.until(person, slot, self._now + on_grid(days))

    def wake(self, person: Any, slot: int) -> None:
        """Ring a clock at the next grid step: how one story tells another that something changed."""
        self.until(person, slot, self._now + GRID)

    def stop(self, person: Any, slot: int) -> None:
        """Stop a clock and drop the story that waited for it."""
        person.due[slot] = NEVER
        person.stories[slot] = None

    # ----------------------------------------------------------------------------------------- stories
    def start(self, person: Any, slot: int, story: Story) -> None:
        """Begin a story on one of a person's clocks, now."""
        person.due[slot] = NEVER
        person.stories[slot] = story
        self.resume(person, slot)

    def resume(self, person: Any, slot: int) -> None:
        """Let a story go on to its next wait."""
        story = person.stories[slot]
        if story is None:
            return
        try:
            next(story)
        except StopIteration:
            if person.stories[slot] is story:
                person.stories[slot] = None

    # ------------------------------------------------------------------------------------- the two phases
    def step(self) -> None:
        """Handle the next event; at the end of an instant, give out places first."""
        queue = self._queue
        if self.any_dirty and (not queue or queue[0][0] > self._now):
            self.give_out()
            return
        self._now, _, _, event = heappop(queue)
        self._ring(event)

    def _ring(self, event: Any) -> None:
        person, slot = event.person, event.slot
        if person.due[slot] != self._now:
            return
        person.due[slot] = NEVER
        handler = self.handlers.get(slot)
        if handler is not None:
            handler(person, self)
        else:
            self.resume(person, slot)
        if person.changed:
            self.review(person, self)

    def granted(self, person: Any, slot: int) -> None:
        """A place or a decision has been given: the story that waited for it goes on."""
        person.due[slot] = NEVER
        self.resume(person, slot)
        if person.changed:
            self.review(person, self)

    def give_out(self) -> None:
        """Second phase of an instant: the lowest dirty giver first, until none is dirty."""
        givers = self.givers
        while self.any_dirty:
            self.any_dirty = False
            for giver in givers:
                if giver.dirty:
                    giver.dispatch()
                    self.any_dirty = True
                    break

    def run_until(self, end: float) -> None:
        """Run every event before `end` [days]; an event at `end` or later stays in the list.

        The clock then stands at the last event handled, so a copy of the state can go on from here.
        """
        queue = self._queue
        due_now = self._ring
        while True:
            while queue:
                time = queue[0][0]
                if self.any_dirty and time > self._now:
                    self.give_out()
                    continue
                if time >= end:
                    return
                self._now, _, _, event = heappop(queue)
                due_now(event)
            if not self.any_dirty:
                return
            self.give_out()
