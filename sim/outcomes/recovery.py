"""Recovery: five of the seven outcomes of the Modern Slavery Core Outcome Set, had and lost again.

Recovery is not one-way: for each outcome the share who have it on a day since t0, and the share who had it
and have it no longer. Read from the event log over the cohort's follow-up. Outcomes 4 (compassionate,
trauma-informed services) and 5 (finding purpose) are not modelled. Not here: what services there are
(``configs/services``).

References
----------
Modern Slavery Core Outcome Set, Modern Slavery PEC, 8 February 2023.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from sim.engine.log import Detail, Event
from sim.outcomes.places import Category
from sim.outcomes.spells import Spells, Story, between, contact_spells, label_at, left_at, union

if TYPE_CHECKING:
    from sim.config.schema import Service
    from sim.outcomes.cliff_edge import Life

Row = tuple[str, str, str, Literal["lower", "higher"], Literal["recovery"], str]
"""Name, sentence, unit, better, family and formula of a metric."""

STEADY_DAYS: Final = 14.0
"""Contact with the same provider at most so many days apart is consistent support."""
DAYS: Final = (365, 730)
_AWAY: Final = (Event.WENT_MISSING, Event.RE_EXPLOITED)
_LEARNING: Final = ("english", "training", "work")

OUTCOMES: Final[dict[str, tuple[int, str, str]]] = {
    "housing": (1, "live in a home of their own for six months or more", "time in a settled home"),
    "safety": (2, "have not been exploited again", "t0 to the first RE_EXPLOITED"),
    "support": (
        3,
        "are in contact with the same provider at most 14 days apart",
        "contact spells of providers in touch every 14 days or more often, and 14 days after",
    ),
    "health": (
        6,
        "with a health need are in treatment or have had it with no relapse",
        "among people with a health need: SERVICE_STARTED of a service for health, or HEALTH_NEED_MET, "
        "to HEALTH_NEED_RELAPSED; breaking off by going out of contact ends it unless the need was met",
    ),
    "learning": (
        7,
        "have or have had a place in English classes, training or work",
        "SERVICE_STARTED of a service for English, training or work; broken off by going out of contact",
    ),
}
"""Number in the Core Outcome Set, words, and formula of each outcome that is computed."""


@dataclass(frozen=True)
class Offers:
    """Which services there are for what, as positions among the services in alphabetical order.

    Attributes
    ----------
    health, learning : tuple of int
        Services that meet a health need; that give English, training or work. Empty: not defined.
    steady : tuple of int
        Services with a named worker in contact every 14 days or more often; the caseworker of the Victim
        Care Contract always counts.
    """

    health: tuple[int, ...] = ()
    learning: tuple[int, ...] = ()
    steady: tuple[int, ...] = ()


def offers_of(services: Mapping[str, Service]) -> Offers:
    """What the configured services are for."""
    ordered = list(enumerate(services[name] for name in sorted(services)))
    need = {k: service.need for k, service in ordered}
    return Offers(
        health=tuple(k for k, wanted in need.items() if wanted == "health"),
        learning=tuple(k for k, wanted in need.items() if wanted in _LEARNING),
        steady=tuple(
            k for k, one in ordered if one.named_worker and one.contact_interval_days <= STEADY_DAYS
        ),
    )


def having(lives: Life, offers: Offers) -> dict[str, Spells | None]:
    """When each person has each outcome of `OUTCOMES`; None where no service makes it possible."""
    story, until = lives.story, lives.until
    return {
        "housing": lives.categories.labelled(Category.SETTLED),
        "safety": _safe(lives),
        "support": contact_spells(
            _only(story, _by_services(story, offers.steady, Detail.VICTIM_CARE)), until, STEADY_DAYS
        ),
        "health": _treated(story, offers.health, until) if offers.health else None,
        "learning": _begun(story, offers.learning, until) if offers.learning else None,
    }


def had_and_lost(
    lives: Life, offers: Offers, health_need: NDArray[np.bool_]
) -> dict[str, NDArray[np.float64]]:
    """Each person's value of every metric of recovery, (n,): 1, 0, or missing where it is not defined.

    Parameters
    ----------
    health_need : ndarray of bool, shape (n,)
        Who had a health need at referral: outcome 6 is told of them alone.
    """
    n = len(lives.t0)
    everybody = np.arange(n)
    left = left_at(lives.story)
    values: dict[str, NDArray[np.float64]] = {}
    for name, spells in having(lives, offers).items():
        for days in DAYS:
            when = lives.t0 + float(days)
            has, lost = np.full(n, np.nan), np.full(n, np.nan)
            if spells is not None:
                # the last instant before the day is over: follow-up, and the horizon, end with it
                now = label_at(spells, everybody, np.nextafter(when, -np.inf), -1) >= 0
                had = spells.clipped(lives.t0, when).days() > 0.0
                among = health_need if name == "health" else np.ones(n, dtype=np.bool_)
                has[among] = now[among]
                lost[among] = (had & ~now & (left >= when))[among]
            values[f"recovery_{name}_day_{days}"] = has
            values[f"recovery_{name}_lost_by_day_{days}"] = lost
    return values


def metrics() -> Iterator[Row]:
    """Every metric of recovery."""
    for name, (number, words, formula) in OUTCOMES.items():
        for days in DAYS:
            yield (
                f"recovery_{name}_day_{days}",
                f"Core outcome {number}: share who {words}, {days} days after the decision",
                "share",
                "higher",
                "recovery",
                f"share inside at t0 + {days}: {formula}",
            )
            yield (
                f"recovery_{name}_lost_by_day_{days}",
                f"Core outcome {number}: share of whom this was true at some time since the decision, and no "
                f"longer is after {days} days",
                "share",
                "lower",
                "recovery",
                f"share in the UK, inside at a time in [t0, t0 + {days}) and not at its end",
            )


# --------------------------------------------------------------------------------------------------- spells
def _only(story: Story, chosen: NDArray[np.bool_]) -> Story:
    """The story with these events alone, and those of leaving."""
    kept = chosen | (story.event == Event.DIED) | (story.event == Event.LEFT_UK)
    return Story(
        story.n,
        story.who[kept],
        story.visit[kept],
        story.time[kept],
        story.event[kept],
        story.place[kept],
        story.detail[kept],
    )


def _by_services(story: Story, services: tuple[int, ...], *others: Detail) -> NDArray[np.bool_]:
    """Events whose detail names one of these services, or one of the others."""
    return np.isin(story.detail, [*(Detail.SERVICE_BASE + k for k in services), *others])


def _safe(lives: Life) -> Spells:
    """From t0 to the first new exploitation, to death or departure, or to the horizon."""
    story, n = lives.story, len(lives.t0)
    at = story.where(Event.RE_EXPLOITED)
    at = at[story.time[at] >= lives.t0[story.who[at]]]
    end = np.minimum(np.full(n, lives.until), left_at(story))
    np.minimum.at(end, story.who[at], story.time[at])
    return union(n, np.arange(n), lives.t0, end)


def _begun(story: Story, services: tuple[int, ...], until: float) -> Spells:
    """From the start of one of these services on, unless the person goes out of contact."""
    started = (story.event == Event.SERVICE_STARTED) & _by_services(story, services)
    away = np.isin(story.event, _AWAY)
    return between(_only(story, started | away), Event.SERVICE_STARTED, _AWAY, until)


def _treated(story: Story, services: tuple[int, ...], until: float) -> Spells:
    """In treatment, or with the need met, until it relapses."""
    started = (story.event == Event.SERVICE_STARTED) & _by_services(story, services)
    turns = np.isin(story.event, (*_AWAY, Event.HEALTH_NEED_MET, Event.HEALTH_NEED_RELAPSED))
    told = _only(story, started | turns)
    treated = between(told, Event.SERVICE_STARTED, (*_AWAY, Event.HEALTH_NEED_RELAPSED), until)
    met = between(told, Event.HEALTH_NEED_MET, (Event.HEALTH_NEED_RELAPSED,), until)
    return union(
        story.n,
        np.concatenate([treated.who, met.who]),
        np.concatenate([treated.start, met.start]),
        np.concatenate([treated.end, met.end]),
    )
