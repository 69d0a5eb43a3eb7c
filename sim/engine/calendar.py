"""The days that belong to nobody: sittings of the decision makers, and the review on the first of each month.

At noon of each working day both desks open so many decision slots. On the first of a month the desks' order
is set and lots are drawn, safehouse places are reviewed (and bought, in a world where they can be), and
caseloads are looked at. On the first of a quarter capacity is set. A policy is enacted at its first
midnight, before anything else of that day (`simulate.py`). Nothing is decided here about one survivor.
"""

from __future__ import annotations

from collections.abc import Callable
from math import floor, inf

from sim.engine.clock import FIRST_YEAR, date_of, quarter_of, quarter_start
from sim.engine.environment import NEVER, Story
from sim.engine.rules import DeskRules, at
from sim.engine.world import World

NOON = 0.5


class Calendar:
    """Stands in for a person: one clock, heard before anybody's at the same instant.

    Parameters
    ----------
    world : World
        Whose desks and places it reviews.
    review_caseload : callable (world)
        What happens to contact with caseworkers on the first of a month.
    """

    row = -2
    changed = False

    def __init__(self, world: World, review_caseload: Callable[[World], None]) -> None:
        self.world = world
        self.review_caseload = review_caseload
        self.due = [NEVER]
        self.stories: list[Story | None] = [None]
        self.rg_capacity = self.cg_capacity = 0.0
        self.days_in_quarter = 1
        self.days_sat = 0
        self.places_on_order: list[tuple[float, int]] = []

    def begin(self) -> None:
        """Start turning the pages."""
        self.world.start(self, 0, self._turn_pages())

    def _turn_pages(self) -> Story:
        world, working = self.world, self.world.working_days
        self._first_of_month(0)
        day = 0
        while day + 1 < len(working):
            if working[day]:
                world.until(self, 0, day + NOON)
                yield
                self._sit()
            day += 1
            if date_of(day).day == 1:
                world.until(self, 0, float(day))
                yield
                self._first_of_month(day)

    # ------------------------------------------------------------------------------------------ reviews
    def _first_of_month(self, day: int) -> None:
        world, rules, date = self.world, self.world.rules, date_of(day)
        month = (date.year - FIRST_YEAR) * 12 + date.month - 1
        for desk, order in (
            (world.rg_desk, rules.decisions.rg_desk),
            (world.cg_desk, rules.decisions.cg_desk),
        ):
            desk.set_order(at(order.newest_share, day), at(order.oldest_share, day), month)
        if date.month % 3 == 1:
            self._set_capacity(quarter_of(day))
        self._review_places(day)
        self.review_caseload(world)

    def _set_capacity(self, quarter: int) -> None:
        world, rules = self.world, self.world.rules.decisions
        self.rg_capacity = desk_capacity(rules.rg_desk, quarter, world.referrals_by_quarter)
        self.cg_capacity = desk_capacity(rules.cg_desk, quarter, world.rg_positive_by_quarter)
        first, after = quarter_start(quarter), quarter_start(quarter + 1)
        self.days_in_quarter = max(1, int(world.working_days[first:after].sum()))
        self.days_sat = 0

    def _review_places(self, day: int) -> None:
        world, rules = self.world, self.world.rules.support
        coming = 0  # places on order, those that open today among them: people still wait for these
        for opens, places in self.places_on_order:
            coming += places
            if opens <= day:
                world.beds_bought += places
        self.places_on_order = [order for order in self.places_on_order if order[0] > day]
        if rules.bed_bought_share > 0.0:
            wanted = floor(rules.bed_bought_share * (world.beds.waiting - coming))
            if wanted > 0:
                self.places_on_order.append((day + rules.bed_buying_lag, wanted))
        world.beds.resize(at(rules.bed_places, day) + world.beds_bought)

    # ----------------------------------------------------------------------------------------- sittings
    def _sit(self) -> None:
        self.days_sat += 1
        self.world.rg_desk.sit(self._slots_today(self.rg_capacity))
        self.world.cg_desk.sit(self._slots_today(self.cg_capacity))
        for line in self.world.lettings:
            line.open()

    def _slots_today(self, capacity: float) -> float:
        if capacity == inf:
            return inf
        done, days = self.days_sat, self.days_in_quarter
        return floor(capacity * done / days) - floor(capacity * (done - 1) / days)


def desk_capacity(desk: DeskRules, quarter: int, demand: list[int]) -> float:
    """Decisions a desk can take in a quarter.

    The dated figure, or, from `follow_from` on, a ratio of the mean of the last four quarters' demand.
    """
    start = float(quarter_start(quarter))
    if start >= desk.follow_from and quarter >= 4:
        recent = demand[quarter - 4] + demand[quarter - 3] + demand[quarter - 2] + demand[quarter - 1]
        return desk.follow_ratio * recent / 4
    return at(desk.capacity_per_quarter, start)
