"""The reference engine: a run from January 2014 to the horizon, whole or continued from a copied history.

`History` runs to the day the policy starts; `continue_with` puts a scenario's rules in force and runs on. A
forked continuation equals a whole run exactly, since both are the same steps. Everything that happened is
in the event log that comes back; nothing else leaves the run.
"""

from __future__ import annotations

import gc
from collections.abc import Callable

import numpy as np

from sim.config.schema import Parameters
from sim.engine.calendar import Calendar
from sim.engine.clock import day_of
from sim.engine.environment import NEVER, Story
from sim.engine.log import EventLog
from sim.engine.rules import Rules, at
from sim.engine.survivor import SERVICES_MAX, Slot, Survivor, Traits
from sim.engine.unpacking import rules_of
from sim.engine.world import World
from sim.errors import SimError
from sim.pathway import clocks, contact, hazards, housing, housing_connection, journey, support
from sim.people.chance import other_luck
from sim.people.population import Population

HANDLERS: dict[int, Callable[[Survivor, World], None]] = {
    Slot.CLOSURE: journey.closed_undecided,
    Slot.TURNS_18: journey.turned_18,
    Slot.SUBSISTENCE: support.end_subsistence,
    Slot.INCOME: hazards.income_starts,
    Slot.PLACE_ENDS: hazards.place_ends,
    Slot.APPLY: housing.apply,
    Slot.REGISTER: housing_connection.residence_reached,
    Slot.AWAY: hazards.come_back,
    Slot.DETECTION: hazards.found_out,
    Slot.LIFE: hazards.rings,
}
"""Clocks that ring for a plain action; the others go on with a story."""


class Arrivals:
    """Brings each survivor into the world on the day of first referral."""

    row = -1
    changed = False

    def __init__(self, world: World, population: Population) -> None:
        self.world = world
        self.traits = Traits(population)
        self.order = np.lexsort((np.arange(len(population)), population.arrival)).tolist()
        self.times = population.arrival.tolist()
        self.due = [NEVER]
        self.stories: list[Story | None] = [None]

    def come(self) -> Story:
        """One after the other, in order of arrival."""
        world = self.world
        for row in self.order:
            world.until(self, 0, self.times[row])
            yield
            person = Survivor(row, self.traits)
            journey.referred(person, world)
            if person.changed:
                world.review(person, world)


class History:
    """One replication up to the policy date, from which every scenario continues.

    Parameters
    ----------
    population : Population
        Shared by every scenario of the replication.
    parameters : Parameters
        The rules before the policy; the horizon and `policy.start`.
    seed, replication : int

    Attributes
    ----------
    repeatable : bool
        False: continuing uses the state up.

    Raises
    ------
    SimError
        If there are more services than the engine has room for.
    """

    repeatable = False

    def __init__(self, population: Population, parameters: Parameters, seed: int, replication: int) -> None:
        if len(parameters.services) > SERVICES_MAX:
            raise SimError(
                f"services: {len(parameters.services)} are configured; allowed: up to {SERVICES_MAX}"
            )
        self.policy_day = float(day_of(parameters.policy.start))
        self.horizon = float(day_of(parameters.experiment.horizon))
        self.world = world = World(rules_of(parameters), seed, replication, self.horizon)
        world.handlers = HANDLERS
        world.review = clocks.review
        Calendar(world, contact.review_caseload).begin()
        arrivals = Arrivals(world, population)
        world.start(arrivals, 0, arrivals.come())
        self._today = parameters
        self._other_luck = other_luck(seed, replication)
        self._continued = False

    def run_to_policy(self) -> None:
        """Run everything before the policy's first midnight."""
        with _quiet_memory():
            self.world.run_until(min(self.policy_day, self.horizon))

    def continue_with(self, after: Parameters) -> EventLog:
        """Put a scenario's rules in force and run to the horizon.

        Uses the history up: call it once, or in a copy of the process.

        Raises
        ------
        SimError
            If the history has been continued before.
        """
        if self._continued:
            raise SimError("this history has been continued already; allowed: once; nearest: run a new one")
        self._continued = True
        with _quiet_memory():
            if self.policy_day < self.horizon:
                if after.experiment.coupling == "independent":
                    self.world.other_luck = self._other_luck
                enact(self.world, rules_of(after, self._today), self.policy_day)
                self.world.run_until(self.horizon)
        return self.world.finish()


def simulate(
    population: Population, before: Parameters, after: Parameters, seed: int, replication: int
) -> EventLog:
    """A whole run: history, then the scenario from the policy date on."""
    history = History(population, before, seed, replication)
    history.run_to_policy()
    return history.continue_with(after)


def enact(world: World, rules: Rules, day: float) -> None:
    """Put a policy's rules in force at its first midnight, before anything else of that day.

    A lever acts on the events it names from now on; deadlines already set stay, unless the policy applies to
    everyone in support. Where caseworkers are fixed, their number is the one in post on this day.
    """
    world._now = day
    world.workers = max(1.0, len(world.in_support) / world.rules.support.clients_per_worker)
    world.rules = rules
    world.rg_desk.newest_within = rules.decisions.rg_desk.newest_within
    world.cg_desk.newest_within = rules.decisions.cg_desk.newest_within
    for pool, service in zip(world.service_pools, rules.services, strict=True):
        pool.resize(service.places)
    world.bridging.resize(rules.places.bridging_places)
    world.beds.resize(at(rules.support.bed_places, day) + world.beds_bought)
    if rules.support.floor_for_everyone:
        support.extend_for_everyone(world)


class _quiet_memory:
    """The collector of reference cycles only costs time while a run goes on, which makes none that matter."""

    def __enter__(self) -> None:
        gc.collect()
        gc.freeze()
        self.was_on = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self.was_on:
            gc.enable()
        gc.unfreeze()
