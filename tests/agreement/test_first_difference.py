"""Where two logs part is told in words, and `check agreement` says so."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sim.engine.compiled import run as compiled
from sim.engine.compiled.agreement import check_agreement, first_difference
from sim.engine.log import Detail, Event, EventLog, LogWriter, Place
from sim.errors import SimError

SMALL = ("people.arrivals.multiplier=0.002", "experiment.horizon=2029-06-01")


def _log(*told: tuple[int, float, int, int, int]) -> EventLog:
    writer = LogWriter()
    for person, day, event, place, detail in told:
        writer.note(person, 0, day, event, place, detail)
    return writer.finish()


REFERRED = (4, 3.0, int(Event.REFERRED), int(Place.UNKNOWN), 0)
DECIDED = (4, 9.5, int(Event.RG_POSITIVE), int(Place.UNKNOWN), int(Detail.FIRST_DECISION))
OTHER = (2, 8.0, int(Event.SERVICE_STARTED), int(Place.STREET), int(Detail.SERVICE_BASE) + 3)


def test_equal_logs_do_not_part() -> None:
    assert first_difference(_log(REFERRED, OTHER), _log(OTHER, REFERRED)) is None


def test_the_earliest_day_comes_first_whoever_it_is() -> None:
    one = _log(OTHER, REFERRED, DECIDED)
    other = _log((2, 8.25, *OTHER[2:]), (4, 3.5, *REFERRED[1:][1:]), DECIDED)
    text = first_difference(one, other, ("reference", "compiled"))
    assert text is not None
    first = "The logs part at day 3.0 (2014-01-04), at event 1 of person 4"
    assert text.splitlines()[0] == f"{first} (2 events in reference, 2 in compiled)."
    assert "> day 3.5  visit 0  REFERRED  place UNKNOWN" in text


def test_events_that_are_missing_are_told() -> None:
    text = first_difference(_log(REFERRED, DECIDED, OTHER), _log(REFERRED, OTHER))
    assert text is not None
    assert "at day 9.5" in text
    assert "> day 9.5  visit 0  RG_POSITIVE  FIRST_DECISION  place UNKNOWN" in text
    assert "> nothing more" in text


def test_services_are_named_by_number() -> None:
    text = first_difference(_log(OTHER), _log())
    assert text is not None
    assert "SERVICE_STARTED  SERVICE 3  place STREET" in text


def test_check_agreement_says_what_was_compared() -> None:
    text = check_agreement(SMALL, ["priority_need"])
    assert text.startswith("Both engines agree to the last bit on priority_need, seed ")


def test_check_agreement_shows_where_they_part(monkeypatch: pytest.MonkeyPatch) -> None:
    real = compiled.simulate

    def altered(*told):
        log = real(*told)
        time = log.time.copy()
        time[np.searchsorted(log.person, 3) + 1] += 2.0**-20
        return dataclasses.replace(log, time=time)

    monkeypatch.setattr(compiled, "simulate", altered)
    with pytest.raises(
        SimError, match=r"do not agree on baseline, seed \d+.\nThe logs part at day"
    ) as caught:
        check_agreement(SMALL)
    assert "of person 3 " in str(caught.value)
    assert caught.value.exit_code == 1
