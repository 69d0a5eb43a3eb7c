"""Two cliffs on two clocks, and who stands outside which reform: hand-told lives."""

import numpy as np
import pytest

from sim.outcomes.cohort import Cohort
from sim.outcomes.exits import find_exits
from sim.outcomes.measure import measure
from sim.outcomes.two_cliffs import ineligible_at_exit, insecure_after, outside, reach, two_cliffs
from sim.people.codes import ImmigrationStatus
from tests.outcome_logs import FAR, D, E, P, followed, log_of, people

PENDING, NO_STATUS = ImmigrationStatus.ASYLUM_PENDING, ImmigrationStatus.NO_STATUS
T0 = 1000.0
BEGINS = [
    (800.0, E.REFERRED),
    (810.0, E.RG_POSITIVE),
    (810.0, E.COMMUNITY_LIFE_BEGINS, P.ASYLUM_ACCOMMODATION),
    (812.0, E.SUPPORT_STARTED),
    (T0, E.CG_POSITIVE),
]


def ends(support, asylum, to=P.STREET):
    """A life in which support and asylum accommodation end on these days (None: never)."""
    told = []
    if support is not None:
        told.append((support, E.SUPPORT_ENDED, D.MOVED_ON))
    if asylum is not None:
        told.append((asylum, E.MOVED, to, D.PLACE_ENDED))
    return BEGINS + sorted(told, key=lambda one: one[0])


def found(*told):
    lives = followed(*told, t0=T0)
    return lives, two_cliffs(lives, find_exits(lives))


def test_both_ends_within_56_days_are_together_whichever_comes_first():
    _, cliffs = found(
        *(ends(1045, 1101), ends(1101, 1045), ends(1045, 1102)),
        *(ends(1045, None), ends(None, 1100), ends(1045, 1045)),
    )
    assert cliffs.both.tolist() == [True, True, True, False, False, True]
    assert cliffs.together.tolist() == [True, True, False, False, False, True]


def test_ends_before_the_decision_and_after_follow_up_do_not_count():
    _, cliffs = found(ends(1045, 990), ends(1045, T0 + 730), ends(1045, T0 + 729))
    assert cliffs.both.tolist() == [False, False, True]


@pytest.mark.parametrize("to", [P.OUT_OF_CONTACT, P.CUSTODY])
def test_going_missing_or_to_prison_is_no_end_of_asylum_accommodation(to):
    _, cliffs = found(ends(1045, 1060, to))
    assert not cliffs.both.any()


def test_days_after_the_first_and_the_second_cliff_are_told_apart():
    on_the_street_from_the_second = ends(1045, 1065)
    lives, cliffs = found(on_the_street_from_the_second, ends(1045, None))
    first, second = insecure_after(lives, cliffs)
    assert first.tolist() == [70.0]
    assert second.tolist() == [90.0]


def test_who_is_outside_which_reform():
    refused = (1100.0, E.APPLICATION_REFUSED, D.NOT_ELIGIBLE)
    told = [
        [*BEGINS, (1045.0, E.SUPPORT_ENDED, D.MOVED_ON), refused],
        [*BEGINS, (1030.0, E.LEAVE_GRANTED, D.VTS), (1045.0, E.SUPPORT_ENDED, D.MOVED_ON)],
        [*BEGINS, (T0 + 400, E.ASYLUM_GRANTED)],
        [*BEGINS, (1200.0, E.MAIN_DUTY_REFUSED, D.NO_PRIORITY_NEED), (1201.0, E.REGISTER_REFUSED)],
        [*BEGINS, (1200.0, E.APPLICATION_REFUSED, D.NOT_HOMELESS)],
    ]
    lives = followed(*told, t0=T0)
    status = np.array([NO_STATUS, NO_STATUS, PENDING, 0, ImmigrationStatus.EU_PRE_SETTLED], dtype=np.uint8)
    who = outside(lives, status)
    assert who.at_t0.tolist() == [True, True, True, False, True]
    assert who.all_year.tolist() == [True, False, True, False, True]
    assert who.refused.tolist() == [True, False, False, False, False]
    assert who.no_priority.tolist() == [False, False, False, True, False]
    assert who.no_register.tolist() == [False, False, False, True, False]
    assert ineligible_at_exit(lives, find_exits(lives), status).tolist() == [True, False]
    table = reach(who)
    assert sum(table.values()) == 5
    assert table["not eligible", "", ""] == 4
    assert table["eligible", "no priority need", "no register"] == 1


def test_the_measures_stand_among_the_outcomes_of_a_run():
    log = log_of(ends(1045, 1060), ends(1045, None))
    cohort = Cohort(np.array([0, 1], np.int32), np.full(2, T0), 900.0, None)
    everybody = people(2, status=np.array([PENDING, NO_STATUS], np.uint8))
    rows = measure(everybody, log, cohort, FAR, 730.0, calendar=False).rows
    values = {row["metric"]: row["value"] for row in rows if row["group"] == "all"}
    assert values["two_cliffs_share"] == 0.5
    assert values["two_cliffs_56_share"] == 0.5
    assert values["ineligible_at_t0_share"] == 1.0
    assert values["ineligible_at_exit_share"] == 1.0
    assert values["second_cliff_insecure_days_90"] == 90.0
