"""A small network of waiting lines in both engines, made of the parts that the pathway is made of.

One or two stations in series, Poisson arrivals, exponential service, classes of priority, patience at the
first station. `reference` tells it as lean stories on the reference's clockwork and pools; `compiled` runs it
on the compiled engine's alarms and pools (`small_network_kernels.py`). Both draw by key, so each person meets
the same luck in both. Not here: the theory it must reproduce, and what it costs.
"""

from __future__ import annotations

from math import inf
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.clock import on_grid_array
from sim.engine.environment import NEVER, Clockwork, Story
from sim.engine.queues import Pool
from sim.people.chance import Kind, entity_keys, root_key, uniform, uniforms
from sim.people.variates import categorical_array, cumulative_shares, exponential, exponential_array

Floats = NDArray[np.float64]
ARRIVES: Final = 1
PATIENCE: Final = 2
CLASS: Final = 3
SERVICE: Final = 4
"""Activities of chance; service at station k draws with ``SERVICE + k``."""


class Network(NamedTuple):
    """A network and its rates.

    Attributes
    ----------
    places : tuple of float
        For each station, in the order in which they are visited; one or two of them.
    rate : float
        Arrivals [per day].
    mean_service : tuple of float
        For each station [days].
    mean_patience : float
        At the first station [days]; ``inf`` for people who never give up.
    shares : tuple of float
        Of the classes of priority; the first class goes first, at every station.
    waiting_at_start : int
        So many arrive one grid step apart when the run begins.
    """

    places: tuple[float, ...]
    rate: float
    mean_service: tuple[float, ...]
    mean_patience: float = inf
    shares: tuple[float, ...] = (1.0,)
    waiting_at_start: int = 0

    @property
    def happenings(self) -> int:
        """What happens to a person who does not give up: arrival, then begin and end at each station."""
        return 1 + 2 * len(self.places)


class Visits(NamedTuple):
    """When each person came, was served and left [days].

    Attributes
    ----------
    came, left : array of float64, shape (n_people,)
    begun : array of float64, shape (n_stations, n_people)
        Begin of service; infinite for those who gave up.
    joined : array of float64, shape (n_stations, n_people)
        When they joined the line; infinite where they never did.
    kind : array of int64, shape (n_people,)
        Class of priority, 0 goes first.
    """

    came: Floats
    left: Floats
    joined: Floats
    begun: Floats
    kind: NDArray[np.int64]

    @property
    def waits(self) -> Floats:
        """Time in each line of those who were served there [days], shape (n_stations, n_people)."""
        with np.errstate(invalid="ignore"):
            return self.begun - self.joined


def luck(network: Network, n_people: int, seed: int, replication: int) -> tuple[NDArray[np.uint64], Any]:
    """Everybody's key of chance, shape (n_people,), and class of priority, shape (n_people,)."""
    numbers = np.arange(n_people, dtype=np.uint64)
    keys = entity_keys(root_key(seed, replication, Kind.WORLD), numbers)
    kind = categorical_array(uniforms(keys, CLASS), cumulative_shares(network.shares))
    return keys, kind.astype(np.int64)


class Times(NamedTuple):
    """The same luck as times made beforehand, for simulators that cannot draw by key."""

    gap: Floats
    patience: Floats
    service: Floats
    kind: NDArray[np.int64]


def times(network: Network, n_people: int, seed: int = 1, replication: int = 0) -> Times:
    """Gaps between arrivals (n_people,), service (n_stations, n_people), and the rest [days]."""
    keys, kind = luck(network, n_people, seed, replication)
    gap = exponential_array(uniforms(keys, ARRIVES), 1.0 / network.rate)
    gap[: network.waiting_at_start] = 0.0
    patience = np.full(n_people, inf)
    if network.mean_patience < inf:
        patience = on_grid_array(exponential_array(uniforms(keys, PATIENCE), network.mean_patience))
    service = [
        on_grid_array(exponential_array(uniforms(keys, SERVICE + k), mean))
        for k, mean in enumerate(network.mean_service)
    ]
    return Times(on_grid_array(gap), patience, np.array(service), kind)


# ------------------------------------------------------------------------------------------ the reference
class Visitor:
    """Somebody with one clock and a ticket for each station."""

    __slots__ = ("changed", "due", "holds", "key", "kind", "row", "stories", "ticket_count", "tickets")

    def __init__(self, row: int, key: int, kind: int, n_stations: int) -> None:
        self.row = row
        self.key = key
        self.kind = kind
        self.due = [NEVER]
        self.stories: list[Story | None] = [None]
        self.tickets = [0] * n_stations
        self.holds = [False] * n_stations
        self.ticket_count = 0
        self.changed = False

    def take_ticket(self, line: int) -> int:
        """A fresh ticket for a line."""
        self.ticket_count += 1
        self.tickets[line] = self.ticket_count
        return self.ticket_count


class Told:
    """The network as lean stories on the reference engine's clockwork."""

    def __init__(self, network: Network, n_people: int, seed: int, replication: int) -> None:
        self.network = network
        keys, kind = luck(network, n_people, seed, replication)
        self.keys, self.kind = keys.tolist(), kind.tolist()
        self.env = Clockwork()
        self.pools = [Pool(self.env, k, 0, places) for k, places in enumerate(network.places)]
        self.env.givers = list(reversed(self.pools))  # downstream first
        self.came, self.left = [inf] * n_people, [inf] * n_people
        self.joined = [[inf] * n_people for _ in self.pools]
        self.begun = [[inf] * n_people for _ in self.pools]

    def run(self) -> None:
        """Everybody comes, and everybody leaves."""
        door = Visitor(-1, 0, 0, 0)
        self.env.start(door, 0, self._arrivals(door))
        self.env.run_until(inf)

    def _arrivals(self, door: Visitor) -> Story:
        env, kind, at_start = self.env, self.kind, self.network.waiting_at_start
        mean_gap, n_stations = 1.0 / self.network.rate, len(self.pools)
        for row, key in enumerate(self.keys):
            gap = 0.0 if row < at_start else exponential(uniform(key, ARRIVES), mean_gap)
            env.wait(door, 0, gap)
            yield
            visitor = Visitor(row, key, kind[row], n_stations)
            env.start(visitor, 0, self._visit(visitor))

    def _visit(self, visitor: Visitor) -> Story:
        env, row, key = self.env, visitor.row, visitor.key
        self.came[row] = env._now
        for station, pool in enumerate(self.pools):
            self.joined[station][row] = env._now
            pool.join(visitor, visitor.kind)
            if station == 0 and self.network.mean_patience < inf:
                env.wait(visitor, 0, exponential(uniform(key, PATIENCE), self.network.mean_patience))
            yield
            if not visitor.holds[station]:
                pool.leave(visitor)
                break
            self.begun[station][row] = env._now
            env.wait(
                visitor, 0, exponential(uniform(key, SERVICE + station), self.network.mean_service[station])
            )
            yield
            visitor.holds[station] = False
            pool.release()
        self.left[row] = env._now


def reference(network: Network, n_people: int, seed: int = 1, replication: int = 0) -> Visits:
    """Run the network on the parts of the reference engine."""
    told = Told(network, n_people, seed, replication)
    told.run()
    return Visits(
        np.array(told.came),
        np.array(told.left),
        np.array(told.joined),
        np.array(told.begun),
        np.array(told.kind),
    )


# --------------------------------------------------------------------------------------- the compiled engine
def compiled(
    network: Network, n_people: int, seed: int = 1, replication: int = 0, *, on_sheets: bool = False
) -> Visits:
    """Run the network on the parts of the compiled engine; the first call compiles them, or loads them.

    With `on_sheets`, alarms that are not near wait on sheets, as they do in the pathway. The run must then
    end within the calendar, in 2049; without, it may be as long as wanted.
    """
    from sim.engine.compiled import cache

    cache.prepare()
    from sim.engine.compiled.state import N_PERIODS, PERIOD, Arrays, world_type
    from tests import small_network_kernels as kernels

    n_stations = len(network.places)
    worlds = np.zeros(1, world_type(kernels.SETTINGS, 1, 1))
    world, settings = worlds[0], worlds[0]["rules"]
    settings["n_stations"], settings["waiting_at_start"] = n_stations, network.waiting_at_start
    settings["mean_gap"], settings["mean_patience"] = 1.0 / network.rate, network.mean_patience
    settings["mean_service"][:n_stations] = network.mean_service
    world["horizon"], world["near_until"] = (N_PERIODS * PERIOD, 0.0) if on_sheets else (inf, inf)
    world["free_seat"] = world["giving"] = -1
    arrays = Arrays.of(worlds, n_people)
    for station, places in enumerate(network.places):
        world["capacity"][n_stations - 1 - station] = places  # downstream first
    visits = np.zeros(n_people, kernels.VISIT)
    visits["key"], visits["kind"] = luck(network, n_people, seed, replication)
    for name in ("came", "left", "joined", "begun"):
        visits[name] = inf
    while True:
        answer = kernels.run(arrays.world, arrays.people, arrays.calendar, arrays.far, arrays.lines, visits)
        if answer == kernels.DONE:
            break
        if answer == kernels.FAULT:
            raise AssertionError(f"the network stopped with fault {int(arrays.world[0]['fault'])}")
        arrays.make_room()
    return Visits(
        visits["came"].copy(),
        visits["left"].copy(),
        visits["joined"][:, :n_stations].T.copy(),
        visits["begun"][:, :n_stations].T.copy(),
        visits["kind"].copy(),
    )
