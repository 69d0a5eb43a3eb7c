"""Waits, backlogs, stations and the conservation table, in calendar time, by hand."""

import numpy as np
import pytest

from sim.outcomes.calendar import calendar, conservation, stations
from sim.outcomes.periods import quarters, years
from sim.outcomes.spells import story_of_everyone
from sim.outcomes.waits import (
    Station,
    bed_line,
    beds,
    cases,
    conclusive_grounds,
    littles_law,
    reasonable_grounds,
    service_line,
    stays,
)
from tests.outcome_logs import D, E, P, log_of, people, service

INF = float("inf")
HORIZON = 800.0
REFERRED = (10, E.REFERRED)


def everyone(*lives):
    return story_of_everyone(log_of(*lives), len(lives))


def series_of(*lives, horizon=HORIZON, population=None, services=()):
    story = everyone(*lives)
    population = population or people(len(lives), arrival=[life[0][0] for life in lives])
    return {(s, p): v for s, p, v in calendar(population, story, stations(story, horizon, services), horizon)}


# ---------------------------------------------------------------- periods


def test_quarters_and_contract_years_are_whole_and_end_before_the_horizon():
    assert quarters(181).names == ["2014Q1", "2014Q2"]
    assert quarters(180.9).names == ["2014Q1"]
    assert years(730).names == ["2014", "2015"]
    assert years(800, first_month=7).names == ["2014/15"]


def test_an_instant_belongs_to_the_period_that_has_begun_and_not_ended():
    halves = years(1300, first_month=7)  # from 1 July 2014 (day 181) to 30 June 2017 (day 1276)
    when = np.array([546.0, -0.5, 180.99, 181.0, 545.99, INF, 1276.99, 1277.0, 5000.0])
    assert halves.slots(when).tolist() == [2, 0, 0, 1, 1, 4, 3, 4, 4]
    assert halves.counts(when).tolist() == [2, 1, 1]
    assert [part.tolist() for part in halves.chosen(when)] == [[3, 4], [0], [6]]
    assert quarters(80).counts(np.array([5.0])).tolist() == []  # not one whole quarter


def test_ages_are_told_of_those_there_just_before_each_instant():
    line = Station(
        joined=np.array([30.0, 10.0, 20.0, 60.0]),
        left=np.array([50.0, 20.0, INF, INF]),
        served=np.ones(4, np.bool_),
    )
    since = np.array([25.0, 0.0, 20.0, 55.0])
    ages = [sorted(there) for there in line.ages(np.array([10.0, 20.0, 50.0, 60.0, 61.0]), since)]
    assert ages == [[], [20.0], [25.0, 30.0], [40.0], [6.0, 41.0]]


# ---------------------------------------------------------------- cases


def test_a_case_waits_from_referral_to_its_first_decision():
    story = everyone(
        [REFERRED, (15, E.RG_POSITIVE), (60, E.CG_READY), (100, E.CG_NEGATIVE), (150, E.CG_POSITIVE)],
        [REFERRED, (15, E.RG_NEGATIVE), (40, E.RG_POSITIVE, D.ON_RECONSIDERATION)],
        [REFERRED, (12, E.WITHDRAWN_BEFORE_RG)],
        [REFERRED],
    )
    found = cases(story)
    assert found.rg_left.tolist() == [15.0, 15.0, 12.0, INF]
    assert found.rg_decided.tolist() == [True, True, False, False]
    assert found.rg_positive.tolist() == [15.0, 40.0, INF, INF]
    assert found.cg_left.tolist() == [100.0, INF, INF, INF]
    assert found.cg_decided.tolist() == [True, False, False, False]


def test_each_visit_is_a_case_of_its_own():
    story = everyone(
        [REFERRED, (20, E.RG_NEGATIVE), (300, E.REFERRED, 1), (310, E.RG_POSITIVE), (400, E.CG_POSITIVE)]
    )
    found = cases(story)
    assert found.visit.tolist() == [0, 1]
    assert found.rg_left.tolist() == [20.0, 310.0]
    assert found.cg_left.tolist() == [INF, 400.0]


def test_the_conclusive_line_is_left_by_closure_disqualification_and_death():
    start = [REFERRED, (20, E.RG_POSITIVE)]
    line, _ = conclusive_grounds(
        cases(
            everyone(
                [*start, (50, E.CASE_CLOSED_UNDECIDED)],
                [*start, (60, E.DISQUALIFIED)],
                [*start, (70, E.DIED, P.LEFT_MODEL)],
                [*start],
            )
        )
    )
    assert line.left.tolist() == [50.0, 60.0, 70.0, INF]
    assert line.served.tolist() == [False] * 4
    assert line.stock(np.array([20.0, 20.5, 55.0, 999.0])).tolist() == [0, 4, 3, 1]


def test_somebody_who_dies_before_a_decision_leaves_the_first_line():
    line = reasonable_grounds(cases(everyone([REFERRED, (12, E.DIED, P.LEFT_MODEL)], [REFERRED])))
    assert line.left.tolist() == [12.0, INF]


# ---------------------------------------------------------------- series


def test_backlog_its_age_and_the_waits_of_a_small_system():
    # Quarter ends at day 90 (2014Q1) and 181 (2014Q2).
    series = series_of(
        [(10, E.REFERRED), (20, E.RG_POSITIVE), (95, E.CG_POSITIVE)],
        [(30, E.REFERRED), (40, E.RG_POSITIVE), (200, E.CG_NEGATIVE)],
        [(50, E.REFERRED), (89, E.RG_POSITIVE)],
        [(85, E.REFERRED), (100, E.RG_NEGATIVE)],
    )
    assert series["referrals", "2014Q1"] == 4
    assert series["rg_decisions", "2014Q1"] == 3
    assert series["rg_positive_share", "2014Q2"] == 0.0
    assert np.isnan(series["cg_positive_share", "2014Q1"])
    assert series["rg_backlog", "2014Q1"] == 1
    assert series["rg_backlog_age_median", "2014Q1"] == 5.0
    assert series["cg_backlog", "2014Q1"] == 3
    assert series["cg_backlog_age_median", "2014Q1"] == 60.0  # referred 80, 60 and 40 days ago
    assert series["cg_backlog", "2014Q2"] == 2
    assert series["cg_wait_mean", "2014"] == (85 + 170) / 2
    assert series["cg_wait_median_quarter", "2014Q2"] == 85.0
    # Of three cases that could be decided one never is: half are after 170 days, not after 127.5.
    assert series["cg_wait_median_by_referral", "2014"] == 170.0
    assert series["rg_wait_median", "2014"] == pytest.approx((10 + 15) / 2)


def test_a_decision_at_the_stroke_of_the_new_quarter_belongs_to_the_new_quarter():
    series = series_of([(10, E.REFERRED), (90, E.RG_POSITIVE)])
    assert series["rg_decisions", "2014Q1"] == 0
    assert series["rg_decisions", "2014Q2"] == 1
    assert series["rg_backlog", "2014Q1"] == 1


def test_decisions_on_reconsideration_are_counted_apart():
    series = series_of([(10, E.REFERRED), (20, E.RG_NEGATIVE), (60, E.RG_POSITIVE, D.ON_RECONSIDERATION)])
    assert series["rg_decisions", "2014Q1"] == 1
    assert series["rg_positive", "2014Q1"] == 0
    assert series["rg_positive_on_reconsideration", "2014Q1"] == 1
    assert series["cg_backlog", "2014Q1"] == 1


def test_repeat_referrals_are_a_count_and_a_share_of_the_year():
    series = series_of(
        [(10, E.REFERRED), (20, E.RG_NEGATIVE), (200, E.REFERRED, 1)],
        [(11, E.REFERRED)],
        [(12, E.REFERRED)],
    )
    assert (series["repeat_referrals", "2014"], series["repeat_referral_share", "2014"]) == (1, 0.25)
    assert np.isnan(series["repeat_referral_share", "2015"])


# ---------------------------------------------------------------- beds, support, services


def test_bed_occupancy_is_a_time_average_and_ends_with_a_departure():
    series = series_of(
        [(0, E.BED_TAKEN, P.SAFEHOUSE), (45, E.BED_LEFT, P.FRIENDS)],
        [(0, E.BED_TAKEN, P.SAFEHOUSE), (90, E.LEFT_UK, P.LEFT_MODEL)],
        [(90, E.BED_TAKEN, P.SAFEHOUSE)],
    )
    assert series["beds_occupied_mean", "2014Q1"] == 1.5
    assert series["beds_occupied_mean", "2014Q2"] == 1.0
    assert series["beds_taken", "2014Q1"] == 2


def test_the_bed_line_ends_in_a_bed_in_giving_up_in_a_home_or_with_casework():
    line = bed_line(
        everyone(
            [(1, E.BED_REQUESTED, P.STREET), (6, E.BED_TAKEN), (6, E.MOVED, P.SAFEHOUSE)],
            [(1, E.BED_REQUESTED, P.STREET), (7, E.BED_WAIT_GIVEN_UP)],
            [(1, E.BED_REQUESTED, P.STREET), (2, E.MOVED, P.FRIENDS), (8, E.MOVED, P.PRIVATE_HOME)],
            [(1, E.BED_REQUESTED, P.STREET), (9, E.SUPPORT_ENDED)],
            [(1, E.BED_REQUESTED, P.STREET)],
            [(1, E.BED_REQUESTED, P.STREET), (1, E.BED_DECLINED, D.TOO_FAR)],  # never joined
        )
    )
    assert line.left.tolist() == [6.0, 7.0, 8.0, 9.0, INF]
    assert line.served.tolist() == [True, False, False, False, False]


def test_people_still_in_line_for_a_bed_lengthen_the_median_wait():
    lives = [[(1, E.BED_REQUESTED), (1 + k, E.BED_TAKEN)] for k in (2, 4)] + [[(1, E.BED_REQUESTED)]] * 3
    series = series_of(*lives)
    assert series["bed_joined", "2014"] == 5
    assert series["bed_served_share", "2014"] == 0.4
    assert series["bed_wait_median", "2014"] == INF


def test_services_are_told_apart_and_named_where_a_name_is_given():
    first, second = service(0), service(1)
    story = everyone(
        [
            (10, E.SERVICE_OFFERED, first),
            (11, E.SERVICE_OFFERED, second),
            (15, E.SERVICE_STARTED, second),
            (30, E.SERVICE_STARTED, first),
        ],
        [(10, E.SERVICE_OFFERED, first), (12, E.WENT_MISSING, P.OUT_OF_CONTACT)],
    )
    assert service_line(story, 0).left.tolist() == [30.0, 12.0]
    assert service_line(story, 1).left.tolist() == [15.0]
    series = {
        (s, p): v for s, p, v in calendar(people(2), story, stations(story, HORIZON, ("LifeLine",)), HORIZON)
    }
    assert series["service_people:LifeLine", "2014Q1"] == 1
    assert series["service_wait_median:service 1", "2014"] == 4.0


def test_entrants_into_support_go_by_contract_year():
    series = series_of(
        [(180, E.SUPPORT_STARTED)],
        [(181, E.SUPPORT_STARTED)],
        [(545, E.SUPPORT_STARTED), (600, E.SUPPORT_ENDED)],
    )
    assert series["support_entrants", "2014/15"] == 2  # July 2014 to June 2015: day 181 to 545
    assert series["people_in_support", "2015Q3"] == 2


# ---------------------------------------------------------------- conservation


def test_everybody_is_in_one_state_and_nobody_is_lost():
    story = everyone(
        [(5, E.DECLINED_REFERRAL)],
        [(10, E.REFERRED), (20, E.RG_POSITIVE), (100, E.CG_POSITIVE), (150, E.REFERRED, 1)],
        [(10, E.REFERRED), (20, E.RG_POSITIVE), (95, E.DIED, P.LEFT_MODEL), (99, E.CG_POSITIVE)],
        [(100, E.REFERRED)],
    )
    rows = conservation(people(4, arrival=[5, 10, 10, 100]), story, quarters(181))
    table = {(s.removeprefix("people_in_state:"), p): v for s, p, v in rows}
    assert {s: v for (s, p), v in table.items() if p == "2014Q1" and v} == {
        "declined referral": 1,
        "awaiting conclusive grounds": 2,
    }
    assert {s: v for (s, p), v in table.items() if p == "2014Q2" and v} == {
        "declined referral": 1,
        "awaiting reasonable grounds": 2,
        "died or left the UK": 1,
    }


def test_somebody_who_arrives_and_leaves_no_trace_is_unaccounted_for():
    rows = conservation(people(2, arrival=[5, 6]), everyone([(5, E.REFERRED)], []), quarters(181))
    assert [v for s, _, v in rows if s == "people_unaccounted"] == [1, 1]


# ---------------------------------------------------------------- Little's law


def test_heads_counted_once_a_day_agree_with_stopwatches():
    chance = np.random.default_rng(5)
    lives = []
    for _ in range(300):
        joins = chance.uniform(0, 700)
        lives.append(
            [(joins, E.BED_TAKEN, P.SAFEHOUSE), (joins + chance.exponential(60), E.BED_LEFT, P.FRIENDS)]
        )
    law = littles_law(beds(everyone(*lives)), HORIZON)
    assert law.arrivals_per_day == 300 / HORIZON
    # A daily census errs by less than half a day a stay: with 300 stays sd < sqrt(300/12)/800 < 0.01; 4.5 sd.
    assert abs(law.residual) < 0.03


def test_somebody_who_never_gives_a_place_back_upsets_nothing_but_shows():
    law = littles_law(stays(everyone([(0, E.BED_TAKEN)]), E.BED_TAKEN, [E.BED_LEFT]), HORIZON)
    assert (law.mean_number, law.mean_days, law.residual) == (1.0, HORIZON, 0.0)


def test_a_station_that_keeps_office_hours_does_not_bias_the_census():
    lives = [[(k, E.BED_TAKEN, P.SAFEHOUSE), (k + 10.5, E.BED_LEFT, P.FRIENDS)] for k in range(600)]
    law = littles_law(beds(everyone(*lives)), HORIZON)  # a census at noon would count 11 days a stay, or 10
    assert law.mean_days == 10.5
    assert abs(law.residual) < 0.01


# ---------------------------------------------------------------- councils and the street


def test_a_duty_is_counted_once_an_application_by_calendar_and_by_financial_year():
    found = series_of(
        [
            REFERRED,
            (400, E.PREVENTION_STARTED),
            (450, E.PREVENTION_ENDED, D.HOMELESS),
            (460, E.RELIEF_STARTED),  # the same application goes on
            (500, E.RELIEF_ENDED, D.TIME_UP),
            (700, E.RELIEF_STARTED),  # another one
        ],
        [
            REFERRED,
            (380, E.PREVENTION_STARTED),
            (420, E.PREVENTION_ENDED, D.SECURED),
            (470, E.RELIEF_STARTED),
        ],
        [REFERRED, (400, E.RELIEF_STARTED)],
    )
    assert [found["duties_started", year] for year in ("2014", "2015")] == [0, 5]
    assert found["duties_started", "2014/15"] == 3  # to 31 March 2015, day 454


def test_people_on_the_street_on_one_night_are_counted_at_its_midnight():
    found = series_of(
        [(10, E.REFERRED, P.STREET), (303.5, E.MOVED, P.FRIENDS)],
        [(10, E.REFERRED, P.FRIENDS), (304, E.MOVED, P.STREET), (400, E.DIED, P.LEFT_MODEL)],
        [(10, E.REFERRED, P.STREET), (304, E.CRISIS), (500, E.MOVED, P.STREET)],
        [(10, E.REFERRED, P.FRIENDS), (304.1, E.MOVED, P.STREET), (320, E.MOVED, P.FRIENDS)],
    )
    assert [found["rough_one_night", year] for year in ("2014", "2015")] == [2, 1]


def test_who_is_reached_by_which_service_and_who_is_turned_away():
    from sim.outcomes.cliff_edge import life as lives_of
    from sim.outcomes.reach import reach

    first, second = service(0), service(1)
    story = everyone(
        [(10, E.SERVICE_OFFERED, first), (30, E.SERVICE_STARTED, first)],
        [(10, E.SERVICE_OFFERED, first), (10, E.SERVICE_CRITERIA_NOT_MET, first)],
        [(20, E.SERVICE_OFFERED, second), (20, E.SERVICE_KEPT_OUT, second)],
        [(5, E.SERVICE_OFFERED, second), (5, E.SERVICE_DECLINED, second)],
    )
    told = {
        (name, group): value
        for name, group, value, people in reach(
            lives_of(story, np.zeros(4), 25.0, HORIZON), ("one", "two", "three")
        )
        if people == 4
    }
    assert told["service_offered_share", "all"] == 1.0
    assert told["service_offered_share", "service=one"] == 0.5
    assert told["service_turned_away_share", "service=one"] == 0.25
    assert told["service_turned_away_share", "all"] == 0.5
    assert told["service_reached_share", "service=one"] == 0.0  # on day 30, after follow-up
    assert told["service_wait_median", "service=one"] == 20.0
    assert np.isnan(told["service_wait_median", "service=two"])
    assert told["service_offered_share", "service=three"] == 0.0
