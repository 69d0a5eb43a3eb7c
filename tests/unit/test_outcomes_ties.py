"""Instants that coincide, people who stand in no line, and the second person of two: outcomes by hand.

Edges of windows and cohorts stand in `test_outcomes_edges`.
"""

import numpy as np
import pytest

from sim.errors import SimError
from sim.outcomes.calendar import calendar, conservation, stations, totals
from sim.outcomes.cliff_edge import rough_nights
from sim.outcomes.exits import find_exits, to_settled, unmet_need
from sim.outcomes.held import hold_detection
from sim.outcomes.measure import measure
from sim.outcomes.paired import paired
from sim.outcomes.periods import quarters
from sim.outcomes.re_presentation import Returns, returns
from sim.outcomes.recovery import Offers, had_and_lost
from sim.outcomes.spells import contact_spells, left_at, story_of_everyone
from sim.outcomes.stations import little_rows
from sim.outcomes.two_cliffs import ineligible_at_exit, outside
from sim.outcomes.waits import cases
from sim.people.codes import ImmigrationStatus
from tests.outcome_logs import D, E, Figures, P, cohort_of, followed, log_of, people, service

BEGIN = [(-90, E.REFERRED), (-80, E.COMMUNITY_LIFE_BEGINS, P.FRIENDS), (-70, E.SUPPORT_STARTED)]
WITH_WORKER = [(1, E.CONTACT_STARTED, D.VICTIM_CARE)]
PENDING, NO_STATUS = ImmigrationStatus.ASYLUM_PENDING, ImmigrationStatus.NO_STATUS


# ---------------------------------------------------------------- the end of support
def test_status_at_the_end_of_support_is_that_of_the_day_whatever_is_granted_or_runs_out_later() -> None:
    lives = followed(
        [*BEGIN, (45, E.SUPPORT_ENDED), (100, E.ASYLUM_GRANTED)],
        [*BEGIN, (30, E.LEAVE_GRANTED, D.VTS), (45, E.SUPPORT_ENDED), (100, E.LEAVE_EXPIRED)],
        [*BEGIN, (45, E.SUPPORT_ENDED)],
    )
    status, exits = np.array([PENDING, NO_STATUS, NO_STATUS], np.uint8), find_exits(lives)
    assert ineligible_at_exit(lives, exits, status).tolist() == [True, False, True]
    assert unmet_need(lives, exits, status).no_status.tolist() == [False, False, True]


def test_a_bed_left_at_the_instant_casework_ends_was_held_then_and_one_left_before_was_not() -> None:
    def leaves(bed: float) -> list[tuple[object, ...]]:
        ends = [(bed, E.BED_LEFT, P.FRIENDS), (10, E.SUPPORT_ENDED)]
        return [*BEGIN, (-60, E.BED_TAKEN, P.SAFEHOUSE), *sorted(ends, key=lambda one: one[0])]

    found = find_exits(followed(leaves(10), leaves(9.5), leaves(12)))
    assert found.from_bed.tolist() == [True, False, True]
    assert found.day.tolist() == [10.0, 10.0, 12.0]


def test_all_three_kinds_of_support_that_end_within_two_weeks_are_all_three() -> None:
    begin = [(0, E.REFERRED, P.FRIENDS), (50, E.SUPPORT_STARTED)]
    log = log_of(
        [*begin, (200, E.BED_LEFT), (205, E.SUBSISTENCE_ENDED), (210, E.SUPPORT_ENDED)],
        [*begin, (200, E.BED_LEFT), (210, E.SUPPORT_ENDED)],
        [*begin, (150, E.BED_LEFT), (205, E.SUBSISTENCE_ENDED), (210, E.SUPPORT_ENDED)],
        [*begin, (210, E.SUPPORT_ENDED)],
    )
    figure = Figures(measure(people(4), log, cohort_of(log, 100.0), 900.0, 730, calendar=False).rows)
    assert figure("c4_all_three_share") == 1 / 4
    assert figure("c4_ending_together_mean") == (3 + 2 + 2 + 1) / 4


def test_a_bed_held_to_the_end_of_the_run_is_no_exit_from_support() -> None:
    """Casework has ended, the bed has not by the last instant that is followed."""
    life = [*BEGIN, (-60, E.BED_TAKEN, P.SAFEHOUSE), (100, E.SUPPORT_ENDED)]
    still = find_exits(followed(life, follow_up=365.0, until=365.0))
    assert still.who.tolist() == []
    left = find_exits(followed([*life, (364, E.BED_LEFT, P.FRIENDS)], follow_up=365.0, until=365.0))
    assert left.day.tolist() == [364.0]


def test_who_dies_before_a_settled_home_needed_it_until_then_and_no_longer() -> None:
    begin = [*BEGIN, (10, E.SUPPORT_ENDED)]
    lives = followed(
        [*begin, (40, E.DIED, P.LEFT_MODEL)],
        [*begin, (60, E.MOVED, P.SOCIAL_HOME)],
        [*begin, (90, E.LEFT_UK, P.LEFT_MODEL)],
        begin,
    )
    found = to_settled(lives, find_exits(lives))
    assert found.shortfall.tolist() == [30.0, 50.0, 80.0, 365.0]
    reached, lost = found.incidence.share[:, -1]
    assert (reached, lost) == (1 / 4, 2 / 4)
    assert found.waiting.share[-1] == pytest.approx(
        2 / 3
    )  # one of the three who were still waiting on day 50


# ---------------------------------------------------------------- windows
def test_what_does_not_reach_into_a_window_leaves_no_spell_of_no_length() -> None:
    spells = contact_spells(
        followed([*BEGIN, *WITH_WORKER, (20, E.CONTACT_ENDED, D.VICTIM_CARE)]).story, 900.0, 0.0
    )
    for low, high, days in ((20.0, 40.0, []), (-9.0, 1.0, []), (19.0, 40.0, [1.0]), (-9.0, 3.0, [2.0])):
        part = spells.clipped(np.array([low]), np.array([high]))
        assert (part.end - part.start).tolist() == days


def test_who_leaves_as_follow_up_ends_was_followed_to_its_end() -> None:
    nothing: dict[str, np.ndarray] = {"RP4": np.zeros(0)}
    nobody = {"RP4": np.zeros(0, np.int64)}
    at_the_end = Returns(
        nobody, nothing, np.zeros(3, np.bool_), np.array([365.0, 364.0, np.inf]), np.full(3, 365.0)
    )
    first = at_the_end.outcome(("RP4",))
    assert first.day.tolist() == [365.0, 364.0, 365.0]
    assert first.cause.tolist() == [0, 2, 0]


def test_a_loss_is_that_of_somebody_there_to_the_end_of_the_day_however_short_it_was_had() -> None:
    home = [(100, E.MOVED, P.PRIVATE_HOME), (100.5, E.MOVED, P.STREET)]
    lives = followed(
        [*BEGIN, *home],
        [*BEGIN, *home, (365, E.DIED, P.LEFT_MODEL)],
        [*BEGIN, *home, (364, E.DIED, P.LEFT_MODEL)],
    )
    told = had_and_lost(lives, Offers(), np.zeros(3, np.bool_))
    assert told["recovery_housing_lost_by_day_365"].tolist() == [1.0, 1.0, 0.0]


# ---------------------------------------------------------------- everyone
def test_the_second_referral_of_somebody_is_a_repeat_and_the_first_is_none() -> None:
    lives = [
        [(110, E.REFERRED), (150, E.REFERRED, 1), (200, E.REFERRED, 2)],
        [(120, E.REFERRED), (350, E.REFERRED, 1)],  # the second beyond the horizon
        [(90, E.REFERRED), (99, E.REFERRED, 1)],  # both before the window
    ]
    story = story_of_everyone(log_of(*lives), 3)
    assert totals(story, stations(story, 300.0), 100.0, 300.0)["repeat_referrals_everyone"] == 2


def test_both_sides_of_littles_law_are_told_of_every_station() -> None:
    beds = [[(k, E.BED_TAKEN, P.SAFEHOUSE), (k + 30, E.BED_LEFT, P.FRIENDS)] for k in range(0, 100, 10)]
    story = story_of_everyone(log_of(*beds), 10)
    told = {name: value for name, period, value in little_rows(stations(story, 200.0), 200.0)}
    assert told["little_number:beds"] == pytest.approx(10 * 30 / 200)
    assert told["little_rate_times_stay:beds"] == pytest.approx(10 / 200 * 30)
    assert told["little_residual:beds"] == pytest.approx(0.0, abs=1e-12)
    stems = ("little_number:", "little_rate_times_stay:", "little_residual:")
    assert len({tuple(sorted(n.removeprefix(s) for n in told if n.startswith(s))) for s in stems}) == 1


def test_what_happens_on_the_last_day_of_a_window_is_outside_it_and_on_its_first_inside() -> None:
    def leave(day: float) -> list[tuple[object, ...]]:
        return [*BEGIN, (day, E.LEAVE_GRANTED, D.VTS)]

    def refused(day: float) -> list[tuple[object, ...]]:
        return [*BEGIN, (day, E.APPLICATION_REFUSED, D.NOT_ELIGIBLE)]

    lives = followed(leave(364), leave(365), refused(-1), refused(0), refused(729), refused(730))
    found = outside(lives, np.full(6, NO_STATUS, np.uint8))
    assert found.all_year.tolist() == [False, True, True, True, True, True]
    assert found.refused.tolist() == [False, False, False, True, True, False]


def test_exactly_eight_hours_with_a_midnight_are_a_night_rough_and_half_a_day_up_to_midnight_is_not() -> None:
    """A third of a day around midnight, written so that its length is a third of a day to the last bit."""

    def rough(start: float, end: float) -> list[tuple[object, ...]]:
        return [*BEGIN, (start, E.MOVED, P.STREET), (end, E.MOVED, P.FRIENDS)]

    lives = followed(rough(-1 / 6, 1 / 6), rough(-1 / 6, 0.16), rough(-0.5, 0.0), rough(0.0, 0.5))
    assert rough_nights(lives).who.tolist() == [0, 3]


def test_who_dies_in_the_first_hours_is_followed_so_long_and_who_had_left_before_not_at_all() -> None:
    gone = returns(followed([*BEGIN, (0.25, E.DIED)], [*BEGIN, (-5, E.LEFT_UK)], BEGIN)).left_day
    assert gone.tolist() == [0.25, 0.0, np.inf]


def test_departure_is_for_good_whatever_is_decided_or_heard_of_afterwards() -> None:
    life = [
        (5, E.REFERRED),
        (20, E.RG_POSITIVE),
        (30, E.LEFT_UK),
        (100, E.CG_POSITIVE),  # in the second quarter
        (200, E.DIED),  # in the third
    ]
    story = story_of_everyone(log_of(life, [(7, E.DIED)], [(1, E.CRISIS)]), 3)
    assert left_at(story).tolist() == [30.0, 7.0, np.inf]
    alone = story_of_everyone(log_of(life), 1)
    rows = conservation(people(1, arrival=[5]), alone, quarters(300))
    there = {(name.removeprefix("people_in_state:"), period) for name, period, value in rows if value}
    assert there == {("died or left the UK", f"2014Q{q}") for q in (1, 2, 3)}


# ---------------------------------------------------------------- who is in no line
def test_a_decision_of_somebody_who_was_never_referred_belongs_to_nobodys_referral() -> None:
    found = cases(story_of_everyone(log_of([(5, E.REFERRED), (20, E.RG_POSITIVE)], [(7, E.RG_POSITIVE)]), 2))
    assert found.who.tolist() == [0]
    assert found.rg_positive.tolist() == [20.0]


def test_no_event_has_a_detail_beyond_all_that_are_told() -> None:
    first, third = service(0), service(2)
    story = story_of_everyone(log_of([(1, E.SERVICE_OFFERED, first), (2, E.SERVICE_OFFERED, third)]), 1)
    told = {k: story.with_detail(D.SERVICE_BASE + k, E.SERVICE_OFFERED).tolist() for k in range(6)}
    assert told == {0: [0], 1: [], 2: [1], 3: [], 4: [], 5: []}
    assert story.with_detail(1, E.SERVICE_ENDED).tolist() == []


def test_a_duty_that_goes_on_is_counted_once_whoevers_it_is_and_another_persons_is_another() -> None:
    goes_on = [(400, E.PREVENTION_STARTED), (450, E.PREVENTION_ENDED, D.HOMELESS), (460, E.RELIEF_STARTED)]
    duties = (goes_on, goes_on, goes_on[:2], [(490, E.RELIEF_STARTED)])
    told = [[(10, E.REFERRED), *own] for own in duties]
    story = story_of_everyone(log_of(*told), 4)
    rows = calendar(people(4, arrival=[10] * 4), story, stations(story, 800.0), 800.0)
    assert [value for name, year, value in rows if (name, year) == ("duties_started", "2015")] == [4]


# ---------------------------------------------------------------- detection held as it is today
def held(*life: tuple[object, ...], todays: list[tuple[object, ...]]) -> tuple[list[float], list[float]]:
    """Days of new referrals for new exploitation: the scenario's, and with today's contact."""
    lives = followed(life)
    contact = contact_spells(followed([(-90, E.REFERRED), *todays]).story, np.inf, lasts=0.0)
    found = hold_detection(lives, returns(lives), contact, found_after=90.0)
    return found.day["RP1a"].tolist(), found.day["RP1a_held"].tolist()


EXPLOITED = (100, E.RE_EXPLOITED, D.KNOWN_AS_IT_STANDS, P.OUT_OF_CONTACT)
FOUND_OUT = (180, E.REFERRED, D.NEW_EXPLOITATION, 1)


def test_a_worker_who_was_there_until_an_hour_before_is_not_there() -> None:
    """Neither is today's; so it came to light in either."""
    ended = [*WITH_WORKER, (99.9, E.CONTACT_ENDED, D.VICTIM_CARE)]
    assert held(*BEGIN, *ended, EXPLOITED, FOUND_OUT, todays=[]) == ([180.0], [180.0])
    assert held(*BEGIN, *WITH_WORKER, EXPLOITED, FOUND_OUT, todays=[]) == ([180.0], [])


def test_a_referral_is_held_against_the_exploitation_before_it_not_against_one_that_follows() -> None:
    later = (200, E.RE_EXPLOITED, D.KNOWN_AS_IT_STANDS, P.OUT_OF_CONTACT)
    assert held(FOUND_OUT, later, todays=WITH_WORKER) == ([180.0], [180.0])


def test_a_referral_is_not_taken_away_for_something_else_at_its_instant() -> None:
    """A second exploitation, which everybody learns of, comes between a move and the referral."""
    moved = (180, E.MOVED, P.FRIENDS)
    again = (180, E.RE_EXPLOITED, D.KNOWN_EITHER_WAY, P.OUT_OF_CONTACT)
    assert held(*BEGIN, *WITH_WORKER, EXPLOITED, moved, again, FOUND_OUT, todays=[]) == ([180.0], [180.0])


# ---------------------------------------------------------------- differences
def test_of_several_rows_that_only_one_side_has_the_first_by_name_is_told() -> None:
    def rows(*names: str) -> list[dict[str, object]]:
        return [{"metric": name, "group": "all", "value": 1.0} for name in names]

    with pytest.raises(SimError, match="metric 'a' of group 'all' stands in the scenario only"):
        paired(rows("c", "b", "a"), rows("c"))
    with pytest.raises(SimError, match="metric 'b' of group 'all' stands in the baseline only"):
        paired(rows("c"), rows("b", "c", "d"))
