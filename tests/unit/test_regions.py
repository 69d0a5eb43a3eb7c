"""Regions: one can be set alone, and where nothing is known London or everywhere else speaks."""

import pytest

from sim.config.mistakes import ConfigurationError
from sim.engine.regions import REGIONS, with_odds
from sim.engine.unpacking import rules_of
from sim.people.codes import Region
from tests.small_world import parameters

OFFERS = ("social_offer", "private_offer", "main_duty_lapses")


def test_outside_london_and_the_north_west_all_regions_are_alike_today():
    rules = rules_of(parameters())
    for name in (*OFFERS, "general_offer", "vulnerable", "relief_secured"):
        values = getattr(rules.housing, name)
        if name == "vulnerable":
            assert values[0] == values[1], "asking about slavery has no effect of its own today"
            values = values[0]
        rest = {values[region] for region in REGIONS if region not in (Region.LONDON, Region.NORTH_WEST)}
        assert len(values) == len(REGIONS) == 10
        assert len(rest) == 1
        assert values[Region.LONDON] not in rest


def test_the_north_west_finds_priority_need_less_often_and_the_mean_over_survivors_stays():
    of = parameters()
    share, regions = rules_of(of).housing.vulnerable[0], of.people.traits.regions
    assert share[Region.NORTH_WEST] / 0.49 == pytest.approx(0.514 / 0.637, abs=0.01)
    england = 1 - regions.wales - regions.scotland - regions.northern_ireland
    weights = {region: england * getattr(regions, region.name.lower()) for region in REGIONS[:-1]}
    weights[Region.WALES] = regions.wales
    del weights[Region.LONDON]
    mean = sum(weight * share[region] for region, weight in weights.items()) / sum(weights.values())
    assert mean == pytest.approx(0.49, abs=0.002)
    assert share[Region.LONDON] == pytest.approx(0.56)


def test_one_region_can_be_set_alone():
    today = rules_of(parameters())
    other = rules_of(
        parameters(
            {
                "housing.regions.east.time_to_offer_ratio": 2,
                "housing.regions.east.register_offers_ratio": 0.5,
                "housing.regions.east.private_rent_ratio": 3,
            }
        )
    )
    for region in REGIONS:
        ratio = 0.5 if region == Region.EAST else 1.0
        for name in (*OFFERS, "general_offer"):
            before = getattr(today.housing, name)[region]
            assert getattr(other.housing, name)[region] == pytest.approx(ratio * before)
        rent = 3.0 if region == Region.EAST else 1.0
        assert other.places.private_rent[region] == pytest.approx(rent * today.places.private_rent[region])


def test_certainty_stays_certain_whatever_a_regions_odds():
    assert with_odds(1.0, 0.68) == 1.0
    assert with_odds(0.0, 1.07) == 0.0
    assert with_odds(0.49, 1.0) == pytest.approx(0.49)


def test_an_offer_takes_some_time():
    with pytest.raises(ConfigurationError, match="time_to_offer_ratio must be above 0"):
        parameters({"housing.regions.wales.time_to_offer_ratio": 0})
