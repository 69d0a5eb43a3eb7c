"""Telling a rule story: running its people in an engine, and saying in words what went otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from enum import IntEnum
from typing import Any
from unittest import mock

from sim.engine import simulate as reference
from sim.engine.clock import date_of
from sim.engine.log import Detail, Event, EventLog
from tests import small_world
from tests.small_world import Happening, Made
from tests.stories.lines import SOMEBODY, Line
from tests.stories.rules import Story, quiet_world

_LONGEST = 80
"""Lines of a life that are shown when a story fails."""


def tell(story: Story, engine: Any = reference, ignoring: Iterable[str] = ()) -> dict[str, list[Happening]]:
    """Run a story in one engine; what happened to each of its people."""
    return lives_of(story, log_of(story, engine, ignoring))


def log_of(story: Story, engine: Any = reference, ignoring: Iterable[str] = ()) -> EventLog:
    """The event log of a story in one engine."""
    before, after = story.parameters(ignoring)
    people = small_world.made(list(story.people.values()))
    # tidying of memory between runs takes longer than these runs do
    with mock.patch.object(reference, "_quiet_memory", nullcontext):
        log: EventLog = engine.simulate(people, before, after, 1, 0)
    return log


def lives_of(story: Story, log: EventLog) -> dict[str, list[Happening]]:
    """What happened to each of a story's people, by name; rows stand in order of quarter, group, place."""
    people = list(story.people.values())
    population = small_world.made(people)
    order = sorted(range(len(people)), key=lambda k: int(_id_of(people[k], k)))
    assert len(population) == len(order)
    row = {name: order.index(k) for k, name in enumerate(story.people)}
    return {name: small_world.life(log, row[name]) for name in story.people}


def _id_of(person: Made, place: int) -> int:
    return int(small_world.made([person], ordinal=place).id[0])


def mistakes(story: Story, lives: Mapping[str, list[Happening]]) -> str:
    """In words, the first thing that went otherwise than told; empty if nothing did."""
    for name, lines in story.happens.items():
        wrong = _first_wrong(name, lines, lives)
        if wrong:
            return _report(story, name, wrong, lives[name])
    for name, lines in story.never.items():
        for line in lines:
            for happening in lives[name]:
                if line.names(happening) and _in_time(line, name, happening, None, {}, lives):
                    return _report(story, name, f"must never happen: {line.words}", lives[name])
    for name, numbers in story.times.items():
        for event, number in numbers.items():
            seen = sum(happening.event == event for happening in lives[name])
            if seen != number:
                what = _words(event)
                return _report(
                    story, name, f"expected {number} times: {what}; it happened {seen} times", lives[name]
                )
    return ""


def _first_wrong(name: str, lines: Sequence[Line], lives: Mapping[str, list[Happening]]) -> str:
    """What the first line that cannot be found was, and what stands in its stead."""
    at, own, matched = 0, lives[name], dict[Event, Happening]()
    previous: Happening | None = None
    for line in lines:
        near = [k for k in range(at, len(own)) if line.names(own[k])]
        fits = [k for k in near if _in_time(line, name, own[k], previous, matched, lives)]
        if not fits:
            why = "it did not happen"
            if near:
                why = f"it happened on {date_of(own[near[0]].time)}"
            elif any(line.names(happening) for happening in own):
                why = "it happened earlier than the line before"
            elif any(happening.event == line.event for happening in own):
                why = "it happened with another detail or place"
            return f"expected: {line.words}; {why}"
        at, previous = fits[0] + 1, own[fits[0]]
        matched[line.event] = previous
    return ""


def _in_time(
    line: Line,
    name: str,
    happening: Happening,
    previous: Happening | None,
    matched: Mapping[Event, Happening],
    lives: Mapping[str, list[Happening]],
) -> bool:
    """Whether a happening falls when the line says; True if the line says nothing of it."""
    today = date_of(happening.time)
    if line.on is not None:
        return today == line.on
    if line.first is None:
        return True
    anchor = previous
    if line.anchor is not None:
        whose, event = line.anchor
        anchor = matched.get(event) if not whose or whose == name else None
        if anchor is None:
            anchor = next((one for one in lives[whose or name] if one.event == event), None)
    if anchor is None:
        return False
    days = (today - date_of(anchor.time)).days
    return line.first <= days and (line.last is None or days <= line.last)


def _report(story: Story, name: str, wrong: str, own: Sequence[Happening]) -> str:
    """Which story failed, at which line, and the whole life of the person it failed for."""
    who = "" if name == SOMEBODY else f" ({name})"
    lines = [
        f"{story.title}",
        f"  {story.file.name}; {story.rule}; {story.law}",
        f"  {wrong}{who}",
        "  What happened:",
    ]
    life = in_words(own)
    more = [f"    ... and {len(life) - _LONGEST} more"] if len(life) > _LONGEST else []
    return "\n".join([*lines, *(f"    {told}" for told in life[:_LONGEST]), *more])


def in_words(own: Sequence[Happening]) -> list[str]:
    """A life as lines: date, event, detail, place."""
    services = sorted(quiet_world().services)
    told = []
    for happening in own:
        k = happening.detail - Detail.SERVICE_BASE
        if happening.detail in set(Detail) and happening.detail != Detail.SERVICE_BASE:
            detail = _words(Detail(happening.detail))
        else:
            detail = services[k] if 0 <= k < len(services) else str(happening.detail)
        because = f" ({detail})" if happening.detail else ""
        told.append(
            f"{date_of(happening.time)}  {_words(happening.event)}{because} at {_words(happening.place)}"
        )
    return told


def _words(member: IntEnum) -> str:
    return member.name.lower().replace("_", " ")
