"""Who is reached by services: offered, turned away, reached, and how long they waited; the cohort only.

One row a service, in the group ``service=NAME``; in the group of everybody, by any service at all. A service
that began before the decision counts: what matters is whether it ever got to the person. Not here: what a
service costs (`costs`), nor everyone's waits by year (`calendar`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from sim.engine.log import Detail, Event
from sim.outcomes.survival import kaplan_meier
from sim.outcomes.waits import OFFER_CAME_TO_NOTHING, Station, service_line, service_numbers

if TYPE_CHECKING:
    from sim.outcomes.cliff_edge import Life

Row = tuple[str, str, str, Literal["lower", "higher", "none"], Literal["secondary"], str]
"""Name, sentence, unit, better, family and formula of a metric."""

GROUP: Final = "service"
_TURNED_AWAY: Final = tuple(event for event in OFFER_CAME_TO_NOTHING if event != Event.SERVICE_DECLINED)
_SHARES: Final[tuple[tuple[str, str, Literal["higher", "lower", "none"], tuple[Event, ...], str], ...]] = (
    ("offered", "was offered", "none", (Event.SERVICE_OFFERED,), "SERVICE_OFFERED"),
    (
        "turned_away",
        "was kept out of or refused by",
        "lower",
        _TURNED_AWAY,
        "SERVICE_KEPT_OUT, SERVICE_NO_RECOURSE or SERVICE_CRITERIA_NOT_MET",
    ),
    ("reached", "was reached by", "higher", (Event.SERVICE_STARTED,), "SERVICE_STARTED"),
)


def metrics() -> Iterator[Row]:
    """The metrics of this module, in words."""
    for name, words, better, _, events in _SHARES:
        yield (
            f"service_{name}_share",
            f"Share who {words} a service by the end of follow-up (group: which; else any)",
            "share",
            better,
            "secondary",
            f"share of the cohort with {events} before t0 + follow-up, before t0 too",
        )
    yield (
        "service_wait_median",
        "Days from the offer of a service to its start, median (group: which; else all together)",
        "days",
        "lower",
        "secondary",
        "Kaplan-Meier over offers to the cohort that were not declined, kept out or refused; giving up and "
        "still waiting at the horizon are censored",
    )


def reach(lives: Life, services: Sequence[str]) -> list[tuple[str, str, float, int]]:
    """Rows (metric, group, value, people) for everybody and for every service that has a name.

    Parameters
    ----------
    lives : Life
        The cohort's.
    services : sequence of str
        Names in the order of their numbers in the log.
    """
    n, story = len(lives.t0), lives.story
    rows: list[tuple[str, str, float, int]] = []
    for name, _, _, events, _ in _SHARES:
        at = story.where(*events)
        at = at[story.time[at] < lives.end[story.who[at]]]
        had = np.zeros((len(services) + 1, n), dtype=np.bool_)
        number = story.detail[at].astype(np.int64) - int(Detail.SERVICE_BASE)
        named = (number >= 0) & (number < len(services))
        had[number[named], story.who[at][named]] = True
        had[-1, story.who[at]] = True
        shares = had.mean(axis=1) if n else np.full(len(services) + 1, np.nan)
        metric = f"service_{name}_share"
        rows.append((metric, "all", float(shares[-1]), n))
        rows += [
            (metric, f"{GROUP}={service}", float(share), n)
            for service, share in zip(services, shares, strict=False)
        ]
    lines = {k: service_line(story, k) for k in service_numbers(story)}
    rows.append(("service_wait_median", "all", _median(list(lines.values()), lives.until), n))
    for k, service in enumerate(services):
        own = [lines[k]] if k in lines else []
        rows.append(("service_wait_median", f"{GROUP}={service}", _median(own, lives.until), n))
    return rows


def _median(lines: Sequence[Station], until: float) -> float:
    """The median wait of those in some lines, missing if nobody was."""
    if not any(len(line.joined) for line in lines):
        return float("nan")
    wait = np.concatenate([np.minimum(line.left, until) - line.joined for line in lines])
    return float(kaplan_meier(wait, np.concatenate([line.served for line in lines])).median)
