"""The line for social homes in one region: survivors and other households, and so many lettings a day.

Only built where `housing.line.offers=queue`. Whoever's turn has come stands in order of joining. Other
households are not people of the model: each is made from its own key when it comes up, joins in its own
interval of the calendar, and leaves unaided after a while, so the same households stand in line whatever
survivors do. A letting for which nobody waits is let to somebody else. Who is in need is not decided here.
"""

from __future__ import annotations

from heapq import heappop, heappush
from math import floor, inf
from typing import Any

from sim.engine.letting_rules import LettingRules
from sim.people.chance import Activity, entity_key, uniform
from sim.people.variates import exponential


def household(key: int, number: int, rules: LettingRules, region: int) -> tuple[float, float]:
    """When the household of a number joins a region's line, and when it leaves it unaided [days].

    One household joins in each interval of 1 / joins days, at a moment of its own.
    """
    joins = rules.joins[region]
    if joins <= 0.0 or rules.starts == inf:
        return inf, inf
    own = entity_key(key, number)
    joined = rules.first_joined[region] + (number + uniform(own, Activity.HOUSEHOLD_JOINS)) / joins
    return joined, joined + exponential(uniform(own, Activity.HOUSEHOLD_LEAVES), rules.leaves_after[region])


class Lettings:
    """A region's line for social homes.

    Parameters
    ----------
    env : World
        Its rules in force are read.
    index, slot : int
        As for `Pool`.
    region : int
    key : int
        From which the region's households take theirs.
    rules : LettingRules
        In force when the line is made.
    """

    def __init__(self, env: Any, index: int, slot: int, region: int, key: int, rules: LettingRules) -> None:
        self.env = env
        self.index = index
        self.slot = slot
        self.region = region
        self.key = key
        self.opened = 0
        self.to_let = 0
        self.dirty = False
        self.line: list[tuple[float, int, int, Any]] = []
        self.household = 0
        self.joined, self.leaves = household(key, 0, rules, region)

    def join(self, person: Any) -> None:
        """Join the line now."""
        ticket = person.take_ticket(self.index)
        heappush(self.line, (self.env._now, person.row, ticket, person))

    def leave(self, person: Any) -> None:
        """Leave the line without a home; does nothing for somebody who is not in it."""
        person.tickets[self.index] = 0

    def pass_on(self) -> None:
        """The letting that has just been given goes to the next in line."""
        self.to_let += 1

    def open(self) -> None:
        """A working day's lettings: those that have come up since the last one."""
        rules: LettingRules = self.env.rules.lettings
        since = floor(self.env._now) + 1.0 - rules.starts
        if since <= 0.0:
            return
        opened = floor(rules.lets[self.region] * since)
        self.to_let = opened - self.opened
        self.opened = opened
        if self.to_let > 0:
            self.dirty = True
            self.env.any_dirty = True

    def dispatch(self) -> None:
        """Let today's homes in order of joining; survivors' stories go on."""
        self.dirty = False
        now, line, index = self.env._now, self.line, self.index
        while self.to_let > 0:
            while self.joined <= now and self.leaves <= now:
                self._next_household()
            while line and line[0][3].tickets[index] != line[0][2]:
                heappop(line)
            if not line and self.joined > now:
                break
            self.to_let -= 1
            if line and line[0][0] <= self.joined:
                person = heappop(line)[3]
                person.tickets[index] = 0
                self.env.granted(person, self.slot)
            else:
                self._next_household()
        self.to_let = 0

    def _next_household(self) -> None:
        self.household += 1
        self.joined, self.leaves = household(self.key, self.household, self.env.rules.lettings, self.region)
