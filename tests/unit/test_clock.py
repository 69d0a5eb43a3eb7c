"""The clock's grid, the calendar of quarters, and the working days of England and Wales."""

import itertools
import math
import re
import sys
from datetime import date

import numpy as np
import pytest

from sim.engine import clock
from sim.engine.clock import GRID, LONGEST, add_working_days, day_of, on_grid, on_grid_array, working_days
from sim.errors import SimError
from sim.people import chance, variates


def durations():
    keys = chance.entity_keys(chance.root_key(8, 0, chance.Kind.WORLD), np.arange(20_000, dtype=np.uint64))
    return variates.lognormal_from_median_array(chance.uniforms(keys, 1), 20.0, 2.5)


def test_durations_are_rounded_up_to_the_grid_and_never_to_nothing():
    given = durations()
    rounded = on_grid_array(given)
    assert (rounded >= given).all()
    assert (rounded - given < GRID).all()
    assert (np.floor(rounded / GRID) == rounded / GRID).all()
    assert on_grid(0.0) == on_grid(1e-300) == on_grid(GRID) == GRID
    assert on_grid(math.nextafter(GRID, 1.0)) == 2 * GRID
    assert on_grid(45.0) == 45.0
    assert on_grid(45) == 45.0


def test_one_duration_and_many_agree_to_the_bit():
    given = [0.0, 45.0, GRID, LONGEST, *durations().tolist()]
    assert [on_grid(days) for days in given] == on_grid_array(np.array(given)).tolist()


def test_time_on_the_grid_adds_without_rounding():
    delays = on_grid_array(durations() % 4000.0).tolist()
    now = 0.0
    for before, delay in itertools.pairwise(delays):
        now = (now + before) % 7000.0
        assert now + ((now + delay) - now) == now + delay
        assert (now + delay) - now == delay


@pytest.mark.parametrize("wrong", [-1.0, -1e-12, math.nan, math.inf, 1e300])
def test_a_duration_that_is_none_is_refused(wrong):
    from sim.people.compiled_chance import c_on_grid

    given = re.escape(str(wrong))
    with pytest.raises(SimError, match=f"a duration of {given} days; allowed: 0 to 1099511627776 days"):
        on_grid(wrong)
    with pytest.raises(SimError, match=f"1 of 2 durations .* the first of them {given}"):
        on_grid_array(np.array([3.0, wrong]))
    with pytest.raises(ValueError, match="must be from 0 to"):
        c_on_grid(wrong)


def test_days_count_from_the_start_of_2014():
    assert day_of(date(2014, 1, 1)) == 0
    assert day_of(date(2015, 1, 1)) == 365
    assert day_of(date(2032, 3, 31)) == 6664
    assert clock.date_of(0.999) == date(2014, 1, 1)
    assert clock.date_of(-0.5) == date(2013, 12, 31)
    assert all(day_of(clock.date_of(day)) == day for day in range(-400, 8000))


def test_quarters_follow_the_calendar():
    assert clock.quarter_start(0) == 0
    assert clock.date_of(clock.quarter_start(47)) == date(2025, 10, 1)
    assert clock.quarter_start(-1) == -92
    for quarter in range(-4, 80):
        start, following = clock.quarter_start(quarter), clock.quarter_start(quarter + 1)
        assert 90 <= following - start <= 92
        assert clock.quarter_of(start) == quarter
        assert clock.quarter_of(following - GRID) == quarter
        assert clock.quarter_number(clock.quarter_label(quarter)) == quarter


def test_quarters_are_named():
    assert clock.QUARTERS[0] == "2014Q1"
    assert clock.QUARTERS[47] == "2025Q4"
    assert clock.QUARTERS[clock.quarter_of(day_of(date(2027, 4, 1)))] == "2027Q2"
    assert clock.quarter_label(-1) == "2013Q4"


@pytest.mark.parametrize("wrong", ["2014", "2014Q0", "2014Q5", "14Q1", "2014q1", "Q1 2014", "", "2014Q1 "])
def test_a_name_that_is_no_quarter_is_refused(wrong):
    with pytest.raises(SimError, match="allowed: four digits, Q and 1 to 4; nearest: '2014Q1'"):
        clock.quarter_number(wrong)


# Bank holidays in England and Wales on weekdays, as announced (GOV.UK, UK bank holidays).
BANK_HOLIDAYS = {
    2014: ["01-01", "04-18", "04-21", "05-05", "05-26", "08-25", "12-25", "12-26"],
    2016: ["01-01", "03-25", "03-28", "05-02", "05-30", "08-29", "12-26", "12-27"],
    2020: ["01-01", "04-10", "04-13", "05-08", "05-25", "08-31", "12-25", "12-28"],
    2021: ["01-01", "04-02", "04-05", "05-03", "05-31", "08-30", "12-27", "12-28"],
    2022: ["01-03", "04-15", "04-18", "05-02", "06-02", "06-03", "08-29", "09-19", "12-26", "12-27"],
    2023: ["01-02", "04-07", "04-10", "05-01", "05-08", "05-29", "08-28", "12-25", "12-26"],
    2027: ["01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"],
}


@pytest.mark.parametrize("year", BANK_HOLIDAYS)
def test_working_days_are_those_of_england_and_wales(year):
    table = working_days(2014, 2032)
    off = {day_of(date.fromisoformat(f"{year}-{day}")) for day in BANK_HOLIDAYS[year]}
    for day in range(day_of(date(year, 1, 1)), day_of(date(year + 1, 1, 1))):
        when = clock.date_of(day)
        assert table[day] == (when.weekday() < 5 and day not in off), when


def test_the_table_is_read_by_day_number_computed_once_and_not_to_be_changed():
    table = working_days(2014, 2032)
    assert len(table) == day_of(date(2033, 1, 1))
    assert working_days(2014, 2032) is table
    assert (working_days(2014, 2020) == table[: day_of(date(2021, 1, 1))]).all()
    with pytest.raises(ValueError, match="read-only"):
        table[0] = True


def test_the_clock_alone_does_not_load_the_calendar_of_holidays():
    import subprocess

    code = "import sys, sim.engine.clock; sys.exit('holidays' in sys.modules or 'numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize(
    ("start", "number", "wanted"),
    [
        ("2023-01-30", 5, "2023-02-06"),  # five working days after a Monday: the next Monday
        ("2022-12-22", 2, "2022-12-28"),  # over Christmas: the 23rd, then the 28th
        ("2022-12-24", 1, "2022-12-28"),  # from a Saturday
        ("2023-05-05", 9, "2023-05-19"),  # nine after a Friday, over the Coronation holiday
        ("2023-05-05", 0, "2023-05-05"),
        ("2023-05-06", 0, "2023-05-09"),  # nought from a Saturday: the next working day
    ],
)
def test_working_days_are_counted_from_the_day_after(start, number, wanted):
    table = working_days(2014, 2032)
    got = add_working_days(day_of(date.fromisoformat(start)), number, table)
    assert clock.date_of(got) == date.fromisoformat(wanted)
    assert table[got]


def test_working_days_can_be_counted_from_the_very_first_day_and_to_the_very_last():
    table = working_days(2014, 2014)
    assert add_working_days(0, 0, table) == 1  # New Year's Day is none
    assert add_working_days(0, 1, table) == 1
    assert add_working_days(363, 1, table) == 364
    assert add_working_days(364, 0, table) == 364


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: add_working_days(10, -1, working_days(2014, 2015)), "-1 working days .* nearest: 0"),
        (lambda: add_working_days(-1, 1, working_days(2014, 2015)), "2013-12-31.* nearest: 2014-01-01"),
        (lambda: add_working_days(725, 9, working_days(2014, 2015)), "day 0 to 729; nearest: 2015-12-31"),
        (lambda: working_days(2015, 2020), "from 2015 to 2020; .* nearest: 2014 to 2020"),
        (lambda: working_days(2014, 2013), "nearest: 2014 to 2014"),
    ],
)
def test_a_day_outside_the_calendar_is_refused(call, message):
    with pytest.raises(SimError, match=message):
        call()
