"""Sentences made from numbers, with guarded verbs: what changed, what it rests on and how sure we are.

A sentence says *falls* or *rises* only of a co-primary measure and only if the interval from chance excludes
zero, and adds that an assumption turns the direction, or could, where the assumption band changes the sign.
Of all other measures it says by how much they differ. Reads no file and computes no statistic.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sim.present.money import POUNDS, pounds

MINUS: Final = "−"


@dataclass(frozen=True)
class Assumption:
    """One entry of the assumption band: the same difference with this input set low, and set high.

    `runs` says over how many runs a setting; `turns` that it changes the direction beyond chance,
    `could_turn` that it does so in these runs, which are too few or too much alike to tell.
    """

    title: str
    at_low: float | None
    at_high: float | None
    runs: int = 1
    turns: bool = False
    could_turn: bool = False
    entry: str = ""
    low_setting: str = ""
    high_setting: str = ""

    @property
    def values(self) -> tuple[float, ...]:
        """The differences that were measured, in the unit of the effect."""
        return tuple(v for v in (self.at_low, self.at_high) if v is not None and math.isfinite(v))


@dataclass(frozen=True)
class Effect:
    """A paired difference, option minus today's rules, and everything needed to speak of it.

    Attributes
    ----------
    option, metric : str
        Title of the option; name of the measure.
    subject : str
        What is measured, as the subject of a sentence ("the days of ...").
    plural : bool
        Whether that subject takes "fall" rather than "falls".
    unit : str
        ``days``, ``share`` (between 0 and 1) or any other noun in the plural.
    better : str
        ``lower``, ``higher`` or ``none``.
    baseline, mean : float
        Level under today's rules; mean difference over replications.
    low, high : float or None
        95% interval from chance; None with a single replication.
    replications : int
    assumptions : tuple of Assumption
    co_primary : bool
        Whether it may be said to fall or rise.
    """

    option: str
    metric: str
    subject: str
    plural: bool
    unit: str
    better: str
    baseline: float
    mean: float
    low: float | None
    high: float | None
    replications: int
    assumptions: tuple[Assumption, ...] = ()
    co_primary: bool = False

    @property
    def has_interval(self) -> bool:
        """Whether chance was measured at all."""
        return self.replications > 1 and _finite(self.low) and _finite(self.high)

    @property
    def beyond_chance(self) -> bool:
        """Whether the interval excludes zero."""
        return self.has_interval and ((self.low or 0.0) > 0 or (self.high or 0.0) < 0)

    @property
    def nothing_changed(self) -> bool:
        """Whether the difference is exactly zero in every replication."""
        return self.mean == 0 and (not self.has_interval or (self.low == 0 and self.high == 0))

    @property
    def band(self) -> tuple[float, float] | None:
        """Smallest and largest difference, in `unit`, over the central setting and every low and high one."""
        values = [value for assumption in self.assumptions for value in assumption.values]
        return (min(*values, self.mean), max(*values, self.mean)) if values else None

    @property
    def varied(self) -> tuple[Assumption, ...]:
        """The assumptions for which a difference was measured."""
        return tuple(assumption for assumption in self.assumptions if assumption.values)


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def number(value: float, unit: str) -> str:
    """A level in its unit: whole from ten on, one decimal below; shares as percentages.

    Examples
    --------
    >>> number(143.2, "days"), number(1.0, "days"), number(0.1234, "share")
    ('143 days', '1 day', '12.3%')
    """
    if not math.isfinite(value):
        return "not measured"
    if unit == "share":
        return f"{_figure(100 * value, always_decimal=True)}%"
    if unit in POUNDS:
        return pounds(value) if unit == "£" else f"{pounds(value, unit)} {POUNDS[unit]}"
    figure = _figure(value)
    return f"{figure} {_noun(unit, figure)}".strip()


def from_to(before: float, after: float, unit: str) -> str:
    """Two levels with as many decimals as it takes to tell them apart, up to two.

    Examples
    --------
    >>> from_to(118.7, 112.1, "days"), from_to(118.7, 119.3, "days")
    ('119 days to 112 days', '118.7 days to 119.3 days')
    """
    told = number(before, unit), number(after, unit)
    if unit in POUNDS or told[0] != told[1] or before == after or not math.isfinite(before + after):
        return f"{told[0]} to {told[1]}"
    scale, sign = (100, "%") if unit == "share" else (1, f" {unit}")
    for places in (1, 2):
        low, high = f"{before * scale:.{places}f}", f"{after * scale:.{places}f}"
        if low != high:
            break
    return f"{low}{sign} to {high}{sign}".replace("-", MINUS)


def amount(value: float, unit: str) -> str:
    """The size of a difference, without its sign; differences of shares in percentage points."""
    size = abs(100 * value) if unit == "share" else abs(value)
    noun = noun_of(unit)
    if 0 < size < 0.05:
        return f"less than 0.1 {noun}".strip()
    if unit in POUNDS:
        return f"{pounds(size, unit)} {noun}"
    figure = _figure(size, always_decimal=True).removesuffix(".0")
    return f"{figure} {_noun(noun, figure)}".strip()


def signed(value: float, unit: str) -> str:
    """A difference as a bare figure with its sign, for tables and intervals; shares in percentage points.

    A plain ``0`` is exactly zero; ``0.0`` is a difference too small for the first decimal.

    Examples
    --------
    >>> signed(-12.04, "days"), signed(0.031, "share"), signed(-0.01, "days"), signed(0.0, "days")
    ('−12.0', '+3.1', '0.0', '0')
    >>> signed(-1234.0, "£"), number(60.24, "£ million")
    ('−£1,234', '£60.2 million a year')
    """
    if not math.isfinite(value):
        return "not measured"
    scaled = 100 * value if unit == "share" else value
    if scaled == 0:
        return "0"
    size = abs(scaled)
    figure = pounds(size, unit) if unit in POUNDS else _figure(size, always_decimal=True)
    return figure if figure in ("0.0", "£0.0") else f"{MINUS if scaled < 0 else '+'}{figure}"


def plus_or_minus(effect: Effect) -> str:
    """A difference and half of its 95% interval for a table's cell, in the unit of the effect."""
    if effect.nothing_changed:
        return "0"
    if not effect.has_interval:
        return signed(effect.mean, effect.unit)
    half = ((effect.high or 0.0) - (effect.low or 0.0)) / 2
    return f"{signed(effect.mean, effect.unit)} ± {signed(half, effect.unit).lstrip('+')}"


def interval(low: float, high: float, unit: str) -> str:
    """Two bounds of a difference with their signs; both in `unit` (shares 0 to 1)."""
    return f"{signed(low, unit)} to {signed(high, unit)}"


def noun_of(unit: str) -> str:
    """The unit of a difference, as a word."""
    return "percentage points" if unit == "share" else POUNDS.get(unit, unit)


def _figure(value: float, *, always_decimal: bool = False) -> str:
    """Whole from ten on (or, with `always_decimal`, from a hundred on); one decimal below."""
    whole_from = 99.95 if always_decimal else 9.95
    if abs(value) >= whole_from:
        return f"{value:,.0f}".replace("-", MINUS)
    text = f"{value:.1f}".replace("-", MINUS)
    return text if always_decimal else text.removesuffix(".0")


def _noun(unit: str, figure: str) -> str:
    singular = {"days": "day", "percentage points": "percentage point", "people": "person"}
    if figure == "1":
        return singular.get(unit, unit.removesuffix("s") if unit.endswith("s") else unit)
    return unit


def sentence(effect: Effect) -> str:
    """Say in one sentence what an option does to one measure, no more strongly than the numbers allow.

    Examples
    --------
    >>> sentence(Effect("A", "m", "the nights out", True, "days", "lower", 140.0, -12.0, -14.0, -10.0, 8))
    'A: the nights out differ by −12.0 days, from 140 days (95% interval from chance −14.0 to −10.0).'
    """
    start = f"{effect.option}: "
    plain = effect.subject.removesuffix(",")
    if not math.isfinite(effect.mean):
        return f"{start}{effect.subject} could not be measured in these runs."
    if effect.nothing_changed:
        return f"{start}changes nothing in this model ({plain}: difference exactly 0)."
    if not effect.has_interval:
        return (
            f"{start}too few runs to say what is chance; in {_runs(effect.replications)}, {effect.subject} "
            f"differed by {signed(effect.mean, effect.unit)} {noun_of(effect.unit)}{_but_direction(effect)}."
        )
    bounds = interval(effect.low or 0.0, effect.high or 0.0, effect.unit)
    if not effect.beyond_chance:
        return (
            f"{start}no change that can be told from chance in {plain} "
            f"({signed(effect.mean, effect.unit)} {noun_of(effect.unit)}, 95% interval {bounds})."
        )
    if not effect.co_primary:
        return (
            f"{start}{effect.subject} {'differ' if effect.plural else 'differs'} by "
            f"{signed(effect.mean, effect.unit)} {noun_of(effect.unit)}, from "
            f"{number(effect.baseline, effect.unit)} "
            f"(95% interval from chance {bounds}){_but_direction(effect)}."
        )
    verb = ("fall" if effect.mean < 0 else "rise") + ("" if effect.plural else "s")
    return (
        f"{start}{effect.subject} {verb} by {amount(effect.mean, effect.unit)}, from "
        f"{from_to(effect.baseline, effect.baseline + effect.mean, effect.unit)} "
        f"(95% interval from chance {bounds}){_but_direction(effect)}."
    )


def _but_direction(effect: Effect) -> str:
    turning = [each.title for each in effect.assumptions if each.turns]
    perhaps = [each for each in effect.assumptions if each.could_turn]
    said = [f"turns with {_assumptions(len(turning))}: {listed(turning)}"] if turning else []
    if perhaps:
        runs = min(each.runs for each in perhaps)
        said.append(
            f"could turn with {_assumptions(len(perhaps))}, in {runs} {'run' if runs == 1 else 'runs'} of "
            "each "
            f"setting: {listed([each.title for each in perhaps])}"
        )
    return f", but the direction {'; it '.join(said)}" if said else ""


def _assumptions(count: int) -> str:
    return "an assumption" if count == 1 else "assumptions"


def by_chance_alone(intervals: int) -> str:
    """Say how many intervals stand on a page and how many of them mislead."""
    if intervals == 0:
        return "No interval from chance can be given: there are too few runs."
    return (
        f"This page holds {intervals:,} {'interval' if intervals == 1 else 'intervals'} from chance. Even if "
        "no option "
        "changed anything, about one in twenty would exclude zero by chance alone, so the verbs “fall” and "
        "“rise” "
        "are kept for the three measures that were chosen beforehand: days with nowhere secure in the first "
        "year, those "
        "of them with no worker, and 28 or more such days in a row."
    )


def headline(effects: Iterable[Effect], metric: str | None = None) -> list[str]:
    """One sentence an option on one measure (the first met, unless named), and one on how sure we are.

    Parameters
    ----------
    effects : iterable of Effect
        Options in the order in which they are to be spoken of.
    metric : str, optional

    Returns
    -------
    list of str
        Empty only if there are no effects.
    """
    chosen = list(effects)
    if not chosen:
        return []
    metric = metric or chosen[0].metric
    chosen = [effect for effect in chosen if effect.metric == metric]
    return [*(sentence(effect) for effect in chosen), how_sure(chosen)]


def how_sure(effects: Sequence[Effect]) -> str:
    """Say what stands behind the sentences: how many runs, and whether assumptions were varied."""
    runs = min(effect.replications for effect in effects)
    varied = list(dict.fromkeys(a.title for effect in effects for a in effect.assumptions if a.values))
    if runs == 1:
        chance = "How sure: one run of each option, too few runs to say what is chance."
    else:
        chance = f"How sure: {runs} paired runs of each option; the intervals hold chance only."
    if not varied:
        return f"{chance} No assumption was varied."
    verb = "was" if len(varied) == 1 else "were"
    return f"{chance} Of the assumptions, {len(varied)} {verb} varied, one at a time: {listed(varied)}."


def later(first: Effect, second: Effect) -> str:
    """Say whether what an option takes away in the first year is removed, or comes back in the second.

    `first` and `second` are the same measure over days 0 to 365 and 366 to 730. Only told where the first
    year's difference is beyond chance and an improvement.
    """
    improved = first.beyond_chance and (first.mean < 0) == (first.better == "lower")
    if first.nothing_changed and second.nothing_changed:
        return f"{first.option}: changes nothing in this model, in either year."
    if not first.has_interval or not second.has_interval:
        return f"{first.option}: too few runs to say."
    if not improved:
        return (
            f"{first.option}: no improvement beyond chance in the first year ({_with_interval(first)}), so "
            "nothing to "
            "be delayed."
        )
    if not second.beyond_chance:
        return (
            f"{first.option}: the gain of the first year is not given back beyond chance in the second "
            f"({_with_interval(second)})."
        )
    if (second.mean < 0) == (first.mean < 0):
        return (
            f"{first.option}: removed rather than delayed: the second year differs the same way "
            f"({_with_interval(second)})."
        )
    return (
        f"{first.option}: partly delayed: of {amount(first.mean, first.unit)} gained in the first year, "
        f"{amount(second.mean, second.unit)} come back in the second ({_with_interval(second)})."
    )


def _with_interval(effect: Effect) -> str:
    """The difference and its 95% interval."""
    bounds = interval(effect.low or 0.0, effect.high or 0.0, effect.unit)
    return f"{signed(effect.mean, effect.unit)} {noun_of(effect.unit)}, 95% interval {bounds}"


def listed(items: Sequence[str]) -> str:
    """Join phrases as prose does: ``a``, ``a and b``, ``a; b and c`` (each may hold commas).

    The first letter of each phrase is lowered unless the phrase opens with an abbreviation.
    """
    lowered = [item[:1].lower() + item[1:] if item[1:2].islower() else item for item in items]
    if len(lowered) < 2:
        return "".join(lowered)
    return "; ".join(lowered[:-1]) + " and " + lowered[-1]


def _runs(count: int) -> str:
    return "the one run made" if count == 1 else f"the {count} runs made"
