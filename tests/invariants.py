"""What must hold in the log of every run, whatever its configuration; `check` asks all of it.

Order, pairs of events that begin and end in turns, places and their capacity, nobody lost. Holds no test.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.config.schema import Parameters
from sim.engine.clock import day_of
from sim.engine.log import Detail, Event, EventLog, Place
from sim.people.codes import Group
from sim.people.population import Population

PLACE_CHANGES = (Event.COMMUNITY_LIFE_BEGINS, Event.MOVED, Event.LEFT_UK, Event.DIED)
LAST = (Event.LEFT_UK, Event.DIED)
PAIRS = {
    "support": ((Event.SUPPORT_STARTED,), (Event.SUPPORT_ENDED,)),
    "bed": ((Event.BED_TAKEN,), (Event.BED_LEFT,)),
    "bed line": (
        (Event.BED_REQUESTED,),
        (Event.BED_TAKEN, Event.BED_DECLINED, Event.BED_WAIT_GIVEN_UP),
    ),
    "bridging": ((Event.BRIDGING_TAKEN,), (Event.BRIDGING_LEFT,)),
    "bridging line": ((Event.BRIDGING_REQUESTED,), (Event.BRIDGING_TAKEN, Event.BRIDGING_WAIT_GIVEN_UP)),
    "missing": ((Event.WENT_MISSING, Event.RE_EXPLOITED), (Event.BACK_IN_CONTACT,)),
    "prevention": ((Event.PREVENTION_STARTED,), (Event.PREVENTION_ENDED,)),
    "relief": ((Event.RELIEF_STARTED,), (Event.RELIEF_ENDED,)),
    "main duty": ((Event.MAIN_DUTY_ACCEPTED,), (Event.MAIN_DUTY_ENDED,)),
}
"""Spells that begin and end in turns. A line for a bed and being away may also end without a word."""
SILENT_ENDS = ("bed line", "bridging line", "missing")


def chosen(log: EventLog, *events: Event, detail: int | None = None) -> Any:
    mask = np.isin(log.event, events)
    return mask if detail is None else mask & (log.detail == detail)


def same_person_before(log: EventLog) -> Any:
    """Whether a line's predecessor belongs to the same person, shape (n_events,)."""
    return np.concatenate([[False], log.person[1:] == log.person[:-1]])[: len(log)]


def check_order(log: EventLog, horizon: float) -> None:
    same = same_person_before(log)
    steps = np.diff(log.time, prepend=0.0)[: len(log)]
    assert (steps[same] >= 0).all(), "events of a person are out of order of time"
    assert (np.diff(log.person) >= 0).all()
    assert (np.diff(log.visit, prepend=0)[same] >= 0).all()
    assert len(log) == 0 or (log.time.min() >= 0 and log.time.max() < horizon)
    first = log.event[~same]
    assert np.isin(first, (Event.REFERRED, Event.DECLINED_REFERRAL)).all()
    assert (log.visit[~same] == 0).all()
    before_last = np.roll(same, -1)  # lines with a successor of the same person
    if len(log):
        before_last[-1] = False
    assert not chosen(log, *LAST, Event.DECLINED_REFERRAL)[before_last].any(), (
        "something follows the last word"
    )


def check_decisions(log: EventLog) -> None:
    """RG+ comes before everything about CG, once a visit; a visit begins with its referral."""
    visit = log.person.astype(np.int64) * 5000 + log.visit
    positive = dict(zip(visit[m := chosen(log, Event.RG_POSITIVE)], log.time[m], strict=True))
    assert len(positive) == int(m.sum()), "two positive RG decisions in one visit"
    for event in (Event.CG_READY, Event.CG_POSITIVE, Event.CG_NEGATIVE, Event.CASE_CLOSED_UNDECIDED):
        later = chosen(log, event)
        assert all(
            number in positive and positive[number] <= time
            for number, time in zip(visit[later], log.time[later], strict=True)
        ), f"{event.name} without RG+"
    begins = np.concatenate([[True], visit[1:] != visit[:-1]])[: len(log)]
    assert chosen(log, Event.REFERRED, Event.DECLINED_REFERRAL)[begins].all()
    assert not chosen(log, Event.REFERRED)[~begins].any()


def check_pairs(log: EventLog) -> None:
    for name, (begin, end) in PAIRS.items():
        _alternates(log, chosen(log, *begin), chosen(log, *end), name, silent=name in SILENT_ENDS)
    for detail in np.unique(log.detail[chosen(log, Event.CONTACT_STARTED, Event.SERVICE_STARTED)]):
        for begin, end in (
            (Event.CONTACT_STARTED, Event.CONTACT_ENDED),
            (Event.SERVICE_STARTED, Event.SERVICE_ENDED),
        ):
            starts, ends = chosen(log, begin, detail=detail), chosen(log, end, detail=detail)
            _alternates(log, starts, ends, f"{begin.name} {detail}")


def _alternates(log: EventLog, starts: Any, ends: Any, name: str, *, silent: bool = False) -> None:
    lines = starts | ends
    person, sign = log.person[lines], starts[lines]
    if not len(person):
        return
    same = person[1:] == person[:-1]
    assert sign[np.concatenate([[True], ~same])].all(), f"{name} ends before it began"
    if silent:
        # two ends in a row are still wrong; two beginnings are not, since an end may come without a word
        assert not (same & ~sign[1:] & ~sign[:-1]).any(), f"{name} ends twice"
    else:
        assert (sign[1:] != sign[:-1])[same].all(), f"{name} does not begin and end in turns"


def check_places(log: EventLog) -> None:
    same = same_person_before(log)
    before = np.concatenate([[0], log.place[:-1]])[: len(log)]
    changed = (same & (log.place != before)) | (~same & (log.place != Place.UNKNOWN))
    assert np.isin(log.event[changed], PLACE_CHANGES).all(), "a place changed without a move"
    moved = chosen(log, Event.MOVED)
    assert (log.place != before)[moved].all(), "a move to the same place"
    assert (log.place[chosen(log, *LAST)] == Place.LEFT_MODEL).all()
    # in a safehouse exactly from moving in to moving out
    arrives = same & (log.place == Place.SAFEHOUSE) & (before != Place.SAFEHOUSE)
    follows = np.concatenate([[0], log.event[:-1]])[: len(log)]
    assert (follows[arrives] == Event.BED_TAKEN).all()
    assert int(arrives.sum()) == int(chosen(log, Event.BED_TAKEN).sum())
    # in a bridging home exactly from taking it to leaving it
    arrives = same & (log.place == Place.BRIDGING_HOME) & (before != Place.BRIDGING_HOME)
    assert int(arrives.sum()) == int(chosen(log, Event.BRIDGING_TAKEN).sum())
    leaves = same & (log.place != Place.BRIDGING_HOME) & (before == Place.BRIDGING_HOME)
    assert int(leaves.sum()) == int(chosen(log, Event.BRIDGING_LEFT).sum())


def in_use(log: EventLog, begin: Any, end: Any) -> tuple[Any, Any]:
    """Times and numbers in use after all that happened at each instant."""
    times = np.concatenate([log.time[begin], log.time[end]])
    steps = np.concatenate([np.ones(int(begin.sum())), -np.ones(int(end.sum()))])
    instants, where = np.unique(times, return_inverse=True)
    return instants, np.cumsum(np.bincount(where, weights=steps, minlength=len(instants)))


def check_capacity(log: EventLog, of: Parameters, before: Parameters | None = None) -> None:
    """Beds and service places in use rise only while they are below capacity (a cut turns nobody out)."""
    before = of if before is None else before
    policy = day_of(before.policy.start)
    if before.support.beds.bought_share_of_shortfall == of.support.beds.bought_share_of_shortfall == 0:
        days, values = _capacity(policy, before.support.beds.places.steps(), of.support.beds.places.steps())
        _within(log, chosen(log, Event.BED_TAKEN), chosen(log, Event.BED_LEFT), days, values, "beds")
    days, values = _capacity(policy, *(_fixed(one.places.bridging.places) for one in (before, of)))
    took, gave = chosen(log, Event.BRIDGING_TAKEN), chosen(log, Event.BRIDGING_LEFT)
    _within(log, took, gave, days, values, "bridging homes")
    for k, (name, service) in enumerate(sorted(of.services.items())):
        starts = chosen(log, Event.SERVICE_STARTED, detail=Detail.SERVICE_BASE + k)
        ends = chosen(log, Event.SERVICE_ENDED, detail=Detail.SERVICE_BASE + k)
        days, values = _capacity(policy, _fixed(before.services[name].places), _fixed(service.places))
        _within(log, starts, ends, days, values, name)


Steps = tuple[list[int], list[float]]


def _fixed(places: float | str) -> Steps:
    """A capacity that never changes, as steps."""
    return [0], [float("inf") if isinstance(places, str) else places]


def _capacity(policy: int, before: Steps, after: Steps) -> Steps:
    """Capacity by day where one set of steps holds up to the policy's first day, and another from then on."""
    steps = [(day, value) for day, value in zip(*before, strict=True) if day < policy]
    in_force = [value for day, value in zip(*after, strict=True) if day <= policy][-1]
    steps.append((policy, in_force))
    steps += [(day, value) for day, value in zip(*after, strict=True) if day > policy]
    return [day for day, _ in steps], [value for _, value in steps]


def _within(log: EventLog, begin: Any, end: Any, days: list[int], values: list[float], name: str) -> None:
    instants, used = in_use(log, begin, end)
    capacity = np.ceil(np.array(values))[np.searchsorted(days, instants, side="right") - 1]
    rises = np.diff(used, prepend=0.0) > 0
    assert (used >= 0).all()
    assert (used[rises] <= capacity[rises]).all(), f"more {name} in use than there are"


def check(log: EventLog, of: Parameters, people: Population, before: Parameters | None = None) -> None:
    """Everything; `before` are the rules up to the policy's first day, if they give out other places."""
    horizon = float(day_of(of.experiment.horizon))
    check_order(log, horizon)
    check_decisions(log)
    check_pairs(log)
    check_places(log)
    check_capacity(log, of, before)
    assert np.array_equal(np.unique(log.person), np.flatnonzero(people.arrival < horizon)), "somebody is lost"
    declined = people.group[log.person[chosen(log, Event.DECLINED_REFERRAL)]]
    assert (declined == Group.DECLINED).all()
    assert int((people.group == Group.DECLINED).sum()) == len(declined)
