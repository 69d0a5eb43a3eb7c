"""Homes gained by survivors and the households that wait for them instead: told as the identity it is.

Reads the calendar metrics of `sim.outcomes.homes`. Says nothing of who those households are: the model has no
queue of all households in need.
"""

from __future__ import annotations

import math
from typing import Any, Final

from sim.present.figures import Table
from sim.present.read import Stored, effects
from sim.present.words import Effect, number, signed

WAITED_FOR: Final = "homes_others_wait_for_everyone"
INSTEAD: Final = "households_waiting_instead_mean"
ROWS: Final = {
    "social_homes_gained_everyone": "Social homes gained by survivors",
    "private_homes_gained_everyone": "Private homes gained by survivors",
    WAITED_FOR: "Homes that other households wait for in exchange",
    "homes_held_mean": "Homes held by survivors, on average",
    INSTEAD: "Other households waiting in exchange, on average",
    "temporary_nights_everyone": "Nights of survivors in council temporary accommodation",
    "social_homes_share_of_lets": "Social homes gained a year, as a share of all lets to homeless households",
    "temporary_share_of_households": "Survivors, as a share of all households in temporary accommodation",
}


def displaced(stored: Stored) -> dict[str, Any] | None:
    """Everything that the section shows; None if the result holds no homes."""
    told = effects(stored, (WAITED_FOR,))
    if not told:
        return None
    response = _supply(stored).get("response", 0.0)
    rows = []
    for metric, words in ROWS.items():
        cells = effects(stored, (metric,))
        if cells and math.isfinite(cells[0].baseline):
            level = number(cells[0].baseline, "share" if cells[0].unit == "share" else "")
            if metric in (WAITED_FOR, INSTEAD):  # an exchange between two runs: there is none in one
                level = "–"
            rows.append((words, level, *(_cell(each) for each in cells)))
    return {
        "told": [_sentence(each) for each in told],
        "response": f"{100 * float(response):.0f}%",
        "lets": f"{_supply(stored).get('lets_to_homeless_per_year', 73_600.0):,.0f}",
        "table": Table(
            "Everybody, from the policy date to the end of the run: today's rules, then each option's "
            "difference ± half of its 95% interval",
            ("Homes", "Today's rules", *(option.title for option in stored.options)),
            tuple(rows),
        ),
    }


def _supply(stored: Stored) -> dict[str, Any]:
    found: dict[str, Any] = (stored.config.get("housing") or {}).get("supply") or {}
    return found


def _sentence(effect: Effect) -> str:
    """How many homes more or fewer others wait for, no more strongly than the interval allows."""
    if effect.nothing_changed:
        return f"{effect.option}: no home more or fewer."
    amount = f"{signed(effect.mean, 'homes')} homes"
    if not effect.has_interval:
        return f"{effect.option}: {amount} in one run, too few to say more."
    ends = f"95% interval {signed(effect.low or 0.0, 'homes')} to {signed(effect.high or 0.0, 'homes')}"
    if not effect.beyond_chance:
        return f"{effect.option}: no difference that can be told from chance ({amount}, {ends})."
    if effect.mean > 0:
        return f"{effect.option}: {amount} gained by survivors that other households wait for ({ends})."
    return f"{effect.option}: {amount}: survivors gain fewer homes, and others more of them ({ends})."


def _cell(effect: Effect) -> str:
    if effect.nothing_changed:
        return "0"
    if not effect.has_interval:
        return signed(effect.mean, effect.unit)
    half = ((effect.high or 0.0) - (effect.low or 0.0)) / 2
    return f"{signed(effect.mean, effect.unit)} ± {signed(half, effect.unit).lstrip('+')}"
