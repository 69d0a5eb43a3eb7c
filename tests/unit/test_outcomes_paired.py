"""Differences, their intervals, and a registry that names every figure measured."""

import math

import numpy as np
import pytest

from sim.config.compose import baseline
from sim.errors import SimError
from sim.outcomes.costs import prices_of
from sim.outcomes.measure import measure
from sim.outcomes.paired import (
    COUPLING_NOTE,
    ONE_REPLICATION,
    across,
    across_replications,
    gain_lose,
    paired,
)
from sim.outcomes.registry import HEADLINES, METRICS, metric
from tests.outcome_logs import D, E, Figures, P, cohort_of, log_of, people

TODAY = baseline()
PRICES = prices_of(TODAY.costs, TODAY.services)
LIVES = [
    [
        (-90, E.REFERRED),
        (-80, E.RG_POSITIVE),
        (-80, E.COMMUNITY_LIFE_BEGINS, P.STREET),
        (-70, E.SUPPORT_STARTED),
        (-70, E.CONTACT_STARTED, D.VICTIM_CARE),
        (0, E.CG_POSITIVE),
        (45, E.SUPPORT_ENDED, D.MOVED_ON),
        (45, E.CONTACT_ENDED, D.VICTIM_CARE),
        (60.125, E.CRISIS),
        (99.375, E.MOVED, P.PRIVATE_HOME),
        (400, E.DIED, P.LEFT_MODEL),
    ],
    [(-90, E.REFERRED), (-80, E.COMMUNITY_LIFE_BEGINS, P.ASYLUM_ACCOMMODATION), (0, E.CG_POSITIVE)],
]


def measured(lives=LIVES):
    shifted = [[(day + 1000, *rest) for day, *rest in life] for life in lives]
    log = log_of(*shifted)
    return measure(people(len(lives)), log, cohort_of(log, 1000), 2000.0, 730, prices=PRICES)


# ---------------------------------------------------------------- rows and registry


def test_every_metric_of_the_registry_is_measured_once_and_nothing_else():
    named = [row["metric"] for row in measured().rows if row["group"] == "all"]
    assert sorted(named) == sorted(METRICS)


def test_every_headline_is_told_for_every_group_and_every_dimension_is_exhaustive():
    rows = measured().rows
    told = {(row["metric"], row["group"]) for row in rows}
    groups = {group for _, group in told if "=" in group and not group.startswith("exit=")}
    assert {group.split("=")[0] for group in groups} == {
        "sex",
        "nationality",
        "exploitation",
        "region",
        "dependants",
        "status",
        "place",
        "support",
    }
    assert all((name, group) in told for name in HEADLINES for group in groups)
    value = Figures(rows)
    for dimension in {group.split("=")[0] for group in groups}:
        members = [value("cohort_people", g) for g in groups if g.startswith(dimension + "=")]
        assert sum(members) == 2


def test_every_metric_has_a_sentence_a_unit_and_a_formula():
    for name, about in METRICS.items():
        assert about.name == name
        assert len(about.sentence) > 10
        assert about.formula
        assert about.better in {"lower", "higher", "none"}
    counted = {"people", "households", "homes", "nights", "events", "decisions", "duties", "supports"}
    counted |= {"crises"}
    measured = {"share", "ratio", "days", "weeks", "years", "person-days", "events per person-year"}
    assert {about.unit for about in METRICS.values()} == {*counted, *measured, "£", "£ million"}
    sentences = [about.sentence for about in METRICS.values()]
    assert len(set(sentences)) == len(sentences), "two figures are told by the same words"


def test_an_unknown_metric_is_answered_with_the_nearest():
    with pytest.raises(
        SimError, match="'insecure_days_year1' is not measured; nearest: insecure_days_year_1"
    ):
        metric("insecure_days_year1")


def test_a_cohort_of_nobody_has_no_figures_rather_than_noughts():
    log = log_of([(5, E.REFERRED)])
    cohort = cohort_of(log_of(), 0.0)
    value = Figures(measure(people(1), log, cohort, 1000.0, 730).rows)
    assert value("cohort_people") == 0
    assert math.isnan(value("insecure_days_year_1"))
    assert math.isnan(value("harm_by_day_365"))


def test_recurrent_events_are_counted_per_year_in_the_community():
    value = Figures(measured().rows)
    # One rough spell; 400 days of one survivor and 730 of the other in the community.
    assert value("rp6_per_person_year") == pytest.approx(1 / (1130 / 365.25))


# ---------------------------------------------------------------- differences


def test_identical_logs_differ_by_exactly_nothing():
    differences = paired(measured().rows, measured().rows)
    known = {key: value for key, value in differences.items() if not math.isnan(value)}
    assert set(known.values()) == {0.0}
    assert all((name, "all") in known for name in HEADLINES)


def test_one_more_day_on_the_street_is_half_a_day_on_average():
    longer = [[*LIVES[0]], LIVES[1]]
    longer[0][9] = (100.375, E.MOVED, P.PRIVATE_HOME)
    differences = paired(measured(longer).rows, measured().rows)
    assert differences["insecure_days_year_1", "all"] == 0.5
    assert differences["insecure_days_year_1", "place=insecure or none"] == 1.0
    assert differences["insecure_days_year_1", "place=asylum accommodation"] == 0.0
    assert differences["insecure_days_year_2", "all"] == 0.0


def test_days_that_are_put_off_are_gone_from_the_first_year_and_stand_in_the_second():
    start = [*LIVES[1][:1], (-80, E.COMMUNITY_LIFE_BEGINS, P.SAFEHOUSE), (0, E.CG_POSITIVE)]
    sooner = [[*start, (45, E.MOVED, P.FRIENDS), (75, E.MOVED, P.PRIVATE_HOME)], LIVES[1]]
    later = [[*start, (410, E.MOVED, P.FRIENDS), (440, E.MOVED, P.PRIVATE_HOME)], LIVES[1]]
    never = [[*start, (45, E.MOVED, P.PRIVATE_HOME)], LIVES[1]]
    delayed, removed = (paired(measured(lives).rows, measured(sooner).rows) for lives in (later, never))
    assert [delayed[f"insecure_days_year_{year}", "all"] for year in (1, 2)] == [-15.0, 15.0]
    assert [removed[f"insecure_days_year_{year}", "all"] for year in (1, 2)] == [-15.0, 0.0]


def test_rows_that_stand_on_one_side_only_are_refused():
    rows = measured().rows
    with pytest.raises(SimError, match="stands in the baseline only"):
        paired(rows[1:], rows)


def test_two_infinite_medians_do_not_differ():
    row = {"metric": "c7_days_to_settled_median", "group": "all", "value": math.inf}
    assert list(paired([row], [row]).values()) == [0.0]


def test_the_interval_is_that_of_student():
    found = across([1.0, 2.0, 3.0, 4.0])
    # mean 2.5, sd 1.290994, n 4: half width 3.182446 x 1.290994 / 2
    assert found.mean == 2.5
    assert (found.low, found.high) == pytest.approx((2.5 - 2.054260, 2.5 + 2.054260), abs=1e-5)


def test_one_replication_has_no_interval_and_says_so():
    found = across([3.0])
    assert (found.mean, found.low, found.high, found.n) == (3.0, None, None, 1)
    assert found.note == ONE_REPLICATION


def test_what_could_not_be_measured_is_left_out_and_counted():
    found = across([1.0, math.nan, 1.0])
    assert (found.mean, found.n, found.low, found.high) == (1.0, 2, 1.0, 1.0)
    assert across([math.nan]).n == 0
    with pytest.raises(SimError, match="no replication"):
        across_replications([])


def test_who_gains_and_who_loses_carries_its_warning():
    base = {"id": np.arange(4), "insecure_days_365": np.array([10.0, 20.0, 0.0, 5.0])}
    ours = {"id": np.arange(4), "insecure_days_365": np.array([5.0, 25.0, 0.0, 4.0])}
    found = gain_lose(ours, base, "insecure_days_365")
    assert (found.gain, found.lose, found.equal, found.n) == (0.5, 0.25, 0.25, 4)
    assert found.label == COUPLING_NOTE == "depends on the coupling"
    with pytest.raises(SimError, match="different cohorts"):
        gain_lose({**ours, "id": np.arange(1, 5)}, base, "insecure_days_365")
