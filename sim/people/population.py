"""The synthetic population: everybody who will be referred, with what they bring, as columns of arrays.

It is made once for each seed and replication, before anything is simulated, and every scenario meets the
same people: no scenario can change it. Both engines read the same arrays. All people are made up; none stands
for a real person. Not here: what happens to them (`sim.pathway`, `sim.engine`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError
from sim.people.arrivals import ORDINAL_BITS, arrive, expected, survivor_id
from sim.people.chance import Kind, entity_keys, root_key
from sim.people.codes import (
    CODES,
    ENGLISH_REGIONS,
    LABELS,
    Exploitation,
    Group,
    ImmigrationStatus,
    Nationality,
    Region,
    Responder,
)
from sim.people.traits import Codes, Flags, Floats, draw

if TYPE_CHECKING:
    from datetime import date

    from sim.config.schema import People, Status

__all__ = [
    "CODES",
    "ENGLISH_REGIONS",
    "LABELS",
    "Exploitation",
    "Group",
    "ImmigrationStatus",
    "Nationality",
    "Population",
    "Region",
    "Responder",
    "build",
    "expected",
    "survivor_id",
]

_AT_A_TIME = 1 << 15
"""People whose traits are drawn together: keeps the working memory small; the answers do not depend on it."""


@dataclass(frozen=True, eq=False)
class Population:
    """Everybody who is referred in one replication: one row a person, sorted by id; read-only arrays.

    All columns have shape (n_people,). Codes are read with the classes in `CODES` and put into words with
    `LABELS` or `words`. Days are counted from 1 January 2014.

    Parameters
    ----------
    id : array of uint64
        Lasting number: (quarter * 4 + group) * 2**24 + ordinal in that line.
    key : array of uint64
        The person's key of chance (`Kind.SURVIVOR`).
    arrival : array of float64
        Day of referral, on the clock's grid and strictly inside its quarter. Rows are *not* in this order.
    group : array of uint8
        `Group`: age at exploitation, or an adult who declined to be referred (counted, then leaves).
    nationality, responder, exploitation, region : array of uint8
        `Nationality`, `Responder`, `Exploitation`, `Region`.
    female : array of bool
    immigration_enforcement : array of bool
        Decided by the Immigration Enforcement authority; False means the Single Competent Authority.
    adult_at_referral : array of bool
    turns_18 : array of float64
        Day of the eighteenth birthday, always after the referral; infinity when adult at referral.
    dependants : array of bool
        Has children to look after; for a child, when grown up.
    pregnant : array of bool
        At referral; women adult at referral only.
    fluent : array of bool
        Speaks English fluently at referral.
    frailty : array of float64
        What multiplies this person's hazards: lognormal with mean 1.
    health_need : array of bool
        Has a mental or physical health need at referral.
    status : array of uint8
        `ImmigrationStatus` at referral.
    """

    id: NDArray[np.uint64]
    key: NDArray[np.uint64]
    arrival: Floats
    group: Codes
    nationality: Codes
    female: Flags
    responder: Codes
    exploitation: Codes
    immigration_enforcement: Flags
    region: Codes
    adult_at_referral: Flags
    turns_18: Floats
    dependants: Flags
    pregnant: Flags
    fluent: Flags
    frailty: Floats
    health_need: Flags
    status: Codes

    def __post_init__(self) -> None:
        """Close the arrays for writing, after checking that they belong together."""
        n_people = len(self.id)
        for name, column in self.columns().items():
            if column.shape != (n_people,):
                raise SimError(
                    f"population column {name} has shape {column.shape}; allowed: ({n_people},), as id has"
                )
            column.setflags(write=False)
        if np.any(self.id[1:] <= self.id[:-1]):
            raise SimError("population rows are not sorted by id without repeats; nearest: sort them by id")

    def __len__(self) -> int:
        """Number of people."""
        return len(self.id)

    @property
    def n_people(self) -> int:
        """Number of people, those who declined to be referred among them."""
        return len(self.id)

    @property
    def quarter(self) -> NDArray[np.int64]:
        """Calendar quarter of referral; 0 is 2014Q1."""
        return (self.id >> np.uint64(ORDINAL_BITS + 2)).astype(np.int64)

    def quarters_begin(self) -> NDArray[np.intp]:
        """The first row of each quarter's people, from 2014Q1 on to the first quarter without any."""
        n_quarters = 1 + (int(self.id[-1]) >> ORDINAL_BITS + 2) if len(self) else 0
        first_ids = np.arange(n_quarters + 1, dtype=np.uint64) << np.uint64(ORDINAL_BITS + 2)
        return np.searchsorted(self.id, first_ids)

    @property
    def nbytes(self) -> int:
        """Memory of all columns [bytes]."""
        return sum(column.nbytes for column in self.columns().values())

    def columns(self) -> dict[str, NDArray[Any]]:
        """The arrays by name, in the order of the class."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def take(self, rows: NDArray[Any]) -> Population:
        """The people in these rows (numbers or a mask), who must still be in order of id."""
        return Population(**{name: column[rows] for name, column in self.columns().items()})

    def words(self, column: str) -> NDArray[np.str_]:
        """A coded column as words for readers.

        Raises
        ------
        SimError
            If the column has no codes.
        """
        if column not in LABELS:
            from difflib import get_close_matches

            nearest = (get_close_matches(column, LABELS, 1, 0.0) or ["group"])[0]
            raise SimError(
                f"population column {column!r} has no words; allowed: {', '.join(LABELS)}; nearest: {nearest}"
            )
        words: NDArray[np.str_] = np.array(LABELS[column])[getattr(self, column)]
        return words


def build(people: People, status: Status, seed: int, replication: int, until: date) -> Population:
    """Everybody referred from 1 January 2014 to before `until`, in one replication of one seed.

    Parameters
    ----------
    people : People
        `people` of the configuration: arrivals and traits.
    status : Status
        `status` of the configuration, of which only the shares at referral are read.
    seed, replication : int
        From 0 to 2**63 - 1.
    until : date
        First day on which nobody is referred any more: the horizon.

    Returns
    -------
    Population
        A pure function of the arguments. People keep their ids and their luck when rates or shares change:
        one more person in a line changes nobody else, and a later `until` only adds people.

    Raises
    ------
    SimError
        If `until` is not after 1 January 2014, the seed or replication is out of range, a rate is impossible
        or a share of UK nationals is not a share.
    """
    arriving = arrive(people.arrivals, seed, replication, until)
    keys = entity_keys(root_key(seed, replication, Kind.SURVIVOR), arriving.id)
    n_people = len(keys)
    parts = []
    for first in range(0, max(n_people, 1), _AT_A_TIME):
        rows = slice(first, first + _AT_A_TIME)
        parts.append(draw(people, status, arriving.id[rows], keys[rows], arriving.arrival[rows]))
    columns: dict[str, NDArray[Any]] = {
        name: np.concatenate([part[name] for part in parts]) for name in parts[0]
    }
    return Population(id=arriving.id, key=keys, arrival=arriving.arrival, **columns)
