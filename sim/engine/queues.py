"""Waiting lines: pools of places, and desks that decide so many cases a working day.

Both keep their lines on heaps with lazy deletion: a ticket that no longer matches is skipped when it comes
up. The order in a line is (class, time of joining, person), never an order of asking. A place is given at the
end of an instant (`Clockwork.give_out`), and who won a race is read from the person's state.
Not here: how long people wait before they give up (the pathway), and what is counted (the event log).
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from math import inf
from typing import Any

from sim.engine.environment import Clockwork


class Pool:
    """A number of places (beds, a service's caseload), refilled the instant one is vacated.

    When capacity is cut below the number in use nobody is turned out: vacated places stay closed until the
    number in use has fallen to the new capacity.

    Parameters
    ----------
    env : Clockwork
    index : int
        Position of this line's ticket in `person.tickets`.
    slot : int
        The clock whose story waits for the place.
    capacity : float
        Places; ``inf`` for no limit.
    """

    def __init__(self, env: Clockwork, index: int, slot: int, capacity: float) -> None:
        self.env = env
        self.index = index
        self.slot = slot
        self.capacity = capacity
        self.in_use = 0
        self.waiting = 0
        self.dirty = False
        self.line: list[tuple[int, float, int, int, Any]] = []

    def join(self, person: Any, rank: int = 0) -> None:
        """Join the line now; lower `rank` goes first."""
        ticket = person.take_ticket(self.index)
        heappush(self.line, (rank, self.env._now, person.row, ticket, person))
        self.waiting += 1
        if self.in_use < self.capacity:
            self.stir()

    def leave(self, person: Any) -> None:
        """Leave the line without a place; does nothing for somebody who is not in it."""
        if person.tickets[self.index]:
            person.tickets[self.index] = 0
            self.waiting -= 1

    def release(self) -> None:
        """Give a place back."""
        self.in_use -= 1
        if self.waiting and self.in_use < self.capacity:
            self.stir()

    def resize(self, capacity: float) -> None:
        """Change the number of places from now on."""
        self.capacity = capacity
        if self.waiting and self.in_use < capacity:
            self.stir()

    def stir(self) -> None:
        """Ask for a round of giving out at the end of this instant."""
        self.dirty = True
        self.env.any_dirty = True

    def dispatch(self) -> None:
        """Give free places to the first in line; their stories go on with `holds` set."""
        self.dirty = False
        line, index, slot = self.line, self.index, self.slot
        while line and self.in_use < self.capacity:
            _, _, _, ticket, person = heappop(line)
            if person.tickets[index] != ticket:
                continue
            person.tickets[index] = 0
            person.holds[index] = True
            self.in_use += 1
            self.waiting -= 1
            self.env.granted(person, slot)


class Desk:
    """Cases waiting for a decision; each working day so many are taken, in a stated mixture of orders.

    *newest* first among cases opened within `newest_within` days, *oldest* first, or by *lot*: each month
    every waiting case draws a number, and the lowest is taken. A slot that finds no new case takes the
    oldest. Slots that find nobody are lost.

    Parameters
    ----------
    env : Clockwork
    index, slot : int
        As for `Pool`.
    draw_order : callable (day, slot) -> float
        The keyed number with which a day's decision slot chooses its order.
    draw_lot : callable (person, month) -> float
        The keyed number of a case in a month's draw.
    newest_within : float
        [days] since the case was opened.
    """

    def __init__(
        self,
        env: Clockwork,
        index: int,
        slot: int,
        draw_order: Callable[[int, int], float],
        draw_lot: Callable[[Any, int], float],
        newest_within: float,
    ) -> None:
        self.env = env
        self.index = index
        self.slot = slot
        self.draw_order = draw_order
        self.draw_lot = draw_lot
        self.newest_within = newest_within
        self.waiting = 0
        self.slots_now: float = 0
        self.day = 0
        self.slots_used = 0
        self.newest_share = 0.0
        self.oldest_share = 1.0
        self.month = 0
        self.lots_drawn = False
        self.dirty = False
        self.by_age: list[tuple[float, int, int, Any]] = []
        self.by_youth: list[tuple[float, int, int, Any]] = []
        self.by_lot: list[tuple[float, int, int, Any]] = []

    def join(self, person: Any, opened: float) -> None:
        """Put a case in line; `opened` is the day its age is counted from."""
        ticket = person.take_ticket(self.index)
        row = person.row
        heappush(self.by_age, (opened, row, ticket, person))
        if self.newest_share > 0.0:
            heappush(self.by_youth, (-opened, row, ticket, person))
        if self.lots_drawn:
            heappush(self.by_lot, (self.draw_lot(person, self.month), row, ticket, person))
        self.waiting += 1

    def leave(self, person: Any) -> None:
        """Take a case out of the line undecided; does nothing if it is not in it."""
        if person.tickets[self.index]:
            person.tickets[self.index] = 0
            self.waiting -= 1

    def set_order(self, newest_share: float, oldest_share: float, month: int) -> None:
        """The month's mixture of orders; draws the month's lots if any are to be used."""
        index = self.index
        waiting = [entry for entry in self.by_age if entry[3].tickets[index] == entry[2]]
        self.by_age = waiting
        heapify(waiting)
        self.by_youth = []
        if newest_share > 0.0:
            limit = self.env._now - self.newest_within
            self.by_youth = [(-entry[0], *entry[1:]) for entry in waiting if entry[0] >= limit]
            heapify(self.by_youth)
        self.newest_share, self.oldest_share, self.month = newest_share, oldest_share, month
        self.lots_drawn = newest_share + oldest_share < 1.0
        self.by_lot = []
        if self.lots_drawn:
            self.by_lot = [(self.draw_lot(entry[3], month), *entry[1:]) for entry in waiting]
            heapify(self.by_lot)

    def sit(self, slots: float) -> None:
        """Open a day's sitting with so many decision slots (``inf``: everybody who is ready)."""
        self.day = int(self.env._now)
        self.slots_used = 0
        self.slots_now = slots
        if slots > 0:
            self.dirty = True
            self.env.any_dirty = True

    def dispatch(self) -> None:
        """Decide cases until the day's slots or the waiting cases run out."""
        self.dirty = False
        while self.slots_now > 0 and self.waiting:
            self.slots_now -= 1
            person = self._next_case()
            self.waiting -= 1
            person.tickets[self.index] = 0
            self.env.granted(person, self.slot)
        self.slots_now = 0

    def _next_case(self) -> Any:
        if self.oldest_share < 1.0 and self.slots_now < inf:
            chosen = self.draw_order(self.day, self.slots_used)
            self.slots_used += 1
            if chosen < self.newest_share:
                person = self._pop_newest()
                if person is not None:
                    return person
            elif chosen >= self.newest_share + self.oldest_share:
                return self._pop(self.by_lot)
        return self._pop(self.by_age)

    def _pop(self, heap: list[tuple[float, int, int, Any]]) -> Any:
        index = self.index
        while True:
            _, _, ticket, person = heappop(heap)
            if person.tickets[index] == ticket:
                return person

    def _pop_newest(self) -> Any:
        heap, index = self.by_youth, self.index
        limit = self.env._now - self.newest_within
        while heap and -heap[0][0] >= limit:
            _, _, ticket, person = heappop(heap)
            if person.tickets[index] == ticket:
                return person
        return None
