"""Costs reckoned by hand from told lives: who pays, in which window; and the engines never see a price."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import t

from sim.config.compose import baseline
from sim.config.evidence import register
from sim.config.identity import config_hash
from sim.errors import SimError
from sim.outcomes.costs import Price, Prices, bill, payer_key, prices_of
from sim.outcomes.measure import measure
from sim.outcomes.ratio import ratio
from sim.outcomes.registry import METRICS
from sim.outcomes.resources import PUBLIC, RESOURCES
from tests.outcome_logs import D, E, Figures, P, cohort_of, log_of, people, service

TODAY = baseline()
ONE_POUND = Prices(
    {each.name: Price(1.0, payer_key(getattr(TODAY.costs, each.name).payer)) for each in RESOURCES},
    (("quiet", Price(0.0, "charity")), ("busy", Price(10.0, "nhs"))),
)


def figures(*lives, prices=ONE_POUND, t0=100.0, until=2000.0, **columns):
    log = log_of(*lives)
    population = people(len(lives), **columns)
    return Figures(measure(population, log, cohort_of(log, t0), until, 730, prices=prices).rows)


LIFE = (
    (50, E.RG_POSITIVE, P.FRIENDS),
    (60, E.SUPPORT_STARTED),
    (100, E.CG_POSITIVE),
    (110, E.BED_TAKEN, P.SAFEHOUSE),
    (140, E.BED_LEFT, P.STREET),
    (142, E.SUBSISTENCE_ENDED),
    (149, E.SUPPORT_ENDED),
    (150, E.RELIEF_STARTED),
    (151, E.MOVED, P.COUNCIL_TEMPORARY),
    (180, E.MAIN_DUTY_ACCEPTED),
    (200, E.CRISIS),
    (201, E.MOVED, P.BRIDGING_HOME),
    (205, E.MOVED, P.OWN_HOME),
    (210, E.SERVICE_STARTED, service(1)),
    (224, E.SERVICE_ENDED, service(1)),
    (900, E.MOVED, P.STREET),
)


def test_each_resource_is_counted_inside_follow_up_and_nowhere_else():
    told = figures(LIFE)
    expected = {
        "safehouse_night": 30.0,
        "casework_week": 7.0,
        "subsistence_week": 6.0,
        "asylum_night": 0.0,
        "reasonable_grounds_decision": 0.0,  # before the decision
        "conclusive_grounds_decision": 1.0,  # at the very instant
        "temporary_night_single": 50.0,
        "temporary_night_family": 0.0,
        "bridging_night": 4.0,
        "relief_case": 1.0,
        "main_duty_inquiry": 1.0,
        "prevention_case": 0.0,
        "rough_year_health": 11.0 / 365.25,  # the street after day 830 is past follow-up
        "crisis_health": 1.0,
        "re_exploitation_harm": 0.0,
    }
    for name, quantity in expected.items():
        assert told(f"resource_{name}") == pytest.approx(quantity), name
    assert told("resource_services_cost") == pytest.approx(20.0)
    assert told("insecure_days_follow_up") == pytest.approx(10 + 11)


def test_payers_pay_their_own_and_the_public_pays_all_but_charity():
    told = figures(LIFE)
    rough = 11.0 / 365.25
    assert told("cost_home_office") == pytest.approx(30 + 7 + 6 + 1)
    assert told("cost_councils") == pytest.approx(50 + 4 + 1 + 1 + rough)
    assert told("cost_nhs") == pytest.approx(1 + rough + 20)
    assert told("cost_charity") == 0
    assert told("cost_public") == pytest.approx(sum(told(f"cost_{payer}") for payer in PUBLIC))
    charity = Prices(ONE_POUND.of, (("quiet", Price(0.0, "charity")), ("busy", Price(10.0, "charity"))))
    other = figures(LIFE, prices=charity)
    assert other("cost_charity") == pytest.approx(20)
    assert other("cost_public") == pytest.approx(told("cost_public") - 20)


def test_dependants_decide_which_temporary_accommodation_is_paid():
    told = figures(LIFE, LIFE, dependants=[True, False])
    assert told("resource_temporary_night_family") == pytest.approx(25)
    assert told("resource_temporary_night_single") == pytest.approx(25)


def test_the_value_of_harm_stands_apart_and_dies_with_nobody():
    harmed = (*LIFE[:-1], (300, E.RE_EXPLOITED, P.OUT_OF_CONTACT), (305, E.DIED, P.LEFT_MODEL))
    told = figures(harmed)
    assert told("harm_value") == 1
    assert told("cost_public_with_harm") == pytest.approx(told("cost_public") + 1)
    assert told("cost_public") == pytest.approx(figures(LIFE)("cost_public"))


def test_everybody_is_counted_in_calendar_time_in_or_out_of_the_cohort():
    outsider = (
        (150, E.SUPPORT_STARTED, P.SAFEHOUSE),
        (1000, E.SUBSISTENCE_ENDED),
        (1000, E.SUPPORT_ENDED, P.OWN_HOME),
    )
    log = log_of(LIFE, outsider)
    start = replace(cohort_of(log_of(LIFE), 100.0), start_day=100.0)
    both = Figures(measure(people(2), log, start, 2000.0, 730, prices=ONE_POUND).rows)
    alone = Figures(measure(people(1), log_of(LIFE), start, 2000.0, 730, prices=ONE_POUND).rows)
    years = (2000 - 100) / 365.25
    extra = (850 + 2 * 850 / 7) / years / 1e6
    assert both("cost_home_office_everyone") - alone("cost_home_office_everyone") == pytest.approx(extra)
    assert both("cost_public") == alone("cost_public")


def test_costs_are_linear_in_the_prices():
    used = {each.name: np.array([k + 1.0]) for k, each in enumerate(RESOURCES)}
    found = SimpleNamespace(of=used, service_weeks=(np.array([1.0]), np.array([2.0])))
    once = bill(found, ONE_POUND)
    doubled = {name: Price(2 * price.pounds, price.payer) for name, price in ONE_POUND.of.items()}
    twice = bill(
        found, Prices(doubled, tuple((n, Price(2 * p.pounds, p.payer)) for n, p in ONE_POUND.services))
    )
    assert twice.public == pytest.approx(2 * once.public)
    assert twice.harm == pytest.approx(2 * once.harm)


def test_waits_for_a_bed_that_end_without_one_are_told():
    lives = (
        ((100, E.BED_REQUESTED, P.STREET), (130, E.BED_WAIT_GIVEN_UP)),
        ((100, E.BED_REQUESTED, P.STREET), (120, E.BED_TAKEN, P.SAFEHOUSE)),
        ((100, E.BED_REQUESTED, P.STREET), (100, E.BED_DECLINED, D.TOO_FAR)),
    )
    told = figures(*lives, t0=0.0)
    assert told("bed_given_up_everyone") == 1
    assert told("bed_not_reached_share") == pytest.approx(1 / 2)


# ------------------------------------------------------------------------------------------------- prices
def test_a_price_changes_the_result_but_nothing_that_an_engine_reads():
    from sim.engine.unpacking import rules_of

    dearer = baseline(["costs.casework_week.price=150"])
    assert config_hash(dearer) != config_hash(TODAY)
    assert rules_of(dearer) == rules_of(TODAY)
    assert prices_of(dearer.costs, dearer.services).of["casework_week"].pounds == 150


def test_items_of_one_price_year_are_uprated_alike():
    factors: dict[str, set[float]] = {}
    for each in RESOURCES:
        unit = getattr(TODAY.costs, each.name)
        if unit.payer != "society":
            factors.setdefault(unit.price_year, set()).add(unit.uprated_by)
    assert all(len(found) == 1 for found in factors.values()), factors
    assert factors["2024-25"] == {1.0}


def test_every_resource_has_a_price_a_metric_and_an_entry_of_the_register():
    assert {each.name for each in RESOURCES} == set(type(TODAY.costs).model_fields)
    for each in RESOURCES:
        assert f"resource_{each.name}" in METRICS
        entry = register().entry(f"costs.{each.name}.price")
        assert entry.path == f"costs.{each.name}.price"
        assert entry.range is not None


def test_prices_of_services_come_in_the_order_of_their_numbers():
    names = [name for name, _ in prices_of(TODAY.costs, TODAY.services).services]
    assert names == sorted(TODAY.services)


# ------------------------------------------------------------------------------------------------- the ratio
def test_fiellers_interval_solves_its_equation():
    cost = [100.0, 140.0, 90.0, 120.0, 130.0]
    days = [10.0, 12.0, 9.5, 11.0, 12.5]
    found = ratio(cost, days)
    assert found.value == pytest.approx(sum(cost) / sum(days))
    for end in (found.low, found.high):
        rest = np.array(cost) - end * np.array(days)
        statistic = rest.mean() / (rest.std(ddof=1) / math.sqrt(len(rest)))
        assert abs(statistic) == pytest.approx(t.ppf(0.975, 4))
    assert found.low < found.value < found.high


def test_no_price_where_the_days_cannot_be_told_from_zero():
    found = ratio([100.0, 140.0, 90.0], [0.4, -0.6, 0.5])
    assert found.value is None
    assert "interval includes zero" in found.note
    assert ratio([1.0], [2.0]).note.startswith("too few runs")
    with pytest.raises(SimError, match="2 numerators to 1 divisors"):
        ratio([1.0, 2.0], [1.0])
