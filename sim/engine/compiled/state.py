"""The state of a run in arrays: the records of people and of the world, lines, alarms, notes; how they grow.

A person has a *seat*, a record (`person.py`) that is given to somebody else when nothing more can happen to
them. The world is one record with everything else that is not a line, an alarm or a note. `Arrays` holds all
that grows; the kernels ask for more room and Python makes it. Nothing here knows what the states mean: that
is told in `sim.engine.survivor` and `sim.pathway`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.config.values import REGIONS
from sim.engine.compiled.memory import Spare, copy_records, is_shared, resized, room_for
from sim.engine.compiled.person import MARK, PERSON
from sim.engine.survivor import BRIDGING_LINE, LETTING_LINE, N_CLOCKS, SERVICES_MAX, Line
from sim.pathway.clocks import UNDRAWN

NEVER: Final = float("inf")
OUTBOX: Final = 64
"""Alarms, and notes, that one handler may write; half of it is more than any does."""
OUTBOX_JOINS: Final = 16
LINES_BEGIN: Final = 3
"""Where the first line begins in its array, so that the four below one share two lines of memory."""
SPARE: Final = 4
"""Free places every line has before a handler, which joins each at most once."""

LAPSED_KEPT: Final = 1024
"""Lapsed tickets a desk's line may hold, beside as many as people waiting, before they are cleared."""

BRIDGING: Final = SERVICES_MAX
BEDS: Final = SERVICES_MAX + 1
LETTINGS: Final = SERVICES_MAX + 2
"""The first of the regions' lines for social homes."""
CG_DESK: Final = LETTINGS + len(REGIONS)
RG_DESK: Final = CG_DESK + 1
N_GIVERS: Final = RG_DESK + 1
AGE, YOUTH, LOT = 0, 1, 2
LATE: Final = 3
"""Behind a desk's three runs stand their heaps of those who have joined since, and a room to sort in."""
SORTING: Final = 6
N_ROOMS: Final = CG_DESK + 7 + 7
LINE_OF_GIVER: Final = (*range(CG_DESK), CG_DESK, CG_DESK + 7)
TICKET_OF_GIVER: Final = (
    *range(Line.SERVICE, Line.SERVICE + SERVICES_MAX),
    int(BRIDGING_LINE),
    int(Line.BEDS),
    *[int(LETTING_LINE)] * len(REGIONS),
    int(Line.CG_DESK),
    int(Line.RG_DESK),
)

N_QUARTERS: Final = 144
PERIOD: Final = 0.5
"""Days of alarms that stand in the heap together; a power of two, so that dividing by it is exact."""
N_PERIODS: Final = 26_320
"""To the end of 2049."""
PARTS: Final = 8192
"""At most so many parts of a period are told apart when its alarms are put in order."""
NEAR: Final = 4 * PARTS
"""Alarms of a period that can be put in order; the heap takes what is more."""
BLOCK: Final = 8
"""Alarms on a sheet, which so fills two lines of memory."""
COUNT_BITS: Final = 4
"""The head of a period is its last sheet's number, then in so many bits how many alarms stand on it."""
ORDERS: Final = 512
"""Monthly orders of places that can be under way; there are 432 months to the end of 2049."""

ALARM: Final = np.dtype([("time", "f8"), ("key", "i8")])
FOLLOWING: Final = np.dtype([("sheet", "i4")])
NOTES_ON_LEAF: Final = 63
"""Notes of two words each, which with what is told of the leaf fill eight lines of memory."""
LEAF: Final = np.dtype([("words", "u4", (2 * NOTES_ON_LEAF,)), ("next", "i4"), ("held", "i2"), ("day", "i2")])
"""`next` is the leaf that follows, 0 for none; `held` how many notes stand on a leaf that is followed; `day`
the one on which it was begun."""
VOLUME: Final = np.dtype([(name, "i4") for name in ("first", "last", "held", "day")])
"""Of some people's notes: the first leaf and the last, 0 for none; what is held by the last, and its day."""
EVENT_AT, PLACE_AT, ROW_AT = 12, 8, 19
"""The bits at which event, place and row begin in the word of what happened; the detail stands below."""
VOLUMES_BITS: Final = 13
"""There are two to this power of volumes at most."""
PEOPLE_MAX: Final = 1 << (32 - ROW_AT + VOLUMES_BITS)
"""Rows of people that a note has room for: a volume's people are told apart in what is left of a word."""
LEAST_BITS: Final = 8
"""Two to this power of people share a volume at least."""
IN_LINE: Final = np.dtype(
    [("key", "f8"), ("chance", "u8"), *((name, "i4") for name in ("row", "ticket", "rank", "seat"))],
    align=True,
)
"""Somebody in line; `chance` is their key of chance, for the month's lots."""
TURN: Final = np.dtype(
    [("time", "f8"), ("day", "i8"), ("month", "i8"), ("quarter", "i8"), ("working_days", "i8")]
)
"""A page of the calendar: a sitting (month -1), or the first of a month; quarter -1 unless it begins one."""

ARRIVING: Final = np.dtype(
    [
        ("time", "f8"),
        ("key", "u8"),
        ("turns_18", "f8"),
        ("frailty", "f8"),
        ("row", "i4"),
        *((name, "i1") for name in ("group", "region", "status", "immigration_enforcement")),
        *((name, "b1") for name in ("dependants", "pregnant", "health_need", "female", "fluent")),
    ],
    align=True,
)


def volume_bits(n_people: int) -> int:
    """Two to this power of people share a volume of the log, when so many come."""
    return max(LEAST_BITS, (n_people - 1).bit_length() - VOLUMES_BITS)


def world_type(rules: np.dtype[Any], steps: int, days: int) -> np.dtype[Any]:
    """The world's record, for rules of a shape, so many steps of dated values and days in the calendar."""
    giver = (N_GIVERS,)
    return np.dtype(
        [
            ("rules", rules),
            ("now", "f8"),
            ("horizon", "f8"),
            ("contact_share", "f8"),
            ("workers", "f8"),
            ("other_luck", "u8"),
            ("fault_value", "f8"),
            ("rg_capacity", "f8"),
            ("cg_capacity", "f8"),
            # what the handler that runs now has written
            ("n_alarms", "i8"),
            ("n_notes", "i8"),
            ("n_joins", "i8"),
            ("alarm_time", "f8", (OUTBOX,)),
            ("alarm_slot", "i8", (OUTBOX,)),
            ("note_word", "i8", (OUTBOX,)),
            ("note_time", "f8", (OUTBOX,)),
            ("join_giver", "i8", (OUTBOX_JOINS,)),
            ("join_rank", "i8", (OUTBOX_JOINS,)),
            ("join_key", "f8", (OUTBOX_JOINS,)),
            ("join_ticket", "i8", (OUTBOX_JOINS,)),
            ("rated", "i8"),
            ("rates", "f8", (N_CLOCKS,)),
            # where the loop stands
            ("fault", "i8"),
            ("begun", "b1"),
            ("tight", "b1"),
            ("dirty", "i8"),
            ("giving", "i8"),
            ("walking", "i8"),
            ("walk", "i8"),
            ("next_turn", "i8"),
            ("part", "i8"),
            ("more_come", "b1"),
            ("next_arrival", "i8"),
            ("n_calendar", "i8"),
            ("n_far", "i8"),
            ("free_far", "i8"),
            ("waiting_far", "i8"),
            ("near_until", "f8"),
            ("soon_sheet", "i8"),
            ("near_first", "i8"),
            ("near_last", "i8"),
            ("near_count", "i4", (PARTS,)),
            ("far_head", "i4", (N_PERIODS + 1,)),
            ("n_log", "i8"),
            ("n_leaves", "i8"),
            ("volume_bits", "i8"),
            ("n_seats", "i8"),
            ("free_seat", "i8"),
            # lines, pools and desks
            ("line_first", "i8", (N_ROOMS,)),
            ("line_size", "i8", (N_ROOMS,)),
            ("line_room", "i8", (N_ROOMS,)),
            ("taken", "i8", (N_ROOMS,)),
            ("waiting", "i8", giver),
            ("in_use", "i8", giver),
            ("capacity", "f8", giver),
            ("newest_share", "f8", giver),
            ("oldest_share", "f8", giver),
            ("newest_within", "f8", giver),
            ("youth_reach", "f8", giver),
            ("youth_last", "f8", giver),
            ("lot_reach", "f8", giver),
            ("slots_now", "f8", giver),
            ("slots_used", "i8", giver),
            ("desk_key", "u8", giver),
            # other households in the lines for social homes
            ("households_key", "u8", (len(REGIONS),)),
            ("household", "i8", (len(REGIONS),)),
            ("household_joined", "f8", (len(REGIONS),)),
            ("household_leaves", "f8", (len(REGIONS),)),
            ("lets_opened", "i8", (len(REGIONS),)),
            ("to_let", "i8", (len(REGIONS),)),
            ("sitting_day", "i8"),
            ("month", "i8"),
            # what is counted
            ("n_services", "i8"),
            ("in_support", "i8"),
            ("beds_bought", "i8"),
            ("n_orders", "i8"),
            ("order_day", "f8", (ORDERS,)),
            ("order_places", "i8", (ORDERS,)),
            ("days_in_quarter", "i8"),
            ("days_sat", "i8"),
            ("referrals_by_quarter", "i8", (N_QUARTERS,)),
            ("rg_positive_by_quarter", "i8", (N_QUARTERS,)),
            ("quarter_start", "f8", (N_QUARTERS + 1,)),
            # tables
            ("step_day", "f8", (steps,)),
            ("step_value", "f8", (steps,)),
            ("last_day", "i4", (days,)),
        ],
        align=True,
    )


@dataclass
class Arrays:
    """Everything that changes in a run; only what is in use is copied for a fork.

    `far` holds the sheets of alarms that are not near, `BLOCK` records each; `following` the sheet that comes
    after each in the same period, or among those that are free. `log` holds the leaves of the log, of which
    the first is nobody's; `volumes` says where those of some people begin and end (`logbook.py`).
    """

    world: NDArray[Any]
    people: NDArray[Any]
    calendar: NDArray[Any]
    near: NDArray[Any]
    far: NDArray[Any]
    following: NDArray[Any]
    lines: NDArray[Any]
    log: NDArray[Any]
    volumes: NDArray[Any]

    @classmethod
    def of(cls, world: NDArray[Any], n_people: int = 0, person: np.dtype[Any] = PERSON) -> Arrays:
        """Empty arrays around a world's record: nothing is read that has not been written before.

        Room for so many people who will ever come is asked for at once: growing copies what there is, and
        memory that nobody writes to costs nothing.
        """
        seats, sheets = 1024 + n_people // 2, 1024 + n_people // 8
        room = 256
        world["line_room"][0, :] = room
        world["line_first"][0, :] = LINES_BEGIN + np.arange(N_ROOMS) * room
        people = room_for(seats, person)
        nobody = people[:1]
        nobody.view(np.uint8)[:] = 0
        for name in ("due", "rg_positive_at", "cg_positive_at", "bed_until", "exit_told"):
            if name in (person.names or ()):
                nobody[name] = NEVER
        if person is PERSON:
            nobody["hazards"][..., MARK] = UNDRAWN
        world["n_seats"] = 1
        bits = volume_bits(n_people)
        n_volumes = (max(n_people - 1, 0) >> bits) + 1
        world["volume_bits"], world["n_leaves"] = bits, 1
        world["far_head"][:] = -1
        world["free_far"] = world["soon_sheet"] = -1
        return cls(
            world=world,
            people=people,
            calendar=room_for(4 * seats, ALARM),
            near=room_for(NEAR, ALARM),
            far=room_for(BLOCK * sheets, ALARM),
            following=room_for(sheets, FOLLOWING),
            lines=room_for(LINES_BEGIN + N_ROOMS * room, IN_LINE),
            log=room_for(n_volumes + 24 * seats // NOTES_ON_LEAF, LEAF),
            volumes=np.zeros(n_volumes, VOLUME),
        )

    def give_up_all_but_the_log(self) -> Spare:
        """Free the memory of a state that is not continued; its world and its log stay readable.

        Returns
        -------
        Spare
            The seats' memory, as far as anybody sat there.
        """
        spare = Spare(self.people.view(np.uint8)[: int(self.world[0]["n_seats"]) * self.people.itemsize])
        for field in fields(self):
            if field.name not in ("world", "log", "volumes"):
                setattr(self, field.name, getattr(self, field.name)[:0].copy())
        return spare

    def lend_seats(self) -> Spare:
        """The seats' memory of a run that has ended, for its log; `copy` uses it again once that is gone."""
        return Spare(self.people.view(np.uint8))

    @property
    def lent(self) -> bool:
        """Whether anybody holds a part of the seats' memory."""
        return is_shared(self.people)

    def make_room(self) -> None:
        """More room where it has become tight."""
        world = self.world[0]
        for name, in_use in self._in_use():
            array = getattr(self, name)
            spare = OUTBOX * (BLOCK if name == "far" else 1)
            if in_use + 2 * spare > len(array):
                setattr(self, name, resized(array, in_use, len(array) + max(len(array) // 2, 4 * spare)))
        if world["tight"]:
            self._widen_lines()
            world["tight"] = False

    def copy(self, into: Arrays | None = None) -> Arrays:
        """The same state once more, for a continuation, with an empty log: what is noted stands in this one.

        Parameters
        ----------
        into : Arrays, optional
            Arrays of an earlier continuation that nobody needs any more; their memory is used again, that of
            the seats only if the log that was put there is gone.
        """
        used = dict(self._in_use())
        copies: dict[str, NDArray[Any]] = {"world": self.world.copy()}
        for field in fields(self):
            name, array = field.name, getattr(self, field.name)
            if name in copies:
                continue
            copy = getattr(into, name) if into is not None else array[:0]
            if len(copy) < len(array) or (into is not None and name == "people" and into.lent):
                copy = room_for(len(array), array.dtype)
            if name == "volumes":
                copy.view(np.uint8)[:] = 0
            elif name == "lines":
                self._copy_lines(copy, self.world[0]["line_first"])
            elif name != "log":
                copy_records(array, copy, used.get(name, len(array)))
            copies[name] = copy
        copies["world"]["n_log"], copies["world"]["n_leaves"] = 0, 1
        return replace(self, **copies)

    def _in_use(self) -> tuple[tuple[str, int], ...]:
        world = self.world[0]
        return (
            ("people", int(world["n_seats"])),
            ("calendar", int(world["n_calendar"] + world["waiting_far"]) + 3),
            ("far", int(world["n_far"]) * BLOCK),
            ("following", int(world["n_far"])),
            ("log", int(world["n_leaves"])),
        )

    def _widen_lines(self) -> None:
        """Twice the room for every line that is nearly full; all of a desk's are equally roomy.

        A run has room for those who have joined since, and each of these heaps is at most half full, since it
        may be given as many again as have joined.
        """
        world = self.world[0]
        need, room = world["line_size"].copy(), world["line_room"].copy()
        for desk in (LINE_OF_GIVER[CG_DESK], LINE_OF_GIVER[RG_DESK]):
            lates = world["line_size"][desk + LATE : desk + SORTING]
            need[desk : desk + SORTING + 1] = max(need[desk + AGE] + lates[AGE], 2 * lates.max())
        wider = np.where(need + 2 * SPARE >= room, 2 * room, room)
        begins = LINES_BEGIN + np.concatenate(([0], np.cumsum(wider)[:-1]))
        lines = room_for(LINES_BEGIN + int(wider.sum()), IN_LINE)
        self._copy_lines(lines, begins)
        self.lines = lines
        world["line_first"], world["line_room"] = begins, wider

    def _copy_lines(self, to: NDArray[Any], begins: NDArray[Any]) -> None:
        world = self.world[0]
        for line in range(N_ROOMS):
            copy_records(
                self.lines[world["line_first"][line] :], to[begins[line] :], int(world["line_size"][line])
            )
