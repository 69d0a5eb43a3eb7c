"""From published figures to the rules of a run: each in its unit, London apart, ratios where they belong."""

from math import exp, inf, log

import pytest

from sim.config.compose import baseline, world
from sim.config.values import REGIONS as NAMES
from sim.engine.letting_rules import LEAST_SERVED, in_line, lettings_of
from sim.engine.regions import REGIONS
from sim.engine.rules import Rules
from sim.engine.unpacking import rules_of
from sim.people.codes import Region

TODAY = baseline(())
YEAR = 365.25
PER_YEAR = {
    "risk.crisis_per_need": "risk.crisis_per_need_year",
    "risk.re_exploitation": "risk.re_exploitation_per_year",
    "risk.missing": "risk.missing_per_year",
    "risk.same_incident": "risk.same_incident_referral_per_year",
    "risk.health_relapses": "risk.health_relapse_per_year",
    "risk.detained": "risk.detained_per_year",
    "risk.dies": "risk.dies_per_year",
    "places.friends_to_street": "places.friends_to_street_per_year",
    "places.street_to_friends": "places.street_to_friends_per_year",
    "places.own_home_lost": "places.own_home_lost_per_year",
    "places.private_tenancy_lost": "places.tenancy_lost_per_year",
}


def rules(**changed: object) -> Rules:
    """The rules of today's parameters with changes; `a__b` stands for `a.b`."""
    return rules_of(world(TODAY, {path.replace("__", "."): value for path, value in changed.items()}))


def value(of: Rules, path: str) -> object:
    part, name = path.split(".")
    return getattr(getattr(of, part), name)


# ---------------------------------------------------------------- rates and spreads
def test_yearly_rates_are_used_per_day_each_its_own() -> None:
    given = {path: 0.01 * (3 + k) for k, path in enumerate(PER_YEAR.values())}
    found = rules_of(world(TODAY, given))
    for name, path in PER_YEAR.items():
        assert value(found, name) == pytest.approx(given[path] / YEAR), name


def test_leaving_the_country_is_told_apart_by_status_and_social_tenancies_by_their_ratio() -> None:
    found = rules(
        risk__leaves_uk_per_year_british=0.01,
        risk__leaves_uk_per_year_other=0.02,
        risk__leaves_uk_per_year_no_status=0.04,
        places__tenancy_lost_per_year=0.3,
        places__social_tenancy_lost_ratio=0.5,
        places__private_rent_per_week=0.07,
        places__private_rent_london_ratio=0.25,
    )
    assert found.risk.leaves_uk == pytest.approx((0.01 / YEAR, 0.02 / YEAR, 0.04 / YEAR))
    assert found.places.social_tenancy_lost == pytest.approx(0.15 / YEAR)
    rents = found.places.private_rent
    assert (rents[Region.EAST], rents[Region.LONDON]) == pytest.approx((0.01, 0.0025))


def test_what_is_beyond_the_least_is_the_rest_of_the_mean_and_never_below_nothing() -> None:
    def extras(least: float, mean: float) -> list[float]:
        found = rules(
            risk__away_min_days=least,
            risk__away_mean_days=mean,
            support__first_contact_min_days=least,
            support__first_contact_mean_days=mean,
            services__lifeline__duration_min_days=least,
            services__lifeline__duration_mean_days=mean,
        )
        lifeline = sorted(TODAY.services).index("lifeline")
        return [
            found.risk.away_extra,
            found.support.first_contact_extra,
            found.services[lifeline].length_extra,
        ]

    assert extras(20, 50) == [30.0] * 3
    assert extras(20, 20) == [0.0] * 3


def test_a_worker_changes_what_is_known_by_a_ratio_up_to_certainty() -> None:
    risk = rules(
        risk__detected_share=0.4,
        risk__detected_ratio_with_worker=1.5,
        risk__returns_to_provider_share=0.2,
        risk__returns_ratio_with_worker=0.5,
    ).risk
    assert (risk.detected, risk.detected_with_worker) == pytest.approx((0.4, 0.6))
    assert (risk.returns_to_provider, risk.returns_with_worker) == pytest.approx((0.2, 0.1))
    sure = rules(
        risk__detected_share=0.4,
        risk__detected_ratio_with_worker=3,
        risk__returns_to_provider_share=0.7,
        risk__returns_ratio_with_worker=1.5,
    ).risk
    assert (sure.detected_with_worker, sure.returns_with_worker) == (1.0, 1.0)


# ---------------------------------------------------------------- support
@pytest.mark.parametrize(
    ("same", "shared", "lost", "engaged"),
    [(False, False, 0.3, 0.6), (True, False, 0.0, 1.0), (False, True, 0.3, 1.0), (True, True, 0.0, 1.0)],
)
def test_a_hand_over_loses_people_unless_the_provider_stays_and_a_story_is_told_anew_unless_shared(
    same: bool, shared: bool, lost: float, engaged: float
) -> None:
    support = rules(
        support__handover__lost_share=0.3,
        support__handover__retold_ratio=0.6,
        support__handover__same_provider=same,
        support__handover__shared_information=shared,
    ).support
    assert (support.lost_at_handover, support.engaged_after_handover) == (lost, engaged)


def test_people_disengage_by_the_month_and_are_lost_when_their_worker_changes() -> None:
    support = rules(
        support__casework__disengagement_per_month=0.02,
        support__handover__worker_changes_per_year=2,
        support__handover__lost_share=0.1,
    ).support
    assert support.disengages_per_day * YEAR == pytest.approx(12 * 0.02 + 2 * 0.1)
    assert rules(support__casework__workers="fixed").support.workers_fixed
    assert not rules(support__casework__workers="scaled").support.workers_fixed


def test_a_criminal_case_is_ones_own_or_one_as_a_witness() -> None:
    decisions = rules(
        decisions__criminal_case__own_share=0.2, decisions__criminal_case__witness_share=0.1
    ).decisions
    assert (decisions.own_case, decisions.any_case) == pytest.approx((0.2, 0.3))


def test_an_agreed_assessment_extends_in_full_or_in_part() -> None:
    changed = {
        "support__needs_assessment__fully_agreed": 0.4,
        "support__needs_assessment__partly_agreed": 0.2,
    }
    support = rules(**changed, support__needs_assessment__full_to_mean_ratio=1.2).support
    # the mean over those agreed is one mean extension: (0.4 x 1.2 + 0.2 x part) / 0.6
    assert support.part_extension / support.full_extension == pytest.approx(0.6 / 1.2)
    longest = rules(**changed, support__needs_assessment__full_to_mean_ratio=5).support
    assert longest.part_extension == 0.0


# ---------------------------------------------------------------- services
def test_a_barrier_half_taken_down_leaves_half_of_what_it_took() -> None:
    lifeline = sorted(TODAY.services).index("lifeline")
    told = {"interpreters": 0.4, "childcare": 0.5, "travel": 0.6, "digital": 0.8}
    ratios = {f"services__lifeline__{name}_ratio": ratio for name, ratio in told.items()}
    ratios["services__lifeline__interpreters_wait_ratio"] = 2.0
    for barrier in (1.0, 0.5, 0.0):
        service = rules(**ratios, **{f"barriers__{name}": barrier for name in told}).services[lifeline]
        for name, ratio in told.items():
            assert getattr(service, name) == pytest.approx(1 - barrier * (1 - ratio)), (name, barrier)
        assert service.interpreters_wait == pytest.approx(1 + barrier)


def test_a_service_with_areas_covers_these_and_one_without_covers_all() -> None:
    lifeline = sorted(TODAY.services).index("lifeline")
    everywhere = rules().services[lifeline].covered
    assert everywhere == (1.0,) * len(NAMES)
    somewhere = rules(services__lifeline__areas={"east": 0.25}).services[lifeline].covered
    assert somewhere == tuple(0.25 if name == "east" else 0.0 for name in NAMES)


def test_a_worker_counts_as_named_up_to_28_days_between_contacts() -> None:
    lifeline = sorted(TODAY.services).index("lifeline")

    def named(days: float) -> bool:
        return rules(services__lifeline__contact_interval_days=days).services[lifeline].named_worker

    assert [named(days) for days in (27, 28, 29)] == [True, True, False]


# ---------------------------------------------------------------- councils
def test_single_people_find_prevention_less_often_and_london_relief() -> None:
    housing = rules(
        housing__prevention__secured_per_day=0.02,
        housing__prevention__single_ratio=0.5,
        housing__relief__secured_per_day=0.01,
        housing__relief__secured_london_ratio=0.25,
        housing__register__offers_per_year=0.4,
        housing__register__offers_per_year_london=0.1,
    ).housing
    assert housing.prevention_secured == pytest.approx((0.01, 0.02))
    for name, elsewhere, london in (
        ("relief_secured", 0.01, 0.0025),
        ("general_offer", 0.4 / YEAR, 0.1 / YEAR),
    ):
        rates = getattr(housing, name)
        assert rates[Region.WALES] == pytest.approx(elsewhere)
        assert rates[Region.LONDON] == pytest.approx(london)


def test_a_share_found_vulnerable_is_at_most_everybody() -> None:
    of = {"housing__priority_need__vulnerable_share": 0.9, "housing__asks_about_slavery_share": 0.5}
    plain = rules(**of).housing.vulnerable[0][Region.EAST]
    assert plain > 0.9  # councils elsewhere find fewer than the mean
    not_asked, asked = rules(**of, housing__priority_need__vulnerable_ratio_if_asked=3).housing.vulnerable
    assert not_asked[Region.EAST] == pytest.approx(plain / 2)
    assert asked[Region.EAST] == 1.0
    of["housing__asks_about_slavery_share"] = 1
    not_asked, asked = rules(**of, housing__priority_need__vulnerable_ratio_if_asked=0).housing.vulnerable
    assert (not_asked[Region.EAST], asked[Region.EAST]) == (pytest.approx(plain), 0.0)


# ---------------------------------------------------------------- the line for social homes
QUEUE = {"housing__line__offers": "queue", "housing__line__starts": "2024-01-01"}


def test_nobody_lines_up_where_offers_are_drawn() -> None:
    lettings = rules().lettings
    assert lettings.starts == inf
    assert set(lettings.first_joined) == {inf}


def test_homes_let_and_households_that_join_follow_the_published_shares_and_the_size_of_the_world() -> None:
    size, lets = 0.5, 80_000.0
    found = rules(**QUEUE, housing__line__size_ratio=size, housing__supply__lets_to_homeless_per_year=lets)
    line, of = found.lettings, TODAY.housing
    assert line.starts == 10 * 365 + 2  # 2016 and 2020 were leap years
    for region, name in enumerate(NAMES):
        share, survivors = getattr(of.line.lets_share, name), getattr(of.line.survivors_per_year, name)
        assert line.lets[region] == pytest.approx(lets * share * size / YEAR)
        years = (
            of.main_duty.mean_years_london if REGIONS[region] == Region.LONDON else of.main_duty.mean_years
        )
        end = 1 / (years * YEAR) / getattr(of.regions, name).time_to_offer_ratio
        turn, wait, leaves = in_line(found.housing.social_offer[region], end, of.line.wait_share)
        assert line.turn_if_owed[region] == turn
        assert line.leaves_after[region] == pytest.approx(1 / leaves)
        assert line.first_joined[region] == pytest.approx(line.starts - wait)
        # exp(-leaves x wait) of those who join are there after the wait: as many as there are homes for them
        still_there = line.joins[region] * exp(-leaves * wait)
        assert still_there == pytest.approx(max(0.0, line.lets[region] - survivors * size / YEAR))
        # from the register: the wait in the line is part of the same mean time to an offer, while it fits
        mean = 1 / found.housing.general_offer[region]
        rest = max(mean - wait, mean * (1 - of.line.wait_share))
        assert line.turn[region] == pytest.approx(1 / rest)


def test_where_every_duty_ends_with_a_social_home_no_household_leaves_the_line_unaided() -> None:
    n_regions = len(REGIONS)
    found = lettings_of(
        TODAY.housing.line, 1000.0, [0.01] * n_regions, [0.001] * n_regions, [0.01] * n_regions
    )
    assert found.leaves_after == (inf,) * n_regions


def test_more_survivors_than_homes_leave_no_other_household_and_no_offers_no_turn() -> None:
    crowded = rules(**QUEUE, housing__supply__lets_to_homeless_per_year=1).lettings
    assert set(crowded.joins) == {0.0}
    without = rules(**QUEUE, housing__register__offers_per_year=0).lettings
    assert without.turn[Region.EAST] == 0.0
    assert without.turn[Region.LONDON] > 0.0


@pytest.mark.parametrize("served", [0.02, 0.1, 0.4, 0.9])
def test_the_line_is_never_longer_than_one_in_which_a_household_in_ten_is_housed(served: float) -> None:
    ends, share = 0.01, 0.5
    turn, wait, leaves = in_line(served * ends, ends, share)
    assert leaves == pytest.approx((1 - served) * ends)
    assert turn / (turn + leaves) == pytest.approx(served ** (1 - share))
    assert wait == pytest.approx(-log(max(served, LEAST_SERVED)) * share / leaves)
    assert in_line(0.0, ends, share)[0] == 0.0


def test_a_longer_stay_is_for_new_decisions_unless_it_is_for_everyone_in_support() -> None:
    assert not rules(policy__applies_to="new_cg_positives").support.floor_for_everyone
    assert rules(policy__applies_to="everyone_in_support").support.floor_for_everyone
