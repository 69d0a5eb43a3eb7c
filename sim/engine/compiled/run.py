"""The compiled engine: a run from January 2014 to the horizon, whole or continued from a copied history.

The same steps as `sim.engine.simulate`, and exactly the same event log. A history may be continued as often
as wanted: every continuation works on a copy. Importing this module does not import Numba; the first history
does, and compiles what the cache does not hold (`cache.warm` says so beforehand).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.config.schema import Parameters
from sim.engine.clock import FIRST_YEAR, add_working_days, day_of, on_grid, quarter_start, working_days
from sim.engine.compiled import cache
from sim.engine.compiled.memory import Spare
from sim.engine.compiled.packing import Arriving, last_days, pack, turns
from sim.engine.compiled.person import OFTEN
from sim.engine.compiled.state import (
    BEDS,
    BRIDGING,
    CG_DESK,
    N_QUARTERS,
    PEOPLE_MAX,
    RG_DESK,
    Arrays,
    world_type,
)
from sim.engine.lettings import household
from sim.engine.log import EventLog
from sim.engine.regions import REGIONS
from sim.engine.rules import Rules, at
from sim.engine.survivor import SERVICES_MAX
from sim.engine.unpacking import rules_of
from sim.engine.world import LAST_YEAR
from sim.errors import SimError
from sim.people.chance import Kind, entity_key, other_luck, root_key
from sim.people.population import Population


class CompiledHistory:
    """One replication up to the policy date, from which any number of scenarios continue.

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
        True: the history may be continued again and again.

    Raises
    ------
    SimError
        If there are more services or people than the engine has room for, or the horizon lies beyond the
        calendar.
    """

    repeatable = True

    def __init__(self, population: Population, parameters: Parameters, seed: int, replication: int) -> None:
        if len(parameters.services) > SERVICES_MAX:
            raise SimError(
                f"services: {len(parameters.services)} services given; allowed: at most {SERVICES_MAX}; "
                f"nearest: leave out {len(parameters.services) - SERVICES_MAX}"
            )
        if len(population) > PEOPLE_MAX:
            raise SimError(
                f"people.arrivals.multiplier: {len(population)} people would come; allowed with "
                f"experiment.engine=compiled: at most {PEOPLE_MAX}; nearest: a multiplier "
                f"{PEOPLE_MAX / len(population):.3f} times as large"
            )
        self.policy_day = float(day_of(parameters.policy.start))
        self.horizon = float(day_of(parameters.experiment.horizon))
        self.working_days = working_days(FIRST_YEAR, LAST_YEAR)
        if self.horizon > len(self.working_days):
            raise SimError(
                f"experiment.horizon = {parameters.experiment.horizon} lies beyond the calendar; allowed: up "
                f"to {LAST_YEAR + 1}-01-01; nearest: {LAST_YEAR + 1}-01-01"
            )
        self.n_people = len(population)
        self._arriving = Arriving(population)
        self._turns = turns(len(self.working_days), self.working_days.tobytes())
        self._today = parameters
        self._other_luck = other_luck(seed, replication)
        self.rules = rules_of(parameters)
        self._arrays = Arrays.of(self._new_world(seed, replication), self.n_people)
        self._used: Arrays | None = None

    def _new_world(self, seed: int, replication: int) -> NDArray[Any]:
        rules = self.rules
        kind, _, steps = pack(rules)
        worlds = np.zeros(1, world_type(kind, steps.length(), len(self.working_days)))
        world = worlds[0]
        _set_rules(worlds, rules, self.working_days)
        world["horizon"] = self.horizon
        world["contact_share"] = rules.support.in_contact
        world["workers"] = np.inf
        world["giving"] = world["walking"] = world["free_seat"] = -1
        world["oldest_share"][:] = 1.0
        world["days_in_quarter"] = 1
        world["n_services"] = len(rules.services)
        world["quarter_start"][:] = [quarter_start(quarter) for quarter in range(N_QUARTERS + 1)]
        for k, service in enumerate(rules.services):
            world["capacity"][k] = service.places
        world["capacity"][BRIDGING] = rules.places.bridging_places
        world["capacity"][BEDS] = at(rules.support.bed_places, 0.0)
        slot_key = root_key(seed, replication, Kind.DECISION_SLOT)
        for number, (desk, order) in enumerate(
            ((RG_DESK, rules.decisions.rg_desk), (CG_DESK, rules.decisions.cg_desk))
        ):
            world["desk_key"][desk] = entity_key(slot_key, number)
            world["newest_within"][desk] = order.newest_within
        self._households = households = root_key(seed, replication, Kind.HOUSEHOLD)
        for region in range(len(REGIONS)):
            key = entity_key(households, region)
            joined, leaves = household(key, 0, rules.lettings, region)
            world["households_key"][region] = key
            world["household_joined"][region], world["household_leaves"][region] = joined, leaves
        return worlds

    def run_to_policy(self) -> None:
        """Run everything before the policy's first midnight."""
        self._run(self._arrays, self.rules, min(self.policy_day, self.horizon))

    def continue_with(self, after: Parameters, *, last: bool = False) -> EventLog:
        """Put a scenario's rules in force in a copy of the history, and run that to the horizon.

        Parameters
        ----------
        after : Parameters
        last : bool, optional
            Whether the history itself may be used up, which saves the memory of a copy.

        Raises
        ------
        SimError
            If the scenario has another number of services than the history, or a duration is impossible.
        """
        return self._continue(after, last, None)[0]

    def continue_for(self, after: Parameters, rows: NDArray[np.integer[Any]]) -> tuple[EventLog, int]:
        """As `continue_with`, but the log tells of some people only, which costs less.

        Parameters
        ----------
        after : Parameters
        rows : array of int, shape (n_rows,)
            Rows in the population of those whose events are wanted.

        Returns
        -------
        (EventLog, int)
            Their events, and how many events there are of everybody.
        """
        wanted = np.zeros(self.n_people, np.bool_)
        wanted[rows] = True
        return self._continue(after, False, wanted)

    def _continue(
        self, after: Parameters, last: bool, wanted: NDArray[np.bool_] | None
    ) -> tuple[EventLog, int]:
        if last:
            arrays = self._arrays
            earlier = None
            del self._arrays
        else:
            used, self._used = self._used, None
            arrays = self._arrays.copy(used)
            earlier = self._arrays
        rules = rules_of(after, self._today)
        if self.policy_day < self.horizon:
            self._enact(arrays, rules)
            if after.experiment.coupling == "independent":
                arrays.world[0]["other_luck"] = self._other_luck
            self._run(arrays, rules, self.horizon, again=not last)
        noted = _noted(arrays) + (0 if earlier is None else _noted(earlier))
        spare = arrays.give_up_all_but_the_log() if last else arrays.lend_seats()
        log = _finish(arrays, noted, self._households, earlier, wanted, spare)
        if not last:
            self._used = arrays
        return log, noted

    def _enact(self, arrays: Arrays, rules: Rules) -> None:
        """Put a policy's rules in force at its first midnight (`sim.engine.simulate.enact`)."""
        if len(rules.services) != len(self.rules.services):
            raise SimError(
                f"services: {len(self.rules.services)} before policy.start and {len(rules.services)} after; "
                "allowed: the same before and after; nearest: offered_share 0 for one that is not there"
            )
        from sim.engine.compiled.loop import WALK_FLOORS

        arrays.world = _set_rules(arrays.world, rules, self.working_days)
        world = arrays.world[0]
        world["now"] = self.policy_day
        world["workers"] = max(1.0, int(world["in_support"]) / self.rules.support.clients_per_worker)
        world["newest_within"][RG_DESK] = rules.decisions.rg_desk.newest_within
        world["newest_within"][CG_DESK] = rules.decisions.cg_desk.newest_within
        for k, service in enumerate(rules.services):
            _resize(world, k, service.places)
        places = at(rules.support.bed_places, self.policy_day)
        _resize(world, BRIDGING, rules.places.bridging_places)
        _resize(world, BEDS, places + int(world["beds_bought"]))
        if rules.support.floor_for_everyone:
            world["walking"], world["walk"] = 0, WALK_FLOORS

    def _run(self, arrays: Arrays, rules: Rules, end: float, *, again: bool = False) -> None:
        cache.prepare()
        from sim.engine.compiled import loop

        while True:
            world = arrays.world[0]
            part = self._arriving.part(int(world["part"]), again)
            world["more_come"] = int(world["part"]) + 1 < self._arriving.parts
            answer = loop.run(
                arrays.world,
                arrays.people,
                arrays.calendar,
                arrays.near,
                arrays.far,
                arrays.following,
                arrays.lines,
                arrays.log,
                arrays.volumes,
                self._turns,
                part,
                end,
            )
            if answer == loop.DONE:
                return
            if answer == loop.FAULT:
                _explain(arrays.world[0], rules, self.working_days)
            if world["more_come"] and world["next_arrival"] + 1 == len(part):
                world["part"] += 1
                world["next_arrival"] = 0
            arrays.make_room()


def simulate(
    population: Population, before: Parameters, after: Parameters, seed: int, replication: int
) -> EventLog:
    """A whole run: history, then the scenario from the policy date on."""
    history = CompiledHistory(population, before, seed, replication)
    history.run_to_policy()
    return history.continue_with(after, last=True)


def compile_all() -> None:
    """Compile every kernel, or load it from the cache, by running a world without people for no time."""
    from sim.config.compose import baseline
    from sim.people.population import build

    parameters = baseline(("people.arrivals.multiplier=0", "experiment.replications=1"))
    people = build(parameters.people, parameters.status, 0, 0, parameters.experiment.horizon)
    history = CompiledHistory(people, parameters, 0, 0)
    history._run(history._arrays, history.rules, 0.0)
    _finish(history._arrays, 0, 0, None, np.zeros(len(people), np.bool_))


def _set_rules(worlds: NDArray[Any], rules: Rules, table: NDArray[np.bool_]) -> NDArray[Any]:
    """The world with these rules in force; the same record, unless the rules need a larger one."""
    kind, values, steps = pack(rules)
    wanted = world_type(kind, steps.length(), len(table))
    if wanted != worlds.dtype and steps.length() > worlds.dtype["step_day"].shape[0]:
        larger = np.zeros(1, wanted)
        for name in wanted.names or ():
            if name not in ("rules", "step_day", "step_value"):
                larger[name] = worlds[name]
        worlds = larger
    world = worlds[0]
    world["rules"] = values
    world["step_day"][: len(steps.days)] = steps.days
    world["step_value"][: len(steps.values)] = steps.values
    world["last_day"][:] = last_days(rules.support.negative_working_days, table)
    return worlds


def _resize(world: Any, giver: int, capacity: float) -> None:
    """Change a pool's number of places from now on (`queues.resize`)."""
    world["capacity"][giver] = capacity
    if world["waiting"][giver] and world["in_use"][giver] < capacity:
        world["dirty"] |= 1 << giver


def _explain(world: Any, rules: Rules, table: NDArray[np.bool_]) -> None:
    """Raise the error that the reference engine raises for what has stopped a kernel."""
    from sim.engine.compiled.world import FAULT_DURATION, FAULT_OFTEN, FAULT_QUARTER, FAULT_WORKING_DAYS

    fault, value = int(world["fault"]), float(world["fault_value"])
    if fault == FAULT_DURATION:
        on_grid(value)
    if fault == FAULT_WORKING_DAYS:
        add_working_days(int(value), rules.support.negative_working_days, table)
    if fault == FAULT_QUARTER:
        raise SimError(f"day {float(world['now'])} lies beyond the last quarter the engine counts")
    if fault == FAULT_OFTEN:
        raise SimError(
            f"by day {float(world['now'])} one person has joined waiting lines, or met one hazard, "
            f"{OFTEN} times; allowed with experiment.engine=compiled: no more often; nearest: "
            "experiment.engine=reference, or less frequent hazards"
        )
    raise AssertionError(f"the compiled engine stopped with fault {fault} at day {float(world['now'])}")


def _noted(arrays: Arrays) -> int:
    return int(arrays.world[0]["n_log"])


def _finish(
    arrays: Arrays,
    noted: int,
    households: int,
    earlier: Arrays | None = None,
    wanted: NDArray[np.bool_] | None = None,
    spare: Spare | None = None,
) -> EventLog:
    """The log of those who are wanted, or of everybody, by person: what was noted earlier, then the arrays'.

    `noted` is the number of notes in both.
    """
    from sim.engine.compiled.logbook import count_wanted, put_in_order

    bits = int(arrays.world[0]["volume_bits"])
    none = arrays.log[:1], np.zeros_like(arrays.volumes)
    history = none if earlier is None else (earlier.log, earlier.volumes)
    counts, everybody = np.empty(1 << bits, np.int64), wanted is None
    whose = np.zeros(0, np.bool_) if wanted is None else wanted
    logs = (bits, *history, arrays.log, arrays.volumes, whose)
    size = noted if everybody else count_wanted(*logs, counts)
    # the log of a few people must not keep the memory of all seats
    kept = spare if everybody and spare is not None else Spare()
    time, person = kept.empty(size, np.float64), kept.empty(size, np.int32)
    visit, detail = (kept.empty(size, np.int16) for _ in range(2))
    event, place = (kept.empty(size, np.uint8) for _ in range(2))
    put_in_order(*logs, everybody, counts, np.empty_like(counts), person, visit, time, event, place, detail)
    return EventLog(person, visit, time, event, place, detail, households)
