"""The population has the published numbers and margins, and refuses what cannot be.

Bounds are 4.5 standard errors at seeds fixed beforehand: a right model fails one comparison in 150,000.
How many people there are is tested in test_arrivals.py.
"""

import tracemalloc
from datetime import date

import numpy as np
import pytest
from scipy import stats

from sim.config.values import Dated
from sim.engine.clock import GRID, day_of
from sim.errors import SimError
from sim.people.codes import CODES, ENGLISH_REGIONS, LABELS
from sim.people.population import (
    Exploitation,
    Group,
    ImmigrationStatus,
    Nationality,
    Population,
    Region,
    Responder,
    build,
    survivor_id,
)
from sim.people.traits import draw
from tests import shipped

HORIZON = date(2032, 3, 31)
SIGMAS = 4.5
TAIL = float(stats.norm.sf(SIGMAS))
CELLS = ("adult_uk", "adult_other", "child_uk", "child_other", "unknown_uk", "unknown_other")


@pytest.fixture(scope="module")
def people():
    return shipped.people()


@pytest.fixture(scope="module")
def status():
    return shipped.status()


@pytest.fixture(scope="module")
def national(people, status):
    return build(people, status, 20261122, 0, HORIZON)


@pytest.fixture(scope="module")
def million(status):
    """Nearly a million people, for margins."""
    return build(shipped.people(arrivals={"multiplier": 3}), status, 20261123, 0, HORIZON)


def holds(share, mask, among):
    """Whether the share of `among` that is in `mask` lies within the bound of what it should be."""
    number = int(among.sum())
    error = np.sqrt(share * (1 - share) / number)
    return abs(mask[among].mean() - share) <= SIGMAS * error + 1e-12


def age_of(population):
    return np.where(population.group == Group.DECLINED, Group.ADULT, population.group)


# ---------------------------------------------------------------- who


@pytest.mark.parametrize("cell", range(6), ids=CELLS)
def test_margins_within_each_published_group(million, people, cell):
    published = getattr(people.traits.cells, CELLS[cell])
    inside = (age_of(million) == cell // 2) & ((million.nationality != Nationality.UK) == cell % 2)
    assert holds(published.female, million.female, inside)
    for codes, column, mix in (
        (Responder, million.responder, published.responder),
        (Exploitation, million.exploitation, published.exploitation),
    ):
        weights = np.array([getattr(mix, code.name.lower()) for code in codes])
        for code, share in zip(codes, weights / weights.sum(), strict=True):
            assert holds(share, column == code, inside), code


def test_adults_who_declined_are_drawn_from_the_adult_groups(million, people):
    declined = million.group == Group.DECLINED
    assert np.all(million.adult_at_referral[declined])
    uk = declined & (million.nationality == Nationality.UK)
    assert holds(people.traits.cells.adult_uk.responder.police, million.responder == Responder.POLICE, uk)


def test_traits_are_independent_within_a_group(million):
    inside = (million.group == Group.ADULT) & (million.nationality == Nationality.OTHER)
    inside &= million.arrival > day_of(date(2024, 1, 1))  # where no dated share changes much
    columns = {
        "female": million.female,
        "police": million.responder == Responder.POLICE,
        "labour": million.exploitation == Exploitation.LABOUR,
        "london": million.region == Region.LONDON,
        "fluent": million.fluent,
        "frailty": million.frailty,
        "health": million.health_need,
        "claim": million.status == ImmigrationStatus.ASYLUM_PENDING,
    }
    table = np.corrcoef([column[inside].astype(float) for column in columns.values()])
    off = table[~np.eye(len(columns), dtype=bool)]
    assert np.abs(off).max() < SIGMAS / np.sqrt(inside.sum())


@pytest.mark.parametrize("year", range(2014, 2032))
def test_nationality_follows_the_dated_share_of_its_age_group(million, people, year):
    in_year = (million.arrival >= day_of(date(year, 1, 1))) & (million.arrival < day_of(date(year + 1, 1, 1)))
    uk = million.nationality == Nationality.UK
    for age in (Group.ADULT, Group.CHILD, Group.UNKNOWN):
        among = in_year & (age_of(million) == age)
        if among.any():  # nobody of unknown age before 2019
            share = getattr(people.traits.uk_share, age.name.lower()).at(date(year, 7, 1))
            assert holds(share, uk, among), age
    assert holds(people.traits.eu_share_of_non_uk, million.nationality == Nationality.EU, in_year & ~uk)


def test_immigration_enforcement_decides_for_non_uk_people_by_date(million, people):
    not_uk = million.nationality != Nationality.UK
    assert not million.immigration_enforcement[~not_uk].any()
    opened = day_of(date(2021, 11, 8))
    assert not million.immigration_enforcement[million.arrival < opened].any()
    for first, after, share in ((opened, 2023, 0.30), (None, 2024, 0.25), (None, 2025, 0.30)):
        begins = day_of(date(after - 1, 1, 1)) if first is None else first
        among = not_uk & (million.arrival >= begins) & (million.arrival < day_of(date(after, 1, 1)))
        assert holds(share, million.immigration_enforcement, among), after
    assert people.traits.immigration_enforcement_share.at(date(2030, 1, 1)) == 0.27
    assert holds(
        0.27, million.immigration_enforcement, not_uk & (million.arrival >= day_of(date(2025, 1, 1)))
    )


def test_a_dated_share_holds_from_the_first_instant_of_its_day(people, status):
    traits = people.traits.model_copy(
        update={"immigration_enforcement_share": Dated((date(2014, 1, 1), date(2021, 11, 8)), (0.0, 1.0))}
    )
    certain = people.model_copy(update={"traits": traits})
    ids = np.arange(200, dtype=np.uint64) + np.uint64(survivor_id(31, Group.ADULT))
    opened = float(day_of(date(2021, 11, 8)))
    for instant, decides in ((opened - GRID, False), (opened, True)):
        drawn = draw(certain, status, ids, ids, np.full(200, instant))
        not_uk = drawn["nationality"] != Nationality.UK
        assert np.all(drawn["immigration_enforcement"][not_uk] == decides), instant


def test_regions_are_shares_of_england_and_nations_shares_of_all(million, people):
    shares = people.traits.regions
    everybody = np.ones(len(million), dtype=bool)
    in_england = million.region < Region.WALES
    for nation in (Region.WALES, Region.SCOTLAND, Region.NORTHERN_IRELAND):
        assert holds(getattr(shares, nation.name.lower()), million.region == nation, everybody), nation
    for region in ENGLISH_REGIONS:
        assert holds(getattr(shares, region.name.lower()), million.region == region, in_england), region


def test_age_at_referral_and_the_eighteenth_birthday(million, people):
    traits, adult = people.traits, million.adult_at_referral
    uk = million.nationality == Nationality.UK
    child = million.group == Group.CHILD
    assert np.all(adult[million.group == Group.ADULT])
    assert holds(traits.adult_at_referral_if_child_uk, adult, child & uk)
    assert holds(traits.adult_at_referral_if_child_other, adult, child & ~uk)
    assert holds(traits.adult_at_referral_if_unknown, adult, million.group == Group.UNKNOWN)

    assert np.array_equal(np.isinf(million.turns_18), adult)
    ahead = (million.turns_18 - million.arrival)[~adult]
    assert ahead.min() > 0
    assert np.all(million.turns_18[~adult] / GRID == np.floor(million.turns_18[~adult] / GRID))
    assert stats.kstest(ahead, "uniform", args=(0, traits.years_to_18_max * 365.25)).pvalue > TAIL


def test_dependants_pregnancy_fluency_health_and_frailty(million, people):
    traits = people.traits
    everybody = np.ones(len(million), dtype=bool)
    uk, female = million.nationality == Nationality.UK, million.female
    assert holds(traits.dependants_female, million.dependants, female)
    assert holds(traits.dependants_male, million.dependants, ~female)
    assert holds(traits.pregnant_female, million.pregnant, female & million.adult_at_referral)
    assert not million.pregnant[~(female & million.adult_at_referral)].any()
    assert np.all(million.fluent[uk])
    assert holds(traits.fluent_if_not_uk, million.fluent, ~uk)
    assert holds(traits.health_need, million.health_need, everybody)

    s2 = traits.frailty_sigma**2
    variance = np.exp(s2) - 1
    assert abs(million.frailty.mean() - 1) < SIGMAS * np.sqrt(variance / len(million))
    logs = np.log(million.frailty)
    assert abs(logs.var() - s2) < SIGMAS * s2 * np.sqrt(2 / len(million))


def test_status_at_referral_follows_nationality(million, status):
    held, asylum = million.status, status.asylum
    of = {code: million.nationality == code for code in Nationality}
    assert np.all(held[of[Nationality.UK]] == ImmigrationStatus.BRITISH)
    eu, other = of[Nationality.EU], of[Nationality.OTHER]
    eligible = status.eu_settled_share + status.eu_pre_settled_share * status.eu_qualifying_share
    neither = 1 - status.eu_settled_share - status.eu_pre_settled_share
    assert holds(eligible, held == ImmigrationStatus.EU_SETTLED, eu)
    assert holds(1 - eligible - neither, held == ImmigrationStatus.EU_PRE_SETTLED, eu)
    assert holds(neither, held == ImmigrationStatus.NO_STATUS, eu)
    assert holds(asylum.claim_share, held == ImmigrationStatus.ASYLUM_PENDING, other)
    assert holds(asylum.leave_share, held == ImmigrationStatus.LEAVE, other)
    left = 1 - asylum.claim_share - asylum.leave_share
    assert holds(left, held == ImmigrationStatus.NO_STATUS, other)


# ---------------------------------------------------------------- the table itself


def test_codes_stand_in_the_order_of_the_configuration(people):
    regions = [region.name.lower() for region in Region]
    fields = list(type(people.traits.regions).model_fields)
    assert regions == fields[3:] + fields[:3]  # the file names the other nations first
    cell = people.traits.cells.adult_uk
    assert [code.name.lower() for code in Responder] == list(type(cell.responder).model_fields)
    assert [code.name.lower() for code in Exploitation] == list(type(cell.exploitation).model_fields)
    for column, codes in CODES.items():
        assert [int(code) for code in codes] == list(range(len(codes)))
        assert LABELS[column] == tuple(code.label for code in codes)
        assert len(set(LABELS[column])) == len(codes)


def test_columns_have_the_stated_types_and_are_closed_for_writing(national):
    types = {name: str(column.dtype) for name, column in national.columns().items()}
    assert types == {
        "id": "uint64",
        "key": "uint64",
        "arrival": "float64",
        "group": "uint8",
        "nationality": "uint8",
        "female": "bool",
        "responder": "uint8",
        "exploitation": "uint8",
        "immigration_enforcement": "bool",
        "region": "uint8",
        "adult_at_referral": "bool",
        "turns_18": "float64",
        "dependants": "bool",
        "pregnant": "bool",
        "fluent": "bool",
        "frailty": "float64",
        "health_need": "bool",
        "status": "uint8",
    }
    assert len(national) == national.n_people == len(national.id)
    with pytest.raises(ValueError, match="read-only"):
        national.female[0] = True


def test_taking_rows_keeps_people_whole_and_in_order(national):
    some = national.take(np.arange(5, 500, 7))
    assert len(some) == 71
    assert some.frailty[3] == national.frailty[26]
    with pytest.raises(SimError, match="not sorted by id"):
        national.take(np.array([3, 2]))


def test_words_for_readers(national):
    assert national.words("region")[0] == Region(national.region[0]).label
    with pytest.raises(SimError, match=r"'regions' has no words; allowed: .*; nearest: region"):
        national.words("regions")


def test_columns_of_different_lengths_are_refused(national):
    columns = national.columns() | {"female": national.female[1:]}
    with pytest.raises(SimError, match=r"female has shape .*; allowed: \(\d+,\)"):
        Population(**columns)


def test_memory_stays_small(people, status, national):
    assert national.nbytes < 64 * len(national)
    tracemalloc.start()
    build(people, status, 3, 0, HORIZON)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 * 2**20


def test_no_arrivals_give_an_empty_population(status):
    nobody = build(shipped.people(arrivals={"multiplier": 0}), status, 1, 0, HORIZON)
    assert len(nobody) == 0
    assert nobody.status.dtype == np.uint8


def test_a_share_of_uk_nationals_above_one_is_refused(people, status):
    wrong = Dated((date(2014, 1, 1), date(2015, 1, 1)), (0.2, 1.2))
    uk_share = people.traits.uk_share.model_copy(update={"child": wrong})
    traits = people.traits.model_copy(update={"uk_share": uk_share})
    with pytest.raises(SimError, match=r"uk_share.child = 1.2 from 2015-01-01 on; .*nearest: 1$"):
        build(people.model_copy(update={"traits": traits}), status, 1, 0, date(2015, 1, 1))
