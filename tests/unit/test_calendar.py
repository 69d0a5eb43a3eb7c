"""The days that belong to nobody: sittings that add up to a quarter, capacity that follows, places bought."""

from datetime import date
from math import floor, inf

import numpy as np
import pytest

from sim.engine.calendar import Calendar, desk_capacity
from sim.engine.clock import date_of, day_of, quarter_start, working_days
from sim.engine.rules import DeskRules, Steps
from sim.engine.unpacking import rules_of
from sim.engine.world import World
from tests.small_world import parameters


class Sittings:
    """A desk that only remembers how many slots each sitting had and how its order was set."""

    dirty = False
    newest_within = 0.0

    def __init__(self, world):
        self.world = world
        self.sat, self.orders = [], []

    def sit(self, slots):
        self.sat.append((self.world.now, slots))

    def set_order(self, newest, oldest, month):
        self.orders.append((self.world.now, newest, oldest, month))


def calendar(*changes, until=date(2027, 1, 1), prepare=None):
    world = World(rules_of(parameters(*changes)), 1, 0, float(day_of(until)))
    world.rg_desk, world.cg_desk = Sittings(world), Sittings(world)
    world.givers = []
    reviews = []
    if prepare:
        prepare(world)
    turning = Calendar(world, lambda world: reviews.append(world.now))
    turning.begin()
    world.run_until(world.horizon)
    return world, turning, reviews


def by_quarter(sat):
    found = {}
    for time, slots in sat:
        when = date_of(time)
        label = (when.year, (when.month - 1) // 3)
        found[label] = found.get(label, 0) + slots
    return found


def test_the_sittings_of_a_quarter_add_up_exactly_to_its_capacity():
    of = parameters()
    world, _, _ = calendar(until=date(2026, 10, 1))
    decided = by_quarter(world.cg_desk.sat)
    capacity = of.decisions.conclusive_grounds.capacity_per_quarter
    assert len(decided) == 51
    for (year, quarter), slots in decided.items():
        assert slots == capacity.at(date(year, 1 + 3 * quarter, 1)), (year, quarter)


@pytest.mark.parametrize("capacity", [0, 1, 7.9, 61, 1000.5])
def test_capacity_is_spread_evenly_and_fractions_are_not_rounded_up(capacity):
    change = {"decisions.conclusive_grounds.capacity_per_quarter": capacity}
    world, _, _ = calendar(change, until=date(2016, 1, 1))
    decided = by_quarter(world.cg_desk.sat)
    assert set(decided.values()) == {floor(capacity)}
    for first, after in ((0, 90), (90, 181), (181, 273)):
        slots = [slots for time, slots in world.cg_desk.sat if first <= time < after]
        assert max(slots) - min(slots) <= 1


def test_desks_sit_at_noon_of_working_days_only():
    world, _, _ = calendar(until=date(2016, 1, 1))
    days = working_days(2014, 2015)
    expected = [day + 0.5 for day in np.flatnonzero(days).tolist()]
    assert [time for time, _ in world.cg_desk.sat] == expected
    assert [time for time, _ in world.rg_desk.sat] == expected
    assert {slots for _, slots in world.rg_desk.sat} == {inf}
    held = {date_of(time) for time, _ in world.cg_desk.sat}
    assert date(2014, 4, 18) not in held  # Good Friday
    assert date(2014, 4, 17) in held


def test_order_is_set_and_caseloads_are_looked_at_on_the_first_of_each_month():
    world, _, reviews = calendar(until=date(2024, 9, 1))
    months = [float(day_of(date(2014 + k // 12, 1 + k % 12, 1))) for k in range(128)]
    assert reviews == months
    assert [order[0] for order in world.cg_desk.orders] == months
    assert [order[3] for order in world.cg_desk.orders] == list(range(128))
    at_start = {time: (newest, oldest) for time, newest, oldest, _ in world.cg_desk.orders}
    assert at_start[float(day_of(date(2024, 6, 1)))] == (0, 0)
    assert at_start[float(day_of(date(2024, 7, 1)))] == (0.30, 0.42)


# ----------------------------------------------------------------------------------------- following demand
def test_capacity_follows_the_mean_of_the_last_four_quarters_from_its_date_on():
    desk = DeskRules(
        capacity_per_quarter=Steps((-inf, 1000.0), (100.0, 300.0)),
        follow_from=float(quarter_start(12)),
        follow_ratio=1.1,
        newest_share=Steps((-inf,), (0.0,)),
        oldest_share=Steps((-inf,), (1.0,)),
        newest_within=182.0,
    )
    demand = [0] * 8 + [400, 500, 600, 700] + [0] * 8
    assert desk_capacity(desk, 4, demand) == 100
    assert desk_capacity(desk, 11, demand) == 300
    assert desk_capacity(desk, 12, demand) == pytest.approx(1.1 * 550)
    assert desk_capacity(desk, 13, demand) == pytest.approx(1.1 * 450)
    never = desk._replace(follow_from=0.0)
    assert desk_capacity(never, 3, demand) == 100, "a year of demand is needed first"


def test_a_desk_that_follows_sits_for_the_demand_it_saw():
    follow = {
        "decisions.conclusive_grounds.capacity_rule.follow_from": "2016-01-01",
        "decisions.conclusive_grounds.capacity_rule.ratio": 1.5,
    }

    def demand(world):
        for quarter, positive in enumerate((0, 0, 0, 0, 100, 200, 300, 400)):
            world.rg_positive_by_quarter[quarter] = positive

    world, _, _ = calendar(follow, until=date(2016, 4, 1), prepare=demand)
    assert by_quarter(world.cg_desk.sat)[2016, 0] == 375
    assert by_quarter(world.cg_desk.sat)[2015, 3] == 521


# --------------------------------------------------------------------------------------------------- places
def test_bought_places_open_at_the_first_review_after_the_lag_and_orders_are_not_doubled():
    buying = {
        "support.beds.places": 10,
        "support.beds.bought_share_of_shortfall": 0.5,
        "support.beds.buying_lag_days": 90,
    }

    class Beds:
        dirty = False
        waiting = 9

        def __init__(self):
            self.sizes = []

        def resize(self, capacity):
            if not self.sizes or self.sizes[-1][1] != capacity:
                self.sizes.append((date_of(world_of[0].now), capacity))
                if capacity > 10:
                    self.waiting = 0

    world_of = []

    def prepare(world):
        world_of.append(world)
        world.beds = Beds()

    world, turning, _ = calendar(buying, until=date(2015, 1, 1), prepare=prepare)
    # 1 January: half of nine is four. 1 February: half of the five not yet on order is two. 1 March: one.
    # 1 April: the nine still wait for the four that open this instant, so half of two is one more.
    assert world.beds.sizes[:2] == [(date(2014, 1, 1), 10), (date(2014, 4, 1), 14)]
    assert world.beds_bought == 4 + 2 + 1 + 1
    assert turning.places_on_order == []


def test_fixed_places_follow_their_dates_only():
    world, _, _ = calendar(until=date(2016, 2, 1))
    assert world.beds.capacity == 260
    assert world.beds_bought == 0
