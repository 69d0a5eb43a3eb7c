"""Small networks drawn at random, and Ciw as a second opinion on each; both are cut off at one horizon.

Ciw knows priorities and reneging. Its own schedules are another rule than the pathway's: at a change of shift
it brings the new servers in beside those who still finish a customer. So a closed place is told to it as a
visitor of the first priority, who takes the next server that falls free and keeps it until the place opens
again, or gives up then: that is the pathway's rule, in which nobody is turned out. What has not ended at the
horizon is counted on both sides. What must agree is in `test_ciw.py`.
"""

from __future__ import annotations

import random
from math import inf, isnan
from typing import Any, NamedTuple

import numpy as np

from tests.small_network import Network, compiled

SEED = 20260401
HORIZON = 30.0
"""Days."""


class Closure(NamedTuple):
    """Places of one level that are closed, as times (begin, end) one after the other."""

    station: int
    times: tuple[tuple[float, float], ...]


def draw(number: int) -> Network:
    """The network of this number: one or two stations, up to three classes, patience, places that change."""
    rng = np.random.default_rng([SEED, number])
    n_stations = int(rng.integers(1, 3))
    places = tuple(float(rng.integers(2, 9)) for _ in range(n_stations))
    means = tuple(float(rng.uniform(0.3, 2.0)) for _ in range(n_stations))
    rate = float(rng.uniform(0.6, 1.4)) * places[0] / means[0]
    n_classes = int(rng.integers(1, 4))
    shares = rng.uniform(0.2, 1.0, n_classes)
    turns: tuple[tuple[float, ...], ...] = ()
    if number % 2:
        days = np.sort(rng.uniform(1.0, HORIZON - 1.0, 4))
        turns = tuple(
            (float(day), *(float(rng.integers(0, int(most) + 1)) for most in places)) for day in days
        )
    return Network(
        places,
        rate,
        means,
        float(rng.uniform(0.5, 6.0)) if rng.random() < 0.7 else inf,
        tuple((shares / shares.sum()).tolist()),
        turns=turns,
    )


def closures(network: Network) -> list[Closure]:
    """Which places are closed when: the k-th level is closed while k places or more are."""
    found = []
    for station, most in enumerate(network.places):
        days = [0.0, *(turn[0] for turn in network.turns), inf]
        closed = [0.0, *(most - turn[1 + station] for turn in network.turns)]
        for level in range(1, int(max(closed)) + 1):
            times: list[tuple[float, float]] = []
            for k, number in enumerate(closed):
                if number < level:
                    continue
                if times and times[-1][1] == days[k]:
                    times[-1] = (times[-1][0], days[k + 1])
                else:
                    times.append((days[k], days[k + 1]))
            found.append(Closure(station, tuple(times)))
    return found


def summary(rows: list[tuple[int, float, float, float]], n_stations: int) -> dict[str, float]:
    """What is compared, from rows (station, joined, begun, left it); infinite where it has not been."""
    found = {}
    for station in range(n_stations):
        own = np.array([row[1:] for row in rows if row[0] == station]).reshape(-1, 3)
        joined, begun, left = own[own[:, 0] < HORIZON].T
        began = begun < HORIZON
        line_ends = np.minimum(np.minimum(begun, left), HORIZON)
        found |= {
            f"joined {station}": float(len(joined)),
            f"begun {station}": float(began.sum()),
            f"in line at the end {station}": float((np.minimum(begun, left) >= HORIZON).sum()),
            f"in a place at the end {station}": float((began & (left >= HORIZON)).sum()),
            f"gave up {station}": float((~began & (left < HORIZON)).sum()),
            f"in line {station}": float((line_ends - joined).sum() / HORIZON),
            f"in a place {station}": float(
                (np.minimum(left, HORIZON) - np.minimum(begun, HORIZON))[began].sum() / HORIZON
            ),
        }
    return found


def ours(network: Network, number: int, engine: Any = compiled) -> dict[str, float]:
    """One replication of our own engine."""
    n_people = int(network.rate * HORIZON + 10 * np.sqrt(network.rate * HORIZON) + 50)
    visits = engine(network, n_people, SEED, number)
    assert visits.came[-1] > HORIZON
    rows: list[tuple[int, float, float, float]] = []
    last = len(network.places) - 1
    for station in range(last + 1):
        left = visits.joined[station + 1] if station < last else visits.left
        left = np.where(np.isinf(visits.begun[station]), visits.left, left)
        known = np.isfinite(visits.joined[station])
        rows += zip(
            [station] * int(known.sum()),
            visits.joined[station][known].tolist(),
            visits.begun[station][known].tolist(),
            left[known].tolist(),
            strict=True,
        )
    told = summary(rows, last + 1)
    for kind in range(len(network.shares)):
        own = (visits.kind == kind) & (visits.came < HORIZON)
        ends = np.minimum(np.minimum(visits.begun[0], visits.left), HORIZON)
        told[f"in line, class {kind}"] = float((ends - visits.came)[own].sum() / HORIZON)
    return told


def theirs(network: Network, number: int) -> dict[str, float]:
    """One replication of Ciw."""
    import ciw

    n_stations, shut = len(network.places), closures(network)
    people = [f"class {k}" for k in range(len(network.shares))]
    names = [f"closed {k}" for k in range(len(shut))]

    class Begins(ciw.dists.Distribution):  # type: ignore[misc]
        """Closed places of one level, each at its time."""

        def __init__(self, times: tuple[tuple[float, float], ...]) -> None:
            self.begins = [begin for begin, _ in times]

        def sample(self, t: float | None = None, ind: Any = None) -> float:
            return self.begins.pop(0) - (t or 0.0) if self.begins else inf

    class Until(ciw.dists.Distribution):  # type: ignore[misc]
        """Days until the place that is closed now opens again."""

        def __init__(self, times: tuple[tuple[float, float], ...]) -> None:
            self.times = times

        def sample(self, t: float | None = None, ind: Any = None) -> float:
            now = t or 0.0
            ends = (end for begin, end in self.times if begin <= now + 1e-9 and now < end)
            # a server may fall free at the very instant at which the place opens again
            return min(next(ends, now + 1e-9), 10 * HORIZON) - now

    def at(station: int, what: Any) -> list[Any]:
        return [what if k == station else None for k in range(n_stations)]

    service = [ciw.dists.Exponential(1.0 / mean) for mean in network.mean_service]
    patience = ciw.dists.Exponential(1.0 / network.mean_patience) if network.mean_patience < inf else None
    onwards = [[1.0 if k == j + 1 else 0.0 for k in range(n_stations)] for j in range(n_stations)]
    stay = [[0.0] * n_stations for _ in range(n_stations)]
    ciw.seed(SEED * 1_000 + number)
    random.seed(SEED * 1_000 + number)
    system = ciw.create_network(
        arrival_distributions={
            name: at(0, ciw.dists.Exponential(network.rate * share))
            for name, share in zip(people, network.shares, strict=True)
        }
        | {name: at(one.station, Begins(one.times)) for name, one in zip(names, shut, strict=True)},
        service_distributions=dict.fromkeys(people, service)
        | {name: [Until(one.times)] * n_stations for name, one in zip(names, shut, strict=True)},
        reneging_time_distributions={name: at(0, patience) for name in people}
        | {name: at(one.station, Until(one.times)) for name, one in zip(names, shut, strict=True)},
        routing=dict.fromkeys(people, onwards) | dict.fromkeys(names, stay),
        number_of_servers=[int(places) for places in network.places],
        priority_classes=dict.fromkeys(names, 0) | {name: k + bool(names) for k, name in enumerate(people)},
    )
    simulation = ciw.Simulation(system)
    simulation.simulate_until_max_time(HORIZON)
    rows, by_class = [], dict.fromkeys(people, 0.0)
    for one in simulation.get_all_records(include_incomplete=True):
        if one.original_customer_class in names:
            continue
        never = one.service_start_date is None or isnan(one.service_start_date)
        begun = inf if never else one.service_start_date
        left = inf if one.exit_date is None else one.exit_date
        rows.append((one.node - 1, one.arrival_date, begun, left))
        if one.node == 1:
            by_class[one.original_customer_class] += min(begun, left, HORIZON) - one.arrival_date
    told = summary(rows, n_stations)
    return told | {f"in line, {name}": days / HORIZON for name, days in by_class.items()}
