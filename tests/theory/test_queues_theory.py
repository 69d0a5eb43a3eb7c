"""Queueing theory against the pathway's own pool, clockwork and keyed chance, told as small stories.

Exact values are from textbooks; the tolerance is three standard errors of means over batches, which must be
small against the target: 1% in the deep run, a few per cent in the everyday one. False alarms: 0.4% for each
of some thirty comparisons, about one in ten over all of them; the seed was fixed beforehand and stays. The
start-up is left out, so the state is stationary.
"""

from __future__ import annotations

from itertools import pairwise
from math import exp, factorial, inf, sqrt

import numpy as np
import pytest

from sim.engine.environment import NEVER, Clockwork
from sim.engine.queues import Pool
from sim.people.chance import Kind, entity_keys, root_key, uniforms
from sim.people.variates import exponential_array, lognormal_from_mean_cv_array

SEED = 20260401
BATCHES = 40
ARRIVES, SERVICE, PATIENCE, KIND = 1, 2, 3, 4


class Customer:
    """Somebody with one ticket and one clock."""

    __slots__ = ("changed", "due", "holds", "row", "stories", "ticket_count", "tickets")

    def __init__(self, row):
        self.row = row
        self.due = [NEVER]
        self.stories = [None]
        self.tickets = [0]
        self.ticket_count = 0
        self.holds = [False]
        self.changed = False

    def take_ticket(self, line):
        self.ticket_count += 1
        self.tickets[line] = self.ticket_count
        return self.ticket_count


class Station:
    """So many places, Poisson arrivals, a line with patience: when each came, was served, and left.

    Attributes
    ----------
    came, begun, left : ndarray, shape (n_people,)
        Times; `begun` is infinite for those who gave up.
    """

    def __init__(self, places, rate, n_people, service, patience=None, ranks=None):
        keys = entity_keys(root_key(SEED, 0, Kind.WORLD), np.arange(n_people, dtype=np.uint64))
        self.came = np.cumsum(exponential_array(uniforms(keys, ARRIVES), 1.0 / rate))
        self.service = service(uniforms(keys, SERVICE)).tolist()
        waits = [inf] * n_people
        if patience is not None:
            waits = exponential_array(uniforms(keys, PATIENCE), patience).tolist()
        self.patience = waits
        self.kind = np.zeros(n_people, int)
        if ranks is not None:
            self.kind = np.searchsorted(np.cumsum(ranks) / sum(ranks), uniforms(keys, KIND), side="right")
        self.begun, self.left = [inf] * n_people, [inf] * n_people
        self.env = Clockwork()
        self.pool = Pool(self.env, 0, 0, places)
        self.env.givers = [self.pool]
        door = Customer(-1)
        self.env.start(door, 0, self._arrivals(door))
        self.env.run_until(inf)
        self.begun, self.left = np.array(self.begun), np.array(self.left)

    def _arrivals(self, door):
        env, kinds = self.env, self.kind.tolist()
        for row, time in enumerate(self.came.tolist()):
            env.until(door, 0, time)
            yield
            person = Customer(row)
            env.start(person, 0, self._visit(person, kinds[row]))

    def _visit(self, person, kind):
        env, pool, row = self.env, self.pool, person.row
        pool.join(person, kind)
        if self.patience[row] < inf:
            env.wait(person, 0, self.patience[row])
        yield
        if not person.holds[0]:
            pool.leave(person)
            self.left[row] = env.now
            return
        self.begun[row] = env.now
        env.wait(person, 0, self.service[row])
        yield
        person.holds[0] = False
        self.left[row] = env.now
        pool.release()


def settled(values, skip):
    """Mean and its standard error over batches, the first customers left out."""
    values = np.asarray(values, dtype=float)[skip:]
    length = len(values) // BATCHES
    means = values[: length * BATCHES].reshape(BATCHES, length).mean(axis=1)
    return means.mean(), means.std(ddof=1) / sqrt(BATCHES)


def present(came, left, skip):
    """Mean number present and its standard error, over equal spans of time once the first have come."""
    start, end = came[skip], came[-1]
    cuts = np.linspace(start, end, BATCHES + 1)
    means = []
    for first, after in pairwise(cuts):
        inside = np.clip(np.minimum(left, after) - np.maximum(came, first), 0.0, None)
        means.append(inside.sum() / (after - first))
    return np.mean(means), np.std(means, ddof=1) / sqrt(BATCHES)


def agrees(found, target, within):
    mean, error = found
    assert error <= within * target, f"run longer: standard error {error:.5g} of {target}"
    assert abs(mean - target) <= 3 * error, f"{mean:.5g} +- {error:.2g} is not {target}"


def exponential_service(mean=1.0):
    return lambda u: exponential_array(u, mean)


def efforts(everyday, deep, within=0.03):
    """How many people, and how small the standard error must be, in the everyday run and the deep one."""
    return pytest.mark.parametrize(
        ("n_people", "within"),
        [
            pytest.param(everyday, within, id="everyday"),
            pytest.param(deep, 0.01, id="deep", marks=pytest.mark.deep),
        ],
    )


# ------------------------------------------------------------------------------------------ many servers
@efforts(600_000, 3_000_000)
def test_five_servers_at_four_fifths(n_people, within):
    station = Station(5, 4.0, n_people, exponential_service())
    waited, skip = station.begun - station.came, n_people // 100
    agrees(settled(waited > 0, skip), 0.554113, within)
    agrees(settled(waited, skip), 0.554113, within)
    agrees(present(station.came, station.left, skip), 6.216450, within)


@efforts(600_000, 3_000_000)
def test_priorities_share_out_the_same_wait(n_people, within):
    station = Station(5, 4.0, n_people, exponential_service(), ranks=(1.0, 1.5, 1.5))
    waited, skip = station.begun - station.came, n_people // 100
    for kind, target in enumerate((0.138528, 0.277057, 1.108226)):
        agrees(settled(waited[skip:][station.kind[skip:] == kind], 0), target, 1.6 * within)
    agrees(settled(waited, skip), 0.554113, 1.2 * within)


@efforts(600_000, 5_000_000, within=0.05)
def test_two_servers_at_nine_tenths(n_people, within):
    station = Station(2, 1.8, n_people, exponential_service())
    waited = station.begun - station.came
    agrees(settled(waited > 0, 20_000), 0.852632, within)
    agrees(settled(waited, 20_000), 4.263158, within)
    agrees(present(station.came, station.left, 20_000), 9.473684, within)


@efforts(600_000, 5_000_000, within=0.05)
def test_one_server_at_nine_tenths(n_people, within):
    station = Station(1, 0.9, n_people, exponential_service())
    agrees(settled(station.begun - station.came, 20_000), 9.0, within)
    agrees(present(station.came, station.left, 20_000), 9.0, within)


@efforts(600_000, 3_000_000)
def test_one_server_at_a_half(n_people, within):
    # W_q = rho / (mu - lambda) = 1, L = rho / (1 - rho) = 1
    station = Station(1, 0.5, n_people, exponential_service())
    skip = n_people // 100
    agrees(settled(station.begun - station.came, skip), 1.0, within)
    agrees(settled(station.begun > station.came, skip), 0.5, within)
    agrees(present(station.came, station.left, skip), 1.0, within)


@efforts(600_000, 3_000_000)
def test_service_of_fixed_length_halves_the_wait(n_people, within):
    station = Station(1, 0.8, n_people, np.ones_like)
    agrees(settled(station.begun - station.came, n_people // 100), 2.0, within)


# ------------------------------------------------------------------------------------------------ patience
def erlang_a(rate, mu, servers, theta):
    """Chance to wait, chance to give up and mean number waiting, from the birth-and-death chain."""
    weights = [rate**n / (factorial(n) * mu**n) for n in range(servers + 1)]
    for n in range(servers + 1, servers + 400):
        weights.append(weights[-1] * rate / (servers * mu + (n - servers) * theta))
    total = sum(weights)
    waiting = sum((n - servers) * weight for n, weight in enumerate(weights) if n > servers) / total
    return sum(weights[servers:]) / total, theta * waiting / rate, waiting


@efforts(300_000, 1_500_000)
def test_people_who_give_up_waiting(n_people, within):
    wait, abandon, waiting = erlang_a(10.0, 1.0, 10, 0.5)
    assert (wait, abandon, waiting) == pytest.approx((0.619655, 0.103913, 2.078264), abs=1e-6)
    station = Station(10, 10.0, n_people, exponential_service(), patience=2.0)
    skip = n_people // 100
    gave_up = np.isinf(station.begun)
    queued_until = np.where(gave_up, station.left, station.begun)
    agrees(settled(queued_until > station.came, skip), wait, within)
    agrees(settled(gave_up, skip), abandon, within)
    agrees(present(station.came, queued_until, skip), waiting, within)
    agrees(settled(queued_until - station.came, skip), waiting / 10.0, within)


# ------------------------------------------------------------------------------------ support without limit
def at_least_45(draw):
    return lambda u: np.maximum(45.0, draw(u))


@pytest.mark.parametrize(
    ("draw", "target"),
    [
        (exponential_service(60.0), 73.341993),
        (exponential_service(200.0), 204.703244),
        (exponential_service(500.0), 501.965593),
        (lambda u: lognormal_from_mean_cv_array(u, 60.0, 1.0), 70.383775),
    ],
    ids=["exponential 60", "exponential 200", "exponential 500", "lognormal 60"],
)
def test_people_supported_to_the_later_of_45_days_and_the_decision(draw, target):
    station = Station(inf, 1.0, 90_000, at_least_45(draw))
    skip = 6_000  # twelve mean stays
    agrees(present(station.came, station.left, skip), target, 0.01)
    # their number is Poisson: counted far apart, its variance is its mean
    days = np.arange(station.came[skip], station.came[-1], 100.0)
    counted = np.searchsorted(station.came, days) - np.searchsorted(np.sort(station.left), days)
    ratio = counted.var(ddof=1) / counted.mean()
    correlation = exp(-100.0 / target)
    effective = len(days) * (1 - correlation**2) / (1 + correlation**2)
    assert abs(ratio - 1) <= 3 * sqrt(2.0 / effective)


# ------------------------------------------------------------------------------------------- costs nothing
def test_zero_places_serve_nobody_and_enough_places_let_nobody_wait():
    none = Station(0, 4.0, 2_000, exponential_service(), patience=1.0)
    assert np.isinf(none.begun).all()
    enough = Station(inf, 4.0, 2_000, exponential_service())
    assert (enough.begun - enough.came < 2**-19).all()


@pytest.mark.parametrize("places", [1, 4, 7])
def test_one_place_more_never_lengthens_anybodys_wait(places):
    fewer = Station(places, 4.0, 5_000, exponential_service())
    more = Station(places + 1, 4.0, 5_000, exponential_service())
    assert (more.begun <= fewer.begun).all()
    assert (more.begun < fewer.begun).any()


def test_a_doubled_unit_of_time_changes_nothing():
    days = Station(3, 2.5, 5_000, exponential_service())
    half_days = Station(3, 1.25, 5_000, exponential_service(2.0))
    # times are rounded to the grid at different places, a few steps of 2**-20 day apart in all
    np.testing.assert_allclose(half_days.begun, 2 * days.begun, atol=0.05)


def test_littles_law_holds_in_every_station_to_the_last_visitor():
    for station in (
        Station(3, 2.5, 5_000, exponential_service()),
        Station(10, 10.0, 5_000, exponential_service(), patience=2.0),
    ):
        times = np.concatenate([station.came, station.left])
        steps = np.concatenate([np.ones(5_000), -np.ones(5_000)])[np.argsort(times, kind="stable")]
        times = np.sort(times)
        number = np.cumsum(steps)
        assert number.min() >= 0
        assert number[-1] == 0
        area = float((number[:-1] * np.diff(times)).sum())
        assert area == pytest.approx(float((station.left - station.came).sum()), rel=1e-9)
