"""The pathway as a flow chart, from left to right, and as tables: who gets where, and what the law times.

Steps are events of `sim.engine.log.Event`, days are parameters of today's rules, shares come from the small
run of `event_map`. An arrow that nobody takes in it stops the build. Not here: any rule, nor every event.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Any

from event_map import MULTIPLIER, SEED, Counted, counted, in_words, percent, small_run

from sim.engine.log import EVENT_MEANING, Event

BANDS = ("Until the second decision", "After it")
WIDTH, SIDE, BOX, STEP, HEAD = 972, 26, 160, 190, 34
"""Pixels: the picture, its margin, a box, from box to box, and the title of a band."""
HIGH, PITCH, ROW, LETTERS = 92, 116, 15.5, 24
"""Pixels: height of a box, from box to box and from line to line; and how many letters fit into a line."""
BAND = HEAD + 3 * PITCH + 8

E = Event


@dataclass(frozen=True)
class Box:
    """A step: an event, where it stands, and what times it: words with names of `DAYS`."""

    event: Event
    band: int
    column: int
    row: int
    timed: str = ""

    @property
    def title(self) -> str:
        """The event as a reader would say it."""
        return {E.RE_EXPLOITED: "exploited again"}.get(self.event, in_words(self.event))

    def evidence(self) -> str:
        """The parameters that hold its days, each with what it rests on."""
        from generate import _evidence, _plain

        from sim.config.evidence import register

        paths = [DAYS[name] for name in re.findall(r"\{(\w+):g\}", self.timed)]
        return "; ".join(f"`{path}`, {_plain(_evidence(register().entry(path)))}" for path in paths)

    @property
    def left(self) -> float:
        """Pixels from the left edge."""
        return SIDE + STEP * self.column

    @property
    def top(self) -> float:
        """Pixels from the upper edge."""
        return SIDE + self.band * (BAND + 40) + HEAD + PITCH * self.row


DAYS = {
    "handled": "decisions.reasonable_grounds.handling_median_days",
    "minimum": "decisions.conclusive_grounds.minimum_days",
    "again": "decisions.reconsideration.request_within_days",
    "contact": "support.first_contact_mean_days",
    "move_on": "support.move_on_days",
    "negative": "support.negative_working_days",
    "assessed": "support.needs_assessment.notice_days",
    "granted": "status.asylum.notice_after_grant_days",
    "refused": "status.asylum.notice_after_refusal_days",
    "prevention": "housing.prevention.limit_days",
    "relief": "housing.relief.limit_days",
}
"""Parameters whose days stand in the chart."""

BOXES = (
    Box(E.REFERRED, 0, 0, 0),
    Box(E.DECLINED_REFERRAL, 0, 0, 1),
    Box(E.RG_POSITIVE, 0, 1, 0, "median {handled:g} days"),
    Box(E.RG_NEGATIVE, 0, 1, 1),
    Box(E.CG_READY, 0, 2, 0, "{minimum:g} days after that at least"),
    Box(E.SUPPORT_STARTED, 0, 2, 1, "first contact in {contact:g} days on average"),
    Box(E.BED_TAKEN, 0, 3, 2),
    Box(E.CG_POSITIVE, 0, 3, 0, "no day set: when a decision maker is free"),
    Box(E.CG_NEGATIVE, 0, 3, 1, "no day set: when a decision maker is free"),
    Box(E.NEEDS_ASSESSED, 0, 4, 0, "{assessed:g} days' notice if support ends"),
    Box(E.RECONSIDERATION_ACCEPTED, 0, 4, 1, "asked for within {again:g} days"),
    Box(
        E.SUPPORT_ENDED,
        1,
        0,
        0,
        "{move_on:g} days at least after a yes, {negative:g} working days after a no",
    ),
    Box(E.ASYLUM_ACCOMMODATION_NOTICE, 1, 0, 1, "{granted:g} days after yes, {refused:g} after no"),
    Box(E.SERVICE_STARTED, 1, 1, 2),
    Box(E.APPLIED_AS_HOMELESS, 1, 1, 0),
    Box(E.APPLICATION_REFUSED, 1, 2, 2),
    Box(E.PREVENTION_STARTED, 1, 2, 0, "up to {prevention:g} days"),
    Box(E.RELIEF_STARTED, 1, 2, 1, "up to {relief:g} days"),
    Box(E.MAIN_DUTY_ACCEPTED, 1, 3, 0),
    Box(E.MAIN_DUTY_REFUSED, 1, 3, 1),
    Box(E.MAIN_DUTY_ENDED, 1, 4, 0, "no day set: when a home is offered"),
    Box(E.CRISIS, 1, 4, 1),
    Box(E.RE_EXPLOITED, 1, 4, 2),
)
ARROWS = (
    (E.REFERRED, E.RG_POSITIVE),
    (E.REFERRED, E.RG_NEGATIVE),
    (E.RG_POSITIVE, E.CG_READY),
    (E.RG_POSITIVE, E.SUPPORT_STARTED),
    (E.SUPPORT_STARTED, E.BED_TAKEN),
    (E.CG_READY, E.CG_POSITIVE),
    (E.CG_READY, E.CG_NEGATIVE),
    (E.CG_POSITIVE, E.NEEDS_ASSESSED),
    (E.CG_NEGATIVE, E.RECONSIDERATION_ACCEPTED),
    (E.NEEDS_ASSESSED, E.SUPPORT_ENDED),
    (E.SUPPORT_ENDED, E.APPLIED_AS_HOMELESS),
    (E.SUPPORT_ENDED, E.SERVICE_STARTED),
    (E.ASYLUM_ACCOMMODATION_NOTICE, E.APPLIED_AS_HOMELESS),
    (E.APPLIED_AS_HOMELESS, E.PREVENTION_STARTED),
    (E.APPLIED_AS_HOMELESS, E.RELIEF_STARTED),
    (E.APPLIED_AS_HOMELESS, E.APPLICATION_REFUSED),
    (E.RELIEF_STARTED, E.MAIN_DUTY_ACCEPTED),
    (E.RELIEF_STARTED, E.MAIN_DUTY_REFUSED),
    (E.MAIN_DUTY_ACCEPTED, E.MAIN_DUTY_ENDED),
    (E.MAIN_DUTY_REFUSED, E.CRISIS),
    (E.MAIN_DUTY_REFUSED, E.RE_EXPLOITED),
    (E.RE_EXPLOITED, E.REFERRED),
)
"""What leads where. A way back is drawn around the outside, one from band to band between the two."""


def days_of(today: Any) -> dict[str, float]:
    """The days of today's rules by the names of `DAYS`; of a dated value, the latest."""
    from sim.config.tree import leaves

    found = dict(leaves(today))
    values = {name: found[path] for name, path in DAYS.items()}
    return {name: float(getattr(value, "values", [value])[-1]) for name, value in values.items()}


def taken() -> dict[tuple[Event, Event], float]:
    """For every arrow, the share (0 to 1) of those who met its first event who met its second one later.

    Raises
    ------
    ValueError
        If nobody takes one of the arrows in the small run.
    """
    import numpy as np

    _, log = small_run()
    place = np.arange(len(log.event))
    size = int(log.person.max()) + 1
    found = {}
    for first, second in ARROWS:
        begun, ended = np.full(size, len(place)), np.full(size, -1)
        a, b = log.event == first, log.event == second
        np.minimum.at(begun, log.person[a], place[a])
        np.maximum.at(ended, log.person[b], place[b])
        share = float((ended > begun).sum() / max(1, (begun < len(place)).sum()))
        if share == 0:
            raise ValueError(f"nobody goes from {first.name} to {second.name} in the small run")
        found[first, second] = share
    return found


# ------------------------------------------------------------------------------------------------ the picture
def lines_of(words: str, letters: int) -> list[str]:
    """Words broken into lines that fit a box."""
    lines = [""]
    for word in words.split():
        if len(lines[-1]) + len(word) + 1 > letters and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def rows_of(box: Box, found: Counted, days: dict[str, float]) -> list[tuple[str, str]]:
    """The lines in a box, each with its style."""
    rows = [(line, 'font-weight="bold"') for line in lines_of(box.title, LETTERS - 3)]
    if box.timed:
        rows += [(line, 'fill="#8a3b00"') for line in lines_of(box.timed.format_map(days), LETTERS)]
    return [*rows, (f"met by {percent(found.share(box.event))}", 'fill="#404a55"')]


def path(first: Box, second: Box) -> str:
    """The way of an arrow in SVG's words."""
    x, y = first.left + BOX, first.top + HIGH / 2
    to_x, to_y = second.left, second.top + HIGH / 2
    if first.band == second.band:
        middle = (x + to_x) / 2
        return f"M{x} {y} C{middle} {y} {middle} {to_y} {to_x - 5} {to_y}"
    if first.band < second.band:
        lane = SIDE + BAND + 20
        out = x + 12
        return f"M{x} {y} H{out} V{lane} H{to_x - 14} V{to_y} H{to_x - 5}"
    lane = SIDE + 2 * BAND + 40 + 14
    return f"M{x} {y} H{x + 12} V{lane} H8 V{to_y} H{to_x - 5}"


def picture(found: Counted, days: dict[str, float]) -> str:
    """The chart as SVG, two bands one above the other, each read from left to right."""
    height = 2 * BAND + 40 + 2 * SIDE + 10
    parts = []
    line = 'fill="none" stroke="#44546a" stroke-width="1.5" marker-end="url(#tip)"'
    for at, title in enumerate(BANDS):
        top = SIDE + at * (BAND + 40)
        parts.append(
            f'<rect x="14" y="{top - 6}" width="{WIDTH - 28}" height="{BAND}" rx="6" '
            f'fill="{("#eef3f8", "#f6f2ea")[at]}"/><text x="{SIDE}" y="{top + 16}" font-weight="bold" '
            f'font-size="15">{title}</text>'
        )
    by_event = {box.event: box for box in BOXES}
    for first, second in ARROWS:
        way = path(by_event[first], by_event[second])
        parts.append(f'<path d="{way}" {line}/>')
    for box in BOXES:
        texts = []
        for number, (words, style) in enumerate(rows_of(box, found, days)):
            y = box.top + 17 + ROW * number
            texts.append(f'<text x="{box.left + 8}" y="{y}" {style}>{escape(words)}</text>')

        parts.append(
            f'<g><title>{escape(EVENT_MEANING[box.event])}</title><rect x="{box.left}" y="{box.top}" '
            f'width="{BOX}" height="{HIGH}" rx="4" fill="#fff" stroke="#44546a"/>{"".join(texts)}</g>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" font-family="Arial, Helvetica, sans-serif" font-size="12.5" fill="#111">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#44546a"/></marker></defs>'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>'
    )


def pages() -> dict[str, str]:
    """The chart, and the page around it with the same as tables."""
    from sim.config.compose import baseline

    found, ways, days = counted(), taken(), days_of(baseline())
    titles = {box.event: box.title for box in BOXES}
    row = " then ".join(box.title for box in BOXES if (box.band, box.row) == (0, 0))
    after = ", ".join(box.title for box in BOXES if box.band == 1)
    text = [
        "# The pathway as a chart\n",
        "Read each band from left to right. In each box: what happens, what times it (brown), and how many "
        "meet it at least once in one small run of today's rules "
        f"({MULTIPLIER:g} times the published referrals, seed {SEED}): of everybody for referrals and "
        "decisions, else of those whose life in the community is followed. An arrow says that some who meet "
        "the one meet the other later, not that one causes the other. Not all ways are drawn; all events "
        "stand on the [map of events](event_map.md), the rules in [the pathway](../pathway.md).\n",
        f"![Flow chart in two bands. First band: {row}; a negative decision can stand in the place of "
        "either, and support and a safehouse bed stand beside the wait. "
        f"Second band: {after}. From the last an arrow leads back to the first step. The tables below say "
        "the same.](pathway_chart.svg)\n",
        "## The steps\n",
        "| step | what times it | where its days stand | who meets it |\n|---|---|---|---|",
        *(
            f"| {box.title} | {box.timed.format_map(days)} | "
            f"{box.evidence()} | {percent(found.share(box.event))} |"
            for box in BOXES
        ),
        "\n## What leads where\n",
        "| from | to | of those who meet the first, who meet the second later |\n|---|---|---|",
        *(f"| {titles[a]} | {titles[b]} | {percent(share)} |" for (a, b), share in ways.items()),
    ]
    return {"pathway_chart.svg": picture(found, days), "pathway_chart.md": "\n".join(text) + "\n"}
