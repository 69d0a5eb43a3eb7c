"""The population has the published numbers and margins, and refuses what cannot be.

Bounds are 4.5 standard errors at seeds fixed beforehand: a right model fails one comparison in 150,000.
Counts of arrivals, some of which are small, are held to the exact Poisson quantiles of the same chance.
"""

import tracemalloc
from datetime import date

import numpy as np
import pytest
from scipy import stats

from sim.config.values import Dated
from sim.engine.clock import GRID, day_of, quarter_number, quarter_start
from sim.errors import SimError
from sim.people import arrivals as arriving
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
    expected,
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


# ---------------------------------------------------------------- how many


@pytest.mark.parametrize(
    ("label", "by_hand"),
    [
        ("2014Q1", (394, 173, 0, 0)),
        ("2023Q1", (2586 * 0.88, 1894 * 0.88, 258 * 0.88, 1420)),
        ("2025Q4", (3053 * 0.863, 2632 * 0.863, 336 * 0.863, 1709)),
        ("2026Q1", (6000 * 0.507 * 0.863, 6000 * 0.437 * 0.863, 6000 * 0.056 * 0.863, 6000 * 0.507 * 0.30)),
        ("2028Q1", tuple(6242.4 * share for share in (0.437541, 0.377131, 0.048328, 0.1521))),
    ],
)
def test_mean_arrivals_of_a_quarter_by_hand(people, label, by_hand):
    assert expected(people.arrivals, quarter_number(label)) == pytest.approx(by_hand, rel=1e-13)


def test_growth_is_spread_over_the_quarters_of_a_year(people):
    totals = [sum(expected(people.arrivals, 48 + after)[:3]) for after in range(5)]
    ratios = np.diff(np.log(totals))
    assert ratios == pytest.approx(np.full(4, np.log(1.02) / 4), rel=1e-9)


def test_the_multiplier_scales_every_group(people):
    twice = shipped.people(arrivals={"multiplier": 2}).arrivals
    for quarter in (0, 30, 60):
        once = expected(people.arrivals, quarter)
        assert expected(twice, quarter) == pytest.approx([2 * rate for rate in once], rel=1e-15)


def test_a_projection_from_within_a_quarter_begins_with_the_next(people):
    middle = shipped.people(arrivals={"projection_from": "2026-02-10"}).arrivals
    assert expected(middle, 48) == pytest.approx(expected(people.arrivals, 47), rel=1e-15)
    assert expected(middle, 49) == pytest.approx(expected(people.arrivals, 48), rel=1e-15)


def test_arrivals_are_poisson_with_the_expected_mean_in_every_quarter_and_group(people):
    spread, cells = [], []
    for replication in range(6):
        arrived = arriving.arrive(people.arrivals, 7, replication, HORIZON)
        line = (arrived.id >> np.uint64(24)).astype(np.int64)
        counts = np.bincount(line, minlength=4 * 73)
        for quarter in range(72):  # the 73rd is cut by the horizon
            for group, mean in zip(Group, expected(people.arrivals, quarter), strict=True):
                count = int(counts[4 * quarter + group])
                where = f"replication {replication}, quarter {quarter}, {group.label}: {count} of {mean}"
                assert stats.poisson.sf(count - 1, mean) > TAIL, where
                assert stats.poisson.cdf(count, mean) > TAIL, where
                if mean > 0:
                    spread.append((count - mean) ** 2 / mean)
                    cells.append(2 + 1 / mean)
    # each term has mean 1 and variance 2 + 1/mean where counts are Poisson: gaps of another shape show here
    assert abs(np.sum(spread) - len(spread)) < SIGMAS * np.sqrt(np.sum(cells))


def test_arrivals_lie_on_the_grid_strictly_inside_their_quarter_and_rise_within_a_line(national):
    starts = np.array([quarter_start(quarter) for quarter in range(74)])
    assert np.all(national.arrival > starts[national.quarter])
    assert np.all(national.arrival < starts[national.quarter + 1])
    assert np.all(national.arrival / GRID == np.floor(national.arrival / GRID))
    same_line = national.id[1:] == national.id[:-1] + np.uint64(1)
    assert np.all(np.diff(national.arrival)[same_line] > 0)


def test_arrivals_are_spread_evenly_over_a_quarter(national):
    starts = np.array([quarter_start(quarter) for quarter in range(74)])
    whole = national.quarter < 72
    length = np.diff(starts)[national.quarter[whole]]
    part = (national.arrival[whole] - starts[national.quarter[whole]]) / length
    assert stats.kstest(part, "uniform").pvalue > TAIL


def test_an_id_carries_quarter_group_and_ordinal(national):
    assert survivor_id(3, Group.CHILD, 5) == ((3 * 4 + 1) << 24) + 5
    line = (national.id >> np.uint64(24)).astype(np.int64)
    assert np.array_equal(line // 4, national.quarter)
    assert np.array_equal(line % 4, national.group)
    ordinal = (national.id & np.uint64(2**24 - 1)).astype(np.int64)
    new_line = np.flatnonzero(np.diff(line, prepend=-1))
    assert np.all(ordinal[new_line] == 0)
    assert np.all(np.delete(np.diff(ordinal, prepend=0), new_line) == 1)


def test_an_earlier_horizon_only_takes_later_people_away(people, status, national):
    horizon = date(2019, 5, 17)
    shorter = build(people, status, 20261122, 0, horizon)
    stays = national.arrival < day_of(horizon)
    for name, column in shorter.columns().items():
        assert np.array_equal(column, national.columns()[name][stays]), name
    assert shorter.arrival.max() > day_of(horizon) - 1


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
    assert holds(status.eu_settled_share, held == ImmigrationStatus.EU_SETTLED, eu)
    assert holds(1 - status.eu_settled_share, held == ImmigrationStatus.NO_STATUS, eu)
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


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"declined": {"2014-01-01": 0, "2020-01-01": float("inf")}},
            "expects inf people of group declined in 2020Q1; allowed: 0 to 8388608 a quarter",
        ),
        ({"multiplier": 1e7}, "people of group adult in 2014Q1; allowed: 0 to 8388608 .*nearest: 8388608$"),
        ({"growth_per_year": 1e300}, "people of group adult in 202.Q.; allowed"),
    ],
)
def test_impossible_arrivals_are_refused(status, changed, message):
    with pytest.raises(SimError, match=message):
        build(shipped.people(arrivals=changed), status, 1, 0, HORIZON)


def test_a_horizon_before_the_clock_starts_is_refused(people, status):
    with pytest.raises(SimError, match="arrivals until 2014-01-01; allowed: a date after 2014-01-01"):
        build(people, status, 1, 0, date(2014, 1, 1))


def test_a_share_of_uk_nationals_above_one_is_refused(people, status):
    wrong = Dated((date(2014, 1, 1), date(2015, 1, 1)), (0.2, 1.2))
    uk_share = people.traits.uk_share.model_copy(update={"child": wrong})
    traits = people.traits.model_copy(update={"uk_share": uk_share})
    with pytest.raises(SimError, match=r"uk_share.child = 1.2 from 2015-01-01 on; .*nearest: 1$"):
        build(people.model_copy(update={"traits": traits}), status, 1, 0, date(2015, 1, 1))


def test_projected_shares_that_add_up_to_one_leave_nobody_of_unknown_age():
    whole = shipped.people(arrivals={"projected_adult_share": 0.9, "projected_child_share": 0.1})
    rates = expected(whole.arrivals, 50)
    assert rates[Group.UNKNOWN] == 0.0
    assert rates[Group.ADULT] == pytest.approx(9 * rates[Group.CHILD], rel=1e-14)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((-1, 0, 0), "quarter = -1 in a survivor's id; .*nearest: 0$"),
        ((0, 4, 0), "group = 4 in a survivor's id; .*nearest: 3$"),
        ((0, 0, 2**24), "ordinal = 16777216 in a survivor's id; .*nearest: 16777215$"),
    ],
)
def test_an_id_refuses_what_does_not_fit(parts, message):
    with pytest.raises(SimError, match=message):
        survivor_id(*parts)
