"""The model's quantities by the definitions of the published figures, from lives told by hand."""

from datetime import date

import pytest

from sim.engine.clock import day_of
from sim.outcomes.calendar import stations
from sim.outcomes.spells import story_of_everyone
from sim.people.codes import Exploitation, Group, Nationality, Region
from sim.validate.quantities import quantities
from tests.outcome_logs import D, E, P, log_of, people

HORIZON = float(day_of(date(2026, 1, 1)))


def day(*when):
    return float(day_of(date(*when)))


def found(*lives, **columns):
    story = story_of_everyone(log_of(*lives), len(lives))
    population = people(len(lives), arrival=[life[0][0] for life in lives], **columns)
    rows = quantities(population, story, stations(story, HORIZON, ()), HORIZON)
    return {(series, period): value for series, period, value in rows}


def decided(referred, rg, cg=None, positive=True):
    life = [(referred, E.REFERRED), (rg, E.RG_POSITIVE)]
    return life + ([(cg, E.CG_POSITIVE if positive else E.CG_NEGATIVE)] if cg else [])


def test_shares_positive_are_of_first_decisions_of_the_year_and_group():
    told = found(
        decided(day(2023, 1, 5), day(2023, 2, 1), day(2023, 9, 1)),
        decided(day(2023, 1, 5), day(2023, 2, 1), day(2023, 9, 1), positive=False),
        [(day(2023, 1, 5), E.REFERRED), (day(2023, 3, 1), E.RG_NEGATIVE),
         (day(2023, 4, 1), E.RECONSIDERATION_ACCEPTED), (day(2023, 5, 1), E.RG_POSITIVE,
         D.ON_RECONSIDERATION)],
        group=[Group.ADULT, Group.ADULT, Group.CHILD],
        female=[True, False, True],
        immigration_enforcement=[False, True, False],
    )  # fmt: skip
    assert told["rg_positive_share_year", "2023"] == pytest.approx(2 / 3)
    assert told["rg_positive_share_year_adult", "2023"] == 1.0
    assert told["rg_positive_share_year_child", "2023"] == 0.0
    assert told["women_rg_positive_share", "2023"] == 0.5
    assert told["cg_positive_share_year", "2023"] == 0.5
    assert told["cg_positive_share_enforcement", "2023Q3"] == 0.0
    assert told["reconsidered_positive_share", "2023"] == 1.0
    assert told["reconsiderations_accepted", "2023Q2"] == 1.0


def test_people_who_come_again_are_counted_once_by_their_latest_referral():
    first = [(day(2020, 1, 5), E.REFERRED), (day(2020, 2, 1), E.RG_NEGATIVE)]
    again_2023 = [*first, (day(2023, 6, 1), E.REFERRED, 1)]
    again_2024 = [*again_2023, (day(2024, 3, 1), E.REFERRED, 2)]
    after_the_look = [*again_2023, (day(2024, 8, 1), E.REFERRED, 2)]
    told = found(first, again_2023, again_2024, after_the_look)
    assert told["repeat_people", "2023"] == 2.0  # the fourth's next referral had not been made by 31 May 2024
    assert told["repeat_people", "2024-05-31"] == 1.0


def test_traits_of_referrals():
    told = found(
        [(day(2024, 1, 5), E.REFERRED)],
        [(day(2024, 2, 5), E.REFERRED)],
        nationality=[Nationality.UK, Nationality.OTHER],
        exploitation=[Exploitation.LABOUR, Exploitation.CRIMINAL],
        female=[False, True],
        immigration_enforcement=[False, True],
    )
    assert told["uk_nationals", "2024"] == 1.0
    assert told["exploitation:labour", "2024"] == 1.0
    assert told["female_share", "2024"] == 0.5
    assert told["enforcement_share", "2024Q1"] == 0.5


def test_waits_by_the_published_periods():
    told = found(
        decided(day(2016, 2, 1), day(2016, 2, 11), day(2016, 6, 1)),  # 121 days
        decided(day(2016, 4, 1), day(2016, 4, 21), day(2016, 5, 1)),  # 30 days
        decided(day(2016, 5, 1), day(2016, 5, 31)),  # never decided
        [(day(2016, 6, 1), E.REFERRED), (day(2016, 6, 9), E.RG_NEGATIVE)],
    )
    assert told["cg_wait_over_90_days", "2016/17"] == 0.5
    assert told["adults_undecided_2016", "2017-03-31"] == 0.25
    assert told["rg_wait_mean_quarter", "2016Q2"] == pytest.approx((20 + 30 + 8) / 3)
    assert told["waiting_cg_and_rg_on", "2022-01-07"] == 1.0


def test_stocks_count_the_end_of_the_stated_day():
    start = [(day(2017, 1, 1), E.REFERRED), (day(2017, 2, 1), E.RG_POSITIVE)]
    told = found(
        [*start, (day(2017, 2, 10), E.SUPPORT_STARTED), (day(2017, 8, 31), E.SUPPORT_ENDED, D.MOVED_ON)],
        [*start, (day(2017, 8, 31), E.SUPPORT_STARTED), (day(2017, 8, 31), E.BED_REQUESTED),
         (day(2017, 8, 31), E.BED_TAKEN, P.SAFEHOUSE), (day(2017, 12, 1), E.BED_LEFT, P.PRIVATE_HOME),
         (day(2017, 12, 1), E.SUPPORT_ENDED, D.MOVED_ON)],
        [*start, (day(2017, 3, 1), E.SUPPORT_STARTED)],
    )  # fmt: skip
    assert told["in_support_on", "2017-08-31"] == 2.0
    assert told["safehouse_share_on", "2017-08-31"] == 0.5
    assert told["moved_on_2017_18", "2018-03-31"] == 1.0
    assert told["supported_in_year", "2016/17"] == 2.0
    assert told["supported_in_year", "2017/18"] == 3.0


def test_duties_in_england_leave_wales_out_and_count_an_application_once():
    life = [
        (day(2024, 1, 1), E.PREVENTION_STARTED),
        (day(2024, 2, 1), E.PREVENTION_ENDED, D.HOMELESS),
        (day(2024, 2, 1), E.RELIEF_STARTED),
    ]
    told = found(life, life, region=[Region.LONDON, Region.WALES])
    assert told["duties_started_england", "2024"] == 1.0
    assert told["duties_started_england", "2023/24"] == 1.0
