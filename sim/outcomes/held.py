"""Recorded return with detection held as it is today.

An option that brings survivors into contact also brings their returns to light. The log says of every new
exploitation, and of every crisis outside support, whether others learn of it and whether they would if
contact with a worker were the other way. Here each is counted with the contact that *the same person had on
that day under today's rules*; what happens stays that of the scenario. Not here: the definitions
(`re_presentation`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.engine.log import Detail, Event
from sim.outcomes.cliff_edge import Life
from sim.outcomes.re_presentation import RECORDED, Returns
from sim.outcomes.spells import Spells, contact_spells, label_at, left_at

Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

RECORDED_HELD = tuple({"RP1a": "RP1a_held", "RP3": "RP3_held"}.get(kind, kind) for kind in RECORDED)
"""Kinds of recorded return, those that depend on contact being counted with today's."""


def hold_detection(
    lives: Life, found: Returns, todays_contact: Spells | None, found_after: float = 0.0
) -> Returns:
    """Add the kinds ``RP1a_held`` and ``RP3_held``.

    Parameters
    ----------
    lives : Life
    found : Returns
    todays_contact : Spells or None
        Contact with a worker under today's rules, with no days of grace, of the same people; None: their own,
        which changes nothing.
    found_after : float
        Mean time from new exploitation to the referral [days]: the day of one that comes to light under
        today's contact only, since no referral tells it.
    """
    story = lives.story
    latent = story.where(Event.RE_EXPLOITED, Event.CRISIS)
    who, detail = story.who[latent], story.detail[latent]
    just_before = np.nextafter(story.time[latent], -np.inf)
    own = label_at(contact_spells(story, lives.until, lasts=0.0), who, just_before, 0) == 1
    today = own if todays_contact is None else label_at(todays_contact, who, just_before, 0) == 1
    depends = (detail == Detail.KNOWN_AS_IT_STANDS) | (detail == Detail.HIDDEN_AS_IT_STANDS)
    turned = np.zeros(len(story.event), dtype=np.bool_)
    turned[latent] = depends & (own != today)
    hidden = turned & (story.detail == Detail.KNOWN_AS_IT_STANDS)
    comes_up = turned & (story.detail == Detail.HIDDEN_AS_IT_STANDS)

    whos, days = dict(found.who), dict(found.day)
    exploited = story.event == Event.RE_EXPLOITED
    referred = (story.event == Event.REFERRED) & (story.visit > 0) & (story.detail != Detail.SAME_INCIDENT)
    urgent = story.event == Event.RETURNED_TO_PROVIDER
    care_ended = story.count_before(Event.SUPPORT_ENDED) > 0
    out_of_care = story.count_before(Event.SUPPORT_STARTED) <= story.count_before(Event.SUPPORT_ENDED)
    for kind, returned, source, after, counts in (
        ("RP1a", referred, exploited, found_after, np.ones_like(care_ended)),
        ("RP3", urgent, story.event == Event.CRISIS, 0.0, care_ended & out_of_care),
    ):
        known = source & np.isin(story.detail, (Detail.KNOWN_EITHER_WAY, Detail.KNOWN_AS_IT_STANDS))
        cause = _last_before(known, returned)
        dropped = returned.copy()
        dropped[returned] = (cause >= 0) & hidden[cause] & (story.who[cause] == story.who[returned])
        lost = _inside(lives, dropped, 0.0)
        added = _inside(lives, comes_up & source & counts, after)
        keep = ~_among(found.who[kind], found.day[kind], *lost)
        who_now = np.concatenate([found.who[kind][keep], added[0]])
        day_now = np.concatenate([found.day[kind][keep], added[1]])
        order = np.lexsort((day_now, who_now))
        whos[f"{kind}_held"], days[f"{kind}_held"] = who_now[order], day_now[order]
    return replace(found, who=whos, day=days)


def _last_before(marked: Flags, at: Flags) -> Whole:
    """The position of the last marked event before each chosen one, -1 if there is none."""
    last = np.where(marked, np.arange(len(marked)), -1)
    latest: Whole = np.maximum.accumulate(last)[at] if len(last) else last[at]
    return latest


def _inside(lives: Life, chosen: Flags, after: float) -> tuple[Whole, NDArray[np.float64]]:
    """People and days since t0 of these events, moved on by `after` days, within follow-up and life."""
    story = lives.story
    who, when = story.who[chosen], story.time[chosen] + after
    kept = (when >= lives.t0[who]) & (when < lives.end[who]) & (when < left_at(story)[who])
    return who[kept], when[kept] - lives.t0[who[kept]]


def _among(who: Whole, day: NDArray[np.float64], others: Whole, days: NDArray[np.float64]) -> Flags:
    """Which events are among the others, by person and day."""
    told = set(zip(others.tolist(), days.tolist(), strict=True))
    return np.array([one in told for one in zip(who.tolist(), day.tolist(), strict=True)], dtype=np.bool_)
