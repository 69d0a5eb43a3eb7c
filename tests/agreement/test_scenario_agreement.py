"""Both engines write the same log for every scenario, for pairs, and for the levers no scenario moves."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from sim.config.compose import available, baseline, scenario, world
from sim.engine.compiled import run as compiled
from sim.people.population import build
from tests.agreement.engines import TIGHT, agree, small
from tests.robustness.whole_worlds import contradict

STORIES = tuple(card.name for card in available() if card.name != "baseline")


PAIRS = tuple(pair for pair in combinations(STORIES, 2) if not contradict(*pair))
EVERYDAY = tuple(pair for pair in PAIRS if abs(STORIES.index(pair[0]) - STORIES.index(pair[1])) == 2)


def _after(names: tuple[str, ...], before: Any, **changed: Any) -> Any:
    """A scenario's levers, laid over a small world."""
    levers = {path: new for path, (_, new) in scenario(list(names)).changes.items()}
    return world(before, levers | changed)


def test_baseline_agrees() -> None:
    log = agree(small(), small())
    assert len(log) > 10_000


@pytest.mark.parametrize("name", STORIES)
def test_scenario_agrees(name: str) -> None:
    agree(small(0.005), _after((name,), small(0.005)))


@pytest.mark.parametrize(
    "pair",
    [pytest.param(one, marks=() if one in EVERYDAY else pytest.mark.deep) for one in PAIRS],
    ids="+".join,
)
def test_pair_of_scenarios_agrees(pair: tuple[str, str]) -> None:
    before = small(0.004, start="2025-09-18")
    agree(before, _after(pair, before), seed=7)


def test_pairs_are_found() -> None:
    assert len(STORIES) >= 5
    assert len(PAIRS) >= 7


LEVERS: dict[str, dict[str, Any]] = {
    "fixed workers": {"support.casework.workers": "fixed", "support.floor.casework_days": 300},
    "fixed workers, few clients each": {
        "support.casework.workers": "fixed",
        "support.casework.clients_per_worker": 3,
    },
    "detained after the decision": {
        "risk.detained_per_year": 2.5,
        "places.custody_mean_days": 25,
        "housing.line.offers": "queue",
        "housing.line.starts": "2017-01-01",
    },
    "homes queued": {
        "housing.line.offers": "queue",
        "housing.line.starts": "2018-01-01",
        "housing.priority_need.confirmed_survivors": True,
    },
    "homes queued for long": {
        "housing.line.offers": "queue",
        "housing.line.starts": "2022-06-01",
        "housing.line.wait_share": 0.9,
        "housing.main_duty.refused_offer_share": 0.2,
    },
    "beds bought": {"support.beds.bought_share_of_shortfall": 0.8, "support.beds.buying_lag_days": 30},
    "beds bought at once": {
        "support.beds.bought_share_of_shortfall": 1,
        "support.beds.buying_lag_days": 0,
    },
    "no beds": {"support.beds.places": 0},
    "everyone in support": {
        "policy.applies_to": "everyone_in_support",
        "support.floor": None,
    },
    "newest and by lot": {
        "decisions.conclusive_grounds.discipline.newest": 0.5,
        "decisions.conclusive_grounds.discipline.oldest": 0,
        "decisions.reasonable_grounds.discipline.newest": 0.2,
        "decisions.reasonable_grounds.discipline.oldest": 0.2,
    },
    "capacity follows demand": {
        "decisions.conclusive_grounds.capacity_rule.follow_from": "2016-02-01",
        "decisions.reasonable_grounds.capacity_rule.follow_from": "2015-01-01",
        "decisions.reasonable_grounds.capacity_rule.ratio": 0.95,
    },
    "services help": {
        "services.lifeline.crisis_ratio": 0.6,
        "services.lifeline.places": 3,
        "services.reach_in.places": 1,
        "services.reach_in.named_worker": True,
        "services.reach_in.contact_interval_days": 7,
        "risk.no_worker_ratio": 1.8,
        "risk.insecure_ratio": 2.5,
    },
    "other luck from the decision on": {"experiment.coupling": "independent"},
    "known by contact, waiting harms": {
        "experiment.coupling": "independent",
        "risk.detected_ratio_with_worker": 1.5,
        "risk.returns_ratio_with_worker": 0.5,
        "risk.limbo_ratio": 2,
        "risk.re_exploitation_per_year": 0.5,
    },
    "emergency support, criminal cases and losses at a hand-over": {
        "support.emergency_share": 0.6,
        "support.handover.worker_changes_per_year": 2,
        "support.handover.lost_share": 0.3,
        "support.handover.retold_ratio": 0.5,
        "decisions.criminal_case.own_share": 0.2,
        "decisions.criminal_case.witness_share": 0.1,
    },
    "leave renewed, and claims made later": {
        "status.temporary_permission.granted_share": 0.8,
        "status.temporary_permission.renewed_share": 0.5,
        "status.temporary_permission.paused_from": "2020-01-01",
        "status.temporary_permission.paused_until": "2020-09-14",
        "status.asylum.later_claim_share": 0.5,
        "status.asylum.later_claim_mean_days": 60,
        "status.asylum.fresh_claim_share": 0.7,
    },
    "no chance in durations": {
        "decisions.reasonable_grounds.handling_sigma": 0,
        "decisions.conclusive_grounds.ready_cv": 0,
        "support.first_contact_mean_days": 2,
        "status.asylum.decision_sigma": 0,
        "status.asylum.appeal_sigma": 0,
    },
}


def _values(told: dict[str, Any]) -> dict[str, Any]:
    values = {path: value for path, value in told.items() if value is not None}
    if "support.floor" in told:
        values |= {f"support.floor.{part}_days": 200 for part in ("casework", "bed", "subsistence")}
    return values


@pytest.mark.parametrize("levers", LEVERS)
@pytest.mark.parametrize("when", ["always", "from the policy on"])
def test_levers_agree(levers: str, when: str) -> None:
    basis = small(0.006, horizon="2024-01-09", start="2021-10-13")
    changed = world(basis, _values(LEVERS[levers]))
    agree(changed if when == "always" else basis, changed, seed=3)


@pytest.mark.parametrize(
    ("start", "horizon"),
    [("2014-01-02", "2014-01-03"), ("2014-03-31", "2016-04-01"), ("2019-02-28", "2019-03-01")],
)
def test_short_runs_agree(start: str, horizon: str) -> None:
    before = small(0.02, horizon=horizon, start=start)
    agree(before, _after(("extended_support_90", "priority_need"), before))


def test_a_world_without_people_agrees() -> None:
    before = world(small(), {"people.arrivals.multiplier": 0})
    assert len(agree(before, before)) == 0


def test_as_many_dated_values_as_there_are_months_agree() -> None:
    monthly = {f"{2014 + month // 12}-{1 + month % 12:02d}-01": 3 + month % 9 for month in range(200)}
    before = small(0.005, horizon="2024-01-09", start="2021-10-13")
    many = {"support.beds.places": monthly, "support.move_on_days": monthly}
    many |= {f"decisions.{desk}.capacity_per_quarter": monthly for desk in DESKS}
    many |= {f"decisions.{desk}.minimum_days": monthly for desk in DESKS[1:]}
    agree(before, world(before, many))


DESKS = ("reasonable_grounds", "conclusive_grounds")


def test_tenth_of_the_country_agrees() -> None:
    before = world(baseline(()), {"people.arrivals.multiplier": 0.1})
    agree(before, _after(("extended_support_180", "priority_need", "local_connection_exempt"), before))


@pytest.mark.deep
@pytest.mark.parametrize("applies_to", ["new_cg_positives", "everyone_in_support"])
def test_whole_country_agrees(applies_to: str) -> None:
    before = baseline(())
    names = ("extended_support_365", "priority_need", "local_connection_exempt")
    log = agree(before, _after(names, before, **{"policy.applies_to": applies_to}), seed=20260401)
    assert len(log) > 2_000_000


def test_tight_world_is_tight() -> None:
    """The small worlds would prove little if nobody ever waited or gave up."""
    from sim.engine.log import Event

    before = small()
    people = build(before.people, before.status, 1, 0, before.experiment.horizon)
    happened = set(compiled.simulate(people, before, before, 1, 0).event.tolist())
    rare = (Event.BED_WAIT_GIVEN_UP, Event.SERVICE_WAIT_GIVEN_UP, Event.CASE_CLOSED_UNDECIDED)
    assert happened >= {int(event) for event in rare}
    assert "support.beds.places" in TIGHT
