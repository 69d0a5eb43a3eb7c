"""Waiting lines: who is next, what happens at one instant, and what a change of capacity does to whom."""

from math import inf

import numpy as np
import pytest

from sim.engine.clock import GRID
from sim.engine.environment import NEVER, Clockwork
from sim.engine.queues import Desk, Pool
from sim.people.chance import Kind, entity_key, root_key, uniform

WAITS, COMES, STAYS = 0, 1, 2


class Visitor:
    """Somebody with a ticket, three clocks and a diary."""

    def __init__(self, row, diary):
        self.row = row
        self.due = [NEVER] * 3
        self.stories = [None] * 3
        self.tickets = [0]
        self.ticket_count = 0
        self.holds = [False]
        self.changed = False
        self.diary = diary

    def take_ticket(self, line):
        self.ticket_count += 1
        self.tickets[line] = self.ticket_count
        return self.ticket_count


class House:
    """A pool on a clock, to which people come, wait with patience, stay and leave."""

    def __init__(self, places):
        self.env = Clockwork()
        self.pool = Pool(self.env, 0, WAITS, places)
        self.env.givers = [self.pool]
        self.diary = []

    def visit(self, row, comes, stays=inf, patience=inf, rank=0):
        person = Visitor(row, self.diary)
        self.env.start(person, COMES, self._visit(person, comes, stays, patience, rank))
        return person

    def _visit(self, person, comes, stays, patience, rank):
        env = self.env
        if comes > 0:
            env.until(person, COMES, comes)
            yield
        env.start(person, WAITS, self._wait(person, stays, patience, rank))

    def _wait(self, person, stays, patience, rank):
        env, pool = self.env, self.pool
        pool.join(person, rank)
        env.until(person, WAITS, env.now + patience)
        yield
        if not person.holds[0]:
            pool.leave(person)
            self.diary.append((env.now, person.row, "gave up"))
            return
        self.diary.append((env.now, person.row, "in"))
        env.until(person, WAITS, env.now + stays)
        yield
        person.holds[0] = False
        self.diary.append((env.now, person.row, "out"))
        pool.release()

    def at(self, time, action):
        """Do something to the pool at an instant."""

        def story(person):
            self.env.until(person, COMES, time)
            yield
            action()

        clerk = Visitor(10_000, self.diary)
        self.env.start(clerk, COMES, story(clerk))

    def run(self, until=1000.0):
        self.env.run_until(until)
        return self.diary


# -------------------------------------------------------------------------------------------------- the pool
def test_the_line_goes_by_rank_then_time_of_joining_then_person_and_never_by_order_of_asking():
    house = House(1)
    house.visit(9, 1.0, stays=10)
    house.visit(7, 3.0, stays=1)
    house.visit(5, 2.0, stays=1)
    house.visit(3, 2.0, stays=1)
    house.visit(8, 4.0, stays=1, rank=-1)
    house.run()
    assert [row for _, row, what in house.diary if what == "in"] == [9, 8, 3, 5, 7]


def test_a_place_given_back_is_filled_the_same_instant():
    house = House(1)
    house.visit(0, 1.0, stays=5)
    house.visit(1, 2.0, stays=5)
    assert house.run() == [(1.0, 0, "in"), (6.0, 0, "out"), (6.0, 1, "in"), (11.0, 1, "out")]


def test_patience_beats_a_place_at_the_same_instant_and_the_place_goes_to_the_next():
    house = House(1)
    house.visit(0, 1.0, stays=5)
    house.visit(1, 2.0, stays=5, patience=4.0)  # patience ends at 6, as the place falls free
    house.visit(2, 3.0, stays=5)
    diary = house.run()
    assert (6.0, 1, "gave up") in diary
    assert (6.0, 2, "in") in diary
    assert house.pool.in_use == 0
    assert house.pool.waiting == 0


def test_a_place_that_falls_free_as_patience_ends_is_not_lost():
    house = House(1)
    house.visit(0, 1.0, stays=5)
    house.visit(1, 2.0, stays=5, patience=4.0)
    house.visit(3, 20.0, stays=1)
    diary = house.run()
    assert (20.0, 3, "in") in diary


def test_a_newcomer_may_have_a_place_that_falls_free_at_the_instant_of_coming():
    house = House(1)
    house.visit(4, 1.0, stays=5)
    house.visit(1, 6.0, stays=1)
    assert (6.0, 1, "in") in house.run()


def test_a_cut_of_capacity_turns_nobody_out_and_closes_places_as_they_fall_free():
    house = House(3)
    for row, stays in ((0, 10), (1, 20), (2, 30)):
        house.visit(row, 1.0, stays=stays)
    house.visit(3, 2.0, stays=1)
    house.at(5.0, lambda: house.pool.resize(1))
    diary = house.run()
    assert [(time, row) for time, row, what in diary if what == "out"][:3] == [
        (11.0, 0),
        (21.0, 1),
        (31.0, 2),
    ]
    assert (31.0, 3, "in") in diary


def test_more_places_are_filled_at_once():
    house = House(0)
    for row in range(3):
        house.visit(row, 1.0 + row, stays=100)
    house.at(8.0, lambda: house.pool.resize(2))
    diary = house.run(50.0)
    assert diary == [(8.0, 0, "in"), (8.0, 1, "in")]
    assert house.pool.waiting == 1


def test_step_by_step_too_a_place_goes_to_the_first_of_all_who_joined_by_the_end_of_the_instant():
    house = House(1)
    house.visit(4, 1.0, stays=5)
    house.visit(9, 2.0)
    house.visit(1, 6.0, rank=-1)  # joins after the place has fallen free, at the same instant
    while house.env._queue or house.env.any_dirty:
        house.env.step()
    assert [row for _, row, what in house.diary if what == "in"] == [4, 1]


def test_leaving_the_line_twice_or_without_being_in_it_changes_nothing():
    house = House(0)
    person = house.visit(0, 0.0)
    house.env.run_until(1.0)
    house.pool.leave(person)
    house.pool.leave(person)
    house.pool.leave(Visitor(1, []))
    assert house.pool.waiting == 0


def test_a_ticket_of_an_earlier_wait_is_worthless():
    house = House(0)
    first, second = house.visit(0, 0.0), house.visit(1, 0.0)
    house.env.run_until(1.0)
    house.pool.leave(first)
    house.at(3.0, lambda: house.pool.join(first))  # now behind the second
    house.at(5.0, lambda: house.pool.resize(1))
    house.run()
    assert second.holds[0]
    assert not first.holds[0]
    assert house.pool.waiting == 1


def test_places_are_counted_right_through_a_busy_year():
    house = House(7)
    keys = [entity_key(root_key(5, 0, Kind.WORLD), k) for k in range(600)]
    for row, key in enumerate(keys):
        # whole days, so that many things fall on one instant
        house.visit(
            row,
            1.0 + int(uniform(key, 1) * 365),
            stays=1.0 + int(uniform(key, 2) * 9),
            patience=1.0 + int(uniform(key, 3) * 6),
        )
    diary = house.run()
    came = {what: sum(entry[2] == what for entry in diary) for what in ("in", "out", "gave up")}
    assert came["in"] == came["out"]
    assert came["in"] + came["gave up"] == 600
    assert came["gave up"] > 20
    assert house.pool.in_use == house.pool.waiting == 0
    inside = np.cumsum([{"in": 1, "out": -1}.get(what, 0) for _, _, what in diary])
    assert inside.max() == 7


# -------------------------------------------------------------------------------------------------- the desk
class Office:
    """A desk whose lots and slots are given by hand."""

    def __init__(self, newest=0.0, oldest=1.0, within=10.0, order=(), lots=None):
        self.env = Clockwork()
        lots = lots or {}
        self.asked = []

        def slot(day, number):
            self.asked.append((day, number))
            return order[number]

        self.desk = Desk(self.env, 0, WAITS, slot, lambda person, month: lots[month][person.row], within)
        self.env.givers = [self.desk]
        self.diary = []
        self.desk.set_order(newest, oldest, 0)

    def case(self, row, joins, opened=None):
        person = Visitor(row, self.diary)
        self.env.start(person, WAITS, self._case(person, joins, joins if opened is None else opened))
        return person

    def _case(self, person, joins, opened):
        self.env.until(person, WAITS, joins)
        yield
        self.desk.join(person, opened)
        yield
        self.diary.append((self.env.now, person.row))

    at = House.at

    def sit(self, day, slots):
        self.at(day + 0.5, lambda: self.desk.sit(slots))


def test_the_oldest_case_is_decided_first_by_the_day_it_was_opened():
    office = Office()
    office.case(0, 3.0, opened=2.5)
    office.case(1, 1.0, opened=0.5)
    office.case(2, 2.0, opened=0.25)
    office.sit(4, 2)
    office.sit(5, 2)
    office.env.run_until(100)
    assert office.diary == [(4.5, 2), (4.5, 1), (5.5, 0)]
    assert office.desk.waiting == 0


def test_the_newest_case_within_the_limit_is_decided_first_and_an_old_one_else():
    office = Office(newest=1.0, oldest=0.0, within=10.0, order=[0.1] * 9)
    for row, opened in enumerate((1.0, 5.0, 20.0, 22.0)):
        office.case(row, 23.0, opened=opened)
    office.sit(24, 4)
    office.env.run_until(100)
    assert [row for _, row in office.diary] == [3, 2, 0, 1]


def test_a_case_that_grew_too_old_is_no_longer_among_the_newest():
    office = Office(newest=1.0, oldest=0.0, within=10.0, order=[0.1] * 9)
    office.case(0, 5.0)
    office.case(1, 3.0)
    office.sit(14.75, 2)  # at 15.25 both are older than 10 days
    office.env.run_until(100)
    assert [row for _, row in office.diary] == [1, 0]


def test_lots_are_drawn_anew_each_month_and_newcomers_draw_when_they_join():
    lots = {0: {0: 0.9, 1: 0.5, 2: 0.1}, 1: {0: 0.1, 1: 0.9, 2: 0.5}}
    office = Office(newest=0.0, oldest=0.0, order=[0.5] * 9, lots=lots)
    for row in range(3):
        office.case(row, 1.0 + row)
    office.sit(5, 1)
    office.at(31.0, lambda: office.desk.set_order(0.0, 0.0, 1))
    office.sit(32, 1)
    office.sit(33, 1)
    office.env.run_until(100)
    assert [row for _, row in office.diary] == [2, 0, 1]


def test_whoever_waits_when_the_month_turns_to_the_newest_is_taken_newest_first_within_the_limit():
    office = Office(within=100.0, order=[0.1] * 99)
    opened = (5.0, 3.0, 9.0, 1.0, 7.0, 2.0, 8.0, 4.0, 6.0)
    for row, day in enumerate(opened):
        office.case(row, 10.0, opened=day)
    office.at(103.5, lambda: office.desk.set_order(1.0, 0.0, 3))  # cases 1, 3 and 5 are over the limit
    office.sit(103, 9)
    office.env.run_until(200)
    assert [opened[row] for _, row in office.diary] == [9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 1.0, 2.0, 3.0]


def test_a_case_opened_just_at_the_limit_is_among_the_newest_and_stays_so_for_that_instant():
    office = Office(within=100.0, order=[0.1] * 9)
    office.case(0, 10.0, opened=1.0)
    office.case(1, 10.0, opened=3.5)
    office.at(103.5, lambda: office.desk.set_order(1.0, 0.0, 3))
    office.sit(103, 1)
    office.env.run_until(200)
    assert [row for _, row in office.diary] == [1]


def test_lots_of_those_who_wait_are_taken_lowest_first_whatever_their_age():
    lots = (0.5, 0.9, 0.3, 0.8, 0.1, 0.7, 0.2, 0.6, 0.4)
    office = Office(order=[0.5] * 99, lots={3: dict(enumerate(lots))})
    for row in range(9):
        office.case(row, 10.0 + row)
    office.at(90.0, lambda: office.desk.set_order(0.0, 0.0, 3))
    office.sit(90, 9)
    office.env.run_until(200)
    assert [lots[row] for _, row in office.diary] == sorted(lots)


def test_a_month_of_oldest_first_forgets_the_newest_and_the_lots_of_the_month_before():
    office = Office(newest=1.0, oldest=0.0, within=100.0, order=[0.1] * 99)
    for row in range(5):
        office.case(row, 10.0 + row)
    office.at(31.0, lambda: office.desk.set_order(0.0, 1.0, 1))
    office.case(5, 40.0)
    office.sit(41, 6)
    office.env.run_until(100)
    assert [row for _, row in office.diary] == [0, 1, 2, 3, 4, 5]
    assert office.desk.by_youth == office.desk.by_lot == []
    assert not office.desk.lots_drawn


def test_a_desk_that_has_been_told_no_order_draws_no_lots_and_takes_the_oldest():
    env = Clockwork()

    def never(*_):
        raise AssertionError("a number was drawn")

    desk = Desk(env, 0, WAITS, never, never, 10.0)
    young, old = Visitor(0, []), Visitor(1, [])
    desk.join(young, 2.0)
    desk.join(old, 1.0)
    desk.sit(1)
    desk.dispatch()
    assert (young.tickets[0] > 0, old.tickets[0]) == (True, 0)


def test_when_the_month_turns_the_desk_keeps_only_those_who_still_wait():
    office = Office()
    gone = office.case(0, 1.0)
    stays = office.case(1, 2.0)
    office.at(3.0, lambda: office.desk.leave(gone))
    office.at(31.0, lambda: office.desk.set_order(0.0, 1.0, 1))
    office.env.run_until(40.0)
    assert [entry[3] for entry in office.desk.by_age] == [stays]


def test_a_mixture_asks_a_keyed_number_of_the_day_and_the_slot():
    lots = {0: {row: row / 10 for row in range(5)}}
    office = Office(newest=0.3, oldest=0.4, order=[0.2, 0.5, 0.9, 0.6, 0.1], lots=lots)
    for row, opened in enumerate((3.0, 1.0, 2.0, 4.0, 5.0)):
        office.case(row, 6.0, opened=opened)
    office.sit(7, 5)
    office.env.run_until(100)
    # newest is 4, oldest is 1, lowest lot left is 0, oldest left is 2, newest left is 3
    assert [row for _, row in office.diary] == [4, 1, 0, 2, 3]
    assert office.asked == [(7, number) for number in range(5)]


def test_a_number_just_at_the_end_of_a_share_belongs_to_the_next_order():
    office = Office(newest=0.25, oldest=0.5, order=[0.25, 0.75], lots={0: {0: 0.1, 1: 0.9, 2: 0.5}})
    for row, opened in enumerate((3.0, 2.0, 1.0)):
        office.case(row, 6.0, opened=opened)
    office.sit(7, 2)
    office.env.run_until(100)
    assert [row for _, row in office.diary] == [2, 0]  # the oldest; then, by lot, the lowest


def test_slots_that_find_nobody_are_lost():
    office = Office()
    office.sit(1, 5)
    office.case(0, 2.0)
    office.case(1, 2.0)
    office.sit(3, 1)
    office.env.run_until(100)
    assert office.diary == [(3.5, 0)]
    assert office.desk.waiting == 1


@pytest.mark.parametrize("others", [0, 1])
def test_a_case_ready_at_the_instant_of_the_sitting_is_taken_whether_or_not_others_wait(others):
    office = Office()
    for row in range(others):
        office.case(row, 1.0)
    # the calendar is heard before anybody: the sitting opens first, then the case joins, at noon of day 2

    def opens(calendar):
        office.env.until(calendar, WAITS, 2.5)
        yield
        office.desk.sit(5)

    calendar = Visitor(-2, office.diary)
    office.env.start(calendar, WAITS, opens(calendar))
    office.case(20_000, 2.5)
    office.env.run_until(100)
    assert (2.5, 20_000) in office.diary


def test_a_desk_without_limit_decides_everybody_who_is_ready():
    office = Office(newest=0.3, oldest=0.3, lots={0: dict.fromkeys(range(50), 0.5)})
    for row in range(50):
        office.case(row, 1.0 + row * GRID)
    office.sit(2, inf)
    office.env.run_until(100)
    assert len(office.diary) == 50


def test_a_case_withdrawn_from_the_line_uses_no_slot():
    office = Office()
    gone = office.case(0, 1.0)
    office.case(1, 2.0)
    office.at(3.0, lambda: office.desk.leave(gone))
    office.sit(4, 1)
    office.env.run_until(100)
    assert office.diary == [(4.5, 1)]


def test_heaps_not_sorted_lists_a_backlog_of_thirty_thousand_costs_few_comparisons():
    compared = 0

    class Counted(float):
        def __lt__(self, other):
            nonlocal compared
            compared += 1
            return float(self) < float(other)

        def __eq__(self, other):
            return float(self) == float(other)

        __hash__ = float.__hash__

    def cost(n_people):
        nonlocal compared
        env = Clockwork()
        pool = Pool(env, 0, WAITS, 0)
        key = root_key(3, 0, Kind.WORLD)
        for row in range(n_people):
            env._now = Counted(uniform(entity_key(key, row), 1))
            pool.join(Visitor(row, []))
        compared = 0
        pool.capacity = n_people
        pool.dispatch()
        return compared

    small, large = cost(4_000), cost(8_000)
    assert large <= 2.6 * small
