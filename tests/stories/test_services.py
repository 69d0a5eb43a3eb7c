"""Services on one mechanism: a user's own, early hand-over, thresholds, barriers, waits; and the pilots."""

from datetime import date

import numpy as np
import pytest

from sim.config.compose import baseline, scenario, world
from sim.config.mistakes import ConfigurationError
from sim.engine.log import Detail, Event
from sim.people.codes import ImmigrationStatus, Region
from sim.validate import la_pathway
from tests.small_world import Made, build, days_of, life, made, quiet, run, scaled

SHORT = {"policy.start": "2021-04-01", "experiment.horizon": "2024-03-31"}
OWN = {
    "title": "Peer mentors",
    "offered_share": 1,
    "accepted_share": 1,
    "offset_days": 7,
    "confirmed_only": False,
    "places": "unlimited",
    "patience_mean_days": 1e6,
    "duration_min_days": 50,
    "duration_mean_days": 50,
    "named_worker": True,
    "contact_interval_days": 14,
    "crisis_ratio": 1,
    "cost_per_week": 30,
    "payer": "charity",
    "decided_by": "provider",
}


def mentors(**changed):
    """An override that declares a service of one's own."""
    told = ", ".join(f"{name}: {str(value).lower()}" for name, value in (OWN | changed).items())
    return {"+services.peer_mentors": "{" + told + "}"}


def number(of, name="peer_mentors"):
    return Detail.SERVICE_BASE + sorted(of.services).index(name)


def told(of, people, name="peer_mentors", row=0):
    """What happened to somebody with one service: (event, day)."""
    log = run(people, of)
    return [(h.event, h.time) for h in life(log, row) if h.detail == number(of, name)], log


def test_a_service_of_ones_own_needs_no_code():
    of = quiet(SHORT, mentors())
    events, log = told(of, made([Made(date(2020, 1, 6))]))
    (left,) = days_of(log, Event.SUPPORT_ENDED)
    assert events == [
        (Event.SERVICE_OFFERED, left + 7),
        (Event.SERVICE_STARTED, pytest.approx(left + 7, abs=1e-5)),
        (Event.CONTACT_STARTED, pytest.approx(left + 7, abs=1e-5)),
        (Event.CONTACT_ENDED, pytest.approx(left + 57, abs=1e-5)),
        (Event.SERVICE_ENDED, pytest.approx(left + 57, abs=1e-5)),
    ]


def test_a_service_of_ones_own_changes_nobodys_luck_in_the_others():
    small = {"people.arrivals.multiplier": 0.01, "experiment.horizon": "2029-04-01"}
    today = world(baseline(()), small)
    more = baseline([f"{path}={value}" for path, value in (mentors(named_worker=False) | small).items()])
    people = build(today)
    one, other = run(people, today), run(people, more)
    assert np.sum(other.detail == number(more)) > 50

    def others(of, log):
        names = sorted(of.services)
        return [
            (p, t, e, names[d - Detail.SERVICE_BASE] if Detail.SERVICE_BASE <= d < 116 else d)
            for p, t, e, d in zip(
                log.person.tolist(), log.time.tolist(), log.event.tolist(), log.detail.tolist(), strict=True
            )
            if not (of is more and d == number(more))
        ]

    assert others(today, one) == others(more, other)


def test_an_early_handover_begins_before_the_end_and_is_planned_from_the_day_it_is_known():
    of = quiet(SHORT, mentors(offset_days=-20))
    events, log = told(of, made([Made(date(2020, 1, 6))]))
    (left,) = days_of(log, Event.SUPPORT_ENDED)
    (confirmed,) = days_of(log, Event.CG_POSITIVE)
    assert left == confirmed + 45
    assert events[0] == (Event.SERVICE_OFFERED, left - 20)
    # sixty days are more than the 45 for which the end is known: work begins the next day
    of = quiet(SHORT, mentors(offset_days=-60))
    events, _ = told(of, made([Made(date(2020, 1, 6))]))
    assert events[0] == (Event.SERVICE_OFFERED, pytest.approx(confirmed + 1, abs=1e-5))


def test_an_early_handover_moves_with_the_end():
    extended = {
        "support.needs_assessment.first_requested_share": 1,
        "support.needs_assessment.again_requested_share": 0,
        "support.needs_assessment.fully_agreed": 1,
        "support.needs_assessment.partly_agreed": 0,
        "support.needs_assessment.notice_days": 30,
        "support.needs_assessment.mean_post_cg_stay_days": 400,
    }
    events, log = told(quiet(SHORT, extended, mentors(offset_days=-10)), made([Made(date(2020, 1, 6))]))
    (left,) = days_of(log, Event.SUPPORT_ENDED)
    (confirmed,) = days_of(log, Event.CG_POSITIVE)
    assert left > confirmed + 100
    assert events[0] == (Event.SERVICE_OFFERED, pytest.approx(left - 10, abs=1e-5))


@pytest.mark.parametrize(
    ("changed", "who", "last"),
    [
        ({"accepted_share": 0}, {}, Event.SERVICE_DECLINED),
        ({"criteria_not_met_share": 1}, {}, Event.SERVICE_CRITERIA_NOT_MET),
        ({"needs_recourse": True}, {"status": ImmigrationStatus.NO_STATUS}, Event.SERVICE_NO_RECOURSE),
        ({"needs_recourse": True}, {}, Event.SERVICE_ENDED),
        ({"childcare_ratio": 0}, {"dependants": True}, Event.SERVICE_KEPT_OUT),
        ({"childcare_ratio": 0}, {}, Event.SERVICE_ENDED),
        ({"outside_wait_median_days": 10}, {}, Event.SERVICE_ENDED),
        ({"outside_wait_median_days": 10, "patience_mean_days": 0}, {}, Event.SERVICE_WAIT_GIVEN_UP),
        ({"places": 0, "patience_mean_days": 5}, {}, Event.SERVICE_WAIT_GIVEN_UP),
        ({"eligible_only": True}, {"status": ImmigrationStatus.NO_STATUS}, None),
        ({"sex": "female"}, {}, None),
        ({"sex": "female"}, {"female": True}, Event.SERVICE_ENDED),
        ({"age_at_referral": "child"}, {}, None),
        ({"need": "english"}, {}, None),
        ({"need": "health"}, {"health_need": True}, Event.SERVICE_ENDED),
        ({"need": "legal"}, {"status": ImmigrationStatus.NO_STATUS}, Event.SERVICE_ENDED),
        ({"need": "housing"}, {}, None),
        ({"need": "work", "need_share": 0}, {}, None),
        ({"areas": "{london: 1}"}, {}, None),
        ({"areas": "{london: 1}"}, {"region": Region.LONDON}, Event.SERVICE_ENDED),
        ({"counted_from": "support_start"}, {}, Event.SERVICE_ENDED),
    ],
)
def test_what_an_offer_leads_to(changed, who, last):
    of = quiet(SHORT, mentors(**changed))
    events, _ = told(of, made([Made(date(2020, 1, 6), **who)]))
    assert (events[-1][0] if events else None) == last


def test_a_barrier_that_is_removed_keeps_nobody_out():
    of = quiet(SHORT, mentors(childcare_ratio=0), {"barriers.childcare": 0})
    events, _ = told(of, made([Made(date(2020, 1, 6), dependants=True)]))
    assert events[-1][0] == Event.SERVICE_ENDED


def test_an_outside_wait_of_no_spread_is_its_median():
    events, _ = told(quiet(SHORT, mentors(outside_wait_median_days=40)), made([Made(date(2020, 1, 6))]))
    assert events[1] == (Event.SERVICE_STARTED, pytest.approx(events[0][1] + 40, abs=1e-5))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"offset_days": -5, "counted_from": "support_start"}, "offset_days (-5) must be 0 or more"),
        ({"outside_wait_median_days": 5, "places": 3}, "places (3) must be unlimited"),
        ({"areas": "{leeds: 1}"}, "'leeds' is not a region; allowed: north_east"),
    ],
)
def test_a_service_that_cannot_be_is_refused(changed, words):
    with pytest.raises(ConfigurationError) as caught:
        quiet(SHORT, mentors(**changed))
    assert words in str(caught.value)


# --------------------------------------------------------------------------------------------- the pilots
def test_the_pilots_reported_what_they_reported():
    pilots = la_pathway.published()
    assert (pilots.referrals, pilots.rejected) == (173, 30)
    assert pilots.rejected_share == pytest.approx(0.173, abs=0.001)


def test_the_option_is_counted_as_the_pilots_were():
    before = scaled(baseline(["experiment.horizon=2029-04-01"]), 0.03)
    levers = {path: new for path, (_, new) in scenario(["la_pathway"]).changes.items()}
    assert levers == {"services.la_pathway.offered_share": levers["services.la_pathway.offered_share"]}
    everywhere = {"services.la_pathway.areas": {}, "services.la_pathway.offered_share": 1}
    after = world(before, everywhere)
    people = build(before)
    log = run(people, before, after)
    k = sorted(after.services).index("la_pathway")
    work = before.services["bright_future"].need_share
    found, pilots = la_pathway.simulated(people, log, k, work), la_pathway.published()
    own = log.detail == Detail.SERVICE_BASE + k
    count = {event: int(np.sum(own & (log.event == event))) for event in Event}
    assert found.referrals == count[Event.SERVICE_OFFERED] - count[Event.SERVICE_DECLINED] - count[75]
    assert found.rejected_no_recourse == count[Event.SERVICE_NO_RECOURSE]
    assert found.rejected_no_housing == count[Event.SERVICE_CRITERIA_NOT_MET]
    assert found.referrals > 20
    assert 0 < found.rejected_share < 0.5
    assert 0 < found.need_accommodation <= 1
    error = (work * (1 - work) / found.referrals) ** 0.5
    assert abs(found.need_work - work) < 4 * error
    assert pilots.need_work < work < pilots.need_work + 0.05, "an input: over a third needed work"


def test_without_the_option_there_is_nothing_to_count():
    of = quiet(SHORT)
    with pytest.raises(la_pathway.SimError, match="nobody was referred to la_pathway"):
        la_pathway.simulated(made([Made(date(2020, 1, 6))]), run(made([Made(date(2020, 1, 6))]), of), 5)


def test_a_service_counted_from_the_positive_decision_is_offered_so_many_days_after_it():
    of = quiet(SHORT, mentors(counted_from="cg_positive", confirmed_only=True))
    events, log = told(of, made([Made(date(2020, 1, 6))]))
    (confirmed,) = days_of(log, Event.CG_POSITIVE)
    assert events[0] == (Event.SERVICE_OFFERED, confirmed + 7)
