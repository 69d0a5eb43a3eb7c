"""Do the two engines agree? The first event where two logs part, and the check that runs both.

For any configuration and seed both engines give the same event log to the last bit; `cliffedge check
agreement` and `tests/agreement` ask. Nothing is simulated here but by the engines themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from sim.engine.clock import date_of
from sim.engine.log import Detail, Event, EventLog, Place

BEFORE: Final = 6
"""How many events of the person are shown before the first that differs."""
AFTER: Final = 2

_DETAILS = {int(detail): detail.name for detail in Detail}


def first_difference(one: EventLog, other: EventLog, names: Sequence[str] = ("one", "other")) -> str | None:
    """Where two event logs part first, in words.

    Parameters
    ----------
    one, other : EventLog
    names : sequence of two str
        What to call them.

    Returns
    -------
    str or None
        The first event, in time and then by person, that is not the same in both, with that person's events
        around it in either log; None if the logs are the same to the last bit.

    Examples
    --------
    >>> from sim.engine.log import LogWriter
    >>> a, b = LogWriter(), LogWriter()
    >>> for writer, day in ((a, 10.0), (b, 10.5)):
    ...     writer.note(3, 0, 2.0, 2, 0, 0)
    ...     writer.note(3, 0, day, 4, 0, 1)
    >>> print(first_difference(a.finish(), b.finish(), ("reference", "compiled")))
    The logs part at day 10.0 (2014-01-11), at event 2 of person 3 (2 events in reference, 2 in compiled).
      reference
          day 2.0  visit 0  REFERRED  place UNKNOWN
        > day 10.0  visit 0  RG_POSITIVE  FIRST_DECISION  place UNKNOWN
      compiled
          day 2.0  visit 0  REFERRED  place UNKNOWN
        > day 10.5  visit 0  RG_POSITIVE  FIRST_DECISION  place UNKNOWN
    """
    if one.digest() == other.digest():
        return None
    parting = _earliest_parting(one, other)
    if parting is None:
        return "The logs hold the same events in columns of different types."
    person, place, when = parting
    begins = [int(np.searchsorted(log.person, person)) for log in (one, other)]
    ends = [int(np.searchsorted(log.person, person, side="right")) for log in (one, other)]
    lengths = [end - begin for begin, end in zip(begins, ends, strict=True)]
    lines = [
        f"The logs part at day {when!r} ({date_of(when)}), at event {place + 1} of person {person} "
        f"({lengths[0]} events in {names[0]}, {lengths[1]} in {names[1]})."
    ]
    for name, log, begin, length in zip(names, (one, other), begins, lengths, strict=True):
        lines.append(f"  {name}")
        for n in range(max(0, place - BEFORE), min(length, place + 1 + AFTER)):
            lines.append(f"    {'>' if n == place else ' '} {_event_in_words(log, begin + n)}")
        if place >= length:
            lines.append("    > nothing more")
    return "\n".join(lines)


def _earliest_parting(one: EventLog, other: EventLog) -> tuple[int, int, float] | None:
    """Person, place among the person's events, and day of the first event that differs."""
    n_people = 1 + max(int(log.person[-1]) if len(log) else -1 for log in (one, other))
    starts_one, starts_other = (np.searchsorted(log.person, np.arange(n_people + 1)) for log in (one, other))
    if np.array_equal(starts_one, starts_other):
        people = np.unique(one.person[_unlike(one, other)]).tolist()
    else:
        people = list(range(n_people))
    earliest: tuple[float, int, int] | None = None
    for person in people:
        first, last = int(starts_one[person]), int(starts_one[person + 1])
        begin, end = int(starts_other[person]), int(starts_other[person + 1])
        common = min(last - first, end - begin)
        a, b = _slice(one, first, first + common), _slice(other, begin, begin + common)
        unlike = np.flatnonzero(_unlike(a, b))
        if len(unlike) == 0 and last - first == end - begin:
            continue
        place = int(unlike[0]) if len(unlike) else common
        days = [float(one.time[first + place])] if place < last - first else []
        days += [float(other.time[begin + place])] if place < end - begin else []
        if earliest is None or (min(days), person) < earliest[:2]:
            earliest = (min(days), person, place)
    return None if earliest is None else (earliest[1], earliest[2], earliest[0])


def _columns(log: EventLog) -> tuple[Any, ...]:
    return (log.visit, log.time, log.event, log.place, log.detail)


def _unlike(one: EventLog, other: EventLog) -> Any:
    unlike = np.zeros(len(one), dtype=np.bool_)
    for mine, theirs in zip(_columns(one), _columns(other), strict=True):
        unlike |= mine != theirs
    return unlike


def _slice(log: EventLog, begin: int, end: int) -> EventLog:
    return EventLog(log.person[begin:end], *(column[begin:end] for column in _columns(log)))


def _event_in_words(log: EventLog, n: int) -> str:
    code = int(log.detail[n])
    base = int(Detail.SERVICE_BASE)
    detail = _DETAILS.get(code, f"SERVICE {code - base}") if code < base else f"SERVICE {code - base}"
    said = [f"day {float(log.time[n])!r}", f"visit {int(log.visit[n])}", Event(int(log.event[n])).name]
    if code:
        said.append(detail)
    said.append(f"place {Place(int(log.place[n])).name}")
    return "  ".join(said)


def check_agreement(overrides: Sequence[str] = (), scenarios: Sequence[str] = ()) -> str:
    """Run both engines on one replication of a scenario, and say whether they agree.

    Parameters
    ----------
    overrides : sequence of str
        ``path=value``, as on the command line.
    scenarios : sequence of str
        Names of stories, run as one option; none at all is the baseline.

    Returns
    -------
    str
        What was found, complete and ready to be printed.

    Raises
    ------
    SimError
        If the configuration is not sound, or the engines do not agree; the message shows both states around
        the first event where they part.
    """
    from sim.config.compose import scenario
    from sim.engine import simulate as reference
    from sim.engine.compiled import run as compiled
    from sim.errors import SimError
    from sim.people.population import build

    option = scenario(list(scenarios), tuple(overrides))
    before, seed = option.before, option.before.experiment.seed
    people = build(before.people, before.status, seed, 0, before.experiment.horizon)
    theirs = compiled.simulate(people, before, option.after, seed, 0)
    mine = reference.simulate(people, before, option.after, seed, 0)
    difference = first_difference(mine, theirs, ("reference", "compiled"))
    if difference is not None:
        raise SimError(
            f"The two engines do not agree on {option.name}, seed {seed}.\n{difference}", exit_code=1
        )
    return (
        f"Both engines agree to the last bit on {option.name}, seed {seed}: {len(mine):,} events of "
        f"{len(people):,} people, digest {mine.digest()[:16]}."
    )
