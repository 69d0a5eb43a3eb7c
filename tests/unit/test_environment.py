"""The clockwork: who is heard first at one instant, two phases, silent alarms, and going on from a stop."""

import pytest

from sim.engine.clock import GRID
from sim.engine.environment import NEVER, Clockwork
from sim.engine.simulate import History
from sim.errors import SimError
from sim.people.chance import Kind, entity_key, root_key, uniform
from sim.people.variates import exponential
from tests.small_world import Made, made, quiet


class Anyone:
    def __init__(self, row, slots=8):
        self.row = row
        self.due = [NEVER] * slots
        self.stories = [None] * slots
        self.changed = False


def heard(env, diary):
    """Let every clock write down who was heard."""
    for slot in range(8):
        env.handlers[slot] = lambda person, world, slot=slot: diary.append((world.now, slot, person.row))


def test_clocks_due_at_one_instant_are_heard_by_rank_then_person():
    env, diary = Clockwork(), []
    heard(env, diary)
    for row, slot, time in ((5, 2, 3.0), (1, 2, 3.0), (9, 0, 3.0), (0, 3, 3.0), (7, 7, 1.0)):
        env.until(Anyone(row), slot, time)
    env.run_until(NEVER)
    assert diary == [(1.0, 7, 7), (3.0, 0, 9), (3.0, 2, 1), (3.0, 2, 5), (3.0, 3, 0)]


def test_a_clock_set_for_now_or_earlier_rings_a_step_later_never_at_once():
    env, diary = Clockwork(), []
    env.handlers[1] = lambda person, world: [
        env.until(person, slot, at) for slot, at in ((2, world.now), (3, 1.0))
    ]
    for slot in (2, 3):
        env.handlers[slot] = lambda person, world, slot=slot: diary.append((world.now, slot))
    env.until(Anyone(0), 1, 5.0)
    env.run_until(NEVER)
    assert diary == [(5.0 + GRID, 2), (5.0 + GRID, 3)]


def test_the_calendar_and_arrivals_are_heard_before_anybody_on_the_same_clock():
    env, diary = Clockwork(), []
    heard(env, diary)
    for row in (0, -1, 3, -2):
        env.until(Anyone(row), 0, 2.0)
    env.run_until(NEVER)
    assert [row for _, _, row in diary] == [-2, -1, 0, 3]


def test_an_alarm_is_silent_when_the_clock_has_been_set_otherwise_since():
    env, diary = Clockwork(), []
    heard(env, diary)
    person = Anyone(0)
    env.until(person, 1, 5.0)
    env.until(person, 1, 9.0)
    env.until(person, 2, 4.0)
    env.stop(person, 2)
    env.until(person, 3, 7.0)
    env.until(person, 3, 8.0)
    env.until(person, 3, 7.0)  # two alarms for one instant ring once
    env.run_until(NEVER)
    assert diary == [(7.0, 3, 0), (9.0, 1, 0)]


def test_a_wait_is_on_the_grid_and_waking_is_the_next_step_of_it():
    env, diary = Clockwork(), []
    heard(env, diary)
    env.until(Anyone(0), 0, 3.0)
    env.run_until(4.0)
    env.wake(Anyone(1), 1)
    env.wait(Anyone(2), 2, 0.1)
    env.until(Anyone(3), 3, 1.0)  # already past: the next step
    env.run_until(NEVER)
    assert diary[1:3] == [(3.0 + GRID, 1, 1), (3.0 + GRID, 3, 3)]
    waited = diary[3][0] - 3.0
    assert 0.1 <= waited < 0.1 + GRID
    assert waited / GRID == int(waited / GRID)


def test_nothing_happens_at_the_horizon_or_after_it():
    env, diary = Clockwork(horizon=10.0), []
    heard(env, diary)
    for row, time in enumerate((9.0, 10.0 - GRID, 10.0, 11.0)):
        env.until(Anyone(row), 0, time)
    env.run_until(10.0)
    assert [row for _, _, row in diary] == [0, 1]


def test_an_instant_has_two_phases_all_clocks_first_and_then_the_givers_lowest_first():
    env, diary = Clockwork(), []

    class Giver:
        dirty = False

        def __init__(self, name, stirs=None):
            self.name, self.stirs = name, stirs

        def dispatch(self):
            self.dirty = False
            diary.append((env.now, self.name))
            if self.stirs:
                self.stirs.dirty = True
                self.stirs = None

    low = Giver("low")
    high = Giver("high", stirs=low)
    env.givers = [low, high]

    def stir(person, world):
        diary.append((world.now, person.row))
        high.dirty = world.any_dirty = True

    env.handlers[0] = stir
    env.handlers[1] = lambda person, world: diary.append((world.now, person.row))
    env.until(Anyone(0), 0, 2.0)
    env.until(Anyone(1), 1, 2.0)
    env.until(Anyone(2), 1, 2.0 + GRID)
    env.run_until(NEVER)
    assert diary == [(2.0, 0), (2.0, 1), (2.0, "high"), (2.0, "low"), (2.0 + GRID, 2)]


def test_givers_asked_in_the_last_instant_still_give():
    env, given = Clockwork(), []

    class Giver:
        dirty = False

        def dispatch(self):
            self.dirty = False
            given.append(env.now)

    giver = Giver()
    env.givers = [giver]

    def stir(person, world):
        giver.dirty = world.any_dirty = True

    env.handlers[0] = stir
    env.until(Anyone(0), 0, 2.0)
    env.run_until(3.0)
    assert given == [2.0]


def test_a_changed_person_is_reviewed_once_after_the_handler():
    env, reviewed = Clockwork(), []

    def change(person, world):
        person.changed = True

    def review(person, world):
        person.changed = False
        reviewed.append((world.now, person.row))

    env.handlers[0] = change
    env.handlers[1] = lambda person, world: None
    env.review = review
    person = Anyone(4)
    env.until(person, 0, 1.0)
    env.until(person, 1, 2.0)
    env.run_until(NEVER)
    assert reviewed == [(1.0, 4)]


def test_a_story_that_is_replaced_while_it_ends_leaves_the_new_one_in_place():
    env = Clockwork()
    person = Anyone(0)

    def second():
        yield

    def first():
        env.until(person, 0, 2.0)
        yield
        env.start(person, 0, second())

    env.start(person, 0, first())
    env.run_until(3.0)
    assert person.stories[0] is not None
    env.resume(person, 0)
    assert person.stories[0] is None
    env.resume(person, 0)  # nobody to go on: silence


def wanderer(env, person, key, diary):
    occasion = 0
    while True:
        env.wait(person, 0, exponential(uniform(key, 1, 0, occasion), 3.0))
        occasion += 1
        yield
        diary.append((env.now, person.row))


@pytest.mark.parametrize("stops", [[50.0], [0.001, 10.0, 10.0, 37.5, 99.999]])
def test_stopping_and_going_on_is_one_run(stops):
    def run(ends):
        env, diary = Clockwork(horizon=100.0), []
        for row in range(20):
            person = Anyone(row)
            env.start(person, 0, wanderer(env, person, entity_key(root_key(1, 0, Kind.WORLD), row), diary))
        for end in ends:
            env.run_until(end)
            assert all(time < end for time, _ in diary)
        return diary

    whole = run([100.0])
    assert len(whole) > 300
    assert run([*stops, 100.0]) == whole


def test_simpys_own_step_and_run_until_are_the_same_clockwork():
    def world():
        env, diary = Clockwork(horizon=60.0), []
        for row in range(10):
            person = Anyone(row)
            env.start(person, 0, wanderer(env, person, entity_key(root_key(2, 0, Kind.WORLD), row), diary))
        return env, diary

    env, whole = world()
    env.run_until(60.0)
    env, stepped = world()
    while env._queue:
        env.step()
    assert stepped == whole


def test_a_history_is_used_up_by_its_continuation():
    rules = quiet({"policy.start": "2024-04-01", "experiment.horizon": "2025-03-31"})
    history = History(made([Made(100.0)]), rules, 1, 0)
    history.run_to_policy()
    history.continue_with(rules)
    with pytest.raises(SimError, match="continued already; allowed: once"):
        history.continue_with(rules)
