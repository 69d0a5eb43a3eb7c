"""The page's one table of services: who is offered, turned away and reached today, and what options change.

Reads a result, simulates nothing. Not here: which services are full (`crowding`), nor what they cost.
"""

from __future__ import annotations

import math
from typing import Final

from sim.outcomes.reach import GROUP as SERVICES
from sim.present.figures import Table
from sim.present.read import Stored, effects
from sim.present.words import Effect, number, signed

_REACHED: Final = "service_reached_share"
_TODAY: Final = (
    ("service_offered_share", "share"),
    ("service_turned_away_share", "share"),
    (_REACHED, "share"),
    ("service_wait_median", "days"),
)


def services_table(stored: Stored) -> Table | None:
    """A row a service; None if the result tells of none.

    The last columns hold the difference of each option in the share reached, with half its interval.
    """
    rows = []
    for name, service in sorted((stored.config.get("services") or {}).items()):
        group = f"{SERVICES}={name}"
        today = [_level(stored, metric, unit, group) for metric, unit in _TODAY]
        changed = [_change(effect) for effect in effects(stored, [_REACHED], group=group)]
        if any(today) and len(changed) == len(stored.options):
            rows.append((str(service.get("title", name)), *today, *changed))
    if not rows:
        return None
    return Table(
        "Services up to two years after the decision, under today's rules: share of people offered, kept out "
        "or refused, and reached, and the median wait of those who took the offer up; then each option's "
        "difference in the share reached, in percentage points with half its 95% interval from chance",
        ("Service", "Offered", "Kept out", "Reached", "Days waited", *(one.title for one in stored.options)),
        tuple(rows),
    )


def _level(stored: Stored, metric: str, unit: str, group: str) -> str:
    found = effects(stored, [metric], group=group)
    if not found or math.isnan(found[0].baseline):
        return ""
    return "over half never" if math.isinf(found[0].baseline) else number(found[0].baseline, unit)


def _change(effect: Effect) -> str:
    if effect.nothing_changed:
        return "0"
    if math.isnan(effect.mean) or not effect.has_interval:
        return signed(effect.mean, effect.unit) if math.isfinite(effect.mean) else ""
    half = ((effect.high or 0.0) - (effect.low or 0.0)) / 2
    return f"{signed(effect.mean, effect.unit)} ± {signed(half, effect.unit).lstrip('+')}"
