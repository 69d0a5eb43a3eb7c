"""The small network in simulators that are not ours: stock SimPy, one process a person, and Ciw.

SimPy is fed with the times that keyed chance gives (`small_network.times`), made beforehand, so it meets the
same luck and must give the same waits. Ciw draws its own numbers and can be compared in distribution only.
"""

from __future__ import annotations

import math
import random
from collections.abc import Generator
from math import inf
from typing import Any

import numpy as np
import simpy

from tests.small_network import Floats, Network, Times


def simpy_processes(network: Network, luck: Times, resource: Any) -> Floats:
    """Stock SimPy, as its manual writes it: one process a person, a place is asked for in a `with` block.

    Parameters
    ----------
    network : Network
    luck : Times
    resource : class
        `simpy.PriorityResource`, or `simpy.Resource`, which knows no classes: first come, first served.

    Returns
    -------
    array of float64, shape (n_stations, n_people)
        Begin of service; infinite for those who gave up.
    """
    env = simpy.Environment()
    stations = [resource(env, places) for places in network.places]
    gap, patience, kind = luck.gap.tolist(), luck.patience.tolist(), luck.kind.tolist()
    service = luck.service.tolist()
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
