"""Who a survivor is at referral: how each trait is drawn.

Published tables give margins within six groups of age at exploitation by nationality; inside a group traits
are drawn as independent of each other. Every trait has its own address of chance, so a trait is the same
whichever people it is drawn with, in any order, and one changed share changes no other trait (save those that
rest on it: most follow nationality). Nothing here changes with time after referral.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.clock import date_of, on_grid_array
from sim.errors import SimError
from sim.people.arrivals import ORDINAL_BITS
from sim.people.chance import Activity, uniforms
from sim.people.codes import (
    ENGLISH_REGIONS,
    Exploitation,
    Group,
    ImmigrationStatus,
    Nationality,
    Region,
    Responder,
)
from sim.people.mathematics import exp
from sim.people.variates import cumulative_shares, lognormal_from_median_array

if TYPE_CHECKING:
    from sim.config.schema import Cell, People, Status, Traits
    from sim.config.values import Dated

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.uint8]


def draw(
    people: People, status: Status, ids: NDArray[np.uint64], keys: NDArray[np.uint64], arrival: Floats
) -> dict[str, NDArray[np.generic]]:
    """Every trait of the given people, by column of `Population`.

    Parameters
    ----------
    people, status : People, Status
        The parts of the configuration that say who arrives and with what immigration status.
    ids, keys : array of uint64, shape (n_people,)
        From `sim.people.arrivals` and `sim.people.chance.entity_keys`; any people in any order.
    arrival : array of float64, shape (n_people,)
        [days from 1 January 2014]; dated shares are read at this instant.

    Raises
    ------
    SimError
        If a share of UK nationals is not a share.

    References
    ----------
    Home Office (2024). National Referral Mechanism statistics, end of year 2023: age at exploitation by
    nationality, first responder, sex and exploitation type.
    """
    traits = people.traits
    check_uk_share(traits)
    group = group_of(ids)
    age = np.where(group == Group.DECLINED, Group.ADULT, group)  # people who decline are adults
    nationality = _nationality(traits, keys, arrival, age)
    is_uk = nationality == Nationality.UK
    cell = 2 * age + ~is_uk
    cells = _cells(traits)

    female = uniforms(keys, Activity.SEX) < np.array([one.female for one in cells])[cell]
    responders = _table([tuple(getattr(c.responder, r.name.lower()) for r in Responder) for c in cells])
    exploitations = _table(
        [tuple(getattr(c.exploitation, e.name.lower()) for e in Exploitation) for c in cells]
    )
    enforcement_share = _at(traits.immigration_enforcement_share, arrival)
    adult_at_referral = _adult_at_referral(traits, keys, age, is_uk)
    return {
        "group": group,
        "nationality": nationality,
        "female": female,
        "responder": _choose(uniforms(keys, Activity.RESPONDER), responders[cell]),
        "exploitation": _choose(uniforms(keys, Activity.EXPLOITATION), exploitations[cell]),
        "immigration_enforcement": ~is_uk & (uniforms(keys, Activity.AUTHORITY) < enforcement_share),
        "region": _region(traits, keys),
        "adult_at_referral": adult_at_referral,
        "turns_18": _turns_18(traits, keys, arrival, adult_at_referral),
        "dependants": uniforms(keys, Activity.DEPENDANTS)
        < np.where(female, traits.dependants_female, traits.dependants_male),
        "pregnant": female
        & adult_at_referral
        & (uniforms(keys, Activity.PREGNANCY) < traits.pregnant_female),
        "fluent": is_uk | (uniforms(keys, Activity.FLUENCY) < traits.fluent_if_not_uk),
        "frailty": _frailty(traits.frailty_sigma, keys),
        "health_need": uniforms(keys, Activity.HEALTH_NEED) < traits.health_need,
        "status": _status(status, keys, nationality),
    }


def group_of(ids: NDArray[np.uint64]) -> Codes:
    """The `Group` that an id carries, shape as given."""
    return ((ids >> np.uint64(ORDINAL_BITS)) % np.uint64(len(Group))).astype(np.uint8)


def check_uk_share(traits: Traits) -> None:
    """Refuse a share of UK nationals that is not a share: the configuration takes it as any dated number.

    Raises
    ------
    SimError
        If one of its values lies outside 0 to 1.
    """
    for age in ("adult", "child", "unknown"):
        dated: Dated = getattr(traits.uk_share, age)
        for day, share in zip(*dated.steps(), strict=True):
            if not 0.0 <= share <= 1.0:
                raise SimError(
                    f"people.traits.uk_share.{age} = {share} from {date_of(day)} on; allowed: a share from "
                    f"0 to 1; nearest: {0 if share < 0 else 1}"
                )


def _nationality(traits: Traits, keys: NDArray[np.uint64], arrival: Floats, age: Codes) -> Codes:
    """UK by the dated share of the age group; of the others a fixed share is EU."""
    by_age = (traits.uk_share.adult, traits.uk_share.child, traits.uk_share.unknown)
    uk_share = np.choose(age, [_at(dated, arrival) for dated in by_age])
    u = uniforms(keys, Activity.NATIONALITY)
    not_uk = u >= uk_share
    not_eu = not_uk & (u >= uk_share + (1.0 - uk_share) * traits.eu_share_of_non_uk)
    code: Codes = not_uk.astype(np.uint8) + not_eu
    return code


def _adult_at_referral(traits: Traits, keys: NDArray[np.uint64], age: Codes, is_uk: Flags) -> Flags:
    """Adults at exploitation always; others when the referral came late enough."""
    child = np.where(is_uk, traits.adult_at_referral_if_child_uk, traits.adult_at_referral_if_child_other)
    share = np.where(age == Group.CHILD, child, traits.adult_at_referral_if_unknown)
    adult: Flags = (age == Group.ADULT) | (uniforms(keys, Activity.AGE_AT_REFERRAL) < share)
    return adult


def _turns_18(traits: Traits, keys: NDArray[np.uint64], arrival: Floats, adult: Flags) -> Floats:
    """The day of the eighteenth birthday, after the referral and on the grid; infinity for adults."""
    longest = traits.years_to_18_max * 365.25
    ahead = on_grid_array(uniforms(keys, Activity.TURNS_18) * longest)
    return np.where(adult, np.inf, arrival + ahead)


def _region(traits: Traits, keys: NDArray[np.uint64]) -> Codes:
    """First the nation, then the region within England."""
    shares = traits.regions
    elsewhere = (shares.wales, shares.scotland, shares.northern_ireland)
    england = max(1.0 - elsewhere[0] - elsewhere[1] - elsewhere[2], 0.0)
    nation = _choose(uniforms(keys, Activity.NATION), _table([(england, *elsewhere)]))
    english = _table([tuple(getattr(shares, region.name.lower()) for region in ENGLISH_REGIONS)])
    within = _choose(uniforms(keys, Activity.REGION), english)
    return np.where(nation == 0, within, nation + np.uint8(Region.WALES - 1)).astype(np.uint8)


def _frailty(sigma: float, keys: NDArray[np.uint64]) -> Floats:
    """Lognormal with mean 1 and variance exp(sigma**2) - 1."""
    median = exp(-0.5 * sigma * sigma)
    return lognormal_from_median_array(uniforms(keys, Activity.FRAILTY), median, sigma)


def _status(status: Status, keys: NDArray[np.uint64], nationality: Codes) -> Codes:
    """British; EU settled, pre-settled or neither; for others a pending claim, else leave, else none.

    Pre-settled people with a qualifying right to reside are eligible, and stand with the settled.
    """
    u = uniforms(keys, Activity.ASYLUM_AT_REFERRAL)
    claim = status.asylum.claim_share
    settled, pre_settled = status.eu_settled_share, status.eu_pre_settled_share
    eu = np.select(
        [u < settled + pre_settled * status.eu_qualifying_share, u < settled + pre_settled],
        [ImmigrationStatus.EU_SETTLED, ImmigrationStatus.EU_PRE_SETTLED],
        ImmigrationStatus.NO_STATUS,
    )
    other = np.select(
        [u < claim, u < claim + status.asylum.leave_share],
        [ImmigrationStatus.ASYLUM_PENDING, ImmigrationStatus.LEAVE],
        ImmigrationStatus.NO_STATUS,
    )
    british = np.full_like(eu, ImmigrationStatus.BRITISH)
    return np.choose(nationality, [british, eu, other]).astype(np.uint8)


def _cells(traits: Traits) -> tuple[Cell, ...]:
    """The six published groups, by 2 * age group + (not UK)."""
    cells = traits.cells
    return (
        cells.adult_uk,
        cells.adult_other,
        cells.child_uk,
        cells.child_other,
        cells.unknown_uk,
        cells.unknown_other,
    )


def _table(rows: list[tuple[float, ...]]) -> Floats:
    """Running totals of shares, one row for each list of options, shape (n_rows, n_options)."""
    return np.array([cumulative_shares(row) for row in rows])


def _choose(u: Floats, cumulative: Floats) -> Codes:
    """`variates.categorical` of every element, each by its own row of running totals.

    The running totals end at exactly 1 and u is below 1, so the last option is the last answer.
    """
    chosen: Codes = np.sum(u[:, np.newaxis] >= cumulative, axis=1, dtype=np.uint8)
    return chosen


def _at(dated: Dated, instants: Floats) -> Floats:
    """A dated value at every instant [days from 1 January 2014]."""
    days, values = dated.steps()
    place = np.searchsorted(np.array(days, dtype=np.float64), instants, side="right") - 1
    return np.array(values, dtype=np.float64)[place]
