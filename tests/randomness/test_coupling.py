"""The same luck in every scenario: forks, scenarios that change nothing, one person more, a lower hazard.

Whole small runs of the reference engine are compared to the bit; nothing here is a matter of averages.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.config.compose import scenario
from sim.engine.clock import day_of, quarter_start
from sim.engine.log import Event
from sim.engine.simulate import History, simulate
from sim.engine.survivor import Clock, Slot, Survivor, Traits
from sim.engine.world import World
from sim.errors import SimError
from sim.people.chance import other_luck
from sim.people.population import Population
from tests.small_world import (
    Made,
    build,
    day_of_only,
    lives,
    made,
    parameters,
    quiet,
    run,
    same_lives,
    scaled,
)

CHECKOUT = Path(__file__).resolve().parents[2]
FACTOR = 0.01
POLICY_DAY = day_of(date(2027, 4, 1))


@cache
def today():
    return scaled(parameters(), FACTOR)


@cache
def people() -> Population:
    return build(today())


@cache
def whole():
    return run(people(), today())


def after(name):
    return scaled(scenario(name.split("+")).after, FACTOR)


# ---------------------------------------------------------------------------------------------------- forks
def in_a_fork(history, rules):
    """The digest of a continuation in a copy of the process."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.write(writer, history.continue_with(rules).digest().encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as answers:
        digest = answers.read()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return digest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot copy a process")
def test_every_scenario_continued_from_a_forked_history_equals_a_whole_run():
    history = History(people(), today(), 1, 0)
    history.run_to_policy()
    names = ("extended_support_180", "priority_need")
    forked = {name: in_a_fork(history, after(name)) for name in names}
    assert in_a_fork(history, today()) == whole().digest()
    assert len({whole().digest(), *forked.values()}) == 3
    for name in names:
        assert forked[name] == run(people(), today(), after(name)).digest()
    # the history itself is as it was
    assert history.continue_with(today()).digest() == whole().digest()
    with pytest.raises(SimError, match="continued already; allowed: once"):
        history.continue_with(today())


@pytest.mark.parametrize("day", [date(2021, 5, 15), date(2024, 7, 1), date(2031, 12, 31)])
def test_a_policy_date_alone_changes_nothing(day):
    other = today().model_copy(update={"policy": today().policy.model_copy(update={"start": day})})
    # extensions are reckoned at the values of the policy date, which are the same on all these days
    assert run(people(), other).digest() == whole().digest()


def test_a_scenario_that_changes_nothing_gives_everybody_the_same_life():
    same = scenario(["baseline"])
    assert run(people(), today(), scaled(same.after, FACTOR)).digest() == whole().digest()
    again = simulate(build(today()), scaled(parameters(), FACTOR), scaled(parameters(), FACTOR), 1, 0)
    assert again.digest() == whole().digest()


def test_nothing_differs_before_the_policy_starts():
    rules = after("extended_support_365+priority_need+local_connection_exempt")
    option = run(people(), today(), rules)
    early, early_option = (log.time < POLICY_DAY for log in (whole(), option))
    for column in ("person", "visit", "time", "event", "place", "detail"):
        one, two = getattr(whole(), column)[early], getattr(option, column)[early_option]
        assert np.array_equal(one, two), column
    assert option.digest() != whole().digest()


def test_seed_and_replication_both_matter():
    digests = {run(people(), today()).digest()}
    digests.add(simulate(build(today(), seed=2), today(), today(), 2, 0).digest())
    digests.add(simulate(build(today(), replication=1), today(), today(), 1, 1).digest())
    assert len(digests) == 3


PROGRAM = """
from tests.small_world import build, parameters, run, scaled
rules = scaled(parameters(), 0.01)
print(run(build(rules), rules).digest())
"""


@pytest.mark.parametrize("hash_seed", ["0", "1234"])
def test_another_process_with_another_hash_seed_gives_the_same_digest(hash_seed):
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(CHECKOUT)},
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.strip() == whole().digest()


# ------------------------------------------------------------------------------------------ one person more
UNLIMITED = {
    "decisions.reasonable_grounds.capacity_per_quarter": ".inf",
    "decisions.reasonable_grounds.capacity_rule.follow_from": "2049-01-01",
    "decisions.conclusive_grounds.capacity_per_quarter": ".inf",
    "decisions.conclusive_grounds.capacity_rule.follow_from": "2049-01-01",
    "support.beds.places": 1e6,
    "services.lifeline.places": "unlimited",
}


@cache
def without_limits():
    return parameters(UNLIMITED, {"people.arrivals.multiplier": FACTOR})


@pytest.mark.parametrize("which", [0, 400, -400, -1])
def test_one_person_less_changes_nobody_where_no_queue_binds(which):
    rules = without_limits()
    everybody = build(rules)
    missing = int(np.argsort(everybody.arrival)[which])
    others = everybody.take(np.arange(len(everybody)) != missing)
    one, two = run(everybody, rules), run(others, rules)
    assert int(np.sum(one.person == missing)) >= 1
    assert len(two) < len(one)
    assert same_lives(one, everybody, two, others, others.id.tolist()) == []


def test_one_more_at_the_end_of_a_quarter_changes_nobody_where_no_queue_binds():
    rules = without_limits()
    everybody = build(rules)
    arrivals = rules.people.arrivals
    late = quarter_start(48)
    growing = arrivals.model_copy(update={"projected_per_quarter": arrivals.projected_per_quarter * 1.02})
    people_more = rules.people.model_copy(update={"arrivals": growing})
    more = build(rules.model_copy(update={"people": people_more}))
    # some join at the end of each projected quarter, and the arrivals of the others stay in their quarter
    kept = np.isin(everybody.id, more.id)
    assert len(more) > len(everybody)
    assert kept.all()
    before = everybody.arrival < late
    unmoved = [
        int(number)
        for number, was in zip(everybody.id, everybody.arrival, strict=True)
        if was == more.arrival[np.searchsorted(more.id, number)]
    ]
    assert int(before.sum()) <= len(unmoved)
    one, two = run(everybody, rules), run(more, rules)
    assert same_lives(one, everybody, two, more, unmoved) == []


def test_one_person_more_does_change_somebody_where_a_queue_binds():
    missing = int(np.argsort(people().arrival)[-900])
    others = people().take(np.arange(len(people())) != missing)
    changed = same_lives(whole(), people(), run(others, today()), others, others.id.tolist())
    upstream = [int(number) for number in people().id[people().arrival < people().arrival[missing] - 800]]
    assert changed
    assert len(changed) < 0.5 * len(others)
    assert upstream


# ------------------------------------------------------------------------------------------- lower a hazard
def first_times(log, event):
    return {
        row: float(own.time[own.event == event][0]) for row, own in lives(log) if (own.event == event).any()
    }


@pytest.mark.parametrize(
    ("path", "event"),
    [
        ("risk.dies_per_year", Event.DIED),
        ("risk.missing_per_year", Event.WENT_MISSING),
        ("risk.re_exploitation_per_year", Event.RE_EXPLOITED),
        ("risk.crisis_per_need_year", Event.CRISIS),
    ],
)
def test_a_lower_rate_never_brings_that_event_forward(path, event):
    high = parameters(UNLIMITED, {"people.arrivals.multiplier": FACTOR, path: 0.6})
    low = parameters(UNLIMITED, {"people.arrivals.multiplier": FACTOR, path: 0.3})
    everybody = build(high)
    sooner, later = first_times(run(everybody, high), event), first_times(run(everybody, low), event)
    assert len(sooner) > 100
    assert len(later) < len(sooner)
    for row, time in later.items():
        assert time >= sooner[row] - 2**-19, row


@pytest.mark.parametrize("path", ["risk.insecure_ratio", "risk.no_worker_ratio", "risk.limbo_ratio"])
def test_a_lower_ratio_never_brings_the_first_harm_forward(path):
    quiet_but = {"people.arrivals.multiplier": FACTOR, "risk.crisis_per_need_year": 0}
    quiet_but |= {"risk.re_exploitation_per_year": 0.2}
    high, low = parameters(UNLIMITED, {**quiet_but, path: 3}), parameters(UNLIMITED, {**quiet_but, path: 1})
    everybody = build(high)
    sooner, later = (
        {
            row: float(
                own.time[np.isin(own.event, [Event.RE_EXPLOITED, Event.WENT_MISSING])].min(initial=np.inf)
            )
            for row, own in lives(run(everybody, rules))
        }
        for rules in (high, low)
    )
    assert sum(np.isfinite(list(later.values()))) > 100
    assert sum(np.isfinite(list(later.values()))) < sum(np.isfinite(list(sooner.values())))
    assert all(time >= sooner[row] - 2**-19 for row, time in later.items())


# --------------------------------------------------------------------------------------------- other luck
def until_first_confirmed(own):
    """The events of one life up to the first positive conclusive decision, and whether there was one."""
    at = np.flatnonzero(own.event == Event.CG_POSITIVE)
    end = at[0] + 1 if len(at) else len(own)
    return [(own.time[k], own.event[k], own.detail[k]) for k in range(end)], bool(len(at))


def test_other_luck_begins_with_the_positive_decision_and_only_after_the_policy_date():
    rules = without_limits()
    other = rules.model_copy(
        update={"experiment": rules.experiment.model_copy(update={"coupling": "independent"})}
    )
    everybody = build(rules)
    one, two = dict(lives(run(everybody, rules))), dict(lives(run(everybody, rules, other)))
    assert one.keys() == two.keys()
    changed = 0
    for row, own in one.items():
        before, confirmed = until_first_confirmed(own)
        assert until_first_confirmed(two[row]) == (before, confirmed), row
        same = np.array_equal(own.time, two[row].time) and np.array_equal(own.event, two[row].event)
        if not confirmed or before[-1][0] < POLICY_DAY:
            assert same, row
        else:
            changed += not same
    assert changed > 100


def test_other_luck_is_the_same_other_luck_each_time_and_no_survivors_key():
    rules = today().model_copy(
        update={"experiment": today().experiment.model_copy(update={"coupling": "independent"})}
    )
    first = run(people(), today(), rules).digest()
    assert first == run(people(), today(), rules).digest() != whole().digest()
    assert len({other_luck(1, 0), other_luck(1, 1), other_luck(2, 0)}) == 3
    assert not np.isin(people().key ^ np.uint64(other_luck(1, 0)), people().key).any()


def one_survivor(rules):
    """A followed survivor in a world without anybody else, whose hazards can be reviewed by hand."""
    population = made([Made(date(2014, 1, 2), frailty=1.0)])
    world = World(rules, 1, 0, 1e5)
    survivor = Survivor(0, Traits(population))
    survivor.followed = True
    survivor.place = 1
    return survivor, world


def test_a_clock_keeps_its_time_to_the_bit_while_its_rate_stays_and_spends_the_rest_when_it_changes():
    from sim.engine.unpacking import rules_of
    from sim.pathway import clocks

    base = rules_of(quiet({"risk.dies_per_year": 0.5, "risk.missing_per_year": 0.25}))
    person, world = one_survivor(base)
    clocks.review(person, world)
    dies, missing = person.clock_due[Clock.DIES], person.clock_due[Clock.GOES_MISSING]
    assert person.due[Slot.LIFE] == min(dies, missing)
    world._now = 0.25 * min(dies, missing)
    world.rules = base._replace(risk=base.risk._replace(missing=base.risk.missing / 2))
    clocks.review(person, world)
    assert person.clock_due[Clock.DIES] == dies
    left = missing - world.now
    assert person.clock_due[Clock.GOES_MISSING] == pytest.approx(world.now + 2 * left, abs=1e-5)
    # stopped, then gone on with: what was left is left
    world.rules = base._replace(risk=base.risk._replace(missing=0.0))
    clocks.review(person, world)
    assert person.clock_due[Clock.GOES_MISSING] == np.inf
    world._now += 0.25 * left
    world.rules = base
    clocks.review(person, world)
    assert person.clock_due[Clock.GOES_MISSING] == pytest.approx(world.now + left, abs=1e-5)
    assert person.clock_due[Clock.DIES] == dies


def test_a_spent_clock_that_changes_no_rate_leaves_the_others_heard():
    from sim.engine.unpacking import rules_of
    from sim.pathway import clocks

    both = {"risk.dies_per_year": 0.5, "support.casework.disengagement_per_month": 2}
    person, world = one_survivor(rules_of(quiet(both)))
    person.in_support = True
    clocks.review(person, world)
    dies = person.clock_due[Clock.DIES]
    world._now = person.due[Slot.LIFE]
    assert world.now < dies
    person.due[Slot.LIFE] = np.inf  # it rings
    assert clocks.spent(person, world.now) == Clock.DISENGAGES
    person.in_support = False
    clocks.review(person, world)
    assert person.due[Slot.LIFE] == dies


def test_a_health_need_that_was_met_may_open_again_and_again():
    from sim.engine.unpacking import rules_of
    from sim.pathway import clocks, hazards, needs

    person, world = one_survivor(rules_of(quiet({"risk.health_relapse_per_year": 0.5})))
    person.income_from = 0.0
    person.health_need = True
    clocks.review(person, world)
    assert clocks.needs(person, 0.0) == 1
    assert person.clock_due == [] or person.clock_due[Clock.HEALTH_RELAPSES] == np.inf
    relapses = []
    for _ in range(3):
        needs.health_met(person, world)
        clocks.review(person, world)
        assert clocks.needs(person, world.now) == 0
        relapses.append(person.clock_due[Clock.HEALTH_RELAPSES] - world.now)
        world._now = person.due[Slot.LIFE]
        person.due[Slot.LIFE] = np.inf  # it rings
        hazards.rings(person, world)
        assert (person.health_need, person.health_met) == (True, False)
        clocks.review(person, world)
    assert len(set(relapses)) == 3  # each occasion has its own number
    told = world.finish().event.tolist()
    assert told == [Event.HEALTH_NEED_MET, Event.HEALTH_NEED_RELAPSED] * 3


def test_waiting_for_a_decision_counts_only_while_it_is_waited_for():
    from sim.engine.unpacking import rules_of
    from sim.pathway import clocks

    person, world = one_survivor(rules_of(quiet({"risk.missing_per_year": 0.1, "risk.limbo_ratio": 2})))
    usual = clocks.rates_of(person, world)[Clock.GOES_MISSING]
    person.case_open = True
    assert clocks.rates_of(person, world)[Clock.GOES_MISSING] == usual  # before a reasonable grounds decision
    person.rg_positive_at = 0.0
    assert clocks.rates_of(person, world)[Clock.GOES_MISSING] == 2 * usual
    person.case_open = False
    assert clocks.rates_of(person, world)[Clock.GOES_MISSING] == usual


def test_whole_days_and_a_short_horizon_end_at_the_horizon():
    rules = quiet({"policy.start": "2014-06-01", "experiment.horizon": "2014-07-01"})
    log = run(made([Made(date(2014, 6, 20)), Made(date(2014, 6, 30))]), rules)
    assert log.time.max() < day_of(date(2014, 7, 1))
    assert day_of_only(log, Event.RG_POSITIVE, 0) < day_of_only(log, Event.REFERRED, 1)
