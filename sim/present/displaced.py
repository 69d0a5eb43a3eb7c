"""Homes gained by survivors and the households that wait for them instead: told as the identity it is.

Reads the calendar metrics of `sim.outcomes.homes`. Who those households are is said only where social homes
are queued: then those of `sim.outcomes.others` stand beside the identity.
"""

from __future__ import annotations

import math
from typing import Any, Final

from sim.config.values import REGIONS
from sim.present.figures import Table
from sim.present.read import Stored, effects
from sim.present.words import Effect, number, plus_or_minus, signed

WAITED_FOR: Final = "homes_others_wait_for_everyone"
INSTEAD: Final = "households_waiting_instead_mean"
LATER: Final = "other_households_later_everyone"
DAYS_LATER: Final = "other_households_days_later"
ONLY_BETWEEN_RUNS: Final = (WAITED_FOR, INSTEAD, LATER, DAYS_LATER)
ROWS: Final = {
    "social_homes_gained_everyone": "Social homes gained by survivors",
    "private_homes_gained_everyone": "Private homes gained by survivors",
    WAITED_FOR: "Homes that other households wait for in exchange",
    "homes_held_mean": "Homes held by survivors, on average",
    INSTEAD: "Other households waiting in exchange, on average",
    "other_homes_let_everyone": "Social homes let to other households in the lines",
    "other_households_in_line_mean": "Other households standing in the lines, on average",
    "other_households_left_everyone": "Other households that left the lines without a home",
    LATER: "Other households housed later than under today's rules",
    DAYS_LATER: "Days by which they are housed later, on average",
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
            if metric in ONLY_BETWEEN_RUNS:  # an exchange between two runs: there is none in one
                level = "–"
            rows.append((words, level, *(plus_or_minus(each) for each in cells)))
    return {
        "told": [_sentence(each) for each in told],
        "line": _line(stored),
        "regions": _regions(stored),
        "response": f"{100 * float(response):.0f}%",
        "lets": f"{_supply(stored).get('lets_to_homeless_per_year', 73_600.0):,.0f}",
        "table": Table(
            "Everybody, from the policy date to the end of the run: today's rules, then each option's "
            "difference ± half of its 95% interval",
            ("Homes", "Today's rules", *(option.title for option in stored.options)),
            tuple(rows),
        ),
    }


def _line(stored: Stored) -> list[str]:
    """Who waits longer in the lines for social homes, an option each; nothing where offers are drawn."""
    names = ("other_homes_let_everyone", "other_households_left_everyone", LATER, DAYS_LATER)
    found = {(each.option, each.metric): each for each in effects(stored, names)}
    sentences = []
    for option in stored.options:
        cells = [found.get((option.title, name)) for name in names]
        if any(cell is None or not math.isfinite(cell.mean) for cell in cells):
            return []
        let, left, later, days = (cell.mean for cell in cells if cell is not None)
        if let == left == later == 0.0:
            sentences.append(f"{option.title}: nobody is housed earlier or later.")
            continue
        sentences.append(
            f"{option.title}: {signed(let, 'homes')} homes for other households in the lines, "
            f"{signed(left, 'households')} of them leave without one, and {later:,.0f} are housed later, by "
            f"{number(days, 'days')} on average."
        )
    return sentences


def _regions(stored: Stored) -> Table | None:
    """By how much other households are housed later in each region; None where offers are drawn."""
    rows = []
    for region in REGIONS:
        group = f"region={region}"
        later = {each.option: each.mean for each in effects(stored, (LATER,), group=group)}
        days = {each.option: each.mean for each in effects(stored, (DAYS_LATER,), group=group)}
        titles = [option.title for option in stored.options]
        if not all(math.isfinite(later.get(title, math.nan)) for title in titles):
            continue
        cells = [f"{later[title]:,.0f}, by {number(days[title], 'days')}" for title in titles]
        rows.append((region.replace("_", " ").title(), *cells))
    if not rows:
        return None
    return Table(
        "Other households housed later than under today's rules, by region, and by how much on average",
        ("Region", *(option.title for option in stored.options)),
        tuple(rows),
    )


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
