"""Keyed chance: every random number is a pure function of its address, never drawn from a stream.

The address is (seed, replication, kind, entity, activity, visit, occasion). The same survivor meets every
scenario with the same luck, whatever happens to anybody else and in whatever order events fall.
Not here: what the numbers are turned into (`variates.py`), and the Numba twin of this module
(`compiled_chance.py`), which must be changed with it.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.errors import SimError

MASK = 0xFFFFFFFFFFFFFFFF
GOLDEN = 0x9E3779B97F4A7C15
"""2**64 divided by the golden ratio, the splitmix64 increment; keeps a zero field from mixing to zero."""
FIRST_FACTOR = 0xBF58476D1CE4E5B9
SECOND_FACTOR = 0x94D049BB133111EB

SEED_LIMIT = 1 << 63
ENTITY_LIMIT = 1 << 64
ACTIVITY_LIMIT = 1 << 16
VISIT_LIMIT = 1 << 20
OCCASION_LIMIT = 1 << 24

_CODES_KEPT = 1 << 17
_mixed_codes: dict[tuple[int, int, int], int] = {}  # a cache of a pure function: holds no state


class Kind(IntEnum):
    """What kind of thing an entity is. Append only: a changed number changes everybody's luck."""

    SURVIVOR = 1
    ARRIVALS = 2
    DECISION_SLOT = 3
    WORLD = 4
    HOUSEHOLD = 5


class Activity(IntEnum):
    """What a number is used for, one member a use.

    Numbers stand in blocks by subject, and a new member takes the next free number of its block; a member is
    never renumbered, re-used or given a second use. The numbers above `THRESHOLD_BASE` belong to the hazards.
    A changed number changes everybody's luck, and two uses of one number tie together things that have
    nothing to do with each other.
    """

    ARRIVAL_GAP = 1
    NATIONALITY = 2
    SEX = 3
    RESPONDER = 4
    EXPLOITATION = 5
    AUTHORITY = 6
    AGE_AT_REFERRAL = 7
    TURNS_18 = 8
    NATION = 9
    REGION = 10
    DEPENDANTS = 11
    PREGNANCY = 12
    FLUENCY = 13
    FRAILTY = 14
    HEALTH_NEED = 15
    ASYLUM_AT_REFERRAL = 16
    # decisions
    RG_HANDLING = 20
    RG_WITHDRAWN = 21
    RG_POSITIVE = 22
    CG_READY = 23
    CG_POSITIVE = 24
    CASE_CLOSED = 25
    DISQUALIFIED = 26
    DISQUALIFIED_WHEN = 27
    RECONSIDERATION = 28
    RECONSIDERATION_WHEN = 29
    OVERTURNED = 30
    MONTHS_LOT = 31
    ORDER_OF_SLOT = 32
    SUPPORT_AT_18 = 33
    CRIMINAL_CASE = 34
    CRIMINAL_CASE_LENGTH = 35
    # support
    REACHED = 40
    TAKE_UP = 41
    FIRST_CONTACT = 42
    BED_WANTED = 43
    BED_TOO_FAR = 44
    BED_PATIENCE = 45
    OTHER_REGION = 46
    NEEDS_REQUESTED = 47
    NEEDS_OUTCOME = 48
    EXTENSION = 49
    NEGATIVE_EXTENSION = 50
    IN_CONTACT = 51
    EMERGENCY = 52
    LOST_AT_HANDOVER = 53
    # places and status
    PLACE_AT_START = 60
    CUSTODY_STAY = 61
    SOFA = 62
    ASYLUM_DECISION_WHEN = 63
    ASYLUM_DECISION = 64
    APPEAL = 65
    APPEAL_WHEN = 66
    APPEAL_ALLOWED = 67
    SECTION_4 = 68
    ASYLUM_ACCOMMODATION = 69
    TEMPORARY_PERMISSION = 70
    PERMISSION_LENGTH = 71
    RESIDENCE_AT_START = 72
    RESIDENCE_LENGTH = 73
    # housing
    TOLD = 80
    LEAD_TIME = 81
    APPLIES_INSECURE = 82
    APPLIES_WHEN = 83
    APPLIES_AFTER_ASYLUM = 84
    APPLIES_IN_CRISIS = 85
    HOMELESS_IN_LAW = 86
    INTERIM = 87
    VULNERABLE = 88
    RECOGNISED = 89
    INTENTIONAL = 90
    CONNECTION_ELSEWHERE = 91
    REFERRED_ELSEWHERE = 92
    COUNCIL_TESTS = 93
    SECURED_KIND = 94
    APPLIES_AFTER_ASYLUM_WHEN = 95
    # services: one number a use, and the service's own number (from its name) is the occasion
    SERVICE_OFFERED = 100
    SERVICE_ACCEPTED = 101
    SERVICE_PATIENCE = 102
    SERVICE_LENGTH = 103
    SERVICE_NEED = 104
    SERVICE_AREA = 105
    SERVICE_CRITERIA = 106
    SERVICE_OUTSIDE_WAIT = 107
    BARRIER_TRAVEL = 108
    BARRIER_DIGITAL = 109
    SERVICE_MEETS_NEED = 110
    # life: one threshold a hazard and an occasion
    THRESHOLD_BASE = 120
    RETURNS_TO_PROVIDER = 160
    DETECTED = 161
    DETECTED_WHEN = 162
    AWAY_LENGTH = 163
    PRONE_TO_REFERRAL = 164
    # homelessness law
    ASKED = 170
    DOMESTIC_ABUSE = 171
    CARE_LEAVER = 172
    COUNCIL_ALLOCATES = 173
    OFFER_REFUSED = 174
    OUT_OF_AREA = 175
    UNDER_NOTICE = 176
    # homes
    UNDER_35 = 190
    BRIDGING_PATIENCE = 191
    # status, continued
    LATER_CLAIM = 200
    LATER_CLAIM_WHEN = 201
    FRESH_CLAIM = 202
    FRESH_CLAIM_WHEN = 203
    PERMISSION_RENEWED = 204
    ROOM_AFTER_CLAIM = 205
    # other households in the line for social homes
    HOUSEHOLD_JOINS = 211
    HOUSEHOLD_LEAVES = 212


def mix(z: int) -> int:
    """The splitmix64 finaliser: a one-to-one scrambling of 64-bit whole numbers.

    Parameters
    ----------
    z : int
        Any whole number of zero or more; bits above the 64th are dropped.

    References
    ----------
    Steele, G. L., Lea, D. and Flood, C. H. (2014). Fast splittable pseudorandom number generators. OOPSLA
    2014, 453-472 (constants: Stafford's variant 13 of the MurmurHash3 finaliser).
    """
    z &= MASK
    z = ((z ^ (z >> 30)) * FIRST_FACTOR) & MASK
    z = ((z ^ (z >> 27)) * SECOND_FACTOR) & MASK
    return z ^ (z >> 31)


def mix_array(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """`mix` of every element, bit for bit; any shape. The argument is left as it was."""
    mixed = z >> np.uint64(30)
    mixed ^= z
    mixed *= np.uint64(FIRST_FACTOR)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(SECOND_FACTOR)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def root_key(seed: int, replication: int, kind: int) -> int:
    """The key from which all entities of one kind, in one replication of one seed, take theirs.

    Parameters
    ----------
    seed, replication, kind : int
        Each from 0 to 2**63 - 1. They are folded in one after the other, so (1, 2) and (2, 1) differ.

    Raises
    ------
    SimError
        If one of them lies outside that range.
    """
    key = GOLDEN
    for name, field in (("seed", seed), ("replication", replication), ("kind", kind)):
        _check(name, field, SEED_LIMIT)
        key = mix(key ^ mix(int(field) + GOLDEN))
    return key


def entity_key(base: int, entity: int) -> int:
    """The key of one entity (a survivor, a decision slot, ...) under `root_key`.

    Raises
    ------
    SimError
        If the entity's number is not from 0 to 2**64 - 1.
    """
    _check("entity", entity, ENTITY_LIMIT)
    return mix(base ^ mix(entity + GOLDEN))


def entity_keys(base: int, ids: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """`entity_key` of every entity, bit for bit.

    Parameters
    ----------
    base : int
        From `root_key`.
    ids : array of uint64, shape (n_entities,)

    Raises
    ------
    SimError
        If `ids` is of another type: a signed array would hash differently without a word.
    """
    if ids.dtype != np.uint64:
        raise SimError(
            f"entity_keys was given ids of type {ids.dtype}; allowed: uint64; "
            "nearest: ids.astype(np.uint64) after checking that none is negative"
        )
    return mix_array(np.uint64(base) ^ mix_array(ids + np.uint64(GOLDEN)))


def other_luck(seed: int, replication: int) -> int:
    """What turns a survivor's key into that of the same survivor with other luck, by exclusive or.

    The key of an entity that no survivor has, so all keys that it makes are as good as the first.
    """
    return entity_key(root_key(seed, replication, Kind.SURVIVOR), ENTITY_LIMIT - 1)


def occasion_code(activity: int, visit: int = 0, occasion: int = 0) -> int:
    """The part of an address below the entity, as one whole number: activity, visit, occasion.

    Parameters
    ----------
    activity : int
        An `Activity`; below 2**16.
    visit : int, optional
        Which time through the pathway, from 0; below 2**20.
    occasion : int, optional
        Which use within the visit, from 0; below 2**24.

    Raises
    ------
    SimError
        If a part does not fit its place, since two addresses would then be one.
    """
    _check("activity", activity, ACTIVITY_LIMIT)
    _check("visit", visit, VISIT_LIMIT)
    _check("occasion", occasion, OCCASION_LIMIT)
    return (activity << 44) | (visit << 24) | occasion


def uniform(key: int, activity: int, visit: int = 0, occasion: int = 0) -> float:
    """The uniform number at one address, strictly between 0 and 1.

    Parameters
    ----------
    key : int
        From `entity_key`.
    activity, visit, occasion : int
        As for `occasion_code`.

    Returns
    -------
    float
        An odd multiple of 2**-53: never 0.0, never 1.0, mean 1/2, variance 1/12; 1 - u is exact.

    Examples
    --------
    >>> uniform(entity_key(root_key(1, 0, Kind.SURVIVOR), 7), Activity.SEX)
    0.19965824790010622
    """
    try:
        z = key ^ _mixed_codes[activity, visit, occasion]
    except KeyError:
        z = key ^ _mixed_code(activity, visit, occasion)
    z = ((z ^ (z >> 30)) * FIRST_FACTOR) & MASK  # mix(z), written out: this is the hottest line of a run
    z = ((z ^ (z >> 27)) * SECOND_FACTOR) & MASK
    return (((z ^ (z >> 31)) >> 12) + 0.5) * 2.220446049250313e-16


def uniforms(
    keys: NDArray[np.uint64], activity: int, visit: int = 0, occasion: int = 0
) -> NDArray[np.float64]:
    """`uniform` for many entities at once, from 0 to 1, bit for bit.

    Parameters
    ----------
    keys : array of uint64, shape (n_entities,)
        From `entity_keys`.
    activity, visit, occasion : int
        As for `occasion_code`, the same for all.

    Returns
    -------
    array of float64, shape (n_entities,)
    """
    if keys.dtype != np.uint64:
        raise SimError(f"uniforms was given keys of type {keys.dtype}; allowed: uint64, from entity_keys")
    mixed = mix_array(keys ^ np.uint64(mix(occasion_code(activity, visit, occasion) + GOLDEN)))
    mixed >>= np.uint64(12)
    unit = mixed.astype(np.float64)
    unit += 0.5
    unit *= 2.220446049250313e-16
    return unit


def _mixed_code(activity: int, visit: int, occasion: int) -> int:
    """mix(code + GOLDEN), remembered; the memory is emptied when full, so it cannot grow without end."""
    mixed = mix(occasion_code(activity, visit, occasion) + GOLDEN)
    if len(_mixed_codes) >= _CODES_KEPT:
        _mixed_codes.clear()
    _mixed_codes[activity, visit, occasion] = mixed
    return mixed


def _check(name: str, given: int, limit: int) -> None:
    """Refuse a part of an address that does not fit its place."""
    if not 0 <= given < limit:
        nearest = 0 if given < 0 else limit - 1
        raise SimError(
            f"{name} = {given} in an address of chance; allowed: whole numbers from 0 to {limit - 1}; "
            f"nearest: {nearest}"
        )
