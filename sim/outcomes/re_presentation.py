"""Harm and recorded re-presentation from the decision on, in or out of support.

(A) Harm, primary: first of new exploitation, a night rough, going missing. (B) Recorded: first of a new
referral into the NRM, an unplanned homelessness application after an earlier duty or casework ended, an
urgent unplanned return to a provider. Death and departure compete. (B) moves with detection as well as with
need, so (A) leads. RP7 (health crisis) is not modelled. Not here: B with detection held at the baseline's
(`held`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine.log import Detail, Event, Place
from sim.outcomes.cliff_edge import Life, rough_nights
from sim.outcomes.spells import label_at, left_at
from sim.outcomes.survival import CENSORED, Incidence, aalen_johansen

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

EIGHT_HOURS = 8.0 / 24.0

KINDS = ("RP1a", "RP1b", "RP2", "RP3", "RP4", "RP5", "RP6", "RP2_refused")
"""Kinds that are told apart; `RP2_refused` is the part of RP2 that a council turns down at once."""
HARM = ("RP4", "RP5", "RP6")
RECORDED = ("RP1a", "RP1b", "RP2", "RP3")


@dataclass(frozen=True, eq=False)
class First:
    """The first of some kinds of event, or what came before it, of each person, arrays of shape (n,).

    Attributes
    ----------
    day : ndarray of float64
        Days from t0 to the event, to death or departure, or to the end of being followed.
    cause : ndarray of int64
        1 the event, 2 death or departure, 0 neither (censored).
    """

    day: Floats
    cause: Whole

    def incidence(self, among: Flags | Whole | slice = slice(None)) -> Incidence:
        """Cumulative incidence of the event among some people, death and departure competing, by day."""
        return aalen_johansen(self.day[among], self.cause[among], 2)


@dataclass(frozen=True, eq=False)
class Returns:
    """Everything that counts as re-presentation within follow-up.

    Attributes
    ----------
    who : dict of str to ndarray of int64
        Person of each event of a kind of `KINDS`, ascending.
    day : dict of str to ndarray of float64
        Days from t0 of each event, 0 or more.
    rough_at_t0 : ndarray of bool, shape (n,)
        On the street at t0; counts as harm at day 0 where that spell holds a night.
    left_day : ndarray of float64, shape (n,)
        Days from t0 to death or departure; infinite for neither.
    seen_days : ndarray of float64, shape (n,)
        Days followed: to the end of follow-up or the horizon.
    """

    who: dict[str, Whole]
    day: dict[str, Floats]
    rough_at_t0: Flags
    left_day: Floats
    seen_days: Floats

    def first(self, kinds: tuple[str, ...]) -> Floats:
        """Days from t0 to the first event of these kinds, infinite for none, (n,)."""
        first = np.full(len(self.left_day), np.inf)
        for kind in kinds:
            np.minimum.at(first, self.who[kind], self.day[kind])
        return first

    def events(self, kinds: tuple[str, ...]) -> Whole:
        """Events of these kinds of each person, repeated ones included, (n,)."""
        counts = np.zeros(len(self.left_day), dtype=np.int64)
        for kind in kinds:
            counts += np.bincount(self.who[kind], minlength=len(counts))
        return counts

    def outcome(self, kinds: tuple[str, ...]) -> First:
        """The first event of these kinds, or the death or departure that came before it."""
        first = self.first(kinds)
        day = np.minimum(np.minimum(first, self.left_day), self.seen_days)
        left = (self.left_day <= day) & (self.left_day < self.seen_days)
        cause = np.where(first <= day, 1, np.where(left, 2, CENSORED))
        return First(day, cause)

    def incidence(self, kinds: tuple[str, ...]) -> Incidence:
        """Cumulative incidence of the first event (cause 1) against death or departure (cause 2), by day."""
        return self.outcome(kinds).incidence()


def returns(lives: Life) -> Returns:
    """Find every harm and every recorded return of the cohort within follow-up.

    Notes
    -----
    *Night rough*: a spell on the street of eight hours or more that holds a midnight. It counts at the
    instant at which both are fulfilled; a spell that runs at t0 counts at day 0. *Recorded*: planned contact
    never counts, and an application at the end of asylum accommodation is planned; neither does an
    application, or a return to a provider, while casework lasts or before any duty or casework has ended (a
    refused main duty is an end). A first application after casework has ended counts.
    """
    story = lives.story
    n = len(lives.t0)
    times_ended = story.count_before(Event.SUPPORT_ENDED)
    in_care = story.count_before(Event.SUPPORT_STARTED) > times_ended
    care_ended = times_ended > 0
    duty_ended = (
        story.count_before(
            Event.PREVENTION_ENDED, Event.RELIEF_ENDED, Event.MAIN_DUTY_ENDED, Event.MAIN_DUTY_REFUSED
        )
        > 0
    )
    planned = (story.detail == Detail.PLANNED) | (story.detail == Detail.AFTER_ASYLUM)
    unplanned = ~planned & ~in_care
    refused_at_once = np.zeros(len(story.event), dtype=np.bool_)
    refused_at_once[:-1] = (story.event[1:] == Event.APPLICATION_REFUSED) & (story.who[1:] == story.who[:-1])
    applied_again = (story.event == Event.APPLIED_AS_HOMELESS) & unplanned & (duty_ended | care_ended)
    referred_again = (story.event == Event.REFERRED) & (story.visit > 0)
    same_incident = story.detail == Detail.SAME_INCIDENT
    chosen = {
        "RP1a": referred_again & ~same_incident,
        "RP1b": referred_again & same_incident,
        "RP2": applied_again,
        "RP2_refused": applied_again & refused_at_once,
        "RP3": (story.event == Event.RETURNED_TO_PROVIDER) & unplanned & care_ended,
        "RP4": story.event == Event.RE_EXPLOITED,
        "RP5": story.event == Event.WENT_MISSING,
    }
    inside = (story.time >= lives.t0[story.who]) & (story.time < lives.end[story.who])
    who = {kind: story.who[flag & inside] for kind, flag in chosen.items()}
    day = {kind: story.time[flag & inside] - lives.t0[who[kind]] for kind, flag in chosen.items()}

    nights = rough_nights(lives)
    fulfilled = np.maximum(nights.start + EIGHT_HOURS, np.ceil(nights.start))
    t0 = lives.t0[nights.who]
    when = np.where(nights.start <= t0, t0, fulfilled)
    counted = (nights.end > t0) & (when < lives.end[nights.who])
    who["RP6"], day["RP6"] = nights.who[counted], (when - t0)[counted]

    everybody = np.arange(n)
    return Returns(
        who=who,
        day=day,
        rough_at_t0=label_at(lives.places, everybody, lives.t0, Place.UNKNOWN) == Place.STREET,
        left_day=np.maximum(left_at(story) - lives.t0, 0.0),
        seen_days=lives.end - lives.t0,
    )
