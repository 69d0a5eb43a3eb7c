"""The two precedents: what is read from the log, and what stands beside it on the page."""

import csv

import numpy as np
import pytest

from sim.outcomes.spells import story_of
from sim.validate.precedents import duties_after_asylum, relief_and_acceptances
from sim.validate.published import compare, folder, record
from tests.outcome_logs import E, P, log_of

GRANT = [(100.0, E.COMMUNITY_LIFE_BEGINS, P.ASYLUM_ACCOMMODATION), (200.0, E.ASYLUM_GRANTED)]


def story(*lives):
    return story_of(log_of(*lives), np.arange(len(lives)))


def test_prevention_counts_where_it_comes_first_and_relief_where_homelessness_did():
    when, prevention = duties_after_asylum(
        story(
            [*GRANT, (230.0, E.PREVENTION_STARTED), (256.0, E.PREVENTION_ENDED), (256.0, E.RELIEF_STARTED)],
            [*GRANT, (228.0, E.MOVED, P.STREET), (260.0, E.RELIEF_STARTED)],
            [*GRANT, (228.0, E.MOVED, P.STREET)],
        )
    )
    assert when.tolist() == [230.0, 260.0]
    assert prevention.tolist() == [True, False]


def test_only_grants_in_asylum_accommodation_and_duties_within_half_a_year_count():
    when, _ = duties_after_asylum(
        story(
            [(100.0, E.COMMUNITY_LIFE_BEGINS, P.FRIENDS), *GRANT[1:], (220.0, E.RELIEF_STARTED)],
            [*GRANT, (200.0 + 184, E.RELIEF_STARTED)],
            [*GRANT, (200.0 + 183, E.RELIEF_STARTED)],
            [(100.0, E.RELIEF_STARTED), *GRANT],
        )
    )
    assert when.tolist() == [383.0]


def test_acceptances_and_relief_are_those_of_people_confirmed_by_then():
    relief, accepted = relief_and_acceptances(
        story(
            [(1.0, E.RELIEF_STARTED), (2.0, E.CG_POSITIVE), (57.0, E.MAIN_DUTY_ACCEPTED)],
            [(1.0, E.CG_POSITIVE), (5.0, E.RELIEF_STARTED), (61.0, E.MAIN_DUTY_REFUSED)],
            [(5.0, E.RELIEF_STARTED), (61.0, E.MAIN_DUTY_ACCEPTED)],
        )
    )
    assert relief.tolist() == [5.0]
    assert accepted.tolist() == [57.0]


def test_a_log_without_duties_has_no_share():
    when, prevention = duties_after_asylum(story(GRANT))
    assert len(when) == len(prevention) == 0


def test_the_published_shares_are_those_of_the_quarterly_tables():
    rows = csv.DictReader((folder() / "hclic_england_quarterly.csv").open(encoding="utf-8"))
    tables = {
        row["quarter"]: float(row["prevention_left_asylum_support"])
        / (float(row["prevention_left_asylum_support"]) + float(row["relief_left_asylum_support"]))
        for row in rows
    }
    published = {one.period: one.value for one in record() if one.measure == "asylum_prevention_share"}
    assert len(published) == 14
    for quarter, value in published.items():
        assert value == pytest.approx(tables[quarter], abs=0.0006), quarter
    assert 0.36 <= published["2022Q3"] <= 0.39
    assert 0.20 <= min(published.values()) <= 0.24


def test_shares_are_compared_as_shares():
    wanted = ("asylum_prevention_share", "2024Q2")
    (figure,) = [one for one in record() if (one.measure, one.period) == wanted]
    assert figure.is_part
    (hit,) = compare([figure], {("asylum_prevention_share", "share", "2024Q2"): [0.18, 0.19]})
    (missed,) = compare([figure], {("asylum_prevention_share", "share", "2024Q2"): [0.30, 0.40]})
    assert hit.hit
    assert missed.hit is False
