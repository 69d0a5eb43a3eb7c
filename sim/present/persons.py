"""Tables of the page that tell of people one by one: better or worse off, recovery, detection held.

Shares of people who gain or lose depend on how luck is paired, so they stand under two couplings and are
labelled so. Not here: the sentences on means (`words`), nor the figures.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from sim.experiment.plan import COMMON, INDEPENDENT, UNCHANGED
from sim.outcomes.recovery import DAYS, OUTCOMES
from sim.present.figures import Table
from sim.present.read import Stored, effects
from sim.present.words import number, plus_or_minus, signed

if TYPE_CHECKING:
    from sim.experiment.gains import Gains

LABEL: Final = "depends on how luck is paired"
_TITLES: Final = {
    "housing": "1 Secure and suitable housing: in a home expected to last six months or more",
    "safety": "2 Safety: not exploited again",
    "support": "3 Long-term, consistent support: the same provider at most 14 days apart",
    "health": "6 Access to treatment: in treatment or treated with no relapse, of those with a health need",
    "learning": "7 Access to education and work: a place in English classes, training or work, now or before",
}


def gains(stored: Stored) -> dict[str, Any] | None:
    """Who gains and who loses, under two couplings; None if it was not measured."""
    found = stored.comparison.gains
    if not found:
        return None
    days = float(stored.config.get("experiment", {}).get("gain_days", 7.0))
    told = {(each.option, each.coupling): each for each in found}
    rows = tuple(
        (title, *_shares(told.get((option, COMMON))), *_shares(told.get((option, INDEPENDENT))))
        for option, title in dict.fromkeys((each.option, each.title) for each in found)
    )
    return {
        "days": f"{days:g}",
        "alone": _alone(told.get((UNCHANGED, INDEPENDENT))),
        "table": Table(
            f"Share of people with at least {days:g} days fewer, and at least {days:g} days more, with "
            f"nowhere secure in two years than the same person under today's rules ({LABEL})",
            ("Option", "Fewer, same luck", "More, same luck", "Fewer, other luck", "More, other luck"),
            rows,
        ),
    }


def _shares(one: Gains | None) -> tuple[str, str]:
    if one is None:
        return "not run", "not run"
    return _share(one.fewer, one.fewer_ends), _share(one.more, one.more_ends)


def _share(mean: float, ends: tuple[float, float] | None) -> str:
    if ends is None:
        return number(mean, "share")
    half = (ends[1] - ends[0]) / 2
    return f"{number(mean, 'share')} ± {signed(half, 'share').lstrip('+')}"


def _alone(one: Gains | None) -> str:
    """What luck does when nothing is changed."""
    if one is None:
        return ""
    return (
        f"With other luck and no change of any rule, {number(one.fewer, 'share')} of people would already "
        f"have that many days fewer and {number(one.more, 'share')} more: in the last two columns only what "
        "goes beyond this speaks of the option."
    )


def recovery(stored: Stored) -> list[Table]:
    """The computed core outcomes: who has each, and who had it and lost it, at two years and at one."""
    return [table for days in reversed(DAYS) if (table := _recovery_at(stored, days)) is not None]


def _recovery_at(stored: Stored, days: int) -> Table | None:
    rows = []
    for name in OUTCOMES:
        for metric, words in (
            (f"recovery_{name}_day_{days}", _TITLES[name]),
            (f"recovery_{name}_lost_by_day_{days}", "had it since the decision, and lost it"),
        ):
            found = effects(stored, [metric])
            if found and all(math.isfinite(each.baseline) for each in found):
                rows.append((words, number(found[0].baseline, "share"), *map(plus_or_minus, found)))
            elif found and metric.endswith(f"_day_{days}") and "_lost_" not in metric:
                rows.append((words, "no such service", *("" for _ in found)))
    if not rows:
        return None
    return Table(
        f"Core outcomes {days} days after the decision: today's rules, then each option's difference in "
        "percentage points with half its 95% interval from chance",
        ("Outcome", "Today's rules", *(story.title for story in stored.options)),
        tuple(rows),
    )


def _contact_reveals_nothing(config: dict[str, Any]) -> bool:
    """Whether contact with a worker has no effect on what becomes known."""
    ratios = ("detected_ratio_with_worker", "returns_ratio_with_worker")
    return all(float(config.get("risk", {}).get(ratio, 1.0)) == 1.0 for ratio in ratios)


def held(stored: Stored) -> dict[str, Any] | None:
    """Recorded return with its own detection, and with detection held as it is today, side by side."""
    rows = []
    for days in (365, 730):
        own = effects(stored, [f"recorded_by_day_{days}"])
        kept = effects(stored, [f"recorded_held_by_day_{days}"])
        for one, two in zip(own, kept, strict=False):
            rows.append((one.option, f"{days}", plus_or_minus(one), plus_or_minus(two)))
    if not rows or not effects(stored, ["recorded_held_by_day_365"]):
        return None
    return {
        "same": _contact_reveals_nothing(stored.config),
        "table": Table(
            "Recorded return, difference from today's rules in percentage points with half its 95% interval "
            "from chance: with the detection of each set of rules, and with detection held as it is today",
            ("Option", "Days", "Its own detection", "Detection held"),
            tuple(rows),
        ),
    }
