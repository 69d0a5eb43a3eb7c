"""The event log: packing without loss, order, fingerprint, and a meaning for every event."""

from itertools import pairwise

import numpy as np
import pytest

from sim.engine.log import EVENT_MEANING, Detail, Event, EventLog, LogWriter, Place
from sim.engine.survivor import SERVICES_MAX


def written(*entries):
    writer = LogWriter()
    for entry in entries:
        writer.note(*entry)
    return writer.finish()


def lines(log):
    columns = (log.person, log.visit, log.time, log.event, log.place, log.detail)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_what_is_noted_comes_back_at_the_limits_of_every_column():
    largest = (2**25 - 1, 2**12 - 1, 6664.0 - 2**-20, 2**8 - 1, 2**8 - 1, 2**10 - 1)
    smallest = (0, 0, 0.0, 0, 0, 0)
    entries = [smallest, largest]
    for column in (0, 1, 3, 4, 5):
        alone = list(smallest)
        alone[column] = largest[column]
        entries.append(tuple(alone))
    assert sorted(lines(written(*entries))) == sorted(entries)


def test_every_name_fits_into_its_column():
    assert max(Event) < 2**8
    assert max(Place) < 2**8
    assert max(Detail) + SERVICES_MAX < 2**10


def test_lines_are_sorted_by_person_and_keep_a_persons_order_of_happening():
    log = written(
        (3, 0, 1.0, 2, 0, 0),
        (1, 0, 1.0, 2, 0, 0),
        (3, 0, 1.0, 4, 0, 0),
        (1, 0, 2.0, 4, 0, 0),
        (3, 0, 1.0, 3, 0, 0),
    )
    assert [(line[0], line[3]) for line in lines(log)] == [(1, 2), (1, 4), (3, 2), (3, 4), (3, 3)]


def test_an_empty_run_has_an_empty_log():
    log = written()
    assert len(log) == 0
    assert log.digest() == LogWriter().finish().digest()


def test_columns_have_the_stated_types():
    log = written((0, 0, 0.5, 1, 1, 1))
    types = [column.dtype for column in (log.person, log.visit, log.time, log.event, log.place, log.detail)]
    assert types == [np.int32, np.int16, np.float64, np.uint8, np.uint8, np.int16]


@pytest.mark.parametrize("column", range(6))
def test_the_fingerprint_notices_the_smallest_change_of_any_column(column):
    entry = [1, 1, 10.0, 2, 1, 1]
    other = list(entry)
    other[column] += 2**-49 if column == 2 else 1
    assert other[column] != entry[column]
    one, two = written(tuple(entry)), written(tuple(other))
    assert one.digest() != two.digest()
    assert one.digest() == written(tuple(entry)).digest()


def test_the_fingerprint_does_not_depend_on_how_an_array_lies_in_memory():
    log = written(*[(k, 0, float(k), 2, 0, 0) for k in range(9)])
    columns = [name for name in log.__dataclass_fields__ if name != "households"]
    spread = EventLog(*(np.repeat(getattr(log, name), 2)[::2] for name in columns))
    assert spread.digest() == log.digest()


def test_every_event_has_a_meaning_of_its_own():
    assert set(EVENT_MEANING) == set(Event)
    assert len(set(EVENT_MEANING.values())) == len(Event)
    assert all(len(text) > 3 for text in EVENT_MEANING.values())


def test_an_unfinished_log_can_be_read_and_written_on():
    writer = LogWriter()
    writer.note(0, 0, 1.0, 2, 0, 0)
    digest = writer.finish().digest()
    writer.note(0, 0, 2.0, 4, 0, 0)
    log = writer.finish()
    assert len(log) == 2
    assert log.digest() != digest


def test_numbers_of_events_are_unique_and_ascend_in_the_file():
    numbers = [event.value for event in Event]
    assert all(one < two for one, two in pairwise(numbers))
