"""The small network in simulators that are not ours: stock SimPy, one process a person, and Ciw.

SimPy does the same job as our engines: from the same people it draws by key, and writes down the same, and
everybody must have the same times. It is also told with gaps, patience and service made beforehand, which is
less work. Ciw draws its own numbers and can be compared in distribution only.
"""

from __future__ import annotations

import math
import random
from collections.abc import Generator
from math import inf
from typing import Any, NamedTuple

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.engine.clock import on_grid, on_grid_array
from sim.people.chance import uniform, uniforms
from sim.people.variates import exponential, exponential_array
from tests.small_network import ARRIVES, PATIENCE, SERVICE, Floats, Network, People, Visits, gaps, luck


# ------------------------------------------------------------------------------------------------ stock SimPy
def simpy_processes(network: Network, people: People, resource: Any) -> Visits:
    """Stock SimPy, as its manual writes it: one process a person, a place is asked for in a `with` block.

    Parameters
    ----------
    network : Network
        With exponential service, and places that do not change; `room`, `warp` and `interim` are not known.
    people : People
        From `small_network.luck`.
    resource : class
        `simpy.PriorityResource`, or `simpy.Resource`, which knows no classes: first come, first served.
    """
    env = simpy.Environment()
    stations = [resource(env, places) for places in network.places]
    keys, kind = people.keys.tolist(), people.kind.tolist()
    came, left = [inf] * len(keys), [inf] * len(keys)
    joined, begun = ([[inf] * len(keys) for _ in stations] for _ in range(2))
    by_class = resource is simpy.PriorityResource
    mean_gap, mean_service, mean_patience = 1.0 / network.rate, network.mean_service, network.mean_patience

    def person(row: int, key: int) -> Generator[Any, Any, None]:
        came[row] = env.now
        for station, places in enumerate(stations):
            joined[station][row] = env.now
            with places.request(priority=kind[row]) if by_class else places.request() as request:
                if station == 0 and mean_patience < inf:
                    patience = on_grid(exponential(uniform(key, PATIENCE), mean_patience))
                    yield request | env.timeout(patience)
                    if not request.triggered:
                        break
                else:
                    yield request
                begun[station][row] = env.now
                service = on_grid(exponential(uniform(key, SERVICE + station), mean_service[station]))
                yield env.timeout(service)
        left[row] = env.now

    def arrivals() -> Generator[Any, Any, None]:
        for row, key in enumerate(keys):
            gap = exponential(uniform(key, ARRIVES), mean_gap) if row >= network.waiting_at_start else 0.0
            yield env.timeout(on_grid(gap))
            env.process(person(row, key))

    env.process(arrivals())
    env.run()
    return Visits(
        np.array(came), np.array(left), np.array(joined), np.array(begun), np.array(kind), np.zeros((0, 4))
    )


class Times(NamedTuple):
    """The same luck as times made beforehand."""

    gap: Floats
    patience: Floats
    service: Floats
    kind: NDArray[np.int64]


def times(network: Network, n_people: int, seed: int = 1, replication: int = 0) -> Times:
    """Gaps between arrivals (n_people,), service (n_stations, n_people), and the rest [days]."""
    keys, kind = luck(network, n_people, seed, replication)
    patience = np.full(n_people, inf)
    if network.mean_patience < inf:
        patience = on_grid_array(exponential_array(uniforms(keys, PATIENCE), network.mean_patience))
    service = [
        on_grid_array(exponential_array(uniforms(keys, SERVICE + k), mean))
        for k, mean in enumerate(network.mean_service)
    ]
    return Times(on_grid_array(gaps(network, keys)), patience, np.array(service), kind)


def simpy_processes_with_times_given(network: Network, given: Times, resource: Any) -> Floats:
    """The same processes with every time made beforehand; only begin of service is written down.

    Parameters
    ----------
    network : Network
    given : Times
    resource : class
        As for `simpy_processes`.

    Returns
    -------
    array of float64, shape (n_stations, n_people)
        Begin of service; infinite for those who gave up.
    """
    env = simpy.Environment()
    stations = [resource(env, places) for places in network.places]
    gap, patience, kind = given.gap.tolist(), given.patience.tolist(), given.kind.tolist()
    service = given.service.tolist()
    begun = [[inf] * len(gap) for _ in stations]
    by_class = resource is simpy.PriorityResource

    def person(row: int) -> Generator[Any, Any, None]:
        for station, places in enumerate(stations):
            with places.request(priority=kind[row]) if by_class else places.request() as request:
                if station == 0 and patience[row] < inf:
                    yield request | env.timeout(patience[row])
                    if not request.triggered:
                        return
                else:
                    yield request
                begun[station][row] = env.now
                yield env.timeout(service[station][row])

    def arrivals() -> Generator[Any, Any, None]:
        for row, days in enumerate(gap):
            yield env.timeout(days)
            env.process(person(row))

    env.process(arrivals())
    env.run()
    return np.array(begun)


# -------------------------------------------------------------------------------------------------------- Ciw
def ciw_records(network: Network, n_people: int, seed: int = 1) -> Any:
    """Ciw until so many have left; its list of records, one for each visit to a station."""
    import ciw

    classes = [f"class {number}" for number in range(len(network.shares))]
    later = [None] * (len(network.places) - 1)

    class Arrivals(ciw.dists.Distribution):  # type: ignore[misc]
        """Poisson arrivals; the first of them wait at the start, a grid step apart."""

        def __init__(self, share: float) -> None:
            self.rate = network.rate * share
            self.at_start = round(network.waiting_at_start * share)

        def sample(self, t: float | None = None, ind: Any = None) -> float:
            if self.at_start:
                self.at_start -= 1
                return 2.0**-20
            return random.expovariate(self.rate)

    service = [ciw.dists.Exponential(1.0 / mean) for mean in network.mean_service]
    settings: dict[str, Any] = {
        "arrival_distributions": {
            name: [Arrivals(share), *later] for name, share in zip(classes, network.shares, strict=True)
        },
        "service_distributions": dict.fromkeys(classes, service),
        "routing": {name: [[0.0, 1.0], [0.0, 0.0]] if later else [[0.0]] for name in classes},
        "number_of_servers": [math.inf if places == inf else int(places) for places in network.places],
        "priority_classes": {name: number for number, name in enumerate(classes)},
    }
    if network.mean_patience < inf:
        patience = [ciw.dists.Exponential(1.0 / network.mean_patience), *later]
        settings["reneging_time_distributions"] = dict.fromkeys(classes, patience)
    ciw.seed(seed)
    simulation = ciw.Simulation(ciw.create_network(**settings))
    simulation.simulate_until_max_customers(n_people, method="Finish")
    return simulation.get_all_records()
