"""The map of events: a picture and tables of everything that can happen, made from the code's own event list.

Rooms and their events are those of `sim.engine.log.Event`; the shares beside them come from one small run of
today's rules. An event that is added to the code stands in the next build. Not here: any rule.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from functools import cache
from html import escape

from sim.engine.log import EVENT_MEANING, Event, EventLog

SEED = 11
MULTIPLIER = 0.02
WIDTH = 1080
LEFT, TOP, LINE, GAP = 14, 14, 34, 8
LETTER = 6.6
"""Widths and heights in pixels of the picture; a letter's is rounded up."""


@dataclass(frozen=True)
class Counted:
    """How many survivors met each event in one run, and how many could have."""

    referred: int
    followed: int
    met: dict[Event, int]
    followed_by: dict[tuple[Event, Event], int]

    def share(self, event: Event) -> float:
        """Share of all survivors, or after the decisions of those whose life is followed."""
        return self.met.get(event, 0) / (
            self.referred if event < Event.COMMUNITY_LIFE_BEGINS else self.followed
        )


def rooms() -> dict[str, list[Event]]:
    """The events below each comment of the list in the code, in its order."""
    found: dict[str, list[Event]] = {}
    room = ""
    for line in inspect.getsource(Event).splitlines():
        if heading := re.match(r"^    # (.+)$", line):
            room = heading[1]
        elif member := re.match(r"^    ([A-Z][A-Z0-9_]*) = \d+", line):
            found.setdefault(room, []).append(Event[member[1]])
    return found


def in_words(event: Event) -> str:
    """The name of an event as a reader would say it."""
    words = event.name.lower().replace("_", " ")
    words = re.sub(r"\brg\b", "reasonable grounds", words)
    return re.sub(r"\bcg\b", "conclusive grounds", words).replace(" uk", " UK")


@cache
def small_run() -> tuple[int, EventLog]:
    """People referred and everything that happened to them in one small run of today's rules."""
    from sim.config.compose import baseline
    from sim.engine.simulate import simulate
    from sim.people.population import build

    today = baseline([f"people.arrivals.multiplier={MULTIPLIER}"])
    people = build(today.people, today.status, SEED, 0, today.experiment.horizon)
    return len(people), simulate(people, today, today, SEED, 0)


def counted() -> Counted:
    """The small run, read by event."""
    import numpy as np

    n_people, log = small_run()
    pairs = np.unique(np.column_stack([log.event.astype(np.int64), log.person.astype(np.int64)]), axis=0)
    events, people_met = np.unique(pairs[:, 0], return_counts=True)
    met = {Event(int(event)): int(count) for event, count in zip(events, people_met, strict=True)}
    same = log.person[1:] == log.person[:-1]
    steps = np.column_stack([log.event[:-1][same], log.event[1:][same]])
    ways, often = np.unique(steps, axis=0, return_counts=True)
    followed_by = {(Event(int(a)), Event(int(b))): int(n) for (a, b), n in zip(ways, often, strict=True)}
    return Counted(n_people, met[Event.COMMUNITY_LIFE_BEGINS], met, followed_by)


def next_rooms(found: Counted) -> list[str]:
    """A table of steps from room to room for every hundred people who are followed."""
    room_of = {event: room for room, events in rooms().items() for event in events}
    names = list(rooms())
    steps = dict.fromkeys(((a, b) for a in names for b in names), 0)
    for (first, second), often in found.followed_by.items():
        steps[room_of[first], room_of[second]] += often
    table = ["| from | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for a in names:
        cells = (f"{100 * steps[a, b] / found.followed:.0f}" for b in names)
        table.append(f"| {a} | " + " | ".join(cells) + " |")
    return table


def percent(share: float) -> str:
    """A share in words short enough for a picture."""
    return f"{100 * share:.0f}%" if share >= 0.005 else ("under 1%" if share else "none")


# ------------------------------------------------------------------------------------------------ the picture
def picture(found: Counted) -> str:
    """The map as SVG: a room a band, an event a box whose bar is as long as the share who meet it."""
    parts: list[str] = []
    y = TOP
    for at, (room, events) in enumerate(rooms().items()):
        start = y
        y += 26
        x = LEFT + 14
        boxes = []
        for event in events:
            share = found.share(event)
            label = f"{in_words(event)} · {percent(share)}"
            width = int(len(label) * LETTER) + 22
            if x + width > WIDTH - LEFT - 14:
                x, y = LEFT + 14, y + LINE + GAP
            bar = max(0, int(width * min(share, 1.0)))
            boxes.append(
                f'<g><title>{escape(EVENT_MEANING[event])}</title><rect x="{x}" y="{y}" width="{width}" '
                f'height="{LINE}" rx="3" fill="#fff" stroke="#44546a"/><rect x="{x}" y="{y + LINE - 6}" '
                f'width="{bar}" height="6" fill="#005a9c"/><text x="{x + 10}" y="{y + 19}">{escape(label)}'
                "</text></g>"
            )
            x += width + GAP
        y += LINE + 12
        parts.append(
            f'<rect x="{LEFT}" y="{start}" width="{WIDTH - 2 * LEFT}" height="{y - start}" rx="5" '
            f'fill="{("#eef3f8", "#f6f2ea")[at % 2]}"/><text x="{LEFT + 14}" y="{start + 18}" '
            f'font-weight="bold">{escape(room)}</text>{"".join(boxes)}'
        )
        y += GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + TOP}" width="{WIDTH}" '
        f'height="{y + TOP}" font-family="Arial, Helvetica, sans-serif" font-size="13" fill="#111">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>'
    )


def alternative(found: Counted) -> str:
    """What the picture shows, for those who do not see it."""
    share = {event: percent(found.share(event)) for event in Event}
    return (
        f"Map of {len(Event)} events in {len(rooms())} rooms. Of {found.referred} synthetic people "
        f"{share[Event.RG_POSITIVE]} get a positive reasonable grounds decision and "
        f"{share[Event.CG_POSITIVE]} a positive conclusive one. Of {found.followed} whose life in the "
        f"community is followed {share[Event.SUPPORT_STARTED]} start support, "
        f"{share[Event.APPLIED_AS_HOMELESS]} apply as homeless, {share[Event.MAIN_DUTY_ACCEPTED]} are owed "
        f"the main duty, {share[Event.CRISIS]} have a crisis and {share[Event.RE_EXPLOITED]} are exploited "
        "again."
    )


def pages() -> dict[str, str]:
    """The picture, and the page around it with the same as tables."""
    found = counted()
    text = [
        "# Map of events\n",
        "Everything that can happen to a survivor in the model, room by room, in the order of the "
        "code's own list (`sim/engine/log.py`). The bar in each box, and the number, say how many "
        "meet the event at least once in one small run of today's rules from 2014 to the end of "
        f"follow-up ({MULTIPLIER:g} times the published referrals, seed {SEED}): of everybody in the "
        "decisions, of those whose life in the community is followed (adults in England and Wales) in "
        "the rooms after them. Desks and safehouses keep their full size in it, so nearly nobody "
        "waits for them, and what today's rules switch off shows none. It tells how the rooms hang "
        "together and is too small to quote.\n",
        f"![{alternative(found)}](event_map.svg)\n",
        "The rules behind it are told in [the pathway](../pathway.md), and each event's number, details and "
        "place in [events](../events.md).\n",
        "## What leads where\n",
        "How often, for every hundred people whose life in the community is followed, an event of the room "
        "on the left is followed next by one of the room above: read a line from left to right.\n",
        *next_rooms(found),
    ]
    for room, events in rooms().items():
        text.append(f"\n## {room}\n\n| what happens | in words | who meets it |\n|---|---|---|")
        for event in events:
            meaning = EVENT_MEANING[event].replace("|", ",")
            text.append(f"| {in_words(event)} | {meaning} | {percent(found.share(event))} |")
    return {"event_map.svg": picture(found), "event_map.md": "\n".join(text) + "\n"}
