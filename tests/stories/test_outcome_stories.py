"""Lives told in a few lines, and what the outcomes must say about them, worked out by hand."""

from datetime import date

import numpy as np
import pytest

from sim.engine.clock import day_of
from sim.errors import SimError
from sim.outcomes import exits
from sim.outcomes.cliff_edge import exposure, long_insecure, places_by_day, settled_day, worker_by_day
from sim.outcomes.cohort import fix_cohort
from sim.outcomes.measure import measure
from sim.outcomes.places import Category
from sim.outcomes.re_presentation import HARM, RECORDED, returns
from sim.people.codes import ImmigrationStatus, Region
from tests.outcome_logs import FAR, D, E, Figures, P, cohort_of, followed, log_of, people, service

INF = float("inf")
BEGIN = (-50, E.COMMUNITY_LIFE_BEGINS)


def year_1(lives):
    return exposure(lives, lives.t0, lives.t0 + 365)


def year_2(lives):
    return exposure(lives, lives.t0 + 365, lives.t0 + 730)


# ---------------------------------------------------------------- the cohort


def test_an_adult_confirmed_in_the_window_is_followed_from_the_first_positive_decision():
    log = log_of(
        [(0, E.REFERRED), (100, E.CG_POSITIVE)],
        [(0, E.REFERRED), (50, E.CG_POSITIVE), (150, E.REFERRED, 1), (160, E.CG_POSITIVE)],
        [(0, E.REFERRED), (200, E.CG_POSITIVE)],
        [(0, E.REFERRED), (100.5, E.CG_NEGATIVE), (180, E.CG_POSITIVE, D.ON_RECONSIDERATION)],
    )
    cohort = fix_cohort(people(4), log, 100, 200)
    assert cohort.rows.tolist() == [0, 3]  # the start of the window is in it, its end is not
    assert cohort.t0.tolist() == [100.0, 180.0]


def test_children_scots_and_northern_irish_are_not_in_the_cohort_the_welsh_are():
    log = log_of(*[[(1, E.CG_POSITIVE)]] * 4)
    population = people(
        4,
        adult_at_referral=[True, True, True, False],
        region=[Region.WALES, Region.SCOTLAND, Region.NORTHERN_IRELAND, Region.LONDON],
    )
    assert fix_cohort(population, log, 0, 10).rows.tolist() == [0]


def test_a_window_turned_round_is_refused():
    with pytest.raises(SimError, match="from day 10 to before day 5"):
        fix_cohort(people(1), log_of([(1, E.CG_POSITIVE)]), 10, 5)


# ---------------------------------------------------------------- places


def test_a_move_exactly_at_t0_counts_from_t0():
    lives = followed(
        [(0, E.COMMUNITY_LIFE_BEGINS, P.FRIENDS), (10, E.CG_POSITIVE), (10, E.MOVED, P.OWN_HOME)], t0=10
    )
    assert year_1(lives).insecure.tolist() == [0.0]
    assert settled_day(lives).tolist() == [0.0]
    assert places_by_day(lives, 0)[Category.SETTLED, 0] == 1


def test_of_several_moves_at_one_instant_the_last_counts_and_breaks_no_spell():
    lives = followed(
        [(*BEGIN, P.FRIENDS), (20, E.MOVED, P.OWN_HOME), (20, E.MOVED, P.STREET), (40, E.MOVED, P.OWN_HOME)]
    )
    assert year_1(lives).insecure.tolist() == [40.0]
    assert year_1(lives).by_category[Category.SETTLED].tolist() == [325.0]
    assert long_insecure(lives, lives.t0, lives.t0 + 365).tolist() == [True]


def test_an_insecure_spell_across_the_anniversary_is_split_between_the_years():
    lives = followed([(*BEGIN, P.SAFEHOUSE), (350, E.MOVED, P.FRIENDS), (390, E.MOVED, P.SOCIAL_HOME)])
    assert year_1(lives).insecure.tolist() == [15.0]
    assert year_2(lives).insecure.tolist() == [25.0]
    assert long_insecure(lives, lives.t0, lives.t0 + 365).tolist() == [True]  # 40 days, touching both years
    assert long_insecure(lives, lives.t0 + 365, lives.t0 + 730).tolist() == [True]
    assert settled_day(lives).tolist() == [390.0]


def test_a_spell_that_ends_on_the_anniversary_does_not_touch_the_second_year():
    lives = followed([(*BEGIN, P.SAFEHOUSE), (337, E.MOVED, P.FRIENDS), (365, E.MOVED, P.OWN_HOME)])
    assert long_insecure(lives, lives.t0, lives.t0 + 365).tolist() == [True]  # 28 days exactly
    assert long_insecure(lives, lives.t0 + 365, lives.t0 + 730).tolist() == [False]
    assert year_2(lives).insecure.tolist() == [0.0]


def test_sofa_street_and_lost_contact_make_one_long_spell_custody_breaks_it():
    together = [(*BEGIN, P.OWN_HOME), (10, E.MOVED, P.FRIENDS), (20, E.MOVED, P.STREET)]
    lives = followed(
        [*together, (30, E.WENT_MISSING, P.OUT_OF_CONTACT), (38, E.MOVED, P.OWN_HOME)],
        [*together, (30, E.MOVED, P.CUSTODY), (31, E.MOVED, P.FRIENDS), (39, E.MOVED, P.OWN_HOME)],
    )
    assert year_1(lives).insecure.tolist() == [28.0, 28.0]
    assert long_insecure(lives, lives.t0, lives.t0 + 365).tolist() == [True, False]
    assert year_1(lives).in_community.tolist() == [365.0, 364.0]


def test_insecure_days_before_t0_do_not_make_a_long_spell():
    lives = followed([(*BEGIN, P.FRIENDS), (20, E.MOVED, P.OWN_HOME)])
    assert long_insecure(lives, lives.t0, lives.t0 + 365).tolist() == [
        False
    ]  # 70 days, of which 20 from t0 on


def test_after_death_no_day_is_insecure_whatever_place_the_log_carries_on():
    lives = followed([(*BEGIN, P.STREET), (100, E.DIED)])  # the log forgot to change the place
    assert year_1(lives).insecure.tolist() == [100.0]
    assert year_1(lives).by_category[Category.LEFT].tolist() == [265.0]
    assert places_by_day(lives, 101)[Category.LEFT, 99:].tolist() == [0, 1, 1]


def test_a_scenario_in_which_somebody_left_before_t0_has_no_days_in_the_community():
    lives = followed([(*BEGIN, P.FRIENDS), (-10, E.LEFT_UK, P.LEFT_MODEL)])
    assert year_1(lives).in_community.tolist() == [0.0]
    assert returns(lives).incidence(HARM).at(np.array([730.0])).tolist() == [0.0]


def test_places_stack_up_to_the_cohort_on_every_day_to_day_730():
    lives = followed(
        [(*BEGIN, P.SAFEHOUSE), (45, E.MOVED, P.COUNCIL_TEMPORARY), (400.5, E.MOVED, P.PRIVATE_HOME)],
        [(*BEGIN, P.ASYLUM_ACCOMMODATION), (730, E.MOVED, P.STREET)],
        [(5, E.COMMUNITY_LIFE_BEGINS, P.OWN_HOME)],
    )
    counts = places_by_day(lives, 730)
    assert counts.sum(axis=0).tolist() == [3] * 731
    assert counts[Category.SAFEHOUSE, 44:46].tolist() == [1, 0]
    assert counts[Category.COUNCIL_TEMPORARY, 400:402].tolist() == [1, 0]
    assert counts[Category.INSECURE, 729:].tolist() == [0, 1]
    assert counts[Category.UNKNOWN, 4:6].tolist() == [1, 0]


# ---------------------------------------------------------------- workers


def test_a_worker_counts_until_28_days_after_the_last_contact():
    lives = followed(
        [(*BEGIN, P.FRIENDS), (-40, E.CONTACT_STARTED, D.VICTIM_CARE), (45, E.CONTACT_ENDED, D.VICTIM_CARE)]
    )
    assert year_1(lives).with_worker.tolist() == [73.0]
    assert year_1(lives).insecure_no_worker.tolist() == [365.0 - 73.0]
    assert worker_by_day(lives, 73)[:, 72:].tolist() == [[1, 0], [0, 1], [0, 0], [0, 0]]


def test_two_providers_at_once_cover_their_union_and_only_once():
    lives = followed(
        [
            (*BEGIN, P.STREET),
            (0, E.CONTACT_STARTED, D.VICTIM_CARE),
            (50, E.CONTACT_STARTED, service(0)),
            (60, E.CONTACT_ENDED, D.VICTIM_CARE),
            (62, E.CONTACT_ENDED, service(0)),
        ]
    )
    assert year_1(lives).with_worker.tolist() == [90.0]


def test_one_provider_leaving_does_not_end_contact_with_another_still_there():
    lives = followed(
        [
            (*BEGIN, P.STREET),
            (0, E.CONTACT_STARTED, service(0)),
            (10, E.CONTACT_STARTED, service(1)),
            (20, E.CONTACT_ENDED, service(1)),
        ]
    )
    assert year_1(lives).with_worker.tolist() == [365.0]


def test_a_new_worker_after_a_gap_longer_than_28_days_leaves_the_gap_open():
    lives = followed(
        [
            (*BEGIN, P.FRIENDS),
            (-5, E.CONTACT_STARTED, D.VICTIM_CARE),
            (0, E.CONTACT_ENDED, D.VICTIM_CARE),
            (38, E.CONTACT_STARTED, D.VICTIM_CARE),
        ]
    )
    assert year_1(lives).insecure_no_worker.tolist() == [10.0]
    assert year_2(lives).insecure_no_worker.tolist() == [0.0]  # open at the end: it runs on


def test_somebody_who_never_had_a_worker_is_without_one_every_insecure_day():
    lives = followed([(*BEGIN, P.FRIENDS), (100, E.MOVED, P.OWN_HOME)])
    assert year_1(lives).insecure_no_worker.tolist() == [100.0]
    assert year_1(lives).with_worker.tolist() == [0.0]


def test_time_in_custody_is_neither_insecure_nor_with_or_without_a_worker():
    lives = followed(
        [(*BEGIN, P.CUSTODY), (0, E.CONTACT_STARTED, D.VICTIM_CARE), (65, E.MOVED, P.FRIENDS, D.RELEASED)]
    )
    assert year_1(lives).insecure.tolist() == [300.0]
    assert year_1(lives).insecure_no_worker.tolist() == [0.0]
    assert year_1(lives).with_worker.tolist() == [300.0]
    assert worker_by_day(lives, 65)[:, 64:].tolist() == [[0, 1], [0, 0], [1, 0], [0, 0]]


def test_contact_ends_with_departure():
    lives = followed(
        [(*BEGIN, P.FRIENDS), (0, E.CONTACT_STARTED, D.VICTIM_CARE), (30, E.LEFT_UK, P.LEFT_MODEL)]
    )
    assert year_1(lives).with_worker.tolist() == [30.0]
    assert worker_by_day(lives, 30)[:, 30].tolist() == [0, 0, 0, 1]


# ---------------------------------------------------------------- harm and return


def test_harm_is_the_first_of_exploitation_missing_and_a_night_rough():
    lives = followed(
        [(*BEGIN, P.OWN_HOME), (40, E.WENT_MISSING, P.OUT_OF_CONTACT), (90, E.RE_EXPLOITED)],
        [(*BEGIN, P.OWN_HOME), (0, E.RE_EXPLOITED, P.OUT_OF_CONTACT)],  # at t0 itself: counts
        [(*BEGIN, P.OWN_HOME), (730, E.RE_EXPLOITED, P.OUT_OF_CONTACT)],  # follow-up is over
        [(*BEGIN, P.OWN_HOME), (-1, E.RE_EXPLOITED, P.OUT_OF_CONTACT), (5, E.BACK_IN_CONTACT, P.FRIENDS)],
    )
    found = returns(lives)
    assert found.first(HARM).tolist() == [40.0, 0.0, INF, INF]
    assert found.incidence(HARM).at(np.array([0.0, 39.9, 40.0, 730.0])).tolist() == [0.25, 0.25, 0.5, 0.5]
    assert found.events(("RP4",)).tolist() == [1, 1, 0, 0]
    assert found.events(("RP5",)).tolist() == [1, 0, 0, 0]


def test_a_night_rough_needs_eight_hours_and_a_midnight():
    street = (*BEGIN, P.OWN_HOME)
    lives = followed(
        [street, (10.9, E.MOVED, P.STREET), (11.1, E.MOVED, P.FRIENDS)],  # midnight, but under five hours
        [street, (10.1, E.MOVED, P.STREET), (10.8, E.MOVED, P.FRIENDS)],  # 17 hours of daytime
        [street, (10.75, E.MOVED, P.STREET), (11.25, E.MOVED, P.FRIENDS)],  # six in the evening to six
        [street, (10, E.MOVED, P.STREET), (10.5, E.MOVED, P.FRIENDS)],  # from midnight to noon
    )
    found = returns(lives)
    assert found.first(HARM) == pytest.approx([INF, INF, 10.75 + 1 / 3, 10 + 1 / 3])


def test_somebody_rough_at_the_decision_is_harmed_on_day_nought_and_reported_apart():
    lives = followed(
        [(*BEGIN, P.STREET), (30, E.MOVED, P.FRIENDS), (200, E.MOVED, P.STREET), (201, E.MOVED, P.FRIENDS)],
        [(*BEGIN, P.STREET), (0, E.MOVED, P.SAFEHOUSE)],  # housed at the very instant of the decision
    )
    found = returns(lives)
    assert found.rough_at_t0.tolist() == [True, False]
    assert found.first(HARM).tolist() == [0.0, INF]
    assert found.events(("RP6",)).tolist() == [2, 0]


def test_death_competes_with_harm():
    lives = followed(
        [(*BEGIN, P.OWN_HOME), (10, E.DIED)],
        [(*BEGIN, P.OWN_HOME), (20, E.LEFT_UK)],
        [(*BEGIN, P.OWN_HOME), (30, E.WENT_MISSING, P.OUT_OF_CONTACT), (40, E.DIED)],
        [(*BEGIN, P.OWN_HOME)],
    )
    curve = returns(lives).incidence(HARM)
    assert curve.at(np.array([730.0]), cause=1) == pytest.approx([0.25])
    assert curve.at(np.array([730.0]), cause=2) == pytest.approx([0.5])


def test_people_whose_follow_up_the_horizon_cuts_are_censored_not_counted_as_well():
    lives = followed(
        [(*BEGIN, P.OWN_HOME), (100, E.WENT_MISSING, P.OUT_OF_CONTACT)],
        [(*BEGIN, P.OWN_HOME), (60, E.MOVED, P.FRIENDS)],
        t0=[0, 50],  # seen 110 days and 60 days
        until=110,
    )
    assert returns(lives).incidence(HARM).at(np.array([99.0, 100.0])).tolist() == [0.0, 1.0]


def test_the_night_that_the_horizon_cuts_short_does_not_count():
    lives = followed([(*BEGIN, P.OWN_HOME), (99.9, E.MOVED, P.STREET)], until=100.1)
    assert returns(lives).first(HARM).tolist() == [INF]


def test_an_application_in_support_never_counts_one_after_casework_does():
    lives = followed(
        [
            (*BEGIN, P.SAFEHOUSE),
            (-40, E.SUPPORT_STARTED),
            (10, E.APPLIED_AS_HOMELESS, D.IN_CRISIS),
            (20, E.RELIEF_ENDED, D.TIME_UP),
            (30, E.APPLIED_AS_HOMELESS, D.IN_CRISIS),  # after a duty, but casework still lasts
            (45, E.SUPPORT_ENDED, D.MOVED_ON),
            (50, E.APPLIED_AS_HOMELESS, D.PLANNED),
            (60, E.APPLIED_AS_HOMELESS, D.IN_CRISIS),
        ],
        [
            (*BEGIN, P.FRIENDS),
            (10, E.APPLIED_AS_HOMELESS, D.IN_CRISIS),
        ],  # a first application, never in support
        [
            (*BEGIN, P.FRIENDS),
            (-40, E.MAIN_DUTY_REFUSED, D.NO_PRIORITY_NEED),
            (10, E.APPLIED_AS_HOMELESS, D.IN_CRISIS),
        ],
    )
    found = returns(lives)
    assert found.first(RECORDED).tolist() == [60.0, INF, 10.0]
    assert found.events(("RP2",)).tolist() == [1, 0, 1]


def test_an_application_at_the_end_of_asylum_accommodation_is_planned_and_a_refused_one_is_told_apart():
    lives = followed(
        [
            (*BEGIN, P.ASYLUM_ACCOMMODATION),
            (-40, E.SUPPORT_STARTED),
            (45, E.SUPPORT_ENDED, D.MOVED_ON),
            (60, E.APPLIED_AS_HOMELESS, D.AFTER_ASYLUM),
        ],
        [
            (*BEGIN, P.FRIENDS),
            (-40, E.SUPPORT_STARTED),
            (45, E.SUPPORT_ENDED, D.MOVED_ON),
            (60, E.APPLIED_AS_HOMELESS, D.IN_CRISIS),  # a first application, after casework
            (60, E.APPLICATION_REFUSED, D.NOT_ELIGIBLE),
            (90, E.APPLIED_AS_HOMELESS, D.IN_CRISIS),
        ],
        [(*BEGIN, P.FRIENDS), (10, E.APPLICATION_REFUSED, D.NOT_HOMELESS)],  # another person's refusal
    )
    found = returns(lives)
    assert found.first(RECORDED).tolist() == [INF, 60.0, INF]
    assert found.events(("RP2",)).tolist() == [0, 2, 0]
    assert found.events(("RP2_refused",)).tolist() == [0, 1, 0]


def test_a_return_to_a_provider_counts_only_after_support_has_ended():
    lives = followed(
        [
            (*BEGIN, P.FRIENDS),
            (-40, E.SUPPORT_STARTED),
            (10, E.RETURNED_TO_PROVIDER),
            (45, E.SUPPORT_ENDED),
            (46, E.RETURNED_TO_PROVIDER),
            (99, E.RETURNED_TO_PROVIDER),
        ],
        [(*BEGIN, P.FRIENDS), (10, E.RETURNED_TO_PROVIDER)],
    )
    found = returns(lives)
    assert found.first(RECORDED).tolist() == [46.0, INF]
    assert found.events(("RP3",)).tolist() == [2, 0]


def test_new_referrals_count_by_what_they_are_for_and_the_first_referral_never():
    lives = followed(
        [(-80, E.REFERRED), (*BEGIN, P.FRIENDS), (100, E.REFERRED, 1, D.NEW_EXPLOITATION)],
        [(-80, E.REFERRED), (*BEGIN, P.FRIENDS), (200, E.REFERRED, 1, D.SAME_INCIDENT)],
        [(-80, E.REFERRED), (*BEGIN, P.FRIENDS)],
    )
    found = returns(lives)
    assert found.first(("RP1a",)).tolist() == [100.0, INF, INF]
    assert found.first(("RP1b",)).tolist() == [INF, 200.0, INF]
    assert found.first(HARM).tolist() == [
        INF,
        INF,
        INF,
    ]  # the referral is a record, the exploitation is the harm


# ---------------------------------------------------------------- from the day of exit

LEAVES_A_SAFEHOUSE = [
    (-60, E.SUPPORT_STARTED),
    (-60, E.CONTACT_STARTED, D.VICTIM_CARE),
    (-59, E.BED_TAKEN, P.SAFEHOUSE),
    (31, E.SUBSISTENCE_ENDED),
    (45, E.SUPPORT_ENDED, D.MOVED_ON),
    (45, E.CONTACT_ENDED, D.VICTIM_CARE),
    (50, E.BED_LEFT, P.FRIENDS),
    (60, E.CONTACT_STARTED, service(0)),
    (70, E.CONTACT_ENDED, service(0)),
    (80, E.MOVED, P.COUNCIL_TEMPORARY),
    (120, E.MOVED, P.SOCIAL_HOME),
]


def test_exit_is_the_later_of_casework_and_bed():
    found = exits.find_exits(followed(LEAVES_A_SAFEHOUSE))
    assert (found.who.tolist(), found.day.tolist(), found.from_bed.tolist()) == ([0], [50.0], [True])


def test_the_days_after_exit_are_told_without_grace_and_by_the_roof():
    lives = followed(LEAVES_A_SAFEHOUSE)
    found = exits.find_exits(lives)
    assert exits.uncovered_days(lives, found, 90).tolist() == [80.0]  # ten days with the new worker
    roofs = [int(exits.roof(lives, found, day)[0]) for day in (0, 7, 28, 56, 90)]
    assert roofs == [exits.NO_ROOF, exits.NO_ROOF, exits.NO_ROOF, exits.INTERIM, exits.SETTLED]
    settled = exits.to_settled(lives, found)
    assert settled.waiting.median == 70.0
    assert settled.shortfall.tolist() == [70.0]


def test_supports_that_end_within_a_fortnight_are_counted_by_kind():
    lives = followed(
        LEAVES_A_SAFEHOUSE,  # subsistence on 31, casework on 45 (14 days later), bed on 50
        [(-60, E.SUPPORT_STARTED), (10, E.SUBSISTENCE_ENDED), (24, E.SUPPORT_ENDED), (24.1, E.BED_LEFT)],
        [(-60, E.SUPPORT_STARTED), (10, E.SUBSISTENCE_ENDED), (11, E.BED_LEFT), (12, E.SUPPORT_ENDED)],
        [(-60, E.SUPPORT_STARTED), (10, E.BED_LEFT), (12, E.BED_LEFT)],  # one kind, twice
        [(-60, E.SUPPORT_STARTED)],
    )
    assert exits.ending_together(lives).tolist() == [2, 2, 3, 1, 0]


def test_somebody_whose_support_ends_because_they_leave_the_country_has_no_exit():
    lives = followed(
        [
            (-60, E.SUPPORT_STARTED),
            (*BEGIN, P.FRIENDS),
            (20, E.SUPPORT_ENDED, D.LEFT),
            (20, E.LEFT_UK, P.LEFT_MODEL),
        ]
    )
    assert exits.find_exits(lives).who.tolist() == []


def test_crises_before_and_after_exit_are_counted_by_days_lived_in_the_community():
    lives = followed(
        [
            (-200, E.SUPPORT_STARTED, P.FRIENDS),
            (0, E.CRISIS),
            (9, E.CRISIS),  # before the 90 days
            (100, E.SUPPORT_ENDED),
            (100, E.CRISIS),
            (101, E.CRISIS),
            (130, E.MOVED, P.CUSTODY),
        ]
    )
    assert exits.crises_around(lives, exits.find_exits(lives)) == (0.0, 90.0, 2.0, 30.0)


def test_leaving_with_no_status_follows_the_claim_and_the_permission():
    ends = (100, E.SUPPORT_ENDED)
    lives = followed(
        [(-60, E.SUPPORT_STARTED, P.FRIENDS), ends],
        [(-60, E.SUPPORT_STARTED, P.FRIENDS), (10, E.ASYLUM_REFUSED), (20, E.APPEAL_DISMISSED), ends],
        [(-60, E.SUPPORT_STARTED, P.FRIENDS), (10, E.ASYLUM_REFUSED), ends],
        [(-60, E.SUPPORT_STARTED, P.OWN_HOME), (10, E.LEAVE_GRANTED), (99, E.LEAVE_EXPIRED), ends],
        [(-60, E.SUPPORT_STARTED, P.OWN_HOME), (10, E.LEAVE_GRANTED), ends, (101, E.LEAVE_EXPIRED)],
    )
    pending, none = ImmigrationStatus.ASYLUM_PENDING, ImmigrationStatus.NO_STATUS
    status = np.array([none, pending, pending, none, none], np.uint8)
    need = exits.unmet_need(lives, exits.find_exits(lives), status)
    assert need.no_status.tolist() == [True, True, False, True, False]
    assert need.insecure.tolist() == [True, True, True, False, False]


# ---------------------------------------------------------------- a whole run


def test_a_small_run_from_log_to_tidy_rows():
    start = day_of(date(2027, 4, 1))
    told = [
        [
            (start - 200, E.REFERRED),
            (start - 190, E.RG_POSITIVE),
            (start - 190, E.COMMUNITY_LIFE_BEGINS, P.FRIENDS),
            (start, E.CG_POSITIVE),
            (start + 73, E.MOVED, P.SOCIAL_HOME),
        ],
        [
            (start - 100, E.REFERRED),
            (start - 90, E.RG_POSITIVE),
            (start - 90, E.COMMUNITY_LIFE_BEGINS, P.OWN_HOME),
            (start + 10, E.CG_POSITIVE),
        ],
        [(start - 100, E.REFERRED), (start - 90, E.RG_NEGATIVE)],
    ]
    population = people(3, female=[True, False, False], arrival=[start - 200, start - 100, start - 100])
    log = log_of(*told)
    cohort = fix_cohort(population, log, start, start + 730)
    measured = measure(population, log, cohort, start + 1827, 730)
    value = Figures(measured.rows)
    assert value("cohort_people") == 2
    assert value("insecure_days_year_1") == 36.5
    assert value("insecure_days_year_1", "sex=female") == 73.0
    assert value("insecure_days_year_1", "place=insecure or none") == 73.0
    assert value("cohort_people", "sex=male") == 1
    assert value("unknown_place_share") == 0.0
    assert value("insecure_person_days_everyone") == 73.0
    assert measured.people["insecure_days_365"].tolist() == [73.0, 0.0]
    x, shares = measured.curves["places"]
    assert len(x) == 731
    assert shares["insecure or none"][[0, 72, 73]].tolist() == [0.5, 0.5, 0.0]
    series = {(name, period): v for name, period, v in measured.calendar}
    assert series["people_unaccounted", "2027Q2"] == 0
    assert series["people_in_state:confirmed", "2027Q2"] == 2


def test_follow_up_that_the_horizon_would_cut_is_refused():
    log = log_of([(10, E.CG_POSITIVE, P.OWN_HOME)])
    with pytest.raises(SimError, match="ends after the horizon"):
        measure(people(1), log, cohort_of(log, 10), 700, 730)
    with pytest.raises(SimError, match="two years"):
        measure(people(1), log, cohort_of(log, 10), FAR, 100)
