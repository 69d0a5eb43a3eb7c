"""The world that survivors move through in one run: clock, rules in force, queues, log.

Stories in `sim.pathway` speak to it in a few words: `record`, `draw`, `wait`, `until`, `wake`, and the
queues by name. The days that belong to nobody (sittings, monthly reviews) are in `calendar.py`. It decides
nothing about a survivor.
"""

from __future__ import annotations

from array import array

from sim.engine.clock import FIRST_YEAR, on_grid, quarter_of, working_days
from sim.engine.environment import NEVER, Clockwork
from sim.engine.lettings import Lettings
from sim.engine.log import VISITS, EventLog, LogWriter
from sim.engine.queues import Desk, Pool
from sim.engine.regions import REGIONS
from sim.engine.rules import Rules, at
from sim.engine.survivor import (
    BRIDGING_LINE,
    BRIDGING_SLOT,
    LETTING_LINE,
    LETTING_SLOT,
    Line,
    Slot,
    Survivor,
)
from sim.people.chance import Activity, Kind, entity_key, root_key, uniform
from sim.people.variates import exponential

LAST_YEAR = 2049
QUARTERS_KEPT = (LAST_YEAR - FIRST_YEAR + 1) * 4


class World(Clockwork):
    """Everything shared: one per run.

    Parameters
    ----------
    rules : Rules
        In force from the first day until `enact` puts others in their place.
    seed, replication : int
    horizon : float
        [days] from 1 January 2014; nothing happens at or after it.
    """

    def __init__(self, rules: Rules, seed: int, replication: int, horizon: float) -> None:
        super().__init__(horizon)
        self.rules = rules
        self.log = LogWriter()
        self._words: array[int] = self.log.words
        self._times: array[float] = self.log.times
        slot_key = root_key(seed, replication, Kind.DECISION_SLOT)
        rg_key, cg_key = entity_key(slot_key, 0), entity_key(slot_key, 1)
        self.cg_desk = Desk(
            self,
            Line.CG_DESK,
            Slot.NRM,
            lambda day, slot: uniform(cg_key, Activity.ORDER_OF_SLOT, day, slot),
            lambda person, month: uniform(person.key, Activity.MONTHS_LOT, 0, month),
            rules.decisions.cg_desk.newest_within,
        )
        self.rg_desk = Desk(
            self,
            Line.RG_DESK,
            Slot.NRM,
            lambda day, slot: uniform(rg_key, Activity.ORDER_OF_SLOT, day, slot),
            lambda person, month: uniform(person.key, Activity.MONTHS_LOT, 1, month),
            rules.decisions.rg_desk.newest_within,
        )
        self.beds = Pool(self, Line.BEDS, Slot.BED, at(rules.support.bed_places, 0.0))
        self.beds_bought = 0
        self.service_pools = [
            Pool(self, Line.SERVICE + k, Slot.SERVICE + k, service.places)
            for k, service in enumerate(rules.services)
        ]
        self.bridging = Pool(self, BRIDGING_LINE, BRIDGING_SLOT, rules.places.bridging_places)
        self.households = households = root_key(seed, replication, Kind.HOUSEHOLD)
        self.lettings = [
            Lettings(self, LETTING_LINE, LETTING_SLOT, region, entity_key(households, region), rules.lettings)
            for region in range(len(REGIONS))
        ]
        # Places and decisions are given out downstream first.
        self.givers = [
            *self.service_pools,
            self.bridging,
            self.beds,
            *self.lettings,
            self.cg_desk,
            self.rg_desk,
        ]
        self.in_support: dict[int, Survivor] = {}
        self.contact_share = rules.support.in_contact
        self.workers = NEVER
        self.other_luck = 0
        self.referrals_by_quarter = [0] * QUARTERS_KEPT
        self.rg_positive_by_quarter = [0] * QUARTERS_KEPT
        self.working_days = working_days(FIRST_YEAR, LAST_YEAR)

    # --------------------------------------------------------------------------------- words for stories
    def record(self, person: Survivor, event: int, detail: int = 0) -> None:
        """Write down that something happened to a person now."""
        self._words.append(
            person.row << 38 | (person.visit & VISITS) << 26 | event << 18 | person.place << 10 | detail
        )
        self._times.append(self._now)

    def draw(self, person: Survivor, activity: int, occasion: int = 0) -> float:
        """The keyed number, from 0 to 1, for one use in the person's present visit."""
        return uniform(person.key, activity, person.visit, occasion)

    def draw_once(self, person: Survivor, activity: int, occasion: int = 0) -> float:
        """The keyed number, from 0 to 1, for one use in the person's life, whichever visit it falls in."""
        return uniform(person.key, activity, 0, occasion)

    def count(self, tally: list[int]) -> None:
        """Add one to this quarter's count of referrals or positive decisions, which capacity may follow."""
        tally[quarter_of(self._now)] += 1

    def other_luck_begins(self, person: Survivor) -> None:
        """Under the second coupling, everything of a person from now on is drawn under another key."""
        if self.other_luck:
            person.key ^= self.other_luck
            person.new_luck = True

    def wait_about(self, person: Survivor, slot: int, least: float, extra_mean: float, u: float) -> None:
        """Wait `least` days and an exponential time of mean `extra_mean` more."""
        self.until(person, slot, self._now + on_grid(least + exponential(u, extra_mean)))

    def finish(self) -> EventLog:
        """The log of everything recorded so far."""
        return self.log.finish(self.households)
