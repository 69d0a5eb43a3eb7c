"""A history continues as often as wanted, each time exactly as a whole run would."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sim.config.compose import world
from sim.engine.compiled.cache import prepare
from sim.engine.compiled.packing import STEPS_AT_LEAST
from sim.engine.compiled.person import RATE
from sim.engine.compiled.run import CompiledHistory, _finish, simulate
from sim.engine.log import Event
from sim.errors import SimError
from sim.people.population import build
from tests.agreement.drawn import with_services
from tests.agreement.engines import agree, small


def _people(before, seed=1):
    return build(before.people, before.status, seed, 0, before.experiment.horizon)


def test_continuations_equal_whole_runs_in_any_order() -> None:
    before = small()
    people = _people(before)
    options = [
        before,
        world(before, {"support.floor.casework_days": 365, "support.floor.bed_days": 365}),
        world(before, {"policy.applies_to": "everyone_in_support", "support.floor.casework_days": 90}),
    ]
    whole = [simulate(people, before, after, 1, 0).digest() for after in options]
    assert len(set(whole)) == 3
    history = CompiledHistory(people, before, 1, 0)
    history.run_to_policy()
    assert history.repeatable
    for place in (2, 0, 1, 1, 0, 2):
        assert history.continue_with(options[place]).digest() == whole[place]


def test_lines_for_homes_are_continued_where_they_stood() -> None:
    before = world(small(0.006), {"housing.line.offers": "queue"})
    people = _people(before)
    after = world(before, {"housing.priority_need.confirmed_survivors": True})
    history = CompiledHistory(people, before, 1, 0)
    history.run_to_policy()
    for rules in (after, before, after):
        assert history.continue_with(rules).digest() == simulate(people, before, rules, 1, 0).digest()


def test_logs_that_are_kept_stay_as_they_were_while_the_history_is_continued() -> None:
    before = small(0.004)
    people = _people(before)
    after = world(before, {"support.floor.casework_days": 365, "support.floor.bed_days": 365})
    history = CompiledHistory(people, before, 1, 0)
    history.run_to_policy()
    kept = [history.continue_with(rules) for rules in (before, after, before)]
    digests = [log.digest() for log in kept]
    assert digests[0] == digests[2] != digests[1]
    only_times = history.continue_with(after).time  # one column of a log is enough to keep its memory
    before_them = only_times.copy()
    for rules in (before, after, before):
        history.continue_with(rules)
    assert np.array_equal(only_times, before_them)
    assert [log.digest() for log in kept] == digests


def test_the_memory_of_a_log_that_is_gone_is_used_again() -> None:
    before = small(0.004)
    history = CompiledHistory(_people(before), before, 1, 0)
    history.run_to_policy()
    first = history.continue_with(before)
    seats = history._used.people
    assert np.shares_memory(first.time, seats)
    assert history._used.lent
    del first, seats
    assert not history._used.lent
    where = history._used.people.ctypes.data
    again = history.continue_with(before).digest()
    assert history._used.people.ctypes.data == where
    assert again == simulate(_people(before), before, before, 1, 0).digest()


def _seated(arrays) -> np.ndarray:
    """The records of everybody who has a seat."""
    seats = arrays.people[1 : int(arrays.world[0]["n_seats"])]
    taken = np.ones(len(seats), np.bool_)
    free = int(arrays.world[0]["free_seat"])
    while free >= 0:
        taken[free - 1] = False
        free = int(arrays.people[free]["next_free"])
    return seats[taken]


def test_the_bits_of_a_person_say_what_the_times_say() -> None:
    before = small(0.006)
    history = CompiledHistory(_people(before), before, 1, 0)
    history.run_to_policy()
    arrays = history._arrays
    world_now, seats = arrays.world[0], _seated(arrays)
    assert len(seats) > 100

    def bits(mask: np.ndarray, width: int) -> np.ndarray:
        return (mask[:, None] >> np.arange(width)) & 1 == 1

    for mask, truth in (
        ("ringing", seats["due"] < world_now["horizon"]),
        ("standing", seats["tickets"] != 0),
        ("spending", seats["hazards"][:, :, RATE] > 0.0),
    ):
        assert truth.any()
        assert np.array_equal(bits(seats[mask], truth.shape[1]), truth), mask


def test_only_birthdays_are_written_down_beforehand() -> None:
    """Nothing else that comes after a history stands in its log, and they are people without a seat."""
    before = small(0.006)
    history = CompiledHistory(_people(before), before, 1, 0)
    history.run_to_policy()
    arrays = history._arrays
    log = _finish(arrays, int(arrays.world[0]["n_log"]), 0)
    foreseen = log.time >= history.policy_day
    assert foreseen.sum() > 10
    assert set(log.event[foreseen].tolist()) == {int(Event.TURNED_18)}
    assert log.time[foreseen].max() < history.horizon
    last = np.flatnonzero(np.append(np.diff(log.person) != 0, True))
    assert np.isin(np.flatnonzero(foreseen), last).all()
    assert not set(_seated(arrays)["row"].tolist()) & set(log.person[foreseen].tolist())


def test_birthdays_too_far_ahead_to_be_foreseen_are_awaited() -> None:
    prepare()
    from sim.engine.compiled.logbook import FORESEEN

    before = world(small(0.03, start="2016-04-01"), {"people.traits.years_to_18_max": 17})
    after = world(before, {"support.floor.casework_days": 365})
    log = agree(before, after)
    first = np.append(True, np.diff(log.person) != 0)
    came = np.repeat(log.time[first], np.diff(np.append(np.flatnonzero(first), len(log))))
    waited = (log.time - came)[log.event == Event.TURNED_18]
    assert (waited > FORESEEN).sum() > 5
    assert (waited < FORESEEN).sum() > 5


def test_the_last_continuation_may_use_the_history_up() -> None:
    before = small(0.003)
    people = _people(before)
    history = CompiledHistory(people, before, 1, 0)
    history.run_to_policy()
    copied = history.continue_with(before)
    assert history.continue_with(before, last=True).digest() == copied.digest()


@pytest.mark.deep  # a larger world is compiled for anew
def test_a_continuation_whose_dated_values_need_a_larger_world_equals_a_whole_run() -> None:
    before = small(0.003)
    daily = {
        date.fromordinal(day).isoformat(): 3 + day % 9
        for day in range(date(2014, 1, 1).toordinal(), date(2027, 1, 1).toordinal())
    }
    assert len(daily) > STEPS_AT_LEAST
    after = world(before, {"support.beds.places": daily, "support.move_on_days": daily})
    people = _people(before)
    history = CompiledHistory(people, before, 1, 0)
    history.run_to_policy()
    assert history.continue_with(after).digest() == simulate(people, before, after, 1, 0).digest()
    assert history.continue_with(before).digest() == simulate(people, before, before, 1, 0).digest()


def test_replications_and_seeds_differ() -> None:
    before = small(0.003)
    people = _people(before)
    digests = {simulate(people, before, before, seed, 0).digest() for seed in (1, 2)}
    assert len(digests) == 2  # the desks' own luck depends on the seed


def test_the_log_of_some_people_is_their_part_of_the_whole_log() -> None:
    before = small(0.01)
    people = _people(before)
    history = CompiledHistory(people, before, 1, 0)
    history.run_to_policy()
    whole = history.continue_with(before)
    rows = np.unique(whole.person[:: len(whole) // 97])
    some, noted = history.continue_for(before, rows)
    theirs = np.isin(whole.person, rows)
    assert 0 < len(some) < len(whole)
    assert noted == len(whole)
    for name in ("person", "visit", "time", "event", "place", "detail"):
        assert np.array_equal(getattr(some, name), getattr(whole, name)[theirs]), name
    assert history.continue_with(before).digest() == whole.digest()


def test_seats_are_given_to_others() -> None:
    """Memory follows the people who are in the pathway, not everybody who ever came."""
    before = small(0.05)
    people = _people(before)
    history = CompiledHistory(people, before, 1, 0)
    history.run_to_policy()
    world_record = history._arrays.world[0]
    referred = int(world_record["next_arrival"])
    assert referred > 5_000
    assert int(world_record["n_seats"]) < 0.5 * referred
    free, seat = set[int](), int(world_record["free_seat"])
    while seat >= 0:
        assert 0 < seat < int(world_record["n_seats"])
        assert seat not in free
        free.add(seat)
        seat = int(history._arrays.people[seat]["next_free"])
    assert free


def test_too_many_services_are_refused() -> None:
    before = small(0.003)
    with pytest.raises(SimError, match="17 services given; allowed: at most 16; nearest: leave out 1"):
        CompiledHistory(_people(before), with_services(before, 17), 1, 0)


def test_another_number_of_services_is_refused() -> None:
    before = small(0.003)
    history = CompiledHistory(_people(before), before, 1, 0)
    history.run_to_policy()
    with pytest.raises(SimError, match=r"services: 12 before policy.start and 13 after"):
        history.continue_with(with_services(before, 13))


def test_a_horizon_beyond_the_calendar_is_refused() -> None:
    before = world(small(0.003), {"experiment.horizon": "2050-01-02"})
    with pytest.raises(SimError, match="beyond the calendar; allowed: up to 2050-01-01"):
        CompiledHistory(_people(before), before, 1, 0)
