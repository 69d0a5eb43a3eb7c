"""Rules unpacked from parameters: shares split by stated odds, rates a day, extensions, dated steps."""

from datetime import date
from math import inf, log

import pytest

from sim.config.values import Dated
from sim.engine.clock import day_of
from sim.engine.rules import DAYS_A_YEAR, Steps, at
from sim.engine.unpacking import SLOWEST_HAZARD, base_odds, extension_means, positive_shares, rules_of
from sim.pathway.clocks import SLOWEST
from sim.people.codes import ImmigrationStatus, Region
from tests.small_world import parameters


def share(base, ratio):
    return base * ratio / (1 + base * ratio)


# --------------------------------------------------------------------------------------------------- steps
def test_a_step_holds_from_its_day_on_and_the_first_for_ever_before():
    steps = Steps((-inf, 10.0, 20.0), (1.0, 2.0, 3.0))
    assert [at(steps, day) for day in (-inf, -5, 9.999, 10.0, 19.0, 20.0, 1e9)] == [1, 1, 1, 2, 2, 3, 3]


def test_dated_parameters_become_steps_on_the_same_days():
    rules = rules_of(parameters())
    move_on = rules.support.move_on
    assert at(move_on, day_of(date(2019, 2, 1)) - 2**-20) == 14
    assert at(move_on, float(day_of(date(2019, 2, 1)))) == 45
    assert at(rules.decisions.rg_desk.capacity_per_quarter, 0.0) == inf


def test_a_hazard_of_closure_too_slow_to_reckon_with_counts_as_none_from_the_same_rate_on_as_on_the_clocks():
    assert SLOWEST_HAZARD == SLOWEST
    quarter = DAYS_A_YEAR / 4
    for rate, told in ((1.001, 1.001 * SLOWEST), (0.999, 0.0)):
        of = parameters({"decisions.conclusive_grounds.closure_per_quarter": rate * SLOWEST * quarter})
        (value,) = rules_of(of).decisions.cg_closure_per_day.values
        assert value == pytest.approx(told, rel=1e-9)


# ------------------------------------------------------------------------------------------- shares and odds
@pytest.mark.parametrize("target", [0.001, 0.3, 0.48, 0.65, 0.999])
@pytest.mark.parametrize(
    ("weights", "odds"),
    [
        ((0.7, 0.3), (1.0, 0.15)),
        ((1.0, 0.0), (1.0, 0.15)),
        ((0.36, 0.15, 0.3, 0.13, 0.04, 0.02), (1.0, 0.15, 3.0, 0.45, 0.75, 0.11)),
    ],
)
def test_base_odds_give_back_the_share_they_were_asked_for(target, weights, odds):
    base = base_odds(target, weights, odds)
    total = sum(weight * share(base, ratio) for weight, ratio in zip(weights, odds, strict=True))
    assert total / sum(weights) == pytest.approx(target, abs=1e-12)


def test_nobody_and_everybody_are_possible_shares():
    assert base_odds(0.0, (1.0,), (1.0,)) == 0.0
    assert base_odds(1.0, (0.5, 0.5), (1.0, 0.15)) == inf


def test_where_everybody_is_found_positive_the_share_is_one_in_every_group():
    names = ("adult", "child", "unknown", "overall")
    told = {f"decisions.conclusive_grounds.positive.{name}": 1 for name in names}
    shares = rules_of(parameters(told)).decisions.cg_positive
    assert {value for steps in shares for value in steps.values} == {1.0}


def test_each_age_groups_published_share_holds_after_the_split_by_authority():
    of = parameters()
    positive = of.decisions.conclusive_grounds.positive
    weight_ie = 0.25
    enforcement = Steps((-inf,), (weight_ie,))
    tables = positive_shares(positive, enforcement, lambda day: (0.5, 0.4, 0.1))
    for when in (
        date(2014, 1, 15),
        date(2014, 5, 1),
        date(2022, 2, 1),
        date(2023, 11, 1),
        date(2023, 12, 31),
    ):
        day = float(day_of(when))
        ratio = positive.odds_immigration_enforcement.at(when)
        for group, dated in enumerate((positive.adult, positive.child, positive.unknown)):
            single, ie = at(tables[2 * group], day), at(tables[2 * group + 1], day)
            assert (1 - weight_ie) * single + weight_ie * ie == pytest.approx(dated.at(when), abs=1e-9)
            assert ie / (1 - ie) == pytest.approx(ratio * single / (1 - single))


def test_the_overall_share_holds_over_ages_and_authorities_from_its_date_on():
    positive = parameters().decisions.conclusive_grounds.positive
    mix, weight_ie = (0.5, 0.4, 0.1), 0.3
    tables = positive_shares(positive, Steps((-inf,), (weight_ie,)), lambda day: mix)
    for when, share_then in ((date(2024, 1, 1), 0.48), (date(2026, 6, 1), 0.65)):
        day = float(day_of(when))
        total = 0.0
        for group, weight in enumerate(mix):
            single, ie = at(tables[2 * group], day), at(tables[2 * group + 1], day)
            total += weight * ((1 - weight_ie) * single + weight_ie * ie)
        assert total == pytest.approx(share_then, abs=1e-9)
    adult, child = at(tables[0], day), at(tables[2], day)
    assert (child / (1 - child)) / (adult / (1 - adult)) == pytest.approx(3.0)


def test_the_shares_of_a_run_meet_the_stated_overall_share_and_order_of_authorities():
    of = parameters()
    rules = rules_of(of).decisions
    day = float(day_of(date(2026, 6, 1)))
    rg = [at(steps, day) for steps in rules.rg_positive]
    adult, child = of.people.arrivals.projected_adult_share, of.people.arrivals.projected_child_share
    mix = (adult, child, 1 - adult - child)
    # odds of 1 between the authorities at RG, so both have the same share
    assert rg[0] == rg[1]
    assert sum(weight * rg[2 * group] for group, weight in enumerate(mix)) == pytest.approx(0.63, abs=1e-9)
    cg = [at(steps, day) for steps in rules.cg_positive]
    assert cg[1] < 0.45 < cg[0]
    # conclusive decisions are about those with positive reasonable grounds; the Immigration Enforcement
    # authority decides about a share of those who are not UK nationals
    uk = of.people.traits.uk_share
    uk_share = sum(
        weight * table.at(of.people.arrivals.projection_from)
        for weight, table in zip(mix, (uk.adult, uk.child, uk.unknown), strict=True)
    )
    enforcement = of.people.traits.immigration_enforcement_share.at(date(2026, 6, 1)) * (1 - uk_share)
    decided = [weight * rg[2 * group] for group, weight in enumerate(mix)]
    found = sum(
        weight * ((1 - enforcement) * cg[2 * group] + enforcement * cg[2 * group + 1])
        for group, weight in enumerate(decided)
    )
    assert found / sum(decided) == pytest.approx(0.65, abs=1e-9)


# ------------------------------------------------------------------------------- recovery needs assessments
@pytest.mark.parametrize("stay", [72.0, 150.0, 230.0])
def test_the_mean_extension_gives_the_stated_mean_stay(stay):
    of = parameters({"support.needs_assessment.mean_post_cg_stay_days": stay})
    needs = of.support.needs_assessment
    full, part, mean = extension_means(of)
    agreed = needs.fully_agreed + needs.partly_agreed
    # the mean stay by adding up round after round
    total, reaching = 45.0, needs.first_requested_share.at(of.policy.start)
    for _ in range(500):
        total += reaching * (needs.fully_agreed * full + needs.partly_agreed * part) * mean
        reaching *= agreed * needs.again_requested_share
    assert total == pytest.approx(stay, abs=1e-9)
    assert (needs.fully_agreed * full + needs.partly_agreed * part) / agreed == pytest.approx(1.0)


def test_a_stay_shorter_than_move_on_needs_no_extension_and_no_request_needs_none():
    assert extension_means(parameters({"support.needs_assessment.mean_post_cg_stay_days": 30}))[2] == 0
    assert extension_means(parameters({"support.needs_assessment.first_requested_share": 0}))[2] == 0
    none_part = {"support.needs_assessment.partly_agreed": 0}
    assert extension_means(parameters(none_part))[1] == 1


# --------------------------------------------------------------------------------------------- other numbers
def test_rates_are_per_day_and_shares_of_the_main_duty_add_up_to_its_mean_length():
    of = parameters()
    rules = rules_of(of)
    assert rules.risk.dies * DAYS_A_YEAR == pytest.approx(of.risk.dies_per_year)
    assert rules.places.private_rent[Region.LONDON] == pytest.approx(0.01 / 7 * 0.3)
    # the published other ends contain people who go missing, are exploited again, die or leave
    lost = rules.risk.missing + rules.risk.re_exploitation + rules.risk.dies + rules.risk.leaves_uk[0]
    for region, years in ((Region.EAST, 0.8), (Region.LONDON, 3.5)):
        offers = rules.housing.social_offer[region] + rules.housing.private_offer[region]
        total = offers + rules.housing.main_duty_lapses[region] + lost
        # in London more are lost than the published other ends leave room for
        assert total == pytest.approx(max(1 / (years * DAYS_A_YEAR), offers + lost))


def test_readiness_for_a_conclusive_decision_has_the_stated_mean_and_spread():
    of = parameters()
    rules, cv = rules_of(of).decisions, of.decisions.conclusive_grounds.ready_cv
    # a lognormal of median m and sigma s has mean m exp(s^2 / 2) and squared variation exp(s^2) - 1
    assert rules.cg_ready_sigma**2 == pytest.approx(log(1 + cv * cv))
    assert rules.cg_ready_scale == pytest.approx((1 + cv * cv) ** -0.5)


def test_services_are_in_order_of_their_names_and_unlimited_is_infinite():
    services = dict(zip(sorted(parameters().services), rules_of(parameters()).services, strict=True))
    assert (services["lifeline"].places, services["reach_in"].places) == (700.0, inf)
    assert (services["lifeline"].named_worker, services["reach_in"].named_worker) == (True, False)
    assert [name for name, service in services.items() if service.places < inf] == [
        "bright_future",
        "legal_advice",
        "lifeline",
    ]


def test_places_at_the_start_end_at_one_and_leave_out_what_cannot_be():
    rules = rules_of(parameters())
    assert len(rules.places.at_start) == len(ImmigrationStatus)
    for totals in rules.places.at_start:
        assert totals[-1] == 1.0
        assert list(totals) == sorted(totals)
    british, council = rules.places.at_start[0], rules.places.at_start[3]
    assert british[3] == british[2], "no asylum accommodation for British people"
    assert council[4] == council[3], "no council's temporary home while asylum is pending"


def test_a_policy_date_changes_no_rule_but_recognition_and_extensions():
    early, late = parameters({"policy.start": "2025-04-01"}), parameters({"policy.start": "2028-04-01"})
    one, two = rules_of(early), rules_of(late)
    assert one.housing.recognition_from == day_of(date(2025, 4, 1))
    assert one.housing._replace(recognition_from=0.0) == two.housing._replace(recognition_from=0.0)
    assert one._replace(housing=two.housing) == two


def test_dated_values_before_the_first_day_count_from_it():
    assert Dated((date(2013, 1, 1), date(2013, 6, 1)), (1.0, 2.0)).steps() == ([0], [2.0])


# --------------------------------------------------------------------------------------- homelessness law
def ends(social: float, private: float, refused: float) -> tuple[float, ...]:
    """Offers taken, offers refused and lapses, as shares of the main duties that a council ends."""
    offers = rules_of(
        parameters(
            {
                "housing.main_duty.social_offer_share": social,
                "housing.main_duty.private_offer_share": private,
                "housing.main_duty.refused_offer_share": refused,
                "housing.main_duty.social_offer_share_london": 0,
                "housing.main_duty.private_offer_share_london": 0,
                **dict.fromkeys(
                    (
                        "risk.missing_per_year",
                        "risk.re_exploitation_per_year",
                        "risk.dies_per_year",
                        "risk.leaves_uk_per_year_british",
                    ),
                    0,
                ),
            }
        )
    ).housing
    rates = (offers.social_offer[Region.EAST], offers.private_offer[Region.EAST])
    refuses, lapses = offers.offer_refused[Region.EAST], offers.main_duty_lapses[Region.EAST]
    total = rates[0] + rates[1] + lapses
    return (
        rates[0] * (1 - refuses) / total,
        rates[1] * (1 - refuses) / total,
        (rates[0] + rates[1]) * refuses / total,
        lapses / total,
    )


@pytest.mark.parametrize("shares", [(0.7, 0.08, 0.05), (0.62, 0.16, 0.0), (0.0, 0.5, 0.5), (0.3, 0.0, 0.2)])
def test_main_duties_end_in_the_stated_shares(shares: tuple[float, float, float]):
    assert ends(*shares) == pytest.approx((*shares, 1 - sum(shares)), abs=1e-12)


def test_without_any_offer_taken_the_main_duty_only_lapses():
    assert ends(0, 0, 0.4) == pytest.approx((0, 0, 0, 1))


def test_a_main_duty_without_any_offer_taken_lasts_as_long_as_stated_whatever_would_be_refused():
    changes = dict.fromkeys(
        (
            "housing.main_duty.social_offer_share",
            "housing.main_duty.private_offer_share",
            "housing.main_duty.social_offer_share_london",
            "housing.main_duty.private_offer_share_london",
            "risk.missing_per_year",
            "risk.re_exploitation_per_year",
            "risk.dies_per_year",
            "risk.leaves_uk_per_year_british",
        ),
        0,
    )
    told = changes | {"housing.main_duty.refused_offer_share": 0.4, "housing.main_duty.mean_years": 2}
    assert rules_of(parameters(told)).housing.main_duty_lapses[Region.EAST] == pytest.approx(
        0.5 / DAYS_A_YEAR
    )


@pytest.mark.parametrize(("asks", "ratio"), [(0.61, 1.0), (0.61, 1.5), (0.2, 0.5), (1.0, 1.2)])
def test_asking_about_slavery_leaves_the_mean_share_found_vulnerable(asks: float, ratio: float):
    of = parameters(
        {
            "housing.asks_about_slavery_share": asks,
            "housing.priority_need.vulnerable_ratio_if_asked": ratio,
            "housing.priority_need.vulnerable_share": 0.4,
        }
    )
    plain = rules_of(parameters({"housing.priority_need.vulnerable_share": 0.4})).housing.vulnerable[0]
    not_asked, asked = rules_of(of).housing.vulnerable
    for region in (Region.NORTH_WEST, Region.EAST):
        assert asked[region] == pytest.approx(ratio * not_asked[region])
        assert (1 - asks) * not_asked[region] + asks * asked[region] == pytest.approx(plain[region])


def test_a_council_that_begins_to_ask_finds_more_vulnerable_not_the_same_share_anew():
    ratio = {"housing.priority_need.vulnerable_ratio_if_asked": 1.4}
    today = parameters(ratio)
    option = parameters(ratio, {"housing.asks_about_slavery_share": 1})
    assert rules_of(option, today).housing.vulnerable == rules_of(today).housing.vulnerable
    assert rules_of(option, today).housing.asks == 1
