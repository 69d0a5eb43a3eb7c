"""Blind by construction: nothing dated later can reach a projection, and all of it can be given back."""

from datetime import date

import pytest

from sim.config.compose import baseline
from sim.config.schema import Parameters
from sim.config.tree import leaves, plain
from sim.config.values import Dated
from sim.errors import SimError
from sim.validate.known import (
    FORECASTS,
    NEVER,
    OF_THE_RUN,
    PROJECTION_FROM,
    check_nothing_later,
    known_on,
    put,
    undated_and_later,
)
from sim.validate.outlook import outlook, place
from sim.validate.trace import EVERYTHING_ELSE, GROUPS, given_back, group_of

DAYS = (date(2022, 12, 31), date(2019, 12, 31))


@pytest.fixture(scope="module")
def actual():
    return baseline(("policy.start=2025-12-31", "experiment.horizon=2026-01-01", "experiment.options=[]"))


def other_future(parameters, day):
    """The same parameters with every value dated after the day changed, and later forecasts too."""
    tree = plain(parameters)
    changed = 0
    for path, value in leaves(parameters):
        if path.startswith(OF_THE_RUN):
            continue
        if isinstance(value, Dated):
            new = {}
            for when, one in zip(value.dates, value.values, strict=True):
                later = when > day
                new[when.isoformat()] = 0.5 * one if later else one
                changed += later
            put(tree, path, new)
        elif path in FORECASTS and path != "people.arrivals.projected_child_share":
            put(tree, path, 0.5 * value)
    return Parameters.model_validate(tree), changed


@pytest.mark.parametrize("day", DAYS)
def test_another_future_of_every_dated_input_gives_the_same_projection(actual, day):
    other, changed = other_future(actual, day)
    assert changed > 150
    assert other != actual
    for member in range(3):
        mine = outlook(known_on(actual, day), day, place(member))
        assert mine == outlook(known_on(other, day), day, place(member))


@pytest.mark.parametrize("day", DAYS)
def test_nothing_dated_later_is_left_and_what_was_known_is_kept(actual, day):
    known = dict(leaves(known_on(actual, day)))
    for path, value in leaves(actual):
        if path.startswith(OF_THE_RUN) or path in FORECASTS or path == PROJECTION_FROM:
            continue
        if isinstance(value, Dated):
            kept = [(w, v) for w, v in zip(value.dates, value.values, strict=True) if w <= day]
            now = known[path]
            assert list(zip(now.dates, now.values, strict=True)) == kept or (
                not kept and now.dates == (NEVER,)
            ), path
        elif isinstance(value, date):
            assert known[path] == (value if value <= day else NEVER), path
        else:
            assert known[path] == value, path


def test_a_later_input_is_refused_by_name(actual):
    with pytest.raises(
        SimError, match=r"dated later: .*people\.arrivals\.published\.adult.*nearest: sim\.validate"
    ):
        check_nothing_later(actual, DAYS[0])


def test_only_the_last_day_of_a_quarter_can_be_known(actual):
    with pytest.raises(SimError, match="known on 2022-12-30: allowed: the last day of a quarter"):
        known_on(actual, date(2022, 12, 30))


def test_member_0_is_frozen_and_member_ends_are_the_trend(actual):
    day = DAYS[0]
    known = known_on(actual, day)
    frozen, trend = (outlook(known, day, at) for at in ((0.0, 0.0), (1.0, 1.0)))
    assert place(0) == (0.0, 0.0)
    assert frozen.people.arrivals.projected_per_quarter == 2234 + 1939 + 240
    assert frozen.people.arrivals.growth_per_year == 0.0
    assert set(frozen.decisions.conclusive_grounds.capacity_per_quarter.values[-12:]) == {2082.0}
    referrals = {year: sum(_quarter_total(actual, year, q) for q in (1, 4, 7, 10)) for year in (2019, 2022)}
    growth = (referrals[2022] / referrals[2019]) ** (1 / 3) - 1
    assert trend.people.arrivals.growth_per_year == pytest.approx(growth)
    capacity = trend.decisions.conclusive_grounds.capacity_per_quarter
    assert capacity.at(date(2023, 10, 1)) == pytest.approx(2082 * (6152 / 3615) ** (1 / 3))


def _quarter_total(actual, year, month):
    published = actual.people.arrivals.published
    return sum(getattr(published, group).at(date(year, month, 1)) for group in ("adult", "child", "unknown"))


def test_a_projection_needs_a_trend(actual):
    with pytest.raises(SimError, match="allowed: 2017-12-31 or later"):
        outlook(known_on(actual, date(2016, 12, 31)), date(2016, 12, 31), (0.5, 0.5))


def test_with_every_input_given_back_the_blind_world_is_the_actual_one(actual):
    day = DAYS[0]
    blind = outlook(known_on(actual, day), day, (0.5, 0.5))
    assert blind != actual
    assert given_back(blind, actual, [group.name for group in GROUPS]) == actual
    assert given_back(blind, actual, []) == blind


def test_each_input_group_gives_something_back_and_touches_nothing_else(actual):
    day = DAYS[0]
    blind = outlook(known_on(actual, day), day, (0.5, 0.5))
    before = dict(leaves(blind))
    for group in GROUPS:
        changed = {p for p, value in leaves(given_back(blind, actual, [group.name])) if value != before[p]}
        assert changed, group.name
        assert {group_of(path).name for path in changed} == {group.name}
    assert group_of("housing.notice.private_days").name == EVERYTHING_ELSE


def test_an_unknown_input_group_is_refused(actual):
    with pytest.raises(SimError, match="input group 'capacity' is unknown; allowed: referrals, rg_shares"):
        given_back(actual, actual, ["capacity"])


def test_what_could_not_be_taken_out_is_listed(actual):
    told = {one.path: one for one in undated_and_later(plain(actual), DAYS[0], ("decisions.", "support."))}
    assert "2025" in told["decisions.reconsideration.rg_request_share"].sources
    assert "decisions.conclusive_grounds.capacity_per_quarter" not in told
    later = undated_and_later(plain(actual), DAYS[1], ("decisions.", "support."))
    assert set(told) < {one.path for one in later}
