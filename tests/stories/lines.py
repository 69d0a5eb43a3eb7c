"""The lines of a rule story: an event, and as much about it as is told (docs/stories.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

from sim.config.mistakes import did_you_mean, listed, nearest
from sim.engine.log import Detail, Event, Place
from sim.errors import SimError
from tests.small_world import Happening

SOMEBODY: Final = "they"
"""The name of the survivor of a story about one person."""


class StoryError(SimError):
    """A story file that cannot be read: which file, which story, what, and what is allowed."""


# ------------------------------------------------------------------------------------- lines of a story
@dataclass(frozen=True)
class Line:
    """One thing that is expected, or must never happen: an event, and as much about it as is told.

    Attributes
    ----------
    words : str
        The line as written.
    event : Event
    detail, place : int or None
        None: any.
    first, last : int or None
        The least and the most whole calendar days from the anchor; None: any.
    anchor : tuple of (str, Event) or None
        Whose event the days are counted from; None: the line before.
    on : date or None
    """

    words: str
    event: Event
    detail: int | None = None
    place: int | None = None
    first: int | None = None
    last: int | None = None
    anchor: tuple[str, Event] | None = None
    on: date | None = None

    def names(self, happening: Happening) -> bool:
        """Whether a happening is of this event, detail and place, whenever it was."""
        return (
            happening.event == self.event
            and self.detail in (None, happening.detail)
            and self.place in (None, happening.place)
        )


_WHEN: Final = re.compile(
    r"(?:(?P<same>same day)|(?P<least>at least )?(?P<first>\d+)(?: to (?P<last>\d+))? days?)"
    r"(?: (?P<side>later|after|before|as)(?: (?:(?P<who>\w+)'s )?(?P<event>.+))?)?$"
)


_SHORT: Final = {"reasonable grounds": "rg", "conclusive grounds": "cg", "temporary permission": "vts"}


def _code(kind: type[IntEnum], words: str) -> IntEnum:
    """The member of an enumeration that words name: `relief ended` is RELIEF_ENDED."""
    known = {member.name.lower().replace("_", " "): member for member in kind}
    given = words.strip().lower().replace("_", " ")
    for long, short in _SHORT.items():
        given = given.replace(long, short)
    if given not in known:
        what = kind.__name__.lower()
        raise StoryError(f"{words.strip()!r} is no {what} of the log{did_you_mean(nearest(given, known))}")
    return known[given]


def line_of(words: str, services: Sequence[str], names: Iterable[str] = (SOMEBODY,)) -> Line:
    """Read one line: ``EVENT (DETAIL) at PLACE, WHEN``; only the event must be there.

    Raises
    ------
    StoryError
        If a word is unknown; the nearest known one is named.
    """
    if not isinstance(words, str):
        raise StoryError(f"{words!r} is no line; a line reads: relief ended (time up), 56 days later")
    what, _, when = (part.strip() for part in words.partition(","))
    shape = re.fullmatch(
        r"(?P<event>[^()]+?)\s*(?:\((?P<detail>[^()]+)\))?\s*(?:\bat\s+(?P<place>[^()]+))?", what
    )
    if shape is None:
        raise StoryError(f"{words!r} cannot be read; a line reads: EVENT (DETAIL) at PLACE, WHEN")
    event_words, place_words = shape["event"], shape["place"]
    if f"{event_words} at {place_words}".upper().replace(" ", "_") in Event.__members__:
        event_words, place_words = f"{event_words} at {place_words}", None
    detail = place = None
    if shape["detail"] is not None:
        told = shape["detail"].strip().lower().replace(" ", "_")
        if told in services:
            detail = int(Detail.SERVICE_BASE) + list(services).index(told)
        else:
            detail = int(_code(Detail, told))
    if place_words is not None:
        place = int(_code(Place, place_words))
    line = Line(words, Event(_code(Event, event_words)), detail, place)
    return _timed(line, when, names) if when else line


def _timed(line: Line, when: str, names: Iterable[str]) -> Line:
    """A line with its WHEN: same day, N days later, N to M days after EVENT, on DATE."""
    if when.startswith("on "):
        try:
            on = date.fromisoformat(when[3:].strip())
        except ValueError:
            raise StoryError(f"{line.words!r}: {when[3:]!r} is no date; write 2024-05-06") from None
        return Line(line.words, line.event, line.detail, line.place, on=on)
    read = _WHEN.fullmatch(when)
    if read is None:
        allowed = "same day | N days later | N to M days after EVENT | N days before EVENT | on DATE"
        raise StoryError(f"{line.words!r}: {when!r} says no time; allowed: {allowed}")
    first = 0 if read["same"] else int(read["first"])
    last: int | None = first if read["last"] is None else int(read["last"])
    if read["least"]:
        last = None
    anchor = None
    if read["event"] is not None:
        whose = read["who"] or ""
        if whose and whose not in names:
            raise StoryError(f"{line.words!r}: nobody is called {whose}; known: {listed(names)}")
        anchor = (whose, Event(_code(Event, read["event"])))
    elif read["side"] in ("after", "before", "as"):
        raise StoryError(f"{line.words!r}: {read['side']} what? An event must follow")
    if read["side"] == "before":
        first, last = -(last if last is not None else 10**6), -first
    return Line(line.words, line.event, line.detail, line.place, first, last, anchor)


def event_of(words: str) -> Event:
    """The event that words name."""
    return Event(_code(Event, words))
