"""For each option's answer box: which groups gain most or next to nothing, and where people are instead.

A group or place is named only if it can be told from chance; every figure stands with its 95% interval from
chance. Reads a stored result, simulates nothing. The section on groups itself stands in `equity`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sim.present.equity import Contrast, hidden, people_count
from sim.present.names import PLACES_CURVE, PRIMARY, group_people, why_little
from sim.present.read import BASELINE, CENTRAL, Stored, Story, effects, holds
from sim.present.words import Effect, interval, signed

if TYPE_CHECKING:
    import pandas as pd

YEAR: Final = 365.0
NEXT_TO_NOTHING: Final = 0.2
"""A group gains next to nothing if its whole interval is less than this share of everybody's gain."""
NOWHERE: Final = ("insecure or none", "not known")
"""Places that count as nowhere secure."""
SMALLEST: Final = 0.05
"""A difference in days that would be shown as 0.0 is not worth a place in the sentence."""
FEWEST_RUNS: Final = 3
"""Below so many runs no group can be told from the others, so none is looked at."""
_NAMED: Final = 3


def for_whom(stored: Stored, option: Story, found: Sequence[Contrast]) -> str:
    """Who gains most, who next to nothing and who loses, in days with nowhere secure in the first year.

    Parameters
    ----------
    stored : Stored
    option : Story
    found : sequence of Contrast
        Every group of this option against everybody else (`equity.contrasts`).

    Returns
    -------
    str
        Empty if the option changes nothing, or if the result holds no groups.
    """
    whole = [each for each in effects(stored, (PRIMARY,)) if each.option == option.title]
    if not whole or whole[0].nothing_changed:
        return ""
    if stored.comparison.replications < FEWEST_RUNS:
        return "For whom: too few runs yet to tell groups apart."
    if not found:
        return ""
    apart = {each.key: each for each in found if each.told_apart}
    own = {
        key: effect
        for key in apart
        for effect in effects(stored, (PRIMARY,), group=key)
        if effect.option == option.title and not hidden(effect, people_count(stored, key))
    }
    clear = {key: effect for key, effect in own.items() if effect.beyond_chance}
    more = [key for key, effect in clear.items() if effect.mean < 0 and apart[key].own < apart[key].rest]
    worse = [key for key, effect in clear.items() if effect.mean > 0]
    all_gain = whole[0].beyond_chance and whole[0].mean < 0
    little = [key for key, effect in own.items() if all_gain and _next_to_nothing(effect, whole[0])]
    parts = [
        ("Gains most", sorted(more, key=lambda key: own[key].mean)),
        ("Gains next to nothing", sorted(little, key=lambda key: -own[key].mean)),
        ("More days with nowhere secure", sorted(set(worse) - set(little), key=lambda key: -own[key].mean)),
    ]
    said = [
        f"{heading}: {'; '.join(_person(option, key, own[key]) for key in keys[:_NAMED])}."
        for heading, keys in parts
        if keys
    ]
    if not said:
        runs = stored.comparison.replications
        return f"For whom: no group can be told from everybody else in these {runs} runs."
    return " ".join(said)


def _next_to_nothing(effect: Effect, whole: Effect) -> bool:
    """Whether a group's gain is small beside everybody's, its interval included."""
    ends = (effect.low, effect.high) if effect.has_interval else (effect.mean,)
    limit = NEXT_TO_NOTHING * abs(whole.mean)
    return effect.nothing_changed or all(end is not None and abs(end) < limit for end in ends)


def _person(option: Story, group: str, effect: Effect) -> str:
    """``people with leave to remain (−10.1 days, −10.4 to −9.8)``, with the reason where it is known."""
    why = why_little(group, [path for path, _, _ in option.changes]) if effect.mean > -1 else ""
    amount = (
        "0 days"
        if effect.nothing_changed
        else f"{signed(effect.mean, 'days')} days, {interval(effect.low or 0.0, effect.high or 0.0, 'days')}"
    )
    return f"{group_people(group)} ({amount}{f'; {why}' if why else ''})"


def where_instead(stored: Stored, option: Story) -> str:
    """In which places the days of the first year are spent instead; empty if that was not measured."""
    if not holds(stored, PLACES_CURVE) or stored.comparison.replications < 2:
        return ""
    gaps = days_by_place(stored, option.name)
    moved = [place for place in gaps.columns if (gaps[place] != 0).any()]
    if not moved:
        return ""
    told = {}
    for place in moved:
        mean, low, high = _with_interval(gaps[place].tolist())
        if place not in NOWHERE and (low > 0 or high < 0) and abs(mean) >= SMALLEST:
            told[place] = (mean, low, high)
    start = "Where they are instead, in days of the first year on average"
    if not told:
        return f"{start}: no place can be told from chance."
    shown = sorted(told, key=lambda place: -told[place][0])
    listed = "; ".join(
        f"{place} {signed(told[place][0], 'days')} ({interval(*told[place][1:], 'days')})" for place in shown
    )
    return f"{start}: {listed}."


def days_by_place(stored: Stored, option: str) -> pd.DataFrame:
    """Days of the first year by place, option minus today's rules: a row a replication, a column a place."""
    table = stored.curves
    rows = table[
        (table["world"] == CENTRAL)
        & (table["curve"] == PLACES_CURVE)
        & table["scenario"].isin([BASELINE, option])
        & (table["x"] < YEAR)
    ]
    days = rows.groupby(["scenario", "replication", "category"], observed=True)["value"].mean() * YEAR
    gaps: pd.DataFrame = (days.loc[option] - days.loc[BASELINE]).unstack("category")
    return gaps.fillna(0.0)


def _with_interval(values: list[float]) -> tuple[float, float, float]:
    from sim.experiment.compare import interval as t_interval

    low, high = t_interval(values) or (-math.inf, math.inf)
    return math.fsum(values) / len(values), low, high
