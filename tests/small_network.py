"""A small network of waiting lines in both engines, made of the parts that the pathway is made of.

One or two stations in series, Poisson arrivals, classes of priority, patience and limited room at the first
station, places that change with the calendar; or a shelter in which people wait for a home (`interim`).
`reference` tells it as lean stories on the reference's clockwork and pools; `compiled` runs it on the
compiled engine's alarms and pools (`small_network_kernels.py`). Both draw by key, so each person meets the
same luck in both. Not here: the theory it must reproduce, and what it costs.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.clock import on_grid_array
from sim.engine.environment import NEVER, Clockwork, Story
from sim.engine.queues import Pool
from sim.people.chance import Kind, entity_keys, root_key, uniform, uniforms
from sim.people.variates import (
    categorical_array,
    cumulative_shares,
    exponential,
    exponential_array,
    lognormal_from_mean_cv,
)

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
        So many arrive one grid step apart at the beginning.
    service_cv : tuple of float
        For each station, of a lognormal service; 0: it is fixed, none: it is exponential.
    service_least : float
        Service takes at least so long, at every station [days].
    room : float
        People who may be at the first station, waiting or served; who finds it full is turned away.
    warp : callable, optional
        From times of arrival at a rate of one a day to days, for rates that change; `rate` is then not used.
    turns : tuple of tuple of float
        Rows (day, places of each station), ascending by day: when places change.
    interim : bool
        The first station is a shelter, kept until the second, awaited from the first day, has a place.
    withdrawn : bool
        Closed interim places vanish at once, whoever is in them; else when vacated, as in the pathway.
    """

    places: tuple[float, ...]
    rate: float
    mean_service: tuple[float, ...]
    mean_patience: float = inf
    shares: tuple[float, ...] = (1.0,)
    waiting_at_start: int = 0
    service_cv: tuple[float, ...] = ()
    service_least: float = 0.0
    room: float = inf
    warp: Callable[[Floats], Floats] | None = None
    turns: tuple[tuple[float, ...], ...] = ()
    interim: bool = False
    withdrawn: bool = False

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
    census : array of float64, shape (n_turns, 4)
        Just before each turn: people waiting for the last station, people in an interim place, and the
        person-days of both so far; with `interim` only.
    """

    came: Floats
    left: Floats
    joined: Floats
    begun: Floats
    kind: NDArray[np.int64]
    census: Floats

    @property
    def waits(self) -> Floats:
        """Time in each line of those who were served there [days], shape (n_stations, n_people)."""
        with np.errstate(invalid="ignore"):
            return self.begun - self.joined


class People(NamedTuple):
    """Everybody who comes, in order: key of chance, shape (n_people,), and class of priority, (n_people,)."""

    keys: NDArray[np.uint64]
    kind: NDArray[np.int64]


def luck(network: Network, n_people: int, seed: int = 1, replication: int = 0) -> People:
    """The people who come."""
    numbers = np.arange(n_people, dtype=np.uint64)
    keys = entity_keys(root_key(seed, replication, Kind.WORLD), numbers)
    kind = categorical_array(uniforms(keys, CLASS), cumulative_shares(network.shares))
    return People(keys, kind.astype(np.int64))


def gaps(network: Network, keys: NDArray[np.uint64]) -> Floats:
    """Days between arrivals, (n_people,); at a rate of one a day where `warp` says when that is."""
    gap = exponential_array(uniforms(keys, ARRIVES), 1.0 if network.warp else 1.0 / network.rate)
    gap[: network.waiting_at_start] = 0.0
    return gap


def days_of_arrival(network: Network, keys: NDArray[np.uint64]) -> Floats:
    """When everybody comes if the rate changes, (n_people,), on the grid [days]."""
    assert network.warp is not None
    return on_grid_array(network.warp(np.cumsum(gaps(network, keys))))


# ------------------------------------------------------------------------------------------ the reference
class Visitor:
    """Somebody with one clock and a ticket for each station."""

    __slots__ = ("changed", "due", "holds", "key", "kind", "row", "stories", "ticket_count", "tickets")

    def __init__(self, row: int, key: int, kind: int, n_stations: int) -> None:
        self.row, self.key, self.kind = row, key, kind
        self.due = [NEVER, NEVER]
        self.stories: list[Story | None] = [None, None]
        self.tickets = [0] * n_stations
        self.holds = [False] * n_stations
        self.ticket_count = 0
        self.changed = False

    def take_ticket(self, line: int) -> int:
        """A fresh ticket for a line."""
        self.ticket_count = self.tickets[line] = self.ticket_count + 1
        return self.ticket_count


class Told:
    """The network as lean stories on the reference engine's clockwork."""

    def __init__(self, network: Network, people: People) -> None:
        self.network = network
        keys, kind = people
        n_people = len(keys)
        self.keys, self.kind = keys.tolist(), kind.tolist()
        self.given = days_of_arrival(network, keys).tolist() if network.warp else []
        self.env = Clockwork()
        self.pools = [
            Pool(self.env, k, 1 if network.interim and k == 0 else 0, places)
            for k, places in enumerate(network.places)
        ]
        self.env.givers = list(reversed(self.pools))  # downstream first
        self.visitors: list[Visitor] = []
        self.census: list[list[float]] = []
        self.looking, self.sheltered, self.areas, self.counted_at = 0, 0, [0.0, 0.0], 0.0
        self.came, self.left = [inf] * n_people, [inf] * n_people
        self.joined = [[inf] * n_people for _ in self.pools]
        self.begun = [[inf] * n_people for _ in self.pools]

    def run(self) -> None:
        """Everybody comes and leaves."""
        pages, door = Visitor(-2, 0, 0, 0), Visitor(-1, 0, 0, 0)
        self.env.start(pages, 0, self._pages(pages))
        self.env.start(door, 0, self._arrivals(door))
        self.env.run_until(inf)

    def _pages(self, pages: Visitor) -> Story:
        """Places change; who loses an interim place that is withdrawn at once waits for another."""
        shelter = self.pools[0]
        for day, *places in self.network.turns:
            self.env.until(pages, 0, day)
            yield
            self._count(0, 0)
            self.census.append([float(self.looking), float(self.sheltered), *self.areas])
            for pool, number in zip(self.pools, places, strict=True):
                pool.resize(number)
            latest = len(self.visitors) - 1
            while self.network.withdrawn and shelter.in_use > shelter.capacity:
                while not self.visitors[latest].holds[0]:
                    latest -= 1
                self._shelter(self.visitors[latest], ends=True)
                self.env.start(self.visitors[latest], 1, self._await_shelter(self.visitors[latest]))

    def _count(self, looking: int, sheltered: int) -> None:
        """Person-days up to now, then a change in numbers."""
        days = self.env._now - self.counted_at
        self.areas[0] += self.looking * days
        self.areas[1] += self.sheltered * days
        self.looking, self.sheltered = self.looking + looking, self.sheltered + sheltered
        self.counted_at = self.env._now

    def _arrivals(self, door: Visitor) -> Story:
        env, kind, at_start = self.env, self.kind, self.network.waiting_at_start
        n_stations, mean_gap = len(self.pools), 1.0 / self.network.rate
        visit = self._sheltered_visit if self.network.interim else self._visit
        for row, key in enumerate(self.keys):
            if self.given:
                env.until(door, 0, self.given[row])
            else:
                drawn = 0.0 if row < at_start else exponential(uniform(key, ARRIVES), mean_gap)
                env.wait(door, 0, drawn)
            yield
            visitor = Visitor(row, key, kind[row], n_stations)
            if self.network.interim:
                self.visitors.append(visitor)
            env.start(visitor, 0, visit(visitor))

    def _serve(self, visitor: Visitor, station: int) -> None:
        """Begin service, and set the clock for its end."""
        network, u = self.network, uniform(visitor.key, SERVICE + station)
        self.begun[station][visitor.row] = self.env._now
        days = network.mean_service[station]
        if not network.service_cv:
            days = exponential(u, days)
        elif network.service_cv[station] > 0.0:
            days = lognormal_from_mean_cv(u, days, network.service_cv[station])
        self.env.wait(visitor, 0, max(days, network.service_least))

    def _visit(self, visitor: Visitor) -> Story:
        env, row, key = self.env, visitor.row, visitor.key
        self.came[row] = env._now
        if self.pools[0].in_use + self.pools[0].waiting >= self.network.room:
            self.left[row] = env._now
            return
        for station, pool in enumerate(self.pools):
            self.joined[station][row] = env._now
            pool.join(visitor, visitor.kind)
            if station == 0 and self.network.mean_patience < inf:
                env.wait(visitor, 0, exponential(uniform(key, PATIENCE), self.network.mean_patience))
            yield
            if not visitor.holds[station]:
                pool.leave(visitor)
                break
            self._serve(visitor, station)
            yield
            visitor.holds[station] = False
            pool.release()
        self.left[row] = env._now

    def _sheltered_visit(self, visitor: Visitor) -> Story:
        """Wait for a home, in an interim place if there is one."""
        row, (shelter, homes) = visitor.row, self.pools
        self.came[row] = self.joined[1][row] = self.env._now
        self._count(1, 0)
        homes.join(visitor, visitor.kind)
        self.env.start(visitor, 1, self._await_shelter(visitor))
        yield
        self._count(-1, 0)
        if visitor.holds[0]:
            self._shelter(visitor, ends=True)
        else:
            shelter.leave(visitor)
        self._serve(visitor, 1)
        yield
        visitor.holds[1] = False
        homes.release()
        self.left[row] = self.env._now

    def _await_shelter(self, visitor: Visitor) -> Story:
        self.pools[0].join(visitor, visitor.kind)
        yield
        self._shelter(visitor, ends=False)

    def _shelter(self, visitor: Visitor, *, ends: bool) -> None:
        """An interim place has been taken, or is given back."""
        self._count(0, -1 if ends else 1)
        if ends:
            visitor.holds[0] = False
            self.pools[0].release()
        else:
            self.begun[0][visitor.row] = self.env._now


def reference(
    network: Network, n_people: int, seed: int = 1, replication: int = 0, *, people: People | None = None
) -> Visits:
    """Run the network on the parts of the reference engine; `people` from `luck`, if they have been made."""
    told = Told(network, people or luck(network, n_people, seed, replication))
    told.run()
    return Visits(
        np.array(told.came),
        np.array(told.left),
        np.array(told.joined),
        np.array(told.begun),
        np.array(told.kind),
        np.array(told.census).reshape(-1, 4) if network.interim else np.zeros((0, 4)),
    )


# --------------------------------------------------------------------------------------- the compiled engine
def compiled(
    network: Network,
    n_people: int,
    seed: int = 1,
    replication: int = 0,
    *,
    on_sheets: bool = False,
    people: People | None = None,
) -> Visits:
    """Run the network on the parts of the compiled engine; the first call compiles them, or loads them.

    With `on_sheets`, alarms that are not near wait on sheets, as they do in the pathway. The run must then
    end within the calendar, in 2049; without, it may be as long as wanted. `people` from `luck`, if they have
    been made.
    """
    from sim.engine.compiled import cache

    cache.prepare()
    from sim.engine.compiled.memory import room_for
    from sim.engine.compiled.state import IN_LINE, LINES_BEGIN, N_PERIODS, PERIOD, Arrays
    from tests import small_network_kernels as kernels

    keys, kind = people or luck(network, n_people, seed, replication)
    n_stations = len(network.places)
    worlds = np.zeros(1, kernels.WORLD)
    world, settings = worlds[0], worlds[0]["rules"]
    settings["n_stations"], settings["waiting_at_start"] = n_stations, network.waiting_at_start
    settings["mean_gap"], settings["mean_patience"] = 1.0 / network.rate, network.mean_patience
    settings["mean_service"][:n_stations] = network.mean_service
    settings["service_cv"][:n_stations] = network.service_cv or kernels.EXPONENTIAL
    settings["service_least"], settings["room"] = network.service_least, network.room
    settings["interim"], settings["withdrawn"] = network.interim, network.withdrawn
    settings["given"] = network.warp is not None
    turns = np.zeros(len(network.turns), kernels.TURN)
    for turn, (day, *number) in zip(turns, network.turns, strict=True):
        turn["day"], turn["places"][:n_stations] = day, number
    world["horizon"], world["near_until"] = (N_PERIODS * PERIOD, 0.0) if on_sheets else (inf, inf)
    world["free_seat"] = world["giving"] = -1
    arrays = Arrays.of(worlds, 2 * network.waiting_at_start, kernels.PERSON)
    room = 1024 + network.waiting_at_start
    arrays.lines = room_for(LINES_BEGIN + n_stations * room, IN_LINE)
    for station, places in enumerate(network.places):
        giver = n_stations - 1 - station  # downstream first
        world["capacity"][giver] = places
        world["line_first"][giver], world["line_room"][giver] = LINES_BEGIN + giver * room, room
    drawn, visits = np.empty((1 + n_stations, len(keys))), np.empty((2 + 2 * n_stations, len(keys)))
    visits[kernels.LEFT :] = inf
    if network.warp:
        visits[kernels.CAME] = days_of_arrival(network, keys)
    kernels.draw(arrays.world, keys, drawn, visits)
    while True:
        answer = kernels.run(
            arrays.world,
            arrays.people,
            arrays.calendar,
            arrays.near,
            arrays.far,
            arrays.following,
            arrays.lines,
            kind,
            drawn,
            visits,
            turns,
        )
        if answer == kernels.DONE:
            break
        if answer == kernels.FAULT:
            raise AssertionError(f"the network stopped with fault {int(arrays.world[0]['fault'])}")
        arrays.make_room()
    return Visits(
        visits[kernels.CAME],
        visits[kernels.LEFT],
        visits[kernels.JOINED :: 2],
        visits[kernels.BEGUN :: 2],
        kind,
        turns["census"] if network.interim else np.zeros((0, 4)),
    )
