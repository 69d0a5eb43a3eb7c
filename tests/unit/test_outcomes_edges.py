"""Edges of what is counted: first and last instants, ties, other people beside, small cohorts; by hand."""

import numpy as np
import pytest

from sim.outcomes.calendar import stations, totals
from sim.outcomes.cliff_edge import long_insecure, settled_day, two_years_insecure
from sim.outcomes.exits import crises_around, ending_together, find_exits, uncovered_days
from sim.outcomes.groups import status_at
from sim.outcomes.homes import Supply
from sim.outcomes.homes import of_everyone as homes_of_everyone
from sim.outcomes.measure import measure
from sim.outcomes.paired import gain_lose, more_or_fewer
from sim.outcomes.places import Category
from sim.outcomes.ratio import ratio
from sim.outcomes.re_presentation import returns
from sim.outcomes.recovery import Offers, had_and_lost
from sim.outcomes.spells import next_of_same_person, place_spells, relabelled, story_of_everyone
from sim.outcomes.survival import aalen_johansen, kaplan_meier
from sim.outcomes.two_cliffs import two_cliffs
from sim.outcomes.waits import Station, littles_law
from sim.people.codes import ImmigrationStatus
from tests.outcome_logs import E, Figures, P, cohort_of, followed, log_of, people

BEGIN = [(-90, E.REFERRED), (-80, E.COMMUNITY_LIFE_BEGINS, P.FRIENDS), (-70, E.SUPPORT_STARTED)]
INF = float("inf")


# ---------------------------------------------------------------- the end of support
def test_days_without_a_worker_are_told_of_exits_followed_to_the_last_day_of_the_window() -> None:
    lives = followed([*BEGIN, (10, E.SUPPORT_ENDED)], [*BEGIN, (11, E.SUPPORT_ENDED)], until=100.0)
    assert uncovered_days(lives, find_exits(lives), 90.0)[0] == 90.0
    assert np.isnan(uncovered_days(lives, find_exits(lives), 90.0)[1])


def test_kinds_of_support_that_end_at_the_decision_end_together_and_those_before_or_after_do_not() -> None:
    def ends(bed: float, money: float, casework: float) -> list[tuple[object, ...]]:
        told = [(bed, E.BED_LEFT), (money, E.SUBSISTENCE_ENDED), (casework, E.SUPPORT_ENDED)]
        return BEGIN + sorted(told, key=lambda one: one[0])

    lives = followed(ends(0, 14, 14.5), ends(-1, 5, 6), ends(0, 14, 14), ends(729, 730, 731), ends(5, 5, 5))
    assert ending_together(lives).tolist() == [2, 2, 3, 1, 3]


def test_crises_around_the_end_are_those_of_exits_followed_for_ninety_days_after() -> None:
    story = [*BEGIN, (-1, E.CRISIS), (100, E.SUPPORT_ENDED), (100, E.CRISIS)]
    told = [*story[:-2], (10, E.CRISIS), *story[-2:], (189, E.CRISIS), (190, E.CRISIS)]
    for until, expected in ((190.0, (1.0, 90.0, 2.0, 90.0)), (189.9, (0.0, 0.0, 0.0, 0.0))):
        lives = followed(told, until=until)
        assert crises_around(lives, find_exits(lives)) == expected


def test_where_people_are_after_leaving_support_is_told_of_those_still_followed() -> None:
    def leaves(day: float, *then: tuple[object, ...]) -> list[tuple[object, ...]]:
        return [(0, E.REFERRED, P.FRIENDS), (50, E.SUPPORT_STARTED), (day, E.SUPPORT_ENDED), *then]

    log = log_of(
        leaves(200, (220, E.MOVED, P.SOCIAL_HOME)),
        leaves(200, (220, E.MOVED, P.COUNCIL_TEMPORARY)),
        leaves(200),
        leaves(200, (220, E.MOVED, P.SOCIAL_HOME)),
        leaves(810),  # day 90 after leaving is the end of the run
    )
    figure = Figures(measure(people(5), log, cohort_of(log, 100.0), 900.0, 730, calendar=False).rows)
    assert figure("c3_settled_day_0") == 0.0
    assert figure("c3_no_roof_day_0") == 1.0
    assert figure("c3_settled_day_28") == 2 / 5
    assert figure("c3_interim_day_28") == 1 / 5
    assert figure("c3_settled_day_90") == 2 / 4
    assert figure("c3_no_roof_day_90") == 1 / 4


def test_each_person_has_the_first_of_their_own_ends_of_asylum_accommodation() -> None:
    def housed(*moves: tuple[float, P]) -> list[tuple[object, ...]]:
        begin = [(-90, E.REFERRED), (-80, E.COMMUNITY_LIFE_BEGINS, P.ASYLUM_ACCOMMODATION)]
        return begin + [(day, E.MOVED, place) for day, place in moves]

    again = [(50, P.STREET), (60, P.ASYLUM_ACCOMMODATION), (300, P.STREET)]
    lives = followed(housed(*again), housed((70, P.FRIENDS)), housed(), housed((0, P.STREET)))
    assert two_cliffs(lives, find_exits(lives)).asylum.tolist() == [50.0, 70.0, INF, 0.0]


# ---------------------------------------------------------------- return
def test_an_accepted_application_is_not_refused_because_something_else_follows() -> None:
    applies = [*BEGIN, (5, E.SUPPORT_ENDED), (30, E.APPLIED_AS_HOMELESS)]
    found = returns(
        followed(
            [*applies, (30, E.RELIEF_STARTED)], [*applies, (30, E.APPLICATION_REFUSED)], [(9, E.REFERRED)]
        )
    )
    assert found.who["RP2"].tolist() == [0, 1]
    assert found.who["RP2_refused"].tolist() == [1]


def test_returns_count_from_the_instant_of_the_decision_to_the_end_of_follow_up_which_is_outside() -> None:
    def missing(*days: float) -> list[tuple[object, ...]]:
        return BEGIN + [(day, E.WENT_MISSING, P.OUT_OF_CONTACT) for day in days]

    found = returns(followed(missing(-1), missing(0), missing(729), missing(730)))
    assert found.who["RP5"].tolist() == [1, 2]
    assert found.day["RP5"].tolist() == [0.0, 729.0]


def test_a_night_rough_counts_once_it_has_lasted_eight_hours_and_held_a_midnight() -> None:
    def rough(start: float, end: float) -> list[tuple[object, ...]]:
        return [*BEGIN, (start, E.MOVED, P.STREET), (end, E.MOVED, P.FRIENDS)]

    found = returns(
        followed(
            rough(99.5, 102.0),  # midnight comes last
            rough(99.875, 102.0),  # eight hours come last
            rough(729.5, 740.0),  # counts at the very end of follow-up, which is outside
            rough(-5.0, 0.0),  # over when the follow-up begins
            rough(-5.0, 0.5),  # runs at its beginning
        )
    )
    assert found.who["RP6"].tolist() == [0, 1, 4]
    assert found.day["RP6"] == pytest.approx([100.0, 99.875 + 1 / 3, 0.0])


def test_new_exploitation_on_the_day_of_the_decision_ends_safety() -> None:
    def safe(day: float) -> float:
        life = [*BEGIN, (day, E.RE_EXPLOITED, P.OUT_OF_CONTACT)]
        values = had_and_lost(followed(life), Offers((), (), ()), np.array([False]))
        return float(values["recovery_safety_day_365"][0])

    assert [safe(-1), safe(0), safe(364), safe(366)] == [1.0, 0.0, 0.0, 1.0]


# ---------------------------------------------------------------- spells, status and tables
def test_the_last_of_several_moves_at_one_instant_holds_whoever_it_is() -> None:
    moves = [(1, E.COMMUNITY_LIFE_BEGINS, P.FRIENDS), (5, E.MOVED, P.STREET), (5, E.MOVED, P.OWN_HOME)]
    spells = place_spells(story_of_everyone(log_of(moves, moves, [*moves, (5, E.MOVED, P.FRIENDS)]), 3), 9.0)
    told = list(zip(spells.who, spells.start, spells.end, spells.label, strict=True))
    home = [(1.0, 5.0, P.FRIENDS), (5.0, 9.0, P.OWN_HOME)]
    assert told == [(who, *one) for who in (0, 1) for one in home] + [(2, 1.0, 9.0, P.FRIENDS)]


def test_neighbouring_spells_that_come_to_agree_are_merged_for_each_person() -> None:
    moves = [(1, E.COMMUNITY_LIFE_BEGINS, P.FRIENDS), (5, E.MOVED, P.STREET), (7, E.MOVED, P.OWN_HOME)]
    spells = place_spells(story_of_everyone(log_of(moves, moves), 2), 9.0)
    label = np.zeros(max(P) + 1, np.int64)
    label[P.OWN_HOME] = 1
    merged = relabelled(spells, label)
    assert merged.who.tolist() == [0, 0, 1, 1]
    assert merged.start.tolist() == [1.0, 7.0] * 2
    assert merged.end.tolist() == [7.0, 9.0] * 2


def test_the_next_event_of_the_same_person_is_none_where_only_others_have_one() -> None:
    story = story_of_everyone(
        log_of([(1, E.CRISIS), (2, E.MOVED), (3, E.MOVED)], [(4, E.CRISIS)], [(5, E.MOVED)]), 3
    )
    crises, moves = story.where(E.CRISIS), story.where(E.MOVED)
    assert next_of_same_person(story, crises, moves).tolist() == [1, -1]
    assert next_of_same_person(story, moves, moves).tolist() == [2, -1, -1]
    assert next_of_same_person(story, moves, crises[:0]).tolist() == [-1, -1, -1]


def test_asylum_once_granted_is_leave_for_good() -> None:
    pending, leave = ImmigrationStatus.ASYLUM_PENDING, ImmigrationStatus.LEAVE
    story = story_of_everyone(
        log_of([(5, E.ASYLUM_GRANTED)], [(5, E.ASYLUM_GRANTED), (9, E.LEAVE_EXPIRED)], [(5, E.CRISIS)]), 3
    )
    at_referral = np.full(3, pending, np.uint8)
    assert status_at(story, at_referral, np.full(3, 4.9)).tolist() == [pending] * 3
    assert status_at(story, at_referral, np.full(3, 5.0)).tolist() == [leave, leave, pending]
    assert status_at(story, at_referral, np.full(3, 10.0)).tolist() == [leave, leave, pending]


def test_what_ends_and_what_is_lost_from_sight_on_one_day_stand_in_one_row() -> None:
    time, cause = np.array([1.0, 5.0, 5.0, 5.0, 9.0]), np.array([1, 1, 0, 1, 0])
    # day 1: 1 of 5; day 5: 2 of the 4 who are left
    assert aalen_johansen(time, cause, 1).at(np.array([1.0, 5.0])) == pytest.approx(
        [1 / 5, 1 / 5 + 4 / 5 / 2]
    )
    assert kaplan_meier(time, cause == 1).at(np.array([1.0, 5.0])) == pytest.approx([4 / 5, 2 / 5])


def test_two_years_without_a_home_are_both_years_together() -> None:
    life = [(-10, E.COMMUNITY_LIFE_BEGINS, P.STREET), (200, E.MOVED, P.OWN_HOME), (600, E.MOVED, P.STREET)]
    story = story_of_everyone(log_of(life, [(0, E.COMMUNITY_LIFE_BEGINS, P.FRIENDS)]), 2)
    assert two_years_insecure(story, np.array([0.0, 100.0])).tolist() == [200.0 + 130.0, 730.0]


# ---------------------------------------------------------------- cohorts, stations, ratios
def test_a_cohort_cannot_be_written_to() -> None:
    cohort = cohort_of(log_of([(1, E.REFERRED)]), 5.0)
    for column in (cohort.rows, cohort.t0):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 7


def test_curves_of_one_person_are_shares_and_half_a_day_somewhere_unknown_is_told() -> None:
    life = [(0, E.REFERRED), (100.5, E.COMMUNITY_LIFE_BEGINS, P.FRIENDS)]
    log = log_of(life)
    found = measure(people(1), log, cohort_of(log, 100.0), 900.0, 730, calendar=False)
    for name in ("places", "worker"):
        _, shares = found.curves[name]
        assert np.sum(list(shares.values()), axis=0) == pytest.approx(np.ones(731))
    assert Figures(found.rows)("unknown_place_share") == 1.0


def test_a_home_gained_counts_from_the_first_instant_of_the_window_to_before_its_end() -> None:
    begin = (0, E.COMMUNITY_LIFE_BEGINS, P.FRIENDS)
    log = log_of(*[[begin, (day, E.MOVED, P.SOCIAL_HOME)] for day in (49.9, 50.0, 99.9, 100.0)])
    figures = homes_of_everyone(story_of_everyone(log, 4), Supply(), 50.0, 100.0)
    assert figures["social_homes_gained_everyone"] == 2


def test_a_station_tells_who_came_and_has_no_stay_if_nobody_did() -> None:
    line = Station(np.array([3.0, 1.0, 2.0]), np.array([4.0, INF, 2.5]), np.ones(3, np.bool_))
    when = np.array([1.0, 2.0, 2.1, 9.0])
    assert line.came(when).tolist() == [0, 1, 2, 3]
    assert line.stock(when).tolist() == [0, 1, 2, 1]
    assert line.person_days(when) == pytest.approx([0.0, 1.0, 1.2, 9.5])
    nobody = littles_law(Station(np.zeros(0), np.zeros(0), np.zeros(0, np.bool_)), 10.0)
    assert (nobody.mean_number, nobody.arrivals_per_day, nobody.mean_days) == (0.0, 0.0, 0.0)
    assert littles_law(line, 0.5).mean_number == 0.0


def test_two_replications_are_enough_for_an_interval_of_a_ratio_and_one_is_not() -> None:
    assert ratio([10.0], [2.0]).value is None
    found = ratio([10.0, 10.0], [2.0, 2.0])
    assert (found.value, found.low, found.high) == (5.0, 5.0, 5.0)


def test_events_of_everyone_count_from_the_start_of_the_window_to_before_the_horizon() -> None:
    begin = (0, E.COMMUNITY_LIFE_BEGINS, P.STREET)
    lives = [[begin, (day, E.RE_EXPLOITED), (day, E.WENT_MISSING)] for day in (99.9, 100.0, 299.9)]
    waits = [
        [begin, (90, E.BED_REQUESTED), (120, E.BED_WAIT_GIVEN_UP)],  # asked before the window
        [begin, (100, E.BED_REQUESTED), (150, E.BED_WAIT_GIVEN_UP)],
        [begin, (110, E.BED_REQUESTED), (120, E.BED_TAKEN, P.SAFEHOUSE)],
        [begin, (200, E.BED_REQUESTED)],  # still waiting at the horizon: over for nobody
    ]
    story = story_of_everyone(log_of(*lives, *waits), 7)
    values = totals(story, stations(story, 300.0), 100.0, 300.0)
    assert values["re_exploited_everyone"] == values["went_missing_everyone"] == 2
    assert values["bed_given_up_everyone"] == 2
    assert values["bed_not_reached_share"] == 1 / 2
    assert values["bed_line_mean"] == pytest.approx((20 + 50 + 10 + 100) / 200)
    assert values["insecure_person_days_everyone"] == pytest.approx(6 * 200 + 20)


def test_a_long_spell_is_one_of_28_days_that_touches_the_year() -> None:
    def insecure(start: float, end: float) -> list[tuple[object, ...]]:
        return [
            (-90, E.COMMUNITY_LIFE_BEGINS, P.OWN_HOME),
            (start, E.MOVED, P.STREET),
            (end, E.MOVED, P.OWN_HOME),
        ]

    lives = followed(
        *[insecure(*days) for days in ((10, 38), (10, 37.9), (-10, 20), (-10, 28), (364, 400), (365, 400))]
    )
    low, high = np.zeros(6), np.full(6, 365.0)
    assert long_insecure(lives, low, high).tolist() == [True, False, False, True, True, False]
    assert long_insecure(lives, low + 28.0, high).tolist() == [True, False, False, False, True, False]
    assert settled_day(lives).tolist() == [0.0, 0.0, 20.0, 28.0, 0.0, 0.0]


def test_nobody_gains_or_loses_where_nobody_is_and_who_has_as_much_does_neither() -> None:
    def table(*days: float) -> dict[str, np.ndarray]:
        return {"id": np.arange(len(days)), "days": np.array(days, float)}

    nobody = gain_lose(table(), table(), "days")
    assert nobody.n == 0
    assert np.isnan(nobody.gain)
    found = gain_lose(table(1, 2, 3, 4), table(2, 2, 2, 3), "days")
    assert (found.gain, found.lose, found.equal, found.n) == (1 / 4, 2 / 4, 1 / 4, 4)
    other = gain_lose(table(1, 2, 3, 4), table(2, 2, 2, 3), "days", lower_is_better=False)
    assert (other.gain, other.lose) == (2 / 4, 1 / 4)


def test_whoever_has_a_week_more_or_fewer_without_a_home_is_told_apart_from_a_day() -> None:
    todays = np.full(5, 100.0)
    told = more_or_fewer(todays + np.array([-7.0, -6.9, 0.0, 6.9, 7.0]), todays, 7.0)
    fewer, more = told.values()
    assert fewer.tolist() == [True, False, False, False, False]
    assert more.tolist() == [False, False, False, False, True]
    fewer, more = more_or_fewer(todays, todays, 0.0).values()
    assert not fewer.any()
    assert not more.any()


def test_support_that_ends_before_the_decision_or_after_follow_up_is_no_exit() -> None:
    lives = followed(*[[*BEGIN, (day, E.SUPPORT_ENDED)] for day in (-1, 0, 729, 730)])
    assert find_exits(lives).who.tolist() == [1, 2]


def test_eight_hours_on_the_street_are_a_night_rough_and_less_are_not() -> None:
    def rough(hours: float) -> list[tuple[object, ...]]:
        return [*BEGIN, (9.875, E.MOVED, P.STREET), (9.875 + hours / 24, E.MOVED, P.FRIENDS)]

    assert returns(followed(rough(9.0), rough(7.0))).who["RP6"].tolist() == [0]


def test_whoever_is_still_in_a_place_at_the_horizon_has_not_left_it() -> None:
    life = [(10, E.COMMUNITY_LIFE_BEGINS, P.STREET), (50, E.MOVED, P.SOCIAL_HOME)]
    places = stations(story_of_everyone(log_of(life), 1), 100.0).places
    assert (places[Category.INSECURE].joined.tolist(), places[Category.INSECURE].left.tolist()) == (
        [10.0],
        [50.0],
    )
    assert (places[Category.SETTLED].joined.tolist(), places[Category.SETTLED].left.tolist()) == (
        [50.0],
        [INF],
    )
