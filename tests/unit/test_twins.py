"""The analytic twin: formulas against textbooks, every answer and every reason, and faults that must show.

Networks of the tests of theory are written down as event logs, so that a station of which everything is known
is read as one of the model's. Not here: the engines themselves (`tests/theory`).
"""

from __future__ import annotations

from math import inf, isnan

import numpy as np
import pytest

from sim.config.compose import baseline
from sim.engine.clock import day_of
from sim.engine.unpacking import rules_of
from sim.experiment.machinery import NationalModel
from sim.outcomes.waits import Station
from sim.validate.queueing import erlang, fluid, infinite_servers
from sim.validate.twin_answers import Answer, Span, changes_of, desk_twin, pool, unlimited
from tests.small_network import Network, reference

SEED = 20260401


# ------------------------------------------------------------------------------------------------- formulas
@pytest.mark.parametrize(
    ("rates", "served", "waiting"),
    [
        ((0.9, 1.0, 1), 0.9, 8.1),
        ((1.8, 1.0, 2), 1.8, 7.673684),
        ((4.0, 1.0, 5), 4.0, 2.216450),
        ((18.0, 1.0, 20), 18.0, 4.956921),
        ((95.0, 1.0, 100), 95.0, 9.622680),
        ((10.0, 1.0, 10, 0.5), 8.960868, 2.078264),
        # so many places that weights outwards from the likeliest number are all that fits into a float
        ((5_000.0, 1.0, 6_000), 5_000.0, 0.0),
        ((3_000.0, 1.0, 1_000, 1.0), 1_000.0, 2_000.0),
        ((3.0, 1.0, 0, 0.5), 0.0, 6.0),
        ((0.0, 1.0, 5), 0.0, 0.0),
    ],
)
def test_erlangs_numbers(rates, served, waiting):
    found = erlang(*rates)
    assert found == pytest.approx((served, waiting), abs=1e-6)


@pytest.mark.parametrize("rates", [(5.0, 1.0, 5), (6.0, 1.0, 5), (1.0, 1.0, 0)])
def test_no_steady_state_is_claimed_where_there_is_none(rates):
    assert erlang(*rates) is None


def test_infinite_servers_follow_the_stays_of_those_who_come():
    joined = np.arange(0.0, 3000.0, 0.5)
    assert infinite_servers(joined, joined + 40.0, 1000.0, 3000.0) == pytest.approx(80.0, rel=0.01)
    # half stay for no time at all
    left = np.where(np.arange(len(joined)) % 2, joined + 40.0, joined)
    assert infinite_servers(joined, left, 1000.0, 3000.0) == pytest.approx(40.0, rel=0.01)
    # whoever is there at the end is censored, not gone
    left = np.where(joined + 40.0 < 3000.0, joined + 40.0, inf)
    assert infinite_servers(joined, left, 1000.0, 3000.0) == pytest.approx(80.0, rel=0.01)
    assert infinite_servers(joined, joined, 1000.0, 3000.0) == 0.0
    assert isnan(infinite_servers(joined, joined + 2500.0, 1000.0, 3000.0))
    assert isnan(infinite_servers(joined, joined + 1.0, 3500.0, 4000.0))


def test_a_fluid_grows_by_what_is_left_over_and_never_falls_below_nothing():
    days = np.ones(100)
    assert fluid(10.0, 3.0 * days, 2.0 * days) == pytest.approx((60.0, 1.0))
    empty = fluid(10.0, 2.0 * days, 3.0 * days)
    assert empty.growth == pytest.approx(-0.1)
    assert empty.mean == pytest.approx(0.5)
    # with people giving up it settles where they leave as fast as they come
    assert fluid(100.0, 3.0 * days, 2.0 * days, 0.01) == pytest.approx((100.0, 0.0))


# -------------------------------------------------------------------------------------------------- answers
def stations(network: Network, n_people: int, number: int = 0) -> tuple[Station, Station, Span]:
    """Line and places of a network's first station, and the time from a fifth of its run to the end."""
    visits = reference(network, n_people, SEED, number)
    served = np.isfinite(visits.begun[0])
    left_line = np.where(served, visits.begun[0], visits.left)
    held = Station(visits.begun[0][served], visits.left[served], np.ones(served.sum(), bool))
    end = float(visits.came[-1])
    return Station(visits.came, left_line, served), held, Span(end / 5, end)


@pytest.mark.parametrize(
    ("network", "places"),
    [
        (Network((5,), 4.0, (1.0,)), 5.0),
        (Network((10,), 10.0, (1.0,), mean_patience=2.0), 10.0),
        (Network((3,), 6.0, (1.0,), mean_patience=3.0), 3.0),
    ],
)
def test_a_line_for_places_has_erlangs_numbers(network, places):
    twins = []
    for number in range(6):
        line, held, span = stations(network, 5_000, number)
        twins.append(pool("beds", line, held, places, span))
    assert {twin.answer for twin in twins} == {Answer.ERLANG}
    for seen, told in (("number", "number_expected"), ("waiting", "waiting_expected")):
        difference = np.array([getattr(twin, seen) - getattr(twin, told) for twin in twins])
        size = np.mean([getattr(twin, told) for twin in twins])
        assert abs(difference.mean()) <= 3 * difference.std(ddof=1) / np.sqrt(6) + 0.002 * size
        assert abs(difference.mean()) <= 0.1 * size
    assert all(abs(twin.little_residual) < 0.03 * twin.little_number for twin in twins)


def test_more_than_can_be_served_grows_at_the_rate_that_is_left_over():
    line, held, span = stations(Network((5,), 6.0, (1.0,)), 8_000)
    twin = pool("beds", line, held, 5.0, Span(span.start, span.end - 1.0))
    assert twin.answer is Answer.FLUID
    assert twin.growing
    assert twin.load == pytest.approx(1.2, rel=0.03)
    assert twin.growth_expected == pytest.approx(365.25, rel=0.1)
    assert twin.growth_per_year == pytest.approx(twin.growth_expected, rel=0.05)
    assert twin.waiting == pytest.approx(twin.waiting_expected, rel=0.1)


def test_no_limit_has_the_numbers_of_infinite_servers():
    line, held, span = stations(Network((inf,), 10.0, (8.0,)), 8_000)
    twin = pool("service", line, held, inf, span)
    assert twin.answer is Answer.INFINITE
    assert twin.number == pytest.approx(twin.number_expected, rel=0.02)
    assert twin.number == pytest.approx(80.0, rel=0.1)
    assert twin.waiting == twin.waiting_expected == 0.0
    assert unlimited("support", held, span).number_expected == twin.number_expected


def test_lost_places_show():
    """A pool that leaves one of its five places empty for ever: the twin with five says so."""
    line, held, span = stations(Network((4,), 3.6, (1.0,)), 8_000)
    twin = pool("beds", line, held, 5.0, span)
    assert twin.answer is Answer.ERLANG
    assert twin.waiting > 3 * twin.waiting_expected


def test_people_lost_from_a_station_break_littles_law():
    line, held, span = stations(Network((5,), 4.0, (1.0,)), 3_000)
    sound = pool("beds", line, held, 5.0, span)
    assert abs(sound.little_residual) < 0.05
    # the census still counts whom the stopwatch has let go
    leak = Station(held.joined, held.left, held.served)
    leak.__dict__["_in_order"] = (np.sort(held.joined), np.sort(held.left)[::2])
    assert pool("beds", line, leak, 5.0, span).little_residual > 1.0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"places": 0.0}, "there is no place"),
        ({"changes": "the number of places changes"}, "the number of places changes"),
        ({"thin": 300}, "too few for a rate"),
        ({"until": 10.0}, "stays are long"),
        ({"late": True}, "the rate of arrivals changes"),
        ({"nobody": True}, "nobody asks for it"),
    ],
)
def test_where_no_theory_applies_it_says_why(change, reason):
    line, held, span = stations(Network((50,), 40.0, (5.0,), mean_patience=5.0), 6_000)
    if "until" in change:
        span = Span(span.start, span.start + change["until"])
    if "thin" in change:
        line, held = (
            Station(s.joined[:: change["thin"]], s.left[:: change["thin"]], s.served[:: change["thin"]])
            for s in (line, held)
        )
    if "late" in change or "nobody" in change:
        kept = line.joined > (span.start + span.end) / 2 if "late" in change else np.zeros(6_000, bool)
        line = Station(line.joined[kept], line.left[kept], line.served[kept])
    twin = pool("beds", line, held, change.get("places", 50.0), span, change.get("changes", ""))
    assert twin.answer is Answer.NONE
    assert reason in twin.reason
    assert isnan(twin.number_expected)


def test_places_that_change_or_are_bought_are_noticed():
    rules = rules_of(baseline())
    steps = rules.support.bed_places
    assert changes_of(steps, Span(float(day_of_year(2024)), float(day_of_year(2027))), bought=False)
    assert not changes_of(steps, Span(float(day_of_year(2027)), float(day_of_year(2031))), bought=False)
    assert "bought" in changes_of(steps, Span(5000.0, 6000.0), bought=True)


def day_of_year(year: int) -> int:
    from datetime import date

    return day_of(date(year, 4, 1))


def test_a_desk_with_too_few_decisions_grows_and_one_with_enough_does_not():
    desk = rules_of(
        baseline(
            [
                "decisions.conclusive_grounds.capacity_per_quarter=600",
                "decisions.conclusive_grounds.capacity_rule.follow_from=2049-01-01",
            ]
        )
    ).decisions.cg_desk
    start, end = float(day_of_year(2025)), float(day_of_year(2029))
    joined = start - 200.0 + np.arange(0.0, 1_700.0, 0.1)
    line = Station(joined, np.full(len(joined), inf), np.zeros(len(joined), bool))
    twin = desk_twin("decisions", line, line, desk, 0.0, Span(start, end))
    a_day = 4 * 600 / 365.25
    assert twin.load == pytest.approx(10.0 / a_day, rel=0.01)
    assert twin.growth_expected == pytest.approx((10.0 - a_day) * 365.25, rel=0.02)
    few = Station(joined[::20], joined[::20] + 1.0, np.ones(len(joined[::20]), bool))
    settled = desk_twin("decisions", few, few, desk, 30.0, Span(start, end))
    assert not settled.growing
    assert abs(settled.growth_expected) < 5.0
    # handled for 30 days, and then decided within two
    assert 0.5 * 30.5 <= settled.waiting_expected <= 0.5 * 32.5


# ------------------------------------------------------------------------------------------------- the model
def test_every_station_of_a_small_world_has_a_twin_or_a_reason():
    before = baseline(["people.arrivals.multiplier=0.01", "experiment.engine=reference"])
    model = NationalModel()
    people = model.people(before, SEED, 0)
    log = model.whole(people, before, before, SEED, 0)
    found = model.measure(people, log, model.cohort(people, log, before), before).stations
    by_name = {row["station"]: row for row in found}
    assert len(by_name) == len(found)
    assert {"reasonable grounds", "conclusive grounds", "safehouse beds", "casework"} <= set(by_name)
    assert sum(name.startswith("service: ") for name in by_name) == len(before.services)
    for row in found:
        assert (row["answer"] == Answer.NONE) == bool(row["reason"]), row
        if not isnan(row["little_residual"]):
            assert abs(row["little_residual"]) <= 0.02 * row["little_number"] + 0.05, row
        told = row["number_expected"], row["waiting_expected"]
        assert (row["answer"] == Answer.NONE) == all(map(isnan, told)), row
    line = by_name["reasonable grounds"]
    assert line["waiting"] == pytest.approx(line["waiting_expected"], rel=0.2)
    assert model.measure(people, log, model.cohort(people, log, before), before, False).stations == []
    assert not isnan(by_name["conclusive grounds"]["load"])
    assert by_name["bridging homes"]["reason"] == "nobody asks for it"
